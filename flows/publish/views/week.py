"""The dashboard of a week: verdict, status mix, what changed, needs attention, cards, trends, data quality."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from flows.publish.views import cards, fifth_day, geometry, quality, trends, verdict, wording
from flows.publish.views.book import Book
from flows.publish.views.estimates import estimate_notices
from flows.publish.views.shared import Page, provenance
from transforms.definitions import METRIC_DEFINITIONS
from transforms.language import N_, _, ngettext
from transforms.vocabulary import STATUSES, Metric
from transforms.weeks import iso_week, parse_week

TEMPLATE: Final = "pages/week.html.j2"
# Above so many engineers a page of all of them is read by nobody: then the first that need attention have cards, fewer
# a line each, and everybody is counted by team.
ALL_CARDS: Final = 60
MOST_CARDS: Final = 40
MOST_LINES: Final = 20


def pages(book: Book) -> list[Page]:
    """`index.html` first, then one page per published week, then their index. `pages(book)[0].view` is to be kept."""
    view = week_view(book)
    views = {**_earlier_views(book), iso_week(book.week): view}
    current = _page("index.html", view, _around(list(views), iso_week(book.week), is_index=True))
    archive = [
        _page(f"weeks/{week}/index.html", views[week], _around(list(views), week)) for week in reversed(list(views))
    ]
    return [current, *archive, _index_page(views)]


def published_weeks(book: Book) -> list[str]:
    """Weeks that have a page, oldest first, the reported one last."""
    return [*_earlier_views(book), iso_week(book.week)]


def week_view(book: Book) -> dict[str, Any]:
    """Everything that the page of the reported week says, as JSON values."""
    everyone = cards.attention_order(book, book.present())
    shown = everyone if book.people.are_shown else []
    asking = [engineer_id for engineer_id in shown if _asks(book, engineer_id)]
    is_large = len(shown) > ALL_CARDS
    carded = asking[:MOST_CARDS] if is_large else shown
    lines = MOST_LINES if is_large else len(shown)
    changes = _changes(book, shown)
    return {
        "week": iso_week(book.week),
        "people": book.people.mode,
        "title": _("Week of {week}", week=wording.week_title(book.week)),
        "meta": _meta(book),
        "provenance": provenance(book.data),
        "notice": quality.notice(book),
        "verdict": verdict.policy_verdict(book),
        "mix": status_mix(book, everyone),
        "tiles": _tiles(book),
        "estimates": list(estimate_notices(book).values()),
        "changes": changes[:lines],
        "attention": [_attention(book, engineer_id) for engineer_id in asking[:lines]],
        "cards": [cards.card(book, engineer_id) for engineer_id in carded],
        "more": {"changes": len(changes[lines:]), "attention": len(asking[lines:]), "cards": len(asking) - len(carded)}
        if is_large
        else {},
        "by_team": _by_team(book, shown) if is_large else [],
        "teams": _teams_of(book, carded),
        "figures": _figures(book),
        # Of very many teams, each one's least covered day stands in the table of teams.
        "coverage": {"columns": [], "rows": []} if is_large else fifth_day.teams_table(book),
        "sources": quality.sources(book),
        "problems": quality.problems(book),
    }


def status_mix(book: Book, engineer_ids: list[str]) -> dict[str, Any]:
    """How many engineers are shown in each status, this week and last."""
    now = _counts(book, engineer_ids, book.week)
    before = _counts(book, engineer_ids, book.week - pd.Timedelta(days=7))
    last = _counted(before)
    return {
        "title": ngettext("{n} engineer this week", "{n} engineers this week", len(engineer_ids)),
        "segments": geometry.status_bar(now),
        "counts": [{"status": key, "word": wording.STATUS_WORDS[key], "count": now[key]} for key in STATUSES],
        "last": _("Last week: {counts}.", counts=last) if last else "",
        "overridden": _overridden(book, engineer_ids),
    }


_STATUS_COUNTS: Final = {
    # TRANSLATORS: how many engineers are in a status, as in a list: "5 green, 2 yellow"
    "green": N_("{count} green"),
    "yellow": N_("{count} yellow"),
    "red": N_("{count} red"),
    "unknown": N_("{count} unknown"),
}


def _counted(counts: Mapping[str, int]) -> str:
    """`5 green, 2 yellow`: those in which anybody is."""
    return ", ".join(
        _(_STATUS_COUNTS[status], count=wording.number(count, 0)) for status, count in counts.items() if count
    )


def _overridden(book: Book, engineer_ids: list[str]) -> str:
    count = sum(cards.standing(book, engineer_id).is_overridden for engineer_id in engineer_ids)
    if not count:
        return ""
    return ngettext(
        "{engineers} shown green by an override.",
        "{engineers} shown green by an override.",
        count,
        engineers=wording.number(count, 0),
    )


def _teams_of(book: Book, engineer_ids: list[str]) -> list[dict[str, str]]:
    """The teams that the filter offers."""
    found = {book.engineers[engineer_id]["team_id"] for engineer_id in engineer_ids}
    return [{"id": team_id, "name": name} for team_id, name in book.team_names.items() if team_id in found]


def _by_team(book: Book, engineer_ids: list[str]) -> list[dict[str, Any]]:
    """Each team: how many of its engineers are shown in each status, and its least covered weekday of the week."""
    least = fifth_day.least_covered(book)
    members: dict[str, list[str]] = {team_id: [] for team_id in book.team_names}
    for engineer_id in engineer_ids:
        members[book.engineers[engineer_id]["team_id"]].append(engineer_id)
    return [
        {
            "name": book.team_names[team_id],
            "href": f"teams/{team_id}/index.html",
            "counts": [len(of_team), *_counts(book, of_team, book.week).values()],
            "least": least.get(team_id, wording.NOTHING),
        }
        for team_id, of_team in members.items()
        if of_team
    ]


def _counts(book: Book, engineer_ids: list[str], week: pd.Timestamp) -> dict[str, int]:
    rows = [book.status(engineer_id, week) for engineer_id in engineer_ids]
    if week == book.week:
        found = [row["status"] if row else "unknown" for row in rows]
    else:
        found = [row["status"] for row in rows if row]
    return {status: found.count(status) for status in STATUSES}


def _meta(book: Book) -> list[str]:
    on_trial = (book.week - book.switch).days // 7 + 1
    week, made = book.week.isocalendar().week, provenance(book.data)
    return [
        _("ISO week {week}, week {number} of 4×10", week=week, number=on_trial)
        if on_trial > 0
        else _("ISO week {week}, before 4×10", week=week),
        _("As of {time}", time=made["as_of"]),
        _("Data complete to {day}", day=made["complete_to"]),
    ]


def _tiles(book: Book) -> list[dict[str, str]]:
    found = verdict.effects(book)
    group = trends.group_of(book, list(book.engineers), "")
    return [
        {
            "name": wording.METRIC_NAMES[metric],
            "unit": METRIC_DEFINITIONS[metric].unit,
            "now": _this_week(book, metric, frame),
            **(_tile(found[metric]) if metric in found else _no_review_tile()),
        }
        for metric, frame in trends.metric_series(book, group).items()
    ]


def _tile(effect: verdict.Effect) -> dict[str, str]:
    """Level during and before, and the change with its interval; a factor of own times is level and change in one."""
    is_factor = not effect.before
    return {
        "during": effect.during,
        # TRANSLATORS: behind a factor: "×1.10 of own normal times"
        "was": _("of own normal times") if is_factor else _("was {level}", level=effect.before),
        "change": "" if is_factor else effect.change,
        "interval": effect.interval,
        "status": effect.status,
        "verdict": wording.VERDICT_WORDS[effect.verdict],
    }


def _no_review_tile() -> dict[str, str]:
    return {
        "during": wording.NOTHING,
        "was": _("no review yet"),
        "change": "",
        "interval": "",
        "status": "unknown",
        "verdict": wording.VERDICT_WORDS["insufficient"],
    }


def _this_week(book: Book, metric: Metric, frame: pd.DataFrame) -> str:
    values = frame.loc[frame["week_start"] == book.week, "value"]
    value = wording.metric_value(metric, values.iloc[0]) if len(values) else _no_value(book, metric)
    return _("This week: {value}", value=value)


def _no_value(book: Book, metric: Metric) -> str:
    """What a source did not hand over may be there all the same."""
    readings = book.data.tables["readings"]
    is_known = readings.loc[readings["week_start"] == book.week, f"is_{metric}_known"]
    return METRIC_DEFINITIONS[metric].nothing if is_known.any() else _("unknown")


def _figures(book: Book) -> list[dict[str, Any]]:
    """Trends of everybody who ever was on the trial; means and words from the review, where there was one."""
    group = trends.group_of(book, list(book.engineers), f"weeks/{iso_week(book.week)}")
    found = verdict.effects(book)
    means = {metric: effect.period for metric, effect in found.items() if effect.period is not None}
    return trends.figures(book, group, means, {metric: effect.sentence for metric, effect in found.items()})


def _asks(book: Book, engineer_id: str) -> bool:
    return cards.standing(book, engineer_id).needs_attention


def _attention(book: Book, engineer_id: str) -> dict[str, Any]:
    now = cards.standing(book, engineer_id)
    first = wording.lozenge(now.status, wording.STATUS_CALLS[now.status])
    return {
        "name": book.people.label(engineer_id),
        "href": book.people.href(engineer_id),
        "lozenges": [first, *now.lozenges()[1:]],
        "reason": now.reasons[0],
        "override": cards.override_line(book, engineer_id),
        "note": cards.newest_note(book, engineer_id),
        "age": wording.weeks_running(now.weeks),
    }


def _changes(book: Book, engineer_ids: list[str]) -> list[dict[str, str]]:
    """What is not as it was last week: statuses, overrides, alerts worth a message."""
    found = []
    for engineer_id in sorted(engineer_ids, key=lambda key: book.people.label(key).casefold()):
        texts = [*_status_change(book, engineer_id), *_alert_news(book, engineer_id)]
        if texts:
            found.append(
                {
                    "name": book.people.label(engineer_id),
                    "href": book.people.href(engineer_id),
                    "status": cards.standing(book, engineer_id).status,
                    "text": f"{'; '.join(texts)}.",
                }
            )
    return found


def _status_change(book: Book, engineer_id: str) -> list[str]:
    last_week = book.week - pd.Timedelta(days=7)
    if book.status(engineer_id, last_week) is None or book.status(engineer_id) is None:
        return []
    before, now = cards.standing(book, engineer_id, last_week), cards.standing(book, engineer_id)
    texts = []
    if before.status != now.status:
        texts.append(
            # TRANSLATORS: two statuses: "green to yellow"
            _("{before} to {now}", before=wording.STATUS_WITHIN[before.status], now=wording.STATUS_WITHIN[now.status])
        )
    if now.is_overridden and not before.is_overridden:
        texts.append(_("override begins, {status} underneath", status=wording.STATUS_WITHIN[now.underlying]))
    if before.is_overridden and not now.is_overridden:
        texts.append(_("override ended"))
    return texts


def _alert_news(book: Book, engineer_id: str) -> list[str]:
    return [
        _(
            _EVENTS[row["event"]],
            severity=wording.SEVERITY_WITHIN[row["severity"]],
            metric=wording.METRICS_WITHIN[row["channel"]],
        )
        for row in book.in_week(book.alert_events, engineer_id)
        if row["is_notified"]
    ]


_EVENTS: Final = {
    "opened": N_("{severity} alert opened ({metric})"),
    "escalated": N_("{severity} alert raised ({metric})"),
    "eased": N_("{severity} alert eased ({metric})"),
    "reminded": N_("{severity} alert still open ({metric})"),
    "resolved": N_("{severity} alert resolved ({metric})"),
}


def _earlier_views(book: Book) -> dict[str, dict[str, Any]]:
    """Stored views of earlier weeks, oldest first; not those that name people otherwise than the config says now."""
    earlier = {
        week: view
        for week, view in sorted(book.data.week_views.items())
        if parse_week(week) < book.week and view["people"] == book.people.mode
    }
    kept = list(earlier)[-book.config.publishing.archive_weeks :]
    known = {book.people.href(engineer_id) for engineer_id in book.engineers}
    return {week: _without_dead_links(earlier[week], known) for week in kept}


def _without_dead_links(view: Mapping[str, Any], known: set[str]) -> dict[str, Any]:
    """Engineers taken off the roster keep their words in old weeks, but have no page to link to."""
    mended = {
        part: [{**entry, "href": entry["href"] if entry["href"] in known else ""} for entry in view[part]]
        for part in ("cards", "attention", "changes")
    }
    return {**view, **mended}


def _page(path: str, view: dict[str, Any], around: list[dict[str, Any]]) -> Page:
    summary = _(
        "{verdict} Status of every engineer, alerts and trends for the week {week}.",
        verdict=view["verdict"]["headline"],
        week=view["week"],
    )
    return Page(path, TEMPLATE, view["title"], summary, "week", view, around)


def _around(weeks: list[str], week: str, *, is_index: bool = False) -> list[dict[str, Any]]:
    """Links to the week before, all weeks, and the week after."""
    place = weeks.index(week)
    links = []
    if place > 0:
        before = weeks[place - 1]
        label = _("← Week {number}", number=parse_week(before).isocalendar().week)
        links.append({"label": label, "href": f"weeks/{before}/index.html"})
    links.append({"label": _("All weeks"), "href": "weeks/index.html"})
    if place + 1 < len(weeks):
        after = weeks[place + 1]
        href = "index.html" if place + 2 == len(weeks) else f"weeks/{after}/index.html"
        links.append({"label": _("Week {number} →", number=parse_week(after).isocalendar().week), "href": href})
    elif is_index:
        links.append({"label": _("Link to this week"), "href": f"weeks/{week}/index.html"})
    return links


def _index_page(views: Mapping[str, Mapping[str, Any]]) -> Page:
    rows = [
        {
            "week": week,
            "href": f"weeks/{week}/index.html",
            "title": wording.week_title(parse_week(week)),
            "counts": _counted({entry["status"]: entry["count"] for entry in view["mix"]["counts"]}),
            "segments": view["mix"]["segments"],
            "headline": view["verdict"]["headline"],
            "status": view["verdict"]["status"],
        }
        for week, view in reversed(list(views.items()))
    ]
    description = _("Every week as it was published, newest first.")
    return Page("weeks/index.html", "pages/weeks_index.html.j2", _("All weeks"), description, "week", {"weeks": rows})
