"""The one catalogue of what the readers of people's files say."""

import string

import pytest

from tests.builders.pseudo import PSEUDO
from transforms.clean.input_findings import FINDINGS, RULES, either, finding, weekdays
from transforms.language import speaking


def test_every_finding_breaks_a_rule_and_every_rule_can_be_broken() -> None:
    assert {key[:4] for key in FINDINGS} == set(RULES)
    assert all(key[4] == "." and key[5:] for key in FINDINGS)


@pytest.mark.parametrize("key", FINDINGS)
def test_a_template_is_plain_names_in_braces_so_that_the_page_fills_it_alike(key: str) -> None:
    parts = list(string.Formatter().parse(FINDINGS[key].message))
    assert all(name.isidentifier() for _, name, _, _ in parts if name is not None)
    assert not any(spec or conversion for _, _, spec, conversion in parts)
    assert not any("{" in text or "}" in text for text, *_ in parts)


def test_a_finding_is_said_in_the_language_spoken_and_filled_as_in_english() -> None:
    with speaking(PSEUDO):
        assert (
            finding("V009.long", length=501).message
            == "⟦the note has 501 characters⟧; ⟦the first 500 are shown; shorten it⟧"
        )
        assert RULES["V009"] == "⟦note is a text of at most 500 characters⟧"
        assert either(["2026-03-04", "2026-04-03"]) == "⟦2026-03-04 or 2026-04-03⟧"
        assert weekdays()[0] == "Monday"


def test_a_finding_says_what_was_typed_whatever_it_looks_like() -> None:
    problem = finding("V003.not_a_date", "{day}", typed="{day}")
    assert (problem.rule, problem.severity, problem.found) == ("V003", "error", "{day}")
    assert problem.message.startswith('"{day}" is not a date; the row is not used; ')
