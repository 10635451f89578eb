"""A simulated world: its readings and incidents, and the truth behind them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from flows.simulation.checks import refuse_what_cannot_be
from flows.simulation.constants import World
from flows.simulation.draws import Draws
from flows.simulation.fates import fates, plans, truth_table
from flows.simulation.gaps import Lost, gaps
from flows.simulation.hours import calendar, hours
from flows.simulation.measures import Setting, billable_hours, calls, manager_by_week, scores, story_points
from flows.simulation.roster import numbered, roster
from transforms.exchange import NOTE_WRITTEN, readings_of
from transforms.parameters import Denominator
from transforms.stats import Bools

__all__ = ["Simulated", "World", "simulate"]


@dataclass(frozen=True)
class Simulated:
    """What a world gives. `readings` and `responses` are what the rules are given, as read from the two files."""

    world: World
    seed: int
    weekly: pd.DataFrame  # the columns of weekly.csv, and the team
    incidents: pd.DataFrame  # the columns of incidents.csv
    readings: pd.DataFrame
    responses: pd.DataFrame
    truth: pd.DataFrame  # one row per engineer

    @property
    def switch_week(self) -> pd.Timestamp:
        return pd.Timestamp(self.world.first_week) + pd.Timedelta(weeks=self.world.weeks_before)


def simulate(world: World, seed: int, denominator: Denominator = "logged") -> Simulated:
    """Draw a world. The same world, seed and version of tenfour give the same bytes.

    Units: hours, points, seconds, score 1 to 5. `denominator` is what the readings' billable percentage is of.
    Errors: ConfigError if there can be no such world, with every finding.
    Definition: decisions.md, 9.
    """
    refuse_what_cannot_be(world, seed)
    draws = Draws(world, seed)
    planned = plans(draws)
    people = roster(draws, may_come_and_go=~planned.has_drop)
    weeks = calendar(world)
    there = hours(draws, people, weeks)
    fate = fates(draws, planned, people, there, weeks)
    setting = Setting(draws, people, weeks, there, fate)
    lost = gaps(setting)
    weekly = _weekly(setting, lost)
    incidents = _incidents(setting, lost)
    rows = weekly.assign(
        has_note=weekly["vibes_note"].notna(), is_sprint_end=weekly["sprint_end"], sprint_id=weekly["sprint_id"] * 1.0
    )
    responses = incidents.rename(columns={"ack_s": "acknowledge_seconds", "resolve_s": "resolve_seconds"})
    return Simulated(
        world=world,
        seed=seed,
        weekly=weekly,
        incidents=incidents,
        readings=readings_of(rows, responses, denominator),
        responses=responses,
        truth=truth_table(people, fate, weeks),
    )


def _weekly(setting: Setting, lost: Lost) -> pd.DataFrame:
    """One row per engineer and week employed, as far as it was not lost."""
    world, people, there = setting.draws.world, setting.people, setting.hours
    n_weeks = setting.shape[1]
    is_row = there.is_employed & ~lost.row
    engineer, week = np.nonzero(is_row)
    has_moved = people.has_moved(n_weeks)
    teams = numbered("t", np.arange(2 * world.teams), 2 * world.teams)
    managers = numbered("m", np.arange(people.n_managers + world.teams), people.n_managers + world.teams)
    team = np.where(has_moved, people.team[:, None] + world.teams, people.team[:, None])
    sprint = np.arange(n_weeks) // world.sprint_weeks
    sprint_id = np.where(has_moved, world.reorganisation.first_sprint_id + sprint, 1 + sprint)
    is_sprint_end = np.arange(n_weeks) % world.sprint_weeks == world.sprint_weeks - 1
    given = scores(setting)
    has_note = given.has_note & ~lost.vibes

    def known(values: np.ndarray, is_lost: Bools) -> np.ndarray:
        return np.where(is_lost, np.nan, values)[is_row]

    return pd.DataFrame(
        {
            "engineer_id": pd.Series(people.engineer_ids, dtype="str").take(engineer).reset_index(drop=True),
            "manager_id": pd.Series(managers, dtype="str").take(manager_by_week(people, n_weeks)[is_row]).array,
            "week_start": setting.weeks.week_starts[week],
            "schedule": np.where(setting.weeks.is_during, "4x10", "5x8")[week],
            "contract_hours": there.contract[is_row],
            "holiday_hours": there.holiday[is_row],
            "leave_hours": there.leave[is_row],
            "worked_hours": known(there.worked, lost.hours),
            "billable_hours": known(billable_hours(setting), lost.hours),
            "sprint_id": sprint_id[is_row],
            "sprint_end": is_sprint_end[week],
            "points_completed": known(story_points(setting), lost.points),
            "vibes": known(given.vibes, lost.vibes),
            "vibes_note": pd.Series(NOTE_WRITTEN, index=range(len(week)), dtype="str").where(has_note[is_row]),
            "team_id": pd.Series(teams, dtype="str").take(team[is_row]).array,
        }
    )


def _incidents(setting: Setting, lost: Lost) -> pd.DataFrame:
    """One row per incident, of the weeks that have a row."""
    drawn = calls(setting)
    is_kept = ~(lost.row | lost.incidents)[drawn.engineer, drawn.week]
    ids = pd.Series(setting.people.engineer_ids, dtype="str")
    return pd.DataFrame(
        {
            "engineer_id": ids.take(drawn.engineer[is_kept]).reset_index(drop=True),
            "week_start": setting.weeks.week_starts[drawn.week[is_kept]],
            "ack_s": drawn.acknowledge[is_kept],
            "resolve_s": drawn.resolve[is_kept],
            "is_censored": False,
        }
    )
