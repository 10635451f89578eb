"""PagerDuty log entries become response times per engineer."""

import pandas as pd
import pytest

from tests.builders import payloads as p
from transforms.clean.pagerduty import clean_pages
from transforms.clean.pagerduty_rows import read_incidents, read_log_entries, read_users

ANA, BEN, STRANGER = p.ANA_PAGER, p.BEN_PAGER, p.STRANGER_PAGER
WORDS = ("test", "drill")


def at(minute: float) -> str:
    """Minutes after the incident of the builder was created: 2026-11-03T02:00:00Z."""
    return (pd.Timestamp("2026-11-03T02:00:00Z") + pd.Timedelta(minutes=minute)).strftime("%Y-%m-%dT%H:%M:%SZ")


def pages(*entries, incidents=None, users=None, roster=None, first_week="2026-10-26"):
    return clean_pages(
        read_incidents([p.incident()] if incidents is None else incidents),
        read_log_entries(entries),
        read_users(p.users() if users is None else users),
        p.roster() if roster is None else roster,
        WORDS,
        pd.Timestamp(first_week),
    )


def rows(*entries, **more):
    """(engineer, minutes to acknowledge, censored) of each row."""
    table, _ = pages(*entries, **more)
    table = table.assign(minutes=table["acknowledge_seconds"] / 60)
    return p.values(table, "engineer_id", "minutes", "is_censored")


def test_an_engineer_is_timed_from_the_page_to_the_acknowledge():
    table, problems = pages(
        p.entry("trigger", at(0)),
        p.entry("assign", at(1), ANA),
        p.entry("notify", at(1.5), ANA),
        p.entry("acknowledge", at(4), ANA),
        p.entry("resolve", at(50), ANA),
    )
    assert p.values(table, "incident_id", "engineer_id", "paged_at", "acknowledge_seconds", "resolve_seconds") == [
        ("Q1", "ana", pd.Timestamp(at(1)), 180.0, 3000.0)
    ]
    assert p.values(table, "is_censored", "urgency") == [(False, "high")]
    assert problems.empty


def test_the_order_of_the_entries_does_not_matter():
    entries = [p.entry("assign", at(1), ANA), p.entry("acknowledge", at(4), ANA), p.entry("resolve", at(9), ANA)]
    pd.testing.assert_frame_equal(pages(*entries)[0], pages(*reversed(entries))[0])


def test_further_notices_do_not_restart_the_clock():
    assert rows(
        p.entry("assign", at(0), ANA),
        p.entry("notify", at(5), ANA),
        p.entry("escalate", at(10), ANA),  # timed out, back to the same engineer: it never left
        p.entry("acknowledge", at(12), ANA),
    ) == [("ana", 12.0, False)]


def test_only_the_first_acknowledge_counts():
    assert rows(
        p.entry("assign", at(0), ANA),
        p.entry("acknowledge", at(2), ANA),
        p.entry("unacknowledge", at(32), ANA),
        p.entry("acknowledge", at(60), ANA),
    ) == [("ana", 2.0, False)]


def test_a_page_that_timed_out_away_is_censored_at_that_moment():
    assert rows(
        p.entry("assign", at(0), ANA), p.entry("escalate", at(30), BEN), p.entry("acknowledge", at(33), BEN)
    ) == [("ana", 30.0, True), ("ben", 3.0, False)]


def test_a_page_that_timed_out_and_came_back_is_timed_from_the_first_page():
    assert rows(
        p.entry("assign", at(0), ANA),
        p.entry("escalate", at(30), BEN),
        p.entry("escalate", at(60), ANA),
        p.entry("acknowledge", at(61), ANA),
    ) == [("ana", 61.0, False), ("ben", 30.0, True)]


def test_a_page_handed_over_before_it_timed_out_is_no_miss_and_no_row():
    assert rows(
        p.entry("assign", at(0), ANA),
        p.entry("delegate", at(5), ANA),
        p.entry("assign", at(5), BEN),
        p.entry("acknowledge", at(7), BEN),
    ) == [("ben", 2.0, False)]


def test_a_page_escalated_by_a_person_is_no_miss():
    assert rows(
        p.entry("assign", at(0), ANA), p.entry("escalate", at(5), BEN, **p.by(ANA)), p.entry("acknowledge", at(7), BEN)
    ) == [("ben", 2.0, False)]


def test_a_page_handed_over_and_given_back_restarts_the_clock():
    assert rows(
        p.entry("assign", at(0), ANA),
        p.entry("assign", at(5), BEN),
        p.entry("assign", at(20), ANA),
        p.entry("acknowledge", at(23), ANA),
    ) == [("ana", 3.0, False)]


def test_who_handed_a_page_over_and_acknowledged_it_all_the_same_is_timed_from_it():
    assert rows(p.entry("assign", at(0), ANA), p.entry("assign", at(5), BEN), p.entry("acknowledge", at(9), ANA)) == [
        ("ana", 9.0, False),
        ("ben", None, False),
    ]


