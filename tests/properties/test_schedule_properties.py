"""What holds of available hours whatever the schedules, holidays and leave.

More examples than the suite's few: pytest tests/properties --hypothesis-profile=campaign (see tests/conftest.py).
"""

from dataclasses import replace

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from tests.builders.lives import (
    DAYS,
    FIRST,
    LAST,
    ON_9_80,
    TEAM,
    Cycle,
    Facts,
    absences,
    beside,
    closures,
    cycles,
    days,
    mixed,
    on_4x10,
    one_on,
    rosters,
    taken,
)
from transforms.metrics.coverage import fifth_day_coverage
from transforms.schedule import HolidayOnDayOff

HOURS = ["scheduled_hours", "holiday_hours", "leave_hours", "available_hours"]
rules = st.sampled_from(["none", "substitute"])


def total(facts: Facts, column: str, rule: HolidayOnDayOff = "none") -> float:
    return float(facts.days(rule)[column].sum())


@given(rosters(), rules)
def test_scheduled_hours_are_holiday_leave_and_available_hours_and_none_of_them_is_negative(
    facts: Facts, rule: HolidayOnDayOff
):
    table = facts.days(rule)
    assert (table[HOURS] >= 0).all(axis=None)
    parts = table["holiday_hours"] + table["leave_hours"] + table["available_hours"]
    assert parts.tolist() == table["scheduled_hours"].tolist()


@given(rosters(), rules)
def test_a_holiday_takes_a_day_whole_or_not_at_all_and_leave_what_is_left_at_most(facts: Facts, rule: HolidayOnDayOff):
    table = facts.days(rule)
    taken_by_holidays = table.loc[table["holiday_hours"] > 0, ["holiday_hours", "scheduled_hours"]]
    assert taken_by_holidays["holiday_hours"].equals(taken_by_holidays["scheduled_hours"].rename("holiday_hours"))
    assert (table["leave_hours"] <= table["scheduled_hours"] - table["holiday_hours"]).all()


@given(rosters(), rules)
def test_there_is_a_row_for_every_day_of_employment_and_for_no_other(facts: Facts, rule: HolidayOnDayOff):
    people = facts.engineers
    expected = [
        (who, date)
        for who, start, end in zip(people["engineer_id"], people["employed_from"], people["employed_to"], strict=True)
        for date in pd.date_range(FIRST, LAST)
        if start <= date and not date > end
    ]
    table = facts.days(rule)
    assert list(zip(table["engineer_id"], table["work_date"], strict=True)) == expected


@given(st.integers(1, 96).map(lambda quarters: quarters / 4), st.integers(0, 20), st.integers(0, 20))
def test_two_half_days_of_leave_are_one_whole_day(daily: float, one: int, other: int):
    facts = one_on([[daily] * 7])
    first, second = DAYS[one], DAYS[(one + 1 + other) % len(DAYS)]
    halves = replace(facts, leave=absences(("ana", first, daily / 2), ("ana", second, daily / 2)))
    assert total(halves, "available_hours") == total(facts, "available_hours") - daily
    assert total(halves, "leave_hours") == total(replace(facts, leave=absences(("ana", first, daily))), "leave_hours")


@given(rosters(), rules, st.sampled_from(TEAM), days, taken)
def test_more_leave_takes_hours_of_its_own_day_only(
    facts: Facts, rule: HolidayOnDayOff, who: str, on: str, hours: float
):
    is_entry = (facts.leave["engineer_id"] == who) & (facts.leave["leave_date"] == pd.Timestamp(on))
    entered = float(facts.leave.loc[is_entry, "leave_hours"].sum())
    more = pd.concat([facts.leave[~is_entry], absences((who, on, entered + hours))], ignore_index=True)
    before, after = facts.days(rule), replace(facts, leave=more).days(rule)
    is_its_day = (before["engineer_id"] == who) & (before["work_date"] == pd.Timestamp(on))
    pd.testing.assert_frame_equal(before[~is_its_day], after[~is_its_day])
    lost = (before["available_hours"] - after["available_hours"])[is_its_day]
    assert lost.between(0, hours).all()


@given(rosters())
def test_a_holiday_on_a_day_off_changes_nothing_under_the_rule_none(facts: Facts):
    table = facts.days()
    is_worked = table.groupby("work_date")["scheduled_hours"].sum() > 0
    workdays = facts.holidays[facts.holidays["holiday_date"].isin(is_worked.index[is_worked])]
    pd.testing.assert_frame_equal(table, replace(facts, holidays=workdays.reset_index(drop=True)).days())


@given(rosters())
def test_the_rule_substitute_gives_no_less_than_the_rule_none_on_any_day(facts: Facts):
    assert (facts.days("substitute")["holiday_hours"] >= facts.days()["holiday_hours"]).all()


@given(
    st.sampled_from([*((on_4x10(off), "4x10") for off in range(5)), (ON_9_80, "9/80")]),
    st.lists(st.sampled_from(DAYS[:14]), unique=True, max_size=8),
)
def test_substitute_days_make_up_for_every_holiday_on_a_day_off_when_room_follows(
    schedule: tuple[Cycle, str], closed: list[str]
):
    facts = replace(one_on(*schedule), holidays=closures(*closed))
    on_weekdays = [on for on in closed if pd.Timestamp(on).day_of_week < 5]
    assert (facts.days("substitute")["holiday_hours"] > 0).sum() == len(on_weekdays)


