"""The mock of Jira answers over real HTTP as Jira Cloud does: access, paging, clamps, refusals, stamps, the instant."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import httpx
import pytest

from flows.mocks.credentials import JIRA_EMAIL, JIRA_SCOPED_TOKEN, JIRA_TOKEN
from flows.mocks.facts import Change
from flows.mocks.http import Request, Response, serve
from flows.mocks.jira_server import CLOUD_ID, PERMISSIONS, jira_app, serve_jira
from tests.builders.mock_servers import PLATFORM, Asking, asking_jira, deviations, response_schema
from tests.builders.world import sample_as_of, sample_world

SEARCH = "/rest/api/3/search/jql"
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}-0[56]00")


@pytest.fixture(scope="module")
def jira():
    with asking_jira(sample_world(), sample_as_of()) as asking:
        yield asking


def search_pages(jira: Asking, jql: str, **body):
    pages, token = [], None
    while True:
        asked = {"jql": jql, **body} | ({"nextPageToken": token} if token else {})
        pages.append(jira.post(SEARCH, asked))
        token = pages[-1].get("nextPageToken")
        if pages[-1]["isLast"]:
            return pages


# -- access --------------------------------------------------------------------------------------------------------


def test_a_wrong_token_is_answered_with_401_and_a_page_of_html():
    with asking_jira(sample_world(), sample_as_of(), auth=(JIRA_EMAIL, "wrong")) as stranger:
        response = stranger.response("GET", "/rest/api/3/myself")
    assert response.status_code == 401
    assert response.headers["content-type"].startswith("text/html")


def test_an_anonymous_search_finds_nothing_and_everything_else_is_refused():
    with asking_jira(sample_world(), sample_as_of(), auth=None) as nobody:
        assert nobody.post(SEARCH, {"jql": "project = ATL"}) == {"isLast": True, "issues": []}
        assert nobody.response("GET", "/rest/api/3/myself").status_code == 401


def test_scoped_tokens_open_the_gateway_and_not_the_site():
    gateway = f"/ex/jira/{CLOUD_ID}"
    with asking_jira(sample_world(), sample_as_of(), auth=(JIRA_EMAIL, JIRA_SCOPED_TOKEN)) as scoped:
        assert scoped.response("GET", "/rest/api/3/myself").status_code == 401
        page = scoped.get(f"{gateway}/rest/api/3/worklog/updated")
        assert urlsplit(page["nextPage"]).path == f"{gateway}/rest/api/3/worklog/updated"
    with asking_jira(sample_world(), sample_as_of()) as plain:
        assert plain.response("GET", f"{gateway}/rest/api/3/myself").status_code == 401


def test_links_point_to_the_host_that_the_client_asked_for():
    headers = {"Host": "jira.sample.invalid"}
    with asking_jira(sample_world(), sample_as_of(), headers=headers) as jira:
        page = jira.get("/rest/api/3/worklog/updated")
        assert page["nextPage"].startswith("http://jira.sample.invalid/rest/api/3/worklog/updated?since=")
        assert jira.get("/rest/agile/1.0/board/11")["self"] == "http://jira.sample.invalid/rest/agile/1.0/board/11"


def test_the_same_request_gets_the_same_bytes_from_another_server():
    headers = {"Host": "jira.sample.invalid"}
    bodies = []
    for _ in range(2):
        with asking_jira(sample_world(), sample_as_of(), headers=headers) as jira:
            bodies.append(jira.response("POST", SEARCH, json={"jql": "project = ATL", "fields": ["*all"]}).content)
    assert bodies[0] == bodies[1]


def test_the_cloud_id_is_told_without_a_token():
    with asking_jira(sample_world(), sample_as_of(), auth=None) as nobody:
        assert nobody.get("/_edge/tenant_info") == {"cloudId": CLOUD_ID}


def test_a_fault_is_sent_instead_of_the_answer():
    def busy(request: Request) -> Response | None:
        return Response(429, b"<html>", "text/html", {"Retry-After": "0"}) if request.path.endswith("/field") else None

    with serve_jira(sample_world(), sample_as_of(), fault=busy) as url:
        auth = (JIRA_EMAIL, JIRA_TOKEN)
        assert httpx.get(f"{url}/rest/api/3/field", auth=auth, trust_env=False).headers["retry-after"] == "0"
        assert httpx.get(f"{url}/rest/api/3/myself", auth=auth, trust_env=False).status_code == 200


@pytest.mark.parametrize(("deployment", "told"), [(None, "Cloud"), ("Server", "Server")])
def test_a_site_can_be_a_data_center_instance(deployment, told):
    app = jira_app(sample_world(), sample_as_of(), *([deployment] if deployment else []))
    with serve(app) as url, httpx.Client(base_url=url, trust_env=False, auth=(JIRA_EMAIL, JIRA_TOKEN)) as client:
        assert Asking(client).get("/rest/api/3/serverInfo")["deploymentType"] == told


def test_a_reader_may_browse_and_not_change(jira):
    path = "/rest/api/3/mypermissions"
    answer = jira.get(path, permissions="BROWSE_PROJECTS,EDIT_ISSUES")
    assert answer["permissions"]["BROWSE_PROJECTS"] == {
        "id": "10",
        "key": "BROWSE_PROJECTS",
        "name": "Browse Projects",
        "type": "PROJECT",
        "description": "Ability to browse projects and the issues in them.",
        "havePermission": True,
    }
    assert answer["permissions"]["EDIT_ISSUES"]["havePermission"] is False
    everything = jira.get(path, permissions=",".join(PERMISSIONS))
    assert set(everything["permissions"]) == set(PERMISSIONS)
    assert deviations(PLATFORM, response_schema(PLATFORM, path), everything) == set()


@pytest.mark.parametrize("params", [None, {"permissions": ""}, {"permissions": "BROWSE_PROJECTS,READ_MINDS"}])
def test_permissions_must_be_named_and_known(jira, params):
    answer = jira.refusal("GET", "/rest/api/3/mypermissions", 400, params=params)
    assert answer["errorMessages"]


# -- search --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_old_search_is_gone_and_says_what_replaced_it(jira, version, method):
    answer = jira.refusal(method, f"/rest/api/{version}/search", 410)
    assert "CHANGE-2046" in answer["errorMessages"][0]


@pytest.mark.parametrize("jql", ["", "ORDER BY created ASC"])
def test_an_unbounded_query_is_refused(jira, jql):
    answer = jira.refusal("POST", SEARCH, 400, json={"jql": jql})
    assert "Unbounded JQL" in answer["errorMessages"][0]


@pytest.mark.parametrize(
    "jql",
    [
        "colour = red",
        "project = NOPE",
        "key = ATL-99999",
        "sprint = 99999",
        "project = ATL AND",
        "project = ATL project",
        "updated >= yesterday",
        "(project = ATL",
        "project in (ATL",
        "updated ~ 3",
        "project = ATL ORDER BY " + ", ".join(["created"] * 8),
        "project = ATL ORDER BY colour",
        '"',
    ],
)
def test_a_query_that_jira_does_not_take_is_refused_in_words(jira, jql):
    answer = jira.refusal("POST", SEARCH, 400, json={"jql": jql})
    assert answer["errorMessages"][0]
    assert answer["errors"] == {}


def test_a_search_returns_ids_alone_unless_fields_are_named(jira):
    assert all(set(issue) == {"id"} for issue in jira.post(SEARCH, {"jql": "project = ATL"})["issues"])
    row = jira.post(SEARCH, {"jql": "key = ATL-20", "fields": ["assignee", "resolution", "nonsense"]})["issues"][0]
    assert set(row["fields"]) == {"assignee", "resolution"}


def test_fields_not_set_are_null_when_asked_for(jira):
    fields = jira.post(SEARCH, {"jql": "key = INT-1", "fields": ["*all"]})["issues"][0]["fields"]
    for name in ("assignee", "parent", "resolutiondate", "customfield_10020", "customfield_10026"):
        assert fields[name] is None


def test_pages_hold_a_hundred_issues_with_fields_and_thousands_of_ids(jira):
    with_fields = search_pages(jira, "project = ATL", fields=["summary"], maxResults=5000)
    assert [len(page["issues"]) for page in with_fields[:-1]] == [100] * (len(with_fields) - 1)
    assert len(with_fields) > 3
    ids = search_pages(jira, "project = ATL", fields=["id"], maxResults=5000)
    assert len(ids) == 1
    assert len(ids[0]["issues"]) == sum(len(page["issues"]) for page in with_fields)
    keys = {issue["key"] for page in with_fields for issue in page["issues"]}
    assert len(keys) == len(ids[0]["issues"])


def test_start_at_is_ignored_so_that_old_clients_read_the_first_page_again(jira):
    first = jira.post(SEARCH, {"jql": "project = ATL", "startAt": 50})
    assert first["issues"] == jira.post(SEARCH, {"jql": "project = ATL"})["issues"]
    assert "total" not in first


def test_the_last_page_has_no_token_and_a_token_fits_its_own_query_only(jira):
    pages = search_pages(jira, "project = ATL", maxResults=200, fields=["id"])
    assert "nextPageToken" not in pages[-1]
    token = pages[0]["nextPageToken"]
    for jql in ("project = HAR", "project = ATL AND labels = backend"):
        jira.refusal("POST", SEARCH, 400, json={"jql": jql, "fields": ["id"], "nextPageToken": token})
    jira.refusal("POST", SEARCH, 400, json={"jql": "project = ATL", "nextPageToken": "nonsense"})


def test_a_token_lives_for_a_week():
    body = {"jql": "project = ATL", "fields": ["id"]}
    with asking_jira(sample_world(), sample_as_of() - timedelta(days=8)) as jira:
        old = jira.post(SEARCH, body)["nextPageToken"]
    with asking_jira(sample_world(), sample_as_of() - timedelta(days=6)) as jira:
        young = jira.post(SEARCH, body)["nextPageToken"]
    with asking_jira(sample_world(), sample_as_of()) as jira:
        assert jira.post(SEARCH, body | {"nextPageToken": young})["issues"]
        jira.refusal("POST", SEARCH, 400, json=body | {"nextPageToken": old})


def test_names_and_schemas_of_fields_come_when_expanded(jira):
    page = jira.post(SEARCH, {"jql": "key = ATL-20", "fields": ["status"], "expand": "names,schema"})
    assert page["names"]["customfield_10020"] == "Sprint"
    assert page["schema"]["customfield_10020"]["type"] == "array"
    assert "names" not in jira.post(SEARCH, {"jql": "key = ATL-20", "fields": ["status"]})


@pytest.mark.parametrize("more", [{"reconcileIssues": [20001] * 51}, {"properties": list("abcdef")}])
def test_more_than_jira_takes_in_a_search_is_refused(jira, more):
    jira.refusal("POST", SEARCH, 400, json={"jql": "project = ATL", **more})
    fewer = {name: values[:5] for name, values in more.items()}
    assert jira.post(SEARCH, {"jql": "project = ATL", **fewer})["issues"]


def test_get_and_post_searches_agree(jira):
    posted = jira.post(SEARCH, {"jql": "project = ATL", "fields": ["status", "labels"], "maxResults": 7})
    assert jira.get(SEARCH, jql="project = ATL", fields="status,labels", maxResults=7)["issues"] == posted["issues"]


@pytest.mark.parametrize(
    ("jql", "holds"),
    [
        ("project in (ATL, BEA) AND issuetype = Bug", lambda f: f["project"]["key"] != "HAR"),
        ("project = ATL AND statusCategory = Done", lambda f: f["status"]["statusCategory"]["key"] == "done"),
        ("project = ATL AND statusCategory != done", lambda f: f["status"]["statusCategory"]["key"] != "done"),
        ("labels = non-billable", lambda f: "non-billable" in f["labels"]),
        ("labels IS EMPTY AND project = ATL", lambda f: f["labels"] == []),
        ("project = ATL AND sprint is not EMPTY", lambda f: f["customfield_10020"]),
        ("sprint in openSprints()", lambda f: f["customfield_10020"][-1]["state"] == "active"),
        ('sprint = "ATL S27"', lambda f: "ATL S27" in {s["name"] for s in f["customfield_10020"]}),
        ("assignee = '712020:ana-0001'", lambda f: f["assignee"]["accountId"] == "712020:ana-0001"),
        ("assignee is EMPTY AND project = ATL", lambda f: f["assignee"] is None),
        ("NOT project in (ATL, HAR, INT)", lambda f: f["project"]["key"] == "BEA"),
        ("project = ATL OR (project = BEA AND issuetype not in (Story))", lambda f: f["project"]["key"] != "INT"),
        ("summary ~ 'page of' AND project = ATL", lambda f: f["summary"].startswith("Page of")),
        ("updated >= -14d", lambda f: f["updated"] >= "2026-11-08"),
        (
            'created >= "2026-11-02" AND created < "2026-11-09 00:00"',
            lambda f: "2026-11-02" <= f["created"][:10] < "2026-11-09",
        ),
        ("resolutiondate >= 2026/11/02", lambda f: f["resolutiondate"] >= "2026-11-02"),
    ],
)
def test_queries_find_what_they_say(jira, jql, holds):
    issues = jira.post(SEARCH, {"jql": jql, "fields": ["*all"], "maxResults": 100})["issues"]
    assert issues
    assert all(holds(issue["fields"]) for issue in issues)


def test_order_by_sorts_by_several_fields(jira):
    issues = jira.post(SEARCH, {"jql": "project in (ATL, BEA) ORDER BY project DESC, created", "fields": ["created"]})
    keys = [issue["key"] for issue in issues["issues"]]
    assert keys[0].startswith("BEA")
    created = [issue["fields"]["created"] for issue in issues["issues"] if issue["key"].startswith("BEA")]
    assert created == sorted(created)


def test_dates_in_queries_are_read_in_the_callers_zone(jira):
    """Midnight in Chicago is six o'clock in UTC: the same instant in milliseconds finds the same issues."""
    midnight = int(datetime(2026, 11, 9, 6, tzinfo=UTC).timestamp() * 1000)
    named = jira.post(SEARCH, {"jql": 'updated >= "2026/11/09 00:00"', "maxResults": 5000})
    in_milliseconds = jira.post(SEARCH, {"jql": f"updated >= {midnight}", "maxResults": 5000})
    six_hours_early = jira.post(SEARCH, {"jql": f"updated >= {midnight - 21_600_000}", "maxResults": 5000})
    assert named == in_milliseconds
    assert len(six_hours_early["issues"]) >= len(named["issues"]) > 0


