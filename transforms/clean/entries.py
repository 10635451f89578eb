"""What the rows of managers' files have in common: which week, who wrote it, what was written, who may read it."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from typing import Final

from transforms.clean.cells import believable_days, key_text, parse_score, possible_days
from transforms.clean.input_findings import ABOUT, HIDDEN, SPILT, either, finding, quoted
from transforms.clean.input_problems import Problem
from transforms.clean.near import nearest
from transforms.clean.people import Person
from transforms.clean.sheet import Columns, Row
from transforms.language import _
from transforms.vocabulary import DECISIONS, LONGEST_TEXT, VISIBILITIES

# Columns left of the text whose cells are repeated as typed; of `vibes` only what cannot be a note is.
_WEEKS: Final = ("week_start", "review_week")
_KEYS: Final = (*_WEEKS, "engineer_id", "vibes")
# The forms put an apostrophe before a text that a spreadsheet would take for a formula.
_GUARD: Final = re.compile(r"^'(?=[=+\-@\t\r])")
# What a spreadsheet shows instead of a text that it took for a formula.
_FORMULA_ERROR: Final = re.compile(r"#(N/A|N/D|NV|DIV/0!|[A-ZÀ-Þ]{2,10}[!?])|Err:[0-9]{3}")
_ID: Final = re.compile(r"[^\s,;\"']+")
# No id, word or instant that another column holds is longer.
_LONGEST_WORD: Final = 80
_BREAKS: Final = re.compile(r"\r\n?")
_INSTANT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?"
    r"(Z|[+-]([01][0-9]|2[0-3]):?[0-5][0-9])?"
)


def placed(problem: Problem, line: int, column: str, engineer_id: str | None, week: date | None) -> Problem:
    """The problem with its place, and whom and which week it touches where that is known."""
    known = "both" if engineer_id and week else "engineer_id" if engineer_id else "week" if week else ""
    about = {"finding": problem.message, "engineer_id": engineer_id, "week": week}
    message = _(ABOUT[known], **about) if known else problem.message
    return replace(problem, message=message, line=line, column=column, engineer_id=engineer_id)


def hushed(problem: Problem, spilt: str = "") -> Problem:
    """The problem of a cell that may hold a piece of somebody's note or reason, which is shown to nobody by mistake.

    What was typed is repeated only where it holds no letters, is a day, or is nearly the right word. `spilt`: the
    column of the text that a comma may have torn.
    """
    found = problem.found
    if not any(c.isalpha() for c in found) or possible_days(found) or problem.variant == "near":
        return problem
    told = problem.message.replace(quoted(found), _(HIDDEN))
    return replace(problem, found="", message=f"{told}; {_(SPILT[spilt])}" if spilt else told)


def day_of_week_meant(cell: str, rule: str, today: date) -> date | Problem:
    """A day of the week that a cell names, or what is wrong. Of several readings as a day, the one that is a Monday."""
    typed = key_text(cell)
    days = believable_days(typed, today)
    mondays = [day for day in days if day.weekday() == 0]
    if len(mondays) == 1:
        return mondays[0]
    return days[0] if len(days) == 1 else no_day(rule, typed, days)


def no_day(rule: str, typed: str, days: Sequence[date]) -> Problem:
    """Why a cell names no day, by the rule of its column: nothing, no date, or one that may mean several `days`."""
    if days:
        return finding(f"{rule}.ambiguous", typed, typed=typed, days=either(days))
    return finding(f"{rule}.not_a_date", typed, typed=typed) if typed else finding(f"{rule}.empty")


def instant_meant(typed: str) -> datetime | None:
    """The instant of a time stamp (in UTC where it names no zone); None for anything else."""
    if not _INSTANT.fullmatch(typed):
        return None
    try:
        saved = datetime.fromisoformat(typed)
        return saved.replace(tzinfo=UTC) if saved.tzinfo is None else saved.astimezone(UTC)
    except (ValueError, OverflowError):  # OverflowError: year 1 in a zone east of Greenwich
        return None


@cache
def _file_of_manager(kind: str) -> re.Pattern[str]:
    return re.compile(rf"{kind}[_ -](.+)\.csv", re.IGNORECASE | re.ASCII)


def manager_of_file(file: str, kind: str, manager_ids: Sequence[str]) -> str:
    """The manager that a file's name names, be it a copy of it; empty where it names none.

    `vibes_noah_2026-W47.csv`, `vibes_noah (1).csv`, `vibes-noah - Copy.csv` are noah's.
    """
    match = _file_of_manager(kind).fullmatch(unicodedata.normalize("NFKC", file))
    stem = match[1].casefold() if match else ""
    named = [one for one in manager_ids if stem.startswith(one) and not stem[len(one) : len(one) + 1].isalnum()]
    return max(named, key=len, default="")


def manager_meant(cell: str, otherwise: str, manager_ids: Sequence[str]) -> tuple[str, list[Problem]]:
    """The manager of a row: as typed, or `otherwise`, the one of the file or the engineer's own."""
    typed = key_text(cell).casefold()
    if not typed:
        return otherwise, []
    if typed in manager_ids:
        return typed, []
    near = nearest(typed, manager_ids)
    if near:
        return typed, [finding("V008.near", typed, typed=typed, near=near)]
    return typed, [finding("V008.unknown", typed, typed=typed, known=", ".join(manager_ids))]


def is_visible(cell: str) -> bool:
    """Whether anything can be seen of a text."""
    return bool(cell.strip()) and (
        cell.isascii() or any(not c.isspace() and unicodedata.category(c) != "Cf" for c in cell)
    )


