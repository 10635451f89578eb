"""The data dictionary, made from the schemas: every table, its grain, and every column with unit and meaning."""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pandera.api.pandas.components import Column

from transforms.schemas.columns import Table
from transforms.schemas.registry import TABLES


@dataclass(frozen=True)
class ColumnEntry:
    """One column as a reader needs it."""

    name: str
    kind: str
    unit: str
    description: str
    may_be_missing: bool
    values: str


@dataclass(frozen=True)
class TableEntry:
    """One table: what a row is, what makes it unique, and its columns."""

    name: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[ColumnEntry, ...]


def dictionary_tables(tables: Mapping[str, type[Table]] = TABLES) -> list[TableEntry]:
    """Every table of the registry, in its order."""
    return [_table(name, table) for name, table in tables.items()]


def dictionary_markdown() -> str:
    """The dictionary as a text file, for people who read the project rather than the site."""
    lines = ["# Data dictionary", "", "Made from the schemas by `tenfour dictionary --write`; do not edit.", ""]
    for table in dictionary_tables():
        key = ", ".join(f"`{name}`" for name in table.key)
        lines += [f"## {table.name}", "", table.grain, "", *([f"Key: {key}", ""] if key else [])]
        lines += ["| column | type | unit | meaning |", "|---|---|---|---|"]
        for column in table.columns:
            kind = column.kind + (", may be missing" if column.may_be_missing else "")
            meaning = column.description + (f" ({column.values})" if column.values else "")
            lines.append(f"| `{column.name}` | {kind} | {column.unit} | {meaning} |")
        lines.append("")
    return "\n".join(lines)


def _table(name: str, table: type[Table]) -> TableEntry:
    schema = table.to_schema()
    key = schema.unique or [name for name, column in schema.columns.items() if column.unique]
    columns = tuple(_column(column) for column in schema.columns.values())
    return TableEntry(name, inspect.getdoc(table) or "", tuple(key), columns)


def _column(column: Column) -> ColumnEntry:
    return ColumnEntry(
        name=str(column.name),
        kind=_kind(str(column.dtype)),
        unit=str((column.metadata or {})["unit"]),
        description=column.description or "",
        may_be_missing=column.nullable,
        values="; ".join(filter(None, (_check(check.statistics or {}) for check in column.checks))),
    )


def _kind(dtype: str) -> str:
    if dtype.startswith("datetime64"):
        return "instant" if "UTC" in dtype else "date"
    if dtype.startswith("str"):
        return "text"
    return {"int64": "whole number", "float64": "number", "bool": "true/false"}[dtype]


def _check(statistics: Mapping[str, Any]) -> str:
    """What a check of the schema allows, in words; each kind of check that a schema uses must be here."""
    words = {"min_value": "at least {}", "max_value": "at most {}"}
    if "allowed_values" in statistics:
        return "one of " + ", ".join(str(value) for value in statistics["allowed_values"])
    return "; ".join(words[name].format(f"{value:g}") for name, value in statistics.items())
