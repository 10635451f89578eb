"""Snapshots: taken once, when all is known, and never rewritten; where Jira tells otherwise later, that is said."""

from typing import Any

import pandas as pd
import pytest

from tests.builders.facts import at, credit, credits_of, day, engineer, engineers, issue, issue_events, sprint, sprints
from tests.builders.sprint_runs import Runs
from transforms.metrics.snapshots import settle, teams_without_points
from transforms.metrics.sprint_calendar import sprints_as_of
from transforms.metrics.velocity import Points
from transforms.weeks import week_starts

BEFORE = "2026-10-20 09:00"
W1, W2, W3, W4, W5, W6 = ("2026-10-26", "2026-11-02", "2026-11-09", "2026-11-16", "2026-11-23", "2026-11-30")

S61 = sprint(61, "2026-10-26 09:00", "2026-11-06 17:00")
S62 = sprint(62, "2026-11-09 09:00", "2026-11-20 17:00")
S63 = sprint(63, "2026-11-23 09:00", "2026-12-04 17:00")

Events = list[dict[str, Any]]


def started() -> Runs:
    """Before the first run."""
    return Runs((S61, S62, S63))


def done(when: str) -> tuple[str, str, str]:
    return (when, "is_done", "true")


def reopened(when: str) -> tuple[str, str, str]:
    return (when, "is_done", "false")


def finished(key: str = "A-1", points: float = 5, when: str = "2026-11-03 10:00", *more: Any, **given: Any) -> Events:
    """An issue of sprint 61, ana's, done in its second week."""
    return issue(key, BEFORE, done(when), *more, **{"sprints": "61", "points": points, "assignee": "ana"} | given)


ANAS = [(61, "ana", W2, 5.0)]


def test_an_open_sprint_is_restated_every_week():
    runs = started().run(W1, finished(when="2026-10-28 10:00"))
    assert runs.lines == [(61, "ana", W1, 5.0)]
    assert runs.totals.empty
    # A week later the estimate of the close is another, and the first move is known to have been undone.
    restated = finished("A-1", 5, "2026-10-28 10:00", ("2026-11-02 10:00", "points", "3"))
    assert runs.run(W2, restated).lines == [(61, "ana", W1, 3.0)]
    assert runs.snapshot(61)["completed_points"] == 3


def test_a_sprint_is_settled_in_the_run_of_the_week_in_which_it_closes():
    runs = started().run(W1, finished()).run(W2, finished())
    assert runs.lines == ANAS
    assert not runs.snapshot(61)["is_reconstructed"]
    assert runs.snapshot(61)["completed_points"] == 5


def test_what_is_settled_is_never_rewritten():
    runs = started().run(W2, finished())
    before = runs.credits.copy(), runs.totals.copy()
    # Somebody deletes the issue, and another appears that claims to have been there all the time.
    later = finished("A-2", 13, assignee="ben")
    runs.run(W3, later).run(W4, later)
    pd.testing.assert_frame_equal(runs.credits, before[0])
    pd.testing.assert_frame_equal(runs.totals[runs.totals["sprint_id"] == 61], before[1])


def test_a_later_run_says_what_it_would_read_and_that_the_snapshot_stands():
    runs = started().run(W2, finished())
    assert runs.messages == []
    runs.run(W3, finished("A-2", 13))
    assert runs.told is not None
    assert list(runs.told["rule"]) == ["J014"]
    assert list(runs.told["severity"]) == ["warning"]
    (message,) = runs.messages
    assert message.startswith("sprint Core S61 would now read 13 instead of 5 completed, 13 instead of 5 committed ")
    assert "the snapshot of the close stands" in message


def test_a_difference_that_leaves_what_was_completed_is_a_remark():
    runs = started().run(W2, finished())
    runs.run(W3, finished(), issue("A-2", BEFORE, sprints="61", points=2))
    assert runs.told is not None
    assert list(runs.told["severity"]) == ["info"]
    assert "2 instead of 0 carried over" in runs.messages[0]


@pytest.mark.parametrize(("week", "is_told"), [("2026-11-30", True), ("2026-12-07", False)])
def test_differences_are_told_while_the_sprint_closed_inside_the_look_back(week: str, is_told: bool):
    # Four weeks before 30 November begin with 2 November, the week in which sprint 61 closed.
    runs = started().run(W2, finished()).run(week, finished("A-2", 13))
    assert any("Core S61" in message for message in runs.messages) == is_told


