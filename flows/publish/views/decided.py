"""What managers decided on a recommendation, and what came after it: in words that claim no cause."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pandas as pd

from flows.publish.views import wording
from flows.publish.views.book import Book, Record, is_for_managers
from transforms.language import N_, Words, _, listed
from transforms.outcomes import AFTER_WEEKS
from transforms.vocabulary import ASKING

DECISION_WORDS: Final = Words({"agree": N_("Agreed"), "decline": N_("Declined"), "defer": N_("Deferred")})
# By weeks after a review.
_COLUMNS: Final = {4: N_("4 weeks after"), 8: N_("8 weeks after")}
_NOT_YET: Final = {
    4: N_("Four weeks after the review: not before {day}."),
    8: N_("Eight weeks after the review: not before {day}."),
}
_SINCE: Final = {
    4: N_("Four weeks after the review: {changes}."),
    8: N_("Eight weeks after the review: {changes}."),
}
_OUTSIDE: Final = {
    "better": N_("{metrics}: better than that and chance would give."),
    "worse": N_("{metrics}: worse than that and chance would give."),
}
# The nearest of these is close enough for a share that is itself an estimate.
_SHARES: Final = (
    (0.0, N_("next to nothing")),
    (0.1, N_("about a tenth")),
    (0.2, N_("about a fifth")),
    (0.25, N_("about a quarter")),
    (1 / 3, N_("about a third")),
    (0.4, N_("about two fifths")),
    (0.5, N_("about half")),
    (0.6, N_("about three fifths")),
    (2 / 3, N_("about two thirds")),
    (0.75, N_("about three quarters")),
    (0.9, N_("most of it")),
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
    word, manager = DECISION_WORDS[row["decision"]], book.people.manager(row["manager_id"])
    if wording.is_missing(row["decided_on"]):
        what = _("{decision} by {manager}", decision=word, manager=manager)
    else:
        day = wording.day(row["decided_on"])
        what = _("{decision} by {manager} on {day}", decision=word, manager=manager, day=day)
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
            _("Metric"),
            _("At the review"),
            *(_(_COLUMNS[after]) for after in AFTER_WEEKS),
            _("Expected by itself"),
        ],
        "rows": [_row(rows, metric) for metric in dict.fromkeys(row["metric"] for row in rows)],
    }


def _not_yet(review: Record, after: int) -> str:
    published = review["week_start"] + pd.Timedelta(weeks=after + 1)
    return _(_NOT_YET[after], day=wording.day(published))


def _since(rows: Sequence[Record]) -> str:
    """`Eight weeks after the review: billable share −4.1 points (−6.2 points then); vibes −0.2 (−0.6 then).`"""
    return _(_SINCE[rows[0]["after_weeks"]], changes="; ".join(map(_since_then, rows)))


def _since_then(row: Record) -> str:
    name, then = wording.METRICS_WITHIN[row["metric"]], change(row, "change_then")
    if wording.is_missing(row["change_since"]):
        return _("{metric} too little to compare ({then} then)", metric=name, then=then)
    return _("{metric} {since} ({then} then)", metric=name, since=change(row, "change_since"), then=then)


def _back(rows: Sequence[Record]) -> list[str]:
    since = rows[0]["back_on_5x8_week"]
    return [] if wording.is_missing(since) else [_("Off 4×10 from the week of {day}.", day=wording.day(since))]


def _by_itself(rows: Sequence[Record]) -> list[str]:
    """How much regression to the mean alone would give, and which metrics lie outside of it."""
    judged = [row for row in rows if not wording.is_missing(row["expected"])]
    if not judged:
        return [_("Too few engineers were reviewed to say how much of such a change comes back by itself.")]
    shares = _grouped([(share_words(row["comes_back_share"]), wording.METRICS_WITHIN[row["metric"]]) for row in judged])
    told = ", ".join(f"{share} ({listed(metrics)})" for share, metrics in shares.items())
    outside = _grouped([(_side(row), wording.METRICS_WITHIN[row["metric"]]) for row in judged if _side(row)])
    beyond = [_(_OUTSIDE[side], metrics=wording.capital(listed(metrics))) for side, metrics in outside.items()]
    is_comparable = any(not wording.is_missing(row["change_since"]) for row in judged)
    inside = [_("That and chance are enough to explain what came after.")] if is_comparable and not beyond else beyond
    told = next(iter(shares)) if len(shares) == 1 else told
    return [_("Of such a change {share} comes back by itself, as unlucky weeks pass.", share=told), *inside]


def _grouped(pairs: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found


def _side(row: Record) -> str:
    """`better` or `worse`, where a later change lies outside what regression to the mean and chance would give."""
    since, is_slower_worse = row["change_since"], row["metric"] == "response"
    if wording.is_missing(since) or row["expected_low"] <= since <= row["expected_high"]:
        return ""
    is_better = (since > row["expected_high"]) != is_slower_worse
    return "better" if is_better else "worse"


def share_words(share: float) -> str:
    """A share in words: `about a third`."""
    return _(min(_SHARES, key=lambda known: abs(known[0] - share))[1])


def _row(rows: Sequence[Record], metric: str) -> list[str]:
    own = {row["after_weeks"]: row for row in rows if row["metric"] == metric}
    newest = own[max(own)]
    later = [_cell(own[after]) if after in own else _("not yet") for after in AFTER_WEEKS]
    return [wording.METRIC_NAMES[metric], change(newest, "change_then"), *later, change(newest, "expected")]


def _cell(row: Record) -> str:
    if wording.is_missing(row["change_since"]):
        return _("too little")
    if wording.is_missing(row["expected"]):
        return change(row, "change_since")
    low, high = _bare(row, "expected_low"), _bare(row, "expected_high")
    return _("{change} ({low} to {high})", change=change(row, "change_since"), low=low, high=high)


def change(row: Record, column: str) -> str:
    """A change in the units of the recommendations: `−6.2 points`, `−31 %`, `×1.54`, `−1.6`."""
    if wording.is_missing(row[column]):
        return wording.NOTHING
    bare = _bare(row, column)
    if row["metric"] == "billable":
        return wording.tied(_("{number} points", number=bare))
    return wording.tied(_("{number} %", number=bare)) if row["metric"] == "velocity" else bare


def _bare(row: Record, column: str) -> str:
    if row["metric"] == "response":
        return f"×{wording.number(row[column], 2)}"
    return wording.number(row[column], 0 if row["metric"] == "velocity" else 1, signed=True)
