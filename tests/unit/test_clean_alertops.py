"""AlertOps' alerts become calls of their owners."""

import pandas as pd
import pytest

from tests.builders import payloads as p
from tests.builders.vendor_rows import alert, alertops_user, roster_without, without
from transforms.clean.alertops import clean_alerts, read_alerts, read_users
from transforms.clean.pagerduty import clean_pages
from transforms.clean.pagerduty_rows import read_incidents, read_log_entries
from transforms.clean.pagerduty_rows import read_users as read_pagers

USERS = (alertops_user("ana.ops", "Ana", "Ruiz"), alertops_user("ben.ops", "Ben", "Cole"))
CHICAGO = "America/Chicago"


def pages(*alerts, users=USERS, roster=None, zone="UTC", first_week="2026-10-26", words=("test", "drill")):
    engineers = p.roster() if roster is None else roster
    week = pd.Timestamp(first_week)
    return clean_alerts(read_alerts(alerts), read_users(users), engineers, words, zone, week)


def rules(problems):
    return list(problems["rule"])


def test_a_closed_alert_is_a_call_of_its_owner():
    table, problems = pages(alert())
    assert p.values(table, "incident_id", "engineer_id", "week_start", "paged_at", "resolve_seconds") == [
        ("90211", "ana", pd.Timestamp("2026-11-02"), pd.Timestamp("2026-11-03T02:00Z"), 3000.0)
    ]
    assert p.values(table, "is_censored", "urgency") == [(False, "high")]
    assert problems.empty


def test_the_table_has_the_columns_and_types_of_pagerdutys():
    table, _ = pages(alert(), alert(2, assigned_date="2026-11-03T02:01:00"))
    theirs, _ = clean_pages(
        read_incidents([p.incident()]),
        read_log_entries([p.entry("assign", "2026-11-03T02:00:00Z", p.ANA_PAGER)]),
        read_pagers(p.users()),
        p.roster(),
        (),
        pd.Timestamp("2026-10-26"),
    )
    assert len(table) == 2
    assert len(theirs) == 1
    assert table.dtypes.astype(str).to_dict() == theirs.dtypes.astype(str).to_dict()
    assert list(table.columns) == list(theirs.columns)


def test_nobody_knows_when_an_alert_was_assigned_so_the_acknowledge_is_missing_not_zero():
    assert p.values(pages(alert())[0], "acknowledge_seconds") == [(None,)]


@pytest.mark.parametrize("key", ["assigned_date", "initial_assigned_date"])
def test_an_alert_that_says_when_it_was_assigned_after_all_is_timed(key):
    assert p.values(pages(alert(**{key: "2026-11-03T02:04:00"}))[0], "acknowledge_seconds") == [(240.0,)]


@pytest.mark.parametrize("stamp", ["soon", "", None, "2026-11-03T01:59:59"])
def test_an_assignment_that_cannot_be_read_or_comes_before_the_alert_is_missing(stamp):
    assert p.values(pages(alert(assigned_date=stamp))[0], "acknowledge_seconds") == [(None,)]


@pytest.mark.parametrize("status", ["Open", "Assigned", "On Hold", "on_hold", "OnHold"])
def test_only_a_closed_alert_has_a_time_to_resolve(status):
    table, problems = pages(alert(status=status))
    assert p.values(table, "engineer_id", "resolve_seconds") == [("ana", None)]
    assert problems.empty


@pytest.mark.parametrize("status", ["Cancelled", "canceled"])
def test_cancelled_alerts_are_left_out_and_counted(status):
    table, problems = pages(alert(1, status=status), alert(2, status=status), alert(3))
    assert list(table["incident_id"]) == ["3"]
    assert p.values(problems, "rule", "severity") == [("A005", "info")]
    assert problems["message"][0].startswith("2 alerts were cancelled")


def test_cancelled_alerts_of_others_and_of_earlier_weeks_are_not_counted():
    old = alert(2, created_date="2026-10-25T12:00:00", status="Cancelled")
    _, problems = pages(alert(1, owner=None, status="Cancelled"), old, alert(3, topic="Test", status="Cancelled"))
    assert problems.empty


@pytest.mark.parametrize("status", ["Escalated", None, ""])
def test_a_status_that_is_not_known_is_said_and_counts_as_not_closed(status):
    table, problems = pages(alert(1, status=status), alert(2))
    assert p.values(table, "incident_id", "resolve_seconds") == [("1", None), ("2", 3000.0)]
    assert p.values(problems, "rule", "severity", "found") == [("A004", "warning", f'"{status or ""}"')]


