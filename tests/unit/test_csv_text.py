"""CSV files put together column by column are those that pandas writes."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import csv_text
from flows.csv_text import csv_parts

cells = st.text(alphabet=['"', ",", "\n", "\r", " ", "a", "é", "0"], max_size=6)


def by_pandas(table: pd.DataFrame) -> bytes:
    return table.to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d", float_format="%.6f").encode()


def table_of(words: list[str]) -> pd.DataFrame:
    n = len(words)
    return pd.DataFrame(
        {
            "word": pd.Series(words, dtype="str"),
            "object": pd.Series([None if index % 3 == 0 else word for index, word in enumerate(words)], dtype="object"),
            "day": pd.Series(pd.date_range("2026-05-04", periods=n)).where(np.arange(n) % 2 == 0),
            "flag": np.arange(n) % 2 == 0,
            "count": np.arange(n),
            'a "number", so': pd.Series(np.arange(n) / 3).where(np.arange(n) % 4 > 0),
        }
    )


@given(st.lists(cells, max_size=5))
def test_the_bytes_are_those_of_pandas(words: list[str]) -> None:
    table = table_of(words)
    assert b"".join(csv_parts(table)) == by_pandas(table)


def test_a_table_in_several_parts_is_the_same_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_text, "_ROWS_AT_A_TIME", 3)
    table = table_of([f"row {index}" for index in range(10)])
    assert b"".join(csv_parts(table)) == by_pandas(table)
    assert b"".join(csv_parts(table.iloc[::-1])) == by_pandas(table.iloc[::-1])
