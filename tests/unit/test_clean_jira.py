"""Jira rows become worklogs, sprints and histories; what cannot be used is said."""

import pandas as pd
import pytest

from tests.builders import payloads as p
from tests.builders.reads import issue_events
from transforms.clean.jira_history import clean_sprints
from transforms.clean.jira_rows import read_issues, read_worklogs
from transforms.clean.jira_worklogs import clean_worklogs

WEEK = pd.Timestamp("2026-11-02")
UNTIL = pd.Timestamp("2026-11-23T06:00Z")
ISSUES = [p.issue()]
SPRINTS = [p.sprint(61), p.sprint(62)]
BOARDS = [p.board()]
RULE_FIELD = "customfield_10050"


def worklogs(*rows, issues=ISSUES, rules=(), default=False, roster=None, first_week=WEEK):
    seen = read_issues(issues, p.SPRINT_FIELD, [p.POINTS_FIELD], [RULE_FIELD])
    engineers = p.roster() if roster is None else roster
    return clean_worklogs(read_worklogs(rows), seen, engineers, rules, default, first_week, UNTIL)


def billed(worklog, issue, *rules, default=False):
    table, _ = worklogs(worklog, issues=[issue], rules=rules, default=default)
    return p.values(table, "billable_hours", "billing_rule")[0]


def test_a_worklog_counts_on_the_day_it_started_in_its_authors_zone():
    # 23:30 on Sunday in Chicago is Monday in Madrid; Jira renders both in the zone of whoever asks.
    at = "2026-11-09T05:30:00.000+0000"
    table, problems = worklogs(
        p.worklog(1, started=at),
        p.worklog(2, author="712020:lucia", started=at),
        roster=p.roster(lucia="Europe/Madrid"),
    )
    assert p.values(table, "engineer_id", "work_date", "week_start") == [
        ("ana", pd.Timestamp("2026-11-08"), pd.Timestamp("2026-11-02")),
        ("lucia", pd.Timestamp("2026-11-09"), pd.Timestamp("2026-11-09")),
    ]
    assert problems.empty


def test_a_worklog_keeps_when_it_was_entered():
    table, _ = worklogs(p.worklog(started="2026-11-03T09:00:00.000-0600", created="2026-11-20T18:02:10.114+0100"))
    assert p.values(table, "started_at", "recorded_at") == [
        (pd.Timestamp("2026-11-03T15:00Z"), pd.Timestamp("2026-11-20T17:02:10.114Z"))
    ]


def test_without_rules_the_default_decides():
    assert billed(p.worklog(), p.issue()) == (0.0, "default")
    assert billed(p.worklog(), p.issue(), default=True) == (1.0, "default")


@pytest.mark.parametrize(
    ("kind", "value", "fields"),
    [
        ("label", "billable", {"labels": ["urgent", "billable"]}),
        ("project", "ACME", {}),
        ("project_category", "client", {}),
        ("issue_type", "Story", {}),
        ("component", "Export", {"components": [{"id": "1", "name": "Export"}]}),
    ],
)
def test_each_kind_of_rule_looks_at_its_own_part_of_the_issue(kind, value, fields):
    assert billed(p.worklog(), p.issue(**fields), p.Rule(kind, value)) == (1.0, "rule")
    assert billed(p.worklog(), p.issue(**fields), p.Rule(kind, "something else")) == (0.0, "default")


def test_the_first_rule_that_matches_decides():
    internal = p.Rule("label", "internal", billable=False, name="internal work")
    client = p.Rule("project_category", "Client", name="client work")
    issue = p.issue(labels=["internal"])
    assert billed(p.worklog(), issue, internal, client) == (0.0, "internal work")
    assert billed(p.worklog(), issue, client, internal) == (1.0, "client work")


