"""What each metric says in a week, by method `plain`: the week's reading against its threshold, nothing else.

- billable: hard below the policy, soft less than `near_points` above it;
- velocity: soft when the sprint that ends is `velocity_drop` or more under the own baseline;
- response: soft when the week's incidents took `response_factor` times the own baseline or longer, as a geometric mean;
- vibes: soft at `low_vibes` or below.

Without a reading there is no opinion, and nothing is held. Velocity and response are compared from the switch on.
Definition: decisions.md, introduction (method `plain`).
"""

import numpy as np

from transforms.baselines import Baselines
from transforms.opinions import HARD, NO_OPINION, NONE, SOFT, Opinion, gap, rule
from transforms.panel import FULL_TIME_HOURS, Panel
from transforms.parameters import DecisionParameters
from transforms.stats import Bools, Floats, Ints
from transforms.stats.arrays import at_least, below, divide
from transforms.vocabulary import Metric


def plain_opinions(
    panel: Panel, parameters: DecisionParameters, known: Baselines, index: Ints
) -> dict[Metric, Opinion]:
    """The opinions of every metric about some weeks (by index)."""
    return {
        "billable": _billable(panel, parameters, index),
        "velocity": _velocity(panel, parameters, known, index),
        "response": _response(panel, parameters, known, index),
        "vibes": _vibes(panel, parameters, index),
    }


def _billable(panel: Panel, parameters: DecisionParameters, index: Ints) -> Opinion:
    threshold = parameters.billable.threshold_pct
    value = 100 * panel.billable_share[:, index]
    is_hard = below(value, threshold)
    is_soft = below(value, threshold + parameters.plain.near_points)
    return _opinion(panel, index, value, threshold, is_soft, is_hard, panel.is_billable_known)


def _velocity(panel: Panel, parameters: DecisionParameters, known: Baselines, index: Ints) -> Opinion:
    sprints = panel.sprints
    rates = np.full((panel.n_engineers, panel.n_weeks), np.nan)
    row, slot = np.nonzero(sprints.is_usable)
    rate = divide(sprints.points, sprints.hours / FULL_TIME_HOURS)
    rates[row, sprints.last_week[row, slot]] = rate[row, slot]
    value = rates[:, index]
    normal = np.where(panel.weeks_since_switch[:, index] >= 0, known.velocity.mean[:, None], np.nan)
    threshold = normal * (1 - parameters.plain.velocity_drop)
    is_soft = at_least(threshold, value)
    return _opinion(panel, index, value, threshold, is_soft, np.zeros_like(is_soft), panel.is_velocity_known)


def _response(panel: Panel, parameters: DecisionParameters, known: Baselines, index: Ints) -> Opinion:
    calls = known.response.weekly(panel)
    mean = np.where(panel.weeks_since_switch >= 0, divide(calls.total, calls.count), np.nan)
    factor = np.exp(mean[:, index])
    threshold = parameters.plain.response_factor
    is_soft = at_least(factor, threshold)
    return _opinion(panel, index, factor, threshold, is_soft, np.zeros_like(is_soft), panel.is_response_known)


def _vibes(panel: Panel, parameters: DecisionParameters, index: Ints) -> Opinion:
    value = panel.vibes[:, index]
    threshold = parameters.plain.low_vibes
    is_soft = at_least(threshold, value)
    return _opinion(panel, index, value, threshold, is_soft, np.zeros_like(is_soft), panel.is_vibes_known)


def _opinion(
    panel: Panel,
    index: Ints,
    value: Floats,
    threshold: Floats | float,
    is_soft: Bools,
    is_hard: Bools,
    is_known: Bools,
) -> Opinion:
    known = is_known[:, index]
    reference = np.broadcast_to(np.asarray(threshold, dtype=float), value.shape)
    is_read = ~np.isnan(value) & ~np.isnan(reference)
    gaps = np.where(known, np.where(is_read, 0, gap("nothing_new")), gap("source"))
    gaps = np.where(panel.is_employed[:, index], gaps, gap("not_employed"))
    grade = np.where(is_hard, HARD, np.where(is_soft, SOFT, NONE))
    missing = np.full(value.shape, np.nan)
    return Opinion(
        signal=np.where(gaps > 0, NO_OPINION, grade),
        gap=gaps,
        rule=np.where((gaps == 0) & (grade > NONE), rule("threshold"), 0),
        value=value,
        reference=reference,
        z=missing,
        first_week=np.broadcast_to(index, value.shape),
        n_items=np.where(is_read, 1, 0),
        smallest_visible=missing,
        clear_at=reference,
        shared=np.zeros(value.shape),
        is_fast=np.zeros(value.shape, dtype=bool),
        is_one_item=np.zeros(value.shape, dtype=bool),
    )
