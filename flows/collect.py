"""One source, one window: fetch it, keep what was received, hand over cleaned rows and how far they can be trusted."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

import pandas as pd

from flows.outside import Outside
from flows.settings import Roster, TeamConfig
from flows.sources.alertops import fetch_alertops
from flows.sources.errors import Gap, SourceError
from flows.sources.http import Source
from flows.sources.jira import JiraRead, fetch_jira
from flows.sources.jira.issues import issue_keys
from flows.sources.pagerduty import fetch_pagerduty
from flows.sources.tempo import TempoRead, days_of, fetch_tempo
from flows.sources.vibes import LEAVE_FILE
from flows.sources.window import Window
from flows.store.tables import TableStore
from flows.workspace import Workspace
from transforms.clean.alertops import clean_alerts
from transforms.clean.drift import gone_unsaid
from transforms.clean.identity import unknown_accounts
from transforms.clean.jira_history import clean_issue_events, clean_sprints
from transforms.clean.jira_worklogs import clean_worklogs
from transforms.clean.leave import clean_leave
from transforms.clean.manager_decisions import clean_decisions
from transforms.clean.pagerduty import clean_pages, strangers_on_call
from transforms.clean.pagerduty_check import analytics_differences
from transforms.clean.tempo import TEMPO_RULE, clean_tempo_worklogs
from transforms.clean.tempo_schedule import LEAVE_METRICS, clean_tempo_schedule
from transforms.clean.vibes import clean_vibes
from transforms.language import speaking
from transforms.schedule import available_hours, classify_shifts
from transforms.schemas.registry import TABLES, empty
from transforms.vocabulary import Metric
from transforms.weeks import monday_of

# Sources that answer for a span of time; the others are read whole, once a run.
WINDOWED: Final[tuple[Source, ...]] = ("jira", "tempo", "pagerduty", "alertops")
LEAVE_SOURCES: Final = ("leave", "tempo")
# Two vendors might give the same number to two incidents.
_ALERT: Final = "alertops-"
_EVE: Final = pd.Timedelta(days=1)
_BROKEN_HISTORIES_SHARE: Final = 0.1


@dataclass(frozen=True)
class Fetched:
    """What one fetch of one source came to.

    `state` is one of the source states, `message` one sentence for the page, `rows` what was kept. `unknown`: the
    metrics that cannot be trusted; `withheld`: those of single engineers and weeks (`engineer_id, week_start, metric`).
    `is_whole_list`: rows of the window's weeks that are not among these are gone.
    `deleted_worklogs`: what is kept of these is gone: deleted, or read again as something that does not count.
    `incidents_read`: what is said of these now takes the place of what was, be it nothing (a cancelled alert).
    `half_days`: half days of leave (`engineer_id, leave_date`), whose hours the schedule knows.
    `rejected_share`: of the rows of people's files, those that could not be used.
    `heard`: where the answers are kept (`Outside.heard`).
    """

    source: str
    window: Window
    state: str
    message: str
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    problems: pd.DataFrame = field(default_factory=lambda: empty(TABLES["problems"]))
    rows: int = 0
    unknown: frozenset[Metric] = frozenset()
    withheld: pd.DataFrame | None = None
    is_whole_list: bool = False
    deleted_worklogs: frozenset[str] = frozenset()
    incidents_read: frozenset[str] = frozenset()
    half_days: pd.DataFrame | None = None
    rejected_share: float = 0.0
    heard: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_needless(self) -> bool:
        """Whether it was not there and need not be: nothing is said of it."""
        return self.source == "decisions" and self.state == "off"

    @property
    def is_leave_missing(self) -> bool:
        """Whether it should have told of leave, and did not."""
        return self.source in LEAVE_SOURCES and self.unknown.issuperset(LEAVE_METRICS)


@dataclass(frozen=True)
class Desk:
    """What a fetch needs: whom to ask, who counts, what is held of the weeks before, and where to begin.

    `first_week`: rows of earlier weeks are left out. `week_end`: the Monday after the newest complete week.
    """

    outside: Outside
    config: TeamConfig
    roster: Roster
    tables: TableStore
    first_week: pd.Timestamp
    week_end: pd.Timestamp

    @property
    def engineers(self) -> pd.DataFrame:
        return self.roster.engineers

    def held(self, table: str) -> pd.DataFrame:
        """Rows of the look-back weeks from earlier runs."""
        return self.tables.read(table, first=self.first_week, last=self.week_end - pd.Timedelta(days=7))


def sources_in_use(outside: Outside) -> tuple[str, ...]:
    """The sources that a run asks, in order. One that is needed and not connected is among them, as off."""
    hours = ("tempo",) if outside.has("tempo") else ()
    paging: tuple[Source, ...] = ("pagerduty", "alertops")
    calls = tuple(source for source in paging if outside.has(source)) or ("pagerduty",)
    return ("jira", *hours, *calls, "vibes", "leave", "decisions")


def metrics_of(source: str, outside: Outside, config: TeamConfig) -> frozenset[Metric]:
    """The metrics that are unknown while a source is. Tempo's schedule tells of leave, too."""
    by_source: dict[str, frozenset[Metric]] = {
        "jira": frozenset({"velocity"}) if outside.has("tempo") else frozenset({"billable", "velocity"}),
        "tempo": frozenset(LEAVE_METRICS if config.sources.tempo.schedule else {"billable"}),
        "pagerduty": frozenset({"response"}),
        "alertops": frozenset({"response"}),
        "vibes": frozenset({"vibes"}),
        "leave": frozenset(LEAVE_METRICS),
        "decisions": frozenset(),
    }
    return by_source[source]


