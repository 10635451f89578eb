"""The crowd as Jira knows it at one instant: issues, sprints and worklogs, each worked out when it is asked for."""

import re
import threading
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from flows.mocks.crowd import words
from flows.mocks.crowd.calendar import FIRST_BOARD, Calendar, code
from flows.mocks.crowd.draws import Flags
from flows.mocks.crowd.histories import key_of, tell
from flows.mocks.crowd.index import IssueIndex, WorklogIndex, issue_index, worklog_index
from flows.mocks.crowd.issues import BLOCK, plan, sprints_held
from flows.mocks.crowd.roster import DAY, NEVER, Crowd, at
from flows.mocks.crowd.worklogs import (
    FIRST_ISSUE,
    FIRST_STANDING,
    FIRST_WORKLOG,
    INTERNAL_STANDING,
    STANDING,
    UNPAID_STANDING,
    logs,
    numbers_of,
    slots,
    workers,
)
from flows.mocks.facts import Board, Issue, Person, Project, Sprint, Worklog
from flows.mocks.http import App
from flows.mocks.jira_server import Deployment, jira_app_of
from flows.mocks.jira_state import IssueNow, in_order, milliseconds, order_key
from flows.mocks.jql import Clause, Mask, Numbers, passes
from flows.mocks.story.board import IN_PROGRESS
from flows.mocks.world import ESTIMATE_FIELD, POINTS_FIELD, ROBOT

FIRST_PROJECT: Final = 10_010
INTERNAL: Final = "INT"
_KEY: Final = re.compile(r"(CT\d{3,}|INT)-(\d+)", re.IGNORECASE)
_SPRINT_NAME: Final = re.compile(r"CT(\d{3,}) S(\d+)", re.IGNORECASE)
# From the first standing issue to the first issue of a sprint: most of these numbers are free.
_GAP: Final = FIRST_ISSUE - FIRST_STANDING
# Issues worked out together where a query asks for what no array holds.
_AT_ONCE: Final = 1000


def crowd_jira_app(crowd: Crowd, as_of: datetime | None = None, deployment: Deployment = "Cloud") -> App:
    """A mock of Jira Cloud that serves the crowd as it stood at an instant: `crowd.as_of` unless an earlier one."""
    return jira_app_of(CrowdJira(crowd, as_of), deployment)


