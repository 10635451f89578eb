"""Intervals for the mean change of many engineers whose weeks share shocks: estimate with interval and n.

Sources: Cameron, Gelbach and Miller (2011), "Robust inference with multiway clustering": variance by engineer plus
variance by week minus variance by both. Newey and West (1987) for the Bartlett weights of neighbouring weeks.
Satterthwaite (1946) for the degrees of freedom of a sum of variances.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr, stdtrit

from transforms.stats import Bools, Floats, Ints


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
class Shared:
    """How the variance of a shared week is estimated.

    `lag`: weeks over which scores are taken as correlated. `min_correction`: smallest divisor 1 - (lag + 1) / weeks.
    `min_degrees_of_freedom`: of the weeks' variance.
    """

    lag: int
    min_correction: float
    min_degrees_of_freedom: float


@dataclass(frozen=True)
class Changes:
    """One group's engineers: each one's mean before and during, and how every week moved the change between them.

    Shape: engineers; `before_scores`, `during_scores` engineers x weeks.
    Units: of the values; with `is_log` the change and the scores are in log units, the means are not.
    """

    before: Floats
    during: Floats
    change: Floats
    before_scores: Floats
    during_scores: Floats

    @property
    def n(self) -> int:
        return len(self.change)


def own_changes(values: Floats, before_weight: Floats, during_weight: Floats, *, is_log: bool = False) -> Changes:
    """Each engineer's weighted mean during minus before, or the log of their ratio.

    Shape: engineers x weeks. A weight of 0 leaves the week out; its value may be missing.
    Units: with weights = hours and values = billable / hours the means are ratios of sums.
    Errors: every engineer needs weight on both sides, and with `is_log` means above 0; the caller sees to it.
    """
    before, before_residual = _mean_and_residual(values, before_weight)
    during, during_residual = _mean_and_residual(values, during_weight)
    if not is_log:
        return Changes(before, during, during - before, -before_residual, during_residual)
    # Delta method: log(mean) moves by residual / mean.
    change = np.log(during) - np.log(before)
    return Changes(before, during, change, -before_residual / before[:, None], during_residual / during[:, None])


def _mean_and_residual(values: Floats, weight: Floats) -> tuple[Floats, Floats]:
    share = weight / weight.sum(axis=1, keepdims=True)
    filled = np.where(weight > 0, values, 0.0)
    mean: Floats = (share * filled).sum(axis=1)
    residual: Floats = share * (filled - mean[:, None])
    return mean, residual


def mean_change(changes: Changes, shared: Shared) -> Estimate:
    """The mean of the engineers' changes.

    V = Var(change) / G + max(0, V_week - G / (G - 1) V_both): engineers differ, and weeks move several at once; what is
    an engineer's own noise within a week stands in both and is taken off once.
    Definition: decisions.md, section 6.
    """
    return _combine([(1.0, changes)], shared)


def difference_of_changes(changes: Changes, others: Changes, shared: Shared) -> Estimate:
    """The mean change of one group minus that of another over the same weeks: a shared week moves both and cancels."""
    return _combine([(1.0, changes), (-1.0, others)], shared)


def _combine(groups: Sequence[tuple[float, Changes]], shared: Shared) -> Estimate:
    value = sum(sign * float(group.change.mean()) for sign, group in groups)
    between = [float(group.change.var(ddof=1)) / group.n for _, group in groups]
    weeks, n_weeks = 0.0, 0
    for period in ("before_scores", "during_scores"):
        scores = [(sign / group.n, getattr(group, period)) for sign, group in groups]
        is_seen = np.any([(score != 0).any(axis=0) for _, score in scores], axis=0)
        n_period = int(is_seen.sum())
        correction = max(1 - (shared.lag + 1) / n_period, shared.min_correction) if n_period else 1.0
        together = bartlett_variance(sum(share * score.sum(axis=0) for share, score in scores), shared.lag)
        apart = sum(
            group.n / (group.n - 1) * float(bartlett_variance(share * score, shared.lag).sum())
            for (_, group), (share, score) in zip(groups, scores, strict=True)
        )
        weeks += (float(together) - apart) / correction
        n_weeks += n_period
    weeks = max(0.0, weeks)
    weeks_df = max(n_weeks / (shared.lag + 1) - 2, shared.min_degrees_of_freedom)
    df = satterthwaite([*between, weeks], [*(group.n - 1 for _, group in groups), weeks_df])
    return Estimate(value, sum(between) + weeks, df, groups[0][1].n)


def bartlett_variance(scores: Floats, lag: int) -> Floats:
    """Variance of the sum over the last axis, with Bartlett weights 1 - k / (lag + 1) for neighbours k weeks apart."""
    variance: Floats = (scores**2).sum(axis=-1)
    for k in range(1, min(lag, scores.shape[-1] - 1) + 1):
        products = (scores[..., k:] * scores[..., :-k]).sum(axis=-1)
        variance = variance + 2 * (1 - k / (lag + 1)) * products
    return variance


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
