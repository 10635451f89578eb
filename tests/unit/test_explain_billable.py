"""Why this billable share: from the schedule to the percentage, and what is said when the two do not meet."""

from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest

from tests.builders import facts
from tests.builders.explained import AS_OF, WEEK, source, stored
from tests.builders.facts import at, period, worklog
from tests.builders.pseudo import PSEUDO, unsaid
from transforms.explain.billable import LoggedWork
from transforms.explain.common import Difference
from transforms.language import Language, speaking

MONDAY, TUESDAY, WEDNESDAY = "2026-11-16", "2026-11-17", "2026-11-18"


def logged(hours: float, billable: float | None = None) -> list[dict[str, Any]]:
    """Hours spread over Monday to Thursday."""
    days = ("2026-11-16", "2026-11-17", "2026-11-18", "2026-11-19")
    share = hours if billable is None else billable
    return [worklog("ana", on, hours / 4, share / 4) for on in days]


def test_the_steps_lead_from_scheduled_hours_to_the_stored_share():
    trace = stored(
        holidays=[MONDAY], leave=[("ana", TUESDAY, 5.0)], worklogs=[worklog("ana", WEDNESDAY, 20, 17.5)]
    ).billable()
    hours = trace.hours
    assert (hours.scheduled, hours.holiday, hours.leave, hours.available) == (40, 10, 5, 25)
    assert hours.scheduled - hours.not_available == hours.available
    assert (hours.logged, hours.billable) == (20, 17.5)
    assert trace.shares.of_available == trace.share_pct == 70
    assert trace.shares.of_logged == 87.5
    assert trace.shares.coverage == 80
    assert trace.differences == ()
    assert trace.unknown == ()


def test_every_day_tells_its_hours_its_holiday_by_name_and_whether_it_is_the_day_off():
    days = stored(holidays=[MONDAY, "2026-11-20"], leave=[("ana", TUESDAY, 4.0)]).billable().days
    assert [day.work_date for day in days] == [date(2026, 11, number) for number in range(16, 23)]
    monday, tuesday, friday = days[0], days[1], days[4]
    assert (monday.holidays, monday.holiday_hours, monday.available_hours) == (("A holiday",), 10, 0)
    assert (tuesday.holidays, tuesday.leave_hours, tuesday.available_hours) == ((), 4, 6)
    assert (friday.holidays, friday.holiday_hours, friday.is_rostered_day_off) == (("A holiday",), 0, True)


def test_a_substitute_day_names_the_holiday_on_the_day_off_that_it_is_given_for():
    # Friday 13 November is a day off, so the next working day is free instead.
    days = stored(holidays=["2026-11-13"], holiday_on_day_off="substitute").billable().days
    assert (days[0].holiday_hours, days[0].holidays, days[0].substitute_for) == (10, (), "A holiday")
    assert [day.substitute_for for day in days[1:]] == [""] * 6


def test_two_holidays_on_days_off_are_given_back_first_come_first_served():
    # The week between them has no working day, so both wait for the next one.
    free = ["2026-11-06", "2026-11-09", "2026-11-10", "2026-11-11", "2026-11-12", "2026-11-13"]
    week = stored(holidays=free, holiday_on_day_off="substitute")
    named = week.holidays.assign(name=[f"No. {number}" for number in range(1, 7)])
    days = replace(week, holidays=named).billable().days
    assert [day.substitute_for for day in days] == ["No. 1", "No. 6", "", "", "", "", ""]


def test_the_week_of_a_new_hire_has_only_the_days_of_employment():
    hired = facts.engineer(employed_from=facts.day(WEDNESDAY))
    trace = stored(engineer=hired, schedules=[period(kind="4x10", first=WEDNESDAY)]).billable()
    assert [day.work_date.day for day in trace.days] == [18, 19, 20, 21, 22]
    assert trace.hours.scheduled == 20
    assert trace.differences == ()


def test_worklogs_stand_in_order_of_their_start_with_issue_rule_and_both_hours():
    rows = [
        worklog("ana", TUESDAY, 2, 0, worklog_id="b", issue_key="INT-1", billing_rule="internal"),
        worklog("ana", MONDAY, 3, 1.5, worklog_id="a", issue_key="ACME-7", billing_rule="tempo"),
    ]
    assert stored(worklogs=rows).billable().worklogs == (
        LoggedWork(date(2026, 11, 16), "ACME-7", "a", 3.0, 1.5, "tempo", ""),
        LoggedWork(date(2026, 11, 17), "INT-1", "b", 2.0, 0.0, "internal", ""),
    )


def test_hours_by_rule_add_up_to_the_sums_and_the_rule_with_most_hours_comes_first():
    rows = [
        worklog("ana", MONDAY, 2, 0, worklog_id="a", billing_rule="internal"),
        worklog("ana", TUESDAY, 3, worklog_id="b", billing_rule="client"),
        worklog("ana", WEDNESDAY, 4, worklog_id="c", billing_rule="client"),
    ]
    trace = stored(worklogs=rows).billable()
    found = [(rule.billing_rule, rule.worklogs, rule.logged_hours, rule.billable_hours) for rule in trace.rules]
    assert found == [("client", 2, 7, 7), ("internal", 1, 2, 0)]
    assert sum(rule.logged_hours for rule in trace.rules) == trace.hours.logged


