"""A month against the weeks before: ratios of sums, for everybody, teams and engineers."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.builders.decisions import engineer_history, incidents, readings, week
from transforms.monthly import monthly_summary
from transforms.parameters import DecisionParameters

RULES = DecisionParameters()
N_BEFORE = 8  # the weeks of 5 January to 23 February 2026; 4x10 from 2 March
SWITCH = week(N_BEFORE)
NO_CALLS = incidents()


def history(engineer_id: str = "ana", **given: Any) -> pd.DataFrame:
    return engineer_history(engineer_id, n_before=N_BEFORE, **({"n_during": 10, "billable_pct": (80.0,)} | given))


def summary(*histories: pd.DataFrame, month: str = "2026-03", calls: pd.DataFrame = NO_CALLS) -> pd.DataFrame:
    return monthly_summary(readings(*histories), calls, month, SWITCH, RULES)


def value(table: pd.DataFrame, metric: str, scope: str = "all") -> dict[str, Any]:
    (row,) = table[(table["metric"] == metric) & (table["scope"] == scope)].to_dict("records")
    return row


def test_there_is_a_row_for_everybody_each_team_and_each_engineer_and_metric() -> None:
    table = summary(history("ben", team_id="beacon"), history("ana", team_id="atlas"), history("cleo", team_id="atlas"))
    scopes = ["all", "team:atlas", "team:beacon", "engineer:ana", "engineer:ben", "engineer:cleo"]
    assert table["scope"].tolist() == [scope for scope in scopes for _ in range(4)]
    assert table["metric"].tolist() == 6 * ["billable", "velocity", "response", "vibes"]
    assert set(table["month"]) == {"2026-03"}


def test_a_share_is_a_ratio_of_sums_not_a_mean_of_weeks() -> None:
    short_week = {N_BEFORE + 1: {"leave_hours": 30.0, "worked_hours": 10.0, "billable_hours": 0.0}}
    row = value(summary(history(changes=short_week)), "billable")
    assert row["during"] == pytest.approx(100 * 3 * 32 / (3 * 40 + 10))  # the last week of March belongs to April
    assert row["before"] == pytest.approx(80)
    assert row["change"] == pytest.approx(row["during"] - 80)
    assert row["n_weeks"] == 4


def test_the_denominator_is_the_configured_one() -> None:
    logged = {index: {"worked_hours": 36.0} for index in range(18)}
    rows = readings(history(changes=logged))
    by_logged = DecisionParameters(billable_denominator="logged")
    found = monthly_summary(rows, NO_CALLS, "2026-03", SWITCH, by_logged)
    assert value(found, "billable")["during"] == pytest.approx(100 * 32 / 36)


def test_a_month_holds_the_weeks_whose_thursday_it_holds() -> None:
    april = {N_BEFORE + 4: {"billable_pct": 10.0}}  # Monday 30 March, Thursday 2 April
    assert value(summary(history(changes=april)), "billable")["during"] == pytest.approx(80)
    assert value(summary(history(changes=april), month="2026-04"), "billable")["during"] < 80


def test_weeks_whose_hours_are_unknown_are_left_out() -> None:
    unknown = {N_BEFORE + 1: {"is_billable_known": False, "billable_hours": 0.0}}
    row = value(summary(history(changes=unknown)), "billable")
    assert (row["during"], row["n_weeks"]) == (pytest.approx(80), 3)


def test_a_sprint_counts_whole_in_the_month_in_which_it_ends() -> None:
    # Sprints end with every second week: 9 March, 23 March in March. 10 points in the second week, none in the first.
    row = value(summary(history()), "velocity")
    assert row["during"] == pytest.approx(10 * 40 / 80)
    assert row["change"] == pytest.approx(0)
    slower = {N_BEFORE + 3: {"points_completed": 5.0}}
    assert value(summary(history(changes=slower)), "velocity")["change"] == pytest.approx(-25)


def test_a_sprint_across_the_switch_counts_on_neither_side() -> None:
    across = {
        N_BEFORE - 1: {"sprint_id": 99.0, "is_sprint_end": False, "points_completed": 500.0},
        N_BEFORE: {"sprint_id": 99.0, "is_sprint_end": True, "points_completed": 500.0},
        N_BEFORE - 2: {"is_sprint_end": True},
    }
    row = value(summary(history(changes=across)), "velocity")
    # Before: three sprints with 10 points and the week that is left of the fourth; during likewise.
    assert row["before"] == pytest.approx(40 * 30 / (3 * 80 + 40))
    assert row["during"] == pytest.approx(40 * 20 / (80 + 40))


def test_response_compares_geometric_means_of_both_parts() -> None:
    calls = incidents([("ana", 1, 100, 1000), ("ana", 2, 400, 4000), ("ana", N_BEFORE, 800, 8000)])
    row = value(summary(history(), calls=calls), "response")
    assert row["before"] == pytest.approx(np.sqrt(200 * 2000))
    assert row["change"] == pytest.approx(4)
    assert row["n_weeks"] == 1


def test_a_part_that_only_one_side_has_is_not_compared() -> None:
    calls = incidents([("ana", 1, 100, 1000), ("ana", N_BEFORE, 200, np.nan)])
    row = value(summary(history(), calls=calls), "response")
    assert (row["before"], row["during"], row["change"]) == pytest.approx((100, 200, 2))


def test_without_calls_response_is_missing_not_zero() -> None:
    row = value(summary(history()), "response")
    assert np.isnan([row["before"], row["during"], row["change"]]).all()
    assert row["n_weeks"] == 0


def test_vibes_are_a_mean_of_the_weeks_that_have_them() -> None:
    changes = {N_BEFORE: {"vibes": 2.0}, N_BEFORE + 1: {"vibes": np.nan}}
    row = value(summary(history(changes=changes)), "vibes")
    assert (row["during"], row["n_weeks"]) == (pytest.approx((2 + 4 + 4) / 3), 3)


def test_who_was_hired_onto_4x10_has_no_before() -> None:
    table = summary(history(), history("new", joined=N_BEFORE + 1))
    row = value(table, "billable", "engineer:new")
    assert row["during"] == pytest.approx(80)
    assert np.isnan([row["before"], row["change"]]).all()
    assert value(table, "billable")["n_weeks"] == 4 + 3


def test_a_leaver_of_earlier_months_is_neither_listed_nor_counted_before() -> None:
    left = history("left", n_during=2, billable_pct=(10.0,))
    table = summary(history(), left, month="2026-04")
    assert "engineer:left" not in set(table["scope"])
    assert value(table, "billable")["before"] == pytest.approx(80)


def test_weeks_back_on_5x8_are_on_neither_side() -> None:
    back = {index: {"schedule": "5x8", "billable_pct": 10.0} for index in range(N_BEFORE + 2, 18)}
    row = value(summary(history(changes=back)), "billable")
    assert (row["before"], row["during"], row["n_weeks"]) == (pytest.approx(80), pytest.approx(80), 2)


def test_a_month_before_the_switch_has_no_rows() -> None:
    assert summary(history(), month="2026-02").empty


def test_an_engineer_counts_in_the_newest_team() -> None:
    moved = {index: {"team_id": "beacon"} for index in range(N_BEFORE + 2, 18)}
    table = summary(history(changes=moved))
    assert set(table["scope"]) == {"all", "team:beacon", "engineer:ana"}
    assert value(table, "billable", "team:beacon")["n_weeks"] == 4


def test_the_order_of_rows_does_not_matter() -> None:
    rows = readings(history(), history("ben", billable_pct=(70.0, 75.0)))
    calls = incidents([("ana", 1, 100, 1000), ("ben", N_BEFORE, 200, 100), ("ben", 2, 300, 500)])
    mixed = [frame.sample(frac=1, random_state=4) for frame in (rows, calls)]
    found = [monthly_summary(*frames, "2026-03", SWITCH, RULES) for frames in ((rows, calls), mixed)]
    pd.testing.assert_frame_equal(*found)
