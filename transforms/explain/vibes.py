"""A week's vibes traced to their rows: each manager's score, and what it was when it was published."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from transforms.explain.common import NO_WHOLE_ANSWER, Difference, SourceGap, differences, number, source_gaps
from transforms.language import _


@dataclass(frozen=True)
class ManagerScore:
    """One manager's row. Missing: None; `published_vibes` is None where the score is the one first published.

    `note` may be for managers only (`visibility`).
    """

    manager_id: str
    vibes: float | None
    published_vibes: float | None
    visibility: str
    note: str
    file: str
    line: int


@dataclass(frozen=True)
class VibesTrace:
    """From the managers' scores to the vibes of one engineer and week.

    `vibes` is the reading as it is stored, `mean_of_scores` is worked out here from the rows.
    Missing: None. `unknown` says why there is no reading; it is empty where there is one.
    """

    engineer_id: str
    week_start: date
    vibes: float | None
    is_known: bool
    scores: tuple[ManagerScore, ...]
    mean_of_scores: float | None
    unknown: tuple[str, ...]
    gaps: tuple[SourceGap, ...]
    differences: tuple[Difference, ...]


def explain_vibes(reading: Mapping[str, Any], vibes: pd.DataFrame, health: pd.DataFrame) -> VibesTrace:
    """Why the vibes of one engineer and week are what they are.

    `reading`: the row of Readings. `vibes`: the engineer's rows; those of other weeks are left out. `health`: the runs
    that read the week.
    Definition: metrics.md, "Vibes".
    """
    rows = vibes[vibes["week_start"] == reading["week_start"]].sort_values("manager_id")
    mean = number(rows["vibes"].mean())
    is_known = bool(reading["is_vibes_known"])
    gaps = () if is_known else source_gaps(health, ("vibes",))
    return VibesTrace(
        engineer_id=reading["engineer_id"],
        week_start=reading["week_start"].date(),
        vibes=number(reading["vibes"]),
        is_known=is_known,
        scores=tuple(_score(row) for row in rows.to_dict("records")),
        mean_of_scores=mean,
        unknown=_unknown(rows, mean, is_known, gaps),
        gaps=gaps,
        differences=differences(reading, {"vibes": mean if is_known else None}),
    )


def _score(row: Mapping[Any, Any]) -> ManagerScore:
    return ManagerScore(
        manager_id=row["manager_id"],
        vibes=number(row["vibes"]),
        published_vibes=number(row["published_vibes"]),
        visibility=row["visibility"],
        note="" if pd.isna(row["note"]) else row["note"],
        file=row["file"],
        line=row["line"],
    )


def _unknown(rows: pd.DataFrame, mean: float | None, is_known: bool, gaps: tuple[SourceGap, ...]) -> tuple[str, ...]:
    if not is_known:
        return () if gaps else (_(NO_WHOLE_ANSWER),)
    if mean is not None:
        return ()
    if rows["published_vibes"].notna().any():
        return (_("The score that was published was taken back, and there is no other."),)
    return (_("No manager gave a score."),)
