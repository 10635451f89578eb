"""What the managers' pages are made of: the facts beside a score, the weeks to choose from, the rules of the fields."""

from dataclasses import replace

import pandas as pd

from flows.publish.data import SiteData
from flows.publish.views.book import open_book
from flows.publish.views.input import SCORE_WORDS, decisions_view, pages, vibes_view, week_facts
from flows.settings import Settings
from tests.builders.rendering import html_of
from tests.builders.site_data import PRIVATE_NOTE, RED, SILENT, WEEK, YELLOW, site_data, usual_book

Tables = dict[str, pd.DataFrame]


def changed(**values: object) -> dict[str, object]:
    """The facts of Chloe's newest week, with other values in her reading."""

    def change(tables: Tables) -> None:
        readings = tables["readings"]
        here = (readings["engineer_id"] == RED) & (readings["week_start"] == WEEK)
        tables["readings"] = readings.assign(**{name: readings[name].mask(here, to) for name, to in values.items()})

    return week_facts(open_book(site_data(change=change)), RED, WEEK)


def on_real_data(data: SiteData) -> SiteData:
    known = data.settings
    sample = known.config.sample.model_copy(update={"enabled": False})
    config = known.config.model_copy(update={"sample": sample})
    real = Settings(config, known.config_path, known.data_dir, known.site_dir, known.connections)
    return replace(data, settings=real)


def test_what_is_missing_is_said_and_never_drawn_as_nought() -> None:
    facts = changed(billable_pct=float("nan"), points_completed=float("nan"), is_response_known=False)
    assert facts["values"] == ["no reading", "not known", "unknown"]
    assert changed(sprint_id=float("nan"))["values"][1] == "no sprint"
    assert week_facts(usual_book(), SILENT, WEEK)["values"][2] == "no calls"


def test_calls_tell_how_many_how_fast_and_how_many_were_not_answered() -> None:
    whole = changed(n_pages=2, acknowledge_median_seconds=342.0, n_acknowledged_pages=1, n_missed_pages=1)
    assert whole["values"][2] == "2\u00a0calls, acknowledged in 5.7\u00a0min, 1 of 2 answered"
    missed = changed(n_pages=1, acknowledge_median_seconds=float("nan"), n_acknowledged_pages=0, n_missed_pages=1)
    assert missed["values"][2] == "1\u00a0call, 0 of 1 answered"


def test_nothing_is_made_up_for_a_week_without_a_reading() -> None:
    assert week_facts(usual_book(), RED, WEEK + pd.Timedelta(weeks=1)) == {}


def test_a_reason_stands_where_something_asks_for_a_look() -> None:
    book = usual_book()
    assert week_facts(book, RED, WEEK)["reason"].startswith("Billable share 68.3")
    assert week_facts(book, SILENT, WEEK)["reason"] == ""


def test_a_note_for_managers_stands_on_neither_page() -> None:
    data = site_data()
    book = open_book(data)
    assert week_facts(book, YELLOW, WEEK)["note"] == ""
    assert [page.path for page in pages(book) if PRIVATE_NOTE in html_of(data, page)] == []


def test_the_week_under_way_is_first_and_shows_the_facts_of_the_reported_one() -> None:
    form = vibes_view(usual_book())["form"]
    newest, reported = form["weeks"][:2]
    assert (newest["week"], newest["facts"], newest["facts_title"]) == ("2026-W48", "2026-11-16", "Week of 16 November")
    assert newest["facts_note"] == "The facts are those of the last reported week, the week of 16 November."
    assert (reported["facts"], reported["facts_note"]) == ("2026-11-16", "")
    assert {week["facts"] for week in form["weeks"]} == set(form["facts"][RED])


def test_weeks_that_have_not_begun_are_told_to_the_script_on_real_data_only() -> None:
    assert vibes_view(usual_book())["form"]["later_weeks"] == []
    later = vibes_view(open_book(on_real_data(site_data())))["form"]["later_weeks"]
    assert [week["start"] for week in later[:2]] == ["2026-11-30", "2026-12-07"]
    assert {week["facts"] for week in later} == {"2026-11-16"}


def test_the_fields_offer_what_the_schema_allows() -> None:
    score = vibes_view(usual_book())["form"]["rules"]["schema"]["properties"]["vibes"]
    assert list(SCORE_WORDS) == list(range(int(score["minimum"]), int(score["maximum"]) + 1))
    view = decisions_view(usual_book())
    allowed = view["form"]["rules"]["schema"]["properties"]["decision"]["enum"]
    assert [choice["value"] for choice in view["decisions"]] == allowed


def test_files_can_be_checked_where_no_recommendation_waits() -> None:
    data = site_data(change=lambda tables: tables.pop("recommendations"))
    page = pages(open_book(data))[1]
    html = html_of(data, page)
    assert "No recommendation waits" in html
    assert 'id="check"' in html
    assert "<form" not in html
