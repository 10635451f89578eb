"""The weekly Prefect flow: the steps of `flows.pipeline` as tasks, with retries on the sources."""

import os
from collections.abc import Sequence
from typing import Any

import pandas as pd
from prefect import Task, flow, get_run_logger, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.states import Completed, Failed

from flows import pipeline
from flows.collect import Fetched, fetch_source
from flows.facts import Facts
from flows.progress import as_lines
from flows.settings import load_settings
from flows.sources.errors import PassingError
from flows.sources.window import Window
from flows.workspace import Workspace, open_workspace
from transforms.weeks import parse_week


def _may_pass(_task: Task[Any, Any], _run: TaskRun, state: State[Any]) -> bool:
    """Whether a failed fetch is worth another: a refused token is not."""
    return isinstance(state.data, PassingError)


@task(
    retries=2,
    retry_delay_seconds=[10, 30],
    retry_condition_fn=_may_pass,
    cache_policy=NO_CACHE,
    task_run_name="fetch-{source}",
)
def fetch(workspace: Workspace, source: str, window: Window) -> Fetched:
    return fetch_source(workspace, source, window)


@task(cache_policy=NO_CACHE)
def compute(workspace: Workspace, facts: Facts, weeks: Sequence[pd.Timestamp], is_history: bool) -> None:
    pipeline.compute_weeks(workspace, facts, weeks, is_history)


@task(cache_policy=NO_CACHE)
def publish(workspace: Workspace, week: pd.Timestamp) -> pipeline.Published:
    return pipeline.publish(workspace, week)


STEPS = pipeline.Steps(fetch=fetch, compute=compute, publish=publish)


@flow(name="tenfour weekly")
def weekly(week: str | None = None) -> State[pipeline.Outcome]:
    """Collect, compute and publish the newest complete week, or the one named (`2026-W47`).

    The state is `Completed`, or `Failed` under the name "Published with gaps" when a source was missing or incomplete.
    """
    report = as_lines(get_run_logger().info)
    with open_workspace(load_settings(os.environ), report=report) as workspace:
        outcome = pipeline.run_weekly(workspace, parse_week(week) if week else None, STEPS)
    return finished(outcome)


def finished(outcome: pipeline.Outcome) -> State[pipeline.Outcome]:
    """The summary as an artifact, and the state that the outcome deserves."""
    create_markdown_artifact(key="tenfour-summary", markdown=outcome.as_markdown(), description=f"Week {outcome.week}")
    if outcome.exit_code:
        return Failed(name="Published with gaps", message=outcome.headline, data=outcome)
    return Completed(message=outcome.headline, data=outcome)
