"""Charts to explore, in a real browser: nothing before the click, one script after it, and the table's own values."""

import csv
import io
import json
import math
import re
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page

from tests.browser.axe import violations

pytestmark = pytest.mark.browser

PAGES = ["index.html", "engineers/ana/index.html", "teams/atlas/index.html", "weeks/2026-W46/index.html"]
METRICS = ["billable", "velocity", "response", "vibes"]
ENGINEER = "engineers/ana/index.html"
REPORT = """
addEventListener("securitypolicyviolation", function (event) { console.error("CSP " + event.violatedDirective); });
"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Requests are counted by the browser."""


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """The site as a host serves it, on the loopback."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=site)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class Reader:
    """A page, what it asked for and what it complained of."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.asked, self.said = page, list[str](), list[str]()
        page.add_init_script(REPORT)
        page.on("request", lambda request: self.asked.append(request.url.rsplit("/", 1)[-1]))
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.goto(url)

    def explore(self, metric: str) -> Locator:
        """Click the figure's button; the explored chart, which is one slider of weeks."""
        self.page.locator(f"#{metric} [data-explore]").click()
        plot = self.page.locator(f"#{metric} [role=slider]")
        plot.locator("svg").wait_for()
        return plot

    def tool(self, metric: str, name: str) -> None:
        self.page.locator(f"#{metric}").get_by_role("button", name=name, exact=True).click()

    def libraries(self) -> list[str]:
        return [name for name in self.asked if name.startswith("vega.")]


@pytest.fixture
def read(browser: Browser, site: Path) -> Iterator[Callable[..., Reader]]:
    contexts = []

    def open_page(path: str, *, base: str = "", **options: Any) -> Reader:
        context = browser.new_context(viewport={"width": options.pop("width", 1280), "height": 900}, **options)
        contexts.append(context)
        return Reader(context.new_page(), f"{base}/{path}" if base else (site / path).as_uri())

    yield open_page
    for context in contexts:
        context.close()


def told(plot: Locator) -> str:
    return plot.get_attribute("aria-valuetext") or ""


def weeks_shown(plot: Locator) -> int:
    """Dots of weeks that are not outside the stretch of time that is shown."""
    return plot.locator(".layer_5_marks path:not([opacity='0'])").count()


def walked(plot: Locator) -> list[str]:
    """What the slider says of each week, from the first to the newest."""
    plot.press("Home")
    found = [told(plot)]
    while len(found) < int(plot.get_attribute("aria-valuemax") or 0):
        plot.press("ArrowRight")
        found.append(told(plot))
    return found


def filed(reader: Reader, site: Path, metric: str) -> list[str]:
    """The values in the CSV file that the figure links."""
    link = reader.page.locator(f"#{metric} a[download]").get_attribute("href") or ""
    text = (site / ENGINEER).parent.joinpath(link).resolve().read_text(encoding="utf-8-sig")
    return [row["value"] for row in csv.DictReader(io.StringIO(text))]


def heights(reader: Reader, metric: str, plot: Locator) -> list[float]:
    """The values at which the dots stand, by the scale of the picture."""
    part = json.loads(reader.page.locator(f"#{metric} [data-explore]").get_attribute("data-explore") or "")
    placed = plot.locator(".layer_5_marks path").evaluate_all("all => all.map(dot => dot.getAttribute('transform'))")
    shares = [1 - float(place.removesuffix(")").split(",")[1]) / 250 for place in placed]
    low, high = part["y"]
    if part["scale"] == "log":
        return [low * math.exp(share * math.log(high / low)) for share in shares]
    return [low + share * (high - low) for share in shares]


@pytest.mark.parametrize("over_http", [False, True], ids=["file", "http"])
def test_a_page_asks_for_the_library_once_on_the_first_click_and_breaks_no_policy(
    read: Callable[..., Reader], address: str, over_http: bool
) -> None:
    reader = read(ENGINEER, base=address if over_http else "")
    # A browser asks for the icon when it likes.
    before = [*reader.asked, "favicon.svg"]
    assert reader.libraries() == []
    for metric in METRICS:
        reader.explore(metric)
    assert [name for name in reader.asked if name not in before] == reader.libraries()
    assert len(reader.libraries()) == 1
    assert reader.said == []


