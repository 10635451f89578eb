"""Rows of any table on the engineer-weeks of the readings."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.builders.facts import day
from transforms.metrics.grid import Grid, GridRows

W44, W45, W46 = "2026-10-26", "2026-11-02", "2026-11-09"
# Ben joins in the second week, so the grid has a hole; the order is not that of the names.
CELLS = [("cid", W44), ("cid", W45), ("ana", W44), ("ana", W45), ("ben", W45)]


def table(*rows: tuple[str, str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "engineer_id": pd.Series([who for who, _ in rows], dtype="str"),
            "week_start": pd.Series([day(week) for _, week in rows], dtype="datetime64[us]"),
        }
    )


def placed(*rows: tuple[str, str]) -> GridRows:
    return Grid.of(table(*CELLS)).rows(table(*rows))


def same(found: Any, expected: list[float]) -> bool:
    return np.array_equal(found, expected, equal_nan=True)


def test_each_row_counts_in_its_own_engineer_week():
    assert same(placed(("ana", W45), ("cid", W44), ("ana", W45)).count(), [1, 0, 0, 2, 0])


def test_the_engineer_weeks_keep_the_order_in_which_they_were_given():
    grid = Grid.of(table(*CELLS))
    told = list(zip(grid.engineer_ids[grid.engineer], grid.week_starts[grid.week], strict=True))
    assert told == [(who, day(week)) for who, week in CELLS]
    assert len(grid) == 5


@pytest.mark.parametrize(
    "row",
    [("ben", W44), ("zoe", W45), ("ana", W46), ("ana", "2026-10-19"), ("(unassigned)", W46)],
    ids=["not employed that week", "nobody", "a later week", "an earlier week", "neither"],
)
def test_rows_outside_of_the_grid_count_nowhere(row: tuple[str, str]):
    there = placed(row, ("ana", W44))
    assert same(there.count(), [0, 0, 1, 0, 0])
    assert same(there.sum(np.array([8.0, 5.0])), [0, 0, 5, 0, 0])
    assert same(there.mean(np.array([8.0, 5.0])), [np.nan, np.nan, 5, np.nan, np.nan])
    assert same(there.median(np.array([8.0, 5.0])), [np.nan, np.nan, 5, np.nan, np.nan])


def test_a_flag_says_which_rows_count():
    there = placed(("ana", W45), ("ana", W45), ("ben", W45), ("cid", W44))
    flags = pd.Series([True, False, False, True])
    assert same(there.count(flags), [1, 0, 0, 1, 0])
    assert same(there.any(flags), [True, False, False, True, False])
    assert same(there.any(), [True, False, False, True, True])


def test_sums_are_0_without_rows_and_take_negative_values():
    there = placed(("ana", W44), ("ana", W44), ("ben", W45))
    assert same(there.sum(pd.Series([5.0, -2.0, 1.5])), [0, 0, 3, 0, 1.5])


def test_means_leave_out_missing_values():
    there = placed(("ana", W44), ("ana", W44), ("ana", W44), ("ben", W45))
    assert same(there.mean(pd.Series([3.0, np.nan, 4.0, np.nan])), [np.nan, np.nan, 3.5, np.nan, np.nan])


def test_the_mean_of_zeros_is_0():
    assert same(placed(("ana", W44)).mean(np.array([0.0])), [np.nan, np.nan, 0, np.nan, np.nan])


@pytest.mark.parametrize(
    ("values", "expected"),
    [([7], 7), ([900, 100], 500), ([900, 100, 300], 300), ([1, 9, 4, 2], 3), ([np.nan, 5, np.nan], 5)],
)
def test_medians_are_those_of_the_values_that_are_there(values: list[float], expected: float):
    # Others before and after on the grid, so that a median may not take from its neighbours.
    rows = [("cid", W45), *[("ana", W44)] * len(values), ("ana", W45)]
    given = np.array([1000.0, *values, 2000.0])
    assert same(placed(*rows).median(given), [np.nan, 1000, expected, 2000, np.nan])
    assert same(placed(*rows[::-1]).median(given[::-1]), [np.nan, 1000, expected, 2000, np.nan])


def test_medians_are_missing_without_any_value():
    assert np.isnan(placed(("ana", W44)).median(np.array([np.nan]))).all()


def test_columns_go_by_position_whatever_the_index_of_the_table():
    rows = table(("zoe", W44), ("ana", W44), ("ben", W45)).iloc[1:]
    hours = pd.Series([99.0, 8.0, 3.0]).iloc[1:]
    assert same(Grid.of(table(*CELLS)).rows(rows).sum(hours), [0, 0, 8, 0, 3])


def test_a_table_without_rows_and_a_grid_without_engineer_weeks():
    there = placed()
    nothing = np.zeros(0)
    assert same(there.count(), [0] * 5)
    assert same(there.sum(nothing), [0] * 5)
    assert np.isnan(there.median(nothing)).all()
    nowhere = Grid.of(table()).rows(table(("ana", W44)))
    assert len(nowhere.count()) == len(nowhere.sum(np.ones(1))) == len(nowhere.median(np.ones(1))) == 0