FIELD_VALUES = [
    # What the field of an issue holds, and what a rule may look for there.
    ("Client", "client", True),
    ("Client", "Clients", False),
    ("Client work", "Client work", True),
    ("Client work", "Client", False),
    ({"id": "1", "value": "Client"}, "Client", True),
    ({"id": "1", "name": "Client"}, "CLIENT", True),
    ({"id": "1", "value": "Client"}, "1", False),
    ({"value": "Client", "child": {"value": "Fixed price"}}, "Fixed price", True),
    ([{"value": "Internal"}, {"value": "Client"}], "Client", True),
    ([{"value": "Billable"}], "Billable", True),
    (["urgent", "client"], "Client", True),
    (8.0, "8", True),
    (8.0, "8.0", True),
    (8, "8.0", True),
    (1234567.0, "1234567", True),
    (0.5, "0.5", True),
    (8.0, "80", False),
    (True, "true", True),
    (False, "false", True),
    (False, "true", False),
    (None, "None", False),
    ([], "Client", False),
    ("", "Client", False),
    ({}, "Client", False),
    ({"type": "doc", "version": 1, "content": []}, "doc", False),
]


@pytest.mark.parametrize(("held", "value", "matches"), FIELD_VALUES)
def test_a_rule_may_look_at_a_custom_field_of_any_type(held, value, matches):
    issue, rule = p.issue(**{RULE_FIELD: held}), p.Rule("custom_field", f"{RULE_FIELD}={value}")
    assert billed(p.worklog(), issue, rule) == ((1.0, "rule") if matches else (0.0, "default"))


def test_an_issue_without_the_field_does_not_match():
    assert billed(p.worklog(), p.issue(), p.Rule("custom_field", f"{RULE_FIELD}=Client")) == (0.0, "default")


def test_the_value_of_a_custom_field_may_hold_an_equals_sign():
    issue = p.issue(**{RULE_FIELD: "a=b"})
    assert billed(p.worklog(), issue, p.Rule("custom_field", f"{RULE_FIELD}=a=b")) == (1.0, "rule")


@pytest.mark.parametrize(
    ("value", "matches"),
    [
        ("billing.billable=true", True),
        ("billing.billable", True),
        ("billing.billable=false", False),
        ("billing.paid", False),
        ("billing", True),
        ("rate=high", True),
        ("rate", True),
        ("other", False),
    ],
)
def test_a_rule_may_look_at_a_property_of_the_worklog(value, matches):
    properties = [{"key": "billing", "value": {"billable": True}}, {"key": "rate", "value": "high"}]
    row = p.worklog(properties=properties)
    assert billed(row, p.issue(), p.Rule("worklog_property", value)) == ((1.0, "rule") if matches else (0.0, "default"))


def test_a_property_that_is_false_does_not_match_without_a_value():
    row = p.worklog(properties=[{"key": "billing", "value": {"billable": False}}])
    assert billed(row, p.issue(), p.Rule("worklog_property", "billing.billable")) == (0.0, "default")


def test_an_author_outside_the_roster_is_one_problem_with_all_the_hours():
    table, problems = worklogs(
        p.worklog(1), p.worklog(2, author=p.STRANGER, hours=2.5), p.worklog(3, author=p.STRANGER, hours=1.25)
    )
    assert list(table["worklog_id"]) == ["1"]
    assert p.values(problems, "rule", "severity", "found", "engineer_id") == [("J001", "warning", p.STRANGER, None)]
    assert "Stranger logged 3.75 h in 2 worklogs" in problems["message"][0]


def test_a_worklog_without_author_is_a_problem_and_no_crash():
    row = {**p.worklog(), "author": None}
    table, problems = worklogs(row)
    assert table.empty
    assert list(problems["found"]) == ["(no account)"]


@pytest.mark.parametrize(
    ("seconds", "is_kept"),
    [(0, True), (86_400, True), (86_401, False), (-1, False), (None, False), ("nan", False), ("inf", False)],
)
def test_a_worklog_lasts_from_0_to_24_hours(seconds, is_kept):
    table, problems = worklogs(p.worklog(timeSpentSeconds=seconds))
    assert len(table) == is_kept
    assert list(problems["rule"]) == ([] if is_kept else ["J002"])
    assert list(problems["engineer_id"]) == ([] if is_kept else ["ana"])