def test_what_happens_after_the_close_as_it_should_is_no_difference():
    later = [
        ("2026-11-09 12:00", "points", "13"),
        ("2026-11-09 12:00", "assignee", "ben"),
        reopened("2026-11-10 10:00"),
        ("2026-11-10 10:00", "sprints", "61,62"),
    ]
    runs = started().run(W2, finished())
    for week in (W3, W4, W5, W6):
        runs.run(week, finished("A-1", 5, "2026-11-03 10:00", *later))
        assert runs.messages == []


def test_reopened_points_are_taken_back_in_the_next_sprint_as_they_were_credited():
    runs = started().run(W2, finished())
    # By now the history tells of other points and of another assignee; the credit was five points of ana's.
    edited = finished("A-1", 8, "2026-11-03 10:00", reopened("2026-11-10 10:00"), assignee="ben")
    runs.run(W3, edited)
    assert runs.lines == [*ANAS, (62, "ana", W3, -5.0)]
    assert runs.run(W4, edited).snapshot(62)["reopened_points"] == 5
    assert runs.snapshot(62)["completed_points"] == -5


def test_reopened_points_are_taken_back_once():
    story = finished("A-1", 5, "2026-11-03 10:00", reopened("2026-11-10 10:00"))
    runs = started()
    for week in (W2, W3, W4, W5, W6):
        runs.run(week, story)
    assert runs.lines == [*ANAS, (62, "ana", W3, -5.0)]
    assert runs.snapshot(63)["reopened_points"] == 0


def test_a_reopening_that_a_settled_sprint_did_not_know_of_is_taken_back_in_the_next_open_one():
    runs = started()
    for week in (W2, W3, W4):
        runs.run(week, finished())
    # Only now does the history tell of a reopening in sprint 62, which is settled.
    runs.run(W5, finished("A-1", 5, "2026-11-03 10:00", reopened("2026-11-10 10:00")))
    assert runs.lines == [*ANAS, (63, "ana", W5, -5.0)]
    assert runs.snapshot(62)["reopened_points"] == 0


def test_points_of_an_open_sprint_that_were_taken_back_by_mistake_come_again():
    story = finished("A-1", 5, "2026-11-03 10:00", reopened("2026-11-10 10:00"), done("2026-11-17 10:00"))
    runs = started().run(W2, story).run(W3, story)
    assert runs.lines == [*ANAS, (62, "ana", W3, -5.0)]  # as of the 16th it was open
    assert runs.run(W4, story).lines == ANAS  # and at the close of 62 it was done again


def test_reopened_done_again_and_reopened_once_more():
    story = finished(
        "A-1",
        5,
        "2026-11-03 10:00",
        reopened("2026-11-07 10:00"),
        ("2026-11-07 10:01", "sprints", "61,62"),
        ("2026-11-07 10:02", "assignee", "ben"),
        done("2026-11-10 10:00"),
        reopened("2026-11-24 10:00"),
    )
    runs = started()
    for week in (W1, W2, W3, W4, W5, W6):
        runs.run(week, story)
    assert runs.lines == sorted([*ANAS, (62, "ana", W3, -5.0), (62, "ben", W3, 5.0), (63, "ben", W5, -5.0)])


def test_an_issue_that_was_deleted_cannot_be_reopened_and_keeps_its_points():
    runs = started().run(W2, finished()).run(W3).run(W4)
    assert runs.lines == ANAS
    assert "would now read 0 instead of 5 completed" in runs.messages[0]


def test_the_same_week_again_leaves_what_it_left():
    story = finished("A-1", 5, "2026-11-03 10:00", reopened("2026-11-07 10:00"))
    runs = started().run(W1, story).run(W2, story).run(W3, story)
    once = runs.credits.copy(), runs.totals.copy(), runs.sprints.copy()
    runs.run(W3, story)
    pd.testing.assert_frame_equal(runs.credits, once[0])
    pd.testing.assert_frame_equal(runs.totals, once[1])
    pd.testing.assert_frame_equal(_sorted(runs.sprints), _sorted(once[2]))


def test_the_week_of_the_close_again_keeps_its_snapshot_whatever_jira_says_by_then():
    runs = started().run(W2, finished()).run(W2, finished("A-2", 13))
    assert runs.lines == ANAS
    assert not runs.snapshot(61)["is_reconstructed"]


def test_from_an_answer_that_is_not_whole_nothing_is_settled_and_nothing_restated():
    runs = started().run(W1, finished(when="2026-10-28 10:00"))
    runs.run(W2, is_whole=False)
    assert runs.lines == [(61, "ana", W1, 5.0)]
    assert runs.totals.empty
    # The next whole answer settles it, and says that it came late.
    runs.run(W3, finished(when="2026-10-28 10:00"))
    assert runs.snapshot(61)["is_reconstructed"]
    assert runs.snapshot(61)["completed_points"] == 5


