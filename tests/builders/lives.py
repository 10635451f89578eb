"""Four weeks of a few engineers' work as Hypothesis draws it, and the chain from these facts to readings.

More examples than the suite's few: pytest tests/properties --hypothesis-profile=campaign (see tests/conftest.py).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final

import pandas as pd
from hypothesis import strategies as st

from tests.builders.facts import credit, day, engineer, page, sprint, vibe, worklog
from transforms.metrics.readings import weekly_readings
from transforms.schedule import HolidayOnDayOff, available_hours, weekly_hours
from transforms.schemas.columns import Table
from transforms.schemas.registry import empty, shaped
from transforms.schemas.roster import WEEKDAY_HOURS, Engineers, Schedules
from transforms.schemas.sources import Holidays, Leave, Pages, SprintCredits, Sprints, Vibes, Worklogs

# Clocks change in these weeks: on 25 October in Madrid, on 1 November in Chicago.
FIRST: Final = day("2026-10-12")
LAST: Final = day("2026-11-08")
WEEKS: Final = [f"{monday:%Y-%m-%d}" for monday in pd.date_range(FIRST, LAST, freq="7D")]
DAYS: Final = [f"{date:%Y-%m-%d}" for date in pd.date_range(FIRST, LAST)]
TEAM: Final = ("ana", "ben")
HIRED: Final = "2025-01-06"
SPRINTS: Final = (
    sprint(61, "2026-10-12 09:00", "2026-10-23 17:00"),
    sprint(62, "2026-10-26 09:00", "2026-11-06 17:00"),
)

# Hours from Monday to Sunday, a row per week of the cycle.
Cycle = Sequence[Sequence[float]]
ON_5X8: Final[Cycle] = [[8, 8, 8, 8, 8, 0, 0]]
ON_9_80: Final[Cycle] = [[9, 9, 9, 9, 8, 0, 0], [9, 9, 9, 9, 0, 0, 0]]


def on_4x10(off: int = 4, daily: float = 10) -> Cycle:
    """Monday to Friday without the weekday `off`; a part-timer's days are shorter."""
    return [[0.0 if number in (off, 5, 6) else daily for number in range(7)]]


