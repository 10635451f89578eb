"""Billable share: what worklogs come to in a week and over several, and which rule finds them billable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

import pandas as pd

from flows.publish.views import wording
from flows.publish.views.examples.made_up import (
    MONDAYS,
    NOT_KNOWN,
    ON_4X10,
    ON_5X8,
    Day,
    Row,
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
from transforms.clean.day_limit import set_aside_impossible_days
from transforms.clean.jira_rows import read_issues, read_worklogs
from transforms.clean.jira_worklogs import clean_worklogs
from transforms.language import N_, _, listed
from transforms.monthly import monthly_summary
from transforms.parameters import DecisionParameters
from transforms.schemas.registry import empty
from transforms.schemas.sources import Leave, Pages, Worklogs
from transforms.weeks import month_of


class Log(NamedTuple):
    """Hours logged on a day of the made-up weeks, those of them that are billable, and how late they were entered."""

    day: Day
    logged: float
    billable: float
    days_late: int = 0


class Reading(NamedTuple):
    """Hours logged, their share of available hours (coverage), and the billable share by either denominator.

    Missing: nothing to divide by. All are missing in a week that is not known.
    """

    logged: float | None
    coverage: float | None
    of_available: float | None
    of_logged: float | None


@dataclass(frozen=True)
class Case:
    """A week on 5x8, as known `known_weeks` after its end. `expected`: worked out by hand."""

    what: str
    logs: tuple[Log, ...]
    expected: Reading
    leave: tuple[Day, ...] = ()
    schedule_from: Day = (0, 0)
    known_weeks: int = 0


_MONDAY, _TUESDAY, _WEDNESDAY, _THURSDAY, _FRIDAY, _SATURDAY = ((0, number) for number in range(6))
_WEEKDAYS: Final = (_MONDAY, _TUESDAY, _WEDNESDAY, _THURSDAY, _FRIDAY)
_UNKNOWN: Final = Reading(None, None, None, None)


def _daily(logged: float, billable: float, *days: Day) -> tuple[Log, ...]:
    return tuple(Log(day, logged, billable) for day in days)


_LATE: Final = (*_daily(7, 7, *_WEEKDAYS[:4]), Log(_FRIDAY, 8, 8, days_late=4))

CASES: Final = (
    Case("32 h, 24 billable", _daily(8, 6, *_WEEKDAYS[:4]), Reading(32, 80.0, 60.0, 75.0)),
    Case("44 h", (*_daily(8, 8, *_WEEKDAYS), Log(_SATURDAY, 4, 4)), Reading(44, 110.0, 110.0, 100.0)),
    Case("20 h", _daily(5, 5, *_WEEKDAYS[:4]), Reading(20, 50.0, 50.0, 100.0)),
    Case("Nothing logged", (), Reading(0, 0.0, 0.0, None)),
    Case("On leave", (), Reading(0, None, None, None), leave=_WEEKDAYS),
    Case("On leave, 2 h", _daily(2, 2, _MONDAY), Reading(2, None, None, 100.0), leave=_WEEKDAYS),
    Case("8 h entered late", _LATE, Reading(28, 70.0, 70.0, 100.0)),
    Case("A week later", _LATE, Reading(36, 90.0, 90.0, 100.0), known_weeks=1),
    Case("24 h on one day", _daily(24, 24, _MONDAY), Reading(24, 60.0, 60.0, 100.0)),
    Case("30 h on one day", (*_daily(10, 10, _MONDAY) * 3, *_daily(8, 8, _TUESDAY)), _UNKNOWN),
    Case("No schedule", _daily(8, 8, *_WEEKDAYS[1:]), _UNKNOWN, schedule_from=_TUESDAY),
)


class Span(NamedTuple):
    """Billable and available hours of some weeks, and their share."""

    billable: float
    available: float
    share: float


# On 4x10: a whole week, then one with three days of leave.
EXPECTED_SPANS: Final = (Span(36, 40, 90.0), Span(4, 10, 40.0), Span(40, 50, 80.0))


@dataclass(frozen=True)
class Rule:
    """A billing rule, as the config holds it."""

    name: str
    kind: Literal["label", "project_category"]
    value: str
    billable: bool


@dataclass(frozen=True)
class Issue:
    """An issue on which 8 hours are logged. `expected`: the rule that decides, and the billable hours, by hand."""

    what: str
    category: str
    labels: tuple[str, ...]
    expected: tuple[str, float]


RULES: Final = (
    Rule("not billable", "label", "non-billable", False),
    Rule("client work", "project_category", "Client", True),
)
_LOOKS: Final = {
    "label": N_("“{rule}” looks for the label {value}"),
    "project_category": N_("“{rule}” looks for the project category {value}"),
}
ISSUES: Final = (
    Issue("In a client's project", "Client", (), ("client work", 8)),
    Issue("In a client's project, label non-billable", "Client", ("non-billable",), ("not billable", 0)),
    Issue("In a client's project, another label", "Client", ("urgent",), ("client work", 8)),
    Issue("In an internal project", "Internal", (), ("default", 0)),
)


def groups() -> list[dict[str, Any]]:
    """The three tables of the page."""
    return [_week_group(), _span_group(), _rule_group()]


def _week_group() -> dict[str, Any]:
    return group(
        "billable",
        label=_("Worklogs"),
        title=_("What worklogs come to in a week of 40 hours"),
        text=_(
            "The config says whether billable hours are divided by available or by logged hours; both are shown. All "
            "hours here are billable unless said; in the last row no schedule was in force on Monday. Coverage is the "
            "share of available hours that is logged: with little of it the light is unknown, not red. Above 100 % is "
            "overtime, never extra green. What is entered after Monday's run restates the week in the next."
        ),
        columns=[_("Logged in the week"), _("Billable share"), _("Coverage")],
        rows=[[_(case.what), *_told(found)] for case, found in zip(CASES, billable(), strict=True)],
    )


def _told(found: Reading) -> tuple[str, str]:
    """The share of available hours, that of logged hours and coverage: `60.0 % (75.0 % of logged)`, `80.0 %`."""
    if found.logged is None:
        return _(NOT_KNOWN), _(NOT_KNOWN)
    of_available, coverage = (
        _("no hours") if share is None else wording.percent(share) for share in (found.of_available, found.coverage)
    )
    if found.of_logged is None:
        return of_available, coverage
    logged = wording.percent(found.of_logged)
    return _("{share} ({logged} of logged)", share=of_available, logged=logged), coverage


def _span_group() -> dict[str, Any]:
    first, second, both = spans()
    mean = (first.share + second.share) / 2
    names = (_("A whole week"), _("Three days of leave"), _("Both together"))
    return group(
        "sums",
        label=_("Several weeks"),
        title=_("Several weeks are sums, never means of percentages"),
        text=_(
            "A week with 10 available hours weighs less than one with 40. The mean of both percentages would be "
            "{mean}.",
            mean=wording.percent(mean),
        ),
        columns=[_("Weeks on 4×10"), _("Billable share")],
        rows=[[name, share_text(*span)] for name, span in zip(names, (first, second, both), strict=True)],
    )


def _rule_group() -> dict[str, Any]:
    told = [_(_LOOKS[rule.kind], rule=_(rule.name), value=rule.value) for rule in RULES]
    return group(
        "rules",
        label=_("Billing rules"),
        title=_("8 hours on an issue: the first rule that matches decides"),
        text=_(
            "Of the rules here {rules}, in this order. Hours that none of them matches are not billable. Where Tempo "
            "is connected, Tempo says it instead.",
            rules=listed(told),
        ),
        columns=[_("Rule"), _("The issue"), _("Billable")],
        numeric=[2],
        rows=[
            [_(rule), _(issue.what), hours_text(hours)]
            for issue, (rule, hours) in zip(ISSUES, decided_by_rules(), strict=True)
        ],
    )


def billable() -> list[Reading]:
    """The reading of each of CASES."""
    ids = case_ids(CASES)
    people = engineers(*[engineer(who) for who in ids])
    periods = schedules(
        *[schedule(who, ON_5X8, date_of(case.schedule_from)) for who, case in zip(ids, CASES, strict=True)]
    )
    leave = [
        {"engineer_id": who, "leave_date": date_of(day), "leave_hours": 24.0}
        for who, case in zip(ids, CASES, strict=True)
        for day in case.leave
    ]
    logs = [row for who, case in zip(ids, CASES, strict=True) for row in _known_logs(who, case)]
    limit = set_aside_impossible_days(table(Worklogs, logs), people)
    facts = {"leave": table(Leave, leave), "worklogs": limit.usable}
    of_available = readings(people, periods, facts, withheld=limit.withheld)
    of_logged = readings(people, periods, facts, denominator="logged", withheld=limit.withheld)
    return [_reading(of_available[who, MONDAYS[0]], of_logged[who, MONDAYS[0]]) for who in ids]


def _reading(of_available: Row, of_logged: Row) -> Reading:
    values = [of_available[name] for name in ("worked_hours", "coverage_pct", "billable_pct")]
    return Reading(*(None if pd.isna(value) else value for value in [*values, of_logged["billable_pct"]]))


def _known_logs(who: str, case: Case) -> list[Row]:
    """The worklogs that had been entered when the week was read."""
    as_of = (MONDAYS[1] + pd.Timedelta(weeks=case.known_weeks)).tz_localize("UTC")
    rows = [
        worklog(
            who,
            date_of(log.day),
            log.logged,
            log.billable,
            worklog_id=f"{who} {number}",
            recorded_at=(date_of(log.day) + pd.Timedelta(days=log.days_late, hours=17)).tz_localize("UTC"),
        )
        for number, log in enumerate(case.logs)
    ]
    return [row for row in rows if row["recorded_at"] < as_of]


def spans() -> tuple[Span, Span, Span]:
    """Two weeks on 4x10, each alone, and both together as a month's report sums them."""
    leave = [
        {"engineer_id": "ana", "leave_date": date_of((2, weekday)), "leave_hours": 10.0} for weekday in range(1, 4)
    ]
    logs = [worklog("ana", date_of((1, 0)), 36), worklog("ana", date_of((2, 0)), 4)]
    found = readings(
        engineers(engineer("ana")),
        schedules(schedule("ana", ON_4X10)),
        {"leave": table(Leave, leave), "worklogs": table(Worklogs, logs)},
    )
    weeks = [found["ana", MONDAYS[1]], found["ana", MONDAYS[2]]]
    month = month_of(MONDAYS[1])
    summary = monthly_summary(pd.DataFrame(weeks), empty(Pages), month, MONDAYS[0], DecisionParameters())
    is_hers = (summary["scope"] == "engineer:ana") & (summary["metric"] == "billable")
    one, other = (Span(row["billable_hours"], row["available_hours"], row["billable_pct"]) for row in weeks)
    share = float(summary.loc[is_hers, "during"].iloc[0])
    return one, other, Span(one.billable + other.billable, one.available + other.available, share)


def decided_by_rules() -> list[tuple[str, float]]:
    """The rule that decided on each of ISSUES, and the billable hours."""
    issues = [
        {
            "id": str(number),
            "key": f"A-{number}",
            "fields": {"labels": list(issue.labels), "project": {"projectCategory": {"name": issue.category}}},
        }
        for number, issue in enumerate(ISSUES)
    ]
    started = f"{MONDAYS[0]:%Y-%m-%d}T09:00:00.000+0000"
    logs = [
        {
            "id": str(number),
            "issueId": issue["id"],
            "author": {"accountId": "ana"},
            "started": started,
            "timeSpentSeconds": 8 * 3600,
        }
        for number, issue in enumerate(issues)
    ]
    found, _problems = clean_worklogs(
        read_worklogs(logs),
        read_issues(issues, None, ()),
        engineers(engineer("ana")),
        RULES,
        default_is_billable=False,
        first_week=MONDAYS[0],
        until=MONDAYS[1].tz_localize("UTC"),
    )
    rows = found.sort_values("worklog_id")
    return list(zip(rows["billing_rule"], rows["billable_hours"], strict=True))
