"""The few operations on arrays that every estimator needs."""

import numpy as np
import numpy.typing as npt

from transforms.stats import Bools, Floats, Ints

_LARGEST = 2**62
_ROUNDING = 1e-9  # 30.4 h of 40 h is 76 %, whatever binary fractions make of it


def at_least(value: npt.ArrayLike, threshold: npt.ArrayLike) -> Bools:
    """`value >= threshold`, where a difference of rounding counts as equal.

    Missing: False where either is missing.
    """
    reached: Bools = np.asarray(np.greater_equal(value, np.subtract(threshold, _ROUNDING)), dtype=bool)
    return reached


def below(value: npt.ArrayLike, threshold: npt.ArrayLike) -> Bools:
    """`value < threshold`, where a difference of rounding counts as equal.

    Missing: False where either is missing.
    """
    is_below: Bools = np.asarray(np.less(value, np.subtract(threshold, _ROUNDING)), dtype=bool)
    return is_below


def divide(numerator: Floats, denominator: Floats) -> Floats:
    """The ratio, missing where the denominator is not above 0."""
    ratio: Floats = np.full(np.broadcast_shapes(numerator.shape, denominator.shape), np.nan)
    np.divide(numerator, denominator, out=ratio, where=denominator > 0)
    return ratio


def first_true(flags: Bools) -> Ints:
    """Per row the index of the first True; the row's length where there is none.

    Shape: rows x columns -> rows
    """
    padded = np.column_stack([flags, np.ones(len(flags), dtype=bool)])
    first: Ints = padded.argmax(axis=1).astype(np.int64)
    return first


def order_by(*keys: Floats | Ints) -> Ints:
    """The order of rows by the first key, then by the next one, and so on; missing values come last.

    What `numpy.lexsort` does from the last key on, but with one sort of whole numbers in place of one for each key.
    """
    code, size = np.zeros(len(keys[0]), dtype=np.int64), 1
    for key in keys:
        rank, n = _ranked(key)
        if size * n >= _LARGEST:
            return np.lexsort(keys[::-1])
        code, size = code * n + rank, size * n
    order: Ints = np.argsort(code)
    return order


def _ranked(values: Floats | Ints) -> tuple[Ints, int]:
    """Each value's place among the distinct ones, and how many these may be; small whole numbers are their own."""
    if values.dtype.kind == "i" and values.min(initial=0) >= 0:
        return values.astype(np.int64, copy=False), int(values.max(initial=0)) + 1
    order = np.argsort(values)
    ordered = values[order]
    is_new = (ordered[1:] != ordered[:-1]) & ~(np.isnan(ordered[1:]) & np.isnan(ordered[:-1]))
    rank = np.zeros(len(values), dtype=np.int64)
    rank[order[1:]] = is_new.cumsum()
    return rank, int(is_new.sum()) + 1
