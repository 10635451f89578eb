"""At every review, for each engineer on 4x10: stay, watch, or propose a return to 5x8.

Definition: decisions.md, 5 and 10.2.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from transforms.baselines import Baselines, baselines_by_week
from transforms.panel import Panel
from transforms.parameters import DecisionParameters, RecommendationRules
from transforms.review_evidence import Evidence, review_evidence, smallest_visible
from transforms.review_sentences import Lights, Told, counter_evidence, review_reasons, would_change
from transforms.review_windows import own_facts, review_facts
from transforms.reviews import Review, needed_reviews, wanted_reviews
from transforms.schemas.decisions import Recommendations
from transforms.schemas.registry import empty, shaped
from transforms.stats import Bools, Floats, Ints, Words
from transforms.vocabulary import METRICS, Metric


def recommend(
    panel: Panel,
    baselines: Mapping[int, Baselines],
    is_flagged: Bools,
    parameters: DecisionParameters,
    published: pd.DataFrame | None = None,
    weeks: pd.DatetimeIndex | None = None,
) -> pd.DataFrame:
    """The recommendation for each engineer on 4x10, at each review in `weeks` (default: at all).

    Grain: one row per review and engineer on 4x10 in that week. Who went back to 5x8 has none.
    Missing: a change is missing where its window holds too little; fewer than 8 eligible weeks are `insufficient`.
    `is_flagged` (engineers x weeks): yellow or red underneath. Published reviews are taken as they are: whether the
    evidence asked for a return there is part of the state.
    """
    rules = parameters.recommendation
    known = empty(Recommendations) if published is None else published
    most_running = max(rules.reviews_running, rules.weak_reviews_running)
    wanted = wanted_reviews(panel, rules, weeks)
    stored = set(known["week_start"])
    needed = [
        review
        for review in needed_reviews(panel, rules, wanted, most_running)
        if panel.week_starts[review.week] not in stored
    ]
    own = dict(baselines)
    own |= baselines_by_week(panel, parameters, [review.week for review in needed if review.week not in own])
    found = _evidence(panel, own, needed, parameters)
    candidates = _published_candidates(panel, known)
    rows = []
    for review in needed:
        first = max(review.week + 1 - rules.watch_weeks, 0)
        n_flagged = is_flagged[:, first : review.week + 1].sum(axis=1)
        candidates[review.week] = found[review.week].shown.asks_return & (n_flagged >= rules.return_flagged_weeks)
        if review in wanted:
            running = [candidates[week] for week in review.running(rules, most_running) if week in candidates]
            rows.append(_rows(panel, found[review.week], running, n_flagged, parameters))
    new = shaped(pd.DataFrame(_joined(rows)), Recommendations) if rows else empty(Recommendations)
    taken = known[known["week_start"].isin([panel.week_starts[review.week] for review in wanted])]
    return pd.concat([taken, new], ignore_index=True) if len(taken) else new


def _joined(parts: Sequence[Mapping[str, Words]]) -> dict[str, Words]:
    """The reviews' columns, one below the other: a frame is made once."""
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def flagged_weeks(panel: Panel, statuses: pd.DataFrame) -> Bools:
    """Where a table of statuses (engineer_id, week_start, underlying_status) is yellow or red. Engineers x weeks."""
    rows = statuses[statuses["underlying_status"].isin(["yellow", "red"])]
    engineer = pd.Index(panel.engineer_ids).get_indexer(pd.Index(rows["engineer_id"].to_numpy(dtype=object)))
    week = panel.week_starts.get_indexer(pd.DatetimeIndex(rows["week_start"]))
    is_there = (engineer >= 0) & (week >= 0)
    flags = np.zeros((panel.n_engineers, panel.n_weeks), dtype=bool)
    flags[engineer[is_there], week[is_there]] = True
    return flags


