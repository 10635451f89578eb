"""The data dictionary: the metrics as defined, then, made from the schemas, every table with its grain and columns."""

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd
from pandera.api.checks import Check
from pandera.api.pandas.components import Column

from flows.publish.row_schema import column_limits
from transforms.definitions import METRIC_DEFINITIONS, MetricDefinition
from transforms.language import ENGLISH, N_, _, brief, speaking
from transforms.parameters import DecisionParameters
from transforms.schemas.columns import Table
from transforms.schemas.registry import TABLES
from transforms.vocabulary import Metric

DICTIONARY_FILE: Final = Path("data/DICTIONARY.md")

# Every unit that a column may have; a test refuses others.
UNITS: Final[Mapping[str, str]] = {
    "id": "a name or number that other rows refer to",
    "text": "words as typed or as shown",
    "word": "one of a fixed list of words",
    "true/false": "whether it is so",
    "date": "a calendar day; a week is named by its Monday",
    "instant (UTC)": "a moment, in universal time",
    "hours": "hours of work",
    "percent": "hundredths; 76 is 76 %",
    "share": "a part of 1",
    "points": "story points; for a change of billable share, percentage points",
    "seconds": "seconds",
    "score": "vibes, from 1 (struggling) to 5 (thriving)",
    "count": "a number of things, or a place in an order",
    "weeks": "a number of weeks",
    "factor": "times the own normal",
    "probability": "from 0 to 1",
    "standard errors": "how far outside chance",
    "metric's unit": "percent (its changes: percentage points), points per 40 hours (their changes: percent), a factor "
    "of the own normal times, or a score",
}


# Kinds of columns as Table Schema calls them.
_FIELD_TYPES: Final = {
    "text": "string",
    "whole number": "integer",
    "number": "number",
    "true/false": "boolean",
    "date": "date",
    "instant": "datetime",
}


@dataclass(frozen=True)
class MetricEntry:
    """One metric as a reader needs it: what it is in a sentence, and its facts by name."""

    metric: Metric
    title: str
    description: str
    facts: Mapping[str, str]


@dataclass(frozen=True)
class ColumnEntry:
    """One column as a reader needs it."""

    name: str
    kind: str
    unit: str
    description: str
    may_be_missing: bool
    values: str
    older_rows: str
    limits: Mapping[str, Any]

    @property
    def title(self) -> str:
        """The name as words."""
        return self.name.replace("_", " ").capitalize()

    @property
    def type(self) -> str:
        kind = _(self.kind)
        return _("{type}, may be missing", type=kind) if self.may_be_missing else kind

    @property
    def meaning(self) -> str:
        """The description with what the column may hold."""
        return _(self.description) + "".join(f" ({more})" for more in (self.values, self.older_rows) if more)


@dataclass(frozen=True)
class TableEntry:
    """One table: what a row is, what makes it unique, and its columns."""

    name: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[ColumnEntry, ...]


def dictionary_metrics(rules: DecisionParameters) -> list[MetricEntry]:
    """Every metric, with the denominators and windows of some rules."""
    return [
        MetricEntry(metric, one.title, one.description, _facts(one, rules))
        for metric, one in METRIC_DEFINITIONS.items()
    ]


def dictionary_tables(tables: Mapping[str, type[Table]] = TABLES) -> list[TableEntry]:
    """Every table of the registry, in its order."""
    return [_table(name, table) for name, table in tables.items()]


def table_schema(table: TableEntry, columns: Sequence[str]) -> dict[str, Any]:
    """Some columns of a table as a Table Schema (https://datapackage.org/standard/table-schema/), and their units."""
    entries = {column.name: column for column in table.columns}
    fields = [
        {
            "name": name,
            "type": _FIELD_TYPES[entries[name].kind],
            "title": entries[name].title,
            "description": entries[name].description,
            "unit": entries[name].unit,
            "constraints": {"required": _is_always_there(entries[name]), **entries[name].limits},
        }
        for name in columns
    ]
    return {"fields": fields, **({"primaryKey": list(table.key)} if table.key else {}), "missingValues": [""]}


