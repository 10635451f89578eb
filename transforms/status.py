"""From signals to levels, from levels to the light.

Definition: decisions.md, 1 ("No opinion or unknown"), 2 ("Hysteresis", "Underlying status").
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from transforms.opinions import HARD, NO_OPINION, NONE, SOFT
from transforms.parameters import DecisionParameters, HysteresisRules
from transforms.stats import Bools, Ints
from transforms.vocabulary import METRICS

UNKNOWN: Final = -1  # `vocabulary.STATUSES[-1]` is `unknown`
GREEN, YELLOW, RED = 0, 1, 2


@dataclass(frozen=True)
class Levels:
    """One metric's level after hysteresis. Shape: engineers x weeks."""

    level: Ints  # NONE, SOFT, HARD; NO_OPINION is unknown
    is_held: Bools  # no opinion in this week: carried over
    last_judged: Ints  # index of the last week with an opinion, up to each week; 0 before there was one


@dataclass(frozen=True)
class History:
    """What was published of one metric, and which weeks are judged now. Shape: engineers x weeks."""

    signal: Ints
    level: Ints
    is_held: Bools
    judged: Collection[int]  # weeks (by index) to judge; the others stand as published


def levels(
    signal: Ints,
    is_unknown: Bools,
    is_fast: Bools,
    channel: str,
    history: History,
    parameters: DecisionParameters,
) -> Levels:
    """The levels of one channel: hysteresis runs on from what was published. Velocity follows its signal at once.

    Method `plain` knows no hysteresis: the level is the signal, and nothing is held.
    """
    weeks = np.arange(signal.shape[1])
    is_judged = np.isin(weeks, list(history.judged))
    signal = np.where(is_judged, signal, history.signal)
    last_judged = np.maximum.accumulate(np.where(signal > NO_OPINION, weeks[None, :], 0), axis=1)
    if parameters.method == "plain":
        level = np.where(is_judged, signal, history.level)
        return Levels(level, np.where(is_judged, False, history.is_held), last_judged)
    rules = HysteresisRules(1, 1, fall_weeks=1) if channel == "velocity" else parameters.hysteresis
    is_stale = weeks[None, :] - last_judged > parameters.missing.hold_weeks
    level, is_held = _run(signal, is_unknown, is_fast, is_stale, history, rules)
    return Levels(level, is_held, last_judged)


def _run(
    signal: Ints, is_unknown: Bools, is_fast: Bools, is_stale: Bools, history: History, rules: HysteresisRules
) -> tuple[Ints, Bools]:
    n_engineers, n_weeks = signal.shape
    level, is_held = history.level.copy(), history.is_held.copy()
    recent = np.full((n_engineers, max(rules.rise_weeks, rules.fall_weeks)), NO_OPINION)  # newest first
    state = np.full(n_engineers, NO_OPINION)
    for week in range(n_weeks):
        now = signal[:, week]
        # What could no longer be held is forgotten: a level that comes back starts anew.
        recent[is_stale[:, week]] = NO_OPINION
        state[is_stale[:, week]] = NO_OPINION
        has_opinion = now > NO_OPINION
        pushed = np.column_stack([now, recent[:, :-1]])
        recent = np.where(has_opinion[:, None], pushed, recent)
        state = np.where(has_opinion, _next_level(state, recent, is_fast[:, week], rules), state)
        if week in history.judged:
            level[:, week] = np.where(is_unknown[:, week], NO_OPINION, state)
            is_held[:, week] = ~has_opinion & ~is_unknown[:, week] & (state > NO_OPINION)
        else:
            state = np.where(level[:, week] > NO_OPINION, level[:, week], state)
    return level, is_held


def _next_level(state: Ints, recent: Ints, is_fast: Bools, rules: HysteresisRules) -> Ints:
    """Up to what held in 2 of the last 3 judged weeks, or at once to soft if it is strong; down, after 2 weeks without
    it, to the highest of those 2."""
    ranked = np.sort(np.maximum(recent[:, : rules.rise_weeks], NONE), axis=1)
    risen = np.maximum(ranked[:, -rules.rise_signals], np.where(is_fast, SOFT, NONE))
    lasting = recent[:, : rules.fall_weeks].max(axis=1)
    following: Ints = np.maximum(risen, np.minimum(state, lasting))
    return np.maximum(following, NONE)


def underlying_status(level: Mapping[str, Ints], parameters: DecisionParameters) -> Ints:
    """Red: one channel at hard, or two metrics at soft. Yellow: one at soft. Green: billable is judged or held. Else
    unknown.

    Metrics that move together are not one metric more. By method `plain` only hard is red.
    Shape: engineers x weeks.
    """
    grids = np.stack(list(level.values()))
    n_soft = np.sum([level[metric] == SOFT for metric in METRICS], axis=0)
    is_soft = (grids == SOFT).any(axis=0)
    is_red = (grids == HARD).any(axis=0)
    if parameters.method == "evidence":
        is_red |= n_soft >= parameters.status.soft_metrics_for_red
    is_green = level["billable"] > NO_OPINION
    status: Ints = np.where(is_red, RED, np.where(is_soft, YELLOW, np.where(is_green, GREEN, UNKNOWN)))
    return status


def weeks_in_status(status: Ints, is_employed: Bools, published: Ints, judged: Collection[int]) -> Ints:
    """How many weeks running each status has lasted, this one included; counts of published weeks stand.

    Shape: engineers x weeks.
    """
    running = published.copy()
    for week in sorted(judged):
        running[:, week] = 1
        if week > 0:
            goes_on = (status[:, week] == status[:, week - 1]) & is_employed[:, week - 1]
            running[:, week] += np.where(goes_on, running[:, week - 1], 0)
    return running
