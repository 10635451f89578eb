"""The few operations on arrays that every estimator needs."""

import numpy as np
import numpy.typing as npt

from transforms.stats import Bools, Floats, Ints

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
