"""The week's hours on an engineer's page, in a real browser: readable at every width, in both themes and on paper."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from playwright.sync_api import Page

from flows.publish.assets import asset_names, bundle
from flows.publish.charts import render as draw
from flows.publish.environment import make_environment, render
from flows.publish.views import engineers
from flows.publish.views.book import open_book
from flows.publish.views.shared import frame
from tests.browser.axe import violations
from tests.builders import site_data as build
from tests.builders.hours import add_hours

pytestmark = pytest.mark.browser

Visitor = Callable[..., Any]
PATH = "engineers/ana/index.html"
SECTION = "section[aria-labelledby=hours]"


def some_not_available(tables: dict[str, pd.DataFrame]) -> None:
    """Ana had 9.78 hours off, and logged nearly all of the rest."""
    readings = tables["readings"]
    is_hers = (readings["engineer_id"] == "ana") & (readings["week_start"] == build.WEEK)
    hours = {"holiday_hours": 2.41, "leave_hours": 7.37, "available_hours": 30.22, "worked_hours": 30.0}
    hours |= {"billable_hours": 24.0, "billable_pct": 100 * 24 / 30.22, "coverage_pct": 100 * 30 / 30.22}
    values = {name: readings[name].mask(is_hers, value) for name, value in hours.items()}
    tables["readings"] = readings.assign(**values)
    add_hours(tables)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One page with its assets: links to other pages lead nowhere."""
    out = tmp_path_factory.mktemp("waterfall")
    data = build.site_data(change=some_not_available)
    page = next(page for page in engineers.pages(open_book(data)) if page.path == PATH)
    files = bundle()
    html = render(make_environment(draw), page.template, page.view, frame(data, page, asset_names(files)))
    for path, content in {**files, PATH: html.encode()}.items():
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_bytes(content)
    return out


def boxes(page: Page, selector: str) -> list[dict[str, float]]:
    return page.eval_on_selector_all(
        f"{SECTION} {selector}", "all => all.map(one => one.getBoundingClientRect().toJSON())"
    )


def meet(one: dict[str, float], other: dict[str, float]) -> bool:
    return not (
        one["right"] <= other["left"]
        or other["right"] <= one["left"]
        or one["bottom"] <= other["top"]
        or other["bottom"] <= one["top"]
    )


@pytest.mark.parametrize("width", [320, 360, 768, 1280, 1440])
def test_words_and_bars_stand_apart_and_inside_the_drawing(visit: Visitor, width: int) -> None:
    page = visit(PATH, width=width).page
    drawing, texts, bars = boxes(page, "svg")[0], boxes(page, "svg text"), boxes(page, "svg rect")
    assert len(texts) == 11
    assert len(bars) == 5
    assert [pair for pair in _pairs(texts) if meet(*pair)] == []
    assert [(text, bar) for text in texts for bar in bars if meet(text, bar)] == []
    for box in (*texts, *bars):
        assert box["left"] >= drawing["left"] - 1
        assert box["right"] <= drawing["right"] + 1
        assert box["top"] >= drawing["top"] - 1
        assert box["bottom"] <= drawing["bottom"] + 1
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


def _pairs(found: list[dict[str, float]]) -> list[tuple[dict[str, float], dict[str, float]]]:
    return [(one, other) for place, one in enumerate(found) for other in found[place + 1 :]]


def test_words_stand_apart_from_bars_in_twice_the_type(visit: Visitor) -> None:
    page = visit(PATH, width=768).page
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    texts, bars = boxes(page, "svg text"), boxes(page, "svg rect")
    assert [(text, bar) for text in texts for bar in bars if meet(text, bar)] == []


def test_bars_follow_the_theme_and_differ_from_what_is_under_them(visit: Visitor) -> None:
    fills = {}
    for theme in ("light", "dark"):
        page = visit(PATH, color_scheme=theme).page
        fills[theme] = page.eval_on_selector_all(
            f"{SECTION} svg rect", "all => all.map(one => getComputedStyle(one).fill)"
        )
        box = page.eval_on_selector(f"{SECTION} figure", "one => getComputedStyle(one).backgroundColor")
        assert box not in fills[theme]
        assert len(set(fills[theme])) == 3
    assert fills["light"] != fills["dark"]


def test_on_paper_the_drawing_stays_and_the_table_behind_it_does_not(visit: Visitor) -> None:
    page = visit(PATH).page
    page.emulate_media(media="print")
    assert page.locator(f"{SECTION} svg").is_visible()
    assert not page.locator(f"{SECTION} details").is_visible()


def test_the_table_opens_by_keyboard_and_axe_finds_nothing(visit: Visitor) -> None:
    opened = visit(PATH)
    page = opened.page
    page.locator(f"{SECTION} summary").focus()
    page.keyboard.press("Enter")
    assert page.locator(f"{SECTION} table").is_visible()
    assert violations(page, context=SECTION) == []
    assert opened.outside == []
