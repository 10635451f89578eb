"""Replay of sprints: what was committed, completed and by whom, as Jira's own report counts it."""

from typing import Any

import pandas as pd
import pytest

from tests.builders.facts import CHICAGO, MADRID, at, day, engineer, engineers, issue, issue_events, sprint, sprints
from transforms.metrics.velocity import NOT_ON_ROSTER, UNASSIGNED, replay_sprints

# Two two-week sprints, Monday morning to Friday evening; the second follows the first.
S61 = sprint(61, "2026-10-26 09:00", "2026-11-06 17:00")
S62 = sprint(62, "2026-11-09 09:00", "2026-11-20 17:00")
BEFORE, DURING, LATER = "2026-10-20 09:00", "2026-11-03 10:00", "2026-11-10 10:00"
CLOSE = "2026-11-06 17:00"
MOVED_ON = (CLOSE, "sprints", "61, 62")  # what closing a sprint writes for unfinished issues

Events = list[dict[str, Any]]


def done(when: str = DURING) -> tuple[str, str, str]:
    return (when, "is_done", "true")


def reopened(when: str = LATER) -> tuple[str, str, str]:
    return (when, "is_done", "false")


def replay(*issues: Events, until: str = "2026-11-23 00:00", calendar: Any = (S61, S62), **given: Any) -> Any:
    people = given.pop("people", [engineer("ana"), engineer("ben")])
    return replay_sprints(
        sprints(*calendar),
        issue_events(*issues),
        engineers(*people),
        at(until),
        given.pop("timezone", CHICAGO),
        **given,
    )


def credited(*issues: Events, **given: Any) -> dict[tuple[int, str, str], float]:
    """Points by sprint, engineer and week."""
    credits, _ = replay(*issues, **given)
    return {
        (int(sprint_id), str(who), f"{week:%Y-%m-%d}"): float(points)
        for sprint_id, who, week, points in zip(
            credits["sprint_id"],
            credits["engineer_id"],
            credits["week_start"],
            credits["points_completed"],
            strict=True,
        )
    }


def totals(sprint_id: int, *issues: Events, **given: Any) -> dict[str, float]:
    """The points of one closed sprint, without the zeros."""
    _, table = replay(*issues, **given)
    row = table.set_index("sprint_id").loc[sprint_id]
    points = {name.removesuffix("_points"): float(row[name]) for name in table.columns if name.endswith("_points")}
    return {name: value for name, value in points.items() if value}


def test_points_go_to_the_assignee_in_the_week_of_the_first_move_to_done():
    first = issue("A-1", BEFORE, done("2026-10-28 10:00"), sprints="61", points=3, assignee="ana")
    second = issue("A-2", BEFORE, done("2026-11-03 10:00"), sprints="61", points=5, assignee="ana")
    assert credited(first, second) == {(61, "ana", "2026-10-26"): 3, (61, "ana", "2026-11-02"): 5}


def test_the_assignee_of_the_moment_counts_not_the_latest():
    handed_over = issue(
        "A-1",
        BEFORE,
        ("2026-11-02 09:00", "assignee", "ben"),
        done("2026-11-03 10:00"),
        ("2026-11-04 09:00", "assignee", "ana"),
        sprints="61",
        points=3,
        assignee="ana",
    )
    assert credited(handed_over) == {(61, "ben", "2026-11-02"): 3}


def test_an_assignee_set_in_the_same_instant_as_the_move_counts():
    both = issue("A-1", BEFORE, done(), (DURING, "assignee", "ben"), sprints="61", points=3, assignee="ana")
    assert credited(both) == {(61, "ben", "2026-11-02"): 3}


def test_nobodys_and_strangers_points_have_lines_of_their_own():
    nobodys = issue("A-1", BEFORE, done(), sprints="61", points=3)
    strangers = issue("A-2", BEFORE, done(), sprints="61", points=2, assignee="zoe")
    assert credited(nobodys, strangers) == {
        (61, UNASSIGNED, "2026-11-02"): 3,
        (61, NOT_ON_ROSTER, "2026-11-02"): 2,
    }


def test_of_several_moves_to_done_in_a_sprint_the_first_is_credited():
    twice = issue(
        "A-1",
        BEFORE,
        done("2026-10-28 10:00"),
        reopened("2026-10-29 10:00"),
        ("2026-10-30 10:00", "assignee", "ben"),
        done("2026-11-04 10:00"),
        sprints="61",
        points=3,
        assignee="ana",
    )
    assert credited(twice) == {(61, "ana", "2026-10-26"): 3}


