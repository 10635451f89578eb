"""What managers decided on a recommendation, and what came after it: in words that claim no cause."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pandas as pd

from flows.publish.views import wording
from flows.publish.views.book import Book, Record, is_for_managers
from transforms.language import NBSP, listed
from transforms.outcomes import AFTER_WEEKS
from transforms.vocabulary import ASKING

DECISION_WORDS: Final = {"agree": "Agreed", "decline": "Declined", "defer": "Deferred"}
_NUMBERS: Final = {4: "Four", 8: "Eight"}
# The nearest of these is close enough for a share that is itself an estimate.
_SHARES: Final = (
    (0.0, "next to nothing"),
    (0.1, "about a tenth"),
    (0.2, "about a fifth"),
    (0.25, "about a quarter"),
    (1 / 3, "about a third"),
    (0.4, "about two fifths"),
    (0.5, "about half"),
    (0.6, "about three fifths"),
    (2 / 3, "about two thirds"),
    (0.75, "about three quarters"),
    (0.9, "most of it"),
)


def decided(book: Book, review: Record) -> dict[str, Any]:
    """The decision that counts, the ones before it, and what came after; empty for a review that asked for nothing."""
    if review["recommendation"] not in ASKING:
        return {}
    taken = book.in_week(book.decisions, review["engineer_id"], review["week_start"])
    *earlier, standing = [_decision(book, row) for row in taken] or [{}]
    return {"standing": standing, "earlier": earlier[::-1], "outcome": outcome(book, review)}


def is_waiting(book: Book, review: Record) -> bool:
    """Whether a recommendation still asks for a decision: nobody took one, or it was put off."""
    taken = book.in_week(book.decisions, review["engineer_id"], review["week_start"])
    return not taken or taken[-1]["decision"] == "defer"


def _decision(book: Book, row: Record) -> dict[str, Any]:
    when = "" if wording.is_missing(row["decided_on"]) else f" on {wording.day(row['decided_on'])}"
    what = f"{DECISION_WORDS[row['decision']]} by {book.people.manager(row['manager_id'])}{when}"
    why = "" if wording.is_missing(row["why"]) else str(row["why"])
    return {"what": what, "why": why, "is_for_managers": why != "" and is_for_managers(row)}


def outcome(book: Book, review: Record) -> dict[str, Any]:
    """What is known of the weeks after a review; empty where it is not looked at."""
    if review["recommendation"] == "watch" and not review["is_candidate"]:
        return {}
    rows = [row for row in book.outcomes.get(review["engineer_id"], []) if row["review_week"] == review["week_start"]]
    if not rows:
        is_early = book.week < review["week_start"] + pd.Timedelta(weeks=AFTER_WEEKS[0])
        return {"sentences": [_not_yet(review, AFTER_WEEKS[0])], "rows": []} if is_early else {}
    known = sorted({row["after_weeks"] for row in rows})
    newest = [row for row in rows if row["after_weeks"] == known[-1]]
    sentences = [_since(newest), *_back(newest), *_by_itself(newest)]
    sentences += [_not_yet(review, after) for after in AFTER_WEEKS if after > known[-1]]
    return {
        "sentences": sentences,
        "columns": [
            "Metric",
            "At the review",
            *(f"{after} weeks after" for after in AFTER_WEEKS),
            "Expected by itself",
        ],
        "rows": [_row(rows, metric) for metric in dict.fromkeys(row["metric"] for row in rows)],
    }


def _not_yet(review: Record, after: int) -> str:
    published = review["week_start"] + pd.Timedelta(weeks=after + 1)
    return f"{_NUMBERS[after]} weeks after the review: not before {wording.day(published)}."


def _since(rows: Sequence[Record]) -> str:
    """`Eight weeks after the review: billable share −4.1 points (−6.2 points then); vibes −0.2 (−0.6 then).`"""
    parts = [
        f"{wording.METRIC_NAMES[row['metric']].lower()} {_since_text(row)} ({change(row, 'change_then')} then)"
        for row in rows
    ]
    return f"{_NUMBERS[rows[0]['after_weeks']]} weeks after the review: {'; '.join(parts)}."


def _since_text(row: Record) -> str:
    return "too little to compare" if wording.is_missing(row["change_since"]) else change(row, "change_since")


def _back(rows: Sequence[Record]) -> list[str]:
    since = rows[0]["back_on_5x8_week"]
    return [] if wording.is_missing(since) else [f"Off 4×10 from the week of {wording.day(since)}."]


def _by_itself(rows: Sequence[Record]) -> list[str]:
    """How much regression to the mean alone would give, and which metrics lie outside of it."""
    judged = [row for row in rows if not wording.is_missing(row["expected"])]
    if not judged:
        return ["Too few engineers were reviewed to say how much of such a change comes back by itself."]
    names = {row["metric"]: wording.METRIC_NAMES[row["metric"]].lower() for row in judged}
    shares = _grouped([(share_words(row["comes_back_share"]), names[row["metric"]]) for row in judged])
    told = ", ".join(f"{share} ({listed(metrics)})" for share, metrics in shares.items())
    outside = _grouped([(_side(row), names[row["metric"]]) for row in judged if _side(row)])
    beyond = [f"{listed(metrics).capitalize()}: {side}." for side, metrics in outside.items()]
    is_comparable = any(not wording.is_missing(row["change_since"]) for row in judged)
    inside = ["That and chance are enough to explain what came after."] if is_comparable and not beyond else beyond
    told = next(iter(shares)) if len(shares) == 1 else told
    return [f"Of such a change {told} comes back by itself, as unlucky weeks pass.", *inside]


def _grouped(pairs: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found


def _side(row: Record) -> str:
    """Where a later change lies outside what regression to the mean and chance would give."""
    since, is_slower_worse = row["change_since"], row["metric"] == "response"
    if wording.is_missing(since) or row["expected_low"] <= since <= row["expected_high"]:
        return ""
    is_better = (since > row["expected_high"]) != is_slower_worse
    return f"{'better' if is_better else 'worse'} than that and chance would give"


def share_words(share: float) -> str:
    """A share in words: `about a third`."""
    return min(_SHARES, key=lambda known: abs(known[0] - share))[1]


def _row(rows: Sequence[Record], metric: str) -> list[str]:
    own = {row["after_weeks"]: row for row in rows if row["metric"] == metric}
    newest = own[max(own)]
    later = [_cell(own[after]) if after in own else "not yet" for after in AFTER_WEEKS]
    return [wording.METRIC_NAMES[metric], change(newest, "change_then"), *later, change(newest, "expected")]


def _cell(row: Record) -> str:
    if wording.is_missing(row["change_since"]):
        return "too little"
    if wording.is_missing(row["expected"]):
        return change(row, "change_since")
    return f"{change(row, 'change_since')} ({_bare(row, 'expected_low')} to {_bare(row, 'expected_high')})"


def change(row: Record, column: str) -> str:
    """A change in the units of the recommendations: `−6.2 points`, `−31 %`, `×1.54`, `−1.6`."""
    if wording.is_missing(row[column]):
        return wording.NOTHING
    unit = {"billable": f"{NBSP}points", "velocity": f"{NBSP}%"}.get(row["metric"], "")
    return f"{_bare(row, column)}{unit}"


def _bare(row: Record, column: str) -> str:
    if row["metric"] == "response":
        return f"×{wording.number(row[column], 2)}"
    return wording.number(row[column], 0 if row["metric"] == "velocity" else 1, signed=True)
