"""Moving a threshold, by keyboard and without scripts, opened from a file."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.axe import violations

pytestmark = pytest.mark.browser

Visitor = Callable[..., Any]
METHOD = "method/index.html"


def answer(page: Page) -> str:
    return " ".join(page.locator(".answer").inner_text().split())


def step(page: Page, number: int) -> list[str]:
    """The cells of the table that a step of the first threshold is taken from."""
    texts = (
        page.locator("[data-threshold='billable.threshold_pct'] tr").nth(number).locator("th, td").all_text_contents()
    )
    return [" ".join(text.split()) for text in texts]


def test_the_value_in_force_is_where_it_starts_and_says_so(visit: Visitor) -> None:
    page = visit(METHOD).page
    assert page.locator("output").inner_text() == "76\u00a0% (in force)"
    assert page.locator("#what-if-step").get_attribute("aria-valuetext") == "76\u00a0%, in force"
    assert answer(page).startswith("This is the value in force: every light is as it is.")
    assert page.locator(".slide .now").inner_text() == "76\u00a0%"


def test_arrow_keys_move_the_threshold_and_the_answer_is_the_tables_row(visit: Visitor) -> None:
    opened = visit(METHOD)
    page = opened.page
    page.get_by_label("Billable share that must be reached").focus()
    page.keyboard.press("End")
    value, moved, *rates = step(page, -1)
    assert page.locator("output").inner_text().replace("\u00a0", " ") == value == "78 %"
    assert "would be shown differently this week" in answer(page)
    for rate in rates:
        assert rate in answer(page)
    for words in moved.split(": ")[1:]:
        assert words.split(" ")[0] in answer(page)
    page.keyboard.press("ArrowLeft")
    assert page.locator("output").inner_text() == "77\u00a0%"
    assert page.locator(".answer").get_attribute("role") == "status"
    assert opened.messages == []


def test_a_button_leads_back_to_the_value_in_force(visit: Visitor) -> None:
    page = visit(METHOD).page
    page.locator("#what-if-step").focus()
    page.keyboard.press("Home")
    assert page.locator("output").inner_text() == "74\u00a0%"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.locator("output").inner_text() == "76\u00a0% (in force)"


def test_another_threshold_brings_its_own_scale_and_puts_the_first_one_back(visit: Visitor) -> None:
    page = visit(METHOD).page
    page.locator("#what-if-step").focus()
    page.keyboard.press("End")
    page.get_by_role("radio", name="Fall of velocity").check()
    assert page.locator("output").inner_text() == "20\u00a0% (in force)"
    assert page.locator(".slide li").all_inner_texts() == [f"{share}\u00a0%" for share in (15, 20, 30)]
    page.get_by_role("radio", name="The policy", exact=True).check()
    assert page.locator("output").inner_text() == "76\u00a0% (in force)"


def test_trying_keeps_nothing_and_asks_nobody(visit: Visitor) -> None:
    opened = visit(METHOD)
    page = opened.page
    before = page.evaluate("JSON.stringify(localStorage) + location.href")
    page.locator("#what-if-step").focus()
    page.keyboard.press("End")
    assert page.evaluate("JSON.stringify(localStorage) + location.href") == before
    assert opened.outside == []


def test_a_moved_threshold_passes_axe_in_light_and_in_dark_and_fits_a_phone(visit: Visitor) -> None:
    page = visit(METHOD, width=320).page
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true; })")
    page.locator("#what-if-step").focus()
    page.keyboard.press("End")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_without_scripts_the_tables_say_all_of_it_and_no_dead_control_shows(visit: Visitor) -> None:
    page = visit(METHOD, java_script_enabled=False).page
    assert not page.locator("#what-if-form").is_visible()
    page.get_by_text("Every value of every threshold, as tables").click()
    assert page.locator("[data-threshold='billable.threshold_pct'] tr").nth(0).is_visible()
    assert step(page, 2)[:2] == ["76 %", "The value in force"]
