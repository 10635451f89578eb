"""The verdict's rules as tables: from a change, its interval and the last review to keep, watch or return."""

from math import log, nan

import pytest
from scipy import stats

from tests.builders.borderline import simulated, trials
from transforms.parameters import DecisionParameters
from transforms.stats.intervals import Estimate
from transforms.team_changes import MetricReview, margins
from transforms.team_effect import is_beyond_margin, metric_verdict, needed_probability, policy_verdict, team_effects
from transforms.vocabulary import METRICS, Metric

RULES = DecisionParameters().team_effect

EARLY, LATE = RULES.return_probability, RULES.late_return_probability

# metric, change, half width of the 95 % interval, probability needed, beyond the margin at the last review -> verdict,
# beyond now
METRIC_RULES: list[tuple[Metric, float, float, float, bool, str, bool]] = [
    ("billable", 0.5, 1.0, EARLY, False, "keep", False),  # nothing lost
    ("billable", -1.5, 1.4, EARLY, False, "keep", False),  # a loss, but its end is inside 3 points
    ("billable", -1.5, 1.6, EARLY, False, "watch", False),  # the end passes 3 points: no harm is not shown
    ("billable", -0.1, 4.0, EARLY, False, "watch", False),  # not significant is not "no harm"
    ("billable", -2.9, 0.5, EARLY, True, "watch", False),  # significant, but less than the margin
    ("billable", -3.21, 0.5, EARLY, True, "watch", False),  # beyond it with a probability of 79.5 %
    ("billable", -3.22, 0.5, EARLY, False, "watch", True),  # 80.6 %, once
    ("billable", -3.22, 0.5, EARLY, True, "return", True),  # 80.6 %, at two reviews running
    ("billable", -3.85, 2.0, EARLY, True, "watch", False),  # an interval four times as wide: 79.8 %
    ("billable", -3.87, 2.0, EARLY, True, "return", True),  # 80.3 %
    ("billable", -9.0, 0.5, EARLY, False, "watch", True),  # however clear: not at the first review
    ("billable", -2.99, 0.5, LATE, True, "watch", False),  # from week 36 on: 48.4 %
    ("billable", -3.0, 0.5, LATE, True, "return", True),  # at the margin: as likely as not
    ("billable", -3.0, 0.5, LATE, False, "watch", True),
    ("billable", 9.0, 0.5, LATE, True, "keep", False),  # only the harm side counts
    ("velocity", log(0.95), 0.02, EARLY, False, "keep", False),
    ("velocity", log(0.85), 0.05, EARLY, True, "return", True),
    ("velocity", log(0.885), 0.05, EARLY, True, "watch", False),  # 74.5 %
    ("velocity", log(0.88), 0.05, EARLY, True, "return", True),  # 81.1 %
    ("velocity", log(0.89), 0.05, LATE, True, "return", True),
    ("velocity", log(0.91), 0.05, LATE, True, "watch", False),
    ("response", log(1.1), 0.05, EARLY, False, "keep", False),  # up is worse
    ("response", log(0.5), 0.05, EARLY, True, "keep", False),
    ("response", log(1.3), 0.1, EARLY, True, "return", True),
    ("response", log(1.3), 0.1, EARLY, False, "watch", True),
    ("response", log(1.24), 0.1, EARLY, True, "watch", False),
    ("vibes", -0.2, 0.05, EARLY, False, "keep", False),
    ("vibes", -0.4, 0.1, EARLY, True, "return", True),
]


def review(metric: Metric, change: float, half_width: float) -> MetricReview:
    variance = (half_width / 1.959964) ** 2  # with so many degrees of freedom t is the normal distribution
    return MetricReview(metric, margins(RULES)[metric], 24, Estimate(change, variance, 1e9, 24), 82, 82, None, 0)


