"""A mock of Jira Cloud: the endpoints a weekly pull needs, in the shapes and with the quirks of the real one."""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final

from flows.mocks.credentials import JIRA_EMAIL, JIRA_SCOPED_TOKEN, JIRA_TOKEN
from flows.mocks.facts import Board
from flows.mocks.http import App, Fault, Request, Response, json_response, serve
from flows.mocks.jira_state import (
    SPRINT_FIELD,
    STATUSES,
    Fields,
    IssueNow,
    JiraState,
    Json,
    milliseconds,
)
from flows.mocks.jql import JqlError, Query, Scope, parse
from flows.mocks.world import ESTIMATE_FIELD, POINTS_FIELD, READER, World

CLOUD_ID: Final = "11111111-2222-3333-4444-555555555555"
DEFAULT_PAGE: Final = 50
# Whatever is asked for: with fields a page holds 100 issues, ids and keys alone 5,000.
MOST_ISSUES: Final = 100
MOST_ISSUE_IDS: Final = 5000
WORKLOGS_A_PAGE: Final = 1000
MOST_CHANGELOG_ITEMS: Final = 10000

_REMOVED: Final = (
    "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. A full migration guideline "
    "is available at https://developer.atlassian.com/changelog/#CHANGE-2046"
)
_UNBOUNDED: Final = "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."
_NO_SPRINTS: Final = "The board does not support sprints"
_NO_ISSUE: Final = "Issue does not exist or you do not have permission to see it."
_GATEWAY: Final = re.compile(r"^(/ex/jira/[^/]+)(/.*)$")
_ANONYMOUS_SEARCH: Final = re.compile(r"^/rest/api/3/search/jql$")


class JiraError(Exception):
    """An answer other than 200, in Jira's own shape."""

    def __init__(self, status: int, *messages: str) -> None:
        super().__init__(*messages)
        self.status, self.messages = status, messages


@contextmanager
def serve_jira(world: World, as_of: datetime, port: int = 0, fault: Fault | None = None) -> Iterator[str]:
    """Serve the world as Jira knew it at `as_of`; yields the base URL."""
    with serve(jira_app(world, as_of), port, fault) as url:
        yield url


def jira_app(world: World, as_of: datetime) -> App:
    """Answers requests; links point to whatever host the client asked for."""
    mocks: dict[str, JiraMock] = {}

    def app(request: Request) -> Response:
        gateway = _GATEWAY.match(request.path)
        prefix, path = (gateway[1], gateway[2]) if gateway else ("", request.path)
        base = f"http://{request.host}{prefix}"
        if path == "/_edge/tenant_info":
            return json_response({"cloudId": CLOUD_ID})
        caller = _caller(request, is_gateway=bool(gateway))
        if caller == "anonymous" and _ANONYMOUS_SEARCH.match(path):
            return json_response({"isLast": True, "issues": []})
        if caller != "reader":
            return _unauthorised()
        if base not in mocks:
            mocks[base] = JiraMock(JiraState(world, as_of, base))
        return mocks[base].answer(request, path)

    return app


def _caller(request: Request, *, is_gateway: bool) -> str:
    """Scoped tokens open the gateway only, plain ones the site only."""
    header = request.headers.get("authorization", "")
    if not header:
        return "anonymous"
    token = JIRA_SCOPED_TOKEN if is_gateway else JIRA_TOKEN
    basic = base64.b64encode(f"{JIRA_EMAIL}:{token}".encode()).decode()
    accepted = {f"Basic {basic}"} | ({f"Bearer {token}"} if is_gateway else set())
    return "reader" if header in accepted else "stranger"


def _unauthorised() -> Response:
    page = b"<html><head><title>Unauthorized (401)</title></head><body>Client must be authenticated.</body></html>"
    return Response(401, page, "text/html;charset=UTF-8", {"WWW-Authenticate": 'OAuth realm="jira"'})


