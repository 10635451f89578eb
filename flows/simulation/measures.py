"""What is measured in a simulated world: billable hours, story points, incidents and managers' scores."""

from dataclasses import dataclass

import numpy as np

from flows.simulation.draws import Draws, Topic, with_memory
from flows.simulation.fates import Fates
from flows.simulation.hours import Calendar, Hours, quarters
from flows.simulation.roster import Roster
from transforms.panel import FULL_TIME_HOURS
from transforms.stats import Bools, Floats, Ints
from transforms.stats.arrays import divide

_DAYS_A_YEAR = 365.25
_MIN_HOURS = 4.0  # the noise of fewer hours is that of so many
_MIN_SPRINT_FACTOR = 0.05  # a sprint always yields something
_SPRINT_CV_HOURS = 80.0  # the hours that the sprint's coefficient of variation is of
_LONGEST_SECONDS = 30 * 24 * 3600.0  # heavy tails or not, an incident is over within a month


@dataclass(frozen=True)
class Setting:
    """What every measure is drawn from."""

    draws: Draws
    people: Roster
    weeks: Calendar
    hours: Hours
    fate: Fates

    @property
    def shape(self) -> tuple[int, int]:
        return self.people.n_engineers, len(self.weeks.week_starts)

    @property
    def has_dropped(self) -> Bools:
        return self.fate.has_dropped(self.shape[1])

    @property
    def is_bad_week(self) -> Bools:
        return self.fate.is_bad_week(self.shape[1])

    def of_team(self, drawn: Floats) -> Floats:
        """What a team shares, for each of its engineers; whoever has moved shares the new team's.

        Shape: 2 x teams, the new ones last, x items -> engineers x items.
        """
        n_teams = self.draws.world.teams
        own = drawn[self.people.team]
        if not self.draws.world.has_reorganisation:
            return own
        has_moved = self.people.has_moved(self.shape[1])
        return np.where(has_moved, drawn[self.people.team + n_teams], own)


@dataclass(frozen=True)
class Calls:
    """One entry per incident. Units: seconds."""

    engineer: Ints
    week: Ints
    acknowledge: Floats
    resolve: Floats


@dataclass(frozen=True)
class Scores:
    """The managers' scores. Shape: engineers x weeks; missing without one."""

    vibes: Floats
    has_note: Bools


def billable_hours(setting: Setting) -> Floats:
    """Billable hours, in quarters. Shape: engineers x weeks."""
    draws, weeks, fate = setting.draws, setting.weeks, setting.fate
    world, rules = draws.world, draws.world.billable
    n, n_weeks = setting.shape
    sd = rules.weekly_sd_points * np.exp(rules.weekly_sd_spread * draws.of(Topic.WEEKLY).standard_normal(n))[:, None]
    memory = with_memory(draws.noise(Topic.MEMORY, n, n_weeks), rules.memory_rho)
    worked = setting.hours.worked
    by_hours = np.sqrt(FULL_TIME_HOURS / np.maximum(worked, _MIN_HOURS))
    fresh = by_hours * draws.noise(Topic.FRESH, n, n_weeks)
    shared = with_memory(draws.noise(Topic.SHARED, 2 * world.teams, n_weeks), rules.shared_rho)
    of_weeks = (
        rules.holiday_points * weeks.is_holiday_week
        + rules.settling_points * weeks.is_settling
        + world.policy_effect_points * weeks.is_during
        + rules.wave_points * _wave(setting)
    )
    pct = (
        fate.latent_pct[:, None]
        + of_weeks
        + fate.drift_points[:, None] * weeks.is_during
        + fate.billable_points[:, None] * setting.has_dropped
        + world.scenarios.bad_week.billable_points * setting.is_bad_week
        + rules.shared_sd_points * setting.of_team(shared)
        + sd * (np.sqrt(rules.memory_share) * memory + np.sqrt(1 - rules.memory_share) * fresh)
    )
    billable: Floats = np.minimum(quarters(np.clip(pct, 0, 100) / 100 * worked), worked)
    return billable


def _wave(setting: Setting) -> Floats:
    """The season. Shape: weeks."""
    day = setting.weeks.week_starts.day_of_year.to_numpy(dtype=np.float64)
    wave: Floats = np.cos(2 * np.pi * (day / _DAYS_A_YEAR - setting.draws.world.billable.wave_peak))
    return wave


def story_points(setting: Setting) -> Floats:
    """Whole points. A sprint's points fall more into its later weeks, as far as there are hours in them.

    Shape: engineers x weeks.
    """
    draws, weeks, fate = setting.draws, setting.weeks, setting.fate
    world, rules, length = draws.world, draws.world.velocity, draws.world.sprint_weeks
    n, n_weeks = setting.shape
    start = np.arange(0, n_weeks, length)
    sprint, place = np.arange(n_weeks) // length, np.arange(n_weeks) % length
    rate = rules.points_per_40h * np.exp(rules.spread * draws.of(Topic.RATES).standard_normal(n))[:, None]

    worked = setting.hours.worked
    sprint_hours = np.add.reduceat(worked, start, axis=1)
    noise = draws.noise(Topic.SPRINTS, n, len(start))
    cv = rules.sprint_cv * np.sqrt(_SPRINT_CV_HOURS / np.maximum(sprint_hours, _MIN_HOURS))
    factor = np.maximum(1 + cv * noise, _MIN_SPRINT_FACTOR)

    first = rules.first_week_share * min(2 / length, 1) if length > 1 else 1.0
    weight = worked * np.where(place == 0, first, (1 - first) / max(length - 1, 1))
    share = divide(weight, np.add.reduceat(weight, start, axis=1)[:, sprint])
    shared = setting.of_team(draws.noise(Topic.SHARED_POINTS, 2 * world.teams, len(start))[:, sprint])
    of_weeks = (
        np.where(weeks.is_holiday_week, rules.holiday_factor, 1.0)
        * np.where(weeks.is_settling, rules.settling_factor, 1.0)
        * np.where(weeks.is_during, 1 + world.policy_effect_velocity_share, 1.0)
    )
    changes = (
        of_weeks
        * (1 + fate.velocity_share[:, None] * setting.has_dropped)
        * (1 + world.scenarios.bad_week.velocity_share * setting.is_bad_week)
        * np.maximum(1 + rules.shared_sd * shared, _MIN_SPRINT_FACTOR)
        * _new_scale(setting)
    )
    in_sprint = (rate / FULL_TIME_HOURS * sprint_hours * factor)[:, sprint]
    points: Floats = np.round(in_sprint * np.nan_to_num(share) * changes)
    return points


