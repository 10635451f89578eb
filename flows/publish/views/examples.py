"""Worked examples of the rules: tiny made-up cases, and what the program itself makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final, Literal

import pandas as pd

from flows.publish.views import wording
from transforms.parameters import DecisionParameters
from transforms.schedule import available_hours
from transforms.schemas.registry import conform
from transforms.schemas.roster import WEEKDAY_HOURS, Engineers, Schedules
from transforms.schemas.sources import Holidays, Leave

_MONDAY: Final = date(2026, 6, 29)
_SUNDAY: Final = date(2026, 7, 5)
_BILLABLE_HOURS: Final = 28.0
_HOURS: Final = {
    "5x8": (8.0, 8.0, 8.0, 8.0, 8.0, 0.0, 0.0),
    "4x10": (10.0, 10.0, 10.0, 10.0, 0.0, 0.0, 0.0),
}


def groups(rules: DecisionParameters) -> list[dict[str, Any]]:
    """Tables of examples in the order in which the rules follow one another."""
    return [_hours_group(rules)]


def _hours_group(rules: DecisionParameters) -> dict[str, Any]:
    cases: list[tuple[str, Literal["5x8", "4x10"], int | None, float, Literal["none", "substitute"]]] = [
        ("A week without holidays", "5x8", None, 0.0, "none"),
        ("A week without holidays", "4x10", None, 0.0, "none"),
        ("A holiday on Monday", "5x8", 29, 0.0, "none"),
        ("A holiday on Monday", "4x10", 29, 0.0, "none"),
        ("A holiday on Friday, the day off; rule “none”", "4x10", 3, 0.0, "none"),
        ("A holiday on Friday, the day off; rule “substitute”", "4x10", 3, 0.0, "substitute"),
        ("One day of leave", "4x10", None, 10.0, "none"),
    ]
    rows = []
    for what, schedule, holiday, leave, on_day_off in cases:
        hours = _week_hours(schedule, holiday, leave, on_day_off)
        share = 100 * _BILLABLE_HOURS / hours
        rows.append(
            [
                what,
                schedule.replace("x", "×"),
                f"{wording.number(hours, 0)}{wording.NBSP}h",
                wording.percent(share),
                "yes" if share >= rules.billable.threshold_pct else "no",
            ]
        )
    return {
        "id": "hours",
        "title": f"The same {wording.number(_BILLABLE_HOURS, 0)} billable hours in different weeks",
        "text": "Available hours are those of the schedule in force, less holidays on scheduled days, less leave.",
        "columns": ["The week", "Schedule", "Available", "Billable share", "Meets the policy"],
        "rows": rows,
    }


def _week_hours(
    schedule: str, holiday: int | None, leave: float, on_day_off: Literal["none", "substitute"]
) -> float:
    """Available hours of one made-up engineer from Monday 29 June to Sunday 5 July 2026.

    A substitute for a holiday on Friday falls into the next week, so that week is counted with it.
    """
    engineers = pd.DataFrame([{"engineer_id": "sam", "name": "Sam", "team_id": "t", "manager_id": "m"}]).assign(
        location_id="here", timezone="UTC", employed_from=pd.Timestamp("2025-01-01"), employed_to=pd.NaT,
        jira_account_id=None, pagerduty_user_id=None,
    )
    hours = dict(zip(WEEKDAY_HOURS, _HOURS[schedule], strict=True))
    schedules = pd.DataFrame([{"engineer_id": "sam", "schedule": schedule, **hours}]).assign(
        valid_from=pd.Timestamp("2025-01-01"), valid_to=pd.NaT
    )
    days = [] if holiday is None else [date(2026, 6 if holiday > 20 else 7, holiday)]
    holidays = pd.DataFrame({"location_id": ["here"] * len(days), "holiday_date": days, "name": ["Holiday"] * len(days)})
    away = [date(2026, 6, 30)] if leave else []
    leaves = pd.DataFrame({"engineer_id": ["sam"] * len(away), "leave_date": away, "leave_hours": [leave] * len(away)})
    found = available_hours(
        conform(engineers, Engineers),
        conform(schedules, Schedules),
        conform(holidays, Holidays),
        conform(leaves, Leave),
        _MONDAY,
        _SUNDAY,
        on_day_off,
    )
    return float(found["available_hours"].sum())


def text_of(levels: Sequence[str]) -> str:
    return ", ".join(levels)
