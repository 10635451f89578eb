"""A team's page: its people, its trends, its sprints, its fifth day."""

from collections.abc import Callable
from dataclasses import replace

import html5lib
import pandas as pd
import pytest

from flows.publish.views import teams, week
from flows.publish.views.book import open_book
from flows.publish.views.estimates import estimate_notices
from tests.builders import site_data as build
from tests.builders.rendering import html_of, page_at


@pytest.mark.parametrize("path", ["teams/index.html", "teams/atlas/index.html"])
def test_the_pages_are_wellformed_html(path: str):
    page = page_at(teams.pages(build.usual_book()), path)
    html5lib.HTMLParser(strict=True).parse(html_of(build.usual_book().data, page))


def test_a_team_shows_its_own_people_only():
    view = teams.team_view(build.usual_book(), "atlas")
    assert {card["team"] for card in view["cards"]} == {"Atlas"}
    assert view["mix"]["title"] == "4\u00a0engineers this week"


def test_a_leavers_past_weeks_stay_in_the_teams_trend():
    def only_imran(tables: dict[str, pd.DataFrame]) -> None:
        readings = tables["readings"]
        is_other = (readings["team_id"] == "harbor") & (readings["engineer_id"] != "imran")
        tables["readings"] = readings[~is_other]

    view = teams.team_view(open_book(build.site_data(change=only_imran)), "harbor")
    assert view["figures"][0]["rows"]


def test_the_newest_sprints_stand_first_and_rebuilt_ones_say_so():
    rows = teams.team_view(build.usual_book(), "atlas")["sprints"]["rows"]
    assert len(rows) == teams.SHOWN_SPRINTS
    assert rows[0][0] == "Sprint 27"

    def rebuild(tables: dict[str, pd.DataFrame]) -> None:
        tables["sprint_totals"] = tables["sprint_totals"].assign(is_reconstructed=True)

    rebuilt = teams.team_view(open_book(build.site_data(change=rebuild)), "atlas")["sprints"]["rows"]
    assert rebuilt[0][0] == "Sprint 27 (reconstructed)"


def test_the_fifth_day_is_shown_before_and_during():
    rows = teams.team_view(build.usual_book(), "atlas")["coverage"]["rows"]
    friday = dict(zip(("weekday", "before", "during", "now"), rows[4], strict=True))
    assert friday["weekday"] == "Friday"
    assert int(friday["before"].split("\u00a0")[0]) > int(friday["during"].split("\u00a0")[0])


def test_without_known_coverage_nothing_is_claimed():
    def forget(tables: dict[str, pd.DataFrame]) -> None:
        del tables["coverage"]

    view = teams.team_view(open_book(build.site_data(change=forget)), "atlas")
    assert view["coverage"]["rows"] == []


def test_for_teams_only_a_team_has_numbers_and_no_cards():
    view = teams.team_view(open_book(build.site_data(publishing={"people": "team-only"})), "atlas")
    assert view["cards"] == []
    assert view["mix"]["title"] == "4\u00a0engineers this week"


def sprint_rows(change: Callable[[pd.DataFrame], pd.DataFrame]) -> tuple[list[str], list[list[str]]]:
    """Columns and rows of the sprints of team atlas, whose totals were changed."""

    def apply(tables: dict[str, pd.DataFrame]) -> None:
        tables["sprint_totals"] = change(tables["sprint_totals"])

    shown = teams.team_view(open_book(build.site_data(change=apply)), "atlas")["sprints"]
    return shown["columns"], shown["rows"]


def test_the_columns_of_a_sprint_add_up_as_the_page_says():
    columns, rows = sprint_rows(lambda totals: totals.assign(reestimated_points=2.0, carried_over_points=7.0))
    for row in rows:
        points = dict(zip(columns, row, strict=True))
        came = sum(float(points[name]) for name in ("Committed", "Re-estimated", "Added"))
        assert came == sum(float(points[name]) for name in ("Completed", "Carried over", "Removed"))


def test_a_sprint_shows_what_its_board_counts_and_apart_from_it_what_was_taken_back():
    plain = sprint_rows(lambda totals: totals)[1][0]
    columns, (row, *_) = sprint_rows(
        lambda totals: totals.assign(completed_points=totals["completed_points"] - 3, reopened_points=3.0)
    )
    assert row[columns.index("Completed")] == plain[columns.index("Completed")]
    assert (row[columns.index("Taken back")], plain[columns.index("Taken back")]) == ("3", "0")


def test_parts_of_points_are_shown_and_what_older_versions_did_not_count_is_a_dash():
    columns, (row, *_) = sprint_rows(lambda totals: totals.assign(added_points=2.5, reestimated_points=float("nan")))
    assert row[columns.index("Added")] == "2.5"
    assert row[columns.index("Re-estimated")] == "–"


def test_every_column_of_points_is_explained():
    shown = teams.team_view(build.usual_book(), "atlas")["sprints"]
    assert [meaning["term"] for meaning in shown["meanings"]] == shown["columns"][2:]
    html = html_of(build.usual_book().data, page_at(teams.pages(build.usual_book()), "teams/atlas/index.html"))
    assert all(meaning["meaning"] in html for meaning in shown["meanings"])


def inflated(tables: dict[str, pd.DataFrame]) -> None:
    """The last three sprints of team atlas are estimated in larger numbers."""
    totals = tables["sprint_totals"].sort_values("last_day")
    newest = totals[totals["team_id"] == "atlas"].index[-3:]
    totals.loc[newest, "median_estimate"] = 5.0
    totals["n_estimated"] = 12
    totals["completed_points"] = 36.0
    totals.loc[newest, "completed_points"] = 60.0
    tables["sprint_totals"] = totals


def test_a_shift_of_the_estimates_is_told_on_the_teams_page_and_on_the_dashboard():
    book = open_book(build.site_data(change=inflated))
    told = estimate_notices(book)
    assert list(told) == ["atlas"]
    assert told["atlas"].startswith("The mean estimate of Atlas rose from 3.0 to ")
    assert told["atlas"] in html_of(book.data, page_at(teams.pages(book), "teams/atlas/index.html"))
    assert told["atlas"] in html_of(book.data, page_at(week.pages(book), "index.html"))
    assert "Estimates have shifted" not in html_of(book.data, page_at(teams.pages(book), "teams/harbor/index.html"))


def test_estimates_that_stay_the_same_are_not_talked_about():
    assert estimate_notices(build.usual_book()) == {}
    assert "Estimates have shifted" not in html_of(build.usual_book().data, week.pages(build.usual_book())[0])


def test_a_week_kept_by_a_version_that_knew_no_such_notice_still_has_its_page():
    (page, *_) = week.pages(build.usual_book())
    view = {name: value for name, value in page.view.items() if name != "estimates"}
    assert "Estimates have shifted" not in html_of(build.usual_book().data, replace(page, view=view))
