"""Reasons in sentences: the number, the window, the reference, the strength, and what would clear it.

Sentences are made for the cells asked for only, all cells of a kind at once.
Definition: decisions.md, 2 ("Every status carries reasons") and 10.1.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

import numpy as np
import pandas as pd

from transforms.definitions import METRIC_DEFINITIONS
from transforms.language import N_, _, brief, day_text
from transforms.language import Words as Messages
from transforms.opinions import HARD, NO_OPINION, NONE, SOFT, Opinion, gap, rule
from transforms.overrides import GUARD_RAILS, Overrides
from transforms.panel import Panel
from transforms.parameters import DecisionParameters
from transforms.phrases import (
    Texts,
    either,
    joined,
    merged,
    nphrase,
    number,
    phrase,
    phrases,
    picked,
    repeated,
    shortest,
    words,
)
from transforms.stats import Bools, Floats, Ints, Words
from transforms.stats.arrays import at_least, below
from transforms.status import Levels
from transforms.vocabulary import LEVELS, METRICS, TOGETHER, Metric

_ALONE: Final = Messages(
    {
        "billable": N_("Without its worst week there is no signal."),
        "velocity": N_("Without its worst sprint there is no signal."),
        "response": N_("Without its slowest call there is no signal."),
        "vibes": N_("Without its lowest entry there is no signal."),
    }
)
# TRANSLATORS: how strong a signal is, as in "The level rises to hard"
_LEVEL_WORDS: Final = Messages({"none": N_("none"), "soft": N_("soft"), "hard": N_("hard"), "unknown": N_("unknown")})
_NOTHING_NEW: Final = Messages(
    {
        "billable": N_("no reading this week"),
        "velocity": N_("no sprint ended this week"),
        "response": N_("no calls this week"),
        "vibes": N_("no vibes this week"),
        TOGETHER: N_("nothing new this week"),
    }
)
_UNSEEN_FALL: Final = (
    N_("{standing}; a fall of less than {least} would not be visible yet."),
    N_(
        "{standing}; beyond the {shared} that the whole team shares, a fall of less than {least} would not be visible "
        "yet."
    ),
)
_UNSEEN_SLOWNESS: Final = (
    N_("{standing}; less than {least} would not be visible yet."),
    N_("{standing}; beyond the {shared} that the whole team shares, less than {least} would not be visible yet."),
)
# TRANSLATORS: what one metric adds to several together: "billable 2.1, velocity 1.4 standard errors worse"
_PARTS: Final[Mapping[Metric, str]] = {
    "billable": N_("billable {z}"),
    "velocity": N_("velocity {z}"),
    "response": N_("response {z}"),
    "vibes": N_("vibes {z}"),
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
        return _title(self.channel)

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
    def n(self) -> Any:
        return self.of(self.opinion.n_items)

    @property
    def strength(self) -> Texts:
        return number(self.of(self.opinion.z), 1)

    @property
    def window(self) -> dict[str, Texts]:
        """Its first and its last day."""
        # A window without weeks starts after the last one.
        first = np.minimum(self.of(self.opinion.first_week), self.panel.n_weeks - 1)
        return {"first": picked(_days(self.panel), first), "last": picked(_days(self.panel, after=6), self.week)}

    @property
    def alone(self) -> Texts:
        """That it is the work of one item, where it is."""
        return either(self.of(self.opinion.is_one_item), f" {_ALONE[self.channel]}")


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

    cells = _Cells(TOGETHER, panel, opinion, found, parameters, *_places(panel, weeks, wanted))
    return _told(cells, weeks, partial(_together, z_by_metric=z_by_metric), _clear_together)


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
    return merged(kind, [made[place](cells.only(kind == place)) for place in np.unique(kind)])


def _title(channel: str) -> str:
    titles = {metric: METRIC_DEFINITIONS[metric].short_title for metric in METRICS}
    return (titles | {TOGETHER: _("Several together")})[channel]


def _days(panel: Panel, after: int = 0) -> list[str]:
    return [day_text(day, "MMMd") for day in panel.week_starts + pd.Timedelta(days=after)]


def _with_level(sentence: _Sentence) -> _Sentence:
    """The sentence, and what the level makes of it."""

    def with_level(cells: _Cells) -> Texts:
        if cells.parameters.method == "plain" or cells.channel == "velocity":
            return sentence(cells)  # the level is the signal
        signal, level = cells.signal, cells.level
        before = np.where(cells.week > 0, cells.found.level[cells.engineer, cells.week - 1], NO_OPINION)
        # A strong signal lifts the level to soft at once, and no further.
        is_fast = cells.of(cells.opinion.is_fast) & (signal > NONE) & (level > NONE) & (before <= NONE)
        rises = [(signal == SOFT) & (level <= NONE), signal > np.maximum(level, NONE)]
        changes = picked(_level_changes(cells.parameters), np.select([*rises, level > signal], [1, 2, 2 + level], 0))
        return joined(sentence(cells), either(is_fast, f" {_fast(cells.parameters)}"), changes)

    return with_level


def _fast(parameters: DecisionParameters) -> str:
    more = brief(parameters.hysteresis.fast_z)
    return _("That is at least {z} standard errors more than is asked: the level is soft at once.", z=more)


def _level_changes(parameters: DecisionParameters) -> list[str]:
    """That the level stays as the signal is, rises to soft, rises to hard, or stays soft or hard without the signal."""
    rules = parameters.hysteresis
    asked = {"signals": str(rules.rise_signals), "weeks": str(rules.rise_weeks)}
    soft = _(
        "The level rises to {level} when this holds in {signals} of {weeks} judged weeks, or at once with {z} standard "
        "errors more than is asked.",
        level=_LEVEL_WORDS["soft"],
        z=brief(rules.fast_z),
        **asked,
    )
    hard = _(
        "The level rises to {level} when this holds in {signals} of {weeks} judged weeks.",
        level=_LEVEL_WORDS["hard"],
        **asked,
    )
    stays = (
        nphrase(
            "The level stays {level} until this has been gone for {n} judged week.",
            "The level stays {level} until this has been gone for {n} judged weeks running.",
            rules.fall_weeks,
            level=_LEVEL_WORDS[level],
        )
        for level in ("soft", "hard")
    )
    return ["", *(f" {text}" for text in (soft, hard, *stays))]


def _gap(cells: _Cells) -> Texts:
    """Why there is no opinion, and what is held meanwhile."""
    code = cells.of(cells.opinion.gap)
    is_source, is_coverage = code == gap("source"), code == gap("coverage")
    why = picked(_gap_words(cells.channel, cells.parameters), code)
    if (is_source | is_coverage).any():
        unknown = phrases(
            is_coverage,
            [
                N_("unknown since the week of {day}, the data are missing or incomplete"),
                N_(
                    "unknown since the week of {day}, less than {least} % of the available hours of these weeks are "
                    "logged"
                ),
            ],
            day=picked(_days(cells.panel), cells.of(_unknown_since(cells))),
            least=brief(100 * cells.parameters.missing.min_coverage),
        )
        why = either(is_source | is_coverage, unknown, why)
    return phrases(
        cells.of(cells.found.is_held),
        [N_("{metric}: {gap}."), N_("{metric}: {gap}; level held: {level}.")],
        metric=cells.title,
        gap=why,
        level=picked([_LEVEL_WORDS[level] for level in LEVELS], cells.level),
    )


def _gap_words(channel: str, parameters: DecisionParameters) -> list[str]:
    """In the order of GAPS; the first three are worded by `_gap`."""
    few = {
        "billable": nphrase(
            "fewer than {n} eligible week to judge",
            "fewer than {n} eligible weeks to judge",
            parameters.billable.min_weeks,
        ),
        "velocity": nphrase(
            "fewer than {n} whole sprint to judge",
            "fewer than {n} whole sprints to judge",
            parameters.velocity.min_sprints,
        ),
        "response": nphrase(
            "fewer than {n} call to judge", "fewer than {n} calls to judge", parameters.response.min_incidents
        ),
        "vibes": nphrase(
            "fewer than {n} entry to judge", "fewer than {n} entries to judge", parameters.vibes.min_entries
        ),
        TOGETHER: nphrase(
            "fewer than {n} measure to put together",
            "fewer than {n} measures to put together",
            parameters.together.min_metrics,
        ),
    }
    return [
        "",
        "",
        "",
        _("not employed"),
        _("holiday week, not judged"),
        nphrase(
            "not judged in the first week",
            "not judged in the first {n} weeks",
            parameters.eligibility.new_hire_weeks,
        ),
        _(
            "less than {share} % of the contract's hours worked this week, not judged",
            share=brief(100 * parameters.eligibility.min_worked_share),
        ),
        _("this week is excused by the manager's note and left out"),
        few[channel],
        _("not enough weeks before the switch to tell what is normal"),
        _("not compared before the switch"),
        _("settling in to 4x10, not compared yet"),
        _NOTHING_NEW[channel],
        _("the sprint that ended is left out (not whole, a holiday week, too few hours, excused)"),
    ]


def _unknown_since(cells: _Cells) -> Ints:
    """Index of the first week of the run without a level that each week ends; the week itself has to be unknown."""
    weeks = np.arange(cells.panel.n_weeks)[None, :]
    last_known = np.maximum.accumulate(np.where(cells.found.level > NO_OPINION, weeks, -1), axis=1)
    since: Ints = np.minimum(np.maximum(last_known + 1, cells.panel.first_week[:, None]), weeks)
    return since


def _beside_shared(cells: _Cells, change: Texts, amount: Callable[[Floats], Texts], least: float) -> Texts:
    """A change, and the part of it that the team shares, where it is large enough to be printed."""
    shared = np.nan_to_num(cells.of(cells.opinion.shared))
    both = phrase(
        "{change}, of which {shared} the whole team shares and that is not counted",
        change=change,
        shared=amount(shared),
    )
    return either(shared >= least, both, change)


def _quiet(
    cells: _Cells,
    standing: Texts,
    messages: Sequence[str],
    visible: Texts,
    amount: Callable[[Floats], Texts],
    least: float,
) -> Texts:
    """How it stands, and what could not be seen yet: what the whole team shares, and how much besides."""
    shared = np.nan_to_num(cells.of(cells.opinion.shared))
    said = phrases(shared >= least, messages, standing=standing, least=visible, shared=amount(shared))
    return joined(said, cells.alone)


def _points(values: Floats) -> Texts:
    count = np.where(np.rint(10 * values) == 10, 1, 2)
    return nphrase("{points} point", "{points} points", count, points=number(values, 1))


def _percent(values: Floats) -> Texts:
    return joined(number(100 * values), " %")


def _factor(values: Floats) -> Texts:
    return joined("x", number(np.exp(values), 2))


def _score(values: Floats) -> Texts:
    return number(values, 1)


def _under_normal(cells: _Cells, fall: Texts) -> Texts:
    return phrase("{fall} under own normal of {normal}", fall=fall, normal=number(cells.reference, 1))


def _billable(cells: _Cells) -> Texts:
    is_quiet, is_policy = cells.signal == NONE, cells.of(cells.opinion.rule) == rule("policy")
    is_compared = cells.reference != cells.parameters.billable.threshold_pct
    kinds = [(is_quiet & is_compared, _billable_quiet), (is_quiet, _billable_uncompared), (is_policy, _billable_policy)]
    return _by_kind(cells, kinds, _billable_own)


def _billable_policy(cells: _Cells) -> Texts:
    return nphrase(
        "Billable {share} % over the last {n} eligible week ({first} - {last}): {points} under the {policy} % policy, "
        "{strength} standard errors.",
        "Billable {share} % over the last {n} eligible weeks ({first} - {last}): {points} under the {policy} % policy, "
        "{strength} standard errors.",
        cells.n,
        share=number(cells.value, 1),
        points=_points(cells.reference - cells.value),
        policy=brief(cells.parameters.billable.threshold_pct),
        strength=cells.strength,
        **cells.window,
    )


def _billable_own(cells: _Cells) -> Texts:
    fall = cells.reference - cells.value
    # Single weeks count for only so much; so one high week can lift the share, and hide what the others show.
    under = phrases(
        np.rint(10 * fall) > 0,
        [
            N_("not under own normal of {normal} % as a whole, but in most of these weeks"),
            N_("{points} under own normal of {normal} %"),
        ],
        points=_points(fall),
        normal=number(cells.reference, 1),
    )
    return nphrase(
        "Billable {share} % over the last {n} eligible week ({first} - {last}): {fall}; {strength} standard errors.",
        "Billable {share} % over the last {n} eligible weeks ({first} - {last}): {fall}; {strength} standard errors.",
        cells.n,
        share=number(cells.value, 1),
        fall=_beside_shared(cells, under, _points, 0.05),
        strength=cells.strength,
        **cells.window,
    )


def _billable_uncompared(cells: _Cells) -> Texts:
    distance = cells.value - cells.reference
    side = phrases(
        distance < 0,
        [N_("{points} over the {policy} % policy"), N_("{points} under the {policy} % policy")],
        points=_points(np.abs(distance)),
        policy=brief(cells.parameters.billable.threshold_pct),
    )
    said = nphrase(
        "Billable {share} % over {n} week, {distance}; less than {visible} points under it would be chance.",
        "Billable {share} % over {n} weeks, {distance}; less than {visible} points under it would be chance.",
        cells.n,
        share=number(cells.value, 1),
        distance=side,
        visible=number(cells.visible, 1),
    )
    return joined(said, cells.alone)


def _billable_quiet(cells: _Cells) -> Texts:
    policy = cells.parameters.billable.threshold_pct
    normal = phrases(
        np.rint(10 * cells.value) < np.rint(10 * policy),
        [
            N_("own normal {normal} %"),
            N_("{points} under the {policy} % policy, within chance; own normal {normal} %"),
        ],
        normal=number(cells.reference, 1),
        points=_points(policy - cells.value),
        policy=brief(policy),
    )
    standing = nphrase(
        "Billable {share} % over {n} week, {normal}",
        "Billable {share} % over {n} weeks, {normal}",
        cells.n,
        share=number(cells.value, 1),
        normal=normal,
    )
    return _quiet(cells, standing, _UNSEEN_FALL, _points(cells.visible), _points, 0.05)


def _velocity(cells: _Cells) -> Texts:
    return _by_kind(cells, [(cells.signal == NONE, _velocity_quiet)], _velocity_fallen)


def _velocity_fallen(cells: _Cells) -> Texts:
    fall = _under_normal(cells, _percent(1 - cells.value / cells.reference))
    return nphrase(
        "Velocity {rate} points per 40 hours over the last {n} sprint ({first} - {last}): {fall}; {strength} standard "
        "errors.",
        "Velocity {rate} points per 40 hours over the last {n} sprints ({first} - {last}): {fall}; {strength} standard "
        "errors.",
        cells.n,
        rate=number(cells.value, 1),
        fall=_beside_shared(cells, fall, _percent, 0.005),
        strength=cells.strength,
        **cells.window,
    )


def _velocity_quiet(cells: _Cells) -> Texts:
    standing = nphrase(
        "Velocity {rate} points per 40 hours over {n} sprint, own normal {normal}",
        "Velocity {rate} points per 40 hours over {n} sprints, own normal {normal}",
        cells.n,
        rate=number(cells.value, 1),
        normal=number(cells.reference, 1),
    )
    return _quiet(cells, standing, _UNSEEN_FALL, _percent(cells.visible / cells.reference), _percent, 0.005)


def _response(cells: _Cells) -> Texts:
    return _by_kind(cells, [(cells.signal == NONE, _response_quiet)], _response_slow)


def _response_times(cells: _Cells) -> Texts:
    return nphrase(
        "Response times x{factor} of own normal over {n} call ({first} - {last})",
        "Response times x{factor} of own normal over {n} calls ({first} - {last})",
        cells.n,
        factor=number(cells.value, 2),
        **cells.window,
    )


def _response_slow(cells: _Cells) -> Texts:
    change = _beside_shared(cells, _response_times(cells), _factor, 0.005)
    return phrase("{change}; {strength} standard errors slower.", change=change, strength=cells.strength)


def _response_quiet(cells: _Cells) -> Texts:
    visible = joined("x", number(cells.visible, 2))
    return _quiet(cells, _response_times(cells), _UNSEEN_SLOWNESS, visible, _factor, 0.005)


def _vibes(cells: _Cells) -> Texts:
    is_quiet, is_mean = cells.signal == NONE, cells.of(cells.opinion.rule) == rule("mean")
    kinds = [(is_quiet & np.isnan(cells.visible), _vibes_uncompared), (is_quiet, _vibes_quiet), (is_mean, _vibes_low)]
    return _by_kind(cells, kinds, _vibes_fallen)


def _vibes_low(cells: _Cells) -> Texts:
    limits = cells.parameters.vibes
    return nphrase(
        "Vibes {mean} on average over the last {n} entry ({first} - {last}): at or under {limit}.",
        "Vibes {mean} on average over the last {n} entries ({first} - {last}): at or under {limit}.",
        cells.n,
        mean=number(cells.value, 1),
        limit=either(cells.signal == HARD, brief(limits.hard_mean), brief(limits.soft_mean)),
        **cells.window,
    )


def _vibes_fallen(cells: _Cells) -> Texts:
    fall = _under_normal(cells, _score(cells.reference - cells.value))
    return nphrase(
        "Vibes {mean} on average over the last {n} entry ({first} - {last}): {fall}; {strength} standard errors.",
        "Vibes {mean} on average over the last {n} entries ({first} - {last}): {fall}; {strength} standard errors.",
        cells.n,
        mean=number(cells.value, 1),
        fall=_beside_shared(cells, fall, _score, 0.05),
        strength=cells.strength,
        **cells.window,
    )


def _vibes_uncompared(cells: _Cells) -> Texts:
    said = nphrase(
        "Vibes {mean} on average over {n} entry; {limit} or less is low.",
        "Vibes {mean} on average over {n} entries; {limit} or less is low.",
        cells.n,
        mean=number(cells.value, 1),
        limit=brief(cells.parameters.vibes.soft_mean),
    )
    return joined(said, cells.alone)


def _vibes_quiet(cells: _Cells) -> Texts:
    standing = nphrase(
        "Vibes {mean} on average over {n} entry, own normal {normal}",
        "Vibes {mean} on average over {n} entries, own normal {normal}",
        cells.n,
        mean=number(cells.value, 1),
        normal=number(cells.reference, 1),
    )
    return _quiet(cells, standing, _UNSEEN_FALL, number(cells.visible, 1), _score, 0.05)


def _together(cells: _Cells, z_by_metric: Mapping[Metric, Floats]) -> Texts:
    return _by_kind(cells, [(cells.signal == NONE, _together_quiet)], partial(_together_loud, z_by_metric=z_by_metric))


def _together_quiet(cells: _Cells) -> Texts:
    asked = cells.parameters.together.soft_z
    return phrases(
        at_least(cells.value, asked),
        [
            N_("{metric}: {strength} standard errors worse than own normal, where {asked} is asked."),
            N_("{metric}: {strength} standard errors worse than own normal, but that is the work of one of them."),
        ],
        metric=cells.title,
        strength=number(cells.value, 1),
        asked=brief(asked),
    )


def _together_loud(cells: _Cells, z_by_metric: Mapping[Metric, Floats]) -> Texts:
    rules, n = cells.parameters.together, len(cells.week)
    enough_alone = {
        "billable": cells.parameters.billable.soft_z,
        "velocity": cells.parameters.velocity.soft_z,
        "response": cells.parameters.response.soft_z,
        "vibes": cells.parameters.vibes.soft_z,
    }
    parts, has_part, is_proof = repeated("", n), np.zeros(n, bool), np.zeros(n, bool)
    for metric, grid in z_by_metric.items():
        z = cells.of(grid)
        is_part = at_least(z, rules.each_z)
        part = joined(either(has_part, ", "), phrase(_PARTS[metric], z=number(z, 1)))
        parts = joined(parts, either(is_part, part))
        has_part |= is_part
        is_proof |= at_least(z, enough_alone[metric])
    return phrases(
        is_proof,
        [
            N_(
                "Several measures moved the same way from {first} to {last}: {parts} standard errors worse than own "
                "normal; together {strength} where {asked} is asked, though none alone is proof."
            ),
            N_(
                "Several measures moved the same way from {first} to {last}: {parts} standard errors worse than own "
                "normal; together {strength} where {asked} is asked."
            ),
        ],
        parts=parts,
        strength=number(cells.value, 1),
        asked=either(cells.signal == HARD, brief(rules.hard_z), brief(rules.soft_z)),
        **cells.window,
    )


def _plain_billable(cells: _Cells) -> Texts:
    return phrases(
        cells.signal,
        [
            N_("Billable {share} % this week, over the {policy} % policy."),
            N_("Billable {share} % this week, near the {policy} % policy."),
            N_("Billable {share} % this week, under the {policy} % policy."),
        ],
        share=number(cells.value, 1),
        policy=brief(cells.parameters.billable.threshold_pct),
    )


def _plain_velocity(cells: _Cells) -> Texts:
    return phrase(
        "Velocity {rate} points per 40 hours this sprint, threshold {threshold}.",
        rate=number(cells.value, 1),
        threshold=number(cells.reference, 1),
    )


def _plain_response(cells: _Cells) -> Texts:
    return phrase(
        "Response times x{factor} of own normal this week, threshold x{threshold}.",
        factor=number(cells.value, 2),
        threshold=shortest(cells.reference),
    )


def _plain_vibes(cells: _Cells) -> Texts:
    return phrase(
        "Vibes {score} this week, threshold {threshold}.",
        score=shortest(cells.value),
        threshold=shortest(cells.reference),
    )


def _clear_plain(cells: _Cells) -> Texts:
    said = _("{metric}: back to none with the first reading on the good side of its threshold.", metric=cells.title)
    return repeated(said, len(cells.week))


def _clear_held(cells: _Cells) -> Texts:
    ends = _days(cells.panel, after=7 * (cells.parameters.missing.hold_weeks + 1))
    return phrase(
        "{metric}: held until it can be judged again, at most until the week of {day}.",
        metric=cells.title,
        day=picked(ends, cells.of(cells.found.last_judged)),
    )


def _clear_over(cells: _Cells) -> Texts:
    said = nphrase(
        "{metric}: back to none when there has been no signal for {n} judged week.",
        "{metric}: back to none when there has been no signal for {n} judged weeks running.",
        cells.parameters.hysteresis.fall_weeks,
        metric=cells.title,
    )
    return repeated(said, len(cells.week))


def _lasting(cells: _Cells) -> str:
    weeks = cells.parameters.hysteresis.fall_weeks
    said: str = nphrase("in {n} judged week", "in {n} judged weeks running", weeks)
    return said


def _clear_billable(cells: _Cells) -> Texts:
    rules, hours = cells.parameters.billable, cells.of(cells.panel.contract_hours)
    is_policy = cells.of(cells.opinion.rule) == rule("policy")
    is_long = is_policy & (cells.n > rules.window_weeks)
    windows = phrases(
        np.where(is_long, 2, is_policy),
        [
            N_("windows such as these {n} weeks"),
            N_("the last {short} eligible weeks together"),
            N_("the last {short} and the last {long} eligible weeks together"),
        ],
        n=number(cells.n),
        short=str(rules.window_weeks),
        long=str(rules.long_window_weeks),
    )
    return phrase(
        "Billable: back to none when {windows} stand above {share} % {lasting}; {policy} % of a full week of {hours} "
        "hours is {needed} billable hours.",
        windows=windows,
        share=number(cells.of(cells.opinion.clear_at), 1),
        lasting=_lasting(cells),
        policy=brief(rules.threshold_pct),
        hours=shortest(hours),
        needed=number(hours * rules.threshold_pct / 100, 1),
    )


def _clear_velocity(cells: _Cells) -> Texts:
    return nphrase(
        "Velocity: back to none at the end of a sprint, when the last {n} stands above {rate} points per 40 hours.",
        "Velocity: back to none at the end of a sprint, when the last {n} stand above {rate} points per 40 hours.",
        cells.n,
        rate=number(cells.of(cells.opinion.clear_at), 1),
    )


def _clear_response(cells: _Cells) -> Texts:
    return phrase(
        "Response: back to none when the times over such a window stay under x{factor} of own normal {lasting}.",
        factor=number(cells.of(cells.opinion.clear_at), 2),
        lasting=_lasting(cells),
    )


def _clear_vibes(cells: _Cells) -> Texts:
    return nphrase(
        "Vibes: back to none when the mean of the last {n} entry is above {mean} {lasting}.",
        "Vibes: back to none when the mean of the last {n} entries is above {mean} {lasting}.",
        cells.n,
        mean=number(cells.of(cells.opinion.clear_at), 2),
        lasting=_lasting(cells),
    )


def _clear_together(cells: _Cells) -> Texts:
    said = _(
        "{metric}: back to none when they stand less than {asked} standard errors worse than own normal {lasting}.",
        metric=cells.title,
        asked=brief(cells.parameters.together.soft_z),
        lasting=_lasting(cells),
    )
    return repeated(said, len(cells.week))


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
    why = np.full(share.shape, _("Not on the roster any more."), dtype=object)
    is_read = ~np.isnan(share)
    said = phrases(
        below(share[is_read], policy / 100),
        [
            N_("Billable {share} % in this week, not under the {policy} % policy; one week alone is no evidence."),
            N_("Billable {share} % in this week, under the {policy} % policy; one week alone is no evidence."),
        ],
        share=number(100 * share[is_read], 1),
        policy=brief(policy),
    )
    why[is_read] = words(said)
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
    green, judged = number(found.n_green[cells]), number(found.n_judged[cells])
    forbidden: dict[str, Texts | str] = {
        "has_note": phrase("Not applied: vibes {vibes}, but no note.", vibes=vibes),
        "vibes_quiet": _("Not applied: the vibes themselves signal."),
        "mostly_green": phrase(
            "Not applied: only {green} of {judged} judged weeks before were green underneath, {share} % are needed.",
            green=green,
            judged=judged,
            share=brief(100 * rules.min_green_share),
        ),
        "soft_or_on_policy": nphrase(
            "Not applied: red underneath, and billable over {n} week is under {policy} %.",
            "Not applied: red underneath, and billable over {n} weeks is under {policy} %.",
            parameters.billable.long_window_weeks,
            policy=brief(parameters.billable.threshold_pct),
        ),
        "was_green": _(
            "Not applied: the light was not green last week; an override keeps a light green, it turns none."
        ),
        "not_running_out": nphrase(
            "Not applied: it has applied {n} week running, the most it may.",
            "Not applied: it has applied {n} weeks running, the most it may.",
            rules.max_running,
        ),
        "not_used_up": nphrase(
            "Not applied: {n} use in {weeks} weeks is the most there may be.",
            "Not applied: {n} uses in {weeks} weeks are the most there may be.",
            rules.max_in_span,
            weeks=str(rules.span_weeks),
        ),
    }
    if parameters.method == "plain":
        said = phrase("Vibes {vibes} with a note.", vibes=vibes)
    else:
        said = phrase(
            "Vibes {vibes} with a note, vibes are quiet, {green} of {judged} judged weeks before were green "
            "underneath.",
            vibes=vibes,
            green=green,
            judged=judged,
        )
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