def test_case_and_blanks_of_a_status_do_not_matter():
    table, problems = pages(alert(status=" CLOSED "))
    assert p.values(table, "resolve_seconds") == [(3000.0,)]
    assert problems.empty


@pytest.mark.parametrize(
    "owner", [None, {}, "ana.ops", {"user_name": None, "first_name": "Ana"}, {"user_name": "  "}], ids=str
)
def test_an_alert_without_owner_counts_for_nobody(owner):
    table, problems = pages({**alert(), "owner": owner})
    assert table.empty
    assert problems.empty


@pytest.mark.parametrize("user_name", ["ANA.OPS", " ana.ops ", "Ana.Ops"])
def test_case_and_blanks_of_user_names_do_not_matter(user_name):
    assert list(pages(alert(owner=user_name))[0]["engineer_id"]) == ["ana"]
    roster = p.roster().assign(alertops_user_name=[user_name, "ben.ops"])
    table, problems = pages(alert(), roster=roster)
    assert list(table["engineer_id"]) == ["ana"]
    assert problems.empty


@pytest.mark.parametrize(
    ("priority", "urgency"),
    [
        ("Critical", "high"),
        ("High", "high"),
        ("1", "high"),
        (2, "high"),
        ("p1", "high"),
        ("P2", "high"),
        ("Medium", "low"),
        (" low ", "low"),
        (3, "low"),
        ("P3", "low"),
        ("P5", "low"),
        ("Sev 0", "high"),
        ("", "high"),
        (None, "high"),
    ],
)
def test_priorities_from_medium_down_are_low_and_all_else_is_high(priority, urgency):
    assert list(pages(alert(priority=priority))[0]["urgency"]) == [urgency]


@pytest.mark.parametrize(
    ("title", "is_kept"),
    [("[TEST] checkout 5xx", False), ("Fire drill", False), ("latest build is broken", True), (None, True)],
)
def test_alerts_with_an_excluded_word_in_the_title_are_left_out(title, is_kept):
    assert len(pages(alert(topic=title))[0]) == is_kept


def test_without_excluded_words_all_titles_are_kept():
    assert len(pages(alert(topic="test"), words=())[0]) == 1


@pytest.mark.parametrize(
    ("stamp", "instant"),
    [
        ("2026-11-03T02:00:00", "2026-11-03T08:00:00Z"),
        ("2026-11-03T02:00:00.1234567", "2026-11-03T08:00:00.123456Z"),
        ("2026-11-03 02:00:00", "2026-11-03T08:00:00Z"),
        ("2026-11-03T02:00:00Z", "2026-11-03T02:00:00Z"),
        ("2026-11-03T02:00:00+01:00", "2026-11-03T01:00:00Z"),
        ("2026-11-03T02:00:00-0500", "2026-11-03T07:00:00Z"),
        ("2026-11-01T01:30:00", "2026-11-01T06:30:00Z"),  # occurs twice: the first
        ("2026-11-01T02:00:00", "2026-11-01T08:00:00Z"),
    ],
)
def test_a_time_without_an_offset_is_by_the_configured_clock(stamp, instant):
    table, _ = pages(alert(created_date=stamp, status="Open"), zone=CHICAGO)
    assert list(table["paged_at"]) == [pd.Timestamp(instant)]


def test_both_times_are_read_by_the_same_clock():
    assert p.values(pages(alert(), zone=CHICAGO)[0], "resolve_seconds") == [(3000.0,)]


def test_an_alert_belongs_to_the_week_of_its_owners_own_monday():
    # 05:30 UTC on Monday: still Sunday in Chicago, Monday in Madrid.
    monday = {"created_date": "2026-11-09T05:30:00Z", "status": "Assigned"}
    table, _ = pages(alert(1, **monday), alert(2, owner="lucia.ops", **monday), roster=p.roster(lucia="Europe/Madrid"))
    assert p.values(table, "engineer_id", "week_start") == [
        ("ana", pd.Timestamp("2026-11-02")),
        ("lucia", pd.Timestamp("2026-11-09")),
    ]


@pytest.mark.parametrize(("stamp", "is_kept"), [("2026-11-02T05:59:59Z", False), ("2026-11-02T06:00:00Z", True)])
def test_alerts_from_before_the_first_week_are_left_out(stamp, is_kept):
    assert len(pages(alert(created_date=stamp), first_week="2026-11-02")[0]) == is_kept


@pytest.mark.parametrize("stamp", ["11/03/2026 2:00 AM", None])
def test_an_alert_without_a_readable_creation_is_left_out_and_said(stamp):
    table, problems = pages(alert(1, created_date=stamp), alert(2))
    assert list(table["incident_id"]) == ["2"]
    assert p.values(problems, "rule", "severity") == [("A003", "error")]
    assert "1 no readable `created_date`" in problems["message"][0]
    assert "0 are closed without" in problems["message"][0]


