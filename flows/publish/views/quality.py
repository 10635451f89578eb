"""How far the data can be trusted: the notice, the table of sources, the problems of the input."""

from __future__ import annotations

from typing import Any, Final

from flows.publish.views import wording
from flows.publish.views.book import Book
from flows.publish.views.shared import health_of_week
from transforms.language import N_, Words, _, listed, ngettext
from transforms.vocabulary import PROBLEM_SEVERITIES, SOURCES

SHOWN_PROBLEMS: Final = 8


def notice(book: Book) -> list[str]:
    """Sentences for the notice on top of the page; none when all sources are complete."""
    health = health_of_week(book.data)
    troubled = health[health["state"] != "ok"]
    found = [str(message) for message in troubled["message"]]
    errors = problem_counts(book)["error"]
    if errors:
        found.append(
            ngettext("{n} row of the input could not be used.", "{n} rows of the input could not be used.", errors)
        )
    return found


def sources(book: Book) -> dict[str, Any]:
    """The table of sources."""
    rows = {row["source"]: row for row in health_of_week(book.data).to_dict("records")}
    return {
        "columns": [_("Source"), _("State"), _("Complete to"), _("Rows"), _("Unknown since"), _("What it means")],
        "rows": [_source_row(rows[source]) for source in SOURCES if source in rows],
    }


def _source_row(row: dict[Any, Any]) -> list[str]:
    complete, since = row["complete_to"], row["unknown_since"]
    return [
        wording.SOURCE_NAMES[row["source"]],
        wording.SOURCE_STATE_WORDS[row["state"]],
        wording.NOTHING if wording.is_missing(complete) else wording.day(complete, weekday=True),
        wording.number(row["rows"], 0),
        wording.NOTHING if wording.is_missing(since) else wording.day(since),
        str(row["message"]),
    ]


def problem_counts(book: Book) -> dict[str, int]:
    """How many problems of each severity."""
    counts = book.data.tables["problems"]["severity"].value_counts()
    return {severity: int(counts.get(severity, 0)) for severity in PROBLEM_SEVERITIES}


def problems(book: Book) -> dict[str, Any]:
    """Count and first problems; of those that the edition may not tell, and where people are not named, the count."""
    counts = problem_counts(book)
    table = book.data.tables["problems"]
    table = table[table["message"] != ""]
    worst = table.assign(order=table["severity"].map(PROBLEM_SEVERITIES.index)).sort_values("order", kind="stable")
    shown = worst.head(SHOWN_PROBLEMS).to_dict("records") if book.people.are_named else []
    total = sum(counts.values())
    words = {
        "error": ngettext("{n} error", "{n} errors", counts["error"]),
        "warning": ngettext("{n} warning", "{n} warnings", counts["warning"]),
        "info": ngettext("{n} remark", "{n} remarks", counts["info"]),
    }
    found = listed([words[severity] for severity, count in counts.items() if count])
    return {
        "summary": _("{problems} in the input.", problems=found) if total else _("No problems in the input."),
        "more": total - len(shown),
        "items": [_problem(row) for row in shown],
    }


_WORDS: Final = Words({"error": N_("Error"), "warning": N_("Warning"), "info": N_("Remark")})


def _problem(row: dict[Any, Any]) -> dict[str, str]:
    where = [str(row["file"] or row["source"])]
    if row["line"]:
        where.append(_("line {number}", number=row["line"]))
    if row["column"]:
        where.append(_("column {name}", name=row["column"]))
    return {
        "severity": _WORDS[row["severity"]],
        "where": ", ".join(where),
        "message": str(row["message"]),
        "rule": str(row["rule"]),
    }
