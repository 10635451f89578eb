"""Each class of fault at each endpoint, over real HTTP: the fetch is complete, or what is missing is named.

A trouble that passes changes nothing. One that stays ends in a failed source or in an incomplete one that says so and
whose metrics turn unknown; never in less work than there was. What cannot be noticed from outside stands in a table.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pydantic import SecretStr

from flows.collect import Desk, Fetched, fetch_at, unreachable
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
from flows.mocks.http import App, Fault, Request, Response, json_response, serve
from flows.outside import Live
from flows.settings import Connection, Connections, TeamConfig, roster_tables
from flows.sources.errors import SourceError
from flows.sources.http import Patience
from flows.sources.window import Window
from flows.store.layout import Layout
from flows.store.tables import TableStore
from transforms.weeks import monday_of

pytestmark = pytest.mark.slow

CROWD = Crowd(8, 10)
# Nobody waits here: silence of a third of a second is a hang, and an answer that drips for longer than one is late.
HASTY = Patience(
    attempts=3, first_wait=0.0, longest_wait=0.0, jitter=0.0, connect=2.0, silence=0.35, answer=1.0, total=6.0
)
# A fetch that meets the same trouble at every request gives up at the first: patience, and some time to start.
LONGEST_SECONDS = 20.0

APPS: dict[str, Callable[[], App]] = {
    "jira": lambda: crowd_jira_app(CROWD),
    "tempo": lambda: crowd_tempo_app(CROWD),
    "pagerduty": lambda: crowd_pagerduty_app(CROWD),
    "alertops": lambda: crowd_alertops_app(CROWD),
}
TOKENS = {"jira": JIRA_TOKEN, "tempo": TEMPO_TOKEN, "pagerduty": PAGERDUTY_TOKEN, "alertops": ALERTOPS_KEY}
ENDPOINTS = {
    "jira": (
        "/serverInfo",
        "/myself",
        "/mypermissions",
        "/user/bulk",
        "/api/3/field",
        "/configuration",
        "/board/",
        "/rest/software/1.0/sprint/",
        "/search/jql",
        "/changelog/bulkfetch",
        "/worklog/updated",
        "/worklog/deleted",
        "/worklog/list",
    ),
    "tempo": ("/worklogs", "/user-schedule/"),
    "pagerduty": ("/users", "/incidents", "/log_entries", "/oncalls"),
    "alertops": ("/alerts", "/users"),
}
PASSING = ("429=none", "429=html", "503", "empty200", "truncate", "cut", "reset", "hang", "drip", "badjson")
STAYING = ("429=bare", "500", "html401", "html403", "html200", "truncate", "hang", "short", "lastpage", "loop")
NO_COUNT = "the vendor announces no count for this list, and nothing else names the row that is missing"
# (source, endpoint, fault) -> why the first run cannot notice it. Later runs miss the hours that an earlier one read.
UNNOTICED = {
    ("jira", "/rest/software/1.0/sprint/", "short"): NO_COUNT,
    ("jira", "/changelog/bulkfetch", "short"): NO_COUNT,
    ("jira", "/worklog/updated", "short"): NO_COUNT,
}


@dataclass(frozen=True)
class Outcome:
    """What a fetch came to, and how long it took. Units: seconds."""

    fetched: Fetched
    seconds: float

    @property
    def is_named_gap(self) -> bool:
        return self.fetched.state in ("failed", "incomplete") and bool(self.fetched.unknown and self.fetched.message)

    def has_new_problem(self, healthy: Fetched) -> bool:
        """Whether a row under data quality says what is missing."""
        told = self.fetched.problems[self.fetched.problems["severity"] != "info"]
        return not set(told["message"]) <= set(healthy.problems["message"])


@cache
def config() -> TeamConfig:
    return TeamConfig.model_validate(crowd_config(CROWD.engineers, CROWD.weeks))


@cache
def app(source: str) -> App:
    return APPS[source]()


def fetch(source: str, folder: Path, *faults: str, hook: Fault | None = None) -> Outcome:
    """The look-back weeks of the crowd, from a server with faults."""
    last = pd.Timestamp(CROWD.last_week)
    window = Window(*((last + pd.Timedelta(weeks=n)).tz_localize(CROWD.timezone).to_pydatetime() for n in (-3, 1)))
    start = time.monotonic()
    with serve(app(source), fault=hook or parse_faults(faults)) as url:
        email = JIRA_EMAIL if source == "jira" else None
        connection = Connection(url, SecretStr(TOKENS[source]), email)
        outside = Live(Connections(**{source: connection}), HASTY, Layout(folder), folder)
        desk = Desk(
            outside,
            config(),
            roster_tables(config()),
            TableStore(Layout(folder)),
            monday_of(window.since),
            last + pd.Timedelta(weeks=1),
        )
        try:
            fetched = fetch_at(desk, source, window)
        except SourceError as error:
            fetched = unreachable(outside, config(), source, window, error)
    return Outcome(fetched, time.monotonic() - start)


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Fetched]:
    """Every source without a fault."""
    found = {source: fetch(source, tmp_path_factory.mktemp(source)).fetched for source in APPS}
    assert all(one.state == "ok" and one.rows > 20 for one in found.values())
    return found


def is_complete(fetched: Fetched, reference: Fetched) -> bool:
    """Whether every row of every table came."""
    return fetched.tables.keys() == reference.tables.keys() and all(
        table.equals(reference.tables[name]) for name, table in fetched.tables.items()
    )


def cases(kinds: tuple[str, ...]) -> list[Any]:
    return [(source, path, kind) for source, paths in ENDPOINTS.items() for path in paths for kind in kinds]


@pytest.mark.parametrize(("source", "path", "kind"), cases(PASSING))
def test_a_trouble_that_passes_changes_nothing(
    source: str, path: str, kind: str, healthy: dict[str, Fetched], tmp_path: Path
) -> None:
    outcome = fetch(source, tmp_path, f"{kind}:{path}:1")
    assert outcome.fetched.state == "ok", outcome.fetched.message
    assert is_complete(outcome.fetched, healthy[source])


@pytest.mark.parametrize(("source", "path", "kind"), cases(STAYING))
def test_a_trouble_that_stays_is_named_or_costs_nothing(
    source: str, path: str, kind: str, healthy: dict[str, Fetched], tmp_path: Path
) -> None:
    outcome = fetch(source, tmp_path, f"{kind}:{path}")
    reference = healthy[source]
    is_noticed = outcome.is_named_gap or outcome.has_new_problem(reference)
    is_unnoticed = (source, path, kind) in UNNOTICED
    told = (outcome.fetched.state, outcome.fetched.message)
    assert is_noticed or is_unnoticed or is_complete(outcome.fetched, reference), told
    assert not (is_noticed and is_unnoticed), "the table UNNOTICED says too much"
    assert outcome.seconds < LONGEST_SECONDS
    assert TOKENS[source] not in outcome.fetched.message


def test_every_endpoint_that_the_clients_ask_is_in_the_table(healthy: dict[str, Fetched], tmp_path: Path) -> None:
    for source, paths in ENDPOINTS.items():
        asked: list[str] = []
        fetch(source, tmp_path / source, hook=lambda request, asked=asked: asked.append(request.path))  # type: ignore[misc]
        assert asked
        assert [path for path in asked if not any(known in path for known in paths)] == []
        assert [known for known in paths if not any(known in path for path in asked)] == []


def test_an_engineer_whom_tempo_does_not_know_is_unknown_and_nobody_else(
    healthy: dict[str, Fetched], tmp_path: Path
) -> None:
    who = next(engineer for engineer in config().engineers if engineer.employed_to is None)

    def unknown(request: Request) -> Response | None:
        is_theirs = request.path.endswith(f"/user-schedule/{who.jira_account_id}")
        return Response(404, b"{}", "application/json") if is_theirs else None

    fetched = fetch("tempo", tmp_path, hook=unknown).fetched
    assert fetched.state == "ok"
    assert fetched.unknown == frozenset()
    assert fetched.withheld is not None
    assert set(fetched.withheld["engineer_id"]) == {who.id}
    assert set(fetched.withheld["metric"]) == {"billable", "velocity"}
    assert fetched.withheld["week_start"].nunique() == 4
    assert fetched.tables["worklogs"].equals(healthy["tempo"].tables["worklogs"])
    told = fetched.problems[fetched.problems["rule"] == "T014"]
    assert list(told["engineer_id"]) == [who.id]


def test_schedules_that_are_refused_are_a_gap_and_worklogs_that_are_gone_still_go(tmp_path: Path) -> None:
    fetched = fetch("tempo", tmp_path, "html403:/user-schedule/").fetched
    assert fetched.state == "incomplete"
    assert fetched.unknown == {"billable", "velocity"}
    assert "leave" not in fetched.tables
    assert fetched.is_leave_missing
    assert fetched.is_whole_list


def test_histories_of_which_the_newest_lines_are_lost_make_velocity_unknown(tmp_path: Path) -> None:
    def forget(request: Request) -> Any:
        if not request.path.endswith("/changelog/bulkfetch"):
            return None

        def change(response: Response) -> Response:
            page = json.loads(response.body)
            for log in page["issueChangeLogs"]:
                log["changeHistories"] = log["changeHistories"][: len(log["changeHistories"]) // 2]
            return json_response(page)

        return change

    fetched = fetch("jira", tmp_path, hook=forget).fetched
    assert fetched.state == "incomplete"
    assert fetched.unknown == {"velocity"}
    assert "do not end in what the issues hold now" in fetched.message
