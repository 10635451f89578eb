"""The change since the switch over everybody, and the verdict on the policy, at every review.

Definition: decisions.md, 6 and 10.4.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from transforms.panel import Panel
from transforms.parameters import DecisionParameters, TeamEffectRules
from transforms.reviews import needed_reviews, wanted_reviews
from transforms.schemas.decisions import TeamEffects
from transforms.schemas.registry import empty, shaped
from transforms.stats.arrays import at_least
from transforms.team_changes import MetricReview, team_panel, team_review
from transforms.team_sentences import Told, metric_reason, metric_would_change, policy_reason, policy_would_change
from transforms.vocabulary import METRICS, POLICY, Metric


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
    needed = [
        review
        for review in needed_reviews(panel, parameters.recommendation, wanted, rules.reviews_running)
        if panel.week_starts[review.week] not in stored
    ]
    team = team_panel(panel, parameters) if needed else None
    found = {review: team_review(team, review) for review in needed if team is not None}
    for review, (metrics, _) in found.items():
        week = panel.week_starts[review.week]
        needed_now = needed_probability(review.week_on_4x10(parameters.recommendation), rules)
        beyond |= {(week, one.metric): is_beyond_margin(one, needed_now) for one in metrics}
    rows = []
    for review in (review for review in wanted if review in found):
        running = [panel.week_starts[week] for week in review.running(parameters.recommendation, rules.reviews_running)]
        needed_now = needed_probability(review.week_on_4x10(parameters.recommendation), rules)
        metrics, is_season_matched = found[review]
        told = Told(needed_now, is_season_matched, rules)
        histories = {one.metric: [beyond.get((week, one.metric), False) for week in running] for one in metrics}
        key = {"week_start": running[0], "review_number": review.number, "is_season_matched": is_season_matched}
        rows += [key | row for row in _rows(metrics, histories, told)]
    computed = shaped(pd.DataFrame(rows), TeamEffects) if rows else empty(TeamEffects)
    taken = known[known["week_start"].isin([panel.week_starts[review.week] for review in wanted])]
    return pd.concat([taken, computed], ignore_index=True) if len(taken) else computed


def needed_probability(week_on_4x10: int, rules: TeamEffectRules) -> float:
    """How likely a loss beyond the margin must be for `return`: early on clearly, later rather than not."""
    return rules.return_probability if week_on_4x10 < rules.late_from_week else rules.late_return_probability


def is_beyond_margin(found: MetricReview, needed: float) -> bool:
    """So likely worse than the margin as `return` needs at every review."""
    return bool(at_least(found.probability_beyond_margin, needed))


def is_inside_margin(found: MetricReview, rules: TeamEffectRules) -> bool:
    """The harm-side end of the interval is less than the margin: non-inferiority, not mere lack of significance."""
    return found.worst(rules.confidence) < abs(found.margin)


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
    metrics: Sequence[MetricReview], histories: Mapping[Metric, Sequence[bool]], told: Told
) -> list[dict[str, Any]]:
    """One row per metric and one for the policy.

    `histories`: whether harm was beyond the margin at this review and at those before, the newest first.
    """
    rules = told.rules
    verdicts = {one.metric: metric_verdict(one, histories[one.metric], rules) for one in metrics}
    rows = [_metric_row(one, verdicts[one.metric], histories[one.metric][0], told) for one in metrics]
    verdict = policy_verdict(verdicts, rules)
    alone = {metric: "return" if history[0] else "watch" for metric, history in histories.items()}
    policy = {
        "metric": POLICY,
        "n_engineers": metrics[0].n_engineers,
        "is_beyond_margin": policy_verdict(alone, rules) == "return",
        "verdict": verdict,
        "reason": policy_reason(verdict, verdicts, told.is_season_matched),
        "would_change": policy_would_change(verdict, rules),
    }
    return [*rows, _NO_NUMBERS | policy]


_NO_NUMBERS: Final[dict[str, Any]] = {"n_others": 0} | dict.fromkeys(
    (
        "effect",
        "ci_low",
        "ci_high",
        "standard_error",
        "degrees_of_freedom",
        "margin",
        "probability_beyond_margin",
        "smallest_visible",
        "before",
        "during",
        "against_others",
        "against_others_low",
        "against_others_high",
    ),
    np.nan,
)


def _metric_row(found: MetricReview, verdict: str, is_beyond: bool, told: Told) -> dict[str, Any]:
    row = {
        "metric": found.metric,
        "margin": found.margin,
        "n_engineers": found.n_engineers,
        "is_beyond_margin": is_beyond,
        "verdict": verdict,
        "reason": metric_reason(found, verdict, is_beyond, told),
        "would_change": metric_would_change(found, verdict, told),
    }
    return _NO_NUMBERS | row | _numbers(found, told.rules)


def _numbers(found: MetricReview, rules: TeamEffectRules) -> dict[str, Any]:
    """The estimate, and the one against those on 5x8, where they are there."""
    numbers: dict[str, Any] = {}
    if found.estimate is not None:
        low, high = found.estimate.interval(rules.confidence)
        numbers = {
            "effect": found.estimate.value,
            "ci_low": low,
            "ci_high": high,
            "standard_error": found.estimate.standard_error,
            "degrees_of_freedom": found.estimate.degrees_of_freedom,
            "probability_beyond_margin": found.probability_beyond_margin,
            "smallest_visible": found.smallest_visible(rules.confidence),
            "before": found.before,
            "during": found.during,
        }
    if found.against_others is not None:
        low, high = found.against_others.interval(rules.confidence)
        numbers |= {
            "against_others": found.against_others.value,
            "against_others_low": low,
            "against_others_high": high,
            "n_others": found.n_others,
        }
    return numbers
