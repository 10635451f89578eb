"""A figure as data: one value from which its sentence, chart, table and CSV are all made."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

FigureKind = Literal["trend", "bars", "strip"]


@dataclass(frozen=True)
class Mark:
    """A reference line. Horizontal with `value`; vertical (the switch) with `start` alone."""

    kind: Literal["threshold", "switch", "mean"]
    label: str
    value: float | None = None
    start: str | None = None  # ISO date of the first week it spans, or of the vertical line
    end: str | None = None  # ISO date of the last week it spans


@dataclass(frozen=True)
class Band:
    """A horizontal band: a usual range or a margin."""

    label: str
    low: float
    high: float
    start: str | None = None
    end: str | None = None


@dataclass(frozen=True)
class Figure:
    """One chart with its words.

    `rows` are dicts of `week_start` (ISO Monday; for bars `x`, a word), `value` (a rounded number or None), `series`,
    where there is an interval, `low` and `high`, and on an engineer's page `mark` (marks.py). `columns` and
    `table_rows` are the same values worded for the table behind the chart. `csv_name` is the path below the site's root
    of the CSV file that holds `rows`.
    """

    id: str
    title: str
    sentence: str
    kind: FigureKind
    unit: str
    y_label: str
    rows: list[dict[str, Any]]
    columns: list[str]
    table_rows: list[list[str]]
    csv_name: str
    lines: list[Mark] = field(default_factory=list)
    bands: list[Band] = field(default_factory=list)
    x: str = "week"
    y_domain: tuple[float, float] | None = None
    y_scale: Literal["linear", "log"] = "linear"
    variation: str = ""  # how to read the newest value, below the sentence
    legend: str = ""  # what the marks in the chart are, below it

    def as_dict(self) -> dict[str, Any]:
        """The figure as plain JSON values, as views keep it and `charts.render` takes it."""
        return asdict(self)
