"""How often the rules are wrong, as the method page says it: the file's numbers, goals, gaps, other rules."""

import re
from dataclasses import replace
from typing import Any

import pytest

from flows.error_rates import ErrorRates, Goal
from flows.publish.views.book import open_book
from flows.publish.views.error_rates import GROUPS, error_rates_view, rate
from flows.publish.views.like_yours import like_yours_view, nearest
from tests.builders.error_rates import error_rates, measured, result
from tests.builders.site_data import site_data, usual_book
from tests.site.conftest import Site
from transforms.parameters import DecisionRules

RULES = DecisionRules()


def cells(view: dict[str, Any], title: str) -> list[dict[str, str]]:
    """The cells of the row with this title, in the table with goals."""
    return next(row["cells"] for group in view["tables"][0]["groups"] for row in group["rows"] if row["title"] == title)


def test_every_figure_of_the_file_is_on_the_page_with_its_error_and_its_goal(site: Site) -> None:
    page = site.text("method/index.html")
    table = page[page.index('<table class="rates">') :]
    table = table[: table.index("</table>")]
    rates = site.data.error_rates
    assert rates is not None
    whole = rates.result("default", "evidence")
    assert whole is not None
    assert table.count('scope="row"') == len(rates.figures)
    for figure in rates.figures:
        row = re.search(rf"{re.escape(view_title(figure.title))}.*?</tr>", table, flags=re.DOTALL)
        assert row, figure.title
        assert f"<td>{rate(figure, whole.figures[figure.key])} " in row[0]


def view_title(title: str) -> str:
    return title.replace("5x8", "5×8").replace("`return`", "“return”")


def test_a_value_is_written_in_its_unit_with_one_standard_error() -> None:
    rates = error_rates()
    texts = {
        "false_red": "0.04 ± 0.01",
        "seen_within_12": "92.0\u00a0% ± 1.0",
        "false_return": "1.5 ± 0.0",
        "interval_width": "3.00 ± 0.01",
    }
    whole = rates.result()
    assert whole is not None
    for key, text in texts.items():
        assert rate(rates.figure(key), whole.figures[key]).replace("±\u00a0", "± ") == text


def test_a_single_team_has_no_standard_error_and_none_is_made_up() -> None:
    figure = error_rates().figure("false_red")
    assert rate(figure, measured(0.04, None)) == "0.04"
    assert rate(figure, None) == "not measured"


@pytest.mark.parametrize(
    ("value", "word"),
    [(0.11, "missed"), (0.10, "met"), (0.04, "met"), (0.03, "aim met"), (0.0, "aim met")],
)
def test_a_goal_is_missed_met_or_met_with_the_aim(value: float, word: str) -> None:
    view = error_rates_view(error_rates(result(false_red=value)), RULES)
    assert cells(view, "False reds, per engineer and year")[0]["goal"] == word


def test_in_the_redrawn_world_its_own_goal_counts() -> None:
    rates = error_rates(result(false_red=0.15), result("redrawn", false_red=0.15))
    usual, _, redrawn, _ = cells(error_rates_view(rates, RULES), "False reds, per engineer and year")
    assert (usual["goal"], redrawn["goal"]) == ("missed", "met")


def test_a_goal_of_two_ends_is_missed_on_either_side() -> None:
    assert Goal("between", low=0.93, high=0.97).is_met(0.93)
    for value in (0.92, 0.98):
        view = error_rates_view(error_rates(result(interval_coverage=value)), RULES)
        assert cells(view, "Team interval of billable share holds the true change")[0]["goal"] == "missed"


def test_what_was_not_measured_is_said_and_is_no_zero() -> None:
    whole = result()
    partial = replace(whole, figures={key: one for key, one in whole.figures.items() if key != "false_red"})
    view = error_rates_view(error_rates(partial), RULES)
    assert [cell["text"] for cell in cells(view, "False reds, per engineer and year")] == ["not measured"] * 4
    assert view["lead"] == [
        "By the method in force, false alarms and what is found of true declines were not both measured."
    ]
    assert "0.00" not in str(view)


