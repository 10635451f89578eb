"""Pages of engineers: the list, and for each the status with its reasons, trends, notes, overrides, alerts."""

from __future__ import annotations

from itertools import groupby
from typing import Any, Final

import pandas as pd

from flows.publish.views import cards, trends, waterfall, wording
from flows.publish.views.book import Book, Record, is_for_managers
from flows.publish.views.decided import decided
from flows.publish.views.fifth_day import WEEKDAYS
from flows.publish.views.shared import Page, provenance
from flows.publish.views.week import published_weeks
from transforms.explain.velocity import points_per_40h, weeks_of_sprint
from transforms.language import N_, Words, _, listed, ngettext
from transforms.metrics.response import urgent_pages
from transforms.vocabulary import CHANNELS, METRICS, SHIFTS
from transforms.weeks import iso_week, week_starts

STRIP_WEEKS: Final = 24
INDEX_WEEKS: Final = 12
LOAD_WEEKS: Final = 12
SHOWN_NOTES: Final = 8
_SHIFT_WORDS: Final = {
    # TRANSLATORS: how many calls came when, as in a list: "5 in working hours, 2 at night"
    "in_shift": N_("{count} in working hours"),
    "evening": N_("{count} in the evening"),
    "rostered_day_off": N_("{count} on the day off"),
    "night": N_("{count} at night"),
    "no_schedule": N_("{count} on days without a known schedule"),
}


def pages(book: Book) -> list[Page]:
    """The list and one page each; none at all where the site speaks of teams only."""
    if not book.people.are_shown:
        return []
    weeks = set(published_weeks(book))
    order = sorted(book.engineers, key=lambda engineer_id: book.people.label(engineer_id).casefold())
    found = [_index_page(book)]
    for place, engineer_id in enumerate(order):
        name = book.people.label(engineer_id)
        found.append(
            Page(
                book.people.href(engineer_id),
                "pages/engineer.html.j2",
                name,
                _(
                    "Status of {name} in the week {week}, with reasons, trends and context.",
                    name=name,
                    week=iso_week(book.week),
                ),
                "engineers",
                engineer_view(book, engineer_id, weeks),
                _around(book, order, place),
            )
        )
    return found


def engineer_view(book: Book, engineer_id: str, weeks_with_page: set[str]) -> dict[str, Any]:
    """Everything that one engineer's page says. The engineer and the manager see the same."""
    now, notes = cards.standing(book, engineer_id), _notes(book, engineer_id)
    group = trends.group_of(book, [engineer_id], f"data/engineers/{book.people.slug(engineer_id)}", is_person=True)
    return {
        "name": book.people.label(engineer_id),
        "meta": _meta(book, engineer_id),
        "provenance": provenance(book.data),
        "has_left": engineer_id not in book.present(),
        "status": now.status,
        "lozenges": [wording.lozenge(now.status, wording.STATUS_CALLS[now.status]), *now.lozenges()[1:]],
        "age": _age(now),
        "headline": now.reasons[0],
        "reasons": now.reasons[1:],
        "would_clear": now.would_clear,
        "override": cards.override_line(book, engineer_id),
        "note": cards.newest_note(book, engineer_id),
        "fact": f"{cards.billable_fact(book, book.reading(engineer_id))}.",
        "why": _why(book, engineer_id),
        "waterfall": waterfall.waterfall(book, engineer_id),
        "strip": strip(book, engineer_id, weeks_with_page),
        "figures": trends.figures(book, group),
        "load": _load(book, group.pages),
        "notes": notes[:SHOWN_NOTES],
        "older_notes": notes[SHOWN_NOTES:],
        "overrides": _overrides(book, engineer_id),
        "alerts": _alerts(book, engineer_id),
        "notices": _notices(book, engineer_id),
        "recommendations": _recommendations(book, engineer_id),
    }


