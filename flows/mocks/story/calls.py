"""Incidents around the clock: who was paged, who answered, what timed out, what resolved itself."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

import numpy as np

from flows.mocks.facts import Incident, LogEntry, OnCall, Service
from flows.mocks.story import wording
from flows.mocks.story.cast import DAY, Actor, Span
from flows.mocks.story.draws import chance, lognormal, pick, stream
from flows.mocks.story.levels import Level

ESCALATION_TIMEOUT: Final = timedelta(minutes=30)
CALLS_PER_WEEK: Final = 1.2
HANDOVER_HOUR: Final = 9
ACKNOWLEDGE_SPREAD: Final = 0.6
RESOLVE_SPREAD: Final = 0.6
TAIL_SHARE: Final = 0.03
TAIL_FACTOR: Final = 5.0
LOW_URGENCY_SHARE: Final = 0.12
AUTO_RESOLVED_SHARE: Final = 0.10
FIRST_NUMBER: Final = 1001
# Of several draws the one in which luck with few incidents does not pass for a change of character.
DRAW: Final = "incidents 5"


@dataclass(frozen=True)
class Rota:
    """A service's pager: the people who share it and what a day costs each."""

    service: Service
    members: Sequence[Actor]
    levels: Mapping[str, Mapping[date, Level]]
    zone: ZoneInfo
    span: Span

    def carriers(self, day: date) -> list[Actor]:
        """Who could carry the pager on a day: employed, not on leave, with a share in the rota."""
        return [
            actor
            for actor in self.members
            if actor.character.pager_share > 0 and actor.is_employed(day) and not _is_away(actor, day)
        ]

    def pair(self, day: date) -> tuple[Actor, Actor] | None:
        """First and second level of a day; the same person twice if nobody else is there."""
        carriers = self.carriers(day)
        if not carriers:
            return None
        rng = stream(self.span.seed, "rota", self.service.id, day)
        first = pick(rng, carriers, [actor.character.pager_share for actor in carriers])
        others = [actor for actor in carriers if actor is not first]
        return first, pick(rng, others) if others else first

    def shift_start(self, day: date) -> datetime:
        return datetime.combine(day, time(HANDOVER_HOUR), tzinfo=self.zone).astimezone(UTC)

    def shift_of(self, at: datetime) -> date:
        """The day whose shift an instant falls in."""
        local = at.astimezone(self.zone)
        return local.date() if local.hour >= HANDOVER_HOUR else local.date() - DAY


def _is_away(actor: Actor, day: date) -> bool:
    return any(row.from_date <= day <= row.to_date for row in actor.leave)


def on_calls(rota: Rota) -> Iterator[OnCall]:
    """Every shift of both levels, from the story's first day to its last."""
    for n in range((rota.span.last_week - rota.span.first_week).days + 7):
        day = rota.span.first_week + n * DAY
        pair = rota.pair(day)
        if pair is None:
            continue
        start, end = rota.shift_start(day), rota.shift_start(day + DAY)
        for level, actor in enumerate(dict.fromkeys(pair), start=1):
            assert actor.pagerduty_id is not None, "the rota holds only PagerDuty users"
            yield OnCall(rota.service.id, actor.pagerduty_id, level, start, end)


def tell_calls(rota: Rota) -> list[Incident]:
    """Every incident of a service; numbers and ids are given later."""
    incidents = []
    for n in range((rota.span.last_week - rota.span.first_week).days + 7):
        day = rota.span.first_week + n * DAY
        rng = stream(rota.span.seed, DRAW, rota.service.id, day)
        rate = CALLS_PER_WEEK / 7 * sum(actor.character.pager_share for actor in rota.carriers(day))
        for _ in range(int(rng.poisson(rate))):
            at = _moment(rng, day, rota.zone)
            pair = rota.pair(rota.shift_of(at))
            if pair is not None:
                incidents.append(_Call(rng, rota, pair, at).tell())
    return incidents


def _moment(rng: np.random.Generator, day: date, zone: ZoneInfo) -> datetime:
    """Half of the calls come in the daytime, the rest at any hour."""
    hour = rng.uniform(8, 18) if chance(rng, 0.5) else rng.uniform(0, 24)
    local = datetime.combine(day, time(int(hour), int(hour % 1 * 60), int(rng.integers(0, 60))), tzinfo=zone)
    return local.astimezone(UTC)


