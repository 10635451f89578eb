"""The data dictionary says everything that the schemas say."""

from flows.publish.dictionary import dictionary_markdown, dictionary_tables
from transforms.schemas.registry import TABLES


def test_every_table_has_grain_key_and_all_its_columns_described() -> None:
    tables = {table.name: table for table in dictionary_tables()}
    assert list(tables) == list(TABLES)
    for name, table in tables.items():
        assert table.grain, name
        assert [column.name for column in table.columns] == list(TABLES[name].to_schema().columns)
        assert all(column.description and column.unit for column in table.columns), name


def test_a_column_says_type_missing_values_and_what_it_may_hold() -> None:
    statuses = next(table for table in dictionary_tables() if table.name == "statuses")
    columns = {column.name: column for column in statuses.columns}
    assert columns["status"].values == "one of green, yellow, red, unknown"
    assert columns["override_by"].may_be_missing
    assert columns["week_start"].kind == "date"
    assert columns["weeks_in_status"].values == "at least 1"


def test_the_text_file_has_a_row_for_each_column() -> None:
    text = dictionary_markdown()
    for table in dictionary_tables():
        assert f"## {table.name}\n" in text
        for column in table.columns:
            assert f"| `{column.name}` | {column.kind}" in text
