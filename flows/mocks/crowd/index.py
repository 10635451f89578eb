"""What the crowd keeps: the order of its rows in time, and when each issue was last touched. Nothing else is stored."""

from dataclasses import dataclass

import numpy as np

from flows.mocks.crowd.calendar import Calendar
from flows.mocks.crowd.draws import Flags, Ints
from flows.mocks.crowd.issues import BLOCK, last_change, plan, sprints_held
from flows.mocks.crowd.roster import MINUTE
from flows.mocks.crowd.worklogs import (
    A_WEEK,
    FIRST_ISSUE,
    FIRST_STANDING,
    FIRST_WORKLOG,
    INTERNAL_STANDING,
    STANDING,
    logs,
)


@dataclass(frozen=True)
class Changes:
    """Worklogs by when they were last saved, or deleted: milliseconds and ids, oldest first."""

    instants: Ints
    ids: "np.ndarray[tuple[int], np.dtype[np.int32]]"

    def after(self, since: int, most: int) -> list[tuple[int, int]]:
        first = int(np.searchsorted(self.instants, since, side="right"))
        page = slice(first, first + most)
        return list(zip(self.instants[page].tolist(), self.ids[page].tolist(), strict=True))


@dataclass(frozen=True)
class WorklogIndex:
    """Every save and removal told by the instant; the last save on each issue, by its place in `IssueIndex.every`."""

    saved: Changes
    deleted: Changes
    touched: Ints


def worklog_index(calendar: Calendar, as_of: int) -> WorklogIndex:
    """Goes through all worklogs once, a week at a time."""
    crowd = calendar.crowd
    standing = STANDING * crowd.teams
    touched = np.zeros(standing + calendar.sprints * crowd.teams * BLOCK, dtype=np.int64)
    saved, deleted = [], []
    a_week = crowd.engineers * A_WEEK
    for week in range(crowd.weeks):
        rows = logs(calendar, week * a_week + np.arange(a_week, dtype=np.int64))
        there, saves = rows.is_there(as_of), rows.saved(as_of)
        issue = rows.issue[there]
        place = np.where(issue < FIRST_ISSUE, issue - FIRST_STANDING, issue - FIRST_ISSUE + standing)
        np.maximum.at(touched, place, saves[there])
        told = there & (saves <= as_of - MINUTE)
        saved.append((saves[told], rows.number[told] + FIRST_WORKLOG))
        gone = rows.exists & (rows.deleted <= as_of - MINUTE)
        deleted.append((rows.deleted[gone], rows.number[gone] + FIRST_WORKLOG))
    return WorklogIndex(_in_order(saved), _in_order(deleted), touched)


def _in_order(parts: list[tuple[Ints, Ints]]) -> Changes:
    instants = np.concatenate([part[0] for part in parts])
    ids = np.concatenate([part[1].astype(np.int32) for part in parts])
    order = np.lexsort((ids, instants))
    return Changes(instants[order], ids[order])


@dataclass(frozen=True)
class IssueIndex:
    """Of every issue, standing ones first: whether it exists, its creation and last change, team, sprints.

    `team` is -1 for the internal project. The sprints of an issue are `sprint` and those after it, `held` in all.
    """

    exists: Flags
    created: Ints
    changed: Ints
    team: Ints
    sprint: Ints
    held: Ints


def issue_index(calendar: Calendar, as_of: int, standing_since: int) -> IssueIndex:
    """Goes through all issues once, a sprint at a time."""
    crowd = calendar.crowd
    a_sprint = crowd.teams * BLOCK
    kind = np.arange(STANDING * crowd.teams, dtype=np.int64)
    team = np.where(kind % STANDING == INTERNAL_STANDING, -1, kind // STANDING)
    since = np.full_like(kind, standing_since)
    none = np.zeros_like(kind)
    parts = [(np.ones(len(kind), dtype=np.bool_), since, since, team, none, none)]
    for sprint in range(calendar.sprints):
        rows = plan(calendar, sprint * a_sprint + np.arange(a_sprint, dtype=np.int64))
        held = sprints_held(plan(calendar, rows.main), as_of) if rows.is_sub_task.any() else sprints_held(rows, as_of)
        exists = rows.exists & (rows.created <= as_of)
        parts.append((exists, rows.created, last_change(rows, as_of), rows.team, rows.sprint, held))
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    return IssueIndex(*columns)
