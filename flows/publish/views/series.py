"""Readings of one engineer or many as weekly series, with the sums behind each value.

Every series is a frame `week_start, top, bottom, value`: the value is a ratio of sums (top / bottom, scaled), never a
mean of ratios.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

COLUMNS = ["week_start", "top", "bottom", "value"]


@dataclass(frozen=True)
class Denominators:
    """Columns of `readings` that hours-based metrics are divided by."""

    billable: str
    velocity: str


def denominators(billable: str, velocity: str) -> Denominators:
    """From the words of the config (`available`, `logged`) to columns."""
    columns = {"available": "available_hours", "logged": "worked_hours"}
    return Denominators(columns[billable], columns[velocity])


def billable(readings: pd.DataFrame, hours: str) -> pd.DataFrame:
    """Billable hours in percent of hours, per week.

    Missing: a week without hours, or with data not known to be complete, is not in the series.
    """
    known = readings[readings["is_billable_known"] & readings["billable_hours"].notna() & (readings[hours] > 0)]
    return _ratio(known.assign(top=known["billable_hours"], bottom=known[hours]), 100)


def velocity(readings: pd.DataFrame, hours: str) -> pd.DataFrame:
    """Story points per 40 hours, per week in which sprints ended, over the whole of those sprints.

    Missing: a sprint without hours. A week without any counts with its points: what was first done in a week of leave
    was worked on before.
    """
    known = readings[readings["sprint_id"].notna() & readings["is_velocity_known"] & readings[hours].notna()]
    ended = known[known["is_sprint_end"]].groupby(["team_id", "sprint_id"], as_index=False)["week_start"].max()
    sprints = known.groupby(["team_id", "sprint_id"], as_index=False)[["points_completed", hours]].sum()
    whole = ended.merge(sprints[sprints[hours] > 0], on=["team_id", "sprint_id"], validate="one_to_one")
    return _ratio(whole.assign(top=whole["points_completed"], bottom=whole[hours] / 40), 1)


def last_velocity(rows: Sequence[Mapping[str, Any]], hours: str) -> float | None:
    """Story points per 40 hours of the last whole sprint, from one engineer's readings in time order.

    Missing: None without a whole sprint. The same as the last value of `velocity`, for one card at a time.
    """
    known = [row for row in rows if row["is_velocity_known"] and row["sprint_id"] == row["sprint_id"]]
    for ended in dict.fromkeys(row["sprint_id"] for row in reversed(known) if row["is_sprint_end"]):
        sprint = [row for row in known if row["sprint_id"] == ended and row[hours] == row[hours]]
        total = sum(row[hours] for row in sprint)
        if total > 0:
            return float(40 * sum(row["points_completed"] for row in sprint) / total)
    return None


def vibes(readings: pd.DataFrame) -> pd.DataFrame:
    """Mean score per week."""
    scored = readings[readings["vibes"].notna()]
    return _ratio(scored.assign(top=scored["vibes"], bottom=1.0), 1)


def acknowledge(pages: pd.DataFrame) -> pd.DataFrame:
    """Median seconds to acknowledge per week; `bottom` counts the incidents.

    Missing: a week without calls is not in the series.
    """
    timed = pages[pages["acknowledge_seconds"].notna()].groupby("week_start")["acknowledge_seconds"]
    frame = timed.agg(value="median", bottom="count").reset_index()
    return frame.assign(top=frame["value"] * frame["bottom"])[COLUMNS]


def period_mean(series: pd.DataFrame, first: pd.Timestamp | None, last: pd.Timestamp | None) -> float | None:
    """The ratio of sums over the weeks from `first` to `last`, both included; None without weeks."""
    inside = _between(series, first, last)
    if inside.empty:
        return None
    return float((inside["value"] * inside["bottom"]).sum() / inside["bottom"].sum())


def period_median(pages: pd.DataFrame, first: pd.Timestamp | None, last: pd.Timestamp | None) -> float | None:
    """Median seconds to acknowledge over all incidents of the weeks; None without calls."""
    times = _between(pages, first, last)["acknowledge_seconds"].dropna()
    return None if times.empty else float(times.median())


def usual_range(series: pd.DataFrame, before: pd.Timestamp) -> tuple[float, float] | None:
    """The range that held eight of ten weekly values before the switch; None with fewer than six weeks."""
    values = series.loc[series["week_start"] < before, "value"]
    if len(values) < 6:
        return None
    return float(values.quantile(0.1)), float(values.quantile(0.9))


def _between(frame: pd.DataFrame, first: pd.Timestamp | None, last: pd.Timestamp | None) -> pd.DataFrame:
    weeks = frame["week_start"]
    inside = pd.Series(True, index=frame.index)
    if first is not None:
        inside &= weeks >= first
    if last is not None:
        inside &= weeks <= last
    return frame[inside]


def _ratio(frame: pd.DataFrame, scale: float) -> pd.DataFrame:
    sums = frame.groupby("week_start", as_index=False)[["top", "bottom"]].sum()
    sums = sums[sums["bottom"] > 0]
    return sums.assign(value=scale * sums["top"] / sums["bottom"])[COLUMNS]
