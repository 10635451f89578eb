"""Hours on their way into the store and into a week's readings: in advance, edited, moved, impossible; and leave."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from flows.collect import Fetched, fetch_source, metrics_of
from flows.compute import compute_week
from flows.facts import Facts, absorb
from flows.progress import silent
from flows.settings import Connections
from flows.sources.http import Patience
from flows.sources.window import Window
from flows.store.layout import Layout
from flows.store.tables import TableStore
from flows.workspace import Workspace
from tests.builders.config import engineer_entry, settings_of
from tests.builders.facts import CHICAGO, day, leave, worklog, worklogs
from transforms.schemas.registry import TABLES, empty

W44, W45, W46, W47, W48 = (day(text) for text in ("2026-10-26", "2026-11-02", "2026-11-09", "2026-11-16", "2026-11-23"))
TUESDAY = "2026-11-17"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A team of ana and ben on 4x10, two weeks of look-back, in the week after W47; nothing stored yet."""
    return workspace_of(tmp_path)


def workspace_of(folder: Path, **sections: Any) -> Workspace:
    sources = {"lookback_weeks": 2} | sections.pop("sources", {})
    settings = settings_of(folder, engineer_entry("ana"), engineer_entry("ben"), sources=sources, **sections)
    layout = Layout(folder / "data")
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    return Workspace(settings, Connections(), layout, TableStore(layout), Patience(), now, silent)


def window(first: pd.Timestamp, end: pd.Timestamp) -> Window:
    return Window(*(edge.tz_localize(CHICAGO).to_pydatetime() for edge in (first, end)))


def read(
    source: str,
    *rows: Mapping[str, Any],
    week: pd.Timestamp = W47,
    tables: Mapping[str, Any] | None = None,
    **more: Any,
) -> Fetched:
    """What a fetch for the run of a week brought: worklogs, or other tables."""
    found = {"worklogs": worklogs(*rows)} if tables is None else tables
    span = window(week - pd.Timedelta(weeks=2), week + pd.Timedelta(weeks=1))
    return Fetched(source, span, "ok", "", found, **more)


def facts(*fetched: Fetched, week: pd.Timestamp = W47) -> Facts:
    return Facts(fetched, first_week=week - pd.Timedelta(weeks=2))


def absorbed(workspace: Workspace, *rows: Mapping[str, Any], week: pd.Timestamp = W47, **more: Any) -> None:
    absorb(workspace, facts(read("jira", *rows, week=week, **more), week=week), week)


def stored(workspace: Workspace) -> dict[str, str]:
    """Worklog -> its day, over the whole store, as a later run would read it."""
    table = TableStore(workspace.layout).read("worklogs")
    return dict(zip(table["worklog_id"], table["work_date"].dt.strftime("%Y-%m-%d"), strict=True))


def log(
    number: int, on: str, hours: float = 2.0, *, entered: str | None = None, edited: str | None = None, **more: Any
):
    """A worklog of ana's, entered on the day unless said."""
    at = {
        "recorded_at": pd.Timestamp(entered or on, tz="UTC"),
        "updated_at": pd.Timestamp(edited or entered or on, tz="UTC"),
    }
    return worklog("ana", on, hours, worklog_id=str(number), **(at | more))


# -- work entered in advance -------------------------------------------------------------------------------------------


def test_work_entered_in_advance_waits_in_its_own_week_and_counts_when_that_is_reported(workspace: Workspace) -> None:
    absorbed(workspace, log(1, "2026-11-03"), log(2, TUESDAY, entered="2026-10-20"), week=W45)
    assert stored(workspace) == {"1": "2026-11-03", "2": TUESDAY}
    absorbed(workspace, week=W46)
    absorbed(workspace, week=W47)  # Jira does not tell of it again: it was edited too long ago
    told = workspace.tables.read("worklogs", first=W47, last=W47)
    assert list(told["worklog_id"]) == ["2"]


