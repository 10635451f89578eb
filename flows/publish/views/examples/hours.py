"""Available hours: what a schedule gives, and what holidays and leave take of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from flows.publish.views import wording
from flows.publish.views.examples.made_up import (
    FIRST_DAY,
    LAST_DAY,
    MONDAYS,
    NOT_KNOWN,
    ON_4X10,
    ON_4X10_MONDAY_OFF,
    ON_5X8,
    ON_9_80,
    PART_TIME,
    Day,
    Pattern,
    by_week,
    case_ids,
    date_of,
    engineer,
    engineers,
    group,
    hours_text,
    readings,
    schedule,
    schedules,
    share_text,
    table,
    worklog,
)
from transforms.language import NBSP, _
from transforms.parameters import DecisionParameters
from transforms.schedule import HolidayOnDayOff, weekly_hours
from transforms.schemas.sources import Holidays, Leave, Worklogs

_BILLABLE_HOURS: Final = 28.0
_FULL_TIME_HOURS: Final = 40.0

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = ((0, number) for number in range(7))


@dataclass(frozen=True)
class Week:
    """A made-up week of one engineer: `number` says which of the weeks; hours of leave by day.

    `expected`: what must come of it, worked out by hand; nothing of a week that is not known.
    """

    what: str
    pattern: Pattern
    expected: tuple[float, ...] | None
    number: int = 0
    holidays: tuple[Day, ...] = ()
    leave: tuple[tuple[Day, float], ...] = ()
    rule: HolidayOnDayOff = "none"
    hired: Day | None = None
    left: Day | None = None
    schedule_from: Day = MONDAY
    then: Pattern | None = None  # from Wednesday on
    timezone: str = "UTC"


# Expected: available hours, and the billable share when 28 hours are billable.
SHARES: Final = (
    Week("A week without holidays", ON_5X8, (40, 70.0)),
    Week("A week without holidays", ON_4X10, (40, 70.0)),
    Week("The long week of two", ON_9_80, (44, 63.636)),
    Week("The short week of two", ON_9_80, (36, 77.778), number=1),
    Week("A week without holidays, at 80 %", PART_TIME, (32, 87.5)),
    Week("A holiday on Monday", ON_5X8, (32, 87.5), holidays=(MONDAY,)),
    Week("A holiday on Monday", ON_4X10, (30, 93.333), holidays=(MONDAY,)),
    Week("A holiday on Friday", ON_5X8, (32, 87.5), holidays=(FRIDAY,)),
    Week("A holiday on Friday", ON_4X10, (40, 70.0), holidays=(FRIDAY,)),
    Week("A day of leave", ON_5X8, (32, 87.5), leave=((MONDAY, 8),)),
    Week("A day of leave", ON_4X10, (30, 93.333), leave=((MONDAY, 10),)),
)

_WHOLE_DAY: Final = 24.0  # what a row of the leave file without hours stands for

# Expected: scheduled, holiday, leave and available hours.
WEEKS: Final = (
    Week("Nothing happens", ON_5X8, (40, 0, 0, 40)),
    Week("Nothing happens", ON_4X10, (40, 0, 0, 40)),
    Week("Nothing happens; the long week of two", ON_9_80, (44, 0, 0, 44)),
    Week("Nothing happens; the short week of two", ON_9_80, (36, 0, 0, 36), number=1),
    Week("A holiday on a working day", ON_4X10, (40, 10, 0, 30), holidays=(TUESDAY,)),
    Week("A holiday on the day off; rule “none”", ON_4X10, (40, 0, 0, 40), holidays=(FRIDAY,)),
    Week(
        "Monday is the day off, and a holiday; rule “substitute”: Tuesday is given instead",
        ON_4X10_MONDAY_OFF,
        (40, 10, 0, 30),
        holidays=(MONDAY,),
        rule="substitute",
    ),
    Week(
        "A holiday on the day off; rule “substitute”: this week as always",
        ON_4X10,
        (40, 0, 0, 40),
        holidays=(FRIDAY,),
        rule="substitute",
    ),
    Week(
        "The week after it: its Monday is given instead",
        ON_4X10,
        (40, 10, 0, 30),
        number=1,
        holidays=(FRIDAY,),
        rule="substitute",
    ),
    Week(
        "The same with a holiday on that Monday too: Tuesday is given",
        ON_4X10,
        (40, 20, 0, 20),
        number=1,
        holidays=(FRIDAY, (1, 0)),
        rule="substitute",
    ),
    Week(
        "A holiday on the free Friday of the short week; rule “substitute”: the Monday after is given",
        ON_9_80,
        (44, 9, 0, 35),
        number=2,
        holidays=((1, 4),),
        rule="substitute",
    ),
    Week(
        "The week after a holiday on a Saturday; rule “substitute”",
        ON_4X10,
        (40, 0, 0, 40),
        number=1,
        holidays=(SATURDAY,),
        rule="substitute",
    ),
    Week(
        "The week after a holiday on a part-timer's free Friday; rule “substitute”",
        Pattern("5×8", "5x8", ((8, 8, 8, 8, 0, 0, 0),)),
        (32, 0, 0, 32),
        number=1,
        holidays=(FRIDAY,),
        rule="substitute",
    ),
    Week("Half a day of leave", ON_5X8, (40, 0, 4, 36), leave=((TUESDAY, 4),)),
    Week("Half a day of leave", ON_4X10, (40, 0, 5, 35), leave=((TUESDAY, 5),)),
    Week("A day of leave without hours in the file", ON_4X10, (40, 0, 10, 30), leave=((TUESDAY, _WHOLE_DAY),)),
    Week("Leave on the day off", ON_4X10, (40, 0, 0, 40), leave=((FRIDAY, _WHOLE_DAY),)),
    Week("Leave on a holiday", ON_5X8, (40, 8, 0, 32), holidays=(TUESDAY,), leave=((TUESDAY, _WHOLE_DAY),)),
    Week(
        "On leave all week",
        ON_4X10,
        (40, 0, 40, 0),
        leave=tuple((day, _WHOLE_DAY) for day in (MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY)),
    ),
    Week("Hired on Wednesday", ON_5X8, (24, 0, 0, 24), hired=WEDNESDAY),
    Week("Last day on Tuesday", ON_4X10, (20, 0, 0, 20), left=TUESDAY),
    Week("From 5×8 to 4×10 on Wednesday", ON_5X8, (36, 0, 0, 36), then=ON_4X10),
    Week(
        "Works Thursday to Sunday; clocks go back in the night to Sunday",
        Pattern("4×10", "4x10", ((0, 0, 0, 10, 10, 10, 10),)),
        (40, 0, 0, 40),
        timezone="America/Chicago",
    ),
    Week("No schedule before Wednesday", ON_5X8, None, schedule_from=WEDNESDAY),
)


def groups(rules: DecisionParameters) -> list[dict[str, Any]]:
    """Both tables of the page."""
    return [_share_group(rules), _week_group()]


def _share_group(rules: DecisionParameters) -> dict[str, Any]:
    policy, forty = rules.billable.threshold_pct, 100 * _BILLABLE_HOURS / _FULL_TIME_HOURS
    return group(
        "hours",
        label=_("The same 28 hours"),
        title=_("The same {hours} billable hours in different weeks", hours=wording.number(_BILLABLE_HOURS, 0)),
        text=_(
            "Divided by the hours that were available, the share says how much of the time was billable. Divided by "
            "40, every one of these weeks would read {share}, below the policy of {policy}. On 4×10 here Friday is "
            "off.",
            share=wording.percent(forty),
            policy=wording.percent(policy, 0),
        ),
        columns=[_("Schedule"), _("The week"), _("Billable share")],
        rows=[
            [case.pattern.name, _(case.what), _told(available, share, is_met=share >= policy)]
            for case, (available, share) in zip(SHARES, shares(), strict=True)
        ],
    )


def _told(available: float, share: float, *, is_met: bool) -> str:
    """`28 of 40 h: 70.0 %, missed`."""
    told = share_text(_BILLABLE_HOURS, available, share)
    # TRANSLATORS: the policy is missed
    return told if is_met else _("{share}, missed", share=told)


def _week_group() -> dict[str, Any]:
    return group(
        "available",
        label=_("Available hours"),
        title=_("What holidays and leave take of a week"),
        text=_(
            "Available hours are those of the schedule in force each day, less public holidays on scheduled days, "
            "less leave. Every metric uses them. On 4×10 here Friday is off unless said."
        ),
        columns=[_("Schedule"), _("The week"), _("Available")],
        rows=[
            [case.pattern.name, _(case.what), _arithmetic(found) if found else _(NOT_KNOWN)]
            for case, found in zip(WEEKS, weeks(), strict=True)
        ],
    )


def _arithmetic(found: tuple[float, ...]) -> str:
    """`40 h`; `40 h − 10 h for holidays − 4 h for leave = 26 h`."""
    scheduled, holiday, leave, available = found
    parts = [_("{hours} for holidays", hours=hours_text(holiday))] if holiday else []
    parts += [_("{hours} for leave", hours=hours_text(leave))] if leave else []
    taken = [f"{wording.MINUS}{NBSP}{part}" for part in parts]
    told = " ".join([hours_text(scheduled), *taken])
    return f"{told} ={NBSP}{hours_text(available)}" if taken else told


def shares() -> list[tuple[float, float]]:
    """Available hours and billable share of each of SHARES."""
    ids = case_ids(SHARES)
    logged = [worklog(who, MONDAYS[case.number], _BILLABLE_HOURS) for who, case in zip(ids, SHARES, strict=True)]
    found = readings(
        engineers(*[engineer(who) for who in ids]),
        schedules(*[schedule(who, case.pattern) for who, case in zip(ids, SHARES, strict=True)]),
        {"holidays": _holidays(ids, SHARES), "leave": _leave(ids, SHARES), "worklogs": table(Worklogs, logged)},
    )
    rows = [found[who, MONDAYS[case.number]] for who, case in zip(ids, SHARES, strict=True)]
    return [(float(row["available_hours"]), float(row["billable_pct"])) for row in rows]


def weeks() -> list[tuple[float, ...] | None]:
    """Scheduled, holiday, leave and available hours of each of WEEKS; nothing of a week that is not known."""
    by_rule: dict[HolidayOnDayOff, list[int]] = {}
    for number, case in enumerate(WEEKS):
        by_rule.setdefault(case.rule, []).append(number)
    found = {
        number: week
        for rule, numbers in by_rule.items()
        for number, week in zip(numbers, _weeks([WEEKS[number] for number in numbers], rule), strict=True)
    }
    return [found[number] for number in range(len(WEEKS))]


def _weeks(cases: Sequence[Week], rule: HolidayOnDayOff) -> list[tuple[float, ...] | None]:
    ids = case_ids(cases)
    people = [
        engineer(
            who,
            employed_from=date_of(case.hired) if case.hired else MONDAYS[0],
            employed_to=date_of(case.left) if case.left else None,
            timezone=case.timezone,
        )
        for who, case in zip(ids, cases, strict=True)
    ]
    hours = weekly_hours(
        engineers(*people),
        schedules(*[period for who, case in zip(ids, cases, strict=True) for period in _periods(who, case)]),
        _holidays(ids, cases),
        _leave(ids, cases),
        FIRST_DAY,
        LAST_DAY,
        rule,
    )
    found = by_week(hours)
    rows = [found[who, MONDAYS[case.number]] for who, case in zip(ids, cases, strict=True)]
    columns = ("contract_hours", "holiday_hours", "leave_hours", "available_hours")
    return [tuple(row[name] for name in columns) if row["has_schedule"] else None for row in rows]


def _periods(who: str, case: Week) -> list[list[dict[str, Any]]]:
    first = date_of(case.schedule_from)
    if case.then is None:
        return [schedule(who, case.pattern, first)]
    return [
        schedule(who, case.pattern, first, date_of(TUESDAY)),
        schedule(who, case.then, date_of(WEDNESDAY)),
    ]


def _holidays(ids: Sequence[str], cases: Sequence[Week]) -> pd.DataFrame:
    rows = [
        {"location_id": who, "holiday_date": date_of(day), "name": "Holiday"}
        for who, case in zip(ids, cases, strict=True)
        for day in case.holidays
    ]
    return table(Holidays, rows)


def _leave(ids: Sequence[str], cases: Sequence[Week]) -> pd.DataFrame:
    rows = [
        {"engineer_id": who, "leave_date": date_of(day), "leave_hours": hours}
        for who, case in zip(ids, cases, strict=True)
        for day, hours in case.leave
    ]
    return table(Leave, rows)
