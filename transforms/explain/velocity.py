"""A velocity traced to its rows: the issues credited, the sprint that holds the week, and the hours of its weeks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from math import fsum
from typing import Any, Final

import pandas as pd

from transforms.explain.common import (
    NO_WHOLE_ANSWER,
    Difference,
    SourceGap,
    differences,
    no_schedule,
    number,
    ratio,
    source_gaps,
)
from transforms.language import _
from transforms.metrics.billable import Denominator
from transforms.panel import FULL_TIME_HOURS
from transforms.schedule import local_times

HOURS_COLUMNS: Final[Mapping[Denominator, str]] = {"available": "available_hours", "logged": "worked_hours"}


@dataclass(frozen=True)
class IssueCredit:
    """Points of one issue, credited when it was completed or taken back when it was reopened.

    `credited_at` is the time on the engineer's clock. Missing: None, and an empty `issue_key`, in rows of versions that
    kept sums only.
    """

    issue_key: str
    kind: str
    credited_at: datetime | None
    sprint_id: int
    week_start: date
    points: float


@dataclass(frozen=True)
class SprintWeek:
    """What one week of the sprint gives to the engineer's velocity. Missing: None, not known."""

    week_start: date
    points: float | None
    hours: float | None


@dataclass(frozen=True)
class TeamSprint:
    """The team's numbers of a closed sprint, as they were kept at its close. Units: points. Missing: None, not kept."""

    committed: float | None
    reestimated: float | None
    added: float | None
    removed: float | None
    completed: float | None
    reopened: float | None
    carried_over: float | None


@dataclass(frozen=True)
class Sprint:
    """The sprint that holds the week. `team` is None while it is open."""

    sprint_id: int
    name: str
    first_day: date
    last_day: date
    is_closed: bool
    is_reconstructed: bool
    team: TeamSprint | None


@dataclass(frozen=True)
class VelocityTrace:
    """From issues to points per 40 hours, for one engineer, week and sprint.

    `points_completed` is the week's reading as it is stored; the sums are worked out here from the rows.
    Missing: None. `unknown` says why there is no reading; it is empty where there is one.
    """

    engineer_id: str
    week_start: date
    denominator: Denominator
    points_completed: float | None
    is_known: bool
    sprint: Sprint | None
    credits: tuple[IssueCredit, ...]
    weeks: tuple[SprintWeek, ...]
    week_points: float
    sprint_points: float
    sprint_hours: float | None
    points_per_40h: float | None
    unknown: tuple[str, ...]
    gaps: tuple[SourceGap, ...]
    differences: tuple[Difference, ...]


def explain_velocity(
    reading: Mapping[str, Any],
    readings: pd.DataFrame,
    available: pd.DataFrame,
    sprint_credits: pd.DataFrame,
    calendar: pd.DataFrame,
    totals: pd.DataFrame,
    health: pd.DataFrame,
    *,
    timezone: str,
    denominator: Denominator = "available",
) -> VelocityTrace:
    """Why the points of one engineer and week, and the velocity of its sprint, are what they are.

    `reading`: the row of Readings. `readings`, `available` and `sprint_credits`: the engineer's rows, of which those of
    the week and of its sprint are taken. `calendar`: sprints as `sprint_days` gives them. `totals`: table SprintTotals.
    `health`: the runs that read the week. `timezone`: the engineer's.
    Definition: metrics.md, "Velocity per engineer". An open sprint counts as far as it has come.
    """
    week, sprint_id = reading["week_start"], number(reading["sprint_id"])
    weeks = weeks_of_sprint(reading, readings.to_dict("records"), denominator)
    is_of_sprint = sprint_credits["sprint_id"] == sprint_id
    is_of_week = sprint_credits["week_start"] == week
    rows = sprint_credits[is_of_sprint | is_of_week]
    week_points = float(sprint_credits.loc[is_of_week, "points_completed"].sum())
    is_known = bool(reading["is_velocity_known"])
    gaps = () if is_known else source_gaps(health, ("jira", "tempo", "leave"))
    return VelocityTrace(
        engineer_id=reading["engineer_id"],
        week_start=week.date(),
        denominator=denominator,
        points_completed=number(reading["points_completed"]),
        is_known=is_known,
        sprint=_sprint(sprint_id, calendar, totals),
        credits=_issues(rows, timezone),
        weeks=weeks,
        week_points=week_points,
        sprint_points=float(sprint_credits.loc[is_of_sprint, "points_completed"].sum()),
        sprint_hours=_total(one.hours for one in weeks),
        points_per_40h=points_per_40h(weeks),
        unknown=_unknown(sprint_id, is_known, no_schedule(available, week), bool(gaps)),
        gaps=gaps,
        differences=differences(
            reading, {"points_completed": week_points if is_known and sprint_id is not None else None}
        ),
    )


