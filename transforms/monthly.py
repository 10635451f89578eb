"""A month on 4x10 against the weeks before the switch, as the monthly report prints it.

What happened, week for week: holiday weeks and excused weeks count too. Whether a change is more than chance is said by
`team_effect`, not here.
"""

from typing import Final

import numpy as np
import pandas as pd

from transforms.panel import FULL_TIME_HOURS
from transforms.parameters import DecisionParameters, Denominator
from transforms.schemas.decisions import MonthlySummary
from transforms.schemas.registry import conform, empty
from transforms.vocabulary import METRICS
from transforms.weeks import weeks_of_month

EVERYBODY: Final = "all"
_WEEK: Final = ["engineer_id", "week_start"]


def monthly_summary(
    readings: pd.DataFrame, pages: pd.DataFrame, month: str, switch: pd.Timestamp, parameters: DecisionParameters
) -> pd.DataFrame:
    """The four metrics of a month against the weeks before, for everybody, each team and each engineer of the month.

    Grain: one row per scope and metric; a month without a week on 4x10 has none.
    Units: percent; points per 40 hours; seconds (geometric mean of the times to acknowledge and to resolve); score.
        `change`: points, percent, factor, score.
    Missing: a value without hours, whole sprints, calls or vibes; a change without both values.
    Definition: before are the weeks on 5x8 before the engineer's first week on 4x10 (and before `switch`, for who never
        was on it); during are the weeks of the month on 4x10. All are ratios of sums over the engineers of the month,
        each in their newest team. A sprint counts whole, in the month in which it ends.
    """
    rows = readings.sort_values(_WEEK, ignore_index=True).assign(side=lambda weeks: _sides(weeks, switch))
    is_in_month = rows["week_start"].isin(weeks_of_month(month))
    members = rows[is_in_month & (rows["side"] == "during")].drop_duplicates("engineer_id", keep="last")
    if members.empty:
        return empty(MonthlySummary)
    rows = rows[rows["engineer_id"].isin(members["engineer_id"])]
    facts = pd.concat(
        [
            _billable(rows, parameters.billable_denominator),
            _velocity(rows, parameters.velocity_denominator),
            _response(rows, pages),
            _vibes(rows),
        ],
        ignore_index=True,
    )
    counted = facts[(facts["side"] == "before") | facts["week_start"].isin(weeks_of_month(month))]
    return _summary(_scoped(counted, members), month)


def _sides(rows: pd.DataFrame, switch: pd.Timestamp) -> pd.Series:
    """`before`, `during`, or neither: back on 5x8 or kept on it after the switch, or on another schedule (9/80)."""
    is_4x10 = rows["schedule"] == "4x10"
    is_5x8 = rows["schedule"] == "5x8"
    own_switch = rows["week_start"].where(is_4x10).groupby(rows["engineer_id"]).transform("min").fillna(switch)
    is_before = is_5x8 & (rows["week_start"] < own_switch)
    side = np.select([is_4x10, is_before], ["during", "before"], default="neither")
    return pd.Series(side, index=rows.index, dtype="str")


def _hours(rows: pd.DataFrame, denominator: Denominator) -> pd.Series:
    return rows["available_hours"] if denominator == "available" else rows["worked_hours"]


def _facts(
    rows: pd.DataFrame, metric: str, part: str, total: pd.Series, weight: pd.Series, n_weeks: pd.Series | int
) -> pd.DataFrame:
    """Sums to be summed up: a value is total / weight."""
    facts = rows[["engineer_id", "week_start", "side"]].assign(
        metric=metric, part=part, total=total, weight=weight, n_weeks=n_weeks
    )
    return facts[facts["total"].notna() & (facts["weight"] > 0)]


def _billable(rows: pd.DataFrame, denominator: Denominator) -> pd.DataFrame:
    known = rows[rows["is_billable_known"]]
    return _facts(known, "billable", "", 100 * known["billable_hours"], _hours(known, denominator), 1)


