"""What all pages share: the page itself, its frame (navigation, footer, as-of line), data quality."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from importlib.metadata import version
from typing import Any, Final

import pandas as pd

from flows.publish.data import SiteData
from flows.publish.views import wording
from transforms.definitions import METRIC_DEFINITIONS
from transforms.language import N_, _, listed

PEOPLE_PAGES: Final = frozenset({"engineers/index.html"})
NAVIGATION: Final[tuple[tuple[str, str, str], ...]] = (
    ("week", N_("This week"), "index.html"),
    ("engineers", N_("Engineers"), "engineers/index.html"),
    ("teams", N_("Teams"), "teams/index.html"),
    ("reports", N_("Reports"), "reports/index.html"),
    ("alerts", N_("Alerts"), "alerts/index.html"),
    ("input", N_("Manager input"), "input/index.html"),
    ("method", N_("Method"), "method/index.html"),
)
CURRENT_SECTIONS: Final = frozenset({"week", "engineers", "teams", "alerts"})
ARCHIVE: Final = "weeks/"
# A weekly run that comes on Monday evening, or on Tuesday after a holiday, is not late.
GRACE: Final = timedelta(days=2)
METRIC_SECTIONS: Final = frozenset({"week", "engineers", "teams", "reports", "alerts"})
FOOTER: Final = (
    (N_("How status is set"), "method/index.html"),
    (N_("Data dictionary"), "method/dictionary/index.html"),
    (N_("Data files"), "method/dictionary/index.html#files"),
    (N_("Past weeks"), "weeks/index.html"),
    (N_("Atom feed"), "alerts/feed.xml"),
)


@dataclass(frozen=True)
class Page:
    """One page to render: where it stands, which template, and its view (JSON values only)."""

    path: str
    template: str
    title: str
    description: str
    section: str
    view: dict[str, Any]
    around: list[dict[str, Any]] = field(default_factory=list)


def root_of(path: str) -> str:
    """The way from a page up to the root of the site: `` or `../../`."""
    return "../" * path.count("/")


def provenance(data: SiteData) -> dict[str, str]:
    """What a page speaks for: never the time of a build or a fetch."""
    return {
        "as_of": wording.instant(data.as_of),
        "as_of_iso": data.as_of.isoformat(),
        "complete_to": complete_to(data),
        "version": version("tenfour"),
        "config_hash": data.settings.config_hash,
    }


def complete_to(data: SiteData) -> str:
    """The last day up to which the connected sources are complete, and which of them are not, in words."""
    health = health_of_week(data)
    connected = health[health["state"] != "off"]
    is_short = connected["complete_to"].isna()
    if is_short.all():
        return _("an unknown day")
    day = wording.day(connected["complete_to"].min(), weekday=True)
    short = [wording.SOURCE_NAMES[source] for source in connected.loc[is_short, "source"]]
    return _("{day}, but for {sources}", day=day, sources=listed(short)) if short else day


def health_of_week(data: SiteData) -> pd.DataFrame:
    """How each source did in the run that reported this week."""
    health = data.tables["source_health"]
    return health[health["week_start"] == data.week]


def frame(data: SiteData, page: Page, assets: Mapping[str, str]) -> dict[str, Any]:
    """What `base.html.j2` needs. A page whose view has a provenance of its own (an archived week) keeps it."""
    publishing, edition = data.settings.config.publishing, data.edition
    shows_people = edition.people != "team-only"
    return {
        "path": page.path,
        "root": root_of(page.path),
        "language": data.settings.language.tag,
        "title": page.title,
        "description": page.description,
        "section": page.section,
        "around": page.around,
        "site_title": publishing.title,
        "is_sample": data.settings.is_sample,
        "is_public": edition.may_be_listed,
        "is_for_managers": edition.is_for_managers,
        "nav": [_link(*entry) for entry in NAVIGATION if shows_people or entry[2] not in PEOPLE_PAGES],
        "footer": [{"label": _(label), "href": href} for label, href in FOOTER],
        "correction_contact": data.settings.config.organisation.correction_contact,
        "provenance": page.view.get("provenance") or provenance(data),
        "assets": dict(assets),
        "metrics": _metric_key() if page.section in METRIC_SECTIONS else [],
        "overdue": overdue(data, page),
    }


def main_pages(shows_people: bool) -> list[tuple[str, str]]:
    """Title and path of the pages that lead to all others."""
    return [(_(label), href) for _key, label, href in NAVIGATION if shows_people or href not in PEOPLE_PAGES]


def overdue(data: SiteData, page: Page) -> dict[str, str] | None:
    """From when on a page that speaks for the newest week must say that a newer one is missing.

    A browser works it out: a pipeline that has stopped cannot. None for archived weeks and months, for pages that tell
    of no week, and for sample data, which speak for a fixed week.
    """
    is_of_newest = page.section in CURRENT_SECTIONS and not page.path.startswith(ARCHIVE)
    if data.settings.is_sample or not is_of_newest:
        return None
    due = data.as_of + timedelta(days=7)
    return {
        "due": wording.day(due, weekday=True),
        "due_iso": due.isoformat(),
        "from_iso": (due + GRACE).isoformat(),
        "told": wording.day(data.week + pd.Timedelta(days=6), weekday=True),
    }


def _metric_key() -> list[dict[str, str]]:
    """What the metrics mean, for the foot of each page that speaks of them; their names link to it there."""
    return [
        {"id": metric, "title": _(one.title), "description": _(one.description)}
        for metric, one in METRIC_DEFINITIONS.items()
    ]


def _link(key: str, label: str, href: str) -> dict[str, str]:
    return {"key": key, "label": _(label), "href": href}
