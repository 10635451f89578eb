"""Catalogues of messages: which one a locale takes, and what is refused before anything is said."""

from pathlib import Path

import pytest

from flows.errors import ConfigError
from flows.settings.languages import LANGUAGES, locale_of, read_catalogue, read_language
from transforms.language import _, ngettext, speaking

WEEKS = 'msgid "{n} week"\nmsgid_plural "{n} weeks"\n'


def catalogue(folder: Path, *entries: str, name: str = "de", head: str = "") -> Path:
    """A catalogue of these entries; the first begins in line 6."""
    path = folder / f"{name}.po"
    start = f'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n{head}\n\n'
    path.write_text(start + "\n".join(entries), encoding="utf-8")
    return path


def entry(english: str, said: str) -> str:
    return f'msgid "{english}"\nmsgstr "{said}"\n'


def refusal(path: Path) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        read_catalogue(path)
    return caught.value


def test_a_language_says_its_messages_and_what_it_lacks_in_english(tmp_path: Path) -> None:
    forms = f'{WEEKS}msgstr[0] "eine Woche"\nmsgstr[1] "{{n}} Wochen"\n'
    catalogue(tmp_path, entry("Red", "Rot"), entry("Green", ""), "#, fuzzy\n" + entry("Yellow", "Grün"), forms)
    with speaking(read_language("de-DE", tmp_path)):
        assert [_("Red"), _("Green"), _("Yellow"), _("Unknown")] == ["Rot", "Green", "Yellow", "Unknown"]
        assert [ngettext("{n} week", "{n} weeks", count) for count in (1, 1200)] == ["eine Woche", "1.200\u00a0Wochen"]


def test_a_country_with_a_catalogue_of_its_own_takes_that_one(tmp_path: Path) -> None:
    catalogue(tmp_path, entry("Red", "Rot"))
    catalogue(tmp_path, entry("Red", "Feuerrot"), name="de-AT")
    for tag, word in {"de-DE": "Rot", "de-AT": "Feuerrot"}.items():
        with speaking(read_language(tag, tmp_path)):
            assert _("Red") == word


def test_english_needs_no_catalogue(tmp_path: Path) -> None:
    with speaking(read_language("en-US", tmp_path)):
        assert _("Red") == "Red"


def test_a_language_without_a_catalogue_says_which_there_are_and_how_to_start_one(tmp_path: Path) -> None:
    catalogue(tmp_path, name="fr")
    with pytest.raises(ConfigError) as caught:
        read_language("de-DE", tmp_path)
    assert str(caught.value).splitlines() == [
        'publishing.locale: there is no catalogue of messages for "de-DE"',
        f"  {tmp_path / 'de.po'} is missing; there is: en, fr",
        "Start one with: tenfour language de",
    ]


@pytest.mark.parametrize("tag", ["", "german", "xx-YY", "de_DE", "../de"])
def test_an_unknown_locale_is_refused_with_examples_of_known_ones(tag: str) -> None:
    with pytest.raises(ConfigError, match=f'"{tag}" is no known locale\n.*en-GB, en-US or de-DE'):
        locale_of(tag)


@pytest.mark.parametrize(
    ("english", "said", "finding"),
    [
        ("{a} of {b}", "{a} von", '"{a} von": {b} is missing'),
        ("{a} of {b}", "{a} von {b} {c}", '"{a} von {b} {c}": there is no {c} in "{a} of {b}"'),
        ("{a} red", "{a:d} rot", '"{a:d} rot": {a} is missing'),
        ("{a} red", "{a!r} rot", '"{a!r} rot": {a} is missing'),
        ("{a} red", "{a rot", "\"{a rot\": expected '}' before end of string"),
        ("A <b>red</b>", "Ein rotes", '"Ein rotes": its markup is not that of "A <b>red</b>"'),
        ("Red", "<SCRIPT src=x>Rot", '"<SCRIPT src=x>Rot": its markup is not that of "Red"'),
        (
            "Red",
            'Rot" onclick="x',
            '"Rot" onclick="x": it has " where the English has none; use the quotation marks of the language',
        ),
        (
            "Red",
            "Rot < gelb",
            '"Rot < gelb": it has < where the English has none; use the quotation marks of the language',
        ),
        ("Red", "Rot<!--", '"Rot<!--": its markup is not that of "Red"'),
    ],
)
def test_a_translation_that_does_not_fit_is_told_with_its_line(
    tmp_path: Path, english: str, said: str, finding: str
) -> None:
    error = refusal(catalogue(tmp_path, entry("Green", "Grün"), entry(english, said)))
    assert error.summary == f"{tmp_path / 'de.po'}: translations do not fit their English"
    assert error.findings[0] == f"line 9: {finding}"


def test_all_that_does_not_fit_is_told_at_once_and_every_form_is_looked_at(tmp_path: Path) -> None:
    forms = 'msgid "{n} week of {all}"\nmsgid_plural "{n} weeks of {all}"\nmsgstr[0] "eine"\nmsgstr[1] "von {all}"\n'
    error = refusal(catalogue(tmp_path, forms, entry("{a} red", "rot")))
    # `{n}` may be spelt out.
    assert error.findings == ['line 6: "eine": {all} is missing', 'line 11: "rot": {a} is missing']


def test_places_and_markup_may_change_their_order(tmp_path: Path) -> None:
    read_catalogue(catalogue(tmp_path, entry("{a} <b>of</b> <i>{b}</i>", "<i>{b}</i> <b>von</b> {a}")))


def test_a_doubtful_translation_may_be_of_other_english(tmp_path: Path) -> None:
    doubtful = '#, fuzzy\n#| msgid "{n} weeks"\nmsgid "{n} weeks of {all}"\nmsgstr "{n} Wochen"\n'
    read_catalogue(catalogue(tmp_path, doubtful))


@pytest.mark.parametrize(
    ("entries", "head"),
    [
        (["nonsense"], ""),
        ([entry("Red", "Rot")], '"Plural-Forms: nplurals=INTEGER; plural=EXPRESSION;\\n"'),
        ([entry("Red", "Rot")], '"Plural-Forms: nplurals=2; plural=(nonsense);\\n"'),
        ([f'{WEEKS}msgstr[0] "a"\nmsgstr[1] "b"\nmsgstr[2] "c"\n'], ""),
    ],
)
def test_what_is_no_catalogue_is_refused(tmp_path: Path, entries: list[str], head: str) -> None:
    assert "de.po: not a catalogue of messages: " in refusal(catalogue(tmp_path, *entries, head=head)).summary


def test_a_catalogue_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "de.po"
    path.write_bytes('msgid "Green"\nmsgstr "Grün"\n'.encode("latin-1"))
    assert "not a catalogue of messages" in refusal(path).summary


def test_the_catalogues_of_the_project_fit() -> None:
    assert all(read_catalogue(path) for path in LANGUAGES.glob("*.po"))
