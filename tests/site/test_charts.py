"""Charts: same figure, same bytes; small, without ids, styles or colours of their own; nothing lost."""

import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from flows.publish.charts import explore, render, svg
from flows.publish.charts.layout import date_ticks, linear_scale, log_scale, spread
from flows.publish.charts.spec import number
from tests.builders.figures import effect_figure, policy_marks, weekly_figure
from tests.builders.pseudo import PSEUDO
from transforms.language import Language, speaking

ROOT = Path(__file__).resolve().parents[2]
YEAR: list[float | None] = [80.0 + (week * 7) % 9 for week in range(55)]


def texts(svg_text: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg_text).iter() if element.tag.endswith("text")]


def test_a_chart_is_the_same_in_a_fresh_process_that_drew_other_charts_before() -> None:
    code = (
        "from tests.builders.figures import effect_figure, weekly_figure\n"
        "from flows.publish.charts import render\n"
        "import sys\n"
        "render(effect_figure()); render(weekly_figure([70.0, 71.0, 72.0], figure_id='other'))\n"
        "sys.stdout.write(render(weekly_figure([80.0, None, 82.5])))"
    )
    elsewhere = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert elsewhere.stdout == render(weekly_figure([80.0, None, 82.5]))


@pytest.mark.parametrize(
    "figure",
    [weekly_figure(YEAR, **policy_marks()), weekly_figure(YEAR, y_scale="log"), effect_figure()],
    ids=["trend", "log", "bars"],
)
def test_a_chart_is_small_and_brings_nothing_that_a_strict_page_forbids(figure: dict[str, Any]) -> None:
    drawn = render(figure)
    assert len(drawn.encode()) <= 15_000
    for forbidden in ("style=", "<style", "xlink", "href", "aria-roledescription", "#000", "#ddd", "font-family"):
        assert forbidden not in drawn
    assert drawn.startswith('<svg role="img" aria-label="Chart: ')


def test_colours_are_variables_of_the_page_and_nothing_else() -> None:
    drawn = render(weekly_figure(YEAR, **policy_marks()))
    colours = set(re.findall(r'(?:fill|stroke)="([^"]+)"', drawn))
    assert colours <= {"none", "var(--text)", "var(--muted)", "var(--line)", "var(--band)", "var(--accent)"}


def test_a_line_never_crosses_an_unknown_week() -> None:
    whole = render(weekly_figure([80.0, 81.0, 82.0, 83.0, 84.0]))
    broken = render(weekly_figure([80.0, 81.0, None, 83.0, 84.0]))
    lines = [re.findall(r'<path d="(M[^"]*L[^"]*)" stroke="var\(--accent\)"', drawn) for drawn in (whole, broken)]
    assert [len(found) for found in lines] == [1, 2]


def test_a_week_alone_between_unknown_ones_shows_as_a_dot() -> None:
    drawn = render(weekly_figure([80.0, None, 82.0, None, 84.0, 85.0]))
    assert drawn.count('fill="var(--accent)"') == 2 + 1 + 1  # two alone, the newest, and its label


def test_threshold_switch_usual_range_and_newest_value_are_named_at_their_place() -> None:
    named = " ".join(texts(render(weekly_figure(YEAR, **policy_marks()))))
    for words in ("policy 76 %", "4x10 from 4 May", "before: 82 %", "usual range", f"{YEAR[-1]:g}\u00a0%"):
        assert words in named


def test_nothing_known_is_said_in_words() -> None:
    assert render(weekly_figure([None, None])) == '<p class="chart-empty">Nothing known to draw yet.</p>'


def test_numbers_months_and_words_of_a_chart_are_those_of_the_language_whatever_was_drawn_before() -> None:
    figure = weekly_figure([1200.0 + 2.5 * (week % 9) for week in range(55)])
    english, effects = texts(render(figure)), texts(render(effect_figure()))
    assert {"1,200", "Mar", "May"} <= set(english)
    assert {"unknown", "\u22120.6\u00a0points"} <= set(effects)
    with speaking(Language("de-DE")):
        assert {"1.200", "Mär", "Mai"} <= set(texts(render(figure)))
    with speaking(PSEUDO):
        assert "⟦unknown⟧" in texts(render(effect_figure()))
        assert render(weekly_figure([None])) == '<p class="chart-empty">⟦Nothing known to draw yet.⟧</p>'
    assert texts(render(figure)) == english


