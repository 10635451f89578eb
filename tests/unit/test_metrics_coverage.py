"""Coverage of the fifth day: is somebody there on every weekday."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.facts import (
    CHICAGO,
    MADRID,
    WEEKDAYS,
    day,
    engineer,
    engineers,
    holidays,
    leave,
    period,
    schedules,
)
from transforms.metrics.coverage import fifth_day_coverage
from transforms.metrics.sprint_calendar import team_zones
from transforms.schedule import available_hours

MONDAY, WEDNESDAY, FRIDAY = "2026-11-02", "2026-11-04", "2026-11-06"


def coverage(*periods: dict[str, Any], people: list[dict[str, Any]] | None = None, **more: Any) -> pd.DataFrame:
    """Coverage by day, of 2026-W45 unless another `monday` is given."""
    monday = day(more.get("monday", MONDAY))
    roster = engineers(*(people or [engineer(row["engineer_id"]) for row in periods]))
    hours = available_hours(
        roster,
        schedules(*periods),
        more.get("holidays", holidays()),
        more.get("leave", leave()),
        monday,
        monday + pd.Timedelta(days=6),
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


def test_who_has_the_day_off_is_counted():
    table = coverage(period("ana", "4x10"), period("ben", "4x10", off="monday"), period("cid"))
    assert list(table["day_off_engineers"]) == [1, 0, 0, 0, 1]
    away = coverage(period("ana"), leave=leave(("ana", MONDAY, 8)), holidays=holidays(FRIDAY))
    assert list(away["day_off_engineers"]) == [0] * 5


@pytest.mark.parametrize(
    ("hours", "share"), [(8, 1), (6.5, 7.5 / 9), (6, 6 / 9), (4, 4 / 9), (4.25, 4.25 / 9), (10, 1)]
)
def test_a_short_day_covers_a_part_of_the_office_hours(hours: float, share: float):
    # 08:00 to 17:00 are 9 hours; more than 6 hours of work have an hour of break.
    table = coverage(period("ana", hours={"monday": hours}))
    assert table.loc[day(MONDAY), "covered_share"] == pytest.approx(share)


def test_leave_empties_the_day():
    table = coverage(period("ana"), leave=leave(("ana", MONDAY, 8)))
    assert table.loc[day(MONDAY), "covered_share"] == 0
    assert table.loc[day(MONDAY), "rostered_engineers"] == 0


def test_half_a_day_of_leave_ends_the_shift_early():
    table = coverage(period("ana"), leave=leave(("ana", MONDAY, 4)))
    assert table.loc[day(MONDAY), "covered_share"] == pytest.approx(4 / 9)
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


def test_the_office_is_open_where_somebody_without_a_holiday_is_on_leave():
    people = [engineer("ana"), engineer("ben", location_id="dublin")]
    free = {"holidays": holidays(MONDAY), "leave": leave(("ben", MONDAY, 8))}
    assert coverage(period("ana"), period("ben"), people=people, **free).loc[day(MONDAY), "covered_share"] == 0


def test_a_holiday_closes_the_office_when_the_others_have_the_day_off():
    table = coverage(period("ana", "4x10"), period("ben", "4x10", off="monday"), holidays=holidays(FRIDAY))
    assert pd.isna(table.loc[day(FRIDAY), "covered_share"])
    assert list(table["covered_share"])[:4] == [1] * 4


def test_a_hires_and_a_leavers_days_count_only_while_they_are_employed():
    people = [engineer("ana", employed_from=day(WEDNESDAY)), engineer("ben", employed_to=day(WEDNESDAY))]
    table = coverage(period("ana", first=WEDNESDAY), period("ben"), people=people)
    assert list(table["rostered_engineers"]) == [1, 1, 2, 1, 1]
    alone = coverage(period("ana", first=WEDNESDAY), people=people[:1])
    assert list(alone.index) == [day(WEDNESDAY), day("2026-11-05"), day(FRIDAY)]


def test_two_on_shift_cover_an_hour_once_and_a_gap_between_them_not_at_all():
    # In Chicago: ana 08:00-10:00, dan 08:00-11:00, and from Honolulu cid 12:00-21:00.
    people = [engineer("ana"), engineer("dan"), engineer("cid", timezone="Pacific/Honolulu")]
    periods = [period("ana", hours={"monday": 2}), period("dan", hours={"monday": 3}), period("cid")]
    assert coverage(*periods, people=people).loc[day(MONDAY), "covered_share"] == pytest.approx(8 / 9)


def test_shifts_within_another_add_nothing():
    # In Chicago: ana 08:00-17:00, ben 09:00-11:00, cid 10:00-19:00.
    zones = {"ana": CHICAGO, "dan": CHICAGO, "ben": "America/Denver", "cid": "America/Los_Angeles"}
    people = [engineer(who, timezone=zone) for who, zone in zones.items()]
    periods = [period("ana"), period("dan"), period("ben", hours={"monday": 2}), period("cid")]
    assert coverage(*periods, people=people).loc[day(MONDAY), "covered_share"] == 1


def test_a_shift_of_another_zone_may_begin_on_the_teams_day_before():
    # 08:00 in Nairobi is 23:00 of the day before in Chicago; ten hours and the break end at 10:00.
    people = [engineer("ana"), engineer("ben"), engineer("cid", timezone="Africa/Nairobi")]
    periods = [period("ana", "4x10", off="monday"), period("ben", "4x10", off="monday"), period("cid", "4x10")]
    assert coverage(*periods, people=people).loc[day(MONDAY), "covered_share"] == pytest.approx(2 / 9)


def test_a_saturday_elsewhere_may_be_the_teams_friday():
    # 08:00 on Saturday in Sydney is 15:00 on Friday in Chicago.
    people = [engineer("ana"), engineer("ben"), engineer("cid", timezone="Australia/Sydney")]
    periods = [period("ana", "4x10"), period("ben", "4x10"), period("cid", hours={"saturday": 8})]
    assert coverage(*periods, people=people).loc[day(FRIDAY), "covered_share"] == pytest.approx(2 / 9)


@pytest.mark.parametrize(("monday", "share"), [("2026-10-19", 2 / 9), ("2026-10-26", 3 / 9), ("2026-11-02", 2 / 9)])
def test_clocks_that_are_set_back_in_different_weeks_move_the_overlap(monday: str, share: float):
    # Madrid sets its clocks back on 25 October, Chicago on 1 November: for a week they are an hour closer.
    people = [engineer("ana"), engineer("ben"), engineer("cid", timezone=MADRID)]
    periods = [period("ana", "4x10"), period("ben", "4x10"), period("cid")]
    table = coverage(*periods, people=people, monday=monday)
    assert table["covered_share"].iloc[4] == pytest.approx(share)
    assert list(table["covered_share"])[:4] == [1] * 4


def test_of_two_zones_that_tie_the_first_by_name_is_the_teams():
    # By Chicago's clock ana covers all of Monday; by Madrid's she comes at 15:00.
    people = [engineer("ana"), engineer("cid", timezone=MADRID)]
    assert coverage(period("ana"), period("cid", "4x10", off="monday"), people=people)["covered_share"].iloc[0] == 1


def test_another_time_zone_covers_what_overlaps():
    # 08:00 to 17:00 in Madrid end at 10:00 in Chicago, where most of the team lives: 2 of 9 hours.
    people = [engineer("ana"), engineer("ben"), engineer("cid", timezone=MADRID)]
    periods = [period("ana", "4x10"), period("ben", "4x10"), period("cid")]
    table = coverage(*periods, people=people)
    assert table.loc[day(FRIDAY), "covered_share"] == pytest.approx(2 / 9)


def test_every_other_friday_off_is_covered_in_the_weeks_between():
    nine = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday"), 9.0)
    cycle = {"kind": "9/80", "first": MONDAY, "of": 2}
    periods = [period("ana", hours=nine | {"friday": 8.0}, week=0, **cycle), period("ana", hours=nine, week=1, **cycle)]
    on = coverage(*periods, people=[engineer()])
    off = coverage(*periods, people=[engineer()], monday="2026-11-09")
    assert (on["covered_share"].iloc[4], on["day_off_engineers"].iloc[4]) == (1, 0)
    assert (off["covered_share"].iloc[4], off["day_off_engineers"].iloc[4]) == (0, 1)


def test_a_day_without_a_schedule_claims_nothing():
    table = coverage(period("ana", first=WEDNESDAY))
    assert list(table["covered_share"].isna()) == [True, True, False, False, False]
    assert list(table["rostered_engineers"]) == [0, 0, 1, 1, 1]
    assert table["day_off_engineers"].sum() == 0


def test_who_has_no_schedule_counts_as_not_there():
    table = coverage(period("ana", first=WEDNESDAY), period("ben", hours={"monday": 4}))
    assert table["covered_share"].iloc[0] == pytest.approx(4 / 9)
    assert table["rostered_engineers"].iloc[0] == 1


SHIFTS = st.tuples(
    st.sampled_from([CHICAGO, MADRID, "Asia/Kolkata", "Africa/Nairobi", "Pacific/Auckland", "Pacific/Honolulu"]),
    st.dictionaries(st.sampled_from(WEEKDAYS), st.sampled_from([2, 4.25, 6, 6.5, 8, 10, 12]), min_size=1),
)


@settings(max_examples=12, deadline=None)
@given(st.lists(SHIFTS, min_size=1, max_size=4), st.sampled_from(["2026-03-23", "2026-10-26", MONDAY]))
def test_the_share_is_what_a_look_at_every_minute_finds(drawn: list[Any], monday: str):
    names = [f"e{number}" for number in range(len(drawn))]
    people = [engineer(name, timezone=zone) for name, (zone, _) in zip(names, drawn, strict=True)]
    periods = [period(name, hours=hours) for name, (_, hours) in zip(names, drawn, strict=True)]
    clock = ZoneInfo(team_zones(engineers(*people))["core"])
    shifts = []
    for zone, hours in drawn:
        for number, name in enumerate(WEEKDAYS):
            begin = _at(monday, number, ZoneInfo(zone))
            length = hours.get(name, 0) + (hours.get(name, 0) > 6)
            shifts.append((begin, begin + 3600 * length))
    for work_date, share in coverage(*periods, people=people, monday=monday)["covered_share"].items():
        opens = _at(monday, (work_date - day(monday)).days, clock)
        minutes = [opens + 60 * minute for minute in range(9 * 60)]
        covered = sum(any(begin <= minute < end for begin, end in shifts) for minute in minutes)
        assert share == pytest.approx(covered / len(minutes))


def _at(monday: str, number: int, zone: ZoneInfo) -> float:
    """08:00 on a day of the week, by a zone's clock, in seconds since 1970."""
    return datetime.combine(date.fromisoformat(monday) + timedelta(days=number), time(8), zone).timestamp()


def test_teams_are_apart_and_weekends_are_no_office_days():
    people = [engineer("ana"), engineer("ben", team_id="apps")]
    table = coverage(period("ana"), period("ben", "4x10"), people=people).reset_index()
    assert list(table["team_id"]) == ["apps"] * 5 + ["core"] * 5
    assert list(table["covered_share"]) == [1, 1, 1, 1, 0, 1, 1, 1, 1, 1]


def test_without_days_there_is_no_coverage():
    assert coverage(period("ana"), people=[engineer("ana", employed_to=day("2026-01-01"))]).empty
