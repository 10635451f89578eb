"""Weekly runs on sources that are connected, week after week: what is missing is named, what was there is not lost."""

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from flows.mocks.alertops_server import alertops_app
from flows.mocks.credentials import ALERTOPS_KEY, JIRA_EMAIL, JIRA_TOKEN, PAGERDUTY_TOKEN, TEMPO_TOKEN
from flows.mocks.http import App, Fault, Request, Response, json_response, serve
from flows.mocks.jira_server import jira_app
from flows.mocks.pagerduty_server import pagerduty_app
from flows.mocks.tempo_server import tempo_app
from flows.mocks.world import World, build_world
from flows.pipeline import Outcome, Steps, keep_view, run_weekly
from flows.rebuild import NotReproduced, rebuild_week
from flows.settings import load_config
from flows.store.layout import Layout
from flows.store.tables import TableStore
from flows.workspace import open_workspace
from tests.builders.project import IMPATIENT, change_config, digests, new_project, settings_of

pytestmark = pytest.mark.slow

WEEK = timedelta(weeks=1)
FIRST_MONDAY = datetime(2025, 12, 29, 6, tzinfo=UTC)  # midnight in Chicago
APPS: dict[str, Callable[[World, datetime], App]] = {
    "jira": jira_app,
    "tempo": tempo_app,
    "pagerduty": pagerduty_app,
    "alertops": alertops_app,
}
ENVIRONMENT = {
    "jira": {"TENFOUR_JIRA_EMAIL": JIRA_EMAIL, "TENFOUR_JIRA_TOKEN": JIRA_TOKEN},
    "tempo": {"TENFOUR_TEMPO_TOKEN": TEMPO_TOKEN},
    "pagerduty": {"TENFOUR_PAGERDUTY_TOKEN": PAGERDUTY_TOKEN},
    "alertops": {"TENFOUR_ALERTOPS_KEY": ALERTOPS_KEY},
}

_KEPT = tempfile.TemporaryDirectory(prefix="first-runs-")
_FIRST_RUNS: dict[tuple[str, tuple[str, ...]], tuple[Path, Outcome]] = {}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of four weeks of history, with names for AlertOps, nothing run yet."""
    folder = new_project(tmp_path / "project")

    def shorten(config: dict[str, Any]) -> None:
        config["sample"].update(as_of="2026-02-02")
        config["policy"].update(baseline_start="2025-12-01")
        config["limits"] = {"rejected_share": 1.0}  # the managers' file tells of weeks to come
        for engineer in config["engineers"]:
            first, *_, last = engineer["name"].lower().split()
            engineer["alertops_user_name"] = f"{first[0]}{last}"

    change_config(folder, shorten)
    return folder


@cache
def world_of(config: Path) -> World:
    return build_world(load_config(config).config)


@contextmanager
def connected(project: Path, as_of: datetime, *names: str, **faults: Fault) -> Iterator[dict[str, str]]:
    """Sources that tell the project's story as of an instant; yields the environment that connects to them."""
    environment: dict[str, str] = {}
    world = world_of(project / "config" / "team_config.json")
    with ExitStack() as servers:
        for name in names:
            url = servers.enter_context(serve(APPS[name](world, as_of), fault=faults.get(name)))
            environment |= {f"TENFOUR_{name.upper()}_URL": url, **ENVIRONMENT[name]}
        yield environment


def weekly(project: Path, number: int, *names: str, **faults: Fault) -> Outcome:
    """The run of a Monday: 0 is the first, after four weeks of history. No site is built.

    First runs that are alike (same config, same sources, no faults) are run once, and their data copied.
    """
    if number > 0 or faults:
        return _run(project, number, *names, **faults)
    config = (project / "config" / "team_config.json").read_text("utf-8")
    return _begun(config, names, lambda: _run(project, 0, *names), project / "data")


