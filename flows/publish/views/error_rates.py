"""How often the rules are wrong: what was measured on simulated teams, beside the other method and the goals.

A false-alarm figure always stands together with its detection figure: each alone can be made as good as one likes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from flows.error_rates import ErrorRates, Figure, Goal, Measured, Method, Result, World
from flows.publish.views import wording
from transforms.language import N_, NBSP, _, listed, ngettext
from transforms.parameters import DecisionRules

NOT_MEASURED: Final = N_("not measured")
_MOST_KEYS: Final = 6
# Heading, and the figures below it: what goes wrong without cause, and what is found of what there is.
GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    N_("Red"): ("false_red", "red_within_12"),
    N_("Yellow or red"): (
        "false_alarm",
        "seen_within_12",
        "weeks_to_see",
        "burnout_seen_within_12",
        "burnout_weeks_to_see",
    ),
    N_("One bad week of a good engineer"): ("bad_week_green", "bad_week_all_green"),
    N_("Proposal to return to 5×8"): ("false_return", "return_precision", "return_within_26"),
    N_("Low before and after the switch"): ("chronic_flagged", "chronic_return"),
    N_("Interval of a team's change"): ("interval_coverage", "interval_type1", "interval_width"),
    N_("Verdict on the policy"): ("verdict_return_at_0", "verdict_return_at_2", "verdict_return_at_4"),
}
_TUNED: Final[Mapping[World, str]] = {"default": N_("Usual world"), "redrawn": N_("Redrawn world")}
_HELD_OUT: Final[Mapping[World, str]] = {
    "three_week_sprints": N_("Three-week sprints"),
    "heavy_tails": N_("Wild weeks"),
    "reorganisation": N_("A reorganisation"),
    "missing_weeks": N_("Missing weeks"),
}
# Of rules switched off, by what they are about: what they hold off in false alarms, what they cost in detection.
_WORTH: Final[Mapping[str, tuple[str, ...]]] = {
    N_("Rules of the lights"): ("false_red", "red_within_12", "false_alarm", "seen_within_12", "bad_week_all_green"),
    N_("Rules of the recommendation"): ("false_return", "return_precision", "return_within_26"),
    N_("Rules of the verdict"): ("verdict_return_at_0", "verdict_return_at_2", "verdict_return_at_4"),
}


def error_rates_view(rates: ErrorRates | None, rules: DecisionRules) -> dict[str, Any]:
    """What the method page says of the measured error rates; `rates` is missing where the file cannot be read."""
    if rates is None or not rates.results:
        return {"lead": [_nothing(rates)], "measured_on": "", "other_rules": "", "tables": [], "worth": []}
    return {
        "lead": _lead(rates, rules),
        "measured_on": _measured_on(rates),
        "other_rules": differing_keys(rates, rules),
        "tables": [_table(rates, rules, _TUNED), _table(rates, rules, _HELD_OUT)],
        "worth": _worth(rates, rules),
    }


def rate(figure: Figure, measured: Measured | None) -> str:
    """`0.04 ± 0.01`, `91.0 % ± 1.3`: the estimate and its standard error in the figure's unit."""
    if measured is None:
        return _(NOT_MEASURED)
    text = _in_unit(figure, _amount(figure, measured.value))
    return text if measured.se is None else f"{text} ±{NBSP}{_amount(figure, measured.se)}"


def differing_keys(rates: ErrorRates, rules: DecisionRules) -> str:
    """A sentence where the rules in force are not those that were measured; empty where they are."""
    keys = rates.differences(rules)
    if not keys:
        return ""
    named = [f"decisions.{key}" for key in keys[:_MOST_KEYS]]
    more = [_("{count} more", count=len(keys) - _MOST_KEYS)] if len(keys) > _MOST_KEYS else []
    return ngettext(
        "{n} key of the rules in force differs from those that were measured: {keys}. How often the rules in force are "
        "wrong may be more or less than this says; “make calibrate” measures it.",
        "{n} keys of the rules in force differ from those that were measured: {keys}. How often the rules in force are "
        "wrong may be more or less than this says; “make calibrate” measures it.",
        len(keys),
        keys=listed([*named, *more]),
    )