def test_worklogs_of_other_weeks_are_left_out():
    trace = stored(worklogs=[worklog("ana", "2026-11-13", 8), worklog("ana", MONDAY, 2)]).billable()
    assert [one.work_date.day for one in trace.worklogs] == [16]


@pytest.mark.parametrize(("denominator", "share"), [("available", 75.0), ("logged", 93.75)])
def test_the_configured_denominator_is_the_one_of_the_reading(denominator: str, share: float):
    week = stored(worklogs=logged(32, 30), denominator=denominator)
    trace = week.billable(denominator=denominator)
    assert trace.share_pct == trace.shares.by(trace.denominator) == share
    assert (trace.shares.of_available, trace.shares.of_logged) == (75.0, 93.75)
    assert trace.differences == ()


def test_another_denominator_than_the_reading_was_taken_with_is_a_difference():
    trace = stored(worklogs=logged(32, 30), denominator="available").billable(denominator="logged")
    assert trace.differences == (Difference("billable_pct", 75.0, 93.75),)


@pytest.mark.parametrize(
    ("worked", "billable", "remark"),
    [
        (40.0, 40.0, None),
        (40.0, 30.0, None),
        (40.25, 40.0, "0.25 h more are logged than were available."),
        (40.25, 40.25, "Overtime: more billable hours than available ones, so the share is above 100 %."),
        (44.0, 41.0, "Overtime: more billable hours than available ones, so the share is above 100 %."),
    ],
)
def test_more_than_all_hours_is_overtime_from_the_first_quarter_of_an_hour_on(
    worked: float, billable: float, remark: str | None
):
    assert stored(worklogs=logged(worked, billable)).billable().remarks == (() if remark is None else (remark,))


@pytest.mark.parametrize(
    ("worked", "remarks"),
    [
        (34.0, ()),
        (
            33.0,
            ("Only 82.5 % of the available hours are logged. Below 85 % over the weeks judged, the light is unknown.",),
        ),
    ],
)
def test_low_coverage_is_a_remark_below_the_threshold_and_not_at_it(worked: float, remarks: tuple[str, ...]):
    assert stored(worklogs=logged(worked)).billable(min_coverage=0.85).remarks == remarks


@pytest.mark.parametrize(("entered", "is_late"), [("2026-11-22 23:59:59", False), ("2026-11-23 00:00:00", True)])
def test_a_worklog_entered_after_the_reading_was_taken_is_set_aside(entered: str, is_late: bool):
    late = worklog("ana", TUESDAY, 3, worklog_id="late", recorded_at=at(entered))
    trace = stored(worklogs=[worklog("ana", MONDAY, 5), late]).billable()
    assert trace.hours.logged == (5 if is_late else 8)
    assert trace.differences == ()
    remark = "1 worklog (3.00 h) set aside: entered after the reading was taken."
    assert trace.remarks == ((remark,) if is_late else ())


def test_a_day_with_more_hours_than_it_has_is_set_aside_and_says_so():
    long = [worklog("ana", TUESDAY, 13, worklog_id="x"), worklog("ana", TUESDAY, 12, worklog_id="y")]
    trace = stored(worklogs=[worklog("ana", MONDAY, 5), *long]).billable()
    assert trace.hours.logged == 5
    assert trace.unknown == (
        "More hours are logged than a day has on Tue 17 Nov: the week's hours are not known until that is mended.",
    )
    assert trace.remarks == ("2 worklogs (25.00 h) set aside: more hours are logged on this day than it has.",)


def test_hours_entered_late_do_not_make_a_day_too_long():
    rows = [worklog("ana", TUESDAY, 13, worklog_id="x")]
    rows.append(worklog("ana", TUESDAY, 12, worklog_id="y", recorded_at=AS_OF))
    assert stored(worklogs=rows).billable().hours.logged == 13


@pytest.mark.parametrize(
    ("week", "denominator", "why"),
    [
        (
            {"leave": [("ana", f"2026-11-{number}", 10.0) for number in range(16, 20)]},
            "available",
            "None of the 40.00 scheduled hours was available to divide by.",
        ),
        ({"schedules": [period(hours={})]}, "available", "No hours were scheduled to divide by."),
        ({}, "logged", "No hours were logged to divide by."),
    ],
)
def test_without_hours_to_divide_by_there_is_no_share_and_the_reason_is_said(
    week: dict[str, Any], denominator: str, why: str
):
    trace = stored(**week, denominator=denominator).billable(denominator=denominator)
    assert trace.share_pct is None
    assert trace.unknown == (why,)
    assert trace.differences == ()


