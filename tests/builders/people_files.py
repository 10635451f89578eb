"""Tables of people's files as every kind of spreadsheet writes them, one character of them damaged, and what is read.

The cells of a table say where they stand: each row is of another engineer, and each note carries `TAG` and its row.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final, NamedTuple

import pandas as pd
from hypothesis import strategies as st

from tests.builders.facts import day, engineer, engineers
from tests.builders.vibes import MANAGERS
from transforms.clean.leave import LEAVE_COLUMNS, clean_leave
from transforms.clean.manager_decisions import DECISION_COLUMNS, clean_decisions
from transforms.clean.sheet import Columns, read_sheet
from transforms.clean.vibes import VIBES_COLUMNS, clean_vibes
from transforms.weeks import monday_of

TAG: Final = "§"
STAFF: Final = ("ana", "bruno", "chloe", "dmitri", "eve", "farid")
LAST_WEEK: Final = "2026-11-23"
_LAST_DAY: Final = date(2026, 11, 29)
_WEEKS: Final = ("2026-11-23", "2026-11-16", "2026-11-02", "2026-07-06", "2026-06-01")
_GUARDED: Final = tuple("=+-@\t")

Cells = dict[str, str]
Values = dict[str, Any]
Table = list[Cells]


class Record(NamedTuple):
    """A row of a file: the line where it starts and its cells."""

    line: int
    cells: list[str]


@dataclass(frozen=True)
class Outcome:
    """What a reader made of files: accepted rows by file and line, and its problems."""

    rows: Mapping[tuple[str, int], Values]
    problems: pd.DataFrame

    def lines_told(self) -> set[int]:
        return set(self.problems["line"])

    def has_complaint(self) -> bool:
        return bool(self.problems["severity"].isin(["error", "warning"]).any())


@dataclass(frozen=True)
class Kind:
    """One kind of people's files: its columns, rows that may stand in it, its reader and what a row's cells mean."""

    columns: Columns
    text: str  # the column that people write in freely, empty where there is none
    given: tuple[str, ...]  # a row without any of these is a template not filled in
    rows: Callable[[int], st.SearchStrategy[Cells]]
    read: Callable[[Mapping[str, bytes]], Outcome]
    meaning: Callable[[Mapping[str, str]], Values]


@dataclass(frozen=True)
class Written:
    """A table as text, and how it becomes bytes."""

    text: str
    delimiter: str
    encoding: str
    line_end: str

    @property
    def content(self) -> bytes:
        mark = "\ufeff" if self.encoding in ("utf-16-le", "utf-16-be") else ""
        return (mark + self.text).encode(self.encoding)


# -- what stands in cells ------------------------------------------------------------------------------------------

_ALPHABET: Final = st.one_of(
    st.sampled_from(" ,;\t\"'\n\r=+-@abcé"), st.characters(exclude_categories=["Cs"], exclude_characters="\x00\ufeff")
)


def notes(row: int) -> st.SearchStrategy[str]:
    """Nothing, or something that says its row and holds whatever people type."""
    some = st.tuples(st.text(_ALPHABET, max_size=3), st.text(_ALPHABET, max_size=12)).map(
        lambda around: f"{around[0]}{TAG}{row}{around[1]}"
    )
    return st.one_of(st.just(""), some, some)


def _rows_of(**columns: Callable[[int], st.SearchStrategy[str]]) -> Callable[[int], st.SearchStrategy[Cells]]:
    return lambda row: st.fixed_dictionaries({name: cells(row) for name, cells in columns.items()})


def _one_of(*words: str) -> Callable[[int], st.SearchStrategy[str]]:
    return lambda row: st.sampled_from(words)


def _staff(row: int) -> st.SearchStrategy[str]:
    return st.just(STAFF[row])


def _instants(row: int) -> st.SearchStrategy[str]:
    return st.sampled_from(["", f"2026-11-20T15:04:{row:02d}Z"])


def written_text(cell: str) -> str | None:
    """What a free text says: without outer blanks and the apostrophe of the forms, at most 500 characters."""
    text = cell.strip().replace("\r\n", "\n").replace("\r", "\n")
    text = text[1:] if text.startswith("'") and text[1:2] in _GUARDED else text
    return text[:500] or None


@cache
def roster() -> pd.DataFrame:
    return engineers(*(engineer(name, employed_from=day("2000-01-03")) for name in STAFF))


# -- the three kinds -----------------------------------------------------------------------------------------------


def _read_vibes(files: Mapping[str, bytes]) -> Outcome:
    sheets = [read_sheet(name, content, VIBES_COLUMNS) for name, content in files.items()]
    found = clean_vibes(sheets, roster(), MANAGERS, day(LAST_WEEK))
    names = {"manager_id": "manager"}
    return Outcome(_by_line(found.vibes.rename(columns=names), VIBES_COLUMNS.names), found.problems)


def _read_decisions(files: Mapping[str, bytes]) -> Outcome:
    sheets = [read_sheet(name, content, DECISION_COLUMNS) for name, content in files.items()]
    found = clean_decisions(sheets, roster(), MANAGERS, _LAST_DAY)
    names = {"manager_id": "manager", "week_start": "review_week"}
    return Outcome(_by_line(found.decisions.rename(columns=names), DECISION_COLUMNS.names), found.problems)


def _read_leave(files: Mapping[str, bytes]) -> Outcome:
    """Days of leave have no lines: an engineer has one row in a file, so the row of their id is theirs."""
    sheets = [read_sheet(name, content, LEAVE_COLUMNS) for name, content in files.items()]
    found = clean_leave(sheets, roster())
    days: dict[str, list[tuple[date, Any]]] = {}
    for row in found.leave.to_dict("records"):
        days.setdefault(row["engineer_id"], []).append((row["leave_date"].date(), row["leave_hours"]))
    for row in found.half_days.to_dict("records"):
        days.setdefault(row["engineer_id"], []).append((row["leave_date"].date(), "half"))
    rows = {}
    for sheet in sheets:
        for row in sheet.rows:
            name = row.cells.get("engineer_id", "").strip()
            if name in days:
                rows[sheet.file, row.line] = {
                    "engineer_id": name,
                    "from_date": min(when for when, _ in days[name]),
                    "to_date": max(when for when, _ in days[name]),
                    "hours_per_day": {hours for _, hours in days[name]},
                }
    return Outcome(rows, found.problems)


def _by_line(table: pd.DataFrame, columns: Sequence[str]) -> dict[tuple[str, int], Values]:
    return {
        (row["file"], row["line"]): {name: None if pd.isna(row[name]) else row[name] for name in columns}
        for row in table.to_dict("records")
    }


def _vibes_meant(cells: Mapping[str, str]) -> Values:
    return {
        "week_start": monday_of(day(cells["week_start"].strip())),
        "engineer_id": cells["engineer_id"].strip(),
        "vibes": int(cells["vibes"]) if cells.get("vibes", "").strip() else None,
        "note": written_text(cells.get("note", "")),
        "manager": cells.get("manager", "").strip() or "mia",
        "visibility": _visibility(cells.get("visibility", ""), "everyone"),
        "saved_at": _instant(cells.get("saved_at", "").strip()),
    }


def _decision_meant(cells: Mapping[str, str]) -> Values:
    return {
        "engineer_id": cells["engineer_id"].strip(),
        "review_week": monday_of(day(cells["review_week"].strip())),
        "decision": cells["decision"].strip(),
        "why": written_text(cells.get("why", "")),
        "manager": cells.get("manager", "").strip() or "mia",
        "decided_on": day(cells["decided_on"].strip()) if cells.get("decided_on", "").strip() else None,
        "visibility": _visibility(cells.get("visibility", ""), "managers"),
    }


def _leave_meant(cells: Mapping[str, str]) -> Values:
    hours = cells.get("hours_per_day", "").strip()
    return {
        "engineer_id": cells["engineer_id"].strip(),
        "from_date": day(cells["from_date"].strip()).date(),
        "to_date": day(cells.get("to_date", "").strip() or cells["from_date"].strip()).date(),
        "hours_per_day": {hours if hours == "half" else float(hours or "24")},
    }


def _visibility(cell: str, usual: str) -> str:
    typed = cell.strip()
    return typed if typed in ("everyone", "managers") else "managers" if typed else usual


def _instant(typed: str) -> pd.Timestamp | None:
    """An instant as `_instants` writes it; anything else is read as none."""
    return pd.Timestamp(typed) if re.fullmatch(r"2026-11-20T15:04:0[0-9]Z", typed) else None


KINDS: Final = {
    "vibes": Kind(
        VIBES_COLUMNS,
        "note",
        ("vibes", "note"),
        _rows_of(
            week_start=_one_of(*_WEEKS),
            engineer_id=_staff,
            vibes=_one_of("", "1", "2", "3", "4", "5"),
            note=notes,
            manager=_one_of("", "mia", "noah"),
            visibility=_one_of("", "everyone", "managers"),
            saved_at=_instants,
        ),
        _read_vibes,
        _vibes_meant,
    ),
    "decisions": Kind(
        DECISION_COLUMNS,
        "why",
        ("decision", "why"),
        _rows_of(
            engineer_id=_staff,
            review_week=_one_of("2026-10-12", "2026-09-14"),
            decision=_one_of("agree", "decline", "defer"),
            why=notes,
            manager=_one_of("", "mia", "noah"),
            decided_on=_one_of("", "2026-10-20", "2026-11-28"),
            visibility=_one_of("", "everyone", "managers"),
        ),
        _read_decisions,
        _decision_meant,
    ),
    "leave": Kind(
        LEAVE_COLUMNS,
        "",
        LEAVE_COLUMNS.names,
        _rows_of(
            engineer_id=_staff,
            from_date=_one_of("2026-11-16", "2026-07-04"),
            to_date=_one_of("", "2026-11-18", "2026-12-24"),
            hours_per_day=_one_of("", "8", "4.5", "half"),
        ),
        _read_leave,
        _leave_meant,
    ),
}

# -- how a spreadsheet writes it -----------------------------------------------------------------------------------


@st.composite
def tables(draw: st.DrawFn, kind: Kind, least: int = 1) -> Table:
    """Rows of different engineers, the columns in any order, some of those that may be absent left out."""
    kept = [*kind.columns.required, *(name for name in kind.columns.optional if draw(st.integers(0, 3)))]
    order = draw(st.permutations([*kept, *draw(st.sampled_from([[], [], ["team"], ["remark", "team"]]))]))
    rows = [draw(kind.rows(number)) for number in range(draw(st.integers(least, len(STAFF))))]
    return [{name: row.get(name, f"x{number}") for name in order} for number, row in enumerate(rows)]


@st.composite
def writings(draw: st.DrawFn, table: Table) -> Written:
    """The table as some spreadsheet writes it."""
    delimiter = draw(st.sampled_from(",;\t"))
    line_end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    quoted = draw(st.sampled_from([_needs_quotes, _needs_quotes, _always, _hardly]))
    heads = list(table[0])
    titles = draw(st.sampled_from([[], [], [["Vibes of our team"]], [["Vibes"], ["please, fill in", "by Friday"]]]))
    blanks = [""] * draw(st.sampled_from([0, 0, 1, 3]))
    lines = [[draw(st.sampled_from([name, name, f" {name.replace('_', ' ').title()} "])) for name in heads]]
    for row in table:
        lines += [[""] * len(heads)] if draw(st.integers(0, 7)) == 0 else []
        lines.append([row[name] for name in heads])
    cells = [*titles, *([*line, *blanks] for line in lines)]
    text = "".join(delimiter.join(_cell(cell, delimiter, quoted) for cell in line) + line_end for line in cells)
    return Written(text, delimiter, draw(_encodings(text)), line_end)


def _always(cell: str, delimiter: str) -> bool:
    return True


def _hardly(cell: str, delimiter: str) -> bool:
    """A quotation mark in the middle of a cell stands as it is."""
    return any(sign in cell for sign in (delimiter, "\n", "\r")) or cell.startswith('"')


def _needs_quotes(cell: str, delimiter: str) -> bool:
    return _hardly(cell, delimiter) or '"' in cell


def _cell(cell: str, delimiter: str, quoted: Callable[[str, str], bool]) -> str:
    return '"' + cell.replace('"', '""') + '"' if quoted(cell, delimiter) else cell


def _encodings(text: str) -> st.SearchStrategy[str]:
    """Those that can hold the text and that cannot be taken for another."""
    fitting = ["utf-8", "utf-8", "utf-8-sig", "utf-16-le", "utf-16-be"]
    for old, is_told in (("cp1252", "\n" in text), ("mac_roman", "\n" not in text)):
        try:
            lines = text.encode(old).split(b"\n")
        except UnicodeEncodeError:
            continue
        fitting += [old, old] if is_told and any(map(_is_old, lines)) and all(map(_is_sure, lines)) else []
    return st.sampled_from(fitting)


def _is_old(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False


def _is_sure(line: bytes) -> bool:
    return line.isascii() or _is_old(line)


@st.composite
def damages(draw: st.DrawFn, written: Written) -> str:
    """The text with one delimiter, quotation mark or line break too many or too few."""
    text = written.text
    signs = (written.delimiter, '"', written.line_end)
    places = [place for place in range(len(text)) if text.startswith(signs, place)]
    if draw(st.booleans()):
        place = draw(st.sampled_from(places))
        return text[:place] + text[place + 1 :]
    place = draw(st.integers(0, len(text)))
    return text[:place] + draw(st.sampled_from(signs)) + text[place:]


# -- a splitter of our own -----------------------------------------------------------------------------------------


def split(text: str, delimiter: str) -> list[Record]:
    """The records of a text, found character by character; an open quotation mark takes the rest of the text."""
    records: list[Record] = []
    cells: list[str] = [""]
    line = start = 1
    is_quoted = has_quotes = False
    place = 0
    while place < len(text):
        sign = text[place]
        is_break = sign in "\r\n"
        is_pair = is_break and text.startswith("\r\n", place)
        if is_break:
            line += 1
        if is_quoted and sign == '"' and text.startswith('""', place):
            cells[-1] += '"'
            place += 1
        elif is_quoted and sign == '"':
            is_quoted = False
        elif (
            is_quoted or (not is_break and sign not in (delimiter, '"')) or (sign == '"' and (cells[-1] or has_quotes))
        ):
            cells[-1] += "\r\n" if is_pair else sign
        elif sign == '"':
            is_quoted = has_quotes = True
        elif sign == delimiter:
            cells.append("")
            has_quotes = False
        else:
            records.append(Record(start, cells))
            cells, start, has_quotes = [""], line, False
        place += 2 if is_pair else 1
    return [*records, Record(start, cells)]