def test_who_acknowledges_without_having_been_paged_is_timed_from_creation():
    # PagerDuty assigns the incident to whoever acknowledges, in the same second: that is no page.
    assert rows(p.entry("assign", at(0), BEN), p.entry("acknowledge", at(9), ANA), p.entry("assign", at(9), ANA)) == [
        ("ana", 9.0, False),
        ("ben", None, False),
    ]


def test_of_two_who_are_paged_together_the_one_who_did_not_answer_missed_nothing():
    assert rows(p.entry("assign", at(0), ANA), p.entry("assign", at(0), BEN), p.entry("acknowledge", at(3), BEN)) == [
        ("ana", None, False),
        ("ben", 3.0, False),
    ]


def test_of_two_who_are_paged_together_both_miss_a_page_that_times_out():
    assert rows(p.entry("assign", at(0), ANA, BEN), p.entry("escalate", at(30), STRANGER)) == [
        ("ana", 30.0, True),
        ("ben", 30.0, True),
    ]


def test_an_acknowledged_incident_that_escalates_later_is_nobodys_miss():
    assert rows(
        p.entry("assign", at(0), ANA, BEN),
        p.entry("acknowledge", at(3), BEN),
        p.entry("unacknowledge", at(33)),
        p.entry("escalate", at(60), STRANGER),
    ) == [("ana", None, False), ("ben", 3.0, False)]


def test_an_assignment_after_somebodys_answer_restarts_the_clock_for_all():
    # The real incident #4 of the captures in short: acknowledged, delegated anew to both, timed out away from one.
    assert rows(
        p.entry("assign", at(0), ANA, BEN),
        p.entry("acknowledge", at(2), BEN),
        p.entry("assign", at(3), ANA, BEN, **p.by(BEN)),
        p.entry("escalate", at(13), BEN, channel={"type": "timeout"}),
    ) == [("ben", 2.0, False), ("ana", 10.0, True)]
    assert rows(
        p.entry("assign", at(0), ANA, BEN),
        p.entry("acknowledge", at(2), BEN),
        p.entry("assign", at(10), ANA, BEN, **p.by(BEN)),
        p.entry("acknowledge", at(12), ANA),
    ) == [("ben", 2.0, False), ("ana", 2.0, False)]


def test_another_person_added_to_the_page_does_not_restart_the_clock():
    assert rows(
        p.entry("assign", at(0), ANA),
        p.entry("escalate", at(5), ANA, BEN, **p.by(STRANGER)),
        p.entry("acknowledge", at(7), ANA),
    ) == [("ana", 7.0, False), ("ben", None, False)]


def test_a_page_that_goes_round_and_times_out_again_is_one_miss_from_its_first_page():
    assert rows(
        p.entry("assign", at(0), ANA),
        p.entry("escalate", at(30), BEN),
        p.entry("escalate", at(60), ANA),
        p.entry("escalate", at(90), BEN),
        p.entry("resolve", at(95)),
    ) == [("ana", 30.0, True), ("ben", 30.0, True)]


def test_a_page_that_is_repeated_to_the_same_person_is_no_miss():
    # A policy with one level notifies it again.
    assert rows(p.entry("assign", at(0), ANA), p.entry("escalate", at(30), ANA), p.entry("resolve", at(40))) == [
        ("ana", None, False)
    ]


def test_a_page_missed_and_then_handed_back_is_timed_from_the_first_page_if_answered_and_else_missed():
    back = [p.entry("assign", at(0), ANA), p.entry("escalate", at(30), BEN), p.entry("assign", at(40), ANA)]
    assert rows(*back, p.entry("acknowledge", at(41), ANA)) == [("ana", 41.0, False)]
    assert rows(*back, p.entry("resolve", at(41))) == [("ana", 30.0, True)]


def test_an_engineers_own_alarm_that_times_out_is_the_others_to_answer():
    assert rows(p.entry("trigger", at(0), ANA), p.entry("assign", at(0), ANA), p.entry("escalate", at(30), BEN)) == [
        ("ben", None, False)
    ]


def test_an_acknowledge_that_ran_out_and_was_given_again_counts_once_from_the_first():
    assert rows(
        p.entry("assign", at(0), ANA),
        p.entry("acknowledge", at(2), ANA),
        p.entry("unacknowledge", at(32)),
        p.entry("escalate", at(62), BEN),
        p.entry("acknowledge", at(63), ANA),
    ) == [("ana", 2.0, False), ("ben", None, False)]


def test_a_miss_that_the_engineer_resolves_in_the_end_is_still_a_miss():
    table, _ = pages(p.entry("assign", at(0), ANA), p.entry("escalate", at(30), BEN), p.entry("resolve", at(40), ANA))
    assert p.values(table, "engineer_id", "acknowledge_seconds", "is_censored", "resolve_seconds") == [
        ("ana", 1800.0, True, 2400.0),
        ("ben", None, False, None),
    ]


