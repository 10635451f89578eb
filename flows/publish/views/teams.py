"""Pages of teams: who is in it, its trends, its sprints, the fifth day."""

from __future__ import annotations

from typing import Any, Final

from flows.publish.views import cards, fifth_day, trends, wording
from flows.publish.views.book import Book
from flows.publish.views.estimates import estimate_notices
from flows.publish.views.shared import Page, provenance
from flows.publish.views.week import status_mix
from transforms.language import N_, _, ngettext
from transforms.vocabulary import METRICS

SHOWN_SPRINTS: Final = 12
# The columns of points, in the order in which they add up: the first three together are the next three.
_PARTS: Final = (
    (N_("Committed"), "committed", N_("In the sprint and not done at its start, by the estimates of then.")),
    (N_("Re-estimated"), "reestimated", N_("What the estimates of the committed issues changed by until the close.")),
    (
        N_("Added"),
        "added",
        N_("Issues that joined after the start. These and all that follow count by the estimates of the close."),
    ),
    (N_("Completed"), "completed", N_("Done while in the sprint, and still done at its close.")),
    (N_("Carried over"), "carried_over", N_("In the sprint at its close and not done.")),
    (N_("Removed"), "removed", N_("Left the sprint before its close, or were done elsewhere.")),
    (
        N_("Taken back"),
        "reopened",
        N_(
            "Points that an earlier sprint had completed, of issues found reopened in this one; they are taken off the "
            "engineers who were credited with them."
        ),
    ),
)


def pages(book: Book) -> list[Page]:
    """The list and one page per team."""
    found = [_index_page(book)]
    for team_id, name in book.team_names.items():
        found.append(
            Page(
                f"teams/{team_id}/index.html",
                "pages/team.html.j2",
                _("{team} team", team=name),
                _("The {team} team: status of the week, trends before and during 4×10, sprints.", team=name),
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
        "name": _("{team} team", team=book.team_names[team_id]),
        "meta": [
            ngettext("{n} engineer", "{n} engineers", len(members)),
            _("Week of {week}", week=wording.week_title(book.week)),
        ],
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
    of_team = table[table["team_id"] == team_id].sort_values("last_day", ascending=False)
    # The board knows nothing of what is taken back.
    rows = of_team.assign(completed_points=of_team["completed_points"] + of_team["reopened_points"]).head(SHOWN_SPRINTS)
    return {
        "columns": [_("Sprint"), _("Ended"), *(_(heading) for heading, _part, _meaning in _PARTS), _("Median")],
        "rows": [
            [
                _("{sprint} (reconstructed)", sprint=row["name"]) if row["is_reconstructed"] else str(row["name"]),
                wording.day(row["last_day"]),
                *(_points(row[f"{part}_points"]) for _heading, part, _meaning in _PARTS),
                wording.number(row["median_estimate"]),
            ]
            for row in rows.to_dict("records")
        ],
        "meanings": [
            *({"term": _(heading), "meaning": _(meaning)} for heading, _part, meaning in _PARTS),
            {"term": _("Median"), "meaning": _("The middle one of the estimates of the issues completed.")},
        ],
        "sums": _("Committed, re-estimated and added points are together those completed, carried over and removed."),
        "notices": [sentence for team, sentence in estimate_notices(book).items() if team == team_id],
    }


def _points(value: float) -> str:
    """Whole points without, parts of points with a decimal."""
    return wording.number(value, 0 if float(value).is_integer() else 1)


def _index_page(book: Book) -> Page:
    view = {
        "provenance": provenance(book.data),
        "meta": [
            ngettext("{n} team", "{n} teams", len(book.team_names)),
            _("Week of {week}", week=wording.week_title(book.week)),
        ],
        "teams": [_team_box(book, team_id) for team_id in book.team_names],
    }
    description = _("Every team with its status mix and its numbers before and during 4×10.")
    return Page("teams/index.html", "pages/teams_index.html.j2", _("Teams"), description, "teams", view)


def _team_box(book: Book, team_id: str) -> dict[str, Any]:
    group = trends.group_of(book, _ever_members(book, team_id), "")
    spans = trends.periods(book, group, trends.metric_series(book, group))
    return {
        "name": _("{team} team", team=book.team_names[team_id]),
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
