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

from transforms.language import ListStyle, _, brief, figure, form, listed
from transforms.stats import Bools, Floats, Ints, Words

Texts = Any  # an array of pyarrow: Python strings would cost more than everything that is said in them


def number(values: Floats | Ints, places: int = 0) -> Texts:
    """Numbers with so many decimals. Every number that occurs is written once, however often it is.

    Halves are rounded to the even neighbour, and what is a half but for the last bits is one: how a sum was worked out
    must not show in the words.
    """
    scaled = np.asarray(values, dtype=np.float64) * 10**places
    codes, found = pd.factorize(np.rint(np.rint(scaled * 1e6) / 1e6))
    texts = [f"{value / 10**places + 0.0:.{places}f}" for value in found.tolist()]  # + 0.0: never -0
    return picked(figure("\n".join(texts)).split("\n"), codes)  # all at once: the decimal mark is looked up once


def shortest(values: Floats) -> Texts:
    """Numbers as short as they can be written: 40, 37.5."""
    codes, found = pd.factorize(np.asarray(values, dtype=np.float64))
    return picked([brief(value) for value in found.tolist()], codes)


def picked(words: Sequence[str], codes: npt.ArrayLike) -> Texts:
    """For each row the word of its code; a missing number (code -1) is `-`."""
    places = np.asarray(codes, dtype=np.int64) % (len(words) + 1)
    return pa.array([*words, "-"], pa.large_string()).take(pa.array(places))


def phrase(message: str, **columns: Texts | str) -> Texts:
    """A message in the language spoken, its places filled row by row."""
    return _filled(_(message), columns)


def phrases(codes: Ints | Bools, messages: Sequence[str], **columns: Texts | str) -> Texts:
    """For each row the message of its code, its places filled; a message is marked by `N_` where it stands."""
    return _by_form([_(message) for message in messages], np.asarray(codes, dtype=np.int64), columns)


def nphrase(one: str, many: str, counts: Ints | Floats | int, **columns: Texts | str) -> Texts:
    """The form of a message that each row's count asks for, or that the count of all does; `{n}` is the count."""
    if isinstance(counts, int):
        return _filled(form(one, many, counts), {"n": str(counts)} | columns)
    codes, found = pd.factorize(np.asarray(counts, dtype=np.int64))
    forms = [form(one, many, int(count)) for count in found]
    kinds = list(dict.fromkeys(forms))
    kind = np.array([kinds.index(said) for said in forms], dtype=np.int64)[codes]
    return _by_form(kinds, kind, {"n": picked([str(count) for count in found], codes)} | columns)


def enumerated(parts: Sequence[tuple[Bools, Texts]], style: ListStyle = "standard") -> Texts:
    """For each row a list of the parts that apply to it: `a`, `a and b`, `a, b and c`; with style `or`, `a or b`."""
    code = sum(applies.astype(np.int64) << place for place, (applies, _text) in enumerate(parts))
    forms = [
        listed([f"{{{place}}}" for place in range(len(parts)) if code >> place & 1], style)
        for code in range(1 << len(parts))
    ]
    return _by_form(forms, np.asarray(code), {str(place): text for place, (_applies, text) in enumerate(parts)})


def _by_form(forms: Sequence[str], codes: Ints, columns: Mapping[str, Texts | str]) -> Texts:
    """Each row in the form of its code; none is made for a row that does not need it."""
    found = np.unique(codes)
    if len(found) == 1:
        return _of_rows(_filled(forms[found[0]], columns), len(codes))
    parts = []
    for code in found:
        rows = pa.array(np.flatnonzero(codes == code))
        part = {name: text if isinstance(text, str) else text.take(rows) for name, text in columns.items()}
        parts.append(_of_rows(_filled(forms[code], part), len(rows)))
    return merged(codes, parts)


def _of_rows(text: Texts | str, n: int) -> Texts:
    return repeated(text, n) if isinstance(text, str) else text


def _filled(said: str, columns: Mapping[str, Texts | str]) -> Texts:
    pieces: list[Texts | str] = []
    for text, name, _spec, _conversion in Formatter().parse(said):
        pieces += [text, *([columns[name]] if name is not None else [])]
    return joined(*pieces)


def joined(*pieces: Texts | str) -> Texts:
    """The pieces one after the other, row by row; a `str` if all of them are."""
    runs: list[Texts | str] = [""]
    for piece in pieces:
        if isinstance(piece, str) and isinstance(runs[-1], str):
            runs[-1] += piece
        else:
            runs.append(piece)
    rest = runs if runs[0] else runs[1:]
    return rest[0] if len(rest) == 1 else pc.binary_join_element_wise(*map(_large, rest), _large("")) if rest else ""


def either(condition: Bools, then: Texts | str, other: Texts | str = "") -> Texts:
    """One text where the condition holds, another where it does not."""
    return pc.if_else(pa.array(condition), _large(then), _large(other))


def repeated(text: str, n: int) -> Texts:
    """The same text for n rows."""
    return pa.repeat(_large(text), n)


def merged(kind: Ints, texts: Sequence[Texts]) -> Texts:
    """Rows of several kinds in their order; `texts` has for each kind that there is those of its rows."""
    place = np.empty(len(kind), dtype=np.int64)
    place[np.argsort(kind, kind="stable")] = np.arange(len(kind))
    return pa.concat_arrays([*texts, pa.array([], pa.large_string())]).take(pa.array(place))


def words(texts: Texts) -> Words:
    """The texts as an array of `str`."""
    found: Words = texts.to_numpy(zero_copy_only=False)
    return found


def _large(text: Texts | str) -> Texts:
    return pa.scalar(text, pa.large_string()) if isinstance(text, str) else text
