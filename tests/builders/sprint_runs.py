"""Weekly runs one after the other, in memory: what becomes of sprints from run to run."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from tests.builders.facts import CHICAGO, day, engineer, engineers, issue_events, sprints
from transforms.metrics.snapshots import departures, settle, standing_sprints
from transforms.metrics.sprint_calendar import sprints_as_of
from transforms.metrics.velocity import Points, replay_sprints
from transforms.schemas.registry import empty
from transforms.schemas.sources import SprintCredits, Sprints, SprintTotals

WEEK = pd.Timedelta(days=7)
LOOKBACK = 4

ANA_AND_BEN = engineers(engineer("ana"), engineer("ben"))

Events = list[dict[str, Any]]


@dataclass
class Runs:
    """Weekly runs one after the other, each with what Jira says at the time; what is stored of them in memory."""

    calendar: Sequence[dict[str, Any]]
    credits: pd.DataFrame = field(default_factory=lambda: empty(SprintCredits))
    totals: pd.DataFrame = field(default_factory=lambda: empty(SprintTotals))
    sprints: pd.DataFrame = field(default_factory=lambda: empty(Sprints))
    told: pd.DataFrame | None = None

    def run(
        self,
        week: str,
        *issues: Events,
        calendar: Sequence[dict[str, Any]] | None = None,
        is_whole: bool = True,
        is_history: bool = False,
        people: pd.DataFrame | None = None,
    ) -> "Runs":
        """The run that reports a week."""
        monday = day(week)
        as_of = (monday + WEEK).tz_localize(CHICAGO).tz_convert("UTC")
        first = monday - LOOKBACK * WEEK
        since = (first - 4 * WEEK).tz_localize(CHICAGO)
        listed = sprints_as_of(sprints(*(self.calendar if calendar is None else calendar)), as_of)
        settled = self.totals["sprint_id"]
        self.sprints = standing_sprints(listed, self.sprints, settled, since, is_whole=is_whole)
        if not is_whole:
            self.told = None
            return self
        stood = self.sprints
        touched = stood[stood["start_at"].notna() & (stood["complete_at"].fillna(as_of) >= since)]
        stored = Points(self.credits, self.totals)
        roster = ANA_AND_BEN if people is None else people
        replayed = replay_sprints(touched, issue_events(*issues), roster, as_of, CHICAGO, snapshots=stored)
        points = settle(replayed, stored, stood, touched["sprint_id"], monday, is_history=is_history)
        self.told = departures(replayed.totals, stored.totals, listed, stood, first)
        self.credits = points.credits
        self.totals = pd.concat([self.totals, points.totals], ignore_index=True)
        return self

    @property
    def lines(self) -> list[tuple[int, str, str, float]]:
        """Sprint, engineer, week and points of every credit, in order."""
        rows = zip(
            self.credits["sprint_id"],
            self.credits["engineer_id"],
            self.credits["week_start"],
            self.credits["points_completed"],
            strict=True,
        )
        return sorted((int(number), str(who), f"{week:%Y-%m-%d}", float(points)) for number, who, week, points in rows)

    def snapshot(self, sprint_id: int) -> dict[str, Any]:
        row: dict[str, Any] = self.totals.set_index("sprint_id").loc[sprint_id].to_dict()
        return row

    @property
    def messages(self) -> list[str]:
        assert self.told is not None
        return list(self.told["message"])
