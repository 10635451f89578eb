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
