"""Marks of excused and overridden weeks: in the chart, its table, its file and in words, not by colour alone."""

import json
import re
from functools import cache
from typing import Any

import pandas as pd
import pytest

from flows.publish.charts import explore, render
from flows.publish.exports import figure_csv
from flows.publish.views import engineers
from flows.publish.views.book import open_book
from tests.builders import site_data as build
from tests.builders.figures import weekly_figure
from tests.builders.rendering import html_of, page_at

EXCUSED, OVERRIDDEN = "2026-10-26", "2026-11-16"
BOTH = "2026-11-02"


def mark(tables: dict[str, pd.DataFrame]) -> None:
    """Ana's marks, in weeks that somebody scored."""
    statuses, readings = tables["statuses"], tables["readings"]
    week = statuses["week_start"].dt.strftime("%Y-%m-%d").where(statuses["engineer_id"] == "ana")
    tables["statuses"] = statuses.assign(
        is_excused=week.isin([EXCUSED, BOTH]), override_applied=week.isin([OVERRIDDEN, BOTH])
    )
    is_hers = (readings["engineer_id"] == "ana") & (readings["week_start"] >= EXCUSED)
    tables["readings"] = readings.assign(vibes=readings["vibes"].mask(is_hers, 4.0))


@cache
def marked_book() -> Any:
    return open_book(build.site_data(change=mark))


def figure_of(metric: str, engineer_id: str = "ana") -> dict[str, Any]:
    view = engineers.engineer_view(marked_book(), engineer_id, set())
    return next(figure for figure in view["figures"] if figure["id"] == metric)


def marks_of(figure: dict[str, Any]) -> dict[str, str]:
    return {row["week_start"]: row["mark"] for row in figure["rows"] if row["mark"]}


@pytest.mark.parametrize("metric", ["billable", "vibes"])
def test_weeks_are_marked_in_rows_table_and_words(metric: str):
    figure = figure_of(metric)
    assert marks_of(figure) == {EXCUSED: "excused", BOTH: "excused override", OVERRIDDEN: "override"}
    assert figure["columns"][-1] == "Mark"
    assert [(cells[0], cells[-1]) for cells in figure["table_rows"]][:5] == [
        ("2026-W47", "Override"),
        ("2026-W46", ""),
        ("2026-W45", "Excused, Override"),
        ("2026-W44", "Excused"),
        ("2026-W43", ""),
    ]
    assert figure["legend"] == (
        "Hollow dot: week excused on the manager's word. Triangle: week shown green by an override."
    )


def test_the_point_of_a_sprint_has_the_marks_of_all_its_weeks():
    figure = figure_of("velocity")
    readings = marked_book().readings["ana"]
    ends = {row["sprint_id"]: f"{row['week_start']:%Y-%m-%d}" for row in readings if row["is_sprint_end"]}
    sprint = {f"{row['week_start']:%Y-%m-%d}": row["sprint_id"] for row in readings}
    expected = {ends[sprint[EXCUSED]], ends[sprint[BOTH]]}
    assert set(marks_of(figure)) == expected, "the sprint of the overridden week has not ended"
    assert figure["legend"].startswith("Hollow dot: sprint with a week excused on the manager's word.")


def test_without_marks_table_and_words_are_as_ever_and_the_file_has_its_column():
    figure = figure_of("billable", "joon")
    assert figure["columns"] == ["Week", "Billable share", "Billable hours", "Hours"]
    assert figure["legend"] == ""
    assert figure_csv(figure).decode("utf-8-sig").splitlines()[0] == "week_start,value,mark"


def test_the_file_names_the_marks():
    lines = figure_csv(figure_of("billable")).decode("utf-8-sig").splitlines()
    assert {line.split(",")[0]: line.split(",")[2] for line in lines if line.count(",") == 2 and line[-1] != ","} == {
        "week_start": "mark",
        EXCUSED: "excused",
        BOTH: "excused override",
        OVERRIDDEN: "override",
    }


def test_the_page_has_the_words_below_the_chart():
    html = html_of(marked_book().data, page_at(engineers.pages(marked_book()), "engineers/ana/index.html"))
    figure = html[html.index('<figure class="figure box" id="billable">') :]
    assert re.search(r"</svg></div>\s*<p class=\"muted small\">Hollow dot: ", figure)
    assert "Hollow dot" not in html_of(
        marked_book().data, page_at(engineers.pages(marked_book()), "engineers/joon/index.html")
    )


def drawn(marks: dict[int, str], values: list[float | None]) -> str:
    figure = weekly_figure(values)
    for index, mark in marks.items():
        figure["rows"][index]["mark"] = mark
    return render(figure)


def shapes(svg: str) -> tuple[int, int]:
    """Hollow dots and triangles: by their outlines and insides."""
    paths = re.findall(
        r'<path transform="[^"]*" d="([^"]*)" fill="(var\(--(?:surface|text)\))" stroke="var\(--text\)"', svg
    )
    dots = [path for path, fill in paths if "A" in path and fill == "var(--surface)"]
    triangles = [path for path, fill in paths if "A" not in path and fill == "var(--text)"]
    assert len(dots) + len(triangles) == len(paths)
    return len(dots), len(triangles)


def test_marks_differ_in_shape_and_lie_on_known_points_only():
    values: list[float | None] = [80.0, 81.0, None, 79.0, 82.0]
    assert shapes(drawn({}, values)) == (0, 0)
    assert shapes(drawn({1: "excused"}, values)) == (1, 0)
    assert shapes(drawn({1: "override", 4: "excused"}, values)) == (1, 1)
    assert shapes(drawn({1: "excused override", 2: "excused override"}, values)) == (1, 1)


def test_a_chart_without_marks_is_drawn_as_if_there_were_none():
    values: list[float | None] = [80.0, 81.0, 79.0]
    assert drawn(dict.fromkeys(range(3), ""), values) == render(weekly_figure(values))


def test_what_an_explored_chart_must_know_is_small():
    part = explore.part(figure_of("billable"))
    assert part
    assert part["marks"] == {"excused": [EXCUSED, BOTH], "override": [BOTH, OVERRIDDEN]}
    assert len(json.dumps(part, ensure_ascii=False, separators=(",", ":")).encode()) < 600
    assert "marks" not in (explore.part(figure_of("billable", "joon")) or {})
