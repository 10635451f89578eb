"""What LibreOffice makes of our files on the computers of eight countries, and what our reader makes of that.

Whatever a spreadsheet shows and saves: every score, note and week is read as it was typed, or its row is rejected.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from flows.share import problems_csv
from flows.vibes_check import template
from tests.builders.config import engineer_entry, settings_of
from tests.builders.facts import day, engineer, engineers
from tests.builders.libreoffice import COUNTRIES, SOFFICE, Country, Office
from tests.builders.vibes import WEEK, told
from transforms.clean.sheet import read_sheet
from transforms.clean.vibes import VIBES_COLUMNS, CleanVibes, clean_vibes

# What is typed into vibes and note, and what is meant by it; None where no reader could know.
Meant = tuple[int | None, str | None]
TYPED: Mapping[str, tuple[str, str, Meant | None]] = {
    "anne": ("4", 'calm, steady; and "fine"', (4, 'calm, steady; and "fine"')),
    "bill": ("5", "two\nlines", (5, "two\nlines")),
    "cleo": ("3", "Grüße aus Köln – “schön”, ¿qué?", (3, "Grüße aus Köln – “schön”, ¿qué?")),
    "dora": ("4", "'=1+1 is two", (4, "=1+1 is two")),
    "emil": ("2", "-late again", (2, "-late again")),
    "fred": ("1", "+1 for the release", (1, "+1 for the release")),
    "gina": ("5", "@home on Friday", (5, "@home on Friday")),
    "hugo": ("", "on a course; no score", (None, "on a course; no score")),
    "ines": ("4.0", '"quoted" at both "ends"', (4, '"quoted" at both "ends"')),
    "jack": ("4,0", "", (4, None)),
    "kate": ("4/5", "turned into a day", None),
    "luke": ("4.5", "half a point", None),
    "maya": ("3", "  outer blanks  ", (3, "outer blanks")),
    "nick": ("=2+1", "worked out", (3, "worked out")),
    "olga": ("2", "a\ttab", (2, "a\ttab")),
    "otto": ("3", "=oops", None),
    "owen": ("3", "=1/0", None),
}
# In no character set of a single country: saved as cp1252 it is lost in the spreadsheet already.
WORLDLY = ("paul", "👍🏽 done; 谢谢", (4, "👍🏽 done; 谢谢"))
MANAGERS = ["mia", "noah"]
VIBES, NOTE = 2, 3

MONDAYS = [f"{monday:%Y-%m-%d}" for monday in pd.date_range(end=WEEK, periods=27, freq="14D")]
# com.sun.star.i18n.NumberFormatIndex: a plain number, every way to show a whole day, days with a time of day.
PLAIN, SHORT, LONG_YEAR, ISO = 0, 20, 21, 33
STYLES = (PLAIN, *range(19, 39), 46, 47)
# Bytes of the file that the form page hands out: a mark, CRLF, an apostrophe before what looks like a formula.
DOWNLOAD = (
    "\ufeffweek_start,engineer_id,vibes,note,manager,visibility,saved_at\r\n"
    f"{WEEK},anne,4,'=1+1 is two,mia,everyone,2026-11-20T15:04:05Z\r\n"
    f"{WEEK},bill,2,'-late again,mia,managers,2026-11-20T15:04:05Z\r\n"
    f'{WEEK},cleo,,"\'@home, ""ill""",mia,everyone,2026-11-20T15:04:05Z\r\n'
    f'{WEEK},dora,5,"\'+1 said\nthe customer",mia,everyone,2026-11-20T15:04:05Z\r\n'
    f"{WEEK},emil,3,it's fine,mia,everyone,2026-11-20T15:04:05Z\r\n"
).encode()

# What somebody typed, or was made to paste, and what a run then writes into problems_vibes.csv.
FORMULAS = ('=HYPERLINK("http://x";"y")', "@SUM(1;2)", "+1+1", "-2+3", "=cmd|' /C calc'!A0", "=1+1")


