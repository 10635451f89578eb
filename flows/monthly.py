"""The monthly Prefect flow: the report of every complete month that has none yet."""

import os

from prefect import flow, get_run_logger
from prefect.client.schemas.objects import State

from flows import pipeline
from flows.progress import as_lines
from flows.settings import load_settings
from flows.weekly import STEPS, finished
from flows.workspace import open_workspace


@flow(name="tenfour monthly")
def monthly(month: str | None = None) -> State[pipeline.Outcome]:
    """Publish the report of a month (`2026-10`), or of every complete month that has none yet."""
    report = as_lines(get_run_logger().info)
    with open_workspace(load_settings(os.environ), report=report) as workspace:
        outcome = pipeline.run_monthly(workspace, month, STEPS)
    return finished(outcome)
