"""Tempo's schedule becomes days away; where it leaves or contradicts the config's, that is said."""

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

from tests.builders import payloads as p
from tests.builders.facts import day
from tests.builders.vendor_rows import schedule_day
from transforms.clean.tempo_schedule import clean_tempo_schedule, read_schedule_days

MONDAY = date(2026, 11, 16)
ON_4X10 = (10, 10, 10, 10, 0, 0, 0)
ON_5X8 = (8, 8, 8, 8, 8, 0, 0)
NAME = "Funeral of an uncle"


def week(hours=ON_4X10, monday=MONDAY, **other: dict[str, Any]) -> list[dict[str, Any]]:
    """Tempo's seven days, with `other` days by weekday."""
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    days = [monday + timedelta(days=n) for n in range(7)]
    return [
        other.get(name, schedule_day(f"{on}", value)) | {"date": f"{on}"}
        for name, on, value in zip(names, days, hours, strict=True)
    ]


def holiday(**keys: Any) -> dict[str, Any]:
    return schedule_day("", 0, "HOLIDAY", **keys)


def planned(*weeks: tuple[Any, ...], who: str = "ana", monday: date = MONDAY) -> pd.DataFrame:
    """The config's hours of an engineer in weeks that follow each other."""
    hours = [value for one in weeks for value in one]
    days = [day(f"{monday + timedelta(days=n)}") for n in range(len(hours))]
    return pd.DataFrame({"engineer_id": who, "work_date": days, "scheduled_hours": [float(value) for value in hours]})


def cleaned(*rows, ours=None, account=p.ANA):
    return clean_tempo_schedule(
        read_schedule_days(account, rows), p.roster(), planned(ON_4X10) if ours is None else ours
    )


def away(found) -> list[tuple[str, str, float]]:
    dates = found.leave["leave_date"].dt.strftime("%Y-%m-%d")
    return list(zip(found.leave["engineer_id"], dates, found.leave["leave_hours"], strict=True))


# -- days away ---------------------------------------------------------------------------------------------------------


def test_a_week_without_a_holiday_is_no_leave_and_no_problem():
    found = cleaned(*week())
    assert found.leave.empty
    assert found.problems.empty
    assert found.withheld.empty


@pytest.mark.parametrize(
    ("row", "hours"),
    [
        # Nothing is expected on a day that else is worked: all of it, whatever the eight hours of the scheme say.
        (holiday(seconds=28_800), 24.0),
        (holiday(), 24.0),
        # An afternoon off.
        (schedule_day("", 6, "HOLIDAY", seconds=14_400), 4.0),
        (schedule_day("", 6, "HOLIDAY", seconds=86_400), 24.0),
        # Tempo does not say how long: the whole day.
        (schedule_day("", 6, "HOLIDAY"), 24.0),
        (schedule_day("", 6, "HOLIDAY", seconds="long"), 24.0),
        (schedule_day("", 6, "HOLIDAY", seconds=-3600), 24.0),
        (schedule_day("", 6, "HOLIDAY", seconds=86_401), 24.0),
        # A day that Tempo leaves free and the config may not: as long as Tempo says.
        (schedule_day("", 0, "HOLIDAY_AND_NON_WORKING_DAY", seconds=28_800), 8.0),
        (schedule_day("", 0, "HOLIDAY_AND_NON_WORKING_DAY"), 24.0),
    ],
)
def test_a_holiday_takes_what_tempo_says_or_the_whole_day(row, hours):
    assert away(cleaned(*week(tue=row))) == [("ana", "2026-11-17", hours)]


def test_a_holiday_of_no_length_takes_nothing():
    assert away(cleaned(*week(tue=schedule_day("", 10, "HOLIDAY", seconds=0)))) == []


@pytest.mark.parametrize("kind", ["WORKING_DAY", "NON_WORKING_DAY"])
def test_fewer_hours_than_the_config_schedules_are_never_leave(kind):
    found = cleaned(*week(tue=schedule_day("", 0, kind), wed=schedule_day("", 2)))
    assert found.leave.empty


def test_what_the_day_is_called_is_kept_nowhere():
    rows = week(ON_5X8, tue=schedule_day("", 6, "HOLIDAY", seconds=14_400, name=NAME), wed={})
    found = cleaned(*rows)
    assert len(found.leave) == len(found.problems) == 1
    assert not any(NAME in frame.to_csv() for frame in (read_schedule_days(p.ANA, rows), *found))


def test_everybodys_days_are_their_own():
    ours = pd.concat([planned(ON_4X10), planned(ON_4X10, who="ben")])
    days = pd.concat(
        [read_schedule_days(p.ANA, week(tue=holiday())), read_schedule_days(p.BEN, week(wed=holiday(seconds=28_800)))]
    )
    found = clean_tempo_schedule(days, p.roster(), ours)
    assert away(found) == [("ana", "2026-11-17", 24.0), ("ben", "2026-11-18", 24.0)]


def test_days_that_were_not_asked_about_are_left_out():
    assert cleaned(*week(), schedule_day("2026-11-24", 0, "HOLIDAY")).leave.empty


