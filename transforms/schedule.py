"""Dated schedules, public holidays and leave -> available hours by day and by week; shifts, and where a page fell."""

from datetime import date
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from transforms.schemas.readings import AvailableHours
from transforms.schemas.registry import shaped
from transforms.schemas.sources import Pages
from transforms.vocabulary import SCHEDULES
from transforms.workdays import (
    SATURDAY,
    Days,
    Flags,
    Floats,
    HolidayOnDayOff,
    Ints,
    Periods,
    Workforce,
    dates,
    weekday_of,
)

__all__ = [
    "SHIFT_START_HOUR",
    "HolidayOnDayOff",
    "available_hours",
    "classify_shifts",
    "local_times",
    "shift_intervals",
    "shift_length_hours",
    "weekly_hours",
]

# The clock of a working day, local time: the shift starts at 08:00 and lasts the day's hours plus the break.
SHIFT_START_HOUR: Final = 8.0
BREAK_HOURS: Final = 1.0
LONGEST_SHIFT_WITHOUT_BREAK_HOURS: Final = 6.0
NIGHT_START_HOUR: Final = 22.0


def available_hours(
    engineers: pd.DataFrame,
    schedules: pd.DataFrame,
    holidays: pd.DataFrame,
    leave: pd.DataFrame,
    first_day: date,
    last_day: date,
    holiday_on_day_off: HolidayOnDayOff = "none",
) -> pd.DataFrame:
    """Scheduled, holiday, leave and available hours per engineer and day: the one definition every metric uses.

    Grain: one row per engineer x calendar day of employment from `first_day` to `last_day`, complete and sorted
        (table AvailableHours).
    Units: hours. Leave takes at most what a holiday leaves of the scheduled hours; half days count as entered.
    Missing: a day without a schedule in force has no hours of any kind, and `has_schedule` says so.
    Definition: metrics.md, "Available hours". The day's hours are those of its weekday in its week of the cycle. A
        holiday takes a scheduled day whole. On the day off of a compressed week it takes nothing (`none`), or the next
        scheduled working day that is no holiday itself, be it one of leave (`substitute`); one that finds no such day
        within four weeks lapses. Days off are the free weekdays of 4x10, and of 9/80 those that another week works: not
        weekends, and not the free days of who works part-time on 5x8 or 9/80.
    """
    force = Workforce.of(engineers, schedules, holidays, leave, first_day, last_day, holiday_on_day_off)
    tables = [_day_table(force, days) for days in force.blocks()]
    return pd.concat(tables, ignore_index=True) if tables else _day_table(force, _no_days())


def weekly_hours(
    engineers: pd.DataFrame,
    schedules: pd.DataFrame,
    holidays: pd.DataFrame,
    leave: pd.DataFrame,
    first_day: date,
    last_day: date,
    holiday_on_day_off: HolidayOnDayOff = "none",
) -> pd.DataFrame:
    """The same hours by week: `available_hours` summed, without its table of days.

    Grain: one row per engineer x ISO week with a day of employment from `first_day` to `last_day`, complete and sorted.
        Columns: engineer_id, week_start, schedule (of the week's first such day), contract_hours (scheduled),
        holiday_hours, leave_hours, available_hours, has_schedule (every such day of the week has one).
    Units: hours.
    Missing: days without a schedule add no hours.
    Definition: as `available_hours`, the hours of each week added up day after day.
    """
    force = Workforce.of(engineers, schedules, holidays, leave, first_day, last_day, holiday_on_day_off)
    tables = [_week_table(force, days) for days in force.blocks()]
    return pd.concat(tables, ignore_index=True) if tables else _week_table(force, _no_days())


def shift_intervals(
    days: pd.DataFrame,
    engineers: pd.DataFrame,
    hours: Literal["scheduled_hours", "available_hours"] = "scheduled_hours",
) -> pd.DataFrame:
    """The instants at which shifts start and end.

    Grain: one row per row of `days` (of the table AvailableHours) with such hours, in their order. Columns:
        engineer_id, work_date, starts_at, ends_at (instants, UTC; the end is not part of the shift).
    Definition: a shift starts at 08:00 by the engineer's clock and lasts the day's hours and the break, however the
        clock is changed meanwhile. By `scheduled_hours` it is the interval of `in_shift` (holidays and leave are not
        looked at); by `available_hours` a holiday has no shift and half a day of leave ends it early.
    """
    rows = days[days[hours] > 0]
    zones = rows["engineer_id"].map(engineers.set_index("engineer_id")["timezone"])
    starts_at = _shift_starts(rows["work_date"], zones)
    ends_at = starts_at + _timedeltas(shift_length_hours(rows[hours].to_numpy(np.float64)))
    shifts = rows[["engineer_id", "work_date"]].reset_index(drop=True)
    return shifts.assign(starts_at=starts_at, ends_at=ends_at)


