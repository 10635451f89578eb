"""A mock of PagerDuty's REST API v2: incidents and their logs, in the shapes and with the limits of the real one."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, Final
from zoneinfo import ZoneInfo

from flows.mocks.credentials import PAGERDUTY_TOKEN
from flows.mocks.facts import Incident, LogEntry, OnCall, Person, Service
from flows.mocks.http import App, Fault, Request, Response, json_response, serve
from flows.mocks.world import World

Json = dict[str, Any]

VENDOR_JSON: Final = "application/vnd.pagerduty+json;version=2"
DEFAULT_LIMIT: Final = 25
MOST_LIMIT: Final = 100
DEEPEST: Final = 10_000
DEFAULT_WINDOW: Final = timedelta(days=30)
LONGEST_WINDOW: Final = timedelta(days=184)
ACKNOWLEDGE_TIMEOUT: Final = 1800
RATE_LIMIT: Final = {"ratelimit-limit": "960", "ratelimit-remaining": "959", "ratelimit-reset": "20"}
# What `is_overview=true` leaves over.
OVERVIEW: Final = frozenset(
    f"{kind}_log_entry" for kind in ("trigger", "acknowledge", "unacknowledge", "escalate", "assign", "resolve")
)

BAD_ARGUMENTS: Final = 2002
BAD_RANGE: Final = 2005
NOT_AUTHENTICATED: Final = 2006
NOT_FOUND: Final = 2100


class PagerDutyError(Exception):
    """An answer other than 200, in PagerDuty's own shape."""

    def __init__(self, status: int, code: int, message: str, *errors: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.errors = status, code, message, errors


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


@dataclass(frozen=True)
class Now:
    """An incident as it stood at the instant."""

    incident: Incident
    entries: Sequence[LogEntry]
    status: str
    assigned: Sequence[tuple[datetime, str]]
    acknowledged: Sequence[tuple[datetime, str]]
    last_change: LogEntry


def incident_now(incident: Incident, as_of: datetime) -> Now:
    """Status, assignment and acknowledgement after the entries so far; both lists are emptied by the resolve."""
    entries = [entry for entry in incident.entries if entry.at <= as_of]
    status, last_change = "triggered", entries[0]
    assigned: list[tuple[datetime, str]] = []
    acknowledged: list[tuple[datetime, str]] = []
    for entry in entries:
        kind = entry.kind.removesuffix("_log_entry")
        if kind in ("assign", "escalate"):
            status, assigned, acknowledged = "triggered", [(entry.at, user) for user in entry.assignees], []
        elif kind == "acknowledge":
            status = "acknowledged"
            acknowledged = [*acknowledged, (entry.at, entry.agent or "")]
        elif kind == "unacknowledge":
            status, acknowledged = "triggered", []
        elif kind == "resolve":
            status, assigned, acknowledged = "resolved", [], []
        if kind != "notify":
            last_change = entry
    return Now(incident, entries, status, assigned, acknowledged, last_change)


class PagerDutyState:
    """Everything the endpoints need, worked out once per server and base URL."""

    def __init__(self, world: World, as_of: datetime, base_url: str) -> None:
        self.world, self.as_of, self.base = world, as_of, base_url

    @cached_property
    def services(self) -> Mapping[str, Service]:
        return {service.id: service for service in self.world.services}

    @cached_property
    def people(self) -> Mapping[str, Person]:
        """PagerDuty users by id; who has left has been deleted, as PagerDuty does."""
        return {
            person.pagerduty_id: person
            for person in self.world.people
            if person.pagerduty_id
            and (person.active_from is None or person.active_from <= self.as_of)
            and (person.active_until is None or person.active_until > self.as_of)
        }

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Summaries of users and services by id, of users since deleted too."""
        names = {person.pagerduty_id: person.name for person in self.world.people if person.pagerduty_id}
        return names | {service.id: service.name for service in self.world.services}

    @cached_property
    def incidents(self) -> Mapping[str, Now]:
        """By id, oldest first."""
        found = [incident for incident in self.world.incidents if incident.created_at <= self.as_of]
        return {incident.id: incident_now(incident, self.as_of) for incident in found}

    @cached_property
    def log_entries(self) -> Sequence[tuple[LogEntry, Incident]]:
        """Newest first, as the API lists them."""
        everything = [(entry, now.incident) for now in self.incidents.values() for entry in now.entries]
        return sorted(everything, key=lambda pair: (pair[0].at, pair[0].id), reverse=True)

    # -- references --------------------------------------------------------------------------------------------------

    def reference(self, kind: str, number: str, summary: str, path: str, page: str | None = None) -> Json:
        return {
            "id": number,
            "type": f"{kind}_reference",
            "summary": summary,
            "self": f"{self.base}/{path}/{number}",
            "html_url": f"https://sample.pagerduty.example/{page or path}/{number}",
        }

    def agent(self, number: str) -> Json:
        if number in self.services:
            return self.reference("service", number, self.names[number], "services", "service-directory")
        return self.reference("user", number, self.names.get(number, number), "users")

    def policy(self, service: Service) -> Json:
        return self.reference("escalation_policy", service.policy_id, service.name, "escalation_policies")

    def team(self, service: Service) -> Json:
        return self.reference("team", service.pagerduty_team_id, service.name.removesuffix(" platform"), "teams")

    # -- rows --------------------------------------------------------------------------------------------------------

    def incident(self, now: Now, zone: ZoneInfo | None) -> Json:
        incident, service = now.incident, self.services[now.incident.service_id]
        is_resolved = now.status == "resolved"
        return {
            "incident_number": incident.number,
            "title": incident.title,
            "description": incident.title,
            "created_at": stamp(incident.created_at, zone),
            "updated_at": stamp(now.entries[-1].at, zone),
            "status": now.status,
            "incident_key": incident.key,
            "service": self.agent(service.id),
            "assignments": [{"at": stamp(at, zone), "assignee": self.agent(user)} for at, user in now.assigned],
            "assigned_via": "escalation_policy",
            "last_status_change_at": stamp(now.last_change.at, zone),
            "resolved_at": stamp(now.last_change.at, zone) if is_resolved else None,
            "first_trigger_log_entry": self._trigger(now),
            "alert_counts": {"all": 1, "triggered": int(not is_resolved), "resolved": int(is_resolved)},
            "is_mergeable": True,
            "escalation_policy": self.policy(service),
            "teams": [self.team(service)],
            "pending_actions": [],
            "acknowledgements": [
                {"at": stamp(at, zone), "acknowledger": self.agent(user)} for at, user in now.acknowledged
            ],
            "alert_grouping": None,
            "last_status_change_by": self.agent(now.last_change.agent or service.id),
            "priority": None,
            "resolve_reason": None,
            "incidents_responders": [],
            "responder_requests": [],
            "subscriber_requests": [],
            "urgency": incident.urgency,
            "id": incident.id,
            "type": "incident",
            "summary": f"[#{incident.number}] {incident.title}",
            "self": f"{self.base}/incidents/{incident.id}",
            "html_url": f"https://sample.pagerduty.example/incidents/{incident.id}",
        }

    def _trigger(self, now: Now) -> Json:
        return self.reference(
            "trigger_log_entry",
            now.entries[0].id,
            "Triggered through the API.",
            "log_entries",
            f"incidents/{now.incident.id}/log_entries",
        )

    def log_entry(self, entry: LogEntry, incident: Incident, zone: ZoneInfo | None) -> Json:
        """One line of a log. A notify entry names the user and has no agent."""
        service = self.services[incident.service_id]
        row: Json = {
            "id": entry.id,
            "type": entry.kind,
            "summary": self._sentence(entry),
            "self": f"{self.base}/log_entries/{entry.id}",
            "html_url": None,
            "created_at": stamp(entry.at, zone),
        }
        if entry.agent is not None:
            row["agent"] = self.agent(entry.agent)
        row |= {
            "channel": {"type": entry.channel},
            "service": self.agent(service.id),
            "incident": self.reference("incident", incident.id, f"[#{incident.number}] {incident.title}", "incidents"),
            "teams": [self.team(service)],
            "contexts": [],
        }
        if entry.kind in ("assign_log_entry", "escalate_log_entry"):
            row["assignees"] = [self.agent(user) for user in entry.assignees]
        if entry.kind == "acknowledge_log_entry":
            row["acknowledgement_timeout"] = ACKNOWLEDGE_TIMEOUT
        if entry.kind == "notify_log_entry":
            row["user"] = self.agent(entry.user or "")
        if entry.kind in ("trigger_log_entry", "resolve_log_entry"):
            row["event_details"] = {"description": incident.title} if entry.kind == "trigger_log_entry" else {}
        return row

    def _sentence(self, entry: LogEntry) -> str:
        who = self.names.get(entry.agent or "", "")
        whom = ", ".join(self.names.get(user, user) for user in entry.assignees)
        return {
            "trigger_log_entry": "Triggered through the API.",
            "assign_log_entry": f"Assigned to {whom}.",
            "escalate_log_entry": f"Escalated to {whom} due to timeout.",
            "notify_log_entry": f"Notified {self.names.get(entry.user or '', '')} by push notification.",
            "acknowledge_log_entry": f"Acknowledged by {who}.",
            "unacknowledge_log_entry": "Unacknowledged due to timeout.",
            "resolve_log_entry": f"Resolved by {who}.",
        }[entry.kind]

    def user(self, number: str, person: Person) -> Json:
        teams = [self.team(service) for service in self.world.services if service.team_id == person.team_id]
        return {
            "name": person.name,
            "email": person.email or f"{person.engineer_id}@sample.invalid",
            "time_zone": person.timezone,
            "color": "teal",
            "avatar_url": f"{self.base}/avatars/{number}.png",
            "billed": True,
            "role": "user",
            "description": "",
            "invitation_sent": False,
            "job_title": None,
            "teams": teams,
            "contact_methods": [],
            "notification_rules": [],
            **self.reference("user", number, person.name, "users"),
            "type": "user",
        }

    def service(self, service: Service) -> Json:
        return {
            **self.agent(service.id),
            "type": "service",
            "name": service.name,
            "description": "",
            "status": "active",
            "acknowledgement_timeout": ACKNOWLEDGE_TIMEOUT,
            "auto_resolve_timeout": None,
            "created_at": "2021-03-01T15:00:00Z",
            "escalation_policy": self.policy(service),
            "teams": [self.team(service)],
        }

    def full_team(self, service: Service) -> Json:
        row = self.team(service)
        return row | {"type": "team", "name": row["summary"], "description": ""}

    def full_policy(self, service: Service) -> Json:
        row = self.policy(service)
        rules = [
            {
                "id": f"{service.policy_id}R{level}",
                "escalation_delay_in_minutes": 30,
                "targets": [
                    self.reference("schedule", f"{service.policy_id}S{level}", f"{service.name} {level}", "schedules")
                ],
            }
            for level in (1, 2)
        ]
        return row | {
            "type": "escalation_policy",
            "name": row["summary"],
            "escalation_rules": rules,
            "num_loops": 2,
            "teams": [self.team(service)],
            "services": [self.agent(service.id)],
        }

    def on_call(self, shift: OnCall, zone: ZoneInfo | None) -> Json:
        service = self.services[shift.service_id]
        schedule = f"{service.policy_id}S{shift.level}"
        return {
            "escalation_policy": self.policy(service),
            "escalation_level": shift.level,
            "schedule": self.reference("schedule", schedule, f"{service.name} {shift.level}", "schedules"),
            "user": self.agent(shift.user),
            "start": stamp(shift.start, zone),
            "end": stamp(shift.end, zone),
        }


class PagerDutyMock:
    """The endpoints over one state."""

    def __init__(self, state: PagerDutyState) -> None:
        self.state = state
        routes: list[tuple[str, Callable[..., Json]]] = [
            (r"/incidents", self.incidents),
            (r"/incidents/([^/]+)", self.incident),
            (r"/incidents/([^/]+)/log_entries", self.incident_log),
            (r"/log_entries", self.log_entries),
            (r"/users", self.users),
            (r"/users/([^/]+)", self.user),
            (r"/oncalls", self.on_calls),
            (r"/services", self.services),
            (r"/teams", self.teams),
            (r"/escalation_policies", self.policies),
        ]
        self.routes = [(re.compile(pattern), call) for pattern, call in routes]

    def answer(self, request: Request) -> Response:
        for pattern, call in self.routes:
            match = pattern.fullmatch(request.path)
            if match and request.method == "GET":
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


def stamp(at: datetime, zone: ZoneInfo | None) -> str:
    """`2026-11-03T02:11:09Z`, or with the offset of the zone asked for."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if zone is None else at.astimezone(zone).isoformat()


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
    """A date or instant; without an offset it is read in the zone asked for, else in UTC."""
    text = request.one(name)
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        raise PagerDutyError(400, BAD_ARGUMENTS, "Arguments Caused Error", f"{name} is not a valid date") from None
    return at if at.tzinfo else at.replace(tzinfo=_zone(request) or UTC)


def _zone(request: Request) -> ZoneInfo | None:
    name = request.one("time_zone")
    if not name or name == "UTC":
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError):
        raise PagerDutyError(400, BAD_ARGUMENTS, "Arguments Caused Error", "time_zone is not valid") from None


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
