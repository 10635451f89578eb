"""What can be asked of a world's Jira at one instant, and the sample story's answers.

What was created later does not exist yet; fields hold what they held then. The servers know worlds by `JiraFacts`
alone: the story holds everything in memory, the crowd works each row out when it is asked for.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, Final, Literal, Protocol
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from flows.mocks.facts import Board, Change, Field, FieldValue, Issue, Person, Project, Sprint, Worklog
from flows.mocks.jql import Clause, Mask, Numbers, passes
from flows.mocks.story.board import DONE, IN_PROGRESS, IN_REVIEW, TO_DO
from flows.mocks.world import READER, World

SPRINT_FIELD: Final = "customfield_10020"
# Jira holds the last minute of worklog changes back.
HELD_BACK: Final = timedelta(minutes=1)

STATUSES: Final[Mapping[str, tuple[str, int, str, str]]] = {
    TO_DO: ("10000", 2, "new", "To Do"),
    IN_PROGRESS: ("3", 4, "indeterminate", "In Progress"),
    IN_REVIEW: ("10001", 4, "indeterminate", "In Progress"),
    DONE: ("10002", 3, "done", "Done"),
}

SprintState = Literal["closed", "active", "future"]
_SPRINT_STATES: Final[Sequence[SprintState]] = ("closed", "active", "future")


class JiraFacts(Protocol):
    """A world's Jira at one instant. Issues, sprints and worklogs go by their numbers."""

    as_of: datetime
    zone: ZoneInfo
    people: Mapping[str, Person]
    projects: Mapping[str, Project]
    boards: Mapping[int, Board]
    quick_fields: Collection[str]

    def sprint(self, number: int) -> Sprint | None:
        """A sprint that exists by now."""

    def sprint_named(self, name: str) -> Sprint | None:
        """The same by its name, in any case."""

    def sprints_of(self, board: Board) -> Sequence[Sprint]:
        """Sprints that a board shows, oldest first."""

    @property
    def numbers(self) -> Numbers:
        """Every issue that exists by now, ascending."""

    def number_of(self, key_or_id: str) -> int | None:
        """The number of an issue that exists by now."""

    def issues(self, numbers: Sequence[int]) -> Sequence["IssueNow"]:
        """Issues that exist by now, in the order asked for."""

    def where(self, clause: Clause, numbers: Numbers) -> Mask:
        """Which of the issues meet a clause of a query."""

    def order_keys(self, field: str, numbers: Numbers) -> npt.NDArray[Any]:
        """What to sort issues by."""

    def updated_at(self, now: "IssueNow") -> datetime:
        """When an issue was last changed, or work on it logged."""

    def worklogs(self, numbers: Sequence[int]) -> Sequence[Worklog]:
        """Of some worklogs those that are there by now, in the order asked for."""

    def worklogs_of(self, issue: int) -> Sequence[Worklog]:
        """Worklogs of an issue that are there by now, by when they started."""

    def saved_after(self, since: int, most: int) -> Sequence[tuple[int, int]]:
        """(milliseconds, worklog) of the last save of each that is there, after `since`, oldest first."""

    def deleted_after(self, since: int, most: int) -> Sequence[tuple[int, int]]:
        """The same of worklogs deleted."""


