"""What the fetches of a run brought, and how it enters the store."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from flows.collect import WINDOWED, Fetched
from flows.store.runs import last_run
from flows.workspace import Workspace
from transforms.clean.manager_decisions import kept_beside
from transforms.clean.tempo import TEMPO_RULE
from transforms.metrics.vibes import as_published
from transforms.schemas.registry import TABLES, empty
from transforms.weeks import parse_week, week_starts

_WEEK = pd.Timedelta(days=7)


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
            if (one.source not in WINDOWED or one.window.since < as_of <= one.window.until) and not one.is_needless
        }

    def problems_up_to(self, as_of: datetime) -> pd.DataFrame:
        """Problems of the fetches that end with the instant: each is told once, in the last week it is about."""
        ending = [one.problems for one in self.fetched if one.window.until == as_of]
        return pd.concat(ending, ignore_index=True) if ending else empty(TABLES["problems"])

    def told_at(self, table: str, as_of: datetime) -> pd.DataFrame:
        """Rows of the fetches that end with the instant, as `problems_up_to`."""
        ending = [one.tables[table] for one in self.fetched if one.window.until == as_of and table in one.tables]
        return pd.concat(ending, ignore_index=True) if ending else empty(TABLES[table])

    def is_whole(self, table: str) -> bool:
        """Whether all was read of which the rows of a table are made."""
        return all(one.state == "ok" or one.is_needless for one in self.fetched if table in one.tables)

    def listed_weeks(self, table: str) -> set[pd.Timestamp]:
        """Weeks of which the rows brought are all there are: what is not among them was deleted."""
        whole = [one.window for one in self.fetched if one.is_whole_list and table in one.tables]
        days = [(pd.Timestamp(span.since.date()), pd.Timestamp(span.until.date())) for span in whole]
        return {week for since, until in days for week in pd.date_range(since, until, freq="W-MON", inclusive="left")}

    @property
    def deleted_worklogs(self) -> frozenset[str]:
        return frozenset().union(*(one.deleted_worklogs for one in self.fetched))

    @property
    def withheld(self) -> list[pd.DataFrame]:
        """Engineers and weeks of whom a source did not tell what a metric needs."""
        return [one.withheld for one in self.fetched if one.withheld is not None]

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
        _out_of_older_weeks(workspace, facts, worklogs)
        _replace(workspace, facts, "worklogs", worklogs, "worklog_id", gone, newest)
    if "pages" in facts.tables_brought:
        pages = facts.table("pages")
        _replace(workspace, facts, "pages", pages, "incident_id", facts.incidents_read, newest)
    if "vibes" in facts.tables_brought:
        _absorb_vibes(workspace, facts, newest)
    if "manager_decisions" in facts.tables_brought:
        _absorb_decisions(workspace, facts, newest)


def _absorb_vibes(workspace: Workspace, facts: Facts, newest: pd.Timestamp) -> None:
    """Every week that the files tell of, or told of; scores that are not the published ones are marked."""
    told = facts.table("vibes")
    told = told[told["week_start"] <= newest]
    stored = workspace.tables.read("vibes", last=newest)
    # A run that broke off has left rows, but its weeks were not published: the last record says what was.
    last = last_run(workspace.layout)
    is_published = stored["week_start"] <= (parse_week(last["week"]) if last else pd.NaT)
    rows = as_published(told, stored[is_published], is_whole=facts.is_whole("vibes"))
    weeks = pd.DatetimeIndex(pd.concat([told, stored])["week_start"].unique())
    workspace.tables.write_weeks("vibes", weeks, rows)


def _absorb_decisions(workspace: Workspace, facts: Facts, newest: pd.Timestamp) -> None:
    """Every review that the files tell of, or told of. What a file no longer says is no longer shown."""
    told = facts.table("manager_decisions")
    told = told[told["week_start"] <= newest]
    stored = workspace.tables.read("manager_decisions", last=newest)
    rows = kept_beside(told, stored, is_whole=facts.is_whole("manager_decisions"))
    weeks = pd.DatetimeIndex(pd.concat([told, stored])["week_start"].unique())
    workspace.tables.write_weeks("manager_decisions", weeks, rows)


def _out_of_older_weeks(workspace: Workspace, facts: Facts, worklogs: pd.DataFrame) -> None:
    """A worklog that was moved here from a week that is no longer restated leaves that week: none stands twice.

    The readings of that week stay as they were published.
    """
    held = workspace.tables.read("worklogs", first=facts.first_week)["worklog_id"]
    is_edited = worklogs["updated_at"] > worklogs["recorded_at"]
    edited = worklogs[is_edited & ~worklogs["worklog_id"].isin(held)]
    older = workspace.tables.read("worklogs", last=facts.first_week - _WEEK) if len(edited) else edited.iloc[:0]
    # Two vendors may give the same number to two worklogs.
    is_same_vendor = older["billing_rule"].eq(TEMPO_RULE) == worklogs["billing_rule"].eq(TEMPO_RULE).any()
    is_moved = older["worklog_id"].isin(edited["worklog_id"]) & is_same_vendor
    weeks = pd.DatetimeIndex(older.loc[is_moved, "week_start"].unique())
    workspace.tables.write_weeks("worklogs", weeks, older[~is_moved])


def _replace(
    workspace: Workspace,
    facts: Facts,
    name: str,
    new: pd.DataFrame,
    key: str,
    gone: set[str] | frozenset[str],
    last: pd.Timestamp,
) -> None:
    """Rows of later weeks than the newest wait in their own: work entered in advance may never be told again."""
    old = workspace.tables.read(name, first=facts.first_week)
    is_gone = old[key].isin(gone) | old["week_start"].isin(facts.listed_weeks(name))
    rows = pd.concat([old[~is_gone], new], ignore_index=True)
    later = pd.concat([old["week_start"], new["week_start"]]).unique()
    weeks = week_starts(facts.first_week, last).union(pd.DatetimeIndex(later))
    workspace.tables.write_weeks(name, weeks, rows)
