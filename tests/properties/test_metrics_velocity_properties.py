"""Points are conserved whatever happened to the issues, and a plain loop over the histories agrees."""

from random import Random
from typing import Any

import pandas as pd
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.builders.facts import CHICAGO, at, engineer, engineers, issue, issue_events, sprint, sprints
from transforms.metrics.velocity import NOT_ON_ROSTER, UNASSIGNED, replay_sprints

quick = settings(max_examples=5, deadline=None, derandomize=True)

# Three sprints in a row with a weekend between them; the third is still open when the run looks.
CALENDAR = [
    sprint(61, "2026-10-26 09:00", "2026-11-06 17:00"),
    sprint(62, "2026-11-09 09:00", "2026-11-20 17:00"),
    sprint(63, "2026-11-23 09:00", "2026-12-04 17:00"),
]
CLOSED = (61, 62)
UNTIL = at("2026-11-30 00:00")

Events = list[dict[str, Any]]


def life(random: Random, key: str, *, is_re_estimated: bool) -> Events:
    """An issue with a short, eventful life, at the clocks of the starts and closes too."""
    values = {
        "is_done": ["true", "false"],
        "sprints": [None, "61", "62", "61,62", "61, 62, 63", "7"],
        "assignee": [None, "ana", "ben", "zoe"],
    } | ({"points": [None, "1", "5"]} if is_re_estimated else {})
    fields = random.choices(list(values), weights=[4, 2, 1, 1][: len(values)], k=random.randint(1, 7))
    days = pd.date_range("2026-10-20", "2026-11-29")
    clocks = sorted(f"{random.choice(days):%Y-%m-%d} {random.choice(['09:00', '12:00', '17:00'])}" for _ in fields)
    return issue(
        key,
        "2026-10-19 09:00",
        *[(clock, field, random.choice(values[field])) for clock, field in zip(clocks, fields, strict=True)],
        sprints=random.choice(["61", "61", "61,62", "62", None]),
        points=random.choice([2.0, 3.0, None]),
        assignee=random.choice(["ana", "zoe", None]),
        is_subtask=random.random() < 0.1,
    )


def stories(*, is_re_estimated: bool = True) -> st.SearchStrategy[list[Events]]:
    """Many issues in one replay: they know nothing of each other, and a replay costs most. Drawn as one seed."""

    def story(seed: int) -> list[Events]:
        random = Random(seed)
        return [life(random, f"A-{number}", is_re_estimated=is_re_estimated) for number in range(120)]

    return st.integers(0, 2**32 - 1).map(story)


def replay(issues: list[Events]) -> tuple[pd.DataFrame, pd.DataFrame]:
    people = engineers(engineer("ana"), engineer("ben"))
    return replay_sprints(sprints(*CALENDAR), issue_events(*issues), people, UNTIL, CHICAGO)


class Loop:
    """The definition, read issue by issue: slow, plain, and sharing no code with the replay."""

    def __init__(self, events: Events) -> None:
        self.events = sorted(
            (e for e in events if e["changed_at"] < UNTIL), key=lambda e: (e["changed_at"], e["event_id"])
        )

    def value(self, field: str, moment: pd.Timestamp, *, before: bool = False) -> Any:
        found = None
        for event in self.events:
            if event["field"] == field and (
                event["changed_at"] < moment or (event["changed_at"] == moment and not before)
            ):
                found = event["value"]
        return found

    def is_done(self, moment: pd.Timestamp, *, before: bool = False) -> bool:
        return bool(self.value("is_done", moment, before=before) == "true")

    def is_in(self, sprint_id: int, moment: pd.Timestamp, *, before: bool = False) -> bool:
        listed = self.value("sprints", moment, before=before) or ""
        return str(sprint_id) in [one.strip() for one in listed.split(",")]

    def first_move(self, one: dict[str, Any], end: pd.Timestamp) -> pd.Timestamp | None:
        was_done = False
        for event in self.events:
            if event["field"] != "is_done":
                continue
            is_done, moment = event["value"] == "true", event["changed_at"]
            if is_done and not was_done and one["start_at"] < moment < end and self.is_in(one["sprint_id"], moment):
                return pd.Timestamp(moment)
            was_done = is_done
        return None

    def lines(self) -> list[tuple[int, str, float]]:
        """(sprint, engineer, points), negative where taken back."""
        found = []
        for index, one in enumerate(CALENDAR):
            end = min(one["complete_at"], UNTIL)
            move = self.first_move(one, end)
            is_completed = self.is_in(one["sprint_id"], end, before=True) and self.is_done(end, before=True)
            if move is None or not is_completed or self.is_done(one["start_at"]):
                continue
            points = float(self.value("points", end, before=True) or 0)
            who = self.value("assignee", move)
            who = UNASSIGNED if who is None else who if who in ("ana", "ben") else NOT_ON_ROSTER
            found.append((one["sprint_id"], who, points))
            for later in CALENDAR[index + 1 :] if one["complete_at"] < UNTIL else []:
                if not self.is_done(later["start_at"]) or not self.is_done(
                    min(later["complete_at"], UNTIL), before=True
                ):
                    found.append((later["sprint_id"], who, -points))
                    break
        return found


