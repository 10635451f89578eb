"""Available hours by dated schedule, holiday and leave; where a page fell."""

from typing import Any

import pandas as pd
import pytest
from pandera.errors import SchemaErrors

from tests.builders.facts import (
    MADRID,
    WEEKDAYS,
    at,
    available,
    cycle,
    day,
    engineer,
    engineers,
    holidays,
    leave,
    nine_eighty,
    page,
    pages,
    period,
    schedules,
)
from transforms.schedule import available_hours, classify_shifts, shift_intervals, weekly_hours

MONDAY, THURSDAY, FRIDAY, SUNDAY = "2026-11-02", "2026-11-05", "2026-11-06", "2026-11-08"
NEXT_MONDAY, NEXT_FRIDAY, NEXT_SUNDAY = "2026-11-09", "2026-11-13", "2026-11-15"
TOKYO, HONOLULU = "Asia/Tokyo", "Pacific/Honolulu"


def asked(*periods: dict[str, Any], people: list[dict[str, Any]] | None = None, **given: Any) -> tuple[Any, ...]:
    """What both engines are asked: one week (2026-W45) unless `first` and `last` say otherwise."""
    return (
        engineers(*(people or [engineer()])),
        schedules(*periods) if periods else schedules().iloc[:0],
        given.get("holidays", holidays()),
        given.get("leave", leave()),
        day(given.get("first", MONDAY)),
        day(given.get("last", SUNDAY)),
        given.get("rule", "none"),
    )


def week_of(*periods: dict[str, Any], **given: Any) -> pd.DataFrame:
    """Available hours by day."""
    return available_hours(*asked(*periods, **given))


def weeks_of(*periods: dict[str, Any], **given: Any) -> pd.DataFrame:
    """The same by week, for two weeks unless `last` says otherwise."""
    return weekly_hours(*asked(*periods, **{"last": NEXT_SUNDAY} | given))


def total(table: pd.DataFrame) -> float:
    return float(table["available_hours"].sum())


def on(table: pd.DataFrame, text: str) -> pd.Series:
    return table.set_index("work_date").loc[day(text)]


def taken(table: pd.DataFrame) -> dict[str, float]:
    """The days that holidays take, and how many hours."""
    rows = table[table["holiday_hours"] > 0]
    return dict(zip(rows["work_date"].dt.strftime("%Y-%m-%d"), rows["holiday_hours"], strict=True))


@pytest.mark.parametrize("kind", ["5x8", "4x10"])
def test_a_full_week_has_40_available_hours_on_both_schedules(kind: str):
    assert total(week_of(period(kind=kind))) == 40


@pytest.mark.parametrize("off", WEEKDAYS[:5])
def test_any_weekday_may_be_the_day_off_of_4x10(off: str):
    table = week_of(period(kind="4x10", off=off))
    assert list(table["scheduled_hours"]) == [0 if name == off else 10 for name in WEEKDAYS[:5]] + [0, 0]
    assert list(table["is_rostered_day_off"]) == [name == off for name in WEEKDAYS]


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


def test_substitutes_wait_for_the_first_working_days_across_weeks_and_take_a_day_of_leave():
    """Friday is off. Of two holidays in one week that of Thursday is taken on the day, that of Friday on Monday."""
    away = leave(("ana", NEXT_MONDAY, 10.0))
    table = week_of(
        period(kind="4x10"), holidays=holidays(THURSDAY, FRIDAY), leave=away, rule="substitute", last=NEXT_SUNDAY
    )
    assert taken(table) == {THURSDAY: 10, NEXT_MONDAY: 10}
    assert on(table, NEXT_MONDAY)["leave_hours"] == 0
    assert total(table) == 60


def test_a_substitute_goes_by_the_schedule_of_its_own_day():
    back = [period(kind="4x10", last=FRIDAY), period(kind="5x8", first="2026-11-07")]
    assert taken(week_of(*back, holidays=holidays(FRIDAY), rule="substitute", last=NEXT_SUNDAY)) == {NEXT_MONDAY: 8}