class CrowdJira:
    """Answers of the crowd; see `JiraFacts`."""

    def __init__(self, crowd: Crowd, as_of: datetime | None = None) -> None:
        self.crowd, self.as_of = crowd, as_of or crowd.as_of
        if self.as_of > crowd.as_of:
            raise ValueError(f"this crowd ends on {crowd.as_of}; it cannot tell of {self.as_of}")
        self.now = milliseconds(self.as_of)
        self.zone = ZoneInfo(crowd.timezone)
        # Conditions on these are tested on all issues at once.
        self.quick_fields: Collection[str] = frozenset({"project", "issue", "sprint", "created", "updated"})
        self.calendar = Calendar(crowd)
        self.people: Mapping[str, Person] = crowd.people
        self.projects: Mapping[str, Project] = {project.key: project for project in self._projects()}
        self.boards: Mapping[int, Board] = {board.id: board for board in self._boards()}
        self._lock = threading.RLock()

    def _projects(self) -> list[Project]:
        teams = range(self.crowd.teams)
        clients = [
            Project(FIRST_PROJECT + n, code(n), f"Team {n + 1} for clients", "Client", is_team_managed=n % 2 == 1)
            for n in teams
        ]
        return [*clients, Project(FIRST_PROJECT - 1, INTERNAL, "Internal work", "Internal")]

    def _boards(self) -> list[Board]:
        """One per team, a kanban board, one that shows another's sprints, one whose columns map no status."""
        spare = FIRST_BOARD + self.crowd.teams
        teams = [
            Board(FIRST_BOARD + n, f"{code(n)} board", "simple", code(n), ESTIMATE_FIELD, FIRST_BOARD + n)
            if n % 2
            else Board(FIRST_BOARD + n, f"{code(n)} board", "scrum", code(n), POINTS_FIELD, FIRST_BOARD + n)
            for n in range(self.crowd.teams)
        ]
        return [
            *teams,
            Board(spare, "Internal support", "kanban", INTERNAL, None, 0),
            Board(spare + 1, "All hands", "scrum", code(0), POINTS_FIELD, FIRST_BOARD),
            Board(spare + 2, "Being set up", "scrum", code(0), POINTS_FIELD, spare + 2, maps_statuses=False),
        ]

    # -- sprints -----------------------------------------------------------------------------------------------------

    def sprint(self, number: int) -> Sprint | None:
        place = self.calendar.place_of(number)
        if place is None or self.calendar.created[place] > self.now:
            return None
        return self.calendar.sprint(*place)

    def sprint_named(self, name: str) -> Sprint | None:
        match = _SPRINT_NAME.fullmatch(name)
        team, number = (int(match[1]) - 1, int(match[2]) - 1) if match else (-1, -1)
        if not (0 <= team < self.crowd.teams and 0 <= number < self.calendar.sprints):
            return None
        return self.sprint(self.calendar.id_of(number, team))

    def sprints_of(self, board: Board) -> list[Sprint]:
        team = board.sprints_from - FIRST_BOARD
        if not 0 <= team < self.crowd.teams:
            return []
        found = (self.sprint(self.calendar.id_of(number, team)) for number in range(self.calendar.sprints))
        return in_order([sprint for sprint in found if sprint], self.as_of)

    @cached_property
    def _states(self) -> npt.NDArray[np.str_]:
        """Of every sprint, by (number, team)."""
        is_closed, is_begun = self.calendar.close <= self.now, self.calendar.start <= self.now
        return np.where(is_closed, "closed", np.where(is_begun, "active", "future"))

    # -- which issues there are, and which a query finds ---------------------------------------------------------------

    @property
    def _issue_index(self) -> IssueIndex:
        with self._lock:
            return self._made_issue_index

    @cached_property
    def _made_issue_index(self) -> IssueIndex:
        return issue_index(self.calendar, self.now, _since(self.crowd))

    @property
    def _worklog_index(self) -> WorklogIndex:
        with self._lock:
            return self._made_worklog_index

    @cached_property
    def _made_worklog_index(self) -> WorklogIndex:
        return worklog_index(self.calendar, self.now)

    @cached_property
    def numbers(self) -> Numbers:
        return _ids(np.flatnonzero(self._issue_index.exists), self._standing)

    @property
    def _standing(self) -> int:
        return STANDING * self.crowd.teams

    def number_of(self, key_or_id: str) -> int | None:
        number = int(key_or_id) if key_or_id.isdigit() else self._number_of_key(key_or_id)
        if number is None or number < FIRST_STANDING or self._standing <= number - FIRST_STANDING < _GAP:
            return None
        place = int(_places(np.array([number]), self._standing)[0])
        exists = self._issue_index.exists
        return number if place < len(exists) and exists[place] else None

    def _number_of_key(self, key: str) -> int | None:
        match = _KEY.fullmatch(key)
        if not match:
            return None
        number = int(match[2])
        if match[1].upper() == INTERNAL:
            return (
                FIRST_STANDING + STANDING * (number - 1) + INTERNAL_STANDING if 0 < number <= self.crowd.teams else None
            )
        team = int(match[1][2:]) - 1
        if not 0 <= team < self.crowd.teams:
            return None
        if number <= INTERNAL_STANDING:
            return FIRST_STANDING + STANDING * team + number - 1
        sprint, slot = divmod(number - STANDING, BLOCK)
        return FIRST_ISSUE + (sprint * self.crowd.teams + team) * BLOCK + slot

    def where(self, clause: Clause, numbers: Numbers) -> Mask:
        """Projects, issues, sprints and dates are compared as arrays; others issue by issue."""
        if clause.field not in self.quick_fields or clause.sign == "~":
            return self._one_by_one(clause, numbers)
        if clause.field in ("created", "updated"):
            return self._dated(clause, numbers)
        if clause.sign == "is empty":
            is_empty = self._issue_index.held[_places(numbers, self._standing)] == 0
            return is_empty if clause.field == "sprint" else np.zeros(len(numbers), dtype=np.bool_)
        if clause.field == "sprint":
            found = self._in_sprints(clause.terms, numbers)
            return found if clause.sign == "in" else ~found & self._in_sprints(_ANY_SPRINT, numbers)
        wanted = np.array([self._number_of_term(clause.field, term) for term in clause.terms], dtype=np.int64)
        place = _places(numbers, self._standing)
        found = np.isin(numbers if clause.field == "issue" else self._issue_index.team[place], wanted)
        return found if clause.sign == "in" else ~found

    def _number_of_term(self, field: str, term: str) -> int:
        if field == "issue":
            return int(term)
        return -1 if term == INTERNAL.lower() else int(term[2:]) - 1

    def _dated(self, clause: Clause, numbers: Numbers) -> Mask:
        if clause.sign != "date":
            return np.zeros(len(numbers), dtype=np.bool_)
        # Bounds may be finer than a millisecond: compare with the whole one at or below, as far as that is the same.
        instants, bound = self._instants(clause.field, numbers), milliseconds(clause.bound)
        if at(bound) < clause.bound:
            bound = bound + 0.5  # type: ignore[assignment]
        found: Mask = clause.compare(instants, bound)
        return found

    def _instants(self, field: str, numbers: Numbers) -> Numbers:
        place = _places(numbers, self._standing)
        if field == "created":
            return self._issue_index.created[place]
        return np.maximum(self._issue_index.changed[place], self._worklog_index.touched[place])

    def _in_sprints(self, terms: frozenset[str], numbers: Numbers) -> Flags:
        """Whether one of an issue's sprints is wanted, by number or by state."""
        place = _places(numbers, self._standing)
        team, first, held = (
            column[place] for column in (self._issue_index.team, self._issue_index.sprint, self._issue_index.held)
        )
        states = [term.removesuffix(" sprints") for term in terms if term.endswith(" sprints")]
        ids = np.array([int(term) for term in terms if term.isdigit()], dtype=np.int64)
        found = np.zeros(len(numbers), dtype=np.bool_)
        for step in range(3):
            sprint = np.minimum(first + step, len(self._states) - 1)
            is_wanted = np.isin(self._states[sprint, team], states) | np.isin(self.calendar.ids_of(sprint, team), ids)
            found |= (held > step) & is_wanted
        return found

    def _one_by_one(self, clause: Clause, numbers: Numbers) -> Mask:
        found = []
        for start in range(0, len(numbers), _AT_ONCE):
            found += [passes(now, clause) for now in self.issues(numbers[start : start + _AT_ONCE].tolist())]
        return np.array(found, dtype=np.bool_)

    def order_keys(self, field: str, numbers: Numbers) -> npt.NDArray[Any]:
        if field in ("created", "updated"):
            return self._instants(field, numbers)
        if field == "project":
            return np.array([INTERNAL.lower(), *(project.lower() for project in self.projects)])[
                self._issue_index.team[_places(numbers, self._standing)] + 1
            ]
        if field == "status":
            keys: list[str | float] = []
            for start in range(0, len(numbers), _AT_ONCE):
                keys += [order_key(now, field) for now in self.issues(numbers[start : start + _AT_ONCE].tolist())]
            return np.array(keys)
        return numbers

    # -- issues ------------------------------------------------------------------------------------------------------

    def issues(self, numbers: Sequence[int]) -> list[IssueNow]:
        standing = {n: standing_issue(self.crowd, n) for n in numbers if n < FIRST_ISSUE}
        found = {n: IssueNow.of(issue, [], None, self) for n, issue in standing.items()}
        told = np.array([number - FIRST_ISSUE for number in numbers if number >= FIRST_ISSUE], dtype=np.int64)
        found |= {now.issue.id: now for now in self._told(told)} if len(told) else {}
        return [found[number] for number in numbers]

    def _told(self, numbers: Numbers) -> list[IssueNow]:
        """Issues of sprints; sub-tasks are in the sprints of their stories."""
        rows = plan(self.calendar, numbers)
        stories = plan(self.calendar, rows.main) if rows.is_sub_task.any() else rows
        held, sprints, teams = (c.tolist() for c in (sprints_held(stories, self.now), rows.sprint, rows.team))
        found = []
        for n, issue in enumerate(tell(self.calendar, rows, self.now)):
            mine = [self.calendar.sprint(sprints[n] + step, teams[n]) for step in range(held[n])]
            parent = key_of(self.calendar, issue.parent_id) if issue.parent_id else None
            found.append(IssueNow.of(issue, mine, parent, self))
        return found

    def updated_at(self, now: IssueNow) -> datetime:
        place = _places(np.array([now.issue.id]), self._standing)
        changed = max([milliseconds(now.issue.created_at), *(milliseconds(change.at) for change in now.changes)])
        return at(max(changed, int(self._worklog_index.touched[place][0])))

    # -- worklogs ----------------------------------------------------------------------------------------------------

    def worklogs(self, numbers: Sequence[int]) -> list[Worklog]:
        most = slots(self.crowd)
        return self._worklogs(
            np.array([n - FIRST_WORKLOG for n in numbers if 0 <= n - FIRST_WORKLOG < most], dtype=np.int64)
        )

    def worklogs_of(self, issue: int) -> list[Worklog]:
        numbers = numbers_of(self.crowd, *workers(self.calendar, issue))
        rows = logs(self.calendar, numbers)
        found = self._worklogs(numbers[rows.issue == issue])
        return sorted(found, key=lambda log: (log.started_at, log.id))

    def _worklogs(self, numbers: Numbers) -> list[Worklog]:
        rows = logs(self.calendar, numbers)
        there = np.flatnonzero(rows.is_there(self.now))
        columns = (
            rows.number, rows.issue, rows.engineer, rows.started, rows.created, rows.seconds, rows.edited,
            rows.edited_seconds, rows.is_marked_unpaid,
        )  # fmt: skip
        accounts = self.crowd.accounts
        return [
            Worklog(
                id=FIRST_WORKLOG + number,
                issue_id=issue,
                author=accounts[engineer],
                started_at=at(started),
                versions=((at(created), seconds), (at(edited), more)) if edited < NEVER else ((at(created), seconds),),
                deleted_at=None,
                comment=words.summary(number) if number % 10 < 7 else None,
                is_marked_unpaid=is_unpaid,
            )
            for number, issue, engineer, started, created, seconds, edited, more, is_unpaid in zip(
                *(column[there].tolist() for column in columns), strict=True
            )
        ]

    def saved_after(self, since: int, most: int) -> list[tuple[int, int]]:
        return self._worklog_index.saved.after(since, most)

    def deleted_after(self, since: int, most: int) -> list[tuple[int, int]]:
        return self._worklog_index.deleted.after(since, most)


