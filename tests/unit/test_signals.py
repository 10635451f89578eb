"""Each rule of method `evidence` on, just below and just above its thresholds, which are read from the parameters."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.builders.decisions import engineer_history, incidents, normals, own_normal, readings, said
from transforms.opinions import GAPS, HARD, NO_OPINION, NONE, RULES, SOFT, Opinion
from transforms.panel import Panel, build_panel
from transforms.parameters import DecisionParameters
from transforms.signals import signals
from transforms.stats.baseline import Baseline
from transforms.vocabulary import CHANNELS, METRICS, TOGETHER

PARAMETERS = DecisionParameters()
BEFORE, DURING = 20, 20  # weeks on either side of the switch in these histories
SETTLING = PARAMETERS.baseline.settling_weeks
STEP = 1e-6


def windows_of(*weeks: int, parameters: DecisionParameters = PARAMETERS) -> DecisionParameters:
    """The usual rules, with windows of these lengths alone against the own baseline."""
    return replace(parameters, comparison=replace(parameters.comparison, windows_weeks=weeks))


def rules_with(section: str, **changed: object) -> DecisionParameters:
    """The usual rules, but for some of one section."""
    return replace(PARAMETERS, **{section: replace(getattr(PARAMETERS, section), **changed)})


FOUR_WEEKS = windows_of(4)


def panel_of(history: pd.DataFrame, rows: Sequence[tuple[str, int, float, float]] = ()) -> Panel:
    return build_panel(readings(history), incidents(rows), PARAMETERS)


def grade(opinion: Opinion) -> int:
    return int(opinion.signal[0, 0])


def rule_of(opinion: Opinion) -> str:
    return RULES[opinion.rule[0, 0]]


def gap_of(opinion: Opinion) -> str:
    return GAPS[opinion.gap[0, 0]]


def first_of(opinion: Opinion) -> tuple[int, int]:
    """The first week of the window that spoke, counted back from the week judged (0), and its number of items."""
    return int(opinion.first_week[0, 0]) - (BEFORE + DURING - 1), int(opinion.n_items[0, 0])


# Billable. With a scatter of 5 points a week the standard error is 2.5 points over 4 weeks, 5 / sqrt(8) over 8.


def billable(
    last: Sequence[float],
    own: Baseline,
    *,
    others: float = 90.0,
    n_during: int = DURING,
    excused: Sequence[int] = (),
    parameters: DecisionParameters = PARAMETERS,
    **columns: Any,
) -> Opinion:
    """What billable says in the last week of a history that ends with these percentages; other weeks are `others`."""
    pct = [others] * (BEFORE + n_during - len(last)) + list(last)
    panel = panel_of(engineer_history(n_before=BEFORE, n_during=n_during, billable_pct=pct, **columns))
    known = normals(billable=own)
    return said(panel, known, panel.n_weeks - 1, excused=excused, parameters=parameters).opinion["billable"]


BILLABLE = PARAMETERS.billable
POLICY = BILLABLE.threshold_pct
LOW = own_normal(0.60, sd=0.05)  # a baseline that nobody here is under: only the policy speaks
LOW_ERROR = 100 * 0.05 / np.sqrt(4)


@pytest.mark.parametrize(
    ("standard_errors_under", "expected"),
    [
        (-1.0, NONE),
        (0.0, NONE),
        (BILLABLE.soft_policy_z - STEP, NONE),
        (BILLABLE.soft_policy_z, SOFT),
        (BILLABLE.soft_policy_z + STEP, SOFT),
        (BILLABLE.hard_policy_z - STEP, SOFT),
        (BILLABLE.hard_policy_z, HARD),
        (BILLABLE.hard_policy_z + 1, HARD),
    ],
)
def test_four_weeks_under_the_policy(standard_errors_under: float, expected: int) -> None:
    pct = POLICY - standard_errors_under * LOW_ERROR
    opinion = billable([pct] * 4, LOW)
    assert grade(opinion) == expected
    assert opinion.value[0, 0] == pytest.approx(pct)
    assert rule_of(opinion) == ("policy" if expected else "")
    assert not opinion.is_one_item[0, 0]
    if expected:
        assert opinion.reference[0, 0] == POLICY
        assert opinion.z[0, 0] == pytest.approx(standard_errors_under)
        assert first_of(opinion) == (-3, 4)


@pytest.mark.parametrize(
    ("standard_errors_under", "expected"),
    [
        (BILLABLE.hard_policy_long_z - STEP, SOFT),
        (BILLABLE.hard_policy_long_z, HARD),
        (BILLABLE.hard_policy_long_z + STEP, HARD),
    ],
)
def test_eight_weeks_under_the_policy_are_hard_sooner(standard_errors_under: float, expected: int) -> None:
    pct = POLICY - standard_errors_under * 5 / np.sqrt(8)
    opinion = billable([pct] * 8, LOW)
    assert grade(opinion) == expected
    assert first_of(opinion) == ((-7, 8) if expected == HARD else (-3, 4))


def test_eight_weeks_may_be_hard_after_four_good_ones() -> None:
    opinion = billable([50.0] * 4 + [80.0] * 4, LOW)
    assert (grade(opinion), rule_of(opinion), first_of(opinion)) == (HARD, "policy", (-7, 8))
    assert opinion.value[0, 0] == pytest.approx(65)


@pytest.mark.parametrize(
    ("own_pct", "expected"),
    [
        (BILLABLE.hard_low_baseline_pct - STEP, HARD),
        (BILLABLE.hard_low_baseline_pct, SOFT),
        (BILLABLE.hard_low_baseline_pct + STEP, SOFT),
    ],
)
def test_hard_under_the_policy_needs_a_low_own_normal(own_pct: float, expected: int) -> None:
    """A large scatter: under the policy by enough, but not far from what is normal for the engineer."""
    pct = POLICY - BILLABLE.hard_policy_z * LOW_ERROR
    opinion = billable([pct] * 4, own_normal(own_pct / 100, sd=0.05), others=own_pct)
    assert (grade(opinion), rule_of(opinion)) == (expected, "policy")


def test_hard_under_the_policy_over_eight_weeks_needs_a_reason_too() -> None:
    pct = POLICY - BILLABLE.hard_policy_long_z * 5 / np.sqrt(8)
    for own_pct, expected in ((BILLABLE.hard_low_baseline_pct - 1, HARD), (BILLABLE.hard_low_baseline_pct, SOFT)):
        own = own_normal(own_pct / 100, sd=0.05)
        assert grade(billable([pct] * 8, own, others=own_pct, parameters=FOUR_WEEKS)) == expected


@pytest.mark.parametrize(
    ("standard_errors_under_own", "expected"),
    [
        (BILLABLE.hard_change_z - STEP, SOFT),
        (BILLABLE.hard_change_z, HARD),
        (BILLABLE.hard_change_z + STEP, HARD),
    ],
)
def test_or_it_needs_a_change(standard_errors_under_own: float, expected: int) -> None:
    error = 1.0  # so small that the change is less than what is material against the own normal
    pct = POLICY - BILLABLE.hard_policy_z * error
    own = pct + standard_errors_under_own * error
    assert own > BILLABLE.hard_low_baseline_pct
    assert own - pct < BILLABLE.soft_points
    opinion = billable([pct] * 4, own_normal(own / 100, sd=2 * error / 100), others=own)
    assert (grade(opinion), rule_of(opinion)) == (expected, "policy")


@pytest.mark.parametrize(("length", "expected"), [(3, SOFT), (BILLABLE.hard_change_weeks, HARD), (6, HARD)])
def test_a_change_for_that_shows_in_a_window_that_is_not_the_shortest(length: int, expected: int) -> None:
    error = 0.8
    pct = POLICY - BILLABLE.hard_policy_z * error
    own = pct + 4 * error
    opinion = billable([pct] * 6, own_normal(own / 100, sd=2 * error / 100), others=own, parameters=windows_of(length))
    assert grade(opinion) == expected


@pytest.mark.parametrize(
    ("standard_errors_under_own", "pct", "expected"),
    [
        (BILLABLE.hard_own_z - STEP, POLICY - 0.5, SOFT),
        (BILLABLE.hard_own_z, POLICY - 0.5, HARD),
        (BILLABLE.hard_own_z + STEP, POLICY - 0.5, HARD),
        (BILLABLE.hard_own_z + 1, POLICY - STEP, HARD),
        (BILLABLE.hard_own_z + 1, POLICY, SOFT),
        (BILLABLE.hard_own_z + 1, POLICY + 5, SOFT),
    ],
)
def test_far_under_the_own_normal_is_hard_under_the_policy(
    standard_errors_under_own: float, pct: float, expected: int
) -> None:
    error = 1.5
    own = pct + standard_errors_under_own * error
    opinion = billable([pct] * 4, own_normal(own / 100, sd=2 * error / 100), others=own)
    assert (grade(opinion), rule_of(opinion)) == (expected, "baseline")
    assert opinion.value[0, 0] == pytest.approx(pct)


def test_of_two_soft_reasons_the_fall_from_the_own_normal_is_told() -> None:
    error = 1.4
    pct = POLICY - error * (BILLABLE.soft_policy_z + 0.2)
    own = pct + error * (BILLABLE.soft_z + BILLABLE.hard_own_z) / 2
    assert own - pct > BILLABLE.soft_points
    opinion = billable([pct] * 4, own_normal(own / 100, sd=2 * error / 100), others=own)
    assert (grade(opinion), rule_of(opinion)) == (SOFT, "baseline")
    assert opinion.reference[0, 0] == pytest.approx(own)
    # It ends only when both have ended.
    assert opinion.clear_at[0, 0] == pytest.approx(
        max(POLICY - error * BILLABLE.soft_policy_z, own - max(BILLABLE.soft_points, BILLABLE.soft_z * error))
    )


def test_far_under_the_own_normal_by_little_is_not() -> None:
    own = POLICY - 0.5 + BILLABLE.soft_points
    for points, expected in ((0.0, HARD), (STEP, NONE)):
        opinion = billable([POLICY - 0.5 + points] * 4, own_normal(own / 100, sd=0.02), others=own)
        assert grade(opinion) == expected


@pytest.mark.parametrize(
    ("points_under", "error", "expected"),
    [
        (BILLABLE.soft_points - STEP, 1.0, NONE),
        (BILLABLE.soft_points, 1.0, SOFT),
        (BILLABLE.soft_points + STEP, 1.0, SOFT),
        (BILLABLE.soft_z * 3 - STEP, 3.0, NONE),  # big enough, but this many standard errors are 7.8 points
        (BILLABLE.soft_z * 3, 3.0, SOFT),
        (BILLABLE.soft_z * 3 + STEP, 3.0, SOFT),
        (20.0, 6.0, SOFT),  # never hard while the policy is kept
        (-20.0, 1.0, NONE),
    ],
)
def test_under_the_own_baseline(points_under: float, error: float, expected: int) -> None:
    own = own_normal(0.98, sd=2 * error / 100)
    most = max(PARAMETERS.comparison.clip_billable_sds * 2 * error, 2 * BILLABLE.soft_points)  # of a single week
    opinion = billable([98 - points_under] * 4, own, others=98.0, parameters=FOUR_WEEKS)
    assert grade(opinion) == expected
    assert rule_of(opinion) == ("baseline" if expected else "")
    assert opinion.reference[0, 0] == pytest.approx(98)
    assert opinion.z[0, 0] == pytest.approx(np.clip(points_under, -most, most) / error, abs=1e-5)
    assert opinion.smallest_visible[0, 0] == pytest.approx(max(BILLABLE.soft_points, BILLABLE.soft_z * error))


@pytest.mark.parametrize("weeks", PARAMETERS.comparison.windows_weeks)
def test_the_window_that_holds_just_the_fall_is_the_one_that_speaks(weeks: int) -> None:
    opinion = billable([90.0] * weeks, own_normal(0.98, sd=0.05), others=98.0)
    assert (grade(opinion), first_of(opinion)) == (SOFT, (1 - weeks, weeks))
    assert opinion.value[0, 0] == pytest.approx(90)


def test_any_window_may_speak() -> None:
    """A fall that only a long window can tell from chance, and one that is over before a long window sees it."""
    slow = own_normal(0.98, sd=0.055)
    assert [grade(billable([93.5] * 12, slow, parameters=windows_of(length))) for length in (3, 4, 6, 8, 12)] == [
        NONE,
        NONE,
        NONE,
        NONE,
        SOFT,
    ]
    assert grade(billable([93.5] * 12, slow)) == SOFT
    sudden = own_normal(0.98, sd=0.04)
    found = [grade(billable([90.0] * 3, sudden, others=98, parameters=windows_of(length))) for length in (3, 12)]
    assert found == [SOFT, NONE]
    assert grade(billable([90.0] * 3, sudden, others=98)) == SOFT


def test_a_quiet_signal_tells_the_smallest_fall_that_any_window_could_have_seen() -> None:
    opinion = billable([97.0] * 12, own_normal(0.98, sd=0.09))
    assert grade(opinion) == NONE
    assert opinion.smallest_visible[0, 0] == pytest.approx(BILLABLE.soft_z * 9 / np.sqrt(12))


def test_an_uncertain_baseline_asks_for_more() -> None:
    certain, uncertain = (own_normal(0.98, sd=0.03, variance=variance) for variance in (0.0, 0.02**2))
    assert grade(billable([92.0] * 4, certain, others=98, parameters=FOUR_WEEKS)) == SOFT
    opinion = billable([92.0] * 4, uncertain, others=98, parameters=FOUR_WEEKS)
    assert grade(opinion) == NONE
    assert opinion.z[0, 0] == pytest.approx(6 / np.hypot(1.5, 2.0))


def test_neighbouring_weeks_that_are_alike_widen_the_error() -> None:
    pct = POLICY - BILLABLE.soft_policy_z * LOW_ERROR
    assert grade(billable([pct] * 4, LOW)) == SOFT
    assert grade(billable([pct] * 4, replace(LOW, rho=0.5))) == NONE


def test_more_hours_narrow_the_error_and_fewer_widen_it() -> None:
    pct = POLICY - BILLABLE.soft_policy_z * LOW_ERROR
    assert grade(billable([pct] * 4, LOW, hours=40.0)) == SOFT
    assert grade(billable([pct] * 4, LOW, hours=39.0)) == NONE


def test_one_bad_week_alone_is_no_signal() -> None:
    opinion = billable([80.0, 80.0, 80.0, 40.0], LOW)
    assert opinion.value[0, 0] == pytest.approx(70)
    assert grade(opinion) == NONE
    assert opinion.is_one_item[0, 0]


@pytest.mark.parametrize(("beyond", "expected"), [(0.0, NONE), (STEP, HARD)])
def test_without_the_worst_week_billable_must_be_under_the_policy_too(beyond: float, expected: int) -> None:
    others = POLICY - BILLABLE.worst_out_z * LOW_ERROR - beyond
    assert grade(billable([others, others, others, 60.0], LOW)) == expected


def test_so_must_eight_weeks() -> None:
    limit = POLICY - BILLABLE.worst_out_z * 5 / np.sqrt(8)
    for beyond, expected in ((0.0, NONE), (STEP, HARD)):
        opinion = billable([limit - beyond] * 7 + [40.0], LOW)
        assert (grade(opinion), opinion.n_items[0, 0]) == (expected, 8 if expected else 4)


def test_a_week_counts_for_at_most_some_standard_deviations_against_the_own_baseline() -> None:
    """Four weeks, three of them as usual: the fourth counts for no more than its limit, however bad it is."""
    own = own_normal(0.98, sd=0.08)
    most = PARAMETERS.comparison.clip_billable_sds * 8
    for last in (98 - most, 98 - most - 30):
        opinion = billable([98.0, 98.0, 98.0, last], own, others=98, parameters=FOUR_WEEKS)
        assert opinion.z[0, 0] == pytest.approx(most / 4 / 4)
        assert opinion.value[0, 0] == pytest.approx((3 * 98 + last) / 4)
    opinion = billable([98.0, 98.0, 98.0, 98 - most + 1], own, others=98, parameters=FOUR_WEEKS)
    assert opinion.z[0, 0] == pytest.approx((most - 1) / 4 / 4)


def test_a_lasting_fall_of_somebody_very_steady_is_seen_and_one_bad_week_is_still_none() -> None:
    own = own_normal(0.98, sd=0.005)
    assert grade(billable([83.0] * 12, own, others=98)) == SOFT
    for windows in (windows_of(length) for length in PARAMETERS.comparison.windows_weeks):
        assert grade(billable([20.0], own, others=98, parameters=windows)) == NONE
    assert grade(response([8.0] * 12, sd=0.01)) == HARD
    assert grade(response([50.0], sd=0.01)) == NONE


def test_what_is_shown_of_a_window_is_not_clipped() -> None:
    opinion = billable([88.0, 88.0, 88.0, 20.0], own_normal(0.98, sd=0.04), others=98, parameters=FOUR_WEEKS)
    assert (grade(opinion), rule_of(opinion)) == (HARD, "baseline")
    assert opinion.value[0, 0] == pytest.approx(71)


@pytest.mark.parametrize(("weeks_on_4x10", "expected"), [(SETTLING, NONE), (SETTLING + 2, NONE), (SETTLING + 3, SOFT)])
def test_one_engineer_alone_is_compared_after_settling_in(weeks_on_4x10: int, expected: int) -> None:
    """With nobody to share the dip a window begins after the weeks of settling in, and needs three of its own."""
    opinion = billable([85.0] * weeks_on_4x10, own_normal(0.98, sd=0.03), n_during=weeks_on_4x10)
    assert grade(opinion) == expected
    assert opinion.reference[0, 0] == pytest.approx(98 if expected else POLICY)
    if expected:
        assert opinion.first_week[0, 0] == BEFORE + SETTLING


def test_before_the_switch_only_the_policy_speaks() -> None:
    panel = panel_of(engineer_history(n_before=20, n_during=1, billable_pct=[90.0] * 8 + [85.0] * 13))
    for own in (own_normal(0.98, sd=0.01), own_normal(0.70, sd=0.01)):
        assert grade(said(panel, normals(billable=own), 19).opinion["billable"]) == NONE
    panel = panel_of(engineer_history(n_before=20, n_during=1, billable_pct=[90.0] * 16 + [70.0] * 5))
    # Nothing is compared, so that hard needs an own normal that is low.
    for own, expected in ((0.98, SOFT), (0.70, HARD)):
        assert grade(said(panel, normals(billable=own_normal(own, sd=0.05)), 19).opinion["billable"]) == expected


@pytest.mark.parametrize(("weeks_on_4x10", "expected"), [(1, NO_OPINION), (2, NO_OPINION), (3, HARD)])
def test_a_window_never_mixes_before_and_during(weeks_on_4x10: int, expected: int) -> None:
    opinion = billable([60.0] * weeks_on_4x10, LOW, n_during=weeks_on_4x10)
    assert grade(opinion) == expected
    if expected == NO_OPINION:
        assert gap_of(opinion) == "few_items"


def test_the_policy_window_reaches_back_eight_calendar_weeks() -> None:
    last = BEFORE + 11
    away = {index: {"worked_hours": 0.0} for index in range(26, 31)}
    for more, found in (((), 3), ((25,), 2)):  # weeks 24, 25 and 31
        changes = away | {index: {"worked_hours": 0.0} for index in more}
        panel = panel_of(engineer_history(n_before=BEFORE, n_during=12, changes=changes))
        opinion = said(panel, normals(billable=LOW), last).opinion["billable"]
        assert opinion.n_items[0, 0] == found
        assert gap_of(opinion) == ("few_items" if found < BILLABLE.min_weeks else "")


@pytest.mark.parametrize(
    ("change", "gap"),
    [
        ({"worked_hours": 15.9}, "away"),
        ({"is_billable_known": False}, "source"),
        ({"worked_hours": np.nan, "billable_hours": np.nan}, "source"),
    ],
)
def test_why_there_is_no_opinion(change: dict[str, object], gap: str) -> None:
    panel = panel_of(engineer_history(n_before=BEFORE, n_during=12, changes={31: change}))
    opinion = said(panel, normals(billable=LOW), 31).opinion["billable"]
    assert (grade(opinion), gap_of(opinion)) == (NO_OPINION, gap)
    assert opinion.is_unknown[0, 0] == (gap == "source")


@pytest.mark.parametrize("channel", ["billable", TOGETHER])
def test_holiday_weeks_new_hires_weeks_away_and_excused_weeks_bring_no_opinion(channel: str) -> None:
    hired = 20  # four weeks after the others' switch
    early = engineer_history("zoe", n_during=30, changes={35: {"worked_hours": 15.0}})
    late = engineer_history("ana", n_during=30, joined=hired)
    panel = panel_of(pd.concat([early, late]))
    thanksgiving = int(np.flatnonzero(panel.is_holiday_week)[0])
    both = {name: own_normal(0.9, sd=0.05, n_engineers=2) for name in ("billable", "vibes")}
    expected = {
        (thanksgiving, 1): "holiday_week",
        (hired + 5, 0): "new_hire",
        (35, 1): "away",
        (34, 1): "",
    }
    for (index, engineer), gap in expected.items():
        opinion = said(panel, normals(**both, n_engineers=2), index).opinion[channel]
        assert GAPS[opinion.gap[engineer, 0]] == gap
    opinion = said(panel, normals(**both, n_engineers=2), 34, excused=[34]).opinion[channel]
    assert GAPS[opinion.gap[1, 0]] == "excused"


def test_an_excused_week_is_left_out_of_the_windows() -> None:
    last = [88.0, 50.0, 72.0, 72.0, 72.0]
    assert grade(billable(last, LOW)) == HARD
    opinion = billable(last, LOW, excused=[BEFORE + DURING - 4])
    assert opinion.value[0, 0] == pytest.approx(76)
    assert grade(opinion) == NONE


def test_an_excused_week_is_left_out_of_what_is_shown_against_the_own_baseline() -> None:
    own = own_normal(0.98, sd=0.04)
    rules = windows_of(6)
    opinion = billable([88.0, 88.0, 88.0, 30.0, 88.0, 88.0], own, others=98, parameters=rules)
    assert first_of(opinion)[1] == 6
    assert opinion.value[0, 0] == pytest.approx((5 * 88 + 30) / 6)
    excused = [BEFORE + DURING - 3]
    opinion = billable([88.0, 88.0, 88.0, 30.0, 88.0, 88.0], own, others=98, parameters=rules, excused=excused)
    assert (rule_of(opinion), first_of(opinion)[1]) == ("baseline", 5)
    assert opinion.value[0, 0] == pytest.approx(88)


@pytest.mark.parametrize(("beyond", "gap"), [(0.0, ""), (0.01, "coverage")])
def test_hours_that_are_not_logged_make_billable_unknown(beyond: float, gap: str) -> None:
    worked = 40 * PARAMETERS.missing.min_coverage - beyond
    opinion = billable([80.0] * 4, LOW, worked_hours=worked)
    assert gap_of(opinion) == gap
    assert opinion.is_unknown[0, 0] == bool(gap)


def test_without_any_baseline_nothing_tells_scatter() -> None:
    assert gap_of(billable([70.0] * 4, own_normal(np.nan, sd=np.nan))) == "no_baseline"


def test_the_value_that_clears_a_signal_is_where_it_ends() -> None:
    opinion = billable([70.0] * 4, LOW)
    clear = opinion.clear_at[0, 0]
    assert clear == pytest.approx(POLICY - BILLABLE.soft_policy_z * LOW_ERROR)
    assert [grade(billable([clear + step] * 4, LOW)) for step in (0.0, STEP)] == [SOFT, NONE]
    opinion = billable([90.0] * 4, own_normal(0.98, sd=0.06), others=98)
    clear = opinion.clear_at[0, 0]
    assert clear == pytest.approx(98 - BILLABLE.soft_z * 3)
    own = own_normal(0.98, sd=0.06)
    found = [grade(billable([clear + step] * 4, own, others=98, parameters=FOUR_WEEKS)) for step in (0.0, STEP)]
    assert found == [SOFT, NONE]


@pytest.mark.parametrize("beyond", [-STEP, 0.0, STEP])
def test_a_soft_signal_is_fast_from_half_a_standard_error_more_on(beyond: float) -> None:
    fast = PARAMETERS.hysteresis.fast_z + beyond
    own = own_normal(0.98, sd=0.06)
    against_own = billable([98 - 3 * (BILLABLE.soft_z + fast)] * 4, own, others=98, parameters=FOUR_WEEKS)
    against_policy = billable([POLICY - LOW_ERROR * (BILLABLE.soft_policy_z + fast)] * 4, LOW)
    for opinion in (against_own, against_policy):
        assert grade(opinion) == SOFT
        assert opinion.is_fast[0, 0] == (beyond >= 0)


def test_what_is_no_signal_is_not_fast() -> None:
    quiet = [98 - BILLABLE.soft_points + 0.1] * 4
    opinion = billable(quiet, own_normal(0.98, sd=0.02), others=98, parameters=FOUR_WEEKS)
    assert opinion.z[0, 0] > BILLABLE.soft_z + 1
    assert not opinion.is_fast[0, 0]
    assert not billable([90.0] * 3 + [10.0], LOW).is_fast[0, 0]


# Velocity: 10 points a sprint of 80 hours are 5 points per 40 hours.


def velocity_said(
    points: Sequence[float],
    own: Baseline,
    *,
    excused: Sequence[int] = (),
    parameters: DecisionParameters = PARAMETERS,
    **columns: Any,
) -> Opinion:
    """What velocity says at the end of the last of these sprints, the first ones on 4x10."""
    n_during = 2 * len(points)
    by_week = [10.0] * BEFORE + [value for sprint in points for value in (0.0, sprint)]
    history = engineer_history(n_before=BEFORE, n_during=n_during, points=lambda index: by_week[index], **columns)
    panel = panel_of(history)
    known = normals(velocity=own)
    return said(panel, known, panel.n_weeks - 1, excused=excused, parameters=parameters).opinion["velocity"]


def velocity(last: Sequence[float], own: Baseline, **columns: Any) -> Opinion:
    """The same, after as many usual sprints as make ten."""
    return velocity_said([10.0] * (10 - len(last)) + list(last), own, **columns)


VELOCITY = PARAMETERS.velocity
STEADY = own_normal(5.0, sd=0.05)


@pytest.mark.parametrize(
    ("drop", "expected"),
    [
        (VELOCITY.soft_drop - STEP, NONE),
        (VELOCITY.soft_drop, SOFT),
        (VELOCITY.soft_drop + STEP, SOFT),
        (VELOCITY.hard_drop - STEP, SOFT),
        (VELOCITY.hard_drop, HARD),
        (VELOCITY.hard_drop + STEP, HARD),
        (-0.5, NONE),
    ],
)
def test_velocity_by_size(drop: float, expected: int) -> None:
    opinion = velocity([10 * (1 - drop)] * 6, STEADY)
    assert grade(opinion) == expected
    assert opinion.value[0, 0] == pytest.approx(5 * (1 - drop))
    assert rule_of(opinion) == ("baseline" if expected else "")


@pytest.mark.parametrize(
    ("z", "expected"),
    [
        (VELOCITY.soft_z - STEP, NONE),
        (VELOCITY.soft_z, SOFT),
        (VELOCITY.soft_z + STEP, SOFT),
        (VELOCITY.hard_z - STEP, SOFT),
        (VELOCITY.hard_z, HARD),
        (VELOCITY.hard_z + STEP, HARD),
    ],
)
def test_velocity_by_strength(z: float, expected: int) -> None:
    drop = 0.45
    own = own_normal(5.0, sd=drop / z * 2)  # over the 4 sprints of 8 weeks the standard error is half of it
    opinion = velocity([10 * (1 - drop)] * 4, own, parameters=windows_of(8))
    assert grade(opinion) == expected
    assert opinion.z[0, 0] == pytest.approx(z)
    assert opinion.smallest_visible[0, 0] == pytest.approx(5 * max(VELOCITY.soft_drop, VELOCITY.soft_z * drop / z))
    assert opinion.clear_at[0, 0] == pytest.approx(5 - opinion.smallest_visible[0, 0])


@pytest.mark.parametrize(("sprints", "weeks"), [(2, 4), (3, 6), (4, 8), (6, 12)])
def test_the_window_of_velocity_that_holds_just_the_fall_speaks(sprints: int, weeks: int) -> None:
    opinion = velocity([6.0] * sprints, own_normal(5.0, sd=0.2))
    assert (grade(opinion), opinion.n_items[0, 0]) == (SOFT if sprints < 3 else HARD, sprints)
    assert opinion.first_week[0, 0] == BEFORE + DURING - weeks


def test_a_window_of_velocity_begins_where_its_first_sprint_begins() -> None:
    """In 3 weeks two sprints end, where one of them ends in the first of these."""
    away = {BEFORE + DURING - 4: {"sprint_id": np.nan}}
    opinion = velocity([6.0] * 4, own_normal(5.0, sd=0.1), parameters=windows_of(7))
    assert (opinion.n_items[0, 0], opinion.first_week[0, 0]) == (4, BEFORE + DURING - 8)
    opinion = velocity([6.0] * 4, own_normal(5.0, sd=0.1), parameters=windows_of(7), changes=away)
    assert (opinion.n_items[0, 0], opinion.first_week[0, 0]) == (4, BEFORE + DURING - 8)


@pytest.mark.parametrize(("weeks_on_4x10", "gap"), [(4, "settling_in"), (6, "few_items"), (8, "")])
def test_velocity_is_compared_after_settling_in(weeks_on_4x10: int, gap: str) -> None:
    assert gap_of(velocity_said([5.0] * (weeks_on_4x10 // 2), STEADY)) == gap


@pytest.mark.parametrize("beyond", [-STEP, 0.0, STEP])
def test_without_the_worst_sprint_most_of_the_drop_must_be_left(beyond: float) -> None:
    """80 % of the size: of the soft one for soft, of the hard one for hard."""
    share = PARAMETERS.comparison.worst_out_share
    for drop, expected, otherwise in ((VELOCITY.soft_drop, SOFT, NONE), (VELOCITY.hard_drop, HARD, SOFT)):
        others = 10 * (1 - share * drop - beyond)
        opinion = velocity([others, others, others, 2.0], STEADY, parameters=windows_of(8))
        assert grade(opinion) == (expected if beyond >= 0 else otherwise)
        assert opinion.is_one_item[0, 0] == (grade(opinion) == NONE)


def test_a_window_that_is_the_work_of_one_sprint_is_not_told_where_another_one_speaks() -> None:
    own, last = own_normal(5.0, sd=0.05), [6.0, 6.0, 10.0, 2.0]
    for windows, expected, is_one_sprint in (((4,), NONE, True), ((4, 8), HARD, False)):
        opinion = velocity(last, own, parameters=windows_of(*windows))
        assert (grade(opinion), bool(opinion.is_one_item[0, 0])) == (expected, is_one_sprint)


def test_velocity_speaks_only_when_a_whole_sprint_has_ended() -> None:
    panel = panel_of(engineer_history(n_before=BEFORE, n_during=12))
    known = normals(velocity=STEADY)
    assert gap_of(said(panel, known, 30).opinion["velocity"]) == "nothing_new"
    for excused, gap in ((29, ""), (30, "sprint_left_out"), (31, "sprint_left_out")):
        assert gap_of(said(panel, known, 31, excused=[excused]).opinion["velocity"]) == gap
    assert gap_of(said(panel, known, 17).opinion["velocity"]) == "before_switch"
    assert gap_of(said(panel, normals(), 31).opinion["velocity"]) == "no_baseline"
    gone = panel_of(engineer_history(n_before=BEFORE, n_during=12, changes={31: {"is_velocity_known": False}}))
    assert gap_of(said(gone, known, 31).opinion["velocity"]) == "source"


def test_a_sprint_with_an_excused_week_is_left_out_of_the_windows() -> None:
    points = [7.0, 7.0, 1.0, 7.0]
    for excused, n, value in (((), 4, 5.5), ((BEFORE + DURING - 4,), 3, 7.0), ((BEFORE + DURING - 3,), 3, 7.0)):
        opinion = velocity(points, own_normal(5.0, sd=0.01), parameters=windows_of(8), excused=excused)
        assert opinion.n_items[0, 0] == n
        assert opinion.value[0, 0] == pytest.approx(value / 2)


def test_velocity_needs_two_sprints_within_reach() -> None:
    last, known = BEFORE + 19, normals(velocity=STEADY)
    away = {index: {"worked_hours": 0.0} for index in range(30, 38)}
    panel = panel_of(engineer_history(n_before=BEFORE, n_during=20, changes=away))
    opinion = said(panel, known, last).opinion["velocity"]
    assert (opinion.n_items[0, 0], gap_of(opinion)) == (2, "")  # the sprints that end in weeks 29 and 39
    away |= {28: {"worked_hours": 0.0}, 29: {"worked_hours": 0.0}}
    panel = panel_of(engineer_history(n_before=BEFORE, n_during=20, changes=away))
    assert gap_of(said(panel, known, last).opinion["velocity"]) == "few_items"


# Response: every call takes the same factor of the own normal of 100 s to acknowledge and 1000 s to resolve.

CALLED = BEFORE + DURING - 1


def response(
    factors: Sequence[float],
    *,
    sd: float,
    variance: float = 0.0,
    excused: Sequence[int] = (),
    parameters: DecisionParameters = PARAMETERS,
) -> Opinion:
    """What response says in the last week of calls, one a week; usual ones came before."""
    factors = [1.0] * (12 - len(factors)) + list(factors)
    rows = [("ana", CALLED - 11 + number, 100 * factor, 1000 * factor) for number, factor in enumerate(factors)]
    panel = panel_of(engineer_history(n_before=BEFORE, n_during=DURING), rows)
    known = normals(response=own_normal(0.0, sd=sd, variance=variance))
    return said(panel, known, CALLED, excused=excused, parameters=parameters).opinion["response"]


RESPONSE = PARAMETERS.response
WILD = 10.0  # a scatter so large that no call is clipped
ANY_STRENGTH = windows_of(4, parameters=rules_with("response", soft_z=0.0, hard_z=0.0))


@pytest.mark.parametrize(
    ("factor", "expected"),
    [
        (RESPONSE.soft_factor - STEP, NONE),
        (RESPONSE.soft_factor, SOFT),
        (RESPONSE.soft_factor + STEP, SOFT),
        (RESPONSE.hard_factor - STEP, SOFT),
        (RESPONSE.hard_factor, HARD),
        (RESPONSE.hard_factor + STEP, HARD),
        (0.6, NONE),
    ],
)
def test_response_by_size(factor: float, expected: int) -> None:
    opinion = response([factor] * 12, sd=0.3)
    assert grade(opinion) == expected
    assert opinion.value[0, 0] == pytest.approx(factor)
    assert opinion.reference[0, 0] == 1
    assert rule_of(opinion) == ("baseline" if expected else "")


@pytest.mark.parametrize(
    ("z", "expected"),
    [
        (RESPONSE.soft_z - STEP, NONE),
        (RESPONSE.soft_z, SOFT),
        (RESPONSE.soft_z + STEP, SOFT),
        (RESPONSE.hard_z - STEP, SOFT),
        (RESPONSE.hard_z, HARD),
        (RESPONSE.hard_z + STEP, HARD),
    ],
)
def test_response_by_strength(z: float, expected: int) -> None:
    error = np.log(1.8) / z
    opinion = response([1.8] * 4, sd=2 * error, parameters=FOUR_WEEKS)
    assert grade(opinion) == expected
    assert opinion.z[0, 0] == pytest.approx(z)
    visible = np.exp(max(np.log(RESPONSE.soft_factor), RESPONSE.soft_z * error))
    assert opinion.smallest_visible[0, 0] == pytest.approx(visible)
    assert opinion.clear_at[0, 0] == pytest.approx(visible)


def test_a_call_counts_for_at_most_some_standard_deviations() -> None:
    """Four calls, three of them as usual: the fourth counts for no more than its limit, however slow or fast it is."""
    most = PARAMETERS.comparison.clip_response_sds * 0.4
    for log_factor, counted in ((most, most), (most + 3, most), (most - 0.1, most - 0.1), (-most - 3, -most)):
        opinion = response([1.0, 1.0, 1.0, np.exp(log_factor)], sd=0.4, parameters=FOUR_WEEKS)
        assert opinion.value[0, 0] == pytest.approx(np.exp(counted / 4))


@pytest.mark.parametrize("weeks", PARAMETERS.comparison.windows_weeks)
def test_the_window_of_response_that_holds_just_the_slow_calls_speaks(weeks: int) -> None:
    opinion = response([2.5] * weeks, sd=0.6)
    assert (grade(opinion) > NONE, first_of(opinion)) == (True, (1 - weeks, weeks))


def test_response_needs_three_calls_in_twelve_weeks() -> None:
    known = normals(response=own_normal(0.0, sd=0.1))
    for first, gap in ((CALLED - 11, ""), (CALLED - 12, "few_items")):
        rows = [("ana", index, 100.0, 1000.0) for index in (first, CALLED - 5, CALLED)]
        panel = panel_of(engineer_history(n_before=BEFORE, n_during=DURING), rows)
        opinion = said(panel, known, CALLED).opinion["response"]
        assert gap_of(opinion) == gap
        if not gap:
            assert (opinion.n_items[0, 0], opinion.first_week[0, 0]) == (3, first)


def test_the_calls_of_an_excused_week_do_not_count() -> None:
    slow = [1.0, 1.0, 1.0, 8.0, 1.0, 1.0]
    opinion = response(slow, sd=WILD, parameters=windows_of(6))
    assert (opinion.n_items[0, 0], opinion.value[0, 0]) == (6, pytest.approx(8 ** (1 / 6)))
    opinion = response(slow, sd=WILD, parameters=windows_of(6), excused=[CALLED - 2])
    assert (opinion.n_items[0, 0], opinion.value[0, 0]) == (5, pytest.approx(1.0))
    assert gap_of(response(slow, sd=WILD, excused=[CALLED])) == "excused"


@pytest.mark.parametrize("beyond", [-STEP, 0.0, STEP])
def test_without_the_slowest_call_most_of_the_slowness_must_be_left(beyond: float) -> None:
    share = PARAMETERS.comparison.worst_out_share
    for factor, expected, otherwise in ((RESPONSE.soft_factor, SOFT, NONE), (RESPONSE.hard_factor, HARD, SOFT)):
        others = np.exp(share * np.log(factor) + beyond)
        opinion = response([others] * 3 + [8.0], sd=WILD, parameters=ANY_STRENGTH)
        assert grade(opinion) == (expected if beyond >= 0 else otherwise)
        assert opinion.is_one_item[0, 0] == (grade(opinion) == NONE)


def test_of_two_calls_in_a_week_the_slower_one_is_left_out() -> None:
    known = normals(response=own_normal(0.0, sd=WILD))
    for others, expected in ((1.0, NONE), (2.0, HARD)):
        calls = [(CALLED - 2, others), (CALLED - 1, others), (CALLED, others), (CALLED, 20.0)]
        rows = [("ana", index, 100 * factor, 1000 * factor) for index, factor in calls]
        panel = panel_of(engineer_history(n_before=BEFORE, n_during=DURING), rows)
        opinion = said(panel, known, CALLED, parameters=ANY_STRENGTH).opinion["response"]
        assert (grade(opinion), opinion.n_items[0, 0]) == (expected, 4)


def test_a_call_with_one_part_counts_with_that_part() -> None:
    rows = [("ana", index, 200.0, np.nan) for index in range(CALLED - 3, CALLED + 1)]
    panel = panel_of(engineer_history(n_before=BEFORE, n_during=DURING), rows)
    opinion = said(panel, normals(response=own_normal(0.0, sd=WILD)), CALLED).opinion["response"]
    assert opinion.value[0, 0] == pytest.approx(2)


def test_why_there_is_no_opinion_on_response() -> None:
    history = engineer_history(n_before=BEFORE, n_during=DURING, changes={35: {"is_response_known": False}})
    panel = panel_of(history, [("ana", index, 100.0, 1000.0) for index in range(32)])
    known = normals(response=own_normal(0.0, sd=0.1))
    expected = {34: "nothing_new", 35: "source", 19: "before_switch", 22: "settling_in", 28: ""}
    assert {index: gap_of(said(panel, known, index).opinion["response"]) for index in expected} == expected
    assert gap_of(said(panel, normals(), 28).opinion["response"]) == "no_baseline"


# Vibes


def vibes(
    last: Sequence[float],
    own: Baseline,
    *,
    others: float = np.nan,
    n_during: int = DURING,
    parameters: DecisionParameters = PARAMETERS,
) -> Opinion:
    n = BEFORE + n_during
    entries = [others] * (n - len(last)) + list(last)
    changes = {index: {"vibes": value} for index, value in enumerate(entries)}
    panel = panel_of(engineer_history(n_before=BEFORE, n_during=n_during, changes=changes))
    return said(panel, normals(vibes=own), n - 1, parameters=parameters).opinion["vibes"]


VIBES = PARAMETERS.vibes
SOFT_MEAN, HARD_MEAN = VIBES.soft_mean, VIBES.hard_mean
# Low entries are under this level, though not by as much as the comparison with it asks for.
MIDDLING = own_normal(SOFT_MEAN + VIBES.soft_mean_drop, sd=3.0)


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([3, 3, 3, 3], NONE),
        ([SOFT_MEAN] * 4, SOFT),
        ([SOFT_MEAN + 4 * STEP, SOFT_MEAN, SOFT_MEAN, SOFT_MEAN], NONE),
        ([SOFT_MEAN - STEP] * 4, SOFT),
        ([HARD_MEAN + STEP] * 4, SOFT),
        ([HARD_MEAN] * 4, HARD),
        ([HARD_MEAN - STEP] * 4, HARD),
        ([SOFT_MEAN + STEP, SOFT_MEAN + STEP, SOFT_MEAN + STEP, 1], NONE),  # low, but not without the worst
        ([SOFT_MEAN, SOFT_MEAN, SOFT_MEAN, 1], SOFT),
        ([HARD_MEAN + STEP, HARD_MEAN + STEP, HARD_MEAN + STEP, 1], SOFT),
        ([np.nan, np.nan, np.nan, 2, 2, 2], HARD),  # three entries are enough
        ([np.nan, np.nan, np.nan, np.nan, 2, 2], NO_OPINION),
        ([2, 2, np.nan, np.nan, np.nan, np.nan, 2], NO_OPINION),  # the seventh week back has gone
        ([2, 2, np.nan, np.nan, np.nan, 2], HARD),
    ],
)
def test_low_vibes(entries: Sequence[float], expected: int) -> None:
    opinion = vibes(entries, MIDDLING)
    assert grade(opinion) == expected
    assert rule_of(opinion) == ("mean" if expected > NONE else "")
    if expected > NONE:
        assert (opinion.reference[0, 0], opinion.clear_at[0, 0]) == (SOFT_MEAN, SOFT_MEAN)
        assert opinion.value[0, 0] == pytest.approx(np.nanmean(entries[-4:]))


def test_a_low_mean_that_is_the_work_of_one_entry_is_told() -> None:
    assert vibes([3, 3, 3, 1], MIDDLING).is_one_item[0, 0]
    assert not vibes([3, 3, 3, 3], MIDDLING).is_one_item[0, 0]


@pytest.mark.parametrize(
    ("own", "mean", "expected"),
    [
        (SOFT_MEAN + VIBES.soft_mean_drop - STEP, SOFT_MEAN, NONE),
        (SOFT_MEAN + VIBES.soft_mean_drop, SOFT_MEAN, SOFT),
        (SOFT_MEAN + VIBES.soft_mean_drop + STEP, SOFT_MEAN, SOFT),
        (SOFT_MEAN, SOFT_MEAN, NONE),  # as it always was
        (np.nan, SOFT_MEAN, SOFT),  # nobody's level is known: there is nothing to be under
        (HARD_MEAN, HARD_MEAN, HARD),  # whatever is normal
    ],
)
def test_a_low_mean_is_soft_only_under_the_own_level(own: float, mean: float, expected: int) -> None:
    assert grade(vibes([mean] * 4, own_normal(own, sd=3.0))) == expected


@pytest.mark.parametrize(
    ("drop", "error", "expected"),
    [
        (VIBES.soft_drop - STEP, 0.15, NONE),
        (VIBES.soft_drop, 0.15, SOFT),
        (VIBES.soft_drop + STEP, 0.15, SOFT),
        (VIBES.soft_z * 0.4 - STEP, 0.4, NONE),  # big enough, but this many standard errors are more
        (VIBES.soft_z * 0.4, 0.4, SOFT),
        (1.9, 0.1, SOFT),  # never hard against the own level
    ],
)
def test_vibes_under_the_own_level(drop: float, error: float, expected: int) -> None:
    own = own_normal(4.75, sd=2 * error)
    opinion = vibes([4.75 - drop] * 4, own, others=4.75, parameters=FOUR_WEEKS)
    assert grade(opinion) == expected
    assert rule_of(opinion) == ("baseline" if expected else "")
    assert (opinion.value[0, 0], opinion.reference[0, 0]) == (pytest.approx(4.75 - drop), 4.75)
    assert opinion.smallest_visible[0, 0] == pytest.approx(max(VIBES.soft_drop, VIBES.soft_z * error))
    assert opinion.clear_at[0, 0] == pytest.approx(4.75 - opinion.smallest_visible[0, 0])


def test_without_the_lowest_entry_the_whole_drop_must_be_left() -> None:
    own = own_normal(4.75, sd=0.3)
    for beyond, expected in ((-STEP, NONE), (0.0, SOFT), (STEP, SOFT)):
        others = 4.75 - VIBES.soft_drop - beyond
        opinion = vibes([others, others, others, 2.0], own, others=4.75, parameters=FOUR_WEEKS)
        assert grade(opinion) == expected
        assert opinion.is_one_item[0, 0] == (expected == NONE)


@pytest.mark.parametrize("weeks", PARAMETERS.comparison.windows_weeks)
def test_the_window_of_vibes_that_holds_just_the_fall_speaks(weeks: int) -> None:
    opinion = vibes([3.5] * weeks, own_normal(4.75, sd=0.5), others=4.75)
    assert (grade(opinion), first_of(opinion)) == (SOFT, (1 - weeks, weeks))


def test_the_mean_of_the_window_that_spoke_is_shown() -> None:
    opinion = vibes([3.0] * 4 + [3.5] * 4, own_normal(4.75, sd=0.5), others=4.75, parameters=windows_of(8))
    assert (grade(opinion), first_of(opinion)) == (SOFT, (-7, 8))
    assert opinion.value[0, 0] == pytest.approx(3.25)


def test_vibes_are_compared_with_the_own_level_only_after_settling_in() -> None:
    own = own_normal(4.75, sd=0.3)
    for weeks, entry, expected in ((SETTLING + 2, 3.5, NONE), (SETTLING + 3, 3.5, SOFT), (SETTLING, 2.0, HARD)):
        assert grade(vibes([entry] * weeks, own, n_during=weeks)) == expected


def test_why_there_is_no_opinion_on_vibes() -> None:
    assert gap_of(vibes([2.0, 2.0, 2.0, np.nan], MIDDLING)) == "nothing_new"
    panel = panel_of(engineer_history(n_before=BEFORE, n_during=12, changes={31: {"is_vibes_known": False}}))
    assert gap_of(said(panel, normals(vibes=MIDDLING), 31).opinion["vibes"]) == "source"


# Several together. Each metric is worse than its own normal by as many standard errors as asked for, over 4 weeks.

SEVERAL = PARAMETERS.together
TWO = 2**-0.5
Parts = Mapping[str, float]


def together(
    parts: Parts,
    *,
    unknown: Sequence[str] = (),
    parameters: DecisionParameters = FOUR_WEEKS,
    later: int = 0,
    **columns: Any,
) -> tuple[Opinion, dict[str, float]]:
    """What is said of all metrics together, and each one's part; `unknown` ones' sources fail in the week judged."""
    last = BEFORE + DURING - 1
    z = {"billable": 0.0, "velocity": 0.0, "response": 0.0, "vibes": 0.0} | dict(parts)
    # Scatters so small that no metric reaches a size of its own: 0.5 points, 2.5 %, x1.01 and 0.1 a standard error.
    recent = range(last - 3 - later, last + 1 - later)
    changes: dict[int, dict[str, Any]] = {
        index: {
            "billable_pct": 82.0 - 0.5 * z["billable"],
            "vibes": 4.0 - 0.1 * z["vibes"],
            "points_completed": (10.0 - 0.25 * z["velocity"]) * (index % 2),
        }
        for index in recent
    }
    for metric in unknown:
        changes[last] = changes.get(last, {}) | {f"is_{metric}_known": False}
    for index, change in dict(columns.pop("changes", {})).items():
        changes[index] = changes.get(index, {}) | change
    slow = {index: np.exp(0.01 * z["response"]) for index in recent}
    rows = [("ana", index, *(seconds * slow.get(index, 1.0) for seconds in (100.0, 1000.0))) for index in range(last)]
    rows += [("ana", last, 100 * slow.get(last, 1.0), 1000 * slow.get(last, 1.0))]
    history = engineer_history(n_before=BEFORE, n_during=DURING, billable_pct=[82.0], changes=changes, **columns)
    known = {
        "billable": own_normal(0.82, sd=0.01),
        "velocity": own_normal(5.0, sd=0.025 * np.sqrt(2)),
        "response": own_normal(0.0, sd=0.02),
        "vibes": own_normal(4.0, sd=0.2),
    }
    has = {metric: known[metric] for metric in METRICS if not np.isnan(z[metric])}
    found = said(panel_of(history, rows), normals(**has), last, parameters=parameters)
    return found.opinion[TOGETHER], {metric: float(found.together_z[metric][0, 0]) for metric in METRICS}


@pytest.mark.parametrize(
    ("strength", "expected"),
    [
        (SEVERAL.soft_z - STEP, NONE),
        (SEVERAL.soft_z, SOFT),
        (SEVERAL.soft_z + STEP, SOFT),
        (SEVERAL.hard_z - STEP, SOFT),
        (SEVERAL.hard_z, HARD),
        (SEVERAL.hard_z + STEP, HARD),
    ],
)
@pytest.mark.parametrize("metrics", [("billable", "vibes"), ("velocity", "response"), METRICS])
def test_the_strength_of_several_is_their_sum_over_the_root_of_their_number(
    metrics: Sequence[str], strength: float, expected: int
) -> None:
    each = strength * 2 / len(metrics)  # the other metrics count among the four, with nothing
    opinion, parts = together(dict.fromkeys(metrics, each))
    assert opinion.z[0, 0] == pytest.approx(strength, abs=1e-7)
    assert parts == pytest.approx({metric: each if metric in metrics else 0.0 for metric in METRICS}, abs=1e-7)
    if each <= SEVERAL.max_z:
        assert (grade(opinion), rule_of(opinion)) == (expected, "together" if expected else "")


def test_a_metric_that_got_better_takes_nothing_off() -> None:
    opinion, _ = together({"billable": 3.0, "velocity": 3.0, "response": -3.0, "vibes": -3.0})
    assert opinion.z[0, 0] == pytest.approx(3.0)


@pytest.mark.parametrize("beyond", [-STEP, 0.0, STEP, 1.0])
def test_a_metric_counts_for_at_most_so_many_standard_errors(beyond: float) -> None:
    opinion, parts = together({"billable": SEVERAL.max_z + beyond, "velocity": 1.0})
    assert parts["billable"] == pytest.approx(SEVERAL.max_z + beyond, abs=1e-7)
    assert opinion.z[0, 0] == pytest.approx((SEVERAL.max_z + min(beyond, 0.0) + 1.0) / 2, abs=1e-7)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"billable": 3.5, "velocity": SEVERAL.each_z - STEP}, NONE),
        ({"billable": 3.5, "velocity": SEVERAL.each_z}, SOFT),
        ({"billable": 3.5, "vibes": SEVERAL.each_z}, SOFT),
        ({"vibes": 3.5, "response": SEVERAL.each_z}, SOFT),
        ({"vibes": 3.5, "response": SEVERAL.each_z - STEP}, NONE),
        ({"billable": 3.5}, NONE),
        ({"billable": 0.9, "velocity": 0.9, "response": 0.9, "vibes": 0.9}, NONE),
    ],
)
def test_two_must_take_part_and_one_of_them_be_objective(parts: Parts, expected: int) -> None:
    rules = rules_with("together", soft_z=1.5, hard_z=9.0)
    opinion, _ = together(parts, parameters=windows_of(4, parameters=rules))
    assert opinion.z[0, 0] > 1.5
    assert grade(opinion) == expected


def test_one_of_those_that_take_part_must_be_objective() -> None:
    """With a rule that one metric is enough, vibes alone are still not."""
    rules = windows_of(4, parameters=rules_with("together", soft_z=1.5, min_metrics=1))
    assert [grade(together({metric: 3.5}, parameters=rules)[0]) for metric in ("billable", "vibes")] == [SOFT, NONE]


def test_how_many_must_take_part_is_configuration() -> None:
    parts = {"billable": 3.0, "velocity": 3.0, "response": 3.0}
    rules = windows_of(4, parameters=rules_with("together", min_metrics=4))
    assert [grade(together(parts, parameters=given)[0]) for given in (FOUR_WEEKS, rules)] == [HARD, NONE]


def test_a_metric_whose_source_failed_is_left_out_and_does_not_count() -> None:
    parts = {"billable": 2.0, "velocity": 2.0, "vibes": 3.0}
    assert together(parts)[0].z[0, 0] == pytest.approx(7 / 2)
    opinion, z = together(parts, unknown=["vibes"])
    assert (opinion.z[0, 0], opinion.n_items[0, 0]) == (pytest.approx(4 / np.sqrt(3)), 3)
    assert np.isnan(z["vibes"])
    assert together({**parts, "response": np.nan})[0].z[0, 0] == pytest.approx(7 / np.sqrt(3))


def test_with_one_metric_there_is_nothing_to_put_together() -> None:
    nothing = {"velocity": np.nan, "response": np.nan, "vibes": np.nan}
    opinion, _ = together({"billable": 3.0} | nothing)
    assert (grade(opinion), gap_of(opinion)) == (NO_OPINION, "few_items")
    opinion, _ = together({"billable": 3.0, "velocity": 3.0} | {"response": np.nan, "vibes": np.nan})
    assert (grade(opinion), opinion.n_items[0, 0]) == (HARD, 2)


@pytest.mark.parametrize(
    ("unknown", "gap", "is_unknown"),
    [
        (["billable", "velocity", "response"], "source", True),
        (["billable", "velocity", "response", "vibes"], "source", True),
        (["velocity", "response", "vibes"], "few_items", False),  # billable is known, but it is alone
        (["velocity", "response"], "", False),
        (["billable"], "", False),  # who may have worked may have slowed down
    ],
)
def test_with_no_objective_source_several_are_unknown(unknown: Sequence[str], gap: str, is_unknown: bool) -> None:
    opinion, _ = together({"billable": 3.0, "velocity": 3.0}, unknown=unknown)
    assert (gap_of(opinion), opinion.is_unknown[0, 0]) == (gap, is_unknown)


def test_the_window_in_which_several_moved_is_the_one_reported() -> None:
    parts = {"billable": 2.4, "velocity": 2.4, "response": 2.4}
    opinion, z = together(parts, parameters=PARAMETERS)
    assert (grade(opinion), first_of(opinion)[0]) == (HARD, -3)
    assert z == pytest.approx(parts | {"vibes": 0.0}, abs=1e-7)


def test_a_window_in_which_several_moved_outdoes_a_stronger_one_of_a_single_metric() -> None:
    """Billable fell over the last 4 weeks; velocity was low in the 8 weeks before them."""
    last = BEFORE + DURING - 1
    found = {}
    for z in (SEVERAL.each_z - 0.1, SEVERAL.each_z + 0.1):
        drop = z * 6 / 4 * 0.025 * np.sqrt(2 / 6)  # 4 of 6 sprints
        slow = {index: {"points_completed": 10.0 * (1 - drop) * (index % 2)} for index in range(last - 11, last - 3)}
        opinion, parts = together({"billable": 3.0}, changes=slow, parameters=windows_of(4, 12))
        found[first_of(opinion)[0]] = (parts["velocity"], opinion.z[0, 0])
    assert found == {
        -3: (pytest.approx(0.0), pytest.approx(3.0 / 2)),
        -11: (pytest.approx(1.1), pytest.approx((3.0 / np.sqrt(3) + 1.1) / 2)),
    }


def test_several_are_fast_from_half_a_standard_error_more_on() -> None:
    limit = SEVERAL.soft_z + PARAMETERS.hysteresis.fast_z
    for beyond in (-STEP, 0.0, STEP):
        opinion, _ = together(dict.fromkeys(METRICS, (limit + beyond) / 2))
        assert opinion.is_fast[0, 0] == (beyond >= 0)
    assert not together({"billable": 9.0})[0].is_fast[0, 0]


def test_several_are_not_compared_before_the_switch_or_while_settling_in() -> None:
    panel = panel_of(engineer_history(n_before=BEFORE, n_during=DURING))
    both = normals(billable=own_normal(0.98, sd=0.01), vibes=own_normal(5.0, sd=0.1))
    expected = {BEFORE - 1: "before_switch", BEFORE + SETTLING - 1: "settling_in", BEFORE + SETTLING + 2: ""}
    assert {index: gap_of(said(panel, both, index).opinion[TOGETHER]) for index in expected} == expected


def test_looking_at_metrics_together_can_be_switched_off() -> None:
    rules = windows_of(4, parameters=rules_with("together", enabled=False))
    opinion, _ = together(dict.fromkeys(METRICS, 3.0), parameters=rules)
    assert (grade(opinion), rule_of(opinion), bool(opinion.is_fast[0, 0])) == (NONE, "", False)


# What a team shares is not counted. Ana has four colleagues, whose one metric fell as far as may be taken off.

TEAM, CAPS = PARAMETERS.comparison.min_team, PARAMETERS.comparison
SHARED = {
    "billable": CAPS.shared_billable_points / 100,
    "velocity": CAPS.shared_velocity,
    "response": CAPS.shared_response_log,
    "vibes": CAPS.shared_vibes,
}
FELL = range(BEFORE + DURING - 8, BEFORE + DURING)


def of_ana(metric: str, falls: Sequence[float], *, sd: float, colleagues: float | None = None) -> Opinion:
    """What is said of one metric over the last 8 weeks. Ana's falls in its unit are those of each two of them."""
    shared = SHARED[metric] if colleagues is None else colleagues
    histories, rows = [], []
    for name in ("ana", *(f"peer{number}" for number in range(1, TEAM))):
        changes: dict[int, dict[str, Any]] = {}
        for number, index in enumerate(FELL):
            fall = falls[number // 2 % len(falls)] if name == "ana" else shared
            changes[index] = {
                "billable": {"billable_pct": 90 - 100 * fall},
                "velocity": {"points_completed": 10 * (1 - fall) * (index % 2)},
                "response": {},
                "vibes": {"vibes": 4.5 - fall},
            }[metric]
            factor = np.exp(fall) if metric == "response" else 1.0
            rows.append((name, index, 100 * factor, 1000 * factor))
        columns = {"billable_pct": [90.0], "n_before": BEFORE, "n_during": DURING, "vibes": 4.5}
        histories.append(engineer_history(name, **columns, changes=changes))  # type: ignore[arg-type]
    mean = {"billable": 0.9, "velocity": 5.0, "response": 0.0, "vibes": 4.5}[metric]
    own = own_normal(mean, sd=sd, n_engineers=TEAM)
    panel = panel_of(pd.concat(histories), rows)
    known = normals(**{metric: own}, n_engineers=TEAM)  # type: ignore[arg-type]
    return said(panel, known, BEFORE + DURING - 1, parameters=windows_of(8)).opinion[metric]


@pytest.mark.parametrize(
    ("metric", "size", "sd", "unit", "told"),
    [
        ("billable", BILLABLE.soft_points / 100, 0.03, 100, lambda fall: 90 - 100 * fall),
        ("velocity", VELOCITY.soft_drop, 0.1, 1, lambda fall: 5 * (1 - fall)),
        ("response", np.log(RESPONSE.soft_factor), 0.3, 1, np.exp),
        ("vibes", VIBES.soft_drop, 0.5, 1, lambda fall: 4.5 - fall),
    ],
)
def test_a_fall_is_counted_from_what_the_team_shares(
    metric: str, size: float, sd: float, unit: float, told: Any
) -> None:
    shared = SHARED[metric]
    for beyond, expected in ((-STEP, NONE), (0.0, SOFT), (STEP, SOFT)):
        opinion = of_ana(metric, [size + shared + beyond], sd=sd)
        assert grade(opinion) == expected
        assert opinion.shared[0, 0] == pytest.approx(unit * shared)
        assert opinion.value[0, 0] == pytest.approx(told(size + shared + beyond))
        if expected:
            assert opinion.clear_at[0, 0] == pytest.approx(told(size + shared), abs=1e-4)
    assert grade(of_ana(metric, [size + shared - STEP], sd=sd, colleagues=0.0)) > NONE


def test_what_is_left_without_the_worst_sprint_is_counted_from_what_the_team_shares_too() -> None:
    for beyond, expected in ((-STEP, NONE), (0.0, SOFT)):
        others = SHARED["velocity"] + CAPS.worst_out_share * VELOCITY.soft_drop + beyond
        opinion = of_ana("velocity", [others, others, others, 0.9], sd=0.1)
        assert grade(opinion) == expected
        assert opinion.is_one_item[0, 0] == (expected == NONE)


# All weeks at once


def test_weeks_that_are_not_judged_hold_no_opinion_and_the_others_what_is_said_of_each_alone() -> None:
    history = engineer_history(
        n_before=BEFORE, n_during=DURING, billable_pct=lambda index: 82.0 - 0.7 * max(index - 26, 0)
    )
    panel = panel_of(history, [("ana", index, 100.0 + 10 * index, 1000.0) for index in range(BEFORE + DURING)])
    known = normals(
        billable=own_normal(0.86, sd=0.03),
        velocity=STEADY,
        response=own_normal(0.0, sd=0.3),
        vibes=own_normal(4.2, sd=0.3),
    )
    weeks = [3, 10, 19, 20, 22, 23, 24, 26, 31, 37, 39]
    nobody = np.zeros((1, panel.n_weeks), dtype=bool)
    whole = signals(panel, PARAMETERS, dict.fromkeys(weeks, known), nobody)
    assert tuple(whole.opinion) == CHANNELS
    for index in range(panel.n_weeks):
        alone = said(panel, known, index) if index in weeks else None
        for channel in CHANNELS:
            grids = whole.opinion[channel]
            assert grids.signal[0, index] == (NO_OPINION if alone is None else alone.opinion[channel].signal[0, 0])
            if alone is not None and grids.signal[0, index] > NO_OPINION:
                for name in ("value", "z", "first_week", "n_items", "smallest_visible"):
                    assert getattr(grids, name)[0, index] == pytest.approx(
                        getattr(alone.opinion[channel], name)[0, 0], nan_ok=True
                    )
    assert {HARD, SOFT, NONE} <= set(whole.opinion["billable"].signal[0].tolist())


def test_a_team_is_compared_in_its_third_week_and_before_it_low_vibes_are_told_by_the_own_level() -> None:
    low = {index: {"vibes": SOFT_MEAN} for index in range(BEFORE - 6, BEFORE + DURING)}
    histories = [
        engineer_history(f"e{n:02d}", n_before=BEFORE, n_during=DURING, billable_pct=[90.0 if n else 80.0], changes=low)
        for n in range(TEAM)
    ]
    panel = panel_of(pd.concat(histories))
    nobody = np.zeros((TEAM, panel.n_weeks), dtype=bool)
    third = BEFORE + PARAMETERS.comparison.settled_weeks
    for drop, expected in ((VIBES.soft_mean_drop - STEP, NONE), (VIBES.soft_mean_drop, SOFT)):
        own = normals(
            billable=own_normal(0.9, sd=0.04, n_engineers=TEAM),
            vibes=own_normal(SOFT_MEAN + drop, sd=3.0, n_engineers=TEAM),
            n_engineers=TEAM,
        )
        found = signals(panel, PARAMETERS, dict.fromkeys((BEFORE - 1, third - 1, third), own), nobody).opinion
        assert found["vibes"].signal[0, [BEFORE - 1, third]].tolist() == [expected] * 2
        assert found["billable"].signal[:, third].tolist() == [SOFT] + [NONE] * (TEAM - 1)
        assert [GAPS[code] for code in found[TOGETHER].gap[0, [BEFORE - 1, third - 1, third]]] == [
            "before_switch",
            "settling_in",
            "",
        ]


def test_by_method_plain_there_is_no_channel_of_several_together() -> None:
    panel = panel_of(engineer_history(n_before=BEFORE, n_during=DURING))
    plain = replace(PARAMETERS, method="plain")
    nobody = np.zeros((1, panel.n_weeks), dtype=bool)
    assert tuple(signals(panel, plain, {30: normals()}, nobody).opinion) == METRICS
