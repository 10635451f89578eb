"""Every metric's change over every window, held against plain sums over the items that belong to it."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest

from tests.builders.borderline import NOISY, RULES, unusual
from transforms.baselines import Baselines
from transforms.comparison import Compared, Week, change, compared, weeks_to_judge
from transforms.panel import Panel
from transforms.stats import Bools
from transforms.stats.baseline import Baseline
from transforms.vocabulary import METRICS, Metric


@dataclass(frozen=True)
class Item:
    """A week, sprint, incident or entry: how much worse than normal, and what it weighs."""

    fall: float
    weight: float
    scatter_weight: float


@dataclass(frozen=True)
class Case:
    panel: Panel
    known: Baselines
    is_excused: Bools
    week: Week
    data: Compared

    def own(self, metric: Metric) -> Baseline:
        return self.known.response.level if metric == "response" else getattr(self.known, metric)

    def items(self, metric: Metric, one: int, first: int, last: int) -> list[Item]:
        own = self.own(metric)
        found = {
            "billable": self._weeks,
            "velocity": self._sprints,
            "response": self._incidents,
            "vibes": self._entries,
        }[metric](one, first, last, float(own.mean[one]), float(own.sd[one]))
        return [item for item in found if not np.isnan(item.fall)]

    def _weeks(self, one: int, first: int, last: int, mean: float, sd: float) -> list[Item]:
        items = []
        for week in range(first, last + 1):
            if self.panel.is_eligible[one, week] and not self.is_excused[one, week]:
                hours = self.panel.worked_hours[one, week] / 40
                fall = mean - self.panel.billable_hours[one, week] / self.panel.worked_hours[one, week]
                most = RULES.comparison.clip_billable_sds * sd / hours**0.5
                items.append(Item(min(max(fall, -most), most), hours, hours))
        return items

    def _sprints(self, one: int, first: int, last: int, mean: float, _: float) -> list[Item]:
        sprints, items = self.panel.sprints, []
        for slot in np.flatnonzero(sprints.is_usable[one]):
            begin, end = sprints.first_week[one, slot], sprints.last_week[one, slot]
            if first <= end <= last and not self.is_excused[one, begin : end + 1].any():
                hours = sprints.hours[one, slot] / 40
                rate = sprints.points[one, slot] / hours
                items.append(Item(1 - rate / mean, hours, 40 * hours / sprints.nominal_hours[one, slot]))
        return items

    def _incidents(self, one: int, first: int, last: int, _: float, sd: float) -> list[Item]:
        calls, most = self.panel.incidents, RULES.comparison.clip_response_sds * sd
        slower = self.known.response.deviations(self.panel)
        return [
            Item(min(max(slower[call], -most), most), 1, 1)
            for call in np.flatnonzero(calls.engineer == one)
            if first <= calls.week[call] <= last and not self.is_excused[one, calls.week[call]]
        ]

    def _entries(self, one: int, first: int, last: int, mean: float, _: float) -> list[Item]:
        scores = self.panel.vibes[one, first : last + 1][self.panel.is_vibes_known[one, first : last + 1]]
        return [Item(mean - score, 1, 1) for score in scores if not np.isnan(score)]


@cache
def case() -> Case:
    """Half a year on 4x10 of an organisation of small teams, some weeks excused."""
    given = unusual(NOISY, 3)
    panel = given.panel
    is_excused = np.random.default_rng(1).random(panel.is_employed.shape) < 0.06
    index = np.arange(NOISY.weeks_before, NOISY.weeks_before + 26)
    known = given.baselines[int(index[-1])]
    week = weeks_to_judge(panel, RULES, index, is_excused)
    return Case(panel, known, is_excused, week, compared(panel, RULES, known, week))


def least(metric: Metric, length: int) -> int:
    """More than half of a window's weeks, and three; two sprints; three incidents or entries."""
    at_least = {"velocity": RULES.velocity.min_sprints, "response": 3, "vibes": RULES.vibes.min_entries}
    return at_least.get(metric, max(3, length // 2 + 1))


def mean_of(items: list[Item]) -> float:
    return sum(item.fall * item.weight for item in items) / sum(item.weight for item in items)


@pytest.mark.parametrize("length", RULES.comparison.windows_weeks)
@pytest.mark.parametrize("metric", METRICS)
def test_a_change_is_the_mean_of_its_items_less_what_the_team_shares(metric: Metric, length: int) -> None:
    given = case()
    panel, week, own = given.panel, given.week, given.own(metric)
    found = change(panel, RULES, given.data, week, metric, length)
    raw, error = np.full(found.size.shape, np.nan), np.full(found.size.shape, np.nan)
    for one, column in zip(*np.nonzero(week.is_compared), strict=True):
        last = int(week.index[column])
        first = max(last - length + 1, int(week.compared_from[one, column]))
        items = given.items(metric, one, first, last)
        n = len(items)
        assert found.n[one, column] == n
        if n >= least(metric, length):
            raw[one, column] = mean_of(items)
            inflation = 1 + 2 * sum((1 - k / n) * own.rho**k for k in range(1, n))
            weight = sum(item.scatter_weight for item in items)
            weight = max(weight, RULES.baseline.min_sprint_hours_ratio) if metric == "velocity" else weight
            error[one, column] = np.sqrt(own.sd[one] ** 2 * inflation / weight + own.variance[one])
    raw[np.isnan(error)] = np.nan

    shared = np.zeros(raw.shape)
    cap = {"billable": 0.015, "velocity": 0.08, "response": 0.15, "vibes": 0.25}[metric]
    for one, column in zip(*np.nonzero(~np.isnan(raw)), strict=True):
        mates = (week.group[:, column] == week.group[one, column]) & (week.group[one, column] >= 0)
        falls = raw[mates, column][~np.isnan(raw[mates, column])]
        dip = max(float(np.median(falls)), 0.0) if len(falls) >= RULES.comparison.min_team else np.nan
        first = max(week.index[column] - length + 1, week.compared_from[one, column])
        holds_settling = first < panel.switch[one] + RULES.baseline.settling_weeks
        # What settling in costs must be known from the others.
        shared[one, column] = dip if holds_settling else min(np.nan_to_num(dip), cap)
    raw[np.isnan(shared)] = error[np.isnan(shared)] = np.nan
    np.testing.assert_allclose(found.size, raw - shared, atol=1e-9)
    np.testing.assert_allclose(found.error, error, atol=1e-9)
    np.testing.assert_array_equal(found.is_enough, ~np.isnan(raw))
    assert np.count_nonzero(found.is_enough) > 100
    assert (shared > 0).any()


@pytest.mark.parametrize("metric", METRICS)
def test_without_its_worst_item_a_window_is_the_mean_of_the_others(metric: Metric) -> None:
    given = case()
    where = np.argwhere(given.week.is_compared)[::7]
    last = given.week.index[where[:, 1]]
    for length in (1, 4, 12):
        first = np.maximum(last - length + 1, given.week.compared_from[where[:, 0], where[:, 1]])
        found = given.data.items[metric].without_worst(where[:, 0], last, first)
        expected = []
        for one, begin, end in zip(where[:, 0], first, last, strict=True):
            items = given.items(metric, one, int(begin), int(end))
            others = [items[:number] + items[number + 1 :] for number in range(len(items))]
            expected.append(min(mean_of(rest) for rest in others) if len(items) > 1 else np.nan)
        np.testing.assert_allclose(found, expected, atol=1e-9)
