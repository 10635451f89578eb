"""Medians within groups."""

from collections.abc import Sequence

import numpy as np
import pytest

from transforms.stats.groups import group_medians

MISSING = float("nan")


def medians(values: Sequence[float], group: Sequence[int], least: int = 1) -> list[float]:
    """Of one column."""
    found = group_medians(np.array([values], dtype=float).T, np.array([group], dtype=np.int64).T, least)
    return [float(value) for value in found[:, 0]]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([3], 3),
        ([3, 5], 4),
        ([9, 3, 5], 5),
        ([9, 3, 5, 6], 5.5),
        ([-9, -3, -5], -5),
        ([7, 7, 1, 1], 4),
    ],
)
def test_the_median_of_one_group(values: Sequence[float], expected: float) -> None:
    assert medians(values, [0] * len(values)) == [expected] * len(values)


@pytest.mark.parametrize(("least", "is_enough"), [(2, True), (3, True), (4, False)])
def test_a_group_needs_so_many_values(least: int, is_enough: bool) -> None:
    assert medians([1, 2, 6], [0, 0, 0], least) == pytest.approx([2.0 if is_enough else MISSING] * 3, nan_ok=True)


def test_a_missing_value_does_not_count_but_learns_the_median() -> None:
    assert medians([MISSING, 2, 6, 4], [0] * 4, least=3) == [4, 4, 4, 4]
    assert medians([MISSING, 2, 6, 4], [0] * 4, least=4) == pytest.approx([MISSING] * 4, nan_ok=True)
    assert medians([MISSING, MISSING], [0, 0]) == pytest.approx([MISSING] * 2, nan_ok=True)


def test_groups_do_not_mix_and_a_negative_one_is_none() -> None:
    found = medians([1, 10, 3, 20, 500, 5, 30], [0, 7, 0, 7, -1, 0, 7])
    assert found == pytest.approx([3, 20, 3, 20, MISSING, 3, 20], nan_ok=True)


def test_each_column_has_its_own_groups() -> None:
    values = np.array([[1.0, 1.0, 1.0], [2.0, 2.0, MISSING], [9.0, 9.0, 9.0]])
    group = np.array([[0, 0, 0], [0, 1, 0], [1, 1, -1]])
    expected = [[1.5, 1.0, 1.0], [1.5, 5.5, 1.0], [9.0, 5.5, MISSING]]
    np.testing.assert_allclose(group_medians(values, group, 1), expected)


def test_nobody_and_no_weeks() -> None:
    assert group_medians(np.zeros((0, 3)), np.zeros((0, 3), dtype=np.int64), 1).shape == (0, 3)
    assert group_medians(np.zeros((2, 0)), np.zeros((2, 0), dtype=np.int64), 1).shape == (2, 0)


def test_arguments_are_left_as_they_were() -> None:
    values, group = np.array([[3.0], [1.0]]), np.zeros((2, 1), dtype=np.int64)
    group_medians(values, group, 1)
    assert values.tolist() == [[3.0], [1.0]]
