"""Sentences for many rows at once: pieces of text, put together column by column.

A text is either the same for every row (a `str`) or one per row (`Texts`).
"""

from collections.abc import Mapping, Sequence
from string import Formatter
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from transforms.language import _, brief, figure, form
from transforms.stats import Bools, Floats, Ints, Words

Texts = Any  # an array of pyarrow: Python strings would cost more than everything that is said in them


def number(values: Floats | Ints, places: int = 0) -> Texts:
    """Numbers with so many decimals. Every number that occurs is written once, however often it is.

    Halves are rounded to the even neighbour, and what is a half but for the last bits is one: how a sum was worked out
    must not show in the words.
    """
    scaled = np.asarray(values, dtype=np.float64) * 10**places
    codes, found = pd.factorize(np.rint(np.rint(scaled * 1e6) / 1e6))
    return picked(
        [figure(f"{value / 10**places + 0.0:.{places}f}") for value in found.tolist()], codes
    )  # + 0.0: never -0


def shortest(values: Floats) -> Texts:
    """Numbers as short as they can be written: 40, 37.5."""
    codes, found = pd.factorize(np.asarray(values, dtype=np.float64))
    return picked([brief(value) for value in found.tolist()], codes)


def picked(words: Sequence[str], codes: npt.ArrayLike) -> Texts:
    """For each row the word of its code; a missing number (code -1) is `-`."""
    places = np.asarray(codes, dtype=np.int64) % (len(words) + 1)
    return pa.array([*words, "-"], pa.large_string()).take(pa.array(places))


def phrase(message: str, **columns: Texts | str) -> Texts:
    """A message in the language spoken, its places filled row by row; at least one of them is a column."""
    return _filled(_(message), columns)


def nphrase(one: str, many: str, counts: Ints | Floats, **columns: Texts | str) -> Texts:
    """The form of a message that each row's count asks for; `{n}` is the count."""
    codes, found = pd.factorize(np.asarray(counts, dtype=np.int64))
    forms = [form(one, many, int(count)) for count in found]
    kinds = sorted(set(forms))
    said = [_filled(kind, columns | {"n": number(counts)}) for kind in kinds or [many]]
    return pc.choose(pa.array(np.array([kinds.index(kind) for kind in forms], dtype=np.int64)[codes]), *said)


def _filled(said: str, columns: Mapping[str, Texts | str]) -> Texts:
    pieces: list[Texts | str] = []
    for text, name, _spec, _conversion in Formatter().parse(said):
        pieces += [text, *([columns[name]] if name is not None else [])]
    return joined(*pieces)


def joined(*pieces: Texts | str) -> Texts:
    """The pieces one after the other, row by row; at least one of them has rows."""
    return pc.binary_join_element_wise(*(_large(piece) for piece in pieces), _large(""))


def either(condition: Bools, then: Texts | str, other: Texts | str = "") -> Texts:
    """One text where the condition holds, another where it does not."""
    return pc.if_else(pa.array(condition), _large(then), _large(other))


def repeated(text: str, n: int) -> Texts:
    """The same text for n rows."""
    return pa.repeat(_large(text), n)


def merged(kind: Ints, texts: Sequence[Texts]) -> Texts:
    """Rows of several kinds in their order; `texts` has for each kind those of its rows."""
    place = np.empty(len(kind), dtype=np.int64)
    place[np.argsort(kind, kind="stable")] = np.arange(len(kind))
    return pa.concat_arrays(list(texts)).take(pa.array(place))


def words(texts: Texts) -> Words:
    """The texts as an array of `str`."""
    found: Words = texts.to_numpy(zero_copy_only=False)
    return found


def _large(text: Texts | str) -> Texts:
    return pa.scalar(text, pa.large_string()) if isinstance(text, str) else text
