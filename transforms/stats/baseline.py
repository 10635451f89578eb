"""An own normal from noisy items: its level, its uncertainty, and the scatter and memory of single items.

Source: decisions.md, 1 ("Baseline", "Estimators, exactly").
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from transforms.stats import Bools, Floats, Ints
from transforms.stats.arrays import divide
from transforms.stats.shrinkage import Shrunk, shrink

_MAD_TO_SD = 1.4826  # of a normal distribution
_MIN_ITEMS_FOR_MEMORY = 3  # a correlation with the neighbour needs more items than this


@dataclass(frozen=True)
class Scatter:
    """How scatter is estimated."""

    min_items: int  # own items that a baseline needs
    prior_items: float | None  # weight of the pooled scatter in one's own, in items; None: the pooled one for all
    min_sd: float
    winsor_sds: float
    max_autocorrelation: float


@dataclass(frozen=True)
class Baseline:
    """What is normal for each row.

    `mean` is shrunken, `raw_mean` is not (missing with too few items). `variance` is that of `mean`, for velocity that
    of its logarithm. `sd` is the scatter of one item of nominal weight.
    """

    mean: Floats
    variance: Floats
    sd: Floats
    n: Ints
    raw_mean: Floats
    pooled_mean: float | Floats
    pooled_variance: float | Floats
    rho: float | Floats

    def window_variance(self, n: Ints, weight: Floats) -> Floats:
        """Variance of the mean of n neighbouring items with that much weight together.

        Shape: rows x weeks judged. Missing: where the window has no weight.
        """
        return divide(by_week(self.sd) ** 2 * variance_inflation(n, self.rho), weight)


def by_week(values: Floats) -> Floats:
    """One value per row as rows x 1, to stand beside rows x weeks; what has a value per week stays as it is."""
    return values if values.ndim == 2 else values[:, None]


def side_by_side(baselines: Sequence[Baseline]) -> Baseline:
    """Baselines of the same rows, one for each of some weeks. Shape: rows x weeks, what is pooled: weeks."""
    return Baseline(
        **{
            name: np.column_stack([getattr(one, name) for one in baselines])
            for name in ("mean", "variance", "sd", "n", "raw_mean")
        },
        **{
            name: np.array([getattr(one, name) for one in baselines])
            for name in ("pooled_mean", "pooled_variance", "rho")
        },
    )


def variance_inflation(n: Ints, rho: float | Floats) -> Floats:
    """VIF_n = 1 + 2 sum_{k=1..n-1} (1 - k/n) rho^k: how much neighbours' likeness widens a mean of n."""
    n = np.maximum(n, 1)
    # Each length is worked out once, however many windows have it.
    lengths = np.arange(1, n.max(initial=1) + 1)[:, None]
    inflation: Floats = 1 + 2 * rho / (1 - rho) * (1 - (1 - rho**lengths) / (lengths * (1 - rho)))
    return inflation[n - 1, np.arange(inflation.shape[1])] if inflation.shape[1] > 1 else inflation[n - 1, 0]


def pooled_sd(residuals: Floats, is_used: Bools, winsor_sds: float, min_sd: float) -> float:
    """Root mean square of all residuals, none counting for more than so many typical ones.

    What is typical is told by the median absolute residual, which a few wild items do not move. By itself it would take
    weeks with long tails for steadier than they are.
    """
    used = residuals.T[is_used.T]  # by columns, as they are stored
    if not len(used):
        return min_sd
    most = winsor_sds * _MAD_TO_SD * float(np.median(np.abs(used)))
    return max(float(np.sqrt(np.mean(np.clip(used, -most, most) ** 2))), min_sd)


def autocorrelation(residuals: Floats, is_used: Bools, maximum: float) -> float:
    """Correlation between neighbouring items, pooled, corrected for its bias of about 1/n in short series.

    Shape: rows x items in order of time, without gaps between those used.
    """
    n = is_used.sum(axis=1).astype(float)
    n[n <= _MIN_ITEMS_FOR_MEMORY] = 0
    e = np.where(is_used & (n > 0)[:, None], residuals, 0.0)
    squares = (e**2).sum(axis=1)
    total = float(squares.sum())
    if total == 0:
        return 0.0
    neighbours = (e[:, 1:] * e[:, :-1]).sum(axis=1)
    rho = float(np.nansum(divide(n * neighbours, n - 1)) + np.nansum(divide(squares, n))) / total
    return min(max(rho, 0.0), maximum)


