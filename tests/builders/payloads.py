"""Vendors' rows as their APIs spell them, with only what a test cares about spelled out."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from transforms.schemas.registry import conform
from transforms.schemas.roster import Engineers

Row = dict[str, Any]

SPRINT_FIELD = "customfield_10020"
POINTS_FIELD = "customfield_10016"
TODO, DOING, DONE = "10000", "10001", "10002"
ANA, BEN, STRANGER = "712020:ana", "712020:ben", "712020:stranger"
ANA_PAGER, BEN_PAGER, STRANGER_PAGER = "PANA", "PBEN", "PSTRANGER"


def roster(**timezones: str) -> pd.DataFrame:
    """Engineers ana and ben of team atlas; others by name, with their time zones."""
    zones = {"ana": "America/Chicago", "ben": "America/Chicago", **timezones}
    return conform(
        pd.DataFrame(
            {
                "engineer_id": list(zones),
                "name": [name.title() for name in zones],
                "team_id": "atlas",
                "manager_id": "nadia",
                "location_id": "austin",
                "timezone": list(zones.values()),
                "employed_from": pd.Timestamp("2022-03-14"),
                "employed_to": pd.NaT,
                "jira_account_id": [f"712020:{name}" for name in zones],
                "pagerduty_user_id": [f"P{name.upper()}" for name in zones],
                "alertops_user_name": [f"{name}.ops" for name in zones],
            }
        ),
        Engineers,
    )


@dataclass(frozen=True)
class Rule:
    """A billing rule."""

    kind: Any
    value: str
    billable: bool = True
    name: str = "rule"


def worklog(
    number: int = 30001, *, author: str = ANA, started: str = "2026-11-03T09:00:00.000-0600", **more: Any
) -> Row:
    """A worklog of one hour on issue 20101; `hours`, `issue` and `properties` may be given."""
    hours = more.pop("hours", 1.0)
    return {
        "id": str(number),
        "issueId": str(more.pop("issue", 20101)),
        "author": {"accountId": author, "displayName": author.rpartition(":")[2].title(), "active": True},
        "created": more.pop("created", started),
        "updated": started,
        "started": started,
        "timeSpentSeconds": round(hours * 3600),
        **more,
    }


def issue(number: int = 20101, **fields: Any) -> Row:
    """An issue of project ACME, created on 1 November, to do, unestimated, in no sprint, nobody's."""
    return {
        "id": str(number),
        "key": f"ACME-{number}",
        "fields": {
            "issuetype": {"id": "10004", "name": "Story", "subtask": False},
            "status": status(TODO),
            "assignee": None,
            "labels": [],
            "components": [],
            "project": {"id": "10010", "key": "ACME", "projectCategory": {"id": "1", "name": "Client"}},
            "created": "2026-11-01T10:00:00.000+0000",
            SPRINT_FIELD: None,
            POINTS_FIELD: None,
            **fields,
        },
    }


def status(status_id: str) -> Row:
    category = {TODO: "new", DOING: "indeterminate", DONE: "done"}[status_id]
    return {"id": status_id, "name": category, "statusCategory": {"key": category}}


def in_sprints(*sprint_ids: int) -> list[Row]:
    return [{"id": sprint_id, "name": f"S{sprint_id}", "boardId": 4} for sprint_id in sprint_ids]


def account(account_id: str) -> Row:
    return {"accountId": account_id, "displayName": account_id}


def changelog(number: int, *histories: Row) -> Row:
    return {"issueId": str(number), "changeHistories": list(histories)}


def change(number: int, at: str, *items: Row) -> Row:
    return {"id": str(number), "created": at, "author": account(ANA), "items": list(items)}


def moved(before: str, after: str) -> Row:
    return {"field": "status", "fieldtype": "jira", "fieldId": "status", "from": before, "to": after}


def sprinted(before: str | None, after: str | None) -> Row:
    return {"field": "Sprint", "fieldtype": "custom", "fieldId": SPRINT_FIELD, "from": before, "to": after}


def assigned(before: str | None, after: str | None) -> Row:
    return {"field": "assignee", "fieldtype": "jira", "fieldId": "assignee", "from": before, "to": after}


def estimated(before: str | None, after: str | None) -> Row:
    """Numbers stand in the strings only."""
    return {
        "field": "Story Points",
        "fieldtype": "custom",
        "fieldId": POINTS_FIELD,
        "from": None,
        "fromString": before,
        "to": None,
        "toString": after,
    }


def sprint(number: int = 61, *, state: str = "closed", board: int = 4, **more: Any) -> Row:
    """A sprint from Monday 2 to Friday 13 November 2026."""
    dates = {
        "startDate": "2026-11-02T15:00:00.000Z",
        "endDate": "2026-11-13T23:00:00.000Z",
        "completeDate": "2026-11-13T22:00:00.000Z",
    }
    kept = {"future": (), "active": ("startDate", "endDate"), "closed": tuple(dates)}[state]
    return {
        "id": number,
        "name": f"Sprint {number}",
        "state": state,
        "originBoardId": board,
        "board_id": board,
        **{name: dates[name] for name in kept},
        **more,
    }


def board(number: int = 4, **more: Any) -> Row:
    return {
        "id": number,
        "team_id": "atlas",
        "estimation_field": POINTS_FIELD,
        "done_status_ids": [DONE],
        "trouble": "",
        **more,
    }


def incident(incident_id: str = "Q1", at: str = "2026-11-03T02:00:00Z", **more: Any) -> Row:
    return {"id": incident_id, "type": "incident", "title": "checkout 5xx", "created_at": at, "urgency": "high", **more}


def entry(kind: str, at: str, *people: str, incident_id: str = "Q1", **more: Any) -> Row:
    """A log entry. Paged people are `assignees`, one who acts is the `agent`, one who is notified the `user`."""
    users = [{"id": person, "type": "user_reference"} for person in people]
    service = {"id": "PSVC001", "type": "service_reference"}
    who: Row = {"agent": users[0] if users else service}
    if kind in ("assign", "escalate"):
        who = {"agent": service, "assignees": users}
    if kind == "notify":
        who = {"user": users[0]}
    return {
        "id": f"R-{incident_id}-{kind}-{at}-{'-'.join(people)}",
        "type": f"{kind}_log_entry",
        "created_at": at,
        "channel": {"type": "auto"},
        "incident": {"id": incident_id, "type": "incident_reference"},
        **who,
        **more,
    }


def by(person: str) -> Mapping[str, Any]:
    """For an assignment that a person made, not the escalation policy."""
    return {"agent": {"id": person, "type": "user_reference"}, "channel": {"type": "website"}}


def user(user_id: str) -> Row:
    return {"id": user_id, "type": "user", "name": user_id.removeprefix("P").title()}


def users(*user_ids: str) -> list[Row]:
    return [user(user_id) for user_id in user_ids or (ANA_PAGER, BEN_PAGER)]


def basic(email: str, token: str) -> str:
    """What an HTTP Basic header says."""
    return "Basic " + base64.b64encode(f"{email}:{token}".encode()).decode()


def values(table: pd.DataFrame, *columns: str) -> Sequence[tuple[Any, ...]]:
    """Rows as tuples of some columns; missing values are None."""
    picked = table.loc[:, list(columns)].astype(object)
    return [tuple(row) for row in picked.where(picked.notna(), None).to_numpy()]
