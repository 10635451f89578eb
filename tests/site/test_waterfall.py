"""The week's hours on an engineer's page: drawing, sentence and table say the same, and never what leave was."""

import re
from dataclasses import asdict
from typing import Any

import html5lib
import pandas as pd
import pytest

from flows.publish.views import engineers
from flows.publish.views.book import open_book
from flows.publish.views.waterfall import Waterfall, drawn
from tests.builders import site_data as build
from tests.builders.explained import source, stored
from tests.builders.facts import period, worklog
from tests.builders.hours import ISSUE, add_hours
from tests.builders.rendering import html_of, page_at

NBSP = "\u00a0"
DAYS = ("2026-11-16", "2026-11-17", "2026-11-18", "2026-11-19")


def fall(
    worked: float = 0.0, billable: float = 0.0, denominator: str = "available", threshold: float = 76.0, **week: Any
) -> Waterfall:
    """The drawing of a week with these hours logged, against a policy of 76 %."""
    worklogs = [worklog("ana", on, worked / 4, billable / 4) for on in DAYS] if worked else []
    trace = stored(worklogs=worklogs, denominator=denominator, **week).billable(denominator=denominator)
    return drawn(trace, threshold)


def values(drawing: Waterfall) -> dict[str, str]:
    return {bar.label: bar.value.replace(NBSP, " ") for bar in drawing.bars}


def spans(drawing: Waterfall) -> dict[str, tuple[float, float]]:
    return {bar.label: (bar.x, bar.width) for bar in drawing.bars}


def plain(text: str) -> str:
    return text.replace(NBSP, " ")


def test_the_bars_fall_from_scheduled_over_not_available_to_billable():
    drawing = fall(25, 20, holidays=["2026-11-16"], leave=[("ana", "2026-11-17", 5.0)])
    assert values(drawing) == {
        "Scheduled": "40.00 h",
        "Not available": "−15.00 h",
        "Available": "25.00 h",
        "Logged": "25.00 h",
        "Billable": "20.00 h",
    }
    assert spans(drawing) == {
        "Scheduled": (0, 100),
        "Not available": (62.5, 37.5),
        "Available": (0, 62.5),
        "Logged": (0, 62.5),
        "Billable": (0, 50),
    }
    assert plain(drawing.sentence) == (
        "20.00 h billable of 25.00 h available: 80.0 %. The policy asks for 76 % of them: 19.00 h."
    )


def test_the_policys_line_stands_at_its_share_of_the_denominator():
    drawing = fall(40, 32)
    assert drawing.rule is not None
    assert (drawing.rule.x, plain(drawing.rule.label)) == (76.0, "Policy 76 %: 30.40 h")
    billable = drawing.bars[-1]
    assert drawing.rule.top < billable.bar_y
    assert drawing.rule.bottom > billable.bar_y + drawing.thick
    assert drawing.height > drawing.rule.text_y


def test_by_logged_hours_the_policy_and_the_sentence_go_by_them():
    drawing = fall(30, 24, denominator="logged")
    assert drawing.rule is not None
    assert drawing.rule.x == 57.0
    assert plain(drawing.sentence) == (
        "24.00 h billable of 30.00 h logged: 80.0 %. The policy asks for 76 % of them: 22.80 h."
    )
    assert (
        plain(drawing.remarks[0])
        == "30.00 h logged: 75.0 % of the available hours. Of the available hours, 60.0 % are billable."
    )


@pytest.mark.parametrize(("threshold", "anchor"), [(29.0, "start"), (31.0, "middle"), (69.0, "middle"), (71.0, "end")])
def test_the_policys_words_stay_inside_the_drawing(threshold: float, anchor: str):
    drawing = fall(40, 32, threshold=threshold)
    assert drawing.rule is not None
    assert drawing.rule.anchor == anchor


def test_drawing_sentence_label_and_table_give_the_same_numbers():
    drawing = fall(23.75, 19.5, leave=[("ana", "2026-11-17", 5.25)])
    table = {row[0]: plain(row[1]) for row in drawing.table_rows}
    assert values(drawing).items() <= table.items()
    assert table["Policy"] == "26.41 h"
    assert drawing.rule is not None
    assert table["Policy"] in plain(drawing.rule.label)
    label = plain(drawing.label)
    assert all(f"{step.lower()} {hours}" in label for step, hours in table.items())
    for step in ("Billable", "Available", "Policy"):
        assert table[step] in plain(drawing.sentence)
    assert table["Logged"] in plain(drawing.remarks[0])


def test_overtime_is_drawn_on_the_scale_of_what_was_logged():
    drawing = fall(50, 45)
    assert spans(drawing)["Logged"] == (0, 100)
    assert spans(drawing)["Scheduled"] == (0, 80)
    assert drawing.rule is not None
    assert drawing.rule.x == 60.8
    assert (
        plain(drawing.remarks[1]) == "Overtime: more billable hours than available ones, so the share is above 100 %."
    )


def test_a_week_without_available_hours_has_bars_and_no_policy():
    drawing = fall(leave=[("ana", on, 10.0) for on in DAYS])
    assert spans(drawing) == {
        "Scheduled": (0, 100),
        "Not available": (0, 100),
        "Available": (0, 0),
        "Logged": (0, 0),
        "Billable": (0, 0),
    }
    assert drawing.rule is None
    assert "Policy" not in [row[0] for row in drawing.table_rows]
    assert drawing.sentence == "No share this week. None of the 40.00 scheduled hours was available to divide by."


