"""Renders a whole edition into a folder; what is checked and swapped in is exactly that folder."""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from flows.publish import assets, charts, feeds
from flows.publish.checks import check_site
from flows.publish.data import SiteData
from flows.publish.environment import make_environment, render
from flows.publish.exports import figure_csv, json_bytes
from flows.publish.privacy import private_findings
from flows.publish.swap import swap_in
from flows.publish.views import alerts, engineers, input, method, notfound, reports, teams, week, wording
from flows.publish.views.book import Book, open_book, people_of
from flows.publish.views.input_rules import row_schemas
from flows.publish.views.shared import Page, frame
from flows.publish.withdrawn import revised, without
from flows.publish.withheld import Withheld, withheld
from transforms.language import speaking

__all__ = ["RenderResult", "edition_findings", "render_site", "swap_in"]


@dataclass(frozen=True)
class RenderResult:
    """What was rendered: number of pages, and the view of the reported week, to be kept for its archive."""

    pages: int
    week_view: dict[str, Any]


def render_site(data: SiteData, out: Path) -> RenderResult:
    """Every page, feed and file of an edition, below `out` (made empty first). Same data, same bytes."""
    with speaking(data.settings.language):
        return _render(data, out)


def _render(data: SiteData, out: Path) -> RenderResult:
    hidden = withheld(data, people_of(data))
    told = replace(data, week_views={week: without(view, hidden) for week, view in data.week_views.items()})
    book = open_book(told)
    weeks = week.pages(book)
    pages = [
        *weeks,
        *engineers.pages(book),
        *teams.pages(book),
        *reports.pages(book),
        *alerts.pages(book),
        *input.pages(book),
        *method.pages(book),
        *notfound.pages(book),
    ]
    shutil.rmtree(out, ignore_errors=True)
    for path, content in (*_pages(book, pages), *_files(book, pages)):
        target = out / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    for month, folder in data.frozen_months.items():
        shutil.copytree(folder, out / "reports" / month)
        _revise(out / "reports" / month / "index.html", hidden, wording.day(pd.Timestamp(data.as_of)))
    return RenderResult(len(list(out.rglob("*.html"))), weeks[0].view)


def edition_findings(data: SiteData, out: Path) -> list[str]:
    """Every reason why a rendered edition may not be published: defects of the site, and what must not stand in it."""
    with speaking(data.settings.language):
        return [*check_site(out), *private_findings(out, withheld(data, people_of(data)))]


def _revise(page: Path, hidden: Withheld, as_of: str) -> None:
    before = page.read_bytes()
    after = revised(before.decode(), hidden, as_of).encode()
    if after != before:
        page.write_bytes(after)


def _pages(book: Book, pages: list[Page]) -> Iterator[tuple[str, bytes]]:
    environment = make_environment(charts.render)
    shared = assets.asset_names(assets.bundle())
    for page in pages:
        # A month's report brings its own style and scripts: its folder is kept as it is, whatever they become.
        folder = reports.own_folder(page.path)
        names = {key: f"{folder}{path}" for key, path in shared.items() if not folder or key in ("css", "js")}
        yield page.path, render(environment, page.template, page.view, frame(book.data, page, names)).encode()


def _files(book: Book, pages: list[Page]) -> Iterator[tuple[str, bytes]]:
    bundle = assets.bundle()
    yield from bundle.items()
    for page in pages:
        folder = reports.own_folder(page.path)
        if folder:
            shared = assets.asset_names(bundle)
            yield from ((f"{folder}{shared[key]}", bundle[shared[key]]) for key in ("css", "js"))
        yield from ((figure["csv_name"], figure_csv(figure)) for figure in figures_of(page.view))
    yield "favicon.svg", assets.favicon()
    yield "robots.txt", _robots(book)
    yield from feeds.feed_files(book).items()
    yield from feeds.data_files(book).items()
    yield from ((path, json_bytes(schema)) for path, schema in row_schemas().items())
    fresh = [month for month in book.data.months if month not in book.data.frozen_months]
    yield from feeds.month_files(book, fresh).items()
    published = [
        page.path.split("/")[1] for page in pages if page.path.startswith("weeks/") and page.path.count("/") == 2
    ]
    yield "index.json", feeds.index_json(book, sorted(published))


def figures_of(view: Any) -> Iterator[Mapping[str, Any]]:
    """Every figure in a view, however deep."""
    if isinstance(view, dict):
        if "csv_name" in view:
            yield view
        else:
            for part in view.values():
                yield from figures_of(part)
    elif isinstance(view, list):
        for part in view:
            yield from figures_of(part)


def _robots(book: Book) -> bytes:
    """Not found by search engines unless the config says `public`. This is a request, not access control."""
    rule = "Allow: /" if book.data.edition.may_be_listed else "Disallow: /"
    return f"User-agent: *\n{rule}\n".encode()
