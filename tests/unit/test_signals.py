"""Each rule of method `evidence` on, just below and just above its thresholds."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tests.builders.decisions import engineer_history, incidents, judged, own_normal, readings
from transforms.baselines import Baselines, ResponseBaseline
from transforms.opinions import GAPS, HARD, NO_OPINION, NONE, RULES, SOFT, Opinion
from transforms.panel import Panel, build_panel
from transforms.parameters import DecisionParameters
from transforms.signals import billable_opinion, response_opinion, velocity_opinion, vibes_opinion
from transforms.stats.baseline import Baseline

PARAMETERS = DecisionParameters()
BEFORE = 20  # weeks before the switch in these histories
STEP = 1e-6


def panel_of(history: pd.DataFrame, rows: Sequence[tuple[str, int, float, float]] = ()) -> Panel:
    return build_panel(readings(history), incidents(rows), PARAMETERS)


def billable(
    last: Sequence[float], own: Baseline, *, n_during: int = 12, excused: Sequence[int] = (), **columns: object
) -> Opinion:
    """What billable says in the last week of a history that ends with these percentages and was at 90 before."""
    pct = [90.0] * (BEFORE + n_during - len(last)) + list(last)
    panel = panel_of(engineer_history(n_before=BEFORE, n_during=n_during, billable_pct=pct, **columns))
    newest = panel.n_weeks - 1
    return billable_opinion(panel, PARAMETERS, own, judged(panel, newest, excused=excused))


def grade(opinion: Opinion) -> int:
    return int(opinion.signal[0, 0])


# Scatter of 5 points a week: a standard error of 2.5 points over 4 weeks, of 5 / sqrt(8) over 8.
SURE = own_normal(0.60, sd=0.05)  # a baseline that nobody here is under: only the policy speaks


@pytest.mark.parametrize(
    ("standard_errors_under", "expected"),
    [
        (0.0, NONE),
        (0.6 - STEP, NONE),
        (0.6, SOFT),
        (0.6 + STEP, SOFT),
        (1.64 - STEP, SOFT),
        (1.64, HARD),
        (3.0, HARD),
        (-1.0, NONE),
    ],
)
def test_four_weeks_under_the_policy(standard_errors_under: float, expected: int) -> None:
    pct = 76 - standard_errors_under * 2.5
    opinion = billable([pct] * 4, SURE)
    assert grade(opinion) == expected
    assert opinion.value[0, 0] == pytest.approx(pct)
    assert RULES[opinion.rule[0, 0]] == ("policy" if expected else "")


@pytest.mark.parametrize(
    ("standard_errors_under", "expected"), [(1.28 - STEP, SOFT), (1.28, HARD), (1.28 + STEP, HARD)]
)
def test_eight_weeks_under_the_policy_are_hard_sooner(standard_errors_under: float, expected: int) -> None:
    pct = 76 - standard_errors_under * 5 / np.sqrt(8)
    opinion = billable([pct] * 8, SURE)
    assert grade(opinion) == expected
    assert opinion.n_items[0, 0] == (8 if expected == HARD else 4)


@pytest.mark.parametrize(
    ("points_under", "sd", "expected"),
    [
        (5.0 - STEP, 0.03, NONE),
        (5.0, 0.03, SOFT),
        (5.0 + STEP, 0.03, SOFT),
        (2.5 * 3 - STEP, 0.06, NONE),  # big enough, but 2.5 standard errors are 7.5 points
        (2.5 * 3, 0.06, SOFT),
        (20.0, 0.03, SOFT),  # never hard against the own baseline
    ],
)
def test_under_the_own_baseline(points_under: float, sd: float, expected: int) -> None:
    opinion = billable([98 - points_under] * 4, own_normal(0.98, sd=sd))
    assert grade(opinion) == expected
    assert RULES[opinion.rule[0, 0]] == ("baseline" if expected else "")
    assert opinion.reference[0, 0] == pytest.approx(98)


def test_an_uncertain_baseline_asks_for_more() -> None:
    assert grade(billable([92.0] * 4, own_normal(0.98, sd=0.03))) == SOFT
    assert grade(billable([92.0] * 4, own_normal(0.98, sd=0.03, variance=0.02**2))) == NONE


def test_neighbouring_weeks_that_are_alike_widen_the_error() -> None:
    assert grade(billable([74.5] * 4, own_normal(0.6, sd=0.05))) == SOFT
    assert grade(billable([74.5] * 4, own_normal(0.6, sd=0.05, rho=0.5))) == NONE


def test_more_hours_narrow_the_error_and_fewer_widen_it() -> None:
    assert grade(billable([74.5] * 4, SURE, hours=40.0)) == SOFT
    assert grade(billable([74.5] * 4, SURE, hours=20.0)) == NONE


def test_one_bad_week_alone_is_no_signal() -> None:
    opinion = billable([80.0, 80.0, 80.0, 40.0], SURE)
    assert opinion.value[0, 0] == 70
    assert grade(opinion) == NONE
    assert opinion.is_one_item[0, 0]


@pytest.mark.parametrize(("others", "expected"), [(76 - 0.3 * 2.5, NONE), (76 - 0.3 * 2.5 - STEP, HARD)])
def test_without_the_worst_week_billable_must_be_under_the_policy_by_a_third_of_an_error(
    others: float, expected: int
) -> None:
    assert grade(billable([others, others, others, 60.0], SURE)) == expected


@pytest.mark.parametrize(("others", "expected"), [(93.0 + STEP, NONE), (93.0, SOFT)])
def test_without_the_worst_week_the_fall_must_still_be_five_points(others: float, expected: int) -> None:
    assert grade(billable([others, others, others, 80.0], own_normal(0.98, sd=0.01))) == expected


@pytest.mark.parametrize(("weeks_on_4x10", "expected"), [(3, NONE), (4, NONE), (5, SOFT)])
def test_the_first_four_weeks_of_4x10_are_not_compared_with_the_baseline(weeks_on_4x10: int, expected: int) -> None:
    opinion = billable([85.0] * weeks_on_4x10, own_normal(0.98, sd=0.03), n_during=weeks_on_4x10)
    assert grade(opinion) == expected
    assert opinion.reference[0, 0] == pytest.approx(98 if expected else 76)


def test_before_the_switch_only_the_policy_speaks() -> None:
    pct = [90.0] * 16 + [85.0] * 4
    panel = panel_of(engineer_history(n_before=20, n_during=1, billable_pct=[*pct, 85.0]))
    assert grade(billable_opinion(panel, PARAMETERS, own_normal(0.98, sd=0.01), judged(panel, 19))) == NONE
    panel = panel_of(engineer_history(n_before=20, n_during=1, billable_pct=[90.0] * 16 + [70.0] * 5))
    assert grade(billable_opinion(panel, PARAMETERS, own_normal(0.98, sd=0.05), judged(panel, 19))) == HARD


@pytest.mark.parametrize(("weeks_on_4x10", "expected"), [(1, NO_OPINION), (2, NO_OPINION), (3, HARD)])
def test_a_window_never_mixes_before_and_during(weeks_on_4x10: int, expected: int) -> None:
    opinion = billable([60.0] * weeks_on_4x10, SURE, n_during=weeks_on_4x10)
    assert grade(opinion) == expected
    if expected == NO_OPINION:
        assert GAPS[opinion.gap[0, 0]] == "few_items"


def test_a_window_reaches_back_eight_calendar_weeks() -> None:
    away = {index: {"worked_hours": 0.0} for index in range(26, 31)}
    panel = panel_of(engineer_history(n_before=BEFORE, n_during=12, changes=away))
    opinion = billable_opinion(panel, PARAMETERS, SURE, judged(panel, 31))
    assert opinion.n_items[0, 0] == 3  # weeks 24, 25 and 31
    away[25] = {"worked_hours": 0.0}
    panel = panel_of(engineer_history(n_before=BEFORE, n_during=12, changes=away))
    opinion = billable_opinion(panel, PARAMETERS, SURE, judged(panel, 31))
    assert GAPS[opinion.gap[0, 0]] == "few_items"


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
    opinion = billable_opinion(panel, PARAMETERS, SURE, judged(panel, 31))
    assert (grade(opinion), GAPS[opinion.gap[0, 0]]) == (NO_OPINION, gap)
    assert opinion.is_unknown[0, 0] == (gap == "source")


def test_holiday_weeks_new_hires_and_excused_weeks_bring_no_opinion() -> None:
    early, late = engineer_history("zoe", n_during=30), engineer_history("ana", n_during=30, joined=3)
    panel = panel_of(pd.concat([early, late]))
    thanksgiving = int(np.flatnonzero(panel.is_holiday_week)[0])
    own = replace(SURE, **{name: np.repeat(getattr(SURE, name), 2) for name in ("mean", "variance", "sd")})
    for index, excused, gap in ((thanksgiving, [], "holiday_week"), (8, [], "new_hire"), (30, [30], "excused")):
        opinion = billable_opinion(panel, PARAMETERS, own, judged(panel, index, excused=excused))
        assert GAPS[opinion.gap[0, 0]] == gap


def test_an_excused_week_is_left_out_of_the_window() -> None:
    last = [88.0, 50.0, 72.0, 72.0, 72.0]
    assert grade(billable(last, SURE)) == HARD
    opinion = billable(last, SURE, excused=[28])
    assert opinion.value[0, 0] == pytest.approx(76)
    assert grade(opinion) == NONE


@pytest.mark.parametrize(("worked", "gap"), [(34.0, ""), (33.99, "coverage")])
def test_less_than_85_percent_logged_is_unknown(worked: float, gap: str) -> None:
    opinion = billable([80.0] * 4, SURE, worked_hours=worked)
    assert GAPS[opinion.gap[0, 0]] == gap
    assert opinion.is_unknown[0, 0] == bool(gap)


def test_without_any_baseline_nothing_tells_scatter() -> None:
    nothing = replace(SURE, mean=np.array([np.nan]), sd=np.array([np.nan]))
    assert GAPS[billable([70.0] * 4, nothing).gap[0, 0]] == "no_baseline"


def test_the_smallest_visible_fall_travels_with_a_quiet_signal() -> None:
    opinion = billable([97.0] * 4, own_normal(0.98, sd=0.06))
    assert opinion.smallest_visible[0, 0] == pytest.approx(2.5 * 3)
    opinion = billable([97.0] * 4, own_normal(0.98, sd=0.01))
    assert opinion.smallest_visible[0, 0] == pytest.approx(5)


def test_the_value_that_clears_a_signal_is_where_it_ends() -> None:
    opinion = billable([70.0] * 4, SURE)
    assert opinion.clear_at[0, 0] == pytest.approx(76 - 0.6 * 2.5)
    assert grade(billable([opinion.clear_at[0, 0]] * 4, SURE)) == SOFT
    assert grade(billable([opinion.clear_at[0, 0] + STEP] * 4, SURE)) == NONE


# Velocity: 10 points a sprint of 80 hours are 5 points per 40 hours.


def velocity(points: Sequence[float], own: Baseline, *, excused: Sequence[int] = (), **columns: object) -> Opinion:
    """What velocity says at the end of the last of these sprints, the first ones on 4x10."""
    n_during = 2 * len(points)
    by_week = [10.0] * BEFORE + [value for sprint in points for value in (0.0, sprint)]
    history = engineer_history(n_before=BEFORE, n_during=n_during, points=lambda index: by_week[index], **columns)
    panel = panel_of(history)
    return velocity_opinion(panel, PARAMETERS, own, judged(panel, panel.n_weeks - 1, excused=excused))


@pytest.mark.parametrize(
    ("drop", "expected"),
    [(0.20 - STEP, NONE), (0.20, SOFT), (0.25 - STEP, SOFT), (0.25, HARD), (-0.5, NONE)],
)
def test_velocity_by_size(drop: float, expected: int) -> None:
    opinion = velocity([10 * (1 - drop)] * 4, own_normal(5.0, sd=0.05))
    assert grade(opinion) == expected
    assert opinion.value[0, 0] == pytest.approx(5 * (1 - drop))


@pytest.mark.parametrize(
    ("z", "expected"), [(2.3 - STEP, NONE), (2.3, SOFT), (3.0 - STEP, SOFT), (3.0, HARD), (3.0 + STEP, HARD)]
)
def test_velocity_by_strength(z: float, expected: int) -> None:
    drop = 0.45
    sd = drop / z * 2  # over 4 sprints the standard error is half of it; 3 sprints are less certain
    assert grade(velocity([10 * (1 - drop)] * 4, own_normal(5.0, sd=sd))) == expected


def test_either_window_of_velocity_may_signal() -> None:
    opinion = velocity([10.0, 7.6, 7.6, 7.6], own_normal(5.0, sd=0.05))
    assert grade(opinion) == SOFT
    assert opinion.n_items[0, 0] == 3


@pytest.mark.parametrize(("sprints", "gap"), [(2, "settling_in"), (3, "")])
def test_velocity_is_compared_after_settling_in(sprints: int, gap: str) -> None:
    assert GAPS[velocity([5.0] * sprints, own_normal(5.0, sd=0.05)).gap[0, 0]] == gap


def test_one_bad_sprint_alone_is_no_signal() -> None:
    opinion = velocity([10.0, 10.0, 1.0], own_normal(5.0, sd=0.05))
    assert (grade(opinion), bool(opinion.is_one_item[0, 0])) == (NONE, True)


def test_velocity_speaks_only_when_a_whole_sprint_has_ended() -> None:
    panel = panel_of(engineer_history(n_before=BEFORE, n_during=12))
    own = own_normal(5.0, sd=0.05)
    opinion = velocity_opinion(panel, PARAMETERS, own, judged(panel, 30))
    assert GAPS[opinion.gap[0, 0]] == "nothing_new"
    for excused, gap in ((29, ""), (30, "sprint_left_out"), (31, "sprint_left_out")):
        opinion = velocity_opinion(panel, PARAMETERS, own, judged(panel, 31, excused=[excused]))
        assert GAPS[opinion.gap[0, 0]] == gap
    opinion = velocity_opinion(panel, PARAMETERS, own, judged(panel, 17))
    assert GAPS[opinion.gap[0, 0]] == "before_switch"


def test_velocity_needs_two_sprints_within_reach() -> None:
    own = own_normal(5.0, sd=0.05)
    away = {index: {"worked_hours": 0.0} for index in range(22, 30)}
    history = engineer_history(n_before=BEFORE, n_during=12, changes=away)
    opinion = velocity_opinion(panel_of(history), PARAMETERS, own, judged(panel_of(history), 31))
    assert opinion.n_items[0, 0] == 2  # the sprints that end in weeks 21 and 31
    away |= {20: {"worked_hours": 0.0}, 21: {"worked_hours": 0.0}}
    panel = panel_of(engineer_history(n_before=BEFORE, n_during=12, changes=away))
    assert GAPS[velocity_opinion(panel, PARAMETERS, own, judged(panel, 31)).gap[0, 0]] == "few_items"


# Response: every call takes the same factor of the own normal of 100 s to acknowledge and 1000 s to resolve.


def response(factors: Sequence[float], *, sd: float, variance: float = 0.0, first: int = 24) -> Opinion:
    """What response says in the last week of calls, two a week from week `first`."""
    rows = [("ana", first + number // 2, 100 * factor, 1000 * factor) for number, factor in enumerate(factors)]
    panel = panel_of(engineer_history(n_before=BEFORE, n_during=14), rows)
    level = own_normal(0.0, sd=sd, variance=variance)
    normal = ResponseBaseline(np.log([100.0]), np.log([1000.0]), level)
    known = Baselines(billable=level, velocity=level, response=normal, vibes=level)
    newest = int(panel.incidents.week.max())
    return response_opinion(panel, PARAMETERS, known, judged(panel, newest))


@pytest.mark.parametrize(
    ("factor", "expected"), [(1.35 - STEP, NONE), (1.35, SOFT), (1.6 - STEP, SOFT), (1.6, HARD), (0.5, NONE)]
)
def test_response_by_size(factor: float, expected: int) -> None:
    opinion = response([factor] * 6, sd=0.1)
    assert grade(opinion) == expected
    assert opinion.value[0, 0] == pytest.approx(factor)


@pytest.mark.parametrize(("z", "expected"), [(2.0 - STEP, NONE), (2.0, SOFT), (3.0 - STEP, SOFT), (3.0, HARD)])
def test_response_by_strength(z: float, expected: int) -> None:
    assert grade(response([1.7] * 9, sd=np.log(1.7) / z * 3)) == expected


def test_response_needs_six_calls_in_eight_weeks() -> None:
    assert GAPS[response([3.0] * 5, sd=0.1).gap[0, 0]] == "few_items"
    assert grade(response([3.0] * 6, sd=0.1)) == HARD
    assert response([1.0] * 17, sd=0.1).n_items[0, 0] == 15  # the ninth week back has gone


def test_one_slow_call_alone_is_no_signal() -> None:
    opinion = response([1.3] * 5 + [40.0], sd=0.1)
    assert (grade(opinion), bool(opinion.is_one_item[0, 0])) == (NONE, True)


def test_a_call_with_one_part_counts_with_that_part() -> None:
    rows = [("ana", 25, 200.0, np.nan)] * 6
    panel = panel_of(engineer_history(n_before=BEFORE, n_during=14), rows)
    level = own_normal(0.0, sd=0.1)
    known = Baselines(level, level, ResponseBaseline(np.log([100.0]), np.log([1000.0]), level), level)
    assert response_opinion(panel, PARAMETERS, known, judged(panel, 25)).value[0, 0] == pytest.approx(2)


def test_a_week_without_calls_brings_no_opinion() -> None:
    panel = panel_of(engineer_history(n_before=BEFORE, n_during=14))
    level = own_normal(0.0, sd=0.1)
    known = Baselines(level, level, ResponseBaseline(np.log([100.0]), np.log([1000.0]), level), level)
    assert GAPS[response_opinion(panel, PARAMETERS, known, judged(panel, 30)).gap[0, 0]] == "nothing_new"


# Vibes


def vibes(last: Sequence[float], own: Baseline, *, n_during: int = 12) -> Opinion:
    n = BEFORE + n_during
    changes = {n - len(last) + position: {"vibes": value} for position, value in enumerate(last)}
    panel = panel_of(engineer_history(n_before=BEFORE, n_during=n_during, changes=changes))
    return vibes_opinion(panel, PARAMETERS, own, judged(panel, n - 1))


LOW = own_normal(2.5, sd=0.3)  # a baseline that nobody here is far under


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([3, 3, 3, 3], NONE),
        ([3, 3, 3, 2.01], NONE),
        ([2.75, 2.75, 2.75, 2.75], SOFT),
        ([2.8, 2.75, 2.75, 2.75], NONE),
        ([2.26, 2.25, 2.25, 2.25], SOFT),
        ([2.25, 2.25, 2.25, 2.25], HARD),
        ([4, 4, 2, 1], NONE),  # a mean of 2.75, but 3.3 without the worst
        ([np.nan, np.nan, np.nan, 2, 2, 2], HARD),  # three entries are enough
        ([np.nan, np.nan, np.nan, np.nan, 2, 2], NO_OPINION),
    ],
)
def test_low_vibes(entries: Sequence[float], expected: int) -> None:
    assert grade(vibes(entries, LOW)) == expected


@pytest.mark.parametrize(
    ("mean", "sd", "expected"),
    [
        (4.0 + STEP, 0.3, NONE),
        (4.0, 0.3, SOFT),
        (3.8 + STEP, 0.95, NONE),  # two standard errors of 0.475
        (3.8, 0.95, SOFT),
    ],
)
def test_vibes_under_the_own_level(mean: float, sd: float, expected: int) -> None:
    assert grade(vibes([mean] * 4, own_normal(4.75, sd=sd))) == expected


def test_vibes_are_compared_with_the_own_level_on_4x10_only_after_settling_in() -> None:
    assert grade(vibes([3.5] * 4, own_normal(4.75, sd=0.3), n_during=4)) == NONE
    assert grade(vibes([3.5] * 5, own_normal(4.75, sd=0.3), n_during=5)) == SOFT
    assert grade(vibes([2.0] * 4, own_normal(4.75, sd=0.3), n_during=4)) == HARD


def test_a_week_without_vibes_brings_no_opinion() -> None:
    assert GAPS[vibes([2.0, 2.0, 2.0, np.nan], LOW).gap[0, 0]] == "nothing_new"
