"""Every awkward kind of sprint, by hand: what the team's report says, and who gets the points in which week.

Each story's arithmetic stands beside it in the order of the report:
committed + re-estimated + added = completed + carried over + removed.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import pandas as pd
import pytest

from tests.builders.facts import CHICAGO, at, engineer, engineers, issue, issue_events, sprint, sprints
from transforms.metrics.velocity import NOT_ON_ROSTER, UNASSIGNED, replay_sprints

# Team core: three sprints of two weeks, Monday morning to Friday evening, and one beside them. Team ops: one sprint.
S61 = sprint(61, "2026-10-26 09:00", "2026-11-06 17:00")
S62 = sprint(62, "2026-11-09 09:00", "2026-11-20 17:00")
S63 = sprint(63, "2026-11-23 09:00", "2026-12-04 17:00")
BESIDE = sprint(71, "2026-11-02 09:00", "2026-11-13 17:00")
OPS = sprint(80, "2026-11-02 09:00", "2026-11-13 17:00", team_id="ops")
CALENDAR = (S61, S62, S63)

BEFORE = "2026-10-20 09:00"
START, CLOSE = "2026-10-26 09:00", "2026-11-06 17:00"
W1, W2, W3, W4, W5 = "2026-10-26", "2026-11-02", "2026-11-09", "2026-11-16", "2026-11-23"

Change = tuple[str, str, str | None]
Credits = dict[tuple[int, str, str], float]
Totals = dict[int, dict[str, float]]


def done(when: str) -> Change:
    return (when, "is_done", "true")


def reopened(when: str) -> Change:
    return (when, "is_done", "false")


def into(when: str, sprint_ids: str | None) -> Change:
    return (when, "sprints", sprint_ids)


def worth(when: str, points: str | None) -> Change:
    return (when, "points", points)


def given_to(when: str, who: str | None) -> Change:
    return (when, "assignee", who)


class Story(NamedTuple):
    """The changes of an issue of 5 points, in sprint 61 and ana's unless said, and what comes of them.

    `totals`: parts that are not 0, by sprint; sprints that are not named have none. `credits`: by sprint, engineer and
    week.
    """

    name: str
    changes: Sequence[Change]
    totals: Totals
    credits: Credits
    given: Mapping[str, Any] = MappingProxyType({})
    calendar: Sequence[dict[str, Any]] = CALENDAR
    created: str = BEFORE
    is_created_done: bool = False

    def events(self, key: str = "A-1") -> list[dict[str, Any]]:
        given = {"sprints": "61", "points": 5, "assignee": "ana", **self.given}
        rows = issue(key, self.created, *self.changes, **given)
        if self.is_created_done:
            rows = [{**row, "value": "true"} if row["field"] == "is_done" else row for row in rows]
        return rows


def told(*issues: list[dict[str, Any]], calendar: Sequence[dict[str, Any]], people: pd.DataFrame) -> Any:
    credits, totals = replay_sprints(sprints(*calendar), issue_events(*issues), people, at("2026-12-07 00:00"), CHICAGO)
    rows = zip(
        credits["sprint_id"], credits["engineer_id"], credits["week_start"], credits["points_completed"], strict=True
    )
    by_week: Credits = {}
    for sprint_id, who, week, points in rows:
        key = (int(sprint_id), str(who), f"{week:%Y-%m-%d}")
        by_week[key] = by_week.get(key, 0.0) + float(points)
    parts = [name for name in totals.columns if name.endswith("_points")]
    by_sprint = {
        int(row["sprint_id"]): {name.removesuffix("_points"): row[name] for name in parts if row[name]}
        for row in totals.to_dict("records")
    }
    return by_week, {sprint_id: row for sprint_id, row in by_sprint.items() if row}


STORIES = [
    # -- in and out ------------------------------------------------------------------------------------------------
    Story(
        "added and removed",
        [into("2026-10-28 10:00", "61"), into("2026-10-30 10:00", None)],
        {61: {"added": 5, "removed": 5}},  # 0 + 0 + 5 = 0 + 0 + 5
        {},
        given={"sprints": None},
    ),
    Story(
        "removed and re-added",
        [into("2026-10-28 10:00", None), into("2026-10-29 10:00", "61"), done("2026-11-03 10:00")],
        {61: {"committed": 5, "completed": 5}},  # 5 + 0 + 0 = 5 + 0 + 0
        {(61, "ana", W2): 5},
    ),
    Story(
        "removed, done outside, and re-added as done",
        [into("2026-10-28 10:00", None), done("2026-10-29 10:00"), into("2026-10-30 10:00", "61")],
        {61: {"committed": 5, "removed": 5}},  # 5 + 0 + 0 = 0 + 0 + 5: done, but not in the sprint
        {},
    ),
    Story(
        "removed and done outside",
        [into("2026-10-28 10:00", None), done("2026-10-29 10:00")],
        {61: {"committed": 5, "removed": 5}},  # 5 + 0 + 0 = 0 + 0 + 5
        {},
    ),
    Story(
        "added, removed, and done elsewhere before the close",
        [into("2026-10-28 10:00", "61"), into("2026-10-30 10:00", None), done("2026-11-03 10:00")],
        {61: {"added": 5, "removed": 5}},  # 0 + 0 + 5 = 0 + 0 + 5
        {},
        given={"sprints": None},
    ),
    Story(
        "done in the sprint and removed as done",
        [done("2026-10-28 10:00"), into("2026-10-30 10:00", None)],
        {61: {"committed": 5, "removed": 5}},  # 5 + 0 + 0 = 0 + 0 + 5: not in it at the close
        {},
    ),
    Story(
        "put in at the very start is committed",
        [into(START, "61")],
        {61: {"committed": 5, "carried_over": 5}},  # 5 + 0 + 0 = 0 + 5 + 0
        {},
        given={"sprints": None},
    ),
    Story(
        "taken out at the very start is not",
        [into(START, None)],
        {},
        {},
    ),
    Story(
        "moved on by the close itself",
        [into(CLOSE, "61,62"), done("2026-11-10 10:00")],
        # 61: 5 + 0 + 0 = 0 + 5 + 0; 62: 5 + 0 + 0 = 5 + 0 + 0
        {61: {"committed": 5, "carried_over": 5}, 62: {"committed": 5, "completed": 5}},
        {(62, "ana", W3): 5},
    ),
    Story(
        "taken out a minute before the close",
        [into("2026-11-06 16:59", "62"), done("2026-11-10 10:00")],
        # 61: 5 + 0 + 0 = 0 + 0 + 5; 62: 5 + 0 + 0 = 5 + 0 + 0
        {61: {"committed": 5, "removed": 5}, 62: {"committed": 5, "completed": 5}},
        {(62, "ana", W3): 5},
    ),
    Story(
        "created inside the sprint, already done",
        [],
        {61: {"added": 5, "completed": 5}},  # 0 + 0 + 5 = 5 + 0 + 0
        {(61, "ana", W2): 5},
        created="2026-11-03 10:00",
        is_created_done=True,
    ),
    Story("created before the sprint, already done", [], {}, {}, is_created_done=True),
    Story(
        "a history without a sprint",
        [worth("2026-10-28 10:00", "8"), given_to("2026-10-28 10:00", "ben"), done("2026-11-03 10:00")],
        {},
        {},
        given={"sprints": None},
    ),
    Story(
        "a history without a change of sprint",
        [given_to("2026-10-28 10:00", "ben"), done("2026-11-03 10:00")],
        {61: {"committed": 5, "completed": 5}},  # 5 + 0 + 0 = 5 + 0 + 0
        {(61, "ben", W2): 5},
    ),
    # -- estimates -------------------------------------------------------------------------------------------------
    Story(
        "re-estimated before the start",
        [worth("2026-10-24 10:00", "8"), done("2026-11-03 10:00")],
        {61: {"committed": 8, "completed": 8}},  # 8 + 0 + 0 = 8 + 0 + 0
        {(61, "ana", W2): 8},
    ),
    Story(
        "re-estimated at the very start",
        [worth(START, "8"), done("2026-11-03 10:00")],
        {61: {"committed": 8, "completed": 8}},  # 8 + 0 + 0 = 8 + 0 + 0
        {(61, "ana", W2): 8},
    ),
    Story(
        "re-estimated after the start",
        [worth("2026-10-28 10:00", "8"), done("2026-11-03 10:00")],
        {61: {"committed": 5, "reestimated": 3, "completed": 8}},  # 5 + 3 + 0 = 8 + 0 + 0
        {(61, "ana", W2): 8},
    ),
    Story(
        "re-estimated after it was done",
        [done("2026-10-28 10:00"), worth("2026-11-05 10:00", "3")],
        {61: {"committed": 5, "reestimated": -2, "completed": 3}},  # 5 - 2 + 0 = 3 + 0 + 0
        {(61, "ana", W1): 3},
    ),
    Story(
        "re-estimated at the very close",
        [done("2026-10-28 10:00"), worth(CLOSE, "3")],
        {61: {"committed": 5, "completed": 5}},  # 5 + 0 + 0 = 5 + 0 + 0
        {(61, "ana", W1): 5},
    ),
    Story(
        "estimate taken away",
        [worth("2026-10-28 10:00", None), done("2026-11-03 10:00")],
        {61: {"committed": 5, "reestimated": -5}},  # 5 - 5 + 0 = 0 + 0 + 0
        {(61, "ana", W2): 0},
    ),
    Story(
        "estimated for the first time inside",
        [worth("2026-10-28 10:00", "8"), done("2026-11-03 10:00")],
        {61: {"reestimated": 8, "completed": 8}},  # 0 + 8 + 0 = 8 + 0 + 0
        {(61, "ana", W2): 8},
        given={"points": None},
    ),
    Story(
        "re-estimated and removed",
        [worth("2026-10-28 10:00", "8"), into("2026-10-29 10:00", None)],
        {61: {"committed": 5, "reestimated": 3, "removed": 8}},  # 5 + 3 + 0 = 0 + 0 + 8
        {},
    ),
    Story(
        "re-estimated and carried over",
        [worth("2026-10-28 10:00", "2")],
        {61: {"committed": 5, "reestimated": -3, "carried_over": 2}},  # 5 - 3 + 0 = 0 + 2 + 0
        {},
    ),
    Story(
        "added and then re-estimated",
        [into("2026-10-28 10:00", "61"), worth("2026-10-29 10:00", "8"), done("2026-11-03 10:00")],
        {61: {"added": 8, "completed": 8}},  # 0 + 0 + 8 = 8 + 0 + 0
        {(61, "ana", W2): 8},
        given={"sprints": None},
    ),
    Story("unestimated", [done("2026-11-03 10:00")], {}, {(61, "ana", W2): 0}, given={"points": None}),
    Story("zero points", [done("2026-11-03 10:00")], {}, {(61, "ana", W2): 0}, given={"points": 0}),
    Story(
        "negative points",
        [done("2026-11-03 10:00")],
        {61: {"committed": -2, "completed": -2}},  # -2 + 0 + 0 = -2 + 0 + 0
        {(61, "ana", W2): -2},
        given={"points": -2},
    ),
    Story(
        "parts of a point",
        [worth("2026-10-28 10:00", "2.5"), done("2026-11-03 10:00")],
        {61: {"committed": 0.5, "reestimated": 2, "completed": 2.5}},  # 0.5 + 2 + 0 = 2.5 + 0 + 0
        {(61, "ana", W2): 2.5},
        given={"points": 0.5},
    ),
    Story("a sub-task", [done("2026-11-03 10:00")], {}, {}, given={"is_subtask": True}),
    # -- done, and when --------------------------------------------------------------------------------------------
    Story("done before the start", [done("2026-10-22 10:00")], {}, {}),
    Story("done at the very start", [done(START)], {}, {}),
    Story(
        "done at the very close",
        [done(CLOSE)],
        {61: {"committed": 5, "carried_over": 5}},  # 5 + 0 + 0 = 0 + 5 + 0
        {},
    ),
    Story(
        "done before it was added",
        [done("2026-10-28 10:00"), into("2026-10-29 10:00", "61")],
        {},
        {},
        given={"sprints": None},
    ),
    Story(
        "done before it was added, reopened inside and left so",
        [done("2026-10-28 10:00"), into("2026-10-29 10:00", "61"), reopened("2026-10-30 10:00")],
        {61: {"added": 5, "carried_over": 5}},  # 0 + 0 + 5 = 0 + 5 + 0
        {},
        given={"sprints": None},
    ),
    Story(
        "done before it was added, reopened and done again inside",
        [
            done("2026-10-28 10:00"),
            into("2026-10-29 10:00", "61"),
            reopened("2026-10-30 10:00"),
            done("2026-11-03 10:00"),
        ],
        {61: {"added": 5, "completed": 5}},  # 0 + 0 + 5 = 5 + 0 + 0
        {(61, "ana", W2): 5},
        given={"sprints": None},
    ),
    Story(
        "reopened inside and done again: the first move counts",
        [done("2026-10-28 10:00"), reopened("2026-10-29 10:00"), done("2026-11-03 10:00")],
        {61: {"committed": 5, "completed": 5}},  # 5 + 0 + 0 = 5 + 0 + 0
        {(61, "ana", W1): 5},
    ),
    Story(
        "reopened inside and left so",
        [done("2026-10-28 10:00"), reopened("2026-10-29 10:00")],
        {61: {"committed": 5, "carried_over": 5}},  # 5 + 0 + 0 = 0 + 5 + 0
        {},
    ),
    Story(
        "done, undone and done by one person in the same minute",
        [done("2026-11-03 10:00"), reopened("2026-11-03 10:00"), done("2026-11-03 10:00")],
        {61: {"committed": 5, "completed": 5}},  # 5 + 0 + 0 = 5 + 0 + 0
        {(61, "ana", W2): 5},
    ),
    # -- reopened after the close ----------------------------------------------------------------------------------
    Story(
        "reopened in the next sprint and left so",
        [done("2026-11-03 10:00"), reopened("2026-11-17 10:00")],
        # 61: 5 + 0 + 0 = 5 + 0 + 0; 62: nothing of its own, 5 taken back
        {61: {"committed": 5, "completed": 5}, 62: {"completed": -5, "reopened": 5}},
        {(61, "ana", W2): 5, (62, "ana", W4): -5},
    ),
    Story(
        "reopened in the next sprint; what is done to it then does not move the reopening",
        [done("2026-11-03 10:00"), reopened("2026-11-10 10:00"), reopened("2026-11-17 10:00")],
        {61: {"committed": 5, "completed": 5}, 62: {"completed": -5, "reopened": 5}},
        {(61, "ana", W2): 5, (62, "ana", W3): -5},
    ),
    Story(
        "reopened at the very close",
        [done("2026-11-03 10:00"), reopened(CLOSE)],
        # 61 is judged just before; 62 finds it not done at its start
        {61: {"committed": 5, "completed": 5}, 62: {"completed": -5, "reopened": 5}},
        {(61, "ana", W2): 5, (62, "ana", W3): -5},
    ),
    Story(
        "reopened between the sprints, and done by ben in the next",
        [
            done("2026-11-03 10:00"),
            reopened("2026-11-07 10:00"),
            into("2026-11-07 10:01", "61,62"),
            given_to("2026-11-07 10:02", "ben"),
            done("2026-11-17 10:00"),
        ],
        # 62: 5 + 0 + 0 = 5 + 0 + 0, less the 5 of 61: 0
        {61: {"committed": 5, "completed": 5}, 62: {"committed": 5, "reopened": 5}},
        {(61, "ana", W2): 5, (62, "ana", W3): -5, (62, "ben", W4): 5},
    ),
    Story(
        "reopened between the sprints and done again there: nobody's sprint saw it",
        [done("2026-11-03 10:00"), reopened("2026-11-07 10:00"), done("2026-11-08 10:00")],
        {61: {"committed": 5, "completed": 5}},
        {(61, "ana", W2): 5},
    ),
    Story(
        "reopened and done again within the next sprint",
        [done("2026-11-03 10:00"), into(CLOSE, "61,62"), reopened("2026-11-10 10:00"), done("2026-11-17 10:00")],
        # 62 did not find it open and did not leave it open: it stays where it was credited
        {61: {"committed": 5, "completed": 5}},
        {(61, "ana", W2): 5},
    ),
    Story(
        "reopened two sprints later",
        [done("2026-11-03 10:00"), reopened("2026-11-24 10:00")],
        {61: {"committed": 5, "completed": 5}, 63: {"completed": -5, "reopened": 5}},
        {(61, "ana", W2): 5, (63, "ana", W5): -5},
    ),
    Story(
        "reopened, done again, and reopened once more",
        [
            done("2026-11-03 10:00"),
            reopened("2026-11-07 10:00"),
            into("2026-11-07 10:01", "61,62"),
            done("2026-11-10 10:00"),
            reopened("2026-11-24 10:00"),
        ],
        # 61: +5; 62: -5 found open, +5 done again; 63: -5 left open
        {
            61: {"committed": 5, "completed": 5},
            62: {"committed": 5, "reopened": 5},
            63: {"completed": -5, "reopened": 5},
        },
        {(61, "ana", W2): 5, (62, "ana", W3): 0, (63, "ana", W5): -5},
    ),
    Story(
        "re-estimated after it was reopened: what was credited is taken back",
        [done("2026-11-03 10:00"), worth("2026-11-09 12:00", "13"), reopened("2026-11-10 10:00")],
        {61: {"committed": 5, "completed": 5}, 62: {"completed": -5, "reopened": 5}},
        {(61, "ana", W2): 5, (62, "ana", W3): -5},
    ),
    # -- several sprints at once -----------------------------------------------------------------------------------
    Story(
        "in two sprints at once: the one that closes first has it",
        [into("2026-11-01 10:00", "61,71"), done("2026-11-03 10:00")],
        # 61: 5 = 5; 71: 5 + 0 + 0 = 0 + 0 + 5, done elsewhere
        {61: {"committed": 5, "completed": 5}, 71: {"committed": 5, "removed": 5}},
        {(61, "ana", W2): 5},
        calendar=(S61, BESIDE),
    ),
    Story(
        "moved into a sprint that runs beside it, and done there",
        [into("2026-11-03 10:00", "71"), done("2026-11-05 10:00")],
        # 61: 5 + 0 + 0 = 0 + 0 + 5; 71: 0 + 0 + 5 = 5 + 0 + 0
        {61: {"committed": 5, "removed": 5}, 71: {"added": 5, "completed": 5}},
        {(71, "ana", W2): 5},
        calendar=(S61, BESIDE),
    ),
    Story(
        "moved to another team's board, and done there",
        [into("2026-11-03 10:00", "80"), done("2026-11-05 10:00")],
        {61: {"committed": 5, "removed": 5}, 80: {"added": 5, "completed": 5}},
        {(80, "ana", W2): 5},
        calendar=(S61, OPS),
    ),
    Story(
        "done, then reopened and done again in a sprint that ran beside it",
        [
            done("2026-11-03 10:00"),
            reopened("2026-11-10 10:00"),
            into("2026-11-10 10:01", "61,71"),
            done("2026-11-12 10:00"),
        ],
        # 71 does not count it a second time: 0 + 0 + 5 = 0 + 0 + 5, done elsewhere first
        {61: {"committed": 5, "completed": 5}, 71: {"added": 5, "removed": 5}},
        {(61, "ana", W2): 5},
        calendar=(S61, BESIDE),
    ),
    Story(
        "done, then reopened and left open in a sprint that ran beside it",
        [done("2026-11-03 10:00"), reopened("2026-11-10 10:00"), into("2026-11-10 10:01", "61,71")],
        # 71: 0 + 0 + 5 = 0 + 5 + 0, and the 5 of 61 taken back
        {61: {"committed": 5, "completed": 5}, 71: {"added": 5, "carried_over": 5, "completed": -5, "reopened": 5}},
        {(61, "ana", W2): 5, (71, "ana", W3): -5},
        calendar=(S61, BESIDE),
    ),
    Story(
        "reopened while two sprints run: the one that closes first finds it",
        [done("2026-11-03 10:00"), reopened("2026-11-12 10:00"), done("2026-11-19 10:00")],
        # 71 closes on the 13th and left it open; 62 closes on the 20th with it done
        {61: {"committed": 5, "completed": 5}, 71: {"completed": -5, "reopened": 5}},
        {(61, "ana", W2): 5, (71, "ana", W3): -5},
        calendar=(S61, S62, BESIDE),
    ),
    Story(
        "reopened while one sprint runs and before another starts: the start finds it first",
        [done("2026-11-03 10:00"), reopened("2026-11-07 10:00"), done("2026-11-12 10:00")],
        # 62 starts on the 9th and finds it open; 71 closes on the 13th with it done
        {61: {"committed": 5, "completed": 5}, 62: {"completed": -5, "reopened": 5}},
        {(61, "ana", W2): 5, (62, "ana", W3): -5},
        calendar=(S61, S62, BESIDE),
    ),
    Story(
        "reopened before one sprint starts and left so while another runs: the start finds it before the close does",
        [done("2026-11-03 10:00"), reopened("2026-11-07 10:00")],
        # 62 starts on the 9th; 71 closes on the 13th
        {61: {"committed": 5, "completed": 5}, 62: {"completed": -5, "reopened": 5}},
        {(61, "ana", W2): 5, (62, "ana", W3): -5},
        calendar=(S61, S62, BESIDE),
    ),
    Story(
        "taken back by its own team, then done in another team's sprint that ran all the while",
        [
            done("2026-11-03 10:00"),
            reopened("2026-11-07 10:00"),
            into("2026-11-07 10:01", "61,80"),
            done("2026-11-12 10:00"),
        ],
        # 61: +5; 62: -5, found open; 80: 0 + 0 + 5 = 5 + 0 + 0
        {
            61: {"committed": 5, "completed": 5},
            62: {"completed": -5, "reopened": 5},
            80: {"added": 5, "completed": 5},
        },
        {(61, "ana", W2): 5, (62, "ana", W3): -5, (80, "ana", W3): 5},
        calendar=(S61, S62, OPS),
    ),
    # -- whose it is -----------------------------------------------------------------------------------------------
    Story(
        "nobody's",
        [done("2026-11-03 10:00")],
        {61: {"committed": 5, "completed": 5}},
        {(61, UNASSIGNED, W2): 5},
        given={"assignee": None},
    ),
    Story(
        "somebody's who is not, or no longer, on the roster",
        [done("2026-11-03 10:00")],
        {61: {"committed": 5, "completed": 5}},
        {(61, NOT_ON_ROSTER, W2): 5},
        given={"assignee": "zoe"},
    ),
    Story(
        "a leaver's who is still on the roster",
        [done("2026-11-03 10:00")],
        {61: {"committed": 5, "completed": 5}},
        {(61, "lea", W2): 5},
        given={"assignee": "lea"},
    ),
    Story(
        "given to ben between done and close",
        [done("2026-11-03 10:00"), given_to("2026-11-04 10:00", "ben")],
        {61: {"committed": 5, "completed": 5}},
        {(61, "ana", W2): 5},
    ),
    Story(
        "given to ben in the instant of the move",
        [done("2026-11-03 10:00"), given_to("2026-11-03 10:00", "ben")],
        {61: {"committed": 5, "completed": 5}},
        {(61, "ben", W2): 5},
    ),
    Story(
        "given to ben, reopened and taken back: from ana, who was credited",
        [done("2026-11-03 10:00"), given_to("2026-11-09 10:00", "ben"), reopened("2026-11-10 10:00")],
        {61: {"committed": 5, "completed": 5}, 62: {"completed": -5, "reopened": 5}},
        {(61, "ana", W2): 5, (62, "ana", W3): -5},
    ),
    # -- odd sprints -----------------------------------------------------------------------------------------------
    Story(
        "closed three days later than planned",
        [done("2026-11-09 08:00")],
        # Until Monday the 9th; that week's Thursday is not in the sprint, so the points are the week's before.
        {61: {"committed": 5, "completed": 5}},
        {(61, "ana", W2): 5},
        calendar=(sprint(61, "2026-10-26 09:00", "2026-11-06 17:00", closed="2026-11-09 10:00"),),
    ),
    Story(
        "without a Thursday",
        [done("2026-11-03 10:00")],
        # Friday to Wednesday holds no week; the points stand in the week of their day.
        {61: {"committed": 5, "completed": 5}},
        {(61, "ana", W2): 5},
        calendar=(sprint(61, "2026-10-30 09:00", "2026-11-04 17:00"),),
    ),
    Story(
        "reopened a week before a sprint without a Thursday finds it: it counts from that sprint's start",
        [done("2026-11-03 10:00"), reopened("2026-11-07 10:00")],
        {61: {"committed": 5, "completed": 5}, 72: {"completed": -5, "reopened": 5}},
        {(61, "ana", W2): 5, (72, "ana", W3): -5},
        calendar=(S61, sprint(72, "2026-11-13 09:00", "2026-11-18 17:00")),
    ),
    Story(
        "started late: what was put in until then is committed, what was done until then is not counted",
        [into("2026-10-28 10:00", "61"), done("2026-11-03 10:00")],
        {61: {"committed": 5, "completed": 5}},
        {(61, "ana", W2): 5},
        given={"sprints": None},
        calendar=(sprint(61, "2026-10-29 09:00", "2026-11-06 17:00"),),
    ),
    Story(
        "started late: done before that",
        [done("2026-10-28 10:00")],
        {},
        {},
        calendar=(sprint(61, "2026-10-29 09:00", "2026-11-06 17:00"),),
    ),
    # -- edges of weeks --------------------------------------------------------------------------------------------
    Story(
        "done late on the Sunday on which clocks are set back",
        [done("2026-11-01 23:59")],
        {61: {"committed": 5, "completed": 5}},
        {(61, "ana", W1): 5},
    ),
    Story(
        "done in the first minute of Monday",
        [done("2026-11-02 00:00")],
        {61: {"committed": 5, "completed": 5}},
        {(61, "ana", W2): 5},
    ),
]


def people(zone: str = CHICAGO) -> pd.DataFrame:
    names = [engineer(name, timezone=zone) for name in ("ana", "ben")]
    leaver = engineer("lea", timezone=zone, employed_to=pd.Timestamp("2026-10-30"))
    return engineers(*names, leaver, engineer("omar", team_id="ops", timezone=zone))


@pytest.mark.parametrize("story", STORIES, ids=[story.name for story in STORIES])
def test_a_sprint_is_counted_as_a_person_counts_it(story: Story):
    by_week, by_sprint = told(story.events(), calendar=story.calendar, people=people())
    assert by_sprint == story.totals
    assert by_week == story.credits


def test_all_stories_together_are_the_sum_of_each():
    together = [story for story in STORIES if story.calendar == CALENDAR]
    events = [story.events(f"A-{n}") for n, story in enumerate(together)]
    by_week, by_sprint = told(*events, calendar=CALENDAR, people=people())
    assert by_week == _sums(story.credits for story in together)
    for sprint_id in (61, 62, 63):
        wanted = _sums(story.totals.get(sprint_id, {}) for story in together)
        assert by_sprint[sprint_id] == {part: points for part, points in wanted.items() if points}


def _sums(parts: Any) -> Any:
    total: dict[Any, float] = {}
    for part in parts:
        for key, points in part.items():
            total[key] = total.get(key, 0.0) + points
    return total


@pytest.mark.parametrize(
    ("zone", "week"),
    [("America/Chicago", W1), ("Europe/Madrid", W2), ("Pacific/Auckland", W2), ("Pacific/Honolulu", W1)],
)
def test_a_week_ends_on_the_teams_own_sunday(zone: str, week: str):
    # 19:00 on Sunday in Chicago, after the clocks were set back, is 01:00 UTC on Monday, 02:00 in Madrid.
    late = issue("A-1", BEFORE, done("2026-11-01 19:00"), sprints="61", points=5, assignee="ana")
    by_week, _ = told(late, calendar=CALENDAR, people=people(zone))
    assert by_week == {(61, "ana", week): 5}


def test_an_empty_sprint_has_totals_of_0_and_no_median():
    _, totals = replay_sprints(sprints(S61), issue_events(), people(), at("2026-11-09 00:00"), CHICAGO)
    row = totals.iloc[0]
    assert [row[name] for name in totals.columns if name.endswith("_points")] == [0.0] * 7
    assert pd.isna(row["median_estimate"])
    assert row["n_estimated"] == 0


def test_zero_is_an_estimate_and_none_is_not():
    of_points = [None, 0, 1, 5]
    events = [
        issue(f"A-{n}", BEFORE, done("2026-11-03 10:00"), sprints="61", points=points)
        for n, points in enumerate(of_points)
    ]
    _, totals = replay_sprints(sprints(S61), issue_events(*events), people(), at("2026-11-09 00:00"), CHICAGO)
    assert totals[["median_estimate", "n_estimated"]].to_numpy().tolist() == [[1.0, 3]]


def test_a_credit_says_which_issue_and_when_and_a_reopening_too():
    back = issue(
        "A-1", BEFORE, done("2026-11-03 10:00"), reopened("2026-11-07 10:00"), sprints="61", points=5, assignee="ana"
    )
    credits, _ = replay_sprints(sprints(*CALENDAR), issue_events(back), people(), at("2026-12-07 00:00"), CHICAGO)
    told = credits.sort_values("sprint_id")[["issue_key", "kind", "credited_at", "points_completed"]].to_numpy()
    # The reopening was on a Saturday between the sprints; it counts in the first week of the sprint that found it.
    assert told.tolist() == [
        ["A-1", "completed", at("2026-11-03 10:00"), 5.0],
        ["A-1", "reopened", at("2026-11-07 10:00"), -5.0],
    ]
