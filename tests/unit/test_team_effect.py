"""The change since the switch at the reviews: which weeks and engineers it rests on, what is stored, what is said."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.builders.decisions import engineer_history, incidents, readings, week
from transforms.panel import Panel, build_panel
from transforms.parameters import DecisionParameters
from transforms.team_effect import team_effects

RULES = DecisionParameters()
N_BEFORE = 20


def history(
    number: int, *, n_during: int = 12, drop: float = 0.0, points_share: float = 1.0, **given: Any
) -> pd.DataFrame:
    """One of a team: about 82 % before, `drop` points less after settling in; 10 points a sprint."""
    n_before = given.pop("n_before", N_BEFORE)

    def billable_pct(index: int) -> float:
        noise = (-3.0, 2.0, 0.0, 3.0, -2.0, 1.0, -1.0)[(index * (number + 1) + number) % 7]
        return 82 + noise - (drop if index >= n_before + 4 else 0)

    def points(index: int) -> float:
        scatter = 1 + 0.1 * ((index // 2 + number) % 3 - 1)
        return 10 * (index % 2) * scatter * (points_share if index >= n_before + 4 else 1)

    return engineer_history(
        f"e{number:02d}", n_before=n_before, n_during=n_during, billable_pct=billable_pct, points=points, **given
    )


def team(n: int = 6, **given: Any) -> Panel:
    return panel_of(*(history(number, **given) for number in range(n)))


def panel_of(*histories: pd.DataFrame, calls: pd.DataFrame | None = None) -> Panel:
    return build_panel(readings(*histories), incidents() if calls is None else calls, RULES)


def metric(table: pd.DataFrame, name: str, index: int | None = None) -> dict[str, Any]:
    """The row of a metric at the last review, or at that of week `index`."""
    when = table["week_start"].max() if index is None else week(index)
    (row,) = table[(table["metric"] == name) & (table["week_start"] == when)].to_dict("records")
    return row


def test_reviews_come_every_four_weeks_and_first_with_the_twelfth_week() -> None:
    table = team_effects(team(n_during=21), RULES)
    assert table["week_start"].unique().tolist() == [week(N_BEFORE + 11), week(N_BEFORE + 15), week(N_BEFORE + 19)]
    assert table["metric"].tolist() == 3 * ["billable", "velocity", "response", "vibes", "policy"]
    assert table["review_number"].unique().tolist() == [1, 2, 3]


def test_before_the_twelfth_week_there_is_no_review() -> None:
    assert team_effects(team(n_during=11), RULES).empty


def test_only_the_weeks_asked_for_are_reviewed() -> None:
    panel = team(n_during=20)
    weeks = pd.DatetimeIndex([week(N_BEFORE + 14), week(N_BEFORE + 15)])
    assert team_effects(panel, RULES, weeks=weeks)["week_start"].unique().tolist() == [week(N_BEFORE + 15)]
    assert team_effects(panel, RULES, weeks=pd.DatetimeIndex([week(N_BEFORE + 14)])).empty


def test_a_review_does_not_look_beyond_its_week() -> None:
    early, late = team(n_during=12), team(n_during=19)
    pd.testing.assert_frame_equal(
        team_effects(early, RULES), team_effects(late, RULES, weeks=early.week_starts).reset_index(drop=True)
    )


def test_the_effect_is_the_mean_change_of_the_engineers_ratio_of_sums() -> None:
    panel = team(drop=5)
    row = metric(team_effects(panel, RULES), "billable")
    hours, billable = panel.billable_denominator_hours, panel.billable_hours
    before, during = slice(0, N_BEFORE), slice(N_BEFORE + 4, N_BEFORE + 12)
    change = 100 * (
        billable[:, during].sum(axis=1) / hours[:, during].sum(axis=1)
        - billable[:, before].sum(axis=1) / hours[:, before].sum(axis=1)
    )
    assert row["effect"] == pytest.approx(change.mean())
    assert row["effect"] == pytest.approx(row["during"] - row["before"])
    assert row["ci_low"] < row["effect"] < row["ci_high"]
    assert row["n_engineers"] == 6


def test_the_weeks_of_settling_in_are_left_out() -> None:
    def with_dip(number: int) -> pd.DataFrame:
        dip = {index: {"billable_pct": 20.0} for index in range(N_BEFORE, N_BEFORE + 4)}
        return history(number, changes=dip)

    dipped = team_effects(panel_of(*(with_dip(number) for number in range(6))), RULES)
    assert metric(dipped, "billable")["effect"] == metric(team_effects(team(), RULES), "billable")["effect"]


def test_the_first_week_after_settling_in_counts() -> None:
    bad = {N_BEFORE + 4: {"billable_pct": 20.0}}
    dipped = team_effects(panel_of(*(history(number, changes=bad) for number in range(6))), RULES)
    assert metric(dipped, "billable")["effect"] < metric(team_effects(team(), RULES), "billable")["effect"] - 5


def test_weeks_that_are_not_eligible_are_skipped() -> None:
    away = {N_BEFORE + 6: {"worked_hours": 4.0, "leave_hours": 36.0, "billable_hours": 0.0}}
    panel = panel_of(*(history(number, changes=away) for number in range(6)))
    assert abs(metric(team_effects(panel, RULES), "billable")["effect"]) < 1


@pytest.mark.parametrize(("engineers", "verdict"), [(4, "insufficient"), (5, "keep")])
def test_a_verdict_needs_five_engineers(engineers: int, verdict: str) -> None:
    row = metric(team_effects(team(engineers), RULES), "billable")
    assert (row["n_engineers"], row["verdict"]) == (engineers, verdict)
    assert np.isnan(row["effect"]) == (verdict == "insufficient")


def test_engineers_need_six_weeks_on_both_sides() -> None:
    others = [history(number) for number in range(5)]
    late = history(5, joined=N_BEFORE - 11)  # the first six of a new hire do not count: five are left
    assert metric(team_effects(panel_of(*others, late), RULES), "billable")["n_engineers"] == 5
    enough = history(5, joined=N_BEFORE - 12)
    assert metric(team_effects(panel_of(*others, enough), RULES), "billable")["n_engineers"] == 6


def test_who_went_back_to_5x8_counts_with_the_weeks_on_4x10() -> None:
    back = {index: {"schedule": "5x8", "billable_pct": 99.0} for index in range(N_BEFORE + 10, N_BEFORE + 12)}
    panel = panel_of(*(history(number, drop=6, changes=back if number == 0 else None) for number in range(6)))
    row = metric(team_effects(panel, RULES), "billable")
    assert row["n_engineers"] == 6
    assert row["effect"] < -5


def test_velocity_is_the_change_of_the_log_rate() -> None:
    row = metric(team_effects(team(points_share=0.8), RULES), "velocity")
    assert row["effect"] == pytest.approx(np.log(0.8), abs=0.03)
    assert row["during"] / row["before"] == pytest.approx(np.exp(row["effect"]))
    assert row["before"] == pytest.approx(10 / 2, rel=0.02)  # 10 points in two weeks of 40 hours


def test_a_sprint_that_reaches_into_settling_in_is_not_compared() -> None:
    # Sprints of two weeks that end with an even week: one starts in week 3 of 4x10 and ends in week 5.
    def shifted(index: int) -> dict[str, Any]:
        is_bad = N_BEFORE <= index <= N_BEFORE + 4
        return {
            "sprint_id": float((index + 1) // 2),
            "is_sprint_end": index % 2 == 0,
            "points_completed": 0.0 if is_bad else 5.0,
        }

    changes = {index: shifted(index) for index in range(N_BEFORE + 12)}
    panel = panel_of(*(history(number, changes=changes) for number in range(6)))
    assert metric(team_effects(panel, RULES), "velocity")["effect"] == pytest.approx(0)


def test_a_side_without_any_points_has_no_velocity() -> None:
    others = [history(number) for number in range(5)]
    panel = panel_of(*others, history(5, points_share=0))
    assert metric(team_effects(panel, RULES), "velocity")["n_engineers"] == 5


def calls(slower: float, *, resolves: bool = True) -> pd.DataFrame:
    """Two calls in every third week, slower by a factor after settling in."""
    return incidents(
        [
            (f"e{number:02d}", index, seconds * factor, 10 * seconds * factor if resolves else np.nan)
            for number in range(6)
            for index in range(number % 3, N_BEFORE + 12, 3)
            for factor in [slower if index >= N_BEFORE + 4 else 1.0]
            for seconds in (200.0 + 10 * index, 500.0)
        ]
    )


def test_response_is_the_change_of_the_mean_log_time() -> None:
    panels = {slower: panel_of(*map(history, range(6)), calls=calls(slower)) for slower in (1.0, 1.5)}
    rows = {slower: metric(team_effects(panel, RULES), "response") for slower, panel in panels.items()}
    assert rows[1.5]["effect"] - rows[1.0]["effect"] == pytest.approx(np.log(1.5))
    assert rows[1.5]["during"] / rows[1.5]["before"] == pytest.approx(np.exp(rows[1.5]["effect"]))


def test_a_part_that_went_missing_during_4x10_is_no_change() -> None:
    both = calls(1.0)
    is_late = both["week_start"] >= week(N_BEFORE)
    one_part = both.assign(resolve_seconds=both["resolve_seconds"].mask(is_late))
    rows = [
        metric(team_effects(panel_of(*map(history, range(6)), calls=c), RULES), "response") for c in (both, one_part)
    ]
    assert rows[1]["effect"] == pytest.approx(rows[0]["effect"], abs=0.1)


def test_without_calls_response_is_insufficient_and_the_policy_can_still_be_kept() -> None:
    table = team_effects(team(), RULES)
    assert metric(table, "response")["verdict"] == "insufficient"
    assert "0 engineers have enough incidents" in metric(table, "response")["reason"]
    assert metric(table, "policy")["verdict"] == "keep"


def test_vibes_are_compared_as_they_are() -> None:
    low = {index: {"vibes": 3.0} for index in range(N_BEFORE + 4, N_BEFORE + 12)}
    some = {index: {"vibes": 5.0} for index in range(0, N_BEFORE, 4)}
    panel = panel_of(*(history(number, changes=low | some) for number in range(6)))
    assert metric(team_effects(panel, RULES), "vibes")["effect"] == pytest.approx(3 - 4.25)


def year(change: Callable[[pd.Timestamp], float]) -> Panel:
    """A whole year before and 12 weeks during, with a share that depends on the date."""

    def one(number: int) -> pd.DataFrame:
        shares = {index: {"billable_pct": 82 + change(week(index)) + (number + index) % 3} for index in range(64)}
        return history(number, n_before=52, changes=shares)

    return panel_of(*(one(number) for number in range(6)))


def test_the_same_months_are_compared_where_the_baseline_covers_them() -> None:
    # A winter dip of 10 points that came both years is no change; without matching it would be one of about -8.
    panel = year(lambda monday: -10 if monday.month in (1, 2, 3) else 0)
    row = metric(team_effects(panel, RULES), "billable")
    assert row["is_season_matched"]
    assert abs(row["effect"]) < 1
    assert "same months" in row["reason"]


def test_where_it_does_not_cover_them_season_is_said_to_be_inseparable() -> None:
    row = metric(team_effects(team(), RULES), "billable")
    assert not row["is_season_matched"]
    assert "season cannot be separated" in row["reason"]


def test_harm_becomes_return_at_the_second_review_running() -> None:
    table = team_effects(team(n_during=16, drop=8), RULES)
    first, second = (metric(table, "billable", N_BEFORE + index) for index in (11, 15))
    assert (first["verdict"], first["is_beyond_margin"]) == ("watch", True)
    assert "not yet at 2 reviews running" in first["reason"]
    assert (second["verdict"], second["is_beyond_margin"]) == ("return", True)
    assert metric(table, "policy", N_BEFORE + 15)["verdict"] == "return"


def test_the_state_of_the_last_review_comes_from_what_was_published() -> None:
    panel, newest = team(n_during=16, drop=8), pd.DatetimeIndex([week(N_BEFORE + 15)])
    before = team_effects(panel, RULES, weeks=pd.DatetimeIndex([week(N_BEFORE + 11)]))
    restated = before.assign(is_beyond_margin=False)
    assert metric(team_effects(panel, RULES, before, newest), "billable")["verdict"] == "return"
    assert metric(team_effects(panel, RULES, restated, newest), "billable")["verdict"] == "watch"


def test_a_published_review_is_returned_as_it_stands() -> None:
    panel = team(n_during=16)
    published = team_effects(panel, RULES).assign(reason="as it was said")
    pd.testing.assert_frame_equal(team_effects(panel, RULES, published), published)


def test_reviews_one_by_one_are_the_reviews_of_the_whole() -> None:
    panel = team(n_during=20, drop=4)
    whole = team_effects(panel, RULES)
    published = whole.iloc[:0]
    for monday in whole["week_start"].unique():
        new = team_effects(panel, RULES, published, pd.DatetimeIndex([monday]))
        published = pd.concat([published, new], ignore_index=True) if len(published) else new
    pd.testing.assert_frame_equal(published, whole)


def test_who_stayed_on_5x8_is_compared_with() -> None:
    stayed = [history(10 + number, n_before=N_BEFORE + 12, n_during=0) for number in range(5)]
    switched = [history(number, drop=6) for number in range(6)]
    reason = metric(team_effects(panel_of(*switched, *stayed), RULES), "billable")["reason"]
    assert "Against the 5 on 5x8 over the same weeks: -6" in reason
    alone = metric(team_effects(panel_of(*switched, *stayed[:4]), RULES), "billable")["reason"]
    assert "Against" not in alone


def test_weeks_on_5x8_before_an_own_later_switch_compare_nobody_else() -> None:
    """Five follow six weeks later and go back after three more weeks: only what comes then is "on 5x8"."""
    back = {index: {"schedule": "5x8"} for index in range(N_BEFORE + 9, N_BEFORE + 24)}
    found = []
    for share in (82.0, 40.0):
        between = {index: {"billable_pct": share} for index in range(N_BEFORE + 4, N_BEFORE + 6)}
        went_back = [
            history(10 + number, n_before=N_BEFORE + 6, n_during=18, changes=back | between) for number in range(5)
        ]
        table = team_effects(panel_of(*(history(number, n_during=24) for number in range(6)), *went_back), RULES)
        found.append(metric(table, "billable"))
    assert [row["n_others"] for row in found] == [5, 5]
    assert found[0]["against_others"] == pytest.approx(found[1]["against_others"])


def test_who_has_not_switched_yet_is_no_engineer_of_the_comparison() -> None:
    stayed = [history(10 + number, n_before=N_BEFORE + 12, n_during=0) for number in range(5)]
    row = metric(team_effects(panel_of(*(history(number) for number in range(5)), *stayed), RULES), "billable")
    assert row["n_engineers"] == 5
    assert not row["is_season_matched"]


def test_sentences_speak_of_the_change_since_the_switch_and_of_no_cause() -> None:
    table = team_effects(team(n_during=16, drop=8), RULES)
    measured = table[table["effect"].notna()]
    assert measured["reason"].str.contains("change since the switch").all()
    assert measured["reason"].str.contains("A change of less than .* would not be visible yet").all()
    assert (table["would_change"] != "").all()
    assert not table["reason"].str.contains("caus|because|due to", case=False).any()
    assert not table["would_change"].str.contains("nan").any()


def test_nobody_on_4x10_means_no_review() -> None:
    assert team_effects(team(n_during=0), RULES).empty


def test_an_empty_history_is_no_error() -> None:
    panel = build_panel(readings(history(0)).iloc[:0], incidents(), RULES)
    assert team_effects(panel, RULES).empty
