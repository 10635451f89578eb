"""What a manager's word can do: a week that is excused, a light that is kept green, and where each of them ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from flows.publish.views import wording
from flows.publish.views.examples.known import Life, normals, panel_of
from flows.publish.views.examples.made_up import group
from transforms.excused import excused_weeks
from transforms.language import _
from transforms.overrides import overrides
from transforms.parameters import DecisionParameters
from transforms.stats import Bools, Ints

_LIGHTS: Final = {"g": 0, "y": 1, "r": 2, "u": -1}


@dataclass(frozen=True)
class Excuse:
    """The last week of a life, and whether it is left out of the windows."""

    what: str
    life: Life
    expected: bool
    why: str


def _bad(*shares: float, scores: tuple[float, ...] = (), noted: tuple[int, ...] = (0,), n_during: int = 20) -> Life:
    return Life(shares=shares, scores=scores, noted=noted, n_during=n_during)


EXCUSES: Final = (
    Excuse("72 %, vibes 4, a note", _bad(72), True, "2 standard deviations below normal"),
    Excuse("72.1 %, vibes 4, a note", _bad(72.1), False, "1.98 standard deviations"),
    Excuse("60 %, vibes 3, a note", _bad(60, scores=(3,)), False, "vibes below 4"),
    Excuse("60 %, vibes 4, no note", _bad(60, noted=()), False, "nobody says why"),
    Excuse("Again after 7 weeks", _bad(60, *(82,) * 6, 60, noted=(0, 7)), False, "one in 8 weeks"),
    Excuse("Again after 8 weeks", _bad(60, *(82,) * 7, 60, noted=(0, 8)), True, "one in 8 weeks"),
    Excuse("Week 4 of 4×10", _bad(60, n_during=4), False, "settling in: not compared with the normal"),
    Excuse("Week 5 of 4×10", _bad(60, n_during=5), True, "compared"),
)


@dataclass(frozen=True)
class Appeal:
    """Lights underneath in the weeks up to the last one, oldest first, and whether that one is shown green.

    `notes` are weeks with vibes of 4 and a note, counted back from the last.
    """

    what: str
    lights: str
    expected: bool
    why: str
    notes: tuple[int, ...] = (0,)
    score: float = 4.0
    are_vibes_quiet: bool = True
    share: float = 82.0


APPEALS: Final = (
    Appeal("Yellow, vibes 4, a note", "ggggggggy", True, "a good engineer with a bad week"),
    Appeal("Yellow, no note", "ggggggggy", False, "nobody says why", notes=()),
    Appeal("Yellow, vibes 3", "ggggggggy", False, "vibes below 4", score=3.0),
    Appeal("Yellow by vibes", "ggggggggy", False, "the vibes themselves have a level", are_vibes_quiet=False),
    Appeal("6 of 8 were green", "yyggggggy", True, "75 %"),
    Appeal("5 of 8 were green", "yyygggggy", False, "62.5 % is below 70 %"),
    Appeal("Only 3 judged, all red", "uuuurrruy", True, "fewer than 4 weeks say nothing"),
    Appeal("4 judged, all red", "uuurrrruy", False, "none was green"),
    Appeal("Red, 76 % in 8 weeks", "ggggggggr", True, "the policy is still met", share=76.0),
    Appeal("Red, 75.9 % in 8 weeks", "ggggggggr", False, "hard and lasting", share=75.9),
    Appeal("Second week running", "gggggggggyy", True, "2 weeks running at most", notes=(0, 1)),
    Appeal("Third week running", "ggggggggyyy", False, "2 weeks running at most", notes=(0, 1, 2)),
    Appeal("Fifth in 12 weeks", "ggggggggyggyggyggygy", False, "4 in 12 weeks at most", notes=(0, 2, 5, 8, 11)),
    Appeal("Fifth in 13 weeks", "gggggggyggygggyggygy", True, "the first is 12 weeks ago", notes=(0, 2, 5, 9, 12)),
    Appeal("Unknown, vibes 5, a note", "ggggggggu", False, "never over an unknown", score=5.0),
)


def groups(rules: DecisionParameters) -> list[dict[str, Any]]:
    """The tables of the page."""
    return [
        group(
            "excused",
            label=_("Excused weeks"),
            title=_("A week that is left out of the windows"),
            text=_("Somebody whose billable share is normally 82 %, with a scatter of 5 points."),
            columns=[_("Result"), _("The last week"), _("Why")],
            rows=[
                [_("Excused") if found else _("Counts"), wording.sentence(_(case.what)), wording.sentence(_(case.why))]
                for case, found in zip(EXCUSES, found_excuses(rules), strict=True)
            ],
        ),
        group(
            "override",
            label=_("Override"),
            title=_("A light that is kept green"),
            text=_(
                "What was computed underneath, and what the manager says. Eight green weeks came before, unless said."
            ),
            columns=[_("Shown"), _("The last week"), _("Why")],
            rows=[
                [
                    _("Green") if found else _("As computed"),
                    wording.sentence(_(case.what)),
                    wording.sentence(_(case.why)),
                ]
                for case, found in zip(APPEALS, found_appeals(rules), strict=True)
            ],
        ),
    ]


def found_excuses(rules: DecisionParameters) -> list[bool]:
    """Whether the last week of each case is excused."""
    found = []
    for case in EXCUSES:
        panel = panel_of([case.life], rules)
        nothing: Bools = np.zeros((1, panel.n_weeks), dtype=bool)
        known = dict.fromkeys(range(panel.n_weeks), normals([case.life]))
        found.append(bool(excused_weeks(panel, rules, known, nothing)[0, -1]))
    return found


def found_appeals(rules: DecisionParameters) -> list[bool]:
    """Whether the override applies in the last week of each case."""
    lives = [Life(shares=(case.share,) * 8, scores=(case.score,), noted=case.notes) for case in APPEALS]
    panel = panel_of(lives, rules)
    lights: Ints = np.zeros((len(lives), panel.n_weeks), dtype=np.int64)
    vibes: Ints = np.zeros_like(lights)
    for row, case in enumerate(APPEALS):
        lights[row, -len(case.lights) :] = [_LIGHTS[letter] for letter in case.lights]
        vibes[row, -1] = 0 if case.are_vibes_quiet else 1
    nothing: Bools = np.zeros(lights.shape, dtype=bool)
    found = overrides(panel, rules, lights, vibes, nothing, range(panel.n_weeks))
    return [bool(applied) for applied in found.is_applied[:, -1]]
