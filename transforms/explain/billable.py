"""A billable share traced to its rows: hours of the schedule day by day, and every worklog with its rule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from math import fsum
from typing import Any, Final

import pandas as pd

from transforms.clean.day_limit import set_aside_impossible_days
from transforms.explain.common import (
    NO_WHOLE_ANSWER,
    Difference,
    SourceGap,
    day_text,
    differences,
    no_schedule,
    number,
    ratio,
    source_gaps,
)
from transforms.language import N_, _, brief, figure, listed
from transforms.metrics.billable import Denominator
from transforms.phrases import nphrase

_LATE: Final = N_("entered after the reading was taken")
_A_SECOND: Final = 1e-4  # in hours, and far less than is shown of a percentage
_TOO_LONG: Final = N_("more hours are logged on this day than it has")


@dataclass(frozen=True)
class DayHours:
    """The available hours of one day: scheduled - holiday - leave.

    `holidays`: names of the public holidays that fall on the day. `substitute_for`: the holiday on a day off in whose
    stead this day is free; empty where that is not so, or the holiday is not among the days given.
    """

    work_date: date
    schedule: str
    has_schedule: bool
    scheduled_hours: float
    holiday_hours: float
    leave_hours: float
    available_hours: float
    is_rostered_day_off: bool
    holidays: tuple[str, ...]
    substitute_for: str


@dataclass(frozen=True)
class LoggedWork:
    """One worklog of the week. `set_aside` says why it counts in nothing; empty where it counts."""

    work_date: date
    issue_key: str
    worklog_id: str
    logged_hours: float
    billable_hours: float
    billing_rule: str
    set_aside: str


@dataclass(frozen=True)
class RuleHours:
    """The hours that one billing rule decided on."""

    billing_rule: str
    worklogs: int
    logged_hours: float
    billable_hours: float


@dataclass(frozen=True)
class Hours:
    """The week's sums, worked out from the rows. available = scheduled - holiday - leave; billable is of the logged."""

    scheduled: float
    holiday: float
    leave: float
    available: float
    logged: float
    billable: float

    @property
    def not_available(self) -> float:
        """Holidays and leave in one: what an edition for everyone may tell."""
        return self.holiday + self.leave

    def denominator(self, kind: Denominator) -> float:
        """What a share divides by."""
        return self.logged if kind == "logged" else self.available


@dataclass(frozen=True)
class Shares:
    """Billable hours by either denominator, and logged by available hours. Units: percent. Missing: None, no hours."""

    of_available: float | None
    of_logged: float | None
    coverage: float | None

    def by(self, kind: Denominator) -> float | None:
        return self.of_logged if kind == "logged" else self.of_available


@dataclass(frozen=True)
class BillableTrace:
    """From scheduled hours to the billable share of one engineer and week.

    `share_pct` is the reading as it is stored (percent); `hours` and `shares` are worked out here from the rows, and
    what was logged says nothing in a week that is not known.
    Missing: None. `unknown` says why there is no reading; it is empty where there is one.
    """

    engineer_id: str
    week_start: date
    denominator: Denominator
    share_pct: float | None
    is_known: bool
    days: tuple[DayHours, ...]
    worklogs: tuple[LoggedWork, ...]
    rules: tuple[RuleHours, ...]
    hours: Hours
    shares: Shares
    unknown: tuple[str, ...]
    gaps: tuple[SourceGap, ...]
    remarks: tuple[str, ...]
    differences: tuple[Difference, ...]

    @property
    def has_schedule(self) -> bool:
        """Whether the scheduled hours of every day are known."""
        return all(day.has_schedule for day in self.days)


