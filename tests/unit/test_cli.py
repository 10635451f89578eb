"""The command line: exit codes, messages, speed of --help."""

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from flows.vibes_check import template
from tests.builders.project import change_config, new_project, settings_of
from tests.conftest import ROOT


def tenfour(*arguments: str, folder: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "flows", *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", **environment},
        capture_output=True,
        text=True,
    )


def test_help_names_every_command_and_loads_no_pipeline(tmp_path: Path) -> None:
    shown = tenfour("--help", folder=tmp_path)
    assert shown.returncode == 0
    for command in (
        "weekly",
        "monthly",
        "serve",
        "init",
        "vibes",
        "mock",
        "judge",
        "simulate",
        "dictionary",
        "preview",
        "config",
        "doctor",
        "explain",
        "collect",
        "rebuild",
    ):
        assert command in shown.stdout
    probe = "import sys, flows.cli; print([name for name in ('prefect', 'pandas', 'altair') if name in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"


def test_a_folder_without_a_config_is_exit_code_2_with_advice_and_no_traceback(tmp_path: Path) -> None:
    shown = tenfour("weekly", "--no-prefect", folder=tmp_path)
    assert shown.returncode == 2
    assert "there is no config file" in shown.stderr
    assert "tenfour init" in shown.stderr
    assert "Traceback" not in shown.stderr


def test_every_config_error_is_listed_at_once(tmp_path: Path) -> None:
    project = new_project(tmp_path / "project")

    def spoil(config: dict) -> None:  # type: ignore[type-arg]
        config["publishing"]["tilte"] = "typo"
        config["engineers"][0]["schedules"] = []
        config["engineers"][1]["schedules"][1]["from"] = config["engineers"][1]["schedules"][0]["from"]

    change_config(project, spoil)
    shown = tenfour("config", "check", folder=project)
    assert shown.returncode == 2
    for what in ("tilte", 'did you mean "title"', "ana", "ben"):
        assert what in shown.stderr
    assert "Traceback" not in shown.stderr


@pytest.mark.parametrize("week", ["2026-W60", "last week"])
def test_a_week_that_is_none_is_said(tmp_path: Path, week: str) -> None:
    shown = tenfour("weekly", "--no-prefect", "--week", week, folder=new_project(tmp_path / "project"))
    assert shown.returncode == 2
    assert week in shown.stderr


def test_vibes_check_ends_with_3_and_names_the_line(tmp_path: Path) -> None:
    project = new_project(tmp_path / "project")
    file = project / "vibes_mine.csv"
    file.write_text("week_start,engineer_id,vibes,note\n2026-11-16,ana,4/5,fine\n2026-11-16,ben,4,fine\n")
    shown = tenfour("vibes", "check", str(file), "--json", folder=project)
    assert shown.returncode == 3
    report = json.loads(shown.stdout)
    assert [(problem["line"], problem["column"]) for problem in report["problems"]] == [(2, "vibes")]
    assert [row["engineer_id"] for row in report["accepted"]] == ["ben"]


@pytest.mark.parametrize(
    ("name", "content", "exit_code"),
    [
        ("vibes.csv", "week_start,engineer_id,vibes\n2026-11-18,ana,4\n", 0),  # a warning: no Monday
        ("leave.csv", "engineer_id,from_date\nnobody,2026-11-18\n", 3),
        ("decisions.csv", "engineer_id,review_week,decision\nana,2026-W44,perhaps\n", 3),
        (None, "", 2),
    ],
)
def test_vibes_check_ends_with_0_for_warnings_3_for_errors_and_2_for_nothing(
    tmp_path: Path, name: str | None, content: str, exit_code: int
) -> None:
    project = new_project(tmp_path / "project")
    file = tmp_path / (name or "vibes_gone.csv")
    if name:
        file.write_text(content)
    shown = tenfour("vibes", "check", str(file), folder=project)
    assert shown.returncode == exit_code, shown.stderr
    assert str(file) in shown.stdout + shown.stderr
    assert "Traceback" not in shown.stderr


def test_vibes_check_reads_standard_input_for_a_dash(tmp_path: Path) -> None:
    project = new_project(tmp_path / "project")
    shown = subprocess.run(
        [sys.executable, "-m", "flows", "vibes", "check", "-"],
        cwd=project,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        input="week_start,engineer_id,vibes\n2026-11-16,ana,4/5\n",
        capture_output=True,
        text=True,
    )
    assert shown.returncode == 3
    assert shown.stdout.startswith("-: 1 problem, 0 of 1 rows used\n  line 2, column vibes: ")


def test_the_printed_template_is_the_file_that_a_run_leaves(tmp_path: Path) -> None:
    project = new_project(tmp_path / "project")
    printed = project / "vibes_2026-W48.csv"
    with printed.open("wb") as stream:
        subprocess.run(
            [sys.executable, "-m", "flows", "vibes", "template", "--week", "2026-W48"],
            cwd=project,
            env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
            stdout=stream,
            check=True,
        )
    assert printed.read_bytes() == template(settings_of(project), pd.Timestamp("2026-11-23"))


@pytest.mark.parametrize("week", ["2026-W54", "next", "2026-11-23"])
def test_a_template_for_a_week_that_is_none_is_refused(tmp_path: Path, week: str) -> None:
    shown = tenfour("vibes", "template", "--week", week, folder=new_project(tmp_path / "project"))
    assert (shown.returncode, shown.stdout) == (2, "")
    assert shown.stderr.startswith("--week: ")
    assert week in shown.stderr


def test_init_makes_a_project_that_passes_its_own_check(tmp_path: Path) -> None:
    made = tenfour("init", "trial", folder=tmp_path)
    assert made.returncode == 0, made.stderr
    checked = tenfour("config", "check", folder=tmp_path / "trial")
    assert checked.returncode in (0, 2)
    assert "Traceback" not in checked.stderr


def test_our_own_bug_is_exit_code_5_and_asks_for_a_report() -> None:
    probe = (
        "import flows.cli as cli\n"
        "cli.app.registered_commands.clear()\n"
        "@cli.app.command()\n"
        "def breaks(): raise ZeroDivisionError('ours')\n"
        "@cli.app.command()\n"
        "def other(): pass\n"
        "import sys; sys.argv = ['tenfour', 'breaks']; cli.main()\n"
    )
    shown = subprocess.run([sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True)
    assert shown.returncode == 5
    assert "ZeroDivisionError" in shown.stderr
    assert "a bug in tenfour" in shown.stderr