def strip(book: Book, engineer_id: str, weeks_with_page: set[str]) -> list[dict[str, Any]]:
    """One cell per week: a letter for what was shown, a mark where it was overridden, a gap at the switch."""
    first = book.week - pd.Timedelta(weeks=STRIP_WEEKS - 1)
    cells = []
    for week in week_starts(first, book.week):
        row = book.status(engineer_id, week)
        status = row["status"] if row else "unknown"
        overridden = bool(row and row["override_applied"])
        told, name = _told(row), iso_week(week)
        cells.append(
            {
                "letter": wording.STATUS_LETTERS[status],
                "status": status,
                "is_overridden": overridden,
                "starts_4x10": week == book.switch,
                "told": told,
                "label": _("Week of {day}: {status}", day=wording.day(week), status=told),
                "href": f"weeks/{name}/index.html" if name in weeks_with_page else "",
            }
        )
    return cells


def _told(row: Record | None) -> str:
    """`green`, `green, yellow underneath`."""
    if row is None:
        return _("not judged")
    shown = wording.STATUS_WITHIN[row["status"]]
    if not row["override_applied"]:
        return shown
    underlying = wording.STATUS_WITHIN[row["underlying_status"]]
    return _("{status}, {underlying} underneath", status=shown, underlying=underlying)


def _age(now: cards.Standing) -> str:
    status = wording.STATUS_WORDS[now.underlying]
    if now.weeks == 1:
        return _("{status} since this week.", status=status)
    return ngettext(
        "{status} for {weeks} week running.",
        "{status} for {weeks} weeks running.",
        now.weeks,
        status=status,
        weeks=now.weeks,
    )


def _meta(book: Book, engineer_id: str) -> list[str]:
    row = book.engineers[engineer_id]
    facts = [
        _("{team} team", team=book.team_names.get(row["team_id"], row["team_id"])),
        _("Manager: {manager}", manager=book.people.manager(row["manager_id"])),
        _schedule(book, engineer_id),
        _("Data complete to {day}", day=provenance(book.data)["complete_to"]),
    ]
    if not wording.is_missing(row["employed_to"]):
        facts.insert(3, _("Employed to {day}", day=wording.day(row["employed_to"])))
    return [fact for fact in facts if fact]


def _schedule(book: Book, engineer_id: str) -> str:
    """`4×10 since 4 May 2026, Friday off`; `9/80 since 4 May 2026, every second Friday off`."""
    table, engineer = book.data.tables["schedules"], book.engineers[engineer_id]
    last_day = book.week + pd.Timedelta(days=6)
    begun = table[(table["engineer_id"] == engineer_id) & (table["valid_from"] <= last_day)]
    if begun.empty:
        return _("No known schedule") if engineer["employed_from"] <= last_day else ""
    weeks = begun[begun["valid_from"] == begun["valid_from"].max()]
    since, until = weeks["valid_from"].iloc[0], weeks["valid_to"].iloc[0]
    is_over = until < last_day and (wording.is_missing(engineer["employed_to"]) or until < engineer["employed_to"])
    if is_over:
        return _("No known schedule since {day}", day=wording.day(until + pd.Timedelta(days=1)))
    name = str(weeks["schedule"].iloc[0]).replace("x", "×")
    return ", ".join([_("{schedule} since {day}", schedule=name, day=wording.day(since)), *_days_off(weeks)])


def _days_off(weeks: pd.DataFrame) -> list[str]:
    """The weekdays that the weeks of a cycle leave free: in all of them, in some; else, that hours alternate."""
    free = {day: int((weeks[f"{day}_hours"] == 0).sum()) for day in WEEKDAYS}
    count, times = len(weeks), sorted({number for number in free.values() if number}, reverse=True)
    days = {number: listed([word for day, word in WEEKDAYS.items() if free[day] == number]) for number in times}
    always = [_("{days} off", days=days[count])] if count in days else []
    sometimes = [
        _("every second {days} off", days=days[number])
        if count == 2
        else _("{days} off in {number} of {count} weeks", days=days[number], number=number, count=count)
        for number in times
        if number < count
    ]
    return always + (sometimes or ([_("hours alternate by week")] if count > 1 else []))