def classify_shifts(pages: pd.DataFrame, schedules: pd.DataFrame, engineers: pd.DataFrame) -> pd.DataFrame:
    """Pages with `shift`: where the page fell in the engineer's own zone and dated schedule (table Pages).

    Missing: `no_schedule` where none is in force (before hiring, after leaving, where the config contradicts itself).
    Definition: wall-clock time where the engineer lives, on the day's schedule. `night` is 22:00-08:00 on every day.
        From 08:00 to 22:00: `rostered_day_off` on a weekday that the schedule leaves free; `in_shift` within the day's
        interval of `shift_intervals` by scheduled hours (8 h end at 17:00, 10 h at 19:00); `evening` is the rest, that
        is after the shift, and the daytime of a weekend without scheduled hours. Holidays and leave are not looked at.
    """
    people = engineers.sort_values("engineer_id", ignore_index=True)
    person = pd.Index(people["engineer_id"]).get_indexer(pages["engineer_id"])
    zones = people["timezone"].take(person)
    local = local_times(pages["paged_at"], zones)
    day = local.to_numpy().astype("datetime64[D]").astype(np.int64)
    hour = (local - local.dt.normalize()).dt.total_seconds().to_numpy() / 3600

    periods = Periods.of(schedules, people)
    period, weekday = periods.at(person, day), weekday_of(day)
    scheduled = periods.hours_at(period, day)
    starts_at = _shift_starts(local.dt.normalize(), zones)
    is_over = pages["paged_at"].reset_index(drop=True) >= starts_at + _timedeltas(shift_length_hours(scheduled))
    shift = np.select(
        [
            (hour < SHIFT_START_HOUR) | (hour >= NIGHT_START_HOUR),
            period < 0,
            (weekday < SATURDAY) & (scheduled == 0),
            (scheduled > 0) & ~is_over.to_numpy(),
        ],
        ["night", "no_schedule", "rostered_day_off", "in_shift"],
        "evening",
    )
    return shaped(pages.assign(shift=shift), Pages)


def shift_length_hours(scheduled: Floats) -> Floats:
    """From start to end of a shift, the break included.

    Units: hours; 0 for a day without scheduled hours.
    """
    return scheduled + np.where(scheduled > LONGEST_SHIFT_WITHOUT_BREAK_HOURS, BREAK_HOURS, 0.0)


def local_times(instants: "pd.Series[Any]", timezones: "pd.Series[Any]") -> "pd.Series[Any]":
    """Wall-clock times (naive) of instants, each in its own zone; both series in the same order.

    Missing: a missing instant gives a missing time.
    """
    zones = timezones.to_numpy()
    local = pd.Series(pd.NaT, index=range(len(instants)), dtype="datetime64[us]")
    for zone in pd.unique(zones):  # a handful of zones, whatever the number of engineers
        here = np.flatnonzero(zones == zone)
        local.iloc[here] = instants.iloc[here].dt.tz_convert(zone).dt.tz_localize(None).to_numpy()
    return local


def _shift_starts(days: "pd.Series[Any]", timezones: "pd.Series[Any]") -> "pd.Series[Any]":
    """The instants at which shifts start on days (midnights), each in its own zone; both series in the same order."""
    clock = days.reset_index(drop=True) + pd.Timedelta(hours=SHIFT_START_HOUR)
    zones = timezones.to_numpy()
    start = pd.Series(pd.NaT, index=clock.index, dtype="datetime64[us, UTC]")
    for zone in pd.unique(zones):
        here = np.flatnonzero(zones == zone)
        # Clocks are changed at night; a zone that skipped a whole day (Apia, 2011-12-30) must not stop a run.
        instant = clock.iloc[here].dt.tz_localize(zone, ambiguous=np.ones(len(here), bool), nonexistent="shift_forward")
        start.iloc[here] = instant.dt.tz_convert("UTC")
    return start


def _timedeltas(hours: Floats) -> "pd.Series[Any]":
    return pd.Series(np.round(hours * 3_600_000_000).astype("timedelta64[us]"))


def _day_table(force: Workforce, days: Days) -> pd.DataFrame:
    """Days of some engineers as the table AvailableHours."""
    has_schedule = days.period >= 0
    table = pd.DataFrame(
        {
            "engineer_id": _taken(force.people["engineer_id"], days.person),
            "week_start": dates(days.day - days.weekday),
            "work_date": dates(days.day),
            "schedule": _schedule_words(force.periods, days.person, days.day, days.period),
            "has_schedule": has_schedule,
            "scheduled_hours": days.scheduled,
            "holiday_hours": days.holiday,
            "leave_hours": days.leave,
            "available_hours": days.scheduled - days.holiday - days.leave,
            "is_rostered_day_off": has_schedule & (days.weekday < SATURDAY) & (days.scheduled == 0),
        }
    )
    return shaped(table, AvailableHours)


def _week_table(force: Workforce, days: Days) -> pd.DataFrame:
    """Days of some engineers summed by week."""
    is_first = (days.weekday == 0) | (np.diff(days.person, prepend=-1) != 0)
    first, week = np.flatnonzero(is_first), is_first.cumsum() - 1
    person, day, n_without = days.person[first], days.day[first], _summed(days.period < 0, week, len(first))
    return pd.DataFrame(
        {
            "engineer_id": _taken(force.people["engineer_id"], person),
            "week_start": dates(day - days.weekday[first]),
            "schedule": _schedule_words(force.periods, person, day, days.period[first]),
            "contract_hours": _summed(days.scheduled, week, len(first)),
            "holiday_hours": _summed(days.holiday, week, len(first)),
            "leave_hours": _summed(days.leave, week, len(first)),
            "available_hours": _summed(days.scheduled - days.holiday - days.leave, week, len(first)),
            "has_schedule": n_without == 0,
        }
    )


def _summed(values: "Floats | Flags", week: Ints, n_weeks: int) -> Floats:
    """Sums by number of the week, added up day after day."""
    return np.bincount(week, weights=values, minlength=n_weeks).astype(np.float64)


def _schedule_words(periods: Periods, person: Ints, day: Ints, period: Ints) -> Any:
    return _taken(pd.Series(SCHEDULES, dtype="str"), periods.words_at(person, day, period))


def _taken(words: "pd.Series[Any]", position: Ints) -> Any:
    return words.array.take(position)


def _no_days() -> Days:
    none, nothing = np.zeros(0, dtype=np.int64), np.zeros(0)
    return Days(none, none, none, none, nothing, nothing, nothing)
