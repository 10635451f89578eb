"""What counts as answered, as missed, and as neither."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.builders import payloads as p
from tests.builders.facts import day, page, pages
from transforms.clean.pagerduty import clean_pages
from transforms.clean.pagerduty_rows import read_incidents, read_log_entries, read_users
from transforms.metrics.grid import Grid
from transforms.metrics.response import weekly_response

WEEK = "2026-11-02"
WEDNESDAY = "2026-11-04 10:00"


def answered(on: str = WEDNESDAY, seconds: float = 300, **columns: Any) -> dict[str, Any]:
    return page("ana", on, acknowledge_seconds=seconds, incident_id=f"answered-{on}-{seconds}", **columns)


def missed(on: str = WEDNESDAY, seconds: float = 1800, **columns: Any) -> dict[str, Any]:
    """It timed out away from ana."""
    given = {"acknowledge_seconds": seconds, "resolve_seconds": None, "is_censored": True}
    return page("ana", on, incident_id=f"missed-{on}-{seconds}", **given | columns)


def dealt_with(on: str = WEDNESDAY, **columns: Any) -> dict[str, Any]:
    """Somebody else dealt with it while it was ana's too."""
    given = {"acknowledge_seconds": None, "resolve_seconds": None, "incident_id": f"dealt-with-{on}"}
    return page("ana", on, **given | columns)


def week(*rows: dict[str, Any], is_known: bool = True) -> "pd.Series[Any]":
    """What the week says of ana."""
    return response(pages(*rows), is_known=is_known)


def response(table: pd.DataFrame, *, is_known: bool = True) -> "pd.Series[Any]":
    grid = Grid.of(pd.DataFrame({"engineer_id": ["ana"], "week_start": [day(WEEK)]}))
    return weekly_response(grid, table, np.array([is_known])).iloc[0]


def counts(row: "pd.Series[Any]") -> tuple[int, int, int, int]:
    """(paged, acknowledged, missed, low urgency)."""
    names = ("n_pages", "n_acknowledged_pages", "n_missed_pages", "n_low_urgency_pages")
    return tuple(int(row[name]) for name in names)  # type: ignore[return-value]


def test_the_rate_is_of_the_pages_that_were_there_to_be_answered():
    row = week(answered(), answered(seconds=60), answered(seconds=90), missed(), dealt_with())
    assert counts(row) == (5, 3, 1, 0)
    assert row["response_rate_pct"] == 75


def test_with_only_misses_the_rate_is_0_and_the_median_is_the_time_until_they_left():
    row = week(missed(seconds=1800), missed(seconds=3600))
    assert counts(row) == (2, 0, 2, 0)
    assert row["response_rate_pct"] == 0
    assert row["acknowledge_median_seconds"] == 2700


def test_pages_that_others_dealt_with_have_no_rate():
    row = week(dealt_with())
    assert counts(row) == (1, 0, 0, 0)
    assert row[["response_rate_pct", "acknowledge_median_seconds"]].isna().all()


def test_no_calls_have_no_rate():
    row = week()
    assert counts(row) == (0, 0, 0, 0)
    assert row[["response_rate_pct", "acknowledge_median_seconds", "resolve_median_seconds"]].isna().all()


def test_low_urgency_is_counted_apart_and_in_nothing_else():
    row = week(answered(urgency="low"), missed(urgency="low"))
    assert counts(row) == (0, 0, 0, 2)
    assert row[["response_rate_pct", "acknowledge_median_seconds", "resolve_median_seconds"]].isna().all()
    both = week(answered(), missed(urgency="low"))
    assert (counts(both), both["response_rate_pct"]) == ((1, 1, 0, 1), 100)


def test_a_page_answered_in_the_second_it_came_is_answered():
    assert week(answered(seconds=0))["response_rate_pct"] == 100


def test_a_week_that_is_not_known_counts_nothing():
    row = week(answered(), missed(), answered(seconds=1, urgency="low"), is_known=False)
    assert counts(row) == (0, 0, 0, 0)
    assert row[["response_rate_pct", "acknowledge_median_seconds", "resolve_median_seconds"]].isna().all()


def test_other_weeks_and_engineers_are_apart():
    row = week(answered(), missed("2026-10-28 10:00"), page("ben", WEDNESDAY, is_censored=True))
    assert counts(row) == (1, 1, 0, 0)


def test_who_misses_pages_does_not_look_faster():
    quick = [answered(seconds=60), answered(seconds=120)]
    assert week(*quick, missed())["acknowledge_median_seconds"] > week(*quick)["acknowledge_median_seconds"]


def at(minute: int) -> str:
    return f"2026-11-03T02:{minute:02d}:00Z"


ANA, BEN = p.ANA_PAGER, p.BEN_PAGER


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        pytest.param([p.entry("acknowledge", at(3), ANA)], (1, 1, 0), id="acknowledged"),
        pytest.param(
            [p.entry("acknowledge", at(3), ANA), p.entry("acknowledge", at(9), ANA)], (1, 1, 0), id="acknowledged twice"
        ),
        pytest.param([p.entry("escalate", at(30), BEN)], (1, 0, 1), id="timed out away"),
        pytest.param(
            [p.entry("escalate", at(30), BEN), p.entry("acknowledge", at(40), ANA)],
            (1, 1, 0),
            id="timed out away, acknowledged after all",
        ),
        pytest.param([p.entry("assign", at(5), BEN)], (0, 0, 0), id="reassigned before the timeout"),
        pytest.param(
            [p.entry("assign", at(5), BEN), p.entry("assign", at(9), ANA), p.entry("escalate", at(39), BEN)],
            (1, 0, 1),
            id="handed over and back, then timed out",
        ),
        pytest.param([p.entry("resolve", at(10), ANA)], (1, 0, 0), id="resolved without acknowledge"),
        pytest.param([p.entry("resolve", at(10))], (1, 0, 0), id="resolved by the service"),
        pytest.param(
            [p.entry("escalate", at(30), BEN), p.entry("resolve", at(35), ANA)], (1, 0, 1), id="resolved after a miss"
        ),
        pytest.param([p.entry("trigger", at(0), ANA)], (0, 0, 0), id="raised by herself"),
    ],
)
def test_each_end_of_a_page_counts_as_what_it_was(entries: list[Any], expected: tuple[int, int, int]):
    table, _ = clean_pages(
        read_incidents([p.incident()]),
        read_log_entries([p.entry("assign", at(0), ANA), *entries]),
        read_users(p.users(ANA, BEN)),
        p.roster(),
        (),
        day("2026-10-26"),
    )
    assert counts(response(table))[:3] == expected
