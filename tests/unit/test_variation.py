"""Variation and assurance by hand.

The values before have the mean 960 / 12 = 80 and the moving ranges 2 4 3 2 4 3 3 4 2 3 4, in the mean 34 / 11. So the
limits lie 2.66 * 34 / 11 = 8.2218 from the centre, at 71.7782 and 88.2218, and the outer thirds begin at 74.5188 and
85.4812 (80 -+ 2 / 3 * 8.2218).
"""

from dataclasses import replace
from typing import Literal

import numpy as np
import pytest

from transforms.variation import FEWEST, Limits, Variation, assurance, natural_limits, variation

BEFORE = [80.0, 82.0, 78.0, 81.0, 79.0, 83.0, 80.0, 77.0, 81.0, 79.0, 82.0, 78.0]
NAN = float("nan")


def read(
    since: list[float],
    *,
    before: list[float] = BEFORE,
    direction: Literal[1, -1] = 1,
    is_log: bool = False,
    step: float = 0.0,
) -> Variation:
    return variation(np.array(before), np.array(since), direction=direction, is_log=is_log, step=step)


def told(since: list[float], **options: object) -> tuple[str, str | None, int]:
    """Kind, rule and number of values."""
    found = read(since, **options)  # type: ignore[arg-type]
    return found.kind, found.rule, found.n


def limits(values: list[float], *, is_log: bool = False, step: float = 0.0) -> tuple[float, float, float]:
    found = natural_limits(np.array(values), is_log=is_log, step=step)
    assert found
    return found.low, found.centre, found.high


COMMON = ("common", None, 0)


def test_limits_lie_2_66_mean_moving_ranges_from_the_mean() -> None:
    assert limits(BEFORE) == pytest.approx((71.7782, 80, 88.2218), abs=5e-5)


def test_limits_of_ratios_are_factors_of_the_geometric_mean() -> None:
    # 4 and 8 in turn: each range is a doubling, so the limits are 2 ** 2.66 = 6.3203 times either way from 32 ** 0.5.
    assert limits([4.0, 8.0] * 6, is_log=True) == pytest.approx((0.8950, 5.6569, 35.7532), abs=5e-5)


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        ([79.0, 81.0, 80.0], COMMON),
        # one value outside a limit
        ([88.2218], COMMON),
        ([88.2219], ("improving", "outside", 1)),
        ([71.7782], COMMON),
        ([71.7781], ("concerning", "outside", 1)),
        ([60.0, 80.0], COMMON),  # the newest is read, what came before it was read then
        # eight on one side of the centre
        ([81.0] * 7, COMMON),
        ([81.0] * 8, ("improving", "run", 8)),
        ([79.0] * 11, ("concerning", "run", 11)),
        ([79.0] * 7 + [80.0], COMMON),
        ([79.0] * 4 + [80.0] + [79.0] * 4, COMMON),  # on the centre is on neither side
        # two of three in an outer third
        ([85.4813, 80.0, 85.4813], ("improving", "near", 2)),
        ([85.4813, 80.0, 85.4811], COMMON),
        ([86.0, 80.0, 80.0, 86.0], COMMON),
        ([86.0, 86.0, 81.0], COMMON),
        ([90.0, 80.0, 86.0], ("improving", "near", 2)),
        ([74.0, 86.0], COMMON),
        ([74.0, 86.0, 74.0], ("concerning", "near", 2)),
        # six that rise or fall
        ([78.0, 79.0, 80.0, 81.0, 82.0], COMMON),
        ([78.0, 79.0, 79.5, 80.0, 81.0, 82.0], ("improving", "trend", 6)),
        ([82.0, 81.0, 80.0, 79.5, 79.0, 78.5, 78.0], ("concerning", "trend", 7)),
        ([78.0, 79.0, 79.5, 79.5, 80.0, 81.0, 82.0], COMMON),  # a step that does not rise
        # where one is comes before where one is going
        ([72.0, 73.0, 74.0, 75.0, 76.0, 77.0, 78.0, 79.0], ("concerning", "run", 8)),
        ([81.0] * 7 + [89.0], ("improving", "outside", 1)),
    ],
)
def test_the_newest_value_is_read_by_four_rules(since: list[float], expected: tuple[str, str | None, int]) -> None:
    assert told(since) == expected


