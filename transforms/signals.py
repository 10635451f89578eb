"""What each metric says in a week, by method `evidence`: none, soft or hard, with the numbers behind it.

A rule fires when the change is big enough, far enough outside chance, and not the work of one week, sprint or incident.
A metric gives an opinion only in a week that brought something new to it. Definition: decisions.md, 2 and 10.1.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from transforms.baselines import Baselines, ResponseBaseline
from transforms.comparison import Change, Compared, Facts, Spoken, Week, change, compared, sums_since, weeks_to_judge
from transforms.definitions import METRIC_DEFINITIONS
from transforms.opinions import HARD, NO_OPINION, NONE, SOFT, Opinion, gap, placed, rule
from transforms.panel import FULL_TIME_HOURS, Panel
from transforms.parameters import DecisionParameters
from transforms.plain import plain_opinions
from transforms.stats import Bools, Floats, Ints
from transforms.stats.arrays import at_least, below, divide
from transforms.stats.baseline import Baseline, by_week, side_by_side
from transforms.stats.windows import Span
from transforms.vocabulary import CHANNELS, METRICS, OBJECTIVE_METRICS, TOGETHER, Metric

_CELLS_AT_A_TIME: Final = 80_000
_BILLABLE, _VIBES = METRIC_DEFINITIONS["billable"], METRIC_DEFINITIONS["vibes"]


@dataclass(frozen=True)
class Signals:
    """What was found in every channel. Shape: engineers x weeks; weeks not judged hold no opinion."""

    opinion: Mapping[str, Opinion]
    together_z: Mapping[Metric, Floats]  # each metric's part in the opinion of `together`


def signals(
    panel: Panel, parameters: DecisionParameters, baselines: Mapping[int, Baselines], is_excused: Bools
) -> Signals:
    """The opinions of every channel, on the whole grid; only the weeks in `baselines` are judged.

    Method `plain` does not look at metrics together.
    """
    together_z = {metric: np.full((panel.n_engineers, panel.n_weeks), np.nan) for metric in METRICS}

    def parts() -> Iterator[tuple[Ints, Mapping[str, Opinion]]]:
        facts = Facts(panel, is_excused)
        for index, known in _judged_together(panel, parameters, baselines):
            if parameters.method == "plain":
                yield index, dict(plain_opinions(panel, parameters, known, index).items())
                continue
            week = weeks_to_judge(panel, parameters, index, is_excused, facts)
            data = compared(panel, parameters, known, week) if week.is_compared.any() else None
            for some in _few_at_a_time(index, panel.n_engineers):
                week = weeks_to_judge(panel, parameters, some, is_excused, facts)
                found = evidence(panel, parameters, known, week, data)
                for metric in METRICS:
                    together_z[metric][:, some] = found.together_z[metric]
                yield some, found.opinion

    channels = CHANNELS if parameters.method == "evidence" else METRICS
    return Signals(placed(parts(), channels, panel.n_engineers, panel.n_weeks), together_z)


def _few_at_a_time(index: Ints, n_engineers: int) -> list[Ints]:
    """Weeks in portions that the machine's caches can hold."""
    size = max(_CELLS_AT_A_TIME // max(n_engineers, 1), 1)
    return [index[start : start + size] for start in range(0, len(index), size)]


def _judged_together(
    panel: Panel, parameters: DecisionParameters, baselines: Mapping[int, Baselines]
) -> Iterator[tuple[Ints, Baselines]]:
    """Weeks that are judged in one go: those that share their baselines, and those in which nobody is compared."""
    least = min(parameters.comparison.settled_weeks, parameters.baseline.settling_weeks)
    is_early = parameters.method == "evidence"
    early = [week for week in sorted(baselines) if is_early and (week - panel.switch).max(initial=-1) < least]
    for some in _few_at_a_time(np.array(early, dtype=np.int64), panel.n_engineers):
        yield some, _uncompared([baselines[week] for week in some.tolist()])
    groups: dict[int, list[int]] = {}
    for week in sorted(set(baselines) - set(early)):
        groups.setdefault(id(baselines[week]), []).append(week)
    for weeks in groups.values():
        yield np.array(weeks, dtype=np.int64), baselines[weeks[0]]


def _uncompared(known: list[Baselines]) -> Baselines:
    """Baselines of several weeks, side by side: billable's scatter, and the level under which vibes are low."""
    nobody = np.full(len(known[0].billable.mean), np.nan)
    unknown = Baseline(nobody, nobody, nobody, np.zeros(len(nobody), dtype=np.int64), nobody, np.nan, np.nan, 0.0)
    return Baselines(
        billable=side_by_side([one.billable for one in known]),
        velocity=unknown,
        response=ResponseBaseline(nobody, nobody, unknown),
        vibes=side_by_side([one.vibes for one in known]),
    )


@dataclass(frozen=True)
class _Heard:
    """What the windows of one metric say against the own baseline. Shape: engineers x weeks judged."""

    spoken: Spoken
    is_soft: Bools
    is_hard: Bools
    is_fast: Bools
    is_one_item: Bools
    is_changed: Bools  # billable: far enough outside chance in one of the longer windows
    is_far: Bools  # billable: so far outside chance that being under the policy suffices


@dataclass(frozen=True)
class _Sizes:
    """What a metric asks for against the own baseline."""

    soft: float
    soft_z: float
    hard: float
    hard_z: float
    worst_out: float | None  # share of the size that must be left without the worst item; None: not asked


def _sizes(parameters: DecisionParameters) -> dict[Metric, _Sizes]:
    billable, velocity, response, vibes = (
        parameters.billable,
        parameters.velocity,
        parameters.response,
        parameters.vibes,
    )
    share = parameters.comparison.worst_out_share
    soft_log, hard_log = float(np.log(response.soft_factor)), float(np.log(response.hard_factor))
    return {
        # Clipping stands in for leaving the worst week out; billable is hard by rules of its own.
        "billable": _Sizes(billable.soft_points / 100, billable.soft_z, np.inf, np.inf, None),
        "velocity": _Sizes(velocity.soft_drop, velocity.soft_z, velocity.hard_drop, velocity.hard_z, share),
        "response": _Sizes(soft_log, response.soft_z, hard_log, response.hard_z, share),
        # Hard vibes are a low mean, whatever is normal.
        "vibes": _Sizes(vibes.soft_drop, vibes.soft_z, np.inf, np.inf, 1.0),
    }


def evidence(
    panel: Panel, parameters: DecisionParameters, known: Baselines, week: Week, data: Compared | None = None
) -> Signals:
    """The opinions about some weeks that share their baselines; `data` may have been put together for more of them."""
    heard, together = _nothing_heard(week.earliest.shape)
    if week.is_compared.any():
        heard, together = _listen(panel, parameters, data or compared(panel, parameters, known, week), week)
    opinion: dict[str, Opinion] = {
        "billable": billable_opinion(panel, parameters, known.billable, week, heard["billable"]),
        "velocity": _velocity_opinion(panel, parameters, known.velocity, week, heard["velocity"]),
        "response": _response_opinion(panel, parameters, known, week, heard["response"]),
        "vibes": vibes_opinion(panel, parameters, known.vibes, week, heard["vibes"]),
        TOGETHER: _together_opinion(panel, parameters, week, together),
    }
    return Signals(opinion, together.z)


@dataclass(frozen=True)
class _Together:
    """The strongest of the windows in which several metrics moved. Shape: engineers x weeks judged."""

    strength: Floats  # NaN where fewer than two metrics have data
    is_several: Bools  # enough of them take part, one of them objective
    start: Ints
    z: Mapping[Metric, Floats]


def _nothing_heard(shape: tuple[int, ...]) -> tuple[dict[Metric, _Heard], _Together]:
    none, missing = np.zeros(shape, dtype=bool), np.full(shape, np.nan)
    heard = {m: _Heard(Spoken.nothing(shape), none, none, none, none, none, none) for m in METRICS}
    together = _Together(missing, none, np.zeros(shape, dtype=np.int64), dict.fromkeys(METRICS, missing))
    return heard, together


def _listen(
    panel: Panel, parameters: DecisionParameters, data: Compared, week: Week
) -> tuple[dict[Metric, _Heard], _Together]:
    """Every metric over every window, one length at a time: whole stacks of windows would need too much memory."""
    heard, together = _nothing_heard(week.earliest.shape)
    is_known: dict[Metric, Bools] = {
        "billable": panel.is_billable_known,
        "velocity": panel.is_velocity_known,
        "response": panel.is_response_known,
        "vibes": panel.is_vibes_known,
    }
    sizes = _sizes(parameters)
    for length in parameters.comparison.windows_weeks:
        z = {}
        for metric in METRICS:
            found = change(panel, parameters, data, week, metric, length)
            heard[metric] = _hear(heard[metric], data, week, metric, found, length, sizes[metric], parameters)
            z[metric] = np.where(is_known[metric][:, week.index], found.z, np.nan)
            start = found.start
        together = _stronger(together, z, start, parameters)
    return heard, together


def _hear(
    so_far: _Heard,
    data: Compared,
    week: Week,
    metric: Metric,
    found: Change,
    length: int,
    sizes: _Sizes,
    parameters: DecisionParameters,
) -> _Heard:
    z = found.z
    is_big = at_least(found.size, sizes.soft) & at_least(z, sizes.soft_z)
    is_soft, is_hard = is_big, is_big & at_least(found.size, sizes.hard) & at_least(z, sizes.hard_z)
    if sizes.worst_out is not None:
        # Few windows get this far, so that only theirs are looked at again.
        engineer, column = np.nonzero(is_big)
        start = found.start[engineer, column]
        left = np.full(z.shape, np.nan)
        left[engineer, column] = data.items[metric].without_worst(engineer, week.index[column], start)
        left -= found.shared
        is_soft = is_big & at_least(left, sizes.worst_out * sizes.soft)
        is_hard &= is_soft & at_least(left, sizes.worst_out * sizes.hard)
    is_long = length >= parameters.billable.hard_change_weeks
    return _Heard(
        spoken=so_far.spoken.or_louder(found, is_soft, is_hard),
        is_soft=so_far.is_soft | is_soft,
        is_hard=so_far.is_hard | is_hard,
        is_fast=so_far.is_fast | (is_soft & at_least(z, sizes.soft_z + parameters.hysteresis.fast_z)),
        is_one_item=so_far.is_one_item | (is_big & ~is_soft),
        is_changed=so_far.is_changed | (at_least(z, parameters.billable.hard_change_z) & is_long),
        is_far=so_far.is_far | at_least(z, parameters.billable.hard_own_z),
    )


def _stronger(so_far: _Together, z: Mapping[Metric, Floats], start: Ints, parameters: DecisionParameters) -> _Together:
    rules = parameters.together
    stacked = np.stack([z[metric] for metric in METRICS])
    n = (~np.isnan(stacked)).sum(axis=0)
    strength = divide(np.clip(np.nan_to_num(stacked), 0.0, rules.max_z).sum(axis=0), np.sqrt(n))
    takes_part = at_least(stacked, rules.each_z)
    is_objective = np.isin(METRICS, OBJECTIVE_METRICS)
    is_several = (takes_part.sum(axis=0) >= rules.min_metrics) & takes_part[is_objective].any(axis=0)
    strength = np.where(n >= rules.min_metrics, strength, np.nan)
    rank, best = (
        np.where(several, 1e3 + found, np.where(np.isnan(found), -1.0, found))
        for several, found in ((is_several, strength), (so_far.is_several, so_far.strength))
    )
    takes = rank > best
    return _Together(
        strength=np.where(takes, strength, so_far.strength),
        is_several=so_far.is_several | is_several,
        start=np.where(takes, start, so_far.start),
        z={metric: np.where(takes, z[metric], so_far.z[metric]) for metric in METRICS},
    )


def _together_opinion(panel: Panel, parameters: DecisionParameters, week: Week, found: _Together) -> Opinion:
    """Metrics that moved the same way in the same weeks."""
    rules, index, shape = parameters.together, week.index, week.earliest.shape
    is_soft = found.is_several & at_least(found.strength, rules.soft_z) & rules.enabled
    is_hard = is_soft & at_least(found.strength, rules.hard_z)
    is_nothing_known = ~(panel.is_billable_known | panel.is_velocity_known | panel.is_response_known)[:, index]
    gaps = _first_gap(
        {
            "not_employed": ~panel.is_employed[:, index],
            "source": is_nothing_known,
            **_comparison_gaps(panel, week),
            **_week_gaps(panel, week),
            "few_items": np.isnan(found.strength),
        }
    )
    reference = np.full(shape, rules.soft_z)
    return Opinion(
        signal=_graded(is_soft, is_hard, gaps),
        gap=gaps,
        rule=np.where(is_soft, rule("together"), 0),
        value=found.strength,
        reference=reference,
        z=found.strength,
        first_week=found.start,
        n_items=np.sum([~np.isnan(z) for z in found.z.values()], axis=0),
        smallest_visible=np.full(shape, np.nan),
        clear_at=reference,
        shared=np.zeros(shape),
        is_fast=is_soft & at_least(found.strength, rules.soft_z + parameters.hysteresis.fast_z),
        is_one_item=np.zeros(shape, dtype=bool),
    )


def _week_gaps(panel: Panel, week: Week) -> dict[str, Bools]:
    """Weeks that are not judged, whatever the metric."""
    return {
        "holiday_week": np.broadcast_to(panel.is_holiday_week[week.index], week.earliest.shape),
        "new_hire": panel.is_new_hire[:, week.index],
        # Who is not known to have worked little may have worked: other metrics still speak.
        "away": (~panel.is_eligible & panel.is_billable_known)[:, week.index],
        "excused": week.is_excused[:, week.index],
    }


@dataclass(frozen=True)
class _PolicyTest:
    """Billable of a window against the policy."""

    share: Floats
    variance: Floats
    z: Floats
    is_enough: Bools
    is_below: Bools
    survives: Bools  # below without the worst week, too
    window: Span


def _policy_test(
    panel: Panel, parameters: DecisionParameters, own: Baseline, week: Week, window: Span, min_weeks: int
) -> _PolicyTest:
    rules, facts = parameters.billable, week.facts
    threshold = rules.threshold_pct / 100
    hours = _sums(facts.hours["denominator"], window, week)
    share = divide(_sums(facts.hours["billable"], window, week), hours)
    variance = own.window_variance(window.count, hours / FULL_TIME_HOURS)
    error = np.sqrt(variance)
    is_enough = window.count >= min_weeks
    is_below = is_enough & below(share, threshold)
    without = facts.usable_weeks.without_worst(
        window,
        is_below,
        panel.billable_share,
        panel.billable_denominator_hours,
        worst_is_low=_BILLABLE.is_higher_better,
    )
    return _PolicyTest(
        share=share,
        variance=variance,
        z=divide(threshold - share, error),
        is_enough=is_enough,
        is_below=is_below,
        survives=below(without, threshold - rules.worst_out_z * error),
        window=window,
    )


def _sums(running: Floats, window: Span, week: Week) -> Floats:
    return np.where(window.count > 0, sums_since(running, window.oldest, week.index), 0.0)


def billable_opinion(panel: Panel, parameters: DecisionParameters, own: Baseline, week: Week, heard: _Heard) -> Opinion:
    """Billable over 4 and 8 eligible weeks against the policy, and over every window against the own baseline.

    The policy is judged on hours as they are; a week that counts against the baseline is clipped.
    """
    rules, threshold = parameters.billable, parameters.billable.threshold_pct / 100
    usable = week.facts.usable_weeks
    window = usable.span(rules.window_weeks, week.index, rules.reach_weeks, week.earliest)
    long_window = usable.span(rules.long_window_weeks, week.index, rules.long_reach_weeks, week.earliest)
    short = _policy_test(panel, parameters, own, week, window, rules.min_weeks)
    long = _policy_test(panel, parameters, own, week, long_window, rules.long_min_weeks)

    is_soft_policy = short.is_below & at_least(short.z, rules.soft_policy_z)
    has_reason = heard.is_changed | below(by_week(own.mean), rules.hard_low_baseline_pct / 100)
    is_hard_short = short.is_below & at_least(short.z, rules.hard_policy_z) & short.survives & has_reason
    is_hard_long = long.is_below & at_least(long.z, rules.hard_policy_long_z) & long.survives & has_reason
    is_hard_own = short.is_below & heard.is_far & heard.is_soft

    change = heard.spoken.change
    is_hard_policy = is_hard_short | is_hard_long
    is_policy = is_hard_policy | (is_soft_policy & short.survives)
    shows_own = heard.is_soft & ~is_hard_policy
    shows_long = is_hard_long & ~is_hard_short & ~shows_own
    against_own = shows_own | (~is_policy & change.is_enough)
    normal = np.broadcast_to(by_week(own.mean), short.share.shape)
    own_visible = np.maximum(rules.soft_points / 100, rules.soft_z * change.error)
    clear_policy = np.where(is_policy, threshold - rules.soft_policy_z * np.sqrt(short.variance), -np.inf)
    clear_long = np.where(is_hard_long, threshold - rules.hard_policy_long_z * np.sqrt(long.variance), -np.inf)
    clear_own = np.where(heard.is_soft, normal - own_visible - change.shared, -np.inf)
    visible = np.where(against_own, own_visible, rules.soft_policy_z * np.sqrt(short.variance))
    gaps = _billable_gaps(panel, parameters, own, week, short)
    hours = week.facts.hours
    own_share = divide(
        sums_since(hours["billable"], change.start, week.index),
        sums_since(hours["denominator"], change.start, week.index),
    )
    return Opinion(
        signal=_graded(is_policy | heard.is_soft, is_hard_policy | is_hard_own, gaps),
        gap=gaps,
        rule=np.where(shows_own, rule("baseline"), np.where(is_policy, rule("policy"), 0)),
        value=100 * np.where(shows_own, own_share, np.where(shows_long, long.share, short.share)),
        reference=100 * np.where(against_own, normal, threshold),
        z=np.where(against_own, change.z, np.where(shows_long, long.z, short.z)),
        first_week=np.where(shows_own, change.start, np.where(shows_long, long.window.oldest, short.window.oldest)),
        n_items=np.where(shows_own, change.n, np.where(shows_long, long.window.count, short.window.count)),
        smallest_visible=100 * visible,
        clear_at=100 * np.maximum(np.maximum(clear_policy, clear_long), clear_own),
        shared=100 * np.where(against_own, change.shared, 0.0),
        is_fast=heard.is_fast
        | (is_soft_policy & short.survives & at_least(short.z, rules.soft_policy_z + parameters.hysteresis.fast_z)),
        is_one_item=is_soft_policy & ~is_policy & ~heard.is_soft,
    )


def _billable_gaps(panel: Panel, parameters: DecisionParameters, own: Baseline, week: Week, short: _PolicyTest) -> Ints:
    index = week.index
    worked, available = (_sums(week.facts.hours[name], short.window, week) for name in ("worked", "available"))
    coverage = divide(worked, available)
    return _first_gap(
        {
            "not_employed": ~panel.is_employed[:, index],
            "source": ~panel.is_billable_known[:, index],
            "coverage": short.is_enough & below(coverage, parameters.missing.min_coverage),
            **_week_gaps(panel, week),
            "no_baseline": np.broadcast_to(np.isnan(by_week(own.sd)), week.earliest.shape),
            "few_items": ~short.is_enough,
        }
    )


def _velocity_opinion(
    panel: Panel, parameters: DecisionParameters, own: Baseline, week: Week, heard: _Heard
) -> Opinion:
    """Points per 40 hours of the last whole sprints against the own baseline, judged when a sprint ends."""
    rules, change = parameters.velocity, heard.spoken.change
    normal = np.broadcast_to(by_week(own.mean), week.earliest.shape)
    visible = np.maximum(rules.soft_drop, rules.soft_z * change.error)
    gaps = _first_gap(
        {
            "not_employed": ~panel.is_employed[:, week.index],
            "source": ~panel.is_velocity_known[:, week.index],
            **_comparison_gaps(panel, week),
            "nothing_new": ~panel.is_sprint_end[:, week.index],
            "sprint_left_out": ~week.facts.sprint_ends[:, week.index],
            "no_baseline": np.isnan(normal),
            "few_items": ~change.is_enough,
        }
    )
    return Opinion(
        signal=_graded(heard.is_soft, heard.is_hard, gaps),
        gap=gaps,
        rule=np.where(heard.is_soft, rule("baseline"), 0),
        value=normal * (1 - change.size - change.shared),
        reference=normal,
        z=change.z,
        first_week=_first_sprint_week(panel, week, change),
        n_items=change.n,
        smallest_visible=visible * normal,
        clear_at=normal * (1 - visible - change.shared),
        shared=np.nan_to_num(change.shared),
        is_fast=heard.is_fast,
        is_one_item=heard.is_one_item & ~heard.is_soft,
    )


def _first_sprint_week(panel: Panel, week: Week, change: Change) -> Ints:
    """Index of the week in which the first sprint of a window began: sprints belong to the week in which they end."""
    found: Ints = np.take_along_axis(week.facts.next_sprint, np.clip(change.start, 0, panel.n_weeks), axis=1)
    return np.minimum(found, week.index[None, :])


def _response_opinion(
    panel: Panel, parameters: DecisionParameters, known: Baselines, week: Week, heard: _Heard
) -> Opinion:
    """Mean log time to acknowledge and resolve against the own baseline."""
    rules, own, change = parameters.response, known.response.level, heard.spoken.change
    visible = np.maximum(np.log(rules.soft_factor), rules.soft_z * change.error)
    shape = week.earliest.shape
    gaps = _first_gap(
        {
            "not_employed": ~panel.is_employed[:, week.index],
            "source": ~panel.is_response_known[:, week.index],
            **_comparison_gaps(panel, week),
            "excused": week.is_excused[:, week.index],
            "nothing_new": ~week.facts.has_calls[:, week.index],
            "no_baseline": np.broadcast_to(np.isnan(by_week(own.mean)), shape),
            "few_items": ~change.is_enough,
        }
    )
    return Opinion(
        signal=_graded(heard.is_soft, heard.is_hard, gaps),
        gap=gaps,
        rule=np.where(heard.is_soft, rule("baseline"), 0),
        value=np.exp(change.size + change.shared),
        reference=np.ones(shape),
        z=change.z,
        first_week=change.start,
        n_items=change.n,
        smallest_visible=np.exp(visible),
        clear_at=np.exp(visible + change.shared),
        shared=np.nan_to_num(change.shared),
        is_fast=heard.is_fast,
        is_one_item=heard.is_one_item & ~heard.is_soft,
    )


def vibes_opinion(panel: Panel, parameters: DecisionParameters, own: Baseline, week: Week, heard: _Heard) -> Opinion:
    """Mean of the last entries: low as it stands and for the engineer, or far under what is normal for the engineer."""
    rules, change = parameters.vibes, heard.spoken.change
    is_entry = week.facts.is_entry[:, week.index]
    window = week.facts.entries.span(rules.window_entries, week.index, rules.reach_weeks, week.earliest)
    n = window.count
    mean = divide(_sums(week.facts.vibes, window, week), n.astype(np.float64))
    normal = np.broadcast_to(by_week(own.mean), mean.shape)
    is_enough = n >= rules.min_entries
    # Nobody's entries before the switch: there is no own level to be under.
    is_lower = at_least(_VIBES.fall(mean, normal), rules.soft_mean_drop) | np.isnan(normal)
    is_low = is_enough & at_least(rules.soft_mean, mean) & is_lower
    is_very_low = is_enough & at_least(rules.hard_mean, mean)
    without = week.facts.entries.without_worst(
        window,
        is_low | is_very_low,
        panel.vibes,
        None,
        worst_is_low=_VIBES.is_higher_better,
    )
    is_soft_mean = is_low & at_least(rules.soft_mean, without)
    is_hard = is_very_low & at_least(rules.hard_mean, without)
    is_mean = is_soft_mean | is_hard
    is_soft = is_mean | heard.is_soft
    own_visible = np.maximum(rules.soft_drop, rules.soft_z * change.error)
    against_own = ~is_mean & change.is_enough
    gaps = _first_gap(
        {
            "not_employed": ~panel.is_employed[:, week.index],
            "source": ~panel.is_vibes_known[:, week.index],
            "nothing_new": ~is_entry,
            "few_items": ~is_enough,
        }
    )
    return Opinion(
        signal=_graded(is_soft, is_hard, gaps),
        gap=gaps,
        rule=np.where(is_mean, rule("mean"), np.where(heard.is_soft, rule("baseline"), 0)),
        value=np.where(against_own, normal - change.size - change.shared, mean),
        reference=np.where(against_own, normal, rules.soft_mean),
        z=np.where(against_own, change.z, np.nan),
        first_week=np.where(against_own, change.start, window.oldest),
        n_items=np.where(against_own, change.n, n),
        smallest_visible=np.where(against_own, own_visible, np.nan),
        clear_at=np.where(is_mean, rules.soft_mean, normal - own_visible - change.shared),
        shared=np.where(against_own, np.nan_to_num(change.shared), 0.0),
        is_fast=heard.is_fast,
        is_one_item=(is_low | heard.is_one_item) & ~is_soft,
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
