"""Incident response: what paged an engineer, how much of it was answered, and how fast, per week."""

import numpy as np
import pandas as pd

from transforms.metrics.grid import Flags, Floats, Grid, Ints


def weekly_response(grid: Grid, pages: pd.DataFrame, is_known: Flags) -> pd.DataFrame:
    """Pages, the share of them that was answered, and the median times.

    Grain: one row per engineer-week of `grid`, in its order.
    Units: seconds; percent. A page that timed out away from the engineer is missed, and counts in the median with the
        time until it left them: who misses pages does not look faster. One that somebody else dealt with is paged,
        neither acknowledged nor missed.
    Missing: a median without any time to take it from ("no calls" is not 0 seconds), a rate without any page to
        answer, and both in a week that is not known; there the counts are 0 and say nothing.
    Definition: metrics.md, "Incident response". Pages of lower urgency count apart, and in nothing else.
    """
    paged = grid.rows(pages)
    is_urgent = (pages["urgency"] == "high").to_numpy()
    acknowledged = paged.count(is_urgent & is_acknowledged(pages))
    missed = paged.count(is_urgent & pages["is_censored"])
    counts = {
        "n_pages": paged.count(is_urgent),
        "n_acknowledged_pages": acknowledged,
        "n_missed_pages": missed,
        "n_low_urgency_pages": paged.count(~is_urgent),
    }
    measures = {
        "response_rate_pct": response_rate_pct(acknowledged, missed),
        "acknowledge_median_seconds": paged.median(pages["acknowledge_seconds"].where(is_urgent)),
        "resolve_median_seconds": paged.median(pages["resolve_seconds"].where(is_urgent)),
    }
    return pd.DataFrame(
        {
            **{name: np.where(is_known, count, 0) for name, count in counts.items()},
            **{name: np.where(is_known, values, np.nan) for name, values in measures.items()},
        }
    )


def urgent_pages(pages: pd.DataFrame) -> pd.DataFrame:
    """The pages that response is judged by: those of high urgency."""
    return pages[pages["urgency"] == "high"]


def is_acknowledged(pages: pd.DataFrame) -> Flags:
    """Whether the engineer acknowledged: the time of a page that timed out away is no answer."""
    return (pages["acknowledge_seconds"].notna() & ~pages["is_censored"]).to_numpy()


def response_rate_pct(acknowledged: Ints, missed: Ints) -> Floats:
    """Pages acknowledged, in percent of those that were there to be answered.

    Missing: there was none.
    """
    answerable = acknowledged + missed
    rate = np.full(len(answerable), np.nan)
    np.divide(100.0 * acknowledged, answerable, out=rate, where=answerable > 0)
    return rate