def _begun(config: str, names: tuple[str, ...], run: Callable[[], Outcome], data: Path) -> Outcome:
    kept = Path(_KEPT.name) / str(len(_FIRST_RUNS))
    if (config, names) not in _FIRST_RUNS:
        _FIRST_RUNS[config, names] = kept, run()
        shutil.copytree(data, kept)
    else:
        shutil.copytree(_FIRST_RUNS[config, names][0], data, dirs_exist_ok=True)
    return _FIRST_RUNS[config, names][1]


def _run(project: Path, number: int, *names: str, **faults: Fault) -> Outcome:
    as_of = FIRST_MONDAY + timedelta(weeks=number)
    with (
        connected(project, as_of, *names, **faults) as environment,
        open_workspace(settings_of(project, **environment), IMPATIENT, now=as_of + timedelta(hours=6)) as workspace,
    ):
        return run_weekly(workspace, steps=Steps(publish=keep_view))


def table(project: Path, name: str, week: str | None = None) -> pd.DataFrame:
    monday = pd.Timestamp(week) if week else None
    return TableStore(Layout(project / "data")).read(name, first=monday, last=monday)


def without_worklogs(count: int) -> Fault:
    """Jira forgets some worklogs: it neither announces them nor says that they were deleted."""

    def forget(request: Request) -> Any:
        if not request.path.endswith("/worklog/updated"):
            return None

        def change(response: Response) -> Response:
            page = json.loads(response.body)
            return json_response({**page, "values": page["values"][count:], "lastPage": True, "nextPage": None})

        return change

    return forget


def withheld(request: Request) -> Any:
    """Jira announces a worklog and hands it to nobody."""
    if not request.path.endswith("/worklog/list"):
        return None
    return lambda response: json_response(json.loads(response.body)[1:])


def test_a_worklog_that_jira_withholds_blocks_billable_and_nothing_else(project: Path) -> None:
    outcome = weekly(project, 0, "jira", "pagerduty", jira=withheld)
    readings = table(project, "readings", "2025-12-22")
    assert outcome.exit_code == 4
    assert outcome.sources["jira"] == "incomplete"
    assert any("worklogs that Jira announced were not handed over" in message for message in outcome.messages)
    assert not readings["is_billable_known"].any()
    assert readings["is_velocity_known"].all()
    assert readings["billable_pct"].isna().all()
    assert not (table(project, "statuses", "2025-12-22")["status"] == "green").any()


def test_worklogs_that_an_earlier_run_read_are_kept_and_missed_when_jira_forgets_them(project: Path) -> None:
    weekly(project, 0, "jira", "pagerduty")
    before = set(table(project, "worklogs")["worklog_id"])
    outcome = weekly(project, 1, "jira", "pagerduty", jira=without_worklogs(30))
    assert outcome.sources["jira"] == "incomplete"
    (message,) = [text for text in outcome.messages if "that an earlier run read did not come again" in text]
    # The sentence stands on pages that may not name anybody.
    assert not any(f" {actor.engineer_id}" in message for actor in world_of(project / "config/team_config.json").actors)
    assert before <= set(table(project, "worklogs")["worklog_id"])
    assert not table(project, "readings", "2025-12-29")["is_billable_known"].any()
    again = weekly(project, 1, "jira", "pagerduty")
    assert again.sources["jira"] == "ok"
    assert table(project, "readings", "2025-12-29")["is_billable_known"].all()


def without_incidents(names: set[str]) -> Fault:
    """PagerDuty forgets some incidents and what happened to them, and does not count them either."""

    def forget(request: Request) -> Any:
        key = request.path.removeprefix("/")
        if key not in ("incidents", "log_entries"):
            return None

        def change(response: Response) -> Response:
            page = json.loads(response.body)
            kept = [row for row in page[key] if row.get("incident", row)["id"] not in names]
            total = len(kept) if len(page[key]) < 100 else page["total"]
            return json_response({**page, key: kept, "total": total})

        return change

    return forget


