"""Weekly readings: the four metrics of every engineer and week on one complete grid."""

from typing import Final

import pandas as pd

from transforms.metrics.billable import Denominator, weekly_billable
from transforms.metrics.response import weekly_response
from transforms.metrics.sprint_calendar import sprint_days, sprint_weeks, team_zones
from transforms.metrics.vibes import weekly_vibes
from transforms.schemas.readings import Readings
from transforms.schemas.registry import shaped
from transforms.vocabulary import METRICS

_KNOWN_FLAGS: Final = [f"is_{metric}_known" for metric in METRICS]
_KEYS: Final = ["engineer_id", "week_start"]


def weekly_readings(
    engineers: pd.DataFrame,
    available: pd.DataFrame,
    worklogs: pd.DataFrame,
    sprint_credits: pd.DataFrame,
    sprints: pd.DataFrame,
    pages: pd.DataFrame,
    vibes: pd.DataFrame,
    *,
    known: pd.DataFrame | None = None,
    billable_denominator: Denominator = "available",
) -> pd.DataFrame:
    """What was measured of every engineer in every week (table Readings).

    Grain: one row per engineer x week with a day in `available`, whole weeks, complete and sorted; rows of the other
        tables outside of it are left out.
    Missing: what a source did not answer. `known` holds a row per week (`week_start` and a flag
        `is_<metric>_known` for each metric); a week without a row is not known, without `known` every week is.
        `points_completed` is missing outside sprints, 0 in a sprint's week without credits.
    Definition: metrics.md, "Weekly readings". `sprint_id` is that of the sprint of the engineer's team that holds the
        week's Thursday.
    """
    hours = _weekly_hours(available)
    grid = pd.MultiIndex.from_frame(hours[_KEYS])
    people = engineers.set_index("engineer_id")[["manager_id", "team_id"]].reindex(hours["engineer_id"])
    table = hours.set_index(_KEYS).assign(**{name: people[name].array for name in people.columns})
    flags = _known_flags(grid, known)
    billable = weekly_billable(table["available_hours"], worklogs, flags["is_billable_known"], billable_denominator)
    velocity = _weekly_velocity(table, sprint_credits, sprints, engineers, flags["is_velocity_known"])
    response = weekly_response(grid, pages, flags["is_response_known"])
    mood = weekly_vibes(grid, vibes, flags["is_vibes_known"])
    readings = pd.concat([table, billable, velocity, response, mood, flags], axis=1)
    return shaped(readings.reset_index(), Readings)


def _weekly_hours(available: pd.DataFrame) -> pd.DataFrame:
    """Hours summed by week; the schedule is that of the week's first day of employment."""
    weeks = available.sort_values(["engineer_id", "work_date"]).groupby(_KEYS)
    summed = weeks[["scheduled_hours", "holiday_hours", "leave_hours", "available_hours"]].sum()
    hours = summed.assign(schedule=weeks["schedule"].first()).rename(columns={"scheduled_hours": "contract_hours"})
    return hours.reset_index()


def _known_flags(grid: pd.MultiIndex, known: pd.DataFrame | None) -> pd.DataFrame:
    if known is None:
        return pd.DataFrame(True, index=grid, columns=_KNOWN_FLAGS)
    weeks = pd.DataFrame({"week_start": grid.get_level_values("week_start")})
    flags = weeks.merge(known, on="week_start", how="left", validate="many_to_one")[_KNOWN_FLAGS]
    return flags.eq(True).set_axis(grid)


def _weekly_velocity(
    table: pd.DataFrame,
    sprint_credits: pd.DataFrame,
    sprints: pd.DataFrame,
    engineers: pd.DataFrame,
    is_known: "pd.Series[bool]",
) -> pd.DataFrame:
    calendar = sprint_weeks(sprint_days(sprints, team_zones(engineers)))
    week = table.reset_index()[["team_id", "week_start"]]
    in_sprint = week.merge(calendar, on=["team_id", "week_start"], how="left", validate="many_to_one")
    in_sprint = in_sprint.set_axis(table.index)
    points = sprint_credits.groupby(_KEYS)["points_completed"].sum().reindex(table.index, fill_value=0.0)
    return pd.DataFrame(
        {
            "sprint_id": in_sprint["sprint_id"],
            "is_sprint_end": in_sprint["is_sprint_end"].eq(True),
            "points_completed": points.where(in_sprint["sprint_id"].notna() & is_known),
        },
        index=table.index,
    )
