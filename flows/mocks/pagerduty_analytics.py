"""PagerDuty's analytics: the incidents of up to a day ago with what was made of their logs.

The newest day is withheld as a whole: rows stand as they stood 24 hours before the instant. Stamps bear no zone and are
in the one asked for.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cached_property
from itertools import pairwise
from typing import Any, Final
from zoneinfo import ZoneInfo

from flows.mocks.facts import LogEntry
from flows.mocks.http import Request
from flows.mocks.pagerduty_state import (
    BAD_ARGUMENTS,
    NOT_FOUND,
    Json,
    Now,
    PagerDutyError,
    PagerDutyState,
    read_instant,
    read_zone,
)

WITHHELD: Final = timedelta(hours=24)
DEFAULT_LIMIT: Final = 100
MOST_LIMIT: Final = 1000
LONGEST_RANGE: Final = timedelta(days=366)
DEFAULT_ZONE: Final = "Etc/UTC"

_RAW_FILTERS: Final = (
    "created_at_start",
    "created_at_end",
    "updated_after",
    "urgency",
    "major",
    "team_ids",
    "service_ids",
    "priority_ids",
    "priority_names",
    "incident_type_ids",
)
_METRIC_FILTERS: Final = (
    "date_range_start",
    "date_range_end",
    "urgency",
    "team_ids",
    "responder_ids",
    "priority_ids",
    "priority_names",
)
_INCIDENT_TYPE: Final = "PTYPE01"


@dataclass(frozen=True)
class Asked:
    """Someone was asked to deal with an incident, and did, or did not, acknowledge."""

    user: str
    at: datetime
    how: str
    acknowledged_at: datetime | None


@dataclass(frozen=True)
class Worked:
    """What the log of one incident says about people."""

    now: Now
    until: datetime
    zones: Mapping[str, ZoneInfo]

    @cached_property
    def resolve(self) -> LogEntry | None:
        return self.now.last_change if self.now.status == "resolved" else None

    @cached_property
    def acknowledges(self) -> Sequence[LogEntry]:
        return [entry for entry in self.now.entries if entry.kind == "acknowledge_log_entry"]

    @cached_property
    def first_acknowledge(self) -> Mapping[str, datetime]:
        return {entry.agent or "": entry.at for entry in reversed(self.acknowledges)}

    @property
    def engaged(self) -> Sequence[str]:
        return sorted(self.first_acknowledge, key=lambda user: self.first_acknowledge[user])

    @cached_property
    def asked(self) -> Sequence[Asked]:
        """Every assignment and escalation, oldest first, with the first acknowledge of that user that followed it."""
        found: list[Asked] = []
        for entry in self.now.entries:
            if entry.kind in ("assign_log_entry", "escalate_log_entry"):
                how = "escalated" if entry.kind == "escalate_log_entry" else "reassigned" if found else "assigned"
                for user in entry.assignees:
                    later = [a.at for a in self.acknowledges if a.agent == user and a.at >= entry.at]
                    found.append(Asked(user, entry.at, how, later[0] if later else None))
        return found

    @property
    def assigned(self) -> Sequence[str]:
        return list(dict.fromkeys(one.user for one in self.asked))

    @property
    def notified(self) -> Sequence[LogEntry]:
        return [entry for entry in self.now.entries if entry.kind == "notify_log_entry"]

    @property
    def updated_at(self) -> datetime:
        """When analytics looked at it last: on the hour after it changed."""
        changed = self.now.entries[-1].at
        return changed.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)

    def engaged_seconds(self, user: str) -> int:
        end = self.resolve.at if self.resolve else self.until
        return _seconds(end - self.first_acknowledge[user])

    @cached_property
    def interruptions(self) -> Counter[tuple[str, str]]:
        """Notifications by who got them and by the hour they had then: business, off or sleep."""
        users = [(entry.user or "", entry.at) for entry in self.notified]
        return Counter((user, _hour_kind(at.astimezone(self.zones[user]))) for user, at in users)


class Analytics:
    """The endpoints below /analytics, over the state of a day ago."""

    def __init__(self, state: PagerDutyState) -> None:
        self.state = PagerDutyState(state.world, state.as_of - WITHHELD, state.base)

    @cached_property
    def worked(self) -> Mapping[str, Worked]:
        zones = {person.pagerduty_id: ZoneInfo(person.timezone) for person in self.state.world.people}
        known = {user: zone for user, zone in zones.items() if user}
        return {number: Worked(now, self.state.as_of, known) for number, now in self.state.incidents.items()}

    def raw_incidents(self, request: Request) -> Json:
        """Rows after, or before, the one that a cursor names."""
        body = _body(request)
        zone = read_zone(body.get("time_zone")) or UTC
        found = self._chosen(_filters(body, _RAW_FILTERS), zone)
        order, order_by = _choice(body, "order", "desc", "asc"), _choice(body, "order_by", *_ORDERS)
        found.sort(key=_ORDERS[order_by], reverse=order == "desc")
        limit = _limit(body)
        page, more = _around_cursor(found, body, limit)
        return {
            "first": page[0].now.incident.id if page else None,
            "last": page[-1].now.incident.id if page else None,
            "limit": limit,
            "more": more,
            "order": order,
            "order_by": order_by,
            "filters": _filters(body, _RAW_FILTERS),
            "time_zone": body.get("time_zone") or DEFAULT_ZONE,
            "data": [self._row(one, zone) for one in page],
        }

    def raw_incident(self, _: Request, number: str) -> Json:
        return self._row(self._one(number), UTC)

    def responses(self, request: Request, number: str) -> Json:
        """Who was asked to respond, how, and after how many seconds they did; documented with a body on GET."""
        body, one = _body(request), self._one(number)
        order, limit = _choice(body, "order", "desc", "asc"), _limit(body)
        zone = read_zone(body.get("time_zone")) or UTC
        asked = sorted(one.asked, key=lambda a: a.at, reverse=order == "desc")
        return {
            "incident_id": one.now.incident.id,
            "limit": limit,
            "order": order,
            "order_by": _choice(body, "order_by", "requested_at"),
            "time_zone": body.get("time_zone") or DEFAULT_ZONE,
            "responses": [self._response(request_, zone) for request_ in asked[:limit]],
        }

    def all_responders(self, request: Request) -> Json:
        """One row over all responders chosen; none where nothing fits."""
        body = _body(request)
        filters, zone = _filters(body, _METRIC_FILTERS), read_zone(body.get("time_zone")) or UTC
        first, last = (read_instant(filters.get(f"date_range_{end}"), end, zone) for end in ("start", "end"))
        if first and last and not timedelta(0) <= last - first <= LONGEST_RANGE:
            raise PagerDutyError(400, BAD_ARGUMENTS, "Invalid Arguments Provided", "The range must be within one year")
        as_raw = filters | {f"created_at_{end}": filters.get(f"date_range_{end}") for end in ("start", "end")}
        chosen = set(filters.get("responder_ids") or self.state.names)
        rows = [one for one in self._chosen(as_raw, zone) if chosen & {*one.assigned, *one.engaged}]
        answer: Json = {"data": [self._metrics(rows, chosen, first, last)] if rows else []}
        echoed = {name: body[name] for name in ("order", "order_by") if name in body}
        return answer | {"filters": filters, "time_zone": body.get("time_zone") or DEFAULT_ZONE} | echoed

    def _one(self, number: str) -> Worked:
        if number not in self.worked:
            raise PagerDutyError(404, NOT_FOUND, "Not Found")
        return self.worked[number]

    def _chosen(self, filters: Json, zone: tzinfo) -> list[Worked]:
        """The incidents that pass. None here has a priority or is a major one."""
        first, last, updated = (
            read_instant(filters.get(name), name, zone)
            for name in ("created_at_start", "created_at_end", "updated_after")
        )
        if any(filters.get(name) for name in ("major", "priority_ids", "priority_names")):
            return []
        teams, services, types = (filters.get(name) for name in ("team_ids", "service_ids", "incident_type_ids"))
        return [
            one
            for one in self.worked.values()
            if (first is None or first <= one.now.incident.created_at)
            and (last is None or one.now.incident.created_at < last)
            and (updated is None or updated < one.updated_at)
            and filters.get("urgency") in (None, one.now.incident.urgency)
            and (not teams or self.state.services[one.now.incident.service_id].pagerduty_team_id in teams)
            and (not services or one.now.incident.service_id in services)
            and (not types or _INCIDENT_TYPE in types)
        ]

    # -- rows --------------------------------------------------------------------------------------------------------

    def _row(self, one: Worked, zone: tzinfo) -> Json:
        incident, service = one.now.incident, self.state.services[one.now.incident.service_id]
        return {
            "id": incident.id,
            "incident_number": incident.number,
            "description": incident.title,
            "status": one.now.status,
            "urgency": incident.urgency,
            "major": False,
            "created_at": _naive(incident.created_at, zone),
            "updated_at": _naive(one.updated_at, zone),
            "service_id": service.id,
            "service_name": service.name,
            "team_id": service.pagerduty_team_id,
            "team_name": service.name.removesuffix(" platform"),
            "escalation_policy_id": service.policy_id,
            "escalation_policy_name": service.name,
            "incident_type_id": _INCIDENT_TYPE,
            "incident_type_name": "incident_default",
            "priority_id": None,
            "priority_name": None,
            "priority_order": None,
            **self._people(one),
            **_times(one, zone),
            **_counts(one),
        }

    def _people(self, one: Worked) -> Json:
        named = {"assigned": one.assigned, "acknowledged": one.engaged, "joined": one.engaged}
        row: Json = {}
        for what, users in named.items():
            row |= {f"{what}_user_ids": list(users), f"{what}_user_names": [self.state.names[u] for u in users]}
        agent = one.resolve.agent if one.resolve else None
        is_somebody = agent is not None and agent not in self.state.services
        return row | {
            "resolved_by_user_id": agent if is_somebody else None,
            "resolved_by_user_name": self.state.names[agent] if is_somebody and agent else None,
            "auto_resolved": agent in self.state.services,
        }

    def _response(self, one: Asked, zone: tzinfo) -> Json:
        responded = one.acknowledged_at
        return {
            "responder_id": one.user,
            "responder_name": self.state.names[one.user],
            "responder_type": one.how,
            "response_status": "joined" if responded else "pending",
            "requested_at": _naive(one.at, zone),
            "responded_at": _naive(responded, zone) if responded else None,
            "time_to_respond_seconds": _seconds(responded - one.at) if responded else None,
        }

    def _metrics(self, rows: Sequence[Worked], chosen: set[str], first: datetime | None, last: datetime | None) -> Json:
        engaged = [one.engaged_seconds(user) for one in rows for user in one.engaged if user in chosen]
        waits = [wait for one in rows for user, wait in _first_waits(one) if user in chosen]
        hours = _hours(rows, chosen)
        levels = self._seconds_on_call(chosen, first, last)
        return {
            "mean_engaged_seconds": _mean(engaged),
            "mean_time_to_acknowledge_seconds": _mean(waits),
            "total_business_hour_interruptions": hours["business"],
            "total_engaged_seconds": sum(engaged),
            "total_incident_count": len(rows),
            "total_incidents_acknowledged": len(waits),
            **_moves(rows, chosen),
            "total_interruptions": hours.total(),
            "total_notifications": hours.total(),
            "total_off_hour_interruptions": hours["off"],
            "total_seconds_on_call": levels.total(),
            "total_seconds_on_call_level_1": levels[1],
            "total_seconds_on_call_level_2_plus": levels.total() - levels[1],
            "total_sleep_hour_interruptions": hours["sleep"],
        }

    def _seconds_on_call(self, chosen: set[str], first: datetime | None, last: datetime | None) -> Counter[int]:
        """Seconds with the pager by level, in the range, up to the instant."""
        until = min(last or self.state.as_of, self.state.as_of)
        seconds: Counter[int] = Counter()
        for shift in self.state.world.on_calls:
            start, end = max(shift.start, first or shift.start), min(shift.end, until)
            if shift.user in chosen and start < end:
                seconds[shift.level] += _seconds(end - start)
        return seconds


def _times(one: Worked, zone: tzinfo) -> Json:
    """Seconds; null where there was nothing to measure. Mobilizing takes a second responder."""
    created, resolved = one.now.incident.created_at, one.resolve.at if one.resolve else None
    acknowledged = sorted(one.first_acknowledge.values())
    is_joint = len(acknowledged) > 1
    return {
        "resolved_at": _naive(resolved, zone) if resolved else None,
        "seconds_to_first_ack": _seconds(acknowledged[0] - created) if acknowledged else None,
        "seconds_to_engage": _seconds(acknowledged[-1] - acknowledged[0]) if is_joint else None,
        "seconds_to_mobilize": _seconds(acknowledged[-1] - created) if is_joint else None,
        "seconds_to_resolve": _seconds(resolved - created) if resolved else None,
        "engaged_seconds": sum(one.engaged_seconds(user) for user in one.engaged),
        "snoozed_seconds": 0,
        "user_defined_effort_seconds": None,
    }


def _counts(one: Worked) -> Json:
    escalations = [entry for entry in one.now.entries if entry.kind == "escalate_log_entry"]
    timeouts = sum(entry.channel == "timeout" for entry in escalations)
    hours = _hours([one])
    return {
        "acknowledgement_count": len(one.acknowledges),
        "active_user_count": len(one.engaged),
        "engaged_user_count": len(one.engaged),
        "assignment_count": len(one.asked),
        "escalation_count": len(escalations),
        "manual_escalation_count": len(escalations) - timeouts,
        "timeout_escalation_count": timeouts,
        "reassignment_count": sum(asked.how == "reassigned" for asked in one.asked),
        "business_hour_interruptions": hours["business"],
        "off_hour_interruptions": hours["off"],
        "sleep_hour_interruptions": hours["sleep"],
        "total_interruptions": hours.total(),
        "total_notifications": len(one.notified),
    }


def _moves(rows: Sequence[Worked], chosen: set[str]) -> Json:
    """How often incidents went away from, and came to, the chosen. A timeout is the story's only escalation."""
    moves: Counter[tuple[str, str]] = Counter()
    for one in rows:
        for before, after in pairwise(one.asked):
            moves[after.how, "from"] += before.user in chosen
            moves[after.how, "to"] += after.user in chosen
    return {
        f"total_incidents_{named}_{way}": moves[how, way]
        for named, how in (
            ("manual_escalated", "by hand"),
            ("reassigned", "reassigned"),
            ("timeout_escalated", "escalated"),
        )
        for way in ("from", "to")
    }


