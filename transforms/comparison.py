"""Each metric's change for the worse from the own baseline, over the last weeks of several lengths.

Definition: decisions.md, 10.1.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Final

import numpy as np

from transforms.baselines import Baselines
from transforms.definitions import METRIC_DEFINITIONS
from transforms.panel import FULL_TIME_HOURS, Panel
from transforms.parameters import DecisionParameters
from transforms.stats import Bools, Floats, Ints
from transforms.stats.arrays import divide
from transforms.stats.baseline import Baseline
from transforms.stats.groups import group_medians
from transforms.stats.windows import Trailing
from transforms.vocabulary import METRICS, Metric


@dataclass(frozen=True)
class Facts:
    """What windows are formed of, put together once for all the weeks judged. Shape: engineers x weeks."""

    panel: Panel
    is_excused: Bools

    @cached_property
    def is_usable(self) -> Bools:
        """Weeks that count for billable."""
        return self.panel.is_eligible & ~self.is_excused

    @cached_property
    def is_entry(self) -> Bools:
        """Weeks with vibes."""
        return ~np.isnan(self.panel.vibes) & self.panel.is_vibes_known

    @cached_property
    def usable_weeks(self) -> Trailing:
        return Trailing.of(self.is_usable, None, self.panel.n_weeks)

    @cached_property
    def entries(self) -> Trailing:
        return Trailing.of(self.is_entry, None, self.panel.n_weeks)

    @cached_property
    def hours(self) -> dict[str, Floats]:
        """Running sums over usable weeks, 0 in front: billable, its denominator, worked, available."""
        panel = self.panel
        hours = {
            "billable": panel.billable_hours,
            "denominator": panel.billable_denominator_hours,
            "worked": panel.worked_hours,
            "available": panel.available_hours,
        }
        return {name: _running(np.where(self.is_usable, np.nan_to_num(values), 0.0)) for name, values in hours.items()}

    @cached_property
    def vibes(self) -> Floats:
        """Running sums of the entries, 0 in front."""
        return _running(np.where(self.is_entry, self.panel.vibes, 0.0))

    @cached_property
    def usable_sprints(self) -> Bools:
        """Engineers x sprints."""
        return self.panel.sprints.is_usable & ~holds_excused(self.panel, self.is_excused)

    @cached_property
    def sprint_ends(self) -> Bools:
        """Weeks in which a usable sprint ends."""
        ends = np.zeros((self.panel.n_engineers, self.panel.n_weeks + 1), dtype=bool)
        row, slot = np.nonzero(self.usable_sprints)
        ends[row, self.panel.sprints.last_week[row, slot]] = True
        return ends

    @cached_property
    def next_sprint(self) -> Ints:
        """For each week the first week of the next sprint that ends in it or later."""
        sprints, n_weeks = self.panel.sprints, self.panel.n_weeks
        first = np.full((self.panel.n_engineers, n_weeks + 1), n_weeks, dtype=np.int64)
        row, slot = np.nonzero(self.usable_sprints)
        np.minimum.at(first, (row, sprints.last_week[row, slot]), sprints.first_week[row, slot])
        found: Ints = np.minimum.accumulate(first[:, ::-1], axis=1)[:, ::-1]
        return found

    @cached_property
    def has_calls(self) -> Bools:
        calls = np.zeros((self.panel.n_engineers, self.panel.n_weeks), dtype=bool)
        calls[self.panel.incidents.engineer, self.panel.incidents.week] = True
        return calls


# Nothing is cut below so many times the size that is asked for: a lasting fall of somebody very steady would go unseen.
_LEAST_CLIP: Final = 2.0


@dataclass(frozen=True)
class Week:
    """Some weeks to judge that share their baselines, and what is compared with what in them.

    Shape: `index` weeks; the others engineers x weeks.
    """

    index: Ints
    earliest: Ints  # index of the first week that a window may hold: none mixes before and during
    compared_from: Ints  # the same for windows compared with the baseline
    is_compared: Bools  # with the baseline: on 4x10, after settling in
    group: Ints  # whose dips are shared: team, and whether still close to the switch; -1 is nobody
    is_fresh: Bools  # some window may still reach into the weeks of settling in
    is_excused: Bools  # engineers x all weeks of the panel
    facts: Facts


def weeks_to_judge(
    panel: Panel, parameters: DecisionParameters, index: Ints, is_excused: Bools, facts: Facts | None = None
) -> Week:
    """Some weeks (by index), with what they may be compared with.

    Right after the switch everybody dips. Where at least `min_team` of a team are that close to their switch, the dip
    is known from the others and taken off; elsewhere the weeks of settling in are left out.
    """
    rules, settling = parameters.comparison, parameters.baseline.settling_weeks
    since = panel.weeks_since_switch[:, index]
    is_settled = (since >= rules.settled_weeks) & panel.is_4x10[:, index]
    is_fresh = is_settled & (since < settling + max(rules.windows_weeks) - 1)
    # Those close to their switch share it with those alone who switched in the same week.
    switches, cohort = np.unique(panel.switch, return_inverse=True)
    own_group = (len(switches) + 1) * panel.team[:, index] + np.where(is_fresh, cohort[:, None] + 1, 0)
    group = np.where(is_settled & (panel.team[:, index] >= 0), own_group, -1)
    n_groups = (len(switches) + 1) * len(panel.teams)
    cells = group + (n_groups + 1) * np.arange(len(index)) + 1
    size = np.bincount(cells.ravel(), minlength=(n_groups + 1) * len(index))[cells]
    has_team = (group >= 0) & (size >= rules.min_team)
    start = np.where(since >= 0, panel.switch[:, None], 0)
    return Week(
        index=index,
        earliest=start,
        compared_from=np.where(has_team | (since < 0), start, start + settling),
        is_compared=(has_team & is_settled) | (since >= settling),
        group=np.where(has_team, group, -1),
        is_fresh=is_fresh,
        is_excused=is_excused,
        facts=facts or Facts(panel, is_excused),
    )


@dataclass(frozen=True)
class Change:
    """One metric's change over one length of window. Shape: engineers x weeks judged.

    Units: `size` and `shared` positive for the worse: share of hours, share of the baseline, log time, score.
    Missing: NaN where the window holds too little.
    """

    size: Floats  # what counts: the shared part is taken off
    shared: Floats  # what the team's median fell too, as far as it is taken off
    error: Floats
    n: Ints  # weeks, sprints, incidents, entries
    start: Ints  # index of the window's first week
    is_enough: Bools

    @property
    def z(self) -> Floats:
        return divide(self.size, self.error)


@dataclass(frozen=True)
class Items:
    """One metric's items, put together by the week in which they count. Shape: engineers x weeks of the panel.

    `change` is the weighted mean for the worse, 0 without items; `worst` the largest of a single item.
    """

    change: Floats
    weight: Floats
    scatter_weight: Floats  # what the variance of a mean is divided by
    count: Floats
    worst: Floats
    worst_weight: Floats

    def without_worst(self, engineer: Ints, week: Ints, start: Ints) -> Floats:
        """The mean of some windows without the one item that pulls most for the worse.

        Shape: cells. Missing: with fewer than two items.
        """
        reach = int((week - start).max(initial=-1)) + 1
        lags = week[:, None] - np.arange(reach)
        is_in = lags >= start[:, None]
        at = (engineer[:, None], np.maximum(lags, 0))
        weight = np.where(is_in, self.weight[at], 0.0)
        own = np.where(is_in, self.worst_weight[at], 0.0)
        total = (weight * self.change[at]).sum(axis=1, keepdims=True)
        rest = weight.sum(axis=1, keepdims=True) - own
        left = np.where(own > 0, divide(total - own * self.worst[at], np.where(rest > 1e-9, rest, 0.0)), np.nan)
        least = np.where(np.isnan(left), np.inf, left).min(axis=1, initial=np.inf)
        return np.where(np.isinf(least), np.nan, least)


@dataclass(frozen=True)
class Compared:
    """What is compared in some weeks: every metric's items and baseline, ready to be summed over windows."""

    items: Mapping[Metric, Items]
    own: Mapping[Metric, Baseline]
    sums: "Mapping[Metric, _Sums]"


