"""The engineer-weeks of the readings as numbers: rows of any table are counted and summed onto them without a sort."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from transforms.stats.arrays import divide, order_by

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Grid:
    """The engineer-weeks asked for, numbered from 0 in the order in which they are given.

    Shape: `engineer` and `week`, one entry per engineer-week: its position in `engineer_ids` and in `week_starts`.
    """

    engineer_ids: "pd.Index[Any]"
    week_starts: pd.DatetimeIndex
    engineer: Ints
    week: Ints
    # Shape: engineers + 1 x weeks + 1. The last row and column stand for "not on the grid", so position -1 finds them.
    _numbers: Ints

    @classmethod
    def of(cls, engineer_weeks: pd.DataFrame) -> "Grid":
        """The grid of a table with one row per `engineer_id` and `week_start`."""
        engineer, engineer_ids = pd.factorize(engineer_weeks["engineer_id"])
        week, week_starts = pd.factorize(engineer_weeks["week_start"])
        numbers = np.full((len(engineer_ids) + 1, len(week_starts) + 1), len(engineer))
        numbers[engineer, week] = np.arange(len(engineer))
        return cls(pd.Index(engineer_ids), pd.DatetimeIndex(week_starts), engineer, week, numbers)

    def __len__(self) -> int:
        return len(self.engineer)

    def rows(self, table: pd.DataFrame) -> "GridRows":
        """The rows of a table, by `engineer_id` and `week_start`; those outside of the grid count nowhere."""
        engineer, engineer_ids = pd.factorize(table["engineer_id"])
        week, week_starts = pd.factorize(table["week_start"])
        engineer_here = self.engineer_ids.get_indexer(pd.Index(engineer_ids))
        week_here = self.week_starts.get_indexer(pd.DatetimeIndex(week_starts))
        return GridRows(self._numbers[engineer_here[engineer], week_here[week]], len(self))


@dataclass(frozen=True)
class GridRows:
    """Rows of one table on the grid. Its columns are given to the methods in the order of the rows.

    Each method answers with one entry per engineer-week of the grid.
    """

    number: Ints  # of each row's engineer-week; `size` for a row outside of the grid
    size: int

    def count(self, which: "pd.Series[Any] | Flags | None" = None) -> Ints:
        """How many rows there are; of these, how many with the flag `which`."""
        number = self.number if which is None else self.number[np.asarray(which, dtype=np.bool_)]
        return np.bincount(number, minlength=self.size + 1)[: self.size]

    def any(self, which: "pd.Series[Any] | Flags | None" = None) -> Flags:
        """Whether there is a row; with a flag `which`, a row that has it."""
        return self.count(which) > 0

    def sum(self, values: "pd.Series[Any] | Floats") -> Floats:
        """Sums of values that are all there; 0 without rows."""
        sums = np.bincount(self.number, np.asarray(values), minlength=self.size + 1)[: self.size]
        return sums.astype(np.float64, copy=False)

    def mean(self, values: "pd.Series[Any] | Floats") -> Floats:
        """Means of the values that are there; missing without any."""
        there, given = self._given(values)
        return divide(there.sum(given), there.count().astype(np.float64))

    def median(self, values: "pd.Series[Any] | Floats") -> Floats:
        """Medians of the values that are there; missing without any."""
        there, given = self._given(values)
        count = there.count()
        ordered = given[order_by(there.number, given)]
        start = np.cumsum(count) - count
        has_any = count > 0
        low, high = (start + (count - 1) // 2)[has_any], (start + count // 2)[has_any]
        medians = np.full(self.size, np.nan)
        medians[has_any] = (ordered[low] + ordered[high]) / 2
        return medians

    def _given(self, values: "pd.Series[Any] | Floats") -> tuple["GridRows", Floats]:
        """The rows whose value is there, and these values."""
        given = np.asarray(values, dtype=np.float64)
        is_given = ~np.isnan(given)
        return GridRows(self.number[is_given], self.size), given[is_given]
