"""What becomes of engineers: how often, from when on, and that it shows in the readings with its size, nowhere else.

A world is held against the same world in which nobody is affected: all noise is the same, so what differs is the truth.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from flows.simulation.constants import DROPS, Billable, Drop, Scenarios, Velocity, Vibes
from flows.simulation.world import World, simulate
from tests.builders.simulated import OnGrid, drawn, mean

MANY = World(engineers=720, teams=30)


@pytest.fixture(scope="module")
def many() -> OnGrid:
    return drawn(MANY)


@pytest.fixture(scope="module")
def unaffected() -> OnGrid:
    return drawn(replace(MANY, only_unaffected=True))


def only(drop: Drop, **constants: object) -> World:
    """A world in which that drop comes to everybody at the switch."""
    scenarios = Scenarios(0, 0, drop_share=1, drops=(drop,), at_switch_share=1)
    return World(engineers=120, teams=5, scenarios=scenarios, vibes=Vibes(generous_share=0), **constants)


def test_the_truth_has_the_columns_agreed() -> None:
    truth = drawn(World()).simulated.truth
    assert list(truth) == [
        "engineer_id",
        "scenario",
        "size",
        "drop_week",
        "bad_week",
        "billable_points",
        "velocity_share",
        "response_factor",
        "vibes_points",
        "should_return",
        "is_clear_decliner",
        "is_chronic",
        "is_generous_manager",
        "latent_billable_pct",
    ]
    assert len(truth) == 24


def test_scenarios_come_as_often_as_the_definition_says(many: OnGrid) -> None:
    share = pd.Series(many.truth("scenario")).value_counts(normalize=True)
    assert share[["unaffected", "bad_week", "chronic"]].to_list() == pytest.approx([0.5, 0.16, 0.04], abs=0.05)
    assert share[["billable", "velocity", "response", "burnout"]].to_list() == pytest.approx([0.075] * 4, abs=0.025)
    sizes = pd.Series(many.truth("size"))[many.week("drop_week") >= 0].value_counts(normalize=True)
    assert sizes.to_list() == pytest.approx([1 / 12] * 12, abs=0.05)
    assert set(sizes.index) == {drop.size for drop in DROPS}


def test_half_of_the_drops_begin_at_the_switch_and_the_rest_in_half_a_year(many: OnGrid) -> None:
    since = many.week("drop_week")[many.week("drop_week") >= 0] - 26
    assert (since == 0).mean() == pytest.approx(0.5, abs=0.07)
    assert set(since) == set(range(27))


def test_without_a_drop_nothing_is_said_of_it(many: OnGrid) -> None:
    truth = many.simulated.truth
    has_none = truth["drop_week"].isna()
    assert (truth["scenario"].isin(["unaffected", "bad_week", "chronic"]) == has_none).all()
    nothing = truth.loc[has_none, ["billable_points", "velocity_share", "response_factor", "vibes_points"]]
    assert (nothing == [0, 0, 1, 0]).all(axis=None)
    assert (truth.loc[has_none, "should_return"] == "no").all()
    assert (truth["bad_week"].notna() == (truth["scenario"] == "bad_week")).all()


def test_a_billable_drop_shows_from_its_week_on_with_its_size(many: OnGrid, unaffected: OnGrid) -> None:
    change = many.pct - unaffected.pct
    for size in (-4, -8, -12):
        is_one = (many.truth("scenario") == "billable") & (many.truth("size") == str(size))
        assert mean(change[is_one][many.since_drop[is_one] >= 0]) == pytest.approx(size, abs=0.3)
        assert np.nanmax(np.abs(change[is_one][many.since_drop[is_one] < 0])) == 0


@pytest.mark.parametrize("drop", DROPS, ids=lambda drop: f"{drop.scenario} {drop.size}")
def test_each_drop_shows_in_its_measures_only(drop: Drop) -> None:
    world = only(drop, velocity=Velocity(sprint_cv=0))
    fallen, still = drawn(world), drawn(replace(world, only_unaffected=True))
    during = slice(26, 78)
    assert mean((fallen.pct - still.pct)[:, during]) == pytest.approx(drop.billable_points, abs=0.4)
    points = [np.nansum(grid.of("points_completed")[:, during]) for grid in (fallen, still)]
    assert points[0] / points[1] == pytest.approx(1 + drop.velocity_share, abs=0.02)
    incidents = [grid.simulated.incidents for grid in (fallen, still)]
    is_during = incidents[0]["week_start"] >= fallen.simulated.switch_week
    factor = (incidents[0]["ack_s"] / incidents[1]["ack_s"])[is_during].median()
    assert factor == pytest.approx(drop.response_factor, rel=0.05)
    vibes = mean((fallen.of("vibes").astype(float) - still.of("vibes").astype(float))[:, during])
    assert vibes == pytest.approx(drop.vibes_points, abs=0.15)
    assert (fallen.pct == still.pct)[:, :26].sum() == np.isfinite(still.pct[:, :26]).sum()


def test_a_bad_week_is_one_week_of_somebody_who_is_there(many: OnGrid, unaffected: OnGrid) -> None:
    bad = many.week("bad_week")
    who = np.flatnonzero(bad >= 0)
    at = (who, bad[who])
    change = many.pct - unaffected.pct
    assert np.mean(change[at]) == pytest.approx(-22, abs=0.5)
    assert np.count_nonzero(np.nan_to_num(change[who])) == len(who)
    factor = many.of("points_completed")[at].sum() / unaffected.of("points_completed")[at].sum()
    assert factor == pytest.approx(0.5, abs=0.03)
    vibes = many.of("vibes")[at].astype(float)
    assert vibes.mean() == pytest.approx(4, abs=0.05)
    assert (vibes == 4).mean() > 0.9
    assert (many.of("vibes_note")[at] == "(note)").all()
    assert (many.of("worked_hours")[at] >= 0.6 * many.of("contract_hours")[at]).all()
    assert bad[who].min() >= 26 + 4
    assert bad[who].max() <= 77 - 4
    assert not np.isin(bad[who], [59, 63, 64]).any()  # holiday weeks


def test_a_bad_week_slows_the_weeks_incidents(many: OnGrid, unaffected: OnGrid) -> None:
    slow, usual = many.simulated.incidents, unaffected.simulated.incidents
    of = slow.merge(many.simulated.truth, on="engineer_id", validate="many_to_one")
    is_bad = (of["week_start"] == of["bad_week"]).to_numpy()
    assert is_bad.sum() > 100
    assert (slow["ack_s"] / usual["ack_s"])[is_bad].median() == pytest.approx(1.8, abs=0.05)


def test_whoever_has_no_week_for_it_stays_unaffected() -> None:
    world = World(engineers=200, weeks_before=6, weeks_during=8, scenarios=Scenarios(1, 0, 0))
    truth = drawn(world).simulated.truth  # of 8 weeks, 4 are to settle in and 4 to be looked at afterwards
    assert (truth["scenario"] == "unaffected").all()
    longer = drawn(replace(world, weeks_during=9)).simulated.truth
    assert set(longer["bad_week"].dropna()) == {pd.Timestamp("2025-10-06") + pd.Timedelta(weeks=10)}


def test_the_chronically_low_are_below_policy_all_along(many: OnGrid) -> None:
    is_low = many.truth("is_chronic")
    assert (many.truth("latent_billable_pct")[is_low] <= 75).all()
    assert (many.truth("latent_billable_pct")[~is_low] >= 78).all()
    assert mean(many.pct[is_low][:, :26]) == pytest.approx(73, abs=1)
    assert (many.truth("should_return")[is_low] == "no").all()


def test_a_quarter_of_the_decliners_managers_keep_scoring_well(many: OnGrid) -> None:
    is_generous, has_drop = many.truth("is_generous_manager"), many.week("drop_week") >= 0
    assert not is_generous[~has_drop].any()
    assert is_generous[has_drop].mean() == pytest.approx(0.25, abs=0.06)
    after = many.since_drop >= 0
    assert np.nanmin(np.where(after, many.of("vibes").astype(float), np.nan)[is_generous]) >= 4
    assert (many.truth("vibes_points")[is_generous] == 0).all()
    assert (many.truth("vibes_points")[has_drop & ~is_generous] < 0).all()


def test_who_should_return_is_yes_no_or_grey(many: OnGrid) -> None:
    truth = many.simulated.truth
    grey = truth["scenario"] + " " + truth["size"]
    always_grey = ["billable -4", "velocity -20 %", "velocity -30 %", "response x1.5", "response x2", "burnout mild"]
    always_yes = ["velocity -45 %", "response x3", "burnout full", "burnout severe"]
    assert (truth.loc[grey.isin(always_grey), "should_return"] == "grey").all()
    assert (truth.loc[grey.isin(always_yes), "should_return"] == "yes").all()
    assert (truth["is_clear_decliner"] == (truth["should_return"] == "yes")).all()


def test_a_fall_of_billable_alone_is_clear_only_if_it_ends_clearly_below_policy() -> None:
    quiet = Billable(weekly_sd_points=0, shared_sd_points=0, wave_points=0, holiday_points=0, drift_points=2)
    fell = drawn(only(DROPS[1], billable=quiet))
    ends = mean(fell.pct[:, 29:], axis=1)
    is_clear = fell.truth("should_return") == "yes"
    assert (fell.truth("should_return")[~is_clear] == "grey").all()
    assert ends[is_clear].max() < 75.2  # hours come in quarters
    assert ends[~is_clear].min() > 74.8
    assert 20 < is_clear.sum() < 100
    settled = World(scenarios=Scenarios(0, 0, 1, drops=(DROPS[1],), clear_pct=100))
    assert (drawn(settled).truth("should_return") == "yes").all()


def test_one_engineer_and_one_week_a_side_can_be_drawn() -> None:
    tiny = simulate(World(engineers=1, weeks_before=1, weeks_during=1), 5)
    assert len(tiny.weekly) == 2
    assert len(tiny.truth) == 1
