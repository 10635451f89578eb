"""Everybody's own normal in each metric: the weeks on 5x8 before the switch, as far as they were known at a week.

Weeks on any other schedule (9/80) are no part of it. Who has none on 5x8 is given what is normal for all, like somebody
hired onto 4x10.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from transforms.panel import FULL_TIME_HOURS, Panel, sprint_flags
from transforms.parameters import BaselineRules, DecisionParameters
from transforms.stats import Bools, Floats, Ints
from transforms.stats.arrays import divide
from transforms.stats.baseline import Baseline, Scatter, mean_baseline, rate_baseline
from transforms.stats.windows import Window, trailing_items


@dataclass(frozen=True)
class ResponseBaseline:
    """Normal times, and how certain they are.

    `level` is of an incident's mean log time over the parts present, each minus what is normal for everybody: its
    variance, scatter and n are those of the deviations from the own normal, too.
    """

    log_acknowledge: Floats  # engineers
    log_resolve: Floats
    level: Baseline

    def deviations(self, panel: Panel) -> Floats:
        """Per incident: the mean over the parts present of log time minus its own normal. Positive is slower."""
        return _deviations(panel, self.log_acknowledge, self.log_resolve)

    def weekly(self, panel: Panel, most: Floats | None = None) -> "WeeklyDeviations":
        """The incidents' deviations, put together by week; each counts for at most `most` (per engineer)."""
        deviations = self.deviations(panel)
        if most is not None:
            limit = most[panel.incidents.engineer]
            deviations = np.clip(deviations, -limit, limit)
        is_known = ~np.isnan(deviations)
        shape, n_cells = (panel.n_engineers, panel.n_weeks), panel.n_engineers * panel.n_weeks
        cells = (panel.incidents.engineer * panel.n_weeks + panel.incidents.week)[is_known]
        slowest = np.full(n_cells, -np.inf)
        np.maximum.at(slowest, cells, deviations[is_known])
        return WeeklyDeviations(
            count=np.bincount(cells, minlength=n_cells).reshape(shape).astype(float),
            total=np.bincount(cells, weights=deviations[is_known], minlength=n_cells).astype(float).reshape(shape),
            slowest=slowest.reshape(shape),
        )


@dataclass(frozen=True)
class WeeklyDeviations:
    """Number, sum and largest of the incidents' deviations. Shape: engineers x weeks."""

    count: Floats
    total: Floats
    slowest: Floats  # -inf in a week without incidents


@dataclass(frozen=True)
class Baselines:
    """One baseline per metric, over engineers.

    Units: billable as a share of hours, scatter per 40 h; velocity in points per 40 h, scatter and variance relative;
    response in log units per incident; vibes in score.
    """

    billable: Baseline
    velocity: Baseline
    response: ResponseBaseline
    vibes: Baseline


def baselines_by_week(panel: Panel, parameters: DecisionParameters, judged: Iterable[int]) -> Mapping[int, Baselines]:
    """The baselines with which each of some weeks (by index) is judged.

    Only weeks before the judged one and before the engineer's own switch count, so that a week judged today and the
    same week judged within a longer history rest on the same baseline. Weeks with the same facts share one object.
    """
    has_facts = np.flatnonzero(np.any(panel.is_before, axis=0))
    facts_end = int(has_facts[-1]) + 1 if len(has_facts) else 0
    by_cut: dict[int, Baselines] = {}
    by_week: dict[int, Baselines] = {}
    for week in judged:
        cut = min(week, facts_end)
        if cut not in by_cut:
            by_cut[cut] = baselines_before(panel, parameters, cut)
        by_week[week] = by_cut[cut]
    return by_week


def baselines_before(panel: Panel, parameters: DecisionParameters, cut: int) -> Baselines:
    """Baselines from the weeks (by index) on 5x8 before `cut` and before each engineer's own switch."""
    rules = parameters.baseline
    is_before = panel.is_before[:, :cut]
    return Baselines(
        billable=_billable(panel, rules, is_before),
        velocity=_velocity(panel, rules, np.minimum(panel.switch, cut)),
        response=_response(panel, rules, np.minimum(panel.switch, cut)),
        vibes=_vibes(panel, rules, is_before),
    )


def _items(window: Window, values: Floats) -> Floats:
    return window.take(values)[:, 0, :]


def _is_used(window: Window) -> Bools:
    return window.is_in[:, 0, :]


