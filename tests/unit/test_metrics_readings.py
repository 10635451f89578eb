"""Weekly readings: a complete grid on which missing stays missing."""

from typing import Any

import pandas as pd
import pytest

from tests.builders.facts import (
    at,
    credit,
    credits_of,
    day,
    engineer,
    engineers,
    holidays,
    leave,
    page,
    pages,
    period,
    schedules,
    sprint,
    sprints,
    vibe,
    vibes,
    worklog,
    worklogs,
)
from transforms.metrics.readings import weekly_readings
from transforms.schedule import weekly_hours

W44, W45 = "2026-10-26", "2026-11-02"
S61 = sprint(61, "2026-10-26 09:00", "2026-11-06 17:00")


def readings(**given: Any) -> pd.DataFrame:
    """Readings of weeks 2026-W44 and W45; each table holds what the test gives."""
    people = engineers(*given.get("people", [engineer()]))
    hours = weekly_hours(
        people,
        schedules(*given.get("periods", [period()])),
        given.get("holidays", holidays()),
        given.get("leave", leave()),
        day(given.get("first", W44)),
        day(given.get("last", "2026-11-08")),
    )
    return weekly_readings(
        people,
        hours,
        worklogs(*given.get("worklogs", [])),
        credits_of(*given.get("credits", [])),
        sprints(*given.get("sprints", [S61])),
        pages(*given.get("pages", [])),
        vibes(*given.get("vibes", [])),
        known=given.get("known"),
        withheld=given.get("withheld"),
        billable_denominator=given.get("denominator", "available"),
    )


def reading(week: str = W45, who: str = "ana", **given: Any) -> "pd.Series[Any]":
    return readings(**given).set_index(["engineer_id", "week_start"]).loc[(who, day(week))]


def known_but(metric: str, week: str = W45) -> pd.DataFrame:
    """Everything is known of both weeks, but not this metric in this week."""
    flags = pd.DataFrame({"week_start": [day(W44), day(W45)]})
    flags = flags.assign(**{f"is_{name}_known": True for name in ("billable", "velocity", "response", "vibes")})
    flags.loc[flags["week_start"] == day(week), f"is_{metric}_known"] = False
    return flags


def withheld(*rows: tuple[str, str, str]) -> pd.DataFrame:
    """Engineer-weeks not known for another reason: (engineer, week, metric)."""
    listed = [{"engineer_id": who, "week_start": day(week), "metric": metric} for who, week, metric in rows]
    return pd.DataFrame(listed, columns=["engineer_id", "week_start", "metric"])


def test_every_engineer_has_a_row_for_every_week_of_employment():
    people = [
        engineer("ana"),
        engineer("ben", employed_from=day("2026-11-04")),  # joins in the second week
        engineer("cid", employed_to=day("2026-11-01")),  # leaves at the end of the first
        engineer("dee", employed_to=day("2026-10-25")),  # left before
    ]
    table = readings(people=people, periods=[period(who["engineer_id"]) for who in people])
    rows = list(zip(table["engineer_id"], table["week_start"], strict=True))
    assert rows == [("ana", day(W44)), ("ana", day(W45)), ("ben", day(W45)), ("cid", day(W44))]


def test_hours_are_summed_over_the_days_of_employment():
    row = reading(people=[engineer(employed_from=day("2026-11-03"))], leave=leave(("ana", "2026-11-05", 4)))
    assert (row["contract_hours"], row["leave_hours"], row["available_hours"]) == (32, 4, 28)


def test_the_schedule_is_that_of_the_weeks_first_day_of_employment():
    periods = [period(kind="5x8", last="2026-11-03"), period(kind="4x10", first="2026-11-04")]
    assert reading(periods=periods)["schedule"] == "5x8"
    assert reading(periods=periods, people=[engineer(employed_from=day("2026-11-04"))])["schedule"] == "4x10"


