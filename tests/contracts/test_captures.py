"""Real payloads that nobody here wrote, cleaned, and compared with what a person reads in them."""

import pandas as pd
import pytest

from tests.builders import payloads as p
from tests.builders.captured_servers import (
    BOARD,
    CLOSED,
    KEON,
    KIAN,
    MOVED_LATER,
    POINTS_FIELD,
    changelogs_by_issue,
    issue_of_a_changelog,
    needs_captures,
    payloads,
    restored,
)
from tests.builders.reads import issue_events
from transforms.clean.jira_history import clean_sprints
from transforms.clean.jira_rows import read_changes, read_issues, read_worklogs
from transforms.clean.pagerduty import clean_pages
from transforms.clean.pagerduty_rows import read_incidents, read_log_entries, read_users
from transforms.metrics.velocity import replay_sprints

pytestmark = needs_captures

HAN, ZHOU = "5ecfbd0c730ec90c1999cadf", "5ecfbd0a47d31e0c2a15fd87"


def roster():
    """Two of the people in the captures, so that the others are strangers."""
    engineers = p.roster()
    return engineers.assign(jira_account_id=[HAN, ZHOU], pagerduty_user_id=[KEON, KIAN])


@pytest.fixture(scope="module")
def sprints():
    return [{**sprint, "board_id": BOARD} for sprint in payloads("jira/_raw_jira_api_sprints.csv")]


def board(**more):
    return p.board(BOARD, estimation_field=POINTS_FIELD, done_status_ids=[CLOSED], **more)


@pytest.fixture(scope="module")
def events(sprints):
    """Histories of the 33 issues, whose changelogs stand inside them."""
    issues = payloads("jira/_raw_jira_api_issues.csv")
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
    issue = p.issue(13954, created="2021-03-01T10:00:00.000+0800")
    changelogs = [{"issueId": "13954", "changeHistories": changelogs_by_issue()["13954"]}]
    listed = [p.sprint(number, board=BOARD) for number in (38, 40, 60)]
    table, _ = issue_events([issue], changelogs, listed, [board()], roster())
    values = [value for _, value in history(table, "ACME-13954", "sprints")]
    assert values[:4] == [None, "38", "38,40", "38,40,41"]
    assert values[-2:] == ["38,40,41,42,43,46,47,50,57,60", "38,40,41,42,43,46,47,50,57"]
    assert len(values) == 12


def test_changes_of_unknown_fields_and_null_origins_do_no_harm():
    logs = payloads("jira/_raw_jira_api_issue_changelogs.multivalue.csv")
    changelogs = [{"issueId": "13383", "changeHistories": logs}]
    issue = p.issue(13383, created="2021-01-25T11:00:00.000+0800")
    table, _ = issue_events([issue], changelogs, [], [board()], roster())
    assert history(table, "ACME-13383", "assignee") == [("01-25 03:00", None), ("01-25 03:09", "(not on roster)")]


def items(logs):
    return [item for log in logs for item in log["items"]]


@pytest.mark.parametrize(
    ("name", "logs", "with_field", "without"),
    [("_raw_jira_api_issue_changelogs.csv", 279, 30, 254), ("_raw_jira_api_issue_changelogs.multivalue.csv", 4, 4, 0)],
)
def test_every_item_of_the_captured_changelogs_is_read_or_has_no_field_to_belong_to(name, logs, with_field, without):
    raw = payloads(f"jira/{name}")
    nameless = [item for item in items(raw) if "fieldId" not in item]
    assert (len(raw), len(items(raw)), len(nameless)) == (logs, with_field + without, without)
    # Links, workflows: nothing that a metric looks at.
    assert {item["field"] for item in nameless} <= {"RemoteIssueLink", "Workflow", "Link"}
    found = read_changes([{"issueId": "1", "changeHistories": raw}])
    assert sorted(found["field_id"]) == sorted(item["fieldId"] for item in items(raw) if "fieldId" in item)
    assert found["changed_at"].notna().all()
    # Who changed something is not asked: 8 of the 279 are by people who were deactivated, one by nobody known.
    assert set(found["event_id"]) == {int(log["id"]) for log in raw if any("fieldId" in one for one in log["items"])}


