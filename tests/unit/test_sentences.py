"""Reasons that a manager can read: number, window, reference, strength, and what would clear it."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.builders.decisions import STEADY_PCT, engineer_history, incidents, readings, week
from transforms.decide import decide
from transforms.opinions import HARD, NO_OPINION, NONE, SOFT, Opinion, gap, rule
from transforms.panel import Panel, build_panel
from transforms.parameters import DecisionParameters
from transforms.sentences import listed, listed_cells, notice_reasons, reasons, together_reasons
from transforms.status import Levels
from transforms.vocabulary import TOGETHER, Metric

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
        "Billable 82.0 % over 4 weeks, own normal 82.0 %; a fall of less than 4.0 points would not be visible yet."
    )
    assert reason(found, "velocity", 35) == (
        "Velocity 5.0 points per 40 hours over 6 sprints, own normal 5.0; "
        "a fall of less than 20 % would not be visible yet."
    )
    assert reason(found, "vibes", 35) == (
        "Vibes 4.0 on average over 12 entries, own normal 4.0; a fall of less than 0.8 would not be visible yet."
    )
    assert reason(found, "response", 35) == "Response: no calls this week."
    assert (found["would_clear"] == "").all()


def test_before_the_comparison_begins_the_policy_is_the_reference() -> None:
    uncompared = reason(signals(billable_pct=STEADY), "billable", 23)
    assert uncompared.startswith("Billable 82.0 % over 4 weeks, 6.0 points over the 76 % policy; less than ")
    assert uncompared.endswith(" points under it would be chance.")
    assert reason(signals(), "velocity", 19) == "Velocity: not compared before the switch."
    assert reason(signals(), "velocity", 21) == "Velocity: settling in to 4x10, not compared yet."


def test_under_the_policy_with_what_would_clear_it() -> None:
    found = signals(billable_pct=[*STEADY_PCT, *STEADY_PCT, *[72.0] * 16])
    assert reason(found, "billable", 35).startswith(
        "Billable 72.0 % over the last 8 eligible weeks (20 Jul - 13 Sept): 4.0 points under the 76 % policy, "
    ) or reason(found, "billable", 35).startswith(
        "Billable 72.0 % over the last 4 eligible weeks (17 Aug - 13 Sept): 4.0 points under the 76 % policy, "
    )
    assert reason(found, "billable", 35).endswith(" standard errors.")
    text = would_clear(found, "billable", 35)
    assert "in 2 judged weeks running; 76 % of a full week of 40 hours is 30.4 billable hours." in text


def test_a_level_that_outlasts_its_signal_says_so() -> None:
    found = signals(billable_pct=[*STEADY_PCT, *STEADY_PCT, *[70.0] * 8, *[95.0] * 8]).xs("billable")
    is_lasting = (found["signal"] == "none") & (found["level"] != "none")
    assert is_lasting.any()
    assert found[is_lasting]["reason"].str.endswith("until this has been gone for 2 judged weeks running.").all()
    clear = "Billable: back to none when there has been no signal for 2 judged weeks running."
    assert (found[is_lasting]["would_clear"] == clear).all()


def test_a_bad_week_that_explains_it_all_is_named() -> None:
    found = signals(changes={30: {"billable_pct": 40.0}})
    assert reason(found, "billable", 30).endswith("Without its worst week there is no signal.")


def test_slow_sprints() -> None:
    found = signals(points=lambda index: (10.0 if index < 20 else 6.0) * (index % 2))
    assert reason(found, "velocity", 35).startswith(
        "Velocity 3.0 points per 40 hours over the last 6 sprints (22 Jun - 13 Sept): 40 % under own normal of 5.0; "
    )
    assert would_clear(found, "velocity", 35).startswith("Velocity: back to none at the end of a sprint")
    assert reason(found, "velocity", 34) == "Velocity: no sprint ended this week; level held: hard."
    assert would_clear(found, "velocity", 34) == (
        "Velocity: held until it can be judged again, at most until the week of 26 Oct."
    )


@pytest.mark.parametrize(
    ("vibes", "expected"),
    [
        (2.5, "Vibes 2.5 on average over the last 4 entries (17 Aug - 13 Sept): at or under 2.75."),
        (2.0, "Vibes 2.0 on average over the last 4 entries (17 Aug - 13 Sept): at or under 2.25."),
        (3.0, "Vibes 3.0 on average over the last 6 entries (3 Aug - 13 Sept): 1.0 under own normal of 4.0; "),
    ],
)
def test_low_vibes(vibes: float, expected: str) -> None:
    found = signals(changes={index: {"vibes": vibes} for index in range(30, 36)})
    assert reason(found, "vibes", 35).startswith(expected)
    assert would_clear(found, "vibes", 35).startswith("Vibes: back to none when the mean of the last ")


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
    assert reason(found, "velocity", 31) == "Velocity 5.0 points per 40 hours this sprint, threshold 3.8."
    assert reason(found, "response", 30) == "Response times x1.00 of own normal this week, threshold x1.5."
    assert reason(found, "vibes", 30) == "Vibes 4 this week, threshold 2."
    assert reason(found, "vibes", 31) == "Vibes: no vibes this week."


# What is said of a rule is the rule in force, whatever its usual numbers are.
RULES = replace(
    PARAMETERS,
    billable=replace(PARAMETERS.billable, soft_z=2.6),
    together=replace(PARAMETERS.together, soft_z=2.4, hard_z=3.6, each_z=1.0),
    hysteresis=replace(PARAMETERS.hysteresis, fast_z=0.5, rise_signals=2, rise_weeks=3, fall_weeks=2),
)
WEEK = 35  # 7 - 13 September, the last of 16 weeks on 4x10


@pytest.fixture(scope="module")
def panel() -> Panel:
    return build_panel(readings(engineer_history("ana", n_during=16)), incidents(), PARAMETERS)


def opinion(**said: Any) -> Opinion:
    """The same opinion in every week: a quiet one about the last 4 weeks, but for what is given."""
    usual: dict[str, Any] = {
        "signal": NONE,
        "gap": 0,
        "rule": 0,
        "value": 80.0,
        "reference": 82.0,
        "z": 0.9,
        "first_week": WEEK - 3,
        "n_items": 4,
        "smallest_visible": 6.0,
        "clear_at": 77.3,
        "shared": 0.0,
        "is_fast": False,
        "is_one_item": False,
    }
    return Opinion(**{name: np.full((1, WEEK + 1), value) for name, value in (usual | said).items()})


def levels(level: int, before: int = SOFT, *, is_held: bool = False) -> Levels:
    found = np.full((1, WEEK + 1), before)
    found[:, WEEK] = level
    return Levels(found, np.full((1, WEEK + 1), is_held), np.full((1, WEEK + 1), WEEK - 2))


def told(panel: Panel, metric: Metric, level: int = NONE, before: int = NONE, **said: Any) -> tuple[str, str]:
    found = reasons(metric, panel, opinion(**said), levels(level, before), np.array([WEEK]), RULES)
    return str(found[0][0, 0]), str(found[1][0, 0])


POLICY = {"signal": SOFT, "rule": rule("policy"), "reference": 76.0, "z": 1.04}
FALLEN = {"signal": SOFT, "rule": rule("baseline"), "value": 74.0, "z": 3.14, "first_week": WEEK - 5, "n_items": 5}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            {},
            "Billable 80.0 % over 4 weeks, own normal 82.0 %; a fall of less than 6.0 points would not be visible yet.",
        ),
        (
            {"value": 75.96},  # reads as the policy itself, which is not under it
            "Billable 76.0 % over 4 weeks, own normal 82.0 %; a fall of less than 6.0 points would not be visible yet.",
        ),
        (
            {"value": 75.0},
            "Billable 75.0 % over 4 weeks, 1.0 point under the 76 % policy, within chance; own normal 82.0 %; "
            "a fall of less than 6.0 points would not be visible yet.",
        ),
        (
            {"shared": 2.1},
            "Billable 80.0 % over 4 weeks, own normal 82.0 %; beyond the 2.1 points that the whole team shares, "
            "a fall of less than 6.0 points would not be visible yet.",
        ),
        (
            {"reference": 76.0, "is_one_item": True},
            "Billable 80.0 % over 4 weeks, 4.0 points over the 76 % policy; less than 6.0 points under it would be "
            "chance. Without its worst week there is no signal.",
        ),
        (
            {"reference": 76.0, "value": 75.9},
            "Billable 75.9 % over 4 weeks, 0.1 points under the 76 % policy; less than 6.0 points under it would be "
            "chance.",
        ),
        (
            POLICY | {"value": 74.2},
            "Billable 74.2 % over the last 4 eligible weeks (17 Aug - 13 Sept): 1.8 points under the 76 % policy, "
            "1.0 standard errors.",
        ),
        (
            FALLEN,
            "Billable 74.0 % over the last 5 eligible weeks (3 Aug - 13 Sept): 8.0 points under own normal of 82.0 %; "
            "3.1 standard errors.",
        ),
        (
            FALLEN | {"shared": 1.0},
            "Billable 74.0 % over the last 5 eligible weeks (3 Aug - 13 Sept): 8.0 points under own normal of 82.0 %, "
            "of which 1.0 point the whole team shares and that is not counted; 3.1 standard errors.",
        ),
        (
            FALLEN | {"shared": 0.04},  # too little to print
            "Billable 74.0 % over the last 5 eligible weeks (3 Aug - 13 Sept): 8.0 points under own normal of 82.0 %; "
            "3.1 standard errors.",
        ),
        (
            FALLEN | {"value": 82.3},  # one outstanding week counts for no more than others do
            "Billable 82.3 % over the last 5 eligible weeks (3 Aug - 13 Sept): not under own normal of 82.0 % as a "
            "whole, but in most of these weeks; 3.1 standard errors.",
        ),
    ],
)
def test_billable(panel: Panel, said: dict[str, Any], expected: str) -> None:
    level = said.get("signal", NONE)
    assert told(panel, "billable", level, level, **said)[0] == expected


RATE = {"value": 3.9, "reference": 5.0, "smallest_visible": 1.0}


@pytest.mark.parametrize(
    ("metric", "said", "expected"),
    [
        (
            "velocity",
            RATE | {"shared": 0.03},
            "Velocity 3.9 points per 40 hours over 4 sprints, own normal 5.0; beyond the 3 % that the whole team "
            "shares, a fall of less than 20 % would not be visible yet.",
        ),
        (
            "velocity",
            RATE | {"signal": SOFT, "rule": rule("baseline"), "shared": 0.03, "is_one_item": True},
            "Velocity 3.9 points per 40 hours over the last 4 sprints (17 Aug - 13 Sept): 22 % under own normal of "
            "5.0, of which 3 % the whole team shares and that is not counted; 0.9 standard errors.",
        ),
        (
            "response",
            {"value": 1.3, "smallest_visible": 1.75, "shared": np.log(1.12)},
            "Response times x1.30 of own normal over 4 calls (17 Aug - 13 Sept); beyond the x1.12 that the whole team "
            "shares, less than x1.75 would not be visible yet.",
        ),
        (
            "response",
            {"value": 2.0, "signal": HARD, "rule": rule("baseline"), "shared": np.log(1.12), "z": 3.6},
            "Response times x2.00 of own normal over 4 calls (17 Aug - 13 Sept), of which x1.12 the whole team shares "
            "and that is not counted; 3.6 standard errors slower.",
        ),
        (
            "vibes",
            {"value": 3.5, "smallest_visible": np.nan},
            "Vibes 3.5 on average over 4 entries; 2.75 or less is low.",
        ),
        (
            "vibes",
            {"value": 3.5, "reference": 3.8, "smallest_visible": 0.8, "is_one_item": True},
            "Vibes 3.5 on average over 4 entries, own normal 3.8; a fall of less than 0.8 would not be visible yet. "
            "Without its lowest entry there is no signal.",
        ),
        (
            "vibes",
            {"value": 2.7, "reference": 3.8, "signal": SOFT, "rule": rule("baseline"), "shared": 0.1, "z": 2.8},
            "Vibes 2.7 on average over the last 4 entries (17 Aug - 13 Sept): 1.1 under own normal of 3.8, of which "
            "0.1 the whole team shares and that is not counted; 2.8 standard errors.",
        ),
        (
            "vibes",
            {"value": 2.5, "signal": SOFT, "rule": rule("mean")},
            "Vibes 2.5 on average over the last 4 entries (17 Aug - 13 Sept): at or under 2.75.",
        ),
    ],
)
def test_the_other_metrics(panel: Panel, metric: Metric, said: dict[str, Any], expected: str) -> None:
    level = said.get("signal", NONE)
    assert told(panel, metric, level, level, **said)[0] == expected


@pytest.mark.parametrize(
    ("signal", "level", "before", "is_fast", "expected"),
    [
        (SOFT, NONE, NONE, False, "rises to soft when this holds in 2 of 3 judged weeks, or at once with 0.5 standard"),
        (HARD, NONE, NONE, False, "rises to hard when this holds in 2 of 3 judged weeks."),
        (SOFT, SOFT, NONE, True, "That is at least 0.5 standard errors more than is asked: the level is soft at once."),
        (HARD, SOFT, NONE, True, "soft at once. The level rises to hard when this holds in 2 of 3 judged weeks."),
        (SOFT, HARD, HARD, False, "The level stays hard until this has been gone for 2 judged weeks running."),
        (NONE, SOFT, SOFT, False, "The level stays soft until this has been gone for 2 judged weeks running."),
    ],
)
def test_what_the_level_makes_of_a_signal(
    panel: Panel, signal: int, level: int, before: int, is_fast: bool, expected: str
) -> None:
    said = FALLEN | {"signal": signal, "is_fast": is_fast}
    assert expected in told(panel, "billable", level, before, **said)[0]


@pytest.mark.parametrize(
    ("signal", "level", "before", "is_fast"),
    [(SOFT, SOFT, SOFT, True), (SOFT, SOFT, NONE, False), (NONE, NONE, NONE, True), (HARD, HARD, SOFT, False)],
)
def test_a_level_that_agrees_with_its_signal_needs_no_word(
    panel: Panel, signal: int, level: int, before: int, is_fast: bool
) -> None:
    said = FALLEN | {"signal": signal, "is_fast": is_fast}
    assert "level" not in told(panel, "billable", level, before, **said)[0]


def test_velocity_follows_its_signal_so_no_word_is_said_of_rising(panel: Panel) -> None:
    said = RATE | {"signal": SOFT, "rule": rule("baseline"), "is_fast": True}
    assert told(panel, "velocity", SOFT, NONE, **said)[0].endswith("own normal of 5.0; 0.9 standard errors.")


@pytest.mark.parametrize(
    ("metric", "said", "expected"),
    [
        (
            "billable",
            POLICY,
            "Billable: back to none when the last 4 eligible weeks together stand above 77.3 % in 2 judged weeks "
            "running; 76 % of a full week of 40 hours is 30.4 billable hours.",
        ),
        (
            "billable",
            POLICY | {"n_items": 8},
            "Billable: back to none when the last 4 and the last 8 eligible weeks together stand above 77.3 % in 2 "
            "judged weeks running; 76 % of a full week of 40 hours is 30.4 billable hours.",
        ),
        (
            "billable",
            FALLEN | {"n_items": 8},
            "Billable: back to none when windows such as these 8 weeks stand above 77.3 % in 2 judged weeks running; "
            "76 % of a full week of 40 hours is 30.4 billable hours.",
        ),
        (
            "velocity",
            FALLEN | {"clear_at": 4.1},
            "Velocity: back to none at the end of a sprint, when the last 5 stand above 4.1 points per 40 hours.",
        ),
        (
            "response",
            FALLEN | {"clear_at": 1.35},
            "Response: back to none when the times over such a window stay under x1.35 of own normal in 2 judged weeks "
            "running.",
        ),
        (
            "vibes",
            FALLEN | {"clear_at": 2.75},
            "Vibes: back to none when the mean of the last 5 entries is above 2.75 in 2 judged weeks running.",
        ),
        (
            "vibes",
            {"signal": NO_OPINION, "gap": gap("nothing_new")},
            "Vibes: held until it can be judged again, at most until the week of 26 Oct.",
        ),
    ],
)
def test_what_would_clear_it(panel: Panel, metric: Metric, said: dict[str, Any], expected: str) -> None:
    assert told(panel, metric, SOFT, SOFT, **said)[1] == expected
    assert told(panel, metric, NONE, NONE, **said)[1] == ""


def together(panel: Panel, level: int, z: dict[Metric, float], **said: Any) -> tuple[str, str]:
    grids = {metric: np.full((1, WEEK + 1), value) for metric, value in z.items()}
    found = together_reasons(panel, opinion(**said), grids, levels(level, level), np.array([WEEK]), RULES)
    return str(found[0][0, 0]), str(found[1][0, 0])


PARTS: dict[Metric, float] = {"billable": 2.1, "velocity": 1.7, "response": 0.9, "vibes": np.nan}
MOVED = {"signal": SOFT, "rule": rule("together"), "value": 2.9}


def test_several_measures_that_moved_together_are_named_with_their_parts(panel: Panel) -> None:
    moved = "Several measures moved the same way from 17 Aug to 13 Sept: "
    why, clear = together(panel, SOFT, PARTS, **MOVED)
    assert why == (
        f"{moved}billable 2.1, velocity 1.7 standard errors worse than own normal; together 2.9 where 2.4 is asked, "
        "though none alone is proof."
    )
    assert clear == (
        "Several together: back to none when they stand less than 2.4 standard errors worse than own normal in 2 "
        "judged weeks running."
    )
    proof = together(panel, HARD, PARTS | {"billable": 2.6}, **MOVED | {"signal": HARD, "value": 3.7})[0]
    assert proof == (
        f"{moved}billable 2.6, velocity 1.7 standard errors worse than own normal; together 3.7 where 3.6 is asked."
    )
    assert "though none alone" in together(panel, SOFT, PARTS | {"billable": 2.59}, **MOVED)[0]
    assert "vibes 1.0 standard" in together(panel, SOFT, PARTS | {"vibes": 1.0}, **MOVED)[0]


@pytest.mark.parametrize(
    ("said", "level", "expected"),
    [
        (
            {"value": 0.8},
            NONE,
            "Several together: 0.8 standard errors worse than own normal, where 2.4 is asked.",
        ),
        (
            {"value": 2.5},
            NONE,
            "Several together: 2.5 standard errors worse than own normal, but that is the work of one of them.",
        ),
        (
            {"signal": NO_OPINION, "gap": gap("few_items")},
            NO_OPINION,
            "Several together: fewer than 2 measures to put together.",
        ),
    ],
)
def test_several_measures_that_did_not(panel: Panel, said: dict[str, Any], level: int, expected: str) -> None:
    assert together(panel, level, PARTS, **said) == (expected, "")


def test_only_the_cells_asked_for_are_worded(panel: Panel) -> None:
    weeks = np.arange(30, WEEK + 1)
    wanted = np.zeros((1, len(weeks)), dtype=bool)
    wanted[0, 2] = True
    why, clear = reasons("billable", panel, opinion(), levels(SOFT), weeks, PARAMETERS, wanted)
    assert [bool(text) for text in why[0]] == [bool(text) for text in clear[0]] == wanted[0].tolist()
    assert why[0, 2] == reasons("billable", panel, opinion(), levels(SOFT), weeks, PARAMETERS)[0][0, 2]
    nothing, _ = reasons("billable", panel, opinion(), levels(SOFT), weeks, PARAMETERS, np.zeros_like(wanted))
    assert (nothing == "").all()


def test_a_status_lists_what_is_up_the_most_serious_first_else_the_first_channel() -> None:
    order = ["billable", "vibes", TOGETHER]
    level = {
        "billable": np.array([[SOFT, NONE, NO_OPINION, NONE]]),
        "vibes": np.array([[HARD, NONE, NONE, SOFT]]),
        TOGETHER: np.array([[SOFT, NONE, NONE, SOFT]]),
    }
    texts = {channel: np.array([[channel] * 4], dtype=object) for channel in order}
    shown = np.ones((1, 4), dtype=bool)
    assert listed(order, level, texts, shown).tolist() == [
        [f"vibes\nbillable\n{TOGETHER}", "billable", "billable", f"vibes\n{TOGETHER}"]
    ]
    cells = listed_cells(order, level, shown)
    assert cells["billable"].tolist() == [[True, True, True, False]]
    assert cells[TOGETHER].tolist() == [[True, False, False, True]]
    assert (listed(order, level, texts, ~shown) == "").all()


def test_a_notice_says_which_side_of_the_policy_the_week_is_on(panel: Panel) -> None:
    history = readings(engineer_history("ana", billable_pct=[75.9, 76.0, 76.1, np.nan], n_before=4, n_during=0))
    why = notice_reasons(build_panel(history, incidents(), PARAMETERS), np.arange(4), PARAMETERS)[0].tolist()
    assert why[0] == "Billable 75.9 % in this week, under the 76 % policy; one week alone is no evidence."
    assert why[1] == "Billable 76.0 % in this week, not under the 76 % policy; one week alone is no evidence."
    assert why[2].startswith("Billable 76.1 % in this week, not under")
    assert why[3] == "Not on the roster any more."