@pytest.mark.parametrize(
    ("metric", "change", "half_width", "needed", "was_beyond", "verdict", "is_beyond"), METRIC_RULES
)
def test_verdict_on_a_metric(
    metric: Metric, change: float, half_width: float, needed: float, was_beyond: bool, verdict: str, is_beyond: bool
) -> None:
    found = review(metric, change, half_width)
    assert is_beyond_margin(found, needed) is is_beyond
    assert metric_verdict(found, [is_beyond, was_beyond], RULES) == verdict


@pytest.mark.parametrize(("week", "needed"), [(12, 0.8), (35, 0.8), (36, 0.5), (52, 0.5)])
def test_later_on_more_likely_than_not_is_enough(week: int, needed: float) -> None:
    assert needed_probability(week, RULES) == needed


def test_the_probability_of_a_loss_beyond_the_margin_is_students() -> None:
    found = MetricReview("billable", -3.0, 24, Estimate(-3.5, 1.0, 20.0, 24), 82, 78.5, None, 0)
    slower = MetricReview("response", log(1.2), 24, Estimate(log(1.3), 0.01, 20.0, 24), 1, 1.3, None, 0)
    assert found.probability_beyond_margin == pytest.approx(stats.t.cdf(0.5, 20))
    assert slower.probability_beyond_margin == pytest.approx(stats.t.cdf(log(1.3 / 1.2) / 0.1, 20))


def test_less_than_half_the_interval_could_not_have_been_seen() -> None:
    assert review("billable", -1.0, 2.0).smallest_visible(RULES.confidence) == pytest.approx(-2.0)
    assert review("response", 0.1, 0.2).smallest_visible(RULES.confidence) == pytest.approx(0.2)


@pytest.mark.parametrize(("change", "verdict"), [(-2.999, "keep"), (-3.0, "watch"), (-3.001, "watch")])
def test_an_interval_that_ends_at_the_margin_is_not_inside_it(change: float, verdict: str) -> None:
    assert metric_verdict(review("billable", change, 0.0), [False, False], RULES) == verdict


def test_too_few_engineers_are_insufficient() -> None:
    nothing = MetricReview("billable", -3.0, 4, None, nan, nan, None, 0)
    assert metric_verdict(nothing, [False, False], RULES) == "insufficient"


def test_one_review_alone_is_never_two_running() -> None:
    assert metric_verdict(review("billable", -9, 0.5), [True], RULES) == "watch"


# billable, velocity, response, vibes -> policy
POLICY_RULES = [
    ("keep", "keep", "keep", "keep", "keep"),
    ("keep", "keep", "insufficient", "keep", "keep"),  # no calls do not block
    ("keep", "insufficient", "insufficient", "insufficient", "keep"),
    ("keep", "watch", "keep", "keep", "watch"),
    ("keep", "return", "keep", "keep", "watch"),  # one metric beside billable is not enough
    ("keep", "return", "keep", "return", "return"),  # two are
    ("return", "keep", "keep", "keep", "return"),  # billable alone is
    ("watch", "keep", "keep", "keep", "watch"),
    ("insufficient", "keep", "keep", "keep", "insufficient"),
    ("insufficient", "return", "return", "keep", "return"),
]


@pytest.mark.parametrize("row", POLICY_RULES, ids="-".join)
def test_verdict_on_the_policy(row: tuple[str, ...]) -> None:
    *verdicts, policy = row
    assert policy_verdict(dict(zip(METRICS, verdicts, strict=True)), RULES) == policy


def test_the_policy_is_beyond_its_margins_where_its_metrics_by_themselves_would_be() -> None:
    """Billable alone, or two others: as the rule for the verdict, of one review."""
    flags = []
    for number, world in enumerate(trials()[1:6]):
        table = team_effects(simulated(world, seed=10 + number).panel, DecisionParameters())
        for _, rows in table.groupby("review_number"):
            of = rows.set_index("metric")["is_beyond_margin"]
            assert of["policy"] == (of["billable"] or of[["velocity", "response", "vibes"]].sum() >= 2)
            flags.append(bool(of["policy"]))
    assert set(flags) == {True, False}
