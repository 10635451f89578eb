"""Billable share: hours that a client pays for against available (or logged) hours, per engineer and week."""

from typing import Literal

import numpy as np
import pandas as pd

from transforms.metrics.grid import Flags, Floats, Grid
from transforms.stats.arrays import divide

Denominator = Literal["available", "logged"]


def weekly_billable(
    grid: Grid,
    available_hours: Floats,
    worklogs: pd.DataFrame,
    is_known: Flags,
    denominator: Denominator = "available",
) -> pd.DataFrame:
    """Logged and billable hours, billable share and logged coverage.

    Grain: one row per engineer-week of `grid`, in its order; so are `available_hours` and `is_known`.
    Units: hours; `billable_pct` in percent of the denominator, `coverage_pct` of available hours. Above 100 is legal.
    Missing: all four in a week that is not known; a share whose denominator is zero (leave, holidays). A known week
        without worklogs has 0 hours.
    Source: worklogs, dated by their start in the author's time zone.
    Definition: metrics.md, "Billable share".
    """
    there = grid.rows(worklogs)
    worked = np.where(is_known, there.sum(worklogs["logged_hours"]), np.nan)
    billable = np.where(is_known, there.sum(worklogs["billable_hours"]), np.nan)
    return pd.DataFrame(
        {
            "worked_hours": worked,
            "billable_hours": billable,
            "billable_pct": divide(100 * billable, worked if denominator == "logged" else available_hours),
            "coverage_pct": divide(100 * worked, available_hours),
        }
    )
