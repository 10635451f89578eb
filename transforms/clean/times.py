"""Vendors' instants, and the days and weeks in which people lived them."""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
import pandas as pd


def instants(values: Sequence[str | int | None]) -> "pd.Series[pd.Timestamp]":
    """Vendors' instants as UTC: ISO text with any offset, or a number of seconds or milliseconds since 1970.

    Missing: what cannot be read is NaT.
    """
    texts = pd.Series([_as_text(value) for value in values], dtype="str")
    return pd.to_datetime(texts, format="ISO8601", utc=True, errors="coerce").astype("datetime64[us, UTC]")


def _as_text(value: str | int | None) -> str | None:
    if not isinstance(value, int):
        return value
    # 10^11 seconds are 5,000 years; as milliseconds they are 1973.
    return datetime.fromtimestamp(value / 1000 if value > 1e11 else value, UTC).isoformat()


def by_clock(readings: "pd.Series[pd.Timestamp]", timezone: str) -> "pd.Series[pd.Timestamp]":
    """Instants (UTC) of readings of a zone's clock, which are naive.

    A reading that occurs twice, when clocks are set back, is the first of the two; one that is skipped, when they are
    set forward, is the moment they are set.
    """
    is_first = np.ones(len(readings), dtype=bool)
    there = readings.dt.tz_localize(timezone, ambiguous=is_first, nonexistent="shift_forward")
    return there.dt.tz_convert("UTC")


def in_own_weeks(rows: pd.DataFrame, at: str) -> pd.DataFrame:
    """Rows with `work_date` and `week_start`: the day and the Monday of the instant `at` in each row's `timezone`."""
    dates = pd.Series(pd.NaT, index=rows.index, dtype="datetime64[us]")
    for zone in rows["timezone"].unique():
        here = rows["timezone"] == zone
        dates[here] = rows.loc[here, at].dt.tz_convert(zone).dt.tz_localize(None).dt.normalize()
    return rows.assign(work_date=dates, week_start=dates - pd.to_timedelta(dates.dt.day_of_week, unit="D"))
