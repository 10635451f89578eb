"""The line of variation and assurance below the heading of a trend."""

import re
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from flows.publish.views.variation import with_variation
from tests.builders import site_data as build
from tests.builders.figures import weekly_figure
from tests.site.conftest import Site

# 26 weeks before the switch of 4 May. Mean 80, mean moving range 100 / 25 = 4, limits 80 -+ 10.64.
BEFORE = [78.0, 82.0] * 13
SETTLING = [50.0] * 4
PLAIN: dict[str, Any] = {"figure_id": "velocity", "unit": "pts"}
NONE = "Assurance: no fixed target."


def line(values: list[float | None], weeks_ago: int = 0, **changes: Any) -> str:
    """As the page of the last of the weeks says it, or one of some weeks after it; with plain spaces."""
    marks, book = changes.pop("marks", {}), build.usual_book()
    week = pd.Timestamp("2025-11-03") + pd.Timedelta(weeks=len(values) - 1 + weeks_ago)
    book = replace(book, data=replace(book.data, week=week))
    figure = weekly_figure(values, **({"figure_id": "billable"} | changes))
    for week, mark in marks.items():
        figure["rows"][week]["mark"] = mark
    (found,) = with_variation(book, [figure])
    return str(found["variation"]).replace("\u00a0", " ")


def plain(since: list[float | None], before: list[float | None] = BEFORE) -> str:  # type: ignore[assignment]
    return line([*before, *SETTLING, *since], **PLAIN)


def test_the_settling_in_weeks_of_the_tests_are_those_in_force():
    assert build.usual_book().settling_weeks == len(SETTLING)


@pytest.mark.parametrize(
    ("since", "told"),
    [
        ([81.0], "Variation: common cause, within 69.4–90.6 pts as before 4×10."),
        ([91.0], "Variation: special cause, improving: 91.0 pts is outside 69.4–90.6 pts, the limits before 4×10."),
        ([69.0], "Variation: special cause, concerning: 69.0 pts is outside 69.4–90.6 pts, the limits before 4×10."),
        (
            [81.0] * 9,
            "Variation: special cause, improving: 9 values in a row above 80.0 pts, the centre before 4×10.",
        ),
        (
            [79.0] * 8,
            "Variation: special cause, concerning: 8 values in a row below 80.0 pts, the centre before 4×10.",
        ),
        (
            [88.0, 80.0, 88.0],
            "Variation: special cause, improving: 2 of the last 3 values near 90.6 pts, the upper limit before 4×10.",
        ),
        (
            [72.0, 72.0],
            "Variation: special cause, concerning: 2 of the last 3 values near 69.4 pts, the lower limit before 4×10.",
        ),
        (
            [77.0, 78.0, 79.0, 81.0, 82.0, 83.0],
            "Variation: special cause, improving: 6 values in a row rising.",
        ),
        (
            [83.0, 82.0, 81.0, 79.0, 78.0, 77.0],
            "Variation: special cause, concerning: 6 values in a row falling.",
        ),
    ],
)
def test_the_line_says_which_rule_spoke(since: list[float | None], told: str):
    assert plain(since) == f"{told} {NONE}"


def test_with_few_values_it_says_how_many_there_are():
    assert plain([81.0], before=[None] * 15 + [80.0] * 11) == (
        f"Variation: too few values before 4×10 to say (11 of 12). {NONE}"
    )
    assert plain([]) == f"Variation: no values since settling in yet. {NONE}"
    assert plain([81.0], before=[80.0] * 26) == (
        f"Variation: nothing to compare with, since all values before 4×10 were 80.0 pts. {NONE}"
    )


def test_nothing_known_says_nothing():
    assert line([None] * 40) == ""


@pytest.mark.parametrize(
    ("since", "told"),
    [
        ([78.0, 82.0] * 6, "Assurance: hit or miss against 76 % (limits since settling in: 69.4–90.6 %)."),
        ([88.0, 92.0] * 6, "Assurance: consistently meets 76 % (limits since settling in: 79.4–100.6 %)."),
        ([58.0, 62.0] * 6, "Assurance: consistently falls short of 76 % (limits since settling in: 49.4–70.6 %)."),
        ([78.0] * 11, "Assurance: too few values since settling in to say (11 of 12)."),
    ],
)
def test_billable_share_is_held_against_the_policy(since: list[float | None], told: str):
    assert line([*BEFORE, *SETTLING, *since]).endswith(told)


def test_an_excused_week_is_left_out_but_for_vibes_as_in_the_windows():
    values = [*BEFORE, *SETTLING, 81.0, 60.0]
    assert "outside" in line(values)
    assert "outside" in line(values, marks={31: "override"})
    assert "common cause" in line(values, marks={31: "excused"})
    assert "common cause" in line(values, marks={31: "excused override"})
    scores = [4.0, 5.0] * 13 + [4.0] * 5 + [1.0]
    assert "outside" in line(scores, figure_id="vibes", unit="", marks={31: "excused"})


def test_ratios_are_compared_where_the_scale_is_a_log_scale_and_less_is_better():
    # 4 and 8 minutes in turn: limits 0.9 and 35.8 minutes, where a plain scale had the upper one at 16.6.
    minutes = {"figure_id": "response", "unit": "min", "y_scale": "log"}
    assert line([4.0, 8.0] * 13 + [5.0] * 4 + [30.0], **minutes).startswith(
        "Variation: common cause, within 0.9–35.8 min as before 4×10."
    )
    assert line([4.0, 8.0] * 13 + [5.0] * 4 + [36.0], **minutes).startswith(
        "Variation: special cause, concerning: 36.0 min is outside"
    )


def test_limits_go_no_further_than_values_can():
    assert line([3.0, 5.0] * 13 + [4.0] * 5, figure_id="vibes", unit="").startswith(
        "Variation: common cause, within 1.0–5.0 as"
    )
    assert line([2.0, 8.0] * 13 + [4.0] * 5, **PLAIN).startswith("Variation: common cause, within 0.0–21.0 pts as")


def test_scores_next_to_the_mean_are_no_run():
    assert line([5.0, 4.0, 4.0, 4.0] * 7 + [4.0] * 14, figure_id="vibes", unit="").startswith("Variation: common cause")


def test_an_old_newest_value_is_named():
    hold = build.usual_book().config.decisions.missing.hold_weeks
    values = [*BEFORE, *SETTLING, 81.0]
    assert "newest" not in line(values, weeks_ago=hold)
    assert "as before 4×10. The newest value is of 2026-W23. Assur" in line(values, weeks_ago=hold + 1)


def test_every_trend_of_engineers_and_teams_has_its_line_and_their_pages_say_what_it_is(site: Site):
    for path in ("engineers/ana/index.html", "teams/atlas/index.html"):
        text = site.text(path)
        assert len(re.findall(r"<p class=\"muted small\">Variation: [^<]+\. Assurance: [^<]+\.</p>", text)) == 4
        assert text.count("Variation and assurance, as in statistical process control") == 1
    for path in ("index.html", "weeks/2026-W46/index.html", "reports/2026-10/index.html"):
        assert "Variation" not in site.text(path)