def test_the_week_of_the_close_again_after_an_answer_that_was_not_whole_is_in_time():
    runs = started().run(W2, is_whole=False).run(W2, finished())
    assert not runs.snapshot(61)["is_reconstructed"]


def test_weeks_of_history_give_reconstructed_snapshots_and_the_newest_week_does_not():
    runs = started()
    for week in (W1, W2, W3):
        runs.run(week, finished(), is_history=True)
    runs.run(W4, finished())
    assert runs.snapshot(61)["is_reconstructed"]
    assert not runs.snapshot(62)["is_reconstructed"]


def test_a_sprint_that_closed_before_the_first_run_is_reconstructed():
    assert started().run(W4, finished()).snapshot(61)["is_reconstructed"]


def test_a_run_that_was_missed_settles_what_closed_meanwhile_in_order():
    # The run of W2 never happened; that of W3 catches up on both weeks, each as of its own Monday.
    caught_up = started().run(W1, finished()).run(W2, finished()).run(W3, finished())
    assert not caught_up.snapshot(61)["is_reconstructed"]
    # Where nothing caught up, the sprint is settled late, with the same points.
    late = started().run(W1, finished()).run(W3, finished())
    assert late.snapshot(61)["is_reconstructed"]
    assert late.lines == caught_up.lines


def test_a_look_back_may_hold_settled_and_open_sprints_of_the_same_issue():
    first = finished("A-1", 5)
    carried = issue(
        "A-2",
        BEFORE,
        ("2026-11-06 17:00", "sprints", "61,62"),
        done("2026-11-10 10:00"),
        sprints="61",
        points=3,
        assignee="ben",
    )
    runs = started().run(W2, first, carried).run(W3, first, carried)
    assert runs.lines == [*ANAS, (62, "ben", W3, 3.0)]
    # 61 is settled, 62 is open: a new estimate moves the one and not the other.
    carried.append(
        {**carried[-1], "event_id": 9, "field": "points", "value": "2", "changed_at": at("2026-11-16 12:00")}
    )
    first.append({**first[-1], "event_id": 9, "field": "points", "value": "2", "changed_at": at("2026-11-02 12:00")})
    assert runs.run(W4, first, carried).lines == [*ANAS, (62, "ben", W3, 2.0)]


def test_a_settled_sprint_that_was_deleted_keeps_its_points_and_its_weeks():
    runs = started().run(W2, finished()).run(W3, calendar=(S62, S63))
    assert runs.lines == ANAS
    assert 61 in set(runs.sprints["sprint_id"])
    assert runs.messages[0].startswith("Jira no longer lists sprint Core S61")
    assert runs.run(W4, calendar=(S62, S63)).lines == ANAS


def test_a_settled_sprint_whose_dates_were_changed_keeps_its_weeks_and_that_is_said():
    moved = sprint(61, "2026-10-26 09:00", "2026-11-13 17:00")
    opened = sprint(61, "2026-10-26 09:00", "2026-11-06 17:00", is_open=True)
    for now, words in ((moved, "closed 2026-11-13 23:00 UTC"), (opened, "still open")):
        runs = started().run(W2, finished()).run(W3, finished(), calendar=(now, S62, S63))
        if now is moved:
            runs.run(W4, finished(), calendar=(now, S62, S63))
        kept = runs.sprints.set_index("sprint_id").loc[61]
        assert kept["complete_at"] == at("2026-11-06 17:00")
        assert kept["state"] == "closed"
        assert runs.lines == ANAS
        assert words in runs.messages[0]
        assert "counts in no sprint" in runs.messages[0]


def test_an_open_sprint_that_was_deleted_leaves_nothing():
    runs = started().run(W1, finished(when="2026-10-28 10:00")).run(W2, calendar=(S62,))
    assert runs.lines == []
    assert 61 not in set(runs.sprints["sprint_id"])


def test_an_open_sprint_that_an_incomplete_list_lacks_stays():
    runs = started().run(W1, finished(when="2026-10-28 10:00")).run(W2, calendar=(S62,), is_whole=False)
    assert 61 in set(runs.sprints["sprint_id"])
    assert runs.lines == [(61, "ana", W1, 5.0)]


@pytest.mark.parametrize(("looked_at", "listed", "stays"), [((), (61,), True), ((61,), (61,), False), ((), (), False)])
def test_credits_without_a_snapshot_stay_while_nobody_looks_and_the_sprint_is_there(
    looked_at: tuple[int, ...], listed: tuple[int, ...], stays: bool
):
    # A sprint that closed while no answer was whole, and so long ago that no run looks at it any more.
    stored = Points(credits_of(credit("ana", W2, 61, 5)), started().totals)
    none = Points(credits_of(), started().totals)
    known = sprints(*[one for one in (S61,) if one["sprint_id"] in listed])
    assert len(settle(none, stored, known, looked_at, day(W6), is_history=False).credits) == stays


