"""The recommendation's rules as tables: from the changes of a review to stay, watch or return."""

from dataclasses import replace
from math import log, nan
from typing import NamedTuple

import numpy as np
import pytest

from transforms.parameters import DecisionParameters
from transforms.recommendations import is_lasting, recommendation
from transforms.review_evidence import Change, WindowEvidence, asks_alone, asks_together, is_leaning, that_spoke
from transforms.stats.multiplicity import combined_strength
from transforms.vocabulary import METRICS, Metric

RULES = DecisionParameters()

# enough weeks, evidence now, and lasting, own weeks on 5x8, 3 of 4 weeks flagged, leaning -> recommendation
OUTCOMES = [
    (True, False, False, True, False, False, "stay"),
    (True, False, False, True, False, True, "watch"),
    (True, False, False, True, True, False, "watch"),
    (True, True, False, True, False, True, "watch"),  # true once
    (True, True, False, True, False, False, "watch"),  # though no metric alone leans
    (True, True, True, True, False, True, "return"),  # true at enough reviews running
    (True, True, True, False, False, True, "watch"),  # hired onto 4x10: at most watch
    (False, True, True, True, True, True, "insufficient"),
]


@pytest.mark.parametrize("row", OUTCOMES)
def test_outcome(row: tuple[bool, bool, bool, bool, bool, bool, str]) -> None:
    enough, now, lasting, was_on_5x8, flags, leaning, outcome = row
    found = recommendation(
        is_reviewed=np.array([True]),
        is_enough=np.array([enough]),
        asks_return=np.array([now]),
        is_lasting=np.array([lasting]),
        has_5x8=np.array([was_on_5x8]),
        has_flags=np.array([flags]),
        is_leaning=np.array([leaning]),
    )
    assert found.tolist() == [outcome]


# candidate (evidence and lights) at this review, at the last, at the one before; strong now -> lasting
LASTING = [
    ([True], True, False),
    ([True, True], True, True),  # strong: two reviews running
    ([True, True], False, False),
    ([True, True, True], False, True),  # not strong: three
    ([True, True, False], False, False),
    ([True, False, True], True, False),
    ([False, True, True], True, False),  # no more than it was: gone
]


@pytest.mark.parametrize(("running", "is_strong", "lasting"), LASTING)
def test_strong_evidence_must_last_two_reviews_other_evidence_three(
    running: list[bool], is_strong: bool, lasting: bool
) -> None:
    candidates = [np.array([one]) for one in running]
    assert is_lasting(candidates, np.array([is_strong]), RULES.recommendation).tolist() == [lasting]


class Moved(NamedTuple):
    """A change for the worse (points, share, log factor, score), in standard errors, and billable's share after it."""

    size: float
    z: float
    share: float = 75.9


NOTHING = Moved(0.0, 0.0, 82.0)
BETTER = Moved(-0.7, 7.0)
UNKNOWN = Moved(nan, nan, nan)
FACTOR = log(1.6)

