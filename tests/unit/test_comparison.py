"""Changes against the own baseline over windows of several lengths, and what a team shares of them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.builders.decisions import engineer_history, incidents, judged, normals, own_normal, readings
from transforms.baselines import Baselines
from transforms.comparison import Change, Items, Spoken, change, compared, holds_excused, weeks_to_judge
from transforms.panel import Panel, build_panel
from transforms.parameters import BaselineRules, ComparisonRules, DecisionParameters
from transforms.vocabulary import METRICS, Metric

PARAMETERS = DecisionParameters()
RULES = PARAMETERS.comparison
SETTLING, SETTLED, TEAM = PARAMETERS.baseline.settling_weeks, RULES.settled_weeks, RULES.min_team
BEFORE, WEEKS = 12, 34  # weeks before the switch in these histories, and in all
SWITCH = BEFORE
CAP: dict[Metric, float] = {
    "billable": RULES.shared_billable_points / 100,
    "velocity": RULES.shared_velocity,
    "response": RULES.shared_response_log,
    "vibes": RULES.shared_vibes,
}
STEP = 1e-6
Fall = Callable[[int], float]
every_metric = pytest.mark.parametrize("metric", METRICS)


def history_of(metric: Metric, fall: Fall, engineer_id: str, **columns: Any) -> pd.DataFrame:
    """An engineer whose one metric is worse than the own normal of `known`, week by week, in that metric's unit."""
    story: dict[str, Any] = {"billable_pct": [80.0]}
    if metric == "billable":
        story["billable_pct"] = lambda index: 80.0 - 100 * fall(index)
    elif metric == "velocity":
        story["points"] = lambda index: 10.0 * (1 - fall(index)) * (index % 2)
    elif metric == "vibes":
        story["changes"] = {index: {"vibes": 4.0 - fall(index)} for index in range(WEEKS)}
    n_before = columns.pop("n_before", BEFORE)
    return engineer_history(engineer_id, n_before=n_before, n_during=WEEKS - n_before, **story | columns)


def names(n: int) -> list[str]:
    return [f"e{number:02d}" for number in range(n)]


def panel_of(metric: Metric, falls: Sequence[Fall], **columns: Sequence[Any]) -> Panel:
    """Engineers e00, e01 ...; `columns` say what differs between them. With one call a week."""
    histories = [
        history_of(metric, fall, name, **{key: values[number] for key, values in columns.items()})
        for number, (name, fall) in enumerate(zip(names(len(falls)), falls, strict=True))
    ]
    calls = [
        (name, index, *(seconds * np.exp(fall(index) if metric == "response" else 0.0) for seconds in (100.0, 1000.0)))
        for name, fall in zip(names(len(falls)), falls, strict=True)
        for index in range(WEEKS)
    ]
    return build_panel(readings(*histories), incidents(calls), PARAMETERS)


def known(n: int, **replaced: float) -> Baselines:
    """Own normals with a scatter so large that nothing is clipped, unless told otherwise."""
    wild: dict[str, Any] = {"sd": 0.5, "n_engineers": n} | replaced
    return normals(
        billable=own_normal(0.80, **wild),
        velocity=own_normal(5.0, **wild),
        response=own_normal(0.0, **wild | ({} if "sd" in replaced else {"sd": 5.0})),
        vibes=own_normal(4.0, **wild),
        n_engineers=n,
    )


def compare(
    panel: Panel,
    metric: Metric,
    index: int,
    length: int,
    *,
    own: Baselines | None = None,
    excused: Sequence[int] = (),
    parameters: DecisionParameters = PARAMETERS,
) -> Change:
    """One metric's change over one window that ends in a week."""
    week = judged(panel, index, excused=excused, parameters=parameters)
    data = compared(panel, parameters, own or known(panel.n_engineers), week)
    return change(panel, parameters, data, week, metric, length)


def always(fall: float) -> Fall:
    return lambda _: fall


# What everybody shares

TEAM_FALLS = (0.02, 0.03, 0.04, 0.05, 0.06)  # median 0.04
MEDIAN = 0.04
assert len(TEAM_FALLS) == TEAM


def settling_dip(metric: Metric) -> float:
    """Many times what is taken off later."""
    return min(3 * CAP[metric], 0.7)


