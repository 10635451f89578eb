"""Where the vendors' documents are looked for, and when a test that does without them fails."""

import subprocess
import sys

import pytest

from tests.conftest import ROOT, must_run, shared_folder

NEEDY = """
import pytest
from tests.conftest import NOT_SHARED, SHARED

@pytest.mark.skipif(not (SHARED / "specs").is_dir(), reason=NOT_SHARED)
def test_that_needs_documents():
    pass
"""


def test_the_folder_that_the_variable_names_goes_before_the_one_beside_the_checkout(tmp_path):
    named, beside = tmp_path / "elsewhere", tmp_path / "shared"
    environ = {"TENFOUR_SHARED": str(named)}
    assert shared_folder(environ, tmp_path / "checkout") == named
    beside.mkdir()
    assert shared_folder(environ, tmp_path / "checkout") == beside
    named.mkdir()
    assert shared_folder(environ, tmp_path / "checkout") == named


@pytest.mark.parametrize("environ", [{}, {"TENFOUR_SHARED": ""}])
def test_without_the_variable_the_folder_is_beside_the_checkout(environ, tmp_path):
    assert shared_folder(environ, tmp_path / "checkout") == tmp_path / "shared"


def test_only_ci_insists_on_tests_and_only_on_those_it_can_run(tmp_path):
    contract, browser, unit = "tests/contracts/test_a.py::test_b", "tests/browser/test_a.py::test_b", "tests/unit/t.py"
    on_ci, absent = {"TENFOUR_CI": "1"}, tmp_path / "shared"
    assert not must_run(contract, {}, tmp_path)
    assert not must_run(browser, {}, tmp_path)
    assert must_run(contract, on_ci, tmp_path)
    assert not must_run(contract, on_ci, absent)
    assert must_run(contract, {**on_ci, "TENFOUR_SHARED": str(absent)}, absent)
    assert must_run(browser, on_ci, absent)
    assert must_run("tests/contracts/test_spreadsheets.py::test_a", on_ci, absent)
    assert not must_run(unit, on_ci, tmp_path)


@pytest.mark.parametrize(
    ("environ", "has_folder", "outcome"),
    [
        ({}, False, "1 skipped"),
        ({"TENFOUR_CI": "1"}, False, "1 skipped"),
        ({"TENFOUR_CI": "1"}, True, "1 error"),  # skipped before its call, in its setup
    ],
)
def test_a_run_without_documents_says_so_and_fails_on_ci_where_they_should_be(environ, has_folder, outcome, tmp_path):
    checkout = tmp_path / "checkout"
    (checkout / "tests" / "contracts").mkdir(parents=True)
    (checkout / "tests" / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text())
    (checkout / "tests" / "contracts" / "test_needy.py").write_text(NEEDY)
    (checkout / "pytest.ini").write_text("[pytest]\npythonpath = .\naddopts = --import-mode=importlib -ra\n")
    if has_folder:  # and nothing in it
        (tmp_path / "shared").mkdir()
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "tests"],
        cwd=checkout,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome in run.stdout, run.stdout + run.stderr
    assert "there is no ../shared beside checkout" in run.stdout
    assert (run.returncode != 0) == ("error" in outcome)
