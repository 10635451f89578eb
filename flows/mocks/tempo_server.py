"""A mock of Tempo Timesheets Cloud, REST v4: the story's worklogs as Tempo keeps them.

They are Jira's worklogs under ids of Tempo's own, by the author's local day, without issue keys, and with the seconds
that are billable. Paths are served at the root and below `/4`, as the real base address ends in it.
"""

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from flows.mocks.credentials import TEMPO_TOKEN
from flows.mocks.facts import Project, Worklog
from flows.mocks.http import App, Fault, Request, Response, json_response, serve
from flows.mocks.story.board import PAID_LABEL, UNPAID_LABEL
from flows.mocks.story.cast import Actor
from flows.mocks.world import READER, World

Json = dict[str, Any]

SITE: Final = "https://sample.atlassian.example"
PREFIX: Final = "/4"
DEFAULT_LIMIT: Final = 50
MOST_LIMIT: Final = 1000
# Tempo numbers its worklogs by itself: no id of one system is an id of the other.
IDS_APART: Final = 470_000
# Every so many paid worklogs one is billed in half, or with a quarter of an hour on top, as people sometimes do.
HALF_BILLED: Final = 89
MORE_BILLED: Final = 233
QUARTER: Final = 900
HOLIDAY_SECONDS: Final = 28_800
HOLIDAY_NAME: Final = "Nobody here on this day"

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


class TempoError(Exception):
    """An answer other than 200."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


@contextmanager
def serve_tempo(world: World, as_of: datetime, port: int = 0, fault: Fault | None = None) -> Iterator[str]:
    """Serve the world as Tempo knew it at `as_of`; yields the address, to which `/4` may be added."""
    with serve(tempo_app(world, as_of), port, fault) as url:
        yield url


def tempo_app(world: World, as_of: datetime) -> App:
    """Answers requests; links point to whatever host, with or without `/4`, the client asked for."""
    state = TempoState(world, as_of)

    def app(request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {TEMPO_TOKEN}":
            return Response(401, b"<html><body><h1>401 Unauthorized</h1></body></html>", "text/html;charset=UTF-8")
        is_prefixed = request.path.startswith(f"{PREFIX}/")
        prefix, path = (PREFIX, request.path.removeprefix(PREFIX)) if is_prefixed else ("", request.path)
        return TempoMock(state, f"http://{request.host}{prefix}").answer(request, path)

    return app


def tempo_id(worklog_id: int) -> int:
    """Tempo's number for a worklog of Jira's."""
    return worklog_id + IDS_APART


def billable_seconds(world: World, log: Worklog, seconds: int) -> int:
    """How much of a worklog Tempo bills: what a client pays for, and of a few worklogs a half, or more than all.

    Units: seconds. `seconds` is what the worklog holds at the time asked about.
    """
    issue = world.issues_by_id[log.issue_id]
    category = next(project.category for project in world.projects if project.key == issue.project_key)
    is_paid = PAID_LABEL in issue.labels or category == "Client"
    if log.is_marked_unpaid or UNPAID_LABEL in issue.labels or not is_paid:
        return 0
    if log.id % HALF_BILLED == 0:
        return seconds // 2
    return seconds + QUARTER if log.id % MORE_BILLED == 0 else seconds


@dataclass(frozen=True)
class Logged:
    """A worklog as it stood at the instant, by the author's own clock."""

    log: Worklog
    tempo_id: int
    project_id: int
    started_at: datetime
    updated_at: datetime
    seconds: int
    billable: int

    @property
    def day(self) -> date:
        return self.started_at.date()


@dataclass(frozen=True)
class Wanted:
    """Which worklogs are asked for; an empty collection wants all."""

    first: date | None = None
    last: date | None = None
    updated_from: datetime | None = None
    projects: Collection[int] = ()
    issues: Collection[int] = ()
    authors: Collection[str] = ()

    def has(self, one: Logged) -> bool:
        return (
            (self.first is None or self.first <= one.day)
            and (self.last is None or one.day <= self.last)
            and (self.updated_from is None or self.updated_from <= one.updated_at)
            and (not self.projects or one.project_id in self.projects)
            and (not self.issues or one.log.issue_id in self.issues)
            and (not self.authors or one.log.author in self.authors)
        )


