"""Many tests at once: one p value from several z values, and false discovery rates over many engineers."""

import numpy as np
from scipy.special import ndtr

from transforms.stats import Floats, Ints


def combined_p(z: Floats) -> Floats:
    """One-sided p value of several z values (positive is worse): twice the smaller of Bonferroni's and Stouffer's.

    Bonferroni finds one strong value, Stouffer (sum z / sqrt(k)) several weak ones; the factor 2 pays for choosing.
    Shape: rows x values -> rows. Missing: a missing z does not count; without any z p is 1.
    Source: Stouffer et al. (1949); decisions.md, section 5.
    """
    is_known = ~np.isnan(z)
    k = is_known.sum(axis=1)
    smallest = ndtr(-np.where(is_known, z, -np.inf)).min(axis=1, initial=1.0)
    stouffer = ndtr(-np.where(is_known, z, 0.0).sum(axis=1) / np.sqrt(np.maximum(k, 1)))
    p: Floats = np.where(k > 0, np.minimum(1.0, 2 * np.minimum(k * smallest, stouffer)), 1.0)
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
    """For each value the median of the others in its group; missing with fewer than `min_others` of them.

    A missing value is nobody's other, but has others of its own. A negative group is no group.
    """
    median = np.full(len(values), np.nan)
    for one in np.unique(group[group >= 0]):
        members = np.flatnonzero(group == one)
        is_known = ~np.isnan(values[members])
        known = members[is_known][np.argsort(values[members][is_known], kind="stable")]
        if len(known) >= min_others:
            median[members[~is_known]] = np.median(values[known])
        if len(known) > min_others:
            median[known] = _medians_without_each(values[known])
    return median


def _medians_without_each(ordered: Floats) -> Floats:
    """The median of an ordered array without each of its values in turn."""
    n, place = len(ordered), np.arange(len(ordered))

    def without(rank: int) -> Floats:
        """The value of that rank among the rest."""
        value: Floats = np.where(place <= rank, ordered[rank + 1], ordered[rank])
        return value

    middle: Floats = (without((n - 2) // 2) + without((n - 1) // 2)) / 2
    return middle
