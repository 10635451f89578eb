"""A project folder as a user has it: the sample config, the story's vibes files, an empty store."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flows.settings import Settings, load_settings
from flows.sources.http import Patience
from tests.conftest import ROOT

# A dead source is found dead at once: tests do not wait for it to come back.
IMPATIENT = Patience(attempts=1, first_wait=0.0, longest_wait=0.0, jitter=0.0, total=1.0)


def new_project(folder: Path) -> Path:
    """A folder with config and inputs, nothing computed yet, nor written back by runs of the checkout."""
    shutil.copytree(ROOT / "config", folder / "config")
    written_back = shutil.ignore_patterns("problems_*.csv", "vibes_*-W*.csv")
    shutil.copytree(ROOT / "data" / "inputs", folder / "data" / "inputs", ignore=written_back)
    return folder


def copy_of(project: Path, folder: Path) -> Path:
    """The same project once more, store and site included, to change without harm."""
    shutil.copytree(project, folder)
    return folder


def settings_of(project: Path, **environment: str) -> Settings:
    return load_settings(environment, project)


def change_config(project: Path, change: Callable[[dict[str, Any]], None]) -> None:
    path = project / "config" / "team_config.json"
    config = json.loads(path.read_text())
    change(config)
    path.write_text(json.dumps(config))


def digests(folder: Path, *, but: str = "-") -> dict[str, str]:
    """Relative path -> SHA-256 of every file, run records and the lock left out by name."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".lock" and but not in path.relative_to(folder).parts
    }
