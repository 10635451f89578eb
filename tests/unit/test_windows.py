"""Trailing windows over weeks that are not all usable."""

import numpy as np
import pytest

from transforms.stats.windows import Trailing, Window, mean_without_worst, put_together, trailing_window


def window(usable: list[int], *, at: int, size: int = 4, reach: int = 8, earliest: int = 0) -> list[int]:
    n = 12
    flags = np.isin(np.arange(n), usable)[None, :]
    found = trailing_window(flags, np.arange(n)[None, :], np.array([at]), size, reach, np.array([[earliest]]), n)
    return found.index[0, 0][found.is_in[0, 0]].tolist()


def test_a_window_holds_the_last_usable_weeks_oldest_first() -> None:
    assert window([0, 1, 2, 4, 5, 7], at=7) == [2, 4, 5, 7]
    assert window([0, 1, 2, 4, 5, 7], at=6) == [1, 2, 4, 5]


def test_a_window_reaches_back_eight_calendar_weeks_and_no_further() -> None:
    assert window([2, 3, 10], at=10) == [3, 10]  # week 3 is the eighth, counting week 10


def test_a_window_begins_at_the_earliest_week() -> None:
    assert window([4, 5, 6, 7], at=7, earliest=6) == [6, 7]


def test_a_window_may_be_empty() -> None:
    assert window([], at=7) == []
    assert window([9], at=7) == []


def items_before(flags: list[list[bool]], end: list[int], most: int) -> list[list[float]]:
    usable = np.array(flags)
    values = np.arange(usable.size, dtype=float).reshape(usable.shape)
    found = put_together(usable, usable.shape[1], None, values)
    columns, is_used = found.before(np.array(end), most)
    return [row[used].tolist() for row, used in zip(found.values[0][:, columns], is_used, strict=True)]


def test_usable_items_stand_together_in_their_order() -> None:
    flags = [[True, False, True, True], [False, False, False, True]]
    assert items_before(flags, end=[4, 4], most=2) == [[2, 3], [7]]
    assert items_before(flags, end=[4, 4], most=3) == [[0, 2, 3], [7]]


def test_items_before_a_week_leave_that_week_out() -> None:
    flags = [[True, False, True, True], [False, False, False, True]]
    assert items_before(flags, end=[3, 3], most=5) == [[0, 2], []]
    assert items_before(flags, end=[0, 4], most=5) == [[], [7]]
    assert items_before([[False], [False]], end=[1, 1], most=5) == [[], []]


def test_an_item_counts_in_the_week_in_which_it_ends() -> None:
    ends = np.array([[1, 3, 5]])
    found = put_together(np.array([[True, True, True]]), 6, ends, np.array([[10.0, 20.0, 30.0]]))
    columns, is_used = found.before(np.array([5]), 1)
    assert found.values[0][:, columns][is_used].tolist() == [20.0]


def without_worst(values: list[float], weights: list[float], *, worst_is_low: bool = True) -> float:
    grid = np.array([[values]])
    return float(
        mean_without_worst(grid, np.array([[weights]]), np.ones(grid.shape, bool), worst_is_low=worst_is_low)[0, 0]
    )


def test_the_worst_is_what_pulls_most_by_its_weight() -> None:
    # Without 60 at weight 1 the mean is 73.3; without 70 at weight 4 it is 76.7.
    assert without_worst([60, 70, 80, 80], [1, 4, 1, 1]) == pytest.approx(220 / 3)
    assert without_worst([60, 70, 80, 80], [1, 4, 1, 1], worst_is_low=False) == pytest.approx((60 + 280 + 80) / 6)


def test_a_single_item_leaves_nothing_without_it() -> None:
    assert np.isnan(without_worst([60], [1]))


def test_values_outside_the_window_count_for_nothing() -> None:
    found = Window(np.array([[[0, 1]]]), np.array([[[False, True]]]))
    assert found.take(np.array([[5.0, 7.0]])).tolist() == [[[0.0, 7.0]]]
    assert found.count.tolist() == [[1]]
    assert found.oldest.tolist() == [[1]]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("worst_is_low", [True, False])
def test_spans_are_the_windows_by_their_first_item_and_length(seed: int, worst_is_low: bool) -> None:
    rng = np.random.default_rng(seed)
    rows, weeks = 7, 15
    usable = rng.random((rows, weeks)) < rng.choice([0.0, 0.4, 0.8, 1.0], (rows, 1))
    values, weights = rng.normal(0, 1, (2, rows, weeks))
    weights = np.abs(weights)
    judged = np.array([0, 3, 4, 11, 14])
    earliest = rng.integers(0, weeks, (rows, len(judged)))
    size, reach = int(rng.integers(1, 6)), int(rng.integers(1, 9))
    ready = Trailing.of(usable, None, weeks)
    window, span = ready.last(size, judged, reach, earliest), ready.span(size, judged, reach, earliest)
    assert span.count.tolist() == window.count.tolist()
    filled = span.count > 0
    assert span.oldest[filled].tolist() == window.oldest[filled].tolist()
    which = filled & (rng.random(filled.shape) < 0.7)
    kept = np.where(which, np.nan, 0.0)
    for given in (weights, None):
        taken = window.take(np.ones_like(values) if given is None else given)
        expected = mean_without_worst(window.take(values), taken, window.is_in, worst_is_low=worst_is_low)
        found = ready.without_worst(span, which, values, given, worst_is_low=worst_is_low)
        np.testing.assert_allclose(found, np.where(np.isnan(kept), expected, np.nan))


def test_a_row_without_usable_items_has_empty_windows() -> None:
    ready = Trailing.of(np.zeros((2, 3), bool), None, 3)
    span = ready.span(4, np.array([0, 2]), 8, np.zeros((2, 2), dtype=np.int64))
    assert span.count.tolist() == [[0, 0], [0, 0]]
    nothing = np.zeros((2, 2), bool)
    assert np.isnan(ready.without_worst(span, nothing, np.zeros((2, 3)), None, worst_is_low=True)).all()
