"""Reasons in sentences: the number, the window, the reference, the strength, and what would clear it.

Sentences are made for the weeks asked for only. Definition: decisions.md, 2 ("Every status carries reasons").
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from transforms.definitions import METRIC_DEFINITIONS
from transforms.opinions import GAPS, HARD, NO_OPINION, NONE, RULES, SOFT, Opinion
from transforms.overrides import GUARD_RAILS, Overrides
from transforms.panel import Panel
from transforms.parameters import DecisionParameters
from transforms.stats import Bools, Floats, Ints, Words
from transforms.status import Levels
from transforms.vocabulary import LEVELS, Metric

_WEEK = pd.Timedelta(days=7)


@dataclass(frozen=True)
class Cell:
    """One metric of one engineer in one week: what a sentence is made of."""

    signal: int
    level: int
    is_held: bool
    gap: str
    rule: str
    value: float
    reference: float
    z: float
    n_items: int
    smallest_visible: float
    clear_at: float
    is_one_item: bool
    first_day: str
    last_day: str
    full_week_hours: float
    held_until: str
    unknown_since: str

    @property
    def window(self) -> str:
        return f"{self.first_day} - {self.last_day}"


def reasons(
    metric: Metric, panel: Panel, opinion: Opinion, found: Levels, weeks: Ints, parameters: DecisionParameters
) -> tuple[Words, Words]:
    """Why the level is what it is, and what would bring it down. Shape: engineers x `weeks` (by index)."""
    why = np.full((panel.n_engineers, len(weeks)), "", dtype=object)
    clears = why.copy()
    engineer, column = np.nonzero(panel.is_employed[:, weeks])
    cells = _cells(panel, opinion, found, engineer, weeks[column], parameters)
    sentence, clear = _SENTENCES[metric], _CLEARS[metric]
    why[engineer, column] = [_reason(metric, cell, sentence, parameters) for cell in cells]
    clears[engineer, column] = [_would_clear(metric, cell, clear, parameters) for cell in cells]
    return why, clears


def _cells(
    panel: Panel, opinion: Opinion, found: Levels, engineer: Ints, week: Ints, parameters: DecisionParameters
) -> list[Cell]:
    days = [_day(monday) for monday in panel.week_starts]
    sundays = [_day(monday + pd.Timedelta(days=6)) for monday in panel.week_starts]
    held_weeks = parameters.missing.hold_weeks + 1
    ends = [_day(monday + held_weeks * _WEEK) for monday in panel.week_starts]
    at = (engineer, week)
    columns = zip(
        opinion.signal[at].tolist(),
        found.level[at].tolist(),
        found.is_held[at].tolist(),
        [GAPS[code] for code in opinion.gap[at].tolist()],
        [RULES[code] for code in opinion.rule[at].tolist()],
        opinion.value[at].tolist(),
        opinion.reference[at].tolist(),
        opinion.z[at].tolist(),
        opinion.n_items[at].tolist(),
        opinion.smallest_visible[at].tolist(),
        opinion.clear_at[at].tolist(),
        opinion.is_one_item[at].tolist(),
        # A window without weeks starts after the last one.
        [days[min(index, len(days) - 1)] for index in opinion.first_week[at].tolist()],
        [sundays[index] for index in week.tolist()],
        panel.contract_hours[at].tolist(),
        [ends[index] for index in found.last_judged[at].tolist()],
        [days[index] for index in _unknown_since(panel, found)[at].tolist()],
        strict=True,
    )
    return [Cell(*values) for values in columns]


def _unknown_since(panel: Panel, found: Levels) -> Ints:
    """Index of the first week of the run without a level that each week ends; the week itself has to be unknown."""
    weeks = np.arange(panel.n_weeks)[None, :]
    last_known = np.maximum.accumulate(np.where(found.level > NO_OPINION, weeks, -1), axis=1)
    since: Ints = np.minimum(np.maximum(last_known + 1, panel.first_week[:, None]), weeks)
    return since


def _day(day: Any) -> str:
    return f"{day.day} {day.strftime('%b')}"


def _reason(
    metric: Metric, cell: Cell, sentence: Callable[[Cell, DecisionParameters], str], parameters: DecisionParameters
) -> str:
    if cell.gap:
        text = f"{_title(metric)}: {_gap(metric, cell, parameters)}"
        return f"{text}; level held: {LEVELS[cell.level]}." if cell.is_held else f"{text}."
    text = _plain_sentence(metric, cell, parameters) if parameters.method == "plain" else sentence(cell, parameters)
    if cell.signal > max(cell.level, NONE):
        rules = parameters.hysteresis
        text += f" The level rises when this holds in {rules.rise_signals} of {rules.rise_weeks} judged weeks."
    elif cell.level > cell.signal:
        text += f" The level stays {LEVELS[cell.level]} until it has been gone for a second judged week."
    return text


def _title(metric: Metric) -> str:
    return METRIC_DEFINITIONS[metric].short_title


def _gap(metric: Metric, cell: Cell, parameters: DecisionParameters) -> str:
    new_item = {
        "billable": "no reading this week",
        "velocity": "no sprint ended this week",
        "response": "no calls this week",
        "vibes": "no vibes this week",
    }
    few = {
        "billable": f"fewer than {parameters.billable.min_weeks} eligible weeks to judge",
        "velocity": f"fewer than {parameters.velocity.min_sprints} whole sprints to judge",
        "response": f"fewer than {parameters.response.min_incidents} calls to judge",
        "vibes": f"fewer than {parameters.vibes.min_entries} entries to judge",
    }
    worked = parameters.eligibility.min_worked_share
    return {
        "source": f"unknown since the week of {cell.unknown_since}, the data are missing or incomplete",
        "coverage": f"unknown since the week of {cell.unknown_since}, less than "
        f"{100 * parameters.missing.min_coverage:g} % of the available hours of these weeks are logged",
        "not_employed": "not employed",
        "holiday_week": "holiday week, not judged",
        "new_hire": f"not judged in the first {parameters.eligibility.new_hire_weeks} weeks",
        "away": f"less than {100 * worked:g} % of the contract's hours worked this week, not judged",
        "excused": "this week is excused by the manager's note and left out",
        "few_items": few[metric],
        "no_baseline": "not enough weeks before the switch to tell what is normal",
        "before_switch": "not compared before the switch",
        "settling_in": f"not compared in the first {parameters.baseline.settling_weeks} weeks of 4x10",
        "nothing_new": new_item[metric],
        "sprint_left_out": "the sprint that ended is left out (not whole, a holiday week, too few hours, excused)",
    }[cell.gap]


def _billable(cell: Cell, parameters: DecisionParameters) -> str:
    policy = parameters.billable.threshold_pct
    start = f"Billable {cell.value:.1f} % over the last {cell.n_items} eligible weeks ({cell.window})"
    distance = cell.reference - cell.value
    if cell.rule == "policy":
        return f"{start}: {distance:.1f} points under the {policy:g} % policy, {cell.z:.1f} standard errors."
    if cell.rule == "baseline":
        return (
            f"{start}: {distance:.1f} points under own normal of {cell.reference:.1f} %, {cell.z:.1f} standard errors."
        )
    alone = " Without its worst week there is no signal." if cell.is_one_item else ""
    if cell.reference != policy:
        under = f"{policy - cell.value:.1f} points under the {policy:g} % policy, within chance; "
        return (
            f"Billable {cell.value:.1f} % over {cell.n_items} weeks, {under if cell.value < policy else ''}"
            f"own normal {cell.reference:.1f} %; a fall of less than {cell.smallest_visible:.1f} points would not be "
            f"visible yet.{alone}"
        )
    side = "under" if cell.value < policy else "over"
    return (
        f"Billable {cell.value:.1f} % over {cell.n_items} weeks, {abs(distance):.1f} points {side} the {policy:g} % "
        f"policy; less than {cell.smallest_visible:.1f} points under it would be chance.{alone}"
    )


def _velocity(cell: Cell, parameters: DecisionParameters) -> str:  # noqa: ARG001 - one signature for all metrics
    share = 100 * (1 - cell.value / cell.reference)
    if cell.rule:
        return (
            f"Velocity {cell.value:.1f} points per 40 hours over the last {cell.n_items} sprints ({cell.window}): "
            f"{share:.0f} % under own normal of {cell.reference:.1f}, {cell.z:.1f} standard errors."
        )
    alone = " Without its worst sprint there is no signal." if cell.is_one_item else ""
    visible = 100 * cell.smallest_visible / cell.reference
    return (
        f"Velocity {cell.value:.1f} points per 40 hours over {cell.n_items} sprints, own normal {cell.reference:.1f}; "
        f"a fall of less than {visible:.0f} % would not be visible yet.{alone}"
    )


def _response(cell: Cell, parameters: DecisionParameters) -> str:  # noqa: ARG001 - one signature for all metrics
    if cell.rule:
        return (
            f"Response times x{cell.value:.2f} of own normal over {cell.n_items} calls ({cell.window}): "
            f"{cell.z:.1f} standard errors slower."
        )
    alone = " Without its slowest call there is no signal." if cell.is_one_item else ""
    return (
        f"Response times x{cell.value:.2f} of own normal over {cell.n_items} calls ({cell.window}); "
        f"less than x{cell.smallest_visible:.2f} would not be visible yet.{alone}"
    )


def _vibes(cell: Cell, parameters: DecisionParameters) -> str:
    start = f"Vibes {cell.value:.1f} on average over the last {cell.n_items} entries ({cell.window})"
    if cell.rule == "mean":
        hard = parameters.vibes.hard_mean
        limit = hard if cell.signal == HARD else cell.reference
        return f"{start}: at or under {limit:g}."
    if cell.rule == "baseline":
        fall = cell.reference - cell.value
        return f"{start}: {fall:.1f} under own normal of {cell.reference:.1f}, {cell.z:.1f} standard errors."
    alone = " Without its lowest entry there is no signal." if cell.is_one_item else ""
    if np.isnan(cell.smallest_visible):
        return (
            f"Vibes {cell.value:.1f} on average over {cell.n_items} entries; {cell.reference:g} or less is low.{alone}"
        )
    return (
        f"Vibes {cell.value:.1f} on average over {cell.n_items} entries, own normal {cell.reference:.1f}; "
        f"a fall of less than {cell.smallest_visible:.1f} would not be visible yet.{alone}"
    )


def _plain_sentence(metric: Metric, cell: Cell, parameters: DecisionParameters) -> str:
    if metric == "billable":
        place = "under" if cell.signal == HARD else "near" if cell.signal == SOFT else "over"
        return f"Billable {cell.value:.1f} % this week, {place} the {parameters.billable.threshold_pct:g} % policy."
    if metric == "velocity":
        return f"Velocity {cell.value:.1f} points per 40 hours this sprint, threshold {cell.reference:.1f}."
    if metric == "response":
        return f"Response times x{cell.value:.2f} of own normal this week, threshold x{cell.reference:g}."
    return f"Vibes {cell.value:g} this week, threshold {cell.reference:g}."


def _would_clear(
    metric: Metric, cell: Cell, clear: Callable[[Cell, DecisionParameters], str], parameters: DecisionParameters
) -> str:
    if cell.level <= NONE:
        return ""
    if parameters.method == "plain":
        return f"{_title(metric)}: back to none with the first reading on the good side of its threshold."
    if cell.gap:
        return f"{_title(metric)}: held until it can be judged again, at most until the week of {cell.held_until}."
    if cell.signal == NONE:
        return f"{_title(metric)}: back to none after one more judged week without a signal."
    return clear(cell, parameters)


def _lasting(parameters: DecisionParameters) -> str:
    return f"in {parameters.hysteresis.fall_weeks} judged weeks running"


def _clear_billable(cell: Cell, parameters: DecisionParameters) -> str:
    rules = parameters.billable
    hours = cell.full_week_hours
    needed = hours * rules.threshold_pct / 100
    both = f" and the last {rules.long_window_weeks}" if cell.n_items > rules.window_weeks else ""
    return (
        f"Billable: back to none when the last {rules.window_weeks}{both} eligible weeks together stand above "
        f"{cell.clear_at:.1f} % {_lasting(parameters)}; {rules.threshold_pct:g} % of a full week of {hours:g} hours is "
        f"{needed:.1f} billable hours."
    )


def _clear_velocity(cell: Cell, parameters: DecisionParameters) -> str:  # noqa: ARG001 - as above
    return (
        f"Velocity: back to none at the end of a sprint, when the last {cell.n_items} stand above "
        f"{cell.clear_at:.1f} points per 40 hours."
    )


def _clear_response(cell: Cell, parameters: DecisionParameters) -> str:
    return (
        f"Response: back to none when the times over such a window stay under "
        f"x{cell.clear_at:.2f} of own normal {_lasting(parameters)}."
    )


def _clear_vibes(cell: Cell, parameters: DecisionParameters) -> str:
    entries = parameters.vibes.window_entries
    return (
        f"Vibes: back to none when the mean of the last {entries} entries is above {cell.clear_at:.2f} "
        f"{_lasting(parameters)}."
    )


_SENTENCES: dict[Metric, Callable[[Cell, DecisionParameters], str]] = {
    "billable": _billable,
    "velocity": _velocity,
    "response": _response,
    "vibes": _vibes,
}
_CLEARS: dict[Metric, Callable[[Cell, DecisionParameters], str]] = {
    "billable": _clear_billable,
    "velocity": _clear_velocity,
    "response": _clear_response,
    "vibes": _clear_vibes,
}


def notice_reasons(panel: Panel, weeks: Ints, parameters: DecisionParameters) -> Words:
    """The sentence of a week's own billable reading. Shape: engineers x `weeks` (by index)."""
    share = panel.billable_share[:, weeks]
    policy = parameters.billable.threshold_pct
    why = np.full(share.shape, "Not on the roster any more.", dtype=object)
    cells = np.nonzero(~np.isnan(share))
    why[cells] = [
        f"Billable {100 * value:.1f} % in this week, {'under' if value < policy / 100 else 'not under'} the "
        f"{policy:g} % policy; one week alone is no evidence."
        for value in share[cells].tolist()
    ]
    return why


