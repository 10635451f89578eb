"""Worklogs: the hours of each working day, laid on issues so that the billable share follows the engineer's level."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np

from flows.mocks.facts import Worklog
from flows.mocks.story import wording
from flows.mocks.story.board import Draft
from flows.mocks.story.cast import DAY, WEEK, Actor, Span
from flows.mocks.story.draws import chance, pick, stream
from flows.mocks.story.levels import Level

QUARTER: Final = 900
HOUR: Final = 3600
LATE_SHARE: Final = 0.04
EDITED_SHARE: Final = 0.015
TWICE_SHARE: Final = 0.004
OVERLAP_SHARE: Final = 0.003
MARKED_SHARE: Final = 0.04
FIRST_WORKLOG_ID: Final = 30001


@dataclass(frozen=True)
class Standing:
    """Issues that are always there to log on, by whether a client pays."""

    client: Draft
    unpaid: Draft
    internal: Sequence[Draft]
    workshop: Draft


@dataclass(frozen=True)
class Entry:
    """A worklog that does not know its number yet."""

    draft: Draft
    worklog: Worklog


def tell_hours(
    actor: Actor, levels: Mapping[date, Level], drafts: Sequence[Draft], standing: Standing, span: Span
) -> list[Entry]:
    """Every worklog of one engineer, from the first to the last week of the story."""
    if actor.account_id is None:
        return []
    on_hand = _issues_by_day(actor.account_id, drafts)
    entries: list[Entry] = []
    for n in range((span.last_week - span.first_week).days // 7 + 1):
        week = span.first_week + n * WEEK
        days = [day for day in (week + d * DAY for d in range(7)) if day in actor.available]
        rng = stream(span.seed, "hours", actor.engineer_id, week)
        for day, billable, other in _quarters(rng, days, actor.available, levels[week]):
            entries += _Day(rng, actor, day, on_hand.get(day, ()), standing).tell(billable, other)
    return entries


def _issues_by_day(account: str, drafts: Sequence[Draft]) -> dict[date, list[Draft]]:
    by_day: dict[date, list[Draft]] = {}
    for draft in drafts:
        for who, first, last in draft.worked:
            for n in range((last - first).days + 1 if who == account else 0):
                by_day.setdefault(first + n * DAY, []).append(draft)
    return by_day


def _quarters(
    rng: np.random.Generator, days: Sequence[date], available: Mapping[date, float], level: Level
) -> Iterator[tuple[date, int, int]]:
    """(day, billable, other) in quarters of an hour; over the week they meet the level to a quarter."""
    hours = np.array([available[day] for day in days])
    logged = 4 * hours * level.logged
    billable = 4 * hours * level.billable * np.clip(1 + 0.08 * rng.standard_normal(len(days)), 0.8, 1.2)
    billable = np.minimum(billable * (4 * hours.sum() * level.billable / max(billable.sum(), 1e-9)), logged)
    whole_logged = np.diff(np.rint(np.cumsum(logged)), prepend=0).astype(int)
    whole_billable = np.diff(np.rint(np.cumsum(billable)), prepend=0).astype(int)
    for day, total, paid in zip(days, whole_logged, whole_billable, strict=True):
        yield day, int(min(paid, total)), int(max(total - paid, 0))


class _Day:
    """One engineer's working day."""

    def __init__(
        self, rng: np.random.Generator, actor: Actor, day: date, on_hand: Sequence[Draft], standing: Standing
    ) -> None:
        assert actor.account_id is not None, "only engineers with a Jira account log work"
        self.rng, self.actor, self.day, self.standing = rng, actor, day, standing
        self.me = actor.account_id
        self.paid = [draft for draft in on_hand if not draft.is_unpaid]
        self.unpaid = [draft for draft in on_hand if draft.is_unpaid]

    def tell(self, billable: int, other: int) -> Iterator[Entry]:
        """The day's blocks one after the other, with a lunch break, entered the same evening as a rule."""
        rng = self.rng
        blocks = [(part, True) for part in _split(rng, billable, 3)] + [(part, False) for part in _split(rng, other, 2)]
        order = rng.permutation(len(blocks))
        clock = 7.5 if self.actor.contract[self.day] > 8.5 else 8.75
        clock += float(rng.integers(0, 9)) / 12
        ends_at = self.actor.instant(self.day, clock + (billable + other) / 4 + 0.75)
        had_lunch = False
        for number in order:
            quarters, is_paid = blocks[number]
            if clock > 11.9 and not had_lunch:
                clock, had_lunch = clock + 0.75, True
            start = clock - 0.5 if number != order[0] and chance(rng, OVERLAP_SHARE) else clock
            yield from self._entries(self.actor.instant(self.day, start), quarters * QUARTER, is_paid, ends_at)
            clock += quarters / 4

    def _entries(self, started_at: datetime, seconds: int, is_paid: bool, day_ends_at: datetime) -> Iterator[Entry]:
        rng = self.rng
        is_marked = not is_paid and bool(self.paid) and chance(rng, MARKED_SHARE)
        draft = pick(rng, self.paid) if is_marked else self._issue(is_paid)
        created_at = self._entered_at(started_at + timedelta(seconds=seconds), day_ends_at)
        versions: tuple[tuple[datetime, int], ...] = ((created_at, seconds),)
        if chance(rng, EDITED_SHARE):
            first_try = max(seconds + (QUARTER * 2 if chance(rng, 0.5) else -QUARTER * 2), QUARTER)
            corrected_at = created_at + timedelta(hours=float(rng.uniform(2, 90)))
            versions = ((created_at, first_try), (corrected_at, seconds))
        comment = pick(rng, wording.COMMENTS) if chance(rng, 0.3) else None
        worklog = Worklog(0, 0, self.me, started_at, versions, None, comment, is_marked)
        yield Entry(draft, worklog)
        if chance(rng, TWICE_SHARE):
            again = created_at + timedelta(minutes=float(rng.uniform(1, 4)))
            removed_at = again + timedelta(hours=float(rng.uniform(3, 110)))
            yield Entry(draft, replace(worklog, versions=((again, seconds),), deleted_at=removed_at))

    def _issue(self, is_paid: bool) -> Draft:
        rng = self.rng
        if is_paid:
            if self.paid and chance(rng, 0.88):
                return pick(rng, self.paid)
            return self.standing.workshop if chance(rng, 0.05) else self.standing.client
        if self.unpaid:
            return pick(rng, self.unpaid)
        return self.standing.unpaid if chance(rng, 0.06) else pick(rng, self.standing.internal)

    def _entered_at(self, ended_at: datetime, day_ends_at: datetime) -> datetime:
        """At once, in the evening, or (late) some days on, in that day's working hours."""
        rng = self.rng
        odd = timedelta(seconds=float(rng.uniform(0, 60)))
        if chance(rng, LATE_SHARE):
            days = 1 + int(rng.geometric(0.3))
            return self.actor.instant(self.day + days * DAY, float(rng.uniform(9, 17))) + odd
        if chance(rng, 0.3):
            return ended_at + timedelta(minutes=float(rng.uniform(0, 15))) + odd
        return max(day_ends_at, ended_at) + timedelta(minutes=float(rng.uniform(0, 45))) + odd


