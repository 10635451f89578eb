"""Feeds and data files: well-formed, the same in both kinds, safe in a spreadsheet."""

import csv
import io
import json
import re
from xml.etree import ElementTree

import pytest

from flows.publish.exports import csv_bytes, plain
from flows.publish.feeds import alert_entries, feed_files
from flows.publish.views.book import open_book
from tests.builders.site_data import site_data
from tests.site.conftest import Site

ATOM = "{http://www.w3.org/2005/Atom}"


def test_the_atom_feed_has_what_the_format_asks_for_and_stable_ids(site: Site) -> None:
    feed = ElementTree.fromstring(site.text("alerts/feed.xml"))
    entries = feed.findall(f"{ATOM}entry")
    assert feed.tag == f"{ATOM}feed"
    for parent in (feed, *entries):
        for tag in ("id", "title", "updated"):
            assert parent.find(f"{ATOM}{tag}") is not None
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(set(ids)) == len(ids) == 4
    assert all(name is not None and name.startswith("urn:uuid:") for name in ids)


def test_both_feeds_hold_the_same_entries_newest_first(site: Site) -> None:
    feed = ElementTree.fromstring(site.text("alerts/feed.xml"))
    items = json.loads(site.text("alerts/feed.json"))["items"]
    assert [entry.findtext(f"{ATOM}id") for entry in feed.findall(f"{ATOM}entry")] == [item["id"] for item in items]
    published = [item["date_published"] for item in items]
    assert published == sorted(published, reverse=True)
    assert items[0]["title"] == "Chloe Dubois: Billable share, now critical (2026-W47)"


def test_entries_are_dated_by_the_monday_on_which_their_week_was_published(site: Site) -> None:
    entry = alert_entries(open_book(site.data))[0]
    assert entry.updated == "2026-11-23T00:00:00-06:00"


def test_with_a_configured_address_links_are_absolute() -> None:
    book = open_book(site_data(publishing={"base_url": "https://example.org/trial/"}))
    text = feed_files(book)["alerts/feed.xml"].decode()
    assert "https://example.org/trial/engineers/chloe/index.html" in text


def test_where_people_are_not_shown_the_feeds_are_empty() -> None:
    book = open_book(site_data(publishing={"people": "team-only"}))
    assert alert_entries(book) == []
    ElementTree.fromstring(feed_files(book)["alerts/feed.xml"])


def test_a_control_character_in_a_reason_does_not_break_the_feed() -> None:
    def spoil(tables):  # type: ignore[no-untyped-def]
        tables["alert_events"]["reason"] = "bell \x07 & <b>"

    text = feed_files(open_book(site_data(change=spoil)))["alerts/feed.xml"]
    entry = ElementTree.fromstring(text).find(f"{ATOM}entry")
    assert entry is not None
    assert entry.findtext(f"{ATOM}content") == "bell  & <b>"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-late again", "@SUM(A1)", "\tx", "\rx"])
def test_text_that_a_spreadsheet_takes_for_a_formula_is_made_harmless(text: str) -> None:
    cells = next(
        csv.reader(io.StringIO(csv_bytes(["note"], [[text]]).decode("utf-8-sig").split("\r\n", 1)[1], newline=""))
    )
    assert cells == [f"'{text}"]


def test_a_negative_number_stays_a_number() -> None:
    assert csv_bytes(["change"], [[-3.5]]) == b"\xef\xbb\xbfchange\r\n-3.5\r\n"


def test_missing_is_an_empty_cell_and_null_never_nan() -> None:
    assert plain(float("nan")) is None
    assert csv_bytes(["a", "b"], [[None, True]]) == b"\xef\xbb\xbfa,b\r\n,true\r\n"


@pytest.mark.parametrize("name", ["readings", "statuses", "alerts", "recommendations", "team_effects"])
def test_csv_and_json_of_a_table_are_twins_and_json_says_what_columns_mean(site: Site, name: str) -> None:
    found = json.loads(site.text(f"data/{name}.json"))
    rows = list(csv.reader(io.StringIO((site.out / f"data/{name}.csv").read_text(encoding="utf-8-sig"), newline="")))
    assert rows[0] == [column["name"] for column in found["columns"]]
    assert len(rows) - 1 == len(found["rows"]) == len(site.data.tables[name])
    assert all(column["description"] and column["unit"] for column in found["columns"])


def test_what_took_the_hours_that_were_not_available_is_in_no_public_table(site: Site) -> None:
    for path in (site.out / "data").rglob("*.*"):
        assert not re.search("leave_hours|holiday_hours", path.read_text(encoding="utf-8-sig")), path.name
