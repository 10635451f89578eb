"""Readings as arrays: which weeks and sprints windows may be made of."""

import numpy as np
import pandas as pd
import pytest

from tests.builders.decisions import engineer_history, incidents, readings, week
from transforms.panel import Panel, build_panel, holiday_weeks
from transforms.parameters import DecisionParameters, HolidayWeeks
from transforms.schemas.readings import Readings
from transforms.schemas.registry import conform, empty

RULES = DecisionParameters()


def panel_of(*histories: pd.DataFrame, rows: list[tuple[str, int, float, float]] | None = None) -> Panel:
    return build_panel(readings(*histories), incidents(rows or []), RULES)


@pytest.mark.parametrize(
    ("worked", "contract", "is_eligible"),
    [(16.0, 40.0, True), (15.99, 40.0, False), (16.01, 40.0, True), (8.0, 20.0, True), (7.99, 20.0, False)],
)
def test_a_week_counts_from_40_percent_of_the_contract_worked(
    worked: float, contract: float, is_eligible: bool
) -> None:
    history = engineer_history(changes={9: {"worked_hours": worked, "contract_hours": contract}})
    assert panel_of(history).is_eligible[0, 9] == is_eligible


def test_a_week_without_known_hours_does_not_count() -> None:
    changes = {
        7: {"is_billable_known": False},
        8: {"worked_hours": np.nan},
        9: {"billable_hours": np.nan},
        10: {"contract_hours": 0.0, "worked_hours": 0.0},
    }
    panel = panel_of(engineer_history(changes=changes))
    assert panel.is_eligible[0, 6:12].tolist() == [True, False, False, False, False, True]
    assert panel.is_billable_known[0, 6:12].tolist() == [True, False, False, False, True, True]


@pytest.mark.parametrize(
    ("monday", "is_holiday"),
    [
        ("2026-11-16", False),
        ("2026-11-23", True),  # Thanksgiving is 26 November 2026
        ("2026-11-30", False),
        ("2026-12-14", False),
        ("2026-12-21", True),  # holds 24 December
        ("2026-12-28", True),  # holds 1 January
        ("2027-01-04", False),
        ("2025-11-24", True),  # 27 November 2025
        ("2023-12-18", True),  # its Sunday is 24 December
        ("2024-01-01", True),  # its Monday is 1 January
    ],
)
def test_thanksgiving_and_the_turn_of_the_year_are_holiday_weeks(monday: str, is_holiday: bool) -> None:
    assert holiday_weeks(pd.DatetimeIndex([monday]), HolidayWeeks()).tolist() == [is_holiday]


def test_holiday_weeks_are_configuration() -> None:
    assert not holiday_weeks(pd.DatetimeIndex(["2026-11-23", "2026-12-28"]), HolidayWeeks(False, ())).any()


def test_the_first_six_weeks_of_a_new_hire_do_not_count() -> None:
    panel = panel_of(engineer_history("ana"), engineer_history("ben", joined=10))
    assert panel.is_eligible[0, 0]  # ana was there when the history began
    assert panel.is_eligible[1, 8:18].tolist() == [False] * 8 + [True] * 2


def test_the_switch_is_the_first_week_on_4x10() -> None:
    panel = panel_of(engineer_history("ana", n_before=20), engineer_history("ben", n_before=32, n_during=0))
    assert panel.switch.tolist() == [20, 32]
    assert panel.weeks_since_switch[0, 19:22].tolist() == [-1, 0, 1]


@pytest.mark.parametrize(
    ("changes", "is_usable"),
    [
        ({}, True),
        ({9: {"points_completed": np.nan}}, False),
        ({9: {"is_velocity_known": False}}, False),
        ({8: {"worked_hours": 0.0}, 9: {"worked_hours": 32.0}}, True),  # 40 % of 80 hours
        ({8: {"worked_hours": 0.0}, 9: {"worked_hours": 31.99}}, False),
    ],
)
def test_a_sprint_counts_if_it_is_known_and_enough_was_worked(
    changes: dict[int, dict[str, object]], is_usable: bool
) -> None:
    assert panel_of(engineer_history(changes=changes)).sprints.is_usable[0, 4] == is_usable


