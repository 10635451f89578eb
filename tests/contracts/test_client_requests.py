"""Every request that our clients make, held against the vendors' own documents.

The requests are recorded at the mocks: over the story and over a crowd, with every call that `fetch_*` and the doctor
know. Where one differs from the document on purpose, the difference and its reason stand in a table; one that is no
longer seen is an error too. Tempo and AlertOps have no document here: what is known of them (wire.md 2 and 4) stands in
tables below.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import parse_qs, parse_qsl

import pytest
from pydantic import SecretStr

from flows.doctor import examine
from flows.mocks.alertops_server import alertops_app
from flows.mocks.credentials import (
    ALERTOPS_KEY,
    JIRA_EMAIL,
    JIRA_SCOPED_TOKEN,
    JIRA_TOKEN,
    PAGERDUTY_TOKEN,
    TEMPO_TOKEN,
)
from flows.mocks.crowd import (
    Crowd,
    CrowdJira,
    crowd_alertops_app,
    crowd_config,
    crowd_jira_app,
    crowd_pagerduty_app,
    crowd_tempo_app,
)
from flows.mocks.http import App, Change, Request, Response, json_response, serve
from flows.mocks.jira_server import jira_app
from flows.mocks.pagerduty_server import pagerduty_app
from flows.mocks.tempo_server import tempo_app
from flows.settings import Connection, Connections, TeamConfig
from flows.sources.alertops import fetch_alertops
from flows.sources.http import Source, SourceClient, open_client
from flows.sources.jira import fetch_jira
from flows.sources.jira.issues import issue_keys
from flows.sources.pagerduty import fetch_pagerduty
from flows.sources.tempo import fetch_tempo
from flows.sources.window import Window
from tests.builders.doctor import NO_WAIT
from tests.builders.mock_servers import PAGERDUTY, PLATFORM, SOFTWARE
from tests.builders.openapi import Violation, operation_of, operations, violations
from tests.builders.project import new_project, settings_of
from tests.builders.world import sample_as_of, sample_config, sample_world

DOCUMENTS: Mapping[str, tuple[str, ...]] = {"jira": (PLATFORM, SOFTWARE), "pagerduty": (PAGERDUTY,)}
TOKENS = {"jira": JIRA_TOKEN, "tempo": TEMPO_TOKEN, "pagerduty": PAGERDUTY_TOKEN, "alertops": ALERTOPS_KEY}
STORY = {"jira": jira_app, "tempo": tempo_app, "pagerduty": pagerduty_app, "alertops": alertops_app}
# More people than one request may name, and more boards than fields of which one may ask the history.
CROWD = Crowd(96, 8)
CROWD_APPS: Mapping[str, Callable[[Crowd], App]] = {
    "jira": crowd_jira_app,
    "tempo": crowd_tempo_app,
    "pagerduty": crowd_pagerduty_app,
    "alertops": crowd_alertops_app,
}

# -- what the documents say and our requests do not do, and why ----------------------------------------------------

_LIST_OF_OBJECTS = "the document's list of fields is one of empty objects; its text and every real client name fields"
ALLOWED: Mapping[Violation, str] = {
    Violation("GET /rest/agile/1.0/sprint/{sprintId}/issue", "operation", "deprecated"): (
        "the fallback of sites that do not serve the call that follows it"
    ),
    Violation("GET /rest/agile/1.0/sprint/{sprintId}/issue", "query fields", "type"): _LIST_OF_OBJECTS,
    Violation("GET /rest/software/1.0/sprint/{sprintId}/issue", "query fields", "type"): _LIST_OF_OBJECTS,
    Violation("GET /_edge/tenant_info", "operation", "unknown"): (
        "how a site's cloudId is found (wire.md 1.1); it belongs to neither of the two documents"
    ),
}

# Every operation that our clients know.
ASKED = {
    "GET /_edge/tenant_info",
    "GET /rest/agile/1.0/board",
    "GET /rest/agile/1.0/board/{boardId}",
    "GET /rest/agile/1.0/board/{boardId}/configuration",
    "GET /rest/agile/1.0/board/{boardId}/sprint",
    "GET /rest/agile/1.0/sprint/{sprintId}/issue",
    "GET /rest/api/3/field",
    "GET /rest/api/3/mypermissions",
    "GET /rest/api/3/myself",
    "GET /rest/api/3/project/search",
    "GET /rest/api/3/serverInfo",
    "GET /rest/api/3/user/bulk",
    "GET /rest/api/3/users/search",
    "GET /rest/api/3/worklog/deleted",
    "GET /rest/api/3/worklog/updated",
    "GET /rest/software/1.0/sprint/{sprintId}/issue",
    "POST /rest/api/3/changelog/bulkfetch",
    "POST /rest/api/3/search/approximate-count",
    "POST /rest/api/3/search/jql",
    "POST /rest/api/3/worklog/list",
    "GET /incidents",
    "GET /incidents/{id}",
    "GET /incidents/{id}/log_entries",
    "GET /log_entries",
    "GET /oncalls",
    "GET /users",
    "POST /analytics/raw/incidents",
}


# -- limits that the documents put in words ------------------------------------------------------------------------


@dataclass(frozen=True)
class Limit:
    """What a request must keep to, and the words of the document that say so, by which it is found again there."""

    operation: str
    words: str
    holds: Callable[[Request], bool]


def sent(request: Request) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(request.body)
    return content


def number(request: Request, name: str, default: int) -> int:
    return int(request.one(name) or default)


def has_no_more_rows_than(most: int) -> Callable[[Request], bool]:
    """Which page size is asked for, by whichever name the vendor gives it."""
    return lambda request: number(request, "maxResults", 0) <= most and number(request, "limit", 0) <= most


def names_everybody_on_one_page(request: Request) -> bool:
    return len(request.query["accountId"]) <= min(128, number(request, "maxResults", 10))


def asks_for_ids_alone_or_pages_of_a_hundred(request: Request) -> bool:
    body = sent(request)
    return set(body.get("fields", ["id"])) <= {"id", "key"} or body.get("maxResults", 50) <= 100


def is_bounded(request: Request) -> bool:
    return bool(re.match(r"\s*(?!order by)\S", sent(request)["jql"], re.IGNORECASE))


def has_both_ends_within_six_months(request: Request) -> bool:
    since, until = (datetime.fromisoformat(request.one(name)) for name in ("since", "until"))
    return since < until <= since + timedelta(days=181)


def begins_before_it_ends(request: Request) -> bool:
    filters = sent(request)["filters"]
    return filters["created_at_start"] < filters["created_at_end"]


def has_version_2(request: Request) -> bool:
    return request.headers["accept"] == "application/vnd.pagerduty+json;version=2"


_THE_PAGE = "The number of results per page"
LIMITS = [
    Limit("GET /rest/api/3/mypermissions", "(Required)", lambda request: bool(request.one("permissions"))),
    Limit("GET /rest/api/3/user/bulk", '"maxLength": 128', names_everybody_on_one_page),
    Limit("GET /rest/api/3/users/search", "(limited to 1000)", has_no_more_rows_than(1000)),
    Limit("GET /rest/api/3/project/search", "less than or equal to 100", has_no_more_rows_than(100)),
    Limit("GET /rest/software/1.0/sprint/{sprintId}/issue", "max 5000 issues", has_no_more_rows_than(5000)),
    Limit("POST /rest/api/3/search/jql", "can be accessed anonymously", lambda r: "authorization" in r.headers),
    Limit("POST /rest/api/3/search/jql", "Searches for issues", asks_for_ids_alone_or_pages_of_a_hundred),
    Limit("POST /rest/api/3/search/jql", "Searches for issues", lambda request: sent(request)["maxResults"] <= 5000),
    Limit("POST /rest/api/3/search/jql", "Searches for issues", is_bounded),
    Limit("POST /rest/api/3/search/approximate-count", "JQL", is_bounded),
    Limit("POST /rest/api/3/worklog/list", "limited to 1000 items", lambda r: 1 <= len(sent(r)["ids"]) <= 1000),
    Limit(
        "POST /rest/api/3/changelog/bulkfetch", "up to 1000 issues", lambda r: len(sent(r)["issueIdsOrKeys"]) <= 1000
    ),
    Limit(
        "POST /rest/api/3/changelog/bulkfetch", "up to 10 field IDs", lambda r: len(sent(r).get("fieldIds", [])) <= 10
    ),
    Limit("GET /incidents", "Maximum of 100", has_no_more_rows_than(100)),
    Limit("GET /incidents", "Maximum range is 6 months", has_both_ends_within_six_months),
    Limit("GET /log_entries", _THE_PAGE, has_no_more_rows_than(100)),
    Limit("GET /log_entries", "The end of the date range", has_both_ends_within_six_months),
    Limit("GET /oncalls", _THE_PAGE, has_no_more_rows_than(100)),
    Limit("GET /oncalls", "limited to 90 days in the future", has_both_ends_within_six_months),
    Limit("GET /users", _THE_PAGE, has_no_more_rows_than(100)),
    Limit("GET /incidents/{id}/log_entries", _THE_PAGE, has_no_more_rows_than(100)),
    Limit("POST /analytics/raw/incidents", "created_at_end", begins_before_it_ends),
    *(
        Limit(f"GET {path}", "used as a versioning header", has_version_2)
        for path in ("/incidents", "/log_entries", "/users", "/incidents/{id}", "/incidents/{id}/log_entries")
    ),
    Limit("POST /analytics/raw/incidents", "used as a versioning header", has_version_2),
]


# -- what our clients ask ------------------------------------------------------------------------------------------


@dataclass
class Recorder:
    """Keeps what a server is asked, and may spoil an answer to see what is asked then."""

    spoil: Callable[[Request], Response | Change | None] = lambda request: None

    def __post_init__(self) -> None:
        self.requests: list[Request] = []

    def __call__(self, request: Request) -> Response | Change | None:
        self.requests.append(request)
        return self.spoil(request)


def connection(source: str, url: str, token: str | None = None) -> Connection:
    return Connection(url, SecretStr(token or TOKENS[source]), JIRA_EMAIL if source == "jira" else None)


@contextmanager
def client_at(source: Source, app: App, recorder: Recorder) -> Iterator[SourceClient]:
    with (
        serve(app, fault=recorder) as url,
        open_client(source, connection(source, url), lambda _: None, patience=NO_WAIT) as client,
    ):
        yield client


@cache
def story_app(source: Source) -> App:
    return STORY[source](sample_world(), sample_as_of())


@cache
def crowd_app(source: Source) -> App:
    return CROWD_APPS[source](CROWD)


@cache
def crowd_team_config() -> TeamConfig:
    return with_analytics(TeamConfig.model_validate(crowd_config(CROWD.engineers, CROWD.weeks)))


def with_analytics(config: TeamConfig) -> TeamConfig:
    content = config.model_dump(mode="json", by_alias=True, exclude_none=True)
    content["sources"]["pagerduty"] = {"analytics_check": True}
    return TeamConfig.model_validate_json(json.dumps(content), strict=True)


STORY_WINDOW = Window(sample_as_of() - timedelta(weeks=8), sample_as_of())
# Longer than PagerDuty answers at once.
CROWD_WINDOW = Window(CROWD.as_of - timedelta(weeks=32), CROWD.as_of)
FETCH: Mapping[Source, Callable[[SourceClient, Window, TeamConfig], object]] = {
    "jira": fetch_jira,
    "tempo": fetch_tempo,
    "pagerduty": fetch_pagerduty,
    "alertops": fetch_alertops,
}


def fetched(source: Source, app: App, window: Window, config: TeamConfig, spoil: Any = None) -> list[Request]:
    recorder = Recorder(spoil) if spoil else Recorder()
    with client_at(source, app, recorder) as client:
        FETCH[source](client, window, config)
    return recorder.requests


def a_field_for_every_board(request: Request) -> Change | None:
    """Every board estimates in a field of its own."""
    match = re.fullmatch(r".*/board/(\d+)/configuration", request.path)

    def change(response: Response) -> Response:
        content = json.loads(response.body)
        if match and "field" in content.get("estimation", {}):
            content["estimation"]["field"]["fieldId"] = f"customfield_2{match[1]}"
        return json_response(content)

    return change if match else None


def without_the_new_call(request: Request) -> Response | None:
    return Response(404, b"", "text/html") if request.path.startswith("/rest/software/") else None


def without_the_last_incidents(request: Request) -> Change | None:
    """The last incidents of every page are not in the list, as if they were of long ago."""

    def change(response: Response) -> Response:
        content = json.loads(response.body)
        return json_response({**content, "incidents": content["incidents"][:-5]}, content_type=response.content_type)

    return change if request.path == "/incidents" else None


def keys_asked_for() -> list[Request]:
    recorder = Recorder()
    there = [str(number) for number in CrowdJira(CROWD).numbers[:250]]
    with client_at("jira", crowd_app("jira"), recorder) as client:
        # One is not there: the query is refused, and asked again in halves.
        assert len(issue_keys(client, [*there, "1"])) == 250
    return recorder.requests


def examined(folder: Any, *sources: Source, token: str | None = None) -> dict[str, list[Request]]:
    """What the doctor asks about the story."""
    recorders = {source: Recorder() for source in sources}
    with ExitStack() as stack:
        urls = {source: stack.enter_context(serve(story_app(source), fault=recorders[source])) for source in sources}
        connected = Connections(**{source: connection(source, url, token) for source, url in urls.items()})
        settings = replace(settings_of(new_project(folder)), connections=connected)
        diagnosis = examine(
            replace(settings, config=with_analytics(settings.config)), {}, lambda: sample_as_of(), NO_WAIT
        )
    assert (diagnosis.exit_code == 0) == (token is None), diagnosis.as_text()
    return {source: recorder.requests for source, recorder in recorders.items()}


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Mapping[Source, Sequence[Request]]:
    """Every request, by source."""
    story, crowd = with_analytics(sample_config()), crowd_team_config()
    found: dict[Source, list[Request]] = {source: [] for source in FETCH}
    for source in FETCH:
        found[source] += fetched(source, story_app(source), STORY_WINDOW, story)
        found[source] += fetched(source, crowd_app(source), CROWD_WINDOW, crowd)
    found["jira"] += fetched("jira", story_app("jira"), STORY_WINDOW, story, without_the_new_call)
    found["jira"] += fetched("jira", crowd_app("jira"), CROWD_WINDOW, crowd, a_field_for_every_board)
    found["jira"] += keys_asked_for()
    found["pagerduty"] += fetched("pagerduty", story_app("pagerduty"), STORY_WINDOW, story, without_the_last_incidents)
    folder = tmp_path_factory.mktemp("doctor")
    examinations = [
        examined(folder / "all", *FETCH),
        examined(folder / "jira", "jira"),
        examined(folder / "scoped", "jira", token=JIRA_SCOPED_TOKEN),
    ]
    for examination in examinations:
        for one, requests in examination.items():
            found[one] += requests  # type: ignore[index]
    return found


# -- Jira and PagerDuty, by their documents ------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("source", DOCUMENTS)
def test_every_request_is_as_the_vendors_document_says(asked, source):
    broken = set().union(*(violations(request, DOCUMENTS[source]) for request in asked[source]))
    assert sorted(map(str, broken - set(ALLOWED))) == []


@pytest.mark.slow
def test_every_allowed_deviation_is_still_met(asked):
    broken = {
        violation
        for source, documents in DOCUMENTS.items()
        for request in asked[source]
        for violation in violations(request, documents)
    }
    assert sorted(map(str, set(ALLOWED) - broken)) == []


def name_of(request: Request, documents: tuple[str, ...]) -> str:
    operation = operation_of(request, documents)
    return operation.name if operation else f"{request.method} {request.path}"


@pytest.mark.slow
def test_every_call_that_our_clients_know_was_recorded(asked):
    found = {name_of(request, documents) for source, documents in DOCUMENTS.items() for request in asked[source]}
    assert found == ASKED


@pytest.mark.slow
@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: f"{limit.operation}, {limit.words}")
def test_limits_that_the_documents_put_in_words_are_kept(asked, limit):
    (operation,) = [one for names in DOCUMENTS.values() for one in operations(names) if one.name == limit.operation]
    assert limit.words in json.dumps(dict(operation.content)) + json.dumps(operation.parameters)
    source = "pagerduty" if operation.document == PAGERDUTY else "jira"
    requests = [one for one in asked[source] if name_of(one, DOCUMENTS[source]) == limit.operation]
    assert requests
    over = [one for one in requests if not limit.holds(one)]
    assert [(one.query_string, one.body[:300]) for one in over] == []


@pytest.mark.slow
def test_the_recorded_requests_come_near_the_limits(asked):
    bodies = [
        (request.path.rpartition("/3/")[2], sent(request)) for request in asked["jira"] if request.method == "POST"
    ]
    assert max(len(body["ids"]) for path, body in bodies if path == "worklog/list") == 1000
    assert max(len(body["issueIdsOrKeys"]) for path, body in bodies if path == "changelog/bulkfetch") == 1000
    # Of more than ten fields the history is asked for in whole.
    assert {len(body.get("fieldIds", [])) for path, body in bodies if path == "changelog/bulkfetch"} >= {0, 5}
    people = [len(request.query["accountId"]) for request in asked["jira"] if request.path.endswith("/user/bulk")]
    assert {50, 46} <= set(people)
    ranges = {request.one("since") for request in asked["pagerduty"] if request.path == "/incidents"}
    assert len(ranges) >= 4
    assert any(int(request.one("offset") or 0) > 0 for request in asked["pagerduty"])


@pytest.mark.slow
def test_credentials_are_sent_as_the_documents_name_them(asked):
    schemes = {"jira": r"Basic [A-Za-z0-9+/=]+", "pagerduty": r"Token token=\S+"}
    for source, scheme in schemes.items():
        assert all(re.fullmatch(scheme, request.headers["authorization"]) for request in asked[source])


# -- Tempo and AlertOps, by what wire.md knows -----------------------------------------------------------------------

DAY, COUNT, ANYTHING = r"\d{4}-\d{2}-\d{2}", r"\d+", r".+"
# Method and path -> query parameter -> what its value looks like.
WIRE: Mapping[Source, Mapping[str, Mapping[str, str]]] = {
    "tempo": {
        "GET /worklogs": {
            "from": DAY,
            "to": DAY,
            "updatedFrom": DAY,
            "projectId": COUNT,
            "issueId": COUNT,
            "offset": COUNT,
            "limit": COUNT,
            "orderBy": r"[A-Z_]+",
        },
        "GET /user-schedule/{accountId}": {"from": DAY, "to": DAY},
    },
    "alertops": {
        "GET /api/v2/alerts": {"limit": COUNT, "createdFrom": DAY, "createdTo": DAY, "next": ANYTHING},
        "GET /api/v2/users": {},
    },
}
NEEDED = {
    "GET /worklogs": {"from", "to"},
    "GET /user-schedule/{accountId}": {"from", "to"},
    "GET /api/v2/alerts": {"createdFrom", "createdTo"},
    "GET /api/v2/users": set(),
}
MOST_ROWS = {"tempo": 1000, "alertops": 100}
HEADERS = {"tempo": ("authorization", f"Bearer {TEMPO_TOKEN}"), "alertops": ("api-key", ALERTOPS_KEY)}
ALLOWED_WIRE = {
    ("GET /api/v2/users", "limit"): "as of alerts: nothing is known of how users are paged, and what a server does not "
    "know it may ignore",
}


def call_of(request: Request) -> str:
    """Method and path. wire.md names `/user-schedule`, the token owner's own; clients of the API ask by account."""
    return re.sub(r"(/user-schedule/)[^/]+$", r"\1{accountId}", f"{request.method} {request.path}")


