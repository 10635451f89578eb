"""The crowd is served as the story is: the vendors' shapes, pages that tile the whole, and a truth that is found again.

Queries that the crowd answers with arrays are held against the issues one by one.
"""

import json
from collections import Counter
from datetime import date, datetime, timedelta
from functools import cache
from itertools import pairwise
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest

from flows.mocks.credentials import PAGERDUTY_TOKEN
from flows.mocks.crowd import Crowd, CrowdJira, crowd_config, crowd_jira_app, crowd_pagerduty_app
from flows.mocks.crowd.roster import at
from flows.mocks.crowd.truth import answers, logged_time
from flows.mocks.crowd.worklogs import FIRST_WORKLOG
from flows.mocks.jira_state import sprint_state
from flows.mocks.jql import Clause, Either, Every, Not, Scope, parse, passes
from flows.settings import load_config
from tests.builders.config import write_config
from tests.builders.crowds import asking_crowd_jira, asking_crowd_pagerduty, crowd, crowd_jira, crowd_team_config
from tests.builders.mock_servers import PAGERDUTY, PLATFORM, SOFTWARE, Asking, deviations, response_schema
from tests.contracts.test_mock_schemas import (
    _ITEMS_OF,
    ACKNOWLEDGE_DEVIATIONS,
    JIRA_DEVIATIONS,
    JIRA_ITEM_DEVIATIONS,
    LOG_ENTRY_DEVIATIONS,
    LOG_ENTRY_SCHEMAS,
    PAGERDUTY_DEVIATIONS,
)

SEARCH = "/rest/api/3/search/jql"
BULK = "/rest/api/3/changelog/bulkfetch"


@pytest.fixture(scope="module")
def jira():
    with asking_crowd_jira(crowd()) as asking:
        yield asking


@pytest.fixture(scope="module")
def pagerduty():
    with asking_crowd_pagerduty(crowd()) as asking:
        yield asking


def updated(asking: Asking, which: str = "updated"):
    rows, path = [], f"/rest/api/3/worklog/{which}?since=0"
    while True:
        page = asking.get(path)
        rows += page["values"]
        if page["lastPage"]:
            return rows
        link = urlsplit(page["nextPage"])
        path = f"{link.path}?{link.query}"


def found(asking: Asking, jql: str, **body):
    issues, token = [], {}
    while True:
        page = asking.post(SEARCH, {"jql": jql, **body, **token})
        issues += page["issues"]
        if page["isLast"]:
            return issues
        token = {"nextPageToken": page["nextPageToken"]}


@cache
def everything():
    return crowd_jira().issues(crowd_jira().numbers.tolist())


# -- the roster ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("engineers", "weeks"), [(1, 2), (9, 3), (24, 26), (1000, 156)])
def test_the_config_of_a_crowd_is_valid_and_names_everybody_in_every_system(tmp_path, engineers, weeks):
    content = crowd_config(engineers, weeks)
    config = load_config(write_config(tmp_path, content)).config
    assert len(config.engineers) == engineers
    for name in ("jira_account_id", "pagerduty_user_id", "alertops_user_name", "name"):
        assert len({getattr(engineer, name) for engineer in config.engineers}) == engineers, name
    assert {period.kind for engineer in config.engineers for period in engineer.schedules} == {"5x8", "4x10"}
    assert config.policy.switch_date > config.policy.baseline_start


def test_people_join_and_leave_and_work_in_several_time_zones():
    config = crowd_team_config()
    assert [e.id for e in config.engineers if e.employed_to] == ["eng-0014"]
    assert [e.id for e in config.engineers if e.employed_from > config.policy.baseline_start] == ["eng-0018"]
    assert len({engineer.location for engineer in config.engineers}) == 4


@pytest.mark.parametrize("numbers", [{"engineers": 0}, {"weeks": 1}, {"last_week": date(2026, 11, 17)}])
def test_a_crowd_that_cannot_be_is_refused(numbers):
    with pytest.raises(ValueError, match=r"crowd has|Monday"):
        Crowd(**({"engineers": 8, "weeks": 8} | numbers))


