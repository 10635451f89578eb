"""What one simulated team adds to each figure: decisions held against the truth.

Only what is shown counts: `status` after the override, and the recommendations and verdicts as published. Weeks are
counted by their Mondays. A week's decisions are known when the week has ended, so a drop that is seen in its very first
week took 1 week to see, and "within 12 weeks" are the 12 weeks from `drop_week` on.
Definition: decisions.md, section 8.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from transforms.stats import Bools, Floats, Ints
from transforms.vocabulary import STATUSES

WEEKS_A_YEAR: Final = 52
BAD_WEEK_SPAN: Final = 5  # the planted bad week and the 4 weeks after it
SEEN_WITHIN_WEEKS: Final = 12
RETURN_WITHIN_WEEKS: Final = 26
CHRONIC_WEEKS: Final = 12  # weeks on 4x10 after which a chronically low engineer can be expected to be flagged
INTERVAL_WEEKS: Final = 26
VERDICT_WEEKS: Final = 52
MOST_WEEKS: Final = 104  # a drop that is not seen within so many weeks counts as never seen

_NO_ROW, _UNKNOWN, _YELLOW, _RED = -2, -1, 1, 2


@dataclass(frozen=True)
class Truth:
    """What was planted in one team. `engineers` is the table `truth.csv`, typed."""

    engineers: pd.DataFrame
    switch_week: pd.Timestamp
    weeks_during: int
    policy_effect_points: float

    @property
    def has_scenarios(self) -> bool:
        """Whether anything but the policy's own effect was planted."""
        return bool((self.engineers["scenario"] != "unaffected").any())


@dataclass(frozen=True)
class Judged:
    """What was decided about one team.

    `statuses`: engineer_id, week_start, status. `recommendations`: engineer_id, week_start, recommendation. `billable`:
    the team effect on billable share at each review that is known: week_start, ci_low, ci_high (points), verdict.
    """

    statuses: pd.DataFrame
    recommendations: pd.DataFrame
    billable: pd.DataFrame


@dataclass(frozen=True)
class Tally:
    """What one team adds: to each rate its events and its exposure, to each delay how many were seen in which week.

    Shape: delays count 1 to `MOST_WEEKS` weeks, and in the last place those never seen. All of it adds up over teams.
    """

    counts: Mapping[str, tuple[float, float]]
    delays: Mapping[str, Ints]

    def only(self, keys: Collection[str]) -> "Tally":
        """Without the figures that this way of judging has nothing to say about."""
        return Tally(
            {key: pair for key, pair in self.counts.items() if key in keys},
            {key: weeks for key, weeks in self.delays.items() if key in keys},
        )


@dataclass(frozen=True)
class _Grid:
    """Statuses as engineers x weeks; week 0 is the first on 4x10. Missing: `_NO_ROW` where there is none."""

    status: Ints
    since: Ints  # weeks
    last: Ints  # engineers: last week with a row; far in the past without any
    drop: Floats  # engineers: week of the true drop, missing without one
    bad: Floats  # engineers: the planted bad week, missing without one
    first_return: Floats  # engineers: the first review that proposed a return, missing without one
    return_after_drop: Floats  # the first one from the true drop on


def tally(truth: Truth, judged: Judged) -> Tally:
    """What one team adds to each figure.

    Figures of single engineers are not taken from teams on which the policy had a true effect and nothing else was
    planted: everybody lost there. Figures of the whole team are taken only from teams without scenarios.
    """
    counts: dict[str, tuple[float, float]] = {}
    delays: dict[str, Ints] = {}
    if truth.has_scenarios or truth.policy_effect_points == 0:
        grid = _grid(truth, judged)
        engineers = truth.engineers
        counts |= _false_alarms(grid, engineers) | _false_returns(grid, engineers) | _bad_weeks(grid, engineers)
        counts |= _chronic(grid, engineers) | _returns(grid, engineers)
        for prefix, who in (("", _flag(engineers, "is_clear_decliner")), ("burnout_", _is_severe_burnout(engineers))):
            found, weeks = _seen(grid, who, prefix)
            counts |= found
            delays |= weeks
    if not truth.has_scenarios:
        counts |= _team_figures(truth, judged.billable)
    return Tally(counts, delays)


