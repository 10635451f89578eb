"""Rows of the table Problems for sources that have no lines."""

from collections.abc import Sequence
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
