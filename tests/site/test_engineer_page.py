"""An engineer's page: why this status, what happened, and nothing that is not theirs to read."""

import json
from functools import cache
from typing import Any

import html5lib
import pandas as pd
import pytest

from flows.publish.views import engineers
from flows.publish.views.book import open_book
from flows.publish.views.shared import Page
from tests.builders import site_data as build
from tests.builders.rendering import html_of, page_at


def view_of(engineer_id: str, weeks_with_page: frozenset[str] = frozenset(), **options: Any) -> dict[str, Any]:
    book = open_book(build.site_data(**options)) if options else build.usual_book()
    return engineers.engineer_view(book, engineer_id, set(weeks_with_page))


@cache
def usual_pages() -> list[Page]:
    return engineers.pages(build.usual_book())


def html_at(path: str) -> str:
    return html_of(build.usual_book().data, page_at(usual_pages(), path))


def test_everybody_who_ever_was_on_the_roster_has_a_page():
    paths = [page.path for page in usual_pages()]
    assert len(paths) == 13
    assert "engineers/imran/index.html" in paths


@pytest.mark.parametrize("path", ["engineers/chloe/index.html", "engineers/hana/index.html", "engineers/index.html"])
def test_the_pages_are_wellformed_html(path: str):
    html5lib.HTMLParser(strict=True).parse(html_at(path))


def test_the_status_comes_with_reasons_and_what_would_turn_it_green():
    view = view_of(build.RED)
    assert view["headline"].startswith("Billable share 68.3\u00a0% over 4 weeks")
    assert len(view["reasons"]) == 1
    assert len(view["would_clear"]) == 2
    assert view["age"] == "Red for 3 weeks running."


def test_every_metric_stands_in_the_why_table_and_a_missing_opinion_says_so():
    view = view_of("ana")
    assert [row["name"] for row in view["why"]] == [
        "Billable share",
        "Velocity",
        "Incident response",
        "Vibes",
        "Several together",
    ]

    def forget(tables: dict[str, pd.DataFrame]) -> None:
        tables["signals"] = tables["signals"][tables["signals"]["channel"] != "vibes"]

    vibes = view_of("ana", change=forget)["why"][3]
    assert vibes["level"] == {"status": "unknown", "word": "Not judged"}


def test_several_together_is_not_in_the_table_where_it_is_not_judged_at_all():
    def forget(tables: dict[str, pd.DataFrame]) -> None:
        tables["signals"] = tables["signals"][tables["signals"]["channel"] != "together"]

    assert [row["name"] for row in view_of("ana", change=forget)["why"]][-1] == "Vibes"


def test_a_level_that_is_only_held_says_so():
    def hold(tables: dict[str, pd.DataFrame]) -> None:
        tables["signals"] = tables["signals"].assign(is_held=True)

    assert view_of(build.RED, change=hold)["why"][0]["level"]["word"] == "Hard signal, held"


def test_the_strip_has_a_letter_for_each_week_and_a_gap_at_the_switch():
    data = build.site_data(week=pd.Timestamp("2026-06-08"))
    cells = engineers.engineer_view(open_book(data), "ana", set())["strip"]
    assert len(cells) == 24
    assert [cell["label"] for cell in cells if cell["starts_4x10"]] == ["Week of 4\u00a0May\u00a02026: green"]


def test_the_strip_shows_an_override_as_green_with_a_mark_and_says_what_is_underneath():
    cell = view_of(build.OVERRIDDEN)["strip"][-1]
    assert (cell["letter"], cell["is_overridden"]) == ("G", True)
    assert cell["label"].endswith("green, yellow underneath")


def test_the_strip_links_only_to_weeks_that_have_a_page():
    cells = view_of("ana", frozenset({"2026-W46"}))["strip"]
    assert [cell["href"] for cell in cells if cell["href"]] == ["weeks/2026-W46/index.html"]


def test_before_anything_was_judged_the_strip_is_unknown_not_green():
    cells = view_of("hana")["strip"]
    assert (cells[0]["letter"], cells[0]["label"]) == ("U", "Week of 8\u00a0Jun\u00a02026: not judged")


def test_notes_stand_newest_first_and_a_hostile_one_is_text():
    view = view_of(build.RED)
    dates = [note["date"] for note in (*view["notes"], *view["older_notes"])]
    assert dates == sorted(dates, reverse=True)
    assert view["notes"][0]["text"] == build.HOSTILE_NOTE
    assert "<b>bold" not in html_at("engineers/chloe/index.html")


