"""Days with more hours than a day has are set aside whole, and the week is not judged by them."""

import pandas as pd
import pytest

from tests.builders.facts import CHICAGO, MADRID, engineer, engineers, worklog, worklogs
from transforms.clean.day_limit import set_aside_impossible_days

TUESDAY = "2026-11-17"
WEEK = pd.Timestamp("2026-11-16")
SECOND = 1 / 3600


def logged(*hours: float, on: str = TUESDAY, who: str = "ana") -> list[dict[str, object]]:
    """Worklogs of these hours on one day."""
    return [worklog(who, on, value, worklog_id=f"{who}-{on}-{n}") for n, value in enumerate(hours, start=1)]


def limited(*rows: dict[str, object], zone: str = CHICAGO):
    return set_aside_impossible_days(worklogs(*rows), engineers(engineer(timezone=zone), engineer("ben")))


@pytest.mark.parametrize(
    ("hours", "is_set_aside"),
    [((8, 16 - SECOND), False), ((8, 16), False), ((8, 16 + SECOND), True), ((24, 6), True), ((24,), False)],
)
def test_a_day_holds_24_hours_and_not_a_second_more(hours, is_set_aside):
    found = limited(*logged(*hours))
    assert len(found.usable) == (0 if is_set_aside else len(hours))
    assert len(found.problems) == is_set_aside
    assert len(found.withheld) == is_set_aside


def test_minutes_that_make_a_day_are_a_day_though_their_sum_as_hours_is_a_little_more():
    hours = [minutes / 60 for minutes in (127, 1262, 51)]
    assert sum(hours) > 24
    assert limited(*logged(*hours)).problems.empty


@pytest.mark.parametrize(
    ("on", "zone", "longest"),
    [
        ("2026-11-01", CHICAGO, 25),  # clocks are set back
        ("2026-03-08", CHICAGO, 23),  # clocks are set forward
        ("2026-10-25", MADRID, 25),
        ("2026-10-25", CHICAGO, 24),
        ("2026-04-05", "Australia/Lord_Howe", 24.5),
    ],
)
def test_a_day_on_which_the_clocks_are_set_is_as_long_as_it_is_where_the_engineer_lives(on, zone, longest):
    assert limited(*logged(12, longest - 12, on=on), zone=zone).problems.empty
    (message,) = limited(*logged(12, longest - 12 + SECOND, on=on), zone=zone).problems["message"]
    assert f"a day of {longest:g} h" in message


def test_all_worklogs_of_the_day_are_set_aside_and_no_others():
    found = limited(*logged(20, 10), *logged(8, on="2026-11-18"), *logged(8, who="ben"))
    assert sorted(found.usable["worklog_id"]) == ["ana-2026-11-18-1", "ben-2026-11-17-1"]


def test_the_week_is_withheld_from_billable_once_however_many_days_are_impossible():
    found = limited(*logged(20, 10), *logged(25 - SECOND, 1, on="2026-11-19"), *logged(30 / 2, 30 / 2, who="ben"))
    assert found.withheld.to_dict("records") == [
        {"engineer_id": "ana", "week_start": WEEK, "metric": "billable"},
        {"engineer_id": "ben", "week_start": WEEK, "metric": "billable"},
    ]
    assert list(found.problems["engineer_id"]) == ["ana", "ana", "ben"]


def test_the_problem_names_engineer_day_hours_and_the_first_worklogs_and_says_what_to_do():
    (row,) = limited(*logged(*[5] * 6)).problems.to_dict("records")
    assert (row["source"], row["rule"], row["severity"], row["found"]) == ("jira", "J012", "error", "30.00 h")
    assert row["message"] == (
        "ana logged 30.00 h on 2026-11-17, a day of 24 h (worklogs ana-2026-11-17-1, ana-2026-11-17-2, "
        "ana-2026-11-17-3, ana-2026-11-17-4, ana-2026-11-17-5 and 1 more). All worklogs of that day are set aside, and "
        "the billable share of the week is unknown until they are mended in Jira."
    )


def test_hours_of_tempo_are_mended_in_tempo():
    rows = [row | {"billing_rule": "tempo"} for row in logged(20, 10)]
    (row,) = limited(*rows).problems.to_dict("records")
    assert (row["source"], row["rule"]) == ("tempo", "T012")
    assert row["message"].endswith("mended in Tempo.")


def test_hours_past_midnight_belong_to_the_day_on_which_the_work_began():
    night = worklog("ana", "2026-11-18", 6, started_at=pd.Timestamp("2026-11-18 23:00", tz=CHICAGO).tz_convert("UTC"))
    assert limited(*logged(20), night).problems.empty


def test_without_worklogs_there_is_nothing_to_set_aside():
    found = limited()
    assert found.usable.empty
    assert found.problems.empty
    assert list(found.withheld.columns) == ["engineer_id", "week_start", "metric"]


def test_the_order_of_the_rows_does_not_matter():
    rows = [*logged(20, 10), *logged(8, on="2026-11-18")]
    one, other = limited(*rows), limited(*reversed(rows))
    assert set(one.usable["worklog_id"]) == set(other.usable["worklog_id"])
    pd.testing.assert_frame_equal(one.problems, other.problems)
    pd.testing.assert_frame_equal(one.withheld, other.withheld)
