"""Tempo Timesheets Cloud (REST v4): the worklogs dated in a window, with the hours that are billable, and schedules.

Where Tempo is connected hours come from here alone: Jira lists the same worklogs again, some under another author.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, timedelta
from typing import Final
from urllib.parse import quote

import pandas as pd

from flows.settings.model import TeamConfig
from flows.sources.errors import Gap, PassingError, SourceError
from flows.sources.http import Params, Row, SourceClient
from flows.sources.paging import query_of
from flows.sources.window import Window
from transforms.clean.frames import part, together
from transforms.clean.tempo import read_tempo_worklogs
from transforms.clean.tempo_schedule import LEAVE_METRICS, read_schedule_days

_WORKLOGS: Final = "/worklogs"
_SCHEDULE: Final = "/user-schedule"
_VERSION: Final = "/4"
_PAGE: Final = 1000
# Worklogs go by their author's own day, which begins up to 14 hours before UTC's and ends up to 12 hours after it.
_EARLIEST_ZONE: Final = timedelta(hours=14)
_LATEST_ZONE: Final = timedelta(hours=12)
_REFUSED: Final = (401, 403)


@dataclass(frozen=True)
class TempoRead:
    """What Tempo answered: each worklog once (`read_tempo_worklogs`), everybody's, and schedules.

    The list by date is complete: what Tempo no longer lists under a day is not there any more, be it deleted or moved
    to another day. Deletions are reported nowhere else. So the days of a window are always read in whole;
    `updatedFrom`, which would leave out what did not change, is not used.

    `version`: what stands before the paths of this address, "" or `/4`. `schedule` (`read_schedule_days`): the days of
    the window of everybody on the roster whom Tempo knows; None where it was not asked for, or refused.
    `gaps` are about worklogs, `schedule_gaps` about schedules: without them the worklogs are as good as ever.
    """

    worklogs: pd.DataFrame
    counts: dict[str, int]
    gaps: tuple[Gap, ...]
    version: str
    schedule: pd.DataFrame | None = None
    schedule_gaps: tuple[Gap, ...] = ()


def fetch_tempo(client: SourceClient, window: Window, config: TeamConfig) -> TempoRead:
    """Everything that billable share needs from Tempo for a window, and the days off that its schedules know.

    The schedules cost one request for each engineer employed in the window; `sources.tempo.schedule` turns them off.
    The base address may end in the version (`/4`) or leave it out.
    Errors: SourceError for worklogs; nothing half-read is handed over.
    """
    read = fetch_worklogs(client, window)
    if not config.sources.tempo.schedule:
        return read
    first, last = days_of(window)
    accounts = [
        engineer.jira_account_id
        for engineer in config.engineers
        if engineer.jira_account_id and engineer.employed_from <= last and first <= (engineer.employed_to or last)
    ]
    schedule, gaps = fetch_schedules(client, read.version, accounts, window)
    return replace(read, schedule=schedule, schedule_gaps=gaps)


def fetch_worklogs(client: SourceClient, window: Window) -> TempoRead:
    """The worklogs alone. Errors: as `fetch_tempo`."""
    first = (window.since.astimezone(UTC) - _LATEST_ZONE).date()
    last = (window.until.astimezone(UTC) + _EARLIEST_ZONE).date()
    frames: list[pd.DataFrame] = []
    announced = received = 0
    path, page = _first_page(client, [("from", f"{first}"), ("to", f"{last}"), ("limit", _PAGE)])
    for rows, count in _pages(client, path, page, "tempoWorklogId"):
        frames.append(read_tempo_worklogs(rows))
        announced += max(count, len(rows))
        received += len(rows)
    read = together(frames, read_tempo_worklogs([]))
    # A worklog entered meanwhile moves others to the next page, where they come again. Those without id are told later.
    is_again = read["worklog_id"].notna() & read.duplicated("worklog_id", keep="last")
    worklogs = read[~is_again].reset_index(drop=True)
    gaps = _gaps(announced, received)
    return TempoRead(worklogs, {"worklogs": len(worklogs)}, gaps, path.removesuffix(_WORKLOGS))


def days_of(window: Window) -> tuple[date, date]:
    """The first and the last day that a window holds, by its own clock."""
    return window.since.date(), (window.until - timedelta.resolution).date()


def fetch_schedules(
    client: SourceClient, version: str, accounts: Sequence[str], window: Window
) -> tuple[pd.DataFrame | None, tuple[Gap, ...]]:
    """The schedules of some accounts over the days of a window; whom Tempo does not know is not among them.

    One refusal is an answer for all: the token may view everybody's schedule or nobody's.
    """
    first, last = days_of(window)
    frames = []
    for account in accounts:
        path = f"{version}{_SCHEDULE}/{quote(account, safe=':')}"
        try:
            page = client.get(path, [("from", f"{first}"), ("to", f"{last}")])
            rows = [row for rows, _ in _pages(client, path, page, "date") for row in rows]
        except SourceError as error:
            if error.status == 404:
                continue
            return None, (_no_schedules(error),)
        frames.append(read_schedule_days(account, rows))
    if accounts and not frames:
        return None, (_NOWHERE,)
    return together(frames, read_schedule_days("", [])), ()


_NO_DAYS_OFF: Final = "so days off that only Tempo knows are not taken off the available hours"
_TURN_OFF: Final = "or set sources.tempo.schedule to false in the config if leave.csv holds all leave."
_NOWHERE: Final = Gap(
    frozenset(LEAVE_METRICS),
    f"Leave incomplete: Tempo shows the schedule of no engineer, {_NO_DAYS_OFF}. Check that the token's owner may view "
    f"workload and holiday schemes, {_TURN_OFF}",
)


def _no_schedules(error: SourceError) -> Gap:
    """The sentence names nobody, though the request did."""
    if error.status in _REFUSED:
        sentence = (
            f"Leave incomplete: Tempo refuses to show the schedules of engineers, {_NO_DAYS_OFF}. Give the token's "
            f"owner the permission to view workload and holiday schemes, {_TURN_OFF}"
        )
    else:
        sentence = (
            f"Leave incomplete: Tempo did not tell the schedules of engineers, {_NO_DAYS_OFF}. The next run tries "
            f"again; if it stays, ask `tenfour doctor`, {_TURN_OFF}"
        )
    return Gap(frozenset(LEAVE_METRICS), sentence)


def _gaps(announced: int, received: int) -> tuple[Gap, ...]:
    if received >= announced:
        return ()
    sentence = (
        f"Hours incomplete: {announced - received} of {announced} worklogs that Tempo counted were not handed over. "
        "The next run tries again; if it stays, give the token's owner the permission to view all worklogs."
    )
    return (Gap(frozenset({"billable"}), sentence),)


def _pages(client: SourceClient, path: str, page: Row, key: str) -> Iterator[tuple[list[Row], int]]:
    """Rows of each page, and how many Tempo says they are, from the first to the page that names no next one.

    `key` tells the rows apart: a page that brings none that is new is not the next one.
    """
    seen: set[str] = set()
    while True:
        rows = client.rows(page, "results", path)
        metadata = part(page, "metadata")
        following = query_of(str(metadata.get("next") or ""))
        ids = {str(row.get(key)) for row in rows}
        if (rows or following) and ids <= seen:
            what = f"GET {path}: a page brings nothing that was not read before"
            raise client.error(what, "a list that ends", "Run again later; if it stays, ask Tempo.")
        seen |= ids
        count, limit = metadata.get("count"), metadata.get("limit")
        # A count beyond the limit cannot be the page's own.
        is_total = isinstance(count, int) and isinstance(limit, int) and count > limit
        yield rows, count if isinstance(count, int) and not is_total else len(rows)
        if not metadata.get("next"):
            return
        if not following:
            what = f'GET {path}: the link to the next page asks for nothing ("{metadata["next"]}")'
            raise client.error(what, "a link with a query", "Run again later; if it stays, ask Tempo.")
        page = client.get(path, following)


def _first_page(client: SourceClient, params: Params) -> tuple[str, Row]:
    """The path of worklogs below the base address, and what it answers. Errors: as `client.get`."""
    try:
        return _WORKLOGS, client.get(_WORKLOGS, params)
    except SourceError as error:
        if not _is_elsewhere(error):
            raise
        no_such_path = error
    path = _VERSION + _WORKLOGS
    try:
        return path, client.get(path, params)
    except SourceError as error:
        if not _is_elsewhere(error):
            raise
    raise client.error(no_such_path.what, "worklogs", _ADDRESS, no_such_path.status)


_ADDRESS = "Check the address of Tempo: https://api.tempo.io/4, or the one that Tempo shows for your region."


def _is_elsewhere(error: SourceError) -> bool:
    """Whether it may be the path that was wrong: nothing there, a web page, or, read again, nothing recorded."""
    return not isinstance(error, PassingError) and error.status in (404, None)
