"""Managers' files as hurried people and several programs leave them, made by chance: the same for the same seed."""

import random
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any, Final

from tests.builders.input_corpus import CASES, CURRENT_WEEK, MANAGERS, roster
from transforms.clean.manager_decisions import DECISION_COLUMNS
from transforms.clean.vibes import VIBES_COLUMNS

Kind = str
_COLUMNS: Final = {"vibes": VIBES_COLUMNS.names, "decisions": DECISION_COLUMNS.names}
_ENGINEERS: Final = list(roster()["engineer_id"])
# Blanks, invisible and double characters, letters whose small form is not what one expects, digits of other scripts.
_ODD: Final = [
    *"\u200b\ufeff\xa0\u2028\x85\x1c\x1f\u1680\u3000\xad\x0b\x0c\u0345\u0301'`=\"",
    *"\xe9\U0001f642\u0130\u0131\u017f\xdf\u1e9e\u03a3\u03c2\u03c3\uff21\uff14\ufb01\u01c5\u13e3\uab70\u0663\u0966\u212a",
    "e\u0301",
]
_SCORES: Final = [
    *("1", "2", "3", "4", "5", "4.0", "4,0", "+3", "\uff13", "0", "6", "-1", "3.5", "four", "4/5", "05-Apr"),
    *("2026-04-05", "46117", "-", "n/a", "TRUE", "#N/A", "nan", "tired"),
]
_TEXTS: Final = [
    *("", "", "fine", "late, again", 'he said "no"', "a\nb", "a\r\nb", 'new 12" monitor', "=1+1", "'=1+1", "-late"),
    *("x" * 500, "é" * 501, "🙂" * 501, " blank ", "a;b;c", "t\tb", "5", "did you mean this", "2026-11-09,ana,3,x"),
    *("ill managers", "ill;Everyone", "ill,mia,managers,", "told everyone.", "ill\nand sad"),
]
_STAMPS: Final = [
    *("", "", "2026-11-20T15:04:05Z", "2026-11-20T15:04:06Z", "2026-11-20T16:04:05+01:00", "2026-11-20 15:04"),
    *("2026-11-20T15:04:05.5Z", "2026-11-31T15:04Z", "2026-11-20T24:00Z", "2026-11-20T15:04+24:00", "2026-11-20"),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-01:00", "2026-11-20T15:04:60Z", "20261120T150405"),
]
_DATE_FORMATS: Final = [
    *("{y:04}-{m:02}-{d:02}", "{y:04}-{m:02}-{d:02}", "{y}/{m}/{d}", "{d}.{m}.{y}", "{d:02}. {m:02}. {s:02}"),
    *("{m}/{d}/{y}", "{d}/{m}/{s:02}", "{s:02}-{m:02}-{d:02}", "{d}-{n}-{s:02}", "{d} {n}. {y}", "{n} {d}, {y}"),
    *("{y:04}-W{w:02}", "{y:04}w{w}", "{y:04}-{m:02}-{d:02} 00:00:00", "{m}/{d}/{y} 00:00:00.00", "{serial}"),
]
_MONTHS: Final = [
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "Sept", "October", "November", "December", "Mai"),
]


