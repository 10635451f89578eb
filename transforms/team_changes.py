"""How much each metric has changed since the switch over everybody, at one review, with its interval.

Before are the weeks on 5x8 before an engineer's first week on 4x10; during are those on 4x10 after settling in. A week
on any other schedule (9/80) is neither, and who was never on 5x8 is not compared.
Definition: decisions.md, 6 and 10.3.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from transforms.definitions import METRIC_DEFINITIONS
from transforms.panel import Panel, sprint_flags
from transforms.parameters import DecisionParameters, TeamEffectRules
from transforms.reviews import Review, points_per_full_week, sprint_grid
from transforms.stats import Bools, Floats, Ints
from transforms.stats.arrays import divide
from transforms.stats.intervals import (
    Changes,
    Estimate,
    Period,
    SharedWeeks,
    difference_of_changes,
    mean_change,
    own_changes,
    season_weights,
)
from transforms.vocabulary import METRICS, Metric


@dataclass(frozen=True)
class Periods:
    """The engineer-weeks of a group that lie before and during. Engineers x weeks."""

    before: Bools
    during: Bools


@dataclass(frozen=True)
class Observed:
    """One metric of a group as the comparison takes it. Engineers x weeks.

    `weight` is 0 where a week is not compared; there `reading` may be missing. `items` are what must be enough on both
    sides: weeks, sprints, incidents, vibes.
    """

    reading: Floats
    weight: Floats
    items: Floats | Bools
    least: int
    is_log: bool = False


@dataclass(frozen=True)
class Side:
    """One metric in one period. Engineers x weeks of the period; readings are numbers everywhere."""

    reading: Floats
    weight: Floats
    items: Floats | Bools

    def first(self, n: int) -> "Side":
        """The period's first `n` weeks."""
        return Side(self.reading[:, :n], self.weight[:, :n], self.items[:, :n])


@dataclass(frozen=True)
class Sides:
    """One metric of a group, before and during."""

    before: Side
    during: Side
    least: int
    is_log: bool


@dataclass(frozen=True)
class Group:
    """Everything of a group that does not depend on the review. The eligible weeks are those of the two periods."""

    eligible_before: Bools
    eligible_during: Bools
    sides: Mapping[Metric, Sides]


@dataclass(frozen=True)
class TeamPanel:
    """The panel as the reviews compare it: those on 4x10, and those on 5x8 over the same weeks."""

    panel: Panel
    own: Group
    others: Group | None  # where nobody was on 5x8 in both periods there are none
    before: slice  # weeks, by index
    during: slice
    parameters: DecisionParameters


@dataclass(frozen=True)
class Compared:
    """The engineers of a group who can be compared in one metric, and their changes where they are enough."""

    n: int
    changes: Changes | None


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

    @property
    def probability_beyond_margin(self) -> float:
        """Probability that the true change is worse than the margin; missing without an estimate."""
        if self.estimate is None:
            return np.nan
        below = self.estimate.probability_below(self.margin)
        return below if self.harm_sign < 0 else 1 - below

    def worst(self, confidence: float) -> float:
        """The harm-side end of the interval, positive for the worse; missing without an estimate."""
        if self.estimate is None:
            return np.nan
        return max(self.harm_sign * end for end in self.estimate.interval(confidence))

    def smallest_visible(self, confidence: float) -> float:
        """Half the interval's width, for the worse: less could not be told from none. In the unit of the effect."""
        if self.estimate is None:
            return np.nan
        low, high = self.estimate.interval(confidence)
        return self.harm_sign * (high - low) / 2


def team_panel(panel: Panel, parameters: DecisionParameters) -> TeamPanel:
    """Readings and weights of both groups, once for all reviews."""
    own, others = _own_periods(panel, parameters), _others_periods(panel, parameters)
    before, during = _span(own.before | others.before), _span(own.during | others.during)
    has_others = bool(np.any(others.before.any(axis=1) & others.during.any(axis=1)))
    return TeamPanel(
        panel,
        _group(panel, own, before, during, parameters),
        _group(panel, others, before, during, parameters) if has_others else None,
        before,
        during,
        parameters,
    )


def team_review(team: TeamPanel, review: Review) -> tuple[list[MetricReview], bool]:
    """What a review finds for each metric, and whether before and during cover the same months."""
    season = _season(team, review)
    n_during = review.week + 1 - team.during.start
    has_switched = team.panel.switch <= review.week
    own = _changes(team.own, season, n_during, has_switched, team.parameters)
    others = {metric: Compared(0, None) for metric in METRICS}
    if team.others is not None:
        then = _at_review(team, team.others, review)
        others = _changes(then, season, n_during, np.ones_like(has_switched), team.parameters)
    found = [_metric_review(metric, own[metric], others[metric], team.parameters) for metric in METRICS]
    return found, season is not None