def fetch_source(workspace: Workspace, source: str, window: Window) -> Fetched:
    """Fetch and clean one source; what is wrong in people's files is said in the language of the site.

    Errors: SourceError if it gave nothing that can be used.
    """
    first_week = max(workspace.first_week, monday_of(window.since))
    week_end = workspace.newest_complete_week() + pd.Timedelta(days=7)
    desk = Desk(workspace.outside, workspace.settings.config, workspace.roster, workspace.tables, first_week, week_end)
    with speaking(workspace.settings.language):
        return fetch_at(desk, source, window)


def fetch_at(desk: Desk, source: str, window: Window) -> Fetched:
    """As `fetch_source`, for callers without a workspace."""
    fetched = _FETCHERS[source](desk, window)
    return replace(fetched, heard=dict(desk.outside.heard))


def unreachable(outside: Outside, config: TeamConfig, source: str, window: Window, error: SourceError) -> Fetched:
    """A fetch that failed, as data: its metrics turn unknown and the rest goes on."""
    return Fetched(source, window, "failed", str(error), unknown=metrics_of(source, outside, config))


def _jira(desk: Desk, window: Window) -> Fetched:
    if not desk.outside.has("jira"):
        needs = "velocity is" if desk.outside.has("tempo") else "billable share and velocity are"
        return _off(desk, "jira", window, f"Jira is not connected: {needs} unknown.")
    has_hours = not desk.outside.has("tempo")
    with desk.outside.session("jira", window) as client:
        read = fetch_jira(client, window, desk.config, with_worklogs=has_hours)
    hours, hour_problems, gaps = _jira_hours(desk, window, read) if has_hours else ({}, [], [])
    gone = read.deleted_worklog_ids
    if has_hours:
        gone |= _no_longer_counted(desk, read.worklogs["worklog_id"], hours["worklogs"])
    unmapped = unknown_accounts(desk.engineers, read.accounts, read.worklogs["account_id"], desk.first_week)
    # Years of worklogs are not held while years of histories are worked out.
    read = replace(read, worklogs=read.worklogs.iloc[:0])
    sprints, sprint_problems = clean_sprints(read.sprints, read.boards)
    of_sprints = read.issues[read.issues["is_of_sprint"]]
    histories = clean_issue_events(
        of_sprints,
        read.changes,
        read.sprints,
        read.boards,
        read.sprint_field,
        desk.engineers,
    )
    rows = len(hours["worklogs"]) if has_hours else len(histories.events)
    gaps += _broken_histories(histories.in_doubt, len(of_sprints))
    what = f"{read.counts['worklogs']} worklogs and " if has_hours else ""
    return _fetched(
        "jira",
        window,
        f"{what}{read.counts['issues']} issues read.",
        [*read.gaps, *gaps],
        {**hours, "sprints": sprints, "issue_events": histories.events},
        [*hour_problems, sprint_problems, histories.problems, unmapped],
        rows=rows,
        deleted_worklogs=gone,
    )