def _velocity(rows: pd.DataFrame, denominator: Denominator) -> pd.DataFrame:
    """Whole sprints on one side of the switch, whose every week is known, in the week in which they end."""
    weeks = rows.assign(hours=_hours(rows, denominator), is_unknown=~rows["is_velocity_known"])
    sprints = (
        weeks[weeks["sprint_id"].notna()]
        .groupby(["engineer_id", "team_id", "sprint_id"], as_index=False)
        .agg(
            week_start=("week_start", "max"),
            side=("side", "first"),
            sides=("side", "nunique"),
            is_ended=("is_sprint_end", "any"),
            is_unknown=("is_unknown", "any"),
            points=("points_completed", "sum"),
            hours=("hours", "sum"),
            n_weeks=("week_start", "size"),
        )
    )
    whole = sprints[sprints["is_ended"] & ~sprints["is_unknown"] & (sprints["sides"] == 1)]
    return _facts(whole, "velocity", "", FULL_TIME_HOURS * whole["points"], whole["hours"], whole["n_weeks"])


def _response(rows: pd.DataFrame, pages: pd.DataFrame) -> pd.DataFrame:
    """Log seconds, acknowledging and resolving apart: one may be there without the other."""
    known = rows.loc[rows["is_response_known"], [*_WEEK, "side"]]
    calls = pages.merge(known, how="inner", on=_WEEK, validate="many_to_one")
    has_new_week = (~calls.duplicated(_WEEK)).astype("int64")
    parts = []
    for name in ("acknowledge_seconds", "resolve_seconds"):
        seconds = calls[name].astype("float64").clip(lower=1)  # below a second: clock noise
        log_seconds = pd.Series(np.log(seconds), index=calls.index)
        parts.append(_facts(calls, "response", name, log_seconds, seconds.notna().astype("float64"), has_new_week))
    return pd.concat(parts, ignore_index=True)


def _vibes(rows: pd.DataFrame) -> pd.DataFrame:
    known = rows[rows["is_vibes_known"]]
    return _facts(known, "vibes", "", known["vibes"], known["vibes"].notna().astype(float), 1)


def _scoped(facts: pd.DataFrame, members: pd.DataFrame) -> pd.DataFrame:
    """Each fact once for everybody, once for the team, once for the engineer; every scope of the month, in order."""
    team = facts["engineer_id"].map(members.set_index("engineer_id")["team_id"])
    everybody = pd.Series(EVERYBODY, index=facts.index)
    scopes = [everybody, "team:" + team, "engineer:" + facts["engineer_id"]]
    stacked = pd.concat([facts.assign(scope=scope) for scope in scopes], ignore_index=True)
    teams = sorted(set("team:" + members["team_id"]))
    order = [EVERYBODY, *teams, *sorted("engineer:" + members["engineer_id"])]
    return stacked.assign(scope=pd.Categorical(stacked["scope"], order, ordered=True))


def _summary(facts: pd.DataFrame, month: str) -> pd.DataFrame:
    sums = facts.groupby(["scope", "metric", "part", "side"], observed=True)[["total", "weight", "n_weeks"]].sum()
    mean = _by_side(sums["total"] / sums["weight"])
    # Of a response with both parts on one side only, the part that both sides have is compared.
    both = mean.notna().all(axis="columns")
    has_both = both.groupby(["scope", "metric"], observed=True).transform("any")
    value = mean[both | ~has_both].groupby(["scope", "metric"], observed=True).mean()
    weeks = _by_side(sums["n_weeks"])["during"]
    grid = pd.MultiIndex.from_product([facts["scope"].cat.categories, METRICS], names=["scope", "metric"])
    value = value.reindex(grid).assign(n_weeks=weeks.groupby(["scope", "metric"], observed=True).max().reindex(grid))
    summary = value.reset_index().assign(month=month)
    is_log = summary["metric"] == "response"
    for side in ("before", "during"):
        summary[side] = summary[side].mask(is_log, np.exp(summary[side].where(is_log)))
    ratio = summary["during"] / summary["before"].where(summary["before"] > 0)
    change = (summary["during"] - summary["before"]).mask(summary["metric"] == "velocity", 100 * (ratio - 1))
    summary["change"] = change.mask(is_log, ratio)
    summary["n_weeks"] = summary["n_weeks"].fillna(0).astype("int64")
    return conform(summary.astype({"scope": "str", "metric": "str"}), MonthlySummary)


def _by_side(values: pd.Series) -> pd.DataFrame:
    """The columns `before` and `during`; other sides are not shown."""
    wide = (
        values.rename("value")
        .reset_index()
        .pivot_table(index=["scope", "metric", "part"], columns="side", values="value", observed=True)
    )
    return wide.reindex(columns=["before", "during"]).rename_axis(columns=None)
