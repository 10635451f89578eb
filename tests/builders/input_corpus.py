"""Managers' files as spreadsheets, editors and sync tools leave them, and what must become of each.

The outcomes are written by hand, from what the plan asks for, never copied from a reader. Both readers are held against
them: the pipeline's (tests/spec) and the input page's (tests/browser). Numbers such as 22 are those of the plan.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, NamedTuple

import pandas as pd

from tests.builders.facts import day, engineer, engineers

CURRENT_WEEK: Final = "2026-11-23"  # the week that runs
LAST_DAY: Final = date(2026, 11, 29)
MANAGERS: Final = ["mia", "noah"]


def roster() -> pd.DataFrame:
    """ana, noor; ben (hired Wednesday 2026-07-08), chloe (left 2026-08-28), dan (with us since 2009); all mia's."""
    return engineers(
        engineer("ana", name="Ana Ruiz"),
        engineer("ben", employed_from=day("2026-07-08")),
        engineer("chloe", employed_to=day("2026-08-28")),
        engineer("dan", employed_from=day("2009-01-05")),
        engineer("noor", name="Noor"),
    )


class Accepted(NamedTuple):
    """A row of vibes that must be used."""

    file: str
    line: int
    week_start: str
    engineer_id: str
    vibes: int | None
    note: str | None
    manager: str
    visibility: str


class Decided(NamedTuple):
    """A decision that must be used."""

    file: str
    line: int
    engineer_id: str
    review_week: str  # its Monday
    decision: str
    why: str | None
    manager: str
    decided_on: str | None
    visibility: str


class Told(NamedTuple):
    """A problem that must be told."""

    file: str
    line: int
    column: str
    rule: str
    severity: str


@dataclass(frozen=True)
class Case:
    """Files that are read together, and what must become of them."""

    name: str
    kind: Literal["vibes", "decisions"]
    files: tuple[tuple[str, bytes], ...]
    accepted: tuple[Accepted, ...] | tuple[Decided, ...]
    problems: tuple[Told, ...]


# -- how the cases are written down ------------------------------------------------------------------------------------

H3: Final = "week_start,engineer_id,vibes"
H4: Final = f"{H3},note"
H7: Final = f"{H4},manager,visibility,saved_at"
W47: Final = "2026-11-16"
W45: Final = "2026-11-02"
WHOLE: Final = (0, "", "V001", "error")  # the file is refused

Problem = tuple[int, str, str, str]


class Row(NamedTuple):
    """A row that must be used; what a case does not say is that of the usual row."""

    line: int = 2
    week_start: str = W47
    engineer_id: str = "ana"
    vibes: int | None = 4
    note: str | None = "solid"
    manager: str = "mia"
    visibility: str = "everyone"


USUAL: Final = Row()


def lines(*rows: str, header: str = H4, end: str = "\n") -> str:
    return end.join([header, *rows, ""])


def usual(*more: str) -> str:
    """A file that is as it should be: `ana, 4, solid`; and further rows."""
    return lines(f"{W47},ana,4,solid", *more)


def one(
    name: str,
    content: str | bytes,
    accepted: Sequence[Row] = (),
    problems: Sequence[Problem] = (),
    file: str = "vibes.csv",
) -> Case:
    """One vibes file."""
    return several(name, {file: content}, [(file, row) for row in accepted], [(file, told) for told in problems])


def several(
    name: str,
    files: Mapping[str, str | bytes],
    accepted: Sequence[tuple[str, Row]] = (),
    problems: Sequence[tuple[str, Problem]] = (),
) -> Case:
    """Vibes files that lie in the folder together."""
    return Case(
        name,
        "vibes",
        as_bytes(files),
        tuple(Accepted(file, *row) for file, row in accepted),
        tuple(Told(file, *told) for file, told in problems),
    )


def as_bytes(files: Mapping[str, str | bytes]) -> tuple[tuple[str, bytes], ...]:
    return tuple((file, text.encode() if isinstance(text, str) else text) for file, text in files.items())


def score(typed: str, accepted: bool) -> Case:
    """A score as typed, in a row of a file with seven columns, beside a row that must not suffer."""
    text = lines(f"{W47},ana,{typed},solid,,,", f"{W47},noor,5,fine,,,", header=H7)
    noor = Row(3, engineer_id="noor", vibes=5, note="fine")
    if accepted:
        return one(f"score {typed!r}", text, [USUAL, noor])
    return one(f"score {typed!r}", text, [noor], [(2, "vibes", "V004", "error")])


def week(typed: str, monday: str | None, *problems: str, engineer_id: str = "ana") -> Case:
    """A week as typed. `monday`: the week it counts in. `problems`: rule and severity."""
    text = lines(f"{typed},{engineer_id},4,solid")
    told = [(2, "week_start", *problem.split()) for problem in problems]
    accepted = [USUAL._replace(week_start=monday, engineer_id=engineer_id)] if monday else []
    return one(f"week {typed!r} of {engineer_id}", text, accepted, [(n, c, r, s) for n, c, r, s in told])


def who(typed: str, engineer_id: str | None) -> Case:
    problems = [] if engineer_id else [(2, "engineer_id", "V007", "error")]
    accepted = [USUAL._replace(engineer_id=engineer_id)] if engineer_id else []
    return one(f"engineer {typed!r}", lines(f"{W47},{typed},4,solid"), accepted, problems)


def note(name: str, typed: str, kept: str | None, *problems: Problem) -> Case:
    """A note as it stands between two commas."""
    text = lines(f"{W47},ana,4,{typed},mia,everyone,", header=H7)
    return one(f"note: {name}", text, [USUAL._replace(note=kept)], problems)


UNFILLED: Final = lines(f"{CURRENT_WEEK},ana,,,mia,,", f"{CURRENT_WEEK},noor,,,mia,,", header=H7, end="\r\n")
LOGIN: Final = b"<!DOCTYPE html>\n<html><head><title>Sign in</title></head></html>\n"
NEW: Final = "2026-11-20T15:04:05Z"
OLD: Final = "2026-11-20T09:00:00Z"

# -- section 5 of the plan ---------------------------------------------------------------------------------------------