def test_nobody_can_be_told_what_comes_after_the_crowds_end():
    late = crowd().as_of + timedelta(seconds=1)
    for app in (crowd_jira_app, crowd_pagerduty_app):
        with pytest.raises(ValueError, match="cannot tell of"):
            app(crowd(), late)


# -- the same seed -------------------------------------------------------------------------------------------------


def bodies(who: Crowd) -> list[bytes]:
    headers = {"Host": "jira.sample.invalid"}
    with asking_crowd_jira(who, headers=headers) as jira:
        ids = [row["worklogId"] for row in jira.get("/rest/api/3/worklog/updated")["values"]]
        told = [
            jira.response("POST", SEARCH, json={"jql": "project = CT002", "fields": ["*all"], "expand": "changelog"}),
            jira.response("POST", "/rest/api/3/worklog/list", json={"ids": ids}),
        ]
    with asking_crowd_pagerduty(who, headers={"Host": "p.sample.invalid", **TOKEN}) as pagerduty:
        told.append(pagerduty.response("GET", "/log_entries", params={"limit": 100}))
    return [response.raise_for_status().content for response in told]


TOKEN = {"Authorization": f"Token token={PAGERDUTY_TOKEN}"}


def test_the_same_seed_tells_the_same_bytes_and_another_seed_others():
    told = bodies(Crowd(24, 26))
    assert told == bodies(Crowd(24, 26))
    assert all(one != other for one, other in zip(told, bodies(Crowd(24, 26, seed=7)), strict=True))


# -- worklogs ------------------------------------------------------------------------------------------------------


def test_pages_of_worklogs_tile_the_whole_and_every_id_can_be_asked_for(jira):
    rows = updated(jira)
    ids = [row["worklogId"] for row in rows]
    assert len(set(ids)) == len(ids) == logged_time(crowd()).worklogs.sum()
    assert [row["updatedTime"] for row in rows] == sorted(row["updatedTime"] for row in rows)
    listed = []
    for start in range(0, len(ids), 1000):
        listed += jira.post("/rest/api/3/worklog/list", {"ids": ids[start : start + 1000]})
    assert [int(row["id"]) for row in listed] == ids
    saved = {int(row["id"]): stamp_of(row["updated"]) for row in listed}
    assert saved == {row["worklogId"]: row["updatedTime"] for row in rows}
    assert 10 < len(ids) / (24 * 26) < 14
    assert 0.02 < sum(row["created"] != row["updated"] for row in listed) / len(listed) < 0.06
    late = sum(row["created"][:10] > row["started"][:10] for row in listed)
    assert late > len(listed) / 20


