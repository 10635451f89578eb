"""Weekly readings: the four metrics of every engineer and week on one complete grid."""

from typing import Final

import numpy as np
import pandas as pd

from transforms.metrics.billable import Denominator, weekly_billable
from transforms.metrics.grid import Flags, Grid
from transforms.metrics.response import weekly_response
from transforms.metrics.sprint_calendar import sprint_days, sprint_weeks, team_zones
from transforms.metrics.vibes import weekly_vibes
from transforms.schemas.readings import Readings
from transforms.schemas.registry import shaped
from transforms.vocabulary import METRICS, Metric

_BY_SCHEDULE: Final[tuple[Metric, ...]] = ("billable", "velocity")  # read against available hours


def weekly_readings(
    engineers: pd.DataFrame,
    hours: pd.DataFrame,
    worklogs: pd.DataFrame,
    sprint_credits: pd.DataFrame,
    sprints: pd.DataFrame,
    pages: pd.DataFrame,
    vibes: pd.DataFrame,
    *,
    known: pd.DataFrame | None = None,
    withheld: pd.DataFrame | None = None,
    billable_denominator: Denominator = "available",
) -> pd.DataFrame:
    """What was measured of every engineer in every week (table Readings).

    Grain: one row per engineer-week of `hours` (`schedule.weekly_hours`), sorted; rows of the other tables outside of
        them are left out.
    Missing: what a source did not answer. `known` holds a row per week (`week_start` and a flag `is_<metric>_known`
        for each metric); a week without a row is not known, without `known` every week is. `withheld` names single
        engineer-weeks (`engineer_id, week_start, metric`) that are not known for another reason. Billable share and
        velocity of a week are not known either if some day of it has no schedule.
        `points_completed` is missing outside sprints, 0 in a sprint's week without credits.
    Definition: metrics.md, "Weekly readings". `sprint_id` is that of the sprint of the engineer's team that holds the
        week's Thursday.
    """
    hours = hours.sort_values(["engineer_id", "week_start"], ignore_index=True)
    grid = Grid.of(hours)
    people = engineers.set_index("engineer_id")[["manager_id", "team_id"]].loc[grid.engineer_ids]
    # Sprints pile up over the years. One that closed before the first week cannot hold a Thursday of it, in any zone.
    is_over = sprints["complete_at"] < grid.week_starts.min().tz_localize("UTC")
    calendar = sprint_weeks(sprint_days(sprints[~is_over], team_zones(engineers)))
    known_flags = _known_flags(grid, hours["has_schedule"].to_numpy(), known, withheld)
    available = hours["available_hours"].to_numpy()
    parts = [
        hours,
        people.take(grid.engineer).reset_index(drop=True),
        weekly_billable(grid, available, worklogs, known_flags["billable"], billable_denominator),
        _weekly_velocity(grid, people["team_id"], calendar, sprint_credits, known_flags["velocity"]),
        weekly_response(grid, pages, known_flags["response"]),
        weekly_vibes(grid, vibes, known_flags["vibes"]),
        pd.DataFrame({f"is_{metric}_known": flags for metric, flags in known_flags.items()}),
    ]
    return shaped(pd.concat(parts, axis="columns"), Readings)


def _known_flags(
    grid: Grid, has_schedule: Flags, known: pd.DataFrame | None, withheld: pd.DataFrame | None
) -> dict[Metric, Flags]:
    flags: dict[Metric, Flags] = {metric: np.ones(len(grid), dtype=np.bool_) for metric in METRICS}
    if known is not None:
        by_week = known.set_index("week_start").reindex(grid.week_starts)
        flags = {metric: by_week[f"is_{metric}_known"].eq(True).to_numpy()[grid.week] for metric in METRICS}
    if withheld is not None:
        there = grid.rows(withheld)
        flags = {metric: flag & ~there.any(withheld["metric"] == metric) for metric, flag in flags.items()}
    return {metric: flag & has_schedule if metric in _BY_SCHEDULE else flag for metric, flag in flags.items()}


def _weekly_velocity(
    grid: Grid, teams: "pd.Series[str]", calendar: pd.DataFrame, sprint_credits: pd.DataFrame, is_known: Flags
) -> pd.DataFrame:
    """The sprint of each engineer-week and the points credited in it. `teams`: of the grid's engineers."""
    team, team_ids = pd.factorize(teams)
    team_weeks = pd.MultiIndex.from_product([team_ids, grid.week_starts])
    in_sprint = calendar.set_index(["team_id", "week_start"]).reindex(team_weeks)
    row = team[grid.engineer] * len(grid.week_starts) + grid.week
    sprint_id = in_sprint["sprint_id"].to_numpy(np.float64)[row]
    points = grid.rows(sprint_credits).sum(sprint_credits["points_completed"])
    return pd.DataFrame(
        {
            "sprint_id": sprint_id,
            "is_sprint_end": in_sprint["is_sprint_end"].eq(True).to_numpy()[row],
            "points_completed": np.where(is_known & ~np.isnan(sprint_id), points, np.nan),
        }
    )
