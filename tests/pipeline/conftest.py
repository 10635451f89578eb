"""The whole story, run once and plainly; tests that need it share one worker (`xdist_group`)."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from flows.pipeline import Outcome, run_weekly
from flows.workspace import open_workspace
from tests.builders.project import new_project, settings_of


@dataclass(frozen=True)
class Story:
    """A project after its first run."""

    project: Path
    outcome: Outcome


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    project = new_project(tmp_path_factory.mktemp("story") / "project")
    with open_workspace(settings_of(project)) as workspace:
        outcome = run_weekly(workspace)
    return Story(project, outcome)