class JiraMock:
    """The endpoints over one state."""

    def __init__(self, state: JiraState) -> None:
        self.state = state
        issue, board, sprint = r"/rest/api/3/issue/([^/]+)", r"/rest/agile/1\.0/board", r"/sprint/(\d+)"
        routes: list[tuple[str, str, Callable[..., Any]]] = [
            ("GET", r"/rest/api/3/myself", self.myself),
            ("GET", r"/rest/api/3/serverInfo", self.server_info),
            ("GET", r"/rest/api/3/field", self.fields),
            ("GET", r"/rest/api/3/status", self.statuses),
            ("GET", r"/rest/api/3/users/search", self.users),
            ("GET", r"/rest/api/3/user/bulk", self.users_bulk),
            ("GET", r"/rest/api/3/project/search", self.projects),
            ("GET|POST", r"/rest/api/3/search/jql", self.search),
            ("POST", r"/rest/api/3/search/approximate-count", self.approximate_count),
            ("GET|POST", r"/rest/api/[23]/search", self.old_search),
            ("POST", r"/rest/api/3/changelog/bulkfetch", self.changelogs),
            ("GET", rf"{issue}/changelog", self.changelog),
            ("GET", rf"{issue}/worklog", self.issue_worklogs),
            ("GET", rf"{issue}/worklog/(\d+)/properties/([^/]+)", self.worklog_property),
            ("GET", r"/rest/api/3/worklog/updated", self.worklogs_updated),
            ("GET", r"/rest/api/3/worklog/deleted", self.worklogs_deleted),
            ("POST", r"/rest/api/3/worklog/list", self.worklogs_list),
            ("GET", board, self.boards),
            ("GET", rf"{board}/(\d+)", self.board),
            ("GET", rf"{board}/(\d+)/configuration", self.configuration),
            ("GET", rf"{board}/(\d+)/sprint", self.sprints),
            ("GET", rf"/rest/agile/1\.0{sprint}", self.sprint),
            ("GET", rf"/rest/agile/1\.0{sprint}/issue", self.sprint_issues_paged),
            ("GET", rf"{board}/(?:\d+){sprint}/issue", self.sprint_issues_paged),
            ("GET", rf"/rest/software/1\.0{sprint}/issue", self.sprint_issues),
            ("GET", rf"/rest/software/1\.0/board/(?:\d+){sprint}/issue", self.sprint_issues),
        ]
        self.routes = [(methods.split("|"), re.compile(pattern), call) for methods, pattern, call in routes]
        self.scope = Scope(state.zone, state.as_of, self._known())

    def answer(self, request: Request, path: str) -> Response:
        for methods, pattern, call in self.routes:
            match = pattern.fullmatch(path)
            if match and request.method in methods:
                try:
                    return json_response(call(request, *match.groups()))
                except JqlError as error:
                    return _refusal(400, [str(error)])
                except JiraError as error:
                    return _refusal(error.status, error.messages)
        return _refusal(404, [f"No endpoint {request.method} {path} here."])

    # -- who and what ------------------------------------------------------------------------------------------------

    def myself(self, _: Request) -> Json:
        return self.state.users[READER] | {"locale": "en_US"}

    def server_info(self, _: Request) -> Json:
        return {
            "baseUrl": self.state.base,
            "version": "1001.0.0-SNAPSHOT",
            "versionNumbers": [1001, 0, 0],
            "deploymentType": "Cloud",
            "buildNumber": 100291,
            "buildDate": self.state.stamp(datetime(2026, 6, 1, tzinfo=UTC)),
            "serverTime": self.state.stamp(self.state.as_of),
            "serverTitle": "Jira",
        }

    def fields(self, _: Request) -> list[Json]:
        system = [_field(name, name.capitalize()) for name in ("summary", "status", "assignee", "labels", "worklog")]
        managed = [p for p in self.state.world.projects if p.is_team_managed]
        custom = [
            _custom_field(POINTS_FIELD, "Story Points", "com.atlassian.jira.plugin.system.customfieldtypes:float"),
            _custom_field(ESTIMATE_FIELD, "Story point estimate", "com.pyxis.greenhopper.jira:jsw-story-points"),
            _custom_field(SPRINT_FIELD, "Sprint", "com.pyxis.greenhopper.jira:gh-sprint"),
            _custom_field("customfield_10014", "Epic Link", "com.pyxis.greenhopper.jira:gh-epic-link"),
        ]
        if managed:
            custom[1]["scope"] = {"type": "PROJECT", "project": {"id": str(managed[0].id)}}
        return [*system, *custom]

    def statuses(self, _: Request) -> list[Json]:
        return [self.state.status(name) for name in STATUSES]

    def users(self, request: Request) -> list[Json]:
        start, size = _offset(request), _size(request, DEFAULT_PAGE, 1000)
        return list(self.state.users.values())[start : start + size]

    def users_bulk(self, request: Request) -> Json:
        wanted = request.query.get("accountId", [])
        if not wanted:
            raise JiraError(400, "The accountId query parameter needs to be provided.")
        found = [self.state.users[account] for account in wanted if account in self.state.users]
        return self._page(request, found, 10, 200, with_links=True)

    def projects(self, request: Request) -> Json:
        keys = request.query.get("keys", [])
        found = [row for key, row in self.state.projects.items() if not keys or key in keys]
        return self._page(request, found, DEFAULT_PAGE, 100, with_links=True)

    # -- search ------------------------------------------------------------------------------------------------------

    def search(self, request: Request) -> Json:
        """Only the fields asked for, ids alone by default; the next page by an opaque token, and no total."""
        asked = _body(request) if request.method == "POST" else _from_query(request)
        query = self._bounded(str(asked.get("jql") or ""))
        fields = Fields.read(asked.get("fields") or ["id"])
        return self._token_page(request, asked, query.run(list(self.state.issues.values())), fields, agile=False)

    def approximate_count(self, request: Request) -> Json:
        query = self._bounded(str(_body(request).get("jql") or ""))
        return {"count": len(query.run(list(self.state.issues.values())))}

    def old_search(self, _: Request) -> Json:
        raise JiraError(410, _REMOVED)

    def _bounded(self, jql: str) -> Query:
        query = parse(jql, self.scope)
        if query.test is None:
            raise JiraError(400, _UNBOUNDED)
        return query

    def _known(self) -> dict[str, Callable[[str], str | None]]:
        """What a query may name, and what stands for it: naming anything else is an error."""
        state = self.state
        sprints = {word.lower(): str(s.id) for s in state.sprints.values() for word in (s.name, str(s.id))}
        projects = {word.lower(): p.key for p in state.world.projects for word in (p.key, p.name, str(p.id))}

        def issue(word: str) -> str | None:
            now = state.find_issue(word)
            return now.issue.key if now else None

        def sprint(word: str) -> str | None:
            kind = {"opensprints()": "active", "closedsprints()": "closed", "futuresprints()": "future"}.get(
                word.lower()
            )
            return f"{kind} sprints" if kind else sprints.get(word.lower())

        return {"issue": issue, "sprint": sprint, "project": lambda word: projects.get(word.lower())}

    def _token_page(
        self, request: Request, asked: Json, found: Sequence[IssueNow], fields: Fields, *, agile: bool
    ) -> Json:
        most = MOST_ISSUE_IDS if fields.is_identity else MOST_ISSUES
        size = min(_positive(asked.get("maxResults"), DEFAULT_PAGE), most)
        question = f"{request.path}|{asked.get('jql')}|{asked.get('fields')}"
        start = _read_token(asked.get("nextPageToken"), question)
        expand = str(asked.get("expand") or "")
        rows = [
            self.state.issue_row(now, fields, histories="changelog" in expand, agile=agile)
            for now in found[start : start + size]
        ]
        page: Json = {"isLast": start + size >= len(found), "issues": rows}
        if agile:
            page = {"expand": "schema,names", **page}
        if not page["isLast"]:
            page["nextPageToken"] = _token(question, start + size)
        if "names" in expand:
            page["names"] = {row["id"]: row["name"] for row in self.fields(request)}
        return page

    # -- history -----------------------------------------------------------------------------------------------------

    def changelogs(self, request: Request) -> Json:
        """Histories of many issues, oldest first over all of them: one issue may span pages."""
        asked = _body(request)
        wanted, field_ids = asked.get("issueIdsOrKeys") or [], set(asked.get("fieldIds") or [])
        if not 1 <= len(wanted) <= 1000:
            raise JiraError(400, "issueIdsOrKeys must hold between 1 and 1000 issues.")
        if len(field_ids) > 10:
            raise JiraError(400, "fieldIds must not hold more than 10 fields.")
        size = _positive(asked.get("maxResults"), 1000)
        if size > MOST_CHANGELOG_ITEMS:
            raise JiraError(400, f"maxResults must not be greater than {MOST_CHANGELOG_ITEMS}.")
        issues = {now.issue.id: now for now in map(self.state.find_issue, map(str, wanted)) if now}
        lines = sorted(
            ((change.at, number, change) for number, now in issues.items() for change in now.changes),
            key=lambda line: (line[0], line[1], line[2].id),
        )
        rows = [(number, self.state.history(issues[number].issue, change)) for _, number, change in lines]
        if field_ids:
            rows = [(number, row) for number, row in rows if any(i["fieldId"] in field_ids for i in row["items"])]
        question = f"changelogs|{sorted(issues)}|{sorted(field_ids)}"
        start = _read_token(asked.get("nextPageToken"), question)
        grouped: dict[int, list[Json]] = {}
        for number, row in rows[start : start + size]:
            grouped.setdefault(number, []).append(row)
        is_last = start + size >= len(rows)
        return {
            "issueChangeLogs": [{"issueId": str(number), "changeHistories": rows} for number, rows in grouped.items()],
            "nextPageToken": None if is_last else _token(question, start + size),
        }

    def changelog(self, request: Request, key: str) -> Json:
        return self._page(request, self.state.histories(self._issue(key)), 100, 100, with_links=True)

    # -- worklogs ----------------------------------------------------------------------------------------------------

    def issue_worklogs(self, request: Request, key: str) -> Json:
        after, before = _milliseconds(request, "startedAfter"), _milliseconds(request, "startedBefore")
        logs = [
            log
            for log in self._issue(key).worklogs
            if (after is None or milliseconds(log.started_at) > after)
            and (before is None or milliseconds(log.started_at) < before)
        ]
        start, size = _offset(request), _size(request, 5000, 5000)
        rows = [self.state.worklog(log, properties=_wants_properties(request)) for log in logs[start : start + size]]
        return {"startAt": start, "maxResults": size, "total": len(logs), "worklogs": rows}

    def worklog_property(self, _: Request, key: str, number: str, name: str) -> Json:
        log = self.state.worklogs.get(int(number))
        if log is None or log.issue_id != self._issue(key).issue.id:
            raise JiraError(404, f"Cannot find worklog with id: '{number}'.")
        for row in self.state.properties(log):
            if row["key"] == name:
                return row
        raise JiraError(404, f"The property with key '{name}' does not exist.")

    def worklogs_updated(self, request: Request) -> Json:
        return self._changed(request, "updated", self.state.updated_worklogs)

    def worklogs_deleted(self, request: Request) -> Json:
        return self._changed(request, "deleted", self.state.deleted_worklogs)

    def _changed(self, request: Request, which: str, changes: Sequence[tuple[int, int]]) -> Json:
        """Up to 1,000 changes after `since`, oldest first. `nextPage` is there on the last page too."""
        since = _milliseconds(request, "since") or 0
        later = [change for change in changes if change[0] > since]
        page = later[:WORKLOGS_A_PAGE]
        until = page[-1][0] if page else since
        address = f"{self.state.base}/rest/api/3/worklog/{which}?since="
        suffix = "&expand=properties" if _wants_properties(request) else ""
        return {
            "values": [
                {"worklogId": number, "updatedTime": at, "properties": self._changed_properties(request, number)}
                for at, number in page
            ],
            "since": since,
            "until": until,
            "self": f"{address}{since}{suffix}",
            "nextPage": f"{address}{until}{suffix}",
            "lastPage": len(later) <= WORKLOGS_A_PAGE,
        }

    def _changed_properties(self, request: Request, number: int) -> list[Json]:
        log = self.state.worklogs.get(number) if _wants_properties(request) else None
        return self.state.properties(log) if log else []

    def worklogs_list(self, request: Request) -> list[Json]:
        """Worklogs by id; ids of what is not there are left out unsaid."""
        ids = _body(request).get("ids")
        if not isinstance(ids, list) or not 1 <= len(ids) <= WORKLOGS_A_PAGE:
            raise JiraError(400, f"ids must hold between 1 and {WORKLOGS_A_PAGE} worklog ids.")
        found = [self.state.worklogs[n] for n in dict.fromkeys(ids) if n in self.state.worklogs]
        return [self.state.worklog(log, properties=_wants_properties(request)) for log in found]

    # -- boards and sprints ------------------------------------------------------------------------------------------

    def boards(self, request: Request) -> Json:
        kinds, project = request.one("type"), request.one("projectKeyOrId")
        found = [
            self.state.board(board)
            for board in sorted(self.state.boards.values(), key=lambda board: board.id)
            if (not kinds or board.kind in kinds.split(","))
            and (not project or project in (board.project_key, self.state.projects[board.project_key]["id"]))
            and request.one("name").lower() in board.name.lower()
        ]
        return self._page(request, found, DEFAULT_PAGE, DEFAULT_PAGE)

    def board(self, _: Request, number: str) -> Json:
        return self.state.board(self._board(number))

    def configuration(self, _: Request, number: str) -> Json:
        return self.state.board_configuration(self._board(number))

    def sprints(self, request: Request, number: str) -> Json:
        board = self._board(number)
        if board.kind == "kanban":
            raise JiraError(400, _NO_SPRINTS)
        states = [state for value in request.query.get("state", []) for state in value.split(",")]
        if set(states) - {"future", "active", "closed"}:
            raise JiraError(400, f"The sprint state '{', '.join(states)}' is not valid.")
        rows = [self.state.sprint(sprint) for sprint in self.state.sprints_of(board)]
        found = [row for row in rows if not states or row["state"] in states]
        return self._page(request, found, DEFAULT_PAGE, DEFAULT_PAGE)

    def sprint(self, _: Request, number: str) -> Json:
        return self.state.sprint(self.state.sprints[self._sprint(number)])

    def sprint_issues(self, request: Request, number: str) -> Json:
        """Members now, by token pages."""
        asked = _from_query(request)
        fields = Fields.read(asked["fields"] or ["*navigable"])
        return self._token_page(request, asked, self._members(request, number), fields, agile=True)

    def sprint_issues_paged(self, request: Request, number: str) -> Json:
        """The deprecated way, by `startAt` and `total`."""
        asked = _from_query(request)
        fields = Fields.read(asked["fields"] or ["*navigable"])
        found = self._members(request, number)
        start, size = _offset(request), _size(request, DEFAULT_PAGE, MOST_ISSUES)
        histories = "changelog" in request.one("expand")
        return {
            "expand": "schema,names",
            "startAt": start,
            "maxResults": size,
            "total": len(found),
            "issues": [
                self.state.issue_row(now, fields, histories=histories, agile=True)
                for now in found[start : start + size]
            ],
        }

    def _members(self, request: Request, number: str) -> list[IssueNow]:
        sprint = self._sprint(number)
        members = [now for now in self.state.issues.values() if any(s.id == sprint for s in now.sprints)]
        return parse(request.one("jql"), self.scope).run(members)

    # -- finding and paging ------------------------------------------------------------------------------------------

    def _issue(self, key: str) -> IssueNow:
        now = self.state.find_issue(key)
        if now is None:
            raise JiraError(404, _NO_ISSUE)
        return now

    def _board(self, number: str) -> Board:
        board = self.state.boards.get(int(number))
        if board is None:
            raise JiraError(404, f"Board does not exist or you do not have permission to view it: {number}")
        return board

    def _sprint(self, number: str) -> int:
        if int(number) not in self.state.sprints:
            raise JiraError(404, "Sprint does not exist or you do not have permission to view it.")
        return int(number)

    def _page(
        self, request: Request, found: Sequence[Json], default: int, most: int, *, with_links: bool = False
    ) -> Json:
        """A page by `startAt`: `isLast` says when to stop."""
        start, size = _offset(request), _size(request, default, most)
        is_last = start + size >= len(found)
        page: Json = {"maxResults": size, "startAt": start, "total": len(found), "isLast": is_last}
        if with_links:
            address = f"{self.state.base}{_site_path(request)}?maxResults={size}&startAt="
            page["self"] = f"{address}{start}"
            if not is_last:
                page["nextPage"] = f"{address}{start + size}"
        return page | {"values": list(found[start : start + size])}