def test_the_approximate_count_counts(jira):
    found = jira.post(SEARCH, {"jql": "project = ATL", "maxResults": 5000})["issues"]
    assert jira.post("/rest/api/3/search/approximate-count", {"jql": "project = ATL"}) == {"count": len(found)}


def test_a_search_embeds_twenty_worklogs_at_most_and_says_how_many_there_are(jira):
    worklog = jira.post(SEARCH, {"jql": "summary ~ meetings", "fields": ["worklog"]})["issues"][0]["fields"]["worklog"]
    assert len(worklog["worklogs"]) == 20
    assert worklog["total"] > 100


def test_embedded_histories_are_the_newest_and_their_total_is_told(jira):
    row = jira.post(SEARCH, {"jql": "key = ATL-20", "fields": ["status"], "expand": "changelog"})["issues"][0]
    log = row["changelog"]
    assert log["total"] == len(log["histories"])
    created = [history["created"] for history in log["histories"]]
    assert created == sorted(created, reverse=True)


def test_of_a_long_history_forty_lines_are_embedded_and_the_oldest_lost():
    world = sample_world()
    issue = next(issue for issue in world.issues if issue.key == "ATL-20")
    to_do, begun = ("status", "In Progress", "To Do"), ("status", "To Do", "In Progress")
    flips = tuple(
        Change(900_000 + n, issue.created_at + timedelta(minutes=n + 1), issue.creator, (to_do if n % 2 else begun,))
        for n in range(45)
    )
    others = [other for other in world.issues if other is not issue]
    told = replace(world, issues=[*others, replace(issue, changes=flips)])
    with asking_jira(told, sample_as_of()) as jira:
        body = {"jql": "key = ATL-20", "fields": ["status"], "expand": "changelog"}
        log = jira.post(SEARCH, body)["issues"][0]["changelog"]
        whole = jira.get("/rest/api/3/issue/ATL-20/changelog")
    assert (log["total"], log["maxResults"], len(log["histories"])) == (45, 40, 40)
    assert {int(row["id"]) for row in log["histories"]} == set(range(900_005, 900_045))
    assert len(whole["values"]) == 45


