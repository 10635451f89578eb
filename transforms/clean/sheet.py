"""Bytes of a CSV file that spreadsheets, editors and sync tools have had in hand -> rows of text with line numbers.

Everything stays text: no id becomes a number, no "nan" becomes a missing value.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import chain
from typing import Final, NamedTuple

from transforms.clean.cells import key_text, possible_days
from transforms.clean.input_findings import finding
from transforms.clean.input_problems import Problem
from transforms.clean.near import nearest
from transforms.language import N_, _

# What they are called: one, and several.
SEPARATORS: Final = {
    ",": (N_("comma"), N_("commas")),
    ";": (N_("semicolon"), N_("semicolons")),
    "\t": (N_("tab"), N_("tabs")),
}
_HEADER_WITHIN: Final = 10
_LONGEST_HEADER: Final = 2000
_SENTINEL: Final = "\x1eend of file\x1e"
_CONFLICT: Final = re.compile(r"^(<{7} |>{7} )", re.MULTILINE)
_HTML: Final = re.compile(r"\s*<(!doctype|html|head|body|\?xml)", re.IGNORECASE)
_BREAKS: Final = re.compile(r"\r\n|\r|\n")
# Twice one of the other separators, which neither a date nor an id holds.
_OTHER_SEPARATORS: Final = {
    "\t": re.compile("(;.*;)|(,.*,)"),
    ";": re.compile("(\t.*\t)|(,.*,)"),
    ",": re.compile("(\t.*\t)|(;.*;)"),
}
_BARE_NUMBER: Final = re.compile(r"\s*[0-9]{1,2}\s*")
# Breaks of one of these rules cost the row that they are of; they are found before it has become a row.
_ROW_RULES: Final = ("V014", "V015")
# The limit of the module csv would cut a file at a longer cell.
csv.field_size_limit(2**31 - 1)


class Columns(NamedTuple):
    """The columns a file may have, by their normalised names. `text` is the one in which people write freely."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    text: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        return self.required + self.optional


class Row(NamedTuple):
    """One record: the line of the file where it starts, and its cells by column (absent columns are missing).

    `cut_off`: columns of the header that the row does not reach.
    """

    line: int
    cells: dict[str, str]
    cut_off: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """What one file holds. A file that was refused has no rows."""

    file: str
    rows: tuple[Row, ...] = ()
    problems: tuple[Problem, ...] = ()
    encoding: str = ""
    is_refused: bool = False
    unknown_columns: tuple[str, ...] = ()

    @property
    def lines_rejected(self) -> list[int]:
        """Where rows start that are not among `rows` because of what is wrong with them."""
        return [one.line for one in self.problems if one.rule in _ROW_RULES and one.severity == "error"]

    @property
    def rows_rejected(self) -> int:
        """How many these are."""
        return len(self.lines_rejected)