def test_a_chart_to_explore_is_told_the_marks_and_month_names_of_the_language() -> None:
    english = explore.library()[0]
    with speaking(Language("de-DE")):
        german = explore.library()[0]
    assert "utcFormat(datum.value, '%-d %b')" in english
    assert "utcFormat(datum.value, '%-d. %b')" in german
    assert '"number":{"decimal":",","grouping":[3,3],"thousands":"."}' in german
    assert explore.library()[0] == english


@pytest.mark.parametrize(
    ("value", "written"),
    [(0.1, "0.1"), (-2.25, "\u22122.25"), (100, "100"), (1234.5678, "1,234.57"), (-0.0, "0"), (2e-05, "0.00002")],
)
def test_a_number_has_no_more_digits_than_it_needs(value: float, written: str) -> None:
    assert number(value) == written


def test_hostile_words_in_a_figure_stay_words() -> None:
    drawn = render(weekly_figure([80.0, 81.0], title='"><script>', sentence="a & b", y_label="<b>"))
    assert "<script" not in drawn
    assert "&lt;b&gt;" in drawn
    ElementTree.fromstring(drawn)


def test_ids_of_a_drawing_become_the_figures_own() -> None:
    raw = '<svg ><clipPath id="clip7"/><clipPath id="clip9"/><g clip-path="url(#clip9)"/><use href="#clip7"/></svg>'
    named = svg.name(raw, "ana-billable", "x")
    assert re.findall(r'id="([^"]+)"', named) == ["ana-billable-1", "ana-billable-2"]
    assert "url(#ana-billable-2)" in named
    assert 'href="#ana-billable-1"' in named


def test_style_attributes_become_plain_ones() -> None:
    assert svg.tidy(
        '<svg xmlns="s" width="1" height="1" viewBox="0 0 1 1"><g style="fill: red; opacity: .5"><b/></g></svg>'
    ) == ('<svg width="1" height="1" viewBox="0 0 1 1"><g fill="red" opacity=".5"><b/></g></svg>')


@pytest.mark.parametrize("values", [[81.2, 79.9], [0.0, 0.2], [-3.1, 1.9], [1200.0, 5400.0], [7.0], []])
def test_a_scale_holds_all_values_between_few_round_ticks(values: list[float]) -> None:
    scale = linear_scale(values, 100)
    assert all(scale.low <= value <= scale.high for value in values)
    assert 3 <= len(scale.ticks) <= 8
    assert [scale.low, scale.high] == [scale.ticks[0], scale.ticks[-1]]


def test_a_fixed_scale_grows_for_a_value_outside_it_and_never_shrinks() -> None:
    assert linear_scale([2.0, 4.0], 100, (1.0, 5.0)).ticks == [1.0, 2.0, 3.0, 4.0, 5.0]
    assert linear_scale([112.0], 100, (0.0, 100.0)).high == 112.0


def test_a_log_scale_steps_by_1_2_5() -> None:
    scale = log_scale([1.4, 38.0], 100)
    assert scale.ticks == [1.0, 2.0, 5.0, 10.0, 20.0, 50.0]
    assert scale.value_at(scale.position(7.0)) == pytest.approx(7.0)


def test_labels_keep_their_order_and_do_not_overlap() -> None:
    middles = spread([50.0, 48.0, 51.0], [16.0, 16.0, 16.0], 0, 100)
    ordered = [middles[1], middles[0], middles[2]]
    assert all(after - before >= 16 for before, after in pairwise(ordered))
    assert min(ordered) - 8 >= 0
    assert max(ordered) + 8 <= 100


def test_a_year_of_weeks_has_few_months_under_it_and_says_the_year() -> None:
    from datetime import date

    ticks = date_ticks(date(2025, 11, 3), date(2026, 11, 16))
    assert len(ticks) <= 9
    assert ["Jan", "2026"] in [label for _, label in ticks]