def test_a_substitute_is_owed_to_who_is_employed_on_the_holiday_and_given_while_employed():
    given = {"holidays": holidays(FRIDAY), "rule": "substitute", "last": NEXT_SUNDAY}
    hired_later = engineer(employed_from=day("2026-11-07"))
    hired_that_day = engineer(employed_from=day(FRIDAY))
    gone = engineer(employed_to=day(SUNDAY))
    assert taken(week_of(period(kind="4x10"), people=[hired_later], **given)) == {}
    assert taken(week_of(period(kind="4x10"), people=[hired_that_day], **given)) == {NEXT_MONDAY: 10}
    assert taken(week_of(period(kind="4x10"), people=[gone], **given)) == {}


@pytest.mark.parametrize(("anas", "bens"), [("2025-01-06", MONDAY), (FRIDAY, "2026-11-01")])
def test_one_engineers_substitute_is_nobody_elses(anas: str, bens: str):
    """Ana leaves on the holiday, a day off, with a substitute owed; ben is not given it."""
    people = [
        engineer("ana", employed_from=day(anas), employed_to=day(FRIDAY)),
        engineer("ben", employed_from=day(bens)),
    ]
    given = {"holidays": holidays(FRIDAY), "rule": "substitute", "last": NEXT_SUNDAY}
    table = week_of(period("ana", "4x10"), period("ben"), people=people, **given)
    assert table.groupby("engineer_id")["holiday_hours"].sum().to_dict() == {"ana": 0, "ben": 8}


@pytest.mark.parametrize(("first", "owed"), [("2026-12-03", True), ("2026-12-04", True), ("2026-12-05", False)])
def test_a_substitute_lapses_that_finds_no_working_day_within_four_weeks(first: str, owed: bool):
    """Nothing is scheduled in between. Owed of Friday 6 November; the 4th of December is 28 days later."""
    periods = [period(kind="4x10", last=FRIDAY), period(first=first, hours={"thursday": 5, "friday": 5, "saturday": 5})]
    table = week_of(*periods, holidays=holidays(FRIDAY), rule="substitute", first=first, last=first)
    assert taken(table) == ({first: 5} if owed else {})


def test_a_holiday_at_the_weekend_or_on_a_part_timers_free_day_gives_no_substitute():
    free_wednesday = period(kind="5x8", off="wednesday")
    assert total(week_of(free_wednesday, holidays=holidays("2026-11-04"), rule="substitute")) == 32
    saturday = week_of(period(kind="4x10"), holidays=holidays("2026-11-07"), rule="substitute", last="2026-11-15")
    assert total(saturday) == 80


def test_9_80_has_a_long_and_a_short_week_by_turns_from_the_week_it_begins_in():
    for begins in (MONDAY, "2026-11-04", SUNDAY):
        table = week_of(
            period(last=str(day(begins).date() - pd.Timedelta(days=1))), *nine_eighty(first=begins), last="2026-11-29"
        )
        weekly = table[table["schedule"] == "9/80"].groupby("week_start")["scheduled_hours"].apply(list)
        assert weekly[day(MONDAY)] == [9, 9, 9, 9, 8, 0, 0][day(begins).day_of_week :]
        assert weekly[day(NEXT_MONDAY)] == [9, 9, 9, 9, 0, 0, 0]
        assert weekly[day("2026-11-16")] == [9, 9, 9, 9, 8, 0, 0]
        assert weekly[day("2026-11-23")] == [9, 9, 9, 9, 0, 0, 0]


@pytest.mark.parametrize(
    ("closed", "rule", "hours_taken"),
    [
        (FRIDAY, "none", {FRIDAY: 8}),  # the Friday that is worked
        (FRIDAY, "substitute", {FRIDAY: 8}),
        (MONDAY, "none", {MONDAY: 9}),
        (NEXT_FRIDAY, "none", {}),  # the Friday that is free
        (NEXT_FRIDAY, "substitute", {"2026-11-16": 9}),
        (NEXT_MONDAY, "substitute", {NEXT_MONDAY: 9}),
        ("2026-11-14", "substitute", {}),  # a Saturday
    ],
)
def test_a_holiday_on_9_80_takes_the_day_or_on_the_day_off_the_next(
    closed: str, rule: str, hours_taken: dict[str, float]
):
    table = week_of(*nine_eighty(first=MONDAY), holidays=holidays(closed), rule=rule, last="2026-11-22")
    assert taken(table) == hours_taken


