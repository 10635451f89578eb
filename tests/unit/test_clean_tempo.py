"""Tempo's worklogs become hours by their author's clock, billed as Tempo says."""

import pandas as pd
import pytest

from tests.builders import payloads as p
from tests.builders.vendor_rows import roster_without, tempo_worklog, without
from transforms.clean.tempo import clean_tempo_worklogs, read_tempo_worklogs
from transforms.schemas.registry import conform
from transforms.schemas.sources import Worklogs

KEYS = {"20101": "ACME-7"}
UNTIL = pd.Timestamp("2026-11-23T06:00Z")


def worklogs(*rows, roster=None, keys=KEYS, first_week="2026-10-05"):
    engineers = p.roster() if roster is None else roster
    return clean_tempo_worklogs(read_tempo_worklogs(rows), keys, engineers, pd.Timestamp(first_week), UNTIL)


def started_at(day, time, zone="America/Chicago"):
    row = tempo_worklog(author="712020:zoe", startDate=day, startTime=time)
    table, problems = worklogs(row, roster=p.roster(zoe=zone), first_week="2026-01-05")
    assert problems.empty
    return table["started_at"][0]


def test_a_worklog_becomes_hours_under_the_key_of_its_issue():
    table, problems = worklogs(tempo_worklog(501, hours=1.5, paid=1.0))
    row = p.values(table, "worklog_id", "engineer_id", "issue_key", "logged_hours", "billable_hours", "billing_rule")
    assert row == [("501", "ana", "ACME-7", 1.5, 1.0, "tempo")]
    assert p.values(table, "week_start", "work_date", "recorded_at", "updated_at") == [
        (
            pd.Timestamp("2026-11-02"),
            pd.Timestamp("2026-11-03"),
            pd.Timestamp("2026-11-03T23:02:10Z"),
            pd.Timestamp("2026-11-04T08:00:00Z"),
        )
    ]
    assert problems.empty


def test_the_table_fits_its_schema():
    table, _ = worklogs(tempo_worklog())
    pd.testing.assert_frame_equal(table, conform(table, Worklogs))


def test_the_same_reading_is_another_instant_on_another_engineers_clock():
    table, _ = worklogs(
        tempo_worklog(1), tempo_worklog(2, author="712020:lucia"), roster=p.roster(lucia="Europe/Madrid")
    )
    assert dict(p.values(table, "engineer_id", "started_at")) == {
        "ana": pd.Timestamp("2026-11-03T15:00Z"),
        "lucia": pd.Timestamp("2026-11-03T08:00Z"),
    }


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
@pytest.mark.parametrize("time", ["00:00:00", "23:59:59"])
def test_the_day_is_the_one_that_tempo_states_wherever_the_author_is(zone, time):
    row = tempo_worklog(author="712020:zoe", startDate="2026-11-08", startTime=time)
    table, _ = worklogs(row, roster=p.roster(zoe=zone))
    assert p.values(table, "work_date", "week_start") == [(pd.Timestamp("2026-11-08"), pd.Timestamp("2026-11-02"))]


def test_a_reading_that_occurs_twice_is_the_first():
    # On 1 November clocks in Chicago go from 02:00 summer time (UTC-5) back to 01:00 (UTC-6).
    assert started_at("2026-11-01", "00:59:59") == pd.Timestamp("2026-11-01T05:59:59Z")
    assert started_at("2026-11-01", "01:30:00") == pd.Timestamp("2026-11-01T06:30:00Z")
    assert started_at("2026-11-01", "02:00:00") == pd.Timestamp("2026-11-01T08:00:00Z")


def test_a_reading_that_is_skipped_is_the_moment_the_clocks_are_set_forward():
    # On 8 March clocks in Chicago go from 02:00 to 03:00 summer time, which is 08:00 UTC.
    assert started_at("2026-03-08", "01:59:59") == pd.Timestamp("2026-03-08T07:59:59Z")
    assert started_at("2026-03-08", "02:30:00") == pd.Timestamp("2026-03-08T08:00:00Z")
    assert started_at("2026-03-08", "03:00:00") == pd.Timestamp("2026-03-08T08:00:00Z")