def test_a_move_to_done_before_the_sprint_is_not_the_first_one_inside():
    redone = issue(
        "A-1",
        BEFORE,
        done("2026-10-21 10:00"),
        reopened("2026-10-22 10:00"),
        ("2026-10-22 10:01", "assignee", "ben"),
        done("2026-11-03 10:00"),
        sprints="61",
        points=3,
        assignee="ana",
    )
    assert credited(redone) == {(61, "ben", "2026-11-02"): 3}


def test_committed_is_what_was_in_the_sprint_and_not_done_at_its_start():
    open_at_start = issue("A-1", BEFORE, sprints="61", points=5)
    done_before = issue("A-2", BEFORE, done("2026-10-22 10:00"), sprints="61", points=3)
    added_later = issue("A-3", BEFORE, ("2026-10-28 10:00", "sprints", "61"), points=2)
    assert totals(61, open_at_start, done_before, added_later) == {"committed": 5, "added": 2, "carried_over": 7}


def test_commitment_takes_the_estimate_of_the_start_and_completion_that_of_the_close():
    re_estimated = issue("A-1", BEFORE, ("2026-10-28 10:00", "points", "8"), done(), sprints="61", points=5)
    assert totals(61, re_estimated) == {"committed": 5, "reestimated": 3, "completed": 8}


@pytest.mark.parametrize("when", [CLOSE, LATER])
def test_an_estimate_changed_at_or_after_the_close_changes_nothing(when: str):
    later = issue("A-1", BEFORE, done(), (when, "points", "13"), sprints="61", points=5)
    assert totals(61, later) == {"committed": 5, "completed": 5}


def test_an_issue_removed_before_the_close_is_neither_completed_nor_carried_over():
    removed = issue(
        "A-1", BEFORE, ("2026-10-29 10:00", "sprints", None), done(), sprints="61", points=5, assignee="ana"
    )
    assert totals(61, removed) == {"committed": 5, "removed": 5}
    assert credited(removed) == {}


def test_the_move_onwards_at_the_very_close_is_not_a_removal():
    unfinished = issue("A-1", BEFORE, (CLOSE, "sprints", "62"), sprints="61", points=5)
    assert totals(61, unfinished) == {"committed": 5, "carried_over": 5}


def test_a_carried_over_issue_gives_all_its_points_where_it_is_first_done():
    carried = issue("A-1", BEFORE, MOVED_ON, done(LATER), sprints="61", points=5, assignee="ben")
    assert credited(carried) == {(62, "ben", "2026-11-09"): 5}
    assert totals(61, carried) == {"committed": 5, "carried_over": 5}
    assert totals(62, carried) == {"committed": 5, "completed": 5}


@pytest.mark.parametrize(
    ("when", "sprint_id"),
    [
        ("2026-10-26 09:00", None),  # at the very start: done before the sprint
        ("2026-10-26 09:01", 61),
        ("2026-11-06 16:59", 61),
        ("2026-11-06 17:00", None),  # at the very close, and with no other sprint: outside
    ],
)
def test_a_sprint_counts_what_is_done_after_its_start_and_before_its_close(when: str, sprint_id: int | None):
    credits = credited(issue("A-1", BEFORE, done(when), sprints="61", points=5, assignee="ana"))
    assert [key[0] for key in credits] == ([sprint_id] if sprint_id else [])


def test_an_issue_done_before_it_was_added_was_completed_outside():
    outside = issue("A-1", BEFORE, done("2026-10-28 10:00"), ("2026-10-29 10:00", "sprints", "61"), points=5)
    assert credited(outside) == {}
    assert totals(61, outside) == {}


def test_an_issue_created_during_the_sprint_counts_as_added():
    created = issue("A-1", "2026-10-28 09:00", done(), sprints="61", points=5, assignee="ana")
    assert totals(61, created) == {"added": 5, "completed": 5}


def test_sub_tasks_are_not_counted_and_unestimated_issues_are_0():
    subtask = issue("A-1", BEFORE, done(), sprints="61", points=5, assignee="ana", is_subtask=True)
    unestimated = issue("A-2", BEFORE, done(), sprints="61", assignee="ana")
    assert credited(subtask, unestimated) == {(61, "ana", "2026-11-02"): 0}
    assert totals(61, subtask, unestimated) == {}


def test_the_median_estimate_leaves_out_what_was_not_estimated():
    def median(*issues: Events) -> float:
        _, table = replay(*issues)
        return float(table.set_index("sprint_id").loc[61, "median_estimate"])

    sizes = [issue(f"A-{points}", BEFORE, done(), sprints="61", points=points) for points in (1, 3, 8)]
    unestimated = issue("A-0", BEFORE, done(), sprints="61")
    assert median(*sizes, unestimated) == 3
    assert pd.isna(median(unestimated))


