"""From the facts in the store a week's readings and decisions.

Facts of the look-back weeks are restated with later knowledge; what was decided for a published week never is.
"""

import pandas as pd

from flows.collect import scheduled_hours
from flows.facts import Facts
from flows.settings import Roster, set_aside_problems
from flows.workspace import Workspace
from transforms.clean.day_limit import DayLimit, set_aside_impossible_days
from transforms.clean.leave import half_days_in_hours, longest_by_day
from transforms.clean.manager_decisions import unmatched_decisions
from transforms.decide import Decisions, decide
from transforms.language import speaking
from transforms.metrics.coverage import fifth_day_coverage
from transforms.metrics.readings import weekly_readings
from transforms.metrics.response import urgent_pages
from transforms.metrics.snapshots import departures, settle, standing_sprints, teams_without_points
from transforms.metrics.sprint_calendar import sprints_as_of
from transforms.metrics.velocity import Points, replay_sprints
from transforms.schedule import available_hours, weekly_hours
from transforms.schemas.registry import TABLES, empty
from transforms.vocabulary import KNOWN_STATES, METRICS
from transforms.weeks import monday_of, week_starts

WEEK = pd.Timedelta(days=7)
_DECISIONS = ("signals", "statuses", "alert_events", "recommendations", "team_effects")


def compute_week(workspace: Workspace, facts: Facts, week: pd.Timestamp, *, is_reconstructed: bool) -> None:
    """Readings of the look-back weeks as known at the week's `as_of`, and the decisions of the week itself."""
    with speaking(workspace.settings.language):
        _compute(workspace, facts, week, is_reconstructed)


def _compute(workspace: Workspace, facts: Facts, week: pd.Timestamp, is_reconstructed: bool) -> None:
    config = workspace.settings.config
    first = max(workspace.first_week, week - config.sources.lookback_weeks * WEEK)
    roster = workspace.roster
    workspace.tables.write("source_health", week, _health(workspace, facts, week))
    logged = _logged(workspace, roster, first, week)
    departed = _sprints(workspace, facts, roster, first, week, is_reconstructed)
    hours = _hours(workspace, facts, roster, first, week)
    _readings(workspace, facts, roster, hours, logged, first, week)
    _decisions(workspace, week)
    of_config, as_of = set_aside_problems(workspace.settings.set_aside), workspace.as_of(week)
    # What can be decided on is known only now.
    astray = unmatched_decisions(
        facts.told_at("manager_decisions", as_of), workspace.tables.read("recommendations", last=week)
    )
    problems = [of_config, facts.problems_up_to(as_of), logged.problems, departed, astray]
    workspace.tables.write("problems", week, pd.concat(problems, ignore_index=True))


def _health(workspace: Workspace, facts: Facts, week: pd.Timestamp) -> pd.DataFrame:
    before = workspace.tables.read("source_health", first=week - WEEK, last=week - WEEK).set_index("source")
    rows = []
    for source, one in facts.speaking_for(workspace.as_of(week)).items():
        is_known = one.state in KNOWN_STATES
        since = before["unknown_since"].get(source) if source in before.index else None
        rows.append(
            {
                "source": source,
                "week_start": week,
                "state": one.state,
                "rows": one.rows,
                "complete_to": week + pd.Timedelta(days=6) if is_known else pd.NaT,
                "unknown_since": pd.NaT if is_known else since if pd.notna(since) else week,
                "message": one.message,
            }
        )
    return pd.DataFrame(rows)


