"""Vibes: what the managers' rows of one engineer and week come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import pandas as pd

from flows.publish.views import wording
from flows.publish.views.examples.made_up import (
    MONDAYS,
    ON_5X8,
    case_ids,
    engineer,
    engineers,
    group,
    readings,
    schedule,
    schedules,
    table,
)
from transforms.language import _
from transforms.metrics.vibes import as_published
from transforms.schemas.sources import Vibes


@dataclass(frozen=True)
class Row:
    """What one manager wrote; `first` is the score first published, where that was another."""

    manager: str
    vibes: float | None
    note: str | None = None
    first: float | None = None


class Reading(NamedTuple):
    """What the week's reading says."""

    vibes: float | None
    has_note: bool
    is_changed: bool


@dataclass(frozen=True)
class Case:
    """Rows of the files now, and when the week was published, if that was before. `expected`: worked out by hand."""

    name: str
    what: str
    now: tuple[Row, ...]
    expected: Reading
    published: tuple[Row, ...] = ()


_IRIS_4: Final = Row("Iris", 4)
_IRIS_4_NOTE: Final = Row("Iris", 4, "Carried the release.")

CASES: Final = (
    Case("Both", "Iris scores 4 and writes why", (_IRIS_4_NOTE,), Reading(4.0, True, False)),
    Case("Score only", "Iris scores 4 and writes nothing", (_IRIS_4,), Reading(4.0, False, False)),
    Case(
        "Two scores",
        "Iris scores 3, Noor 4 with a note",
        (Row("Iris", 3), Row("Noor", 4, "Ran the demo.")),
        Reading(3.5, True, False),
    ),
    Case("Nothing", "Nobody writes anything", (), Reading(None, False, False)),
    Case("Note only", "Iris writes a note and no score", (Row("Iris", None, "Was ill."),), Reading(None, True, False)),
    Case(
        "Two voices",
        "Iris scores 4, Noor writes a note alone",
        (_IRIS_4, Row("Noor", None, "Was ill.")),
        Reading(4.0, True, False),
    ),
    Case("Changed", "Published with 4, then Iris makes it 2", (Row("Iris", 2),), Reading(2.0, False, True), (_IRIS_4,)),
    Case("Taken back", "Published with 4, then Iris deletes the row", (), Reading(None, False, True), (_IRIS_4,)),
    Case(
        "And back",
        "Published with 4, then made 2, now 4 again",
        (_IRIS_4,),
        Reading(4.0, False, False),
        (Row("Iris", 2, first=4),),
    ),
    Case(
        "Note later", "Published with 4, then Iris adds a note", (_IRIS_4_NOTE,), Reading(4.0, True, False), (_IRIS_4,)
    ),
    Case("Late", "Published without vibes, then Iris scores 4", (_IRIS_4,), Reading(4.0, False, False)),
)


def groups() -> list[dict[str, Any]]:
    """The table of the page."""
    return [
        group(
            "vibes",
            label=_("Vibes"),
            title=_("What the managers' scores of a week come to"),
            text=_(
                "Scores go from 1 (struggling) to 5 (thriving). A note is what an override asks for; without one, "
                "vibes of 4 or 5 change no status."
            ),
            columns=[_("Case"), _("What the managers do"), _("Vibes")],
            rows=[[_(case.name), _(case.what), _told(found)] for case, found in zip(CASES, vibes(), strict=True)],
        )
    ]


def _told(found: Reading) -> str:
    """`4.0, with a note`; `none, changed after publication`."""
    told = [_("none") if found.vibes is None else wording.number(found.vibes)]
    told += [_("with a note")] if found.has_note else []
    told += [_("changed after publication")] if found.is_changed else []
    return ", ".join(told)


def vibes() -> list[Reading]:
    """The reading of each of CASES."""
    ids = case_ids(CASES)
    now = _rows(ids, [case.now for case in CASES])
    published = _rows(ids, [case.published for case in CASES])
    found = readings(
        engineers(*[engineer(who) for who in ids]),
        schedules(*[schedule(who, ON_5X8) for who in ids]),
        {"vibes": as_published(now, published, is_whole=True)},
    )
    rows = [found[who, MONDAYS[0]] for who in ids]
    return [
        Reading(
            None if pd.isna(row["vibes"]) else float(row["vibes"]),
            bool(row["has_note"]),
            bool(row["is_vibes_changed"]),
        )
        for row in rows
    ]


def _rows(ids: Sequence[str], cases: Sequence[Sequence[Row]]) -> pd.DataFrame:
    return table(
        Vibes,
        [
            {
                "engineer_id": who,
                "week_start": MONDAYS[0],
                "manager_id": row.manager.lower(),
                "vibes": row.vibes,
                "note": row.note,
                "visibility": "everyone",
                "saved_at": None,
                "file": "vibes.csv",
                "line": line,
                "published_vibes": row.first,
            }
            for who, rows in zip(ids, cases, strict=True)
            for line, row in enumerate(rows, start=2)
        ],
    )
