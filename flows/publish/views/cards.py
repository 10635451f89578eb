"""An engineer in short: the card of the week and team pages."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

import pandas as pd

from flows.publish.views import geometry, series, wording
from flows.publish.views.book import Book, Record, is_for_managers
from transforms.definitions import METRIC_DEFINITIONS
from transforms.language import N_, Words, _, ngettext
from transforms.weeks import week_starts

NOTE_WEEKS: Final = 4
NOT_JUDGED: Final = N_("Not judged yet: too few weeks.")


@dataclass(frozen=True)
class Standing:
    """What is shown for an engineer in a week, and what was computed."""

    status: str
    underlying: str
    is_overridden: bool
    weeks: int
    reasons: list[str]
    would_clear: list[str]

    @property
    def needs_attention(self) -> bool:
        return self.underlying != "green"

    def lozenges(self) -> list[dict[str, str]]:
        """What is shown; beside it what was computed, where that differs."""
        shown = [wording.lozenge(self.status)]
        if self.status == self.underlying:
            return shown
        underneath = _("{status} underneath", status=wording.STATUS_WORDS[self.underlying])
        return [*shown, wording.lozenge(self.underlying, underneath)]


@dataclass(frozen=True)
class Card:
    """What the card template takes."""

    engineer_id: str
    name: str
    href: str
    team_id: str
    team: str
    status: str
    is_calm: bool
    lozenges: list[dict[str, str]]
    reasons: list[str]
    override: str
    note: dict[str, Any] | None
    spark: dict[str, Any]
    figure: str
    minis: list[dict[str, str]]
    fact: str


def standing(book: Book, engineer_id: str, week: pd.Timestamp | None = None) -> Standing:
    """The status of a week; unknown where nobody judged it."""
    row = book.status(engineer_id, week)
    if row is None:
        return Standing("unknown", "unknown", False, 1, [_(NOT_JUDGED)], [])
    return Standing(
        row["status"],
        row["underlying_status"],
        bool(row["override_applied"]),
        int(row["weeks_in_status"]),
        wording.sentences(row["reasons"]) or [_DEFAULT_REASONS[row["underlying_status"]]],
        wording.sentences(row["would_clear"]),
    )


_DEFAULT_REASONS: Final = Words(
    {
        "green": N_("All measures inside their own usual range."),
        "yellow": N_("One measure asks for a look."),
        "red": N_("Measures ask for action."),
        "unknown": NOT_JUDGED,
    }
)


def attention_order(book: Book, engineer_ids: list[str]) -> list[str]:
    """Who needs attention first (red, yellow, unknown underneath), then everyone by name. Not a ranking."""

    def key(engineer_id: str) -> tuple[int, str, str]:
        urgency = wording.STATUS_ORDER[standing(book, engineer_id).underlying]
        return urgency, book.people.label(engineer_id).casefold(), engineer_id

    return sorted(engineer_ids, key=key)


def card(book: Book, engineer_id: str) -> dict[str, Any]:
    """The card of one engineer in the reported week."""
    row, now = book.engineers[engineer_id], standing(book, engineer_id)
    reading = book.reading(engineer_id)
    note = newest_note(book, engineer_id)
    return asdict(
        Card(
            engineer_id=book.people.slug(engineer_id),
            name=book.people.label(engineer_id),
            href=book.people.href(engineer_id),
            team_id=row["team_id"],
            team=book.team_names.get(row["team_id"], row["team_id"]),
            status=now.status,
            is_calm=not now.needs_attention and (note is None or note["when"] != ""),
            lozenges=now.lozenges(),
            reasons=now.reasons[:2],
            override=override_line(book, engineer_id),
            note=note,
            spark=_spark(book, engineer_id),
            figure=wording.metric_value("billable", reading and reading["billable_pct"]),
            minis=_minis(book, engineer_id, reading),
            fact=billable_fact(book, reading),
        )
    )


def newest_note(book: Book, engineer_id: str) -> dict[str, Any] | None:
    """The newest context note of the last four weeks, and of which week it speaks if not of this one.

    Where several managers wrote in that week, the notes of all. Those for managers only stand apart, in `private`; an
    edition that may not have them has no such part.
    """
    oldest = book.week - pd.Timedelta(weeks=NOTE_WEEKS - 1)
    recent = [row for row in book.notes.get(engineer_id, []) if oldest <= row["week_start"] <= book.week]
    if not recent:
        return None
    week = recent[-1]["week_start"]
    when = "" if week == book.week else f", {wording.week_number(week)}"
    rows = [row for row in recent if row["week_start"] == week]
    private = [str(row["note"]) for row in rows if is_for_managers(row)]
    text = " / ".join(str(row["note"]) for row in rows if not is_for_managers(row))
    return {"when": when, "text": text} | ({"private": private} if private else {})


def override_line(book: Book, engineer_id: str) -> str:
    """The ledger's line of the week: by whom, why, how often it may still be used; empty if none was asked for."""
    row = book.status(engineer_id)
    if row is None or not row["override_applied"]:
        return "" if row is None else wording.sentence(row["override_reason"])
    parts = [_("shown green on the word of {manager}", manager=book.people.manager(row["override_by"]))]
    if row["override_reason"]:
        parts.append(wording.sentence(row["override_reason"]).rstrip("."))
    uses = int(row["override_uses_left"])
    parts.append(
        ngettext("{n} further week left", "{n} further weeks left", uses) if uses else _("no further week left")
    )
    if not wording.is_missing(row["override_expires"]):
        parts.append(_("ends {day} at the latest", day=wording.day(row["override_expires"])))
    return "; ".join(parts) + "."


