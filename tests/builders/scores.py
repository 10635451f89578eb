"""Tiny hand-made teams for scoring: statuses as letters, truths of a line. Week 0 is the first on 4x10."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from flows.simulation.tallies import Judged, Truth

SWITCH = pd.Timestamp("2026-04-06")
_LETTERS = {"g": "green", "y": "yellow", "r": "red", "?": "unknown"}


def monday(week: float | None) -> pd.Timestamp:
    return pd.NaT if week is None else SWITCH + pd.Timedelta(weeks=week)


def engineer(name: str = "ana", scenario: str = "unaffected", **cells: Any) -> dict[str, Any]:
    """A row of the truth. `drop` and `bad` are weeks since the switch."""
    drop, bad = cells.pop("drop", None), cells.pop("bad", None)
    usual = {
        "engineer_id": name,
        "scenario": scenario,
        "size": "",
        "drop_week": monday(drop),
        "bad_week": monday(bad),
        "should_return": "no",
        "is_clear_decliner": False,
        "is_chronic": scenario == "chronic",
    }
    return usual | cells


def decliner(name: str = "ana", scenario: str = "billable", drop: int = 0, **cells: Any) -> dict[str, Any]:
    """Somebody whose true drop begins in that week and who should return."""
    known = {"drop": drop, "should_return": "yes", "is_clear_decliner": True}
    return engineer(name, scenario, **(known | cells))


def truth(*engineers: dict[str, Any], weeks_during: int = 52, effect: float = 0.0) -> Truth:
    return Truth(pd.DataFrame(engineers or [engineer()]), SWITCH, weeks_during, effect)


def statuses(shown: Mapping[str, str], first: int = 0) -> pd.DataFrame:
    """One letter a week from week `first` on; a blank is a week without a row."""
    rows = [
        (name, monday(first + week), _LETTERS[letter])
        for name, letters in shown.items()
        for week, letter in enumerate(letters)
        if letter != " "
    ]
    return pd.DataFrame(rows, columns=["engineer_id", "week_start", "status"])


def judged(
    shown: Mapping[str, str],
    *,
    first: int = 0,
    returns: Sequence[tuple[str, int]] = (),
    reviews: Sequence[tuple[int, float, float, str]] = (),
) -> Judged:
    """`returns`: who was proposed to return in which week; `reviews`: week, ends of the interval, verdict."""
    return Judged(
        statuses(shown, first),
        pd.DataFrame(
            [(name, monday(week), "return") for name, week in returns],
            columns=["engineer_id", "week_start", "recommendation"],
        ),
        pd.DataFrame(
            [(monday(week), low, high, verdict) for week, low, high, verdict in reviews],
            columns=["week_start", "ci_low", "ci_high", "verdict"],
        ),
    )
