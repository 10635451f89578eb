"""Billable share: hours that a client pays for against available (or logged) hours, per engineer and week."""

from typing import Literal

import pandas as pd

Denominator = Literal["available", "logged"]


def weekly_billable(
    available_hours: "pd.Series[float]",
    worklogs: pd.DataFrame,
    is_known: "pd.Series[bool]",
    denominator: Denominator = "available",
) -> pd.DataFrame:
    """Logged and billable hours, billable share and logged coverage.

    Grain: one row per engineer x week, complete over the index of `available_hours`.
    Units: hours; `billable_pct` in percent of the denominator, `coverage_pct` of available hours. Above 100 is legal.
    Missing: all four in a week that is not known; a share whose denominator is zero (leave, holidays). A known week
        without worklogs has 0 hours.
    Source: worklogs, dated by their start in the author's time zone.
    Definition: metrics.md, "Billable share".
    """
    grid = available_hours.index
    sums = worklogs.groupby(["engineer_id", "week_start"])[["logged_hours", "billable_hours"]].sum()
    hours = sums.reindex(grid, fill_value=0.0).where(is_known)
    over = hours["logged_hours"] if denominator == "logged" else available_hours
    return pd.DataFrame(
        {
            "worked_hours": hours["logged_hours"],
            "billable_hours": hours["billable_hours"],
            "billable_pct": 100 * hours["billable_hours"] / over.where(over > 0),
            "coverage_pct": 100 * hours["logged_hours"] / available_hours.where(available_hours > 0),
        },
        index=grid,
    )
