"""The readings as arrays: engineers x weeks, engineers x sprints, and one entry per incident."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from transforms.parameters import DecisionParameters, HolidayWeeks
from transforms.stats import Bools, Floats, Ints, Words
from transforms.stats.arrays import at_least, divide, first_true

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

    @property
    def weeks_since_switch(self) -> Ints:
        """0 in the first week of 4x10, negative before; engineers x weeks."""
        since: Ints = np.arange(self.n_weeks)[None, :] - self.switch[:, None]
        return since

    @property
    def billable_share(self) -> Floats:
        """Billable hours over the denominator; NaN without hours."""
        return divide(self.billable_hours, self.billable_denominator_hours)


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


def build_panel(readings: pd.DataFrame, incidents: pd.DataFrame, parameters: DecisionParameters) -> Panel:
    """Readings and incidents as arrays.

    Missing: incidents outside the readings' engineer-weeks, or of a week whose incident data are incomplete, are left
    out; a sprint with a week whose points are missing is not usable.
    """
    readings = readings.sort_values(["engineer_id", "week_start"], ignore_index=True)
    engineer, engineer_ids = pd.factorize(readings["engineer_id"].to_numpy(dtype=object), sort=True)
    weeks = _grid_weeks(readings["week_start"])
    week = weeks.get_indexer(pd.DatetimeIndex(readings["week_start"]))
    grid = _Grid(engineer, week, (len(engineer_ids), len(weeks)))
    team, teams = pd.factorize(readings["team_id"].to_numpy(dtype=object), sort=True)
    manager, managers = pd.factorize(readings["manager_id"].to_numpy(dtype=object), sort=True)
    is_employed = grid.flags(np.ones(len(readings), dtype=bool))
    is_4x10 = grid.flags(readings["schedule"] == "4x10")
    contract, worked = grid.numbers(readings["contract_hours"]), grid.numbers(readings["worked_hours"])
    first_week = first_true(is_employed)
    is_holiday_week = holiday_weeks(weeks, parameters.eligibility.holiday_weeks)
    tenure = np.arange(len(weeks))[None, :] - first_week[:, None]
    is_new_hire = (first_week > 0)[:, None] & (tenure >= 0) & (tenure < parameters.eligibility.new_hire_weeks)
    billable = grid.numbers(readings["billable_hours"])
    is_billable_known = grid.flags(readings["is_billable_known"]) & ~np.isnan(worked) & ~np.isnan(billable)
    is_enough = at_least(worked, parameters.eligibility.min_worked_share * contract) & (contract > 0)
    switch = first_true(is_4x10)
    available = grid.numbers(readings["available_hours"])
    hours_of = {"available": available, "logged": worked}
    velocity_hours = hours_of[parameters.velocity_denominator]
    is_response_known = grid.flags(readings["is_response_known"])
    blocked = is_new_hire | is_holiday_week[None, :] | ~grid.flags(readings["is_velocity_known"])
    by_sprint = _SprintInput(contract, worked, velocity_hours, blocked, switch)
    return Panel(
        engineer_ids=np.asarray(engineer_ids, dtype=object),
        week_starts=weeks,
        teams=np.asarray(teams, dtype=object),
        managers=np.asarray(managers, dtype=object),
        team=grid.codes(team),
        manager=grid.codes(manager),
        is_employed=is_employed,
        is_4x10=is_4x10,
        switch=switch,
        first_week=first_week,
        is_new_hire=is_new_hire,
        is_holiday_week=is_holiday_week,
        is_eligible=is_employed & is_billable_known & is_enough & ~is_holiday_week[None, :] & ~is_new_hire,
        contract_hours=contract,
        available_hours=available,
        worked_hours=worked,
        billable_hours=billable,
        billable_denominator_hours=hours_of[parameters.billable_denominator],
        vibes=grid.numbers(readings["vibes"]),
        has_note=grid.flags(readings["has_note"]),
        is_sprint_end=grid.flags(readings["is_sprint_end"]),
        is_billable_known=is_billable_known,
        is_velocity_known=grid.flags(readings["is_velocity_known"]),
        is_response_known=is_response_known,
        is_vibes_known=grid.flags(readings["is_vibes_known"]),
        sprints=_sprints(readings.assign(engineer=engineer, week=week), by_sprint, parameters),
        incidents=_incidents(incidents, engineer_ids, weeks, is_response_known),
    )


def _grid_weeks(week_start: pd.Series) -> pd.DatetimeIndex:
    if week_start.empty:
        return pd.DatetimeIndex([], dtype="datetime64[us]", name="week_start")
    weeks = pd.date_range(week_start.min(), week_start.max(), freq="7D", name="week_start", unit="us")
    assert week_start.isin(weeks).all(), "weeks that are not Mondays would fall off the grid unseen"
    return weeks


@dataclass(frozen=True)
class _Grid:
    """Puts a column of the readings onto engineers x weeks."""

    engineer: Ints
    week: Ints
    shape: tuple[int, int]

    def numbers(self, values: pd.Series) -> Floats:
        grid: Floats = np.full(self.shape, np.nan)
        grid[self.engineer, self.week] = values.to_numpy(dtype=float)
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
    engineer = pd.Index(engineer_ids).get_indexer(pd.Index(incidents["engineer_id"].to_numpy(dtype=object)))
    week = weeks.get_indexer(pd.DatetimeIndex(incidents["week_start"]))
    parts = [
        np.log(np.maximum(incidents[name].to_numpy(dtype=float), 1.0))  # below a second: clock noise
        for name in ("acknowledge_seconds", "resolve_seconds")
    ]
    is_kept = (engineer >= 0) & (week >= 0) & ~(np.isnan(parts[0]) & np.isnan(parts[1]))
    is_kept[is_kept] &= is_response_known[engineer[is_kept], week[is_kept]]
    order = np.lexsort((parts[1], parts[0], week, engineer))
    order = order[is_kept[order]]
    return Incidents(engineer[order], week[order], parts[0][order], parts[1][order])


@dataclass(frozen=True)
class _SprintInput:
    contract: Floats
    worked: Floats
    hours: Floats
    is_blocked: Bools
    switch: Ints


def _sprints(rows: pd.DataFrame, given: _SprintInput, parameters: DecisionParameters) -> Sprints:
    """Sums per engineer and sprint. A sprint is whole if the engineer was there in all its weeks."""
    n_engineers, n_weeks = given.contract.shape
    rows = rows[rows["sprint_id"].notna()]
    engineer, week = rows["engineer"].to_numpy(), rows["week"].to_numpy()
    rows = rows.assign(
        contract=given.contract[engineer, week],
        worked=given.worked[engineer, week],
        hours=given.hours[engineer, week],
        is_blocked=given.is_blocked[engineer, week],
        is_gap=rows["points_completed"].isna().to_numpy() | np.isnan(given.worked[engineer, week]),
    )
    found = rows.groupby(["engineer", "team_id", "sprint_id"], sort=True).agg(
        first_week=("week", "min"),
        last_week=("week", "max"),
        n_weeks=("week", "size"),
        points=("points_completed", "sum"),
        contract=("contract", "sum"),
        worked=("worked", "sum"),
        hours=("hours", "sum"),
        is_blocked=("is_blocked", "any"),
        is_gap=("is_gap", "any"),
        is_ended=("is_sprint_end", "any"),
    )
    found = found.join(_sprint_lengths(rows), on=["team_id", "sprint_id"]).reset_index()
    switch = given.switch[found["engineer"].to_numpy()]
    is_split = (found["first_week"] < switch) & (found["last_week"] >= switch)
    is_enough = at_least(found["worked"].to_numpy(), parameters.eligibility.min_worked_share * found["contract"])
    is_whole = (found["n_weeks"] == found["sprint_weeks"]) & ~found["is_cut_off"] & found["is_ended"]
    has_hours = (found["contract"] > 0) & (found["hours"] > 0)
    found["is_usable"] = is_whole & is_enough & has_hours & ~is_split & ~found["is_blocked"] & ~found["is_gap"]
    found["nominal_hours"] = FULL_TIME_HOURS * found["nominal_weeks"]
    found = found.sort_values(["engineer", "last_week", "first_week", "team_id", "sprint_id"])
    slot = np.asarray(found.groupby("engineer").cumcount(), dtype=np.int64)
    shape = (n_engineers, int(slot.max()) + 1 if len(slot) else 0)
    grid = _Grid(np.asarray(found["engineer"], dtype=np.int64), slot, shape)
    none = np.full(shape, n_weeks, dtype=np.int64)
    last_week = grid.codes(found["last_week"].to_numpy())
    return Sprints(
        first_week=np.where(last_week < 0, none, grid.codes(found["first_week"].to_numpy())),
        last_week=np.where(last_week < 0, none, last_week),
        points=grid.numbers(found["points"]),
        hours=grid.numbers(found["hours"]),
        nominal_hours=grid.numbers(found["nominal_hours"]),
        is_ended=grid.flags(found["is_ended"]),
        is_usable=grid.flags(found["is_usable"]),
    )


def _sprint_lengths(rows: pd.DataFrame) -> pd.DataFrame:
    """Weeks of each team's sprint, of its usual sprint, and whether the history begins in the middle of it."""
    lengths = rows.groupby(["team_id", "sprint_id"]).agg(
        sprint_weeks=("week", "nunique"), first=("week", "min"), is_ended=("is_sprint_end", "any")
    )
    usual = lengths[lengths["is_ended"]].groupby("team_id")["sprint_weeks"].median().rename("nominal_weeks")
    lengths = lengths.join(usual, on="team_id")
    lengths["nominal_weeks"] = lengths["nominal_weeks"].fillna(lengths["sprint_weeks"])
    lengths["is_cut_off"] = (lengths["first"] == 0) & (lengths["sprint_weeks"] < lengths["nominal_weeks"])
    return lengths[["sprint_weeks", "nominal_weeks", "is_cut_off"]]
