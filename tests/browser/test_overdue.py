"""A page of a pipeline that has stopped says so, by its reader's clock."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from flows.publish.build import render_site
from flows.publish.data import SiteData
from tests.builders.sites import full_site_data

pytestmark = pytest.mark.browser

PAGES = ["index.html", "engineers/ana/index.html", "teams/atlas/index.html", "alerts/index.html"]
Opener = Callable[[str, str], Any]


def of_real_people(data: SiteData) -> SiteData:
    """The same data as if sources were connected."""
    config = data.settings.config
    sample = config.sample.model_copy(update={"enabled": False})
    return replace(data, settings=replace(data.settings, config=config.model_copy(update={"sample": sample})))


@pytest.fixture(scope="module")
def real_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("real") / "site"
    render_site(of_real_people(full_site_data()), out)
    return out


@pytest.fixture
def notice(browser: Browser, real_site: Path) -> Any:
    """Opens a page at an instant; gives its notice."""
    context = browser.new_context()

    def open_at(path: str, instant: str, site: Path = real_site) -> Any:
        page = context.new_page()
        page.clock.set_fixed_time(instant)
        page.goto((site / path).as_uri())
        return page.locator("#overdue")

    yield open_at
    context.close()


@pytest.mark.parametrize("path", PAGES)
def test_two_days_after_the_next_week_was_due_a_page_says_that_it_is_out_of_date(notice: Opener, path: str) -> None:
    # The page speaks for Monday 2026-11-23 00:00 in Chicago; the next is due a week later, at 06:00 UTC.
    assert not notice(path, "2026-12-02T06:00:00Z").is_visible()
    late = notice(path, "2026-12-02T06:00:01Z")
    assert late.is_visible()
    text = late.inner_text().replace("\u00a0", " ")
    assert "speaks for the week to Sun 22 Nov 2026" in text
    assert "was due on Mon 30 Nov 2026, 2 days ago" in text
    assert "16 days ago" in notice(path, "2026-12-16T07:00:00Z").inner_text()


@pytest.mark.parametrize(
    "path", ["weeks/2026-W46/index.html", "weeks/2026-W47/index.html", "reports/2026-10/index.html"]
)
def test_an_archived_page_is_meant_to_be_old(notice: Opener, path: str) -> None:
    assert notice(path, "2030-01-01T00:00:00Z").count() == 0


def test_sample_data_speak_for_their_week_on_any_day(notice: Any, site: Path) -> None:
    assert notice("index.html", "2030-01-01T00:00:00Z", site).count() == 0
