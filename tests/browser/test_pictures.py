"""Pages look as somebody approved them. After a wanted change: make pictures, look at them, commit them."""

import json
import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.pictures import difference, kept, palette_png, pixels_of, reduced, shot
from tests.builders.sites import KINDS

pytestmark = pytest.mark.browser

FOLDER = Path(__file__).parent / "pictures"
APPROVED = FOLDER / "approved.json"
HEIGHT = 2000
# Of the pixels, at half size, by so many steps of 256 in a channel: a changed word or a box in another grey is above
# it, the rounding of a rare colour below.
TOLERATED = 0.001
STEP = 10
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 800}}
SHOWN: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    **{f"{kind.replace(' ', '-')}-desk": (path, DESK, {}) for kind, path in KINDS.items()},
    "week-phone": (KINDS["week"], PHONE, {}),
    "engineer-phone": (KINDS["engineer"], PHONE, {}),
    "input-phone": (KINDS["input"], PHONE, {}),
    "week-dark": (KINDS["week"], {**DESK, "color_scheme": "dark"}, {}),
    "engineer-dark": (KINDS["engineer"], {**DESK, "color_scheme": "dark"}, {}),
    "week-forced": (KINDS["week"], {**DESK, "forced_colors": "active", "color_scheme": "dark"}, {}),
    "week-print": (KINDS["week"], {"viewport": {"width": 688, "height": 1016}}, {"media": "print"}),
    "report-print": (KINDS["report"], {"viewport": {"width": 688, "height": 1016}}, {"media": "print"}),
}
MOST_BYTES = 1_500_000


@pytest.fixture
def viewer(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    yield page
    page.close()


@pytest.fixture(scope="module")
def updating(request: pytest.FixtureRequest, browser: Browser) -> bool:
    """Whether pictures are made anew; who compares must have the browser that they were made with."""
    if request.config.getoption("--update-pictures"):
        FOLDER.mkdir(exist_ok=True)
        APPROVED.write_text(json.dumps({"chromium": major(browser)}) + "\n")
        return True
    if not APPROVED.is_file():
        pytest.skip("no picture was approved yet: make pictures")
    return False


def major(browser: Browser) -> str:
    return browser.version.split(".")[0]


@pytest.mark.parametrize("name", SHOWN)
def test_a_page_looks_as_it_was_approved(
    browser: Browser, site: Path, viewer: Page, updating: bool, tmp_path: Path, name: str
) -> None:
    seen = taken(browser, site, name)
    if updating:
        (FOLDER / f"{name}.png").write_bytes(palette_png(pixels_of(viewer, seen)))
        return
    approved_with = json.loads(APPROVED.read_text())["chromium"]
    if approved_with != major(browser):
        not_compared(f"Pictures were approved with Chromium {approved_with}, this is {major(browser)}: make pictures")
        return
    approved = kept(FOLDER, name)
    assert approved is not None, f"{name} has no picture yet: make pictures"
    found = difference(reduced(pixels_of(viewer, seen)), pixels_of(viewer, approved), TOLERATED, STEP)
    if found:
        (tmp_path / "seen.png").write_bytes(seen)
    assert not found, f"{name}: {found.reason}. Seen now: {tmp_path / 'seen.png'}. If it is meant: make pictures"


def not_compared(message: str) -> None:
    """Another browser draws other letters. CI accepts no skip in this folder: there the summary holds a warning."""
    if not os.environ.get("TENFOUR_CI"):
        pytest.skip(message)
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        warnings.warn(message, stacklevel=2)


def taken(browser: Browser, site: Path, name: str) -> bytes:
    path, context_options, media = SHOWN[name]
    context = browser.new_context(**context_options, device_scale_factor=0.5, reduced_motion="reduce")
    page = context.new_page()
    page.goto((site / path).as_uri())
    if media:
        page.emulate_media(**media)
    content = shot(page, HEIGHT)
    context.close()
    return content


def test_every_page_kind_has_one_picture_and_all_are_small(updating: bool) -> None:
    found = {path.stem: path.stat().st_size for path in FOLDER.glob("*.png")}
    assert set(found) == set(SHOWN)
    assert sum(found.values()) <= MOST_BYTES


def test_the_same_page_differs_in_nothing_and_what_a_reader_would_notice_is_seen(
    browser: Browser, site: Path, viewer: Page
) -> None:
    page = browser.new_page(viewport=DESK["viewport"], device_scale_factor=0.5, bypass_csp=True)
    page.goto((site / KINDS["week"]).as_uri())
    approved = pixels_of(viewer, palette_png(pixels_of(viewer, shot(page, HEIGHT))))

    def is_other() -> bool:
        return bool(difference(reduced(pixels_of(viewer, shot(page, HEIGHT))), approved, TOLERATED, STEP))

    assert not is_other()
    for change in (
        "document.querySelector('#verdict').textContent = 'Yes. Return to 5×8: billable share changed'",
        "document.querySelector('.tile').style.background = '#eceff3'",
        "document.querySelector('.tiles').remove()",
    ):
        page.reload()
        page.evaluate(change)
        assert is_other(), change
    page.close()
