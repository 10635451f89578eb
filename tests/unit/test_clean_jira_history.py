"""Sprints and histories that cannot be right: each is listed with its reason, set aside, and harms nothing else."""

from typing import Any

import pandas as pd
import pytest

from tests.builders import payloads as p
from tests.builders.reads import issue_events
from transforms.clean.jira_history import clean_sprints

BOARDS = [p.board()]
START, CLOSE = "2026-11-02T15:00:00.000Z", "2026-11-13T22:00:00.000Z"
IN_61 = {p.SPRINT_FIELD: p.in_sprints(61)}


def sprints(*rows: p.Row) -> tuple[list[tuple[Any, ...]], pd.DataFrame]:
    table, problems = clean_sprints([p.sprint(60), *rows], BOARDS)
    assert 60 in set(table["sprint_id"]), "a sound sprint is kept whatever else comes with it"
    return p.values(table[table["sprint_id"] != 60], "sprint_id", "state", "start_at", "complete_at"), problems


@pytest.mark.parametrize(
    ("state", "dates", "reason"),
    [
        ("active", {"startDate": None}, "without a readable date of its start"),
        ("active", {"startDate": "soon"}, "without a readable date of its start"),
        ("active", {"startDate": {"date": START}}, "without a readable date of its start"),
        ("closed", {"startDate": None}, "without a readable date of its start"),
        ("closed", {"completeDate": None}, "closed without a readable date of its close"),
        ("closed", {"completeDate": "13/Nov/26"}, "closed without a readable date of its close"),
        ("closed", {"startDate": None, "completeDate": None}, "without a readable date of its start"),
        ("closed", {"completeDate": START}, "closed before it started"),
        ("closed", {"completeDate": "2026-11-01T15:00:00.000Z"}, "closed before it started"),
    ],
)
def test_a_sprint_that_cannot_be_placed_in_time_is_left_out_with_the_reason(
    state: str, dates: dict[str, Any], reason: str
):
    found, problems = sprints(p.sprint(61, state=state, **dates))
    assert found == []
    assert p.values(problems, "rule", "severity", "file", "found") == [("J015", "error", "sprints", "61")]
    (message,) = problems["message"]
    assert message.startswith(f'sprint 61 "Sprint 61" of board 4 ({state}) is {reason}: startDate ')
    assert "It is left out" in message


def test_every_sprint_without_dates_has_a_row_of_its_own():
    _, problems = sprints(p.sprint(61, startDate=None), p.sprint(62, completeDate=None))
    assert p.values(problems, "found", "column") == [("61", "startDate"), ("62", "completeDate")]


def test_a_sprint_that_closed_a_moment_after_its_start_is_kept():
    found, problems = sprints(p.sprint(61, completeDate="2026-11-02T15:00:00.001Z"))
    assert [row[0] for row in found] == [61]
    assert p.values(problems, "rule", "column") == []


def test_a_planned_end_before_the_start_is_not_used_and_said():
    table, problems = clean_sprints([p.sprint(61, state="active", endDate="2026-10-30T23:00:00.000Z")], BOARDS)
    assert p.values(table, "sprint_id", "end_at") == [(61, None)]
    assert p.values(problems, "rule", "severity", "column") == [("J015", "warning", "endDate")]
    assert "planned to end (2026-10-30 23:00 UTC) before it starts (2026-11-02 15:00 UTC)" in problems["message"][0]


def test_a_sprint_without_a_planned_end_is_nothing_odd():
    table, problems = clean_sprints([p.sprint(61, state="active", endDate=None)], BOARDS)
    assert p.values(table, "sprint_id", "end_at") == [(61, None)]
    assert problems.empty


def test_the_planned_dates_of_a_future_sprint_are_no_start():
    # Its planned start may have passed without anybody starting it.
    found, problems = sprints(p.sprint(61, state="future", startDate=START, endDate="2026-11-13T23:00:00.000Z"))
    assert found == [(61, "future", None, None)]
    assert problems.empty


def test_a_sprint_that_was_opened_again_has_no_close():
    found, _ = sprints(p.sprint(61, state="active", completeDate=CLOSE))
    assert found == [(61, "active", pd.Timestamp(START), None)]


def cleaned(
    *issues: p.Row, logs: Any = (), listed: Any = None, boards: Any = BOARDS
) -> tuple[pd.DataFrame, pd.DataFrame]:
    return issue_events(issues, logs, [p.sprint(61)] if listed is None else listed, boards, p.roster())


def value_of(table: pd.DataFrame, field: str) -> list[Any]:
    return [row[0] for row in p.values(table[table["field"] == field], "value")]


def test_sprints_that_no_board_lists_are_told_once_with_the_issues_and_stay_in_the_history():
    issues = [
        p.issue(number, **{p.SPRINT_FIELD: p.in_sprints(61, 7), p.POINTS_FIELD: 3.0}) for number in (20101, 20102)
    ]
    log = p.changelog(20101, p.change(11, "2026-11-03T10:00:00.000+0000", p.sprinted("7, 9", "61, 7")))
    table, problems = cleaned(*issues, logs=[log])
    assert p.values(problems, "rule", "severity", "found") == [("J016", "info", "7")]
    (message,) = problems["message"]
    assert message.startswith("2 issues (ACME-20101, ACME-20102) are, or were, in 2 sprints that no configured board")
    assert "(7, 9)" in message
    assert value_of(table, "sprints") == ["7,9", "7,61", "7,61"]


