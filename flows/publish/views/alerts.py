"""The alerts page: what is open, what an override stands over, what was resolved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

import pandas as pd

from flows.publish.views import wording
from flows.publish.views.book import Book, Record
from flows.publish.views.shared import Page, provenance
from transforms.language import N_, _, listed, ngettext
from transforms.vocabulary import SEVERITIES
from transforms.weeks import iso_week

RESOLVED_WEEKS: Final = 26
NOTICE_WEEKS: Final = 12
_COUNTED: Final = {
    "critical": N_("{count} critical"),
    "warning": N_("{count} warning"),
    "notice": N_("{count} notice"),
}


def pages(book: Book) -> list[Page]:
    """The one page of alerts."""
    description = _("Open, overridden and resolved alerts, with reasons and age; as Atom and JSON feed too.")
    return [Page("alerts/index.html", "pages/alerts.html.j2", _("Alerts"), description, "alerts", alerts_view(book))]


def alerts_view(book: Book) -> dict[str, Any]:
    """Everything that the page says. Where engineers are not shown, counts alone."""
    rows = [alert for own in book.alerts.values() for alert in own]
    serious = [alert for alert in rows if alert["severity"] != "notice"]
    standing = {state: [alert for alert in serious if alert["state"] == state] for state in ("open", "overridden")}
    since = book.week - pd.Timedelta(weeks=RESOLVED_WEEKS - 1)
    resolved = [alert for alert in serious if alert["state"] == "resolved" and alert["resolved_week"] >= since]
    resolved.sort(key=lambda alert: (-alert["resolved_week"].value, book.people.label(alert["engineer_id"]).casefold()))
    are_shown = book.people.are_shown
    return {
        "meta": [
            _("Week of {week}", week=wording.week_title(book.week)),
            _("Newest first within a severity"),
        ],
        "provenance": provenance(book.data),
        "are_shown": are_shown,
        "summary": _summary(standing["open"], standing["overridden"], resolved),
        "teams": _team_alerts(book, standing["open"]) if are_shown else [],
        "open": _items(book, [row for row in standing["open"] if not _is_of_team(book, row)]) if are_shown else [],
        "overridden": _items(book, standing["overridden"]) if are_shown else [],
        "resolved": _resolved_table(book, resolved if are_shown else []),
        "notices": _notices(book, [alert for alert in rows if alert["severity"] == "notice"] if are_shown else []),
    }


def _summary(standing: list[Record], overridden: list[Record], resolved: list[Record]) -> str:
    counts = {severity: sum(alert["severity"] == severity for alert in standing) for severity in reversed(SEVERITIES)}
    by_severity = [_(_COUNTED[severity], count=wording.number(n, 0)) for severity, n in counts.items() if n]
    opened = ngettext("{n} alert open", "{n} alerts open", len(standing))
    opened += f" ({listed(by_severity)})" if standing else ""
    return _(
        "{open}, {overridden} under an override, {resolved} resolved in the last {weeks} weeks.",
        open=opened,
        overridden=wording.number(len(overridden), 0),
        resolved=wording.number(len(resolved), 0),
        weeks=RESOLVED_WEEKS,
    )


def _items(book: Book, alerts: Iterable[Record]) -> list[dict[str, Any]]:
    """Alerts as list entries: the most severe first, then the newest, then by name."""

    def key(alert: Record) -> tuple[int, int, str]:
        rank = -SEVERITIES.index(alert["severity"])
        return rank, -alert["opened_week"].value, book.people.label(alert["engineer_id"]).casefold()

    return [_item(book, alert) for alert in sorted(alerts, key=key)]


def _item(book: Book, alert: Record) -> dict[str, Any]:
    weeks = (book.week - alert["opened_week"]).days // 7 + 1
    return {
        "name": book.people.label(alert["engineer_id"]),
        "href": book.people.href(alert["engineer_id"]),
        "lozenge": _lozenge(alert),
        "metric": wording.METRICS_WITHIN[alert["channel"]],
        "reason": str(alert["reason"]),
        "since": _("Since {week}", week=iso_week(alert["opened_week"])),
        "age": wording.weeks_running(weeks),
        "is_old": not alert["is_new_since_switch"],
    }


def _lozenge(alert: Record) -> dict[str, str]:
    return wording.lozenge(wording.SEVERITY_STATUS[alert["severity"]], wording.SEVERITY_WORDS[alert["severity"]])


def _team_alerts(book: Book, alerts: list[Record]) -> list[dict[str, Any]]:
    """A third of a team at once is one piece of news about the team; the person alerts are folded under it."""
    groups: dict[tuple[pd.Timestamp, str], list[Record]] = defaultdict(list)
    for alert in alerts:
        if _is_of_team(book, alert):
            groups[alert["opened_week"], book.engineers[alert["engineer_id"]]["team_id"]].append(alert)
    found = []
    for (week, team_id), members in sorted(groups.items(), key=lambda group: (-group[0][0].value, group[0][1])):
        people = {alert["engineer_id"] for alert in members}
        found.append(
            {
                "title": ngettext(
                    "{team} team: {n} engineer at once",
                    "{team} team: {n} engineers at once",
                    len(people),
                    team=book.team_names[team_id],
                ),
                "text": _(
                    "Turned red together in the week of {day}. A holiday, an outage or a fault in the data is more "
                    "likely than so many private reasons.",
                    day=wording.day(week),
                ),
                "since": _("Since {week}", week=iso_week(week)),
                "items": _items(book, members),
            }
        )
    return found


def _is_of_team(book: Book, alert: Record) -> bool:
    """Whether it is news of a team. Of who was taken off the roster no team is known."""
    return alert["is_team_wide"] and alert["engineer_id"] in book.engineers


def _resolved_table(book: Book, alerts: list[Record]) -> dict[str, Any]:
    return {
        "columns": [
            _("Engineer"),
            _("Metric"),
            # TRANSLATORS: the head of a column: the most severe that an alert became
            _("Reached"),
            _("Opened"),
            _("Resolved"),
            _("Lasted"),
            _("Last reason"),
        ],
        "rows": [
            [
                book.people.label(alert["engineer_id"]),
                wording.METRIC_NAMES[alert["channel"]],
                wording.SEVERITY_WORDS[alert["severity"]],
                iso_week(alert["opened_week"]),
                iso_week(alert["resolved_week"]),
                ngettext("{n} week", "{n} weeks", (alert["resolved_week"] - alert["opened_week"]).days // 7),
                str(alert["reason"]),
            ]
            for alert in alerts
        ],
    }


def _notices(book: Book, alerts: list[Record]) -> dict[str, Any]:
    """Single weeks below the policy: facts, listed by engineer, never escalating by themselves."""
    since = book.week - pd.Timedelta(weeks=NOTICE_WEEKS - 1)
    weeks: dict[str, set[pd.Timestamp]] = defaultdict(set)
    for alert in alerts:
        if alert["opened_week"] >= since:
            weeks[alert["engineer_id"]].add(alert["opened_week"])
    order = sorted(weeks, key=lambda engineer_id: book.people.label(engineer_id).casefold())
    return {
        "sentence": _(
            "Weeks whose own billable share was below {threshold}, in the last {weeks} weeks. One such week is a fact, "
            "not an alarm: it is never notified and never escalates by itself.",
            threshold=wording.percent(book.threshold_pct, 0),
            weeks=NOTICE_WEEKS,
        ),
        "columns": [_("Engineer"), _("Weeks below"), _("Which")],
        "rows": [
            [
                book.people.label(engineer_id),
                str(len(weeks[engineer_id])),
                listed([iso_week(week) for week in sorted(weeks[engineer_id], reverse=True)]),
            ]
            for engineer_id in order
        ],
    }