@dataclass(frozen=True)
class IssueNow:
    """An issue as it stood at the instant, and what a query may ask about it."""

    issue: Issue
    values: Mapping[Field, FieldValue]
    changes: Sequence[Change]
    sprints: Sequence[Sprint]
    resolved_at: datetime | None
    parent_key: str | None
    facts: JiraFacts

    @classmethod
    def of(cls, issue: Issue, sprints: Sequence[Sprint], parent_key: str | None, facts: JiraFacts) -> "IssueNow":
        """The issue after the changes so far."""
        changes = [change for change in issue.changes if change.at <= facts.as_of]
        values, resolved_at = dict(issue.at_creation), None
        for change in changes:
            for field, _, value in change.items:
                values[field] = value
                if field == "status":
                    resolved_at = change.at if value == DONE else None
        return cls(issue, values, changes, sprints, resolved_at, parent_key, facts)

    @cached_property
    def worklogs(self) -> Sequence[Worklog]:
        return self.facts.worklogs_of(self.issue.id)

    @cached_property
    def updated_at(self) -> datetime:
        return self.facts.updated_at(self)

    def _sprint_words(self) -> Collection[str]:
        states = [f"{sprint_state(sprint, self.facts.as_of)} sprints" for sprint in self.sprints]
        return [*(str(sprint.id) for sprint in self.sprints), *states]

    def terms(self, field: str) -> Collection[str]:
        issue = self.issue
        status = STATUSES[str(self.values["status"])]
        match field:
            case "issue":
                found: Collection[object] = (issue.key, issue.id)
            case "sprint":
                found = self._sprint_words()
            case "status":
                found = (self.values["status"], status[0])
            case "statuscategory":
                found = (status[2], status[3], status[1])
            case "labels":
                found = issue.labels
            case "parent":
                found = [word for word in (issue.parent_id, self.parent_key) if word]
            case "worklogauthor":
                found = [log.author for log in self.worklogs]
            case "assignee":
                found = [word for word in (self.values.get("assignee"),) if word]
            case _:
                simple = {"project": issue.project_key, "issuetype": issue.kind, "reporter": issue.creator}
                found = (simple.get(field, issue.summary),)
        return {str(word).lower() for word in found}

    def instants(self, field: str) -> Collection[datetime]:
        if field == "worklogdate":
            days = (log.started_at.astimezone(self.facts.zone) for log in self.worklogs)
            return [day.replace(hour=0, minute=0, second=0, microsecond=0) for day in days]
        at = {"updated": self.updated_at, "created": self.issue.created_at, "resolutiondate": self.resolved_at}[field]
        return [at] if at else []


def order_key(now: IssueNow, field: str) -> str | float:
    """What to sort an issue by."""
    if field in ("updated", "created"):
        return max(at.timestamp() for at in now.instants(field))
    if field in ("project", "status"):
        return min(now.terms(field))
    return now.issue.id


def sprint_state(sprint: Sprint, as_of: datetime) -> SprintState:
    if sprint.complete_at <= as_of:
        return "closed"
    return "active" if sprint.start_at <= as_of else "future"


def in_order(sprints: Sequence[Sprint], as_of: datetime) -> list[Sprint]:
    """Closed ones first, then active, then future: the newest is on the last page."""
    return sorted(sprints, key=lambda s: (_SPRINT_STATES.index(sprint_state(s, as_of)), s.start_at))


def saved_by(log: Worklog, as_of: datetime) -> tuple[datetime, int]:
    """When the worklog was last saved by the instant, and the seconds it held then."""
    return next(version for version in reversed(log.versions) if version[0] <= as_of)


def milliseconds(at: datetime) -> int:
    """Whole milliseconds since 1970."""
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