@dataclass(frozen=True)
class Desk:
    """What was saved on a computer of one country."""

    country: Country
    folder: Path

    def read(self, name: str) -> CleanVibes:
        return cleaned((self.folder / name).read_bytes())


def cleaned(content: bytes) -> CleanVibes:
    """Read against people who were there long before any week that a date could be taken for."""
    sheets = [read_sheet("vibes.csv", content, VIBES_COLUMNS)]
    staff = [engineer(name, employed_from=day("2000-01-03")) for name in [*TYPED, WORLDLY[0]]]
    return clean_vibes(sheets, engineers(*staff), MANAGERS, day(WEEK))


@pytest.fixture(scope="module", params=COUNTRIES, ids=lambda country: country.name)
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    if not SOFFICE.exists():
        pytest.skip(f"{SOFFICE} is not installed")
    folder = tmp_path_factory.mktemp("office")
    office = Office(folder, request.param)
    _fill_template_in(office)
    _show_weeks_in(office)
    _save_download_again_in(office)
    _fill_one_column_in(office)
    _open_problems_in(office)
    office.do()
    return Desk(request.param, folder)


def _fill_template_in(office: Office) -> None:
    staff = [engineer_entry(name) for name in [*TYPED, WORLDLY[0]]]
    path = office.folder / "template.csv"
    path.write_bytes(template(settings_of(office.folder, *staff), day(WEEK)))
    office.open(path)
    for row, (score, note, _) in enumerate(TYPED.values(), start=1):
        office.type(VIBES, row, score)
        office.type(NOTE, row, note)
    office.save("cp1252.csv", charset="cp1252")
    office.type(VIBES, len(TYPED) + 1, "4")
    office.type(NOTE, len(TYPED) + 1, WORLDLY[1])
    office.save("utf-8.csv")
    office.save("quoted.csv", quotes_all=True)
    office.save("commas.csv", ",")
    office.save("utf-16.csv", "\t", charset="utf-16")
    office.close()


def _show_weeks_in(office: Office) -> None:
    path = office.folder / "weeks.csv"
    lines = [f"{monday},anne,{1 + number % 5},note of {monday}" for number, monday in enumerate(MONDAYS)]
    path.write_text("\r\n".join(["week_start,engineer_id,vibes,note", *lines, ""]))
    office.open(path)
    for style in STYLES:
        office.show(0, style)
        office.save(f"weeks-{style}.csv")
    office.close()


def _save_download_again_in(office: Office) -> None:
    path = office.folder / "download.csv"
    path.write_bytes(DOWNLOAD)
    office.open(path)
    office.save_flat("download.fods")
    once = office.save("download-once.csv")
    office.close()
    office.open(once, office.country.separator)
    office.save_flat("download-once.fods")
    office.save("download-twice.csv")
    office.close()


def _fill_one_column_in(office: Office) -> None:
    """A spreadsheet that looks for semicolons puts each line of a file with commas into one cell."""
    office.open(office.folder / "template.csv", separator=";")
    for row, (score, note, _) in enumerate(TYPED.values(), start=1):
        office.type(VIBES, row, score)
        office.type(NOTE, row, note)
    office.save("one-column.csv", ";")
    office.save("one-column-commas.csv", ",")
    office.close()


def _open_problems_in(office: Office) -> None:
    lines = [",".join(_quoted(cell) for cell in (typed, typed, typed)) for typed in FORMULAS]
    found = cleaned("\n".join(["week_start,engineer_id,vibes", *lines, ""]).encode())
    assert len(found.problems) == 3 * len(FORMULAS)
    path = office.folder / "problems.csv"
    path.write_bytes(problems_csv(found.problems))
    office.open(path)
    office.save_flat("problems.fods")
    office.close()


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


def meant(with_worldly: bool) -> dict[str, Meant | None]:
    told = {name: row[2] for name, row in TYPED.items()}
    return {**told, WORLDLY[0]: WORLDLY[2]} if with_worldly else told


def read(found: CleanVibes) -> dict[str, Meant]:
    scores = [None if pd.isna(score) else int(score) for score in found.vibes["vibes"]]
    notes = [None if pd.isna(note) else note for note in found.vibes["note"]]
    return dict(zip(found.vibes["engineer_id"], zip(scores, notes, strict=True), strict=True))


