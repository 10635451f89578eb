"""A team's page: its people, its trends, its sprints, its fifth day."""

import html5lib
import pandas as pd
import pytest

from flows.publish.views import teams
from flows.publish.views.book import open_book
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
