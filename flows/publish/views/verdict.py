"""The policy's verdict in one sentence, with interval, margin and the evidence per metric."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, Final

import pandas as pd

from flows.publish.views import wording
from flows.publish.views.book import Book
from flows.publish.views.trends import Period
from transforms.language import listed
from transforms.vocabulary import METRICS, POLICY, Metric

QUESTION: Final = "Return to 5×8?"
_HEADLINES: Final = {
    "keep": "No. Keep 4×10",
    "watch": "Not settled. Go on with 4×10 and watch",
    "return": "Yes. Propose a return to 5×8",
    "insufficient": "Too early to say",
}
_PLACES: Final = {"watch": "not clearly inside", "return": "beyond"}
_AGAINST_MARGIN: Final = {
    "keep": "inside the margin of",
    "watch": "not clearly inside the margin of",
    "return": "beyond the margin of",
    "insufficient": "too little to judge against the margin of",
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
            question=QUESTION,
            headline=_headline(row["verdict"], found),
            summary=wording.sentence(row["reason"]),
            sureness=_sureness(book, row, found),
            evidence=[{"status": effect.status, "text": effect.brief} for effect in found.values()],
            review=f"Review {row['review_number']}, {wording.week_number(row['week_start'])}",
        )
    )


def _no_review(book: Book) -> Verdict:
    first = book.switch + pd.Timedelta(weeks=book.config.decisions.recommendation.first_review_week - 1)
    return Verdict(
        "unknown",
        QUESTION,
        f"{_HEADLINES['insufficient']}.",
        f"The first review comes with the week of {wording.day(first)}.",
        "No interval yet: changes since the switch are estimated at reviews.",
        [],
        "No review yet",
    )


def _headline(verdict: str, found: dict[Metric, Effect]) -> str:
    """The answer, and the metrics that it rests on."""
    billable = found.get("billable")
    if verdict == "keep" and billable is not None:
        change = f"billable share changed by {billable.change}, inside the margin of {billable.margin}"
        return f"{_HEADLINES[verdict]}: {change}."
    names = [effect.name.lower() for effect in found.values() if effect.verdict == verdict]
    if verdict == "insufficient" or not names:
        return f"{_HEADLINES[verdict]}."
    are, margins = ("is", "its margin") if len(names) == 1 else ("are", "their margins")
    return f"{_HEADLINES[verdict]}: {listed(names)} {are} {_PLACES[verdict]} {margins}."


def _sureness(book: Book, row: dict[Any, Any], found: dict[Metric, Effect]) -> str:
    parts = []
    billable = found.get("billable")
    if billable and billable.interval:
        parts.append(f"95 % interval for billable share: {billable.interval}")
    parts.append(f"{wording.plural(int(row['n_engineers']), 'engineer')} with enough weeks on both sides")
    running = _reviews_running(book, row["verdict"])
    parts.append(f"same verdict at {running} reviews running" if running > 1 else "first review with this verdict")
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
        low, high = (change_text(metric, row[name]) for name in ("ci_low", "ci_high"))
        interval = f"{low.removesuffix(' points')} to {high}"
    brief = sentence = f"{name}: {wording.sentence(row['reason'])}"
    if change != wording.NOTHING:
        against = f"{_AGAINST_MARGIN[verdict]} {margin}"
        known = f"{change} (95 % interval {interval})" if interval else change
        if metric == "response":
            brief = f"{name} {change} of own normal times, {against}"
            sentence = f"Times since settling in are {known} of everyone's own normal before, {against}."
        else:
            brief = f"{name} {during}, was {before}: {change}, {against}"
            sentence = f"{before} before, {during} since settling in: {known}, {against}."
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
        return f"{wording.number(effect, signed=True)} points"
    if metric == "velocity":
        return wording.percent(100 * math.expm1(effect), signed=True)
    if metric == "response":
        return f"×{wording.number(math.exp(effect), 2)}"
    return wording.number(effect, 2, signed=True)


def margin_text(metric: Metric, margin: Any) -> str:
    """The margin fixed in advance, in the same words as the change."""
    if metric == "billable":
        return f"{wording.number(margin, 0)} points"
    if metric == "velocity":
        return wording.percent(100 * math.expm1(margin), 0)
    if metric == "response":
        return f"×{wording.number(math.exp(margin), 1)}"
    return wording.number(margin, 1)


def _number(value: Any) -> float | None:
    return None if wording.is_missing(value) else float(value)
