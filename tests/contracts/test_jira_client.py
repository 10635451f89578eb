"""The Jira client against a mock that speaks real HTTP, and against answers that the mock never gives."""

import json
import threading
from contextlib import contextmanager
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pandas as pd
import pytest
from pydantic import SecretStr

from flows.mocks.credentials import JIRA_EMAIL, JIRA_SCOPED_TOKEN, JIRA_TOKEN
from flows.mocks.http import Response, json_response
from flows.mocks.jira_server import CLOUD_ID, serve_jira
from flows.mocks.world import POINTS_FIELD
from flows.settings import TeamConfig
from flows.settings.connections import Connection
from flows.sources.errors import SourceError
from flows.sources.http import Patience, open_client
from flows.sources.jira import fetch_jira
from flows.sources.transports import ReplayTransport
from flows.sources.window import Window
from tests.builders import payloads as p
from tests.builders.config import engineer_entry, team_config
from tests.builders.reads import assert_same_read, event_table, recording, worklog_table
from tests.builders.world import sample_config, sample_world
from transforms.clean.jira_history import clean_sprints

ZONE = ZoneInfo("America/Chicago")
AS_OF = datetime(2026, 11, 23, tzinfo=ZONE)
STORY = Window(datetime(2025, 11, 3, tzinfo=ZONE), AS_OF)
FOUR_WEEKS = Window(datetime(2026, 10, 26, tzinfo=ZONE), AS_OF)
NO_WAIT = Patience(attempts=4, first_wait=0.0, longest_wait=0.0, jitter=0.0, total=60.0)


def connection(base_url, token=JIRA_TOKEN, email=JIRA_EMAIL, connect_to=None):
    return Connection(base_url, SecretStr(token), email, connect_to)


def fetch(connection, window=FOUR_WEEKS, *, config=None, record=None, transport=None):
    kept = [] if record is None else record
    with open_client("jira", connection, kept.append, transport, NO_WAIT) as client:
        return fetch_jira(client, window, config or sample_config())


@pytest.fixture(scope="module")
def jira():
    """The address of the mock, serving the whole story."""
    with serve_jira(sample_world(), AS_OF) as url:
        yield url


@pytest.fixture(scope="module")
def story(jira):
    """Everything fetched at once, and the answers received."""
    exchanges = []
    return fetch(connection(jira), STORY, record=exchanges), exchanges


@pytest.fixture(scope="module")
def lately(jira):
    """The last four weeks, and the answers received."""
    exchanges = []
    return fetch(connection(jira), record=exchanges), exchanges


def cleaned_worklogs(payload, first_week):
    return worklog_table(payload, sample_config(), first_week)


def history(payload):
    return event_table(payload, sample_config())


def in_order(exchanges):
    """Answers in an order of their own: several requests are under way at the same time."""
    return sorted(exchanges, key=lambda one: (one.method, one.target, one.request_body))


def test_every_worklog_of_the_story_arrives_with_its_hours(story):
    payload, _ = story
    table, _ = cleaned_worklogs(payload, "2025-11-03")
    roster = {person.account_id for person in sample_world().people if person.engineer_id}
    held_back = AS_OF - timedelta(minutes=1)
    expected = {
        str(log.id): [seconds for saved, seconds in log.versions if saved < held_back][-1] / 3600
        for log in sample_world().worklogs
        if log.author in roster
        and log.created_at < held_back
        and not (log.deleted_at and log.deleted_at < held_back)
        and log.started_at >= STORY.since
    }
    assert len(expected) > 7000
    assert dict(zip(table["worklog_id"], table["logged_hours"], strict=True)) == pytest.approx(expected)
    assert payload.gaps == ()


def test_every_issue_behind_a_worklog_is_known(story):
    payload, _ = story
    table, problems = cleaned_worklogs(payload, "2025-11-03")
    assert not table["issue_key"].str.startswith("id ").any()
    assert "J003" not in set(problems["rule"])


def test_the_sprints_of_every_team_arrive_to_the_last(story):
    table, problems = clean_sprints(story[0].sprints, story[0].boards)
    past = {sprint.id for sprint in sample_world().sprints if sprint.start_at < AS_OF}
    assert past <= set(table["sprint_id"])
    assert set(table["team_id"]) == {team.id for team in sample_config().teams}
    assert problems.empty