def test_a_part_timers_free_day_on_9_80_gives_no_substitute_its_day_off_does():
    """Wednesdays are never worked, Fridays every second week."""
    short = {"monday": 7, "tuesday": 7, "thursday": 7}
    rows = cycle(short | {"friday": 6}, short, kind="9/80", first=MONDAY)
    closed = holidays("2026-11-11", NEXT_FRIDAY)
    assert taken(week_of(*rows, holidays=closed, rule="substitute", last="2026-11-22")) == {"2026-11-16": 7}


def test_an_alternating_4x10_gives_a_substitute_for_the_day_off_of_each_week():
    monday_off = dict.fromkeys(["tuesday", "wednesday", "thursday", "friday"], 10.0)
    friday_off = dict.fromkeys(["monday", "tuesday", "wednesday", "thursday"], 10.0)
    rows = cycle(monday_off, friday_off, kind="4x10", first=MONDAY)
    closed = holidays(MONDAY, FRIDAY, NEXT_FRIDAY)
    table = week_of(*rows, holidays=closed, rule="substitute", last="2026-11-22")
    assert taken(table) == {"2026-11-03": 10, FRIDAY: 10, "2026-11-17": 10}
    assert set(table.loc[table["is_rostered_day_off"], "work_date"]) == {
        day(MONDAY),
        day(NEXT_FRIDAY),
        day("2026-11-16"),
    }


def test_alternating_part_time_has_the_hours_of_its_week_and_no_substitutes():
    rows = cycle({"monday": 6, "tuesday": 6}, {"wednesday": 4.5}, {"friday": 2}, first=MONDAY)
    closed = holidays("2026-11-04", NEXT_MONDAY)
    table = week_of(*rows, holidays=closed, rule="substitute", last="2026-11-29")
    assert table.groupby("week_start")["available_hours"].sum().tolist() == [12, 4.5, 2, 12]


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        ("2025-12-29", [44, 36, 44]),  # the ISO weeks 2026-W01 to W03, over the year's end
        ("2026-12-28", [44, 36, 44]),  # 2026-W53, then 2027-W01
    ],
)
def test_cycles_run_on_over_the_years_end_and_through_a_week_53(first: str, expected: list[float]):
    last = day(first) + pd.Timedelta(days=20)
    table = weeks_of(*nine_eighty(first=first), first=first, last=f"{last:%Y-%m-%d}")
    assert table["contract_hours"].tolist() == expected
    assert table["week_start"].tolist() == list(pd.date_range(first, periods=3, freq="7D"))


def test_a_cycle_counts_from_its_own_period_also_where_an_engineer_has_others():
    periods = [*nine_eighty(first="2025-01-06", last="2026-11-08"), *nine_eighty(first=NEXT_MONDAY, off="monday")]
    table = week_of(*periods, first=NEXT_MONDAY, last="2026-11-22")
    assert table["scheduled_hours"].tolist() == [8, 9, 9, 9, 9, 0, 0, 0, 9, 9, 9, 9, 0, 0]


def test_cycles_of_several_lengths_stand_beside_each_other():
    people = [engineer("ana"), engineer("ben"), engineer("cid")]
    thirds = cycle({"monday": 1}, {"monday": 2}, {"monday": 3}, engineer_id="cid", first=MONDAY)
    rows = [period("ana"), *nine_eighty("ben", first=MONDAY), *thirds]
    table = weeks_of(*reversed(rows), people=people, last="2026-11-22")
    assert table.groupby("engineer_id")["contract_hours"].apply(list).to_dict() == {
        "ana": [40, 40, 40],
        "ben": [44, 36, 44],
        "cid": [1, 2, 3],
    }


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


