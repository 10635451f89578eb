"""PagerDuty: incidents created in a window and everything that happened to them.

Response times come from log entries, which say who was paged and who acknowledged; an incident forgets both when it is
resolved.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from flows.settings.model import TeamConfig
from flows.sources.http import Params, SourceClient
from flows.sources.window import Window, utc_text

Row = dict[str, Any]

# An incident that begins on the eve of the window is acknowledged in it, and the first Monday begins before the window
# does for who lives east of the organisation's zone.
_LOOK_BACK = timedelta(days=7)
# PagerDuty answers no range longer than six months, and no row beyond the 10,000th.
_LONGEST_RANGE = timedelta(days=170)
_MOST_ROWS = 9_900
_PAGE = 100
_OF_SOMEONE = ("assign_log_entry", "escalate_log_entry", "acknowledge_log_entry")


@dataclass(frozen=True)
class PagerDutyPayload:
    """What PagerDuty answered, as received: each incident, log entry and user once, oldest first, users by id.

    Every incident has its log from its beginning. Incidents from before the window are among them if someone on the
    roster was paged for them, or acknowledged them, in the window.
    """

    incidents: list[Row]
    log_entries: list[Row]
    users: list[Row]
    counts: dict[str, int]

    @property
    def is_complete(self) -> bool:
        """Everything that PagerDuty counted was handed over."""
        kinds = ("incidents", "log_entries")
        return all(self.counts[f"{kind}_received"] >= self.counts[f"{kind}_announced"] for kind in kinds)


@dataclass(frozen=True)
class _List:
    """A list that PagerDuty keeps: its path, the key of its rows, and what to ask for."""

    path: str
    key: str
    params: Params = ()


@dataclass(frozen=True)
class _Answer:
    """Rows that came, and how many PagerDuty said there are."""

    rows: list[Row]
    announced: int

    def __add__(self, other: "_Answer") -> "_Answer":
        return _Answer(self.rows + other.rows, self.announced + other.announced)


_USERS = _List("/users", "users")
_INCIDENTS = _List(
    "/incidents",
    "incidents",
    [
        *(("statuses[]", status) for status in ("triggered", "acknowledged", "resolved")),
        ("sort_by", "created_at:asc"),
        ("time_zone", "UTC"),
    ],
)
_FULL_LOG: Params = [("is_overview", "false"), ("time_zone", "UTC")]
_LOG_ENTRIES = _List("/log_entries", "log_entries", _FULL_LOG)


def fetch_pagerduty(client: SourceClient, window: Window, config: TeamConfig) -> PagerDutyPayload:
    """Everything that incident response needs from PagerDuty for a window.

    Errors: SourceError; nothing half-read is handed over.
    """
    users = _by_id(_pages(client, _USERS).rows)
    eve = window.since - _LOOK_BACK
    listed = _history(client, _INCIDENTS, eve, window.until)
    logged = _history(client, _LOG_ENTRIES, eve, window.until)
    incidents, entries = _by_id(listed.rows), _by_id(logged.rows)
    for incident_id in _older_incidents(logged.rows, incidents, window, config):
        incidents[incident_id] = client.get(f"/incidents/{incident_id}")["incident"]
        whole_log = _List(f"/incidents/{incident_id}/log_entries", "log_entries", _FULL_LOG)
        entries |= _by_id(_pages(client, whole_log).rows)
    return PagerDutyPayload(
        incidents=_oldest_first(incidents),
        log_entries=_oldest_first(entries),
        users=[users[user_id] for user_id in sorted(users)],
        counts={
            "incidents_announced": listed.announced,
            "incidents_received": len(listed.rows),
            "log_entries_announced": logged.announced,
            "log_entries_received": len(logged.rows),
        },
    )


def _older_incidents(entries: Iterable[Row], known: Mapping[str, Row], window: Window, config: TeamConfig) -> list[str]:
    """Incidents from before the look-back that someone on the roster was paged for, or acknowledged, in the window."""
    roster = {engineer.pagerduty_user_id for engineer in config.engineers if engineer.pagerduty_user_id}
    return sorted(
        {
            entry["incident"]["id"]
            for entry in entries
            if entry["type"] in _OF_SOMEONE
            and entry["incident"]["id"] not in known
            and datetime.fromisoformat(entry["created_at"]) >= window.since
            and roster & _people(entry)
        }
    )


def _people(entry: Row) -> set[str]:
    return {person["id"] for person in [*(entry.get("assignees") or []), entry.get("agent")] if person}


def _history(client: SourceClient, what: _List, since: datetime, until: datetime) -> _Answer:
    """Rows of a span of any length, asked for in ranges that PagerDuty answers."""
    answer = _Answer([], 0)
    while since < until:
        end = min(since + _LONGEST_RANGE, until)
        answer += _range(client, what, since, end)
        since = end
    return answer


def _range(client: SourceClient, what: _List, since: datetime, until: datetime) -> _Answer:
    """Rows of one range, in halves where it holds more rows than PagerDuty pages through."""
    bounds: Params = [("since", utc_text(since)), ("until", utc_text(until))]
    answer = _pages(client, replace(what, params=[*bounds, *what.params]))
    if answer.announced <= _MOST_ROWS:
        return answer
    middle = (since + (until - since) / 2).replace(microsecond=0)
    if not since < middle < until:
        found = f"{what.path} holds {answer.announced} rows within one second"
        raise client.error(found, f"at most {_MOST_ROWS}", "Ask PagerDuty how such a burst can be listed.")
    return _range(client, what, since, middle) + _range(client, what, middle, until)


def _pages(client: SourceClient, what: _List) -> _Answer:
    """Rows of a list, to its end; given up at once where there are more than PagerDuty pages through."""
    rows: list[Row] = []
    while True:
        page = client.get(what.path, [*what.params, ("limit", _PAGE), ("offset", len(rows)), ("total", "true")])
        rows += page[what.key]
        announced = max(page.get("total") or 0, len(rows))
        if not page.get("more") or not page[what.key] or announced > _MOST_ROWS:
            return _Answer(rows, announced)


def _by_id(rows: Iterable[Row]) -> dict[str, Row]:
    return {row["id"]: row for row in rows}


def _oldest_first(rows: Mapping[str, Row]) -> list[Row]:
    return sorted(rows.values(), key=lambda row: (row["created_at"], row["id"]))
