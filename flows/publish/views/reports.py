"""Monthly reports: the month before against during, as known when its last week was published."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import pandas as pd

from flows.publish.data import SiteData
from flows.publish.views import cards, trends, verdict, wording
from flows.publish.views.book import Book, Record, is_for_managers, open_book
from flows.publish.views.decided import decided, outcome
from flows.publish.views.shared import Page, provenance
from flows.publish.views.week import status_mix
from transforms.language import N_, Words, _, listed, ngettext
from transforms.schemas.registry import TABLES, empty
from transforms.vocabulary import METRICS, RECOMMENDATIONS, STATUSES, Metric
from transforms.weeks import iso_week, weeks_of_month

SHOWN_NOTES: Final = 12
_FOLDER = re.compile(r"^reports/\d{4}-\d{2}/")
_EVENTS: Final = Words({"opened": N_("Opened"), "escalated": N_("Escalated"), "resolved": N_("Resolved")})
_SHOWN: Final = {
    "green": N_("{count} green"),
    "yellow": N_("{count} yellow"),
    "red": N_("{count} red"),
    "unknown": N_("{count} unknown"),
}
_RECOMMENDED: Final = {
    "stay": N_("{count} stay on 4×10"),
    "watch": N_("{count} watch"),
    "return": N_("{count} propose a return"),
    "insufficient": N_("{count} too few weeks to say"),
}


def own_folder(path: str) -> str:
    """The folder of the month that a page belongs to, with the slash; empty for every other page."""
    found = _FOLDER.match(path)
    return found[0] if found else ""


def pages(book: Book) -> list[Page]:
    """One page for each month that is not frozen yet, and the index of all of them."""
    fresh = [month for month in book.data.months if month not in book.data.frozen_months]
    return [*(_month_page(book, month) for month in fresh), _index_page(book)]


def month_name(month: str) -> str:
    return wording.month_title(pd.Timestamp(f"{month}-01"))


def as_known_at_end(book: Book, month: str) -> Book:
    """The book as it stood when the last week of the month was published."""
    last = weeks_of_month(month)[-1]
    data = book.data
    tables = {name: _up_to(table, last) for name, table in data.tables.items()}
    # Their state is of today; a report tells what happened, from the events.
    tables["alerts"] = empty(TABLES["alerts"])
    decisions = tables["manager_decisions"]
    tables["manager_decisions"] = decisions[~(decisions["decided_on"] > last + pd.Timedelta(days=6))]
    shift = book.week - last
    known: SiteData = replace(data, week=last, as_of=data.as_of - shift.to_pytimedelta(), tables=tables)
    return open_book(known)


def month_view(book: Book, month: str, made: str = "") -> dict[str, Any]:
    """Everything that the report of a month says. `book` stands at its last week.

    `made` says when the report was made, where that was not when the month was over.
    """
    weeks = weeks_of_month(month)
    return {
        "title": _("{month}: before against during 4×10", month=month_name(month)),
        "meta": [
            ngettext(
                "{n} week, {first} to {last}",
                "{n} weeks, {first} to {last}",
                len(weeks),
                first=iso_week(weeks[0]),
                last=iso_week(weeks[-1]),
            ),
            f"{wording.day(weeks[0])} {wording.DASH} {wording.day(weeks[-1] + pd.Timedelta(days=6))}",
            _("As of {time}", time=wording.instant(book.data.as_of)),
            *([_("Made on {day}, from what was on file then", day=made)] if made else []),
        ],
        "provenance": provenance(book.data),
        "verdict": verdict.policy_verdict(book),
        "effects": _effects(book),
        "month": _scope_table(book, month, "all"),
        "mix": _mix_at_end(book),
        "statuses": _status_table(book, weeks),
        "alerts": _alert_news(book, weeks),
        "recommendations": _recommendations(book, weeks),
        "came_due": _came_due(book, weeks),
        "teams": _team_rows(book, month),
        "notes": _notes(book, weeks),
        "figures": trends.figures(book, trends.group_of(book, list(book.engineers), f"reports/{month}")),
        "csv": f"reports/{month}/summary.csv",
    }


def _mix_at_end(book: Book) -> dict[str, Any]:
    everyone = cards.attention_order(book, book.present())
    title = ngettext("{n} engineer at the end of the month", "{n} engineers at the end of the month", len(everyone))
    return {**status_mix(book, everyone), "title": title, "last": ""}


def _month_page(book: Book, month: str) -> Page:
    made = wording.day(pd.Timestamp(book.data.as_of)) if month in book.data.made_later else ""
    view = month_view(as_known_at_end(book, month), month, made)
    months = book.data.months
    place = months.index(month)
    around = [{"label": f"← {month_name(months[place - 1])}", "href": _href(months[place - 1])}] if place else []
    around.append({"label": _("All reports"), "href": "reports/index.html"})
    summary = _(
        "{verdict} Before against during 4×10 in {month}.",
        verdict=view["verdict"]["headline"],
        month=month_name(month),
    )
    return Page(_href(month), "pages/report.html.j2", view["title"], summary, "reports", view, around)


def _href(month: str) -> str:
    return f"reports/{month}/index.html"


def _up_to(table: pd.DataFrame, last: pd.Timestamp) -> pd.DataFrame:
    return table[table["week_start"] <= last] if "week_start" in table else table


def _effects(book: Book) -> dict[str, Any]:
    """The review in force: every metric before and during, with interval and margin."""
    found = verdict.effects(book)
    return {
        "columns": [
            _("Metric"),
            _("Before"),
            _("During 4×10"),
            _("Change"),
            _("95 % interval"),
            _("Margin for harm"),
            _("Verdict"),
        ],
        "rows": [
            [
                effect.name,
                effect.before or _("own normal"),
                effect.during,
                effect.change,
                effect.interval or wording.NOTHING,
                effect.margin,
                wording.VERDICT_WORDS[effect.verdict],
            ]
            for effect in found.values()
        ],
    }


def _summary(book: Book, month: str) -> pd.DataFrame:
    table = book.data.tables["monthly_summary"]
    return table[table["month"] == month]


def _scope_table(book: Book, month: str, scope: str) -> dict[str, Any]:
    """Each metric in this month alone against the weeks before the switch."""
    rows = _scope_rows(book, month, scope)
    return {
        "columns": [
            _("Metric"),
            _("Before the switch"),
            month_name(month),
            _("Change"),
            _("Engineer-weeks"),
        ],
        "rows": [
            [wording.METRIC_NAMES[row["metric"]], *_values(row), wording.number(row["n_weeks"], 0)] for row in rows
        ],
    }


def _scope_rows(book: Book, month: str, scope: str) -> list[Record]:
    table = _summary(book, month)
    rows = {row["metric"]: row for row in table[table["scope"] == scope].to_dict("records")}
    return [{str(key): value for key, value in rows[metric].items()} for metric in METRICS if metric in rows]


def _values(row: Record) -> list[str]:
    metric: Metric = row["metric"]
    change = wording.NOTHING
    if not (wording.is_missing(row["before"]) or wording.is_missing(row["during"])):
        change = trends.change_text(metric, row["before"], row["during"])
    return [wording.metric_value(metric, row["before"]), wording.metric_value(metric, row["during"]), change]


def _team_rows(book: Book, month: str) -> dict[str, Any]:
    """One row per team: each metric this month, and how far from the team's own weeks before."""
    rows = []
    for team_id, name in book.team_names.items():
        found = {row["metric"]: _values(row) for row in _scope_rows(book, month, f"team:{team_id}")}
        cells = [
            f"{found[metric][1]} ({found[metric][2]})" if metric in found else wording.NOTHING for metric in METRICS
        ]
        rows.append([name, *cells])
    return {"columns": [_("Team"), *(wording.METRIC_NAMES[metric] for metric in METRICS)], "rows": rows}


