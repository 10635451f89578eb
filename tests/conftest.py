"""Shared by all tests: where the vendors' documents lie, and what may not be skipped on a CI machine."""

import os
from collections.abc import Generator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """On CI a skipped browser test is a failure, and a skipped contract test where the documents are there."""
    report = yield
    must_run = item.nodeid.startswith("tests/browser/") or (
        item.nodeid.startswith("tests/contracts/") and SHARED.is_dir()
    )
    if os.environ.get("TENFOUR_CI") and report.skipped and must_run:
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, which CI does not accept: {report.longrepr}"
    return report