def _jira_hours(
    desk: Desk, window: Window, read: JiraRead
) -> tuple[dict[str, pd.DataFrame], list[pd.DataFrame], list[Gap]]:
    rules = desk.config.metrics.billable
    table, problems = clean_worklogs(
        read.worklogs,
        read.issues,
        desk.engineers,
        rules.rules,
        rules.default_is_billable,
        desk.first_week,
        pd.Timestamp(window.until),
    )
    held = desk.held("worklogs")
    expected = held[held["updated_at"] >= pd.Timestamp(window.since) - _EVE]
    missing = gone_unsaid(expected, "worklog_id", read.worklogs["worklog_id"], read.deleted_worklog_ids)
    return {"worklogs": table}, [problems], _unsaid_hours("Jira", missing)


def _no_longer_counted(desk: Desk, received: "pd.Series[str]", table: pd.DataFrame) -> frozenset[str]:
    """Worklogs kept from earlier runs that came again and do not count as they are now.

    They were moved to a week that is not read again, or edited into something that no worklog can be. Nothing else
    would take the old version out.
    """
    kept = desk.tables.read("worklogs", first=desk.first_week)
    is_read = kept["worklog_id"].isin(set(received.dropna())) & kept["engineer_id"].isin(desk.engineers["engineer_id"])
    return frozenset(kept.loc[is_read & ~kept["worklog_id"].isin(table["worklog_id"]), "worklog_id"])


def _broken_histories(in_doubt: int, issues: int) -> list[Gap]:
    """A few histories that end elsewhere are a remark; many mean that pages of them were lost."""
    if in_doubt <= _BROKEN_HISTORIES_SHARE * issues:
        return []
    sentence = (
        f"Points incomplete: the histories of {in_doubt} of {issues} issues do not end in what the issues hold now, so "
        "parts of them were not handed over. The next run tries again."
    )
    return [Gap(frozenset({"velocity"}), sentence)]


def _people(rows: pd.DataFrame) -> str:
    """How many people rows are of. Never who: these sentences stand on pages that may not name anybody."""
    count = rows["engineer_id"].nunique()
    return "1 engineer" if count == 1 else f"{count} engineers"


def _unsaid_hours(title: str, missing: pd.DataFrame) -> list[Gap]:
    if missing.empty:
        return []
    sentence = (
        f"Hours incomplete: {len(missing)} worklogs ({missing['logged_hours'].sum():.2f} h of {_people(missing)}) "
        f"that an earlier run read did not come again, and {title} does not say "
        "that they were deleted. They are kept. Check that the token's user still sees the same projects."
    )
    return [Gap(frozenset({"billable"}), sentence)]


def _tempo(desk: Desk, window: Window) -> Fetched:
    with desk.outside.session("tempo", window) as client:
        read = fetch_tempo(client, window, desk.config)
    keys, key_gap = _issue_keys(desk, window, read.worklogs)
    until = pd.Timestamp(window.until)
    table, problems = clean_tempo_worklogs(read.worklogs, keys, desk.engineers, desk.first_week, until)
    held = desk.held("worklogs")
    ours = held[held["billing_rule"] == TEMPO_RULE]
    gaps = [*read.gaps, *_drifted(desk, ours, "worklog_id", read.worklogs["worklog_id"], "Tempo", "billable")]
    days_off, schedule_problems, withheld = _tempo_schedule(desk, window, read)
    return _fetched(
        "tempo",
        window,
        f"{read.counts['worklogs']} worklogs read.{key_gap}",
        [*gaps, *read.schedule_gaps],
        {"worklogs": table, **days_off},
        [problems, *schedule_problems],
        rows=len(table),
        withheld=withheld,
        is_whole_list=not gaps,
        deleted_worklogs=_no_longer_counted(desk, read.worklogs["worklog_id"], table),
    )


def _tempo_schedule(
    desk: Desk, window: Window, read: TempoRead
) -> tuple[dict[str, pd.DataFrame], list[pd.DataFrame], pd.DataFrame | None]:
    """Days off that Tempo's schedules know, what is wrong with these, and of whom leave is not known."""
    if read.schedule is None:
        return {}, [], None
    found = clean_tempo_schedule(read.schedule, desk.engineers, scheduled_hours(desk.roster, *days_of(window)))
    return {"leave": found.leave}, [found.problems], found.withheld


