"""One engineer and week as the pipeline would store them, to be explained: `ana`, Chicago, 2026-W47."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from tests.builders import facts
from tests.builders.facts import CHICAGO, at, day
from transforms.clean.day_limit import set_aside_impossible_days
from transforms.explain.billable import BillableTrace, explain_billable
from transforms.explain.response import ResponseTrace, explain_response
from transforms.explain.velocity import VelocityTrace, explain_velocity
from transforms.explain.vibes import VibesTrace, explain_vibes
from transforms.metrics.readings import weekly_readings
from transforms.metrics.sprint_calendar import sprint_days, team_zones
from transforms.schedule import HolidayOnDayOff, available_hours, weekly_hours
from transforms.schemas.sources import SourceHealth, SprintTotals
from transforms.vocabulary import METRICS

WEEK = day("2026-11-16")
WEEK_BEFORE = day("2026-11-09")
AS_OF = at("2026-11-23 00:00")


@dataclass(frozen=True)
class Stored:
    """The tables of some weeks; the readings are those that the rows gave when they were read."""

    engineers: pd.DataFrame
    holidays: pd.DataFrame
    available: pd.DataFrame
    worklogs: pd.DataFrame
    credits: pd.DataFrame
    sprints: pd.DataFrame
    totals: pd.DataFrame
    pages: pd.DataFrame
    vibes: pd.DataFrame
    health: pd.DataFrame
    readings: pd.DataFrame

    def reading(self, week: pd.Timestamp = WEEK) -> dict[str, Any]:
        rows = self.readings[self.readings["week_start"] == week].to_dict("records")
        return {str(name): value for name, value in rows[0].items()}

    def billable(self, *, reading: Mapping[str, Any] | None = None, **options: Any) -> BillableTrace:
        return explain_billable(
            reading or self.reading(),
            self.available,
            self.holidays,
            self.worklogs,
            self.health,
            self.engineers,
            **{"recorded_before": AS_OF, **options},
        )

    def velocity(self, *, reading: Mapping[str, Any] | None = None, **options: Any) -> VelocityTrace:
        return explain_velocity(
            reading or self.reading(),
            self.readings,
            self.available,
            self.credits,
            sprint_days(self.sprints, team_zones(self.engineers)),
            self.totals,
            self.health,
            timezone=CHICAGO,
            **options,
        )

    def response(self, *, reading: Mapping[str, Any] | None = None) -> ResponseTrace:
        return explain_response(
            reading or self.reading(), self.pages, self.health, timezone=CHICAGO, paged_before=AS_OF
        )

    def vibes_trace(self, *, reading: Mapping[str, Any] | None = None) -> VibesTrace:
        return explain_vibes(reading or self.reading(), self.vibes, self.health)


def stored(
    *,
    engineer: Mapping[str, Any] | None = None,
    schedules: Sequence[Mapping[str, Any]] = (),
    holidays: Sequence[str] = (),
    holiday_on_day_off: HolidayOnDayOff = "none",
    leave: Sequence[tuple[str, str, float]] = (),
    worklogs: Sequence[Mapping[str, Any]] = (),
    credits: Sequence[Mapping[str, Any]] = (),
    sprints: Sequence[Mapping[str, Any]] = (),
    totals: Sequence[Mapping[str, Any]] = (),
    pages: Sequence[Mapping[str, Any]] = (),
    vibes: Sequence[Mapping[str, Any]] = (),
    unknown: Sequence[str] = (),
    health: Sequence[Mapping[str, Any]] = (),
    denominator: str = "available",
) -> Stored:
    """Ana on 4x10 with Fridays off (unless told), from four weeks before the week to its end.

    `unknown`: metrics whose sources had no whole answer. Late worklogs and pages are rows, and not of the readings.
    """
    people = facts.engineers(engineer or facts.engineer())
    free = facts.holidays(*holidays)
    periods, away = facts.schedules(*(schedules or [facts.period(kind="4x10")])), facts.leave(*leave)
    span = (day("2026-10-19").date(), day("2026-11-22").date(), holiday_on_day_off)
    hours = weekly_hours(people, periods, free, away, *span)
    work, paged, moods = facts.worklogs(*worklogs), facts.pages(*pages), facts.vibes(*vibes)
    credited, of_team = facts.credits_of(*credits), facts.sprints(*sprints)
    usable = set_aside_impossible_days(work[work["recorded_at"] < AS_OF], people)
    weeks = hours["week_start"].unique()
    known = pd.DataFrame({"week_start": weeks} | {f"is_{metric}_known": metric not in unknown for metric in METRICS})
    readings = weekly_readings(
        people,
        hours,
        usable.usable,
        credited,
        of_team,
        paged[paged["paged_at"] < AS_OF],
        moods,
        known=known,
        withheld=usable.withheld,
        billable_denominator=denominator,  # type: ignore[arg-type]
    )
    return Stored(
        people,
        free,
        available_hours(people, periods, free, away, *span),
        work,
        credited,
        of_team,
        facts.table(SprintTotals, totals),
        paged,
        moods,
        facts.table(SourceHealth, health),
        readings,
    )


def source(name: str, state: str, message: str = "", week: pd.Timestamp = WEEK) -> dict[str, Any]:
    """What became of a source in the run of a week."""
    return {
        "source": name,
        "week_start": week,
        "state": state,
        "rows": 1,
        "complete_to": pd.NaT,
        "unknown_since": pd.NaT,
        "message": message,
    }


def total(sprint_id: int, **columns: Any) -> dict[str, Any]:
    """A closed sprint of 2-13 November."""
    points = ("committed", "reestimated", "added", "removed", "completed", "reopened", "carried_over")
    return (
        {
            "sprint_id": sprint_id,
            "team_id": "core",
            "name": f"Core S{sprint_id}",
            "week_start": WEEK_BEFORE,
            "first_day": day("2026-11-02"),
            "last_day": day("2026-11-13"),
            "median_estimate": 3.0,
            "n_estimated": 4,
            "is_reconstructed": False,
        }
        | {f"{name}_points": float(number) for number, name in enumerate(points, start=1)}
        | columns
    )
