"""Rows of the managers' vibes files -> the table `Vibes` and problems.

A note without a visibility is for everyone, except where that may have got lost: the note ends with `everyone` or
`managers`, or holds it between separators; or the row ends before its visibility and the one below cannot be read, as
where a line break without quotation marks tears a note. Such a note is for managers only, with a warning (V022), until
somebody says whose it is. The score counts.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache, partial
from itertools import pairwise
from typing import Final, NamedTuple

import pandas as pd

from transforms.clean.cells import is_serial, key_text, parse_score
from transforms.clean.entries import (
    day_of_week_meant,
    in_their_columns,
    instant_meant,
    is_visible,
    manager_meant,
    manager_of_file,
    placed,
    stray,
    text_meant,
    visibility_meant,
)
from transforms.clean.input_findings import PLACE, finding, weekdays
from transforms.clean.input_problems import Problem, problems_table
from transforms.clean.people import Person, find_engineer, people
from transforms.clean.sheet import Columns, Row, Sheet
from transforms.language import _
from transforms.schemas import registry
from transforms.schemas.sources import Vibes
from transforms.vocabulary import VISIBILITIES

VIBES_COLUMNS: Final = Columns(
    ("week_start", "engineer_id", "vibes"), ("note", "manager", "visibility", "saved_at"), text="note"
)
_SIX_DAYS: Final = timedelta(days=6)
NOT_GIVEN: Final = ("", "-", "n/a")
_LOOKS_LIKE_A_DAY: Final = re.compile(
    r"[0-9]{1,2}[-. ]?[A-Za-z]{3}|[A-Za-z]{3}[-. ]?[0-9]{1,2}|[0-9]{4}-[0-9]{2}-[0-9]{2}.*|[0-9]{5}"
)
# The word for who may read it, as it stands in a note from which no separator parts it.
_WORD: Final = f"({'|'.join(VISIBILITIES)})"
_READER: Final = re.compile(rf"[,;\t|] *{_WORD} *[,;\t|]|{_WORD}[ \t\r\n,;|\"')\]}}]*\Z")
# What may be repeated of a cell that should hold a score: anything longer may be a note.
_NO_SCORE: Final = re.compile(
    r"#.{0,11}|(?=.*[0-9]).{1,12}|[a-z]?|true|false|nan|none|null|na|"
    r"zero|one|two|three|four|five|six|seven|eight|nine|ten",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True)
class CleanVibes:
    """What the files say, and what is wrong with them.

    Rows that say the same, or that a newer one replaced, are neither used nor rejected.
    """

    vibes: pd.DataFrame
    problems: pd.DataFrame
    rows_read: int
    rows_rejected: int

    @property
    def rows_used(self) -> int:
        return len(self.vibes)

    @property
    def rejected_share(self) -> float:
        return self.rows_rejected / self.rows_read if self.rows_read else 0.0


class _Entry(NamedTuple):
    """One row as understood."""

    file: str
    line: int
    week_start: date
    engineer_id: str
    manager_id: str
    vibes: int | None
    note: str | None
    visibility: str
    saved_at: datetime | None

    @property
    def key(self) -> tuple[date, str, str]:
        return self.week_start, self.engineer_id, self.manager_id

    @property
    def content(self) -> tuple[int | None, str, str]:
        """What it says. The same note may be written with letters and accents of their own."""
        return self.vibes, unicodedata.normalize("NFC", self.note or ""), self.visibility


def clean_vibes(
    sheets: Sequence[Sheet], engineers: pd.DataFrame, manager_ids: Sequence[str], current_week: pd.Timestamp
) -> CleanVibes:
    """The table `Vibes` of all files together, with every problem found in them.

    Grain: one row per engineer, week and manager. Rows that say the same are one row.
    Missing: a row with neither score nor note is no row (a template not filled in yet).
    Errors: a row that cannot be understood is a problem and is left out; no other row suffers.
    """
    reader = _Reader(people(engineers), manager_ids, current_week.date())
    entries: list[_Entry] = []
    problems: list[Problem] = []
    rows_read = 0
    for sheet in sheets:
        of_file = manager_of_file(sheet.file, "vibes", manager_ids)
        problems += sheet.problems
        rows_read += sheet.rows_rejected
        read = [(row, *reader.read(row, sheet.file, of_file)) for row in sheet.rows]
        unread = {row.line for row, entry, found in read if entry is None and found}
        perhaps_torn = _above(unread.union(sheet.lines_rejected), sheet.rows)
        for row, entry, found in read:
            if entry is None and not found:
                continue
            rows_read += 1
            problems += [problem.at(sheet.file) for problem in found]
            if entry is None:
                continue
            doubt = _doubt(row, entry, is_torn=row.line in perhaps_torn)
            problems += [doubt] if doubt else []
            entries.append(entry._replace(visibility="managers") if doubt else entry)
    kept, dropped, conflicts = _settle(entries)
    return CleanVibes(
        vibes=_table(kept),
        problems=problems_table("vibes", [*problems, *conflicts]),
        rows_read=rows_read,
        rows_rejected=rows_read - len(entries) + dropped,
    )


def is_blank(row: Row) -> bool:
    """Whether a row holds neither score nor note."""
    is_scored = key_text(row.cells.get("vibes", "")).casefold() not in NOT_GIVEN
    return not is_scored and not is_visible(row.cells.get("note", ""))


class _Reader:
    """Reads rows. The cells of a file say the same few things again and again: each is understood once."""

    def __init__(self, roster: Mapping[str, Person], manager_ids: Sequence[str], current_week: date) -> None:
        self._roster = roster
        self._manager_ids = manager_ids
        self._current_week = current_week
        self._engineer = cache(partial(find_engineer, roster=roster))
        self._week = cache(partial(_week, current_week=current_week))
        self._score = cache(_score)
        self._manager = cache(partial(manager_meant, manager_ids=manager_ids))
        self._saved_at = cache(_saved_at)
        self._visibility = cache(partial(visibility_meant, usual=VISIBILITIES[0], column="note"))

    def read(self, row: Row, file: str, of_file: str) -> tuple[_Entry | None, list[Problem]]:
        """One row, and all that is wrong with it; neither for a row that nobody filled in."""
        cell = row.cells.get
        score, score_problems = self._score(cell("vibes", ""))
        note, note_problems = text_meant(cell("note", ""), "V009")
        if score is None and is_blank(row):
            return None, self._misplaced(row)
        person = self._engineer(cell("engineer_id", ""))
        week, week_problems = self._week(cell("week_start", ""))
        own = person.manager_id if isinstance(person, Person) else ""
        manager_id, manager_problems = self._manager(cell("manager", ""), of_file or own)
        visibility, visibility_problems = self._visibility(cell("visibility", ""))
        saved_at, saved_problems = self._saved_at(cell("saved_at", ""))
        found = {
            "engineer_id": [person] if isinstance(person, Problem) else [],
            "week_start": week_problems + _outside(week, person, self._current_week),
            "vibes": score_problems,
            "manager": manager_problems,
            "note": note_problems,
            "visibility": visibility_problems,
            "saved_at": saved_problems,
        }
        engineer_id = person.engineer_id if isinstance(person, Person) else None
        problems = [
            placed(problem, row.line, column, engineer_id, week)
            for column, problem in in_their_columns(row, VIBES_COLUMNS, found, self._manager_ids)
        ]
        if engineer_id is None or week is None or any(problem.severity == "error" for problem in problems):
            return None, problems
        entry = _Entry(file, row.line, week, engineer_id, manager_id, score, note, visibility, saved_at)
        return entry, problems

    def _misplaced(self, row: Row) -> list[Problem]:
        column = stray(row, self._roster, self._manager_ids, "week_start")
        return [replace(finding("V014.stray"), line=row.line, column=column)] if column else []


def _week(cell: str, current_week: date) -> tuple[date | None, list[Problem]]:
    """The Monday of the week that a cell names, and what is wrong with it whoever it is about."""
    typed = key_text(cell)
    chosen = day_of_week_meant(cell, "V003", current_week)
    if isinstance(chosen, Problem):
        return None, [chosen]
    monday = chosen - timedelta(days=chosen.weekday())
    problems = []
    if is_serial(typed):
        problems.append(finding("V020.serial", typed, serial=typed, day=str(chosen)))
    if monday != chosen:
        about = {"day": str(chosen), "weekday": weekdays()[chosen.weekday()], "monday": str(monday)}
        problems.append(finding("V005.other_day", typed, **about))
    if monday > current_week:
        problems.append(finding("V006.future", str(monday), week=str(monday)))
    return monday, problems


def _outside(week: date | None, person: Person | Problem, current_week: date) -> list[Problem]:
    """What is wrong if the engineer was not employed in a week that has begun.

    Of later weeks nothing is said: the input page does not know who will leave.
    """
    if week is None or week > current_week or isinstance(person, Problem):
        return []
    if person.employed_from - week > _SIX_DAYS:
        return [finding("V006.before", str(week), engineer_id=person.engineer_id, day=str(person.employed_from))]
    if person.employed_to and week > person.employed_to:
        return [finding("V006.after", str(week), engineer_id=person.engineer_id, day=str(person.employed_to))]
    return []


def _above(unread: set[int], rows: Sequence[Row]) -> set[int]:
    """The lines of the rows right above one that cannot be read."""
    lines = sorted(unread | {row.line for row in rows})
    return {line for line, below in pairwise(lines) if below in unread}


def _doubt(row: Row, entry: _Entry, *, is_torn: bool) -> Problem | None:
    """Why it is not sure that everyone may read the note of a row that says nothing of it; None where it is."""
    if entry.note is None or key_text(row.cells.get("visibility", "")):
        return None
    if word := _READER.search(key_text(row.cells["note"]).casefold()):
        column, problem = "note", finding("V022.word", word=word[1] or word[2])
    elif is_torn and "visibility" in row.cut_off:
        column, problem = "visibility", finding("V022.short")
    else:
        return None
    return placed(problem, row.line, column, entry.engineer_id, entry.week_start).at(entry.file)


def _score(cell: str) -> tuple[int | None, list[Problem]]:
    typed = key_text(cell)
    if typed.casefold() in NOT_GIVEN:
        return None, []
    score = parse_score(typed)
    if score is not None:
        return score, []
    if _LOOKS_LIKE_A_DAY.fullmatch(typed):
        return None, [finding("V004.day", typed, typed=typed)]
    if _NO_SCORE.fullmatch(typed):
        return None, [finding("V004.number", typed, typed=typed)]
    return None, [finding("V004.words")]


def _saved_at(cell: str) -> tuple[datetime | None, list[Problem]]:
    typed = key_text(cell)
    if not typed:
        return None, []
    saved = instant_meant(typed)
    return saved, [] if saved else [finding("V011.not_an_instant", typed, typed=typed)]


def _settle(entries: Sequence[_Entry]) -> tuple[list[_Entry], int, list[Problem]]:
    """One entry per key, the number of rows not used, and what was decided where rows disagree."""
    by_key: dict[tuple[date, str, str], list[_Entry]] = {}
    for entry in entries:
        by_key.setdefault(entry.key, []).append(entry)
    kept: list[_Entry] = []
    problems: list[Problem] = []
    dropped = 0
    for rivals in by_key.values():
        winner = _winner(rivals)
        if winner is not None:
            kept.append(winner)
            losers = [entry for entry in rivals if entry is not winner and entry.content != winner.content]
            problems += map(partial(_replaced, winner=winner), losers)
        else:
            dropped += len(rivals)
            problems += [_conflict(entry, rivals) for entry in rivals]
    return sorted(kept, key=lambda entry: entry.key), dropped, problems


def _winner(rivals: Sequence[_Entry]) -> _Entry | None:
    """The first of rows that say the same, as of the last time it was saved; of others, the newest, if every one says
    when it was saved.
    """
    if len(rivals) == 1:
        return rivals[0]
    ordered = sorted(rivals, key=lambda entry: (entry.file, entry.line))
    stamps = [entry.saved_at for entry in rivals if entry.saved_at is not None]
    if len({entry.content for entry in rivals}) == 1:
        return ordered[0]._replace(saved_at=max(stamps, default=None))
    if len(stamps) < len(rivals):
        return None
    newest = [entry for entry in ordered if entry.saved_at == max(stamps)]
    return newest[0] if len({entry.content for entry in newest}) == 1 else None


def _replaced(entry: _Entry, winner: _Entry) -> Problem:
    problem = finding("V013.replaced", file=winner.file, line=winner.line)
    return placed(problem, entry.line, "", entry.engineer_id, entry.week_start).at(entry.file)


def _conflict(entry: _Entry, rivals: Sequence[_Entry]) -> Problem:
    first_others = [rival for rival in rivals[:4] if rival is not entry][:3]
    others = ", ".join(_(PLACE, file=rival.file, line=rival.line) for rival in first_others)
    return placed(finding("V012.others", others=others), entry.line, "", entry.engineer_id, entry.week_start).at(
        entry.file
    )


def _table(entries: Sequence[_Entry]) -> pd.DataFrame:
    if not entries:
        return registry.empty(Vibes)
    names = ("engineer_id", "manager_id", "vibes", "note", "visibility", "file", "line")
    frame = pd.DataFrame({name: [getattr(entry, name) for entry in entries] for name in names})
    return registry.conform(
        frame.assign(
            week_start=pd.to_datetime([entry.week_start for entry in entries]),
            published_vibes=float("nan"),  # what was published is known to the store, not to the files
            saved_at=pd.Series([entry.saved_at for entry in entries], dtype="datetime64[us, UTC]"),
        ),
        Vibes,
    )
