"""The estimators behind an own normal, by hand."""

import numpy as np
import pytest

from tests.builders.decisions import engineer_history, incidents, readings
from transforms.baselines import baselines_before, baselines_by_week
from transforms.panel import build_panel
from transforms.parameters import DecisionParameters
from transforms.stats.baseline import (
    Scatter,
    autocorrelation,
    mean_baseline,
    own_sd,
    pooled_sd,
    rate_baseline,
    variance_inflation,
)
from transforms.stats.shrinkage import shrink

RULES = Scatter(min_items=6, prior_items=20, min_sd=0.01, winsor_sds=3, max_autocorrelation=0.6)


@pytest.mark.parametrize("n", [1, 2, 4, 8, 26])
@pytest.mark.parametrize("rho", [0.0, 0.3, 0.6])
def test_variance_inflation_is_the_sum_over_lags(n: int, rho: float) -> None:
    by_hand = 1 + 2 * sum((1 - k / n) * rho**k for k in range(1, n))
    assert variance_inflation(np.array([n]), rho)[0] == pytest.approx(by_hand)


def test_shrinking_by_hand() -> None:
    estimates, variances = np.array([0.70, 0.80, 0.90]), np.array([0.001, 0.004, 0.001])
    tau2 = estimates.var(ddof=1) - variances.mean()
    weight = 1 / (variances + tau2)
    mu = (weight * estimates).sum() / weight.sum()
    found = shrink(estimates, variances)
    assert found.pooled_variance == pytest.approx(tau2)
    assert found.mean == pytest.approx((estimates / variances + mu / tau2) / (1 / variances + 1 / tau2))
    assert found.variance == pytest.approx(1 / (1 / variances + 1 / tau2))


def test_who_has_no_own_estimate_gets_the_pool() -> None:
    found = shrink(np.array([0.7, 0.9, np.nan]), np.array([0.001, 0.001, np.nan]))
    assert found.mean[2] == pytest.approx(found.pooled_mean) == pytest.approx(0.8)
    assert found.variance[2] == found.pooled_variance


def test_equal_estimates_have_a_small_spread_but_not_none() -> None:
    found = shrink(np.array([0.8, 0.8]), np.array([0.001, 0.001]))
    assert found.pooled_variance == pytest.approx(0.8e-6)
    assert np.isnan(shrink(np.array([np.nan]), np.array([np.nan])).mean).all()


def test_autocorrelation_by_hand() -> None:
    e = np.array([[1.0, 2.0, 1.0, -1.0, -2.0, 0.0]])
    squares, neighbours = 11.0, 1 * 2 + 2 * 1 + 1 * -1 + -1 * -2 + 0
    by_hand = (6 / 5 * neighbours + squares / 6) / squares
    assert autocorrelation(e, np.ones_like(e, bool), 1.0) == pytest.approx(by_hand)
    assert autocorrelation(e, np.ones_like(e, bool), 0.6) == 0.6
    assert autocorrelation(e * [1, -1, 1, -1, 1, -1], np.ones_like(e, bool), 0.6) == 0


def test_memory_needs_more_than_three_items() -> None:
    e = np.array([[1.0, 1.0, 1.0, 9.0]])
    assert autocorrelation(e, np.array([[True, True, True, False]]), 0.6) == 0


def test_a_wild_item_counts_in_the_pooled_scatter_for_three_typical_ones_and_scatter_is_never_nothing() -> None:
    e = np.array([[1.0, -1.0, 1.0, -1.0, 50.0]])
    assert pooled_sd(e, np.ones_like(e, bool), 3.0, 0.1) == pytest.approx(np.sqrt((4 + (3 * 1.4826) ** 2) / 5))
    assert pooled_sd(np.zeros((1, 5)), np.ones((1, 5), bool), 3.0, 0.1) == 0.1
    assert pooled_sd(np.zeros((1, 5)), np.zeros((1, 5), bool), 3.0, 0.1) == 0.1


@pytest.mark.parametrize(("tails", "least"), [("normal", 0.97), ("t", 0.87)])
def test_pooled_scatter_is_near_the_true_one_with_long_tails_too(tails: str, least: float) -> None:
    """A median alone would tell 78 % of a t distribution with four degrees of freedom."""
    rng = np.random.default_rng(4)
    e = rng.normal(size=(400, 26)) if tails == "normal" else rng.standard_t(4, size=(400, 26)) / np.sqrt(2)
    assert least < pooled_sd(e, np.ones_like(e, bool), 3.0, 0.1) < 1.02


def test_own_scatter_is_steadied_by_twenty_pooled_weeks() -> None:
    e = np.full((1, 11), 0.08)
    by_hand = np.sqrt((20 * 0.05**2 + 11 * 0.08**2) / (20 + 10))
    assert own_sd(e, np.ones_like(e, bool), 0.05, RULES)[0] == pytest.approx(by_hand)
    assert own_sd(e, np.zeros_like(e, bool), 0.05, RULES)[0] == pytest.approx(0.05)