def _split(rng: np.random.Generator, quarters: int, parts: int) -> list[int]:
    """A number of quarters in up to so many blocks of at least half an hour."""
    blocks = []
    for n in range(parts - 1, 0, -1):
        if quarters < 8 or chance(rng, 0.25):
            break
        block = int(np.clip(round(quarters / (n + 1) * rng.uniform(0.6, 1.4)), 2, quarters - 2))
        blocks.append(block)
        quarters -= block
    return [*blocks, quarters] if quarters else blocks


def number_worklogs(entries: Sequence[Entry], issue_ids: Mapping[int, int]) -> list[Worklog]:
    """Ids in the order of entering. No two share the millisecond of their last save: cursors rely on it."""
    ordered = sorted(entries, key=lambda entry: (entry.worklog.created_at, entry.worklog.author))
    taken: set[datetime] = set()
    worklogs = []
    for n, entry in enumerate(ordered):
        versions = tuple((_free(at, taken), seconds) for at, seconds in entry.worklog.versions)
        deleted_at = entry.worklog.deleted_at
        worklogs.append(
            replace(
                entry.worklog,
                id=FIRST_WORKLOG_ID + n,
                issue_id=issue_ids[id(entry.draft)],
                versions=versions,
                deleted_at=_free(deleted_at, taken) if deleted_at else None,
            )
        )
    return worklogs


def _free(at: datetime, taken: set[datetime]) -> datetime:
    at = at.replace(microsecond=at.microsecond // 1000 * 1000)
    while at in taken:
        at += timedelta(milliseconds=1)
    taken.add(at)
    return at
