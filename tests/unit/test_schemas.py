"""Every table of the registry is described, strict and keyed; conforming neither invents nor drops anything."""

import pandas as pd
import pandera.pandas as pa
import pytest

from tests.builders.facts import day, engineers, leave
from transforms.schemas.columns import Table
from transforms.schemas.registry import TABLES, conform, empty
from transforms.schemas.sources import Leave

every_table = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES.keys())


@every_table
def test_a_table_says_its_grain(table: type[Table]):
    assert table.__doc__
    assert table.__doc__.startswith("One row per ")


@every_table
def test_every_column_has_a_description_and_a_unit(table: type[Table]):
    bare = [
        name
        for name, column in table.to_schema().columns.items()
        if not column.description or not (column.metadata or {}).get("unit")
    ]
    assert bare == []


@every_table
def test_a_table_is_strict_and_coerces_nothing(table: type[Table]):
    schema = table.to_schema()
    assert schema.strict is True
    assert not schema.coerce
    assert not [name for name, column in schema.columns.items() if column.coerce]


KEYLESS = {"issue_events", "problems"}  # events repeat in one history entry, and two defects may be alike


@every_table
def test_a_table_of_facts_or_decisions_has_a_key(table: type[Table]):
    schema = table.to_schema()
    has_key = bool(schema.unique) or any(column.unique for column in schema.columns.values())
    assert has_key == (table not in [TABLES[name] for name in KEYLESS])


@every_table
def test_an_empty_frame_conforms(table: type[Table]):
    frame = empty(table)
    assert frame.empty
    assert list(frame.columns) == list(table.to_schema().columns)
    table.validate(frame)


@every_table
def test_numbers_carry_their_unit_in_the_name_or_in_the_dictionary(table: type[Table]):
    expected = {"_hours": "hours", "_pct": "percent", "_seconds": "seconds", "_share": "share", "_points": "points"}
    schema = table.to_schema()
    wrong = [
        (name, column.metadata["unit"])
        for name, column in schema.columns.items()
        for suffix, unit in expected.items()
        if name.endswith(suffix) and column.metadata["unit"] != unit
    ]
    assert wrong == []


@every_table
def test_flags_and_only_flags_are_named_as_questions(table: type[Table]):
    schema = table.to_schema()
    flags = {name for name, column in schema.columns.items() if column.metadata["unit"] == "true/false"}
    asked = {name for name in schema.columns if name.startswith(("is_", "has_"))} | {"override_applied"}
    assert flags == asked & set(schema.columns)


def test_conforming_reports_every_finding_at_once():
    bad = pd.DataFrame(
        {
            "engineer_id": ["ana", "ana"],
            "leave_date": [day("2026-11-02"), day("2026-11-02")],
            "leave_hours": [-1.0, float("nan")],
        }
    )
    with pytest.raises(pa.errors.SchemaErrors) as caught:
        conform(bad, Leave)
    assert {str(check).split("(")[0] for check in caught.value.failure_cases["check"]} >= {
        "not_nullable",
        "greater_than_or_equal_to",
        "multiple_fields_uniqueness",
    }


def test_conforming_orders_columns_and_leaves_the_argument_alone():
    given = leave(("ana", "2026-11-02", 8.0))
    shuffled = given[["leave_hours", "engineer_id", "leave_date"]].assign(note="dropped")
    conformed = conform(shuffled, Leave)
    assert list(conformed.columns) == ["engineer_id", "leave_date", "leave_hours"]
    assert "note" in shuffled.columns


def test_a_missing_column_is_an_error():
    with pytest.raises(KeyError):
        conform(leave(("ana", "2026-11-02", 8.0)).drop(columns="leave_hours"), Leave)


def test_missing_text_stays_missing():
    table = engineers().assign(pagerduty_user_id=None)
    assert conform(table, TABLES["engineers"])["pagerduty_user_id"].isna().all()
