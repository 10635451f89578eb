"""leave.csv -> days of leave."""

import pandas as pd
import pytest

from tests.builders.facts import day, leave
from tests.builders.vibes import leave_of, told
from transforms.clean.leave import CleanLeave, half_days_in_hours, longest_by_day


def days(cleaned: CleanLeave) -> list[tuple[str, str, float]]:
    return in_hours(cleaned.leave)


def in_hours(frame: pd.DataFrame) -> list[tuple[str, str, float]]:
    dates = frame["leave_date"].dt.strftime("%Y-%m-%d")
    return list(zip(frame["engineer_id"], dates, frame["leave_hours"], strict=True))


def halves(cleaned: CleanLeave) -> list[tuple[str, str]]:
    dates = cleaned.half_days["leave_date"].dt.strftime("%Y-%m-%d")
    return list(zip(cleaned.half_days["engineer_id"], dates, strict=True))


def said(cleaned: CleanLeave) -> str:
    (message,) = cleaned.problems["message"]
    return str(message)


def test_leave_is_one_row_a_day_both_ends_included() -> None:
    assert days(leave_of("ana,2026-11-16,2026-11-18,4")) == [
        ("ana", "2026-11-16", 4.0),
        ("ana", "2026-11-17", 4.0),
        ("ana", "2026-11-18", 4.0),
    ]


def test_without_an_end_or_hours_it_is_one_whole_day() -> None:
    assert days(leave_of("ANA,16.11.2026,,")) == [("ana", "2026-11-16", 24.0)]


def test_without_rows_nobody_is_away() -> None:
    assert leave_of().leave.empty
    assert leave_of().half_days.empty


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("anna,2026-11-16,,", "V007"),
        ("ana,,,", "L001"),
        ("ana,soon,,", "L001"),
        ("ana,03/04/2026,,", "L001"),
        ("ana,2026-11-16,2026-11-15,", "L002"),
        ("ana,2026-11-16,2027-11-17,", "L002"),
        ("ana,2026-11-16,,0", "L003"),
        ("ana,2026-11-16,,-4", "L003"),
        ("ana,2026-11-16,,24.01", "L003"),
        ("ana,2026-11-16,,25", "L003"),
        ("ana,2026-11-16,,all", "L003"),
        ("ana,2026-11-16,,nan", "L003"),
        ("ana,2025-01-05,,", "L005"),
    ],
)
def test_a_row_that_cannot_be_understood_is_left_out_and_told(line: str, rule: str) -> None:
    cleaned = leave_of(line, "ben,2026-11-16,,8")
    assert days(cleaned) == [("ben", "2026-11-16", 8.0)]
    assert told(cleaned) == [(2, rule, "error")]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("ana,soon,,", '"soon" is not a date; the row is not used; type it as 2026-11-16'),
        (
            "ana,03/04/2026,,",
            '"03/04/2026" may be 2026-03-04 or 2026-04-03; the row is not used; type it as 2026-11-16',
        ),
        ("ana,,,", "from_date is empty; the row is not used; type it as 2026-11-16"),
        (
            "ana,2026-11-16,2026-11-15,",
            "2026-11-15 is before from_date, 2026-11-16; exchange them; the row is not used",
        ),
        ("ana,2026-11-16,2027-11-17,", "2027-11-17 is over a year after 2026-11-16; check it; the row is not used"),
        (
            "ana,2026-11-16,,-4",
            '"-4" is not a number of hours above 0 and up to 24; the row is not used; type the hours away on each day, '
            "or half for half of the day's hours, or leave it empty for whole days",
        ),
    ],
)
def test_what_is_wrong_is_said_with_what_to_type_instead(line: str, message: str) -> None:
    assert said(leave_of(line)) == message


def test_a_year_of_leave_and_half_hours_are_accepted() -> None:
    cleaned = leave_of('ana,2026-01-01,2026-12-31,"4,5"')
    assert len(cleaned.leave) == 365
    assert cleaned.leave["leave_hours"].unique().tolist() == [4.5]
    assert cleaned.problems.empty


def test_24_hours_are_accepted() -> None:
    assert days(leave_of("ana,2026-11-16,,24")) == [("ana", "2026-11-16", 24.0)]


def test_leave_on_days_that_nobody_works_is_fine() -> None:
    cleaned = leave_of("ana,2026-11-14,2026-11-15,")  # a weekend
    assert len(cleaned.leave) == 2
    assert cleaned.problems.empty


def test_rows_that_agree_are_one_and_of_others_the_longer_counts() -> None:
    same = leave_of("ana,2026-11-16,2026-11-17,8", "ana,2026-11-17,,8")
    assert same.problems.empty
    assert len(same.leave) == 2
    for first, second in [(4, 8), (8, 4)]:
        other = leave_of(f"ana,2026-11-16,2026-11-17,{first}", f"ana,2026-11-17,,{second}")
        assert [hours for _, _, hours in days(other)] == [first, 8.0]
        assert told(other) == [(3, "L004", "warning")]
    assert said(other) == "2026-11-17 has other hours in an earlier row; the longer absence counts; keep one row"


# -- half days ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "half",
        "Half",
        "half day",
        "half-day",
        "half a day",
        "half days",
        "½",
        "½ day",
        "1/2",
        "1/2 day",
        "0.5 day",
        ".5day",
    ],
)
def test_half_a_day_may_be_typed_in_many_ways(typed: str) -> None:
    cleaned = leave_of(f"ana,2026-11-16,2026-11-17,{typed}")
    assert halves(cleaned) == [("ana", "2026-11-16"), ("ana", "2026-11-17")]
    assert cleaned.leave.empty
    assert cleaned.problems.empty