def test_somebody_who_leaves_the_roster_keeps_what_is_settled():
    runs = started().run(W2, finished()).run(W3, finished(), people=engineers(engineer("ben")))
    assert runs.lines == ANAS
    assert runs.messages == []


def test_a_team_that_is_gone_keeps_what_is_settled():
    runs = started().run(W2, finished())
    elsewhere = engineers(engineer("ben", team_id="ops"))
    assert runs.run(W3, calendar=(), people=elsewhere).lines == ANAS


def test_a_sprint_closed_on_the_teams_monday_waits_for_the_week_that_holds_it():
    # Sunday 18:00 in Chicago is Monday 01:00 in Madrid: the run of the week before knows of the close and waits.
    madrid = engineers(engineer("ana", timezone="Europe/Madrid"), engineer("ben", timezone="Europe/Madrid"))
    late = sprint(61, "2026-10-26 09:00", "2026-11-08 18:00")
    runs = started().run(W2, finished(), calendar=(late,), people=madrid)
    assert runs.totals.empty
    assert not runs.run(W3, finished(), calendar=(late,), people=madrid).snapshot(61)["is_reconstructed"]


def test_rows_of_older_versions_stand_as_they_are():
    # They have sums only: no issue, no instant.
    old = credits_of(
        {
            "engineer_id": "ana",
            "week_start": day(W2),
            "sprint_id": 61,
            "team_id": "core",
            "issue_key": "",
            "kind": "completed",
            "credited_at": pd.NaT,
            "points_completed": 5.0,
        }
    )
    settled = started().run(W2, finished()).totals
    runs = Runs((S61, S62, S63), credits=old, totals=settled).run(
        W3, finished("A-1", 5, "2026-11-03 10:00", reopened("2026-11-10 10:00"))
    )
    assert runs.lines == ANAS


def test_points_are_conserved_in_every_run():
    stories = [
        finished("A-1", 5, "2026-11-03 10:00", reopened("2026-11-10 10:00")),
        finished("A-2", 3, "2026-10-28 10:00", assignee=None),
        finished("A-3", 2, "2026-11-04 10:00", assignee="zoe"),
    ]
    runs = started()
    for week in week_starts(day(W1), day(W6)):
        runs.run(f"{week:%Y-%m-%d}", *stories)
        by_sprint = runs.credits.groupby("sprint_id")["points_completed"].sum()
        for sprint_id, row in runs.totals.set_index("sprint_id").iterrows():
            assert by_sprint.get(sprint_id, 0.0) == row["completed_points"]


def _sorted(table: pd.DataFrame) -> pd.DataFrame:
    return table.sort_values("sprint_id", ignore_index=True)


@pytest.mark.parametrize(
    ("points", "closed", "subtask", "teams"),
    [
        (None, "2026-11-06 17:00", False, {"core"}),
        (None, "2026-11-09 00:00", False, set()),  # as far as is known no sprint has closed yet
        (0, "2026-11-06 17:00", False, set()),  # zero is an estimate
        (3, "2026-11-06 17:00", False, set()),
        (None, "2026-11-06 17:00", True, set()),  # sub-tasks need none
    ],
)
def test_a_team_that_closed_a_sprint_and_never_had_an_estimate_has_no_points(
    points: float | None, closed: str, subtask: bool, teams: set[str]
):
    ours = issue("A-1", BEFORE, done("2026-11-03 10:00"), sprints="60, 61", points=points, is_subtask=subtask)
    theirs = issue("B-1", BEFORE, sprints="80", points=5)
    calendar = [sprint(61, "2026-10-26 09:00", closed), sprint(80, "2026-10-26 09:00", closed, team_id="ops")]
    until = at("2026-11-09 00:00")
    listed = sprints_as_of(sprints(*calendar), until)
    assert teams_without_points(listed, issue_events(ours, theirs), until) == teams


def test_an_estimate_that_is_not_known_yet_is_none():
    later = issue("A-1", BEFORE, ("2026-11-10 10:00", "points", "3"), sprints="61")
    until = at("2026-11-09 00:00")
    assert teams_without_points(sprints_as_of(sprints(S61), until), issue_events(later), until) == {"core"}
    until = at("2026-11-16 00:00")
    assert teams_without_points(sprints_as_of(sprints(S61), until), issue_events(later), until) == set()
