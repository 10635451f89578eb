"""Properties that readings keep whatever the work looked like.

More examples than the suite's few: pytest tests/properties --hypothesis-profile=campaign (see tests/conftest.py).
"""

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders.lives import (
    FIRST,
    ON_5X8,
    ON_9_80,
    TEAM,
    WEEKS,
    Cycle,
    Facts,
    beside,
    facts,
    mixed,
    on_4x10,
    quarters,
    readings_on,
)
from transforms.schemas.readings import Readings
from transforms.schemas.registry import conform
from transforms.vocabulary import METRICS, Metric

KEYS = ["engineer_id", "week_start"]
# The same hours a week, on other days.
FULL_TIME: list[Cycle] = [
    ON_5X8,
    *map(on_4x10, range(5)),
    [on_4x10(4)[0], on_4x10(0)[0]],  # four days one week, four others the next
    [[0, 0, 0, 10, 10, 10, 10]],
]
PART_TIME: list[Cycle] = [[[6.4] * 5 + [0, 0]], on_4x10(daily=8), [[8, 8, 0, 8, 8, 0, 0]], [[16, 0, 0, 0, 16, 0, 0]]]
# What a reading says; not on which schedule.
SAID = [name for name in Readings.to_schema().columns if name != "schedule"]
MEASURED: dict[Metric, tuple[str, ...]] = {
    "billable": ("worked_hours", "billable_hours", "billable_pct", "coverage_pct"),
    "velocity": ("points_completed",),
    "response": ("acknowledge_median_seconds", "resolve_median_seconds", "response_rate_pct"),
    "vibes": ("vibes",),
}


@pytest.mark.parametrize("ways", [FULL_TIME, PART_TIME], ids=["40 hours", "32 hours"])
@given(lives=facts(is_plain=True))
def test_the_same_work_in_the_same_hours_gives_the_same_readings_whatever_the_days(ways: list[Cycle], lives: Facts):
    first, *others = (table[SAID] for table in readings_on(lives, ways))
    for other in others:
        pd.testing.assert_frame_equal(first, other)


@st.composite
def same_hours(draw: st.DrawFn) -> list[Cycle]:
    """A week of free hours, and the same hours on other days."""
    hours = draw(st.lists(quarters, min_size=7, max_size=7))
    return [[hours], [draw(st.permutations(hours))]]


@given(facts(is_plain=True), same_hours())
def test_how_the_hours_of_a_week_are_spread_over_its_days_changes_nothing(lives: Facts, cycles: list[Cycle]):
    one, other = (table[SAID] for table in readings_on(lives, cycles))
    pd.testing.assert_frame_equal(one, other)


@given(facts(is_plain=True))
def test_over_its_cycle_an_alternating_schedule_gives_what_5x8_gives(lives: Facts):
    columns = ["contract_hours", "available_hours", "worked_hours", "billable_hours", "points_completed", "n_pages"]

    def by_fortnight(readings: pd.DataFrame) -> pd.DataFrame:
        fortnight = (readings["week_start"] - FIRST).dt.days // 14
        return readings.groupby([readings["engineer_id"], fortnight])[columns].sum()

    long_and_short: Cycle = [[12.5] * 4 + [0] * 3, [7.5] * 4 + [0] * 3]
    on_5x8, *others = readings_on(lives, [ON_5X8, ON_9_80, ON_9_80[::-1], long_and_short])
    for other in others:
        pd.testing.assert_frame_equal(by_fortnight(on_5x8), by_fortnight(other))


@given(facts())
def test_readings_fit_their_table_and_every_percentage_is_a_ratio_of_the_hours_beside_it(lives: Facts):
    table = conform(lives.readings(), Readings)
    assert (table["contract_hours"] - table["holiday_hours"] - table["leave_hours"]).equals(
        table["available_hours"].rename(None)
    )
    available = table["available_hours"].where(table["available_hours"] > 0)
    for pct, hours in (("billable_pct", "billable_hours"), ("coverage_pct", "worked_hours")):
        pd.testing.assert_series_equal(table[pct], 100 * table[hours] / available, check_names=False)


