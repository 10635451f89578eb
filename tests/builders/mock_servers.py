"""Clients that ask the mocks over real HTTP, and the vendors' documents to hold the answers against."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import Any

import httpx
import jsonschema
import pytest
from jsonschema import Draft202012Validator

from flows.mocks.alertops_server import serve_alertops
from flows.mocks.credentials import ALERTOPS_KEY, JIRA_EMAIL, JIRA_TOKEN, PAGERDUTY_TOKEN, TEMPO_TOKEN
from flows.mocks.jira_server import serve_jira
from flows.mocks.pagerduty_server import serve_pagerduty
from flows.mocks.tempo_server import serve_tempo
from flows.mocks.world import World
from tests.builders.world import ROOT

SPECS = ROOT.parent / "shared" / "specs"
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
    """A vendor's OpenAPI document; the test is skipped where the folder is not beside the checkout."""
    if not SPECS.is_dir():
        pytest.skip(f"the vendors' documents are not at ../shared/specs beside {ROOT.name}")
    return json.loads((SPECS / name).read_text(), object_hook=_with_null)


def _with_null(schema: dict[str, Any]) -> dict[str, Any]:
    """OpenAPI 3.0 says `nullable: true` where JSON Schema lists "null" among the types."""
    if schema.get("nullable") is True and isinstance(schema.get("type"), str):
        return {**schema, "type": [schema["type"], "null"]}
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
