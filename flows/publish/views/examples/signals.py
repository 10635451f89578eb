"""Signals at their boundary: what each metric says of the last weeks, against the policy and the own normal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from flows.publish.views import wording
from flows.publish.views.examples.known import Life, normals, panel_of
from flows.publish.views.examples.made_up import LEVEL_WORDS, group
from transforms.comparison import weeks_to_judge
from transforms.language import _, brief
from transforms.parameters import DecisionParameters
from transforms.signals import evidence
from transforms.vocabulary import LEVELS, TOGETHER


@dataclass(frozen=True)
class Case:
    """The last weeks of a life, and the signal that must come of them: none, soft, hard, or no opinion."""

    what: str
    life: Life
    expected: str
    why: str = ""


@dataclass(frozen=True)
class Table:
    """Cases of one rule; `channel` is what speaks in them, `text` says the rule in the numbers in force."""

    name: str
    label: str
    title: str
    text: Callable[[DecisionParameters], str]
    channel: str
    cases: tuple[Case, ...]


def _four(share: float, normal: float = 77.0) -> Life:
    return Life(normal=normal, shares=(share,) * 4)


def _windows_text(rules: DecisionParameters) -> str:
    billable, least = rules.billable, 100 * rules.eligibility.min_worked_share
    return _(
        "Somebody whose own normal is 77 %, with a scatter of 5 points; the window is at 72.5 %. A week counts from "
        "{least} % of the contract hours on; the window of {weeks} such weeks reaches back {reach} at most and needs "
        "{needed}.",
        least=brief(least),
        weeks=billable.window_weeks,
        reach=billable.reach_weeks,
        needed=billable.min_weeks,
    )


WINDOWS: Final = Table(
    "windows",
    "Windows",
    "Which weeks a window is made of",
    _windows_text,
    "billable",
    (
        Case(
            "The last week 16\u00a0h", Life(77, (72.5,) * 4, (40, 40, 40, 16)), "soft", "16 of 40 h is 40 %: it counts"
        ),
        Case(
            "The last week 15\u00a0h", Life(77, (72.5,) * 4, (40, 40, 40, 15)), "no opinion", "37.5 %: as if on leave"
        ),
        Case(
            "Leave in 5 of 8 weeks", Life(77, (72.5,) * 8, (40, 40, 0, 0, 0, 0, 0, 40)), "soft", "three weeks in reach"
        ),
        Case("Leave in 6 of 8 weeks", Life(77, (72.5,) * 8, (0, 40, 0, 0, 0, 0, 0, 40)), "no opinion", "only two"),
        Case("85 % logged", Life(77, (72.5,) * 4, logged=34.0), "soft", "enough of the hours are known"),
        Case("84 % logged", Life(77, (72.5,) * 4, logged=33.6), "no opinion", "unknown, not low"),
        Case("The source failed", Life(77, (72.5,) * 4, gone=frozenset({0})), "no opinion", "unknown now"),
        Case("Third week on 4×10", Life(77, (72.5,) * 3, n_during=3), "soft", "no window mixes before and after"),
        Case("Second week on 4×10", Life(77, (72.5,) * 4, n_during=2), "no opinion", "weeks before do not fill it up"),
    ),
)


def _policy_text(rules: DecisionParameters) -> str:
    billable = rules.billable
    return _(
        "Four weeks at a share; the policy is {policy} %. With a scatter of 5 points the standard error of four weeks "
        "is 2.5. Soft is {soft} standard errors below the policy; hard is {hard} below it and either {change} below "
        "the own normal or with a normal under {low} %; or {own} below the own normal and below the policy.",
        policy=brief(billable.threshold_pct),
        soft=brief(billable.soft_policy_z),
        hard=brief(billable.hard_policy_z),
        change=brief(billable.hard_change_z),
        low=brief(billable.hard_low_baseline_pct),
        own=brief(billable.hard_own_z),
    )


POLICY: Final = Table(
    "policy",
    "Policy",
    "Billable share and the policy",
    _policy_text,
    "billable",
    (
        Case("73.5 %, normal 77 %", _four(73.5), "soft", "1.0 below the policy"),
        Case("73.6 %, normal 77 %", _four(73.6), "none", "0.96 below the policy"),
        Case("77, 77, 60, 77 %", Life(77, (77, 77, 60, 77)), "none", "not without its worst week"),
        Case("71.5 %, normal 77 %", _four(71.5), "soft", "1.8 below the policy, but only 2.2 below normal"),
        Case("71.5 %, normal 78.25 %", _four(71.5, 78.25), "hard", "2.7 below normal: it fell"),
        Case("71.5 %, normal 78.2 %", _four(71.5, 78.2), "soft", "2.68 below normal"),
        Case("71.5 %, normal 76.4 %", _four(71.5, 76.4), "hard", "low all along"),
        Case("71.5 %, normal 76.5 %", _four(71.5, 76.5), "soft", "neither fallen far nor low all along"),
        Case("71.6 %, normal 76.4 %", _four(71.6, 76.4), "soft", "1.76 below the policy"),
        Case("75.9 %, normal 84.15 %", _four(75.9, 84.15), "hard", "3.3 below normal, and below the policy"),
        Case("75.9 %, normal 84.1 %", _four(75.9, 84.1), "soft", "3.28 below normal"),
        Case("76 %, normal 85 %", _four(76, 85), "soft", "3.6 below normal, but at the policy"),
    ),
)


def _own_text(rules: DecisionParameters) -> str:
    billable = rules.billable
    return _(
        "The normal is 82 %. A fall of {points} points and of {errors} standard errors is a soft signal, in any "
        "window: a standard error is 2.9 points in three weeks and 1.4 in twelve.",
        points=brief(billable.soft_points),
        errors=brief(billable.soft_z),
    )


OWN: Final = Table(
    "own",
    "Own normal",
    "Billable share and the own normal",
    _own_text,
    "billable",
    (
        Case("Twelve weeks at 78 %", Life(shares=(78,) * 12), "soft", "4 points, 2.77 standard errors"),
        Case("Twelve at 78.1 %", Life(shares=(78.1,) * 12), "none", "3.9 points"),
        Case("Three at 74.4 %", Life(shares=(74.4,) * 3), "soft", "2.63 standard errors"),
        Case("Three at 74.6 %", Life(shares=(74.6,) * 3), "none", "2.56 standard errors"),
        Case("One at 20 %", Life(shares=(20,)), "none", "counts as 12.5 points, 2.5 standard deviations"),
        Case("Twelve at 86 %", Life(shares=(86,) * 12), "none", "more is no signal"),
        Case("Week 4 of 4×10", Life(90, (80,) * 4, n_during=4), "none", "settling in: not compared"),
        Case("Week 7 of 4×10", Life(90, (80,) * 7, n_during=7), "soft", "three weeks that are compared"),
    ),
)


def _velocity_text(rules: DecisionParameters) -> str:
    velocity, left = rules.velocity, 100 * rules.comparison.worst_out_share
    return _(
        "The normal is 10 points a sprint. Soft is {soft} % less and {soft_errors} standard errors (of 7.1 % for two "
        "sprints), hard is {hard} % and {hard_errors}; without the worst sprint {left} % of the drop must be left.",
        soft=brief(100 * velocity.soft_drop),
        soft_errors=brief(velocity.soft_z),
        hard=brief(100 * velocity.hard_drop),
        hard_errors=brief(velocity.hard_z),
        left=brief(left),
    )


VELOCITY: Final = Table(
    "drops",
    "Drops",
    "Velocity and the own normal",
    _velocity_text,
    "velocity",
    (
        Case("Two sprints of 8.0", Life(points=(8.0, 8.0)), "soft", "20 %"),
        Case("Two of 8.1", Life(points=(8.1, 8.1)), "none", "19 %"),
        Case("Two of 7.5", Life(points=(7.5, 7.5)), "hard", "25 %, 3.54 standard errors"),
        Case("Two of 7.6", Life(points=(7.6, 7.6)), "soft", "24 %"),
        Case("9 and 6.9", Life(points=(9.0, 6.9)), "none", "20.5 %, but 10 % without the worst"),
        Case("8.4 and 7.6", Life(points=(8.4, 7.6)), "soft", "20 %, and 16 % without the worst"),
        Case("8.41 and 7.59", Life(points=(8.41, 7.59)), "none", "20 %, but 15.9 % without the worst"),
        Case("One of 0", Life(points=(10.0, 0.0)), "none", "one sprint alone raises nothing"),
    ),
)


def _response_text(rules: DecisionParameters) -> str:
    response = rules.response
    return _(
        "Calls that took a multiple of the normal time. Soft is {soft} times and {soft_errors} standard errors, hard "
        "is {hard} times and {hard_errors}; a call scatters by 0.5 (logarithm).",
        soft=brief(response.soft_factor),
        soft_errors=brief(response.soft_z),
        hard=brief(response.hard_factor),
        hard_errors=brief(response.hard_z),
    )


RESPONSE: Final = Table(
    "slower",
    "Slower calls",
    "Incident response and the own normal",
    _response_text,
    "response",
    (
        Case("15 calls, 1.35 times", Life(calls=(1.35,) * 15), "soft", "2.32 standard errors"),
        Case("15 calls, 1.34 times", Life(calls=(1.34,) * 15), "none", "too small"),
        Case("14 calls, 1.35 times", Life(calls=(1.35,) * 14), "none", "2.25 standard errors"),
        Case("20 calls, 1.455 times", Life(calls=(1.455,) * 20), "hard", "3.35 standard errors"),
        Case("19 calls, 1.455 times", Life(calls=(1.455,) * 19), "soft", "3.27 standard errors"),
        Case("Two calls, 10 times", Life(calls=(10.0,) * 2), "no opinion", "three are needed"),
        Case("One of three, 100 times", Life(calls=(1.0, 1.0, 100.0)), "none", "counts as 2 standard deviations"),
        Case("Sixteen in half the time", Life(calls=(0.5,) * 16), "none", "faster is no signal"),
    ),
)


def _vibes_text(rules: DecisionParameters) -> str:
    vibes = rules.vibes
    return _(
        "Four scores; the normal is 4. Soft is a mean of {soft} or less, or {drop} and {errors} standard errors (of "
        "0.25) under the own level; hard is a mean of {hard} or less. Each must stand without the worst score.",
        soft=brief(vibes.soft_mean),
        drop=brief(vibes.soft_drop),
        errors=brief(vibes.soft_z),
        hard=brief(vibes.hard_mean),
    )


VIBES: Final = Table(
    "scores",
    "Scores",
    "Vibes as they stand and against the own level",
    _vibes_text,
    "vibes",
    (
        Case("3, 2, 3, 2", Life(scores=(3, 2, 3, 2)), "soft", "2.5; without the worst 2.67"),
        Case("2, 2, 2, 3", Life(scores=(2, 2, 2, 3)), "soft", "2.25; without the worst 2.33: not hard"),
        Case("2, 2, 2, 2", Life(scores=(2, 2, 2, 2)), "hard", "2"),
        Case("3, 3, 3, 3", Life(scores=(3, 3, 3, 3)), "soft", "1 under the own level"),
        Case("3, 3, 4, 3", Life(scores=(3, 3, 4, 3)), "none", "0.75 under it, but 0.67 without the worst"),
        Case("4, 4, 4, 1", Life(scores=(4, 4, 4, 1)), "none", "one bad week"),
        Case("Two scores of 1", Life(scores=(None, None, None, None, None, 1, 1)), "no opinion", "three are needed"),
        Case("No score this week", Life(scores=(2, 2, 2, None)), "no opinion", "what was before is held"),
    ),
)


def _together_text(rules: DecisionParameters) -> str:
    together = rules.together
    return _(
        "Four weeks in which metrics move, none of them far enough to speak alone. Together they count as their "
        "standard errors (each from {least} on, and {most} at most), added up, over the square root of how many "
        "metrics there are; here three, since nobody was called. Soft is {soft}, hard {hard}.",
        least=brief(together.each_z),
        most=brief(together.max_z),
        soft=brief(together.soft_z),
        hard=brief(together.hard_z),
    )


TOGETHER_CASES: Final = Table(
    "together",
    "Several together",
    "Several metrics together",
    _together_text,
    TOGETHER,
    (
        Case("77 %, sprints of 8.47", Life(shares=(77,) * 4, points=(8.47, 8.47)), "soft", "(2.00 + 2.16) / √3 = 2.40"),
        Case("77 %, sprints of 8.48", Life(shares=(77,) * 4, points=(8.48, 8.48)), "none", "2.396 together"),
        Case("77 %, sprints of 10", Life(shares=(77,) * 4), "none", "only one takes part"),
        Case(
            "79.6 %, sprints of 7", Life(shares=(79.6,) * 4, points=(7, 7)), "none", "0.96 is too little to take part"
        ),
        Case("72 %, sprints of 7.5", Life(shares=(72,) * 4, points=(7.5, 7.5)), "hard", "(3.5 + 3.5) / √3 = 4.0"),
        Case("76 %, sprints of 7.6", Life(shares=(76,) * 4, points=(7.6, 7.6)), "hard", "(2.4 + 3.39) / √3 = 3.35"),
        Case("76 %, sprints of 7.7", Life(shares=(76,) * 4, points=(7.7, 7.7)), "soft", "(2.4 + 3.25) / √3 = 3.26"),
    ),
)
_OTHERS: Final = 5
TABLES: Final = (WINDOWS, POLICY, OWN, VELOCITY, RESPONSE, VIBES, TOGETHER_CASES)


@dataclass(frozen=True)
class Shared:
    """One of a team of six: what became of the other five, and of this one."""

    what: str
    others: Life
    life: Life
    expected: str
    why: str


def _falls(to: float, weeks: int, normal: float = 90.0, n_during: int = 20) -> Life:
    return Life(normal, (to,) * weeks, n_during=n_during)


SHARED: Final = (
    Shared("Alone, by 4 points", _falls(90, 12), _falls(86, 12), "soft", "nobody else fell: 4 points count"),
    Shared("By 4, others by 0.5", _falls(89.5, 12), _falls(86, 12), "none", "3.5 points count"),
    Shared("By 5.5, others by 3", _falls(87, 12), _falls(84.5, 12), "soft", "no more than 1.5 are taken off: 4 count"),
    Shared("By 5.4, others by 3", _falls(87, 12), _falls(84.6, 12), "none", "3.9 count"),
    Shared("All by 12 points", _falls(78, 12), _falls(78, 12), "soft", "a large shared loss still shows"),
    Shared("Others better by 4", _falls(94, 12), _falls(86, 12), "soft", "gains of others are not held against one"),
    Shared("Week 3: all by 10", _falls(80, 3, n_during=3), _falls(80, 3, n_during=3), "none", "settling in is shared"),
    Shared("Week 3: alone by 10", _falls(90, 3, n_during=3), _falls(80, 3, n_during=3), "soft", "it is not"),
    Shared(
        "Week 2: alone by 10", _falls(90, 2, n_during=2), _falls(80, 2, n_during=2), "no opinion", "three are needed"
    ),
)


def groups(rules: DecisionParameters) -> list[dict[str, Any]]:
    """The tables of the page."""
    tables = [
        group(
            table.name,
            label=_(table.label),
            title=_(table.title),
            text=wording.sentence(table.text(rules)),
            columns=[_("Signal"), _("The last weeks"), _("Why")],
            rows=[
                [wording.capital(LEVEL_WORDS[found]), wording.sentence(_(case.what)), wording.sentence(_(case.why))]
                for case, found in zip(table.cases, found_in(table, rules), strict=True)
            ],
        )
        for table in TABLES
    ]
    shared = group(
        "shared",
        label=_("Shared dips"),
        title=_("What the whole team shares"),
        text=_(
            "One of a team of six whose billable share is normally 90 %, and what happened to the other five over the "
            "same twelve weeks, or right after the switch."
        ),
        columns=[_("Signal"), _("A fall"), _("Why")],
        rows=[
            [wording.capital(LEVEL_WORDS[found]), _(case.what), _(case.why)]
            for case, found in zip(SHARED, found_shared(rules), strict=True)
        ],
    )
    return [*tables[:3], shared, *tables[3:]]


def found_in(table: Table, rules: DecisionParameters) -> list[str]:
    """What is said in the last week of each case."""
    return _by_length([case.life for case in table.cases], table.channel, rules)


def found_shared(rules: DecisionParameters) -> list[str]:
    """What is said of the one engineer whom each case is about."""
    found = []
    for number, case in enumerate(SHARED):
        team = [_of_team(case.life, number), *[_of_team(case.others, number)] * _OTHERS]
        found.append(_said(team, "billable", rules)[0])
    return found


def _of_team(life: Life, number: int) -> Life:
    return Life(life.normal, life.shares, n_during=life.n_during, team=f"team{number}")


def _by_length(lives: Sequence[Life], channel: str, rules: DecisionParameters) -> list[str]:
    """Lives of the same length are judged at once: they share their last week."""
    found = [""] * len(lives)
    for length in sorted({life.n_during for life in lives}):
        numbers = [number for number, life in enumerate(lives) if life.n_during == length]
        said = _said([lives[number] for number in numbers], channel, rules)
        for number, word in zip(numbers, said, strict=True):
            found[number] = word
    return found


def _said(lives: Sequence[Life], channel: str, rules: DecisionParameters) -> list[str]:
    panel = panel_of(lives, rules)
    nothing = np.zeros((panel.n_engineers, panel.n_weeks), dtype=bool)
    week = weeks_to_judge(panel, rules, np.array([panel.n_weeks - 1]), nothing)
    signal = evidence(panel, rules, normals(lives), week).opinion[channel].signal[:, 0]
    return [LEVELS[code] if code >= 0 else "no opinion" for code in signal]
