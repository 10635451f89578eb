"""Rows that were there when a week was read before, and did not come again."""

from collections.abc import Collection

import pandas as pd


def gone_unsaid(held: pd.DataFrame, key: str, received: Collection[str], deleted: Collection[str] = ()) -> pd.DataFrame:
    """Rows of `held` whose `key` the source neither handed over again nor reported as deleted.

    Grain: one row per row of `held`; the caller leaves in it only what a complete answer would hold.
    """
    return held[~held[key].isin(set(received)) & ~held[key].isin(set(deleted))]


def listing(values: "pd.Series[str]", most: int = 5) -> str:
    """The first few different values, for a sentence."""
    different = sorted(values.unique())
    more = f" and {len(different) - most} more" if len(different) > most else ""
    return ", ".join(different[:most]) + more
