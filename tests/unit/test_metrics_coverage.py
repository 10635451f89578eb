"""Coverage of the fifth day: is somebody there on every weekday."""

from typing import Any

import pandas as pd
import pytest

from tests.builders.facts import MADRID, day, engineer, engineers, holidays, leave, period, schedules
from transforms.metrics.coverage import fifth_day_coverage
from transforms.schedule import available_hours

MONDAY, FRIDAY = "2026-11-02", "2026-11-06"


def coverage(*periods: dict[str, Any], people: list[dict[str, Any]] | None = None, **given: Any) -> pd.DataFrame:
    """Coverage of 2026-W45, by day."""
    roster = engineers(*(people or [engineer(row["engineer_id"]) for row in periods]))
    hours = available_hours(
        roster,
        schedules(*periods),
        given.get("holidays", holidays()),
        given.get("leave", leave()),
        day(MONDAY),
        day("2026-11-08"),
    )
    return fifth_day_coverage(hours, roster).set_index("work_date")


def test_a_team_that_is_off_on_friday_leaves_the_fifth_day_uncovered():
    table = coverage(period("ana", "4x10"), period("ben", "4x10"))
    assert list(table["covered_share"]) == [1, 1, 1, 1, 0]
    assert list(table["rostered_engineers"]) == [2, 2, 2, 2, 0]
    assert set(table["week_start"]) == {day(MONDAY)}


def test_different_days_off_cover_the_week():
    table = coverage(period("ana", "4x10", off="friday"), period("ben", "4x10", off="monday"))
    assert list(table["covered_share"]) == [1] * 5
    assert list(table["rostered_engineers"]) == [1, 2, 2, 2, 1]


@pytest.mark.parametrize(("hours", "share"), [(8, 1), (6.5, 15 / 18), (4, 8 / 18)])
def test_a_short_day_covers_a_part_of_the_office_hours(hours: float, share: float):
    # 08:00 to 17:00 are 18 half hours; more than 6 hours of work have an hour of break.
    table = coverage(period("ana", hours={"monday": hours}))
    assert table.loc[day(MONDAY), "covered_share"] == pytest.approx(share)


def test_leave_empties_the_day():
    table = coverage(period("ana"), leave=leave(("ana", MONDAY, 8)))
    assert table.loc[day(MONDAY), "covered_share"] == 0
    assert table.loc[day(MONDAY), "rostered_engineers"] == 0


def test_half_a_day_of_leave_ends_the_shift_early():
    table = coverage(period("ana"), leave=leave(("ana", MONDAY, 4)))
    assert table.loc[day(MONDAY), "covered_share"] == pytest.approx(8 / 18)
    assert table.loc[day(MONDAY), "rostered_engineers"] == 1


def test_a_public_holiday_of_all_has_no_share():
    table = coverage(period("ana"), period("ben", "4x10", off="monday"), holidays=holidays(MONDAY))
    assert pd.isna(table.loc[day(MONDAY), "covered_share"])
    assert table["covered_share"].notna().sum() == 4


def test_a_holiday_of_some_is_covered_by_the_others():
    people = [engineer("ana"), engineer("ben", location_id="dublin")]
    table = coverage(period("ana"), period("ben"), people=people, holidays=holidays(MONDAY))
    assert table.loc[day(MONDAY), "covered_share"] == 1
    assert table.loc[day(MONDAY), "rostered_engineers"] == 1


def test_another_time_zone_covers_what_overlaps():
    # 08:00 to 17:00 in Madrid end at 10:00 in Chicago, where most of the team lives: 4 of 18 half hours.
    people = [engineer("ana"), engineer("ben"), engineer("cid", timezone=MADRID)]
    periods = [period("ana", "4x10"), period("ben", "4x10"), period("cid")]
    table = coverage(*periods, people=people)
    assert table.loc[day(FRIDAY), "covered_share"] == pytest.approx(4 / 18)


def test_teams_are_apart_and_weekends_are_no_office_days():
    people = [engineer("ana"), engineer("ben", team_id="apps")]
    table = coverage(period("ana"), period("ben", "4x10"), people=people).reset_index()
    assert list(table["team_id"]) == ["apps"] * 5 + ["core"] * 5
    assert list(table["covered_share"]) == [1, 1, 1, 1, 0, 1, 1, 1, 1, 1]


def test_without_days_there_is_no_coverage():
    assert coverage(period("ana"), people=[engineer("ana", employed_to=day("2026-01-01"))]).empty
