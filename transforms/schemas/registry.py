"""Every table by name, and the operations that need only its schema: empty frame, conforming frame."""

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
    "recommendations": decisions.Recommendations,
    "team_effects": decisions.TeamEffects,
    "monthly_summary": decisions.MonthlySummary,
}


def conform(frame: pd.DataFrame, table: type[Table]) -> pd.DataFrame:
    """The table's columns, in its order and dtypes, validated.

    Missing: a value that a column cannot hold as missing is an error, never filled.
    Errors: pandera.errors.SchemaErrors with every finding; columns absent from `frame` are a KeyError.
    """
    schema = table.to_schema()
    shaped = frame.loc[:, list(schema.columns)]
    dtypes = {name: _pandas_dtype(str(spec.dtype)) for name, spec in schema.columns.items()}
    return table.validate(shaped.astype(dtypes).reset_index(drop=True), lazy=True)


def empty(table: type[Table]) -> pd.DataFrame:
    """A frame without rows, with the table's columns and dtypes."""
    return conform(pd.DataFrame({name: [] for name in table.to_schema().columns}), table)


def _pandas_dtype(declared: str) -> str:
    if declared.startswith("datetime64"):
        return "datetime64[us, UTC]" if "UTC" in declared else "datetime64[us]"
    return "str" if declared.startswith("str") else declared
