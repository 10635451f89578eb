"""The readings as arrays: engineers x weeks, engineers x sprints, and one entry per incident."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from transforms.parameters import DecisionParameters, HolidayWeeks
from transforms.stats import Bools, Floats, Ints, Words
from transforms.stats.arrays import at_least, divide, first_true, order_by

FULL_TIME_HOURS = 40.0  # the unit of scatter and velocity (decisions.md: s per 40 h, points per 40 h)


@dataclass(frozen=True)
class Sprints:
    """Each engineer's sprints in order of their end.

    Shape: engineers x most sprints of one engineer; where somebody has fewer, `is_usable` is False.
    Units: points, hours of the velocity denominator.
    """

    first_week: Ints  # index of the first week
    last_week: Ints  # index of the week in which it ends; the panel's number of weeks where there is none
    points: Floats
    hours: Floats
    nominal_hours: Floats  # hours of a usual sprint of the team at full time
    is_ended: Bools
    is_usable: Bools  # whole, known, on one side of the switch, no holiday week, enough hours logged


@dataclass(frozen=True)
class Incidents:
    """One entry per incident and engineer paged, in order of engineer and week. Missing: the part did not happen."""

    engineer: Ints
    week: Ints
    log_acknowledge: Floats
    log_resolve: Floats


@dataclass(frozen=True)
class Panel:
    """Everything the decisions read, on one complete grid.

    Shape: engineers x weeks unless said otherwise, in the order of `engineer_ids` and `week_starts` (both sorted).
    Missing: NaN; `is_employed` is False where there is no reading at all.
    """

    engineer_ids: Words  # engineers
    week_starts: pd.DatetimeIndex  # weeks, without gaps
    teams: Words  # names that `team` numbers
    managers: Words  # names that `manager` numbers
    team: Ints  # -1 where not employed
    manager: Ints
    is_employed: Bools
    is_4x10: Bools
    is_5x8: Bools  # a week on neither (9/80) is judged, but is no part of before and during
    switch: Ints  # engineers: index of the first week on 4x10; the number of weeks where there is none
    first_week: Ints  # engineers: index of the first week employed
    is_new_hire: Bools  # first weeks after joining later than the history begins
    is_holiday_week: Bools  # weeks
    is_eligible: Bools
    contract_hours: Floats
    available_hours: Floats
    worked_hours: Floats
    billable_hours: Floats
    billable_denominator_hours: Floats
    vibes: Floats
    has_note: Bools
    is_sprint_end: Bools
    is_billable_known: Bools
    is_velocity_known: Bools
    is_response_known: Bools
    is_vibes_known: Bools
    sprints: Sprints
    incidents: Incidents

    @property
    def n_engineers(self) -> int:
        return len(self.engineer_ids)

    @property
    def n_weeks(self) -> int:
        return len(self.week_starts)

    @cached_property
    def weeks_since_switch(self) -> Ints:
        """0 in the first week of 4x10, negative before; engineers x weeks."""
        since: Ints = np.arange(self.n_weeks)[None, :] - self.switch[:, None]
        return since

    @cached_property
    def is_before(self) -> Bools:
        """Weeks on 5x8 before the own first week on 4x10; without one, all weeks on 5x8. Engineers x weeks."""
        before: Bools = self.is_5x8 & (self.weeks_since_switch < 0)
        return before

    @cached_property
    def billable_share(self) -> Floats:
        """Billable hours over the denominator; NaN without hours."""
        return divide(self.billable_hours, self.billable_denominator_hours)


def sprint_flags(panel: Panel, week_flags: Bools) -> Bools:
    """Which sprints lie wholly in weeks that have the flag. Shape: engineers x weeks -> as `panel.sprints`."""
    sprints = panel.sprints
    total = np.concatenate([np.zeros((panel.n_engineers, 1), dtype=np.int64), week_flags.cumsum(axis=1)], axis=1)
    is_there = sprints.last_week < panel.n_weeks
    first: Ints = np.where(is_there, sprints.first_week, 0)
    after: Ints = np.where(is_there, sprints.last_week + 1, 0)
    rows = np.arange(panel.n_engineers)[:, None]
    whole: Bools = is_there & (total[rows, after] - total[rows, first] == after - first)
    return whole


def holiday_weeks(week_starts: pd.DatetimeIndex, calendar: HolidayWeeks) -> Bools:
    """Which weeks are holiday weeks: Thanksgiving's, and those that touch a span of days."""
    days = pd.DatetimeIndex(np.add.outer(week_starts.to_numpy(), np.arange(7) * np.timedelta64(1, "D")).ravel())
    month, day, weekday = (np.asarray(part, dtype=np.int64) for part in (days.month, days.day, days.day_of_week))
    is_free = (month == 11) & (weekday == 3) & ((day - 1) // 7 == 3) & calendar.thanksgiving
    day_of_year = month * 100 + day
    for span in calendar.spans:
        is_after = day_of_year >= span.first_month * 100 + span.first_day
        is_before = day_of_year <= span.last_month * 100 + span.last_day
        wraps = (span.first_month, span.first_day) > (span.last_month, span.last_day)
        is_free |= is_after | is_before if wraps else is_after & is_before
    touched: Bools = is_free.reshape(-1, 7).any(axis=1)
    return touched


@dataclass(frozen=True)
class _WeekGrids:
    """What sprints are summed from. Shape: engineers x weeks, `switch` engineers."""

    team: Ints
    teams: Words
    switch: Ints
    contract: Floats
    worked: Floats
    hours: Floats  # of the velocity denominator
    points: Floats
    is_sprint_end: Bools
    is_blocked: Bools


def build_panel(readings: pd.DataFrame, incidents: pd.DataFrame, parameters: DecisionParameters) -> Panel:
    """Readings and incidents as arrays.

    Missing: incidents outside the readings' engineer-weeks, or of a week whose incident data are incomplete, are left
    out; a sprint with a week whose points are missing is not usable.
    """
    engineer, engineer_ids = _numbered(readings["engineer_id"])
    team, teams = _numbered(readings["team_id"])
    manager, managers = _numbered(readings["manager_id"])
    weeks = _grid_weeks(readings["week_start"])
    week = weeks.get_indexer(pd.DatetimeIndex(readings["week_start"]))
    grid = _Grid(engineer, week, (len(engineer_ids), len(weeks)))
    numbers = {name: grid.numbers(readings[name]) for name in _NUMBERS}
    flags = {name: grid.flags(readings[name]) for name in _FLAGS}
    contract, worked, billable = numbers["contract_hours"], numbers["worked_hours"], numbers["billable_hours"]
    is_employed = grid.flags(np.ones(len(readings), dtype=bool))
    is_4x10 = grid.flags(readings["schedule"] == "4x10")
    is_5x8 = grid.flags(readings["schedule"] == "5x8")
    switch, first_week = first_true(is_4x10), first_true(is_employed)

    rules = parameters.eligibility
    is_holiday_week = holiday_weeks(weeks, rules.holiday_weeks)
    tenure = np.arange(len(weeks))[None, :] - first_week[:, None]
    is_new_hire = (first_week > 0)[:, None] & (tenure >= 0) & (tenure < rules.new_hire_weeks)
    flags["is_billable_known"] &= ~np.isnan(worked) & ~np.isnan(billable) & ~np.isnan(numbers["available_hours"])
    is_enough = at_least(worked, rules.min_worked_share * contract) & (contract > 0)
    is_usual = is_employed & ~is_holiday_week[None, :] & ~is_new_hire
    hours_of = {"available": numbers["available_hours"], "logged": worked}
    for_sprints = _WeekGrids(
        team=grid.codes(team),
        teams=teams,
        switch=switch,
        contract=contract,
        worked=worked,
        hours=hours_of[parameters.velocity_denominator],
        points=numbers["points_completed"],
        is_sprint_end=flags["is_sprint_end"],
        is_blocked=~is_usual | ~flags["is_velocity_known"],
    )
    return Panel(
        engineer_ids=engineer_ids,
        week_starts=weeks,
        teams=teams,
        managers=managers,
        team=for_sprints.team,
        manager=grid.codes(manager),
        is_employed=is_employed,
        is_4x10=is_4x10,
        is_5x8=is_5x8,
        switch=switch,
        first_week=first_week,
        is_new_hire=is_new_hire,
        is_holiday_week=is_holiday_week,
        is_eligible=is_usual & flags["is_billable_known"] & is_enough,
        contract_hours=contract,
        available_hours=numbers["available_hours"],
        worked_hours=worked,
        billable_hours=billable,
        billable_denominator_hours=hours_of[parameters.billable_denominator],
        vibes=numbers["vibes"],
        **flags,
        sprints=_sprints(for_sprints, grid.numbers(readings["sprint_id"]), parameters),
        incidents=_incidents(incidents, engineer_ids, weeks, flags["is_response_known"]),
    )


_NUMBERS = ("contract_hours", "available_hours", "worked_hours", "billable_hours", "points_completed", "vibes")
_FLAGS = (
    "has_note",
    "is_sprint_end",
    "is_billable_known",
    "is_velocity_known",
    "is_response_known",
    "is_vibes_known",
)


def _numbered(words: pd.Series) -> tuple[Ints, Words]:
    """Words as numbers, in the words' order, and the words."""
    codes, found = pd.factorize(words, sort=True)
    return codes, np.asarray(found, dtype=object)


def _grid_weeks(week_start: pd.Series) -> pd.DatetimeIndex:
    if week_start.empty:
        return pd.DatetimeIndex([], dtype="datetime64[us]", name="week_start")
    weeks = pd.date_range(week_start.min(), week_start.max(), freq="7D", name="week_start", unit="us")
    assert week_start.isin(weeks).all(), "weeks that are not Mondays would fall off the grid unseen"
    return weeks


@dataclass(frozen=True)
class _Grid:
    """Puts a column onto engineers x weeks (or sprints)."""

    engineer: Ints
    week: Ints
    shape: tuple[int, int]

    def numbers(self, values: "pd.Series | Floats") -> Floats:
        grid: Floats = np.full(self.shape, np.nan)
        grid[self.engineer, self.week] = np.asarray(values, dtype=float)
        return grid

    def flags(self, values: "pd.Series | Bools") -> Bools:
        grid: Bools = np.zeros(self.shape, dtype=bool)
        grid[self.engineer, self.week] = np.asarray(values, dtype=bool)
        return grid

    def codes(self, values: Ints) -> Ints:
        grid: Ints = np.full(self.shape, -1, dtype=np.int64)
        grid[self.engineer, self.week] = values
        return grid


def _incidents(
    incidents: pd.DataFrame, engineer_ids: Words, weeks: pd.DatetimeIndex, is_response_known: Bools
) -> Incidents:
    codes, found = pd.factorize(incidents["engineer_id"])
    engineer = pd.Index(engineer_ids).get_indexer(pd.Index(np.asarray(found, dtype=object)))[codes]
    week = weeks.get_indexer(pd.DatetimeIndex(incidents["week_start"]))
    seconds = [incidents[name].to_numpy(dtype=float) for name in ("acknowledge_seconds", "resolve_seconds")]
    is_kept = (engineer >= 0) & (week >= 0) & ~(np.isnan(seconds[0]) & np.isnan(seconds[1]))
    is_kept[is_kept] &= is_response_known[engineer[is_kept], week[is_kept]]
    engineer, week = engineer[is_kept], week[is_kept]
    logs = [np.log(np.maximum(values[is_kept], 1.0)) for values in seconds]  # below a second: clock noise
    order = order_by(engineer, week, *logs)
    return Incidents(engineer[order], week[order], logs[0][order], logs[1][order])


@dataclass(frozen=True)
class _SprintWeeks:
    """The engineer-weeks that belong to a sprint, in order of engineer and week: one entry each."""

    engineer: Ints
    week: Ints
    team: Ints
    sprint: Ints  # number of the team's sprint, counted over all teams
    is_end: Bools


def _sprints(grids: _WeekGrids, sprint_id: Floats, parameters: DecisionParameters) -> Sprints:
    """Sums per engineer and sprint. A sprint is whole if the engineer was there in all its weeks."""
    n_engineers, n_weeks = sprint_id.shape
    engineer, week = np.nonzero(~np.isnan(sprint_id))
    team = grids.team[engineer, week]
    _, number = np.unique(sprint_id[engineer, week], return_inverse=True)
    _, sprint = np.unique(team * (n_weeks * n_engineers + 1) + number, return_inverse=True)
    rows = _SprintWeeks(engineer, week, team, sprint, grids.is_sprint_end[engineer, week])
    _, first, own = np.unique(engineer * (len(sprint) + 1) + sprint, return_index=True, return_inverse=True)

    def total(values: Floats) -> Floats:
        summed: Floats = np.bincount(own, weights=np.nan_to_num(values[engineer, week]), minlength=len(first)).astype(
            float
        )
        return summed

    def is_any(flags: Bools) -> Bools:
        found: Bools = np.bincount(own, weights=flags[engineer, week], minlength=len(first)) > 0
        return found

    last_week = np.full(len(first), -1)
    np.maximum.at(last_week, own, week)
    first_week, whose, of_sprint = week[first], engineer[first], sprint[first]
    n_own = np.bincount(own, minlength=len(first))
    sprint_weeks, nominal_weeks, is_cut_off = _sprint_lengths(rows, len(grids.teams), n_weeks)
    contract, hours, is_ended = total(grids.contract), total(grids.hours), is_any(grids.is_sprint_end)
    is_split = (first_week < grids.switch[whose]) & (last_week >= grids.switch[whose])
    is_enough = at_least(total(grids.worked), parameters.eligibility.min_worked_share * contract)
    is_whole = (n_own == sprint_weeks[of_sprint]) & ~is_cut_off[of_sprint] & is_ended & ~is_split
    is_known = ~is_any(np.isnan(grids.points) | np.isnan(grids.worked) | np.isnan(grids.hours)) & ~is_any(
        grids.is_blocked
    )
    order = np.lexsort((of_sprint, first_week, last_week, whose))
    n_before = np.searchsorted(whose[order], np.arange(n_engineers))
    slot = np.arange(len(order)) - n_before[whose[order]]
    on_grid = _Grid(whose[order], slot, (n_engineers, int(slot.max(initial=0)) + 1))
    none = on_grid.codes(np.zeros(len(order), dtype=np.int64)) < 0
    return Sprints(
        first_week=np.where(none, n_weeks, on_grid.codes(first_week[order])),
        last_week=np.where(none, n_weeks, on_grid.codes(last_week[order])),
        points=on_grid.numbers(total(grids.points)[order]),
        hours=on_grid.numbers(hours[order]),
        nominal_hours=on_grid.numbers(FULL_TIME_HOURS * nominal_weeks[of_sprint[order]]),
        is_ended=on_grid.flags(is_ended[order]),
        is_usable=on_grid.flags((is_whole & is_known & is_enough & (contract > 0) & (hours > 0))[order]),
    )


def _sprint_lengths(rows: _SprintWeeks, n_teams: int, n_weeks: int) -> tuple[Ints, Floats, Bools]:
    """Per sprint: its weeks, those of the team's usual sprint, and whether the history begins in the middle of it."""
    n_sprints = int(rows.sprint.max(initial=-1)) + 1
    length = np.bincount(np.unique(rows.sprint * (n_weeks + 1) + rows.week) // (n_weeks + 1), minlength=n_sprints)
    first = np.full(n_sprints, n_weeks)
    np.minimum.at(first, rows.sprint, rows.week)
    team = np.zeros(n_sprints, dtype=np.int64)
    team[rows.sprint] = rows.team
    is_ended = np.bincount(rows.sprint, weights=rows.is_end, minlength=n_sprints) > 0
    usual = length.astype(float)
    for one in range(n_teams):
        ended = (team == one) & is_ended
        if ended.any():
            usual[team == one] = np.median(length[ended])
    return length, usual, (first == 0) & (length < usual)
