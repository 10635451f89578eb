"""Alerts at their edges: the first week, and an alert that escalates while a whole team turns red."""

from dataclasses import fields

import numpy as np

from tests.builders.decisions import engineer_history, incidents, readings
from transforms.alerts import ESCALATED, KEYS, OPENED, alert_events, alerts, no_alerts, published_grids
from transforms.panel import Panel, build_panel
from transforms.parameters import DecisionParameters
from transforms.vocabulary import CHANNELS

PARAMETERS = DecisionParameters()


def team_of(size: int, n_weeks: int) -> Panel:
    team = [engineer_history(f"e{number}", n_before=0, n_during=n_weeks) for number in range(size)]
    return build_panel(readings(*team), incidents(), PARAMETERS)


def test_an_alert_that_escalates_as_the_team_turns_red_is_part_of_the_team_alert() -> None:
    """In the second week one escalates and three open; the last was red before and is no part of it."""
    panel = team_of(5, 6)
    billable = np.array([[1, 2] + [2] * 4, [0, 2] + [2] * 4, [0, 2] + [2] * 4, [0, 2] + [2] * 4, [2, 2] + [2] * 4])
    level = dict.fromkeys(CHANNELS, np.zeros_like(billable)) | {"billable": billable}
    never = {key: no_alerts(panel) for key in KEYS}
    below = np.zeros(billable.shape, dtype=bool)
    found = alerts(panel, PARAMETERS, level, billable, below, never, range(panel.n_weeks))["billable"]
    assert found.event[:, 1].tolist()[:4] == [ESCALATED, OPENED, OPENED, OPENED]
    assert found.is_team_wide[:, 1].tolist() == [True, True, True, True, False]
    assert not found.is_team_wide[:, [0, 2, 3, 4, 5]].any()


def test_published_events_of_the_first_week_and_engineer_stand() -> None:
    panel = team_of(2, 3)
    billable = np.array([[1, 1, 1], [2, 2, 0]])
    level = dict.fromkeys(CHANNELS, np.zeros_like(billable)) | {"billable": billable}
    below = np.zeros(billable.shape, dtype=bool)
    never = {key: no_alerts(panel) for key in KEYS}
    grids = alerts(panel, PARAMETERS, level, billable, below, never, range(panel.n_weeks))
    words = dict.fromkeys(KEYS, np.full(billable.shape, "why", dtype=object))
    back = published_grids(panel, alert_events(panel, grids, words, np.arange(panel.n_weeks)))["billable"]
    happened = grids["billable"].event >= 0
    assert happened[:, 0].all()
    for one in fields(back):
        np.testing.assert_array_equal(getattr(back, one.name)[happened], getattr(grids["billable"], one.name)[happened])
    assert (back.event[~happened] < 0).all()
