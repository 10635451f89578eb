"""Reading the share: what is read, what is passed over, what becomes of a file that cannot be read."""

import os
from pathlib import Path

import pytest

from flows.sources.vibes import InputRead, from_archive, read_decisions, read_leave, read_vibes, to_archive
from tests.builders.vibes import WEEK, rows

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
    for name in ("leave.csv", "decisions.csv", "problems_vibes.csv"):
        (tmp_path / name).write_text("x")
    (tmp_path / "vibes_old.csv").mkdir()
    read = read_vibes(tmp_path, never)
    assert [file.name for file in read.files] == ["vibes.csv"]
    assert {severity for _, _, severity in told(read)} == {"info"}
    assert {file for file, _, _ in told(read)} == {"~$vibes.csv", ".~lock.vibes.csv#", "._vibes.csv", "vibes.csv.tmp"}


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


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a POSIX system")
def test_a_file_being_written_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "vibes.csv"
    path.write_text(GOOD)

    class Growing(type(path)):  # type: ignore[misc]
        """The first read finds more bytes than the file had before."""

        def read_bytes(self) -> bytes:
            content = super().read_bytes()
            if content == GOOD.encode():
                self.write_text(rows(f"{WEEK},ana,4,solid", f"{WEEK},ben,5"))
                os.utime(self, ns=(1, 1))
            return content

    class Folder(type(path)):  # type: ignore[misc]
        def iterdir(self) -> list[Path]:  # type: ignore[override]
            return [Growing(path)]

    waits: list[float] = []
    read = read_vibes(Folder(tmp_path), waits.append)
    assert len(read.sheets[0].rows) == 2
    assert len(waits) == 1


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