def _status_table(book: Book, weeks: Sequence[pd.Timestamp] | pd.DatetimeIndex) -> dict[str, Any]:
    """How many engineers were shown in each status, week by week, and how often an override stood."""
    table = book.data.tables["statuses"]
    inside = table[table["week_start"].isin(weeks)]
    counts = pd.crosstab(inside["week_start"], inside["status"]).reindex(columns=STATUSES, fill_value=0)
    overrides = inside.groupby("week_start")["override_applied"].sum()
    total, n_overrides = counts.sum(), int(overrides.sum())
    mix = [_(_SHOWN[status], count=wording.number(total[status], 0)) for status in STATUSES if total[status]]
    of_these = (
        _("{count} of the green ones by an override.", count=wording.number(n_overrides, 0))
        if n_overrides
        else _("No override stood.")
    )
    shown = ngettext("{n} engineer-week: {mix}.", "{n} engineer-weeks: {mix}.", len(inside), mix=listed(mix))
    return {
        "sentence": f"{shown} {of_these}",
        "columns": [_("Week"), *(wording.STATUS_WORDS[status] for status in STATUSES), _("Of these overridden")],
        "rows": [
            [iso_week(week), *(str(counts.loc[week, status]) for status in STATUSES), str(int(overrides[week]))]
            for week in counts.index
        ],
    }


def _alert_news(book: Book, weeks: pd.DatetimeIndex) -> dict[str, Any]:
    """Alerts that opened, were raised or were resolved in the month; notices are counted only."""
    events = [event for rows in book.alert_events.values() for event in rows if event["week_start"] in weeks]
    news = [event for event in events if event["severity"] != "notice" and event["event"] in _EVENTS]
    news.sort(key=lambda event: (event["week_start"], book.people.label(event["engineer_id"]).casefold()))
    counts = {name: sum(event["event"] == name for event in news) for name in _EVENTS}
    notices = sum(event["severity"] == "notice" and event["event"] == "opened" for event in events)
    told = _("No alert opened, was raised or was resolved.")
    if news:
        told = ngettext(
            "{n} alert opened, {raised} raised to critical, {resolved} resolved.",
            "{n} alerts opened, {raised} raised to critical, {resolved} resolved.",
            counts["opened"],
            raised=wording.number(counts["escalated"], 0),
            resolved=wording.number(counts["resolved"], 0),
        )
    noted = ngettext(
        "{n} single week below the billable policy noted.", "{n} single weeks below the billable policy noted.", notices
    )
    return {
        "sentence": f"{told} {noted}" if notices else told,
        "columns": [_("Week"), _("Engineer"), _("Metric"), _("Severity"), _("What happened"), _("Why")],
        "rows": [
            [
                iso_week(event["week_start"]),
                book.people.label(event["engineer_id"]),
                wording.METRIC_NAMES[event["channel"]],
                wording.SEVERITY_WORDS[event["severity"]],
                _EVENTS[event["event"]],
                str(event["reason"]),
            ]
            for event in news
        ]
        if book.people.are_shown
        else [],
    }