def text_meant(cell: str, rule: str) -> tuple[str | None, list[Problem]]:
    """What was written, shortened where it is too long; None for nothing. It is never repeated in a problem."""
    if not is_visible(cell):
        return None, []
    text = cell.strip()
    if "\r" in text:
        text = _BREAKS.sub("\n", text)
    if text[0] == "'":
        text = _GUARD.sub("", text)
    if _FORMULA_ERROR.fullmatch(text):
        return text, [finding(f"{rule}.formula")]
    if len(text) <= LONGEST_TEXT:
        return text, []
    return text[:LONGEST_TEXT], [finding(f"{rule}.long", length=len(text))]


def visibility_meant(cell: str, usual: str, column: str) -> tuple[str, list[Problem]]:
    """Who may read `column`: as typed, `usual` where nothing is; managers only while it cannot be understood."""
    typed = key_text(cell).casefold()
    if not typed or typed in VISIBILITIES:
        return typed or usual, []
    return "managers", [finding(f"V010.{column}", typed, typed=typed)]


def stray(row: Row, roster: Mapping[str, Person], manager_ids: Sequence[str], day_column: str) -> str | None:
    """Where a row without score and note, or without decision and reason, holds what nobody leaves in an empty row.

    A template has a week, an engineer and a manager in each row. Anything else was typed into the wrong cell.
    """
    cells = {name: key_text(cell) for name, cell in row.cells.items()}
    engineer_id, manager = cells.get("engineer_id", "").casefold(), cells.get("manager", "").casefold()
    is_stranger = bool(engineer_id) and engineer_id not in roster
    is_stray = {
        day_column: bool(cells.get(day_column)) and not possible_days(cells[day_column]),
        "engineer_id": is_stranger and (not cells.get(day_column) or _is_no_id(engineer_id, roster)),
        "manager": bool(manager)
        and (
            not (engineer_id or cells.get(day_column))
            or (manager not in manager_ids and _is_no_id(manager, manager_ids))
        ),
        "visibility": cells.get("visibility", "").casefold() not in ("", *VISIBILITIES),
        "saved_at": bool(cells.get("saved_at")) and instant_meant(cells["saved_at"]) is None,
        "decided_on": bool(cells.get("decided_on")) and not possible_days(cells["decided_on"]),
    }
    return next((column for column, yes in is_stray.items() if yes), None)


def _is_no_id(typed: str, known: Iterable[str]) -> bool:
    """Whether it cannot be somebody whom the config no longer knows: words, a score, or an id with what came next."""
    endings = [typed.removeprefix(one) for one in known if typed.startswith(one)]
    is_given = any(parse_score(end) is not None or end in DECISIONS for end in [typed, *endings])
    return is_given or not _ID.fullmatch(typed)


def in_their_columns(
    row: Row, columns: Columns, found: Mapping[str, Sequence[Problem]], manager_ids: Sequence[str]
) -> list[tuple[str, Problem]]:
    """The problems of a row by column, as what they are where a text with a comma in it was torn.

    Without quotation marks the end of such a text slips into the cells behind it, and theirs into the next ones: what
    stands there is not repeated, and may be of another column. Nor is anything of a row without a day repeated: it may
    be what followed a line break in the text of the row above.
    """
    misread = _misread(row, columns, manager_ids)
    if not any(found.values()):
        return misread or _torn(row, columns.text)
    behind = _behind(row, columns.text)
    has_day = any(possible_days(key_text(row.cells.get(name, ""))) for name in _WEEKS)
    told = []
    for column, problems in found.items():
        shifted = problems and column in behind and _shifted(column, row.cells[column], manager_ids)
        spilt = columns.text if column in behind else ""
        is_key = has_day and column in _KEYS and column not in behind
        told += [(column, shifted or (problem if is_key else hushed(problem, spilt))) for problem in problems]
    return [*told, *misread]


def _shifted(column: str, cell: str, manager_ids: Sequence[str]) -> Problem | None:
    """What is wrong if a cell that its column does not understand is one of a column further left."""
    typed = key_text(cell).casefold()
    is_day = bool(possible_days(typed)) or instant_meant(typed.upper()) is not None
    belongs_elsewhere = {
        "visibility": typed in manager_ids or is_day,
        "saved_at": typed in manager_ids or typed in VISIBILITIES,
    }
    return finding("V014.shifted") if belongs_elsewhere.get(column) else None


def _misread(row: Row, columns: Columns, manager_ids: Sequence[str]) -> list[tuple[str, Problem]]:
    """A text that is nothing but what another column should hold, and does not: a separator is missing before it."""
    cell = row.cells.get(columns.text, "")
    if not cell or len(cell) > _LONGEST_WORD:
        return []
    typed = key_text(cell).casefold()
    belongs_to = {
        "manager": typed in manager_ids,
        "visibility": typed in VISIBILITIES,
        "saved_at": instant_meant(typed.upper()) is not None,
        "decided_on": bool(possible_days(typed)),
    }
    empty = [name for name in columns.names if not row.cells.get(name, "").strip()]
    is_elsewhere = any(yes and column in empty for column, yes in belongs_to.items())
    return [(columns.text, finding("V014.misread"))] if is_elsewhere else []


def _behind(row: Row, text: str) -> list[str]:
    names = list(row.cells)
    return names[names.index(text) + 1 :] if text in row.cells else []


def _torn(row: Row, text: str) -> list[tuple[str, Problem]]:
    """A cell behind the text that begins with a blank, where none before it does: perhaps the end of the text."""
    padded = [name for name, cell in row.cells.items() if cell[:1] == " " and cell.strip()]
    if not padded or not row.cells.get(text, "").strip() or not set(padded) <= set(_behind(row, text)):
        return []
    return [(padded[0], finding("V014.blank"))]
