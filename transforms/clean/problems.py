"""Rows of the `Problems` table, and readers of vendors' instants, shared by the cleaning modules."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from transforms.schemas.registry import conform, empty
from transforms.schemas.sources import Problems

Row = dict[str, Any]


def problem(
    source: str,
    file: str,
    rule: str,
    severity: str,
    message: str,
    *,
    column: str = "",
    found: str = "",
    engineer_id: str | None = None,
) -> Row:
    """One defect of a source that has no lines. `message`: what is wrong, what happens now, what to do."""
    return {
        "source": source,
        "file": file,
        "line": 0,
        "column": column,
        "rule": rule,
        "severity": severity,
        "found": found,
        "message": message,
        "engineer_id": engineer_id,
    }


def problem_table(rows: Sequence[Row]) -> pd.DataFrame:
    """Defects as a table, in the order found."""
    return conform(pd.DataFrame(list(rows)), Problems) if rows else empty(Problems)


def instants(values: Sequence[str | int | None]) -> "pd.Series[pd.Timestamp]":
    """Vendors' instants as UTC: ISO text with any offset, or a number of seconds or milliseconds since 1970.

    Missing: what cannot be read is NaT.
    """
    texts = pd.Series([_as_text(value) for value in values], dtype="str")
    return pd.to_datetime(texts, format="ISO8601", utc=True, errors="coerce").astype("datetime64[us, UTC]")


def _as_text(value: str | int | None) -> str | None:
    if not isinstance(value, int):
        return value
    # 10^11 seconds are 5,000 years; as milliseconds they are 1973.
    return datetime.fromtimestamp(value / 1000 if value > 1e11 else value, UTC).isoformat()
