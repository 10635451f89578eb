"""Sprints as days and weeks: what was known of them at an instant, and which weeks belong to which sprint."""

from typing import Any

import numpy as np
import pandas as pd

from transforms.schedule import local_times

_TO_THURSDAY = pd.Timedelta(days=3)


def sprints_as_of(sprints: pd.DataFrame, known_until: pd.Timestamp) -> pd.DataFrame:
    """The sprints as they stood just before an instant: later starts and closes have not happened (table Sprints)."""
    has_started = sprints["start_at"] < known_until
    has_closed = has_started & (sprints["complete_at"] < known_until)
    state = np.select([has_closed, has_started], ["closed", "active"], "future")
    return sprints.assign(
        state=pd.Series(state, index=sprints.index, dtype="str"),
        start_at=sprints["start_at"].where(has_started),
        complete_at=sprints["complete_at"].where(has_closed),
    )


def team_zones(engineers: pd.DataFrame) -> "pd.Series[Any]":
    """A team's time zone: that of most of its engineers; the first by name if two tie.

    Shape: time zones by `team_id`.
    """
    counts = engineers.groupby(["team_id", "timezone"], as_index=False).size()
    most = counts.sort_values(["team_id", "size", "timezone"], ascending=[True, False, True])
    return most.drop_duplicates("team_id").set_index("team_id")["timezone"]


def sprint_days(sprints: pd.DataFrame, zones: "pd.Series[Any]") -> pd.DataFrame:
    """Started sprints with their zone, first and last day and the weeks they hold, oldest first.

    Grain: one row per sprint that has started, of a team in `zones`.
    Missing: an open sprint runs to its planned end; without one, for its first day. `first_week` and `last_week`
        (Mondays of the weeks whose Thursday lies in the sprint) are missing for a sprint that holds no Thursday.
    """
    started = sprints[sprints["start_at"].notna() & sprints["team_id"].isin(zones.index)]
    started = started.sort_values(["start_at", "sprint_id"], ignore_index=True)
    timezone = started["team_id"].map(zones)
    end_at = started["complete_at"].fillna(started["end_at"]).fillna(started["start_at"])
    first_day = local_times(started["start_at"], timezone).dt.normalize()
    last_day = local_times(end_at, timezone).dt.normalize()
    # The first Thursday on or after the first day, the last one on or before the last day; then their Mondays.
    first_week = first_day + _days((3 - first_day.dt.day_of_week) % 7) - _TO_THURSDAY
    last_week = last_day - _days((last_day.dt.day_of_week - 3) % 7) - _TO_THURSDAY
    holds_thursday = first_week <= last_week
    return started.assign(
        timezone=timezone,
        first_day=first_day,
        last_day=last_day,
        first_week=first_week.where(holds_thursday),
        last_week=last_week.where(holds_thursday),
    )


def sprint_weeks(days: pd.DataFrame) -> pd.DataFrame:
    """The sprint of each team and week: the one that holds the week's Thursday, the later started if two do.

    Grain: one row per team x week inside a sprint: `team_id, week_start, sprint_id, is_sprint_end`.
    """
    held = days[days["first_week"].notna()]
    length = ((held["last_week"] - held["first_week"]).dt.days // 7 + 1).to_numpy(np.int64)
    nth_week = np.arange(length.sum()) - np.repeat(length.cumsum() - length, length)
    weeks = held.loc[held.index.repeat(length), ["team_id", "sprint_id", "first_week"]].reset_index(drop=True)
    weeks["week_start"] = weeks["first_week"] + pd.to_timedelta(nth_week * 7, unit="D")
    weeks = weeks.drop_duplicates(["team_id", "week_start"], keep="last").drop(columns="first_week")
    last = weeks.groupby("sprint_id")["week_start"].transform("max")
    return weeks.assign(is_sprint_end=weeks["week_start"] == last)


def _days(count: "pd.Series[Any]") -> "pd.Series[Any]":
    return pd.to_timedelta(count, unit="D")