def test_incidents_that_an_earlier_run_read_are_kept_and_missed_when_pagerduty_forgets_them(project: Path) -> None:
    weekly(project, 0, "jira", "pagerduty")
    pages = table(project, "pages", "2025-12-15")
    names = set(pages["incident_id"].head(1))
    outcome = weekly(project, 1, "jira", "pagerduty", pagerduty=without_incidents(names))
    assert outcome.sources["pagerduty"] == "incomplete"
    assert any(message.startswith("Calls incomplete: 1 incidents that an earlier run") for message in outcome.messages)
    assert names <= set(table(project, "pages")["incident_id"])
    assert not table(project, "readings", "2025-12-29")["is_response_known"].any()


def test_only_what_the_vendor_says_is_deleted_goes(project: Path) -> None:
    logs = world_of(project / "config" / "team_config.json").worklogs
    deleted = [log for log in logs if log.deleted_at and log.created_at > FIRST_MONDAY - WEEK]
    number, log = next(
        (number, log)
        for log in deleted
        for number in range(4)
        if log.created_at < FIRST_MONDAY + number * WEEK < log.deleted_at < FIRST_MONDAY + (number + 1) * WEEK
    )
    weekly(project, number, "jira", "pagerduty")
    held = set(table(project, "worklogs")["worklog_id"])
    assert str(log.id) in held
    weekly(project, number + 1, "jira", "pagerduty")
    gone = held - set(table(project, "worklogs")["worklog_id"])
    assert str(log.id) in gone
    assert gone <= {str(log.id) for log in deleted}


def test_with_tempo_hours_are_tempos_alone(project: Path) -> None:
    weekly(project, 0, "jira", "pagerduty")
    outcome = weekly(project, 1, "jira", "tempo", "pagerduty")
    assert outcome.sources == dict.fromkeys(("jira", "tempo", "pagerduty", "vibes", "leave", "decisions"), "ok")
    worklogs = table(project, "worklogs")
    read_again = worklogs["week_start"] >= pd.Timestamp("2025-12-01")
    assert set(worklogs.loc[read_again, "billing_rule"]) == {"tempo"}
    assert "tempo" not in set(worklogs.loc[~read_again, "billing_rule"])
    assert not worklogs.loc[read_again, "issue_key"].str.startswith("id ").any()
    told = seconds_told(project, "2025-12-15")
    found = worklogs[worklogs["week_start"] == pd.Timestamp("2025-12-15")].groupby("engineer_id")["logged_hours"].sum()
    assert (found * 3600).round().to_dict() == told


def seconds_told(project: Path, week: str) -> dict[str, float]:
    """Seconds logged in a week, as the story tells it, per engineer."""
    world = world_of(project / "config" / "team_config.json")
    as_of, monday = FIRST_MONDAY + timedelta(weeks=1), datetime.fromisoformat(week).date()
    told: dict[str, float] = {}
    for actor in world.actors:
        for log in (log for log in world.worklogs if log.author == actor.account_id):
            saved = [seconds for at, seconds in log.versions if at <= as_of]
            is_there = saved and not (log.deleted_at and log.deleted_at <= as_of)
            if is_there and 0 <= (log.started_at.astimezone(actor.zone).date() - monday).days < 7:
                told[actor.engineer_id] = told.get(actor.engineer_id, 0) + saved[-1]
    return told


@pytest.mark.parametrize("tells_of_leave", [True, False])
def test_a_dead_tempo_blocks_billable_and_velocity_only_if_leave_comes_from_it(
    project: Path, tells_of_leave: bool
) -> None:
    change_config(project, lambda config: config["sources"].update(tempo={"schedule": tells_of_leave}))
    weekly(project, 0, "jira", "tempo", "pagerduty")
    outcome = weekly(project, 1, "jira", "tempo", "pagerduty", tempo=lambda _: Response(503, b""))
    assert outcome.sources["tempo"] == "failed"
    readings = table(project, "readings", "2025-12-29")
    assert not readings["is_billable_known"].any()
    assert readings["is_velocity_known"].all() is not tells_of_leave


