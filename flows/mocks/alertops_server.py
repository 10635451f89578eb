"""A mock of AlertOps' REST API v2: the story's incidents as alerts, with an owner and two instants each.

An alert is open and without an owner until somebody takes it; times bear no zone and are UTC.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any, Final

from flows.mocks.credentials import ALERTOPS_KEY
from flows.mocks.facts import Incident, Person, Service
from flows.mocks.http import App, Fault, Request, Response, json_response, serve
from flows.mocks.world import World

Json = dict[str, Any]

DEFAULT_LIMIT: Final = 25
MOST_LIMIT: Final = 100
FIRST_ALERT: Final = 90_000
SLA: Final = timedelta(hours=4)
# Something of low urgency that somebody has taken is put aside after a while.
ON_HOLD_AFTER: Final = timedelta(hours=1)

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


class AlertOpsError(Exception):
    """An answer other than 200."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


@contextmanager
def serve_alertops(world: World, as_of: datetime, port: int = 0, fault: Fault | None = None) -> Iterator[str]:
    """Serve the world as AlertOps knew it at `as_of`; yields the base URL."""
    with serve(alertops_app(world, as_of), port, fault) as url:
        yield url


def alertops_app(world: World, as_of: datetime) -> App:
    """Answers requests that bear the key. No answer holds a link."""
    mock = AlertOpsMock(AlertOpsState(world, as_of))

    def app(request: Request) -> Response:
        key = request.headers.get("api-key")
        if key is None:
            return Response(
                401, b"<html><body>You do not have permission to view this page.</body></html>", "text/html"
            )
        if key != ALERTOPS_KEY:
            return _refusal(AlertOpsError(401, "Invalid API key."))
        return mock.answer(request)

    return app


@dataclass(frozen=True)
class AlertNow:
    """An alert as it stood at the instant. `owner` is a PagerDuty user id; `closed_at` is stamped by closing only."""

    incident: Incident
    status: str
    owner: str | None
    closed_at: datetime | None
    is_within_sla: bool


def alert_now(incident: Incident, as_of: datetime) -> AlertNow:
    """Taking an alert, or being handed it, makes an owner; a timeout takes it away again; closing keeps the owner."""
    owner: str | None = None
    owned_since = closed_at = None
    for entry in incident.entries:
        if entry.at > as_of:
            break
        kind = entry.kind.removesuffix("_log_entry")
        if kind == "acknowledge":
            owner, owned_since = entry.agent, entry.at
        elif kind == "assign" and entry.agent != incident.service_id:
            owner, owned_since = entry.assignees[0], entry.at
        elif kind in ("unacknowledge", "escalate"):
            owner = None
        elif kind == "resolve":
            # A monitor that closes an alert is nobody's merit: the owner stays who it was.
            closed_at, owner = entry.at, owner if entry.agent == incident.service_id else entry.agent
    status = "Assigned" if owner else "Open"
    if closed_at:
        status = "Cancelled" if incident.title.startswith("[TEST]") else "Closed"
    elif owner and owned_since and incident.urgency == "low" and owned_since + ON_HOLD_AFTER <= as_of:
        status = "On Hold"
    is_within_sla = (closed_at or as_of) - incident.created_at <= SLA
    return AlertNow(incident, status, owner, closed_at if status == "Closed" else None, is_within_sla)


class AlertOpsState:
    """Everything the endpoints need, worked out once per server."""

    def __init__(self, world: World, as_of: datetime) -> None:
        self.world, self.as_of = world, as_of

    @cached_property
    def alerts(self) -> Sequence[AlertNow]:
        """Newest first."""
        known = [incident for incident in self.world.incidents if incident.created_at <= self.as_of]
        return [alert_now(incident, self.as_of) for incident in sorted(known, key=lambda i: i.number, reverse=True)]

    @cached_property
    def services(self) -> Mapping[str, Service]:
        return {service.id: service for service in self.world.services}

    @cached_property
    def owners(self) -> Mapping[str, Person]:
        return {person.pagerduty_id: person for person in self.world.people if person.pagerduty_id}

    @cached_property
    def users(self) -> Sequence[tuple[int, Person]]:
        """Who is there at the instant, with the numbers of all who ever were."""
        everyone = [person for person in self.world.people if person.alertops_user_name]
        return [
            (number, person)
            for number, person in enumerate(everyone, start=501)
            if (person.active_from is None or person.active_from <= self.as_of)
            and (person.active_until is None or person.active_until > self.as_of)
        ]

    def alert(self, now: AlertNow) -> Json:
        incident, service = now.incident, self.services[now.incident.service_id]
        owner = self.owners.get(now.owner or "")
        return {
            "alert_id": FIRST_ALERT + incident.number,
            "created_date": _stamp(incident.created_at),
            "closed_date": _stamp(now.closed_at) if now.closed_at else None,
            "status": now.status,
            "priority": incident.urgency.capitalize(),
            "topic": incident.title,
            "description": f"{incident.title} ({incident.key})",
            "sender": "monitoring@sample.invalid",
            "source": "API",
            "source_name": service.name,
            "source_id": incident.key,
            "owner": _name(owner) if owner else None,
            "integration": {"name": service.name},
            "escalation_policy": {"name": service.name.removesuffix(" platform")},
            "within_sla": now.is_within_sla,
            "resolution": None,
        }


