"""What must hold of variation and assurance whatever the values are."""

from dataclasses import replace
from typing import Final

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from transforms.stats import Floats
from transforms.variation import Variation, assurance, variation

SWAPPED: Final = {"improving": "concerning", "concerning": "improving"}
KEPT_SWAPPED: Final = {"meets": "falls_short", "falls_short": "meets"}
# As charts have them: with one decimal, and now and then unknown.
VALUES = st.integers(1, 1200).map(lambda tenths: tenths / 10)
SERIES = st.lists(st.one_of(VALUES, st.just(float("nan"))), max_size=30).map(np.array)
# Few different values, so that runs, ties and values on the centre happen.
COARSE = st.lists(st.sampled_from([3.0, 4.0, 5.0, float("nan")]), max_size=30).map(np.array)
EITHER = st.one_of(SERIES, COARSE)
STEPS = st.sampled_from([0.0, 1.0])


def without_limits(found: Variation) -> Variation:
    return replace(found, limits=None)


@given(EITHER, EITHER, STEPS, st.booleans())
def test_the_other_direction_swaps_improving_and_concerning(
    before: Floats, since: Floats, step: float, is_log: bool
) -> None:
    up, down = (
        variation(before, since, direction=direction, is_log=is_log, step=0.0 if is_log else step)
        for direction in (1, -1)
    )
    assert replace(up, kind=SWAPPED.get(up.kind, up.kind)) == down


@given(EITHER, EITHER, STEPS)
def test_upside_down_high_is_low(before: Floats, since: Floats, step: float) -> None:
    found = variation(before, since, direction=1, step=step)
    turned = variation(-before, -since, direction=-1, step=step)
    expected = replace(found, is_high=found.is_special and not found.is_high)
    assert without_limits(turned) == without_limits(expected)


@given(EITHER, EITHER, STEPS, st.integers(-500, 500))
def test_a_constant_added_changes_nothing(before: Floats, since: Floats, step: float, constant: int) -> None:
    found = variation(before, since, direction=1, step=step)
    moved = variation(before + constant, since + constant, direction=1, step=step)
    assert without_limits(moved) == without_limits(found)
    if found.limits and moved.limits:
        assert moved.limits.low == pytest.approx(found.limits.low + constant)
        assert moved.limits.high == pytest.approx(found.limits.high + constant)


@given(EITHER, EITHER, st.floats(0.01, 100))
def test_a_factor_changes_nothing_where_ratios_are_compared(before: Floats, since: Floats, factor: float) -> None:
    found = variation(before, since, direction=-1, is_log=True)
    scaled = variation(before * factor, since * factor, direction=-1, is_log=True)
    assert without_limits(scaled) == without_limits(found)
    if found.limits and scaled.limits:
        assert scaled.limits.high == pytest.approx(found.limits.high * factor)


@given(EITHER, EITHER, st.data())
def test_weeks_without_a_value_change_nothing(before: Floats, since: Floats, data: st.DataObject) -> None:
    def with_gaps(values: Floats) -> Floats:
        places = data.draw(st.lists(st.integers(0, len(values)), max_size=5))
        return np.insert(values, places, np.nan)

    found = variation(before, since, direction=1)
    assert variation(with_gaps(before), with_gaps(since), direction=1) == found


@given(EITHER, st.integers(0, 30))
def test_nothing_known_since_is_no_signal(before: Floats, n: int) -> None:
    assert variation(before, np.full(n, np.nan), direction=1).kind == "too_few"


@given(EITHER, VALUES, st.booleans())
def test_upside_down_what_met_a_target_falls_short_of_it(since: Floats, target: float, is_high_better: bool) -> None:
    direction = 1 if is_high_better else -1
    found = assurance(since, target, direction=direction)
    assume(found.limits is None or target not in (found.limits.low, found.limits.high))
    turned = assurance(since, target, direction=-1 if is_high_better else 1)
    assert turned.kind == KEPT_SWAPPED.get(found.kind, found.kind)
