"""Another language is one file: every word of a page comes from the catalogue, and numbers and dates follow the locale."""

from pathlib import Path

import pytest

from flows.publish.build import render_site
from tests.builders.pseudo import in_pseudo, known_words, machine_words, unsaid
from tests.builders.sites import KINDS, full_site_data

# What an archived week says is what it said then.
PAGES = {kind: path for kind, path in KINDS.items() if kind != "archived week"}
OF_MACHINES = ("thresholds", "dictionary")


@pytest.fixture(scope="module")
def pseudo_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("pseudo")
    render_site(in_pseudo(full_site_data(archived_weeks=0)), out)
    return out


@pytest.mark.parametrize("kind", PAGES)
def test_every_word_of_a_page_comes_from_the_catalogue(pseudo_site: Path, kind: str) -> None:
    page = (pseudo_site / PAGES[kind]).read_text("utf-8")
    known = known_words() | (machine_words() if kind in OF_MACHINES else set())
    assert unsaid(page, known) == []