@pytest.mark.parametrize(("entered", "left"), [(4.0, 26.0), (5.0, 25.0), (0.5, 29.5)])
def test_half_days_of_leave_count_as_entered(entered: float, left: float):
    table = week_of(period(kind="4x10"), holidays=holidays(MONDAY), leave=leave(("ana", THURSDAY, entered)))
    assert total(table) == left


def test_leave_on_the_first_and_last_day_asked_for_counts_and_beyond_them_does_not():
    days = [("ana", text, 8.0) for text in ("2026-11-01", MONDAY, FRIDAY, NEXT_MONDAY)]
    table = week_of(period(hours=dict.fromkeys(WEEKDAYS, 8.0)), leave=leave(*days))
    assert list(table.loc[table["leave_hours"] > 0, "work_date"]) == [day(MONDAY), day(FRIDAY)]


def test_leave_outside_of_the_employment_or_of_somebody_else_takes_nothing():
    people = [engineer("ana", employed_to=day("2026-11-04")), engineer("ben", employed_from=day(THURSDAY))]
    away = leave(("ana", THURSDAY, 8), ("ben", "2026-11-04", 8), ("zoe", THURSDAY, 8), ("ana", "2026-11-04", 2))
    table = week_of(period("ana"), period("ben"), people=people, leave=away)
    assert table.loc[table["leave_hours"] > 0, ["engineer_id", "leave_hours"]].to_numpy().tolist() == [["ana", 2]]


@pytest.mark.parametrize("rule", ["none", "substitute"])
def test_holidays_on_the_first_and_last_day_asked_for_count(rule: str):
    table = week_of(period(hours=dict.fromkeys(WEEKDAYS, 8.0)), holidays=holidays(MONDAY, SUNDAY), rule=rule)
    assert taken(table) == {MONDAY: 8, SUNDAY: 8}


def test_the_schedule_in_force_is_that_of_the_day():
    table = week_of(period(kind="5x8", last="2026-11-03"), period(kind="4x10", first="2026-11-04", off="friday"))
    assert list(table["scheduled_hours"]) == [8, 8, 10, 10, 0, 0, 0]
    assert list(table["schedule"]) == ["5x8", "5x8", *["4x10"] * 5]


def test_a_schedule_that_begins_on_the_first_day_and_ends_on_the_last_covers_both():
    table = week_of(period(first=MONDAY, last=SUNDAY))
    assert total(table) == 40
    assert table["has_schedule"].all()


@pytest.mark.parametrize(("first", "last"), [("2026-11-03", SUNDAY), (MONDAY, "2026-11-07"), ("2026-11-04", THURSDAY)])
def test_a_day_before_or_after_a_period_is_without_a_schedule(first: str, last: str):
    table = week_of(period(first=first, last=last))
    assert list(table.loc[table["has_schedule"], "work_date"]) == list(pd.date_range(first, last))


def test_a_day_without_a_schedule_has_no_hours_no_holiday_no_leave_and_no_day_off():
    away = leave(("ana", THURSDAY, 8))
    for rule in ("none", "substitute"):
        table = week_of(
            period(kind="4x10", last="2026-11-03"), holidays=holidays(THURSDAY, FRIDAY), leave=away, rule=rule
        )
        rest = table[~table["has_schedule"]]
        assert len(rest) == 5
        assert (rest[["scheduled_hours", "holiday_hours", "leave_hours", "available_hours"]] == 0).all(axis=None)
        assert not rest["is_rostered_day_off"].any()


@pytest.mark.parametrize(
    ("periods", "words"),
    [
        ([period(kind="4x10", last="2026-11-03"), period(first="2026-11-06")], ["4x10"] * 4 + ["5x8"] * 3),
        (
            [period(last="2026-11-01"), period(kind="4x10", first=MONDAY, last="2026-11-03"), period(first=SUNDAY)],
            ["4x10"] * 6 + ["5x8"],
        ),
        ([period(kind="4x10", last="2026-11-01"), period(first="2026-11-04")], ["4x10"] * 2 + ["5x8"] * 5),
        ([period(kind="4x10", first="2026-11-04")], ["4x10"] * 7),
        ([period(kind="4x10", last="2026-10-01"), period("ben", "9/80")], ["4x10"] * 7),
        ([period("aaa", "4x10"), period("ben", "9/80")], ["5x8"] * 7),
        ([], ["5x8"] * 7),
    ],
)
def test_a_day_without_a_schedule_goes_by_the_word_of_the_nearest_period(
    periods: list[dict[str, Any]], words: list[str]
):
    """The one before, else the one after, else 5x8; those of others do not count."""
    people = [engineer("aaa", employed_to=day("2025-02-01")), engineer("ana"), engineer("ben")]
    table = week_of(*periods, people=people)
    assert table.loc[table["engineer_id"] == "ana", "schedule"].tolist() == words
    weekly = weekly_hours(*asked(*periods, people=people))
    assert weekly.loc[weekly["engineer_id"] == "ana", "schedule"].tolist() == words[:1]


