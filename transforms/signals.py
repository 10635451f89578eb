"""What each metric says in a week, by method `evidence`: none, soft or hard, with the numbers behind it.

A rule fires when the change is big enough, far enough outside chance, and still there without its worst week, sprint,
incident or entry. A metric gives an opinion only in a week that brought something new to it.
Definition: decisions.md, 1 and 2.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from transforms.baselines import Baselines
from transforms.definitions import METRIC_DEFINITIONS
from transforms.opinions import HARD, NO_OPINION, NONE, SOFT, Opinion, gap, placed, rule
from transforms.panel import FULL_TIME_HOURS, Panel
from transforms.parameters import DecisionParameters
from transforms.plain import plain_opinions
from transforms.stats import Bools, Floats, Ints
from transforms.stats.arrays import at_least, below, divide
from transforms.stats.baseline import Baseline
from transforms.stats.windows import Window, mean_without_worst, trailing_window
from transforms.vocabulary import METRICS, Metric

_BILLABLE, _VELOCITY, _VIBES = (METRIC_DEFINITIONS[metric] for metric in ("billable", "velocity", "vibes"))


@dataclass(frozen=True)
class Week:
    """Some weeks to judge that share their baselines, and what is compared with what in them.

    Shape: `index` weeks; the others engineers x weeks.
    """

    index: Ints
    earliest: Ints  # index of the first week that a window may hold: none mixes before and during
    is_compared: Bools  # with the baseline: on 4x10, after settling in
    is_excused: Bools  # engineers x all weeks of the panel


def signals(
    panel: Panel, parameters: DecisionParameters, baselines: Mapping[int, Baselines], is_excused: Bools
) -> dict[Metric, Opinion]:
    """The opinions of every metric, on the whole grid; only the weeks in `baselines` are judged."""
    parts: dict[Metric, list[tuple[Ints, Opinion]]] = {metric: [] for metric in METRICS}
    for index, known in _shared(baselines):
        week = weeks_to_judge(panel, parameters, index, is_excused)
        if parameters.method == "plain":
            opinions = plain_opinions(panel, parameters, known, index)
        else:
            opinions = {
                "billable": billable_opinion(panel, parameters, known.billable, week),
                "velocity": velocity_opinion(panel, parameters, known.velocity, week),
                "response": response_opinion(panel, parameters, known, week),
                "vibes": vibes_opinion(panel, parameters, known.vibes, week),
            }
        for metric in METRICS:
            parts[metric].append((index, opinions[metric]))
    return {metric: placed(parts[metric], panel.n_engineers, panel.n_weeks) for metric in METRICS}


def _shared(baselines: Mapping[int, Baselines]) -> list[tuple[Ints, Baselines]]:
    """Weeks by the baselines that they share: they are judged together."""
    groups: dict[int, list[int]] = {}
    for week in sorted(baselines):
        groups.setdefault(id(baselines[week]), []).append(week)
    return [(np.array(weeks, dtype=np.int64), baselines[weeks[0]]) for weeks in groups.values()]


def weeks_to_judge(panel: Panel, parameters: DecisionParameters, index: Ints, is_excused: Bools) -> Week:
    """Some weeks (by index), with what they may be compared with."""
    since = panel.weeks_since_switch[:, index]
    return Week(
        index=index,
        earliest=np.where(since >= 0, panel.switch[:, None], 0),
        is_compared=since >= parameters.baseline.settling_weeks,
        is_excused=is_excused,
    )


def eligible_window(panel: Panel, is_usable: Bools, week: Week, size: int, reach: int) -> Window:
    """The last `size` usable weeks up to each judged week."""
    weeks = np.broadcast_to(np.arange(panel.n_weeks), is_usable.shape)
    return trailing_window(is_usable, weeks, week.index, size, reach, week.earliest, panel.n_weeks)


@dataclass(frozen=True)
class _PolicyTest:
    """Billable of a window against the policy."""

    share: Floats
    without_worst: Floats
    variance: Floats
    z: Floats
    is_enough: Bools
    survives: Bools
    window: Window


def _policy_test(
    panel: Panel, parameters: DecisionParameters, own: Baseline, window: Window, min_weeks: int
) -> _PolicyTest:
    rules = parameters.billable
    threshold = rules.threshold_pct / 100
    hours = window.take(panel.billable_denominator_hours)
    share = divide(window.take(panel.billable_hours).sum(axis=2), hours.sum(axis=2))
    without = mean_without_worst(
        window.take(panel.billable_share), hours, window.is_in, worst_is_low=_BILLABLE.is_higher_better
    )
    variance = own.window_variance(window.count, hours.sum(axis=2) / FULL_TIME_HOURS)
    error = np.sqrt(variance)
    return _PolicyTest(
        share=share,
        without_worst=without,
        variance=variance,
        z=divide(threshold - share, error),
        is_enough=window.count >= min_weeks,
        survives=below(without, threshold - rules.worst_out_z * error),
        window=window,
    )


def billable_opinion(panel: Panel, parameters: DecisionParameters, own: Baseline, week: Week) -> Opinion:
    """Billable over 4 and 8 eligible weeks against the policy, over 4 against the own baseline."""
    rules = parameters.billable
    is_usable = panel.is_eligible & ~week.is_excused
    window = eligible_window(panel, is_usable, week, rules.window_weeks, rules.reach_weeks)
    long_window = eligible_window(panel, is_usable, week, rules.long_window_weeks, rules.long_reach_weeks)
    short = _policy_test(panel, parameters, own, window, rules.min_weeks)
    long = _policy_test(panel, parameters, own, long_window, rules.long_min_weeks)
    threshold = rules.threshold_pct / 100

    is_below = short.is_enough & below(short.share, threshold)
    is_soft_policy = is_below & at_least(short.z, rules.soft_policy_z)
    is_hard_short = is_below & at_least(short.z, rules.hard_policy_z) & short.survives
    is_long_below = long.is_enough & below(long.share, threshold)
    is_hard_long = is_long_below & at_least(long.z, rules.hard_policy_long_z) & long.survives

    normal = own.mean[:, None]
    fall = _BILLABLE.fall(short.share, normal)
    uncertainty = np.sqrt(short.variance + own.variance[:, None])
    z_own = divide(fall, uncertainty)
    points = rules.soft_points / 100
    is_fallen = week.is_compared & short.is_enough & at_least(fall, points) & at_least(z_own, rules.soft_z)
    is_soft_own = is_fallen & at_least(_BILLABLE.fall(short.without_worst, normal), points)

    is_hard = is_hard_short | is_hard_long
    is_policy = is_hard | (is_soft_policy & short.survives)
    is_soft = is_policy | is_soft_own
    shows_long = is_hard_long & ~is_hard_short
    against_own = ~is_policy & week.is_compared & ~np.isnan(own.mean)[:, None]
    clear_policy = np.where(is_policy, threshold - rules.soft_policy_z * np.sqrt(short.variance), -np.inf)
    clear_long = np.where(is_hard_long, threshold - rules.hard_policy_long_z * np.sqrt(long.variance), -np.inf)
    own_visible = np.maximum(points, rules.soft_z * uncertainty)
    clear_own = np.where(is_soft_own, own.mean[:, None] - own_visible, -np.inf)
    visible = np.where(against_own, own_visible, rules.soft_policy_z * np.sqrt(short.variance))
    gaps = _billable_gaps(panel, parameters, own, week, short)
    return Opinion(
        signal=_graded(is_soft, is_hard, gaps),
        gap=gaps,
        rule=np.where(is_policy, rule("policy"), np.where(is_soft_own, rule("baseline"), 0)),
        value=100 * np.where(shows_long, long.share, short.share),
        reference=100 * np.where(against_own, own.mean[:, None], threshold),
        z=np.where(shows_long, long.z, np.where(against_own, z_own, short.z)),
        first_week=np.where(shows_long, long.window.oldest, short.window.oldest),
        n_items=np.where(shows_long, long.window.count, short.window.count),
        smallest_visible=100 * visible,
        clear_at=100 * np.maximum(np.maximum(clear_policy, clear_long), clear_own),
        is_one_item=(is_soft_policy | is_fallen) & ~is_soft,
    )


def _billable_gaps(panel: Panel, parameters: DecisionParameters, own: Baseline, week: Week, short: _PolicyTest) -> Ints:
    index = week.index
    coverage = divide(
        short.window.take(panel.worked_hours).sum(axis=2), short.window.take(panel.available_hours).sum(axis=2)
    )
    return _first_gap(
        {
            "not_employed": ~panel.is_employed[:, index],
            "source": ~panel.is_billable_known[:, index],
            "coverage": short.is_enough & below(coverage, parameters.missing.min_coverage),
            "holiday_week": np.broadcast_to(panel.is_holiday_week[index], week.earliest.shape),
            "new_hire": panel.is_new_hire[:, index],
            "away": ~panel.is_eligible[:, index],
            "excused": week.is_excused[:, index],
            "no_baseline": np.broadcast_to(np.isnan(own.sd)[:, None], week.earliest.shape),
            "few_items": ~short.is_enough,
        }
    )


def velocity_opinion(panel: Panel, parameters: DecisionParameters, own: Baseline, week: Week) -> Opinion:
    """Points per 40 hours over the last 3 or 4 whole sprints against the own baseline; either may signal."""
    rules = parameters.velocity
    is_usable = panel.sprints.is_usable & ~_holds_excused(panel, week.is_excused)
    opinions = [_velocity_window(panel, parameters, own, week, is_usable, size) for size in rules.windows_sprints]
    chosen = opinions[0]
    for other in opinions[1:]:
        chosen = _louder(chosen, other)
    return chosen


def _velocity_window(
    panel: Panel, parameters: DecisionParameters, own: Baseline, week: Week, is_usable: Bools, size: int
) -> Opinion:
    rules, sprints = parameters.velocity, panel.sprints
    reach = rules.reach_weeks_per_sprint * size + rules.reach_extra_weeks
    window = trailing_window(is_usable, sprints.last_week, week.index, size, reach, week.earliest, panel.n_weeks)
    hours = window.take(sprints.hours) / FULL_TIME_HOURS
    rate = divide(window.take(sprints.points).sum(axis=2), hours.sum(axis=2))
    rates = window.take(divide(sprints.points, sprints.hours / FULL_TIME_HOURS))
    without = mean_without_worst(rates, hours, window.is_in, worst_is_low=_VELOCITY.is_higher_better)
    nominal = window.take(divide(sprints.hours, sprints.nominal_hours)).sum(axis=2)
    variance = own.window_variance(window.count, np.maximum(nominal, parameters.baseline.min_sprint_hours_ratio))
    uncertainty = np.sqrt(variance + own.variance[:, None])
    drop = _VELOCITY.fall(divide(rate, own.mean[:, None]), 1.0)
    kindest_drop = _VELOCITY.fall(divide(without, own.mean[:, None]), 1.0)
    z = divide(drop, uncertainty)
    is_enough = window.count >= rules.min_sprints
    is_dropped = is_enough & at_least(drop, rules.soft_drop) & at_least(z, rules.soft_z)
    is_soft = is_dropped & at_least(kindest_drop, rules.soft_drop)
    is_hard = is_soft & at_least(drop, rules.hard_drop) & at_least(z, rules.hard_z)
    is_hard &= at_least(kindest_drop, rules.hard_drop)
    visible = np.maximum(rules.soft_drop, rules.soft_z * uncertainty) * own.mean[:, None]
    shape = week.earliest.shape
    gaps = _first_gap(
        {
            "not_employed": ~panel.is_employed[:, week.index],
            "source": ~panel.is_velocity_known[:, week.index],
            **_comparison_gaps(panel, week),
            "nothing_new": ~panel.is_sprint_end[:, week.index],
            "sprint_left_out": ~_ends_now(window, sprints.last_week, week),
            "no_baseline": np.broadcast_to(np.isnan(own.mean)[:, None], shape),
            "few_items": ~is_enough,
        }
    )
    return Opinion(
        signal=_graded(is_soft, is_hard, gaps),
        gap=gaps,
        rule=np.where(is_soft, rule("baseline"), 0),
        value=rate,
        reference=np.broadcast_to(own.mean[:, None], shape),
        z=z,
        first_week=_take_weeks(sprints.first_week, window),
        n_items=window.count,
        smallest_visible=visible,
        clear_at=own.mean[:, None] - visible,
        is_one_item=is_dropped & ~is_soft,
    )


def _holds_excused(panel: Panel, is_excused: Bools) -> Bools:
    """Sprints with an excused week: velocity is judged on whole sprints, so the sprint is left out."""
    before = np.column_stack([np.zeros(len(is_excused), dtype=np.int64), is_excused.cumsum(axis=1)])
    first = np.minimum(panel.sprints.first_week, panel.n_weeks)
    last = np.minimum(panel.sprints.last_week + 1, panel.n_weeks)
    holds: Bools = np.take_along_axis(before, last, axis=1) > np.take_along_axis(before, first, axis=1)
    return holds


def _ends_now(window: Window, last_week: Ints, week: Week) -> Bools:
    newest = window.index[:, :, -1]
    ends: Bools = window.is_in[:, :, -1] & (np.take_along_axis(last_week, newest, axis=1) == week.index[None, :])
    return ends


def _take_weeks(first_week: Ints, window: Window) -> Ints:
    weeks: Ints = np.take_along_axis(first_week, window.oldest, axis=1)
    return weeks


def response_opinion(panel: Panel, parameters: DecisionParameters, known: Baselines, week: Week) -> Opinion:
    """Mean log time to acknowledge and resolve over 8 weeks against the own baseline."""
    rules, own = parameters.response, known.response.level
    calls = known.response.weekly(panel)
    lags = week.index[None, :, None] - np.arange(rules.window_weeks)[::-1]
    weeks = np.broadcast_to(lags, (panel.n_engineers, len(week.index), rules.window_weeks))
    window = Window(np.maximum(weeks, 0), (weeks >= 0) & (weeks >= week.earliest[:, :, None]))
    n = window.take(calls.count).sum(axis=2)
    mean = divide(window.take(calls.total).sum(axis=2), n)
    worst = window.take(calls.slowest, missing=-np.inf).max(axis=2, initial=-np.inf)
    without = divide(window.take(calls.total).sum(axis=2) - np.where(n > 0, worst, 0.0), n - 1)
    uncertainty = np.sqrt(divide((own.sd**2)[:, None], n) + own.variance[:, None])
    z = divide(mean, uncertainty)
    is_enough = n >= rules.min_incidents
    soft_size, hard_size = np.log(rules.soft_factor), np.log(rules.hard_factor)
    is_slow = is_enough & at_least(mean, soft_size) & at_least(z, rules.soft_z)
    is_soft = is_slow & at_least(without, soft_size)
    is_hard = is_soft & at_least(mean, hard_size) & at_least(z, rules.hard_z) & at_least(without, hard_size)
    visible = np.exp(np.maximum(soft_size, rules.soft_z * uncertainty))
    gaps = _first_gap(
        {
            "not_employed": ~panel.is_employed[:, week.index],
            "source": ~panel.is_response_known[:, week.index],
            **_comparison_gaps(panel, week),
            "nothing_new": calls.count[:, week.index] == 0,
            "no_baseline": np.broadcast_to(np.isnan(own.mean)[:, None], n.shape),
            "few_items": ~is_enough,
        }
    )
    return Opinion(
        signal=_graded(is_soft, is_hard, gaps),
        gap=gaps,
        rule=np.where(is_soft, rule("baseline"), 0),
        value=np.exp(mean),
        reference=np.ones(n.shape),
        z=z,
        first_week=window.oldest if n.size else np.zeros(n.shape, dtype=np.int64),
        n_items=n.astype(np.int64),
        smallest_visible=visible,
        clear_at=visible,
        is_one_item=is_slow & ~is_soft,
    )


def vibes_opinion(panel: Panel, parameters: DecisionParameters, own: Baseline, week: Week) -> Opinion:
    """Mean of the last entries: low as it stands, or low for the engineer."""
    rules = parameters.vibes
    is_entry = ~np.isnan(panel.vibes) & panel.is_vibes_known
    window = eligible_window(panel, is_entry, week, rules.window_entries, rules.reach_weeks)
    n = window.count
    weights = window.is_in.astype(float)
    mean = divide(window.take(panel.vibes).sum(axis=2), weights.sum(axis=2))
    without = mean_without_worst(window.take(panel.vibes), weights, window.is_in, worst_is_low=_VIBES.is_higher_better)
    uncertainty = np.sqrt(own.window_variance(n, n.astype(float)) + own.variance[:, None])
    fall, kindest_fall = _VIBES.fall(mean, own.mean[:, None]), _VIBES.fall(without, own.mean[:, None])
    z = divide(fall, uncertainty)
    is_enough = n >= rules.min_entries
    is_low = is_enough & at_least(rules.soft_mean, mean)
    is_fallen = is_enough & week.is_compared & at_least(fall, rules.soft_drop) & at_least(z, rules.soft_z)
    is_soft_mean = is_low & at_least(rules.soft_mean, without)
    is_soft_own = is_fallen & at_least(kindest_fall, rules.soft_drop)
    is_hard = is_enough & at_least(rules.hard_mean, mean) & at_least(rules.hard_mean, without)
    is_soft = is_soft_mean | is_soft_own | is_hard
    own_visible = np.maximum(rules.soft_drop, rules.soft_z * uncertainty)
    against_own = week.is_compared & ~np.isnan(uncertainty) & ~is_soft_mean
    gaps = _first_gap(
        {
            "not_employed": ~panel.is_employed[:, week.index],
            "source": ~panel.is_vibes_known[:, week.index],
            "nothing_new": ~is_entry[:, week.index],
            "few_items": ~is_enough,
        }
    )
    return Opinion(
        signal=_graded(is_soft, is_hard, gaps),
        gap=gaps,
        rule=np.where(is_soft_mean, rule("mean"), np.where(is_soft_own, rule("baseline"), 0)),
        value=mean,
        reference=np.where(against_own, own.mean[:, None], rules.soft_mean),
        z=z,
        first_week=window.oldest,
        n_items=n,
        smallest_visible=np.where(against_own, own_visible, np.nan),
        clear_at=np.where(is_soft_mean, rules.soft_mean, own.mean[:, None] - own_visible),
        is_one_item=(is_low | is_fallen) & ~is_soft,
    )


def _comparison_gaps(panel: Panel, week: Week) -> dict[str, Bools]:
    return {
        "before_switch": panel.weeks_since_switch[:, week.index] < 0,
        "settling_in": ~week.is_compared,
    }


def _first_gap(gaps: Mapping[str, Bools]) -> Ints:
    """The first reason that applies; 0 where there is an opinion."""
    found: Ints = np.select(list(gaps.values()), [gap(name) for name in gaps], default=0).astype(np.int64)
    return found


def _graded(is_soft: Bools, is_hard: Bools, gaps: Ints) -> Ints:
    grade: Ints = np.where(gaps > 0, NO_OPINION, np.where(is_hard, HARD, np.where(is_soft, SOFT, NONE)))
    return grade


def _louder(one: Opinion, other: Opinion) -> Opinion:
    """Of two opinions about the same weeks the one that says more, cell by cell."""
    takes_other = other.signal > one.signal
    return Opinion(**{name: np.where(takes_other, getattr(other, name), mine) for name, mine in vars(one).items()})
