"""PagerDuty's rows as flat frames, page by page: what no metric uses is left behind here."""

from collections.abc import Sequence
from typing import Final

import pandas as pd

from transforms.clean.frames import numbers, part, parts, texts
from transforms.clean.problems import Row
from transforms.clean.times import instants

ASSIGNING: Final = ("assign_log_entry", "escalate_log_entry")
_KINDS: Final = {
    **dict.fromkeys(ASSIGNING, "assign"),
    "notify_log_entry": "notify",
    "acknowledge_log_entry": "acknowledge",
    "resolve_log_entry": "resolve",
    "trigger_log_entry": "trigger",
}


def read_incidents(rows: Sequence[Row]) -> pd.DataFrame:
    """Incidents: id, title, creation and urgency. An incident itself forgets who was paged.

    Grain: one row per row of `rows`.
    Source: PagerDuty `incidents`.
    """
    return pd.DataFrame(
        {
            "incident_id": texts([row.get("id") for row in rows]),
            "title": texts([row.get("title") or row.get("summary") or "" for row in rows]),
            "created_at": instants([row.get("created_at") for row in rows]),
            "urgency": texts([row.get("urgency") or "high" for row in rows]),
        }
    )


def read_log_entries(rows: Sequence[Row]) -> pd.DataFrame:
    """Log entries that matter, one row per person they name.

    Grain: entry x person; one row without a person where a service acted, or an assignment does not say to whom.
    Missing: entries of unknown types are left out, as PagerDuty asks for.
    Source: PagerDuty `log_entries`.
    """
    flat = [
        (row, kind, user_id)
        for row in rows
        if (kind := _KINDS.get(str(row.get("type"))))
        for user_id in _people(row, kind)
    ]
    return pd.DataFrame(
        {
            "entry_id": texts([row.get("id") for row, _, _ in flat]),
            "incident_id": texts([part(row, "incident").get("id") for row, _, _ in flat]),
            "at": instants([row.get("created_at") for row, _, _ in flat]),
            "kind": texts([kind for _, kind, _ in flat]),
            "user_id": texts([user_id for _, _, user_id in flat]),
            "is_timeout": pd.Series([_is_timeout(row) for row, _, _ in flat], dtype="bool"),
        }
    )


def read_users(rows: Sequence[Row]) -> pd.DataFrame:
    """Users: id and name.

    Source: PagerDuty `users`.
    """
    return pd.DataFrame(
        {
            "user_id": texts([row.get("id") for row in rows]),
            "name": texts([row.get("name") or row.get("summary") for row in rows]),
        }
    )


def read_on_calls(rows: Sequence[Row]) -> pd.DataFrame:
    """Who is on call, from when to when.

    Missing: no start or no end where somebody is always on call.
    Source: PagerDuty `oncalls`.
    """
    people = [part(row, "user") for row in rows]
    return pd.DataFrame(
        {
            "user_id": texts([person.get("id") for person in people]),
            "name": texts([person.get("summary") for person in people]),
            "start_at": instants([row.get("start") for row in rows]),
            "end_at": instants([row.get("end") for row in rows]),
        }
    )


def read_analytics(rows: Sequence[Row]) -> pd.DataFrame:
    """PagerDuty's own account of incidents: seconds from creation to the first acknowledge.

    Grain: one row per incident.
    Missing: no acknowledge.
    Source: PagerDuty `analytics/raw/incidents`.
    """
    return pd.DataFrame(
        {
            "incident_id": texts([row.get("id") for row in rows]),
            "first_acknowledge_seconds": numbers([row.get("seconds_to_first_ack") for row in rows]),
        }
    )


def _people(entry: Row, kind: str) -> list[str | None]:
    if kind == "assign":
        return [person.get("id") for person in parts(entry, "assignees")] or [None]
    actor = part(entry, "user" if kind == "notify" else "agent")
    return [actor.get("id") if str(actor.get("type")).startswith("user") else None]


def _is_timeout(entry: Row) -> bool:
    """Whether nobody decided this: the escalation policy passed the page on."""
    is_escalation = entry["type"] == "escalate_log_entry"
    is_by_person = str(part(entry, "agent").get("type")).startswith("user")
    return part(entry, "channel").get("type") == "timeout" or (is_escalation and not is_by_person)
