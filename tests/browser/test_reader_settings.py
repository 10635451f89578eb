"""What a reader brings along: a keyboard, big fingers, other spacing, zoom, few colours, no motion, no scripts."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_visits import every_kind, overflow

pytestmark = pytest.mark.browser

Visitor = Callable[..., Any]
PHONE_AND_DESK = (360, 1280)

# WCAG 2.2, 2.5.8: a target is 24 px each way, or stands in a sentence, or keeps a circle of 24 px to itself.
SMALL_TARGETS = """() => {
  const visible = one => one.checkVisibility({visibilityProperty: true}) && one.getClientRects().length;
  const target = one => one.closest("label") || one;
  const all = [...new Set([...document.querySelectorAll(
    "a[href], button, input, select, textarea, summary")].filter(visible).map(target))];
  const centre = box => [box.x + box.width / 2, box.y + box.height / 2];
  const boxes = all.map(one => one.getBoundingClientRect());
  const inSentence = one => getComputedStyle(one).display === "inline" &&
    [...one.parentElement.childNodes].some(node => node.nodeType === 3 && node.data.trim().length > 3);
  const small = all.map((one, index) => index).filter(index =>
    (boxes[index].width < 23.5 || boxes[index].height < 23.5) && !inSentence(all[index]) &&
    !all[index].classList.contains("skip"));
  const apart = (one, other) => Math.hypot(one[0] - other[0], one[1] - other[1]);
  const distance = (point, box) => Math.hypot(
    Math.max(box.left - point[0], 0, point[0] - box.right), Math.max(box.top - point[1], 0, point[1] - box.bottom));
  const crowded = small.filter(index => all.some((other, place) => place !== index &&
    !all[index].contains(other) && !other.contains(all[index]) && (small.includes(place)
      ? apart(centre(boxes[place]), centre(boxes[index])) < 24
      : distance(centre(boxes[index]), boxes[place]) < 12)));
  return crowded.map(index => all[index].outerHTML.slice(0, 90) + " " +
    Math.round(boxes[index].width) + "x" + Math.round(boxes[index].height));
}"""

# Text that leaves the box that it is drawn in (a frame, a colour, an edge that cuts), or the window.
LOST_TEXT = """() => {
  const framed = one => {
    const style = getComputedStyle(one);
    return one === document.body || style.overflowX !== "visible" || parseFloat(style.borderLeftWidth) > 0 ||
      style.backgroundColor !== "rgba(0, 0, 0, 0)";
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), lost = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    let one = node.parentElement;
    if (!node.data.trim() || !one.checkVisibility({visibilityProperty: true})) continue;
    if (one.closest("svg, .visually-hidden, .skip")) continue;
    while (!framed(one)) one = one.parentElement;
    const range = document.createRange(), frame = one.getBoundingClientRect();
    range.selectNodeContents(node);
    const cuts = getComputedStyle(one).overflowX !== "visible", scrolls = one.closest(".scroll, .chart") === one;
    for (const box of range.getClientRects()) {
      const outside = box.left < frame.left - 1 || box.right > frame.right + 1;
      const below = box.bottom > frame.bottom + 2 || box.top < frame.top - 2;
      if (box.width && !scrolls && (outside || below)) {
        lost.push(node.data.trim().slice(0, 40) + " in " + one.outerHTML.slice(0, 60) + (cuts ? " (cut)" : ""));
        break;
      }
    }
  }
  return lost;
}"""

# Where the keyboard is: name, whether its outline shows, and whether anything of it can be seen.
FOCUS = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  // A card stands for its link, a label for its field.
  const shown = [one, one.closest(".card"), ...(one.labels || [])].filter(Boolean);
  const outlined = shown.some(part => getComputedStyle(part).outlineStyle !== "none" &&
    parseFloat(getComputedStyle(part).outlineWidth) >= 2);
  // A link in a sentence may stand on two lines, a table be taller than the window.
  const seen = shown.some(part => [...part.getClientRects()].some(box => {
    const left = Math.max(box.left, 0), right = Math.min(box.right, innerWidth);
    const top = Math.max(box.top, 0), bottom = Math.min(box.bottom, innerHeight);
    return right > left && bottom > top && [[.5, .5], [.1, .5], [.9, .5], [.5, .1], [.5, .9]].some(([across, down]) => {
      const found = document.elementFromPoint(left + (right - left) * across, top + (bottom - top) * down);
      return found && (part.contains(found) || one.contains(found));
    });
  }));
  one.dataset.visited = (Number(one.dataset.visited) || 0) + 1;
  return {name: one.outerHTML.slice(0, 90), outlined, seen, again: Number(one.dataset.visited) > 1};
}"""
# A radio group is one stop, a closed disclosure hides what is in it.
STOPS = """() => [...document.querySelectorAll(
  "a[href], button, input:not([type=radio]), select, textarea, summary, [tabindex='0']")]
  .filter(one => one.checkVisibility({visibilityProperty: true}) && !one.disabled && !one.dataset.visited)
  .map(one => one.outerHTML.slice(0, 90))"""
