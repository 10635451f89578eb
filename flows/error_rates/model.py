"""What the measured error rates say, as values: how often the decisions are wrong, and how soon they are right.

A false-alarm figure means nothing without its detection figure, so both always travel in one `Result`.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal

from transforms.parameters import DecisionRules

FORMAT: Final = 1
World = Literal["default", "redrawn", "three_week_sprints", "heavy_tails", "reorganisation", "missing_weeks"]
WORLDS: Final[tuple[World, ...]] = (
    "default",
    "redrawn",
    "three_week_sprints",
    "heavy_tails",
    "reorganisation",
    "missing_weeks",
)
Method = Literal["evidence", "plain"]


@dataclass(frozen=True)
class Goal:
    """What a figure should reach: at most, at least, or between `low` and `high`."""

    op: Literal["<=", ">=", "between"]
    value: float | None = None
    low: float | None = None
    high: float | None = None

    def is_met(self, found: float) -> bool:
        if self.value is not None:
            return found <= self.value if self.op == "<=" else found >= self.value
        assert self.low is not None, "the reader lets no goal pass that has neither a value nor two ends"
        assert self.high is not None, "the reader lets no goal pass that has neither a value nor two ends"
        return self.low <= found <= self.high


@dataclass(frozen=True)
class Figure:
    """What is measured: one row of the table of goals.

    Units: `unit` is `episodes per engineer-year`, `per 100 engineers and year`, `share` (0 to 1), `weeks` or `points`.
    """

    key: str
    title: str
    unit: str
    worse: Literal["high", "low"]  # the direction in which it gets worse
    must: Goal
    aim: Goal
    must_redrawn: Goal  # where the world's constants are redrawn; mostly the same


@dataclass(frozen=True)
class Measured:
    """An estimate with its standard error, clustered by team.

    `n` is what it rests on: clean engineer-years, engineers, or teams. `se` is missing with a single team.
    """

    value: float
    se: float | None
    n: float


@dataclass(frozen=True)
class Result:
    """One world judged in one way. A figure without any exposure is not among `figures`."""

    world: World
    method: Method
    without: str  # the rule switched off, in words; empty: none
    figures: Mapping[str, Measured]
    assignments: tuple[str, ...] = ()  # what switches it off, as `tenfour judge --set` takes it
    # By how much that moves each rate and share, on the same teams: known far better than the figures themselves.
    changes: Mapping[str, Measured] = field(default_factory=dict)


@dataclass(frozen=True)
class LikeYours:
    """Teams of a size and scatter, where the planted drops are falls of billable share by 5 points."""

    engineers: int
    weekly_sd_points: float
    weeks_before: int
    false_red: Measured
    false_alarm: Measured
    seen_within_12: Measured
    weeks_to_see: Measured | None  # missing: fewer than half are ever seen


@dataclass(frozen=True)
class WhatIf:
    """The default world with one parameter changed."""

    key: str
    value: float
    false_red: Measured
    false_alarm: Measured
    seen_within_12: Measured


@dataclass(frozen=True)
class ErrorRates:
    """The file `measured.json`. `teams` is 0 as long as nothing was measured."""

    format: Literal[1]
    teams: int
    first_seed: int
    weeks_before: int
    weeks_during: int
    parameters: Mapping[str, Any]
    figures: tuple[Figure, ...]
    results: tuple[Result, ...] = ()
    like_yours: tuple[LikeYours, ...] = ()
    what_if: tuple[WhatIf, ...] = ()

    def figure(self, key: str) -> Figure:
        return next(figure for figure in self.figures if figure.key == key)

    def result(self, world: World = "default", method: Method = "evidence", without: str = "") -> Result | None:
        """What one world gave, judged in one way; missing if that was not measured."""
        asked = (world, method, without)
        return next((one for one in self.results if (one.world, one.method, one.without) == asked), None)

    def differences(self, rules: DecisionRules) -> list[str]:
        """The keys in which these rules differ from those that the figures were measured with, dotted and sorted.

        `method` is left out: both methods are measured.
        """
        theirs, ours = _leaves(self.parameters), _leaves(as_parameters(rules))
        differing = {key for key in theirs.keys() | ours.keys() if theirs.get(key) != ours.get(key)}
        return sorted(differing - {"method"})


def as_parameters(rules: DecisionRules) -> dict[str, Any]:
    """Rules as the file holds them."""
    held: dict[str, Any] = json.loads(json.dumps(asdict(rules)))
    return held


def _leaves(section: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    leaves: dict[str, Any] = {}
    for name, value in section.items():
        leaves |= _leaves(value, f"{prefix}{name}.") if isinstance(value, Mapping) else {f"{prefix}{name}": value}
    return leaves
