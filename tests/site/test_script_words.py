"""Scripts hold no words of their own: the page hands over all that they show, in its language."""

import html
import json
import re
from typing import Any

import pytest
from babel.messages.catalog import Catalog

from flows.publish.script_words import form_words, nforms, script_words
from flows.publish.views.book import open_book
from flows.publish.views.input import pages
from flows.settings.languages import translations
from tests.builders.pseudo import CLOSE, OPEN, PSEUDO, in_pseudo
from tests.builders.rendering import html_of
from tests.builders.site_data import site_data
from tests.conftest import ROOT
from transforms.language import Language, speaking

ASSETS = ROOT / "site_templates" / "assets"
SCRIPTS = {path.stem: path for folder in ("js", "explore") for path in (ASSETS / folder).glob("*.js")}
# Which scripts share the words that a page hands over.
SHARED = {
    "site": ["site"],
    "filters": ["filters"],
    "what-if": ["what-if"],
    "explore": ["explore", "chart"],
}
# Words in a row, or a piece of them to be put together.
SENTENCE = re.compile(r"^\W*[A-Z][a-z]+ [a-z]|[a-z]{2}[.,;] |^ [a-z]+( |$)|[a-z]{2} $")
FORMS = {"vibes": form_words(is_vibes=True), "decisions": form_words(is_vibes=False)}


def source(*scripts: str) -> str:
    return "\n".join(re.sub(r"^\s*//.*", "", SCRIPTS[name].read_text("utf-8"), flags=re.M) for name in scripts)


def spoken_by(*scripts: str) -> set[str]:
    return set(re.findall(r"\bwords\.(\w+)", source(*scripts)))


@pytest.mark.parametrize("script", SHARED)
def test_a_script_is_given_the_words_that_it_shows_and_no_other(script: str) -> None:
    assert spoken_by(*SHARED[script]) == set(script_words(script))


@pytest.mark.parametrize("kind", FORMS)
def test_both_forms_are_given_all_words_of_their_scripts(kind: str) -> None:
    assert spoken_by("input", "results") == set(FORMS[kind])


def test_the_checker_is_given_all_that_it_says() -> None:
    form = json_of(html_of(site_data(), pages(open_book(site_data()))[0]))
    assert set(re.findall(r"\brules\.(\w+)", source("check"))) <= set(form["rules"])


@pytest.mark.parametrize("script", SCRIPTS)
def test_no_sentence_stands_in_a_script(script: str) -> None:
    literals = re.findall(r'"((?:[^"\\\n]|\\.)*)"', source(script))
    assert [text for text in literals if SENTENCE.search(text)] == []


def json_of(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert found
    form: dict[str, Any] = json.loads(found[1])
    return form


def unbracketed(words: dict[str, Any]) -> list[str]:
    said = [text for word in words.values() for text in (word.values() if isinstance(word, dict) else [word])]
    return [text for text in said if not (text.startswith(OPEN) and text.endswith(CLOSE))]


def test_words_of_scripts_come_from_the_catalogue() -> None:
    data = in_pseudo(site_data())
    with speaking(PSEUDO):
        forms = [html_of(data, page) for page in pages(open_book(data))]
        assert [unbracketed(script_words(script)) for script in SHARED] == [[], [], [], []]
    for page in forms:
        form = json_of(page)
        assert unbracketed(form["words"]) == []
        said = [clause for _, message in form["rules"]["findings"].values() for clause in message.split("; ")]
        assert [text for text in said if OPEN not in text and CLOSE not in text] == []
        given = re.findall(r"data-words='([^']*)'", page)
        assert [unbracketed(json.loads(html.unescape(text))) for text in given] == [[]]


def test_a_counted_word_has_a_form_for_every_kind_of_count_of_its_language() -> None:
    catalogue = Catalog(locale="pl")
    catalogue.add(("{n} row", "{n} rows"), ("{n} wiersz", "{n} wiersze", "{n} wierszy"))
    with speaking(Language("pl-PL", translations(catalogue))):
        polish = nforms("{n} row", "{n} rows")
    assert polish == {"one": "{n} wiersz", "few": "{n} wiersze", "many": "{n} wierszy", "other": "{n} wierszy"}
    assert nforms("{n} row", "{n} rows") == {"one": "{n} row", "other": "{n} rows"}


def test_every_page_with_a_script_that_speaks_hands_it_words() -> None:
    templates = "\n".join(path.read_text("utf-8") for path in (ROOT / "site_templates").rglob("*.j2"))
    tags = re.findall(r"<script src=.*?</script>", templates)
    speaking_ones = [name for name, scripts in SHARED.items() if "currentScript" in source(scripts[0])]
    assert sorted(speaking_ones) == sorted(SHARED)
    assert {tag for tag in tags if "script_words" not in tag} == {tag for tag in tags if "assets.input" in tag}
