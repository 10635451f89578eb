"""What a page costs to load: bytes, requests, elements; at twelve engineers, at fifty, at a thousand."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from flows.publish import assets, charts
from flows.publish.build import render_site
from flows.publish.environment import make_environment, render
from flows.publish.views import week
from flows.publish.views.book import open_book
from flows.publish.views.shared import frame
from tests.builders.many import many_engineers
from tests.builders.sites import KINDS

pytestmark = pytest.mark.browser

Visitor = Callable[..., Any]
KB = 1024
MOST_REQUESTS = 6
MOST_BYTES = 100 * KB
MOST_BYTES_OF_DASHBOARD = 180 * KB
MOST_BYTES_OF_CHART = 15 * KB
MOST_ELEMENTS = 2500
# A reference of every table: nobody reads it from top to bottom, and it has no charts.
LONG = {"method/dictionary/index.html": (130 * KB, 5000)}
MOST_SHIFT = 0.05
SHIFTS = """window.shifted = 0; new PerformanceObserver(list => list.getEntries().forEach(
  entry => { window.shifted += entry.value; })).observe({type: "layout-shift", buffered: true})"""
DASHBOARDS = ("index.html", "weeks/2026-W46/index.html")


def cost(browser: Browser, site: Path, path: str) -> tuple[int, int, int]:
    """Bytes and requests of loading a page, and the elements that it has then."""
    context = browser.new_context()
    page, asked = context.new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((site / path).as_uri())
    elements = int(page.evaluate("document.querySelectorAll('*').length"))
    context.close()
    # Chromium asks for the icon by itself, and says nothing of it.
    files = {Path(url.removeprefix("file://")) for url in asked} | {site / "favicon.svg"}
    return sum(file.stat().st_size for file in files), len(files), elements


@pytest.mark.parametrize("path", KINDS.values(), ids=KINDS.keys())
def test_a_page_is_light(browser: Browser, site: Path, path: str) -> None:
    most_bytes, most_elements = LONG.get(path, (MOST_BYTES, MOST_ELEMENTS))
    size, requests, elements = cost(browser, site, path)
    assert requests <= MOST_REQUESTS
    assert size <= (MOST_BYTES_OF_DASHBOARD if path in DASHBOARDS else most_bytes)
    assert elements <= most_elements


@pytest.mark.parametrize("path", KINDS.values(), ids=KINDS.keys())
def test_nothing_jumps_while_a_page_loads(browser: Browser, site: Path, path: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.add_init_script(SHIFTS)
    page.goto((site / path).as_uri())
    page.wait_for_timeout(300)
    assert page.evaluate("window.shifted") < MOST_SHIFT
    page.close()


def test_a_chart_is_light(visit: Visitor) -> None:
    page: Page = visit("engineers/chloe/index.html").page
    sizes = page.evaluate("[...document.querySelectorAll('.chart svg')].map(one => one.outerHTML.length)")
    assert len(sizes) == 4
    assert max(sizes) <= MOST_BYTES_OF_CHART


@pytest.fixture(scope="module")
def of_fifty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("fifty") / "site"
    render_site(many_engineers(50, asking=12), out)
    return out


@pytest.mark.slow
def test_at_fifty_engineers_the_pages_of_everybody_stay_light(browser: Browser, of_fifty: Path) -> None:
    size, requests, elements = cost(browser, of_fifty, "index.html")
    assert (size <= MOST_BYTES_OF_DASHBOARD, requests <= MOST_REQUESTS) == (True, True), (size, requests)
    assert elements <= 3500
    for path in ("engineers/index.html", "teams/index.html", "alerts/index.html"):
        size, requests, elements = cost(browser, of_fifty, path)
        assert (size <= MOST_BYTES, requests <= MOST_REQUESTS) == (True, True), (path, size, requests)


@pytest.fixture(scope="module")
def dashboard_of_a_thousand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dashboard alone: a page for each of a thousand takes minutes to draw."""
    out = tmp_path_factory.mktemp("thousand") / "site"
    data = many_engineers(1008, asking=130)
    page = week.pages(open_book(data))[0]
    files = {**assets.bundle(), "favicon.svg": assets.favicon()}
    names = assets.asset_names(assets.bundle())
    files[page.path] = render(
        make_environment(charts.render), page.template, page.view, frame(data, page, names)
    ).encode()
    for name, content in files.items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_bytes(content)
    return out


@pytest.mark.slow
def test_of_a_thousand_engineers_the_dashboard_shows_who_needs_attention_and_counts_the_rest_by_team(
    browser: Browser, dashboard_of_a_thousand: Path
) -> None:
    size, requests, elements = cost(browser, dashboard_of_a_thousand, "index.html")
    assert (size <= MOST_BYTES_OF_DASHBOARD, requests <= MOST_REQUESTS) == (True, True), (size, requests)
    assert elements <= 5000
    page = browser.new_page()
    page.goto((dashboard_of_a_thousand / "index.html").as_uri())
    cards = page.locator("article.card")
    assert cards.count() == 40
    assert page.locator("article.card.is-green.calm").count() == 0
    assert "And 94\N{NO-BREAK SPACE}more" in page.locator("section[aria-labelledby=engineers]").inner_text()
    rows = page.locator("#by-team + .scroll tbody tr")
    told = [[int(cell) for cell in row.locator("td").all_inner_texts()[:5]] for row in rows.all()]
    assert sum(row[0] for row in told) == 1008
    assert all(row[0] == sum(row[1:]) for row in told)
    assert sum(row[2] for row in told) == 131
    page.close()