def _own_periods(panel: Panel, parameters: DecisionParameters) -> Periods:
    """Before each engineer's own switch, and on 4x10 after settling in."""
    rules, since = parameters.baseline, panel.weeks_since_switch
    has_switch = (panel.switch < panel.n_weeks)[:, None]
    is_before = panel.is_before & has_switch & (since >= -rules.max_weeks)
    return Periods(is_before, panel.is_4x10 & (since >= rules.settling_weeks))


def _others_periods(panel: Panel, parameters: DecisionParameters) -> Periods:
    """The same two periods, by the organisation's earliest switch, of those on 5x8: who stayed, and who went back."""
    rules, since = parameters.baseline, np.arange(panel.n_weeks) - int(panel.switch.min(initial=panel.n_weeks))
    is_before = panel.is_5x8 & (since < 0) & (since >= -rules.max_weeks)
    return Periods(is_before, panel.is_5x8 & (since >= rules.settling_weeks))


def _span(is_in: Bools) -> slice:
    """The weeks from the first to the last in which anybody is in."""
    weeks = np.flatnonzero(is_in.any(axis=0))
    return slice(int(weeks[0]), int(weeks[-1]) + 1) if len(weeks) else slice(0, 0)


def _group(panel: Panel, periods: Periods, before: slice, during: slice, parameters: DecisionParameters) -> Group:
    def side(observed: Observed, is_in: Bools, weeks: slice) -> Side:
        weight = np.where(is_in[:, weeks], observed.weight[:, weeks], 0.0)
        reading = np.where(weight > 0, observed.reading[:, weeks], 0.0)
        return Side(reading, weight, observed.items[:, weeks] * is_in[:, weeks])

    found = {metric: observe(panel, periods, parameters) for metric, observe in _OBSERVE.items()}
    return Group(
        (panel.is_eligible & periods.before)[:, before],
        (panel.is_eligible & periods.during)[:, during],
        {
            metric: Sides(side(one, periods.before, before), side(one, periods.during, during), one.least, one.is_log)
            for metric, one in found.items()
        },
    )


def _at_review(team: TeamPanel, others: Group, review: Review) -> Group:
    """The others as they are at a review: until then a later switch is not known, from then on the weeks before it are
    that engineer's own "before" and compare nobody else."""
    panel = team.panel
    is_own_before = ((panel.switch <= review.week)[:, None] & (panel.weeks_since_switch < 0))[:, team.during]
    if not (is_own_before & others.eligible_during).any():
        return others

    def kept(sides: Sides) -> Sides:
        during = sides.during
        rest = Side(during.reading, during.weight * ~is_own_before, during.items * ~is_own_before)
        return Sides(sides.before, rest, sides.least, sides.is_log)

    return Group(
        others.eligible_before,
        others.eligible_during & ~is_own_before,
        {metric: kept(sides) for metric, sides in others.sides.items()},
    )


def _season(team: TeamPanel, review: Review) -> Floats | None:
    """How much each week before counts, so that each month does as during; None where that is not possible."""
    panel, own = team.panel, team.own
    has_switched = panel.switch <= review.week
    sides = np.zeros((2, panel.n_weeks), dtype=bool)
    sides[0, team.before] = own.eligible_before[has_switched].any(axis=0)
    sides[1, team.during] = own.eligible_during[has_switched].any(axis=0)
    sides[:, review.week + 1 :] = False
    month = (panel.week_starts + pd.Timedelta(days=3)).month.to_numpy()
    weights = season_weights(month, sides[0], sides[1])
    return None if weights is None else weights[team.before]


def _changes(
    group: Group, season: Floats | None, n_during: int, takes_part: Bools, parameters: DecisionParameters
) -> dict[Metric, Compared]:
    rules = parameters.team_effect
    weights = np.ones(group.eligible_before.shape[1]) if season is None else season
    has_weeks = _in_both(group.eligible_before[:, weights > 0], group.eligible_during[:, :n_during], rules.min_weeks)
    found = {}
    for metric, sides in group.sides.items():
        before, during = sides.before, sides.during.first(n_during)
        asked = [takes_part, has_weeks, _in_both(before.items[:, weights > 0], during.items, sides.least)]
        if sides.is_log:
            asked += [_has_any(before.reading[:, weights > 0]), _has_any(during.reading)]
        has_enough = np.asarray(np.all(asked, axis=0))
        n = int(np.count_nonzero(has_enough))
        found[metric] = Compared(n, None)
        if n >= rules.min_engineers:
            periods = [
                Period(before.reading[has_enough], before.weight[has_enough] * weights),
                Period(during.reading[has_enough], during.weight[has_enough]),
            ]
            found[metric] = Compared(n, own_changes(*periods, is_log=sides.is_log))
    return found


