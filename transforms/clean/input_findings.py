"""Everything that the readers of people's files say: the rules by id, and one sentence for each way to break one.

The input page says the same sentences: it fills the same templates, so a value is plain text or a whole number, already
worded.
"""

from typing import Final, NamedTuple

from transforms.clean.input_problems import Problem, Severity

RULES: Final[dict[str, str]] = {
    "V001": "The file is readable text",
    "V002": "The header names every required column once",
    "V003": "week_start is a date or an ISO week",
    "V004": "vibes is a whole number from 1 to 5",
    "V005": "week_start is a Monday",
    "V006": "The week has begun, and the engineer was employed in it",
    "V007": "engineer_id is on the roster",
    "V008": "manager is a manager of the config",
    "V009": "note has at most 500 characters",
    "V010": "visibility is everyone or managers",
    "V011": "saved_at is an instant",
    "V012": "One score per engineer, week and manager",
    "V013": "The newest saved_at wins",
    "V014": "A row has as many cells as the header",
    "V015": "A quotation mark that is opened is closed",
    "V016": "The file is UTF-8",
    "V017": "The header is the first row",
    "V018": "Only known columns",
    "V019": "Files with vibes are named vibes*.csv; every file can be read",
    "V020": "week_start is typed as a date, not kept as a number",
    "V021": "The file has rows",
    "L001": "from_date and to_date are dates",
    "L002": "to_date is not before from_date, and at most a year after",
    "L003": "hours_per_day is a number above 0 and up to 24, or half",
    "L004": "One entry per engineer and day of leave",
    "L005": "Leave lies within the employment",
    "D001": "review_week is a date or an ISO week",
    "D002": "decision is agree, decline or defer",
    "D003": "A decision says why",
    "D004": "why has at most 500 characters",
    "D005": "decided_on is a date that has come",
    "D006": "decided_on is not before the review was published",
    "D007": "There was a review of the engineer in that week",
    "D008": "The review asked for a decision: its outcome was watch or return",
    "D009": "One decision per engineer, review and day",
}


class Finding(NamedTuple):
    """How bad it is, and what is said of it: what is wrong, what happens now, what to do."""

    severity: Severity
    message: str


_REFUSED: Final = "nothing of this file is used"
_LEFT_OUT: Final = "the row is not used"
_MONDAY: Final = "type the Monday of the week, for example 2026-11-16"
_REVIEW: Final = "type the week of the review as the site does: 2026-W44"
_DAY: Final = "type it as 2026-11-16"
_SCORE: Final = "type 1, 2, 3, 4 or 5"
_EMPLOYMENT: Final = "check the dates, or the employment in the config"

