"""The words that scripts show: none stands in a script, each page hands them over in the language of the site.

A script gets its words as JSON in the `data-words` of its own tag, the forms in the data of the page. Where a count
decides on the form of a word there is one for each kind of count, chosen by the browser; `{n}` is the count.
"""

from collections.abc import Callable, Mapping
from typing import Final

from transforms.language import N_, Words, _, form, spoken

# A message, or its forms by kind of count.
Word = str | Mapping[str, str]
# Every kind of count that a language tells apart has one of these, but for the kind that millions have.
_COUNTS: Final = range(200)


def nforms(one: str, many: str) -> dict[str, str]:
    """The forms of a message by what CLDR calls a kind of count: `one`, `few`, `other`. The count is not filled in."""
    kind_of = spoken().locale.plural_form
    samples = {kind_of(count): count for count in reversed(_COUNTS)}
    forms = {kind: form(one, many, count) for kind, count in samples.items()}
    return {"other": form(one, many, _COUNTS[-1]), **forms}


def script_words(script: str) -> dict[str, Word]:
    """The words of one of the scripts that many pages have."""
    return _OF_SCRIPTS[script]()


def form_words(*, is_vibes: bool) -> dict[str, Word]:
    """The words of the managers' pages: of the form, and of what is shown of a file made elsewhere."""
    return {**_FORM, **_counted(), **(_vibes() if is_vibes else _decisions()), **_FILES, **_counted_files()}


def _site() -> dict[str, Word]:
    return {**_SITE, "days": nforms("{n} day", "{n} days")}


def _filters() -> dict[str, Word]:
    return {"shown": nforms("Showing {shown} of {n} engineer", "Showing {shown} of {n} engineers")}


def _vibes() -> dict[str, Word]:
    return {
        "progress": nforms("{filled} of {n} engineer scored or noted", "{filled} of {n} engineers scored or noted"),
        "nothing": _("Give at least one score or note"),
    }


def _decisions() -> dict[str, Word]:
    return {
        "progress": nforms("{filled} of {n} recommendation decided", "{filled} of {n} recommendations decided"),
        "nothing": _("Decide at least one recommendation"),
    }


def _counted() -> dict[str, Word]:
    return {
        "shorten": nforms(
            "Shorten the note for {name} by {n} character", "Shorten the note for {name} by {n} characters"
        ),
        "left": nforms("{left} of {n} character left", "{left} of {n} characters left"),
        "downloaded": nforms("{file} downloaded with {n} row", "{file} downloaded with {n} rows"),
        "not_saved": nforms(
            "This browser may not write there ({reason}), so {file} downloaded with {n} row",
            "This browser may not write there ({reason}), so {file} downloaded with {n} rows",
        ),
        "saved": nforms("{file} saved with {n} row", "{file} saved with {n} rows"),
        "copied": nforms("Copied {n} row", "Copied {n} rows"),
    }


def _counted_files() -> dict[str, Word]:
    return {
        "errors": nforms("{n} error", "{n} errors"),
        "warnings": nforms("{n} warning", "{n} warnings"),
        # TRANSLATORS: a note is a remark on the file, less than a warning
        "notes": nforms("{n} note", "{n} notes"),
        "used": nforms("{used} of {n} row used", "{used} of {n} rows used"),
        "understood": nforms("What was understood: {n} row", "What was understood: {n} rows"),
        "to_mend": nforms("{n} error to mend.", "{n} errors to mend."),
        "checked": nforms("{n} file checked: {result}", "{n} files checked: {result}"),
    }


