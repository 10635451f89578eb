"""At every review, for each engineer on 4x10: stay, watch, or propose a return to 5x8.

Definition: decisions.md, section 5.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from transforms.baselines import Baselines, baselines_by_week
from transforms.panel import Panel
from transforms.parameters import DecisionParameters, RecommendationRules
from transforms.review_evidence import Evidence, review_evidence
from transforms.review_sentences import review_sentences
from transforms.reviews import Review, needed_reviews, wanted_reviews
from transforms.schemas.decisions import Recommendations
from transforms.schemas.registry import empty, shaped
from transforms.stats import Bools, Ints, Words


def recommend(
    panel: Panel,
    baselines: Mapping[int, Baselines],
    statuses: pd.DataFrame,
    parameters: DecisionParameters,
    published: pd.DataFrame | None = None,
    weeks: pd.DatetimeIndex | None = None,
) -> pd.DataFrame:
    """The recommendation for each engineer on 4x10, at each review in `weeks` (default: at all).

    Grain: one row per review and engineer on 4x10 in that week. Who went back to 5x8 has none.
    Missing: a change is missing where its window holds too little; fewer than 8 eligible weeks are `insufficient`.
    `statuses` holds the last four weeks up to each review. Published reviews are taken as they are: whether the
    evidence asked for a return there is part of the state.
    """
    rules = parameters.recommendation
    known = empty(Recommendations) if published is None else published
    wanted = wanted_reviews(panel, rules, weeks)
    stored = set(known["week_start"])
    needed = [
        review
        for review in needed_reviews(panel, rules, wanted, rules.reviews_running)
        if panel.week_starts[review.week] not in stored
    ]
    own = dict(baselines)
    own |= baselines_by_week(panel, parameters, [review.week for review in needed if review.week not in own])
    found = {review.week: review_evidence(panel, own[review.week], parameters, review) for review in needed}
    candidates = {week: evidence.is_candidate(rules) for week, evidence in found.items()}
    candidates |= _published_candidates(panel, known)
    tables = [known[known["week_start"].isin([panel.week_starts[review.week] for review in wanted])]]
    for review in (review for review in wanted if review.week in found):
        running = [candidates[week] for week in review.running(rules, rules.reviews_running) if week in candidates]
        has_flags = _flagged_weeks(panel, statuses, review, rules) >= rules.watch_flagged_weeks
        tables.append(_table(panel, found[review.week], running, has_flags, parameters))
    filled = [table for table in tables if len(table)]
    return pd.concat(filled, ignore_index=True) if filled else empty(Recommendations)


def _published_candidates(panel: Panel, known: pd.DataFrame) -> dict[int, Bools]:
    """Week (by index) -> who was a candidate there; somebody without a row was none."""
    engineer = pd.Index(panel.engineer_ids).get_indexer(pd.Index(known["engineer_id"].to_numpy(dtype=object)))
    week = panel.week_starts.get_indexer(pd.DatetimeIndex(known["week_start"]))
    is_candidate = known["is_candidate"].to_numpy(dtype=bool) & (engineer >= 0)
    found = {}
    for one in np.unique(week[week >= 0]):
        flags = np.zeros(panel.n_engineers, dtype=bool)
        flags[engineer[is_candidate & (week == one)]] = True
        found[int(one)] = flags
    return found


def _flagged_weeks(panel: Panel, statuses: pd.DataFrame, review: Review, rules: RecommendationRules) -> Ints:
    """How many of the last weeks were yellow or red underneath."""
    last = panel.week_starts[max(review.week - rules.watch_weeks + 1, 0) : review.week + 1]
    is_flagged = statuses["week_start"].isin(last) & statuses["underlying_status"].isin(["yellow", "red"])
    flagged = pd.Index(statuses.loc[is_flagged, "engineer_id"].to_numpy(dtype=object))
    engineer = pd.Index(panel.engineer_ids).get_indexer(flagged)
    return np.bincount(engineer[engineer >= 0], minlength=panel.n_engineers).astype(np.int64)


def _table(
    panel: Panel, found: Evidence, running: Sequence[Bools], has_flags: Bools, parameters: DecisionParameters
) -> pd.DataFrame:
    """`running`: who was a candidate at this review and at those just before, the newest first."""
    rules = parameters.recommendation
    is_candidate = found.is_candidate(rules)
    is_lasting = np.all(running, axis=0) if len(running) >= rules.reviews_running else np.zeros_like(is_candidate)
    outcome = recommendation(
        is_enough=found.n_weeks >= rules.min_weeks,
        is_candidate=is_candidate,
        is_lasting=is_lasting,
        is_hired_onto=found.is_hired_onto,
        has_flags=has_flags,
        is_leaning=found.is_leaning,
    )
    reasons, counter = review_sentences(found, outcome, is_candidate, has_flags, parameters)
    changes = found.changes
    table = pd.DataFrame(
        {
            "engineer_id": panel.engineer_ids,
            "week_start": panel.week_starts[found.review.week],
            "review_number": found.review.number,
            "recommendation": outcome,
            "is_candidate": is_candidate,
            "q_value": found.q,
            "billable_change": -changes["billable"].own,
            "velocity_change": -100 * changes["velocity"].own,
            "response_change": np.exp(changes["response"].own),
            "vibes_change": -changes["vibes"].own,
            "reasons": reasons,
            "counter_evidence": counter,
        }
    )
    return shaped(table[found.is_reviewed], Recommendations)


def recommendation(
    *,
    is_enough: Bools,
    is_candidate: Bools,
    is_lasting: Bools,
    is_hired_onto: Bools,
    has_flags: Bools,
    is_leaning: Bools,
) -> Words:
    """The rule in one place. Who was hired onto 4x10 has no own weeks on 5x8 to return to: at most `watch`."""
    is_return = is_candidate & is_lasting & ~is_hired_onto
    is_watch = is_candidate | has_flags | is_leaning
    outcome: Words = np.select(
        [~is_enough, is_return, is_watch], ["insufficient", "return", "watch"], default="stay"
    ).astype(object)
    return outcome
