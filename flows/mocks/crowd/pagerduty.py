"""The crowd as PagerDuty knows it at one instant: incidents and their logs, each worked out when it is asked for."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from flows.mocks.credentials import PAGERDUTY_TOKEN
from flows.mocks.crowd.calls import (
    A_WEEK,
    NOTIFIES,
    STEPS,
    Step,
    calls,
    id_of,
    incidents,
    number_of,
    on_duty,
    services,
    shift_times,
    shifts,
    slots,
)
from flows.mocks.crowd.draws import Flags, Ints
from flows.mocks.crowd.lazy import Lazy
from flows.mocks.crowd.roster import DAY, Crowd
from flows.mocks.facts import Incident, LogEntry, Project
from flows.mocks.http import App, Request, Response
from flows.mocks.jira_state import milliseconds
from flows.mocks.pagerduty_server import (
    PagerDutyMock,
    _instant,
    _page,
    _passes,
    _refusal,
    _sorted,
    _window,
    _with_limits,
    _zone,
)
from flows.mocks.pagerduty_state import (
    NOT_AUTHENTICATED,
    NOT_FOUND,
    Json,
    Now,
    PagerDutyError,
    PagerDutyState,
    incident_now,
)
from flows.mocks.world import World

NO_ABILITY: Final = 2014
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_STATUSES: Final = frozenset({"triggered", "acknowledged", "resolved"})


def crowd_pagerduty_app(crowd: Crowd, as_of: datetime | None = None) -> App:
    """A mock of PagerDuty that serves the crowd as it stood at an instant: `crowd.as_of` unless an earlier one."""
    order = CallOrder(crowd, as_of or crowd.as_of)
    mocks: dict[str, CrowdPagerDutyMock] = {}

    def app(request: Request) -> Response:
        if request.headers.get("authorization") != f"Token token={PAGERDUTY_TOKEN}":
            return _refusal(PagerDutyError(401, NOT_AUTHENTICATED, "Authentication Failed"))
        base = f"http://{request.host}"
        if base not in mocks:
            mocks[base] = CrowdPagerDutyMock(CrowdPagerDuty(order, base))
        return mocks[base].answer(request)

    return app


class CallOrder:
    """What is kept of the incidents: their order by creation, and that of their log entries."""

    def __init__(self, crowd: Crowd, as_of: datetime) -> None:
        if as_of > crowd.as_of:
            raise ValueError(f"this crowd ends on {crowd.as_of}; it cannot tell of {as_of}")
        self.crowd, self.as_of, self.now = crowd, as_of, milliseconds(as_of)
        self._lock = threading.Lock()

    def created_in(self, since: datetime, until: datetime) -> Ints:
        """Incidents created in a window, oldest first."""
        return _between(self._arrays[0], since, until)

    def logged_in(self, since: datetime, until: datetime) -> Ints:
        """Log entries of a window, oldest first: STEPS x incident + step."""
        return _between(self._arrays[1], since, until)

    @property
    def _arrays(self) -> "tuple[_Order, _Order]":
        with self._lock:
            return self._made

    @cached_property
    def _made(self) -> "tuple[_Order, _Order]":
        """Goes through all incidents once, a week at a time."""
        a_week = self.crowd.teams * A_WEEK
        created, logged = [], []
        for week in range(self.crowd.weeks):
            rows = calls(self.crowd, week * a_week + np.arange(a_week, dtype=np.int64))
            there = rows.exists & (rows.at(Step.TRIGGER) <= self.now)
            created.append((rows.at(Step.TRIGGER)[there], rows.number[there]))
            told = there[:, None] & (rows.times <= self.now)
            names = rows.number[:, None] * STEPS + np.arange(STEPS, dtype=np.int64)
            logged.append((rows.times[told], names[told]))
        return _in_order(created), _in_order(logged)


@dataclass(frozen=True)
class _Order:
    """Rows by time."""

    instants: Ints
    names: npt.NDArray[np.int32]


def _in_order(parts: list[tuple[Ints, Ints]]) -> _Order:
    instants = np.concatenate([part[0] for part in parts])
    names = np.concatenate([part[1].astype(np.int32) for part in parts])
    order = np.lexsort((names, instants))
    return _Order(instants[order], names[order])


def _between(order: _Order, since: datetime, until: datetime) -> Ints:
    """Rows of [since, until). Rows stand on whole milliseconds: a finer bound is the next one."""
    bounds = [-((_EPOCH - bound) // timedelta(milliseconds=1)) for bound in (since, until)]
    first, last = np.searchsorted(order.instants, bounds, side="left")
    return order.names[first:last].astype(np.int64)


class CrowdPagerDuty(PagerDutyState):
    """Rows of the crowd's incidents for one base URL. There is no list of all of them."""

    def __init__(self, order: CallOrder, base_url: str) -> None:
        super().__init__(people_and_services(order.crowd), order.as_of, base_url)
        self.order, self.crowd = order, order.crowd

    def nows(self, numbers: Ints) -> list[Now]:
        return [incident_now(incident, self.as_of) for incident in incidents(self.crowd, numbers)]


def people_and_services(crowd: Crowd, projects: Sequence[Project] = ()) -> World:
    """What a crowd has lists of; everything else is worked out."""
    nothing: dict[str, Any] = dict.fromkeys(("boards", "sprints", "issues", "worklogs", "incidents"), ())
    nothing |= dict.fromkeys(("on_calls", "vibes", "leave", "decisions", "actors"), ())
    people = list(crowd.people.values())
    return World(
        timezone=crowd.timezone, people=people, projects=projects, services=services(crowd), levels={}, **nothing
    )


