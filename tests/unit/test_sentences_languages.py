"""What a run stores as sentences is said in the language of the site: every word, and numbers as it writes them."""

import re
from dataclasses import replace
from functools import cache
from string import Formatter
from typing import Final

import numpy as np
import pandas as pd
import pytest

from flows.publish.messages import gathered
from flows.settings.languages import texts
from flows.simulation.constants import World
from flows.simulation.world import simulate
from tests.builders.pseudo import CLOSE, OPEN, PSEUDO, SENTENCES, unsaid
from transforms.decide import decide
from transforms.language import Language, speaking
from transforms.parameters import DecisionParameters
from transforms.vocabulary import METHODS

SAID_IN: Final = {f"transforms/{name}.py" for name in ("sentences", "review_sentences", "team_sentences")}
_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)?")


@cache
def eventful() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Readings and incidents of a year in which nearly everything happens: gaps, falls, and a bad time for all."""
    drawn = simulate(World(engineers=40, weeks_before=30, weeks_during=40, has_gaps=True), seed=1)
    table, calls = drawn.readings.copy(), drawn.responses
    weeks = np.sort(table["week_start"].unique())
    stayed = sorted(table["engineer_id"].unique())[::7]
    table.loc[table["engineer_id"].isin(stayed), "schedule"] = "5x8"
    is_late = table["week_start"].isin(weeks[-12:])
    table.loc[is_late, ["billable_hours", "billable_pct"]] *= 0.88
    table.loc[is_late, "points_completed"] *= 0.8
    slower = np.where(calls["week_start"].isin(weeks[-10:]), 1.6, 1.0)
    return table, calls.assign(acknowledge_seconds=calls["acknowledge_seconds"] * slower)


@cache
def small() -> tuple[pd.DataFrame, pd.DataFrame]:
    """The same of four engineers over two years: too few to tell what became of the team."""
    drawn = simulate(World(engineers=4, weeks_before=56, weeks_during=56), seed=2)
    return drawn.readings, drawn.responses


@cache
def stored(method: str, language: Language) -> str:
    """Every sentence that is stored, one a line; those that differ in numbers only, once."""
    found: dict[str, str] = {}
    with speaking(language):
        for world in (eventful(), small()):
            for table in vars(decide(*world, replace(DecisionParameters(), method=method))).values():
                for column in table.columns.intersection(SENTENCES):
                    lines = "\n".join(table[column].dropna().unique()).splitlines()
                    found |= {_NUMBER.sub("0", line): line for line in lines}
    return "\n".join(found.values())


@pytest.mark.parametrize("method", METHODS)
def test_every_word_of_a_sentence_comes_from_the_catalogue(method: str) -> None:
    assert unsaid(stored(method, PSEUDO), ()) == []


def test_nearly_every_sentence_that_there_is_was_looked_at() -> None:
    said = _NUMBER.sub("0", "\n".join(stored(method, PSEUDO) for method in METHODS))
    messages = [entry.id for entry in gathered() if SAID_IN & {file for file, _ in entry.locations}]
    left = [message for message in messages if not any(re.search(_said(form), said) for form in texts(message))]
    assert len(messages) > 150
    assert len(left) < 0.12 * len(messages), left


def _said(message: str) -> str:
    """What finds a message, its places filled."""
    parts = Formatter().parse(_NUMBER.sub("0", message))
    pieces = (re.escape(text) + (".*?" if name else "") for text, name, *_ in parts)
    return OPEN + "".join(pieces) + CLOSE


@pytest.mark.parametrize("method", METHODS)
def test_numbers_and_days_are_those_of_the_locale(method: str) -> None:
    said = stored(method, Language("de-DE"))
    assert re.search(r"Billable \d+,\d % ", said)
    assert re.findall(r"\d\.\d", said) == []
    if method == "evidence":
        assert re.search(r"the last \d eligible weeks \(\d+\. \w+\.? - \d+\. \w+\.?\): \d+,\d points", said)
