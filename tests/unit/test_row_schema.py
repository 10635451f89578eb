"""A row of people's files as JSON Schema: all that the tables check, and nothing that the page would not."""

import jsonschema
import pandera.pandas as pa
import pytest

from flows.publish.row_schema import row_schema
from flows.publish.views.input_rules import row_schemas
from transforms.clean.manager_decisions import DECISION_COLUMNS
from transforms.clean.sheet import Columns
from transforms.clean.vibes import VIBES_COLUMNS
from transforms.schemas.columns import Table, col, flag
from transforms.schemas.sources import ManagerDecisions, Vibes

# What the page goes by; a keyword that is not here would hold for the pipeline alone.
KEYWORDS = {"description", "type", "format", "minimum", "maximum", "maxLength", "enum"}
VIBES = row_schema(Vibes, VIBES_COLUMNS)
ROW = {"week_start": "2026-11-16", "engineer_id": "ana", "vibes": 4, "note": None, "visibility": "everyone"}


class Sample(Table):
    """One row per sample."""

    manager_id: str = col("Who", "id", isin=["mia"], nullable=True)
    label: str = col("What", "text", str_length={"min_value": 2, "max_value": 3})
    size: int = col("How many", "count", ge=0)
    is_open: bool = flag("Whether it is open")


def test_a_file_names_a_column_as_people_do_and_the_checks_are_those_of_the_table() -> None:
    schema = row_schema(Sample, Columns(("label", "manager"), ("size", "is_open")))
    assert schema["description"] == "One row per sample."
    assert schema["required"] == ["label", "manager"]
    assert schema["properties"] == {
        "label": {"description": "What", "type": "string", "minLength": 2, "maxLength": 3},
        "manager": {"description": "Who", "type": ["string", "null"], "enum": ["mia", None]},
        "size": {"description": "How many", "type": "integer", "minimum": 0},
        "is_open": {"description": "Whether it is open", "type": "boolean"},
    }


def test_an_exact_length_is_both_the_shortest_and_the_longest() -> None:
    class Exact(Table):
        code: str = col("Code", "id", str_length={"exact_value": 2})

    assert row_schema(Exact, Columns(("code",)))["properties"]["code"] == {
        "description": "Code",
        "type": "string",
        "minLength": 2,
        "maxLength": 2,
    }


def test_a_check_without_a_keyword_stops_the_build() -> None:
    class Odd(Table):
        code: str = col("Code", "id", str_startswith="x")

    with pytest.raises(ValueError, match="column code: the check str_startswith has no JSON Schema keyword"):
        row_schema(Odd, Columns(("code",)))


@pytest.mark.parametrize("schema", row_schemas().values(), ids=row_schemas())
def test_the_published_schemas_are_valid_and_say_nothing_that_the_page_does_not_check(
    schema: dict[str, object],
) -> None:
    jsonschema.Draft202012Validator.check_schema(schema)
    assert isinstance(schema["properties"], dict)
    assert {keyword for rules in schema["properties"].values() for keyword in rules} <= KEYWORDS


def test_they_hold_the_limits_of_the_files() -> None:
    rules = VIBES["properties"]
    assert (rules["vibes"]["minimum"], rules["vibes"]["maximum"], rules["note"]["maxLength"]) == (1, 5, 500)
    assert rules["visibility"]["enum"] == ["everyone", "managers"]
    assert row_schema(ManagerDecisions, DECISION_COLUMNS)["properties"]["decision"]["enum"] == [
        "agree",
        "decline",
        "defer",
    ]


@pytest.mark.parametrize(
    ("change", "is_valid"),
    [
        ({}, True),
        ({"vibes": None, "note": "away"}, True),
        ({"vibes": 6}, False),
        ({"vibes": "4"}, False),
        ({"note": "x" * 500}, True),
        ({"note": "x" * 501}, False),
        ({"visibility": "all"}, False),
        ({"week_start": None}, False),
        ({"week_start": "16.11.2026"}, False),
        ({"saved_at": "2026-11-20T15:04:05Z"}, True),
    ],
)
def test_another_tool_can_check_a_row_by_it(change: dict[str, object], is_valid: bool) -> None:
    checker = jsonschema.FormatChecker(formats=("date",))
    assert jsonschema.Draft202012Validator(VIBES, format_checker=checker).is_valid(ROW | change) == is_valid


def test_pandera_itself_still_leaves_out_what_the_page_needs() -> None:
    class Rich(pa.DataFrameModel):
        score: float = pa.Field(ge=1, le=5, nullable=True)
        note: str = pa.Field(str_length={"max_value": 500}, str_matches="^a")

    told = Rich.to_json_schema()["properties"]
    assert told["score"] == {"type": "array", "items": {"type": "number"}}, "then row_schema.py may be needless"
    assert told["note"] == {"type": "array", "items": {"type": "string"}}