def _sprints(
    workspace: Workspace,
    facts: Facts,
    roster: Roster,
    first: pd.Timestamp,
    week: pd.Timestamp,
    is_reconstructed: bool,
) -> pd.DataFrame:
    """Snapshots of the sprints that closed, the others restated; what of earlier snapshots is to be told (Problems).

    Without a whole answer from Jira nothing is settled and nothing restated: points of the week are not known then.
    """
    nothing = empty(TABLES["problems"])
    if "sprints" not in facts.tables_brought:
        return nothing
    tables, as_of = workspace.tables, pd.Timestamp(workspace.as_of(week))
    zone = workspace.settings.config.organisation.timezone
    # The sprints before the restated weeks are needed too: work of theirs may be reopened. The same four weeks are
    # fetched whatever else is, so that a second run sees no more and no less.
    reach = first - 4 * WEEK
    since = reach.tz_localize(zone)
    is_whole = _has_points(workspace, facts, week)
    snapshots = tables.read("sprint_totals", first=reach - WEEK, last=week)
    listed, events = sprints_as_of(facts.table("sprints"), as_of), facts.table("issue_events")
    is_measured = ~listed["team_id"].isin(teams_without_points(listed, events, as_of))
    before = newest_sprints(workspace, week)
    sprints = standing_sprints(listed[is_measured], before, snapshots["sprint_id"], since, is_whole=is_whole)
    tables.write("sprints", week, sprints)
    if not is_whole:
        return nothing
    touched = sprints[sprints["start_at"].notna() & (sprints["complete_at"].fillna(as_of) >= since)]
    oldest = monday_of(min(touched["start_at"], default=since).tz_convert(zone)) - WEEK
    stored = Points(tables.read("sprint_credits", first=min(first, oldest), last=week), snapshots)
    replayed = replay_sprints(
        touched,
        events,
        roster.engineers,
        known_until=as_of,
        timezone=zone,
        snapshots=stored,
        worklogs=_shared_work(workspace, roster, oldest, week),
    )
    points = settle(replayed, stored, sprints, touched["sprint_id"], week, is_history=is_reconstructed)
    told = pd.concat([stored.credits, points.credits])["week_start"]
    weeks = week_starts(first, week).union(pd.DatetimeIndex(told[told <= week].unique()))
    # The credits first: it is the totals that say that a sprint is settled.
    tables.write_weeks("sprint_credits", weeks, points.credits)
    taken = tables.read("sprint_totals", first=week, last=week)
    tables.write("sprint_totals", week, pd.concat([taken, points.totals], ignore_index=True))
    return departures(replayed.totals, snapshots, listed, sprints, first)


def _has_points(workspace: Workspace, facts: Facts, week: pd.Timestamp) -> bool:
    """Whether all was read that points rest on: sprints and histories, and hours where points go by hours."""
    speaking = facts.speaking_for(workspace.as_of(week))
    jira = speaking.get("jira")
    if jira is None or "velocity" in jira.unknown:
        return False
    return not (_goes_by_hours(workspace) and "billable" in speaking.get("tempo", jira).unknown)


def _goes_by_hours(workspace: Workspace) -> bool:
    return workspace.settings.config.metrics.velocity.credit == "worklog_share"


def _shared_work(workspace: Workspace, roster: Roster, first: pd.Timestamp, week: pd.Timestamp) -> pd.DataFrame | None:
    """The worklogs that points are shared out by; None if they are not."""
    return _logged(workspace, roster, first, week).usable if _goes_by_hours(workspace) else None


def newest_sprints(workspace: Workspace, week: pd.Timestamp) -> pd.DataFrame:
    """The sprints as last fetched up to a week: all of them, with the states of that time."""
    kept = workspace.tables.weeks("sprints")
    kept = kept[kept <= week]
    return (
        workspace.tables.read("sprints", first=kept.max(), last=kept.max()) if len(kept) else empty(TABLES["sprints"])
    )


def _hours(workspace: Workspace, facts: Facts, roster: Roster, first: pd.Timestamp, week: pd.Timestamp) -> pd.DataFrame:
    """The hours of every day, and who covers it, into the store; the same hours by week handed back."""
    calendar = (
        roster.engineers,
        roster.schedules,
        workspace.holidays,
        _leave(workspace, facts, roster, first, week),
        first,
        week + pd.Timedelta(days=6),
        workspace.settings.config.policy.holiday_on_day_off,
    )
    days = available_hours(*calendar)
    coverage = fifth_day_coverage(days, roster.engineers)
    workspace.tables.write_weeks("available_hours", week_starts(first, week), days)
    workspace.tables.write_weeks("coverage", week_starts(first, week), coverage)
    return weekly_hours(*calendar)