def without_schedules(request: Request) -> Response | None:
    """Tempo's token may view worklogs and no schedules."""
    return Response(403, b"<h1>Forbidden</h1>", "text/html") if "/user-schedule/" in request.path else None


def test_tempos_schedules_are_asked_for_and_what_they_cannot_tell_costs_no_worklog(project: Path) -> None:
    weekly(project, 0, "jira", "tempo", "pagerduty")
    before, hours = table(project, "readings", "2025-12-22"), table(project, "available_hours", "2025-12-22")
    outcome = weekly(project, 1, "jira", "tempo", "pagerduty", tempo=without_schedules)
    assert outcome.sources["tempo"] == "incomplete"
    assert any("Tempo refuses to show the schedules of engineers" in message for message in outcome.messages)
    readings = table(project, "readings", "2025-12-29")
    assert not readings["is_billable_known"].any()
    assert not readings["is_velocity_known"].any()
    worklogs = table(project, "worklogs", "2025-12-29")
    assert len(worklogs) > 50
    # What is known of the weeks before stays known, with the leave that was known then.
    pd.testing.assert_frame_equal(table(project, "available_hours", "2025-12-22"), hours)
    assert table(project, "readings", "2025-12-22")["is_billable_known"].all() == before["is_billable_known"].all()


def test_days_off_that_only_tempo_knows_are_not_available(project: Path) -> None:
    def company_day(request: Request) -> Any:
        def change(response: Response) -> Response:
            page = json.loads(response.body)
            for day in page["results"]:
                if day["date"] == "2025-12-23":
                    day |= {"type": "HOLIDAY", "requiredSeconds": 0, "holiday": {"name": "Founders' day"}}
            return json_response(page)

        return change if "/user-schedule/" in request.path else None

    weekly(project, 0, "jira", "tempo", "pagerduty", tempo=company_day)
    days = table(project, "available_hours", "2025-12-22")
    tuesday = days[(days["work_date"] == pd.Timestamp("2025-12-23")) & (days["scheduled_hours"] > 0)]
    assert len(tuesday) > 10
    assert (tuesday["available_hours"] == 0).all()
    assert (tuesday["leave_hours"] == tuesday["scheduled_hours"]).all()
    stored = [path for path in (project / "data" / "performance").rglob("*") if path.is_file()]
    assert [path for path in stored if b"Founders" in path.read_bytes()] == []


def moved(number: int, **keys: Any) -> Fault:
    """Jira tells of one worklog with other stamps."""

    def fault(request: Request) -> Any:
        def change(response: Response) -> Response:
            rows = json.loads(response.body)
            return json_response([row | keys if row["id"] == str(number) else row for row in rows])

        return change if request.path.endswith("/worklog/list") else None

    return fault


def a_worklog(project: Path, week: str) -> int:
    """The number of one that was entered at once, and that nobody edited or deleted."""
    world = world_of(project / "config" / "team_config.json")
    plain = {str(log.id) for log in world.worklogs if len(log.versions) == 1 and log.deleted_at is None}
    rows = table(project, "worklogs", week)
    is_prompt = rows["recorded_at"] - rows["started_at"] < pd.Timedelta(hours=12)
    return int(rows.loc[rows["worklog_id"].isin(plain) & is_prompt, "worklog_id"].iloc[0])


