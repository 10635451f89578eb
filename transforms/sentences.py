"""Reasons in sentences: the number, the window, the reference, the strength, and what would clear it.

Sentences are made for the cells asked for only, all cells of a kind at once.
Definition: decisions.md, 2 ("Every status carries reasons") and 10.1.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd

from transforms.definitions import METRIC_DEFINITIONS
from transforms.opinions import HARD, NO_OPINION, NONE, SOFT, Opinion, gap, rule
from transforms.overrides import GUARD_RAILS, Overrides
from transforms.panel import Panel
from transforms.parameters import DecisionParameters
from transforms.phrases import Texts, either, joined, merged, number, picked, repeated, shortest, words
from transforms.stats import Bools, Floats, Ints, Words
from transforms.stats.arrays import at_least, below
from transforms.status import Levels
from transforms.vocabulary import LEVELS, METRICS, TOGETHER, Metric

_TITLES: Final = {metric: METRIC_DEFINITIONS[metric].short_title for metric in METRICS} | {TOGETHER: "Several together"}
_ALONE: Final = {
    "velocity": "worst sprint",
    "response": "slowest call",
    "vibes": "lowest entry",
    "billable": "worst week",
}
_CELLS_AT_A_TIME: Final = 100_000


@dataclass(frozen=True)
class _Cells:
    """Some engineer-weeks of one channel: what their sentences are made of. Shape: one entry per cell."""

    channel: str
    panel: Panel
    opinion: Opinion
    found: Levels
    parameters: DecisionParameters
    engineer: Ints
    week: Ints

    def of(self, grid: Any) -> Any:
        """Values of a grid of engineers x weeks."""
        return grid[self.engineer, self.week]

    def only(self, which: "Bools | slice") -> "_Cells":
        return replace(self, engineer=self.engineer[which], week=self.week[which])

    @property
    def title(self) -> str:
        return _TITLES[self.channel]

    @property
    def signal(self) -> Any:
        return self.of(self.opinion.signal)

    @property
    def level(self) -> Any:
        return self.of(self.found.level)

    @property
    def has_gap(self) -> Any:
        return self.of(self.opinion.gap) > 0

    @property
    def value(self) -> Any:
        return self.of(self.opinion.value)

    @property
    def reference(self) -> Any:
        return self.of(self.opinion.reference)

    @property
    def visible(self) -> Any:
        return self.of(self.opinion.smallest_visible)

    @property
    def n(self) -> Texts:
        return number(self.of(self.opinion.n_items))

    @property
    def strength(self) -> Texts:
        return number(self.of(self.opinion.z), 1)

    @property
    def first_day(self) -> Texts:
        # A window without weeks starts after the last one.
        return picked(_days(self.panel), np.minimum(self.of(self.opinion.first_week), self.panel.n_weeks - 1))

    @property
    def last_day(self) -> Texts:
        return picked(_days(self.panel, after=6), self.week)

    @property
    def window(self) -> Texts:
        return joined("(", self.first_day, " - ", self.last_day, ")")

    @property
    def alone(self) -> Texts:
        """That it is the work of one item, where it is."""
        return either(self.of(self.opinion.is_one_item), f" Without its {_ALONE[self.channel]} there is no signal.")


_Sentence = Callable[[_Cells], Texts]


def reasons(
    metric: Metric,
    panel: Panel,
    opinion: Opinion,
    found: Levels,
    weeks: Ints,
    parameters: DecisionParameters,
    wanted: Bools | None = None,
) -> tuple[Words, Words]:
    """Why the level is what it is, and what would bring it down. Shape: engineers x `weeks` (by index).

    Missing: empty where not employed, or not `wanted` (engineers x `weeks`; without it all are).
    """
    cells = _Cells(metric, panel, opinion, found, parameters, *_places(panel, weeks, wanted))
    if parameters.method == "plain":
        return _told(cells, weeks, _PLAIN_SENTENCES[metric], _clear_plain)
    return _told(cells, weeks, _SENTENCES[metric], _CLEARS[metric])


def together_reasons(
    panel: Panel,
    opinion: Opinion,
    z_by_metric: Mapping[Metric, Floats],
    found: Levels,
    weeks: Ints,
    parameters: DecisionParameters,
    wanted: Bools | None = None,
) -> tuple[Words, Words]:
    """The same for several metrics together; `z_by_metric` is what each of them contributes."""

    def sentence(cells: _Cells) -> Texts:
        return _together(cells, z_by_metric)

    cells = _Cells(TOGETHER, panel, opinion, found, parameters, *_places(panel, weeks, wanted))
    return _told(cells, weeks, sentence, _clear_together)


def _places(panel: Panel, weeks: Ints, wanted: Bools | None) -> tuple[Ints, Ints]:
    shown = panel.is_employed[:, weeks]
    engineer, column = np.nonzero(shown if wanted is None else shown & wanted)
    return engineer, weeks[column]


def _told(cells: _Cells, weeks: Ints, sentence: _Sentence, clear: _Sentence) -> tuple[Words, Words]:
    """A part of the cells at a time: the words of all together would need too much memory."""
    why = np.full((cells.panel.n_engineers, len(weeks)), "", dtype=object)
    clears = why.copy()
    for start in range(0, len(cells.week), _CELLS_AT_A_TIME):
        part = cells.only(slice(start, start + _CELLS_AT_A_TIME))
        column = np.searchsorted(weeks, part.week)
        why[part.engineer, column] = words(_by_kind(part, [(part.has_gap, _gap)], _with_level(sentence)))
        is_up = part.level > NONE
        raised = part.only(is_up)
        kinds = [] if clear is _clear_plain else [(raised.has_gap, _clear_held), (raised.signal == NONE, _clear_over)]
        clears[raised.engineer, column[is_up]] = words(_by_kind(raised, kinds, clear))
    return why, clears


def _by_kind(cells: _Cells, kinds: Sequence[tuple[Bools, _Sentence]], other: _Sentence) -> Texts:
    """Cells of several kinds, the first that applies; no sentence is made for a cell that does not need it."""
    kind = (
        np.select([which for which, _ in kinds], range(len(kinds)), len(kinds)) if kinds else np.zeros_like(cells.week)
    )
    made = [*(sentence for _, sentence in kinds), other]
    return merged(kind, [sentence(cells.only(kind == place)) for place, sentence in enumerate(made)])


def _days(panel: Panel, after: int = 0) -> list[str]:
    days = panel.week_starts + pd.Timedelta(days=after)
    return [f"{day.day} {day.strftime('%b')}" for day in days]


def _with_level(sentence: _Sentence) -> _Sentence:
    """The sentence, and what the level makes of it."""

    def with_level(cells: _Cells) -> Texts:
        if cells.parameters.method == "plain" or cells.channel == "velocity":
            return sentence(cells)  # the level is the signal
        rules, signal, level = cells.parameters.hysteresis, cells.signal, cells.level
        before = np.where(cells.week > 0, cells.found.level[cells.engineer, cells.week - 1], NO_OPINION)
        # A strong signal lifts the level to soft at once, and no further.
        is_fast = cells.of(cells.opinion.is_fast) & (signal > NONE) & (level > NONE) & (before <= NONE)
        more = f"{rules.fast_z:g} standard errors more than is asked"
        rises = joined(" The level rises to ", picked(LEVELS, signal), " when this holds in ")
        rises = joined(rises, f"{rules.rise_signals} of {rules.rise_weeks} judged weeks")
        gone = f" until this has been gone for {rules.fall_weeks} judged weeks running."
        return joined(
            sentence(cells),
            either(is_fast, f" That is at least {more}: the level is soft at once."),
            either(signal > np.maximum(level, NONE), rises),
            either((signal == SOFT) & (level <= NONE), f", or at once with {more}"),
            either(signal > np.maximum(level, NONE), "."),
            either(level > signal, joined(" The level stays ", picked(LEVELS, level), gone)),
        )

    return with_level


def _gap(cells: _Cells) -> Texts:
    """Why there is no opinion, and what is held meanwhile."""
    code = cells.of(cells.opinion.gap)
    is_source, is_coverage = code == gap("source"), code == gap("coverage")
    least = f"{100 * cells.parameters.missing.min_coverage:g} %"
    is_unknown = is_source | is_coverage
    since = cells.of(_unknown_since(cells)) if is_unknown.any() else np.zeros_like(cells.week)
    unknown = joined(
        "unknown since the week of ",
        picked(_days(cells.panel), since),
        either(
            is_source,
            ", the data are missing or incomplete",
            f", less than {least} of the available hours of these weeks are logged",
        ),
    )
    why = picked(_gap_words(cells.channel, cells.parameters), code)
    held = joined("; level held: ", picked(LEVELS, cells.level))
    said = either(is_unknown, unknown, why)
    return joined(f"{cells.title}: ", said, either(cells.of(cells.found.is_held), held), ".")


def _gap_words(channel: str, parameters: DecisionParameters) -> list[str]:
    """In the order of GAPS; the first three are worded by `_gap`."""
    few, new_item = {
        "billable": (f"{parameters.billable.min_weeks} eligible weeks to judge", "no reading this week"),
        "velocity": (f"{parameters.velocity.min_sprints} whole sprints to judge", "no sprint ended this week"),
        "response": (f"{parameters.response.min_incidents} calls to judge", "no calls this week"),
        "vibes": (f"{parameters.vibes.min_entries} entries to judge", "no vibes this week"),
        TOGETHER: (f"{parameters.together.min_metrics} measures to put together", "nothing new this week"),
    }[channel]
    worked = parameters.eligibility.min_worked_share
    return [
        "",
        "",
        "",
        "not employed",
        "holiday week, not judged",
        f"not judged in the first {parameters.eligibility.new_hire_weeks} weeks",
        f"less than {100 * worked:g} % of the contract's hours worked this week, not judged",
        "this week is excused by the manager's note and left out",
        f"fewer than {few}",
        "not enough weeks before the switch to tell what is normal",
        "not compared before the switch",
        "settling in to 4x10, not compared yet",
        new_item,
        "the sprint that ended is left out (not whole, a holiday week, too few hours, excused)",
    ]


def _unknown_since(cells: _Cells) -> Ints:
    """Index of the first week of the run without a level that each week ends; the week itself has to be unknown."""
    weeks = np.arange(cells.panel.n_weeks)[None, :]
    last_known = np.maximum.accumulate(np.where(cells.found.level > NO_OPINION, weeks, -1), axis=1)
    since: Ints = np.minimum(np.maximum(last_known + 1, cells.panel.first_week[:, None]), weeks)
    return since


def _shared(cells: _Cells, amount: Callable[[Floats], Texts], least: float) -> Texts:
    """The part of a fall that the team shares, where it is large enough to be printed."""
    shared = np.nan_to_num(cells.of(cells.opinion.shared))
    text = joined(", of which ", amount(shared), " the whole team shares and that is not counted")
    return either(shared >= least, text)


def _points(values: Floats) -> Texts:
    return joined(number(values, 1), either(np.rint(10 * values) == 10, " point", " points"))


def _billable(cells: _Cells) -> Texts:
    is_quiet, is_policy = cells.signal == NONE, cells.of(cells.opinion.rule) == rule("policy")
    is_compared = cells.reference != cells.parameters.billable.threshold_pct
    kinds = [(is_quiet & is_compared, _billable_quiet), (is_quiet, _billable_uncompared), (is_policy, _billable_policy)]
    return _by_kind(cells, kinds, _billable_own)


def _billable_over(cells: _Cells) -> Texts:
    return joined(
        "Billable ", number(cells.value, 1), " % over the last ", cells.n, " eligible weeks ", cells.window, ": "
    )


def _billable_policy(cells: _Cells) -> Texts:
    policy = f" under the {cells.parameters.billable.threshold_pct:g} % policy, "
    return joined(
        _billable_over(cells), _points(cells.reference - cells.value), policy, cells.strength, " standard errors."
    )


def _billable_own(cells: _Cells) -> Texts:
    fall, normal = cells.reference - cells.value, joined("own normal of ", number(cells.reference, 1), " %")
    # Single weeks count for only so much; so one high week can lift the share, and hide what the others show.
    hidden = joined("not under ", normal, " as a whole, but in most of these weeks")
    under = either(np.rint(10 * fall) > 0, joined(_points(fall), " under ", normal), hidden)
    return joined(
        _billable_over(cells), under, _shared(cells, _points, 0.05), "; ", cells.strength, " standard errors."
    )


def _billable_uncompared(cells: _Cells) -> Texts:
    policy = f"{cells.parameters.billable.threshold_pct:g} % policy"
    distance = cells.value - cells.reference
    side = either(distance < 0, f" under the {policy}; less than ", f" over the {policy}; less than ")
    least = joined(number(cells.visible, 1), " points under it would be chance.")
    return joined(_over(cells, " weeks"), ", ", _points(np.abs(distance)), side, least, cells.alone)


def _over(cells: _Cells, items: str) -> Texts:
    return joined("Billable ", number(cells.value, 1), " % over ", cells.n, items)


def _billable_quiet(cells: _Cells) -> Texts:
    policy = cells.parameters.billable.threshold_pct
    below = joined(_points(policy - cells.value), f" under the {policy:g} % policy, within chance; ")
    return joined(
        _over(cells, " weeks"),
        ", ",
        either(np.rint(10 * cells.value) < np.rint(10 * policy), below),
        "own normal ",
        number(cells.reference, 1),
        " %",
        _not_visible(cells, joined("a fall of less than ", _points(cells.visible)), _points, 0.05),
    )


def _not_visible(cells: _Cells, smallest: Texts, amount: Callable[[Floats], Texts], least: float) -> Texts:
    """What could not be seen yet: what the whole team shares, and how much besides."""
    shared = np.nan_to_num(cells.of(cells.opinion.shared))
    beyond = either(shared >= least, joined("beyond the ", amount(shared), " that the whole team shares, "))
    return joined("; ", beyond, smallest, " would not be visible yet.", cells.alone)


def _percent(values: Floats) -> Texts:
    return joined(number(100 * values), " %")


def _velocity(cells: _Cells) -> Texts:
    return _by_kind(cells, [(cells.signal == NONE, _velocity_quiet)], _velocity_fallen)


def _velocity_fallen(cells: _Cells) -> Texts:
    fall = joined(_percent(1 - cells.value / cells.reference), " under own normal of ", number(cells.reference, 1))
    over = joined("Velocity ", number(cells.value, 1), " points per 40 hours over the last ", cells.n, " sprints ")
    return joined(
        over, cells.window, ": ", fall, _shared(cells, _percent, 0.005), "; ", cells.strength, " standard errors."
    )


def _velocity_quiet(cells: _Cells) -> Texts:
    return joined(
        "Velocity ",
        number(cells.value, 1),
        " points per 40 hours over ",
        cells.n,
        " sprints, own normal ",
        number(cells.reference, 1),
        _not_visible(cells, joined("a fall of less than ", _percent(cells.visible / cells.reference)), _percent, 0.005),
    )


def _factor(values: Floats) -> Texts:
    return joined("x", number(np.exp(values), 2))


def _response(cells: _Cells) -> Texts:
    return _by_kind(cells, [(cells.signal == NONE, _response_quiet)], _response_slow)


def _response_times(cells: _Cells) -> Texts:
    return joined("Response times x", number(cells.value, 2), " of own normal over ", cells.n, " calls ", cells.window)


def _response_slow(cells: _Cells) -> Texts:
    return joined(
        _response_times(cells), _shared(cells, _factor, 0.005), "; ", cells.strength, " standard errors slower."
    )


def _response_quiet(cells: _Cells) -> Texts:
    least = joined("less than x", number(cells.visible, 2))
    return joined(_response_times(cells), _not_visible(cells, least, _factor, 0.005))


def _vibes(cells: _Cells) -> Texts:
    is_quiet, is_mean = cells.signal == NONE, cells.of(cells.opinion.rule) == rule("mean")
    kinds = [(is_quiet & np.isnan(cells.visible), _vibes_uncompared), (is_quiet, _vibes_quiet), (is_mean, _vibes_low)]
    return _by_kind(cells, kinds, _vibes_fallen)


def _vibes_mean(cells: _Cells, over: str) -> Texts:
    return joined("Vibes ", number(cells.value, 1), f" on average over {over}", cells.n, " entries")


def _vibes_low(cells: _Cells) -> Texts:
    limits = cells.parameters.vibes
    limit = either(cells.signal == HARD, f": at or under {limits.hard_mean:g}.", f": at or under {limits.soft_mean:g}.")
    return joined(_vibes_mean(cells, "the last "), " ", cells.window, limit)


def _vibes_fallen(cells: _Cells) -> Texts:
    fall = joined(number(cells.reference - cells.value, 1), " under own normal of ", number(cells.reference, 1))
    over = joined(_vibes_mean(cells, "the last "), " ", cells.window, ": ")
    return joined(over, fall, _shared(cells, _score, 0.05), "; ", cells.strength, " standard errors.")


def _score(values: Floats) -> Texts:
    return number(values, 1)


def _vibes_uncompared(cells: _Cells) -> Texts:
    return joined(_vibes_mean(cells, ""), f"; {cells.parameters.vibes.soft_mean:g} or less is low.", cells.alone)


def _vibes_quiet(cells: _Cells) -> Texts:
    normal = joined(_vibes_mean(cells, ""), ", own normal ", number(cells.reference, 1))
    least = joined("a fall of less than ", number(cells.visible, 1))
    return joined(normal, _not_visible(cells, least, _score, 0.05))


def _together(cells: _Cells, z_by_metric: Mapping[Metric, Floats]) -> Texts:
    rules, signal = cells.parameters.together, cells.signal
    enough_alone = {
        "billable": cells.parameters.billable.soft_z,
        "velocity": cells.parameters.velocity.soft_z,
        "response": cells.parameters.response.soft_z,
        "vibes": cells.parameters.vibes.soft_z,
    }
    parts, has_part, is_proof = repeated("", len(signal)), np.zeros(len(signal), bool), np.zeros(len(signal), bool)
    for metric, grid in z_by_metric.items():
        z = cells.of(grid)
        is_part = at_least(z, rules.each_z)
        part = joined(either(has_part, ", "), f"{_TITLES[metric].lower()} ", number(z, 1))
        parts = joined(parts, either(is_part, part))
        has_part |= is_part
        is_proof |= at_least(z, enough_alone[metric])
    strength = number(cells.value, 1)
    asked = either(signal == HARD, f"{rules.hard_z:g}", f"{rules.soft_z:g}")
    days = joined(" from ", cells.first_day, " to ", cells.last_day, ": ")
    moved = joined(
        "Several measures moved the same way", days, parts, " standard errors worse than own normal; together "
    )
    loud = joined(
        moved, strength, " where ", asked, " is asked", either(is_proof, ".", ", though none alone is proof.")
    )
    short = f" standard errors worse than own normal, where {rules.soft_z:g} is asked."
    only = " standard errors worse than own normal, but that is the work of one of them."
    quiet = joined("Several together: ", strength, either(at_least(cells.value, rules.soft_z), only, short))
    return either(signal > NONE, loud, quiet)


def _plain_billable(cells: _Cells) -> Texts:
    place = picked(("over", "near", "under"), cells.signal)
    policy = f" the {cells.parameters.billable.threshold_pct:g} % policy."
    return joined("Billable ", number(cells.value, 1), " % this week, ", place, policy)


def _plain_velocity(cells: _Cells) -> Texts:
    threshold = joined(" points per 40 hours this sprint, threshold ", number(cells.reference, 1), ".")
    return joined("Velocity ", number(cells.value, 1), threshold)


def _plain_response(cells: _Cells) -> Texts:
    threshold = joined(" of own normal this week, threshold x", shortest(cells.reference), ".")
    return joined("Response times x", number(cells.value, 2), threshold)


def _plain_vibes(cells: _Cells) -> Texts:
    return joined("Vibes ", shortest(cells.value), " this week, threshold ", shortest(cells.reference), ".")


def _clear_plain(cells: _Cells) -> Texts:
    return repeated(
        f"{cells.title}: back to none with the first reading on the good side of its threshold.", len(cells.week)
    )


def _clear_held(cells: _Cells) -> Texts:
    ends = _days(cells.panel, after=7 * (cells.parameters.missing.hold_weeks + 1))
    held = f"{cells.title}: held until it can be judged again, at most until the week of "
    return joined(held, picked(ends, cells.of(cells.found.last_judged)), ".")


def _clear_over(cells: _Cells) -> Texts:
    running = cells.parameters.hysteresis.fall_weeks
    return repeated(
        f"{cells.title}: back to none when there has been no signal for {running} judged weeks running.",
        len(cells.week),
    )


def _lasting(cells: _Cells) -> str:
    return f" in {cells.parameters.hysteresis.fall_weeks} judged weeks running"


def _clear_billable(cells: _Cells) -> Texts:
    rules, hours = cells.parameters.billable, cells.of(cells.panel.contract_hours)
    is_policy = cells.of(cells.opinion.rule) == rule("policy")
    is_long = is_policy & (cells.of(cells.opinion.n_items) > rules.window_weeks)
    both = either(
        is_long,
        f" and the last {rules.long_window_weeks} eligible weeks together stand",
        " eligible weeks together stand",
    )
    policy = joined(f"the last {rules.window_weeks}", both)
    over = either(is_policy, policy, joined("windows such as these ", cells.n, " weeks stand"))
    needed = joined(shortest(hours), " hours is ", number(hours * rules.threshold_pct / 100, 1), " billable hours.")
    return joined(
        "Billable: back to none when ",
        over,
        " above ",
        number(cells.of(cells.opinion.clear_at), 1),
        f" %{_lasting(cells)}; {rules.threshold_pct:g} % of a full week of ",
        needed,
    )


def _clear_velocity(cells: _Cells) -> Texts:
    last = joined("Velocity: back to none at the end of a sprint, when the last ", cells.n, " stand above ")
    return joined(last, number(cells.of(cells.opinion.clear_at), 1), " points per 40 hours.")


def _clear_response(cells: _Cells) -> Texts:
    under = joined("the times over such a window stay under x", number(cells.of(cells.opinion.clear_at), 2))
    return joined("Response: back to none when ", under, f" of own normal{_lasting(cells)}.")


def _clear_vibes(cells: _Cells) -> Texts:
    above = joined(" entries is above ", number(cells.of(cells.opinion.clear_at), 2), f"{_lasting(cells)}.")
    return joined("Vibes: back to none when the mean of the last ", cells.n, above)


def _clear_together(cells: _Cells) -> Texts:
    least = f"they stand less than {cells.parameters.together.soft_z:g} standard errors worse than own normal"
    return repeated(f"{cells.title}: back to none when {least}{_lasting(cells)}.", len(cells.week))


_SENTENCES: Final[dict[Metric, _Sentence]] = {
    "billable": _billable,
    "velocity": _velocity,
    "response": _response,
    "vibes": _vibes,
}
_PLAIN_SENTENCES: Final[dict[Metric, _Sentence]] = {
    "billable": _plain_billable,
    "velocity": _plain_velocity,
    "response": _plain_response,
    "vibes": _plain_vibes,
}
_CLEARS: Final[dict[Metric, _Sentence]] = {
    "billable": _clear_billable,
    "velocity": _clear_velocity,
    "response": _clear_response,
    "vibes": _clear_vibes,
}


def notice_reasons(panel: Panel, weeks: Ints, parameters: DecisionParameters) -> Words:
    """The sentence of a week's own billable reading. Shape: engineers x `weeks` (by index)."""
    share, policy = panel.billable_share[:, weeks], parameters.billable.threshold_pct
    why = np.full(share.shape, "Not on the roster any more.", dtype=object)
    is_read = ~np.isnan(share)
    side = either(below(share[is_read], policy / 100), f"under the {policy:g}", f"not under the {policy:g}")
    start = joined("Billable ", number(100 * share[is_read], 1), " % in this week, ", side)
    why[is_read] = words(joined(start, " % policy; one week alone is no evidence."))
    return why


