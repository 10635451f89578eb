"""Bytes of a CSV file that spreadsheets, editors and sync tools have had in hand -> rows of text with line numbers.

Everything stays text: no id becomes a number, no "nan" becomes a missing value.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from transforms.clean.input_findings import finding
from transforms.clean.input_problems import Problem
from transforms.clean.near import nearest

_DELIMITERS: Final = (",", ";", "\t")
_HEADER_WITHIN: Final = 10
_LONGEST_HEADER: Final = 2000
_SENTINEL: Final = "\x1eend of file\x1e"
_CONFLICT: Final = re.compile(r"^(<{7} |={7}$|>{7} )", re.MULTILINE)
_HTML: Final = re.compile(r"\s*<(!doctype|html|head|body|\?xml)", re.IGNORECASE)
_BREAKS: Final = re.compile(r"\r\n|\r|\n")


class Columns(NamedTuple):
    """The columns a file may have, by their normalised names."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return self.required + self.optional


class Row(NamedTuple):
    """One record: the line of the file where it starts, and its cells by column (absent columns are missing)."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Sheet:
    """What one file holds. A file that was refused has no rows."""

    file: str
    rows: tuple[Row, ...] = ()
    problems: tuple[Problem, ...] = ()
    encoding: str = ""
    is_refused: bool = False
    unknown_columns: tuple[str, ...] = ()


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
            return content.decode("utf-16")
        except UnicodeDecodeError:
            raise _Refused(finding("V001.cut_off")) from None
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
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        raise _Refused(finding("V001.encoding")) from None
    reading.encoding = "cp1252"
    reading.note(finding("V016.cp1252"))
    return text


class _Record(NamedTuple):
    line: int
    fields: list[str]


def _rows(text: str, columns: Columns, reading: _Reading) -> list[Row]:
    if not text.strip():
        reading.note(finding("V021.empty"))
        return []
    delimiter = _delimiter(text, columns)
    records = _records(text, delimiter, reading)
    header_at = _header_position(records, columns)
    header = _header(records, header_at, columns, reading)
    body = [record for record in records[header_at + 1 :] if any(field.strip() for field in record.fields)]
    rows = [row for record in body if (row := _row(record, header, delimiter, reading)) is not None]
    if not body:
        reading.note(finding("V021.no_rows"))
    return rows


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

    return max(_DELIMITERS, key=best)


def _records(text: str, delimiter: str, reading: _Reading) -> list[_Record]:
    """Every record with the line where it starts; what follows a quotation mark that is never closed is cut off."""
    # A last line of our own shows whether an open quotation mark has swallowed the end of the file.
    reader = csv.reader(io.StringIO(f"{text}\n{_SENTINEL}", newline=""), delimiter=delimiter)
    records: list[_Record] = []
    line = 1
    is_closed = False
    try:
        for fields in reader:
            records.append(_Record(line, fields))
            line = reader.line_num + 1
        is_closed = records[-1].fields == [_SENTINEL]
        cut = records.pop().line
    except csv.Error:  # A field larger than the reader allows: the same cause.
        cut = line
    if not is_closed:
        reading.note(replace(finding("V015.open", line=cut), line=cut))
    return records


def _header_position(records: Sequence[_Record], columns: Columns) -> int:
    """The row near the top with most of the columns."""
    top = [index for index, record in enumerate(records) if record.line <= _HEADER_WITHIN] or [0]
    return max(top, key=lambda index: _score(records[index].fields, columns) if records else (0, 0))


def _header(records: Sequence[_Record], position: int, columns: Columns, reading: _Reading) -> list[str]:
    names = [normalised(field) for field in records[position].fields] if records else []
    missing = [name for name in columns.required if name not in names]
    if missing:
        line = records[position].line if records and len(missing) < len(columns.required) else 0
        problem = finding("V002.missing", missing=", ".join(missing), required=", ".join(columns.required))
        raise _Refused(replace(problem, line=line))
    line = records[position].line
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
    return names


def _is_ignorable(record: _Record) -> bool:
    """A blank row, or the `sep=;` line of some spreadsheets."""
    return not any(field.strip() for field in record.fields) or record.fields[0].strip().startswith("sep=")


def _row(record: _Record, header: list[str], delimiter: str, reading: _Reading) -> Row | None:
    if [normalised(field) for field in record.fields[: len(header)]] == header:
        reading.note(replace(finding("V017.again"), line=record.line))
        return None
    fields = record.fields
    surplus = fields[len(header) :]
    if any(field.strip() for field in surplus):
        if header[-1] != "note":
            problem = finding("V014.surplus", cells=len(fields), columns=len(header))
            reading.note(replace(problem, line=record.line))
            return None
        fields = [*fields[: len(header) - 1], delimiter.join(fields[len(header) - 1 :])]
        reading.note(replace(finding("V014.note"), line=record.line, column="note"))
    return Row(record.line, {name: cell for name, cell in zip(header, fields, strict=False) if name})