def test_a_week_without_scheduled_hours_has_nothing_to_draw():
    drawing = fall(schedules=[period(hours={})])
    assert (drawing.bars, drawing.rule, drawing.height) == ([], None, 0)
    assert drawing.sentence == "No share this week. No hours were scheduled to divide by."


def test_hours_that_are_not_known_are_said_and_not_drawn_as_nothing():
    drawing = fall(20, 15, unknown=["billable"], health=[source("jira", "failed", "ACME-1 is broken.")])
    assert values(drawing)["Logged"] == values(drawing)["Billable"] == "unknown"
    assert values(drawing)["Available"] == "40.00 h"
    assert drawing.rule is None
    assert drawing.remarks == []
    assert drawing.sentence == "No share this week. Jira gave no whole answer for it."
    assert drawing.table_rows[3] == ["Logged", "unknown", "Not known to be complete"]


def test_a_leave_file_that_cannot_be_read_is_not_called_by_its_name():
    health = [source("jira", "ok"), source("leave", "failed", "leave.csv is not there.")]
    drawing = fall(unknown=["billable"], health=health)
    assert drawing.sentence == "No share this week. What takes hours off is not fully known."


def test_without_a_schedule_there_is_a_sentence_alone():
    drawing = fall(schedules=[period(kind="4x10", last="2026-11-20")])
    assert (drawing.bars, drawing.table_rows) == ([], [])
    assert drawing.sentence == (
        "No share this week. No schedule is in force on Sat 21 Nov, Sun 22 Nov: the hours of the week are not known."
    )


def test_rows_restated_since_are_said_with_both_shares():
    week = stored(worklogs=[worklog("ana", on, 10, 8) for on in DAYS])
    older = week.reading() | {"billable_hours": 30.0, "billable_pct": 75.0, "leave_hours": 3.37}
    drawing = drawn(week.billable(reading=older), 76.0)
    assert plain(drawing.remarks[1]) == (
        "Rows were restated after the reading was taken: it is 75.0 %, and they give 80.0 % now."
    )
    assert plain(drawing.sentence).startswith("32.00 h billable of 40.00 h available: 80.0 %.")
    assert "3.37" not in str(asdict(drawing))


# On the page


def planted(tables: dict[str, pd.DataFrame]) -> None:
    """Ana was away for 7.37 hours and had a holiday of 2.41."""
    readings = tables["readings"]
    is_hers = (readings["engineer_id"] == "ana") & (readings["week_start"] == build.WEEK)
    hours = {"holiday_hours": 2.41, "leave_hours": 7.37, "available_hours": 30.22, "worked_hours": 30.0}
    shares = {"billable_hours": 24.0, "billable_pct": 100 * 24 / 30.22, "coverage_pct": 100 * 30 / 30.22}
    tables["readings"] = readings.assign(
        **{name: readings[name].mask(is_hers, value) for name, value in (hours | shares).items()}
    )
    add_hours(tables)


def page_of(engineer_id: str, change: Any = planted) -> str:
    data = build.site_data(change=change)
    return html_of(data, page_at(engineers.pages(open_book(data)), f"engineers/{engineer_id}/index.html"))


def section_of(html: str) -> str:
    found = re.search(r'<section aria-labelledby="hours">.*?</section>', html, flags=re.DOTALL)
    return "" if found is None else found[0]


def test_no_byte_of_the_page_tells_leave_from_holidays_or_names_an_issue():
    html = page_of("ana")
    assert "−9.78" in section_of(html)
    for secret in ("7.37", "2.41", "leave", "holiday", ISSUE.lower(), "secret rule", "worklog"):
        assert secret not in html.lower(), secret


def test_the_page_draws_each_bar_with_its_words_and_numbers_and_puts_a_table_behind():
    html = section_of(page_of("ana"))
    rows = re.findall(r"<text y=[^>]*>([^<]+)</text><text [^>]*>([^<]+)</text>\s*<rect class=\"(\w+)\"", html)
    assert [(label, plain(value), kind) for label, value, kind in rows] == [
        ("Scheduled", "40.00 h", "all"),
        ("Not available", "−9.78 h", "off"),
        ("Available", "30.22 h", "all"),
        ("Logged", "30.00 h", "all"),
        ("Billable", "24.00 h", "paid"),
    ]
    table = re.findall(r'<tr><th scope="row">\s*(.*?)\s*</th><td class="num">(.*?)</td>', html, flags=re.DOTALL)
    assert [(label, plain(value)) for label, value in table] == [
        *((label, plain(value)) for label, value, _ in rows),
        ("Policy", "22.97 h"),
    ]
    assert html.count("<line ") == 1
    assert "style=" not in html


def test_the_page_is_wellformed_html_with_and_without_a_drawing():
    for engineer_id in ("ana", build.UNKNOWN):
        html5lib.HTMLParser(strict=True).parse(page_of(engineer_id))


def test_without_days_or_a_reading_there_is_no_section():
    assert section_of(page_of("ana", change=lambda tables: None)) == ""
    assert section_of(page_of("imran")) == ""


def test_the_page_stays_within_its_weight():
    assert len(page_of("ana").encode()) - len(page_of("ana", change=lambda tables: None).encode()) < 3_500
