"""A mock of PagerDuty's REST API v2: incidents and their logs, in the shapes and with the limits of the real one."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from flows.mocks.credentials import PAGERDUTY_TOKEN
from flows.mocks.facts import Incident, LogEntry
from flows.mocks.http import App, Fault, Request, Response, json_response, serve
from flows.mocks.pagerduty_analytics import Analytics
from flows.mocks.pagerduty_state import (
    BAD_ARGUMENTS,
    BAD_RANGE,
    NOT_AUTHENTICATED,
    NOT_FOUND,
    Json,
    Now,
    PagerDutyError,
    PagerDutyState,
    read_instant,
    read_zone,
)
from flows.mocks.world import World

VENDOR_JSON: Final = "application/vnd.pagerduty+json;version=2"
DEFAULT_LIMIT: Final = 25
MOST_LIMIT: Final = 100
DEEPEST: Final = 10_000
DEFAULT_WINDOW: Final = timedelta(days=30)
LONGEST_WINDOW: Final = timedelta(days=184)
RATE_LIMIT: Final = {"ratelimit-limit": "960", "ratelimit-remaining": "959", "ratelimit-reset": "20"}
# What `is_overview=true` leaves over.
OVERVIEW: Final = frozenset(
    f"{kind}_log_entry" for kind in ("trigger", "acknowledge", "unacknowledge", "escalate", "assign", "resolve")
)


@contextmanager
def serve_pagerduty(world: World, as_of: datetime, port: int = 0, fault: Fault | None = None) -> Iterator[str]:
    """Serve the world as PagerDuty knew it at `as_of`; yields the base URL."""
    with serve(pagerduty_app(world, as_of), port, fault) as url:
        yield url


def pagerduty_app(world: World, as_of: datetime) -> App:
    """Answers requests; links point to whatever host the client asked for."""
    mocks: dict[str, PagerDutyMock] = {}

    def app(request: Request) -> Response:
        # The literal prefix is part of the scheme: a bare token or `Bearer` with an API key is refused.
        if request.headers.get("authorization") != f"Token token={PAGERDUTY_TOKEN}":
            return _refusal(PagerDutyError(401, NOT_AUTHENTICATED, "Authentication Failed"))
        base = f"http://{request.host}"
        if base not in mocks:
            mocks[base] = PagerDutyMock(PagerDutyState(world, as_of, base))
        return mocks[base].answer(request)

    return app


class PagerDutyMock:
    """The endpoints over one state."""

    def __init__(self, state: PagerDutyState) -> None:
        self.state, analytics = state, Analytics(state)
        routes: list[tuple[str, str, Callable[..., Json]]] = [
            ("GET", r"/incidents", self.incidents),
            ("GET", r"/incidents/([^/]+)", self.incident),
            ("GET", r"/incidents/([^/]+)/log_entries", self.incident_log),
            ("GET", r"/log_entries", self.log_entries),
            ("GET", r"/users", self.users),
            ("GET", r"/users/([^/]+)", self.user),
            ("GET", r"/oncalls", self.on_calls),
            ("GET", r"/services", self.services),
            ("GET", r"/teams", self.teams),
            ("GET", r"/escalation_policies", self.policies),
            ("POST", r"/analytics/raw/incidents", analytics.raw_incidents),
            ("GET", r"/analytics/raw/incidents/([^/]+)", analytics.raw_incident),
            ("GET|POST", r"/analytics/raw/incidents/([^/]+)/responses", analytics.responses),
            ("POST", r"/analytics/metrics/responders/all", analytics.all_responders),
        ]
        self.routes = [(methods.split("|"), re.compile(pattern), call) for methods, pattern, call in routes]

    def answer(self, request: Request) -> Response:
        for methods, pattern, call in self.routes:
            match = pattern.fullmatch(request.path)
            if match and request.method in methods:
                try:
                    return _with_limits(json_response(call(request, *match.groups()), content_type=VENDOR_JSON))
                except PagerDutyError as error:
                    return _with_limits(_refusal(error))
        return _with_limits(_refusal(PagerDutyError(404, NOT_FOUND, "Not Found")))

    def incidents(self, request: Request) -> Json:
        """Incidents created in the window; who is assigned is known of open ones only."""
        since, until = _window(request, self.state.as_of)
        wanted = {name: set(request.query.get(f"{name}[]", [])) for name in _INCIDENT_FILTERS}
        found = [
            now
            for now in self.state.incidents.values()
            if since <= now.incident.created_at < until
            and _passes(wanted["statuses"], now.status)
            and _passes(wanted["urgencies"], now.incident.urgency)
            and _passes(wanted["service_ids"], now.incident.service_id)
            and _passes(wanted["team_ids"], self.state.services[now.incident.service_id].pagerduty_team_id)
            and _passes(wanted["user_ids"], *(user for _, user in now.assigned))
            and request.one("incident_key", now.incident.key) == now.incident.key
        ]
        zone = _zone(request)
        return _page(request, "incidents", _sorted(request, found), lambda now: self.state.incident(now, zone))

    def incident(self, request: Request, number: str) -> Json:
        return {"incident": self.state.incident(self._incident(number), _zone(request))}

    def incident_log(self, request: Request, number: str) -> Json:
        now = self._incident(number)
        log = [(entry, now.incident) for entry in sorted(now.entries, key=lambda e: (e.at, e.id), reverse=True)]
        if "since" in request.query or "until" in request.query:
            since, until = _window(request, self.state.as_of)
            log = [(entry, incident) for entry, incident in log if since <= entry.at < until]
        return self._log_page(request, log)

    def log_entries(self, request: Request) -> Json:
        since, until = _window(request, self.state.as_of)
        teams = set(request.query.get("team_ids[]", []))
        log = [
            (entry, incident)
            for entry, incident in self.state.log_entries
            if since <= entry.at < until and _passes(teams, self.state.services[incident.service_id].pagerduty_team_id)
        ]
        return self._log_page(request, log)

    def _log_page(self, request: Request, log: Sequence[tuple[LogEntry, Incident]]) -> Json:
        if request.one("is_overview") == "true":
            log = [(entry, incident) for entry, incident in log if entry.kind in OVERVIEW]
        zone = _zone(request)
        return _page(request, "log_entries", log, lambda pair: self.state.log_entry(pair[0], pair[1], zone))

    def users(self, request: Request) -> Json:
        text, teams = request.one("query").lower(), set(request.query.get("team_ids[]", []))
        rows = [self.state.user(number, person) for number, person in self.state.people.items()]
        found = [
            row
            for row in rows
            if text in row["name"].lower() and _passes(teams, *(team["id"] for team in row["teams"]))
        ]
        return _page(request, "users", found, dict)

    def user(self, _: Request, number: str) -> Json:
        if number not in self.state.people:
            raise PagerDutyError(404, NOT_FOUND, "Not Found")
        return {"user": self.state.user(number, self.state.people[number])}

    def on_calls(self, request: Request) -> Json:
        """Shifts that touch the window; without one, those of the instant."""
        instant = self.state.as_of
        since = _instant(request, "since") or instant
        until = _instant(request, "until") or max(since, instant)
        users = set(request.query.get("user_ids[]", []))
        found = [
            shift
            for shift in self.state.world.on_calls
            if shift.start <= until and shift.end > since and _passes(users, shift.user)
        ]
        zone = _zone(request)
        return _page(request, "oncalls", found, lambda shift: self.state.on_call(shift, zone))

    def services(self, request: Request) -> Json:
        return _page(request, "services", self.state.world.services, self.state.service)

    def teams(self, request: Request) -> Json:
        return _page(request, "teams", self.state.world.services, self.state.full_team)

    def policies(self, request: Request) -> Json:
        return _page(request, "escalation_policies", self.state.world.services, self.state.full_policy)

    def _incident(self, number: str) -> Now:
        for now in self.state.incidents.values():
            if number in (now.incident.id, str(now.incident.number)):
                return now
        raise PagerDutyError(404, NOT_FOUND, "Not Found")


_INCIDENT_FILTERS: Final = ("statuses", "urgencies", "service_ids", "team_ids", "user_ids")


def _passes(wanted: set[str], *values: str) -> bool:
    return not wanted or not wanted.isdisjoint(values)


def _sorted(request: Request, found: Sequence[Now]) -> Sequence[Now]:
    """By up to two keys `field:asc|desc`; oldest first otherwise."""
    keys = [key for value in request.query.get("sort_by", []) for key in value.split(",") if key]
    if len(keys) > 2:
        raise PagerDutyError(400, BAD_ARGUMENTS, "Arguments Caused Error", "sort_by may have at most 2 fields")
    fields: Mapping[str, Callable[[Now], Any]] = {
        "created_at": lambda now: now.incident.created_at,
        "incident_number": lambda now: now.incident.number,
        "resolved_at": lambda now: (now.status == "resolved", now.last_change.at),
        "urgency": lambda now: now.incident.urgency,
    }
    ordered = list(found)
    for key in reversed(keys):
        name, _, direction = key.partition(":")
        if name not in fields:
            raise PagerDutyError(400, BAD_ARGUMENTS, "Arguments Caused Error", f"sort_by: unknown field {name}")
        ordered.sort(key=fields[name], reverse=direction == "desc")
    return ordered


def _window(request: Request, as_of: datetime) -> tuple[datetime, datetime]:
    """[since, until): a month where only one end, or none, is given; at most six."""
    if request.one("date_range") == "all":
        return datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    since, until = _instant(request, "since"), _instant(request, "until")
    if since is None and until is None:
        until = as_of
    if until is None and since is not None:
        until = since + DEFAULT_WINDOW
    if since is None and until is not None:
        since = until - DEFAULT_WINDOW
    assert since is not None, "one of the lines above has set it"
    assert until is not None, "one of the lines above has set it"
    if until < since:
        raise PagerDutyError(400, BAD_RANGE, "Invalid Date Range", "until must not be before since")
    if until - since > LONGEST_WINDOW:
        raise PagerDutyError(400, BAD_RANGE, "Invalid Date Range", "The time range cannot exceed 6 months")
    return since, until


def _instant(request: Request, name: str) -> datetime | None:
    return read_instant(request.one(name), name, _zone(request) or UTC)


def _zone(request: Request) -> ZoneInfo | None:
    return read_zone(request.one("time_zone"))


def _page(request: Request, name: str, found: Sequence[Any], row: Callable[[Any], Json]) -> Json:
    """Classic paging: 25 unless asked, 100 at most, nothing beyond 10,000, no total unless asked."""
    limit = min(_number(request, "limit", DEFAULT_LIMIT) or DEFAULT_LIMIT, MOST_LIMIT)
    offset = _number(request, "offset", 0)
    if offset + limit > DEEPEST:
        raise PagerDutyError(
            400, BAD_ARGUMENTS, "Arguments Caused Error", "Offset plus limit must be less than or equal to 10000"
        )
    return {
        name: [row(item) for item in found[offset : offset + limit]],
        "limit": limit,
        "offset": offset,
        "total": len(found) if request.one("total") == "true" else None,
        "more": offset + limit < len(found),
    }


def _number(request: Request, name: str, default: int) -> int:
    text = request.one(name)
    if text and not text.isdigit():
        raise PagerDutyError(400, BAD_ARGUMENTS, "Arguments Caused Error", f"{name} must be a number")
    return int(text) if text else default


def _refusal(error: PagerDutyError) -> Response:
    content: Json = {"error": {"message": error.message, "code": error.code}}
    if error.errors:
        content["error"]["errors"] = list(error.errors)
    return json_response(content, error.status, VENDOR_JSON)


def _with_limits(response: Response) -> Response:
    return Response(response.status, response.body, response.content_type, RATE_LIMIT)
