"""Pages of engineers: the list, and for each the status with its reasons, trends, notes, overrides, alerts."""

from __future__ import annotations

from itertools import groupby
from typing import Any, Final

import pandas as pd

from flows.publish.views import cards, trends, waterfall, wording
from flows.publish.views.book import Book, Record, is_for_managers
from flows.publish.views.decided import decided
from flows.publish.views.marks import with_marks
from flows.publish.views.shared import Page, provenance
from flows.publish.views.variation import with_variation
from flows.publish.views.week import published_weeks
from transforms.explain.velocity import points_per_40h, weeks_of_sprint
from transforms.language import NBSP, listed
from transforms.metrics.response import urgent_pages
from transforms.vocabulary import CHANNELS, METRICS, SHIFTS
from transforms.weeks import iso_week, week_starts

STRIP_WEEKS: Final = 24
INDEX_WEEKS: Final = 12
LOAD_WEEKS: Final = 12
SHOWN_NOTES: Final = 8
_SHIFT_WORDS: Final = {
    "in_shift": "in working hours",
    "evening": "in the evening",
    "rostered_day_off": "on the day off",
    "night": "at night",
    "no_schedule": "on days without a known schedule",
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
                f"Status of {name} in the week {iso_week(book.week)}, with reasons, trends and context.",
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
        "figures": with_variation(book, with_marks(book, engineer_id, trends.figures(book, group))),
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
        under = f", {row['underlying_status']} underneath" if row and overridden else ""
        word = wording.STATUS_WORDS[status].lower() if row else "not judged"
        name = iso_week(week)
        cells.append(
            {
                "letter": wording.STATUS_LETTERS[status],
                "status": status,
                "is_overridden": overridden,
                "starts_4x10": week == book.switch,
                "label": f"Week of {wording.day(week)}: {word}{under}",
                "href": f"weeks/{name}/index.html" if name in weeks_with_page else "",
            }
        )
    return cells


def _age(now: cards.Standing) -> str:
    if now.weeks == 1:
        return f"{wording.STATUS_WORDS[now.underlying]} since this week."
    return f"{wording.STATUS_WORDS[now.underlying]} for {now.weeks} weeks running."


def _meta(book: Book, engineer_id: str) -> list[str]:
    row = book.engineers[engineer_id]
    facts = [
        f"{book.team_names.get(row['team_id'], row['team_id'])} team",
        f"Manager: {book.people.manager(row['manager_id'])}",
        _schedule(book, engineer_id),
        f"Data complete to {provenance(book.data)['complete_to']}",
    ]
    if not wording.is_missing(row["employed_to"]):
        facts.insert(3, f"Employed to {wording.day(row['employed_to'])}")
    return [fact for fact in facts if fact]


def _schedule(book: Book, engineer_id: str) -> str:
    """`4×10 since 4 May 2026, Friday off`; `9/80 since 4 May 2026, every second Friday off`."""
    table, engineer = book.data.tables["schedules"], book.engineers[engineer_id]
    last_day = book.week + pd.Timedelta(days=6)
    begun = table[(table["engineer_id"] == engineer_id) & (table["valid_from"] <= last_day)]
    if begun.empty:
        return "No known schedule" if engineer["employed_from"] <= last_day else ""
    weeks = begun[begun["valid_from"] == begun["valid_from"].max()]
    since, until = weeks["valid_from"].iloc[0], weeks["valid_to"].iloc[0]
    is_over = until < last_day and (wording.is_missing(engineer["employed_to"]) or until < engineer["employed_to"])
    if is_over:
        return f"No known schedule since {wording.day(until + pd.Timedelta(days=1))}"
    name = str(weeks["schedule"].iloc[0]).replace("x", "×")
    return ", ".join([f"{name} since {wording.day(since)}", *_days_off(weeks)])


def _days_off(weeks: pd.DataFrame) -> list[str]:
    """The weekdays that the weeks of a cycle leave free: in all of them, in some; else, that hours alternate."""
    weekdays = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
    free = {day: int((weeks[f"{day.lower()}_hours"] == 0).sum()) for day in weekdays}
    count, times = len(weeks), sorted({number for number in free.values() if number}, reverse=True)
    days = {number: listed([day for day in weekdays if free[day] == number]) for number in times}
    always = [f"{days[count]} off"] if count in days else []
    sometimes = [
        f"every second {days[number]} off" if count == 2 else f"{days[number]} off in {number} of {count} weeks"
        for number in times
        if number < count
    ]
    return always + (sometimes or (["hours alternate by week"] if count > 1 else []))


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
        return wording.lozenge("unknown", "Not judged")
    held = ", held" if signal["is_held"] else ""
    return wording.lozenge(wording.LEVEL_STATUS[signal["level"]], f"{wording.LEVEL_WORDS[signal['level']]}{held}")


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
        points = reading["points_completed"]
        unit = "point" if points == 1 else "points"
        return wording.NOTHING if wording.is_missing(points) else f"{cards.short(points)}{NBSP}{unit}"
    if channel == "vibes":
        return cards.vibes_text(reading)
    return wording.metric_value("billable", reading["billable_pct"])


def reading_detail(book: Book, reading: Record, channel: str) -> str:
    """What goes with a reading: how many pages were answered, if not all; a changed score; a sprint's rate."""
    if channel == "response" and reading["n_missed_pages"]:
        acknowledged, missed = reading["n_acknowledged_pages"], reading["n_missed_pages"]
        return f"{acknowledged} of {acknowledged + missed} answered"
    if channel == "vibes":
        changed = book.in_week(book.changed_scores, reading["engineer_id"])
        return "; ".join(_changed_score(row) for row in changed)
    if channel != "velocity":
        return ""
    rate = sprint_rate(book, reading)
    return f"sprint: {rate}" if rate else ""


def sprint_rate(book: Book, reading: Record) -> str:
    """`11.6 per 40 h`, of the sprint that holds the week; empty where that is not known."""
    readings = book.readings[reading["engineer_id"]]
    rate = points_per_40h(weeks_of_sprint(reading, readings, book.config.metrics.velocity.denominator))
    return "" if rate is None else f"{wording.number(rate)} per 40 h"


def _load(book: Book, pages: pd.DataFrame) -> str:
    """Interruptions by the engineer's own schedule: context, never a score. Those of low urgency are counted apart."""
    since = book.week - pd.Timedelta(weeks=LOAD_WEEKS - 1)
    recent = pages[pages["week_start"] >= since]
    urgent = urgent_pages(recent)
    low = len(recent) - len(urgent)
    apart = f" Apart from these, {low} of low urgency." if low else ""
    if urgent.empty:
        return f"No calls in the last {LOAD_WEEKS} weeks.{apart}"
    counts = urgent["shift"].value_counts()
    parts = [f"{counts[shift]} {_SHIFT_WORDS[shift]}" for shift in SHIFTS if shift in counts]
    return f"{wording.plural(len(urgent), 'call')} in the last {LOAD_WEEKS} weeks: {listed(parts)}.{apart}"


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
            "when": f"Week of {wording.day(row['week_start'])}",
            "who": book.people.manager(row["manager_id"]),
            "vibes": f"vibes {_changed_score(row)}" if _is_changed(row) else _score(row),
            "text": "" if wording.is_missing(row["note"]) else str(row["note"]),
            "is_for_managers": is_for_managers(row),
        }
        for row in sorted([*reversed(notes), *changed], key=lambda row: row["week_start"], reverse=True)
    ]


