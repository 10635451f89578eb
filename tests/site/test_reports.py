"""Monthly reports and the alerts page: they speak as of their own time, from the same tables as everything else."""

from dataclasses import fields

import pandas as pd

from flows.publish.views import alerts, examples, method, reports
from flows.publish.views.book import open_book
from tests.builders.site_data import RED, WEEK, site_data
from tests.builders.sites import full_site_data
from tests.site.conftest import Site
from transforms.parameters import DecisionParameters, DecisionRules


def test_a_report_opens_with_the_verdict_of_the_last_review_in_or_before_the_month(site: Site) -> None:
    book = open_book(site.data)
    then = reports.as_known_at_end(book, "2026-08")
    view = reports.month_view(then, "2026-08")
    assert view["verdict"]["review"] == "Review 2, week\u00a034"
    assert view["verdict"]["headline"].startswith("No. Keep 4×10")


def test_a_month_before_the_first_review_says_when_it_will_come(site: Site) -> None:
    view = reports.month_view(reports.as_known_at_end(open_book(site.data), "2026-05"), "2026-05")
    assert view["verdict"]["headline"].startswith("Too early to say")
    assert view["effects"]["rows"] == []


def test_a_report_knows_nothing_of_what_came_after_its_month(site: Site) -> None:
    then = reports.as_known_at_end(open_book(site.data), "2026-09")
    last = pd.Timestamp("2026-09-21")
    assert then.week == last
    assert then.data.as_of.isoformat() == "2026-09-28T00:00:00-05:00"
    for name, table in then.data.tables.items():
        if "week_start" in table:
            assert not (table["week_start"] > last).any(), name


def test_statuses_of_a_month_are_counted_by_week_and_overrides_are_said() -> None:
    book = open_book(full_site_data(archived_weeks=0, week=pd.Timestamp("2026-11-23") + pd.Timedelta(weeks=1)))
    view = reports.month_view(book, "2026-11")
    assert [row[0] for row in view["statuses"]["rows"]] == ["2026-W45", "2026-W46", "2026-W47", "2026-W48"]
    assert "by an override" in view["statuses"]["sentence"]


def test_only_what_needs_a_look_is_named_among_the_recommendations(site: Site) -> None:
    view = reports.month_view(reports.as_known_at_end(open_book(site.data), "2026-10"), "2026-10")
    assert [item["name"] for item in view["recommendations"]["items"]] == ["Chloe Dubois"]
    assert view["recommendations"]["sentence"].startswith("10 stay on 4×10")


def test_each_report_brings_its_own_assets_so_that_it_can_be_kept_as_it_is(site: Site) -> None:
    page = site.text("reports/2026-10/index.html")
    assert "reports/2026-10/assets/site." in page
    assert list((site.out / "reports/2026-10/assets").glob("site.*.css"))
    assert (site.out / "reports/2026-10/summary.csv").read_text(encoding="utf-8-sig").startswith("month,scope,metric")


def test_open_alerts_come_by_severity_and_an_overridden_one_is_not_hidden() -> None:
    view = alerts.alerts_view(open_book(site_data()))
    assert [(item["name"], item["age"]) for item in view["open"]] == [
        ("Chloe Dubois", "5th\u00a0week"),
        ("Emeka Nwosu", "New"),
    ]
    assert [item["name"] for item in view["overridden"]] == ["Ben Carter"]
    assert view["resolved"]["rows"][0][:2] == ["Joon Park", "Billable share"]
    assert view["notices"]["rows"] == [["Chloe Dubois", "1", "2026-W38"]]


def test_a_third_of_a_team_at_once_is_one_piece_of_news_with_the_people_under_it() -> None:
    def together(tables: dict[str, pd.DataFrame]) -> None:
        members = ["ana", "ben", RED]
        tables["alerts"] = pd.DataFrame({"engineer_id": members}).assign(
            channel="billable",
            severity="critical",
            opened_week=WEEK,
            resolved_week=pd.NaT,
            state="open",
            is_new_since_switch=True,
            is_team_wide=True,
            reason="Below the policy.",
        )

    view = alerts.alerts_view(open_book(site_data(change=together)))
    assert view["open"] == []
    assert [(team["title"], len(team["items"])) for team in view["teams"]] == [
        ("Atlas team: 3\u00a0engineers at once", 3)
    ]


def test_the_page_of_thresholds_lists_every_one_with_the_value_in_force() -> None:
    groups = method.threshold_groups(DecisionParameters())
    rows = {f"{group['id']}.{row[0]}": row for group in groups for row in group["rows"]}
    assert rows["billable.threshold_pct"][1] == "76"
    assert rows["team_effect.margins.billable_points"][1] == "3"
    assert all(row[2] for row in rows.values())
    assert [group["id"] for group in groups if group["id"] == "method"] == []
    assert {group["id"] for group in groups} == {part.name for part in fields(DecisionRules)} - {"method"}


def test_the_examples_on_the_rules_page_come_out_as_the_product_promises() -> None:
    groups = {group["id"]: group for group in examples.groups(site_data().settings.config.decisions)}
    hours = {(row[0], row[1]): row[2] for row in groups["hours"]["rows"]}
    assert hours["5×8", "A holiday on Monday"] == "28 of 32\u00a0h: 87.5\u00a0%"
    assert hours["4×10", "A holiday on Monday"] == "28 of 30\u00a0h: 93.3\u00a0%"
    assert "Divided by 40, every one of these weeks would read 70.0\u00a0%" in groups["hours"]["text"]
    shown = {row[0]: row[1].partition(".")[0] for row in groups["status"]["rows"]}
    assert shown["All near 82\u00a0%"] == "Green"
    assert shown["One at 58\u00a0%"] == "Green"
    assert shown["Eight at 64\u00a0%"] == "Red"
    assert shown["Four logged by half"] == "Unknown"


def test_the_rules_page_shows_every_table_and_the_way_to_it(site: Site) -> None:
    page = site.text("method/rules/index.html")
    for group in examples.groups(site.data.settings.config.decisions):
        assert f'<h2 id="{group["id"]}">' in page
        assert f'<a href="#{group["id"]}">' in page
    assert len(page.encode()) < 100_000
