"""Reading the share: what is read, what is passed over, what becomes of a file that cannot be read."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.sources.vibes import InputRead, from_archive, read_decisions, read_leave, read_vibes, to_archive
from tests.builders.vibes import NEXT_WEEK, WEEK, rows

GOOD = rows(f"{WEEK},ana,4,solid")


def told(read: InputRead) -> list[tuple[str, str, str]]:
    return [(found.file, found.rule, found.severity) for sheet in read.sheets for found in sheet.problems]


def never(seconds: float) -> None:
    raise AssertionError("nothing here is worth waiting for")


def test_a_missing_folder_or_file_is_a_failed_source_not_a_crash(tmp_path: Path) -> None:
    for read in (read_vibes(tmp_path / "none"), read_vibes(tmp_path), read_leave(tmp_path)):
        assert read.state == "failed"
        assert read.message
        assert str(tmp_path) not in read.message, "the sentence is for the page"


def test_every_vibes_file_is_read_in_order_of_name(tmp_path: Path) -> None:
    names = ["Vibes_mia.CSV", "vibes - Copy.csv", "vibes (Sam's conflicted copy 2026-11-20).csv", "vibes.csv"]
    for name in names:
        (tmp_path / name).write_text(GOOD)
    read = read_vibes(tmp_path, never)
    assert (read.state, read.message) == ("ok", "4 vibes files read.")
    assert [file.name for file in read.files] == sorted(names)
    assert read.files[0].content == GOOD.encode()
    assert len(read.files[0].sha256) == 64
    assert told(read) == []


def test_what_programs_leave_behind_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "vibes.csv").write_text(GOOD)
    for name in ("~$vibes.csv", ".~lock.vibes.csv#", "._vibes.csv", "vibes.csv.tmp", ".DS_Store", "desktop.ini"):
        (tmp_path / name).write_bytes(b"\x00\x01")
    for name in ("leave.csv", "decisions.csv", "problems_vibes.csv", "problems_vibes.csv.tmp", "budget.xlsx"):
        (tmp_path / name).write_text("x")
    read = read_vibes(tmp_path, never)
    assert [file.name for file in read.files] == ["vibes.csv"]
    assert sorted(told(read)) == [
        (".DS_Store", "V019", "info"),
        ("._vibes.csv", "V019", "info"),
        (".~lock.vibes.csv#", "V019", "info"),
        ("desktop.ini", "V019", "info"),
        ("vibes.csv.tmp", "V019", "info"),
        ("~$vibes.csv", "V019", "info"),
    ]


@pytest.mark.parametrize(
    "name",
    ["vbies.csv", "vibes.xlsx", "vibes.csv.txt", "Vibes week 47.numbers", "decisions.ods", "leave.xls", "mia.csv"],
)
def test_what_was_meant_to_be_read_is_not_passed_over_in_silence(name: str, tmp_path: Path) -> None:
    (tmp_path / "vibes.csv").write_text(GOOD)
    (tmp_path / name).write_text(GOOD)
    assert told(read_vibes(tmp_path, never)) == [(name, "V019", "warning")]
    (tmp_path / "vibes.csv").unlink()
    alone = read_vibes(tmp_path, never)
    assert alone.state == "failed"
    assert told(alone) == [(name, "V019", "warning")]


def test_a_folder_that_is_named_like_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "vibes.csv").write_text(GOOD)
    for name in ("vibes_old.csv", "archive.csv"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "vibes_inside.csv").write_text(GOOD)
    (tmp_path / "vibes_link.csv").symlink_to(tmp_path / "vibes_old.csv")
    read = read_vibes(tmp_path, never)
    assert [file.name for file in read.files] == ["vibes.csv"]
    assert told(read) == [(name, "V019", "warning") for name in ("archive.csv", "vibes_link.csv", "vibes_old.csv")]


@pytest.mark.parametrize(
    "name",
    [
        "vibes d\u2019e\u0301quipe.csv",
        "vibes " + "long " * 45 + ".csv",
        "vibes;,'\"\n.csv",
        "VIBES.CSV",
        "vibes\u00e9.csv",
    ],
)
def test_a_file_is_read_whatever_its_name_holds(name: str, tmp_path: Path) -> None:
    deep = tmp_path / ("folder " * 30) / ("folder " * 30)
    deep.mkdir(parents=True)
    (deep / name).write_text(GOOD)
    (deep / name).chmod(0o444)
    read = read_vibes(deep, never)
    assert (read.state, [len(sheet.rows) for sheet in read.sheets]) == ("ok", [1])
    assert from_archive("vibes", to_archive(read)) == read


# -- templates that nobody has filled in -------------------------------------------------------------------------------

UNFILLED = rows(f"{NEXT_WEEK},ana,,,mia,,", f"{NEXT_WEEK},ben,-,,mia,,")


def test_a_template_changes_nothing_until_somebody_fills_it_in(tmp_path: Path) -> None:
    (tmp_path / "vibes.csv").write_text(GOOD)
    before = read_vibes(tmp_path, never)
    template = tmp_path / "vibes_2026-W48.csv"
    template.write_text(UNFILLED)
    beside = read_vibes(tmp_path, never)
    assert (beside.state, beside.message) == (before.state, before.message) == ("ok", "1 vibes file read.")
    assert told(beside) == []
    assert from_archive("vibes", to_archive(beside)) == beside
    template.write_text(UNFILLED.replace("ben,-,", "ben,5,"))
    assert read_vibes(tmp_path, never).message == "2 vibes files read."


def test_a_template_alone_is_as_no_file(tmp_path: Path) -> None:
    before = read_vibes(tmp_path, never)
    (tmp_path / "vibes_2026-W48.csv").write_text(UNFILLED)
    alone = read_vibes(tmp_path, never)
    assert (alone.state, alone.message) == (before.state, before.message)
    assert alone.message == "No vibes file of the vibes folder has a row filled in yet."
    assert told(alone) == []


def test_a_template_does_not_make_a_lost_source_late(tmp_path: Path) -> None:
    (tmp_path / "vibes_2026-W48.csv").write_text(UNFILLED)
    (tmp_path / "vibes.csv").write_bytes(b"PK\x03\x04")
    assert read_vibes(tmp_path, never).state == "failed"


def test_files_without_rows_are_not_counted(tmp_path: Path) -> None:
    (tmp_path / "vibes.csv").write_text(rows())
    read = read_vibes(tmp_path, never)
    assert (read.state, read.message) == ("ok", "No vibes file has a row yet.")
    (tmp_path / "vibes_mia.csv").write_text(rows("please return by Friday", f"{WEEK};ana;4"))
    assert read_vibes(tmp_path, never).message == "1 vibes file read."


def test_a_score_in_the_wrong_cell_of_a_template_is_a_row_of_it(tmp_path: Path) -> None:
    (tmp_path / "vibes_2026-W48.csv").write_text(UNFILLED.replace("ben,-,,mia", "ben,-,,5"))
    read = read_vibes(tmp_path, never)
    assert [row.cells["manager"] for row in read.sheets[0].rows] == ["mia", "5"], "handed on, to be told"


# -- while somebody writes ---------------------------------------------------------------------------------------------

OTHER = GOOD.replace("4", "2")


def folder_of(path: Path, during: Callable[[Path], None]) -> Path:
    """The folder of a file with which something happens while it is read: after its bytes were read."""

    class Busy(type(path)):  # type: ignore[misc]
        def read_bytes(self) -> bytes:
            content = super().read_bytes()
            during(path)
            return bytes(content)

    class Folder(type(path)):  # type: ignore[misc]
        def iterdir(self) -> list[Path]:  # type: ignore[override]
            return [Busy(path)]

    return Folder(path.parent)


def replaced_by(content: str) -> Callable[[Path], None]:
    """Replaces a file as a sync tool does: by another one, as old and, where the text is, as long."""

    def replace(path: Path) -> None:
        if path.read_text() == content:
            return
        other = path.with_suffix(".new")
        other.write_text(content)
        before = path.stat()
        os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
        other.replace(path)

    return replace


def test_a_file_replaced_while_it_is_read_is_read_again_be_it_as_long_and_as_old(tmp_path: Path) -> None:
    path = tmp_path / "vibes.csv"
    path.write_text(GOOD)
    waits: list[float] = []
    read = read_vibes(folder_of(path, replaced_by(OTHER)), waits.append)
    assert read.files[0].content == OTHER.encode()
    assert len(waits) == 1


def test_a_file_written_in_place_while_it_is_read_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "vibes.csv"
    path.write_text(GOOD)
    rewritten: list[float] = []

    def rewrite(path: Path) -> None:
        if not rewritten:
            rewritten.append(1)
            path.write_text(OTHER)
            os.utime(path, ns=(1, 1))

    read = read_vibes(folder_of(path, rewrite), lambda _: None)
    assert read.files[0].content == OTHER.encode()


def test_a_file_that_never_rests_is_late_and_nothing_of_it_is_used(tmp_path: Path) -> None:
    path = tmp_path / "vibes.csv"
    path.write_text(GOOD)
    (tmp_path / "vibes_b.csv").write_text(GOOD)
    turns = iter(range(9))
    waits: list[float] = []
    read = read_vibes(folder_of(path, lambda path: os.utime(path, ns=(next(turns),) * 2)), waits.append)
    assert (read.state, read.files) == ("failed", ())
    assert told(read) == [("vibes.csv", "V019", "warning")]
    assert "it is being written" in read.message
    assert len(waits) == 2


def test_a_locked_file_is_tried_three_times_then_late(tmp_path: Path) -> None:
    path = tmp_path / "vibes.csv"
    path.write_text(GOOD)
    tries: list[Path] = []

    def locked(path: Path) -> None:
        tries.append(path)
        raise PermissionError(13, "Permission denied")

    waits: list[float] = []
    read = read_vibes(folder_of(path, locked), waits.append)
    assert (len(tries), len(waits)) == (3, 2)
    assert told(read) == [("vibes.csv", "V019", "warning")]
    assert "Permission denied" in read.message


def test_a_file_that_is_replaced_all_the_time_is_never_read_in_pieces(tmp_path: Path) -> None:
    path = tmp_path / "vibes.csv"
    versions = [rows(*[f"{WEEK},ana,{score},solid"] * 2_000) for score in (2, 4)]
    path.write_text(versions[0])
    stop = threading.Event()

    def keep_replacing() -> None:
        while not stop.is_set():
            for version in versions:
                replaced_by(version)(path)
                stop.wait(0.005)

    writer = threading.Thread(target=keep_replacing)
    writer.start()
    try:
        reads = [read_vibes(tmp_path, lambda _: None) for _ in range(10)]
    finally:
        stop.set()
        writer.join()
    found = {file.content for read in reads for file in read.files if file.name == "vibes.csv"}
    assert found
    assert found <= {version.encode() for version in versions}


def test_decisions_are_read_from_every_file_that_is_named_so(tmp_path: Path) -> None:
    text = "engineer_id,review_week,decision,why\nana,2026-W42,agree,yes\n"
    for name in ("decisions.csv", "Decisions_mia.CSV", "decisions (1).csv", "~$decisions.csv", "decisions.csv.tmp"):
        (tmp_path / name).write_text(text)
    (tmp_path / "decisions_old.csv").mkdir()
    read = read_decisions(tmp_path, never)
    assert read is not None
    assert (read.state, read.message) == ("ok", "3 decisions files read.")
    assert [file.name for file in read.files] == ["Decisions_mia.CSV", "decisions (1).csv", "decisions.csv"]
    assert from_archive("decisions", to_archive(read)) == read


def test_without_decisions_nothing_is_missing_but_a_share_that_is_gone_is_told(tmp_path: Path) -> None:
    assert read_decisions(tmp_path) is None
    gone = read_decisions(tmp_path / "none")
    assert gone is not None
    assert (gone.state, "stay as they were" in gone.message) == ("failed", True)


def test_a_decisions_file_that_cannot_be_used_is_told_and_the_others_count(tmp_path: Path) -> None:
    (tmp_path / "decisions.csv").write_bytes(b"PK\x03\x04")
    only = read_decisions(tmp_path, never)
    assert only is not None
    assert only.state == "failed"
    (tmp_path / "decisions_mia.csv").write_text("engineer_id,review_week,decision\n")
    both = read_decisions(tmp_path, never)
    assert both is not None
    assert both.state == "late"


def test_a_csv_with_another_name_is_not_lost_in_silence(tmp_path: Path) -> None:
    (tmp_path / "vibes.csv").write_text(GOOD)
    (tmp_path / "vbies.csv").write_text(GOOD)
    assert told(read_vibes(tmp_path, never)) == [("vbies.csv", "V019", "warning")]


def test_a_refused_file_makes_the_source_late_and_the_others_count(tmp_path: Path) -> None:
    (tmp_path / "vibes.csv").write_text(GOOD)
    (tmp_path / "vibes_mia.csv").write_bytes(b"PK\x03\x04")
    read = read_vibes(tmp_path, never)
    assert read.state == "late"
    assert "vibes_mia.csv: this is a workbook" in read.message
    assert [len(sheet.rows) for sheet in read.sheets] == [1, 0]


def test_if_no_file_can_be_used_the_source_has_failed(tmp_path: Path) -> None:
    (tmp_path / "vibes.csv").write_bytes(b"<html>login</html>")
    read = read_vibes(tmp_path, never)
    assert read.state == "failed"
    assert "login page" in read.message


def test_an_empty_file_is_read_and_said(tmp_path: Path) -> None:
    (tmp_path / "vibes.csv").write_bytes(b"")
    read = read_vibes(tmp_path, never)
    assert read.state == "ok"
    assert told(read) == [("vibes.csv", "V021", "warning")]


def test_a_file_that_cannot_be_opened_is_tried_again_then_late(tmp_path: Path) -> None:
    (tmp_path / "vibes.csv").write_text(GOOD)
    (tmp_path / "vibes_gone.csv").symlink_to(tmp_path / "nowhere.csv")
    waits: list[float] = []
    read = read_vibes(tmp_path, waits.append)
    assert read.state == "late"
    assert told(read) == [("vibes_gone.csv", "V019", "warning")]
    assert len(waits) == 2


def test_a_file_that_was_locked_a_moment_ago_is_read(tmp_path: Path) -> None:
    link = tmp_path / "vibes.csv"
    link.symlink_to(tmp_path / "real.txt")
    read = read_vibes(tmp_path, lambda _: (tmp_path / "real.txt").write_text(GOOD) and None)
    assert read.state == "ok"
    assert len(read.sheets[0].rows) == 1


def test_archived_files_are_read_as_they_were_then(tmp_path: Path) -> None:
    (tmp_path / "vibes.csv").write_text(rows(f"{WEEK},ana,4,solid", f"{WEEK},ana,9"))
    read = read_vibes(tmp_path, never)
    assert from_archive("vibes", to_archive(read)) == read


def test_what_was_said_of_files_that_were_not_read_is_archived_too(tmp_path: Path) -> None:
    (tmp_path / "vibes.csv").write_text(GOOD)
    (tmp_path / "vibes_old.csv").write_text("who,what\n")
    (tmp_path / "notes.csv").write_text("for ana\n")
    read = read_vibes(tmp_path, never)
    assert read.state == "late"
    assert from_archive("vibes", to_archive(read)) == read


def test_why_somebody_is_away_is_kept_nowhere(tmp_path: Path) -> None:
    lines = [
        "engineer_id,from_date,to_date,hours_per_day,reason",
        'ana,2026-11-16,,8,"flu,\nand fever"',
        "ben,2026-11-17,,,surgery",
        "ben,2026-11-18,,,surgery,again",
    ]
    (tmp_path / "leave.csv").write_text("\n".join(lines))
    read = read_leave(tmp_path, never)
    everything = repr(read)
    assert not any(word in everything for word in ("flu", "fever", "surgery", "again"))
    assert [row.line for row in read.sheets[0].rows] == [2, 4]
    assert told(read) == [("leave.csv", "V018", "warning"), ("leave.csv", "V014", "error")]
    archived = from_archive("leave", to_archive(read)).sheets
    assert told(from_archive("leave", to_archive(read))) == told(read)
    assert [row.line for row in archived[0].rows] == [2, 4]
    assert archived[0].rows[0].cells == {
        "engineer_id": "ana",
        "from_date": "2026-11-16",
        "to_date": "",
        "hours_per_day": "8",
    }


def test_a_leave_file_that_is_refused_is_not_archived(tmp_path: Path) -> None:
    (tmp_path / "leave.csv").write_text("who,why\nana,flu\n")
    read = read_leave(tmp_path, never)
    assert read.state == "failed"
    assert read.files == ()
