"""What the windows of the reviews are summed from: running sums, so that a window costs two looks at each.

Counted are the weeks on 4x10 after settling in. A window goes from its oldest eligible week to the review; sprints that
lie in it, incidents and vibes of all its counted weeks belong to it.
Definition: decisions.md, 5 and 10.2.
"""

from dataclasses import dataclass

import numpy as np

from transforms.baselines import Baselines
from transforms.definitions import METRIC_DEFINITIONS
from transforms.panel import FULL_TIME_HOURS, Panel, sprint_flags
from transforms.parameters import DecisionParameters, RecommendationRules
from transforms.reviews import Review
from transforms.stats import Bools, Floats, Ints
from transforms.stats.arrays import divide
from transforms.stats.baseline import Baseline
from transforms.vocabulary import Metric


@dataclass(frozen=True)
class Running:
    """Sums of the items before each place. Shape: engineers x (items + 1)."""

    total: Floats

    @classmethod
    def of(cls, values: Floats | Bools) -> "Running":
        """Shape: engineers x items, in order of time."""
        total = np.zeros((values.shape[0], values.shape[1] + 1))
        np.cumsum(values, axis=1, out=total[:, 1:])
        return cls(total)

    def between(self, first: Ints, end: Ints | int) -> Floats:
        """The sum from item `first` of each engineer up to `end`, that one left out; 0 where nothing lies between."""
        rows = np.arange(len(self.total))
        total: Floats = self.total[rows, end] - self.total[rows, np.minimum(first, end)]
        return total


@dataclass(frozen=True)
class Window:
    """One window of a review. Shape: engineers."""

    first: Ints  # index of the oldest eligible week; the review's week and one more where there is none
    end: int  # the week after the review
    n_weeks: Ints  # eligible weeks


@dataclass(frozen=True)
class Facts:
    """What does not depend on the own normal."""

    panel: Panel
    is_counted: Bools  # engineers x weeks
    is_usable: Bools  # of these the eligible ones, whose billable share is known
    n_usable: Ints  # engineers x (weeks + 1): so many usable weeks before each week
    usable_weeks: Ints  # engineers x usable weeks: their indices, in order
    hours: Running
    billable: Running
    vibes: Running
    n_vibes: Running
    sprints_begun: Ints  # engineers x (weeks + 1): sprints that began before each week
    sprints_ended: Ints
    points: Floats  # engineers x sprints, those that count first
    sprint_hours: Floats
    nominal_sprints: Floats
    all_points: Running
    all_sprint_hours: Running
    all_nominal_sprints: Running


def review_facts(panel: Panel, parameters: DecisionParameters) -> Facts:
    is_counted = panel.is_4x10 & (panel.weeks_since_switch >= parameters.baseline.settling_weeks)
    is_usable = is_counted & panel.is_eligible & ~np.isnan(panel.billable_share)
    has_vibes = is_counted & ~np.isnan(panel.vibes) & panel.is_vibes_known
    sprints = panel.sprints
    is_in = sprints.is_usable & sprint_flags(panel, is_counted)
    # Sprints that count stand first, in their order: running counts over weeks then point at their places.
    order = np.argsort(~is_in, axis=1, kind="stable")
    points, hours, nominal = (
        np.take_along_axis(np.where(is_in, values, 0.0), order, axis=1)
        for values in (sprints.points, sprints.hours, divide(sprints.hours, sprints.nominal_hours))
    )
    n_usable = _counts(is_usable)
    most = int(n_usable[:, -1].max(initial=0))
    return Facts(
        panel=panel,
        is_counted=is_counted,
        is_usable=is_usable,
        n_usable=n_usable,
        usable_weeks=np.argsort(~is_usable, axis=1, kind="stable")[:, :most],
        hours=Running.of(np.where(is_usable, panel.billable_denominator_hours, 0.0)),
        billable=Running.of(np.where(is_usable, panel.billable_hours, 0.0)),
        vibes=Running.of(np.where(has_vibes, panel.vibes, 0.0)),
        n_vibes=Running.of(has_vibes),
        sprints_begun=_counts(_by_week(panel, sprints.first_week, is_in)),
        sprints_ended=_counts(_by_week(panel, sprints.last_week, is_in)),
        points=points,
        sprint_hours=hours,
        nominal_sprints=nominal,
        all_points=Running.of(points),
        all_sprint_hours=Running.of(hours),
        all_nominal_sprints=Running.of(nominal),
    )


def _counts(values: Bools | Ints) -> Ints:
    """How many before each place. Shape: engineers x items -> engineers x (items + 1)."""
    total = np.zeros((values.shape[0], values.shape[1] + 1), dtype=np.int64)
    np.cumsum(values, axis=1, out=total[:, 1:])
    return total


def _by_week(panel: Panel, week: Ints, is_in: Bools) -> Ints:
    """Number of the sprints that are in, at their week. Shape: as `panel.sprints` -> engineers x weeks."""
    engineer = np.broadcast_to(np.arange(panel.n_engineers)[:, None], is_in.shape)
    cells = engineer[is_in] * panel.n_weeks + week[is_in]
    return np.bincount(cells, minlength=panel.is_4x10.size).reshape(panel.is_4x10.shape)


