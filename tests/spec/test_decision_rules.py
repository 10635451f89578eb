"""The rules of status, override and alerts as tables: what happened, and what the site then shows.

Every row is a story about one engineer on 4x10 among steady colleagues: own normal 82 %, policy 76 %, vibes 4 without
a note. Weeks count from the switch, the first week on 4x10 being 1. Definition: decisions.md, 1 to 4
and 10.1; each rule at its boundary stands in `flows/publish/views/examples`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import pytest

from tests.builders.decisions import STEADY_PCT, engineer_history, incidents, readings, week
from transforms.alerts import derive_alerts
from transforms.decide import Decisions, decide
from transforms.parameters import DecisionParameters

BEFORE, DURING = 20, 16
Change = dict[str, Any]


@dataclass(frozen=True)
class Rule:
    """One row of a table: what happens in which weeks of 4x10, and what is expected in which week."""

    story: str
    changes: dict[int, Change]
    week: int
    expected: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"week {self.week}: {self.story}"


def weeks(first: int, last: int, **change: Any) -> dict[int, Change]:
    """The same change in every week from the first to the last."""
    return dict.fromkeys(range(first, last + 1), change)


def at(pct: float, numbers: Iterable[int]) -> dict[int, Change]:
    """Billable `pct` points from steady's mean of 82, with steady's noise, so that weeks are not alike."""
    return {number: {"billable_pct": pct + STEADY_PCT[(BEFORE + number - 1) % 10] - 82} for number in numbers}


def all_of(*parts: dict[int, Change]) -> dict[int, Change]:
    """Changes of the same week put together."""
    joined: dict[int, Change] = {}
    for part in parts:
        for number, change in part.items():
            joined[number] = joined.get(number, {}) | change
    return joined


SLOW_SPRINTS = {number: {"points_completed": 7.0} for number in range(2, DURING + 1, 2)}
NOTE = {"has_note": True}
GONE: Change = {"is_billable_known": False, "worked_hours": np.nan, "billable_hours": np.nan}
LEAVE: Change = {"leave_hours": 40.0, "worked_hours": 0.0, "billable_hours": 0.0}
FALL = at(72, range(6, DURING + 1))

STATUS = [
    Rule("nothing happens", {}, 10, {"underlying_status": "green"}),
    Rule("one week at 55 %", at(55, [10]), 10, {"underlying_status": "green"}),
    Rule("one week at 55 %, five weeks ago", at(55, [10]), 15, {"underlying_status": "green"}),
    Rule("billable falls to 72 % for good, two weeks ago", FALL, 7, {"underlying_status": "green"}),
    Rule("billable falls to 72 % for good, five weeks ago", FALL, 11, {"underlying_status": "red"}),
    Rule("every sprint brings 30 % fewer points", SLOW_SPRINTS, 8, {"underlying_status": "red"}),
    Rule("every sprint brings 30 % fewer points: held between sprints", SLOW_SPRINTS, 9, {"underlying_status": "red"}),
    Rule(
        "every sprint brings 30 % fewer points: one sprint after settling in",
        SLOW_SPRINTS,
        6,
        {"underlying_status": "green"},
    ),
    Rule("vibes are 2.5 for five weeks", weeks(6, 10, vibes=2.5), 10, {"underlying_status": "yellow"}),
    Rule("the hours could not be fetched", weeks(10, 10, **GONE), 10, {"underlying_status": "unknown"}),
    Rule("the hours could not be fetched last week", weeks(10, 10, **GONE), 11, {"underlying_status": "green"}),
    Rule("a quarter of the hours is not logged", weeks(7, 10, worked_hours=30.0), 10, {"underlying_status": "unknown"}),
    Rule("on leave for eight weeks: held", weeks(5, 12, **LEAVE), 12, {"underlying_status": "green"}),
    Rule("on leave for nine weeks: unknown", weeks(5, 13, **LEAVE), 13, {"underlying_status": "unknown"}),
    Rule("no vibes for eight weeks", weeks(6, 13, vibes=np.nan), 13, {"underlying_status": "green"}),
]

OVERRIDE = [
    Rule(
        "yellow underneath, vibes 4 and a note",
        all_of(weeks(6, 10, vibes=2.5), {11: {"vibes": 4.0, **NOTE}}),
        11,
        {"status": "yellow", "override_applied": False},  # the vibes themselves signal
    ),
    Rule(
        "slow sprints, vibes 4 and a note",
        all_of(SLOW_SPRINTS, {8: NOTE}),
        8,
        {"status": "green", "underlying_status": "red", "override_applied": True, "override_uses_left": 3},
    ),
    Rule("slow sprints, vibes 4 but no note", SLOW_SPRINTS, 8, {"status": "red", "override_applied": False}),
    Rule(
        "slow sprints, vibes 3 and a note",
        all_of(SLOW_SPRINTS, {8: {"vibes": 3.0, **NOTE}}),
        8,
        {"status": "red", "override_applied": False},
    ),
    Rule(
        "slow sprints, a note every week: the third week running",
        all_of(SLOW_SPRINTS, weeks(8, 10, has_note=True)),
        10,
        {"status": "red", "override_applied": False},
    ),
    Rule(
        "billable fell to 65 % and is red, vibes 4 and a note",
        all_of(at(65, range(5, DURING + 1)), {12: NOTE}),
        12,
        {"status": "red", "override_applied": False},
    ),
    Rule(
        "unknown underneath, vibes 5 and a note",
        all_of(weeks(10, 10, **GONE), {10: {"vibes": 5.0, **NOTE}}),
        10,
        {"status": "unknown", "override_applied": False},
    ),
    Rule(
        "one week at 55 % with vibes 4 and a note is left out of the windows",
        all_of(at(55, [10]), {10: NOTE}),
        10,
        {"status": "green", "is_excused": True},
    ),
]

ALERTS = [
    Rule("nothing happens", {}, 16, {"alerts": []}),
    Rule("one week at 75 %", {10: {"billable_pct": 75.0}}, 10, {"alerts": ["notice open"]}),
    Rule("one week at 75 %, the next is fine", {10: {"billable_pct": 75.0}}, 11, {"alerts": ["notice resolved"]}),
    Rule("one week at 76 %", {10: {"billable_pct": 76.0}}, 10, {"alerts": []}),
    Rule("vibes are 2.5 for five weeks", weeks(6, 10, vibes=2.5), 10, {"alerts": ["warning open"]}),
    Rule("vibes were 2.5 for five weeks and recovered", weeks(6, 10, vibes=2.5), 16, {"alerts": ["warning resolved"]}),
    Rule("slow sprints", SLOW_SPRINTS, 8, {"alerts": ["critical open"]}),
    Rule("slow sprints, overridden", all_of(SLOW_SPRINTS, {8: NOTE}), 8, {"alerts": ["critical overridden"]}),
    Rule(
        "slow sprints, then the sprints cannot be fetched",
        all_of(SLOW_SPRINTS, weeks(9, 16, is_velocity_known=False)),
        16,
        {"alerts": ["critical open"]},
    ),
]


RULES = [*STATUS, *OVERRIDE, *ALERTS]


@cache
def decided() -> Decisions:
    """Every story happens to somebody of a team of their own, all in one organisation of steady colleagues."""
    shifted = [STEADY_PCT[number:] + STEADY_PCT[:number] for number in range(5)]
    histories = [
        engineer_history(f"peer{number}", n_before=BEFORE, n_during=DURING, billable_pct=pct)
        for number, pct in enumerate(shifted)
    ]
    for rule in RULES:
        by_index = {BEFORE + number - 1: change for number, change in rule.changes.items()}
        who = _who(rule)
        histories.append(engineer_history(who, n_before=BEFORE, n_during=DURING, changes=by_index, team_id=who))
    return decide(readings(*histories), incidents(), DecisionParameters())


def _who(rule: Rule) -> str:
    return f"story{RULES.index(rule):02d}"


def status_of(rule: Rule) -> dict[str, Any]:
    rows = decided().statuses
    found = rows[(rows["engineer_id"] == _who(rule)) & (rows["week_start"] == week(BEFORE + rule.week - 1))]
    assert len(found) == 1
    return found.iloc[0].to_dict()


@pytest.mark.parametrize("rule", STATUS, ids=str)
def test_status(rule: Rule) -> None:
    found = status_of(rule)
    assert {name: found[name] for name in rule.expected} == rule.expected


@pytest.mark.parametrize("rule", OVERRIDE, ids=str)
def test_override(rule: Rule) -> None:
    found = status_of(rule)
    assert {name: found[name] for name in rule.expected} == rule.expected


@pytest.mark.parametrize("rule", ALERTS, ids=str)
def test_alerts(rule: Rule) -> None:
    found = decided()
    alerts = derive_alerts(found.alert_events, found.statuses, week(BEFORE + rule.week - 1))
    on_4x10 = alerts[(alerts["engineer_id"] == _who(rule)) & (alerts["opened_week"] >= week(BEFORE))]
    assert (on_4x10["severity"] + " " + on_4x10["state"]).tolist() == rule.expected["alerts"]