def test_a_change_is_read_as_its_ids_and_as_its_words_where_it_has_no_ids():
    raw = payloads("jira/_raw_jira_api_issue_changelogs.csv")
    found = read_changes([{"issueId": "1", "changeHistories": raw}])
    spelled = [
        (item["fieldId"], item["from"] or None, item["to"] or None)
        for item in items(raw)
        if item.get("fieldId") in ("status", "customfield_10020", "resolution")
    ]
    ours = found[found["field_id"].isin(["status", "customfield_10020", "resolution"])]
    assert sorted(p.values(ours, "field_id", "before", "after"), key=str) == sorted(spelled, key=str)
    assert len(spelled) == 24


def test_accounts_of_apps_of_people_who_left_and_without_an_address_are_read_as_authors():
    users = payloads("jira/_raw_jira_api_users.csv")
    logs = read_worklogs([{**p.worklog(30001 + n), "author": user} for n, user in enumerate(users)])
    assert logs["account_id"].tolist() == [user["accountId"] for user in users]
    assert logs["author_name"].tolist() == [user["displayName"] for user in users]
    assert sum(user["accountType"] == "app" for user in users) == 2
    assert sum(not user["active"] for user in users) == 8
    assert sum(bool(user.get("emailAddress")) for user in users) == 2


def test_every_status_is_read_by_its_id_and_its_category_whatever_its_name():
    statuses = payloads("jira/_raw_jira_api_status.csv")
    found = read_issues([p.issue(20101 + n, status=status) for n, status in enumerate(statuses)], None, [])
    assert found["is_done"].tolist() == [status["id"] for status in statuses]
    done = {status["name"] for status in statuses if status["statusCategory"]["key"] == "done"}
    # Done, Closed, "completed", "released", "closed" and "not to be changed".
    assert done == {"Done", "Closed", "已完成", "已发布", "已关闭", "暂不修改"}
    assert found["is_done_category"].tolist() == [status["name"] in done for status in statuses]
    # Team-managed projects have a "Done" each, under ids of their own.
    assert (len(statuses), found["is_done"].nunique()) == (53, 53)


def test_every_type_of_issue_is_read_and_one_is_of_sub_tasks():
    types = payloads("jira/_raw_jira_api_issue_types.csv")
    found = read_issues([p.issue(20101 + n, issuetype=kind) for n, kind in enumerate(types)], None, [])
    assert [kind["name"] for kind in types if kind["subtask"]] == ["子任务"]
    assert found["is_subtask"].tolist() == [kind["name"] == "子任务" for kind in types]
    assert found["issue_type"].tolist() == [f"\n{kind['name'].casefold()}\n" for kind in types]


def test_projects_without_a_category_match_no_rule_for_one():
    projects = payloads("jira/_raw_jira_api_projects.csv")
    found = read_issues([p.issue(20101 + n, project=project) for n, project in enumerate(projects)], None, [])
    assert found["project"].tolist() == [f"\n{project['key'].casefold()}\n" for project in projects]
    assert set(found["project_category"]) == {"\n"}
    assert len(found) == 12


def test_issues_of_jira_server_whose_people_have_no_account_id_are_nobodys_and_do_no_harm():
    issues = payloads("jira/_raw_jira_api_issue_relationships.csv")
    assert len(issues) == 22
    assert all("accountId" not in issue["fields"]["assignee"] for issue in issues)
    logs = [{"issueId": issue["id"], "changeHistories": issue["changelog"]["histories"]} for issue in issues]
    # There, no item of a history says which field it is of.
    assert items(history for log in logs for history in log["changeHistories"])
    assert read_changes(logs).empty
    table, _ = issue_events(issues, logs, [], [board()], roster())
    assert table["issue_key"].nunique() == 22
    assert table.loc[table["field"] == "assignee", "value"].isna().all()
    assert set(table["event_id"]) == {0}


def test_sprints_of_the_captures_are_closed_and_dated(sprints):
    table, problems = clean_sprints(sprints, [board()])
    assert len(table) == 30
    assert set(table["state"]) == {"closed"}
    first = table[table["sprint_id"] == 7]
    assert first["complete_at"].item() == pd.Timestamp("2020-06-22T05:59:58.980Z")
    assert problems.empty