def compared(panel: Panel, parameters: DecisionParameters, known: Baselines, week: Week) -> Compared:
    """Every metric's items of the weeks that windows up to the judged weeks can hold."""
    own: dict[Metric, Baseline] = {
        "billable": known.billable,
        "velocity": known.velocity,
        "response": known.response.level,
        "vibes": known.vibes,
    }
    first = max(int(week.index.min()) - max(parameters.comparison.windows_weeks) + 1, 0)
    span = np.zeros(panel.n_weeks, dtype=bool)
    span[first : int(week.index.max()) + 1] = True
    items: dict[Metric, Items] = {
        "billable": _billable_items(panel, parameters, known.billable, week, span),
        "velocity": _velocity_items(panel, known.velocity, week, span),
        "response": _response_items(panel, parameters, known, week, span),
        "vibes": _vibes_items(panel, known.vibes, span),
    }
    return Compared(items, own, {metric: _Sums.of(items[metric]) for metric in METRICS})


def change(
    panel: Panel, parameters: DecisionParameters, data: Compared, week: Week, metric: Metric, length: int
) -> Change:
    """One metric's change over the last `length` calendar weeks, what the whole team shares taken off."""
    rules, own, sums = parameters.comparison, data.own[metric], data.sums[metric]
    start = np.maximum(week.index - length + 1, week.compared_from)
    weight = sums_since(sums.weight, start, week.index)
    n = weight if sums.count is sums.weight else sums_since(sums.count, start, week.index)
    is_same = sums.scatter_weight is sums.weight
    scatter = weight if is_same else sums_since(sums.scatter_weight, start, week.index)
    if metric == "velocity":
        scatter = np.where(n > 0, np.maximum(scatter, parameters.baseline.min_sprint_hours_ratio), 0.0)
    raw = divide(sums_since(sums.total, start, week.index), weight)
    count = np.rint(n).astype(np.int64)
    least = {
        "billable": max(rules.min_weeks, int(length * rules.min_eligible_share) + 1),
        "velocity": parameters.velocity.min_sprints,
        "response": parameters.response.min_incidents,
        "vibes": parameters.vibes.min_entries,
    }[metric]
    error = np.sqrt(own.window_variance(count, scatter) + own.variance[:, None])
    is_enough = week.is_compared & (count >= least) & ~np.isnan(error) & ~np.isnan(raw)
    dip = np.maximum(group_medians(np.where(is_enough, raw, np.nan), week.group, rules.min_team), 0.0)
    reaches_settling = start < panel.switch[:, None] + parameters.baseline.settling_weeks
    is_enough &= ~(reaches_settling & np.isnan(dip))  # what settling in costs is not known from the others
    cap = np.where(reaches_settling, np.inf, _cap(metric, parameters))
    shared = np.minimum(np.nan_to_num(dip), cap)
    return Change(
        size=np.where(is_enough, raw - shared, np.nan),
        shared=np.where(is_enough, shared, np.nan),
        error=np.where(is_enough, error, np.nan),
        n=count,
        start=start,
        is_enough=is_enough,
    )


