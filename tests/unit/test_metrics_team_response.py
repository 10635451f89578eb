"""A team's calls on the weekday that many of it have off, beside those on the other weekdays."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import pytest

from tests.builders.facts import CHICAGO, MADRID, day, engineer, engineers, page, pages, table
from transforms.metrics.team_response import day_off_response, office_calls, weekdays_off
from transforms.schemas.readings import Coverage

MONDAY, WEDNESDAY, FRIDAY = "2026-11-02", "2026-11-04", "2026-11-06"
SWITCH = day(MONDAY)
TEAM = [engineer("ana"), engineer("ben")]


def paged(who: str = "ana", on: str = f"{WEDNESDAY} 10:00", seconds: float | None = 300, **columns: Any) -> Any:
    """A page of incident Q1, acknowledged after these seconds unless there are none."""
    return page(who, on, acknowledge_seconds=seconds, **{"incident_id": "Q1"} | columns)


def missed(who: str = "ana", on: str = f"{WEDNESDAY} 10:00", seconds: float = 1800, **columns: Any) -> Any:
    return paged(who, on, seconds, is_censored=True, **columns)


def week_of(monday: str, *, team: str = "core", off: Mapping[int, int] | None = None, closed: int | None = None) -> Any:
    """Coverage of five days: how many of the team are off by weekday, and on which one the office is closed."""
    return [
        {
            "team_id": team,
            "week_start": day(monday),
            "work_date": day(monday) + pd.Timedelta(days=number),
            "rostered_engineers": 2,
            "day_off_engineers": (off or {4: 2}).get(number, 0),
            "covered_share": None if number == closed else 1.0,
        }
        for number in range(5)
    ]


def coverage(*weeks: Any) -> pd.DataFrame:
    return table(Coverage, [row for week in weeks or [week_of(MONDAY)] for row in week])


def calls(*rows: Any, people: Any = None, days: pd.DataFrame | None = None) -> list[tuple[str, float, bool]]:
    """(incident, seconds, answered) of the calls in office hours."""
    found = office_calls(pages(*rows), engineers(*(people or TEAM)), coverage() if days is None else days)
    return list(zip(found["incident_id"], found["answer_seconds"], found["is_answered"], strict=True))


def test_the_team_answers_when_the_first_of_it_does():
    assert calls(paged(seconds=300), paged("ben", seconds=120)) == [("Q1", 120, True)]


def test_a_call_that_times_out_away_from_one_and_is_answered_by_another_took_both_times():
    late = paged("ben", f"{WEDNESDAY} 10:30", 60)
    assert calls(missed(seconds=1800), late) == [("Q1", 1860, True)]


def test_a_call_that_nobody_answered_counts_with_the_time_until_it_left_the_team():
    assert calls(missed(seconds=1800), missed("ben", f"{WEDNESDAY} 10:30", 1200)) == [("Q1", 3000, False)]


def test_a_call_that_others_dealt_with_is_not_the_teams():
    assert calls(paged(seconds=None)) == []
    assert calls(paged(seconds=None), paged("ben", seconds=60)) == [("Q1", 60, True)]


def test_low_urgency_and_people_outside_of_the_teams_are_left_out():
    assert calls(paged(urgency="low")) == []
    assert calls(paged("zoe")) == []


@pytest.mark.parametrize(
    ("on", "is_in"),
    [
        (f"{WEDNESDAY} 07:59", False),
        (f"{WEDNESDAY} 08:00", True),
        (f"{WEDNESDAY} 16:59", True),
        (f"{WEDNESDAY} 17:00", False),
        ("2026-11-07 10:00", False),
        ("2026-11-08 10:00", False),
    ],
)
def test_only_calls_of_weekdays_in_office_hours_count(on: str, is_in: bool):
    assert bool(calls(paged(on=on))) is is_in


def test_the_first_page_says_whether_it_is_one_of_the_office_hours():
    assert calls(missed(on=f"{WEDNESDAY} 16:50"), paged("ben", f"{WEDNESDAY} 17:20", 60)) == [("Q1", 1860, True)]
    assert calls(missed(on=f"{WEDNESDAY} 07:50"), paged("ben", f"{WEDNESDAY} 08:20", 60)) == []


def test_the_office_hours_are_those_of_the_teams_clock():
    # 16:00 in Madrid is 09:00 in Chicago, 10:00 is 03:00.
    people = [*TEAM, engineer("cid", timezone=MADRID)]
    assert calls(paged("cid", f"{WEDNESDAY} 16:00", zone=MADRID), people=people) == [("Q1", 300, True)]
    assert calls(paged("cid", f"{WEDNESDAY} 10:00", zone=MADRID), people=people) == []


def test_an_hour_of_the_clock_stays_an_office_hour_when_clocks_change():
    days = coverage(week_of("2026-10-26"), week_of(MONDAY))
    both = [paged(on="2026-10-30 08:00"), paged(on="2026-11-06 08:00", incident_id="Q2")]
    assert both[0]["paged_at"].hour != both[1]["paged_at"].hour
    assert len(calls(*both, days=days)) == 2


def test_a_day_on_which_the_office_is_closed_has_no_office_hours():
    assert calls(paged(), days=coverage(week_of(MONDAY, closed=2))) == []


def test_an_incident_of_two_teams_is_a_call_of_each():
    people = [engineer("ana"), engineer("ben", team_id="apps")]
    days = coverage(week_of(MONDAY), week_of(MONDAY, team="apps"))
    found = office_calls(pages(paged(seconds=300), paged("ben", seconds=None)), engineers(*people), days)
    assert list(found["team_id"]) == ["core"]
    both = office_calls(pages(missed(seconds=300), paged("ben", seconds=60)), engineers(*people), days)
    assert list(zip(both["team_id"], both["answer_seconds"], strict=True)) == [("apps", 60), ("core", 300)]


@pytest.mark.parametrize(
    ("off", "expected"),
    [
        ({4: 3}, [4]),
        ({0: 1, 4: 2}, [4]),
        ({0: 2, 4: 2}, [0, 4]),
        ({0: 1, 1: 1, 2: 1, 3: 1, 4: 1}, []),
        ({0: 1, 1: 1, 2: 1, 3: 1, 4: 2}, [4]),
        ({4: 0}, []),
    ],
    ids=str,
)
def test_the_day_off_is_the_weekday_that_most_days_off_fall_on(off: dict[int, int], expected: list[int]):
    assert weekdays_off(coverage(week_of(MONDAY, off=off))) == expected


def test_a_day_off_every_other_week_is_a_day_off():
    assert weekdays_off(coverage(week_of(MONDAY, off={4: 2}), week_of("2026-11-09", off={4: 0}))) == [4]


def test_nobody_there_has_no_day_off_and_neither_has_a_part_of_a_week_without_one():
    assert weekdays_off(coverage(week_of(MONDAY)).iloc[:0]) == []
    assert weekdays_off(coverage(week_of(MONDAY)).iloc[2:4]) == []


def test_periods_and_kinds_of_day_are_apart():
    days = coverage(week_of("2026-10-26"), week_of(MONDAY))
    rows = [
        paged(on="2026-10-30 10:00", seconds=100, incident_id="Q1"),
        paged(on="2026-10-28 10:00", seconds=200, incident_id="Q2"),
        paged(on=f"{FRIDAY} 10:00", seconds=300, incident_id="Q3"),
        missed(on=f"{FRIDAY} 11:00", seconds=900, incident_id="Q4"),
        paged(on=f"{WEDNESDAY} 10:00", seconds=400, incident_id="Q5"),
    ]
    found = day_off_response(office_calls(pages(*rows), engineers(*TEAM), days), [4], SWITCH)
    columns = ["period", "is_day_off", "n_calls", "median_seconds", "answered_pct"]
    assert [tuple(row) for row in found[columns].itertuples(index=False)] == [
        ("before", True, 1, 100, 100),
        ("before", False, 1, 200, 100),
        ("during", True, 2, 600, 50),
        ("during", False, 1, 400, 100),
    ]


def test_without_calls_there_are_no_times_and_no_rates():
    found = day_off_response(office_calls(pages(), engineers(*TEAM), coverage()), [4], SWITCH)
    assert list(found["n_calls"]) == [0] * 4
    assert found[["median_seconds", "answered_pct"]].isna().all(axis=None)


def test_the_order_of_the_pages_is_irrelevant():
    rows = pages(missed(seconds=1800), paged("ben", f"{WEDNESDAY} 10:30", 60), paged(incident_id="Q2", zone=CHICAGO))
    given = engineers(*TEAM), coverage()
    pd.testing.assert_frame_equal(office_calls(rows, *given), office_calls(rows.iloc[::-1], *given))