@every_metric
@pytest.mark.parametrize("since", [3, SETTLING + 2])
def test_what_the_team_shares_is_taken_off_in_full_while_a_window_reaches_into_settling_in(
    metric: Metric, since: int
) -> None:
    """Windows of 4 weeks that begin in the first week of 4x10, and in the last one of settling in."""
    dip = settling_dip(metric)
    panel = panel_of(metric, [always(dip + fall) for fall in TEAM_FALLS])
    found = compare(panel, metric, SWITCH + since, 4)
    assert found.start.tolist() == [[SWITCH + since - 3]] * TEAM
    assert found.start[0, 0] < SWITCH + SETTLING
    assert found.shared[:, 0] == pytest.approx([dip + MEDIAN] * TEAM)
    assert found.size[:, 0] == pytest.approx(np.array(TEAM_FALLS) - MEDIAN)


@every_metric
def test_later_only_so_much_of_it_is_taken_off(metric: Metric) -> None:
    dip = settling_dip(metric)
    panel = panel_of(metric, [always(dip + fall) for fall in TEAM_FALLS])
    found = compare(panel, metric, SWITCH + SETTLING + 3, 4)
    assert found.start[0, 0] == SWITCH + SETTLING
    assert found.shared[:, 0] == pytest.approx([CAP[metric]] * TEAM)
    assert found.size[:, 0] == pytest.approx(dip + np.array(TEAM_FALLS) - CAP[metric])


@every_metric
@pytest.mark.parametrize("beyond", [-STEP, 0.0, STEP])
def test_a_small_shared_dip_is_taken_off_up_to_the_cap(metric: Metric, beyond: float) -> None:
    dip = CAP[metric] + beyond
    panel = panel_of(metric, [always(dip)] * TEAM)
    found = compare(panel, metric, WEEKS - 1, 4)
    assert found.shared[0, 0] == pytest.approx(min(dip, CAP[metric]), abs=1e-9)
    assert found.size[0, 0] == pytest.approx(max(beyond, 0.0), abs=1e-9)


@every_metric
@pytest.mark.parametrize("index", [SWITCH + 3, WEEKS - 1])
def test_a_shared_gain_is_not_taken_off(metric: Metric, index: int) -> None:
    panel = panel_of(metric, [always(-0.1)] * (TEAM - 1) + [always(0.1)])
    found = compare(panel, metric, index, 4)
    assert found.shared[:, 0].tolist() == [0.0] * TEAM
    assert found.size[:, 0] == pytest.approx([-0.1] * (TEAM - 1) + [0.1])


def test_each_window_has_its_own_shared_dip() -> None:
    """A dip of everybody's last 4 weeks is twice as large over these as over 8 weeks."""
    panel = panel_of("billable", [lambda index: 0.01 * (index >= WEEKS - 4)] * TEAM)
    assert [compare(panel, "billable", WEEKS - 1, length).shared[0, 0] for length in (4, 8)] == [
        pytest.approx(0.01),
        pytest.approx(0.005),
    ]


@pytest.mark.parametrize(
    ("since", "is_compared"), [(SETTLED - 1, False), (SETTLED, True), (SETTLING - 1, True), (SETTLING, True)]
)
def test_a_team_is_compared_from_its_third_week_on(since: int, is_compared: bool) -> None:
    panel = panel_of("billable", [always(0.1)] * TEAM)
    week = judged(panel, SWITCH + since)
    assert week.is_compared[:, 0].tolist() == [is_compared] * TEAM
    assert compare(panel, "billable", SWITCH + since, 3).is_enough[:, 0].tolist() == [is_compared] * TEAM
    if is_compared:
        assert week.compared_from[0, 0] == SWITCH


@pytest.mark.parametrize(
    ("since", "is_compared"), [(SETTLED, False), (SETTLING - 1, False), (SETTLING, True), (SETTLING + 2, True)]
)
def test_a_team_too_small_is_compared_after_settling_in(since: int, is_compared: bool) -> None:
    panel = panel_of("billable", [always(0.1)] * (TEAM - 1))
    week = judged(panel, SWITCH + since)
    assert week.is_compared[:, 0].tolist() == [is_compared] * (TEAM - 1)
    assert (week.group == -1).all()
    found = compare(panel, "billable", SWITCH + since, 3)
    # Windows hold no week of settling in, so that three weeks of their own must have passed.
    assert found.is_enough[0, 0] == (since >= SETTLING + 2)
    if found.is_enough[0, 0]:
        assert (found.start[0, 0], found.n[0, 0]) == (SWITCH + SETTLING, 3)
        assert (found.size[0, 0], found.shared[0, 0]) == (pytest.approx(0.1), 0.0)