def scheduled_hours(roster: Roster, first: date, last: date) -> pd.DataFrame:
    """Hours by the schedules alone, holidays or not (`engineer_id, work_date, scheduled_hours`), of each day that has
    one."""
    nothing = empty(TABLES["holidays"]), empty(TABLES["leave"])
    hours = available_hours(roster.engineers, roster.schedules, *nothing, first, last)
    return hours.loc[hours["has_schedule"], ["engineer_id", "work_date", "scheduled_hours"]]


def _issue_keys(desk: Desk, window: Window, worklogs: pd.DataFrame) -> tuple[dict[str, str], str]:
    """Keys of the issues that hours are on: Tempo knows their numbers only. Nothing but the name depends on them."""
    roster = desk.engineers["jira_account_id"].dropna()
    ids = worklogs.loc[worklogs["account_id"].isin(roster), "issue_id"].dropna().unique()
    if not desk.outside.has("jira"):
        return {}, " Jira is not connected: issues go by their numbers."
    try:
        with desk.outside.session("jira", window, kept_as="tempo_issues") as client:
            return issue_keys(client, ids), ""
    except SourceError as error:
        return {}, f" Issues go by their numbers: {error}"


def _drifted(
    desk: Desk, held: pd.DataFrame, key: str, received: "pd.Series[str]", title: str, metric: Metric
) -> list[Gap]:
    """Many rows fewer than earlier runs read, from a source that names no deletions: more likely lost than deleted."""
    missing = gone_unsaid(held, key, received)
    share = len(missing) / max(len(held), 1)
    if share <= desk.config.limits.row_drift_share:
        return []
    sentence = (
        f"Incomplete: {len(missing)} of {len(held)} rows of the last weeks that earlier runs read did not come again "
        f"(of {_people(missing)}). They are kept. Check what the {title} token may see; if they were "
        "deleted, raise limits.row_drift_share in the config for one run."
    )
    return [Gap(frozenset({metric}), sentence)]


def _pagerduty(desk: Desk, window: Window) -> Fetched:
    if not desk.outside.has("pagerduty"):
        message = "Neither PagerDuty nor AlertOps is connected: incident response is unknown."
        return _off(desk, "pagerduty", window, message)
    with desk.outside.session("pagerduty", window) as client:
        read = fetch_pagerduty(client, window, desk.config)
    words = desk.config.metrics.response.excluded_title_words
    unplaced, problems = clean_pages(
        read.incidents, read.log_entries, read.users, desk.engineers, words, desk.first_week
    )
    pages = classify_shifts(unplaced, desk.roster.schedules, desk.engineers)
    others = [
        strangers_on_call(read.on_calls, desk.engineers),
        analytics_differences(read.incidents, read.log_entries, read.analytics),
    ]
    return _fetched(
        "pagerduty",
        window,
        f"{read.counts['incidents_received']} incidents and {read.counts['log_entries_received']} log entries read.",
        [*read.gaps, *_unsaid_calls(desk, window, read.incidents["incident_id"])],
        {"pages": pages},
        [problems, *others],
        rows=len(pages),
        incidents_read=frozenset(read.incidents["incident_id"].dropna()),
    )


def _unsaid_calls(desk: Desk, window: Window, received: "pd.Series[str]") -> list[Gap]:
    """Incidents are never deleted: one that an earlier run read and that does not come again was kept from us."""
    held = desk.held("pages")
    is_theirs = ~held["incident_id"].str.startswith(_ALERT)
    expected = held[is_theirs & (held["paged_at"] >= pd.Timestamp(window.since))]
    missing = gone_unsaid(expected, "incident_id", received)
    if missing.empty:
        return []
    sentence = (
        f"Calls incomplete: {missing['incident_id'].nunique()} incidents that an earlier run read did not come again "
        f"(of {_people(missing)}). They are kept. Check that the key still sees the same services."
    )
    return [Gap(frozenset({"response"}), sentence)]


