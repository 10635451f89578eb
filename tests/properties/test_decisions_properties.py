"""What holds of the decisions whatever the readings are. One team is many cases: engineers are judged by themselves."""

from dataclasses import replace

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.decisions import incidents, noisy_team, week
from transforms.decide import decide
from transforms.parameters import ComparisonRules, DecisionParameters, ExcusedRules, OverrideRules

PARAMETERS = DecisionParameters()
NOT_EXCUSED = replace(PARAMETERS, excused=ExcusedRules(enabled=False))
NOTHING_SHARED = ComparisonRules(min_team=1000)  # no team is so large that its shared dip would be taken off
BEFORE, DURING, SIZE = 9, 12, 24
ORDER = {"green": 0, "yellow": 1, "red": 2}
seeds = st.integers(0, 10_000)


def stressed_team(seed: int) -> pd.DataFrame:
    """A noisy team in which many engineers fall on 4x10, so that every light and the override occur."""
    team = noisy_team(SIZE, seed=seed, n_before=BEFORE, n_during=DURING)
    rng = np.random.default_rng(seed + 1)
    loss = pd.Series(rng.uniform(0, 10, SIZE), index=sorted(team["engineer_id"].unique()))
    is_during = team["schedule"] == "4x10"
    team.loc[is_during, "billable_hours"] -= team["engineer_id"].map(loss)[is_during]
    return team.assign(billable_hours=team["billable_hours"].clip(lower=0))


@settings(max_examples=3, deadline=None)
@given(seed=seeds)
def test_the_override_never_changes_what_was_computed(seed: int) -> None:
    team = stressed_team(seed)
    with_it = decide(team, incidents(), PARAMETERS).statuses
    without = decide(team, incidents(), replace(PARAMETERS, override=OverrideRules(enabled=False))).statuses
    pd.testing.assert_series_equal(with_it["underlying_status"], without["underlying_status"])
    pd.testing.assert_series_equal(without["status"], without["underlying_status"], check_names=False)
    is_changed = with_it["status"] != without["status"]
    assert (with_it["status"][is_changed] == "green").all()
    assert with_it["override_applied"].equals(is_changed)


@settings(max_examples=3, deadline=None)
@given(seed=seeds)
def test_a_worse_billable_reading_on_4x10_never_gives_a_better_light_underneath(seed: int) -> None:
    """Everybody's readings at once, where nothing is shared; one engineer's, where a team's dip is taken off."""
    team = stressed_team(seed)
    rng = np.random.default_rng(seed + 2)
    is_during = (team["schedule"] == "4x10").to_numpy()
    share = np.where(is_during & (rng.random(len(team)) < 0.2), rng.random(len(team)), 1.0)
    one = team["engineer_id"] == rng.choice(team["engineer_id"].unique())
    apart = replace(NOT_EXCUSED, comparison=NOTHING_SHARED)
    for parameters, is_lowered in ((apart, team["engineer_id"].notna()), (NOT_EXCUSED, one)):
        worse = team.assign(billable_hours=team["billable_hours"] * np.where(is_lowered, share, 1.0))
        found = decide(team, incidents(), parameters).statuses
        whose = found["engineer_id"].isin(team.loc[is_lowered, "engineer_id"])
        before = found.loc[whose, "underlying_status"]
        after = decide(worse, incidents(), parameters).statuses.loc[whose, "underlying_status"]
        is_known = before != "unknown"
        assert (after[is_known].map(ORDER) >= before[is_known].map(ORDER)).all()
        assert (after[~is_known] == "unknown").all()


@settings(max_examples=3, deadline=None)
@given(seed=seeds, data=st.data())
def test_the_order_of_rows_is_irrelevant(seed: int, data: st.DataObject) -> None:
    team = stressed_team(seed)
    shuffled = team.sample(frac=1, random_state=data.draw(seeds))
    asked = pd.DatetimeIndex([week(BEFORE + DURING - 1)])
    one = decide(team, incidents(), PARAMETERS, weeks=asked)
    other = decide(shuffled, incidents(), PARAMETERS, weeks=asked)
    for name, rows in vars(one).items():
        pd.testing.assert_frame_equal(rows, getattr(other, name))


@settings(max_examples=3, deadline=None)
@given(seed=seeds)
def test_what_others_do_on_4x10_moves_nobodys_signals(seed: int) -> None:
    """Unless a team is large enough for its shared dip to be taken off: pooled numbers are those before the switch."""
    parameters = replace(PARAMETERS, comparison=NOTHING_SHARED)
    team = stressed_team(seed)
    others = team["engineer_id"] >= "e12"
    changed = team.copy()
    changed.loc[others & (team["schedule"] == "4x10"), "billable_hours"] *= 0.5
    one = decide(team, incidents(), parameters)
    other = decide(changed, incidents(), parameters)
    for name in ("signals", "statuses"):
        mine = getattr(one, name)
        theirs = getattr(other, name)
        pd.testing.assert_frame_equal(mine[mine["engineer_id"] < "e12"], theirs[theirs["engineer_id"] < "e12"])
