"""What a weekly run leaves in the managers' folder, and what the next run makes of it."""

import csv
import gzip
import io
import shutil
from pathlib import Path

import pandas as pd
import pytest

from flows.pipeline import Outcome
from flows.rebuild import rebuild_week
from flows.store.layout import Layout
from flows.store.tables import TableStore
from tests.builders.project import change_config, digests
from tests.builders.small_project import HEADER, NEXT_RUN, loaded, put, run, share_of, small_project

W46, W47 = pd.Timestamp("2026-11-09"), pd.Timestamp("2026-11-16")
NOTE, REASON, ILLNESS = "Said in confidence, of the divorce.", "He told me why, in private.", "knee surgery"
VIBES = [
    HEADER,
    f'2026-11-09,ana,4/5,"{NOTE}",mia,managers',
    "2026-11-09,ben,3,fine,mia,everyone",
    "2026-11-09,-1+1,2,fine,mia,everyone",
]
LEAVE = [
    "engineer_id,from_date,to_date,hours_per_day,reason",
    f"ana,2026-11-10,,,{ILLNESS}",
    f"bem,2026-11-11,,,{ILLNESS}",
]
DECISIONS = [
    "engineer_id,review_week,decision,why",
    f'ben,2026-W44,agree,"{REASON}"',
    f'ben,2026-W44,perhaps,"{REASON}"',
]


@pytest.fixture(scope="module")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome]:
    project = small_project(tmp_path_factory.mktemp("share") / "project", vibes=VIBES, leave=LEAVE, decisions=DECISIONS)
    return project, run(project)


@pytest.fixture
def project(first_run: tuple[Path, Outcome], tmp_path: Path) -> Path:
    """After the first run, in a copy to be changed."""
    shutil.copytree(first_run[0], tmp_path / "project")
    return tmp_path / "project"


def listed(project: Path) -> list[dict[str, str]]:
    text = (share_of(project) / "problems_vibes.csv").read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_every_problem_of_the_files_stands_beside_them(first_run: tuple[Path, Outcome]) -> None:
    found = [(row["file"], row["line"], row["column"], row["rule"], row["severity"]) for row in listed(first_run[0])]
    assert found == [
        ("decisions.csv", "2", "review_week", "D007", "error"),
        ("decisions.csv", "3", "decision", "D002", "error"),
        ("leave.csv", "1", "reason", "V018", "warning"),
        ("leave.csv", "3", "engineer_id", "V007", "error"),
        ("vibes.csv", "2", "vibes", "V004", "error"),
        ("vibes.csv", "4", "engineer_id", "V007", "error"),
    ]
    of_ana = listed(first_run[0])[4]
    assert of_ana["found"] == "4/5"
    assert "type 1, 2, 3, 4 or 5" in of_ana["message"]
    assert listed(first_run[0])[5]["found"] == "'-1+1", "a spreadsheet would work it out"


def test_the_list_opens_in_a_spreadsheet_and_repeats_no_note_and_no_reason(first_run: tuple[Path, Outcome]) -> None:
    content = (share_of(first_run[0]) / "problems_vibes.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbffile,line,column,rule,severity,found,message\r\n")
    assert content.count(b"\n") == content.count(b"\r\n")
    for private in (NOTE, REASON, ILLNESS):
        assert private.encode() not in content


def test_the_next_weeks_file_has_a_row_for_everyone_by_manager(first_run: tuple[Path, Outcome]) -> None:
    assert (share_of(first_run[0]) / "vibes_2026-W47.csv").read_bytes() == (
        b"\xef\xbb\xbfweek_start,engineer_id,vibes,note,manager,visibility,saved_at\r\n"
        b"2026-11-16,ana,,,mia,,\r\n"
        b"2026-11-16,ben,,,mia,,\r\n"
    )
    assert "Written into the vibes folder: problems_vibes.csv and vibes_2026-W47.csv." in first_run[1].messages


def test_the_same_week_run_again_changes_no_byte_of_site_share_and_tables(project: Path) -> None:
    def told() -> list[dict[str, str]]:
        folders = (project / "site", share_of(project), project / "data" / "performance")
        return [digests(folder) for folder in folders]

    before = told()
    outcome = run(project)
    assert not outcome.is_changed
    assert "nothing new, left as it was" in outcome.as_text()
    assert not [message for message in outcome.messages if "Written" in message]
    assert told() == before
    # The archive has one file more, the empty one, and no run after adds to it.
    archived = digests(project / "data" / "raw")
    run(project)
    assert digests(project / "data" / "raw") == archived


def test_once_all_is_mended_the_list_is_empty_but_there(project: Path) -> None:
    put(project, "vibes.csv", VIBES[0], VIBES[2])
    for name in ("leave.csv", "decisions.csv"):
        (share_of(project) / name).unlink()
    run(project)
    assert (share_of(project) / "problems_vibes.csv").read_bytes() == (
        b"\xef\xbb\xbffile,line,column,rule,severity,found,message\r\n"
    )