def test_a_part_timer_has_the_hours_of_the_contract():
    assert total(week_of(period(share=0.5))) == 20


def test_only_days_of_employment_have_rows():
    joins_and_leaves = engineer(employed_from=day("2026-11-04"), employed_to=day(FRIDAY))
    table = week_of(period(first="2026-11-04"), people=[joins_and_leaves])
    assert list(table["work_date"]) == [day("2026-11-04"), day(THURSDAY), day(FRIDAY)]


def test_who_is_hired_or_leaves_in_mid_week_has_a_part_of_the_week():
    """Hired on Wednesday, gone after Thursday of the next week; the 9/80 counts from its Monday all the same."""
    part = engineer(employed_from=day("2026-11-04"), employed_to=day("2026-11-12"))
    table = weeks_of(*nine_eighty(first="2026-11-04", last="2026-11-12"), people=[part])
    assert table["week_start"].tolist() == [day(MONDAY), day(NEXT_MONDAY)]
    assert table["contract_hours"].tolist() == [26, 36]
    assert table["has_schedule"].all()
    assert weeks_of(period(), people=[part])["contract_hours"].tolist() == [24, 32]


def test_hours_by_week_are_those_of_the_days():
    table = weeks_of(
        period(kind="5x8", last="2026-11-03"),
        period(kind="4x10", first="2026-11-04", last="2026-11-10"),
        holidays=holidays("2026-11-04"),
        leave=leave(("ana", THURSDAY, 2.5), ("ana", NEXT_MONDAY, 24)),
    )
    assert table.columns.tolist() == [
        "engineer_id",
        "week_start",
        "schedule",
        "contract_hours",
        "holiday_hours",
        "leave_hours",
        "available_hours",
        "has_schedule",
    ]
    assert table.to_numpy().tolist() == [
        ["ana", day(MONDAY), "5x8", 36.0, 10.0, 2.5, 23.5, True],
        ["ana", day(NEXT_MONDAY), "4x10", 20.0, 0.0, 10.0, 10.0, False],
    ]


def test_weeks_that_are_asked_for_in_part_have_the_hours_of_that_part():
    table = weeks_of(period(), first=THURSDAY, last="2026-11-10")
    assert table["contract_hours"].tolist() == [16, 16]
    assert table["week_start"].tolist() == [day(MONDAY), day(NEXT_MONDAY)]


def test_an_engineer_who_left_before_has_no_rows():
    assert week_of(period(), people=[engineer(employed_to=day("2026-10-30"))]).empty


def test_rows_are_complete_and_sorted_whatever_the_order_of_the_roster():
    people = [engineer("zoe"), engineer("ana")]
    table = week_of(period("zoe"), period("ana"), people=people)
    assert list(table["engineer_id"]) == ["ana"] * 7 + ["zoe"] * 7
    assert list(table["work_date"]) == list(pd.date_range(MONDAY, SUNDAY)) * 2
    assert set(table["week_start"]) == {day(MONDAY)}


def test_a_day_of_employment_without_a_schedule_has_no_hours_and_says_so():
    table = week_of(period(first="2026-11-04"))
    assert list(table["has_schedule"]) == [False] * 2 + [True] * 5
    assert list(table["scheduled_hours"]) == [0, 0, 8, 8, 8, 0, 0]
    assert not on(table, MONDAY)["is_rostered_day_off"]


