"""The four metrics are defined once, and the maths, the tables and the words keep to it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tests.builders.decisions import engineer_history, incidents, readings, week
from tests.builders.pseudo import CLOSE, OPEN, PSEUDO, unsaid
from transforms.baselines import baselines_before
from transforms.decide import decide
from transforms.definitions import METRIC_DEFINITIONS
from transforms.language import speaking
from transforms.panel import build_panel
from transforms.parameters import DecisionParameters, TeamEffectRules
from transforms.review_evidence import review_evidence
from transforms.review_windows import own_facts, review_facts
from transforms.reviews import Review
from transforms.schemas.readings import Readings
from transforms.team_changes import MetricReview, margins
from transforms.vocabulary import METRICS, Metric

every_metric = pytest.mark.parametrize("metric", METRICS)
PARAMETERS = DecisionParameters()
N_BEFORE, N_DURING = 26, 16


@every_metric
def test_a_description_is_one_sentence_that_fits_a_tooltip(metric: Metric) -> None:
    text = METRIC_DEFINITIONS[metric].description
    assert len(text) <= 140
    assert text.endswith(".")
    assert ". " not in text


@every_metric
def test_a_metric_rests_on_columns_of_the_readings_and_the_first_has_its_unit(metric: Metric) -> None:
    columns, one = Readings.to_schema().columns, METRIC_DEFINITIONS[metric]
    assert [name for name in one.columns if name not in columns] == []
    assert columns[one.columns[0]].metadata["unit"] == one.column_unit
    assert f"is_{metric}_known" in one.columns


@every_metric
def test_its_texts_are_said_in_the_language_spoken_when_they_are_read(metric: Metric) -> None:
    by_logged = replace(PARAMETERS, method="plain", billable_denominator="logged", velocity_denominator="logged")
    english = METRIC_DEFINITIONS[metric]
    with speaking(PSEUDO):
        one = METRIC_DEFINITIONS[metric]
        worded = [make(rules) for make in (one.formula, one.window) for rules in (PARAMETERS, by_logged)]
        assert unsaid("\n".join(worded), ["or"]) == []
    changed = {name for name, text in vars(one).items() if text != vars(english)[name]}
    texts = {"title", "short_title", "within", "unit", "description", "source", "missing", "nothing"}
    assert texts <= changed <= {*texts, "short_unit"}
    assert all(getattr(one, name) == f"{OPEN}{getattr(english, name)}{CLOSE}" for name in changed)


def test_a_formula_names_the_denominator_in_force() -> None:
    by_logged = replace(PARAMETERS, billable_denominator="logged", velocity_denominator="logged")
    for metric in ("billable", "velocity"):
        formula = METRIC_DEFINITIONS[metric].formula
        assert "sum(available hours)" in formula(PARAMETERS)
        assert "sum(logged hours)" in formula(by_logged)


@pytest.mark.parametrize(
    ("metric", "section", "name", "value", "told"),
    [
        ("billable", "billable", "window_weeks", 5, "the last 5 eligible weeks within 8 calendar weeks"),
        ("billable", "billable", "long_reach_weeks", 17, "the last 8 eligible weeks within 17 calendar weeks"),
        ("billable", "comparison", "windows_weeks", (5,), "; 5 weeks, against the own normal"),
        ("velocity", "comparison", "windows_weeks", (5, 7), "whole sprints that end within 5 or 7 weeks"),
        ("velocity", "velocity", "min_sprints", 4, "(at least 4)"),
        ("response", "comparison", "windows_weeks", (5, 7, 9), "the incidents of 5, 7 or 9 weeks"),
        ("response", "response", "min_incidents", 4, "(at least 4)"),
        ("vibes", "vibes", "window_entries", 5, "the last 5 scored weeks within 6"),
    ],
)
def test_a_window_is_told_with_the_rules_in_force(
    metric: Metric, section: str, name: str, value: object, told: str
) -> None:
    window = METRIC_DEFINITIONS[metric].window
    rules = replace(PARAMETERS, **{section: replace(getattr(PARAMETERS, section), **{name: value})})
    assert told in window(rules)
    assert told not in window(PARAMETERS)


@every_metric
def test_by_method_plain_a_reading_stands_alone(metric: Metric) -> None:
    window = METRIC_DEFINITIONS[metric].window(replace(PARAMETERS, method="plain"))
    assert "alone" in window
    assert "last" not in window


def moved(metric: Metric, towards: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A steady engineer whose one metric goes far up (1) or down (-1) for good, five weeks after the switch."""
    after = N_BEFORE + 5

    def level(name: Metric, index: int) -> int:
        return towards if name == metric and index >= after else 0

    history = engineer_history(
        n_before=N_BEFORE,
        n_during=N_DURING,
        billable_pct=lambda index: 84.0 + index % 3 + 14 * level("billable", index),
        points=lambda index: (10.0 + 6 * level("velocity", index) + index % 4 / 10) * (index % 2),
        changes={
            index: {"vibes": 3.0 + (index // 2) % 2 + 2 * level("vibes", index) - (level("vibes", index) > 0)}
            for index in range(N_BEFORE + N_DURING)
        },
    )
    calls = [
        ("ana", index, *(seconds * np.exp(1.5 * level("response", index)) for seconds in (100.0 * 3**call, 5400.0)))
        for index in range(N_BEFORE + N_DURING)
        for call in range(3)
    ]
    return readings(history), incidents(calls)


@every_metric
@pytest.mark.parametrize("method", ["evidence", "plain"])
def test_the_bad_side_of_a_metric_signals_and_the_good_side_does_not(metric: Metric, method: str) -> None:
    rules = replace(PARAMETERS, method=method)
    good = METRIC_DEFINITIONS[metric].direction
    found = {
        side: decide(*moved(metric, towards), rules).signals.query("channel == @metric and week_start > @start")[
            "signal"
        ]
        for side, towards, start in (("bad", -good, week(N_BEFORE + 8)), ("good", good, week(N_BEFORE + 8)))
    }
    assert set(found["bad"]) & {"soft", "hard"}
    assert not set(found["good"]) & {"soft", "hard"}


@every_metric
def test_a_review_counts_a_change_to_the_bad_side_as_worse(metric: Metric) -> None:
    good = METRIC_DEFINITIONS[metric].direction
    worse = {}
    for towards in (good, -good):
        panel = build_panel(*moved(metric, towards), PARAMETERS)
        own = baselines_before(panel, PARAMETERS, N_BEFORE)
        facts = review_facts(panel, PARAMETERS)
        measured = own_facts(facts, own, PARAMETERS.recommendation)
        found = review_evidence(facts, measured, PARAMETERS, Review(1, N_BEFORE + N_DURING - 1))
        worse[towards] = float(found.shown.changes[metric].worse[0])
    assert worse[-good] > 0 > worse[good]


@every_metric
def test_a_margin_lies_on_the_bad_side(metric: Metric) -> None:
    margin = margins(TeamEffectRules())[metric]
    review = MetricReview(metric, margin, 0, None, np.nan, np.nan, None, 0)
    assert review.harm_sign == -METRIC_DEFINITIONS[metric].direction == np.sign(margin)


@every_metric
def test_a_fall_is_positive_on_the_bad_side(metric: Metric) -> None:
    one, normal = METRIC_DEFINITIONS[metric], np.array([3.0, 3.0, np.nan])
    assert one.fall(normal - one.direction, normal)[:2].tolist() == [1.0, 1.0]
    assert one.fall(normal + one.direction, normal)[:2].tolist() == [-1.0, -1.0]
    assert np.isnan(one.fall(np.ones(3), normal)[2])
