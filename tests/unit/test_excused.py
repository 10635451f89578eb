"""Which weeks the status windows leave out."""

from dataclasses import replace

import numpy as np
import pytest

from tests.builders.decisions import engineer_history, incidents, own_normal, readings
from transforms.baselines import Baselines, ResponseBaseline
from transforms.excused import excused_weeks
from transforms.panel import build_panel
from transforms.parameters import DecisionParameters, ExcusedRules

PARAMETERS = DecisionParameters()
BEFORE, STEP = 20, 1e-6
OWN = own_normal(0.80, sd=0.05)
KNOWN = Baselines(OWN, OWN, ResponseBaseline(np.zeros(1), np.zeros(1), OWN), OWN)
BAD = {"billable_pct": 60.0, "vibes": 4.0, "has_note": True}


def excused(
    changes: dict[int, dict[str, object]],
    *,
    parameters: DecisionParameters = PARAMETERS,
    published: list[int] | None = None,
    first: int = 0,
    hours: float = 40.0,
) -> list[int]:
    """The excused weeks of a history at 80 % but for `changes`; weeks before `first` are published."""
    history = engineer_history(n_before=BEFORE, n_during=25, billable_pct=[80.0], changes=changes, hours=hours)
    panel = build_panel(readings(history), incidents(), parameters)
    before = np.zeros((1, panel.n_weeks), dtype=bool)
    before[:, published or []] = True
    found = excused_weeks(panel, parameters, dict.fromkeys(range(first, panel.n_weeks), KNOWN), before)
    return np.flatnonzero(found[0]).tolist()


@pytest.mark.parametrize(
    ("change", "is_excused"),
    [
        ({}, True),
        ({"billable_pct": 72.5}, True),  # 1.5 standard deviations of 5 points
        ({"billable_pct": 72.5 + STEP}, False),
        ({"vibes": 4.0 - STEP}, False),
        ({"vibes": np.nan}, False),
        ({"has_note": False}, False),
        ({"is_vibes_known": False}, False),
        ({"worked_hours": 15.0}, False),  # not eligible: left out of the windows anyway
    ],
)
def test_a_bad_week_with_good_vibes_and_a_note(change: dict[str, object], is_excused: bool) -> None:
    assert excused({30: BAD | change}) == ([30] if is_excused else [])


def test_a_short_week_scatters_more() -> None:
    assert excused({30: BAD | {"billable_pct": 72.5}}, hours=20.0) == []
    assert excused({30: BAD | {"billable_pct": 80 - 7.5 * np.sqrt(2)}}, hours=20.0) == [30]


def test_at_most_one_week_in_eight() -> None:
    assert excused(dict.fromkeys((28, 29, 35, 36, 43), BAD)) == [28, 36]
    assert excused(dict.fromkeys((28, 36, 44), BAD)) == [28, 36, 44]


def test_what_was_excused_in_a_published_week_stands_and_counts() -> None:
    assert excused({30: BAD, 33: BAD}, published=[28], first=32) == [28]
    assert excused({30: BAD, 33: BAD}, published=[], first=32) == [33]  # week 30 was published as not excused


def test_nothing_is_compared_before_the_switch_or_while_settling_in() -> None:
    assert excused({10: BAD, 23: BAD}) == []
    assert excused({24: BAD}) == [24]


def test_excusing_can_be_switched_off() -> None:
    off = replace(PARAMETERS, excused=ExcusedRules(enabled=False))
    assert excused({30: BAD}, parameters=off) == []
    assert excused({30: BAD}, parameters=replace(PARAMETERS, method="plain")) == []
