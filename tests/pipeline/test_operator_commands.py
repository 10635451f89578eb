"""What an operator runs before and beside the weekly run: collect, doctor, rebuild, mock. As processes, as typed."""

import csv
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.builders.project import digests, new_project
from tests.conftest import ROOT

pytestmark = pytest.mark.slow

FOUR_WEEKS = ("--from", "2026-10-26", "--to", "2026-11-22")


def environment(**more: str) -> dict[str, str]:
    return {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", **more}


def tenfour(*arguments: str, folder: Path, **more: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "flows", *arguments]
    return subprocess.run(command, cwd=folder, env=environment(**more), capture_output=True, text=True)


@contextmanager
def mock(kind: str, *arguments: str, folder: Path) -> Iterator[dict[str, str]]:
    """A mock in a process of its own; yields the environment that it says connects to it."""
    command = [sys.executable, "-m", "flows", "mock", kind, "--port", "0", *arguments]
    with subprocess.Popen(command, cwd=folder, env=environment(), stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        connection = {}
        for line in server.stdout:
            name, is_set, value = line.strip().removeprefix("export ").partition("=")
            if is_set and name.startswith("TENFOUR_"):
                connection[name] = value
                if name.endswith(("TOKEN", "KEY")):
                    break
        try:
            yield connection
        finally:
            server.terminate()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return new_project(tmp_path / "project")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_collect_writes_what_it_got_and_what_it_made_of_it_and_touches_nothing_else(project: Path) -> None:
    before = digests(project)
    shown = tenfour("collect", "jira", *FOUR_WEEKS, "--out", "seen", "--json", folder=project)
    assert shown.returncode == 0, shown.stderr
    summary = json.loads(shown.stdout)
    worklogs = rows(project / "seen" / "worklogs.csv")
    assert summary["state"] == "ok"
    assert summary["rows"]["worklogs"] == len(worklogs) > 500
    assert {row["work_date"] for row in worklogs} <= {f"2026-10-{day}" for day in range(26, 32)} | {
        f"2026-11-{day:02}" for day in range(1, 23)
    }
    assert {"sprints.csv", "issue_events.csv", "problems.csv", "collect.json"} <= {
        path.name for path in (project / "seen").iterdir()
    }
    assert list((project / "seen" / "raw" / "index" / "jira").glob("*.jsonl"))
    assert {name: digest for name, digest in digests(project).items() if not name.startswith("seen/")} == before


@pytest.mark.parametrize("source", ["pagerduty", "vibes", "leave"])
def test_every_other_source_of_the_sample_can_be_asked_alone(project: Path, source: str) -> None:
    shown = tenfour("collect", source, *FOUR_WEEKS, "--out", "seen", folder=project)
    assert shown.returncode == 0, shown.stderr
    table = {"pagerduty": "pages"}.get(source, source)
    assert rows(project / "seen" / f"{table}.csv")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("tempo", *FOUR_WEEKS, "--out", "x"), "TENFOUR_TEMPO_URL and TENFOUR_TEMPO_TOKEN"),
        (("jira", "--from", "2026-11-22", "--to", "2026-11-01", "--out", "x"), "is after --to"),
        (("jira", "--from", "yesterday", "--to", "2026-11-01", "--out", "x"), '"yesterday" is not a day'),
        (("jira", *FOUR_WEEKS, "--out", "config"), "not an empty folder"),
    ],
)
def test_what_cannot_be_collected_is_said_and_nothing_is_written(
    project: Path, arguments: tuple[str, ...], says: str
) -> None:
    before = digests(project)
    shown = tenfour("collect", *arguments, folder=project)
    assert shown.returncode == 2
    assert says in shown.stderr
    assert "Traceback" not in shown.stderr
    assert digests(project) == before


