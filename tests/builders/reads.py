"""What clients hand over, and the tables that the product makes of it."""

import hashlib
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import pandas as pd

from flows.settings import TeamConfig, roster_tables
from flows.sources.http import Exchange
from flows.sources.jira import JiraRead
from flows.sources.pagerduty import PagerDutyRead
from flows.sources.transports import Recording
from tests.builders import payloads as p
from transforms.clean.jira_history import clean_issue_events
from transforms.clean.jira_rows import read_changes, read_issues
from transforms.clean.jira_worklogs import clean_worklogs
from transforms.clean.pagerduty import clean_pages


def recording(exchanges: Sequence[Exchange]) -> Recording:
    """Recorded exchanges, as a replay asks for them."""
    answers = {
        (one.method, one.target, hashlib.sha256(one.request_body).hexdigest() if one.request_body else ""): (
            one.status,
            one.response_body,
        )
        for one in exchanges
    }
    return lambda *request: answers.get(request)


def assert_same_read(one: Any, other: Any) -> None:
    """Two reads of a source that hold the same rows."""
    for field in fields(one):
        left, right = getattr(one, field.name), getattr(other, field.name)
        if isinstance(left, pd.DataFrame):
            pd.testing.assert_frame_equal(left, right)
        else:
            assert left == right, field.name


def issue_events(
    issues: Sequence[p.Row],
    logs: Sequence[p.Row],
    sprints: Sequence[p.Row],
    boards: Sequence[p.Row],
    engineers: pd.DataFrame,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Histories of issues as Jira spells them, cleaned."""
    points = sorted({board["estimation_field"] for board in boards if board["estimation_field"]})
    read = read_issues(issues, p.SPRINT_FIELD, points)
    histories = clean_issue_events(read, read_changes(logs), sprints, boards, p.SPRINT_FIELD, engineers)
    return histories.events, histories.problems


def worklog_table(read: JiraRead, config: TeamConfig, first_week: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The worklogs of a read, cleaned."""
    rules, engineers = config.metrics.billable, roster_tables(config).engineers
    first, until = pd.Timestamp(first_week), read.worklogs["updated_at"].max() + pd.Timedelta(days=1)
    return clean_worklogs(read.worklogs, read.issues, engineers, rules.rules, rules.default_is_billable, first, until)


def event_table(read: JiraRead, config: TeamConfig) -> pd.DataFrame:
    """The histories of a read, cleaned."""
    of_sprints = read.issues[read.issues["is_of_sprint"]]
    engineers = roster_tables(config).engineers
    return clean_issue_events(of_sprints, read.changes, read.sprints, read.boards, read.sprint_field, engineers).events


def page_table(read: PagerDutyRead, config: TeamConfig, first_week: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The pages of a read, cleaned."""
    words = config.metrics.response.excluded_title_words
    engineers = roster_tables(config).engineers
    return clean_pages(read.incidents, read.log_entries, read.users, engineers, words, pd.Timestamp(first_week))
