"""The whole story, run once and plainly, for all tests and test processes that look at it."""

import pickle
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock

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
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if base.name.startswith("popen-") else base
    project, told = shared / "story", shared / "story.pickle"
    with FileLock(shared / "story.lock"):
        if not told.exists():
            with open_workspace(settings_of(new_project(project))) as workspace:
                told.write_bytes(pickle.dumps(run_weekly(workspace)))
    return Story(project, pickle.loads(told.read_bytes()))