def test_work_entered_in_advance_does_not_count_before(workspace: Workspace) -> None:
    absorbed(workspace, log(1, "2026-11-03"), log(2, TUESDAY, entered="2026-10-20"), week=W45)
    assert list(workspace.tables.read("worklogs", last=W46)["worklog_id"]) == ["1"]


def test_a_year_far_away_costs_one_partition(workspace: Workspace) -> None:
    absorbed(workspace, log(1, "2262-01-07"))
    assert list(workspace.tables.weeks("worklogs")) == [W45, W46, W47, day("2262-01-06")]


def test_work_of_the_future_that_was_deleted_is_gone(workspace: Workspace) -> None:
    absorbed(workspace, log(1, "2026-12-15"), log(2, "2026-12-15"))
    absorbed(workspace, week=W48, deleted_worklogs=frozenset({"1"}))
    assert stored(workspace) == {"2": "2026-12-15"}


def test_work_of_the_future_that_was_mended_stands_where_it_belongs(workspace: Workspace) -> None:
    absorbed(workspace, log(1, "2062-11-14", entered=TUESDAY))
    absorbed(workspace, log(1, TUESDAY, entered=TUESDAY, edited="2026-11-23"), week=W48)
    assert stored(workspace) == {"1": TUESDAY}


def test_running_again_stores_the_same(workspace: Workspace) -> None:
    rows = log(1, TUESDAY), log(2, "2026-12-15")
    absorbed(workspace, *rows)
    before = {path: path.read_bytes() for path in workspace.layout.data_dir.rglob("*.parquet")}
    absorbed(workspace, *rows)
    assert {path: path.read_bytes() for path in workspace.layout.data_dir.rglob("*.parquet")} == before


# -- late, edited and moved --------------------------------------------------------------------------------------------


def test_late_and_edited_worklogs_restate_the_look_back_weeks(workspace: Workspace) -> None:
    absorbed(workspace, log(1, "2026-11-10", 2), week=W46)
    absorbed(workspace, log(1, "2026-11-10", 5), log(2, "2026-11-11", entered="2026-11-18"))
    table = workspace.tables.read("worklogs", first=W46, last=W46)
    assert dict(zip(table["worklog_id"], table["logged_hours"], strict=True)) == {"1": 5.0, "2": 2.0}


def test_a_worklog_that_was_moved_within_the_look_back_weeks_stands_once(workspace: Workspace) -> None:
    absorbed(workspace, log(1, "2026-11-10"), week=W46)
    absorbed(workspace, log(1, TUESDAY, entered="2026-11-10", edited="2026-11-20"))
    assert stored(workspace) == {"1": TUESDAY}


def test_a_worklog_that_was_moved_here_from_a_week_long_past_stands_once(workspace: Workspace) -> None:
    absorbed(workspace, log(1, "2026-10-27"), log(2, "2026-10-28"), week=W44)
    absorbed(workspace, log(1, TUESDAY, entered="2026-10-27", edited="2026-11-20"))
    assert stored(workspace) == {"1": TUESDAY, "2": "2026-10-28"}


def test_the_same_number_of_another_vendor_is_another_worklog(workspace: Workspace) -> None:
    absorbed(workspace, log(1, "2026-10-27"), week=W44)
    tempo = log(1, TUESDAY, entered="2026-11-17", edited="2026-11-18", billing_rule="tempo")
    absorb(workspace, facts(read("tempo", tempo)), W47)
    table = TableStore(workspace.layout).read("worklogs")
    assert sorted(zip(table["worklog_id"], table["billing_rule"], strict=True)) == [("1", "default"), ("1", "tempo")]


def test_what_came_again_as_something_that_does_not_count_is_gone(workspace: Workspace) -> None:
    absorbed(workspace, log(1, TUESDAY), log(2, TUESDAY))
    absorbed(workspace, log(2, TUESDAY), deleted_worklogs=frozenset({"1"}))
    assert stored(workspace) == {"2": TUESDAY}


