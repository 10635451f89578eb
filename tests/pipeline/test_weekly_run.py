"""The weekly run on the story, over real HTTP against the mock servers."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from flows import pipeline
from flows.errors import ConfigError, LockHeld, UserError
from flows.mocks import sample_connections
from flows.pipeline import run_monthly, run_weekly
from flows.settings import Settings
from flows.store.layout import Layout
from flows.store.tables import TableStore
from flows.workspace import Workspace, open_workspace
from tests.builders.project import IMPATIENT, change_config, copy_of, digests, new_project, settings_of
from tests.pipeline.conftest import Story

pytestmark = pytest.mark.slow

W47 = pd.Timestamp("2026-11-16")
W46 = pd.Timestamp("2026-11-09")


@pytest.fixture
def again(story: Story, tmp_path: Path) -> Path:
    """The project after its first run, in a copy that a test may change."""
    return copy_of(story.project, tmp_path / "project")


def stored(project: Path) -> TableStore:
    return TableStore(Layout(project / "data"))


def run(settings: Settings, week: pd.Timestamp | None = None) -> object:
    with open_workspace(settings, IMPATIENT) as workspace:
        return run_weekly(workspace, week)


@pytest.fixture
def half_dead(again: Path) -> Iterator[Workspace]:
    """The project's next run finds Jira alive and PagerDuty gone."""
    settings = settings_of(again)
    with open_workspace(settings, IMPATIENT) as alive:
        dead = type(alive.connections)(jira=alive.connections.jira, pagerduty=_nobody_there(alive))
        yield replace(alive, connections=dead)


def _nobody_there(workspace: Workspace) -> object:
    connection = workspace.connections.pagerduty
    assert connection is not None
    return type(connection)(connection.base_url, connection.token, connection.email, connect_to="127.0.0.1:9")


def test_the_first_run_publishes_every_week_and_every_complete_month(story: Story) -> None:
    assert story.outcome.exit_code == 0
    assert len(story.outcome.weeks_computed) == 55
    assert story.outcome.weeks_computed[-1] == "2026-W47"
    assert story.outcome.months_added == ("2026-05", "2026-06", "2026-07", "2026-08", "2026-09", "2026-10")
    assert list(stored(story.project).weeks("statuses")) == list(pd.date_range("2025-11-03", W47, freq="7D"))
    for page in ("index.html", "weeks/2026-W40/index.html", "reports/2026-10/index.html", "engineers/ana/index.html"):
        assert (story.project / "site" / page).is_file(), page


def test_a_second_run_changes_no_byte_but_its_records(again: Path) -> None:
    def kept() -> list[dict[str, str]]:
        return [digests(again / "data" / part) for part in ("performance", "inputs")]

    data, site = kept(), digests(again / "site")
    inode = (again / "site").stat().st_ino
    outcome = run(settings_of(again))
    assert not outcome.is_changed  # type: ignore[attr-defined]
    assert kept() == data
    assert digests(again / "site") == site
    assert (again / "site").stat().st_ino == inode
    assert len(list((again / "data" / "runs").glob("*.json"))) == 2


def test_two_first_runs_in_different_places_give_the_same_bytes(tmp_path: Path) -> None:
    results = []
    for place in ("here", "elsewhere"):
        project = new_project(tmp_path / place)
        change_config(project, lambda config: config["sample"].update(as_of="2026-01-12"))
        run(settings_of(project))
        results.append((digests(project / "data", but="runs"), digests(project / "site")))
    assert results[0] == results[1]


def test_a_dead_source_turns_its_metric_unknown_and_leaves_the_rest(half_dead: Workspace) -> None:
    before = half_dead.tables.read("readings", first=W47)
    outcome = run_weekly(half_dead)
    assert outcome.exit_code == 4
    assert outcome.sources["pagerduty"] == "failed"
    after = half_dead.tables.read("readings", first=W47)
    assert not after["is_response_known"].any()
    assert after["is_billable_known"].all()
    pd.testing.assert_series_equal(after["billable_pct"], before["billable_pct"])


def test_the_page_says_which_source_is_dead_and_since_when(half_dead: Workspace) -> None:
    run_weekly(half_dead)
    page = (half_dead.settings.site_dir / "index.html").read_text()
    assert "PagerDuty" in page
    assert "nothing known since" in page.lower() or "unknown since" in page.lower()


def test_a_missing_vibes_file_is_said_and_makes_no_traceback(again: Path) -> None:
    (again / "data" / "inputs" / "vibes" / "vibes.csv").unlink()
    outcome = run(settings_of(again))
    assert outcome.exit_code == 4  # type: ignore[attr-defined]
    assert outcome.sources["vibes"] == "failed"  # type: ignore[attr-defined]
    assert not stored(again).read("readings", first=W47)["is_vibes_known"].any()
    # What managers wrote for earlier weeks is still there.
    assert len(stored(again).read("vibes", last=W46))


def test_sample_and_real_data_never_mix(again: Path) -> None:
    real = {"TENFOUR_JIRA_URL": "http://127.0.0.1:9", "TENFOUR_JIRA_EMAIL": "a@b.example", "TENFOUR_JIRA_TOKEN": "t"}
    site = digests(again / "site")
    with pytest.raises(ConfigError, match="never mix"):
        run(settings_of(again, **real))
    assert digests(again / "site") == site


