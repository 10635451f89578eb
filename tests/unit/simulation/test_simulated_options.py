"""Every option of a world does what it says, and leaves the rest as it is."""

from dataclasses import fields, is_dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from flows.errors import ConfigError
from flows.simulation.constants import Billable, Drop, People, Reorganisation, Scenarios, Vibes
from flows.simulation.profiles import redrawn, world_of
from flows.simulation.world import World, simulate
from tests.builders.simulated import drawn, mean

SOME = World(engineers=240, teams=10)
NUMBERS = ["worked_hours", "billable_hours", "points_completed", "vibes"]


def test_the_same_seed_gives_the_same_world_and_another_seed_another() -> None:
    one, same, other = (simulate(World(), seed) for seed in (7, 7, 8))
    for name in ("weekly", "incidents", "readings", "responses", "truth"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(same, name))
        assert not getattr(one, name).equals(getattr(other, name))


def test_a_policy_effect_moves_everybody_from_the_switch_on_and_nothing_else() -> None:
    fallen, still = drawn(replace(SOME, policy_effect_points=-4)), drawn(SOME)
    change = fallen.pct - still.pct
    assert mean(change[:, 26:]) == pytest.approx(-4, abs=0.1)
    assert np.nanmax(np.abs(change[:, :26])) == 0
    pd.testing.assert_frame_equal(
        fallen.simulated.weekly.drop(columns="billable_hours"), still.simulated.weekly.drop(columns="billable_hours")
    )
    pd.testing.assert_frame_equal(fallen.simulated.incidents, still.simulated.incidents)
    pd.testing.assert_frame_equal(fallen.simulated.truth, still.simulated.truth)


def test_a_policy_effect_on_points_moves_points_alone() -> None:
    fallen, still = drawn(replace(SOME, policy_effect_velocity_share=-0.2)), drawn(SOME)
    points = [np.nansum(grid.of("points_completed")[:, 26:]) for grid in (fallen, still)]
    assert points[0] / points[1] == pytest.approx(0.8, abs=0.01)
    assert (fallen.simulated.weekly["billable_hours"] == still.simulated.weekly["billable_hours"]).all()


def test_only_unaffected_leaves_people_and_noise_as_they_are() -> None:
    alone, all_of_them = drawn(replace(SOME, only_unaffected=True)), drawn(SOME)
    assert (alone.truth("scenario") == "unaffected").all()
    same = ["engineer_id", "week_start", "contract_hours", "leave_hours", "worked_hours"]
    pd.testing.assert_frame_equal(alone.simulated.weekly[same], all_of_them.simulated.weekly[same])
    is_same = all_of_them.truth("scenario") == "unaffected"
    np.testing.assert_array_equal(alone.pct[is_same], all_of_them.pct[is_same])
    assert is_same.sum() > 80


def test_more_weeks_leave_the_first_ones_as_they_are() -> None:
    short, long = drawn(SOME), drawn(replace(SOME, weeks_during=60))
    before = [grid.simulated.weekly[grid.simulated.weekly["week_start"] < "2026-04-06"] for grid in (short, long)]
    is_known = [
        rows["engineer_id"].isin(set(before[0]["engineer_id"]) & set(before[1]["engineer_id"])) for rows in before
    ]
    pd.testing.assert_frame_equal(
        *(rows[keep].reset_index(drop=True) for rows, keep in zip(before, is_known, strict=True))
    )


@pytest.mark.parametrize("length", [1, 2, 3, 5])
def test_sprints_have_the_length_asked_for(length: int) -> None:
    weekly = drawn(replace(World(), sprint_weeks=length)).simulated.weekly
    sprint = weekly.drop_duplicates("week_start").groupby("sprint_id")["week_start"].count().iloc[:-1]
    assert (sprint == length).all()
    ends = weekly[weekly["sprint_end"]].drop_duplicates("week_start")
    assert ends["sprint_id"].is_unique
    assert len(ends) == 78 // length


def test_three_week_sprints_hold_as_many_points_and_vary_less() -> None:
    three = drawn(replace(SOME, sprint_weeks=3, only_unaffected=True))
    two = drawn(replace(SOME, only_unaffected=True))
    assert np.nansum(three.of("points_completed")) == pytest.approx(np.nansum(two.of("points_completed")), rel=0.03)
    worked, points = three.of("worked_hours")[:, 29:59], three.of("points_completed")[:, 29:59]
    weeks = np.where(worked > 34, points, np.nan)[:, 1:].reshape(240, -1)  # 27, 30, ... begin sprints
    assert mean(weeks) == pytest.approx(10.6, abs=1)


