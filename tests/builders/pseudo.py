"""A made-up language that tells what was said through the catalogue: every message in ⟦brackets⟧."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from gettext import NullTranslations
from xml.etree import ElementTree

import html5lib
import pandas as pd

from flows.publish.data import SiteData
from flows.publish.dictionary import dictionary_tables
from flows.publish.views.method import threshold_groups
from tests.builders.site_data import settings
from transforms.language import Language
from transforms.parameters import DecisionParameters

OPEN, CLOSE = "⟦", "⟧"
# Attributes that are read out or shown.
_SHOWN = ("alt", "title", "aria-label", "aria-description", "placeholder", "label")
# What a run stores as sentences in the language that it speaks, and what people typed.
SENTENCES = (
    *("reasons", "counter_evidence", "would_clear", "would_change", "reason", "override_reason"),
    *("note", "why", "message"),
)
VENDORS = ("Jira", "Tempo", "PagerDuty", "AlertOps", "CSV", "JSON", "Atom")
NAMES = ("datapackage.json", "index.json", "vibes.csv", "worklogs", "Sprint 27")  # of files, endpoints and sprints
_LINE = re.compile(r"[^\n]+")
_INNERMOST = re.compile(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}")
_BREAK = "\0"
_PLACE = re.compile(r"{\w*}|<[^>]*>")
_WORD = re.compile(r"[^\W\d_]{2,}")


class _Bracketed(NullTranslations):
    def gettext(self, message: str) -> str:
        return f"{OPEN}{message}{CLOSE}"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"{OPEN}{msgid1 if n == 1 else msgid2}{CLOSE}"


class _LongWinded(_Bracketed):
    """Half as long again, as German is next to English, with a long word in every longer sentence."""

    def gettext(self, message: str) -> str:
        return super().gettext(message + _padding(message))

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        said = msgid1 if n == 1 else msgid2
        return f"{OPEN}{said}{_padding(said)}{CLOSE}"


def _padding(message: str) -> str:
    """Units stay as short as they are."""
    more = sum(map(len, _WORD.findall(_PLACE.sub("", message)))) // 2
    return " Zusammenhangslosigkeit" * (more // 23) + "o" * (more if 1 < more < 23 else 0)


PSEUDO = Language("en-GB", _Bracketed())
LONG_WINDED = Language("en-GB", _LongWinded())


def in_pseudo(data: SiteData, language: Language = PSEUDO) -> SiteData:
    """The same data in the made-up language, as a run in it would have stored them: sentences in brackets too."""
    tables = {name: _told(table) for name, table in data.tables.items()}
    return replace(data, tables=tables, settings=replace(data.settings, language=language))


def _told(table: pd.DataFrame) -> pd.DataFrame:
    """Sentences stored in a table, one a line."""
    columns = table.columns.intersection(SENTENCES)
    return table.assign(
        **{name: table[name].str.replace(_LINE, rf"{OPEN}\g<0>{CLOSE}", regex=True) for name in columns}
    )


def known_words() -> set[str]:
    """Words that no catalogue translates: of the roster, of vendors; days, months and "and" are the locale's."""
    config = settings().config
    people = (*config.engineers, *config.managers, *config.teams)
    names = [config.organisation.name, config.organisation.correction_contact, config.publishing.title]
    locale = PSEUDO.locale
    calendar = [*locale.months["format"]["abbreviated"].values(), *locale.months["format"]["wide"].values()]
    calendar += locale.days["format"]["abbreviated"].values()
    return words_of([*names, *(one.name for one in people), *calendar, "CST", "CDT", "and", *VENDORS, *NAMES])


def machine_words() -> set[str]:
    """Words that machines share, the same in every language: names of tables, columns and keys, and fixed values."""
    tables = dictionary_tables()
    columns = [column for table in tables for column in table.columns]
    fixed = [str(value) for column in columns for value in column.limits.get("enum", ())]
    keys = [row[0] for group in threshold_groups(DecisionParameters()) for row in group["rows"]]
    return words_of([*(table.name for table in tables), *(column.name for column in columns), *fixed, *keys])


def unsaid(page: str, known: Iterable[str]) -> list[str]:
    """Words of a page that no message says and no data hold: the texts that another language would leave English.

    `known` are words of the data: names, notes, what vendors call things.
    """
    allowed = set(known)
    left = "".join(map(_outside, _texts(page))).split(_BREAK)
    return [text.strip() for text in left if set(_WORD.findall(text)) - allowed]


def words_of(values: Iterable[str]) -> set[str]:
    """The words that some texts are made of."""
    return {word for value in values for word in _WORD.findall(value)}


def _outside(text: str) -> str:
    """What is left of a text without its messages."""
    before = ""
    while before != text:
        before, text = text, _INNERMOST.sub(" ", text)
    return text


def _texts(page: str) -> Iterator[str]:
    """What is read in attributes, each by itself, and all that is read between tags as one: messages hold tags."""
    document = html5lib.parse(page, treebuilder="etree", namespaceHTMLElements=False)
    for element in document.iter():
        if isinstance(element.tag, str):
            yield from (f"{text}{_BREAK}" for text in _of_attributes(element.tag, element.attrib))
    yield _BREAK.join(_between_tags(document))


def _between_tags(element: ElementTree.Element) -> Iterator[str]:
    if isinstance(element.tag, str) and element.tag not in ("script", "style", "code"):
        yield element.text or ""
        for child in element:
            yield from _between_tags(child)
            yield child.tail or ""


def _of_attributes(tag: str, attributes: Mapping[str, str]) -> Iterator[str]:
    yield from (attributes[name] for name in _SHOWN if name in attributes)
    if tag == "meta" and attributes.get("name") == "description":
        yield attributes["content"]
