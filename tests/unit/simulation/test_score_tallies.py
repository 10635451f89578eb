"""What one team adds to each figure, on hand-made statuses: one letter is one week, week 0 is the first on 4x10."""

import numpy as np
import pytest

from flows.simulation.tallies import MOST_WEEKS, tally
from tests.builders.scores import decliner, engineer, judged, truth

YEAR = 52


def counts(key: str, shown: str, *, who: dict[str, object] | None = None, first: int = 0) -> tuple[float, float]:
    """Events and exposure of one engineer."""
    return tally(truth(who or engineer()), judged({"ana": shown}, first=first)).counts[key]


@pytest.mark.parametrize(
    ("shown", "reds", "alarms"),
    [
        ("gggggg", 0, 0),
        ("gyygyg", 0, 2),
        ("gyrryg", 1, 1),  # red is entered from yellow; the yellow around it is one alarm
        ("grgrgr", 3, 3),
        ("rrrrrr", 1, 1),  # no row before: something else
        ("?r?r?r", 3, 3),  # unknown is something else, too
        ("yyyyyy", 0, 1),
    ],
)
def test_an_episode_starts_where_the_status_enters_red_or_yellow(shown: str, reds: int, alarms: int) -> None:
    assert counts("false_red", shown)[0] == reds
    assert counts("false_alarm", shown)[0] == alarms


def test_engineer_years_are_judged_weeks_on_4x10_only() -> None:
    assert counts("false_red", "gg" + "g?g g", first=-2)[1] * YEAR == pytest.approx(3)


def test_weeks_before_the_switch_are_no_false_alarms_but_say_where_an_episode_began() -> None:
    assert counts("false_red", "rrr", first=-1) == (0, pytest.approx(2 / YEAR))
    assert counts("false_red", "grr", first=-1) == (1, pytest.approx(2 / YEAR))


@pytest.mark.parametrize(("red_in", "episodes"), [(2, 1), (3, 0), (4, 0)])
def test_from_the_true_drop_on_nothing_is_a_false_alarm(red_in: int, episodes: int) -> None:
    shown = "g" * red_in + "r"
    found, years = counts("false_red", shown + "g" * (9 - len(shown)), who=decliner(drop=3))
    assert (found, years * YEAR) == (episodes, pytest.approx(3))


@pytest.mark.parametrize(("red_in", "episodes"), [(1, 1), (2, 0), (6, 0), (7, 1)])
def test_the_five_weeks_from_a_planted_bad_week_are_not_clean(red_in: int, episodes: int) -> None:
    shown = "g" * red_in + "r"
    found, years = counts("false_red", shown + "g" * (9 - len(shown)), who=engineer("ana", "bad_week", bad=2))
    assert (found, years * YEAR) == (episodes, pytest.approx(4))


def test_a_chronically_low_engineer_has_no_clean_weeks() -> None:
    assert counts("false_red", "grgrgr", who=engineer("ana", "chronic")) == (0, 0)


def test_a_false_return_counts_each_good_engineer_once_per_year_on_4x10() -> None:
    team = truth(
        engineer("ana"),
        engineer("ben", "bad_week", bad=3),
        engineer("cia", "chronic"),
        decliner("dan", drop=20),
    )
    shown = dict.fromkeys(("ana", "ben", "cia", "dan"), "g" * 26)
    returns = [("ana", 12), ("ana", 16), ("ben", 24), ("cia", 16), ("dan", 16)]
    assert tally(team, judged(shown, first=-4, returns=returns)).counts["false_return"] == (2, pytest.approx(44 / YEAR))


@pytest.mark.parametrize(
    ("shown", "that_week", "all_five"),
    [
        ("yggggg", 1, 1),  # what was before does not matter
        ("gyggggg", 0, 0),
        ("g?ggggg", 0, 0),  # unknown is not green
        ("ggggggy", 1, 1),
        ("gggggyg", 1, 0),
        ("ggrgggg", 1, 0),
    ],
)
def test_a_bad_week_is_green_that_week_and_in_all_five(shown: str, that_week: int, all_five: int) -> None:
    who = engineer("ana", "bad_week", bad=1)
    assert counts("bad_week_green", shown, who=who) == (that_week, 1)
    assert counts("bad_week_all_green", shown, who=who) == (all_five, 1)


