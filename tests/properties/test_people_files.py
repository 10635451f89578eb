"""Whatever spreadsheets and people do to a vibes, decisions or leave file: no value ever changes its row or column,
and no row is lost without a word.

`pytest tests/properties/test_people_files.py --hypothesis-profile=campaign` tries many more files than the suite does.
"""

import re
from collections.abc import Mapping

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.builders.people_files import (
    KINDS,
    TAG,
    Kind,
    Outcome,
    Record,
    Values,
    damages,
    split,
    tables,
    writings,
)

# 40 in the suite, whose profile says 4; 3,000 in a campaign. Those that read six files in each: half as many.
many = settings(max_examples=10 * settings().max_examples)
some = settings(max_examples=5 * settings().max_examples)
FILE = "file.csv"
kinds = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


def read(kind: Kind, content: bytes) -> Outcome:
    return kind.read({FILE: content})


def named(header: list[str], record: Record, kind: Kind, delimiter: str) -> dict[str, str]:
    """The cells of a record by column; cells beyond the last column belong to the free text if that stands there."""
    cells = record.cells
    if any(cell.strip() for cell in cells[len(header) :]) and header[-1] == kind.text:
        cells = [*cells[: len(header) - 1], delimiter.join(cells[len(header) - 1 :]).rstrip(delimiter)]
    return {name: cell for name, cell in zip(header, cells, strict=False) if name}


def below_header(kind: Kind, records: list[Record]) -> tuple[list[str], list[Record]]:
    names = [["_".join(cell.replace("_", " ").casefold().split()) for cell in record.cells] for record in records]
    is_header = [set(kind.columns.required) <= set(heads) for heads in names]
    place = is_header.index(True)
    header = names[place]
    while not header[-1]:
        header.pop()
    return header, records[place + 1 :]


def without_places(outcome: Outcome) -> list[Values]:
    return sorted(outcome.rows.values(), key=lambda row: tuple(map(str, row.values())))


def without_lines(outcome: Outcome) -> list[list[str]]:
    columns = ["rule", "severity", "column", "found", "engineer_id"]
    return sorted(outcome.problems[columns].astype(str).to_numpy().tolist())


@kinds
@many
@given(data=st.data())
def test_every_cell_comes_back_however_a_spreadsheet_writes_the_table(kind: Kind, data: st.DataObject) -> None:
    table = data.draw(tables(kind))
    written = data.draw(writings(table))
    outcome = read(kind, written.content)
    filled = [row for row in table if any(row.get(name, "").strip() for name in kind.given)]
    wanted = {row["engineer_id"]: kind.meaning(row) for row in filled if not contradicts_itself(row)}
    assert {row["engineer_id"]: row for row in outcome.rows.values()} == wanted
    lines = {record.line: record.cells for record in split(written.text, written.delimiter)}
    assert all(row["engineer_id"] in lines[line] for (_, line), row in outcome.rows.items())


def contradicts_itself(row: Mapping[str, str]) -> bool:
    """Leave that ends before it begins."""
    return bool(row.get("to_date")) and row["to_date"] < row["from_date"]


@kinds
@many
@given(data=st.data())
def test_one_damaged_character_shifts_no_value_and_loses_no_row_unsaid(kind: Kind, data: st.DataObject) -> None:
    table = data.draw(tables(kind))
    written = data.draw(writings(table))
    text = data.draw(damages(written))
    try:
        outcome = read(kind, type(written)(text, written.delimiter, written.encoding, written.line_end).content)
    except UnicodeEncodeError:
        assume(False)
    told = outcome.lines_told()
    if 0 in told and not outcome.rows:
        return  # the file was refused as a whole
    if "V018" in set(outcome.problems["rule"]) and not set(table[0]) - set(kind.columns.names):
        return  # a column whose name was damaged is told with the header
    records = split(text, written.delimiter)
    try:
        header, body = below_header(kind, records)
    except ValueError:
        assert not outcome.rows
        assert outcome.has_complaint()
        return
    cells = {record.line: named(header, record, kind, written.delimiter) for record in body}
    for (_, line), row in outcome.rows.items():
        assert row == kind.meaning(cells[line])
    cut = min(outcome.problems.loc[outcome.problems["rule"] == "V015", "line"], default=len(text))
    for record in body:
        is_known = record.line in told or (FILE, record.line) in outcome.rows or record.line >= cut
        assert is_known or says_nothing(kind, cells[record.line], record)
    before = {row["engineer_id"]: kind.meaning(row) for row in table if not contradicts_itself(row)}
    if not outcome.has_complaint():
        widths = {record.line: len(record.cells) for record in body}
        for (_, line), row in outcome.rows.items():
            meant = before[row["engineer_id"]]
            # Without the separator behind it a text runs into the next cell, and no reader knows where it ended.
            is_run_on = widths[line] < len(header) and str(row.get(kind.text)).startswith(meant.get(kind.text) or "-")
            assert is_run_on or same_but_for_a_sign(row, meant, kind)


