"""The catalogue of all messages: nothing that a page says is missing, and a translator's work is never lost."""

from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog

from flows.publish import messages
from flows.publish.dictionary import UNITS, dictionary_tables
from flows.publish.messages import TEMPLATE_FILE, catalogue_text, gathered, template_text, untranslated
from flows.settings.languages import read_catalogue, texts
from transforms.clean.input_findings import RULES

Entries = dict[str, str]


@pytest.fixture(scope="module")
def all_messages() -> Catalog:
    return gathered()


def english(catalogue: Catalog) -> Iterator[str]:
    return (text for entry in catalogue if entry.id for text in texts(entry.id))


def test_the_committed_file_is_fresh() -> None:
    is_fresh = TEMPLATE_FILE.read_text(encoding="utf-8") == template_text()
    assert is_fresh, f"{TEMPLATE_FILE.name} is stale; write it anew with: tenfour language --write"


def test_every_message_is_a_text_with_nothing_around_it(all_messages: Catalog) -> None:
    found = list(english(all_messages))
    assert len(found) > 1000
    assert [text for text in found if not text or text != text.strip()] == []


def test_every_place_of_a_message_has_a_name_and_nothing_else(all_messages: Catalog) -> None:
    places = {
        (text, name, spec, conversion)
        for text in english(all_messages)
        for _, name, spec, conversion in Formatter().parse(text)
        if name is not None
    }
    assert [place for place in places if not place[1].isidentifier() or place[2] or place[3]] == []


def test_a_definition_that_stands_as_plain_english_is_gathered_as_it_is_said(all_messages: Catalog) -> None:
    tables = dictionary_tables()
    defined = [*UNITS, *UNITS.values(), *RULES.values(), *(table.grain for table in tables)]
    defined += [column.description for table in tables for column in table.columns]
    assert [text for text in defined if text not in all_messages] == []
    assert all_messages["words as typed or as shown"].locations == [("flows/publish/dictionary.py", 0)]
    assert "A holiday on Monday" in all_messages
    assert "Calendar weeks in the windows." in all_messages


# -- a language's catalogue ----------------------------------------------------------------------------------------


def messages_are(monkeypatch: pytest.MonkeyPatch, *found: str | tuple[str, str]) -> None:
    """From now on these are all messages that there are."""

    def these() -> Catalog:
        catalogue = Catalog(fuzzy=False)
        for message in found:
            catalogue.add(message, locations=[("page.py", 0)])
        return catalogue

    monkeypatch.setattr(messages, "gathered", these)


def written(path: Path, translations: Entries | None = None) -> str:
    """The catalogue brought up to date, and then some messages translated by hand."""
    text = catalogue_text(path)
    for message, said in (translations or {}).items():
        text = text.replace(f'msgid "{message}"\nmsgstr ""', f'msgid "{message}"\nmsgstr "{said}"')
    path.write_text(text, encoding="utf-8")
    return text


def test_a_new_catalogue_has_every_message_untranslated_in_the_forms_of_its_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages_are(monkeypatch, "Red", ("{n} week", "{n} weeks"))
    text = written(tmp_path / "pl.po")
    assert '#: page.py\nmsgid "Red"\nmsgstr ""\n' in text
    assert text.count('msgstr[') == 3
    assert untranslated(tmp_path / "pl.po") == 2


def test_an_up_to_date_catalogue_is_written_as_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    messages_are(monkeypatch, "Red", "Green", ("{n} week", "{n} weeks"))
    path = tmp_path / "de.po"
    text = written(path, {"Red": "Rot"})
    assert catalogue_text(path) == text
    assert untranslated(path) == 2


def test_a_translation_of_changed_english_is_kept_as_doubtful(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "de.po"
    messages_are(monkeypatch, "Of {all} engineers this week")
    written(path, {"Of {all} engineers this week": "Von {all} in dieser Woche"})
    messages_are(monkeypatch, "Of {all} engineers of {team} this week")
    text = written(path)
    assert '#, fuzzy, python-brace-format\nmsgid "Of {all} engineers of {team} this week"\n' in text
    assert 'msgstr "Von {all} in dieser Woche"' in text
    assert untranslated(path) == 1
    assert catalogue_text(path) == text


def test_a_message_that_is_gone_stands_as_a_comment_and_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "de.po"
    messages_are(monkeypatch, "Red", "As computed")
    written(path, {"Red": "Rot", "As computed": "Wie berechnet"})
    messages_are(monkeypatch, "Red")
    text = written(path)
    assert '#~ msgid "As computed"\n#~ msgstr "Wie berechnet"' in text
    assert catalogue_text(path) == text
    assert "As computed" not in read_catalogue(path)
    messages_are(monkeypatch, "Red", "As computed")
    assert 'msgid "As computed"\nmsgstr "Wie berechnet"' in written(path)
    assert untranslated(path) == 0
