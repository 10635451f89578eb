"""From the tallies of many teams to figures and their standard errors."""

import numpy as np
import pytest

from flows.simulation.estimates import as_table, estimates
from flows.simulation.figures import KEYS
from flows.simulation.tallies import MOST_WEEKS, Tally
from tests.builders.error_rates import measured


def ratio(key: str, *teams: tuple[float, float]) -> list[Tally]:
    """One tally a team: events and exposure."""
    return [Tally({key: team}, {}) for team in teams]


def delays(*teams: list[int]) -> list[Tally]:
    """One tally a team: after how many weeks each decline was seen; 0 is never."""
    rows = [np.array(team, dtype=np.int64) for team in teams]
    counted = [np.bincount(np.where(row > 0, row, MOST_WEEKS + 1), minlength=MOST_WEEKS + 2) for row in rows]
    return [Tally({}, {"weeks_to_see": team[1:]}) for team in counted]


def test_a_figure_without_exposure_is_missing_and_not_zero() -> None:
    assert estimates([]) == {}
    assert estimates(ratio("false_red", (0, 0), (0, 0))) == {}
    assert estimates(delays([], [])) == {}


def test_a_rate_is_the_sum_of_events_over_the_sum_of_exposure() -> None:
    found = estimates(ratio("false_red", (1, 10), (5, 30)))["false_red"]
    assert (found.value, found.n) == (pytest.approx(6 / 40), 40)


def test_returns_are_counted_per_hundred_years() -> None:
    found = estimates(ratio("false_return", (1, 20), (3, 20)))["false_return"]
    assert found.value == pytest.approx(10)
    assert found.se == pytest.approx(100 * np.sqrt(2 / 1 * (1**2 + 1**2)) / 40)


def test_the_standard_error_is_that_of_teams_and_not_of_engineers() -> None:
    """Ten engineers of a team who are all seen, and ten of another who are not, are two things known, not twenty."""
    found = estimates(ratio("seen_within_12", (10, 10), (0, 10)))["seen_within_12"]
    assert found.value == 0.5
    assert found.se == pytest.approx(0.5)
    alike = estimates(ratio("seen_within_12", *[(5, 10)] * 10))["seen_within_12"]
    assert alike.se == pytest.approx(1 / 100)  # teams agree by chance: never under one event


def test_equal_exposure_gives_the_standard_error_of_a_mean() -> None:
    events = np.array([0, 1, 4, 2, 0, 3], dtype=float)
    found = estimates(ratio("false_red", *[(e, 10.0) for e in events]))["false_red"]
    assert found.se == pytest.approx(events.std(ddof=1) / np.sqrt(6) / 10)


def test_nothing_seen_is_not_certain() -> None:
    found = estimates(ratio("verdict_return_at_0", *[(0, 1)] * 50))["verdict_return_at_0"]
    assert (found.value, found.se) == (0, pytest.approx(1 / 50))


def test_a_mean_width_has_the_error_of_a_mean() -> None:
    found = estimates(ratio("interval_width", (2.0, 1), (3.0, 1), (4.0, 1)))["interval_width"]
    assert (found.value, found.se, found.n) == (pytest.approx(3), pytest.approx(1 / np.sqrt(3)), 3)


def test_a_single_team_has_no_standard_error() -> None:
    assert estimates(ratio("false_red", (1, 10)))["false_red"].se is None
    assert estimates(ratio("false_red", (1, 10), (0, 0)))["false_red"].se is None
    assert estimates(delays([2, 3, 4]))["weeks_to_see"].se is None


@pytest.mark.parametrize(
    ("weeks", "median"),
    [([1, 2, 3], 2), ([1, 2, 3, 4], 2), ([1, 3, 0], 3), ([2, 2, 0, 0], 2), ([5, 5, 5], 5), ([MOST_WEEKS], MOST_WEEKS)],
)
def test_the_median_is_the_first_week_by_which_half_are_seen(weeks: list[int], median: int) -> None:
    assert estimates(delays(weeks))["weeks_to_see"].value == median


def test_where_fewer_than_half_are_ever_seen_there_is_no_median() -> None:
    assert estimates(delays([1] * 49 + [0] * 51)) == {}
    assert estimates(delays([1] * 50 + [0] * 50))["weeks_to_see"].value == 1


def test_the_median_of_many_teams_has_about_the_error_of_a_sample_median() -> None:
    rng = np.random.default_rng(3)
    drawn = rng.integers(1, 41, size=(40, 25))
    found = estimates(delays(*[list(team) for team in drawn]))["weeks_to_see"]
    # Uniform over 40 weeks: s.e. of the median is 40 * sqrt(1 / (4 n)).
    assert found.value == pytest.approx(20, abs=2)
    assert found.se == pytest.approx(40 / (2 * np.sqrt(1000)), rel=0.35)


def test_the_standard_error_of_a_median_near_the_end_stays_finite() -> None:
    found = estimates(delays([4, 4, 0], [4, 0, 0], [4, 4, 4]))["weeks_to_see"]
    assert found.value == 4
    assert found.se is not None
    assert 0 < found.se < MOST_WEEKS


def test_the_order_of_teams_and_keys_changes_nothing() -> None:
    tallies = [*ratio("false_red", (1, 10), (5, 30), (2, 7)), *delays([1, 2], [3])]
    assert estimates(tallies) == estimates(tallies[::-1])
    assert list(estimates(tallies)) == [key for key in KEYS if key in estimates(tallies)]


def test_the_table_marks_what_misses_its_must() -> None:
    text = as_table({"evidence": {"false_red": measured(0.1, 0.01), "seen_within_12": measured(0.8799, None)}})
    lines = {line.split("  ")[0]: line for line in text.splitlines()}
    assert lines["False reds, per engineer and year"].endswith("0.1 ±0.01")
    assert lines["Clear declines not green within 12 weeks"].endswith("88.0 % !")
    assert lines["False proposals to return to 5x8, per 100 engineers and year"].endswith("-")
    assert "93.0 % to 97.0 %" in text
