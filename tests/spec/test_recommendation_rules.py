"""The recommendation's rules as tables: from the changes of a review to stay, watch or return."""

from dataclasses import replace
from math import log, nan
from typing import NamedTuple

import numpy as np
import pytest

from transforms.parameters import DecisionParameters
from transforms.recommendations import recommendation
from transforms.review_evidence import Change, asks_alone, asks_together, is_leaning
from transforms.vocabulary import METRICS, Metric

RULES = DecisionParameters()

# enough weeks, evidence now, at reviews running, hired onto 4x10, 3 of 4 weeks flagged, leaning -> recommendation
OUTCOMES = [
    (True, False, False, False, False, False, "stay"),
    (True, False, False, False, False, True, "watch"),
    (True, False, False, False, True, False, "watch"),
    (True, True, False, False, False, True, "watch"),  # true once
    (True, True, True, False, False, True, "return"),  # true at two reviews running
    (True, True, True, True, False, True, "watch"),  # hired onto 4x10: at most watch
    (True, False, True, False, False, False, "stay"),  # no more than it was: gone
    (False, True, True, False, True, True, "insufficient"),
]


@pytest.mark.parametrize("row", OUTCOMES)
def test_outcome(row: tuple[bool, bool, bool, bool, bool, bool, str]) -> None:
    enough, now, lasting, hired, flags, leaning, outcome = row
    found = recommendation(
        is_enough=np.array([enough]),
        is_candidate=np.array([now]),
        is_lasting=np.array([lasting]),
        is_hired_onto=np.array([hired]),
        has_flags=np.array([flags]),
        is_leaning=np.array([leaning]),
    )
    assert found.tolist() == [outcome]


class Moved(NamedTuple):
    """A change for the worse (points, share, log factor, score), in standard errors, and billable's share after it."""

    size: float
    z: float
    share: float = 75.9


NOTHING = Moved(0.0, 0.0, 82.0)
UNKNOWN = Moved(nan, nan, nan)
FACTOR = log(1.6)

# billable, velocity, response, vibes -> asks for a return alone, together, leans
EVIDENCE: list[tuple[Moved, Moved, Moved, Moved, bool, bool, bool]] = [
    (NOTHING, NOTHING, NOTHING, NOTHING, False, False, False),
    (UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, False, False, False),
    (Moved(3.0, 2.6), NOTHING, NOTHING, NOTHING, True, False, True),
    (Moved(2.9, 2.6), NOTHING, NOTHING, NOTHING, False, False, False),
    (Moved(3.0, 2.5), NOTHING, NOTHING, NOTHING, False, False, True),
    (Moved(3.0, 2.6, share=76.0), NOTHING, NOTHING, NOTHING, False, False, True),  # still at the policy
    (NOTHING, Moved(0.25, 2.6), NOTHING, NOTHING, True, False, True),
    (NOTHING, Moved(0.24, 2.6), NOTHING, NOTHING, False, False, True),
    (NOTHING, Moved(0.15, 1.7), NOTHING, NOTHING, False, False, True),
    (NOTHING, Moved(0.14, 5.0), NOTHING, NOTHING, False, False, False),
    (NOTHING, NOTHING, Moved(FACTOR, 2.6), NOTHING, True, False, True),
    (NOTHING, NOTHING, Moved(log(1.59), 2.6), NOTHING, False, False, True),
    (NOTHING, NOTHING, NOTHING, Moved(2.0, 9.0), False, False, False),  # vibes alone never
    (Moved(3.0, 1.7, share=82), Moved(0.15, 1.7), NOTHING, NOTHING, False, True, True),
    (Moved(3.0, 1.7, share=82), NOTHING, Moved(log(1.3), 1.7), NOTHING, False, True, True),
    (Moved(3.0, 1.7, share=82), NOTHING, NOTHING, Moved(0.5, 1.7), False, True, True),
    (Moved(3.0, 1.7, share=82), NOTHING, NOTHING, Moved(0.4, 3.0), False, False, True),
    (Moved(3.0, 1.6, share=82), Moved(0.15, 1.7), NOTHING, NOTHING, False, False, True),
    (Moved(2.9, 3.0, share=82), NOTHING, NOTHING, Moved(1.0, 3.0), False, False, False),
]


def changes(moved: tuple[Moved, ...]) -> dict[Metric, Change]:
    return {
        metric: Change(
            worse=np.array([one.size]),
            peers=np.array([0.0]),
            error=np.array([one.size / one.z if one.z > 0 else 1.0]),
            value=np.array([one.share]),
            normal=np.array([82.0]),
            n=np.array([12]),
        )
        for metric, one in zip(METRICS, moved, strict=True)
    }


@pytest.mark.parametrize("row", EVIDENCE)
def test_evidence(row: tuple[Moved, Moved, Moved, Moved, bool, bool, bool]) -> None:
    *moved, alone, together, leans = row
    found = changes(tuple(moved))  # type: ignore[arg-type]
    assert asks_alone(found, RULES).tolist() == [alone]
    assert asks_together(found, RULES.recommendation).tolist() == [together]
    assert is_leaning(found, RULES.recommendation).tolist() == [leans]


def test_what_the_peers_share_does_not_count() -> None:
    found = changes((Moved(6.0, 6.0), NOTHING, NOTHING, NOTHING))
    shared = found | {"billable": replace(found["billable"], peers=np.array([3.1]))}
    assert asks_alone(found, RULES).tolist() == [True]
    assert asks_alone(shared, RULES).tolist() == [False]
