"""Runs week by week on a store: which sprints are settled, what stays, and what the readings make of it."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from flows.collect import Fetched
from flows.compute import compute_week
from flows.facts import Facts, absorb
from flows.progress import silent
from flows.settings import Connections
from flows.sources.window import Window
from flows.store.layout import Layout
from flows.store.tables import TableStore
from flows.workspace import DEFAULT_PATIENCE, Workspace, utc_now
from tests.builders.config import engineer_entry, settings_of
from tests.builders.facts import at, day, issue, issue_events, sprint, sprints, worklog, worklogs
from tests.builders.project import digests
from transforms.schemas.registry import TABLES, empty

BEFORE = "2026-10-20 09:00"
W1, W2, W3 = ("2026-10-26", "2026-11-02", "2026-11-09")
S61 = sprint(61, "2026-10-26 09:00", "2026-11-06 17:00")
S62 = sprint(62, "2026-11-09 09:00", "2026-11-20 17:00")
LOST = frozenset({"velocity"})

Events = list[dict[str, Any]]


def done(when: str) -> tuple[str, str, str]:
    return (when, "is_done", "true")


def of_ana(key: str, points: float, *changes: tuple[str, str, str | None], **given: Any) -> Events:
    return issue(key, BEFORE, *changes, **{"sprints": "61", "points": points, "assignee": "ana"} | given)


FIRST = of_ana("A-1", 3, done("2026-10-28 10:00"))
SECOND = of_ana("A-2", 5, done("2026-11-04 10:00"))


class Store:
    """A data folder on which runs are made, each in a process of its own."""

    def __init__(self, root: Path, *, lookback: int = 4, credit: str = "assignee") -> None:
        self.settings = settings_of(
            root,
            engineer_entry("ana"),
            engineer_entry("ben"),
            policy={"baseline_start": W1, "switch_date": "2027-01-04"},
            metrics={"velocity": {"credit": credit}},
            sources={"lookback_weeks": lookback},
        )
        self.layout = Layout(root / "data")

    @property
    def tables(self) -> TableStore:
        return TableStore(self.layout)

    def run(
        self,
        week: str,
        *issues: Events,
        calendar: Any = (S61, S62),
        lost: frozenset[Any] = frozenset(),
        hours: pd.DataFrame | None = None,
        is_reconstructed: bool = False,
    ) -> "Store":
        """The run of a week; `lost`: metrics of which Jira did not hand over all rows."""
        workspace = Workspace(
            self.settings, Connections(), self.layout, TableStore(self.layout), DEFAULT_PATIENCE, utc_now(), silent
        )
        monday = day(week)
        since = max(workspace.first_week, monday - self.settings.config.sources.lookback_weeks * pd.Timedelta(weeks=1))
        window = Window(workspace.as_of(since - pd.Timedelta(weeks=1)), workspace.as_of(monday))
        tables = {
            "sprints": sprints(*calendar),
            "issue_events": issue_events(*issues),
            "worklogs": worklogs() if hours is None else hours,
        }
        jira = Fetched("jira", window, "incomplete" if lost else "ok", "", tables, unknown=lost)
        leave = Fetched("leave", window, "ok", "", {"leave": empty(TABLES["leave"])})
        vibes = Fetched("vibes", window, "ok", "", {"vibes": empty(TABLES["vibes"])})
        pager = Fetched("pagerduty", window, "ok", "", {"pages": empty(TABLES["pages"])})
        facts = Facts((jira, pager, vibes, leave), first_week=since)
        absorb(workspace, facts, monday)
        compute_week(workspace, facts, monday, is_reconstructed=is_reconstructed)
        return self

    def credits(self) -> list[tuple[int, str, str, float]]:
        rows = self.tables.read("sprint_credits")
        columns = ["sprint_id", "engineer_id", "week_start", "points_completed"]
        return sorted((n, who, f"{week:%Y-%m-%d}", points) for n, who, week, points in rows[columns].to_numpy())

    def points(self, engineer_id: str = "ana") -> dict[str, float | None]:
        """The readings: points by week; None where they are not known."""
        rows = self.tables.read("readings")
        rows = rows[rows["engineer_id"] == engineer_id]
        return {
            f"{week:%Y-%m-%d}": None if pd.isna(points) else points
            for week, points in zip(rows["week_start"], rows["points_completed"], strict=True)
        }

    def snapshots(self) -> dict[int, tuple[float, bool]]:
        rows = self.tables.read("sprint_totals")
        return {
            n: (points, bool(late))
            for n, points, late in rows[["sprint_id", "completed_points", "is_reconstructed"]].to_numpy()
        }

    def told(self, week: str) -> list[str]:
        rows = self.tables.read("problems", first=day(week), last=day(week))
        return list(rows.loc[rows["rule"] == "J014", "message"])


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def test_a_sprint_is_restated_while_open_and_settled_once_it_closed(store: Store):
    store.run(W1, FIRST, SECOND)
    assert store.points() == {W1: 3}
    assert store.snapshots() == {}
    store.run(W2, FIRST, SECOND)
    assert store.points() == {W1: 3, W2: 5}
    assert store.snapshots() == {61: (8, False)}


def test_later_runs_leave_what_is_settled_and_say_what_it_would_now_be(store: Store):
    store.run(W2, FIRST, SECOND)
    files = digests(store.layout.table("sprint_credits")), digests(store.layout.table("sprint_totals"))
    store.run(W3, of_ana("A-1", 13, done("2026-10-28 10:00")))
    assert store.points() == {W1: 3, W2: 5, W3: 0}
    now = digests(store.layout.table("sprint_credits")), digests(store.layout.table("sprint_totals"))
    assert [{name: new[name] for name in old} for old, new in zip(files, now, strict=True)] == list(files)
    (message,) = store.told(W3)
    assert "would now read 13 instead of 8 completed" in message


def test_the_same_week_again_writes_the_same_bytes(store: Store):
    back = of_ana("A-1", 3, done("2026-10-28 10:00"), ("2026-11-10 10:00", "is_done", "false"))
    for week in (W2, W3):
        once = digests(store.run(week, back, SECOND).layout.data_dir)
        assert digests(store.run(week, back, SECOND).layout.data_dir) == once
    assert store.snapshots() == {61: (8, False)}
    assert store.credits() == [(61, "ana", W1, 3), (61, "ana", W2, 5), (62, "ana", W3, -3)]


def test_an_answer_that_is_not_whole_settles_nothing_and_leaves_the_points_unknown(store: Store):
    store.run(W2, FIRST, lost=LOST)
    assert store.points() == {W1: None, W2: None}
    assert store.snapshots() == {}
    store.run(W3, FIRST, SECOND)
    assert store.points() == {W1: 3, W2: 5, W3: 0}
    assert store.snapshots() == {61: (8, True)}


def test_hours_that_were_lost_do_not_keep_points_from_being_settled(store: Store):
    store.run(W2, FIRST, SECOND, lost=frozenset({"billable"}))
    assert store.snapshots() == {61: (8, False)}


def test_a_deleted_sprint_keeps_its_weeks_in_the_readings(store: Store):
    store.run(W2, FIRST, SECOND).run(W3, calendar=(S62,))
    assert store.points() == {W1: 3, W2: 5, W3: 0}
    assert store.told(W3)[0].startswith("Jira no longer lists sprint Core S61")


def test_weeks_before_the_look_back_are_settled_with_the_rest_of_their_sprint(tmp_path: Path):
    # A look-back of no week: the run of the second week restates that week only, and settles the sprint whole.
    store = Store(tmp_path, lookback=0)
    store.run(W1, FIRST, SECOND)
    re_estimated = of_ana("A-1", 3, done("2026-10-28 10:00"), ("2026-11-03 10:00", "points", "2"))
    store.run(W2, re_estimated, SECOND)
    assert store.credits() == [(61, "ana", W1, 2), (61, "ana", W2, 5)]
    assert store.snapshots() == {61: (7, False)}


def test_a_sprint_that_began_before_the_baseline_is_credited_whole(store: Store):
    early = sprint(60, "2026-10-12 09:00", "2026-10-30 17:00")
    before = of_ana("A-9", 2, done("2026-10-21 10:00"), sprints="60")
    created = [{**event, "changed_at": at("2026-10-10 09:00")} if event["event_id"] == 0 else event for event in before]
    store.run(W1, created, FIRST, SECOND, calendar=(early, S61, S62))
    assert store.credits() == [(60, "ana", "2026-10-19", 2), (61, "ana", W1, 3)]
    assert store.snapshots() == {60: (2, False)}


SHARED = worklogs(
    worklog("ana", "2026-11-03", 1, issue_key="A-2"), worklog("ben", "2026-11-03", 4, issue_key="A-2", worklog_id="b")
)


def test_points_go_by_hours_where_the_config_says_so(tmp_path: Path):
    store = Store(tmp_path, credit="worklog_share").run(W2, FIRST, SECOND, hours=SHARED)
    assert store.points("ana") == {W1: 3, W2: 1}
    assert store.points("ben") == {W1: 0, W2: 4}
    assert store.snapshots() == {61: (8, False)}


def test_hours_entered_after_the_sprint_was_settled_do_not_move_its_points(tmp_path: Path):
    store = Store(tmp_path, credit="worklog_share").run(W2, FIRST, SECOND, hours=SHARED)
    late = SHARED.assign(logged_hours=8.0, recorded_at=at("2026-11-10 10:00"), worklog_id=["c", "d"])
    store.run(W3, FIRST, SECOND, hours=pd.concat([SHARED, late], ignore_index=True))
    assert store.points("ana") == {W1: 3, W2: 1, W3: 0}
    assert store.told(W3) == []


def test_without_all_hours_points_that_go_by_them_are_unknown(tmp_path: Path):
    store = Store(tmp_path, credit="worklog_share")
    store.run(W2, FIRST, SECOND, lost=frozenset({"billable"}))
    assert store.points("ana") == {W1: None, W2: None}
    assert store.snapshots() == {}


def test_a_team_without_any_estimate_has_no_points_instead_of_0(store: Store):
    unestimated = issue("A-1", BEFORE, done("2026-10-28 10:00"), sprints="61", assignee="ana")
    store.run(W2, unestimated)
    assert store.points() == {W1: None, W2: None}
    assert store.snapshots() == {}
