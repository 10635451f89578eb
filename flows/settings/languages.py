"""Catalogues of messages: one file a language, `site_templates/languages/<language>.po`, read and checked."""

import io
import re
from collections.abc import Iterator
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from string import Formatter
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as Entry
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from flows.errors import ConfigError
from transforms.language import Language

LANGUAGES: Final = Path(__file__).resolve().parents[2] / "site_templates" / "languages"
SOURCE_LANGUAGE: Final = "en"
_TAG: Final = re.compile(r"<[/!?a-z][^>]*>?", re.IGNORECASE)


def read_language(tag: str, folder: Path = LANGUAGES) -> Language:
    """The language of a locale such as `de-DE`; English stands in the code and needs no catalogue.

    What a catalogue leaves untranslated is said in English.
    Errors: ConfigError where the locale is unknown, has no catalogue, or where a message of it does not fit.
    """
    locale = locale_of(tag)
    if locale.language == SOURCE_LANGUAGE:
        return Language(tag)
    path = next((path for name in (tag, locale.language) if (path := folder / f"{name}.po").is_file()), None)
    if path is None:
        there = sorted(found.stem for found in folder.glob("*.po"))
        raise ConfigError(
            f'publishing.locale: there is no catalogue of messages for "{tag}"',
            [f"{folder / f'{locale.language}.po'} is missing; there is: {', '.join([SOURCE_LANGUAGE, *there])}"],
            f"Start one with: tenfour language {locale.language}",
        )
    return Language(tag, translations(read_catalogue(path)))


def locale_of(tag: str) -> Locale:
    """The locale of a tag. Errors: ConfigError for one that nobody knows."""
    try:
        return Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError):
        raise ConfigError(
            f'publishing.locale: "{tag}" is no known locale',
            advice="Write a language and a country, for example en-GB, en-US or de-DE.",
        ) from None


def read_catalogue(path: Path) -> Catalog:
    """A catalogue from its file. Errors: ConfigError with every message that does not fit what it translates."""
    try:
        catalogue = read_po(
            io.StringIO(path.read_text("utf-8")), locale=path.stem.replace("-", "_"), abort_invalid=True
        )
        translations(catalogue)
    except (PoFileError, ValueError) as error:  # a ValueError: no UTF-8, or a head that says nonsense
        raise ConfigError(f"{path}: not a catalogue of messages: {error}") from None
    # What is doubtful was translated from other English, and is not said.
    said = [entry for entry in catalogue if entry.id and not entry.fuzzy]
    findings = [f"line {entry.lineno}: {finding}" for entry in said for finding in unfit(entry)]
    if findings:
        raise ConfigError(f"{path}: translations do not fit their English", findings, "Nothing was run.")
    return catalogue


def unfit(entry: Entry) -> Iterator[str]:
    """What is wrong with a translated message: places or markup that its English does not have, or lacks."""
    english, said = texts(entry.id), texts(entry.string)
    known = {place for text in english for place in _places(text)}
    for text in filter(None, said):
        try:
            found = set(_places(text))
        except ValueError as error:
            yield f'"{text}": {error}'
            continue
        # `{n}` may be spelt out in a form: "one week".
        missing = known - found - ({"n"} if isinstance(entry.id, tuple) else set())
        for place in sorted(missing):
            yield f'"{text}": {{{place}}} is missing'
        for place in sorted(found - known):
            yield f'"{text}": there is no {{{place}}} in "{english[0]}"'
        if sorted(_TAG.findall(text)) != sorted(_TAG.findall(english[-1])):
            yield f'"{text}": its markup is not that of "{english[-1]}"'
        for sign in '"<>':  # they would end an attribute, or begin markup
            if sign in _TAG.sub("", text) and sign not in _TAG.sub("", english[-1]):
                yield f'"{text}": it has {sign} where the English has none; use the quotation marks of the language'


def texts(message: object) -> tuple[str, ...]:
    """The forms of a message or of its translation: one, or one for each kind of count."""
    return tuple(map(str, message)) if isinstance(message, tuple | list) else (str(message or ""),)


def translations(catalogue: Catalog) -> NullTranslations:
    """A catalogue as it is looked up in; messages without a translation, or with a doubtful one, stay English."""
    buffer = io.BytesIO()
    write_mo(buffer, catalogue)
    buffer.seek(0)
    return GNUTranslations(buffer)


def _places(text: str) -> list[str]:
    """The places of a message as they are written, without their braces. Errors: ValueError for a brace alone."""
    found = [(name, spec, conversion) for _, name, spec, conversion in Formatter().parse(text) if name is not None]
    return [
        name + (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else "")
        for name, spec, conversion in found
    ]
