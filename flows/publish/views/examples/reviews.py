"""Recommendations: what asks for a return, what looking at many does to it, and what reviews running make of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from flows.publish.views import wording
from flows.publish.views.examples.made_up import group
from transforms.language import N_, Words, _, brief
from transforms.parameters import DecisionParameters
from transforms.recommendations import is_lasting, recommendation
from transforms.review_evidence import Change, asks_alone, asks_together, is_leaning
from transforms.stats.arrays import at_least
from transforms.stats.multiplicity import benjamini_hochberg, combined_strength
from transforms.vocabulary import METRICS, Metric

Asks = str
"""What the changes of a review ask for: `alone`, `several`, `watch` or `nothing`."""


@dataclass(frozen=True)
class Moved:
    """A change for the worse, in the metric's own unit (points, share, factor, score), and its size in standard errors.

    `share`: what billable share is after it.
    """

    size: float = 0.0
    z: float = 0.0
    share: float = 75.0


_SAME: Final = Moved(share=82.0)


@dataclass(frozen=True)
class Review:
    """What one window of a review finds, and what it asks for."""

    what: str
    expected: Asks
    why: str
    billable: Moved = _SAME
    velocity: Moved = _SAME
    response: Moved = Moved(1.0)
    vibes: Moved = _SAME


REVIEWS: Final = (
    Review("Billable −3 points to 75 %, 2.2 s.e.", "alone", "", billable=Moved(3, 2.2)),
    Review("Billable −2.9 points to 75 %, 2.2 s.e.", "nothing", "too small", billable=Moved(2.9, 2.2)),
    Review("Billable −3 points to 75 %, 2.1 s.e.", "watch", "might be chance", billable=Moved(3, 2.1)),
    Review("Billable −3 points to 75 %, 1.6 s.e.", "nothing", "may well be chance", billable=Moved(3, 1.6)),
    Review("Billable −3 points to 76 %, 2.2 s.e.", "watch", "the policy is still met", billable=Moved(3, 2.2, 76)),
    Review("Velocity −25 %, 2.2 s.e.", "alone", "", velocity=Moved(0.25, 2.2)),
    Review("Velocity −24 %, 2.2 s.e.", "watch", "too small for a return", velocity=Moved(0.24, 2.2)),
    Review("Response ×1.6, 2.4 s.e.", "alone", "", response=Moved(1.6, 2.4)),
    Review("Response ×1.6, 2.3 s.e.", "watch", "might be chance", response=Moved(1.6, 2.3)),
    Review("Vibes −2, 9 s.e.", "nothing", "vibes alone never ask for a return", vibes=Moved(2, 9)),
    Review(
        "Billable −3 points to 82 %, 2.68 s.e.; velocity −15 %, 2.13",
        "several",
        "(2.68 + 2.13) / √4 = 2.405 together",
        Moved(3, 2.68, 82),
        Moved(0.15, 2.13),
    ),
    Review("The same, velocity 2.11", "watch", "2.395 together", Moved(3, 2.68, 82), Moved(0.15, 2.11)),
    Review("The same, velocity −14 %, 2.13", "watch", "the second is too small", Moved(3, 2.68, 82), Moved(0.14, 2.13)),
    Review(
        "Billable −3 points to 82 %, 3.8 s.e.; vibes −0.5, 1",
        "several",
        "(3.8 + 1) / √4 = 2.4 together",
        Moved(3, 3.8, 82),
        vibes=Moved(0.5, 1.0),
    ),
    Review("The same, vibes −0.4, 1", "watch", "the second is too small", Moved(3, 3.8, 82), vibes=Moved(0.4, 1.0)),
    Review(
        "Billable −3 points to 82 %, 9 s.e.; velocity −15 %, 1; response ×0.9, −0.3",
        "watch",
        "9 counts for 4 at most, and a gain counts, too: 2.35 together",
        Moved(3, 9, 82),
        Moved(0.15, 1.0),
        Moved(0.9, 0.3),
    ),
)
ASKS: Final = Words(
    {"alone": N_("Return"), "several": N_("Return, together"), "watch": N_("Watch"), "nothing": N_("Nothing")}
)


@dataclass(frozen=True)
class Crowd:
    """One clear finding among so many engineers with nothing: whether it stands."""

    p: float
    n: int
    expected: bool

    @property
    def what(self) -> str:
        return _("{chance}, 1 of {count}", chance=brief(self.p), count=self.n)


CROWDS: Final = (Crowd(0.01, 12, True), Crowd(0.01, 13, False), Crowd(0.001, 120, True), Crowd(0.2, 1, False))


@dataclass(frozen=True)
class Outcome:
    """What is known of somebody at a review, and what is recommended.

    `asked`: whether the evidence asked for a return and the light agreed, at this review and those before it.
    """

    what: str
    expected: str
    why: str
    asked: tuple[bool, ...] = (False,)
    is_strong: bool = False
    is_enough: bool = True
    was_on_5x8: bool = True
    is_flagged: bool = False
    leans: bool = False


OUTCOMES: Final = (
    Outcome("Nothing", "stay", ""),
    Outcome("A return, once", "watch", "the next reviews decide", (True,), is_strong=True),
    Outcome("A return, strong, twice running", "return", "a proposal for a conversation", (True, True), is_strong=True),
    Outcome("A return, not strong, twice running", "watch", "three are needed", (True, True)),
    Outcome("A return, not strong, 3 times running", "return", "a proposal for a conversation", (True, True, True)),
    Outcome(
        "A return, strong, now and the time before last", "watch", "not running", (True, False, True), is_strong=True
    ),
    Outcome("A return, last time", "stay", "it is gone", (False, True), is_strong=True),
    Outcome("Hired onto 4×10", "watch", "no 5×8 to return to", (True, True), is_strong=True, was_on_5x8=False),
    Outcome("3 of 4 weeks not green", "watch", "yellow or red underneath", is_flagged=True),
    Outcome("One metric clearly down", "watch", "1.7 standard errors", leans=True),
    Outcome("7 weeks that count", "insufficient", "8 are needed", (True, True), is_strong=True, is_enough=False),
)


def groups(rules: DecisionParameters) -> list[dict[str, Any]]:
    """The tables of the page."""
    return [
        group(
            "reviews",
            label=_("Reviews"),
            title=_("What asks for a return"),
            text=_("Changes for the worse over a review's window, less the peers' losses, and standard errors (s.e.)."),
            columns=[_("Asks for"), _("What fell"), _("Why")],
            rows=[
                [ASKS[found], wording.sentence(_(case.what)), _(case.why or "far and beyond chance")]
                for case, found in zip(REVIEWS, found_reviews(rules), strict=True)
            ],
        ),
        group(
            "crowds",
            label=_("Many at once"),
            title=_("Looking at many people at once"),
            text=_(
                "Among many engineers somebody always looks bad by chance. How likely one finding is by chance, and "
                "how many engineers the review looks at; about the others it finds nothing."
            ),
            columns=[_("Result"), _("By chance, of how many")],
            rows=[
                [_("Stands") if found else _("Does not stand"), case.what]
                for case, found in zip(CROWDS, found_crowds(rules), strict=True)
            ],
        ),
        group(
            "recommendations",
            label=_("Recommendation"),
            title=_("What several reviews come to"),
            text=_(
                "What is known of somebody at a review, and what is then recommended. Evidence asks for a return only "
                "where the weekly light agrees; it is strong where it is very unlikely to be chance."
            ),
            columns=[_("Recommendation"), _("At the review"), _("Why")],
            rows=[
                [wording.RECOMMENDATION_WORDS[found], _(case.what), _(case.why or "nothing speaks against 4×10")]
                for case, found in zip(OUTCOMES, found_outcomes(rules), strict=True)
            ],
        ),
    ]


def found_reviews(rules: DecisionParameters) -> list[Asks]:
    """What each case asks for."""
    review = rules.recommendation
    changes = {metric: _change([getattr(case, metric) for case in REVIEWS], metric) for metric in METRICS}
    z = np.stack([changes[metric].z for metric in METRICS], axis=1)
    strength = combined_strength(z, review.strength_min_z, review.strength_max_z)
    found = np.select(
        [asks_alone(changes, rules), asks_together(changes, strength, review), is_leaning(changes, review)],
        ["alone", "several", "watch"],
        default="nothing",
    )
    return [str(word) for word in found]


def _change(moved: list[Moved], metric: Metric) -> Change:
    sizes = np.array([math.log(one.size) if metric == "response" else one.size for one in moved])
    z = np.array([one.z for one in moved])
    return Change(
        worse=sizes,
        peers=np.zeros(len(moved)),
        error=np.where(z > 0, np.abs(sizes) / np.where(z > 0, z, 1), 1.0),
        value=np.array([one.share for one in moved]),
        normal=np.full(len(moved), 82.0),
        clipped=np.zeros(len(moved)),
        n=np.full(len(moved), 12),
    )


def found_crowds(rules: DecisionParameters) -> list[bool]:
    """Whether the one finding of each case stands among the others."""
    return [
        bool(at_least(rules.recommendation.max_q, benjamini_hochberg(np.array([case.p, *[1.0] * (case.n - 1)]))[0]))
        for case in CROWDS
    ]


def found_outcomes(rules: DecisionParameters) -> list[str]:
    """What is recommended in each case."""
    longest = max(len(case.asked) for case in OUTCOMES)
    running = [
        np.array([len(case.asked) > before and case.asked[before] for case in OUTCOMES]) for before in range(longest)
    ]
    strong = np.array([case.is_strong for case in OUTCOMES])
    found = recommendation(
        is_reviewed=np.full(len(OUTCOMES), True),
        is_enough=np.array([case.is_enough for case in OUTCOMES]),
        asks_return=running[0],
        is_lasting=is_lasting(running, strong, rules.recommendation),
        has_5x8=np.array([case.was_on_5x8 for case in OUTCOMES]),
        has_flags=np.array([case.is_flagged for case in OUTCOMES]),
        is_leaning=np.array([case.leans for case in OUTCOMES]),
    )
    return [str(word) for word in found]