def test_a_baseline_is_a_ratio_of_sums() -> None:
    shares = np.array([[0.8, 0.8, 0.8, 0.8, 0.8, 0.4]])
    hours = np.array([[1.0, 1.0, 1.0, 1.0, 1.0, 0.5]])
    found = mean_baseline(shares, hours, np.ones_like(shares, bool), RULES)
    assert found.raw_mean[0] == pytest.approx(4.2 / 5.5)


@pytest.mark.parametrize(("n", "has_own"), [(5, False), (6, True)])
def test_a_baseline_needs_six_weeks(n: int, has_own: bool) -> None:
    rng = np.random.default_rng(0)
    shares = np.vstack([rng.normal(0.9, 0.05, 20), rng.normal(0.8, 0.05, 20), np.full(20, 0.5)])
    is_used = np.ones(shares.shape, bool)
    is_used[2, n:] = False
    found = mean_baseline(shares, np.ones(shares.shape), is_used, RULES)
    assert np.isnan(found.raw_mean[2]) == (not has_own)
    assert (found.mean[2] == pytest.approx(found.pooled_mean)) == (not has_own)


def test_nobody_with_enough_weeks_means_no_baseline_at_all() -> None:
    found = mean_baseline(np.full((2, 5), 0.8), np.ones((2, 5)), np.ones((2, 5), bool), RULES)
    assert np.isnan(found.mean).all()
    assert np.isnan(found.sd).all()


def test_a_rate_of_nothing_has_no_baseline() -> None:
    rates = np.array([[0.0] * 8, [10.0, 9, 11, 10, 10, 9, 11, 10]])
    ones = np.ones(rates.shape)
    found = rate_baseline(rates, ones, ones, ones.astype(bool), RULES)
    assert np.isnan(found.raw_mean[0])
    assert found.mean == pytest.approx([found.pooled_mean, 10], rel=1e-6)


def test_more_hours_count_for_more_but_scatter_less_in_a_sprint() -> None:
    rates = np.array([[10.0, 10, 10, 10, 10, 20]])
    hours = np.array([[2.0, 2, 2, 2, 2, 1]])
    found = rate_baseline(rates, hours, hours / 2, np.ones(rates.shape, bool), RULES)
    assert found.raw_mean[0] == pytest.approx(120 / 11)


PARAMETERS = DecisionParameters()


def test_only_weeks_before_the_judged_one_and_before_the_switch_count() -> None:
    shares = [90.0] * 10 + [80.0] * 10 + [50.0] * 12
    panel = build_panel(readings(engineer_history(n_before=20, billable_pct=shares)), incidents(), PARAMETERS)
    known = baselines_by_week(panel, PARAMETERS, [6, 20, 25])
    assert known[6].billable.raw_mean[0] == pytest.approx(0.9)
    assert known[20].billable.raw_mean[0] == pytest.approx(0.85)
    assert known[25] is known[20]


def test_everybody_has_the_weeks_before_the_own_switch() -> None:
    shares = [90.0] * 20 + [50.0] * 12
    early = engineer_history("ana", n_before=20, n_during=12, billable_pct=shares)
    late = engineer_history("ben", n_before=26, n_during=6, billable_pct=shares)
    panel = build_panel(readings(early, late), incidents(), PARAMETERS)
    known = baselines_before(panel, PARAMETERS, 26)
    assert known.billable.raw_mean == pytest.approx([0.9, (20 * 0.9 + 6 * 0.5) / 26])
    assert known.vibes.n.tolist() == [20, 26]
    assert known.velocity.n.tolist() == [10, 13]


def test_a_baseline_reaches_back_52_weeks() -> None:
    shares = [50.0] * 8 + [80.0] * 63
    history = readings(engineer_history(n_before=63, n_during=8, billable_pct=shares))
    panel = build_panel(history, incidents(), PARAMETERS)
    assert panel.is_eligible[0, 8:63].sum() == 52  # three holiday weeks
    assert baselines_before(panel, PARAMETERS, 63).billable.raw_mean[0] == pytest.approx(0.8)
    assert baselines_before(panel, PARAMETERS, 62).billable.raw_mean[0] < 0.8


def test_response_is_measured_in_the_engineers_own_normal_times() -> None:
    rows = [(name, index, factor * 300.0, factor * 5400.0) for index in range(18) for name, factor in _FACTORS.items()]
    rows.append(("ana", 25, 2 * 100.0, 2 * 1800.0))
    rows.append(("ben", 25, 300.0, np.nan))
    histories = [engineer_history(name) for name in _FACTORS]
    panel = build_panel(readings(*histories), incidents(rows), PARAMETERS)
    known = baselines_before(panel, PARAMETERS, 20).response
    late = panel.incidents.week == 25
    factors = np.exp(known.deviations(panel)[late])
    assert factors == pytest.approx([2, 1], rel=0.05)  # drawn a little towards the others


_FACTORS = {"ana": 1 / 3, "ben": 1.0, "chloe": 3.0}
