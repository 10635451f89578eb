"""Reasons that a manager can read: number, window, reference, strength, and what would clear it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tests.builders.decisions import STEADY_PCT, engineer_history, incidents, readings, week
from transforms.decide import decide
from transforms.parameters import DecisionParameters

PARAMETERS = DecisionParameters()
STEADY = [*STEADY_PCT, *STEADY_PCT, *[82.0] * 16]


def signals(
    parameters: DecisionParameters = PARAMETERS,
    calls: list[tuple[str, int, float, float]] | None = None,
    **story: object,
) -> pd.DataFrame:
    """Ana's signals among two steady colleagues; the history has 20 weeks before and 16 during."""
    others = [engineer_history(name, n_during=16, billable_pct=STEADY_PCT[::-1]) for name in ("ben", "chloe")]
    table = readings(engineer_history("ana", n_during=16, **story), *others)  # type: ignore[arg-type]
    found = decide(table, incidents(calls or []), parameters).signals
    return found[found["engineer_id"] == "ana"].set_index(["channel", "week_start"])


def reason(found: pd.DataFrame, channel: str, index: int) -> str:
    return str(found.loc[(channel, week(index)), "reason"])


def would_clear(found: pd.DataFrame, channel: str, index: int) -> str:
    return str(found.loc[(channel, week(index)), "would_clear"])


def test_a_quiet_signal_says_what_it_could_not_see() -> None:
    found = signals(billable_pct=STEADY)
    assert reason(found, "billable", 35) == (
        "Billable 82.0 % over 4 weeks, own normal 82.0 %; a fall of less than 5.0 points would not be visible yet."
    )
    assert reason(found, "velocity", 35) == (
        "Velocity 5.0 points per 40 hours over 3 sprints, own normal 5.0; "
        "a fall of less than 20 % would not be visible yet."
    )
    assert reason(found, "vibes", 35) == (
        "Vibes 4.0 on average over 4 entries, own normal 4.0; a fall of less than 0.8 would not be visible yet."
    )
    assert reason(found, "response", 35) == "Response: no calls this week."
    assert (found["would_clear"] == "").all()


def test_before_the_comparison_begins_the_policy_is_the_reference() -> None:
    assert reason(signals(billable_pct=STEADY), "billable", 23) == (
        "Billable 82.0 % over 4 weeks, 6.0 points over the 76 % policy; less than 0.8 points under it would be chance."
    )
    assert reason(signals(), "velocity", 19) == "Velocity: not compared before the switch."
    assert reason(signals(), "velocity", 21) == "Velocity: not compared in the first 4 weeks of 4x10."


def test_under_the_policy_with_what_would_clear_it() -> None:
    found = signals(billable_pct=[*STEADY_PCT, *STEADY_PCT, *[72.0] * 16])
    assert reason(found, "billable", 35).startswith(
        "Billable 72.0 % over the last 8 eligible weeks (20 Jul - 13 Sep): 4.0 points under the 76 % policy, "
    ) or reason(found, "billable", 35).startswith(
        "Billable 72.0 % over the last 4 eligible weeks (17 Aug - 13 Sep): 4.0 points under the 76 % policy, "
    )
    assert reason(found, "billable", 35).endswith(" standard errors.")
    text = would_clear(found, "billable", 35)
    assert "in 2 judged weeks running; 76 % of a full week of 40 hours is 30.4 billable hours." in text


def test_a_first_such_week_says_what_it_takes() -> None:
    found = signals(billable_pct=[*STEADY_PCT, *STEADY_PCT, *[82.0] * 8, *[60.0] * 8])
    first = found.xs("billable")["signal"].isin(["soft", "hard"]).idxmax()
    assert found.loc[("billable", first), "level"] == "none"
    assert found.loc[("billable", first), "reason"].endswith("The level rises when this holds in 2 of 3 judged weeks.")


def test_a_level_that_outlasts_its_signal_says_so() -> None:
    found = signals(billable_pct=[*STEADY_PCT, *STEADY_PCT, *[70.0] * 8, *[95.0] * 8]).xs("billable")
    is_lasting = (found["signal"] == "none") & (found["level"] != "none")
    assert is_lasting.any()
    assert found[is_lasting]["reason"].str.endswith("until it has been gone for a second judged week.").all()
    assert (
        found[is_lasting]["would_clear"] == "Billable: back to none after one more judged week without a signal."
    ).all()