def override_reasons(panel: Panel, found: Overrides, weeks: Ints, parameters: DecisionParameters) -> Words:
    """Why the override applied, or which guard-rail forbade it; empty where nothing asked for it.

    Shape: engineers x `weeks` (by index).
    """
    why = np.full((panel.n_engineers, len(weeks)), "", dtype=object)
    engineer, column = np.nonzero(found.is_asked[:, weeks] | found.is_applied[:, weeks])
    week = weeks[column]
    why[engineer, column] = [
        _override_reason(vibes, passes, green, judged, parameters)
        for vibes, passes, green, judged in zip(
            panel.vibes[engineer, week].tolist(),
            found.passes[:, engineer, week].T.tolist(),
            found.n_green[engineer, week].tolist(),
            found.n_judged[engineer, week].tolist(),
            strict=True,
        )
    ]
    return why


def _override_reason(
    vibes: float, passes: Sequence[bool], green: int, judged: int, parameters: DecisionParameters
) -> str:
    rules = parameters.override
    if all(passes):
        text = f"Vibes {vibes:g} with a note"
        if parameters.method == "plain":
            return f"{text}."
        return f"{text}, vibes are quiet, {green} of {judged} judged weeks before were green underneath."
    first = GUARD_RAILS[list(passes).index(False)]
    return {
        "has_note": f"Not applied: vibes {vibes:g}, but no note.",
        "vibes_quiet": "Not applied: the vibes themselves signal.",
        "mostly_green": f"Not applied: only {green} of {judged} judged weeks before were green underneath, "
        f"{100 * rules.min_green_share:g} % are needed.",
        "soft_or_on_policy": f"Not applied: red underneath, and billable over {parameters.billable.long_window_weeks} "
        f"weeks is under {parameters.billable.threshold_pct:g} %.",
        "not_running_out": f"Not applied: it has applied {rules.max_running} weeks running, the most it may.",
        "not_used_up": f"Not applied: {rules.max_in_span} uses in {rules.span_weeks} weeks are the most there may be.",
    }[first]


