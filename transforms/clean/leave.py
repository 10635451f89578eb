"""Rows of leave.csv -> the table `Leave` and problems. Why someone is away is neither read nor kept."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

import pandas as pd

from transforms.clean.cells import key_text, possible_days
from transforms.clean.input_problems import Problem, problems_table
from transforms.clean.people import Person, find_engineer, people
from transforms.clean.sheet import Columns, Row, Sheet
from transforms.schemas import registry
from transforms.schemas.sources import Leave

LEAVE_COLUMNS: Final = Columns(("engineer_id", "from_date"), ("to_date", "hours_per_day"))
_WHOLE_DAY_HOURS: Final = 24.0
_LONGEST_DAYS: Final = 366


@dataclass(frozen=True)
class CleanLeave:
    """Days of leave, and what is wrong with the file."""

    leave: pd.DataFrame
    problems: pd.DataFrame


@dataclass(frozen=True)
class _Absence:
    """One row as understood."""

    file: str
    line: int
    engineer_id: str
    first: date
    last: date
    hours: float

    def days(self) -> Iterable[date]:
        return (self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1))


def clean_leave(sheets: Sequence[Sheet], engineers: pd.DataFrame) -> CleanLeave:
    """The table `Leave`, with every problem found in the files.

    Grain: one row per engineer and calendar day from `from_date` to `to_date`, both included.
    Units: hours; without `hours_per_day` a whole day is away (24, which the schedule caps).
    Missing: without `to_date` the leave is one day long.
    Errors: a row that cannot be understood is a problem and is left out.
    """
    roster = people(engineers)
    absences: list[_Absence] = []
    problems = [problem for sheet in sheets for problem in sheet.problems]
    for sheet in sheets:
        for row in sheet.rows:
            absence, found = _read(row, sheet.file, find_engineer(row.cells.get("engineer_id", ""), roster))
            problems += [problem.at(sheet.file) for problem in found]
            absences += [absence] if absence else []
    hours, overlaps = _by_day(absences)
    return CleanLeave(_table(hours), problems_table("leave", [*problems, *overlaps]))


def _read(row: Row, file: str, person: Person | Problem) -> tuple[_Absence | None, list[Problem]]:
    engineer_id = person.engineer_id if isinstance(person, Person) else None
    first = _day(row.cells.get("from_date", ""), "from_date")
    last = _day(row.cells["to_date"], "to_date") if key_text(row.cells.get("to_date", "")) else first
    hours = _hours(row.cells.get("hours_per_day", ""))
    by_column = {"engineer_id": person, "from_date": first, "to_date": last, "hours_per_day": hours}
    problems = [
        replace(value, line=row.line, column=column, engineer_id=engineer_id)
        for column, value in by_column.items()
        if isinstance(value, Problem) and not (column == "to_date" and value is first)
    ]
    if engineer_id is None or isinstance(first, Problem) or isinstance(last, Problem) or isinstance(hours, Problem):
        return None, problems
    if not 0 <= (last - first).days < _LONGEST_DAYS:
        message = f"from {first} to {last} is backwards or longer than a year; the row is not used; check the years"
        return None, [Problem("L002", "error", message, row.line, "to_date", str(last), engineer_id)]
    return _Absence(file, row.line, engineer_id, first, last, hours), problems


def _day(cell: str, column: str) -> date | Problem:
    typed = key_text(cell)
    days = possible_days(typed)
    if len(days) == 1:
        return days[0]
    what = f'"{typed}" may be {" or ".join(map(str, days))}' if days else f'"{typed}" is not a date'
    what = what if typed else f"{column} is empty"
    return Problem("L001", "error", f"{what}; the row is not used; type it as 2026-11-16", found=typed)


def _hours(cell: str) -> float | Problem:
    typed = key_text(cell)
    try:
        hours = float(typed.replace(",", ".")) if typed else _WHOLE_DAY_HOURS
    except ValueError:
        hours = 0.0
    if 0 < hours <= _WHOLE_DAY_HOURS:
        return hours
    message = f'"{typed}" is not a number of hours up to 24; the row is not used; leave it empty for whole days'
    return Problem("L003", "error", message, found=typed)


def _by_day(absences: Sequence[_Absence]) -> tuple[dict[tuple[str, date], float], list[Problem]]:
    """Hours by engineer and day. Where rows disagree the longer absence counts, and that is said."""
    hours: dict[tuple[str, date], float] = {}
    problems = []
    for absence in absences:
        disagreeing = [
            day for day in absence.days() if hours.get((absence.engineer_id, day), absence.hours) != absence.hours
        ]
        for day in absence.days():
            key = (absence.engineer_id, day)
            hours[key] = max(absence.hours, hours.get(key, 0.0))
        if disagreeing:
            message = f"{disagreeing[0]} has other hours in an earlier row; the longer absence counts; keep one row"
            problem = Problem("L004", "warning", message, absence.line, "", "", absence.engineer_id)
            problems.append(problem.at(absence.file))
    return hours, problems


def _table(hours: dict[tuple[str, date], float]) -> pd.DataFrame:
    if not hours:
        return registry.empty(Leave)
    days = sorted(hours)
    frame = pd.DataFrame(
        {
            "engineer_id": [engineer_id for engineer_id, _ in days],
            "leave_date": pd.to_datetime([day for _, day in days]),
            "leave_hours": [hours[day] for day in days],
        }
    )
    return registry.conform(frame, Leave)