# -- worklogs ------------------------------------------------------------------------------------------------------


def updated_pages(jira: Asking, which: str = "updated", since: int = 0):
    pages = [jira.get(f"/rest/api/3/worklog/{which}", since=since)]
    while not pages[-1]["lastPage"]:
        link = urlsplit(pages[-1]["nextPage"])
        pages.append(jira.get(f"{link.path}?{link.query}"))
    return pages


def test_updated_worklogs_come_a_thousand_a_page_oldest_first_by_whole_milliseconds(jira):
    pages = updated_pages(jira)
    rows = [row for page in pages for row in page["values"]]
    assert [len(page["values"]) for page in pages[:-1]] == [1000] * (len(pages) - 1)
    assert len({row["worklogId"] for row in rows}) == len(rows)
    assert [row["updatedTime"] for row in rows] == sorted(row["updatedTime"] for row in rows)
    assert {type(row["worklogId"]) for row in rows} == {int}
    assert pages[-1]["nextPage"]


def test_updated_worklogs_and_the_list_tell_of_every_worklog_there_is(jira):
    ids = [row["worklogId"] for page in updated_pages(jira) for row in page["values"]]
    listed = []
    for start in range(0, len(ids), 1000):
        listed += jira.post("/rest/api/3/worklog/list", {"ids": ids[start : start + 1000]})
    told = {
        log.id: next(seconds for at, seconds in reversed(log.versions) if at <= sample_as_of())
        for log in sample_world().worklogs
        if log.created_at <= sample_as_of() - timedelta(minutes=1)
        and not (log.deleted_at and log.deleted_at <= sample_as_of())
    }
    assert {int(row["id"]): row["timeSpentSeconds"] for row in listed} == told