@pytest.mark.parametrize(
    ("change", "column", "found", "what"),
    [
        ({"hours": -1}, "timeSpentSeconds", "-1 h", "begins 2026-11-03 and lasts -1 h"),
        ({"hours": 30}, "timeSpentSeconds", "30 h", "begins 2026-11-03 and lasts 30 h"),
        (
            {"timeSpentSeconds": None},
            "timeSpentSeconds",
            "",
            "begins 2026-11-03 and does not say how long it lasts",
        ),
        ({"started": "yesterday"}, "started", "yesterday", 'begins "yesterday", which is no time, and lasts 1 h'),
        ({"started": None}, "started", "", "does not say when it begins and lasts 1 h"),
    ],
)
def test_what_is_impossible_about_a_worklog_is_said(change, column, found, what):
    table, problems = worklogs(p.worklog(7, **{"created": "2026-11-03T09:00:00.000+0000", **change}))
    assert table.empty
    assert p.values(problems, "rule", "severity", "column", "found") == [("J002", "error", column, found)]
    assert problems["message"][0] == (
        f"worklog 7 of ana {what}; a worklog has a start and lasts 0 to 24 h. It is left out until it is mended in "
        "Jira."
    )


# The week that is reported ends with Monday 2026-11-23 in Chicago.
AHEAD = [
    # Dated, last edited, and how bad that is.
    ("2026-11-22T23:59:00-0600", "2026-11-16T09:00:00-0600", None),
    ("2026-11-23T00:00:00-0600", "2026-11-21T23:59:59-0600", "info"),
    ("2026-11-23T00:00:00-0600", "2026-11-22T00:00:00-0600", None),  # a day before: entered for the morning
    ("2026-11-29T23:59:59-0600", "2026-11-16T09:00:00-0600", "info"),
    ("2026-11-30T00:00:00-0600", "2026-11-16T09:00:00-0600", "warning"),
    ("2062-11-17T09:00:00-0600", "2026-11-17T18:00:00-0600", "warning"),
    # Entered after the week: a run in mid-week reads these, and is told the same next week.
    ("2026-11-24T09:00:00-0600", "2026-11-24T18:00:00-0600", None),
    ("2026-11-27T09:00:00-0600", "2026-11-24T18:00:00-0600", None),
]


@pytest.mark.parametrize(("started", "updated", "severity"), AHEAD)
def test_a_worklog_entered_in_advance_for_days_after_the_week_is_listed_and_kept(started, updated, severity):
    table, problems = worklogs(p.worklog(started=started, created=updated, updated=updated))
    assert len(table) == 1
    assert p.values(problems, "rule", "severity") == ([("J013", severity)] if severity else [])


def test_a_worklog_of_the_future_says_whose_when_and_what_becomes_of_it():
    _, problems = worklogs(
        p.worklog(
            7,
            started="2062-11-17T09:00:00-0600",
            created="2026-11-16T18:00:00-0600",
            updated="2026-11-17T18:00:00-0600",
        )
    )
    assert p.values(problems, "source", "column", "found", "engineer_id") == [("jira", "started", "2062-11-17", "ana")]
    assert problems["message"][0] == (
        "worklog 7 of ana (1 h) is dated 2062-11-17, in the future, and was entered 2026-11-17 00:00 UTC. It is set "
        "aside: it counts in no week until its day has come or it is mended in Jira."
    )