def unknown_to_wire(source: Source, request: Request) -> set[tuple[str, str]]:
    name = call_of(request)
    known = WIRE[source].get(name)
    if known is None:
        return {(name, "unknown")}
    pairs = parse_qsl(request.query_string, keep_blank_values=True)
    return {(name, key) for key, value in pairs if not re.fullmatch(known.get(key, "(?!)"), value)}


@pytest.mark.slow
@pytest.mark.parametrize("source", WIRE)
def test_requests_to_vendors_without_a_document_are_as_wire_md_says(asked, source):
    header, value = HEADERS[source]
    for request in asked[source]:
        assert request.headers[header] == value
        assert request.body == b""
        assert NEEDED[call_of(request)] <= set(parse_qs(request.query_string))
        assert number(request, "limit", 0) <= MOST_ROWS[source]
    assert {call_of(request) for request in asked[source]} == set(WIRE[source])
    assert len({request.query_string for request in asked[source]}) > 3


@pytest.mark.slow
def test_what_wire_md_does_not_know_is_known_to_us(asked):
    found = set().union(*(unknown_to_wire(source, request) for source in WIRE for request in asked[source]))
    assert found == set(ALLOWED_WIRE)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("source", "first", "last"), [("tempo", "from", "to"), ("alertops", "createdFrom", "createdTo")]
)
def test_days_are_asked_for_in_order(asked, source, first, last):
    for request in asked[source]:
        if first in request.query:
            assert date.fromisoformat(request.one(first)) < date.fromisoformat(request.one(last))


