"""Marks in the trends of an engineer: weeks that the manager's word excused, or that an override showed as green."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final

from flows.publish.views import wording
from flows.publish.views.book import Book
from transforms.language import N_, Words, _
from transforms.weeks import parse_week

# In the order in which they are told; a week may have both. Their shapes: charts/spec.py.
_FLAGS: Final = {"excused": "is_excused", "override": "override_applied"}
_WORDS: Final = Words({"excused": N_("Excused"), "override": N_("Override")})
_OF_WEEKS: Final = Words(
    {
        "excused": N_("Hollow dot: week excused on the manager's word."),
        "override": N_("Triangle: week shown green by an override."),
    }
)
_OF_SPRINTS: Final = Words(
    {
        "excused": N_("Hollow dot: sprint with a week excused on the manager's word."),
        "override": N_("Triangle: sprint with a week shown green by an override."),
    }
)

Marks = Mapping[str, list[str]]  # by week_start as ISO day


def with_marks(book: Book, engineer_id: str, figures: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The figures of an engineer with the marks of weeks: in the rows of chart and CSV, the table, and words below.

    The point of a sprint has the marks of all its weeks.
    """
    weeks = {
        wording.iso(row["week_start"]): [mark for mark, flag in _FLAGS.items() if row[flag]]
        for row in book.statuses.get(engineer_id, [])
    }
    sprints = _of_sprints(book, engineer_id, weeks)
    return [
        _marked(figure, sprints, _OF_SPRINTS) if figure["id"] == "velocity" else _marked(figure, weeks, _OF_WEEKS)
        for figure in figures
    ]


def _of_sprints(book: Book, engineer_id: str, weeks: Marks) -> Marks:
    """The marks of each sprint's weeks, at the week in which it ended."""
    ends: dict[tuple[str, float], str] = {}
    marks: dict[tuple[str, float], set[str]] = defaultdict(set)
    for row in book.readings.get(engineer_id, []):
        sprint, week = (row["team_id"], row["sprint_id"]), wording.iso(row["week_start"])
        marks[sprint].update(weeks.get(week, []))
        if row["is_sprint_end"]:
            ends[sprint] = week
    return {week: [mark for mark in _FLAGS if mark in marks[sprint]] for sprint, week in ends.items()}


def _marked(figure: dict[str, Any], marks: Marks, legend: Mapping[str, str]) -> dict[str, Any]:
    rows = [row | {"mark": " ".join(marks.get(row["week_start"], []))} for row in figure["rows"]]
    shown = {mark for row in rows if row["value"] is not None for mark in row["mark"].split()}
    marked = figure | {"rows": rows}
    if not shown:
        return marked
    cells = [
        [*cells, ", ".join(_WORDS[mark] for mark in marks.get(wording.iso(parse_week(cells[0])), []))]
        for cells in figure["table_rows"]
    ]
    return marked | {
        "columns": [*figure["columns"], _("Mark")],
        "table_rows": cells,
        "legend": " ".join(legend[mark] for mark in _FLAGS if mark in shown),
    }
