"""What becomes of each engineer on 4x10: the truth that decisions are held against."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from flows.simulation.constants import Drop
from flows.simulation.draws import Draws, Topic
from flows.simulation.hours import Calendar, Hours
from flows.simulation.roster import Roster
from transforms.stats import Bools, Floats, Ints, Words
from transforms.stats.arrays import at_least

NEVER: Final = -1
_MIN_BAD_WEEK_SHARE: Final = 0.6  # of the contract hours worked: a bad week is one that is there to be seen


@dataclass(frozen=True)
class Plans:
    """What is drawn for each engineer before anybody is employed. Shape: engineers."""

    is_bad_week: Bools
    is_chronic: Bools
    drop: Ints  # index of the world's drops; `NEVER` without
    drop_week: Ints
    is_generous_manager: Bools

    @property
    def has_drop(self) -> Bools:
        has: Bools = self.drop != NEVER
        return has


@dataclass(frozen=True)
class Fates:
    """What really becomes of each engineer. Shape: engineers; `NEVER` is no week."""

    scenario: Words
    size: Words
    drop_week: Ints
    bad_week: Ints
    billable_points: Floats
    velocity_share: Floats
    response_factor: Floats
    vibes_points: Floats
    is_chronic: Bools
    is_generous_manager: Bools
    latent_pct: Floats
    drift_points: Floats
    should_return: Words

    def has_dropped(self, n_weeks: int) -> Bools:
        """Weeks from the drop on. Shape: engineers x weeks."""
        dropped: Bools = (self.drop_week != NEVER)[:, None] & (np.arange(n_weeks) >= self.drop_week[:, None])
        return dropped

    def is_bad_week(self, n_weeks: int) -> Bools:
        """Shape: engineers x weeks."""
        bad: Bools = np.arange(n_weeks) == self.bad_week[:, None]
        return bad


def plans(draws: Draws) -> Plans:
    """Scenarios and drops, by chance."""
    world, rules = draws.world, draws.world.scenarios
    chance = draws.uniform(Topic.SCENARIOS, world.engineers, 5)
    drop_from = 1 - rules.drop_share
    chronic_from = drop_from - rules.chronic_share
    bad_from = chronic_from - rules.bad_week_share
    kind = chance[:, 0]
    drop = np.floor(chance[:, 1] * len(rules.drops)).astype(np.int64)
    last = max(min(rules.last_drop_week, world.weeks_during - 1), 1)
    later = 1 + np.floor(chance[:, 3] * last).astype(np.int64)
    since = np.where((chance[:, 2] < rules.at_switch_share) | (world.weeks_during == 1), 0, later)
    return Plans(
        is_bad_week=(kind >= bad_from) & (kind < chronic_from),
        is_chronic=(kind >= chronic_from) & (kind < drop_from),
        drop=np.where(kind >= drop_from, drop, NEVER),
        drop_week=world.weeks_before + since,
        is_generous_manager=chance[:, 4] < world.vibes.generous_share,
    )


def fates(draws: Draws, planned: Plans, people: Roster, hours: Hours, weeks: Calendar) -> Fates:
    """Everybody's level and what changes it.

    Whoever has no week that can be a bad one stays unaffected.
    """
    world = draws.world
    n = people.n_engineers
    is_affected = np.full(n, not world.only_unaffected)
    bad_week = np.where(planned.is_bad_week & is_affected, _bad_weeks(draws, people, hours, weeks), NEVER)
    is_chronic = planned.is_chronic & is_affected
    drop = np.where(is_affected, planned.drop, NEVER)
    has_drop = drop != NEVER
    is_generous = planned.is_generous_manager & has_drop

    scenarios, sizes = _of(world.scenarios.drops, drop, "scenario", ""), _of(world.scenarios.drops, drop, "size", "")
    scenario = np.where(has_drop, scenarios, np.where(is_chronic, "chronic", "unaffected"))
    scenario = np.where(bad_week != NEVER, "bad_week", scenario)
    points = _numbers(world.scenarios.drops, drop, "billable_points", 0.0)
    latent, drift = _levels(draws, is_chronic)
    should_return = np.where(has_drop, _of(world.scenarios.drops, drop, "should_return", "no"), "no")
    is_unclear = ~at_least(world.scenarios.clear_pct, latent + drift + points)
    return Fates(
        scenario=scenario.astype(object),
        size=sizes,
        drop_week=np.where(has_drop, planned.drop_week, NEVER),
        bad_week=bad_week,
        billable_points=points,
        velocity_share=_numbers(world.scenarios.drops, drop, "velocity_share", 0.0),
        response_factor=_numbers(world.scenarios.drops, drop, "response_factor", 1.0),
        vibes_points=np.where(is_generous, 0.0, _numbers(world.scenarios.drops, drop, "vibes_points", 0.0)),
        is_chronic=is_chronic,
        is_generous_manager=is_generous,
        latent_pct=latent,
        drift_points=drift,
        should_return=np.where((scenario == "billable") & is_unclear, "grey", should_return).astype(object),
    )


def truth_table(people: Roster, fate: Fates, weeks: Calendar) -> pd.DataFrame:
    """The truth, one row per engineer.

    Units: points of percent, shares, factors and score; `latent_billable_pct` is the own level before the switch.
    """

    def monday(week: Ints) -> pd.Series:
        return pd.Series(weeks.week_starts[week]).where(week != NEVER)

    return pd.DataFrame(
        {
            "engineer_id": pd.Series(people.engineer_ids, dtype="str"),
            "scenario": pd.Series(fate.scenario, dtype="str"),
            "size": pd.Series(fate.size, dtype="str"),
            "drop_week": monday(fate.drop_week),
            "bad_week": monday(fate.bad_week),
            "billable_points": fate.billable_points,
            "velocity_share": fate.velocity_share,
            "response_factor": fate.response_factor,
            "vibes_points": fate.vibes_points,
            "should_return": pd.Series(fate.should_return, dtype="str"),
            "is_clear_decliner": fate.should_return == "yes",
            "is_chronic": fate.is_chronic,
            "is_generous_manager": fate.is_generous_manager,
            "latent_billable_pct": fate.latent_pct,
        }
    )


def _bad_weeks(draws: Draws, people: Roster, hours: Hours, weeks: Calendar) -> Ints:
    """For each engineer one week that could be a bad one, any of them equally likely; `NEVER` without."""
    world, rules = draws.world, draws.world.scenarios.bad_week
    week = np.arange(world.n_weeks)
    is_time = (week >= world.weeks_before + rules.settled_weeks) & ~weeks.is_holiday_week
    is_seen = week + rules.following_weeks <= people.last_week[:, None]
    is_known = (week >= people.first_week[:, None] + rules.hired_weeks) | (people.first_week == 0)[:, None]
    is_there = at_least(hours.worked, _MIN_BAD_WEEK_SHARE * hours.contract) & hours.is_employed
    is_possible = is_time & is_seen & is_known & is_there
    chance = np.where(is_possible, draws.uniform(Topic.BAD_WEEKS, people.n_engineers, world.n_weeks), -1.0)
    chosen: Ints = np.where(is_possible.any(axis=1), chance.argmax(axis=1), NEVER)
    return chosen


def _levels(draws: Draws, is_chronic: Bools) -> tuple[Floats, Floats]:
    """Everybody's own billable level before the switch, and the harmless change at it."""
    rules = draws.world.billable
    noise = draws.of(Topic.LEVELS).standard_normal((2, len(is_chronic)))
    usual = np.maximum(rules.mean_pct + rules.spread_points * noise[0], rules.floor_pct)
    low = np.minimum(rules.chronic_mean_pct + rules.chronic_spread_points * noise[0], rules.chronic_ceiling_pct)
    return np.where(is_chronic, low, usual), rules.drift_points * noise[1]


def _of(drops: tuple[Drop, ...], drop: Ints, name: str, otherwise: str) -> Words:
    # The last one stands for "no drop", which is numbered -1.
    words: Words = np.array([*(getattr(one, name) for one in drops), otherwise], dtype=object)[drop]
    return words


def _numbers(drops: tuple[Drop, ...], drop: Ints, name: str, otherwise: float) -> Floats:
    numbers: Floats = np.array([*(getattr(one, name) for one in drops), otherwise], dtype=np.float64)[drop]
    return numbers
