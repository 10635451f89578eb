"""Vibes: the managers' weekly reading of an engineer, and what became of scores that were published."""

from typing import Final

import numpy as np
import pandas as pd

from transforms.metrics.grid import Flags, Grid
from transforms.schemas.registry import key_of, shaped
from transforms.schemas.sources import Vibes

_KEY: Final = key_of(Vibes)
_ROW: Final = ["engineer_id", "week_start", "row"]


def weekly_vibes(grid: Grid, vibes: pd.DataFrame, is_known: Flags) -> pd.DataFrame:
    """Mean of the managers' scores, whether anybody wrote a context note, whether a score is not the published one.

    Grain: one row per engineer-week of `grid`, in its order.
    Units: score from 1 (struggling) to 5 (thriving).
    Missing: no score from anybody is missing, never a neutral 3; so is a week that is not known.
    Definition: metrics.md, "Vibes".
    """
    there = grid.rows(vibes)
    has_note = vibes["note"].fillna("").str.strip().ne("")
    return pd.DataFrame(
        {
            "vibes": np.where(is_known, there.mean(vibes["vibes"]), np.nan),
            "has_note": there.any(has_note) & is_known,
            "is_vibes_changed": there.any(vibes["published_vibes"].notna()) & is_known,
        }
    )


def as_published(told: pd.DataFrame, stored: pd.DataFrame, *, is_whole: bool) -> pd.DataFrame:
    """What the files say now, beside what was published of it (table Vibes).

    `stored`: rows of published weeks, as the last run left them. `is_whole`: every file could be read.
    Grain: one row per engineer, week and manager of either.
    Missing: `published_vibes` where the score is the one first published, be it again, or the first that came: late.
    Definition: metrics.md, "Vibes". However often a score changes, it is held against the one first published. A
        published score that the files no longer hold is a row without score and note; a row that had a note alone is
        gone. While a file cannot be read, what does not come again stays as it was.
    """
    now, before = told.assign(row=_same_row(told, stored)), stored.assign(row=_same_row(stored, told))
    before = before.assign(first=before["published_vibes"].fillna(before["vibes"]))
    both = now.merge(before[[*_ROW, "first"]], on=_ROW, how="left", validate="one_to_one")
    told_again = both.assign(published_vibes=both["first"].where(both["vibes"] != both["first"]))
    gone = before[~pd.MultiIndex.from_frame(before[_ROW]).isin(pd.MultiIndex.from_frame(now[_ROW]))]
    if is_whole:
        taken_back = gone[gone["first"].notna()]
        gone = taken_back.assign(published_vibes=taken_back["first"], vibes=np.nan, note=None)
    return shaped(pd.concat([told_again, gone]), Vibes)


def _same_row(rows: pd.DataFrame, others: pd.DataFrame) -> "pd.Series[str]":
    """By what a row is known among the other rows of its engineer and week: its manager.

    A manager whom the others do not have may only have a new name: a row that names nobody goes by the engineer's
    manager in the config, who may be another by now. Such rows are known by their order in their file.
    """
    is_met = pd.MultiIndex.from_frame(rows[_KEY]).isin(pd.MultiIndex.from_frame(others[_KEY]))
    unmet = rows[~is_met].sort_values("line")
    number = unmet.groupby(["engineer_id", "week_start", "file"]).cumcount().reindex(rows.index, fill_value=0)
    return rows["manager_id"].where(is_met, rows["file"] + ", row " + number.astype("str"))
