"""What clients and cleaners rebuild of any crowd is the truth about it, however its servers hand it out.

Each example starts servers and asks them over HTTP, with troubles that pass and pages of any length.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from flows.collect import Desk, Fetched, fetch_at
from flows.mocks.credentials import ALERTOPS_KEY, JIRA_EMAIL, JIRA_TOKEN, PAGERDUTY_TOKEN, TEMPO_TOKEN
from flows.mocks.crowd import (
    Crowd,
    crowd_alertops_app,
    crowd_config,
    crowd_jira_app,
    crowd_pagerduty_app,
    crowd_tempo_app,
)
from flows.mocks.crowd.calendar import Calendar
from flows.mocks.crowd.roster import PLACES, at
from flows.mocks.crowd.truth import answers, logged_time, sprint_points
from flows.mocks.faults import parse_faults
from flows.mocks.http import App, serve
from flows.mocks.jira_state import milliseconds
from flows.outside import Live
from flows.settings import Connection, Connections, TeamConfig, roster_tables
from flows.sources.http import Patience
from flows.sources.window import Window
from flows.store.layout import Layout
from flows.store.tables import TableStore
from tests.builders.mock_servers import in_another_order, in_short_pages
from transforms.metrics.velocity import UNASSIGNED, replay_sprints

pytestmark = pytest.mark.slow

APPS: Mapping[str, Callable[[Crowd, datetime], App]] = {
    "jira": crowd_jira_app,
    "tempo": crowd_tempo_app,
    "pagerduty": crowd_pagerduty_app,
    "alertops": crowd_alertops_app,
}
TOKENS = {"jira": JIRA_TOKEN, "tempo": TEMPO_TOKEN, "pagerduty": PAGERDUTY_TOKEN, "alertops": ALERTOPS_KEY}
# Nobody waits; a request that meets every fault of an example is still answered in the end.
PATIENT = Patience(attempts=6, first_wait=0.0, longest_wait=0.0, jitter=0.0, total=60.0)
WEEK = timedelta(weeks=1)
# A case that fails is not made smaller: every try would start servers, for minutes.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)


@dataclass(frozen=True)
class Case:
    """A crowd, the weeks from `first` to the instant `hours` before the end of week `last`, and how they are served.

    Servers hand out `page` rows at a time and are in trouble at first.
    """

    crowd: Crowd
    first: int
    last: int
    hours: int
    page: int
    faults: tuple[str, ...]

    @property
    def first_week(self) -> pd.Timestamp:
        return pd.Timestamp(self.crowd.first_week + self.first * WEEK)

    @property
    def window(self) -> Window:
        zone = self.crowd.timezone
        since = self.first_week.tz_localize(zone).to_pydatetime()
        end = pd.Timestamp(self.crowd.first_week + (self.last + 1) * WEEK).tz_localize(zone).to_pydatetime()
        return Window(since, end - timedelta(hours=self.hours))

    @property
    def config(self) -> TeamConfig:
        content = crowd_config(self.crowd.engineers, self.crowd.weeks, seed=self.crowd.seed)
        return TeamConfig.model_validate(content)

    def fetched(self, source: str, change: Callable[[App], App] = lambda app: app) -> Fetched:
        """What a run keeps of a source as it stood at the end of the window."""
        app = change(APPS[source](self.crowd, self.window.until))
        with TemporaryDirectory() as folder, serve(app, fault=parse_faults(self.faults)) as url:
            connection = Connection(url, SecretStr(TOKENS[source]), JIRA_EMAIL if source == "jira" else None)
            layout = Layout(Path(folder))
            desk = Desk(
                Live(Connections(**{source: connection}), PATIENT, layout, Path(folder)),
                self.config,
                roster_tables(self.config),
                TableStore(layout),
                self.first_week,
                pd.Timestamp(self.crowd.first_week + (self.last + 1) * WEEK),
            )
            return fetch_at(desk, source, self.window)


FAULTS = ("429=none:2", "503:1", "500:1", "truncate:1", "cut:1", "reset:1", "empty200:1", "badjson:2@1")


@st.composite
def cases(draw: st.DrawFn, most_engineers: int = 24, most_weeks: int = 14) -> Case:
    crowd = Crowd(
        draw(st.integers(1, most_engineers), label="engineers"),
        draw(st.integers(4, most_weeks), label="weeks"),
        seed=draw(st.integers(0, 10_000), label="seed"),
    )
    first = draw(st.integers(0, crowd.weeks - 1), label="first week")
    return Case(
        crowd,
        first,
        draw(st.integers(first, crowd.weeks - 1), label="last week"),
        # Through the night after the last shift, back to its beginning.
        draw(st.integers(0, 140), label="hours before the end"),
        draw(st.integers(40, 200), label="rows a page"),
        tuple(draw(st.lists(st.sampled_from(FAULTS), max_size=2, unique=True), label="faults")),
    )


def short(case: Case) -> Callable[[App], App]:
    return lambda app: in_short_pages(app, case.page)


def whole(case: Case, source: str) -> Mapping[str, pd.DataFrame]:
    """The tables of a fetch of which nothing is missing."""
    fetched = case.fetched(source, short(case))
    assert (fetched.state, fetched.unknown) == ("ok", frozenset()), fetched.message
    return fetched.tables


# Two teams, one of a single engineer, seen up to the middle of a week, from servers in trouble.
CUT_OFF = Case(Crowd(9, 8, seed=7), 3, 6, 61, 50, ("429=none:2", "truncate:1"))
# Three teams in all time zones, seen from the middle of a sprint on: what was reopened of the one before counts in it.
FROM_THE_MIDDLE = Case(Crowd(24, 12, seed=410), 5, 11, 30, 120, ("503:1",))


@settings(max_examples=5, deadline=None, phases=PHASES)
@given(case=cases())
@example(case=CUT_OFF)
@example(case=FROM_THE_MIDDLE)
def test_the_hours_that_are_rebuilt_are_those_that_were_logged(case: Case) -> None:
    table = whole(case, "jira")["worklogs"]
    truth = logged_time(case.crowd, case.window.until)
    sums = table.groupby(["engineer_id", "week_start"])[["logged_hours", "billable_hours"]].sum()
    weeks = pd.date_range(case.first_week, periods=case.crowd.weeks - case.first, freq="7D")
    everybody = pd.MultiIndex.from_product([case.crowd.engineer_ids, weeks])
    found = (sums.reindex(everybody).fillna(0.0) * 3600).round().astype("int64")
    assert found["logged_hours"].tolist() == truth.logged[:, case.first :].ravel().tolist()
    assert found["billable_hours"].tolist() == truth.billable[:, case.first :].ravel().tolist()
    assert len(table) == truth.worklogs[:, case.first :].sum()


@settings(max_examples=5, deadline=None, phases=PHASES)
@given(case=cases())
@example(case=CUT_OFF)
@example(case=FROM_THE_MIDDLE)
def test_the_points_that_are_rebuilt_are_those_of_the_sprints(case: Case) -> None:
    tables, crowd, until = whole(case, "jira"), case.crowd, case.window.until
    engineers = roster_tables(case.config).engineers
    credits, totals = replay_sprints(
        tables["sprints"], tables["issue_events"], engineers, pd.Timestamp(until), crowd.timezone
    )
    truth, calendar = sprint_points(crowd, until), Calendar(crowd)
    closed_in_window = truth.is_closed & (calendar.close >= milliseconds(case.window.since))
    by_engineer = credits.groupby(["sprint_id", "engineer_id"])["points_completed"].sum()
    team_totals = totals.set_index("sprint_id")
    for number, team in np.argwhere(closed_in_window).tolist():
        sprint = calendar.id_of(number, team)
        told = tuple(team_totals.loc[sprint, ["committed_points", "completed_points"]])
        assert told == (truth.committed[number, team], truth.completed[number, team]), (number, team)
        team_of_eight = range(8 * team, min(8 * team + 8, crowd.engineers))
        wanted = {crowd.engineer_ids[n]: truth.credited[number, n] for n in team_of_eight}
        wanted[UNASSIGNED] = truth.unassigned[number, team]
        is_its = by_engineer.index.get_level_values("sprint_id") == sprint
        found = by_engineer[is_its].droplevel("sprint_id")
        assert {name: points for name, points in found.items() if points} == {
            name: points for name, points in wanted.items() if points
        }


@settings(max_examples=5, deadline=None, phases=PHASES)
@given(case=cases())
@example(case=CUT_OFF)
@example(case=FROM_THE_MIDDLE)
def test_the_times_to_acknowledge_that_are_rebuilt_are_those_that_passed(case: Case) -> None:
    pages, crowd = whole(case, "pagerduty")["pages"], case.crowd
    truth = answers(crowd, case.window.until)
    wanted: Counter[tuple[str, str, float]] = Counter()
    for incident, engineer, acknowledged, seconds in zip(
        truth.incident.tolist(),
        truth.engineer.tolist(),
        truth.acknowledged.tolist(),
        truth.seconds.tolist(),
        strict=True,
    ):
        paged = at(acknowledged - 1000 * seconds).astimezone(ZoneInfo(PLACES[crowd.places[engineer]].timezone))
        if paged.date() >= case.first_week.date():
            wanted[f"QCRW{incident:010d}", crowd.engineer_ids[engineer], float(seconds)] += 1
    timed = pages[pages["acknowledge_seconds"].notna() & ~pages["is_censored"]]
    found = Counter(zip(timed["incident_id"], timed["engineer_id"], timed["acknowledge_seconds"], strict=True))
    assert found == wanted


def test_the_examples_have_something_to_tell() -> None:
    for case in (CUT_OFF, FROM_THE_MIDDLE):
        until = case.window.until
        hours, points, times = (
            logged_time(case.crowd, until),
            sprint_points(case.crowd, until),
            answers(case.crowd, until),
        )
        assert hours.worklogs[:, case.first :].sum() > 100
        assert 0 < hours.billable.sum() < hours.logged.sum()
        assert points.completed.sum() > 50
        assert (points.unassigned != 0).any()
        assert len(times.seconds) > 30


# -- other ways to say the same ------------------------------------------------------------------------------------


def assert_same_tables(one: Fetched, other: Fetched) -> None:
    assert (one.state, one.message) == (other.state, other.message)
    assert one.tables.keys() == other.tables.keys()
    for name, table in one.tables.items():
        pd.testing.assert_frame_equal(table, other.tables[name], obj=name)
    columns = [name for name in one.problems.columns if name != "message"]
    pd.testing.assert_frame_equal(one.problems[columns], other.problems[columns], obj="problems")


@pytest.mark.parametrize("source", APPS)
@settings(max_examples=3, deadline=None, phases=PHASES)
@given(case=cases(most_engineers=12, most_weeks=8), seed=st.integers(0, 10_000))
def test_the_order_in_which_a_server_hands_out_rows_is_irrelevant(source: str, case: Case, seed: int) -> None:
    case = replace(case, faults=())
    assert_same_tables(case.fetched(source), case.fetched(source, lambda app: in_another_order(app, seed)))


@pytest.mark.parametrize("source", APPS)
@settings(max_examples=3, deadline=None, phases=PHASES)
@given(case=cases(most_engineers=12, most_weeks=8), size=st.integers(1, 60))
def test_a_list_in_pages_of_another_length_gives_the_same_tables(source: str, case: Case, size: int) -> None:
    case = replace(case, faults=())
    # Worklogs that were saved in the same millisecond are never parted by Jira's own pages.
    least = 20 if source == "jira" else 1
    assert_same_tables(case.fetched(source), case.fetched(source, lambda app: in_short_pages(app, max(least, size))))


@settings(max_examples=2, deadline=None, phases=PHASES)
@given(case=cases(most_engineers=12, most_weeks=8), seed=st.integers(0, 10_000))
def test_troubles_pages_and_order_together_change_nothing(case: Case, seed: int) -> None:
    calm = replace(case, faults=())
    for source in ("jira", "pagerduty"):
        change = lambda app: in_another_order(in_short_pages(app, case.page), seed)  # noqa: E731
        assert_same_tables(calm.fetched(source), case.fetched(source, change))
