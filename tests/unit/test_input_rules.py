"""What the input page is told to check files by, and what of people it is not told."""

import json
from typing import Any

import pandas as pd
import pytest

from flows.publish.views.book import open_book
from flows.publish.views.input_rules import Kind, input_rules, page_roster
from tests.builders.facts import day, engineer, engineers
from tests.builders.site_data import WEEK, site_data
from transforms.clean.input_findings import FINDINGS
from transforms.clean.sheet import SEPARATORS

MONDAY = WEEK + pd.Timedelta(days=7)
KINDS: tuple[Kind, ...] = ("vibes", "decisions")


def told_of(**employed: pd.Timestamp) -> list[dict[str, str | None]]:
    return page_roster(engineers(engineer("ana", **employed)).to_dict("records"), day("2026-11-23"))


@pytest.mark.parametrize(
    ("employed", "told"),
    [
        ({"employed_from": day("2026-11-22")}, [("2026-11-22", None)]),
        ({"employed_from": day("2026-11-23")}, [("2026-11-23", None)]),
        ({"employed_from": day("2026-11-24")}, []),
        ({"employed_from": day("2020-01-06"), "employed_to": day("2026-11-22")}, [("2020-01-06", "2026-11-22")]),
        ({"employed_from": day("2020-01-06"), "employed_to": day("2026-11-23")}, [("2020-01-06", None)]),
        ({"employed_from": day("2020-01-06"), "employed_to": day("2027-01-31")}, [("2020-01-06", None)]),
    ],
)
def test_who_is_yet_to_come_or_to_go_is_not_told(employed: dict[str, Any], told: list[tuple[str, str | None]]) -> None:
    assert [(person["from"], person["to"]) for person in told_of(**employed)] == told


@pytest.mark.parametrize("kind", KINDS)
def test_no_day_to_come_stands_in_what_a_page_is_given(kind: Kind) -> None:
    def change(tables: dict[str, pd.DataFrame]) -> None:
        people = tables["engineers"] = tables["engineers"].copy()  # the usual one is every test's
        people.loc[people["engineer_id"] == "ana", "employed_to"] = MONDAY + pd.Timedelta(days=40)
        people.loc[people["engineer_id"] == "chloe", "employed_from"] = MONDAY + pd.Timedelta(days=9)

    rules = input_rules(open_book(site_data(change=change)), kind)
    told = {person["id"]: person for person in rules["roster"]}
    assert told["ana"]["to"] is None
    assert "chloe" not in told
    assert "chloe" not in json.dumps(rules).lower()


@pytest.mark.parametrize("kind", KINDS)
def test_the_rules_are_those_of_the_reader_as_json(kind: Kind) -> None:
    rules = input_rules(open_book(site_data()), kind)
    assert json.loads(json.dumps(rules)) == rules
    assert rules["week"] == f"{MONDAY:%Y-%m-%d}"
    assert rules["is_sample"] is True
    assert [mark for mark, _ in rules["separators"]] == list(SEPARATORS), "of equals, the first separator is taken"
    assert set(FINDINGS) - set(rules["findings"]) == {
        key for key in FINDINGS if key[0] == "L" or key[:4] in ("V019", "D007", "D008")
    }
