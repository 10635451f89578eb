"""What the rows of managers' files have in common: which week, who wrote it, what was written, who may read it."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from transforms.clean.cells import key_text, possible_days
from transforms.clean.input_problems import Problem
from transforms.clean.near import nearest
from transforms.clean.people import Person
from transforms.vocabulary import VISIBILITIES

LONGEST_NOTE: Final = 500
# The forms put an apostrophe before a text that a spreadsheet would take for a formula.
_GUARD: Final = re.compile(r"^'(?=[=+\-@\t\r])")


def row_error(rule: str, message: str, found: str = "") -> Problem:
    """A problem for which its row is not used. `message` is what is wrong, a semicolon, what to do."""
    what, _, advice = message.partition("; ")
    return Problem(rule, "error", f"{what}; the row is not used; {advice}", found=found)


def placed(problem: Problem, line: int, column: str, engineer_id: str | None, week: date | None) -> Problem:
    """The problem with its place, and whom and which week it touches where that is known."""
    about = ", ".join(part for part in (engineer_id, f"week of {week}" if week else "") if part)
    message = f"{problem.message} ({about})" if about else problem.message
    return replace(problem, message=message, line=line, column=column, engineer_id=engineer_id)


def day_of_week_meant(cell: str, column: str) -> date | str:
    """A day of the week that a cell names, or what is wrong. Of two readings as a day, the one that is a Monday."""
    typed = key_text(cell)
    days = possible_days(typed)
    mondays = [day for day in days if day.weekday() == 0]
    if len(mondays) == 1:
        return mondays[0]
    if len(days) == 1:
        return days[0]
    if days:
        return f'"{typed}" may be {" or ".join(map(str, days))}'
    return f'"{typed}" is not a date' if typed else f"{column} is empty"


def manager_meant(
    cell: str, named_by_file: str, person: Person | Problem, manager_ids: Sequence[str]
) -> tuple[str, list[Problem]]:
    """The manager of a row: as typed, else as in the file's name, else the engineer's own."""
    typed = key_text(cell).casefold()
    if not typed:
        named = named_by_file.casefold()
        own = person.manager_id if isinstance(person, Person) else ""
        return (named if named in manager_ids else own), []
    if typed in manager_ids:
        return typed, []
    near = nearest(typed, manager_ids)
    advice = f'did you mean "{near}"?' if near else f"managers are {', '.join(manager_ids)}"
    return typed, [row_error("V008", f'"{typed}" is not a manager of the config; {advice}', typed)]


def text_meant(cell: str, rule: str, name: str) -> tuple[str | None, list[Problem]]:
    """What was written, shortened where it is too long; None for nothing. It is never repeated in a problem."""
    text = _GUARD.sub("", cell.strip())
    if len(text) <= LONGEST_NOTE:
        return text or None, []
    message = f"{name} has {len(text)} characters; the first {LONGEST_NOTE} are shown; shorten it"
    return text[:LONGEST_NOTE], [Problem(rule, "warning", message)]


def visibility_meant(cell: str, usual: str, name: str) -> tuple[str, list[Problem]]:
    """Who may read it: as typed, `usual` where nothing is; managers only while it cannot be understood."""
    typed = key_text(cell).casefold()
    if not typed or typed in VISIBILITIES:
        return typed or usual, []
    message = f'"{typed}" is not everyone or managers; {name} is shown to managers only until this is mended'
    return "managers", [Problem("V010", "warning", message, found=typed)]
