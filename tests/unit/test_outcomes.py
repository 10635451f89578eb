"""What came after a recommendation, and what regression to the mean alone would give."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from tests.builders.decisions import STEADY_PCT, engineer_history, incidents, readings, week
from transforms.outcomes import likely_range, outcomes, signal_share
from transforms.parameters import DecisionParameters
from transforms.schemas.decisions import Outcomes, Recommendations
from transforms.schemas.registry import completed, conform, empty

PARAMETERS = DecisionParameters()
REVIEW = 36  # of 4x10 from week 20: 12 eligible weeks after settling in
N_BEFORE = 20
COLLEAGUES = ("ben", "chloe", "dmitri", "emeka", "fatima")


def shares(index: int, *, before: float = 82.0, until: float = 74.0, after: float = 74.0) -> float:
    """A week's billable share about a level: own normal, up to the review, after it."""
    level = before if index < N_BEFORE else until if index <= REVIEW else after
    return level + STEADY_PCT[index % 10] - 82


def team(n_during: int = 30, *, after: float = 74.0, **more: object) -> list[pd.DataFrame]:
    """Ana, eight points down since the switch, and colleagues as they always were."""
    ana = engineer_history("ana", n_during=n_during, billable_pct=lambda index: shares(index, after=after), **more)
    rest = [
        engineer_history(name, n_during=n_during, billable_pct=lambda index, n=n: STEADY_PCT[(index + 3 * n) % 10])
        for n, name in enumerate(COLLEAGUES)
    ]
    return [ana, *rest]


def reviewed(*rows: dict[str, object], names: tuple[str, ...] = ("ana", *COLLEAGUES)) -> pd.DataFrame:
    """A review at week REVIEW: nothing found, but for what `rows` say by engineer."""
    by_name = {str(row["engineer_id"]): row for row in rows}
    usual = {
        "week_start": week(REVIEW),
        "review_number": 2,
        "recommendation": "stay",
        "is_candidate": False,
        "q_value": 1.0,
        "billable_change": 0.2,
        "velocity_change": 1.0,
        "response_change": np.nan,
        "vibes_change": 0.0,
        "reasons": "",
        "counter_evidence": "",
    }
    frame = pd.DataFrame([{"engineer_id": name, **usual, **by_name.get(name, {})} for name in names])
    return conform(completed(frame, Recommendations), Recommendations)


RETURN = {"engineer_id": "ana", "recommendation": "return", "is_candidate": True, "billable_change": -8.0}


def found(histories: list[pd.DataFrame], *rows: dict[str, object], calls: pd.DataFrame | None = None) -> pd.DataFrame:
    table = outcomes(readings(*histories), incidents() if calls is None else calls, reviewed(*rows), PARAMETERS)
    return conform(table, Outcomes)


def of(table: pd.DataFrame, metric: str = "billable", after: int = 4) -> pd.Series:
    (row,) = table[(table["metric"] == metric) & (table["after_weeks"] == after)].to_dict("records")
    return pd.Series(row)


def test_the_weeks_after_the_review_are_held_against_the_own_normal() -> None:
    row = of(found(team(after=78.0), RETURN))
    assert row["change_then"] == pytest.approx(-8.0)
    # Weeks 37 to 40 of the pattern mean 81.5 of 82, about a level of 78; the colleagues' median decline is 0.5.
    assert row["change_since"] == pytest.approx(-4.5 + 0.5, abs=0.01)
    assert (row["review_week"], row["week_start"], row["n"]) == (week(REVIEW), week(REVIEW + 4), 4)


def test_weeks_of_the_review_itself_count_for_nothing() -> None:
    low, high = (of(found(team(after=level), RETURN))["change_since"] for level in (70.0, 82.0))
    assert high - low == pytest.approx(12.0)


@pytest.mark.parametrize(("n_during", "known"), [(20, []), (21, [4]), (24, [4]), (25, [4, 8]), (30, [4, 8])])
def test_nothing_is_said_before_the_weeks_are_over(n_during: int, known: list[int]) -> None:
    assert found(team(n_during), RETURN)["after_weeks"].tolist() == known


@pytest.mark.parametrize(
    ("row", "is_told"),
    [
        (RETURN, True),
        ({**RETURN, "recommendation": "watch"}, True),
        ({**RETURN, "recommendation": "watch", "is_candidate": False}, False),
        ({**RETURN, "recommendation": "stay", "is_candidate": False}, False),
    ],
)
def test_outcomes_are_of_recommendations_that_the_evidence_asked_for(row: dict[str, object], is_told: bool) -> None:
    assert (len(found(team(), row)) > 0) == is_told