def test_heavier_tails_have_the_same_scatter() -> None:
    plain = Billable(weekly_sd_spread=0, memory_share=0, shared_sd_points=0, wave_points=0, holiday_points=0)
    there = People(part_time_share=0, leave_share=0, christmas_leave_share=0, sick_share=0)
    still = replace(SOME, only_unaffected=True, billable=plain, people=there)
    off = []
    for noise in ("normal", "t"):
        grid = drawn(replace(still, noise=noise))
        pct = np.where(grid.of("holiday_hours") == 0, grid.pct, np.nan)[:, :26]
        off.append((pct - mean(pct, axis=1)[:, None]).ravel())
    off = [values[np.isfinite(values)] for values in off]
    assert off[1].std() == pytest.approx(off[0].std(), rel=0.1)  # 100 % is the most there can be
    assert stats.kurtosis(off[0]) < 0.5
    assert stats.kurtosis(off[1]) > 1
    times = [np.log(drawn(replace(still, noise=noise)).simulated.incidents["ack_s"]) for noise in ("normal", "t")]
    assert stats.kurtosis(times[1]) > stats.kurtosis(times[0]) + 1


def test_a_reorganisation_moves_half_of_each_team_in_the_middle() -> None:
    moved, still = drawn(replace(SOME, has_reorganisation=True)), drawn(SOME)
    team, was = moved.of("team_id"), still.of("team_id")
    is_there = ~pd.isna(team)
    has_moved = (team != was) & is_there
    assert not has_moved[:, :52].any()
    after = has_moved[:, 52:]
    who = after.any(axis=1)
    assert (after[who] == is_there[who][:, 52:]).all()
    per_team = [who[24 * k : 24 * (k + 1)] & is_there[24 * k : 24 * (k + 1), 77] for k in range(10)]
    assert np.mean([team.sum() for team in per_team]) == pytest.approx(12, abs=1.5)
    assert (moved.of("manager_id")[:, 77][who] != still.of("manager_id")[:, 77][who]).all()
    assert (moved.of("sprint_id")[:, 77][who & is_there[:, 77]] > 1000).all()
    assert len(set(team[:, 77][is_there[:, 77]])) == 20
    total = [np.nansum(grid.of("points_completed")[:, 52:], axis=1) for grid in (moved, still)]
    ratio = total[0][is_there[:, 77]] / total[1][is_there[:, 77]]
    scale = np.abs(np.log(ratio[who[is_there[:, 77]]]))
    assert scale == pytest.approx(np.log(1.15), abs=0.08)
    assert {-1, 1} == set(np.sign(np.log(ratio[who[is_there[:, 77]]])))
    assert (ratio[~who[is_there[:, 77]]] == 1).all()
    assert (moved.of("worked_hours")[is_there] == still.of("worked_hours")[is_there]).all()
    # The moved share their new team's weeks, the others go on as they were.
    np.testing.assert_array_equal(moved.pct[~who], still.pct[~who])


def test_how_many_move_is_an_option() -> None:
    nobody = replace(SOME, has_reorganisation=True, reorganisation=Reorganisation(moved_share=0))
    pd.testing.assert_frame_equal(
        drawn(nobody).simulated.weekly.drop(columns=["team_id", "manager_id"]),
        drawn(SOME).simulated.weekly.drop(columns=["team_id", "manager_id"]),
    )


def test_gaps_lose_rows_numbers_and_whole_weeks_of_a_source_but_change_nothing() -> None:
    lossy, whole = simulate(replace(SOME, has_gaps=True), 1), simulate(SOME, 1)
    key = ["engineer_id", "week_start"]
    assert 1 - len(lossy.weekly) / len(whole.weekly) == pytest.approx(0.02, abs=0.005)
    both = lossy.weekly.merge(whole.weekly, on=key, suffixes=("", "_whole"), validate="one_to_one")
    assert len(both) == len(lossy.weekly)
    for column in NUMBERS:
        is_given = both[column].notna()
        assert (both[column] == both[f"{column}_whole"])[is_given].all(), column
    assert (both["worked_hours"].isna() == both["billable_hours"].isna()).all()
    lost = both[["worked_hours", "points_completed"]].isna()
    assert lost.all(axis=1).sum() < lost.any(axis=1).sum() / 4  # the hours and the points of a week are lost apart
    per_week = both.groupby("week_start")[["worked_hours", "points_completed", "vibes"]].count()
    incidents = lossy.incidents.groupby("week_start").size().reindex(per_week.index, fill_value=0)
    silent = (per_week == 0).sum().sum() + (incidents == 0).sum()
    assert 1 <= silent <= 2
    usual = both[both.groupby("week_start")["worked_hours"].transform("count") > 0]
    assert usual["worked_hours"].isna().mean() == pytest.approx(0.02, abs=0.006)
    usual = both[both.groupby("week_start")["points_completed"].transform("count") > 0]
    assert usual["points_completed"].isna().mean() == pytest.approx(0.02, abs=0.006)
    assert set(map(tuple, lossy.incidents[key].to_numpy())) <= set(map(tuple, lossy.weekly[key].to_numpy()))


