"""Marks of an explored chart, in a real browser: drawn at their points, and said with the week."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.browser


def test_an_overridden_week_has_its_triangle_and_is_told(visit: Callable[..., Any]) -> None:
    opened = visit("engineers/ben/index.html")
    page = opened.page
    page.locator("#billable [data-explore]").click()
    plot = page.locator("#billable [role=slider]")
    plot.locator("svg").wait_for()
    assert plot.get_attribute("aria-valuetext").endswith("Mark: Override")
    marks = plot.locator('svg path[fill="var(--text)"][stroke="var(--text)"]')
    assert marks.count() == 2
    plot.press("Home")
    assert "Mark" not in plot.get_attribute("aria-valuetext"), "a cell that says nothing is not said"
    plot.press("Escape")
    assert opened.messages == []