def _first_waits(one: Worked) -> Iterator[tuple[str, int]]:
    """Per user from the first assignment to their first acknowledge after it."""
    for user in one.assigned:
        first = next(asked for asked in one.asked if asked.user == user)
        if first.acknowledged_at:
            yield user, _seconds(first.acknowledged_at - first.at)


_ORDERS: Final[Mapping[str, Callable[[Worked], Any]]] = {
    "created_at": lambda one: (one.now.incident.created_at, one.now.incident.number),
    "seconds_to_resolve": lambda one: (
        one.resolve.at - one.now.incident.created_at if one.resolve else timedelta.max,
        one.now.incident.number,
    ),
}


def _hour_kind(at: datetime) -> str:
    if not 8 <= at.hour < 22:
        return "sleep"
    return "business" if at.weekday() < 5 and at.hour < 18 else "off"


def _hours(rows: Sequence[Worked], chosen: set[str] | None = None) -> Counter[str]:
    """Interruptions by kind of hour, of the chosen or of everybody."""
    hours: Counter[str] = Counter()
    for one in rows:
        for (user, kind), times in one.interruptions.items():
            hours[kind] += times if chosen is None or user in chosen else 0
    return hours


def _seconds(wait: timedelta) -> int:
    return int(wait.total_seconds())


