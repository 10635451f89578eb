"""One source, one window: fetch it, keep what was received, hand over cleaned rows and how far they can be trusted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import pandas as pd

from flows.sources.http import SourceError, open_client
from flows.sources.jira import JiraPayload, fetch_jira
from flows.sources.pagerduty import fetch_pagerduty
from flows.sources.vibes import LEAVE_FILE, InputRead, read_leave, read_vibes
from flows.sources.window import Window
from flows.store.raw import Collection
from flows.workspace import Workspace
from transforms.clean.jira import clean_issue_events, clean_sprints, clean_worklogs
from transforms.clean.leave import clean_leave
from transforms.clean.pagerduty import clean_pages
from transforms.clean.vibes import clean_vibes
from transforms.schedule import classify_shifts
from transforms.schemas.registry import TABLES, empty
from transforms.weeks import monday_of

# Sources that answer for a span of time; the others are read whole, once a run.
WINDOWED: Final = ("jira", "pagerduty")


@dataclass(frozen=True)
class Fetched:
    """What one fetch of one source came to.

    `state` is one of the source states, `message` one sentence for the page, `rows` what was kept.
    """

    source: str
    window: Window
    state: str
    message: str
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    problems: pd.DataFrame = field(default_factory=lambda: empty(TABLES["problems"]))
    rows: int = 0
    deleted_worklogs: frozenset[str] = frozenset()
    rejected_share: float = 0.0


@dataclass(frozen=True)
class _ReadFile:
    """A person's file, kept as an answer is."""

    target: str
    response_body: bytes
    method: str = "READ"
    request_body: bytes = b""


def fetch_source(workspace: Workspace, source: str, window: Window) -> Fetched:
    """Fetch and clean one source.

    Errors: SourceError if it gave nothing that can be used.
    """
    return _FETCHERS[source](workspace, window)


def unreachable(source: str, window: Window, error: SourceError) -> Fetched:
    """A fetch that failed, as data: its metrics turn unknown and the rest goes on."""
    return Fetched(source, window, "failed", str(error))


def _jira(workspace: Workspace, window: Window) -> Fetched:
    connection = workspace.connections.jira
    if connection is None:
        return _off("jira", window, "Jira is not connected: billable share and velocity are unknown.")
    config = workspace.settings.config
    collection = _collection(workspace, "jira", window)
    with open_client("jira", connection, collection.record, patience=workspace.patience) as client:
        payload = fetch_jira(client, window, config)
    collection.close()
    engineers = workspace.roster.engineers
    issues = [*payload.sprint_issues, *payload.other_issues]
    rules = config.metrics.billable
    worklogs, worklog_problems = clean_worklogs(
        payload.worklogs, issues, engineers, rules.rules, rules.default_is_billable, _first_week(workspace, window)
    )
    sprints, sprint_problems = clean_sprints(payload.sprints, payload.boards)
    events, event_problems = clean_issue_events(
        payload.sprint_issues, payload.changelogs, payload.sprints, payload.boards, payload.sprint_field, engineers
    )
    return Fetched(
        "jira",
        window,
        "ok" if payload.is_complete else "incomplete",
        _jira_message(payload),
        {"worklogs": worklogs, "sprints": sprints, "issue_events": events},
        pd.concat([worklog_problems, sprint_problems, event_problems], ignore_index=True),
        rows=len(worklogs),
        deleted_worklogs=frozenset(payload.deleted_worklog_ids),
    )


def _jira_message(payload: JiraPayload) -> str:
    counts = payload.counts
    if payload.is_complete:
        return f"{counts['worklogs_received']} worklogs and {counts['issues']} issues read."
    missing = counts["worklogs_announced"] - counts["worklogs_received"]
    return (
        f"Hours incomplete: {missing} of {counts['worklogs_announced']} worklogs that Jira announced were not handed "
        "over. Give the token's user permission to see all worklogs."
    )


def _pagerduty(workspace: Workspace, window: Window) -> Fetched:
    connection = workspace.connections.pagerduty
    if connection is None:
        return _off("pagerduty", window, "PagerDuty is not connected: incident response is unknown.")
    config = workspace.settings.config
    collection = _collection(workspace, "pagerduty", window)
    with open_client("pagerduty", connection, collection.record, patience=workspace.patience) as client:
        payload = fetch_pagerduty(client, window, config)
    collection.close()
    roster = workspace.roster
    unplaced, problems = clean_pages(
        payload.incidents,
        payload.log_entries,
        payload.users,
        roster.engineers,
        config.metrics.response.excluded_title_words,
        _first_week(workspace, window),
    )
    pages = classify_shifts(unplaced, roster.schedules, roster.engineers)
    counts = payload.counts
    return Fetched(
        "pagerduty",
        window,
        "ok" if payload.is_complete else "incomplete",
        f"{counts['incidents_received']} of {counts['incidents_announced']} incidents and "
        f"{counts['log_entries_received']} of {counts['log_entries_announced']} log entries read.",
        {"pages": pages},
        problems,
        rows=len(pages),
    )


def _vibes(workspace: Workspace, window: Window) -> Fetched:
    config = workspace.settings.config
    read = read_vibes(workspace.settings.vibes_dir)
    _keep_files(workspace, "vibes", window, read)
    cleaned = clean_vibes(
        read.sheets,
        workspace.roster.engineers,
        [manager.id for manager in config.managers],
        workspace.newest_complete_week() + pd.Timedelta(days=7),
    )
    return Fetched(
        "vibes",
        window,
        read.state,
        read.message,
        {} if read.state == "failed" else {"vibes": cleaned.vibes},
        cleaned.problems,
        rows=cleaned.rows_used,
        rejected_share=cleaned.rejected_share,
    )


def _leave(workspace: Workspace, window: Window) -> Fetched:
    if not (workspace.settings.vibes_dir / LEAVE_FILE).exists():
        return _off("leave", window, f"There is no {LEAVE_FILE}: nobody's leave is taken off the available hours.")
    read = read_leave(workspace.settings.vibes_dir)
    _keep_files(workspace, "leave", window, read)
    cleaned = clean_leave(read.sheets, workspace.roster.engineers)
    tables = {} if read.state == "failed" else {"leave": cleaned.leave}
    return Fetched("leave", window, read.state, read.message, tables, cleaned.problems, rows=len(cleaned.leave))


_FETCHERS: Final[Mapping[str, Callable[[Workspace, Window], Fetched]]] = {
    "jira": _jira,
    "pagerduty": _pagerduty,
    "vibes": _vibes,
    "leave": _leave,
}


def _off(source: str, window: Window, message: str) -> Fetched:
    return Fetched(source, window, "off", message)


def _collection(workspace: Workspace, source: str, window: Window) -> Collection:
    return Collection(workspace.layout, source, f"{window.since:%Y-%m-%d}--{window.until:%Y-%m-%d}")


def _keep_files(workspace: Workspace, source: str, window: Window, read: InputRead) -> None:
    collection = _collection(workspace, source, window)
    for file in read.files:
        collection.record(_ReadFile(file.name, file.content))
    collection.close()


def _first_week(workspace: Workspace, window: Window) -> pd.Timestamp:
    return max(workspace.first_week, monday_of(window.since))
