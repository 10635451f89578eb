"""The data dictionary says everything that the definitions and schemas say, in the file as on the page."""

import re
from collections import defaultdict
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.cli import app
from flows.publish.dictionary import (
    DICTIONARY_FILE,
    UNITS,
    dictionary_markdown,
    dictionary_metrics,
    dictionary_tables,
)
from tests.conftest import ROOT
from tests.site.conftest import Site
from transforms.definitions import METRIC_DEFINITIONS
from transforms.parameters import DecisionParameters
from transforms.schemas.registry import TABLES
from transforms.vocabulary import METRICS

# One name for two quantities, known and left: the names are published, or come from the exchange table.
TWO_MEANINGS = {
    "sprint_id": "the vendor's id where sprints are kept; in readings the exchange table's ordered number",
    "value": "of an issue's field, as text; of a signal's window",
    "rule": "the id of a rule of the input; the word for a rule of the status",
}


def test_the_committed_file_is_fresh() -> None:
    is_fresh = (ROOT / DICTIONARY_FILE).read_text(encoding="utf-8") == dictionary_markdown()
    assert is_fresh, f"{DICTIONARY_FILE} is stale; write it anew with: tenfour dictionary --write (or make fix)"


def test_the_command_prints_the_dictionary_and_writes_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    printed = CliRunner().invoke(app, ["dictionary"])
    assert printed.stdout == dictionary_markdown()
    assert not (tmp_path / DICTIONARY_FILE).exists()
    written = CliRunner().invoke(app, ["dictionary", "--write"])
    assert written.stdout.strip() == str(DICTIONARY_FILE)
    assert (tmp_path / DICTIONARY_FILE).read_text(encoding="utf-8") == printed.stdout


def test_every_table_has_grain_key_and_all_its_columns_described() -> None:
    tables = {table.name: table for table in dictionary_tables()}
    assert list(tables) == list(TABLES)
    for name, table in tables.items():
        assert table.grain, name
        assert [column.name for column in table.columns] == list(TABLES[name].to_schema().columns)
        assert all(column.description and column.unit for column in table.columns), name


def test_every_unit_is_a_known_one_and_every_known_one_is_used() -> None:
    assert {column.unit for table in dictionary_tables() for column in table.columns} == set(UNITS)


def test_one_name_has_one_unit_and_one_type_in_all_tables() -> None:
    meanings = defaultdict(set)
    for table in dictionary_tables():
        for column in table.columns:
            meanings[column.name].add((column.unit, column.kind))
    assert {name for name, found in meanings.items() if len(found) > 1} == set(TWO_MEANINGS)


def test_a_column_says_type_missing_values_and_what_it_may_hold() -> None:
    statuses = next(table for table in dictionary_tables() if table.name == "statuses")
    columns = {column.name: column for column in statuses.columns}
    assert columns["status"].values == "one of green, yellow, red, unknown"
    assert columns["override_by"].type == "text, may be missing"
    assert columns["week_start"].kind == "date"
    assert columns["weeks_in_status"].meaning.endswith("this one included (at least 1)")


def test_a_column_that_came_later_says_what_older_rows_hold() -> None:
    columns = {column.name: column for table in dictionary_tables() for column in table.columns}
    assert columns["n_missed_pages"].older_rows == "rows stored before this column: 0"
    assert columns["response_rate_pct"].older_rows == "rows stored before this column: missing"
    assert columns["is_vibes_changed"].older_rows == "rows stored before this column: false"
    assert columns["billable_pct"].older_rows == ""


def test_the_text_file_has_the_metrics_first_and_a_row_for_each_column() -> None:
    text = dictionary_markdown()
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    metrics = [f"{METRIC_DEFINITIONS[metric].title} (`{metric}`)" for metric in METRICS]
    assert headings == ["Data dictionary", "Metrics", *metrics, "Units", "Tables", *TABLES]
    for metric in dictionary_metrics(DecisionParameters()):
        for name, fact in metric.facts.items():
            assert f"- {name}: {fact}\n" in text
    for table in dictionary_tables():
        for column in table.columns:
            assert f"| `{column.name}` | {column.kind}" in text


def test_the_page_has_the_metrics_before_the_tables(site: Site) -> None:
    page = site.text("method/dictionary/index.html")
    places = [page.index(f'id="{name}"') for name in ("metrics", *(f"metric-{metric}" for metric in METRICS), *TABLES)]
    assert places == sorted(places)
