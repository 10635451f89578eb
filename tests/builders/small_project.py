"""A project that runs in seconds: two engineers of one manager, three weeks of sample data, files of their own."""

import json
from pathlib import Path

from flows.pipeline import Outcome, run_weekly
from flows.settings import Settings, load_settings
from flows.workspace import open_workspace
from tests.builders.config import config_dict, engineer_entry, write_config

FIRST_RUN, NEXT_RUN = "2026-11-16", "2026-11-23"  # Mondays: the weeks reported are 2026-W46 and 2026-W47
HEADER = "week_start,engineer_id,vibes,note,manager,visibility"


def small_project(folder: Path, **files: list[str]) -> Path:
    """A folder with a config, and these files of managers (`vibes=[line, ...]` is vibes.csv); nothing run yet."""
    config = config_dict(
        engineer_entry("ben"),
        engineer_entry("ana"),
        policy={"baseline_start": "2026-10-26", "switch_date": "2026-11-09"},
        limits={"rejected_share": 1.0},
    )
    write_config(folder, config)
    share_of(folder).mkdir(parents=True)
    for name, lines in files.items():
        put(folder, f"{name}.csv", *lines)
    return folder


def share_of(project: Path) -> Path:
    return project / "data" / "inputs" / "vibes"


def put(project: Path, name: str, *lines: str) -> None:
    (share_of(project) / name).write_text("\n".join([*lines, ""]))


def loaded(project: Path, as_of: str = FIRST_RUN, rejected_share: float = 1.0) -> Settings:
    """The settings of a run on that Monday."""
    path = project / "config" / "team_config.json"
    config = json.loads(path.read_text())
    write_config(project, config | {"sample": {"as_of": as_of}, "limits": {"rejected_share": rejected_share}})
    return load_settings({}, project)


def run(project: Path, as_of: str = FIRST_RUN, rejected_share: float = 1.0) -> Outcome:
    """The weekly run on that Monday."""
    with open_workspace(loaded(project, as_of, rejected_share)) as workspace:
        return run_weekly(workspace)
