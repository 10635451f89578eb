"""The page for an address that is not there."""

from __future__ import annotations

from flows.publish.views.book import Book
from flows.publish.views.shared import Page
from transforms.language import _


def pages(book: Book) -> list[Page]:
    """One page that stands alone: it may be shown at any depth, so its style is inline and its links go by the base."""
    base = book.edition.base_url
    home = f"{base.rstrip('/')}/index.html" if base else "index.html"
    view = {"home": home, "alerts": home.replace("index.html", "alerts/index.html")}
    return [Page("404.html", "pages/notfound.html.j2", _("Page not found"), _("There is no page here."), "", view)]