def test_the_same_clients_work_on_a_mock_with_troubles_in_a_process_of_its_own(project: Path) -> None:
    faults = ("--fault", "429=0:3", "--fault", "truncate:/worklog/list:1", "--fault", "503:/search/jql:1")
    tenfour("collect", "jira", *FOUR_WEEKS, "--out", "plain", folder=project)
    with mock("jira", *faults, folder=project) as connection:
        shown = tenfour("collect", "jira", *FOUR_WEEKS, "--out", "troubled", folder=project, **connection)
    assert shown.returncode == 0, shown.stderr
    assert "Trying again in" in shown.stderr
    assert connection["TENFOUR_JIRA_TOKEN"] not in shown.stderr + shown.stdout
    for name in ("worklogs.csv", "sprints.csv", "issue_events.csv"):
        assert (project / "troubled" / name).read_bytes() == (project / "plain" / name).read_bytes()


def test_a_source_that_refuses_the_token_is_exit_code_4_and_is_written_down(project: Path) -> None:
    with mock("jira", "--fault", "html401", folder=project) as connection:
        shown = tenfour("collect", "jira", *FOUR_WEEKS, "--out", "seen", folder=project, **connection)
    assert shown.returncode == 4
    summary = json.loads((project / "seen" / "collect.json").read_text())
    assert summary["state"] == "failed"
    assert "401 Unauthorized" in summary["message"]
    assert summary["unknown_metrics"] == ["billable", "velocity"]


def test_tempo_and_alertops_answer_in_processes_of_their_own(project: Path) -> None:
    with mock("tempo", folder=project) as tempo, mock("alertops", folder=project) as alertops:
        for source, table in (("tempo", "worklogs"), ("alertops", "pages")):
            shown = tenfour("collect", source, *FOUR_WEEKS, "--out", source, folder=project, **tempo, **alertops)
            assert shown.returncode == 0, shown.stderr
            assert (project / source / f"{table}.csv").is_file()
    assert {row["billing_rule"] for row in rows(project / "tempo" / "worklogs.csv")} == {"tempo"}


def test_a_crowd_is_as_many_as_asked_for_and_comes_with_its_config(project: Path) -> None:
    made = tenfour("mock", "config", "--engineers", "16", "--weeks", "8", folder=project)
    assert made.returncode == 0, made.stderr
    (project / "config" / "team_config.json").write_text(made.stdout)
    with mock("jira", "--engineers", "16", "--weeks", "8", folder=project) as connection:
        shown = tenfour("collect", "jira", *FOUR_WEEKS, "--out", "seen", folder=project, **connection)
    assert shown.returncode == 0, shown.stderr
    assert len({row["engineer_id"] for row in rows(project / "seen" / "worklogs.csv")}) == 16


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("jira", "--fault", "429s:3"), "there is no kind 429s"),
        (("jira", "--engineers", "0"), "1 to 5000 engineers"),
        (("tempo", "--engineers", "10", "--weeks", "2"), "4 to 260 weeks"),
    ],
)
def test_a_mock_that_cannot_be_is_said(project: Path, arguments: tuple[str, ...], says: str) -> None:
    shown = tenfour("mock", *arguments, folder=project)
    assert shown.returncode == 2
    assert says in shown.stderr


def test_doctor_examines_the_sample_and_finds_nothing_wrong(project: Path) -> None:
    shown = tenfour("doctor", "--json", folder=project)
    assert shown.returncode == 0, shown.stdout
    diagnosis = json.loads(shown.stdout)
    assert diagnosis["mode"] == "sample"
    assert diagnosis["counts"]["error"] == 0
    assert {finding["source"] for finding in diagnosis["findings"]} >= {"config", "jira", "pagerduty", "share"}


def test_doctor_says_what_is_wrong_with_a_source_and_how_to_mend_it(project: Path) -> None:
    with mock("pagerduty", "--fault", "html401", folder=project) as connection:
        shown = tenfour("doctor", folder=project, **connection)
    assert shown.returncode == 4
    assert "401" in shown.stdout
    assert connection["TENFOUR_PAGERDUTY_TOKEN"] not in shown.stdout + shown.stderr


def test_a_week_that_was_never_published_cannot_be_rebuilt(project: Path) -> None:
    shown = tenfour("rebuild", "--week", "2026-W40", folder=project)
    assert shown.returncode == 2
    assert "2026-W40 was not published" in shown.stderr
