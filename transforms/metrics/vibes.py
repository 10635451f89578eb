"""Vibes: the managers' weekly reading of an engineer."""

import pandas as pd


def weekly_vibes(grid: pd.MultiIndex, vibes: pd.DataFrame, is_known: "pd.Series[bool]") -> pd.DataFrame:
    """Mean of the managers' scores, and whether anybody wrote a context note.

    Grain: one row per engineer x week, complete over `grid`.
    Units: score from 1 (struggling) to 5 (thriving).
    Missing: no score from anybody is missing, never a neutral 3; so is a week that is not known.
    Definition: metrics.md, "Vibes".
    """
    has_note = vibes["note"].fillna("").str.strip().ne("")
    by_week = vibes.assign(has_note=has_note).groupby(["engineer_id", "week_start"])
    return pd.DataFrame(
        {
            "vibes": by_week["vibes"].mean().reindex(grid).where(is_known),
            "has_note": by_week["has_note"].any().reindex(grid, fill_value=False) & is_known,
        },
        index=grid,
    )
