"""The policy's verdict in one sentence, with interval, margin and the evidence per metric."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, Final

import pandas as pd

from flows.publish.views import wording
from flows.publish.views.book import Book
from flows.publish.views.trends import Period
from transforms.language import N_, Words, _, listed, ngettext
from transforms.vocabulary import METRICS, POLICY, Metric

QUESTION: Final = N_("Return to 5×8?")
_HEADLINES: Final = Words(
    {
        "keep": N_("No. Keep 4×10."),
        "watch": N_("Not settled. Go on with 4×10 and watch."),
        "return": N_("Yes. Propose a return to 5×8."),
        "insufficient": N_("Too early to say."),
    }
)
_AGAINST_MARGIN: Final = {
    "keep": N_("inside the margin of {margin}"),
    "watch": N_("not clearly inside the margin of {margin}"),
    "return": N_("beyond the margin of {margin}"),
    "insufficient": N_("too little to judge against the margin of {margin}"),
}


@dataclass(frozen=True)
class Effect:
    """The change of one metric since the switch, worded. Text, tile, and chart take it from here."""

    metric: Metric
    name: str
    verdict: str
    status: str
    before: str
    during: str
    change: str
    interval: str
    margin: str
    brief: str
    sentence: str
    period: Period | None


@dataclass(frozen=True)
class Verdict:
    """What stands at the top of the week."""

    status: str
    question: str
    headline: str
    summary: str
    sureness: str
    evidence: list[dict[str, str]]
    review: str


def latest_review(book: Book) -> pd.DataFrame:
    """The rows of the newest review, one per metric and `policy`; none before the first."""
    table = book.data.tables["team_effects"]
    newest: pd.DataFrame = table[table["week_start"] == table["week_start"].max()]
    return newest


def effects(book: Book) -> dict[Metric, Effect]:
    """The change since the switch, per metric, at the newest review."""
    rows = {row["metric"]: row for row in latest_review(book).to_dict("records")}
    return {metric: _effect(metric, rows[metric]) for metric in METRICS if metric in rows}


def policy_verdict(book: Book) -> dict[str, Any]:
    """The verdict of the newest review; before the first one, when it will come."""
    rows = latest_review(book)
    policy = rows[rows["metric"] == POLICY].to_dict("records")
    if not policy:
        return asdict(_no_review(book))
    row, found = policy[0], effects(book)
    return asdict(
        Verdict(
            status=wording.VERDICT_STATUS[row["verdict"]],
            question=_(QUESTION),
            headline=_headline(row["verdict"], found),
            summary=wording.sentence(row["reason"]),
            sureness=_sureness(book, row, found),
            evidence=[{"status": effect.status, "text": effect.brief} for effect in found.values()],
            review=_(
                "Review {number}, {week}", number=row["review_number"], week=wording.week_number(row["week_start"])
            ),
        )
    )


def _no_review(book: Book) -> Verdict:
    first = book.switch + pd.Timedelta(weeks=book.config.decisions.recommendation.first_review_week - 1)
    return Verdict(
        "unknown",
        _(QUESTION),
        _HEADLINES["insufficient"],
        _("The first review comes with the week of {day}.", day=wording.day(first)),
        _("No interval yet: changes since the switch are estimated at reviews."),
        [],
        _("No review yet"),
    )


def _headline(verdict: str, found: dict[Metric, Effect]) -> str:
    """The answer, and the metrics that it rests on."""
    billable = found.get("billable")
    if verdict == "keep" and billable is not None:
        return _(
            "No. Keep 4×10: billable share changed by {change}, inside the margin of {margin}.",
            change=billable.change,
            margin=billable.margin,
        )
    names = [wording.METRICS_WITHIN[metric] for metric, effect in found.items() if effect.verdict == verdict]
    if verdict == "watch" and names:
        return ngettext(
            "Not settled. Go on with 4×10 and watch: {metrics} is not clearly inside its margin.",
            "Not settled. Go on with 4×10 and watch: {metrics} are not clearly inside their margins.",
            len(names),
            metrics=listed(names),
        )
    if verdict == "return" and names:
        return ngettext(
            "Yes. Propose a return to 5×8: {metrics} is beyond its margin.",
            "Yes. Propose a return to 5×8: {metrics} are beyond their margins.",
            len(names),
            metrics=listed(names),
        )
    return _HEADLINES[verdict]


def _sureness(book: Book, row: dict[Any, Any], found: dict[Metric, Effect]) -> str:
    parts = []
    billable = found.get("billable")
    if billable and billable.interval:
        parts.append(_("95 % interval for billable share: {interval}", interval=billable.interval))
    parts.append(
        ngettext(
            "{n} engineer with enough weeks on both sides",
            "{n} engineers with enough weeks on both sides",
            int(row["n_engineers"]),
        )
    )
    running = _reviews_running(book, row["verdict"])
    if running > 1:
        parts.append(
            ngettext(
                "same verdict at {reviews} review running",
                "same verdict at {reviews} reviews running",
                running,
                reviews=wording.number(running, 0),
            )
        )
    else:
        parts.append(_("first review with this verdict"))
    return f"{'; '.join(parts)}."


def _reviews_running(book: Book, verdict: str) -> int:
    table = book.data.tables["team_effects"]
    policy = table[table["metric"] == POLICY].sort_values("week_start", ascending=False)
    differs = (policy["verdict"] != verdict).tolist()
    return differs.index(True) if True in differs else len(differs)


def _effect(metric: Metric, row: dict[Any, Any]) -> Effect:
    verdict, name = row["verdict"], wording.METRIC_NAMES[metric]
    before, during = _levels(metric, row)
    change, margin = change_text(metric, row["effect"]), margin_text(metric, row["margin"])
    interval = ""
    if not wording.is_missing(row["ci_low"]):
        low = wording.number(row["ci_low"], signed=True) if metric == "billable" else change_text(metric, row["ci_low"])
        interval = _("{low} to {high}", low=low, high=change_text(metric, row["ci_high"]))
    brief = sentence = f"{name}: {wording.sentence(row['reason'])}"
    if change != wording.NOTHING:
        against = _(_AGAINST_MARGIN[verdict], margin=margin)
        known = _("{change} (95 % interval {interval})", change=change, interval=interval) if interval else change
        if metric == "response":
            brief = _("{metric} {change} of own normal times, {against}", metric=name, change=change, against=against)
            sentence = _(
                "Times since settling in are {change} of everyone's own normal before, {against}.",
                change=known,
                against=against,
            )
        else:
            brief = _(
                "{metric} {during}, was {before}: {change}, {against}",
                metric=name,
                during=during,
                before=before,
                change=change,
                against=against,
            )
            sentence = _(
                "{before} before, {during} since settling in: {change}, {against}.",
                before=before,
                during=during,
                change=known,
                against=against,
            )
    return Effect(
        metric=metric,
        name=name,
        verdict=verdict,
        status=wording.VERDICT_STATUS[verdict],
        before=before,
        during=during,
        change=change,
        interval=interval,
        margin=margin,
        brief=brief,
        sentence=sentence,
        period=_period(metric, row),
    )


def _levels(metric: Metric, row: dict[Any, Any]) -> tuple[str, str]:
    """Mean levels in words. Response has none: it is a factor of everyone's own times before."""
    if metric == "response":
        return "", change_text(metric, row["effect"])
    before, during = (wording.metric_value(metric, row[name]) for name in ("before", "during"))
    return before, during


def _period(metric: Metric, row: dict[Any, Any]) -> Period | None:
    """What a chart in the metric's unit can draw; factors of own times cannot be."""
    if metric == "response":
        return None
    return Period(_number(row["before"]), _number(row["during"]))


def change_text(metric: Metric, effect: Any) -> str:
    """An effect (points, log velocity, log response, score) as readers know it: points, percent, factor, score."""
    if wording.is_missing(effect):
        return wording.NOTHING
    if metric == "billable":
        return _("{number} points", number=wording.number(effect, signed=True))
    if metric == "velocity":
        return wording.percent(100 * math.expm1(effect), signed=True)
    if metric == "response":
        return f"×{wording.number(math.exp(effect), 2)}"
    return wording.number(effect, 2, signed=True)


def margin_text(metric: Metric, margin: Any) -> str:
    """The margin fixed in advance, in the same words as the change."""
    if metric == "billable":
        return _("{number} points", number=wording.number(margin, 0))
    if metric == "velocity":
        return wording.percent(100 * math.expm1(margin), 0)
    if metric == "response":
        return f"×{wording.number(math.exp(margin), 1)}"
    return wording.number(margin, 1)


def _number(value: Any) -> float | None:
    return None if wording.is_missing(value) else float(value)
