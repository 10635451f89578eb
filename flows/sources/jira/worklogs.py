"""Worklogs entered, edited or deleted since a window began."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any, Final, TypeAlias

import numpy as np
import pandas as pd

from flows.settings.model import TeamConfig
from flows.sources.errors import Gap
from flows.sources.http import Params, Row, SourceClient
from flows.sources.paging import batches, query_of
from flows.sources.window import Window
from transforms.clean.frames import gathered
from transforms.clean.jira_rows import read_worklogs

Ids: TypeAlias = "np.ndarray[Any, np.dtype[np.int64]]"

# East of the organisation's zone the first Monday begins before the window does.
_EVE: Final = timedelta(days=1)
_IDS_A_REQUEST: Final = 1000


def changed_worklogs(client: SourceClient, window: Window, config: TeamConfig) -> tuple[pd.DataFrame, Ids, list[Gap]]:
    """Worklogs changed since the window began, ids of those deleted since, and what is missing.

    Deletions are asked for last: a worklog deleted meanwhile is announced and no longer handed over.
    """
    announced = _changed_ids(client, "/rest/api/3/worklog/updated", window)
    params: Params = [("expand", "properties")] if _wants_properties(config) else []
    listed = partial(_worklogs_by_id, client, params)
    whole = gathered(client.in_order(listed, batches(announced.tolist(), _IDS_A_REQUEST)), read_worklogs)
    deleted = _changed_ids(client, "/rest/api/3/worklog/deleted", window)
    numbers = pd.to_numeric(whole["worklog_id"], errors="coerce").fillna(-1).astype("int64")
    missing = np.setdiff1d(announced, np.concatenate([deleted, numbers]))
    kept = whole[~numbers.isin(deleted)].reset_index(drop=True)
    return kept, deleted, _missing_hours(missing, announced.size)


def no_worklogs() -> tuple[pd.DataFrame, Ids, list[Gap]]:
    """What `changed_worklogs` returns where hours come from elsewhere."""
    return read_worklogs([]), np.array([], dtype=np.int64), []


def _missing_hours(missing: Ids, announced: int) -> list[Gap]:
    if not missing.size:
        return []
    first = ", ".join(str(number) for number in missing[:5])
    sentence = (
        f"Hours incomplete: {missing.size} of {announced} worklogs that Jira announced were not handed over (the first "
        f"ids: {first}). Give the token's user permission to see all worklogs, those with a restricted visibility too."
    )
    return [Gap(frozenset({"billable"}), sentence)]


def _changed_ids(client: SourceClient, path: str, window: Window) -> Ids:
    """Ids of worklogs changed since the window began, each once, in order.

    A page that calls itself the last is taken at its word only when the next one, if there is a link to it, brings
    nothing new: hours that are lost here are missed by nobody.
    """
    pages: list[Ids] = [np.array([], dtype=np.int64)]
    since = int((window.since - _EVE).timestamp() * 1000)
    while True:
        page = client.get(path, [("since", since)])
        rows = client.with_id(client.rows(page, "values", path), path, "worklogId")
        ids = np.array([int(row["worklogId"]) for row in rows], dtype=np.int64)
        following = _next_since(page, since)
        is_over = page.get("lastPage") is True and (following is None or bool(np.isin(ids, pages[-1]).all()))
        pages.append(ids)
        if is_over or not page.get("nextPage"):
            return np.unique(np.concatenate(pages))
        if following is None:
            what = f"GET {path}: the next page begins where this one does"
            raise client.error(what, "progress", "Run again later; if it stays, ask the vendor.")
        since = following


def _next_since(page: Row, since: int) -> int | None:
    """Where the next page begins: a millisecond early, for worklogs of that very millisecond may lie on both sides.

    None where the link leads no further.
    """
    following = str(dict(query_of(str(page.get("nextPage") or ""))).get("since", ""))
    if not following.isdigit() or int(following) <= since:
        return None
    return max(since + 1, int(following) - 1)


def _worklogs_by_id(client: SourceClient, params: Params, ids: Sequence[int]) -> list[Row]:
    return client.post_list("/rest/api/3/worklog/list", {"ids": list(ids)}, params)


def _wants_properties(config: TeamConfig) -> bool:
    return any(rule.kind == "worklog_property" for rule in config.metrics.billable.rules)
