"""Writing into the managers' folder: nothing of theirs is touched, nothing half-written stays, nothing fails a run."""

import errno
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from flows.progress import silent
from flows.settings import Connections
from flows.share import PROBLEMS_FILE, problems_csv, write_back
from flows.store.layout import Layout
from flows.store.tables import TableStore
from flows.workspace import DEFAULT_PATIENCE, Workspace
from tests.builders.config import settings_of
from transforms.clean.input_findings import finding
from transforms.clean.input_problems import Problem, problems_table

W47 = pd.Timestamp("2026-11-16")
TEMPLATE = "vibes_2026-W48.csv"
HEADER_ONLY = b"\xef\xbb\xbffile,line,column,rule,severity,found,message\r\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A share with one file of vibes, after a run that found nothing wrong."""
    settings = settings_of(tmp_path)
    settings.vibes_dir.mkdir(parents=True)
    (settings.vibes_dir / "vibes.csv").write_text("week_start,engineer_id,vibes\n")
    layout = Layout(settings.data_dir)
    now = datetime(2026, 11, 23, tzinfo=UTC)
    return Workspace(settings, Connections(), layout, TableStore(layout), DEFAULT_PATIENCE, now, silent)


def names_in(workspace: Workspace) -> list[str]:
    return sorted(path.name for path in workspace.settings.vibes_dir.iterdir())


def raising(error: OSError) -> Any:
    def fails(*_: Any, **__: Any) -> None:
        raise error

    return fails


def test_a_run_leaves_a_list_and_an_empty_file_once(workspace: Workspace) -> None:
    assert write_back(workspace, W47) == (f"Written into the vibes folder: {PROBLEMS_FILE} and {TEMPLATE}.",)
    assert names_in(workspace) == [PROBLEMS_FILE, "vibes.csv", TEMPLATE]
    assert (workspace.settings.vibes_dir / PROBLEMS_FILE).read_bytes() == HEADER_ONLY
    written = [(path, path.stat().st_mtime_ns) for path in workspace.settings.vibes_dir.iterdir()]
    assert write_back(workspace, W47) == ()
    assert [(path, path.stat().st_mtime_ns) for path in workspace.settings.vibes_dir.iterdir()] == written


def test_an_old_list_and_what_a_killed_run_left_give_way(workspace: Workspace) -> None:
    folder = workspace.settings.vibes_dir
    (folder / PROBLEMS_FILE).write_text("of last week")
    (folder / "~tenfour-problems.tmp").write_text("half")
    write_back(workspace, W47)
    assert (folder / PROBLEMS_FILE).read_bytes() == HEADER_ONLY
    assert names_in(workspace) == [PROBLEMS_FILE, "vibes.csv", TEMPLATE]


@pytest.mark.parametrize("name", [TEMPLATE, "Vibes_2026-w48.CSV"])
def test_a_file_of_that_name_is_left_alone_in_whatever_letters(workspace: Workspace, name: str) -> None:
    (workspace.settings.vibes_dir / name).write_text("somebody's work")
    assert write_back(workspace, W47) == (f"Written into the vibes folder: {PROBLEMS_FILE}.",)
    assert (workspace.settings.vibes_dir / name).read_text() == "somebody's work"
    assert names_in(workspace) == sorted([PROBLEMS_FILE, "vibes.csv", name])


def test_a_link_that_leads_nowhere_is_not_written_through(workspace: Workspace, tmp_path: Path) -> None:
    (workspace.settings.vibes_dir / TEMPLATE).symlink_to(tmp_path / "elsewhere.csv")
    write_back(workspace, W47)
    assert not (tmp_path / "elsewhere.csv").exists()


def test_a_file_that_somebody_makes_at_that_moment_is_theirs(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = workspace.settings.vibes_dir
    listing = list(folder.iterdir())
    (folder / TEMPLATE).write_text("just saved")
    monkeypatch.setattr(Path, "iterdir", lambda _: iter(listing))  # as it was before
    write_back(workspace, W47)
    assert (folder / TEMPLATE).read_text() == "just saved"


def test_whoever_may_save_in_the_folder_may_save_the_files(workspace: Workspace) -> None:
    workspace.settings.vibes_dir.chmod(0o2770)
    write_back(workspace, W47)
    modes = {(workspace.settings.vibes_dir / name).stat().st_mode & 0o777 for name in (PROBLEMS_FILE, TEMPLATE)}
    assert modes == {0o660}


def test_a_list_that_somebody_has_open_is_a_sentence_and_no_failure(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    (workspace.settings.vibes_dir / PROBLEMS_FILE).write_text("of last week")
    monkeypatch.setattr(Path, "replace", raising(PermissionError(errno.EACCES, "Permission denied")))
    told = write_back(workspace, W47)
    assert told == (
        f"Written into the vibes folder: {TEMPLATE}.",
        f"{PROBLEMS_FILE} could not be written into the vibes folder (Permission denied). Nothing else is missing, and "
        "the site lists every problem. Close the file where it is open, and see that this account may write there.",
    )
    assert names_in(workspace) == [PROBLEMS_FILE, "vibes.csv", TEMPLATE]
    assert (workspace.settings.vibes_dir / PROBLEMS_FILE).read_text() == "of last week"


def test_on_a_full_disk_nothing_half_written_stays(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", raising(OSError(errno.ENOSPC, "No space left on device")))
    told = write_back(workspace, W47)
    assert [sentence.split()[0] for sentence in told] == [PROBLEMS_FILE, TEMPLATE]
    assert names_in(workspace) == ["vibes.csv"]


def test_a_share_that_may_not_be_written_is_a_sentence_for_each_file(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "open", raising(OSError(errno.EROFS, "Read-only file system")))
    told = write_back(workspace, W47)
    assert [sentence.count("Read-only file system") for sentence in told] == [1, 1]
    assert names_in(workspace) == ["vibes.csv"]


def test_a_share_that_is_gone_is_not_made_anew(workspace: Workspace) -> None:
    folder = workspace.settings.vibes_dir
    (folder / "vibes.csv").unlink()
    assert write_back(workspace, W47) == (), "it may be the place of a share that is not mounted"
    assert names_in(workspace) == []
    folder.rmdir()
    (told,) = write_back(workspace, W47)
    assert "No such file or directory" in told
    assert not folder.exists()


def test_the_list_holds_what_people_can_mend_and_nothing_that_works_in_a_spreadsheet() -> None:
    def problem(key: str, found: str = "", line: int = 2, column: str = "", **values: str) -> Problem:
        told = finding(key, found, **values)
        return Problem(told.rule, told.severity, told.message, line, column, told.found).at("vibes.csv")

    found = problems_table(
        "vibes",
        [
            problem("V004.number", "=1+1", column="vibes", typed="=1+1"),
            problem("V014.note", "what was typed as a note", column="note", separators="commas"),
            problem("V021.empty", line=0),
        ],
    )
    ours = pd.concat([found, problems_table("jira", [problem("V004.number", "9", typed="9")])])
    lines = problems_csv(ours).decode("utf-8-sig").split("\r\n")
    assert lines[1].startswith("vibes.csv,,,V021,warning,,")
    assert lines[2].startswith("vibes.csv,2,note,V014,warning,,")
    assert lines[3].startswith("vibes.csv,2,vibes,V004,error,'=1+1,")
    assert lines[4:] == [""]
