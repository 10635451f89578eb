"""The change since the switch over everybody, and the verdict on the policy, at every review.

Definition: decisions.md, 6 and 10.4.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from transforms.panel import Panel
from transforms.parameters import DecisionParameters, TeamEffectRules
from transforms.reviews import Review, needed_reviews, wanted_reviews
from transforms.schemas.decisions import TeamEffects
from transforms.schemas.registry import empty, shaped
from transforms.stats.arrays import at_least
from transforms.team_changes import MetricReview, team_panel, team_review
from transforms.team_sentences import metric_reason, metric_would_change, policy_reason, policy_would_change
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
        beyond |= {(week, one.metric): is_beyond_margin(one, rules) for one in metrics}
    rows = []
    for review in (review for review in wanted if review in found):
        running = [panel.week_starts[week] for week in review.running(parameters.recommendation, rules.reviews_running)]
        rows += _rows(running, review, *found[review], beyond, rules)
    computed = shaped(pd.DataFrame(rows), TeamEffects) if rows else empty(TeamEffects)
    taken = known[known["week_start"].isin([panel.week_starts[review.week] for review in wanted])]
    return pd.concat([taken, computed], ignore_index=True) if len(taken) else computed


def is_beyond_margin(found: MetricReview, rules: TeamEffectRules) -> bool:
    """So likely worse than the margin as `return` needs at every review."""
    return bool(at_least(found.probability_beyond_margin, rules.return_probability))


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
        rows.append(key | _metric_row(one, verdicts[one.metric], history, is_season_matched, rules))
    verdict = policy_verdict(verdicts, rules)
    is_beyond = policy_verdict({one.metric: _return_if(one, rules) for one in found}, rules) == "return"
    said = {
        "verdict": verdict,
        "reason": policy_reason(verdict, verdicts, is_season_matched),
        "would_change": policy_would_change(verdict, rules),
    }
    rows.append(
        key
        | _NO_NUMBERS
        | {"metric": POLICY, "n_engineers": found[0].n_engineers}
        | {"is_beyond_margin": is_beyond}
        | said
    )
    return rows


def _return_if(found: MetricReview, rules: TeamEffectRules) -> str:
    return "return" if is_beyond_margin(found, rules) else "watch"


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


def _metric_row(
    found: MetricReview, verdict: str, history: Sequence[bool], is_season_matched: bool, rules: TeamEffectRules
) -> dict[str, Any]:
    """`history`: whether harm was beyond the margin at this review and at those before, the newest first."""
    return (
        _NO_NUMBERS
        | {
            "metric": found.metric,
            "margin": found.margin,
            "n_engineers": found.n_engineers,
            "is_beyond_margin": history[0],
            "verdict": verdict,
            "reason": metric_reason(found, verdict, history[0], is_season_matched, rules),
            "would_change": metric_would_change(found, verdict, rules),
        }
        | _numbers(found, rules)
    )


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
