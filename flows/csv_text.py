"""A table as the bytes of a CSV file, put together column by column."""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

_TEXT: Final = pa.large_string()
_ROWS_AT_A_TIME: Final = 100_000


def csv_parts(table: pd.DataFrame) -> Iterator[bytes]:
    """What `DataFrame.to_csv` would write, in pieces and at a fraction of its cost for a million rows.

    Days as 2026-05-04, other numbers than whole ones with six decimals, nothing where a value is missing; quotes only
    where a cell needs them.
    """
    yield ",".join(_quoted(pa.array(table.columns, _TEXT)).to_pylist()).encode()
    for start in range(0, len(table), _ROWS_AT_A_TIME):
        rows = table.iloc[start : start + _ROWS_AT_A_TIME]
        first, *others = (_quoted(_words(rows[name])) for name in rows)
        lines = pc.binary_join_element_wise(_joined(pa.scalar("\n", _TEXT), first), *others, pa.scalar(",", _TEXT))
        # The cells of an array of words lie one after the other in memory: together they are the file.
        yield from (part.buffers()[2].to_pybytes() for part in pa.chunked_array(lines).chunks)
    yield b"\n"


def _words(column: "pd.Series[Any]") -> Any:
    """The cells as text; one that occurs often is worded once."""
    values: Any
    if column.dtype.kind in "Mf":
        codes, found = pd.factorize(column)
        is_day = column.dtype.kind == "M"
        values = pd.DatetimeIndex(found).strftime("%Y-%m-%d") if is_day else np.char.mod("%.6f", np.asarray(found))
        return pa.array([*values, ""], _TEXT).take(pa.array(codes % (len(values) + 1)))
    return pc.fill_null(pa.array(column.astype("str"), _TEXT, from_pandas=True), "")


def _quoted(words: Any) -> Any:
    needs_quotes = pc.match_substring_regex(words, '[",\r\n]')
    if not pc.any(needs_quotes).as_py():
        return words
    if pc.any(pc.match_substring_regex(words, '"')).as_py():
        words = pc.replace_substring(words, '"', '""')
    quote = pa.scalar('"', _TEXT)
    return pc.if_else(needs_quotes, _joined(quote, words, quote), words)


def _joined(*pieces: Any) -> Any:
    return pc.binary_join_element_wise(*pieces, pa.scalar("", _TEXT))