def _why(book: Book, engineer_id: str) -> list[dict[str, Any]]:
    """The why-table: every metric, judged or not, and `together` where the method knows it."""
    signals = {row["channel"]: row for row in book.in_week(book.signals, engineer_id)}
    return [
        _why_row(book, book.reading(engineer_id), channel, signals.get(channel))
        for channel in CHANNELS
        if channel in METRICS or channel in signals
    ]


def _why_row(book: Book, reading: Record | None, channel: str, signal: Record | None) -> dict[str, Any]:
    """The reading of the week, what the window says, against what, how strongly."""
    return {
        "name": wording.METRIC_NAMES[channel],
        "reading": reading_text(reading, channel),
        "detail": "" if reading is None else reading_detail(book, reading, channel),
        "window": _signal_value(channel, signal, "value"),
        "reference": _signal_value(channel, signal, "reference"),
        "strength": wording.NOTHING if signal is None else wording.number(signal["z"]),
        "level": _level(signal),
        "reason": "" if signal is None else wording.sentence(signal["reason"]),
    }


def _level(signal: Record | None) -> dict[str, str]:
    if signal is None:
        return wording.lozenge("unknown", _("Not judged"))
    word = wording.LEVEL_WORDS[signal["level"]]
    # TRANSLATORS: a level that is kept although this week alone would not give it
    told = _("{level}, held", level=word) if signal["is_held"] else word
    return wording.lozenge(wording.LEVEL_STATUS[signal["level"]], told)


def _signal_value(channel: str, signal: Record | None, column: str) -> str:
    if signal is None or channel == "together":
        return wording.NOTHING
    return wording.signal_value(channel, signal[column])


def reading_text(reading: Record | None, channel: str) -> str:
    """A week's own reading of a metric: `81.2 %`, `8 points`, `5.7 min`, `4 of 5`."""
    if reading is None or channel == "together":
        return wording.NOTHING
    if channel == "response":
        return cards.response_text(reading)
    if channel == "velocity":
        return _points(reading["points_completed"])
    if channel == "vibes":
        return cards.vibes_text(reading)
    return wording.metric_value("billable", reading["billable_pct"])


def _points(points: float) -> str:
    if wording.is_missing(points):
        return wording.NOTHING
    # Parts of points are several.
    count = int(points) if float(points).is_integer() else 2
    return wording.tied(ngettext("{points} point", "{points} points", count, points=cards.short(points)))


def reading_detail(book: Book, reading: Record, channel: str) -> str:
    """What goes with a reading: how many pages were answered, if not all; a changed score; a sprint's rate."""
    if channel == "response" and reading["n_missed_pages"]:
        acknowledged, missed = reading["n_acknowledged_pages"], reading["n_missed_pages"]
        return _("{acknowledged} of {all} answered", acknowledged=acknowledged, all=acknowledged + missed)
    if channel == "vibes":
        changed = book.in_week(book.changed_scores, reading["engineer_id"])
        return "; ".join(_changed_score(row) for row in changed)
    if channel != "velocity":
        return ""
    rate = sprint_rate(book, reading)
    return _("sprint: {rate}", rate=rate) if rate else ""


def sprint_rate(book: Book, reading: Record) -> str:
    """`11.6 per 40 h`, of the sprint that holds the week; empty where that is not known."""
    readings = book.readings[reading["engineer_id"]]
    rate = points_per_40h(weeks_of_sprint(reading, readings, book.config.metrics.velocity.denominator))
    return "" if rate is None else _("{points} per 40 h", points=wording.number(rate))


