"""What came after a recommendation, 4 and 8 weeks later, next to what would have come by itself.

A change that asks for attention is large partly because something changed and partly because its weeks were unlucky,
and bad luck does not come again. With x the change in the window of the review, positive for the worse,

    x = c + b + w        c: the true change, over engineers N(0, k2)
                         b: the error of the own baseline, N(0, vb); it is the same at the review and later
                         w: the luck of the window's weeks, N(0, vw); other weeks have another

    signal = (k2 + vb) / (k2 + vb + vw)     k2 = max(mean(x^2) - mean(vb + vw), 0) over the engineers reviewed

what stays of x when nothing changes is E[c + b | x] = signal x, with variance signal vw; a mean over later weeks adds
their own luck, v. So later weeks lie within signal x +- 1.96 sqrt(signal vw + v) in 95 of 100 cases, and the share
1 - signal comes back by itself. The prior makes this hold for changes that were picked for being large. Later weeks
are those after the review alone: nothing that raised the recommendation is counted twice. That neighbouring weeks are
alike across the edge of the windows is left out; it makes a little less come back.
Source: regression to the mean as empirical Bayes shrinkage (Efron and Morris 1975); decisions.md, section 5.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from transforms.baselines import Baselines, baselines_by_week
from transforms.definitions import METRIC_DEFINITIONS
from transforms.panel import FULL_TIME_HOURS, Panel, build_panel, sprint_flags
from transforms.parameters import DecisionParameters, RecommendationRules
from transforms.review_windows import kinder, review_facts, window
from transforms.reviews import Review
from transforms.schemas.decisions import Outcomes
from transforms.schemas.registry import empty, shaped
from transforms.stats import Bools, Floats, Ints, Words
from transforms.stats.arrays import at_least, divide
from transforms.stats.multiplicity import others_median
from transforms.vocabulary import METRICS, Metric

AFTER_WEEKS: Final = (4, 8)
_COVERAGE_Z: Final = 1.96
_WEEK: Final = pd.Timedelta(days=7)


@dataclass(frozen=True)
class _Level:
    """One metric over some weeks, against the own normal, the kinder one as at the review. Shape: engineers.

    Units: share of hours, share of the rate, log time, score; `fall` is positive for the worse.
    """

    fall: Floats
    luck: Floats  # variance of the mean over these weeks about what is true in them
    n: Ints  # weeks, sprints, incidents, entries


def outcomes(
    readings: pd.DataFrame, incidents: pd.DataFrame, recommendations: pd.DataFrame, parameters: DecisionParameters
) -> pd.DataFrame:
    """The metrics that were down at each review that asked for a return, 4 and 8 weeks after it.

    Grain: one row per recommendation (`return`, or `watch` with evidence for a return), metric that was down by a
        material size, and 4 or 8 weeks; the peers' median decline of the same weeks is taken off, as at the review.
    Units: points, percent, factor, score, as the changes of `recommendations`.
    Missing: no row while the weeks are not over. A change is missing where at most half of the weeks count (no whole
        sprint, too few incidents); what is expected, with fewer engineers reviewed than peers are asked for.
    Definition: decisions.md, section 5.
    """
    is_asking = (recommendations["recommendation"] == "return") | (
        (recommendations["recommendation"] == "watch") & recommendations["is_candidate"]
    )
    last = readings["week_start"].max()
    due = recommendations.loc[is_asking, "week_start"]
    due = due[due + min(AFTER_WEEKS) * _WEEK <= last]
    if due.empty:
        return empty(Outcomes)
    panel = build_panel(readings, incidents, parameters)
    parts = []
    for monday in np.unique(due):
        held = recommendations[recommendations["week_start"] == monday]
        asking = set(held.loc[is_asking, "engineer_id"])
        parts += _after_review(panel, parameters, held, np.isin(panel.engineer_ids, list(asking)), monday)
    rows = pd.concat(parts, ignore_index=True)
    return shaped(rows.sort_values(["week_start", "engineer_id", "review_week"], kind="stable"), Outcomes)


def _after_review(
    panel: Panel, parameters: DecisionParameters, held: pd.DataFrame, is_asking: Bools, monday: np.datetime64
) -> list[pd.DataFrame]:
    rules = parameters.recommendation
    week = int(panel.week_starts.get_indexer(pd.DatetimeIndex([monday]))[0])
    own = baselines_by_week(panel, parameters, [week])[week]
    then = _changes_then(panel, held)
    sizes = held.set_index("engineer_id")["window_size_weeks"].reindex(panel.engineer_ids)
    usual = parameters.recommendation.windows_weeks[0]
    seen = _levels(panel, own, _review_span(panel, parameters, week, sizes.fillna(usual).to_numpy(dtype=np.int64)))
    noise = _baseline_variances(own)
    team = np.where(np.isin(panel.engineer_ids, held["engineer_id"]), panel.team[:, week], -1)
    parts = []
    for after in (weeks for weeks in AFTER_WEEKS if week + weeks < panel.n_weeks):
        later = _levels(panel, own, _weeks_after(panel, week, after))
        for metric in METRICS:
            enough = np.where(_is_enough(metric, later[metric].n, after, parameters), later[metric].fall, np.nan)
            decline = np.maximum(np.nan_to_num(others_median(enough[:, None], team, rules.min_peers)[:, 0]), 0.0)
            signal = signal_share(then[metric], seen[metric].luck, noise[metric], rules.min_peers)
            ends = [
                _as_change(metric, fall)
                for fall in likely_range(signal * then[metric], signal * seen[metric].luck, later[metric].luck)
            ]
            table = pd.DataFrame(
                {
                    "engineer_id": panel.engineer_ids,
                    "week_start": panel.week_starts[week + after],
                    "review_week": panel.week_starts[week],
                    "after_weeks": after,
                    "metric": metric,
                    "change_then": _as_change(metric, then[metric]),
                    "change_since": _as_change(metric, enough - decline),
                    "n": later[metric].n,
                    "comes_back_share": 1 - signal,
                    "expected": _as_change(metric, signal * then[metric]),
                    "expected_low": np.minimum(*ends),
                    "expected_high": np.maximum(*ends),
                    "back_on_5x8_week": _back_on_5x8(panel, week, after),
                }
            )
            parts.append(table[is_asking & at_least(then[metric], _material(metric, rules))])
    return parts


def signal_share(fall: Floats, luck: Floats, baseline_variance: Floats, min_engineers: int) -> Floats:
    """The part of each engineer's change that stays when nothing changes: see the head of this module.

    Shape: engineers; an engineer without a change is not among those reviewed.
    Missing: all, with fewer than `min_engineers` changes; who has no change.
    """
    is_known = ~np.isnan(fall + luck + baseline_variance)
    if is_known.sum() < min_engineers:
        return np.full(fall.shape, np.nan)
    noise = luck + baseline_variance
    true = max(float(np.mean(fall[is_known] ** 2) - np.mean(noise[is_known])), 0.0)
    return divide(true + baseline_variance, true + noise)


def likely_range(expected: Floats, lasting_variance: Floats, luck: Floats) -> tuple[Floats, Floats]:
    """Where 95 of 100 means of later weeks lie when nothing changes.

    `lasting_variance`: of what lasts about what is expected of it; `luck`: variance of the later weeks' own luck.
    """
    spread = _COVERAGE_Z * np.sqrt(lasting_variance + luck)
    return expected - spread, expected + spread


def _changes_then(panel: Panel, held: pd.DataFrame) -> dict[Metric, Floats]:
    """The published changes of a review, positive for the worse. Shape: engineers; missing where not reviewed."""
    rows = held.set_index("engineer_id").reindex(panel.engineer_ids)
    return {
        "billable": -rows["billable_change"].to_numpy() / 100,
        "velocity": -rows["velocity_change"].to_numpy() / 100,
        "response": np.log(rows["response_change"].to_numpy()),
        "vibes": -rows["vibes_change"].to_numpy(),
    }


def _as_change(metric: Metric, fall: Floats) -> Floats:
    """In the units of `recommendations`."""
    if metric == "response":
        factor: Floats = np.exp(fall)
        return factor
    return -fall if metric == "vibes" else -100 * fall


def _material(metric: Metric, rules: RecommendationRules) -> float:
    sizes: dict[Metric, float] = {
        "billable": rules.several_billable_points / 100,
        "velocity": rules.several_velocity_drop,
        "response": float(np.log(rules.several_response_factor)),
        "vibes": rules.several_vibes_drop,
    }
    return sizes[metric]


def _baseline_variances(own: Baselines) -> dict[Metric, Floats]:
    return {
        "billable": own.billable.variance,
        "velocity": own.velocity.variance,
        "response": own.response.level.variance,
        "vibes": own.vibes.variance,
    }


def _review_span(panel: Panel, parameters: DecisionParameters, week: int, size: Ints) -> Bools:
    """The weeks of the window that spoke at the review, from its first eligible one. `size`: by engineer."""
    facts = review_facts(panel, parameters)
    first = np.full(panel.n_engineers, panel.n_weeks)
    for one in np.unique(size):
        spoke = size == one
        first[spoke] = window(facts, Review(1, week), int(one), parameters.recommendation).first[spoke]
    weeks = np.arange(panel.n_weeks)[None, :]
    span: Bools = facts.is_counted & (weeks >= first[:, None]) & (weeks <= week)
    return span


def _weeks_after(panel: Panel, week: int, after: int) -> Bools:
    """On whichever schedule: the own baseline is of 5x8, and whoever went back to it is looked at all the same."""
    weeks = np.arange(panel.n_weeks)
    span: Bools = panel.is_employed & ((weeks > week) & (weeks <= week + after))[None, :]
    return span


def _back_on_5x8(panel: Panel, week: int, after: int) -> Words:
    """The first week after the review in which the engineer was not on 4x10; datetime64."""
    is_back = _weeks_after(panel, week, after) & ~panel.is_4x10
    mondays = panel.week_starts.to_numpy()[is_back.argmax(axis=1)]
    return np.where(is_back.any(axis=1), mondays, np.datetime64("NaT"))


def _counts(panel: Panel) -> Bools:
    counts: Bools = panel.is_eligible & ~np.isnan(panel.billable_share)
    return counts


def _is_enough(metric: Metric, n: Ints, after: int, parameters: DecisionParameters) -> Bools:
    least = {
        "billable": after // 2 + 1,
        "velocity": 1,
        "response": parameters.response.min_incidents,
        "vibes": after // 2 + 1,
    }
    return np.asarray(n >= least[metric])


def _levels(panel: Panel, own: Baselines, span: Bools) -> Mapping[Metric, _Level]:
    return {
        "billable": _billable(panel, own, span),
        "velocity": _velocity(panel, own, span),
        "response": _response(panel, own, span),
        "vibes": _vibes(panel, own, span),
    }


def _billable(panel: Panel, own: Baselines, span: Bools) -> _Level:
    is_in = span & _counts(panel)
    n = is_in.sum(axis=1, dtype=np.int64)
    hours = np.where(is_in, panel.billable_denominator_hours, 0.0).sum(axis=1)
    share = divide(np.where(is_in, panel.billable_hours, 0.0).sum(axis=1), hours)
    luck = own.billable.window_variance(n[:, None], hours[:, None] / FULL_TIME_HOURS)[:, 0]
    return _Level(METRIC_DEFINITIONS["billable"].fall(share, kinder("billable", own.billable)), luck, n)


def _velocity(panel: Panel, own: Baselines, span: Bools) -> _Level:
    sprints = panel.sprints
    is_in = sprints.is_usable & sprint_flags(panel, span)
    n = is_in.sum(axis=1, dtype=np.int64)
    hours = np.where(is_in, sprints.hours, 0.0)
    rate = divide(np.where(is_in, sprints.points, 0.0).sum(axis=1), hours.sum(axis=1) / FULL_TIME_HOURS)
    nominal = np.where(is_in, divide(hours, sprints.nominal_hours), 0.0).sum(axis=1)
    luck = own.velocity.window_variance(n[:, None], nominal[:, None])[:, 0]
    return _Level(METRIC_DEFINITIONS["velocity"].fall(divide(rate, kinder("velocity", own.velocity)), 1.0), luck, n)


def _response(panel: Panel, own: Baselines, span: Bools) -> _Level:
    incidents, deviation, level = panel.incidents, own.response.deviations(panel), own.response.level
    is_in = span[incidents.engineer, incidents.week] & ~np.isnan(deviation)
    count = np.bincount(incidents.engineer[is_in], minlength=panel.n_engineers)
    total = np.bincount(incidents.engineer[is_in], weights=deviation[is_in], minlength=panel.n_engineers)
    n = count.astype(np.float64)
    fall = METRIC_DEFINITIONS["response"].fall(
        divide(total.astype(np.float64), n), kinder("response", level) - level.mean
    )
    return _Level(fall, divide(level.sd**2, n), count.astype(np.int64))


def _vibes(panel: Panel, own: Baselines, span: Bools) -> _Level:
    is_in = span & ~np.isnan(panel.vibes) & panel.is_vibes_known
    n = is_in.sum(axis=1, dtype=np.int64)
    weight = n.astype(np.float64)
    mean = divide(np.where(is_in, panel.vibes, 0.0).sum(axis=1), weight)
    luck = own.vibes.window_variance(n[:, None], weight[:, None])[:, 0]
    return _Level(METRIC_DEFINITIONS["vibes"].fall(mean, kinder("vibes", own.vibes)), luck, n)