@pytest.mark.parametrize(
    ("rates", "why"),
    [(None, "the file with the measured figures could not be read"), (replace(error_rates(), results=()), "nothing")],
)
def test_without_figures_the_page_says_so_and_why(rates: ErrorRates | None, why: str) -> None:
    view = error_rates_view(rates, RULES)
    assert why in view["lead"][0]
    assert "a reason to talk, not as a finding" in view["lead"][0]
    assert view["tables"] == []
    assert like_yours_view(usual_book(), rates and replace(rates, like_yours=()))["rows"] == []


def test_a_false_alarm_figure_never_stands_without_its_detection_figure() -> None:
    """Each group holds a figure that rises and one that falls when the rules are made to speak sooner."""
    alarms = {"false_red", "false_alarm", "false_return", "bad_week_green", "chronic_return", "interval_type1"}
    alarms |= {"verdict_return_at_0"}
    finds = {"red_within_12", "seen_within_12", "return_within_26", "chronic_flagged", "interval_width"}
    finds |= {"verdict_return_at_4"}
    for title, keys in GROUPS.items():
        assert alarms & set(keys), title
        # A good engineer's bad week has nothing to find: what is found stands in the group above it.
        assert finds & set(keys) or title == "One bad week of a good engineer", title
    assert sorted(key for keys in GROUPS.values() for key in keys) == sorted(
        figure.key for figure in error_rates().figures
    )


def test_rules_that_were_not_measured_are_named_with_their_keys() -> None:
    assert error_rates_view(error_rates(), RULES)["other_rules"] == ""
    assert error_rates_view(error_rates(), replace(RULES, method="plain"))["other_rules"] == ""
    billable = replace(RULES.billable, threshold_pct=80.0, soft_z=3.0)
    told = error_rates_view(error_rates(), replace(RULES, billable=billable))["other_rules"]
    assert told.startswith(
        "2\u00a0keys of the rules in force differ from those that were measured: "
        "decisions.billable.soft_z and decisions.billable.threshold_pct."
    )


def test_many_other_keys_are_counted() -> None:
    nothing = replace(error_rates(), parameters={})
    told = error_rates_view(nothing, RULES)["other_rules"]
    assert re.match(r"1\d\d\u00a0keys", told)
    assert re.search(r"and 1\d\d more\. ", told)


def test_the_method_in_force_comes_first_and_the_other_beside_it() -> None:
    view = error_rates_view(error_rates(), replace(RULES, method="plain"))
    assert view["tables"][0]["methods"] == ["“plain”", "“evidence”"]
    assert cells(view, "False reds, per engineer and year")[0]["text"].startswith("14.0")
    assert "14.0 times a year" in view["lead"][0]
    assert view["lead"][1].startswith("By “evidence”")


def test_a_rare_false_red_is_also_said_in_years_and_none_as_none_in_so_many() -> None:
    view = error_rates_view(error_rates(result(false_red=0.04)), RULES)
    assert "0.04 times a year (once in 25 years)" in view["lead"][0]
    never = error_rates_view(error_rates(result(false_red=0.0)), RULES)["lead"][0]
    assert "was red without cause not once in 100 years" in never


def test_worlds_that_no_rule_was_tuned_for_have_no_goals_and_are_all_there(site: Site) -> None:
    view = error_rates_view(error_rates(), RULES)
    held_out = view["tables"][1]
    assert len(held_out["worlds"]) == 4
    assert {cell["goal"] for group in held_out["groups"] for row in group["rows"] for cell in row["cells"]} == {""}
    assert "In worlds that no rule was tuned for" in site.text("method/index.html")