@pytest.mark.parametrize(
    ("changes", "metrics"),
    [
        ({"billable_change": -3.0}, ["billable"]),
        ({"billable_change": -2.9}, []),
        ({"billable_change": 0.0, "velocity_change": -15.0}, ["velocity"]),
        ({"billable_change": 0.0, "velocity_change": -14.9}, []),
        ({"billable_change": 0.0, "response_change": 1.3}, ["response"]),
        ({"billable_change": 0.0, "response_change": 1.29}, []),
        ({"billable_change": 0.0, "vibes_change": -0.5}, ["vibes"]),
        ({"billable_change": -4.0, "vibes_change": -0.49}, ["billable"]),
        ({"billable_change": np.nan, "vibes_change": -1.0}, ["vibes"]),
    ],
)
def test_only_metrics_that_were_down_by_a_material_size_are_followed(
    changes: dict[str, float], metrics: list[str]
) -> None:
    table = found(team(), {**RETURN, **changes})
    assert table.loc[table["after_weeks"] == 4, "metric"].tolist() == metrics


def test_half_the_weeks_are_too_few_and_more_than_half_are_enough() -> None:
    def with_leave(*weeks: int) -> pd.Series:
        return of(found(team(changes={index: {"leave_hours": 40.0, "worked_hours": 0.0} for index in weeks}), RETURN))

    assert np.isnan(with_leave(37, 38)["change_since"])
    assert not np.isnan(with_leave(37)["change_since"])


def test_whoever_left_or_has_no_readings_any_more_has_no_later_change() -> None:
    ana, *rest = team()
    row = of(found([ana[ana["week_start"] <= week(REVIEW + 1)], *rest], RETURN))
    assert np.isnan(row["change_since"])
    assert pd.isna(row["back_on_5x8_week"]), "who left did not go back to 5x8"


@pytest.mark.parametrize(("back", "told_4", "told_8"), [(38, 38, 38), (41, None, 41), (45, None, None)])
def test_a_return_to_5x8_in_between_is_told_and_its_weeks_count(
    back: int, told_4: int | None, told_8: int | None
) -> None:
    changes = {index: {"schedule": "5x8"} for index in range(back, 50)}
    table = found(team(changes=changes), RETURN)
    for after, told in ((4, told_4), (8, told_8)):
        row = of(table, after=after)
        assert row["n"] == after
        assert row["back_on_5x8_week"] is pd.NaT if told is None else row["back_on_5x8_week"] == week(told)


def test_a_dip_that_all_share_later_is_taken_off() -> None:
    def dipped(history: pd.DataFrame, points: float) -> pd.DataFrame:
        is_later = history["week_start"] > week(REVIEW)
        pct = history["billable_pct"] - points * is_later
        return history.assign(billable_pct=pct, billable_hours=pct / 100 * history["available_hours"])

    alone = of(found(team(), RETURN))["change_since"]
    ana, *rest = team()
    shared = of(found([dipped(ana, 5.0), *(dipped(one, 5.0) for one in rest)], RETURN))["change_since"]
    # The colleagues' median lay about their normal before, so a little less than the five points may be taken off.
    assert shared == pytest.approx(alone, abs=1.2)
    better = of(found([ana, *(dipped(one, -5.0) for one in rest)], RETURN))["change_since"]
    assert better == pytest.approx(alone, abs=0.5), "a gain that the others share is not held against one"


def test_with_too_few_engineers_nothing_is_expected() -> None:
    ana, *rest = team()
    names = ("ana", "ben", "chloe", "dmitri")
    table = outcomes(readings(ana, *rest[:3]), incidents(), reviewed(RETURN, names=names), PARAMETERS)
    row = of(table)
    assert row[["comes_back_share", "expected", "expected_low", "expected_high"]].isna().all()
    assert not np.isnan(row["change_since"])


def test_what_is_expected_lies_between_no_change_and_the_change_seen() -> None:
    row = of(found(team(), RETURN))
    assert row["expected"] == pytest.approx((1 - row["comes_back_share"]) * row["change_then"])
    assert row["change_then"] < row["expected"] < 0
    assert row["expected_low"] < row["expected"] < row["expected_high"]


def test_the_range_holds_the_luck_of_the_review_and_of_the_weeks_after() -> None:
    """Neighbouring weeks of the pattern are not alike, so luck is one variance over 12, 4 and 8 weeks."""
    table = found(team(), RETURN)
    four, eight = (((row["expected_high"] - row["expected_low"]) / 2) ** 2 for row in (of(table), of(table, after=8)))
    stays = 1 - of(table)["comes_back_share"]
    assert four / eight == pytest.approx((stays / 12 + 1 / 4) / (stays / 12 + 1 / 8))


def test_the_window_that_spoke_says_how_much_of_a_change_is_luck() -> None:
    """Week 36 is the thirteenth after settling in: the window of 20 holds all of them, that of 12 one fewer."""
    short, long = (
        of(outcomes(readings(*team()), incidents(), reviewed(RETURN).assign(window_size_weeks=size), PARAMETERS))
        for size in (12, 20)
    )
    assert long["comes_back_share"] < short["comes_back_share"]


