"""Parquet tables, a partition per week, checked against their schema on every read and write."""

import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from pathlib import Path

import pandas as pd

from flows.store.files import write_atomically
from flows.store.layout import Layout
from transforms.schemas.registry import TABLES, completed, conform, empty, key_of
from transforms.weeks import parse_week, week_starts


@dataclass(frozen=True)
class TableStore:
    """The tables of one data folder.

    A partition that passed its check in this process is kept in memory: one run reads the history of a table once.
    """

    layout: Layout
    _checked: dict[Path, pd.DataFrame] = field(default_factory=dict, repr=False, compare=False)

    def write(self, name: str, week: pd.Timestamp, rows: pd.DataFrame) -> bool:
        """Replace one week's partition whole; the same rows in any order give the same bytes.

        Returns: whether the bytes changed.
        Errors: pandera.errors.SchemaErrors if the rows break the schema: a bug of ours, nothing is written.
        """
        return self._write(name, self.layout.partition(name, week), rows)

    def write_weeks(self, name: str, weeks: Iterable[pd.Timestamp], rows: pd.DataFrame) -> None:
        """Replace the partitions of several weeks by the rows of their `week_start`; other rows are left out."""
        checked = _checked(name, rows)
        rows_of = checked.groupby("week_start").indices
        for week in weeks:
            self._keep(self.layout.partition(name, week), checked.iloc[rows_of.get(week, [])])

    def write_month(self, name: str, month: str, rows: pd.DataFrame) -> bool:
        """As `write`, for a table that is kept by month."""
        return self._write(name, self.layout.month_partition(name, month), rows)

    def weeks(self, name: str) -> pd.DatetimeIndex:
        """Mondays of the partitions that exist, oldest first."""
        folders = sorted(self.layout.table(name).glob("week=*/part-0.parquet"))
        return pd.DatetimeIndex([parse_week(path.parent.name.removeprefix("week=")) for path in folders])

    def read(self, name: str, *, first: pd.Timestamp | None = None, last: pd.Timestamp | None = None) -> pd.DataFrame:
        """Rows of the partitions from `first` to `last`, both included; without bounds, of all.

        Missing: no partition gives an empty, typed frame.
        """
        if first is not None and last is not None:
            # Nothing is listed: a few weeks must not cost more with every year that is kept.
            paths = [self.layout.partition(name, week) for week in week_starts(first, last)]
            return self._read(name, [path for path in paths if path.exists()])
        kept = self.weeks(name)
        wanted = kept[(kept >= (first or kept.min())) & (kept <= (last or kept.max()))]
        return self._read(name, [self.layout.partition(name, week) for week in wanted])

    def read_months(self, name: str) -> pd.DataFrame:
        """Rows of every month kept."""
        return self._read(name, sorted(self.layout.table(name).glob("month=*/part-0.parquet")))

    def _write(self, name: str, path: Path, rows: pd.DataFrame) -> bool:
        return self._keep(path, _checked(name, rows))

    def _keep(self, path: Path, rows: pd.DataFrame) -> bool:
        ordered = rows.reset_index(drop=True)
        if path in self._checked and self._checked[path].equals(ordered):
            return False
        buffer = io.BytesIO()
        ordered.to_parquet(buffer, engine="pyarrow", index=False, compression="zstd")
        is_changed = write_atomically(path, buffer.getvalue())
        self._checked[path] = ordered
        return is_changed

    def _read(self, name: str, paths: list[Path]) -> pd.DataFrame:
        self._load(name, [path for path in paths if path not in self._checked])
        filled = [self._checked[path] for path in paths if len(self._checked[path])]
        return pd.concat(filled, ignore_index=True) if filled else empty(TABLES[name])

    def _load(self, name: str, paths: list[Path]) -> None:
        """Read partitions and check them, all at once: one check of many rows costs little more than one of few."""
        if not paths:
            return
        frames = [completed(pd.read_parquet(path, partitioning=None), TABLES[name]) for path in paths]
        whole = conform(pd.concat(frames, ignore_index=True), TABLES[name])
        starts = accumulate((len(frame) for frame in frames), initial=0)
        for path, (start, end) in zip(paths, pairwise(starts), strict=True):
            self._checked[path] = whole.iloc[start:end].reset_index(drop=True)


def _checked(name: str, rows: pd.DataFrame) -> pd.DataFrame:
    return conform(rows, TABLES[name]).sort_values(key_of(TABLES[name]), ignore_index=True)
