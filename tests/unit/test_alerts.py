"""What becomes news, and how often."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from tests.builders.decisions import engineer_history, incidents, readings, week
from transforms.alerts import (
    KEYS,
    NOTICE,
    AlertGrid,
    alert_events,
    alerts,
    derive_alerts,
    no_alerts,
    published_grids,
    team_wide_red,
)
from transforms.panel import Panel, build_panel
from transforms.parameters import AlertRules, DecisionParameters
from transforms.schemas.decisions import AlertEvents, Statuses
from transforms.schemas.registry import conform, empty
from transforms.status import GREEN, RED, UNKNOWN
from transforms.vocabulary import ALERT_EVENTS, CHANNELS

PARAMETERS = DecisionParameters()
_LEVELS = {"0": 0, "1": 1, "2": 2, "-": -1}


def panel_of(n_weeks: int, *, n_before: int = 0, **columns: object) -> Panel:
    history = engineer_history(n_before=n_before, n_during=n_weeks - n_before, **columns)  # type: ignore[arg-type]
    return build_panel(readings(history), incidents(), PARAMETERS)


def run(
    panel: Panel,
    text: str,
    *,
    published: dict[str, AlertGrid] | None = None,
    judged: Sequence[int] | None = None,
    below_before: bool = False,
) -> dict[str, AlertGrid]:
    """Alerts of one engineer whose billable level is given, one character a week; all else is quiet."""
    quiet = np.zeros((1, len(text)), dtype=np.int64)
    level = dict.fromkeys(CHANNELS, quiet) | {"billable": np.array([[_LEVELS[letter] for letter in text]])}
    return alerts(
        panel,
        PARAMETERS,
        level,
        quiet,
        np.full(quiet.shape, below_before),
        published or {key: no_alerts(panel) for key in KEYS},
        range(len(text)) if judged is None else judged,
    )


def told(grid: AlertGrid) -> list[str]:
    """Events as `week event severity`, with `!` where somebody is notified."""
    weeks = np.flatnonzero(grid.event[0] >= 0)
    return [
        f"{index} {ALERT_EVENTS[grid.event[0, index]]} {grid.severity[0, index]}"
        + ("!" if grid.is_notified[0, index] else "")
        for index in weeks
    ]


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ("0000", []),
        ("0110", ["1 opened 1!", "3 resolved 1!"]),
        ("0120", ["1 opened 1!", "2 escalated 2!", "3 resolved 2!"]),
        ("0210", ["1 opened 2!", "2 eased 1", "3 resolved 1!"]),
        ("0212", ["1 opened 2!", "2 eased 1", "3 escalated 2!"]),
        ("01-10", ["1 opened 1!", "4 resolved 1!"]),  # unknown neither resolves nor opens
        ("-1", ["1 opened 1!"]),
        ("0101", ["1 opened 1!", "2 resolved 1!", "3 opened 1!"]),
        ("11111", ["0 opened 1!", "4 reminded 1!"]),
        ("111111111", ["0 opened 1!", "4 reminded 1!", "8 reminded 1!"]),
        ("1112222", ["0 opened 1!", "3 escalated 2!"]),  # four weeks count from the last news
        ("11122222", ["0 opened 1!", "3 escalated 2!", "7 reminded 2!"]),
        ("1111-1", ["0 opened 1!", "5 reminded 1!"]),
    ],
)
def test_the_life_of_an_alert(levels: str, expected: list[str]) -> None:
    assert told(run(panel_of(len(levels)), levels)["billable"]) == expected


@pytest.mark.parametrize("cut", range(1, 9))
def test_published_events_stand_and_are_told_once(cut: int) -> None:
    text = "011122-00"
    panel = panel_of(len(text))
    whole = run(panel, text)
    reasons = {key: np.full((1, len(text)), "why", dtype=object) for key in KEYS}
    rows = conform(alert_events(panel, whole, reasons, np.arange(cut)), AlertEvents)
    again = run(panel, text, published=published_grids(panel, rows), judged=range(cut, len(text)))
    for key in KEYS:
        assert told(again[key]) == told(whole[key])


def test_a_published_week_is_not_told_again_when_its_facts_change() -> None:
    panel = panel_of(4)
    before = run(panel, "0110")
    after = run(panel, "0000", published=before, judged=[3])
    assert told(after["billable"]) == ["1 opened 1!", "3 resolved 1!"]


def test_a_notice_is_a_single_weeks_reading_under_the_policy() -> None:
    panel = panel_of(6, billable_pct=[80.0, 75.9, 70.0, 76.0, 75.0, 75.0], changes={4: {"is_billable_known": False}})
    found = run(panel, "000000")
    assert told(found[NOTICE]) == ["1 opened 1", "3 resolved 1", "5 opened 1"]
    assert told(found["billable"]) == []


def test_a_notice_never_escalates_and_is_never_notified() -> None:
    panel = panel_of(10, billable_pct=[70.0])
    assert told(run(panel, "0011222222")[NOTICE]) == ["0 opened 1"]


def test_who_has_left_has_no_open_alerts() -> None:
    leaver = engineer_history("ana", n_before=0, n_during=3)
    stays = engineer_history("ben", n_before=0, n_during=6)
    panel = build_panel(readings(leaver, stays), incidents(), PARAMETERS)
    quiet = np.zeros((2, 6), dtype=np.int64)
    level = quiet.copy()
    level[0] = [0, 1, 1, -1, -1, -1]
    found = alerts(
        panel,
        PARAMETERS,
        dict.fromkeys(CHANNELS, quiet) | {"billable": level},
        quiet,
        np.zeros((2, 6), dtype=bool),
        {key: no_alerts(panel) for key in KEYS},
        range(6),
    )
    assert told(found["billable"]) == ["1 opened 1!", "3 resolved 1"]


@pytest.mark.parametrize(
    ("n_before", "below_before", "is_new"), [(0, False, True), (0, True, False), (2, False, False), (1, False, True)]
)
def test_what_was_low_before_the_switch_is_not_new(n_before: int, below_before: bool, is_new: bool) -> None:
    found = run(panel_of(4, n_before=n_before), "0111", below_before=below_before)["billable"]
    assert found.is_new[0, 1] == is_new


def test_an_alert_keeps_what_it_was_when_it_opened() -> None:
    found = run(panel_of(5, n_before=2), "01120")["billable"]
    assert found.is_new[0, [1, 3, 4]].tolist() == [False, False, False]
    assert (found.opened[0, [1, 3, 4]] == np.datetime64(week(1))).all()


@pytest.mark.parametrize(
    ("n_red", "n_team", "is_team_wide"),
    [(3, 9, True), (3, 10, False), (2, 3, False), (3, 3, True), (4, 10, True)],
)
def test_a_third_of_a_team_and_three_engineers_turning_red_is_a_team_alert(
    n_red: int, n_team: int, is_team_wide: bool
) -> None:
    histories = [engineer_history(f"e{number:02d}", n_before=0, n_during=2) for number in range(n_team)]
    histories.append(engineer_history("x", n_before=0, n_during=2, team_id="other"))
    panel = build_panel(readings(*histories), incidents(), PARAMETERS)
    underlying = np.full((n_team + 1, 2), GREEN)
    underlying[:n_red, 1] = RED
    underlying[-1, 1] = RED  # of another team
    found = team_wide_red(panel, underlying, AlertRules())
    assert found[:, 1].tolist() == [is_team_wide] * n_red + [False] * (n_team - n_red + 1)
    underlying[0, 0] = RED  # was red before: did not turn
    n_turned = n_red - 1
    still = n_turned >= 3 and n_turned * 3 >= n_team
    assert team_wide_red(panel, underlying, AlertRules())[:, 1].sum() == (n_turned if still else 0)


def test_turning_red_from_unknown_counts() -> None:
    histories = [engineer_history(name, n_before=0, n_during=2) for name in ("ana", "ben", "chloe")]
    panel = build_panel(readings(*histories), incidents(), PARAMETERS)
    assert team_wide_red(panel, np.array([[UNKNOWN, RED]] * 3), AlertRules())[:, 1].all()


def events_of(*rows: tuple[int, str, str, int]) -> pd.DataFrame:
    """Events as (week, event, severity, week of opening) about one engineer's billable."""
    return pd.DataFrame(
        {
            "engineer_id": "ana",
            "week_start": [week(row[0]) for row in rows],
            "channel": "billable",
            "event": [row[1] for row in rows],
            "severity": [row[2] for row in rows],
            "opened_week": [week(row[3]) for row in rows],
            "is_notified": True,
            "is_new_since_switch": True,
            "is_team_wide": False,
            "reason": [f"reason of week {row[0]}" for row in rows],
        }
    )


