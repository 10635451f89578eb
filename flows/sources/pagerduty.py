"""PagerDuty: incidents created in a window and everything that happened to them.

Response times come from log entries, which say who was paged and who acknowledged; an incident forgets both when it is
resolved. Pages become flat frames as they come.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import pandas as pd

from flows.settings.model import TeamConfig
from flows.sources.errors import Gap, SourceError
from flows.sources.http import Params, Row, SourceClient
from flows.sources.window import Window, utc_text
from transforms.clean.frames import together
from transforms.clean.pagerduty_rows import read_analytics, read_incidents, read_log_entries, read_on_calls, read_users

# An incident that begins on the eve of the window is acknowledged in it, and the first Monday begins before the window
# does for who lives east of the organisation's zone.
_LOOK_BACK: Final = timedelta(days=7)
# PagerDuty answers no range longer than six months, and no row beyond the 10,000th.
_LONGEST_RANGE: Final = timedelta(days=170)
_MOST_ROWS: Final = 9_900
_PAGE: Final = 100
_ANALYTICS_PAGE: Final = 1000
# PagerDuty's own analytics lag behind by up to a day.
_ANALYTICS_LAG: Final = timedelta(days=1)
_NOT_FOR_US: Final = (400, 402, 403, 404)


@dataclass(frozen=True)
class PagerDutyRead:
    """What PagerDuty answered: each incident, log entry and user once.

    Every incident has its log from its beginning. Incidents from before the window are among them if someone on the
    roster was paged for them, or acknowledged them, in the window. `analytics` is empty unless it was asked for and the
    plan has it.
    """

    incidents: pd.DataFrame
    log_entries: pd.DataFrame
    users: pd.DataFrame
    on_calls: pd.DataFrame
    analytics: pd.DataFrame
    counts: dict[str, int]
    gaps: tuple[Gap, ...]


@dataclass(frozen=True)
class _List:
    """A list that PagerDuty keeps: its path, the key of its rows, what to ask for, and how a page becomes a frame."""

    path: str
    key: str
    read: Callable[[Sequence[Row]], pd.DataFrame]
    params: Params = ()


@dataclass(frozen=True)
class _Answer:
    """Rows that came, how many there were, and how many PagerDuty said there are. `is_cut`: more than it pages."""

    rows: pd.DataFrame
    received: int
    announced: int
    is_cut: bool = False

    def __add__(self, other: "_Answer") -> "_Answer":
        received, announced = self.received + other.received, self.announced + other.announced
        return _Answer(together([self.rows, other.rows], self.rows), received, announced)


_USERS: Final = _List("/users", "users", read_users)
_ON_CALLS: Final = _List("/oncalls", "oncalls", read_on_calls, [("time_zone", "UTC")])
_INCIDENTS: Final = _List(
    "/incidents",
    "incidents",
    read_incidents,
    [
        *(("statuses[]", status) for status in ("triggered", "acknowledged", "resolved")),
        ("sort_by", "created_at:asc"),
        ("time_zone", "UTC"),
    ],
)
_FULL_LOG: Params = [("is_overview", "false"), ("time_zone", "UTC")]
_LOG_ENTRIES: Final = _List("/log_entries", "log_entries", read_log_entries, _FULL_LOG)


def fetch_pagerduty(client: SourceClient, window: Window, config: TeamConfig) -> PagerDutyRead:
    """Everything that incident response needs from PagerDuty for a window.

    Errors: SourceError; nothing half-read is handed over.
    """
    users = read_all_users(client)
    eve = window.since - _LOOK_BACK
    listed = _history(client, _INCIDENTS, eve, window.until)
    logged = _history(client, _LOG_ENTRIES, eve, window.until)
    incidents = _once([listed.rows], ["incident_id"])
    entries = _once([logged.rows], ["entry_id", "user_id"])
    older, their_log = _older(client, _older_incidents(entries, incidents, window, config))
    return PagerDutyRead(
        incidents=_once([incidents, older], ["incident_id"]),
        log_entries=_once([entries, their_log], ["entry_id", "user_id"]),
        users=users,
        on_calls=read_whole_rota(client, window),
        analytics=_analytics(client, window) if config.sources.pagerduty.analytics_check else read_analytics([]),
        counts={
            "incidents_announced": listed.announced,
            "incidents_received": listed.received,
            "log_entries_announced": logged.announced,
            "log_entries_received": logged.received,
        },
        gaps=(*_gap("incidents", listed), *_gap("log entries", logged)),
    )


def read_all_users(client: SourceClient) -> pd.DataFrame:
    """Every user that the key may see (`read_users`), each once, by id."""
    users = _once([_pages(client, _USERS).rows], ["user_id"])
    return users.sort_values("user_id", ignore_index=True)


def read_whole_rota(client: SourceClient, window: Window) -> pd.DataFrame:
    """Who is on call in the window (`read_on_calls`); nobody where the key may not ask."""
    try:
        return _history(client, _ON_CALLS, window.since, window.until).rows
    except SourceError as error:
        if error.status in _NOT_FOR_US:
            return read_on_calls([])
        raise


def _gap(what: str, answer: _Answer) -> list[Gap]:
    if answer.received >= answer.announced:
        return []
    sentence = (
        f"Calls incomplete: {answer.announced - answer.received} of {answer.announced} {what} that PagerDuty counted "
        "were not handed over. The next run tries again; if it stays, ask PagerDuty."
    )
    return [Gap(frozenset({"response"}), sentence)]


def _older_incidents(entries: pd.DataFrame, known: pd.DataFrame, window: Window, config: TeamConfig) -> list[str]:
    """Incidents from before the look-back that someone on the roster was paged for, or acknowledged, in the window."""
    roster = [engineer.pagerduty_user_id for engineer in config.engineers if engineer.pagerduty_user_id]
    is_theirs = entries["kind"].isin(["assign", "acknowledge"]) & entries["user_id"].isin(roster)
    is_old = ~entries["incident_id"].isin(known["incident_id"]) & (entries["at"] >= pd.Timestamp(window.since))
    return sorted(entries.loc[is_theirs & is_old, "incident_id"].dropna().unique())


def _older(client: SourceClient, ids: Sequence[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Incidents by id, and their logs from the beginning."""
    found = [client.get(f"/incidents/{incident_id}").get("incident") or {} for incident_id in ids]
    paths = [f"/incidents/{incident_id}/log_entries" for incident_id in ids]
    logs = [_pages(client, _List(path, "log_entries", read_log_entries, _FULL_LOG)).rows for path in paths]
    return read_incidents(found), together(logs, read_log_entries([]))