def test_of_a_team_too_small_nothing_is_taken_off_later_either() -> None:
    for n, shared in ((TEAM - 1, 0.0), (TEAM, 0.01)):
        panel = panel_of("billable", [always(0.01)] * n)
        assert compare(panel, "billable", WEEKS - 1, 4).shared[:, 0].tolist() == pytest.approx([shared] * n)


@pytest.mark.parametrize("entries", [0, PARAMETERS.vibes.min_entries - 1])
def test_those_with_too_little_data_in_a_metric_do_not_make_up_the_number(entries: int) -> None:
    known_vibes = [{}] * (TEAM - 1) + [{index: {"vibes": np.nan} for index in range(WEEKS - entries)}]
    for extra, shared in (([], 0.0), ([{}], 0.1)):
        told = [{index: {"vibes": 3.9} for index in range(WEEKS)} | changes for changes in [*known_vibes, *extra]]
        panel = panel_of("billable", [always(0.0)] * len(told), changes=told)
        found = compare(panel, "vibes", WEEKS - 1, 4)
        assert found.shared[0, 0] == pytest.approx(shared)
        assert found.is_enough[:, 0].tolist() == [True] * (TEAM - 1) + [False] + [True] * len(extra)
        assert np.isnan(found.shared[TEAM - 1, 0])


def test_teams_do_not_mix() -> None:
    falls = [always(0.01)] * TEAM + [always(-0.05)] * TEAM + [always(0.03)]
    panel = panel_of("billable", falls, team_id=["one"] * TEAM + ["other"] * TEAM + ["third"])
    found = compare(panel, "billable", WEEKS - 1, 4)
    assert found.shared[:, 0].tolist() == pytest.approx([0.01] * TEAM + [0.0] * TEAM + [0.0])


@pytest.mark.parametrize(("n_early", "n_late"), [(TEAM, TEAM), (TEAM + 3, TEAM), (TEAM, TEAM - 1), (TEAM - 1, TEAM)])
def test_those_who_switched_long_ago_do_not_mix_with_those_who_have_just_switched(n_early: int, n_late: int) -> None:
    """One team, two switches: the later ones dip while they settle in, the earlier ones do not any more."""
    late = SWITCH + SETTLING + max(RULES.windows_weeks)
    falls = [always(0.01)] * n_early + [lambda index: 0.2 * (index >= late)] * n_late
    panel = panel_of("billable", falls, n_before=[BEFORE] * n_early + [late] * n_late)
    found = compare(panel, "billable", late + SETTLED, 3)
    assert found.shared[:n_early, 0].tolist() == pytest.approx([0.01 if n_early >= TEAM else 0.0] * n_early)
    if n_late >= TEAM:
        assert found.shared[n_early:, 0].tolist() == pytest.approx([0.2] * n_late)
        assert found.size[n_early:, 0].tolist() == pytest.approx([0.0] * n_late)
    else:
        assert not found.is_enough[n_early:].any()


def test_those_who_switched_some_weeks_apart_do_not_share_their_settling_in() -> None:
    """One team, all close to their switch: too few dip now, and the others' dip is over."""
    late = SWITCH + 6
    falls = [always(0.0)] * TEAM + [lambda index: 0.2 * (index >= late)] * (TEAM - 2)
    panel = panel_of("billable", falls, n_before=[BEFORE] * TEAM + [late] * (TEAM - 2))
    week = judged(panel, late + SETTLED)
    assert week.is_fresh.all()
    assert week.is_compared[:, 0].tolist() == [True] * TEAM + [False] * (TEAM - 2)
    panel = panel_of("billable", [*falls, *falls[-2:]], n_before=[BEFORE] * TEAM + [late] * TEAM)
    found = compare(panel, "billable", late + SETTLED, 3)
    assert found.shared[:, 0].tolist() == pytest.approx([0.0] * TEAM + [0.2] * TEAM)


def test_a_metric_of_which_too_few_have_data_waits_until_its_windows_have_left_settling_in() -> None:
    told: list[dict[int, Any]] = [{index: {"vibes": 3.0} for index in range(WEEKS)}] * (TEAM - 1)
    told.append({index: {"vibes": np.nan} for index in range(WEEKS)})
    panel = panel_of("billable", [always(0.0)] * TEAM, changes=told)
    for since, is_enough in ((SETTLING + 1, False), (SETTLING + 2, True)):
        found = compare(panel, "vibes", SWITCH + since, 3)
        assert found.is_enough[:, 0].tolist() == [is_enough] * (TEAM - 1) + [False]


