"""Pages in a language of longer words: nothing is cut or too wide, and every script speaks it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from flows.publish.build import render_site
from tests.browser.conftest import Visit
from tests.browser.test_forms import BAD, card, choose, pick
from tests.browser.test_visits import overflow, telling_kinds
from tests.builders.pseudo import CLOSE, LONG_WINDED, OPEN, in_pseudo
from tests.builders.sites import full_site_data

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """In place of the site in English."""
    out = tmp_path_factory.mktemp("long-winded")
    render_site(in_pseudo(full_site_data(archived_weeks=0), LONG_WINDED), out)
    return out


@telling_kinds
def test_words_half_as_long_again_fit_every_width(visit: Callable[..., Visit], path: str) -> None:
    opened = visit(path)
    widths = {}
    for width in (1280, 768, 360, 320):
        opened.page.set_viewport_size({"width": width, "height": 900})
        widths[width] = overflow(opened.page)
    assert {width: pixels for width, pixels in widths.items() if pixels > 0} == {}
    assert opened.messages == []


def test_filters_count_in_the_language_of_the_page(visit: Callable[..., Visit]) -> None:
    page = visit("index.html").page
    page.locator("form.filters [name=s][value=red]").check()
    assert page.locator("[data-count]").inner_text().startswith(OPEN)


def test_the_form_speaks_the_language_of_the_page(visit: Callable[..., Visit]) -> None:
    page = visit("input/index.html").page
    choose(page)
    card(page, "Ana").locator("[type=radio]").first.check()
    said = [text for text in page.locator("[role=status]").all_inner_texts() if text]
    assert said
    assert [text for text in said if OPEN not in text] == []


def test_a_checked_file_is_answered_in_the_language_of_the_page(visit: Callable[..., Visit]) -> None:
    page = visit("input/index.html").page
    pick(page, {"vibes.csv": BAD})
    page.locator("#results section").first.wait_for()
    for text in page.locator("#results li, #checked").all_inner_texts():
        assert OPEN in text, text
        assert CLOSE in text, text