SPACED = """* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
p { margin-bottom: 2em !important }"""


@every_kind
def test_every_target_is_big_enough_or_alone(visit: Visitor, path: str) -> None:
    page = visit(path).page
    open_all(page)
    assert at_widths(page, lambda: page.evaluate(SMALL_TARGETS)) == {}


def at_widths(page: Page, ask: Callable[[], Any]) -> dict[int, Any]:
    """What is found on a phone and on a desk, where anything is."""
    found = {}
    for width in PHONE_AND_DESK:
        page.set_viewport_size({"width": width, "height": 900})
        found[width] = ask()
    return {width: answer for width, answer in found.items() if answer}


def open_all(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")


@pytest.mark.parametrize(("width", "key"), [(360, "Tab"), (1280, "Shift+Tab")], ids=["phone", "desk, backwards"])
@every_kind
def test_the_keyboard_reaches_everything_and_shows_where_it_is(visit: Visitor, path: str, width: int, key: str) -> None:
    page = visit(path, width=width, reduced_motion="reduce").page
    if key != "Tab":
        page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    stops = []
    while len(stops) < 1500:
        page.keyboard.press(key)
        stop = page.evaluate(FOCUS)
        if stop is None or stop["again"]:
            break
        stops.append(stop)
    assert [stop["name"] for stop in stops if not stop["outlined"]] == []
    assert [stop["name"] for stop in stops if not stop["seen"]] == []
    assert page.evaluate(STOPS) == []


def lost(page: Page) -> list[str]:
    """Text that cannot be read any more, and by how much the page is too wide."""
    too_wide = overflow(page)
    found: list[str] = page.evaluate(LOST_TEXT)
    return [*found, *([f"{too_wide} px too wide"] if too_wide > 0 else [])]


@every_kind
def test_other_spacing_of_text_loses_nothing(visit: Visitor, path: str) -> None:
    page = visit(path, bypass_csp=True).page
    page.add_style_tag(content=SPACED)
    assert at_widths(page, lambda: lost(page)) == {}


@every_kind
def test_twice_as_large_loses_nothing(visit: Visitor, path: str) -> None:
    page = visit(path, width=640, bypass_csp=True, device_scale_factor=2).page
    assert lost(page) == []
    page.set_viewport_size({"width": 1280, "height": 900})
    page.add_style_tag(content="html { font-size: 200% !important }")
    assert lost(page) == []


@every_kind
def test_forced_colours_leave_each_status_its_shape_and_word(visit: Visitor, path: str) -> None:
    page = visit(path, forced_colors="active", color_scheme="dark").page
    open_all(page)
    assert page.evaluate(UNTOLD_STATUSES) == []


# A status without its word beside it, or a shape that has the colour of what it stands on.
UNTOLD_STATUSES = """() => {
  const words = {green: "Green", yellow: "Yellow", red: "Red", unknown: "Unknown"}, found = [];
  const paper = getComputedStyle(document.body).backgroundColor;
  for (const icon of document.querySelectorAll("main .icon")) {
    if (!icon.checkVisibility({visibilityProperty: true})) continue;
    const box = icon.getBoundingClientRect(), shape = icon.querySelector("use").getAttribute("href").slice(3);
    const text = icon.parentElement.textContent.trim() || icon.parentElement.parentElement.textContent.trim();
    if (getComputedStyle(icon).color === paper || box.width < 12) found.push("unseen: " + icon.outerHTML);
    if (!document.getElementById("s-" + shape)) found.push("no shape: " + icon.outerHTML);
    if (!text) found.push("no word: " + icon.parentElement.outerHTML);
  }
  for (const mark of document.querySelectorAll(".lozenge"))
    if (!mark.querySelector(".icon") || !mark.textContent.trim()) found.push(mark.outerHTML);
  for (const cell of document.querySelectorAll(".strip > li > *"))
    if (!"GYRU".includes(cell.textContent.trim()[0])) found.push(cell.outerHTML);
  return found;
}"""


@every_kind
def test_who_asked_for_no_motion_sees_none(visit: Visitor, path: str) -> None:
    page = visit(path, reduced_motion="reduce").page
    assert page.evaluate(MOVING) == []


MOVING = """() => [...document.querySelectorAll("*")].filter(one => {
  const style = getComputedStyle(one);
  const lasts = (list) => list.split(",").some(part => parseFloat(part) > 0);
  return style.scrollBehavior === "smooth" || (style.animationName !== "none" && lasts(style.animationDuration)) ||
    lasts(style.transitionDuration);
}).map(one => one.outerHTML.slice(0, 90))"""


@every_kind
def test_without_scripts_a_page_is_whole_and_shows_no_control_that_does_nothing(visit: Visitor, path: str) -> None:
    page = visit(path, java_script_enabled=False).page
    dead = page.locator("button, input, select, textarea, [role=status], [aria-live]")
    assert [
        dead.nth(index).evaluate("one => one.outerHTML")
        for index in range(dead.count())
        if dead.nth(index).is_visible()
    ] == []
    figures = page.locator("figure.figure:has(.chart svg)")
    for index in range(figures.count()):
        figure = figures.nth(index)
        figure.locator("summary").click()
        assert figure.locator("table").is_visible()
        assert figure.locator("figcaption p").inner_text()
    assert page.locator("main").inner_text().strip()


def test_filters_are_worked_by_keyboard_alone(visit: Visitor) -> None:
    page = visit("index.html").page
    reach(page, "form.filters [name=q]")
    page.keyboard.type("atlas")
    assert page.locator("article.card:visible").count() == 4
    reach(page, "form.filters [name=s][value=red]")
    page.keyboard.press("Space")
    assert page.locator("[data-count]").inner_text() == "Showing 1 of 11 engineers"
    reach(page, "form.filters button[type=reset]")
    page.keyboard.press("Enter")
    expect(page.locator("[data-count]")).to_have_text("Showing 11 of 11 engineers")
    reach(page, "form.filters [name=o]")
    page.keyboard.type("N")
    assert page.locator("article.card h3").all_inner_texts() == sorted(
        page.locator("article.card h3").all_inner_texts()
    )
    reach(page, "article.card h3 a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/engineers/*/index.html")


def test_a_disclosure_is_opened_and_closed_by_keyboard(visit: Visitor) -> None:
    page = visit("engineers/chloe/index.html").page
    table = page.locator("figure.figure details table").first
    reach(page, "figure.figure details > summary")
    page.keyboard.press("Enter")
    assert table.is_visible()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "region"
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Space")
    assert not table.is_visible()


def reach(page: Page, selector: str) -> None:
    """Press Tab, backwards if need be, until the first such element has the focus."""
    wanted = page.locator(selector).first
    is_behind = wanted.evaluate(
        "one => one.compareDocumentPosition(document.activeElement) & Node.DOCUMENT_POSITION_FOLLOWING"
    )
    for _ in range(300):
        if wanted.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Shift+Tab" if is_behind else "Tab")
    raise AssertionError(f"{selector} cannot be reached by keyboard")
