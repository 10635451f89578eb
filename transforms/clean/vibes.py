"""Rows of the managers' vibes files -> the table `Vibes` and problems."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Final

import pandas as pd

from transforms.clean.cells import is_serial, key_text, parse_score
from transforms.clean.entries import (
    day_of_week_meant,
    manager_meant,
    placed,
    text_meant,
    visibility_meant,
)
from transforms.clean.input_findings import finding
from transforms.clean.input_problems import Problem, problems_table
from transforms.clean.people import Person, find_engineer, people
from transforms.clean.sheet import Columns, Row, Sheet
from transforms.schemas import registry
from transforms.schemas.sources import Vibes
from transforms.vocabulary import VISIBILITIES

VIBES_COLUMNS: Final = Columns(("week_start", "engineer_id", "vibes"), ("note", "manager", "visibility", "saved_at"))
_NOT_GIVEN: Final = ("", "-", "n/a")
_LOOKS_LIKE_A_DAY: Final = re.compile(r"\d{1,2}[-. ]?[A-Za-z]{3}|[A-Za-z]{3}[-. ]?\d{1,2}|\d{4}-\d\d-\d\d.*|\d{5}")
_FILE_OF_MANAGER: Final = re.compile(r"vibes[_ -](?P<manager>.+?)([_ -]\d{4}-?W\d\d.*)?\.csv", re.IGNORECASE)


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


@dataclass(frozen=True)
class _Entry:
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
    def content(self) -> tuple[int | None, str | None, str]:
        return self.vibes, self.note, self.visibility


def clean_vibes(
    sheets: Sequence[Sheet], engineers: pd.DataFrame, manager_ids: Sequence[str], current_week: pd.Timestamp
) -> CleanVibes:
    """The table `Vibes` of all files together, with every problem found in them.

    Grain: one row per engineer, week and manager. Rows that say the same are one row.
    Missing: a row with neither score nor note is no row (a template not filled in yet).
    Errors: a row that cannot be understood is a problem and is left out; no other row suffers.
    """
    roster = people(engineers)
    entries: list[_Entry] = []
    problems: list[Problem] = []
    rows_read = 0
    for sheet in sheets:
        problems += sheet.problems
        for row in sheet.rows:
            if _is_blank(row):
                continue
            rows_read += 1
            entry, found = _read(row, sheet.file, roster, manager_ids, current_week.date())
            problems += [problem.at(sheet.file) for problem in found]
            entries += [entry] if entry else []
        rows_read += sum(problem.rule in ("V014", "V015") and problem.severity == "error" for problem in sheet.problems)
    kept, dropped, conflicts = _settle(entries)
    return CleanVibes(
        vibes=_table(kept),
        problems=problems_table("vibes", [*problems, *conflicts]),
        rows_read=rows_read,
        rows_rejected=rows_read - len(entries) + dropped,
    )


def _is_blank(row: Row) -> bool:
    return key_text(row.cells.get("vibes", "")).casefold() in _NOT_GIVEN and not row.cells.get("note", "").strip()


def _read(
    row: Row, file: str, roster: Mapping[str, Person], manager_ids: Sequence[str], current_week: date
) -> tuple[_Entry | None, list[Problem]]:
    """One row, and all that is wrong with it."""
    person = find_engineer(row.cells.get("engineer_id", ""), roster)
    engineer_id = person.engineer_id if isinstance(person, Person) else None
    week, week_problems = _week(row.cells.get("week_start", ""))
    score, score_problems = _score(row.cells.get("vibes", ""))
    manager_id, manager_problems = manager_meant(row.cells.get("manager", ""), _named_by(file), person, manager_ids)
    note, note_problems = text_meant(row.cells.get("note", ""), "V009")
    visibility, visibility_problems = visibility_meant(row.cells.get("visibility", ""), VISIBILITIES[0], "note")
    saved_at, saved_problems = _saved_at(row.cells.get("saved_at", ""))
    by_column = {
        "engineer_id": [person] if isinstance(person, Problem) else [],
        "week_start": [*week_problems, *_outside(week, person, current_week)],
        "vibes": score_problems,
        "manager": manager_problems,
        "note": note_problems,
        "visibility": visibility_problems,
        "saved_at": saved_problems,
    }
    problems = [
        placed(problem, row.line, column, engineer_id, week) for column, found in by_column.items() for problem in found
    ]
    if engineer_id is None or week is None or any(problem.severity == "error" for problem in problems):
        return None, problems
    entry = _Entry(file, row.line, week, engineer_id, manager_id, score, note, visibility, saved_at)
    return entry, problems


def _week(cell: str) -> tuple[date | None, list[Problem]]:
    """The Monday of the week that a cell names."""
    typed = key_text(cell)
    chosen = day_of_week_meant(cell, "V003")
    if isinstance(chosen, Problem):
        return None, [chosen]
    monday = chosen - timedelta(days=chosen.weekday())
    problems = []
    if is_serial(typed):
        problems.append(finding("V020.serial", typed, typed=typed, day=str(chosen)))
    if monday != chosen:
        about = {"day": str(chosen), "weekday": f"{chosen:%A}", "monday": str(monday)}
        problems.append(finding("V005.other_day", typed, **about))
    return monday, problems


def _outside(week: date | None, person: Person | Problem, current_week: date) -> Iterable[Problem]:
    if week is None:
        return
    if week > current_week:
        yield finding("V006.future", str(week), week=str(week))
    elif isinstance(person, Person) and week + timedelta(days=6) < person.employed_from:
        yield finding("V006.before", str(week), engineer_id=person.engineer_id, day=str(person.employed_from))
    elif isinstance(person, Person) and person.employed_to and week > person.employed_to:
        yield finding("V006.after", str(week), engineer_id=person.engineer_id, day=str(person.employed_to))


def _score(cell: str) -> tuple[int | None, list[Problem]]:
    typed = key_text(cell)
    if typed.casefold() in _NOT_GIVEN:
        return None, []
    score = parse_score(typed)
    if score is not None:
        return score, []
    variant = "V004.day" if _LOOKS_LIKE_A_DAY.fullmatch(typed) else "V004.number"
    return None, [finding(variant, typed, typed=typed)]


def _named_by(file: str) -> str:
    """The manager that a file's name names; empty where it names none."""
    match = _FILE_OF_MANAGER.fullmatch(file)
    return match["manager"] if match else ""