def test_a_rule_switched_off_stands_below_all_rules() -> None:
    whole = result()
    changes = {
        "false_alarm": measured(0.1, 0.02),
        "bad_week_all_green": measured(-0.05, 0.01),
        "false_return": measured(0),
    }
    off = replace(result(without="the override"), changes=changes)
    of_reviews = replace(
        off, without="reviews", figures={"false_return": measured(5.0), "return_within_26": measured(1)}
    )
    only = error_rates_view(error_rates(whole, of_reviews), RULES)["worth"]
    assert [table["title"] for table in only] == ["Rules of the recommendation"]
    tables = error_rates_view(error_rates(whole, off, of_reviews), RULES)["worth"]
    assert [[row[0] for row in table["rows"]] for table in tables] == [
        ["nothing", "the override"],
        ["nothing", "the override", "reviews"],
        ["nothing", "the override"],
    ]
    assert all(len(row) == len(table["columns"]) for table in tables for row in table["rows"])
    assert tables[0]["rows"][1][1:] == [
        "not measured",
        "not measured",
        "+0.10 ±\u00a00.02",
        "not measured",
        "−5.0 ±\u00a01.0",
    ]
    assert tables[1]["rows"][1][1] == "0.00 ±\u00a00.01"
    assert error_rates_view(error_rates(whole), RULES)["worth"] == []


# -- on a team like yours ------------------------------------------------------------------------------------------


def team(n: int = 8, sd: float = 5.0, weeks: float = 26.0) -> dict[str, Any]:
    return {"team_id": "atlas", "n_engineers": n, "sd_points": sd, "weeks_before": weeks}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (team(6, 5.5, 26), (6, 5.5, 26)),
        (team(8, 5.5, 26), (6, 5.5, 26)),  # 8 is nearer to 6 than to 12 by ratio
        (team(9, 5.5, 26), (12, 5.5, 26)),
        (team(1, 1.0, 0), (6, 3.0, 13)),
        (team(400, 30.0, 200), (24, 8.0, 26)),
    ],
)
def test_the_nearest_measured_team_is_taken(asked: dict[str, Any], found: tuple[int, float, int]) -> None:
    cell = nearest(error_rates().like_yours, asked)
    assert cell is not None
    assert (cell.engineers, cell.weekly_sd_points, cell.weeks_before) == found


def test_a_team_without_a_scatter_has_no_nearest() -> None:
    assert nearest(error_rates().like_yours, team(sd=float("nan"))) is None


def test_rates_are_those_of_one_engineer_times_the_teams_engineers() -> None:
    book = usual_book()
    view = like_yours_view(book, error_rates())
    assert [row[0] for row in view["rows"]] == sorted(book.team_names.values())
    sizes = [int(row[1]) for row in view["rows"]]
    assert sum(sizes) == len(book.present())
    for row, n in zip(view["rows"], sizes, strict=True):
        assert row[4].startswith(f"{0.5 * n:.1f} ")
        assert row[5].startswith(f"{0.05 * n:.1f}"[:3])
        assert row[6].startswith("80\u00a0% ±\u00a01 within 12 weeks, half by week 6")
        assert re.fullmatch(r"6.engineers, [\d.]+ points, 26.weeks before", row[7])
    assert f"expect about {0.5 * sum(sizes):.1f} false yellows or reds a year in all" in view["sentence"]


def test_what_fewer_than_half_see_has_no_median() -> None:
    rates = error_rates()
    blind = tuple(replace(cell, weeks_to_see=None) for cell in rates.like_yours)
    view = like_yours_view(usual_book(), replace(rates, like_yours=blind))
    assert view["rows"][0][6].endswith("fewer than half ever")
    assert "half the time" not in view["sentence"]


def test_method_plain_has_no_grid_and_says_so() -> None:
    data = site_data()
    config = data.settings.config
    plain = config.model_copy(update={"decision_rules": replace(config.decision_rules, method="plain")})
    book = open_book(replace(data, settings=replace_config(data.settings, plain)))
    assert like_yours_view(book, error_rates())["sentence"].endswith("only “evidence” was measured.")


def replace_config(settings: Any, config: Any) -> Any:
    return type(settings)(config, settings.config_path, settings.data_dir, settings.site_dir, settings.connections)