def stamp_of(text: str) -> int:
    return round(datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z").timestamp() * 1000)


def test_deleted_worklogs_are_announced_and_no_longer_handed_over(jira):
    ids = [row["worklogId"] for row in updated(jira, "deleted")]
    assert 20 < len(ids) < 200
    assert jira.post("/rest/api/3/worklog/list", {"ids": ids}) == []
    assert not set(ids) & {row["worklogId"] for row in updated(jira)}


def test_deletions_are_told_when_they_have_happened_a_minute_ago_and_not_before():
    whole = crowd_jira().deleted_after(0, 10**6)
    instant, number = whole[len(whole) // 2]
    early = CrowdJira(crowd(), at(instant) + timedelta(seconds=60))
    assert early.deleted_after(0, 10**6) == [change for change in whole if change[0] <= instant]
    just = CrowdJira(crowd(), at(instant) + timedelta(seconds=59))
    assert number not in [told for _, told in just.deleted_after(0, 10**6)]
    assert just.worklogs([number]) == []
    assert CrowdJira(crowd(), at(instant - 1)).worklogs([number])


def test_ids_never_given_out_are_left_out_unsaid(jira):
    assert jira.post("/rest/api/3/worklog/list", {"ids": [1, 30_000, 10**9]}) == []
    free = list(range(FIRST_WORKLOG, FIRST_WORKLOG + 100))
    assert 0 < len(jira.post("/rest/api/3/worklog/list", {"ids": free})) < 100


def test_the_last_minute_of_worklogs_is_held_back_and_later_saves_are_not_known():
    rows = crowd_jira().saved_after(0, 10**6)
    instant, number = rows[len(rows) // 2]
    for wait, is_told in ((30, False), (60, True)):
        jira = CrowdJira(crowd(), at(instant) + timedelta(seconds=wait))
        assert (number in [told for _, told in jira.saved_after(0, 10**6)]) == is_told
        assert jira.worklogs([number])
    assert not CrowdJira(crowd(), at(instant - 40 * 86_400_000)).worklogs([number])


def test_the_worklogs_of_an_issue_are_those_that_say_so():
    jira = crowd_jira()
    everything = jira.worklogs([number for _, number in jira.saved_after(0, 10**6)])
    by_issue = Counter(log.issue_id for log in everything)
    for issue in [*jira.numbers.tolist()[:12], *jira.numbers.tolist()[12::9]]:
        assert len(jira.worklogs_of(issue)) == by_issue[issue], issue
    assert sum(by_issue.values()) == sum(by_issue[issue] for issue in jira.numbers.tolist())


def test_work_is_logged_while_people_are_employed_and_not_on_their_day_off():
    jira, config = crowd_jira(), crowd_team_config()
    people = {engineer.jira_account_id: engineer for engineer in config.engineers}
    for log in jira.worklogs([number for _, number in jira.saved_after(0, 10**6)]):
        who = people[log.author]
        day = log.started_at.astimezone(zone_of(who)).date()
        assert who.employed_from <= day <= (who.employed_to or day)
        period = next(p for p in who.schedules if p.from_day <= day and (p.to_day is None or day <= p.to_day))
        assert f"{day:%A}".lower() not in (period.day_off, "saturday", "sunday")


def zone_of(engineer):
    return ZoneInfo(crowd_team_config().locations[engineer.location].timezone)


# -- issues --------------------------------------------------------------------------------------------------------

QUERIES = (
    "project = CT001",
    "project in (CT001, INT) AND NOT project = INT",
    "project != CT001",
    "id in (20001, 100001, 100030, CT002-5)",
    "key != CT001-1",
    "sprint is EMPTY",
    "sprint is not EMPTY AND project = CT003",
    "sprint in openSprints()",
    "sprint in futureSprints() OR sprint is EMPTY",
    "sprint in (closedSprints(), futureSprints())",
    'sprint = "CT002 S4"',
    "sprint != 5001",
    "sprint not in (5001, 5002)",
    "created >= 2026-07-01 AND created < '2026-08-01 00:00'",
    "updated >= -14d",
    "updated <= 1780000000000",
    "updated is EMPTY",
    "statusCategory = Done AND project = CT001",
    "assignee is EMPTY AND sprint is not EMPTY",
    "labels = non-billable OR issuetype = Sub-task",
    "summary ~ invoice AND created >= -90d",
    "resolutiondate >= 2026-11-02",
    "project in (CT001, CT002) AND updated >= 1788000000000 AND (sprint is EMPTY OR sprint in futureSprints())",
)


@pytest.mark.parametrize("jql", QUERIES)
def test_arrays_find_the_same_issues_as_looking_at_each(jira, jql):
    def meets(node, now):
        match node:
            case Clause():
                return passes(now, node)
            case Every():
                return all(meets(part, now) for part in node.parts)
            case Either():
                return any(meets(part, now) for part in node.parts)
            case Not():
                return not meets(node.part, now)

    known = {
        "issue": lambda word: str(crowd_jira().number_of(word)),
        "sprint": lambda word: {
            "openSprints()": "active sprints",
            "closedSprints()": "closed sprints",
            "futureSprints()": "future sprints",
            "CT002 S4": "5011",
        }.get(word, word),
        "project": str.upper,
    }
    node = parse(jql, Scope(crowd_jira().zone, crowd_jira().as_of, known)).test
    wanted = [str(now.issue.id) for now in everything() if meets(node, now)]
    assert [issue["id"] for issue in found(jira, jql, maxResults=500)] == wanted
    assert wanted or "updated is EMPTY" in jql
    assert jira.post("/rest/api/3/search/approximate-count", {"jql": jql})["count"] == len(wanted)


@pytest.mark.parametrize("jql", ["project = CT009", "key = CT001-99999", "id = 99999", "sprint = 4999", "id = 30000"])
def test_naming_what_is_not_there_is_refused(jira, jql):
    jira.refusal("POST", SEARCH, 400, json={"jql": jql})


@pytest.mark.parametrize("size", [7, 100, 5000])
def test_pages_of_a_search_tile_the_whole_in_any_size(jira, size):
    whole = [now.issue.key for now in everything() if now.issue.project_key == "CT001"]
    assert [row["key"] for row in found(jira, "project = CT001", fields=["key"], maxResults=size)] == whole
    if size <= 100:
        rows = found(jira, "project = CT001 ORDER BY created DESC", fields=["created"], maxResults=size)
        assert sorted(row["key"] for row in rows) == sorted(whole)
        created = [stamp_of(row["fields"]["created"]) for row in rows]
        assert created == sorted(created, reverse=True)


@pytest.mark.parametrize("order", ["project DESC, updated", "status, created DESC", "key DESC"])
def test_issues_can_be_ordered_by_anything(jira, order):
    rows = found(jira, f"created >= -60d ORDER BY {order}", fields=["project", "updated", "status", "created"])
    keys = {
        "project": lambda f: f["project"]["key"],
        "updated": lambda f: stamp_of(f["updated"]),
        "created": lambda f: stamp_of(f["created"]),
        "status": lambda f: min(f["status"]["name"].lower(), f["status"]["id"]),
    }
    first, *_ = order.split(", ")
    name, _, direction = first.partition(" ")
    values = [int(row["id"]) if name == "key" else keys[name](row["fields"]) for row in rows]
    assert len(rows) > 100
    assert values == sorted(values, reverse=direction == "DESC")


def test_every_issue_can_be_asked_for_by_its_key_and_its_id():
    jira = crowd_jira()
    for now in everything():
        assert jira.number_of(now.issue.key) == jira.number_of(str(now.issue.id)) == now.issue.id
    assert len({now.issue.key for now in everything()}) == len(jira.numbers)
    for word in ("CT001-0", "CT004-5", "CT000-1", "INT-4", "INT-0", "20010", "0", "-5", "CT001-999999", "x"):
        assert jira.number_of(word) is None, word


def test_members_of_sprints_are_those_whose_field_says_so_both_ways(jira):
    members = Counter()
    for board in (101, 102, 103):
        for sprint in jira.get(f"/rest/agile/1.0/board/{board}/sprint")["values"]:
            assert jira.get(f"/rest/agile/1.0/sprint/{sprint['id']}") == sprint
            new = jira.get(f"/rest/software/1.0/sprint/{sprint['id']}/issue", maxResults=100)["issues"]
            old = jira.get(f"/rest/agile/1.0/sprint/{sprint['id']}/issue", maxResults=100, fields="key")["issues"]
            assert [issue["key"] for issue in new] == [issue["key"] for issue in old]
            assert all(sprint["id"] in {s["id"] for s in i["fields"]["customfield_10020"]} for i in new)
            members.update((sprint["state"], issue["key"]) for issue in new)
    assert {state for state, _ in members} == {"closed", "active", "future"}
    told = Counter((sprint_state(s, crowd().as_of), now.issue.key) for now in everything() for s in now.sprints)
    assert members == told


def test_boards_estimate_in_their_own_field_and_one_maps_no_status(jira):
    boards = {board["id"]: board for board in jira.get("/rest/agile/1.0/board")["values"]}
    assert [boards[n]["type"] for n in (101, 102, 103, 104)] == ["scrum", "simple", "scrum", "kanban"]
    fields = [jira.get(f"/rest/agile/1.0/board/{n}/configuration") for n in (101, 102)]
    assert [row["estimation"]["field"]["fieldId"] for row in fields] == ["customfield_10026", "customfield_10016"]
    assert [row["location"]["key"] for row in fields] == ["CT001", "CT002"]
    jira.refusal("GET", "/rest/agile/1.0/board/104/sprint", 400)
    assert {s["originBoardId"] for s in jira.get("/rest/agile/1.0/board/105/sprint")["values"]} == {101}
    unmapped = jira.get("/rest/agile/1.0/board/106/configuration")
    assert [column["statuses"] for column in unmapped["columnConfig"]["columns"]] == [[], [], []]
    jira.refusal("GET", "/rest/agile/1.0/board/106/sprint", 422)


def test_histories_chain_up_to_what_the_fields_hold():
    for now in everything():
        values, last = dict(now.issue.at_creation), now.issue.created_at
        for change in now.changes:
            assert last <= change.at <= crowd().as_of
            last = change.at
            for field, before, after in change.items:
                assert values[field] == before != after, (now.issue.key, field)
                values[field] = after
        assert values == now.values
    ids = [change.id for now in everything() for change in now.changes]
    assert len(set(ids)) == len(ids)


def test_everything_that_befalls_issues_is_there():
    story = [now for now in everything() if now.issue.parent_id is None and now.sprints]
    moves = Counter(len(now.sprints) for now in story)
    statuses = [[v for c in now.changes for f, _, v in c.items if f == "status"] for now in story]
    assert moves[2] > 10
    assert moves[3] > 3
    assert sum(row.count("Done") > 1 for row in statuses) > 5
    assert sum("In Review" in row for row in statuses) > 100
    removed = [now for now in everything() if any(v == () for c in now.changes for f, _, v in c.items if f == "sprint")]
    assert len(removed) > 5
    added = [now for now in story if now.issue.created_at > now.sprints[0].start_at - timedelta(days=1)]
    assert len(added) > 10
    sub_tasks = [now for now in everything() if now.issue.parent_id]
    assert len(sub_tasks) > 20
    assert all(now.sprints == crowd_jira().issues([now.issue.parent_id])[0].sprints for now in sub_tasks)
    points = [sum(f == "points" for c in now.changes for f, _, _ in c.items) for now in story]
    assert {0, 1, 2} <= set(points)
    assert sum(now.values["points"] is None for now in story) > 10


def test_an_earlier_instant_knows_the_beginning_of_the_same_histories():
    early = CrowdJira(crowd(), crowd().as_of - timedelta(days=40))
    later = {now.issue.id: now for now in everything()}
    assert 0 < len(early.numbers) < len(later)
    for now in early.issues(early.numbers.tolist()):
        whole = later[now.issue.id]
        assert list(whole.changes[: len(now.changes)]) == list(now.changes)
        assert all(change.at > early.as_of for change in whole.changes[len(now.changes) :])
        assert now.updated_at <= early.as_of


@pytest.mark.parametrize("size", [40, 1000])
def test_pages_of_histories_tile_the_whole(jira, size):
    numbers = [str(number) for number in crowd_jira().numbers.tolist()[300:360]]
    body = {"issueIdsOrKeys": numbers, "maxResults": size, "fieldIds": ["status", "customfield_10020"]}
    told, token = [], {}
    while True:
        page = jira.post(BULK, body | token)
        told += [(log["issueId"], row["id"]) for log in page["issueChangeLogs"] for row in log["changeHistories"]]
        if not page["nextPageToken"]:
            break
        token = {"nextPageToken": page["nextPageToken"]}
    wanted = [
        (str(now.issue.id), str(change.id))
        for now in crowd_jira().issues([int(number) for number in numbers])
        for change in now.changes
        if {"status", "sprint"} & {field for field, _, _ in change.items}
    ]
    assert len(told) == len(set(told))
    assert set(told) == set(wanted)


JIRA_ANSWERS = {
    (PLATFORM, "get", "/rest/api/3/users/search"): lambda ask: ask.get("/rest/api/3/users/search", maxResults=1000),
    (PLATFORM, "get", "/rest/api/3/project/search"): lambda ask: ask.get("/rest/api/3/project/search"),
    (PLATFORM, "post", SEARCH): lambda ask: ask.post(
        SEARCH, {"jql": "project = CT002", "fields": ["*all"], "expand": "changelog,names,schema", "maxResults": 100}
    ),
    (PLATFORM, "get", "/rest/api/3/worklog/updated"): lambda ask: ask.get(
        "/rest/api/3/worklog/updated", expand="properties"
    ),
    (PLATFORM, "get", "/rest/api/3/worklog/deleted"): lambda ask: ask.get("/rest/api/3/worklog/deleted"),
    (PLATFORM, "post", "/rest/api/3/worklog/list"): lambda ask: ask.post(
        "/rest/api/3/worklog/list", {"ids": list(range(30_001, 31_001))}, expand="properties"
    ),
    (PLATFORM, "post", BULK): lambda ask: ask.post(
        BULK, {"issueIdsOrKeys": [f"CT001-{n}" for n in range(1, 900)], "maxResults": 9999}
    ),
    (PLATFORM, "get", "/rest/api/3/issue/{issueIdOrKey}/changelog"): lambda ask: ask.get(
        "/rest/api/3/issue/CT001-5/changelog"
    ),
    (PLATFORM, "get", "/rest/api/3/issue/{issueIdOrKey}/worklog"): lambda ask: ask.get(
        "/rest/api/3/issue/CT001-1/worklog"
    ),
    (SOFTWARE, "get", "/rest/agile/1.0/board"): lambda ask: ask.get("/rest/agile/1.0/board"),
    (SOFTWARE, "get", "/rest/agile/1.0/board/{boardId}/configuration"): lambda ask: ask.get(
        "/rest/agile/1.0/board/106/configuration"
    ),
    (SOFTWARE, "get", "/rest/software/1.0/sprint/{sprintId}/issue"): lambda ask: ask.get(
        "/rest/software/1.0/sprint/5020/issue", expand="changelog"
    ),
}


@pytest.mark.parametrize(("document", "method", "path"), list(JIRA_ANSWERS))
def test_jira_answers_fit_the_documented_schema(document, method, path, jira):
    answer = JIRA_ANSWERS[document, method, path](jira)
    deviating = deviations(document, response_schema(document, path, method), answer)
    allowed = {(place, rule) for known, place, rule in JIRA_DEVIATIONS if known == path}
    if path in _ITEMS_OF:
        allowed |= {(_ITEMS_OF[path] + place, rule) for place, rule in JIRA_ITEM_DEVIATIONS}
    assert deviating <= allowed
    assert answer


# -- calls ---------------------------------------------------------------------------------------------------------


def paged(asking: Asking, path: str, key: str, limit: int = 100, **params):
    rows = []
    while True:
        page = asking.get(path, limit=limit, offset=len(rows), total="true", **params)
        rows += page[key]
        if not page["more"]:
            assert page["total"] == len(rows)
            return rows


def test_pages_of_incidents_tile_the_whole_and_each_can_be_asked_for(pagerduty):
    rows = paged(pagerduty, "/incidents", "incidents", date_range="all")
    assert paged(pagerduty, "/incidents", "incidents", 37, date_range="all") == rows
    assert len({row["id"] for row in rows}) == len(rows) == pytest.approx(1.2 * 24 * 26, rel=0.1)
    assert [row["created_at"] for row in rows] == sorted(row["created_at"] for row in rows)
    for row in rows[::40]:
        assert pagerduty.get(f"/incidents/{row['id']}")["incident"] == row
        assert pagerduty.get(f"/incidents/{row['incident_number']}")["incident"] == row
    newest = paged(pagerduty, "/incidents", "incidents", date_range="all", sort_by="created_at:desc")
    assert newest == rows[::-1]
    by_urgency = paged(pagerduty, "/incidents", "incidents", date_range="all", sort_by="urgency,created_at")
    assert [row["urgency"] for row in by_urgency] == sorted(row["urgency"] for row in rows)


def test_logs_are_the_same_in_one_list_and_by_incident(pagerduty):
    entries = paged(pagerduty, "/log_entries", "log_entries", date_range="all", is_overview="false")
    assert [e["created_at"] for e in entries] == sorted((e["created_at"] for e in entries), reverse=True)
    assert len({entry["id"] for entry in entries}) == len(entries)
    by_incident = Counter(entry["incident"]["id"] for entry in entries)
    for number in list(by_incident)[::40]:
        own = pagerduty.get(f"/incidents/{number}/log_entries", limit=100)["log_entries"]
        assert len(own) == by_incident[number]
        assert {e["id"] for e in own} == {e["id"] for e in entries if e["incident"]["id"] == number}
    shown = paged(pagerduty, "/log_entries", "log_entries", date_range="all", is_overview="true")
    assert [e["id"] for e in shown] == [e["id"] for e in entries if e["type"] != "notify_log_entry"]


def test_windows_cut_incidents_and_entries_at_the_same_instants(pagerduty):
    rows = paged(pagerduty, "/incidents", "incidents", date_range="all")
    entries = paged(pagerduty, "/log_entries", "log_entries", date_range="all")
    since, until = rows[200]["created_at"], rows[260]["created_at"]
    some = paged(pagerduty, "/incidents", "incidents", since=since, until=until)
    assert some == [row for row in rows if since <= row["created_at"] < until]
    log = paged(pagerduty, "/log_entries", "log_entries", since=since, until=until)
    assert log == [entry for entry in entries if since <= entry["created_at"] < until]


@pytest.mark.parametrize(
    ("name", "value", "holds"),
    [
        ("statuses[]", "resolved", lambda row: row["status"] == "resolved"),
        ("statuses[]", "acknowledged", lambda row: row["status"] == "acknowledged"),
        ("urgencies[]", "low", lambda row: row["urgency"] == "low"),
        ("service_ids[]", "PS00002", lambda row: row["service"]["id"] == "PS00002"),
        ("team_ids[]", "PT00003", lambda row: row["teams"][0]["id"] == "PT00003"),
        ("incident_key", "crowd-1e", lambda row: row["incident_key"] == "crowd-1e"),
        ("user_ids[]", "?", lambda row: any(a["assignee"]["id"] == "?" for a in row["assignments"])),
    ],
)
def test_incidents_can_be_filtered(name, value, holds):
    with asking_crowd_pagerduty(crowd(), busy_instant()) as asking:
        rows = paged(asking, "/incidents", "incidents", date_range="all")
        if value == "?":
            value = next(row["assignments"][0]["assignee"]["id"] for row in rows if row["assignments"])
            holds = lambda row: value in {a["assignee"]["id"] for a in row["assignments"]}  # noqa: E731
        wanted = [row for row in rows if holds(row)]
        assert paged(asking, "/incidents", "incidents", date_range="all", **{name: value}) == wanted
        assert 0 < len(wanted) < len(rows)


def busy_instant() -> datetime:
    """Just after somebody acknowledged something."""
    return at(int(answers(crowd()).acknowledged[-1]) + 1000)


def test_a_shift_is_on_call_at_each_level_of_each_team(pagerduty):
    now = pagerduty.get("/oncalls", limit=100)["oncalls"]
    levels = Counter((row["escalation_policy"]["id"], row["escalation_level"]) for row in now)
    assert len(levels) == 6
    assert set(levels.values()) == {1}
    week = paged(pagerduty, "/oncalls", "oncalls", since="2026-11-02T12:00:00Z", until="2026-11-09T12:00:00Z")
    mine = paged(
        pagerduty, "/oncalls", "oncalls", since="2026-11-02T12:00:00Z", until="2026-11-09T12:00:00Z",
        **{"user_ids[]": week[0]["user"]["id"]},
    )  # fmt: skip
    assert mine == [row for row in week if row["user"]["id"] == week[0]["user"]["id"]]
    for user in {row["user"]["id"] for row in week}:
        assert pagerduty.get(f"/users/{user}")["user"]["id"] == user


def test_who_is_paged_is_on_call(pagerduty):
    shifts = paged(pagerduty, "/oncalls", "oncalls", since="2026-10-01T00:00:00Z", until="2026-11-01T00:00:00Z")
    carried = [
        (row["user"]["id"], datetime.fromisoformat(row["start"]), datetime.fromisoformat(row["end"])) for row in shifts
    ]
    log = paged(pagerduty, "/log_entries", "log_entries", since="2026-10-05T00:00:00Z", until="2026-10-30T00:00:00Z")
    pages = [entry for entry in log if entry["type"] == "assign_log_entry" and entry["channel"]["type"] == "auto"]
    assert len(pages) > 50
    for entry in pages:
        instant, user = datetime.fromisoformat(entry["created_at"]), entry["assignees"][0]["id"]
        assert any(who == user and start <= instant < end for who, start, end in carried)


def test_the_crowds_plan_has_no_analytics_and_strangers_are_refused(pagerduty):
    response = pagerduty.response("POST", "/analytics/raw/incidents", json={})
    assert response.status_code == 402
    assert response.headers["ratelimit-limit"] == "960"
    pagerduty.refusal("GET", "/incidents/QCRW0000999999", 404)
    pagerduty.refusal("GET", "/incidents/7", 404)
    pagerduty.refusal("GET", "/incidents", 400, params={"since": "2026-01-01", "until": "2026-11-01"})
    with asking_crowd_pagerduty(crowd(), headers={}) as nobody:
        nobody.refusal("GET", "/incidents", 401)


@pytest.mark.parametrize("path", ["/incidents", "/users", "/oncalls", "/services", "/teams", "/escalation_policies"])
def test_pagerduty_lists_fit_the_documented_schema(path):
    with asking_crowd_pagerduty(crowd(), busy_instant()) as asking:
        # The newest incidents are open still.
        answer = asking.get(path, limit=100, total="true", sort_by="created_at:desc")
    assert answer[path.removeprefix("/")]
    deviating = deviations(PAGERDUTY, response_schema(PAGERDUTY, path), answer)
    assert deviating == {place for place in PAGERDUTY_DEVIATIONS if place[0].startswith(path.removeprefix("/"))}


def test_every_kind_of_log_entry_is_there_and_fits_its_own_schema(pagerduty):
    entries = paged(pagerduty, "/log_entries", "log_entries", date_range="all")
    assert {entry["type"] for entry in entries} == set(LOG_ENTRY_SCHEMAS)
    for kind, name in LOG_ENTRY_SCHEMAS.items():
        rows = [entry for entry in entries if entry["type"] == kind][:20]
        schema = {"items": {"$ref": f"#/components/schemas/{name}"}}
        deviating = {(place.removeprefix("[]."), rule) for place, rule in deviations(PAGERDUTY, schema, rows)}
        more = set(ACKNOWLEDGE_DEVIATIONS) if kind == "acknowledge_log_entry" else set()
        assert deviating == set(LOG_ENTRY_DEVIATIONS) | more, kind


def test_a_server_of_a_thousand_engineers_starts_at_once_and_answers_the_same_as_any():
    with asking_crowd_jira(Crowd(1000, 156)) as jira:
        page = jira.get("/rest/api/3/worklog/updated", since=1_700_000_000_000)
        assert len(page["values"]) == 1000
        assert all(a["updatedTime"] <= b["updatedTime"] for a, b in pairwise(page["values"]))
        assert json.dumps(jira.get("/rest/agile/1.0/board/225/sprint")).count("originBoardId") > 40
