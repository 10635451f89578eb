"""The few operations on arrays that every estimator needs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.stats import arrays
from transforms.stats.arrays import order_by

values = st.sampled_from([0.0, 1.5, -2.0, 1e300, float("inf"), float("nan")])


@given(st.lists(st.tuples(st.integers(-3, 3), st.integers(0, 4), values, values), max_size=12))
def test_the_order_is_that_of_sorting_by_one_key_after_the_other(rows: list[tuple[int, int, float, float]]) -> None:
    columns = [
        np.array([row[place] for row in rows], dtype=kind) for place, kind in enumerate((int, int, float, float))
    ]
    order = order_by(*columns)
    expected = np.lexsort(columns[::-1])
    for column in columns:
        np.testing.assert_array_equal(column[order], column[expected])
    assert sorted(order.tolist()) == list(range(len(rows)))


def test_keys_too_large_for_one_number_are_sorted_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrays, "_LARGEST", 4)
    assert order_by(np.array([2, 1, 1]), np.array([0.5, 2.5, 1.5])).tolist() == [2, 1, 0]