def _nothing(rates: ErrorRates | None) -> str:
    unread, unmeasured = _("the file with the measured figures could not be read"), _("nothing has been measured yet")
    return _(
        "How often these rules are wrong is not known here: {why}. Until it is, take a light as a reason to talk, not "
        "as a finding.",
        why=unread if rates is None else unmeasured,
    )


def _title(figure: Figure) -> str:
    """A figure's title, fit to be set: 5×8, and words of the program in quotes."""
    return re.sub(r"`(.+?)`", lambda word: quoted(word[1]), wording.typeset(_(figure.title)))


def quoted(word: str) -> str:
    """A word of the program or of a title, in quotation marks."""
    # TRANSLATORS: the quotation marks of the language
    return _("“{word}”", word=word)


def _in_unit(figure: Figure, number: str) -> str:
    return wording.tied(_("{number} %", number=number)) if figure.unit == "share" else number


def _amount(figure: Figure, value: float) -> str:
    """A value in the unit of its figure, which is not said."""
    if figure.unit == "share":
        return wording.number(100 * value)
    return _count(value) if figure.unit in ("episodes per engineer-year", "points") else wording.number(value)


def _count(value: float) -> str:
    """Episodes a year, points: two digits where they matter."""
    return wording.number(value, 2 if abs(value) < 10 else 1)


def _goal(figure: Figure, goal: Goal) -> str:
    """`≤ 0.10`, `93–97 %`."""
    if goal.op == "between":
        low, high = (_short(figure, end) for end in (goal.low, goal.high))
        return _in_unit(figure, f"{low}{wording.DASH}{high}")
    return f"{'≤' if goal.op == '<=' else '≥'}{NBSP}{_in_unit(figure, _short(figure, goal.value))}"


def _short(figure: Figure, value: float | None) -> str:
    """A goal's end, as round as it is set."""
    assert value is not None, "the reader of the file refuses a goal without its ends"
    if figure.unit == "share":
        return wording.number(100 * value, 0 if round(100 * value, 6).is_integer() else 1)
    return wording.number(value, 0 if float(value).is_integer() else 1 if round(10 * value, 6).is_integer() else 2)


def _lead(rates: ErrorRates, rules: DecisionRules) -> list[str]:
    mine = rates.result("default", rules.method)
    other = rates.result("default", _other(rules.method))
    sentences = [_said(mine, _("By the method in force"))] if mine else []
    sentences += [_said(other, _("By {method}", method=quoted(other.method)))] if other else []
    return sentences or [_("The method in force, {method}, was not measured.", method=quoted(rules.method))]


def _other(method: Method) -> Method:
    return "plain" if method == "evidence" else "evidence"


def _said(result: Result, start: str) -> str:
    """False alarms and detection in one sentence, or that they were not measured."""
    found = result.figures
    red, alarm, seen = (found.get(key) for key in ("false_red", "false_alarm", "seen_within_12"))
    if not (red and alarm and seen):
        return _(
            "{by_a_method}, false alarms and what is found of true declines were not both measured.", by_a_method=start
        )
    return _(
        "{by_a_method}, {reds}, and yellow or red {times} times a year; of clear declines {share} are no longer green "
        "within 12 weeks.",
        by_a_method=start,
        reds=_reds(red),
        times=_count(alarm.value),
        share=wording.percent(100 * seen.value, 0),
    )


def _reds(red: Measured) -> str:
    if not red.value:
        years = wording.number(red.n, 0)
        return _("an engineer with nothing wrong was red without cause not once in {years} years", years=years)
    if red.value > 0.5:
        times = _count(red.value)
        return _("an engineer with nothing wrong is red without cause {times} times a year", times=times)
    return _(
        "an engineer with nothing wrong is red without cause {times} times a year (once in {years} years)",
        times=_count(red.value),
        years=wording.number(1 / red.value, 0),
    )