class Mangler:
    """Files by chance. `calm` is how much of what it writes is left alone."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._calm = 0.0
        self._cells: dict[str, Callable[[], str]] = {
            **dict.fromkeys(("week_start", "review_week", "decided_on"), self._day),
            **dict.fromkeys(("note", "why"), lambda: self._of(_TEXTS)),
            "engineer_id": lambda: self._of([*_ENGINEERS, "ana", "ana", "Ana Ruiz", "anna", "nan", "007", ""]),
            "vibes": lambda: self._of([*_SCORES, "", "4", "4", "3", "2"]),
            "manager": lambda: self._of([*MANAGERS, "", "", "NOAH", "nobody", "noa"]),
            "visibility": lambda: self._of(["", "", "everyone", "managers", "Managers", "all", "mia"]),
            "saved_at": lambda: self._of(_STAMPS),
            "decision": lambda: self._of(["agree", "decline", "defer", "Agree", "agreed", "no", ""]),
        }

    def file(self, kind: Kind) -> tuple[str, bytes]:
        """A name and the bytes of a file of one kind."""
        self._calm = self._of([0.0, 0.8, 0.97, 1.0])
        content = self._encoded(self._text(kind))
        if self._is(0.1):
            content = self._spliced(content)
        name = self._of(
            [kind, kind, f"{kind}_noah_2026-W47", f"{kind}-NOAH (1)", f"{kind} mia - Copy", "v\u0131bes_mia"]
        )
        return f"{name}.csv", content

    def _is(self, share: float) -> bool:
        return self._random.random() < share

    def _of(self, choices: Sequence[Any]) -> Any:
        return self._random.choice(choices)

    def _mangled(self, text: str) -> str:
        """What a hand that slips makes of a text."""
        if self._is(self._calm):
            return text
        at, odd = self._random.randint(0, len(text)), self._of(_ODD)
        letter = chr(self._random.randint(33, 126))
        inserted, replaced = text[:at] + odd + text[at:], text[:at] + letter + text[at + 1 :]
        return self._of([text, text, inserted, replaced, text[:at] + text[at + 1 :], text.upper(), f" {text} "])

    def _day(self) -> str:
        back = self._of([7, 7, 14, 21, 140, -7, 5, 0, 9999, 737000])
        day = date.fromisoformat(CURRENT_WEEK) - timedelta(days=back + self._of([0, 0, 0, 2]))
        wrong = self._of([0] * 19 + [40])
        name = _MONTHS[day.month - 1][: self._of([3, 3, 9])] if self._is(0.9) else self._of(_MONTHS)
        about = {"y": day.year, "m": day.month, "d": day.day + wrong, "n": name, "s": day.year % 100}
        serial = (day - date(1899, 12, 30)).days
        return str(self._of(_DATE_FORMATS)).format(**about, w=day.isocalendar().week + wrong, serial=serial)

    def _row(self, columns: Sequence[str]) -> list[str]:
        return [self._mangled(self._cells.get(name, lambda: self._of(["", "x"]))()) for name in columns]

    def _line(self, cells: Sequence[str], delimiter: str) -> str:
        """A line of a file; what needs quotation marks does not always have them."""
        quoted = ['"' + cell.replace('"', '""') + '"' for cell in cells]
        needs = [any(mark in cell for mark in (delimiter, '"', "\r", "\n")) for cell in cells]
        written = [
            self._of([cell, f'"{cell}', f"{mark}x", f" {cell}"])
            if self._is(0.08) and not self._is(self._calm)
            else (mark if need or self._is(0.2) else cell)
            for cell, mark, need in zip(cells, quoted, needs, strict=True)
        ]
        return delimiter.join(written + self._of([[]] * 12 + [["", ""], ["x"], [" "]]))

    def _torn(self, line: str) -> list[str]:
        """A line, in two where somebody pressed Enter in the middle of it."""
        at = self._random.randint(0, len(line))
        return [line[:at], line[at:]] if self._is(0.15) else [line]

    def _text(self, kind: Kind) -> str:
        columns = list(_COLUMNS[kind])
        if self._is(0.3):
            self._random.shuffle(columns)
        if self._is(0.2):
            columns = columns[: self._random.randint(2, len(columns))]
        if self._is(0.15):
            extra = self._of(["notes", "Mgr", "7", "__proto__", "constructor", "wek_start", "", columns[0]])
            columns.insert(self._random.randint(0, len(columns)), extra)
        delimiter = self._of([",", ",", ",", ";", "\t"])
        header = delimiter.join(
            self._mangled(self._of([name, name, name.replace("_", " ").title()])) for name in columns
        )
        above = self._of([[]] * 8 + [[f"sep={delimiter}"], ["Vibes of the team", ""], ["a,b;c"] * 11, ['"open']])
        lines, row = [*above, header], self._row(columns)
        for _ in range(self._of([0, 1, 3, 5, 8])):
            fresh = self._row(columns)
            row = [self._of([old, new]) for old, new in zip(row, fresh, strict=True)] if self._is(0.5) else fresh
            lines += self._torn(self._line(row, delimiter))
            lines += self._of(
                [[]] * 12 + [[header], [""], [delimiter * 6], [header.upper()], ["\x1f"], ["<<<<<<< HEAD"]]
            )
        ends = self._of([["\n"], ["\r\n"], ["\r"], ["\n", "\r\n", "\r"]])
        return "".join(line + self._of(ends) for line in lines)[: None if self._is(0.8) else -1]

    def _encoded(self, text: str) -> bytes:
        encoding = self._of(["utf-8"] * 5 + ["utf-8-sig", "utf-16", "utf-16-be", "cp1252", "mac_roman"])
        mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
        return mark + text.encode(encoding, "ignore")

    def _spliced(self, content: bytes) -> bytes:
        """A file that something was done to behind everybody's back."""
        at, case = self._random.randint(0, len(content)), self._of(self._of(CASES).files)[1]
        start, end = content[:at], content[at:]
        odd = self._of(
            [b"\x00", b"\xef\xbb\xbf", b"\xff", b"\x81", "é".encode(), "é".encode("cp1252"), b'"', b"=======\n"]
        )
        before = self._of([b"PK\x03\x04", b"\xff\xfe", b"\xef\xbb\xbf", b" <!DOCTYPE html>", b"<?xml"])
        return self._of([start, start + odd + end, before + content, content + case, case[: at + 1] + content])
