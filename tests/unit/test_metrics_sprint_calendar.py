"""Which weeks belong to which sprint, and what was known of the sprints at an instant."""

from typing import Any

import pytest

from tests.builders.facts import MADRID, at, day, engineer, engineers, sprint, sprints
from transforms.metrics.sprint_calendar import sprint_days, sprint_weeks, sprints_as_of, team_zones


def weeks_of(*rows: dict[str, Any]) -> dict[str, tuple[int, bool]]:
    """Monday -> sprint, and whether the week is its last."""
    table = sprint_weeks(sprint_days(sprints(*rows), team_zones(engineers())))
    return {
        f"{week:%m-%d}": (int(sprint_id), bool(is_end))
        for week, sprint_id, is_end in zip(table["week_start"], table["sprint_id"], table["is_sprint_end"], strict=True)
    }


def test_a_sprint_holds_the_weeks_of_its_thursdays():
    assert weeks_of(sprint(61, "2026-10-26 09:00", "2026-11-06 17:00")) == {"10-26": (61, False), "11-02": (61, True)}


@pytest.mark.parametrize(
    ("start", "end", "weeks"),
    [
        ("2026-10-29 09:00", "2026-11-11 17:00", ["10-26", "11-02"]),  # Thursday to Wednesday
        ("2026-10-30 09:00", "2026-11-12 17:00", ["11-02", "11-09"]),  # Friday to Thursday
        ("2026-10-30 09:00", "2026-11-04 17:00", []),  # no Thursday at all
    ],
)
def test_the_thursday_decides_at_both_ends(start: str, end: str, weeks: list[str]):
    assert list(weeks_of(sprint(61, start, end))) == weeks


def test_of_two_sprints_on_one_thursday_the_later_started_has_the_week():
    assert weeks_of(
        sprint(62, "2026-11-05 11:00", "2026-11-18 17:00"), sprint(61, "2026-10-22 11:00", "2026-11-05 10:00")
    ) == {"10-19": (61, False), "10-26": (61, True), "11-02": (62, False), "11-09": (62, True)}


def test_an_open_sprint_runs_to_its_planned_end_and_a_closed_one_to_its_close():
    planned = sprint(61, "2026-10-26 09:00", "2026-11-06 17:00", is_open=True)
    late = sprint(61, "2026-10-26 09:00", "2026-11-06 17:00", closed="2026-11-13 10:00")
    assert list(weeks_of(planned)) == ["10-26", "11-02"]
    assert list(weeks_of(late)) == ["10-26", "11-02", "11-09"]


def test_a_sprint_that_has_not_started_holds_no_week():
    assert weeks_of(sprint(61, "2026-10-26 09:00", "2026-11-06 17:00", start_at=None, is_open=True)) == {}


def test_the_day_is_the_teams():
    # 23:30 on Wednesday in Chicago is Thursday in Madrid.
    only = sprints(
        sprint(61, "2026-10-28 23:30", "2026-10-29 16:00"), sprint(62, "2026-11-04 23:30", "2026-11-05 00:30")
    )
    in_madrid = sprint_days(only, team_zones(engineers(engineer(timezone=MADRID))))
    assert list(in_madrid["first_day"]) == [day("2026-10-29"), day("2026-11-05")]


def test_a_tie_between_zones_is_settled_by_name():
    zones = team_zones(engineers(engineer("ana", timezone=MADRID), engineer("ben")))
    assert zones["core"] == "America/Chicago"


@pytest.mark.parametrize(
    ("instant", "state", "is_started", "is_closed"),
    [
        ("2026-10-26 09:00", "future", False, False),
        ("2026-10-26 09:01", "active", True, False),
        ("2026-11-06 17:00", "active", True, False),
        ("2026-11-06 17:01", "closed", True, True),
    ],
)
def test_a_sprint_is_seen_as_it_stood_just_before_the_instant(
    instant: str, state: str, is_started: bool, is_closed: bool
):
    seen = sprints_as_of(sprints(sprint(61, "2026-10-26 09:00", "2026-11-06 17:00")), at(instant)).iloc[0]
    assert seen["state"] == state
    assert (seen["start_at"] is not None and seen["start_at"] == seen["start_at"]) == is_started
    assert (seen["complete_at"] == seen["complete_at"]) == is_closed
