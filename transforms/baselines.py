"""Everybody's own normal in each metric: the weeks on 5x8 before the switch, as far as they were known at a week.

Weeks on any other schedule (9/80) are no part of it. Who has none on 5x8 is given what is normal for all, like somebody
hired onto 4x10.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from transforms.panel import FULL_TIME_HOURS, Panel, sprint_flags
from transforms.parameters import BaselineRules, DecisionParameters
from transforms.stats import Bools, Floats, Ints
from transforms.stats.arrays import divide
from transforms.stats.baseline import Baseline, Scatter, mean_baseline, rate_baseline
from transforms.stats.windows import Items, from_the_left, put_together


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
    history = _History(panel, parameters.baseline)
    by_cut: dict[int, Baselines] = {}
    by_week: dict[int, Baselines] = {}
    for week in judged:
        cut = min(week, facts_end)
        if cut not in by_cut:
            by_cut[cut] = _AsAsked(history, cut)
        by_week[week] = by_cut[cut]
    return by_week


def baselines_before(panel: Panel, parameters: DecisionParameters, cut: int) -> Baselines:
    """Baselines from the weeks (by index) on 5x8 before `cut` and before each engineer's own switch."""
    return _AsAsked(_History(panel, parameters.baseline), cut)


class _AsAsked(Baselines):
    """Each metric is worked out when it is first asked for: who is compared in nothing needs no normal."""

    _history: "_History"
    _end: Ints

    def __init__(self, history: "_History", cut: int) -> None:
        object.__setattr__(self, "_history", history)
        object.__setattr__(self, "_end", np.minimum(history.panel.switch, cut))

    @cached_property
    def billable(self) -> Baseline:
        return self._history.billable_before(self._end)

    @cached_property
    def velocity(self) -> Baseline:
        return self._history.velocity_before(self._end)

    @cached_property
    def response(self) -> ResponseBaseline:
        return _response(self._history.panel, self._history.rules, self._end)

    @cached_property
    def vibes(self) -> Baseline:
        return self._history.vibes_before(self._end)


@dataclass(frozen=True)
class _History:
    """Everything that a baseline may rest on, put together once for all the weeks judged."""

    panel: Panel
    rules: BaselineRules

    def billable_before(self, end: Ints) -> Baseline:
        rules = self.rules
        columns, is_used = self._billable.before(end, rules.max_weeks)
        share, weight = (values[:, columns] for values in self._billable.values)
        scatter = _scatter(rules, rules.min_weeks, rules.prior_weeks, rules.min_sd_billable_points / 100)
        return mean_baseline(share, weight, is_used, scatter)

    def velocity_before(self, end: Ints) -> Baseline:
        rules = self.rules
        columns, is_used = self._velocity.before(end, rules.max_weeks)
        rate, weight, relative, first_week = (values[:, columns] for values in self._velocity.values)
        is_recent = is_used & (first_week >= end[:, None] - rules.max_weeks)
        scatter = _scatter(rules, rules.min_sprints, rules.prior_sprints, rules.min_sd_velocity)
        return rate_baseline(rate, weight, relative, is_recent, scatter)

    def vibes_before(self, end: Ints) -> Baseline:
        rules = self.rules
        columns, is_used = self._vibes.before(end, rules.max_weeks)
        vibes = self._vibes.values[0][:, columns]
        scatter = _scatter(rules, rules.min_vibes, None, rules.min_sd_vibes)
        return mean_baseline(vibes, np.ones_like(vibes), is_used, scatter)

    @cached_property
    def _billable(self) -> Items:
        panel = self.panel
        weight = np.nan_to_num(panel.billable_denominator_hours) / FULL_TIME_HOURS
        return put_together(
            panel.is_eligible & panel.is_5x8, panel.n_weeks, None, np.nan_to_num(panel.billable_share), weight
        )

    @cached_property
    def _velocity(self) -> Items:
        sprints = self.panel.sprints
        weight = np.nan_to_num(sprints.hours) / FULL_TIME_HOURS
        rate = np.nan_to_num(divide(sprints.points, weight))
        share = np.nan_to_num(divide(sprints.hours, sprints.nominal_hours))
        relative = np.minimum(share, self.rules.max_sprint_hours_ratio)
        first = sprints.first_week.astype(float)
        is_usable = sprints.is_usable & sprint_flags(self.panel, self.panel.is_5x8)
        return put_together(is_usable, self.panel.n_weeks, sprints.last_week, rate, weight, relative, first)

    @cached_property
    def _vibes(self) -> Items:
        is_entry = ~np.isnan(self.panel.vibes) & self.panel.is_vibes_known & self.panel.is_5x8
        return put_together(is_entry, self.panel.n_weeks, None, self.panel.vibes)


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
    slot, n = from_the_left(rows, panel.n_engineers)
    grid = np.zeros((panel.n_engineers, int(n.max(initial=0))), order="F")
    grid[rows, slot] = used
    return grid, np.asfortranarray(np.arange(grid.shape[1])[None, :] < n[:, None])


def _scatter(rules: BaselineRules, min_items: int, prior: float | None, min_sd: float) -> Scatter:
    return Scatter(min_items, prior, min_sd, rules.winsor_sds, rules.max_autocorrelation)
