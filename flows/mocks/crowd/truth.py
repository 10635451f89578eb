"""What is true of the crowd, for tests and benchmarks: worked out from the plans, not from what the servers answer.

Arrays are by number of engineer, week, sprint and team. Instants are `crowd.as_of` unless an earlier one is given.
"""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from flows.mocks.crowd.calendar import Calendar
from flows.mocks.crowd.calls import A_WEEK as CALLS_A_WEEK
from flows.mocks.crowd.calls import Course, Step, calls
from flows.mocks.crowd.draws import Flags, Floats, Ints, Purpose, draw
from flows.mocks.crowd.issues import BLOCK, Event, Fate, Plan, is_unpaid_work, plan
from flows.mocks.crowd.roster import MINUTE, SECOND, Crowd
from flows.mocks.crowd.worklogs import (
    A_WEEK,
    FIRST_ISSUE,
    FIRST_STANDING,
    INTERNAL_STANDING,
    STANDING,
    UNPAID_STANDING,
    Logs,
    logs,
)
from flows.mocks.jira_state import milliseconds


@dataclass(frozen=True)
class LoggedTime:
    """Seconds by (engineer, week) of the engineer's own days, all and billable, and how many worklogs held them."""

    logged: Ints
    billable: Ints
    worklogs: Ints


def logged_time(crowd: Crowd, as_of: datetime | None = None) -> LoggedTime:
    """Time logged and not deleted, as Jira tells it at an instant: the last minute of saves is held back.

    Billable: by the rules of `crowd_config`.
    """
    now = milliseconds(as_of or crowd.as_of)
    calendar, shape = Calendar(crowd), (crowd.engineers, crowd.weeks)
    totals = [np.zeros(shape, dtype=np.int64) for _ in range(3)]
    a_week = crowd.engineers * A_WEEK
    for week in range(crowd.weeks):
        rows = logs(calendar, week * a_week + np.arange(a_week, dtype=np.int64))
        is_told = rows.is_there(now) & (rows.saved(now) <= now - MINUTE)
        seconds = np.where(is_told, rows.logged(now), 0)
        columns = (seconds, np.where(is_billable(crowd, rows), seconds, 0), is_told * 1)
        for total, column in zip(totals, columns, strict=True):
            total[:, week] = column.reshape(crowd.engineers, A_WEEK).sum(axis=1)
    return LoggedTime(*totals)


def is_billable(crowd: Crowd, rows: Logs) -> Flags:
    """Whether a client pays: not for internal work, nor for what is marked or labelled otherwise."""
    is_standing = rows.issue < FIRST_ISSUE
    kind = (rows.issue - FIRST_STANDING) % STANDING
    label = is_unpaid_work(draw(crowd.seed, Purpose.WORDS, rows.issue - FIRST_ISSUE))
    is_unpaid = np.where(is_standing, np.isin(kind, (UNPAID_STANDING, INTERNAL_STANDING)), label)
    found: Flags = ~is_unpaid & ~rows.is_marked_unpaid
    return found


@dataclass(frozen=True)
class SprintPoints:
    """Points of closed sprints, by (sprint, team); 0 for others.

    `credited` by (sprint, engineer) and `unassigned` by (sprint, team) add up to `completed` less what a later sprint
    found undone. A sub-task has none; an issue without an estimate counts 0.
    """

    is_closed: Flags
    committed: Floats
    completed: Floats
    credited: Floats
    unassigned: Floats


def sprint_points(crowd: Crowd, as_of: datetime | None = None) -> SprintPoints:
    """What each team committed to and finished, by what was planned for each issue."""
    now = milliseconds(as_of or crowd.as_of)
    calendar = Calendar(crowd)
    is_closed = calendar.close <= now
    by_team, by_engineer = is_closed.shape, (len(is_closed), crowd.engineers)
    truth = SprintPoints(is_closed, *(np.zeros(by) for by in (by_team, by_team, by_engineer, by_team)))
    a_sprint = crowd.teams * BLOCK
    for sprint in range(calendar.sprints):
        rows = plan(calendar, sprint * a_sprint + np.arange(a_sprint, dtype=np.int64))
        counts = rows.exists & ~rows.is_sub_task & ~np.isnan(rows.points)
        _commit(calendar, rows, counts, truth)
        _complete(rows, counts, truth)
    return truth


