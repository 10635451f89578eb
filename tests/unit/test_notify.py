"""Which events of alerts are told, how often, and in which words."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pydantic import SecretStr

from flows import notify
from flows.progress import silent
from flows.settings import Connections, load_settings
from flows.store.layout import Layout
from flows.store.tables import TableStore
from flows.workspace import DEFAULT_PATIENCE, Workspace
from tests.builders.config import config_dict, engineer_entry, write_config
from tests.builders.facts import day, table
from tests.builders.pseudo import PSEUDO, unsaid
from transforms.news import news, told_by_now
from transforms.schemas.decisions import AlertEvents, Notifications, Statuses
from transforms.schemas.registry import empty

W46, W47 = day("2026-11-09"), day("2026-11-16")
# Apprise looks through all its services for an address that it does not know; one of them still imports this.
knows_all_services = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


def taken(title: str, text: str) -> list[bool]:
    return [True]


def event(engineer_id: str = "ana", what: str = "opened", week: pd.Timestamp = W47, **columns: Any) -> dict[str, Any]:
    return {
        "engineer_id": engineer_id,
        "week_start": week,
        "channel": "billable",
        "event": what,
        "severity": "critical",
        "opened_week": W46,
        "is_notified": True,
        "is_new_since_switch": True,
        "is_team_wide": False,
        "reason": "Billable share 68.3 % over 4 weeks.",
    } | columns


def noted(state: str, **columns: Any) -> pd.DataFrame:
    key = {name: value for name, value in event(**columns).items() if name in Notifications.to_schema().columns}
    return table(Notifications, [key | {"state": state}])


def fresh(
    *events: dict[str, Any], told: pd.DataFrame | None = None, weeks: tuple[pd.Timestamp, ...] = (W47,)
) -> list[str]:
    found = news(table(AlertEvents, events), empty(Notifications) if told is None else told, pd.DatetimeIndex(weeks))
    return found.fresh["engineer_id"].tolist()


@pytest.mark.parametrize(
    ("state", "week", "expected"),
    [
        (None, W47, ["ana"]),
        ("sent", W47, []),
        ("failed", W47, ["ana"]),
        ("taken_back", W47, ["ana"]),
        (None, W46, []),  # not of a week that this run computed
        ("failed", W46, ["ana"]),
        ("sent", W46, []),
    ],
)
def test_an_event_is_told_once_and_what_could_not_be_told_is_told_later(
    state: str | None, week: pd.Timestamp, expected: list[str]
) -> None:
    told = noted(state, week=week) if state else empty(Notifications)
    assert fresh(event(week=week), told=told) == expected


def test_what_is_not_worth_a_message_is_not_told() -> None:
    assert fresh(event(is_notified=False)) == []
    assert fresh() == []


@pytest.mark.parametrize(
    "other",
    [{"what": "escalated"}, {"severity": "warning"}, {"channel": "vibes"}, {"engineer_id": "ben"}, {"week": W46}],
)
def test_another_event_of_the_same_engineer_is_another_piece_of_news(other: dict[str, Any]) -> None:
    assert fresh(event(), told=noted("sent", **other)) == ["ana"]


@pytest.mark.parametrize(
    ("state", "week", "n_gone"), [("sent", W47, 1), ("sent", W46, 0), ("failed", W47, 0), ("taken_back", W47, 0)]
)
def test_only_what_was_told_of_a_week_computed_again_can_be_taken_back(
    state: str, week: pd.Timestamp, n_gone: int
) -> None:
    assert len(news(empty(AlertEvents), noted(state, week=week), pd.DatetimeIndex([W47])).taken_back) == n_gone


def test_the_latest_word_on_an_event_counts() -> None:
    both = told_by_now(noted("failed"), noted("sent"))
    assert both["state"].tolist() == ["sent"]
    assert told_by_now(empty(Notifications), noted("sent"))["state"].tolist() == ["sent"]


# -- the messages ----------------------------------------------------------------------------------------------------


def workspace(folder: Path, *events: dict[str, Any], urls: str = "", **sections: Any) -> Workspace:
    people = [engineer_entry(name) for name in ("ana", "anton", "ben")]
    write_config(folder, config_dict(*people, **sections))
    settings = load_settings({"TENFOUR_NOTIFY_URLS": urls}, folder)
    layout = Layout(settings.data_dir)
    tables = TableStore(layout)
    tables.write("alert_events", W47, table(AlertEvents, events))
    return Workspace(
        settings, Connections(), layout, tables, DEFAULT_PATIENCE, datetime(2026, 11, 23, tzinfo=UTC), silent
    )


def message(*events: dict[str, Any], tmp_path: Path, **sections: Any) -> tuple[str, list[str]]:
    sent: list[tuple[str, str]] = []

    def deliver(title: str, text: str) -> list[bool]:
        sent.append((title, text))
        return [True]

    notify.tell(workspace(tmp_path, *events, **sections), [W47], deliver)
    ((title, text),) = sent
    return title, text.splitlines()


@pytest.mark.parametrize(
    ("people", "line"),
    [
        ("named", "- Ana: Billable share, critical opened (2026-W47). Billable share 68.3\u00a0% over 4 weeks."),
        ("initials", "- A 1: Billable share, critical opened (2026-W47). Billable share 68.3\u00a0% over 4 weeks."),
        ("team-only", "- Core team: news of 1\u00a0alert"),
    ],
)
def test_messages_name_people_as_the_site_does(tmp_path: Path, people: str, line: str) -> None:
    site = {"people": people, "base_url": "https://trial.example/tenfour/"}
    title, lines = message(event(), tmp_path=tmp_path, publishing=site)
    assert lines[0] == line
    assert lines[-1] == "https://trial.example/tenfour/alerts/index.html"
    assert ("Ana" in f"{title} {lines}") == (people == "named")


def test_teams_come_first_then_the_most_severe(tmp_path: Path) -> None:
    shared = [event(name, is_team_wide=True) for name in ("ana", "anton")]
    _, lines = message(*shared, event("ben", severity="warning"), event("ben", channel="vibes"), tmp_path=tmp_path)
    assert [line.split(" ")[1].strip(":") for line in lines[:3]] == ["Core", "Ben", "Ben"]
    assert "2\u00a0engineers (ana" not in lines[0], "names, not ids"
    assert "Vibes, critical" in lines[1]


def test_what_is_not_new_and_what_is_shown_green_is_said(tmp_path: Path) -> None:
    space = workspace(
        tmp_path, event(is_new_since_switch=False), event("ben"), event("ben", "resolved", channel="vibes")
    )
    row = dict.fromkeys(Statuses.to_schema().columns, "") | {
        "status": "green",
        "underlying_status": "yellow",
        "override_applied": True,
        "override_by": "mia",
        "override_uses_left": 1,
        "override_expires": pd.NaT,
        "is_excused": False,
        "weeks_in_status": 1,
    }
    space.tables.write("statuses", W47, table(Statuses, [row | {"engineer_id": "ben", "week_start": W47}]))
    sent: list[str] = []

    def deliver(title: str, text: str) -> list[bool]:
        sent.extend(text.splitlines())
        return [True]

    notify.tell(space, [W47], deliver)
    ends = {line.split(" (")[0]: line.split("weeks.")[1].strip() for line in sent if line.startswith("- ")}
    assert ends == {
        "- Ana: Billable share, critical opened": "Not new since 4×10.",
        "- Ben: Billable share, critical opened": "Shown green by an override.",
        "- Ben: Vibes, critical resolved": "",
    }


def test_news_are_told_in_the_language_of_the_site_and_the_run_is_summed_up_in_english(tmp_path: Path) -> None:
    gone = event("ana", "resolved", channel="vibes")
    space = workspace(tmp_path, gone, event("ben", is_team_wide=True), publishing={"people": "team-only"})
    space = replace(space, settings=replace(space.settings, language=PSEUDO))
    sent: list[str] = []
    (sentence,) = notify.tell(space, [W47], lambda title, text: [not sent.extend([title, *text.splitlines()])])
    assert sentence == "News of alerts sent: 1 opened and 1 resolved."
    assert len(sent) > 3
    assert [line for line in sent if unsaid(line, ())] == []


def test_a_team_only_site_names_nobody_in_a_team_alert_either(tmp_path: Path) -> None:
    shared = [event(name, is_team_wide=True) for name in ("ana", "anton", "ben")]
    _, lines = message(*shared, tmp_path=tmp_path, publishing={"people": "team-only"})
    assert lines[0].startswith("- Core team: 3\u00a0engineers turned red together")
    assert "Ana" not in "".join(lines)


def test_a_long_message_is_cut_and_says_so(tmp_path: Path) -> None:
    many = [event(name, what) for name in ("ana", "anton", "ben") for what in ("opened", "escalated", "reminded")]
    more = [
        {**one, "channel": channel}
        for one in many
        for channel in ("billable", "vibes", "velocity", "response", "together")
    ]
    _, lines = message(*more, tmp_path=tmp_path)
    assert "- and 5 more" in lines
    assert sum(line.startswith("- ") for line in lines) == 41


def told(space: Workspace) -> list[str]:
    return space.tables.read("notifications")["state"].tolist()


def test_what_no_address_takes_is_tried_again(tmp_path: Path) -> None:
    space = workspace(tmp_path, event())
    (sentence,) = notify.tell(space, [W47], lambda title, text: [False, False])
    assert "no address of TENFOUR_NOTIFY_URLS took it" in sentence
    assert told(space) == ["failed"]
    (sentence,) = notify.tell(space, [W47], lambda title, text: [True, False])
    assert sentence == "News of alerts sent: 1 opened; address 2 of TENFOUR_NOTIFY_URLS did not take it."
    assert told(space) == ["sent"]
    assert notify.tell(space, [W47], taken) == ()


def test_what_could_not_be_taken_back_still_stands(tmp_path: Path) -> None:
    space = workspace(tmp_path, event())
    notify.tell(space, [W47], taken)
    space.tables.write("alert_events", W47, empty(AlertEvents))
    notify.tell(space, [W47], lambda title, text: [False])
    assert told(space) == ["sent"]
    notify.tell(space, [W47], taken)
    assert told(space) == ["taken_back"]


def test_a_run_that_dies_while_sending_does_not_tell_again(tmp_path: Path) -> None:
    space = workspace(tmp_path, event())

    def dies(title: str, text: str) -> list[bool]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        notify.tell(space, [W47], dies)
    assert notify.tell(space, [W47], taken) == ()


def test_without_addresses_nobody_is_told_and_nothing_is_noted(tmp_path: Path) -> None:
    space = workspace(tmp_path, event())
    assert notify.tell_news(space, [W47]) == ()
    assert told(space) == []


def test_a_run_told_again_from_the_record_tells_nobody(tmp_path: Path) -> None:
    space = workspace(tmp_path, event(), urls="json://127.0.0.1:9/")
    recorded = Workspace(**{**vars(space), "recorded": object()})
    assert notify.tell_news(recorded, [W47]) == ()
    assert told(space) == []


# -- over the wire ---------------------------------------------------------------------------------------------------


@contextmanager
def hook(status: int) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A web hook on this machine: its address as Apprise writes it, and what it received."""
    received: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"json://127.0.0.1:{server.server_port}/", received
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@knows_all_services
def test_a_message_reaches_the_addresses_that_take_it(tmp_path: Path) -> None:
    with hook(200) as (good, received), hook(500) as (broken, _):
        space = workspace(tmp_path, event(), urls=f"{good} {broken} nothing://known")
        (sentence,) = notify.tell_news(space, [W47])
    assert sentence.endswith("sent: 1 opened; address 2 and 3 of TENFOUR_NOTIFY_URLS did not take it.")
    (one,) = received
    assert one["title"] == "Four-day week trial, 2026-W47: 1 opened (sample data)"
    assert one["message"].startswith("- Ana: Billable share, critical opened (2026-W47).")


@knows_all_services
def test_addresses_that_no_service_is_known_for_are_found_by_their_place() -> None:
    urls = ["json://127.0.0.1:9/", "nothing://known", "mailto://user:s3cret@example.com"]
    assert notify.not_understood([SecretStr(url) for url in urls]) == [2]
