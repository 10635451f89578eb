"""Tempo's schedule of each engineer: absences that its holiday schemes know, and whether it agrees with the config.

What a day off is called is neither read nor kept.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from transforms.clean.frames import numbers, part, texts
from transforms.clean.leave import WHOLE_DAY_HOURS
from transforms.clean.problems import Row, problem, problem_table
from transforms.schemas.registry import conform
from transforms.schemas.sources import Leave
from transforms.vocabulary import Metric

HOLIDAY: Final = "HOLIDAY"
HOLIDAY_TYPES: Final = (HOLIDAY, "HOLIDAY_AND_NON_WORKING_DAY")
DAY_TYPES: Final = ("WORKING_DAY", "NON_WORKING_DAY", *HOLIDAY_TYPES)
# Metrics that rest on available hours, and so on leave.
LEAVE_METRICS: Final[tuple[Metric, ...]] = ("billable", "velocity")
_NOTABLE_HOURS: Final = 0.01
_KEYS: Final = ["engineer_id", "work_date"]
_WEEK: Final = ["engineer_id", "week_start"]
_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class TempoSchedule(NamedTuple):
    """Days away (table Leave), what is wrong (table Problems), and the engineer-weeks whose leave is not known:
    `engineer_id, week_start, metric`, each once."""

    leave: pd.DataFrame
    problems: pd.DataFrame
    withheld: pd.DataFrame


def read_schedule_days(account_id: str, rows: Sequence[Row]) -> pd.DataFrame:
    """Days of one user's schedule, as Tempo lists them.

    Grain: one row per row of `rows`.
    Units: hours. `required_hours` is what Tempo expects on the day, a holiday taken off; `holiday_hours` what the
        holiday takes.
    Missing: whatever the row lacks or spells in an unknown way.
    Source: Tempo `user-schedule/{accountId}`.
    """
    days = texts([row.get("date") for row in rows])
    return pd.DataFrame(
        {
            "account_id": pd.Series([account_id] * len(rows), dtype="str"),
            "work_date": pd.to_datetime(days, format="%Y-%m-%d", errors="coerce").astype("datetime64[us]"),
            "day_type": texts([row.get("type") for row in rows]),
            "required_hours": numbers([row.get("requiredSeconds") for row in rows]) / 3600,
            "holiday_hours": numbers([part(row, "holiday").get("durationSeconds") for row in rows]) / 3600,
        }
    )


def clean_tempo_schedule(days: pd.DataFrame, engineers: pd.DataFrame, scheduled: pd.DataFrame) -> TempoSchedule:
    """Absences that Tempo's schedule tells of, and where it leaves or contradicts the config's.

    Grain: `leave` has one row per engineer and day of type HOLIDAY or HOLIDAY_AND_NON_WORKING_DAY.
    Units: hours. A holiday lasts as long as Tempo says. It is a whole day (24 h, which the schedule caps) where Tempo
        expects no work on a day that else is worked there, or does not say how long it lasts: a Tempo that still plans
        8 h would leave 2 h of a day of 10.
    Shape: `days` are those of `read_schedule_days`; `scheduled` (engineer_id, work_date, scheduled_hours) has a row for
        every day that Tempo was asked about, of engineers with a Jira account.
    Missing: a day that Tempo was asked about and did not tell is a problem of its engineer, and the leave of that week
        is not known: `withheld`. That Tempo expects fewer hours than the config schedules is never leave, but a remark.
    Source: Tempo `user-schedule/{accountId}`.
    Definition: metrics.md, "Available hours".
    """
    people = engineers.loc[engineers["jira_account_id"].notna(), ["jira_account_id", "engineer_id"]]
    known = days.merge(people, how="inner", left_on="account_id", right_on="jira_account_id", validate="many_to_one")
    told = known.dropna(subset=["work_date"]).drop_duplicates(_KEYS, keep="last")
    asked = scheduled.loc[scheduled["engineer_id"].isin(people["engineer_id"]), [*_KEYS, "scheduled_hours"]]
    both = asked.merge(
        told[[*_KEYS, "day_type", "required_hours", "holiday_hours"]], how="left", on=_KEYS, validate="one_to_one"
    )
    is_told = both["day_type"].isin(DAY_TYPES) & both["required_hours"].ge(0)
    both = both.assign(
        is_told=is_told, week_start=both["work_date"] - pd.to_timedelta(both["work_date"].dt.day_of_week, unit="D")
    )
    # Nobody is on leave on a day without hours.
    untold = both[~is_told & (both["scheduled_hours"] > 0)]
    problems = problem_table([*_untold(untold), *_disagreements(both)])
    return TempoSchedule(_leave(both[is_told]), problems, _withheld(untold))


def _leave(days: pd.DataFrame) -> pd.DataFrame:
    away = days[days["day_type"].isin(HOLIDAY_TYPES)]
    is_all_day = (away["day_type"] == HOLIDAY) & (away["required_hours"] == 0)
    is_all_day |= ~away["holiday_hours"].between(0, WHOLE_DAY_HOURS)
    hours = away["holiday_hours"].mask(is_all_day, WHOLE_DAY_HOURS)
    table = away.rename(columns={"work_date": "leave_date"}).assign(leave_hours=hours)
    table = table[table["leave_hours"] > 0].sort_values(["engineer_id", "leave_date"])
    return conform(table, Leave)


def _withheld(untold: pd.DataFrame) -> pd.DataFrame:
    weeks = untold[_WEEK].drop_duplicates()
    found = [weeks.assign(metric=metric) for metric in LEAVE_METRICS]
    return pd.concat(found, ignore_index=True)


def _untold(days: pd.DataFrame) -> list[Row]:
    """One problem per engineer of whom Tempo did not tell every day."""
    first = days.groupby("engineer_id")["work_date"].agg(["size", "min", "max"]).reset_index()
    return [
        problem(
            "tempo",
            "user-schedule",
            "T014",
            "error",
            f"Tempo does not tell the schedule of {engineer_id} on {count} days from {since:%Y-%m-%d} to "
            f"{until:%Y-%m-%d}, so it is not known whether they had days off; billable share and velocity of these "
            "weeks are unknown. Check that Tempo knows their Jira account, and that the token's owner may view "
            "schedules; where Tempo holds no days off, set sources.tempo.schedule to false in the config.",
            column="date",
            engineer_id=engineer_id,
        )
        for engineer_id, count, since, until in zip(*(first[name] for name in first.columns), strict=True)
    ]


def _disagreements(days: pd.DataFrame) -> list[Row]:
    """One problem per engineer for whom Tempo plans another week than the config: the newest whole one of no holiday.

    Other hours are a warning; the same on other days, as of a Tempo that was not told of the four-day week, a remark.
    """
    is_plain = days["is_told"] & ~days["day_type"].isin(HOLIDAY_TYPES)
    plain = days.assign(is_plain=is_plain).groupby(_WEEK)["is_plain"].agg(["sum", "size"])
    whole = plain[(plain["sum"] == len(_WEEKDAYS)) & (plain["size"] == len(_WEEKDAYS))].reset_index()
    newest = whole.groupby("engineer_id", as_index=False)["week_start"].max()
    weeks = newest.merge(days, how="left", on=_WEEK, validate="one_to_many").sort_values(_KEYS)
    weeks = weeks.assign(is_other_day=(weeks["required_hours"] > 0) != (weeks["scheduled_hours"] > 0))
    sums = weeks.groupby("engineer_id").agg(
        theirs=("required_hours", "sum"), ours=("scheduled_hours", "sum"), is_other_day=("is_other_day", "any")
    )
    is_other_sum = (sums["theirs"] - sums["ours"]).abs() > _NOTABLE_HOURS
    severity = pd.Series(np.where(is_other_sum, "warning", "info"), index=sums.index)[
        is_other_sum | sums["is_other_day"]
    ]
    differing = weeks[weeks["engineer_id"].isin(severity.index)]
    return [
        _disagreement(str(engineer_id), rows, severity[engineer_id])
        for engineer_id, rows in differing.groupby("engineer_id")
    ]


def _disagreement(engineer_id: str, week: pd.DataFrame, severity: str) -> Row:
    theirs, ours = week["required_hours"].to_numpy(), week["scheduled_hours"].to_numpy()
    message = (
        f"In the week of {week['week_start'].iloc[0]:%Y-%m-%d} Tempo expects {_in_words(theirs)} of {engineer_id}, and "
        f"the config schedules {_in_words(ours)}. Hours are counted against the config. Mend the workload scheme in "
        "Tempo, or the schedule in the config."
    )
    more = {"column": "requiredSeconds", "found": f"{theirs.sum():g} h", "engineer_id": engineer_id}
    return problem("tempo", "user-schedule", "T015", severity, message, **more)


def _in_words(hours: "np.ndarray[Any, np.dtype[np.float64]]") -> str:
    """`40 h (Mon, Tue, Wed, Thu)`."""
    names = [name for name, value in zip(_WEEKDAYS, hours, strict=True) if value > 0]
    return f"{hours.sum():g} h ({', '.join(names) or 'on no day'})"
