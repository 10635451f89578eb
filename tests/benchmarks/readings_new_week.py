"""What one new week costs: hours and readings as a weekly run makes them, on a store that holds a history."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from flows.collect import Fetched
from flows.compute import WEEK, _hours, _logged, _readings
from flows.facts import Facts
from flows.progress import silent
from flows.settings import Roster, load_settings
from flows.sources.window import Window
from flows.store.layout import Layout
from flows.store.tables import TableStore
from flows.workspace import DEFAULT_PATIENCE, Workspace
from tests.benchmarks.readings_world import FIRST_WEEK, World
from transforms.metrics.coverage import fifth_day_coverage
from transforms.metrics.readings import weekly_readings
from transforms.schedule import available_hours, weekly_hours
from transforms.weeks import week_starts

ROOT = Path(__file__).resolve().parents[2]
LOOK_BACK = 4 * WEEK
COMPUTED = ("available_hours", "coverage", "readings")


def fill(folder: Path, world: World) -> None:
    """A store as it stands when the last week's fetches are in, and nothing of that week is computed yet."""
    tables = world.tables()
    store = TableStore(Layout(folder))
    weeks = week_starts(FIRST_WEEK, world.last_week)
    for name in ("worklogs", "pages", "vibes", "sprint_credits"):
        store.write_weeks(name, weeks, tables[name])
    store.write("sprints", world.last_week, tables["sprints"])
    calendar = [tables[name] for name in ("engineers", "schedules", "holidays", "leave")]
    facts = [tables[name] for name in ("worklogs", "sprint_credits", "sprints", "pages", "vibes")]
    span = (FIRST_WEEK, world.last_week - pd.Timedelta(days=1))
    days = available_hours(*calendar, *span)
    before = weeks[:-1]
    store.write_weeks("available_hours", before, days)
    store.write_weeks("coverage", before, fifth_day_coverage(days, tables["engineers"]))
    store.write_weeks("readings", before, weekly_readings(tables["engineers"], weekly_hours(*calendar, *span), *facts))
    for name in ("engineers", "schedules", "leave"):
        tables[name].to_parquet(folder / f"{name}.parquet", index=False)


def new_week(folder: Path, world: World) -> Callable[[], None]:
    """The last week's run on the store, from worklogs to readings, ready to be called and measured."""
    layout, week = Layout(folder), world.last_week
    for name in COMPUTED:
        shutil.rmtree(layout.partition(name, week).parent, ignore_errors=True)
    engineers, schedules, leave = (
        pd.read_parquet(folder / f"{name}.parquet") for name in ("engineers", "schedules", "leave")
    )
    settings = load_settings({}, ROOT)
    workspace = Workspace(
        settings, settings.connections, layout, TableStore(layout), DEFAULT_PATIENCE, datetime.now(UTC), silent
    )
    window = Window(FIRST_WEEK.tz_localize("UTC").to_pydatetime(), workspace.as_of(week))
    facts = Facts([Fetched("leave", window, "ok", "", {"leave": leave})], week - LOOK_BACK)
    roster, first = Roster(engineers, schedules), week - LOOK_BACK
    assert not workspace.holidays.empty  # worked out here, and kept: not part of what is measured

    def run() -> None:
        logged = _logged(workspace, roster, first, week)
        hours = _hours(workspace, facts, roster, first, week)
        _readings(workspace, facts, roster, hours, logged, first, week)

    return run
