"""Worked examples of the rules: tiny made-up cases, and what the program itself makes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from flows.publish.views import wording
from transforms.decide import decide
from transforms.parameters import DecisionParameters
from transforms.schedule import available_hours
from transforms.schemas.readings import Readings
from transforms.schemas.registry import conform, empty
from transforms.schemas.roster import WEEKDAY_HOURS, Engineers, Schedules
from transforms.schemas.sources import Holidays, Leave, Pages

_MONDAY: Final = date(2026, 6, 29)
_SUNDAY: Final = date(2026, 7, 5)
_BILLABLE_HOURS: Final = 28.0
_FIRST_WEEK: Final = pd.Timestamp("2026-01-05")
_WEEKS_BEFORE: Final = 26
_WEEKS_DURING: Final = 12
_METHODS: Final[tuple[Literal["evidence", "plain"], ...]] = ("evidence", "plain")
_HOURS: Final = {
    "5x8": (8.0, 8.0, 8.0, 8.0, 8.0, 0.0, 0.0),
    "4x10": (10.0, 10.0, 10.0, 10.0, 0.0, 0.0, 0.0),
}


@dataclass(frozen=True)
class _Week:
    """A made-up week of one engineer."""

    what: str
    schedule: Literal["5x8", "4x10"]
    holiday: date | None = None
    leave_hours: float = 0.0


@dataclass(frozen=True)
class _Story:
    """How the last weeks of a made-up engineer differ from the weeks before."""

    what: str
    billable: tuple[float, ...] = ()
    vibes: tuple[float, ...] = ()
    has_note: bool = False
    away_weeks: int = 0
    logged_share: float = 1.0


def groups(rules: DecisionParameters) -> list[dict[str, Any]]:
    """Tables of examples in the order in which the rules follow one another."""
    return [_hours_group(rules), _status_group(rules)]


def _hours_group(rules: DecisionParameters) -> dict[str, Any]:
    cases = [
        _Week("A week without holidays", "5x8"),
        _Week("A week without holidays", "4x10"),
        _Week("A holiday on Monday", "5x8", holiday=date(2026, 6, 29)),
        _Week("A holiday on Monday", "4x10", holiday=date(2026, 6, 29)),
        _Week("A holiday on Friday, the day off; rule “none”", "4x10", holiday=date(2026, 7, 3)),
        _Week("A holiday on Friday, a working day", "5x8", holiday=date(2026, 7, 3)),
        _Week("One day of leave", "4x10", leave_hours=10.0),
    ]
    rows = []
    for case, hours in zip(cases, _available(cases), strict=True):
        share = 100 * _BILLABLE_HOURS / hours
        rows.append(
            [
                case.what,
                case.schedule.replace("x", "×"),
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


def _available(cases: Sequence[_Week]) -> list[float]:
    """Available hours of the week of 29 June 2026, each case lived by an engineer of its own in a place of its own."""
    ids = [f"case{number:02d}" for number in range(len(cases))]
    since = pd.Timestamp("2025-01-01")
    engineers = pd.DataFrame(
        {
            "engineer_id": ids,
            "name": ids,
            "team_id": "team",
            "manager_id": "manager",
            "location_id": ids,
            "timezone": "UTC",
            "employed_from": since,
            "employed_to": pd.NaT,
            "jira_account_id": None,
            "pagerduty_user_id": None,
            "alertops_user_name": None,
        }
    )
    schedules = pd.DataFrame(
        [
            {
                "engineer_id": engineer_id,
                "valid_from": since,
                "valid_to": pd.NaT,
                "schedule": case.schedule,
                **dict(zip(WEEKDAY_HOURS, _HOURS[case.schedule], strict=True)),
            }
            for engineer_id, case in zip(ids, cases, strict=True)
        ]
    )
    with_holiday = [(place, case.holiday) for place, case in zip(ids, cases, strict=True) if case.holiday]
    holidays = pd.DataFrame(with_holiday, columns=["location_id", "holiday_date"]).assign(name="Holiday")
    with_leave = [(who, case.leave_hours) for who, case in zip(ids, cases, strict=True) if case.leave_hours]
    leave = pd.DataFrame(with_leave, columns=["engineer_id", "leave_hours"]).assign(leave_date=_MONDAY)
    found = available_hours(
        conform(engineers, Engineers),
        conform(schedules, Schedules),
        conform(holidays, Holidays),
        conform(leave, Leave),
        _MONDAY,
        _SUNDAY,
    )
    return [float(hours) for hours in found.groupby("engineer_id")["available_hours"].sum().reindex(ids)]


def _status_group(rules: DecisionParameters) -> dict[str, Any]:
    """The last week of twelve on 4x10, after 26 weeks before: what each method shows, and why."""
    n_weeks, last = _WEEKS_BEFORE + _WEEKS_DURING, _FIRST_WEEK + pd.Timedelta(weeks=_WEEKS_BEFORE + _WEEKS_DURING - 1)
    cases = [
        _Story("Every week near the own normal of 82 %"),
        _Story("One week at 58 %, the last one; no note", billable=(58,)),
        _Story("One week at 58 %, the last one; vibes 4 with a note", billable=(58,), vibes=(4,), has_note=True),
        _Story("Two weeks just below the policy: 75 % and 74 %", billable=(75, 74)),
        _Story("Six weeks at 71 %", billable=(71,) * 6),
        _Story("Six weeks at 71 %; vibes 5 with a note in the last", billable=(71,) * 6, vibes=(5,), has_note=True),
        _Story("Eight weeks at 64 %", billable=(64,) * 8),
        _Story("Vibes of 2 for six weeks, numbers as always", vibes=(2,) * 6),
        _Story("On leave for the last two weeks", away_weeks=2),
        _Story("Half of the hours of the last four weeks not logged", logged_share=0.5),
    ]
    # Others with nothing to report: baselines lean on everybody's.
    others = [_Story("")] * 8
    readings = pd.concat([_readings(story, number, n_weeks) for number, story in enumerate([*cases, *others])])
    shown = {method: _decided(readings, replace(rules, method=method), last) for method in _METHODS}
    rows = []
    for number, case in enumerate(cases):
        by_method = [shown[method][_who(number)] for method in _METHODS]
        rows.append([case.what, *(_status_text(row) for row in by_method), _why(by_method[0])])
    return {
        "id": "status",
        "title": "What a status makes of the last weeks",
        "text": "An engineer whose billable share was about 82 % and whose vibes were about 4 for 26 weeks on 5×8 and "
        "12 on 4×10, but for what is said. The status is that of the last week.",
        "columns": ["The last weeks", "Method “evidence”", "Method “plain”", "Why (evidence)"],
        "rows": rows,
    }


def _readings(story: _Story, number: int, n_weeks: int) -> pd.DataFrame:
    """Weekly readings of one made-up engineer: a small regular scatter around the normal, then the story's end."""
    week = np.arange(n_weeks)
    share = 82.0 + np.array([-3.0, 2.0, 0.0, 3.0, -2.0, 1.0])[(week + number) % 6]
    vibes = 4.0 + np.array([0.0, 0.0, -1.0, 0.0, 1.0])[(week + number) % 5]
    if story.billable:
        share[-len(story.billable) :] = story.billable
    if story.vibes:
        vibes[-len(story.vibes) :] = story.vibes
    is_away = week >= n_weeks - story.away_weeks
    available = np.where(is_away, 0.0, 40.0)
    logged = available * np.where(week >= n_weeks - 4, story.logged_share, 1.0)
    known = np.where(is_away, np.nan, 1.0)
    is_4x10 = week >= _WEEKS_BEFORE
    frame = pd.DataFrame(
        {
            "engineer_id": _who(number),
            "week_start": _FIRST_WEEK + pd.to_timedelta(7 * week, unit="D"),
            "manager_id": "manager",
            "team_id": "team",
            "schedule": np.where(is_4x10, "4x10", "5x8"),
            "contract_hours": 40.0,
            "holiday_hours": 0.0,
            "leave_hours": 40.0 - available,
            "available_hours": available,
            "worked_hours": logged,
            "billable_hours": logged * share / 100,
            "billable_pct": share * known,
            "coverage_pct": 100 * logged / 40.0 * known,
            "sprint_id": week // 2 + 1.0,
            "is_sprint_end": week % 2 == 1,
            "points_completed": 5.0 + (week + number) % 3 - 1,
            "n_pages": 0,
            "acknowledge_median_seconds": np.nan,
            "resolve_median_seconds": np.nan,
            "vibes": vibes * known,
            "has_note": story.has_note & (week == n_weeks - 1),
            "is_billable_known": True,
            "is_velocity_known": True,
            "is_response_known": True,
            "is_vibes_known": True,
        }
    )
    return conform(frame, Readings)


def _decided(readings: pd.DataFrame, rules: DecisionParameters, last: pd.Timestamp) -> dict[str, dict[str, Any]]:
    """Statuses of the last week by engineer."""
    nothing = empty(Pages)
    decided = decide(readings.reset_index(drop=True), nothing, rules, weeks=pd.DatetimeIndex([last]))
    rows = decided.statuses.to_dict("records")
    return {str(row["engineer_id"]): {str(key): value for key, value in row.items()} for row in rows}


def _status_text(row: Mapping[str, Any]) -> str:
    shown = wording.STATUS_WORDS[row["status"]]
    return f"{shown}, by override; {row['underlying_status']} underneath" if row["override_applied"] else shown


def _why(row: Mapping[str, Any]) -> str:
    told = wording.sentences(row["reasons"])
    return told[0] if told else "Nothing out of the ordinary."


def _who(number: int) -> str:
    return f"case{number:02d}"