def _in_both(before: Floats | Bools, during: Floats | Bools, least: int) -> Bools:
    """Who has at least so many items in both periods."""
    enough: Bools = (before.sum(axis=1) >= least) & (during.sum(axis=1) >= least)
    return enough


def _has_any(values: Floats) -> Bools:
    found: Bools = np.any(values > 0, axis=1)
    return found


def _metric_review(metric: Metric, own: Compared, others: Compared, parameters: DecisionParameters) -> MetricReview:
    rules = parameters.team_effect
    assumed = SharedWeeks(
        rules.shared_min_share,
        rules.shared_memory,
        rules.shared_memory_weeks,
        rules.shared_max_memory,
        rules.min_variance_correction,
        rules.min_degrees_of_freedom,
    )
    margin = margins(rules)[metric]
    if own.changes is None:
        return MetricReview(metric, margin, own.n, None, np.nan, np.nan, None, 0)
    difference = None if others.changes is None else difference_of_changes(own.changes, others.changes, assumed)
    levels = _levels(metric, own.changes)
    return MetricReview(metric, margin, own.n, mean_change(own.changes, assumed), *levels, difference, others.n)


def margins(rules: TeamEffectRules) -> dict[Metric, float]:
    """The margins in the unit of the effect; the sign is the direction of harm."""
    return {
        "billable": -rules.margins.billable_points,
        "velocity": float(np.log1p(-rules.margins.velocity_drop)),
        "response": float(np.log(rules.margins.response_factor)),
        "vibes": -rules.margins.vibes_drop,
    }


def _levels(metric: Metric, own: Changes) -> tuple[float, float]:
    """Mean level before and during over the engineers; geometric where the effect is a logarithm."""
    if metric == "response":
        return float(np.exp(own.before.mean())), float(np.exp(own.during.mean()))
    if metric == "velocity":
        return float(np.exp(np.log(own.before).mean())), float(np.exp(np.log(own.during).mean()))
    return float(own.before.mean()), float(own.during.mean())


def _billable(panel: Panel, _: Periods, parameters: DecisionParameters) -> Observed:
    share = panel.billable_share
    is_seen = panel.is_eligible & ~np.isnan(share)
    hours = np.where(is_seen, panel.billable_denominator_hours, 0.0)
    return Observed(100 * share, hours, is_seen, parameters.team_effect.min_weeks)


def _velocity(panel: Panel, periods: Periods, parameters: DecisionParameters) -> Observed:
    """Whole sprints, each in the week in which it ends, that lie wholly before or wholly during."""
    is_inside = sprint_flags(panel, periods.before) | sprint_flags(panel, periods.during)
    points, hours = sprint_grid(panel, panel.sprints.is_usable & is_inside)
    return Observed(
        points_per_full_week(points, hours), hours, hours > 0, parameters.team_effect.min_sprints, is_log=True
    )


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
    is_seen = ~np.isnan(time) & usual[at]
    cells = (incidents.engineer * panel.n_weeks + incidents.week)[is_seen]
    count = np.bincount(cells, minlength=usual.size).reshape(shape).astype(float)
    total = np.bincount(cells, weights=time[is_seen], minlength=usual.size).astype(float).reshape(shape)
    return Observed(divide(total, count), count, count, parameters.baseline.min_incidents)


def _vibes(panel: Panel, _: Periods, parameters: DecisionParameters) -> Observed:
    is_seen = ~np.isnan(panel.vibes) & panel.is_vibes_known & _usual_weeks(panel)
    return Observed(panel.vibes, is_seen.astype(float), is_seen, parameters.team_effect.min_weeks)


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
        total = np.bincount(engineer[used], weights=part[used], minlength=n_engineers).astype(float)
        means.append(divide(total, np.bincount(engineer[used], minlength=n_engineers).astype(float)))
    return np.stack(means)


def mean_present(parts: Floats) -> Floats:
    """Mean over the first axis of what is there; missing where nothing is."""
    is_there = ~np.isnan(parts)
    return divide(np.where(is_there, parts, 0.0).sum(axis=0), is_there.sum(axis=0).astype(float))
