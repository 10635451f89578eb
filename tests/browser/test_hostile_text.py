"""Script, markup and formulas in every text that people type: they stay text in every file, and nothing runs."""

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import html5lib
import pytest
from playwright.sync_api import Browser, Page

from flows.publish.build import check_site
from flows.publish.environment import THEME_SCRIPT
from tests.builders.hostile import (
    CHECKED_BY_CONFIG,
    HOSTILE_FILE,
    HOSTILE_SITE,
    MADE_HOSTILE,
    MATCHED_BY_CONFIG,
    PRIVATE,
    free_texts,
    hostile,
    run_hostile,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# What is typed and meant to be read: each must be found as words, or the test would prove nothing about it.
SHOWN = ("publishing.title", "organisation.correction_contact", "teams.name", "managers.name", "engineers.name")
SHOWN_TYPED = ("note", "why", "jira.name")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
NUMBER = re.compile(r"-?\d+(\.\d+)?(e-?\d+)?$")


@dataclass(frozen=True)
class HostileSite:
    """The two editions made of hostile texts, and the fields of the sources that nobody has sorted."""

    out: Path
    of_managers: Path
    unsorted: set[str]

    def files(self, suffix: str) -> list[Path]:
        return [path for folder in (self.out, self.of_managers) for path in sorted(folder.rglob(f"*{suffix}"))]

    def document(self, path: Path) -> ElementTree.Element:
        document: ElementTree.Element = html5lib.parse(path.read_text(encoding="utf-8"), namespaceHTMLElements=False)
        return document


@pytest.fixture(scope="module")
def hostile_site(tmp_path_factory: pytest.TempPathFactory) -> HostileSite:
    project, outcome, unsorted = run_hostile(tmp_path_factory.mktemp("hostile") / "project")
    assert outcome.exit_code == 0
    return HostileSite(project / "site", project / HOSTILE_SITE, unsorted)


def test_no_text_of_the_config_is_forgotten() -> None:
    assert free_texts() == CHECKED_BY_CONFIG | MATCHED_BY_CONFIG | MADE_HOSTILE


def test_no_string_of_a_payload_is_forgotten(hostile_site: HostileSite) -> None:
    assert hostile_site.unsorted == set()


def test_the_site_of_hostile_texts_is_sound(hostile_site: HostileSite) -> None:
    assert check_site(hostile_site.out) == []
    assert check_site(hostile_site.of_managers) == []


def test_a_hostile_note_for_managers_is_in_their_edition_and_in_no_byte_of_the_other(hostile_site: HostileSite) -> None:
    holding = {
        folder: [path for path in folder.rglob("*") if path.is_file() and PRIVATE.encode() in path.read_bytes()]
        for folder in (hostile_site.out, hostile_site.of_managers)
    }
    assert holding[hostile_site.out] == []
    assert holding[hostile_site.of_managers] != []


@pytest.mark.parametrize("field", [*SHOWN, *SHOWN_TYPED])
def test_what_people_typed_is_read_as_they_typed_it(hostile_site: HostileSite, field: str) -> None:
    pages = (" ".join(hostile_site.document(path).itertext()) for path in hostile_site.files(".html"))
    # What stands before the script differs from one engineer to the next.
    words = " ".join(hostile(field).split("|", 1)[1].split())
    assert any(words in " ".join(text.split()) for text in pages)


def test_no_page_has_an_element_or_handler_that_somebody_typed(hostile_site: HostileSite) -> None:
    found = []
    for path in hostile_site.files(".html"):
        for element in hostile_site.document(path).iter():
            if not isinstance(element.tag, str):
                continue
            handlers = [name for name in element.attrib if str(name).lower().startswith("on")]
            urls = [value for name, value in element.attrib.items() if name in ("href", "src", "action")]
            is_code = element.tag == "script" and "src" not in element.attrib and element.text != THEME_SCRIPT
            is_data = element.attrib.get("type") == "application/json"
            if (
                handlers
                or element.tag == "img"
                or (is_code and not is_data)
                or any(re.match(r"\s*(javascript:|data:(?!,$))", url, re.IGNORECASE) for url in urls)
            ):
                found.append((path.relative_to(hostile_site.out.parent).as_posix(), element.tag, dict(element.attrib)))
    assert found == []


def test_svg_files_hold_no_script(hostile_site: HostileSite) -> None:
    for path in hostile_site.files(".svg"):
        assert b"window.ran" not in path.read_bytes()


def test_json_reads_back_what_was_typed(hostile_site: HostileSite) -> None:
    for path in hostile_site.files(".json"):
        json.loads(path.read_text(encoding="utf-8"))
    index = json.loads((hostile_site.out / "index.json").read_text())
    assert index["title"] == hostile("publishing.title")
    assert hostile("engineers.name", "Ana Ruiz") in [row["name"] for row in index["engineers"]]
    feed = json.loads((hostile_site.out / "alerts" / "feed.json").read_text())
    assert any("</script>" in item["title"] for item in feed["items"])


def test_the_data_of_the_forms_cannot_end_their_script(hostile_site: HostileSite) -> None:
    document = hostile_site.document(hostile_site.out / "input" / "index.html")
    (data,) = [one for one in document.iter("script") if one.attrib.get("id") == "form-data"]
    form = json.dumps(json.loads(data.text or ""), ensure_ascii=False)
    assert json.dumps(hostile("managers.name", "Nadia Rahman"), ensure_ascii=False) in form


def test_atom_is_well_formed_and_holds_words_only(hostile_site: HostileSite) -> None:
    feed = ElementTree.fromstring((hostile_site.out / "alerts" / "feed.xml").read_bytes())
    assert {element.tag.rsplit("}", 1)[-1] for element in feed.iter()} == (
        {"feed", "title", "id", "updated", "author", "name", "link", "entry", "content"}
    )
    names = [element.text for element in feed.iter() if element.tag.endswith("}name")]
    assert names == [hostile("organisation.name", "javascript:")]
    assert all(link.attrib["href"].startswith("https://example.org/") for link in feed.iter("{*}link"))


def test_no_cell_of_a_csv_file_is_a_formula(hostile_site: HostileSite) -> None:
    cells = {
        (path.relative_to(hostile_site.out.parent).as_posix(), cell)
        for path in hostile_site.files(".csv")
        for row in csv.reader(path.read_text(encoding="utf-8-sig").splitlines())
        for cell in row
    }
    assert [found for found in cells if found[1].startswith(FORMULA) and not NUMBER.match(found[1])] == []
    assert len(cells) > 1000


def test_no_id_of_an_account_and_no_name_of_a_secret_file_is_published(hostile_site: HostileSite) -> None:
    for path in hostile_site.files(""):
        if path.is_file():
            content = path.read_bytes()
            assert b"712020:" not in content, path
            assert b"PENG0" not in content, path


def test_a_file_whose_name_is_script_is_named_under_data_quality(hostile_site: HostileSite) -> None:
    text = " ".join(hostile_site.document(hostile_site.out / "index.html").itertext())
    assert HOSTILE_FILE in text


@pytest.fixture
def watched(browser: Browser) -> Iterator[tuple[Page, list[str]]]:
    """A page, and all that it said, asked outside or tried to show."""
    context = browser.new_context()
    page, said = context.new_page(), list[str]()
    page.on("console", lambda message: said.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    page.on("dialog", lambda dialog: (said.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.on("request", lambda asked: None if asked.url.startswith("file:") else said.append(f"asked: {asked.url}"))
    yield page, said
    context.close()


def test_nothing_runs_in_a_browser_whatever_is_pressed(
    hostile_site: HostileSite, watched: tuple[Page, list[str]]
) -> None:
    page, said = watched
    # The scripts of the other edition are the same; its week and an engineer's page hold what only it may say.
    for_managers = [hostile_site.of_managers / name for name in ("index.html", "engineers/ana/index.html")]
    for path in [*sorted(hostile_site.out.rglob("*.html")), *for_managers]:
        page.goto(path.as_uri())
        use_everything(page)
        assert page.evaluate("window.ran") is None, path
        assert page.locator("[onerror], [onload], img").count() == 0, path
        assert said == [], path


def use_everything(page: Page) -> None:
    """Open every disclosure, press every button that does not save, choose the last of every list."""
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    for index in range(1, page.locator("select#manager option").count()):
        page.locator("select#manager").select_option(index=index)
    for box in fillable(page):
        box.fill(hostile("typed by a reader"))
    for button in page.locator("button[type=button]:visible").all():
        button.click()


def fillable(page: Page) -> list[Any]:
    return page.locator("input[type=search]:visible, textarea:visible:not([readonly])").all()