def test_reopened_after_the_close_is_a_negative_line_in_the_sprint_of_reopening():
    back = issue("A-1", BEFORE, done(), reopened(), sprints="61", points=5, assignee="ana")
    assert credited(back) == {(61, "ana", "2026-11-02"): 5, (62, "ana", "2026-11-09"): -5}
    assert totals(61, back) == {"committed": 5, "completed": 5}
    assert totals(62, back) == {"completed": -5, "reopened": 5}


def test_reopened_and_done_by_somebody_else_moves_the_points():
    redone = issue(
        "A-1",
        BEFORE,
        done(),
        reopened("2026-11-07 10:00"),  # between the sprints
        ("2026-11-07 10:01", "sprints", "61,62"),
        ("2026-11-07 10:02", "assignee", "ben"),
        done("2026-11-17 10:00"),
        sprints="61",
        points=5,
        assignee="ana",
    )
    assert credited(redone) == {
        (61, "ana", "2026-11-02"): 5,
        (62, "ana", "2026-11-09"): -5,
        (62, "ben", "2026-11-16"): 5,
    }


def test_reopened_by_mistake_and_closed_again_in_the_same_sprint_takes_nothing_back():
    slip = issue("A-1", BEFORE, done(), reopened(), done("2026-11-10 10:05"), sprints="61", points=5, assignee="ana")
    assert credited(slip) == {(61, "ana", "2026-11-02"): 5}


def test_points_are_taken_back_once():
    s63 = sprint(63, "2026-11-23 09:00", "2026-12-04 17:00")
    back = issue("A-1", BEFORE, done(), reopened(), sprints="61", points=5, assignee="ana")
    assert sum(credited(back, calendar=(S61, S62, s63), until="2026-12-07 00:00").values()) == 0


def test_a_run_knows_nothing_of_what_came_after_it():
    story = issue("A-1", BEFORE, done("2026-10-28 10:00"), reopened(), sprints="61", points=5, assignee="ana")
    assert credited(story, until="2026-10-28 10:00") == {}
    assert credited(story, until="2026-11-02 00:00") == {(61, "ana", "2026-10-26"): 5}
    assert credited(story, until="2026-11-16 00:00") == {(61, "ana", "2026-10-26"): 5, (62, "ana", "2026-11-09"): -5}


@pytest.mark.parametrize(("until", "closed"), [("2026-11-06 17:00", []), ("2026-11-06 17:01", [61])])
def test_only_a_sprint_closed_by_then_has_totals(until: str, closed: list[int]):
    _, table = replay(issue("A-1", BEFORE, sprints="61", points=5), until=until)
    assert list(table["sprint_id"]) == closed


def test_a_closed_sprint_without_issues_has_totals_of_0():
    _, table = replay(until="2026-11-09 00:00")
    row = table.set_index("sprint_id").loc[61]
    assert (row["committed_points"], row["completed_points"]) == (0, 0)
    assert (row["first_day"], row["last_day"]) == (day("2026-10-26"), day("2026-11-06"))
    assert row["week_start"] == day("2026-11-02")


def test_days_are_those_of_the_zone_of_most_of_the_team():
    people = [engineer("ana"), engineer("ben", timezone=MADRID), engineer("cid", timezone=MADRID)]
    late = sprint(61, "2026-10-26 09:00", "2026-11-06 23:30")  # Saturday morning in Madrid
    _, table = replay(calendar=[late], people=people)
    assert list(table["last_day"]) == [day("2026-11-07")]


def test_a_team_without_engineers_lives_in_the_organisations_zone():
    orphan = sprint(61, "2026-10-26 09:00", "2026-11-06 23:30", team_id="gone")
    _, table = replay(calendar=[orphan], timezone=MADRID)
    assert list(table["last_day"]) == [day("2026-11-07")]


def test_points_done_in_a_week_that_is_the_next_sprints_count_in_the_sprints_own_last_week():
    until_tuesday = sprint(61, "2026-10-28 09:00", "2026-11-10 17:00")  # Thursdays: 29 October and 5 November
    late = issue("A-1", BEFORE, done("2026-11-09 10:00"), sprints="61", points=5, assignee="ana")
    assert credited(late, calendar=[until_tuesday]) == {(61, "ana", "2026-11-02"): 5}


def test_a_replay_is_a_reconstruction_until_a_run_settles_it():
    _, table = replay()
    assert table["is_reconstructed"].all()


def test_nothing_comes_of_nothing():
    credits, table = replay(calendar=())
    assert credits.empty
    assert table.empty
