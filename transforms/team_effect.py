"""The change since the switch over everybody, and the verdict on the policy, at every review.

Definition: decisions.md, section 6. The words are "change since the switch": nothing here says what caused it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd

from transforms.panel import Panel
from transforms.parameters import DecisionParameters, TeamEffectRules
from transforms.reviews import Review, needed_reviews, points_per_full_week, sprint_flags, sprint_grid, wanted_reviews
from transforms.schemas.decisions import TeamEffects
from transforms.schemas.registry import conform, empty
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
from transforms.vocabulary import METRICS, POLICY, Metric

NAMES: Final[dict[Metric, str]] = {
    "billable": "Billable share",
    "velocity": "Velocity",
    "response": "Incident response",
    "vibes": "Vibes",
}


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
        return int(np.sign(self.margin))


def team_effects(
    panel: Panel,
    parameters: DecisionParameters,
    published: pd.DataFrame | None = None,
    weeks: pd.DatetimeIndex | None = None,
) -> pd.DataFrame:
    """The change since the switch and the verdict, at each review in `weeks` (default: at all).

    Grain: one row per review and metric, and one for the policy.
    Units: billable points, log velocity, log response, vibes score.
    Missing: no effect with too few engineers; the verdict is then `insufficient`.
    Published reviews are taken as they are: whether harm was beyond the margin there is part of the state.
    """
    rules = parameters.team_effect
    known = empty(TeamEffects) if published is None else published
    wanted = wanted_reviews(panel, parameters.recommendation, weeks)
    beyond = {
        (week, metric): bool(flag)
        for week, metric, flag in zip(known["week_start"], known["metric"], known["is_beyond_margin"], strict=True)
    }
    stored = {week for week, _ in beyond}
    found = {
        review: _review(panel, parameters, review)
        for review in needed_reviews(panel, parameters.recommendation, wanted, rules.reviews_running)
        if panel.week_starts[review.week] not in stored
    }
    for review, (metrics, _) in found.items():
        week = panel.week_starts[review.week]
        beyond |= {(week, one.metric): is_beyond_margin(one, rules) for one in metrics}
    rows = []
    for review in (review for review in wanted if review in found):
        running = [panel.week_starts[week] for week in review.running(parameters.recommendation, rules.reviews_running)]
        rows += _rows(running, review, *found[review], beyond, rules)
    computed = conform(pd.DataFrame(rows), TeamEffects) if rows else empty(TeamEffects)
    taken = known[known["week_start"].isin([panel.week_starts[review.week] for review in wanted])]
    return pd.concat([taken, computed], ignore_index=True) if len(taken) else computed


def _review(panel: Panel, parameters: DecisionParameters, review: Review) -> tuple[list[MetricReview], bool]:
    periods = _own_periods(panel, parameters, review)
    others = replace(_others_periods(panel, parameters, review), season=periods.season)
    found = [_metric_review(metric, panel, periods, others, parameters) for metric in METRICS]
    return found, periods.season is not None


def _own_periods(panel: Panel, parameters: DecisionParameters, review: Review) -> Periods:
    """Before each engineer's own switch, and on 4x10 after settling in, up to the review."""
    rules, since = parameters.baseline, panel.weeks_since_switch
    is_past = panel.is_employed & (np.arange(panel.n_weeks) <= review.week)
    is_before = is_past & ~panel.is_4x10 & (since < 0) & (since >= -rules.max_weeks)
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


def is_beyond_margin(found: MetricReview, rules: TeamEffectRules) -> bool:
    """Worse than the margin, and the wider interval excludes no change: what `return` needs at every review."""
    if found.estimate is None:
        return False
    ends = found.estimate.interval(rules.return_confidence)
    is_shown = min(found.harm_sign * end for end in ends) > 0
    return is_shown and found.harm_sign * found.estimate.value > abs(found.margin)


def is_inside_margin(found: MetricReview, rules: TeamEffectRules) -> bool:
    """The harm-side end of the interval is less than the margin: non-inferiority, not mere lack of significance."""
    if found.estimate is None:
        return False
    worst = max(found.harm_sign * end for end in found.estimate.interval(rules.confidence))
    return worst < abs(found.margin)


def metric_verdict(found: MetricReview, was_beyond: Sequence[bool], rules: TeamEffectRules) -> str:
    """`was_beyond`: whether harm was beyond the margin at this review and at those before, the newest first."""
    if found.estimate is None:
        return "insufficient"
    if is_inside_margin(found, rules):
        return "keep"
    is_lasting = len(was_beyond) >= rules.reviews_running and all(was_beyond[: rules.reviews_running])
    return "return" if is_lasting else "watch"


def policy_verdict(verdicts: Mapping[Metric, str], rules: TeamEffectRules) -> str:
    """`return` if billable is, or enough other metrics are; `keep` if billable and all that could be judged keep."""
    others = [verdicts[metric] for metric in METRICS if metric != "billable"]
    if verdicts["billable"] == "return" or others.count("return") >= rules.other_metrics_for_return:
        return "return"
    if verdicts["billable"] == "insufficient":
        return "insufficient"
    is_kept = all(verdict in ("keep", "insufficient") for verdict in others)
    return "keep" if verdicts["billable"] == "keep" and is_kept else "watch"


