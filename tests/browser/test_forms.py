"""The managers' forms in a real browser: what is downloaded is what the pipeline reads."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from playwright.sync_api import Page

from flows.settings import roster_tables
from flows.sources.vibes import vibes_sheets
from tests.builders.site_data import settings
from transforms.clean.manager_decisions import DECISION_COLUMNS, clean_decisions
from transforms.clean.sheet import read_sheet
from transforms.clean.vibes import clean_vibes

pytestmark = pytest.mark.browser

Visitor = Callable[..., Any]
NOTE = '=1+1, "quoted" é 🙂\nsecond line'


def choose(page: Page, manager: str = "Nadia Rahman") -> None:
    page.get_by_label("You are").select_option(label=manager)


def card(page: Page, name: str) -> Any:
    return page.get_by_role("group", name=name)


def download(page: Page, button: str = "Download the file") -> tuple[str, bytes]:
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button).click()
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def reopened(page: Page) -> None:
    # On a busy machine Chromium hands storage to the next page with a delay.
    page.wait_for_timeout(500)
    page.reload()


def test_the_downloaded_file_is_read_by_the_pipeline_without_a_problem(visit: Visitor) -> None:
    opened = visit("input/index.html")
    page = opened.page
    choose(page)
    card(page, "Ana").get_by_label("4 good").check()
    card(page, "Ana").get_by_role("textbox").fill(NOTE)
    card(page, "Chloe").get_by_label("2 strained").check()
    card(page, "Chloe").get_by_label("Only managers may read this note").check()
    name, content = download(page)
    assert name == "vibes_nadia_2026-W48.csv"
    assert content.startswith(b"\xef\xbb\xbfweek_start,engineer_id,vibes,note,manager,visibility,saved_at\r\n")
    rows, problems = read_by_pipeline(name, content)
    assert problems.empty
    told = rows.set_index("engineer_id")
    assert told.loc["ana", ["vibes", "manager_id", "visibility"]].tolist() == [4.0, "nadia", "everyone"]
    assert told.loc["ana", "note"].removeprefix("'") == NOTE
    assert told.loc["chloe", ["vibes", "visibility"]].tolist() == [2.0, "managers"]
    assert told["saved_at"].notna().all()
    assert opened.messages == []


def read_by_pipeline(name: str, content: bytes) -> tuple[pd.DataFrame, pd.DataFrame]:
    config = settings().config
    engineers = roster_tables(config).engineers
    cleaned = clean_vibes(
        vibes_sheets({name: content}),
        engineers,
        [manager.id for manager in config.managers],
        pd.Timestamp("2026-11-23"),
    )
    return cleaned.vibes, cleaned.problems


def test_a_note_that_is_too_long_is_said_while_typing_and_stops_the_download(visit: Visitor) -> None:
    page = visit("input/index.html").page
    choose(page)
    note = card(page, "Ana").get_by_role("textbox")
    note.fill("🙂" * 500)
    assert page.locator(".error", has_text="Shorten").count() == 0
    note.fill("🙂" * 503)
    assert card(page, "Ana").locator(".error").inner_text().startswith("Error: Shorten the note for Ana")
    assert note.get_attribute("aria-invalid") == "true"
    page.get_by_role("button", name="Download the file").click()
    assert page.evaluate("document.activeElement.id") == "errors"
    page.locator("#errors a").click()
    assert note.evaluate("field => field === document.activeElement")
    note.fill("short")
    assert not page.locator("#errors").is_visible()


def test_nothing_chosen_is_answered_by_a_summary_that_leads_to_the_field(visit: Visitor) -> None:
    page = visit("input/index.html").page
    page.get_by_role("button", name="Download the file").click()
    assert page.locator("#errors li").all_inner_texts() == ["Choose who you are"]
    choose(page)
    page.get_by_role("button", name="Download the file").click()
    assert page.locator("#errors li").all_inner_texts() == ["Give at least one score or note"]


def test_a_draft_comes_back_on_this_computer_and_can_be_cleared(visit: Visitor) -> None:
    page = visit("input/index.html").page
    choose(page)
    card(page, "Ana").get_by_label("5 thriving").check()
    card(page, "Ana").get_by_role("textbox").fill("half-way")
    reopened(page)
    assert page.get_by_label("You are").input_value() == "nadia"
    assert card(page, "Ana").get_by_label("5 thriving").is_checked()
    assert card(page, "Ana").get_by_role("textbox").input_value() == "half-way"
    page.get_by_role("button", name="Clear draft").click()
    reopened(page)
    assert card(page, "Ana").get_by_role("textbox").input_value() == ""
    assert page.evaluate("Object.keys(localStorage).every(key => key.startsWith('tenfour:'))")


def test_the_form_works_where_the_browser_keeps_nothing(visit: Visitor) -> None:
    page = visit("404.html").page
    page.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw new Error('blocked'); } })")
    page.goto(page.url.replace("404.html", "input/index.html"))
    choose(page)
    card(page, "Ana").get_by_label("3 steady").check()
    assert "keeps no drafts" in page.locator("#draft").inner_text()
    assert download(page)[1].count(b"\r\n") == 2


def test_the_form_can_be_filled_by_keyboard_alone(visit: Visitor) -> None:
    page = visit("input/index.html", width=360).page
    page.get_by_label("You are").focus()
    page.keyboard.press("ArrowDown")
    for _ in range(2):
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert page.locator("input[type=radio]:checked").get_attribute("value") == "4"
    page.keyboard.press("Tab")
    page.keyboard.type("typed")
    assert page.locator("textarea").first.input_value() == "typed"


def test_rows_are_offered_for_copying_by_hand_where_the_page_may_not_copy(visit: Visitor) -> None:
    page = visit("404.html").page
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.goto(page.url.replace("404.html", "input/index.html"))
    choose(page)
    card(page, "Ana").get_by_label("3 steady").check()
    page.get_by_role("button", name="Copy rows").click()
    assert page.locator("#rows").input_value().startswith("2026-11-23,ana,3,,nadia,everyone,")
    assert page.evaluate("document.activeElement.id") == "rows"


def test_a_decision_needs_a_reason_and_becomes_a_row_of_decisions_csv(visit: Visitor) -> None:
    page = visit("input/decisions/index.html").page
    choose(page)
    card(page, "Chloe Dubois").get_by_label("Decline").check()
    page.get_by_role("button", name="Download the rows").click()
    assert page.locator("#errors li").all_inner_texts() == ["Say why, for Chloe Dubois"]
    card(page, "Chloe Dubois").get_by_role("textbox").fill("The client left, not the schedule.")
    name, content = download(page, "Download the rows")
    assert name == "decisions.csv"
    header, row, end = content.decode("utf-8-sig").split("\r\n")
    assert header == "engineer_id,review_week,decision,why,manager,decided_on,visibility"
    assert row.startswith('chloe,2026-W46,decline,"The client left, not the schedule.",nadia,20')
    assert row.endswith(",managers"), "a reason is for managers unless its writer says otherwise"
    assert end == ""


def test_the_reason_of_a_decision_may_be_for_everyone_and_a_draft_remembers_it(visit: Visitor) -> None:
    page = visit("input/decisions/index.html").page
    choose(page)
    card(page, "Chloe Dubois").get_by_label("Agree").check()
    card(page, "Chloe Dubois").get_by_role("textbox").fill("We both want it.")
    card(page, "Chloe Dubois").get_by_label("Everyone may read this reason").check()
    reopened(page)
    assert card(page, "Chloe Dubois").get_by_label("Everyone may read this reason").is_checked()
    _, content = download(page, "Download the rows")
    row = content.decode("utf-8-sig").split("\r\n")[1]
    assert row.endswith(",everyone")
    read = read_sheet("decisions.csv", content, DECISION_COLUMNS)
    cleaned = clean_decisions([read], roster_tables(settings().config).engineers, ["nadia"], date(2099, 1, 1))
    assert cleaned.problems.empty
    assert cleaned.decisions[["engineer_id", "decision", "why", "visibility"]].to_numpy().tolist() == [
        ["chloe", "agree", "We both want it.", "everyone"]
    ]


def test_without_scripts_the_page_says_how_to_write_the_file(visit: Visitor) -> None:
    page = visit("input/index.html", java_script_enabled=False).page
    assert page.get_by_text("The form needs JavaScript").is_visible()
    assert not page.locator("#vibes-form").is_visible()
    assert page.get_by_text("vibes.csv", exact=True).first.is_visible()
