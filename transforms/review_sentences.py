"""The evidence of a review in sentences: what speaks for it, what against, and what would change the outcome."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Final

import numpy as np
import pandas as pd

from transforms.parameters import DecisionParameters, RecommendationRules
from transforms.review_evidence import Change, Changes, Evidence, is_down, sizes_beside_others, smallest_visible
from transforms.stats import Bools, Floats, Ints, Words
from transforms.stats.arrays import at_least
from transforms.vocabulary import METRICS, OBJECTIVE_METRICS, Metric

_LEANING_Z: Final = 1.5  # below this a change is not worth a sentence
_SPEC: Final = re.compile(r"%(?:\.\d)?[dfs]")

Values = tuple[Floats | Ints | Words, ...]


class Lines:
    """Sentences for each engineer, one a line, collected in order."""

    def __init__(self, n: int) -> None:
        self.text: Words = np.full(n, "", dtype=object)

    def add(self, where: Bools, pattern: str, *values: Floats | Ints | Words) -> None:
        """`pattern` is a `%` pattern for one number or word of each of `values`."""
        rows = np.flatnonzero(where)
        if len(rows):
            picked = tuple(value[rows] for value in values)
            before, new = self.text[rows].tolist(), filled(pattern, picked) if picked else [pattern % ()] * len(rows)
            self.text[rows] = [f"{old}\n{text}" if old else text for old, text in zip(before, new, strict=True)]


def filled(pattern: str, values: Values) -> list[str]:
    """The `%` pattern with each number or word of the values in turn."""
    texts = [worded(spec, value).tolist() for spec, value in zip(_SPEC.findall(pattern), values, strict=True)]
    with_words = _SPEC.sub("%s", pattern)
    return [with_words % row for row in zip(*texts, strict=True)]


def worded(spec: str, values: Floats | Ints | Words) -> Words:
    """Each number by a spec such as `%.1f`. Rounded they are few: every number that is printed is worded once."""
    if spec == "%s":
        return values
    decimals = int(spec[2]) if spec[1] == "." else 0
    rounded = np.rint(np.asarray(values, dtype=float) * 10**decimals)
    place, distinct = pd.factorize(rounded + 0.0, use_na_sentinel=False)  # + 0.0: no -0
    texts = np.array([spec % (number / 10**decimals) for number in distinct.tolist()], dtype=object)
    return texts[place]


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
        "Together the metrics stand %.1f standard errors on the bad side of the own normal.",
        shown.strength,
    )
    _add_windows(lines, found, told.is_told & (shown.asks_return | shown.is_leaning))
    lines.add(
        told.is_told & told.lights.ask_watch,
        f"At least {rules.watch_flagged_weeks} of the last {rules.watch_weeks} weeks were yellow or red underneath.",
    )
    strong, weak = rules.reviews_running, rules.weak_reviews_running
    proposal = "a proposal for a conversation"
    lines.add(
        is_return & (told.n_running >= weak),
        f"The evidence asks for a return at {weak} reviews running: {proposal}.",
    )
    lines.add(
        is_return & (told.n_running < weak),
        f"The evidence asks for a return at {strong} reviews running, strongly at this one: {proposal}.",
    )
    is_next = (told.outcome == "watch") & (told.n_running > 0) & found.has_5x8
    lines.add(is_next & shown.is_strong, f"A return is proposed when this is so at {strong} reviews running.")
    lines.add(
        is_next & ~shown.is_strong,
        f"A return is proposed when this is so at {weak} reviews running; for {strong} the evidence is too weak"
        f" (q %.2f, at most {rules.strong_q:g} is asked).",
        shown.q,
    )
    lines.add(
        told.is_told & shown.asks_return & ~found.has_5x8,
        "There are no own weeks on 5x8 before 4x10 to compare with, so this is at most watched.",
    )
    lines.add(
        is_stay,
        "No metric is down by enough, and far enough outside chance; over %d eligible weeks billable share is %.1f %%,"
        " the own normal %.1f %%.",
        shown.n_weeks,
        shown.changes["billable"].value,
        shown.changes["billable"].normal,
    )
    _add_smallest(lines, told.is_told, found, rules)
    lines.add(
        told.outcome == "insufficient",
        f"%d eligible weeks on 4x10 after settling in; {rules.min_weeks} are needed.",
        shown.n_weeks,
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
    lines.add(meets_policy & ~is_stay & told.is_told, f"Billable share still reaches the policy of {threshold:g} %%.")
    lines.add(
        told.is_told & (shown.is_one | shown.is_several) & ~shown.asks_return,
        "Among all engineers reviewed a finding like this is too likely by chance (q %.2f,"
        f" at most {rules.max_q:g} is asked).",
        shown.q,
    )
    lines.add(
        told.is_told & shown.asks_return & ~told.lights.agree,
        f"The weekly light does not agree: fewer than {rules.return_flagged_weeks} of the last {rules.watch_weeks}"
        " weeks were yellow or red underneath.",
    )
    return lines.text


def would_change(found: Evidence, told: Told) -> Words:
    """What would make it another outcome. Shape: engineers."""
    rules, shown, changes = told.parameters.recommendation, found.shown, found.shown.changes
    is_watch = told.outcome == "watch"
    flagged = f"{rules.watch_flagged_weeks} of the last {rules.watch_weeks} weeks"
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
        {metric: (~np.isnan(visible[metric]), _REACHED[metric], watched_at[metric]) for metric in OBJECTIVE_METRICS},
        f"Watched once, over the last {min(rules.windows_weeks)} eligible weeks, ",
        " or ",
        f"; or once {flagged} are yellow or red underneath.",
    )
    asked = is_down(changes, rules.several_z, rules)
    _add_list(
        lines,
        (told.outcome == "return") | (is_watch & shown.asks_return),
        {metric: (asked[metric], _LEFT[metric], down_at[metric]) for metric in METRICS},
        "The evidence no longer asks for it, at the latest, once over the window ",
        " and ",
        ".",
    )
    leaning = is_down(changes, rules.watch_z, rules)
    _add_list(
        lines,
        is_watch & ~shown.asks_return,
        {metric: (leaning[metric], _LEFT[metric], watched_at[metric]) for metric in OBJECTIVE_METRICS},
        "Back to `stay` once, over the window, ",
        " and ",
        ".",
    )
    lines.add(is_watch & told.lights.ask_watch, f"Watched as long as {flagged} are yellow or red underneath.")
    lines.add(told.outcome == "insufficient", f"Judged once there are {rules.min_weeks} eligible weeks.")
    return lines.text


def _add_next_reviews(lines: Lines, where: Bools, is_strong: Bools, told: Told) -> None:
    """Up to which review the same must be found for a return to be proposed."""
    rules = told.parameters.recommendation
    left = np.where(is_strong, rules.reviews_running, rules.weak_reviews_running) - told.n_running
    for n in np.unique(left[where]):
        monday = told.monday + pd.Timedelta(weeks=int(n) * rules.review_every_weeks)
        which = "the next review, in the week of" if n == 1 else f"the next {n} reviews, the last in the week of"
        find = "finds" if n == 1 else "find"
        lines.add(where & (left == n), f"A return is proposed if {which} {monday:%Y-%m-%d}, {find} the same.")


_REACHED: Final[dict[Metric, str]] = {
    "billable": "billable share is %.1f %% or less",
    "velocity": "velocity %.1f points per 40 h or less",
    "response": "incidents take x%.2f the own normal or longer",
}
_LEFT: Final[dict[Metric, str]] = {
    "billable": "billable share is above %.1f %%",
    "velocity": "velocity is above %.1f points per 40 h",
    "response": "incidents take less than x%.2f the own normal",
    "vibes": "vibes are above %.1f on average",
}
_SMALLEST: Final[dict[Metric, str]] = {
    "billable": "%.1f points of billable share",
    "velocity": "%.0f %% of velocity",
    "response": "x%.2f in incident times",
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
    parts: Mapping[Metric, tuple[Bools, str, Floats]],
    before: str,
    joint: str,
    after: str,
) -> None:
    """For each engineer a list of those parts that apply: whether, the pattern, its number."""
    which = sum(flags.astype(np.int64) << place for place, (flags, _, _) in enumerate(parts.values()))
    for code in np.unique(np.where(where, which, 0)):
        if code:
            named = [part for place, part in enumerate(parts.values()) if code >> place & 1]
            patterns = [pattern for _, pattern, _ in named]
            listed = joint.join([", ".join(patterns[:-1]), patterns[-1]]) if len(patterns) > 1 else patterns[0]
            lines.add(where & (which == code), before + listed + after, *(values for _, _, values in named))


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
        {metric: (~np.isnan(visible[metric]), _SMALLEST[metric], shown[metric]) for metric in OBJECTIVE_METRICS},
        "A fall of less than ",
        " or ",
        " would not be visible yet.",
    )


def _add_windows(lines: Lines, found: Evidence, where: Bools) -> None:
    """Which windows say so, where they are not the same weeks."""
    for size, one in found.windows.items():
        is_alone = where & (found.size == size)
        for other, rest in found.windows.items():
            says = np.where(found.shown.asks_return, rest.asks_return, rest.is_leaning)
            if other != size:
                is_alone &= ~says & (rest.n_weeks != one.n_weeks)
        lines.add(is_alone, f"Only the window of {size} eligible weeks shows it.")


def _add_metric(lines: Lines, where: Bools, metric: Metric, change: Change) -> None:
    """What the window shows of one metric, and how far from chance it is."""
    rows = np.flatnonzero(where)
    if not len(rows):
        return
    asides = np.full(len(where), "", dtype=object)
    asides[rows] = _asides(metric, _of_rows(change, rows))
    pattern, values = _WORDED[metric](change)
    for tail, is_tail in (("worse", change.own > 0), ("better", ~(change.own > 0))):
        for side, is_side in (("under", change.plain > 0), ("over", ~(change.plain > 0))):
            lines.add(
                where & is_tail & is_side,
                f"{pattern.replace('@', f'{side} the own normal of')}%s: %.1f standard errors for the {tail}.",
                *values,
                asides,
                np.abs(change.z),
            )


def _of_rows(change: Change, rows: Ints) -> Change:
    return Change(**{one.name: getattr(change, one.name)[rows] for one in fields(Change)})


# In the patterns @ stands for "under the own normal of" or "over the own normal of".
def _billable(change: Change) -> tuple[str, Values]:
    pattern = "Billable share %.1f %% over %d eligible weeks, %.1f points @ %.1f %%"
    return pattern, (change.value, change.n, np.abs(change.plain), change.normal)


def _velocity(change: Change) -> tuple[str, Values]:
    pattern = "Velocity %.1f points per 40 h over %d sprints, %.0f %% @ %.1f"
    return pattern, (change.value, change.n, 100 * np.abs(change.plain), change.normal)


def _response(change: Change) -> tuple[str, Values]:
    return "Incidents took x%.2f the own normal, over %d incidents", (change.value, change.n)


def _vibes(change: Change) -> tuple[str, Values]:
    pattern = "Vibes %.1f on average over %d entries, %.1f @ %.1f"
    return pattern, (change.value, change.n, np.abs(change.plain), change.normal)


_WORDED: Final[dict[Metric, Callable[[Change], tuple[str, Values]]]] = {
    "billable": _billable,
    "velocity": _velocity,
    "response": _response,
    "vibes": _vibes,
}
# How a part of a change is said, and the least that is worth saying.
_PARTS: Final[dict[Metric, tuple[str, Callable[[Floats], Floats], float]]] = {
    "billable": ("%.1f points", lambda part: part, 0.05),
    "velocity": ("%.0f %%", lambda part: 100 * part, 0.005),
    "response": ("x%.2f", np.exp, 0.005),
    "vibes": ("%.1f", lambda part: part, 0.05),
}
_COUNTED: Final[dict[Metric, str]] = {"billable": "week", "response": "incident"}


def _asides(metric: Metric, change: Change) -> Words:
    """What is not counted: beyond what a bad week or incident is, and the decline that the team shares."""
    pattern, shown, least = _PARTS[metric]
    asides = np.full(len(change.n), "", dtype=object)
    clipped, shared = np.abs(change.clipped) >= least, change.peers >= least
    if metric in _COUNTED:
        text = f" (counted as {pattern}: no single {_COUNTED[metric]} counts for more than a bad one does)"
        asides[clipped] = filled(text, (shown(change.worse[clipped]),))
    asides[shared] += filled(f" (the team's median decline of {pattern} taken off)", (shown(change.peers[shared]),))
    return asides