@pytest.mark.parametrize("path", PAGES)
def test_every_page_kind_with_figures_offers_each_of_them(read: Callable[..., Reader], path: str) -> None:
    reader = read(path)
    assert reader.page.locator("figure.figure [data-explore]").count() == 4
    reader.explore("billable")
    assert reader.said == []


@pytest.mark.parametrize("metric", METRICS)
def test_the_explored_chart_says_the_words_of_the_table_and_stands_at_the_values_of_the_file(
    read: Callable[..., Reader], site: Path, metric: str
) -> None:
    reader = read(ENGINEER)
    plot = reader.explore(metric)
    cells = reader.page.locator(f"#{metric} tbody tr").evaluate_all(
        "rows => rows.map(row => Array.from(row.cells, cell => cell.textContent.trim()))"
    )[::-1]
    heads = [head.strip() for head in reader.page.locator(f"#{metric} thead th").all_text_contents()]
    expected = [
        f"{row[0]}. " + ", ".join(f"{head}: {cell}" for head, cell in zip(heads[1:], row[1:], strict=True))
        for row in cells
    ]
    assert walked(plot) == expected
    known = [float(value) for value in filed(reader, site, metric) if value]
    assert heights(reader, metric, plot) == pytest.approx(known, abs=0.001)


def test_arrows_choose_a_week_and_other_keys_zoom_move_and_leave(read: Callable[..., Reader]) -> None:
    reader = read(ENGINEER)
    plot = reader.explore("billable")
    newest, everything = told(plot), weeks_shown(plot)
    assert plot.evaluate("plot => plot === document.activeElement")
    plot.press("ArrowLeft")
    assert told(plot) != newest
    plot.press("+")
    plot.press("+")
    near = weeks_shown(plot)
    assert 2 <= near < everything / 2
    plot.press("Home")
    assert weeks_shown(plot) < everything, "choosing a week outside moves the stretch that is shown, not its length"
    plot.press("0")
    assert weeks_shown(plot) == everything
    plot.press("Escape")
    assert reader.page.locator("#billable .chart").is_visible()
    assert reader.page.evaluate("document.activeElement.matches('#billable [data-explore]')")


def test_a_pointer_reads_a_week_and_a_drag_zooms_in(read: Callable[..., Reader]) -> None:
    reader = read(ENGINEER)
    plot = reader.explore("vibes")
    box = plot.bounding_box()
    assert box
    everything, newest = weeks_shown(plot), told(plot)
    reader.page.mouse.move(box["x"] + 120, box["y"] + 100)
    assert told(plot) != newest
    reader.page.mouse.down()
    reader.page.mouse.move(box["x"] + 240, box["y"] + 110, steps=4)
    reader.page.mouse.up()
    assert 2 <= weeks_shown(plot) < everything
    reader.tool("vibes", "All weeks")
    assert weeks_shown(plot) == everything


def test_a_tap_reads_the_week_under_it(read: Callable[..., Reader]) -> None:
    reader = read(ENGINEER, width=360, has_touch=True)
    plot = reader.explore("billable")
    newest, box = told(plot), plot.bounding_box()
    assert box
    reader.page.touchscreen.tap(box["x"] + 90, box["y"] + 100)
    assert told(plot) < newest


def test_the_axis_names_mondays_where_few_weeks_are_shown(read: Callable[..., Reader]) -> None:
    reader = read(ENGINEER)
    plot = reader.explore("billable")
    labels = plot.locator(".role-axis-label text")
    months = labels.all_text_contents()
    assert all(label.startswith("1 ") for label in months if label.strip().count(" ") == 1)
    plot.press("+")
    plot.press("+")
    plot.press("+")
    weeks = {datetime.fromisocalendar(2026, week, 1) for week in range(1, 54)}
    mondays = {f"{day.day} {day:%b}" for day in weeks}
    named = [re.sub(r"\d{4}$", "", label) for label in labels.all_text_contents() if re.search("[a-z]", label)]
    assert len(named) >= 3
    assert set(named) <= mondays


def test_what_a_drag_does_buttons_do_too(read: Callable[..., Reader]) -> None:
    reader = read(ENGINEER)
    plot = reader.explore("billable")
    everything = weeks_shown(plot)
    reader.tool("billable", "Zoom in")
    newest, half = told(plot), weeks_shown(plot)
    assert half < everything
    reader.tool("billable", "Earlier")
    assert told(plot) < newest
    reader.tool("billable", "Later")
    reader.tool("billable", "Zoom out")
    assert weeks_shown(plot) == everything
    reader.tool("billable", "Back to the picture")
    assert plot.count() == 0