def test_histories_end_in_the_present_and_hold_points_and_assignees_as_they_were(story):
    events = history(story[0])
    issues = {issue.key: issue for issue in sample_world().issues}
    names = {person.account_id: person.engineer_id or "(not on roster)" for person in sample_world().people}
    last = events.sort_values(["changed_at", "event_id"]).groupby(["issue_key", "field"]).tail(1)
    found = {row[:2]: row[2] for row in p.values(last, "issue_key", "field", "value")}
    wire_names = {"points": "points", "sprints": "sprint", "assignee": "assignee"}
    for key, field in [pair for pair in found if pair[1] in wire_names]:
        issue, wire_name = issues[key], wire_names[field]
        now = issue.at_creation.get(wire_name)
        for change in issue.changes:
            if change.at < AS_OF:
                now = next((after for name, _, after in change.items if name == wire_name), now)
        value = found[key, field]
        if field == "points":
            assert (value and float(value)) == now, key
        elif field == "assignee":
            assert value == (now and names[now]), key
        elif issue.kind != "Sub-task":  # a sub-task is where its parent is
            assert value == (",".join(str(number) for number in now or ()) or None), key


def test_issues_that_left_a_sprint_are_found_by_their_history(story):
    payload, _ = story
    touched = {sprint["id"] for sprint in payload.sprints if sprint.get("startDate")}
    gone = {
        issue.key
        for issue in sample_world().issues
        for change in issue.changes
        for name, before, after in change.items
        if name == "sprint" and set(before or ()) - set(after or ()) & touched and change.at < AS_OF
    }
    assert gone
    of_sprints = payload.issues[payload.issues["is_of_sprint"]]
    assert gone <= set(of_sprints["issue_key"])