def _measured_on(rates: ErrorRates) -> str:
    return _(
        "Measured on up to {teams} simulated teams of each world, whose truth is known: {before} weeks before the "
        "switch and {during} after it, with random numbers that no rule was tuned on. ± is one standard error. “Met” "
        "means the must is reached, “aim met” the harder aim as well.",
        teams=wording.number(rates.teams, 0),
        before=rates.weeks_before,
        during=rates.weeks_during,
    )


def _table(rates: ErrorRates, rules: DecisionRules, worlds: Mapping[World, str]) -> dict[str, Any]:
    """Both methods in some worlds, figure by figure. Goals are set for the usual and the redrawn world only."""
    other = _other(rules.method)
    has_goals = worlds is _TUNED
    found = {world: (rates.result(world, rules.method), rates.result(world, other)) for world in worlds}
    groups = []
    for title, keys in GROUPS.items():
        figures = [figure for figure in rates.figures if figure.key in keys]
        rows = []
        for figure in sorted(figures, key=lambda one: keys.index(one.key)):
            cells = []
            for world, (mine, theirs) in found.items():
                goal = figure.must_redrawn if world == "redrawn" else figure.must
                cells += [
                    _cell(figure, mine, goal if has_goals else None, figure.aim if world == "default" else None),
                    _cell(figure, theirs, None, None),
                ]
            rows.append({"title": _title(figure), "must": _musts(figure) if has_goals else "", "cells": cells})
        groups.append({"title": _(title), "rows": rows})
    return {
        "worlds": [_(world) for world in worlds.values()],
        "methods": [quoted(rules.method), quoted(other)],
        "has_goals": has_goals,
        "groups": groups,
    }


def _musts(figure: Figure) -> str:
    usual, redrawn = _goal(figure, figure.must), _goal(figure, figure.must_redrawn)
    # TRANSLATORS: what a figure must be: in the usual world, and in the redrawn one
    return usual if usual == redrawn else _("{usual}; redrawn {redrawn}", usual=usual, redrawn=redrawn)


def _cell(figure: Figure, result: Result | None, must: Goal | None, aim: Goal | None) -> dict[str, str]:
    measured = result.figures.get(figure.key) if result else None
    word: str = ""
    if measured and must:
        is_aim_met = aim is not None and aim.is_met(measured.value)
        word = N_("missed") if not must.is_met(measured.value) else N_("aim met") if is_aim_met else N_("met")
    return {"text": rate(figure, measured), "goal": word}


def _worth(rates: ErrorRates, rules: DecisionRules) -> list[dict[str, Any]]:
    """What each rule is worth: by how much figures move on the same teams when it alone is switched off."""
    whole = rates.result("default", rules.method)
    without = [one for one in rates.results if one.without and (one.world, one.method) == ("default", rules.method)]
    tables = []
    for title, keys in _WORTH.items():
        figures = [rates.figure(key) for key in keys if any(figure.key == key for figure in rates.figures)]
        touched = [one for one in without if one.figures.keys() & set(keys)]
        if whole is not None and touched:
            rows = [[_("nothing"), *(rate(figure, whole.figures.get(figure.key)) for figure in figures)]]
            rows += [
                [_(one.without), *(_moved(figure, one.changes.get(figure.key)) for figure in figures)]
                for one in touched
            ]
            tables.append(
                {
                    "title": _(title),
                    # TRANSLATORS: the head of a column of rules that are switched off
                    "columns": [_("Without"), *(_title(figure) for figure in figures)],
                    "rows": rows,
                }
            )
    return tables


def _moved(figure: Figure, change: Measured | None) -> str:
    """`+0.03 ± 0.02`, `−14.3 ± 8.7`: how a figure moves when a rule is switched off; a share in percentage points."""
    if change is None:
        return _(NOT_MEASURED)
    times, digits = (100, 1) if figure.unit == "share" else (1, 2)
    error = "" if change.se is None else f" ±{NBSP}{wording.number(times * change.se, digits)}"
    value = wording.number(times * change.value, digits, signed=True).removeprefix("±")
    return f"{value}{error}"