def test_a_real_source_that_is_not_set_is_off_and_not_mocked(tmp_path: Path) -> None:
    project = new_project(tmp_path / "real")
    change_config(project, lambda config: config["policy"].update(baseline_start="2026-04-06"))
    in_may = datetime(2026, 5, 26, tzinfo=UTC)
    newest = pd.Timestamp("2026-05-18")
    with sample_connections(settings_of(project)) as mocks:
        jira = mocks.jira
        assert jira is not None
        settings = settings_of(
            project,
            TENFOUR_JIRA_URL=f"http://{jira.connect_to}",
            TENFOUR_JIRA_EMAIL=str(jira.email),
            TENFOUR_JIRA_TOKEN=jira.token.get_secret_value(),
        )
        with open_workspace(settings, IMPATIENT, in_may) as workspace:
            outcome = run_weekly(workspace)
    assert outcome.sources["jira"] == "ok"
    assert outcome.sources["pagerduty"] == "off"
    readings = stored(project).read("readings", first=newest)
    assert set(readings["week_start"]) == {newest}, "Jira told of later weeks, but the run speaks for this one"
    assert readings["is_billable_known"].any()
    assert not readings["is_response_known"].any()
    assert json.loads(Layout(project / "data").origin.read_text()) == {"origin": "real"}
    assert "Sample data" not in (project / "site" / "index.html").read_text()
    kept = [path for path in project.rglob("*") if path.is_file()]
    assert [path for path in kept if jira.token.get_secret_value().encode() in path.read_bytes()] == []


def test_only_one_run_works_on_a_data_folder(again: Path) -> None:
    with open_workspace(settings_of(again), IMPATIENT), pytest.raises(LockHeld, match="another tenfour run"):
        run(settings_of(again))


@pytest.mark.parametrize(
    ("week", "why"),
    [("2026-11-09", "already published"), ("2026-11-23", "not over yet"), ("2025-10-27", "before the baseline")],
)
def test_a_week_that_cannot_be_run_is_refused_with_the_reason(again: Path, week: str, why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        run(settings_of(again), pd.Timestamp(week))


def test_hours_edited_later_restate_the_reading_but_not_the_status(again: Path) -> None:
    store = stored(again)
    told = store.read("statuses", last=W46)
    readings = store.read("readings", first=W46, last=W46)
    # As if the store had been written before Ana's W46 hours were entered.
    kept = store.read("worklogs", first=W46, last=W46)
    store.write("worklogs", W46, kept[kept["engineer_id"] != "ana"])
    ana = readings["engineer_id"] == "ana"
    store.write("readings", W46, readings.assign(billable_pct=readings["billable_pct"].mask(ana, 10.0)))
    run(settings_of(again))
    fresh = stored(again)
    pd.testing.assert_frame_equal(fresh.read("readings", first=W46, last=W46), readings)
    pd.testing.assert_frame_equal(fresh.read("statuses", last=W46), told)


def test_rows_that_vanish_from_the_store_keep_the_old_site(again: Path) -> None:
    site = digests(again / "site")
    shutil.rmtree(Layout(again / "data").partition("statuses", pd.Timestamp("2026-01-05")).parent)
    with open_workspace(settings_of(again), IMPATIENT) as workspace, pytest.raises(UserError, match="Rows were lost"):
        pipeline.publish(workspace, W47)
    assert digests(again / "site") == site


def test_a_run_that_dies_half_way_is_finished_by_the_next(story: Story, again: Path) -> None:
    def dies(workspace: Workspace, week: pd.Timestamp) -> pipeline.Published:
        raise KeyboardInterrupt

    settings = settings_of(again)
    site = digests(again / "site")
    with open_workspace(settings, IMPATIENT) as workspace, pytest.raises(KeyboardInterrupt):
        run_weekly(workspace, steps=pipeline.Steps(publish=dies))
    assert digests(again / "site") == site
    run(settings)
    assert digests(again / "site") == digests(story.project / "site")


def test_a_month_is_published_once_and_never_changed(again: Path) -> None:
    page = again / "site" / "reports" / "2026-10" / "index.html"
    bytes_before = page.read_bytes()
    change_config(again, lambda config: config["publishing"].update(title="Another title"))
    with open_workspace(settings_of(again), IMPATIENT) as workspace:
        outcome = run_monthly(workspace)
    assert outcome.months_added == ()
    assert page.read_bytes() == bytes_before
    assert "Another title" in (again / "site" / "index.html").read_text()


def test_an_incomplete_month_is_refused(again: Path) -> None:
    with open_workspace(settings_of(again), IMPATIENT) as workspace, pytest.raises(ConfigError, match="2026-11"):
        run_monthly(workspace, "2026-11")


def test_private_notes_reach_no_byte_of_the_site(story: Story) -> None:
    vibes = stored(story.project).read("vibes")
    private = vibes.loc[vibes["visibility"] == "managers", "note"].dropna().unique()
    assert len(private), "the story has no note for managers only, so this proves nothing"
    site = "\n".join(path.read_text(errors="replace") for path in (story.project / "site").rglob("*") if path.is_file())
    assert [note for note in private if note in site] == []