def test_sprints_that_are_no_numbers_are_set_aside_and_told():
    issue = p.issue(**IN_61, **{p.POINTS_FIELD: 3.0})
    log = p.changelog(
        20101,
        p.change(11, "2026-11-03T10:00:00.000+0000", p.sprinted("Sprint five", "Sprint five, 61")),
    )
    table, problems = cleaned(issue, logs=[log])
    assert value_of(table, "sprints") == [None, "61"]
    assert p.values(problems, "rule", "found") == [("J016", "Sprint five")]


def test_the_order_in_which_sprints_are_listed_is_no_doubt():
    issue = p.issue(**{p.SPRINT_FIELD: p.in_sprints(61, 62), p.POINTS_FIELD: 3.0})
    log = p.changelog(20101, p.change(11, "2026-11-03T10:00:00.000+0000", p.sprinted("62", "62, 61")))
    _, problems = cleaned(issue, logs=[log], listed=[p.sprint(61), p.sprint(62)])
    assert problems.empty


def test_sprints_that_are_listed_need_no_word():
    _, problems = cleaned(p.issue(**IN_61, **{p.POINTS_FIELD: 3.0}))
    assert problems.empty


def test_a_sprint_left_out_for_its_dates_is_told_as_that_only():
    _, problems = cleaned(p.issue(**IN_61, **{p.POINTS_FIELD: 3.0}), listed=[p.sprint(61, startDate=None)])
    assert problems.empty


@pytest.mark.parametrize(("points", "is_told"), [(-1.0, True), (-0.5, True), (0.0, False), (None, False), (1.0, False)])
def test_negative_points_count_and_are_told_zero_is_legal(points: float | None, is_told: bool):
    sound = p.issue(20102, **IN_61, **{p.POINTS_FIELD: 3.0})
    table, problems = cleaned(p.issue(**IN_61, **{p.POINTS_FIELD: points}), sound)
    assert value_of(table, "points")[0] == (None if points is None else str(points))
    expected = [("J017", "warning", "points", str(points))] if is_told else []
    assert p.values(problems, "rule", "severity", "column", "found") == expected
    if is_told:
        assert problems["message"][0].startswith("ACME-20101: negative points. They count as they are")


def test_negative_points_of_a_sub_task_do_not_count_and_need_no_word():
    subtask = {"issuetype": {"id": "1", "name": "Sub-task", "subtask": True}}
    sound = p.issue(20102, **IN_61, **{p.POINTS_FIELD: 3.0})
    _, problems = cleaned(p.issue(**IN_61, **{p.POINTS_FIELD: -3.0}, **subtask), sound)
    assert problems.empty


@pytest.mark.parametrize("text", ["XL", "1e999", "NaN", "three"])
def test_an_estimate_that_is_no_number_counts_as_none_and_is_told(text: str):
    sound = p.issue(20102, **IN_61, **{p.POINTS_FIELD: 3.0})
    table, problems = cleaned(p.issue(**IN_61, **{p.POINTS_FIELD: text}), sound)
    assert value_of(table, "points") == [None, "3.0"]
    assert p.values(problems, "rule", "severity", "found") == [("J017", "warning", text)]
    assert problems["message"][0].startswith("ACME-20101: estimates that are no numbers")


def test_many_issues_are_named_by_the_first_ten():
    _, problems = cleaned(*[p.issue(20101 + n, **IN_61, **{p.POINTS_FIELD: -1.0}) for n in range(12)])
    assert "ACME-20110 and 2 more: negative points" in problems["message"][0]


@pytest.mark.parametrize(("state", "severity"), [("active", "info"), ("future", "info"), ("closed", "error")])
def test_all_points_missing_is_an_error_from_the_first_close_on(state: str, severity: str):
    _, problems = cleaned(p.issue(**IN_61), listed=[p.sprint(61, state=state)])
    assert p.values(problems, "rule", "severity") == [("J006", severity)]
    assert ("Velocity is unknown" in problems["message"][0]) == (severity == "error")


def test_a_close_on_another_board_says_nothing_about_this_one():
    other = p.board(5, team_id="beacon")
    listed = [p.sprint(61, state="active"), p.sprint(70, board=5)]
    _, problems = cleaned(p.issue(**IN_61), listed=listed, boards=[p.board(), other])
    assert p.values(problems, "rule", "severity", "found") == [("J006", "info", "4")]


TIME = "timeoriginalestimate"


def test_a_board_that_estimates_in_time_counts_hours_and_says_so():
    spent = {"field": TIME, "fieldtype": "jira", "fieldId": TIME}
    log = p.changelog(
        20101,
        p.change(11, "2026-11-03T10:00:00.000+0000", {**spent, "from": "5400", "to": "28800"}),
        p.change(12, "2026-11-04T10:00:00.000+0000", {**spent, "from": "28800", "to": None}),
        p.change(13, "2026-11-05T10:00:00.000+0000", {**spent, "from": None, "to": "7200"}),
    )
    issue = p.issue(**IN_61, **{TIME: 7200})
    table, problems = cleaned(issue, logs=[log], boards=[p.board(estimation_field=TIME)])
    # 5,400 s are 1.5 h
    assert value_of(table, "points") == ["1.5", "8.0", None, "2.0"]
    assert p.values(problems, "rule", "severity", "column", "found") == [("J018", "info", TIME, "4")]
    assert "An hour counts as a point" in problems["message"][0]


def test_points_of_another_board_are_not_taken_for_seconds():
    boards = [p.board(estimation_field=TIME), p.board(5, team_id="beacon")]
    issue = p.issue(**{p.SPRINT_FIELD: p.in_sprints(70), p.POINTS_FIELD: 7200.0, TIME: 3600})
    table, _ = cleaned(issue, listed=[p.sprint(61), p.sprint(70, board=5)], boards=boards)
    assert value_of(table, "points") == ["7200.0"]
