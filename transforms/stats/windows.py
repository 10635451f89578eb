"""Trailing windows over weeks, sprints or entries that are not all usable."""

from dataclasses import dataclass

import numpy as np

from transforms.stats import Bools, Floats, Ints


@dataclass(frozen=True)
class Window:
    """The last n usable items up to each of some weeks, oldest first.

    Shape: rows x weeks judged x n. `is_in` is False where there are fewer. In memory the items of a window lie far
    apart, one whole grid of rows x weeks after the other: sums over them cost least that way.
    """

    index: Ints
    is_in: Bools

    @property
    def count(self) -> Ints:
        n: Ints = self.is_in.sum(axis=2, dtype=np.int64)
        return n

    @property
    def oldest(self) -> Ints:
        """Index of the oldest item; meaningless where the window is empty."""
        slot = self.is_in.argmax(axis=2)
        oldest: Ints = np.take_along_axis(self.index, slot[:, :, None], axis=2)[:, :, 0]
        return oldest

    def take(self, values: Floats, missing: float = 0.0) -> Floats:
        """The items' values; `missing` outside the window."""
        index, is_in = np.moveaxis(self.index, 2, 0), np.moveaxis(self.is_in, 2, 0)
        picked: Floats = np.where(is_in, values[np.arange(len(values))[:, None], index], missing)
        return np.moveaxis(picked, 0, 2)


@dataclass(frozen=True)
class Span:
    """Windows as runs of a row's usable items. Shape: rows x weeks judged."""

    count: Ints
    slot: Ints  # place of the first item among the usable ones of its row
    oldest: Ints  # index of the first item; meaningless where the window is empty


@dataclass(frozen=True)
class Trailing:
    """The usable items of each row, ready for windows that end in any week.

    Shape: rows x items, `before` rows x weeks + 2.
    """

    weeks: Ints | None  # in which each item ends; None where items are weeks
    usable: Ints  # index of the usable items, from the left
    before: Ints  # usable items that end before each week

    @classmethod
    def of(cls, is_usable: Bools, weeks: Ints | None, n_weeks: int) -> "Trailing":
        """`weeks` (ascending in each row) says in which week an item ends; without it items are weeks."""
        row, column = np.nonzero(is_usable)
        slot, n = from_the_left(row, len(is_usable))
        usable = np.zeros((len(is_usable), max(int(n.max(initial=0)), 1)), dtype=np.int64)
        usable[row, slot] = column
        width = n_weeks + 2
        cells = row * width + 1 + (column if weeks is None else weeks[row, column])
        per_week = np.bincount(cells, minlength=len(is_usable) * width).reshape(len(is_usable), width)
        return cls(weeks, usable, per_week.cumsum(axis=1))

    def last(self, size: int, judged: Ints, reach: int, earliest: Ints) -> Window:
        """For each row and judged week the last `size` usable items of that week or before.

        An item counts if it ends fewer than `reach` weeks before the judged week, and not before `earliest`
        (rows x judged).
        """
        rows = np.arange(len(self.usable))[:, None]
        slot = self.before[:, judged + 1] - size + np.arange(size)[:, None, None]
        index = self.usable[rows, np.clip(slot, 0, self.usable.shape[1] - 1)]
        week = index if self.weeks is None else self.weeks[rows, index]
        is_in = (slot >= 0) & (week > judged - reach) & (week >= earliest)
        return Window(np.moveaxis(index, 0, 2), np.moveaxis(is_in, 0, 2))

    def span(self, size: int, judged: Ints, reach: int, earliest: Ints) -> Span:
        """The same windows, by their first item and their length: enough for sums over them."""
        end = self.before[:, judged + 1]
        first_week = np.maximum(earliest, np.maximum(judged - reach + 1, 0))
        reached = np.take_along_axis(self.before, np.minimum(first_week, self.before.shape[1] - 1), axis=1)
        slot = np.maximum(np.maximum(end - size, reached), 0)
        rows = np.arange(len(self.usable))[:, None]
        oldest = self.usable[rows, np.minimum(slot, self.usable.shape[1] - 1)]
        return Span(np.maximum(end - slot, 0), slot, oldest)

    def without_worst(
        self, span: Span, which: Bools, values: Floats, weights: Floats | None, *, worst_is_low: bool
    ) -> Floats:
        """The weighted mean of some windows without the item that pulls most; missing in the others.

        Shape: `which` as the span; values and weights rows x items; without weights all weigh the same.
        For few windows: each is looked at item by item.
        """
        at = np.nonzero(which)
        size = int(span.count[at].max(initial=1))
        slot = span.slot[at][:, None] + np.arange(size)
        cells = (at[0][:, None], self.usable[at[0][:, None], np.minimum(slot, self.usable.shape[1] - 1)])
        is_in = np.arange(size) < span.count[at][:, None]
        weight = np.ones(is_in.shape) if weights is None else weights[cells]
        parts = (values[cells][:, None], weight[:, None], is_in[:, None])
        found = np.full(which.shape, np.nan)
        found[at] = mean_without_worst(*parts, worst_is_low=worst_is_low)[:, 0]
        return found


