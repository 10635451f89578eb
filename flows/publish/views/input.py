"""The managers' pages: a form that builds a vibes file, and one for decisions on open recommendations."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from flows.publish.views import cards, wording
from flows.publish.views.book import Book, Record
from flows.publish.views.decided import decided, is_waiting
from flows.publish.views.shared import Page, provenance
from transforms.vocabulary import ASKING
from transforms.weeks import iso_week

# A week earlier than that is no longer restated by late vibes; the files take any week all the same.
OFFERED_WEEKS: Final = 6
NOTE_CHARACTERS: Final = 500
SCORE_WORDS: Final = {1: "struggling", 2: "strained", 3: "steady", 4: "good", 5: "thriving"}
VIBES_COLUMNS: Final = ("week_start", "engineer_id", "vibes", "note", "manager", "visibility", "saved_at")
DECISION_COLUMNS: Final = ("engineer_id", "review_week", "decision", "why", "manager", "decided_on", "visibility")
_DECISIONS: Final = {"agree": "Agree", "decline": "Decline", "defer": "Defer"}


def pages(book: Book) -> list[Page]:
    """The vibes form and the decisions form."""
    return [
        Page(
            "input/index.html",
            "pages/input.html.j2",
            "Manager input",
            "A form that builds the week's vibes file: scores and context notes for the engineers of one manager.",
            "input",
            vibes_view(book),
        ),
        Page(
            "input/decisions/index.html",
            "pages/decisions_form.html.j2",
            "Decisions on recommendations",
            "A form for the managers' decisions on open recommendations.",
            "input",
            decisions_view(book),
        ),
    ]


def vibes_view(book: Book) -> dict[str, Any]:
    """The form's choices. The files need ids, so a site that does not name people only explains the file."""
    is_offered = book.people.are_named
    return {
        "provenance": provenance(book.data),
        "is_offered": is_offered,
        "folder": book.config.sources.vibes.folder,
        "columns": list(VIBES_COLUMNS),
        "open_decisions": sum(item["is_waiting"] for item in _open(book)) if is_offered else 0,
        "form": {
            "kind": "vibes",
            "columns": list(VIBES_COLUMNS),
            "max_note": NOTE_CHARACTERS,
            "scores": [{"value": value, "word": word} for value, word in SCORE_WORDS.items()],
            "managers": _managers(book),
            "weeks": _weeks(book),
            "engineers": [_engineer(book, engineer_id) for engineer_id in _by_name(book)],
        }
        if is_offered
        else {},
    }


def decisions_view(book: Book) -> dict[str, Any]:
    """Open recommendations, each with what speaks for and against it."""
    is_offered = book.people.are_named
    found = _open(book) if is_offered else []
    return {
        "provenance": provenance(book.data),
        "is_offered": is_offered,
        "columns": list(DECISION_COLUMNS),
        "items": found,
        "form": {
            "kind": "decisions",
            "columns": list(DECISION_COLUMNS),
            "max_note": NOTE_CHARACTERS,
            "decisions": [{"value": value, "word": word} for value, word in _DECISIONS.items()],
            "managers": _managers(book),
        },
    }


def _managers(book: Book) -> list[dict[str, str]]:
    return [{"id": manager.id, "name": manager.name} for manager in book.config.managers]


def _weeks(book: Book) -> list[dict[str, str]]:
    """The week under way first, then the reported one and those before it."""
    newest = book.week + pd.Timedelta(days=7)
    mondays = [newest - pd.Timedelta(weeks=back) for back in range(OFFERED_WEEKS)]
    return [
        {"start": wording.iso(week), "week": iso_week(week), "label": f"{iso_week(week)}: {wording.week_title(week)}"}
        for week in mondays
    ]


def _by_name(book: Book) -> list[str]:
    return sorted(book.present(), key=lambda engineer_id: book.people.label(engineer_id).casefold())


def _engineer(book: Book, engineer_id: str) -> dict[str, str]:
    now = cards.standing(book, engineer_id)
    team = book.engineers[engineer_id]["team_id"]
    return {
        "id": engineer_id,
        "name": book.people.label(engineer_id),
        "team": book.team_names.get(team, team),
        "manager": str(book.engineers[engineer_id]["manager_id"]),
        "status": now.status,
        "word": wording.STATUS_WORDS[now.status],
        "reason": now.reasons[0],
    }


def _open(book: Book) -> list[dict[str, Any]]:
    """The newest recommendation of each present engineer where it asks for something."""
    newest = [own[-1] for engineer_id in _by_name(book) if (own := book.recommendations.get(engineer_id))]
    return [_decision(book, row) for row in newest if row["recommendation"] in ASKING]


def _decision(book: Book, row: Record) -> dict[str, Any]:
    engineer_id = row["engineer_id"]
    return {
        "id": engineer_id,
        "name": book.people.label(engineer_id),
        "href": book.people.href(engineer_id),
        "manager": book.people.manager(book.engineers[engineer_id]["manager_id"]),
        "review_week": iso_week(row["week_start"]),
        "when": f"Review {row['review_number']}, week of {wording.day(row['week_start'])}",
        "lozenge": wording.lozenge(
            {"return": "red", "watch": "yellow"}[row["recommendation"]],
            wording.RECOMMENDATION_WORDS[row["recommendation"]],
        ),
        "reasons": wording.sentences(row["reasons"]),
        "counter": wording.sentences(row["counter_evidence"]),
        "decided": decided(book, row)["standing"],
        "is_waiting": is_waiting(book, row),
    }
