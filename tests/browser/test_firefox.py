"""The same pages in Firefox ESR: nothing said to the console, nothing too wide, and every script at work."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.test_explore import ENGINEER
from tests.browser.test_forms import BAD
from tests.builders.firefox import FIREFOX, Firefox, firefox
from tests.builders.sites import KINDS

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not FIREFOX.exists(), reason=f"{FIREFOX} is not installed"),
]


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    with firefox(tmp_path_factory.mktemp("firefox")) as started:
        yield started


@pytest.fixture
def fox(reader: Firefox, site: Path) -> Firefox:
    """Firefox as wide as a desktop, with nothing kept from the test before."""
    reader.resize(1280)
    reader.open((site / "index.html").as_uri())
    reader.run("localStorage.clear()")
    return reader


def test_no_page_says_anything_to_the_console_or_is_wider_than_its_window(fox: Firefox, site: Path) -> None:
    found = {}
    for kind, path in KINDS.items():
        fox.open((site / path).as_uri())
        wide = []
        for width in (1280, 360):
            fox.resize(width)
            wide.append(fox.run("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
        is_whole = fox.run("!!document.querySelector('h1')")
        found[kind] = (fox.messages[:], [pixels for pixels in wide if pixels > 0], is_whole)
    assert found == dict.fromkeys(KINDS, ([], [], True))


def test_filters_narrow_the_cards_and_the_theme_is_kept(fox: Firefox) -> None:
    assert fox.run("document.querySelectorAll('article.card').length") == 11
    fox.run("document.querySelector('form.filters [name=s][value=red]').click()")
    shown = "[...document.querySelectorAll('article.card')].filter(one => one.offsetParent !== null)"
    assert fox.run(f"{shown}.map(one => one.querySelector('h3').innerText).join()") == "Chloe Dubois"
    assert "s=r" in fox.run("location.href")
    before = fox.run("getComputedStyle(document.body).backgroundColor")
    fox.run("document.querySelector('#theme').click()")
    after = fox.run("getComputedStyle(document.body).backgroundColor")
    assert after != before
    fox.open(fox.run("location.href"))
    assert fox.run("getComputedStyle(document.body).backgroundColor") == after
    assert fox.messages == []


def test_a_chart_is_explored(fox: Firefox, site: Path) -> None:
    fox.open((site / ENGINEER).as_uri())
    fox.run("document.querySelector('#billable [data-explore]').click()")
    fox.wait_for("document.querySelector('#billable [role=slider] svg')")
    assert "%" in fox.run("document.querySelector('#billable [role=slider]').getAttribute('aria-valuetext')")
    assert fox.messages == []


def test_a_week_is_filled_in_and_a_draft_of_it_kept(fox: Firefox, site: Path) -> None:
    fox.open((site / "input/index.html").as_uri())
    fox.run(
        "(() => { const who = document.querySelector('#manager'); who.value = 'nadia';"
        "who.dispatchEvent(new Event('change', { bubbles: true })); })()"
    )
    cards = "[...document.querySelectorAll('fieldset')].filter(one => one.offsetParent !== null)"
    assert fox.run(f"{cards}.some(one => one.innerText.includes('Ana'))")
    fox.run(f"{cards}.find(one => one.innerText.includes('Ana')).querySelector('input[value=\"4\"]').click()")
    fox.wait_for("Object.keys(localStorage).some(key => key.startsWith('tenfour:'))")
    assert fox.messages == []


def test_a_dropped_file_is_checked_line_by_line(fox: Firefox, site: Path) -> None:
    fox.open((site / "input/index.html").as_uri())
    fox.run(
        f"(() => {{ const held = new DataTransfer(); held.items.add(new File([{BAD.decode()!r}], 'vibes.csv'));"
        "for (const name of ['dragover', 'drop']) document.querySelector('h1').dispatchEvent("
        "new DragEvent(name, { dataTransfer: held, bubbles: true, cancelable: true })); })()"
    )
    fox.wait_for("document.querySelector('#checked').innerText.includes('checked:')")
    assert fox.run("document.querySelector('#checked').innerText") == "1 file checked: 2 errors to mend."
    assert fox.run("[...document.querySelectorAll('#results li strong')].map(one => one.innerText).join('; ')") == (
        "line 2, column vibes; line 3, column week_start; line 4, column engineer_id"
    )
    assert fox.messages == []
