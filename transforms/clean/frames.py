"""Vendors' JSON rows as columns: whatever has not the type that was promised is missing."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import pandas as pd

from transforms.clean.problems import Row

_ROWS_AT_ONCE: Final = 5000


def together(frames: Sequence[pd.DataFrame], nothing: pd.DataFrame) -> pd.DataFrame:
    """Frames of several pages as one; `nothing` gives the columns where there is no page."""
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else nothing


def gathered(pages: Iterable[Sequence[Row]], read: Callable[[Sequence[Row]], pd.DataFrame]) -> pd.DataFrame:
    """Rows of many pages as one frame, made of some thousands at a time.

    A frame of each page would cost more in columns than in rows; rows as they came, of all pages, more than both.
    """
    frames: list[pd.DataFrame] = []
    waiting: list[Row] = []
    for rows in pages:
        waiting += rows
        if len(waiting) >= _ROWS_AT_ONCE:
            frames.append(read(waiting))
            waiting = []
    return together([*frames, read(waiting)], read([]))


def part(row: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """An object inside a row; an empty one where there is none."""
    value = row.get(key)
    return value if isinstance(value, dict) else {}


def parts(row: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """The objects of a list inside a row."""
    value = row.get(key)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def texts(values: Sequence[object]) -> "pd.Series[str]":
    """Values as text; null is missing."""
    return pd.Series([None if value is None else str(value) for value in values], dtype="str")


def has_word(titles: "pd.Series[str]", words: Iterable[str]) -> "pd.Series[bool]":
    """Whether a title has one of the words, as a word of its own, upper and lower case alike."""
    either = "|".join(re.escape(word) for word in words)
    pattern = re.compile(rf"\b(?:{either})\b" if either else r"(?!)", re.IGNORECASE)
    return titles.map(lambda title: bool(pattern.search(title))).astype("bool")


def numbers(values: Sequence[object]) -> "pd.Series[float]":
    """Values as numbers; what is none is missing."""
    return pd.to_numeric(pd.Series(list(values), dtype="object"), errors="coerce").astype("float64")