def test_a_sprint_across_the_switch_counts_on_neither_side() -> None:
    panel = panel_of(engineer_history(n_before=19))  # weeks 18 and 19 are one sprint
    assert panel.sprints.is_usable[0, 8:11].tolist() == [True, False, True]


def test_a_sprint_that_runs_or_that_one_joined_late_does_not_count() -> None:
    panel = panel_of(engineer_history("ana", n_during=11), engineer_history("ben", joined=9, n_during=11))
    assert panel.sprints.is_usable[0, -1].item() is False  # week 30 begins a sprint that has not ended
    assert panel.sprints.last_week[1, :5].tolist() == [9, 11, 13, 15, 17]
    assert panel.sprints.is_usable[1, :5].tolist() == [False, False, False, False, True]  # 4 while new


def test_a_sprint_whose_beginning_lies_before_the_history_does_not_count() -> None:
    history = engineer_history().assign(sprint_id=lambda rows: (np.arange(len(rows)) + 1) // 2)
    history["is_sprint_end"] = np.arange(len(history)) % 2 == 0
    assert panel_of(history).sprints.is_usable[0, :3].tolist() == [False, True, True]


def test_a_holiday_week_takes_its_sprint_with_it() -> None:
    panel = panel_of(engineer_history(n_during=30))
    thanksgiving = int(np.flatnonzero(panel.is_holiday_week)[0])
    is_hit = panel.sprints.last_week[0] == thanksgiving + (1 - thanksgiving % 2)
    assert panel.sprints.is_usable[0, is_hit].tolist() == [False]


def test_denominators_follow_the_parameters() -> None:
    history = readings(engineer_history(leave_hours=8.0, worked_hours=30.0))
    logged = DecisionParameters(billable_denominator="logged", velocity_denominator="logged")
    panel = build_panel(history, incidents(), logged)
    assert panel.billable_denominator_hours[0, 0] == 30
    assert panel.sprints.hours[0, 0] == 60
    panel = build_panel(history, incidents(), RULES)
    assert panel.billable_denominator_hours[0, 0] == 32
    assert panel.sprints.hours[0, 0] == 64


def test_incidents_without_a_place_or_of_an_incomplete_week_are_left_out() -> None:
    rows = [("ana", 3, 60.0, 600.0), ("zoe", 3, 60.0, 600.0), ("ana", 99, 60.0, 600.0), ("ana", 4, 60.0, 600.0)]
    panel = panel_of(engineer_history(changes={4: {"is_response_known": False}}), rows=rows)
    assert panel.incidents.week.tolist() == [3]
    assert np.exp(panel.incidents.log_resolve).tolist() == pytest.approx([600])


def test_an_incident_without_any_time_says_nothing() -> None:
    assert not len(panel_of(engineer_history(), rows=[("ana", 3, np.nan, np.nan)]).incidents.week)


def test_the_order_of_rows_does_not_matter() -> None:
    rows = [("ana", 3, 60.0, 600.0), ("ana", 3, 50.0, 600.0), ("ben", 2, 60.0, np.nan)]
    table = readings(engineer_history("ana"), engineer_history("ben", joined=4))
    one = build_panel(table, incidents(rows), RULES)
    other = build_panel(table.sample(frac=1, random_state=3), incidents(rows[::-1]), RULES)
    for name, values in vars(one).items():
        if isinstance(values, np.ndarray):
            np.testing.assert_array_equal(values, getattr(other, name))
    np.testing.assert_array_equal(one.incidents.log_acknowledge, other.incidents.log_acknowledge)
    np.testing.assert_array_equal(one.sprints.points, other.sprints.points)


def test_the_histories_of_these_tests_are_readings() -> None:
    table = readings(engineer_history("ana"), engineer_history("ben", joined=4))
    pd.testing.assert_frame_equal(conform(table, Readings), table)


def test_no_readings_make_an_empty_panel() -> None:
    panel = build_panel(empty(Readings), incidents(), RULES)
    assert (panel.n_engineers, panel.n_weeks) == (0, 0)


def test_weeks_that_are_not_mondays_are_our_own_bug() -> None:
    table = readings(engineer_history())
    table.loc[3, "week_start"] = week(3) + pd.Timedelta(days=1)
    with pytest.raises(AssertionError, match="fall off the grid"):
        build_panel(table, incidents(), RULES)