@given(facts(), st.integers(1, 9))
def test_splitting_worklogs_changes_nothing(whole: Facts, tenths: int):
    def part(share: float, name: str, later: str) -> pd.DataFrame:
        """A share of each worklog, begun later the same day."""
        logs = whole.worklogs
        return logs.assign(
            worklog_id=logs["worklog_id"] + name,
            started_at=logs["started_at"] + pd.Timedelta(later),
            logged_hours=logs["logged_hours"] * share,
            billable_hours=logs["billable_hours"] * share,
        )

    split = pd.concat([part(tenths / 10, "a", "0h"), part(1 - tenths / 10, "b", "3h")], ignore_index=True)
    pd.testing.assert_frame_equal(whole.readings(), replace(whole, worklogs=split).readings())


@given(facts())
def test_merging_the_worklogs_of_a_day_changes_nothing(apart: Facts):
    day = apart.worklogs.groupby(["engineer_id", "work_date"])
    sums = day[["logged_hours", "billable_hours"]].transform("sum")
    merged = apart.worklogs.assign(**{name: sums[name] for name in sums})[~day.cumcount().gt(0)]
    pd.testing.assert_frame_equal(apart.readings(), replace(apart, worklogs=merged.reset_index(drop=True)).readings())


@given(facts(), st.integers(2, 7))
def test_the_order_of_rows_is_irrelevant(ordered: Facts, step: int):
    shuffled = Facts(**{name: mixed(table, step) for name, table in ordered.tables().items()})
    pd.testing.assert_frame_equal(ordered.readings(), shuffled.readings(step=step))


@given(facts(), facts())
def test_an_unrelated_engineer_changes_nobody(mine: Facts, others: Facts):
    table = beside(mine, others).readings()
    pd.testing.assert_frame_equal(mine.readings(), table[table["engineer_id"].isin(TEAM)].reset_index(drop=True))


@given(facts(), st.sampled_from(WEEKS[1:]))
def test_what_comes_later_changes_no_week_before_it(lives: Facts, next_week: str):
    """The facts of the later weeks are there, and there is a week more to read, or neither is."""
    monday = pd.Timestamp(next_week)
    knows_no_more = replace(
        lives,
        worklogs=lives.worklogs[lives.worklogs["work_date"] < monday],
        credits=lives.credits[lives.credits["week_start"] < monday],
        pages=lives.pages[lives.pages["week_start"] < monday],
        vibes=lives.vibes[lives.vibes["week_start"] < monday],
    )
    table = lives.readings()
    before = table[table["week_start"] < monday].reset_index(drop=True)
    pd.testing.assert_frame_equal(before, knows_no_more.readings(last=monday - pd.Timedelta(days=1)))


@given(facts(), st.sampled_from(WEEKS))
def test_a_week_reads_the_same_however_much_history_is_read_with_it(lives: Facts, week: str):
    monday = pd.Timestamp(week)
    table = lives.readings()
    its_own = table[table["week_start"] == monday].reset_index(drop=True)
    pd.testing.assert_frame_equal(its_own, lives.readings(monday, monday + pd.Timedelta(days=6)))


@given(facts())
def test_the_same_facts_give_the_same_readings_and_stay_as_they_were(lives: Facts):
    kept = {name: table.copy(deep=True) for name, table in lives.tables().items()}
    pd.testing.assert_frame_equal(lives.readings(), Facts(**kept).readings())
    for name, table in lives.tables().items():
        pd.testing.assert_frame_equal(table, kept[name])


@given(facts(), st.sampled_from(METRICS), st.sets(st.sampled_from(WEEKS), min_size=1))
def test_what_is_not_known_has_no_reading_whatever_the_facts_and_the_rest_stays(
    lives: Facts, metric: Metric, weeks: set[str]
):
    known = pd.DataFrame({"week_start": [pd.Timestamp(week) for week in WEEKS]})
    known = known.assign(**{f"is_{name}_known": True for name in METRICS})
    known[f"is_{metric}_known"] = [week not in weeks for week in WEEKS]
    all_known, table = lives.readings(), lives.readings(known=known)
    is_unknown = table["week_start"].isin([pd.Timestamp(week) for week in weeks])
    assert table.loc[is_unknown, list(MEASURED[metric])].isna().all(axis=None)
    assert not table.loc[is_unknown, f"is_{metric}_known"].any()
    pd.testing.assert_frame_equal(table[~is_unknown], all_known[~is_unknown])
    others = [name for name in METRICS if name != metric]
    columns = [*KEYS, *(column for name in others for column in (*MEASURED[name], f"is_{name}_known"))]
    pd.testing.assert_frame_equal(table[columns], all_known[columns])
