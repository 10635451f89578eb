"""Weekly series, and the small drawings made from them."""

import pandas as pd
import pytest

from flows.publish.views import geometry, series

WEEKS = pd.date_range("2026-03-02", periods=12, freq="7D")


def readings(**columns: object) -> pd.DataFrame:
    """Two engineers of one team in the first two weeks, one sprint, everything known."""
    rows = pd.DataFrame(
        {
            "engineer_id": ["ana", "ana", "ben", "ben"],
            "team_id": "atlas",
            "week_start": [*WEEKS[:2], *WEEKS[:2]],
            "available_hours": [40.0, 40.0, 10.0, 40.0],
            "billable_hours": [40.0, 30.0, 0.0, 30.0],
            "is_billable_known": True,
            "sprint_id": 1.0,
            "is_sprint_end": [False, True, False, True],
            "points_completed": [2.0, 6.0, 0.0, 5.0],
            "is_velocity_known": True,
            "vibes": [4.0, None, 2.0, 5.0],
        }
    )
    return rows.assign(**columns)


def test_a_weeks_share_is_a_ratio_of_sums_not_a_mean_of_shares():
    assert series.billable(readings(), "available_hours")["value"].tolist() == [80.0, 75.0]


def test_a_week_whose_hours_are_not_known_is_left_out_not_counted_as_zero():
    partly = readings(is_billable_known=[False, True, True, True])
    assert series.billable(partly, "available_hours")["value"].tolist() == [0.0, 75.0]
    assert series.billable(readings(is_billable_known=False), "available_hours").empty


def test_velocity_stands_at_the_week_in_which_the_whole_sprint_ended():
    found = series.velocity(readings(), "available_hours")
    assert found["week_start"].tolist() == [WEEKS[1]]
    assert found["value"].tolist() == [pytest.approx(40 * 13 / 130)]


def test_points_of_a_week_without_hours_count_in_their_sprint():
    rows = readings(available_hours=[0.0, 0.0, 40.0, 0.0])
    assert series.velocity(rows, "available_hours")["value"].tolist() == [13.0]
    assert series.last_velocity(rows.to_dict("records"), "available_hours") == 13.0
    assert series.velocity(readings(available_hours=0.0), "available_hours").empty
    assert series.last_velocity(readings(available_hours=0.0).to_dict("records"), "available_hours") is None


def test_the_last_velocity_of_a_card_is_the_last_of_the_series():
    rows = readings()
    series_end = series.velocity(rows, "available_hours")["value"].iloc[-1]
    assert series.last_velocity(rows.to_dict("records"), "available_hours") == pytest.approx(series_end)
    assert series.last_velocity(readings(is_sprint_end=False).to_dict("records"), "available_hours") is None
    assert series.last_velocity([], "available_hours") is None


def test_a_sprint_that_has_not_ended_has_no_velocity_yet():
    assert series.velocity(readings(is_sprint_end=False), "available_hours").empty


def test_missing_vibes_are_missing_not_neutral():
    assert series.vibes(readings())["value"].tolist() == [3.0, 5.0]


def test_a_period_weighs_weeks_by_their_hours():
    found = series.billable(readings(), "available_hours")
    assert series.period_mean(found, None, None) == pytest.approx(100 * 100 / 130)
    assert series.period_mean(found, WEEKS[5], None) is None


def test_the_usual_range_needs_six_weeks_before_the_switch():
    weekly = pd.DataFrame({"week_start": WEEKS, "value": range(12), "top": 1.0, "bottom": 1.0})
    assert series.usual_range(weekly, WEEKS[5]) is None
    assert series.usual_range(weekly, WEEKS[6]) == (0.5, 4.5)


def test_a_missing_week_breaks_the_line_and_a_lonely_week_still_shows():
    path = geometry.sparkline([80.0, None, 80.0, 80.0], 76, None, None, "")["path"]
    assert path.count("M") == 2
    assert path.startswith("M0 21.6h.1M160 ")


def test_a_value_outside_the_scale_is_drawn_at_its_edge():
    spark = geometry.sparkline([10.0, 130.0], 76, (70.0, 90.0), 1, "")
    assert spark["path"] == "M0 46L240 2"
    assert spark["band"] == {"y": 11.8, "height": 19.5}
    assert spark["switch"] == 120


def test_the_bar_of_statuses_fills_its_width_and_leaves_out_what_nobody_has():
    bar = geometry.status_bar({"green": 8, "yellow": 3, "red": 0, "unknown": 1})
    assert [part["status"] for part in bar] == ["green", "yellow", "unknown"]
    assert sum(part["width"] for part in bar) == pytest.approx(100, abs=0.02)
    assert geometry.status_bar({}) == []
