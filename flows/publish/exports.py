"""Tables as files for other tools: CSV that does no harm in a spreadsheet, and JSON."""

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

_DIGITS = 4
# A spreadsheet takes text that starts like this for a formula (CWE-1236).
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def csv_bytes(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    """UTF-8 with BOM, CRLF, comma, ISO dates; text that looks like a formula is made harmless, numbers are not."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([[_cell(value) for value in row] for row in rows])
    return b"\xef\xbb\xbf" + stream.getvalue().encode()


def plain_csv(frame: pd.DataFrame) -> bytes:
    """A table for other tools: UTF-8, LF, ISO dates, full precision; text like a formula is made harmless."""
    texts: list[str] = list(frame.select_dtypes("str").columns)
    safe = frame.assign(**{name: frame[name].map(_cell, na_action="ignore") for name in texts})
    return safe.to_csv(index=False, lineterminator="\n").encode()


def json_bytes(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n").encode()


def table_rows(frame: pd.DataFrame) -> list[list[Any]]:
    """Rows of plain JSON values: numbers rounded, dates as ISO text, missing as None."""
    return [[plain(value) for value in row] for row in frame.to_dict("split")["data"]]


def plain(value: Any) -> Any:
    """A value of a frame as JSON has it."""
    if value is None or value is pd.NaT or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}" if value.tzinfo is None else value.isoformat()
    if isinstance(value, float):
        short = round(value, _DIGITS)
        return int(short) if short.is_integer() else short
    return value


def figure_csv(figure: Mapping[str, Any]) -> bytes:
    """The rows that a figure's chart is drawn from."""
    columns = list(dict.fromkeys(key for row in figure["rows"] for key in row))
    # A figure with one unnamed series needs no column for its name.
    columns = [name for name in columns if name != "series" or any(row["series"] for row in figure["rows"])]
    return csv_bytes(columns, [[row.get(name) for name in columns] for row in figure["rows"]])


def csv_resource(name: str, description: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """A file of `csv_bytes` as a Data Package describes it, with a path from the package's own folder."""
    return {
        "name": name,
        "path": f"{name}.csv",
        "description": description,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": dict(schema),
    }


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA_STARTS) else text