@pytest.mark.parametrize("time", [None, ""])
def test_a_day_without_a_time_begins_at_midnight(time):
    assert started_at("2026-11-03", time) == pd.Timestamp("2026-11-03T06:00Z")
    table, _ = worklogs(without(tempo_worklog(), "startTime"))
    assert table["started_at"][0] == pd.Timestamp("2026-11-03T06:00Z")


@pytest.mark.parametrize("change", [{"startDate": None}, {"startDate": "soon"}, {"startTime": "noon"}])
def test_a_worklog_without_a_readable_start_is_a_problem(change):
    table, problems = worklogs(tempo_worklog(**change))
    assert table.empty
    assert p.values(problems, "source", "rule", "severity", "engineer_id") == [("tempo", "T002", "error", "ana")]


@pytest.mark.parametrize(
    ("seconds", "is_kept"), [(0, True), (86_400, True), (86_401, False), (-1, False), (None, False), ("nan", False)]
)
def test_a_worklog_lasts_from_0_to_24_hours(seconds, is_kept):
    table, problems = worklogs(tempo_worklog(timeSpentSeconds=seconds))
    assert len(table) == is_kept
    assert list(problems["rule"]) == ([] if is_kept else ["T002"])


@pytest.mark.parametrize(
    ("start", "updated", "severity"),
    [
        ("2026-11-22", "2026-11-18T08:00:00Z", None),
        ("2026-11-23", "2026-11-20T08:00:00Z", "info"),
        ("2026-11-24", "2026-11-23T14:00:00Z", None),  # entered after the week
        ("2026-11-30", "2026-11-20T08:00:00Z", "warning"),
    ],
)
def test_a_day_that_was_planned_in_advance_is_listed_and_kept(start, updated, severity):
    table, problems = worklogs(tempo_worklog(startDate=start, createdAt=updated, updatedAt=updated))
    assert len(table) == 1
    assert p.values(problems, "rule", "severity") == ([("T013", severity)] if severity else [])


@pytest.mark.parametrize("paid", [0, 0.5, 1, 1.25])
def test_billable_hours_are_what_tempo_says_be_they_none_fewer_or_more(paid):
    table, problems = worklogs(tempo_worklog(paid=paid))
    assert p.values(table, "logged_hours", "billable_hours") == [(1.0, paid)]
    assert problems.empty


@pytest.mark.parametrize("said", [None, "much", -3600, "inf"])
def test_without_a_word_on_billing_nothing_is_billable_and_that_is_a_problem(said):
    table, problems = worklogs(tempo_worklog(7, billableSeconds=said))
    assert p.values(table, "logged_hours", "billable_hours") == [(1.0, 0.0)]
    assert p.values(problems, "rule", "severity", "engineer_id", "found") == [("T003", "warning", "ana", "7")]


def test_a_lack_of_billing_is_said_once_per_engineer_with_the_hours():
    silent = [without(tempo_worklog(n, startTime=f"{n:02}:00:00"), "billableSeconds") for n in (10, 9)]
    ben = without(tempo_worklog(3, author=p.BEN, hours=2.5), "billableSeconds")
    _, problems = worklogs(*silent, ben, tempo_worklog(4, startTime="12:00:00"))
    assert p.values(problems, "rule", "engineer_id", "found") == [("T003", "ana", "9"), ("T003", "ben", "3")]
    assert "ana: 2 worklogs (2.00 h) do not say" in problems["message"][0]


def test_strangers_and_old_worklogs_are_not_asked_for_billing():
    rows = [tempo_worklog(1, author=p.STRANGER), tempo_worklog(2, startDate="2026-09-01")]
    _, problems = worklogs(*(without(row, "billableSeconds") for row in rows))
    assert list(problems["rule"]) == ["T001", "T007"]


def test_an_issue_without_a_known_key_goes_by_its_id():
    table, problems = worklogs(tempo_worklog(1), tempo_worklog(2, author=p.BEN, issue={"id": 20999}))
    assert list(table["issue_key"]) == ["ACME-7", "id 20999"]
    assert problems.empty


def test_without_any_key_all_issues_go_by_their_ids():
    assert list(worklogs(tempo_worklog(), keys={})[0]["issue_key"]) == ["id 20101"]