# -- the check itself ------------------------------------------------------------------------------------------------

GOOD_HEADERS = {"accept": "application/vnd.pagerduty+json;version=2", "content-type": "application/json"}


def a_request(method: str, target: str, body: object = None, **headers: str) -> Request:
    path, _, query = target.partition("?")
    content = b"" if body is None else json.dumps(body).encode()
    return Request(method, path, query, GOOD_HEADERS | headers, content)


@pytest.mark.parametrize(
    ("request_", "place", "rule"),
    [
        (a_request("GET", "/rest/api/3/serverinfo"), "operation", "unknown"),
        (a_request("GET", "/rest/api/3/search?jql=x"), "operation", "deprecated"),
        (a_request("GET", "/rest/api/3/worklog/updated?sinse=0"), "query sinse", "unknown"),
        (a_request("GET", "/rest/api/3/worklog/updated?since=2026-01-01"), "query since", "type"),
        (a_request("GET", "/rest/api/3/worklog/updated?since=1&since=2"), "query since", "type"),
        (a_request("GET", "/rest/api/3/users/search?maxResults=9999999999"), "query maxResults", "format"),
        (a_request("GET", "/rest/api/3/project/search?maxResults=101"), "query maxResults", "maximum"),
        (a_request("GET", "/rest/api/3/project/search?status=live,lost"), "query status", "enum"),
        (a_request("GET", "/rest/api/3/user/bulk?maxResults=50"), "query accountId", "required"),
        (a_request("GET", "/rest/agile/1.0/board/core/sprint"), "path boardId", "type"),
        (a_request("GET", "/rest/api/3/myself", {}), "body", "unexpected"),
        (a_request("POST", "/rest/api/3/worklog/list"), "body", "required"),
        (a_request("POST", "/rest/api/3/worklog/list", {"ids": ["1"]}), "body ids.[]", "type"),
        (a_request("POST", "/rest/api/3/worklog/list", {"ids": [1, 1]}), "body ids", "uniqueItems"),
        (a_request("POST", "/rest/api/3/worklog/list", {}), "body", "required"),
        (
            a_request("POST", "/rest/api/3/worklog/list", {"ids": [1]}, **{"content-type": "text/plain"}),
            "header Content-Type",
            "unknown",
        ),
        (
            a_request("POST", "/rest/api/3/changelog/bulkfetch", {"issueIdsOrKeys": ["1"], "fieldIds": ["f"] * 11}),
            "body fieldIds",
            "maxItems",
        ),
        (
            a_request("POST", "/rest/api/3/search/jql", {"jql": "id = 1", "startAt": 50}),
            "body",
            "additionalProperties",
        ),
    ],
)
def test_the_check_finds_what_is_wrong_with_a_request_to_jira(request_, place, rule):
    assert (place, rule) in {(one.place, one.rule) for one in violations(request_, DOCUMENTS["jira"])}