def test_without_engineers_there_are_no_rows():
    nobody = engineers().iloc[:0]
    given = (nobody, schedules().iloc[:0], holidays(), leave(), day(MONDAY), day(SUNDAY), "substitute")
    for table, full in [(available_hours(*given), week_of(period())), (weekly_hours(*given), weeks_of(period()))]:
        assert table.empty
        assert table.dtypes.to_dict() == full.dtypes.to_dict()


# --- shifts ----------------------------------------------------------------------------------------------------------


def shift_on(text: str, zone: str = "America/Chicago", hours: float = 8.0) -> tuple[str, str]:
    """Start and end, in UTC, of a shift of so many hours on a day."""
    person, name = engineer(timezone=zone, employed_from=day("2011-01-01")), WEEKDAYS[day(text).day_of_week]
    row = period(hours={name: hours}, first="2011-01-01")
    days = available_hours(*asked(row, people=[person], first=text, last=text))
    (row,) = shift_intervals(days, engineers(person)).to_dict("records")
    assert (row["engineer_id"], row["work_date"]) == ("ana", day(text))
    return f"{row['starts_at']:%m-%d %H:%M}", f"{row['ends_at']:%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("text", "zone", "hours", "expected"),
    [
        (THURSDAY, "America/Chicago", 8, ("11-05 14:00", "11-05 23:00")),
        (THURSDAY, "America/Chicago", 6, ("11-05 14:00", "11-05 20:00")),  # up to 6 h without a break
        (THURSDAY, "America/Chicago", 6.5, ("11-05 14:00", "11-05 21:30")),
        (THURSDAY, "America/Chicago", 4.1, ("11-05 14:00", "11-05 18:06")),
        (THURSDAY, TOKYO, 8, ("11-04 23:00", "11-05 08:00")),  # east: the day before by UTC
        (THURSDAY, HONOLULU, 8, ("11-05 18:00", "11-06 03:00")),  # west: into the day after
        ("2026-03-07", "America/Chicago", 8, ("03-07 14:00", "03-07 23:00")),
        ("2026-03-08", "America/Chicago", 8, ("03-08 13:00", "03-08 22:00")),  # a day of 23 hours
        ("2026-11-01", "America/Chicago", 8, ("11-01 14:00", "11-01 23:00")),  # a day of 25 hours
        ("2026-10-24", MADRID, 8, ("10-24 06:00", "10-24 15:00")),
        ("2026-10-25", MADRID, 8, ("10-25 07:00", "10-25 16:00")),  # a day of 25 hours
        ("2026-03-29", MADRID, 8, ("03-29 06:00", "03-29 15:00")),  # a day of 23 hours
        ("2026-10-24", MADRID, 24, ("10-24 06:00", "10-25 07:00")),  # 25 hours, whatever the clock does meanwhile
    ],
)
def test_a_shift_is_an_interval_by_the_engineers_clock(text: str, zone: str, hours: float, expected: tuple[str, str]):
    assert shift_on(text, zone, hours) == expected


def test_shifts_are_of_the_days_with_hours_in_their_order():
    people = engineers(engineer("ana"), engineer("ben", timezone=MADRID))
    days = available_hours(
        *asked(
            period("ana", "4x10"),
            period("ben"),
            people=[engineer("ana"), engineer("ben")],
            holidays=holidays(MONDAY),
            leave=leave(("ben", THURSDAY, 4)),
            first=MONDAY,
            last=FRIDAY,
        )
    )
    backwards = days.iloc[::-1]
    scheduled = shift_intervals(backwards, people)
    assert scheduled["engineer_id"].tolist() == ["ben"] * 5 + ["ana"] * 4
    assert scheduled["work_date"].is_monotonic_decreasing is False
    assert scheduled["work_date"].iloc[0] == day(FRIDAY)
    there = shift_intervals(backwards, people, "available_hours")
    assert there["work_date"].tolist()[:4] == [day(text) for text in (FRIDAY, THURSDAY, "2026-11-04", "2026-11-03")]
    lasts = (there["ends_at"] - there["starts_at"]).dt.total_seconds() / 3600
    assert lasts.tolist() == [9, 4, 9, 9, 11, 11, 11]


