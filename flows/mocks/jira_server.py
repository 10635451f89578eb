"""A mock of Jira Cloud: the endpoints a weekly pull needs, in the shapes and with the quirks of the real one."""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final, Literal

from flows.mocks.credentials import JIRA_EMAIL, JIRA_SCOPED_TOKEN, JIRA_TOKEN
from flows.mocks.facts import Board, Change, Issue, Sprint
from flows.mocks.http import App, Fault, Request, Response, json_response, serve
from flows.mocks.jira_rows import Fields, JiraRows, Json
from flows.mocks.jira_state import SPRINT_FIELD, STATUSES, IssueNow, JiraFacts, StoryJira, milliseconds
from flows.mocks.jql import Clause, JqlError, Numbers, Query, Scope, parse, select
from flows.mocks.world import ESTIMATE_FIELD, POINTS_FIELD, READER, World

CLOUD_ID: Final = "11111111-2222-3333-4444-555555555555"
DEFAULT_PAGE: Final = 50
# Whatever is asked for: with fields a page holds 100 issues, ids and keys alone 5,000.
MOST_ISSUES: Final = 100
MOST_ISSUE_IDS: Final = 5000
WORKLOGS_A_PAGE: Final = 1000
MOST_CHANGELOG_ITEMS: Final = 10000
MOST_RECONCILED: Final = 50
MOST_PROPERTIES: Final = 5
TOKEN_LIFE: Final = timedelta(days=7)
# Answers that a token leafs through are found once.
ANSWERS_KEPT: Final = 8
# Data Center and Server call themselves "Server".
Deployment = Literal["Cloud", "Server"]

_REMOVED: Final = (
    "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. A full migration guideline "
    "is available at https://developer.atlassian.com/changelog/#CHANGE-2046"
)
_UNBOUNDED: Final = "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."
_NO_SPRINTS: Final = "The board does not support sprints"
_NO_COLUMNS: Final = "The board cannot be shown: none of its columns has a status."
_NO_ISSUE: Final = "Issue does not exist or you do not have permission to see it."
_GATEWAY: Final = re.compile(r"^(/ex/jira/[^/]+)(/.*)$")
_ANONYMOUS_SEARCH: Final = re.compile(r"^/rest/api/3/search/jql$")


# (id, name, type, description, whether a reader has it).
PERMISSIONS: Final[Mapping[str, tuple[str, str, str, str, bool]]] = {
    "BROWSE_PROJECTS": ("10", "Browse Projects", "PROJECT", "Ability to browse projects and the issues in them.", True),
    "VIEW_DEV_TOOLS": ("29", "View Development Tools", "PROJECT", "Ability to see development information.", True),
    "USER_PICKER": ("27", "Browse users and groups", "GLOBAL", "Ability to select a user or group from a list.", True),
    "WORK_ON_ISSUES": ("20", "Work On Issues", "PROJECT", "Ability to log work done against an issue.", False),
    "EDIT_ALL_WORKLOGS": ("41", "Edit All Worklogs", "PROJECT", "Ability to edit all worklogs.", False),
    "DELETE_ALL_WORKLOGS": ("43", "Delete All Worklogs", "PROJECT", "Ability to delete all worklogs.", False),
    "CREATE_ISSUES": ("11", "Create Issues", "PROJECT", "Ability to create issues.", False),
    "EDIT_ISSUES": ("12", "Edit Issues", "PROJECT", "Ability to edit issues.", False),
    "ADMINISTER_PROJECTS": ("23", "Administer Projects", "PROJECT", "Ability to administer a project.", False),
    "ADMINISTER": ("0", "Administer Jira", "GLOBAL", "Ability to administer the site.", False),
    "SYSTEM_ADMIN": ("22", "Jira System Administrators", "GLOBAL", "Ability to administer the system.", False),
}


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


def jira_app(world: World, as_of: datetime, deployment: Deployment = "Cloud") -> App:
    """Answers requests about the sample story; links point to whatever host the client asked for."""
    return jira_app_of(StoryJira(world, as_of), deployment)


