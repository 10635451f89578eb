"""Empirical Bayes: noisy estimates of many are drawn towards what they have in common."""

from dataclasses import dataclass

import numpy as np

from transforms.stats import Floats


@dataclass(frozen=True)
class Shrunk:
    """Shrunken estimates with their variances, and the pool that they were drawn towards."""

    mean: Floats
    variance: Floats
    pooled_mean: float
    pooled_variance: float


def shrink(estimates: Floats, variances: Floats) -> Shrunk:
    """m_i = (x_i/v_i + mu/tau2) / (1/v_i + 1/tau2), with variance 1 / (1/v_i + 1/tau2).

    tau2 = max(var(x) - mean(v), 1e-6 |mu|); mu is weighted by 1/(v + tau2).
    Missing: an estimate that is missing becomes mu with variance tau2; all are missing if none is known.
    Source: decisions.md, 1 (normal-normal model, tau2 by the method of moments).
    """
    is_known = ~np.isnan(estimates)
    known, variance = estimates[is_known], variances[is_known]
    if len(known) == 0:
        missing = np.full(estimates.shape, np.nan)
        return Shrunk(missing, missing, np.nan, np.nan)
    spread = known.var(ddof=1) if len(known) > 1 else 0.0
    least = 1e-6 * max(abs(known.mean()), 1e-3)  # a pool of zeros still needs a positive variance
    tau2 = max(float(spread - variance.mean()), float(least))
    weight = 1 / (variance + tau2)
    mu = float((weight * known).sum() / weight.sum())
    shrunk_variance = np.full(estimates.shape, tau2)
    shrunk_variance[is_known] = 1 / (1 / variance + 1 / tau2)
    mean = np.full(estimates.shape, mu)
    mean[is_known] = (known / variance + mu / tau2) * shrunk_variance[is_known]
    return Shrunk(mean, shrunk_variance, mu, tau2)
