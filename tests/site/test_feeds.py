"""Feeds and data files: well-formed, the same in both kinds, safe in a spreadsheet."""

import csv
import io
import json
import re
from datetime import datetime
from typing import Any
from xml.etree import ElementTree

import pytest

from flows.publish.dictionary import UNITS
from flows.publish.exports import csv_bytes, plain
from flows.publish.feeds import alert_entries, data_files, feed_files
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


# A cell of each type as Table Schema has it by default, and as the JSON twin has it.
LEXICAL = {
    "string": r".*",
    "integer": r"-?\d+",
    "number": r"-?\d+(\.\d+)?(e-?\d+)?",
    "boolean": r"true|false",
    "date": r"\d{4}-\d\d-\d\d",
    "datetime": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)",
}
RESOURCES = ["readings", "statuses", "alerts", "recommendations", "team_effects"]


def package(site: Site) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(site.text("data/datapackage.json"))
    return found


def test_the_package_is_as_the_standard_of_data_packages_asks(site: Site) -> None:
    found = package(site)
    assert found["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    assert datetime.fromisoformat(found["created"]) == site.data.as_of
    assert [resource["name"] for resource in found["resources"]] == RESOURCES
    for resource in found["resources"]:
        assert re.fullmatch(r"[a-z0-9._-]+", resource["name"])
        # A path may not leave the package's folder.
        assert (site.out / "data" / resource["path"]).is_file()
        assert "/" not in resource["path"]
        schema = resource["schema"]
        names = [field["name"] for field in schema["fields"]]
        assert len(set(names)) == len(names)
        assert set(schema.get("primaryKey", [])) <= set(names)
        for field in schema["fields"]:
            assert field["type"] in LEXICAL
            assert field["title"]
            assert field["description"]
            assert field["unit"] in UNITS
            assert field["constraints"].keys() <= {"required", "minimum", "maximum", "enum"}


@pytest.mark.parametrize("name", RESOURCES)
def test_every_cell_of_a_file_is_as_the_package_says(site: Site, name: str) -> None:
    schema = next(resource["schema"] for resource in package(site)["resources"] if resource["name"] == name)
    text = (site.out / f"data/{name}.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert rows
    for field in schema["fields"]:
        limits, cells = field["constraints"], [row[field["name"]] for row in rows]
        assert not limits["required"] or "" not in cells, field["name"]
        known = [cell for cell in cells if cell not in schema["missingValues"]]
        assert [cell for cell in known if not re.fullmatch(LEXICAL[field["type"]], cell, re.DOTALL)] == [], field
        assert "enum" not in limits or set(known) <= set(limits["enum"]), field
        numbers = [float(cell) for cell in known] if {"minimum", "maximum"} & limits.keys() else []
        assert all(number >= limits.get("minimum", number) for number in numbers), field
        assert all(number <= limits.get("maximum", number) for number in numbers), field
    keys = [tuple(row[key] for key in schema["primaryKey"]) for row in rows]
    assert len(set(keys)) == len(keys)


def test_the_json_twin_has_the_packages_columns(site: Site) -> None:
    for resource in package(site)["resources"]:
        assert json.loads(site.text(f"data/{resource['name']}.json"))["columns"] == resource["schema"]["fields"]


def test_where_people_are_not_shown_the_package_is_of_teams_alone() -> None:
    files = data_files(open_book(site_data(publishing={"people": "team-only"})))
    assert sorted(files) == ["data/datapackage.json", "data/team_effects.csv", "data/team_effects.json"]


def test_index_json_says_what_the_site_is_and_holds(site: Site) -> None:
    index = json.loads(site.text("index.json"))
    assert index["index_version"] == 1
    assert index["as_of"] == site.data.as_of.isoformat()
    assert index["config_hash"] in site.text("index.html")
    assert index["complete_to"] in site.text("index.html")
    assert index["package"] == "data/datapackage.json"
    assert index["data"] == [f"data/{resource['path']}" for resource in package(site)["resources"]]
    assert [entry["title"] for entry in index["pages"]] == re.findall(
        r'<li><a href="[^"]+"(?: aria-current="page")?>([^<]+)</a></li>', site.text("index.html").split("</nav>")[0]
    )
    assert [entry["page"] for entry in index["pages"] if not (site.out / entry["page"]).is_file()] == []


def test_the_dictionary_page_links_every_file_and_says_each_key_of_the_index(site: Site) -> None:
    page = site.text("method/dictionary/index.html")
    for name in RESOURCES:
        assert f'href="../../data/{name}.csv"' in page
        assert f'href="../../data/{name}.json"' in page
    assert 'href="../../data/datapackage.json"' in page
    assert 'href="../../index.json"' in page
    files = page.split('id="files"')[1].split('id="bad-input"')[0]
    told = {"week", "as_of", "complete_to", "verdict", "teams", "weeks", "reports", "pages", "data", "package", "feeds"}
    assert {key for key in told if f"<code>{key}</code>" not in files} == set()
    assert told <= json.loads(site.text("index.json")).keys()


def test_what_took_the_hours_that_were_not_available_is_in_no_public_table(site: Site) -> None:
    for path in (site.out / "data").rglob("*.*"):
        assert not re.search("leave_hours|holiday_hours", path.read_text(encoding="utf-8-sig")), path.name
