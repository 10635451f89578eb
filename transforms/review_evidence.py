"""What the window of a review says about each engineer: changes in every metric, and how sure one may be of them.

Definition: decisions.md, section 5.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from transforms.baselines import Baselines
from transforms.definitions import METRIC_DEFINITIONS
from transforms.panel import FULL_TIME_HOURS, Panel
from transforms.parameters import DecisionParameters, RecommendationRules
from transforms.reviews import Review, sprint_flags
from transforms.stats import Bools, Floats, Ints
from transforms.stats.arrays import at_least, below, divide
from transforms.stats.multiplicity import benjamini_hochberg, combined_p, others_median
from transforms.stats.windows import trailing_window
from transforms.vocabulary import METRICS, Metric

REACH_PER_WEEK: Final = 2  # a window of 12 eligible weeks reaches back at most 24, as a status window of 4 does 8


@dataclass(frozen=True)
class Change:
    """One metric's change from the own baseline in the window of a review. Shape: engineers.

    Units: `worse` is positive for the worse: points, share, log time, score. Missing: too little in the window.
    """

    worse: Floats
    peers: Floats  # the peers' median decline, taken off; 0 with too few peers or no decline
    error: Floats
    value: Floats  # of the window, as shown: percent, points per 40 hours, factor, score
    normal: Floats  # the baseline, in the same unit
    n: Ints  # weeks, sprints, incidents, entries

    @property
    def own(self) -> Floats:
        """What is left after the peers' decline."""
        rest: Floats = self.worse - self.peers
        return rest

    @property
    def z(self) -> Floats:
        return divide(self.own, self.error)


@dataclass(frozen=True)
class Evidence:
    """What one review finds. Shape: engineers."""

    review: Review
    is_reviewed: Bools
    is_hired_onto: Bools
    n_weeks: Ints
    changes: Mapping[Metric, Change]
    is_one: Bools
    is_several: Bools
    is_leaning: Bools  # an objective metric is down by enough, though not far enough outside chance
    q: Floats

    def is_candidate(self, rules: RecommendationRules) -> Bools:
        """The evidence asks for a return, at this review alone."""
        # With too few weeks q is 1.
        found: Bools = self.is_reviewed & (self.is_one | self.is_several) & at_least(rules.max_q, self.q)
        return found


def review_evidence(panel: Panel, own: Baselines, parameters: DecisionParameters, review: Review) -> Evidence:
    rules = parameters.recommendation
    is_reviewed = panel.is_4x10[:, review.week]
    span, hours, billable, n_weeks = _window(panel, parameters, review)
    raw: dict[Metric, Change] = {
        "billable": _billable(own, hours, billable, n_weeks, rules),
        "velocity": _velocity(panel, own, span, parameters),
        "response": _response(panel, own, span, rules),
        "vibes": _vibes(panel, own, span, parameters),
    }
    team = np.where(is_reviewed, panel.team[:, review.week], -1)
    changes = {metric: _less_peers(raw[metric], is_reviewed, team, rules) for metric in METRICS}
    is_enough = is_reviewed & (n_weeks >= rules.min_weeks)
    z = np.stack([changes[metric].z for metric in METRICS], axis=1)
    p = combined_p(np.where(is_enough[:, None], z, np.nan))
    q = np.full(panel.n_engineers, np.nan)
    q[is_reviewed] = benjamini_hochberg(p[is_reviewed])
    return Evidence(
        review=review,
        is_reviewed=is_reviewed,
        is_hired_onto=panel.switch <= panel.first_week,
        n_weeks=n_weeks,
        changes=changes,
        is_one=asks_alone(changes, parameters),
        is_several=asks_together(changes, rules),
        is_leaning=is_leaning(changes, rules),
        q=q,
    )


def _window(panel: Panel, parameters: DecisionParameters, review: Review) -> tuple[Bools, Floats, Floats, Ints]:
    """The weeks from the window's first eligible one to the review, its hours, billable hours and eligible weeks."""
    size = parameters.recommendation.window_weeks
    settled = panel.weeks_since_switch >= parameters.baseline.settling_weeks
    is_usable = panel.is_eligible & panel.is_4x10 & settled & ~np.isnan(panel.billable_share)
    weeks = np.broadcast_to(np.arange(panel.n_weeks), is_usable.shape)
    earliest = (panel.switch + parameters.baseline.settling_weeks)[:, None]
    window = trailing_window(
        is_usable, weeks, np.array([review.week]), size, REACH_PER_WEEK * size, earliest, panel.n_weeks
    )
    count = window.count[:, 0]
    first = np.where(count > 0, window.oldest[:, 0], panel.n_weeks)
    span = settled & panel.is_4x10 & (weeks >= first[:, None]) & (weeks <= review.week)
    hours = window.take(panel.billable_denominator_hours).sum(axis=2)[:, 0]
    return span, hours, window.take(panel.billable_hours).sum(axis=2)[:, 0], count


def _billable(own: Baselines, hours: Floats, billable: Floats, n: Ints, rules: RecommendationRules) -> Change:
    share = divide(billable, hours)
    variance = own.billable.window_variance(n[:, None], hours[:, None] / FULL_TIME_HOURS)[:, 0]
    fall = METRIC_DEFINITIONS["billable"].fall(share, own.billable.mean)
    worse = np.where(n >= rules.min_weeks, fall, np.nan)
    error = np.sqrt(variance + own.billable.variance)
    return Change(100 * worse, np.zeros(len(n)), 100 * error, 100 * share, 100 * own.billable.mean, n)


