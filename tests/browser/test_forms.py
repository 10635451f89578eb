"""The managers' pages in a real browser: what leaves them is what the pipeline reads, and a file's faults are told."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from playwright.sync_api import Page

from flows.publish.assets import asset_names, bundle
from flows.publish.charts import render as draw
from flows.publish.environment import make_environment, render
from flows.publish.views import input as managers_pages
from flows.publish.views.book import open_book
from flows.publish.views.shared import frame
from flows.settings import Settings, roster_tables
from flows.sources.vibes import vibes_sheets
from tests.browser.axe import violations
from tests.builders.site_data import PRIVATE_NOTE, settings, site_data
from transforms.clean.manager_decisions import DECISION_COLUMNS, clean_decisions
from transforms.clean.sheet import read_sheet
from transforms.clean.vibes import clean_vibes

pytestmark = pytest.mark.browser

Visitor = Callable[..., Any]
KEPT = "JSON.stringify(Object.entries(localStorage).sort())"
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
    """Open the page again, until it finds what it kept: on a busy machine Chromium hands storage on with a delay."""
    kept = page.evaluate(KEPT)
    for _ in range(20):
        page.wait_for_timeout(250)
        page.reload()
        if page.evaluate(KEPT) == kept:
            return


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
    # The week, the engineer's page, the first score.
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert page.locator("input[type=radio]:checked").get_attribute("value") == "4"
    page.keyboard.press("Tab")
    page.keyboard.type("typed")
    assert page.locator("textarea:visible").first.input_value() == "typed"
    with page.expect_download():
        page.keyboard.press("Tab")
        page.get_by_role("button", name="Download the file").focus()
        page.keyboard.press("Enter")


def test_rows_are_offered_for_copying_by_hand_where_the_page_may_not_copy(visit: Visitor) -> None:
    page = visit("404.html").page
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.goto(page.url.replace("404.html", "input/index.html"))
    choose(page)
    card(page, "Ana").get_by_label("3 steady").check()
    page.get_by_role("button", name="Copy rows").click()
    assert page.locator("#rows").input_value().startswith("2026-11-23,ana,3,,nadia,everyone,")
    assert page.evaluate("document.activeElement.id") == "rows"


def test_a_decision_needs_a_reason_and_becomes_a_row_of_a_file_of_ones_own(visit: Visitor) -> None:
    page = visit("input/decisions/index.html").page
    choose(page)
    card(page, "Chloe Dubois").get_by_label("Decline").check()
    page.get_by_role("button", name="Download the file").click()
    assert page.locator("#errors li").all_inner_texts() == ["Say why, for Chloe Dubois"]
    card(page, "Chloe Dubois").get_by_role("textbox").fill("The client left, not the schedule.")
    name, content = download(page)
    today = page.evaluate("new Date().toLocaleDateString('sv')")
    assert name == f"decisions_nadia_{today}.csv"
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
    name, content = download(page)
    row = content.decode("utf-8-sig").split("\r\n")[1]
    assert row.endswith(",everyone")
    read = read_sheet(name, content, DECISION_COLUMNS)
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


def page_of(tmp_path: Path, *, is_sample: bool = True, **options: Any) -> str:
    """The address of the vibes page alone, as a site of real data or of the sample has it."""
    data = site_data(**options)
    sample = data.settings.config.sample.model_copy(update={"enabled": is_sample})
    chosen = Settings(
        data.settings.config.model_copy(update={"sample": sample}),
        data.settings.config_path,
        data.settings.data_dir,
        data.settings.site_dir,
        data.settings.connections,
    )
    data, files = replace(data, settings=chosen), bundle()
    page = managers_pages.pages(open_book(data))[0]
    html = render(make_environment(draw), page.template, page.view, frame(data, page, asset_names(files)))
    for path, content in {**files, page.path: html.encode()}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    return (tmp_path / page.path).as_uri()


# ---- facts beside the score


def facts(page: Page, name: str) -> dict[str, str]:
    place = card(page, name).locator(".known")
    found = dict(
        zip(place.locator("dt").all_inner_texts(), place.locator("dd").all_inner_texts(), strict=True),
    )
    return found | {"title": place.locator("strong").inner_text(), "status": place.locator(".lozenges").inner_text()}


@pytest.mark.parametrize(
    ("engineer_id", "name"), [("ana", "Ana Ruiz"), ("chloe", "Chloe Dubois"), ("ben", "Ben Carter")]
)
def test_the_facts_beside_a_score_are_those_of_the_engineers_page(visit: Visitor, engineer_id: str, name: str) -> None:
    page = visit("input/index.html").page
    choose(page)
    beside = facts(page, name)
    assert beside["title"] == "Week of 16 November"
    assert page.locator("#known").inner_text().endswith("the week of 16 November.")
    note = card(page, name).locator(".noted").inner_text()
    page.get_by_role("link", name=name, exact=True).click()
    page.wait_for_url(f"**/engineers/{engineer_id}/index.html")
    rows = {
        row.locator("th").inner_text(): row for row in page.locator("section table").first.locator("tbody tr").all()
    }
    assert beside["Billable share"] == rows["Billable share"].locator("td").first.inner_text()
    points, rate = rows["Velocity"].locator("td").first.inner_text().split("\n")
    usual = rows["Velocity"].locator("td").nth(2).inner_text().removesuffix("\u00a0pts")
    assert beside["Sprint"] == f"{rate.removeprefix('sprint: ')}, usually {usual}; {points} in the week"
    response = rows["Incident response"].locator("td").first.inner_text().split("\n")[0]
    assert response in beside["Calls"]
    assert beside["status"].split("\n")[0] in page.locator(".verdict .lozenges").inner_text()
    assert note in page.locator("main").inner_text()


def test_another_week_brings_its_own_facts_or_says_that_nothing_is_known(visit: Visitor) -> None:
    page = visit("input/index.html").page
    choose(page)
    newest = facts(page, "Chloe Dubois")
    page.get_by_label("Week").select_option(value="2026-11-02")
    older = facts(page, "Chloe Dubois")
    assert older["title"] == "Week of 2 November"
    assert older["Billable share"] != newest["Billable share"]
    assert not page.locator("#known").is_visible()


def not_there_on_2_november(tables: dict[str, pd.DataFrame]) -> None:
    readings = tables["readings"]
    is_gone = (readings["engineer_id"] == "chloe") & (readings["week_start"] == pd.Timestamp("2026-11-02"))
    tables["readings"] = readings[~is_gone]


def test_a_week_of_which_nothing_is_known_says_so(visit: Visitor, tmp_path: Path) -> None:
    page = visit("404.html").page
    page.goto(page_of(tmp_path, change=not_there_on_2_november))
    choose(page)
    page.get_by_label("Week").select_option(value="2026-11-02")
    known = card(page, "Chloe Dubois").locator(".known")
    assert " ".join(known.inner_text().split()) == "Week of 2 November Nothing is known of this week."
    page.get_by_label("Week").select_option(value="2026-11-09")
    assert "Billable share" in known.inner_text()


def test_a_note_for_managers_is_not_among_the_facts(visit: Visitor) -> None:
    assert PRIVATE_NOTE not in visit("input/index.html").page.content()


# ---- nothing leaves that the pipeline would refuse


def test_what_was_built_is_checked_and_a_problem_keeps_it_here(visit: Visitor) -> None:
    opened = visit("input/index.html")
    page = opened.page
    page.evaluate(
        "window.tenfour = { check: () => ({ problems: [{ line: 3, column: 'note', severity: 'warning',"
        "rule: 'V009', message: 'something about the note' }] }) }"
    )
    page.on("download", lambda _: opened.messages.append("a download"))
    choose(page)
    card(page, "Ana").get_by_label("4 good").check()
    card(page, "Ben").get_by_role("textbox").fill("one\ntwo")
    page.get_by_role("button", name="Download the file").click()
    assert page.locator("#errors li").all_inner_texts() == ["Ben Carter: something about the note"]
    assert page.evaluate("document.activeElement.id") == "errors"
    page.locator("#errors a").click()
    assert card(page, "Ben").get_by_role("textbox").evaluate("field => field === document.activeElement")
    assert card(page, "Ben").locator(".error").inner_text() == "Error: Ben Carter: something about the note"
    page.get_by_role("button", name="Copy rows").click()
    assert page.locator("#said").inner_text() == ""
    assert opened.messages == []


def test_a_checker_that_cannot_be_loaded_is_told_and_keeps_nobody_from_the_download(visit: Visitor) -> None:
    page = visit("404.html").page
    page.route("**/check.*.js", lambda route: route.abort())
    page.goto(page.url.replace("404.html", "input/index.html"))
    choose(page)
    card(page, "Ana").get_by_label("4 good").check()
    download(page)
    assert "checker could not be loaded: the next run checks it" in page.locator("#said").inner_text()
    pick(page, {"vibes.csv": GOOD})
    page.get_by_text("The checker could not be loaded, so nothing was checked").wait_for()


# ---- save to the shared folder

STUB = """
window.saved = [];
window.showSaveFilePicker = (options) => %s ? Promise.reject(new DOMException("no", %s)) : Promise.resolve({
  name: %s || options.suggestedName,
  createWritable: () => Promise.resolve({
    write: (blob) => blob.text().then((text) => { window.saved.push(options.suggestedName, text); }),
    close: () => Promise.resolve(),
  }),
});
"""


def with_picker(visit: Visitor, error: str = "", name: str = "") -> Page:
    page = visit("404.html").page
    page.add_init_script(STUB % (json.dumps(bool(error)), json.dumps(error), json.dumps(name)))
    page.goto(page.url.replace("404.html", "input/index.html"))
    choose(page)
    card(page, "Ana").get_by_label("4 good").check()
    return page


def said(page: Page, words: str) -> None:
    page.locator("#said", has_text=words).wait_for()


def test_the_file_is_saved_where_the_picker_says(visit: Visitor) -> None:
    page = with_picker(visit)
    page.get_by_role("button", name="Save to the shared folder").click()
    said(page, "vibes_nadia_2026-W48.csv saved with 1 row")
    name, text = page.evaluate("window.saved")
    assert name == "vibes_nadia_2026-W48.csv"
    assert "2026-11-23,ana,4,,nadia,everyone," in text


def test_a_name_that_no_run_would_read_is_told(visit: Visitor) -> None:
    page = with_picker(visit, name="scores.csv")
    page.get_by_role("button", name="Save to the shared folder").click()
    said(page, "Rename it: only files named vibes….csv are read.")


def test_a_cancelled_save_says_so_and_downloads_nothing(visit: Visitor) -> None:
    page = with_picker(visit, error="AbortError")
    downloads: list[Any] = []
    page.on("download", lambda download: downloads.append(download))
    page.get_by_role("button", name="Save to the shared folder").click()
    said(page, "Nothing was saved: the dialog was cancelled. Your draft is still here.")
    assert page.evaluate("window.saved") == []
    assert downloads == []


def test_a_folder_that_the_browser_may_not_write_to_gives_a_download_instead(visit: Visitor) -> None:
    page = with_picker(visit, error="SecurityError")
    name, content = download(page, "Save to the shared folder")
    assert name == "vibes_nadia_2026-W48.csv"
    assert b"ana,4" in content
    said(page, "This browser may not write there (SecurityError), so vibes_nadia_2026-W48.csv downloaded with 1 row")


def test_without_a_picker_there_is_no_button_to_save(visit: Visitor) -> None:
    page = visit("404.html").page
    page.add_init_script("delete window.showSaveFilePicker")
    page.goto(page.url.replace("404.html", "input/index.html"))
    assert not page.locator("#save").is_visible()
    assert page.get_by_role("button", name="Download the file").is_visible()


# ---- drafts


def test_drafts_of_other_weeks_are_listed_until_they_are_downloaded_and_lead_back(visit: Visitor) -> None:
    page = visit("input/index.html").page
    choose(page)
    week = page.get_by_label("Week")
    week.select_option(value="2026-11-09")
    card(page, "Ana").get_by_role("textbox").fill("half-way")
    week.select_option(value="2026-11-23")
    assert card(page, "Ana").get_by_role("textbox").input_value() == ""
    page.get_by_role("link", name="Week of 9 November").click()
    assert week.input_value() == "2026-11-09"
    assert card(page, "Ana").get_by_role("textbox").input_value() == "half-way"
    download(page)
    week.select_option(value="2026-11-23")
    assert page.locator("#drafts li").count() == 0
    week.select_option(value="2026-11-09")
    assert card(page, "Ana").get_by_role("textbox").input_value() == "half-way"


def test_what_was_typed_comes_back_after_another_manager_was_chosen_by_mistake(visit: Visitor) -> None:
    for path in ("input/index.html", "input/decisions/index.html"):
        page = visit(path).page
        choose(page)
        field = card(page, "Chloe").get_by_role("textbox")
        field.fill("half-way")
        page.get_by_label("You are").select_option(index=2)
        assert page.locator("fieldset.person textarea:visible").evaluate_all("all => all.every(one => !one.value)")
        choose(page)
        assert card(page, "Chloe").get_by_role("textbox").input_value() == "half-way"


def test_what_was_decided_before_saying_who_is_kept_for_the_manager_then_chosen(visit: Visitor) -> None:
    page = visit("input/decisions/index.html").page
    card(page, "Chloe").get_by_role("textbox").fill("We both want it.")
    choose(page)
    assert card(page, "Chloe").get_by_role("textbox").input_value() == "We both want it."
    reopened(page)
    assert card(page, "Chloe").get_by_role("textbox").input_value() == "We both want it."


def test_a_cleared_draft_can_be_brought_back(visit: Visitor) -> None:
    page = visit("input/index.html").page
    choose(page)
    card(page, "Ana").get_by_role("textbox").fill("half-way")
    page.get_by_role("button", name="Clear draft").click()
    assert card(page, "Ana").get_by_role("textbox").input_value() == ""
    page.get_by_role("button", name="Bring it back").click()
    assert card(page, "Ana").get_by_role("textbox").input_value() == "half-way"


def test_a_draft_of_a_week_no_longer_offered_can_still_be_finished(visit: Visitor) -> None:
    page = visit("input/index.html").page
    choose(page)
    page.get_by_label("Week").select_option(index=5)
    card(page, "Ana").get_by_label("4 good").check()
    page.evaluate(
        "() => { const old = 'tenfour:draft:vibes:nadia:2026-10-19', is = JSON.parse(localStorage.getItem(old));"
        "is.week = { ...is.week, start: '2026-10-12', week: '2026-W42', title: 'Week of 12 October', label: 'W42' };"
        "localStorage.setItem(old.replace('19', '12'), JSON.stringify(is)); }"
    )
    reopened(page)
    page.get_by_role("link", name="Week of 12 October").click()
    assert card(page, "Ana").get_by_label("4 good").is_checked()
    assert download(page)[0] == "vibes_nadia_2026-W42.csv"


# ---- weeks by this computer's clock


@pytest.mark.parametrize(
    ("is_sample", "today", "newest"),
    [
        (False, "2026-11-29", "2026-11-23"),
        (False, "2026-11-30", "2026-11-30"),
        (False, "2026-12-09", "2026-12-07"),
        (True, "2026-12-09", "2026-11-23"),
    ],
)
def test_on_real_data_a_week_is_offered_from_the_day_on_which_it_begins(
    visit: Visitor, tmp_path: Path, is_sample: bool, today: str, newest: str
) -> None:
    page = visit("404.html").page
    page.clock.set_fixed_time(f"{today}T12:00:00")
    page.goto(page_of(tmp_path, is_sample=is_sample))
    assert page.get_by_label("Week").input_value() == newest
    choose(page)
    card(page, "Ana").get_by_label("4 good").check()
    assert f"{newest},ana,4".encode() in download(page)[1]


# ---- a file made elsewhere

BAD = b"week_start,engineer_id,vibes,note\r\n2026-11-16,ana,4/5,fine\r\n2026-11-18,ben,4,\r\n2026-11-16,anna,4,\r\n"
GOOD = b"week_start,engineer_id,vibes,note\r\n2026-11-16,chloe,4,\r\n2026-11-16,ben,5,Carried the release\r\n"
OTHER = "week_start,engineer_id,vibes,note,manager\n2026-11-16,chloe,2,caf\u00e9,nadia\n".encode("cp1252")


def pick(page: Page, files: dict[str, bytes]) -> None:
    page.locator("#files").set_input_files(
        [{"name": name, "mimeType": "text/csv", "buffer": content} for name, content in files.items()]
    )


def results(page: Page) -> list[str]:
    page.locator("#checked", has_text="checked:").wait_for()
    return page.locator("#results section").all_inner_texts()


def test_a_file_with_problems_is_answered_by_line_column_and_what_to_do(visit: Visitor) -> None:
    opened = visit("input/index.html")
    pick(opened.page, {"vibes.csv": BAD})
    (told,) = results(opened.page)
    assert opened.page.locator("#checked").inner_text() == "1 file checked: 2 errors to mend."
    assert "1 of 3 rows used · read as utf-8" in told
    items = opened.page.locator("#results li")
    assert items.locator(".severity").all_inner_texts() == ["Error", "Warning", "Error"]
    assert items.locator("strong").all_inner_texts() == [
        "line 2, column vibes",
        "line 3, column week_start",
        "line 4, column engineer_id",
    ]
    assert '"4/5" is not a whole number from 1 to 5' in items.nth(0).inner_text()
    assert 'did you mean "ana"?' in items.nth(2).inner_text()
    shapes = items.locator("use").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    assert shapes == ["#s-red", "#s-yellow", "#s-red"]
    assert opened.messages == []
    assert opened.outside == []


def test_a_sound_file_shows_what_was_understood(visit: Visitor) -> None:
    page = visit("input/index.html").page
    pick(page, {"vibes.csv": GOOD})
    (told,) = results(page)
    assert "No problems" in told
    page.get_by_text("What was understood: 2 rows").click()
    table = page.get_by_role("region", name="What was understood of vibes.csv")
    assert table.locator("tbody tr").count() == 2
    assert "Carried the release" in table.inner_text()


def test_files_are_checked_against_each_other(visit: Visitor) -> None:
    page = visit("input/index.html").page
    pick(page, {"vibes.csv": GOOD, "vibes (1).csv": OTHER, "huge.csv": b"x" * (5 * 1024 * 1024 + 1)})
    first, second, huge = results(page)
    assert page.locator("#checked").inner_text() == "3 files checked: 3 errors to mend."
    assert first.startswith("vibes.csv")
    assert "1 of 2 rows used · read as utf-8" in first
    assert "another row says something else (vibes (1).csv line 2)" in first
    assert "0 of 1 row used · read as cp1252" in second
    assert "another row says something else (vibes.csv line 2)" in second
    assert "Larger than 5 MB, so it was not read" in huge


def test_a_file_dropped_anywhere_on_the_page_is_checked(visit: Visitor) -> None:
    page = visit("input/index.html").page
    page.evaluate(
        "(text) => { const held = new DataTransfer(); held.items.add(new File([text], 'vibes.csv'));"
        "for (const name of ['dragover', 'drop']) document.querySelector('h1').dispatchEvent("
        "new DragEvent(name, { dataTransfer: held, bubbles: true, cancelable: true })); }",
        BAD.decode(),
    )
    (told,) = results(page)
    assert "line 4, column engineer_id" in told
    assert page.locator(".is-over").count() == 0


def test_a_file_can_be_chosen_by_keyboard_mended_and_chosen_again(visit: Visitor, tmp_path: Path) -> None:
    page = visit("404.html").page
    file = tmp_path / "vibes.csv"
    # Listened to from the start: a listener added at the key press would come late on a busy machine.
    page.on("filechooser", lambda chooser: chooser.set_files(file))
    page.goto(page.url.replace("404.html", "input/index.html"))
    for content, outcome in ((BAD, "2 errors to mend"), (GOOD, "nothing to mend")):
        file.write_bytes(content)
        page.locator("#files").focus()
        page.keyboard.press("Enter")
        page.locator("#checked", has_text=outcome).wait_for()


def test_a_decisions_file_is_checked_on_the_page_of_decisions(visit: Visitor) -> None:
    page = visit("input/decisions/index.html").page
    pick(page, {"decisions.csv": b"engineer_id,review_week,decision,why\nchloe,2026-W46,agre,Because\n"})
    (told,) = results(page)
    assert "line 2, column decision" in told
    assert 'did you mean "agree"?' in told


@pytest.mark.parametrize("path", ["input/index.html", "input/decisions/index.html"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_a_filled_form_with_errors_and_results(visit: Visitor, path: str, scheme: str) -> None:
    page = visit(path, color_scheme=scheme).page
    choose(page)
    card(page, "Chloe").get_by_role("textbox").fill("x" * 501)
    page.get_by_role("button", name="Download the file").click()
    pick(page, {"vibes.csv": BAD, "good.csv": GOOD, "other.csv": OTHER})
    results(page)
    if page.locator("#results summary").count():
        page.locator("#results summary").first.click()
    page.evaluate("scrollTo(0, 0)")  # what the bar at the top covers while scrolled is no target just then
    assert violations(page) == []


@pytest.mark.parametrize("path", ["input/index.html", "input/decisions/index.html"])
@pytest.mark.parametrize("width", [320, 360, 768])
def test_a_filled_form_with_errors_and_results_fits_a_phone(visit: Visitor, path: str, width: int) -> None:
    page = visit(path, width=width).page
    choose(page)
    card(page, "Chloe").get_by_role("textbox").fill("x" * 501)
    page.get_by_role("button", name="Download the file").click()
    pick(page, {"a_very_long_name_without_any_place_to_break_it_2026-W47_final.csv": BAD, "good.csv": GOOD})
    results(page)
    if page.locator("#results summary").count():
        page.locator("#results summary").first.click()
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


def test_a_decision_on_sample_data_can_be_taken_on_any_later_day(visit: Visitor) -> None:
    page = visit("404.html").page
    page.clock.set_fixed_time("2027-03-01T12:00:00")
    page.goto(page.url.replace("404.html", "input/decisions/index.html"))
    choose(page)
    card(page, "Chloe Dubois").get_by_label("Agree").check()
    card(page, "Chloe Dubois").get_by_role("textbox").fill("We both want it.")
    name, content = download(page)
    assert name == "decisions_nadia_2026-11-29.csv"
    assert ",2026-11-29," in content.decode("utf-8-sig").split("\r\n")[1]
