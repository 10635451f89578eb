"""The dashboard: what it says, and that it says it again from its stored view."""

import json
import re
from typing import Any

import html5lib
import pandas as pd
import pytest

from flows.publish.views import week, wording
from flows.publish.views.book import open_book
from flows.publish.views.shared import Page
from flows.publish.views.verdict import policy_verdict
from tests.builders import site_data as build
from tests.builders.pseudo import OPEN, PSEUDO
from tests.builders.rendering import html_from_stored, html_of, page_at
from transforms.language import speaking


def view_of(**options: Any) -> dict[str, Any]:
    return week.week_view(open_book(build.site_data(**options)))


@pytest.fixture(scope="module")
def view() -> dict[str, Any]:
    return week.week_view(build.usual_book())


@pytest.fixture(scope="module")
def html() -> str:
    return html_of(build.usual_book().data, week.pages(build.usual_book())[0])


def test_a_page_rendered_from_its_stored_view_is_the_same_bytes():
    data = build.usual_book().data
    page = week.pages(build.usual_book())[0]
    assert html_from_stored(data, page) == html_of(data, page)


def test_the_page_is_wellformed_html(html: str):
    html5lib.HTMLParser(strict=True).parse(html)


def test_the_verdict_comes_with_its_interval_its_margin_and_one_line_per_metric(view: dict[str, Any]):
    verdict = view["verdict"]
    assert verdict["headline"].startswith("No. Keep 4×10: billable share changed by +0.4 points, inside the margin")
    assert "95 % interval for billable share: −0.9 to +1.7 points" in verdict["sureness"]
    assert "same verdict at 5 reviews running" in verdict["sureness"]
    assert [line["status"] for line in verdict["evidence"]] == ["green", "green", "yellow", "green"]


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        ("watch", "Not settled. Go on with 4×10 and watch: incident response is not clearly inside its margin."),
        ("return", "Yes. Propose a return to 5×8: velocity and vibes are beyond their margins."),
        ("insufficient", "Too early to say."),
    ],
)
def test_the_headline_names_the_metrics_that_the_verdict_rests_on(verdict: str, words: str):
    def turn(tables: dict[str, pd.DataFrame]) -> None:
        effects = tables["team_effects"]
        turned = effects["metric"].isin(["policy", "velocity", "vibes"] if verdict == "return" else ["policy"])
        tables["team_effects"] = effects.assign(verdict=effects["verdict"].mask(turned, verdict))

    book = open_book(build.site_data(change=turn))
    assert policy_verdict(book)["headline"] == words
    with speaking(PSEUDO):
        assert policy_verdict(book)["headline"].startswith(OPEN + words[:12]), "a whole sentence of the catalogue"


def test_a_verdict_that_is_new_does_not_borrow_the_certainty_of_earlier_ones():
    def turn(tables: dict[str, pd.DataFrame]) -> None:
        effects = tables["team_effects"]
        is_old = (effects["metric"] == "policy") & (effects["review_number"] < 5)
        tables["team_effects"] = effects.assign(verdict=effects["verdict"].mask(is_old, "watch"))

    assert "first review with this verdict" in view_of(change=turn)["verdict"]["sureness"]


def test_before_the_first_review_it_is_too_early_and_no_interval_is_made_up():
    early = view_of(week=pd.Timestamp("2026-06-08"))
    assert early["verdict"]["headline"] == "Too early to say."
    assert "20\u00a0Jul\u00a02026" in early["verdict"]["summary"]
    assert {tile["during"] for tile in early["tiles"]} == {wording.NOTHING}


def test_before_the_switch_the_page_does_not_speak_of_weeks_on_4x10():
    before = view_of(week=pd.Timestamp("2026-03-02"))
    assert before["meta"][0] == "ISO week 10, before 4×10"


def test_text_tile_and_chart_take_their_number_from_one_value(view: dict[str, Any]):
    tile, figure = view["tiles"][0], view["figures"][0]
    mean = next(line["value"] for line in figure["lines"] if line["label"] == "During")
    assert tile["during"] == wording.percent(mean)
    assert tile["during"] in figure["sentence"]
    assert tile["during"] in view["verdict"]["evidence"][0]["text"]


def test_chart_and_table_hold_the_same_values(view: dict[str, Any]):
    for figure in view["figures"]:
        drawn = [row["value"] for row in figure["rows"] if row["value"] is not None]
        told = [float(row[1].split("\u00a0")[0]) for row in reversed(figure["table_rows"])]
        assert told == drawn


def test_whoever_is_not_green_underneath_needs_attention_the_most_serious_first(view: dict[str, Any]):
    assert [entry["name"] for entry in view["attention"]] == [
        "Chloe Dubois",
        "Ben Carter",
        "Emeka Nwosu",
        "Fatima Haddad",
    ]


def test_everyone_else_follows_by_name_so_that_the_order_is_no_ranking(view: dict[str, Any]):
    calm = [card["name"] for card in view["cards"][4:]]
    assert calm == sorted(calm)
    assert len(view["cards"]) == 11, "the leaver has no card"