@pytest.mark.parametrize("stamp", ["then", None, "0001-01-01T00:00:00", "2026-11-03T01:59:59"])
def test_a_closed_alert_without_a_believable_close_has_no_time_to_resolve(stamp):
    table, problems = pages(alert(closed_date=stamp))
    assert p.values(table, "resolve_seconds") == [(None,)]
    assert rules(problems) == ["A003"]
    assert "1 are closed without" in problems["message"][0]


def test_an_alert_closed_in_the_second_of_its_creation_took_no_time():
    table, problems = pages(alert(closed_date="2026-11-03T02:00:00"))
    assert p.values(table, "resolve_seconds") == [(0.0,)]
    assert problems.empty


def test_an_alert_without_an_id_is_left_out_and_said():
    table, problems = pages(without(alert(), "alert_id"))
    assert table.empty
    assert "1 alerts have no id" in problems["message"][0]


def test_an_alert_that_came_twice_counts_as_it_came_last():
    table, _ = pages(alert(status="Assigned"), alert())
    assert p.values(table, "resolve_seconds") == [(3000.0,)]


def test_owners_outside_the_roster_are_said_once_with_what_they_did():
    stranger = alertops_user("Dkim", "Dana", "Kim")
    rows = [{**alert(n), "owner": stranger} for n in (1, 2)]
    table, problems = pages(*rows, {**alert(3, status="Assigned"), "owner": {**stranger, "user_name": " dkim "}})
    assert table.empty
    assert p.values(problems, "rule", "severity", "found", "engineer_id") == [("A001", "info", "dkim", None)]
    assert problems["message"][0].startswith("Dana Kim owned 3 alerts, 2 of them closed, and is not on the roster")


def test_an_owner_without_a_name_goes_by_the_user_name():
    _, problems = pages(alert(owner="dkim"))
    assert problems["message"][0].startswith("dkim owned 1 alerts")


def test_an_owner_who_has_an_engineers_name_is_suggested():
    roster = p.roster().assign(alertops_user_name=[None, "ben.ops"])
    _, problems = pages({**alert(), "owner": alertops_user("aruiz", "Ana")}, roster=roster)
    assert 'Is this ana, who has no AlertOps user? Then set alertops_user_name to "aruiz"' in problems["message"][0]


def test_a_user_name_that_alertops_does_not_know_is_an_error_of_the_config():
    _, problems = pages(users=USERS[:1])
    assert p.values(problems, "rule", "severity", "engineer_id", "found") == [("A002", "error", "ben", "ben.ops")]


def test_a_user_who_is_deleted_but_owns_an_alert_is_no_error():
    assert pages(alert(owner="BEN.ops"), users=USERS[:1])[1].empty


@pytest.mark.parametrize(("last_day", "is_said"), [("2026-10-25", False), ("2026-10-26", True)])
def test_who_left_before_the_first_week_may_be_deleted(last_day, is_said):
    roster = p.roster()
    roster.loc[roster["engineer_id"] == "ben", "employed_to"] = pd.Timestamp(last_day)
    assert rules(pages(users=USERS[:1], roster=roster)[1]) == ["A002"] * is_said


def test_case_and_blanks_of_alertops_own_list_do_not_matter():
    assert pages(users=(alertops_user(" ANA.OPS"), alertops_user("Ben.Ops "), alertops_user("")))[1].empty


def test_without_a_list_of_users_no_name_is_doubted():
    assert pages(users=())[1].empty


def test_no_alerts_give_an_empty_table():
    table, problems = pages()
    assert table.empty
    assert list(table.columns) == list(pages(alert())[0].columns)
    assert problems.empty


def test_a_roster_without_user_names_gives_an_empty_table():
    table, problems = pages(alert(), roster=roster_without("alertops_user_name"))
    assert table.empty
    assert rules(problems) == ["A001"]


def test_the_order_of_the_rows_does_not_matter():
    rows = [alert(number, created_date=f"2026-11-0{number}T02:00:00") for number in (3, 4, 5)]
    pd.testing.assert_frame_equal(pages(*rows)[0], pages(*reversed(rows))[0])


def test_the_frame_that_is_handed_in_stays_as_it_was():
    read = read_alerts([alert()])
    before = read.copy()
    clean_alerts(read, read_users(USERS), p.roster(), (), "UTC", pd.Timestamp("2026-10-26"))
    pd.testing.assert_frame_equal(read, before)