def test_a_note_for_managers_is_neither_told_nor_hinted_at():
    view = view_of(build.YELLOW)
    assert build.PRIVATE_NOTE not in json.dumps(view)
    assert all(note["date"] != "2026-11-16" for note in view["notes"])


def test_the_ledger_of_overrides_names_author_and_what_is_left():
    rows = view_of(build.OVERRIDDEN)["overrides"]
    assert [row[0] for row in rows] == ["2026-W47", "2026-W46"]
    assert rows[0][1:4] == ["Applied", "Yellow", "Nadia Rahman"]
    assert view_of("ana")["overrides"] == []


def test_single_weeks_below_the_policy_are_counted_not_listed_as_alerts():
    view = view_of(build.RED)
    assert [alert["lozenge"]["word"] for alert in view["alerts"]] == ["Critical"]
    assert view["notices"] == "1\u00a0single week below 76\u00a0% so far: noted, not alerted."


def test_a_recommendation_comes_with_its_counter_evidence():
    newest = view_of(build.RED)["recommendations"][0]
    assert newest["lozenge"]["word"] == "Propose a return"
    assert newest["counter"] == ["Vibes unchanged at 4.", "The decline began with a new client."]


def test_who_has_no_weeks_before_the_switch_has_no_usual_range_and_no_before():
    figure = view_of("hana")["figures"][0]
    assert figure["bands"] == []
    assert figure["sentence"].endswith("nothing before it to compare with.")


def test_who_was_never_called_has_no_calls_not_zero_seconds():
    view = view_of(build.SILENT)
    assert view["figures"][2]["rows"] == []
    assert view["figures"][2]["sentence"] == "No calls so far."
    assert view["load"] == "No calls in the last 12 weeks."


def pages_of_ana(**columns: Any) -> Any:
    """Puts one call of Ana's into the reported week, and nothing else into the last weeks."""

    def change(tables: dict[str, pd.DataFrame]) -> None:
        pages = tables["pages"]
        one = pages.iloc[[0]].assign(engineer_id="ana", week_start=build.WEEK, urgency="high", shift="in_shift")
        others = pages[pages["engineer_id"] != "ana"]
        tables["pages"] = pd.concat([others, one.assign(**columns)], ignore_index=True)

    return change


def test_calls_of_low_urgency_are_counted_apart_from_the_load():
    assert view_of("ana", change=pages_of_ana())["load"] == "1\u00a0call in the last 12 weeks: 1 in working hours."
    assert view_of("ana", change=pages_of_ana(urgency="low"))["load"] == (
        "No calls in the last 12 weeks. Apart from these, 1 of low urgency."
    )


def reading_of_ana(**columns: Any) -> Any:
    """Sets columns of Ana's reading of the reported week."""

    def change(tables: dict[str, pd.DataFrame]) -> None:
        readings = tables["readings"]
        is_hers = (readings["engineer_id"] == "ana") & (readings["week_start"] == build.WEEK)
        values = {name: readings[name].mask(is_hers, value) for name, value in columns.items()}
        tables["readings"] = readings.assign(**values)

    return change


def score_of_ana(now: float | None, then: float | None, **columns: Any) -> Any:
    """Puts this row of the reported week in the place of all that is told of Ana."""

    def change(tables: dict[str, pd.DataFrame]) -> None:
        row = {"engineer_id": "ana", "week_start": build.WEEK, "vibes": now, "published_vibes": then} | columns
        others = tables["vibes"][tables["vibes"]["engineer_id"] != "ana"]
        tables["vibes"] = pd.concat([others, tables["vibes"].iloc[[0]].assign(**row)], ignore_index=True)

    return change


@pytest.mark.parametrize(
    ("now", "then", "told"),
    [
        (2.0, None, ""),
        (2.0, 4.0, "4 → 2 after publication"),
        (None, 4.0, "4 → taken back after publication"),
    ],
)
def test_a_score_that_was_changed_after_publication_is_told_with_both_values(now: Any, then: Any, told: str):
    page = view_of("ana", change=score_of_ana(now, then, note=None))
    assert page["why"][3]["detail"] == told
    assert [(note["vibes"], note["text"]) for note in page["notes"]] == ([(f"vibes {told}", "")] if told else [])


def test_a_changed_score_says_nothing_of_a_note_for_managers():
    page = view_of("ana", change=score_of_ana(2.0, 4.0, note="In confidence.", visibility="managers"))
    assert [note["vibes"] for note in page["notes"]] == ["vibes 4 → 2 after publication"]
    assert "In confidence" not in repr(page)