def _rows(
    running: Sequence[pd.Timestamp],
    review: Review,
    found: Sequence[MetricReview],
    is_season_matched: bool,
    beyond: Mapping[tuple[pd.Timestamp, str], bool],
    rules: TeamEffectRules,
) -> list[dict[str, Any]]:
    """`running`: the weeks of this review and of those just before, the newest first."""
    key = {"week_start": running[0], "review_number": review.number, "is_season_matched": is_season_matched}
    verdicts: dict[Metric, str] = {}
    rows = []
    for one in found:
        history = [beyond.get((week, one.metric), False) for week in running]
        verdicts[one.metric] = metric_verdict(one, history, rules)
        rows.append(key | _metric_row(one, verdicts[one.metric], history[0], is_season_matched, rules))
    verdict = policy_verdict(verdicts, rules)
    reason = f"{_POLICY_WORDS[verdict]} {listed_verdicts(verdicts)} {_SEASON_WORDS[is_season_matched]}"
    is_beyond = policy_verdict({one.metric: _return_if(one, rules) for one in found}, rules) == "return"
    rows.append(key | _row(POLICY, found[0].n_engineers, is_beyond, verdict, reason))
    return rows


def _return_if(found: MetricReview, rules: TeamEffectRules) -> str:
    return "return" if is_beyond_margin(found, rules) else "watch"


def _metric_row(
    found: MetricReview, verdict: str, is_beyond: bool, is_season_matched: bool, rules: TeamEffectRules
) -> dict[str, Any]:
    reason = _reason(found, verdict, is_beyond, is_season_matched, rules)
    row = _row(found.metric, found.n_engineers, is_beyond, verdict, reason) | {"margin": found.margin}
    if found.estimate is None:
        return row
    low, high = found.estimate.interval(rules.confidence)
    numbers = {"effect": found.estimate.value, "ci_low": low, "ci_high": high}
    return row | numbers | {"before": found.before, "during": found.during}


def _row(metric: str, n_engineers: int, is_beyond: bool, verdict: str, reason: str) -> dict[str, Any]:
    missing = dict.fromkeys(("effect", "ci_low", "ci_high", "margin", "before", "during"), np.nan)
    return missing | {
        "metric": metric,
        "n_engineers": n_engineers,
        "is_beyond_margin": is_beyond,
        "verdict": verdict,
        "reason": reason,
    }


_SEASON_WORDS: Final = {
    True: "Before and during cover the same months.",
    False: "The weeks before do not cover the same months: season cannot be separated from the switch.",
}
_POLICY_WORDS: Final = {
    "keep": "Every metric that can be judged stays inside its margin.",
    "watch": "Neither harm beyond the margins nor its absence is shown for every metric.",
    "return": "Harm beyond the agreed margin is shown at reviews running.",
    "insufficient": "Too few engineers have enough weeks before and during to judge billable share.",
}


def listed_verdicts(verdicts: Mapping[Metric, str]) -> str:
    """`Billable share: keep; velocity: watch; ...`"""
    text = "; ".join(f"{NAMES[metric].lower()}: {verdict}" for metric, verdict in verdicts.items())
    return f"{text[0].upper()}{text[1:]}."


def _reason(found: MetricReview, verdict: str, is_beyond: bool, is_season_matched: bool, rules: TeamEffectRules) -> str:
    name = NAMES[found.metric]
    if found.estimate is None:
        return (
            f"{name}: {found.n_engineers} engineers have at least {rules.min_weeks} weeks to compare before and during;"
            f" {rules.min_engineers} are needed."
        )
    low, high = found.estimate.interval(rules.confidence)
    change = f"change since the switch {_effect(found.metric, found.estimate.value)}"
    interval = f"{100 * rules.confidence:g} % interval {_effect(found.metric, low)} to {_effect(found.metric, high)}"
    sentences = [
        f"{name}: {change} ({interval}; {found.n_engineers} engineers).",
        _against_margin(found, verdict, is_beyond, rules),
        f"A change smaller than {_smallest(found, rules)} could not have been told from none.",
        _SEASON_WORDS[is_season_matched],
    ]
    if found.against_others is not None:
        low, high = found.against_others.interval(rules.confidence)
        difference = _effect(found.metric, found.against_others.value)
        sentences.append(
            f"Against the {found.n_others} on 5x8 over the same weeks: {difference}"
            f" ({_effect(found.metric, low)} to {_effect(found.metric, high)})."
        )
    return " ".join(sentences)


def _against_margin(found: MetricReview, verdict: str, is_beyond: bool, rules: TeamEffectRules) -> str:
    margin = _effect(found.metric, found.margin)
    if verdict == "keep":
        return f"The whole harm side of the interval lies inside the margin of {margin}."
    if verdict == "return":
        return f"Worse than the margin of {margin} at {rules.reviews_running} reviews running."
    if is_beyond:
        return f"Worse than the margin of {margin}, but not yet at {rules.reviews_running} reviews running."
    return f"The interval neither stays inside the margin of {margin} nor shows that it was passed."


def _smallest(found: MetricReview, rules: TeamEffectRules) -> str:
    """Half the interval's width, for the worse, in the unit of the margin."""
    assert found.estimate is not None, "a smallest visible change without an estimate"
    low, high = found.estimate.interval(rules.confidence)
    return _effect(found.metric, found.harm_sign * (high - low) / 2)


def _effect(metric: Metric, value: float) -> str:
    """An effect as readers know it: points, percent, factor, score."""
    if metric == "billable":
        return f"{_signed(value, 1)} points"
    if metric == "velocity":
        return f"{_signed(100 * np.expm1(value), 0)} %"
    if metric == "response":
        return f"x{np.exp(value):.2f}"
    return _signed(value, 2)


def _signed(value: float, digits: int) -> str:
    text = f"{value:+.{digits}f}"
    return text.lstrip("+-") if float(text) == 0 else text
