"""Who is there in a simulated world, and the hours that follow from it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from flows.simulation.constants import People
from flows.simulation.world import World
from tests.builders.simulated import OnGrid, drawn

MANY = World(engineers=720, teams=30)
ALWAYS_THERE = People(
    part_time_share=0,
    hired_share=0,
    leaver_share=0,
    leave_share=0,
    christmas_leave_share=0,
    sick_share=0,
    logged_sd=0,
)


@pytest.fixture(scope="module")
def many() -> OnGrid:
    return drawn(MANY)


def test_hours_add_up_in_every_week(many: OnGrid) -> None:
    weekly = many.simulated.weekly
    available = weekly["contract_hours"] - weekly["holiday_hours"] - weekly["leave_hours"]
    assert (available >= 0).all()
    assert ((weekly["worked_hours"] == 0) == (available == 0)).all()
    assert weekly["billable_hours"].between(0, weekly["worked_hours"]).all()
    assert (4 * weekly[["worked_hours", "billable_hours"]] % 1 == 0).all(axis=None)
    assert (weekly["worked_hours"] / available.where(available > 0)).mean() == pytest.approx(1, abs=0.005)


def test_one_in_ten_works_part_time_under_either_schedule(many: OnGrid) -> None:
    contract = many.simulated.weekly.groupby("engineer_id")["contract_hours"]
    assert (contract.min() == contract.max()).all()
    assert (contract.first() < 40).mean() == pytest.approx(0.1, abs=0.025)
    assert set(contract.first()) == {20.0, 30.0, 40.0}


def test_the_switch_is_the_same_week_for_all(many: OnGrid) -> None:
    weekly = many.simulated.weekly
    is_during = weekly["week_start"] >= pd.Timestamp("2026-04-06")
    assert many.simulated.switch_week == pd.Timestamp("2026-04-06")
    assert (weekly["schedule"] == np.where(is_during, "4x10", "5x8")).all()


def test_thanksgiving_and_christmas_are_kept_on_both_sides() -> None:
    grid = drawn(World(people=ALWAYS_THERE))
    holiday = np.nanmedian(grid.of("holiday_hours"), axis=0)
    # Thanksgiving and Christmas of 2025 fall on Thursdays of 8 hours, Thanksgiving of 2026 on one of 10.
    assert holiday[[7, 11, 59]].tolist() == [8, 8, 10]


def test_a_holiday_on_the_day_off_takes_no_hours() -> None:
    monday, friday = (drawn(World(people=replace(ALWAYS_THERE, days_off=(day,)))) for day in (0, 4))
    memorial_day = monday.week_starts.get_loc(pd.Timestamp("2026-05-25"))
    assert (monday.of("holiday_hours")[:, memorial_day] == 0).all()
    assert (friday.of("holiday_hours")[:, memorial_day] == 10).all()
    assert (friday.of("worked_hours")[:, memorial_day] == 30).all()


def test_leave_and_sick_days_come_as_often_as_the_definition_says(many: OnGrid) -> None:
    contract, holiday, leave = (many.of(name) for name in ("contract_hours", "holiday_hours", "leave_hours"))
    is_christmas = np.isin(many.week_starts, pd.to_datetime(["2025-12-22", "2025-12-29", "2026-12-21", "2026-12-28"]))
    is_away = (leave > 0) & (leave == contract - holiday)
    is_there = np.isfinite(contract)
    assert is_away[:, is_christmas][is_there[:, is_christmas]].mean() == pytest.approx(0.6, abs=0.03)
    others = is_away[:, ~is_christmas][is_there[:, ~is_christmas]]
    assert others.mean() == pytest.approx(0.06, abs=0.01)
    is_sick = (leave > 0) & ~is_away
    assert is_sick[:, ~is_christmas][is_there[:, ~is_christmas]].mean() == pytest.approx(0.06 * 0.94, abs=0.01)
    is_full_time = (contract == 40) & (holiday == 0) & is_sick
    assert set(leave[:, :26][is_full_time[:, :26]]) == {8.0, 16.0, 24.0}
    assert set(leave[:, 26:][is_full_time[:, 26:]]) == {10.0, 20.0, 30.0}


def test_some_are_hired_after_the_switch_and_some_leave_none_of_them_with_a_drop(many: OnGrid) -> None:
    is_there = np.isfinite(many.of("contract_hours"))
    first, last = is_there.argmax(axis=1), 77 - is_there[:, ::-1].argmax(axis=1)
    is_hired, is_leaver = first > 0, last < 77
    assert is_hired.mean() == pytest.approx(0.08, abs=0.025)
    assert is_leaver.mean() == pytest.approx(0.04, abs=0.02)
    assert first[is_hired].min() > 26
    assert first[is_hired].max() <= 26 + 26
    assert last[is_leaver].min() >= 26
    assert (many.week("drop_week")[is_hired | is_leaver] == -1).all()
    assert is_there.sum(axis=1)[~is_hired & ~is_leaver].min() == 78  # no gaps between


def test_teams_and_managers_split_the_engineers_evenly() -> None:
    weekly = drawn(World(engineers=50, teams=3)).simulated.weekly
    people = weekly.drop_duplicates("engineer_id")
    assert sorted(people["team_id"].value_counts()) == [16, 17, 17]
    assert people["manager_id"].value_counts().max() == 8
    of_manager = people.groupby("manager_id")["team_id"]
    assert (of_manager.min() == of_manager.max()).all()


@pytest.mark.parametrize("engineers", [1, 9, 10, 99, 100])
def test_ids_sort_like_their_numbers(engineers: int) -> None:
    ids = list(drawn(World(engineers=engineers, weeks_before=2, weeks_during=2)).truth("engineer_id"))
    assert ids == sorted(ids)
    assert len(set(ids)) == engineers