def test_deleted_worklogs_are_listed_apart_and_no_longer_handed_over(jira):
    deleted = [row["worklogId"] for page in updated_pages(jira, "deleted") for row in page["values"]]
    assert deleted
    assert jira.post("/rest/api/3/worklog/list", {"ids": deleted}) == []


@pytest.mark.parametrize("ids", [[], list(range(1001)), None])
def test_a_list_of_no_or_too_many_worklogs_is_refused(jira, ids):
    jira.refusal("POST", "/rest/api/3/worklog/list", 400, json={"ids": ids})


def test_ids_that_are_not_there_are_left_out_unsaid(jira):
    assert [row["id"] for row in jira.post("/rest/api/3/worklog/list", {"ids": [1, 30001, 2]})] == ["30001"]


def test_the_last_minute_of_worklogs_is_held_back():
    log = sample_world().worklogs[5000]
    instant = log.created_at + timedelta(seconds=30)
    with asking_jira(sample_world(), instant) as jira:
        ids = {row["worklogId"] for page in updated_pages(jira) for row in page["values"]}
        assert log.id not in ids
        assert jira.post("/rest/api/3/worklog/list", {"ids": [log.id]})
    with asking_jira(sample_world(), instant + timedelta(minutes=1)) as jira:
        assert log.id in {row["worklogId"] for page in updated_pages(jira) for row in page["values"]}


