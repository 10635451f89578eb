"""Mock sources that speak real HTTP on the loopback and tell the sample story."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Final, Literal
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from flows.errors import ConfigError
from flows.mocks.credentials import JIRA_EMAIL, JIRA_TOKEN, PAGERDUTY_TOKEN
from flows.mocks.http import App, serve
from flows.mocks.jira_server import jira_app, serve_jira
from flows.mocks.pagerduty_server import pagerduty_app, serve_pagerduty
from flows.mocks.world import build_world
from flows.settings import Connection, Connections, Settings, TeamConfig

JIRA_ADDRESS: Final = "http://jira.sample.invalid"
PAGERDUTY_ADDRESS: Final = "http://pagerduty.sample.invalid"


@contextmanager
def sample_connections(settings: Settings) -> Iterator[Connections]:
    """Start the mocks for `sample.as_of` and say how to reach them.

    The addresses are stable names: clients connect to wherever the mock listens but name the stable host, so that
    what they receive is the same bytes in every run.
    """
    as_of = speaks_for(settings.config)
    world = cache(lambda: build_world(settings.config))
    with (
        serve(_on_first_request(lambda: jira_app(world(), as_of))) as jira,
        serve(_on_first_request(lambda: pagerduty_app(world(), as_of))) as pagerduty,
    ):
        yield Connections(
            jira=Connection(
                base_url=JIRA_ADDRESS,
                token=SecretStr(JIRA_TOKEN),
                email=JIRA_EMAIL,
                connect_to=jira.removeprefix("http://"),
            ),
            pagerduty=Connection(
                base_url=PAGERDUTY_ADDRESS,
                token=SecretStr(PAGERDUTY_TOKEN),
                connect_to=pagerduty.removeprefix("http://"),
            ),
        )


def _on_first_request(make: Callable[[], App]) -> App:
    """An app made when somebody asks: commands that fetch nothing do not wait for the story to be told."""
    made = cache(make)
    return lambda request: made()(request)


def speaks_for(config: TeamConfig) -> datetime:
    """The instant the sample speaks for: midnight of `sample.as_of` in the organisation's zone."""
    midnight = datetime.combine(config.sample.as_of, datetime.min.time(), tzinfo=ZoneInfo(config.organisation.timezone))
    return midnight.astimezone(UTC)


def run_forever(kind: Literal["jira", "pagerduty"], config: TeamConfig, port: int) -> None:
    """Serve one mock in the foreground until interrupted (Ctrl-C ends it without a traceback).

    Errors: ConfigError if the port is taken.
    """
    servers = {"jira": serve_jira, "pagerduty": serve_pagerduty}
    try:
        with servers[kind](build_world(config), speaks_for(config), port) as url:
            # Whoever started the mock needs its address, credentials and instant.
            print(instructions(kind, url, config), flush=True)  # noqa: T201
            threading.Event().wait()
    except KeyboardInterrupt:
        return
    except OSError as error:
        summary = f"The mock of {kind} cannot listen on port {port} ({error.strerror})."
        raise ConfigError(summary, advice="Name another with --port; 0 takes a free one.") from None


def instructions(kind: Literal["jira", "pagerduty"], url: str, config: TeamConfig) -> str:
    """How to point tenfour at a mock that runs in the foreground."""
    variables = {
        "jira": {"TENFOUR_JIRA_URL": url, "TENFOUR_JIRA_EMAIL": JIRA_EMAIL, "TENFOUR_JIRA_TOKEN": JIRA_TOKEN},
        "pagerduty": {"TENFOUR_PAGERDUTY_URL": url, "TENFOUR_PAGERDUTY_TOKEN": PAGERDUTY_TOKEN},
    }[kind]
    lines = [f"The mock of {kind} answers on {url} as of {config.sample.as_of}. Stop it with Ctrl-C.", "Connect with:"]
    return "\n".join([*lines, *(f"  export {name}={value}" for name, value in variables.items())])
