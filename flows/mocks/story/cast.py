"""The roster as actors: who works on which day, for how long, and when they are away."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from flows.mocks.facts import LeaveRow
from flows.mocks.story.characters import Character, character_of
from flows.mocks.story.draws import chance, pick, stream
from flows.settings import TeamConfig, holiday_table, roster_tables
from transforms.schemas.roster import WEEKDAY_HOURS

DAY = timedelta(days=1)
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Span:
    """The weeks the story tells (both Mondays included) and the switch; its seed."""

    first_week: date
    last_week: date
    switch: date
    seed: int

    @property
    def first_day(self) -> date:
        """Days are worked out from three weeks earlier: sprints and leave reach back."""
        return self.first_week - 3 * WEEK

    @property
    def last_day(self) -> date:
        return self.last_week + 5 * WEEK - DAY

    @property
    def days(self) -> list[date]:
        return [self.first_day + n * DAY for n in range((self.last_day - self.first_day).days + 1)]

    @property
    def weeks(self) -> list[date]:
        """Every Monday from `first_day` on, the weeks after the newest included: open sprints reach into them."""
        return self.days[::7]


@dataclass(frozen=True, eq=False)
class Actor:
    """An engineer with a character. `available` holds only days with hours."""

    engineer_id: str
    name: str
    team_id: str
    manager_id: str
    account_id: str | None
    pagerduty_id: str | None
    zone: ZoneInfo
    employed_from: date
    employed_to: date | None
    character: Character
    switched_on: date | None
    contract: Mapping[date, float]
    available: Mapping[date, float]
    leave: tuple[LeaveRow, ...]
    holidays: frozenset[date]

    def is_employed(self, day: date) -> bool:
        return self.employed_from <= day and (self.employed_to is None or day <= self.employed_to)

    def instant(self, day: date, hour: float) -> datetime:
        """An hour of the engineer's own day, as an instant in UTC."""
        minutes = min(int(hour * 60), 23 * 60 + 59)
        local = datetime.combine(day, time(minutes // 60, minutes % 60), tzinfo=self.zone)
        return local.astimezone(UTC)


def cast_of(config: TeamConfig, span: Span) -> list[Actor]:
    """Every engineer of the roster as an actor, in the order of the config."""
    roster = roster_tables(config)
    holidays = holiday_table(config, span.first_day, span.last_day)
    free_days = {
        str(location): {day.date() for day in days}
        for location, days in holidays.groupby("location_id")["holiday_date"]
    }
    periods = {str(key): _records(rows) for key, rows in roster.schedules.groupby("engineer_id")}
    teams: dict[str, int] = {}
    actors = []
    for row in _records(roster.engineers):
        rank = teams[str(row["team_id"])] = teams.get(str(row["team_id"]), -1) + 1
        days_off = free_days.get(str(row["location_id"]), set())
        actors.append(
            _actor(
                row, periods.get(str(row["engineer_id"]), []), days_off, rank, span, config.policy.holiday_on_day_off
            )
        )
    return actors


def _actor(
    row: Mapping[str, object],
    periods: list[dict[str, object]],
    holidays: set[date],
    rank: int,
    span: Span,
    holiday_on_day_off: str,
) -> Actor:
    engineer_id = str(row["engineer_id"])
    character = character_of(engineer_id)
    contract = _contract_hours(periods, span)
    owed = _owed_days(periods, contract, holidays) if holiday_on_day_off == "substitute" else []
    workable = _without_holidays(contract, holidays, owed)
    employed_from = _day(row["employed_from"])
    assert employed_from is not None, "the schema of Engineers requires employed_from"
    leave = tuple(_leave_rows(engineer_id, character, workable, rank, employed_from, span))
    return Actor(
        engineer_id=engineer_id,
        name=str(row["name"]),
        team_id=str(row["team_id"]),
        manager_id=str(row["manager_id"]),
        account_id=_text(row["jira_account_id"]),
        pagerduty_id=_text(row["pagerduty_user_id"]),
        zone=ZoneInfo(str(row["timezone"])),
        employed_from=employed_from,
        employed_to=_day(row["employed_to"]),
        character=character,
        switched_on=min((_day(p["valid_from"]) or date.max for p in periods if p["schedule"] == "4x10"), default=None),
        contract=contract,
        available=_without_leave(workable, leave),
        leave=leave,
        holidays=frozenset(holidays),
    )


def _records(frame: pd.DataFrame) -> list[dict[str, object]]:
    return [{str(name): value for name, value in record.items()} for record in frame.to_dict("records")]


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _day(value: object) -> date | None:
    return value.date() if isinstance(value, pd.Timestamp) else None


def _contract_hours(periods: list[dict[str, object]], span: Span) -> dict[date, float]:
    """Hours of the schedule in force, on days that have any."""
    hours: dict[date, float] = {}
    for period in periods:
        begin = _day(period["valid_from"]) or span.first_day
        last = min(_day(period["valid_to"]) or span.last_day, span.last_day)
        week = [float(str(period[name])) for name in WEEKDAY_HOURS]
        number, length = int(str(period["cycle_week"])), int(str(period["cycle_weeks"]))
        for monday in range(_monday(begin).toordinal() + 7 * number, last.toordinal() + 1, 7 * length):
            days = {date.fromordinal(monday + n): week[n] for n in range(7) if week[n] > 0}
            hours |= {day: told for day, told in days.items() if max(begin, span.first_day) <= day <= last}
    return hours


def _without_holidays(contract: Mapping[date, float], holidays: set[date], owed: list[date]) -> dict[date, float]:
    """A holiday frees a scheduled day; each one owed frees the next scheduled day that is still to be worked."""
    free = {day for day in holidays if day in contract}
    for day in owed:
        following = min((d for d in contract if d > day and d not in free), default=None)
        if following is not None:
            free.add(following)
    return {day: hours for day, hours in contract.items() if day not in free}


def _owed_days(periods: list[dict[str, object]], contract: Mapping[date, float], holidays: set[date]) -> list[date]:
    """Holidays on the free weekday of a 4x10, and on one of a 9/80 that another week of it works."""
    spans = [
        (_day(period["valid_from"]) or date.min, _day(period["valid_to"]) or date.max, weekday)
        for period in periods
        for weekday in range(5)
        if period["schedule"] == "4x10"
        or (period["schedule"] == "9/80" and float(str(period[WEEKDAY_HOURS[weekday]])) > 0)
    ]
    missed = sorted(day for day in holidays if day not in contract)
    return [day for day in missed if any(first <= day <= last and day.weekday() == free for first, last, free in spans)]


def _without_leave(workable: Mapping[date, float], leave: tuple[LeaveRow, ...]) -> dict[date, float]:
    away: dict[date, float] = {}
    for row in leave:
        for n in range((row.to_date - row.from_date).days + 1):
            day = row.from_date + n * DAY
            away[day] = away.get(day, 0.0) + row.hours_per_day
    left = {day: hours - away.get(day, 0.0) for day, hours in workable.items()}
    return {day: hours for day, hours in left.items() if hours > 0}


def _leave_rows(
    engineer_id: str,
    character: Character,
    workable: Mapping[date, float],
    rank: int,
    employed_from: date,
    span: Span,
) -> Iterator[LeaveRow]:
    """A year's leave: Christmas, two weeks in summer (colleagues take turns), a few days in spring, single days."""
    blocks: list[tuple[date, date, float]] = []
    for year in range(span.first_day.year, span.last_day.year + 1):
        rng = stream(span.seed, "leave", engineer_id, year)
        blocks += [
            (*pick(rng, _christmas(year)), 1.0),
            (*_block(_monday(date(year, 6, 8)) + (3 * rank + int(rng.integers(0, 2))) * WEEK, 12), 1.0),
            (*_block(_monday(date(year, 2, 23)) + int(rng.integers(0, 8)) * WEEK + DAY, int(rng.integers(2, 4))), 1.0),
            *_single_days(rng, year),
        ]
    if character.is_away_at_the_end:
        blocks.append((span.last_week - 4 * DAY, span.last_week + 8 * DAY, 1.0))
    taken: set[date] = set()
    for first, last, part in sorted(blocks):
        days = [first + n * DAY for n in range((last - first).days + 1)]
        hours = [workable[day] for day in days if day in workable]
        is_told = bool(character.script) and last >= span.last_week - max(character.script) * WEEK
        in_story = max(span.first_week, employed_from + 6 * WEEK) <= first <= span.last_week + WEEK
        if hours and in_story and not is_told and not taken.intersection(days):
            taken.update(days)
            yield LeaveRow(engineer_id, first, last, max(hours) * part)


def _christmas(year: int) -> list[tuple[date, date]]:
    return [
        (date(year, 12, 22), date(year, 12, 31)),
        (date(year, 12, 24), date(year, 12, 26)),
        (date(year, 12, 29), date(year, 12, 31)),
    ]


def _single_days(rng: np.random.Generator, year: int) -> Iterator[tuple[date, date, float]]:
    for _ in range(4):
        day = date(year, 1, 5) + int(rng.integers(0, 350)) * DAY
        yield day, day, 0.5 if chance(rng, 0.35) else 1.0


def _monday(day: date) -> date:
    return day - day.weekday() * DAY


def _block(first: date, days: int) -> tuple[date, date]:
    return first, first + (days - 1) * DAY