class AlertOpsMock:
    """The endpoints over one state."""

    def __init__(self, state: AlertOpsState) -> None:
        self.state = state
        self.routes: Mapping[str, Callable[[Request], Json]] = {
            "/api/v2/alerts": self.alerts,
            "/api/v2/users": self.users,
            "/api/v2/groups": self.groups,
            "/api/v2/schedules": self.schedules,
            "/api/v2/escalation_policies": self.policies,
            "/api/v2/workflows": self.workflows,
            "/api/v2/integrations/inbound": self.integrations,
        }

    def answer(self, request: Request) -> Response:
        call = self.routes.get(request.path)
        if call is None or request.method != "GET":
            return _refusal(AlertOpsError(404, f"No resource {request.path}"))
        try:
            return json_response(call(request), content_type="application/json; charset=utf-8")
        except AlertOpsError as error:
            return _refusal(error)

    def alerts(self, request: Request) -> Json:
        """Alerts created from one day to another, both included, in days of UTC."""
        asked = _asked(request)
        first, last = _day(asked, "createdFrom"), _day(asked, "createdTo")
        found = [
            now
            for now in self.state.alerts
            if (first is None or first <= now.incident.created_at.astimezone(UTC).date())
            and (last is None or now.incident.created_at.astimezone(UTC).date() <= last)
        ]
        return _page(request, asked, "alerts", found, self.state.alert)

    def users(self, request: Request) -> Json:
        rows = [{"user_id": number, **_name(person)} for number, person in self.state.users]
        return _page(request, _asked(request), "users", rows, dict)

    def groups(self, request: Request) -> Json:
        return self._of_services(request, "groups", "group")

    def schedules(self, request: Request) -> Json:
        return self._of_services(request, "schedules", "schedule")

    def policies(self, request: Request) -> Json:
        return self._of_services(request, "escalation_policies", "escalation_policy")

    def workflows(self, request: Request) -> Json:
        return _page(request, _asked(request), "workflows", [], dict)

    def integrations(self, request: Request) -> Json:
        return self._of_services(request, "integrations", "integration")

    def _of_services(self, request: Request, name: str, one: str) -> Json:
        """One of a kind for each team's service: what it is called is all that is known of it."""
        rows = [
            {f"{one}_id": number, "name": service.name.removesuffix(" platform")}
            for number, service in enumerate(self.state.world.services, start=1)
        ]
        return _page(request, _asked(request), name, rows, dict)


def _name(person: Person) -> Json:
    first, _, last = person.name.partition(" ")
    return {"user_name": person.alertops_user_name, "first_name": first, "last_name": last}


def _stamp(at: datetime) -> str:
    """`2026-11-03T02:11:09`: UTC, which it does not say."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"


def _page(request: Request, asked: Json, name: str, found: Sequence[Any], row: Callable[[Any], Json]) -> Json:
    """25 rows unless asked, 100 at most; where nothing follows, `next` is null, empty, or not there at all."""
    text = request.one("limit") or str(DEFAULT_LIMIT)
    if not text.isdigit() or int(text) == 0:
        raise AlertOpsError(400, "limit must be a positive number.")
    start = asked["start"]
    end = start + min(int(text), MOST_LIMIT)
    ends: Sequence[Json] = ({"next": None}, {"next": ""}, {})
    metadata = ends[len(found) % 3]
    if end < len(found):
        metadata = {"next": _cursor({**asked, "start": end})}
    return {name: [row(item) for item in found[start:end]], "metadata": metadata}


def _asked(request: Request) -> Json:
    """The filters, and where the page begins. A cursor holds both, and what else is asked along with it is ignored."""
    cursor = request.one("next")
    if not cursor:
        return {name: request.one(name) for name in ("createdFrom", "createdTo")} | {"start": 0}
    try:
        asked = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        return {"createdFrom": asked["createdFrom"], "createdTo": asked["createdTo"], "start": int(asked["start"])}
    except (ValueError, KeyError, TypeError, binascii.Error):
        raise AlertOpsError(400, "Invalid cursor.") from None


def _cursor(asked: Json) -> str:
    return base64.urlsafe_b64encode(json.dumps(asked).encode()).decode()


def _day(asked: Json, name: str) -> date | None:
    text = asked[name]
    if not text:
        return None
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise AlertOpsError(400, f"{name}: '{text}' is not a date of the form YYYY-MM-DD.")


def _refusal(error: AlertOpsError) -> Response:
    return json_response({"message": error.message}, error.status)
