"""Issues of the crowd with their histories: rows of a plan, told as facts up to an instant."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal

import numpy as np

from flows.mocks.crowd import words
from flows.mocks.crowd.calendar import Calendar, code
from flows.mocks.crowd.draws import Ints, below, chance, part
from flows.mocks.crowd.issues import BLOCK, MAIN, Event, Plan, is_unpaid_work
from flows.mocks.crowd.roster import NEVER, TEAM_SIZE, TEAMS_A_MANAGER, at
from flows.mocks.crowd.worklogs import FIRST_ISSUE, STANDING
from flows.mocks.facts import Change, Field, FieldValue, Issue
from flows.mocks.story.board import DONE, IN_PROGRESS, IN_REVIEW, TO_DO
from flows.mocks.world import FORMER, ROBOT

FIRST_CHANGE: Final = 1_000_001
CHANGES_AN_ISSUE: Final = 16
_KINDS: Final[Sequence[Literal["Story", "Bug", "Task"]]] = ("Story", "Story", "Story", "Bug", "Bug", "Task")
_STATUSES: Final[Mapping[Event, str]] = {
    Event.BEGUN: IN_PROGRESS,
    Event.REVIEWED: IN_REVIEW,
    Event.DONE: DONE,
    Event.REOPENED: IN_PROGRESS,
    Event.DONE_AGAIN: DONE,
}
_BY_THE_LEAD: Final = frozenset(
    {
        Event.ESTIMATED,
        Event.PLANNED,
        Event.ASSIGNED,
        Event.REOPENED,
        Event.CARRIED,
        Event.CARRIED_AGAIN,
        Event.REMOVED,
        Event.HANDED_ON,
    }
)
_EVENTS: Final = tuple(Event)
Columns = dict[str, list[int]]


def key_of(calendar: Calendar, issue: int) -> str:
    """The key of an issue of a sprint."""
    block, slot = divmod(issue - FIRST_ISSUE, BLOCK)
    sprint, team = divmod(block, calendar.teams)
    return f"{code(team)}-{STANDING + sprint * BLOCK + slot}"


def tell(calendar: Calendar, rows: Plan, as_of: int) -> Iterator[Issue]:
    """Each row as an issue, with the changes up to the instant."""
    crowd = calendar.crowd
    told: dict[str, list[int]] = {
        name: getattr(rows, name).tolist() for name in ("number", "sprint", "team", "slot", "main", "owner", "created")
    }
    kinds, titles = below(rows.words, 0, len(_KINDS)).tolist(), part(rows.words, 1).tolist()
    is_unpaid, is_former = is_unpaid_work(rows.words).tolist(), chance(rows.words, 3, 0.01).tolist()
    for n, events in enumerate(_events(rows.times, as_of)):
        number, team = told["number"][n], told["team"][n]
        is_sub = told["slot"][n] >= MAIN
        line = _Line(calendar, rows, n)
        yield Issue(
            id=FIRST_ISSUE + number,
            key=key_of(calendar, FIRST_ISSUE + number),
            project_key=code(team),
            kind="Sub-task" if is_sub else _KINDS[kinds[n]],
            parent_id=FIRST_ISSUE + told["main"][n] if is_sub else None,
            summary=words.summary(titles[n]),
            labels=words.UNPAID if is_unpaid[n] else words.LABELS[number % len(words.LABELS)],
            creator=FORMER if is_former[n] else crowd.manager_accounts[team // TEAMS_A_MANAGER],
            created_at=at(told["created"][n]),
            at_creation=line.at_creation(),
            changes=line.changes(events),
        )


def _events(times: Ints, as_of: int) -> Iterator[list[tuple[Event, int]]]:
    """Of each row the events so far, in order."""
    order = np.argsort(times, axis=1, kind="stable")
    counts = (times <= as_of).sum(axis=1).tolist()
    ordered = np.take_along_axis(times, order, axis=1).tolist()
    for count, columns, instants in zip(counts, order.tolist(), ordered, strict=True):
        yield [(_EVENTS[columns[k]], instants[k]) for k in range(count)]


class _Line:
    """The history of one row."""

    def __init__(self, calendar: Calendar, rows: Plan, n: int) -> None:
        crowd = calendar.crowd
        self.sprint, self.team, owner = int(rows.sprint[n]), int(rows.team[n]), int(rows.owner[n])
        self.calendar, self.is_sub = calendar, bool(rows.slot[n] >= MAIN)
        self.first_change = FIRST_CHANGE + int(rows.number[n]) * CHANGES_AN_ISSUE
        self.owner = crowd.accounts[owner] if rows.is_assigned[n] else None
        self.colleague = crowd.accounts[TEAM_SIZE * self.team]
        self.lead = crowd.manager_accounts[self.team // TEAMS_A_MANAGER]
        self.is_taken_over = bool(rows.times[n, Event.HANDED_OVER] < NEVER)
        estimate, points = float(rows.estimate[n]), float(rows.points[n])
        self.estimate = None if estimate != estimate else estimate
        self.points = None if points != points else points
        self.first_points = self.estimate if rows.is_estimated_at_creation[n] else None

    def at_creation(self) -> dict[Field, FieldValue]:
        assignee = self.owner if self.is_sub else None
        return {"status": TO_DO, "sprint": (), "points": self.first_points, "assignee": assignee}

    def changes(self, events: Sequence[tuple[Event, int]]) -> tuple[Change, ...]:
        values = self.at_creation()
        found = []
        for n, (event, instant) in enumerate(events):
            field, value = self._after(event)
            author = self.lead if event in _BY_THE_LEAD else self.owner or ROBOT
            found.append(Change(self.first_change + n, at(instant), author, ((field, values[field], value),)))
            values[field] = value
        return tuple(found)

    def _after(self, event: Event) -> tuple[Field, FieldValue]:
        """The field that an event changes, and its value from then on."""
        match event:
            case Event.ESTIMATED:
                return "points", self.estimate
            case Event.RE_ESTIMATED:
                return "points", self.points
            case Event.ASSIGNED:
                return "assignee", self.colleague if self.is_taken_over else self.owner
            case Event.HANDED_OVER:
                return "assignee", self.owner
            case Event.HANDED_ON:
                return "assignee", self.lead
            case Event.REMOVED:
                return "sprint", ()
            case Event.PLANNED | Event.CARRIED | Event.CARRIED_AGAIN:
                steps = {Event.PLANNED: 1, Event.CARRIED: 2, Event.CARRIED_AGAIN: 3}[event]
                return "sprint", tuple(self.calendar.id_of(self.sprint + n, self.team) for n in range(steps))
            case _:
                return "status", _STATUSES[event]
