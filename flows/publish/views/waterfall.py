"""The week's billable share step by step, as bars, a sentence and a table: for everyone, so leave and holidays are one.

Bars are drawn in percent of the drawing's width and in lines of text (em): they follow the page's width and type size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import pandas as pd

from flows.publish.views import wording
from flows.publish.views.book import Book, Record
from transforms.explain.billable import BillableTrace, explain_billable
from transforms.explain.common import SourceGap
from transforms.language import N_, _, listed
from transforms.metrics.billable import Denominator

# In lines of text: from one step to the next, down to its words, down to its bar, the height of the bar, and how far
# the line of the policy stands over.
STEP, TEXT, BAR, THICK, OVER = 2.9, 1.0, 1.4, 0.9, 0.3
# By the hours that the share divides by.
_SHARE: Final = {
    "available": N_("{billable} billable of {hours} available: {percent}."),
    "logged": N_("{billable} billable of {hours} logged: {percent}."),
}
_BILLABLE_OF: Final = {
    "available": N_("Of the available hours, {percent} are billable."),
    "logged": N_("Of the logged hours, {percent} are billable."),
}
_POLICY_OF: Final = {
    "available": N_("{percent} of the hours available"),
    "logged": N_("{percent} of the hours logged"),
}


@dataclass(frozen=True)
class Bar:
    """One step. `x` and `width` in percent of the drawing; the width is 0 where the hours are not known."""

    kind: str
    label: str
    value: str
    x: float
    width: float
    text_y: float
    bar_y: float


@dataclass(frozen=True)
class Rule:
    """The policy as a line through the bar that is held against it, and what it says under it."""

    x: float
    top: float
    bottom: float
    label: str
    anchor: str
    text_y: float


@dataclass(frozen=True)
class Waterfall:
    """What the template takes. Without bars there is nothing to draw, and the sentence says why."""

    sentence: str
    remarks: list[str]
    bars: list[Bar]
    rule: Rule | None
    height: float
    thick: float
    label: str
    columns: list[str]
    table_rows: list[list[str]]


def waterfall(book: Book, engineer_id: str) -> dict[str, Any] | None:
    """The reported week of an engineer; None where there is no reading, or nothing is kept of its hours."""
    reading = book.reading(engineer_id)
    if reading is None:
        return None
    trace = trace_of(book, reading)
    return asdict(drawn(trace, book.threshold_pct)) if trace.days else None


def trace_of(book: Book, reading: Record) -> BillableTrace:
    """The billable share of the reported week, traced to its rows."""
    engineer_id = reading["engineer_id"]
    tables, config = book.data.tables, book.config
    holidays, health = tables["holidays"], tables["source_health"]
    return explain_billable(
        reading,
        _of(tables["available_hours"], engineer_id, book.week),
        holidays[holidays["location_id"] == book.engineers[engineer_id]["location_id"]],
        _of(tables["worklogs"], engineer_id, book.week),
        health[health["week_start"] == book.week],
        tables["engineers"],
        recorded_before=pd.Timestamp(book.data.as_of),
        denominator=config.metrics.billable.denominator,
        min_coverage=config.decisions.missing.min_coverage,
    )


def _of(table: pd.DataFrame, engineer_id: str, week: pd.Timestamp) -> pd.DataFrame:
    return table[(table["week_start"] == week) & (table["engineer_id"] == engineer_id)]


@dataclass(frozen=True)
class _Step:
    """One step of the arithmetic: hours from `start` on. `hours` is None where they are not known."""

    kind: str
    label: str
    said: str  # with its hours, in the middle of a sentence
    hours: float | None
    start: float
    how: str


def drawn(trace: BillableTrace, threshold_pct: float) -> Waterfall:
    """The trace as everyone may see it."""
    steps, needed = _steps(trace) if trace.has_schedule else [], _needed(trace, threshold_pct)
    scale = max((step.hours or 0.0 for step in steps), default=0.0)
    bars = [_bar(place, step, scale) for place, step in enumerate(steps)] if scale else []
    rows = [[step.label, _text(step.hours), step.how] for step in steps]
    told = [_(step.said, hours=_text(step.hours)) for step in steps]
    rule, rule_height = None, 0.0
    if needed is not None:
        percent, hours = wording.percent(threshold_pct, 0), _hours(needed)
        label = _("Policy {percent}: {hours}", percent=percent, hours=hours)
        rule, rule_height = _rule(bars[-1], needed / scale, label), BAR
        rows.append([_("Policy"), hours, _(_POLICY_OF[trace.denominator], percent=percent)])
        told.append(_("policy {hours}", hours=hours))
    return Waterfall(
        sentence=_sentence(trace, needed, threshold_pct),
        remarks=_remarks(trace),
        bars=bars,
        rule=rule,
        height=round(len(bars) * STEP + rule_height, 1),
        thick=THICK,
        label=_("A bar for each step of the hours: {steps}.", steps=listed(told)),
        columns=[_("Step"), _("Hours"), _("How")],
        table_rows=rows,
    )


def _steps(trace: BillableTrace) -> list[_Step]:
    """Scheduled, not available, available; logged, and billable of it."""
    hours, shares = trace.hours, trace.shares
    logged = billable = None
    of_logged = of_billable = _("Not known to be complete")
    if trace.is_known:
        logged, billable = hours.logged, hours.billable
        of_logged = _("{percent} of the available", percent=wording.percent(shares.coverage))
        of_billable = _(
            "{of_available} of the available, {of_logged} of the logged",
            of_available=wording.percent(shares.of_available),
            of_logged=wording.percent(shares.of_logged),
        )
    scheduled, left, off = hours.scheduled, hours.available, -hours.not_available
    return [
        _Step("all", _("Scheduled"), N_("scheduled {hours}"), scheduled, 0.0, _("By the schedule")),
        _Step("off", _("Not available"), N_("not available {hours}"), off, left, _("Taken off the scheduled")),
        _Step("all", _("Available"), N_("available {hours}"), left, 0.0, _("What is left")),
        _Step("all", _("Logged"), N_("logged {hours}"), logged, 0.0, of_logged),
        _Step("paid", _("Billable"), N_("billable {hours}"), billable, 0.0, of_billable),
    ]


def _needed(trace: BillableTrace, threshold_pct: float) -> float | None:
    """The hours that the policy asks for; None where there is no share to hold against them."""
    hours = trace.hours.denominator(trace.denominator)
    return hours * threshold_pct / 100 if trace.is_known and trace.has_schedule and hours else None


def _bar(place: int, step: _Step, scale: float) -> Bar:
    top = place * STEP
    return Bar(
        kind=step.kind,
        label=step.label,
        value=_text(step.hours),
        x=_percent(step.start / scale),
        width=_percent(abs(step.hours or 0.0) / scale),
        text_y=round(top + TEXT, 1),
        bar_y=round(top + BAR, 1),
    )


def _rule(bar: Bar, share: float, label: str) -> Rule:
    """Under the last bar; the words stay inside the drawing."""
    x, bottom = _percent(share), round(bar.bar_y + THICK + OVER, 1)
    anchor = "start" if x < 30 else "end" if x > 70 else "middle"
    return Rule(x, round(bar.bar_y - OVER, 1), bottom, label, anchor, round(bottom + TEXT, 1))


def _sentence(trace: BillableTrace, needed: float | None, threshold_pct: float) -> str:
    """The share that the rows give, and the policy; or why there is none."""
    hours = trace.hours
    if trace.share_pct is None or needed is None:
        return wording.sentence(" ".join([_("No share this week."), *trace.unknown, *_gaps(trace.gaps)]))
    share = _(
        _SHARE[trace.denominator],
        billable=_hours(hours.billable),
        hours=_hours(hours.denominator(trace.denominator)),
        percent=wording.percent(trace.shares.by(trace.denominator)),
    )
    asked = _(
        "The policy asks for {percent} of them: {hours}.",
        percent=wording.percent(threshold_pct, 0),
        hours=_hours(needed),
    )
    return f"{share} {asked}"


def _gaps(gaps: Sequence[SourceGap]) -> list[str]:
    """Which sources gave no whole answer; what is wrong with them stands under data quality."""
    names = [wording.SOURCE_NAMES[gap.source] for gap in gaps if gap.source != "leave"]
    told = [_("{sources} gave no whole answer for it.", sources=listed(names))] if names else []
    return told + ([_("What takes hours off is not fully known.")] if len(names) < len(gaps) else [])


def _remarks(trace: BillableTrace) -> list[str]:
    """How much is logged, the share by the other denominator, and what else goes with the numbers."""
    remarks = []
    if trace.share_pct is not None and trace.shares.coverage is not None:
        other: Denominator = "available" if trace.denominator == "logged" else "logged"
        logged = _(
            "{hours} logged: {percent} of the available hours.",
            hours=_hours(trace.hours.logged),
            percent=wording.percent(trace.shares.coverage),
        )
        remarks.append(f"{logged} {_(_BILLABLE_OF[other], percent=wording.percent(trace.shares.by(other)))}")
    remarks += [wording.sentence(remark) for remark in trace.remarks]
    if trace.differences:
        now = wording.percent(trace.shares.by(trace.denominator) if trace.is_known else None)
        remarks.append(
            _(
                "Rows were restated after the reading was taken: it is {reading}, and they give {now} now.",
                reading=wording.percent(trace.share_pct),
                now=now,
            )
        )
    return remarks


def _text(hours: float | None) -> str:
    return _("unknown") if hours is None else _hours(hours)


def _hours(hours: float) -> str:
    return wording.tied(_("{hours} h", hours=wording.number(hours, 2)))


def _percent(share: float) -> float:
    return wording.rounded(100 * share, 2) or 0.0
