"""Intervals for the mean change of many engineers whose weeks share shocks: estimate with interval and n.

Sources: decisions.md, 10.3: what moves two people in the same week is a week effect, found by products of different
people's scores, as in the two-way clustering of Cameron, Gelbach and Miller (2011), "Robust inference with multiway
clustering". Satterthwaite (1946) for the degrees of freedom of a sum of variances.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr, stdtrit

from transforms.stats import Bools, Floats, Ints
from transforms.stats.baseline import variance_inflation


@dataclass(frozen=True)
class Estimate:
    """A mean change with its variance, degrees of freedom and number of engineers."""

    value: float
    variance: float
    degrees_of_freedom: float
    n: int

    @property
    def standard_error(self) -> float:
        return float(np.sqrt(self.variance))

    def interval(self, confidence: float) -> tuple[float, float]:
        """Two-sided t interval, e.g. `confidence` 0.95."""
        half = float(stdtrit(self.degrees_of_freedom, (1 + confidence) / 2)) * self.standard_error
        return self.value - half, self.value + half

    def probability_below(self, bound: float) -> float:
        """Probability that the true change lies below `bound`, by the t distribution around the estimate."""
        distance = bound - self.value
        if self.variance <= 0:
            return float(distance > 0)
        return float(stdtr(self.degrees_of_freedom, distance / self.standard_error))


@dataclass(frozen=True)
class SharedWeeks:
    """What is assumed of weeks that move several people at once, before the data speak.

    `min_share`: of the week scores' variance, at least so much is shared.
    `memory`: correlation of a shared week with the next; it weighs `memory_weeks` weeks, and is at most `max_memory`.
    `min_correction`: smallest divisor 1 - VIF / weeks. `min_degrees_of_freedom`: of the weeks' variance.
    """

    min_share: float
    memory: float
    memory_weeks: float
    max_memory: float
    min_correction: float
    min_degrees_of_freedom: float


@dataclass(frozen=True)
class Period:
    """Readings of one period. Shape: engineers x weeks of the period.

    Missing: a weight of 0 leaves a week out; there its value does not matter, but must be a number.
    """

    values: Floats
    weights: Floats


@dataclass(frozen=True)
class Scores:
    """How far every week of a period moves each engineer's change, and which weeks moved anybody's.

    Shape: engineers x weeks; weeks. The weeks' weight times the residual from the engineer's own mean of the period.
    """

    moved: Floats
    is_seen: Bools


@dataclass(frozen=True)
class Changes:
    """One group's engineers: each one's mean before and during, and how every week moved the change between them.

    Shape: engineers. Units: of the values; with `is_log` the change and the scores are in log units, the means are not.
    """

    before: Floats
    during: Floats
    change: Floats
    before_scores: Scores
    during_scores: Scores

    @property
    def n(self) -> int:
        return len(self.change)


def own_changes(before: Period, during: Period, *, is_log: bool = False) -> Changes:
    """Each engineer's weighted mean during minus before, or the log of their ratio.

    Units: with weights = hours and values = billable / hours the means are ratios of sums.
    Errors: every engineer needs weight on both sides, and with `is_log` means above 0; the caller sees to it.
    """
    before_mean, before_moved = _mean_and_scores(before, sign=-1.0, is_log=is_log)
    during_mean, during_moved = _mean_and_scores(during, sign=1.0, is_log=is_log)
    change = np.log(during_mean) - np.log(before_mean) if is_log else during_mean - before_mean
    return Changes(before_mean, during_mean, change, before_moved, during_moved)


def _mean_and_scores(period: Period, *, sign: float, is_log: bool) -> tuple[Floats, Scores]:
    weight = period.weights.sum(axis=1)
    mean: Floats = np.einsum("it,it->i", period.weights, period.values) / weight
    # Delta method: log(mean) moves by residual / mean.
    scale = sign / (weight * mean) if is_log else sign / weight
    moved = period.values - mean[:, None]
    moved *= period.weights
    moved *= scale[:, None]
    is_seen: Bools = np.any(period.weights > 0, axis=0)
    return mean, Scores(moved, is_seen)


def mean_change(changes: Changes, assumed: SharedWeeks) -> Estimate:
    """The mean of the engineers' changes.

    V = Var(change) / G + the variance of what weeks share: engineers differ, and a week moves several at once.
    Definition: decisions.md, 10.3.
    """
    return _combine([(1.0, changes)], assumed)


def difference_of_changes(changes: Changes, others: Changes, assumed: SharedWeeks) -> Estimate:
    """The mean change of one group minus that of another over the same weeks: a shared week moves both and cancels.

    Shape: both groups' periods have the same weeks.
    """
    return _combine([(1.0, changes), (-1.0, others)], assumed)


def _combine(groups: Sequence[tuple[float, Changes]], assumed: SharedWeeks) -> Estimate:
    value = sum(sign * float(group.change.mean()) for sign, group in groups)
    between = [float(group.change.var(ddof=1)) / group.n for _, group in groups]
    shares = [sign / group.n for sign, group in groups]
    weeks, weeks_df = shared_variance(
        [
            _products(shares, [group.before_scores for _, group in groups]),
            _products(shares, [group.during_scores for _, group in groups]),
        ],
        assumed,
    )
    df = satterthwaite([*between, weeks], [*(group.n - 1 for _, group in groups), weeks_df])
    return Estimate(value, sum(between) + weeks, df, groups[0][1].n)


@dataclass(frozen=True)
class WeekProducts:
    """Products of week scores in a period of `n` weeks, times `n`: the scale of one week's variance.

    `whole`: of the weeks' totals with themselves. `shared`: of different engineers in the same week. `lagged`: of
    different engineers, one in the week after the other's.
    """

    n: int
    whole: float
    shared: float
    lagged: float


def _products(shares: Sequence[float], groups: Sequence[Scores]) -> WeekProducts:
    """`shares`: what an engineer of each group weighs in the estimate, with its sign."""
    is_seen = np.any([scores.is_seen for scores in groups], axis=0)
    moved = [scores.moved if is_seen.all() else scores.moved[:, is_seen] for scores in groups]
    total = np.sum([share * one.sum(axis=0) for share, one in zip(shares, moved, strict=True)], axis=0)
    n, whole, lagged = len(total), float((total**2).sum()), float((total[1:] * total[:-1]).sum())
    # One engineer's products with himself are his own noise; G / (G - 1) as their residuals stand for unseen ones.
    own = [len(one) / (len(one) - 1) * share**2 for share, one in zip(shares, moved, strict=True)]
    same = sum(weight * float(np.einsum("it,it->", one, one)) for weight, one in zip(own, moved, strict=True))
    next_to = sum(
        weight * float(np.einsum("it,it->", one[:, 1:], one[:, :-1])) for weight, one in zip(own, moved, strict=True)
    )
    return WeekProducts(n, n * whole, n * (whole - same), n * (lagged - next_to))


def shared_variance(periods: Sequence[WeekProducts], assumed: SharedWeeks) -> tuple[float, float]:
    """Variance that shared weeks give the change between two periods, and its degrees of freedom.

    At least a set share of the week scores' variance is taken as shared, and a shared week as lingering, unless the
    data say otherwise: half a year cannot show that it does not.
    Source: decisions.md, 10.3.
    """
    whole, shared = (sum(getattr(one, name) for one in periods) for name in ("whole", "shared"))
    n = sum(one.n for one in periods)
    memory = _memory(periods, n, max(0.0, shared / whole) if whole > 0 else 0.0, assumed)
    one_week = max(shared, assumed.min_share * whole) / len(periods)
    inflation = [float(variance_inflation(np.array(one.n), memory)) / max(one.n, 1) for one in periods]
    variance = sum(one_week * each / max(1 - each, assumed.min_correction) for each in inflation)
    df = 0.5 * n * (1 - memory) / (1 + memory) - 2
    return variance, max(df, assumed.min_degrees_of_freedom)


def _memory(periods: Sequence[WeekProducts], n: int, share: float, assumed: SharedWeeks) -> float:
    """Correlation of a shared week with the next: the data's, corrected for its bias, and the assumed one.

    The less of the variance is shared, the less the data can say of it: they weigh n share^2 weeks.
    """
    if share <= 0:
        return min(assumed.memory, assumed.max_memory)
    raw = sum(one.lagged for one in periods) / sum(one.shared for one in periods)
    found = raw + (1 + 3 * raw) / (n / 2)
    weight = n * share**2
    memory = (weight * found + assumed.memory_weeks * assumed.memory) / (weight + assumed.memory_weeks)
    return min(max(memory, 0.0), assumed.max_memory)


def satterthwaite(variances: Sequence[float], degrees_of_freedom: Sequence[float]) -> float:
    """Degrees of freedom of a sum of independent variance estimates."""
    total = sum(variances)
    if total <= 0:
        return float(min(degrees_of_freedom))
    parts = (variance**2 / df for variance, df in zip(variances, degrees_of_freedom, strict=True))
    return float(total**2 / sum(parts))


def season_weights(month: Ints, is_before: Bools, is_during: Bools) -> Floats | None:
    """Weights of the weeks before, so that each month of the year counts as often before as during; their mean is 1.

    Shape: weeks; `month` is 1 to 12. None where a month of `during` has no week before: season cannot be separated.
    """
    before, during = (np.bincount(month[side], minlength=13) for side in (is_before, is_during))
    if not during.any() or (during[before == 0] > 0).any():
        return None
    ratio = np.divide(during, before, out=np.zeros(13), where=before > 0)
    weight: Floats = np.where(is_before, ratio[month], 0.0)
    scaled: Floats = weight * is_before.sum() / weight.sum()
    return scaled
