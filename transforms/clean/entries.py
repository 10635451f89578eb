"""What the rows of managers' files have in common: which week, who wrote it, what was written, who may read it."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from transforms.clean.cells import key_text, possible_days
from transforms.clean.input_findings import finding
from transforms.clean.input_problems import Problem
from transforms.clean.near import nearest
from transforms.clean.people import Person
from transforms.vocabulary import VISIBILITIES

LONGEST_NOTE: Final = 500
# The forms put an apostrophe before a text that a spreadsheet would take for a formula.
_GUARD: Final = re.compile(r"^'(?=[=+\-@\t\r])")


def placed(problem: Problem, line: int, column: str, engineer_id: str | None, week: date | None) -> Problem:
    """The problem with its place, and whom and which week it touches where that is known."""
    about = ", ".join(part for part in (engineer_id, f"week of {week}" if week else "") if part)
    message = f"{problem.message} ({about})" if about else problem.message
    return replace(problem, message=message, line=line, column=column, engineer_id=engineer_id)


def day_of_week_meant(cell: str, rule: str) -> date | Problem:
    """A day of the week that a cell names, or what is wrong. Of two readings as a day, the one that is a Monday."""
    typed = key_text(cell)
    days = possible_days(typed)
    mondays = [day for day in days if day.weekday() == 0]
    if len(mondays) == 1:
        return mondays[0]
    return days[0] if len(days) == 1 else no_day(rule, typed, days)


def no_day(rule: str, typed: str, days: Sequence[date]) -> Problem:
    """Why a cell names no day, by the rule of its column: nothing, no date, or one that may mean several `days`."""
    if days:
        return finding(f"{rule}.ambiguous", typed, typed=typed, days=" or ".join(map(str, days)))
    return finding(f"{rule}.not_a_date", typed, typed=typed) if typed else finding(f"{rule}.empty")


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
    if near:
        return typed, [finding("V008.near", typed, typed=typed, near=near)]
    return typed, [finding("V008.unknown", typed, typed=typed, known=", ".join(manager_ids))]


def text_meant(cell: str, rule: str) -> tuple[str | None, list[Problem]]:
    """What was written, shortened where it is too long; None for nothing. It is never repeated in a problem."""
    text = _GUARD.sub("", cell.strip())
    if len(text) <= LONGEST_NOTE:
        return text or None, []
    return text[:LONGEST_NOTE], [finding(f"{rule}.long", length=len(text), longest=LONGEST_NOTE)]


def visibility_meant(cell: str, usual: str, column: str) -> tuple[str, list[Problem]]:
    """Who may read `column`: as typed, `usual` where nothing is; managers only while it cannot be understood."""
    typed = key_text(cell).casefold()
    if not typed or typed in VISIBILITIES:
        return typed or usual, []
    return "managers", [finding(f"V010.{column}", typed, typed=typed)]