def test_worklogs_that_overlap_are_one_warning_per_engineer_and_week_and_keep_their_hours():
    table, problems = worklogs(
        p.worklog(1, started="2026-11-03T09:00:00.000+0000", hours=4),
        p.worklog(2, started="2026-11-03T10:00:00.000+0000", hours=1),  # inside the first: 1 h shared
        p.worklog(3, started="2026-11-03T12:30:00.000+0000", hours=2),  # half an hour shared with the first
        p.worklog(4, started="2026-11-03T14:30:00.000+0000", hours=1),  # begins where the third ends
        p.worklog(5, author=p.BEN, started="2026-11-03T09:00:00.000+0000", hours=4),  # somebody else
    )
    assert table["logged_hours"].sum() == 12
    assert p.values(problems, "rule", "severity", "engineer_id", "found") == [("J004", "warning", "ana", "2")]
    assert "2 worklogs overlap earlier ones by 1.50 h" in problems["message"][0]


@pytest.mark.parametrize(("minutes", "is_said"), [(14, False), (15, True)])
def test_an_overlap_is_said_from_a_quarter_of_an_hour_on(minutes, is_said):
    _, problems = worklogs(
        p.worklog(1, started="2026-11-03T09:00:00.000+0000"),
        p.worklog(2, started=f"2026-11-03T09:{60 - minutes}:00.000+0000"),
    )
    assert list(problems["rule"]) == ["J004"] * is_said


def test_late_entries_from_before_the_first_week_are_left_out_and_said():
    table, problems = worklogs(
        p.worklog(1, started="2026-11-02T09:00:00.000-0600"), p.worklog(2, started="2026-10-30T09:00:00.000-0600")
    )
    assert list(table["worklog_id"]) == ["1"]
    assert p.values(problems, "rule", "severity") == [("J007", "info")]
    assert "1 worklogs (1.00 h)" in problems["message"][0]


def test_a_worklog_on_an_issue_that_may_not_be_seen_falls_to_the_default():
    table, problems = worklogs(p.worklog(issue=99), rules=[p.Rule("project", "ACME")], default=True)
    assert p.values(table, "issue_key", "billable_hours", "billing_rule") == [("id 99", 1.0, "default")]
    assert p.values(problems, "rule", "severity") == [("J003", "warning")]


def test_no_worklogs_give_an_empty_table():
    table, problems = worklogs()
    assert table.empty
    assert problems.empty


def test_only_worklogs_of_strangers_give_an_empty_table():
    table, problems = worklogs(p.worklog(author=p.STRANGER))
    assert table.empty
    assert len(problems) == 1


def test_the_order_of_the_rows_does_not_matter():
    rows = [p.worklog(number, started=f"2026-11-0{number}T09:00:00.000-0600") for number in (3, 4, 5)]
    pd.testing.assert_frame_equal(worklogs(*rows)[0], worklogs(*reversed(rows))[0])


def test_sprints_belong_to_the_team_of_their_board_and_future_ones_have_no_dates():
    table, problems = clean_sprints(
        [p.sprint(62, state="future"), p.sprint(61), p.sprint(70, board=5, state="active")],
        [p.board(), p.board(5, team_id="beacon")],
    )
    assert p.values(table, "sprint_id", "team_id", "state", "complete_at") == [
        (61, "atlas", "closed", pd.Timestamp("2026-11-13T22:00Z")),
        (62, "atlas", "future", None),
        (70, "beacon", "active", None),
    ]
    assert problems.empty


def test_a_board_in_trouble_is_a_problem_of_its_team():
    table, problems = clean_sprints([], [p.board(trouble="board 4 does not exist, or the token may not see it")])
    assert table.empty
    assert p.values(problems, "rule", "severity") == [("J005", "error")]
    assert problems["message"][0].startswith("team atlas: board 4 does not exist")


def events(issue, *histories, sprints=SPRINTS, boards=BOARDS, field=None):
    log = p.changelog(int(issue["id"]), *histories)
    table, problems = issue_events([issue], [log], sprints, boards, p.roster())
    rows = table if field is None else table[table["field"] == field]
    return p.values(rows, "event_id", "value"), problems