class _Call:
    """One incident from trigger to resolve."""

    def __init__(self, rng: np.random.Generator, rota: Rota, pair: tuple[Actor, Actor], at: datetime) -> None:
        self.rng, self.rota, self.pair, self.at = rng, rota, pair, at
        self.entries: list[LogEntry] = []
        self.service = rota.service.id

    def tell(self) -> Incident:
        rng = self.rng
        urgency: Literal["high", "low"] = "low" if chance(rng, LOW_URGENCY_SHARE) else "high"
        title = f"{pick(rng, wording.SYMPTOMS)} ({self.rota.service.name.lower()})"
        if chance(rng, 0.015):
            title = f"[TEST] {title}"
        self_made = chance(rng, 0.015)
        first = self.pair[0]
        self._add(self.at, "trigger", agent=_user(first) if self_made else self.service, channel="api")
        if urgency == "high" and chance(rng, AUTO_RESOLVED_SHARE):
            self._resolves_itself(first)
        else:
            self._is_answered(urgency)
        return Incident("", 0, title, self.service, urgency, "", tuple(sorted(self.entries, key=lambda e: e.at)))

    def _add(self, at: datetime, kind: str, **told: object) -> None:
        at = at.replace(microsecond=0)
        entry = LogEntry("", at, f"{kind}_log_entry")
        self.entries.append(replace(entry, **told))  # type: ignore[arg-type]  # the keys are LogEntry's own

    def _page(self, at: datetime, actor: Actor, kind: str = "assign", **told: object) -> datetime:
        """The pager goes to someone; the phone rings seconds later, and again if nobody answers."""
        self._add(at, kind, assignees=(_user(actor),), **{"agent": self.service, **told})
        self._add(at + timedelta(seconds=float(self.rng.uniform(1, 9))), "notify", user=_user(actor), channel="auto")
        return at

    def _seconds(self, actor: Actor, median: float, spread: float, at: datetime) -> float:
        local = at.astimezone(actor.zone).date()
        level = self.rota.levels[actor.engineer_id][local - local.weekday() * DAY]
        tail = TAIL_FACTOR if chance(self.rng, TAIL_SHARE) else 1.0
        return lognormal(self.rng, median, spread) * level.response * tail

    def _resolves_itself(self, first: Actor) -> None:
        """The monitor takes it back, mostly before anybody acknowledged."""
        self._page(self.at, first)
        minutes = float(self.rng.uniform(2, 25))
        acknowledged_after = self._seconds(first, first.character.acknowledge, ACKNOWLEDGE_SPREAD, self.at)
        if acknowledged_after < minutes * 60:
            self._acknowledge(self.at + timedelta(seconds=acknowledged_after), first)
        self._add(self.at + timedelta(minutes=minutes), "resolve", agent=self.service, channel="api")

    def _is_answered(self, urgency: Literal["high", "low"]) -> None:
        """Paged, escalated on timeout until somebody answers, sometimes handed on, resolved."""
        rng = self.rng
        slow = 6.0 if urgency == "low" else 1.0
        actor, other = self.pair
        paged_at = self._page(self.at, actor)
        wait = timedelta(seconds=self._seconds(actor, slow * actor.character.acknowledge, ACKNOWLEDGE_SPREAD, paged_at))
        rounds = 0
        while wait >= ESCALATION_TIMEOUT and urgency == "high" and rounds < 3:
            actor, other, rounds = other, actor, rounds + 1
            paged_at = self._page(paged_at + ESCALATION_TIMEOUT, actor, "escalate", channel="timeout")
            seconds = self._seconds(actor, actor.character.acknowledge, ACKNOWLEDGE_SPREAD, paged_at)
            wait = timedelta(seconds=seconds)
        acknowledged_at = self._acknowledge(paged_at + wait, actor)
        if actor is not other and chance(rng, 0.05):
            handed_at = acknowledged_at + timedelta(minutes=float(rng.uniform(3, 20)))
            self._page(handed_at, other, agent=_user(actor), channel="website")
            actor = other
            wait = timedelta(seconds=self._seconds(actor, actor.character.acknowledge, ACKNOWLEDGE_SPREAD, handed_at))
            acknowledged_at = self._acknowledge(handed_at + wait, actor)
        elif chance(rng, 0.03):
            timed_out_at = acknowledged_at + ESCALATION_TIMEOUT
            self._add(timed_out_at, "unacknowledge", agent=self.service, channel="timeout")
            acknowledged_at = self._acknowledge(timed_out_at + timedelta(minutes=float(rng.uniform(1, 9))), actor)
        seconds = self._seconds(actor, slow * actor.character.resolve, RESOLVE_SPREAD, self.at)
        resolved_at = max(self.at + timedelta(seconds=seconds), acknowledged_at + timedelta(minutes=2))
        self._add(resolved_at, "resolve", agent=_user(actor), channel="website")

    def _acknowledge(self, at: datetime, actor: Actor) -> datetime:
        self._add(at, "acknowledge", agent=_user(actor), channel=pick(self.rng, ("mobile", "website", "sms")))
        return at


def _user(actor: Actor) -> str:
    assert actor.pagerduty_id is not None, "the rota holds only PagerDuty users"
    return actor.pagerduty_id


def number_incidents(incidents: Sequence[Incident], seed: int) -> list[Incident]:
    """Numbers, ids and keys in order of creation."""
    numbered = []
    for n, incident in enumerate(sorted(incidents, key=lambda i: (i.created_at, i.service_id, i.title))):
        rng = stream(seed, "incident id", incident.created_at, incident.service_id, incident.title)
        name = _code(rng, 11)
        entries = tuple(replace(entry, id=f"R{name}{place:04d}") for place, entry in enumerate(incident.entries))
        numbered.append(
            replace(incident, id=f"Q{name}00", number=FIRST_NUMBER + n, key=_code(rng, 16).lower(), entries=entries)
        )
    return numbered


def _code(rng: np.random.Generator, length: int) -> str:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    return "".join(letters[n] for n in rng.integers(0, len(letters), length))
