"""Many tests at once: one p value from several z values, and false discovery rates over many engineers."""

import numpy as np
from scipy.special import ndtr

from transforms.stats import Floats, Ints
from transforms.stats.arrays import divide


def combined_strength(z: Floats, least: float, most: float) -> Floats:
    """Several z values (positive is worse) as one: their sum, each clipped, over the root of their number.

    Clipped, so that one value alone does not make the sum, and good news do not wipe out bad.
    Shape: rows x values -> rows. Missing: a missing z does not count; without any z there is none.
    Source: Stouffer et al. (1949), with the clipping of decisions.md, 10.2.
    """
    is_known = ~np.isnan(z)
    total = np.where(is_known, np.clip(z, least, most), 0.0).sum(axis=1)
    return divide(total, np.sqrt(is_known.sum(axis=1)))


def combined_p(z: Floats, strength: Floats) -> Floats:
    """One-sided p value of several z values: twice the smaller of Bonferroni's and that of their combined strength.

    Bonferroni finds one strong value, the strength several weak ones; the factor 2 pays for choosing.
    Shape: rows x values, rows -> rows. Missing: a missing z does not count; without any z p is 1.
    Source: decisions.md, 5 and 10.2.
    """
    is_known = ~np.isnan(z)
    n = is_known.sum(axis=1)
    smallest = ndtr(-np.where(is_known, z, -np.inf)).min(axis=1, initial=1.0)
    together = ndtr(-np.nan_to_num(strength))
    p: Floats = np.where(n > 0, np.minimum(1.0, 2 * np.minimum(n * smallest, together)), 1.0)
    return p


def benjamini_hochberg(p: Floats) -> Floats:
    """Adjusted p values q: keeping those with q <= a makes a false share of at most a among them, on average.

    Source: Benjamini and Hochberg (1995): q_(i) = min over j >= i of n p_(j) / j, in order of size.
    """
    n = len(p)
    order = np.argsort(p, kind="stable")
    raw = p[order] * n / np.arange(1, n + 1)
    q = np.empty(n)
    q[order] = np.minimum(1.0, np.minimum.accumulate(raw[::-1])[::-1])
    return q


def others_median(values: Floats, group: Ints, min_others: int) -> Floats:
    """For each value the median of the others in its group; missing with fewer than `min_others` (at least 1) of them.

    A missing value is nobody's other, but has others of its own. A negative group is no group.
    Shape: rows x columns, rows.
    """
    members = np.flatnonzero(group >= 0)
    members = members[np.argsort(group[members], kind="stable")]
    _, mine, n = np.unique(group[members], return_inverse=True, return_counts=True)
    slot = np.arange(len(members)) - (np.cumsum(n) - n)[mine]
    grid = np.full((len(n), int(n.max(initial=0)), values.shape[1]), np.nan)
    grid[mine, slot] = values[members]
    order = np.argsort(grid, axis=1)  # missing values come last
    ordered = np.take_along_axis(grid, order, axis=1)
    place = np.empty_like(order)
    np.put_along_axis(place, order, np.arange(grid.shape[1])[None, :, None], axis=1)
    is_known = ~np.isnan(grid)
    others = is_known.sum(axis=1, keepdims=True) - is_known

    def without_own(rank: Ints) -> Floats:
        """The value of that rank among the rest of the group; own and missing values do not count."""
        at = rank + (is_known & (place <= rank))
        return np.take_along_axis(ordered, np.clip(at, 0, grid.shape[1] - 1), axis=1)

    middle = (without_own((others - 1) // 2) + without_own(others // 2)) / 2
    median = np.full(values.shape, np.nan)
    median[members] = np.where(others >= min_others, middle, np.nan)[mine, slot]
    return median