def test_a_worklog_has_a_document_for_a_comment_or_none_and_ids_in_text(jira):
    rows = jira.post("/rest/api/3/worklog/list", {"ids": list(range(30001, 30500))})
    assert {row["comment"]["type"] for row in rows if "comment" in row} == {"doc"}
    assert any("comment" not in row for row in rows)
    assert any(row["comment"]["content"] == [] for row in rows if "comment" in row)
    assert {type(row["id"]) for row in rows} == {type(row["issueId"]) for row in rows} == {str}
    assert "properties" not in rows[0]


def test_a_worklog_property_is_there_when_expanded_or_asked_for_alone(jira):
    log = next(log for log in sample_world().worklogs if log.is_marked_unpaid and log.deleted_at is None)
    wanted = {"key": "billing", "value": {"billable": False}}
    listed = jira.post("/rest/api/3/worklog/list", {"ids": [log.id]}, expand="properties")
    assert listed[0]["properties"] == [wanted]
    path = f"/rest/api/3/issue/{log.issue_id}/worklog/{log.id}/properties"
    assert jira.get(f"{path}/billing") == wanted
    jira.refusal("GET", f"{path}/other", 404)


def test_worklogs_of_an_issue_come_by_when_they_started(jira):
    page = jira.get("/rest/api/3/issue/INT-1/worklog", maxResults=10)
    middle = page["worklogs"][5]
    at = int(datetime.strptime(middle["started"], "%Y-%m-%dT%H:%M:%S.%f%z").timestamp() * 1000)
    later = jira.get("/rest/api/3/issue/INT-1/worklog", startedAfter=at, maxResults=1)
    earlier = jira.get("/rest/api/3/issue/INT-1/worklog", startedBefore=at)
    assert later["total"] + earlier["total"] < page["total"]
    assert len(later["worklogs"]) == 1
    jira.refusal("GET", "/rest/api/3/issue/INT-1/worklog", 400, params={"startedAfter": "monday"})


def test_stamps_stand_in_the_callers_zone_across_the_change_of_clocks(jira):
    rows = jira.post("/rest/api/3/worklog/list", {"ids": [30001, 33500, 38000]})
    assert all(STAMP.fullmatch(row[name]) for row in rows for name in ("created", "updated", "started"))
    assert {row["started"][-5:] for row in rows} == {"-0600", "-0500"}


# -- boards, sprints, histories --------------------------------------------------------------------------------------


def test_boards_of_every_kind_are_listed_and_can_be_filtered(jira):
    boards = jira.get("/rest/agile/1.0/board")["values"]
    assert {board["type"] for board in boards} == {"scrum", "kanban", "simple"}
    assert [board["id"] for board in jira.get("/rest/agile/1.0/board", type="simple")["values"]] == [12]
    assert {b["location"]["projectKey"] for b in jira.get("/rest/agile/1.0/board", projectKeyOrId="HAR")["values"]} == {
        "HAR"
    }
    assert any("location" not in board for board in boards)


def test_a_kanban_board_has_no_sprints_and_no_estimates(jira):
    kanban = next(board["id"] for board in jira.get("/rest/agile/1.0/board", type="kanban")["values"])
    jira.refusal("GET", f"/rest/agile/1.0/board/{kanban}/sprint", 400)
    assert "estimation" not in jira.get(f"/rest/agile/1.0/board/{kanban}/configuration")


def test_boards_say_which_field_they_estimate_in_and_team_managed_ones_use_another(jira):
    fields = {
        number: jira.get(f"/rest/agile/1.0/board/{number}/configuration")["estimation"]["field"]["fieldId"]
        for number in (11, 12, 13)
    }
    assert fields == {11: "customfield_10026", 12: "customfield_10016", 13: "customfield_10026"}
    listed = {row["id"]: row for row in jira.get("/rest/api/3/field")}
    assert listed["customfield_10016"]["scope"]["project"]["id"] == "10011"
    assert listed["customfield_10020"]["schema"]["custom"] == "com.pyxis.greenhopper.jira:gh-sprint"