def test_a_bad_week_whose_five_weeks_are_not_all_there_counts_for_that_week_alone() -> None:
    who = engineer("ana", "bad_week", bad=1)
    assert counts("bad_week_green", "ggggg", who=who) == (1, 1)
    assert counts("bad_week_all_green", "ggggg", who=who) == (0, 0)
    assert counts("bad_week_green", "g ggggg", who=who) == (0, 0)


@pytest.mark.parametrize(
    ("shown", "seen", "red"),
    [
        ("ggg" + "g" * 11 + "r", 1, 1),  # the twelfth week of the drop
        ("ggg" + "g" * 12 + "r", 0, 0),  # the thirteenth
        ("ggg" + "y" + "g" * 11 + "r", 1, 0),
        ("yyg" + "g" * 12, 0, 0),  # over before the drop
        ("yyy" + "y" + "g" * 11, 1, 0),  # still not green when the drop begins
        ("ggg" + "?" * 12, 0, 0),
    ],
)
def test_a_decline_is_seen_within_the_twelve_weeks_from_the_drop_on(shown: str, seen: int, red: int) -> None:
    assert counts("seen_within_12", shown, who=decliner(drop=3)) == (seen, 1)
    assert counts("red_within_12", shown, who=decliner(drop=3)) == (red, 1)


def test_only_clear_declines_with_twelve_weeks_left_count_seen_or_not() -> None:
    assert counts("seen_within_12", "ggg" + "g" * 11 + "g", who=decliner(drop=3)) == (0, 1)
    assert counts("seen_within_12", "ggg" + "g" * 11, who=decliner(drop=3)) == (0, 0)
    assert counts("seen_within_12", "ggg" + "r" * 11, who=decliner(drop=3)) == (0, 0)
    assert counts("seen_within_12", "r" * 20, who=decliner(drop=3, is_clear_decliner=False)) == (0, 0)


@pytest.mark.parametrize(
    ("shown", "weeks"),
    [("g" * 3 + "r" * 12, 1), ("g" * 6 + "y" * 9, 4), ("g" * 17 + "y", 15), ("g" * 20, MOST_WEEKS + 1)],
)
def test_the_delay_counts_the_drops_own_week_as_the_first(shown: str, weeks: int) -> None:
    found = tally(truth(decliner(drop=3)), judged({"ana": shown})).delays["weeks_to_see"]
    assert np.flatnonzero(found).tolist() == [weeks - 1]
    assert found.sum() == 1


def test_severe_burnout_has_figures_of_its_own() -> None:
    team = truth(
        decliner("ana", "burnout", size="severe"),
        decliner("ben", "burnout", size="full"),
        decliner("cia", size="severe"),
    )
    found = tally(team, judged({"ana": "y" * 12, "ben": "g" * 12, "cia": "g" * 12}))
    assert found.counts["burnout_seen_within_12"] == (1, 1)
    assert found.counts["seen_within_12"] == (1, 3)
    assert found.delays["burnout_weeks_to_see"].sum() == 1


@pytest.mark.parametrize(("week", "is_soon"), [(2, 0), (3, 1), (28, 1), (29, 0)])
def test_a_return_counts_from_the_drop_to_its_twenty_sixth_week(week: int, is_soon: int) -> None:
    shown = {"ana": "g" * 29}
    found = tally(truth(decliner(drop=3)), judged(shown, returns=[("ana", week)]))
    assert found.counts["return_within_26"] == (is_soon, 1)


def test_a_return_after_an_early_one_is_found() -> None:
    found = tally(truth(decliner(drop=3)), judged({"ana": "g" * 29}, returns=[("ana", 2), ("ana", 6)]))
    assert found.counts["return_within_26"] == (1, 1)


def test_a_return_needs_twenty_six_weeks_left() -> None:
    found = tally(truth(decliner(drop=3)), judged({"ana": "g" * 28}, returns=[("ana", 6)]))
    assert found.counts["return_within_26"] == (0, 0)


def test_precision_leaves_out_those_of_whom_either_answer_is_accepted() -> None:
    team = truth(
        decliner("ana"),
        decliner("ben", should_return="grey", is_clear_decliner=False),
        engineer("cia", "chronic"),
        engineer("dan"),
        decliner("eve"),
    )
    shown = dict.fromkeys(("ana", "ben", "cia", "dan", "eve"), "g" * 30)
    returns = [("ana", 16), ("ana", 20), ("ben", 16), ("cia", 16)]
    assert tally(team, judged(shown, returns=returns)).counts["return_precision"] == (1, 2)