def test_resolved_without_acknowledge_is_missing_not_zero():
    table, _ = pages(p.entry("assign", at(0), ANA), p.entry("resolve", at(10), ANA))
    assert p.values(table, "acknowledge_seconds", "resolve_seconds") == [(None, 600.0)]


def test_a_service_that_resolves_is_credited_to_nobody():
    table, _ = pages(p.entry("assign", at(0), ANA), p.entry("acknowledge", at(1), ANA), p.entry("resolve", at(10)))
    assert p.values(table, "acknowledge_seconds", "resolve_seconds") == [(60.0, None)]


def test_only_who_resolves_has_a_time_to_resolve():
    table, _ = pages(
        p.entry("assign", at(0), ANA, BEN), p.entry("acknowledge", at(1), ANA), p.entry("resolve", at(10), BEN)
    )
    assert p.values(table, "engineer_id", "resolve_seconds") == [("ana", None), ("ben", 600.0)]


def test_an_engineers_own_alarm_is_left_out_for_them_alone():
    assert rows(
        p.entry("trigger", at(0), ANA),
        p.entry("assign", at(0), ANA, BEN),
        p.entry("acknowledge", at(1), ANA),
        p.entry("acknowledge", at(2), BEN),
    ) == [("ben", 2.0, False)]


@pytest.mark.parametrize(
    ("title", "is_kept"),
    [
        ("Test page, please ignore", False),
        ("[TEST] checkout 5xx", False),
        ("Fire drill: failover", False),
        ("latest build is broken", True),
        ("Attestation service down", True),
        (None, True),
    ],
)
def test_incidents_with_an_excluded_word_in_the_title_are_left_out(title, is_kept):
    found = rows(p.entry("assign", at(0), ANA), p.entry("acknowledge", at(1), ANA), incidents=[p.incident(title=title)])
    assert bool(found) is is_kept


def test_low_urgency_is_kept_and_marked():
    table, _ = pages(p.entry("assign", at(0), ANA), incidents=[p.incident(urgency="low")])
    assert p.values(table, "urgency", "acknowledge_seconds") == [("low", None)]


def test_a_page_belongs_to_the_week_of_the_engineers_own_monday():
    # 05:30 UTC on Monday: still Sunday in Chicago, Monday in Madrid.
    monday = "2026-11-09T05:30:00Z"
    table, _ = pages(
        p.entry("assign", monday, ANA, "PLUCIA"),
        incidents=[p.incident(at=monday)],
        roster=p.roster(lucia="Europe/Madrid"),
        users=p.users(ANA, BEN, "PLUCIA"),
    )
    assert p.values(table, "engineer_id", "week_start") == [
        ("ana", pd.Timestamp("2026-11-02")),
        ("lucia", pd.Timestamp("2026-11-09")),
    ]


def test_pages_from_before_the_first_week_are_left_out():
    assert rows(p.entry("assign", at(0), ANA), first_week="2026-11-09") == []


def test_an_engineer_who_is_only_notified_was_paged():
    assert rows(p.entry("notify", at(1), ANA), p.entry("acknowledge", at(3), ANA)) == [("ana", 2.0, False)]


def test_entries_of_unknown_kinds_and_of_unlisted_incidents_are_ignored():
    assert rows(
        p.entry("assign", at(0), ANA),
        p.entry("reach_ack_limit", at(1)),
        p.entry("brand_new_thing", at(1)),
        p.entry("assign", at(1), BEN, incident_id="Q-OLD"),
    ) == [("ana", None, False)]


def test_people_outside_the_roster_are_said_once():
    table, problems = pages(
        p.entry("assign", at(0), STRANGER),
        p.entry("acknowledge", at(1), STRANGER),
        users=p.users(ANA, BEN, STRANGER),
    )
    assert table.empty
    assert p.values(problems, "rule", "severity", "found") == [("P001", "info", STRANGER)]
    assert "Stranger was paged for or acknowledged 1 incidents" in problems["message"][0]


def test_an_id_that_pagerduty_does_not_know_is_an_error_of_the_config():
    _, problems = pages(users=p.users(ANA))
    assert p.values(problems, "rule", "severity", "engineer_id", "found") == [("P002", "error", "ben", BEN)]


def test_an_id_that_is_deleted_but_shows_in_the_log_is_no_error():
    _, problems = pages(p.entry("assign", at(0), BEN), users=p.users(ANA))
    assert problems.empty


def test_somebody_who_left_before_the_first_week_may_be_deleted():
    roster = p.roster()
    roster.loc[roster["engineer_id"] == "ben", "employed_to"] = pd.Timestamp("2026-10-23")
    assert pages(users=p.users(ANA), roster=roster)[1].empty


def test_assignments_that_name_nobody_are_said():
    entry = p.entry("assign", at(0))
    del entry["assignees"]
    _, problems = pages(entry)
    assert p.values(problems, "rule", "severity") == [("P003", "warning")]


def test_no_incidents_give_an_empty_table():
    table, problems = pages(incidents=[])
    assert table.empty
    assert problems.empty
    assert list(table.columns) == [name for name in table.columns if name != "shift"]
