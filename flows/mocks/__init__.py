"""Mock sources that speak real HTTP on the loopback and tell the sample story."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Final, Literal
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from flows.errors import ConfigError
from flows.mocks.alertops_server import alertops_app
from flows.mocks.credentials import ALERTOPS_KEY, JIRA_EMAIL, JIRA_TOKEN, PAGERDUTY_TOKEN, TEMPO_TOKEN
from flows.mocks.crowd import (
    Crowd,
    crowd_alertops_app,
    crowd_config,
    crowd_jira_app,
    crowd_pagerduty_app,
    crowd_tempo_app,
)
from flows.mocks.faults import parse_faults
from flows.mocks.http import App, serve
from flows.mocks.jira_server import jira_app
from flows.mocks.pagerduty_server import pagerduty_app
from flows.mocks.tempo_server import tempo_app
from flows.mocks.world import World, build_world
from flows.settings import Connection, Connections, Settings, TeamConfig

JIRA_ADDRESS: Final = "http://jira.sample.invalid"
PAGERDUTY_ADDRESS: Final = "http://pagerduty.sample.invalid"

MockKind = Literal["jira", "tempo", "pagerduty", "alertops"]
_APPS: Final[Mapping[MockKind, Callable[[World, datetime], App]]] = {
    "jira": jira_app,
    "tempo": tempo_app,
    "pagerduty": pagerduty_app,
    "alertops": alertops_app,
}
_CROWD_APPS: Final[Mapping[MockKind, Callable[[Crowd], App]]] = {
    "jira": crowd_jira_app,
    "tempo": crowd_tempo_app,
    "pagerduty": crowd_pagerduty_app,
    "alertops": crowd_alertops_app,
}
# What the crowd is made for; a sprint takes two weeks, so that fewer have nothing to tell.
MOST_ENGINEERS: Final = 5000
LEAST_WEEKS, MOST_WEEKS = 4, 260


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


def crowd_settings(engineers: int, weeks: int) -> TeamConfig:
    """The config of a crowd of so many engineers over so many weeks.

    Errors: ConfigError for a size that no crowd has.
    """
    if not (1 <= engineers <= MOST_ENGINEERS and LEAST_WEEKS <= weeks <= MOST_WEEKS):
        raise ConfigError(
            f"{engineers} engineers over {weeks} weeks: the mocks tell of 1 to {MOST_ENGINEERS} engineers over "
            f"{LEAST_WEEKS} to {MOST_WEEKS} weeks.",
        )
    return TeamConfig.model_validate(crowd_config(engineers, weeks))


def run_forever(
    kind: MockKind,
    config: TeamConfig,
    port: int,
    faults: Sequence[str] = (),
    crowd: tuple[int, int] | None = None,
) -> None:
    """Serve one mock in the foreground until interrupted (Ctrl-C ends it without a traceback).

    It tells the sample story, or of a `crowd` of so many engineers over so many weeks.
    Errors: ConfigError if a fault is none (see `flows.mocks.faults`), for a crowd out of bounds, or a port that is
        taken.
    """
    fault = parse_faults(faults)
    if crowd is not None:
        config = crowd_settings(*crowd)
    app = _APPS[kind](build_world(config), speaks_for(config)) if crowd is None else _CROWD_APPS[kind](Crowd(*crowd))
    try:
        with serve(app, port, fault) as url:
            # Whoever started the mock needs its address, credentials and instant.
            print(instructions(kind, url, config, faults), flush=True)  # noqa: T201
            threading.Event().wait()
    except KeyboardInterrupt:
        return
    except OSError as error:
        summary = f"The mock of {kind} cannot listen on port {port} ({error.strerror})."
        raise ConfigError(summary, advice="Name another with --port; 0 takes a free one.") from None


def instructions(kind: MockKind, url: str, config: TeamConfig, faults: Sequence[str] = ()) -> str:
    """How to point tenfour at a mock that runs in the foreground."""
    variables = {
        "jira": {"TENFOUR_JIRA_URL": url, "TENFOUR_JIRA_EMAIL": JIRA_EMAIL, "TENFOUR_JIRA_TOKEN": JIRA_TOKEN},
        "tempo": {"TENFOUR_TEMPO_URL": f"{url}/4", "TENFOUR_TEMPO_TOKEN": TEMPO_TOKEN},
        "pagerduty": {"TENFOUR_PAGERDUTY_URL": url, "TENFOUR_PAGERDUTY_TOKEN": PAGERDUTY_TOKEN},
        "alertops": {"TENFOUR_ALERTOPS_URL": url, "TENFOUR_ALERTOPS_KEY": ALERTOPS_KEY},
    }[kind]
    lines = [f"The mock of {kind} answers on {url} as of {config.sample.as_of}. Stop it with Ctrl-C."]
    lines += [f"Its faults: {' '.join(faults)}"] if faults else []
    return "\n".join([*lines, "Connect with:", *(f"  export {name}={value}" for name, value in variables.items())])