@pytest.mark.parametrize("since", [SETTLING + max(RULES.windows_weeks) - 2, SETTLING + max(RULES.windows_weeks) - 1])
def test_a_cohort_is_fresh_as_long_as_its_longest_window_reaches_into_settling_in(since: int) -> None:
    panel = panel_of("billable", [always(0.0)] * TEAM)
    week = judged(panel, SWITCH + since)
    longest = compare(panel, "billable", SWITCH + since, max(RULES.windows_weeks))
    assert week.is_fresh[0, 0] == (longest.start[0, 0] < SWITCH + SETTLING)
    assert week.is_fresh[0, 0] == (since == SETTLING + max(RULES.windows_weeks) - 2)


def test_who_is_not_on_4x10_shares_nothing() -> None:
    back = {index: {"schedule": "5x8"} for index in range(SWITCH + 8, WEEKS)}
    panel = panel_of("billable", [always(0.01)] * TEAM, changes=[{}] * (TEAM - 1) + [back])
    found = compare(panel, "billable", WEEKS - 1, 4)
    assert found.shared[:, 0].tolist() == [0.0] * TEAM
    panel = panel_of("billable", [always(0.01)] * (TEAM + 1), changes=[{}] * TEAM + [back])
    found = compare(panel, "billable", WEEKS - 1, 4)
    assert found.shared[:, 0].tolist() == pytest.approx([0.01] * TEAM + [0.0])


def test_before_the_switch_nothing_is_compared() -> None:
    panel = panel_of("billable", [always(0.1)] * TEAM)
    week = judged(panel, SWITCH - 1)
    assert not week.is_compared.any()
    assert (week.group == -1).all()
    assert week.earliest[:, 0].tolist() == [0] * TEAM


# Windows


