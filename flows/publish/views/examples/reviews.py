"""Recommendations: what asks for a return, what many engineers at once do to it, and what two reviews make of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from flows.publish.views import wording
from flows.publish.views.examples.made_up import group
from transforms.parameters import DecisionParameters
from transforms.recommendations import recommendation
from transforms.review_evidence import Change, asks_alone, asks_together, is_leaning
from transforms.stats.multiplicity import benjamini_hochberg, combined_strength
from transforms.vocabulary import METRICS, Metric

Asks = str
"""What the changes of a review ask for: `alone`, `several`, `watch` or `nothing`."""


@dataclass(frozen=True)
class Moved:
    """A change for the worse, in the metric's own unit (points, share, factor, score), and in standard errors.

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
    Review("Billable −3 points to 75 %, 2.4 s.e.", "alone", "", billable=Moved(3, 2.4)),
    Review("Billable −2.9 points to 75 %, 2.4 s.e.", "nothing", "too small", billable=Moved(2.9, 2.4)),
    Review("Billable −3 points to 75 %, 2.3 s.e.", "watch", "might be chance", billable=Moved(3, 2.3)),
    Review("Billable −3 points to 76 %, 2.4 s.e.", "watch", "the policy is still met", billable=Moved(3, 2.4, 76)),
    Review("Velocity −25 %, 2.4 s.e.", "alone", "", velocity=Moved(0.25, 2.4)),
    Review("Velocity −24 %, 2.4 s.e.", "watch", "too small for a return", velocity=Moved(0.24, 2.4)),
    Review("Response ×1.6, 2.6 s.e.", "alone", "", response=Moved(1.6, 2.6)),
    Review("Response ×1.6, 2.5 s.e.", "watch", "might be chance", response=Moved(1.6, 2.5)),
    Review("Vibes −2, 9 s.e.", "nothing", "vibes alone never ask for a return", vibes=Moved(2, 9)),
    Review(
        "Billable −3 points to 82 %, 2.68 s.e.; velocity −15 %, 2.53",
        "several",
        "(2.68 + 2.53) / √4 = 2.605 standard errors together",
        Moved(3, 2.68, 82),
        Moved(0.15, 2.53),
    ),
    Review("The same, velocity 2.51", "watch", "2.595 together", Moved(3, 2.68, 82), Moved(0.15, 2.51)),
    Review("The same, velocity −14 %, 2.53", "watch", "the second is too small", Moved(3, 2.68, 82), Moved(0.14, 2.53)),
    Review(
        "Billable −3 points to 82 %, 4 s.e.; vibes −0.5, 1.2",
        "several",
        "(4 + 1.2) / √4 = 2.6 together",
        Moved(3, 4, 82),
        vibes=Moved(0.5, 1.2),
    ),
    Review("The same, vibes −0.4, 1.2", "watch", "the second is too small", Moved(3, 4, 82), vibes=Moved(0.4, 1.2)),
    Review(
        "Billable −3 points to 82 %, 9 s.e.; velocity −15 %, 1",
        "watch",
        "9 counts for 4 at most: 2.5",
        Moved(3, 9, 82),
        Moved(0.15, 1.0),
    ),
)
ASKS: Final = {"alone": "Return", "several": "Return, together", "watch": "Watch", "nothing": "Nothing"}


@dataclass(frozen=True)
class Crowd:
    """One clear finding among so many engineers with nothing: whether it stands."""

    p: float
    n: int
    expected: bool

    @property
    def what(self) -> str:
        return f"{self.p:g}, 1 of {self.n}"


CROWDS: Final = (Crowd(0.01, 12, True), Crowd(0.01, 13, False), Crowd(0.001, 120, True), Crowd(0.2, 1, False))


@dataclass(frozen=True)
class Outcome:
    """What is known of somebody at a review, and what is recommended."""

    what: str
    expected: str
    why: str
    is_enough: bool = True
    asks_now: bool = False
    asked_before: bool = False
    was_on_5x8: bool = True
    is_flagged: bool = False
    leans: bool = False


OUTCOMES: Final = (
    Outcome("Nothing", "stay", ""),
    Outcome("A return, once", "watch", "the next review decides", asks_now=True),
    Outcome("A return, twice running", "return", "a proposal for a conversation", asks_now=True, asked_before=True),
    Outcome("A return, last time", "stay", "it is gone", asked_before=True),
    Outcome(
        "Hired onto 4×10", "watch", "there is no 5×8 to return to", asks_now=True, asked_before=True, was_on_5x8=False
    ),
    Outcome("3 of 4 weeks not green", "watch", "yellow or red underneath", is_flagged=True),
    Outcome("One metric clearly down", "watch", "1.7 standard errors", leans=True),
    Outcome("7 weeks that count", "insufficient", "8 are needed", is_enough=False, asks_now=True, asked_before=True),
)


def groups(rules: DecisionParameters) -> list[dict[str, Any]]:
    """The tables of the page."""
    return [
        group(
            "reviews",
            label="Reviews",
            title="What asks for a return",
            text="Changes for the worse over a review's window, less the peers' losses, and standard errors (s.e.).",
            columns=["Asks for", "What fell", "Why"],
            rows=[
                [ASKS[found], wording.sentence(case.what), case.why or "far and beyond chance"]
                for case, found in zip(REVIEWS, found_reviews(rules), strict=True)
            ],
        ),
        group(
            "crowds",
            label="Many at once",
            title="Looking at many people at once",
            text="Among many engineers somebody always looks bad by chance. How likely one finding is by chance, and "
            "how many engineers the review looks at; about the others it finds nothing.",
            columns=["Result", "By chance, of how many"],
            rows=[
                ["Stands" if found else "Does not stand", case.what]
                for case, found in zip(CROWDS, found_crowds(rules), strict=True)
            ],
        ),
        group(
            "recommendations",
            label="Recommendation",
            title="What two reviews come to",
            text="What is known of somebody at a review, and what is then recommended.",
            columns=["Recommendation", "At the review", "Why"],
            rows=[
                [wording.RECOMMENDATION_WORDS[found], case.what, case.why or "nothing speaks against 4×10"]
                for case, found in zip(OUTCOMES, found_outcomes(), strict=True)
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
        error=np.where(z > 0, sizes / np.where(z > 0, z, 1), 1.0),
        value=np.array([one.share for one in moved]),
        normal=np.full(len(moved), 82.0),
        clipped=np.zeros(len(moved)),
        n=np.full(len(moved), 12),
    )


def found_crowds(rules: DecisionParameters) -> list[bool]:
    """Whether the one finding of each case stands among the others."""
    return [
        bool(benjamini_hochberg(np.array([case.p, *[1.0] * (case.n - 1)]))[0] <= rules.recommendation.max_q)
        for case in CROWDS
    ]


def found_outcomes() -> list[str]:
    """What is recommended in each case."""
    found = recommendation(
        is_reviewed=np.full(len(OUTCOMES), True),
        is_enough=np.array([case.is_enough for case in OUTCOMES]),
        is_candidate=np.array([case.asks_now for case in OUTCOMES]),
        is_lasting=np.array([case.asked_before for case in OUTCOMES]),
        has_5x8=np.array([case.was_on_5x8 for case in OUTCOMES]),
        has_flags=np.array([case.is_flagged for case in OUTCOMES]),
        is_leaning=np.array([case.leans for case in OUTCOMES]),
    )
    return [str(word) for word in found]
