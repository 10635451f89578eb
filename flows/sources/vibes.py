"""Reads the managers' files from the share: vibes*.csv, decisions*.csv and leave.csv."""

import csv
import fnmatch
import hashlib
import io
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal

from transforms.clean.input_findings import finding
from transforms.clean.input_problems import Problem
from transforms.clean.leave import LEAVE_COLUMNS
from transforms.clean.manager_decisions import DECISION_COLUMNS
from transforms.clean.sheet import Columns, Row, Sheet, read_sheet
from transforms.clean.vibes import VIBES_COLUMNS

VIBES_PATTERN: Final = "vibes*.csv"
LEAVE_FILE: Final = "leave.csv"
DECISIONS_PATTERN: Final = "decisions*.csv"
# No file of a share has this name.
READING: Final = "(reading)"
_LEFTOVERS: Final = ("~$*", ".~lock.*#", "*.tmp", "*.crdownload", "._*")
_NOT_VIBES: Final = (LEAVE_FILE, DECISIONS_PATTERN, "problems_*.csv")
_TRIES: Final = 3
_PAUSE_SECONDS: Final = 0.5

State = Literal["ok", "late", "failed"]
Kind = Literal["vibes", "leave", "decisions"]
_COLUMNS: Final[Mapping[Kind, Columns]] = {
    "vibes": VIBES_COLUMNS,
    "leave": LEAVE_COLUMNS,
    "decisions": DECISION_COLUMNS,
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
    wanted = _named(paths, VIBES_PATTERN)
    if not wanted:
        return _failed("There is no vibes*.csv in the vibes folder.")
    files, unreadable = _read_all(wanted, sleep)
    sheets = [read_sheet(file.name, file.content, VIBES_COLUMNS) for file in files]
    return _summary("vibes", files, [*sheets, *unreadable], _passed_over(paths))


def read_decisions(folder: Path, sleep: Callable[[float], None] = time.sleep) -> InputRead | None:
    """Every decisions*.csv of the folder, in order of name; None where there is none: nobody need have decided."""
    try:
        wanted = _named(sorted(folder.iterdir(), key=lambda path: path.name), DECISIONS_PATTERN)
    except OSError as error:
        return _failed(f"The vibes folder cannot be read ({error.strerror}): decisions stay as they were.")
    if not wanted:
        return None
    files, unreadable = _read_all(wanted, sleep)
    sheets = [read_sheet(file.name, file.content, DECISION_COLUMNS) for file in files]
    return _summary("decisions", files, [*sheets, *unreadable])


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


def _is_vibes(name: str) -> bool:
    return fnmatch.fnmatch(name.casefold(), VIBES_PATTERN)


def _named(paths: Sequence[Path], pattern: str) -> list[Path]:
    return [path for path in paths if fnmatch.fnmatch(path.name.casefold(), pattern) and not path.is_dir()]


def _failed(message: str) -> InputRead:
    return InputRead("failed", message, (), ())


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
        if (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, len(content)):
            return content
        reason = "it is being written"
    raise _NotNow(reason)


def _passed_over(paths: Sequence[Path]) -> list[Sheet]:
    """Files that look as if somebody meant them to be read."""
    notes = []
    for path in paths:
        name = path.name.casefold()
        if _fits(name, _LEFTOVERS):
            if "vibes" in name:
                notes.append(_note(path.name, finding("V019.leftover")))
        elif name.endswith(".csv") and not _is_vibes(name) and not _fits(name, _NOT_VIBES):
            notes.append(_note(path.name, finding("V019.misnamed")))
    return notes


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


def _summary(source: Kind, files: Sequence[InputFile], read: Sequence[Sheet], notes: Sequence[Sheet] = ()) -> InputRead:
    unused = [sheet for sheet in read if sheet.is_refused]
    reasons = ". ".join(f"{sheet.file}: {sheet.problems[-1].message}" for sheet in unused)
    if len(unused) == len(read):
        return InputRead("failed", f"No {source} file could be read. {reasons}.", tuple(files), (*read, *notes))
    if unused:
        return InputRead("late", f"The other files count. {reasons}.", tuple(files), (*read, *notes))
    message = f"{len(read)} {source} file{'s' if len(read) != 1 else ''} read."
    return InputRead("ok", message, tuple(files), (*read, *notes))
