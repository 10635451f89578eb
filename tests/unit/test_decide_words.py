"""What is decided is the same whether or not it is put into words."""

import pandas as pd
import pytest

from tests.builders.decisions import incidents, noisy_team
from transforms.decide import Decisions, decide
from transforms.parameters import DecisionParameters

TEXTS = ["reasons", "would_clear"]
CALLS = incidents([(f"e{number:02d}", week, 60.0 + week, 900.0) for number in range(6) for week in range(0, 40, 2)])


@pytest.fixture(scope="module")
def full() -> Decisions:
    return decided()


def decided(**options: bool) -> Decisions:
    return decide(noisy_team(6, n_during=16), CALLS, DecisionParameters(), **options)


def test_without_signals_statuses_say_the_same_and_alerts_nothing(full: Decisions) -> None:
    found = decided(with_signals=False)
    pd.testing.assert_frame_equal(found.statuses, full.statuses)
    pd.testing.assert_frame_equal(found.alert_events.drop(columns="reason"), full.alert_events.drop(columns="reason"))
    assert (found.alert_events["reason"] == "").all()
    assert len(full.signals)
    assert found.signals.empty
    pd.testing.assert_frame_equal(found.recommendations, full.recommendations)
    pd.testing.assert_frame_equal(found.team_effects, full.team_effects)


def test_without_reasons_everything_else_is_the_same(full: Decisions) -> None:
    found = decided(with_reasons=False)
    pd.testing.assert_frame_equal(found.statuses.drop(columns=TEXTS), full.statuses.drop(columns=TEXTS))
    assert (found.statuses[TEXTS] == "").all(axis=None)
    words = ["reason", "would_clear"]
    pd.testing.assert_frame_equal(found.signals.drop(columns=words), full.signals.drop(columns=words))
    assert (found.signals[words] == "").all(axis=None)
    assert (found.alert_events["reason"] == "").all()