def test_a_day_that_a_zone_left_out_stops_nothing():
    """Samoa went from 29 to 31 December 2011."""
    assert len(shift_on("2011-12-30", "Pacific/Apia")) == 2


def test_without_days_there_are_no_shifts():
    assert shift_intervals(available(), engineers()).empty


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


@pytest.mark.parametrize(
    ("paged", "expected"),
    [(f"{FRIDAY} 12:00", "in_shift"), (f"{NEXT_FRIDAY} 12:00", "rostered_day_off"), (f"{FRIDAY} 17:00", "evening")],
)
def test_a_page_on_9_80_falls_into_the_week_of_its_cycle(paged: str, expected: str):
    assert shift_of(paged, *nine_eighty(first=MONDAY)) == expected


@pytest.mark.parametrize(("zone", "hours"), [("America/Chicago", 16.0), (MADRID, 10.0), (TOKYO, 8.0), (HONOLULU, 3.0)])
def test_a_page_is_in_shift_within_the_interval_of_its_day_unless_at_night(zone: str, hours: float):
    """Every half hour of a fortnight in which the clocks change, in zones east and west."""
    row, people = period(hours=dict.fromkeys(WEEKDAYS, hours)), engineers(engineer(timezone=zone))
    days = available_hours(*asked(row, first="2026-10-19", last=SUNDAY))
    shifts = {shift["work_date"]: shift for shift in shift_intervals(days, people).to_dict("records")}
    instants = pd.date_range("2026-10-22", "2026-11-05", freq="30min", tz="UTC")
    paged = pages(page("ana", FRIDAY)).iloc[[0] * len(instants)].assign(paged_at=instants.as_unit("us"))
    table = classify_shifts(paged, schedules(row), people)
    for instant, found in zip(instants, table["shift"], strict=True):
        local = instant.tz_convert(zone)
        shift = shifts[local.tz_localize(None).normalize()]
        is_inside = shift["starts_at"] <= instant < shift["ends_at"]
        assert found == ("night" if not 8 <= local.hour < 22 else "in_shift" if is_inside else "evening")


@pytest.mark.parametrize(
    ("paged", "expected"),
    [
        ("2026-11-03 12:00", "no_schedule"),
        ("2026-11-04 12:00", "in_shift"),
        ("2026-11-05 12:00", "in_shift"),
        ("2026-11-06 12:00", "no_schedule"),
    ],
)
def test_a_period_holds_on_its_first_and_its_last_day(paged: str, expected: str):
    assert shift_of(paged, period(first="2026-11-04", last="2026-11-05")) == expected


def test_a_colleagues_schedule_is_not_ones_own():
    people = engineers(engineer("ana"), engineer("ben"), engineer("cid"))
    table = classify_shifts(pages(page("ben", f"{THURSDAY} 12:00")), schedules(period("ana"), period("cid")), people)
    assert list(table["shift"]) == ["no_schedule"]


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


@pytest.mark.parametrize(("clock", "expected"), [("07:59", "night"), ("12:00", "no_schedule"), ("22:00", "night")])
def test_a_page_on_a_day_without_a_schedule_says_so_except_at_night(clock: str, expected: str):
    assert shift_of(f"{FRIDAY} {clock}", period(last="2026-10-31")) == expected
    assert shift_of(f"2026-11-07 {clock}", period(last="2026-10-31")) == expected


def test_no_pages_need_no_schedules():
    assert classify_shifts(pages(), schedules().iloc[:0], engineers()).empty


# --- the table of schedules ------------------------------------------------------------------------------------------


def test_a_cycle_with_a_week_missing_or_too_many_is_no_schedule():
    whole = nine_eighty(first=MONDAY)
    assert len(schedules(*whole)) == 2
    for broken in (
        whole[:1],
        whole[1:],
        [whole[0], whole[1] | {"cycle_week": 2}],
        [*whole, whole[0] | {"cycle_week": 2}],
    ):
        with pytest.raises(SchemaErrors, match="every week of a period's cycle"):
            schedules(*broken)