_ANY_SPRINT: Final = frozenset({"closed sprints", "active sprints", "future sprints"})


def _places(ids: Numbers, standing: int) -> Numbers:
    """Places in the arrays of `IssueIndex`: standing issues first."""
    return np.where(ids < FIRST_ISSUE, ids - FIRST_STANDING, ids - FIRST_ISSUE + standing)


def _ids(places: Numbers, standing: int) -> Numbers:
    return np.where(places < standing, places + FIRST_STANDING, places - standing + FIRST_ISSUE)


def standing_issue(crowd: Crowd, number: int) -> Issue:
    """An issue outside every sprint that was there before everything else."""
    team, kind = divmod(number - FIRST_STANDING, STANDING)
    is_internal = kind == INTERNAL_STANDING
    return Issue(
        id=number,
        key=f"{INTERNAL}-{team + 1}" if is_internal else f"{code(team)}-{kind + 1}",
        project_key=INTERNAL if is_internal else code(team),
        kind="Task",
        parent_id=None,
        summary=words.STANDING[kind],
        labels=words.UNPAID if kind == UNPAID_STANDING else (),
        creator=ROBOT,
        created_at=at(_since(crowd)),
        at_creation={"status": IN_PROGRESS, "points": None, "sprint": (), "assignee": None},
        changes=(),
    )


def _since(crowd: Crowd) -> int:
    """When standing issues were created."""
    return crowd.start - 30 * 7 * DAY
