"""Small crowds, and clients that ask the mocks that serve them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import Any

import httpx

from flows.mocks.credentials import JIRA_EMAIL, JIRA_TOKEN, PAGERDUTY_TOKEN
from flows.mocks.crowd import Crowd, CrowdJira, crowd_config, crowd_jira_app, crowd_pagerduty_app
from flows.mocks.http import serve
from flows.settings import TeamConfig
from tests.builders.mock_servers import Asking

ENGINEERS, WEEKS = 24, 26


@cache
def crowd() -> Crowd:
    """Three teams in half a year: one joined, one left, somebody in every time zone."""
    return Crowd(ENGINEERS, WEEKS)


@cache
def crowd_team_config() -> TeamConfig:
    return TeamConfig.model_validate_json(json.dumps(crowd_config(ENGINEERS, WEEKS)), strict=True)


@cache
def crowd_jira() -> CrowdJira:
    """The crowd's Jira, asked directly."""
    return CrowdJira(crowd())


@contextmanager
def asking_crowd_jira(who: Crowd, as_of: datetime | None = None, **keys: Any) -> Iterator[Asking]:
    keys.setdefault("auth", (JIRA_EMAIL, JIRA_TOKEN))
    with (
        serve(crowd_jira_app(who, as_of)) as url,
        httpx.Client(base_url=url, trust_env=False, timeout=60, **keys) as client,
    ):
        yield Asking(client)


@contextmanager
def asking_crowd_pagerduty(who: Crowd, as_of: datetime | None = None, **keys: Any) -> Iterator[Asking]:
    keys.setdefault("headers", {"Authorization": f"Token token={PAGERDUTY_TOKEN}"})
    with (
        serve(crowd_pagerduty_app(who, as_of)) as url,
        httpx.Client(base_url=url, trust_env=False, timeout=60, **keys) as client,
    ):
        yield Asking(client)