class TempoState:
    """Everything the endpoints need, worked out once per server."""

    def __init__(self, world: World, as_of: datetime) -> None:
        self.world, self.as_of = world, as_of

    @cached_property
    def projects(self) -> Mapping[str, Project]:
        return {project.key: project for project in self.world.projects}

    @cached_property
    def worklogs(self) -> Mapping[int, Logged]:
        """Every worklog entered and not deleted, by Tempo's id, in the order of ids."""
        return {
            tempo_id(log.id): self._logged(log)
            for log in sorted(self.world.worklogs, key=lambda log: log.id)
            if log.created_at <= self.as_of and not (log.deleted_at and log.deleted_at <= self.as_of)
        }

    def _logged(self, log: Worklog) -> Logged:
        updated_at, seconds = next(version for version in reversed(log.versions) if version[0] <= self.as_of)
        return Logged(
            log=log,
            tempo_id=tempo_id(log.id),
            project_id=self.projects[self.world.issues_by_id[log.issue_id].project_key].id,
            started_at=log.started_at.astimezone(self.zones[log.author]),
            updated_at=updated_at,
            seconds=seconds,
            billable=billable_seconds(self.world, log, seconds),
        )

    @cached_property
    def zones(self) -> Mapping[str, ZoneInfo]:
        return {account: ZoneInfo(person.timezone) for account, person in self.world.people_by_account.items()}

    @cached_property
    def issues(self) -> set[int]:
        return {issue.id for issue in self.world.issues if issue.created_at <= self.as_of}

    @cached_property
    def actors(self) -> Mapping[str, Actor]:
        return {actor.account_id: actor for actor in self.world.actors if actor.account_id is not None}