def test_every_field_has_its_value_at_creation():
    issue = p.issue(
        **{p.SPRINT_FIELD: p.in_sprints(61), p.POINTS_FIELD: 5.0, "status": p.status(p.DONE)}, assignee=p.account(p.ANA)
    )
    log = p.changelog(20101)
    table, _ = issue_events([issue], [log], [p.sprint()], [p.board()], p.roster())
    assert p.values(table, "field", "event_id", "value") == [
        ("assignee", 0, "ana"),
        ("is_done", 0, "true"),
        ("points", 0, "5.0"),
        ("sprints", 0, "61"),
    ]
    assert set(table["changed_at"]) == {pd.Timestamp("2026-11-01T10:00Z")}


def test_an_issue_with_nothing_set_has_missing_values_not_empty_ones():
    assert events(p.issue())[0] == [(0, None), (0, "false"), (0, None), (0, None)]


def test_the_value_at_creation_is_the_one_before_the_first_change():
    rows, _ = events(
        p.issue(**{p.POINTS_FIELD: 8.0}, **{p.SPRINT_FIELD: p.in_sprints(61)}),
        p.change(12, "2026-11-04T10:00:00.000+0000", p.estimated("5", "8")),
        p.change(11, "2026-11-03T10:00:00.000+0000", p.estimated("3", "5")),
        field="points",
    )
    assert rows == [(0, "3.0"), (11, "5.0"), (12, "8.0")]


def test_points_that_were_not_there_at_creation_are_missing_not_zero():
    rows, _ = events(
        p.issue(**{p.POINTS_FIELD: 5.0}, **{p.SPRINT_FIELD: p.in_sprints(61)}),
        p.change(11, "2026-11-03T10:00:00.000+0000", p.estimated(None, "5")),
        field="points",
    )
    assert rows == [(0, None), (11, "5.0")]


@pytest.mark.parametrize("nothing", [None, ""])
def test_sprints_are_growing_lists_and_nothing_is_spelled_in_two_ways(nothing):
    rows, _ = events(
        p.issue(**{p.SPRINT_FIELD: p.in_sprints(61, 62)}),
        p.change(11, "2026-11-03T10:00:00.000+0000", p.sprinted(nothing, "61")),
        p.change(12, "2026-11-13T22:00:00.000+0000", p.sprinted("61", "61, 62")),
        p.change(13, "2026-11-14T22:00:00.000+0000", p.sprinted("61, 62", nothing)),
        field="sprints",
    )
    assert rows == [(0, None), (11, "61"), (12, "61,62"), (13, None)]


def test_done_is_the_last_column_of_the_board_not_the_status_category():
    rows, _ = events(
        p.issue(**{p.SPRINT_FIELD: p.in_sprints(61)}),
        p.change(11, "2026-11-03T10:00:00.000+0000", p.moved(p.TODO, p.DOING)),
        p.change(12, "2026-11-04T10:00:00.000+0000", p.moved(p.DOING, p.DONE)),
        p.change(13, "2026-11-05T10:00:00.000+0000", p.moved(p.DONE, p.TODO)),
        boards=[p.board(done_status_ids=[p.DOING])],
        field="is_done",
    )
    assert rows == [(0, "false"), (11, "true"), (12, "false"), (13, "false")]


def test_a_board_that_maps_no_status_falls_back_to_the_status_category():
    rows, _ = events(
        p.issue(**{p.SPRINT_FIELD: p.in_sprints(61), "status": p.status(p.DONE)}),
        p.change(12, "2026-11-04T10:00:00.000+0000", p.moved(p.TODO, p.DONE)),
        boards=[p.board(done_status_ids=[])],
        field="is_done",
    )
    assert rows == [(0, "false"), (12, "true")]


