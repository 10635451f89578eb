"""Whether a team's estimates have become larger or smaller numbers: then points are not the work they were."""

from collections.abc import Mapping
from typing import Final

import pandas as pd

# Three sprints, for one may be odd; six before them, as many as fit into the shortest baseline that is of use.
RECENT_SPRINTS: Final = 3
EARLIER_SPRINTS: Final = 6
# From 4 to 5, and from 5 to 4: less than any step of the usual scale (1, 2, 3, 5, 8, 13).
RISE: Final = 1.25
FALL: Final = 0.8
# Ten issues a sprint. Drawn at random from four ways to estimate, teams that change nothing look shifted in 4 to 12 of
# 100 sprints by both numbers (by the median alone in up to 68), those that take every step one higher in 66 to 91.
FEWEST_ISSUES: Final = 30


def estimate_shifts(totals: pd.DataFrame, switch: pd.Timestamp, team_names: Mapping[str, str]) -> pd.DataFrame:
    """Teams whose last sprints were estimated in other numbers than those before, with a sentence for each.

    Grain: one row per team of `team_names` that has shifted, by team.
    Units: points per issue completed and estimated.
    Shape: `team_id`, `since` (first day of the last three sprints), `median_before`, `median_now` (medians of the
        sprints' medians), `mean_before`, `mean_now`, `sentence`.
    Missing: a team with fewer than three recent and three earlier sprints, or 30 such issues on either side, is not
        judged. Sprints without an estimate do not count.
    Source: table SprintTotals.
    Definition: metrics.md, "Velocity per engineer". The last three closed sprints against the up to six before them;
        of those, while there are three, the ones that closed before the switch, which velocity is compared with. It has
        shifted where both the median and the mean are at least 1.25 times, or at most 0.8 times, what they were: the
        median for it heeds no single large issue, the mean for it does not jump.
    """
    names = [name for name in totals.columns if name in ("team_id", "first_day", "last_day", "median_estimate")]
    known = totals.loc[totals["n_estimated"] > 0, [*names, "n_estimated"]]
    known = known.assign(points=totals["completed_points"] + totals["reopened_points"])
    rows = []
    for team_id, name in sorted(team_names.items()):
        sprints = known[known["team_id"] == team_id].sort_values("last_day")
        recent, before = sprints.iloc[-RECENT_SPRINTS:], sprints.iloc[:-RECENT_SPRINTS]
        of_baseline = before[before["last_day"] < switch]
        earlier = (of_baseline if len(of_baseline) >= RECENT_SPRINTS else before).iloc[-EARLIER_SPRINTS:]
        if min(len(recent), len(earlier)) < RECENT_SPRINTS:
            continue
        if min(recent["n_estimated"].sum(), earlier["n_estimated"].sum()) < FEWEST_ISSUES:
            continue
        medians = earlier["median_estimate"].median(), recent["median_estimate"].median()
        means = _mean(earlier), _mean(recent)
        if not (_has_risen(*medians) and _has_risen(*means)) and not (_has_fallen(*medians) and _has_fallen(*means)):
            continue
        since = recent["first_day"].iloc[0]
        rows.append((team_id, since, *medians, *means, _sentence(name, *medians, *means, since)))
    columns = ["team_id", "since", "median_before", "median_now", "mean_before", "mean_now", "sentence"]
    return pd.DataFrame(rows, columns=columns)


def _mean(sprints: pd.DataFrame) -> float:
    return float(sprints["points"].sum() / sprints["n_estimated"].sum())


def _has_risen(before: float, now: float) -> bool:
    return before > 0 and now >= RISE * before


def _has_fallen(before: float, now: float) -> bool:
    return before > 0 and now <= FALL * before


def _sentence(
    name: str, median_before: float, median_now: float, mean_before: float, mean_now: float, since: pd.Timestamp
) -> str:
    is_rise = median_now > median_before
    moved, meaning = (
        ("rose", "more points may mean larger numbers, not more work")
        if is_rise
        else ("fell", "fewer points may mean smaller numbers, not less work")
    )
    return (
        f"The median estimate of {name} {moved} from {median_before:g} to {median_now:g} points (the mean from "
        f"{mean_before:.1f} to {mean_now:.1f}) in the sprints since {since.day} {since:%B %Y}: {meaning}. Velocity "
        "comparisons over this span are to be read with care."
    )
