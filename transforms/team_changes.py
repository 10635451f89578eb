"""How much each metric has changed since the switch over everybody, at one review, with its interval.

Definition: decisions.md, section 6.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from transforms.definitions import METRIC_DEFINITIONS
from transforms.panel import Panel
from transforms.parameters import DecisionParameters, TeamEffectRules
from transforms.reviews import Review, points_per_full_week, sprint_flags, sprint_grid
from transforms.stats import Bools, Floats, Ints
from transforms.stats.arrays import divide
from transforms.stats.intervals import (
    Changes,
    Estimate,
    Shared,
    difference_of_changes,
    mean_change,
    own_changes,
    season_weights,
)
from transforms.vocabulary import METRICS, Metric


@dataclass(frozen=True)
class Periods:
    """Which engineer-weeks lie before and during, and how much a week before counts. Engineers x weeks; weeks."""

    before: Bools
    during: Bools
    season: Floats | None = None

    def weights(self, weight: Floats) -> "Sides":
        """`weight` (engineers x weeks) on either side, the months before made to count as those during."""
        season = np.ones(self.before.shape[1]) if self.season is None else self.season
        return Sides(np.where(self.before, weight * season, 0.0), np.where(self.during, weight, 0.0))


@dataclass(frozen=True)
class Sides:
    """Weights of the engineer-weeks before and during; 0 where a week is not compared. Engineers x weeks."""

    before: Floats
    during: Floats

    def have(self, least: float) -> Bools:
        """Who has at least so many weeks on both sides."""
        return (count_positive(self.before) >= least) & (count_positive(self.during) >= least)


@dataclass(frozen=True)
class Observed:
    """One metric as the comparison takes it: readings and weights per engineer and week, and who has enough of both."""

    reading: Floats
    sides: Sides
    has_enough: Bools
    is_log: bool = False


@dataclass(frozen=True)
class MetricReview:
    """What one review finds for one metric. `estimate` is missing with too few engineers."""

    metric: Metric
    margin: float
    n_engineers: int
    estimate: Estimate | None
    before: float
    during: float
    against_others: Estimate | None
    n_others: int

    @property
    def harm_sign(self) -> int:
        return -METRIC_DEFINITIONS[self.metric].direction


def team_review(panel: Panel, parameters: DecisionParameters, review: Review) -> tuple[list[MetricReview], bool]:
    periods = _own_periods(panel, parameters, review)
    others = replace(_others_periods(panel, parameters, review), season=periods.season)
    found = [_metric_review(metric, panel, periods, others, parameters) for metric in METRICS]
    return found, periods.season is not None


def _own_periods(panel: Panel, parameters: DecisionParameters, review: Review) -> Periods:
    """Before each engineer's own switch, and on 4x10 after settling in, up to the review."""
    rules, since = parameters.baseline, panel.weeks_since_switch
    is_past = panel.is_employed & (np.arange(panel.n_weeks) <= review.week)
    has_switched = (panel.switch <= review.week)[:, None]
    is_before = is_past & has_switched & ~panel.is_4x10 & (since < 0) & (since >= -rules.max_weeks)
    is_during = is_past & panel.is_4x10 & (since >= rules.settling_weeks)
    month = (panel.week_starts + pd.Timedelta(days=3)).month.to_numpy()
    compared: list[Bools] = [np.any(side & panel.is_eligible, axis=0) for side in (is_before, is_during)]
    return Periods(is_before, is_during, season_weights(month, compared[0], compared[1]))


def _others_periods(panel: Panel, parameters: DecisionParameters, review: Review) -> Periods:
    """The same two periods, by the organisation's earliest switch, of those on 5x8: who stayed, and who went back."""
    rules, since = parameters.baseline, np.arange(panel.n_weeks) - int(panel.switch.min())
    is_past = panel.is_employed & (np.arange(panel.n_weeks) <= review.week)
    # Until an own, later switch the weeks on 5x8 are that engineer's own "before".
    is_other = (panel.switch > review.week)[:, None] | (panel.weeks_since_switch >= 0)
    is_before = is_past & ~panel.is_4x10 & (since < 0) & (since >= -rules.max_weeks)
    return Periods(is_before, is_past & ~panel.is_4x10 & (since >= rules.settling_weeks) & is_other)


def _metric_review(
    metric: Metric, panel: Panel, periods: Periods, others: Periods, parameters: DecisionParameters
) -> MetricReview:
    rules = parameters.team_effect
    shared = Shared(rules.bartlett_lag, rules.min_variance_correction, rules.min_degrees_of_freedom)
    margin = margins(rules)[metric]
    own = _changes(_OBSERVE[metric](panel, periods, parameters))
    if own.n < rules.min_engineers:
        return MetricReview(metric, margin, own.n, None, np.nan, np.nan, None, 0)
    stayed = _changes(_OBSERVE[metric](panel, others, parameters))
    has_others = stayed.n >= rules.min_engineers
    return MetricReview(
        metric,
        margin,
        own.n,
        mean_change(own, shared),
        *_levels(metric, own),
        against_others=difference_of_changes(own, stayed, shared) if has_others else None,
        n_others=stayed.n,
    )


