"""What the explanations of all metrics share: stored numbers held against their rows, and sources without an answer."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import pandas as pd

from transforms import language
from transforms.language import N_, _
from transforms.vocabulary import KNOWN_STATES

NO_WHOLE_ANSWER: Final = N_("No run that read this week had a whole answer from its sources.")
# Hours are stored to the second, 0.0003 h; sums of the same rows in another order differ by far less than this.
_SAME: Final = 1e-6


@dataclass(frozen=True)
class Difference:
    """A number of the stored reading that its rows, as they stand now, do not give: one of the two was restated.

    Units: those of the column of Readings that `column` names. Missing: None.
    """

    column: str
    stored: float | None
    traced: float | None


@dataclass(frozen=True)
class SourceGap:
    """A source that had no whole answer in the run that read the week last."""

    source: str
    week_start: date
    state: str
    message: str


def differences(reading: Mapping[str, Any], traced: Mapping[str, float | None]) -> tuple[Difference, ...]:
    """The columns of a reading whose stored number is not the one worked out from the rows."""
    pairs = ((column, number(reading[column]), value) for column, value in traced.items())
    return tuple(Difference(column, stored, value) for column, stored, value in pairs if not is_same(stored, value))


def is_same(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=0.0, abs_tol=_SAME)


def number(value: Any) -> float | None:
    """A stored number; None where it is missing."""
    return None if pd.isna(value) else float(value)


def ratio(top: float | None, bottom: float | None, scale: float = 1.0) -> float | None:
    """`scale` x top / bottom; None where either is missing or there is nothing to divide by."""
    return None if top is None or not bottom else scale * top / bottom


def source_gaps(health: pd.DataFrame, sources: Iterable[str]) -> tuple[SourceGap, ...]:
    """What the run that read the week last says of the sources without a whole answer, in order of the sources.

    `health`: rows of table SourceHealth of the runs that read the week.
    """
    newest = health[health["week_start"] == health["week_start"].max()]
    rows = {row["source"]: row for row in newest.to_dict("records") if _is_gap(row["source"], row["state"])}
    return tuple(
        SourceGap(source, rows[source]["week_start"].date(), rows[source]["state"], rows[source]["message"])
        for source in sources
        if source in rows
    )


def _is_gap(source: str, state: str) -> bool:
    """Without a leave file nobody is on leave: that is an answer."""
    return state not in KNOWN_STATES and (source, state) != ("leave", "off")


def day_text(day: date) -> str:
    """`Mon 16 Nov`."""
    return _("{weekday} {day}", weekday=language.day_text(day, "EEE"), day=language.day_text(day, "MMMd"))


def no_schedule(available: pd.DataFrame, week: pd.Timestamp) -> tuple[str, ...]:
    """A sentence if some day of the week has no schedule in force: its hours are not known then."""
    is_bare = (available["week_start"] == week) & ~available["has_schedule"]
    days = ", ".join(day_text(day) for day in sorted(available.loc[is_bare, "work_date"]))
    return (_("No schedule is in force on {days}: the hours of the week are not known.", days=days),) if days else ()
