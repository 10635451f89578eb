"""Clients that ask the mocks over real HTTP, and the vendors' documents to hold the answers against."""

import json
import random
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx
import jsonschema
import pytest
from jsonschema import Draft202012Validator

from flows.mocks.alertops_server import serve_alertops
from flows.mocks.credentials import ALERTOPS_KEY, JIRA_EMAIL, JIRA_TOKEN, PAGERDUTY_TOKEN, TEMPO_TOKEN
from flows.mocks.http import App, Request, Response, json_response
from flows.mocks.jira_server import serve_jira
from flows.mocks.pagerduty_server import serve_pagerduty
from flows.mocks.tempo_server import serve_tempo
from flows.mocks.world import World
from tests.conftest import NOT_SHARED, SHARED

SPECS = SHARED / "specs"
PLATFORM, SOFTWARE = "jira-platform-v3.2026-06.json", "jira-software.2026-06.json"
PAGERDUTY = "pagerduty-rest.2026-08-14.json"

Json = Any


class Asking:
    """A client that returns the parsed answer, or the response where the test wants to see it whole."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    def get(self, path: str, **params: Any) -> Json:
        # Empty `params` would take the query of `path` away.
        return self.response("GET", path, params=params or None).raise_for_status().json()

    def post(self, path: str, body: object, **params: Any) -> Json:
        return self.response("POST", path, json=body, params=params or None).raise_for_status().json()

    def response(self, method: str, path: str, **keys: Any) -> httpx.Response:
        return self.client.request(method, path, **keys)

    def refusal(self, method: str, path: str, status: int, **keys: Any) -> Json:
        response = self.response(method, path, **keys)
        assert response.status_code == status, response.text
        return response.json()


@contextmanager
def asking_jira(world: World, as_of: datetime, **keys: Any) -> Iterator[Asking]:
    keys.setdefault("auth", (JIRA_EMAIL, JIRA_TOKEN))
    with serve_jira(world, as_of) as url, httpx.Client(base_url=url, trust_env=False, timeout=60, **keys) as client:
        yield Asking(client)


@contextmanager
def asking_pagerduty(world: World, as_of: datetime, **keys: Any) -> Iterator[Asking]:
    keys.setdefault("headers", {"Authorization": f"Token token={PAGERDUTY_TOKEN}"})
    with (
        serve_pagerduty(world, as_of) as url,
        httpx.Client(base_url=url, trust_env=False, timeout=60, **keys) as client,
    ):
        yield Asking(client)


@contextmanager
def asking_tempo(world: World, as_of: datetime, **keys: Any) -> Iterator[Asking]:
    keys.setdefault("headers", {"Authorization": f"Bearer {TEMPO_TOKEN}"})
    with serve_tempo(world, as_of) as url, httpx.Client(base_url=url, trust_env=False, timeout=60, **keys) as client:
        yield Asking(client)


@contextmanager
def asking_alertops(world: World, as_of: datetime, **keys: Any) -> Iterator[Asking]:
    keys.setdefault("headers", {"api-key": ALERTOPS_KEY})
    with (
        serve_alertops(world, as_of) as url,
        httpx.Client(base_url=url, trust_env=False, timeout=60, **keys) as client,
    ):
        yield Asking(client)


@cache
def spec(name: str) -> Mapping[str, Any]:
    """A vendor's OpenAPI document; the test is skipped where there are none."""
    if not SPECS.is_dir():
        pytest.skip(NOT_SHARED)
    return json.loads((SPECS / name).read_text(), object_hook=_as_json_schema)


def _as_json_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """What OpenAPI 3.0 says in other words than JSON Schema.

    `nullable: true` is "null" among the types, and `exclusiveMinimum: true` says how `minimum` is meant.
    """
    if schema.get("nullable") is True and isinstance(schema.get("type"), str):
        schema = {**schema, "type": [schema["type"], "null"]}
    for exclusive, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(schema.get(exclusive), bool):
            is_exclusive = schema[exclusive]
            schema = {name: value for name, value in schema.items() if name != exclusive}
            if is_exclusive and bound in schema:
                schema[exclusive] = schema[bound]
    return schema


def response_schema(name: str, path: str, method: str = "get") -> Mapping[str, Any]:
    """The schema that a vendor's document gives for the answer of an operation."""
    content = spec(name)["paths"][path][method]["responses"]["200"]["content"]["application/json"]
    return content["schema"]


def deviations(name: str, schema: Mapping[str, Any], answer: Json) -> set[tuple[str, str]]:
    """(place with indexes left out, rule broken) for every way in which an answer differs from a schema."""
    validator = Draft202012Validator({**schema, "components": spec(name)["components"]})
    found: set[tuple[str, str]] = set()
    for error in validator.iter_errors(answer):
        found |= _places(error)
    return found


def _places(error: jsonschema.ValidationError) -> set[tuple[str, str]]:
    place = ".".join("[]" if isinstance(step, int) else str(step) for step in error.absolute_path)
    return {(place, str(error.validator))}


# -- servers that hand out the same in other ways --------------------------------------------------------------------


def in_short_pages(app: App, size: int) -> App:
    """The app with pages of at most so many rows, however many a client asks for."""

    def answer(request: Request) -> Response:
        pairs = [(name, _at_most(size, name, text)) for name, text in parse_qsl(request.query_string, True)]
        body = json.loads(request.body) if request.body else None
        if body is not None:
            body = {name: min(size, value) if name in _SIZES else value for name, value in body.items()}
        shorter = replace(
            request, query_string=urlencode(pairs), body=b"" if body is None else json.dumps(body).encode()
        )
        response = app(shorter)
        return _short_list_of_changes(response, size) if "nextPage" in response.body.decode() else response

    return answer


_SIZES = ("maxResults", "limit")


def _at_most(size: int, name: str, text: str) -> str:
    return str(min(size, int(text))) if name in _SIZES else text


def _short_list_of_changes(response: Response, size: int) -> Response:
    """Jira's list of changed worklogs, whose pages nobody can ask to be shorter."""
    content = json.loads(response.body)
    if "lastPage" not in content or len(content["values"]) <= size:
        return response
    values = content["values"][:size]
    until = values[-1]["updatedTime"]
    following = re.sub(r"since=\d+", f"since={until}", content["self"])
    return json_response({**content, "values": values, "until": until, "nextPage": following, "lastPage": False})


def in_another_order(app: App, seed: int) -> App:
    """The app with the rows inside every list whose order means nothing in another order, the same every time."""

    def answer(request: Request) -> Response:
        response = app(request)
        draw = random.Random(f"{seed}|{request.path}|{request.query_string}|{request.body!r}")
        content = _shuffled(json.loads(response.body), draw)
        return replace(response, body=json.dumps(content).encode())

    return answer


# Not the columns of a board, and not its statuses: the last of them means done.
_UNORDERED = frozenset(
    {"issues", "values", "issueChangeLogs", "changeHistories", "items", "closedSprints", "labels", "components"}
    | {"incidents", "log_entries", "assignees", "users", "oncalls", "data", "results", "alerts"}
)


def _shuffled(content: Json, draw: random.Random, name: str = "values") -> Json:
    if isinstance(content, dict):
        return {key: _shuffled(value, draw, key) for key, value in content.items()}
    if isinstance(content, list):
        rows = [_shuffled(row, draw, "") for row in content]
        is_free = name in _UNORDERED or name.startswith("customfield_")
        return draw.sample(rows, len(rows)) if is_free else rows
    return content