def committed(events: Events, one: dict[str, Any]) -> float:
    loop = Loop(events)
    is_committed = loop.is_in(one["sprint_id"], one["start_at"]) and not loop.is_done(one["start_at"])
    return float(loop.value("points", one["start_at"]) or 0) if is_committed and not events[0]["is_subtask"] else 0.0


def nonzero(sums: dict[Any, float]) -> dict[Any, float]:
    return {key: value for key, value in sums.items() if value}


@quick
@given(stories())
@example(
    [
        issue(
            "A-1",
            "2026-10-19 09:00",
            ("2026-11-03 10:00", "is_done", "true"),
            ("2026-11-07 10:00", "is_done", "false"),
            ("2026-11-07 11:00", "sprints", "61,62"),
            ("2026-11-17 10:00", "is_done", "true"),
            sprints="61",
            points=5,
            assignee="ana",
        )
    ]
)
def test_engineers_unassigned_and_strangers_add_up_to_what_the_team_completed(issues: list[Events]):
    credits, totals = replay(issues)
    by_sprint = credits.groupby("sprint_id")["points_completed"].sum()
    completed = totals.set_index("sprint_id")["completed_points"]
    assert by_sprint.reindex(completed.index, fill_value=0.0).to_dict() == completed.to_dict()
    assert tuple(completed.index) == CLOSED


@quick
@given(stories())
def test_a_plain_loop_over_the_histories_credits_the_same(issues: list[Events]):
    credits, totals = replay(issues)
    expected: dict[tuple[int, str], float] = {}
    for sprint_id, who, points in (
        line for events in issues if not events[0]["is_subtask"] for line in Loop(events).lines()
    ):
        expected[sprint_id, who] = expected.get((sprint_id, who), 0.0) + points
    assert nonzero(credits.groupby(["sprint_id", "engineer_id"])["points_completed"].sum().to_dict()) == nonzero(
        expected
    )
    commitments = {one["sprint_id"]: sum(committed(events, one) for events in issues) for one in CALENDAR[:2]}
    assert totals.set_index("sprint_id")["committed_points"].to_dict() == commitments


@quick
@given(stories(is_re_estimated=False))
def test_what_was_committed_or_added_is_completed_carried_over_or_removed(issues: list[Events]):
    _, totals = replay(issues)
    came = totals["committed_points"] + totals["added_points"]
    completed = totals["completed_points"] + totals["reopened_points"]
    went = completed + totals["carried_over_points"] + totals["removed_points"]
    assert list(came) == list(went)


@quick
@given(stories())
def test_an_issue_counts_once_however_often_it_was_reopened(issues: list[Events]):
    credits, _ = replay(issues)
    most = sum(max([float(e["value"] or 0) for e in events if e["field"] == "points"]) for events in issues)
    assert credits["points_completed"].sum() <= most


@quick
@given(stories(), st.integers(1, 7))
def test_the_order_of_events_in_the_table_is_irrelevant(issues: list[Events], step: int):
    events = [event for rows in issues for event in rows]
    mixed = [event for first in range(step) for event in events[first::step]][::-1]
    for ordered, shuffled in zip(replay(issues), replay([mixed]), strict=True):
        pd.testing.assert_frame_equal(ordered, shuffled)