@pytest.mark.parametrize(
    ("shown", "flagged", "followed"),
    [("g" * 11 + "y", 1, 1), ("g" * 12, 0, 1), ("?" * 12, 0, 1), ("y" * 11, 0, 0)],
)
def test_the_chronically_low_are_flagged_when_not_green_in_at_least_twelve_weeks(
    shown: str, flagged: int, followed: int
) -> None:
    assert counts("chronic_flagged", shown, who=engineer("ana", "chronic")) == (flagged, followed)


def test_not_green_before_the_switch_flags_nobody() -> None:
    assert counts("chronic_flagged", "rr" + "g" * 12, first=-2, who=engineer("ana", "chronic")) == (0, 1)


def test_a_return_of_the_chronically_low_is_wrong() -> None:
    found = tally(truth(engineer("ana", "chronic")), judged({"ana": "y" * 20}, returns=[("ana", 16)]))
    assert found.counts["chronic_return"] == (1, 1)


@pytest.mark.parametrize(
    ("low", "high", "effect", "covered"),
    [(-2, 0, 0.0, 1), (-2, -0.1, 0.0, 0), (0.1, 2, 0.0, 0), (-4, -2, -2.0, 1), (-4, -2.1, -2.0, 0)],
)
def test_the_interval_of_the_last_review_holds_the_true_effect(
    low: float, high: float, effect: float, covered: int
) -> None:
    team = truth(weeks_during=26, effect=effect)
    reviews = [(23, low, high, "watch"), (11, -9.0, 9.0, "watch")]
    found = tally(team, judged({"ana": "g" * 26}, reviews=reviews)).counts
    assert found["interval_coverage"] == (covered, 1)
    assert found["interval_width"] == (pytest.approx(high - low), 1)
    assert found.get("interval_type1") == ((1 - covered, 1) if effect == 0 else None)


def test_an_interval_that_could_not_be_computed_is_no_exposure() -> None:
    team = truth(weeks_during=26)
    for reviews in ([], [(23, np.nan, np.nan, "insufficient")]):
        assert "interval_coverage" not in tally(team, judged({"ana": "g"}, reviews=reviews)).counts


@pytest.mark.parametrize(("week", "is_return"), [(11, 1), (51, 1), (52, 0)])
def test_a_verdict_counts_when_it_was_return_at_any_review_within_52_weeks(week: int, is_return: int) -> None:
    reviews = [(week, -6.0, -4.0, "return"), (week + 4, -6.0, -1.0, "watch")]
    found = tally(truth(weeks_during=60, effect=-4.0), judged({"ana": "g"}, reviews=reviews)).counts
    assert found == {"verdict_return_at_4": (is_return, 1)}


def test_verdicts_are_counted_by_the_true_loss_and_after_a_whole_year_only() -> None:
    shown = judged({"ana": "g"}, reviews=[(51, -1.0, 1.0, "keep")])
    assert tally(truth(effect=0.0), shown).counts["verdict_return_at_0"] == (0, 1)
    assert tally(truth(effect=-2.0), shown).counts == {"verdict_return_at_2": (0, 1)}
    assert tally(truth(effect=-3.0), shown).counts == {}
    assert "verdict_return_at_0" not in tally(truth(weeks_during=51), shown).counts


def test_where_everybody_lost_by_the_policy_nobody_is_clean() -> None:
    shown = judged({"ana": "grgrgr"})
    assert "false_red" not in tally(truth(effect=-2.0), shown).counts
    assert tally(truth(effect=0.0), shown).counts["false_red"][0] == 3
    assert tally(truth(engineer(), decliner("ben"), effect=-2.0), shown).counts["false_red"][0] == 3


def test_a_team_of_which_nothing_was_judged_adds_nothing() -> None:
    found = tally(truth(engineer(), decliner("ben")), judged({}))
    assert {events for events, _ in found.counts.values()} == {0}
    assert {exposure for _, exposure in found.counts.values()} == {0}
    assert found.delays["weeks_to_see"].sum() == 0


def test_rows_of_engineers_without_a_truth_are_left_out() -> None:
    assert tally(truth(), judged({"ana": "gg", "zoe": "rr"}, returns=[("zoe", 1)])).counts["false_red"] == (
        0,
        pytest.approx(2 / YEAR),
    )