def explain_billable(
    reading: Mapping[str, Any],
    available: pd.DataFrame,
    holidays: pd.DataFrame,
    worklogs: pd.DataFrame,
    health: pd.DataFrame,
    engineers: pd.DataFrame,
    *,
    recorded_before: pd.Timestamp,
    denominator: Denominator = "available",
    min_coverage: float = 0.0,
) -> BillableTrace:
    """Why the billable share of one engineer and week is what it is.

    `reading`: the row of Readings. `available` and `worklogs`: the engineer's rows; days of the four weeks before give
    substitute days the name of their holiday, other rows of other weeks are left out. `holidays`: those of the
    engineer's location. `health`: the runs that read the week. `engineers`: the roster.
    `recorded_before`: the instant the last of these runs spoke for; a worklog entered later counts in no reading yet.
    `min_coverage`: the share of available hours that must be logged for a light.
    Errors: none for rows that do not give the stored numbers: these are `differences`.
    Definition: metrics.md, "Billable share".
    """
    week = reading["week_start"]
    is_known = bool(reading["is_billable_known"])
    days = _days(available, holidays, week)
    logged = _logged(worklogs[worklogs["week_start"] == week], engineers, recorded_before)
    counted = [one for one in logged if not one.set_aside]
    hours = _hours(days, counted)
    trace = BillableTrace(
        engineer_id=reading["engineer_id"],
        week_start=week.date(),
        denominator=denominator,
        share_pct=number(reading["billable_pct"]),
        is_known=is_known,
        days=days,
        worklogs=logged,
        rules=_rules(counted),
        hours=hours,
        shares=Shares(
            of_available=ratio(hours.billable, hours.available, 100),
            of_logged=ratio(hours.billable, hours.logged, 100),
            coverage=ratio(hours.logged, hours.available, 100),
        ),
        unknown=(),
        gaps=() if is_known else source_gaps(health, _sources(health)),
        remarks=(),
        differences=(),
    )
    return replace(
        trace,
        unknown=_unknown(trace, no_schedule(available, week)),
        remarks=_remarks(trace, min_coverage),
        differences=differences(reading, _columns(trace)),
    )


def _hours(days: Sequence[DayHours], counted: Sequence[LoggedWork]) -> Hours:
    return Hours(
        scheduled=fsum(day.scheduled_hours for day in days),
        holiday=fsum(day.holiday_hours for day in days),
        leave=fsum(day.leave_hours for day in days),
        available=fsum(day.available_hours for day in days),
        logged=fsum(one.logged_hours for one in counted),
        billable=fsum(one.billable_hours for one in counted),
    )


def _columns(trace: BillableTrace) -> dict[str, float | None]:
    """The columns of Readings, as the rows give them."""
    hours = trace.hours
    logged = {
        "worked_hours": hours.logged,
        "billable_hours": hours.billable,
        "billable_pct": trace.shares.by(trace.denominator),
        "coverage_pct": trace.shares.coverage,
    }
    return {
        "contract_hours": hours.scheduled,
        "holiday_hours": hours.holiday,
        "leave_hours": hours.leave,
        "available_hours": hours.available,
        **(logged if trace.is_known else dict.fromkeys(logged)),
    }


def _sources(health: pd.DataFrame) -> tuple[str, ...]:
    """Where hours come from: Tempo where it is connected, else Jira; and what was taken off them."""
    return ("tempo" if health["source"].eq("tempo").any() else "jira", "leave")


def _days(available: pd.DataFrame, holidays: pd.DataFrame, week: pd.Timestamp) -> tuple[DayHours, ...]:
    """The days of the week, in order."""
    names = holidays.groupby("holiday_date")["name"].agg(tuple).to_dict()
    rows = available.sort_values("work_date").to_dict("records")
    substitutes = _substitutes(rows, names)
    return tuple(
        DayHours(
            work_date=row["work_date"].date(),
            schedule=row["schedule"],
            has_schedule=bool(row["has_schedule"]),
            scheduled_hours=row["scheduled_hours"],
            holiday_hours=row["holiday_hours"],
            leave_hours=row["leave_hours"],
            available_hours=row["available_hours"],
            is_rostered_day_off=bool(row["is_rostered_day_off"]),
            holidays=names.get(row["work_date"], ()),
            substitute_for=substitutes.get(row["work_date"], ""),
        )
        for row in rows
        if row["week_start"] == week
    )


def _substitutes(rows: Sequence[Mapping[Any, Any]], names: Mapping[Any, tuple[str, ...]]) -> dict[Any, str]:
    """Day given -> the holiday on a day off that it is given for: first come, first served."""
    owed: list[str] = []
    given = {}
    for row in rows:
        day = row["work_date"]
        if day in names and row["is_rostered_day_off"]:
            owed.append(listed(names[day]))
        elif day not in names and row["holiday_hours"] > 0 and owed:
            given[day] = owed.pop(0)
    return given


