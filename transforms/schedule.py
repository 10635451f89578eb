"""Dated schedules, public holidays and leave -> available hours; where a page fell in the engineer's own schedule."""

from datetime import date
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from transforms.schemas.readings import AvailableHours
from transforms.schemas.registry import shaped
from transforms.schemas.roster import WEEKDAY_HOURS
from transforms.schemas.sources import Pages

HolidayOnDayOff = Literal["none", "substitute"]

# The clock of a working day, local time: the shift starts at 08:00 and lasts the day's hours plus the break.
SHIFT_START_HOUR: Final = 8.0
BREAK_HOURS: Final = 1.0
LONGEST_SHIFT_WITHOUT_BREAK_HOURS: Final = 6.0
NIGHT_START_HOUR: Final = 22.0

_Ints = npt.NDArray[np.int64]
_Floats = npt.NDArray[np.float64]
_Flags = npt.NDArray[np.bool_]

_DAY: Final = "datetime64[D]"
_DAYS_PER_ENGINEER: Final = 1 << 20  # room for every date in one sortable number per engineer and day
_NEVER: Final = _DAYS_PER_ENGINEER // 2
_SUBSTITUTE_LOOKBACK_DAYS: Final = 28


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
    Errors: ValueError naming the engineers who have a day of employment without a schedule.
    Definition: metrics.md, "Available hours". A holiday takes a scheduled day whole. On the 4x10 day off it takes
        nothing (`none`), or the next scheduled working day that is no holiday itself (`substitute`).
    """
    lookback = _SUBSTITUTE_LOOKBACK_DAYS if holiday_on_day_off == "substitute" else 0
    first, last = _day_number(first_day), _day_number(last_day)
    people = engineers.sort_values("engineer_id", ignore_index=True)
    periods = _sorted_periods(schedules, people)
    person, day = _employed_days(people, first - lookback, last)
    period = _period_in_force(periods, person, day)
    _require_schedule(people, person, period)

    weekday = _weekday(day)
    scheduled: _Floats = periods[list(WEEKDAY_HOURS)].to_numpy(np.float64)[period, weekday]
    is_day_off = (weekday < 5) & (scheduled == 0)
    is_holiday = _holiday_flags(people, holidays, person, day)
    takes_holiday = is_holiday & (scheduled > 0)
    if holiday_on_day_off == "substitute":
        is_4x10 = (periods["schedule"] == "4x10").to_numpy()[period]
        owed = is_holiday & is_day_off & is_4x10
        takes_holiday |= _substitute_days(person, day, owed, (scheduled > 0) & ~is_holiday)
    holiday = np.where(takes_holiday, scheduled, 0.0)
    on_leave = np.minimum(_leave_by_day(people, leave, person, day), scheduled - holiday)

    asked = day >= first
    dates = pd.Series(day[asked].astype(_DAY))
    table = pd.DataFrame(
        {
            "engineer_id": people["engineer_id"].take(person[asked]).array,
            "week_start": pd.Series((day - weekday)[asked].astype(_DAY)),
            "work_date": dates,
            "schedule": periods["schedule"].take(period[asked]).array,
            "scheduled_hours": scheduled[asked],
            "holiday_hours": holiday[asked],
            "leave_hours": on_leave[asked],
            "available_hours": (scheduled - holiday - on_leave)[asked],
            "is_rostered_day_off": is_day_off[asked],
        }
    )
    return shaped(table, AvailableHours)


def classify_shifts(pages: pd.DataFrame, schedules: pd.DataFrame, engineers: pd.DataFrame) -> pd.DataFrame:
    """Pages with `shift`: where the page fell in the engineer's own zone and dated schedule (table Pages).

    Missing: a page on a day without a schedule in force (before hiring, after leaving) counts as on a free day.
    Definition: wall-clock time where the engineer lives, on the day's schedule. `night` is 22:00-08:00 on every day.
        From 08:00 to 22:00: `rostered_day_off` on a weekday that the schedule leaves free; `in_shift` from 08:00 for
        the day's hours plus one hour of break (8 h end at 17:00, 10 h at 19:00); `evening` is the rest, that is
        after the shift, and the daytime of a weekend without scheduled hours. Holidays and leave are not looked at.
    """
    people = engineers.sort_values("engineer_id", ignore_index=True)
    person = pd.Index(people["engineer_id"]).get_indexer(pages["engineer_id"])
    local = local_times(pages["paged_at"], people["timezone"].take(person).reset_index(drop=True))
    day = local.to_numpy().astype(_DAY).astype(np.int64)
    hour = (local - local.dt.normalize()).dt.total_seconds().to_numpy() / 3600

    periods = _sorted_periods(schedules, people)
    period = _period_in_force(periods, person.astype(np.int64), day)
    weekday = _weekday(day)
    hours: _Floats = periods[list(WEEKDAY_HOURS)].to_numpy(np.float64)
    scheduled = np.where(period >= 0, hours[period, weekday], 0.0) if len(hours) else np.zeros(len(day))
    is_night = (hour < SHIFT_START_HOUR) | (hour >= NIGHT_START_HOUR)
    is_day_off = (weekday < 5) & (scheduled == 0)
    is_in_shift = (scheduled > 0) & (hour < SHIFT_START_HOUR + shift_length_hours(scheduled))
    shift = np.select([is_night, is_day_off, is_in_shift], ["night", "rostered_day_off", "in_shift"], "evening")
    return shaped(pages.assign(shift=shift), Pages)


def shift_length_hours(scheduled: _Floats) -> _Floats:
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


def _employed_days(people: pd.DataFrame, first: int, last: int) -> tuple[_Ints, _Ints]:
    """Position in `people` and day number of every day of employment, by engineer and day."""
    start = np.maximum(_day_numbers(people["employed_from"]), first)
    end = np.minimum(_day_numbers(people["employed_to"], missing=_NEVER), last)
    length = np.maximum(end - start + 1, 0)
    person = np.repeat(np.arange(len(people)), length)
    nth_day = np.arange(length.sum()) - np.repeat(length.cumsum() - length, length)
    return person, start[person] + nth_day


def _sorted_periods(schedules: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """Schedule periods of the people, with their position in `people`, by engineer and start."""
    person = pd.Index(people["engineer_id"]).get_indexer(schedules["engineer_id"])
    known: pd.DataFrame = schedules.assign(person=person).loc[person >= 0]
    return known.sort_values(["person", "valid_from"], ignore_index=True)


def _period_in_force(periods: pd.DataFrame, person: _Ints, day: _Ints) -> _Ints:
    """Position in `periods` of the period that holds each engineer's day; -1 if none does."""
    if periods.empty:
        return np.full(len(day), -1)
    owner = periods["person"].to_numpy(np.int64)
    starts = _key(owner, _day_numbers(periods["valid_from"]))
    found = np.searchsorted(starts, _key(person, day), side="right") - 1
    holds = (found >= 0) & (owner[found] == person)
    holds &= day <= _day_numbers(periods["valid_to"], missing=_NEVER)[found]
    return np.where(holds, found, -1)


