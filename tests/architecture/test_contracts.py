"""The structure that ARCHITECTURE.md promises."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from flows.cli import app
from tests.conftest import ROOT

HOMES = {
    "prefect": {"weekly.py", "monthly.py", "serve.py", "orchestration.py"},
    "altair": {"charts"},
    "vl_convert": {"charts"},
    "jinja2": {"environment.py"},
}


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def test_imports_keep_to_the_layers() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize("framework", HOMES)
def test_each_framework_has_one_home(framework: str) -> None:
    uses = re.compile(rf"^\s*(?:import|from) {framework}\b", re.MULTILINE)
    users = [path for path in tracked("flows", "transforms") if path.suffix == ".py" and uses.search(path.read_text())]
    assert users, f"nothing imports {framework}: is its home gone?"
    strangers = [path for path in users if not HOMES[framework] & {path.name, path.parent.name}]
    assert strangers == []


def test_mocks_and_sources_share_no_code() -> None:
    mocks, sources = ROOT / "flows" / "mocks", ROOT / "flows" / "sources"
    shared = [path for path in mocks.rglob("*.py") if "flows.sources" in path.read_text()]
    shared += [path for path in sources.rglob("*.py") if "flows.mocks" in path.read_text()]
    assert shared == []


def test_the_core_loops_over_no_rows() -> None:
    loops = re.compile(r"\.(iterrows|itertuples|apply)\(")
    assert [path for path in (ROOT / "transforms").rglob("*.py") if loops.search(path.read_text())] == []


def test_every_command_of_the_readme_exists() -> None:
    commands = get_command(app).commands  # type: ignore[attr-defined]
    named = re.findall(r"(?:`|bin/)tenfour ([a-z]+)", (ROOT / "README.md").read_text())
    assert named
    assert sorted({name for name in named if name not in commands}) == []


def test_every_make_target_of_the_documents_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for document in ("README.md", "CONTRIBUTING.md", "ARCHITECTURE.md"):
        named = set(re.findall(r"`make ([a-z]+)`", (ROOT / document).read_text()))
        assert named <= targets, document


def test_the_tree_holds_no_machine_paths_and_no_package_hosts() -> None:
    traces = re.compile(r"/(?:home|root|Users)/\w+|(?:index-url|find-links|extra-index)\s*[=:]\s*\S+://")
    found = [path for path in tracked() if path.suffix not in {".png", ".ico"} and traces.search(path.read_text())]
    assert found == []
