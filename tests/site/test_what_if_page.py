"""Moving a threshold on the method page: who would be shown differently, in the words of each edition."""

import html
import re
from typing import Any

import pandas as pd
import pytest

from flows.publish.views.book import Book, open_book
from flows.publish.views.what_if import _changes, _offered, _rates, what_if_view
from tests.builders.error_rates import error_rates
from tests.builders.site_data import site_data, usual_book
from tests.site.conftest import Site
from transforms.parameters import DecisionRules
from transforms.what_if import THRESHOLDS

RULES = DecisionRules()
EVIDENCE = THRESHOLDS["evidence"]


def shown(**status: str) -> pd.DataFrame:
    return pd.DataFrame({"engineer_id": list(status), "status": list(status.values())})


NOW = shown(ana="green", ben="green", chloe="red", emeka="yellow")


def told(book: Book, then: pd.DataFrame) -> list[str]:
    return [
        f"{change['from']['word']} > {change['to']['word']}: {change['who']}"
        for change in _changes(book, NOW, then)["changes"]
    ]


def test_who_moves_is_named_by_what_it_was_and_what_it_would_be() -> None:
    then = shown(ana="yellow", ben="yellow", chloe="red", emeka="green")
    assert told(usual_book(), then) == ["Yellow > Green: Emeka Nwosu", "Green > Yellow: Ana Ruiz and Ben Carter"]
    assert _changes(usual_book(), NOW, then)["count"] == "3 of 4\u00a0engineers"


def test_nobody_moves() -> None:
    assert _changes(usual_book(), NOW, NOW) == {"count": "Nobody", "changes": []}


@pytest.mark.parametrize(
    ("people", "who"), [("initials", "Green > Red: AR and BC"), ("team-only", "Green > Red: 2\u00a0engineers")]
)
def test_an_edition_without_names_names_nobody(people: str, who: str) -> None:
    book = open_book(site_data(publishing={"people": people}))
    assert told(book, shown(ana="red", ben="red", chloe="red", emeka="yellow")) == [who]


def test_more_than_a_dozen_are_counted() -> None:
    crowd = {f"e{number:02d}": "green" for number in range(15)}
    then = dict.fromkeys(crowd, "yellow")
    (change,) = _changes(usual_book(), shown(**crowd), shown(**then))["changes"]
    assert change["who"].endswith("and 3 more")


def test_a_measured_step_has_its_rates_the_value_in_force_those_of_all_rules_and_any_other_says_so() -> None:
    rates = error_rates()
    key = "billable.threshold_pct"
    assert [text.replace("\u00a0", " ") for text in _rates(rates, "evidence", key, 78)] == [
        "0.50 ± 0.01",
        "0.04 ± 0.01",
        "92.0 % ± 1.0",
    ]
    assert _rates(rates, "evidence", key, 76) == _rates(rates, "evidence", "billable.soft_z", RULES.billable.soft_z)
    assert "not measured" not in _rates(rates, "evidence", key, 76)
    assert _rates(rates, "evidence", key, 80) == ["not measured"] * 3
    assert _rates(rates, "plain", key, 76) == ["not measured"] * 3
    assert _rates(None, "evidence", key, 76) == ["not measured"] * 3


def test_the_page_holds_every_step_of_every_threshold_and_marks_the_one_in_force(site: Site) -> None:
    page = site.text("method/index.html")
    view = what_if_view(open_book(site.data), site.data.error_rates)
    assert re.findall(r'name="threshold" value="([\w.]+)"', page) == [threshold.key for threshold in EVIDENCE]
    for threshold in view["thresholds"]:
        body = page[page.index(f'<tbody data-threshold="{threshold["key"]}"') :]
        body = body[: body.index("</tbody>")]
        rows = re.findall(r"<tr .*?</tr>", body, flags=re.DOTALL)
        assert len(rows) == len(threshold["steps"])
        assert f'data-now="{threshold["in_force"]}"' in body
        assert [number for number, row in enumerate(rows) if "The value in force" in row] == [threshold["in_force"]]


def test_a_threshold_moves_to_the_values_that_were_measured_else_to_the_usual_ones() -> None:
    offered = {threshold.key: threshold.usual for threshold in _offered(error_rates(), "evidence")}
    assert offered["billable.threshold_pct"] == (74, 75, 77, 78)
    assert offered["velocity.soft_drop"] == EVIDENCE[4].usual
    assert _offered(None, "evidence") == list(EVIDENCE)
    assert _offered(error_rates(), "plain") == list(THRESHOLDS["plain"])


def test_what_the_page_says_is_what_was_worked_out(site: Site) -> None:
    view = what_if_view(open_book(site.data), site.data.error_rates)
    page = html.unescape(site.text("method/index.html"))
    moved: list[dict[str, Any]] = [
        change for threshold in view["thresholds"] for step in threshold["steps"] for change in step["changes"]
    ]
    assert moved
    for change in moved:
        assert f"{change['from']['word']} → {change['to']['word']}: <span>{change['who']}</span>" in page


def test_who_is_published_otherwise_than_judged_again_is_said(site: Site) -> None:
    """The made-up statuses follow no readings, so judging them again finds others."""
    view = what_if_view(open_book(site.data), site.data.error_rates)
    assert " would be shown otherwise than published" in view["since"]
    assert "entries that came late count from the next week on" in view["since"]


def test_a_week_without_readings_has_nothing_to_try() -> None:
    def nobody(tables: dict[str, pd.DataFrame]) -> None:
        tables["readings"] = tables["readings"].iloc[:0]

    view = what_if_view(open_book(site_data(change=nobody)), error_rates())
    assert view["thresholds"] == []
    assert view["lead"].startswith("Nobody has readings")
