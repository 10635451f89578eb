"""How much the weeks of a team scatter, how large it is, how long it was on 5x8."""

import numpy as np
import pandas as pd
import pytest

from tests.builders.decisions import engineer_history, incidents, noisy_team, readings, week
from transforms.parameters import DecisionParameters
from transforms.team_scatter import team_scatter

RULES = DecisionParameters()


def found(table: pd.DataFrame, newest: pd.Timestamp) -> dict[str, tuple[int, float, float]]:
    rows = team_scatter(table, incidents(), RULES, newest)
    return {
        row["team_id"]: (row["n_engineers"], row["sd_points"], row["weeks_before"]) for row in rows.to_dict("records")
    }


def test_each_team_has_the_scatter_of_its_own_weeks_in_points() -> None:
    rng = np.random.default_rng(5)
    calm, wild = (
        [
            engineer_history(f"{name}{n}", n_before=40, n_during=4, billable_pct=rng.normal(82, sd, 44), team_id=name)
            for n in range(5)
        ]
        for name, sd in (("calm", 2.0), ("wild", 7.0))
    )
    teams = found(readings(*calm, *wild), week(43))
    # Each is drawn towards everybody's scatter, which weighs 20 weeks against its own 40.
    assert 2.0 < teams["calm"][1] < 4.2
    assert 5.0 < teams["wild"][1] < 7.5
    assert [team[0] for team in teams.values()] == [5, 5]


def test_weeks_before_are_calendar_weeks_up_to_each_ones_own_switch() -> None:
    long = engineer_history("a", n_before=20, n_during=10)
    late = engineer_history("b", n_before=24, n_during=6)
    joined = engineer_history("c", n_before=20, n_during=10, joined=12)
    assert found(readings(long, late, joined), week(29))["core"][2] == 20  # the median of 20, 24 and 8


def test_before_the_switch_the_weeks_so_far_count() -> None:
    assert found(readings(engineer_history(n_before=20, n_during=0)), week(9))["core"][2] == 9


def test_without_enough_weeks_before_the_scatter_is_missing_not_everybodys() -> None:
    old = [engineer_history(f"o{n}", n_before=20, n_during=8) for n in range(3)]
    new = engineer_history("n", n_before=20, n_during=8, joined=18, team_id="new")
    teams = found(readings(*old, new), week(27))
    assert np.isnan(teams["new"][1])
    assert teams["new"][0] == 1
    assert not np.isnan(teams["core"][1])


def test_who_has_left_is_not_counted_and_who_changed_the_team_counts_in_the_new_one() -> None:
    gone = engineer_history("gone", n_before=12, n_during=8).iloc[:-2]
    moved = engineer_history("moved", n_before=12, n_during=8, changes={19: {"team_id": "other"}})
    teams = found(readings(engineer_history("stays", n_before=12, n_during=8), gone, moved), week(19))
    assert {name: team[0] for name, team in teams.items()} == {"core": 1, "other": 1}


@pytest.mark.parametrize("rows", [0, 5])
def test_without_readings_of_the_week_there_is_no_team(rows: int) -> None:
    table = noisy_team(1, n_before=8, n_during=4).iloc[:rows]
    assert found(table, week(11)) == {}
