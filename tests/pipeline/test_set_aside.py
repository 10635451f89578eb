"""A run whose config contradicts itself about one engineer: that engineer's days are unknown, the others' are not."""

import pandas as pd
import pytest

from flows.pipeline import run_weekly
from flows.rebuild import rebuild_week
from flows.settings import Settings, load_settings
from flows.store.layout import Layout
from flows.store.tables import TableStore
from flows.workspace import open_workspace
from tests.builders.config import config_dict, engineer_entry, write_config

W45, W46 = pd.Timestamp("2026-11-02"), pd.Timestamp("2026-11-09")
SCHEDULES = [
    {"from": "2025-01-06", "to": "2026-11-11", "kind": "5x8"},
    {"from": "2026-11-09", "kind": "4x10", "day_off": "friday"},
]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """After the first run: ben's periods overlap from Monday to Wednesday of the newest week."""
    project = tmp_path_factory.mktemp("overlap")
    config = config_dict(
        engineer_entry("ana"),
        engineer_entry("ben", schedules=SCHEDULES),
        policy={"baseline_start": "2026-10-12", "switch_date": "2026-11-09"},
        sample={"as_of": "2026-11-16"},
    )
    write_config(project, config)
    loaded = load_settings({}, project)
    with open_workspace(loaded) as workspace:
        run_weekly(workspace)
    return loaded


def stored(settings: Settings, table: str, week: pd.Timestamp = W46) -> pd.DataFrame:
    return TableStore(Layout(settings.data_dir)).read(table, first=week, last=week)


def test_each_week_lists_what_was_set_aside(settings: Settings) -> None:
    for week in (W45, W46):
        problems = stored(settings, "problems", week)
        of_config = problems[problems["source"] == "config"]
        assert of_config["column"].tolist() == ["engineers[1].schedules[1].from"]
        assert of_config["engineer_id"].tolist() == ["ben"]


def test_the_days_that_two_periods_claim_are_unknown_and_no_others(settings: Settings) -> None:
    days = stored(settings, "available_hours").groupby("engineer_id")["has_schedule"].agg(list)
    assert days.to_dict() == {"ana": [True] * 7, "ben": [False] * 3 + [True] * 4}
    readings = stored(settings, "readings").set_index("engineer_id")
    known = readings[["is_billable_known", "is_velocity_known", "is_response_known"]]
    assert known.loc["ana"].tolist() == [True, True, True]
    assert known.loc["ben"].tolist() == [False, False, True]
    assert stored(settings, "readings", W45)["is_billable_known"].all()


def test_the_page_shows_it_under_data_quality(settings: Settings) -> None:
    page = (settings.site_dir / "index.html").read_text(encoding="utf-8")
    assert "ben: the period from 2026-11-09 to now on overlaps the period from 2025-01-06 to 2026-11-11" in page
    assert "the days from 2026-11-09 to 2026-11-11 count as without a schedule" in page


def test_a_rebuild_sets_the_same_aside(settings: Settings) -> None:
    rebuilt = rebuild_week(settings, W46)
    assert {"problems", "available_hours", "readings", "page"} <= set(rebuilt.same)
