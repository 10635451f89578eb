"""Every table by name, and the operations that need only its schema: empty frame, conforming frame."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

import pandas as pd

from transforms.schemas import decisions, readings, roster, sources
from transforms.schemas.columns import Table

TABLES: Final[dict[str, type[Table]]] = {
    "engineers": roster.Engineers,
    "schedules": roster.Schedules,
    "worklogs": sources.Worklogs,
    "sprints": sources.Sprints,
    "issue_events": sources.IssueEvents,
    "sprint_credits": sources.SprintCredits,
    "sprint_totals": sources.SprintTotals,
    "pages": sources.Pages,
    "vibes": sources.Vibes,
    "manager_decisions": sources.ManagerDecisions,
    "leave": sources.Leave,
    "holidays": sources.Holidays,
    "problems": sources.Problems,
    "source_health": sources.SourceHealth,
    "available_hours": readings.AvailableHours,
    "coverage": readings.Coverage,
    "readings": readings.Readings,
    "signals": decisions.Signals,
    "statuses": decisions.Statuses,
    "alert_events": decisions.AlertEvents,
    "alerts": decisions.Alerts,
    "notifications": decisions.Notifications,
    "recommendations": decisions.Recommendations,
    "outcomes": decisions.Outcomes,
    "team_effects": decisions.TeamEffects,
    "monthly_summary": decisions.MonthlySummary,
}


def shaped(frame: pd.DataFrame, table: type[Table]) -> pd.DataFrame:
    """The table's columns, in its order and dtypes, not yet validated: for frames on their way to a gate.

    Errors: columns absent from `frame` are a KeyError; values that do not fit a dtype a ValueError or TypeError.
    """
    dtypes = _dtypes(table)
    return frame.loc[:, list(dtypes)].astype(dtypes).reset_index(drop=True)


def completed(frame: pd.DataFrame, table: type[Table]) -> pd.DataFrame:
    """Rows as stored by any earlier version, with the columns that did not exist then."""
    declared = table.to_schema().columns.items()
    later = {name: spec.metadata["absent"] for name, spec in declared if "absent" in (spec.metadata or {})}
    return frame.assign(**{name: value for name, value in later.items() if name not in frame})


def conform(frame: pd.DataFrame, table: type[Table]) -> pd.DataFrame:
    """The table's columns, in its order and dtypes, validated: what every gate does.

    Missing: a value that a column cannot hold as missing is an error, never filled.
    Errors: pandera.errors.SchemaErrors with every finding; columns absent from `frame` are a KeyError.
    """
    rows = shaped(frame, table)
    return table.validate(rows, lazy=True) if len(rows) else rows


def key_of(table: type[Table]) -> list[str]:
    """The columns that name a row; all of them where a table has no key."""
    schema = table.to_schema()
    single = [name for name, spec in schema.columns.items() if spec.unique]
    return list(schema.unique or single or schema.columns)


def empty(table: type[Table]) -> pd.DataFrame:
    """A frame without rows, with the table's columns and dtypes."""
    return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in _dtypes(table).items()})


@cache
def _dtypes(table: type[Table]) -> Mapping[str, str]:
    return MappingProxyType({name: _pandas_dtype(str(spec.dtype)) for name, spec in table.to_schema().columns.items()})


def _pandas_dtype(declared: str) -> str:
    if declared.startswith("datetime64"):
        return "datetime64[us, UTC]" if "UTC" in declared else "datetime64[us]"
    return "str" if declared.startswith("str") else declared
