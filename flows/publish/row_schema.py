"""A table's rules for one row, as JSON Schema: what the managers' page checks by, and what other tools may.

Pandera's own export of a model (`to_json_schema`) describes whole columns and leaves out bounds, patterns, lengths,
allowed words and what may be missing. The checks themselves know all of it.
"""

import inspect
from collections.abc import Callable, Mapping
from typing import Any, Final

import pandera.pandas as pa
from pandera.api.pandas.components import Column

from transforms.clean.sheet import Columns
from transforms.schemas.columns import Table

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
# What people's files call otherwise than the tables.
_IN_TABLE: Final[Mapping[str, str]] = {"manager": "manager_id", "review_week": "week_start"}

Keywords = dict[str, Any]
_KEYWORDS: Final[Mapping[str, Callable[[Mapping[str, Any]], Keywords]]] = {
    "greater_than_or_equal_to": lambda check: {"minimum": check["min_value"]},
    "less_than_or_equal_to": lambda check: {"maximum": check["max_value"]},
    "isin": lambda check: {"enum": list(check["allowed_values"])},
    "str_length": lambda check: _lengths(**check),
}


def row_schema(table: type[Table], columns: Columns) -> dict[str, Any]:
    """The rules for one row of a file (draft 2020-12), by the columns of the file, from the table they become.

    Missing: a column that the table lets be missing may be null; a column that the file need not have is not required.
    Errors: ValueError for a check that has no keyword here: the page would let pass what the pipeline refuses.
    """
    schema = table.to_schema()
    return {
        "$schema": DIALECT,
        "title": table.__name__,
        "description": inspect.getdoc(table) or "",
        "type": "object",
        "properties": {name: _property(schema.columns[_IN_TABLE.get(name, name)]) for name in columns.names},
        "required": list(columns.required),
    }


def _property(column: Column) -> Keywords:
    keywords: Keywords = {"description": column.description, **_type(str(column.dtype))}
    for check in column.checks:
        keywords |= _checked(column, check)
    if column.nullable:
        keywords["type"] = [keywords["type"], "null"]
        if "enum" in keywords:
            keywords["enum"] = [*keywords["enum"], None]
    return keywords


def _type(dtype: str) -> Keywords:
    if dtype.startswith("datetime64"):
        return {"type": "string", "format": "date-time" if "UTC" in dtype else "date"}
    if dtype.startswith("str"):
        return {"type": "string"}
    return {"type": {"float64": "number", "int64": "integer", "bool": "boolean"}[dtype]}


def _checked(column: Column, check: pa.Check) -> Keywords:
    keywords = _KEYWORDS.get(str(check.name))
    if keywords is None:
        raise ValueError(f"column {column.name}: the check {check.name} has no JSON Schema keyword in row_schema.py")
    return keywords(check.statistics or {})


def _lengths(min_value: int | None = None, max_value: int | None = None, exact_value: int | None = None) -> Keywords:
    limits = {"minLength": exact_value or min_value, "maxLength": exact_value or max_value}
    return {name: limit for name, limit in limits.items() if limit is not None}