def _saved_at(cell: str) -> tuple[datetime | None, list[Problem]]:
    typed = key_text(cell)
    if not typed:
        return None, []
    try:
        saved = datetime.fromisoformat(typed)
        return (saved.replace(tzinfo=UTC) if saved.tzinfo is None else saved.astimezone(UTC)), []
    except (ValueError, OverflowError):  # OverflowError: year 1 in a zone east of Greenwich
        return None, [finding("V011.not_an_instant", typed, typed=typed)]


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
            losers = [entry for entry in rivals if entry.content != winner.content]
            problems += map(partial(_replaced, winner=winner), losers)
        else:
            dropped += len(rivals)
            problems += [_conflict(entry, rivals) for entry in rivals]
    return sorted(kept, key=lambda entry: entry.key), dropped, problems


def _winner(rivals: Sequence[_Entry]) -> _Entry | None:
    """The first of rows that say the same; of others, the newest, if every one says when it was saved."""
    ordered = sorted(rivals, key=lambda entry: (entry.file, entry.line))
    if len({entry.content for entry in rivals}) == 1:
        return ordered[0]
    stamps = [entry.saved_at for entry in rivals if entry.saved_at is not None]
    if len(stamps) < len(rivals):
        return None
    newest = [entry for entry in ordered if entry.saved_at == max(stamps)]
    return newest[0] if len({entry.content for entry in newest}) == 1 else None


def _replaced(entry: _Entry, winner: _Entry) -> Problem:
    problem = finding("V013.replaced", file=winner.file, line=winner.line)
    return placed(problem, entry.line, "", entry.engineer_id, entry.week_start).at(entry.file)


def _conflict(entry: _Entry, rivals: Sequence[_Entry]) -> Problem:
    first_others = [rival for rival in rivals[:4] if rival is not entry][:3]
    others = ", ".join(f"{rival.file} line {rival.line}" for rival in first_others)
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