def _commit(calendar: Calendar, rows: Plan, counts: Flags, truth: SprintPoints) -> None:
    """Points of what was in a sprint and not done when it began, by the estimate of then."""
    until = np.select(
        [rows.fate == Fate.CARRIED, np.isin(rows.fate, (Fate.CARRIED_TWICE, Fate.REOPENED_LATE))], [1, 2], 0
    )
    for step in range(3):
        sprint = rows.sprint + step
        start = calendar.start[sprint, rows.team]
        was_done = (rows.fate == Fate.REOPENED_LATE) & (step == 1)
        is_in = (
            counts
            & (step <= until)
            & ~was_done
            & (rows.at(Event.PLANNED) <= start)
            & truth.is_closed[sprint, rows.team]
        )
        points = np.where(rows.at(Event.RE_ESTIMATED) <= start, rows.points, rows.estimate)
        np.add.at(truth.committed, (sprint[is_in], rows.team[is_in]), points[is_in])


def _complete(rows: Plan, counts: Flags, truth: SprintPoints) -> None:
    """Points of what was done at the close of a sprint, and the taking back of what the next one found undone."""
    later = np.select([rows.fate == Fate.CARRIED, rows.fate == Fate.CARRIED_TWICE], [1, 2], 0)
    is_late = rows.fate == Fate.REOPENED_LATE
    for step, is_done, sign in (
        (later, rows.fate != Fate.REMOVED, 1),
        (np.ones_like(later), is_late, -1),
        (np.full_like(later, 2), is_late, 1),
    ):
        sprint = rows.sprint + step
        is_in = counts & is_done & truth.is_closed[sprint, rows.team]
        where, points = (sprint[is_in], rows.team[is_in]), sign * rows.points[is_in]
        np.add.at(truth.completed, where, points)
        mine = rows.is_assigned[is_in]
        np.add.at(truth.credited, (where[0][mine], rows.owner[is_in][mine]), points[mine])
        np.add.at(truth.unassigned, (where[0][~mine], where[1][~mine]), points[~mine])


@dataclass(frozen=True)
class Answers:
    """Acknowledges, one per row: by whom, of which incident, and how long they took from the engineer's page."""

    incident: Ints
    engineer: Ints
    acknowledged: Ints
    seconds: Ints


def answers(crowd: Crowd, as_of: datetime | None = None) -> Answers:
    """Everybody's first acknowledge of each incident by an instant.

    Units: seconds since the page, or since the incident's creation for who was not paged. Whoever hands an incident on
    answered before.
    """
    now = milliseconds(as_of or crowd.as_of)
    a_week, parts = crowd.teams * CALLS_A_WEEK, []
    for week in range(crowd.weeks):
        rows = calls(crowd, week * a_week + np.arange(a_week, dtype=np.int64))
        is_second = np.isin(rows.course, (Course.ESCALATED, Course.JOINED))
        paged = np.where(rows.course == Course.ESCALATED, rows.at(Step.ESCALATE), rows.at(Step.TRIGGER))
        answer, again = rows.at(Step.ACKNOWLEDGE), rows.at(Step.ACKNOWLEDGE_AGAIN)
        first = (np.where(is_second, rows.second, rows.first), paged, answer, rows.exists & (answer <= now))
        handed = rows.exists & (rows.course == Course.HANDED_OVER) & (again <= now)
        second = (rows.second, rows.at(Step.REASSIGN), again, handed)
        for engineer, since, at, is_told in (first, second):
            parts.append((rows.number[is_told], engineer[is_told], at[is_told], (at - since)[is_told] // SECOND))
    return Answers(*(np.concatenate(column) for column in zip(*parts, strict=True)))
