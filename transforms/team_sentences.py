"""The verdict's words: "change since the switch", never what caused it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from transforms.definitions import METRIC_DEFINITIONS
from transforms.language import N_, Words, _, brief, figure
from transforms.parameters import TeamEffectRules
from transforms.phrases import nphrase
from transforms.team_changes import MetricReview
from transforms.vocabulary import Metric

# TRANSLATORS: as in "5 engineers have enough eligible weeks before and during"
_ENOUGH: Final = Words(
    {
        "billable": N_("enough eligible weeks"),
        "velocity": N_("enough whole sprints"),
        "response": N_("enough incidents"),
        "vibes": N_("enough vibes"),
    }
)
# TRANSLATORS: verdicts within a sentence
_VERDICTS: Final = Words(
    {"keep": N_("keep"), "watch": N_("watch"), "return": N_("return"), "insufficient": N_("insufficient")}
)
_UNITS: Final[dict[Metric, str]] = {"billable": N_("{amount} points"), "velocity": N_("{amount} %")}
_SAME_SEASON: Final = N_("Before and during cover the same months.")
_OTHER_SEASON: Final = N_("The weeks before do not cover the same months: season cannot be separated from the switch.")
_POLICY_WORDS: Final = Words(
    {
        "keep": N_("Every metric that can be judged stays inside its margin."),
        "watch": N_("Neither harm beyond the margins nor its absence is shown for every metric."),
        "return": N_("Harm beyond the margin has lasted from one review to the next."),
        "insufficient": N_("Too few engineers have enough weeks before and during to judge billable share."),
    }
)


@dataclass(frozen=True)
class Told:
    """What the sentences of a review need beside its estimates. `needed`: the probability that `return` needs now."""

    needed: float
    is_season_matched: bool
    rules: TeamEffectRules


def policy_reason(verdict: str, verdicts: Mapping[Metric, str], is_season_matched: bool) -> str:
    """Why the policy's verdict is what it is."""
    return f"{_POLICY_WORDS[verdict]} {_listed(verdicts)} {_season(is_season_matched)}"


def _season(is_matched: bool) -> str:
    return _(_SAME_SEASON if is_matched else _OTHER_SEASON)


def _listed(verdicts: Mapping[Metric, str]) -> str:
    """`Billable share: keep; velocity: watch; ...`"""
    text = "; ".join(
        f"{METRIC_DEFINITIONS[metric].within}: {_VERDICTS[verdict]}" for metric, verdict in verdicts.items()
    )
    return f"{text[0].upper()}{text[1:]}."


def policy_would_change(verdict: str, rules: TeamEffectRules) -> str:
    """What would make the policy's verdict another one."""
    to_return = nphrase(
        "billable share at `return`, or {n} other metric, would make it `return`.",
        "billable share at `return`, or {n} other metrics, would make it `return`.",
        rules.other_metrics_for_return,
    )
    return {
        "keep": _("One metric that leaves `keep` would make it `watch`; {to_return}", to_return=to_return),
        "watch": _("All judged metrics at `keep` would make it `keep`; {to_return}", to_return=to_return),
        "return": _("It ends with the first review at which the metrics behind it are no longer at `return`."),
        "insufficient": _("Judged once billable share is; {to_return}", to_return=to_return),
    }[verdict]


def metric_reason(found: MetricReview, verdict: str, is_beyond: bool, told: Told) -> str:
    """One metric's change, its interval, how it stands to the margin, and what could not have been seen."""
    rules = told.rules
    name = METRIC_DEFINITIONS[found.metric].title
    if found.estimate is None:
        few: str = nphrase(
            "{metric}: {n} engineer has {enough} before and during; {needed} are needed.",
            "{metric}: {n} engineers have {enough} before and during; {needed} are needed.",
            found.n_engineers,
            metric=name,
            enough=_ENOUGH[found.metric],
            needed=str(rules.min_engineers),
        )
        return few
    change = nphrase(
        "{metric}: change since the switch {change} ({confidence} % interval {interval}; {n} engineer).",
        "{metric}: change since the switch {change} ({confidence} % interval {interval}; {n} engineers).",
        found.n_engineers,
        metric=name,
        change=_effect(found.metric, found.estimate.value),
        confidence=brief(100 * rules.confidence),
        interval=_range(found.metric, *found.estimate.interval(rules.confidence)),
    )
    smallest = _amount(found.metric, found.smallest_visible(rules.confidence)).lstrip("+-")
    visible = _("A change of less than {smallest} would not be visible yet.", smallest=_in_unit(found.metric, smallest))
    sentences = [change, _against_margin(found, verdict, is_beyond, told), visible, _season(told.is_season_matched)]
    if found.against_others is not None:
        sentences.append(
            _(
                "Against the {n} on 5x8 over the same weeks: {difference} ({interval}).",
                n=found.n_others,
                difference=_effect(found.metric, found.against_others.value),
                interval=_range(found.metric, *found.against_others.interval(rules.confidence)),
            )
        )
    return " ".join(sentences)