def test_the_order_of_rows_is_irrelevant():
    people = engineers(engineer("ben"), engineer("ana", team_id="apps", manager_id="noor"))
    periods = schedules(period("ben"), period("ana", last="2026-11-03"), period("ana", "4x10", first="2026-11-04"))
    hours = weekly_hours(people, periods, holidays(), leave(), day(W44), day("2026-11-08"))
    others = [
        worklogs(worklog("ben", "2026-10-27", 8), worklog("ana", "2026-11-03", 8), worklog("ana", "2026-11-04", 3)),
        credits_of(credit("ana", W44, 61, 3), credit("ben", W45, 61, 2)),
        sprints(S61, sprint(99, "2026-10-26 09:00", "2026-10-30 17:00", team_id="apps")),
        pages(page("ana", "2026-11-03 10:00"), page("ben", "2026-11-03 10:00", acknowledge_seconds=7)),
        vibes(vibe("ana", W44, 2), vibe("ben", W44, 5)),
    ]
    mixed = [table.iloc[::-1] for table in (people, hours, *others)]
    pd.testing.assert_frame_equal(weekly_readings(people, hours, *others), weekly_readings(*mixed))


def test_everybody_has_the_manager_the_team_and_the_teams_sprint_of_the_roster():
    people = [engineer("ben"), engineer("ana", team_id="apps", manager_id="noor", employed_from=day(W45))]
    of_apps = sprint(62, "2026-11-02 09:00", "2026-11-13 17:00", team_id="apps")
    table = readings(people=people, periods=[period("ana"), period("ben")], sprints=[S61, of_apps])
    rows = table[["engineer_id", "manager_id", "team_id", "sprint_id"]].to_numpy().tolist()
    assert rows == [["ana", "noor", "apps", 62], ["ben", "mia", "core", 61], ["ben", "mia", "core", 61]]


@pytest.mark.parametrize(("kind", "expected"), [("5x8", 87.5), ("4x10", 93.333)])
def test_28_billable_hours_in_a_week_with_a_monday_holiday(kind: str, expected: float):
    row = reading(
        periods=[period(kind=kind)], holidays=holidays("2026-11-02"), worklogs=[worklog("ana", "2026-11-04", 28)]
    )
    assert row["billable_pct"] == pytest.approx(expected, abs=0.001)


def test_the_denominator_may_be_the_hours_logged():
    given: dict[str, Any] = {"worklogs": [worklog("ana", "2026-11-04", 32, 24)]}
    assert reading(**given)["billable_pct"] == pytest.approx(60)
    assert reading(**given, denominator="logged")["billable_pct"] == pytest.approx(75)


def test_coverage_is_logged_against_available_hours():
    row = reading(worklogs=[worklog("ana", "2026-11-04", 30, 24)], denominator="logged")
    assert row["coverage_pct"] == pytest.approx(75)


def test_more_than_100_percent_is_legal():
    assert reading(worklogs=[worklog("ana", "2026-11-04", 44)])["billable_pct"] == pytest.approx(110)


def test_a_week_without_available_hours_has_hours_but_no_percentage():
    away = leave(*[("ana", f"2026-11-0{number}", 8) for number in range(2, 7)])
    row = reading(leave=away, worklogs=[worklog("ana", "2026-11-04", 2)])
    assert row["worked_hours"] == 2
    assert pd.isna(row["billable_pct"])
    assert pd.isna(row["coverage_pct"])


def test_a_known_week_without_worklogs_has_0_hours_and_an_unknown_one_none():
    assert reading()["worked_hours"] == 0
    assert reading()["billable_pct"] == 0
    assert pd.isna(reading(denominator="logged")["billable_pct"])
    row = reading(known=known_but("billable"), worklogs=[worklog("ana", "2026-11-04", 8)])
    assert row[["worked_hours", "billable_hours", "billable_pct", "coverage_pct"]].isna().all()
    assert not row["is_billable_known"]


def test_only_the_unknown_week_and_metric_are_unknown():
    given: dict[str, Any] = {"known": known_but("billable")}
    assert reading(W44, **given)["worked_hours"] == 0
    row = reading(**given)
    assert (row["is_velocity_known"], row["is_response_known"], row["is_vibes_known"]) == (True, True, True)


def test_a_week_that_known_does_not_name_is_unknown():
    row = reading(known=known_but("vibes").query("week_start == '2026-10-26'"))
    assert not row[["is_billable_known", "is_velocity_known", "is_response_known", "is_vibes_known"]].any()