class CrowdPagerDutyMock(PagerDutyMock):
    """The endpoints over the crowd: what goes through all incidents goes through arrays here."""

    state: CrowdPagerDuty

    def answer(self, request: Request) -> Response:
        """As ever; the crowd's plan has no analytics."""
        if request.path.startswith("/analytics/"):
            message = "Account does not have the abilities to perform the action."
            return _with_limits(_refusal(PagerDutyError(402, NO_ABILITY, message)))
        return super().answer(request)

    def incidents(self, request: Request) -> Json:
        numbers = self._filtered(request, self.state.order.created_in(*_window(request, self.state.as_of)))
        sorting = [key for value in request.query.get("sort_by", []) for key in value.split(",") if key]
        if sorting in ([], ["created_at"], ["created_at:asc"]):
            found: Sequence[Now] = Lazy(numbers, self.state.nows)
        elif sorting == ["created_at:desc"]:
            found = Lazy(numbers[::-1], self.state.nows)
        else:
            found = _sorted(request, self.state.nows(numbers))
        zone = _zone(request)
        return _page(request, "incidents", found, lambda now: self.state.incident(now, zone))

    def _filtered(self, request: Request, numbers: Ints) -> Ints:
        wanted = {name: set(request.query.get(f"{name}[]", [])) for name in ("service_ids", "team_ids", "urgencies")}
        if any(wanted.values()):
            rows = calls(self.state.crowd, numbers)
            numbers = numbers[
                self._is_of(rows.team, wanted["service_ids"], lambda service: service.id)
                & self._is_of(rows.team, wanted["team_ids"], lambda service: service.pagerduty_team_id)
                & np.where(rows.is_low, _passes(wanted["urgencies"], "low"), _passes(wanted["urgencies"], "high"))
            ]
        statuses, users = (set(request.query.get(f"{name}[]", [])) for name in ("statuses", "user_ids"))
        if users or (statuses and not statuses >= _STATUSES):
            numbers = numbers[self._is_so(numbers, statuses, users)]
        key = request.one("incident_key")
        return numbers[[f"crowd-{number:x}" == key for number in numbers.tolist()]] if key else numbers

    def _is_of(self, team: Ints, wanted: set[str], name: Callable[[Any], str]) -> Flags:
        services_ = self.state.world.services
        return np.array([_passes(wanted, name(service)) for service in services_], dtype=np.bool_)[team]

    def _is_so(self, numbers: Ints, statuses: set[str], users: set[str]) -> Flags:
        """By status and by who is assigned. Most are resolved and have nobody; the others are looked at one by one."""
        is_resolved = calls(self.state.crowd, numbers).at(Step.RESOLVE) <= self.state.order.now
        found = is_resolved & _passes(statuses, "resolved") & (not users)
        open_ = np.flatnonzero(~is_resolved)
        for place, now in zip(open_.tolist(), self.state.nows(numbers[open_]), strict=True):
            found[place] = _passes(statuses, now.status) and _passes(users, *(user for _, user in now.assigned))
        return found

    def log_entries(self, request: Request) -> Json:
        names = self.state.order.logged_in(*_window(request, self.state.as_of))[::-1]
        teams = set(request.query.get("team_ids[]", []))
        if teams:
            team = names // STEPS // A_WEEK % self.state.crowd.teams
            names = names[self._is_of(team, teams, lambda service: service.pagerduty_team_id)]
        if request.one("is_overview") == "true":
            names = names[~np.isin(names % STEPS, [int(step) for step in NOTIFIES])]
        zone = _zone(request)
        row = self.state.log_entry
        return _page(request, "log_entries", Lazy(names, self._entries), lambda pair: row(pair[0], pair[1], zone))

    def _entries(self, names: Ints) -> list[tuple[LogEntry, Incident]]:
        found = incidents(self.state.crowd, np.unique(names // STEPS))
        entries = {entry.id: (entry, incident) for incident in found for entry in incident.entries}
        return [entries[f"R{id_of(name // STEPS)[1:]}{name % STEPS:02d}"] for name in names.tolist()]

    def on_calls(self, request: Request) -> Json:
        """Shifts that touch the window; without one, those of the instant."""
        state, crowd = self.state, self.state.crowd
        since = _instant(request, "since") or state.as_of
        until = _instant(request, "until") or max(since, state.as_of)
        # Shifts change at midnight where the team is: the days on both sides may touch the window.
        bounds = [(milliseconds(bound) - crowd.start) // DAY for bound in (since, until)]
        first, last = max(bounds[0] - 1, 0), min(bounds[1] + 1, 7 * crowd.weeks + 6)
        numbers = np.arange(2 * crowd.teams * first, 2 * crowd.teams * (last + 1), dtype=np.int64)
        users = set(request.query.get("user_ids[]", []))
        if users:
            is_wanted = np.array([user in users for user in crowd.pagerduty_ids], dtype=np.bool_)
            numbers = numbers[is_wanted[on_duty(crowd, numbers)]]
        start, end = shift_times(crowd, numbers)
        numbers = numbers[(start <= milliseconds(until)) & (end > milliseconds(since))]
        zone = _zone(request)
        found = Lazy(numbers, lambda some: shifts(crowd, some))
        return _page(request, "oncalls", found, lambda shift: state.on_call(shift, zone))

    def _incident(self, name: str) -> Now:
        number = number_of(name)
        if number is not None and 0 <= number < slots(self.state.crowd):
            rows = calls(self.state.crowd, np.array([number]))
            if rows.exists[0] and rows.at(Step.TRIGGER)[0] <= self.state.order.now:
                return self.state.nows(rows.number)[0]
        raise PagerDutyError(404, NOT_FOUND, "Not Found")