@pytest.mark.parametrize("name", ["utf-8.csv", "quoted.csv", "commas.csv", "utf-16.csv", "cp1252.csv"])
def test_a_template_filled_in_a_spreadsheet_is_read_as_it_was_typed(desk: Desk, name: str) -> None:
    found = desk.read(name)
    wanted = meant(with_worldly=name != "cp1252.csv")
    assert read(found) == {who: told for who, told in wanted.items() if told}
    assert set(found.vibes["week_start"]) == {day(WEEK)}
    rejected = found.problems[found.problems["severity"] == "error"]
    assert set(rejected["engineer_id"]) == {who for who, told in wanted.items() if told is None}
    assert dict(zip(rejected["engineer_id"], rejected["rule"], strict=True)) == {
        "kate": "V004",
        "luke": "V004",
        "otto": "V009",
        "owen": "V009",
    }


def test_a_mark_before_utf_8_changes_nothing(desk: Desk) -> None:
    content = (desk.folder / "utf-8.csv").read_bytes()
    assert read(cleaned(b"\xef\xbb\xbf" + content)) == read(cleaned(content))


@pytest.mark.parametrize("style", STYLES)
def test_a_week_shown_in_any_style_is_the_same_week_or_its_row_is_rejected(desk: Desk, style: int) -> None:
    found = desk.read(f"weeks-{style}.csv")
    wanted = {(monday, 1 + number % 5, f"note of {monday}") for number, monday in enumerate(MONDAYS)}
    weeks = found.vibes["week_start"].dt.strftime("%Y-%m-%d")
    accepted = set(zip(weeks, found.vibes["vibes"].astype(int), found.vibes["note"], strict=True))
    assert accepted <= wanted
    rejected = found.problems.loc[found.problems["severity"] == "error", "line"]
    assert sorted([*found.vibes["line"], *rejected]) == list(range(2, len(MONDAYS) + 2))


@pytest.mark.parametrize("style", [PLAIN, SHORT, LONG_YEAR, ISO])
def test_weeks_in_the_usual_styles_of_a_country_are_read(desk: Desk, style: int) -> None:
    """All but the few that may be a Monday of two years."""
    problems = desk.read(f"weeks-{style}.csv").problems
    rejected = problems[problems["severity"] == "error"]
    assert len(rejected) <= len(MONDAYS) / 10
    assert rejected["message"].str.contains("may be 20").all()


@pytest.mark.parametrize("name", ["download-once.csv", "download-twice.csv"])
def test_a_download_that_a_spreadsheet_saved_again_is_read_as_before(desk: Desk, name: str) -> None:
    found, before = desk.read(name), cleaned(DOWNLOAD)
    columns = ["week_start", "engineer_id", "vibes", "note", "manager_id", "visibility", "saved_at"]
    pd.testing.assert_frame_equal(found.vibes[columns], before.vibes[columns])
    assert read(before)["bill"] == (2, "-late again")
    assert not (found.problems["severity"] == "error").any()


@pytest.mark.parametrize("name", ["download.fods", "download-once.fods"])
def test_nothing_in_a_download_is_a_formula_to_a_spreadsheet(desk: Desk, name: str) -> None:
    text = (desk.folder / name).read_text(encoding="utf-8")
    assert "-late again" in text
    assert "table:formula" not in text


def test_nothing_in_the_file_of_problems_is_a_formula_to_a_spreadsheet(desk: Desk) -> None:
    text = (desk.folder / "problems.fods").read_text(encoding="utf-8")
    assert "calc" in text
    assert "table:formula" not in text


@pytest.mark.parametrize("name", ["one-column.csv", "one-column-commas.csv"])
def test_scores_typed_beside_a_file_that_stands_in_one_column_are_not_lost_unsaid(desk: Desk, name: str) -> None:
    found = desk.read(name)
    assert found.vibes.empty
    assert told(found)[-1][1:] == ("V002", "error")
