"""The site works wherever its folder lies: below a sub-path of a host, or in a folder with an awkward name."""

import re
import shutil
import urllib.request
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import unquote, urldefrag, urlsplit

import pytest
from playwright.sync_api import Browser, expect

from flows.publish.environment import make_environment, render
from flows.publish.views import notfound
from flows.publish.views.book import open_book
from flows.publish.views.shared import frame
from tests.browser.test_visits import every_kind
from tests.builders.rendering import ASSETS
from tests.builders.site_data import site_data
from tests.builders.sites import KINDS

pytestmark = pytest.mark.browser

SUB_PATH = "some/deep/path"
# What a page links, follows or loads, as the browser resolves it.
ADDRESSES = """[...document.querySelectorAll("a[href], link[href], script[src]")]
  .map(one => one.href || one.src).filter(url => !/^(mailto|data):/.test(url))"""
LOOKS_RIGHT = "getComputedStyle(document.querySelector('.skip')).position === 'absolute'"


class _Host(SimpleHTTPRequestHandler):
    """A static host as GitHub Pages is one: for what is not there it answers 404 with the site's own page."""

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        body = (Path(self.directory) / SUB_PATH / "404.html").read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """A test says what is wrong itself."""


@pytest.fixture(scope="module")
def host(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the site below a sub-path; its 404 page knows that address."""
    root = tmp_path_factory.mktemp("host")
    shutil.copytree(site, root / SUB_PATH)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Host, directory=str(root))) as server:
        address = f"http://127.0.0.1:{server.server_port}/{SUB_PATH}/"
        data = site_data(publishing={"base_url": address})
        (page,) = notfound.pages(open_book(data))
        text = render(make_environment(str), page.template, page.view, frame(data, page, ASSETS))
        (root / SUB_PATH / "404.html").write_text(text, encoding="utf-8")
        Thread(target=server.serve_forever, daemon=True).start()
        yield address
        server.shutdown()


def test_below_a_sub_path_everything_that_a_page_names_is_there(browser: Browser, host: str) -> None:
    page, asked, told = browser.new_page(), set[str](), list[str]()
    page.on("console", lambda message: told.append(message.text))
    page.on("requestfailed", lambda request: told.append(f"{request.url}: {request.failure}"))
    for path in KINDS.values():
        page.goto(host + path)
        asked |= {urldefrag(url).url for url in page.evaluate(ADDRESSES)}
        assert path == "404.html" or page.evaluate(LOOKS_RIGHT), path
    page.close()
    # The icon is asked for after the page has loaded: a page left at once takes its question back. All are asked below.
    assert [line for line in told if not line.endswith("favicon.svg: net::ERR_ABORTED")] == []
    assert {url for url in asked if not url.startswith(host)} == set()
    assert len(asked) > 80
    assert {url: code for url in sorted(asked) if (code := status_of(url)) != 200} == {}


def status_of(url: str) -> int:
    try:
        with urllib.request.urlopen(url) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_an_address_that_is_not_there_is_answered_with_a_way_home(browser: Browser, host: str) -> None:
    page = browser.new_page()
    answer = page.goto(f"{host}engineers/nobody/of/that/name.html")
    assert answer is not None
    assert answer.status == 404
    page.get_by_role("link", name="This week").click()
    assert page.url == f"{host}index.html"
    assert page.get_by_role("heading", level=1).inner_text().startswith("Week of")
    page.close()


@pytest.fixture(scope="module")
def awkward(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shared drive") / "Équipe #1 & 50 % [2026]" / "site"
    shutil.copytree(site, folder)
    return folder


@every_kind
def test_in_a_folder_with_an_awkward_name_everything_that_a_page_names_is_there(
    browser: Browser, awkward: Path, path: str
) -> None:
    page, told = browser.new_page(), list[str]()
    page.on("console", lambda message: told.append(message.text))
    page.on("requestfailed", lambda request: told.append(request.url))
    page.goto((awkward / path).as_uri())
    files = {Path(unquote(urlsplit(url).path)) for url in page.evaluate(ADDRESSES)}
    page.close()
    assert told == []
    assert {file for file in files if not file.is_file()} == set()
    assert all(file.is_relative_to(awkward) for file in files)


def test_in_a_folder_with_an_awkward_name_links_downloads_and_filters_work(browser: Browser, awkward: Path) -> None:
    page = browser.new_page()
    page.goto((awkward / "index.html").as_uri())
    page.locator("form.filters [name=q]").fill("chloe")
    expect(page).to_have_url(re.compile(r"\?q=chloe$"))
    page.reload()
    assert page.locator("article.card:visible").count() == 1
    page.locator("article.card:visible h3 a").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Chloe Dubois"
    with page.expect_download() as waiting:
        page.locator("figure.figure a[download]").first.click()
    assert Path(waiting.value.path()).read_bytes() == (awkward / "data/engineers/chloe/billable.csv").read_bytes()
    page.close()
