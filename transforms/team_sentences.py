"""The verdict's words: "change since the switch", never what caused it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from transforms.definitions import METRIC_DEFINITIONS
from transforms.parameters import TeamEffectRules
from transforms.team_changes import MetricReview
from transforms.vocabulary import Metric

_ITEMS: Final[dict[Metric, str]] = {
    "billable": "eligible weeks",
    "velocity": "whole sprints",
    "response": "incidents",
    "vibes": "vibes",
}
_SEASON_WORDS: Final = {
    True: "Before and during cover the same months.",
    False: "The weeks before do not cover the same months: season cannot be separated from the switch.",
}
_POLICY_WORDS: Final = {
    "keep": "Every metric that can be judged stays inside its margin.",
    "watch": "Neither harm beyond the margins nor its absence is shown for every metric.",
    "return": "Harm beyond the margin has lasted from one review to the next.",
    "insufficient": "Too few engineers have enough weeks before and during to judge billable share.",
}


@dataclass(frozen=True)
class Told:
    """What the sentences of a review need beside its estimates. `needed`: the probability that `return` needs now."""

    needed: float
    is_season_matched: bool
    rules: TeamEffectRules


def policy_reason(verdict: str, verdicts: Mapping[Metric, str], is_season_matched: bool) -> str:
    """Why the policy's verdict is what it is."""
    return f"{_POLICY_WORDS[verdict]} {_listed(verdicts)} {_SEASON_WORDS[is_season_matched]}"


def _listed(verdicts: Mapping[Metric, str]) -> str:
    """`Billable share: keep; velocity: watch; ...`"""
    text = "; ".join(f"{METRIC_DEFINITIONS[metric].title.lower()}: {verdict}" for metric, verdict in verdicts.items())
    return f"{text[0].upper()}{text[1:]}."


def policy_would_change(verdict: str, rules: TeamEffectRules) -> str:
    """What would make the policy's verdict another one."""
    to_return = (
        f"billable share at `return`, or {rules.other_metrics_for_return} other metrics, would make it `return`."
    )
    return {
        "keep": f"One metric that leaves `keep` would make it `watch`; {to_return}",
        "watch": f"All judged metrics at `keep` would make it `keep`; {to_return}",
        "return": "It ends with the first review at which the metrics behind it are no longer at `return`.",
        "insufficient": f"Judged once billable share is; {to_return}",
    }[verdict]


def metric_reason(found: MetricReview, verdict: str, is_beyond: bool, told: Told) -> str:
    """One metric's change, its interval, how it stands to the margin, and what could not have been seen."""
    rules = told.rules
    name = METRIC_DEFINITIONS[found.metric].title
    if found.estimate is None:
        return (
            f"{name}: {found.n_engineers} engineers have enough {_ITEMS[found.metric]} before and during;"
            f" {rules.min_engineers} are needed."
        )
    low, high = found.estimate.interval(rules.confidence)
    change = f"change since the switch {_effect(found.metric, found.estimate.value)}"
    interval = f"{100 * rules.confidence:g} % interval {_range(found.metric, low, high)}"
    smallest = _effect(found.metric, found.smallest_visible(rules.confidence)).lstrip("+-")
    sentences = [
        f"{name}: {change} ({interval}; {found.n_engineers} engineers).",
        _against_margin(found, verdict, is_beyond, told),
        f"A change of less than {smallest} would not be visible yet.",
        _SEASON_WORDS[told.is_season_matched],
    ]
    if found.against_others is not None:
        low, high = found.against_others.interval(rules.confidence)
        difference = _effect(found.metric, found.against_others.value)
        sentences.append(
            f"Against the {found.n_others} on 5x8 over the same weeks: {difference}"
            f" ({_range(found.metric, low, high)})."
        )
    return " ".join(sentences)


def metric_would_change(found: MetricReview, verdict: str, told: Told) -> str:
    """What would make one metric's verdict another one."""
    rules = told.rules
    if found.estimate is None:
        return f"Judged once {rules.min_engineers} engineers have enough {_ITEMS[found.metric]} before and during."
    margin = _effect(found.metric, found.margin)
    end = _effect(found.metric, found.harm_sign * found.worst(rules.confidence))
    if verdict == "keep":
        return f"It stays `keep` while the interval ends inside the margin of {margin}; it ends at {end}."
    if verdict == "return":
        return f"Back to `watch` at the first review with a probability of less than {100 * told.needed:g} %."
    later = (
        f", from week {rules.late_from_week} on {100 * rules.late_return_probability:g} %,"
        if told.needed != rules.late_return_probability
        else ""
    )
    return (
        f"`keep` once the interval ends inside the margin of {margin} (it ends at {end}); `return` once worse than the"
        f" margin with a probability of at least {100 * told.needed:g} %{later} at {rules.reviews_running} reviews"
        f" running (now {_probability(found.probability_beyond_margin)})."
    )


def _against_margin(found: MetricReview, verdict: str, is_beyond: bool, told: Told) -> str:
    worse = (
        f"Worse than the margin of {_effect(found.metric, found.margin)} with a probability of"
        f" {_probability(found.probability_beyond_margin)}"
    )
    running = f"at {told.rules.reviews_running} reviews running"
    if verdict == "keep":
        return f"The whole harm side of the interval lies inside the margin. {worse}."
    if verdict == "return":
        return f"{worse}: as much as is asked, {running}."
    if is_beyond:
        return f"{worse}: as much as is asked ({100 * told.needed:g} %), but not yet {running}."
    return f"{worse}: not ruled out, and less than the {100 * told.needed:g} % that is asked."


def _probability(value: float) -> str:
    if value < 0.01:
        return "under 1 %"
    return "over 99 %" if value > 0.99 else f"{100 * value:.0f} %"


def _effect(metric: Metric, value: float) -> str:
    """An effect as readers know it: points, percent, factor, score."""
    if metric == "billable":
        return f"{_signed(value, 1)} points"
    if metric == "velocity":
        return f"{_signed(100 * np.expm1(value), 1)} %"
    if metric == "response":
        return f"x{np.exp(value):.2f}"
    return _signed(value, 2)


def _range(metric: Metric, low: float, high: float) -> str:
    """Two effects with their unit once: `-2.6 to +0.2 points`."""
    unit = {"billable": " points", "velocity": " %"}.get(metric, "")
    return f"{_effect(metric, low).removesuffix(unit)} to {_effect(metric, high)}"


def _signed(value: float, digits: int) -> str:
    text = f"{value:+.{digits}f}"
    return text.lstrip("+-") if float(text) == 0 else text
