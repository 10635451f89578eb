"""Variation and assurance of a trend, in a line of words: a help to read the chart, worked out from its own points."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from flows.publish.views import wording
from flows.publish.views.book import Book
from transforms import variation as spc
from transforms.definitions import METRIC_DEFINITIONS
from transforms.language import N_, Words, _, ngettext
from transforms.stats import Floats
from transforms.vocabulary import HIGHEST_SCORE, LOWEST_SCORE
from transforms.weeks import iso_week

_SCORE_STEP: Final = 1.0
_KINDS: Final = Words(
    {
        "improving": N_("Variation: special cause, improving: {why}."),
        "concerning": N_("Variation: special cause, concerning: {why}."),
    }
)
_KEEPING: Final = Words(
    {
        "meets": N_("Assurance: consistently meets {target} (limits since settling in: {limits})."),
        "hit_or_miss": N_("Assurance: hit or miss against {target} (limits since settling in: {limits})."),
        "falls_short": N_("Assurance: consistently falls short of {target} (limits since settling in: {limits})."),
    }
)


def with_variation(book: Book, figures: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The figures of the four metrics, each with its line of variation and assurance."""
    return [figure | {"variation": _line(book, figure)} for figure in figures]


def _line(book: Book, figure: Mapping[str, Any]) -> str:
    """`Variation: common cause, within 71.2–88.4 % as before 4×10. Assurance: hit or miss against 76 % (limits ...).`

    Excused weeks are left out where the status windows leave them out; the weeks of settling in are not compared.
    """
    left_out = "excused" if figure["id"] != "vibes" else None
    known = [row for row in figure["rows"] if row["value"] is not None and left_out not in row.get("mark", "").split()]
    switch, settled = wording.iso(book.switch), wording.iso(book.switch + pd.Timedelta(weeks=book.settling_weeks))
    before = np.array([row["value"] for row in known if row["week_start"] < switch], dtype=float)
    since = np.array([row["value"] for row in known if row["week_start"] >= settled], dtype=float)
    if not len(before) and not len(since):
        return ""
    parts = [_variation(figure, before, since), _assurance(book, figure, since)]
    newest = pd.Timestamp(known[-1]["week_start"])
    if len(since) and newest < book.week - pd.Timedelta(weeks=book.config.decisions.missing.hold_weeks):
        parts.insert(1, _("The newest value is of {week}.", week=iso_week(newest)))
    return " ".join(parts)


def _variation(figure: Mapping[str, Any], before: Floats, since: Floats) -> str:
    metric = figure["id"]
    read = spc.variation(
        before,
        since,
        direction=METRIC_DEFINITIONS[metric].direction,
        is_log=figure["y_scale"] == "log",
        step=_SCORE_STEP if metric == "vibes" else 0.0,
    )
    if read.limits is None:
        return _(
            "Variation: too few values before 4×10 to say ({count} of {least}).",
            count=wording.number(len(before), 0),
            least=wording.number(spc.FEWEST, 0),
        )
    if read.kind == "too_few":
        return _("Variation: no values since settling in yet.")
    if read.kind == "alike":
        return _(
            "Variation: nothing to compare with, since all values before 4×10 were {value}.",
            value=_value(figure, read.limits.centre),
        )
    if read.rule is None:
        return _("Variation: common cause, within {limits} as before 4×10.", limits=_range(figure, read.limits))
    return _KINDS[read.kind].format(why=_why(figure, read, read.limits, since[-1]))


def _why(figure: Mapping[str, Any], read: spc.Variation, limits: spc.Limits, newest: float) -> str:
    """Which rule found a special cause."""
    centre = _value(figure, limits.centre)
    if read.rule == "outside":
        return _(
            "{value} is outside {limits}, the limits before 4×10",
            value=_value(figure, newest),
            limits=_range(figure, limits),
        )
    if read.rule == "run" and read.is_high:
        return ngettext(
            "{n} value in a row above {centre}, the centre before 4×10",
            "{n} values in a row above {centre}, the centre before 4×10",
            read.n,
            centre=centre,
        )
    if read.rule == "run":
        return ngettext(
            "{n} value in a row below {centre}, the centre before 4×10",
            "{n} values in a row below {centre}, the centre before 4×10",
            read.n,
            centre=centre,
        )
    if read.rule == "near" and read.is_high:
        return _("2 of the last 3 values near {limit}, the upper limit before 4×10", limit=_value(figure, limits.high))
    if read.rule == "near":
        return _("2 of the last 3 values near {limit}, the lower limit before 4×10", limit=_value(figure, limits.low))
    if read.is_high:
        return ngettext("{n} value in a row rising", "{n} values in a row rising", read.n)
    return ngettext("{n} value in a row falling", "{n} values in a row falling", read.n)


def _assurance(book: Book, figure: Mapping[str, Any], since: Floats) -> str:
    """Only billable share has a target that is the same for all."""
    if figure["id"] != "billable":
        return _("Assurance: no fixed target.")
    read = spc.assurance(since, book.threshold_pct, direction=METRIC_DEFINITIONS["billable"].direction)
    if read.limits is None:
        return _(
            "Assurance: too few values since settling in to say ({count} of {least}).",
            count=wording.number(len(since), 0),
            least=wording.number(spc.FEWEST, 0),
        )
    return _KEEPING[read.kind].format(target=wording.percent(book.threshold_pct, 0), limits=_range(figure, read.limits))


def _range(figure: Mapping[str, Any], limits: spc.Limits) -> str:
    """`71.2–88.4 %`, no further than values can go."""
    least, most = (LOWEST_SCORE, HIGHEST_SCORE) if figure["id"] == "vibes" else (0, np.inf)
    low, high = wording.number(max(limits.low, least)), wording.number(min(limits.high, most))
    return wording.tied(f"{low}–{high} {figure['unit']}".strip())


def _value(figure: Mapping[str, Any], value: float) -> str:
    return wording.tied(f"{wording.number(value)} {figure['unit']}".strip())
