"""On paper: few sheets of A4, no controls, nothing cut in two that fits on a sheet."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.test_visits import telling_kinds

pytestmark = pytest.mark.browser

Visitor = Callable[..., Any]
# A4 less 14 mm margins, in CSS pixels.
SHEET_WIDTH, SHEET_HEIGHT = 688, 1016
MOST_SHEETS = {
    "index.html": 5,
    "reports/2026-10/index.html": 5,
    "engineers/chloe/index.html": 4,
    "alerts/index.html": 1,
}


def on_paper(visit: Visitor, path: str) -> Page:
    page: Page = visit(path, width=SHEET_WIDTH).page
    page.emulate_media(media="print")
    return page


@pytest.mark.parametrize(("path", "most"), MOST_SHEETS.items(), ids=MOST_SHEETS.keys())
def test_a_page_takes_few_sheets(visit: Visitor, path: str, most: int) -> None:
    pdf = visit(path).page.pdf(prefer_css_page_size=True)
    sheets = re.findall(rb"/Type /Page\b(?!s)", pdf)
    boxes = set(re.findall(rb"/MediaBox \[([^\]]*)\]", pdf))
    assert 1 <= len(sheets) <= most
    assert {tuple(round(float(side)) for side in box.split()) for box in boxes} == {(0, 0, 595, 842)}


@telling_kinds
def test_no_control_and_no_navigation_is_printed(visit: Visitor, path: str) -> None:
    page = on_paper(visit, path)
    dead = page.locator("nav, button, input, select, textarea, summary, .skip, [role=search]")
    visible = [one.evaluate("one => one.outerHTML.slice(0, 80)") for one in dead.all() if one.is_visible()]
    # The forms are printed by nobody: who wants paper fills in a sheet.
    assert visible == [] or path.startswith("input/"), path


@telling_kinds
def test_no_row_or_card_is_cut_in_two(visit: Visitor, path: str) -> None:
    page = on_paper(visit, path)
    assert page.evaluate(MAY_BE_CUT, SHEET_HEIGHT) == []


MAY_BE_CUT = """(sheet) => [...document.querySelectorAll("main :is(tr, .card, .tile, .notice, figure, .rows > li)")]
  .filter(one => one.checkVisibility() && one.getBoundingClientRect().height < sheet &&
    ![one, one.parentElement].some(part => getComputedStyle(part).breakInside.startsWith("avoid")))
  .map(one => one.outerHTML.slice(0, 90))"""


@pytest.mark.parametrize("path", ["index.html", "reports/2026-10/index.html", "teams/atlas/index.html"])
def test_nothing_is_wider_than_the_sheet(visit: Visitor, path: str) -> None:
    page = on_paper(visit, path)
    assert page.evaluate("document.documentElement.scrollWidth") <= SHEET_WIDTH
    assert page.evaluate(TOO_WIDE, SHEET_WIDTH) == []


# A region that scrolls on a screen must show all of itself on paper.
TOO_WIDE = """(sheet) => [...document.querySelectorAll(".scroll, .chart")].filter(one => one.checkVisibility() &&
  (one.scrollWidth > one.clientWidth + 1 || one.getBoundingClientRect().right > sheet + 1))
  .map(one => one.getAttribute("aria-label") + " " + one.scrollWidth + ">" + one.clientWidth)"""


def test_paper_is_white_whatever_the_screen_was(visit: Visitor, tmp_path: Path) -> None:
    page = visit("index.html", color_scheme="dark").page
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(21, 26, 33)"
    assert page.evaluate("getComputedStyle(document.querySelector('.box')).backgroundColor") == "rgb(255, 255, 255)"