def test_a_changed_score_without_a_note_leaves_no_empty_quotation_on_the_page():
    book = open_book(build.site_data(change=score_of_ana(None, 4.0, note=None)))
    html = html_of(book.data, page_at(engineers.pages(book), "engineers/ana/index.html"))
    assert "vibes 4 → taken back after publication" in html
    assert "<q></q>" not in html


def test_where_two_managers_wrote_both_notes_are_the_context():
    def write(tables: dict[str, pd.DataFrame]) -> None:
        vibes = tables["vibes"]
        first = vibes[vibes["engineer_id"] == "ana"].iloc[:1].assign(week_start=build.WEEK, visibility="everyone")
        both = [first.assign(manager_id=who, note=f"From {who}.") for who in ("nadia", "tomasz")]
        others = vibes[(vibes["engineer_id"] != "ana") | (vibes["week_start"] != build.WEEK)]
        tables["vibes"] = pd.concat([others, *both], ignore_index=True)

    assert view_of("ana", change=write)["note"] == {"when": "", "text": "From nadia. / From tomasz."}


@pytest.mark.parametrize(("missed", "detail"), [(0, ""), (1, "2 of 3 answered")])
def test_where_pages_were_missed_the_response_says_how_many_were_answered(missed: int, detail: str):
    change = reading_of_ana(n_pages=3, n_acknowledged_pages=2, n_missed_pages=missed)
    response = view_of("ana", change=change)["why"][2]
    assert (response["name"], response["detail"]) == ("Incident response", detail)


def test_velocity_gives_the_points_of_the_week_and_the_rate_of_its_sprint():
    def change(tables: dict[str, pd.DataFrame]) -> None:
        readings = tables["readings"]
        is_now = readings["week_start"] == build.WEEK
        of_sprint = is_now | (readings["week_start"] == build.WEEK - pd.Timedelta(weeks=1))
        is_hers = of_sprint & (readings["engineer_id"] == "ana")
        tables["readings"] = readings.assign(
            sprint_id=readings["sprint_id"].mask(of_sprint, 99.0),
            points_completed=readings["points_completed"].mask(is_hers, 2.0).mask(is_hers & is_now, 7.5),
            available_hours=readings["available_hours"].mask(is_hers, 20.0).mask(is_hers & is_now, 30.0),
        )

    velocity = view_of("ana", change=change)["why"][1]
    assert velocity["reading"] == "7.5\u00a0points"
    assert velocity["detail"] == "sprint: 7.6 per 40 h"


def test_a_velocity_without_hours_gives_points_alone():
    change = reading_of_ana(points_completed=float("nan"))
    velocity = view_of("ana", change=change)["why"][1]
    assert (velocity["reading"], velocity["detail"]) == ("–", "")


@pytest.mark.parametrize(
    ("now", "then", "told"),
    [
        (4.0, None, "vibes 4 of 5"),
        (4.0, 2.0, "vibes 2 → 4 after publication"),
        (None, 2.0, "vibes 2 → taken back after publication"),
        (None, None, ""),
    ],
)
def test_a_note_says_when_its_score_is_another_than_the_published_one(now: Any, then: Any, told: str):
    change = score_of_ana(now, then, note="Said so.", visibility="everyone")
    assert [(note["vibes"], note["text"]) for note in view_of("ana", change=change)["notes"]] == [(told, "Said so.")]


def test_every_metric_of_the_why_table_leads_to_its_meaning():
    html = html_at("engineers/ana/index.html")
    why = html[html.index('<section aria-labelledby="why">') : html.index('<section aria-labelledby="strip">')]
    for metric in ("billable", "velocity", "response", "vibes"):
        assert why.count(f'<a href="#metric-{metric}"') == 1
        assert f'id="metric-{metric}"' in html


def test_previous_and_next_lead_through_the_roster_by_name():
    ben = page_at(usual_pages(), "engineers/ben/index.html")
    assert [link["label"] for link in ben.around] == ["← Ana Ruiz", "Chloe Dubois →"]


def test_the_list_has_leavers_apart():
    html = html_at("engineers/index.html")
    assert html.index("No longer employed") < html.index("Imran Qureshi")


def test_for_teams_only_there_are_no_pages_of_engineers():
    assert engineers.pages(open_book(build.site_data(publishing={"people": "team-only"}))) == []