def _billable(panel: Panel, rules: BaselineRules, is_before: Bools) -> Baseline:
    weeks = slice(0, is_before.shape[1])
    window = trailing_items(panel.is_eligible[:, weeks] & is_before, rules.max_weeks)
    hours = np.nan_to_num(panel.billable_denominator_hours[:, weeks])
    share = np.nan_to_num(panel.billable_share[:, weeks])
    scatter = _scatter(rules, rules.min_weeks, rules.prior_weeks, rules.min_sd_billable_points / 100)
    return mean_baseline(_items(window, share), _items(window, hours) / FULL_TIME_HOURS, _is_used(window), scatter)


def _velocity(panel: Panel, rules: BaselineRules, end: Ints) -> Baseline:
    sprints = panel.sprints
    is_recent = sprints.first_week >= end[:, None] - rules.max_weeks
    is_before = sprint_flags(panel, panel.is_5x8) & (sprints.last_week < end[:, None])
    window = trailing_items(sprints.is_usable & is_recent & is_before, rules.max_weeks)
    hours = np.nan_to_num(sprints.hours)
    rates = np.nan_to_num(divide(sprints.points, hours / FULL_TIME_HOURS))
    relative = np.minimum(np.nan_to_num(divide(hours, sprints.nominal_hours)), rules.max_sprint_hours_ratio)
    return rate_baseline(
        _items(window, rates),
        _items(window, hours) / FULL_TIME_HOURS,
        _items(window, relative),
        _is_used(window),
        _scatter(rules, rules.min_sprints, rules.prior_sprints, rules.min_sd_velocity),
    )


def _vibes(panel: Panel, rules: BaselineRules, is_before: Bools) -> Baseline:
    weeks = slice(0, is_before.shape[1])
    vibes = panel.vibes[:, weeks]
    window = trailing_items(~np.isnan(vibes) & panel.is_vibes_known[:, weeks] & is_before, rules.max_weeks)
    scatter = _scatter(rules, rules.min_vibes, None, rules.min_sd_vibes)
    is_used = _is_used(window)
    return mean_baseline(_items(window, np.nan_to_num(vibes)), np.ones(is_used.shape), is_used, scatter)


def _response(panel: Panel, rules: BaselineRules, end: Ints) -> ResponseBaseline:
    incidents = panel.incidents
    own_end = end[incidents.engineer]
    is_recent = (incidents.week < own_end) & (incidents.week >= own_end - rules.max_weeks)
    is_before = is_recent & panel.is_5x8[incidents.engineer, incidents.week]
    # Incidents come singly: neighbours are not taken to be alike.
    scatter = Scatter(rules.min_incidents, rules.prior_incidents, rules.min_sd_response, rules.winsor_sds, 0.0)

    def baseline(values: Floats) -> Baseline:
        per_engineer, is_used = _by_engineer(values, incidents.engineer, is_before & ~np.isnan(values), panel)
        return mean_baseline(per_engineer, np.ones(is_used.shape), is_used, scatter)

    acknowledge, resolve = baseline(incidents.log_acknowledge), baseline(incidents.log_resolve)
    everybody = np.ones(panel.n_engineers)
    level = baseline(_deviations(panel, everybody * acknowledge.pooled_mean, everybody * resolve.pooled_mean))
    return ResponseBaseline(acknowledge.mean, resolve.mean, level)


def _deviations(panel: Panel, log_acknowledge: Floats, log_resolve: Floats) -> Floats:
    incidents = panel.incidents
    parts = np.stack(
        [
            incidents.log_acknowledge - log_acknowledge[incidents.engineer],
            incidents.log_resolve - log_resolve[incidents.engineer],
        ]
    )
    is_there = ~np.isnan(parts)
    return divide(np.where(is_there, parts, 0.0).sum(axis=0), is_there.sum(axis=0).astype(float))


def _by_engineer(values: Floats, engineer: Ints, is_used: Bools, panel: Panel) -> tuple[Floats, Bools]:
    """Used values as engineers x items, in their order, from the left."""
    rows, used = engineer[is_used], values[is_used]
    n = np.bincount(rows, minlength=panel.n_engineers)
    slot = np.arange(len(rows)) - np.repeat(np.cumsum(n) - n, n)
    grid = np.zeros((panel.n_engineers, int(n.max(initial=0))))
    grid[rows, slot] = used
    return grid, np.arange(grid.shape[1])[None, :] < n[:, None]


def _scatter(rules: BaselineRules, min_items: int, prior: float | None, min_sd: float) -> Scatter:
    return Scatter(min_items, prior, min_sd, rules.winsor_sds, rules.max_autocorrelation)
