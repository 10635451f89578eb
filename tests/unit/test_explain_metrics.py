"""Why this velocity, this response, these vibes: the rows behind the numbers, and what is said where there is none."""

from datetime import date, datetime
from typing import Any

import pandas as pd
import pytest

from tests.builders.explained import AS_OF, WEEK, WEEK_BEFORE, source, stored, total
from tests.builders.facts import at, credit, page, period, sprint, vibe, worklog
from transforms.explain.common import Difference, differences
from transforms.explain.response import PageAnswer
from transforms.explain.velocity import IssueCredit, SprintWeek
from transforms.explain.vibes import ManagerScore

OPEN = sprint(8, "2026-11-16 09:00", "2026-11-27 17:00", is_open=True)
CLOSED = sprint(7, "2026-11-09 09:00", "2026-11-20 17:00")
NO_ANSWER = "No run that read this week had a whole answer from its sources."


# Velocity


def test_issues_credited_lead_to_the_week_the_sprint_and_points_per_40_hours():
    rows = [
        credit("ana", "2026-11-09", 7, 5, issue_key="ACME-1", credited_at=at("2026-11-11 15:00")),
        credit("ana", "2026-11-16", 7, 3, issue_key="ACME-2", credited_at=at("2026-11-17 09:30")),
    ]
    trace = stored(credits=rows, sprints=[CLOSED], leave=[("ana", "2026-11-16", 10.0)]).velocity()
    assert trace.points_completed == trace.week_points == 3
    assert trace.sprint_points == 8
    assert trace.weeks == (SprintWeek(date(2026, 11, 9), 5, 40), SprintWeek(date(2026, 11, 16), 3, 30))
    assert trace.sprint_hours == 70
    assert trace.points_per_40h == pytest.approx(40 * 8 / 70)
    assert [(one.issue_key, one.points) for one in trace.credits] == [("ACME-1", 5), ("ACME-2", 3)]
    assert (trace.differences, trace.unknown) == ((), ())


def test_a_credit_stands_with_its_kind_and_the_time_on_the_engineers_clock():
    row = credit("ana", "2026-11-16", 8, -2, issue_key="ACME-3", kind="reopened", credited_at=at("2026-11-17 23:30"))
    assert stored(credits=[row], sprints=[OPEN]).velocity().credits == (
        IssueCredit("ACME-3", "reopened", datetime(2026, 11, 17, 23, 30), 8, date(2026, 11, 16), -2.0),  # noqa: DTZ001
    )


def test_a_credit_of_another_sprint_counts_in_the_week_and_not_in_the_sprint():
    rows = [credit("ana", "2026-11-16", 8, 3), credit("ana", "2026-11-16", 6, 2)]
    trace = stored(credits=rows, sprints=[OPEN]).velocity()
    assert (trace.week_points, trace.sprint_points) == (5, 3)
    assert trace.differences == ()
    assert len(trace.credits) == 2


def test_credits_of_neither_the_week_nor_its_sprint_are_left_out():
    rows = [credit("ana", "2026-11-02", 6, 2), credit("ana", "2026-11-16", 8, 3)]
    assert [one.sprint_id for one in stored(credits=rows, sprints=[OPEN]).velocity().credits] == [8]


def test_an_open_sprint_has_dates_and_no_team_numbers():
    found = stored(sprints=[OPEN]).velocity().sprint
    assert found is not None
    assert (found.sprint_id, found.name, found.first_day, found.last_day) == (
        8,
        "Core S8",
        date(2026, 11, 16),
        date(2026, 11, 27),
    )
    assert (found.is_closed, found.is_reconstructed, found.team) == (False, False, None)


def test_a_closed_sprint_has_the_numbers_of_its_close_and_says_if_they_were_taken_later():
    found = stored(sprints=[CLOSED], totals=[total(7, is_reconstructed=True)]).velocity().sprint
    assert found is not None
    assert (found.is_closed, found.is_reconstructed) == (True, True)
    team = found.team
    assert team is not None
    assert (team.committed, team.reestimated, team.added, team.removed) == (1, 2, 3, 4)
    assert (team.completed, team.reopened, team.carried_over) == (5, 6, 7)


def test_a_total_that_an_earlier_version_did_not_keep_is_missing_not_zero():
    found = stored(sprints=[CLOSED], totals=[total(7, reestimated_points=None)]).velocity().sprint
    assert found is not None
    assert found.team is not None
    assert found.team.reestimated is None


def test_rows_that_kept_sums_only_have_no_time():
    row = credit("ana", "2026-11-16", 8, 2, issue_key="", credited_at=pd.NaT)
    found = stored(credits=[row], sprints=[OPEN]).velocity().credits
    assert (found[0].issue_key, found[0].credited_at) == ("", None)


def test_outside_sprints_there_is_no_velocity_and_the_reason_is_said():
    trace = stored(credits=[credit("ana", "2026-11-16", 8, 2)]).velocity()
    assert (trace.points_completed, trace.sprint, trace.weeks, trace.points_per_40h) == (None, None, (), None)
    assert trace.unknown == ("No sprint of the team holds the Thursday of this week.",)
    assert trace.differences == ()


