"""The whole story, run once and plainly, for all tests and test processes that look at it."""

import pickle
from dataclasses import dataclass
from pathlib import Path

import pytest

from flows.pipeline import Outcome, run_weekly
from flows.workspace import open_workspace
from tests.builders.once import made_once
from tests.builders.project import new_project, settings_of


@dataclass(frozen=True)
class Story:
    """A project after its first run."""

    project: Path
    outcome: Outcome


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    def tell(folder: Path) -> None:
        with open_workspace(settings_of(new_project(folder / "project"))) as workspace:
            (folder / "outcome.pickle").write_bytes(pickle.dumps(run_weekly(workspace)))

    folder = made_once(tmp_path_factory, "story", tell)
    return Story(folder / "project", pickle.loads((folder / "outcome.pickle").read_bytes()))
