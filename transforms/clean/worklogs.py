"""What worklogs of any vendor have in common: whose they are, on which day they fall, and what is wrong with them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from transforms.clean.identity import suggestion
from transforms.clean.problems import Row, problem
from transforms.clean.times import in_own_weeks

_LONGEST_HOURS: Final = 24.0
_NOTABLE_OVERLAP_HOURS: Final = 0.25  # start times are typed in round minutes
_EPOCH: Final = pd.Timestamp(0, tz="UTC")
_A_DAY: Final = pd.Timedelta(days=1)
_A_WEEK: Final = pd.Timedelta(days=7)
_ROWS_AT_ONCE: Final = 100_000


@dataclass(frozen=True)
class Vendor:
    """Whose worklogs: `source`, its title for sentences, and the letter its rules begin with."""

    source: str
    title: str
    letter: str

    def problem(self, rule: str, severity: str, message: str, column: str, **more: str) -> Row:
        return problem(self.source, "worklogs", f"{self.letter}{rule}", severity, message, column=column, **more)


def of_roster(
    vendor: Vendor,
    read: pd.DataFrame,
    engineers: pd.DataFrame,
    first_week: pd.Timestamp,
    finish: Callable[[pd.DataFrame], pd.DataFrame],
) -> tuple[pd.DataFrame, list[Row]]:
    """The worklogs of the roster that can be used, dated in their author's zone; the others as problems.

    Grain: one row per worklog from `first_week` on, as `finish` makes them of the columns of `read` and `engineer_id`,
        `timezone`, `work_date` and `week_start`. It gets some of the rows at a time: years of history would not fit
        into memory several times over.
    Shape: `read` has `worklog_id, account_id, author_name, started, started_at, logged_hours`. A worklog that stands in
        it twice counts once, as it stands last.
    """
    once = ~read.duplicated("worklog_id", keep="last") & read["worklog_id"].notna()
    people = engineers.loc[engineers["jira_account_id"].notna(), ["jira_account_id", "engineer_id", "timezone"]]
    usable, unusable, old = [], [], []
    for start in range(0, max(len(read), 1), _ROWS_AT_ONCE):
        rows = read.iloc[start : start + _ROWS_AT_ONCE]
        known = rows[once.loc[rows.index]].merge(
            people, how="left", left_on="account_id", right_on="jira_account_id", validate="many_to_one"
        )
        is_usable = known["started_at"].notna() & known["logged_hours"].between(0, _LONGEST_HOURS)
        is_ours = known["engineer_id"].notna()
        dated = in_own_weeks(known[is_ours & is_usable], "started_at")
        is_in_time = dated["week_start"] >= first_week
        usable.append(finish(dated[is_in_time].reset_index(drop=True)))
        unusable.append(known[~(is_ours & is_usable)])
        old.append(dated[~is_in_time])
    left_out = pd.concat(unusable, ignore_index=True)
    is_stranger = left_out["engineer_id"].isna()
    problems = [
        *_unnamed(vendor, read[read["worklog_id"].isna()]),
        *_strangers(vendor, left_out[is_stranger], engineers),
        *_impossible(vendor, left_out[~is_stranger]),
        *_too_old(vendor, pd.concat(old, ignore_index=True), first_week),
    ]
    whole = pd.concat(usable, ignore_index=True)
    usable.clear()  # the parts are not needed beside the whole
    return whole, problems


def _unnamed(vendor: Vendor, worklogs: pd.DataFrame) -> list[Row]:
    if worklogs.empty:
        return []
    message = (
        f"{len(worklogs)} worklogs ({worklogs['logged_hours'].sum():.2f} h) came without an id and are left out: they "
        "could be counted twice. Check that nothing between the vendor and this program changes the answers."
    )
    return [vendor.problem("009", "error", message, "id")]


def _strangers(vendor: Vendor, worklogs: pd.DataFrame, engineers: pd.DataFrame) -> list[Row]:
    """One problem per author who is not on the roster, with the hours left out."""
    sums = (
        worklogs.assign(account_id=worklogs["account_id"].fillna("(no account)"))
        .groupby("account_id")
        .agg(hours=("logged_hours", "sum"), count=("worklog_id", "size"), name=("author_name", "last"))
        .reset_index()
    )
    return [
        vendor.problem(
            "001",
            "warning",
            f"{name if isinstance(name, str) else 'Someone'} logged {hours:.2f} h in {count} worklogs and is not on "
            f"the roster; the hours are left out. {suggestion(name, account, engineers, 'jira_account_id')}",
            "author",
            found=account,
        )
        for account, hours, count, name in zip(
            sums["account_id"], sums["hours"], sums["count"], sums["name"], strict=True
        )
    ]


def _impossible(vendor: Vendor, worklogs: pd.DataFrame) -> list[Row]:
    """One problem per worklog without a readable start, or of a length that none can have."""
    return [
        vendor.problem(
            "002",
            "error",
            f"worklog {worklog_id} of {engineer_id} {_begins(day, started)} and {_lasts(hours)}; a worklog has a start "
            f"and lasts 0 to 24 h. It is left out until it is mended in {vendor.title}.",
            "started" if pd.isna(day) else "timeSpentSeconds",
            found=started if pd.isna(day) else "" if pd.isna(hours) else f"{hours:g} h",
            engineer_id=engineer_id,
        )
        for worklog_id, started, day, hours, engineer_id in zip(
            worklogs["worklog_id"],
            worklogs["started"].fillna(""),
            worklogs["started_at"].dt.strftime("%Y-%m-%d"),
            worklogs["logged_hours"],
            worklogs["engineer_id"],
            strict=True,
        )
    ]


def _begins(day: object, started: str) -> str:
    if isinstance(day, str):
        return f"begins {day}"
    return f'begins "{started}", which is no time,' if started else "does not say when it begins"


def _lasts(hours: float) -> str:
    return "does not say how long it lasts" if pd.isna(hours) else f"lasts {hours:g} h"


def _too_old(vendor: Vendor, worklogs: pd.DataFrame, first_week: pd.Timestamp) -> list[Row]:
    if worklogs.empty:
        return []
    hours, days = worklogs["logged_hours"].sum(), worklogs["work_date"]
    message = (
        f"{len(worklogs)} worklogs ({hours:.2f} h) entered or edited of late are dated {days.min():%Y-%m-%d} to "
        f"{days.max():%Y-%m-%d}, before the week of {first_week:%Y-%m-%d}, the earliest that is read again. These "
        "weeks stay as they are; sources.lookback_weeks in the config sets how far back is read."
    )
    return [vendor.problem("007", "info", message, "started")]


def in_the_future(vendor: Vendor, worklogs: pd.DataFrame, until: pd.Timestamp) -> list[Row]:
    """One problem per worklog that begins when all that is known ends, or later, and was entered for it in advance.

    Whoever logs work on the day it is done, or the day after, is not meant: a run in the middle of a week reads such
    worklogs of days that it does not report yet. Within the week that begins with `until` it is a remark, for plans
    are made by the week; later it is a warning.
    """
    edited = worklogs["updated_at"]
    is_ahead = (worklogs["started_at"] >= until) & (edited < until) & (worklogs["started_at"] - edited > _A_DAY)
    found = worklogs[is_ahead]
    return [
        vendor.problem(
            "013",
            "info" if started < until + _A_WEEK else "warning",
            f"worklog {worklog_id} of {engineer_id} ({hours:g} h) is dated {day:%Y-%m-%d}, in the future, and was "
            f"entered {entered:%Y-%m-%d %H:%M} UTC. It is set aside: it counts in no week until its day has come or it "
            f"is mended in {vendor.title}.",
            "started",
            found=f"{day:%Y-%m-%d}",
            engineer_id=engineer_id,
        )
        for worklog_id, engineer_id, hours, day, started, entered in zip(
            found["worklog_id"],
            found["engineer_id"],
            found["logged_hours"],
            found["work_date"],
            found["started_at"],
            found["recorded_at"],
            strict=True,
        )
    ]


def overlaps(vendor: Vendor, worklogs: pd.DataFrame) -> list[Row]:
    """One warning per engineer and week in which worklogs run at the same time for long. Their hours stay."""
    columns = ["engineer_id", "started_at", "worklog_id", "week_start", "logged_hours"]
    ordered = worklogs[columns].sort_values(columns[:3])
    start_hours = (ordered["started_at"] - _EPOCH).dt.total_seconds() / 3600
    end_hours = start_hours + ordered["logged_hours"]
    busy_until = end_hours.groupby(ordered["engineer_id"]).cummax().groupby(ordered["engineer_id"]).shift()
    shared = (busy_until - start_hours).clip(lower=0).round(6).fillna(0.0)
    ordered = ordered.assign(shared_hours=np.minimum(shared, ordered["logged_hours"]))
    sums = (
        ordered[ordered["shared_hours"] > 0]
        .groupby(["engineer_id", "week_start"])
        .agg(hours=("shared_hours", "sum"), count=("worklog_id", "size"), first=("worklog_id", "first"))
        .reset_index()
    )
    sums = sums[sums["hours"] >= _NOTABLE_OVERLAP_HOURS]
    return [
        vendor.problem(
            "004",
            "warning",
            f"{engineer_id}, week of {week:%Y-%m-%d}: {count} worklogs overlap earlier ones by {hours:.2f} h in all "
            f"(the first is {first}). All hours are counted; check the start times in {vendor.title}.",
            "started",
            found=first,
            engineer_id=engineer_id,
        )
        for engineer_id, week, hours, count, first in zip(
            sums["engineer_id"], sums["week_start"], sums["hours"], sums["count"], sums["first"], strict=True
        )
    ]
