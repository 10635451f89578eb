"""Facts into the store, and from the store a week's readings and decisions.

Facts of the look-back weeks are restated with later knowledge; what was decided for a published week never is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from flows.collect import KNOWN_STATES, WINDOWED, Fetched
from flows.settings import Roster
from flows.workspace import Workspace
from transforms.decide import Decisions, decide
from transforms.metrics.coverage import fifth_day_coverage
from transforms.metrics.readings import weekly_readings
from transforms.metrics.sprint_calendar import sprints_as_of
from transforms.metrics.velocity import replay_sprints
from transforms.schedule import available_hours
from transforms.schemas.registry import TABLES, empty
from transforms.vocabulary import METRICS
from transforms.weeks import week_starts

WEEK = pd.Timedelta(days=7)
_DECISIONS = ("signals", "statuses", "alert_events", "recommendations", "team_effects")


@dataclass(frozen=True)
class Facts:
    """What the fetches of one run brought. `first_week` is the oldest week they restate."""

    fetched: Sequence[Fetched]
    first_week: pd.Timestamp

    def speaking_for(self, as_of: datetime) -> dict[str, Fetched]:
        """Source -> the fetch whose window holds the instant; a source that is read whole speaks for every week."""
        return {
            one.source: one
            for one in self.fetched
            if one.source not in WINDOWED or one.window.since < as_of <= one.window.until
        }

    def problems_up_to(self, as_of: datetime) -> pd.DataFrame:
        """Problems of the fetches that end with the instant: each is told once, in the last week it is about."""
        ending = [one.problems for one in self.fetched if one.window.until == as_of]
        return pd.concat(ending, ignore_index=True) if ending else empty(TABLES["problems"])

    def listed_weeks(self, table: str) -> set[pd.Timestamp]:
        """Weeks of which the rows brought are all there are: what is not among them was deleted."""
        whole = [one.window for one in self.fetched if one.is_whole_list and table in one.tables]
        days = [(pd.Timestamp(span.since.date()), pd.Timestamp(span.until.date())) for span in whole]
        return {week for since, until in days for week in pd.date_range(since, until, freq="W-MON", inclusive="left")}

    @property
    def deleted_worklogs(self) -> frozenset[str]:
        return frozenset().union(*(one.deleted_worklogs for one in self.fetched))

    @property
    def incidents_read(self) -> frozenset[str]:
        return frozenset().union(*(one.incidents_read for one in self.fetched))

    @property
    def tables_brought(self) -> frozenset[str]:
        return frozenset().union(*(one.tables for one in self.fetched))

    def table(self, name: str) -> pd.DataFrame:
        """Rows of one cleaned table over all fetches; a row that two windows brought counts once, the later one."""
        frames = [one.tables[name] for one in self.fetched if name in one.tables]
        keys = {"worklogs": ["worklog_id"], "pages": ["incident_id", "engineer_id"], "sprints": ["sprint_id"]}
        if not frames:
            return empty(TABLES[name])
        rows = pd.concat(frames, ignore_index=True)
        return rows.drop_duplicates(subset=keys.get(name), keep="last", ignore_index=True)


def absorb(workspace: Workspace, facts: Facts, newest: pd.Timestamp) -> None:
    """Write the rows that belong to a week: new ones in, edited ones replaced, deleted ones out.

    Rows older than the weeks a fetch restates are not among them: cleaning turned them into problems.
    """
    if "worklogs" in facts.tables_brought:
        worklogs = facts.table("worklogs")
        gone = facts.deleted_worklogs | set(worklogs["worklog_id"])
        _replace(workspace, facts, "worklogs", worklogs, "worklog_id", gone, newest)
    if "pages" in facts.tables_brought:
        pages = facts.table("pages")
        _replace(workspace, facts, "pages", pages, "incident_id", facts.incidents_read, newest)
    vibes = facts.table("vibes")
    told = vibes.loc[vibes["week_start"] <= newest, "week_start"].unique()
    workspace.tables.write_weeks("vibes", [pd.Timestamp(week) for week in told], vibes)


def _replace(
    workspace: Workspace,
    facts: Facts,
    name: str,
    new: pd.DataFrame,
    key: str,
    gone: set[str] | frozenset[str],
    last: pd.Timestamp,
) -> None:
    old = workspace.tables.read(name, first=facts.first_week, last=last)
    is_gone = old[key].isin(gone) | old["week_start"].isin(facts.listed_weeks(name))
    rows = pd.concat([old[~is_gone], new], ignore_index=True)
    workspace.tables.write_weeks(name, week_starts(facts.first_week, last), rows)


def compute_week(workspace: Workspace, facts: Facts, week: pd.Timestamp, *, is_reconstructed: bool) -> None:
    """Readings of the look-back weeks as known at the week's `as_of`, and the decisions of the week itself."""
    config = workspace.settings.config
    first = max(workspace.first_week, week - config.sources.lookback_weeks * WEEK)
    roster = workspace.roster
    workspace.tables.write("source_health", week, _health(workspace, facts, week))
    workspace.tables.write("problems", week, facts.problems_up_to(workspace.as_of(week)))
    _sprints(workspace, facts, roster, first, week, is_reconstructed)
    _hours(workspace, facts, roster, first, week)
    _readings(workspace, facts, roster, first, week)
    _decisions(workspace, week)


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
) -> None:
    if "sprints" not in facts.tables_brought:
        return
    as_of = workspace.as_of(week)
    sprints = sprints_as_of(facts.table("sprints"), pd.Timestamp(as_of))
    workspace.tables.write("sprints", week, sprints)
    zone = workspace.settings.config.organisation.timezone
    # The sprints before the restated weeks are needed too: work of theirs may be reopened. The same four weeks are
    # fetched whatever else is, so that a second run sees no more and no less.
    since = (first - 4 * WEEK).tz_localize(zone)
    touched = sprints[sprints["start_at"].notna() & (sprints["complete_at"].fillna(pd.Timestamp(as_of)) >= since)]
    credits, totals = replay_sprints(
        touched,
        facts.table("issue_events"),
        roster.engineers,
        known_until=pd.Timestamp(as_of),
        timezone=zone,
        is_reconstructed=is_reconstructed,
    )
    workspace.tables.write_weeks("sprint_credits", week_starts(first, week), credits)
    # A snapshot is taken once, in the first run after the close.
    known = workspace.tables.read("sprint_totals", last=week - WEEK)["sprint_id"]
    closed = totals[~totals["sprint_id"].isin(known) & (totals["week_start"] <= week)]
    workspace.tables.write("sprint_totals", week, closed)


