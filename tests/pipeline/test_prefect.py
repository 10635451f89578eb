"""Real Prefect: one server that schedules, and runs of the weekly flow against it."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State, StateType
from prefect.settings import PREFECT_API_URL
from prefect.states import Failed

from flows.serve import deployments, scheduling_server
from flows.sources.errors import PassingError, SourceError
from flows.weekly import fetch, weekly
from tests.builders.project import copy_of, settings_of
from tests.pipeline.conftest import Story

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PREFECT_HOME", str(tmp_path_factory.mktemp("prefect")))
        patch.delenv("PREFECT_API_URL", raising=False)
        with scheduling_server() as url:
            yield url


def test_scheduled_runs_of_both_flows_are_really_created(server: str, story: Story) -> None:
    assert PREFECT_API_URL.value() == server
    settings = settings_of(story.project)
    for deployment in deployments(settings):
        # Said outright: a browser test in the same process leaves an event loop running, which Prefect would follow.
        deployment.apply(_sync=True)
    zone = ZoneInfo(settings.config.organisation.timezone)
    deadline = time.monotonic() + 90
    with get_client(sync_client=True) as client:
        while time.monotonic() < deadline:
            runs = [run for run in client.read_flow_runs() if run.state_type == StateType.SCHEDULED]
            flows = {run.flow_id for run in runs}
            if len(flows) == 2:
                break
            time.sleep(0.5)
        assert len(flows) == 2, "the server created no scheduled runs"
        planned = {client.read_flow(flow_id).name: [] for flow_id in flows}
        for run in runs:
            assert run.expected_start_time is not None
            planned[client.read_flow(run.flow_id).name].append(run.expected_start_time.astimezone(zone))
    assert {(start.weekday(), start.hour) for start in planned["tenfour weekly"]} == {(0, 6)}
    assert {(start.hour, start.minute) for start in planned["tenfour monthly"]} == {(6, 30)}


def test_the_weekly_flow_runs_as_a_flow_and_leaves_the_same_site(
    server: str, story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = copy_of(story.project, tmp_path / "project")
    for name in ("config", "data", "site"):
        monkeypatch.setenv(f"TENFOUR_{name.upper()}", str(project / name))
    state = weekly(return_state=True)
    assert state.is_completed(), state.message
    assert state.message is not None
    assert "2026-W47" in state.message
    with get_client(sync_client=True) as client:
        names = {run.name for run in client.read_task_runs()}
        artifacts = client.read_artifacts()
    assert {"fetch-jira", "fetch-pagerduty", "fetch-vibes", "fetch-leave"} <= names
    assert [artifact.key for artifact in artifacts] == ["tenfour-summary"]
    assert (project / "site" / "index.html").read_bytes() == (story.project / "site" / "index.html").read_bytes()


def test_a_run_with_a_missing_source_fails_its_state_but_publishes(
    server: str, story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = copy_of(story.project, tmp_path / "project")
    (project / "data" / "inputs" / "vibes" / "vibes.csv").unlink()
    for name in ("config", "data", "site"):
        monkeypatch.setenv(f"TENFOUR_{name.upper()}", str(project / name))
    state = weekly(return_state=True)
    assert state.is_failed()
    assert state.name == "Published with gaps"
    assert "vibes" in (project / "site" / "index.html").read_text()


@pytest.mark.parametrize(("trouble", "is_repeated"), [(PassingError, True), (SourceError, False)])
def test_only_a_trouble_that_may_pass_is_worth_another_fetch(trouble: type[SourceError], is_repeated: bool) -> None:
    state: State[Any] = Failed(data=trouble("Jira", "401 Unauthorized", "an answer", "Check the token."))
    condition = fetch.retry_condition_fn
    assert condition is not None
    assert condition(fetch, None, state) is is_repeated  # type: ignore[arg-type]
