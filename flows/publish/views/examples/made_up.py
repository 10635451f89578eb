"""Made-up people and weeks, as few of them as the examples need: three weeks of autumn 2026, clocks in UTC."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal

import pandas as pd

from flows.publish.views import wording
from transforms.language import N_, Words, _
from transforms.metrics.billable import Denominator
from transforms.metrics.readings import weekly_readings
from transforms.schedule import weekly_hours
from transforms.schemas.columns import Table
from transforms.schemas.registry import completed, empty, shaped
from transforms.schemas.roster import WEEKDAY_HOURS, Engineers, Schedules
from transforms.schemas.sources import Holidays, Leave, Pages, SprintCredits, Sprints, Vibes, Worklogs
from transforms.weeks import monday_of

# The week that sprints begin in; the next; the one after it.
MONDAYS: Final = tuple(pd.date_range("2026-10-26", periods=3, freq="7D", unit="us"))
FIRST_DAY: Final = MONDAYS[0].date()
LAST_DAY: Final = (MONDAYS[-1] + pd.Timedelta(days=6)).date()
NOT_KNOWN: Final = N_("not known")
# What a metric says, within a sentence.
LEVEL_WORDS: Final = Words(
    {
        "none": N_("none"),
        "soft": N_("soft"),
        "hard": N_("hard"),
        "unknown": N_("unknown"),
        "no opinion": N_("no opinion"),
    }
)

Kind = Literal["5x8", "4x10", "9/80"]
Row = dict[str, Any]
Day = tuple[int, int]
"""A day of the made-up weeks: the number of the week, and of the weekday from 0, Monday."""


@dataclass(frozen=True)
class Pattern:
    """A schedule as it is called on the page, and its hours from Monday to Sunday, a row per week of its cycle."""

    name: str
    kind: Kind
    weeks: tuple[tuple[float, ...], ...]


ON_5X8: Final = Pattern("5×8", "5x8", ((8, 8, 8, 8, 8, 0, 0),))
ON_4X10: Final = Pattern("4×10", "4x10", ((10, 10, 10, 10, 0, 0, 0),))
ON_4X10_MONDAY_OFF: Final = Pattern("4×10", "4x10", ((0, 10, 10, 10, 10, 0, 0),))
ON_9_80: Final = Pattern("9/80", "9/80", ((9, 9, 9, 9, 8, 0, 0), (9, 9, 9, 9, 0, 0, 0)))
PART_TIME: Final = Pattern("5×8", "5x8", ((6.4, 6.4, 6.4, 6.4, 6.4, 0, 0),))


def table(model: type[Table], rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """The rows as a table of the core; what a row does not say is as before the column existed."""
    if not rows:
        return empty(model)
    frame = completed(pd.DataFrame(rows), model)
    for name, spec in model.to_schema().columns.items():
        if "UTC" in str(spec.dtype):  # a column of nothing but missing instants has no zone of its own
            frame[name] = pd.to_datetime(frame[name], utc=True)
    return shaped(frame, model)


def date_of(day: Day) -> pd.Timestamp:
    week, weekday = day
    return MONDAYS[week] + pd.Timedelta(days=weekday)


def engineer(engineer_id: str, **columns: Any) -> dict[str, Any]:
    """Somebody employed for long, in a place of their own, so that its holidays are nobody else's."""
    return {
        "engineer_id": engineer_id,
        "name": engineer_id.title(),
        "team_id": "team",
        "manager_id": "manager",
        "location_id": engineer_id,
        "timezone": "UTC",
        "employed_from": pd.Timestamp("2025-01-06"),
        "employed_to": pd.NaT,
        "jira_account_id": engineer_id,
        "pagerduty_user_id": engineer_id,
        "alertops_user_name": None,
    } | columns


def engineers(*rows: Mapping[str, Any]) -> pd.DataFrame:
    return table(Engineers, rows)


