"""What machines read: the alerts as Atom and JSON feed, `index.json`, and the tables behind the pages."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pandas as pd

from flows.publish.dictionary import dictionary_tables, table_schema
from flows.publish.exports import csv_bytes, csv_resource, json_bytes, plain, table_rows
from flows.publish.views import wording
from flows.publish.views.book import Book
from flows.publish.views.people import People
from flows.publish.views.shared import main_pages, provenance
from transforms.language import N_, _, spoken
from transforms.weeks import iso_week

# Tables that every reader may have. None holds a note; names of people are as the pages show them.
PUBLIC_TABLES: Final = ("readings", "statuses", "alerts", "recommendations", "team_effects")
# What took the hours that were not available is nobody's business but the engineer's and the manager's.
_PRIVATE_COLUMNS: Final = ("holiday_hours", "leave_hours")
PACKAGE: Final = "data/datapackage.json"
# Of `index.json`: one more when a key is taken away or means something else; new keys do not count.
INDEX_VERSION: Final = 1
_PACKAGE_PROFILE: Final = "https://datapackage.org/profiles/2.0/datapackage.json"
_ATOM: Final = "http://www.w3.org/2005/Atom"
_NEWEST: Final = 100
_EVENT_WORDS: Final = {
    "opened": N_("{name}: {metric}, {severity} opened ({week})"),
    "escalated": N_("{name}: {metric}, now {severity} ({week})"),
    "eased": N_("{name}: {metric}, eased to {severity} ({week})"),
    "reminded": N_("{name}: {metric}, {severity} still open ({week})"),
    "resolved": N_("{name}: {metric}, {severity} resolved ({week})"),
}
# As they are named within a sentence.


@dataclass(frozen=True)
class Entry:
    """One thing that happened to an alert."""

    id: str
    title: str
    text: str
    href: str  # from the site's root
    updated: str


def feed_files(book: Book) -> dict[str, bytes]:
    """Path -> content of the two feeds; the same entries in both, newest first."""
    entries = alert_entries(book)
    return {"alerts/feed.xml": _atom(book, entries), "alerts/feed.json": _json_feed(book, entries)}


def alert_entries(book: Book) -> list[Entry]:
    """The newest events of alerts. Where engineers are not shown, none: an alert speaks of one."""
    if not book.people.are_shown:
        return []
    # Who was taken off the roster has no initials, so nothing that tells two of them apart.
    is_known = book.people.slugs.keys()
    events = [
        event
        for engineer_id, rows in book.alert_events.items()
        for event in rows
        if book.people.are_named or engineer_id in is_known
    ]
    order = {severity: rank for rank, severity in enumerate(("critical", "warning", "notice"))}
    events.sort(key=lambda event: (-event["week_start"].value, order[event["severity"]], _key(book, event)))
    return [_entry(book, event) for event in events[:_NEWEST]]


def data_files(book: Book) -> dict[str, bytes]:
    """Path -> content of the public tables, as CSV and as JSON with the meaning of each column, and what they are.

    `datapackage.json` describes the CSV files by the standard that data tools read (https://datapackage.org).
    """
    files, resources = {}, []
    entries = {entry.name: entry for entry in dictionary_tables()}
    for name in public_tables(book.people):
        frame = _as_shown(book, book.data.tables[name]).drop(columns=list(_PRIVATE_COLUMNS), errors="ignore")
        columns, rows = [str(column) for column in frame.columns], table_rows(frame)
        schema = table_schema(entries[name], columns)
        files[f"data/{name}.csv"] = csv_bytes(columns, rows)
        files[f"data/{name}.json"] = json_bytes({"table": name, "columns": schema["fields"], "rows": rows})
        resources.append(csv_resource(name, entries[name].grain, schema))
    package: dict[str, Any] = {"$schema": _PACKAGE_PROFILE, "name": "tenfour", "title": book.config.publishing.title}
    package |= {"created": book.data.as_of.isoformat(), "resources": resources}
    return {**files, PACKAGE: json_bytes(package)}


def public_tables(people: People) -> list[str]:
    """The tables that an edition has as files: where engineers are not shown, the one that is of teams alone."""
    return [name for name in PUBLIC_TABLES if people.are_shown or name == "team_effects"]


def month_files(book: Book, months: Sequence[str]) -> dict[str, bytes]:
    """The summary of each of these months by team and metric, and by engineer where engineers are shown."""
    table = book.data.tables["monthly_summary"]
    if not book.people.are_shown:
        table = table[~table["scope"].str.startswith("engineer:")]
    shown = table.assign(scope=[_scope_as_shown(book, scope) for scope in table["scope"]])
    columns = [str(column) for column in shown.columns]
    return {
        f"reports/{month}/summary.csv": csv_bytes(columns, table_rows(shown[shown["month"] == month]))
        for month in months
    }


def _scope_as_shown(book: Book, scope: str) -> str:
    kind, _, engineer_id = scope.partition(":")
    return f"{kind}:{_id_as_shown(book, engineer_id)}" if kind == "engineer" else scope


def index_json(book: Book, weeks: Sequence[str]) -> bytes:
    """What the site holds and what it says this week, for a script that wants to find its way."""
    data = book.data
    policy = [row for row in data.tables["team_effects"].to_dict("records") if row["metric"] == "policy"]
    newest = max(policy, key=lambda row: row["week_start"], default=None)
    told = provenance(data)
    return json_bytes(
        {
            "index_version": INDEX_VERSION,
            "title": book.config.publishing.title,
            "edition": book.edition.name,
            "week": iso_week(book.week),
            "as_of": data.as_of.isoformat(),
            **{name: told[name] for name in ("complete_to", "version", "config_hash")},
            "is_sample": data.settings.is_sample,
            "verdict": newest and {"verdict": newest["verdict"], "week": iso_week(newest["week_start"])},
            "engineers": _engineers(book) if book.people.are_shown else [],
            "teams": [
                {"id": team_id, "name": name, "page": f"teams/{team_id}/index.html"}
                for team_id, name in book.team_names.items()
            ],
            "weeks": [{"week": week, "page": f"weeks/{week}/index.html"} for week in weeks],
            "reports": [{"month": month, "page": f"reports/{month}/index.html"} for month in data.months],
            "pages": [{"title": title, "page": page} for title, page in main_pages(book.people.are_shown)],
            "data": [f"data/{name}.csv" for name in public_tables(book.people)],
            "package": PACKAGE,
            "feeds": ["alerts/feed.xml", "alerts/feed.json"],
        }
    )


def _engineers(book: Book) -> list[dict[str, Any]]:
    rows = []
    for engineer_id in book.present():
        status = book.status(engineer_id)
        rows.append(
            {
                "id": book.people.slug(engineer_id),
                "name": book.people.label(engineer_id),
                "team": book.engineers[engineer_id]["team_id"],
                "status": status["status"] if status else "unknown",
                "underlying_status": status["underlying_status"] if status else "unknown",
                "page": book.people.href(engineer_id),
            }
        )
    return rows


def _id_as_shown(book: Book, engineer_id: str) -> str:
    """The id in addresses and files. Who was taken off the roster has no initials to stand for it."""
    known = book.people.slugs.get(engineer_id)
    return known or (engineer_id if book.people.are_named else "not-on-the-roster")


def _as_shown(book: Book, frame: pd.DataFrame) -> pd.DataFrame:
    """Ids of people as the pages show them: with initials, an id would give the name away."""
    if book.people.are_named:
        return frame
    changes: dict[str, Any] = {}
    if "engineer_id" in frame:
        changes["engineer_id"] = [_id_as_shown(book, engineer_id) for engineer_id in frame["engineer_id"]]
    for column in {"manager_id", "override_by"} & set(frame.columns):
        changes[column] = frame[column].map(dict(book.people.managers))
    return frame.assign(**changes)


def event_title(people: People, event: Mapping[str, Any]) -> str:
    """`Ben Carter: Billable share, critical still open (2026-W45)`."""
    return _(
        _EVENT_WORDS[event["event"]],
        name=people.label(event["engineer_id"]),
        metric=wording.METRIC_NAMES[event["channel"]],
        severity=wording.SEVERITY_WITHIN[event["severity"]],
        week=iso_week(event["week_start"]),
    )


def _entry(book: Book, event: Mapping[str, Any]) -> Entry:
    zone = ZoneInfo(book.config.organisation.timezone)
    published = (event["week_start"] + pd.Timedelta(days=7)).tz_localize(zone)
    return Entry(
        id=uuid.uuid5(uuid.NAMESPACE_URL, f"tenfour:alert:{_key(book, event)}").urn,
        title=event_title(book.people, event),
        text=str(plain(event["reason"]) or ""),
        href=book.people.href(event["engineer_id"]) or "alerts/index.html",
        updated=published.isoformat(),
    )


def _key(book: Book, event: Mapping[str, Any]) -> str:
    parts = (event["channel"], event["severity"], event["event"], iso_week(event["week_start"]))
    return ":".join((_id_as_shown(book, event["engineer_id"]), *parts))


def _url(book: Book, path: str) -> str:
    """With a configured address the full one; without, the way from the feed."""
    base = book.edition.base_url
    return f"{base.rstrip('/')}/{path}" if base else f"../{path}"


def _feed_title(book: Book) -> str:
    title = book.config.publishing.title
    if book.edition.is_for_managers:
        return _("{site}: alerts (managers' edition)", site=title)
    return _("{site}: alerts", site=title)


def _atom(book: Book, entries: Sequence[Entry]) -> bytes:
    feed = ElementTree.Element("feed", {"xmlns": _ATOM, "xml:lang": spoken().tag})
    own = ":managers" if book.edition.is_for_managers else ""
    identity = uuid.uuid5(uuid.NAMESPACE_URL, f"tenfour:feed{own}:{book.config.organisation.name}").urn
    _add(feed, "title", _feed_title(book))
    _add(feed, "id", identity)
    _add(feed, "updated", book.data.as_of.isoformat())
    _add(_add(feed, "author"), "name", book.config.organisation.name)
    _add(feed, "link", rel="self", href=_url(book, "alerts/feed.xml"))
    _add(feed, "link", href=_url(book, "alerts/index.html"))
    for entry in entries:
        item = _add(feed, "entry")
        _add(item, "title", entry.title)
        _add(item, "id", entry.id)
        _add(item, "updated", entry.updated)
        _add(item, "link", href=_url(book, entry.href))
        _add(item, "content", entry.text, type="text")
    ElementTree.indent(feed, " ")
    content: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return content + b"\n"


def _add(parent: ElementTree.Element, tag: str, text: str | None = None, **attributes: str) -> ElementTree.Element:
    child = ElementTree.SubElement(parent, tag, attributes)
    child.text = None if text is None else _xml_safe(text)
    return child


def _xml_safe(text: str) -> str:
    """XML has no place for control characters, not even escaped."""
    return "".join(letter for letter in text if letter in "\t\n" or letter >= " ")


def _json_feed(book: Book, entries: Sequence[Entry]) -> bytes:
    return json_bytes(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": _feed_title(book),
            "home_page_url": _url(book, "alerts/index.html"),
            "feed_url": _url(book, "alerts/feed.json"),
            "language": spoken().tag,
            "items": [
                {
                    "id": entry.id,
                    "url": _url(book, entry.href),
                    "title": entry.title,
                    "content_text": entry.text,
                    "date_published": entry.updated,
                }
                for entry in entries
            ],
        }
    )
