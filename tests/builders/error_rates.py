"""Error rates with made-up numbers, for pages and readers; what is measured stands in `measured.json`."""

from dataclasses import replace

from flows.error_rates import WORLDS, ErrorRates, LikeYours, Measured, Method, Result, WhatIf, World, as_parameters
from flows.simulation.figures import FIGURES
from transforms.parameters import DecisionRules

VALUES = {
    "false_red": 0.04,
    "false_alarm": 0.5,
    "false_return": 1.5,
    "bad_week_green": 0.96,
    "bad_week_all_green": 0.9,
    "seen_within_12": 0.92,
    "weeks_to_see": 4.0,
    "red_within_12": 0.68,
    "burnout_seen_within_12": 1.0,
    "burnout_weeks_to_see": 3.0,
    "return_within_26": 0.83,
    "return_precision": 0.94,
    "chronic_flagged": 0.95,
    "chronic_return": 0.02,
    "interval_coverage": 0.95,
    "interval_type1": 0.06,
    "interval_width": 3.0,
    "verdict_return_at_0": 0.0,
    "verdict_return_at_2": 0.12,
    "verdict_return_at_4": 0.96,
}


def measured(value: float, se: float | None = 0.01, n: float = 100.0) -> Measured:
    return Measured(value, se, n)


def result(world: World = "default", method: Method = "evidence", without: str = "", **values: float) -> Result:
    """The made-up values, but for those that are given."""
    return Result(world, method, without, {key: measured(value) for key, value in (VALUES | values).items()})


def error_rates(*results: Result, teams: int = 56) -> ErrorRates:
    """Error rates of every kind; `results` in place of the usual ones."""
    usual = [result(world) for world in WORLDS]
    usual.append(result(method="plain", false_red=14.0, false_alarm=13.0))
    changes = {"false_alarm": measured(0.1, 0.02), "bad_week_green": measured(-0.05, 0.01)}
    excused = result(without="excused weeks")
    usual.append(replace(excused, assignments=("excused.enabled=false",), changes=changes))
    return ErrorRates(
        format=1,
        teams=teams,
        first_seed=10_000,
        weeks_before=26,
        weeks_during=52,
        parameters=as_parameters(DecisionRules()),
        figures=FIGURES,
        results=results or tuple(usual),
        like_yours=tuple(
            LikeYours(engineers, sd, before, measured(0.05), measured(0.5), measured(0.8), measured(6.0, 0.5))
            for engineers in (6, 12, 24)
            for sd in (3.0, 5.5, 8.0)
            for before in (13, 26)
        ),
        what_if=tuple(
            WhatIf("billable.threshold_pct", value, measured(0.04), measured(0.5), measured(0.92))
            for value in (74.0, 75.0, 77.0, 78.0)
        ),
    )
