"""Every page kind, opened from a file in a real browser."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.axe import violations
from tests.builders.sites import KINDS

pytestmark = pytest.mark.browser

Visitor = Callable[..., Any]

every_kind = pytest.mark.parametrize("path", KINDS.values(), ids=KINDS.keys())
# Between them these hold every part that pages are made of.
TELLING = ("week", "engineers", "engineer", "report", "input", "decisions", "method")
telling_kinds = pytest.mark.parametrize("path", [KINDS[kind] for kind in TELLING], ids=TELLING)


def overflow(page: Page) -> int:
    """Pixels by which the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@every_kind
def test_a_page_says_nothing_to_the_console_asks_nothing_outside_and_fits_every_width(
    visit: Visitor, path: str
) -> None:
    opened = visit(path)
    widths = {}
    for width in (1440, 1280, 768, 360, 320):
        opened.page.set_viewport_size({"width": width, "height": 900})
        widths[width] = overflow(opened.page)
    assert opened.messages == []
    assert opened.outside == []
    assert {width: pixels for width, pixels in widths.items() if pixels > 0} == {}


@every_kind
def test_axe_finds_no_violation_in_light_and_in_dark(visit: Visitor, path: str) -> None:
    page = visit(path).page
    found = violations(page)
    page.emulate_media(color_scheme="dark")
    # Only colours differ between the themes.
    assert found + violations(page, rule="color-contrast") == []


def test_without_scripts_every_card_shows_and_no_dead_control_does(visit: Visitor) -> None:
    page = visit("index.html", java_script_enabled=False).page
    cards = page.locator("article.card")
    assert cards.count() == 11
    assert all(cards.nth(index).is_visible() for index in range(cards.count()))
    assert not page.locator("form.filters").is_visible()
    assert not page.locator("#theme").is_visible()


def test_filters_narrow_the_cards_say_how_many_and_come_back_with_the_address(visit: Visitor) -> None:
    page = visit("index.html").page
    page.locator("form.filters [name=s][value=red]").check()
    assert page.locator("article.card:visible").count() == 1
    assert page.locator("[data-count]").get_attribute("role") == "status"
    assert "s=r" in page.url
    page.goto(page.url)
    assert page.locator("article.card:visible h3").all_inner_texts() == ["Chloe Dubois"]
    page.locator("form.filters [name=s][value=red]").uncheck()
    assert page.locator("article.card:visible").count() == 11


def test_a_filter_in_the_address_is_set_when_the_page_opens(visit: Visitor) -> None:
    page = visit("index.html", query="?q=chloe").page
    assert page.locator("article.card:visible").count() == 1


def test_the_chosen_theme_stays_on_the_next_page(visit: Visitor) -> None:
    page = visit("index.html").page
    page.locator("#theme").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.get_by_role("link", name="Alerts", exact=True).first.click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_a_chart_takes_the_colours_of_the_theme(visit: Visitor) -> None:
    colours = {
        theme: visit("engineers/chloe/index.html", color_scheme=theme).page.evaluate(
            "getComputedStyle(document.querySelector('figure svg path[stroke*=accent]')).stroke"
        )
        for theme in ("light", "dark")
    }
    assert colours["light"] != colours["dark"]


def test_a_wide_chart_can_be_reached_and_scrolled_by_keyboard_on_a_phone(visit: Visitor) -> None:
    chart = visit("engineers/chloe/index.html", width=360).page.locator(".figure .chart").first
    assert chart.get_attribute("tabindex") == "0"
    assert chart.get_attribute("aria-label")
    assert chart.evaluate("box => box.scrollWidth > box.clientWidth")


@pytest.mark.parametrize(("path", "words"), [("index.html", "Keep 4×10"), ("reports/2026-10/index.html", "Keep 4×10")])
def test_page_one_of_the_print_holds_the_verdict(visit: Visitor, tmp_path: Path, path: str, words: str) -> None:
    pdf = tmp_path / "page.pdf"
    page = visit(path, color_scheme="dark").page
    page.emulate_media(media="print")
    heading = page.get_by_role("heading", name=words).first
    pdf.write_bytes(page.pdf(prefer_css_page_size=True))
    # A4 less 14 mm margins at 96 dpi: what ends above this height is on the first sheet.
    page.set_viewport_size({"width": 688, "height": 900})
    box = heading.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 1016
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(21, 26, 33)"
    assert pdf.stat().st_size > 10_000


def test_the_skip_link_is_the_first_stop_and_leads_to_the_content(visit: Visitor) -> None:
    page = visit("index.html").page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