@given(rosters(), rules)
def test_the_hours_of_a_week_are_those_of_its_days(facts: Facts, rule: HolidayOnDayOff):
    by_week = facts.days(rule).groupby(["engineer_id", "week_start"])
    weeks = facts.weeks(rule).rename(columns={"contract_hours": "scheduled_hours"})
    weeks = weeks.set_index(["engineer_id", "week_start"])
    pd.testing.assert_frame_equal(by_week[HOURS].sum(), weeks[HOURS], check_dtype=False)
    assert by_week["has_schedule"].all().tolist() == weeks["has_schedule"].tolist()
    assert by_week["schedule"].first().tolist() == weeks["schedule"].tolist()


@given(rosters(), rules)
def test_a_day_without_a_schedule_has_no_hours_and_is_no_day_off(facts: Facts, rule: HolidayOnDayOff):
    table = facts.days(rule)
    without = table[~table["has_schedule"]]
    assert (without[HOURS] == 0).all(axis=None)
    assert not without["is_rostered_day_off"].any()
    for period in facts.schedules.itertuples():
        is_inside = (table["engineer_id"] == period.engineer_id) & (table["work_date"] >= period.valid_from)
        is_inside &= ~(table["work_date"] > period.valid_to)
        assert table.loc[is_inside, "has_schedule"].all()


@given(rosters(), rosters(), rules)
def test_an_unrelated_engineer_changes_nobodys_hours(mine: Facts, others: Facts, rule: HolidayOnDayOff):
    table = beside(mine, others).days(rule)
    pd.testing.assert_frame_equal(mine.days(rule), table[table["engineer_id"].isin(TEAM)].reset_index(drop=True))


@given(rosters(), rosters())
def test_another_teams_engineer_changes_no_teams_coverage(mine: Facts, others: Facts):
    both = beside(mine, others)
    table = fifth_day_coverage(both.days(), both.engineers)
    mine_alone = fifth_day_coverage(mine.days(), mine.engineers)
    pd.testing.assert_frame_equal(mine_alone, table[table["team_id"] == "core"].reset_index(drop=True))


@given(rosters(), rules, st.integers(1, 7))
def test_the_order_of_rows_is_irrelevant(facts: Facts, rule: HolidayOnDayOff, step: int):
    other = Facts(**{name: mixed(table, step) for name, table in facts.tables().items()})
    pd.testing.assert_frame_equal(facts.days(rule), other.days(rule))
    pd.testing.assert_frame_equal(
        fifth_day_coverage(facts.days(rule), facts.engineers),
        fifth_day_coverage(mixed(facts.days(rule), step), other.engineers),
    )


@given(rosters(), rules, days, days)
def test_the_hours_of_a_day_do_not_depend_on_which_days_are_asked_for(
    facts: Facts, rule: HolidayOnDayOff, one: str, other: str
):
    first, last = (pd.Timestamp(on) for on in sorted([one, other]))
    whole = facts.days(rule)
    asked = whole[whole["work_date"].between(first, last)].reset_index(drop=True)
    pd.testing.assert_frame_equal(asked, facts.days(rule, first, last))


@given(rosters(), rules, st.sampled_from(["Europe/Madrid", "Asia/Tokyo", "Pacific/Honolulu"]))
def test_hours_of_a_day_are_the_same_in_every_time_zone(facts: Facts, rule: HolidayOnDayOff, zone: str):
    moved = replace(facts, engineers=facts.engineers.assign(timezone=zone))
    pd.testing.assert_frame_equal(facts.days(rule), moved.days(rule))


@given(cycles, st.integers(0, 52))
def test_weeks_of_a_cycle_come_round_in_their_order(cycle: Cycle, late: int):
    """Whatever week one looks at: that of the cycle by the weeks since the one that holds the first day."""
    first = FIRST - pd.Timedelta(weeks=late)
    table = one_on(cycle, since=f"{first:%Y-%m-%d}").days()
    found = table["scheduled_hours"].to_numpy().reshape(-1, 7).tolist()
    assert found == [list(map(float, cycle[(late + number) % len(cycle)])) for number in range(4)]


@given(st.integers(0, 6), st.integers(0, 5))
def test_a_9_80_fortnight_has_80_hours_and_its_long_week_is_that_of_the_periods_first_day(weekday: int, late: int):
    since = FIRST - pd.Timedelta(weeks=late) + pd.Timedelta(days=weekday)
    table = one_on(ON_9_80, "9/80", since=f"{since:%Y-%m-%d}").days()
    weekly = table.groupby("week_start")["scheduled_hours"].sum()[1:]  # the first may begin before the period
    assert weekly.tolist() == [36 if (late + number) % 2 else 44 for number in (1, 2, 3)]
    assert set(table.loc[table["is_rostered_day_off"], "work_date"].dt.day_name()) == {"Friday"}


@given(rosters(), rules)
def test_the_same_facts_give_the_same_hours_and_stay_as_they_were(facts: Facts, rule: HolidayOnDayOff):
    kept = {name: table.copy(deep=True) for name, table in facts.tables().items()}
    pd.testing.assert_frame_equal(facts.days(rule), Facts(**kept).days(rule))
    for name, table in facts.tables().items():
        pd.testing.assert_frame_equal(table, kept[name])
