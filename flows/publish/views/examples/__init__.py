"""Worked examples of the rules: tiny made-up cases, and what the program itself makes of them.

Each case holds what must come of it, worked out by hand; `tests/spec/test_worked_examples.py` compares.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from flows.publish.views.examples import (
    billable,
    guard_rails,
    hours,
    lights,
    news,
    response,
    reviews,
    signals,
    status,
    velocity,
    verdicts,
    vibes,
)
from transforms.language import Language, spoken
from transforms.parameters import DecisionParameters


def groups(rules: DecisionParameters) -> list[dict[str, Any]]:
    """Tables of examples in the order in which the rules follow one another."""
    return _groups(rules, spoken())


@lru_cache(maxsize=4)
def _groups(rules: DecisionParameters, _language: Language) -> list[dict[str, Any]]:
    """They cost seconds, and are the same in every edition that speaks a language."""
    return [
        *hours.groups(rules),
        *billable.groups(),
        *velocity.groups(),
        *response.groups(),
        *vibes.groups(),
        *signals.groups(rules),
        *lights.groups(rules),
        *guard_rails.groups(rules),
        *status.groups(rules),
        *news.groups(rules),
        *reviews.groups(rules),
        *verdicts.groups(rules),
    ]