def rows(model: type[Table], listed: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """A table of these rows, not validated: that would cost most of the time of a property."""
    frame = pd.DataFrame(list(listed))
    if frame.empty:
        return empty(model)
    for name, spec in model.to_schema().columns.items():
        if "UTC" in str(spec.dtype):  # a column of nothing but missing instants has no zone of its own
            frame[name] = pd.to_datetime(frame[name], utc=True)
    return shaped(frame, model)


def cycle_rows(
    engineer_id: str, cycle: Cycle, kind: str = "5x8", *, first: str = HIRED, last: str | None = None
) -> list[dict[str, Any]]:
    """A schedule period: one row per week of its cycle."""
    return [
        {
            "engineer_id": engineer_id,
            "valid_from": day(first),
            "valid_to": day(last) if last else pd.NaT,
            "schedule": kind,
            "cycle_weeks": len(cycle),
            "cycle_week": number,
            **dict(zip(WEEKDAY_HOURS, map(float, week), strict=True)),
        }
        for number, week in enumerate(cycle)
    ]


@dataclass(frozen=True, repr=False)
class Facts:
    """The tables that readings are made of."""

    engineers: pd.DataFrame
    schedules: pd.DataFrame
    leave: pd.DataFrame
    holidays: pd.DataFrame
    worklogs: pd.DataFrame = field(default_factory=lambda: empty(Worklogs))
    credits: pd.DataFrame = field(default_factory=lambda: empty(SprintCredits))
    sprints: pd.DataFrame = field(default_factory=lambda: rows(Sprints, SPRINTS))
    pages: pd.DataFrame = field(default_factory=lambda: empty(Pages))
    vibes: pd.DataFrame = field(default_factory=lambda: empty(Vibes))

    def __repr__(self) -> str:
        """For the report of a failure: tables that hold anything."""
        return "\n".join(
            f"{name}:\n{table.dropna(axis=1, how='all').to_string()}"
            for name, table in self.tables().items()
            if len(table)
        )

    def days(
        self, rule: HolidayOnDayOff = "none", first: pd.Timestamp = FIRST, last: pd.Timestamp = LAST
    ) -> pd.DataFrame:
        return available_hours(self.engineers, self.schedules, self.holidays, self.leave, first, last, rule)

    def weeks(
        self, rule: HolidayOnDayOff = "none", first: pd.Timestamp = FIRST, last: pd.Timestamp = LAST
    ) -> pd.DataFrame:
        return weekly_hours(self.engineers, self.schedules, self.holidays, self.leave, first, last, rule)

    def readings(
        self, first: pd.Timestamp = FIRST, last: pd.Timestamp = LAST, step: int = 1, **options: Any
    ) -> pd.DataFrame:
        """Weekly readings; with another `step`, the hours come in another order than they are made in."""
        hours = self.weeks(first=first, last=last)
        return weekly_readings(
            self.engineers,
            hours if step == 1 else mixed(hours, step),
            self.worklogs,
            self.credits,
            self.sprints,
            self.pages,
            self.vibes,
            **options,
        )

    def tables(self) -> dict[str, pd.DataFrame]:
        return {one.name: getattr(self, one.name) for one in fields(self)}


def readings_on(lives: Facts, cycles: Sequence[Cycle]) -> list[pd.DataFrame]:
    """The readings of the same lives on each of the schedules, all side by side in one organisation."""
    copies = [
        {
            name: table.assign(engineer_id=table["engineer_id"] + f" {number}") if "engineer_id" in table else table
            for name, table in lives.tables().items()
        }
        for number in range(len(cycles))
    ]
    together = {name: pd.concat([copy[name] for copy in copies], ignore_index=True) for name in copies[0]}
    schedules = [
        row
        for number, cycle in enumerate(cycles)
        for who in lives.engineers["engineer_id"]
        for row in cycle_rows(f"{who} {number}", cycle)
    ]
    shared = {"sprints": lives.sprints, "holidays": lives.holidays, "schedules": rows(Schedules, schedules)}
    table = Facts(**together | shared).readings()
    numbers = table["engineer_id"].str.rpartition(" ")[2]
    whose = table.assign(engineer_id=table["engineer_id"].str.rpartition(" ")[0])
    return [whose[numbers == str(number)].reset_index(drop=True) for number in range(len(cycles))]


def mixed(table: pd.DataFrame, step: int) -> pd.DataFrame:
    """The same rows in another order."""
    order = [row for first in range(step) for row in range(first, len(table), step)][::-1]
    return table.iloc[order].reset_index(drop=True)


def renamed(table: pd.DataFrame) -> pd.DataFrame:
    """The same rows of another team's people, with vendor ids of their own. All of them sort before the others."""
    names = ("engineer_id", "team_id", "worklog_id", "incident_id", "issue_key")
    theirs = {name: "a-" + table[name] for name in names if name in table}
    numbers = {"sprint_id": table["sprint_id"] + 100} if "sprint_id" in table else {}
    return table.assign(**theirs, **numbers)


def beside(mine: Facts, others: Facts) -> Facts:
    """My facts and those of strangers, all in one organisation; holidays are mine."""
    both = {name: pd.concat([table, renamed(others.tables()[name])]) for name, table in mine.tables().items()}
    return Facts(**{name: table.reset_index(drop=True) for name, table in both.items()} | {"holidays": mine.holidays})


def closures(*dates: str) -> pd.DataFrame:
    """Public holidays in Austin."""
    return rows(Holidays, [{"location_id": "austin", "holiday_date": day(on), "name": "A holiday"} for on in dates])


def absences(*listed: tuple[str, str, float]) -> pd.DataFrame:
    """Leave as (engineer, day, hours)."""
    return rows(Leave, [{"engineer_id": who, "leave_date": day(on), "leave_hours": hours} for who, on, hours in listed])


def one_on(cycle: Cycle, kind: str = "5x8", *, since: str = HIRED) -> Facts:
    """Ana alone on a schedule, always at work."""
    return Facts(
        engineers=rows(Engineers, [engineer("ana")]),
        schedules=rows(Schedules, cycle_rows("ana", cycle, kind, first=since)),
        leave=absences(),
        holidays=closures(),
    )


quarters: Final = st.integers(0, 48).map(lambda count: count / 4)
taken: Final = st.integers(1, 96).map(lambda count: count / 4)
people: Final = st.sampled_from(TEAM)
# Every other day is one of a few, so that holidays, leave and work meet: two Fridays, the Monday between, a Sunday.
BUSY: Final = ["2026-10-16", "2026-10-19", "2026-10-23", "2026-10-25"]
days: Final = st.sampled_from([*BUSY * 7, *DAYS])
mondays: Final = st.sampled_from(WEEKS)
free_weeks: Final = st.lists(quarters, min_size=7, max_size=7)

cycles: Final = st.one_of(
    st.sampled_from([ON_5X8, ON_9_80, *map(on_4x10, range(5)), on_4x10(daily=8), [[6.5] * 4 + [0] * 3]]),
    st.lists(free_weeks, min_size=1, max_size=3),
)
kinds: Final = st.sampled_from(["5x8", "4x10", "9/80"])


@st.composite
def schedules_of(draw: st.DrawFn, who: str) -> list[dict[str, Any]]:
    """One schedule, or one until a day of the window and another from a later day on, maybe not the next."""
    change = draw(st.none() | st.tuples(st.integers(0, len(DAYS) - 2), st.sampled_from([1, 4, 4])))
    if change is None:
        return cycle_rows(who, draw(cycles), draw(kinds))
    last, gap = change
    return [
        *cycle_rows(who, draw(cycles), draw(kinds), last=DAYS[last]),
        *cycle_rows(who, draw(cycles), draw(kinds), first=DAYS[min(last + gap, len(DAYS) - 1)]),
    ]


@st.composite
def rosters(draw: st.DrawFn, *, is_plain: bool = False) -> Facts:
    """Engineers with schedules, holidays and leave. `is_plain`: on 5x8 without holidays and leave, hired long ago.

    Lists are never short: the suite's few examples begin with the smallest ones.
    """
    hires = {who: HIRED if is_plain else draw(st.sampled_from([HIRED, HIRED, *DAYS])) for who in TEAM}
    exits = {who: None if is_plain else draw(st.none() | days) for who in TEAM}
    away = {} if is_plain else draw(st.dictionaries(st.tuples(people, days), taken, min_size=2, max_size=8))
    closed = [] if is_plain else draw(st.lists(days, unique=True, min_size=1, max_size=4))
    periods = [row for who in TEAM for row in (cycle_rows(who, ON_5X8) if is_plain else draw(schedules_of(who)))]
    return Facts(
        engineers=rows(
            Engineers,
            [engineer(who, employed_from=day(hires[who]), employed_to=pd.Timestamp(exits[who])) for who in TEAM],
        ),
        schedules=rows(Schedules, periods),
        leave=absences(*[(who, on, hours) for (who, on), hours in away.items()]),
        holidays=closures(*closed),
    )


@st.composite
def facts(draw: st.DrawFn, *, is_plain: bool = False) -> Facts:
    """Rosters, and what their engineers did."""
    work = draw(st.lists(st.tuples(people, days, taken, st.integers(0, 4)), min_size=3, max_size=10))
    points = draw(st.dictionaries(st.tuples(people, mondays), st.integers(-8, 13), min_size=2, max_size=6))
    calls = draw(st.lists(st.tuples(people, days, st.integers(1, 5000), st.booleans()), min_size=2, max_size=8))
    moods = draw(
        st.dictionaries(st.tuples(people, mondays, st.sampled_from(["mia", "noor"])), st.integers(1, 5), min_size=2)
    )
    return replace(
        draw(rosters(is_plain=is_plain)),
        worklogs=rows(
            Worklogs,
            [
                worklog(who, on, hours, hours * fourths / 4, worklog_id=str(number))
                for number, (who, on, hours, fourths) in enumerate(work)
            ],
        ),
        credits=rows(
            SprintCredits,
            [credit(who, on, 61 if on < WEEKS[2] else 62, value) for (who, on), value in points.items()],
        ),
        pages=rows(
            Pages,
            [
                page(who, f"{on} 10:00", incident_id=str(number), acknowledge_seconds=seconds, is_censored=is_censored)
                for number, (who, on, seconds, is_censored) in enumerate(calls)
            ],
        ),
        vibes=rows(Vibes, [vibe(who, on, score, manager_id=manager) for (who, on, manager), score in moods.items()]),
    )