def _false_alarms(grid: _Grid, engineers: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """`false_red`, `false_alarm`: episodes that start in a clean week, per engineer-year of clean judged weeks.

    Clean: on 4x10, no true drop active yet, not chronic, not in the 5 weeks from a planted bad week. Judged: a status
    is shown and it is not unknown. An episode starts in a week whose status is red (yellow or red) when that of the
    week before was anything else: no row and unknown included.
    """
    since = grid.since[None, :]
    is_good = ~_flag(engineers, "is_chronic")[:, None] & ~(since >= grid.drop[:, None])
    is_near_bad = (since >= grid.bad[:, None]) & (since < grid.bad[:, None] + BAD_WEEK_SPAN)
    is_clean = (since >= 0) & is_good & ~is_near_bad
    years = float((is_clean & (grid.status > _UNKNOWN)).sum()) / WEEKS_A_YEAR
    return {
        key: (float((_starts(grid.status >= least) & is_clean).sum()), years)
        for key, least in (("false_red", _RED), ("false_alarm", _YELLOW))
    }


def _starts(is_on: Bools) -> Bools:
    started = is_on.copy()
    started[:, 1:] &= ~is_on[:, :-1]
    return started


def _false_returns(grid: _Grid, engineers: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """`false_return`: engineers for whom a return was ever proposed, per year on 4x10, times 100.

    Over those without a true drop who are not chronic; a planted bad week does not make anybody affected.
    """
    is_good = engineers["scenario"].isin(["unaffected", "bad_week"]).to_numpy()
    years = ((grid.status > _NO_ROW) & (grid.since >= 0)).sum(axis=1) / WEEKS_A_YEAR
    return {"false_return": (float((is_good & ~np.isnan(grid.first_return)).sum()), float(years[is_good].sum()))}


def _bad_weeks(grid: _Grid, engineers: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """`bad_week_green`, `bad_week_all_green`: shown green in the planted bad week; in it and the 4 weeks after it.

    Over engineers with one bad week and nothing else who have a status in that week (in all five). Unknown is not
    green.
    """
    is_planted = (engineers["scenario"] == "bad_week").to_numpy() & ~np.isnan(grid.bad)
    found = {}
    for key, span in (("bad_week_green", 1), ("bad_week_all_green", BAD_WEEK_SPAN)):
        is_inside = (grid.since >= grid.bad[:, None]) & (grid.since < grid.bad[:, None] + span)
        is_there = is_planted & ((is_inside & (grid.status > _NO_ROW)).sum(axis=1) == span)
        is_green = ((grid.status == STATUSES.index("green")) & is_inside).sum(axis=1) == span
        found[key] = (float((is_there & is_green).sum()), float(is_there.sum()))
    return found


def _seen(grid: _Grid, who: Bools, prefix: str) -> tuple[dict[str, tuple[float, float]], dict[str, Ints]]:
    """`seen_within_12`, `weeks_to_see`, `red_within_12`, and the same with the prefix `burnout_`.

    Over engineers of the kind with 12 weeks left from their drop on, whether they are seen or not: to count the seen
    ones among the others too would flatter. Not green means yellow or red; unknown is not seen. An engineer who is not
    green when the drop begins is seen in its first week.
    """
    is_followed = who & (grid.last - grid.drop + 1 >= SEEN_WITHIN_WEEKS)
    n = float(is_followed.sum())
    to_see = _weeks_to(grid, grid.status >= _YELLOW)[is_followed]
    to_red = _weeks_to(grid, grid.status >= _RED)[is_followed]
    delays = np.bincount(np.minimum(to_see, MOST_WEEKS + 1), minlength=MOST_WEEKS + 2)[1:]
    counts = {f"{prefix}seen_within_12": (float((to_see <= SEEN_WITHIN_WEEKS).sum()), n)}
    if not prefix:
        counts["red_within_12"] = (float((to_red <= SEEN_WITHIN_WEEKS).sum()), n)
    return counts, {f"{prefix}weeks_to_see": delays.astype(np.int64)}


def _weeks_to(grid: _Grid, is_on: Bools) -> Ints:
    """Weeks from the drop to the first week that is on, 1 being the drop's own; beyond `MOST_WEEKS` if none is."""
    is_hit = is_on & (grid.since >= grid.drop[:, None])
    first = grid.since[is_hit.argmax(axis=1)] - grid.drop + 1
    weeks: Ints = np.where(is_hit.any(axis=1), first, MOST_WEEKS + 1).astype(np.int64)
    return weeks


def _returns(grid: _Grid, engineers: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """`return_within_26`, `return_precision`.

    Within 26 weeks: over clear decliners with 26 weeks left from their drop on, those for whom a return was proposed in
    one of these weeks. Precision: over the engineers for whom it was ever proposed and who should return (yes) or
    should not (no), the first; those of whom either answer is accepted (grey) are left out.
    """
    is_decliner = _flag(engineers, "is_clear_decliner")
    is_followed = is_decliner & (grid.last - grid.drop + 1 >= RETURN_WITHIN_WEEKS)
    is_soon = is_followed & (grid.return_after_drop - grid.drop + 1 <= RETURN_WITHIN_WEEKS)
    is_proposed = ~np.isnan(grid.first_return)
    right, wrong = ((engineers["should_return"] == answer).to_numpy() & is_proposed for answer in ("yes", "no"))
    return {
        "return_within_26": (float(is_soon.sum()), float(is_followed.sum())),
        "return_precision": (float(right.sum()), float(right.sum() + wrong.sum())),
    }


def _chronic(grid: _Grid, engineers: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """`chronic_flagged`, `chronic_return`: ever shown yellow or red on 4x10; a return ever proposed.

    Over chronically low engineers with at least 12 weeks of statuses on 4x10.
    """
    is_on_4x10 = grid.since >= 0
    is_followed = _flag(engineers, "is_chronic") & (((grid.status > _NO_ROW) & is_on_4x10).sum(axis=1) >= CHRONIC_WEEKS)
    is_flagged = ((grid.status >= _YELLOW) & is_on_4x10).any(axis=1)
    n = float(is_followed.sum())
    return {
        "chronic_flagged": (float((is_followed & is_flagged).sum()), n),
        "chronic_return": (float((is_followed & ~np.isnan(grid.first_return)).sum()), n),
    }


def _team_figures(truth: Truth, billable: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """`interval_*` from the last review within 26 weeks; `verdict_return_at_*` from all reviews within 52.

    Interval: teams of 26 weeks on 4x10 for which it could be computed. Coverage over any true effect of the policy,
    type I where there is none: the interval excludes 0, on either side. Verdict: teams of at least 52 weeks on 4x10, by
    the true loss; `return` at any review counts, by billable share alone.
    """
    since = _weeks_since(billable["week_start"], truth.switch_week)
    true_points = truth.policy_effect_points
    found: dict[str, tuple[float, float]] = {}
    if truth.weeks_during == INTERVAL_WEEKS and len(billable):
        low, high = billable[["ci_low", "ci_high"]].to_numpy(dtype=float)[since.argmax()]
        if not np.isnan(low):
            found["interval_coverage"] = (float(low <= true_points <= high), 1.0)
            found["interval_width"] = (float(high - low), 1.0)
            if true_points == 0:
                found["interval_type1"] = (float(not low <= 0 <= high), 1.0)
    if truth.weeks_during >= VERDICT_WEEKS and true_points in (0, -2, -4):
        is_return = (billable["verdict"] == "return").to_numpy() & (since < VERDICT_WEEKS)
        found[f"verdict_return_at_{-int(true_points)}"] = (float(is_return.any()), 1.0)
    return found


def _grid(truth: Truth, judged: Judged) -> _Grid:
    engineers, statuses = truth.engineers, judged.statuses
    ids = pd.Index(engineers["engineer_id"].to_numpy(dtype=object))
    row = ids.get_indexer(pd.Index(statuses["engineer_id"].to_numpy(dtype=object)))
    week = _weeks_since(statuses["week_start"], truth.switch_week).astype(np.int64)
    known = row >= 0
    first, last = (int(week.min()), int(week.max())) if len(week) else (0, 0)
    grid = np.full((len(ids), last - first + 1), _NO_ROW, dtype=np.int64)
    # "unknown" stands last in STATUSES; here it comes before green, so that worse is more.
    code = pd.Index(STATUSES[:-1]).get_indexer(pd.Index(statuses["status"].to_numpy(dtype=object)))
    grid[row[known], week[known] - first] = code[known]
    since = np.arange(first, last + 1)
    drop = _weeks_since(engineers["drop_week"], truth.switch_week)
    is_proposed = (judged.recommendations["recommendation"] == "return").to_numpy()
    proposals = judged.recommendations[is_proposed]
    proposed = ids.get_indexer(pd.Index(proposals["engineer_id"].to_numpy(dtype=object)))
    at = _weeks_since(proposals["week_start"], truth.switch_week)[proposed >= 0]
    proposed = proposed[proposed >= 0]
    is_after = at >= drop[proposed]
    return _Grid(
        status=grid,
        since=since,
        last=np.where(grid > _NO_ROW, since[None, :], -MOST_WEEKS * WEEKS_A_YEAR).max(axis=1),
        drop=drop,
        bad=_weeks_since(engineers["bad_week"], truth.switch_week),
        first_return=_first(proposed, at, len(ids)),
        return_after_drop=_first(proposed[is_after], at[is_after], len(ids)),
    )


def _weeks_since(days: pd.Series, switch: pd.Timestamp) -> Floats:
    """Weeks from the switch; missing where the day is."""
    between: Floats = (pd.to_datetime(days) - switch).dt.days.to_numpy(dtype=float) / 7
    return between


def _first(engineer: Ints, week: Floats, n_engineers: int) -> Floats:
    """The earliest week of each engineer; missing without any."""
    first = np.full(n_engineers, np.inf)
    np.minimum.at(first, engineer, week)
    return np.where(np.isinf(first), np.nan, first)


def _flag(engineers: pd.DataFrame, column: str) -> Bools:
    flags: Bools = engineers[column].to_numpy(dtype=bool)
    return flags


def _is_severe_burnout(engineers: pd.DataFrame) -> Bools:
    is_severe: Bools = ((engineers["scenario"] == "burnout") & (engineers["size"] == "severe")).to_numpy(dtype=bool)
    return is_severe
