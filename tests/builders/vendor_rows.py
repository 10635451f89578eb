"""Rows of Tempo and AlertOps as their APIs spell them, with only what a test cares about spelled out."""

from typing import Any

import pandas as pd

from tests.builders.payloads import ANA, roster

Row = dict[str, Any]


def tempo_worklog(
    number: int = 501, *, author: str | None = ANA, hours: float = 1.0, paid: float | None = None, **more: Any
) -> Row:
    """A worklog on issue 20101, begun at nine on Tuesday 3 November by the author's clock, entered that evening.

    All of it is billable unless `paid` says how many hours are.
    """
    return {
        "tempoWorklogId": number,
        "issue": {"self": "https://demo.atlassian.net/rest/api/2/issue/20101", "id": 20101},
        "timeSpentSeconds": round(hours * 3600),
        "billableSeconds": round((hours if paid is None else paid) * 3600),
        "startDate": "2026-11-03",
        "startTime": "09:00:00",
        "description": "review",
        "createdAt": "2026-11-03T23:02:10Z",
        "updatedAt": "2026-11-04T08:00:00Z",
        "author": {"accountId": author},
        **more,
    }


def roster_without(column: str) -> pd.DataFrame:
    """Engineers ana and ben, of whom no account of one vendor is known."""
    people = roster()
    return people.assign(**{column: pd.Series([None] * len(people), dtype="str")})


def without(row: Row, *keys: str) -> Row:
    return {key: value for key, value in row.items() if key not in keys}


def tempo_page(rows: list[Row], following: object = None, **metadata: Any) -> Row:
    """A page with its own count; `following` is the link to the next, if any."""
    more = {} if following is None else {"next": following}
    return {"metadata": {"count": len(rows), "offset": 0, "limit": 1000, **more, **metadata}, "results": rows}


def alert(number: int = 90211, *, owner: str | None = "ana.ops", **more: Any) -> Row:
    """An alert of high priority, created at two in the night of 3 November and closed by its owner after 50 minutes."""
    return {
        "alert_id": number,
        "created_date": "2026-11-03T02:00:00",
        "closed_date": "2026-11-03T02:50:00",
        "status": "Closed",
        "priority": "High",
        "topic": "checkout 5xx",
        "description": "...",
        "owner": None if owner is None else alertops_user(owner),
        "within_sla": True,
        "resolution": None,
        **more,
    }


def alertops_user(user_name: str, first: str | None = None, last: str | None = None) -> Row:
    return {"user_name": user_name, "first_name": first, "last_name": last}


def schedule_day(on: str, hours: float, kind: str | None = None, *, seconds: Any = None, name: str = "") -> Row:
    """A day of Tempo's schedule with the hours expected on it; a holiday of a kind may say its seconds and name."""
    usual = "WORKING_DAY" if hours else "NON_WORKING_DAY"
    day: Row = {"date": on, "requiredSeconds": round(hours * 3600), "type": kind or usual}
    if kind is not None and kind.startswith("HOLIDAY"):
        day["holiday"] = {"name": name} | ({} if seconds is None else {"durationSeconds": seconds})
    return day
