"""What the product reads from the crowd, by its own clients and cleaners, is what the crowd's truth says.

And a crowd of a thousand engineers in three years is small to hold.
"""

import subprocess
import sys
from collections import Counter
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from pydantic import SecretStr

from flows.mocks.credentials import JIRA_EMAIL, JIRA_TOKEN, PAGERDUTY_TOKEN
from flows.mocks.crowd import Crowd, CrowdJira, crowd_jira_app, crowd_pagerduty_app
from flows.mocks.crowd.roster import at
from flows.mocks.crowd.truth import answers, logged_time, sprint_points
from flows.mocks.crowd.worklogs import FIRST_WORKLOG, numbers_of
from flows.mocks.http import serve
from flows.mocks.jira_state import saved_by
from flows.settings import Connection, roster_tables
from flows.sources.http import open_client
from flows.sources.jira import fetch_jira
from flows.sources.pagerduty import fetch_pagerduty
from flows.sources.window import Window
from tests.builders.crowds import crowd, crowd_jira, crowd_team_config
from tests.builders.reads import event_table, page_table, worklog_table
from tests.builders.world import ROOT
from transforms.clean.jira_history import clean_sprints
from transforms.metrics.velocity import UNASSIGNED, replay_sprints

pytestmark = pytest.mark.slow


def window() -> Window:
    return Window(at(crowd().start) - timedelta(days=30), crowd().as_of)


@pytest.fixture(scope="module")
def read():
    with serve(crowd_jira_app(crowd())) as url:
        connection = Connection(base_url=url, token=SecretStr(JIRA_TOKEN), email=JIRA_EMAIL)
        with open_client("jira", connection, lambda _: None) as client:
            return fetch_jira(client, window(), crowd_team_config())


def test_the_hours_that_the_product_reads_are_those_of_the_crowd(read):
    truth, config = logged_time(crowd()), crowd_team_config()
    table, _ = worklog_table(read, config, crowd().first_week.isoformat())
    sums = table.groupby(["engineer_id", "week_start"])[["logged_hours", "billable_hours"]].sum()
    for n, engineer in enumerate(config.engineers):
        weeks = pd.date_range(crowd().first_week, periods=crowd().weeks, freq="7D")
        mine = sums.reindex(pd.MultiIndex.from_product([[engineer.id], weeks])).fillna(0.0)
        assert mine["logged_hours"].to_numpy() == pytest.approx(truth.logged[n] / 3600)
        assert mine["billable_hours"].to_numpy() == pytest.approx(truth.billable[n] / 3600)
    assert 0.5 < truth.billable.sum() / truth.logged.sum() < 0.9


def test_the_points_that_the_product_credits_are_those_of_the_crowd(read):
    truth, config, jira = sprint_points(crowd()), crowd_team_config(), crowd_jira()
    engineers = roster_tables(config).engineers
    sprints, _ = clean_sprints(read.sprints, read.boards)
    events = event_table(read, config)
    credits, totals = replay_sprints(
        sprints, events, engineers, pd.Timestamp(crowd().as_of), config.organisation.timezone
    )
    totals, by = totals.set_index("sprint_id"), credits.groupby(["sprint_id", "engineer_id"])["points_completed"].sum()
    closed = [(int(n), int(t)) for n, t in np.argwhere(truth.is_closed)]
    assert len(closed) > 30
    for number, team in closed:
        sprint = jira.calendar.id_of(number, team)
        told = (totals["committed_points"][sprint], totals["completed_points"][sprint])
        assert told == (truth.committed[number, team], truth.completed[number, team]), (number, team)
        mine = by[sprint].to_dict()
        assert mine.pop(UNASSIGNED, 0.0) == truth.unassigned[number, team]
        assert {k: v for k, v in mine.items() if v} == {
            crowd().engineer_ids[n]: points
            for n, points in enumerate(truth.credited[number])
            if points and n // 8 == team
        }


def test_the_acknowledges_that_the_product_times_are_those_of_the_crowd():
    truth, config = answers(crowd()), crowd_team_config()
    with serve(crowd_pagerduty_app(crowd())) as url:
        connection = Connection(base_url=url, token=SecretStr(PAGERDUTY_TOKEN))
        with open_client("pagerduty", connection, lambda _: None) as client:
            told = fetch_pagerduty(client, window(), config)
    table, _ = page_table(told, config, crowd().first_week.isoformat())
    timed = table[table["acknowledge_seconds"].notna() & ~table["is_censored"]]
    found = Counter(zip(timed["incident_id"], timed["engineer_id"], timed["acknowledge_seconds"], strict=True))
    wanted = Counter(
        (f"QCRW{incident:010d}", crowd().engineer_ids[engineer], float(seconds))
        for incident, engineer, seconds in zip(truth.incident, truth.engineer, truth.seconds, strict=True)
    )
    assert sum(wanted.values()) > 600
    assert found == wanted


# -- a thousand engineers ------------------------------------------------------------------------------------------

WALK = """
from flows.mocks.crowd import Crowd, CrowdJira
jira = CrowdJira(Crowd(1000, 156))
since, rows = 0, 0
while page := jira.saved_after(since, 1000):
    since, rows = page[-1][0], rows + len(page)
    if rows % 100_000 < 1000:
        assert len(jira.worklogs([number for _, number in page])) == len(page)
# Not getrusage: its peak begins with that of whoever started the process.
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(rows, int(status["VmHWM"].split()[0]) // 1024)
"""


def test_a_thousand_engineers_in_three_years_take_little_memory():
    run = subprocess.run([sys.executable, "-c", WALK], cwd=ROOT, capture_output=True, text=True, check=True)
    rows, megabytes = map(int, run.stdout.split())
    assert rows > 1_800_000
    assert megabytes < 400


def test_a_big_crowd_holds_what_its_truth_says_where_one_looks():
    big = Crowd(1000, 156)
    jira, truth, points = CrowdJira(big), logged_time(big), sprint_points(big)
    assert len(jira.numbers) > 180_000
    for engineer, week in ((0, 0), (777, 100), (999, 155), (500, 77)):
        numbers = numbers_of(big, np.array([engineer]), np.array([week])) + FIRST_WORKLOG
        logs = jira.worklogs(numbers.tolist())
        assert len(logs) == truth.worklogs[engineer, week] > 5
        assert sum(saved_by(log, jira.as_of)[1] for log in logs) == truth.logged[engineer, week]
    sprint = jira.calendar.id_of(40, 100)
    members = jira.numbers[jira._in_sprints(frozenset([str(sprint)]), jira.numbers)].tolist()
    done = [now for now in jira.issues(members) if now.issue.parent_id is None and now.resolved_at]
    assert len(done) > 10
    assert 20 < points.completed[40, 100] < 120