def test_an_override_shows_both_statuses_with_author_reason_and_limit(view: dict[str, Any]):
    ben = next(entry for entry in view["attention"] if entry["name"] == "Ben Carter")
    assert [mark["word"] for mark in ben["lozenges"]] == ["Green", "Yellow underneath"]
    for part in ("Nadia Rahman", "Vibes 4 with a note", "2\u00a0further weeks left", "23\u00a0Nov\u00a02026"):
        assert part in ben["override"]
    assert view["mix"]["overridden"] == "1 shown green by an override."


def test_unknown_is_a_status_of_its_own_and_never_counted_as_green(view: dict[str, Any]):
    assert {entry["status"]: entry["count"] for entry in view["mix"]["counts"]} == {
        "green": 8,
        "yellow": 1,
        "red": 1,
        "unknown": 1,
    }


def test_an_engineer_whom_nobody_judged_is_unknown():
    def forget(tables: dict[str, pd.DataFrame]) -> None:
        statuses = tables["statuses"]
        tables["statuses"] = statuses[statuses["engineer_id"] != "ana"]

    view = view_of(change=forget)
    ana = next(card for card in view["cards"] if card["name"] == "Ana Ruiz")
    assert (ana["status"], ana["reasons"]) == ("unknown", ["Not judged yet: too few weeks."])
    assert view["mix"]["counts"][-1] == {"status": "unknown", "word": "Unknown", "count": 2}


def test_the_reading_against_the_threshold_is_a_fact_on_every_card(view: dict[str, Any]):
    facts = {card["name"]: card["fact"] for card in view["cards"]}
    assert facts["Chloe Dubois"] == "76\u00a0% missed this week"
    assert facts["Fatima Haddad"] == "No billable reading this week"
    assert facts["Ana Ruiz"] == "76\u00a0% reached this week"


@pytest.mark.parametrize(("share", "fact"), [(76.0, "reached"), (75.99, "missed")])
def test_the_threshold_itself_is_reached(share: float, fact: str):
    def set_share(tables: dict[str, pd.DataFrame]) -> None:
        readings = tables["readings"]
        here = (readings["engineer_id"] == "ana") & (readings["week_start"] == build.WEEK)
        tables["readings"] = readings.assign(billable_pct=readings["billable_pct"].mask(here, share))

    ana = next(card for card in view_of(change=set_share)["cards"] if card["name"] == "Ana Ruiz")
    assert fact in ana["fact"]


def test_no_calls_are_said_not_shown_as_zero(view: dict[str, Any]):
    dmitri = next(card for card in view["cards"] if card["name"] == "Dmitri Volkov")
    assert {"label": "Response", "value": "no calls"} in dmitri["minis"]


def test_changes_name_status_and_alerts_of_the_week(view: dict[str, Any]):
    assert [(entry["name"], entry["text"]) for entry in view["changes"]] == [
        ("Chloe Dubois", "critical alert raised (billable share)."),
        ("Emeka Nwosu", "green to yellow; warning alert opened (billable share)."),
    ]


def test_a_source_that_is_not_complete_is_announced_on_top(view: dict[str, Any], html: str):
    assert view["notice"][0] == "Jira answered for Monday to Friday only; billable may still rise."
    assert "Partial data." in html
    assert view["sources"]["rows"][0][:3] == ["Jira", "Incomplete", "Fri\u00a020\u00a0Nov\u00a02026"]
    assert view["provenance"]["complete_to"] == "Fri\u00a020\u00a0Nov\u00a02026"


def test_with_everything_complete_there_is_no_notice():
    def mend(tables: dict[str, pd.DataFrame]) -> None:
        tables["source_health"] = tables["source_health"].assign(state="ok")
        tables["problems"] = tables["problems"][tables["problems"]["severity"] == "info"]

    assert view_of(change=mend)["notice"] == []


def test_a_failed_source_says_since_when_nothing_is_known():
    def fail(tables: dict[str, pd.DataFrame]) -> None:
        health = tables["source_health"]
        is_jira = health["source"] == "jira"
        since = pd.Series(pd.Timestamp("2026-11-09"), index=health.index).where(is_jira)
        state = health["state"].mask(is_jira, "failed")
        tables["source_health"] = health.assign(
            state=state, unknown_since=since, complete_to=health["complete_to"].mask(is_jira)
        )

    view = view_of(change=fail)
    assert view["sources"]["rows"][0][1:5] == ["Failed", "–", "1,180", "9\u00a0Nov\u00a02026"]
    assert view["provenance"]["complete_to"] == "Sun\u00a022\u00a0Nov\u00a02026, but for Jira"


def test_hours_that_were_not_handed_over_are_unknown_and_not_none():
    def withhold(tables: dict[str, pd.DataFrame]) -> None:
        readings = tables["readings"]
        is_now = readings["week_start"] == readings["week_start"].max()
        tables["readings"] = readings.assign(
            is_billable_known=readings["is_billable_known"] & ~is_now,
            billable_hours=readings["billable_hours"].mask(is_now),
            worked_hours=readings["worked_hours"].mask(is_now),
            billable_pct=readings["billable_pct"].mask(is_now),
            coverage_pct=readings["coverage_pct"].mask(is_now),
        )

    tile = next(tile for tile in view_of(change=withhold)["tiles"] if tile["name"] == "Billable share")
    assert tile["now"] == "This week: unknown"


