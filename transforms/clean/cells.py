"""What people type into a cell -> a value, or None where it cannot be known."""

import re
import unicodedata
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

_MONTHS: Final = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
_LONG_MONTHS: Final = (
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
_YEAR_FIRST: Final = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})" + _MIDNIGHT)
_ISO_WEEK: Final = re.compile(r"(\d{4})-?W(\d{1,2})", re.IGNORECASE)
_DAY_DOT: Final = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2})" + _MIDNIGHT)
_SLASHED: Final = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4}|\d{2})" + _MIDNIGHT)
_DAY_MONTH_NAME: Final = re.compile(r"(\d{1,2})[-. ]+([A-Za-z]{3,9})\.?[-, ]+(\d{4}|\d{2})")
_MONTH_NAME_DAY: Final = re.compile(r"([A-Za-z]{3,9})\.?[- ]+(\d{1,2}),?[- ]+(\d{4}|\d{2})")
_FIRST_SHORT_YEAR: Final = 2020
_SERIAL: Final = re.compile(r"\d{5}(\.0+)?")
# Day 0 of spreadsheets, chosen so that the days after February 1900 are right.
_SERIAL_ZERO: Final = date(1899, 12, 30)
_SCORE: Final = re.compile(r"\+?([1-5])([.,]0+)?")


def key_text(cell: str) -> str:
    """A cell that holds a key, date or number: compatibility forms, invisible characters and outer blanks removed."""
    plain = unicodedata.normalize("NFKC", cell)
    return "".join(c for c in plain if unicodedata.category(c) != "Cf").strip()


def parse_score(text: str) -> int | None:
    """`4`, `4.0` or `4,0` -> 4; None for anything but a whole number from 1 to 5."""
    match = _SCORE.fullmatch(text)
    return int(match[1]) if match else None


def is_serial(text: str) -> bool:
    """Whether a date is kept as the number that spreadsheets count days with."""
    return _SERIAL.fullmatch(text) is not None


@lru_cache(maxsize=4096)
def possible_days(text: str) -> tuple[date, ...]:
    """Every day that a date may mean: one, two where day and month can be exchanged, none where it is no date."""
    if match := _YEAR_FIRST.fullmatch(text):
        return _days((match[1], match[2], match[3]))
    if match := _ISO_WEEK.fullmatch(text):
        return _iso_monday(int(match[1]), int(match[2]))
    if match := _DAY_DOT.fullmatch(text):
        return _days((match[3], match[2], match[1]))
    if match := _SLASHED.fullmatch(text):
        return _days((match[3], match[1], match[2]), (match[3], match[2], match[1]), (match[1], match[2], match[3]))
    if match := _DAY_MONTH_NAME.fullmatch(text):
        return _days((match[3], _month_number(match[2]), match[1]))
    if match := _MONTH_NAME_DAY.fullmatch(text):
        return _days((match[3], _month_number(match[1]), match[2]))
    if is_serial(text):
        return (_SERIAL_ZERO + timedelta(days=int(float(text))),)
    return ()


def _days(*readings: tuple[str, str, str]) -> tuple[date, ...]:
    days = set()
    for year, month, day in readings:
        try:
            days.add(date(_year(year), int(month), int(day)))
        except ValueError:
            continue
    return tuple(sorted(days))


def _year(typed: str) -> int:
    """A year of four digits, or of two from 2020 on: what is less is the day of a date that begins with its year.

    Errors: ValueError for any other.
    """
    year = int(typed) + (2000 if len(typed) == 2 else 0)
    if len(typed) != 4 and year < _FIRST_SHORT_YEAR:
        raise ValueError(typed)
    return year


def _iso_monday(year: int, week: int) -> tuple[date, ...]:
    try:
        return (date.fromisocalendar(year, week, 1),)
    except ValueError:
        return ()


def _month_number(name: str) -> str:
    """`nov`, `Sept`, `November` -> `11`, `9`, `11`; `0`, which no date has, for other words."""
    folded = name.casefold()
    fits = len(folded) >= 3 and any(month.startswith(folded) for month in _LONG_MONTHS)
    return str(_MONTHS[folded[:3]]) if fits else "0"