def newest_sprints(workspace: Workspace, week: pd.Timestamp) -> pd.DataFrame:
    """The sprints as last fetched up to a week: all of them, with the states of that time."""
    kept = workspace.tables.weeks("sprints")
    kept = kept[kept <= week]
    return (
        workspace.tables.read("sprints", first=kept.max(), last=kept.max()) if len(kept) else empty(TABLES["sprints"])
    )


def _hours(workspace: Workspace, facts: Facts, roster: Roster, first: pd.Timestamp, week: pd.Timestamp) -> None:
    config = workspace.settings.config
    last_day = week + pd.Timedelta(days=6)
    hours = available_hours(
        roster.engineers,
        roster.schedules,
        workspace.holidays,
        facts.table("leave"),
        first,
        last_day,
        config.policy.holiday_on_day_off,
    )
    coverage = fifth_day_coverage(hours, roster.engineers)
    workspace.tables.write_weeks("available_hours", week_starts(first, week), hours)
    workspace.tables.write_weeks("coverage", week_starts(first, week), coverage)


def _readings(workspace: Workspace, facts: Facts, roster: Roster, first: pd.Timestamp, week: pd.Timestamp) -> None:
    as_of = pd.Timestamp(workspace.as_of(week))
    tables = workspace.tables
    worklogs = tables.read("worklogs", first=first, last=week)
    pages = tables.read("pages", first=first, last=week)
    readings = weekly_readings(
        roster.engineers,
        tables.read("available_hours", first=first, last=week),
        worklogs[worklogs["recorded_at"] < as_of],
        tables.read("sprint_credits", first=first, last=week),
        newest_sprints(workspace, week),
        pages[pages["paged_at"] < as_of],
        tables.read("vibes", first=first, last=week),
        known=_known(workspace, facts, first, week),
        billable_denominator=workspace.settings.config.metrics.billable.denominator,
    )
    tables.write_weeks("readings", week_starts(first, week), readings)


def _known(workspace: Workspace, facts: Facts, first: pd.Timestamp, week: pd.Timestamp) -> pd.DataFrame:
    """Per week, whether each metric's sources have an answer; what was known of an older week stays known."""
    speaking = facts.speaking_for(workspace.as_of(week)).values()
    unknown = frozenset().union(*(one.unknown for one in speaking))
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
        tables.read("pages", last=week),
        workspace.settings.config.decisions,
        published=earlier,
        weeks=pd.DatetimeIndex([week]),
    )
    for name in _DECISIONS:
        rows = getattr(decided, name)
        tables.write(name, week, rows[rows["week_start"] == week])