def _history(client: SourceClient, what: _List, since: datetime, until: datetime) -> _Answer:
    """Rows of a span of any length, asked for in ranges that PagerDuty answers."""
    answer = _Answer(what.read([]), 0, 0)
    while since < until:
        end = min(since + _LONGEST_RANGE, until)
        answer += _range(client, what, since, end)
        since = end
    return answer


def _range(client: SourceClient, what: _List, since: datetime, until: datetime) -> _Answer:
    """Rows of one range, in halves where it holds more rows than PagerDuty pages through."""
    bounds: Params = [("since", utc_text(since)), ("until", utc_text(until))]
    answer = _pages(client, replace(what, params=[*bounds, *what.params]))
    if not answer.is_cut:
        return answer
    middle = (since + (until - since) / 2).replace(microsecond=0)
    if not since < middle < until:
        found = f"{what.path} holds {answer.announced} rows within one second"
        raise client.error(found, f"at most {_MOST_ROWS}", "Ask PagerDuty how such a burst can be listed.")
    return _range(client, what, since, middle) + _range(client, what, middle, until)


def _pages(client: SourceClient, what: _List) -> _Answer:
    """Rows of a list, to its end; given up at once where there are more than PagerDuty pages through."""
    waiting: list[Row] = []
    received = 0
    while True:
        page = client.get(what.path, [*what.params, ("limit", _PAGE), ("offset", received), ("total", "true")])
        rows = client.rows(page, what.key, what.path)
        waiting += rows
        received += len(rows)
        total = page.get("total")
        announced = max(total, received) if isinstance(total, int) else received
        # A page may hold fewer rows than asked for; some servers say only by `total` that there are more.
        has_more = bool(page.get("more")) or received < announced
        if announced > _MOST_ROWS or (has_more and received + _PAGE > _MOST_ROWS):
            return _Answer(what.read([]), received, announced, is_cut=True)
        if not has_more or not rows:
            return _Answer(what.read(waiting), received, announced)


def _analytics(client: SourceClient, window: Window) -> pd.DataFrame:
    """PagerDuty's own account of the window's incidents (`read_analytics`); nothing where the plan has none."""
    until = window.until - _ANALYTICS_LAG
    filters = {"created_at_start": utc_text(window.since), "created_at_end": utc_text(until)}
    body: Row = {
        "filters": filters,
        "limit": _ANALYTICS_PAGE,
        "order": "asc",
        "order_by": "created_at",
        "time_zone": "Etc/UTC",
    }
    path, waiting, last = "/analytics/raw/incidents", list[Row](), ""
    try:
        while until > window.since:
            page = client.post(path, {**body, **({"starting_after": last} if last else {})})
            rows = client.rows(page, "data", path)
            waiting += rows
            following = str(page.get("last") or "")
            if not page.get("more") or not rows or following in ("", last):
                break
            last = following
    except SourceError as error:
        if error.status not in _NOT_FOR_US:
            raise
        return read_analytics([])
    return read_analytics(waiting)


def _once(frames: Sequence[pd.DataFrame], key: Sequence[str]) -> pd.DataFrame:
    return together(frames, frames[0]).drop_duplicates(list(key), keep="last", ignore_index=True)