# By rule, a dot and a variant.
FINDINGS: Final[dict[str, Finding]] = {
    "V001.workbook": Finding(
        "error", f"this is a workbook, not a CSV file; {_REFUSED}; in the spreadsheet, save as CSV UTF-8"
    ),
    "V001.web_page": Finding(
        "error", f"this is a web page, perhaps a login page; {_REFUSED}; download the file again while logged in"
    ),
    "V001.conflict": Finding(
        "error",
        f"the marks of a merge conflict stand in the file; {_REFUSED}; keep the right rows and remove the marks",
    ),
    "V001.cut_off": Finding("error", f"the file is cut off in the middle of a character; {_REFUSED}; save it again"),
    "V001.not_synced": Finding(
        "error",
        f"the file is not fully synced (it holds empty bytes); {_REFUSED}; wait for the share to sync, then save it",
    ),
    "V001.encoding": Finding(
        "error", f"the file is in no encoding that is known here; {_REFUSED}; save it as CSV UTF-8"
    ),
    "V002.missing": Finding(
        "error", f"no column {{missing}}; {_REFUSED}; the first row must name the columns {{required}}"
    ),
    "V002.twice": Finding("error", f"{{twice}} stands twice in the header; {_REFUSED}; keep one column"),
    "V003.empty": Finding("error", f"week_start is empty; {_LEFT_OUT}; {_MONDAY}"),
    "V003.not_a_date": Finding("error", f'"{{typed}}" is not a date; {_LEFT_OUT}; {_MONDAY}'),
    "V003.ambiguous": Finding("error", f'"{{typed}}" may be {{days}}; {_LEFT_OUT}; {_MONDAY}'),
    "V004.number": Finding("error", f'"{{typed}}" is not a whole number from 1 to 5; {_LEFT_OUT}; {_SCORE}'),
    "V004.day": Finding(
        "error",
        f'"{{typed}}" is not a whole number from 1 to 5; {_LEFT_OUT}; '
        f"the spreadsheet may have turned something like 4/5 into a date; {_SCORE}",
    ),
    "V004.words": Finding(
        "error", f"what stands there is not a whole number from 1 to 5; {_LEFT_OUT}; {_SCORE}, and words as the note"
    ),
    "V005.other_day": Finding("warning", "{day} is a {weekday}; counted in the week that starts on Monday, {monday}"),
    "V006.future": Finding("error", f"the week of {{week}} has not begun; {_LEFT_OUT}; check the year and month"),
    "V006.before": Finding(
        "error",
        f"the week lies before the employment; {_LEFT_OUT}; {{engineer_id}} was hired on {{day}}; check the week",
    ),
    "V006.after": Finding(
        "error",
        f"the week lies after the employment; {_LEFT_OUT}; {{engineer_id}} left on {{day}}; check the week and the id",
    ),
    "V007.empty": Finding("error", f"engineer_id is empty; {_LEFT_OUT}; type the id of the engineer"),
    "V007.near": Finding("error", f'"{{typed}}" is not on the roster; {_LEFT_OUT}; did you mean "{{near}}"?'),
    "V007.unknown": Finding(
        "error",
        f'"{{typed}}" is not on the roster; {_LEFT_OUT}; add the engineer to the config, or remove the row',
    ),
    "V008.near": Finding("error", f'"{{typed}}" is not a manager of the config; {_LEFT_OUT}; did you mean "{{near}}"?'),
    "V008.unknown": Finding(
        "error", f'"{{typed}}" is not a manager of the config; {_LEFT_OUT}; managers are {{known}}'
    ),
    "V009.long": Finding("warning", "the note has {length} characters; the first {longest} are shown; shorten it"),
    "V010.note": Finding(
        "warning", '"{typed}" is not everyone or managers; the note is shown to managers only until this is mended'
    ),
    "V010.why": Finding(
        "warning", '"{typed}" is not everyone or managers; the reason is shown to managers only until this is mended'
    ),
    "V011.not_an_instant": Finding(
        "warning",
        '"{typed}" is not an instant such as 2026-11-20T15:04:05Z; read as if it were empty; do not edit it',
    ),
    "V012.others": Finding(
        "error", "another row says something else ({others}); none of them is used; keep the right one"
    ),
    "V013.replaced": Finding("info", "replaced by the newer row in {file}, line {line}"),
    "V014.surplus": Finding(
        "error",
        f"{{cells}} cells under {{columns}} columns: a {{separator}} too many; {_LEFT_OUT}; "
        "put quotation marks around the cell that holds the {separator}",
    ),
    "V014.note": Finding(
        "warning", "the note holds {separator}s without quotation marks; the rest of the row is read as the note"
    ),
    "V014.why": Finding(
        "warning", "the reason holds {separator}s without quotation marks; the rest of the row is read as the reason"
    ),
    "V014.separator": Finding(
        "error",
        f"the cells of this row are not separated by {{separator}}s as those of the header; {_LEFT_OUT}; use those",
    ),
    "V014.decimal": Finding(
        "error",
        "the note begins with a bare number straight behind the score, as a decimal comma leaves it; "
        f"{_LEFT_OUT}; type a whole number, and words as the note",
    ),
    "V014.nameless": Finding(
        "error",
        f"a cell stands in a column that has no name in the header; {_LEFT_OUT}; name the column, or clear the cell",
    ),
    "V014.shifted": Finding(
        "error",
        f"what stands there belongs into a column further left; {_LEFT_OUT}; put quotation marks around a text that "
        "holds a comma",
    ),
    "V014.blank": Finding(
        "warning",
        "begins with a blank, unlike the cells before the text; the row is used; if it is the end of a text with a "
        "comma, put quotation marks around the text",
    ),
    "V014.stray": Finding(
        "error",
        f"the row has neither a score nor a note, and what stands here belongs into another column; {_LEFT_OUT}; "
        "move it, or clear the cell",
    ),
    "V014.stray_decision": Finding(
        "error",
        f"the row has neither a decision nor a reason, and what stands here belongs into another column; {_LEFT_OUT}; "
        "move it, or clear the cell",
    ),
    "V015.open": Finding(
        "error",
        "a quotation mark opened in the row of line {line} is never closed; nothing from that line on is used; "
        'close it, or remove the first " of the cell',
    ),
    "V015.row": Finding(
        "error",
        f"a line of this cell looks like a row of its own, as after a quotation mark that is not closed; {_LEFT_OUT}; "
        'close the quotation mark, or remove the first " of the cell',
    ),
    "V016.utf16": Finding("info", "read as UTF-16, as some spreadsheets write it; UTF-8 is expected"),
    "V016.mac_roman": Finding(
        "warning", "not UTF-8; read as Mac Roman because of its line ends; check the names, and save as CSV UTF-8"
    ),
    "V016.cp1252": Finding("info", "not UTF-8; read as Windows text (cp1252); better save as CSV UTF-8"),
    "V016.mixed": Finding(
        "warning", "some lines are UTF-8, others Windows text (cp1252); each is read as what it is; save as CSV UTF-8"
    ),
    "V017.above": Finding(
        "warning", "rows above the header are not read; move those that count below it, and remove the others"
    ),
    "V017.again": Finding("info", "the header stands here again; the row is skipped"),
    "V017.other": Finding("info", "another header stands here; the rows below are read by it"),
    "V018.near": Finding("warning", 'the column "{name}" is not known and not read; did you mean "{near}"?'),
    "V018.unknown": Finding("warning", 'the column "{name}" is not known and not read; columns are {known}'),
    "V019.unreadable": Finding(
        "warning", "cannot be read just now ({reason}); its rows count from the next run; close the file elsewhere"
    ),
    "V019.leftover": Finding("info", "left over by a program that has the file open; not read"),
    "V019.misnamed": Finding(
        "warning",
        "not read: names of vibes files begin with vibes and end with .csv; rename it if it holds vibes",
    ),
    "V020.serial": Finding(
        "warning", "{typed} is how a spreadsheet counts days; read as {day}; format the column as text or date"
    ),
    "V021.empty": Finding("warning", "the file is empty; nothing is read from it"),
    "V021.no_rows": Finding("warning", "there are no rows below the header; nothing is read from this file"),
    "L001.empty": Finding("error", f"from_date is empty; {_LEFT_OUT}; {_DAY}"),
    "L001.not_a_date": Finding("error", f'"{{typed}}" is not a date; {_LEFT_OUT}; {_DAY}'),
    "L001.ambiguous": Finding("error", f'"{{typed}}" may be {{days}}; {_LEFT_OUT}; {_DAY}'),
    "L002.before": Finding("error", f"{{last}} is before from_date, {{first}}; exchange them; {_LEFT_OUT}"),
    "L002.long": Finding("error", f"{{last}} is over a year after {{first}}; check it; {_LEFT_OUT}"),
    "L003.not_hours": Finding(
        "error",
        f'"{{typed}}" is not a number of hours above 0 and up to 24; {_LEFT_OUT}; type the hours away on each '
        "day, or half for half of the day's hours, or leave it empty for whole days",
    ),
    "L003.short": Finding(
        "warning",
        "{hours} h on each day is used; if a part of the day is meant, type half, or the hours away",
    ),
    "L004.other_hours": Finding(
        "warning", "{day} has other hours in an earlier row; the longer absence counts; keep one row"
    ),
    "L005.none": Finding(
        "error",
        f"{{engineer_id}} is employed from {{employed_from}} {{until}}; {_LEFT_OUT}; {_EMPLOYMENT}",
    ),
    "L005.part": Finding(
        "warning",
        f"{{engineer_id}} is employed from {{employed_from}} {{until}}; only {{days}} is used; {_EMPLOYMENT}",
    ),
    "D001.empty": Finding("error", f"review_week is empty; {_LEFT_OUT}; {_REVIEW}"),
    "D001.not_a_date": Finding("error", f'"{{typed}}" is not a date; {_LEFT_OUT}; {_REVIEW}'),
    "D001.ambiguous": Finding("error", f'"{{typed}}" may be {{days}}; {_LEFT_OUT}; {_REVIEW}'),
    "D002.empty": Finding("error", f"decision is empty; {_LEFT_OUT}; type agree, decline or defer"),
    "D002.near": Finding("error", f'"{{typed}}" is no decision; {_LEFT_OUT}; did you mean "{{near}}"?'),
    "D002.unknown": Finding("error", f'"{{typed}}" is no decision; {_LEFT_OUT}; type agree, decline or defer'),
    "D003.no_reason": Finding(
        "warning", "{decision} without a reason; the row is used; write one, for whoever asks in half a year"
    ),
    "D004.long": Finding("warning", "the reason has {length} characters; the first {longest} are shown; shorten it"),
    "D005.not_a_date": Finding("error", f'"{{typed}}" is not a date; {_LEFT_OUT}; {_DAY}'),
    "D005.ambiguous": Finding("error", f'"{{typed}}" may be {{days}}; {_LEFT_OUT}; {_DAY}'),
    "D005.future": Finding("error", f"{{day}} has not come; {_LEFT_OUT}; check the day, month and year"),
    "D006.before": Finding(
        "warning", "{day} is before {published}, when the review was published; the row is used; check both dates"
    ),
    "D007.earlier": Finding(
        "error",
        f"{{week}}: there was no review of them in that week ({{engineer_id}}); {_LEFT_OUT}; did you mean {{near}}?",
    ),
    "D007.later": Finding(
        "error",
        f"{{week}}: there was no review of them in that week ({{engineer_id}}); {_LEFT_OUT}; "
        "reviews were held in {known}",
    ),
    "D007.none": Finding(
        "error", f"{{week}}: there was no review of them yet ({{engineer_id}}); {_LEFT_OUT}; remove the row"
    ),
    "D008.nothing_asked": Finding(
        "error",
        f'the review of {{week}} says "{{said}}", so there is nothing to decide; {_LEFT_OUT}; remove the row',
    ),
    "D009.same_day": Finding(
        "warning",
        "{file} line {line} says {decision} of the same day, and counts; this row is kept as history; "
        "fill in decided_on, or remove the wrong row",
    ),
}

# In place of what was typed, where it may be a piece of somebody's note or reason.
HIDDEN: Final = "what stands there"
# What is said in addition of such a cell, by the column of the text.
SPILT: Final[dict[str, str]] = {
    "note": "a note with a comma in it needs quotation marks around it",
    "why": "a reason with a comma in it needs quotation marks around it",
}


def finding(key: str, found: str = "", **values: str | int) -> Problem:
    """The problem that a key of `FINDINGS` names, still without its place. `found`: what was typed."""
    severity, message = FINDINGS[key]
    return Problem(key[:4], severity, message.format(**values), found=found)