def margins(rules: TeamEffectRules) -> dict[Metric, float]:
    """The margins in the unit of the effect; the sign is the direction of harm."""
    return {
        "billable": -rules.margins.billable_points,
        "velocity": float(np.log1p(-rules.margins.velocity_drop)),
        "response": float(np.log(rules.margins.response_factor)),
        "vibes": -rules.margins.vibes_drop,
    }


def _changes(observed: Observed) -> Changes:
    keep, sides = observed.has_enough, observed.sides
    return own_changes(observed.reading[keep], sides.before[keep], sides.during[keep], is_log=observed.is_log)


def _levels(metric: Metric, own: Changes) -> tuple[float, float]:
    """Mean level before and during over the engineers; geometric where the effect is a logarithm."""
    if metric == "response":
        return float(np.exp(own.before.mean())), float(np.exp(own.during.mean()))
    if metric == "velocity":
        return float(np.exp(np.log(own.before).mean())), float(np.exp(np.log(own.during).mean()))
    return float(own.before.mean()), float(own.during.mean())


def _has_weeks(panel: Panel, periods: Periods, parameters: DecisionParameters) -> Bools:
    return periods.weights(panel.is_eligible.astype(float)).have(parameters.team_effect.min_weeks)


def _billable(panel: Panel, periods: Periods, parameters: DecisionParameters) -> Observed:
    share = panel.billable_share
    is_seen = panel.is_eligible & ~np.isnan(share)
    sides = periods.weights(np.where(is_seen, panel.billable_denominator_hours, 0.0))
    return Observed(100 * share, sides, sides.have(parameters.team_effect.min_weeks))


def _velocity(panel: Panel, periods: Periods, parameters: DecisionParameters) -> Observed:
    """Whole sprints within one side. A side without any points has no logarithm."""
    is_inside = sprint_flags(panel, periods.before) | sprint_flags(panel, periods.during)
    points, hours = sprint_grid(panel, panel.sprints.is_usable & is_inside)
    sides = periods.weights(hours)
    has_points = ((points > 0) & (sides.before > 0)).any(axis=1) & ((points > 0) & (sides.during > 0)).any(axis=1)
    enough = has_points & sides.have(parameters.team_effect.min_sprints) & _has_weeks(panel, periods, parameters)
    return Observed(points_per_full_week(points, hours), sides, enough, is_log=True)


def _response(panel: Panel, periods: Periods, parameters: DecisionParameters) -> Observed:
    """Mean log time per incident: over its parts, each against the engineer's own normal of that part before.

    The engineer's own level is added back, so that means are log seconds; the change does not depend on it.
    """
    incidents, shape = panel.incidents, panel.is_4x10.shape
    at = (incidents.engineer, incidents.week)
    usual = _usual_weeks(panel)
    parts = np.stack([incidents.log_acknowledge, incidents.log_resolve])
    normal = _own_means(parts, incidents.engineer, (periods.before & usual)[at], panel.n_engineers)
    time = mean_present(parts - normal[:, incidents.engineer]) + mean_present(normal)[incidents.engineer]
    is_seen = ~np.isnan(time)
    total, count = np.zeros(shape), np.zeros(shape)
    np.add.at(total, at, np.where(is_seen, time, 0.0))
    np.add.at(count, at, is_seen)
    count = count * usual
    least = parameters.baseline.min_incidents
    has_calls = [(count * side).sum(axis=1) >= least for side in (periods.before, periods.during)]
    enough = has_calls[0] & has_calls[1] & _has_weeks(panel, periods, parameters)
    return Observed(divide(total, count), periods.weights(count), enough)


def _vibes(panel: Panel, periods: Periods, parameters: DecisionParameters) -> Observed:
    is_seen = ~np.isnan(panel.vibes) & _usual_weeks(panel)
    sides = periods.weights(is_seen.astype(float))
    enough = sides.have(parameters.team_effect.min_weeks) & _has_weeks(panel, periods, parameters)
    return Observed(panel.vibes, sides, enough)


_OBSERVE: Final[dict[Metric, Callable[[Panel, Periods, DecisionParameters], Observed]]] = {
    "billable": _billable,
    "velocity": _velocity,
    "response": _response,
    "vibes": _vibes,
}


def _usual_weeks(panel: Panel) -> Bools:
    """Calls and vibes count in short weeks too, but not in holiday weeks or a new hire's first ones."""
    usual: Bools = panel.is_employed & ~panel.is_holiday_week[None, :] & ~panel.is_new_hire
    return usual


def _own_means(parts: Floats, engineer: Ints, is_used: Bools, n_engineers: int) -> Floats:
    """Each engineer's mean of each part over the used incidents; missing without one. Parts x engineers."""
    means = []
    for part in parts:
        used = is_used & ~np.isnan(part)
        total, count = np.zeros(n_engineers), np.zeros(n_engineers)
        np.add.at(total, engineer[used], part[used])
        np.add.at(count, engineer[used], 1)
        means.append(divide(total, count))
    return np.stack(means)


def mean_present(parts: Floats) -> Floats:
    """Mean over the first axis of what is there; missing where nothing is."""
    is_there = ~np.isnan(parts)
    return divide(np.where(is_there, parts, 0.0).sum(axis=0), is_there.sum(axis=0).astype(float))


def count_positive(weights: Floats) -> Ints:
    """Weeks with weight, per engineer."""
    weeks: Ints = (weights > 0).sum(axis=1, dtype=np.int64)
    return weeks