def test_boards_say_where_they_are_and_can_be_found_by_their_filter(jira):
    configuration = jira.get("/rest/agile/1.0/board/11/configuration")
    assert (configuration["location"]["type"], configuration["location"]["key"]) == ("project", "ATL")
    found = jira.get("/rest/agile/1.0/board", filterId=configuration["filter"]["id"])["values"]
    assert [board["id"] for board in found] == [11]
    shared = next(board["id"] for board in jira.get("/rest/agile/1.0/board")["values"] if "location" not in board)
    assert "location" not in jira.get(f"/rest/agile/1.0/board/{shared}/configuration")


def test_the_estimate_of_an_issue_is_told_by_the_field_of_a_board(jira):
    asked = {"jql": "project = ATL AND sprint in closedSprints()", "fields": ["customfield_10026"], "maxResults": 100}
    points = {issue["key"]: issue["fields"]["customfield_10026"] for issue in jira.post(SEARCH, asked)["issues"]}
    for is_set in (True, False):
        key = next(key for key, value in points.items() if (value is not None) == is_set)
        answer = jira.get(f"/rest/agile/1.0/issue/{key}/estimation", boardId=11)
        assert answer == {"fieldId": "customfield_10026"} | ({"value": str(points[key])} if is_set else {})


def test_an_estimate_needs_a_board_that_shows_the_issue_and_estimates(jira):
    path = "/rest/agile/1.0/issue/{}/estimation"
    kanban = next(board["id"] for board in jira.get("/rest/agile/1.0/board", type="kanban")["values"])
    for key, board, status in (
        ("ATL-20", None, 400),
        ("ATL-20", 999, 404),
        ("ATL-99999", 11, 404),
        ("ATL-20", 12, 404),
        ("INT-1", kanban, 400),
    ):
        jira.refusal("GET", path.format(key), status, params=None if board is None else {"boardId": board})


def test_fields_of_classic_projects_can_be_searched(jira):
    path = "/rest/api/3/field/search"
    custom = jira.get(path, type="custom")
    assert {"customfield_10026", "customfield_10020"} <= {row["id"] for row in custom["values"]}
    assert "customfield_10016" not in {row["id"] for row in custom["values"]}, "a team-managed project's own"
    assert [row["id"] for row in jira.get(path, query="story")["values"]] == ["customfield_10026"]
    assert [row["id"] for row in jira.get(path, id="customfield_10020,summary")["values"]] == [
        "summary",
        "customfield_10020",
    ]
    pages = [jira.get(path, maxResults=3, startAt=start) for start in (0, 3, 6)]
    assert [page["isLast"] for page in pages] == [False, False, True]
    assert len({row["id"] for page in pages for row in page["values"]}) == custom["total"] + 5
    assert deviations(PLATFORM, response_schema(PLATFORM, path), custom) == set()
    jira.refusal("GET", path, 400, params={"type": "mine"})


def test_sprints_come_closed_ones_first_and_future_ones_without_dates(jira):
    rows, start = [], 0
    while True:
        page = jira.get("/rest/agile/1.0/board/11/sprint", startAt=start, maxResults=10)
        rows += page["values"]
        start += len(page["values"])
        if page["isLast"]:
            break
    states = [row["state"] for row in rows]
    assert states == sorted(states, key=["closed", "active", "future"].index)
    assert set(states) == {"closed", "active", "future"}
    assert all(("completeDate" in row) == (row["state"] == "closed") for row in rows)
    assert all(("startDate" in row) == (row["state"] != "future") for row in rows)
    assert all(row["startDate"].endswith("Z") for row in rows if "startDate" in row)
    only = jira.get("/rest/agile/1.0/board/11/sprint", state="active,future")["values"]
    assert only == [row for row in rows if row["state"] != "closed"]
    jira.refusal("GET", "/rest/agile/1.0/board/11/sprint", 400, params={"state": "open"})


def test_a_board_over_several_teams_shows_sprints_that_began_on_another(jira):
    shared = next(board["id"] for board in jira.get("/rest/agile/1.0/board")["values"] if "location" not in board)
    origins = {sprint["originBoardId"] for sprint in jira.get(f"/rest/agile/1.0/board/{shared}/sprint")["values"]}
    assert origins == {11}


@pytest.mark.parametrize("path", ["/rest/software/1.0/sprint/{}/issue", "/rest/agile/1.0/sprint/{}/issue"])
def test_both_ways_list_the_members_of_a_sprint_with_sub_tasks_and_carried_over_issues(jira, path):
    members = jira.get(path.format(141), maxResults=100)["issues"]
    assert {m["key"] for m in members} == {
        m["key"] for m in jira.get("/rest/agile/1.0/sprint/141/issue", maxResults=100)["issues"]
    }
    assert any(m["fields"]["closedSprints"] and m["fields"]["sprint"] for m in members), "carried over"
    assert all(any(s["id"] == 141 for s in m["fields"]["customfield_10020"]) for m in members)


