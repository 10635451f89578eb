"""The stored rows of one engineer and week, gathered and explained. No lock, no network, nothing written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import pandas as pd

from flows.errors import ConfigError
from flows.settings import Settings, holiday_table, roster_tables
from flows.settings.findings import did_you_mean, joined
from flows.store.layout import Layout
from flows.store.tables import TableStore
from transforms.clean.near import nearest
from transforms.explain.billable import BillableTrace, explain_billable
from transforms.explain.response import ResponseTrace, explain_response
from transforms.explain.velocity import VelocityTrace, explain_velocity
from transforms.explain.vibes import VibesTrace, explain_vibes
from transforms.metrics.sprint_calendar import sprint_days, team_zones
from transforms.schemas.registry import TABLES, empty
from transforms.vocabulary import METRICS, Metric
from transforms.weeks import iso_week

Trace = BillableTrace | VelocityTrace | ResponseTrace | VibesTrace
_WEEK: Final = pd.Timedelta(weeks=1)
_LONGEST_SPRINT: Final = pd.Timedelta(weeks=13)  # Jira lets a sprint last as long as one likes
_SUBSTITUTE: Final = pd.Timedelta(weeks=4)  # a holiday on a day off may free a day of a later week


@dataclass(frozen=True)
class Explanation:
    """One engineer and week: a trace per metric asked for, and what the input of these weeks had wrong about them.

    `read_in`: the week of the run that read the week last. `no_account`: metrics for which the roster names no account
    at the source, so that no row can be the engineer's.
    """

    engineer_id: str
    name: str
    week_start: pd.Timestamp
    read_in: pd.Timestamp
    traces: Mapping[Metric, Trace]
    no_account: tuple[Metric, ...]
    problems: tuple[Mapping[str, Any], ...]


def explain(settings: Settings, engineer_id: str, week: pd.Timestamp | None, metric: str | None) -> Explanation:
    """The readings of an engineer in a week (default: the newest), or one of them.

    Errors: ConfigError for an engineer not on the roster, a metric that is none, a week that is not in the store.
    """
    engineers = roster_tables(settings.config).engineers
    shelf = _Shelf(settings, TableStore(Layout(settings.data_dir)), engineers, engineer_id)
    reading = _reading(shelf, week, metric)
    traced = METRICS if metric is None else tuple(one for one in METRICS if one == metric)
    explained = {one: _EXPLAINED[one](shelf, reading) for one in traced}
    read_in = shelf.read_in(reading["week_start"])
    return Explanation(
        engineer_id=engineer_id,
        name=shelf.engineer["name"],
        week_start=reading["week_start"],
        read_in=read_in,
        traces=explained,
        no_account=tuple(one for one in traced if _has_no_account(shelf.engineer, one)),
        problems=shelf.problems(reading["week_start"]),
    )


@dataclass(frozen=True)
class _Shelf:
    """The store, as far as one engineer is concerned."""

    settings: Settings
    tables: TableStore
    engineers: pd.DataFrame
    engineer_id: str

    @property
    def engineer(self) -> Mapping[Any, Any]:
        """The engineer's row of the roster."""
        return self.engineers[self.engineers["engineer_id"] == self.engineer_id].to_dict("records")[0]

    @property
    def weeks(self) -> pd.DatetimeIndex:
        """Mondays of which there are readings."""
        return self.tables.weeks("readings")

    def read_in(self, week: pd.Timestamp) -> pd.Timestamp:
        """The week of the run that read a week last: the look-back of later runs ends there."""
        return min(self.weeks.max(), week + self.settings.config.sources.lookback_weeks * _WEEK)

    def spoke_for(self, week: pd.Timestamp) -> pd.Timestamp:
        """The instant up to which that run counted rows."""
        monday = self.read_in(week) + _WEEK
        return monday.tz_localize(self.settings.config.organisation.timezone)

    def rows(self, name: str, first: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
        """The engineer's rows of some weeks."""
        table = self.tables.read(name, first=first, last=last)
        return table[table["engineer_id"] == self.engineer_id].reset_index(drop=True)

    def health(self, week: pd.Timestamp) -> pd.DataFrame:
        """What became of the sources in the runs that read a week."""
        return self.tables.read("source_health", first=week, last=self.read_in(week))

    def problems(self, week: pd.Timestamp) -> tuple[Mapping[str, Any], ...]:
        """Defects of the input about the engineer that these runs met."""
        rows = self.rows("problems", week, self.read_in(week))
        columns = ["source", "severity", "rule", "message"]
        return tuple({str(name): value for name, value in row.items()} for row in rows[columns].to_dict("records"))


def _reading(shelf: _Shelf, week: pd.Timestamp | None, metric: str | None) -> Mapping[Any, Any]:
    """The row of Readings that is asked about; every mistake of the question is said at once."""
    weeks = shelf.weeks
    if weeks.empty:
        raise ConfigError(
            f"{shelf.settings.data_dir}: no week is stored yet, so there is nothing to explain.",
            advice="Run: tenfour weekly",
        )
    chosen = weeks.max() if week is None else week
    findings = []
    known = shelf.engineers["engineer_id"]
    if shelf.engineer_id not in set(known):
        findings.append(
            joined(f'--engineer: "{shelf.engineer_id}" is not on the roster', did_you_mean(shelf.engineer_id, known))
        )
    if metric is not None and metric not in METRICS:
        findings.append(joined(f'--metric: "{metric}" is no metric', did_you_mean(metric, METRICS)))
    if chosen not in weeks:
        near = nearest(iso_week(chosen), map(iso_week, weeks))
        held = f"the store holds {iso_week(weeks.min())} to {iso_week(weeks.max())}"
        findings.append(
            joined(f"--week: {iso_week(chosen)} is not there", held, f"did you mean {near}?" if near else "")
        )
    if findings:
        raise ConfigError("There is no such reading:", findings)
    rows = shelf.rows("readings", chosen, chosen)
    if rows.empty:
        raise ConfigError(
            f"{shelf.engineer_id} has no reading of {iso_week(chosen)}: {_employment(shelf)}", advice=_newest(shelf)
        )
    return rows.to_dict("records")[0]


def _employment(shelf: _Shelf) -> str:
    """From when to when the roster has the engineer."""
    start, end = shelf.engineer["employed_from"], shelf.engineer["employed_to"]
    until = "" if pd.isna(end) else f" to {end:%Y-%m-%d}"
    return f"by the roster, employed from {start:%Y-%m-%d}{until}."


def _newest(shelf: _Shelf) -> str:
    """What to ask for instead."""
    weeks = shelf.rows("readings", shelf.weeks.min(), shelf.weeks.max())["week_start"]
    return "" if weeks.empty else f"The newest one is of {iso_week(weeks.max())}: name it with --week."


def _has_no_account(engineer: Mapping[Any, Any], metric: Metric) -> bool:
    accounts = _ACCOUNTS[metric]
    return bool(accounts) and all(pd.isna(engineer[name]) for name in accounts)


def _billable(shelf: _Shelf, reading: Mapping[Any, Any]) -> BillableTrace:
    week, config = reading["week_start"], shelf.settings.config
    before = week - _SUBSTITUTE
    holidays = holiday_table(config, before.date(), week.date() + timedelta(days=6))
    return explain_billable(
        reading,
        shelf.rows("available_hours", before, week),
        holidays[holidays["location_id"] == shelf.engineer["location_id"]],
        shelf.rows("worklogs", week, week),
        shelf.health(week),
        shelf.engineers,
        recorded_before=shelf.spoke_for(week),
        denominator=config.metrics.billable.denominator,
        min_coverage=config.decisions.missing.min_coverage,
    )


def _velocity(shelf: _Shelf, reading: Mapping[Any, Any]) -> VelocityTrace:
    week = reading["week_start"]
    first, last = week - _LONGEST_SPRINT, week + _LONGEST_SPRINT
    kept = shelf.tables.weeks("sprints")
    newest = kept[kept <= shelf.read_in(week)][-1:]  # each run stores all the sprints it knows
    sprints = (
        shelf.tables.read("sprints", first=newest.max(), last=newest.max()) if len(newest) else empty(TABLES["sprints"])
    )
    return explain_velocity(
        reading,
        shelf.rows("readings", first, last),
        shelf.rows("available_hours", week, week),
        shelf.rows("sprint_credits", first, last),
        sprint_days(sprints, team_zones(shelf.engineers)),
        shelf.tables.read("sprint_totals", first=week, last=last),
        shelf.health(week),
        timezone=shelf.engineer["timezone"],
        denominator=shelf.settings.config.metrics.velocity.denominator,
    )


def _response(shelf: _Shelf, reading: Mapping[Any, Any]) -> ResponseTrace:
    week = reading["week_start"]
    return explain_response(
        reading,
        shelf.rows("pages", week, week),
        shelf.health(week),
        timezone=shelf.engineer["timezone"],
        paged_before=shelf.spoke_for(week),
    )


def _vibes(shelf: _Shelf, reading: Mapping[Any, Any]) -> VibesTrace:
    week = reading["week_start"]
    return explain_vibes(reading, shelf.rows("vibes", week, week), shelf.health(week))


# The columns of the roster that say which rows of a source are the engineer's; any one of them does.
_ACCOUNTS: Final[Mapping[Metric, tuple[str, ...]]] = {
    "billable": ("jira_account_id",),
    "velocity": ("jira_account_id",),
    "response": ("pagerduty_user_id", "alertops_user_name"),
    "vibes": (),
}
_EXPLAINED: Final[Mapping[Metric, Callable[["_Shelf", Mapping[Any, Any]], Trace]]] = {
    "billable": _billable,
    "velocity": _velocity,
    "response": _response,
    "vibes": _vibes,
}
