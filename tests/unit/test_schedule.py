"""Available hours by dated schedule, holiday and leave; where a page fell."""

from typing import Any

import pandas as pd
import pytest

from tests.builders.facts import (
    MADRID,
    at,
    day,
    engineer,
    engineers,
    holidays,
    leave,
    page,
    pages,
    period,
    schedules,
)
from transforms.schedule import available_hours, classify_shifts

MONDAY, THURSDAY, FRIDAY, SUNDAY = "2026-11-02", "2026-11-05", "2026-11-06", "2026-11-08"


def week_of(*periods: dict[str, Any], people: list[dict[str, Any]] | None = None, **given: Any) -> pd.DataFrame:
    """Available hours of one week (2026-W45) unless `first` and `last` say otherwise."""
    return available_hours(
        engineers(*(people or [engineer()])),
        schedules(*periods),
        given.get("holidays", holidays()),
        given.get("leave", leave()),
        day(given.get("first", MONDAY)),
        day(given.get("last", SUNDAY)),
        given.get("rule", "none"),
    )


def total(table: pd.DataFrame) -> float:
    return float(table["available_hours"].sum())


def on(table: pd.DataFrame, text: str) -> pd.Series:
    return table.set_index("work_date").loc[day(text)]


@pytest.mark.parametrize("kind", ["5x8", "4x10"])
def test_a_full_week_has_40_available_hours_on_both_schedules(kind: str):
    assert total(week_of(period(kind=kind))) == 40


def test_a_monday_holiday_leaves_30_hours_on_4x10_and_32_on_5x8():
    assert total(week_of(period(kind="4x10"), holidays=holidays(MONDAY))) == 30
    assert total(week_of(period(kind="5x8"), holidays=holidays(MONDAY))) == 32


def test_28_hours_in_a_monday_holiday_week_are_87_5_percent_on_5x8_and_93_3_on_4x10():
    readings = {
        kind: 100 * 28 / total(week_of(period(kind=kind), holidays=holidays(MONDAY))) for kind in ("5x8", "4x10")
    }
    assert readings == {"5x8": pytest.approx(87.5), "4x10": pytest.approx(93.333, abs=0.001)}


def test_a_holiday_on_the_day_off_takes_no_available_hours():
    table = week_of(period(kind="4x10", off="friday"), holidays=holidays(FRIDAY))
    assert total(table) == 40
    assert table["holiday_hours"].sum() == 0
    assert on(table, FRIDAY)["is_rostered_day_off"]


def test_a_substitute_for_a_holiday_on_the_day_off_is_the_next_scheduled_day():
    table = week_of(period(kind="4x10", off="friday"), holidays=holidays(FRIDAY), rule="substitute", last="2026-11-15")
    assert on(table, FRIDAY)["holiday_hours"] == 0
    assert on(table, "2026-11-09")["holiday_hours"] == 10
    assert total(table) == 70


def test_a_substitute_owed_from_before_the_first_day_is_still_given():
    table = week_of(
        period(kind="4x10", off="friday"),
        holidays=holidays(FRIDAY),
        rule="substitute",
        first="2026-11-09",
        last="2026-11-15",
    )
    assert on(table, "2026-11-09")["available_hours"] == 0


def test_a_substitute_skips_a_day_that_is_a_holiday_itself():
    table = week_of(
        period(kind="4x10", off="friday"), holidays=holidays(FRIDAY, "2026-11-09"), rule="substitute", last="2026-11-15"
    )
    assert list(table.loc[table["holiday_hours"] > 0, "work_date"]) == [day("2026-11-09"), day("2026-11-10")]


def test_two_holidays_on_days_off_give_two_substitutes():
    # A part-timer on 4x10 with Thursday and Friday free.
    hours = {"monday": 10, "tuesday": 10, "wednesday": 10}
    table = week_of(
        period(kind="4x10", hours=hours), holidays=holidays(THURSDAY, FRIDAY), rule="substitute", last="2026-11-15"
    )
    assert list(table.loc[table["holiday_hours"] > 0, "work_date"]) == [day("2026-11-09"), day("2026-11-10")]


def test_a_holiday_at_the_weekend_or_on_a_part_timers_free_day_gives_no_substitute():
    free_wednesday = period(kind="5x8", off="wednesday")
    assert total(week_of(free_wednesday, holidays=holidays("2026-11-04"), rule="substitute")) == 32
    saturday = week_of(period(kind="4x10"), holidays=holidays("2026-11-07"), rule="substitute", last="2026-11-15")
    assert total(saturday) == 80


def test_a_holiday_counts_only_where_the_engineer_lives():
    people = [engineer("ana"), engineer("ben", location_id="madrid")]
    table = week_of(period("ana"), period("ben"), people=people, holidays=holidays(MONDAY, location="madrid"))
    assert table.groupby("engineer_id")["available_hours"].sum().to_dict() == {"ana": 40, "ben": 32}


@pytest.mark.parametrize(("entered", "taken"), [(4.0, 4.0), (8.0, 8.0), (24.0, 8.0)])
def test_leave_takes_at_most_the_scheduled_hours(entered: float, taken: float):
    assert on(week_of(period(), leave=leave(("ana", MONDAY, entered))), MONDAY)["leave_hours"] == taken


def test_leave_on_a_holiday_or_a_day_off_takes_nothing():
    table = week_of(
        period(kind="4x10"), holidays=holidays(MONDAY), leave=leave(("ana", MONDAY, 10), ("ana", FRIDAY, 10))
    )
    assert table["leave_hours"].sum() == 0
    assert total(table) == 30


