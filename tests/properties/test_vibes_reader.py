"""Whatever a share hands over, the vibes reader answers with rows and problems."""

import csv
import io

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.vibes import HEADER, WEEK, leave_of, vibes_of

CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["ana", "ben", "mia", WEEK, "2026-W47", "46342", "0001-01-01T00:00:00+14:00", "9999-12-31", "4", "4/5"]
    ),
)
PIECES = st.one_of(
    st.sampled_from(
        [HEADER.encode(), b"\n", b"\r", b",", b";", b"\t", b'"', b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"PK"]
    ),
    st.binary(max_size=8),
    CELLS.map(lambda text: text.encode("utf-8", "surrogatepass")),
)
LINES = st.lists(CELLS.map(lambda text: text.replace('"', "")), min_size=4, max_size=4).map(",".join)


@settings(max_examples=40, deadline=None)
@given(st.lists(PIECES, max_size=40).map(b"".join))
def test_no_bytes_make_the_reader_fail(content: bytes) -> None:
    cleaned = vibes_of(content)
    assert cleaned.rows_used + cleaned.rows_rejected <= cleaned.rows_read
    assert (cleaned.problems["severity"] == "error").any() or cleaned.rows_rejected == 0


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=7, max_size=7), max_size=6))
def test_no_cells_make_the_reader_fail_and_no_row_is_lost_in_silence(table: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([HEADER.split(","), *table])
    cleaned = vibes_of(out.getvalue().encode("utf-8", "replace"))
    assert cleaned.rows_used + cleaned.rows_rejected <= cleaned.rows_read
    told = set(cleaned.problems.loc[cleaned.problems["severity"] == "error", "line"])
    assert len(told) >= cleaned.rows_rejected


@settings(max_examples=25, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=500))
def test_a_note_comes_back_as_it_was_typed(note: str) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([HEADER.split(","), [WEEK, "ana", "4", note, "", "", ""]])
    cleaned = vibes_of(out.getvalue())
    kept = cleaned.vibes["note"].tolist()
    assert kept == [note.strip()] if note.strip() else cleaned.vibes["note"].isna().all()


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.lists(CELLS.map(lambda text: text.replace('"', "")), min_size=4, max_size=4).map(",".join), max_size=4)
)
def test_no_cells_make_the_leave_reader_fail(lines: list[str]) -> None:
    cleaned = leave_of(*[line.encode("utf-8", "replace").decode() for line in lines])
    assert (cleaned.leave["leave_hours"] > 0).all()
