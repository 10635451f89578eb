"""The catalogue of all messages: gathered from templates, code and definitions; what a translator works from."""

import io
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from flows.settings.languages import LANGUAGES, locale_of, read_catalogue, texts

TEMPLATE_FILE: Final = LANGUAGES / "messages.pot"
_ROOT: Final = LANGUAGES.parents[1]
_PLACES: Final = {
    "transforms": ("**.py", "python"),
    "flows": ("**.py", "python"),
    "site_templates": ("**.j2", "jinja2.ext:babel_extract"),
}
_KEYWORDS: Final = {"_": None, "N_": None, "ngettext": (1, 2), "phrase": None, "nphrase": (1, 2), "nforms": (1, 2)}
# Catalogues do not change with the day on which they are written.
_NO_DATE: Final = datetime(2026, 1, 1, tzinfo=UTC)
_JINJA_OPTIONS: Final = {"trimmed": "true", "silent": "false"}


def gathered() -> Catalog:
    """Every message of the site with the files it stands in, in their order; no translation."""
    catalogue = Catalog(project="tenfour", creation_date=_NO_DATE, fuzzy=False)
    for file, message, comments in _found():
        catalogue.add(message, locations=[(file, 0)], auto_comments=comments)
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
    catalogue = read_catalogue(path) if path.is_file() else Catalog(locale=path.stem.replace("-", "_"), fuzzy=False)
    catalogue.update(gathered())
    catalogue.creation_date = catalogue.revision_date = _NO_DATE
    return _written(catalogue, omit_header=False)


def untranslated(path: Path) -> int:
    """How many messages of a catalogue are said in English: without a translation, or with a doubtful one."""
    return sum(1 for entry in read_catalogue(path) if entry.id and (entry.fuzzy or not all(texts(entry.string))))


def _found() -> Iterator[tuple[str, str | tuple[str, ...], list[str]]]:
    for place, (pattern, method) in _PLACES.items():
        found = extract_from_dir(
            _ROOT / place,
            method_map=[(pattern, method)],
            options_map={"**.j2": _JINJA_OPTIONS},
            keywords=_KEYWORDS,
            comment_tags=("TRANSLATORS:",),
            strip_comment_tags=True,
        )
        for file, _, message, comments, _ in found:
            yield f"{place}/{file}", message, comments


def _written(catalogue: Catalog, *, omit_header: bool) -> str:
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=110, include_lineno=False, omit_header=omit_header)
    return buffer.getvalue().decode()
