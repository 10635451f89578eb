"""From a manager's form to the engineer's page: filled in a browser, put into the share, run, read on the site."""

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Browser, Page

from flows.pipeline import publish
from flows.workspace import open_workspace
from tests.builders.small_project import FIRST_RUN, HEADER, NEXT_RUN, loaded, run, share_of, small_project
from transforms.schemas.registry import TABLES, conform

pytestmark = [pytest.mark.browser, pytest.mark.slow]

W46 = pd.Timestamp("2026-11-09")
NOTE, CONFIDENCE = "Finished the migration, with “quotes”, and rested.", "Said in confidence of a divorce."
REASON, SECRET = "The client left, not the schedule.", "He told me why, in private."


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Run once: the site with the forms stands, and nobody has told anything of the week that runs now."""
    folder = small_project(tmp_path / "project", vibes=[HEADER, "2026-11-09,ben,3,,mia,"])
    run(folder)
    return folder


def opened(page: Page, project: Path, path: str) -> None:
    page.goto((project / "site" / path).as_uri())
    page.get_by_label("You are").select_option(label="Mia")


def saved_into_share(page: Page, project: Path) -> str:
    """Download what the form built, and put it into the managers' folder as it is."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name=re.compile("^Download")).click()
    name = waiting.value.suggested_filename
    waiting.value.save_as(share_of(project) / name)
    return name


def html_of(project: Path, engineer_id: str) -> str:
    return (project / "site" / "engineers" / engineer_id / "index.html").read_text()


def score_on_page(page: Page, project: Path, engineer_id: str) -> str:
    """The week's score, in the table that says why the status is what it is."""
    page.goto((project / "site" / "engineers" / engineer_id / "index.html").as_uri())
    row = page.get_by_role("table").first.get_by_role("row", name=re.compile("^Vibes"))
    return row.get_by_role("cell").first.inner_text().replace("\u00a0", " ")


def files_with(folder: Path, text: str) -> list[str]:
    return [str(path) for path in folder.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]


def test_a_score_and_its_note_come_from_the_form_to_the_page_and_a_note_in_confidence_does_not(
    page: Page, project: Path
) -> None:
    opened(page, project, "input/index.html")
    ana, ben = (page.get_by_role("group", name=name) for name in ("Ana", "Ben"))
    ana.get_by_label("4 good").check()
    ana.get_by_role("textbox").fill(NOTE)
    ben.get_by_label("2 strained").check()
    ben.get_by_role("textbox").fill(CONFIDENCE)
    ben.get_by_label("Only managers may read this note").check()
    assert saved_into_share(page, project) == "vibes_mia_2026-W47.csv"

    outcome = run(project, NEXT_RUN)
    assert (outcome.week, outcome.exit_code) == ("2026-W47", 0)
    assert (share_of(project) / "problems_vibes.csv").read_text().count("\n") == 1, "nothing but the header"
    assert (score_on_page(page, project, "ana"), score_on_page(page, project, "ben")) == ("4 of 5", "2 of 5")
    assert NOTE in html_of(project, "ana")
    assert files_with(project / "site", CONFIDENCE) == []
    assert files_with(share_of(project), CONFIDENCE) == [str(share_of(project) / "vibes_mia_2026-W47.csv")]


def test_decisions_come_from_the_form_to_the_page_and_a_reason_for_managers_does_not(page: Page, project: Path) -> None:
    with open_workspace(loaded(project, FIRST_RUN)) as workspace:
        # As if a review had been held: three weeks are too few for one.
        held = conform(pd.DataFrame([asking("ana"), asking("ben")]), TABLES["recommendations"])
        workspace.tables.write("recommendations", W46, held)
        publish(workspace, W46)
    opened(page, project, "input/decisions/index.html")
    ana, ben = (page.get_by_role("group", name=re.compile(f"^{name}")) for name in ("Ana", "Ben"))
    ana.get_by_label("Decline").check()
    ana.get_by_role("textbox").fill(REASON)
    ana.get_by_label("Everyone may read this reason").check()
    ben.get_by_label("Agree").check()
    ben.get_by_role("textbox").fill(SECRET)
    saved_into_share(page, project)

    outcome = run(project, NEXT_RUN)
    assert outcome.sources["decisions"] == "ok"
    assert REASON in html_of(project, "ana")
    assert "declined" in html_of(project, "ana").lower()
    assert "agreed" in html_of(project, "ben").lower()
    assert files_with(project / "site", SECRET) == []


def asking(engineer_id: str) -> dict[str, object]:
    """A review of the first week that asks to watch the engineer."""
    unknown = dict.fromkeys(TABLES["recommendations"].to_schema().columns, float("nan"))
    return unknown | {
        "engineer_id": engineer_id,
        "week_start": W46,
        "review_number": 1,
        "recommendation": "watch",
        "is_candidate": False,
        "window_size_weeks": 12,
        "reasons": "Billable share fell.",
        "counter_evidence": "",
        "would_change": "",
    }