def weeks_of_sprint(
    reading: Mapping[str, Any], readings: Iterable[Mapping[Any, Any]], denominator: Denominator
) -> tuple[SprintWeek, ...]:
    """The weeks of the sprint that holds the week of `reading`, from one engineer's readings; none outside sprints."""
    key, hours = ("team_id", "sprint_id"), HOURS_COLUMNS[denominator]
    rows = [row for row in readings if all(row[name] == reading[name] for name in key)]
    ordered = sorted(rows, key=lambda row: row["week_start"])
    return tuple(
        SprintWeek(row["week_start"].date(), number(row["points_completed"]), number(row[hours])) for row in ordered
    )


def points_per_40h(weeks: Sequence[SprintWeek]) -> float | None:
    """Points of these weeks by their hours: a ratio of sums. Missing: something is not known, or there are no hours."""
    return ratio(_total(one.points for one in weeks), _total(one.hours for one in weeks), FULL_TIME_HOURS)


def _total(values: Iterable[float | None]) -> float | None:
    """The sum; None where there is nothing, or one of them is not known."""
    listed = list(values)
    known = [value for value in listed if value is not None]
    return fsum(known) if known and len(known) == len(listed) else None


def _issues(credits: pd.DataFrame, timezone: str) -> tuple[IssueCredit, ...]:
    """In order of their time."""
    ordered = credits.sort_values(["credited_at", "issue_key"], ignore_index=True)
    local = local_times(ordered["credited_at"], pd.Series(timezone, index=ordered.index))
    return tuple(
        IssueCredit(
            issue_key=row["issue_key"],
            kind=row["kind"],
            credited_at=None if pd.isna(row["local"]) else row["local"],
            sprint_id=row["sprint_id"],
            week_start=row["week_start"].date(),
            points=row["points_completed"],
        )
        for row in ordered.assign(local=local).to_dict("records")
    )


def _sprint(sprint_id: float | None, calendar: pd.DataFrame, totals: pd.DataFrame) -> Sprint | None:
    """The snapshot of the close where there is one, else what was known of the sprint last."""
    snapshot = totals[totals["sprint_id"] == sprint_id].to_dict("records")
    known = snapshot or calendar[calendar["sprint_id"] == sprint_id].to_dict("records")
    if not known:
        return None
    row = known[0]
    return Sprint(
        sprint_id=row["sprint_id"],
        name=row["name"],
        first_day=row["first_day"].date(),
        last_day=row["last_day"].date(),
        is_closed=bool(snapshot),
        is_reconstructed=bool(snapshot and row["is_reconstructed"]),
        team=TeamSprint(**{part.name: number(row[f"{part.name}_points"]) for part in fields(TeamSprint)})
        if snapshot
        else None,
    )


def _unknown(sprint_id: float | None, is_known: bool, bare: tuple[str, ...], has_gaps: bool) -> tuple[str, ...]:
    if sprint_id is None:
        return (_("No sprint of the team holds the Thursday of this week."),)
    if is_known:
        return ()
    return bare or (() if has_gaps else (_(NO_WHOLE_ANSWER),))
