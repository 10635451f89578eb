"""Shared by all tests: where the vendors' documents lie, and what may not be skipped on a CI machine."""

import os
from collections.abc import Generator, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

ROOT = Path(__file__).resolve().parent.parent


def shared_folder(environ: Mapping[str, str], root: Path) -> Path:
    """The folder with the vendors' documents and captures: `$TENFOUR_SHARED`, else `../shared` beside the checkout.

    The first of them that is there; where none is, the first that was named.
    """
    named = [Path(environ["TENFOUR_SHARED"]).resolve()] if environ.get("TENFOUR_SHARED") else []
    places = [*named, root.parent / "shared"]
    return next((place for place in places if place.is_dir()), places[0])


# Properties are tried with a few examples in the suite, the same ones every time. A campaign looks for new ones:
# pytest tests/properties --hypothesis-profile=campaign
_calm = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
_brief = [phase for phase in Phase if phase is not Phase.explain]
settings.register_profile("suite", max_examples=4, derandomize=True, phases=_brief, **_calm)
settings.register_profile("campaign", max_examples=300, print_blob=True, **_calm)
settings.load_profile("suite")

SHARED = shared_folder(os.environ, ROOT)
NOT_SHARED = f"no vendors' documents: $TENFOUR_SHARED names no folder, and there is no ../shared beside {ROOT.name}"


def must_run(nodeid: str, environ: Mapping[str, str], shared: Path) -> bool:
    """Whether skipping a test is a failure: on CI one of a browser or a spreadsheet, and a contract test where the
    documents are there.

    Who names a folder means it to be there.
    """
    has_documents = shared.is_dir() or bool(environ.get("TENFOUR_SHARED"))
    is_needed = nodeid.startswith(("tests/browser/", "tests/contracts/test_spreadsheets.py")) or (
        nodeid.startswith("tests/contracts/") and has_documents
    )
    return bool(environ.get("TENFOUR_CI")) and is_needed


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-pictures", action="store_true", help="Approve how pages look now (make pictures).")


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A skip of what must run is a failure."""
    report = yield
    if report.skipped and must_run(item.nodeid, os.environ, SHARED):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, which CI does not accept: {report.longrepr}"
    return report