class _Refused(Exception):
    """The file cannot be used at all."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


@dataclass
class _Reading:
    """The problems and facts gathered on the way through one file."""

    problems: list[Problem] = field(default_factory=list)
    encoding: str = "utf-8"
    unknown_columns: tuple[str, ...] = ()

    def note(self, problem: Problem) -> None:
        self.problems.append(problem)


def read_sheet(file: str, content: bytes, columns: Columns) -> Sheet:
    """The rows of one file, and what is wrong with it as a file.

    Encoding (UTF-8, else UTF-16 with its mark, else the old Windows or Macintosh one), delimiter (the one under which
    the header is found) and line ends are found out; rows without any content are left out.
    """
    reading = _Reading()
    try:
        text = _text(content, reading)
        rows = _rows(text, columns, reading)
    except _Refused as refused:
        problems = (*reading.problems, refused.problem)
        return Sheet(file, (), tuple(problem.at(file) for problem in problems), reading.encoding, is_refused=True)
    return Sheet(
        file,
        tuple(rows),
        tuple(problem.at(file) for problem in reading.problems),
        reading.encoding,
        unknown_columns=reading.unknown_columns,
    )


def _text(content: bytes, reading: _Reading) -> str:
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise _Refused(finding("V001.workbook"))
    text = _decoded(content, reading)
    if _HTML.match(text):
        raise _Refused(finding("V001.web_page"))
    if marker := _CONFLICT.search(text):
        line = 1 + len(_BREAKS.findall(text, 0, marker.start()))
        raise _Refused(replace(finding("V001.conflict"), line=line))
    return text


def _decoded(content: bytes, reading: _Reading) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        reading.encoding = "utf-16"
        reading.note(finding("V016.utf16"))
        try:
            text = content.decode("utf-16")
        except UnicodeDecodeError:
            raise _Refused(finding("V001.cut_off")) from None
        if "\x00" in text:
            raise _Refused(finding("V001.not_synced"))
        return text
    if b"\x00" in content:
        raise _Refused(finding("V001.not_synced"))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _old_encoding(content, reading)
    reading.encoding = "utf-8-sig" if content.startswith(b"\xef\xbb\xbf") else "utf-8"
    return text


def _old_encoding(content: bytes, reading: _Reading) -> str:
    if b"\r" in content and b"\n" not in content:
        reading.encoding = "mac_roman"
        reading.note(finding("V016.mac_roman"))
        return content.decode("mac_roman")
    reading.encoding = "cp1252"
    lines = [_line(line) for line in content.removeprefix(b"\xef\xbb\xbf").split(b"\n")]
    # Pasted together of files in both encodings, each line is what it is.
    is_mixed = any(encoding == "utf-8" and not text.isascii() for text, encoding in lines)
    reading.note(finding("V016.mixed" if is_mixed else "V016.cp1252"))
    return "\n".join(text for text, _ in lines)


def _line(line: bytes) -> tuple[str, str]:
    try:
        return line.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    try:
        return line.decode("cp1252"), "cp1252"
    except UnicodeDecodeError:
        raise _Refused(finding("V001.encoding")) from None


class _Record(NamedTuple):
    """A line, or several where a cell in quotation marks has more than one."""

    line: int
    last_line: int
    fields: list[str]


class _Header(NamedTuple):
    """What a row of names says of the rows below it.

    `text_at`: where the text stands; -1 for nowhere. `nameless`: columns within it that have no name.
    """

    names: list[str]
    columns: Columns
    known: frozenset[str]
    text_at: int
    nameless: tuple[int, ...]

    @classmethod
    def of(cls, fields: Sequence[str], columns: Columns) -> "_Header":
        names = [normalised(field) for field in fields]
        while names and not names[-1]:
            names.pop()
        return cls(
            names,
            columns,
            frozenset((*names, *columns.names)),
            names.index(columns.text) if columns.text in names else -1,
            tuple(position for position, name in enumerate(names) if not name),
        )


def _rows(text: str, columns: Columns, reading: _Reading) -> list[Row]:
    if not text.strip():
        reading.note(finding("V021.empty"))
        return []
    delimiter = _delimiter(text, columns)
    records = _records(text, delimiter, reading)
    top = _until(records, _HEADER_WITHIN)
    header_at = _header_position(top, columns)
    header = _header(top, header_at, columns, reading)
    rows: list[Row] = []
    is_empty = True
    for record in chain(top[header_at + 1 :], records):
        if not any(map(str.strip, record.fields)):
            continue
        is_empty = False
        if again := _header_again(record, header):
            key = "V017.again" if again.names == header.names else "V017.other"
            reading.note(replace(finding(key), line=record.line))
            header = again
        elif row := _row(record, header, delimiter, reading):
            rows.append(row)
    if is_empty:
        reading.note(finding("V021.no_rows"))
    return rows


def _until(records: Iterator[_Record], line: int) -> list[_Record]:
    """The records of the top of a file. They are not all held at once: files may have hundreds of thousands."""
    top: list[_Record] = []
    while not (top and top[-1].last_line >= line) and (record := next(records, None)):
        top.append(record)
    return top


@lru_cache(maxsize=4096)
def normalised(header: str) -> str:
    """`' Engineer ID'` -> `engineer_id`."""
    plain = "".join(c for c in unicodedata.normalize("NFKC", header) if unicodedata.category(c) != "Cf")
    return re.sub(r"[\s\-_]+", "_", plain.strip().casefold())


def _score(fields: Sequence[str], columns: Columns) -> tuple[int, int]:
    found = {normalised(field) for field in fields}
    return len(found & set(columns.required)), len(found & set(columns.names))


def _delimiter(text: str, columns: Columns) -> str:
    """The one under which most of the columns are found near the top."""
    lines = _BREAKS.split(text, _HEADER_WITHIN + 1)[: _HEADER_WITHIN + 1]
    top = [line[:_LONGEST_HEADER] for line in lines if line.strip()]

    def best(delimiter: str) -> tuple[int, int]:
        return max((_score(next(csv.reader([line], delimiter=delimiter)), columns) for line in top), default=(0, 0))

    return max(SEPARATORS, key=best)


def _records(text: str, delimiter: str, reading: _Reading) -> Iterator[_Record]:
    """Every record with the line where it starts; what follows a quotation mark that is never closed is cut off."""
    lines = io.StringIO(text, newline="").readlines()
    # Strict, or a mark that is never closed would end at the next cell in quotation marks and swallow the rows between.
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    line = 1
    while True:
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error:
            read_alone = _line_alone(lines[line - 1], delimiter) if reader.line_num == line else None
            if read_alone is None:
                reading.note(replace(finding("V015.open", line=line), line=line))
                return
            fields = read_alone
        yield _Record(line, reader.line_num, fields)
        line = reader.line_num + 1


def _line_alone(line: str, delimiter: str) -> list[str] | None:
    """A line in which text follows a closing quotation mark (`"urgent" work`); None if a mark in it is not closed."""
    records = list(csv.reader([line.rstrip("\r\n") + "\n", _SENTINEL], delimiter=delimiter))
    return records[0] if records[-1] == [_SENTINEL] else None


def _header_position(records: Sequence[_Record], columns: Columns) -> int:
    """The row near the top with most of the columns."""
    top = [index for index, record in enumerate(records) if record.line <= _HEADER_WITHIN] or [0]
    return max(top, key=lambda index: _score(records[index].fields, columns) if records else (0, 0))


def _header(records: Sequence[_Record], position: int, columns: Columns, reading: _Reading) -> _Header:
    found = _Header.of(records[position].fields if records else [], columns)
    names = found.names
    missing = [name for name in columns.required if name not in names]
    if missing:
        line = records[position].line if records and len(missing) < len(columns.required) else 0
        problem = finding("V002.missing", missing=", ".join(missing), required=", ".join(columns.required))
        raise _Refused(replace(problem, line=line))
    line = records[position].line
    # Something was typed beside rows that a spreadsheet shows in one cell each: it belongs to no column.
    if records[position].fields[-1].endswith(tuple(SEPARATORS)):
        raise _Refused(replace(finding("V002.one_cell"), line=line))
    twice = sorted({name for name in names if name in columns.names and names.count(name) > 1})
    if twice:
        raise _Refused(replace(finding("V002.twice", twice=", ".join(twice)), line=line))
    above = [record for record in records[:position] if not _is_ignorable(record)]
    if above:
        reading.note(replace(finding("V017.above"), line=above[0].line))
    reading.unknown_columns = tuple(name for name in names if name and name not in columns.names)
    for name in reading.unknown_columns:
        near = nearest(name, [column for column in columns.names if column not in names])
        known = ", ".join(columns.names)
        problem = (
            finding("V018.near", name=name, near=near) if near else finding("V018.unknown", name=name, known=known)
        )
        reading.note(replace(problem, line=line, column=name))
    return found


def _is_ignorable(record: _Record) -> bool:
    """A blank row, or the `sep=;` line of some spreadsheets."""
    return not any(field.strip() for field in record.fields) or record.fields[0].strip().casefold().startswith("sep=")


def _header_again(record: _Record, header: _Header) -> _Header | None:
    """The header that a row is which names the required columns: files are pasted together, each with its own."""
    if normalised(record.fields[0]) not in header.known:
        return None
    found = _Header.of(record.fields, header.columns)
    known = [name for name in found.names if name in header.columns.names]
    is_whole = set(header.columns.required) <= set(known) and len(set(known)) == len(known)
    return found if is_whole else None


def _row(record: _Record, header: _Header, delimiter: str, reading: _Reading) -> Row | None:
    """A record by its columns, if each cell is sure to be in its own."""
    broken = _broken(record, header, delimiter)
    if broken is not None:
        reading.note(replace(broken, line=record.line))
        return None
    fields, names = record.fields, header.names
    if len(fields) > len(names) and any(map(str.strip, fields[len(names) :])):
        last = len(names) - 1
        fields = [*fields[:last], delimiter.join(fields[last:]).rstrip(delimiter)]
        problem = finding(f"V014.{names[last]}", separators=_(SEPARATORS[delimiter][1]))
        reading.note(replace(problem, line=record.line, column=names[last]))
    return Row(record.line, dict(zip(names, fields, strict=False)), tuple(names[len(fields) :]))


def _broken(record: _Record, header: _Header, delimiter: str) -> Problem | None:
    """Why the cells of a record may not be in their own columns."""
    fields, names, text_at = record.fields, header.names, header.text_at
    separator, separators = map(_, SEPARATORS[delimiter])
    if text_at != 0 and _OTHER_SEPARATORS[delimiter].search(fields[0]):
        return finding("V014.separator", separators=separators)
    if record.last_line > record.line and _holds_rows(fields, delimiter, len(header.columns.required)):
        return finding("V015.row")
    if delimiter == "," and _is_decimal_comma(fields, header):
        return finding("V014.decimal")
    if header.nameless and any(fields[at].strip() for at in header.nameless if at < len(fields)):
        return finding("V014.nameless")
    if len(fields) > len(names) and text_at != len(names) - 1 and any(map(str.strip, fields[len(names) :])):
        return finding("V014.surplus", cells=len(fields), columns=len(names), separator=separator)
    return None


def _is_decimal_comma(fields: Sequence[str], header: _Header) -> bool:
    """Whether a number without quotation marks may have run into the text behind it (`4,5`).

    In a row that is as wide as the header, a number alone is a text, unless nothing comes after the text.
    """
    at, width = header.text_at, len(header.names)
    if not 0 < at < len(fields) or (len(fields) == width and at < width - 1):
        return False
    return all(map(_BARE_NUMBER.fullmatch, fields[at - 1 : at + 1]))


def _holds_rows(fields: Sequence[str], delimiter: str, width: int) -> bool:
    """Whether a cell of several lines holds a line that looks like a row of the file."""
    lines = [line.split(delimiter) for cell in fields for line in _BREAKS.split(cell)[1:]]
    return any(len(cells) >= width and any(possible_days(key_text(cell)) for cell in cells) for cells in lines)