def test_a_chart_can_be_explored_again_and_is_drawn_once(read: Callable[..., Reader]) -> None:
    reader = read(ENGINEER)
    reader.page.locator("#billable [data-explore]").dblclick()
    reader.page.locator("#billable [role=slider] svg").wait_for()
    for _ in range(2):
        reader.tool("billable", "Back to the picture")
        assert reader.page.locator("#billable .chart svg").is_visible()
        plot = reader.explore("billable")
        assert plot.count() == 1
    assert len(reader.libraries()) == 1
    assert reader.said == []


def test_colours_follow_the_theme_while_the_chart_is_explored(read: Callable[..., Reader]) -> None:
    reader = read(ENGINEER, color_scheme="light")
    line = reader.explore("billable").locator(".layer_4_marks path").first
    light = line.evaluate("path => getComputedStyle(path).stroke")
    reader.page.locator("#theme").click()
    dark = line.evaluate("path => getComputedStyle(path).stroke")
    assert light.startswith("rgb")
    assert light != dark


def test_a_line_never_crosses_a_week_that_the_table_leaves_out(read: Callable[..., Reader], site: Path) -> None:
    reader = read(ENGINEER)
    known = [bool(value) for value in filed(reader, site, "response")]
    runs = sum(is_known and not before for before, is_known in zip([False, *known], known, strict=False))
    assert runs > 1
    assert reader.explore("response").locator(".layer_4_marks path").count() == runs
    assert reader.explore("velocity").locator(".layer_4_marks path").count() == 1, "sprints are no weeks"


@pytest.mark.parametrize("width", [320, 360, 768, 1440])
def test_an_explored_chart_fits_its_page(read: Callable[..., Reader], width: int) -> None:
    reader = read(ENGINEER, width=width)
    for metric in METRICS:
        plot = reader.explore(metric)
        assert plot.evaluate("plot => plot.scrollWidth - plot.clientWidth") <= 0
    assert reader.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    reader.page.set_viewport_size({"width": 340, "height": 900})
    reader.page.wait_for_timeout(100)
    assert reader.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_an_explored_chart(read: Callable[..., Reader], theme: str) -> None:
    reader = read(ENGINEER, color_scheme=theme)
    reader.explore("billable")
    assert violations(reader.page, context="#billable") == []


def test_licences_stand_beside_the_library_and_are_linked(read: Callable[..., Reader], site: Path) -> None:
    reader = read(ENGINEER)
    reader.explore("billable")
    link = reader.page.locator("#billable").get_by_role("link", name="licences").get_attribute("href") or ""
    assert "Vega 6" in (site / "engineers/ana" / link).resolve().read_text(encoding="utf-8")


def test_without_scripts_there_is_no_button(read: Callable[..., Reader]) -> None:
    reader = read(ENGINEER, java_script_enabled=False)
    assert not reader.page.locator("[data-explore]").first.is_visible()
    assert reader.page.locator("#billable .chart svg").is_visible()


def test_on_paper_the_picture_is_back(read: Callable[..., Reader]) -> None:
    reader = read(ENGINEER)
    reader.explore("billable")
    reader.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert reader.page.locator("#billable .chart svg").is_visible()


def test_a_library_that_is_gone_leaves_the_picture_and_says_so(read: Callable[..., Reader], address: str) -> None:
    reader = read(ENGINEER, base=address)
    reader.page.route("**/vega.*", lambda route: route.abort())
    reader.page.locator("#billable [data-explore]").click()
    said = reader.page.locator("#billable > [role=status]")
    said.filter(has_text="could not be drawn").wait_for()
    assert reader.page.locator("#billable .chart svg").is_visible()


def test_a_number_that_is_not_on_the_scale_is_not_drawn(read: Callable[..., Reader]) -> None:
    """A table in another language or a page changed by hand must not give another chart than the picture."""
    reader = read(ENGINEER)
    reader.page.evaluate("document.querySelector('#billable tbody td').textContent = '764 %'")
    reader.page.locator("#billable [data-explore]").click()
    reader.page.locator("#billable > [role=status]").filter(has_text="could not be drawn").wait_for()
    assert reader.page.locator("#billable .chart svg").is_visible()
    assert reader.page.locator("#billable [role=slider]").count() == 0