def says_nothing(kind: Kind, cells: dict[str, str], record: Record) -> bool:
    """A row not filled in: all that it may say is a week, and somebody whom the config may have known once."""
    if not any(cell.strip() for cell in record.cells):
        return True
    if any(cells.get(name, "").strip() for name in kind.given) or any(TAG in cell for cell in record.cells):
        return False
    week = next(name for name in kind.columns.required if "week" in name)
    is_somebody = re.fullmatch("[a-z]*", cells.get("engineer_id", "").strip()) is not None
    return is_somebody and cells.get(week, "").strip()[:4] in ("", "2026")


def same_but_for_a_sign(row: Values, before: Values, kind: Kind) -> bool:
    """The damage may be a sign in the free text, which no reader can tell from what was meant."""
    others = [name for name in row if name != kind.text]
    if any(row[name] != before[name] for name in others):
        return False
    one, other = (str(values.get(kind.text) or "") for values in (row, before))
    short, long = sorted((one, other), key=len)
    return any(short.strip() == (long[:at] + long[at + n :]).strip() for n in (0, 1, 2) for at in range(len(long) + 1))


@kinds
@some
@given(data=st.data())
def test_the_order_of_rows_and_files_changes_nothing(kind: Kind, data: st.DataObject) -> None:
    table = data.draw(tables(kind, least=2))
    others = [{**row, **changed} for row, changed in zip(table, data.draw(tables(kind)), strict=False)]
    rows = [*table, *({name: row[name] for name in table[0]} for row in others)]
    mixed = data.draw(st.permutations(rows))
    one, other = (data.draw(writings(order)).content for order in (rows, mixed))
    assert without_places(read(kind, one)) == without_places(read(kind, other))
    files = {"one.csv": data.draw(writings(table)).content, "two.csv": data.draw(writings(others)).content}
    forward, backward = kind.read(files), kind.read(dict(reversed(files.items())))
    assert without_places(forward) == without_places(backward)
    assert without_lines(forward) == without_lines(backward)


@kinds
@many
@given(data=st.data())
def test_a_bad_row_at_the_end_changes_no_other_row(kind: Kind, data: st.DataObject) -> None:
    table = data.draw(tables(kind))
    written = data.draw(writings(table))
    assume(next(iter(table[0])) in kind.columns.names)  # what stands in an unknown column is told with its header
    bad = data.draw(
        st.sampled_from(["nonsense", "{0}" * 30 + "x", "zed{0}zed{0}zed{0}zed", "=1+1{0}4/5{0}######", "x{0}" * 12])
    ).format(written.delimiter)
    more = type(written)(written.text + bad + written.line_end, *list(vars(written).values())[1:])
    before, after = read(kind, written.content), read(kind, more.content)
    assert after.rows == before.rows
    last = written.text.count(written.line_end) + 1
    assert last in after.lines_told() or last < max(after.lines_told())
    both = [problem.problems[["line", "rule", "message"]].to_numpy().tolist() for problem in (before, after)]
    assert all(problem in both[1] for problem in both[0])


@kinds
@many
@given(
    content=st.lists(st.one_of(st.binary(max_size=6), st.sampled_from([b'"', b",", b"\n", b"\r", b";"]))).map(b"".join)
)
def test_no_bytes_below_a_header_make_a_reader_fail(kind: Kind, content: bytes) -> None:
    header = ",".join(kind.columns.names).encode()
    outcome = read(kind, header + b"\n" + content)
    assert not outcome.rows or outcome.problems is not None
