"""The change since the switch over everybody, and the verdict on the policy, at every review.

Definition: decisions.md, section 6.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from transforms.panel import Panel
from transforms.parameters import DecisionParameters, TeamEffectRules
from transforms.reviews import Review, needed_reviews, wanted_reviews
from transforms.schemas.decisions import TeamEffects
from transforms.schemas.registry import empty, shaped
from transforms.team_changes import MetricReview, team_review
from transforms.team_sentences import metric_reason, policy_reason
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
    found = {
        review: team_review(panel, parameters, review)
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
    computed = shaped(pd.DataFrame(rows), TeamEffects) if rows else empty(TeamEffects)
    taken = known[known["week_start"].isin([panel.week_starts[review.week] for review in wanted])]
    return pd.concat([taken, computed], ignore_index=True) if len(taken) else computed


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
    reason = policy_reason(verdict, verdicts, is_season_matched)
    is_beyond = policy_verdict({one.metric: _return_if(one, rules) for one in found}, rules) == "return"
    rows.append(key | _row(POLICY, found[0].n_engineers, is_beyond, verdict, reason))
    return rows


def _return_if(found: MetricReview, rules: TeamEffectRules) -> str:
    return "return" if is_beyond_margin(found, rules) else "watch"


def _metric_row(
    found: MetricReview, verdict: str, is_beyond: bool, is_season_matched: bool, rules: TeamEffectRules
) -> dict[str, Any]:
    reason = metric_reason(found, verdict, is_beyond, is_season_matched, rules)
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
