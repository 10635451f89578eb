"""The calendar of reviews, and the sprints that a review looks at."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from transforms.panel import FULL_TIME_HOURS, Panel
from transforms.parameters import RecommendationRules
from transforms.stats import Bools, Floats


@dataclass(frozen=True)
class Review:
    """The `number`th review, 1 being the first; it looks at the weeks up to index `week`, that week included."""

    number: int
    week: int

    def week_on_4x10(self, rules: RecommendationRules) -> int:
        """Which week of the organisation's 4x10 it is, 1 being the first."""
        return rules.first_review_week + (self.number - 1) * rules.review_every_weeks

    def running(self, rules: RecommendationRules, n: int) -> list[int]:
        """The weeks (by index) of this review and of those just before it, at most `n`, the newest first."""
        return [self.week - back * rules.review_every_weeks for back in range(min(n, self.number))]


def reviews(panel: Panel, rules: RecommendationRules) -> list[Review]:
    """Every review that the panel's weeks hold. The organisation's earliest week on 4x10 sets the calendar."""
    if not panel.n_engineers:
        return []
    first = int(panel.switch.min()) + rules.first_review_week - 1
    weeks = range(first, panel.n_weeks, rules.review_every_weeks)
    return [Review(number, week) for number, week in enumerate(weeks, start=1)]


def wanted_reviews(panel: Panel, rules: RecommendationRules, weeks: pd.DatetimeIndex | None) -> list[Review]:
    """The reviews whose week is among `weeks`; all without `weeks`."""
    held = reviews(panel, rules)
    return held if weeks is None else [review for review in held if panel.week_starts[review.week] in weeks]


def needed_reviews(panel: Panel, rules: RecommendationRules, wanted: Sequence[Review], running: int) -> list[Review]:
    """The wanted reviews and the `running - 1` before each of them, in order."""
    numbers = {review.number - back for review in wanted for back in range(running)}
    return [review for review in reviews(panel, rules) if review.number in numbers]


def sprint_grid(panel: Panel, is_counted: Bools) -> tuple[Floats, Floats]:
    """Points and hours of the counted sprints, each in the week in which it ends.

    Shape: `is_counted` as `panel.sprints`; both results engineers x weeks.
    Units: points, hours of the velocity denominator.
    """
    sprints = panel.sprints
    engineer = np.broadcast_to(np.arange(panel.n_engineers)[:, None], is_counted.shape)[is_counted]
    at = (engineer, sprints.last_week[is_counted])
    points, hours = np.zeros(panel.is_4x10.shape), np.zeros(panel.is_4x10.shape)
    np.add.at(points, at, sprints.points[is_counted])
    np.add.at(hours, at, sprints.hours[is_counted])
    return points, hours


def points_per_full_week(points: Floats, hours: Floats) -> Floats:
    """Velocity: points per 40 hours; missing without hours."""
    rate: Floats = np.full(points.shape, np.nan)
    np.divide(points * FULL_TIME_HOURS, hours, out=rate, where=hours > 0)
    return rate