# -- Sprints of the captures, replayed and by hand --------------------------------------------------------------------
#
# By hand, from the histories (UTC). Sprint 7 ran from 2020-06-12 00:38:51 to 06-22 05:59:58, sprint 9 from 06-22
# 06:00:33 to 07-13 01:21:57, sprint 17 from 07-13 01:22:22 to 07-27 01:23:43.
#   In 7 at its start: EE-1 to 6, 8, 9, 10, 14 to 17 and 19 (put in at 00:29:19), EE-23 and 24 (created in it): 16.
#   Joined later: EE-37, created in it at 00:52:23: 1. EE-25 to 36 are sub-tasks; EE-20 was only ever in 9, until 06-17.
#   Left before the close: EE-17 (06-17 07:26:56, to 9) and EE-19 (06-19 06:44:09): 2.
#   In 9 at its start: EE-17, which left for 17 on 07-10 06:37:06. In 17 at its start: EE-17, resolved 07-22 07:25:29.

RESOLVED, TIME = "5", "timeoriginalestimate"
JUNE_8, JUNE_15, JULY_20 = (pd.Timestamp(f"2020-{day}") for day in ("06-08", "06-15", "07-20"))
PARTS = ("committed", "reestimated", "added", "completed", "reopened", "carried_over", "removed")


def with_one_point(issues):
    """Issues are counted where each has one point."""
    return [{**issue, "fields": {**issue["fields"], POINTS_FIELD: 1.0}} for issue in issues]


def embedded(issues):
    return [{"issueId": issue["id"], "changeHistories": issue["changelog"]["histories"]} for issue in issues]


def replayed(sprints, issues, logs, *done, estimation_field=POINTS_FIELD):
    """Parts that are not 0 of each sprint, and points by sprint, engineer and week."""
    theirs = [p.board(BOARD, estimation_field=estimation_field, done_status_ids=list(done))]
    events, _ = issue_events(issues, logs, sprints, theirs, roster())
    table, _ = clean_sprints(sprints, theirs)
    credits, totals = replay_sprints(table, events, roster(), pd.Timestamp("2022-01-01", tz="UTC"), "America/Chicago")
    parts = {
        row["sprint_id"]: {part: row[f"{part}_points"] for part in PARTS if row[f"{part}_points"]}
        for row in totals.to_dict("records")
    }
    by_week = credits.groupby(["sprint_id", "engineer_id", "week_start"])["points_completed"].sum()
    return {number: found for number, found in parts.items() if found}, by_week.to_dict()


def test_the_real_sprints_of_a_board_whose_last_column_is_closed(sprints):
    issues = payloads("jira/_raw_jira_api_issues.csv")
    totals, credits = replayed(sprints, with_one_point(issues), embedded(issues), CLOSED, MOVED_LATER)
    # Closed at the close of 7: EE-1 (06-19 06:31:18), EE-23 (06-17 03:08:17), EE-24 (06-12 01:26:44, reopened, closed
    # again 07:17:28). 16 + 0 + 1 = 3 + 12 + 2. In 17 EE-17 was resolved, not closed: it was carried over.
    assert totals == {
        7: {"committed": 16, "added": 1, "completed": 3, "carried_over": 12, "removed": 2},
        9: {"committed": 1, "removed": 1},
        17: {"committed": 1, "carried_over": 1},
    }
    # EE-1 was Dingding Zhang's (ana), EE-23 yuxiang's (ben), EE-24 a stranger's when it was first closed, on Thursday
    # 11 June in Chicago.
    assert credits == {(7, "ana", JUNE_15): 1, (7, "ben", JUNE_15): 1, (7, "(not on roster)", JUNE_8): 1}


def test_the_real_sprints_of_a_board_whose_last_column_holds_resolved_too(sprints):
    issues = payloads("jira/_raw_jira_api_issues.csv")
    totals, credits = replayed(sprints, with_one_point(issues), embedded(issues), RESOLVED, CLOSED, MOVED_LATER)
    # Done at the close of 7: EE-1, 5, 6, 14, 15, 16, 23, 24 and 37; not: EE-2, 3, 4 (resolved 06-23), 8, 9, 10 (07-08).
    # 16 + 0 + 1 = 9 + 6 + 2. EE-2, 3, 4, 8, 9 and 10 are in no later sprint, so nobody completes them.
    assert totals == {
        7: {"committed": 16, "added": 1, "completed": 9, "carried_over": 6, "removed": 2},
        9: {"committed": 1, "removed": 1},
        17: {"committed": 1, "completed": 1},
    }
    # Done for the first time on 06-12 between 01:22 and 01:28, that is on 11 June in Chicago: EE-14, 15, 16, 23
    # (yuxiang, ben) and EE-24 (a stranger), all reopened at 04:58 and done again later. EE-6 on 06-16 (a stranger),
    # EE-5 and 37 on 06-18, EE-1 on 06-19 (ana). EE-17 on 07-22 (ben).
    assert credits == {
        (7, "ana", JUNE_15): 3,
        (7, "ben", JUNE_8): 4,
        (7, "(not on roster)", JUNE_8): 1,
        (7, "(not on roster)", JUNE_15): 1,
        (17, "ben", JULY_20): 1,
    }


