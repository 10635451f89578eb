"""Parquet tables, a partition per week, checked against their schema on every read and write."""

import io
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from flows.store.files import write_atomically
from flows.store.layout import Layout
from transforms.schemas.registry import TABLES, conform, empty
from transforms.weeks import parse_week


@dataclass(frozen=True)
class TableStore:
    """The tables of one data folder."""

    layout: Layout

    def write(self, name: str, week: pd.Timestamp, rows: pd.DataFrame) -> bool:
        """Replace one week's partition whole; the same rows in any order give the same bytes.

        Returns: whether the bytes changed.
        Errors: pandera.errors.SchemaErrors if the rows break the schema: a bug of ours, nothing is written.
        """
        return write_atomically(self.layout.partition(name, week), _parquet(name, rows))

    def write_month(self, name: str, month: str, rows: pd.DataFrame) -> bool:
        """As `write`, for a table that is kept by month."""
        return write_atomically(self.layout.month_partition(name, month), _parquet(name, rows))

    def weeks(self, name: str) -> pd.DatetimeIndex:
        """Mondays of the partitions that exist, oldest first."""
        folders = sorted(self.layout.table(name).glob("week=*/part-0.parquet"))
        return pd.DatetimeIndex([parse_week(path.parent.name.removeprefix("week=")) for path in folders])

    def read(self, name: str, *, first: pd.Timestamp | None = None, last: pd.Timestamp | None = None) -> pd.DataFrame:
        """Rows of the partitions from `first` to `last`, both included; without bounds, of all.

        Missing: no partition gives an empty, typed frame.
        """
        wanted = [
            week for week in self.weeks(name) if (first is None or week >= first) and (last is None or week <= last)
        ]
        return _concatenated(name, [self.layout.partition(name, week) for week in wanted])

    def read_months(self, name: str) -> pd.DataFrame:
        """Rows of every month kept."""
        return _concatenated(name, sorted(self.layout.table(name).glob("month=*/part-0.parquet")))


def _parquet(name: str, rows: pd.DataFrame) -> bytes:
    checked = conform(rows, TABLES[name])
    ordered = checked.sort_values(list(checked.columns), ignore_index=True)
    buffer = io.BytesIO()
    ordered.to_parquet(buffer, engine="pyarrow", index=False, compression="zstd")
    return buffer.getvalue()


def _concatenated(name: str, paths: list[Path]) -> pd.DataFrame:
    frames = [pd.read_parquet(path, partitioning=None) for path in paths]
    filled = [frame for frame in frames if len(frame)]
    if not filled:
        return empty(TABLES[name])
    return conform(pd.concat(filled, ignore_index=True), TABLES[name])