def test_a_source_without_a_whole_answer_is_named_with_what_it_said():
    health = [
        source("jira", "incomplete", "Two pages are missing."),
        source("pagerduty", "failed"),
        source("leave", "ok"),
    ]
    trace = stored(worklogs=logged(20), unknown=["billable"], health=health).billable()
    assert [(gap.source, gap.state, gap.message) for gap in trace.gaps] == [
        ("jira", "incomplete", "Two pages are missing.")
    ]
    assert (trace.share_pct, trace.unknown, trace.differences) == (None, (), ())


def test_the_newest_run_that_read_the_week_speaks_for_the_sources():
    health = [source("jira", "failed"), source("jira", "ok", week=facts.day("2026-11-23")), source("leave", "failed")]
    trace = stored(unknown=["billable"], health=health).billable()
    assert trace.gaps == ()
    assert trace.unknown == ("No run that read this week had a whole answer from its sources.",)


def test_where_tempo_is_connected_hours_hang_on_tempo_and_not_on_jira():
    health = [source("jira", "failed"), source("tempo", "incomplete", "Cut short.")]
    assert [gap.source for gap in stored(unknown=["billable"], health=health).billable().gaps] == ["tempo"]


@pytest.mark.parametrize(("state", "gaps"), [("off", []), ("failed", ["leave"])])
def test_a_leave_file_that_is_not_there_is_an_answer_and_one_that_cannot_be_read_is_none(state: str, gaps: list[str]):
    health = [source("jira", "ok"), source("leave", state)]
    assert [gap.source for gap in stored(unknown=["billable"], health=health).billable().gaps] == gaps


def test_a_known_week_has_no_gaps_whatever_the_sources_said():
    assert stored(worklogs=logged(40), health=[source("jira", "failed")]).billable().gaps == ()


def test_days_without_a_schedule_are_named():
    trace = stored(schedules=[period(kind="4x10", last=MONDAY)]).billable()
    assert not trace.has_schedule
    assert trace.unknown == (
        "No schedule is in force on Tue 17 Nov, Wed 18 Nov, Thu 19 Nov, Fri 20 Nov, Sat 21 Nov, Sun 22 Nov: the hours "
        "of the week are not known.",
    )


def test_rows_restated_since_the_reading_are_said_with_both_numbers():
    week = stored(worklogs=logged(40, 30))
    older = week.reading() | {"worked_hours": 38.0, "billable_hours": 28.0, "billable_pct": 70.0, "coverage_pct": 95.0}
    assert week.billable(reading=older).differences == (
        Difference("worked_hours", 38.0, 40.0),
        Difference("billable_hours", 28.0, 30.0),
        Difference("billable_pct", 70.0, 75.0),
        Difference("coverage_pct", 95.0, 100.0),
    )


def test_hours_of_the_schedule_restated_since_are_said_too():
    week = stored(worklogs=logged(30))
    older = week.reading() | {"leave_hours": 10.0, "available_hours": 30.0}
    found = [(one.column, one.stored, one.traced) for one in week.billable(reading=older).differences]
    assert found == [("leave_hours", 10.0, 0.0), ("available_hours", 30.0, 40.0)]


@pytest.mark.parametrize(("off_by", "is_told"), [(1e-9, False), (1 / 3600, True)])
def test_a_second_is_a_difference_and_the_last_digit_of_a_sum_is_none(off_by: float, is_told: bool):
    week = stored(worklogs=logged(30))
    found = week.billable(reading=week.reading() | {"worked_hours": 30 + off_by}).differences
    assert [one.column for one in found] == (["worked_hours"] if is_told else [])


def test_an_engineer_without_worklogs_has_zero_hours_not_unknown_ones():
    trace = stored().billable()
    assert (trace.share_pct, trace.hours.logged, trace.shares.of_logged) == (0, 0, None)
    assert trace.differences == ()
    assert pd.Timestamp(trace.week_start) == WEEK


def test_remarks_and_reasons_are_said_in_the_language_of_the_site():
    long = [worklog("ana", TUESDAY, 13, worklog_id="x"), worklog("ana", TUESDAY, 12, worklog_id="y")]
    late = worklog("ana", MONDAY, 3, recorded_at=at("2026-11-23 00:00:00"))
    away = [("ana", f"2026-11-{number}", 10.0) for number in range(16, 20)]
    weeks = [
        stored(worklogs=[*long, late]),
        stored(worklogs=logged(30)),
        stored(worklogs=logged(44)),
        stored(worklogs=logged(40.25, 40)),
        stored(leave=away),
        stored(schedules=[period(kind="4x10", last=MONDAY)]),
        stored(worklogs=logged(40), unknown=["billable"], health=[]),
    ]
    with speaking(PSEUDO):
        traces = [week.billable(min_coverage=0.85) for week in weeks]
        said = [line for trace in traces for line in (*trace.remarks, *trace.unknown)]
        assert len(said) >= len(weeks)
        assert unsaid("\n".join(said), ()) == []
    with speaking(Language("de-DE")):
        assert weeks[1].billable(min_coverage=0.85).remarks[0].startswith("Only 75,0 % of the available hours")
