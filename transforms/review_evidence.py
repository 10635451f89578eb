"""What the windows of a review say about each engineer: changes in every metric, and how sure one may be of them.

Definition: decisions.md, 5 and 10.2.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final

import numpy as np

from transforms.definitions import METRIC_DEFINITIONS
from transforms.panel import FULL_TIME_HOURS
from transforms.parameters import DecisionParameters, RecommendationRules
from transforms.review_windows import Facts, OwnFacts, Window, window
from transforms.reviews import Review
from transforms.stats import Bools, Floats, Ints
from transforms.stats.arrays import at_least, below, divide
from transforms.stats.baseline import Baseline
from transforms.stats.multiplicity import benjamini_hochberg, combined_p, combined_strength, others_median
from transforms.vocabulary import METRICS, OBJECTIVE_METRICS, Metric


@dataclass(frozen=True)
class Change:
    """One metric's change from the own normal in a window. Shape: engineers.

    Units: `worse` is positive for the worse: points, share, log time, score. Missing: too little in the window.
    """

    worse: Floats
    peers: Floats  # the peers' median decline, taken off; 0 with too few peers or no decline
    error: Floats
    value: Floats  # of the window, as shown: percent, points per 40 hours, factor, score
    normal: Floats  # the own normal, in the same unit
    clipped: Floats  # what single weeks or incidents counted less than they were, in the unit of `worse`
    n: Ints  # weeks, sprints, incidents, entries

    @property
    def own(self) -> Floats:
        """What is left after the peers' decline."""
        rest: Floats = self.worse - self.peers
        return rest

    @property
    def plain(self) -> Floats:
        """How far the value lies from the own normal, nothing taken off."""
        fall: Floats = self.worse + self.clipped
        return fall

    @property
    def z(self) -> Floats:
        return divide(self.own, self.error)


Changes = Mapping[Metric, Change]


@dataclass(frozen=True)
class WindowEvidence:
    """What one window of a review finds. Shape: engineers."""

    n_weeks: Ints
    is_enough: Bools
    strength: Floats  # of all metrics together, in standard errors
    q: Floats
    is_one: Bools
    is_several: Bools
    is_leaning: Bools  # an objective metric is down by enough, though not far enough outside chance
    asks_return: Bools  # by the numbers of this review alone
    is_strong: Bools  # and hardly by chance
    changes: Changes


@dataclass(frozen=True)
class Evidence:
    """What one review finds. Shape: engineers.

    `shown` is what the window says that spoke: for each engineer the shortest of those that say most. `size` is its
    size in eligible weeks, `windows` are all of them.
    """

    review: Review
    is_reviewed: Bools
    has_5x8: Bools  # own weeks on 5x8 before 4x10: there is something to return to
    size: Ints
    shown: WindowEvidence
    windows: Mapping[int, WindowEvidence]


def review_evidence(facts: Facts, own: OwnFacts, parameters: DecisionParameters, review: Review) -> Evidence:
    panel, rules = facts.panel, parameters.recommendation
    is_reviewed = panel.is_4x10[:, review.week]
    team = np.where(is_reviewed, panel.team[:, review.week], -1)
    windows = {
        size: _window_evidence(facts, own, window(facts, review, size, rules), is_reviewed, team, parameters)
        for size in rules.windows_weeks
    }
    spoke = that_spoke(list(windows.values()))
    return Evidence(
        review=review,
        is_reviewed=is_reviewed,
        has_5x8=np.asarray(panel.is_before.any(axis=1)),
        size=np.array(rules.windows_weeks, dtype=np.int64)[spoke],
        shown=_picked(list(windows.values()), spoke),
        windows=windows,
    )


def _window_evidence(
    facts: Facts, own: OwnFacts, span: Window, is_reviewed: Bools, team: Ints, parameters: DecisionParameters
) -> WindowEvidence:
    rules = parameters.recommendation
    is_enough = is_reviewed & (span.n_weeks >= rules.min_weeks)
    measured = {metric: measure(facts, own, span, parameters) for metric, measure in _MEASURES.items()}
    changes = _less_peers(measured, team, rules)
    z = np.where(is_enough[:, None], np.stack([changes[metric].z for metric in METRICS], axis=1), np.nan)
    strength = combined_strength(z, rules.strength_min_z, rules.strength_max_z)
    q = np.full(len(z), np.nan)
    q[is_reviewed] = benjamini_hochberg(combined_p(z[is_reviewed], strength[is_reviewed]))
    is_one = is_enough & asks_alone(changes, parameters)
    is_several = is_enough & asks_together(changes, strength, rules)
    asks_return = (is_one | is_several) & at_least(rules.max_q, q)
    return WindowEvidence(
        n_weeks=span.n_weeks,
        is_enough=is_enough,
        strength=strength,
        q=q,
        is_one=is_one,
        is_several=is_several,
        is_leaning=is_enough & is_leaning(changes, rules),
        asks_return=asks_return,
        is_strong=asks_return & at_least(rules.strong_q, q),
        changes=changes,
    )


