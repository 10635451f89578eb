"""Reads the managers' files from the share: vibes*.csv, decisions*.csv and leave.csv."""

import csv
import fnmatch
import hashlib
import io
import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal

from transforms.clean.input_findings import finding
from transforms.clean.input_problems import Problem
from transforms.clean.leave import LEAVE_COLUMNS
from transforms.clean.manager_decisions import DECISION_COLUMNS
from transforms.clean.manager_decisions import is_blank as is_no_decision
from transforms.clean.sheet import Columns, Row, Sheet, read_sheet
from transforms.clean.vibes import VIBES_COLUMNS
from transforms.clean.vibes import is_blank as is_no_vibes

VIBES_PATTERN: Final = "vibes*.csv"
LEAVE_FILE: Final = "leave.csv"
DECISIONS_PATTERN: Final = "decisions*.csv"
# No file of a share has this name.
READING: Final = "(reading)"
_LEFTOVERS: Final = ("~$*", ".~lock.*#", "*.tmp", "*.crdownload", "*.part", "._*")
_SYSTEM: Final = ("desktop.ini", ".ds_store", "thumbs.db")
_OURS: Final = ("problems_*", ".*problems_*")
_READ_ELSEWHERE: Final = (LEAVE_FILE, DECISIONS_PATTERN)
# Somebody meant these to be read.
_OTHER_KINDS: Final = ("vibes*", "decisions*", "leave.*")
_TRIES: Final = 3
_PAUSE_SECONDS: Final = 0.5

State = Literal["ok", "late", "failed"]
Kind = Literal["vibes", "leave", "decisions"]
_COLUMNS: Final[Mapping[Kind, Columns]] = {
    "vibes": VIBES_COLUMNS,
    "leave": LEAVE_COLUMNS,
    "decisions": DECISION_COLUMNS,
}
_IS_BLANK: Final[Mapping[Kind, Callable[[Row], bool]]] = {
    "vibes": is_no_vibes,
    "decisions": is_no_decision,
}


@dataclass(frozen=True)
class InputFile:
    """One file as it was read, to be archived and to be read again from the archive."""

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class InputRead:
    """What became of reading the files of one source.

    `late`: a file could not be read just now; the others count. `failed`: nothing could be read.
    """

    state: State
    message: str
    files: tuple[InputFile, ...]
    sheets: tuple[Sheet, ...]


class _NotNow(Exception):
    """A file is locked, or being written."""


def read_vibes(folder: Path, sleep: Callable[[float], None] = time.sleep) -> InputRead:
    """Every vibes*.csv of the folder, in order of name. Never raises for what a share may do."""
    try:
        paths = sorted(folder.iterdir(), key=lambda path: path.name)
    except OSError as error:
        return _failed(f"The vibes folder cannot be read ({error.strerror}).")
    return _read("vibes", _named(paths, VIBES_PATTERN), sleep, _passed_over(paths))


def read_decisions(folder: Path, sleep: Callable[[float], None] = time.sleep) -> InputRead | None:
    """Every decisions*.csv of the folder, in order of name; None where there is none: nobody need have decided."""
    try:
        wanted = _named(sorted(folder.iterdir(), key=lambda path: path.name), DECISIONS_PATTERN)
    except OSError as error:
        return _failed(f"The vibes folder cannot be read ({error.strerror}): decisions stay as they were.")
    if not wanted:
        return None
    return _read("decisions", wanted, sleep)


def read_leave(folder: Path, sleep: Callable[[float], None] = time.sleep) -> InputRead:
    """leave.csv of the folder. What is not in a known column, such as a reason, is dropped before anything is kept."""
    path = folder / LEAVE_FILE
    if not path.is_file():
        return _failed("There is no leave.csv in the vibes folder.")
    files, unreadable = _read_all([path], sleep)
    sheets = [_known_only(read_sheet(file.name, file.content, LEAVE_COLUMNS)) for file in files]
    kept = [InputFile(sheet.file, _as_csv(sheet)) for sheet in sheets if not sheet.is_refused]
    return _summary("leave", kept, [*sheets, *unreadable])


def vibes_sheets(archived: Mapping[str, bytes]) -> tuple[Sheet, ...]:
    """Vibes files (name -> content) as a run reads them."""
    return tuple(read_sheet(name, archived[name], VIBES_COLUMNS) for name in sorted(archived))


def to_archive(read: InputRead) -> dict[str, bytes]:
    """What to keep of a reading: the files by name, and under `READING` what was found about them."""
    found = {
        "state": read.state,
        "message": read.message,
        "sheets": [
            {
                "file": sheet.file,
                "encoding": sheet.encoding,
                "is_refused": sheet.is_refused,
                "unknown_columns": sheet.unknown_columns,
                "problems": [asdict(problem) for problem in sheet.problems],
            }
            for sheet in read.sheets
        ],
    }
    text = json.dumps(found, ensure_ascii=False, sort_keys=True)
    return {**{file.name: file.content for file in read.files}, READING: text.encode()}


def from_archive(source: Kind, archived: Mapping[str, bytes]) -> InputRead:
    """A reading as it was; its rows are read again from the files."""
    if READING not in archived:
        return _failed(f"No reading of the {source} files was kept.")
    found = json.loads(archived[READING])
    files = tuple(InputFile(name, content) for name, content in sorted(archived.items()) if name != READING)
    rows = {file.name: read_sheet(file.name, file.content, _COLUMNS[source]).rows for file in files}
    sheets = tuple(_sheet_again(sheet, rows) for sheet in found["sheets"])
    return InputRead(found["state"], found["message"], files, sheets)