def test_members_come_in_token_pages_and_in_numbered_ones(jira):
    first = jira.get("/rest/software/1.0/sprint/141/issue", maxResults=5, fields="status")
    second = jira.get(
        "/rest/software/1.0/sprint/141/issue", maxResults=5, fields="status", nextPageToken=first["nextPageToken"]
    )
    numbered = jira.get("/rest/agile/1.0/sprint/141/issue", maxResults=5, startAt=5, fields="status")
    assert [i["key"] for i in second["issues"]] == [i["key"] for i in numbered["issues"]]
    assert numbered["total"] > 10
    bugs = jira.get("/rest/software/1.0/sprint/141/issue", jql="issuetype = Bug", fields="issuetype")["issues"]
    assert {bug["fields"]["issuetype"]["name"] for bug in bugs} == {"Bug"}


def test_histories_of_many_issues_come_oldest_first_and_an_issue_may_span_pages(jira):
    keys = [f"ATL-{n}" for n in range(1, 60)]
    body = {"issueIdsOrKeys": keys, "maxResults": 25}
    pages = [jira.post("/rest/api/3/changelog/bulkfetch", body)]
    while pages[-1]["nextPageToken"]:
        pages.append(jira.post("/rest/api/3/changelog/bulkfetch", body | {"nextPageToken": pages[-1]["nextPageToken"]}))
    assert pages[-1]["nextPageToken"] is None
    seen = [log["issueId"] for page in pages for log in page["issueChangeLogs"]]
    assert len(seen) > len(set(seen))
    ids = [int(h["id"]) for page in pages for log in page["issueChangeLogs"] for h in log["changeHistories"]]
    whole = jira.post("/rest/api/3/changelog/bulkfetch", {"issueIdsOrKeys": keys, "maxResults": 10000})
    assert sorted(ids) == sorted(int(h["id"]) for log in whole["issueChangeLogs"] for h in log["changeHistories"])
    assert len(ids) == len(set(ids))


def test_histories_can_be_limited_to_fields(jira):
    body = {"issueIdsOrKeys": ["ATL-20", "ATL-30"], "fieldIds": ["status"]}
    logs = jira.post("/rest/api/3/changelog/bulkfetch", body)["issueChangeLogs"]
    histories = [history for log in logs for history in log["changeHistories"]]
    assert histories
    assert all(any(item["fieldId"] == "status" for item in history["items"]) for history in histories)


@pytest.mark.parametrize(
    "body",
    [
        {"issueIdsOrKeys": []},
        {"issueIdsOrKeys": ["ATL-1"] * 1001},
        {"issueIdsOrKeys": ["ATL-1"], "fieldIds": [str(n) for n in range(11)]},
        {"issueIdsOrKeys": ["ATL-1"], "maxResults": 10001},
        {"issueIdsOrKeys": ["ATL-1"], "maxResults": 0},
        {"issueIdsOrKeys": ["ATL-1"], "maxResults": "many"},
    ],
)
def test_histories_of_nothing_or_too_much_are_refused(jira, body):
    jira.refusal("POST", "/rest/api/3/changelog/bulkfetch", 400, json=body)


def test_a_history_shows_sprints_as_a_growing_list_points_in_strings_and_people_with_extra_keys(jira):
    body = {"issueIdsOrKeys": [str(n) for n in range(20001, 20900)], "maxResults": 10000}
    logs = jira.post("/rest/api/3/changelog/bulkfetch", body)["issueChangeLogs"]
    items = [item for log in logs for history in log["changeHistories"] for item in history["items"]]
    carried = next(item for item in items if item["field"] == "Sprint" and ", " in item["to"])
    assert carried["to"].startswith(f"{carried['from']}, ")
    assert carried["toString"].startswith(carried["fromString"])
    points = next(item for item in items if item["field"] == "Story Points")
    assert points["to"] is None
    assert float(points["toString"]) in {1, 2, 3, 5, 8, 13}
    assert {i["fieldId"] for i in items} == {
        "status",
        "assignee",
        "customfield_10020",
        "customfield_10026",
        "customfield_10016",
    }
    assert all("tmpToAccountId" in item for item in items if item["field"] == "assignee")


def test_the_history_of_one_issue_is_paged_by_links(jira):
    page = jira.get("/rest/api/3/issue/ATL-20/changelog", maxResults=2)
    link = urlsplit(page["nextPage"])
    following = jira.get(f"{link.path}?{link.query}")
    assert following["startAt"] == 2
    assert following["total"] == page["total"]


