"""Weeks on neither 5x8 nor 4x10 (9/80): judged like any, but no part of before, during, or "those on 5x8"."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.builders.decisions import engineer_history, incidents, readings, week
from transforms.baselines import Baselines, baselines_before, baselines_by_week
from transforms.monthly import monthly_summary
from transforms.panel import build_panel
from transforms.parameters import DecisionParameters
from transforms.recommendations import recommend
from transforms.team_effect import team_effects

RULES = DecisionParameters()
N_BEFORE, N_DURING = 20, 16


def noisy(number: int) -> Callable[[int], float]:
    return lambda index: 82.0 + (-3.0, 2.0, 0.0, 3.0, -2.0, 1.0, -1.0)[(index * (number + 1) + number) % 7]


def history(number: int, *, other_weeks: range = range(0), **given: Any) -> pd.DataFrame:
    """A steady engineer, on 9/80 in some weeks."""
    changes = given.pop("changes", {})
    return engineer_history(
        f"e{number:02d}",
        **{"n_before": N_BEFORE, "n_during": N_DURING, "billable_pct": noisy(number)} | given,
        changes={
            index: changes.get(index, {}) | ({"schedule": "9/80"} if index in other_weeks else {})
            for index in {*other_weeks, *changes}
        },
    )


def numbers(baselines: Baselines) -> list[Any]:
    parts = [baselines.billable, baselines.velocity, baselines.response.level, baselines.vibes]
    return [getattr(part, one.name) for part in parts for one in fields(part)]


def baselines_with(strange: dict[str, Any], slow: float) -> Baselines:
    """e00 was on 9/80 in weeks 0 to 8, of which these were `strange`, and its calls in them `slow` seconds long."""
    odd = {index: strange | {"schedule": "9/80"} for index in range(9)}
    first = history(0, changes=odd, points=lambda index: 9.0 * (index % 2))
    rows = readings(first, *(history(number) for number in range(1, 4)))
    calls = [("e00", index, slow if index < 9 else 200.0 + index, 900.0) for index in range(N_BEFORE)]
    return baselines_before(build_panel(rows, incidents(calls), RULES), RULES, N_BEFORE)


def test_weeks_on_9_80_are_no_part_of_the_own_normal() -> None:
    usual = baselines_with({}, slow=200.0)
    other = baselines_with({"billable_pct": 40.0, "vibes": 1.0, "points_completed": 99.0}, slow=9e4)
    for one, two in zip(numbers(usual), numbers(other), strict=True):
        np.testing.assert_array_equal(one, two)
    assert usual.billable.n.tolist() == [11, 20, 20, 20]
    assert usual.vibes.n[0] == 11
    assert usual.response.level.n[0] == 11
    # Ten sprints of two weeks: four on 9/80, and the fifth reaches from there into 5x8.
    assert usual.velocity.n.tolist() == [5, 10, 10, 10]


def test_who_was_never_on_5x8_is_given_what_is_normal_for_all() -> None:
    rows = readings(history(0, other_weeks=range(N_BEFORE)), *(history(number) for number in range(1, 4)))
    own = baselines_before(build_panel(rows, incidents(), RULES), RULES, N_BEFORE)
    assert np.isnan(own.billable.raw_mean[0])
    assert own.billable.mean[0] == own.billable.pooled_mean


def test_engineers_hired_onto_4x10_later_bring_no_new_baseline() -> None:
    late = history(9, joined=N_BEFORE + 6)
    panel = build_panel(readings(*(history(number) for number in range(3)), late), incidents(), RULES)
    found = baselines_by_week(panel, RULES, range(N_BEFORE - 2, N_BEFORE + N_DURING))
    assert len({id(one) for one in found.values()}) == 3  # two weeks before the switch, and all since
    assert found[N_BEFORE] is found[N_BEFORE + N_DURING - 1]


def metric(panel_rows: pd.DataFrame, name: str = "billable") -> dict[str, Any]:
    table = team_effects(build_panel(panel_rows, incidents(), RULES), RULES)
    (row,) = table[(table["metric"] == name) & (table["week_start"] == table["week_start"].max())].to_dict("records")
    return row


@pytest.mark.parametrize(("schedule", "n_others"), [("5x8", 5), ("9/80", 0)])
def test_who_only_ever_worked_9_80_is_none_of_those_on_5x8(schedule: str, n_others: int) -> None:
    stayed = [history(20 + number, n_before=36, n_during=0, schedule=schedule) for number in range(5)]
    row = metric(readings(*(history(number) for number in range(6)), *stayed))
    assert row["n_others"] == n_others
    assert np.isnan(row["against_others"]) == (n_others == 0)
    assert ("on 5x8 over the same weeks" in row["reason"]) == (n_others > 0)


def test_weeks_on_9_80_since_the_switch_are_not_those_on_5x8() -> None:
    moved = [history(20 + number, n_before=36, n_during=0, other_weeks=range(N_BEFORE, 36)) for number in range(5)]
    assert metric(readings(*(history(number) for number in range(6)), *moved))["n_others"] == 0


@pytest.mark.parametrize(("n_other_weeks", "n_engineers"), [(N_BEFORE - 6, 6), (N_BEFORE - 5, 5), (N_BEFORE, 5)])
def test_weeks_on_9_80_before_4x10_are_not_before(n_other_weeks: int, n_engineers: int) -> None:
    """Six weeks on 5x8 are needed."""
    changed = history(5, other_weeks=range(n_other_weeks))
    assert metric(readings(*(history(number) for number in range(5)), changed))["n_engineers"] == n_engineers


def test_weeks_on_9_80_do_not_move_the_effect() -> None:
    odd = {index: {"billable_pct": 30.0} for index in range(8)}
    rows = readings(*(history(number, other_weeks=range(8), changes=odd) for number in range(6)))
    plain = readings(*(history(number, other_weeks=range(8)) for number in range(6)))
    assert metric(rows)["effect"] == metric(plain)["effect"]


@pytest.mark.parametrize(("on_9_80", "outcome"), [(range(0), "return"), (range(N_BEFORE), "watch")])
def test_who_has_no_weeks_on_5x8_is_at_most_watched(on_9_80: range, outcome: str) -> None:
    fallen = {index: {"billable_pct": 62.0} for index in range(N_BEFORE + 4, N_BEFORE + N_DURING)}
    rows = readings(history(0, other_weeks=on_9_80, changes=fallen), *(history(number) for number in range(1, 10)))
    panel = build_panel(rows, incidents(), RULES)
    table = recommend(panel, {}, np.ones(panel.is_4x10.shape, dtype=bool), RULES)
    last = table[(table["engineer_id"] == "e00") & (table["week_start"] == week(N_BEFORE + 15))]
    assert last["recommendation"].tolist() == [outcome]
    assert last["is_candidate"].tolist() == [True]
    assert last["reasons"].str.contains("no own weeks on 5x8").tolist() == [outcome == "watch"]


def test_a_month_compares_with_the_weeks_on_5x8_alone() -> None:
    odd = {index: {"billable_pct": 30.0, "vibes": 1.0} for index in range(8)}
    months = []
    for changes in ({}, odd):
        rows = readings(*(history(number, other_weeks=range(8), changes=changes) for number in range(3)))
        pages = incidents()[["engineer_id", "week_start", "acknowledge_seconds", "resolve_seconds"]]
        months.append(monthly_summary(rows, pages, "2026-06", week(N_BEFORE), RULES))
    pd.testing.assert_frame_equal(*months)
    assert len(months[0])
