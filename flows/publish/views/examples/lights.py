"""From signals to levels, from levels to the light."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from flows.publish.views import wording
from flows.publish.views.examples.made_up import LEVEL_WORDS, group
from transforms.language import N_, Words, _
from transforms.opinions import NO_OPINION
from transforms.parameters import DecisionParameters
from transforms.stats import Ints
from transforms.status import History, levels, underlying_status
from transforms.vocabulary import CHANNELS, LEVELS, STATUSES

# A week's signal as a letter: none, soft, hard, soft and strong, no opinion, the source failed.
_SIGNALS: Final = {"n": 0, "s": 1, "h": 2, "S": 1, ".": NO_OPINION, "x": NO_OPINION}
_WORDS: Final = Words(
    {
        "n": N_("none"),
        "s": N_("soft"),
        "h": N_("hard"),
        "S": N_("soft, strong"),
        ".": N_("no opinion"),
        "x": N_("source failed"),
    }
)


@dataclass(frozen=True)
class Run:
    """Signals week by week, oldest first, and the level after the last of them."""

    weeks: str
    expected: str
    why: str
    channel: str = "billable"

    @property
    def what(self) -> str:
        """The weeks in words; the same thing several times is counted."""
        parts: list[tuple[str, int]] = []
        for letter in self.weeks:
            if parts and parts[-1][0] == letter:
                parts[-1] = (letter, parts[-1][1] + 1)
            else:
                parts.append((letter, 1))
        told = [
            f"{count}× {_WORDS[letter]}" if count > 2 else ", ".join([_WORDS[letter]] * count)
            for letter, count in parts
        ]
        weeks = ", ".join(told)
        return _("Velocity: {weeks}", weeks=weeks) if self.channel == "velocity" else weeks


RUNS: Final = (
    Run("ns", "none", "one week alone"),
    Run("snns", "none", "one of the last three"),
    Run("sns", "soft", "two of the last three"),
    Run("ss", "soft", "two of the last three"),
    Run("nS", "soft", "strong enough to rise at once"),
    Run("sh", "soft", "what both weeks reach"),
    Run("nh", "none", "hard, too, needs two"),
    Run("hh", "hard", "two of the last three"),
    Run("ssn", "soft", "one week without it"),
    Run("ssnn", "none", "two weeks without it"),
    Run("hhss", "soft", "falls to the highest of those two"),
    Run("ss" + 8 * ".", "soft", "held for eight weeks"),
    Run("ss" + 9 * ".", "unknown", "no longer"),
    Run("ssx", "unknown", "a source that failed holds nothing"),
    Run("ns", "soft", "velocity follows at once", "velocity"),
    Run("sn", "none", "in both directions", "velocity"),
)


@dataclass(frozen=True)
class Mix:
    """Levels of billable, velocity, response, vibes and several together, and the light."""

    levels: str
    expected: str
    why: str

    @property
    def what(self) -> str:
        """The channels that are not quiet."""
        loud = [
            f"{wording.METRIC_NAMES[channel]} {LEVEL_WORDS[LEVELS[_SIGNALS[letter]]]}"
            for channel, letter in zip(CHANNELS, self.levels, strict=True)
            if letter != "n"
        ]
        return ", ".join(loud) or _("Nothing")


MIXES: Final = (
    Mix("nnnnn", "green", "no level"),
    Mix("nsnnn", "yellow", "one at soft"),
    Mix("nssnn", "red", "two at soft"),
    Mix("nhnnn", "red", "one at hard"),
    Mix("nnnns", "yellow", "several together, alone"),
    Mix("nsnns", "yellow", "they are not one metric more"),
    Mix("nnnnh", "red", "several together, hard"),
    Mix("nn.nn", "green", "nobody was called"),
    Mix(".nnnn", "unknown", "green needs billable share"),
    Mix(".snnn", "yellow", "what is known says so"),
    Mix("..h..", "red", "what is known says so"),
)


def groups(rules: DecisionParameters) -> list[dict[str, Any]]:
    """The tables of the page."""
    return [
        group(
            "levels",
            label=_("Levels"),
            title=_("How long a signal must last"),
            text=_("What a metric said week by week, oldest first, and the level after the last week."),
            columns=[_("Level"), _("Week by week"), _("Why")],
            rows=[
                [wording.capital(LEVEL_WORDS[found]), run.what, _(run.why)]
                for run, found in zip(RUNS, found_levels(rules), strict=True)
            ],
        ),
        group(
            "lights",
            label=_("Lights"),
            title=_("From levels to the light"),
            text=_("The levels that are not quiet, and the light underneath."),
            columns=[_("Light"), _("Levels"), _("Why")],
            rows=[
                [wording.STATUS_WORDS[found], mix.what, _(mix.why)]
                for mix, found in zip(MIXES, found_lights(rules), strict=True)
            ],
        ),
    ]


def found_levels(rules: DecisionParameters) -> list[str]:
    """The level of each run after its last week."""
    return [_level(run, rules) for run in RUNS]


def _level(run: Run, rules: DecisionParameters) -> str:
    signal = np.array([[_SIGNALS[letter] for letter in run.weeks]])
    letters = np.array([list(run.weeks)])
    nothing = np.full(signal.shape, NO_OPINION)
    history = History(nothing, nothing, np.zeros(signal.shape, dtype=bool), range(signal.shape[1]))
    found = levels(signal, letters == "x", letters == "S", run.channel, history, rules)
    return LEVELS[int(found.level[0, -1])]


def found_lights(rules: DecisionParameters) -> list[str]:
    """The light of each mix of levels."""
    grid: dict[str, Ints] = {
        channel: np.array([[_SIGNALS[mix.levels[number]]] for mix in MIXES]) for number, channel in enumerate(CHANNELS)
    }
    return [STATUSES[code] for code in underlying_status(grid, rules)[:, 0]]