def _site_path(request: Request) -> str:
    gateway = _GATEWAY.match(request.path)
    return gateway[2] if gateway else request.path


def _refusal(status: int, messages: Sequence[str]) -> Response:
    return json_response({"errorMessages": list(messages), "errors": {}}, status)


def _body(request: Request) -> Json:
    try:
        body = json.loads(request.body or b"{}")
    except json.JSONDecodeError:
        raise JiraError(400, "There was an error parsing JSON. Check that your request body is valid.") from None
    if not isinstance(body, dict):
        raise JiraError(400, "Unexpected JSON: an object was expected.")
    return body


def _from_query(request: Request) -> Json:
    """Query parameters as the body of the same call by POST would hold them."""
    fields = [name for value in request.query.get("fields", []) for name in value.split(",") if name]
    return {
        "jql": request.one("jql"),
        "fields": fields,
        "expand": ",".join(request.query.get("expand", [])),
        "maxResults": request.one("maxResults") or None,
        "nextPageToken": request.one("nextPageToken") or None,
    }


def _token(question: str, start: int) -> str:
    """A cursor that is good for the same question only."""
    digest = hashlib.sha256(question.encode()).hexdigest()[:12]
    return base64.urlsafe_b64encode(f"{digest}:{start}".encode()).decode().rstrip("=")


