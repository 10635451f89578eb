"""Whether a team's estimates have become larger or smaller numbers: then points are not the work they were."""

from collections.abc import Mapping
from typing import Final

import pandas as pd

from transforms.language import _, day_text, figure

# Three sprints, for one may be odd; six before them, as many as fit into the shortest baseline that is of use.
RECENT_SPRINTS: Final = 3
EARLIER_SPRINTS: Final = 6
# A factor, up or down. Drawn at random from four ways to estimate, ten and fifteen issues a sprint, teams that change
# nothing look shifted in 3 to 7 of 100 sprints, those that take every step one higher (1, 2, 3, 5, 8, 13) in 92 to 96.
MEAN_SHIFT: Final = 1.3
# Medians of some dozen issues jump between two steps of the scale; so does a single sprint. They must agree, no more.
AGREEMENT: Final = 1.1
FEWEST_ISSUES: Final = 30


def estimate_shifts(totals: pd.DataFrame, switch: pd.Timestamp, team_names: Mapping[str, str]) -> pd.DataFrame:
    """Teams whose last sprints were estimated in other numbers than those before, with a sentence for each.

    Grain: one row per team of `team_names` that has shifted, by team.
    Units: points per issue completed and estimated.
    Shape: `team_id`, `since` (first day of the last three sprints), `mean_before`, `mean_now`, `median_before`,
        `median_now` (averages of the sprints' medians), `sentence`.
    Missing: a team with fewer than three recent and three earlier sprints, or 30 such issues on either side, is not
        judged. Sprints without an estimate do not count.
    Source: table SprintTotals.
    Definition: metrics.md, "Velocity per engineer". The last three closed sprints against the up to six before them;
        of those, while there are three, the ones that closed before the switch, which velocity is compared with. It has
        shifted where the mean over all their issues is 1.3 times what it was or more, or the 1.3th part or less, and
        the sprints' medians on average, and two of the three sprints by themselves, moved the same way by a tenth.
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
        means = _mean(earlier), _mean(recent)
        medians = float(earlier["median_estimate"].mean()), float(recent["median_estimate"].mean())
        middle_one = float((recent["points"] / recent["n_estimated"]).median())
        moved = [(*means, MEAN_SHIFT), (*medians, AGREEMENT), (means[0], middle_one, AGREEMENT)]
        if not all(_has_risen(*one) for one in moved) and not all(_has_fallen(*one) for one in moved):
            continue
        since = recent["first_day"].iloc[0]
        rows.append((team_id, since, *means, *medians, _sentence(name, *means, *medians, since)))
    columns = ["team_id", "since", "mean_before", "mean_now", "median_before", "median_now", "sentence"]
    return pd.DataFrame(rows, columns=columns)


def _mean(sprints: pd.DataFrame) -> float:
    return float(sprints["points"].sum() / sprints["n_estimated"].sum())


def _has_risen(before: float, now: float, factor: float) -> bool:
    return before > 0 and now >= factor * before


def _has_fallen(before: float, now: float, factor: float) -> bool:
    return now > 0 and before >= factor * now


def _sentence(
    name: str, mean_before: float, mean_now: float, median_before: float, median_now: float, since: pd.Timestamp
) -> str:
    numbers = {
        "mean_before": mean_before,
        "mean_now": mean_now,
        "median_before": median_before,
        "median_now": median_now,
    }
    places = {key: figure(f"{value:.1f}") for key, value in numbers.items()}
    places |= {"team": name, "day": day_text(since, "yMMMMd")}
    if mean_now > mean_before:
        return _(
            "The mean estimate of {team} rose from {mean_before} to {mean_now} points (the medians of its sprints from "
            "{median_before} to {median_now} on average) in the sprints since {day}: more points may mean larger "
            "numbers, not more work. Velocity comparisons over this span are to be read with care.",
            **places,
        )
    return _(
        "The mean estimate of {team} fell from {mean_before} to {mean_now} points (the medians of its sprints from "
        "{median_before} to {median_now} on average) in the sprints since {day}: fewer points may mean smaller "
        "numbers, not less work. Velocity comparisons over this span are to be read with care.",
        **places,
    )
