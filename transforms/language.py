"""The language that people are spoken to in: messages, numbers, dates and lists.

English stands in the code, as message: `_("{n} of {all} weeks", n=3, all=8)`. A language is one catalogue of such
messages (site_templates/languages). Which one is spoken is said once, around the work: `with speaking(language)`.
Decision: ARCHITECTURE.md, record 38.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache
from gettext import NullTranslations
from typing import Final, Literal, NewType

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time
from babel.lists import format_list
from babel.numbers import format_decimal

NBSP: Final = "\u00a0"
Message = NewType("Message", str)
ListStyle = Literal["standard", "or"]

_UNTRANSLATED: Final = NullTranslations()


@dataclass(frozen=True)
class Language:
    """A locale (`en-GB`), and the messages of its language; without messages English is spoken."""

    tag: str = "en-GB"
    messages: NullTranslations = _UNTRANSLATED

    @property
    def locale(self) -> Locale:
        """How the locale writes numbers, dates and lists."""
        return _locale(self.tag)


_SPOKEN: ContextVar[Language] = ContextVar("spoken")
ENGLISH: Final = Language()


def spoken() -> Language:
    """The language spoken now; English as in Britain where none was chosen."""
    return _SPOKEN.get(ENGLISH)


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Within this the language is spoken: what is said depends on it, and nothing else does."""
    token = _SPOKEN.set(language)
    try:
        yield
    finally:
        _SPOKEN.reset(token)


def N_(message: str) -> Message:
    """Marks a message that is said later, by `_(...)` of the name it was given."""
    return Message(message)


def _(message: str, **values: object) -> str:
    """The message in the language spoken, its `{places}` filled. Errors: KeyError for a place without a value."""
    said = spoken().messages.gettext(message) if message else ""  # to gettext no text is a catalogue's own header
    return said.format(**values) if values else said


def ngettext(one: str, many: str, count: int, **values: object) -> str:
    """The message for so many of a thing; `{n}` is the count, and stays on one line with the word after it."""
    return tied_count(form(one, many, count)).format(n=decimal(count, 0), **values)


def form(one: str, many: str, count: int) -> str:
    """The form of a message that a count asks for, its places not filled yet."""
    return spoken().messages.ngettext(one, many, count)


def tied_count(message: str) -> str:
    """A message whose count stays on one line with the word after it."""
    return message.replace("{n} ", f"{{n}}{NBSP}")


class Words(Mapping[str, str]):
    """Words by key, each said in the language spoken when it is asked for."""

    def __init__(self, messages: Mapping[str, str]) -> None:
        self._messages = messages

    def __getitem__(self, key: str) -> str:
        return _(self._messages[key])

    def __iter__(self) -> Iterator[str]:
        return iter(self._messages)

    def __len__(self) -> int:
        return len(self._messages)


def decimal(value: float, digits: int) -> str:
    """A number with so many decimals and its thousands apart: `1,204.5`. The sign is a hyphen."""
    return _decimal(spoken().tag, value, digits)


def figure(text: str) -> str:
    """A number already written the way of programs (`76.5`), with the decimal mark of the language and no groups."""
    return text.replace(".", _mark(spoken().tag))


def brief(value: float) -> str:
    """A number as short as it can be written: `40`, `37.5`."""
    return figure(f"{value:g}")


def listed(parts: Sequence[str], style: ListStyle = "standard") -> str:
    """`a`, `a and b`, `a, b and c`; with style `or`, `a, b or c`."""
    return format_list(list(parts), style, spoken().locale)


def ordinal(count: int) -> str:
    """Which of the four English endings a place in an order takes: `st`, `nd`, `rd`, `th`."""
    return {"one": "st", "two": "nd", "few": "rd"}.get(_locale("en").ordinal_form(count), "th")


def day_text(value: date, skeleton: str = "yMMMd") -> str:
    """A day by a skeleton of CLDR: `yMMMd` is `16 Nov 2026`, `MMMd` `16 Nov`, `yMMMM` `November 2026`, `EEE` `Mon`."""
    return _day(spoken().tag, date(value.year, value.month, value.day), skeleton)


def clock_text(value: time) -> str:
    """A time of day: `06:30`, `6:30 AM`."""
    return str(format_time(value, "short", locale=spoken().locale))


def days_text(first: date, last: date) -> str:
    """A span of days, months in full: `16\u201322 November 2026`, by the locale's own pattern."""
    locale = spoken().locale
    patterns: Mapping[str, Sequence[str]] = locale.interval_formats["yMMMd"]
    changed = "y" if first.year != last.year else "M" if first.month != last.month else "d"
    parts = [pattern.replace("MMMM", "MMM").replace("MMM", "MMMM") for pattern in patterns[changed]]
    ends = zip((first, last), parts, strict=True)
    text = "".join(format_date(day, part, locale=locale) for day, part in ends)
    return text.replace("\u2009", "" if changed == "d" else " ")


@lru_cache(maxsize=64)
def _locale(tag: str) -> Locale:
    return Locale.parse(tag, sep="-")


@lru_cache(maxsize=64)
def _mark(tag: str) -> str:
    mark: str = _locale(tag).number_symbols["latn"]["decimal"]
    return mark


@lru_cache(maxsize=65536)
def _decimal(tag: str, value: float, digits: int) -> str:
    locale = _locale(tag)
    whole = locale.decimal_formats[None].pattern.split(".")[0]
    return str(format_decimal(value, format=f"{whole}.{'0' * digits}" if digits else whole, locale=locale))


@lru_cache(maxsize=16384)
def _day(tag: str, value: date, skeleton: str) -> str:
    return str(format_skeleton(skeleton, value, locale=_locale(tag)))