def together_reasons(
    panel: Panel,
    opinion: Opinion,
    z_by_metric: Mapping[Metric, Floats],
    found: Levels,
    weeks: Ints,
    parameters: DecisionParameters,
) -> tuple[Words, Words]:
    """Why several metrics together are a signal, and what would end it. Shape: engineers x `weeks` (by index)."""
    why = np.full((panel.n_engineers, len(weeks)), "", dtype=object)
    clears = why.copy()
    engineer, column = np.nonzero(found.level[:, weeks] > NONE)
    rules = parameters.together
    for row, place in zip(engineer, column, strict=True):
        week = weeks[place]
        if opinion.signal[row, week] == NO_OPINION:
            why[row, place] = f"Several together: not judged this week; level held: {LEVELS[found.level[row, week]]}."
            clears[row, place] = "Several together: held until it can be judged again."
            continue
        parts = ", ".join(
            f"{METRIC_DEFINITIONS[metric].short_title.lower()} {z[row, week]:.1f}"
            for metric, z in z_by_metric.items()
            if z[row, week] >= rules.each_z
        )
        first = _day(panel.week_starts[opinion.first_week[row, week]])
        last = _day(panel.week_starts[week] + pd.Timedelta(days=6))
        why[row, place] = (
            f"Several measures moved the same way from {first} to {last}: {parts} standard errors under own normal; "
            f"together {opinion.value[row, week]:.1f} where {rules.soft_z:g} is asked, though none alone is proof."
        )
        clears[row, place] = f"Several together: back to none when they are together below {rules.soft_z:g}."
    return why, clears


def listed(order: Sequence[str], level: dict[str, Ints], texts: dict[str, Words], shown: Bools) -> Words:
    """The sentences of the metrics at soft or hard, hard first, one a line; where none is, the first metric's.

    Shape: engineers x weeks asked for.
    """
    joined = np.full(shown.shape, "", dtype=object)
    engineer, column = np.nonzero(shown)
    for wanted in (HARD, SOFT):
        for metric in order:
            rows = np.flatnonzero(level[metric][engineer, column] == wanted)
            cells = (engineer[rows], column[rows])
            joined[cells] = [
                f"{before}\n{text}" if before else text
                for before, text in zip(joined[cells], texts[metric][cells], strict=True)
            ]
    quiet = (joined == "") & shown
    joined[quiet] = texts[order[0]][quiet]
    return joined
