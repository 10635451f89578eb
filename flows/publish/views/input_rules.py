"""What the managers' page needs to read their files as a run does: the script `check.js` holds no rule of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal

import pandas as pd

from flows.publish.row_schema import row_schema
from flows.publish.views.book import Book, Record
from flows.publish.views.wording import iso
from transforms.clean.cells import LONG_MONTHS
from transforms.clean.input_findings import (
    ABOUT,
    BOUNDS,
    EITHER,
    FINDINGS,
    HIDDEN,
    PLACE,
    QUOTED,
    QUOTES,
    SPILT,
    weekdays,
)
from transforms.clean.manager_decisions import DECISION_COLUMNS, USUAL_VISIBILITY
from transforms.clean.sheet import SEPARATORS, Columns
from transforms.clean.vibes import NOT_GIVEN, VIBES_COLUMNS
from transforms.language import _
from transforms.schemas.columns import Table
from transforms.schemas.sources import ManagerDecisions, Vibes
from transforms.vocabulary import DECISIONS, HIGHEST_SCORE, LOWEST_SCORE, VISIBILITIES

Kind = Literal["vibes", "decisions"]
_FILES: Final[Mapping[Kind, tuple[type[Table], Columns, str]]] = {
    "vibes": (Vibes, VIBES_COLUMNS, VISIBILITIES[0]),
    "decisions": (ManagerDecisions, DECISION_COLUMNS, USUAL_VISIBILITY),
}
# Said by those who read folders and leave, or know the reviews: the page does neither.
_NOT_SAID: Final = ("V019", "L", "D007", "D008")


def input_rules(book: Book, kind: Kind) -> dict[str, Any]:
    """All that decides on a file of one kind, as values for JSON.

    `week` is the week after the reported one, the last that a file may speak of; on real data the page goes by the
    clock of its reader where that is later.
    Missing: who is yet to be hired is not in the roster, and the end of an employment only once it is past: a page
        tells neither beforehand. Weeks that are still to come are refused anyway.
    """
    table, columns, usual = _FILES[kind]
    return {
        "kind": kind,
        "required": list(columns.required),
        "optional": list(columns.optional),
        "text": columns.text,
        "separators": [[mark, list(map(_, names))] for mark, names in SEPARATORS.items()],
        "schema": row_schema(table, columns),
        "usual_visibility": usual,
        "roster": page_roster(book.engineers.values(), _current_week(book)),
        "managers": [manager.id for manager in book.config.managers],
        "week": iso(_current_week(book)),
        "last_day": iso(_current_week(book) + pd.Timedelta(days=6)),
        "is_sample": book.data.settings.is_sample,
        "score": {"minimum": LOWEST_SCORE, "maximum": HIGHEST_SCORE},
        "not_given": list(NOT_GIVEN),
        "decisions": list(DECISIONS),
        "weekdays": weekdays(),
        "months": list(LONG_MONTHS),
        "findings": {
            key: [found.severity, found.message] for key, found in FINDINGS.items() if not key.startswith(_NOT_SAID)
        },
        "bounds": BOUNDS,
        "quoted": list(QUOTED),
        "quotes": _(QUOTES),
        "hidden": _(HIDDEN),
        "spilt": _(SPILT[columns.text]),
        "either": _(EITHER),
        "place": _(PLACE),
        "about": {known: _(said) for known, said in ABOUT.items()},
    }


def row_schemas() -> dict[str, dict[str, Any]]:
    """The row schemas by the name of the file in which the site publishes them."""
    return {f"data/{kind}.schema.json": row_schema(table, columns) for kind, (table, columns, _) in _FILES.items()}


def _current_week(book: Book) -> pd.Timestamp:
    return book.week + pd.Timedelta(days=7)


def page_roster(engineers: Iterable[Record], today: pd.Timestamp) -> list[dict[str, str | None]]:
    """Who has begun to work by a day, and when those who have left by then did; nothing that is still to come."""
    return [_person(row, today) for row in engineers if row["employed_from"] <= today]


def _person(row: Record, today: pd.Timestamp) -> dict[str, str | None]:
    return {
        "id": row["engineer_id"],
        "name": row["name"],
        "manager": row["manager_id"],
        "from": iso(row["employed_from"]),
        "to": iso(row["employed_to"]) if row["employed_to"] < today else None,
    }
