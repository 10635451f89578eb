"""Scores that change after their week was published, run after run, and the rebuild of such runs."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from flows.rebuild import rebuild_week
from tests.builders.project import change_config, digests, new_project, settings_of
from tests.pipeline.test_real_sources import table, weekly

pytestmark = pytest.mark.slow

WEEK = "2025-12-22"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of four weeks of history, of which ana and ben have scores in the last one; nothing run yet."""
    folder = new_project(tmp_path / "project")

    def shorten(config: dict[str, Any]) -> None:
        config["sample"].update(as_of="2026-02-02")
        config["policy"].update(baseline_start="2025-12-01")

    change_config(folder, shorten)
    scores(folder, ana=4, ben=3)
    return folder


def scores(project: Path, **told: int) -> None:
    """The managers' file from now on: these scores of the week, each with a note."""
    rows = [f"{WEEK},{who},{score},Said of {who}" for who, score in told.items()]
    path = project / "data" / "inputs" / "vibes" / "vibes.csv"
    path.write_text("\n".join(["week_start,engineer_id,vibes,note", *rows, ""]))


def changed(project: Path) -> dict[str, bool]:
    readings = table(project, "readings", WEEK).set_index("engineer_id")
    return readings.loc[["ana", "ben"], "is_vibes_changed"].to_dict()


def test_scores_changed_and_taken_back_are_told_and_rebuilt_byte_for_byte(project: Path) -> None:
    weekly(project, 0, "jira", "pagerduty")
    assert changed(project) == {"ana": False, "ben": False}
    scores(project, ana=2)
    weekly(project, 1, "jira", "pagerduty")
    assert changed(project) == {"ana": True, "ben": True}
    rows = table(project, "vibes", WEEK).set_index("engineer_id")
    assert rows["published_vibes"].to_dict() == {"ana": 4, "ben": 3}
    assert rows["note"].dropna().to_dict() == {"ana": "Said of ana"}
    readings = table(project, "readings", WEEK).set_index("engineer_id")["vibes"]
    assert readings["ana"] == 2
    assert pd.isna(readings["ben"])

    stored = digests(project / "data" / "performance")
    weekly(project, 1, "jira", "pagerduty")
    assert digests(project / "data" / "performance") == stored
    rebuilt = rebuild_week(settings_of(project), pd.Timestamp("2025-12-29"))
    assert {"vibes", "readings", "page"} <= set(rebuilt.same)