def test_points_are_divided_by_the_hours_of_the_configured_denominator():
    week = stored(
        credits=[credit("ana", "2026-11-16", 8, 3)], sprints=[OPEN], worklogs=[worklog("ana", "2026-11-16", 8)]
    )
    assert week.velocity(denominator="logged").points_per_40h == 15
    assert week.velocity(denominator="available").points_per_40h == 3


def test_a_sprint_with_a_week_that_is_not_known_has_no_rate():
    # More hours on one day than it has: the second week's hours are not known, the first week's are.
    long = [worklog("ana", "2026-11-17", 13, worklog_id="x"), worklog("ana", "2026-11-17", 12, worklog_id="y")]
    rows = [worklog("ana", "2026-11-10", 8), *long]
    week = stored(credits=[credit("ana", "2026-11-16", 7, 3)], sprints=[CLOSED], worklogs=rows)
    by_logged = week.velocity(denominator="logged")
    assert [one.hours for one in by_logged.weeks] == [8, None]
    assert (by_logged.sprint_hours, by_logged.points_per_40h) == (None, None)
    assert week.velocity(denominator="available").points_per_40h == 1.5


def test_a_sprint_without_hours_has_no_rate():
    away = [("ana", f"2026-11-{number}", 10.0) for number in range(16, 20)]
    trace = stored(credits=[credit("ana", "2026-11-16", 8, 3)], sprints=[OPEN], leave=away).velocity()
    assert (trace.sprint_points, trace.sprint_hours, trace.points_per_40h) == (3, 0, None)


def test_points_restated_since_are_said_with_both_numbers():
    week = stored(credits=[credit("ana", "2026-11-16", 8, 3)], sprints=[OPEN])
    assert week.velocity(reading=week.reading() | {"points_completed": 5.0}).differences == (
        Difference("points_completed", 5.0, 3.0),
    )


@pytest.mark.parametrize(
    ("health", "gaps", "unknown"),
    [
        ([source("jira", "failed", "No answer.")], ["jira"], ()),
        ([source("jira", "ok"), source("pagerduty", "failed")], [], (NO_ANSWER,)),
    ],
)
def test_a_velocity_that_is_not_known_says_which_source_failed(
    health: list[dict[str, Any]], gaps: list[str], unknown: tuple[str, ...]
):
    trace = stored(sprints=[OPEN], unknown=["velocity"], health=health).velocity()
    assert ([gap.source for gap in trace.gaps], trace.unknown) == (gaps, unknown)


def test_days_without_a_schedule_make_no_velocity_and_are_named():
    week = stored(schedules=[period(kind="4x10", last="2026-11-20")], sprints=[OPEN])
    assert week.velocity().unknown == (
        "No schedule is in force on Sat 21 Nov, Sun 22 Nov: the hours of the week are not known.",
    )


# Response


def test_every_page_says_when_by_the_engineers_clock_and_what_became_of_it():
    rows = [
        page("ana", "2026-11-17 03:10", shift="night", acknowledge_seconds=120.0, resolve_seconds=900.0),
        page("ana", "2026-11-18 10:00", is_censored=True, acknowledge_seconds=1800.0, resolve_seconds=None),
        page("ana", "2026-11-18 12:00", acknowledge_seconds=None, resolve_seconds=None),
        page("ana", "2026-11-19 12:00", urgency="low"),
    ]
    trace = stored(pages=rows).response()
    assert trace.pages[0] == PageAnswer(
        "Q-ana-2026-11-17 03:10",
        datetime(2026, 11, 17, 3, 10),  # noqa: DTZ001
        "high",
        "night",
        "acknowledged",
        120.0,
        900.0,
        "",
    )
    assert [one.answer for one in trace.pages] == ["acknowledged", "missed", "left to others", "low urgency"]
    assert [one.acknowledge_seconds for one in trace.pages[1:3]] == [1800.0, None]


def test_counts_rate_and_medians_lead_to_the_stored_reading():
    rows = [
        page("ana", "2026-11-17 10:00", acknowledge_seconds=120.0, resolve_seconds=900.0),
        page("ana", "2026-11-17 11:00", acknowledge_seconds=300.0, resolve_seconds=1500.0),
        page("ana", "2026-11-17 12:00", is_censored=True, acknowledge_seconds=1800.0, resolve_seconds=None),
        page("ana", "2026-11-17 13:00", acknowledge_seconds=None, resolve_seconds=None),
        page("ana", "2026-11-17 14:00", urgency="low", acknowledge_seconds=1.0),
        page("ana", "2026-11-10 14:00"),
    ]
    trace = stored(pages=rows).response()
    assert (trace.n_pages, trace.n_acknowledged, trace.n_missed, trace.n_low_urgency) == (4, 2, 1, 1)
    assert trace.response_rate_pct == pytest.approx(100 * 2 / 3)
    assert trace.acknowledge_median_seconds == trace.acknowledge_median_of_pages == 300
    assert trace.resolve_median_of_pages == 1200
    assert (trace.differences, trace.unknown) == ((), ())


