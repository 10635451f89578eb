"""Real payloads that nobody here wrote, cleaned, and compared with what a person reads in them."""

import csv
import json
import sys

import pandas as pd
import pytest

from tests.builders import payloads as p
from tests.builders.reads import issue_events
from tests.conftest import SHARED
from transforms.clean.jira_history import clean_sprints
from transforms.clean.pagerduty import clean_pages
from transforms.clean.pagerduty_rows import read_incidents, read_log_entries, read_users

CAPTURES = SHARED / "captures" / "devlake"
pytestmark = pytest.mark.skipif(not CAPTURES.is_dir(), reason="the captures are not beside the checkout")

BOARD = 8
POINTS = "customfield_10024"
DONE = "6"  # "Closed", the last column of that board when these sprints ran
HAN, ZHOU = "5ecfbd0c730ec90c1999cadf", "5ecfbd0a47d31e0c2a15fd87"


def rows(name):
    csv.field_size_limit(sys.maxsize // 2**31)
    with (CAPTURES / name).open(encoding="utf-8", newline="") as file:
        return [(json.loads(row["data"]), row) for row in csv.DictReader(line for line in file if line.strip())]


def roster():
    """Two of the people in the captures, so that the others are strangers."""
    engineers = p.roster()
    return engineers.assign(jira_account_id=[HAN, ZHOU], pagerduty_user_id=["PQYACO3", "P25K520"])


@pytest.fixture(scope="module")
def sprints():
    return [{**sprint, "board_id": BOARD} for sprint, _ in rows("jira/_raw_jira_api_sprints.csv")]


def board(**more):
    return p.board(BOARD, estimation_field=POINTS, done_status_ids=[DONE], **more)


@pytest.fixture(scope="module")
def events(sprints):
    """Histories of the 33 issues, whose changelogs stand inside them."""
    issues = [issue for issue, _ in rows("jira/_raw_jira_api_issues.csv")]
    logs = [{"issueId": issue["id"], "changeHistories": issue["changelog"]["histories"]} for issue in issues]
    table, _ = issue_events(issues, logs, sprints, [board()], roster())
    return table


def history(events, key, field):
    found = events[(events["issue_key"] == key) & (events["field"] == field)]
    return p.values(found.assign(at=found["changed_at"].dt.strftime("%m-%d %H:%M")), "at", "value")


def test_every_issue_has_its_four_values_at_creation(events):
    created = events[events["event_id"] == 0]
    assert created.groupby("issue_key")["field"].nunique().eq(4).all()
    assert created["issue_key"].nunique() == 33
    assert not events.duplicated(["issue_key", "event_id", "field"]).any()


def test_an_issue_that_went_through_three_sprints_is_read_as_a_person_reads_it(events):
    # EE-17: put into sprint 7, moved to 9, out and in again, then to 17; stamps are +0800, these are UTC.
    assert history(events, "EE-17", "sprints") == [
        ("06-12 00:24", None),
        ("06-12 00:29", "7"),
        ("06-17 07:26", "9"),
        ("06-17 07:27", None),
        ("06-17 07:29", "9"),
        ("07-10 06:37", "17"),
    ]
    assert history(events, "EE-17", "assignee") == [
        ("06-12 00:24", None),
        ("06-12 01:17", "ben"),
        ("06-17 07:30", None),
        ("06-19 09:04", "ben"),
    ]
    # 10000 -> 1 -> 3 -> 5 -> 6 (closed) -> 10068 (a status of a later workflow)
    assert [value for _, value in history(events, "EE-17", "is_done")] == [
        "false", "false", "false", "false", "true", "false",
    ]  # fmt: skip


def test_a_null_assignee_before_and_after_is_nobody(events):
    # EE-3: null -> a stranger -> ana -> null -> ana within a quarter of an hour.
    assert [value for _, value in history(events, "EE-3", "assignee")] == [
        None, "(not on roster)", "ana", None, "ana",
    ]  # fmt: skip


def test_fields_without_history_have_held_their_present_value_since_creation(events):
    assert history(events, "EE-2", "points") == [("06-12 00:15", "2.0")]
    # EE-23 was created inside its sprint: no change says so.
    assert history(events, "EE-23", "sprints") == [("06-12 00:33", "7")]


def test_sub_tasks_are_marked(events):
    marked = set(events.loc[events["is_subtask"], "issue_key"])
    assert {"EE-25", "EE-36"} <= marked
    assert "EE-24" not in marked


def test_sprint_histories_that_grow_and_shrink_are_read_in_order():
    logs = {}
    for log, row in rows("jira/_raw_jira_api_issue_changelogs.csv"):
        logs.setdefault(str(json.loads(row["input"])["issue_id"]), []).append(log)
    issue = p.issue(13954, created="2021-03-01T10:00:00.000+0800")
    changelogs = [{"issueId": "13954", "changeHistories": logs["13954"]}]
    listed = [p.sprint(number, board=BOARD) for number in (38, 40, 60)]
    table, _ = issue_events([issue], changelogs, listed, [board()], roster())
    values = [value for _, value in history(table, "ACME-13954", "sprints")]
    assert values[:4] == [None, "38", "38,40", "38,40,41"]
    assert values[-2:] == ["38,40,41,42,43,46,47,50,57,60", "38,40,41,42,43,46,47,50,57"]
    assert len(values) == 12


def test_changes_of_unknown_fields_and_null_origins_do_no_harm():
    logs = [log for log, _ in rows("jira/_raw_jira_api_issue_changelogs.multivalue.csv")]
    changelogs = [{"issueId": "13383", "changeHistories": logs}]
    issue = p.issue(13383, created="2021-01-25T11:00:00.000+0800")
    table, _ = issue_events([issue], changelogs, [], [board()], roster())
    assert history(table, "ACME-13383", "assignee") == [("01-25 03:00", None), ("01-25 03:09", "(not on roster)")]


def test_sprints_of_the_captures_are_closed_and_dated(sprints):
    table, problems = clean_sprints(sprints, [board()])
    assert len(table) == 30
    assert set(table["state"]) == {"closed"}
    first = table[table["sprint_id"] == 7]
    assert first["complete_at"].item() == pd.Timestamp("2020-06-22T05:59:58.980Z")
    assert problems.empty


@pytest.fixture(scope="module")
def incidents():
    return [incident for incident, _ in rows("pagerduty/_raw_pagerduty_incidents.csv")]


def restored(incidents, creator=None):
    """Log entries with what the capturing connector stripped, put back from their own sentences.

    `creator` stands in for whoever triggered the incident, who was the one engineer that answered.
    """
    ids = {"Keon Amini": "PQYACO3", "Kian Amini": "P25K520"}
    entries = []
    for entry in (entry for incident in incidents for entry in incident["log_entries"]):
        words = entry["summary"].split()
        named = {"id": ids.get(" ".join(words[2:4]).rstrip("."), ""), "type": "user_reference"}
        more = {}
        if entry["type"] in ("assign_log_entry", "escalate_log_entry"):
            more = {"assignees": [named]}
        if entry["type"] == "notify_log_entry":
            more = {"user": {"id": ids[" ".join(words[1:3])], "type": "user_reference"}}
        if entry["type"] == "trigger_log_entry" and creator:
            more = {"agent": creator}
        entries.append({**entry, **more})
    return entries


def pages(incidents, entries):
    users = read_users(p.users("PQYACO3", "P25K520"))
    first_week = pd.Timestamp("2022-10-31")
    table, problems = clean_pages(read_incidents(incidents), read_log_entries(entries), users, roster(), (), first_week)
    numbers = {incident["id"]: incident["incident_number"] for incident in incidents}
    table = table.assign(number=table["incident_id"].map(numbers), at=table["paged_at"].dt.strftime("%H:%M:%S"))
    columns = ("number", "engineer_id", "at", "acknowledge_seconds", "is_censored", "resolve_seconds", "urgency")
    return p.values(table, *columns), problems


def test_real_incidents_are_timed_as_a_person_times_them(incidents):
    service = {"id": "PIKL83L", "type": "service_reference"}
    found, _ = pages(incidents, restored(incidents, creator=service))
    assert sorted(found, key=lambda row: row[:2]) == [
        # Assigned 06:23:06, acknowledged a second later; three further cycles do not count.
        (4, "ana", "06:23:06", 1.0, False, None, "high"),
        # Delegated anew at 06:34:57 after an acknowledge, timed out away at 06:44:58.
        (4, "ben", "06:34:57", 601.0, True, None, "high"),
        # Never paged: picked it up nine seconds after its creation.
        (5, "ana", "06:44:28", 9.0, False, None, "high"),
        (5, "ben", "06:44:28", None, False, None, "high"),
        (6, "ana", "06:45:36", 10.0, False, 368.0, "low"),
        (6, "ben", "06:45:36", None, False, None, "low"),
    ]


def test_incidents_that_an_engineer_created_do_not_count_for_them(incidents):
    found, _ = pages(incidents, restored(incidents))
    assert {row[1] for row in found} == {"ben"}


def test_entries_stripped_of_their_assignees_are_said_and_nothing_is_guessed(incidents):
    found, problems = pages(incidents, [entry for incident in incidents for entry in incident["log_entries"]])
    assert found == []
    assert p.values(problems, "rule", "severity") == [("P003", "warning")]
