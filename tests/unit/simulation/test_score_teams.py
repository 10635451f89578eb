"""Whole simulated teams, judged and scored in one process."""

from dataclasses import replace

import pandas as pd
import pytest

from flows.simulation.constants import World
from flows.simulation.figures import KEYS, TEAM_KEYS
from flows.simulation.score import (
    PUBLISHED_SEEDS,
    SCORED,
    TUNING_SEEDS,
    compare,
    interval_world,
    judge_effects,
    judge_engineers,
    paired,
    score_effects,
    score_teams,
    truth_of,
    verdict_worlds,
)
from flows.simulation.world import Simulated, simulate
from transforms.decide import Decisions, decide

SMALL = World(engineers=8, weeks_before=8, weeks_during=20)
PLAIN = replace(SCORED, method="plain")


@pytest.fixture(scope="module")
def simulated() -> Simulated:
    return simulate(SMALL, 3)


@pytest.fixture(scope="module")
def decided(simulated: Simulated) -> Decisions:
    return decide(simulated.readings, simulated.responses, SCORED)


def test_scoring_judges_as_the_decisions_do(simulated: Simulated, decided: Decisions) -> None:
    judged = judge_engineers(simulated, SCORED)
    keys = ["engineer_id", "week_start"]
    columns = [*keys, "status", "underlying_status"]
    expected = decided.statuses[columns].sort_values(keys, ignore_index=True)
    found = judged.statuses.sort_values(keys, ignore_index=True)
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)
    pd.testing.assert_frame_equal(judged.recommendations, decided.recommendations)


def test_the_effect_on_the_team_is_that_of_the_decisions(simulated: Simulated, decided: Decisions) -> None:
    billable = decided.team_effects[decided.team_effects["metric"] == "billable"]
    found = judge_effects(simulated, SCORED).billable
    pd.testing.assert_frame_equal(found, billable[found.columns.tolist()])


def test_the_same_seeds_give_the_same_figures() -> None:
    assert score_teams([1, 2], SMALL) == score_teams([1, 2], SMALL)
    assert score_teams([1, 2], SMALL) != score_teams([1, 3], SMALL)


def test_a_world_may_depend_on_the_seed() -> None:
    sizes = {1: replace(SMALL, engineers=4), 2: SMALL}
    found = score_teams([1, 2], lambda seed: sizes[seed])
    assert found["false_red"].n > score_teams([1], sizes[1])["false_red"].n


def test_ways_of_judging_are_compared_on_the_same_teams() -> None:
    seeds = [4, 5]
    columns = compare(seeds, {"evidence": SCORED, "plain": PLAIN}, SMALL)
    differs = paired(seeds, SCORED, {"plain": PLAIN, "same": SCORED}, SMALL)
    for key in ("false_alarm", "bad_week_green"):
        change = columns["plain"][key].value - columns["evidence"][key].value
        assert differs["plain"][key].value == pytest.approx(change)
    assert {one.value for one in differs["same"].values()} == {0}
    assert {one.se for one in differs["same"].values()} == {0}
    assert columns["plain"]["false_alarm"].value > columns["evidence"]["false_alarm"].value


def test_effects_are_scored_where_nobody_has_a_scenario() -> None:
    worlds = [interval_world(World(), seed) for seed in range(3)] + verdict_worlds(World())
    assert [(world.weeks_during, world.policy_effect_points) for world in worlds] == [
        (26, 0.0),
        (26, 0.0),
        (26, -3.0),
        (52, 0.0),
        (52, -2.0),
        (52, -4.0),
    ]
    assert not any(truth_of(simulate(replace(world, engineers=6), 1)).has_scenarios for world in worlds)
    found = score_effects([1], World(engineers=6))
    assert list(found) == [key for key in KEYS if key in TEAM_KEYS]


def test_no_seed_is_both_for_tuning_and_for_publishing() -> None:
    assert TUNING_SEEDS[-1] < PUBLISHED_SEEDS[0]