def test_the_schedule_in_force_is_that_of_the_day():
    table = week_of(period(kind="5x8", last="2026-11-03"), period(kind="4x10", first="2026-11-04", off="friday"))
    assert list(table["scheduled_hours"]) == [8, 8, 10, 10, 0, 0, 0]
    assert list(table["schedule"]) == ["5x8", "5x8", *["4x10"] * 5]


def test_a_schedule_that_begins_on_the_first_day_and_ends_on_the_last_covers_both():
    assert total(week_of(period(first=MONDAY, last=SUNDAY))) == 40


def test_a_part_timer_has_the_hours_of_the_contract():
    assert total(week_of(period(share=0.5))) == 20


def test_only_days_of_employment_have_rows():
    joins_and_leaves = engineer(employed_from=day("2026-11-04"), employed_to=day(FRIDAY))
    table = week_of(period(first="2026-11-04"), people=[joins_and_leaves])
    assert list(table["work_date"]) == [day("2026-11-04"), day(THURSDAY), day(FRIDAY)]


def test_an_engineer_who_left_before_has_no_rows():
    assert week_of(period(), people=[engineer(employed_to=day("2026-10-30"))]).empty


def test_rows_are_complete_and_sorted_whatever_the_order_of_the_roster():
    people = [engineer("zoe"), engineer("ana")]
    table = week_of(period("zoe"), period("ana"), people=people)
    assert list(table["engineer_id"]) == ["ana"] * 7 + ["zoe"] * 7
    assert list(table["work_date"]) == list(pd.date_range(MONDAY, SUNDAY)) * 2
    assert set(table["week_start"]) == {day(MONDAY)}


def test_a_day_of_employment_without_a_schedule_names_the_engineer():
    with pytest.raises(ValueError, match="ben"):
        week_of(period("ana"), period("ben", first="2026-11-04"), people=[engineer("ana"), engineer("ben")])


def test_without_engineers_there_are_no_rows():
    nobody = engineers().iloc[:0]
    table = available_hours(nobody, schedules().iloc[:0], holidays(), leave(), day(MONDAY), day(SUNDAY), "substitute")
    assert table.empty


# --- where a page fell -----------------------------------------------------------------------------------------------


def shift_of(paged: str, *periods: dict[str, Any], zone: str = "America/Chicago") -> str:
    table = classify_shifts(
        pages(page("ana", paged, zone=zone)), schedules(*(periods or [period()])), engineers(engineer(timezone=zone))
    )
    return str(table["shift"].iloc[0])


@pytest.mark.parametrize(
    ("clock", "on_5x8", "on_4x10"),
    [
        ("07:59", "night", "night"),
        ("08:00", "in_shift", "in_shift"),
        ("16:59", "in_shift", "in_shift"),
        ("17:00", "evening", "in_shift"),
        ("18:59", "evening", "in_shift"),
        ("19:00", "evening", "evening"),
        ("21:59", "evening", "evening"),
        ("22:00", "night", "night"),
    ],
)
def test_a_shift_starts_at_8_and_lasts_the_days_hours_and_the_break(clock: str, on_5x8: str, on_4x10: str):
    assert shift_of(f"{THURSDAY} {clock}", period(kind="5x8")) == on_5x8
    assert shift_of(f"{THURSDAY} {clock}", period(kind="4x10")) == on_4x10


def test_half_a_day_has_no_break():
    assert shift_of(f"{THURSDAY} 11:59", period(share=0.5)) == "in_shift"
    assert shift_of(f"{THURSDAY} 12:00", period(share=0.5)) == "evening"


@pytest.mark.parametrize(
    ("clock", "expected"), [("03:00", "night"), ("12:00", "rostered_day_off"), ("21:00", "rostered_day_off")]
)
def test_the_weekday_left_free_is_the_rostered_day_off_except_at_night(clock: str, expected: str):
    assert shift_of(f"{FRIDAY} {clock}", period(kind="4x10", off="friday")) == expected


def test_the_daytime_of_a_weekend_is_neither_shift_nor_rostered_day_off():
    assert shift_of("2026-11-07 12:00") == "evening"


def test_the_schedule_of_the_day_of_the_page_decides():
    periods = period(kind="5x8", last="2026-11-01"), period(kind="4x10", first="2026-11-02", off="friday")
    assert shift_of("2026-10-30 12:00", *periods) == "in_shift"
    assert shift_of("2026-11-06 12:00", *periods) == "rostered_day_off"


def test_a_page_is_read_on_the_engineers_own_clock():
    people = engineers(engineer("ana"), engineer("ben", timezone=MADRID))
    instant = at(f"{THURSDAY} 15:30")  # 22:30 in Madrid
    both = pages(page("ana", THURSDAY, paged_at=instant), page("ben", THURSDAY, paged_at=instant))
    table = classify_shifts(both, schedules(period("ana"), period("ben")), people)
    assert list(table["shift"]) == ["in_shift", "night"]


def test_clock_changes_do_not_move_the_shift():
    # Clocks went back on Sunday 2026-11-01 in Chicago: 08:30 is 13:30 UTC on Friday and 14:30 UTC on Monday.
    for instant, expected in [
        ("2026-10-30 13:30", "in_shift"),
        ("2026-11-02 13:30", "night"),
        ("2026-11-02 14:30", "in_shift"),
    ]:
        moment = pd.Timestamp(instant, tz="UTC")
        table = classify_shifts(pages(page("ana", FRIDAY, paged_at=moment)), schedules(), engineers())
        assert list(table["shift"]) == [expected]


def test_a_page_after_leaving_counts_as_on_a_free_day():
    assert shift_of(f"{FRIDAY} 12:00", period(last="2026-10-31")) == "rostered_day_off"


def test_no_pages_need_no_schedules():
    assert classify_shifts(pages(), schedules().iloc[:0], engineers()).empty