def _is_changed(row: Record) -> bool:
    return not wording.is_missing(row["published_vibes"])


def _score(row: Record) -> str:
    return "" if wording.is_missing(row["vibes"]) else f"vibes {cards.short(row['vibes'])} of 5"


def _changed_score(row: Record) -> str:
    """`4 → 2 after publication`; `4 → taken back after publication`."""
    now = "taken back" if wording.is_missing(row["vibes"]) else cards.short(row["vibes"])
    return f"{cards.short(row['published_vibes'])} → {now} after publication"


def _overrides(book: Book, engineer_id: str) -> list[list[str]]:
    """The ledger of overrides, newest first: asked for, applied or not, by whom, why."""
    return [
        [
            iso_week(row["week_start"]),
            "Applied" if row["override_applied"] else "Not applied",
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
            "state": str(row["state"]).capitalize(),
            "reason": wording.sentence(row["reason"]),
            "is_old": not row["is_new_since_switch"],
        }
        for row in reversed(book.alerts.get(engineer_id, []))
        if row["severity"] != "notice"
    ]


def _notices(book: Book, engineer_id: str) -> str:
    weeks = {row["opened_week"] for row in book.alerts.get(engineer_id, []) if row["severity"] == "notice"}
    rule = wording.percent(book.threshold_pct, 0)
    if not weeks:
        return f"No single week below {rule} so far."
    return f"{wording.plural(len(weeks), 'single week')} below {rule} so far: noted, not alerted."


def _recommendations(book: Book, engineer_id: str) -> list[dict[str, Any]]:
    """Reviews, newest first, with what speaks against them, what was decided and what came after."""
    return [
        {
            "when": f"Review {row['review_number']}, week of {wording.day(row['week_start'])}",
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
        "meta": [wording.plural(len(present), "engineer"), f"Week of {wording.week_title(book.week)}"],
        "rows": [_index_row(book, engineer_id) for engineer_id in present],
        "left": [{"name": book.people.label(key), "href": book.people.href(key)} for key in left],
        "teams": [{"id": team_id, "name": name} for team_id, name in book.team_names.items()],
        "counts": [{"status": key, "word": word} for key, word in wording.STATUS_WORDS.items()],
    }
    description = "Every engineer with the status of the week, the reason and the last weeks."
    return Page("engineers/index.html", "pages/engineers_index.html.j2", "Engineers", description, "engineers", view)


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
    runs = [(word, len(list(run))) for word, run in groupby(cell["label"].split(": ", 1)[1] for cell in cells)]
    told = "; ".join(f"{word} for {count}" for word, count in runs)
    return f"Status of {len(cells)} weeks, oldest first: {told}."
