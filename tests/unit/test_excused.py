"""Which weeks the status windows leave out."""

from dataclasses import replace

import numpy as np
import pytest

from tests.builders.decisions import engineer_history, incidents, normals, own_normal, readings
from transforms.excused import excused_weeks
from transforms.panel import build_panel
from transforms.parameters import DecisionParameters, ExcusedRules

PARAMETERS = DecisionParameters()
BEFORE, STEP = 20, 1e-6
KNOWN = normals(billable=own_normal(0.80, sd=0.05))
# What a week must fall short of, in points: the scatter is 5 a week.
LIMIT = PARAMETERS.excused.min_sds * 5
MIN_VIBES, ONE_IN, SETTLING = (
    PARAMETERS.excused.min_vibes,
    PARAMETERS.excused.one_in_weeks,
    PARAMETERS.baseline.settling_weeks,
)
BAD = {"billable_pct": 60.0, "vibes": MIN_VIBES, "has_note": True}


def excused(
    changes: dict[int, dict[str, object]],
    *,
    parameters: DecisionParameters = PARAMETERS,
    published: list[int] | None = None,
    first: int = 0,
    hours: float = 40.0,
) -> list[int]:
    """The excused weeks of a history at 80 % but for `changes`; weeks before `first` are published."""
    history = engineer_history(n_before=BEFORE, n_during=25, billable_pct=[80.0], changes=changes, hours=hours)
    panel = build_panel(readings(history), incidents(), parameters)
    before = np.zeros((1, panel.n_weeks), dtype=bool)
    before[:, published or []] = True
    found = excused_weeks(panel, parameters, dict.fromkeys(range(first, panel.n_weeks), KNOWN), before)
    return np.flatnonzero(found[0]).tolist()


@pytest.mark.parametrize(
    ("change", "is_excused"),
    [
        ({}, True),
        ({"billable_pct": 80 - LIMIT}, True),
        ({"billable_pct": 80 - LIMIT + STEP}, False),
        ({"billable_pct": 80 - LIMIT - STEP}, True),
        ({"billable_pct": 100.0}, False),
        ({"vibes": 5.0}, True),
        ({"vibes": MIN_VIBES - STEP}, False),
        ({"vibes": np.nan}, False),
        ({"has_note": False}, False),
        ({"is_vibes_known": False}, False),
        ({"worked_hours": 15.0}, False),  # not eligible: left out of the windows anyway
    ],
)
def test_a_bad_week_with_good_vibes_and_a_note(change: dict[str, object], is_excused: bool) -> None:
    assert excused({30: BAD | change}) == ([30] if is_excused else [])


def test_a_short_week_scatters_more() -> None:
    limit = LIMIT * np.sqrt(2)
    assert excused({30: BAD | {"billable_pct": 80 - limit + STEP}}, hours=20.0) == []
    assert excused({30: BAD | {"billable_pct": 80 - limit}}, hours=20.0) == [30]


def test_at_most_one_week_in_eight() -> None:
    first = 27
    again = first + ONE_IN
    assert excused(dict.fromkeys((first, first + 1, again - 1, again, again + ONE_IN - 1), BAD)) == [first, again]
    assert excused(dict.fromkeys((first, again, again + ONE_IN), BAD)) == [first, again, again + ONE_IN]


def test_what_was_excused_in_a_published_week_stands_and_counts() -> None:
    assert excused({30: BAD, 33: BAD}, published=[28], first=32) == [28]
    assert excused({30: BAD, 33: BAD}, published=[], first=32) == [33]  # week 30 was published as not excused


def test_nothing_is_compared_before_the_switch_or_while_settling_in() -> None:
    first = BEFORE + SETTLING
    assert excused({10: BAD, BEFORE: BAD, first - 1: BAD}) == []
    assert excused({first: BAD}) == [first]


def test_excusing_can_be_switched_off() -> None:
    off = replace(PARAMETERS, excused=ExcusedRules(enabled=False))
    assert excused({30: BAD}, parameters=off) == []
    assert excused({30: BAD}, parameters=replace(PARAMETERS, method="plain")) == []
    # What was published stands, but weeks judged anew are not excused.
    assert excused({30: BAD, 40: BAD}, parameters=off, published=[30, 40], first=35) == [30]


def test_without_an_own_baseline_nothing_is_excused() -> None:
    panel = build_panel(
        readings(engineer_history(n_before=BEFORE, n_during=25, changes={30: BAD})), incidents(), PARAMETERS
    )
    nobody = np.zeros((1, panel.n_weeks), dtype=bool)
    assert not excused_weeks(panel, PARAMETERS, {30: normals()}, nobody).any()


def test_engineers_are_excused_each_by_themselves() -> None:
    histories = [
        engineer_history(name, n_before=BEFORE, n_during=25, billable_pct=[80.0], changes=changes)
        for name, changes in (("ana", {30: BAD}), ("ben", {31: BAD, 33: BAD}), ("chloe", {}))
    ]
    panel = build_panel(readings(*histories), incidents(), PARAMETERS)
    own = normals(billable=own_normal(0.80, sd=0.05, n_engineers=3), n_engineers=3)
    found = excused_weeks(panel, PARAMETERS, dict.fromkeys(range(45), own), np.zeros((3, panel.n_weeks), dtype=bool))
    assert [np.flatnonzero(weeks).tolist() for weeks in found] == [[30], [31], []]
