"""The store keeps what it is given, whole or not at all, and the same rows as the same bytes."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pandera.errors
import pytest

from flows.store import published, runs
from flows.store.files import write_atomically
from flows.store.layout import Layout
from flows.store.raw import Collection, recorded
from flows.store.tables import TableStore
from flows.workspace import utc_now

W46, W47 = pd.Timestamp("2026-11-09"), pd.Timestamp("2026-11-16")


@dataclass(frozen=True)
class Answer:
    method: str = "GET"
    target: str = "/rest/api/3/myself"
    request_body: bytes = b""
    response_body: bytes = b'{"accountId": "a"}'
    status: int = 200


def leave(*rows: tuple[str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["engineer_id", "leave_date", "leave_hours"])


def test_rows_come_back_with_their_types(tmp_path: Path) -> None:
    store = TableStore(Layout(tmp_path))
    store.write("leave", W47, leave(("ana", "2026-11-16", 8)))
    row = store.read("leave").iloc[0]
    assert (row["engineer_id"], row["leave_date"], row["leave_hours"]) == ("ana", W47, 8.0)


def test_the_same_rows_in_another_order_change_no_byte(tmp_path: Path) -> None:
    store = TableStore(Layout(tmp_path))
    rows = leave(("ana", "2026-11-16", 8), ("ben", "2026-11-16", 4))
    assert store.write("leave", W47, rows)
    assert not store.write("leave", W47, rows.iloc[::-1])


def test_a_read_takes_the_weeks_asked_for(tmp_path: Path) -> None:
    store = TableStore(Layout(tmp_path))
    store.write("leave", W46, leave(("ana", "2026-11-09", 8)))
    store.write("leave", W47, leave(("ben", "2026-11-16", 8)))
    assert list(store.weeks("leave")) == [W46, W47]
    assert list(store.read("leave", last=W46)["engineer_id"]) == ["ana"]
    assert list(store.read("leave", first=W47)["engineer_id"]) == ["ben"]


def test_rewriting_a_week_is_seen_by_the_next_read(tmp_path: Path) -> None:
    store = TableStore(Layout(tmp_path))
    store.write("leave", W47, leave(("ana", "2026-11-16", 8)))
    store.read("leave")
    store.write("leave", W47, leave(("ben", "2026-11-16", 4)))
    assert list(store.read("leave")["engineer_id"]) == ["ben"]
    assert list(TableStore(Layout(tmp_path)).read("leave")["engineer_id"]) == ["ben"]


def test_rows_that_break_the_schema_are_refused_and_the_old_ones_stay(tmp_path: Path) -> None:
    store = TableStore(Layout(tmp_path))
    store.write("leave", W47, leave(("ana", "2026-11-16", 8)))
    with pytest.raises(pandera.errors.SchemaErrors):
        store.write("leave", W47, leave(("ana", "2026-11-16", -1)))
    assert list(store.read("leave")["leave_hours"]) == [8.0]


def test_a_table_nobody_wrote_is_empty_but_typed(tmp_path: Path) -> None:
    frame = TableStore(Layout(tmp_path)).read("pages")
    assert frame.empty
    assert str(frame["paged_at"].dtype) == "datetime64[us, UTC]"


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "kept.txt"
    write_atomically(path, b"old")
    with pytest.raises(TypeError):
        write_atomically(path, "text, not bytes")  # type: ignore[arg-type]
    assert path.read_bytes() == b"old"
    assert [one.name for one in tmp_path.iterdir()] == ["kept.txt"]


def test_a_collection_can_be_read_again_by_request(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    collection = Collection(layout, "jira", "a-window")
    posted = Answer("POST", "/rest/api/3/worklog/list", b'{"ids": [1]}', b"[]")
    collection.record(Answer())
    collection.record(posted)
    answers = recorded(layout, collection.close())
    assert answers.answer("GET", "/rest/api/3/myself", "") == (200, Answer().response_body)
    assert answers.answer("POST", posted.target, hashlib.sha256(posted.request_body).hexdigest()) == (200, b"[]")
    assert answers.answer("GET", posted.target, "") is None


def test_a_later_collection_of_the_same_window_does_not_take_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    closed = []
    for body in (b'{"worklogs": 1}', b'{"worklogs": 2}'):
        collection = Collection(layout, "jira", "a-window")
        collection.keep("GET", "/x", body)
        closed.append(collection.close())
    bodies = [recorded(layout, index).bodies("GET")["/x"] for index in closed]
    assert bodies == [b'{"worklogs": 1}', b'{"worklogs": 2}']


def test_the_same_body_is_kept_once_and_the_order_of_arrival_changes_no_byte(tmp_path: Path) -> None:
    answers = [Answer(target="/a"), Answer(target="/b")]
    for folder, order in (("one", answers), ("two", answers[::-1])):
        collection = Collection(Layout(tmp_path / folder), "jira", "w")
        for answer in order:
            collection.record(answer)
        collection.close()
    one, two = (
        {p.relative_to(tmp_path / f): p.read_bytes() for p in sorted((tmp_path / f).rglob("*.*"))}
        for f in ("one", "two")
    )
    assert one == two
    assert len(list((tmp_path / "one" / "raw" / "objects").rglob("*.gz"))) == 2  # the body, and the index


def _rendered(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "index.html").write_text(text)
    return folder


def _frozen(layout: Layout, *edition: str) -> str:
    return (published.frozen_months(layout, *edition)["2026-10"] / "index.html").read_text()


def test_a_frozen_month_is_never_replaced_what_differs_becomes_its_next_revision(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "data")
    for text in ("first", "first", "second", "third", "third"):
        published.freeze_month(layout, "2026-10", _rendered(tmp_path / "rendered", text))
    assert _frozen(layout) == "third"
    kept = sorted(path.read_text() for path in layout.monthly_pages("everyone-named").rglob("index.html"))
    assert kept == ["first", "second", "third"]


def test_each_edition_and_each_way_to_show_people_keeps_months_of_its_own(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "data")
    ways = [("everyone", "named"), ("everyone", "initials"), ("managers", "named")]
    published.freeze_month(layout, "2026-10", _rendered(tmp_path / "rendered", "everyone named"), *ways[0])
    assert [published.frozen_months(layout, *way).keys() for way in ways[1:]] == [set(), set()]
    for way in ways[1:]:
        published.freeze_month(layout, "2026-10", _rendered(tmp_path / "rendered", " ".join(way)), *way)
    assert [_frozen(layout, *way) for way in ways] == [" ".join(way) for way in ways]
    assert published.months_of_any_edition(layout) == {"2026-10"}


def test_a_month_of_an_older_version_counts_for_the_way_in_which_people_were_shown_then(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "data")
    layout.monthly_pages().mkdir(parents=True)
    _rendered(layout.monthly_page("2026-10"), "as it was")
    assert _frozen(layout) == "as it was"
    published.keep_week_view(layout, pd.Timestamp("2026-10-19"), {"people": "initials"})
    assert _frozen(layout, "everyone", "initials") == "as it was"
    assert published.frozen_months(layout) == published.frozen_months(layout, "managers", "named") == {}
    published.freeze_month(layout, "2026-10", _rendered(tmp_path / "rendered", "revised"), "everyone", "initials")
    assert _frozen(layout, "everyone", "initials") == "revised"
    assert (layout.monthly_page("2026-10", "everyone-initials") / "index.html").read_text() == "as it was"


def test_each_edition_keeps_the_views_of_its_weeks(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    published.keep_week_view(layout, W47, {"title": "all"})
    published.keep_week_view(layout, W47, {"title": "managers"}, "managers")
    assert published.week_views(layout) == {"2026-W47": {"title": "all"}}
    assert published.week_views(layout, "managers") == {"2026-W47": {"title": "managers"}}


def test_week_views_come_back_by_iso_week(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    published.keep_week_view(layout, W47, {"title": "é"})
    published.keep_week_view(layout, W46, {"title": "older"})
    assert list(published.week_views(layout)) == ["2026-W46", "2026-W47"]
    assert published.week_views(layout)["2026-W47"] == {"title": "é"}


def test_the_newest_run_record_is_found(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    assert runs.last_run(layout) is None
    runs.write_run(layout, utc_now(), "weekly", {"pages": 1})
    runs.write_run(layout, utc_now(), "weekly", {"pages": 2})
    newest = runs.last_run(layout)
    assert newest is not None
    assert newest["pages"] == 2
