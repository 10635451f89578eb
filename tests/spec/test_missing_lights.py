"""What is missing is unknown in the light too: never a colour that nobody could know.

Every row is a story about one engineer among steady colleagues, judged end to end. Weeks count from the switch, the
first week on 4x10 being 1; weeks before it are 0 and less. Definition: decisions.md, 1 ("No opinion or unknown").
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.builders.decisions import STEADY_PCT, engineer_history, incidents, readings, week
from transforms.decide import Decisions, decide
from transforms.parameters import DecisionParameters

BEFORE, DURING = 20, 20
Change = dict[str, Any]

HOURS_LOST: Change = {"is_billable_known": False, "worked_hours": np.nan, "billable_hours": np.nan}
POINTS_LOST: Change = {"is_velocity_known": False, "points_completed": np.nan}
CALLS_LOST: Change = {"is_response_known": False}
VIBES_LOST: Change = {"is_vibes_known": False, "vibes": np.nan}
JIRA_LOST = HOURS_LOST | POINTS_LOST
ALL_LOST = JIRA_LOST | CALLS_LOST | VIBES_LOST
AWAY: Change = {"leave_hours": 40.0, "worked_hours": 0.0, "billable_hours": 0.0}
GOOD: Change = {"vibes": 5.0, "has_note": True}


@dataclass(frozen=True)
class Story:
    """What is missing in which weeks, and what is shown in one of them."""

    what: str
    week: int
    changes: dict[int, Change]
    shown: str = "unknown"
    joined: int = -BEFORE + 1
    gone: tuple[int, ...] = ()  # weeks without a row: not on the roster

    def __str__(self) -> str:
        return f"{self.shown} in week {self.week}: {self.what}"


def weeks(first: int, last: int, *changes: Change) -> dict[int, Change]:
    """The same changes in every week from the first to the last."""
    merged: Change = {}
    for change in changes:
        merged |= change
    return dict.fromkeys(range(first, last + 1), merged)


def slipping(numbers: Iterable[int], *changes: Change) -> dict[int, Change]:
    """Billable and points are each a little lower than normal: enough together, neither of them alone."""
    found: dict[int, Change] = {}
    for number in numbers:
        usual = STEADY_PCT[(BEFORE + number - 1) % len(STEADY_PCT)]
        found[number] = {"billable_pct": usual - 2.6, "points_completed": 8.8 if number % 2 == 0 else 0.0}
        for change in changes:
            found[number] |= change
    return found


SLOW = {number: {"points_completed": 6.5} for number in range(2, DURING + 1, 2)}

NO_AVAILABLE_HOURS = Story(
    "available hours are no number", 10, weeks(10, 10, {"holiday_hours": np.nan, "billable_hours": 33.0})
)
UNKNOWN = [
    Story("Jira could not be asked this week", 10, weeks(10, 10, JIRA_LOST)),
    Story("no source could be asked this week", 10, weeks(10, 10, ALL_LOST)),
    Story("Jira gave worklogs in part", 10, weeks(10, 10, {"is_billable_known": False, "worked_hours": 20.0})),
    Story("82.5 % of the window's hours are logged", 10, weeks(7, 10, {"worked_hours": 33.0})),
    Story("worked hours are no number", 10, weeks(10, 10, {"worked_hours": np.nan})),
    Story("billable hours are no number", 10, weeks(10, 10, {"billable_hours": np.nan})),
    NO_AVAILABLE_HOURS,
    Story("off the roster for ten weeks, back for two", 14, {}, gone=tuple(range(3, 13))),
    Story("a new hire's fifth week", 9, {}, joined=5),
    Story("a new hire's eighth week, two of which count", 12, {}, joined=5),
    Story("away all along, two weeks at work", 10, weeks(-BEFORE + 1, 8, AWAY)),
    Story("no hours before the switch, two weeks of them since", 2, weeks(-BEFORE + 1, 0, HOURS_LOST)),
    Story("on leave for nine weeks: longer than a light is held", 13, weeks(5, 13, AWAY)),
    Story("never any hours, vibes are good", 12, weeks(-BEFORE + 1, DURING, HOURS_LOST, {"vibes": 5.0})),
    Story("hours are not known, good vibes and a note", 10, weeks(10, 10, HOURS_LOST, GOOD)),
    Story("no hours, no points, no calls for weeks", 12, weeks(5, 12, JIRA_LOST, CALLS_LOST)),
    Story("all slips, Jira could not be asked", 10, slipping(range(5, 13), JIRA_LOST)),
]
COLOURED = [
    Story("nothing is missing", 10, {}, "green"),
    Story("Jira could not be asked last week", 11, weeks(10, 10, JIRA_LOST), "green"),
    Story("85 % of the window's hours are logged", 10, weeks(7, 10, {"worked_hours": 34.0}), "green"),
    Story("a new hire's ninth week, three of which count", 13, {}, "green", joined=5),
    Story("off the roster for ten weeks, back for three", 15, {}, "green", gone=tuple(range(3, 13))),
    Story("the switch: two weeks of 4x10, held from before it", 2, {}, "green"),
    Story("on leave for eight weeks: held", 12, weeks(5, 12, AWAY), "green"),
    Story("no points for ten weeks", 12, weeks(3, 12, POINTS_LOST), "green"),
    Story("no calls could be asked for, ever", 12, weeks(-BEFORE + 1, DURING, CALLS_LOST), "green"),
    Story("no vibes, ever", 12, weeks(-BEFORE + 1, DURING, VIBES_LOST), "green"),
    Story(
        "no points, no calls and no vibes, ever",
        12,
        weeks(-BEFORE + 1, DURING, POINTS_LOST, CALLS_LOST, VIBES_LOST),
        "green",
    ),
    Story("all slips", 10, slipping(range(5, 13)), "yellow"),
    Story("all slips, points could not be asked for", 10, slipping(range(5, 13), POINTS_LOST), "green"),
    Story("hours are not known, vibes are 2.5 for weeks", 10, weeks(6, 10, HOURS_LOST, {"vibes": 2.5}), "yellow"),
    Story("hours are not known, vibes are 2 for weeks", 10, weeks(6, 10, HOURS_LOST, {"vibes": 2.0}), "red"),
    Story(
        "billable is not known, sprints are slow",
        12,
        {number: SLOW.get(number, {}) | {"is_billable_known": False} for number in range(1, 13)},
        "red",
    ),
]
STORIES = [*UNKNOWN, *COLOURED]


@cache
def decided() -> Decisions:
    shifted = [STEADY_PCT[number:] + STEADY_PCT[:number] for number in range(5)]
    histories = [
        engineer_history(f"peer{number}", n_before=BEFORE, n_during=DURING, billable_pct=pct)
        for number, pct in enumerate(shifted)
    ]
    for number, story in enumerate(STORIES):
        who = f"story{number:02d}"
        rows = engineer_history(
            who,
            n_before=BEFORE,
            n_during=DURING,
            joined=BEFORE + story.joined - 1,
            changes={BEFORE + number - 1: change for number, change in story.changes.items()},
            team_id=who,
        )
        histories.append(rows[~rows["week_start"].isin([week(BEFORE + gone - 1) for gone in story.gone])])
    return decide(readings(*histories), incidents(), DecisionParameters())


def row_of(story: Story, table: pd.DataFrame) -> pd.DataFrame:
    who = f"story{STORIES.index(story):02d}"
    return table[(table["engineer_id"] == who) & (table["week_start"] == week(BEFORE + story.week - 1))]


@pytest.mark.parametrize("story", STORIES, ids=str)
def test_a_colour_is_shown_only_where_it_is_known(story: Story) -> None:
    found = row_of(story, decided().statuses)
    assert found[["status", "underlying_status"]].to_numpy().tolist() == [[story.shown, story.shown]]


@pytest.mark.parametrize("story", UNKNOWN, ids=str)
def test_what_is_unknown_has_no_number_and_says_why(story: Story) -> None:
    found = decided()
    status = row_of(story, found.statuses).iloc[0]
    assert not status["override_applied"]
    assert status["reasons"]
    billable = row_of(story, found.signals).query("channel == 'billable'").iloc[0]
    assert billable["signal"] == billable["level"] == "unknown"
    assert billable[["value", "reference", "z"]].isna().all()
    assert not billable["is_held"]
    events = row_of(story, found.alert_events)
    assert not (events["event"] == "opened").any()
