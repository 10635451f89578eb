"""The one catalogue of what the readers of people's files say."""

import string

import pytest

from transforms.clean.input_findings import FINDINGS, RULES, finding


def test_every_finding_breaks_a_rule_and_every_rule_can_be_broken() -> None:
    assert {key[:4] for key in FINDINGS} == set(RULES)
    assert all(key[4] == "." and key[5:] for key in FINDINGS)


@pytest.mark.parametrize("key", FINDINGS)
def test_a_template_is_plain_names_in_braces_so_that_the_page_fills_it_alike(key: str) -> None:
    parts = list(string.Formatter().parse(FINDINGS[key].message))
    assert all(name.isidentifier() for _, name, _, _ in parts if name is not None)
    assert not any(spec or conversion for _, _, spec, conversion in parts)
    assert not any("{" in text or "}" in text for text, *_ in parts)


def test_a_finding_says_what_was_typed_whatever_it_looks_like() -> None:
    problem = finding("V003.not_a_date", "{day}", typed="{day}")
    assert (problem.rule, problem.severity, problem.found) == ("V003", "error", "{day}")
    assert problem.message.startswith('"{day}" is not a date; the row is not used; ')
