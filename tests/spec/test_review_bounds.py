"""What a review asks for is reached at the bound itself, and what it is unsure of is in its error."""

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.builders.borderline import NOISY, RULES, History, simulated
from transforms.baselines import Baselines
from transforms.parameters import DecisionParameters
from transforms.recommendations import flagged_weeks, recommend
from transforms.review_evidence import Evidence, WindowEvidence, review_evidence
from transforms.review_windows import own_facts, review_facts
from transforms.reviews import reviews
from transforms.vocabulary import METRICS, Metric


@cache
def history() -> History:
    return simulated(NOISY)


def last_review(rules: DecisionParameters = RULES, own: Baselines | None = None) -> Evidence:
    panel = history().panel
    facts, review = review_facts(panel, rules), reviews(panel, rules.recommendation)[-1]
    own = own or history().baselines[review.week]
    return review_evidence(facts, own_facts(facts, own, rules.recommendation), rules, review)


def last_window(**changes: Any) -> WindowEvidence:
    rules = replace(RULES, recommendation=replace(RULES.recommendation, **changes))
    return last_review(rules).windows[12]


def test_a_false_discovery_rate_at_the_limit_still_asks_for_a_return() -> None:
    lax = last_window(max_q=1.0)
    at = lax.q[lax.is_one | lax.is_several].max()
    is_there = (lax.is_one | lax.is_several) & (lax.q == at)
    assert 0 < at < 1
    assert last_window(max_q=at).asks_return[is_there].all()
    assert not last_window(max_q=at - 1e-7).asks_return[is_there].any()
    assert last_window(max_q=1.0, strong_q=at).is_strong[is_there].all()
    assert not last_window(max_q=1.0, strong_q=at - 1e-7).is_strong[is_there].any()


LEAST: list[tuple[Metric, str]] = [
    ("billable", "min_weeks"),
    ("velocity", "min_sprints"),
    ("response", "min_incidents"),
    ("vibes", "min_entries"),
]


@pytest.mark.parametrize(("metric", "name"), LEAST)
def test_as_many_items_as_are_asked_for_are_enough_and_one_less_is_not(metric: Metric, name: str) -> None:
    found = last_window(**{name: 2}).changes[metric]
    has_normal = ~np.isnan(found.normal)
    for least in range(3, 9):
        known = ~np.isnan(last_window(**{name: least}).changes[metric].worse)
        is_at, is_under = (found.n == least) & has_normal, found.n == least - 1
        assert known[is_at].all()
        assert not known[is_under].any()
    assert (found.n >= 3).any()


@pytest.mark.parametrize("metric", METRICS)
def test_an_error_holds_that_of_the_window_and_that_of_the_own_normal(metric: Metric) -> None:
    panel = history().panel
    known = history().baselines[panel.n_weeks - 1]
    parts = {"billable": known.billable, "velocity": known.velocity, "vibes": known.vibes}
    response = known.response
    variance = (response.level if metric == "response" else parts[metric]).variance
    certain = {name: replace(part, variance=np.zeros_like(part.variance)) for name, part in parts.items()}
    level = replace(response.level, variance=np.zeros_like(response.level.variance))
    surely = last_review(own=Baselines(**certain, response=replace(response, level=level)))
    for size, window in last_review().windows.items():
        unit = 100.0 if metric == "billable" else 1.0
        both, alone = window.changes[metric].error, surely.windows[size].changes[metric].error
        np.testing.assert_allclose(both**2, alone**2 + unit**2 * variance)
        assert np.nanmin(both - alone) > 0


def test_the_change_in_the_table_is_how_far_the_value_lies_from_normal_less_what_peers_share() -> None:
    found = last_review()
    nobody = np.zeros(history().panel.is_4x10.shape, dtype=bool)
    table = recommend(history().panel, history().baselines, nobody, RULES)
    last = table[table["review_number"] == found.review.number]
    billable, velocity = found.shown.changes["billable"], found.shown.changes["velocity"]
    assert (billable.peers > 0).any()
    points = -(billable.normal - billable.value - billable.peers)
    np.testing.assert_allclose(last["billable_change"], points[found.is_reviewed])
    percent = -100 * (1 - velocity.value / velocity.normal - velocity.peers)
    np.testing.assert_allclose(last["velocity_change"], percent[found.is_reviewed])


def test_yellow_and_red_weeks_of_a_table_stand_where_they_belong() -> None:
    panel = history().panel
    at = [(0, 0, "red"), (0, 3, "yellow"), (2, 0, "yellow"), (panel.n_engineers - 1, panel.n_weeks - 1, "red")]
    rows = [(panel.engineer_ids[one], panel.week_starts[week], light) for one, week, light in at]
    others = [(panel.engineer_ids[1], panel.week_starts[1], "green"), ("nobody", panel.week_starts[1], "red")]
    names = ["engineer_id", "week_start", "underlying_status"]
    found = flagged_weeks(panel, pd.DataFrame([*rows, *others], columns=names))
    assert list(zip(*np.nonzero(found), strict=True)) == sorted((one, week) for one, week, _ in at)
