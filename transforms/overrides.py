"""The vibes override: when the manager's word keeps a light green, and how often it may.

Definition: decisions.md, 3.
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from transforms.opinions import NONE
from transforms.panel import Panel
from transforms.parameters import DecisionParameters
from transforms.stats import Bools, Ints
from transforms.stats.arrays import at_least, divide
from transforms.stats.windows import trailing_window
from transforms.status import GREEN, UNKNOWN, YELLOW

# Guard-rails in the order in which they are named when they forbid it.
GUARD_RAILS = (
    "has_note",
    "vibes_quiet",
    "mostly_green",
    "soft_or_on_policy",
    "was_green",
    "not_running_out",
    "not_used_up",
)


@dataclass(frozen=True)
class Overrides:
    """What became of the override. Shape: engineers x weeks, `passes` with the guard-rails in front."""

    is_applied: Bools
    is_asked: Bools  # yellow or red underneath, and vibes good enough
    passes: Bools
    n_green: Ints  # of the judged weeks looked back at
    n_judged: Ints
    uses_left: Ints  # further weeks in this span of weeks
    weeks_left: Ints  # further weeks running


def overrides(
    panel: Panel,
    parameters: DecisionParameters,
    underlying: Ints,
    vibes_level: Ints,
    published: Bools,
    judged: Collection[int],
) -> Overrides:
    """Where the override applies: every guard-rail holds and something asks for it. Published weeks stand.

    Never over `unknown`. By method `plain` a note is the only guard-rail.
    """
    rules = parameters.override
    is_asked = (underlying >= YELLOW) & at_least(panel.vibes, rules.min_vibes) & panel.is_vibes_known & rules.enabled
    n_green, n_judged = _green_before(underlying, rules.look_back_weeks)
    share = divide(n_green.astype(float), n_judged.astype(float))
    passes = np.ones((len(GUARD_RAILS), *underlying.shape), dtype=bool)
    passes[0] = panel.has_note
    applied = published.copy()
    running, used = np.zeros((2, *underlying.shape), dtype=np.int64)
    max_running, max_in_span = rules.max_running, rules.max_in_span
    if parameters.method == "evidence":
        passes[1] = vibes_level <= NONE
        passes[2] = (n_judged < rules.min_judged_weeks) | at_least(share, rules.min_green_share)
        is_red = is_asked & (underlying != YELLOW)
        passes[3] = ~is_red | _long_share_on_policy(panel, parameters, is_red)
    else:
        max_running = max_in_span = rules.span_weeks
    for week in range(panel.n_weeks):
        span = applied[:, max(week - rules.span_weeks + 1, 0) : week].sum(axis=1)
        before = running[:, week - 1] if week else np.zeros(panel.n_engineers, dtype=np.int64)
        if week in judged:
            if parameters.method == "evidence":
                passes[4, :, week] = _was_green(underlying, applied, week) | (not rules.keeps_only)
                passes[5, :, week] = before < max_running
                passes[6, :, week] = span < max_in_span
            applied[:, week] = is_asked[:, week] & passes[:, :, week].all(axis=0)
        running[:, week] = np.where(applied[:, week], before + 1, 0)
        used[:, week] = span + applied[:, week]
    uses_left = np.maximum(max_in_span - used, 0)
    return Overrides(
        is_applied=applied,
        is_asked=is_asked,
        passes=passes,
        n_green=n_green,
        n_judged=n_judged,
        uses_left=uses_left,
        weeks_left=np.clip(max_running - running, 0, uses_left),
    )


def _was_green(underlying: Ints, applied: Bools, week: int) -> Bools:
    """Whether no yellow or red light was shown in the week before. Shape: engineers."""
    if week == 0:
        return np.ones(len(underlying), dtype=bool)
    was_green: Bools = applied[:, week - 1] | (underlying[:, week - 1] < YELLOW)
    return was_green


def shown_status(underlying: Ints, is_applied: Bools) -> Ints:
    """What is shown: green where the override applies, else what was computed."""
    shown: Ints = np.where(is_applied, GREEN, underlying)
    return shown


def _green_before(underlying: Ints, look_back: int) -> tuple[Ints, Ints]:
    """Green and judged weeks among the previous ones. Shape: engineers x weeks each."""
    return _sum_before(underlying == GREEN, look_back), _sum_before(underlying != UNKNOWN, look_back)


def _sum_before(flags: Bools, look_back: int) -> Ints:
    running = np.column_stack([np.zeros(len(flags), dtype=np.int64), flags.cumsum(axis=1)])
    weeks = np.arange(flags.shape[1])
    total: Ints = running[:, weeks] - running[:, np.maximum(weeks - look_back, 0)]
    return total


def _long_share_on_policy(panel: Panel, parameters: DecisionParameters, is_asked: Bools) -> Bools:
    """Billable of the long window at the policy or above; it may reach before the switch and keeps excused weeks.

    Only of the engineers of whom it is asked anywhere.
    """
    rules = parameters.billable
    rows = np.flatnonzero(is_asked.any(axis=1))
    window = trailing_window(
        panel.is_eligible[rows],
        None,
        np.arange(panel.n_weeks),
        rules.long_window_weeks,
        rules.long_reach_weeks,
        np.zeros((len(rows), panel.n_weeks), dtype=np.int64),
        panel.n_weeks,
    )
    hours = window.take(panel.billable_denominator_hours[rows]).sum(axis=2)
    share = divide(window.take(panel.billable_hours[rows]).sum(axis=2), hours)
    found = np.zeros(is_asked.shape, dtype=bool)
    found[rows] = (window.count >= rules.min_weeks) & at_least(share, rules.threshold_pct / 100)
    return found
