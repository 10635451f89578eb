"""No number in the rules is dead: moved to either side, each of them changes what is decided.

A threshold that nothing depends on is one that the method page explains and nobody applies. Histories are looked at one
after the other until one of them is decided in another way; what changes none is a finding, or stands in `UNMOVED` with
the reason.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, Final

import numpy as np
import pytest

from tests.builders.borderline import (
    ALL,
    BUSY,
    NOISY,
    QUIET,
    RARE,
    RULES,
    History,
    Path,
    moved,
    simulated,
    trials,
    unusual,
    with_number,
)
from transforms.alerts import team_wide_red
from transforms.baselines import baselines_by_week
from transforms.decide import judge, no_decisions, published_on_grid
from transforms.overrides import overrides
from transforms.panel import build_panel
from transforms.parameters import DecisionParameters
from transforms.recommendations import recommend
from transforms.status import GREEN, RED, UNKNOWN, YELLOW
from transforms.team_effect import team_effects

Found = list[np.ndarray]
Judge = Callable[[int, DecisionParameters], Found]

# Other values than half and double: those would be outside of what the number is about.
VALUES: Final[dict[str, dict[str, Any]]] = {
    "eligibility.holiday_weeks.spans.0.first_month": {"earlier": 11},
    "eligibility.holiday_weeks.spans.0.last_month": {"later": 2},
    # The 2nd lies in the same week as the 1st, which is a holiday week already.
    "eligibility.holiday_weeks.spans.0.last_day": {"later": 12},
    # So many of the last so many: there can be no more of them.
    "hysteresis.rise_signals": {"fewer": 1, "more": 3},
    "hysteresis.rise_weeks": {"fewer": 2, "more": 6},
}
UNMOVED: Final[dict[str, str]] = {}
# They say how wide the team's interval is: its ends are what they decide.
WIDTHS: Final = ("shared_", "min_variance_correction", "min_degrees_of_freedom")


def cases() -> list[Any]:
    found = []
    for path, value, bounds in ALL:
        name = ".".join(map(str, path))
        others = VALUES.get(name) or moved(value, bounds)
        assert others, f"{name} is not moved: say to what"
        found += [pytest.param(path, other, id=f"{name} {how}: {other}") for how, other in others.items()]
    return found


@cache
def history(number: int) -> History:
    made: Sequence[Callable[[], History]] = (
        lambda: simulated(QUIET),
        lambda: simulated(NOISY),
        lambda: unusual(RARE),
        lambda: simulated(BUSY),
        lambda: unusual(NOISY, 2),
    )
    return made[number]()


N_HISTORIES: Final = 5


@cache
def trial(number: int) -> History:
    return simulated(trials()[number], seed=10 + number)


def lights(number: int, rules: DecisionParameters) -> Found:
    """Statuses, excused weeks, overrides and alert events."""
    given = history(number)
    panel, baselines = given.panel, given.baselines
    if rules.eligibility != RULES.eligibility:
        panel = build_panel(given.readings, given.responses, rules)
    if panel is not given.panel or rules.baseline != RULES.baseline:
        baselines = baselines_by_week(panel, rules, range(panel.n_weeks))
    found = judge(panel, rules, baselines, published_on_grid(panel, no_decisions()))
    events = [values for grid in found.alerts.values() for values in vars(grid).values()]
    return [found.underlying, found.override.is_applied, found.is_excused, *events]


def plain_lights(number: int, rules: DecisionParameters) -> Found:
    return lights(number, replace(rules, method="plain"))


def tossed_lights(number: int, rules: DecisionParameters) -> Found:
    """Overrides and team alerts over lights that come by chance, and often to many of a team at once."""
    panel = history(number).panel
    rng = np.random.default_rng(number)
    shape = panel.is_employed.shape
    is_hard_week = (rng.random((len(panel.teams), shape[1])) < 0.1)[panel.team, np.arange(shape[1])]
    chance = rng.random(shape) + 0.25 * is_hard_week
    # Of every other one little is known, so that the override is not refused for how seldom it was green.
    unknown = np.where(np.arange(shape[0]) % 2, 0.05, 0.55)[:, None]
    light = np.select([chance < unknown, chance > 0.9, chance > 0.83], [UNKNOWN, RED, YELLOW], GREEN)
    light = np.where((light == GREEN) & (unknown > 0.5), YELLOW, light)
    nothing = np.zeros(shape, dtype=bool)
    override = overrides(panel, rules, light, np.zeros(shape, dtype=int), nothing, range(panel.n_weeks))
    return [override.is_applied, team_wide_red(panel, light, rules.alerts)]


def reviews(number: int, rules: DecisionParameters) -> Found:
    given = history(number)
    table = recommend(given.panel, given.baselines, decided(lights, number)[0] >= YELLOW, rules)
    return [table[name].to_numpy() for name in ("week_start", "engineer_id", "recommendation", "is_candidate")]


def verdicts(number: int, rules: DecisionParameters) -> Found:
    table = team_effects(trial(number).panel, rules)
    return [table[name].to_numpy() for name in ("week_start", "metric", "verdict", "is_beyond_margin")]


def intervals(number: int, rules: DecisionParameters) -> Found:
    table = team_effects(trial(number).panel, rules)
    return [table[name].to_numpy() for name in ("ci_low", "ci_high")]


@cache
def decided(judge_by: Judge, number: int) -> Found:
    """By the rules as they are."""
    return judge_by(number, RULES)


def judges(path: Path) -> list[tuple[Judge, int]]:
    """What a number can change, the likeliest first, and over how many histories."""
    section, name = path[0], str(path[1])
    if section == "recommendation":
        return [(reviews, N_HISTORIES)]
    if section == "team_effect":
        return [(intervals if name.startswith(WIDTHS) else verdicts, len(trials()))]
    if section == "plain":
        return [(plain_lights, N_HISTORIES)]
    if section in ("override", "alerts"):
        return [(lights, 2), (tossed_lights, N_HISTORIES)]
    return [(lights, N_HISTORIES)]


def is_same(one: Found, other: Found) -> bool:
    return all(
        mine.shape == theirs.shape and bool(((mine == theirs) | ((mine != mine) & (theirs != theirs))).all())
        for mine, theirs in zip(one, other, strict=True)
    )


def changes_anything(path: Path, value: Any) -> bool:
    rules = with_number(RULES, path, value)
    return any(
        not is_same(decided(judge_by, number), judge_by(number, rules))
        for judge_by, n in judges(path)
        for number in range(n)
    )


@pytest.mark.parametrize(("path", "value"), cases())
def test_a_number_that_is_moved_changes_what_is_decided(path: Path, value: Any, request: pytest.FixtureRequest) -> None:
    name = request.node.callspec.id
    assert changes_anything(path, value) is (name not in UNMOVED)


def test_the_same_rules_decide_the_same() -> None:
    """Else every number would seem to matter."""
    for path in (("billable", ""), ("override", ""), ("plain", ""), ("recommendation", ""), ("team_effect", "")):
        for judge_by, n in judges((path[0], "")):
            assert all(is_same(decided(judge_by, one), judge_by(one, RULES)) for one in range(n))
