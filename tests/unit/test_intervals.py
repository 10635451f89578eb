"""The interval of a mean change: against plain re-computations, and against its own promise."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from transforms.stats import Bools, Floats
from transforms.stats.intervals import (
    Changes,
    Estimate,
    Period,
    SharedWeeks,
    WeekProducts,
    difference_of_changes,
    mean_change,
    own_changes,
    satterthwaite,
    season_weights,
    shared_variance,
)

ASSUMED = SharedWeeks(
    min_share=0.2, memory=0.5, memory_weeks=20, max_memory=0.8, min_correction=0.4, min_degrees_of_freedom=3
)


def grid(seed: int = 1, engineers: int = 6, weeks: int = 40) -> tuple[Floats, Floats, Floats]:
    """Values, and hours before (first half) and during (second half), with some weeks missing."""
    rng = np.random.default_rng(seed)
    values = rng.normal(80, 5, (engineers, weeks)) + rng.normal(0, 2, weeks)
    hours = np.where(rng.random((engineers, weeks)) < 0.15, 0.0, rng.uniform(20, 50, (engineers, weeks)))
    hours[:, 7] = 0.0  # a week in which nobody worked is no week
    is_before = np.arange(weeks) < weeks // 2
    return values, np.where(is_before, hours, 0.0), np.where(is_before, 0.0, hours)


def changes_of(values: Floats, before: Floats, during: Floats, *, is_log: bool = False) -> Changes:
    return own_changes(Period(values, before), Period(values, during), is_log=is_log)


def plain_estimate(groups: list[tuple[Floats, Floats, Floats]]) -> tuple[float, float]:
    """decisions.md, 10.3, one product of two scores at a time: variance and degrees of freedom.

    The second group, if there is one, is taken off.
    """
    between, between_df = [], []
    scores: dict[str, list[tuple[int, list[float]]]] = {"before": [], "during": []}  # of each engineer: group, psi
    for number, (values, before, during) in enumerate(groups):
        sign, size, change = (1 - 2 * number), len(values), []
        for row, *weights in zip(values, before, during, strict=True):
            means = [sum(w * y for w, y in zip(side, row, strict=True)) / sum(side) for side in weights]
            change.append(means[1] - means[0])
            for name, toward, side, mean in zip(scores, (-1, 1), weights, means, strict=True):
                psi = [sign * toward * w / sum(side) * (y - mean) / size for w, y in zip(side, row, strict=True)]
                scores[name].append((number, psi))
        mean = sum(change) / size
        between.append(sum((one - mean) ** 2 for one in change) / (size - 1) / size)
        between_df.append(size - 1)
    weeks_of = {
        name: [t for t in range(len(groups[0][0][0])) if any(g[1 + side][:, t].any() for g in groups)]
        for side, name in enumerate(scores)
    }
    g0 = g1 = whole = 0.0
    for name, of_engineers in scores.items():
        weeks = weeks_of[name]
        for place, t in enumerate(weeks):
            for i, (own, psi) in enumerate(of_engineers):
                for j, (_, other) in enumerate(of_engineers):
                    size = len(groups[own][0])
                    rest = (
                        1 - size / (size - 1) if i == j else 1.0
                    )  # all products, less G / (G - 1) of those with oneself
                    whole += len(weeks) * psi[t] * other[t]
                    g0 += len(weeks) * rest * psi[t] * other[t]
                    if place + 1 < len(weeks):
                        g1 += len(weeks) * rest * psi[t] * other[weeks[place + 1]]
    n, share = sum(len(weeks) for weeks in weeks_of.values()), max(g0 / whole, 0)
    n_e, raw = n * share**2, g1 / g0
    memory = ((n_e * (raw + (1 + 3 * raw) / (n / 2)) if share > 0 else 0) + 20 * 0.5) / (n_e + 20)
    memory = min(max(memory, 0), 0.8)
    gamma = max(g0, 0.2 * whole) / 2
    shared = 0.0
    for weeks in weeks_of.values():
        size = len(weeks)
        inflation = 1 + 2 * sum((1 - k / size) * memory**k for k in range(1, size))
        shared += gamma * inflation / size / max(1 - inflation / size, 0.4)
    shared_df = max(0.5 * n * (1 - memory) / (1 + memory) - 2, 3)
    parts = [*zip(between, between_df, strict=True), (shared, shared_df)]
    variance = sum(between) + shared
    return variance, variance**2 / sum(part**2 / df for part, df in parts)


@pytest.mark.parametrize("seed", range(6))
def test_variance_and_degrees_of_freedom_are_those_of_the_plain_recomputation(seed: int) -> None:
    group = grid(seed)
    found = mean_change(changes_of(*group), ASSUMED)
    assert (found.variance, found.degrees_of_freedom) == pytest.approx(plain_estimate([group]))


@pytest.mark.parametrize("seed", range(4))
def test_so_are_those_of_a_difference_of_two_groups(seed: int) -> None:
    shock = np.random.default_rng(seed).normal(0, 6, 40)
    groups = [(values + shock, *hours) for values, *hours in (grid(seed, 5), grid(seed + 50, 7))]
    found = difference_of_changes(changes_of(*groups[0]), changes_of(*groups[1]), ASSUMED)
    assert (found.variance, found.degrees_of_freedom) == pytest.approx(plain_estimate(groups))


def products(*, whole: float = 1.0, shared: float, lagged: float = 0.0, n: int = 26) -> list[WeekProducts]:
    return [WeekProducts(n, whole, shared, lagged)] * 2


@pytest.mark.parametrize(("shared", "counted"), [(0.5, 0.5), (0.21, 0.21), (0.19, 0.2), (0.0, 0.2), (-0.3, 0.2)])
def test_at_least_a_fifth_of_what_weeks_do_is_taken_as_shared(shared: float, counted: float) -> None:
    assumed = replace(ASSUMED, memory_weeks=1e12)  # memory 0.5 whatever the data say
    found, _ = shared_variance(products(shared=shared), assumed)
    inflation = 1 + 2 * sum((1 - k / 26) * 0.5**k for k in range(1, 26))
    assert found == pytest.approx(2 * counted * inflation / 26 / (1 - inflation / 26))


def test_without_anything_shared_a_week_is_taken_to_linger_as_assumed() -> None:
    assert shared_variance(products(shared=0.0, lagged=0.9), ASSUMED) == shared_variance(
        products(shared=-0.4, lagged=-0.9), ASSUMED
    )


def test_the_memory_of_the_data_widens_or_narrows_within_its_bounds() -> None:
    found = [shared_variance(products(shared=0.9, lagged=lagged), ASSUMED) for lagged in (-0.9, 0.0, 0.3, 0.6, 0.9)]
    variances, freedom = zip(*found, strict=True)
    assert list(variances) == sorted(variances)
    assert list(freedom) == sorted(freedom, reverse=True)
    most = replace(ASSUMED, max_memory=0.5)
    assert shared_variance(products(shared=0.9, lagged=0.9), most)[0] < variances[-1]


def test_periods_without_any_scatter_have_no_variance() -> None:
    assert shared_variance(products(whole=0.0, shared=0.0), ASSUMED)[0] == 0
    assert shared_variance([WeekProducts(0, 0.0, 0.0, 0.0)] * 2, ASSUMED) == (0.0, 3.0)


def test_means_are_ratios_of_sums_and_the_change_is_their_mean_difference() -> None:
    share = np.array([[0.5, 1.0, 0.8, 7.0], [0.9, 0.9, 0.6, 0.4]])
    before, during = np.array([[40.0, 10, 0, 0], [20, 20, 0, 0]]), np.array([[0.0, 0, 30, 0], [0, 0, 10, 30]])
    found = changes_of(share, before, during)
    assert found.before == pytest.approx([(20 + 10) / 50, 0.9])
    assert found.during == pytest.approx([0.8, (6 + 12) / 40])
    assert mean_change(found, ASSUMED).value == pytest.approx((0.2 - 0.45) / 2)


def test_a_week_without_weight_does_not_move_anything_whatever_its_value() -> None:
    values, before, during = grid()
    other = np.where(before + during > 0, values, 1e6)
    assert mean_change(changes_of(other, before, during), ASSUMED) == mean_change(
        changes_of(values, before, during), ASSUMED
    )


def test_scores_of_a_log_change_are_how_far_each_week_moves_it() -> None:
    values, before, during = grid(engineers=2)
    found = changes_of(values, before, during, is_log=True)
    assert found.change == pytest.approx(np.log(found.during / found.before))
    for week in (3, 30):
        nudged = values.copy()
        nudged[0, week] += 1e-4
        moved = changes_of(nudged, before, during, is_log=True).change[0] - found.change[0]
        side, scores = (before, found.before_scores.moved) if week == 3 else (during, found.during_scores.moved)
        mean = found.before[0] if week == 3 else found.during[0]
        assert side[0, week] > 0
        assert scores[0, week] / (values[0, week] - mean) == pytest.approx(moved / 1e-4, rel=1e-4)


def test_scores_of_each_engineer_and_period_sum_to_nothing() -> None:
    found = changes_of(*grid())
    assert found.before_scores.moved.sum(axis=1) == pytest.approx(np.zeros(6), abs=1e-12)
    assert found.during_scores.moved.sum(axis=1) == pytest.approx(np.zeros(6), abs=1e-12)


def test_a_shock_that_all_share_widens_the_interval() -> None:
    values, before, during = grid(engineers=20)
    shock = np.random.default_rng(9).normal(0, 6, values.shape[1])
    calm = mean_change(changes_of(values, before, during), ASSUMED)
    shaken = mean_change(changes_of(values + shock, before, during), ASSUMED)
    assert shaken.standard_error > 1.5 * calm.standard_error


def test_weeks_that_both_groups_share_cancel_in_the_difference() -> None:
    shock = np.random.default_rng(9).normal(0, 20, 40)
    own, others = (grid(seed, engineers=10) for seed in (1, 2))
    changes = [changes_of(group[0] + shock, *group[1:]) for group in (own, others)]
    alone = mean_change(changes[0], ASSUMED)
    difference = difference_of_changes(changes[0], changes[1], ASSUMED)
    assert difference.value == pytest.approx(changes[0].change.mean() - changes[1].change.mean())
    assert difference.standard_error < alone.standard_error
    assert difference.n == 10


def test_degrees_of_freedom_follow_satterthwaite() -> None:
    assert satterthwaite([2.0, 0.0], [9, 3]) == pytest.approx(9)
    assert satterthwaite([1.0, 1.0], [10, 10]) == pytest.approx(20)
    assert satterthwaite([3.0, 1.0], [23, 8.4]) == pytest.approx(16 / (9 / 23 + 1 / 8.4))
    assert satterthwaite([0.0, 0.0], [5, 3]) == 3


def test_the_interval_is_students() -> None:
    low, high = Estimate(1.0, 4.0, 9.0, 10).interval(0.95)
    assert (low, high) == pytest.approx((1 - 2 * 2.2621572, 1 + 2 * 2.2621572))
    assert Estimate(1.0, 4.0, 9.0, 10).probability_below(-1.0) == pytest.approx(stats.t.cdf(-1, 9))


def test_an_estimate_without_scatter_is_certain() -> None:
    sure = Estimate(-2.0, 0.0, 5.0, 6)
    assert sure.interval(0.95) == (-2.0, -2.0)
    assert (sure.probability_below(-3.0), sure.probability_below(-1.0)) == (0.0, 1.0)


def flags(*weeks: int, n: int = 8) -> Bools:
    return np.isin(np.arange(n), weeks)


def test_weeks_before_are_weighted_to_the_months_during() -> None:
    month = np.array([5, 5, 6, 6, 5, 6, 6, 6])
    weight = season_weights(month, flags(0, 1, 2, 3), flags(4, 5, 6, 7))
    # May is a quarter of the weeks during: 2 weeks before share 1/4 of the weight, June's 2 weeks 3/4.
    assert weight is not None
    assert weight == pytest.approx([0.5, 0.5, 1.5, 1.5, 0, 0, 0, 0])


def test_a_month_without_weeks_before_cannot_be_separated() -> None:
    month = np.array([5, 5, 6, 6, 5, 6, 7, 7])
    assert season_weights(month, flags(0, 1, 2, 3), flags(4, 5, 6)) is None
    assert season_weights(month, flags(0, 1), flags()) is None


def simulated(rng: np.random.Generator, engineers: int, weeks: int) -> Changes:
    """A world without change: own noise with memory 0.25, a shared shock with memory 0.4, an own harmless drift."""
    values = 82 + 5.5 * memory(rng, (engineers, 2 * weeks), 0.25) + memory(rng, (1, 2 * weeks), 0.4)
    during = np.arange(2 * weeks) >= weeks
    values = values + rng.normal(0, 1, (engineers, 1)) * during
    hours = rng.uniform(30, 45, values.shape)
    return changes_of(values, np.where(during, 0.0, hours), np.where(during, hours, 0.0))


def memory(rng: np.random.Generator, shape: tuple[int, int], rho: float) -> Floats:
    noise = rng.normal(size=shape)
    for week in range(1, shape[1]):
        noise[:, week] = rho * noise[:, week - 1] + np.sqrt(1 - rho**2) * noise[:, week]
    return noise


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    """24 engineers, 26 + 26 weeks. Naive intervals hold it in 74 %."""
    rng = np.random.default_rng(11)
    held = []
    for _ in range(300):
        low, high = mean_change(simulated(rng, 24, 26), ASSUMED).interval(0.95)
        held.append(low <= 0 <= high)
    assert 0.88 <= np.mean(held) <= 0.985