def billable_fact(book: Book, reading: Record | None) -> str:
    """The week's own reading against the policy: a fact, whatever the status says."""
    rule = wording.percent(book.threshold_pct, 0)
    if reading is None or wording.is_missing(reading["billable_pct"]):
        return _("No billable reading this week")
    if reading["billable_pct"] < book.threshold_pct:
        return _("{policy} missed this week", policy=rule)
    if reading["billable_pct"] > 100:
        return _("{policy} reached this week, overtime", policy=rule)
    return _("{policy} reached this week", policy=rule)


def _minis(book: Book, engineer_id: str, reading: Record | None) -> list[dict[str, str]]:
    """The window that billable is judged by, and the newest reading of the other metrics."""
    signals = {row["channel"]: row for row in book.in_week(book.signals, engineer_id)}
    window = signals["billable"]["value"] if "billable" in signals else None
    weeks = book.config.decisions.billable.window_weeks
    values = (
        (ngettext("{weeks} week", "{weeks} weeks", weeks, weeks=weeks), wording.metric_value("billable", window)),
        (METRIC_DEFINITIONS["velocity"].short_title, _last_velocity(book, engineer_id)),
        (METRIC_DEFINITIONS["response"].short_title, wording.NOTHING if reading is None else response_text(reading)),
        (METRIC_DEFINITIONS["vibes"].short_title, wording.NOTHING if reading is None else vibes_text(reading)),
    )
    return [{"label": label, "value": value} for label, value in values]


def vibes_text(reading: Record) -> str:
    """`4 of 5`; `none` when nobody wrote any."""
    if wording.is_missing(reading["vibes"]):
        # TRANSLATORS: no vibes, in the place of a score
        return _("none") if reading["is_vibes_known"] else _("unknown")
    return wording.tied(_("{score} of 5", score=short(reading["vibes"])))


def short(value: float) -> str:
    """`4`, `3.5`: a score or points, whole where they are whole."""
    return wording.number(value, 0 if float(value).is_integer() else 1)


def response_text(reading: Record) -> str:
    """`4.2 min`; `no calls`; unknown when the source did not answer."""
    if not reading["is_response_known"]:
        return _("unknown")
    if not reading["n_pages"]:
        return _("no calls")
    return wording.duration(reading["acknowledge_median_seconds"])


def _last_velocity(book: Book, engineer_id: str) -> str:
    """Points per 40 hours of the last whole sprint."""
    rows = book.readings.get(engineer_id, [])
    return wording.metric_value("velocity", series.last_velocity(rows, book.hours.velocity))


def _spark(book: Book, engineer_id: str) -> dict[str, Any]:
    first = book.week - pd.Timedelta(weeks=geometry.SPARK_WEEKS - 1)
    weeks = list(week_starts(first, book.week))
    by_week = {row["week_start"]: row for row in book.readings.get(engineer_id, [])}
    values = [wording.rounded(by_week[week]["billable_pct"], 1) if week in by_week else None for week in weeks]
    band = _usual(book, engineer_id)
    last = wording.metric_value("billable", values[-1])
    told = [_("Billable share over {weeks} weeks, now {share}.", weeks=geometry.SPARK_WEEKS, share=last)]
    if band:
        low, high = wording.number(band[0], 0), wording.percent(band[1], 0)
        told.append(_("Usual before 4×10: {low} to {high}.", low=low, high=high))
    switch_index = weeks.index(book.switch) if book.switch in weeks else None
    return geometry.sparkline(values, book.threshold_pct, band, switch_index, " ".join(told))


def _usual(book: Book, engineer_id: str) -> tuple[float, float] | None:
    rows = pd.DataFrame(book.readings.get(engineer_id, []))
    if rows.empty:
        return None
    return series.usual_range(series.billable(rows, book.hours.billable), book.switch)