class TempoMock:
    """The endpoints over one state, with links below one base address."""

    def __init__(self, state: TempoState, base: str) -> None:
        self.state, self.base = state, base
        routes: list[tuple[str, str, Callable[..., Json]]] = [
            ("GET", r"/worklogs", self.worklogs),
            ("POST", r"/worklogs/search", self.search),
            ("POST", r"/worklogs/(tempo-to-jira|jira-to-tempo)", self.mapping),
            ("GET", r"/worklogs/(user|issue|project|account)/([^/]+)", self.worklogs_of),
            ("GET", r"/worklogs/([^/]+)", self.worklog),
            ("GET", r"/worklogs/([^/]+)/work-attribute-values", self.attribute_values),
            ("GET", r"/work-attributes", self.work_attributes),
            ("GET", r"/accounts", self.accounts),
            ("GET", r"/user-schedule(?:/([^/]+))?", self.user_schedule),
        ]
        self.routes = [(method, re.compile(pattern), call) for method, pattern, call in routes]

    def answer(self, request: Request, path: str) -> Response:
        for method, pattern, call in self.routes:
            match = pattern.fullmatch(path)
            if match and request.method == method:
                try:
                    return json_response(call(request, *match.groups()), content_type="application/json")
                except TempoError as error:
                    return _refusal(error)
        return _refusal(TempoError(404, f"No resource {path}"))

    # -- worklogs ----------------------------------------------------------------------------------------------------

    def worklogs(self, request: Request) -> Json:
        return self._list(request, _from_query(request))

    def search(self, request: Request) -> Json:
        """As `worklogs`, with the filters in the body. Ids are numbers: keys of issues are not understood."""
        asked = _body(request)
        wanted = Wanted(
            first=_day(asked.get("from"), "from"),
            last=_day(asked.get("to"), "to"),
            updated_from=_instant(asked.get("updatedFrom")),
            projects=_numbers(asked, "projectIds"),
            issues=_numbers(asked, "issueIds"),
            authors=asked.get("authorIds") or (),
        )
        return self._list(request, wanted)

    def worklogs_of(self, request: Request, kind: str, name: str) -> Json:
        """Those of one user, issue, project or account."""
        state = self.state
        wanted = _from_query(request)
        if kind == "user" and name in state.world.people_by_account:
            return self._list(request, replace(wanted, authors=(name,)))
        if kind == "issue" and name.isdigit() and int(name) in state.issues:
            return self._list(request, replace(wanted, issues=(int(name),)))
        for project in state.world.projects:
            if name == {"project": str(project.id), "account": account_key(project)}.get(kind):
                return self._list(request, replace(wanted, projects=(project.id,)))
        raise TempoError(404, f"No {kind} {name}")

    def worklog(self, _: Request, number: str) -> Json:
        return self._row(self._one(number))

    def attribute_values(self, _: Request, number: str) -> Json:
        one = self._one(number)
        link = f"{self.base}/worklogs/{one.tempo_id}/work-attribute-values"
        values = self._attributes(one)
        return {"self": link, "metadata": {"count": len(values)}, "results": values}

    def mapping(self, request: Request, direction: str) -> Json:
        """Ids of one system for ids of the other; those of no worklog are left out unsaid."""
        name = "tempoWorklogIds" if direction == "tempo-to-jira" else "jiraWorklogIds"
        wanted = _numbers(_body(request), name)
        if not wanted:
            raise TempoError(400, f"{name} must not be empty")
        found = [
            {"tempoWorklogId": one.tempo_id, "jiraWorklogId": one.log.id}
            for one in self.state.worklogs.values()
            if (one.tempo_id if direction == "tempo-to-jira" else one.log.id) in wanted
        ]
        return self._page(request, found, dict)

    def _one(self, number: str) -> Logged:
        one = self.state.worklogs.get(int(number)) if number.isdigit() else None
        if one is None:
            raise TempoError(404, f"Worklog with id {number} not found")
        return one

    def _list(self, request: Request, wanted: Wanted) -> Json:
        orders: Mapping[str, Callable[[Logged], Any]] = {
            "": lambda one: one.tempo_id,
            "ID": lambda one: one.tempo_id,
            "START_DATE_TIME": lambda one: (one.started_at.replace(tzinfo=None), one.tempo_id),
            "UPDATED": lambda one: (one.updated_at, one.tempo_id),
        }
        order = request.one("orderBy")
        if order not in orders:
            raise TempoError(400, f"orderBy: unknown value {order}")
        found = [one for one in self.state.worklogs.values() if wanted.has(one)]
        return self._page(request, sorted(found, key=orders[order]), self._row)

    def _row(self, one: Logged) -> Json:
        """No key of the issue, and a start without a zone: Tempo shows the author's own day and clock."""
        log, link = one.log, f"{self.base}/worklogs/{one.tempo_id}"
        key = self.state.world.issues_by_id[log.issue_id].key
        return {
            "self": link,
            "tempoWorklogId": one.tempo_id,
            "issue": {"self": f"{SITE}/rest/api/2/issue/{log.issue_id}", "id": log.issue_id},
            "timeSpentSeconds": one.seconds,
            "billableSeconds": one.billable,
            "startDate": one.day.isoformat(),
            "startTime": f"{one.started_at:%H:%M:%S}",
            "description": log.comment or f"Working on issue {key}",
            "createdAt": _stamp(log.created_at),
            "updatedAt": _stamp(one.updated_at),
            "author": {"self": f"{SITE}/rest/api/2/user?accountId={log.author}", "accountId": log.author},
            "attributes": {"self": f"{link}/work-attribute-values", "values": self._attributes(one)},
        }

    def _attributes(self, one: Logged) -> list[Json]:
        project = next(project for project in self.state.world.projects if project.id == one.project_id)
        return [{"key": "_Account_", "value": account_key(project)}]

    # -- what else Tempo keeps ---------------------------------------------------------------------------------------

    def work_attributes(self, request: Request) -> Json:
        rows = [
            {"key": "_Account_", "name": "Account", "type": "ACCOUNT", "required": True},
            {"key": "_Remote_", "name": "Remote", "type": "CHECKBOX", "required": False},
        ]
        return self._page(request, [{"self": f"{self.base}/work-attributes/{r['key']}", **r} for r in rows], dict)

    def accounts(self, request: Request) -> Json:
        return self._page(request, self.state.world.projects, self._account)

    def _account(self, project: Project) -> Json:
        kind = "BILLABLE" if project.category == "Client" else "INTERNAL"
        key = account_key(project)
        return {
            "self": f"{self.base}/accounts/{key}",
            "id": project.id,
            "key": key,
            "name": project.name,
            "status": "OPEN",
            "global": False,
            "category": {"key": kind, "name": kind.capitalize(), "type": {"name": kind}},
        }

    def user_schedule(self, request: Request, account: str | None) -> Json:
        """Seconds that a user owes on each day of a range: the token's owner where none is named.

        The holiday scheme of an engineer is that of their place; nobody else has one.
        """
        account = account or READER
        if account not in self.state.world.people_by_account:
            raise TempoError(404, f"No user {account}")
        first, last = (_day(request.one(name) or None, name) for name in ("from", "to"))
        if first is None or last is None or last < first:
            raise TempoError(400, "from and to must be days, in this order")
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        rows = [self._schedule_day(account, day) for day in days]
        return {"self": self._link(request), "metadata": {"count": len(rows)}, "results": rows}

    def _schedule_day(self, account: str, day: date) -> Json:
        actor = self.state.actors.get(account)
        hours = (8.0 if day.weekday() < 5 else 0.0) if actor is None else actor.contract.get(day, 0.0)
        return schedule_day(day, hours, is_holiday=actor is not None and day in actor.holidays)

    # -- pages -------------------------------------------------------------------------------------------------------

    def _page(self, request: Request, found: Sequence[Any], row: Callable[[Any], Json]) -> Json:
        """A page; `count` is that of its own rows, and only `next` tells whether there is another."""
        limit = min(_number(request, "limit", DEFAULT_LIMIT, least=1), MOST_LIMIT)
        offset = _number(request, "offset", 0, least=0)
        rows = [row(item) for item in found[offset : offset + limit]]
        metadata: Json = {"count": len(rows), "offset": offset, "limit": limit}
        if offset + limit < len(found):
            metadata["next"] = self._link(request, offset=offset + limit, limit=limit)
        return {"self": self._link(request, offset=offset, limit=limit), "metadata": metadata, "results": rows}

    def _link(self, request: Request, **paging: int) -> str:
        """The address asked for, with other paging."""
        asked = [pair for pair in parse_qsl(request.query_string) if pair[0] not in paging]
        query = urlencode([*asked, *paging.items()])
        path = request.path.removeprefix(PREFIX) if self.base.endswith(PREFIX) else request.path
        return f"{self.base}{path}?{query}"


