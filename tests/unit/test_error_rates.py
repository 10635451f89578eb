"""The measured error rates: read, written, and what is said of a broken file."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flows.error_rates import Goal, error_rates_text, read_error_rates
from flows.errors import ConfigError
from tests.builders.error_rates import error_rates, measured, result
from transforms.parameters import BillableRules, DecisionRules


def written(tmp_path: Path, change: Callable[[dict[str, Any]], None] = lambda raw: None) -> Path:
    """A file of made-up rates, after `change`."""
    raw = json.loads(error_rates_text(error_rates()))
    change(raw)
    path = tmp_path / "measured.json"
    path.write_text(json.dumps(raw), encoding="utf-8")
    return path


def findings(path: Path) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        read_error_rates(path)
    assert str(path) in raised.value.summary
    assert "make calibrate" in raised.value.advice
    return raised.value.findings


def test_what_is_written_is_read_back_the_same(tmp_path: Path) -> None:
    assert read_error_rates(written(tmp_path)) == error_rates()


def test_the_same_rates_are_the_same_bytes() -> None:
    assert error_rates_text(error_rates()) == error_rates_text(error_rates())
    assert error_rates_text(error_rates()).endswith("}\n")


def test_a_standard_error_that_is_missing_stays_missing(tmp_path: Path) -> None:
    one_team = replace(error_rates(), results=(replace(result(), figures={"false_red": measured(0.1, None)}),))
    path = tmp_path / "measured.json"
    path.write_text(error_rates_text(one_team), encoding="utf-8")
    assert read_error_rates(path) == one_team


def test_the_file_of_this_version_can_be_read() -> None:
    rates = read_error_rates()
    assert rates.figure("false_red").must == Goal("<=", 0.1)


def test_a_result_is_found_by_world_method_and_what_was_switched_off() -> None:
    rates = error_rates()
    assert rates.result() is rates.results[0]
    plain = rates.result(method="plain")
    assert plain is not None
    assert plain.figures["false_red"].value == 14.0
    assert rates.result(without="excused weeks") is not None
    assert rates.result("redrawn", "plain") is None


@pytest.mark.parametrize(
    ("goal", "on", "below", "above"),
    [
        (Goal("<=", 0.1), True, True, False),
        (Goal(">=", 0.1), True, False, True),
        (Goal("between", low=0.1, high=0.1), True, False, False),
    ],
)
def test_a_goal_is_met_on_its_boundary(goal: Goal, on: bool, below: bool, above: bool) -> None:
    assert [goal.is_met(found) for found in (0.1, 0.09, 0.11)] == [on, below, above]


def test_parameters_that_differ_from_those_measured_are_named() -> None:
    assert error_rates().differences(DecisionRules()) == []
    changed = DecisionRules(method="plain", billable=BillableRules(threshold_pct=75.0, soft_z=3.0))
    assert error_rates().differences(changed) == ["billable.soft_z", "billable.threshold_pct"]


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    assert findings(tmp_path / "none.json") == []


def test_a_file_that_is_no_json_says_where(tmp_path: Path) -> None:
    path = tmp_path / "measured.json"
    path.write_text('{"format": 1,', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"not valid JSON: .*line 1"):
        read_error_rates(path)


@pytest.mark.parametrize("raw", [[], "text", None, 3])
def test_anything_but_an_object_is_refused(tmp_path: Path, raw: Any) -> None:
    path = tmp_path / "measured.json"
    path.write_text(json.dumps(raw), encoding="utf-8")
    assert findings(path) == ["expected an object with the keys format, teams, figures, results, ..."]


def test_another_format_is_refused_before_anything_else(tmp_path: Path) -> None:
    path = written(tmp_path, lambda raw: raw.update(format=2, teams="many"))
    assert findings(path) == ["format: 2 is not 1, the only one that this version reads"]


def test_every_wrong_shape_is_found_at_once(tmp_path: Path) -> None:
    def break_it(raw: dict[str, Any]) -> None:
        raw["teams"] = "many"
        raw["results"][0]["world"] = "mars"
        del raw["figures"][1]["title"]
        raw["like_yours"][2]["false_red"] = {"value": 0.1}

    found = "\n".join(findings(written(tmp_path, break_it)))
    for place in ("teams:", "results[0].world:", "figures[1].title:", "like_yours[2].false_red.se:"):
        assert place in found


def test_every_figure_that_says_nothing_is_found_at_once(tmp_path: Path) -> None:
    def break_it(raw: dict[str, Any]) -> None:
        raw["teams"] = 0
        raw["figures"][0]["must"] = {"op": "between", "low": 2, "high": 1}
        raw["figures"][1]["aim"] = {"op": "<="}
        raw["figures"].append(raw["figures"][2])
        raw["results"][0]["figures"]["luck"] = {"value": 1, "se": 0.1, "n": 5}
        raw["results"][0]["figures"]["false_red"] = {"value": 1, "se": -0.1, "n": 0}
        raw["results"].append(raw["results"][1])
        raw["results"][1]["changes"] = {"luck": {"value": 1, "se": 0.1, "n": 5}}

    assert findings(written(tmp_path, break_it)) == [
        "figures: false_return stands there more than once",
        "figures[0].must (false_red): `between` needs `low` and `high`, in this order",
        "figures[1].aim (false_alarm): `<=` needs `value`",
        "results: redrawn, evidence stands there more than once",
        "results[0].figures.false_red: se -0.1 is negative",
        "results[0].figures.false_red: n 0.0 is not positive; a figure without exposure is left out",
        "results[0].figures.luck: is not one of the figures defined under `figures`",
        "results[1].changes.luck: is not among the result's figures",
        "results[8].changes.luck: is not among the result's figures",
        "teams: 0 teams cannot have given the results",
    ]
