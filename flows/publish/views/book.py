"""The site's data opened once: names to show, and each engineer's rows in time order as plain records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from flows.publish.data import SiteData
from flows.publish.readable import readable
from flows.publish.views.people import People, name_people
from flows.publish.views.series import Denominators, denominators
from transforms.clean.manager_decisions import in_order

if TYPE_CHECKING:
    from flows.settings import Edition, TeamConfig

Record = dict[str, Any]
ByEngineer = Mapping[str, list[Record]]


@dataclass(frozen=True)
class Book:
    """Everything that the views read. What the edition may not show is not in here."""

    data: SiteData
    people: People
    engineers: Mapping[str, Record]
    team_names: Mapping[str, str]
    readings: ByEngineer
    statuses: ByEngineer
    signals: ByEngineer
    alerts: ByEngineer
    alert_events: ByEngineer
    recommendations: ByEngineer
    decisions: ByEngineer
    outcomes: ByEngineer
    notes: ByEngineer

    @property
    def edition(self) -> Edition:
        return self.data.edition

    @property
    def config(self) -> TeamConfig:
        return self.data.settings.config

    @property
    def week(self) -> pd.Timestamp:
        return self.data.week

    @property
    def switch(self) -> pd.Timestamp:
        return pd.Timestamp(self.config.policy.switch_date)

    @property
    def threshold_pct(self) -> float:
        """The policy: the billable share that must be reached, in percent."""
        return self.config.decisions.billable.threshold_pct

    @property
    def settling_weeks(self) -> int:
        return self.config.decisions.baseline.settling_weeks

    @property
    def hours(self) -> Denominators:
        metrics = self.config.metrics
        return denominators(metrics.billable.denominator, metrics.velocity.denominator)

    def present(self) -> list[str]:
        """Engineers employed in the reported week, by id."""
        last_day = self.week + pd.Timedelta(days=6)
        return [
            engineer_id
            for engineer_id, row in sorted(self.engineers.items())
            if row["employed_from"] <= last_day and not row["employed_to"] < self.week
        ]

    def in_week(self, rows: ByEngineer, engineer_id: str, week: pd.Timestamp | None = None) -> list[Record]:
        """The rows of one engineer and week; the reported week unless told."""
        wanted = self.week if week is None else week
        return [row for row in rows.get(engineer_id, []) if row["week_start"] == wanted]

    def status(self, engineer_id: str, week: pd.Timestamp | None = None) -> Record | None:
        """The status of a week; None where there was none."""
        return next(iter(self.in_week(self.statuses, engineer_id, week)), None)

    def reading(self, engineer_id: str) -> Record | None:
        """The reported week's reading; None where there is none."""
        return next(iter(self.in_week(self.readings, engineer_id)), None)


def open_book(stored: SiteData) -> Book:
    """Group the tables by engineer, once for all pages of an edition: of what it may read."""
    people = people_of(stored)
    data = readable(stored, people)
    tables, config = data.tables, data.settings.config
    vibes = tables["vibes"]
    return Book(
        data=data,
        people=people,
        engineers={row["engineer_id"]: row for row in _records(tables["engineers"])},
        team_names={team.id: team.name for team in config.teams},
        readings=_by_engineer(tables["readings"]),
        statuses=_by_engineer(tables["statuses"]),
        signals=_by_engineer(tables["signals"]),
        alerts=_by_engineer(tables["alerts"], order="opened_week"),
        alert_events=_by_engineer(tables["alert_events"]),
        recommendations=_by_engineer(tables["recommendations"]),
        decisions=_by_engineer(in_order(tables["manager_decisions"])),
        outcomes=_by_engineer(tables["outcomes"]),
        notes=_by_engineer(vibes[vibes["note"].notna() & (vibes["note"] != "")]),
    )


def people_of(data: SiteData) -> People:
    """How the edition shows the people of the roster."""
    managers = [manager.model_dump() for manager in data.settings.config.managers]
    return name_people(data.edition.people, _records(data.tables["engineers"]), managers)


def is_for_managers(row: Record) -> bool:
    """Whether a note or a decision's reason is for managers only: the one that may read it marks it so."""
    return bool(row["visibility"] == "managers")


def _by_engineer(frame: pd.DataFrame, order: str = "week_start") -> dict[str, list[Record]]:
    grouped: dict[str, list[Record]] = defaultdict(list)
    for row in _records(frame.sort_values(["engineer_id", order], kind="stable")):
        grouped[row["engineer_id"]].append(row)
    return dict(grouped)


def _records(frame: pd.DataFrame) -> list[Record]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]
