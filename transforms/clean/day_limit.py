"""Days on which somebody logged more hours than a day has: they are set aside, and the week is not judged by them."""

from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from transforms.clean.drift import listing
from transforms.clean.jira_worklogs import JIRA
from transforms.clean.problems import Row, problem_table
from transforms.clean.tempo import TEMPO, TEMPO_RULE
from transforms.clean.times import by_clock
from transforms.vocabulary import Metric

_SHORTEST_DAY_HOURS: Final = 22.0  # no zone sets its clock forward by more than two hours
_ROUNDING_HOURS: Final = 1e-6  # a sum of seconds as hours is not exact; a second is 0.0003 h
_METRIC: Final[Metric] = "billable"


class DayLimit(NamedTuple):
    """Worklogs that can be used, what is wrong with the others (table Problems), and the engineer-weeks that must stay
    unknown for it: `engineer_id, week_start, metric`, each once."""

    usable: pd.DataFrame
    problems: pd.DataFrame
    withheld: pd.DataFrame


def set_aside_impossible_days(worklogs: pd.DataFrame, engineers: pd.DataFrame) -> DayLimit:
    """Worklogs without those of days on which one engineer logged more than the day was long.

    Grain: one row per worklog; all of such a day are set aside, for nobody can tell which of them is wrong.
    Units: hours. A local day is 24 h, or 23 or 25 when the clocks are set where the engineer lives.
    Missing: the engineer's week is withheld from billable share: neither the hours without that day nor those with it
        are what was worked.
    Definition: metrics.md, "Billable share": a worklog belongs to the day on which it starts, also past midnight.
    """
    by_day = worklogs.groupby(["engineer_id", "week_start", "work_date"])
    days = by_day["logged_hours"].sum().reset_index()
    days = days[days["logged_hours"] > _SHORTEST_DAY_HOURS].merge(
        engineers[["engineer_id", "timezone"]], how="left", on="engineer_id", validate="many_to_one"
    )
    days = days.assign(day_hours=_day_hours(days))
    days = days[days["logged_hours"] > days["day_hours"] + _ROUNDING_HOURS]
    keys = ["engineer_id", "work_date"]
    is_theirs = pd.MultiIndex.from_frame(worklogs[keys]).isin(pd.MultiIndex.from_frame(days[keys]))
    weeks = days[["engineer_id", "week_start"]].drop_duplicates().assign(metric=_METRIC)
    return DayLimit(
        worklogs[~is_theirs].reset_index(drop=True),
        problem_table(_problems(days, worklogs[is_theirs])),
        weeks.reset_index(drop=True),
    )


def _day_hours(days: pd.DataFrame) -> "pd.Series[float]":
    """How long each day is where the engineer lives; 24 where that is not known."""
    found = pd.Series(np.full(len(days), 24.0), index=days.index)
    for zone in days["timezone"].dropna().unique():
        here = days.loc[days["timezone"] == zone, "work_date"]
        length = by_clock(here + pd.Timedelta(days=1), zone) - by_clock(here, zone)
        found[here.index] = length.dt.total_seconds() / 3600
    return found


def _problems(days: pd.DataFrame, worklogs: pd.DataFrame) -> list[Row]:
    """One problem per day, with the ids of its worklogs."""
    of_day = worklogs.groupby(["engineer_id", "work_date"])
    ids, rules = of_day["worklog_id"].agg(listing), of_day["billing_rule"].first()
    found = []
    for engineer_id, day, hours, limit in zip(
        days["engineer_id"], days["work_date"], days["logged_hours"], days["day_hours"], strict=True
    ):
        vendor = TEMPO if rules[engineer_id, day] == TEMPO_RULE else JIRA
        message = (
            f"{engineer_id} logged {hours:.2f} h on {day:%Y-%m-%d}, a day of {limit:g} h (worklogs "
            f"{ids[engineer_id, day]}). All worklogs of that day are set aside, and the billable share of the week is "
            f"unknown until they are mended in {vendor.title}."
        )
        logged = f"{hours:.2f} h"
        found.append(vendor.problem("012", "error", message, "timeSpentSeconds", found=logged, engineer_id=engineer_id))
    return found
