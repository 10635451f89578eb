"""Publishing two editions: both or none, each with its own archive, and one that is switched on late."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

from flows import pipeline
from flows.errors import UserError
from flows.pipeline import Published
from flows.store import published
from flows.store.layout import Layout
from flows.store.tables import TableStore
from flows.workspace import open_workspace
from tests.builders.project import IMPATIENT, change_config, copy_of, digests, settings_of
from tests.pipeline.conftest import Story

pytestmark = pytest.mark.slow

W47 = pd.Timestamp("2026-11-16")
CONFIDED = "told me so in confidence"


def publish(project: Path) -> Published:
    with open_workspace(settings_of(project), IMPATIENT) as workspace:
        return pipeline.publish(workspace, W47)


@pytest.fixture
def project(story: Story, tmp_path: Path) -> Path:
    """The story's project, its managers' edition switched on after the fact."""
    again = copy_of(story.project, tmp_path / "again")
    change_config(again, lambda config: config["publishing"].update(managers_edition={"enabled": True}))
    return again


def test_an_edition_switched_on_later_has_every_week_and_month_and_leaves_everyones_as_they_were(
    project: Path,
) -> None:
    months = digests(project / "site" / "reports")
    result = publish(project)
    managers = project / "site-managers"
    assert result.managers_pages == len(list(managers.rglob("*.html"))) == result.pages
    assert CONFIDED in (managers / "index.html").read_text()
    assert "Made on 23\xa0Nov\xa02026" in (managers / "reports" / "2026-10" / "index.html").read_text()
    assert "Made on" not in (project / "site" / "reports" / "2026-10" / "index.html").read_text()
    assert {name: digest for name, digest in digests(project / "site" / "reports").items() if "20" in name} == {
        name: digest for name, digest in months.items() if "20" in name
    }
    everyone = "\n".join(path.read_text(errors="replace") for path in (project / "site").rglob("*") if path.is_file())
    assert CONFIDED not in everyone
    # Made once: from then on it is an archive as well, and a publish of nothing new leaves both as they are.
    kept = digests(managers)
    assert not (again := publish(project)).is_changed
    assert not again.is_managers_changed
    assert digests(managers) == kept


def test_where_the_managers_folder_cannot_be_written_neither_edition_changes_and_nothing_private_is_left_lying(
    project: Path,
) -> None:
    site = digests(project / "site")
    (project / "blocked").write_text("a file where a folder should be")
    change_config(
        project,
        lambda config: config["publishing"].update(
            title="New", managers_edition={"enabled": True, "folder": "blocked/inside"}
        ),
    )
    with pytest.raises(UserError, match="the edition for managers cannot be put there"):
        publish(project)
    assert digests(project / "site") == site
    assert [path.name for path in project.iterdir() if path.name.endswith(".aside")] == []


def test_a_defect_in_the_managers_edition_keeps_both_as_they_were(project: Path) -> None:
    site = digests(project / "site")
    change_config(project, lambda config: config["publishing"].update(title="New"))
    damaged = Layout(project / "data").monthly_page("2026-09", "managers-named")
    damaged.mkdir(parents=True)
    (damaged / "index.html").write_text("half a pa")
    with pytest.raises(AssertionError, match=r"the old one stays: .*2026-09/index\.html: no title"):
        publish(project)
    assert digests(project / "site") == site
    assert not (project / "site-managers").exists()
    assert [path.name for path in project.iterdir() if path.name.endswith(".aside")] == []


def test_a_note_made_private_after_its_month_stops_no_publish_and_is_withdrawn_everywhere(project: Path) -> None:
    store = TableStore(Layout(project / "data"))
    vibes = store.read("vibes")
    page = (project / "site" / "reports" / "2026-10" / "index.html").read_text()
    told = vibes[(vibes["visibility"] == "everyone") & vibes["note"].notna()]
    told = told[[note.replace("'", "&#39;") in page for note in told["note"]]]
    told = told[told["note"].map(lambda note: (vibes["note"] == note).sum() == 1)]
    row = told[told["week_start"] < W47].iloc[-1]
    week = vibes[vibes["week_start"] == row["week_start"]]
    store.write(
        "vibes",
        row["week_start"],
        week.assign(visibility=week["visibility"].mask(week["note"] == row["note"], "managers")),
    )
    publish(project)
    escaped = row["note"].replace("'", "&#39;")
    holders = [path for path in (project / "site").rglob("*.html") if escaped in path.read_text()]
    assert holders == []
    revised = (project / "site" / "reports" / "2026-10" / "index.html").read_text()
    assert "As of 23\xa0Nov\xa02026: a note was withdrawn." in revised
    assert escaped in (project / "site-managers" / "reports" / "2026-10" / "index.html").read_text()
    assert not publish(project).is_changed
    # What was published stays on file, and the revision beside it.
    kept = published.frozen_months(Layout(project / "data"))["2026-10"]
    assert kept.name == "0001"
    shutil.rmtree(project / "site")
    publish(project)
    assert (project / "site" / "reports" / "2026-10" / "index.html").read_text() == revised


def test_who_stops_naming_people_gets_months_that_name_nobody(project: Path) -> None:
    change_config(project, lambda config: config["publishing"].update(people="initials"))
    publish(project)
    page = (project / "site" / "reports" / "2026-10" / "index.html").read_text()
    assert "Ben Carter" not in page
    assert "Made on 23\xa0Nov\xa02026" in page
    assert "Ben Carter" in (project / "site-managers" / "reports" / "2026-10" / "index.html").read_text()
