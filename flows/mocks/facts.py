"""What is true in the sample world: neutral facts that the mock servers render in each vendor's wire format.

Instants are aware datetimes in UTC. Nothing here knows JSON, HTTP or the instant a server speaks for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Field = Literal["status", "sprint", "points", "assignee"]
FieldValue = str | float | tuple[int, ...] | None


@dataclass(frozen=True)
class Person:
    """An account in Jira, PagerDuty, AlertOps or several of them."""

    account_id: str | None
    name: str
    timezone: str
    account_type: Literal["atlassian", "app"] = "atlassian"
    email: str | None = None
    engineer_id: str | None = None
    team_id: str | None = None
    pagerduty_id: str | None = None
    active_from: datetime | None = None
    active_until: datetime | None = None
    alertops_user_name: str | None = None


@dataclass(frozen=True)
class Project:
    """A Jira project; its category says whether a client pays."""

    id: int
    key: str
    name: str
    category: Literal["Client", "Internal"]
    is_team_managed: bool = False


@dataclass(frozen=True)
class Board:
    """A Jira board. Only one with sprints has an estimation field."""

    id: int
    name: str
    kind: Literal["scrum", "kanban", "simple"]
    project_key: str
    estimation_field: str | None
    sprints_from: int
    # Whose columns map no status shows no sprints: Jira refuses to list them.
    maps_statuses: bool = True


@dataclass(frozen=True)
class Sprint:
    """A sprint as it came to pass, up to its close."""

    id: int
    board_id: int
    team_id: str
    name: str
    goal: str
    created_at: datetime
    start_at: datetime
    end_at: datetime
    complete_at: datetime


@dataclass(frozen=True)
class Change:
    """One line of an issue's history: fields that one person changed at one instant."""

    id: int
    at: datetime
    author: str
    items: tuple[tuple[Field, FieldValue, FieldValue], ...]


@dataclass(frozen=True)
class Issue:
    """An issue with its fields at creation and every later change, oldest first."""

    id: int
    key: str
    project_key: str
    kind: Literal["Story", "Bug", "Task", "Sub-task"]
    parent_id: int | None
    summary: str
    labels: tuple[str, ...]
    creator: str
    created_at: datetime
    at_creation: Mapping[Field, FieldValue]
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Worklog:
    """Time logged on an issue. `versions` are (when saved, seconds), first entry first."""

    id: int
    issue_id: int
    author: str
    started_at: datetime
    versions: tuple[tuple[datetime, int], ...]
    deleted_at: datetime | None
    comment: str | None
    is_marked_unpaid: bool

    @property
    def created_at(self) -> datetime:
        return self.versions[0][0]


@dataclass(frozen=True)
class Service:
    """A PagerDuty service with its team and escalation policy."""

    id: str
    name: str
    team_id: str
    pagerduty_team_id: str
    policy_id: str


@dataclass(frozen=True)
class LogEntry:
    """One line of an incident's log. `agent` is a PagerDuty user id, a service id, or nobody."""

    id: str
    at: datetime
    kind: str
    agent: str | None = None
    channel: str = "auto"
    assignees: tuple[str, ...] = ()
    user: str | None = None


@dataclass(frozen=True)
class Incident:
    """An incident with its log, oldest entry first."""

    id: str
    number: int
    title: str
    service_id: str
    urgency: Literal["high", "low"]
    key: str
    entries: tuple[LogEntry, ...]

    @property
    def created_at(self) -> datetime:
        return self.entries[0].at


@dataclass(frozen=True)
class OnCall:
    """Who carries the pager of a service, at which level, from when to when."""

    service_id: str
    user: str
    level: int
    start: datetime
    end: datetime


@dataclass(frozen=True)
class VibesRow:
    """A line of the managers' file."""

    week_start: date
    engineer_id: str
    vibes: int | None
    note: str
    manager: str
    visibility: str
    saved_at: datetime | None


@dataclass(frozen=True)
class DecisionRow:
    """A line of the managers' decisions on recommendations."""

    engineer_id: str
    review_week: date
    decision: str
    why: str
    manager: str
    decided_on: date
    visibility: str


@dataclass(frozen=True)
class LeaveRow:
    """A line of the leave file. The reason is nobody's business."""

    engineer_id: str
    from_date: date
    to_date: date
    hours_per_day: float