def test_assignees_are_engineers_or_not_on_the_roster_or_nobody():
    rows, _ = events(
        p.issue(**{p.SPRINT_FIELD: p.in_sprints(61)}),
        p.change(11, "2026-11-03T10:00:00.000+0000", p.assigned(None, p.STRANGER)),
        p.change(12, "2026-11-04T10:00:00.000+0000", p.assigned(p.STRANGER, p.BEN)),
        p.change(13, "2026-11-05T10:00:00.000+0000", p.assigned(p.BEN, None)),
        field="assignee",
    )
    assert rows == [(0, None), (11, "(not on roster)"), (12, "ben"), (13, None)]


def test_one_change_of_several_fields_gives_a_row_for_each():
    rows, _ = events(
        p.issue(**{p.SPRINT_FIELD: p.in_sprints(61)}),
        p.change(11, "2026-11-03T10:00:00.000+0000", p.moved(p.TODO, p.DONE), p.assigned(None, p.ANA)),
    )
    assert [row for row in rows if row[0] == 11] == [(11, "ana"), (11, "true")]


def test_changes_of_other_fields_are_ignored():
    note = {"field": "description", "fieldtype": "jira", "fieldId": "description", "from": None, "to": None}
    link = {"field": "Link", "fieldtype": "jira", "from": None, "to": "ACME-1"}
    rows, _ = events(p.issue(), p.change(11, "2026-11-03T10:00:00.000+0000", note, link))
    assert {row[0] for row in rows} == {0}


def test_changes_in_the_same_instant_follow_in_the_order_of_their_ids():
    at = "2026-11-03T10:00:00.000+0000"
    rows, _ = events(
        p.issue(**{p.SPRINT_FIELD: p.in_sprints(61)}),
        p.change(100, at, p.moved(p.DOING, p.DONE)),
        p.change(99, at, p.moved(p.DONE, p.DOING)),
        field="is_done",
    )
    assert rows == [(0, "true"), (99, "false"), (100, "true")]


@pytest.mark.parametrize("at", [1_793_700_000, 1_793_700_000_000])
def test_instants_may_be_seconds_or_milliseconds(at):
    log = p.changelog(20101, {**p.change(11, "", p.moved(p.TODO, p.DONE)), "created": at})
    table, _ = issue_events([p.issue()], [log], [p.sprint()], [p.board()], p.roster())
    assert table.loc[table["event_id"] == 11, "changed_at"].item() == pd.Timestamp(1_793_700_000, unit="s", tz="UTC")


def test_an_issue_is_judged_by_the_board_of_its_latest_sprint():
    other = p.board(5, team_id="beacon", estimation_field="customfield_10099", done_status_ids=[p.DOING])
    issue = p.issue(
        **{p.SPRINT_FIELD: p.in_sprints(61, 70), p.POINTS_FIELD: 3.0, "customfield_10099": 13.0},
        status=p.status(p.DOING),
    )
    sprints = [p.sprint(61), p.sprint(70, board=5)]
    assert events(issue, sprints=sprints, boards=[p.board(), other], field="points")[0] == [(0, "13.0")]
    assert events(issue, sprints=sprints, boards=[p.board(), other], field="is_done")[0] == [(0, "true")]


def test_an_issue_that_has_left_every_sprint_still_has_a_board():
    rows, _ = events(
        p.issue(**{p.POINTS_FIELD: 5.0}),
        p.change(11, "2026-11-03T10:00:00.000+0000", p.sprinted("61", "")),
        field="points",
    )
    assert rows == [(0, "5.0")]


def test_sprints_may_stand_in_the_two_fields_of_the_board_calls():
    issue = p.issue(sprint={"id": 62, "name": "S62"}, closedSprints=[{"id": 61, "name": "S61"}])
    assert events(issue, field="sprints")[0] == [(0, "61,62")]


def test_sub_tasks_are_marked():
    issue = p.issue(issuetype={"id": "1", "name": "Sub-task", "subtask": True})
    table, _ = issue_events([issue], [], [p.sprint()], [p.board()], p.roster())
    assert table["is_subtask"].all()