def that_spoke(windows: Sequence[WindowEvidence]) -> Ints:
    """Which window says most; of several the first. Shape: engineers."""
    said = [
        16 * one.is_strong
        + 8 * one.asks_return
        + 4 * (one.is_one | one.is_several)
        + 2 * one.is_leaning
        + one.is_enough
        for one in windows
    ]
    spoke: Ints = np.argmax(said, axis=0)
    return spoke


def _picked(windows: Sequence[WindowEvidence], spoke: Ints) -> WindowEvidence:
    """For each engineer what the window says that spoke."""
    at = (spoke, np.arange(len(spoke)))

    def of(parts: "Sequence[WindowEvidence | Change]") -> dict[str, Any]:
        names = [one.name for one in fields(parts[0]) if one.name != "changes"]
        return {name: np.stack([getattr(part, name) for part in parts])[at] for name in names}

    changes = {metric: Change(**of([one.changes[metric] for one in windows])) for metric in METRICS}
    return WindowEvidence(**of(windows), changes=changes)


def _billable(facts: Facts, own: OwnFacts, span: Window, parameters: DecisionParameters) -> Change:
    hours = facts.hours.between(span.first, span.end)
    share = divide(facts.billable.between(span.first, span.end), hours)
    fall = METRIC_DEFINITIONS["billable"].fall
    plain, counted = (
        fall(share, own.billable_normal),
        fall(divide(own.billable.between(span.first, span.end), hours), 0.0),
    )
    baseline = own.baselines.billable
    variance = _window_variance(baseline, span.n_weeks, hours / FULL_TIME_HOURS) + baseline.variance
    return Change(
        worse=100 * np.where(span.n_weeks >= parameters.recommendation.min_weeks, counted, np.nan),
        peers=np.zeros(len(share)),
        error=100 * np.sqrt(variance),
        value=100 * share,
        normal=100 * own.billable_normal,
        clipped=100 * (plain - counted),
        n=span.n_weeks,
    )


def _velocity(facts: Facts, own: OwnFacts, span: Window, parameters: DecisionParameters) -> Change:
    rows = np.arange(len(span.first))
    first, end = facts.sprints_begun[rows, span.first], facts.sprints_ended[:, span.end]
    n = np.maximum(end - first, 0)
    hours = facts.all_sprint_hours.between(first, end)
    rate = divide(facts.all_points.between(first, end), hours / FULL_TIME_HOURS)
    weight = np.maximum(facts.all_nominal_sprints.between(first, end), parameters.baseline.min_sprint_hours_ratio)
    baseline = own.baselines.velocity
    variance = _window_variance(baseline, n, weight) + baseline.variance
    fall = METRIC_DEFINITIONS["velocity"].fall
    plain, counted = (
        fall(divide(rate, own.velocity_normal), 1.0),
        fall(divide(own.velocity.between(first, end), hours), 0.0),
    )
    return Change(
        worse=np.where(n >= parameters.recommendation.min_sprints, counted, np.nan),
        peers=np.zeros(len(n)),
        error=np.sqrt(variance),
        value=rate,
        normal=own.velocity_normal,
        clipped=plain - counted,
        n=n,
    )


def _response(_: Facts, own: OwnFacts, span: Window, parameters: DecisionParameters) -> Change:
    count = own.n_incidents.between(span.first, span.end)
    mean = divide(own.unclipped_response.between(span.first, span.end), count)
    fall = METRIC_DEFINITIONS["response"].fall
    plain, counted = fall(mean, 0.0), fall(divide(own.response.between(span.first, span.end), count), 0.0)
    baseline = own.baselines.response.level
    return Change(
        worse=np.where(count >= parameters.recommendation.min_incidents, counted, np.nan),
        peers=np.zeros(len(count)),
        error=np.sqrt(divide(baseline.sd**2, count) + baseline.variance),
        value=np.exp(mean),
        normal=np.ones(len(count)),
        clipped=plain - counted,
        n=count.astype(np.int64),
    )


