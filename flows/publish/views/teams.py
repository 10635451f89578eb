"""Pages of teams: who is in it, its trends, its sprints, the fifth day."""

from __future__ import annotations

from typing import Any, Final

from flows.publish.views import cards, fifth_day, trends, wording
from flows.publish.views.book import Book
from flows.publish.views.shared import Page, provenance
from flows.publish.views.week import status_mix
from transforms.vocabulary import METRICS

SHOWN_SPRINTS: Final = 12


def pages(book: Book) -> list[Page]:
    """The list and one page per team."""
    found = [_index_page(book)]
    for team_id, name in book.team_names.items():
        found.append(
            Page(
                f"teams/{team_id}/index.html",
                "pages/team.html.j2",
                f"{name} team",
                f"The {name} team: status of the week, trends before and during 4×10, sprints.",
                "teams",
                team_view(book, team_id),
            )
        )
    return found


def team_view(book: Book, team_id: str) -> dict[str, Any]:
    """Everything that one team's page says."""
    members = cards.attention_order(book, _members(book, team_id))
    group = trends.group_of(book, _ever_members(book, team_id), f"data/teams/{team_id}")
    return {
        "name": f"{book.team_names[team_id]} team",
        "meta": [wording.plural(len(members), "engineer"), f"Week of {wording.week_title(book.week)}"],
        "provenance": provenance(book.data),
        "mix": status_mix(book, members),
        "cards": [cards.card(book, engineer_id) for engineer_id in members] if book.people.are_shown else [],
        "figures": trends.figures(book, group),
        "coverage": fifth_day.team_table(book, team_id),
        "sprints": _sprints(book, team_id),
    }


def _members(book: Book, team_id: str) -> list[str]:
    return [engineer_id for engineer_id in book.present() if book.engineers[engineer_id]["team_id"] == team_id]


def _ever_members(book: Book, team_id: str) -> list[str]:
    return [engineer_id for engineer_id, row in book.engineers.items() if row["team_id"] == team_id]


def _sprints(book: Book, team_id: str) -> dict[str, Any]:
    """The newest closed sprints as the team's own board counts them."""
    table = book.data.tables["sprint_totals"]
    rows = table[table["team_id"] == team_id].sort_values("last_day", ascending=False).head(SHOWN_SPRINTS)
    return {
        "columns": ["Sprint", "Ended", "Committed", "Added", "Removed", "Completed", "Carried over", "Median estimate"],
        "rows": [
            [
                str(row["name"]) + (" (reconstructed)" if row["is_reconstructed"] else ""),
                wording.day(row["last_day"]),
                *(
                    wording.number(row[f"{part}_points"], 0)
                    for part in ("committed", "added", "removed", "completed", "carried_over")
                ),
                wording.number(row["median_estimate"]),
            ]
            for row in rows.to_dict("records")
        ],
    }


def _index_page(book: Book) -> Page:
    view = {
        "provenance": provenance(book.data),
        "meta": [
            wording.plural(len(book.team_names), "team"),
            f"Week of {wording.week_title(book.week)}",
        ],
        "teams": [_team_box(book, team_id) for team_id in book.team_names],
    }
    description = "Every team with its status mix and its numbers before and during 4×10."
    return Page("teams/index.html", "pages/teams_index.html.j2", "Teams", description, "teams", view)


def _team_box(book: Book, team_id: str) -> dict[str, Any]:
    group = trends.group_of(book, _ever_members(book, team_id), "")
    spans = trends.periods(book, group, trends.metric_series(book, group))
    return {
        "name": f"{book.team_names[team_id]} team",
        "href": f"teams/{team_id}/index.html",
        "mix": status_mix(book, _members(book, team_id)),
        "rows": [
            [
                wording.METRIC_NAMES[metric],
                wording.metric_value(metric, spans[metric].before),
                wording.metric_value(metric, spans[metric].during),
                trends.span_change(metric, spans[metric]),
            ]
            for metric in METRICS
        ],
    }