def test_when_every_source_failed_no_day_is_claimed():
    def fail(tables: dict[str, pd.DataFrame]) -> None:
        tables["source_health"] = tables["source_health"].assign(state="failed", complete_to=pd.NaT)

    assert view_of(change=fail)["provenance"]["complete_to"] == "an unknown day"


def test_a_note_is_shown_as_typed_and_never_run(html: str):
    assert "<b>bold" not in html
    assert "&lt;script&gt;alert(&#34;note&#34;)&lt;/script&gt;" in html


def test_a_reason_with_markup_in_it_is_text_too():
    def mark(tables: dict[str, pd.DataFrame]) -> None:
        tables["statuses"] = tables["statuses"].assign(reasons="<i>odd</i>", override_reason="<u>odd</u>")

    data = build.site_data(change=mark)
    html = html_of(data, week.pages(open_book(data))[0])
    assert "<i>" not in html
    assert "<u>" not in html


def test_a_note_for_managers_reaches_no_page():
    for page in week.pages(build.usual_book()):
        assert build.PRIVATE_NOTE not in json.dumps(page.view)
        assert build.PRIVATE_NOTE not in html_of(build.usual_book().data, page)


def test_every_page_says_that_the_data_are_a_sample_and_no_performance_rating(html: str):
    assert "Sample data:</strong> no real person" in html
    assert "Signals for a conversation, not a performance rating." in html


def test_no_element_has_a_style_attribute_and_no_script_but_the_named_ones(html: str):
    assert "style=" not in html
    assert re.findall(r'<script(?: src="assets/(\w+)\.\w+\.js")?', html) == ["", "site", "filters", "explore"]


@pytest.fixture(scope="module")
def archive() -> list[Page]:
    views = build.earlier_views(2, lambda data: week.week_view(open_book(data)))
    return week.pages(open_book(build.site_data(week_views=views)))


def test_every_published_week_has_a_page_and_the_index_lists_them_newest_first(archive: list[Page]):
    assert [page.path for page in archive] == [
        "index.html",
        "weeks/2026-W47/index.html",
        "weeks/2026-W46/index.html",
        "weeks/2026-W45/index.html",
        "weeks/index.html",
    ]
    assert [row["week"] for row in archive[-1].view["weeks"]] == ["2026-W47", "2026-W46", "2026-W45"]


def test_previous_and_next_lead_through_the_weeks(archive: list[Page]):
    links = {page.path: [link["href"] for link in page.around] for page in archive}
    assert links["weeks/2026-W46/index.html"] == ["weeks/2026-W45/index.html", "weeks/index.html", "index.html"]
    assert links["weeks/2026-W45/index.html"] == ["weeks/index.html", "weeks/2026-W46/index.html"]


def test_an_archived_week_speaks_for_its_own_instant(archive: list[Page]):
    page = page_at(archive, "weeks/2026-W46/index.html")
    assert 'As of <time datetime="2026-11-16T00:00:00-06:00">' in html_of(build.usual_book().data, page)


def test_who_left_the_roster_keeps_the_words_of_old_weeks_without_a_dead_link(archive: list[Page]):
    stored = json.loads(json.dumps(page_at(archive, "weeks/2026-W46/index.html").view))
    stored["cards"][0] |= {"name": "Zoe Gone", "href": "engineers/zoe/index.html"}
    data = build.site_data(week_views={"2026-W46": stored})
    html = html_of(data, page_at(week.pages(open_book(data)), "weeks/2026-W46/index.html"))
    assert "Zoe Gone" in html
    assert "engineers/zoe" not in html


def test_weeks_published_with_names_are_not_shown_once_people_are_not_named(archive: list[Page]):
    stored = {"2026-W46": page_at(archive, "weeks/2026-W46/index.html").view}
    data = build.site_data(week_views=stored, publishing={"people": "initials"})
    paths = [page.path for page in week.pages(open_book(data))]
    assert "weeks/2026-W46/index.html" not in paths


def test_by_initials_no_name_of_an_engineer_or_manager_stands_on_a_page():
    data = build.site_data(publishing={"people": "initials"})
    book = open_book(data)
    config = data.settings.config
    html = "".join(html_of(data, page) for page in week.pages(book))
    for person in (*config.engineers, *config.managers):
        assert person.name not in html
    assert "engineers/cd/index.html" in html


def test_for_teams_only_no_engineer_appears():
    data = build.site_data(publishing={"people": "team-only"})
    page = week.pages(open_book(data))[0]
    assert page.view["cards"] == page.view["attention"] == page.view["changes"] == []
    html = html_of(data, page)
    assert "engineers/" not in html
    assert "Needs attention" not in html
