"""The vendors' ways of handing out a list in pages. A list that never ends is an error, not a hang."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

from flows.sources.http import Params, Row, SourceClient

T = TypeVar("T")


def offset_pages(
    client: SourceClient,
    path: str,
    params: Params,
    key: str,
    size: int,
    on_short: Callable[[int, int], None] | None = None,
) -> Iterator[list[Row]]:
    """Pages of a list by `startAt`; servers may hand out fewer rows than asked for.

    The list ends where `total` rows have come, else at `isLast`, else with an empty page. `on_short` is told when fewer
    rows came than `total` announced.
    """
    seen = _Seen(client, path)
    start, total = 0, None
    while True:
        page = client.get(path, [*params, ("maxResults", size), ("startAt", start)])
        rows = client.rows(page, key, path)
        yield rows
        start += len(rows)
        total = page.get("total") if isinstance(page.get("total"), int) else total
        is_over = start >= total if total is not None else page.get("isLast") is True
        if is_over or not rows:
            break
        seen.once(json.dumps(rows[0], sort_keys=True))
    if on_short is not None and total is not None and start < total:
        on_short(total, start)


def token_pages(client: SourceClient, path: str, params: Params, key: str, size: int) -> Iterator[list[Row]]:
    """Pages of a list by `nextPageToken`, which the last page lacks."""
    seen = _Seen(client, path)
    token: Params = []
    while True:
        page = client.get(path, [*params, ("maxResults", size), *token])
        yield client.rows(page, key, path)
        following = _following(page)
        if following is None:
            return
        token = [("nextPageToken", seen.once(following))]


def body_pages(client: SourceClient, path: str, body: Mapping[str, Any], key: str) -> Iterator[list[Row]]:
    """Pages of a POST call that is paged by `nextPageToken` in its body."""
    seen = _Seen(client, path)
    token: Row = {}
    while True:
        page = client.post(path, {**body, **token})
        yield client.rows(page, key, path)
        following = _following(page)
        if following is None:
            return
        token = {"nextPageToken": seen.once(following)}


def query_of(link: str) -> Params:
    """The query of a link to a next page. Only that is used: the path is known, and no token goes to another host."""
    return parse_qsl(urlsplit(link).query, keep_blank_values=True)


def _following(page: Row) -> str | None:
    token = page.get("nextPageToken")
    return None if page.get("isLast") is True or not token else str(token)


class _Seen:
    """What has told the pages apart so far: a list that leads back to one of them would never end."""

    def __init__(self, client: SourceClient, path: str) -> None:
        self._client, self._path = client, path
        self._marks: set[str] = set()

    def once(self, mark: str) -> str:
        if mark in self._marks:
            what = f"{self._path}: the next page is one that was read before"
            raise self._client.error(what, "a list that ends", "Run again later; if it stays, ask the vendor.")
        self._marks.add(mark)
        return mark


def batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The items in parts of a size, the last as long as it is."""
    return (items[start : start + size] for start in range(0, len(items), size))
