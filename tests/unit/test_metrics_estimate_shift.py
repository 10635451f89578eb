"""A notice when a team's estimates have become larger or smaller numbers: at, above and below its bounds."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.builders.facts import day, table
from tests.builders.pseudo import PSEUDO, unsaid
from transforms.language import Language, speaking
from transforms.metrics.estimate_shift import estimate_shifts
from transforms.schemas.sources import SprintTotals

SWITCH = day("2026-06-01")
FIRST = day("2026-03-02")


def closed(number: int, median: float | None, mean: float, issues: int = 10, team: str = "atlas") -> dict[str, Any]:
    """The sprint of two weeks that is so many sprints after the first; sprint 6 begins two weeks before the switch."""
    first_day = FIRST + number * pd.Timedelta(weeks=2)
    return {
        "sprint_id": number + 1000 * (team != "atlas"),
        "team_id": team,
        "name": f"S{number}",
        "week_start": first_day + pd.Timedelta(days=7),
        "first_day": first_day,
        "last_day": first_day + pd.Timedelta(days=11),
        "committed_points": mean * issues,
        "reestimated_points": 0.0,
        "added_points": 0.0,
        "removed_points": 0.0,
        "completed_points": mean * issues - 1.0,
        "reopened_points": 1.0,
        "carried_over_points": 0.0,
        "median_estimate": median,
        "n_estimated": issues,
        "is_reconstructed": False,
    }


def notices(*sprints: dict[str, Any], names: dict[str, str] | None = None) -> pd.DataFrame:
    return estimate_shifts(table(SprintTotals, sprints), SWITCH, names or {"atlas": "Atlas"})


def shift(before: float, now: float, *, mean_before: float | None = None, mean_now: float | None = None) -> bool:
    """Whether six sprints of one median and three of another are told; means are as the medians unless said."""
    old = [closed(n, before, before if mean_before is None else mean_before) for n in range(6)]
    new = [closed(n, now, now if mean_now is None else mean_now) for n in range(6, 9)]
    return len(notices(*old, *new)) == 1


@pytest.mark.parametrize(
    ("before", "now", "is_told"),
    [
        (4.0, 5.19, False),
        (4.0, 5.2, True),
        (4.0, 5.21, True),
        (4.0, 4.0, False),
        (5.2, 4.01, False),
        (5.2, 4.0, True),
        (5.2, 3.99, True),
    ],
)
def test_three_tenths_more_or_as_much_less_is_told(before: float, now: float, is_told: bool):
    assert shift(before, now) == is_told


def test_the_medians_must_agree_with_the_mean():
    assert shift(4, 4.4, mean_before=4, mean_now=5.2)
    assert not shift(4, 4.39, mean_before=4, mean_now=5.2)
    assert not shift(4, 3, mean_before=4, mean_now=5.2)
    assert not shift(4, 8, mean_before=4, mean_now=5.1)
    assert shift(4.41, 4, mean_before=5.2, mean_now=4)
    assert not shift(4.39, 4, mean_before=5.2, mean_now=4)


def test_two_of_the_three_sprints_must_have_moved():
    old = [closed(n, 4, 4) for n in range(6)]
    assert len(notices(*old, closed(6, 4, 4), closed(7, 5, 4.4), closed(8, 8, 8))) == 1
    assert notices(*old, closed(6, 4, 4), closed(7, 5, 4.39), closed(8, 8, 8)).empty


def test_a_single_odd_sprint_is_not_told():
    old = [closed(n, 3, 3) for n in range(6)]
    assert notices(*old, closed(6, 3, 3), closed(7, 8, 8), closed(8, 3, 3)).empty


def test_the_sentence_says_what_moved_since_when_and_what_it_means():
    old, new = [closed(n, 3, 3.04) for n in range(6)], [closed(n, 5, 4.6) for n in range(6, 9)]
    (row,) = notices(*old, *new).to_dict("records")
    assert row["sentence"] == (
        "The mean estimate of Atlas rose from 3.0 to 4.6 points (the medians of its sprints from 3.0 to 5.0 on "
        "average) in the sprints since 25 May 2026: more points may mean larger numbers, not more work. Velocity "
        "comparisons over this span are to be read with care."
    )
    assert (row["median_before"], row["median_now"], row["since"]) == (3, 5, day("2026-05-25"))
    (back,) = notices(*[closed(n, 5, 5) for n in range(6)], *[closed(n, 3, 3) for n in range(6, 9)])["sentence"]
    assert "fell from 5.0 to 3.0 points" in back
    assert "fewer points may mean smaller numbers, not less work" in back


@pytest.mark.parametrize(("issues", "is_told"), [(9, False), (10, True)])
def test_thirty_estimated_issues_are_needed_on_either_side(issues: int, is_told: bool):
    recent = [*[closed(n, 3, 3) for n in range(6)], *[closed(n, 5, 5, issues) for n in range(6, 9)]]
    assert (len(notices(*recent)) == 1) == is_told
    before = [*[closed(n, 3, 3, issues) for n in range(3, 6)], *[closed(n, 5, 5) for n in range(6, 9)]]
    assert (len(notices(*before)) == 1) == is_told


@pytest.mark.parametrize(("first", "is_told"), [(4, False), (3, True)])
def test_three_earlier_sprints_are_needed(first: int, is_told: bool):
    rows = [*[closed(n, 3, 3, 20) for n in range(first, 6)], *[closed(n, 5, 5) for n in range(6, 9)]]
    assert (len(notices(*rows)) == 1) == is_told


def test_two_recent_sprints_are_too_few():
    assert notices(*[closed(n, 3, 3, 20) for n in range(2)]).empty


def test_sprints_without_an_estimate_do_not_count():
    rows = [closed(n, 3, 3) for n in range(6)] + [closed(n, 5, 5) for n in (6, 7, 9)]
    assert len(notices(*rows, closed(8, None, 0, 0), closed(10, None, 0, 0))) == 1


def test_only_the_newest_six_before_count():
    ancient = [closed(n, 8, 8) for n in range(-6, 0)]
    assert len(notices(*ancient, *[closed(n, 3, 3) for n in range(6)], *[closed(n, 5, 5) for n in range(6, 9)])) == 1


def test_after_the_switch_the_sprints_before_it_are_what_is_compared_with():
    # Sprints 0 to 5 closed before the switch. The numbers rose at sprint 7, and by sprint 20 that is long ago.
    rows = [closed(n, 3, 3) for n in range(7)] + [closed(n, 5, 5) for n in range(7, 21)]
    (row,) = notices(*rows).to_dict("records")
    assert (row["median_before"], row["median_now"]) == (3, 5)


def test_without_sprints_before_the_switch_the_six_before_are():
    rows = [closed(n, 3, 3) for n in range(10, 16)] + [closed(n, 5, 5) for n in range(16, 19)]
    assert len(notices(*rows)) == 1


def test_each_team_is_judged_by_its_own_sprints():
    rows = [closed(n, 3, 3) for n in range(6)] + [closed(n, 5, 5) for n in range(6, 9)]
    steady = [closed(n, 5, 5, team="harbor") for n in range(9)]
    found = notices(*rows, *steady, names={"harbor": "Harbor", "atlas": "Atlas", "new": "New"})
    assert list(found["team_id"]) == ["atlas"]


def test_estimates_of_zero_are_no_measure():
    assert not shift(0, 5)
    assert not shift(5, 0)
    assert not shift(0, 0)


def test_rows_of_versions_that_did_not_count_issues_are_left_out():
    assert notices(*[closed(n, 3, 3, 0) for n in range(6)], *[closed(n, 5, 5) for n in range(6, 9)]).empty


def test_no_sprints_give_no_notice():
    assert notices().empty


def test_teams_that_change_nothing_are_told_about_in_one_of_ten_cases_at_most_and_all_one_step_higher_in_most():
    scale, one_higher = np.array([1, 2, 3, 5, 8]), np.array([2, 3, 5, 8, 13])
    rng, teams = np.random.default_rng(41), [f"t{n:03d}" for n in range(120)]

    def told(recent: Any) -> float:
        rows = []
        for number, team in enumerate(teams):
            for sprint_number in range(9):
                drawn = rng.choice(scale.size, 10, p=[0.15, 0.25, 0.3, 0.2, 0.1])
                points = recent[drawn] if sprint_number >= 6 else scale[drawn]
                row = closed(sprint_number, float(np.median(points)), float(points.mean()), team=team)
                rows.append(row | {"sprint_id": 100 * number + sprint_number})
        return len(notices(*rows, names=dict.fromkeys(teams, "A team"))) / len(teams)

    assert told(scale) <= 0.1
    assert told(one_higher) >= 0.9


def test_the_sentence_is_said_in_the_language_of_the_site():
    old, new = [closed(n, 3, 3.04) for n in range(6)], [closed(n, 5, 4.6) for n in range(6, 9)]
    fallen = [closed(n, 5, 5) if n < 6 else closed(n, 3, 3) for n in range(9)]
    with speaking(PSEUDO):
        assert unsaid(notices(*old, *new)["sentence"].item(), ()) == []
        assert unsaid(notices(*fallen)["sentence"].item(), ()) == []
    with speaking(Language("de-DE")):
        said = notices(*old, *new)["sentence"].item()
    assert "from 3,0 to 4,6 points" in said
    assert "since 25. Mai 2026:" in said
