"""Every day of employment as numbers: who, which schedule, how many hours are scheduled, free, on leave.

The one engine under both grains of `transforms.schedule`, the day and the week, and under where a page fell. Days are
counted from 1970-01-01. Engineers are worked on in blocks, so that memory does not grow with their number.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from transforms.schemas.roster import WEEKDAY_HOURS
from transforms.vocabulary import SCHEDULES

HolidayOnDayOff = Literal["none", "substitute"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

WITHOUT_SCHEDULE: Final = -1
SATURDAY: Final = 5
_DAY: Final = "datetime64[D]"
_DAYS_PER_ENGINEER: Final = 1 << 20  # room for every date in one sortable number per engineer and day
_NEVER: Final = _DAYS_PER_ENGINEER // 2
_SUBSTITUTE_LOOKBACK_DAYS: Final = 28
DAYS_PER_BLOCK: Final = 1 << 18


@dataclass(frozen=True)
class Periods:
    """Schedule periods of the people, by owner and start.

    Shape: periods, but for `hours` and `is_owed`: weeks of the cycles x weekdays. `first_week` is where a period's own
    cycle begins there.
    """

    owner: Ints  # position among the people
    first_day: Ints
    last_day: Ints
    word: Ints  # position in SCHEDULES
    n_weeks: Ints  # of the cycle
    first_week: Ints
    hours: Floats
    is_owed: Flags  # a holiday on this free weekday gives a substitute day, where the company gives any

    @classmethod
    def of(cls, schedules: pd.DataFrame, people: pd.DataFrame) -> "Periods":
        """The periods of a table Schedules; `people` are the engineers in the order in which they are numbered."""
        owner = pd.Index(people["engineer_id"]).get_indexer(schedules["engineer_id"])
        rows = schedules.assign(owner=owner).loc[owner >= 0]
        rows = rows.sort_values(["owner", "valid_from", "cycle_week"], ignore_index=True)
        first_week = np.flatnonzero(rows["cycle_week"] == 0)
        periods = rows.iloc[first_week]
        hours = rows[list(WEEKDAY_HOURS)].to_numpy(np.float64)
        word = pd.Index(SCHEDULES).get_indexer(rows["schedule"])
        return cls(
            owner=periods["owner"].to_numpy(np.int64),
            first_day=day_numbers(periods["valid_from"]),
            last_day=day_numbers(periods["valid_to"], missing=_NEVER),
            word=word[first_week],
            n_weeks=periods["cycle_weeks"].to_numpy(np.int64),
            first_week=first_week,
            hours=hours,
            is_owed=_owed_weekdays(hours, word, first_week),
        )

    def at(self, person: Ints, day: Ints) -> Ints:
        """The period that holds each engineer's day; -1 if none does."""
        found = self._begun(person, day)
        holds = found >= 0
        holds[holds] = day[holds] <= self.last_day[found[holds]]
        return np.where(holds, found, WITHOUT_SCHEDULE)

    def week_at(self, period: Ints, day: Ints) -> Ints:
        """The row of `hours` that holds for each day of a period: the week of its cycle."""
        if self.n_weeks.max(initial=1) == 1:
            return self.first_week[period]
        passed = (_monday(day) - _monday(self.first_day)[period]) // 7
        return self.first_week[period] + passed % self.n_weeks[period]

    def hours_at(self, period: Ints, day: Ints) -> Floats:
        """Scheduled hours on each day of a period; 0 without one."""
        if not len(self.hours):
            return np.zeros(len(day))
        hours = self.hours[self.week_at(period, day), weekday_of(day)]
        return np.where(period >= 0, hours, 0.0)

    def words_at(self, person: Ints, day: Ints, period: Ints) -> Ints:
        """The kind of schedule on each day, as a position in SCHEDULES.

        Missing: without a period the kind is that of the nearest one before, else of the nearest after, else 5x8.
        """
        words = np.zeros(len(day), dtype=np.int64)
        known = period >= 0
        words[known] = self.word[period[known]]
        person, day = person[~known], day[~known]
        before = self._begun(person, day)
        after = np.searchsorted(self.owner, person, side="left")
        near = np.where(before >= 0, before, after)
        is_own = near < len(self.owner)
        is_own[is_own] = self.owner[near[is_own]] == person[is_own]
        words[~known] = np.where(is_own, np.append(self.word, 0)[near], 0)
        return words

    def _begun(self, person: Ints, day: Ints) -> Ints:
        """Each engineer's newest period that had begun by the day; -1 if none had."""
        found = np.searchsorted(_key(self.owner, self.first_day), _key(person, day), side="right") - 1
        is_own = found >= 0
        is_own[is_own] = self.owner[found[is_own]] == person[is_own]
        return np.where(is_own, found, WITHOUT_SCHEDULE)


