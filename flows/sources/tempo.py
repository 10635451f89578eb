"""Tempo Timesheets Cloud (REST v4): the worklogs dated in a window, with the hours that are billable.

Where Tempo is connected hours come from here alone: Jira lists the same worklogs again, some under another author.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Final

import pandas as pd

from flows.settings.model import TeamConfig
from flows.sources.errors import Gap, PassingError, SourceError
from flows.sources.http import Params, Row, SourceClient
from flows.sources.paging import query_of
from flows.sources.window import Window
from transforms.clean.frames import part, together
from transforms.clean.tempo import read_tempo_worklogs

_WORKLOGS: Final = "/worklogs"
_VERSION: Final = "/4"
_PAGE: Final = 1000
# Worklogs go by their author's own day, which begins up to 14 hours before UTC's and ends up to 12 hours after it.
_EARLIEST_ZONE: Final = timedelta(hours=14)
_LATEST_ZONE: Final = timedelta(hours=12)


@dataclass(frozen=True)
class TempoRead:
    """What Tempo answered: each worklog once (`read_tempo_worklogs`), everybody's.

    The list by date is complete: what Tempo no longer lists under a day is not there any more, be it deleted or moved
    to another day. Deletions are reported nowhere else. So the days of a window are always read in whole;
    `updatedFrom`, which would leave out what did not change, is not used.
    """

    worklogs: pd.DataFrame
    counts: dict[str, int]
    gaps: tuple[Gap, ...]


def fetch_tempo(client: SourceClient, window: Window, _: TeamConfig) -> TempoRead:
    """Everything that billable share needs from Tempo for a window.

    The base address may end in the version (`/4`) or leave it out.
    Errors: SourceError; nothing half-read is handed over.
    """
    first = (window.since.astimezone(UTC) - _LATEST_ZONE).date()
    last = (window.until.astimezone(UTC) + _EARLIEST_ZONE).date()
    frames: list[pd.DataFrame] = []
    announced = received = 0
    for rows, count in _pages(client, [("from", f"{first}"), ("to", f"{last}"), ("limit", _PAGE)]):
        frames.append(read_tempo_worklogs(rows))
        announced += max(count, len(rows))
        received += len(rows)
    read = together(frames, read_tempo_worklogs([]))
    # A worklog entered meanwhile moves others to the next page, where they come again. Those without id are told later.
    is_again = read["worklog_id"].notna() & read.duplicated("worklog_id", keep="last")
    worklogs = read[~is_again].reset_index(drop=True)
    return TempoRead(worklogs, {"worklogs": len(worklogs)}, _gaps(announced, received))


def _gaps(announced: int, received: int) -> tuple[Gap, ...]:
    if received >= announced:
        return ()
    sentence = (
        f"Hours incomplete: {announced - received} of {announced} worklogs that Tempo counted were not handed over. "
        "The next run tries again; if it stays, give the token's owner the permission to view all worklogs."
    )
    return (Gap(frozenset({"billable"}), sentence),)


def _pages(client: SourceClient, params: Params) -> Iterator[tuple[list[Row], int]]:
    """Rows of each page, and how many Tempo says they are, to the page that names no next one."""
    path, page = _first_page(client, params)
    seen: set[str] = set()
    while True:
        rows = client.rows(page, "results", path)
        metadata = part(page, "metadata")
        following = query_of(str(metadata.get("next") or ""))
        ids = {str(row.get("tempoWorklogId")) for row in rows}
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
