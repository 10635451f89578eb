"""Many tests at once, and the peers' median."""

import numpy as np
import pytest
from scipy import stats

from transforms.stats import Floats
from transforms.stats.multiplicity import benjamini_hochberg, combined_p, combined_strength, others_median


def p_of(z: Floats) -> Floats:
    return combined_p(z, combined_strength(z, -1, 4))


def test_adjusted_p_values_are_those_of_benjamini_and_hochberg() -> None:
    p = np.array([0.01, 0.5, 0.04, 0.03, 0.005])
    assert benjamini_hochberg(p) == pytest.approx([0.025, 0.5, 0.05, 0.05, 0.025])
    assert benjamini_hochberg(p) == pytest.approx(stats.false_discovery_control(p))


def test_adjusted_p_values_keep_the_order_and_never_exceed_one() -> None:
    p = np.random.default_rng(1).random(50)
    q = benjamini_hochberg(p)
    assert (np.diff(q[np.argsort(p)]) >= 0).all()
    assert q.max() <= 1
    assert (q >= p).all()


def test_nobody_to_review_is_no_error() -> None:
    assert benjamini_hochberg(np.array([])).tolist() == []


def test_one_strong_value_counts_by_bonferroni_several_weak_ones_by_stouffer() -> None:
    strong, weak = np.array([[4.0, 0.0, 0.0, np.nan]]), np.array([[1.7, 1.7, 1.7, np.nan]])
    assert p_of(strong) == pytest.approx([2 * 3 * stats.norm.sf(4)])
    assert p_of(weak) == pytest.approx([2 * stats.norm.sf(3 * 1.7 / np.sqrt(3))])


def test_without_data_the_p_value_is_one() -> None:
    assert p_of(np.full((2, 4), np.nan)).tolist() == [1.0, 1.0]


def test_improvement_is_no_evidence() -> None:
    assert p_of(np.array([[-3.0, -2.0]])) == pytest.approx([1.0])


def test_in_the_strength_of_all_together_each_value_counts_within_its_bounds() -> None:
    z = np.array([[9.0, 1.0, np.nan], [3.0, -5.0, np.nan], [2.0, np.nan, np.nan], [np.nan] * 3])
    found = combined_strength(z, -1, 4)
    assert found[:3] == pytest.approx([5 / np.sqrt(2), 2 / np.sqrt(2), 2.0])
    assert np.isnan(found[3])


@pytest.mark.parametrize("seed", range(5))
def test_the_median_of_the_others_is_theirs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=30).round(1)  # with ties
    values[rng.random(30) < 0.2] = np.nan
    group = rng.integers(-1, 4, 30)
    found = others_median(np.column_stack([-values, values]), group, min_others=3)[:, 1]
    for one in range(30):
        others = [values[i] for i in range(30) if i != one and group[i] == group[one] and not np.isnan(values[i])]
        expected = np.median(others) if len(others) >= 3 and group[one] >= 0 else np.nan
        assert found[one] == pytest.approx(expected, nan_ok=True)


def test_with_too_few_others_there_is_no_median() -> None:
    group = np.zeros(5, dtype=np.int64)
    assert np.isnan(others_median(np.arange(5.0)[:, None], group, min_others=5)).all()
    assert not np.isnan(others_median(np.arange(6.0)[:, None], np.zeros(6, dtype=np.int64), min_others=5)).any()


def test_nobody_in_a_group_is_no_error() -> None:
    assert np.isnan(others_median(np.ones((3, 2)), np.full(3, -1), min_others=2)).all()
    assert others_median(np.ones((0, 2)), np.zeros(0, dtype=np.int64), min_others=2).shape == (0, 2)