def _owed_weekdays(hours: Floats, word: Ints, first_week: Ints) -> Flags:
    """The weekdays that a compressed week leaves free: a holiday there falls on a day off that was worked for.

    On 4x10 these are all free weekdays, also of who works part-time. On 9/80 they are the weekdays that another week
    of the cycle works; one that no week works is a part-timer's ordinary free day, as every free day on 5x8 is.
    """
    is_free: Flags = hours == 0
    is_free[:, SATURDAY:] = False
    if not len(hours):
        return is_free
    length = np.diff(np.append(first_week, len(hours)))
    is_worked = np.repeat(np.maximum.reduceat(hours, first_week, axis=0) > 0, length, axis=0)
    is_4x10 = word[:, None] == SCHEDULES.index("4x10")
    is_9_80 = word[:, None] == SCHEDULES.index("9/80")
    owed: Flags = is_free & (is_4x10 | (is_9_80 & is_worked))
    return owed


@dataclass(frozen=True)
class Days:
    """Days of employment of some engineers, by engineer and day.

    Shape: days. Units: hours. Missing: a day without a schedule has period -1 and no hours.
    """

    person: Ints  # position among the people
    day: Ints
    weekday: Ints  # 0 is Monday
    period: Ints
    scheduled: Floats
    holiday: Floats
    leave: Floats

    def since(self, first: int) -> "Days":
        """The days from `first` on."""
        kept = self.day >= first
        return self if kept.all() else Days(*(values[kept] for values in vars(self).values()))


