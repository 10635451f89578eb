"""Which weeks count as close to the switch, and below what a light under the policy would clear."""

from dataclasses import replace

import numpy as np
import pytest

from tests.builders.borderline import NOISY, RULES, simulated
from tests.builders.decisions import engineer_history, incidents, readings
from transforms.comparison import weeks_to_judge
from transforms.opinions import HARD, rule
from transforms.panel import build_panel
from transforms.parameters import BillableRules, ComparisonRules, DecisionParameters
from transforms.signals import signals


@pytest.mark.parametrize("windows", [(3, 4, 6, 8, 12), (4,), (3, 6)])
def test_a_week_is_close_to_the_switch_while_any_window_holds_weeks_of_settling_in(windows: tuple[int, ...]) -> None:
    rules = replace(DecisionParameters(), comparison=ComparisonRules(windows_weeks=windows))
    team = [engineer_history(f"e{number}", n_before=8, n_during=24) for number in range(6)]
    panel = build_panel(readings(*team), incidents(), rules)
    nobody = np.zeros((panel.n_engineers, panel.n_weeks), dtype=bool)
    week = weeks_to_judge(panel, rules, np.arange(panel.n_weeks), nobody)
    settling = set(range(rules.baseline.settling_weeks))
    for index in range(panel.n_weeks):
        since = index - 8
        holds = any(settling & set(range(since - length + 1, since + 1)) for length in windows)
        is_close = since >= rules.comparison.settled_weeks and holds
        assert week.is_fresh[:, index].tolist() == [is_close] * 6, since


def test_a_dip_is_shared_by_five_and_fewer_wait_until_all_have_settled_in() -> None:
    """Teams of 7, 5 and 4; of the first team two switch later. Held against a count by hand."""
    rules = DecisionParameters()
    switches = {"ant": [8, 8, 8, 8, 8, 10, 10], "bee": [8] * 5, "cat": [8] * 4}
    team = [
        engineer_history(f"{name}{number}", n_before=at, n_during=34 - at, team_id=name)
        for name, starts in switches.items()
        for number, at in enumerate(starts)
    ]
    panel = build_panel(readings(*team), incidents(), rules)
    nobody = np.zeros((panel.n_engineers, panel.n_weeks), dtype=bool)
    week = weeks_to_judge(panel, rules, np.arange(panel.n_weeks), nobody)
    settled, settling, longest = rules.comparison.settled_weeks, rules.baseline.settling_weeks, 12
    for index in range(panel.n_weeks):
        since = index - panel.switch
        # Close to the switch those of the same switch are a group of their own.
        groups = [
            None if weeks < settled else (name, int(at) if weeks < settling + longest - 1 else None)
            for name, at, weeks in zip(panel.team[:, index].tolist(), panel.switch, since, strict=True)
        ]
        for one, (group, weeks, switch) in enumerate(zip(groups, since, panel.switch, strict=True)):
            is_shared = group is not None and groups.count(group) >= 5
            assert (week.group[one, index] >= 0) == is_shared
            assert week.is_compared[one, index] == (is_shared or weeks >= settling)
            if weeks >= settled:
                assert week.compared_from[one, index] == (switch if is_shared else switch + settling)
        shared = [one for one in range(len(groups)) if week.group[one, index] >= 0]
        for one in shared:
            same = [other for other in shared if week.group[other, index] == week.group[one, index]]
            assert same == [other for other in shared if groups[other] == groups[one]]


def test_a_light_under_the_policy_clears_below_it_never_above() -> None:
    """Nothing is asked for beyond what would not signal: where the own normal says nothing, less than the policy."""
    rules = replace(RULES, billable=BillableRules(soft_points=100))
    history = simulated(NOISY)
    panel = history.panel
    nobody = np.zeros((panel.n_engineers, panel.n_weeks), dtype=bool)
    found = signals(panel, rules, history.baselines, nobody).opinion["billable"]
    is_policy = found.rule == rule("policy")
    assert (is_policy & (found.signal == HARD)).any()
    assert (found.clear_at[is_policy] < rules.billable.threshold_pct).all()
    is_long = is_policy & (found.signal == HARD) & (found.n_items > rules.billable.window_weeks)
    assert is_long.any()