def trailing_window(
    is_usable: Bools, weeks: Ints | None, judged: Ints, size: int, reach: int, earliest: Ints, n_weeks: int
) -> Window:
    """The last `size` usable items of each judged week or before: see `Trailing`."""
    return Trailing.of(is_usable, weeks, n_weeks).last(size, judged, reach, earliest)


@dataclass(frozen=True)
class Items:
    """The usable items of each row without gaps, oldest first.

    Shape: rows x most items of one row. What is asked of them are sums over the items of a row; the arrays are stored
    item by item (Fortran order), in which these cost least.
    """

    week: Ints  # in which the item ends; after all weeks where a row has fewer
    values: tuple[Floats, ...]

    def before(self, end: Ints, most: int) -> tuple[slice, Bools]:
        """The last `most` items of each row that end before its week `end`: columns that hold them all, and which."""
        last = (self.week < end[:, None]).sum(axis=1)
        first = np.maximum(last - most, 0)
        columns = slice(int(first.min(initial=self.week.shape[1])), int(last.max(initial=0)))
        slot = np.arange(self.week.shape[1])[columns, None]
        return columns, ((slot >= first) & (slot < last)).T


def put_together(is_usable: Bools, n_weeks: int, weeks: Ints | None, *values: Floats) -> Items:
    """The usable ones of a grid of items (rows x items, in order of time) with some values of theirs.

    `weeks` says in which week each item ends; without it items are weeks.
    """
    row, column = np.nonzero(is_usable)
    slot, n = from_the_left(row, len(is_usable))
    shape = (len(is_usable), int(n.max(initial=0)))
    week = np.full(shape, n_weeks, dtype=np.int64, order="F")
    week[row, slot] = column if weeks is None else weeks[row, column]
    found = []
    for grid in values:
        together = np.zeros(shape, order="F")
        together[row, slot] = grid[row, column]
        found.append(together)
    return Items(week, tuple(found))


def from_the_left(row: Ints, n_rows: int) -> tuple[Ints, Ints]:
    """For entries in order of their rows each one's place in its row, and the number of entries of each row."""
    n = np.bincount(row, minlength=n_rows)
    return np.arange(len(row)) - np.repeat(np.cumsum(n) - n, n), n


def mean_without_worst(values: Floats, weights: Floats, is_in: Bools, *, worst_is_low: bool) -> Floats:
    """The weighted mean of a window without the one item that pulls most in the bad direction.

    Shape: rows x weeks x n -> rows x weeks. Missing: where a window has fewer than two items.
    """
    weights = np.where(is_in, weights, 0.0)
    products = np.where(is_in, values, 0.0) * weights
    rest = weights.sum(axis=2, keepdims=True) - weights
    without = np.full_like(products, np.nan)
    np.divide(products.sum(axis=2, keepdims=True) - products, rest, out=without, where=is_in & (rest > 1e-12))
    kindest = np.where(np.isnan(without), -np.inf, without if worst_is_low else -without).max(axis=2, initial=-np.inf)
    kindest = np.where(np.isinf(kindest), np.nan, kindest)
    return kindest if worst_is_low else -kindest