def status_of(index: int, *, is_overridden: bool) -> pd.DataFrame:
    row = {name: [""] for name in Statuses.to_schema().columns}
    row |= {"engineer_id": ["ana"], "week_start": [week(index)], "override_applied": [is_overridden]}
    return pd.DataFrame(row)


EVENTS = events_of(
    (1, "opened", "notice", 1),
    (1, "opened", "warning", 1),
    (2, "escalated", "critical", 1),
    (3, "resolved", "notice", 1),
    (4, "eased", "warning", 1),
    (5, "resolved", "warning", 1),
    (7, "opened", "warning", 7),
)


@pytest.mark.parametrize(
    ("at", "overridden", "expected"),
    [
        (0, False, []),
        (1, False, ["notice open", "warning open"]),
        (2, False, ["notice open", "critical open"]),
        (4, False, ["notice resolved", "critical open"]),
        (4, True, ["notice resolved", "critical overridden"]),
        (6, True, ["notice resolved", "critical resolved"]),
        (7, False, ["notice resolved", "critical resolved", "warning open"]),
    ],
)
def test_the_state_of_alerts_follows_from_their_events(at: int, overridden: bool, expected: list[str]) -> None:
    found = derive_alerts(EVENTS, status_of(at, is_overridden=overridden), week(at))
    assert (found["severity"] + " " + found["state"]).tolist() == expected


def test_an_alert_shows_its_latest_sentence_and_when_it_was_resolved() -> None:
    found = derive_alerts(EVENTS, status_of(5, is_overridden=False), week(5))
    critical = found[found["severity"] == "critical"].iloc[0]
    assert (critical["reason"], critical["opened_week"], critical["resolved_week"]) == (
        "reason of week 5",
        week(1),
        week(5),
    )


def test_no_events_make_no_alerts() -> None:
    assert derive_alerts(empty(AlertEvents), empty(Statuses), week(3)).empty