def _cap(metric: Metric, parameters: DecisionParameters) -> float:
    rules = parameters.comparison
    return {
        "billable": rules.shared_billable_points / 100,
        "velocity": rules.shared_velocity,
        "response": rules.shared_response_log,
        "vibes": rules.shared_vibes,
    }[metric]


@dataclass(frozen=True)
class _Sums:
    """Running sums over the weeks, 0 in front: a window is the difference of two. Engineers x weeks + 1."""

    total: Floats
    weight: Floats
    scatter_weight: Floats
    count: Floats

    @classmethod
    def of(cls, items: Items) -> "_Sums":
        weight = _running(items.weight)
        is_one, is_same = items.count is items.weight, items.scatter_weight is items.weight
        return cls(
            total=_running(items.weight * items.change),
            weight=weight,
            scatter_weight=weight if is_same else _running(items.scatter_weight),
            count=weight if is_one else _running(items.count),
        )


def sums_since(running: Floats, start: Ints, index: Ints) -> Floats:
    """From running sums those of windows from `start` (engineers x weeks judged) to `index`; 0 where one is empty."""
    total: Floats = running[:, index + 1] - np.take_along_axis(running, np.minimum(start, index + 1), axis=1)
    return total


def _running(values: Floats) -> Floats:
    running = np.zeros((values.shape[0], values.shape[1] + 1))
    np.cumsum(values, axis=1, out=running[:, 1:])
    return running


def _billable_items(panel: Panel, parameters: DecisionParameters, own: Baseline, week: Week, span: Bools) -> Items:
    is_used = panel.is_eligible & ~week.is_excused & span & ~np.isnan(panel.billable_share)
    weight = np.where(is_used, panel.billable_denominator_hours / FULL_TIME_HOURS, 0.0)
    fall = METRIC_DEFINITIONS["billable"].fall(panel.billable_share, own.mean[:, None])
    most = divide(parameters.comparison.clip_billable_sds * own.sd[:, None], np.sqrt(weight))
    most = np.maximum(most, _LEAST_CLIP * parameters.billable.soft_points / 100)
    return _single(np.clip(fall, -most, most), is_used, weight)


