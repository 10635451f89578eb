"""From readings to decisions, week by week and all at once."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from tests.builders.decisions import (
    engineer_history,
    incidents,
    merged,
    noisy_team,
    readings,
    up_to,
    week,
)
from transforms.decide import Decisions, decide
from transforms.parameters import DecisionParameters
from transforms.schemas.decisions import Signals, Statuses
from transforms.schemas.readings import Readings
from transforms.schemas.registry import conform, empty
from transforms.vocabulary import CHANNELS

PARAMETERS = DecisionParameters()
PLAIN = replace(PARAMETERS, method="plain")
KEY = ["engineer_id", "week_start"]


def peers(n_before: int = 20, n_during: int = 16) -> list[pd.DataFrame]:
    """Five steady colleagues, so that pooled numbers rest on more than one engineer."""
    pct = [80.0, 84.0, 78.0, 82.0, 86.0, 81.0, 83.0, 79.0, 85.0, 82.0]
    return [
        engineer_history(
            f"peer{number}", n_before=n_before, n_during=n_during, billable_pct=[*pct[number:], *pct[:number]]
        )
        for number in range(5)
    ]


def statuses_of(found: Decisions, engineer_id: str = "ana") -> pd.DataFrame:
    return found.statuses[found.statuses["engineer_id"] == engineer_id].set_index("week_start")


def falling_from(first: int, pct: float) -> Callable[[int], float]:
    steady = (80.0, 84.0, 78.0, 82.0, 86.0, 81.0, 83.0, 79.0, 85.0, 82.0)
    return lambda index: pct + steady[index % 10] - 82 if index >= first else steady[index % 10]


@cache
def story() -> tuple[pd.DataFrame, pd.DataFrame]:
    """A noisy team with a decliner, a vouched-for bad week, a leaver, a late hire and incidents."""
    team = noisy_team(8, n_before=12, n_during=14, seed=4)
    decliner = engineer_history("ana", n_before=12, n_during=14, billable_pct=falling_from(14, 68.0), team_id="t0")
    hire = engineer_history("ben", n_before=12, n_during=14, joined=15, billable_pct=falling_from(0, 80.0))
    leaver = engineer_history("chloe", n_before=12, n_during=9, billable_pct=falling_from(13, 60.0))
    vouched = engineer_history(
        "dev",
        n_before=12,
        n_during=14,
        changes={18: {"billable_pct": 50.0, "has_note": True}, 22: {"is_billable_known": False}},
    )
    rng = np.random.default_rng(5)
    names = sorted({*team["engineer_id"], "ana", "dev"})
    calls = [
        (name, index, float(rng.lognormal(5.7, 0.6)), float(rng.lognormal(8.6, 0.7)))
        for name in names
        for index in range(26)
        for _ in range(rng.poisson(1.2))
    ]
    return readings(team, decliner, hire, leaver, vouched), incidents(calls)


@pytest.mark.parametrize(("parameters", "alone"), [(PARAMETERS, 11), (PLAIN, 23)], ids=["evidence", "plain"])
def test_judging_week_by_week_is_the_same_as_judging_the_whole_history(
    parameters: DecisionParameters, alone: int
) -> None:
    """The first weeks are judged together, those from `alone` on one by one, with what was known at the time."""
    table, calls = story()
    whole = decide(table, calls, parameters)
    published = decide(table[table["week_start"] < week(alone)], calls[calls["week_start"] < week(alone)], parameters)
    for monday in (week(index) for index in range(alone, 26)):
        known = table[table["week_start"] <= monday]
        heard = calls[calls["week_start"] <= monday]
        newest = decide(known, heard, parameters, published, pd.DatetimeIndex([monday]))
        published = merged(published, newest)
    for name, expected in vars(whole).items():
        found = getattr(published, name)
        pd.testing.assert_frame_equal(found.reset_index(drop=True), expected.reset_index(drop=True), rtol=1e-9)
    assert {"yellow", "red", "unknown"} & set(whole.statuses["underlying_status"])
    assert len(whole.alert_events) > 5


def test_running_a_week_again_gives_the_same_rows_and_no_further_news() -> None:
    table, calls = story()
    whole = decide(table, calls, PARAMETERS)
    again = decide(table, calls, PARAMETERS, whole, pd.DatetimeIndex([week(25)]))
    for name, rows in vars(up_to(whole, week(25))).items():
        expected = rows[rows["week_start"] == week(25)]
        pd.testing.assert_frame_equal(getattr(again, name), expected.reset_index(drop=True))


def test_a_restated_fact_changes_the_new_window_but_no_published_week() -> None:
    table, calls = story()
    is_earlier = table["week_start"] < week(25)
    published = decide(table[is_earlier], calls, PARAMETERS)
    restated = table.copy()
    late = (table["engineer_id"] == "e00") & table["week_start"].isin([week(22), week(23), week(24)])
    restated.loc[late, "billable_hours"] = 8.0
    found = decide(restated, calls, PARAMETERS, published)
    for name in ("signals", "statuses", "alert_events"):
        kept = up_to(found, week(24))
        pd.testing.assert_frame_equal(getattr(kept, name), getattr(published, name))
    unchanged = decide(table, calls, PARAMETERS, published)
    at = (found.signals["engineer_id"] == "e00") & (found.signals["week_start"] == week(25))
    billable = at & (found.signals["channel"] == "billable")
    assert found.signals[billable]["value"].item() < unchanged.signals[billable]["value"].item() - 10
    # What the restated weeks would have raised long ago is the first such week now: strong enough for soft at once.
    assert found.signals[billable]["signal"].item() == "hard"
    assert found.signals[billable]["level"].item() == "soft"


def test_what_was_published_counts_not_what_it_would_be_now() -> None:
    slow = {index: {"points_completed": 7.0} for index in range(23, 36, 2)} | {25: {"points_completed": 7.0, **NOTE}}
    table = readings(engineer_history("ana", changes=slow, n_during=16), *peers())
    published = decide(table[table["week_start"] < week(25)], incidents(), PARAMETERS)
    asked = pd.DatetimeIndex([week(25)])
    as_published = statuses_of(decide(table, incidents(), PARAMETERS, published, asked)).iloc[0]
    assert (as_published["override_applied"], as_published["weeks_in_status"]) == (True, 1)
    otherwise = replace(published, statuses=published.statuses.assign(underlying_status="red", weeks_in_status=30))
    changed = statuses_of(decide(table, incidents(), PARAMETERS, otherwise, asked)).iloc[0]
    assert (changed["override_applied"], changed["weeks_in_status"]) == (False, 31)


NOTE = {"has_note": True}


def test_vibes_typed_late_do_not_excuse_a_published_week() -> None:
    history = engineer_history("ana", n_during=16, changes={30: {"billable_pct": 50.0}})
    table = readings(history, *peers())
    published = decide(table[table["week_start"] <= week(30)], incidents(), PARAMETERS)
    table.loc[(table["engineer_id"] == "ana") & (table["week_start"] == week(30)), "has_note"] = True
    at_once = statuses_of(decide(table, incidents(), PARAMETERS))
    in_turn = statuses_of(decide(table, incidents(), PARAMETERS, published))
    assert (at_once.loc[week(30), "is_excused"], in_turn.loc[week(30), "is_excused"]) == (True, False)


def test_the_order_of_rows_does_not_matter() -> None:
    table, calls = story()
    one = decide(table, calls, PARAMETERS)
    other = decide(table.sample(frac=1, random_state=1), calls.sample(frac=1, random_state=2), PARAMETERS)
    for name, rows in vars(one).items():
        pd.testing.assert_frame_equal(rows, getattr(other, name))


def test_arguments_are_left_as_they_were() -> None:
    table, calls = story()
    before = (table.copy(), calls.copy())
    published = decide(table, calls, PARAMETERS)
    copies = {name: rows.copy() for name, rows in vars(published).items()}
    decide(table, calls, PARAMETERS, up_to(published, week(20)))
    pd.testing.assert_frame_equal(table, before[0])
    pd.testing.assert_frame_equal(calls, before[1])
    for name, rows in copies.items():
        pd.testing.assert_frame_equal(getattr(published, name), rows)


def test_every_employed_week_from_the_first_judged_one_has_a_status() -> None:
    table, calls = story()
    found = decide(table, calls, PARAMETERS).statuses
    first = found["week_start"].min()
    assert first == week(6)  # six weeks make a baseline
    expected = table[table["week_start"] >= first][KEY].sort_values(KEY[::-1], ignore_index=True)
    pd.testing.assert_frame_equal(found[KEY], expected)


def test_weeks_asked_for_have_rows_even_if_nothing_can_be_judged() -> None:
    table = readings(*peers())
    found = decide(table, incidents(), PARAMETERS, weeks=pd.DatetimeIndex([week(1)]))
    assert set(found.statuses["status"]) == {"unknown"}
    assert set(found.statuses["week_start"]) == {week(1)}
    assert len(found.signals) == 5 * len(CHANNELS)


def test_nothing_after_the_weeks_asked_for_is_looked_at() -> None:
    table, calls = story()
    asked = pd.DatetimeIndex([week(20)])
    one = decide(table, calls, PARAMETERS, weeks=asked)
    other = decide(table[table["week_start"] <= week(20)], calls, PARAMETERS, weeks=asked)
    for name, rows in vars(one).items():
        pd.testing.assert_frame_equal(rows, getattr(other, name))


def test_no_readings_make_no_decisions() -> None:
    found = decide(empty(Readings), incidents(), PARAMETERS)
    assert all(rows.empty for rows in vars(found).values())
    found = decide(empty(Readings), incidents(), PARAMETERS, weeks=pd.DatetimeIndex([week(1)]))
    assert all(rows.empty for rows in vars(found).values())


def test_the_tables_conform() -> None:
    table, calls = story()
    found = decide(table, calls, PARAMETERS)
    pd.testing.assert_frame_equal(conform(found.signals, Signals), found.signals)
    pd.testing.assert_frame_equal(conform(found.statuses, Statuses), found.statuses)


# The story of one engineer among steady peers.


def ana(parameters: DecisionParameters = PARAMETERS, **columns: object) -> pd.DataFrame:
    history = engineer_history("ana", n_during=16, **columns)  # type: ignore[arg-type]
    return statuses_of(decide(readings(history, *peers()), incidents(), parameters))


def test_a_steady_engineer_is_green_throughout() -> None:
    assert set(ana()["status"]) == {"green"}
    assert set(ana()["weeks_in_status"].diff().dropna()) == {1}


def test_a_decliner_turns_yellow_or_red_and_the_reason_says_by_how_much() -> None:
    found = ana(billable_pct=falling_from(22, 70.0))
    assert (found.loc[: week(22), "status"] == "green").all()
    newest = found.iloc[-1]
    assert newest["underlying_status"] == "red"
    assert newest["reasons"].startswith("Billable 69.8 % over the last 4 eligible weeks (17 Aug - 13 Sept): 6.2 points")
    assert "under the 76 % policy" in newest["reasons"]
    assert "standard errors" in newest["reasons"]
    assert "30.4 billable hours" in newest["would_clear"]


def test_one_bad_week_changes_nothing() -> None:
    assert set(ana(changes={28: {"billable_pct": 55.0}})["status"]) == {"green"}


def test_a_source_that_failed_is_unknown_at_once_and_never_green() -> None:
    gap = {"is_billable_known": False, "is_velocity_known": False, "worked_hours": np.nan, "billable_hours": np.nan}
    found = ana(changes={30: gap})
    assert found.loc[week(30), "status"] == "unknown"
    assert "missing or incomplete" in found.loc[week(30), "reasons"]
    assert found.loc[week(31), "status"] == "green"


def test_a_failed_pager_source_leaves_the_light_to_the_other_metrics() -> None:
    assert ana(changes={30: {"is_response_known": False}}).loc[week(30), "status"] == "green"


def test_incomplete_hours_are_unknown_not_red() -> None:
    thin = {index: {"worked_hours": 30.0, "billable_hours": 22.0} for index in range(28, 32)}
    found = ana(changes=thin)
    assert found.loc[week(31), "status"] == "unknown"
    assert "logged" in found.loc[week(31), "reasons"]


def test_a_level_is_held_through_leave_for_eight_weeks_and_no_longer() -> None:
    away = {index: {"worked_hours": 0.0, "billable_hours": 0.0, "leave_hours": 40.0} for index in range(26, 36)}
    found = ana(changes=away)
    assert (found.loc[week(26) : week(33), "status"] == "green").all()
    assert (found.loc[week(34) :, "status"] == "unknown").all()
    assert "held" in found.loc[week(33), "reasons"]


def test_a_new_hire_is_unknown_until_there_are_weeks_to_judge() -> None:
    history = engineer_history("ana", n_during=16, joined=22)
    found = statuses_of(decide(readings(history, *peers()), incidents(), PARAMETERS))
    assert found["status"].tolist() == ["unknown"] * 8 + ["green"] * 6  # six weeks new, then three to judge


def test_vibes_keep_a_yellow_light_green_and_say_so() -> None:
    slow = {index: {"points_completed": 7.8 * (index % 2)} for index in range(22, 36)}
    found = ana(changes={index: change | (NOTE if index >= 25 else {}) for index, change in slow.items()})
    applied = found[found["override_applied"]]
    assert applied.index.tolist() == [week(25), week(26)]
    assert (applied["status"] == "green").all()
    assert (applied["underlying_status"] == "yellow").all()
    assert (found.loc[week(27) :, "status"] == "yellow").all()
    assert (applied["override_by"] == "mia").all()
    first = applied.iloc[0]
    assert first["override_uses_left"] == 3
    assert first["override_expires"] == applied.index[0] + pd.Timedelta(days=14)
    assert "with a note" in first["override_reason"]


def test_an_excused_week_is_marked_and_explained() -> None:
    found = ana(changes={28: {"billable_pct": 50.0, "has_note": True}})
    assert found.loc[week(28), "is_excused"]
    assert "excused" in found.loc[week(28), "reasons"]


def test_plain_is_the_literal_policy() -> None:
    pct = [82.0] * 30 + [75.9, 76.0, 77.9, 78.0, 60.0, 60.0]
    vibes = {34: {"has_note": True}, 35: {"has_note": True, "vibes": 3.9}}
    found = ana(PLAIN, billable_pct=pct, changes=vibes)
    assert found["underlying_status"].tail(6).tolist() == ["red", "yellow", "yellow", "green", "red", "red"]
    assert found["status"].tail(6).tolist() == ["red", "yellow", "yellow", "green", "green", "red"]
    assert found.loc[week(30), "reasons"] == "Billable 75.9 % this week, under the 76 % policy."


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"is_billable_known": False}, "unknown"),
        ({"vibes": 2.0}, "yellow"),
        ({"vibes": 2.1}, "green"),
        ({"points_completed": 7.5}, "yellow"),
        ({"points_completed": 7.6}, "green"),
    ],
)
def test_plain_thresholds_of_the_other_metrics(change: dict[str, object], status: str) -> None:
    assert ana(PLAIN, changes={31: change}).loc[week(31), "status"] == status


@pytest.mark.parametrize(("factor", "status"), [(1.52, "yellow"), (1.48, "green")])
def test_plain_threshold_of_response(factor: float, status: str) -> None:
    names = ["ana", *(f"peer{number}" for number in range(5))]
    calls = [(name, index, 100.0, 1000.0) for name in names for index in range(20)]
    calls.append(("ana", 30, 100 * factor, 1000 * factor))
    table = readings(engineer_history("ana", n_during=16), *peers())
    assert statuses_of(decide(table, incidents(calls), PLAIN)).loc[week(30), "status"] == status


def test_plain_compares_with_the_baseline_only_from_the_switch_on() -> None:
    assert ana(PLAIN, changes={17: {"points_completed": 1.0}}).loc[week(17), "status"] == "green"


@pytest.mark.parametrize("who", ["one engineer", "everybody"])
def test_an_engineer_without_sprints_is_judged_by_the_rest(who: str) -> None:
    without = {"sprint_id": np.nan, "is_sprint_end": False, "points_completed": np.nan}
    ana = engineer_history("ana", n_during=16, billable_pct=falling_from(24, 66.0)).assign(**without)
    others = [peer.assign(**without) if who == "everybody" else peer for peer in peers()]
    found = decide(readings(ana, *others), incidents([]), PARAMETERS)
    newest = statuses_of(found).iloc[-1]
    assert newest["status"] == "red"
    assert newest["reasons"].startswith("Billable")
    velocity = found.signals[(found.signals["engineer_id"] == "ana") & (found.signals["channel"] == "velocity")]
    assert set(velocity["level"]) == {"unknown"}