def test_all_mechanisms_at_once_can_be_drawn() -> None:
    world = replace(redrawn(4), sprint_weeks=3, noise="t", has_reorganisation=True, has_gaps=True)
    assert len(simulate(world, 4).weekly) > 500


def test_redrawn_worlds_differ_by_seed_and_are_the_same_for_the_same() -> None:
    worlds = [redrawn(seed) for seed in range(200)]
    assert redrawn(3) == worlds[3]
    sizes = [world.engineers for world in worlds]
    assert (min(sizes), max(sizes)) == (10, 44)
    assert {world.country for world in worlds} == {"US", "CA", "GB", "DE"}
    assert {world.settling_weeks for world in worlds} == {1, 2, 3, 4, 5}
    assert len({world.first_week for world in worlds}) > 40
    assert all(world.first_week.weekday() == 0 for world in worlds)
    effects = np.array([world.policy_effect_points for world in worlds])
    assert effects.min() < -1.2
    assert effects.max() > 0.7
    assert all(world.profile == "redrawn" and world.scenarios == Scenarios() for world in worlds)


def test_redrawn_constants_lie_around_the_usual_ones() -> None:
    worlds = [redrawn(seed) for seed in range(200)]
    for section in ("people", "billable", "velocity", "response", "vibes"):
        usual = getattr(World(), section)
        for constant in fields(usual):
            values = [getattr(getattr(world, section), constant.name) for world in worlds]
            if len(set(values)) > 1 and getattr(usual, constant.name) != 0:
                assert min(values) <= getattr(usual, constant.name) <= max(values), constant.name


def test_options_win_over_what_was_redrawn_and_none_leaves_it() -> None:
    world = world_of("redrawn", 5, engineers=17, weeks_during=30, policy_effect_points=None)
    assert (world.engineers, world.weeks_during) == (17, 30)
    assert world.policy_effect_points == redrawn(5).policy_effect_points
    assert world_of("default", 5) == World()


@pytest.mark.parametrize(
    ("world", "finding"),
    [
        (World(engineers=0), "engineers: 0 should be greater than or equal to 1"),
        (World(weeks_before=0), "weeks_before: 0 should be"),
        (World(weeks_during=521), "weeks_during: 521 should be less than or equal to 520"),
        (World(sprint_weeks=0), "sprint_weeks: 0 should be"),
        (World(engineers=3, teams=4), "teams: 4 is more than there are engineers (3)"),
        (World(engineers=100_000, weeks_before=52), "more than 5,000,000 engineer-weeks"),
        (World(first_week=date(2025, 10, 7)), 'first_week: "2025-10-07" is not a Monday'),
        (World(country="UX"), 'country: no holidays are known of "UX"'),
        (World(noise="cauchy"), 'noise: "cauchy" should be'),  # type: ignore[arg-type]
        (World(noise_df=2), "noise_df: 2 should be greater than 2"),
        (World(billable=Billable(memory_rho=1)), "billable.memory_rho: 1 should be less than 1"),
        (World(people=People(days_off=())), "people.days_off: [] "),
        (World(people=People(days_off=(6,))), "people.days_off.0: 6 should be less than or equal to 4"),
        (World(people=People(part_time_hours=(60.0,))), "people.part_time_hours.0: 60.0 should be"),
        (World(scenarios=Scenarios(drops=())), "scenarios.drops: [] "),
        (
            World(scenarios=Scenarios(drops=(Drop("velocity", "?", velocity_share=-2),))),
            "scenarios.drops.0.velocity_share",
        ),
        (World(scenarios=Scenarios(0.5, 0.3, 0.3)), "scenarios: the shares add up to 1.1; expected at most 1"),
        (World(vibes=Vibes(mean=float("nan"))), "vibes.mean"),
    ],
)
def test_a_world_that_cannot_be_is_refused_by_name(world: World, finding: str) -> None:
    with pytest.raises(ConfigError) as refused:
        simulate(world, 1)
    assert finding in str(refused.value)
    assert "Nothing was written." in str(refused.value)


def test_all_findings_come_at_once() -> None:
    with pytest.raises(ConfigError) as refused:
        simulate(World(engineers=0, teams=0), -1)
    assert len(refused.value.findings) == 3


def test_the_shares_may_add_up_to_one() -> None:
    drawn(World(engineers=5, scenarios=Scenarios(0.5, 0.25, 0.25)))


def test_every_constant_has_a_meaning() -> None:
    def described(section: Any) -> None:
        for constant in fields(section):
            if (type(section), constant.name) not in ((Drop, "scenario"), (Drop, "size")):
                assert constant.metadata["description"], constant.name
            if is_dataclass(value := getattr(section, constant.name)):
                described(value)

    described(World())