def _logged(worklogs: pd.DataFrame, engineers: pd.DataFrame, recorded_before: pd.Timestamp) -> tuple[LoggedWork, ...]:
    """The worklogs in order of their start, those that do not count among them."""
    is_late = worklogs["recorded_at"] >= recorded_before
    usable = set_aside_impossible_days(worklogs[~is_late], engineers).usable
    is_counted = worklogs["worklog_id"].isin(usable["worklog_id"])
    reason = pd.Series(_TOO_LONG, index=worklogs.index).mask(is_counted, "").mask(is_late, _LATE)
    dated = worklogs.assign(set_aside=reason, work_date=worklogs["work_date"].dt.date)
    ordered = dated.sort_values(["started_at", "worklog_id"])
    return tuple(
        LoggedWork(**{field.name: row[field.name] for field in fields(LoggedWork)})
        for row in ordered.to_dict("records")
    )


def _rules(counted: Sequence[LoggedWork]) -> tuple[RuleHours, ...]:
    """Hours by the rule that matched, most hours first."""
    names = sorted({one.billing_rule for one in counted})
    of_rule = {name: [one for one in counted if one.billing_rule == name] for name in names}
    sums = [
        RuleHours(name, len(rows), fsum(one.logged_hours for one in rows), fsum(one.billable_hours for one in rows))
        for name, rows in of_rule.items()
    ]
    return tuple(sorted(sums, key=lambda one: -one.logged_hours))


def _unknown(trace: BillableTrace, bare: tuple[str, ...]) -> tuple[str, ...]:
    """Why there is no reading, as the rows say it; what sources say stands under `gaps`. Nothing where there is one."""
    if trace.share_pct is not None:
        return ()
    if not trace.is_known:
        why = (*bare, *_long_days(trace))
        return why or (() if trace.gaps else (_(NO_WHOLE_ANSWER),))
    if trace.denominator == "logged":
        return (_("No hours were logged to divide by."),)
    if not trace.hours.scheduled:
        return (_("No hours were scheduled to divide by."),)
    scheduled = _hours_text(trace.hours.scheduled)
    return (_("None of the {hours} scheduled hours was available to divide by.", hours=scheduled),)


def _long_days(trace: BillableTrace) -> tuple[str, ...]:
    days = sorted({one.work_date for one in trace.worklogs if one.set_aside == _TOO_LONG})
    if not days:
        return ()
    told = _(
        "More hours are logged than a day has on {days}: the week's hours are not known until that is mended.",
        days=", ".join(day_text(day) for day in days),
    )
    return (told,)


def _remarks(trace: BillableTrace, min_coverage: float) -> tuple[str, ...]:
    """What goes with the numbers. No sentence tells leave from holidays or names an issue: every edition may say it."""
    remarks = [*_set_aside(trace, _TOO_LONG), *_set_aside(trace, _LATE)]
    coverage, share = trace.shares.coverage, trace.shares.of_available
    if not trace.is_known or coverage is None or share is None:
        return tuple(remarks)
    if share > 100 + _A_SECOND:
        remarks.append(_("Overtime: more billable hours than available ones, so the share is above 100 %."))
    elif coverage > 100 + _A_SECOND:
        more = _hours_text(trace.hours.logged - trace.hours.available)
        remarks.append(_("{hours} h more are logged than were available.", hours=more))
    if coverage < 100 * min_coverage - _A_SECOND:
        remarks.append(
            _(
                "Only {coverage} % of the available hours are logged. Below {least} % over the weeks judged, the light "
                "is unknown.",
                coverage=figure(f"{coverage:.1f}"),
                least=brief(100 * min_coverage),
            )
        )
    return tuple(remarks)


def _set_aside(trace: BillableTrace, reason: str) -> list[str]:
    rows = [one for one in trace.worklogs if one.set_aside == reason]
    if not rows:
        return []
    hours = _hours_text(fsum(one.logged_hours for one in rows))
    told: str = nphrase(
        "{n} worklog ({hours} h) set aside: {reason}.",
        "{n} worklogs ({hours} h) set aside: {reason}.",
        len(rows),
        hours=hours,
        reason=_(reason),
    )
    return [told]


def _hours_text(hours: float) -> str:
    return figure(f"{hours:.2f}")