_SITE: Final = Words(
    {
        # TRANSLATORS: on a button: the dark theme
        "dark": N_("Dark"),
        # TRANSLATORS: on a button: the light theme
        "light": N_("Light"),
        "to_dark": N_("Switch to the dark theme"),
        "to_light": N_("Switch to the light theme"),
    }
)
_WHAT_IF: Final = Words(
    {
        "in_force": N_("{value} (in force)"),
        "spoken_in_force": N_("{value}, in force"),
        "as_it_is": N_("This is the value in force: every light is as it is."),
        "different": N_("{who} would be shown differently this week."),
        "compared": N_("{value}, in force {now}"),
    }
)
_EXPLORE: Final = Words(
    {
        "loading": N_("Loading…"),
        "failed": N_("The chart could not be drawn anew. The picture and its table hold the same values."),
        "week": N_("Week of the chart: {title}"),
        "hint": N_("Drag across the chart to zoom in."),
        "keys": N_(
            "Keys: arrows choose a week, + and \u2212 zoom, Page Up and Page Down move, 0 shows all, Esc goes back."
        ),
        "zoom_in": N_("Zoom in"),
        "zoom_out": N_("Zoom out"),
        # TRANSLATORS: on a button that moves a chart to earlier weeks
        "earlier": N_("Earlier"),
        # TRANSLATORS: on a button that moves a chart to later weeks
        "later": N_("Later"),
        "all": N_("All weeks"),
        "back": N_("Back to the picture"),
        "licences": N_("Drawn with Vega: licences"),
    }
)
_FORM: Final = Words(
    {
        "unknown_week": N_("Nothing is known of this week."),
        "draft_kept": N_("Draft saved. It and its notes stay on this computer until you clear them."),
        "draft_unkept": N_("This browser keeps no drafts: download before you close the page."),
        "draft_back": N_("Your draft of {time} is back. It is kept on this computer only."),
        # TRANSLATORS: {week} is a link
        "draft_other": N_("You have a draft that was not downloaded: {week}"),
        "draft_cleared": N_("Draft cleared."),
        "bring_back": N_("Bring it back"),
        "who": N_("Choose who you are"),
        "why": N_("Say why, for {name}"),
        "decide": N_("Choose agree, decline or defer for {name}"),
        "error": N_("Error: {problem}"),
        "of_person": N_("{name}: {problem}"),
        "unchecked": N_("The checker could not be loaded: the next run checks it all the same."),
        "left_out": N_("{done}; {left} of {all} left out show “no vibes”"),
        "to_move": N_("Now move it into the shared folder."),
        "is_moved": N_("If that was the shared folder, you are done."),
        "to_rename": N_("Rename it: only files named {kind}….csv are read."),
        "to_paste": N_("Paste below the last row of your file."),
        "csv_file": N_("CSV file"),
        "cancelled": N_("Nothing was saved: the dialog was cancelled. Your draft is still here."),
        "reading": N_("Reading…"),
        "no_checker": N_(
            "The checker could not be loaded, so nothing was checked. Open this page within the whole site, or run: "
            "tenfour vibes check"
        ),
    }
)
_FILES: Final = Words(
    {
        "too_large": N_(
            "Larger than {size} MB, so it was not read. A year of scores is far smaller: is it the right file?"
        ),
        "unreadable": N_("Cannot be read. Close it in other programs and choose it again; folders cannot be checked."),
        "not_read": N_("Not read"),
        "no_problems": N_("No problems"),
        "is_error": N_("Error"),
        "is_warning": N_("Warning"),
        # TRANSLATORS: a remark on a file, less than a warning
        "is_note": N_("Note"),
        "read_as": N_("{rows} · read as {encoding}"),
        "at_cell": N_("line {line}, column {column}"),
        "at_line": N_("line {line}"),
        "at_column": N_("column {column}"),
        "at_file": N_("the file"),
        # TRANSLATORS: {typed} is what somebody typed into a cell, shown apart
        "typed": N_("Typed: {typed}"),
        "table": N_("What was understood of {file}"),
        "first_rows": N_("The first {n} are shown."),
        "nothing_to_mend": N_("nothing to mend."),
    }
)
_OF_SCRIPTS: Final[Mapping[str, Callable[[], dict[str, Word]]]] = {
    "site": _site,
    "filters": _filters,
    "explore": lambda: dict(_EXPLORE),
    "what-if": lambda: dict(_WHAT_IF),
}
