"""What people type into a cell -> a value, or None where it cannot be known."""

import re
import unicodedata
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from transforms.vocabulary import HIGHEST_SCORE, LOWEST_SCORE

_MONTHS: Final = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
LONG_MONTHS: Final = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_MIDNIGHT: Final = r"([T ]00:00(:00(\.0+)?)?Z?)?"
_YEAR_FIRST: Final = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})" + _MIDNIGHT)
_ISO_WEEK: Final = re.compile(r"([0-9]{4})-?[Ww]([0-9]{1,2})")
_DAY_DOT: Final = re.compile(r"([0-9]{1,2})\. ?([0-9]{1,2})\. ?([0-9]{4}|[0-9]{2})" + _MIDNIGHT)
_SLASHED: Final = re.compile(r"([0-9]{1,2})[/-]([0-9]{1,2})[/-]([0-9]{4}|[0-9]{2})" + _MIDNIGHT)
_DAY_MONTH_NAME: Final = re.compile(r"([0-9]{1,2})[-. ]+([A-Za-z]{3,9})\.?[-, ]+([0-9]{4}|[0-9]{2})")
_MONTH_NAME_DAY: Final = re.compile(r"([A-Za-z]{3,9})\.?[- ]+([0-9]{1,2}),?[- ]+([0-9]{4}|[0-9]{2})")
_WHOLE_YEAR: Final = re.compile(r"(?<![0-9])[0-9]{4}(?![0-9])")
_SERIAL: Final = re.compile(r"[0-9]{5}(\.0+)?")
# Day 0 of spreadsheets, chosen so that the days after February 1900 are right.
_SERIAL_ZERO: Final = date(1899, 12, 30)
_SCORE: Final = re.compile(r"\+?([0-9])([.,]0+)?")
# A day without its whole year is believed if it is no older than that.
_BELIEVED: Final = timedelta(weeks=104)


def key_text(cell: str) -> str:
    """A cell that holds a key, date or number: compatibility forms, invisible characters and outer blanks removed."""
    plain = unicodedata.normalize("NFKC", cell)
    return "".join(c for c in plain if unicodedata.category(c) != "Cf").strip()


def parse_score(text: str) -> int | None:
    """`4`, `4.0` or `4,0` -> 4; None for anything but a whole number from 1 to 5."""
    match = _SCORE.fullmatch(text)
    return int(match[1]) if match and LOWEST_SCORE <= int(match[1]) <= HIGHEST_SCORE else None


def is_serial(text: str) -> bool:
    """Whether a date is kept as the number that spreadsheets count days with."""
    return _SERIAL.fullmatch(text) is not None


def believable_days(text: str, today: date) -> tuple[date, ...]:
    """As `possible_days`, without days of long ago where a year of two digits, or a serial number, may mean another."""
    days = possible_days(text)
    return days if _WHOLE_YEAR.search(text) else tuple(day for day in days if day > today - _BELIEVED)


@lru_cache(maxsize=4096)
def possible_days(text: str) -> tuple[date, ...]:
    """Every day that a date may mean, in order; none where it is no date.

    Several where day and month can be exchanged, or where the first two digits may be the year as well as the last.
    """
    if match := _YEAR_FIRST.fullmatch(text):
        return _days((match[1], match[2], match[3]))
    if match := _ISO_WEEK.fullmatch(text):
        return _iso_monday(int(match[1]), int(match[2]))
    if match := _DAY_DOT.fullmatch(text):
        return _days((match[3], match[2], match[1]), *_year_first(match))
    if match := _SLASHED.fullmatch(text):
        return _days((match[3], match[1], match[2]), (match[3], match[2], match[1]), *_year_first(match))
    if match := _DAY_MONTH_NAME.fullmatch(text):
        return _days((match[3], _month_number(match[2]), match[1]))
    if match := _MONTH_NAME_DAY.fullmatch(text):
        return _days((match[3], _month_number(match[1]), match[2]))
    if is_serial(text):
        return (_SERIAL_ZERO + timedelta(days=int(float(text))),)
    return ()


def _year_first(match: re.Match[str]) -> list[tuple[str, str, str]]:
    """`26-11-16` as Sweden and Japan write it."""
    return [(match[1], match[2], match[3])] if len(match[1]) == len(match[3]) == 2 else []


def _days(*readings: tuple[str, str, str]) -> tuple[date, ...]:
    days = set()
    for year, month, day in readings:
        try:
            days.add(date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day)))
        except ValueError:
            continue
    return tuple(sorted(days))


def _iso_monday(year: int, week: int) -> tuple[date, ...]:
    try:
        return (date.fromisocalendar(year, week, 1),)
    except ValueError:
        return ()


def _month_number(name: str) -> str:
    """`nov`, `Sept`, `November` -> `11`, `9`, `11`; `0`, which no date has, for other words."""
    folded = name.casefold()
    fits = len(folded) >= 3 and any(month.startswith(folded) for month in LONG_MONTHS)
    return str(_MONTHS[folded[:3]]) if fits else "0"
