"""Recommendations at the reviews: which weeks they rest on, what peers take off, what is stored, what is said."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.builders.decisions import engineer_history, incidents, readings, week
from transforms.baselines import baselines_by_week
from transforms.panel import Panel, build_panel
from transforms.parameters import DecisionParameters
from transforms.recommendations import recommend
from transforms.review_evidence import Evidence, review_evidence
from transforms.review_windows import own_facts, review_facts
from transforms.reviews import reviews

RULES = DecisionParameters()
N_BEFORE = 26
SETTLED = N_BEFORE + 4
FIRST, SECOND, THIRD, FOURTH = (N_BEFORE + 11 + 4 * number for number in range(4))


def history(
    number: int,
    *,
    n_during: int = 20,
    since: int = SETTLED,
    drop: float = 0.0,
    points_share: float = 1.0,
    vibes: float | None = None,
    **given: Any,
) -> pd.DataFrame:
    """About 82 % and 10 points a sprint; from week `since` on `drop` points less, fewer points, other vibes."""

    def billable_pct(index: int) -> float:
        noise = (-3.0, 2.0, 0.0, 3.0, -2.0, 1.0, -1.0)[(index * (number % 5 + 1) + number) % 7]
        return 82 + noise - (drop if index >= since else 0)

    def points(index: int) -> float:
        scatter = 1 + 0.1 * ((index // 2 + number) % 3 - 1)
        return 10 * (index % 2) * scatter * (points_share if index >= since else 1)

    scores = {index: {"vibes": 4.0 if index % 3 else 3.0} for index in range(N_BEFORE + n_during)}
    if vibes is not None:
        scores |= {index: {"vibes": vibes} for index in range(since, N_BEFORE + n_during)}
    changes = {index: scores[index] | given.get("changes", {}).get(index, {}) for index in scores}
    rest = {name: value for name, value in given.items() if name != "changes"}
    return engineer_history(
        f"e{number:02d}",
        n_before=N_BEFORE,
        n_during=n_during,
        billable_pct=billable_pct,
        points=points,
        changes=changes,
        **rest,
    )


# Weeks that scatter by 12 points, the same for all.
NOISY = {index: {"billable_pct": 82.0 + 12 * ((index * 7) % 5 - 2) / 1.5} for index in range(N_BEFORE)}


def panel_of(*histories: pd.DataFrame, calls: pd.DataFrame | None = None) -> Panel:
    return build_panel(readings(*histories), incidents() if calls is None else calls, RULES)


def team(first: pd.DataFrame, *, others: int = 9, calls: pd.DataFrame | None = None, **given: Any) -> Panel:
    """The engineer that a test is about, e00, and others without a change."""
    return panel_of(first, *(history(number, **given) for number in range(1, others + 1)), calls=calls)


def recommended(
    panel: Panel, *, flagged: Sequence[int] | None = None, parameters: DecisionParameters = RULES, **given: Any
) -> pd.DataFrame:
    """`flagged`: weeks in which the engineer that a test is about was yellow or red underneath; by default the rules of
    the status are left aside: all weeks if the evidence asks for a return at any review."""
    is_flagged = np.zeros((panel.n_engineers, panel.n_weeks), dtype=bool)
    is_flagged[0, list(flagged or ())] = True
    if flagged is None:
        asking = [evidence(panel, one.week).shown.asks_return for one in reviews(panel, RULES.recommendation)]
        is_flagged |= np.any(asking, axis=0)[:, None]
    return recommend(panel, {}, is_flagged, parameters, **given)


def of(table: pd.DataFrame, index: int, engineer_id: str = "e00") -> dict[str, Any]:
    (row,) = table[(table["engineer_id"] == engineer_id) & (table["week_start"] == week(index))].to_dict("records")
    return row


def evidence(panel: Panel, index: int = SECOND) -> Evidence:
    (review,) = [one for one in reviews(panel, RULES.recommendation) if one.week == index]
    facts, own = review_facts(panel, RULES), baselines_by_week(panel, RULES, [index])[index]
    return review_evidence(facts, own_facts(facts, own, RULES.recommendation), RULES, review)


def test_a_clear_decline_is_watched_once_and_becomes_return_at_the_second_review() -> None:
    table = recommended(team(history(0, drop=12)))
    first, second = of(table, FIRST), of(table, SECOND)
    assert (first["recommendation"], first["is_candidate"]) == ("watch", True)
    assert "A return is proposed when this is so at 2 reviews running." in first["reasons"].splitlines()
    assert first["would_change"].startswith("A return is proposed if the next review, in the week of 2026-10-19, finds")
    assert (second["recommendation"], second["review_number"]) == ("return", 2)
    assert second["reasons"].splitlines()[0].startswith("Billable share 7")
    assert second["billable_change"] == pytest.approx(-12, abs=1)
    assert second["q_value"] < 0.01


def test_without_a_change_everybody_stays() -> None:
    table = recommended(team(history(0)))
    assert table["recommendation"].unique().tolist() == ["stay"]
    assert table["counter_evidence"].str.contains("standard errors for the better").sum() == 0


def test_a_fall_that_stays_above_the_policy_is_no_return() -> None:
    table = recommended(team(history(0, drop=5)))  # to 77 %
    assert of(table, SECOND)["recommendation"] == "watch"
    assert not of(table, SECOND)["is_candidate"]


@pytest.mark.parametrize(("share", "outcome"), [(0.65, "return"), (0.8, "watch"), (0.9, "stay")])
def test_velocity_alone_can_ask_for_a_return(share: float, outcome: str) -> None:
    row = of(recommended(team(history(0, points_share=share))), SECOND)
    assert row["recommendation"] == outcome
    assert row["velocity_change"] == pytest.approx(100 * (share - 1), abs=4)


def calls(factor: float, *, slow: str = "e00", every: int = 2) -> pd.DataFrame:
    """Two calls in every second week for ten engineers; one answers slower after settling in."""
    rows = [
        (f"e{number:02d}", index, seconds * slower, 12 * seconds * slower)
        for number in range(10)
        for index in range(number % every, N_BEFORE + 20, every)
        for slower in [factor if f"e{number:02d}" == slow and index >= SETTLED else 1.0]
        for seconds in (150.0 + 40 * ((index + number) % 7), 420.0)
    ]
    return incidents(rows)


def test_response_alone_can_ask_for_a_return() -> None:
    row = of(recommended(team(history(0), calls=calls(2.5))), SECOND)
    assert row["recommendation"] == "return"
    assert row["response_change"] == pytest.approx(2.5, rel=0.15)
    assert "Incidents took x2." in row["reasons"]


def test_too_few_incidents_say_nothing() -> None:
    row = of(recommended(team(history(0), calls=calls(3.0, every=8))), SECOND)
    assert np.isnan(row["response_change"])
    assert row["recommendation"] == "stay"


def test_several_moderate_changes_together_ask_for_a_return_where_each_alone_does_not() -> None:
    together = history(0, drop=4.5, points_share=0.8)
    assert of(recommended(team(together)), SECOND)["recommendation"] == "return"
    for alone in (history(0, drop=4.5), history(0, points_share=0.8)):
        assert of(recommended(team(alone)), SECOND)["recommendation"] in ("stay", "watch")


def test_vibes_count_as_the_second_metric_but_never_alone() -> None:
    assert of(recommended(team(history(0, vibes=1.0))), SECOND)["recommendation"] == "stay"
    with_fall = of(recommended(team(history(0, drop=5, vibes=2.0))), SECOND)
    assert (with_fall["is_candidate"], with_fall["recommendation"]) == (True, "return")


def test_a_dip_that_all_share_is_not_pinned_on_one() -> None:
    panel = team(history(0, drop=12), drop=12)
    found = evidence(panel).shown.changes["billable"]
    assert found.worse[0] + found.clipped[0] == pytest.approx(12, abs=1.5)
    assert found.own[0] == pytest.approx(0, abs=1.5)
    assert "return" not in recommended(panel)["recommendation"].tolist()


def test_gains_of_the_others_are_not_held_against_one() -> None:
    found = evidence(team(history(0), drop=-10)).shown.changes["billable"]
    assert found.peers.tolist() == [0.0] * 10
    assert abs(found.own[0]) < 1.5


@pytest.mark.parametrize(("others", "is_taken_off"), [(4, False), (5, True)])
def test_with_fewer_than_five_peers_nothing_is_taken_off(others: int, is_taken_off: bool) -> None:
    peers = evidence(team(history(0), others=others, drop=10)).shown.changes["billable"].peers[0]
    assert bool(peers > 5) is is_taken_off


def test_peers_are_those_of_the_team() -> None:
    elsewhere = [history(number, drop=10, team_id="far") for number in range(1, 10)]
    assert evidence(panel_of(history(0), *elsewhere)).shown.changes["billable"].peers[0] == 0


def test_the_weeks_of_settling_in_are_not_looked_at() -> None:
    table = recommended(team(history(0, changes={index: {"billable_pct": 10.0} for index in range(N_BEFORE, SETTLED)})))
    assert set(table["recommendation"]) == {"stay"}


def test_the_windows_are_the_last_twelve_and_twenty_eligible_weeks() -> None:
    early = {index: {"billable_pct": 10.0} for index in range(SETTLED, SETTLED + 4)}
    panel = team(history(0, n_during=20, changes=early))
    second, third = evidence(panel, SECOND).windows, evidence(panel, THIRD).windows
    assert (second[12].n_weeks[0], third[12].n_weeks[0], third[20].n_weeks[0]) == (12, 12, 16)
    assert second[12].changes["billable"].value[0] < 60
    assert third[12].changes["billable"].value[0] > 80
    assert third[20].changes["billable"].value[0] < 70


@pytest.mark.parametrize(("weeks_away", "outcome"), [(1, "insufficient"), (0, "stay")])
def test_fewer_than_eight_eligible_weeks_are_insufficient(weeks_away: int, outcome: str) -> None:
    away = {"worked_hours": 0.0, "leave_hours": 40.0, "billable_hours": 0.0}
    changes = {SETTLED + index: away for index in range(weeks_away)}
    row = of(recommended(team(history(0, n_during=12, changes=changes), n_during=12)), FIRST)
    assert row["recommendation"] == outcome
    if outcome == "insufficient":
        assert row["reasons"] == "7 eligible weeks on 4x10 after settling in; 8 are needed."
        assert row["counter_evidence"] == ""


@pytest.mark.parametrize(
    ("flagged", "outcome"),
    [
        ((SECOND - 3, SECOND - 1, SECOND), "watch"),  # three of the last four weeks
        ((SECOND - 1, SECOND), "stay"),  # two
        ((SECOND - 4, SECOND - 1, SECOND), "stay"),  # the third lies five weeks back
        ((SECOND + 1, SECOND, SECOND - 1), "stay"),  # the third is yet to come
    ],
)
def test_weeks_that_were_yellow_or_red_underneath_are_watched(flagged: tuple[int, ...], outcome: str) -> None:
    assert of(recommended(team(history(0)), flagged=flagged), SECOND)["recommendation"] == outcome


def test_who_was_hired_onto_4x10_is_at_most_watched() -> None:
    late = history(0, drop=15, since=0, joined=N_BEFORE + 1)
    row = of(recommended(team(late)), THIRD)
    assert (row["recommendation"], row["is_candidate"]) == ("watch", True)
    assert "no own weeks on 5x8" in row["reasons"]


def test_who_is_back_on_5x8_has_no_recommendation() -> None:
    back = {index: {"schedule": "5x8"} for index in range(SECOND, N_BEFORE + 20)}
    table = recommended(team(history(0, drop=12, changes=back)))
    mine = table[table["engineer_id"] == "e00"]
    assert mine["week_start"].tolist() == [week(FIRST)]


def test_who_has_left_has_no_recommendation() -> None:
    table = recommended(team(history(0, n_during=13)))
    assert table[table["engineer_id"] == "e00"]["week_start"].tolist() == [week(FIRST)]


def test_only_the_weeks_asked_for_are_reviewed() -> None:
    panel = team(history(0, drop=12))
    table = recommended(panel, weeks=pd.DatetimeIndex([week(SECOND - 1), week(SECOND)]))
    assert table["week_start"].unique().tolist() == [week(SECOND)]
    assert of(table, SECOND)["recommendation"] == "return"
    assert recommended(panel, weeks=pd.DatetimeIndex([week(SECOND - 1)])).empty


def test_the_last_review_counts_as_it_was_published() -> None:
    panel = team(history(0, drop=12))
    newest = pd.DatetimeIndex([week(SECOND)])
    before = recommended(panel, weeks=pd.DatetimeIndex([week(FIRST)]))
    assert of(recommended(panel, published=before, weeks=newest), SECOND)["recommendation"] == "return"
    restated = before.assign(is_candidate=False)
    assert of(recommended(panel, published=restated, weeks=newest), SECOND)["recommendation"] == "watch"


def test_a_published_review_is_returned_as_it_stands() -> None:
    panel = team(history(0, drop=12))
    published = recommended(panel).assign(reasons="as it was said")
    pd.testing.assert_frame_equal(recommended(panel, published=published), published)


def test_reviews_one_by_one_are_the_reviews_of_the_whole() -> None:
    panel = team(history(0, drop=12), calls=calls(1.7, slow="e03"))
    whole = recommended(panel)
    published = whole.iloc[:0]
    for monday in whole["week_start"].unique():
        new = recommended(panel, published=published, weeks=pd.DatetimeIndex([monday]))
        published = pd.concat([published, new], ignore_index=True) if len(published) else new
    pd.testing.assert_frame_equal(published, whole)


def test_a_review_does_not_look_beyond_its_week() -> None:
    early = team(history(0, n_during=16, drop=12), n_during=16)
    late = team(history(0, n_during=20, drop=12), n_during=20)
    asked = early.week_starts
    pd.testing.assert_frame_equal(recommended(early), recommended(late, weeks=asked))


def test_counter_evidence_names_what_speaks_against_a_return() -> None:
    row = of(recommended(team(history(0, points_share=0.6))), SECOND)
    assert row["reasons"].startswith("Velocity ")
    assert "Billable share still reaches the policy of 76 %." in row["counter_evidence"].splitlines()
    assert "Velocity" not in row["counter_evidence"]


def test_every_number_that_a_sentence_names_is_there() -> None:
    table = recommended(team(history(0, drop=12, points_share=0.7), calls=calls(2.5, slow="e02")))
    assert not table["reasons"].str.contains("nan").any()
    assert not table["counter_evidence"].str.contains("nan").any()
    assert not table["reasons"].str.contains("caus|because|due to", case=False).any()


def test_the_order_of_rows_does_not_matter() -> None:
    rows = readings(history(0, drop=12), *(history(number) for number in range(1, 6)))
    mixed = rows.sample(frac=1, random_state=5)
    tables = [recommended(build_panel(one, incidents(), RULES)) for one in (rows, mixed)]
    pd.testing.assert_frame_equal(*tables)


@pytest.mark.parametrize(
    ("flagged", "outcome"),
    [
        (range(N_BEFORE, SECOND + 1), "return"),
        ((*range(N_BEFORE, FIRST + 1), SECOND - 3, SECOND - 1, SECOND), "return"),  # three of the last four weeks
        ((*range(N_BEFORE, FIRST + 1), SECOND - 1, SECOND), "watch"),  # two
        (range(FIRST + 1, SECOND + 1), "watch"),  # not so at the review before
    ],
)
def test_the_weekly_light_must_agree_with_a_return(flagged: Sequence[int], outcome: str) -> None:
    row = of(recommended(team(history(0, drop=12)), flagged=flagged), SECOND)
    assert row["recommendation"] == outcome
    disagrees = "The weekly light does not agree: fewer than 3 of the last 4 weeks were yellow or red underneath."
    assert (disagrees in row["counter_evidence"].splitlines()) == (not row["is_candidate"])


def test_evidence_that_is_not_strong_must_last_three_reviews() -> None:
    never_strong = replace(RULES, recommendation=replace(RULES.recommendation, strong_q=-1.0))
    table = recommended(team(history(0, drop=12)), parameters=never_strong)
    rows = [of(table, index) for index in (FIRST, SECOND, THIRD)]
    assert [row["is_candidate"] for row in rows] == [True] * 3
    assert [row["recommendation"] for row in rows] == ["watch", "watch", "return"]
    assert "when this is so at 3 reviews running; for 2 the evidence is too weak (q 0." in rows[0]["reasons"]
    assert "if the next 2 reviews, the last in the week of 2026-11-16, find the same" in rows[0]["would_change"]
    assert "if the next review, in the week of 2026-11-16, finds the same" in rows[1]["would_change"]
    assert "at 3 reviews running: a proposal for a conversation" in rows[2]["reasons"]


def clipped(own: pd.DataFrame, calls: pd.DataFrame | None = None, index: int = SECOND) -> dict[str, float]:
    """Of the first engineer and each metric: how far the window is down as counted."""
    changes = evidence(team(own, calls=calls), index).windows[12].changes
    return {metric: float(change.worse[0]) for metric, change in changes.items()}


def test_no_single_week_counts_for_more_than_a_bad_one_does() -> None:
    bad, worse = ({SETTLED + 5: {"billable_pct": share}} for share in (60.0, 0.0))
    assert clipped(history(0, changes=worse))["billable"] == clipped(history(0, changes=bad))["billable"]
    panel = team(history(0, changes=worse))
    found = evidence(panel).windows[12].changes["billable"]
    assert found.worse[0] - clipped(history(0))["billable"] == pytest.approx(6 / 12, abs=0.3)  # twice 3 points
    assert found.value[0] == pytest.approx(100 * panel.billable_hours[0, 30:42].sum() / (12 * 40))  # as it was


def test_no_single_sprint_counts_for_more_than_a_bad_one_does() -> None:
    none = {SETTLED + 5: {"points_completed": 0.0}}
    found = evidence(team(history(0, changes=none))).windows[12].changes["velocity"]
    assert found.worse[0] + found.clipped[0] == pytest.approx(1 / 6, abs=0.04)
    assert 0 < found.worse[0] < 0.12
    half = {SETTLED + 5: {"points_completed": 4.0}}
    assert clipped(history(0, changes=none))["velocity"] == clipped(history(0, changes=half))["velocity"]


def test_no_single_incident_counts_for_more_than_a_bad_one_does() -> None:
    def one_slow(seconds: float) -> pd.DataFrame:
        rows = calls(1.0)
        slow = (rows["engineer_id"] == "e00") & (rows["week_start"] == week(SETTLED + 4))
        first = rows.index[slow][0]
        return rows.assign(resolve_seconds=rows["resolve_seconds"].mask(rows.index == first, seconds))

    found = [clipped(history(0), one_slow(seconds))["response"] for seconds in (5040.0, 5e5, 5e7)]
    assert found[0] < found[1] == found[2] < found[0] + 0.5


@pytest.mark.parametrize(("n", "is_known"), [(4, False), (5, True)])
def test_five_incidents_are_needed(n: int, is_known: bool) -> None:
    rows = calls(1.0)
    late = (rows["engineer_id"] == "e00") & (rows["week_start"] >= week(SETTLED))
    kept = rows.drop(rows.index[late][n:])
    change = evidence(team(history(0), calls=kept)).windows[12].changes["response"]
    assert (change.n[0], not np.isnan(change.worse[0])) == (n, is_known)


def test_the_kinder_of_the_raw_and_the_shrunken_normal_is_compared_with() -> None:
    low = {index: {"billable_pct": 72.0 + index % 3} for index in range(N_BEFORE)}
    high = {index: {"billable_pct": 91.0 + index % 3} for index in range(N_BEFORE)}
    panel = panel_of(history(0, changes=low), history(1, changes=high), *(history(number) for number in range(2, 8)))
    own = baselines_by_week(panel, RULES, [SECOND])[SECOND].billable
    normal = evidence(panel).windows[12].changes["billable"].normal / 100
    assert own.raw_mean[0] < own.mean[0]
    assert own.raw_mean[1] > own.mean[1]
    assert normal[:2] == pytest.approx([own.raw_mean[0], own.mean[1]])
    late = panel_of(history(0, joined=N_BEFORE + 1), *(history(number) for number in range(1, 8)))
    pooled = baselines_by_week(late, RULES, [THIRD])[THIRD].billable
    assert evidence(late, THIRD).windows[12].changes["billable"].normal[0] == pytest.approx(100 * pooled.mean[0])


def test_a_fall_that_only_the_long_window_shows_is_said_to_be_so() -> None:
    """Twelve bad weeks, of which the short window holds four."""
    fallen = {index: {"billable_pct": 58.0 + index % 3} for index in range(SETTLED, SETTLED + 12)}
    row = of(recommended(team(history(0, changes=fallen, n_during=24), n_during=24)), FOURTH)
    assert (row["window_size_weeks"], row["eligible_weeks"], row["is_candidate"]) == (
        20,
        19,
        True,
    )  # one is a holiday week
    assert "Only the window of 20 eligible weeks shows it." in row["reasons"].splitlines()


def test_where_both_windows_show_it_the_short_one_is_told() -> None:
    row = of(recommended(team(history(0, drop=12))), THIRD)
    assert (row["window_size_weeks"], row["eligible_weeks"]) == (12, 12)
    assert "Only the window" not in row["reasons"]


def test_who_stays_is_told_what_is_normal_what_could_be_seen_and_what_would_be_watched() -> None:
    row = of(recommended(team(history(0), calls=calls(1.0))), SECOND)
    first, second = row["reasons"].splitlines()
    assert first.startswith(
        "No metric is down by enough, and far enough outside chance; over 12 eligible weeks billable"
    )
    assert second == (
        "A fall of less than 3.0 points of billable share, 15 % of velocity or x1.30 in incident times would not be"
        " visible yet."
    )
    assert row["would_change"].startswith("Watched once, over the last 12 eligible weeks, billable share is 7")
    assert row["billable_smallest_visible"] == pytest.approx(-3)
    assert row["response_smallest_visible"] == pytest.approx(1.3)


def test_the_smallest_fall_that_would_be_seen_grows_with_the_noise() -> None:
    row = of(recommended(team(history(0, changes=NOISY), changes=NOISY)), SECOND)
    assert row["billable_smallest_visible"] < -3.3
    assert f"A fall of less than {-row['billable_smallest_visible']:.1f} points of billable share" in row["reasons"]


def test_a_window_reaches_back_two_calendar_weeks_for_each_eligible_one() -> None:
    """Six weeks, 20 weeks away, six weeks: the early ones lie more than 24 weeks back, and less than 40."""
    away = {"worked_hours": 0.0, "leave_hours": 40.0, "billable_hours": 0.0}
    absent = dict.fromkeys(range(SETTLED + 6, SETTLED + 26), away)
    found = evidence(team(history(0, changes=absent, n_during=36), n_during=36), N_BEFORE + 35)
    assert [found.windows[size].n_weeks[0] for size in (12, 20)] == [6, 12]
    assert found.size[0] == 20  # the shorter one holds too little


def test_a_finding_that_is_too_likely_by_chance_among_so_many_is_watched() -> None:
    stricter = replace(RULES, recommendation=replace(RULES.recommendation, max_q=-1.0))
    table = recommended(team(history(0, drop=12)), flagged=range(N_BEFORE + 20), parameters=stricter)
    row = of(table, THIRD)
    assert (row["recommendation"], row["is_candidate"]) == ("watch", False)
    assert "Among all engineers reviewed a finding like this is too likely by chance (q 0.00" in row["counter_evidence"]


def test_a_sprint_that_begins_before_the_window_is_no_part_of_it() -> None:
    """The twelve weeks begin with week 37, the second of a sprint: three holiday weeks and two away lie between."""
    last = N_BEFORE + 27
    leave = {"worked_hours": 0.0, "leave_hours": 40.0, "billable_hours": 0.0}
    away = {last - 1: leave, last: leave}
    histories = [history(number, n_during=28, changes=away if number == 0 else {}) for number in range(10)]
    found = evidence(panel_of(*histories), last).windows[12]
    assert found.n_weeks[0] == 12
    assert found.changes["velocity"].n[0] == 5  # those that end with weeks 39, 41, 43, 45 and 49


@pytest.mark.parametrize("sizes", [0.5, 2.0])
def test_a_lasting_fall_of_somebody_very_steady_is_not_cut_below_what_is_asked(sizes: float) -> None:
    rules = replace(RULES, recommendation=replace(RULES.recommendation, clip_least_sizes=sizes))
    row = of(recommended(team(history(0, points_share=0.5)), parameters=rules, flagged=range(N_BEFORE + 20)), SECOND)
    assert row["recommendation"] == ("return" if sizes == 2.0 else "watch")