@every_metric
@pytest.mark.parametrize("length", RULES.windows_weeks)
def test_a_window_holds_its_last_weeks(metric: Metric, length: int) -> None:
    """The week before the window is wildly bad, and is not seen."""
    index = WEEKS - 1
    panel = panel_of(metric, [lambda week: 0.9 if week <= index - length else 0.02])
    found = compare(panel, metric, index, length)
    n_sprints = -(-length // 2)
    assert found.start[0, 0] == index - length + 1
    assert found.n[0, 0] == (n_sprints if metric == "velocity" else length)
    assert found.size[0, 0] == pytest.approx(0.02)
    panel = panel_of(metric, [lambda week: 0.9 if week <= index - length + 1 else 0.02])
    is_seen = metric != "velocity" or length % 2  # the sprint that ends in the first week of an odd number of weeks
    assert (compare(panel, metric, index, length).size[0, 0] > 0.021) == bool(is_seen)


@pytest.mark.parametrize(
    ("length", "away", "n"),
    [(3, 0, 3), (3, 1, 0), (4, 1, 3), (4, 2, 0), (6, 2, 4), (6, 3, 0), (8, 3, 5), (8, 4, 0), (12, 5, 7), (12, 6, 0)],
)
def test_more_than_half_of_a_windows_weeks_must_be_eligible(length: int, away: int, n: int) -> None:
    index = WEEKS - 1
    changes = {week: {"worked_hours": 0.0} for week in range(index - length + 1, index - length + 1 + away)}
    panel = panel_of("billable", [always(0.1)], changes=[changes])
    found = compare(panel, "billable", index, length)
    assert found.is_enough[0, 0] == (n > 0)
    assert found.n[0, 0] == (n or length - away)
    assert np.isnan(found.size[0, 0]) == (n == 0)
    assert np.isnan(found.shared[0, 0]) == (n == 0)


def test_the_share_and_the_least_number_of_weeks_are_configuration() -> None:
    panel = panel_of("billable", [always(0.1)], changes=[{WEEKS - 1: {"worked_hours": 0.0}}])
    for share, least, is_enough in ((0.5, 3, True), (0.74, 3, True), (0.75, 3, False), (0.0, 3, True), (0.0, 4, False)):
        rules = replace(PARAMETERS, comparison=ComparisonRules(min_eligible_share=share, min_weeks=least))
        assert compare(panel, "billable", WEEKS - 1, 4, parameters=rules).is_enough[0, 0] == is_enough


@every_metric
def test_the_other_metrics_need_a_number_of_items(metric: Metric) -> None:
    least = {
        "billable": RULES.min_weeks,
        "velocity": PARAMETERS.velocity.min_sprints,
        "response": PARAMETERS.response.min_incidents,
        "vibes": PARAMETERS.vibes.min_entries,
    }[metric]
    panel = panel_of(metric, [always(0.1)])
    per_item = 2 if metric == "velocity" else 1
    for n in (least, least - 1):
        found = compare(panel, metric, WEEKS - 1, n * per_item)
        assert (found.n[0, 0], found.is_enough[0, 0]) == (n, n == least)


def test_a_window_begins_at_the_switch() -> None:
    panel = panel_of("billable", [lambda week: 0.5 if week < SWITCH else 0.1] * TEAM)
    for since in (3, 10):
        found = compare(panel, "billable", SWITCH + since, 12)
        assert found.start[0, 0] == SWITCH
        assert found.n[0, 0] == since + 1
        assert found.is_enough[0, 0] == (since == 10)
    assert found.size[0, 0] + found.shared[0, 0] == pytest.approx(0.1)


# What an item counts for


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("hours", [40.0, 10.0])
def test_a_week_of_billable_is_clipped_on_either_side_by_its_hours(sign: int, hours: float) -> None:
    """A short week scatters more, and so may count for more."""
    index, sd = WEEKS - 1, 0.05
    limit = RULES.clip_billable_sds * sd * np.sqrt(40 / hours)
    for fall, counted in ((limit - 0.001, limit - 0.001), (limit, limit), (limit + 0.05, limit)):
        panel = panel_of("billable", [lambda week, fall=fall: sign * fall if week == index else 0.0], hours=[hours])
        found = compare(panel, "billable", index, 4, own=known(1, sd=sd))
        assert found.size[0, 0] == pytest.approx(sign * counted / 4)


@pytest.mark.parametrize(
    ("metric", "least"),
    [
        ("billable", 2 * PARAMETERS.billable.soft_points / 100),
        ("response", 2 * np.log(PARAMETERS.response.soft_factor)),
    ],
)
@pytest.mark.parametrize("sign", [1, -1])
def test_nothing_is_clipped_below_twice_the_size_that_is_asked_for(metric: Metric, least: float, sign: int) -> None:
    """However steady an engineer is."""
    for fall, counted in ((least - 0.001, least - 0.001), (least, least), (least + 0.1, least)):
        panel = panel_of(metric, [lambda week, fall=fall: sign * fall if week == WEEKS - 1 else 0.0])
        found = compare(panel, metric, WEEKS - 1, 4, own=known(1, sd=0.001))
        assert found.size[0, 0] == pytest.approx(sign * counted / 4)


def test_weeks_of_billable_count_by_their_hours() -> None:
    index = WEEKS - 1
    half = {index: {"contract_hours": 20.0, "worked_hours": 20.0}}
    panel = panel_of("billable", [lambda week: 0.1 * (week == index)], changes=[half])
    found = compare(panel, "billable", index, 4)
    assert found.size[0, 0] == pytest.approx(0.1 * 20 / 140)
    assert found.error[0, 0] == pytest.approx(0.5 / np.sqrt(3.5))


def test_vibes_and_sprints_are_not_clipped() -> None:
    for metric in ("velocity", "vibes"):
        panel = panel_of(metric, [lambda week: 0.9 if week == WEEKS - 1 else 0.0])
        assert compare(panel, metric, WEEKS - 1, 8, own=known(1, sd=0.01)).size[0, 0] > 0.11


def test_sprints_count_by_their_hours_and_their_error_by_nominal_sprints() -> None:
    """Two sprints: a usual one, and one of half the hours with the same number of points."""
    last = WEEKS - 1
    half = {index: {"contract_hours": 20.0, "worked_hours": 20.0} for index in (last - 1, last)}
    panel = panel_of("velocity", [always(0.2)], changes=[half])
    found = compare(panel, "velocity", last, 4)
    assert found.size[0, 0] == pytest.approx(1 - 16 / 3 / 5)  # 16 points in 3 times 40 hours
    assert found.error[0, 0] == pytest.approx(0.5 / np.sqrt(1.5))
    assert found.n[0, 0] == 2


def test_the_error_of_sprints_is_that_of_half_a_nominal_one_at_most() -> None:
    least = PARAMETERS.baseline.min_sprint_hours_ratio
    short = {index: {"contract_hours": 4.0, "worked_hours": 4.0} for index in range(WEEKS)}
    panel = panel_of("velocity", [always(0.0)], changes=[short])
    assert compare(panel, "velocity", WEEKS - 1, 4).error[0, 0] == pytest.approx(0.5 / np.sqrt(least))
    rules = replace(PARAMETERS, baseline=BaselineRules(min_sprint_hours_ratio=0.01))
    assert compare(panel, "velocity", WEEKS - 1, 4, parameters=rules).error[0, 0] == pytest.approx(0.5 / np.sqrt(0.2))


@every_metric
def test_the_error_holds_the_windows_scatter_and_the_baselines_uncertainty(metric: Metric) -> None:
    panel = panel_of(metric, [always(0.3)])
    certain, uncertain = (
        compare(panel, metric, WEEKS - 1, 8, own=known(1, sd=0.3, variance=variance)) for variance in (0.0, 0.04)
    )
    n = 4 if metric == "velocity" else 8
    assert certain.error[0, 0] == pytest.approx(0.3 / np.sqrt(n))
    assert uncertain.error[0, 0] == pytest.approx(np.sqrt(0.3**2 / n + 0.04))
    assert uncertain.z[0, 0] == pytest.approx(0.3 / uncertain.error[0, 0])


@every_metric
def test_without_a_baseline_there_is_no_change(metric: Metric) -> None:
    found = compare(panel_of(metric, [always(0.3)]), metric, WEEKS - 1, 4, own=normals())
    assert not found.is_enough[0, 0]
    assert np.isnan([found.size, found.shared, found.error, found.z]).all()


def test_vibes_of_an_unreadable_file_are_no_entries() -> None:
    changes = {index: {"vibes": 1.0, "is_vibes_known": False} for index in (WEEKS - 2, WEEKS - 4)}
    panel = panel_of("billable", [always(0.0)], changes=[changes])
    found = compare(panel, "vibes", WEEKS - 1, 6)
    assert (found.n[0, 0], found.size[0, 0]) == (4, pytest.approx(0.0))


# Excused weeks


@every_metric
def test_an_excused_week_counts_for_nothing_but_its_vibes_do(metric: Metric) -> None:
    index, bad = WEEKS - 1, WEEKS - 3
    # Without it 3 of the 4 weeks, and one of the two sprints, are as usual.
    panel = panel_of(metric, [lambda week: 0.4 * (week in (bad, bad + bad % 2 - 1))])
    with_it, without = (compare(panel, metric, index, 6, excused=excused) for excused in ((), (bad,)))
    assert with_it.size[0, 0] > 0.05
    if metric == "vibes":
        assert without.size[0, 0] == with_it.size[0, 0]
    else:
        assert without.n[0, 0] == with_it.n[0, 0] - 1
        assert without.size[0, 0] == pytest.approx(0.0 if metric != "velocity" else without.size[0, 0])


def test_a_sprint_is_left_out_if_any_of_its_weeks_is_excused() -> None:
    panel = panel_of("velocity", [always(0.0)])
    first, last = panel.sprints.first_week[0], panel.sprints.last_week[0]
    assert (first[5], last[5]) == (10, 11)
    for week, left_out in ((9, 4), (10, 5), (11, 5), (12, 6)):
        is_excused = np.zeros((1, WEEKS), dtype=bool)
        is_excused[0, week] = True
        assert np.flatnonzero(holds_excused(panel, is_excused)[0]).tolist() == [left_out]


# Without the worst item


def items(change_: Sequence[float], weight: Sequence[float], worst: Sequence[float], own: Sequence[float]) -> Items:
    change_, weight, worst, own = (np.array([values], dtype=float) for values in (change_, weight, worst, own))
    return Items(change_, weight, weight, weight, worst, own)


def left(found: Items, last: int, start: int) -> float:
    return float(found.without_worst(np.array([0]), np.array([last]), np.array([start]))[0])


def test_the_item_is_left_out_that_pulls_most_by_its_weight() -> None:
    falls, weights = [9.0, 0.4, 0.3, 0.1], [1.0, 1.0, 4.0, 1.0]
    found = items(falls, weights, falls, weights)
    assert left(found, 3, 1) == pytest.approx((0.4 + 0.1) / 2)  # not 0.4: 0.3 weighs four times as much
    assert left(found, 3, 0) == pytest.approx((0.4 + 1.2 + 0.1) / 6)
    assert left(found, 1, 0) == pytest.approx(0.4)


def test_of_one_item_nothing_is_left() -> None:
    found = items([9.0, 0.4], [1.0, 1.0], [9.0, 0.4], [1.0, 1.0])
    assert np.isnan(left(found, 1, 1))
    assert np.isnan(left(items([0.0], [0.0], [0.0], [0.0]), 0, 0))


def test_of_a_week_with_several_items_only_its_worst_is_left_out() -> None:
    """The first week holds calls of 3, 0 and 0, the second one of 2."""
    found = items([1.0, 2.0], [3.0, 1.0], [3.0, 2.0], [1.0, 1.0])
    assert left(found, 1, 0) == pytest.approx(2 / 3)


def test_windows_without_cells_are_no_windows() -> None:
    nobody = np.zeros(0, dtype=np.int64)
    assert items([1.0], [1.0], [1.0], [1.0]).without_worst(nobody, nobody, nobody).shape == (0,)


# Which window speaks


def heard(size: float, error: float, *, start: int = 0, is_enough: bool = True) -> Change:
    grid = np.ones((1, 1))
    whole = np.ones((1, 1), dtype=np.int64)
    return Change(size * grid, 0.0 * grid, error * grid, whole, start * whole, np.array([[is_enough]]))


def spoken(*windows: tuple[Change, bool], hard: int | None = None) -> int:
    """The window that speaks, by its start; `hard` is the start of the one that is hard."""
    found = Spoken.nothing((1, 1))
    for window, fires in windows:
        found = found.or_louder(window, np.array([[fires]]), window.start == hard)
    return int(found.change.start[0, 0])


def test_a_window_that_fires_outdoes_one_that_does_not_then_the_stronger() -> None:
    quiet, strong, weak = heard(9, 1, start=1), heard(6, 2, start=2), heard(5, 2, start=3)
    assert spoken((quiet, False), (strong, True), (weak, True)) == 2
    assert spoken((weak, True), (strong, True), (quiet, False)) == 2
    assert spoken((weak, True), (quiet, False)) == 3


def test_a_hard_window_is_told_rather_than_a_stronger_soft_one() -> None:
    strong, weak = heard(6, 2, start=2), heard(5, 2, start=3)
    assert spoken((strong, True), (weak, True), hard=3) == spoken((weak, True), (strong, True), hard=3) == 3


def test_of_two_that_do_not_fire_the_one_that_sees_the_smaller_fall_is_shown() -> None:
    sharp, blunt = heard(0.1, 1, start=1), heard(3.0, 2, start=2)
    assert spoken((sharp, False), (blunt, False)) == spoken((blunt, False), (sharp, False)) == 1
    nothing = heard(np.nan, np.nan, start=3, is_enough=False)
    assert spoken((blunt, False), (nothing, False)) == spoken((nothing, False), (blunt, False)) == 2


def test_where_no_window_has_enough_nothing_is_said() -> None:
    nothing = heard(np.nan, np.nan, start=3, is_enough=False)
    found = Spoken.nothing((1, 1)).or_louder(nothing, np.array([[False]]), np.array([[False]]))
    assert not found.change.is_enough[0, 0]
    assert np.isnan(found.change.z[0, 0])


def test_weeks_are_compared_the_same_alone_and_with_others() -> None:
    panel = panel_of("billable", [lambda week: 0.01 * (week % 5)] * TEAM + [always(0.1)])
    nobody = np.zeros((TEAM + 1, WEEKS), dtype=bool)
    weeks = [SWITCH + 2, SWITCH + 7, WEEKS - 1]
    together = weeks_to_judge(panel, PARAMETERS, np.array(weeks), nobody)
    data = compared(panel, PARAMETERS, known(TEAM + 1), together)
    for metric in METRICS:
        found = change(panel, PARAMETERS, data, together, metric, 4)
        for column, week in enumerate(weeks):
            expected = compare(panel, metric, week, 4)
            for name in ("size", "shared", "error", "n", "start"):
                np.testing.assert_allclose(getattr(found, name)[:, column], getattr(expected, name)[:, 0])