@dataclass(frozen=True)
class Workforce:
    """Employments, schedules, holidays and leave as numbers, and the rule for a holiday on the day off.

    `people` are the engineers in the order in which everything here numbers them.
    """

    people: pd.DataFrame
    periods: Periods
    hired: Ints  # people: first and last day of employment
    left: Ints
    place: Ints  # people: the row of `is_holiday` that holds where they live
    is_holiday: Flags  # places, and one without holidays x days from `_since` on
    leave_owner: Ints  # by owner
    leave_day: Ints
    leave_hours: Floats
    first_day: int
    last_day: int
    rule: HolidayOnDayOff

    @classmethod
    def of(
        cls,
        engineers: pd.DataFrame,
        schedules: pd.DataFrame,
        holidays: pd.DataFrame,
        leave: pd.DataFrame,
        first_day: date,
        last_day: date,
        rule: HolidayOnDayOff,
    ) -> "Workforce":
        """What a span of days rests on; tables as in `transforms.schemas`."""
        people = engineers.sort_values("engineer_id", ignore_index=True)
        owner = pd.Index(people["engineer_id"]).get_indexer(leave["engineer_id"])
        order = np.argsort(owner, kind="stable")
        first, last = day_number(first_day), day_number(last_day)
        place, is_holiday = _calendars(people, holidays, first - _lookback(rule), last)
        return cls(
            people=people,
            periods=Periods.of(schedules, people),
            hired=day_numbers(people["employed_from"]),
            left=day_numbers(people["employed_to"], missing=_NEVER),
            place=place,
            is_holiday=is_holiday,
            leave_owner=owner[order],
            leave_day=day_numbers(leave["leave_date"])[order],
            leave_hours=leave["leave_hours"].to_numpy(np.float64)[order],
            first_day=first,
            last_day=last,
            rule=rule,
        )

    @property
    def _since(self) -> int:
        """Days are worked out from here on: a substitute day may be owed from before the first day."""
        return self.first_day - _lookback(self.rule)

    def blocks(self, days_per_block: int = DAYS_PER_BLOCK) -> Iterator[Days]:
        """The days of employment from the first to the last day asked for, some engineers at a time, in order."""
        size = max(days_per_block // max(self.last_day - self._since + 1, 1), 1)
        for start in range(0, len(self.people), size):
            yield self._block(start, min(start + size, len(self.people))).since(self.first_day)

    def _block(self, start: int, stop: int) -> Days:
        """The days of the engineers from position `start` up to `stop`, those looked back on included."""
        hired = np.maximum(self.hired[start:stop], self._since)
        length = np.maximum(np.minimum(self.left[start:stop], self.last_day) - hired + 1, 0)
        end = length.cumsum()
        # The place of an engineer's day among all days of the block is the day + this.
        offset = end - length - hired
        person = np.repeat(np.arange(start, stop), length)
        day = np.arange(length.sum()) - np.repeat(offset, length)
        weekday = weekday_of(day)
        period = self._periods_by_day(start, stop, hired, hired + length - 1, offset, len(day))
        scheduled, is_owed = np.zeros(len(day)), np.zeros(len(day), dtype=bool)
        if len(self.periods.hours):
            has_schedule = period >= 0
            cell = self.periods.week_at(period, day) * 7 + weekday
            scheduled = np.where(has_schedule, self.periods.hours.ravel()[cell], 0.0)
            is_owed = has_schedule & self.periods.is_owed.ravel()[cell]
        is_holiday = self.is_holiday[self.place[person], day - self._since]
        takes_day = is_holiday & (scheduled > 0)
        if self.rule == "substitute":
            takes_day |= _substitute_days(person, is_holiday & is_owed, ~is_holiday & (scheduled > 0))
        holiday = np.where(takes_day, scheduled, 0.0)
        entered = self._leave_by_day(start, stop, hired, hired + length - 1, offset, len(day))
        return Days(person, day, weekday, period, scheduled, holiday, np.minimum(entered, scheduled - holiday))

    def _periods_by_day(self, start: int, stop: int, hired: Ints, left: Ints, offset: Ints, n_days: int) -> Ints:
        """The period of each day of a block: as `Periods.at`, without a search for every day."""
        numbers = np.arange(*np.searchsorted(self.periods.owner, [start, stop]))
        owner = self.periods.owner[numbers] - start
        first = np.maximum(self.periods.first_day[numbers], hired[owner])
        length = np.maximum(np.minimum(self.periods.last_day[numbers], left[owner]) - first + 1, 0)
        place = np.arange(length.sum()) + np.repeat(first + offset[owner] - (length.cumsum() - length), length)
        period = np.full(n_days, WITHOUT_SCHEDULE)
        period[place] = np.repeat(numbers, length)
        return period

    def _leave_by_day(self, start: int, stop: int, hired: Ints, left: Ints, offset: Ints, n_days: int) -> Floats:
        """Hours of leave as entered, on each day of a block."""
        entries = slice(*np.searchsorted(self.leave_owner, [start, stop]))
        owner, day = self.leave_owner[entries] - start, self.leave_day[entries]
        is_inside = (day >= hired[owner]) & (day <= left[owner])
        place = (day + offset[owner])[is_inside]
        return np.bincount(place, weights=self.leave_hours[entries][is_inside], minlength=n_days).astype(np.float64)


def _lookback(rule: HolidayOnDayOff) -> int:
    return _SUBSTITUTE_LOOKBACK_DAYS if rule == "substitute" else 0


def _calendars(people: pd.DataFrame, holidays: pd.DataFrame, first: int, last: int) -> tuple[Ints, Flags]:
    """The calendar that holds for each of the people, and the calendars: places x days, the last without holidays."""
    places = pd.Index(holidays["location_id"].unique())
    day = day_numbers(holidays["holiday_date"]) - first
    is_asked = (day >= 0) & (day <= last - first)
    is_holiday = np.zeros((len(places) + 1, max(last - first + 1, 0)), dtype=bool)
    is_holiday[places.get_indexer(holidays["location_id"])[is_asked], day[is_asked]] = True
    return places.get_indexer(people["location_id"]), is_holiday


def _substitute_days(person: Ints, is_owed: Flags, is_free: Flags) -> Flags:
    """The days that are given instead: each day owed takes the engineer's next free day, first come first served.

    The number of days still owed is a queue, so it follows from running sums without a loop over days. Every engineer
    starts far below the one before, so that neither sum nor minimum carries over.
    """
    apart = 2 * len(person) + 2
    net = (is_owed.astype(np.int64) - is_free).cumsum()
    is_first = np.diff(person, prepend=-1) != 0
    brought = np.append(0, net)[:-1][is_first]  # what the sum held when the engineer began
    nth = is_first.cumsum() - 1
    net = net - brought[nth] - nth * apart
    empty = np.minimum(np.minimum.accumulate(net), -nth * apart)
    waiting = np.append(0, net - empty)[:-1]
    given: Flags = (waiting > 0) & ~is_first & is_free
    return given


def _key(owner: Ints, day: Ints) -> Ints:
    """One sortable number per owner and day."""
    return owner * _DAYS_PER_ENGINEER + day


def weekday_of(day: Ints) -> Ints:
    """0 is Monday."""
    return (day + 3) % 7  # day 0, 1970-01-01, was a Thursday


def _monday(day: Ints) -> Ints:
    return day - weekday_of(day)


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return int(np.datetime64(f"{day:%Y-%m-%d}", "D").astype(np.int64))


def day_numbers(days: "pd.Series[Any]", missing: int | None = None) -> Ints:
    """Days since 1970-01-01; a missing day becomes `missing`."""
    numbers: Ints = days.to_numpy().astype(_DAY).astype(np.int64)
    return numbers if missing is None else np.where(days.isna(), missing, numbers)


def dates(day: Ints) -> "pd.Series[Any]":
    """Day numbers as midnights."""
    return pd.Series(day.astype(_DAY).astype("datetime64[us]"))