def test_work_entered_in_advance_counts_when_its_week_is_reported_though_jira_never_tells_of_it_again(
    project: Path,
) -> None:
    change_config(project, lambda config: config["sources"].update(lookback_weeks=1))
    world = world_of(project / "config" / "team_config.json")
    early = next(
        log
        for log in world.worklogs
        if "2025-12-02" <= f"{log.created_at:%F}" <= "2025-12-10"
        and len(log.versions) == 1
        and not log.deleted_at
        and log.author in {actor.account_id for actor in world.actors}
    )
    outcome = weekly(project, 0, "jira", "pagerduty", jira=moved(early.id, started="2026-01-07T10:00:00.000-0600"))
    assert outcome.exit_code == 0
    assert f"{early.id}" not in set(table(project, "worklogs", "2025-12-22")["worklog_id"])
    (told,) = table(project, "problems").query("rule == 'J013'")["message"]
    assert told.startswith(f"worklog {early.id} of ")
    weekly(project, 1, "jira", "pagerduty")
    weekly(project, 2, "jira", "pagerduty")
    (row,) = table(project, "worklogs").query(f"worklog_id == '{early.id}'").to_dict("records")
    assert row["week_start"] == pd.Timestamp("2026-01-05")
    readings = table(project, "readings", "2026-01-05").set_index("engineer_id")
    logged = table(project, "worklogs", "2026-01-05").groupby("engineer_id")["logged_hours"].sum()
    assert readings.loc[row["engineer_id"], "worked_hours"] == pytest.approx(logged[row["engineer_id"]])


def test_a_worklog_that_was_moved_to_a_week_that_is_not_read_again_leaves_the_one_it_stood_in(project: Path) -> None:
    weekly(project, 0, "jira", "pagerduty")
    number = a_worklog(project, "2025-12-22")
    outcome = weekly(project, 1, "jira", "pagerduty", jira=moved(number, started="2025-11-18T10:00:00.000-0600"))
    assert outcome.sources["jira"] == "ok"
    assert f"{number}" not in set(table(project, "worklogs")["worklog_id"])
    told = table(project, "problems", "2025-12-29")
    assert "J007" in set(told["rule"])


def test_a_worklog_that_was_edited_into_something_impossible_is_out_until_it_is_mended(project: Path) -> None:
    weekly(project, 0, "jira", "pagerduty")
    number = a_worklog(project, "2025-12-22")
    weekly(project, 1, "jira", "pagerduty", jira=moved(number, timeSpentSeconds=-3600))
    assert f"{number}" not in set(table(project, "worklogs")["worklog_id"])
    assert "J002" in set(table(project, "problems", "2025-12-29")["rule"])
    weekly(project, 2, "jira", "pagerduty")
    assert f"{number}" in set(table(project, "worklogs", "2025-12-22")["worklog_id"])


def test_worklogs_that_are_no_longer_listed_by_tempo_are_gone(project: Path) -> None:
    weekly(project, 0, "jira", "tempo", "pagerduty")
    victims = set(table(project, "worklogs", "2025-12-22")["worklog_id"].head(3))
    outcome = weekly(project, 1, "jira", "tempo", "pagerduty", tempo=unlisted(lambda row: row not in victims))
    assert outcome.sources["tempo"] == "ok"
    assert not victims & set(table(project, "worklogs")["worklog_id"])


def test_when_most_of_tempo_is_missing_nothing_is_taken_out_and_it_is_said(project: Path) -> None:
    weekly(project, 0, "jira", "tempo", "pagerduty")
    before = set(table(project, "worklogs")["worklog_id"])
    outcome = weekly(project, 1, "jira", "tempo", "pagerduty", tempo=unlisted(lambda row: int(row) % 2 == 0))
    assert outcome.sources["tempo"] == "incomplete"
    assert any("did not come again" in message for message in outcome.messages)
    assert before <= set(table(project, "worklogs")["worklog_id"])
    assert not table(project, "readings", "2025-12-29")["is_billable_known"].any()


def unlisted(is_listed: Callable[[str], bool]) -> Fault:
    """Tempo lists only some of its worklogs, and counts only these."""

    def drop(request: Request) -> Any:
        def change(response: Response) -> Response:
            page = json.loads(response.body)
            kept = [row for row in page["results"] if is_listed(str(row["tempoWorklogId"]))]
            metadata = {**page["metadata"], "count": len(kept)}
            return json_response({**page, "results": kept, "metadata": metadata})

        return change if request.path.endswith("/worklogs") else None

    return drop