def _load(book: Book, pages: pd.DataFrame) -> str:
    """Interruptions by the engineer's own schedule: context, never a score. Those of low urgency are counted apart."""
    since = book.week - pd.Timedelta(weeks=LOAD_WEEKS - 1)
    recent = pages[pages["week_start"] >= since]
    urgent = urgent_pages(recent)
    counts, low = urgent["shift"].value_counts(), len(recent) - len(urgent)
    parts = [_(_SHIFT_WORDS[shift], count=counts[shift]) for shift in SHIFTS if shift in counts]
    told = (
        _("No calls in the last {weeks} weeks.", weeks=LOAD_WEEKS)
        if urgent.empty
        else ngettext(
            "{n} call in the last {weeks} weeks: {parts}.",
            "{n} calls in the last {weeks} weeks: {parts}.",
            len(urgent),
            weeks=LOAD_WEEKS,
            parts=listed(parts),
        )
    )
    return " ".join([told, *([_("Apart from these, {count} of low urgency.", count=low)] if low else [])])


def _notes(book: Book, engineer_id: str) -> list[dict[str, Any]]:
    """Context notes, and scores that were changed after publication, newest first."""
    notes = book.notes.get(engineer_id, [])
    noted = {(row["week_start"], row["manager_id"]) for row in notes}
    changed = [
        row for row in book.changed_scores.get(engineer_id, []) if (row["week_start"], row["manager_id"]) not in noted
    ]
    return [
        {
            "date": wording.iso(row["week_start"]),
            "when": _("Week of {day}", day=wording.day(row["week_start"])),
            "who": book.people.manager(row["manager_id"]),
            "vibes": _("vibes {score}", score=_changed_score(row)) if _is_changed(row) else _score(row),
            "text": "" if wording.is_missing(row["note"]) else str(row["note"]),
            "is_for_managers": is_for_managers(row),
        }
        for row in sorted([*reversed(notes), *changed], key=lambda row: row["week_start"], reverse=True)
    ]


def _is_changed(row: Record) -> bool:
    return not wording.is_missing(row["published_vibes"])


def _score(row: Record) -> str:
    return "" if wording.is_missing(row["vibes"]) else _("vibes {score} of 5", score=cards.short(row["vibes"]))


def _changed_score(row: Record) -> str:
    """`4 → 2 after publication`; `4 → taken back after publication`."""
    before = cards.short(row["published_vibes"])
    if wording.is_missing(row["vibes"]):
        return _("{before} → taken back after publication", before=before)
    return _("{before} → {now} after publication", before=before, now=cards.short(row["vibes"]))


def _overrides(book: Book, engineer_id: str) -> list[list[str]]:
    """The ledger of overrides, newest first: asked for, applied or not, by whom, why."""
    return [
        [
            iso_week(row["week_start"]),
            _("Applied") if row["override_applied"] else _("Not applied"),
            wording.STATUS_WORDS[row["underlying_status"]],
            wording.NOTHING if wording.is_missing(row["override_by"]) else book.people.manager(row["override_by"]),
            wording.sentence(row["override_reason"]),
            wording.number(row["override_uses_left"], 0),
        ]
        for row in reversed(book.statuses.get(engineer_id, []))
        if row["override_applied"] or row["override_reason"]
    ]


def _alerts(book: Book, engineer_id: str) -> list[dict[str, Any]]:
    """Warnings and critical alerts, the newest first."""
    return [
        {
            "lozenge": wording.lozenge(
                wording.SEVERITY_STATUS[row["severity"]], wording.SEVERITY_WORDS[row["severity"]]
            ),
            "metric": wording.METRIC_NAMES[row["channel"]],
            "since": iso_week(row["opened_week"]),
            "until": wording.NOTHING if wording.is_missing(row["resolved_week"]) else iso_week(row["resolved_week"]),
            "state": _ALERT_STATES[row["state"]],
            "reason": wording.sentence(row["reason"]),
            "is_old": not row["is_new_since_switch"],
        }
        for row in reversed(book.alerts.get(engineer_id, []))
        if row["severity"] != "notice"
    ]


_ALERT_STATES: Final = Words({"open": N_("Open"), "overridden": N_("Overridden"), "resolved": N_("Resolved")})