def test_a_workflow_that_was_changed_for_all_issues_reads_as_reopening_unless_its_status_is_done_too(sprints):
    issues = payloads("jira/_raw_jira_api_issues.csv")
    totals, credits = replayed(sprints, with_one_point(issues), embedded(issues), RESOLVED, CLOSED)
    # On 2021-03-28 every issue was given status 10068. Sprint 43, from 03-29 on, finds all ten not done.
    assert totals[43] == {"completed": -10, "reopened": 10}
    assert sum(credits.values()) == 0


def test_the_real_points_one_of_them_negative(sprints):
    issues = payloads("jira/_raw_jira_api_issues.csv")
    totals, _ = replayed(sprints, issues, embedded(issues), CLOSED, MOVED_LATER)
    # EE-1 has -1 point and was closed, EE-2 has 2 and was not; the others have none. 1 + 0 + 0 = -1 + 2 + 0
    assert totals == {7: {"committed": 1, "completed": -1, "carried_over": 2}}


def test_the_real_estimates_in_time(sprints):
    issues = payloads("jira/_raw_jira_api_issues.csv")
    totals, credits = replayed(sprints, issues, embedded(issues), RESOLVED, CLOSED, MOVED_LATER, estimation_field=TIME)
    # All were estimated after the start: EE-9 100,800 s (28 h), EE-14 and 15 14,400 s (4 h), EE-17 21,600 s (6 h).
    # 0 + 42 + 0 = 8 (EE-14, 15) + 28 (EE-9) + 6 (EE-17)
    assert totals == {
        7: {"reestimated": 42, "completed": 8, "carried_over": 28, "removed": 6},
        9: {"committed": 6, "removed": 6},
        17: {"committed": 6, "completed": 6},
    }
    assert {key: hours for key, hours in credits.items() if hours} == {(7, "ben", JUNE_8): 8, (17, "ben", JULY_20): 6}


def test_the_real_histories_of_three_issues_over_a_year_of_sprints(sprints):
    numbers = changelogs_by_issue()
    issues = with_one_point(issue_of_a_changelog(number) for number in numbers)
    logs = [{"issueId": number, "changeHistories": histories} for number, histories in numbers.items()]
    totals, credits = replayed(sprints, issues, logs, CLOSED, MOVED_LATER)
    # 13954 was put into 38 two days after its start and moved on at each close, some seconds after it, until it was
    # done on 2021-04-07 05:15:32 in 46. It stayed on the lists of 47, 50 and 57, and of 60 for some days, as done.
    # 13383 was put into 34 before its start and closed on 2021-01-27 06:46:18. 13491 was in no sprint.
    carried = {"committed": 1, "carried_over": 1}
    assert totals == {
        34: {"committed": 1, "completed": 1},
        38: {"added": 1, "carried_over": 1},
        **dict.fromkeys((40, 41, 42, 43), carried),
        46: {"committed": 1, "completed": 1},
    }
    assert credits == {
        (34, "(unassigned)", pd.Timestamp("2021-01-25")): 1,
        (46, "(unassigned)", pd.Timestamp("2021-04-05")): 1,
    }


def test_what_is_odd_in_the_captures_is_told(sprints):
    issues = payloads("jira/_raw_jira_api_issues.csv")
    _, problems = issue_events(issues, embedded(issues), sprints, [board()], roster())
    # EE-1 has negative points; two issues of another project are in sprint 175, of a board that is not configured.
    assert sorted(p.values(problems, "rule", "severity", "found")) == [
        ("J016", "info", "175"),
        ("J017", "warning", "-1"),
    ]


@pytest.fixture(scope="module")
def incidents():
    return payloads("pagerduty/_raw_pagerduty_incidents.csv")


def pages(incidents, entries):
    users = read_users(p.users(KEON, KIAN))
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
