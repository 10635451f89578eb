"""Everything that the readers of people's files say: the rules by id, and what is said of each way to break one.

A finding is made of clauses, said one after the other in the language spoken: what is wrong, what happens now, what to
do. The input page says the same: it fills the same templates, so a value is plain text or a whole number, already
worded. What was typed, or should have been, is put in quotation marks (`QUOTED`).
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from transforms.clean.input_problems import Problem, Severity
from transforms.language import N_, Message, Words, _, spoken
from transforms.vocabulary import HIGHEST_SCORE, LONGEST_TEXT, LOWEST_SCORE

# Places that are filled everywhere.
BOUNDS: Final = {"lowest": LOWEST_SCORE, "highest": HIGHEST_SCORE, "longest": LONGEST_TEXT}


class _Rules(Words):
    """What each rule asks for, in the language spoken."""

    def __getitem__(self, rule: str) -> str:
        return super().__getitem__(rule).format(**BOUNDS)


RULES: Final = _Rules(
    {
        "V001": N_("The file is readable text"),
        "V002": N_("The header names every required column once"),
        "V003": N_("week_start is a date or an ISO week"),
        "V004": N_("vibes is a whole number from {lowest} to {highest}"),
        "V005": N_("week_start is a Monday"),
        "V006": N_("The week has begun, and the engineer was employed in it"),
        "V007": N_("engineer_id is on the roster"),
        "V008": N_("manager is a manager of the config"),
        "V009": N_("note is a text of at most {longest} characters"),
        "V010": N_("visibility is everyone or managers"),
        "V011": N_("saved_at is an instant"),
        "V012": N_("One score per engineer, week and manager"),
        "V013": N_("The newest saved_at wins"),
        "V014": N_("A row has as many cells as the header"),
        "V015": N_("A quotation mark that is opened is closed"),
        "V016": N_("The file is UTF-8"),
        "V017": N_("The header is the first row"),
        "V018": N_("Only known columns"),
        "V019": N_("Files with vibes are named vibes*.csv; every file can be read"),
        "V020": N_("week_start is typed as a date, not kept as a number"),
        "V021": N_("The file has rows"),
        "V022": N_("A note is for everyone only where that is sure"),
        "L001": N_("from_date and to_date are dates"),
        "L002": N_("to_date is not before from_date, and at most a year after"),
        "L003": N_("hours_per_day is a number above 0 and up to 24, or half"),
        "L004": N_("One entry per engineer and day of leave"),
        "L005": N_("Leave lies within the employment"),
        "D001": N_("review_week is a date or an ISO week"),
        "D002": N_("decision is agree, decline or defer"),
        "D003": N_("A decision says why"),
        "D004": N_("why is a text of at most {longest} characters"),
        "D005": N_("decided_on is a date that has come"),
        "D006": N_("decided_on is not before the review was published"),
        "D007": N_("There was a review of the engineer in that week"),
        "D008": N_("The review asked for a decision: its outcome was watch or return"),
        "D009": N_("One decision per engineer, review and day"),
    }
)


class Finding(NamedTuple):
    """How bad it is, and what is said of it."""

    severity: Severity
    clauses: tuple[str, ...]

    @property
    def message(self) -> str:
        """All of it, in the language spoken, the places still to be filled."""
        return "; ".join(map(_, self.clauses))


def _error(*clauses: str) -> Finding:
    return Finding("error", clauses)


def _warning(*clauses: str) -> Finding:
    return Finding("warning", clauses)


def _info(*clauses: str) -> Finding:
    return Finding("info", clauses)


_REFUSED: Final = N_("nothing of this file is used")
_LEFT_OUT: Final = N_("the row is not used")
_SAVE: Final = N_("save as CSV UTF-8")
_MONDAY: Final = N_("type the Monday of the week, for example 2026-11-16")
_REVIEW: Final = N_("type the week of the review as the site does: 2026-W44")
_DAY: Final = N_("type it as 2026-11-16")
_NO_DATE: Final = N_("{typed} is not a date")
_SEVERAL_DATES: Final = N_("{typed} may be {days}")
_NEAR: Final = N_("did you mean {near}?")
_NO_SCORE: Final = N_("{typed} is not a whole number from {lowest} to {highest}")
_SCORE: Final = N_("type 1, 2, 3, 4 or 5")
_DECISION: Final = N_("type agree, decline or defer")
_EMPLOYMENT: Final = N_("check the dates, or the employment in the config")
_NO_MANAGER: Final = N_("{typed} is not a manager of the config")
_STRANGER: Final = N_("{typed} is not on the roster")
_NO_DECISION: Final = N_("{typed} is no decision")
_MOVE: Final = N_("move it, or clear the cell")
_REMOVE: Final = N_("remove the row")
_FOR_MANAGERS: Final = N_("the note is shown to managers only until this is mended")
_FIRST_SHOWN: Final = N_("the first {longest} are shown; shorten it")

# By rule, a dot and a variant.
FINDINGS: Final[dict[str, Finding]] = {
    "V001.workbook": _error(
        N_("this is a workbook, not a CSV file"), _REFUSED, N_("in the spreadsheet, save as CSV UTF-8")
    ),
    "V001.web_page": _error(
        N_("this is a web page, perhaps a login page"), _REFUSED, N_("download the file again while logged in")
    ),
    "V001.conflict": _error(
        N_("the marks of a merge conflict stand in the file"),
        _REFUSED,
        N_("keep the right rows and remove the marks"),
    ),
    "V001.cut_off": _error(N_("the file is cut off in the middle of a character"), _REFUSED, N_("save it again")),
    "V001.not_synced": _error(
        N_("the file is not fully synced (it holds empty bytes)"),
        _REFUSED,
        N_("wait for the share to sync, then save it"),
    ),
    "V001.encoding": _error(N_("the file is in no encoding that is known here"), _REFUSED, N_("save it as CSV UTF-8")),
    "V002.missing": _error(N_("no column {missing}"), _REFUSED, N_("the first row must name the columns {required}")),
    "V002.one_cell": _error(
        N_("the spreadsheet holds each row of this file in one cell, and something stands beside it"),
        _REFUSED,
        N_("open the file so that each column has its own cells, and type there"),
    ),
    "V002.twice": _error(N_("{twice} stands twice in the header"), _REFUSED, N_("keep one column")),
    "V003.empty": _error(N_("week_start is empty"), _LEFT_OUT, _MONDAY),
    "V003.not_a_date": _error(_NO_DATE, _LEFT_OUT, _MONDAY),
    "V003.ambiguous": _error(_SEVERAL_DATES, _LEFT_OUT, _MONDAY),
    "V004.number": _error(_NO_SCORE, _LEFT_OUT, _SCORE),
    "V004.day": _error(
        _NO_SCORE, _LEFT_OUT, N_("the spreadsheet may have turned something like 4/5 into a date"), _SCORE
    ),
    "V004.words": _error(
        N_("what stands there is not a whole number from {lowest} to {highest}"),
        _LEFT_OUT,
        N_("type 1, 2, 3, 4 or 5, and words as the note"),
    ),
    "V005.other_day": _warning(N_("{day} is a {weekday}"), N_("counted in the week that starts on Monday, {monday}")),
    "V006.future": _error(N_("the week of {week} has not begun"), _LEFT_OUT, N_("check the year and month")),
    "V006.before": _error(
        N_("the week lies before the employment"),
        _LEFT_OUT,
        N_("{engineer_id} was hired on {day}; check the week"),
    ),
    "V006.after": _error(
        N_("the week lies after the employment"),
        _LEFT_OUT,
        N_("{engineer_id} left on {day}; check the week and the id"),
    ),
    "V007.empty": _error(N_("engineer_id is empty"), _LEFT_OUT, N_("type the id of the engineer")),
    "V007.near": _error(_STRANGER, _LEFT_OUT, _NEAR),
    "V007.unknown": _error(_STRANGER, _LEFT_OUT, N_("add the engineer to the config, or remove the row")),
    "V008.near": _error(_NO_MANAGER, _LEFT_OUT, _NEAR),
    "V008.unknown": _error(_NO_MANAGER, _LEFT_OUT, N_("managers are {known}")),
    "V009.formula": _error(
        N_("the spreadsheet took the note for a formula and shows an error instead"),
        _LEFT_OUT,
        N_("type the note again, beginning with a letter"),
    ),
    "V009.long": _warning(N_("the note has {length} characters"), _FIRST_SHOWN),
    "V010.note": _warning(N_("{typed} is not everyone or managers"), _FOR_MANAGERS),
    "V010.why": _warning(
        N_("{typed} is not everyone or managers"), N_("the reason is shown to managers only until this is mended")
    ),
    "V011.not_an_instant": _warning(
        N_("{typed} is not an instant such as 2026-11-20T15:04:05Z"),
        N_("read as if it were empty; do not edit it"),
    ),
    "V012.others": _error(
        N_("another row says something else ({others})"), N_("none of them is used; keep the right one")
    ),
    "V013.replaced": _info(N_("replaced by the newer row in {file}, line {line}")),
    "V014.surplus": _error(
        N_("{cells} cells under {columns} columns: a {separator} too many"),
        _LEFT_OUT,
        N_("put quotation marks around the cell that holds the {separator}"),
    ),
    "V014.note": _warning(
        N_("the note holds {separators} without quotation marks"), N_("the rest of the row is read as the note")
    ),
    "V014.why": _warning(
        N_("the reason holds {separators} without quotation marks"), N_("the rest of the row is read as the reason")
    ),
    "V014.separator": _error(
        N_("the cells of this row are not separated by {separators} as those of the header"),
        _LEFT_OUT,
        N_("use those"),
    ),
    "V014.decimal": _error(
        N_("the note begins with a bare number straight behind the score, as a decimal comma leaves it"),
        _LEFT_OUT,
        N_("type a whole number, and words as the note"),
    ),
    "V014.nameless": _error(
        N_("a cell stands in a column that has no name in the header"),
        _LEFT_OUT,
        N_("name the column, or clear the cell"),
    ),
    "V014.shifted": _error(
        N_("what stands there belongs into a column further left"),
        _LEFT_OUT,
        N_("put quotation marks around a text that holds a comma"),
    ),
    "V014.misread": _error(
        N_("holds nothing but what belongs into a column that is empty"),
        _LEFT_OUT,
        N_("put the cells of this row under their columns again, or write a sentence"),
    ),
    "V014.blank": _warning(
        N_("begins with a blank, unlike the cells before the text"),
        N_("the row is used"),
        N_("if it is the end of a text with a comma, put quotation marks around the text"),
    ),
    "V014.stray": _error(
        N_("the row has neither a score nor a note, and what stands here belongs into another column"),
        _LEFT_OUT,
        _MOVE,
    ),
    "V014.stray_decision": _error(
        N_("the row has neither a decision nor a reason, and what stands here belongs into another column"),
        _LEFT_OUT,
        _MOVE,
    ),
    "V015.open": _error(
        N_("a quotation mark opened in the row of line {line} is never closed"),
        N_("nothing from that line on is used"),
        N_('close it, or remove the first " of the cell'),
    ),
    "V015.row": _error(
        N_("a line of this cell looks like a row of its own, as after a quotation mark that is not closed"),
        _LEFT_OUT,
        N_('close the quotation mark, or remove the first " of the cell'),
    ),
    "V016.utf16": _info(N_("read as UTF-16, as some spreadsheets write it"), N_("UTF-8 is expected")),
    "V016.mac_roman": _warning(
        N_("not UTF-8; read as Mac Roman because of its line ends"), N_("check the names, and save as CSV UTF-8")
    ),
    "V016.cp1252": _info(N_("not UTF-8; read as Windows text (cp1252)"), N_("better save as CSV UTF-8")),
    "V016.mixed": _warning(
        N_("some lines are UTF-8, others Windows text (cp1252)"), N_("each is read as what it is"), _SAVE
    ),
    "V017.above": _warning(
        N_("rows above the header are not read"), N_("move those that count below it, and remove the others")
    ),
    "V017.again": _info(N_("the header stands here again; the row is skipped")),
    "V017.other": _info(N_("another header stands here; the rows below are read by it")),
    "V018.near": _warning(N_("the column {name} is not known and not read"), _NEAR),
    "V018.unknown": _warning(N_("the column {name} is not known and not read"), N_("columns are {known}")),
    "V019.unreadable": _warning(
        N_("cannot be read just now ({reason})"),
        N_("its rows count from the next run; close the file elsewhere"),
    ),
    "V019.leftover": _info(N_("left over by a program that has the file open; not read")),
    "V019.system": _info(N_("written by an operating system for itself; not read")),
    "V019.folder": _warning(N_("not read: it is a folder"), N_("move the files that count out of it")),
    "V019.other_kind": _warning(N_("not read: it is no .csv file"), N_("in the spreadsheet, save as CSV UTF-8")),
    "V019.misnamed": _warning(
        N_("not read: names of vibes files begin with vibes and end with .csv"), N_("rename it if it holds vibes")
    ),
    "V019.name": _warning(N_("a run reads no file of this name"), N_("to have it read, name it {pattern}")),
    "V019.none": _warning(N_("there is no vibes*.csv with a score or a note"), N_("vibes are unknown")),
    "V020.serial": _warning(
        N_("{serial} is how a spreadsheet counts days"),
        N_("read as {day}"),
        N_("format the column as text or date"),
    ),
    "V021.empty": _warning(N_("the file is empty"), N_("nothing is read from it")),
    "V021.no_rows": _warning(N_("there are no rows below the header"), N_("nothing is read from this file")),
    "V022.short": _warning(
        N_("the row ends before this column, and the row below cannot be read: a line break may have torn the note"),
        _FOR_MANAGERS,
        N_("put quotation marks around the note, and type everyone or managers here"),
    ),
    "V022.word": _warning(
        N_("holds {word} as if a separator were missing, and the visibility of the row is empty"),
        _FOR_MANAGERS,
        N_("type everyone or managers as the visibility, or write the note otherwise"),
    ),
    "L001.empty": _error(N_("from_date is empty"), _LEFT_OUT, _DAY),
    "L001.not_a_date": _error(_NO_DATE, _LEFT_OUT, _DAY),
    "L001.ambiguous": _error(_SEVERAL_DATES, _LEFT_OUT, _DAY),
    "L002.before": _error(N_("{last} is before from_date, {first}"), N_("exchange them"), _LEFT_OUT),
    "L002.long": _error(N_("{last} is over a year after {first}"), N_("check it"), _LEFT_OUT),
    "L003.not_hours": _error(
        N_("{typed} is not a number of hours above 0 and up to 24"),
        _LEFT_OUT,
        N_("type the hours away on each day, or half for half of the day's hours, or leave it empty for whole days"),
    ),
    "L003.short": _warning(
        N_("{hours} h on each day is used"), N_("if a part of the day is meant, type half, or the hours away")
    ),
    "L004.other_hours": _warning(
        N_("{day} has other hours in an earlier row"), N_("the longer absence counts; keep one row")
    ),
    "L005.none": _error("{employment}", _LEFT_OUT, _EMPLOYMENT),
    "L005.part": _warning("{employment}", N_("only {days} is used"), _EMPLOYMENT),
    "D001.empty": _error(N_("review_week is empty"), _LEFT_OUT, _REVIEW),
    "D001.not_a_date": _error(_NO_DATE, _LEFT_OUT, _REVIEW),
    "D001.ambiguous": _error(_SEVERAL_DATES, _LEFT_OUT, _REVIEW),
    "D002.empty": _error(N_("decision is empty"), _LEFT_OUT, _DECISION),
    "D002.near": _error(_NO_DECISION, _LEFT_OUT, _NEAR),
    "D002.unknown": _error(_NO_DECISION, _LEFT_OUT, _DECISION),
    "D003.no_reason": _warning(
        N_("{decision} without a reason"),
        N_("the row is used"),
        N_("write one, for whoever asks in half a year"),
    ),
    "D004.formula": _error(
        N_("the spreadsheet took the reason for a formula and shows an error instead"),
        _LEFT_OUT,
        N_("type the reason again, beginning with a letter"),
    ),
    "D004.long": _warning(N_("the reason has {length} characters"), _FIRST_SHOWN),
    "D005.not_a_date": _error(_NO_DATE, _LEFT_OUT, _DAY),
    "D005.ambiguous": _error(_SEVERAL_DATES, _LEFT_OUT, _DAY),
    "D005.future": _error(N_("{day} has not come"), _LEFT_OUT, N_("check the day, month and year")),
    "D006.before": _warning(
        N_("{day} is before {published}, when the review was published"),
        N_("the row is used"),
        N_("check both dates"),
    ),
    "D007.earlier": _error(
        N_("{week}: there was no review of them in that week ({engineer_id})"),
        _LEFT_OUT,
        N_("did you mean {instead}?"),
    ),
    "D007.later": _error(
        N_("{week}: there was no review of them in that week ({engineer_id})"),
        _LEFT_OUT,
        N_("reviews were held in {known}"),
    ),
    "D007.none": _error(N_("{week}: there was no review of them yet ({engineer_id})"), _LEFT_OUT, _REMOVE),
    "D008.nothing_asked": _error(
        N_("the review of {week} says {said}, so there is nothing to decide"), _LEFT_OUT, _REMOVE
    ),
    "D009.same_day": _warning(
        N_("{file} line {line} says {decision} of the same day, and counts"),
        N_("this row is kept as history"),
        N_("fill in decided_on, or remove the wrong row"),
    ),
}

# Places whose value stands in quotation marks.
QUOTED: Final = ("typed", "near", "name", "said", "word")
# TRANSLATORS: quotation marks around what somebody typed
QUOTES: Final = N_('"{text}"')
# In place of what was typed, where it may be a piece of somebody's note or reason.
HIDDEN: Final = N_("what stands there")
# What is said in addition of such a cell, by the column of the text.
SPILT: Final[dict[str, Message]] = {
    "note": N_("a note with a comma in it needs quotation marks around it"),
    "why": N_("a reason with a comma in it needs quotation marks around it"),
}
# Several days that a date may mean.
EITHER: Final = N_("{day} or {other}")
# Where another row stands.
PLACE: Final = N_("{file} line {line}")
# Whom and which week a finding touches, by what of it is known.
ABOUT: Final[dict[str, Message]] = {
    "both": N_("{finding} ({engineer_id}, week of {week})"),
    "engineer_id": N_("{finding} ({engineer_id})"),
    "week": N_("{finding} (week of {week})"),
}


def finding(key: str, found: str = "", **values: str | int) -> Problem:
    """The problem that a key of `FINDINGS` names, still without its place. `found`: what was typed."""
    rule, variant = key.split(".")
    told = FINDINGS[key]
    filled = {name: quoted(value) if name in QUOTED else value for name, value in values.items()}
    return Problem(rule, told.severity, told.message.format(**BOUNDS, **filled), found=found, variant=variant)


def quoted(text: object) -> str:
    """What was typed, in the quotation marks of the language."""
    return _(QUOTES, text=text)


def weekdays() -> list[str]:
    """The days of a week, Monday first."""
    names = spoken().locale.days["format"]["wide"]
    return [names[number] for number in range(7)]


def either(days: Sequence[object]) -> str:
    """`2026-11-02`, or `2026-02-11 or 2026-11-02`: the days that a date may mean."""
    first, *others = map(str, days)
    for other in others:
        first = _(EITHER, day=first, other=other)
    return first
