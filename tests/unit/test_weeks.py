"""ISO weeks: names, ranges, and the month a week belongs to."""

from datetime import UTC, date, datetime

import pandas as pd
import pytest

from transforms.weeks import complete_months, iso_week, monday_of, month_of, parse_week, week_starts, weeks_of_month


def test_a_week_starts_on_its_monday_whatever_the_day():
    days = pd.date_range("2026-11-16", "2026-11-22")
    assert {monday_of(day) for day in days} == {pd.Timestamp("2026-11-16")}


def test_the_monday_of_an_instant_is_a_naive_midnight():
    assert monday_of(datetime(2026, 11, 22, 23, 59, tzinfo=UTC)) == pd.Timestamp("2026-11-16")
    assert monday_of(date(2026, 11, 16)) == pd.Timestamp("2026-11-16")


@pytest.mark.parametrize(
    ("text", "monday"),
    [
        ("2026-W47", "2026-11-16"),
        ("2026-W01", "2025-12-29"),  # the first week begins in the old year
        ("2026-W53", "2026-12-28"),  # a year with 53 weeks
        ("2025-W01", "2024-12-30"),
    ],
)
def test_a_week_and_its_name_are_one(text: str, monday: str):
    assert parse_week(text) == pd.Timestamp(monday)
    assert iso_week(pd.Timestamp(monday)) == text


@pytest.mark.parametrize("text", ["2026-47", "2026-W7", "W47", "", "2026-W47-1"])
def test_what_is_not_an_iso_week_is_named(text: str):
    with pytest.raises(ValueError, match=f'"{text}" is not an ISO week'):
        parse_week(text)


@pytest.mark.parametrize("text", ["2025-W53", "2026-W00", "2026-W54"])
def test_a_week_that_the_year_has_not_is_named(text: str):
    with pytest.raises(ValueError, match="has no ISO week"):
        parse_week(text)


def test_a_range_of_weeks_holds_both_ends():
    assert list(week_starts(pd.Timestamp("2026-11-05"), pd.Timestamp("2026-11-16"))) == [
        pd.Timestamp("2026-11-02"),
        pd.Timestamp("2026-11-09"),
        pd.Timestamp("2026-11-16"),
    ]
    assert len(week_starts(pd.Timestamp("2026-11-16"), pd.Timestamp("2026-11-09"))) == 0


@pytest.mark.parametrize(
    ("monday", "month"),
    [
        ("2026-09-28", "2026-10"),  # Thursday is 1 October
        ("2026-10-26", "2026-10"),  # Thursday is 29 October
        ("2026-12-28", "2026-12"),  # Thursday is 31 December
        ("2025-12-29", "2026-01"),  # Thursday is 1 January
    ],
)
def test_a_week_belongs_to_the_month_of_its_thursday(monday: str, month: str):
    assert month_of(pd.Timestamp(monday)) == month


@pytest.mark.parametrize(("month", "weeks"), [("2026-10", 5), ("2026-11", 4), ("2026-12", 5), ("2026-02", 4)])
def test_a_month_has_the_weeks_whose_thursdays_it_holds(month: str, weeks: int):
    mondays = weeks_of_month(month)
    assert len(mondays) == weeks
    assert all(month_of(monday) == month for monday in mondays)


def test_every_week_belongs_to_exactly_one_month():
    year = [monday for month in range(1, 13) for monday in weeks_of_month(f"2026-{month:02d}")]
    assert year == list(week_starts(pd.Timestamp("2026-01-01"), pd.Timestamp("2026-12-31")))


def test_a_month_is_complete_when_its_last_week_is():
    first = pd.Timestamp("2026-09-28")
    assert complete_months(first, pd.Timestamp("2026-10-26")) == ["2026-10"]
    assert complete_months(first, pd.Timestamp("2026-10-19")) == []
    assert complete_months(first, pd.Timestamp("2026-11-23")) == ["2026-10", "2026-11"]
    assert complete_months(pd.Timestamp("2026-10-05"), pd.Timestamp("2026-11-23")) == ["2026-11"]