@dataclass(frozen=True)
class OwnFacts:
    """What is measured from the own normal, the kinder one: deviations, no single one for more than a bad one is.

    A lasting fall of somebody very steady must not be cut below what is asked, so there is a least cut, too.
    """

    baselines: Baselines
    billable_normal: Floats  # engineers
    velocity_normal: Floats
    vibes_normal: Floats
    billable: Running  # deviation of the share, times hours
    velocity: Running  # deviation of the rate as a share of the normal one, times hours, over sprints
    response: Running  # deviation of the log time, over incidents
    unclipped_response: Running
    n_incidents: Running


def own_facts(facts: Facts, own: Baselines, rules: RecommendationRules) -> OwnFacts:
    panel, normal = facts.panel, kinder("billable", own.billable)
    hours = np.where(facts.is_usable, panel.billable_denominator_hours, 0.0)
    # deviation x hours, clipped at so many s.d. x sqrt(40 / hours) x hours
    scatter = (rules.clip_billable_sds * own.billable.sd)[:, None] * np.sqrt(FULL_TIME_HOURS * hours)
    most = np.maximum(scatter, rules.clip_least_sizes * rules.one_billable_points / 100 * hours)
    deviation = np.where(facts.is_usable, panel.billable_hours, 0.0) - normal[:, None] * hours
    velocity = kinder("velocity", own.velocity)
    response, unclipped, count = _incidents(facts, own, rules)
    return OwnFacts(
        baselines=own,
        billable_normal=normal,
        velocity_normal=velocity,
        vibes_normal=kinder("vibes", own.vibes),
        billable=Running.of(np.clip(deviation, -most, most)),
        velocity=Running.of(_sprint_deviations(facts, own.velocity, velocity, rules)),
        response=Running.of(response),
        unclipped_response=Running.of(unclipped),
        n_incidents=Running.of(count),
    )


def _sprint_deviations(facts: Facts, own: Baseline, normal: Floats, rules: RecommendationRules) -> Floats:
    """Clipped relative deviation of each sprint's rate from the own normal, times hours. Engineers x sprints."""
    usual = normal[:, None] * facts.sprint_hours / FULL_TIME_HOURS
    nominal = np.where(facts.nominal_sprints > 0, facts.nominal_sprints, 1.0)
    scatter = rules.clip_sprint_sds * own.sd[:, None] / np.sqrt(nominal)
    most = np.maximum(scatter, rules.clip_least_sizes * rules.one_velocity_drop)
    deviation = np.where(usual > 0, divide(facts.points, usual) - 1, 0.0)
    clipped: Floats = np.clip(deviation, -most, most) * facts.sprint_hours
    return clipped


def kinder(metric: Metric, own: Baseline) -> Floats:
    """The raw or the shrunken normal, whichever lets a value look less bad; the shrunken one where there is no raw one.

    Shrinkage makes somebody who was always low look as if he had fallen, and somebody always high as if he had not.
    """
    pick = np.fmin if METRIC_DEFINITIONS[metric].is_higher_better else np.fmax
    normal: Floats = pick(own.raw_mean, own.mean)
    return normal


def _incidents(facts: Facts, own: Baselines, rules: RecommendationRules) -> tuple[Floats, Floats, Floats]:
    """By week the sum of the incidents' clipped deviations from the own normal, of the unclipped ones, their number."""
    panel, level = facts.panel, own.response.level
    engineer, week = panel.incidents.engineer, panel.incidents.week
    deviation = own.response.deviations(panel) - (kinder("response", level) - level.mean)[engineer]
    is_in = ~np.isnan(deviation) & facts.is_counted[engineer, week]
    cells, deviation = (engineer * panel.n_weeks + week)[is_in], deviation[is_in]
    least = rules.clip_least_sizes * np.log(rules.one_response_factor)
    most = np.maximum(rules.clip_incident_sds * level.sd, least)[engineer[is_in]]
    shape, n_cells = facts.is_counted.shape, facts.is_counted.size

    def by_week(values: Floats) -> Floats:
        summed: Floats = np.bincount(cells, weights=values, minlength=n_cells).astype(float).reshape(shape)
        return summed

    return by_week(np.clip(deviation, -most, most)), by_week(deviation), by_week(np.ones(len(cells)))


def window(facts: Facts, review: Review, size: int, rules: RecommendationRules) -> Window:
    """The last `size` usable weeks up to the review, as far as a window may reach back."""
    end = review.week + 1
    reach = max(end - size * rules.reach_weeks_per_week, 0)
    after = facts.n_usable[:, end]
    before = np.maximum(after - size, facts.n_usable[:, reach])
    n_weeks = after - before
    rows = np.arange(len(after))
    first = np.full(len(after), end)
    held = n_weeks > 0
    first[held] = facts.usable_weeks[rows[held], before[held]]
    return Window(first, end, n_weeks)