def test_a_withheld_metric_is_unknown_for_that_engineers_week_and_nothing_else_is():
    people = [engineer("ana"), engineer("ben")]
    given: dict[str, Any] = {
        "people": people,
        "periods": [period("ana"), period("ben")],
        "worklogs": [worklog("ana", "2026-11-03", 8), worklog("ana", "2026-10-27", 8), worklog("ben", "2026-11-03", 8)],
        "withheld": withheld(("ana", W45, "billable")),
    }
    row = reading(**given)
    assert row[["worked_hours", "billable_hours", "billable_pct", "coverage_pct"]].isna().all()
    assert not row["is_billable_known"]
    assert (row["is_velocity_known"], row["is_response_known"], row["is_vibes_known"]) == (True, True, True)
    assert row["points_completed"] == 0
    assert (reading(W44, **given)["worked_hours"], reading(W45, "ben", **given)["worked_hours"]) == (8, 8)


@pytest.mark.parametrize(
    ("metric", "columns"),
    [
        ("velocity", ["points_completed"]),
        ("response", ["acknowledge_median_seconds", "resolve_median_seconds", "response_rate_pct"]),
        ("vibes", ["vibes"]),
    ],
)
def test_every_metric_can_be_withheld(metric: str, columns: list[str]):
    given: dict[str, Any] = {
        "credits": [credit("ana", W45, 61, 3)],
        "pages": [page("ana", "2026-11-03 10:00")],
        "vibes": [vibe("ana", W45, 3)],
    }
    assert reading(**given)[columns].notna().all()
    row = reading(**given, withheld=withheld(("ana", W45, metric)))
    assert not row[f"is_{metric}_known"]
    assert row["is_billable_known"]
    assert row[columns].isna().all()


def test_what_is_withheld_does_not_make_an_unknown_week_known():
    row = reading(known=known_but("billable"), withheld=withheld(("ana", W45, "velocity")))
    assert (row["is_billable_known"], row["is_velocity_known"], row["is_response_known"]) == (False, False, True)


def test_rows_withheld_of_somebody_elses_or_another_week_touch_nobody():
    rows = withheld(("gone", W45, "billable"), ("ana", "2026-11-09", "billable"))
    assert readings(withheld=rows)["is_billable_known"].all()
    assert readings(withheld=withheld())["is_billable_known"].all()


def test_without_a_schedule_on_some_day_hours_and_points_are_unknown():
    given: dict[str, Any] = {
        "periods": [period(last="2026-11-05")],
        "worklogs": [worklog("ana", "2026-11-03", 8), worklog("ana", "2026-10-27", 8)],
        "credits": [credit("ana", W45, 61, 3)],
        "vibes": [vibe("ana", W45, 4)],
    }
    row = reading(**given)
    assert (row["is_billable_known"], row["is_velocity_known"]) == (False, False)
    assert row[["worked_hours", "billable_hours", "billable_pct", "coverage_pct", "points_completed"]].isna().all()
    assert (row["is_response_known"], row["is_vibes_known"], row["vibes"], row["sprint_id"]) == (True, True, 4, 61)
    before = reading(W44, **given)
    assert (before["is_billable_known"], before["is_velocity_known"], before["worked_hours"]) == (True, True, 8)


def test_days_outside_of_employment_need_no_schedule():
    row = reading(people=[engineer(employed_to=day("2026-11-04"))], periods=[period(last="2026-11-04")])
    assert (row["is_billable_known"], row["contract_hours"]) == (True, 24)


def test_points_of_a_week_are_summed_over_the_sprints():
    row = reading(credits=[credit("ana", W45, 61, 3), credit("ana", W45, 62, 2), credit("ana", W44, 61, 8)])
    assert row["points_completed"] == 5


def test_points_are_0_in_a_sprint_without_credits_and_missing_outside_of_sprints():
    assert reading()["points_completed"] == 0
    outside = reading(sprints=[])
    assert pd.isna(outside["points_completed"])
    assert pd.isna(outside["sprint_id"])
    assert not outside["is_sprint_end"]


def test_points_are_missing_while_jira_is_unknown():
    row = reading(known=known_but("velocity"), credits=[credit("ana", W45, 61, 3)])
    assert pd.isna(row["points_completed"])
    assert row["sprint_id"] == 61


def test_the_week_names_the_sprint_of_the_team_and_its_end():
    assert (reading(W44)["sprint_id"], reading(W44)["is_sprint_end"]) == (61, False)
    assert (reading(W45)["sprint_id"], reading(W45)["is_sprint_end"]) == (61, True)
    other_team = sprint(99, "2026-10-26 09:00", "2026-11-06 17:00", team_id="apps")
    assert pd.isna(reading(sprints=[other_team])["sprint_id"])


