"""The world as PagerDuty knows it at one instant, in PagerDuty's own shapes.

What was created later does not exist yet. When an incident is resolved it forgets who was assigned and acknowledged.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from typing import Any, Final
from zoneinfo import ZoneInfo

from flows.mocks.facts import Incident, LogEntry, OnCall, Person, Service
from flows.mocks.world import World

Json = dict[str, Any]

ACKNOWLEDGE_TIMEOUT: Final = 1800

BAD_ARGUMENTS: Final = 2002
BAD_RANGE: Final = 2005
NOT_AUTHENTICATED: Final = 2006
NOT_FOUND: Final = 2100


class PagerDutyError(Exception):
    """An answer other than 200, in PagerDuty's own shape."""

    def __init__(self, status: int, code: int, message: str, *errors: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.errors = status, code, message, errors


def stamp(at: datetime, zone: ZoneInfo | None) -> str:
    """`2026-11-03T02:11:09Z`, or with the offset of the zone asked for."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if zone is None else at.astimezone(zone).isoformat()


def read_zone(name: str | None) -> ZoneInfo | None:
    """The zone asked for; None for UTC, in which PagerDuty writes `Z`."""
    if not name or name == "UTC":
        return None
    try:
        return ZoneInfo(str(name))
    except (KeyError, ValueError):
        raise PagerDutyError(400, BAD_ARGUMENTS, "Arguments Caused Error", "time_zone is not valid") from None


def read_instant(text: str | None, name: str, zone: tzinfo) -> datetime | None:
    """A date or instant; without an offset it is read in `zone`."""
    if not text:
        return None
    try:
        at = datetime.fromisoformat(str(text).replace(" ", "+"))
    except ValueError:
        raise PagerDutyError(400, BAD_ARGUMENTS, "Arguments Caused Error", f"{name} is not a valid date") from None
    return at if at.tzinfo else at.replace(tzinfo=zone)


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
