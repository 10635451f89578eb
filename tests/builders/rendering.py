"""Renders pages of views as text, with a stand-in for charts: drawing them is not what most tests ask about."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache

import jinja2

from flows.publish.assets import asset_names, bundle
from flows.publish.data import SiteData
from flows.publish.environment import make_environment, render
from flows.publish.views.shared import Page, frame

ASSETS = asset_names(bundle())


@cache
def _environment() -> jinja2.Environment:
    return make_environment(lambda figure: f'<svg role="img" aria-label="{figure["id"]}"></svg>')


def html_of(data: SiteData, page: Page) -> str:
    """The page as it is published."""
    return render(_environment(), page.template, page.view, frame(data, page, ASSETS))


def html_from_stored(data: SiteData, page: Page) -> str:
    """The page rendered again from its view as JSON keeps it."""
    stored = json.loads(json.dumps(page.view, ensure_ascii=False, allow_nan=False, sort_keys=True))
    return render(_environment(), page.template, stored, frame(data, page, ASSETS))


def page_at(pages: Iterable[Page], path: str) -> Page:
    """The page of that path."""
    return next(page for page in pages if page.path == path)