@pytest.mark.parametrize(
    ("request_", "place", "rule"),
    [
        (a_request("GET", "/incidents?teams_ids[]=P1"), "query teams_ids[]", "unknown"),
        (a_request("GET", "/incidents?statuses=triggered"), "query statuses", "unknown"),
        (a_request("GET", "/incidents?statuses[]=triggered&statuses[]=open"), "query statuses[]", "enum"),
        (a_request("GET", "/incidents?statuses[]=resolved&statuses[]=resolved"), "query statuses[]", "uniqueItems"),
        (a_request("GET", "/incidents?sort_by=created_at:asc,urgency,resolved_at"), "query sort_by", "maxItems"),
        (a_request("GET", "/incidents?total=yes"), "query total", "type"),
        (a_request("GET", "/incidents?time_zone=CST6"), "query time_zone", "format"),
        (a_request("GET", "/log_entries?since=2026-11-02T00:00:00"), "query since", "format"),
        (Request("GET", "/users", "", {"content-type": "application/json"}, b""), "header Accept", "required"),
        (a_request("GET", "/users", **{"content-type": "text/plain"}), "header Content-Type", "enum"),
        (a_request("POST", "/analytics/raw/incidents", {"limit": 1001}), "body limit", "maximum"),
        (a_request("POST", "/analytics/raw/incidents", {"limit": 0}), "body limit", "exclusiveMinimum"),
        (a_request("POST", "/analytics/raw/incidents", {"order": "up"}), "body order", "enum"),
        (
            a_request("POST", "/analytics/raw/incidents", {"filters": {"created_at_from": "2026"}}),
            "body filters",
            "additionalProperties",
        ),
    ],
)
def test_the_check_finds_what_is_wrong_with_a_request_to_pagerduty(request_, place, rule):
    assert (place, rule) in {(one.place, one.rule) for one in violations(request_, DOCUMENTS["pagerduty"])}


@pytest.mark.parametrize(
    ("source", "request_"),
    [
        ("jira", a_request("GET", "/rest/api/3/user/bulk?accountId=712020:a&accountId=712020:b&maxResults=50")),
        ("jira", a_request("GET", "/rest/api/3/project/search?status=live,archived&maxResults=100")),
        ("jira", a_request("POST", "/rest/api/3/worklog/list?expand=properties", {"ids": [1, 2]})),
        ("pagerduty", a_request("GET", "/incidents?statuses[]=triggered&statuses[]=resolved&sort_by=created_at:asc")),
        ("pagerduty", a_request("POST", "/analytics/raw/incidents", {"limit": 1, "time_zone": "Etc/UTC"})),
    ],
)
def test_the_check_finds_nothing_wrong_with_requests_as_the_documents_show_them(source, request_):
    assert violations(request_, DOCUMENTS[source]) == set()
