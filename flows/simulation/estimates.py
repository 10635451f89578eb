"""From the tallies of many teams to figures with standard errors.

Engineers of a team share their weeks, so the team is the unit of chance: every standard error is that of a ratio of
sums over teams, linearised (Cochran, Sampling Techniques, 1977, section 6.4), never of engineers as if they were
independent.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

import numpy as np

from flows.error_rates import Figure, Goal, Measured
from flows.simulation.figures import FIGURES, PER_100, SHARE
from flows.simulation.tallies import Tally
from transforms.stats import Floats

Figures = Mapping[str, Measured]

_SCALE: Final = {figure.key: 100.0 if figure.unit == PER_100 else 1.0 for figure in FIGURES}
_IS_MEAN: Final = frozenset({"interval_width"})  # its sum is one of points, not of events


def estimates(tallies: Sequence[Tally]) -> dict[str, Measured]:
    """Every figure that the teams have exposure for, in the order of `FIGURES`; without exposure it is missing."""
    found: dict[str, Measured] = {}
    for figure in FIGURES:
        pairs = np.array([one.counts[figure.key] for one in tallies if figure.key in one.counts]).reshape(-1, 2)
        delays = [one.delays[figure.key] for one in tallies if figure.key in one.delays]
        measured = _median(np.array(delays, dtype=float)) if delays else _ratio(figure.key, pairs)
        if measured is not None:
            found[figure.key] = measured
    return found


def differences(one: Sequence[Tally], other: Sequence[Tally]) -> dict[str, Measured]:
    """By how much each ratio of `other` is above that of `one`, for the same teams in the same order.

    The standard error is that of the difference, team by team: much of what chance does to one it does to the other.
    """
    found: dict[str, Measured] = {}
    for figure in FIGURES:
        key = figure.key
        both = [
            (a.counts[key], b.counts[key])
            for a, b in zip(one, other, strict=True)
            if key in a.counts.keys() & b.counts.keys()
        ]
        first, second = (np.array([pair[which] for pair in both]).reshape(-1, 2) for which in (0, 1))
        if not (first[:, 1].sum() and second[:, 1].sum()):
            continue
        residuals = _residuals(second) - _residuals(first)
        error = _error(residuals)
        value = second[:, 0].sum() / second[:, 1].sum() - first[:, 0].sum() / first[:, 1].sum()
        scale = _SCALE[key]
        found[key] = Measured(float(scale * value), None if error is None else scale * error, float(first[:, 1].sum()))
    return found


def _residuals(pairs: Floats) -> Floats:
    """Each team's part in a ratio of sums, linearised; they add up to 0."""
    events, exposure = pairs[:, 0], pairs[:, 1]
    residuals: Floats = (events - exposure * (events.sum() / exposure.sum())) / exposure.sum()
    return residuals


def _ratio(key: str, pairs: Floats) -> Measured | None:
    """Sum of events over sum of exposure. Shape: teams x (events, exposure)."""
    pairs = pairs[pairs[:, 1] > 0]
    exposure = float(pairs[:, 1].sum())
    if not exposure:
        return None
    ratio = float(pairs[:, 0].sum()) / exposure
    error = _ratio_error(pairs)
    if error is not None and key not in _IS_MEAN:
        # Where nothing (or everything) happened, all teams agree; that does not make the figure certain. The error is
        # never taken smaller than what a single event more or less would change.
        error = max(error, 1 / exposure)
    scale = _SCALE[key]
    return Measured(scale * ratio, None if error is None else scale * error, exposure)


def _error(residuals: Floats) -> float | None:
    n_teams = len(residuals)
    return float(np.sqrt(n_teams / (n_teams - 1) * (residuals**2).sum())) if n_teams > 1 else None


def _ratio_error(pairs: Floats) -> float | None:
    """Standard error of a ratio of sums over teams; missing with a single team."""
    return _error(_residuals(pairs))


def _median(delays: Floats) -> Measured | None:
    """The first week by which at least half have been seen; missing where half of them never are.

    Shape: teams x weeks (1, 2, ..., never). The standard error is that of the share seen by that week, carried over to
    weeks along the curve of shares (Woodruff 1952): half the distance between the weeks at which the curve, drawn
    through its points, passes one standard error under and over a half.
    """
    delays = delays[delays.sum(axis=1) > 0]
    n_followed = delays.sum(axis=1)
    if not len(delays):
        return None
    seen = delays[:, :-1].cumsum(axis=1)
    share = seen.sum(axis=0) / n_followed.sum()
    if share[-1] < 0.5:
        return None
    at = int(np.argmax(share >= 0.5))
    error = _ratio_error(np.column_stack([seen[:, at], n_followed]))
    if error is not None:
        curve, weeks = np.concatenate([[0.0], share]), np.arange(len(share) + 1.0)
        low, high = (_crossing(curve, weeks, 0.5 + sign * error) for sign in (-1, 1))
        error = (high - low) / 2
    return Measured(float(at + 1), error, float(n_followed.sum()))


def _crossing(curve: Floats, weeks: Floats, share: float) -> float:
    """The week at which a rising curve of shares first reaches a share; its last week if it never does."""
    if curve[-1] < share:
        return float(weeks[-1])
    after = int(np.argmax(curve >= share))
    if after == 0:
        return float(weeks[0])
    step = curve[after] - curve[after - 1]
    return float(weeks[after - 1] + (share - curve[after - 1]) / step)


def as_table(columns: Mapping[str, Figures], *, redrawn: Collection[str] = (), is_difference: bool = False) -> str:
    """Figures side by side, one column each, beside what they must and should reach.

    `!`: the must is missed; the columns in `redrawn` have musts of their own. Differences are not held against goals.
    """
    header = ["figure", "must", *(["must, redrawn"] if redrawn else []), "aim", *columns]
    rows = [
        [
            figure.title,
            _goal(figure, figure.must),
            *([_goal(figure, figure.must_redrawn)] if redrawn else []),
            _goal(figure, figure.aim),
            *(
                _cell(
                    figure,
                    figures.get(figure.key),
                    None if is_difference else figure.must_redrawn if name in redrawn else figure.must,
                )
                for name, figures in columns.items()
            ),
        ]
        for figure in FIGURES
    ]
    widths = [max(len(row[column]) for row in [header, *rows]) for column in range(len(header))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in [header, *rows]]
    return "\n".join(line.rstrip() for line in lines)


def _goal(figure: Figure, goal: Goal) -> str:
    if goal.value is not None:
        return f"{goal.op} {_number(figure, goal.value)}"
    return " to ".join(_number(figure, end) for end in (goal.low, goal.high) if end is not None)


def _cell(figure: Figure, measured: Measured | None, must: Goal | None) -> str:
    if measured is None:
        return "-"
    error = "" if measured.se is None else f" ±{_number(figure, measured.se)}"
    is_missed = must is not None and not must.is_met(measured.value)
    return f"{_number(figure, measured.value)}{error}{' !' if is_missed else ''}"


def _number(figure: Figure, value: float) -> str:
    return f"{100 * value:.1f} %" if figure.unit == SHARE else f"{value:.3g}"
