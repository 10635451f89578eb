"""The catalogue of all messages: gathered from templates, code and definitions; what a translator works from."""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from gettext import NullTranslations
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from flows.error_rates import read_error_rates
from flows.publish.views import bad_input, examples, method
from flows.publish.views.error_rates import error_rates_view
from flows.settings.languages import LANGUAGES, locale_of, read_catalogue, texts
from transforms.language import Language, speaking
from transforms.parameters import DecisionParameters

TEMPLATE_FILE: Final = LANGUAGES / "messages.pot"
_ROOT: Final = LANGUAGES.parents[1]
_PLACES: Final = {
    "transforms": ("**.py", "python"),
    "flows": ("**.py", "python"),
    "site_templates": ("**.j2", "jinja2.ext:babel_extract"),
}
_KEYWORDS: Final = {"_": None, "N_": None, "ngettext": (1, 2), "phrase": None, "nphrase": (1, 2), "nforms": (1, 2)}
_RULES: Final = DecisionParameters()
# Definitions that stand as plain English where they are made: where that is, and what says them all.
_DEFINITIONS: Final[Mapping[str, Callable[[], object]]] = {
    "transforms/schemas": method.tables,
    "transforms/parameters.py": lambda: method.threshold_groups(_RULES),
    "flows/publish/dictionary.py": method.units,
    "flows/publish/views/bad_input.py": bad_input.tables,
    "flows/publish/views/examples": lambda: examples.groups(_RULES),
    "flows/error_rates/measured.json": lambda: error_rates_view(read_error_rates(), _RULES),
}
# Catalogues do not change with the day on which they are written.
_NO_DATE: Final = datetime(2026, 1, 1, tzinfo=UTC)
_JINJA_OPTIONS: Final = {"trimmed": "true", "silent": "false"}


def gathered() -> Catalog:
    """Every message of the site with the files it stands in, in their order; no translation."""
    catalogue = Catalog(project="tenfour", creation_date=_NO_DATE, fuzzy=False)
    for file, message, comments in _found():
        catalogue.add(message, locations=[(file, 0)], auto_comments=comments)
    for file, message in _defined():
        if message not in catalogue:
            catalogue.add(message, locations=[(file, 0)])
    for entry in catalogue:
        entry.flags.discard("python-format")  # "95 % interval" is none
    return catalogue


def template_text() -> str:
    """`messages.pot`: all messages, none translated."""
    return _written(gathered(), omit_header=True)


def catalogue_path(language: str) -> Path:
    """Where the catalogue of a language lies. Errors: ConfigError for a language that nobody knows."""
    locale_of(language)
    return LANGUAGES / f"{language}.po"


def refresh(catalogues: Sequence[Path] | None = None) -> None:
    """Write `messages.pot`, and start or bring up to date some catalogues (default: all there are)."""
    TEMPLATE_FILE.write_text(template_text(), encoding="utf-8")
    for path in sorted(LANGUAGES.glob("*.po")) if catalogues is None else catalogues:
        path.write_text(catalogue_text(path), encoding="utf-8")


def languages() -> list[str]:
    """A line for each language: how much of it is translated, and where."""
    total = len(gathered())
    lines = [f"en: {total} messages, as in the code ({TEMPLATE_FILE.name})"]
    for path in sorted(LANGUAGES.glob("*.po")):
        left = untranslated(path)
        lines.append(f"{path.stem}: {total - left} of {total} messages translated; {left} are said in English ({path})")
    return lines


def catalogue_text(path: Path) -> str:
    """A language's catalogue, made new or brought up to date: nothing that was translated is lost.

    Messages that are gone stand at its end as comments; whose English has changed a little are marked doubtful (fuzzy),
    and not said until a translator has looked. Errors: ConfigError where the file is no catalogue.
    """
    catalogue = read_catalogue(path) if path.is_file() else _new_catalogue(path.stem.replace("-", "_"))
    for entry in catalogue.obsolete.values():  # what is said again is no longer gone
        catalogue[entry.id] = entry
    catalogue.obsolete.clear()
    catalogue.update(gathered())
    catalogue.creation_date = catalogue.revision_date = _NO_DATE
    return _written(catalogue, omit_header=False)


def _new_catalogue(locale: str) -> Catalog:
    head = "# Translations of the messages of tenfour; `tenfour language --write` keeps them up to date."
    return Catalog(locale=locale, project="tenfour", header_comment=head, fuzzy=False)


def untranslated(path: Path) -> int:
    """How many messages of a catalogue are said in English: without a translation, or with a doubtful one."""
    return sum(1 for entry in read_catalogue(path) if entry.id and (entry.fuzzy or not all(texts(entry.string))))


def _found() -> Iterator[tuple[str, str | tuple[str, ...], list[str]]]:
    for place, (pattern, way) in _PLACES.items():
        found = extract_from_dir(
            _ROOT / place,
            method_map=[(pattern, way)],
            options_map={"**.j2": _JINJA_OPTIONS},
            keywords=_KEYWORDS,
            comment_tags=("TRANSLATORS:",),
            strip_comment_tags=True,
        )
        for file, _, message, comments, _ in found:
            yield f"{place}/{file}", message, comments


@cache
def _defined() -> list[tuple[str, str]]:
    """The definitions with the place each is made in: what is asked for in the language spoken when they are said."""
    found = []
    for place, say in _DEFINITIONS.items():
        listener = _Listener()
        with speaking(Language(messages=listener)):
            say()
        found += [(place, message) for message in listener.heard]
    return found


class _Listener(NullTranslations):
    """Translates nothing, and keeps what it was asked for. Forms of a count are always found in the code."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: dict[str, None] = {}

    def gettext(self, message: str) -> str:
        self.heard[message] = None
        return message


def _written(catalogue: Catalog, *, omit_header: bool) -> str:
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=110, include_lineno=False, omit_header=omit_header)
    return buffer.getvalue().decode()