def _alertops(desk: Desk, window: Window) -> Fetched:
    with desk.outside.session("alertops", window) as client:
        read = fetch_alertops(client, window, desk.config)
    unplaced, problems = clean_alerts(
        read.alerts,
        read.users,
        desk.engineers,
        desk.config.metrics.response.excluded_title_words,
        desk.config.sources.alertops.timezone,
        desk.first_week,
    )
    named = unplaced.assign(incident_id=_ALERT + unplaced["incident_id"])
    pages = classify_shifts(named, desk.roster.schedules, desk.engineers)
    held = desk.held("pages")
    ours = held[held["incident_id"].str.startswith(_ALERT)]
    received = _ALERT + read.alerts["incident_id"].dropna()
    return _fetched(
        "alertops",
        window,
        f"{read.counts['alerts']} alerts read.",
        [*read.gaps, *_drifted(desk, ours, "incident_id", received, "AlertOps", "response")],
        {"pages": pages},
        [problems],
        rows=len(pages),
        incidents_read=frozenset(received),
    )


def _vibes(desk: Desk, window: Window) -> Fetched:
    read = desk.outside.vibes(window)
    managers = [manager.id for manager in desk.config.managers]
    cleaned = clean_vibes(read.sheets, desk.engineers, managers, desk.week_end)
    is_lost = read.state == "failed"
    return Fetched(
        "vibes",
        window,
        read.state,
        read.message,
        {} if is_lost else {"vibes": cleaned.vibes},
        cleaned.problems,
        rows=cleaned.rows_used,
        unknown=frozenset({"vibes"}) if is_lost else frozenset(),
        rejected_share=cleaned.rejected_share,
    )


def _leave(desk: Desk, window: Window) -> Fetched:
    read = desk.outside.leave(window)
    if read is None:
        return Fetched(
            "leave", window, "off", f"There is no {LEAVE_FILE}: nobody's leave is taken off the available hours."
        )
    cleaned = clean_leave(read.sheets, desk.engineers)
    is_lost = read.state == "failed"
    return Fetched(
        "leave",
        window,
        read.state,
        read.message,
        {} if is_lost else {"leave": cleaned.leave},
        cleaned.problems,
        rows=len(cleaned.leave) + len(cleaned.half_days),
        half_days=None if is_lost else cleaned.half_days,
        unknown=metrics_of("leave", desk.outside, desk.config) if is_lost else frozenset(),
        rejected_share=cleaned.rejected_share,
    )


def _decisions(desk: Desk, window: Window) -> Fetched:
    """What managers decided. No metric rests on it, and where there is no file nothing is missing."""
    read = desk.outside.decisions(window)
    if read is None:
        nothing = {"manager_decisions": empty(TABLES["manager_decisions"])}
        return Fetched("decisions", window, "off", "There is no decisions*.csv: nothing is decided.", nothing)
    managers = [manager.id for manager in desk.config.managers]
    last_day = desk.week_end + pd.Timedelta(days=6)
    cleaned = clean_decisions(read.sheets, desk.engineers, managers, last_day.date())
    return Fetched(
        "decisions",
        window,
        read.state,
        read.message,
        {} if read.state == "failed" else {"manager_decisions": cleaned.decisions},
        cleaned.problems,
        rows=len(cleaned.decisions),
        rejected_share=cleaned.rejected_share,
    )


_FETCHERS: Final[Mapping[str, Callable[[Desk, Window], Fetched]]] = {
    "jira": _jira,
    "tempo": _tempo,
    "pagerduty": _pagerduty,
    "alertops": _alertops,
    "vibes": _vibes,
    "leave": _leave,
    "decisions": _decisions,
}


def _off(desk: Desk, source: str, window: Window, message: str) -> Fetched:
    return Fetched(source, window, "off", message, unknown=metrics_of(source, desk.outside, desk.config))


def _fetched(
    source: str,
    window: Window,
    message: str,
    gaps: Sequence[Gap],
    tables: Mapping[str, pd.DataFrame],
    problems: Iterable[pd.DataFrame],
    *,
    rows: int,
    withheld: pd.DataFrame | None = None,
    is_whole_list: bool = False,
    deleted_worklogs: frozenset[str] = frozenset(),
    incidents_read: frozenset[str] = frozenset(),
) -> Fetched:
    """A fetch that ended, with what it lacks."""
    return Fetched(
        source,
        window,
        "incomplete" if gaps else "ok",
        " ".join(gap.sentence for gap in gaps) or message,
        tables,
        pd.concat(list(problems), ignore_index=True),
        rows=rows,
        unknown=frozenset().union(*(gap.metrics for gap in gaps)),
        withheld=withheld,
        is_whole_list=is_whole_list,
        deleted_worklogs=deleted_worklogs,
        incidents_read=incidents_read,
    )