# -- days with more hours than a day has -------------------------------------------------------------------------------


def computed(workspace: Workspace, *fetched: Fetched, week: pd.Timestamp = W47) -> pd.DataFrame:
    """The week's readings, by engineer."""
    one = facts(*fetched, week=week)
    absorb(workspace, one, week)
    compute_week(workspace, one, week, is_reconstructed=False)
    return workspace.tables.read("readings", first=week, last=week).set_index("engineer_id")


def test_a_day_of_30_hours_makes_the_week_unknown_for_its_engineer_alone(workspace: Workspace) -> None:
    ben = worklog("ben", TUESDAY, 8.0)
    readings = computed(workspace, read("jira", log(1, TUESDAY, 20), log(2, TUESDAY, 10), log(3, "2026-11-18", 8), ben))
    assert readings["is_billable_known"].to_dict() == {"ana": False, "ben": True}
    assert pd.isna(readings.loc["ana", "billable_pct"])
    assert readings.loc["ben", "billable_hours"] == 8.0
    problems = workspace.tables.read("problems", first=W47, last=W47)
    assert list(problems["rule"]) == ["J012"]
    assert len(stored(workspace)) == 4  # set aside, not thrown away


def test_when_the_day_is_mended_the_week_is_known(workspace: Workspace) -> None:
    computed(workspace, read("jira", log(1, TUESDAY, 20), log(2, TUESDAY, 10)))
    assert not TableStore(workspace.layout).read("readings", first=W47)["is_billable_known"].all()
    mended = read("jira", log(1, TUESDAY, 2, edited="2026-11-24"), log(2, TUESDAY, 10), week=W48)
    computed(workspace, mended, week=W48)
    readings = workspace.tables.read("readings", first=W47, last=W47).set_index("engineer_id")
    assert readings["is_billable_known"].all()
    assert readings.loc["ana", "worked_hours"] == 12.0
    assert workspace.tables.read("problems", first=W48, last=W48).empty


def test_hours_entered_after_the_week_ended_do_not_make_its_day_impossible(workspace: Workspace) -> None:
    late = log(2, TUESDAY, 10, entered="2026-11-23T12:00")
    readings = computed(workspace, read("jira", log(1, TUESDAY, 20), late))
    assert readings.loc["ana", "worked_hours"] == 20.0


# -- leave of several sources ------------------------------------------------------------------------------------------


def hours_of(workspace: Workspace, week: pd.Timestamp = W47) -> dict[str, float]:
    """Day -> hours of ana's leave."""
    table = workspace.tables.read("available_hours", first=week, last=week)
    ana = table[(table["engineer_id"] == "ana") & (table["leave_hours"] > 0)]
    return dict(zip(ana["work_date"].dt.strftime("%m-%d"), ana["leave_hours"], strict=True))


def of_file(*rows: tuple[str, str, float], halves: Iterable[str] = (), week: pd.Timestamp = W47) -> Fetched:
    half_days = pd.DataFrame({"engineer_id": "ana", "leave_date": [day(on) for on in halves]})
    typed = half_days.astype(empty(TABLES["leave"])[["engineer_id", "leave_date"]].dtypes.to_dict())
    return read("leave", week=week, tables={"leave": leave(*rows)}, half_days=typed)


def test_of_leave_that_the_file_and_tempo_know_the_longer_counts_and_is_taken_once(workspace: Workspace) -> None:
    tempo = read(
        "tempo",
        tables={"worklogs": worklogs(), "leave": leave(("ana", TUESDAY, 4.0), ("ana", "2026-11-18", 24.0))},
    )
    computed(workspace, of_file(("ana", TUESDAY, 6.0), ("ana", "2026-11-18", 2.0)), tempo)
    assert hours_of(workspace) == {"11-17": 6.0, "11-18": 10.0}