def test_a_board_where_nothing_was_ever_estimated_is_a_problem_not_a_velocity_of_zero():
    _, problems = events(p.issue(**{p.SPRINT_FIELD: p.in_sprints(61)}))
    assert p.values(problems, "rule", "severity", "column") == [("J006", "error", p.POINTS_FIELD)]
    _, problems = events(p.issue(**{p.SPRINT_FIELD: p.in_sprints(61), p.POINTS_FIELD: 1.0}))
    assert problems.empty


def test_a_board_that_estimates_in_no_field_is_told_once_as_its_trouble():
    issue = p.issue(**{p.SPRINT_FIELD: p.in_sprints(61)})
    rows, problems = events(issue, boards=[p.board(estimation_field=None)], field="points")
    assert rows == [(0, None)]
    assert problems.empty


def test_a_history_that_does_not_lead_to_what_the_issue_holds_now_is_said():
    issue = p.issue(**{p.SPRINT_FIELD: p.in_sprints(61), p.POINTS_FIELD: 8.0}, status=p.status(p.DONE))
    _, problems = events(
        issue,
        p.change(11, "2026-11-03T10:00:00.000+0000", p.estimated(None, "8")),
        p.change(12, "2026-11-03T10:00:00.000+0000", p.sprinted("", "61")),
        p.change(13, "2026-11-04T10:00:00.000+0000", p.moved(p.TODO, p.DOING)),  # and the move to done is missing
    )
    assert p.values(problems, "rule", "severity", "found") == [("J011", "warning", "ACME-20101")]


def test_the_same_value_spelled_in_two_ways_is_no_doubt():
    issue = p.issue(**{p.SPRINT_FIELD: p.in_sprints(61, 62), p.POINTS_FIELD: 8.0}, assignee=None)
    _, problems = events(
        issue,
        p.change(11, "2026-11-03T10:00:00.000+0000", p.estimated(None, "8"), p.assigned(p.ANA, "")),
        p.change(12, "2026-11-03T10:00:00.000+0000", p.sprinted("61", "61, 62")),
    )
    assert problems.empty


def test_a_worklog_without_stamps_issue_or_id_is_counted_or_said_and_no_crash():
    bare = {key: value for key, value in p.worklog(7).items() if key not in ("created", "updated", "issueId")}
    table, problems = worklogs(bare, {**p.worklog(8), "id": None}, issues=[])
    assert p.values(table, "worklog_id", "issue_key", "logged_hours") == [("7", "id (none)", 1.0)]
    assert table["recorded_at"].item() == table["started_at"].item()
    assert sorted(problems["rule"]) == ["J003", "J009"]


def test_a_worklog_that_comes_twice_counts_once_as_it_came_last():
    table, _ = worklogs(p.worklog(1, hours=1), p.worklog(2), p.worklog(1, hours=3))
    assert sorted(p.values(table, "worklog_id", "logged_hours")) == [("1", 3.0), ("2", 1.0)]


def test_rows_are_worked_out_in_parts_as_in_one(monkeypatch):
    rows = [p.worklog(number, author=[p.ANA, p.BEN, p.STRANGER][number % 3], hours=number % 30) for number in range(60)]
    rows += [p.worklog(99, started="2026-10-01T09:00:00.000-0600"), p.worklog(3, hours=2)]
    whole = worklogs(*rows)
    monkeypatch.setattr("transforms.clean.worklogs._ROWS_AT_ONCE", 7)
    for found, expected in zip(worklogs(*rows), whole, strict=True):
        pd.testing.assert_frame_equal(found, expected)


def test_a_sprint_in_a_state_nobody_knows_is_said_and_left_out():
    table, problems = clean_sprints([{**p.sprint(61), "state": "archived"}, p.sprint(62)], BOARDS)
    assert list(table["sprint_id"]) == [62]
    assert p.values(problems, "rule", "found") == [("J010", "archived")]


def test_no_issues_give_an_empty_history():
    table, problems = issue_events([], [], [], [], p.roster())
    assert table.empty
    assert problems.empty