def test_a_decimal_comma_is_fine_in_half_a_day() -> None:
    assert halves(leave_of('ana,2026-11-16,,"0,5 day"')) == [("ana", "2026-11-16")]


@pytest.mark.parametrize(("typed", "is_said"), [("0.4", True), ("0.5", True), ("0.6", False), ("1", False)])
def test_half_an_hour_is_used_as_typed_and_asked_about(typed: str, is_said: bool) -> None:
    cleaned = leave_of(f"ana,2026-11-16,,{typed}")
    assert days(cleaned) == [("ana", "2026-11-16", float(typed))]
    assert told(cleaned) == ([(2, "L003", "warning")] if is_said else [])


@pytest.mark.parametrize("typed", ["a half", "half half", "third", "1/3 day", "0.25 day", "halfway"])
def test_other_words_are_not_half_a_day(typed: str) -> None:
    assert told(leave_of(f"ana,2026-11-16,,{typed}")) == [(2, "L003", "error")]


def scheduled(*rows: tuple[str, str, float]) -> pd.DataFrame:
    columns = ["engineer_id", "work_date", "scheduled_hours"]
    return pd.DataFrame([(who, day(on), hours) for who, on, hours in rows], columns=columns)


def test_half_a_day_is_half_of_what_the_schedule_has_on_that_day() -> None:
    away = leave_of("ana,2026-11-16,2026-11-20,half").half_days
    week = scheduled(
        ("ana", "2026-11-16", 10.0),
        ("ana", "2026-11-17", 6.0),
        ("ana", "2026-11-20", 0.0),  # the day off: nothing to take
        ("ben", "2026-11-16", 8.0),  # not away
    )
    assert in_hours(half_days_in_hours(away, week)) == [("ana", "2026-11-16", 5.0), ("ana", "2026-11-17", 3.0)]


def test_without_half_days_there_are_no_hours() -> None:
    assert half_days_in_hours(leave_of().half_days, scheduled(("ana", "2026-11-16", 10.0))).empty


def test_half_a_day_beside_hours_of_the_same_day_is_said() -> None:
    cleaned = leave_of("ana,2026-11-16,,half", "ana,2026-11-16,,8")
    assert told(cleaned) == [(3, "L004", "warning")]
    assert halves(cleaned) == [("ana", "2026-11-16")]
    assert days(cleaned) == [("ana", "2026-11-16", 8.0)]


def test_of_a_day_that_several_sources_know_the_longer_absence_counts_whichever_comes_first() -> None:
    for hours in [(4.0, 8.0, 5.0), (8.0, 4.0, 5.0), (5.0, 4.0, 8.0)]:
        rows = [leave(("ana", "2026-11-16", value)) for value in hours]
        assert in_hours(longest_by_day(pd.concat([*rows, leave(("ben", "2026-11-16", 1.0))]))) == [
            ("ana", "2026-11-16", 8.0),
            ("ben", "2026-11-16", 1.0),
        ]


# -- employment: ana since 2025-01-06, ben hired 2026-07-08, chloe left 2026-08-28 ------------------------------------


@pytest.mark.parametrize(
    ("line", "used", "problems"),
    [
        ("ben,2026-07-07,,8", [], [(2, "L005", "error")]),
        ("ben,2026-07-08,,8", ["2026-07-08"], []),
        ("ben,2026-07-06,2026-07-09,8", ["2026-07-08", "2026-07-09"], [(2, "L005", "warning")]),
        ("chloe,2026-08-28,,8", ["2026-08-28"], []),
        ("chloe,2026-08-29,,8", [], [(2, "L005", "error")]),
        ("chloe,2026-08-27,2026-09-10,8", ["2026-08-27", "2026-08-28"], [(2, "L005", "warning")]),
    ],
)
def test_leave_before_the_first_or_after_the_last_day_of_work_is_not_used(
    line: str, used: list[str], problems: list[tuple[int, str, str]]
) -> None:
    cleaned = leave_of(line)
    assert [on for _, on, _ in days(cleaned)] == used
    assert told(cleaned) == problems


@pytest.mark.parametrize(
    ("line", "column", "message"),
    [
        (
            "ben,2026-07-01,,8",
            "from_date",
            "ben is employed from 2026-07-08 on; the row is not used; check the dates, or the employment in the config",
        ),
        (
            "chloe,2026-08-28,2026-09-10,half",
            "to_date",
            "chloe is employed from 2025-01-06 to 2026-08-28; only 2026-08-28 is used; check the dates, "
            "or the employment in the config",
        ),
    ],
)
def test_leave_outside_the_employment_is_told_with_the_employment(line: str, column: str, message: str) -> None:
    cleaned = leave_of(line)
    assert said(cleaned) == message
    assert list(cleaned.problems["column"]) == [column]


@pytest.mark.parametrize("line", ["ana,2026-11-16,flu", "ana,2026-11-16,,flu", "ana,2026-11-16,had the flu,8"])
def test_a_reason_in_the_wrong_cell_is_not_repeated(line: str) -> None:
    cleaned = leave_of(line)
    assert not cleaned.problems.empty
    assert "flu" not in cleaned.problems.to_csv()


def test_rows_are_counted_as_read_and_as_rejected() -> None:
    cleaned = leave_of("ana,2026-11-16,,8", "ana,soon,,", "", "ana,2026-11-17,,8,flu", "ben,2026-07-07,2026-07-08,8")
    assert (cleaned.rows_read, cleaned.rows_rejected) == (4, 2)
