"""The managers' pages: a form that builds a vibes file, one for decisions, and a check of files made elsewhere."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from flows.publish.script_words import form_words
from flows.publish.views import cards, engineers, wording
from flows.publish.views.book import Book, Record
from flows.publish.views.decided import decided, is_waiting
from flows.publish.views.input_rules import input_rules
from flows.publish.views.shared import Page, provenance
from transforms.clean.manager_decisions import DECISION_COLUMNS
from transforms.clean.vibes import VIBES_COLUMNS
from transforms.language import N_, Words, _, day_text, ngettext
from transforms.vocabulary import ASKING
from transforms.weeks import iso_week

# A week earlier than that is no longer restated by late vibes; the files take any week all the same.
OFFERED_WEEKS: Final = 6
# Weeks that begin after the page was built: it offers them once the reader's clock says that they have begun.
LATER_WEEKS: Final = 8
SCORE_WORDS: Final = {1: N_("struggling"), 2: N_("strained"), 3: N_("steady"), 4: N_("good"), 5: N_("thriving")}
FACT_NAMES: Final = (
    N_("Billable share"),
    N_("Sprint"),
    # TRANSLATORS: pages that an engineer was sent
    N_("Calls"),
)
# What stands on a card until the script fills it in for the chosen week.
NOTHING_KNOWN: Final = {"lozenges": [], "reason": "", "values": [""] * len(FACT_NAMES), "note": ""}
_DECISIONS: Final = Words({"agree": N_("Agree"), "decline": N_("Decline"), "defer": N_("Defer")})


def pages(book: Book) -> list[Page]:
    """The vibes form and the decisions form."""
    return [
        Page(
            "input/index.html",
            "pages/input.html.j2",
            _("Manager input"),
            _("A form that builds the week's vibes file: scores and context notes for the engineers of one manager."),
            "input",
            vibes_view(book),
        ),
        Page(
            "input/decisions/index.html",
            "pages/decisions_form.html.j2",
            _("Decisions on recommendations"),
            _("A form for the managers' decisions on open recommendations."),
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
        "columns": list(VIBES_COLUMNS.names),
        "fact_names": list(map(_, FACT_NAMES)),
        "nothing": NOTHING_KNOWN,
        "open_decisions": sum(item["is_waiting"] for item in _open(book)) if is_offered else 0,
        "scores": [{"value": value, "word": _(word)} for value, word in SCORE_WORDS.items()],
        "engineers": [_engineer(book, engineer_id) for engineer_id in _by_name(book)] if is_offered else [],
        "form": {
            "kind": "vibes",
            "rules": input_rules(book, "vibes"),
            "words": form_words(is_vibes=True),
            "managers": _managers(book),
            "weeks": _weeks(book),
            "later_weeks": [] if book.data.settings.is_sample else _later_weeks(book),
            "facts": {engineer_id: _facts(book, engineer_id) for engineer_id in book.present()},
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
        "folder": book.config.sources.vibes.folder,
        "columns": list(DECISION_COLUMNS.names),
        "fact_names": list(map(_, FACT_NAMES)),
        "facts_of": _title(book.week),
        "decisions": [{"value": value, "word": word} for value, word in _DECISIONS.items()],
        "items": found,
        "form": {
            "kind": "decisions",
            "rules": input_rules(book, "decisions"),
            "words": form_words(is_vibes=False),
            "managers": _managers(book),
        }
        if is_offered
        else {},
    }


def _managers(book: Book) -> list[dict[str, str]]:
    return [{"id": manager.id, "name": manager.name} for manager in book.config.managers]


def _weeks(book: Book) -> list[dict[str, str]]:
    """The week under way first, then the reported one and those before it."""
    return [_week(book, book.week + pd.Timedelta(weeks=1 - back)) for back in range(OFFERED_WEEKS)]


def _later_weeks(book: Book) -> list[dict[str, str]]:
    """Weeks after the one under way, in order."""
    return [_week(book, book.week + pd.Timedelta(weeks=1 + ahead)) for ahead in range(1, LATER_WEEKS + 1)]


def _week(book: Book, week: pd.Timestamp) -> dict[str, str]:
    """A week to choose, and the week whose facts stand beside it: the last reported one where it is not over."""
    known = min(week, book.week)
    return {
        "start": wording.iso(week),
        "week": iso_week(week),
        "label": f"{iso_week(week)}: {wording.week_title(week)}",
        "title": _title(week),
        "facts": wording.iso(known),
        "facts_title": _title(known),
        "facts_note": "" if known == week else _facts_note(known),
    }


def _facts_note(week: pd.Timestamp) -> str:
    return _("The facts are those of the last reported week, the week of {day}.", day=day_text(week, "MMMMd"))


def _title(week: pd.Timestamp) -> str:
    return _("Week of {day}", day=day_text(week, "MMMMd"))


def _by_name(book: Book) -> list[str]:
    return sorted(book.present(), key=lambda engineer_id: book.people.label(engineer_id).casefold())


def _engineer(book: Book, engineer_id: str) -> dict[str, str]:
    team = book.engineers[engineer_id]["team_id"]
    return {
        "id": engineer_id,
        "name": book.people.label(engineer_id),
        "href": book.people.href(engineer_id),
        "team": _("{team} team", team=book.team_names.get(team, team)),
        "manager": str(book.engineers[engineer_id]["manager_id"]),
    }


def _facts(book: Book, engineer_id: str) -> dict[str, Any]:
    """What is known of each reported week that may be chosen, by its Monday."""
    mondays = [book.week - pd.Timedelta(weeks=back) for back in range(OFFERED_WEEKS - 1)]
    found = {wording.iso(week): week_facts(book, engineer_id, week) for week in mondays}
    return {week: known for week, known in found.items() if known}


def week_facts(book: Book, engineer_id: str, week: pd.Timestamp) -> dict[str, Any]:
    """What is known of one week, in the words of the engineer's page; empty where nothing is.

    `values` stand under FACT_NAMES. The note is one that everyone may read.
    """
    reading = next(iter(book.in_week(book.readings, engineer_id, week)), None)
    if reading is None:
        return {}
    now = cards.standing(book, engineer_id, week)
    notes = [str(row["note"]) for row in book.in_week(book.notes, engineer_id, week)]
    return {
        "lozenges": now.lozenges(),
        "reason": now.reasons[0] if now.needs_attention else "",
        "values": [_billable(reading), _sprint(book, reading), _calls(book, reading)],
        "note": " / ".join(notes),
    }


def _billable(reading: Record) -> str:
    text = engineers.reading_text(reading, "billable")
    return _("no reading") if text == wording.NOTHING else text


def _sprint(book: Book, reading: Record) -> str:
    """`2.0 per 40 h, usually 5.8; 2 points in the week`: the sprint's rate against the own normal, then the week."""
    rate = engineers.sprint_rate(book, reading)
    if not rate:
        return _("not known") if reading["sprint_id"] == reading["sprint_id"] else _("no sprint")
    signals = book.in_week(book.signals, reading["engineer_id"], reading["week_start"])
    usual = next((wording.number(row["reference"]) for row in signals if row["channel"] == "velocity"), wording.NOTHING)
    points = engineers.reading_text(reading, "velocity")
    if usual == wording.NOTHING:
        return _("{rate}; {points} in the week", rate=rate, points=points)
    return _("{rate}, usually {usual}; {points} in the week", rate=rate, usual=usual, points=points)


def _calls(book: Book, reading: Record) -> str:
    """`2 calls, acknowledged in 5.7 min, 1 of 2 answered`; `no calls`; `unknown` where the source did not answer."""
    text = engineers.reading_text(reading, "response")
    if not reading["is_response_known"] or not reading["n_pages"]:
        return text
    answered = "" if text == wording.NOTHING else _("acknowledged in {time}", time=text)
    calls = ngettext("{n} call", "{n} calls", reading["n_pages"])
    parts = [calls, answered, engineers.reading_detail(book, reading, "response")]
    return ", ".join(part for part in parts if part)


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
        "when": _("Review {number}, week of {day}", number=row["review_number"], day=wording.day(row["week_start"])),
        "lozenge": wording.lozenge(
            {"return": "red", "watch": "yellow"}[row["recommendation"]],
            wording.RECOMMENDATION_WORDS[row["recommendation"]],
        ),
        "reasons": wording.sentences(row["reasons"]),
        "counter": wording.sentences(row["counter_evidence"]),
        "facts": week_facts(book, engineer_id, book.week),
        "decided": decided(book, row)["standing"],
        "is_waiting": is_waiting(book, row),
    }