def _sheet_again(found: dict[str, Any], rows: Mapping[str, tuple[Row, ...]]) -> Sheet:
    return Sheet(
        found["file"],
        rows.get(found["file"], ()),
        tuple(Problem(**problem) for problem in found["problems"]),
        found["encoding"],
        found["is_refused"],
        tuple(found["unknown_columns"]),
    )


def _named(paths: Sequence[Path], pattern: str) -> list[Path]:
    return [path for path in paths if fnmatch.fnmatch(path.name.casefold(), pattern) and not path.is_dir()]


def _failed(message: str) -> InputRead:
    return InputRead("failed", message, (), ())


def _read(kind: Kind, paths: Sequence[Path], sleep: Callable[[float], None], notes: Sequence[Sheet] = ()) -> InputRead:
    """The files of one kind."""
    files, unreadable = _read_all(paths, sleep)
    sheets = [read_sheet(file.name, file.content, _COLUMNS[kind]) for file in files]
    return _summary(kind, files, [*sheets, *unreadable], notes)


def _read_all(paths: Sequence[Path], sleep: Callable[[float], None]) -> tuple[list[InputFile], list[Sheet]]:
    """The files read, and a sheet without rows for each that could not be."""
    files: list[InputFile] = []
    unreadable: list[Sheet] = []
    for path in paths:
        try:
            files.append(InputFile(path.name, _steady_bytes(path, sleep)))
        except _NotNow as error:
            unreadable.append(_note(path.name, finding("V019.unreadable", reason=str(error)), is_refused=True))
    return files, unreadable


def _note(file: str, problem: Problem, is_refused: bool = False) -> Sheet:
    return Sheet(file, problems=(problem.at(file),), is_refused=is_refused)


def _steady_bytes(path: Path, sleep: Callable[[float], None]) -> bytes:
    """The file's bytes, read while nobody writes it. Errors: _NotNow after three tries."""
    reason = ""
    for attempt in range(_TRIES):
        if attempt:
            sleep(_PAUSE_SECONDS * attempt)
        try:
            before, content, after = path.stat(), path.read_bytes(), path.stat()
        except OSError as error:
            reason = error.strerror or type(error).__name__
            continue
        if _identity(before) == _identity(after) and after.st_size == len(content):
            return content
        reason = "it is being written"
    raise _NotNow(reason)


def _identity(found: os.stat_result) -> tuple[int, ...]:
    """Another file under the same name has another number, be it as long and as old."""
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _passed_over(paths: Sequence[Path]) -> list[Sheet]:
    """What lies in the folder beside the files that are read, where somebody may have meant it to be read."""
    found = {path.name: _why_not_read(path) for path in paths}
    return [_note(name, finding(key)) for name, key in found.items() if key]


def _why_not_read(path: Path) -> str:
    """The finding about a file that is not read; empty where nothing need be said."""
    name = path.name.casefold()
    if _fits(name, _OURS):
        return ""
    if _fits(name, _LEFTOVERS):
        return "V019.leftover"
    if name in _SYSTEM:
        return "V019.system"
    if name.endswith(".csv"):
        if path.is_dir():
            return "V019.folder"
        return "" if _fits(name, (VIBES_PATTERN, *_READ_ELSEWHERE)) else "V019.misnamed"
    return "V019.other_kind" if _fits(name, _OTHER_KINDS) and not path.is_dir() else ""


def _fits(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch.fnmatch(name, pattern) for pattern in patterns)


def _known_only(sheet: Sheet) -> Sheet:
    rows = tuple(
        Row(row.line, {name: row.cells.get(name, "") for name in LEAVE_COLUMNS.names if name in row.cells})
        for row in sheet.rows
    )
    return replace(sheet, rows=rows)


def _as_csv(sheet: Sheet) -> bytes:
    """The rows as a file in which each stands on the line where it was found."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(LEAVE_COLUMNS.names)
    line = 2
    for row in sheet.rows:
        out.write("\n" * (row.line - line))
        writer.writerow([" ".join(row.cells.get(name, "").split()) for name in LEAVE_COLUMNS.names])
        line = row.line + 1
    return out.getvalue().encode()


def _summary(kind: Kind, files: Sequence[InputFile], read: Sequence[Sheet], notes: Sequence[Sheet] = ()) -> InputRead:
    """What became of the files. One that is as a template has it is as good as none."""
    begun = [sheet for sheet in read if not _is_unfilled(sheet, kind)]
    unused = [sheet for sheet in begun if sheet.is_refused]
    reasons = ". ".join(f"{sheet.file}: {sheet.problems[-1].message}" for sheet in unused)
    state: State
    if not begun:
        state, message = "failed", f"No {kind} file of the vibes folder has a row filled in yet."
    elif len(unused) == len(begun):
        state, message = "failed", f"No {kind} file could be read. {reasons}."
    elif unused:
        state, message = "late", f"The other files count. {reasons}."
    else:
        state, message = "ok", _counted(kind, begun)
    return InputRead(state, message, tuple(files), (*read, *notes))


def _counted(kind: Kind, sheets: Sequence[Sheet]) -> str:
    filled = sum(bool(sheet.rows) or sheet.rows_rejected > 0 for sheet in sheets)
    return f"{filled} {kind} file{'s' if filled != 1 else ''} read." if filled else f"No {kind} file has a row yet."


def _is_unfilled(sheet: Sheet, kind: Kind) -> bool:
    """Whether it holds rows, and nobody has filled in one of them."""
    is_blank = _IS_BLANK.get(kind)
    return is_blank is not None and bool(sheet.rows) and not sheet.rows_rejected and all(map(is_blank, sheet.rows))
