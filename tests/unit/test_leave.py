"""leave.csv -> days of leave."""

import pytest

from tests.builders.vibes import leave_of, told
from transforms.clean.leave import CleanLeave


def days(cleaned: CleanLeave) -> list[tuple[str, str, float]]:
    frame = cleaned.leave
    dates = frame["leave_date"].dt.strftime("%Y-%m-%d")
    return list(zip(frame["engineer_id"], dates, frame["leave_hours"], strict=True))


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
        ("ana,2026-11-16,,25", "L003"),
        ("ana,2026-11-16,,all", "L003"),
        ("ana,2026-11-16,,nan", "L003"),
    ],
)
def test_a_row_that_cannot_be_understood_is_left_out_and_told(line: str, rule: str) -> None:
    cleaned = leave_of(line, "ben,2026-11-16,,8")
    assert days(cleaned) == [("ben", "2026-11-16", 8.0)]
    assert told(cleaned) == [(2, rule, "error")]


def test_a_year_of_leave_and_half_hours_are_accepted() -> None:
    cleaned = leave_of('ana,2026-01-01,2026-12-31,"4,5"')
    assert len(cleaned.leave) == 365
    assert cleaned.leave["leave_hours"].unique().tolist() == [4.5]


def test_rows_that_agree_are_one_and_of_others_the_longer_counts() -> None:
    same = leave_of("ana,2026-11-16,2026-11-17,8", "ana,2026-11-17,,8")
    assert same.problems.empty
    assert len(same.leave) == 2
    other = leave_of("ana,2026-11-16,2026-11-17,8", "ana,2026-11-17,,4")
    assert [hours for _, _, hours in days(other)] == [8.0, 8.0]
    assert told(other) == [(3, "L004", "warning")]