def _is_always_there(column: ColumnEntry) -> bool:
    """Whether no cell is empty. Text may be of no letters, which a CSV file does not tell from missing."""
    return not column.may_be_missing and column.unit != "text"


def dictionary_markdown() -> str:
    """The dictionary as a text file in English, for people who read the project rather than the site."""
    with speaking(ENGLISH):
        return "\n".join(_markdown_lines())


def _markdown_lines() -> list[str]:
    lines = [
        "# Data dictionary",
        "",
        "Made from the metric definitions and the schemas by `tenfour dictionary --write`;",
    ]
    lines += ["do not edit. An empty cell is missing, never zero.", "", "## Metrics", ""]
    lines += ["With the rules as they are by default; the site's method page has those in force.", ""]
    for metric in dictionary_metrics(DecisionParameters()):
        lines += [f"### {metric.title} (`{metric.metric}`)", "", metric.description, ""]
        lines += [*(f"- {name}: {text}" for name, text in metric.facts.items()), ""]
    lines += ["## Units", "", "| unit | meaning |", "|---|---|"]
    lines += [*(f"| {unit} | {meaning} |" for unit, meaning in UNITS.items()), "", "## Tables", ""]
    for table in dictionary_tables():
        key = ", ".join(f"`{name}`" for name in table.key)
        lines += [f"### {table.name}", "", table.grain, "", *([f"Key: {key}", ""] if key else [])]
        lines += ["| column | type | unit | meaning |", "|---|---|---|---|"]
        lines += [f"| `{column.name}` | {column.type} | {column.unit} | {column.meaning} |" for column in table.columns]
        lines.append("")
    return lines


def _facts(one: MetricDefinition, rules: DecisionParameters) -> dict[str, str]:
    reading, *others = one.columns
    return {
        _("Unit"): one.unit,
        _("Direction"): _("higher is better") if one.is_higher_better else _("lower is better"),
        _("Formula"): one.formula(rules),
        # TRANSLATORS: the weeks that are looked at together
        _("Window"): one.window(rules),
        _("Source"): one.source,
        _("Missing"): one.missing,
        _("Columns"): _(
            "of readings: {column} ({unit}), {others}",
            column=reading,
            unit=_(one.column_unit),
            others=", ".join(others),
        ),
    }


def _table(name: str, table: type[Table]) -> TableEntry:
    schema = table.to_schema()
    key = schema.unique or [name for name, column in schema.columns.items() if column.unique]
    columns = tuple(_column(column) for column in schema.columns.values())
    return TableEntry(name, inspect.getdoc(table) or "", tuple(key), columns)


def _column(column: Column) -> ColumnEntry:
    metadata = column.metadata or {}
    return ColumnEntry(
        name=str(column.name),
        kind=_kind(str(column.dtype)),
        unit=str(metadata["unit"]),
        description=column.description or "",
        may_be_missing=column.nullable,
        values="; ".join(filter(None, map(_check, column.checks))),
        older_rows=_("rows stored before this column: {value}", value=_absent(metadata["absent"]))
        if "absent" in metadata
        else "",
        limits=column_limits(column),
    )


def _kind(dtype: str) -> str:
    if dtype.startswith("datetime64"):
        return "instant" if "UTC" in dtype else "date"
    if dtype.startswith("str"):
        return "text"
    return {"int64": "whole number", "float64": "number", "bool": "true/false"}[dtype]


def _check(check: Check) -> str:
    """What a check of the schema allows, in words; each kind of check that a schema uses must be here."""
    statistics = check.statistics or {}
    if check.name == "str_length":
        return _("at most {count} characters", count=statistics["max_value"])
    words = {"min_value": N_("at least {number}"), "max_value": N_("at most {number}")}
    if "allowed_values" in statistics:
        return _("one of {values}", values=", ".join(str(value) for value in statistics["allowed_values"]))
    return "; ".join(_(words[name], number=brief(value)) for name, value in statistics.items())


def _absent(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _("missing") if pd.isna(value) else str(value) or _("empty")