FORMATS: Final = [
    one("01 UTF-8", usual(), [USUAL]),
    one("02 UTF-8 with its mark, CRLF (Excel, CSV UTF-8)", usual().replace("\n", "\r\n").encode("utf-8-sig"), [USUAL]),
    one(
        "03 UTF-16 little-endian with tabs (Excel, Unicode Text)",
        b"\xff\xfe" + usual().replace(",", "\t").replace("\n", "\r\n").encode("utf-16-le"),
        [USUAL],
        [(0, "", "V016", "info")],
    ),
    one(
        "04 Windows text with curly quotes",
        lines(f"{W47},ana,4,\u201ctr\u00e8s solide\u201d", end="\r\n").encode("cp1252"),
        [USUAL._replace(note="\u201ctr\u00e8s solide\u201d")],
        [(0, "", "V016", "info")],
    ),
    one(
        "05 Macintosh text with CR",
        lines(f"{W47},ana,4,tr\u00e8s solide", end="\r").encode("mac_roman"),
        [USUAL._replace(note="tr\u00e8s solide")],
        [(0, "", "V016", "warning")],
    ),
    one("06 semicolons", usual().replace(",", ";"), [USUAL]),
    one(
        "07 semicolons, decimal comma, German date",
        lines("16.11.2026;ana;4,0;solid", header=H4.replace(",", ";"), end="\r\n"),
        [USUAL],
    ),
    one("08 a sep= line", "sep=;\r\n" + usual().replace(",", ";"), [USUAL._replace(line=3)]),
    one("08 a SEP= line in capitals", "SEP=,\r\n" + usual(), [USUAL._replace(line=3)]),
    one(
        "09 trailing empty columns and rows",
        lines(f"{W47},ana,4,solid,,,,", ",,,,,,,", ",,,,,,,", header=f"{H4},,,,"),
        [USUAL],
    ),
    one(
        "10 title rows above the header",
        "Vibes of week 47,,,\n,,,\n" + usual(),
        [USUAL._replace(line=4)],
        [(1, "", "V017", "warning")],
    ),
    one(
        "27 header spelt and ordered freely",
        f" Vibes ,Engineer ID,NOTE,Week-Start\n4,ana,solid,{W47}\n",
        [USUAL],
    ),
    one(
        "28 a required column is missing",
        f"week_start,engineer_id,note\n{W47},ana,solid\n",
        [],
        [(1, "", "V002", "error")],
    ),
    one(
        "28 an unknown column",
        lines(f"{W47},ana,4,solid,blue", header=f"{H4},mood"),
        [USUAL],
        [(1, "mood", "V018", "warning")],
    ),
    one(
        "28 the manager comes from the file's name",
        usual(),
        [USUAL._replace(manager="noah")],
        file="vibes_noah_2026-W47.csv",
    ),
    one("34 empty", b"", [], [(0, "", "V021", "warning")]),
    one("34 only line ends", "\r\n\r\n", [], [(0, "", "V021", "warning")]),
    one("35 header only", H4 + "\n", [], [(0, "", "V021", "warning")]),
    one("36 a placeholder of empty bytes", b"\x00" * 512, [], [WHOLE]),
    one("36 empty bytes at the end", usual().encode() + b"\x00" * 64, [], [WHOLE]),
    one("37 xlsx named csv", b"PK\x03\x04\x14\x00\x06\x00" + b"\x00" * 30, [], [WHOLE]),
    one("37 xls named csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 30, [], [WHOLE]),
    one(
        "38 the marks of a merge conflict",
        usual("<<<<<<< HEAD", f"{W47},noor,5,fine", "=======", f"{W47},noor,2,tired", ">>>>>>> branch"),
        [],
        [(3, "", "V001", "error")],
    ),
    one("41 a login page", LOGIN, [], [WHOLE]),
    one("43 trailing semicolons", lines(f"{W47};ana;4;solid;;;;", header=H4.replace(",", ";")), [USUAL]),
    one(
        "43 line ends of both kinds",
        f"{H4}\r\n{W47},ana,4,solid\n{W47},noor,5,fine\r\n",
        [USUAL, Row(3, engineer_id="noor", vibes=5, note="fine")],
    ),
    one(
        "43 a second header after a paste",
        usual(H4, f"{W47},noor,5,fine"),
        [USUAL, Row(4, engineer_id="noor", vibes=5, note="fine")],
        [(3, "", "V017", "info")],
    ),
    one("43 a name with blanks and accents", usual(), [USUAL], file="vibes d\u2019\u00e9quipe mia.csv"),
]

SCORES: Final = [
    *(score(typed, True) for typed in ("4 ", " 4", "4\u00a0", "4.0", '"4,0"', "\uff14", "4.00", "+4")),
    *(score(typed, False) for typed in ("four", "4/5", "05-Apr", "0", "6", "45", "-1", "3.5", "########")),
    *(score(typed, False) for typed in ("#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "TRUE", "FALSE", "WAHR")),
    *(
        score(typed, False)
        for typed in ('"4,5"', "4.5", "4 5", "1E0", "4.", '"4,"', "04", "4-5", "~4", "4!", "4+", "IV")
    ),
    *(
        score(typed, False)
        for typed in ("4\u00ad5", "4\u200b5", "\u0664", "4\u00b2", '=""4""', "None", "nan", "NA", "\u2013")
    ),
    *(score(typed, False) for typed in ("5-Apr", "Apr-05", "2026-04-05", "46117", "4.0.0", "4/5/2026", "--4", "100%")),
    one("the digits of a score in a circle", lines(f"{W47},ana,\u2463,solid"), [USUAL]),
    one("a note alone", lines(f"{W47},ana,,on a course"), [USUAL._replace(vibes=None, note="on a course")]),
    one("a dash and a note", lines(f"{W47},ana,-,on a course"), [USUAL._replace(vibes=None, note="on a course")]),
    one("n/a and a note", lines(f"{W47},ana,N/A,on a course"), [USUAL._replace(vibes=None, note="on a course")]),
    one("a quoted number", lines(f'"{W47}","ana","4","solid"'), [USUAL]),
]

WEEKS: Final = [
    week("11/16/2026", W47),
    week("11/02/2026", W45),
    week("02/11/2026", W45),
    week("16-Nov-26", W47),
    week("2-Nov-26", W45),
    week("2 nov. 2026", W45),
    week("2026/11/16", W47),
    week("2026-W47", W47),
    week("2026-11-16 00:00:00", W47),
    week('"Nov 16, 2026"', W47),
    week("16 November 2026", W47),
    week("16.11.26", W47),
    week("16/11/26", W47),
    week("11/16/26", W47),
    week("46342", W47, "V020 warning"),
    week("2026-11-18", W47, "V005 warning"),
    week("18/11/2026", W47, "V005 warning"),
    week("########", None, "V003 error"),
    week("11/03/2026", None, "V003 error"),
    week("16 novembre 2026", None, "V003 error"),
    week("16. Nov. 2026", W47),
    week("16 Dez 2026", None, "V003 error"),
    week("#REF!", None, "V003 error"),
    week("2026-11-31", None, "V003 error"),
    week("2026-W54", None, "V003 error"),
    week("16.11.", None, "V003 error"),
    week("W47", None, "V003 error"),
    week("", None, "V003 error"),
    week("2026-11-16 15:04", None, "V003 error"),
    week("\u0662\u0660\u0662\u0666-11-16", None, "V003 error"),
    week(CURRENT_WEEK, CURRENT_WEEK),
    week("2026-11-30", None, "V006 error"),
    week("1926-11-15", None, "V006 error"),
    week("2062-11-13", None, "V006 error"),
    week("9999-12-31", None, "V005 warning", "V006 error"),
    week("0001-01-01", None, "V006 error"),
    week("2026-06-29", None, "V006 error", engineer_id="ben"),
    week("2026-07-06", "2026-07-06", engineer_id="ben"),
    week("2026-08-24", "2026-08-24", engineer_id="chloe"),
    week("2026-08-31", None, "V006 error", engineer_id="chloe"),
    # Sweden and Japan write the year first, in two digits: not a day of 2016, though dan was with us then.
    week("26-11-16", W47, engineer_id="dan"),
    week("26/11/16", W47, engineer_id="dan"),
    week("26-11-18", W47, "V005 warning", engineer_id="dan"),
    week("18/11/26", W47, "V005 warning", engineer_id="dan"),
    week("26.11.16", W47, engineer_id="dan"),
    week("26-Nov-16", None, "V003 error", engineer_id="dan"),
    # 16 November 2026 in a workbook that counts from 1904.
    week("44880", None, "V003 error", engineer_id="dan"),
    week("60000", None, "V005 warning", "V006 error", "V020 warning", engineer_id="dan"),
    # 24 November 2025 and 25 November 2024 are both Mondays; the latter is more than two years ago.
    week("25-11-24", "2025-11-24", engineer_id="dan"),
    week("2016-11-21", "2016-11-21", engineer_id="dan"),
]

PEOPLE: Final = [
    *(who(typed, "ana") for typed in ("ANA ", " Ana", "ana\u00a0", "\ufeffana", "a\u00adna", "an\u200ba", "\uff41na")),
    *(
        who(typed, None)
        for typed in ("anna", "Ana Ruiz", "007", "1E5", "nan", "NA", "-", "n/a", "None", "", "an\u0430")
    ),
    *(who(typed, None) for typed in ("a\u0301na", "#N/A", "ana/noor", "ana;noor", '"ana\nnoor"')),
    one("a manager in capitals", lines(f"{W47},ana,4,solid,NOAH,,", header=H7), [USUAL._replace(manager="noah")]),
    one("an unknown manager", lines(f"{W47},ana,4,solid,moah,,", header=H7), [], [(2, "manager", "V008", "error")]),
    one("a manager by name", lines(f"{W47},ana,4,solid,Mia Chen,,", header=H7), [], [(2, "manager", "V008", "error")]),
    *(
        one(f"the manager of {file}", usual(), [USUAL._replace(manager=manager)], file=file)
        for file, manager in {
            "vibes_noah (1).csv": "noah",
            "vibes_noah - Copy.csv": "noah",
            "vibes_noah-LAPTOP7.csv": "noah",
            "vibes_noah (Sam's conflicted copy 2026-11-20).csv": "noah",
            "Vibes Noah 2026-W47.CSV": "noah",
            "vibes_noahs team.csv": "mia",
            "vibes_moah.csv": "mia",
            "vibes (1).csv": "mia",
            "vibes_2026-W47.csv": "mia",
        }.items()
    ),
]

NOTES: Final = [
    note("21 a line break", '"first\nsecond"', "first\nsecond"),
    note("a line break of Windows", '"first\r\nsecond"', "first\nsecond"),
    note("23 a stray quote", 'new 12" monitor', 'new 12" monitor'),
    note("doubled quotes", '"said ""fine"" twice"', 'said "fine" twice'),
    note("a comma in quotation marks", '"calm, kind"', "calm, kind"),
    *(
        note(f"25 {typed}", typed, typed)
        for typed in ("=cmd|' /C calc'!A0", "@SUM(A1)", "+1", "-late again", "- rested", "=1+1")
    ),
    note("the form's guard", "'=SUM(A1)", "=SUM(A1)"),
    note("an apostrophe", "'tis fine", "'tis fine"),
    note("26 a script", "<script>alert(1)</script>", "<script>alert(1)</script>"),
    note("42 an emoji of several code points", "\U0001f469\u200d\U0001f4bb ok", "\U0001f469\u200d\U0001f4bb ok"),
    note("500 emoji", "\U0001f642" * 500, "\U0001f642" * 500),
    note("42 501 emoji", "\U0001f642" * 501, "\U0001f642" * 500, (2, "note", "V009", "warning")),
    note("42 40 kB", "x" * 40_000, "x" * 500, (2, "note", "V009", "warning")),
    note("200 kB in quotation marks", '"' + "x, " * 70_000 + '"', ("x, " * 167)[:500], (2, "note", "V009", "warning")),
    note("NA is text", "NA", "NA"),
    note("a bare number in a full row", "7", "7"),
    note("a semicolon", "calm; kind", "calm; kind"),
    note("braces", "{typed} {0}", "{typed} {0}"),
    note("a rule of equal signs", '"Retro\n=======\nfine"', "Retro\n=======\nfine"),
    note("quotes inside quotes that are not doubled", '"urgent" work', "urgent work"),
    one(
        "21 lines are counted on after a note of several lines",
        lines(f'{W47},ana,4,"a\n\nb"', f"{W47},noor,9,x"),
        [USUAL._replace(note="a\n\nb")],
        [(5, "vibes", "V004", "error")],
    ),
    one(
        "a private note with a misspelt visibility",
        lines(f"{W47},ana,4,private,,manager,", header=H7),
        [USUAL._replace(note="private", visibility="managers")],
        [(2, "visibility", "V010", "warning")],
    ),
    one(
        "a visibility in capitals with blanks",
        lines(f"{W47},ana,4,private,, MANAGERS ,", header=H7),
        [USUAL._replace(note="private", visibility="managers")],
        [(2, "visibility", "V014", "warning")],
    ),
    one(
        "a saved_at that Excel has had in hand",
        lines(f"{W47},ana,4,solid,,,20/11/2026 15:04", header=H7),
        [USUAL],
        [(2, "saved_at", "V011", "warning")],
    ),
    one(
        "a saved_at without a time",
        lines(f"{W47},ana,4,solid,,,2026-11-20", header=H7),
        [USUAL],
        [(2, "saved_at", "V011", "warning")],
    ),
]

# -- cells that may stand in another column ----------------------------------------------------------------------------

TORN: Final = [
    one(
        "22 an unquoted comma in the last column, the note",
        lines(f"{W47},noor,4,calm, kind,on time"),
        [USUAL._replace(engineer_id="noor", note="calm, kind,on time")],
        [(2, "note", "V014", "warning")],
    ),
    one(
        "22 an unquoted comma in a note that is not last",
        lines(f"{W47},noor,4,calm, kind,mia,everyone,{NEW}", header=H7),
        [],
        [(2, "", "V014", "error")],
    ),
    one(
        "an unquoted comma in a short row",
        lines(f"{W47},ana,4,calm, kind", header=H7),
        [],
        [(2, "manager", "V008", "error")],
    ),
    one(
        "an unquoted comma before a manager's name",
        lines(f"{W47},ana,4,worked with, noah,mia,", header=H7),
        [],
        [(2, "visibility", "V014", "error")],
    ),
    one(
        "an unquoted comma before a manager's name, and nothing more",
        lines(f"{W47},ana,4,worked with, noah", header=H7),
        [USUAL._replace(note="worked with", manager="noah")],
        [(2, "manager", "V014", "warning")],
    ),
    one(
        "blanks after every comma",
        lines(f"{W47}, ana, 4, solid, noah, everyone,", header=H7),
        [USUAL._replace(manager="noah")],
    ),
    one(
        "a comma in a private note where only visibility follows",
        lines(f"{W47},ana,4,she is ill, managers only,managers", header=f"{H4},visibility"),
        [],
        [(2, "", "V014", "error")],
    ),
    one("a decimal comma without quotation marks", lines(f"{W47},ana,4,5"), [], [(2, "", "V014", "error")]),
    one("4,0 without quotation marks, and a note", lines(f"{W47},ana,4,0,solid"), [], [(2, "", "V014", "error")]),
    one("a decimal comma in a short row", lines(f"{W47},ana,4,5", header=H7), [], [(2, "", "V014", "error")]),
    one("a decimal comma under three columns", lines(f"{W47},ana,4,5", header=H3), [], [(2, "", "V014", "error")]),
    one(
        "a number as the note, with semicolons",
        lines(f"{W47};ana;4;5", header=H4.replace(",", ";")),
        [USUAL._replace(note="5")],
    ),
    one(
        "a date with a comma",
        lines("Nov 16, 2026,ana,4,solid", header=H7),
        [],
        [
            (2, "week_start", "V003", "error"),
            (2, "engineer_id", "V007", "error"),
            (2, "vibes", "V004", "error"),
            (2, "manager", "V008", "error"),
        ],
    ),
    one(
        "rows with semicolons under a header with commas",
        usual(f"{W47};noor;5;fine"),
        [USUAL],
        [(3, "", "V014", "error")],
    ),
    one(
        "rows with semicolons and commas in the note under a header with commas",
        usual(f"{W47};noor;5;fine, calm, kind, early"),
        [USUAL],
        [(3, "", "V014", "error")],
    ),
    one(
        "rows with commas under a header with semicolons",
        lines(f"{W47};ana;4;solid", f"{W47},noor,5,fine", header=H4.replace(",", ";")),
        [USUAL],
        [(3, "", "V014", "error")],
    ),
    one(
        "rows with tabs under a header with commas", usual(f"{W47}\tnoor\t5\tfine"), [USUAL], [(3, "", "V014", "error")]
    ),
    one(
        "a semicolon file with commas in the notes",
        lines(f"{W47};ana;4;calm, kind, early", header=H4.replace(",", ";")),
        [USUAL._replace(note="calm, kind, early")],
    ),
    one("a row that ends after the score", lines(f"{W47},ana,4", header=H7), [USUAL._replace(note=None)]),
    one("a row without an engineer", lines(f"{W47},4", header=H3), [], [(2, "engineer_id", "V014", "error")]),
    one("a row without a week", lines("ana,4", header=H3), [], [(2, "week_start", "V014", "error")]),
    one(
        "a row without a score but with a note",
        lines(f"{W47},ana,solid", header=H3),
        [],
        [(2, "vibes", "V004", "error")],
    ),
    one("a remark below the rows", usual("please return by Friday"), [USUAL], [(3, "week_start", "V014", "error")]),
    one(
        "a total below the rows",
        usual(",,,", "Average,,4,"),
        [USUAL],
        [
            (4, "week_start", "V003", "error"),
            (4, "engineer_id", "V007", "error"),
        ],
    ),
    one(
        "a score typed into another column",
        lines(f"{W47},ana,4,solid,,,", f"{W47},noor,,,5,,", header=H7),
        [USUAL],
        [(3, "manager", "V014", "error")],
    ),
    one(
        "a note typed into another column",
        lines(f"{W47},ana,4,solid,,,", f"{W47},noor,,,,on a course,", header=H7),
        [USUAL],
        [(3, "visibility", "V014", "error")],
    ),
    one(
        "a cell under no column name",
        lines(f"{W47},ana,4,,solid", f"{W47},noor,5,oops,fine", header=f"{H3},,note"),
        [USUAL],
        [(3, "", "V014", "error")],
    ),
    one(
        "24 an unclosed quote",
        usual(f'{W47},noor,5,"never closed', f"{W47},ben,3,x"),
        [USUAL],
        [(3, "", "V015", "error")],
    ),
    one(
        "24 an unclosed quote in the last row",
        usual(f'{W47},noor,5,"never closed'),
        [USUAL],
        [(3, "", "V015", "error")],
    ),
    one(
        "an unclosed quote before a row with quotation marks",
        usual(f'{W47},noor,5,"never closed', f'{W47},ben,3,"fine"', f"{W47},dan,3,x"),
        [USUAL],
        [(3, "", "V015", "error")],
    ),
    one(
        "an unclosed quote that a stray quote closes",
        usual(f'{W47},noor,5,"never closed', f'{W47},ben,3,size 12"', f"{W47},dan,3,x"),
        [USUAL, Row(5, engineer_id="dan", vibes=3, note="x")],
        [(3, "", "V015", "error")],
    ),
    one(
        "a table in the note",
        usual(f'{W47},noor,5,"Monday, fine\nTuesday, ill, home"'),
        [USUAL, Row(3, engineer_id="noor", vibes=5, note="Monday, fine\nTuesday, ill, home")],
    ),
]

# -- what else spreadsheets, editors and shares do ---------------------------------------------------------------------

HABITS: Final = [
    one(
        "headers in another language",
        f"Woche;Mitarbeiter;Stimmung;Notiz\n{W47};ana;4;solid\n",
        [],
        [(0, "", "V002", "error")],
    ),
    one("no header", f"{W47},ana,4,solid\n", [], [(0, "", "V002", "error")]),
    one("bars as separators", usual().replace(",", "|"), [], [(0, "", "V002", "error")]),
    one("a column twice", lines(f"{W47},ana,4,solid,5", header=f"{H4},Vibes"), [], [(1, "", "V002", "error")]),
    one(
        "thousands of trailing separators",
        lines(f"{W47},ana,4,solid" + "," * 16_380, header=H4 + "," * 16_380),
        [USUAL],
    ),
    one("thousands of empty rows", usual(*[",,,"] * 5_000), [USUAL]),
    one(
        "two files pasted together, each with its mark",
        b"\xef\xbb\xbf" + usual().encode() + b"\xef\xbb\xbf" + lines(f"{W47},noor,5,fine").encode(),
        [USUAL, Row(4, engineer_id="noor", vibes=5, note="fine")],
        [(3, "", "V017", "info")],
    ),
    one(
        "two files pasted together, with columns in another order",
        usual("vibes,note,engineer_id,week_start", f"5,fine,noor,{W47}"),
        [USUAL, Row(4, engineer_id="noor", vibes=5, note="fine")],
        [(3, "", "V017", "info")],
    ),
    one(
        "two files pasted together without a line end between",
        f"{H3}\n{W47},ana,4\ufeff{H3}\n{W47},noor,5\n",
        [Row(3, engineer_id="noor", vibes=5, note=None)],
        [(2, "", "V014", "error")],
    ),
    one(
        "two files pasted together in two encodings",
        usual().encode() + f"{W47},noor,5,caf\u00e9\n".encode() + f"{W47},dan,5,caf\u00e9\n".encode("cp1252"),
        [
            USUAL,
            Row(3, engineer_id="noor", vibes=5, note="caf\u00e9"),
            Row(4, engineer_id="dan", vibes=5, note="caf\u00e9"),
        ],
        [(0, "", "V016", "warning")],
    ),
    one("bytes of no encoding", usual().encode() + b"\x81\x8d\n", [], [WHOLE]),
    one("UTF-16 without its mark", usual().encode("utf-16-le"), [], [WHOLE]),
    one("UTF-16 big-endian", b"\xfe\xff" + usual().encode("utf-16-be"), [USUAL], [(0, "", "V016", "info")]),
    one("UTF-16 cut off", b"\xff\xfe" + usual().encode("utf-16-le")[:-1], [], [(0, "", "V016", "info"), WHOLE]),
    one("UTF-32", usual().encode("utf-32"), [], [(0, "", "V016", "info"), WHOLE]),
    one("no line end at the end", usual().rstrip("\n"), [USUAL]),
    one(
        "a form feed and a vertical tab in the note",
        lines(f"{W47},ana,4,a\x0bb\x0cc"),
        [USUAL._replace(note="a\x0bb\x0cc")],
    ),
    one("a line separator of Unicode in the note", lines(f"{W47},ana,4,a\u2028b"), [USUAL._replace(note="a\u2028b")]),
    one(
        "Numbers puts the table's name first",
        "Table 1\n" + usual(),
        [USUAL._replace(line=3)],
        [(1, "", "V017", "warning")],
    ),
    one("the header in the eleventh line", "\n" * 10 + usual(), [], [(0, "", "V002", "error")]),
    one("the header in the tenth line", "\n" * 9 + usual(), [USUAL._replace(line=11)]),
    one("a header with invisible characters", "\u200b" + usual().replace("vibes", "vi\u00adbes"), [USUAL]),
    one(
        "a header with blanks where others have underscores",
        f"Week start,Engineer id,Vibes,Note\n{W47},ana,4,solid\n",
        [USUAL],
    ),
    one(
        "a column with a near name",
        lines(f"{W47},ana,4,x", header=f"{H3},notes"),
        [USUAL._replace(note=None)],
        [(1, "notes", "V018", "warning")],
    ),
    one("a template that nobody filled in", UNFILLED, []),
    one("a template without its trailing commas", lines(f"{CURRENT_WEEK},ana", f"{CURRENT_WEEK},noor", header=H7), []),
    one(
        "a template half filled in",
        UNFILLED.replace("noor,,,mia,,", f"noor,5,fine,mia,everyone,{NEW}"),
        [Row(3, CURRENT_WEEK, "noor", 5, "fine")],
    ),
    one("a template of somebody who has left", lines("2026-11-23,chloe,,,mia,,", header=H7), []),
    one(
        "all that can be wrong in a row at once",
        lines("soon,anna,9,x,moah,nobody,yesterday", header=H7),
        [],
        [
            (2, "week_start", "V003", "error"),
            (2, "vibes", "V004", "error"),
            (2, "engineer_id", "V007", "error"),
            (2, "manager", "V008", "error"),
            (2, "visibility", "V010", "warning"),
            (2, "saved_at", "V011", "warning"),
        ],
    ),
    one(
        "an HTML table saved as .csv", b"  \r\n<html xmlns:x=''><table><tr><td>4</td></tr></table></html>", [], [WHOLE]
    ),
    one("a file of blanks", b"   \t  \n", [], [(0, "", "V021", "warning")]),
]

# -- section 4.4: several rows and files about the same ----------------------------------------------------------------

STAMPED: Final = {when: lines(f"{W47},ana,{value},x,,,{when}", header=H7) for when, value in ((OLD, 2), (NEW, 4))}
UNSTAMPED: Final = lines(f"{W47},ana,2,x,,,", header=H7)
CONFLICT: Final = (2, "", "V012", "error")

CONFLICTS: Final = [
    several(
        "29 rows that say the same are one",
        {"vibes.csv": usual(f"{W47},ana,4,solid"), "vibes - Copy.csv": usual()},
        [("vibes - Copy.csv", USUAL)],
    ),
    several(
        "29 rows that say otherwise, without saved_at",
        {"vibes.csv": usual(), "vibes (Sam's conflicted copy 2026-11-20).csv": lines(f"{W47},ana,2,solid")},
        [],
        [("vibes.csv", CONFLICT), ("vibes (Sam's conflicted copy 2026-11-20).csv", CONFLICT)],
    ),
    several(
        "the newest saved_at wins",
        {"vibes.csv": STAMPED[OLD], "vibes_mia.csv": STAMPED[NEW]},
        [("vibes_mia.csv", USUAL._replace(note="x"))],
        [("vibes.csv", (2, "", "V013", "info"))],
    ),
    several(
        "the newest saved_at wins, in whatever zone",
        {"vibes.csv": STAMPED[NEW], "vibes_mia.csv": STAMPED[OLD].replace(OLD, "2026-11-20T16:00:00+02:00")},
        [("vibes.csv", USUAL._replace(note="x"))],
        [("vibes_mia.csv", (2, "", "V013", "info"))],
    ),
    several(
        "one row stamped and one not",
        {"vibes.csv": STAMPED[NEW], "vibes_mia.csv": UNSTAMPED},
        [],
        [("vibes.csv", CONFLICT), ("vibes_mia.csv", CONFLICT)],
    ),
    several(
        "one stamp broken by Excel",
        {"vibes.csv": STAMPED[NEW], "vibes_mia.csv": STAMPED[OLD].replace(OLD, "20/11/2026 09:00")},
        [],
        [("vibes.csv", CONFLICT), ("vibes_mia.csv", CONFLICT), ("vibes_mia.csv", (2, "saved_at", "V011", "warning"))],
    ),
    several(
        "the same stamp and another score",
        {"vibes.csv": STAMPED[NEW], "vibes_mia.csv": STAMPED[OLD].replace(OLD, NEW)},
        [],
        [("vibes.csv", CONFLICT), ("vibes_mia.csv", CONFLICT)],
    ),
    several(
        "the same score, and only one is stamped",
        {"vibes.csv": STAMPED[NEW], "vibes_mia.csv": STAMPED[NEW].replace(NEW, "")},
        [("vibes.csv", USUAL._replace(note="x"))],
    ),
    several(
        "30 two managers on one engineer",
        {"vibes_mia.csv": usual(), "vibes_noah.csv": lines(f"{W47},ana,2,tired")},
        [("vibes_mia.csv", USUAL), ("vibes_noah.csv", USUAL._replace(vibes=2, note="tired", manager="noah"))],
    ),
    several(
        "30 two managers, one of them unknown",
        {"vibes.csv": lines(f"{W47},ana,4,solid,mia,,", f"{W47},ana,2,tired,zed,,", header=H7)},
        [("vibes.csv", USUAL)],
        [("vibes.csv", (3, "manager", "V008", "error"))],
    ),
    several(
        "the note of another visibility is another row",
        {"vibes.csv": lines(f"{W47},ana,4,x,,,", f"{W47},ana,4,x,,managers,", header=H7)},
        [],
        [("vibes.csv", CONFLICT), ("vibes.csv", (3, "", "V012", "error"))],
    ),
    several(
        "39 the same note with accents of their own",
        {"vibes.csv": lines(f"{W47},ana,4,caf\u00e9"), "vibes_b.csv": lines(f"{W47},ana,4,cafe\u0301")},
        [("vibes.csv", USUAL._replace(note="caf\u00e9"))],
    ),
    several(
        "the same note with line ends of their own",
        {"vibes.csv": lines(f'{W47},ana,4,"a\r\nb"'), "vibes_b.csv": lines(f'{W47},ana,4,"a\nb"')},
        [("vibes.csv", USUAL._replace(note="a\nb"))],
    ),
    several(
        "a file that is refused does not touch the others",
        {"vibes.csv": usual(), "vibes_new.csv": b"PK\x03\x04"},
        [("vibes.csv", USUAL)],
        [("vibes_new.csv", WHOLE)],
    ),
    several(
        "a template beside a filled file",
        {"vibes.csv": usual(), "vibes_2026-W48.csv": UNFILLED},
        [("vibes.csv", USUAL)],
    ),
    several(
        "three rows, two of which say the same",
        {"vibes.csv": lines(f"{W47},ana,4,x,,,{OLD}", f"{W47},ana,2,x,,,{OLD}", f"{W47},ana,4,x,,,{NEW}", header=H7)},
        [("vibes.csv", USUAL._replace(line=4, note="x"))],
        [("vibes.csv", (3, "", "V013", "info"))],
    ),
]

_NOOR: Final = Row(3, engineer_id="noor", vibes=5, note="fine")
_NOORS: Final = f"{W47},noor,5,fine,,,"

# What spreadsheets make of a file that was opened, filled in and saved.
SAVED: Final = [
    one(
        "each row in one cell, the score typed beside it",
        lines(f"{W47},ana,,,mia,,;;4;calm", f"{W47},noor,,,mia,,;;;", header=f"{H7};;;"),
        [],
        [(1, "", "V002", "error")],
    ),
    *(
        one(
            f"note: {shown} instead of what was taken for a formula",
            lines(f"{W47},ana,4,{shown},mia,,", _NOORS, header=H7),
            [_NOOR],
            [(2, "note", "V009", "error")],
        )
        for shown in ("#NAME?", "#N/A", "#BEZUG!", "Err:509")
    ),
    note("begins like an error, and goes on", "#NAME? he asked", "#NAME? he asked"),
    *(
        one(
            f"note: {moved} where a column that should hold it is empty",
            lines(f"{W47},ana,4,{moved}", _NOORS, header=H7),
            [_NOOR],
            [(2, "note", "V014", "error")],
        )
        for moved in ("noah,,", "managers,mia,", "2026-11-20T15:04:05Z,mia,")
    ),
    note("a name, while the manager is in place", "noah", "noah"),
    one(
        "a score that ran into the id, and somebody who left long ago in a row left blank",
        lines(f"{W47},ana4", f"{W47},anabel,", header=H3),
        [],
        [(2, "engineer_id", "V014", "error")],
    ),
]

# -- where it may have got lost who may read a note --------------------------------------------------------------------

H5: Final = f"{H4},visibility"
HIDDEN_WORD: Final = (2, "note", "V022", "warning")
HIDDEN_TORN: Final = (2, "visibility", "V022", "warning")


def lost(name: str, row: str, kept: str, header: str = H7) -> Case:
    """A row whose visibility is empty though a word for it stands in the note."""
    return one(f"lost visibility: {name}", lines(row, header=header), [_secret(kept)], [HIDDEN_WORD])


def sure(name: str, row: str, kept: str, header: str = H7) -> Case:
    """A row whose note is for everyone, for all that it looks like."""
    return one(f"visibility not lost: {name}", lines(row, _NOORS, header=header), [USUAL._replace(note=kept), _NOOR])


def _secret(kept: str) -> Row:
    return USUAL._replace(note=kept, visibility="managers")


LOST: Final = [
    lost("a comma left out", f"{W47},ana,4,she is ill managers", "she is ill managers", header=H5),
    lost("a comma left out, and no blank", f"{W47},ana,4,she is illManagers", "she is illManagers", header=H5),
    lost("a semicolon among commas", f"{W47},ana,4,she is ill;managers", "she is ill;managers", header=H5),
    lost("the word for everyone", f"{W47},ana,4,she is fine everyone", "she is fine everyone", header=H5),
    lost("quotation marks around it too", f'{W47},ana,4,"she is ill,managers",mia,,', "she is ill,managers"),
    lost("inside brackets", f"{W47},ana,4,she is ill (managers),mia,,", "she is ill (managers)"),
    lost(
        "invisible characters behind it",
        f"{W47},ana,4,she is ill manag\u00aders\u200b,mia,,",
        "she is ill manag\u00aders\u200b",
    ),
    lost(
        "quotation marks around the rest of the row",
        f'{W47},ana,4,"she is ill,mia,managers,{NEW}"',
        f"she is ill,mia,managers,{NEW}",
    ),
    lost(
        "other separators in the rest of the row",
        f"{W47},ana,4,she is ill;mia;managers;{NEW}",
        f"she is ill;mia;managers;{NEW}",
    ),
    lost("a file without the column", f'{W47},ana,4,"she is ill, managers"', "she is ill, managers", header=H4),
    sure("the end of a sentence", f"{W47},ana,4,thanked the managers.,mia,,", "thanked the managers."),
    sure("a word within", f"{W47},ana,4,told everyone of it,mia,,", "told everyone of it"),
    sure("said of it", f"{W47},ana,4,solid everyone,mia,everyone,", "solid everyone"),
    sure("a row that ends early above one that can be read", f"{W47},ana,4,solid", "solid"),
    one(
        "a line break in a private note without quotation marks",
        lines(f"{W47},ana,4,she is ill", f"and cries,mia,managers,{NEW}", _NOORS, header=H7),
        [_secret("she is ill"), _NOOR._replace(line=4)],
        [
            HIDDEN_TORN,
            (3, "engineer_id", "V007", "error"),
            (3, "note", "V014", "error"),
            (3, "vibes", "V004", "error"),
            (3, "week_start", "V003", "error"),
        ],
    ),
    one(
        "line breaks and an empty line in a private note",
        lines(f"{W47},ana,4,she is ill", "", "and cries", "a lot", ",mia,managers,", header=H7),
        [_secret("she is ill")],
        [
            HIDDEN_TORN,
            (4, "week_start", "V014", "error"),
            (5, "week_start", "V014", "error"),
            (6, "engineer_id", "V007", "error"),
            (6, "vibes", "V004", "error"),
            (6, "week_start", "V003", "error"),
        ],
    ),
    one(
        "a line break in a private note, whose rest has as many commas as the header",
        lines(
            f"{W47},ana,4,she is ill", f'and cries, often, alone, "at home", in bed, mia, managers, {NEW}', header=H7
        ),
        [_secret("she is ill")],
        [HIDDEN_TORN, (3, "", "V014", "error")],
    ),
    one(
        "a line break in a private note before a comma and a manager",
        lines(f"{W47},ana,4,worked with, noah", "and fell ill,mia,managers,", header=H7),
        [_secret("worked with")._replace(manager="noah")],
        [
            (2, "manager", "V014", "warning"),
            HIDDEN_TORN,
            (3, "engineer_id", "V007", "error"),
            (3, "vibes", "V004", "error"),
            (3, "week_start", "V003", "error"),
        ],
    ),
    one(
        "a line break in a private note, whose rest begins with a day",
        lines(f"{W47},ana,4,ill since", f"{W45},mia,managers,", header=H7),
        [_secret("ill since")],
        [HIDDEN_TORN, (3, "engineer_id", "V007", "error"), (3, "vibes", "V004", "error")],
    ),
    one(
        "a line break in a note after its visibility",
        lines(f"{W47},ana,4,managers,she is ill", "and cries, sleeps badly, alone", header=f"{H3},visibility,note"),
        [_secret("she is ill")],
        [(3, "engineer_id", "V007", "error"), (3, "vibes", "V004", "error"), (3, "week_start", "V003", "error")],
    ),
    one(
        "a score without a note above a row that cannot be read",
        lines(f"{W47},ana,4", "and cries,mia,managers,", header=H7),
        [USUAL._replace(note=None)],
        [(3, "engineer_id", "V007", "error"), (3, "vibes", "V004", "error"), (3, "week_start", "V003", "error")],
    ),
]

VIBES_CASES: Final[list[Case]] = [
    *(*FORMATS, *SCORES, *WEEKS, *PEOPLE, *NOTES, *TORN, *HABITS, *CONFLICTS, *SAVED, *LOST),
]

# -- decisions ---------------------------------------------------------------------------------------------------------

HD: Final = "engineer_id,review_week,decision,why,manager,decided_on,visibility"
W42: Final = "2026-10-12"  # published on 2026-10-19


class Choice(NamedTuple):
    """A decision that must be used; what a case does not say is that of the usual row."""

    line: int = 2
    engineer_id: str = "ana"
    review_week: str = W42
    decision: str = "agree"
    why: str | None = "yes"
    manager: str = "mia"
    decided_on: str | None = "2026-10-20"
    visibility: str = "managers"


CHOICE: Final = Choice()
CHOSEN: Final = "ana,2026-W42,agree,yes,mia,2026-10-20,managers"


def decided(
    name: str,
    content: str | bytes,
    accepted: Sequence[Choice] = (),
    problems: Sequence[Problem] = (),
    file: str = "decisions.csv",
) -> Case:
    """One decisions file."""
    return decided_in(name, {file: content}, [(file, row) for row in accepted], [(file, told) for told in problems])


def decided_in(
    name: str,
    files: Mapping[str, str | bytes],
    accepted: Sequence[tuple[str, Choice]] = (),
    problems: Sequence[tuple[str, Problem]] = (),
) -> Case:
    """Decisions files that lie in the folder together."""
    return Case(
        name,
        "decisions",
        as_bytes(files),
        tuple(Decided(file, *row) for file, row in accepted),
        tuple(Told(file, *told) for file, told in problems),
    )


def choices(*rows: str, header: str = HD) -> str:
    return lines(*rows, header=header)


def flawed(name: str, row: str, column: str, rule: str, severity: str = "error", used: Choice | None = None) -> Case:
    """A row with one mistake."""
    return decided(name, choices(row), [used] if used else [], [(2, column, rule, severity)])


DECISION_CASES: Final[list[Case]] = [
    decided("a decision", choices(CHOSEN), [CHOICE]),
    decided(
        "required columns alone",
        "engineer_id,review_week,decision\nana,2026-W42,defer\n",
        [CHOICE._replace(decision="defer", why=None, decided_on=None)],
        [(2, "why", "D003", "warning")],
    ),
    decided(
        "semicolons, CRLF and the mark of UTF-8",
        choices(CHOSEN).replace(",", ";").replace("\n", "\r\n").encode("utf-8-sig"),
        [CHOICE],
    ),
    decided("a date of the week of the review", choices(CHOSEN.replace("2026-W42", "16/10/2026")), [CHOICE]),
    decided("capitals and blanks", choices("ANA ,2026-w42,Agree ,yes,MIA,2026-10-20,Managers"), [CHOICE]),
    decided(
        "shown to everyone", choices(CHOSEN.replace("managers", "everyone")), [CHOICE._replace(visibility="everyone")]
    ),
    flawed("a misspelt visibility", CHOSEN.replace("managers", "evryone"), "visibility", "V010", "warning", CHOICE),
    flawed("agreed", CHOSEN.replace("agree", "agreed"), "decision", "D002"),
    flawed("maybe", CHOSEN.replace("agree", "maybe"), "decision", "D002"),
    flawed("no decision, but a reason", CHOSEN.replace("agree", ""), "decision", "D002"),
    flawed("no reason", CHOSEN.replace("yes", ""), "why", "D003", "warning", CHOICE._replace(why=None)),
    flawed("a stranger", CHOSEN.replace("ana,", "anna,"), "engineer_id", "V007"),
    flawed("an unknown manager", CHOSEN.replace("mia", "zed"), "manager", "V008"),
    flawed("a week that is none", CHOSEN.replace("2026-W42", "last week"), "review_week", "D001"),
    flawed("a week that may be two", CHOSEN.replace("2026-W42", "03/04/2026"), "review_week", "D001"),
    flawed("a day that has not come", CHOSEN.replace("10-20", "12-20"), "decided_on", "D005"),
    decided(
        "the last week there is",
        choices(CHOSEN.replace("2026-W42", "9999-12-31")),
        [CHOICE._replace(review_week="9999-12-27")],
    ),
    flawed("a day that is none", CHOSEN.replace("2026-10-20", "soon"), "decided_on", "D005"),
    flawed(
        "a day that may be two",
        CHOSEN.replace("2026-W42", "2026-W40").replace("2026-10-20", "10/11/2026"),
        "decided_on",
        "D005",
    ),
    flawed(
        "decided before the review was published",
        CHOSEN.replace("10-20", "10-18"),
        "decided_on",
        "D006",
        "warning",
        CHOICE._replace(decided_on="2026-10-18"),
    ),
    decided(
        "of two readings the day since the review",
        choices(CHOSEN.replace("2026-10-20", "03/11/2026")),
        [CHOICE._replace(decided_on="2026-11-03")],
    ),
    decided("the year first, in two digits", choices(CHOSEN.replace("2026-10-20", "26-10-20")), [CHOICE]),
    decided(
        "501 characters",
        choices(CHOSEN.replace("yes", "x" * 501)),
        [CHOICE._replace(why="x" * 500)],
        [(2, "why", "D004", "warning")],
    ),
    decided(
        "a comma in the reason",
        choices("ana,2026-W42,agree,she is ill, keep it quiet,2026-10-20"),
        [],
        [(2, "manager", "V008", "error")],
    ),
    decided(
        "a comma in the reason, and every cell filled",
        choices(CHOSEN.replace("yes", "ill, quiet")),
        [],
        [(2, "", "V014", "error")],
    ),
    decided(
        "a comma in the reason, which comes last",
        choices("ana,2026-W42,agree,calm, kind", header="engineer_id,review_week,decision,why"),
        [CHOICE._replace(why="calm, kind", decided_on=None)],
        [(2, "why", "V014", "warning")],
    ),
    decided(
        "a line break in a reason without quotation marks, and a reason that ends with a word for its readers",
        choices(
            "ana,2026-W42,agree,she is ill", "and cries,mia,2026-10-20,managers", "noor,2026-W42,agree,so everyone"
        ),
        [
            CHOICE._replace(why="she is ill", decided_on=None),
            Choice(4, engineer_id="noor", why="so everyone", decided_on=None),
        ],
        [
            (3, "decision", "D002", "error"),
            (3, "engineer_id", "V007", "error"),
            (3, "review_week", "D001", "error"),
            (3, "why", "V014", "error"),
        ],
    ),
    decided("nobody has decided yet", choices("ana,2026-W42,,,mia,,", "ben,2026-W42,,,mia,,")),
    decided(
        "a row without its week",
        choices("ana,agree", header="engineer_id,review_week,decision"),
        [],
        [(2, "review_week", "V014", "error")],
    ),
    decided(
        "rows with semicolons under a header with commas",
        choices(CHOSEN, CHOSEN.replace(",", ";")),
        [CHOICE],
        [(3, "", "V014", "error")],
    ),
    decided(
        "an unclosed quote",
        choices(CHOSEN, 'noor,2026-W42,agree,"yes', 'ben,2026-W42,agree,"no",mia,,'),
        [CHOICE],
        [(3, "", "V015", "error")],
    ),
    decided("a vibes file under the wrong name", usual(), [], [(1, "", "V002", "error")]),
    decided(
        "an error of a spreadsheet instead of a reason",
        choices(CHOSEN.replace("yes", "#DIV/0!")),
        [],
        [(2, "why", "D004", "error")],
    ),
    decided("a workbook", b"PK\x03\x04", [], [WHOLE]),
    decided(
        "the manager of the file",
        choices(CHOSEN.replace("mia", "")),
        [CHOICE._replace(manager="noah")],
        file="decisions_noah (1).csv",
    ),
    decided("a guard against formulas", choices(CHOSEN.replace("yes", "'-no")), [CHOICE._replace(why="-no")]),
    decided_in(
        "copies say the same",
        {"decisions.csv": choices(CHOSEN, CHOSEN), "decisions - Copy.csv": choices(CHOSEN)},
        [("decisions - Copy.csv", CHOICE)],
    ),
    decided(
        "another mind later on",
        choices(CHOSEN, CHOSEN.replace("agree", "defer").replace("10-20", "10-21")),
        [CHOICE, Choice(3, decision="defer", decided_on="2026-10-21")],
    ),
    decided(
        "another mind on the same day",
        choices(CHOSEN, CHOSEN.replace("agree", "defer")),
        [CHOICE, Choice(3, decision="defer")],
        [(2, "decided_on", "D009", "warning")],
    ),
]

CASES: Final[list[Case]] = [*VIBES_CASES, *DECISION_CASES]