def schedule_day(day: date, hours: float, *, is_holiday: bool) -> Json:
    """A day of a schedule. A holiday lasts the eight hours of Tempo's default scheme, whatever the day has.

    Tempo expects nothing on it. Names are those of the scheme, and say more than anybody needs to know.
    """
    kind = "WORKING_DAY" if hours else "NON_WORKING_DAY"
    row = {"date": day.isoformat(), "requiredSeconds": round(hours * 3600), "type": kind}
    if not is_holiday:
        return row
    holiday = {
        "id": 7000 + day.timetuple().tm_yday,
        "schemeId": 7,
        "name": HOLIDAY_NAME,
        "date": day.isoformat(),
        "durationSeconds": HOLIDAY_SECONDS,
        "type": "FIXED",
    }
    return row | {
        "requiredSeconds": 0,
        "type": "HOLIDAY" if hours else "HOLIDAY_AND_NON_WORKING_DAY",
        "holiday": holiday,
    }


def account_key(project: Project) -> str:
    """The Tempo account that hours on a project are booked to."""
    return f"{project.key}-{project.category.upper()}"


def _refusal(error: TempoError) -> Response:
    """A list of messages as a rule; what is not there is told in an object."""
    message = {"message": error.message}
    return json_response({"errors": message if error.status == 404 else [message]}, error.status)


def _stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _from_query(request: Request) -> Wanted:
    asked = {name: request.one(name) or None for name in ("from", "to", "updatedFrom")}
    return Wanted(
        first=_day(asked["from"], "from"),
        last=_day(asked["to"], "to"),
        updated_from=_instant(asked["updatedFrom"]),
        projects=[_whole(value, "projectId") for value in request.query.get("projectId", [])],
        issues=[_whole(value, "issueId") for value in request.query.get("issueId", [])],
    )


def _day(text: object, name: str) -> date | None:
    if text is None:
        return None
    try:
        if isinstance(text, str) and _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise TempoError(400, f"{name}: '{text}' is not a date of the form yyyy-MM-dd")


def _instant(text: object) -> datetime | None:
    """A day or an instant; without an offset it is read in UTC."""
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        raise TempoError(400, f"updatedFrom: '{text}' is not a date") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _body(request: Request) -> Json:
    try:
        body = json.loads(request.body or b"{}")
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise TempoError(400, "The body is not a JSON object")
    return body


def _numbers(asked: Json, name: str) -> set[int]:
    values = asked.get(name) or []
    if not isinstance(values, list) or not all(isinstance(value, int) for value in values):
        raise TempoError(400, f"{name} must be a list of numbers")
    return set(values)


def _number(request: Request, name: str, default: int, least: int) -> int:
    number = _whole(request.one(name) or str(default), name)
    if number < least:
        raise TempoError(400, f"{name} must be at least {least}")
    return number


def _whole(text: str, name: str) -> int:
    if not text.isdigit():
        raise TempoError(400, f"{name}: '{text}' is not a number")
    return int(text)