def test_a_short_window_says_the_same_of_its_weeks_as_the_whole_story(story, lately):
    weeks = "2026-10-26"
    pd.testing.assert_frame_equal(cleaned_worklogs(story[0], weeks)[0], cleaned_worklogs(lately[0], weeks)[0])
    short = history(lately[0])
    whole = history(story[0])
    same = whole[whole["issue_key"].isin(short["issue_key"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(same, short)
    assert len(lately[1]) < len(story[1]) / 2


def test_nothing_is_asked_for_that_no_metric_uses(lately):
    asked = " ".join(one.target + one.request_body.decode() for one in lately[1])
    assert not any(word in asked for word in ("summary", "comment", "description", "users/search"))


def test_the_same_window_asks_and_is_answered_the_same(jira, lately):
    again = []
    assert_same_read(fetch(connection(jira), record=again), lately[0])
    assert in_order(again) == in_order(lately[1])


def test_a_past_fetch_is_read_again_offline(lately):
    payload, exchanges = lately
    offline = connection("http://nowhere.invalid/prefix")
    assert_same_read(fetch(offline, transport=ReplayTransport(recording(exchanges))), payload)


def test_the_stable_name_gives_the_same_bytes_on_every_port():
    received = []
    for _ in range(2):
        with serve_jira(sample_world(), AS_OF) as url:
            exchanges = []
            fetch(connection("http://jira.sample.invalid", connect_to=url.removeprefix("http://")), record=exchanges)
            received.append(in_order(exchanges))
    assert received[0] == received[1]
    assert any(b"http://jira.sample.invalid/rest" in one.response_body for one in received[0])


def test_a_scoped_token_works_on_the_gateway_address(jira, lately):
    payload = fetch(connection(f"{jira}/ex/jira/{CLOUD_ID}", JIRA_SCOPED_TOKEN))
    assert payload.counts == lately[0].counts


@pytest.mark.parametrize("token", ["wrong", JIRA_SCOPED_TOKEN])
def test_a_token_that_is_not_accepted_is_said_with_what_to_do(jira, token):
    with pytest.raises(SourceError, match="Client must be authenticated") as caught:
        fetch(connection(jira, token))
    assert caught.value.status == 401
    assert "https://api.atlassian.com/ex/jira/<cloudId>" in str(caught.value)
    assert token not in str(caught.value)


@contextmanager
def troubled(*faults):
    """The mock, with each fault sent once, instead of the answers to the second, third ... request."""
    waiting, lock = list(faults), threading.Lock()
    asked = 0

    def fault(request):
        nonlocal asked
        with lock:
            asked += 1
            return waiting.pop(0) if waiting and asked > 1 else None

    with serve_jira(sample_world(), AS_OF, fault=fault) as url:
        yield url
    assert not waiting


def test_passing_troubles_change_nothing(lately):
    faults = [
        Response(429, b"", headers={"Retry-After": "0"}),
        Response(429, b"<html>Too many requests</html>", "text/html"),
        Response(503, b"busy", "text/plain"),
        Response(200, b'{"values": [', "application/json"),
        Response(500, b""),
    ]
    with troubled(*faults[:3]) as url:
        assert fetch(connection(url)).counts == lately[0].counts
    with troubled(*faults[3:]) as url:
        assert fetch(connection(url)).counts == lately[0].counts


def test_a_source_that_stays_down_fails_after_a_few_attempts():
    with (
        serve_jira(sample_world(), AS_OF, fault=lambda _: Response(503, b"down", "text/plain")) as url,
        pytest.raises(SourceError, match='503 Service Unavailable: "down"'),
    ):
        fetch(connection(url))


def test_where_the_newer_call_is_not_served_the_older_one_gives_the_same(lately):
    refused = []

    def fault(request):
        if "/rest/software/" in request.path:
            refused.append(request)
            return json_response({"errorMessages": ["No such path"]}, 404)
        return None

    with serve_jira(sample_world(), AS_OF, fault=fault) as url:
        payload = fetch(connection(url))
    pd.testing.assert_frame_equal(payload.issues, lately[0].issues)
    assert len(refused) <= 4  # asked at the same time, then no more: not for every sprint


def test_worklogs_that_jira_announces_and_withholds_are_counted():
    def fault(request):
        return json_response([]) if request.path.endswith("/worklog/list") else None

    with serve_jira(sample_world(), AS_OF, fault=fault) as url:
        payload = fetch(connection(url))
    (gap,) = payload.gaps
    assert gap.metrics == {"billable"}
    assert gap.sentence.startswith("Hours incomplete: ")
    assert payload.worklogs.empty


def test_a_board_that_does_not_exist_costs_its_team_its_sprints_and_nothing_else(jira):
    config = sample_config()
    atlas, *others = config.teams
    config = config.model_copy(update={"teams": (atlas.model_copy(update={"jira_board_ids": (999,)}), *others)})
    payload = fetch(connection(jira), config=config)
    _, problems = clean_sprints(payload.sprints, payload.boards)
    assert p.values(problems, "rule", "found") == [("J005", "999")]
    assert {sprint["board_id"] for sprint in payload.sprints} == {12, 13}
    assert payload.gaps == ()


# -- answers that the mock never gives ---------------------------------------------------------------------------------


class FakeJira:
    """A small Jira: one team, one board, nothing in it, but for the answers that a test gives."""

    def __init__(self, **answers):
        self.asked = []
        self.answers = {
            "/rest/api/3/serverInfo": {"deploymentType": "Cloud"},
            "/rest/api/3/myself": {"accountId": "me"},
            "/rest/api/3/mypermissions": {"permissions": {"BROWSE_PROJECTS": {"havePermission": True}}},
            "/rest/api/3/user/bulk": lambda request: {
                "values": [{"accountId": account} for account in request.url.params.get_list("accountId")],
                "isLast": True,
            },
            "/rest/api/3/field": [field("customfield_10020", "Sprint", "com.pyxis.greenhopper.jira:gh-sprint")],
            "/rest/agile/1.0/board/1/configuration": board_configuration(),
            "/rest/agile/1.0/board/1/sprint": {"values": [], "isLast": True},
            "/rest/api/3/worklog/updated": {"values": [], "lastPage": True},
            "/rest/api/3/worklog/deleted": {"values": [], "lastPage": True},
            **answers,
        }

    def __call__(self, request):
        self.asked.append(request)
        answer = self.answers[request.url.path]
        answer = answer(request) if callable(answer) else answer
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)

    def fetch(self, **more):
        config = more.pop("config", None) or team_config()
        return fetch(connection("https://demo.atlassian.net"), config=config, transport=httpx.MockTransport(self))

    def targets(self, path):
        return [request for request in self.asked if request.url.path == path]


def field(field_id, name, kind="com.atlassian.jira.plugin.system.customfieldtypes:float"):
    return {"id": field_id, "name": name, "custom": True, "schema": {"type": "number", "custom": kind}}


def board_configuration(estimation=True, columns=("1", "2")):
    return {
        "id": 1,
        "columnConfig": {
            "columns": [{"name": n, "statuses": [{"id": n}]} for n in columns] + [{"name": "", "statuses": []}]
        },
        **({"estimation": {"type": "field", "field": {"fieldId": "customfield_1"}}} if estimation else {}),
    }


def test_an_anonymous_answer_is_an_error_before_anything_is_read():
    fake = FakeJira(**{"/rest/api/3/myself": {"displayName": "Anonymous"}})
    with pytest.raises(SourceError, match="counted as anonymous"):
        fake.fetch()
    assert len(fake.asked) == 2


@pytest.mark.parametrize("answer", [{"deploymentType": "Server"}, httpx.Response(404, html="<h1>Not here</h1>")])
def test_data_center_is_said_to_be_unsupported(answer):
    with pytest.raises(SourceError, match="Data Center and Server are not supported"):
        FakeJira(**{"/rest/api/3/serverInfo": answer}).fetch()


def test_done_is_the_last_column_that_has_statuses():
    (board,) = FakeJira().fetch().boards
    assert (board["team_id"], board["estimation_field"], board["done_status_ids"]) == ("core", "customfield_1", ["2"])
    assert board["trouble"] == ""


@pytest.mark.parametrize(
    ("fields", "config", "found"),
    [
        ([field("customfield_7", "Story Points")], {}, "customfield_7"),
        ([field("customfield_8", "Schätzung", "com.pyxis.greenhopper.jira:jsw-story-points")], {}, "customfield_8"),
        ([], {"sources": {"jira": {"estimation_field": "customfield_9"}}}, "customfield_9"),
        ([], {}, None),
    ],
)
def test_a_board_without_an_estimation_field_takes_it_from_the_config_the_kind_or_the_name(fields, config, found):
    fake = FakeJira(
        **{
            "/rest/agile/1.0/board/1/configuration": board_configuration(estimation=False),
            "/rest/api/3/field": fields,
        }
    )
    (board,) = fake.fetch(config=team_config(**config)).boards
    assert board["estimation_field"] == found
    assert bool(board["trouble"]) is (found is None)


def test_two_fields_that_may_hold_the_points_are_refused():
    fake = FakeJira(
        **{
            "/rest/agile/1.0/board/1/configuration": board_configuration(estimation=False),
            "/rest/api/3/field": [field("customfield_7", "Story Points"), field("customfield_8", "Story Points")],
        }
    )
    with pytest.raises(SourceError, match="2 fields may be the story points field: customfield_7, customfield_8"):
        fake.fetch()


@pytest.mark.parametrize("status", [400, 422])
def test_a_board_without_sprints_is_no_error(status):
    fake = FakeJira(**{"/rest/agile/1.0/board/1/sprint": httpx.Response(status, json={"errorMessages": ["no"]})})
    assert fake.fetch().sprints == []


def test_a_sprint_seen_on_several_boards_belongs_to_the_one_it_began_on():
    foreign = {**p.sprint(61, state="future"), "originBoardId": 2}
    stray = {**p.sprint(62, state="future"), "originBoardId": 77}
    fake = FakeJira(
        **{
            "/rest/agile/1.0/board/2/configuration": board_configuration(),
            "/rest/agile/1.0/board/1/sprint": {"values": [foreign, stray], "isLast": True},
            "/rest/agile/1.0/board/2/sprint": {"values": [foreign, stray], "isLast": True},
        }
    )
    teams = [{"id": "core", "name": "Core", "jira_board_ids": [1]}, {"id": "web", "name": "Web", "jira_board_ids": [2]}]
    payload = fake.fetch(config=team_config(engineer_entry(), teams=teams))
    assert [(sprint["id"], sprint["board_id"]) for sprint in payload.sprints] == [(61, 2), (62, 1)]


def test_pages_of_sprints_are_read_to_the_last_though_they_are_shorter_than_asked():
    sprints = [p.sprint(number, state="future") for number in range(61, 66)]

    def page(request):
        start = int(request.url.params["startAt"])
        return {"values": sprints[start : start + 2], "isLast": start + 2 >= len(sprints), "maxResults": 2}

    fake = FakeJira(**{"/rest/agile/1.0/board/1/sprint": page})
    assert [sprint["id"] for sprint in fake.fetch().sprints] == [61, 62, 63, 64, 65]


def test_worklogs_of_one_millisecond_on_both_sides_of_a_page_edge_all_arrive():
    changes = [(1_793_000_000_000 + n // 3, n) for n in range(1, 10)]  # three to a millisecond, four to a page

    def page(request):
        since = int(request.url.params["since"])
        later = [change for change in changes if change[0] > since]
        until = later[:4][-1][0] if later else since
        return {
            "values": [{"worklogId": number, "updatedTime": at} for at, number in later[:4]],
            "nextPage": f"https://elsewhere.example/rest/api/3/worklog/updated?since={until}",
            "lastPage": len(later) <= 4,
        }

    def listed(request):
        return [p.worklog(number) for number in json.loads(request.content)["ids"]]

    fake = FakeJira(
        **{
            "/rest/api/3/worklog/updated": page,
            "/rest/api/3/worklog/list": listed,
        }
    )
    payload = fake.fetch()
    assert sorted(map(int, payload.worklogs["worklog_id"])) == [number for _, number in changes]
    # No token goes to whatever host `nextPage` names.
    assert {request.url.host for request in fake.asked} == {"demo.atlassian.net"}


def test_worklogs_are_asked_for_from_the_eve_of_the_window_on():
    # The first Monday begins in Madrid while it is Sunday in Chicago, where the window begins.
    fake = FakeJira()
    fake.fetch()
    (request,) = fake.targets("/rest/api/3/worklog/updated")
    since = datetime.fromtimestamp(int(request.url.params["since"]) / 1000, ZONE)
    assert since == datetime(2026, 10, 25, tzinfo=ZONE)


def test_a_list_that_does_not_move_on_is_an_error_and_no_endless_loop():
    page = {"values": [], "nextPage": "https://demo.atlassian.net/x?since=0", "lastPage": False}
    with pytest.raises(SourceError, match="begins where this one does"):
        FakeJira(**{"/rest/api/3/worklog/updated": page}).fetch()


def test_worklogs_are_listed_in_thousands_and_deleted_ones_do_not_count():
    fake = FakeJira(
        **{
            "/rest/api/3/worklog/updated": {"values": [{"worklogId": n} for n in range(1, 1502)], "lastPage": True},
            "/rest/api/3/worklog/deleted": {"values": [{"worklogId": 7}], "lastPage": True},
            "/rest/api/3/worklog/list": lambda request: [p.worklog(n) for n in json.loads(request.content)["ids"]],
        }
    )
    payload = fake.fetch()
    sizes = [len(json.loads(request.content)["ids"]) for request in fake.targets("/rest/api/3/worklog/list")]
    assert sizes == [1000, 501]
    assert payload.deleted_worklog_ids == {"7"}
    assert "7" not in set(payload.worklogs["worklog_id"])
    assert payload.gaps == ()


@pytest.mark.parametrize("kind", ["worklog_property", "label"])
def test_properties_of_worklogs_are_asked_for_only_where_a_rule_needs_them(kind):
    rule = {"name": "r", "kind": kind, "value": "billing.billable=true", "billable": True}
    fake = FakeJira(
        **{
            "/rest/api/3/worklog/updated": {"values": [{"worklogId": 1}], "lastPage": True},
            "/rest/api/3/worklog/list": [p.worklog(1)],
        }
    )
    fake.fetch(config=team_config(metrics={"billable": {"rules": [rule]}}))
    (request,) = fake.targets("/rest/api/3/worklog/list")
    assert ("expand" in request.url.params) is (kind == "worklog_property")


CLIENT_FIELD = "customfield_10050"


def of_clients(*fields):
    """A config that asks custom fields which work is paid."""
    rules = [
        {"name": f"r{n}", "kind": "custom_field", "value": f"{name}=Client", "billable": True} for n, name in fields
    ]
    return team_config(engineer_entry("ana", jira_account_id=p.ANA), metrics={"billable": {"rules": rules}})


def jira_with_client_field(**more):
    """One worklog on an issue of no sprint, one on an issue of a sprint; both bear the field."""
    client = {CLIENT_FIELD: {"id": "1", "value": "Client"}}
    return sprint_fake(
        lambda request: {
            "issues": [] if "project" in json.loads(request.content)["jql"] else [p.issue(501, **client)],
            "isLast": True,
        },
        **{
            "/rest/software/1.0/sprint/61/issue": {"issues": [p.issue(20101, **client)], "isLast": True},
            "/rest/api/3/field": [
                field("customfield_10020", "Sprint", "com.pyxis.greenhopper.jira:gh-sprint"),
                field(CLIENT_FIELD, "Paid by"),
            ],
            "/rest/api/3/worklog/updated": {"values": [{"worklogId": 1}, {"worklogId": 2}], "lastPage": True},
            "/rest/api/3/worklog/list": [p.worklog(1, issue=501), p.worklog(2, issue=20101)],
            **more,
        },
    )


def test_a_custom_field_of_a_rule_is_asked_for_and_decides_of_every_issue():
    config, fake = of_clients((1, CLIENT_FIELD), (2, CLIENT_FIELD)), jira_with_client_field()
    payload = fake.fetch(config=config)
    (members,) = fake.targets("/rest/software/1.0/sprint/61/issue")
    assert members.url.params["fields"].split(",").count(CLIENT_FIELD) == 1
    asked = [json.loads(request.content) for request in fake.targets("/rest/api/3/search/jql")]
    assert [body["fields"].count(CLIENT_FIELD) for body in asked if body["jql"] == "id in (501)"] == [1]
    table, _ = worklog_table(payload, config, "2026-10-26")
    assert p.values(table, "worklog_id", "billing_rule", "billable_hours") == [("1", "r1", 1.0), ("2", "r1", 1.0)]
    assert payload.gaps == ()


def test_the_history_of_a_rules_field_is_not_asked_for():
    fake = jira_with_client_field()
    fake.fetch(config=of_clients((1, CLIENT_FIELD)))
    for request in fake.targets("/rest/api/3/changelog/bulkfetch"):
        assert CLIENT_FIELD not in json.loads(request.content)["fieldIds"]


def test_a_rule_about_a_field_that_does_not_exist_makes_billable_unknown_and_no_hour_unpaid():
    payload = jira_with_client_field().fetch(config=of_clients((1, CLIENT_FIELD), (2, "customfield_404")))
    (gap,) = payload.gaps
    assert gap.metrics == {"billable"}
    assert gap.sentence.startswith("What is billable is unknown: billing rules look at customfield_404, and Jira has")


def test_where_hours_come_from_elsewhere_rules_are_not_looked_at():
    fake = FakeJira()
    with open_client(
        "jira", connection("https://demo.atlassian.net"), lambda _: None, httpx.MockTransport(fake), NO_WAIT
    ) as client:
        payload = fetch_jira(client, FOUR_WEEKS, of_clients((1, "customfield_404")), with_worklogs=False)
    assert payload.gaps == ()


def test_a_field_that_the_story_serves_can_decide(jira):
    rule = {"name": "fives", "kind": "custom_field", "value": f"{POINTS_FIELD}=5", "billable": True}
    config = sample_config().model_dump(mode="json", by_alias=True, exclude_none=True)
    config["metrics"]["billable"]["rules"] = [rule]
    config = TeamConfig.model_validate_json(json.dumps(config), strict=True)
    payload = fetch(connection(jira), config=config)
    table, _ = worklog_table(payload, config, "2026-10-26")
    issues = {issue.key: issue for issue in sample_world().issues}
    projects = {board.project_key for board in sample_world().boards if board.estimation_field == POINTS_FIELD}
    paid = set(table.loc[table["billing_rule"] == "fives", "issue_key"])
    assert len(paid) > 5
    assert {issues[key].key.partition("-")[0] for key in paid} <= projects


def test_issues_are_looked_up_only_for_people_on_the_roster():
    config = team_config(engineer_entry("ana", jira_account_id=p.ANA))
    rows = [p.worklog(1, issue=501), p.worklog(2, issue=502, author=p.STRANGER)]
    fake = FakeJira(
        **{
            "/rest/api/3/worklog/updated": {"values": [{"worklogId": 1}, {"worklogId": 2}], "lastPage": True},
            "/rest/api/3/worklog/list": rows,
            "/rest/api/3/search/jql": {"issues": [p.issue(501)], "isLast": True},
        }
    )
    payload = fake.fetch(config=config)
    (request,) = fake.targets("/rest/api/3/search/jql")
    assert json.loads(request.content)["jql"] == "id in (501)"
    assert p.values(payload.issues, "issue_id", "is_of_sprint") == [("501", False)]


def test_a_user_who_may_browse_nothing_is_an_error_and_no_empty_team():
    fake = FakeJira(**{"/rest/api/3/mypermissions": {"permissions": {"BROWSE_PROJECTS": {"havePermission": False}}}})
    with pytest.raises(SourceError, match="may browse no project"):
        fake.fetch()


@pytest.mark.parametrize("status", [400, 403, 404])
def test_a_jira_that_does_not_say_what_one_may_do_is_asked_all_the_same(status):
    refusal = httpx.Response(status, json={"errorMessages": ["no"]})
    fake = FakeJira(**{"/rest/api/3/mypermissions": refusal, "/rest/api/3/user/bulk": refusal})
    assert fake.fetch().accounts is None


def test_accounts_of_the_roster_that_jira_knows_are_told():
    fake = FakeJira(**{"/rest/api/3/user/bulk": {"values": [{"accountId": "jira-ana"}], "isLast": True}})
    payload = fake.fetch(config=team_config(engineer_entry("ana"), engineer_entry("ben")))
    assert payload.accounts == {"jira-ana"}


def test_sprints_that_the_token_may_not_see_are_the_boards_trouble_and_not_an_empty_list():
    fake = FakeJira(**{"/rest/agile/1.0/board/1/sprint": httpx.Response(403, json={"errorMessages": ["no"]})})
    (board,) = fake.fetch().boards
    assert board["trouble"] == "the token may not see the sprints of board 1"


def test_a_page_of_worklogs_that_calls_itself_the_last_is_not_believed_while_the_next_brings_more():
    changes = [(1_793_000_000_000 + n, n) for n in range(1, 8)]

    def page(request):
        since = int(request.url.params["since"])
        rows = [change for change in changes if change[0] > since][:3]
        until = rows[-1][0] if rows else since
        return {
            "values": [{"worklogId": number, "updatedTime": at} for at, number in rows],
            "nextPage": f"https://demo.atlassian.net/rest/api/3/worklog/updated?since={until}",
            "lastPage": True,
        }

    fake = FakeJira(
        **{
            "/rest/api/3/worklog/updated": page,
            "/rest/api/3/worklog/list": lambda request: [p.worklog(n) for n in json.loads(request.content)["ids"]],
        }
    )
    assert len(fake.fetch().worklogs) == 7


def sprint_fake(search, **more):
    """One running sprint with one issue of project ACME, and a way to answer searches."""
    return FakeJira(
        **{
            "/rest/agile/1.0/board/1/sprint": {"values": [p.sprint(61, state="active")], "isLast": True},
            "/rest/software/1.0/sprint/61/issue": {"issues": [p.issue(20101)], "isLast": True},
            "/rest/api/3/changelog/bulkfetch": {"issueChangeLogs": []},
            "/rest/api/3/search/jql": search,
            **more,
        }
    )


def test_one_project_that_jira_will_not_search_costs_the_others_nothing_and_is_said():
    def search(request):
        jql = json.loads(request.content)["jql"]
        if "SECRET" in jql:
            return httpx.Response(400, json={"errorMessages": ["The value 'SECRET' does not exist."]})
        return {"issues": [{"id": "20109"}] if "project" in jql else [p.issue(20109)], "isLast": True}

    board = {**board_configuration(), "location": {"key": "SECRET"}}
    move = p.changelog(20109, p.change(1, "2026-11-03T10:00:00.000+0000", p.sprinted("61", "")))
    fake = sprint_fake(
        search,
        **{
            "/rest/agile/1.0/board/1/configuration": board,
            "/rest/api/3/changelog/bulkfetch": lambda request: {
                "issueChangeLogs": [move] if "20109" in request.content.decode() else []
            },
        },
    )
    payload = fake.fetch()
    (gap,) = payload.gaps
    assert gap.metrics == {"velocity"}
    assert "refuses to search project SECRET" in gap.sentence
    assert sorted(payload.issues["issue_id"]) == ["20101", "20109"]


def test_one_issue_that_may_not_be_seen_does_not_hide_the_others():
    """Jira refuses the whole query when it names one issue that does not exist for the caller."""
    hidden = "505"
    rows = [p.worklog(n, issue=500 + n, started=f"2026-11-03T{10 + n}:00:00.000-0600") for n in range(1, 9)]

    def search(request):
        ids = json.loads(request.content)["jql"].removeprefix("id in (").removesuffix(")").split(", ")
        if hidden in ids:
            return httpx.Response(400, json={"errorMessages": [f"A value with ID '{hidden}' does not exist."]})
        return {"issues": [p.issue(int(number)) for number in ids], "isLast": True}

    fake = FakeJira(
        **{
            "/rest/api/3/worklog/updated": {"values": [{"worklogId": n} for n in range(1, 9)], "lastPage": True},
            "/rest/api/3/worklog/list": rows,
            "/rest/api/3/search/jql": search,
        }
    )
    payload = fake.fetch(config=team_config(engineer_entry("ana", jira_account_id=p.ANA)))
    assert sorted(map(int, payload.issues["issue_id"])) == [501, 502, 503, 504, 506, 507, 508]
    table, problems = worklog_table(payload, team_config(engineer_entry("ana", jira_account_id=p.ANA)), "2026-10-26")
    assert len(table) == 8
    assert p.values(problems, "rule", "found") == [("J003", hidden)]


def test_an_issue_that_a_sprints_list_forgot_is_found_by_its_history():
    move = p.changelog(20109, p.change(1, "2026-11-03T10:00:00.000+0000", p.sprinted("", "61")))

    def search(request):
        is_listing = "project" in json.loads(request.content)["jql"]
        return {"issues": [{"id": "20109"}] if is_listing else [p.issue(20109)], "isLast": True}

    fake = sprint_fake(
        search,
        **{
            "/rest/api/3/changelog/bulkfetch": lambda request: {
                "issueChangeLogs": [move] if "20109" in request.content.decode() else []
            }
        },
    )
    assert sorted(fake.fetch().issues["issue_id"]) == ["20101", "20109"]


def test_a_list_that_announces_more_than_it_hands_over_is_a_gap():
    sprints = [p.sprint(number, state="future") for number in (61, 62)]

    def page(request):
        start = int(request.url.params["startAt"])
        return {"values": sprints[start:], "isLast": True, "total": 3}

    (gap,) = FakeJira(**{"/rest/agile/1.0/board/1/sprint": page}).fetch().gaps
    assert gap.metrics == {"velocity"}
    assert "announced 3 sprints of board 1 and handed over 2" in gap.sentence


def test_refusals_are_met_again_when_the_record_is_read():
    exchanges = []
    refusal = httpx.Response(403, json={"errorMessages": ["no"]})
    fake = FakeJira(**{"/rest/api/3/user/bulk": refusal, "/rest/agile/1.0/board/1/sprint": refusal})
    demo, transport = connection("https://demo.atlassian.net"), httpx.MockTransport(fake)
    payload = fetch(demo, config=team_config(), record=exchanges, transport=transport)
    assert {one.status for one in exchanges} == {200, 403}
    again = fetch(demo, config=team_config(), transport=ReplayTransport(recording(exchanges)))
    assert_same_read(again, payload)


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/rest/api/3/worklog/updated", {"rows": []}),
        ("/rest/api/3/worklog/updated", {"values": [{"updatedTime": 1}]}),
        ("/rest/api/3/worklog/updated", []),
        ("/rest/api/3/field", {"fields": []}),
        ("/rest/agile/1.0/board/1/sprint", {"values": [{"name": "no id"}]}),
    ],
)
def test_an_answer_of_another_shape_is_said_and_no_crash(path, answer):
    with pytest.raises(SourceError, match="Expected the vendor's format"):
        FakeJira(**{path: answer}).fetch()


@pytest.mark.parametrize(("closed", "is_asked"), [("2026-09-29", True), ("2026-09-25", False)])
def test_sprints_that_closed_in_the_four_weeks_before_are_read_too_for_their_work_may_be_reopened(closed, is_asked):
    ended = {"startDate": "2026-09-14T15:00:00.000Z", "completeDate": f"{closed}T22:00:00.000Z"}
    fake = FakeJira(
        **{
            "/rest/agile/1.0/board/1/sprint": {"values": [p.sprint(61, **ended)], "isLast": True},
            "/rest/software/1.0/sprint/61/issue": {"issues": [], "isLast": True},
        }
    )
    fake.fetch()
    assert bool(fake.targets("/rest/software/1.0/sprint/61/issue")) is is_asked