def _recommendations(book: Book, weeks: pd.DatetimeIndex) -> dict[str, Any]:
    """What the reviews of the month recommend; `stay` is counted, the others are named."""
    rows = [row for own in book.recommendations.values() for row in own if row["week_start"] in weeks]
    counts = {name: sum(row["recommendation"] == name for row in rows) for name in RECOMMENDATIONS}
    mix = [_(_RECOMMENDED[name], count=wording.number(n, 0)) for name, n in counts.items() if n]
    named = [row for row in rows if row["recommendation"] in ("return", "watch")] if book.people.are_shown else []
    named.sort(key=lambda row: (row["week_start"], book.people.label(row["engineer_id"]).casefold()))
    return {
        "sentence": f"{listed(mix)}." if rows else _("No review fell into this month."),
        "items": [
            {
                "name": book.people.label(row["engineer_id"]),
                "href": book.people.href(row["engineer_id"]),
                "when": _("Review {number}, {week}", number=row["review_number"], week=iso_week(row["week_start"])),
                "lozenge": wording.lozenge(
                    {"return": "red", "watch": "yellow"}[row["recommendation"]],
                    wording.RECOMMENDATION_WORDS[row["recommendation"]],
                ),
                "reasons": wording.sentences(row["reasons"]),
                "counter": wording.sentences(row["counter_evidence"]),
                "decision": decided(book, row)["standing"].get("what", ""),
            }
            for row in named
        ],
    }


def _came_due(book: Book, weeks: pd.DatetimeIndex) -> list[dict[str, Any]]:
    """Earlier recommendations of which 4 or 8 weeks were over in this month, and what is known since."""
    if not book.people.are_shown:
        return []
    due = {
        (row["review_week"], row["engineer_id"])
        for rows in book.outcomes.values()
        for row in rows
        if row["week_start"] in weeks
    }
    found = []
    for week, engineer_id in sorted(due, key=lambda key: (key[0], book.people.label(key[1]).casefold())):
        review = book.in_week(book.recommendations, engineer_id, week)[0]
        found.append(
            {
                "name": book.people.label(engineer_id),
                "href": book.people.href(engineer_id),
                "when": _("Review {number}, {week}", number=review["review_number"], week=iso_week(week)),
                "decision": decided(book, review)["standing"].get("what", ""),
                "sentences": outcome(book, review)["sentences"],
            }
        )
    return found


def _notes(book: Book, weeks: pd.DatetimeIndex) -> list[dict[str, Any]]:
    """Context from weeks that were not simply green: what the managers wrote while a light stood or was overridden."""
    if not book.people.are_shown:
        return []
    notes = [note for own in book.notes.values() for note in own if note["week_start"] in weeks and _asks(book, note)]
    notes.sort(key=lambda note: (note["week_start"], book.people.label(note["engineer_id"]).casefold()), reverse=True)
    return [
        {
            "name": book.people.label(note["engineer_id"]),
            "href": book.people.href(note["engineer_id"]),
            "week": iso_week(note["week_start"]),
            "who": book.people.manager(note["manager_id"]),
            "text": str(note["note"]),
            "is_for_managers": is_for_managers(note),
        }
        for note in notes[:SHOWN_NOTES]
    ]


def _asks(book: Book, note: Record) -> bool:
    status = book.status(note["engineer_id"], note["week_start"])
    return status is not None and (status["underlying_status"] != "green" or status["override_applied"])


def _index_page(book: Book) -> Page:
    rows = []
    effects = book.data.tables["team_effects"]
    for month in reversed(book.data.months):
        weeks = weeks_of_month(month)
        # Of all tables the verdict reads only this one.
        then = {**book.data.tables, "team_effects": _up_to(effects, weeks[-1])}
        told = verdict.policy_verdict(replace(book, data=replace(book.data, tables=then)))
        rows.append(
            {
                "href": _href(month),
                "title": month_name(month),
                "weeks": _("{first} to {last}", first=iso_week(weeks[0]), last=iso_week(weeks[-1])),
                "status": told["status"],
                "headline": told["headline"],
                "review": told["review"],
            }
        )
    view = {
        "provenance": provenance(book.data),
        "meta": [ngettext("{n} complete month", "{n} complete months", len(rows)), _("Newest first")],
        "rows": rows,
    }
    description = _("Every complete month of the trial: before against during 4×10, as published.")
    title = _("Monthly reports")
    return Page("reports/index.html", "pages/reports_index.html.j2", title, description, "reports", view)
