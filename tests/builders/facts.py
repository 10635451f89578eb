"""Rows of the tables that the core reads, built from what a test cares about; the rest is an ordinary value."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import pandas as pd

from transforms.schemas.columns import Table
from transforms.schemas.readings import AvailableHours
from transforms.schemas.registry import conform, empty
from transforms.schemas.roster import Engineers, Schedules
from transforms.schemas.sources import (
    Holidays,
    IssueEvents,
    Leave,
    Pages,
    SprintCredits,
    Sprints,
    Vibes,
    Worklogs,
)
from transforms.weeks import monday_of

CHICAGO = "America/Chicago"
MADRID = "Europe/Madrid"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def table(model: type[Table], rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """A table of these rows, checked against its schema; without rows, the empty table."""
    listed = list(rows)
    if not listed:
        return _empty(model).copy()
    frame = pd.DataFrame(listed)
    for name, spec in model.to_schema().columns.items():
        if "UTC" in str(spec.dtype):  # a column of nothing but missing instants has no zone of its own
            frame[name] = pd.to_datetime(frame[name], utc=True)
    return conform(frame, model)


@cache
def _empty(model: type[Table]) -> pd.DataFrame:
    return empty(model)


def engineer(engineer_id: str = "ana", **columns: Any) -> dict[str, Any]:
    """Employed since 2025 in Chicago, in team `core`, managed by `mia`."""
    return {
        "engineer_id": engineer_id,
        "name": engineer_id.title(),
        "team_id": "core",
        "manager_id": "mia",
        "location_id": "austin",
        "timezone": CHICAGO,
        "employed_from": day("2025-01-06"),
        "employed_to": pd.NaT,
        "jira_account_id": f"jira-{engineer_id}",
        "pagerduty_user_id": f"P{engineer_id.upper()}",
        "alertops_user_name": f"{engineer_id}.ops",
    } | columns


def period(
    engineer_id: str = "ana",
    kind: str = "5x8",
    *,
    first: str = "2025-01-06",
    last: str | None = None,
    off: str | None = None,
    share: float = 1.0,
    hours: Mapping[str, float] | None = None,
    week: int = 0,
    of: int = 1,
) -> dict[str, Any]:
    """A schedule period: 8 hours Monday to Friday, or 10 with one weekday `off` (Friday unless named).

    `share` is a part-timer's part of each day; `hours` names the hours of single weekdays instead. The row is `week`
    (from 0) `of` so many weeks of the period's cycle.
    """
    free = (off or "friday") if kind == "4x10" else off
    daily = (10.0 if kind == "4x10" else 8.0) * share
    usual = {name: daily if name in WEEKDAYS[:5] and name != free else 0.0 for name in WEEKDAYS}
    chosen = usual if hours is None else dict.fromkeys(WEEKDAYS, 0.0) | dict(hours)
    return {
        "engineer_id": engineer_id,
        "valid_from": day(first),
        "valid_to": day(last) if last else pd.NaT,
        "schedule": kind,
        "cycle_weeks": of,
        "cycle_week": week,
    } | {f"{name}_hours": float(chosen[name]) for name in WEEKDAYS}


def cycle(
    *weeks: Mapping[str, float], engineer_id: str = "ana", kind: str = "5x8", **dates: Any
) -> list[dict[str, Any]]:
    """A schedule period whose hours alternate: its rows, one per week of the cycle."""
    return [
        period(engineer_id, kind, hours=hours, week=number, of=len(weeks), **dates)
        for number, hours in enumerate(weeks)
    ]


def nine_eighty(engineer_id: str = "ana", off: str = "friday", **dates: Any) -> list[dict[str, Any]]:
    """9/80: four days of 9 hours; on the fifth, 8 in the first week and none in the second."""
    short = {name: 9.0 for name in WEEKDAYS[:5] if name != off}
    return cycle(short | {off: 8.0}, short, engineer_id=engineer_id, kind="9/80", **dates)


def day(text: str) -> pd.Timestamp:
    return pd.Timestamp(text)


def at(text: str, zone: str = CHICAGO) -> pd.Timestamp:
    """The instant at which a clock in `zone` shows `text`."""
    return pd.Timestamp(text, tz=zone).tz_convert("UTC")


def engineers(*rows: Mapping[str, Any]) -> pd.DataFrame:
    return table(Engineers, rows or [engineer()])


def schedules(*rows: Mapping[str, Any]) -> pd.DataFrame:
    return table(Schedules, rows or [period()])


def holidays(*dates: str, location: str = "austin") -> pd.DataFrame:
    return table(
        Holidays, [{"location_id": location, "holiday_date": day(text), "name": "A holiday"} for text in dates]
    )


def leave(*rows: tuple[str, str, float]) -> pd.DataFrame:
    """Rows of (engineer, day, hours)."""
    return table(
        Leave, [{"engineer_id": who, "leave_date": day(when), "leave_hours": hours} for who, when, hours in rows]
    )


def available(*rows: Mapping[str, Any]) -> pd.DataFrame:
    return table(AvailableHours, [{"has_schedule": True} | dict(row) for row in rows])


def worklog(engineer_id: str, on: str, logged: float, billable: float | None = None, **columns: Any) -> dict[str, Any]:
    """Work logged on a day; all of it billable unless said."""
    started = at(f"{on} 09:00")
    return {
        "worklog_id": f"{engineer_id}-{on}-{logged}",
        "engineer_id": engineer_id,
        "issue_key": "ACME-1",
        "week_start": monday_of(day(on)),
        "work_date": day(on),
        "started_at": started,
        "recorded_at": started,
        "updated_at": started,
        "logged_hours": float(logged),
        "billable_hours": float(logged if billable is None else billable),
        "billing_rule": "default",
    } | columns


def worklogs(*rows: Mapping[str, Any]) -> pd.DataFrame:
    return table(Worklogs, rows)


def sprint(
    sprint_id: int, start: str, end: str, *, closed: str | None = None, is_open: bool = False, **columns: Any
) -> dict[str, Any]:
    """A sprint of team `core` by Chicago clocks; closed when it ends, unless `closed` differs or it `is_open`."""
    return {
        "sprint_id": sprint_id,
        "team_id": "core",
        "name": f"Core S{sprint_id}",
        "state": "active" if is_open else "closed",
        "start_at": at(start),
        "end_at": at(end),
        "complete_at": pd.NaT if is_open else at(closed or end),
    } | columns


def sprints(*rows: Mapping[str, Any]) -> pd.DataFrame:
    return table(Sprints, rows)


def issue(
    key: str,
    created: str,
    *changes: tuple[str, str, str | None],
    sprints: str | None = None,
    points: float | None = None,
    assignee: str | None = None,
    is_subtask: bool = False,
) -> list[dict[str, Any]]:
    """The events of one issue: its fields at creation (not done), then changes of (when, field, value)."""
    first = {
        "sprints": sprints,
        "points": None if points is None else str(points),
        "is_done": "false",
        "assignee": assignee,
    }
    listed = [(created, field, value, 0) for field, value in first.items()]
    listed += [(when, field, value, number) for number, (when, field, value) in enumerate(changes, start=1)]
    return [
        {
            "issue_key": key,
            "is_subtask": is_subtask,
            "event_id": number,
            "changed_at": at(when),
            "field": field,
            "value": value,
        }
        for when, field, value, number in listed
    ]


def issue_events(*issues: list[dict[str, Any]]) -> pd.DataFrame:
    return table(IssueEvents, [event for rows in issues for event in rows])


def credit(engineer_id: str, week: str, sprint_id: int, points: float, **columns: Any) -> dict[str, Any]:
    """Points of an issue of their own, completed on the Wednesday of the week."""
    return {
        "engineer_id": engineer_id,
        "week_start": day(week),
        "sprint_id": sprint_id,
        "team_id": "core",
        "issue_key": f"CORE-{sprint_id}-{engineer_id}",
        "kind": "completed",
        "credited_at": at(week) + pd.Timedelta(days=2, hours=15),
        "points_completed": float(points),
    } | columns


def credits_of(*rows: Mapping[str, Any]) -> pd.DataFrame:
    return table(SprintCredits, rows)


def page(engineer_id: str, paged: str, *, zone: str = CHICAGO, **columns: Any) -> dict[str, Any]:
    """A high-urgency page by the engineer's clock, acknowledged after 300 s and resolved after 3600 s by them."""
    return {
        "engineer_id": engineer_id,
        "week_start": monday_of(day(paged)),
        "incident_id": f"Q-{engineer_id}-{paged}",
        "paged_at": at(paged, zone),
        "acknowledge_seconds": 300.0,
        "resolve_seconds": 3600.0,
        "is_censored": False,
        "urgency": "high",
        "shift": "in_shift",
    } | columns


def pages(*rows: Mapping[str, Any]) -> pd.DataFrame:
    return table(Pages, rows)


def vibe(engineer_id: str, week: str, score: float | None, **columns: Any) -> dict[str, Any]:
    """A score by manager `mia`, without a note."""
    return {
        "engineer_id": engineer_id,
        "week_start": day(week),
        "manager_id": "mia",
        "vibes": score,
        "note": None,
        "visibility": "everyone",
        "saved_at": pd.NaT,
        "file": "vibes.csv",
        "line": 2,
        "published_vibes": None,
    } | columns


def vibes(*rows: Mapping[str, Any]) -> pd.DataFrame:
    return table(Vibes, rows)