def schedule(
    engineer_id: str, pattern: Pattern, first: pd.Timestamp = MONDAYS[0], last: pd.Timestamp | None = None
) -> list[dict[str, Any]]:
    """A period on a schedule; the cycle begins in the week of its first day."""
    return [
        {
            "engineer_id": engineer_id,
            "valid_from": first,
            "valid_to": last,
            "schedule": pattern.kind,
            "cycle_weeks": len(pattern.weeks),
            "cycle_week": number,
            **dict(zip(WEEKDAY_HOURS, map(float, hours), strict=True)),
        }
        for number, hours in enumerate(pattern.weeks)
    ]


def schedules(*periods: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    return table(Schedules, [row for period in periods for row in period])


def case_ids(cases: Sequence[object]) -> list[str]:
    """A name for everybody who lives one of the cases."""
    return [f"case{number:02d}" for number in range(len(cases))]


def readings(
    people: pd.DataFrame,
    periods: pd.DataFrame,
    facts: Mapping[str, pd.DataFrame],
    *,
    denominator: Denominator = "available",
    withheld: pd.DataFrame | None = None,
) -> dict[tuple[str, pd.Timestamp], Row]:
    """Weekly readings of the made-up weeks, by engineer and week; tables that are not given are empty."""
    given = {**_nothing(), **facts}
    hours = weekly_hours(people, periods, given["holidays"], given["leave"], FIRST_DAY, LAST_DAY)
    others = [given[name] for name in ("worklogs", "credits", "sprints", "pages", "vibes")]
    found = weekly_readings(people, hours, *others, withheld=withheld, billable_denominator=denominator)
    return by_week(found)


@cache
def _nothing() -> Mapping[str, pd.DataFrame]:
    """Tables without rows, by name."""
    return {
        "holidays": empty(Holidays),
        "leave": empty(Leave),
        "worklogs": empty(Worklogs),
        "credits": empty(SprintCredits),
        "sprints": empty(Sprints),
        "pages": empty(Pages),
        "vibes": empty(Vibes),
    }


def by_week(table: pd.DataFrame) -> dict[tuple[str, pd.Timestamp], Row]:
    """The rows of a table with one row per engineer and week."""
    rows = [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]
    return {(row["engineer_id"], row["week_start"]): row for row in rows}


def worklog(
    engineer_id: str, on: pd.Timestamp, logged: float, billable: float | None = None, **columns: Any
) -> dict[str, Any]:
    """Time logged on one day; all of it billable unless said."""
    started = on.tz_localize("UTC") + pd.Timedelta(hours=9)
    return {
        "worklog_id": f"{engineer_id} {on:%Y-%m-%d}",
        "engineer_id": engineer_id,
        "issue_key": "A-1",
        "week_start": monday_of(on),
        "work_date": on,
        "started_at": started,
        "recorded_at": started,
        "updated_at": started,
        "logged_hours": float(logged),
        "billable_hours": float(logged if billable is None else billable),
        "billing_rule": "default",
    } | columns


def share_text(billable: float, of: float, pct: float) -> str:
    """`28 of 30 h: 93.3 %`."""
    return _(
        "{part} of {whole}: {share}", part=wording.number(billable, 0), whole=hours_text(of), share=wording.percent(pct)
    )


def hours_text(hours: float) -> str:
    """`32 h`, `6.4 h`."""
    return wording.tied(_("{hours} h", hours=wording.number(hours, 0 if float(hours).is_integer() else 1)))


def group(
    name: str,
    *,
    label: str,
    title: str,
    text: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    numeric: Sequence[int] = (),
) -> dict[str, Any]:
    """A table of the page: `label` in the list at its top, `title` and `text` above it, `numeric` columns to the right.

    The first column is short: it does not wrap.
    """
    return {
        "id": name,
        "label": label,
        "title": title,
        "text": text,
        "columns": list(columns),
        "rows": [list(row) for row in rows],
        "numeric": list(numeric),
    }
