"""Our acknowledge times against PagerDuty's analytics."""

import pandas as pd
import pytest

from tests.builders import payloads as p
from transforms.clean.pagerduty_check import analytics_differences
from transforms.clean.pagerduty_rows import read_analytics, read_incidents, read_log_entries

CREATED = pd.Timestamp("2026-11-03T02:00:00Z")


def stamp(seconds):
    return (CREATED + pd.Timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def acknowledged(seconds, incident_id="Q1", who=(p.ANA_PAGER,)):
    return p.entry("acknowledge", stamp(seconds), *who, incident_id=incident_id)


def analysed(seconds, incident_id="Q1"):
    return {"id": incident_id, "seconds_to_first_ack": seconds}


def differences(entries, rows, incidents=None):
    listed = [p.incident()] if incidents is None else incidents
    return analytics_differences(read_incidents(listed), read_log_entries(entries), read_analytics(rows))


@pytest.mark.parametrize(("theirs", "is_said"), [(300, False), (360, False), (240, False), (361, True), (239, True)])
def test_more_than_a_minute_apart_is_a_difference(theirs, is_said):
    problems = differences([acknowledged(300)], [analysed(theirs)])
    assert list(problems["rule"]) == ["P006"] * is_said


def test_a_difference_names_both_times_and_changes_nothing():
    problems = differences([acknowledged(300)], [analysed(900)])
    assert p.values(problems, "source", "severity", "found") == [("pagerduty", "warning", "Q1")]
    assert "1 of 1 incidents (Q1: 300 s by its log, 900 s by analytics)" in problems["message"][0]


@pytest.mark.parametrize(
    ("entries", "theirs", "said"),
    [
        ([acknowledged(300)], None, "300 s by its log, none by analytics"),
        ([], 300, "none by its log, 300 s by analytics"),
    ],
)
def test_an_acknowledge_that_only_one_side_knows_is_a_difference(entries, theirs, said):
    assert said in differences(entries, [analysed(theirs)])["message"][0]


def test_an_acknowledge_that_neither_side_knows_is_none():
    assert differences([p.entry("resolve", stamp(300), p.ANA_PAGER)], [analysed(None)]).empty


def test_the_first_acknowledge_counts_whoever_made_it():
    entries = [acknowledged(900), acknowledged(300, who=(p.STRANGER_PAGER,))]
    assert differences(entries, [analysed(300)]).empty
    assert differences([acknowledged(900), acknowledged(300, who=())], [analysed(300)]).empty
    assert not differences(entries, [analysed(900)]).empty


def test_incidents_that_are_not_in_the_analytics_are_not_compared():
    assert differences([acknowledged(300)], []).empty


def test_incidents_that_only_the_analytics_know_are_not_compared():
    assert differences([], [analysed(300, "Q-OTHER")]).empty


def test_incidents_without_a_readable_creation_are_not_compared():
    assert differences([acknowledged(300)], [analysed(300)], [p.incident(at="then")]).empty


def test_all_differences_are_one_problem_with_the_first_few_ids_in_order_of_time():
    incidents = [p.incident(f"Q{n}", stamp(-n)) for n in range(9)]
    problems = differences([], [analysed(300, f"Q{n}") for n in range(7)], incidents)
    assert list(problems["found"]) == ["Q6, Q5, Q4, Q3, Q2"]
    assert "for 7 of 7 incidents" in problems["message"][0]
    assert "; ...)" in problems["message"][0]


def test_no_ellipsis_where_all_are_named():
    incidents = [p.incident(f"Q{n}") for n in range(5)]
    problems = differences([], [analysed(300, f"Q{n}") for n in range(5)], incidents)
    assert "..." not in problems["message"][0]


def test_nothing_at_all_is_no_problem():
    assert differences([], [], []).empty
