"""Lists in pages are read to their end, and a list without an end is an error."""

import httpx
import pytest
from pydantic import SecretStr

from flows.settings.connections import Connection
from flows.sources.errors import SourceError
from flows.sources.http import Patience, open_client
from flows.sources.paging import batches, body_pages, offset_pages, query_of, token_pages

NO_WAIT = Patience(attempts=1, first_wait=0.0, longest_wait=0.0, jitter=0.0, total=5.0)


def client_of(answer):
    connection = Connection("https://demo.example", SecretStr("t"))
    handler = httpx.MockTransport(lambda request: httpx.Response(200, json=answer(request)))
    return open_client("jira", connection, lambda _: None, handler, NO_WAIT)


def rows_of(count):
    return [{"id": number} for number in range(count)]


def offset_server(count, size, **more):
    """Pages of `size`, whatever is asked for; `more` is said on every page."""

    def answer(request):
        start = int(request.url.params["startAt"])
        page = {"values": rows_of(count)[start : start + size]}
        return page | {key: value(start, size, count) if callable(value) else value for key, value in more.items()}

    return answer


def read_by_offset(answer, on_short=None):
    with client_of(answer) as client:
        return [row["id"] for rows in offset_pages(client, "/x", [], "values", 50, on_short) for row in rows]


@pytest.mark.parametrize(
    "more",
    [
        {"total": lambda start, size, count: count},
        {"isLast": lambda start, size, count: start + size >= count},
        {},  # neither: to the first empty page
        {"isLast": True, "total": lambda start, size, count: count},  # a lie: the count says otherwise
    ],
)
def test_a_list_by_offset_is_read_to_its_end(more):
    assert read_by_offset(offset_server(7, 3, **more)) == list(range(7))


def test_fewer_rows_than_announced_are_told():
    told = []
    read_by_offset(offset_server(7, 3, total=9), lambda announced, received: told.append((announced, received)))
    assert told == [(9, 7)]


def test_a_server_that_ignores_where_a_page_begins_is_an_error():
    with pytest.raises(SourceError, match="the next page is one that was read before"):
        read_by_offset(lambda _: {"values": rows_of(3), "isLast": False})


@pytest.mark.parametrize("last", [{"isLast": True}, {"nextPageToken": None}, {"nextPageToken": ""}, {}])
def test_a_list_by_token_ends_without_a_token(last):
    def answer(request):
        is_second = request.url.params.get("nextPageToken") == "b"
        return {"issues": rows_of(1), **last} if is_second else {"issues": rows_of(2), "nextPageToken": "b"}

    with client_of(answer) as client:
        assert [len(rows) for rows in token_pages(client, "/x", [], "issues", 50)] == [2, 1]


def test_a_token_that_comes_again_is_an_error():
    with client_of(lambda _: {"issues": [], "nextPageToken": "a"}) as client:
        with pytest.raises(SourceError, match="read before"):
            list(token_pages(client, "/x", [], "issues", 50))
        with pytest.raises(SourceError, match="read before"):
            list(body_pages(client, "/x", {}, "issues"))


def test_of_a_link_only_the_query_is_used():
    assert query_of("https://elsewhere.example/4/worklogs?from=2026-11-02&offset=50&x=") == [
        ("from", "2026-11-02"),
        ("offset", "50"),
        ("x", ""),
    ]


def test_batches_hold_everything_once():
    assert [list(part) for part in batches(range(7), 3)] == [[0, 1, 2], [3, 4, 5], [6]]
    assert list(batches([], 3)) == []