def _new_scale(setting: Setting) -> Floats:
    """The points of whoever has moved are those of the new team, which are larger or smaller.

    Shape: engineers x weeks.
    """
    world, people = setting.draws.world, setting.people
    factor = world.reorganisation.points_factor
    is_larger = setting.draws.uniform(Topic.MOVES, people.n_engineers, 2)[:, 1] < 0.5
    # One draw per team: that of its first engineer.
    scale = np.where(is_larger, factor, 1 / factor)[np.searchsorted(people.team, people.team)]
    return np.where(people.has_moved(setting.shape[1]), scale[:, None], 1.0)


def calls(setting: Setting) -> Calls:
    """Incidents, fewer with fewer hours, and their times in whole seconds, in order of engineer and week."""
    draws, people, fate, rules = setting.draws, setting.people, setting.fate, setting.draws.world.response
    n = people.n_engineers
    levels = draws.of(Topic.RATES_OF_CALLS)
    usual = rules.per_week * levels.gamma(rules.per_week_shape, 1 / rules.per_week_shape, n)
    own = np.exp(rules.spread * levels.standard_normal((2, n)))
    # Drawn week by week, so that further weeks leave the first ones as they are.
    expected = usual[:, None] * setting.hours.worked / FULL_TIME_HOURS
    count = draws.of(Topic.INCIDENTS).poisson(expected.T)
    week, engineer = (np.repeat(index.ravel(), count.ravel()) for index in np.indices(count.shape))

    drop = np.where(setting.has_dropped, fate.response_factor[:, None], 1.0)
    bad = np.where(setting.is_bad_week, draws.world.scenarios.bad_week.response_factor, 1.0)
    # One row per incident, so that more incidents leave the first ones as they are.
    noise = draws.flat_noise(Topic.TIMES, (len(engineer), 2)).T
    is_long = draws.of(Topic.TAILS).random(len(engineer)) < rules.tail_share
    factor = (drop * bad)[engineer, week] * np.where(is_long, rules.tail_factor, 1.0)
    acknowledge = rules.acknowledge_seconds * own[0, engineer] * factor * np.exp(rules.acknowledge_sd * noise[0])
    resolve = rules.resolve_seconds * own[1, engineer] * factor * np.exp(rules.resolve_sd * noise[1])
    acknowledge = np.clip(np.round(acknowledge), 1, _LONGEST_SECONDS)
    resolve = np.maximum(np.clip(np.round(resolve), 1, _LONGEST_SECONDS), acknowledge)
    order = np.lexsort((resolve, acknowledge, week, engineer))
    return Calls(engineer[order], week[order], acknowledge[order], resolve[order])


def scores(setting: Setting) -> Scores:
    """Managers' scores: nobody is scored in a week away."""
    draws, people, fate = setting.draws, setting.people, setting.fate
    world, rules = draws.world, draws.world.vibes
    n, n_weeks = setting.shape
    usual = rules.mean + rules.spread * draws.of(Topic.WELLBEING_LEVELS).standard_normal(n)
    leniency = rules.leniency_sd * draws.of(Topic.LENIENCY).standard_normal(people.n_managers + world.teams)
    shared = draws.noise(Topic.SHARED_VIBES, 2 * world.teams, n_weeks)
    wellbeing = (
        usual[:, None]
        + rules.wellbeing_sd * with_memory(draws.noise(Topic.WELLBEING, n, n_weeks), rules.wellbeing_rho)
        + rules.shared_sd * setting.of_team(shared)
        + fate.vibes_points[:, None] * setting.has_dropped
    )
    manager = manager_by_week(people, n_weeks)
    noise = draws.noise(Topic.SCORES, n, n_weeks)
    seen = wellbeing + leniency[manager] + rules.noise_sd * noise
    is_kept_up = fate.is_generous_manager[:, None] & setting.has_dropped
    seen = np.where(is_kept_up, np.maximum(seen, rules.generous_score), seen)
    bad = world.scenarios.bad_week
    seen = np.where(setting.is_bad_week, bad.score + bad.score_sd * noise, seen)

    chance = draws.uniform(Topic.NOTES, n, 2 * n_weeks)
    is_scored = (chance[:, ::2] >= rules.missing_share) | setting.is_bad_week
    is_scored &= setting.hours.worked > 0
    has_note = (chance[:, 1::2] < rules.note_share) | setting.is_bad_week
    return Scores(np.where(is_scored, np.clip(np.round(seen), 1, 5), np.nan), is_scored & has_note)


def manager_by_week(people: Roster, n_weeks: int) -> Ints:
    """Numbers of the managers; each new team has one. Shape: engineers x weeks."""
    return np.where(people.has_moved(n_weeks), people.n_managers + people.team[:, None], people.manager[:, None])