def test_alertops_speaks_for_response_where_pagerduty_is_not_connected(project: Path) -> None:
    outcome = weekly(project, 0, "jira", "alertops")
    assert outcome.sources["alertops"] == "ok"
    assert "pagerduty" not in outcome.sources
    assert table(project, "readings", "2025-12-22")["is_response_known"].all()
    pages = table(project, "pages")
    assert len(pages) > 20
    assert pages["acknowledge_seconds"].isna().all()
    assert pages["resolve_seconds"].notna().any()


def test_an_alert_that_is_cancelled_later_is_no_call_any_more(project: Path) -> None:
    weekly(project, 0, "jira", "alertops")
    name = table(project, "pages", "2025-12-22")["incident_id"].iloc[0]

    def cancel(request: Request) -> Any:
        def change(response: Response) -> Response:
            page = json.loads(response.body)
            for alert in page.get("alerts", ()):
                if f"alertops-{alert['alert_id']}" == name:
                    alert["status"] = "Cancelled"
            return json_response(page)

        return change

    outcome = weekly(project, 1, "jira", "alertops", alertops=cancel)
    assert outcome.sources["alertops"] == "ok"
    assert name not in set(table(project, "pages")["incident_id"])


def test_pages_of_pagerduty_and_of_alertops_stand_beside_each_other(project: Path) -> None:
    weekly(project, 0, "jira", "pagerduty")
    before = set(table(project, "pages")["incident_id"])
    outcome = weekly(project, 1, "jira", "pagerduty", "alertops")
    assert outcome.sources["pagerduty"] == outcome.sources["alertops"] == "ok"
    after = set(table(project, "pages")["incident_id"])
    assert before < after
    assert any(name.startswith("alertops-") for name in after)


def test_every_past_week_is_rebuilt_from_raw_byte_for_byte(project: Path) -> None:
    weekly(project, 0, "jira", "pagerduty")
    weekly(project, 1, "jira", "pagerduty", pagerduty=lambda _: Response(503, b"down"))
    weekly(project, 2, "jira", "tempo", "pagerduty")
    weekly(project, 3, "jira", "tempo", "pagerduty", tempo=without_schedules)
    settings = settings_of(project)
    data = digests(project / "data")
    for week in ("2025-12-22", "2025-12-29", "2026-01-05", "2026-01-12"):
        rebuilt = rebuild_week(settings, pd.Timestamp(week))
        assert "page" in rebuilt.same
        assert "statuses" in rebuilt.same
    assert "worklogs" in rebuilt.same  # of the newest week the facts are compared, too
    assert digests(project / "data") == data


def test_a_rebuild_asks_no_source_and_takes_the_config_of_then(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weekly(project, 0, "jira", "pagerduty")
    change_config(project, lambda config: config["engineers"].pop())
    change_config(project, lambda config: config.setdefault("publishing", {}).update(locale="en-US"))
    monkeypatch.setattr("httpx.HTTPTransport.handle_request", None)
    assert rebuild_week(settings_of(project), pd.Timestamp("2025-12-22")).different == ()


def test_a_rebuild_that_finds_something_else_says_what(project: Path) -> None:
    weekly(project, 0, "jira", "pagerduty")
    path = Layout(project / "data").partition("statuses", pd.Timestamp("2025-12-22"))
    changed = pd.read_parquet(path, partitioning=None)
    changed.assign(status="green").to_parquet(path, index=False)
    with pytest.raises(NotReproduced, match="differs from what was published in: statuses") as caught:
        rebuild_week(settings_of(project), pd.Timestamp("2025-12-22"))
    assert caught.value.exit_code == 5


def test_a_rebuilt_week_can_be_kept_with_its_site(project: Path, tmp_path: Path) -> None:
    weekly(project, 0, "jira", "pagerduty")
    out = tmp_path / "as it was"
    rebuild_week(settings_of(project), pd.Timestamp("2025-12-22"), out)
    assert (out / "site" / "index.html").is_file()
    assert (out / "data" / "performance" / "statuses" / "week=2025-W52" / "part-0.parquet").is_file()