def _evidence(
    panel: Panel, own: Mapping[int, Baselines], needed: Sequence[Review], parameters: DecisionParameters
) -> dict[int, Evidence]:
    """Week (by index) -> what its review finds. Reviews with the same baselines share what is measured from them."""
    if not needed:
        return {}
    facts = review_facts(panel, parameters)
    found, last, measured = {}, None, None
    for review in needed:
        if measured is None or own[review.week] is not last:
            last = own[review.week]
            measured = own_facts(facts, last, parameters.recommendation)
        found[review.week] = review_evidence(facts, measured, parameters, review)
    return found


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


def _rows(
    panel: Panel, found: Evidence, running: Sequence[Bools], n_flagged: Ints, parameters: DecisionParameters
) -> dict[str, Words]:
    """The columns of one review's rows.

    `running`: who was a candidate at this review and at those just before, the newest first.
    """
    rules, shown = parameters.recommendation, found.shown
    lights = Lights(n_flagged >= rules.watch_flagged_weeks, n_flagged >= rules.return_flagged_weeks)
    outcome = recommendation(
        is_reviewed=found.is_reviewed,
        is_enough=shown.is_enough,
        asks_return=shown.asks_return,
        is_lasting=is_lasting(running, shown.is_strong, rules),
        has_5x8=found.has_5x8,
        has_flags=lights.ask_watch,
        is_leaning=shown.is_leaning,
    )
    monday = panel.week_starts[found.review.week]
    told = Told(outcome, lights, n_running(running), monday, found.is_reviewed & shown.is_enough, parameters)
    visible = smallest_visible(shown.changes, rules)
    columns = {
        "engineer_id": panel.engineer_ids,
        "week_start": np.full(panel.n_engineers, monday.to_datetime64()),
        "review_number": np.full(panel.n_engineers, found.review.number),
        "recommendation": outcome,
        "is_candidate": running[0],
        "q_value": shown.q,
        "window_size_weeks": found.size,
        "eligible_weeks": shown.n_weeks,
        "strength": shown.strength,
        **{
            f"{metric}_change": as_shown(metric, change.plain - change.peers)
            for metric, change in shown.changes.items()
        },
        **{f"{metric}_z": change.z for metric, change in shown.changes.items()},
        **{f"{metric}_smallest_visible": as_shown(metric, visible[metric]) for metric in METRICS},
        "reasons": review_reasons(found, told),
        "counter_evidence": counter_evidence(found, told),
        "would_change": would_change(found, told),
    }
    return {name: values[found.is_reviewed] for name, values in columns.items()}


def as_shown(metric: Metric, worse: Floats) -> Floats:
    """A change for the worse in the unit of the tables: points, percent, factor, score; worse is less, or slower."""
    if metric == "response":
        factor: Floats = np.exp(worse)
        return factor
    return -100 * worse if metric == "velocity" else -worse


def n_running(running: Sequence[Bools]) -> Ints:
    """At how many reviews running, this one included, everybody was a candidate. `running`: the newest first."""
    n: Ints = np.logical_and.accumulate(running).sum(axis=0, dtype=np.int64)
    return n


def is_lasting(running: Sequence[Bools], is_strong: Bools, rules: RecommendationRules) -> Bools:
    """A candidate at enough reviews running: fewer where the evidence is strong at the last of them."""
    needed = np.where(is_strong, rules.reviews_running, rules.weak_reviews_running)
    lasting: Bools = n_running(running) >= needed
    return lasting


def recommendation(
    *,
    is_reviewed: Bools,
    is_enough: Bools,
    asks_return: Bools,
    is_lasting: Bools,
    has_5x8: Bools,
    has_flags: Bools,
    is_leaning: Bools,
) -> Words:
    """The rule in one place; empty for who is not reviewed.

    Who has no own weeks on 5x8 before 4x10 (hired onto it, or on 9/80 before) has nothing to return to: at most
    `watch`.
    """
    is_watch = asks_return | has_flags | is_leaning
    outcome: Words = np.select(
        [~is_reviewed, ~is_enough, is_lasting & has_5x8, is_watch],
        ["", "insufficient", "return", "watch"],
        default="stay",
    ).astype(object)
    return outcome
