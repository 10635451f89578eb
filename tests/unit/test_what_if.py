"""Who would be shown differently: the same rules with one threshold moved, nothing else."""

from dataclasses import replace
from typing import Literal

import numpy as np
import pandas as pd
import pytest

from tests.builders.decisions import engineer_history, incidents, noisy_team, readings, up_to, week
from transforms.decide import decide, no_decisions
from transforms.parameters import DecisionParameters, HysteresisRules
from transforms.what_if import THRESHOLDS, WEEKS_JUDGED, Threshold, in_force, moved, steps, what_if

RULES = DecisionParameters()
POLICY = THRESHOLDS["evidence"][0]
TWO = [Threshold(POLICY.key, (74, 76))]


@pytest.mark.parametrize("method", ["evidence", "plain"])
def test_a_value_gives_what_the_decisions_give_with_it(method: Literal["evidence", "plain"]) -> None:
    team = noisy_team(8, n_before=16, n_during=24)
    falls = team["engineer_id"].isin(["e00", "e01", "e02"]) & (team["week_start"] >= week(32))
    team["billable_hours"] = team["billable_hours"].mask(falls, 0.88 * team["billable_hours"])
    rules = replace(RULES, method=method)
    newest = team["week_start"].max()
    before = up_to(decide(team, incidents(), rules), newest - pd.Timedelta(weeks=WEEKS_JUDGED))
    found = what_if(team, incidents(), rules, before, newest)
    for threshold in THRESHOLDS[method]:
        for value in steps(threshold, rules)[::2]:
            changed = moved(threshold, rules, value)
            expected = decide(team, incidents(), changed, published=before, weeks=pd.DatetimeIndex([newest]))
            rows = found[(found["key"] == threshold.key) & (found["value"] == value)]
            assert rows["status"].tolist() == expected.statuses["status"].tolist(), (threshold.key, value)
            assert rows["engineer_id"].tolist() == expected.statuses["engineer_id"].tolist()
    assert len(set(found["status"])) > 1, "a team in which nothing changes proves nothing"


def test_a_share_between_two_policies_is_yellow_by_one_and_green_by_the_other() -> None:
    steady = [engineer_history(f"e{number}", n_before=20, n_during=16) for number in range(6)]
    fallen = engineer_history("low", n_before=20, n_during=16, billable_pct=lambda index: 77.0 + index % 2)
    table = readings(*steady, fallen)
    found = what_if(table, incidents(), RULES, no_decisions(), week(35), [POLICY])
    low = found[found["engineer_id"] == "low"]
    assert (
        dict(zip(low["value"], low["status"], strict=True)).items() >= {74: "green", 76: "green", 80: "yellow"}.items()
    )


def test_the_value_in_force_is_among_the_steps_whatever_it_is() -> None:
    odd = replace(RULES, billable=replace(RULES.billable, threshold_pct=75.5))
    assert steps(POLICY, odd) == [72, 74, 75, 75.5, 76, 77, 78, 80]
    assert in_force(POLICY, odd) == 75.5
    assert steps(POLICY, RULES) == [72, 74, 75, 76, 77, 78, 80]


def test_a_level_never_asks_for_more_weeks_than_it_looks_at() -> None:
    rises = Threshold("hysteresis.rise_signals", (1, 2, 3))
    assert steps(rises, RULES) == [1, 2, 3]
    short = replace(RULES, hysteresis=HysteresisRules(rise_signals=2, rise_weeks=2))
    assert steps(rises, short) == [1, 2]


def test_a_moved_threshold_keeps_its_kind_and_everything_else() -> None:
    rises = Threshold("hysteresis.rise_signals", (1, 2, 3))
    changed = moved(rises, RULES, 3.0)
    assert isinstance(changed.hysteresis.rise_signals, int)
    assert replace(changed, hysteresis=RULES.hysteresis) == RULES


@pytest.mark.parametrize("method", ["evidence", "plain"])
def test_every_threshold_offered_is_one_of_the_parameters(method: Literal["evidence", "plain"]) -> None:
    rules = replace(RULES, method=method)
    assert all(in_force(threshold, rules) in steps(threshold, rules) for threshold in THRESHOLDS[method])


def test_without_readings_of_the_week_there_is_nothing_to_say() -> None:
    team = noisy_team(2, n_before=10, n_during=4)
    assert what_if(team, incidents(), RULES, no_decisions(), week(14)).empty
    assert what_if(team.iloc[:0], incidents(), RULES, no_decisions(), week(3)).empty


def test_one_engineer_and_a_history_shorter_than_half_a_year() -> None:
    team = readings(engineer_history(n_before=8, n_during=6))
    found = what_if(team, incidents(), RULES, no_decisions(), week(13), TWO)
    assert found["status"].tolist() == ["green", "green"]
    assert found["value"].tolist() == [74, 76]


def test_only_who_is_employed_in_the_week_is_judged() -> None:
    gone = engineer_history("gone", n_before=12, n_during=10).iloc[:-3]
    team = readings(engineer_history("here", n_before=12, n_during=10), gone)
    found = what_if(team, incidents(), RULES, no_decisions(), week(21), TWO)
    assert set(found["engineer_id"]) == {"here"}


def test_the_order_of_rows_does_not_matter_and_the_tables_given_stay_as_they_are() -> None:
    team = noisy_team(4, n_before=12, n_during=12)
    kept = team.copy()
    newest = team["week_start"].max()
    shuffled = team.sample(frac=1, random_state=np.random.RandomState(3))
    one = what_if(team, incidents(), RULES, no_decisions(), newest, TWO)
    pd.testing.assert_frame_equal(one, what_if(shuffled, incidents(), RULES, no_decisions(), newest, TWO))
    pd.testing.assert_frame_equal(team, kept)