def override_reasons(panel: Panel, found: Overrides, weeks: Ints, parameters: DecisionParameters) -> Words:
    """Why the override applied, or which guard-rail forbade it; empty where nothing asked for it.

    Shape: engineers x `weeks` (by index).
    """
    why = np.full((panel.n_engineers, len(weeks)), "", dtype=object)
    engineer, column = np.nonzero(found.is_asked[:, weeks] | found.is_applied[:, weeks])
    cells = (engineer, weeks[column])
    rules, passes = parameters.override, found.passes[:, *cells]
    vibes = shortest(panel.vibes[cells])
    green = joined(number(found.n_green[cells]), " of ", number(found.n_judged[cells]))
    green = joined(green, " judged weeks before were green underneath")
    quiet = "." if parameters.method == "plain" else joined(", vibes are quiet, ", green, ".")
    policy = f"weeks is under {parameters.billable.threshold_pct:g} %."
    forbidden: dict[str, Texts | str] = {
        "has_note": joined("Not applied: vibes ", vibes, ", but no note."),
        "vibes_quiet": "Not applied: the vibes themselves signal.",
        "mostly_green": joined("Not applied: only ", green, f", {100 * rules.min_green_share:g} % are needed."),
        "soft_or_on_policy": "Not applied: red underneath, and billable over "
        f"{parameters.billable.long_window_weeks} {policy}",
        "was_green": "Not applied: the light was not green last week; an override keeps a light green, it turns none.",
        "not_running_out": f"Not applied: it has applied {rules.max_running} weeks running, the most it may.",
        "not_used_up": f"Not applied: {rules.max_in_span} uses in {rules.span_weeks} weeks are the most there may be.",
    }
    said = joined("Vibes ", vibes, " with a note", quiet)
    for place, name in reversed(list(enumerate(GUARD_RAILS))):  # the first that fails is named
        said = either(~passes[place], forbidden[name], said)
    why[engineer, column] = words(said)
    return why


def listed_cells(order: Sequence[str], level: Mapping[str, Ints], shown: Bools) -> dict[str, Bools]:
    """Whose sentence a status lists: every channel's at soft or hard; where none is, the first channel's.

    Shape: engineers x weeks asked for.
    """
    cells = {channel: shown & (level[channel] >= SOFT) for channel in order}
    cells[order[0]] = cells[order[0]] | (shown & ~np.any(list(cells.values()), axis=0))
    return cells


def listed(order: Sequence[str], level: Mapping[str, Ints], texts: Mapping[str, Words], shown: Bools) -> Words:
    """The sentences of the channels at soft or hard, hard first, one a line; where none is, the first channel's.

    Shape: engineers x weeks asked for.
    """
    is_listed = listed_cells(order, level, shown)
    lines = np.full(shown.shape, "", dtype=object)
    for wanted in (HARD, SOFT, NONE):
        for channel in order:
            cells = np.nonzero(is_listed[channel] & (np.maximum(level[channel], NONE) == wanted))
            text, is_next = texts[channel][cells], lines[cells] != ""
            if is_next.any():
                text[is_next] = lines[cells][is_next] + "\n" + text[is_next]
            lines[cells] = text
    return lines