def _vibes(facts: Facts, own: OwnFacts, span: Window, parameters: DecisionParameters) -> Change:
    count = facts.n_vibes.between(span.first, span.end)
    mean = divide(facts.vibes.between(span.first, span.end), count)
    n, baseline = count.astype(np.int64), own.baselines.vibes
    variance = _window_variance(baseline, n, count) + baseline.variance
    fall = METRIC_DEFINITIONS["vibes"].fall(mean, own.vibes_normal)
    worse = np.where(n >= parameters.recommendation.min_entries, fall, np.nan)
    return _unclipped(worse, np.sqrt(variance), mean, own.vibes_normal, n)


_MEASURES: Final[dict[Metric, Callable[[Facts, OwnFacts, Window, DecisionParameters], Change]]] = {
    "billable": _billable,
    "velocity": _velocity,
    "response": _response,
    "vibes": _vibes,
}


def _unclipped(worse: Floats, error: Floats, value: Floats, normal: Floats, n: Ints) -> Change:
    nothing = np.zeros(len(n))
    return Change(worse, nothing, error, value, normal, nothing, n)


def _window_variance(baseline: Baseline, n: Ints, weight: Floats) -> Floats:
    variance: Floats = baseline.window_variance(n[:, None], weight[:, None])[:, 0]
    return variance


def _less_peers(changes: Changes, team: Ints, rules: RecommendationRules) -> Changes:
    """The same with the peers' median decline to take off: a dip that all share is not pinned on one.

    `team` is negative where nobody is reviewed.
    """
    known = [np.where(np.isnan(one.error), np.nan, one.worse) for one in changes.values()]
    decline = np.maximum(np.nan_to_num(others_median(np.stack(known, axis=1), team, rules.min_peers)), 0.0)
    return {metric: replace(one, peers=decline[:, place]) for place, (metric, one) in enumerate(changes.items())}


def sizes_beside_others(rules: RecommendationRules) -> dict[Metric, float]:
    """How far a metric must be down to count beside others, in the unit of `Change.worse`."""
    return {
        "billable": rules.several_billable_points,
        "velocity": rules.several_velocity_drop,
        "response": float(np.log(rules.several_response_factor)),
        "vibes": rules.several_vibes_drop,
    }


def smallest_visible(changes: Changes, rules: RecommendationRules) -> dict[Metric, Floats]:
    """The smallest own change that a review would take up, in the unit of `Change.worse`: less is not visible yet.

    An objective metric by itself asks for `watch`; vibes only ever count beside another metric.
    """
    z = dict.fromkeys(OBJECTIVE_METRICS, rules.watch_z)
    return {
        metric: np.maximum(
            size, z.get(metric, rules.several_z) * np.where(_is_known(changes[metric]), changes[metric].error, np.nan)
        )
        for metric, size in sizes_beside_others(rules).items()
    }


def is_down(changes: Changes, least_z: float, rules: RecommendationRules) -> dict[Metric, Bools]:
    """Which metrics are down by enough to count beside others, and so many standard errors."""
    sizes = sizes_beside_others(rules)
    return {
        metric: at_least(changes[metric].own, sizes[metric]) & at_least(changes[metric].z, least_z)
        for metric in METRICS
    }


def is_leaning(changes: Changes, rules: RecommendationRules) -> Bools:
    """At least one objective metric is down: reason enough to watch."""
    return _any_objective(is_down(changes, rules.watch_z, rules))


def asks_together(changes: Changes, strength: Floats, rules: RecommendationRules) -> Bools:
    """Several metrics are down, at least one of them objective, and all together far enough outside chance."""
    down = is_down(changes, rules.several_z, rules)
    count = np.sum(list(down.values()), axis=0)
    together: Bools = (
        _any_objective(down) & (count >= rules.several_metrics) & at_least(strength, rules.several_strength)
    )
    return together


def asks_alone(changes: Changes, parameters: DecisionParameters) -> Bools:
    """One objective metric is down so far that it is enough by itself."""
    rules = parameters.recommendation
    asked: dict[Metric, tuple[float, float]] = {
        "billable": (rules.one_billable_points, rules.one_billable_z),
        "velocity": (rules.one_velocity_drop, rules.one_velocity_z),
        "response": (float(np.log(rules.one_response_factor)), rules.one_response_z),
    }
    is_far = {
        metric: at_least(changes[metric].own, size) & at_least(changes[metric].z, z)
        for metric, (size, z) in asked.items()
    }
    is_far["billable"] &= below(changes["billable"].value, parameters.billable.threshold_pct)
    return _any_objective(is_far)


def _any_objective(flags: Mapping[Metric, Bools]) -> Bools:
    found: Bools = np.any([flags[metric] for metric in OBJECTIVE_METRICS], axis=0)
    return found


def _is_known(change: Change) -> Bools:
    known: Bools = ~np.isnan(change.worse)
    return known
