"""Whether a team answers slower on the weekday that many of it have off."""

from typing import Any, Final

import numpy as np
import pandas as pd

from transforms.metrics.coverage import OFFICE_FROM_HOUR, OFFICE_TO_HOUR
from transforms.metrics.response import is_acknowledged, response_rate_pct
from transforms.metrics.sprint_calendar import team_zones
from transforms.schedule import local_times

PERIODS: Final = ("before", "during")
_DAY_KEYS: Final = ["team_id", "work_date"]
_CALL: Final = ["team_id", "incident_id"]


def office_calls(pages: pd.DataFrame, engineers: pd.DataFrame, coverage: pd.DataFrame) -> pd.DataFrame:
    """High-urgency calls in office hours that a team answered or missed.

    Grain: one row per team x incident whose first page to anybody of the team fell on a weekday between 08:00 and 17:00
        by the team's clock. Days on which the office was closed (no share in `coverage`) are left out, and so are
        calls that somebody outside of the team dealt with.
    Units: `answer_seconds` from that first page to the first acknowledge by anybody of the team; where there was none,
        until the call last timed out away from one of them.
    Definition: metrics.md, "Coverage of the fifth day". A page that was handed over starts the clock anew, as it does
        for the engineers.
    """
    team_id = engineers.set_index("engineer_id")["team_id"].reindex(pages["engineer_id"]).array
    answered_by = pages["paged_at"] + pd.to_timedelta(pages["acknowledge_seconds"], unit="s")
    is_answered = is_acknowledged(pages)
    paged = pages[["incident_id", "paged_at"]].assign(
        team_id=team_id,
        answered_at=answered_by.where(is_answered),
        left_at=answered_by.where(pages["is_censored"]),
    )
    of_team = paged[(pages["urgency"] == "high") & paged["team_id"].notna()].groupby(_CALL, as_index=False)
    calls = of_team.agg(paged_at=("paged_at", "min"), answered_at=("answered_at", "min"), left_at=("left_at", "max"))
    local = local_times(calls["paged_at"], calls["team_id"].map(team_zones(engineers)))
    ended_at = calls["answered_at"].fillna(calls["left_at"])
    dated = calls.assign(
        work_date=local.dt.normalize(),
        is_answered=calls["answered_at"].notna(),
        answer_seconds=(ended_at - calls["paged_at"]).dt.total_seconds(),
    )
    hour = (local - local.dt.normalize()).dt.total_seconds() / 3600
    in_office = dated[(hour >= OFFICE_FROM_HOUR) & (hour < OFFICE_TO_HOUR) & ended_at.notna()]
    open_days = coverage.loc[coverage["covered_share"].notna(), [*_DAY_KEYS, "week_start"]]
    on_open_days: pd.DataFrame = in_office.merge(open_days, on=_DAY_KEYS, how="inner", validate="many_to_one")
    return on_open_days


def weekdays_off(coverage: pd.DataFrame) -> list[int]:
    """The weekdays that most of a team's rostered days off fall on: one, or more that tie; 0 is Monday.

    `coverage`: the team's days that count, such as those since the switch.
    Missing: empty where nobody has a day off, and where the days off are spread evenly over all five weekdays: then no
        day is the day off.
    """
    sums = coverage.groupby(coverage["work_date"].dt.day_of_week)["day_off_engineers"].sum()
    most = [int(weekday) for weekday in sums.index[sums == sums.max()]] if sums.sum() else []
    return most if len(most) < 5 else []


def day_off_response(calls: pd.DataFrame, weekdays: list[int], switch: pd.Timestamp) -> pd.DataFrame:
    """A team's calls on its weekdays off against those on the other weekdays, before and since the switch.

    Grain: one row per period (`before`, `during`) and kind of day, complete; the days off first.
    Units: seconds; percent.
    Missing: median and rate without calls.
    """
    is_off = calls["work_date"].dt.day_of_week.isin(weekdays)
    is_during = calls["week_start"] >= switch
    return pd.DataFrame(
        [
            {"period": period, "is_day_off": day_off, **_summary(calls[(is_during == during) & (is_off == day_off)])}
            for during, period in enumerate(PERIODS)
            for day_off in (True, False)
        ]
    )


def _summary(calls: pd.DataFrame) -> dict[str, Any]:
    answered = np.array([calls["is_answered"].sum()])
    return {
        "n_calls": len(calls),
        "median_seconds": calls["answer_seconds"].median(),
        "answered_pct": response_rate_pct(answered, len(calls) - answered)[0],
    }