def own_sd(residuals: Floats, is_used: Bools, pooled: float, rules: Scatter) -> Floats:
    """s_i^2 = (d0 s0^2 + sum e^2) / (d0 + n_i - 1): one's own scatter, steadied by the pooled one.

    Missing: a row without items has the pooled one.
    """
    e = np.where(is_used, residuals, 0.0)
    freedom = np.maximum(is_used.sum(axis=1) - 1, 0)
    if rules.prior_items is None:
        together = float(np.sqrt((e**2).sum() / max(int(freedom.sum()), 1)))
        return np.full(len(e), max(together, rules.min_sd))
    variance = (rules.prior_items * pooled**2 + (e**2).sum(axis=1)) / (rules.prior_items + freedom)
    sd: Floats = np.maximum(np.sqrt(variance), rules.min_sd)
    return sd


def mean_baseline(values: Floats, weights: Floats, is_used: Bools, rules: Scatter) -> Baseline:
    """Own normal of a weighted mean (a ratio of sums, where the weights are the denominators).

    Residuals count by the root of their weight; the variance of the mean is s_i^2 VIF / sum of weights.
    Shape: rows x items in order of time, without gaps between those used.
    """
    weights = np.where(is_used, weights, 0.0)
    values = np.where(is_used, values, 0.0)
    n, total = is_used.sum(axis=1, dtype=np.int64), weights.sum(axis=1)
    has_own = (n >= rules.min_items) & (total > 0)
    raw = np.where(has_own, divide((values * weights).sum(axis=1), total), np.nan)

    root = np.sqrt(weights)

    def residuals(centre: Floats) -> Floats:
        deviation: Floats = (values - np.nan_to_num(centre)[:, None]) * root
        return deviation

    def shrunken(sd: Floats, rho: float) -> Shrunk:
        return shrink(raw, divide(sd**2 * variance_inflation(n, rho), total))

    return _estimate(raw, n, is_used, residuals, shrunken, rules)


def rate_baseline(rates: Floats, weights: Floats, relative_weights: Floats, is_used: Bools, rules: Scatter) -> Baseline:
    """Own normal of a rate that varies in proportion to its size; shrunken on the log scale.

    Residuals are relative and count by the root of `relative_weights`; the variance of the log is s_i^2 VIF / n.
    Missing: a row whose items are all 0 has no logarithm, and so no baseline of its own.
    Shape: as in `mean_baseline`.
    """
    weights = np.where(is_used, weights, 0.0)
    rates = np.where(is_used, rates, 0.0)
    n = is_used.sum(axis=1, dtype=np.int64)
    ratio = divide((rates * weights).sum(axis=1), weights.sum(axis=1))
    has_own = (n >= rules.min_items) & (ratio > 0)
    raw = np.where(has_own, ratio, np.nan)

    def residuals(centre: Floats) -> Floats:
        relative = divide(rates, centre[:, None]) - 1
        deviation: Floats = np.where(is_used, relative * np.sqrt(relative_weights), 0.0)
        return deviation

    def shrunken(sd: Floats, rho: float) -> Shrunk:
        found = shrink(np.log(raw), divide(sd**2 * variance_inflation(n, rho), n.astype(float)))
        return replace(found, mean=np.exp(found.mean), pooled_mean=float(np.exp(found.pooled_mean)))

    return _estimate(raw, n, is_used, residuals, shrunken, rules)


def _estimate(
    raw: Floats,
    n: Ints,
    is_used: Bools,
    residuals: Callable[[Floats], Floats],
    shrunken: Callable[[Floats, float], Shrunk],
    rules: Scatter,
) -> Baseline:
    """Scatter about the raw means gives the memory and a first baseline; scatter about that one gives the last."""
    has_own = ~np.isnan(raw)
    used = is_used & has_own[:, None]
    about_raw = residuals(raw)
    pooled = pooled_sd(about_raw, used, rules.winsor_sds, rules.min_sd)
    most = rules.winsor_sds * pooled
    about_raw = np.clip(about_raw, -most, most)
    rho = autocorrelation(about_raw, used, rules.max_autocorrelation)
    first = shrunken(own_sd(about_raw, used, pooled, rules), rho)
    sd = own_sd(np.clip(residuals(first.mean), -most, most), used, pooled, rules)
    last = shrunken(sd, rho)
    return Baseline(
        mean=last.mean,
        variance=last.variance,
        sd=sd if has_own.any() else np.full(len(raw), np.nan),
        n=n,
        raw_mean=raw,
        pooled_mean=last.pooled_mean,
        pooled_variance=last.pooled_variance,
        rho=rho,
    )
