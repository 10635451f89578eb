"""Incident response: what paged an engineer, and the median times to acknowledge and to resolve, per week."""

import pandas as pd


def weekly_response(grid: pd.MultiIndex, pages: pd.DataFrame, is_known: "pd.Series[bool]") -> pd.DataFrame:
    """High-urgency pages and their median times.

    Grain: one row per engineer x week, complete over `grid`.
    Units: seconds. A page that timed out away from the engineer counts with the time until it left them: who misses
        pages does not look faster.
    Missing: a median without any time to take it from ("no calls" is not 0 seconds), and in a week that is not known;
        there the number of pages is 0 and says nothing.
    Definition: metrics.md, "Incident response".
    """
    urgent = pages[pages["urgency"] == "high"].groupby(["engineer_id", "week_start"])
    count = urgent.size().reindex(grid, fill_value=0)
    medians = urgent[["acknowledge_seconds", "resolve_seconds"]].median().reindex(grid).where(is_known)
    return pd.DataFrame(
        {
            "n_pages": count.where(is_known, 0),
            "acknowledge_median_seconds": medians["acknowledge_seconds"],
            "resolve_median_seconds": medians["resolve_seconds"],
        },
        index=grid,
    )
