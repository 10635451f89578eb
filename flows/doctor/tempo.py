"""Tempo: the worklogs of the last week, whose they are, whether the billable share is believable, and schedules."""

from collections.abc import Iterator

import pandas as pd

from flows.doctor.accounts import on_roster, told_apart
from flows.doctor.case import WEEK, Case
from flows.doctor.findings import Finding, plural
from flows.sources.http import SourceClient
from flows.sources.tempo import fetch_schedules, fetch_worklogs
from flows.sources.window import Window
from transforms.clean.tempo_schedule import HOLIDAY_TYPES


def examine_tempo(case: Case, client: SourceClient) -> Iterator[Finding]:
    """Everything about Tempo. Errors: SourceError where it cannot be used."""
    window = Window(case.started - WEEK, case.started)
    read = fetch_worklogs(client, window)
    yield Finding("tempo", "access", "ok", f"{client.title}: the token is accepted.")
    for gap in read.gaps:
        yield Finding("tempo", "worklogs", "error", gap.sentence, "every worklog that is counted")
    yield from _worklogs(case, read.worklogs)
    yield from _schedule(case, client, read.version, window)


def _worklogs(case: Case, worklogs: pd.DataFrame) -> Iterator[Finding]:
    if worklogs.empty:
        yield Finding(
            "tempo",
            "worklogs",
            "warning",
            "No worklog is dated in the last week.",
            "hours, for billable share is made of them",
            "Give the token's owner the permission to view all worklogs of the teams.",
        )
        return
    yield Finding(
        "tempo", "worklogs", "ok", f"{plural(len(worklogs), 'worklog')} dated in the last week or at its edges."
    )
    yield _whose(case, worklogs)
    yield from _billable(case, worklogs)


def _schedule(case: Case, client: SourceClient, version: str, window: Window) -> Iterator[Finding]:
    """Whether the token may view schedules: one engineer's is asked for, where a run asks for everybody's."""
    if not case.config.sources.tempo.schedule:
        found = "Schedules are not asked for (sources.tempo.schedule): leave comes from leave.csv alone."
        yield Finding("tempo", "schedule", "info", found)
        return
    accounts = case.employed["jira_account_id"].dropna().tolist()
    if not accounts:
        return
    days, gaps = fetch_schedules(client, version, accounts[:1], window)
    for gap in gaps:
        yield Finding("tempo", "schedule", "error", gap.sentence, "the days off that Tempo knows")
    if days is not None:
        away = plural(int(days["day_type"].isin(HOLIDAY_TYPES).sum()), "day")
        found = f"Schedules can be read: in the last week of one engineer Tempo knows {away} off."
        cost = f"A run asks for {plural(len(accounts), 'schedule')}, one after the other."
        yield Finding("tempo", "schedule", "ok", f"{found} {cost}")


def _whose(case: Case, worklogs: pd.DataFrame) -> Finding:
    ours, others = on_roster(case, "jira_account_id", worklogs["account_id"].dropna())
    found = f"{told_apart('Authors', ours, dict.fromkeys(sorted(others)))}."
    if ours:
        return Finding("tempo", "worklog_authors", "ok", found)
    advice = "Check jira_account_id in the config: Tempo names people by their Jira account."
    return Finding("tempo", "worklog_authors", "error", found, "hours of people on the roster", advice)


def _billable(case: Case, worklogs: pd.DataFrame) -> Iterator[Finding]:
    theirs = worklogs[worklogs["account_id"].isin(case.engineers["jira_account_id"].dropna())]
    logged, billable = theirs["logged_hours"].sum(), theirs["billable_hours"].sum()
    if logged == 0:
        return
    found = f"{billable:.0f} of the roster's {logged:.0f} hours are billable ({100 * billable / logged:.0f} %)"
    if billable > 0:
        yield Finding("tempo", "billable", "ok", f"{found}.")
        return
    yield Finding(
        "tempo",
        "billable",
        "warning",
        f"{found}: Tempo says of none that a client pays.",
        "billable seconds on client work",
        "Check that people fill in billable time in Tempo. If what is billable is told by projects or labels in Jira, "
        "leave Tempo unconnected and use metrics.billable.rules.",
    )