def jira_app_of(facts: JiraFacts, deployment: Deployment = "Cloud") -> App:
    """The same over any world."""
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
            mocks[base] = JiraMock(facts, base, deployment)
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
    """The endpoints over one world's Jira and one base URL."""

    def __init__(self, facts: JiraFacts, base_url: str, deployment: Deployment = "Cloud") -> None:
        self.facts, self.rows, self.deployment = facts, JiraRows(facts, base_url), deployment
        issue, board, sprint = r"/rest/api/3/issue/([^/]+)", r"/rest/agile/1\.0/board", r"/sprint/(\d+)"
        routes: list[tuple[str, str, Callable[..., Any]]] = [
            ("GET", r"/rest/api/3/myself", self.myself),
            ("GET", r"/rest/api/3/serverInfo", self.server_info),
            ("GET", r"/rest/api/3/mypermissions", self.permissions),
            ("GET", r"/rest/api/3/field", self.fields),
            ("GET", r"/rest/api/3/field/search", self.fields_found),
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
            ("GET", r"/rest/agile/1\.0/issue/([^/]+)/estimation", self.estimation),
            ("GET", rf"/rest/agile/1\.0{sprint}", self.sprint),
            ("GET", rf"/rest/agile/1\.0{sprint}/issue", self.sprint_issues_paged),
            ("GET", rf"{board}/(?:\d+){sprint}/issue", self.sprint_issues_paged),
            ("GET", rf"/rest/software/1\.0{sprint}/issue", self.sprint_issues),
            ("GET", rf"/rest/software/1\.0/board/(?:\d+){sprint}/issue", self.sprint_issues),
        ]
        self.routes = [(methods.split("|"), re.compile(pattern), call) for methods, pattern, call in routes]
        self.scope = Scope(facts.zone, facts.as_of, self._known())
        self.find = lru_cache(ANSWERS_KEPT)(self._find)
        self.lines = lru_cache(ANSWERS_KEPT)(self._lines)

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
        return self.rows.users[READER] | {"locale": "en_US"}

    def server_info(self, _: Request) -> Json:
        return {
            "baseUrl": self.rows.base,
            "version": "1001.0.0-SNAPSHOT",
            "versionNumbers": [1001, 0, 0],
            "deploymentType": self.deployment,
            "buildNumber": 100291,
            "buildDate": self.rows.stamp(datetime(2026, 6, 1, tzinfo=UTC)),
            "serverTime": self.rows.stamp(self.facts.as_of),
            "serverTitle": "Jira",
        }

    def permissions(self, request: Request) -> Json:
        """What the caller may do: read and log in, but change nothing."""
        keys = [key for key in request.one("permissions").split(",") if key]
        if not keys:
            raise JiraError(400, "The 'permissions' query parameter is required.")
        unknown = [key for key in keys if key not in PERMISSIONS]
        if unknown:
            raise JiraError(400, *(f"Unrecognized permission: {key}" for key in unknown))
        return {"permissions": {key: _permission(key) for key in keys}}

    def fields(self, _: Request) -> list[Json]:
        system = [_field(name, name.capitalize()) for name in ("summary", "status", "assignee", "labels", "worklog")]
        managed = [project for project in self.facts.projects.values() if project.is_team_managed]
        custom = _custom_fields()
        if managed:
            custom[1]["scope"] = {"type": "PROJECT", "project": {"id": str(managed[0].id)}}
        return [*system, *custom]

    def fields_found(self, request: Request) -> Json:
        """Fields of classic projects by kind, id and words of the name: those of team-managed ones are left out."""
        kinds, ids = _listed(request, "type"), _listed(request, "id")
        if set(kinds) - {"custom", "system"}:
            raise JiraError(400, f"The field type '{', '.join(kinds)}' is not valid.")
        found = [
            {name: row[name] for name in ("id", "key", "name", "schema")}
            for row in self.fields(request)
            if "scope" not in row
            and (not kinds or ("custom" if row["custom"] else "system") in kinds)
            and (not ids or row["id"] in ids)
            and request.one("query").lower() in row["name"].lower()
        ]
        return self._page(request, found, DEFAULT_PAGE, DEFAULT_PAGE, with_links=True)

    def statuses(self, _: Request) -> list[Json]:
        return [self.rows.status(name) for name in STATUSES]

    def users(self, request: Request) -> list[Json]:
        start, size = _offset(request), _size(request, DEFAULT_PAGE, 1000)
        return list(self.rows.users.values())[start : start + size]

    def users_bulk(self, request: Request) -> Json:
        wanted = request.query.get("accountId", [])
        if not wanted:
            raise JiraError(400, "The accountId query parameter needs to be provided.")
        found = [self.rows.users[account] for account in wanted if account in self.rows.users]
        return self._page(request, found, 10, 200, with_links=True)

    def projects(self, request: Request) -> Json:
        keys, category = _listed(request, "keys"), request.one("categoryId")
        found = [
            row
            for key, row in self.rows.projects.items()
            if (not keys or key in keys) and category in ("", row["projectCategory"]["id"])
        ]
        return self._page(request, found, DEFAULT_PAGE, 100, with_links=True)

    # -- search ------------------------------------------------------------------------------------------------------

    def search(self, request: Request) -> Json:
        """Only the fields asked for, ids alone by default; the next page by an opaque token, and no total."""
        asked = _body(request) if request.method == "POST" else _from_query(request)
        if len(asked.get("reconcileIssues") or []) > MOST_RECONCILED:
            raise JiraError(400, f"reconcileIssues must not hold more than {MOST_RECONCILED} issues.")
        if len(asked.get("properties") or []) > MOST_PROPERTIES:
            raise JiraError(400, f"properties must not hold more than {MOST_PROPERTIES} names.")
        fields = Fields.read(asked.get("fields") or ["id"])
        return self._token_page(request, asked, self._bounded(asked), fields, agile=False)

    def approximate_count(self, request: Request) -> Json:
        return {"count": len(self._bounded(_body(request)))}

    def old_search(self, _: Request) -> Json:
        raise JiraError(410, _REMOVED)

    def _bounded(self, asked: Json) -> Numbers:
        """What a query finds that restricts something."""
        jql = str(asked.get("jql") or "")
        if self._parse(jql).test is None:
            raise JiraError(400, _UNBOUNDED)
        return self.find(jql)

    def _parse(self, jql: str) -> Query:
        return parse(jql, self.scope)

    def _find(self, jql: str, sprint: int | None = None) -> Numbers:
        """Issues by number; a token leafs through the same answer."""
        found = self.facts.numbers
        if sprint is not None:
            found = select(Clause("sprint", "in", frozenset([str(sprint)])), found, self.facts)
        return self._parse(jql).run(found, self.facts)

    def _known(self) -> dict[str, Callable[[str], str | None]]:
        """What a query may name, and what stands for it: naming anything else is an error."""
        projects = {word.lower(): p.key for p in self.facts.projects.values() for word in (p.key, p.name, str(p.id))}
        states = {"opensprints()": "active", "closedsprints()": "closed", "futuresprints()": "future"}

        def issue(word: str) -> str | None:
            number = self.facts.number_of(word)
            return None if number is None else str(number)

        def sprint(word: str) -> str | None:
            if word.lower() in states:
                return f"{states[word.lower()]} sprints"
            found = self.facts.sprint(int(word)) if word.isdigit() else self.facts.sprint_named(word)
            return str(found.id) if found else None

        return {"issue": issue, "sprint": sprint, "project": lambda word: projects.get(word.lower())}

    def _token_page(self, request: Request, asked: Json, found: Numbers, fields: Fields, *, agile: bool) -> Json:
        most = MOST_ISSUE_IDS if fields.is_identity else MOST_ISSUES
        size = min(_positive(asked.get("maxResults"), DEFAULT_PAGE), most)
        question = f"{request.path}|{asked.get('jql')}|{asked.get('fields')}"
        start = self._read_token(asked.get("nextPageToken"), question)
        expand = str(asked.get("expand") or "")
        page: Json = {
            "isLast": start + size >= len(found),
            "issues": self._issue_rows(found[start : start + size], fields, expand, agile=agile),
        }
        if agile:
            page = {"expand": "schema,names", **page}
        if not page["isLast"]:
            page["nextPageToken"] = self._token(question, start + size)
        if "names" in expand:
            page["names"] = {row["id"]: row["name"] for row in self.fields(request)}
        if "schema" in expand:
            page["schema"] = {row["id"]: row["schema"] for row in self.fields(request)}
        return page

    def _issue_rows(self, numbers: Numbers, fields: Fields, expand: str, *, agile: bool) -> list[Json]:
        if fields.is_identity and "key" not in fields.names and "changelog" not in expand:
            return [{"id": str(number)} for number in numbers.tolist()]
        return [
            self.rows.issue_row(now, fields, histories="changelog" in expand, agile=agile)
            for now in self.facts.issues(numbers.tolist())
        ]

    def _token(self, question: str, start: int) -> str:
        """A cursor that is good for the same question, for a week."""
        text = f"{_digest(question)}:{milliseconds(self.facts.as_of)}:{start}"
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def _read_token(self, token: object, question: str) -> int:
        if not token:
            return 0
        text = str(token)
        try:
            digest, made_at, start = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().split(":")
            age = milliseconds(self.facts.as_of) - int(made_at)
        except (ValueError, binascii.Error):
            digest, age, start = "", 0, "0"
        if digest != _digest(question) or age > TOKEN_LIFE // timedelta(milliseconds=1):
            raise JiraError(400, "The provided next page token is invalid or expired.")
        return int(start)

    # -- history -----------------------------------------------------------------------------------------------------

    def changelogs(self, request: Request) -> Json:
        """Histories of many issues, oldest first over all of them: one issue may span pages."""
        asked = _body(request)
        wanted, field_ids = asked.get("issueIdsOrKeys") or [], set(asked.get("fieldIds") or [])
        if not 1 <= len(wanted) <= 1000:
            raise JiraError(400, "issueIdsOrKeys must hold between 1 and 1000 issues.")
        if len(field_ids) > 10:
            raise JiraError(400, "fieldIds must not hold more than 10 fields.")
        size = asked.get("maxResults", 1000)
        if not isinstance(size, int) or not 1 <= size <= MOST_CHANGELOG_ITEMS:
            raise JiraError(400, f"maxResults must be between 1 and {MOST_CHANGELOG_ITEMS}.")
        numbers = {number for word in wanted if (number := self.facts.number_of(str(word))) is not None}
        lines = self.lines(frozenset(numbers), frozenset(map(str, field_ids)))
        question = f"changelogs|{sorted(numbers)}|{sorted(field_ids)}"
        start = self._read_token(asked.get("nextPageToken"), question)
        grouped: dict[int, list[Json]] = {}
        for issue, change in lines[start : start + size]:
            grouped.setdefault(issue.id, []).append(self.rows.history(issue, change))
        is_last = start + size >= len(lines)
        return {
            "issueChangeLogs": [{"issueId": str(number), "changeHistories": rows} for number, rows in grouped.items()],
            "nextPageToken": None if is_last else self._token(question, start + size),
        }

    def _lines(self, numbers: frozenset[int], field_ids: frozenset[str]) -> list[tuple[Issue, Change]]:
        """Lines of the issues' histories that changed one of the fields (any, where none is named), oldest first."""
        lines = [
            (now.issue, change)
            for now in self.facts.issues(sorted(numbers))
            for change in now.changes
            if not field_ids or not field_ids.isdisjoint(self.rows.field_ids(now.issue, change))
        ]
        return sorted(lines, key=lambda line: (line[1].at, line[0].id, line[1].id))

    def changelog(self, request: Request, key: str) -> Json:
        return self._page(request, self.rows.histories(self._issue(key)), 100, 100, with_links=True)

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
        rows = [self.rows.worklog(log, properties=_wants_properties(request)) for log in logs[start : start + size]]
        return {"startAt": start, "maxResults": size, "total": len(logs), "worklogs": rows}

    def worklog_property(self, _: Request, key: str, number: str, name: str) -> Json:
        found = self.facts.worklogs([int(number)])
        if not found or found[0].issue_id != self._issue(key).issue.id:
            raise JiraError(404, f"Cannot find worklog with id: '{number}'.")
        for row in self.rows.properties(found[0]):
            if row["key"] == name:
                return row
        raise JiraError(404, f"The property with key '{name}' does not exist.")

    def worklogs_updated(self, request: Request) -> Json:
        return self._changed(request, "updated", self.facts.saved_after)

    def worklogs_deleted(self, request: Request) -> Json:
        return self._changed(request, "deleted", self.facts.deleted_after)

    def _changed(self, request: Request, which: str, after: Callable[[int, int], Sequence[tuple[int, int]]]) -> Json:
        """Up to 1,000 changes after `since`, oldest first. `nextPage` is there on the last page too."""
        since = _milliseconds(request, "since") or 0
        later = after(since, WORKLOGS_A_PAGE + 1)
        page = later[:WORKLOGS_A_PAGE]
        until = page[-1][0] if page else since
        address = f"{self.rows.base}/rest/api/3/worklog/{which}?since="
        suffix = "&expand=properties" if _wants_properties(request) else ""
        properties = self._changed_properties(request, [number for _, number in page])
        return {
            "values": [
                {"worklogId": number, "updatedTime": at, "properties": properties.get(number, [])}
                for at, number in page
            ],
            "since": since,
            "until": until,
            "self": f"{address}{since}{suffix}",
            "nextPage": f"{address}{until}{suffix}",
            "lastPage": len(later) <= WORKLOGS_A_PAGE,
        }

    def _changed_properties(self, request: Request, numbers: Sequence[int]) -> Mapping[int, list[Json]]:
        logs = self.facts.worklogs(numbers) if _wants_properties(request) else []
        return {log.id: self.rows.properties(log) for log in logs}

    def worklogs_list(self, request: Request) -> list[Json]:
        """Worklogs by id; ids of what is not there are left out unsaid."""
        ids = _body(request).get("ids")
        if not isinstance(ids, list) or not 1 <= len(ids) <= WORKLOGS_A_PAGE:
            raise JiraError(400, f"ids must hold between 1 and {WORKLOGS_A_PAGE} worklog ids.")
        found = self.facts.worklogs([number for number in dict.fromkeys(ids) if type(number) is int])
        return [self.rows.worklog(log, properties=_wants_properties(request)) for log in found]

    # -- boards and sprints ------------------------------------------------------------------------------------------

    def boards(self, request: Request) -> Json:
        kinds, project = request.one("type"), request.one("projectKeyOrId")
        found = [
            self.rows.board(board)
            for board in sorted(self.facts.boards.values(), key=lambda board: board.id)
            if (not kinds or board.kind in kinds.split(","))
            and (not project or project in (board.project_key, self.rows.projects[board.project_key]["id"]))
            and request.one("filterId") in ("", self.rows.filter_of(board))
            and request.one("name").lower() in board.name.lower()
        ]
        return self._page(request, found, DEFAULT_PAGE, DEFAULT_PAGE)

    def board(self, _: Request, number: str) -> Json:
        return self.rows.board(self._board(number))

    def configuration(self, _: Request, number: str) -> Json:
        return self.rows.board_configuration(self._board(number))

    def sprints(self, request: Request, number: str) -> Json:
        board = self._board(number)
        if board.kind == "kanban":
            raise JiraError(400, _NO_SPRINTS)
        if not board.maps_statuses:
            raise JiraError(422, _NO_COLUMNS)
        states = [state for value in request.query.get("state", []) for state in value.split(",")]
        if set(states) - {"future", "active", "closed"}:
            raise JiraError(400, f"The sprint state '{', '.join(states)}' is not valid.")
        rows = [self.rows.sprint(sprint) for sprint in self.facts.sprints_of(board)]
        found = [row for row in rows if not states or row["state"] in states]
        return self._page(request, found, DEFAULT_PAGE, DEFAULT_PAGE)

    def sprint(self, _: Request, number: str) -> Json:
        return self.rows.sprint(self._sprint(number))

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
        return {
            "expand": "schema,names",
            "startAt": start,
            "maxResults": size,
            "total": len(found),
            "issues": self._issue_rows(found[start : start + size], fields, request.one("expand"), agile=True),
        }

    def _members(self, request: Request, number: str) -> Numbers:
        return self.find(request.one("jql"), self._sprint(number).id)

    def estimation(self, request: Request, key: str) -> Json:
        """The points of an issue by the field of a board, in words: "8.0"."""
        number = request.one("boardId")
        if not number.isdigit():
            raise JiraError(400, "The boardId query parameter needs to be provided.")
        board, now = self._board(number), self._issue(key)
        if board.project_key != now.issue.project_key:
            raise JiraError(404, _NO_ISSUE)
        if board.estimation_field is None:
            raise JiraError(400, "The board does not support estimation.")
        points = self.rows.issue_row(now, Fields.read([board.estimation_field]), histories=False, agile=True)["fields"]
        value = points[board.estimation_field]
        return {"fieldId": board.estimation_field} | ({} if value is None else {"value": str(value)})

    # -- finding and paging ------------------------------------------------------------------------------------------

    def _issue(self, key: str) -> IssueNow:
        number = self.facts.number_of(key)
        if number is None:
            raise JiraError(404, _NO_ISSUE)
        return self.facts.issues([number])[0]

    def _board(self, number: str) -> Board:
        board = self.facts.boards.get(int(number))
        if board is None:
            raise JiraError(404, f"Board does not exist or you do not have permission to view it: {number}")
        return board

    def _sprint(self, number: str) -> Sprint:
        sprint = self.facts.sprint(int(number))
        if sprint is None:
            raise JiraError(404, "Sprint does not exist or you do not have permission to view it.")
        return sprint

    def _page(
        self, request: Request, found: Sequence[Json], default: int, most: int, *, with_links: bool = False
    ) -> Json:
        """A page by `startAt`: `isLast` says when to stop."""
        start, size = _offset(request), _size(request, default, most)
        is_last = start + size >= len(found)
        page: Json = {"maxResults": size, "startAt": start, "total": len(found), "isLast": is_last}
        if with_links:
            address = f"{self.rows.base}{_site_path(request)}?maxResults={size}&startAt="
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
        "reconcileIssues": request.query.get("reconcileIssues", []),
        "properties": request.query.get("properties", []),
    }


def _digest(question: str) -> str:
    return hashlib.sha256(question.encode()).hexdigest()[:12]


def _listed(request: Request, name: str) -> list[str]:
    """Values of a parameter that may be repeated, or hold several after commas."""
    return [part for value in request.query.get(name, []) for part in value.split(",") if part]


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


def _permission(key: str) -> Json:
    number, name, kind, description, is_granted = PERMISSIONS[key]
    return {
        "id": number,
        "key": key,
        "name": name,
        "type": kind,
        "description": description,
        "havePermission": is_granted,
    }


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


def _custom_fields() -> list[Json]:
    return [
        _custom_field(POINTS_FIELD, "Story Points", "com.atlassian.jira.plugin.system.customfieldtypes:float"),
        _custom_field(ESTIMATE_FIELD, "Story point estimate", "com.pyxis.greenhopper.jira:jsw-story-points"),
        _custom_field(SPRINT_FIELD, "Sprint", "com.pyxis.greenhopper.jira:gh-sprint"),
        _custom_field("customfield_10014", "Epic Link", "com.pyxis.greenhopper.jira:gh-epic-link"),
    ]


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