def _notices(book: Book, engineer_id: str) -> str:
    weeks = {row["opened_week"] for row in book.alerts.get(engineer_id, []) if row["severity"] == "notice"}
    rule = wording.percent(book.threshold_pct, 0)
    if not weeks:
        return _("No single week below {policy} so far.", policy=rule)
    return ngettext(
        "{n} single week below {policy} so far: noted, not alerted.",
        "{n} single weeks below {policy} so far: noted, not alerted.",
        len(weeks),
        policy=rule,
    )


def _recommendations(book: Book, engineer_id: str) -> list[dict[str, Any]]:
    """Reviews, newest first, with what speaks against them, what was decided and what came after."""
    return [
        {
            "when": _(
                "Review {number}, week of {day}", number=row["review_number"], day=wording.day(row["week_start"])
            ),
            "lozenge": wording.lozenge(
                _RECOMMENDATION_STATUS[row["recommendation"]], wording.RECOMMENDATION_WORDS[row["recommendation"]]
            ),
            "reasons": wording.sentences(row["reasons"]),
            "counter": wording.sentences(row["counter_evidence"]),
            "decided": decided(book, row),
        }
        for row in reversed(book.recommendations.get(engineer_id, []))
    ]


_RECOMMENDATION_STATUS: Final = {"stay": "green", "watch": "yellow", "return": "red", "insufficient": "unknown"}


def _around(book: Book, order: list[str], place: int) -> list[dict[str, Any]]:
    links = []
    if place > 0:
        before = order[place - 1]
        links.append({"label": f"← {book.people.label(before)}", "href": book.people.href(before)})
    if place + 1 < len(order):
        after = order[place + 1]
        links.append({"label": f"{book.people.label(after)} →", "href": book.people.href(after)})
    return links


def _index_page(book: Book) -> Page:
    present = cards.attention_order(book, book.present())
    left = sorted(set(book.engineers) - set(present), key=book.people.label)
    view = {
        "provenance": provenance(book.data),
        "meta": [
            ngettext("{n} engineer", "{n} engineers", len(present)),
            _("Week of {week}", week=wording.week_title(book.week)),
        ],
        "rows": [_index_row(book, engineer_id) for engineer_id in present],
        "left": [{"name": book.people.label(key), "href": book.people.href(key)} for key in left],
        "teams": [{"id": team_id, "name": name} for team_id, name in book.team_names.items()],
        "counts": [{"status": key, "word": word} for key, word in wording.STATUS_WORDS.items()],
    }
    description = _("Every engineer with the status of the week, the reason and the last weeks.")
    return Page("engineers/index.html", "pages/engineers_index.html.j2", _("Engineers"), description, "engineers", view)


def _index_row(book: Book, engineer_id: str) -> dict[str, Any]:
    row, now = book.engineers[engineer_id], cards.standing(book, engineer_id)
    cells = strip(book, engineer_id, set())[-INDEX_WEEKS:]
    return {
        "name": book.people.label(engineer_id),
        "href": book.people.href(engineer_id),
        "team_id": row["team_id"],
        "team": book.team_names.get(row["team_id"], row["team_id"]),
        "status": now.status,
        "lozenges": now.lozenges(),
        "age": wording.weeks_running(now.weeks),
        "reason": now.reasons[0],
        "strip": cells,
        "strip_label": _strip_label(cells),
    }


def _strip_label(cells: list[dict[str, Any]]) -> str:
    """`Status of 12 weeks, oldest first: green for 9, yellow for 2, red for 1.`"""
    runs = [(word, len(list(run))) for word, run in groupby(cell["told"] for cell in cells)]
    # TRANSLATORS: a status and how many weeks it lasted: "green for 9"
    told = [_("{status} for {count}", status=word, count=count) for word, count in runs]
    return _("Status of {weeks} weeks, oldest first: {told}.", weeks=len(cells), told="; ".join(told))
