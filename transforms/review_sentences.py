"""The evidence of a review in sentences: what speaks for it, what against, and what would change the outcome."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Final

import numpy as np
import pandas as pd

from transforms.language import N_, ListStyle, _, brief
from transforms.parameters import DecisionParameters, RecommendationRules
from transforms.phrases import Texts, either, enumerated, joined, nphrase, number, phrase, phrases, words
from transforms.review_evidence import Change, Changes, Evidence, is_down, sizes_beside_others, smallest_visible
from transforms.stats import Bools, Floats, Ints, Words
from transforms.stats.arrays import at_least
from transforms.vocabulary import METRICS, OBJECTIVE_METRICS, Metric

_LEANING_Z: Final = 1.5  # below this a change is not worth a sentence


class Lines:
    """Sentences for each engineer, one a line, collected in order."""

    def __init__(self, n: int) -> None:
        self.text: Words = np.full(n, "", dtype=object)

    def add(self, where: Bools, said: str | Callable[[Ints], Texts]) -> None:
        """A sentence for all of them, or what makes those of some engineers (by index)."""
        rows = np.flatnonzero(where)
        if len(rows):
            new, before = said if isinstance(said, str) else words(said(rows)), self.text[rows]
            self.text[rows] = np.where(before == "", new, before + "\n" + new)


@dataclass(frozen=True)
class Lights:
    """What the weekly lights of the last weeks say: enough yellow or red to watch, enough to agree with a return."""

    ask_watch: Bools
    agree: Bools


@dataclass(frozen=True)
class Told:
    """What a review came to, and what the sentences need beside its evidence. Shape: engineers."""

    outcome: Words
    lights: Lights
    n_running: Ints  # reviews running, this one included, at which the evidence and the lights asked for a return
    monday: pd.Timestamp
    is_told: Bools  # who is reviewed and has enough weeks
    parameters: DecisionParameters


def review_reasons(found: Evidence, told: Told) -> Words:
    """What the outcome rests on: number, window, reference, strength, and the smallest fall that would be seen.

    For `watch` and `return` the metrics that are down are the evidence. Shape: engineers; empty if not reviewed.
    """
    rules, shown = told.parameters.recommendation, found.shown
    is_stay, is_return = told.outcome == "stay", told.outcome == "return"
    down = is_down(shown.changes, rules.several_z, rules)
    lines = Lines(len(is_stay))
    for metric in METRICS:
        _add_metric(lines, told.is_told & ~is_stay & down[metric], metric, shown.changes[metric])
    lines.add(
        told.is_told & shown.is_several,
        lambda at: phrase(
            "Together the metrics stand {strength} standard errors on the bad side of the own normal.",
            strength=number(shown.strength[at], 1),
        ),
    )
    _add_windows(lines, found, told.is_told & (shown.asks_return | shown.is_leaning))
    lines.add(
        told.is_told & told.lights.ask_watch,
        _(
            "At least {flagged} of the last {weeks} weeks were yellow or red underneath.",
            flagged=rules.watch_flagged_weeks,
            weeks=rules.watch_weeks,
        ),
    )
    strong, weak = rules.reviews_running, rules.weak_reviews_running
    lines.add(
        is_return & (told.n_running >= weak),
        nphrase(
            "The evidence asks for a return at {n} review: a proposal for a conversation.",
            "The evidence asks for a return at {n} reviews running: a proposal for a conversation.",
            weak,
        ),
    )
    lines.add(
        is_return & (told.n_running < weak),
        nphrase(
            "The evidence asks for a return at {n} review, strongly at this one: a proposal for a conversation.",
            "The evidence asks for a return at {n} reviews running, strongly at this one: a proposal for a "
            "conversation.",
            strong,
        ),
    )
    is_next = (told.outcome == "watch") & (told.n_running > 0) & found.has_5x8
    lines.add(
        is_next & shown.is_strong,
        nphrase(
            "A return is proposed when this is so at {n} review.",
            "A return is proposed when this is so at {n} reviews running.",
            strong,
        ),
    )
    lines.add(
        is_next & ~shown.is_strong,
        lambda at: nphrase(
            "A return is proposed when this is so at {n} review; for {fewer} the evidence is too weak (q {q}, at most "
            "{asked} is asked).",
            "A return is proposed when this is so at {n} reviews running; for {fewer} the evidence is too weak (q {q}, "
            "at most {asked} is asked).",
            weak,
            fewer=str(strong),
            q=number(shown.q[at], 2),
            asked=brief(rules.strong_q),
        ),
    )
    lines.add(
        told.is_told & shown.asks_return & ~found.has_5x8,
        _("There are no own weeks on 5x8 before 4x10 to compare with, so this is at most watched."),
    )
    lines.add(
        is_stay,
        lambda at: nphrase(
            "No metric is down by enough, and far enough outside chance; over {n} eligible week billable share is "
            "{share} %, the own normal {normal} %.",
            "No metric is down by enough, and far enough outside chance; over {n} eligible weeks billable share is "
            "{share} %, the own normal {normal} %.",
            shown.n_weeks[at],
            share=number(shown.changes["billable"].value[at], 1),
            normal=number(shown.changes["billable"].normal[at], 1),
        ),
    )
    _add_smallest(lines, told.is_told, found, rules)
    lines.add(
        told.outcome == "insufficient",
        lambda at: nphrase(
            "{n} eligible week on 4x10 after settling in; {needed} are needed.",
            "{n} eligible weeks on 4x10 after settling in; {needed} are needed.",
            shown.n_weeks[at],
            needed=str(rules.min_weeks),
        ),
    )
    return lines.text


def counter_evidence(found: Evidence, told: Told) -> Words:
    """What speaks against the outcome: for `watch` and `return` what is not down, for `stay` what leans to the worse.

    Shape: engineers.
    """
    rules, shown = told.parameters.recommendation, found.shown
    is_stay = told.outcome == "stay"
    down = is_down(shown.changes, rules.several_z, rules)
    lines = Lines(len(is_stay))
    for metric in METRICS:
        change = shown.changes[metric]
        is_quiet = ~np.isnan(change.z) & ~down[metric] & ~is_stay
        _add_metric(lines, told.is_told & (is_quiet | (is_stay & at_least(change.z, _LEANING_Z))), metric, change)
    threshold = told.parameters.billable.threshold_pct
    meets_policy = at_least(shown.changes["billable"].value, threshold)
    lines.add(
        meets_policy & ~is_stay & told.is_told,
        _("Billable share still reaches the policy of {policy} %.", policy=brief(threshold)),
    )
    lines.add(
        told.is_told & (shown.is_one | shown.is_several) & ~shown.asks_return,
        lambda at: phrase(
            "Among all engineers reviewed a finding like this is too likely by chance (q {q}, at most {asked} is "
            "asked).",
            q=number(shown.q[at], 2),
            asked=brief(rules.max_q),
        ),
    )
    lines.add(
        told.is_told & shown.asks_return & ~told.lights.agree,
        _(
            "The weekly light does not agree: fewer than {flagged} of the last {weeks} weeks were yellow or red "
            "underneath.",
            flagged=rules.return_flagged_weeks,
            weeks=rules.watch_weeks,
        ),
    )
    return lines.text


def would_change(found: Evidence, told: Told) -> Words:
    """What would make it another outcome. Shape: engineers."""
    rules, shown, changes = told.parameters.recommendation, found.shown, found.shown.changes
    is_watch = told.outcome == "watch"
    flagged = {"flagged": str(rules.watch_flagged_weeks), "of": str(rules.watch_weeks)}
    visible = smallest_visible(changes, rules)
    watched_at = _levels(changes, visible)
    # At these levels a metric is not down at all, so that nothing asks for a return.
    down_at = _levels(
        changes,
        {
            metric: np.maximum(size, rules.several_z * changes[metric].error)
            for metric, size in sizes_beside_others(rules).items()
        },
    )
    lines = Lines(len(is_watch))
    _add_next_reviews(lines, is_watch & (told.n_running > 0) & found.has_5x8, shown.is_strong, told)
    _add_list(
        lines,
        told.outcome == "stay",
        [(~np.isnan(visible[metric]), *_REACHED[metric], watched_at[metric]) for metric in OBJECTIVE_METRICS],
        "or",
        lambda levels: phrase(
            "Watched once, over the last {weeks} eligible weeks, {levels}; or once {flagged} of the last {of} weeks "
            "are yellow or red underneath.",
            weeks=str(min(rules.windows_weeks)),
            levels=levels,
            **flagged,
        ),
    )
    asked = is_down(changes, rules.several_z, rules)
    _add_list(
        lines,
        (told.outcome == "return") | (is_watch & shown.asks_return),
        [(asked[metric], *_LEFT[metric], down_at[metric]) for metric in METRICS],
        "standard",
        lambda levels: phrase(
            "The evidence no longer asks for it, at the latest, once over the window {levels}.", levels=levels
        ),
    )
    leaning = is_down(changes, rules.watch_z, rules)
    _add_list(
        lines,
        is_watch & ~shown.asks_return,
        [(leaning[metric], *_LEFT[metric], watched_at[metric]) for metric in OBJECTIVE_METRICS],
        "standard",
        lambda levels: phrase("Back to `stay` once, over the window, {levels}.", levels=levels),
    )
    lines.add(
        is_watch & told.lights.ask_watch,
        _("Watched as long as {flagged} of the last {of} weeks are yellow or red underneath.", **flagged),
    )
    lines.add(
        told.outcome == "insufficient",
        nphrase(
            "Judged once there is {n} eligible week.", "Judged once there are {n} eligible weeks.", rules.min_weeks
        ),
    )
    return lines.text


def _add_next_reviews(lines: Lines, where: Bools, is_strong: Bools, told: Told) -> None:
    """Up to which review the same must be found for a return to be proposed."""
    rules = told.parameters.recommendation
    left = np.where(is_strong, rules.reviews_running, rules.weak_reviews_running) - told.n_running
    for n in np.unique(left[where]).tolist():
        monday = (told.monday + pd.Timedelta(weeks=n * rules.review_every_weeks)).date()
        said = nphrase(
            "A return is proposed if the next review, in the week of {monday}, finds the same.",
            "A return is proposed if the next {n} reviews, the last in the week of {monday}, find the same.",
            n,
            monday=monday.isoformat(),
        )
        lines.add(where & (left == n), said)


# What is said of each metric within a list, and with how many decimals.
_REACHED: Final[dict[Metric, tuple[str, int]]] = {
    "billable": (N_("billable share is {level} % or less"), 1),
    "velocity": (N_("velocity {level} points per 40 h or less"), 1),
    "response": (N_("incidents take x{level} the own normal or longer"), 2),
}
_LEFT: Final[dict[Metric, tuple[str, int]]] = {
    "billable": (N_("billable share is above {level} %"), 1),
    "velocity": (N_("velocity is above {level} points per 40 h"), 1),
    "response": (N_("incidents take less than x{level} the own normal"), 2),
    "vibes": (N_("vibes are above {level} on average"), 1),
}
_SMALLEST: Final[dict[Metric, tuple[str, int]]] = {
    "billable": (N_("{level} points of billable share"), 1),
    "velocity": (N_("{level} % of velocity"), 0),
    "response": (N_("x{level} in incident times"), 2),
}


def _levels(changes: Changes, fall: Mapping[Metric, Floats]) -> dict[Metric, Floats]:
    """The value that lies so far on the bad side of the own normal, beside the decline that all share."""
    away = {metric: fall[metric] + changes[metric].peers for metric in fall}
    return {
        "billable": np.maximum(changes["billable"].normal - away["billable"], 0),
        "velocity": changes["velocity"].normal * np.maximum(1 - away["velocity"], 0),
        "response": np.exp(away["response"]),
        "vibes": np.maximum(changes["vibes"].normal - away["vibes"], 1),
    }


def _add_list(
    lines: Lines,
    where: Bools,
    parts: Sequence[tuple[Bools, str, int, Floats]],
    style: ListStyle,
    said: Callable[[Texts], Texts],
) -> None:
    """For each engineer a sentence with the list of those parts that apply: whether, what is said, its level."""

    def sentence(at: Ints) -> Texts:
        levels = [
            (applies[at], phrase(message, level=number(level[at], digits))) for applies, message, digits, level in parts
        ]
        return said(enumerated(levels, style))

    lines.add(where & np.any([applies for applies, *_rest in parts], axis=0), sentence)


def _add_smallest(lines: Lines, where: Bools, found: Evidence, rules: RecommendationRules) -> None:
    visible = smallest_visible(found.shown.changes, rules)
    shown = {
        "billable": visible["billable"],
        "velocity": 100 * visible["velocity"],
        "response": np.exp(visible["response"]),
    }
    _add_list(
        lines,
        where,
        [(~np.isnan(visible[metric]), *_SMALLEST[metric], shown[metric]) for metric in OBJECTIVE_METRICS],
        "or",
        lambda falls: phrase("A fall of less than {falls} would not be visible yet.", falls=falls),
    )


def _add_windows(lines: Lines, found: Evidence, where: Bools) -> None:
    """Which windows say so, where they are not the same weeks."""
    for size, one in found.windows.items():
        is_alone = where & (found.size == size)
        for other, rest in found.windows.items():
            says = np.where(found.shown.asks_return, rest.asks_return, rest.is_leaning)
            if other != size:
                is_alone &= ~says & (rest.n_weeks != one.n_weeks)
        said = nphrase(
            "Only the window of {n} eligible week shows it.", "Only the window of {n} eligible weeks shows it.", size
        )
        lines.add(is_alone, said)


def _add_metric(lines: Lines, where: Bools, metric: Metric, change: Change) -> None:
    """What the window shows of one metric, and how far from chance it is."""
    lines.add(where, lambda at: _change(metric, _of_rows(change, at)))


def _change(metric: Metric, change: Change) -> Texts:
    return phrases(
        change.own > 0,
        [
            N_("{change}: {strength} standard errors for the better."),
            N_("{change}: {strength} standard errors for the worse."),
        ],
        change=joined(_SHOWN[metric](change), *_asides(metric, change)),
        strength=number(np.abs(change.z), 1),
    )


def _of_rows(change: Change, rows: Ints) -> Change:
    return Change(**{one.name: getattr(change, one.name)[rows] for one in fields(Change)})


def _billable(change: Change) -> Texts:
    distance = phrases(
        change.plain > 0,
        [
            N_("{points} points over the own normal of {normal} %"),
            N_("{points} points under the own normal of {normal} %"),
        ],
        points=number(np.abs(change.plain), 1),
        normal=number(change.normal, 1),
    )
    return nphrase(
        "Billable share {share} % over {n} eligible week, {distance}",
        "Billable share {share} % over {n} eligible weeks, {distance}",
        change.n,
        share=number(change.value, 1),
        distance=distance,
    )


def _velocity(change: Change) -> Texts:
    return nphrase(
        "Velocity {rate} points per 40 h over {n} sprint, {distance}",
        "Velocity {rate} points per 40 h over {n} sprints, {distance}",
        change.n,
        rate=number(change.value, 1),
        distance=_beside_normal(change, joined(number(100 * np.abs(change.plain)), " %")),
    )


def _response(change: Change) -> Texts:
    return nphrase(
        "Incidents took x{factor} the own normal, over {n} incident",
        "Incidents took x{factor} the own normal, over {n} incidents",
        change.n,
        factor=number(change.value, 2),
    )


def _vibes(change: Change) -> Texts:
    return nphrase(
        "Vibes {mean} on average over {n} entry, {distance}",
        "Vibes {mean} on average over {n} entries, {distance}",
        change.n,
        mean=number(change.value, 1),
        distance=_beside_normal(change, number(np.abs(change.plain), 1)),
    )


def _beside_normal(change: Change, distance: Texts) -> Texts:
    return phrases(
        change.plain > 0,
        [N_("{distance} over the own normal of {normal}"), N_("{distance} under the own normal of {normal}")],
        distance=distance,
        normal=number(change.normal, 1),
    )


_SHOWN: Final[dict[Metric, Callable[[Change], Texts]]] = {
    "billable": _billable,
    "velocity": _velocity,
    "response": _response,
    "vibes": _vibes,
}
# How a part of a change is shown, with how many decimals, and the least that is worth saying.
_PARTS: Final[dict[Metric, tuple[Callable[[Floats], Floats], int, float]]] = {
    "billable": (lambda part: part, 1, 0.05),
    "velocity": (lambda part: 100 * part, 0, 0.005),
    "response": (np.exp, 2, 0.005),
    "vibes": (lambda part: part, 1, 0.05),
}
_CLIPPED: Final[dict[Metric, str]] = {
    "billable": N_("(counted as {size} points: no single week counts for more than a bad one does)"),
    "response": N_("(counted as x{size}: no single incident counts for more than a bad one does)"),
}
_SHARED: Final[dict[Metric, str]] = {
    "billable": N_("(the team's median decline of {size} points taken off)"),
    "velocity": N_("(the team's median decline of {size} % taken off)"),
    "response": N_("(the team's median decline of x{size} taken off)"),
    "vibes": N_("(the team's median decline of {size} taken off)"),
}


def _asides(metric: Metric, change: Change) -> list[Texts]:
    """What is not counted: beyond what a bad week or incident is, and the decline that the team shares."""
    shown, digits, least = _PARTS[metric]
    asides = [(change.peers >= least, _SHARED[metric], change.peers)]
    if metric in _CLIPPED:
        asides = [(np.abs(change.clipped) >= least, _CLIPPED[metric], change.worse), *asides]
    return [
        either(is_told, joined(" ", phrase(message, size=number(shown(part), digits))))
        for is_told, message, part in asides
        if is_told.any()
    ]
