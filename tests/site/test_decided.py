"""What managers decided and what came after: on the engineer's page, in reports and on the form."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from flows.publish.build import edition_findings
from flows.publish.views.book import Book, open_book
from flows.publish.views.decided import decided, is_waiting, outcome, share_words
from flows.publish.views.input import decisions_view, vibes_view
from flows.publish.views.reports import as_known_at_end, month_view
from tests.builders.site_data import PRIVATE_REASON, RED, site_data, usual_book
from tests.site.conftest import Site

THEN, NEWEST = pd.Timestamp("2026-10-12"), pd.Timestamp("2026-11-09")


def review(book: Book, week: pd.Timestamp = THEN) -> dict[str, Any]:
    return book.in_week(book.recommendations, RED, week)[0]


def book_with(table: str, **columns: object) -> Book:
    """The usual site with columns of one table set otherwise."""

    def change(tables: dict[str, pd.DataFrame]) -> None:
        tables[table] = tables[table].assign(**columns)

    return open_book(site_data(change=change))


def test_the_last_decision_stands_and_the_ones_before_it_stay_as_history() -> None:
    found = decided(usual_book(), review(usual_book()))
    assert found["standing"]["what"].replace("\u00a0", " ") == "Declined by Nadia Rahman on 1 Nov 2026"
    assert [taken["what"].split(" by ")[0] for taken in found["earlier"]] == ["Deferred"]


def test_a_reason_is_shown_only_where_everyone_may_read_it() -> None:
    found = decided(usual_book(), review(usual_book()))
    assert found["standing"]["why"] == ""
    assert found["earlier"][0]["why"] == "First a month with <fewer> meetings."
    opened = decided(book_with("manager_decisions", visibility="everyone"), review(usual_book()))
    assert opened["standing"]["why"] == PRIVATE_REASON


def test_a_decision_without_a_day_says_no_day() -> None:
    book = book_with("manager_decisions", decided_on=pd.NaT)
    assert decided(book, review(book))["standing"]["what"] == "Declined by Nadia Rahman"


def test_a_review_that_asked_for_nothing_has_no_decision_and_no_outcome() -> None:
    assert decided(usual_book(), usual_book().recommendations["ana"][-1]) == {}


def test_a_recommendation_waits_until_it_is_agreed_or_declined() -> None:
    book = usual_book()
    assert not is_waiting(book, review(book))
    assert is_waiting(book, review(book, NEWEST))
    put_off = book_with("manager_decisions", decision="defer")
    assert is_waiting(put_off, review(put_off))


def words(found: dict[str, Any]) -> str:
    return " ".join(found["sentences"]).replace("\u00a0", " ")


def test_what_came_after_is_told_next_to_what_would_have_come_by_itself() -> None:
    found = outcome(usual_book(), review(usual_book()))
    assert words(found) == (
        "Four weeks after the review: billable share −2.4 points (−6.2 points then); incident response too little to "
        "compare (×1.50 then). Of such a change about a third (billable share), about half (incident response) comes "
        "back by itself, as unlucky weeks pass. That and chance are enough to explain what came after. Eight weeks "
        "after the review: not before 14 Dec 2026."
    )
    assert [[cell.replace("\u00a0", " ") for cell in row] for row in found["rows"]] == [
        ["Billable share", "−6.2 points", "−2.4 points (−9.0 to +0.8)", "not yet", "−4.1 points"],
        ["Incident response", "×1.50", "too little", "not yet", "×1.22"],
    ]


@pytest.mark.parametrize(
    ("metric", "since", "word"),
    [
        ("billable", -9.0, ""),
        ("billable", -9.1, "worse"),
        ("billable", 0.8, ""),
        ("billable", 0.9, "better"),
        ("response", 0.7, "better"),
        ("response", 0.8, ""),
        ("response", 1.9, ""),
        ("response", 2.0, "worse"),
    ],
)
def test_outside_of_what_chance_would_give_it_is_said_which_way(metric: str, since: float, word: str) -> None:
    usual = usual_book().data.tables["outcomes"]
    book = book_with("outcomes", change_since=usual["change_since"].where(usual["metric"] != metric, since))
    said = words(outcome(book, review(book)))
    assert (f": {word} than that and chance would give." in said) == bool(word)
    assert ("enough to explain" in said) == (not word)


def test_nothing_is_said_to_be_explained_where_nothing_can_be_compared() -> None:
    book = book_with("outcomes", change_since=np.nan)
    assert "explain" not in words(outcome(book, review(book)))


def test_with_too_few_engineers_that_is_said_instead() -> None:
    nothing = dict.fromkeys(("comes_back_share", "expected", "expected_low", "expected_high"), np.nan)
    book = book_with("outcomes", **nothing)
    found = outcome(book, review(book))
    assert "Too few engineers were reviewed" in words(found)
    assert found["rows"][0][2].replace("\u00a0", " ") == "−2.4 points"


def test_who_went_back_to_5x8_in_between_is_said() -> None:
    book = book_with("outcomes", back_on_5x8_week=pd.Timestamp("2026-10-26"))
    assert "Off 4×10 from the week of 26 Oct 2026." in words(outcome(book, review(book)))


def test_before_four_weeks_are_over_it_says_when_they_will_be() -> None:
    assert words(outcome(usual_book(), review(usual_book(), NEWEST))) == (
        "Four weeks after the review: not before 14 Dec 2026."
    )


def test_what_was_only_watched_has_no_outcome() -> None:
    watched = {**review(usual_book()), "recommendation": "watch", "is_candidate": False}
    assert outcome(usual_book(), watched) == {}


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0.0, "next to nothing"), (0.32, "about a third"), (0.52, "about half"), (1.0, "most of it")],
)
def test_a_share_in_words(share: float, expected: str) -> None:
    assert share_words(share) == expected


def test_the_form_shows_what_was_decided_and_counts_what_waits() -> None:
    items = {item["id"]: item for item in decisions_view(usual_book())["items"]}
    assert items[RED]["decided"] == {}
    assert vibes_view(usual_book())["open_decisions"] == len(items)
    moved = book_with("manager_decisions", week_start=NEWEST)
    assert {item["id"]: item for item in decisions_view(moved)["items"]}[RED]["decided"]["what"].startswith("Declined")
    assert vibes_view(moved)["open_decisions"] == len(items) - 1


def test_a_months_report_knows_what_was_decided_by_its_end_and_gives_no_reasons() -> None:
    october = as_known_at_end(usual_book(), "2026-10")
    (item,) = month_view(october, "2026-10")["recommendations"]["items"]
    # The last week of October ends on Sunday 1 November, the day of the decision.
    assert item["decision"].startswith("Declined")
    late = book_with("manager_decisions", decided_on=pd.Timestamp("2026-11-02"))
    (unknown,) = month_view(as_known_at_end(late, "2026-10"), "2026-10")["recommendations"]["items"]
    assert unknown["decision"] == ""


def test_a_months_report_tells_the_outcomes_that_came_due_in_it() -> None:
    assert month_view(as_known_at_end(usual_book(), "2026-10"), "2026-10")["came_due"] == []
    then, later = pd.Timestamp("2026-09-14"), pd.Timestamp("2026-10-12")

    def a_review_earlier(tables: dict[str, pd.DataFrame]) -> None:
        reviews = tables["recommendations"]
        is_it = (reviews["engineer_id"] == RED) & (reviews["week_start"] == then)
        word = reviews["recommendation"].mask(is_it, "return")
        tables["recommendations"] = reviews.assign(recommendation=word)
        tables["outcomes"] = tables["outcomes"].assign(review_week=then, week_start=later)

    book = open_book(site_data(change=a_review_earlier))
    (due,) = month_view(as_known_at_end(book, "2026-10"), "2026-10")["came_due"]
    assert due["when"] == "Review 3, 2026-W38"
    assert due["sentences"][0].startswith("Four weeks after")


def test_a_reason_for_managers_only_is_in_no_byte_of_the_site(site: Site) -> None:
    text = "".join(path.read_text(errors="replace") for path in site.out.rglob("*") if path.is_file())
    assert PRIVATE_REASON not in text
    assert "&lt;fewer&gt; meetings" in text


def test_a_page_that_lets_such_a_reason_through_stops_the_build_unless_it_is_public_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(f"<p>{PRIVATE_REASON}</p>")
    assert "page.html: holds a note or reason for managers only" in edition_findings(site_data(), tmp_path)

    def said_to_all(tables: dict[str, pd.DataFrame]) -> None:
        rows = tables["manager_decisions"]
        public = rows.iloc[[0]].assign(why=f"As said: {PRIVATE_REASON}", line=9)
        tables["manager_decisions"] = pd.concat([rows, public], ignore_index=True)

    told = edition_findings(site_data(change=said_to_all), tmp_path)
    assert "page.html: holds a note or reason for managers only" not in told
