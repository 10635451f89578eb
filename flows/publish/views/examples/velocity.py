"""Velocity: what becomes of one issue's points in a sprint and the next, and who gets them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pandas as pd

from flows.publish.views import wording
from flows.publish.views.examples.made_up import MONDAYS, case_ids, engineer, engineers, group, table
from transforms.language import N_, NBSP, Words, _
from transforms.metrics.velocity import NOT_ON_ROSTER, UNASSIGNED, replay_sprints
from transforms.schemas.sources import IssueEvents, Sprints

# The parts of a sprint's totals, in the order in which they are told.
PARTS: Final = ("committed", "reestimated", "added", "completed", "carried_over", "removed", "reopened")
_PART_WORDS: Final = {
    "committed": N_("committed {points}"),
    "reestimated": N_("re-estimated {points}"),
    "added": N_("added {points}"),
    "completed": N_("completed {points}"),
    "carried_over": N_("carried over {points}"),
    "removed": N_("removed {points}"),
    "reopened": N_("taken back {points}"),
}
_TOGETHER: Final = "together"
_NAMES: Final = Words({"ana": "Ana", "ben": "Ben", UNASSIGNED: N_("nobody"), NOT_ON_ROSTER: N_("not on the roster")})

# Two sprints of two weeks: from Monday 09:00 to the Friday of the week after, 17:00.
_FIRST: Final = MONDAYS[0].tz_localize("UTC") + pd.Timedelta(hours=9)
_CLOSE: Final = _FIRST + pd.Timedelta(days=11, hours=8)
_SECOND: Final = _FIRST + pd.Timedelta(days=14)
_END: Final = _SECOND + pd.Timedelta(days=11, hours=8)
_KNOWN_UNTIL: Final = _END + pd.Timedelta(days=2)
_AN_HOUR: Final = pd.Timedelta(hours=1)
# When something happens.
BEFORE: Final = _FIRST - pd.Timedelta(days=5)
EARLY: Final = _FIRST + pd.Timedelta(days=2)
LATE: Final = _FIRST + pd.Timedelta(days=8)
BETWEEN: Final = _CLOSE + pd.Timedelta(days=1)
NEXT: Final = _SECOND + pd.Timedelta(days=2)
NEXT_LATE: Final = _SECOND + pd.Timedelta(days=8)

Change = tuple[pd.Timestamp, str, str | None]
Points = Mapping[str, float]


@dataclass(frozen=True)
class Case:
    """An issue of 5 points, Ana's, in the first sprint, unless it says otherwise, and what happens to it.

    `first`, `second`: its points in the totals of both sprints; `credits`: points by engineer in the first sprint and
    in the second. All worked out by hand, without the zeros. Completed is what it was before anything is taken back.
    """

    name: str
    what: str
    changes: tuple[Change, ...]
    first: Points = field(default_factory=dict)
    second: Points = field(default_factory=dict)
    credits: tuple[Points, Points] = ({}, {})
    points: float | None = 5.0
    assignee: str | None = "ana"
    sprint: str | None = "1"
    created: pd.Timestamp = BEFORE
    is_subtask: bool = False


@dataclass(frozen=True)
class Replayed:
    """What the replay makes of an issue, or of all together: as in a case, without the zeros."""

    first: Points
    second: Points
    credits: tuple[Points, Points]


def _done(when: pd.Timestamp) -> Change:
    return (when, "is_done", "true")


def _undone(when: pd.Timestamp) -> Change:
    return (when, "is_done", "false")


# What closing a sprint writes for an issue that is not done.
_MOVED_ON: Final[Change] = (_CLOSE, "sprints", "1,2")

CASES: Final = (
    Case(
        "Done",
        "Done in the sprint",
        (_done(LATE),),
        first={"committed": 5, "completed": 5},
        credits=({"ana": 5}, {}),
    ),
    Case(
        "Raised",
        "Estimated at 5, made 8 in the sprint, done",
        ((EARLY, "points", "8.0"), _done(LATE)),
        first={"committed": 5, "reestimated": 3, "completed": 8},
        credits=({"ana": 8}, {}),
    ),
    Case(
        "Too late",
        "Made 8 after the close",
        (_done(LATE), (BETWEEN, "points", "8.0")),
        first={"committed": 5, "completed": 5},
        credits=({"ana": 5}, {}),
    ),
    Case(
        "Added",
        "Added after the start, done",
        ((EARLY, "sprints", "1"), _done(LATE)),
        first={"added": 5, "completed": 5},
        credits=({"ana": 5}, {}),
        sprint=None,
    ),
    Case(
        "Removed",
        "Taken out of the sprint, then done",
        ((EARLY, "sprints", None), _done(LATE)),
        first={"committed": 5, "removed": 5},
    ),
    Case(
        "Out and in",
        "Taken out and put back, done",
        ((EARLY, "sprints", None), (EARLY + _AN_HOUR, "sprints", "1"), _done(LATE)),
        first={"committed": 5, "completed": 5},
        credits=({"ana": 5}, {}),
    ),
    Case(
        "In and out",
        "Added after the start, taken out again",
        ((EARLY, "sprints", "1"), (LATE, "sprints", None)),
        first={"added": 5, "removed": 5},
        sprint=None,
    ),
    Case("Before", "Done before the start", (_done(BEFORE + _AN_HOUR),)),
    Case("Outside", "Done before it was added", (_done(EARLY), (LATE, "sprints", "1")), sprint=None),
    Case(
        "Not done",
        "Made 8 and not done; nor in the next sprint",
        ((EARLY, "points", "8.0"), _MOVED_ON),
        first={"committed": 5, "reestimated": 3, "carried_over": 8},
        second={"committed": 8, "carried_over": 8},
    ),
    Case(
        "Carried on",
        "Not done; Ben does it in the next sprint",
        (_MOVED_ON, (NEXT, "assignee", "ben"), _done(NEXT_LATE)),
        first={"committed": 5, "carried_over": 5},
        second={"committed": 5, "completed": 5},
        credits=({}, {"ben": 5}),
    ),
    Case(
        "Handed on",
        "Ana's when done, Ben's later",
        (_done(EARLY), (LATE, "assignee", "ben")),
        first={"committed": 5, "completed": 5},
        credits=({"ana": 5}, {}),
    ),
    Case(
        "Redone",
        "Done by Ana, reopened, done again by Ben in the same sprint",
        (_done(EARLY), _undone(LATE), (LATE, "assignee", "ben"), _done(LATE + _AN_HOUR)),
        first={"committed": 5, "completed": 5},
        credits=({"ana": 5}, {}),
    ),
    Case(
        "Reopened",
        "Done, and reopened in the next sprint",
        (_done(LATE), _undone(NEXT)),
        first={"committed": 5, "completed": 5},
        second={"reopened": 5},
        credits=({"ana": 5}, {"ana": -5}),
    ),
    Case(
        "A slip",
        "Done, reopened by mistake in the next sprint, done again",
        (_done(LATE), _undone(NEXT), _done(NEXT + _AN_HOUR)),
        first={"committed": 5, "completed": 5},
        credits=({"ana": 5}, {}),
    ),
    Case(
        "Done anew",
        "Done, reopened and planned again, done by Ben in the next sprint",
        (
            _done(LATE),
            _undone(BETWEEN),
            (BETWEEN, "sprints", "1,2"),
            (BETWEEN, "assignee", "ben"),
            _done(NEXT),
        ),
        first={"committed": 5, "completed": 5},
        second={"committed": 5, "completed": 5, "reopened": 5},
        credits=({"ana": 5}, {"ana": -5, "ben": 5}),
    ),
    Case(
        "Unassigned",
        "Assigned to nobody, done",
        (_done(LATE),),
        first={"committed": 5, "completed": 5},
        credits=({UNASSIGNED: 5}, {}),
        assignee=None,
    ),
    Case(
        "Stranger",
        "Done by somebody who is not on the roster",
        (_done(LATE),),
        first={"committed": 5, "completed": 5},
        credits=({NOT_ON_ROSTER: 5}, {}),
        assignee=NOT_ON_ROSTER,
    ),
    Case("Sub-task", "A sub-task, done", (_done(LATE),), is_subtask=True),
    Case("No estimate", "Never estimated, done", (_done(LATE),), points=None),
)

# All of CASES in one team's sprints: the sums over the cases.
TOGETHER: Final = Case(
    "Together",
    "All of these in one team's sprints",
    (),
    first={"committed": 70, "reestimated": 6, "added": 10, "completed": 63, "carried_over": 13, "removed": 10},
    second={"committed": 18, "completed": 10, "carried_over": 8, "reopened": 10},
    credits=({"ana": 53, UNASSIGNED: 5, NOT_ON_ROSTER: 5}, {"ana": -10, "ben": 10}),
)


def groups() -> list[dict[str, Any]]:
    """The table of the page."""
    return [
        group(
            "velocity",
            label=_("Velocity"),
            title=_("What becomes of an issue of 5 points, assigned to Ana"),
            text=_(
                "Committed, re-estimated and added points are completed, carried over or removed: nothing is lost. "
                "Behind the semicolon: who is credited, in all with what was completed less what was taken back."
            ),
            columns=[_("Case"), _("What happens"), _("Points")],
            rows=[
                [_(case.name), _(case.what), _told(found)]
                for case, found in zip([*CASES, TOGETHER], replayed(), strict=True)
            ],
        )
    ]


def replayed() -> list[Replayed]:
    """What the replay makes of each of CASES, every one in a team of its own, and of all of them in one team."""
    ids = case_ids(CASES)
    teams = [*ids, _TOGETHER]
    sprint_ids = {team: (2 * number + 1, 2 * number + 2) for number, team in enumerate(teams)}
    sprints = [row for team in teams for row in _sprints(team, sprint_ids[team])]
    own = [row for team, case in zip(ids, CASES, strict=True) for row in _events(case, team, sprint_ids[team])]
    shared = [
        row
        for name, case in zip(ids, CASES, strict=True)
        for row in _events(case, f"{_TOGETHER} {name}", sprint_ids[_TOGETHER])
    ]
    credits, totals = replay_sprints(
        table(Sprints, sprints),
        table(IssueEvents, [*own, *shared]),
        engineers(engineer("ana"), engineer("ben")),
        _KNOWN_UNTIL,
        "UTC",
    )
    parts = {int(row["sprint_id"]): _parts(row) for row in totals.to_dict("records")}
    return [
        Replayed(parts[first], parts[second], (_engineers(credits, first), _engineers(credits, second)))
        for first, second in sprint_ids.values()
    ]


def _sprints(team: str, sprint_ids: tuple[int, int]) -> list[dict[str, Any]]:
    spans = ((_FIRST, _CLOSE), (_SECOND, _END))
    return [
        {
            "sprint_id": sprint_id,
            "team_id": team,
            "name": f"Sprint {sprint_id}",
            "state": "closed",
            "start_at": start,
            "end_at": end,
            "complete_at": end,
        }
        for sprint_id, (start, end) in zip(sprint_ids, spans, strict=True)
    ]


def _events(case: Case, issue_key: str, sprint_ids: tuple[int, int]) -> list[dict[str, Any]]:
    """The issue's fields at its creation, and its changes; sprints 1 and 2 are the team's two."""
    at_creation = {
        "sprints": case.sprint,
        "points": None if case.points is None else str(case.points),
        "is_done": "false",
        "assignee": case.assignee,
    }
    listed = [(case.created, name, value, 0) for name, value in at_creation.items()]
    listed += [(when, name, value, number) for number, (when, name, value) in enumerate(case.changes, start=1)]
    return [
        {
            "issue_key": issue_key,
            "is_subtask": case.is_subtask,
            "event_id": number,
            "changed_at": when,
            "field": name,
            "value": _numbered(value, sprint_ids) if name == "sprints" else value,
        }
        for when, name, value, number in listed
    ]


def _numbered(value: str | None, sprint_ids: Sequence[int]) -> str | None:
    return None if value is None else ",".join(str(sprint_ids[int(number) - 1]) for number in value.split(","))


def _parts(totals: Mapping[Any, Any]) -> Points:
    """A sprint's totals; what it completed, before anything is taken back."""
    parts = {part: float(totals[f"{part}_points"]) for part in PARTS}
    parts["completed"] += parts["reopened"]
    return {part: points for part, points in parts.items() if points}


def _engineers(credits: pd.DataFrame, sprint_id: int) -> Points:
    points = credits[credits["sprint_id"] == sprint_id].groupby("engineer_id")["points_completed"].sum()
    return {str(who): float(value) for who, value in points.items() if value}


def _told(found: Replayed) -> str:
    """`Committed 5, completed 5; Ana 5. Next sprint: taken back 5; Ana −5.`"""
    first, second = (
        _of_sprint(parts, credits) for parts, credits in zip((found.first, found.second), found.credits, strict=True)
    )
    told = [f"{wording.capital(first)}."] if first else [_("Nothing.")]
    told += [_("Next sprint: {points}.", points=second)] if second else []
    return " ".join(told)


def _of_sprint(parts: Points, credits: Points) -> str:
    """`committed 5, completed 5; Ana 5`; empty where nothing counts."""
    told = [
        _(_PART_WORDS[part], points=wording.number(parts[part], 0, signed=part == "reestimated"))
        for part in PARTS
        if part in parts
    ]
    names = [f"{name}{NBSP}{wording.number(credits[who], 0)}" for who, name in _NAMES.items() if who in credits]
    return "; ".join(", ".join(listed) for listed in (told, names) if listed)