# billable, velocity, response, vibes -> asks for a return alone, together, leans
EVIDENCE: list[tuple[Moved, Moved, Moved, Moved, bool, bool, bool]] = [
    (NOTHING, NOTHING, NOTHING, NOTHING, False, False, False),
    (UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, False, False, False),
    # one metric
    (Moved(3.0, 2.2), NOTHING, NOTHING, NOTHING, True, False, True),
    (Moved(2.9, 2.2), NOTHING, NOTHING, NOTHING, False, False, False),
    (Moved(3.0, 2.1), NOTHING, NOTHING, NOTHING, False, False, True),
    (Moved(3.0, 2.2, share=76.0), NOTHING, NOTHING, NOTHING, False, False, True),  # still at the policy
    (NOTHING, Moved(0.25, 2.2), NOTHING, NOTHING, True, False, True),
    (NOTHING, Moved(0.25, 2.1), NOTHING, NOTHING, False, False, True),
    (NOTHING, Moved(0.24, 2.2), NOTHING, NOTHING, False, False, True),
    (NOTHING, NOTHING, Moved(FACTOR, 2.4), NOTHING, True, False, True),
    (NOTHING, NOTHING, Moved(FACTOR, 2.3), NOTHING, False, False, True),
    (NOTHING, NOTHING, Moved(log(1.59), 2.4), NOTHING, False, False, True),
    (NOTHING, NOTHING, NOTHING, Moved(2.0, 9.0), False, False, False),  # vibes alone never
    # leaning: reason to watch
    (Moved(3.0, 1.7), NOTHING, NOTHING, NOTHING, False, False, True),
    (Moved(3.0, 1.6), NOTHING, NOTHING, NOTHING, False, False, False),
    (NOTHING, Moved(0.15, 1.7), NOTHING, NOTHING, False, False, True),
    (NOTHING, Moved(0.14, 5.0), NOTHING, NOTHING, False, False, False),
    (NOTHING, NOTHING, Moved(log(1.3), 1.7), NOTHING, False, False, True),
    (NOTHING, NOTHING, Moved(log(1.29), 1.7), NOTHING, False, False, False),
    # several: together (2.68 + 2.13 + 0 + 0) / sqrt(4) = 2.405 standard errors
    (Moved(3.0, 2.68, share=82), Moved(0.15, 2.13), NOTHING, NOTHING, False, True, True),
    (Moved(3.0, 2.68, share=82), Moved(0.15, 2.11), NOTHING, NOTHING, False, False, True),  # 2.395
    (Moved(3.0, 2.68, share=82), Moved(0.14, 2.13), NOTHING, NOTHING, False, False, True),  # one is too small
    (Moved(2.9, 2.68, share=82), Moved(0.15, 2.13), NOTHING, NOTHING, False, False, True),
    (Moved(3.0, 3.8, share=82), NOTHING, NOTHING, Moved(0.5, 1.0), False, True, True),  # with vibes
    (Moved(3.0, 3.8, share=82), NOTHING, NOTHING, Moved(0.4, 1.0), False, False, True),
    (Moved(3.0, 9.0, share=82), Moved(0.15, 1.0), NOTHING, NOTHING, False, True, True),  # 9 counts as 4: 2.5
    (Moved(3.0, 9.0, share=82), Moved(0.15, 1.0), Moved(-0.1, 0.3), NOTHING, False, False, True),  # 2.35
    (Moved(3.0, 4.0, share=82), Moved(0.15, 0.9), Moved(0.1, 2.0), NOTHING, False, False, True),  # not 1 s.e. each
    (Moved(3.0, 4.0, share=82), Moved(0.15, 1.8), BETTER, NOTHING, False, True, True),  # gains count for -1: 2.4
    (Moved(3.0, 4.0, share=82), Moved(0.15, 1.7), BETTER, NOTHING, False, False, True),
    (Moved(3.0, 2.1, share=82), UNKNOWN, UNKNOWN, Moved(0.5, 1.3), False, True, True),  # of two: 3.4 / sqrt(2)
]


def changes(moved: tuple[Moved, ...]) -> dict[Metric, Change]:
    return {
        metric: Change(
            worse=np.array([one.size]),
            peers=np.array([0.0]),
            error=np.array([abs(one.size) / one.z if one.z > 0 else 1.0]),
            value=np.array([one.share]),
            normal=np.array([82.0]),
            clipped=np.array([0.0]),
            n=np.array([12]),
        )
        for metric, one in zip(METRICS, moved, strict=True)
    }


@pytest.mark.parametrize("row", EVIDENCE)
def test_evidence(row: tuple[Moved, Moved, Moved, Moved, bool, bool, bool]) -> None:
    *moved, alone, together, leans = row
    found = changes(tuple(moved))  # type: ignore[arg-type]
    assert asks_alone(found, RULES).tolist() == [alone]
    strength = combined_strength(np.stack([found[metric].z for metric in METRICS], axis=1), -1, 4)
    assert asks_together(found, strength, RULES.recommendation).tolist() == [together]
    assert is_leaning(found, RULES.recommendation).tolist() == [leans]


NAMES = ("is_strong", "asks_return", "is_one", "is_leaning", "is_enough")

# what the windows of 12 and of 20 weeks say (any of NAMES) -> the window that is told
SPOKEN: list[tuple[set[str], set[str], int]] = [
    ({"is_enough"}, {"is_enough"}, 12),
    (set(), {"is_enough"}, 20),
    ({"is_enough"}, {"is_enough", "is_leaning"}, 20),
    ({"is_enough", "is_leaning"}, {"is_enough", "is_leaning", "is_one"}, 20),
    ({"is_enough", "is_leaning", "is_one"}, {"is_enough", "is_one", "asks_return"}, 20),
    ({"is_enough", "is_one", "asks_return"}, {"is_enough", "is_one", "asks_return", "is_strong"}, 20),
    ({*NAMES}, {*NAMES}, 12),  # both: the shorter
]


@pytest.mark.parametrize(("short", "long", "told"), SPOKEN)
def test_the_window_that_says_most_is_told(short: set[str], long: set[str], told: int) -> None:
    one = np.array([1.0])
    windows = [
        WindowEvidence(
            n_weeks=np.array([12]),
            strength=one,
            q=one,
            is_several=np.array([False]),
            changes={},
            **{name: np.array([name in said]) for name in NAMES},
        )
        for said in (short, long)
    ]
    assert (12, 20)[that_spoke(windows)[0]] == told


def test_what_the_peers_share_does_not_count() -> None:
    found = changes((Moved(6.0, 6.0), NOTHING, NOTHING, NOTHING))
    shared = found | {"billable": replace(found["billable"], peers=np.array([3.1]))}
    assert asks_alone(found, RULES).tolist() == [True]
    assert asks_alone(shared, RULES).tolist() == [False]