def _read_token(token: object, question: str) -> int:
    if not token:
        return 0
    text = str(token)
    try:
        digest, start = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().split(":")
    except (ValueError, binascii.Error):
        digest, start = "", "0"
    if digest != hashlib.sha256(question.encode()).hexdigest()[:12]:
        raise JiraError(400, "The provided next page token is invalid or expired.")
    return int(start)


def _wants_properties(request: Request) -> bool:
    return "properties" in request.one("expand")


def _offset(request: Request) -> int:
    text = request.one("startAt")
    return int(text) if text.isdigit() else 0


def _milliseconds(request: Request, name: str) -> int | None:
    text = request.one(name)
    if text and not text.isdigit():
        raise JiraError(400, f"The value '{text}' of '{name}' is not a number of milliseconds.")
    return int(text) if text else None


def _size(request: Request, default: int, most: int) -> int:
    return min(_positive(request.one("maxResults") or None, default), most)


def _positive(value: object, default: int) -> int:
    """A page size; what makes none falls back to the default."""
    text = str(value)
    return int(text) if text.isdigit() and int(text) > 0 else default


def _field(name: str, title: str) -> Json:
    kinds = {"labels": "array", "worklog": "array", "status": "status", "assignee": "user"}
    return {
        "id": name,
        "key": name,
        "name": title,
        "custom": False,
        "orderable": True,
        "navigable": name != "worklog",
        "searchable": True,
        "clauseNames": [name],
        "schema": {"type": kinds.get(name, "string"), "system": name},
    }


def _custom_field(number: str, title: str, kind: str) -> Json:
    digits = int(number.removeprefix("customfield_"))
    schema: Json = {"type": "number", "custom": kind, "customId": digits}
    if kind.endswith("gh-sprint"):
        schema = {"type": "array", "items": "json", "custom": kind, "customId": digits}
    if kind.endswith("gh-epic-link"):
        schema = {"type": "any", "custom": kind, "customId": digits}
    return {
        "id": number,
        "key": number,
        "name": title,
        "custom": True,
        "orderable": True,
        "navigable": True,
        "searchable": True,
        "clauseNames": [f"cf[{digits}]", title],
        "schema": schema,
    }