def test_the_oldest_weeks_sprint_is_found_wherever_the_team_is():
    """On the first Thursday of the grid, as early as anywhere on Earth, and by clocks that are far behind."""
    for zone, closed in [("Pacific/Kiritimati", "2026-10-29 00:01"), ("Pacific/Pago_Pago", "2026-10-29 23:59")]:
        only = sprint(61, "2026-10-01 09:00", "2026-10-29 09:00") | {"complete_at": at(closed, zone)}
        given: dict[str, Any] = {"people": [engineer(timezone=zone)], "sprints": [only]}
        assert (reading(W44, **given)["sprint_id"], reading(W44, **given)["is_sprint_end"]) == (61, True)
        assert pd.isna(reading(W45, **given)["sprint_id"])


def test_a_sprint_that_closed_before_the_first_week_leaves_no_trace():
    before = sprint(60, "2026-10-12 09:00", "2026-10-25 17:00")
    pd.testing.assert_frame_equal(readings(sprints=[before, S61]), readings(sprints=[S61]))


def test_no_calls_are_not_0_seconds():
    row = reading()
    assert row["n_pages"] == 0
    assert row[["acknowledge_median_seconds", "resolve_median_seconds"]].isna().all()


def test_medians_are_over_the_high_urgency_pages_of_the_week():
    paged = [
        page("ana", "2026-11-03 10:00", acknowledge_seconds=100, resolve_seconds=1000),
        page("ana", "2026-11-04 10:00", acknowledge_seconds=300, resolve_seconds=None),
        page("ana", "2026-11-05 10:00", acknowledge_seconds=900, resolve_seconds=5000),
        page("ana", "2026-11-05 12:00", acknowledge_seconds=9000, urgency="low"),
        page("ana", "2026-10-28 10:00", acknowledge_seconds=9000),
    ]
    row = reading(pages=paged)
    assert row["n_pages"] == 3
    assert (row["acknowledge_median_seconds"], row["resolve_median_seconds"]) == (300, 3000)


def test_a_page_that_timed_out_counts_with_its_time():
    answered = page("ana", "2026-11-03 10:00", acknowledge_seconds=100)
    missed = page("ana", "2026-11-04 10:00", acknowledge_seconds=1800, resolve_seconds=None, is_censored=True)
    assert reading(pages=[answered, missed])["acknowledge_median_seconds"] == 950


def test_pages_of_an_unknown_week_say_nothing():
    row = reading(known=known_but("response"), pages=[page("ana", "2026-11-03 10:00")])
    assert row["n_pages"] == 0
    assert pd.isna(row["acknowledge_median_seconds"])


def test_vibes_are_the_mean_of_the_managers_scores():
    row = reading(vibes=[vibe("ana", W45, 3), vibe("ana", W45, 4, manager_id="noor", note="Was ill")])
    assert row["vibes"] == 3.5
    assert row["has_note"]


def test_a_note_alone_is_no_score_and_blanks_are_no_note():
    note = reading(vibes=[vibe("ana", W45, None, note="Was ill")])
    assert pd.isna(note["vibes"])
    assert note["has_note"]
    assert not reading(vibes=[vibe("ana", W45, 3, note="  ")])["has_note"]


def test_missing_vibes_are_missing_never_a_neutral_3():
    assert pd.isna(reading()["vibes"])
    assert not reading()["has_note"]
    unread = reading(known=known_but("vibes"), vibes=[vibe("ana", W45, 3, note="Was ill")])
    assert pd.isna(unread["vibes"])
    assert not unread["has_note"]


def test_rows_outside_of_the_weeks_asked_for_are_left_out():
    table = readings(
        worklogs=[worklog("ana", "2026-11-11", 8), worklog("gone", "2026-11-04", 8)],
        credits=[credit("(unassigned)", W45, 61, 3)],
        vibes=[vibe("ana", "2026-11-09", 3)],
    )
    assert len(table) == 2
    assert table["worked_hours"].sum() == 0


def test_nobody_employed_means_no_rows():
    assert readings(people=[engineer(employed_to=day("2026-01-01"))]).empty