def test_a_value_on_the_centre_is_on_it_whatever_binary_fractions_make_of_it() -> None:
    before = [0.1, 0.2, 0.3] * 4
    assert np.mean(before) != 0.2
    assert told([0.2] * 8, before=before) == COMMON


def test_where_lower_is_better_the_same_is_read_the_other_way_round() -> None:
    assert told([79.0] * 8, direction=-1) == ("improving", "run", 8)
    assert told([81.0] * 8, direction=-1) == ("concerning", "run", 8)


def test_no_run_reaches_back_into_the_values_that_made_the_limits() -> None:
    before = [*BEFORE[:-3], 81.0, 81.0, 81.0]
    assert told([81.0] * 7, before=before)[1] is None


def test_a_missing_value_is_passed_over() -> None:
    assert told([81.0] * 4 + [NAN] + [81.0] * 3) == COMMON
    assert told([NAN, *[81.0] * 4, NAN, *[81.0] * 4, NAN]) == ("improving", "run", 8)
    assert read([79.0], before=[NAN, *BEFORE, NAN]) == read([79.0])


def test_too_few_values_say_nothing() -> None:
    assert read([60.0], before=BEFORE[: FEWEST - 1]) == Variation("too_few", None)
    assert read([60.0], before=[*BEFORE[: FEWEST - 1], NAN]) == Variation("too_few", None)
    assert read([60.0], before=[]) == Variation("too_few", None)
    for since in ([], [NAN, NAN]):
        assert read(since).kind == "too_few"


def test_without_scatter_before_there_is_nothing_to_compare_with() -> None:
    assert read([60.0], before=[80.0] * 12) == Variation("alike", Limits(80.0, 80.0, 80.0))


# Scores: 52 / 12 = 4.3 in the mean, and no score is nearer to it than 4.
SCORES = [5.0, 4.0, 3.0, 5.0, 4.0, 5.0] * 2


def test_the_score_next_to_the_centre_lies_on_it() -> None:
    assert told([4.0] * 12, before=SCORES) == ("concerning", "run", 12)
    assert told([4.0] * 12, before=SCORES, step=1.0) == COMMON
    assert told([3.0] * 7, before=SCORES, step=1.0) == COMMON
    assert told([3.0] * 8, before=SCORES, step=1.0) == ("concerning", "run", 8)
    assert told([3.0] * 7 + [4.0], before=SCORES, step=1.0) == COMMON


def test_limits_are_no_narrower_than_one_and_a_half_steps() -> None:
    assert limits([4.0] * 12, step=1.0) == (2.5, 4.0, 5.5)
    assert told([2.5], before=[4.0] * 12, step=1.0) == COMMON
    assert told([2.4], before=[4.0] * 12, step=1.0) == ("concerning", "outside", 1)


def test_what_has_no_logarithm_is_missing() -> None:
    before = [4.0, 8.0] * 6
    assert read([0.0], before=before, is_log=True).kind == "too_few"
    assert read([35.0], before=[0.0, *before], is_log=True) == read([35.0], before=before, is_log=True)
    assert told([36.0], before=before, is_log=True, direction=-1) == ("concerning", "outside", 1)


@pytest.mark.parametrize(
    ("target", "direction", "kind"),
    [
        (71.77, 1, "meets"),
        (71.78, 1, "hit_or_miss"),
        (88.22, 1, "hit_or_miss"),
        (88.23, 1, "falls_short"),
        (71.77, -1, "falls_short"),
        (71.78, -1, "hit_or_miss"),
        (88.22, -1, "hit_or_miss"),
        (88.23, -1, "meets"),
    ],
)
def test_assurance_is_where_the_limits_lie_of_the_target(target: float, direction: Literal[1, -1], kind: str) -> None:
    found = assurance(np.array([NAN, *BEFORE]), target, direction=direction)
    assert (found.kind, found.limits) == (kind, natural_limits(np.array(BEFORE)))


def test_a_limit_on_the_target_meets_it() -> None:
    flat = np.full(FEWEST, 76.0)
    assert assurance(flat, 76.0, direction=1).kind == "meets"
    assert assurance(flat, 76.0, direction=-1).kind == "meets"


def test_assurance_asks_for_as_many_values_as_limits_do() -> None:
    found = assurance(np.array([*BEFORE[:-1], NAN]), 76.0, direction=1)
    assert found == replace(found, kind="too_few", limits=None)