def test_what_a_manager_fills_in_is_read_and_never_written_over(project: Path) -> None:
    path = share_of(project) / "vibes_2026-W47.csv"
    filled = path.read_bytes().replace(b"ana,,,mia", b"ana,5,Filled in.,mia")
    path.write_bytes(filled)
    run(project)
    assert path.read_bytes() == filled
    run(project, NEXT_RUN)
    assert path.read_bytes() == filled
    vibes = TableStore(Layout(project / "data")).read("vibes", first=W47, last=W47)
    assert vibes[["engineer_id", "vibes", "note"]].to_numpy().tolist() == [["ana", 5, "Filled in."]]
    assert (share_of(project) / "vibes_2026-W48.csv").exists()


def test_a_rebuild_writes_nothing_into_the_share(project: Path, tmp_path: Path) -> None:
    # A share has a place of its own: in the data folder, a rebuild would not find it anyway.
    mounted = share_of(project).rename(tmp_path / "mounted share")
    change_config(project, lambda config: config.update(sources={"vibes": {"folder": str(mounted)}}))
    run(project)
    for name in ("problems_vibes.csv", "vibes_2026-W47.csv"):
        (mounted / name).unlink()
    before = digests(mounted)
    assert "page" in rebuild_week(loaded(project), W46).same
    assert digests(mounted) == before


def test_where_the_files_are_gone_nothing_is_written_for_the_share_may_not_be_mounted(project: Path) -> None:
    shutil.rmtree(share_of(project))
    share_of(project).mkdir()
    outcome = run(project)
    assert (outcome.exit_code, outcome.sources["vibes"]) == (4, "failed")
    assert list(share_of(project).iterdir()) == []


def test_an_empty_file_for_the_next_week_does_not_stand_in_for_the_files_that_are_gone(project: Path) -> None:
    (share_of(project) / "vibes.csv").unlink()
    outcome = run(project)
    assert (outcome.exit_code, outcome.sources["vibes"]) == (4, "failed")
    told = TableStore(Layout(project / "data")).read("vibes", first=W46, last=W46)
    assert told["vibes"].tolist() == [3], "the score counts as taken back"


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("leave.csv", ["engineer_id,from_date", "bem,2026-11-11", "ana,2026-11-10"]),
        (
            "decisions_mia.csv",
            ["engineer_id,review_week,decision,why", "ben,2026-W44,perhaps,x", "ana,2026-W44,agree,x"],
        ),
    ],
)
def test_a_run_ends_with_3_where_too_many_rows_of_one_source_are_rejected(
    name: str, lines: list[str], tmp_path: Path
) -> None:
    project = small_project(tmp_path / "project", vibes=[VIBES[0], VIBES[2]])
    put(project, name, *lines)
    outcome = run(project, rejected_share=0.4)
    assert (outcome.exit_code, outcome.rejected_share) == (3, 0.5)
    assert run(project, rejected_share=0.5).exit_code == 0


def test_every_version_of_every_file_is_kept_and_no_reason_for_leave_ever_is(project: Path) -> None:
    put(project, "vibes.csv", VIBES[0], VIBES[2], "2026-11-09,ana,5,a second version,mia,everyone")
    put(project, "leave.csv", LEAVE[0], f"ben,2026-11-12,,,{ILLNESS}")
    put(project, "decisions.csv", DECISIONS[0], "ben,2026-W44,decline,a second version")
    run(project)
    kept = [body for _, body in bodies(project)]
    for text in ("\n".join([*VIBES, ""]), "\n".join([*DECISIONS, ""]), "a second version", "decline,a second version"):
        assert [body for body in kept if text.encode() in body], text
    for version in (b"ana,2026-11-10", b"ben,2026-11-12"):
        assert [body for body in kept if version in body], version
    assert [body for body in kept if ILLNESS.encode() in body] == []


def bodies(project: Path) -> list[tuple[str, bytes]]:
    objects = Layout(project / "data").raw_object("00").parent.parent
    return [(path.name, gzip.decompress(path.read_bytes())) for path in sorted(objects.rglob("*.gz"))]


def test_the_page_tells_a_changed_and_a_withdrawn_score_with_both_values(project: Path) -> None:
    put(project, "vibes.csv", VIBES[0], "2026-11-09,ana,4,,mia,", VIBES[2])
    run(project)  # a first score, if it comes late, is no change
    put(project, "vibes.csv", VIBES[0], "2026-11-09,ana,2,,mia,")
    run(project)
    pages = {who: (project / "site" / "engineers" / who / "index.html").read_text() for who in ("ana", "ben")}
    assert pages["ana"].count("4 → 2 after publication") == 2, "in the table of the week, and among the notes"
    assert pages["ben"].count("3 → taken back after publication") == 2
    put(project, "vibes.csv", VIBES[0], "2026-11-09,ana,4,,mia,", VIBES[2])
    run(project)
    assert "after publication" not in (project / "site" / "engineers" / "ana" / "index.html").read_text()