def _leave(workspace: Workspace, facts: Facts, roster: Roster, first: pd.Timestamp, week: pd.Timestamp) -> pd.DataFrame:
    """Days away as told now. Where a source that knows of leave did not answer, what was taken off before stays."""
    last_day = week + pd.Timedelta(days=6)
    scheduled = scheduled_hours(roster, first, last_day)
    halves = [half_days_in_hours(one.half_days, scheduled) for one in facts.fetched if one.half_days is not None]
    told = [empty(TABLES["leave"]), *(one.tables["leave"] for one in facts.fetched if "leave" in one.tables), *halves]
    if any(one.is_leave_missing for one in facts.speaking_for(workspace.as_of(week)).values()):
        before = workspace.tables.read("available_hours", first=first, last=week - WEEK)
        told.append(before[before["leave_hours"] > 0].rename(columns={"work_date": "leave_date"}))
    # People's files hold the leave of years; only that of the weeks worked out is gone into.
    return longest_by_day(pd.concat([days[days["leave_date"].between(first, last_day)] for days in told]))


def _logged(workspace: Workspace, roster: Roster, first: pd.Timestamp, week: pd.Timestamp) -> DayLimit:
    """Worklogs as known at the week's `as_of`, without those of days on which more was logged than a day has."""
    worklogs = workspace.tables.read("worklogs", first=first, last=week)
    known = worklogs[worklogs["recorded_at"] < pd.Timestamp(workspace.as_of(week))]
    return set_aside_impossible_days(known, roster.engineers)


def _readings(
    workspace: Workspace,
    facts: Facts,
    roster: Roster,
    hours: pd.DataFrame,
    logged: DayLimit,
    first: pd.Timestamp,
    week: pd.Timestamp,
) -> None:
    as_of = pd.Timestamp(workspace.as_of(week))
    tables = workspace.tables
    pages = tables.read("pages", first=first, last=week)
    readings = weekly_readings(
        roster.engineers,
        hours,
        logged.usable,
        tables.read("sprint_credits", first=first, last=week),
        newest_sprints(workspace, week),
        pages[pages["paged_at"] < as_of],
        tables.read("vibes", first=first, last=week),
        known=_known(workspace, facts, first, week),
        withheld=pd.concat([logged.withheld, *facts.withheld, _without_account(roster, first, week)]),
        billable_denominator=workspace.settings.config.metrics.billable.denominator,
    )
    tables.write_weeks("readings", week_starts(first, week), readings)


def _without_account(roster: Roster, first: pd.Timestamp, week: pd.Timestamp) -> pd.DataFrame:
    """Weeks of engineers for whom the config names no Jira account: no hour and no point can be theirs."""
    missing = roster.engineers.loc[roster.engineers["jira_account_id"].isna(), "engineer_id"]
    metrics = pd.DataFrame({"metric": ["billable", "velocity"]})
    weeks = pd.DataFrame({"week_start": week_starts(first, week)}).merge(metrics, how="cross")
    return missing.to_frame().merge(weeks, how="cross")


def _known(workspace: Workspace, facts: Facts, first: pd.Timestamp, week: pd.Timestamp) -> pd.DataFrame:
    """Per week, whether each metric's sources have an answer; what was known of an older week stays known."""
    speaking = facts.speaking_for(workspace.as_of(week)).values()
    unknown = frozenset().union(*(one.unknown for one in speaking))
    if _goes_by_hours(workspace) and "billable" in unknown:
        unknown |= {"velocity"}
    now = {f"is_{metric}_known": metric not in unknown for metric in METRICS}
    weeks = week_starts(first, week)
    known = pd.DataFrame({name: [value] * len(weeks) for name, value in now.items()}, index=weeks)
    before = workspace.tables.read("readings", first=first, last=week - WEEK).groupby("week_start")[list(now)].any()
    return (known | before.reindex(weeks, fill_value=False)).rename_axis("week_start").reset_index()


def _decisions(workspace: Workspace, week: pd.Timestamp) -> None:
    tables = workspace.tables
    earlier = Decisions(**{name: tables.read(name, last=week - WEEK) for name in _DECISIONS})
    decided = decide(
        tables.read("readings", last=week),
        urgent_pages(tables.read("pages", last=week)),
        workspace.settings.config.decisions,
        published=earlier,
        weeks=pd.DatetimeIndex([week]),
    )
    for name in _DECISIONS:
        rows = getattr(decided, name)
        tables.write(name, week, rows[rows["week_start"] == week])