def _velocity(panel: Panel, own: Baselines, span: Bools, parameters: DecisionParameters) -> Change:
    sprints, baseline = panel.sprints, own.velocity
    is_in = sprints.is_usable & sprint_flags(panel, span)
    hours = np.where(is_in, sprints.hours, 0.0)
    rate = divide(np.where(is_in, sprints.points, 0.0).sum(axis=1), hours.sum(axis=1) / FULL_TIME_HOURS)
    nominal = np.where(is_in, divide(hours, sprints.nominal_hours), 0.0).sum(axis=1)
    n = is_in.sum(axis=1, dtype=np.int64)
    weight = np.maximum(nominal, parameters.baseline.min_sprint_hours_ratio)
    variance = baseline.window_variance(n[:, None], weight[:, None])[:, 0]
    fall = METRIC_DEFINITIONS["velocity"].fall(divide(rate, baseline.mean), 1.0)
    worse = np.where(n >= parameters.velocity.min_sprints, fall, np.nan)
    return Change(worse, np.zeros(len(n)), np.sqrt(variance + baseline.variance), rate, baseline.mean, n)


def _response(panel: Panel, own: Baselines, span: Bools, rules: RecommendationRules) -> Change:
    incidents, baseline = panel.incidents, own.response.level
    deviation = own.response.deviations(panel)
    is_in = span[incidents.engineer, incidents.week] & ~np.isnan(deviation)
    total, count = np.zeros(panel.n_engineers), np.zeros(panel.n_engineers)
    np.add.at(total, incidents.engineer[is_in], deviation[is_in])
    np.add.at(count, incidents.engineer[is_in], 1)
    mean = divide(total, count)
    error = np.sqrt(divide(baseline.sd**2, count) + baseline.variance)
    fall = METRIC_DEFINITIONS["response"].fall(mean, 0.0)
    worse = np.where(count >= rules.min_incidents, fall, np.nan)
    return Change(worse, np.zeros(len(count)), error, np.exp(mean), np.ones(len(count)), count.astype(np.int64))


def _vibes(panel: Panel, own: Baselines, span: Bools, parameters: DecisionParameters) -> Change:
    baseline = own.vibes
    is_in = span & ~np.isnan(panel.vibes) & panel.is_vibes_known
    n = is_in.sum(axis=1, dtype=np.int64)
    mean = divide(np.where(is_in, panel.vibes, 0.0).sum(axis=1), n.astype(np.float64))
    variance = baseline.window_variance(n[:, None], n[:, None].astype(np.float64))[:, 0]
    fall = METRIC_DEFINITIONS["vibes"].fall(mean, baseline.mean)
    worse = np.where(n >= parameters.vibes.min_entries, fall, np.nan)
    return Change(worse, np.zeros(len(n)), np.sqrt(variance + baseline.variance), mean, baseline.mean, n)


def _less_peers(change: Change, is_reviewed: Bools, team: Ints, rules: RecommendationRules) -> Change:
    """The same change with the peers' median decline to take off: a dip that all share is not pinned on one."""
    worse = np.where(is_reviewed & ~np.isnan(change.error), change.worse, np.nan)
    decline = np.maximum(np.nan_to_num(others_median(worse, team, rules.min_peers)), 0.0)
    return Change(worse, decline, change.error, change.value, change.normal, change.n)


def is_material(changes: Mapping[Metric, Change], rules: RecommendationRules) -> dict[Metric, Bools]:
    """Which metrics are down by enough to count beside others, and far enough outside chance."""
    sizes: dict[Metric, float] = {
        "billable": rules.several_billable_points,
        "velocity": rules.several_velocity_drop,
        "response": float(np.log(rules.several_response_factor)),
        "vibes": rules.several_vibes_drop,
    }
    return {
        metric: at_least(changes[metric].own, sizes[metric]) & at_least(changes[metric].z, rules.several_z)
        for metric in METRICS
    }


def is_leaning(changes: Mapping[Metric, Change], rules: RecommendationRules) -> Bools:
    """At least one objective metric is down: reason enough to watch."""
    material = is_material(changes, rules)
    found: Bools = material["billable"] | material["velocity"] | material["response"]
    return found


def asks_together(changes: Mapping[Metric, Change], rules: RecommendationRules) -> Bools:
    """Several metrics are down, at least one of them objective."""
    count = np.sum(list(is_material(changes, rules).values()), axis=0)
    together: Bools = is_leaning(changes, rules) & (count >= rules.several_metrics)
    return together


def asks_alone(changes: Mapping[Metric, Change], parameters: DecisionParameters) -> Bools:
    """One objective metric is down so far that it is enough by itself."""
    rules = parameters.recommendation
    sizes: dict[Metric, float] = {
        "billable": rules.one_billable_points,
        "velocity": rules.one_velocity_drop,
        "response": float(np.log(rules.one_response_factor)),
    }
    is_far = {
        metric: at_least(changes[metric].own, sizes[metric]) & at_least(changes[metric].z, rules.one_z)
        for metric in sizes
    }
    is_far["billable"] &= below(changes["billable"].value, parameters.billable.threshold_pct)
    found: Bools = is_far["billable"] | is_far["velocity"] | is_far["response"]
    return found
