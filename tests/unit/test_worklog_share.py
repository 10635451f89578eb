"""Points shared out by hours: to whom, over which days, and that no part of a point is lost."""

from itertools import permutations
from typing import Any

import pytest

from tests.builders.facts import (
    CHICAGO,
    MADRID,
    at,
    engineer,
    engineers,
    issue,
    issue_events,
    sprint,
    sprints,
    worklog,
    worklogs,
)
from transforms.metrics.velocity import UNASSIGNED, replay_sprints

S61 = sprint(61, "2026-10-26 09:00", "2026-11-06 17:00")
S62 = sprint(62, "2026-11-09 09:00", "2026-11-20 17:00")
BEFORE, MOVE = "2026-10-20 09:00", "2026-11-03 10:00"

Change = tuple[str, str, str | None]


def shares(
    *logs: dict[str, Any],
    points: float = 8,
    assignee: str | None = "ana",
    more: tuple[Change, ...] = (),
    move: str = MOVE,
    zone: str = CHICAGO,
) -> dict[tuple[int, str], float]:
    """Points by sprint and engineer of an issue of sprint 61 that is done on Tuesday 3 November."""
    people = engineers(*[engineer(name, timezone=zone) for name in ("ana", "ben", "cleo")])
    events = issue("A-1", BEFORE, (move, "is_done", "true"), *more, sprints="61", points=points, assignee=assignee)
    credits, _ = replay_sprints(
        sprints(S61, S62),
        issue_events(events),
        people,
        at("2026-11-23 00:00"),
        CHICAGO,
        worklogs=worklogs(*logs),
    )
    rows = credits[["sprint_id", "engineer_id", "points_completed"]].to_numpy().tolist()
    return {(sprint_id, who): value for sprint_id, who, value in rows}


def hours(who: str, on: str, logged: float, issue_key: str = "A-1") -> dict[str, Any]:
    return worklog(who, on, logged, issue_key=issue_key)


def test_points_are_split_by_the_hours_logged_on_the_issue():
    # 6 h and 2 h of 8 h: three quarters and one quarter of 8 points
    assert shares(hours("ana", "2026-11-02", 6), hours("ben", "2026-11-02", 2)) == {(61, "ana"): 6, (61, "ben"): 2}


def test_the_assignee_gets_nothing_for_the_name_alone():
    assert shares(hours("ben", "2026-11-02", 2)) == {(61, "ben"): 8}


def test_without_hours_the_assignee_has_them_all():
    assert shares(hours("ben", "2026-11-02", 2, issue_key="A-2")) == {(61, "ana"): 8}
    assert shares() == {(61, "ana"): 8}
    assert shares(assignee=None) == {(61, UNASSIGNED): 8}
    assert shares(hours("ben", "2026-11-02", 0)) == {(61, "ana"): 8}


@pytest.mark.parametrize(
    ("day", "counts"),
    [
        ("2026-10-25", False),  # the day before the sprint
        ("2026-10-26", True),  # its first day
        ("2026-11-03", True),  # the day of the move, also after it
        ("2026-11-04", False),  # the day after the move
    ],
)
def test_hours_count_from_the_sprints_first_day_to_the_day_of_the_move(day: str, counts: bool):
    expected = {(61, "ana"): 4, (61, "ben"): 4} if counts else {(61, "ana"): 8}
    assert shares(hours("ana", "2026-11-02", 3), hours("ben", day, 3)) == expected


@pytest.mark.parametrize(("zone", "counts"), [(CHICAGO, False), (MADRID, True)])
def test_the_day_of_the_move_is_the_teams(zone: str, counts: bool):
    # 18:30 on Tuesday in Chicago is 01:30 on Wednesday in Madrid.
    logs = [hours("ana", "2026-11-03", 3), hours("ben", "2026-11-04", 3)]
    expected = {(61, "ana"): 4, (61, "ben"): 4} if counts else {(61, "ana"): 8}
    assert shares(*logs, move="2026-11-03 18:30", zone=zone) == expected


def test_the_first_move_decides_not_the_last():
    again = (("2026-11-04 10:00", "is_done", "false"), ("2026-11-05 10:00", "is_done", "true"))
    assert shares(hours("ana", "2026-11-03", 3), hours("ben", "2026-11-05", 3), more=again) == {(61, "ana"): 8}


@pytest.mark.parametrize("logged", [(1.0, 1.0, 1.5), (0.1, 0.7, 1.3), (0.25, 3.1, 8.0)])
@pytest.mark.parametrize("points", [1.0, 5.0, 0.5, 1.3, 0.1, -3.0, 13.7, 1e-4])
def test_shares_add_up_to_the_points_exactly_in_every_order(points: float, logged: tuple[float, ...]):
    names = ("ana", "ben", "cleo")
    logs = [hours(name, "2026-11-02", spent) for name, spent in zip(names, logged, strict=True)]
    found = shares(*logs, points=points)
    parts = [found[61, name] for name in names]
    assert {one + two + three for one, two, three in permutations(parts)} == {points}
    for part, spent in zip(parts, logged, strict=True):
        assert abs(part - points * spent / sum(logged)) < 0.002
        assert part * points >= 0


def test_no_points_are_no_points_for_everybody():
    assert shares(hours("ana", "2026-11-02", 1), hours("ben", "2026-11-02", 1), points=0) == {
        (61, "ana"): 0,
        (61, "ben"): 0,
    }


def test_reopened_points_are_taken_back_in_the_same_shares():
    back = ("2026-11-10 10:00", "is_done", "false")
    later = hours("cleo", "2026-11-10", 5)
    assert shares(hours("ana", "2026-11-02", 6), hours("ben", "2026-11-02", 2), later, more=(back,)) == {
        (61, "ana"): 6,
        (61, "ben"): 2,
        (62, "ana"): -6,
        (62, "ben"): -2,
    }


def test_splitting_a_worklog_changes_nothing():
    whole = shares(hours("ana", "2026-11-02", 6), hours("ben", "2026-11-02", 2))
    split = shares(hours("ana", "2026-11-02", 4), hours("ana", "2026-10-30", 2), hours("ben", "2026-11-02", 2))
    assert whole == split