# -- people, projects, the unknown -----------------------------------------------------------------------------------


def test_people_are_listed_with_apps_and_the_gone_and_mostly_without_an_address(jira):
    users = jira.get("/rest/api/3/users/search", maxResults=1000)
    assert {user["accountType"] for user in users} == {"atlassian", "app"}
    assert {user["displayName"] for user in users if not user["active"]} == {"Imran Qureshi", "Former user"}
    assert sum("emailAddress" in user for user in users) == 2
    assert jira.get("/rest/api/3/users/search", startAt=1000) == []


def test_accounts_are_found_by_id_and_strangers_left_out(jira):
    page = jira.get("/rest/api/3/user/bulk", accountId=["712020:ana-0001", "nobody"])
    assert [user["accountId"] for user in page["values"]] == ["712020:ana-0001"]
    jira.refusal("GET", "/rest/api/3/user/bulk", 400)


def test_projects_say_who_pays(jira):
    rows = jira.get("/rest/api/3/project/search", keys=["ATL", "INT"])["values"]
    assert {row["key"]: row["projectCategory"]["name"] for row in rows} == {"ATL": "Client", "INT": "Internal"}
    category = next(row["projectCategory"]["id"] for row in rows if row["key"] == "INT")
    internal = jira.get("/rest/api/3/project/search", categoryId=category)["values"]
    assert [row["key"] for row in internal] == ["INT"]


@pytest.mark.parametrize(
    "path",
    [
        "/rest/api/3/issue/ATL-99999/changelog",
        "/rest/agile/1.0/board/999",
        "/rest/agile/1.0/sprint/999",
        "/rest/software/1.0/sprint/999/issue",
        "/rest/api/3/nothing",
    ],
)
def test_what_is_not_there_is_answered_with_404_in_jiras_shape(jira, path):
    answer = jira.refusal("GET", path, 404)
    assert set(answer) == {"errorMessages", "errors"}


def test_a_body_that_is_no_json_is_refused(jira):
    jira.refusal("POST", SEARCH, 400, content=b"{")
    jira.refusal("POST", SEARCH, 400, json=[1])


# -- the instant -----------------------------------------------------------------------------------------------------


def test_an_earlier_instant_does_not_know_what_came_later():
    instant = datetime(2026, 6, 12, 5, tzinfo=UTC)
    with asking_jira(sample_world(), instant) as jira:
        assert "712020:hana-0008" not in {user["accountId"] for user in jira.get("/rest/api/3/users/search")}
        assert all(user["active"] for user in jira.get("/rest/api/3/users/search") if "imran" in user["accountId"])
        sprints = jira.get("/rest/agile/1.0/board/11/sprint")["values"]
        assert [sprint["state"] for sprint in sprints].count("active") == 1
        rows = [row["updatedTime"] for page in updated_pages(jira) for row in page["values"]]
        assert max(rows) <= instant.timestamp() * 1000
        issues = jira.post(
            SEARCH, {"jql": "sprint in openSprints()", "fields": ["status", "updated"], "maxResults": 100}
        )
        assert {i["fields"]["status"]["name"] for i in issues["issues"]} >= {"To Do", "Done"}
        assert jira.get("/rest/api/3/serverInfo")["serverTime"] == "2026-06-12T00:00:00.000-0500"


def test_an_earlier_instant_shows_issues_as_they_stood_then():
    instant = datetime(2026, 6, 12, 5, tzinfo=UTC)
    now = "2026-06-12T00:00:00.000-0500"
    with asking_jira(sample_world(), instant) as jira:
        body = {"issueIdsOrKeys": [f"ATL-{n}" for n in range(1, 1000)], "maxResults": 10000}
        logs = jira.post("/rest/api/3/changelog/bulkfetch", body)["issueChangeLogs"]
        assert max(history["created"] for log in logs for history in log["changeHistories"]) <= now
        asked = {"jql": "project = ATL AND updated >= -14d", "fields": ["*all"], "maxResults": 100}
        issues = jira.post(SEARCH, asked)["issues"]
        assert max(issue["fields"]["updated"] for issue in issues) <= now
        assert {issue["fields"]["resolutiondate"] is None for issue in issues} == {True, False}
        assert any(s["state"] == "active" for issue in issues for s in issue["fields"]["customfield_10020"] or [])


def test_an_edited_worklog_shows_its_first_entry_before_the_edit():
    log = next(log for log in sample_world().worklogs if len(log.versions) > 1 and not log.deleted_at)
    (created, first), (edited, second) = log.versions
    for instant, seconds in ((created, first), (edited, second)):
        with asking_jira(sample_world(), instant) as jira:
            assert jira.post("/rest/api/3/worklog/list", {"ids": [log.id]})[0]["timeSpentSeconds"] == seconds
