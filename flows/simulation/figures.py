"""The table of goals: what is measured on simulated teams, in which unit, and what it must and should reach.

How each figure is counted stands in `tallies.py`. Definition: decisions.md, section 8.
"""

from typing import Final

from flows.error_rates import Figure, Goal

EPISODES: Final = "episodes per engineer-year"
PER_100: Final = "per 100 engineers and year"
SHARE: Final = "share"
WEEKS: Final = "weeks"
POINTS: Final = "points"


def _at_most(key: str, title: str, unit: str, must: float, aim: float, must_redrawn: float | None = None) -> Figure:
    redrawn = must if must_redrawn is None else must_redrawn
    return Figure(key, title, unit, "high", Goal("<=", must), Goal("<=", aim), Goal("<=", redrawn))


def _at_least(key: str, title: str, must: float, aim: float, must_redrawn: float | None = None) -> Figure:
    redrawn = must if must_redrawn is None else must_redrawn
    return Figure(key, title, SHARE, "low", Goal(">=", must), Goal(">=", aim), Goal(">=", redrawn))


FIGURES: Final[tuple[Figure, ...]] = (
    _at_most("false_red", "False reds, per engineer and year", EPISODES, 0.10, 0.03, 0.2),
    _at_most("false_alarm", "False yellows or reds, per engineer and year", EPISODES, 0.6, 0.4, 1.0),
    _at_most("false_return", "False proposals to return to 5x8, per 100 engineers and year", PER_100, 2, 1, 3),
    _at_least("bad_week_green", "One bad week: still green that week", 0.95, 0.98, 0.90),
    _at_least("bad_week_all_green", "One bad week: green then and in the 4 weeks after", 0.88, 0.93, 0.82),
    _at_least("seen_within_12", "Clear declines not green within 12 weeks", 0.88, 0.94),
    _at_most("weeks_to_see", "Clear declines: weeks until half of them are not green", WEEKS, 4, 3),
    _at_least("red_within_12", "Clear declines red within 12 weeks", 0.65, 0.80),
    _at_least("burnout_seen_within_12", "Severe burnout not green within 12 weeks", 0.98, 1.0),
    _at_most("burnout_weeks_to_see", "Severe burnout: weeks until half of it is not green", WEEKS, 3, 2),
    _at_least("return_within_26", "Clear declines: return to 5x8 proposed within 26 weeks", 0.80, 0.88),
    _at_least("return_precision", "Proposals to return that are right", 0.92, 0.96),
    _at_least("chronic_flagged", "Low before and after the switch: not green at some time", 0.94, 0.98),
    _at_most("chronic_return", "Low before and after the switch: return proposed all the same", SHARE, 0.03, 0.01),
    Figure(
        "interval_coverage",
        "Team interval of billable share holds the true change",
        SHARE,
        "low",
        Goal("between", low=0.93, high=0.97),
        Goal("between", low=0.94, high=0.96),
        Goal("between", low=0.93, high=0.97),
    ),
    _at_most("interval_type1", "Team interval excludes 0 although nothing changed", SHARE, 0.075, 0.06),
    _at_most("interval_width", "Mean width of the team interval", POINTS, 3.1, 2.8),
    _at_most("verdict_return_at_0", "Policy verdict `return` within 52 weeks, nothing lost", SHARE, 0.01, 0.0),
    _at_most("verdict_return_at_2", "Policy verdict `return` within 52 weeks, 2 points lost", SHARE, 0.15, 0.08),
    _at_least("verdict_return_at_4", "Policy verdict `return` within 52 weeks, 4 points lost", 0.95, 0.98),
)
KEYS: Final[tuple[str, ...]] = tuple(figure.key for figure in FIGURES)

# What each rests on: the lights, the reviews of single engineers, the effect on the whole team.
REVIEW_KEYS: Final = frozenset({"false_return", "return_within_26", "return_precision", "chronic_return"})
TEAM_KEYS: Final = frozenset(key for key in KEYS if key.startswith(("interval_", "verdict_")))
STATUS_KEYS: Final = frozenset(KEYS) - REVIEW_KEYS - TEAM_KEYS