def test_a_bad_week_that_explains_it_all_is_named() -> None:
    found = signals(changes={30: {"billable_pct": 40.0}})
    assert reason(found, "billable", 30).endswith("Without its worst week there is no signal.")


def test_slow_sprints_and_calls() -> None:
    calls = [(name, index, 100.0, 1000.0) for name in ("ana", "ben", "chloe") for index in range(20)]
    calls += [("ana", index, 300.0, 3000.0) for index in range(24, 36)]
    found = signals(calls=calls, points=lambda index: (10.0 if index < 20 else 6.0) * (index % 2))
    assert reason(found, "velocity", 35).startswith(
        "Velocity 3.0 points per 40 hours over the last 3 sprints (3 Aug - 13 Sep): 40 % under own normal of 5.0, "
    )
    assert would_clear(found, "velocity", 35).startswith("Velocity: back to none at the end of a sprint")
    assert reason(found, "response", 35).startswith(
        "Response times x3.00 of own normal over 8 calls in 8 weeks (20 Jul - 13 Sep): "
    )
    assert "under x1.35 of own normal in 2 judged weeks running" in would_clear(found, "response", 35)
    assert reason(found, "velocity", 34) == "Velocity: no sprint ended this week; level held: hard."
    assert would_clear(found, "velocity", 34) == (
        "Velocity: held until it can be judged again, at most until the week of 26 Oct."
    )


@pytest.mark.parametrize(
    ("vibes", "expected"),
    [
        (2.5, "Vibes 2.5 on average over the last 4 entries (17 Aug - 13 Sep): at or under 2.75."),
        (2.0, "Vibes 2.0 on average over the last 4 entries (17 Aug - 13 Sep): at or under 2.25."),
        (3.0, "Vibes 3.0 on average over the last 4 entries (17 Aug - 13 Sep): 1.0 under own normal of 4.0, "),
    ],
)
def test_low_vibes(vibes: float, expected: str) -> None:
    found = signals(changes={index: {"vibes": vibes} for index in range(30, 36)})
    assert reason(found, "vibes", 35).startswith(expected)
    assert would_clear(found, "vibes", 35).startswith(
        "Vibes: back to none when the mean of the last 4 entries is above"
    )


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            {"is_billable_known": False},
            "Billable: unknown since the week of 3 Aug, the data are missing or incomplete.",
        ),
        (
            {"worked_hours": 4.0},
            "Billable: less than 40 % of the contract's hours worked this week, not judged; level held: none.",
        ),
    ],
)
def test_why_there_is_no_opinion(change: dict[str, object], expected: str) -> None:
    assert reason(signals(changes={30: change}), "billable", 30) == expected


def test_unknown_says_since_when() -> None:
    gap = {"is_billable_known": False}
    found = signals(changes={28: gap, 30: gap, 31: gap, 32: gap})
    assert "since the week of 20 Jul" in reason(found, "billable", 28)
    assert "since the week of 3 Aug" in reason(found, "billable", 32)


def test_plain_sentences() -> None:
    plain = replace(PARAMETERS, method="plain")
    calls = [(name, index, 100.0, 1000.0) for name in ("ana", "ben", "chloe") for index in range(31)]
    found = signals(plain, calls, changes={31: {"vibes": np.nan}, 30: {"billable_pct": 70.0}})
    assert reason(found, "billable", 30) == "Billable 70.0 % this week, under the 76 % policy."
    assert would_clear(found, "billable", 30) == (
        "Billable: back to none with the first reading on the good side of its threshold."
    )
    assert reason(found, "velocity", 31) == "Velocity 5.0 points per 40 hours this sprint, threshold 3.7."
    assert reason(found, "response", 30) == "Response times x1.00 of own normal this week, threshold x1.5."
    assert reason(found, "vibes", 30) == "Vibes 4 this week, threshold 2."
    assert reason(found, "vibes", 31) == "Vibes: no vibes this week."
