"""No number in the rules is dead: moved to either side, each changes what is decided."""

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.builders.borderline import ALL, NOISY, QUIET, RULES, History, Path, moved, simulated, with_number
from transforms.baselines import baselines_by_week
from transforms.decide import judge, no_decisions, published_on_grid
from transforms.panel import build_panel
from transforms.parameters import DecisionParameters
from transforms.recommendations import recommend
from transforms.status import YELLOW
from transforms.team_effect import team_effects


@cache
def histories() -> list[History]:
    return [simulated(QUIET), simulated(NOISY)]


def lights(history: History, rules: DecisionParameters) -> list[Any]:
    is_same = rules.eligibility == RULES.eligibility
    panel = history.panel if is_same else build_panel(history.readings, history.responses, rules)
    if is_same and rules.baseline == RULES.baseline:
        baselines = history.baselines
    else:
        baselines = baselines_by_week(panel, rules, range(panel.n_weeks))
    found = judge(panel, rules, baselines, published_on_grid(panel, no_decisions()))
    events = [values for grid in found.alerts.values() for values in vars(grid).values()]
    return [found.underlying, found.override.is_applied, found.is_excused, *events]


def reviewed(history: History, rules: DecisionParameters) -> list[Any]:
    found = []
    for is_flagged in (flags(history), np.ones(history.panel.is_4x10.shape, dtype=bool)):
        table = recommend(history.panel, history.baselines, is_flagged, rules)
        found += [table["recommendation"].to_numpy(), table["is_candidate"].to_numpy(), table["week_start"].to_numpy()]
    return found


@cache
def _flags(number: int) -> np.ndarray:
    return lights(histories()[number], RULES)[0] >= YELLOW


def flags(history: History) -> np.ndarray:
    return _flags(histories().index(history))


def differ(one, other):
    return any(a.shape != b.shape or not pd.Series(np.ravel(a)).equals(pd.Series(np.ravel(b))) for a, b in zip(one, other))