def _require_schedule(people: pd.DataFrame, person: _Ints, period: _Ints) -> None:
    uncovered = people["engineer_id"].take(np.unique(person[period < 0]))
    if len(uncovered):
        raise ValueError(f"no schedule on some day of employment: {', '.join(uncovered)}")


def _holiday_flags(people: pd.DataFrame, holidays: pd.DataFrame, person: _Ints, day: _Ints) -> _Flags:
    places = pd.Index(holidays["location_id"].unique())
    keys = _key(places.get_indexer(holidays["location_id"]), _day_numbers(holidays["holiday_date"]))
    place = places.get_indexer(people["location_id"])
    return np.isin(_key(place[person], day), keys)


def _leave_by_day(people: pd.DataFrame, leave: pd.DataFrame, person: _Ints, day: _Ints) -> _Floats:
    """Hours of leave as entered, in the order of the days."""
    owner = pd.Index(people["engineer_id"]).get_indexer(leave["engineer_id"])
    entered = pd.Series(leave["leave_hours"].to_numpy(), index=_key(owner, _day_numbers(leave["leave_date"])))
    by_day = entered.groupby(level=0).sum()
    return by_day.reindex(_key(person, day), fill_value=0.0).to_numpy(np.float64)


def _substitute_days(person: _Ints, day: _Ints, is_owed: _Flags, is_free: _Flags) -> _Flags:
    """The days that are given instead: each day owed takes the engineer's next free day, first come first served.

    The number of days still owed is a queue, so it follows from running sums without a loop over days.
    """
    if not len(day):
        return is_owed
    column = day - day.min()
    owed = np.zeros((person.max() + 1, column.max() + 1), dtype=np.int64)
    free = owed.copy()
    owed[person, column] = is_owed
    free[person, column] = is_free
    net = (owed - free).cumsum(axis=1)
    queue = net - np.minimum(np.minimum.accumulate(net, axis=1), 0)
    waiting = np.pad(queue, ((0, 0), (1, 0)))[:, :-1]
    given: _Flags = ((waiting > 0) & (free > 0))[person, column]
    return given


def _key(owner: _Ints, day: _Ints) -> _Ints:
    """One sortable number per owner and day."""
    return owner.astype(np.int64) * _DAYS_PER_ENGINEER + day


def _weekday(day: _Ints) -> _Ints:
    return (day + 3) % 7  # day 0, 1970-01-01, was a Thursday


def _day_number(day: date) -> int:
    return int(np.datetime64(f"{day:%Y-%m-%d}", "D").astype(np.int64))


def _day_numbers(days: "pd.Series[Any]", missing: int | None = None) -> _Ints:
    """Days since 1970-01-01; a missing day becomes `missing`."""
    numbers: _Ints = days.to_numpy().astype(_DAY).astype(np.int64)
    return numbers if missing is None else np.where(days.isna(), missing, numbers)