def _mean(values: Sequence[int]) -> int | None:
    return round(sum(values) / len(values)) if values else None


def _naive(at: datetime, zone: tzinfo) -> str:
    """`2026-11-03T02:11:09` in the zone asked for, which the stamp does not say."""
    return f"{at.astimezone(zone):%Y-%m-%dT%H:%M:%S}"


def _around_cursor(found: Sequence[Worked], body: Json, limit: int) -> tuple[Sequence[Worked], bool]:
    """The rows of a page, and whether there are more in its direction."""
    after, before = body.get("starting_after"), body.get("ending_before")
    ids = [one.now.incident.id for one in found]
    for name, cursor in (("starting_after", after), ("ending_before", before)):
        if cursor and (cursor not in ids or (after and before)):
            raise PagerDutyError(400, BAD_ARGUMENTS, "Invalid Arguments Provided", f"{name} is not a valid cursor")
    if before:
        end = ids.index(before)
        return found[max(end - limit, 0) : end], end > limit
    start = ids.index(after) + 1 if after else 0
    return found[start : start + limit], start + limit < len(found)


def _body(request: Request) -> Json:
    try:
        body = json.loads(request.body or b"{}")
    except ValueError:
        body = None
    if not isinstance(body, dict) or not isinstance(body.get("filters") or {}, dict):
        raise PagerDutyError(400, BAD_ARGUMENTS, "Invalid Arguments Provided", "The body is not a JSON object")
    return body


def _filters(body: Json, names: Sequence[str]) -> Json:
    """Those that are applied; a misspelt one is ignored."""
    return {name: value for name, value in (body.get("filters") or {}).items() if name in names}


def _choice(body: Json, name: str, *options: str) -> str:
    """One of the options, the first where none is given."""
    value = body.get(name) or options[0]
    if value not in options:
        raise PagerDutyError(400, BAD_ARGUMENTS, "Invalid Arguments Provided", f"{name} is not one of {options}")
    return str(value)


def _limit(body: Json) -> int:
    limit = body.get("limit", DEFAULT_LIMIT)
    if not isinstance(limit, int) or not 1 <= limit <= MOST_LIMIT:
        raise PagerDutyError(400, BAD_ARGUMENTS, "Invalid Arguments Provided", "limit must be between 1 and 1000")
    return limit
