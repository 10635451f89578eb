"""What axe-core finds on a page."""

from collections.abc import Sequence

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


def violations(
    page: Page, only: Sequence[str] = WCAG, *, rule: str | None = None, context: str | None = None
) -> list[tuple[str, list[str]]]:
    """Rules that are broken, with the first elements that break them; by tags of rules, or one rule alone.

    `context` is a selector of the part to look at. What passes is not listed: that takes axe most of its time.
    """
    what = {"type": "rule", "values": [rule]} if rule else {"type": "tag", "values": list(only)}
    options = {"runOnly": what, "resultTypes": ["violations"]}
    found = Axe().run(page, context=context, options=options).response["violations"]
    return [(broken["id"], [node["html"][:120] for node in broken["nodes"][:3]]) for broken in found]