@pytest.mark.parametrize(("paged", "is_late"), [("2026-11-22 23:59:59", False), ("2026-11-23 00:00:00", True)])
def test_a_page_after_the_reading_was_taken_is_set_aside(paged: str, is_late: bool):
    # It belongs to the week by a clock further west.
    trace = stored(pages=[page("ana", paged, week_start=WEEK)]).response()
    assert trace.n_pages == (0 if is_late else 1)
    assert trace.pages[0].set_aside == ("after the reading was taken" if is_late else "")
    assert trace.differences == ()


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([], "No calls: no page of high urgency this week."),
        ([page("ana", "2026-11-17 10:00", urgency="low")], "No calls: no page of high urgency this week."),
        (
            [page("ana", "2026-11-17 10:00", acknowledge_seconds=None, resolve_seconds=None)],
            "Others dealt with every page of this week.",
        ),
    ],
)
def test_without_a_time_the_reason_is_said(rows: list[dict[str, Any]], why: str):
    trace = stored(pages=rows).response()
    assert (trace.acknowledge_median_seconds, trace.unknown, trace.is_known) == (None, (why,), True)


def test_a_response_that_is_not_known_names_the_pagers_without_an_answer():
    health = [source("pagerduty", "ok"), source("alertops", "failed", "No answer."), source("jira", "failed")]
    trace = stored(pages=[page("ana", "2026-11-17 10:00")], unknown=["response"], health=health).response()
    assert [gap.source for gap in trace.gaps] == ["alertops"]
    assert (trace.is_known, trace.unknown, trace.differences) == (False, (), ())


def test_pages_restated_since_are_said_with_both_numbers():
    week = stored(pages=[page("ana", "2026-11-17 10:00", acknowledge_seconds=120.0)])
    older = week.reading() | {"acknowledge_median_seconds": 600.0, "n_pages": 2}
    found = {(one.column, one.stored, one.traced) for one in week.response(reading=older).differences}
    assert found == {("acknowledge_median_seconds", 600.0, 120.0), ("n_pages", 2.0, 1.0)}


# Vibes


def test_the_mean_of_the_managers_scores_is_the_reading():
    trace = stored(
        vibes=[vibe("ana", "2026-11-16", 4), vibe("ana", "2026-11-16", 3, manager_id="noah", line=3)]
    ).vibes_trace()
    assert trace.vibes == trace.mean_of_scores == 3.5
    assert [(one.manager_id, one.vibes) for one in trace.scores] == [("mia", 4), ("noah", 3)]
    assert (trace.differences, trace.unknown) == ((), ())


def test_a_score_says_where_it_stands_what_it_was_and_who_may_read_its_note():
    row = vibe("ana", "2026-11-16", 4, published_vibes=2.0, note="Better.", visibility="managers", line=7)
    other = vibe("ana", "2026-11-09", 5)
    assert stored(vibes=[row, other]).vibes_trace().scores == (
        ManagerScore("mia", 4.0, 2.0, "managers", "Better.", "vibes.csv", 7),
    )


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([], "No manager gave a score."),
        ([vibe("ana", "2026-11-16", None, note="Away.")], "No manager gave a score."),
        (
            [vibe("ana", "2026-11-16", None, published_vibes=3.0)],
            "The score that was published was taken back, and there is no other.",
        ),
    ],
)
def test_without_a_score_the_reason_is_said(rows: list[dict[str, Any]], why: str):
    trace = stored(vibes=rows).vibes_trace()
    assert (trace.vibes, trace.unknown) == (None, (why,))


def test_files_that_cannot_be_read_make_vibes_unknown():
    health = [source("vibes", "failed", "The folder is not there.")]
    trace = stored(vibes=[vibe("ana", "2026-11-16", 4)], unknown=["vibes"], health=health).vibes_trace()
    assert [gap.message for gap in trace.gaps] == ["The folder is not there."]
    assert (trace.vibes, trace.differences) == (None, ())


def test_a_score_restated_since_is_said_with_both_numbers():
    week = stored(vibes=[vibe("ana", "2026-11-16", 4)])
    assert week.vibes_trace(reading=week.reading() | {"vibes": 2.0}).differences == (Difference("vibes", 2.0, 4.0),)


def test_missing_against_a_number_is_a_difference_and_missing_against_missing_is_none():
    assert differences({"vibes": None}, {"vibes": 3.0}) == (Difference("vibes", None, 3.0),)
    assert differences({"vibes": float("nan")}, {"vibes": None}) == ()


def test_the_instant_that_readings_speak_for_is_monday_after_the_week():
    assert pd.Timestamp("2026-11-23", tz="America/Chicago") == AS_OF
    assert WEEK_BEFORE + pd.Timedelta(weeks=1) == WEEK