def test_half_a_day_is_half_of_the_days_own_hours(workspace: Workspace) -> None:
    # On 4x10 half a day is five hours; on Friday, the day off, it is none; beside four typed hours the half counts.
    computed(workspace, of_file(("ana", TUESDAY, 4.0), halves=["2026-11-16", TUESDAY, "2026-11-20"]))
    assert hours_of(workspace) == {"11-16": 5.0, "11-17": 5.0}


def test_half_days_of_the_leave_file_reach_the_hours(workspace: Workspace) -> None:
    folder = workspace.settings.vibes_dir
    folder.mkdir(parents=True)
    rows = [f"ana,{TUESDAY},,half", "ana,2026-11-18,,3", "ben,2025-01-05,,"]
    (folder / "leave.csv").write_text("\n".join(["engineer_id,from_date,to_date,hours_per_day", *rows]))
    fetched = fetch_source(workspace, "leave", window(W45, W48))
    assert fetched.rows == 2
    computed(workspace, fetched)
    assert hours_of(workspace) == {"11-17": 5.0, "11-18": 3.0}
    assert list(workspace.tables.read("problems", first=W47, last=W47)["rule"]) == ["L005"]


def test_half_a_day_of_leave_on_a_public_holiday_takes_nothing(workspace: Workspace) -> None:
    computed(workspace, of_file(halves=["2026-11-11"], week=W46), week=W46)  # Veterans Day
    assert hours_of(workspace, W46) == {}


@pytest.mark.parametrize(
    "missing",
    [
        Fetched(
            "leave", window(W46, W48 + pd.Timedelta(weeks=1)), "failed", "", unknown=frozenset({"billable", "velocity"})
        ),
        Fetched(
            "tempo", window(W46, W48 + pd.Timedelta(weeks=1)), "failed", "", unknown=frozenset({"billable", "velocity"})
        ),
    ],
    ids=lambda one: one.source,
)
def test_when_leave_is_not_told_what_was_taken_off_before_stays(workspace: Workspace, missing: Fetched) -> None:
    tempo = read("tempo", tables={"worklogs": worklogs(), "leave": leave(("ana", "2026-11-18", 24.0))})
    computed(workspace, of_file(("ana", TUESDAY, 6.0)), tempo)
    others = [
        one
        for one in (of_file(("ana", TUESDAY, 6.0), week=W48), read("jira", week=W48))
        if one.source != missing.source
    ]
    readings = computed(workspace, *others, missing, week=W48)
    assert hours_of(workspace) == {"11-17": 6.0, "11-18": 10.0}
    assert not readings["is_billable_known"].any()
    before = workspace.tables.read("readings", first=W47, last=W47)
    assert before["is_billable_known"].all()


def test_leave_that_is_taken_back_is_worked(workspace: Workspace) -> None:
    computed(workspace, of_file(("ana", TUESDAY, 6.0)), read("jira"))
    computed(workspace, of_file(week=W48), read("jira", week=W48), week=W48)
    assert hours_of(workspace) == {}


def test_who_is_withheld_is_unknown_and_the_others_are_not(workspace: Workspace) -> None:
    withheld = pd.DataFrame({"engineer_id": ["ana"] * 2, "week_start": W47, "metric": ["billable", "velocity"]})
    readings = computed(workspace, read("jira"), read("tempo", withheld=withheld))
    assert readings["is_billable_known"].to_dict() == {"ana": False, "ben": True}
    assert readings["is_velocity_known"].to_dict() == {"ana": False, "ben": True}
    assert readings["is_response_known"].all()


@pytest.mark.parametrize(("schedule", "metrics"), [(True, {"billable", "velocity"}), (False, {"billable"})])
def test_a_tempo_that_tells_of_leave_takes_velocity_with_it(tmp_path: Path, schedule: bool, metrics: set[str]) -> None:
    workspace = workspace_of(tmp_path, sources={"tempo": {"schedule": schedule}})
    assert metrics_of("tempo", workspace.outside, workspace.settings.config) == metrics