# -- days that Tempo did not tell --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "broken",
    [
        {"date": "soon"},
        {"date": None},
        {"type": "SABBATICAL"},
        {"type": None},
        {"requiredSeconds": None},
        {"requiredSeconds": "many"},
        {"requiredSeconds": -1},
    ],
)
def test_a_day_that_cannot_be_read_makes_the_leave_of_its_week_unknown(broken):
    rows = week()
    rows[1] = rows[1] | broken
    found = cleaned(*rows)
    assert p.values(found.problems, "source", "rule", "severity", "engineer_id") == [("tempo", "T014", "error", "ana")]
    assert p.values(found.withheld, "engineer_id", "week_start", "metric") == [
        ("ana", day("2026-11-16"), "billable"),
        ("ana", day("2026-11-16"), "velocity"),
    ]


def test_only_the_weeks_with_missing_days_are_unknown_and_the_problem_is_one():
    ours = planned(ON_4X10, ON_4X10, ON_4X10)
    rows = [*week()[1:], *week(monday=MONDAY + timedelta(days=7)), *week(monday=MONDAY + timedelta(days=14))[:3]]
    found = cleaned(*rows, ours=ours)
    assert set(found.withheld["week_start"]) == {day("2026-11-16"), day("2026-11-30")}
    (message,) = found.problems["message"]
    assert message == (
        "Tempo does not tell the schedule of ana on 2 days from 2026-11-16 to 2026-12-03, so it is not known whether "
        "they had days off; billable share and velocity of these weeks are unknown. Check that Tempo knows their Jira "
        "account, and that the token's owner may view schedules; where Tempo holds no days off, set "
        "sources.tempo.schedule to false in the config."
    )


def test_a_day_without_scheduled_hours_may_be_missing():
    assert cleaned(*week()[:4]).problems.empty  # Friday to Sunday are free


def test_an_engineer_whom_tempo_does_not_know_is_unknown_and_the_others_are_not():
    ours = pd.concat([planned(ON_4X10), planned(ON_4X10, who="ben")])
    found = cleaned(*week(), ours=ours)
    assert list(found.problems["engineer_id"]) == ["ben"]
    assert set(found.withheld["engineer_id"]) == {"ben"}


def test_who_has_no_account_was_not_asked_about():
    people = p.roster().assign(jira_account_id=[p.ANA, None])
    ours = pd.concat([planned(ON_4X10), planned(ON_4X10, who="ben")])
    found = clean_tempo_schedule(read_schedule_days(p.ANA, week()), people, ours)
    assert found.problems.empty


def test_of_a_day_that_comes_twice_the_last_counts():
    rows = [*week(), schedule_day("2026-11-17", 0, "HOLIDAY")]
    assert away(cleaned(*rows)) == [("ana", "2026-11-17", 24.0)]


# -- another schedule than the config's --------------------------------------------------------------------------------


def test_other_weekly_hours_are_one_warning_of_the_newest_week():
    rows = [*week(ON_5X8), *week((8, 8, 8, 8, 4, 0, 0), monday=MONDAY + timedelta(days=7))]
    found = cleaned(*rows, ours=planned(ON_4X10, ON_4X10))
    assert p.values(found.problems, "rule", "severity", "engineer_id", "found") == [("T015", "warning", "ana", "36 h")]
    assert found.problems["message"][0] == (
        "In the week of 2026-11-23 Tempo expects 36 h (Mon, Tue, Wed, Thu, Fri) of ana, and the config schedules 40 h "
        "(Mon, Tue, Wed, Thu). Hours are counted against the config. Mend the workload scheme in Tempo, or the "
        "schedule in the config."
    )
    assert found.leave.empty
    assert found.withheld.empty


@pytest.mark.parametrize(
    ("theirs", "severity"),
    [
        (ON_4X10, None),
        ((10, 10, 10, 9.995, 0, 0, 0), None),
        ((10, 10, 10, 9.98, 0, 0, 0), "warning"),
        ((9, 11, 10, 10, 0, 0, 0), None),
        (ON_5X8, "info"),
        ((0, 10, 10, 10, 10, 0, 0), "info"),
        ((0, 0, 0, 0, 0, 0, 0), "warning"),
    ],
)
def test_other_hours_are_a_warning_and_the_same_on_other_days_a_remark(theirs, severity):
    assert list(cleaned(*week(theirs)).problems["severity"]) == ([severity] if severity else [])


def test_a_week_with_a_holiday_or_without_all_its_days_is_not_compared():
    assert cleaned(*week(ON_5X8, tue=holiday())).problems.empty
    part = planned(ON_4X10).iloc[2:]  # hired on Wednesday
    assert cleaned(*week(ON_5X8), ours=part).problems.empty
    assert list(cleaned(*week(ON_5X8)[1:]).problems["rule"]) == ["T014"]


def test_before_a_week_with_a_holiday_the_newest_one_without_is_compared():
    rows = [*week(ON_5X8), *week(monday=MONDAY + timedelta(days=7), tue=holiday())]
    (message,) = cleaned(*rows, ours=planned(ON_4X10, ON_4X10)).problems["message"]
    assert message.startswith("In the week of 2026-11-16 Tempo expects 40 h (Mon, Tue, Wed, Thu, Fri) of ana")


def test_without_anybody_there_is_nothing_to_say():
    found = clean_tempo_schedule(read_schedule_days("", []), p.roster(), planned(ON_4X10).iloc[:0])
    assert found.leave.empty
    assert found.problems.empty
    assert list(found.withheld.columns) == ["engineer_id", "week_start", "metric"]


def test_the_order_of_the_rows_does_not_matter():
    rows = week(tue=holiday(), wed=schedule_day("", 6, "HOLIDAY", seconds=14_400))
    for one, other in zip(cleaned(*rows), cleaned(*reversed(rows)), strict=True):
        pd.testing.assert_frame_equal(one, other)
