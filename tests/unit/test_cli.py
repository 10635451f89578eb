"""The command line: exit codes, messages, speed of --help."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.builders.project import change_config, new_project
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
    file = project / "mine.csv"
    file.write_text("week_start,engineer_id,vibes,note\n2026-11-16,ana,4/5,fine\n2026-11-16,ben,4,fine\n")
    shown = tenfour("vibes", "check", str(file), "--json", folder=project)
    assert shown.returncode == 3
    report = json.loads(shown.stdout)
    assert [(problem["line"], problem["column"]) for problem in report["problems"]] == [(2, "vibes")]
    assert [row["engineer_id"] for row in report["accepted"]] == ["ben"]


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