class StoryJira:
    """The sample story, worked out once per server."""

    def __init__(self, world: World, as_of: datetime) -> None:
        self.world, self.as_of = world, as_of
        self.quick_fields: Collection[str] = frozenset()
        self.zone = ZoneInfo(world.people_by_account[READER].timezone)
        self.people: Mapping[str, Person] = world.people_by_account
        self.projects: Mapping[str, Project] = {project.key: project for project in world.projects}
        self.boards: Mapping[int, Board] = {board.id: board for board in world.boards}

    # -- sprints -----------------------------------------------------------------------------------------------------

    @cached_property
    def _sprints(self) -> Mapping[int, Sprint]:
        return {sprint.id: sprint for sprint in self.world.sprints if sprint.created_at <= self.as_of}

    def sprint(self, number: int) -> Sprint | None:
        return self._sprints.get(number)

    def sprint_named(self, name: str) -> Sprint | None:
        return next((sprint for sprint in self._sprints.values() if sprint.name.lower() == name.lower()), None)

    def sprints_of(self, board: Board) -> list[Sprint]:
        mine = [sprint for sprint in self._sprints.values() if sprint.board_id == board.sprints_from]
        return in_order(mine, self.as_of)

    # -- issues ------------------------------------------------------------------------------------------------------

    @cached_property
    def _issues(self) -> Mapping[int, IssueNow]:
        return {issue.id: self._now(issue) for issue in self.world.issues if issue.created_at <= self.as_of}

    def _now(self, issue: Issue) -> IssueNow:
        parent = self.world.issues_by_id[issue.parent_id] if issue.parent_id else None
        return IssueNow.of(issue, self._sprints_at(parent or issue), parent.key if parent else None, self)

    def _sprints_at(self, issue: Issue) -> list[Sprint]:
        """Sprints of an issue; sub-tasks have their parent's."""
        ids = issue.at_creation.get("sprint", ())
        for change in issue.changes:
            if change.at <= self.as_of:
                ids = next((value for field, _, value in change.items if field == "sprint"), ids)
        return [self._sprints[n] for n in ids if n in self._sprints] if isinstance(ids, tuple) else []

    @cached_property
    def numbers(self) -> Numbers:
        return np.array(sorted(self._issues), dtype=np.int64)

    @cached_property
    def _numbers_by_word(self) -> Mapping[str, int]:
        return {word: n for n, now in self._issues.items() for word in (now.issue.key, str(n))}

    def number_of(self, key_or_id: str) -> int | None:
        return self._numbers_by_word.get(key_or_id.upper())

    def issues(self, numbers: Sequence[int]) -> list[IssueNow]:
        return [self._issues[n] for n in numbers]

    def where(self, clause: Clause, numbers: Numbers) -> Mask:
        return np.array([passes(self._issues[n], clause) for n in numbers.tolist()], dtype=np.bool_)

    def order_keys(self, field: str, numbers: Numbers) -> npt.NDArray[Any]:
        return np.array([order_key(self._issues[n], field) for n in numbers.tolist()])

    def updated_at(self, now: IssueNow) -> datetime:
        saved = [saved_by(log, self.as_of)[0] for log in now.worklogs] + [change.at for change in now.changes]
        return max(saved, default=now.issue.created_at)

    # -- worklogs ----------------------------------------------------------------------------------------------------

    @cached_property
    def _worklogs(self) -> Mapping[int, Worklog]:
        """Every worklog entered and not deleted, by number."""
        return {
            log.id: log
            for log in self.world.worklogs
            if log.created_at <= self.as_of and not (log.deleted_at and log.deleted_at <= self.as_of)
        }

    @cached_property
    def _worklogs_by_issue(self) -> Mapping[int, Sequence[Worklog]]:
        found: dict[int, list[Worklog]] = {}
        for log in sorted(self._worklogs.values(), key=lambda log: (log.started_at, log.id)):
            found.setdefault(log.issue_id, []).append(log)
        return found

    def worklogs(self, numbers: Sequence[int]) -> list[Worklog]:
        return [self._worklogs[n] for n in numbers if n in self._worklogs]

    def worklogs_of(self, issue: int) -> Sequence[Worklog]:
        return self._worklogs_by_issue.get(issue, ())

    @cached_property
    def _saves(self) -> Sequence[tuple[int, int]]:
        saves = [(milliseconds(saved_by(log, self.as_of)[0]), log.id) for log in self._worklogs.values()]
        return self._told(saves)

    @cached_property
    def _removals(self) -> Sequence[tuple[int, int]]:
        return self._told([(milliseconds(log.deleted_at), log.id) for log in self.world.worklogs if log.deleted_at])

    def _told(self, changes: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
        latest = milliseconds(self.as_of - HELD_BACK)
        return sorted(change for change in changes if change[0] <= latest)

    def saved_after(self, since: int, most: int) -> list[tuple[int, int]]:
        return [change for change in self._saves if change[0] > since][:most]

    def deleted_after(self, since: int, most: int) -> list[tuple[int, int]]:
        return [change for change in self._removals if change[0] > since][:most]
