"""The evidence of a review in sentences, and what speaks against it."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from transforms.parameters import DecisionParameters
from transforms.review_evidence import Change, Evidence, is_material
from transforms.stats import Bools, Floats, Ints, Words
from transforms.stats.arrays import at_least
from transforms.vocabulary import METRICS, Metric

_LEANING_Z: Final = 1.0  # below this a change is not worth a sentence


def review_sentences(
    found: Evidence, outcome: Words, is_candidate: Bools, has_flags: Bools, parameters: DecisionParameters
) -> tuple[Words, Words]:
    """Evidence and counter-evidence, one sentence a line.

    For `watch` and `return` the metrics that are down are the evidence and the others speak against it; for `stay`
    those that lean to the worse do.
    """
    rules = parameters.recommendation
    material = is_material(found.changes, rules)
    is_stay, is_insufficient = outcome == "stay", outcome == "insufficient"
    reasons, counter = _Lines(len(outcome)), _Lines(len(outcome))
    for metric in METRICS:
        change = found.changes[metric]
        sentence = _metric_sentence(metric, change)
        is_down = material[metric]
        is_quiet = ~np.isnan(change.z) & ~is_down
        reasons.add(sentence, is_down & ~is_insufficient)
        counter.add(sentence, is_quiet & ~is_stay & ~is_insufficient)
        counter.add(sentence, is_quiet & is_stay & at_least(change.z, _LEANING_Z))
    threshold = parameters.billable.threshold_pct
    meets_policy = at_least(found.changes["billable"].value, threshold) & ~is_stay & ~is_insufficient
    counter.add(f"Billable share still reaches the policy of {threshold:g} %.", meets_policy)
    is_chance = (found.is_one | found.is_several) & ~is_candidate & ~is_insufficient
    shown_q = numbers("%.2f", found.q)
    counter.add(
        "Among all engineers reviewed a finding like this is too likely by chance (q " + shown_q + f", at most"
        f" {rules.max_q:g} is asked).",
        is_chance,
    )
    reasons.add(
        f"At least {rules.watch_flagged_weeks} of the last {rules.watch_weeks} weeks were yellow or red underneath.",
        has_flags & ~is_insufficient,
    )
    reasons.add(
        f"The evidence asks for a return at {rules.reviews_running} reviews running: a proposal for a conversation.",
        outcome == "return",
    )
    is_first = is_candidate & (outcome == "watch") & ~found.is_hired_onto
    reasons.add(f"A return is proposed only when this is so at {rules.reviews_running} reviews running.", is_first)
    reasons.add(
        "Hired onto 4x10: there are no own weeks on 5x8 to compare with, so this is at most watched.",
        is_candidate & found.is_hired_onto,
    )
    reasons.add("No metric is down by enough, and far enough outside chance.", is_stay)
    reasons.add(
        numbers("%d", found.n_weeks) + f" eligible weeks on 4x10 after settling in; {rules.min_weeks} are needed.",
        is_insufficient,
    )
    return reasons.text, counter.text


class _Lines:
    """Sentences for each engineer, one a line, collected in order."""

    def __init__(self, n: int) -> None:
        self.text: Words = np.full(n, "", dtype=object)

    def add(self, sentence: Any, where: Bools) -> None:
        separator = np.where(self.text == "", "", "\n").astype(object)
        self.text = np.where(where, self.text + separator + sentence, self.text)


def numbers(pattern: str, values: Floats | Ints) -> Words:
    """Each number in a `%` pattern, as texts that `+` joins."""
    texts: Words = np.char.mod(pattern, values).astype(object)
    return texts


def _metric_sentence(metric: Metric, change: Change) -> Words:
    """What the window shows of one metric, and how far from chance it is."""
    tail = np.where(change.own > 0, " standard errors for the worse.", " standard errors for the better.")
    text = _WORDED[metric](change) + ": " + numbers("%.1f", np.abs(change.z)) + tail.astype(object)
    sentence: Words = text
    return sentence


def _billable(change: Change) -> Words:
    share = numbers("%.1f", change.value) + " % over " + numbers("%d", change.n) + " eligible weeks, "
    gap = numbers("%.1f", np.abs(change.worse)) + " points" + _side(change) + numbers("%.1f", change.normal) + " %"
    worded: Words = "Billable share " + share + gap + _shared(change, numbers("%.1f points", change.peers), 0.05)
    return worded


def _velocity(change: Change) -> Words:
    rate = numbers("%.1f", change.value) + " points per 40 h over " + numbers("%d", change.n) + " sprints, "
    gap = numbers("%.0f", 100 * np.abs(change.worse)) + " %" + _side(change) + numbers("%.1f", change.normal)
    worded: Words = "Velocity " + rate + gap + _shared(change, numbers("%.0f %%", 100 * change.peers), 0.005)
    return worded


def _response(change: Change) -> Words:
    factor = numbers("%.2f", change.value) + " the own normal, over " + numbers("%d", change.n) + " incidents"
    worded: Words = "Incidents took x" + factor + _shared(change, "x" + numbers("%.2f", np.exp(change.peers)), 0.005)
    return worded


def _vibes(change: Change) -> Words:
    mean = numbers("%.1f", change.value) + " on average over " + numbers("%d", change.n) + " entries, "
    gap = numbers("%.1f", np.abs(change.worse)) + _side(change) + numbers("%.1f", change.normal)
    worded: Words = "Vibes " + mean + gap + _shared(change, numbers("%.1f", change.peers), 0.05)
    return worded


_WORDED: Final[dict[Metric, Callable[[Change], Words]]] = {
    "billable": _billable,
    "velocity": _velocity,
    "response": _response,
    "vibes": _vibes,
}


def _side(change: Change) -> Words:
    return np.where(change.worse > 0, " under the own normal of ", " over the own normal of ").astype(object)


def _shared(change: Change, worded: Words, least: float) -> Words:
    """The part of a decline that the team shares, where it is large enough to be printed."""
    text = " (the team's median decline of " + worded + " taken off)"
    return np.where(change.peers >= least, text, "").astype(object)