@pytest.mark.parametrize("issue", [None, {}])
def test_a_worklog_without_issue_keeps_its_hours(issue):
    table, _ = worklogs(tempo_worklog(issue=issue))
    assert p.values(table, "issue_key", "logged_hours") == [("id (none)", 1.0)]


@pytest.mark.parametrize(
    ("missing", "recorded", "updated"),
    [
        (["createdAt"], "2026-11-04T08:00:00Z", "2026-11-04T08:00:00Z"),
        (["updatedAt"], "2026-11-03T23:02:10Z", "2026-11-03T23:02:10Z"),
        (["createdAt", "updatedAt"], "2026-11-03T15:00:00Z", "2026-11-03T15:00:00Z"),
    ],
)
def test_a_worklog_that_does_not_say_when_it_was_entered_is_kept(missing, recorded, updated):
    table, _ = worklogs(without(tempo_worklog(), *missing))
    assert p.values(table, "recorded_at", "updated_at") == [(pd.Timestamp(recorded), pd.Timestamp(updated))]


def test_an_author_outside_the_roster_is_one_problem_with_all_the_hours():
    table, problems = worklogs(
        tempo_worklog(1),
        tempo_worklog(2, author=p.STRANGER, hours=2.5),
        tempo_worklog(3, author=p.STRANGER, hours=1.25),
    )
    assert list(table["worklog_id"]) == ["1"]
    assert p.values(problems, "rule", "found") == [("T001", p.STRANGER)]
    assert "3.75 h in 2 worklogs" in problems["message"][0]


@pytest.mark.parametrize("author", [None, {}, {"accountId": None}])
def test_a_worklog_without_author_is_a_problem_and_no_crash(author):
    table, problems = worklogs({**tempo_worklog(), "author": author})
    assert table.empty
    assert p.values(problems, "rule", "found") == [("T001", "(no account)")]


def test_a_worklog_without_an_id_is_left_out_and_said():
    table, problems = worklogs(without(tempo_worklog(), "tempoWorklogId"))
    assert table.empty
    assert list(problems["rule"]) == ["T009"]


def test_a_worklog_that_came_twice_counts_as_it_came_last():
    table, _ = worklogs(tempo_worklog(1, hours=1), tempo_worklog(1, hours=2))
    assert p.values(table, "worklog_id", "logged_hours") == [("1", 2.0)]


@pytest.mark.parametrize(("minutes", "is_said"), [(14, False), (15, True)])
def test_worklogs_that_overlap_are_said_and_keep_their_hours(minutes, is_said):
    second = tempo_worklog(2, startTime=f"09:{60 - minutes}:00")
    table, problems = worklogs(tempo_worklog(1), second)
    assert table["logged_hours"].sum() == 2
    assert list(problems["rule"]) == ["T004"] * is_said


@pytest.mark.parametrize(("day", "is_kept"), [("2026-11-01", False), ("2026-11-02", True)])
def test_the_first_week_begins_on_the_authors_own_monday(day, is_kept):
    table, problems = worklogs(tempo_worklog(startDate=day, startTime="00:00:00"), first_week="2026-11-02")
    assert len(table) == is_kept
    assert list(problems["rule"]) == ([] if is_kept else ["T007"])


def test_no_worklogs_give_an_empty_table():
    table, problems = worklogs()
    assert table.empty
    assert list(table.columns) == list(Worklogs.to_schema().columns)
    assert problems.empty


def test_a_roster_without_accounts_gives_an_empty_table():
    table, problems = worklogs(tempo_worklog(), roster=roster_without("jira_account_id"))
    assert table.empty
    assert list(problems["rule"]) == ["T001"]


def test_the_order_of_the_rows_does_not_matter():
    rows = [tempo_worklog(number, startDate=f"2026-11-0{number}") for number in (3, 4, 5)]
    pd.testing.assert_frame_equal(worklogs(*rows)[0], worklogs(*reversed(rows))[0])


def test_the_frame_that_is_handed_in_stays_as_it_was():
    read = read_tempo_worklogs([tempo_worklog()])
    before = read.copy()
    clean_tempo_worklogs(read, KEYS, p.roster(), pd.Timestamp("2026-10-05"), UNTIL)
    pd.testing.assert_frame_equal(read, before)
