"""The managers' page in another language: whatever its scripts show comes from the page's words."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from gettext import NullTranslations
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from flows.publish.assets import asset_names, bundle
from flows.publish.charts import render as draw
from flows.publish.environment import make_environment, render
from flows.publish.views import input as managers_pages
from flows.publish.views.book import open_book
from flows.publish.views.shared import frame
from tests.builders.pseudo import CLOSE, OPEN, known_words, unsaid
from tests.builders.site_data import site_data
from transforms.clean.vibes import VIBES_COLUMNS
from transforms.language import Language, speaking

pytestmark = pytest.mark.browser

BAD = b"week_start,engineer_id,vibes,note\n2026-11-16,anna,9,x\n2026-11-18,ana,4,x\n2026-11-16,noor"
# What is shown of files: their names and the names of columns.
DATA = {
    "vibes",
    "csv",
    "xlsx",
    "utf",
    "AbortError",
    "NotAllowedError",
    "nadia",
    *"_".join(VIBES_COLUMNS.names).split("_"),
}
SHOWN = ("progress", "draft", "drafts", "errors", "said", "checked", "results", "theme")


class _Counting(NullTranslations):
    """Every message in brackets; of counts it tells one, two to four, and others apart, as Polish does."""

    def gettext(self, message: str) -> str:
        return f"{OPEN}{message}{CLOSE}"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        is_few = n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14)
        return f"{OPEN}{'one' if n == 1 else 'few' if is_few else 'many'}: {msgid2}{CLOSE}"


@pytest.fixture(scope="module")
def opened(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[int], Page]]:
    """The vibes form (0) or the decisions form (1)."""
    folder, language, files = tmp_path_factory.mktemp("other"), Language("pl-PL", _Counting()), bundle()
    data = site_data()
    data = replace(data, settings=replace(data.settings, language=language))
    with speaking(language):
        pages = managers_pages.pages(open_book(data))
        made = {
            page.path: render(
                make_environment(draw), page.template, page.view, frame(data, page, asset_names(files))
            ).encode()
            for page in pages
        }
    for path, content in {**files, **made}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    context = browser.new_context(locale="en-US")

    def open_page(which: int) -> Page:
        page = context.new_page()
        page.on("pageerror", lambda error: pytest.fail(str(error)))
        page.goto((folder / pages[which].path).as_uri())
        page.locator("#manager").select_option(label="Nadia Rahman")
        return page

    yield open_page
    context.close()


def foreign(page: Page) -> list[str]:
    """What the scripts show that is no message; tables hold data."""
    shown = page.evaluate(
        """(ids) => [...document.querySelectorAll(ids.map((id) => "#" + id).join() + ", .hint, .error")].map((one) => {
          const copy = one.cloneNode(true), text = document.createElement("p");
          copy.querySelectorAll("table").forEach((table) => table.remove());
          const labelled = [copy, ...copy.querySelectorAll("[aria-label]")];
          text.textContent = [copy.textContent, ...labelled.map((part) => part.getAttribute("aria-label"))].join(" ");
          return text.outerHTML;
        }).join("")""",
        SHOWN,
    )
    assert "undefined" not in shown
    assert OPEN in shown
    return unsaid(shown, known_words() | DATA)


def test_what_the_form_says_comes_from_the_page(opened: Callable[[int], Page]) -> None:
    page = opened(0)
    page.locator("#vibes-form button[type=submit]").click()
    assert foreign(page) == []
    person = page.locator("fieldset.person:not([hidden])").first
    person.locator("textarea").fill("x" * 503)
    assert "⟦few: Shorten the note" in person.locator(".error").inner_text()
    assert foreign(page) == []
    person.locator("textarea").fill("fine")
    with page.expect_download():
        page.locator("#vibes-form button[type=submit]").click()
    assert "⟦one: vibes_nadia_2026-W48.csv downloaded with 1 rows⟧" in page.locator("#said").inner_text()
    assert foreign(page) == []
    page.locator("#week").select_option(index=1)
    page.locator("fieldset.person:not([hidden])").first.locator("textarea").fill("of last week")
    page.locator("#week").select_option(index=0)
    assert "⟦You have a draft that was not downloaded: " in page.locator("#drafts").inner_text()
    assert foreign(page) == []
    page.locator("#clear").click()
    assert foreign(page) == []


def test_what_is_said_of_a_file_comes_from_the_page(opened: Callable[[int], Page], tmp_path: Path) -> None:
    page = opened(0)
    (tmp_path / "vibes.csv").write_bytes(BAD)
    (tmp_path / "vibes_b.csv").write_bytes(b"week_start,engineer_id,vibes\n2026-11-09,ana,4\n")
    (tmp_path / "vibes.xlsx").write_bytes(b"PK\x03\x04")
    page.locator("#files").set_input_files(sorted(tmp_path.iterdir()))
    page.locator("#results h3").first.wait_for()
    assert "⟦few: 3 files checked" in page.locator("#checked").inner_text()
    assert foreign(page) == []


def test_what_the_decisions_form_says_comes_from_the_page(opened: Callable[[int], Page]) -> None:
    page = opened(1)
    person = page.locator("fieldset.person").first
    person.locator("textarea").fill("because")
    page.locator("#decisions-form button[type=submit]").click()
    assert foreign(page) == []
    person.locator("input[type=radio]").first.check()
    with page.expect_download():
        page.locator("#decisions-form button[type=submit]").click()
    assert foreign(page) == []


@pytest.mark.parametrize(("count", "kind"), [(1, "one"), (3, "few"), (12, "many"), (22, "few"), (1000, "many")])
def test_a_count_takes_the_form_that_its_language_asks_for(
    opened: Callable[[int], Page], count: int, kind: str
) -> None:
    said = opened(0).evaluate(
        "(n) => tenfour.said(JSON.parse(document.getElementById('form-data').textContent).words.errors, { n })", count
    )
    assert said == f"{OPEN}{kind}: {count} errors{CLOSE}"