def _velocity_items(panel: Panel, own: Baseline, week: Week, span: Bools) -> Items:
    sprints, shape = panel.sprints, panel.is_employed.shape
    row, slot = np.nonzero(week.facts.usable_sprints)
    at = (row, sprints.last_week[row, slot])
    hours, points, nominal, count = (np.zeros(shape) for _ in range(4))
    np.add.at(hours, at, sprints.hours[row, slot] / FULL_TIME_HOURS)
    np.add.at(points, at, sprints.points[row, slot])
    np.add.at(nominal, at, sprints.hours[row, slot] / sprints.nominal_hours[row, slot])
    np.add.at(count, at, 1.0)
    fall = METRIC_DEFINITIONS["velocity"].fall(divide(divide(points, hours), own.mean[:, None]), 1.0)
    return _single(fall, (count > 0) & span, hours, nominal)


def _response_items(panel: Panel, parameters: DecisionParameters, known: Baselines, week: Week, span: Bools) -> Items:
    most = parameters.comparison.clip_response_sds * known.response.level.sd
    most = np.maximum(most, _LEAST_CLIP * np.log(parameters.response.soft_factor))
    calls = known.response.weekly(panel, most)
    is_used = (calls.count > 0) & ~week.is_excused & span
    count = np.where(is_used, calls.count, 0.0)
    worst = np.where(is_used, calls.slowest, 0.0)
    return Items(
        change=np.where(is_used, divide(calls.total, calls.count), 0.0),
        weight=count,
        scatter_weight=count,
        count=count,
        worst=worst,
        worst_weight=is_used.astype(float),
    )


def _vibes_items(panel: Panel, own: Baseline, span: Bools) -> Items:
    is_used = ~np.isnan(panel.vibes) & panel.is_vibes_known & span
    fall = METRIC_DEFINITIONS["vibes"].fall(panel.vibes, own.mean[:, None])
    return _single(fall, is_used)


def _single(fall: Floats, is_used: Bools, weight: Floats | None = None, scatter_weight: Floats | None = None) -> Items:
    """Items of which there is at most one a week; without weights all weigh the same. What cannot be compared is no
    item."""
    is_there = is_used & ~np.isnan(fall)
    change, count = np.where(is_there, fall, 0.0), is_there.astype(float)
    weight = count if weight is None else np.where(is_there, weight, 0.0)
    scatter = weight if scatter_weight is None else np.where(is_there, scatter_weight, 0.0)
    return Items(change, weight, scatter, count, change, weight)


def holds_excused(panel: Panel, is_excused: Bools) -> Bools:
    """Sprints with an excused week: velocity is judged on whole sprints, so the sprint is left out."""
    before = np.column_stack([np.zeros(len(is_excused), dtype=np.int64), is_excused.cumsum(axis=1)])
    first = np.minimum(panel.sprints.first_week, panel.n_weeks)
    last = np.minimum(panel.sprints.last_week + 1, panel.n_weeks)
    holds: Bools = np.take_along_axis(before, last, axis=1) > np.take_along_axis(before, first, axis=1)
    return holds


NOTHING_YET: Final = -np.inf


@dataclass(frozen=True)
class Spoken:
    """Of windows of several lengths, cell by cell, the one that says most. Shape: engineers x weeks judged."""

    rank: Floats
    change: Change

    @classmethod
    def nothing(cls, shape: tuple[int, ...]) -> "Spoken":
        missing, zeros = np.full(shape, np.nan), np.zeros(shape, dtype=np.int64)
        none = np.zeros(shape, dtype=bool)
        return cls(np.full(shape, NOTHING_YET), Change(missing, missing, missing, zeros, zeros, none))

    def or_louder(self, change: Change, fires: Bools, is_hard: Bools) -> "Spoken":
        """The same with one more window. A hard one outdoes a soft one and that one that does not fire, then the
        stronger; of two that do not fire the one that could have seen the smaller fall is shown."""
        rank = np.where(fires, 1e6 * (1 + is_hard) + change.z, np.where(change.is_enough, -change.error, NOTHING_YET))
        takes = rank > self.rank
        merged = {
            field.name: np.where(takes, getattr(change, field.name), getattr(self.change, field.name))
            for field in fields(Change)
        }
        return Spoken(np.where(takes, rank, self.rank), Change(**merged))