def metric_would_change(found: MetricReview, verdict: str, told: Told) -> str:
    """What would make one metric's verdict another one."""
    rules = told.rules
    if found.estimate is None:
        enough: str = nphrase(
            "Judged once {n} engineer has {enough} before and during.",
            "Judged once {n} engineers have {enough} before and during.",
            rules.min_engineers,
            enough=_ENOUGH[found.metric],
        )
        return enough
    places = {
        "margin": _effect(found.metric, found.margin),
        "end": _effect(found.metric, found.harm_sign * found.worst(rules.confidence)),
        "needed": brief(100 * told.needed),
    }
    if verdict == "keep":
        return _("It stays `keep` while the interval ends inside the margin of {margin}; it ends at {end}.", **places)
    if verdict == "return":
        return _("Back to `watch` at the first review with a probability of less than {needed} %.", **places)
    places |= {"reviews": str(rules.reviews_running), "now": _probability(found.probability_beyond_margin)}
    if told.needed == rules.late_return_probability:
        return _(
            "`keep` once the interval ends inside the margin of {margin} (it ends at {end}); `return` once worse than "
            "the margin with a probability of at least {needed} % at {reviews} reviews running (now {now}).",
            **places,
        )
    return _(
        "`keep` once the interval ends inside the margin of {margin} (it ends at {end}); `return` once worse than the "
        "margin with a probability of at least {needed} %, from week {week} on {later} %, at {reviews} reviews running "
        "(now {now}).",
        week=rules.late_from_week,
        later=brief(100 * rules.late_return_probability),
        **places,
    )


def _against_margin(found: MetricReview, verdict: str, is_beyond: bool, told: Told) -> str:
    places = {
        "margin": _effect(found.metric, found.margin),
        "probability": _probability(found.probability_beyond_margin),
        "reviews": str(told.rules.reviews_running),
        "asked": brief(100 * told.needed),
    }
    if verdict == "keep":
        return _(
            "The whole harm side of the interval lies inside the margin. Worse than the margin of {margin} with a "
            "probability of {probability}.",
            **places,
        )
    if verdict == "return":
        return _(
            "Worse than the margin of {margin} with a probability of {probability}: as much as is asked, at {reviews} "
            "reviews running.",
            **places,
        )
    if is_beyond:
        return _(
            "Worse than the margin of {margin} with a probability of {probability}: as much as is asked ({asked} %), "
            "but not yet at {reviews} reviews running.",
            **places,
        )
    return _(
        "Worse than the margin of {margin} with a probability of {probability}: not ruled out, and less than the "
        "{asked} % that is asked.",
        **places,
    )


def _probability(value: float) -> str:
    if value < 0.01:
        return _("under 1 %")
    return _("over 99 %") if value > 0.99 else f"{100 * value:.0f} %"


def _effect(metric: Metric, value: float) -> str:
    """An effect as readers know it: points, percent, factor, score."""
    return _in_unit(metric, _amount(metric, value))


def _range(metric: Metric, low: float, high: float) -> str:
    """Two effects with their unit once: `-2.6 to +0.2 points`."""
    return _in_unit(metric, _("{low} to {high}", low=_amount(metric, low), high=_amount(metric, high)))


def _in_unit(metric: Metric, amount: str) -> str:
    return _(_UNITS[metric], amount=amount) if metric in _UNITS else amount


def _amount(metric: Metric, value: float) -> str:
    """An effect as a number, without its unit."""
    if metric == "billable":
        return _signed(value, 1)
    if metric == "velocity":
        return _signed(100 * np.expm1(value), 1)
    if metric == "response":
        return figure(f"x{np.exp(value):.2f}")
    return _signed(value, 2)


def _signed(value: float, digits: int) -> str:
    text = f"{value:+.{digits}f}"
    return figure(text.lstrip("+-") if float(text) == 0 else text)
