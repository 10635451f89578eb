"""Properties that readings keep whatever the work looked like."""

from dataclasses import dataclass, fields, replace

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.facts import (
    credit,
    credits_of,
    day,
    engineer,
    engineers,
    holidays,
    leave,
    page,
    pages,
    period,
    schedules,
    sprint,
    sprints,
    vibe,
    vibes,
    worklog,
    worklogs,
)
from transforms.metrics.readings import weekly_readings
from transforms.schedule import available_hours

quick = settings(max_examples=6, deadline=None, derandomize=True)

FIRST, LAST = day("2026-10-26"), day("2026-11-08")
DAYS = [f"{date:%Y-%m-%d}" for date in pd.date_range(FIRST, LAST)]
WEEKS = ("2026-10-26", "2026-11-02")
TEAM = ("ana", "ben")


@dataclass(frozen=True)
class Facts:
    """The tables that readings are made of."""

    engineers: pd.DataFrame
    schedules: pd.DataFrame
    worklogs: pd.DataFrame
    credits: pd.DataFrame
    sprints: pd.DataFrame
    pages: pd.DataFrame
    vibes: pd.DataFrame
    leave: pd.DataFrame
    holidays: pd.DataFrame

    def readings(self) -> pd.DataFrame:
        available = available_hours(self.engineers, self.schedules, self.holidays, self.leave, FIRST, LAST)
        return weekly_readings(
            self.engineers, available, self.worklogs, self.credits, self.sprints, self.pages, self.vibes
        )


people = st.sampled_from(TEAM)
hours = st.integers(1, 40).map(lambda quarters: quarters / 4)


@st.composite
def facts(draw: st.DrawFn, kind: str | None = None, is_plain: bool = False) -> Facts:
    """Two engineers, two weeks; `is_plain` leaves out holidays and leave."""
    kinds = {who: kind or draw(st.sampled_from(["5x8", "4x10"])) for who in TEAM}
    work = draw(st.lists(st.tuples(people, st.sampled_from(DAYS), hours, st.booleans()), max_size=8))
    points = draw(st.dictionaries(st.tuples(people, st.sampled_from(WEEKS)), st.integers(0, 13)))
    calls = draw(st.lists(st.tuples(people, st.sampled_from(DAYS), st.integers(1, 5000)), max_size=6))
    moods = draw(st.dictionaries(st.tuples(people, st.sampled_from(WEEKS)), st.integers(1, 5)))
    away = {} if is_plain else draw(st.dictionaries(st.tuples(people, st.sampled_from(DAYS)), hours, max_size=3))
    free = [] if is_plain else draw(st.lists(st.sampled_from(DAYS), unique=True, max_size=2))
    return Facts(
        engineers=engineers(*[engineer(who) for who in TEAM]),
        schedules=schedules(*[period(who, kinds[who]) for who in TEAM]),
        worklogs=worklogs(
            *[
                worklog(who, on, logged, logged if is_billable else 0, worklog_id=str(number))
                for number, (who, on, logged, is_billable) in enumerate(work)
            ]
        ),
        credits=credits_of(*[credit(who, week, 61, value) for (who, week), value in points.items()]),
        sprints=sprints(sprint(61, "2026-10-26 09:00", "2026-11-06 17:00")),
        pages=pages(
            *[
                page(who, f"{on} 10:00", incident_id=str(number), acknowledge_seconds=seconds)
                for number, (who, on, seconds) in enumerate(calls)
            ]
        ),
        vibes=vibes(*[vibe(who, week, score) for (who, week), score in moods.items()]),
        leave=leave(*[(who, on, taken) for (who, on), taken in away.items()]),
        holidays=holidays(*free),
    )


@quick
@given(facts(kind="5x8", is_plain=True))
def test_the_same_work_on_5x8_and_on_4x10_gives_the_same_readings(on_5x8: Facts):
    on_4x10 = replace(on_5x8, schedules=schedules(*[period(who, "4x10") for who in TEAM]))
    pd.testing.assert_frame_equal(
        on_5x8.readings().drop(columns="schedule"), on_4x10.readings().drop(columns="schedule")
    )


@quick
@given(facts(), st.integers(1, 9))
def test_splitting_worklogs_changes_nothing(whole: Facts, tenths: int):
    def part(share: float, name: str) -> pd.DataFrame:
        rows = whole.worklogs
        return rows.assign(
            worklog_id=rows["worklog_id"] + name,
            logged_hours=rows["logged_hours"] * share,
            billable_hours=rows["billable_hours"] * share,
        )

    split = pd.concat([part(tenths / 10, "a"), part(1 - tenths / 10, "b")], ignore_index=True)
    pd.testing.assert_frame_equal(whole.readings(), replace(whole, worklogs=split).readings())


@quick
@given(facts(), st.integers(1, 7))
def test_the_order_of_rows_is_irrelevant(ordered: Facts, step: int):
    def shuffled(table: pd.DataFrame) -> pd.DataFrame:
        order = [row for first in range(step) for row in range(first, len(table), step)][::-1]
        return table.iloc[order].reset_index(drop=True)

    mixed = Facts(**{field.name: shuffled(getattr(ordered, field.name)) for field in fields(Facts)})
    pd.testing.assert_frame_equal(ordered.readings(), mixed.readings())


@quick
@given(facts(), facts())
def test_an_unrelated_engineer_changes_nobody(mine: Facts, others: Facts):
    def renamed(table: pd.DataFrame) -> pd.DataFrame:
        """The same rows of another team's people, with vendor ids of their own."""
        theirs = {
            name: "x-" + table[name]
            for name in ("engineer_id", "team_id", "worklog_id", "incident_id")
            if name in table
        }
        numbers = {"sprint_id": table["sprint_id"] + 100} if "sprint_id" in table else {}
        return table.assign(**theirs, **numbers)

    both = Facts(
        **{
            field.name: pd.concat(
                [getattr(mine, field.name), renamed(getattr(others, field.name))], ignore_index=True
            ).drop_duplicates(ignore_index=True)
            for field in fields(Facts)
            if field.name != "holidays"
        },
        holidays=mine.holidays,
    )
    table = both.readings()
    pd.testing.assert_frame_equal(mine.readings(), table[table["engineer_id"].isin(TEAM)].reset_index(drop=True))
