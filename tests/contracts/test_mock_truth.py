"""What the product reads from the mocks, by its own clients and cleaners, is what the story told."""

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from flows.mocks import sample_connections
from flows.mocks.facts import Sprint
from flows.settings import load_settings, roster_tables
from flows.sources.http import open_client
from flows.sources.jira import fetch_jira
from flows.sources.window import Window
from tests.builders.reads import event_table, worklog_table
from tests.builders.world import ROOT, day_of, is_paid, sample_as_of, sample_config, sample_world
from transforms.clean.jira_history import clean_sprints
from transforms.metrics.velocity import replay_sprints

pytestmark = pytest.mark.slow
SINCE = datetime(2025, 11, 3, 6, tzinfo=UTC)


@dataclass(frozen=True)
class Read:
    """What the product made of the mocks' answers."""

    worklogs: pd.DataFrame
    credits: pd.DataFrame
    totals: pd.DataFrame


@pytest.fixture(scope="module")
def read() -> Read:
    config, engineers = sample_config(), roster_tables(sample_config()).engineers
    settings = replace(load_settings({}, ROOT), config=config)
    with (
        sample_connections(settings) as connections,
        open_client("jira", connections.jira, lambda _: None) as client,
    ):
        payload = fetch_jira(client, Window(SINCE, sample_as_of()), config)
    worklogs, _ = worklog_table(payload, config, "2025-11-03")
    sprints, _ = clean_sprints(payload.sprints, payload.boards)
    events = event_table(payload, config)
    credits, totals = replay_sprints(
        sprints, events, engineers, pd.Timestamp(sample_as_of()), config.organisation.timezone
    )
    return Read(worklogs, credits, totals)


def test_billable_and_logged_hours_are_those_of_the_story(read):
    told: dict[tuple[str, str], float] = defaultdict(float)
    by_account = {who.account_id: who for who in sample_world().actors}
    for log in sample_world().worklogs:
        gone = log.deleted_at is not None and log.deleted_at <= sample_as_of()
        saves = [seconds for at, seconds in log.versions if at <= sample_as_of() - timedelta(minutes=1)]
        if log.author in by_account and saves and not gone:
            who = by_account[log.author]
            week = f"{day_of(log, who) - timedelta(days=day_of(log, who).weekday())}"
            told[who.engineer_id, week] += saves[-1] / 3600
            told[f"{who.engineer_id}, billable", week] += saves[-1] / 3600 * is_paid(log)
    found: dict[tuple[str, str], float] = defaultdict(float)
    for row in read.worklogs.itertuples():
        week = f"{row.week_start:%Y-%m-%d}"
        found[row.engineer_id, week] += row.logged_hours
        found[f"{row.engineer_id}, billable", week] += row.billable_hours
    assert {key: round(hours, 6) for key, hours in found.items()} == {key: round(h, 6) for key, h in told.items()}


def committed_and_completed(sprint: Sprint) -> tuple[float, float]:
    """Points in the sprint and not done at its start; points done at its close and not at its start."""
    committed = completed = 0.0
    before_close = sprint.complete_at - timedelta(microseconds=1)
    for issue in sample_world().issues:
        if issue.kind == "Sub-task":
            continue
        begin, close = {}, {}
        for at, values in ((sprint.start_at, begin), (before_close, close)):
            if issue.created_at <= at:
                values.update(issue.at_creation)
            for change in issue.changes:
                if change.at <= at:
                    values.update({field: value for field, _, value in change.items})
        was_in = sprint.id in begin.get("sprint", ()) and begin["status"] != "Done"
        committed += (begin["points"] or 0.0) if was_in else 0.0
        if sprint.id in close.get("sprint", ()) and close["status"] == "Done" and begin.get("status") != "Done":
            completed += close["points"] or 0.0
    return committed, completed


def test_commitment_and_completed_points_of_every_closed_sprint_are_those_of_the_story(read):
    closed = [s for s in sample_world().sprints if s.start_at >= SINCE and s.complete_at <= sample_as_of()]
    told = {sprint.id: committed_and_completed(sprint) for sprint in closed}
    totals = read.totals.set_index("sprint_id")
    found = {n: (totals.committed_points[n], totals.completed_points[n]) for n in told}
    assert len(told) > 75
    assert found == told


def test_points_of_engineers_and_of_nobody_add_up_to_the_teams(read):
    credited = read.credits.groupby("sprint_id")["points_completed"].sum()
    assert credited.reindex(read.totals["sprint_id"]).fillna(0.0).tolist() == read.totals["completed_points"].tolist()
    holders = Counter(read.credits["engineer_id"])
    assert holders["(unassigned)"] > 3
    assert set(sample_world().levels) <= set(holders)
