"""Medians within groups, many columns at once."""

import numpy as np

from transforms.stats import Floats, Ints


def group_medians(values: Floats, group: Ints, least: int) -> Floats:
    """For each cell the median of its group in its column; missing with fewer than `least` values, or without a group.

    Shape: rows x columns, both. A negative group is no group.
    Missing: a missing value does not count, but learns its group's median.
    """
    median = np.full(values.shape, np.nan)
    for one in np.unique(group[group >= 0]):
        rows = np.flatnonzero((group == one).any(axis=1))
        is_member = group[rows] == one
        ordered = np.sort(np.where(is_member, values[rows], np.nan), axis=0)  # missing values come last
        n = (~np.isnan(ordered)).sum(axis=0)
        columns = np.arange(values.shape[1])
        low, high = np.maximum((n - 1) // 2, 0), np.minimum(n // 2, len(rows) - 1)
        middle = np.where(n >= least, (ordered[low, columns] + ordered[high, columns]) / 2, np.nan)
        median[rows] = np.where(is_member, middle, median[rows])
    return median
