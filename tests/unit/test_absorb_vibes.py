"""What the runs of a store make of scores that change, are taken back, or come late."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from flows.collect import Fetched
from flows.facts import Facts, absorb
from flows.progress import silent
from flows.settings import Connections
from flows.sources.window import Window
from flows.store.layout import Layout
from flows.store.runs import write_run
from flows.store.tables import TableStore
from flows.workspace import DEFAULT_PATIENCE, Workspace
from tests.builders.facts import day, vibe, vibes
from tests.builders.project import digests
from tests.builders.site_data import settings
from transforms.weeks import iso_week

W46, W47 = day("2026-11-09"), day("2026-11-16")
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def ana(score: float | None, week: pd.Timestamp = W47, **columns: Any) -> dict[str, Any]:
    return vibe("ana", f"{week:%Y-%m-%d}", score, **columns)


def run(
    folder: Path,
    *rows: dict[str, Any],
    newest: pd.Timestamp = W47,
    state: str = "ok",
    is_published: bool = True,
) -> pd.DataFrame:
    """One run that reads these rows of the vibes files; the table after it. `is_published`: it did not break off."""
    layout = Layout(folder)
    workspace = Workspace(settings(), Connections(), layout, TableStore(layout), DEFAULT_PATIENCE, NOW, silent)
    tables = {} if state == "failed" else {"vibes": vibes(*rows)}
    window = Window(W46.tz_localize(UTC).to_pydatetime(), NOW)
    absorb(workspace, Facts([Fetched("vibes", window, state, "", tables)], W46), newest)
    if is_published:
        write_run(layout, datetime.now(UTC), "weekly", {"week": iso_week(newest)})
    return TableStore(layout).read("vibes")


def told(table: pd.DataFrame) -> list[tuple[float | None, float | None]]:
    """(score now, score first published where another was), by week."""
    ordered = table.sort_values("week_start")
    columns = [ordered[name].astype(object).where(ordered[name].notna(), None) for name in ("vibes", "published_vibes")]
    return list(zip(*columns, strict=True))


def test_the_first_run_over_the_history_marks_nothing(tmp_path: Path):
    assert told(run(tmp_path, ana(3, W46), ana(4))) == [(3, None), (4, None)]


def test_the_same_run_twice_gives_the_same_bytes(tmp_path: Path):
    for rows in ([ana(4)], [ana(3)], []):
        run(tmp_path, *rows)
        once = digests(tmp_path, but="runs")
        run(tmp_path, *rows)
        assert digests(tmp_path, but="runs") == once


def test_a_score_changed_after_its_week_was_published_keeps_the_first(tmp_path: Path):
    run(tmp_path, ana(4))
    assert told(run(tmp_path, ana(3))) == [(3, 4)]
    assert told(run(tmp_path, ana(2), newest=day("2026-11-23"))) == [(2, 4)]
    assert told(run(tmp_path, ana(4), newest=day("2026-11-23"))) == [(4, None)]


def test_a_score_may_change_until_its_week_is_published(tmp_path: Path):
    assert len(run(tmp_path, ana(3, W46), ana(4), newest=W46)) == 1
    assert told(run(tmp_path, ana(3, W46), ana(5))) == [(3, None), (5, None)]


def test_a_run_that_broke_off_published_nothing(tmp_path: Path):
    run(tmp_path, ana(3, W46), newest=W46)
    run(tmp_path, ana(3, W46), ana(4), is_published=False)
    assert told(run(tmp_path, ana(3, W46), ana(5))) == [(3, None), (5, None)]


def test_of_a_run_that_broke_off_no_row_stays_that_the_files_no_longer_hold(tmp_path: Path):
    run(tmp_path, ana(4), is_published=False)
    assert run(tmp_path).empty


def test_a_late_score_is_not_changed(tmp_path: Path):
    run(tmp_path, ana(4))
    assert told(run(tmp_path, ana(3, W46), ana(4))) == [(3, None), (4, None)]


def test_the_last_row_of_a_week_that_is_deleted_was_taken_back(tmp_path: Path):
    run(tmp_path, ana(3, W46, note="Said too much"), ana(4))
    table = run(tmp_path, ana(4))
    assert told(table) == [(None, 3), (4, None)]
    assert table["note"].isna().all()


@pytest.mark.parametrize("state", ["late", "failed"])
def test_what_could_not_be_read_was_not_taken_back(tmp_path: Path, state: str):
    noor = ana(2, manager_id="noor", note="On call", file="vibes-noor.csv")
    before = run(tmp_path, noor)
    pd.testing.assert_frame_equal(run(tmp_path, state=state), before)


def test_rows_of_a_week_that_is_not_over_wait(tmp_path: Path):
    assert run(tmp_path, ana(4, day("2026-11-23"))).empty