def test_a_factor_is_followed_as_a_factor() -> None:
    calls = [("ana", index, 600.0, 3600.0) for index in range(N_BEFORE) for _ in range(2)]
    calls += [("ana", index, 1200.0, 7200.0) for index in range(N_BEFORE, 50) for _ in range(2)]
    calls += [(name, index, 600.0, 3600.0) for name in COLLEAGUES for index in range(50) for _ in range(2)]
    slower = {**RETURN, "billable_change": 0.0, "response_change": 2.0}
    table = reviewed(slower)
    table["response_change"] = table["response_change"].fillna(1.0)
    row = of(outcomes(readings(*team()), incidents(calls), table, PARAMETERS), "response")
    assert row["change_since"] == pytest.approx(2.0, rel=0.02)
    assert 1.0 < row["expected"] < 2.0
    assert row["expected_low"] < row["expected"] < row["expected_high"]


def test_lower_scores_are_a_change_for_the_worse() -> None:
    histories = team(changes={index: {"vibes": 3.0} for index in range(N_BEFORE, 50)})
    row = of(found(histories, {**RETURN, "billable_change": 0.0, "vibes_change": -1.0}), "vibes")
    assert row["change_since"] == pytest.approx(-1.0, abs=0.2)
    assert row["expected_low"] < row["expected"] < row["expected_high"]
    assert row["change_then"] <= row["expected"] < 0


def test_too_few_incidents_are_not_compared() -> None:
    calls = [("ana", index, 600.0, 3600.0) for index in range(N_BEFORE)]
    calls += [("ana", REVIEW + 1, 600.0, 3600.0)] * (PARAMETERS.response.min_incidents - 1)
    slower = {**RETURN, "billable_change": 0.0, "response_change": 2.0}
    assert np.isnan(of(found(team(), slower, calls=incidents(calls)), "response")["change_since"])
    calls += [("ana", REVIEW + 2, 600.0, 3600.0)]
    assert not np.isnan(of(found(team(), slower, calls=incidents(calls)), "response")["change_since"])


def test_without_recommendations_or_readings_there_are_no_outcomes() -> None:
    assert outcomes(readings(*team()), incidents(), empty(Recommendations), PARAMETERS).empty
    nothing = readings(*team()).iloc[:0]
    assert outcomes(nothing, incidents(), empty(Recommendations), PARAMETERS).empty


def test_the_order_of_rows_does_not_matter() -> None:
    histories = readings(*team())
    one = outcomes(histories, incidents(), reviewed(RETURN), PARAMETERS)
    other = outcomes(histories.sample(frac=1, random_state=1), incidents(), reviewed(RETURN)[::-1], PARAMETERS)
    pd.testing.assert_frame_equal(one, other)


Draws = Callable[[float], np.ndarray]


@pytest.mark.parametrize(("true_sd", "baseline_sd", "luck_sd"), [(0.0, 0.5, 1.5), (1.0, 0.5, 1.5), (3.0, 1.0, 1.0)])
def test_what_stays_of_large_changes_is_the_share_that_the_formula_gives(
    true_sd: float, baseline_sd: float, luck_sd: float
) -> None:
    """A simulated world in which nothing changes after the review, looked at as the review does: the worst only."""
    rng = np.random.default_rng(5)
    n, later_sd = 200_000, 2.0
    lasting = rng.normal(0, true_sd, n) + rng.normal(0, baseline_sd, n)
    then, later = lasting + rng.normal(0, luck_sd, n), lasting + rng.normal(0, later_sd, n)
    luck = np.full(n, luck_sd**2)
    signal = signal_share(then, luck, np.full(n, baseline_sd**2), 5)
    worst = then > np.quantile(then, 0.95)
    assert later[worst].sum() / then[worst].sum() == pytest.approx(signal[0], abs=0.03)
    low, high = likely_range(signal * then, signal * luck, np.full(n, later_sd**2))
    inside = (low <= later) & (later <= high)
    assert inside[worst].mean() == pytest.approx(0.95, abs=0.01)


def test_without_true_changes_only_the_error_of_the_baseline_stays() -> None:
    fall = np.array([0.1, -0.1, 0.2, -0.2, 0.0])
    assert signal_share(fall, np.full(5, 3.0), np.full(5, 1.0), 5) == pytest.approx(np.full(5, 0.25))


def test_who_has_no_change_has_no_share_and_takes_no_part() -> None:
    fall = np.array([2.0, -2.0, 2.0, -2.0, 2.0, np.nan])
    share = signal_share(fall, np.full(6, 1.0), np.zeros(6), 5)
    assert share[:5] == pytest.approx(np.full(5, 3 / 4))
    assert np.isnan(signal_share(fall, np.full(6, 1.0), np.zeros(6), 6)).all()
