"""The life of an alert, and when a whole team is told of at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from flows.publish.views import wording
from flows.publish.views.examples.known import Life, panel_of
from flows.publish.views.examples.made_up import group
from transforms.alerts import KEYS, NO_EVENT, alerts, no_alerts, team_wide_red
from transforms.language import N_, Words, _
from transforms.parameters import DecisionParameters
from transforms.stats import Ints
from transforms.vocabulary import ALERT_EVENTS, CHANNELS

_LEVELS: Final = {"n": 0, "s": 1, "h": 2, "?": -1}
_WORDS: Final = Words({"n": N_("none"), "s": N_("soft"), "h": N_("hard"), "?": N_("unknown")})
QUIET: Final = "nothing"
# What happens to an alert, within a sentence.
_EVENTS: Final = Words(
    {
        QUIET: N_("nothing"),
        "opened": N_("opened"),
        "escalated": N_("escalated"),
        "eased": N_("eased"),
        "reminded": N_("reminded"),
        "resolved": N_("resolved"),
    }
)


@dataclass(frozen=True)
class Course:
    """Levels of a metric week by week, and what is told of its alert in each week."""

    weeks: str
    expected: tuple[str, ...]
    why: str


COURSES: Final = (
    Course("ns", (QUIET, "opened, told"), "a warning opens"),
    Course("ssh", ("opened, told", QUIET, "escalated, told"), "no news in between; then it is critical"),
    Course("hs", ("opened, told", "eased"), "better, but not over: nobody is told"),
    Course("sn", ("opened, told", "resolved, told"), "over"),
    Course("ssss", ("opened, told", QUIET, QUIET, QUIET), "the same news is not told twice"),
    Course("sssss", ("opened, told", QUIET, QUIET, QUIET, "reminded, told"), "after four weeks"),
    Course("s?n", ("opened, told", QUIET, "resolved, told"), "an unknown week changes nothing"),
    Course("?", (QUIET,), "unknown is no alert"),
)


@dataclass(frozen=True)
class Notice:
    """A single week's share, and what happens to the notice."""

    share: float
    expected: str


NOTICES: Final = (Notice(76.0, QUIET), Notice(75.9, "opened"))


@dataclass(frozen=True)
class Team:
    """So many of a team turn red in one week; some were red before."""

    size: int
    turned: int
    expected: bool
    was_red: int = 0

    @property
    def what(self) -> str:
        if self.was_red:
            return _("{turned} of {size}, {red} already red", turned=self.turned, size=self.size, red=self.was_red)
        return _("{turned} of {size}", turned=self.turned, size=self.size)


TEAMS: Final = (
    Team(9, 3, True),
    Team(10, 3, False),
    Team(6, 2, False),
    Team(3, 3, True),
    Team(9, 2, False, was_red=3),
)


def groups(rules: DecisionParameters) -> list[dict[str, Any]]:
    """The tables of the page."""
    courses = [
        [
            wording.capital(_said(found[-1])),
            ", ".join(_WORDS[letter] for letter in case.weeks),
            "; ".join(map(_said, found)),
            _(case.why),
        ]
        for case, found in zip(COURSES, found_courses(rules), strict=True)
    ]
    notices = [
        [
            wording.capital(_said(found)),
            _("A week at {share}", share=wording.percent(case.share)),
            _said(found),
            _("a notice: listed, never told"),
        ]
        for case, found in zip(NOTICES, found_notices(rules), strict=True)
    ]
    return [
        group(
            "alerts",
            label=_("Alerts"),
            title=_("The life of an alert"),
            text=_("Levels of a metric week by week, and what becomes of its alert. “Told”: a message goes out."),
            columns=[_("In the last week"), _("Levels"), _("Week by week"), _("Why")],
            rows=[*courses, *notices],
        ),
        group(
            "teams",
            label=_("Team alerts"),
            title=_("A whole team at once"),
            text=_(
                "Engineers of a team who turn red in the same week. Told once, about the team, with theirs below it."
            ),
            columns=[_("Told"), _("Turned red")],
            rows=[
                [_("Once, about the team") if found else _("One by one"), case.what]
                for case, found in zip(TEAMS, found_teams(rules), strict=True)
            ],
        ),
    ]


def found_courses(rules: DecisionParameters) -> list[tuple[str, ...]]:
    """What happens to the alert of each case, week by week."""
    return [_events(case.weeks, rules) for case in COURSES]


def _events(weeks: str, rules: DecisionParameters) -> tuple[str, ...]:
    panel = panel_of([Life()], rules)
    first = panel.n_weeks - len(weeks)
    level: dict[str, Ints] = {channel: np.zeros((1, panel.n_weeks), dtype=np.int64) for channel in CHANNELS}
    level["velocity"][0, first:] = [_LEVELS[letter] for letter in weeks]
    nothing = np.zeros((1, panel.n_weeks), dtype=bool)
    before = {key: no_alerts(panel) for key in KEYS}
    grid = alerts(panel, rules, level, np.zeros_like(level["velocity"]), nothing, before, range(panel.n_weeks))[
        "velocity"
    ]
    return tuple(
        _told(int(grid.event[0, week]), is_told=bool(grid.is_notified[0, week])) for week in range(first, panel.n_weeks)
    )


def _told(event: int, *, is_told: bool) -> str:
    return QUIET if event == NO_EVENT else f"{ALERT_EVENTS[event]}{', told' if is_told else ''}"


def found_notices(rules: DecisionParameters) -> list[str]:
    """What happens to the notice in the last week, at each share."""
    panel = panel_of([Life(shares=(case.share,)) for case in NOTICES], rules)
    quiet: Ints = np.zeros((len(NOTICES), panel.n_weeks), dtype=np.int64)
    nothing = np.zeros(quiet.shape, dtype=bool)
    before = {key: no_alerts(panel) for key in KEYS}
    grids = alerts(panel, rules, dict.fromkeys(CHANNELS, quiet), quiet, nothing, before, range(panel.n_weeks))
    return [
        _told(int(event), is_told=bool(told))
        for event, told in zip(grids["notice"].event[:, -1], grids["notice"].is_notified[:, -1], strict=True)
    ]


def found_teams(rules: DecisionParameters) -> list[bool]:
    """Whether each case is told as one piece of news."""
    found = []
    for case in TEAMS:
        panel = panel_of([Life(team="team")] * case.size, rules)
        underlying = np.zeros((case.size, panel.n_weeks), dtype=np.int64)
        underlying[: case.was_red, -2:] = 2
        underlying[case.was_red : case.was_red + case.turned, -1] = 2
        found.append(bool(team_wide_red(panel, underlying, rules.alerts)[:, -1].any()))
    return found


def _said(told: str) -> str:
    """What `_told` gives, in the language spoken."""
    event, _comma, is_told = told.partition(", ")
    return _("{event}, told", event=_EVENTS[event]) if is_told else _EVENTS[event]
