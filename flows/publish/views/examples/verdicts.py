"""The verdict: a change, its interval and the margin fixed in advance; then the metrics together."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

from flows.publish.views import wording
from flows.publish.views.examples.made_up import group
from transforms.language import N_, Words, _
from transforms.parameters import DecisionParameters, TeamEffectRules
from transforms.stats.intervals import Estimate
from transforms.team_changes import MetricReview, margins
from transforms.team_effect import is_beyond_margin, metric_verdict, needed_probability, policy_verdict
from transforms.vocabulary import METRICS, Metric

_NORMAL_95: Final = 1.959964  # half a 95 % interval in standard errors, with so many engineers and weeks
_MANY: Final = 1e9


@dataclass(frozen=True)
class Change:
    """A metric's change since the switch with half of its 95 % interval, in its own unit (velocity, response: log)."""

    what: str
    change: float
    half_width: float
    expected: str
    why: str
    metric: Metric = "billable"
    was_beyond: bool = True
    week: int = 24


CHANGES: Final = (
    Change("−1.5 points, ± 1.4", -1.5, 1.4, "keep", "the interval ends at −2.9, inside 3 points"),
    Change("−1.5 points, ± 1.6", -1.5, 1.6, "watch", "it reaches −3.1: that no harm was done is not shown"),
    Change("−0.1 points, ± 4", -0.1, 4.0, "watch", "“not significant” is not “no harm”"),
    Change("−3 points, ± 0.5", -3.0, 0.5, "watch", "a loss beyond the margin is 50 % likely"),
    Change("−3.21 points, ± 0.5", -3.21, 0.5, "watch", "79 %"),
    Change("−3.22 points, ± 0.5", -3.22, 0.5, "return", "81 %, at two reviews running"),
    Change("−3.22 points, once", -3.22, 0.5, "watch", "not so at the review before", was_beyond=False),
    Change("−3.86 points, ± 2", -3.86, 2.0, "return", "80 %: a wider interval asks for more"),
    Change("−3 points, week 36", -3.0, 0.5, "return", "later, as likely as not is enough", week=36),
    Change("−2.99 points, week 36", -2.99, 0.5, "watch", "48 %", week=36),
    Change("−3 points, week 35", -3.0, 0.5, "watch", "50 %", week=35),
    Change("+9 points, ± 0.5", 9.0, 0.5, "keep", "only harm counts"),
    Change("Velocity −12 %", math.log(0.88), 0.05, "return", "81 % sure of more than 10 %", "velocity"),
    Change("Response ×1.1", math.log(1.1), 0.05, "keep", "inside 1.2 times", "response"),
    Change("Vibes −0.4, ± 0.1", -0.4, 0.1, "return", "beyond 0.3", "vibes"),
)


# The verdicts as they are named within a sentence.
_WORDS: Final = Words(
    {"keep": N_("keep"), "watch": N_("watch"), "return": N_("return"), "insufficient": N_("too early")}
)


@dataclass(frozen=True)
class Verdicts:
    """What is said of billable share, velocity, response and vibes, and of the policy."""

    metrics: tuple[str, str, str, str]
    expected: str
    why: str

    @property
    def what(self) -> str:
        return ", ".join(_WORDS[verdict] for verdict in self.metrics)


POLICIES: Final = (
    Verdicts(("keep", "keep", "keep", "keep"), "keep", "all keep"),
    Verdicts(("keep", "keep", "insufficient", "keep"), "keep", "nobody was called"),
    Verdicts(("keep", "watch", "keep", "keep"), "watch", "not all keep"),
    Verdicts(("keep", "return", "keep", "keep"), "watch", "one beside billable share is not enough"),
    Verdicts(("keep", "return", "keep", "return"), "return", "two are"),
    Verdicts(("return", "keep", "keep", "keep"), "return", "billable share alone is"),
    Verdicts(("insufficient", "keep", "keep", "keep"), "insufficient", "without billable share nothing is kept"),
)


def groups(rules: DecisionParameters) -> list[dict[str, Any]]:
    """The tables of the page."""
    return [
        group(
            "verdicts",
            label=_("Verdict"),
            title=_("The verdict on a metric"),
            text=_(
                "A change since the switch and its 95 % interval in week 24 of 4×10, where the review before already "
                "found a loss beyond the margin, unless said."
            ),
            columns=[_("Verdict"), _("Change"), _("Why")],
            rows=[
                [wording.VERDICT_WORDS[found], wording.sentence(_(case.what)), wording.sentence(_(case.why))]
                for case, found in zip(CHANGES, found_changes(rules.team_effect), strict=True)
            ],
        ),
        group(
            "policies",
            label=_("Policy verdict"),
            title=_("The verdict on the policy"),
            text=_("Verdicts on billable share, velocity, response and vibes, in this order."),
            columns=[_("Policy"), _("Metrics"), _("Why")],
            rows=[
                [wording.VERDICT_WORDS[found], case.what, _(case.why)]
                for case, found in zip(POLICIES, found_policies(rules.team_effect), strict=True)
            ],
        ),
    ]


def found_changes(rules: TeamEffectRules) -> list[str]:
    """The verdict on each change."""
    found = []
    for case in CHANGES:
        estimate = Estimate(case.change, (case.half_width / _NORMAL_95) ** 2, _MANY, 24)
        review = MetricReview(case.metric, margins(rules)[case.metric], 24, estimate, 82.0, 82.0, None, 0)
        beyond = is_beyond_margin(review, needed_probability(case.week, rules))
        found.append(metric_verdict(review, [beyond, case.was_beyond], rules))
    return found


def found_policies(rules: TeamEffectRules) -> list[str]:
    """The verdict on the policy in each case."""
    return [policy_verdict(dict(zip(METRICS, case.metrics, strict=True)), rules) for case in POLICIES]
