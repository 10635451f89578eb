"""Points are conserved whatever happened to the issues, and a plain loop over the histories agrees."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import pandas as pd
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.builders.facts import (
    CHICAGO,
    MADRID,
    at,
    engineer,
    engineers,
    issue,
    issue_events,
    sprint,
    sprints,
    worklog,
    worklogs,
)
from tests.builders.sprint_runs import Runs
from transforms.metrics.velocity import NOT_ON_ROSTER, UNASSIGNED, replay_sprints
from transforms.schemas.registry import conform
from transforms.schemas.sources import SprintCredits
from transforms.weeks import week_starts

quick = settings(max_examples=5, deadline=None, derandomize=True)

# Team core: three sprints in a row with a weekend between them, the third still open when the run looks, and one of
# another board of theirs that runs beside. Team ops: a sprint that runs beside them all.
CALENDAR = [
    sprint(61, "2026-10-26 09:00", "2026-11-06 17:00"),
    sprint(62, "2026-11-09 09:00", "2026-11-20 17:00"),
    sprint(63, "2026-11-23 09:00", "2026-12-04 17:00"),
    sprint(71, "2026-11-02 09:00", "2026-11-13 12:00"),
    sprint(80, "2026-10-28 09:00", "2026-11-18 17:00", team_id="ops"),
]
CLOSED = (61, 62, 71, 80)
UNTIL = at("2026-11-30 00:00")
DAYS = pd.date_range("2026-10-20", "2026-11-29")
PEOPLE = [engineer("ana"), engineer("ben"), engineer("omar", team_id="ops")]
PARTS = ("committed", "reestimated", "added", "completed", "reopened", "carried_over", "removed")

Events = list[dict[str, Any]]


def life(random: Random, key: str) -> Events:
    """An issue with a short, eventful life, at the clocks of the starts and closes too."""
    values = {
        "is_done": ["true", "false"],
        "sprints": [None, "61", "62", "61,62", "61, 62, 63", "71", "61,71", "80", "61,80", "62,71", "7"],
        "assignee": [None, "ana", "ben", "zoe"],
        "points": [None, "1", "5", "0", "-2", "0.5"],
    }
    fields = random.choices(list(values), weights=[4, 2, 1, 1], k=random.randint(1, 8))
    clocks = sorted(f"{random.choice(DAYS):%Y-%m-%d} {random.choice(['09:00', '12:00', '17:00'])}" for _ in fields)
    return issue(
        key,
        "2026-10-19 09:00",
        *[(clock, field, random.choice(values[field])) for clock, field in zip(clocks, fields, strict=True)],
        sprints=random.choice(["61", "61", "61,62", "62", "80", None]),
        points=random.choice([2.0, 3.0, None]),
        assignee=random.choice(["ana", "zoe", None]),
        is_subtask=random.random() < 0.1,
    )


def stories(count: int = 120) -> st.SearchStrategy[list[Events]]:
    """Many issues in one replay: they know nothing of each other, and a replay costs most. Drawn as one seed."""

    def story(seed: int) -> list[Events]:
        random = Random(seed)
        return [life(random, f"A-{number}") for number in range(count)]

    return st.integers(0, 2**32 - 1).map(story)


def replay(issues: list[Events], **given: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    people = given.pop("people", PEOPLE)
    return replay_sprints(sprints(*CALENDAR), issue_events(*issues), engineers(*people), UNTIL, CHICAGO, **given)


@dataclass
class Credit:
    """Points of one issue in one sprint, and since when it is settled that they were taken back."""

    sprint: dict[str, Any]
    who: str
    points: float
    end: pd.Timestamp
    gone_at: pd.Timestamp | None = None


class Loop:
    """The definition, read issue by issue and instant by instant: slow, plain, and sharing no code with the replay."""

    def __init__(self, events: Events) -> None:
        self.is_counted = not events[0]["is_subtask"]
        self.events = sorted(
            (e for e in events if e["changed_at"] < UNTIL), key=lambda e: (e["changed_at"], e["event_id"])
        )
        self.credits: list[Credit] = []
        self.taken: list[tuple[int, str, float]] = []
        for moment, kind, one in sorted(_instants(), key=lambda step: (step[0], step[1], step[2]["sprint_id"])):
            if self.is_counted:
                self._live(moment, kind, one)

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
        return str(sprint_id) in [part.strip() for part in listed.split(",")]

    def points(self, moment: pd.Timestamp, *, before: bool = False) -> float:
        return float(self.value("points", moment, before=before) or 0)

    def _live(self, moment: pd.Timestamp, kind: str, one: dict[str, Any]) -> None:
        if kind == "starts":
            self._take_back(moment, one, is_open=not self.is_done(moment), until=moment)
            return
        end = _end(one)
        if not self.is_done(end, before=True):
            self._take_back(end, one, is_open=True, until=end)
        if self._is_completed(one) and not self._is_counted_elsewhere(one):
            self.credits.append(Credit(one, self._who(one), self.points(end, before=True), end))
            # Sprints of the team that run on look at it from this close on.
            for other in CALENDAR:
                if other["team_id"] == one["team_id"] and other["start_at"] < end < _end(other):
                    self._take_back(end, other, is_open=not self.is_done(end), until=end)

    def _take_back(self, moment: pd.Timestamp, one: dict[str, Any], *, is_open: bool, until: pd.Timestamp) -> None:
        for credit in self.credits:
            is_earlier = credit.sprint["team_id"] == one["team_id"] and credit.end <= until and credit.end < _end(one)
            if is_open and is_earlier and credit.gone_at is None and credit.sprint is not one:
                credit.gone_at = moment
                self.taken.append((one["sprint_id"], credit.who, -credit.points))

    def _is_completed(self, one: dict[str, Any]) -> bool:
        end = _end(one)
        is_there = self.is_in(one["sprint_id"], end, before=True) and self.is_done(end, before=True)
        return is_there and not self.is_done(one["start_at"]) and self.first_move(one) is not None

    def _is_counted_elsewhere(self, one: dict[str, Any]) -> bool:
        """Another sprint, which closed while this one ran, has it and still has it."""
        return any(one["start_at"] < credit.end and credit.gone_at is None for credit in self.credits)

    def first_move(self, one: dict[str, Any]) -> pd.Timestamp | None:
        was_done = False
        for event in self.events:
            if event["field"] != "is_done":
                continue
            is_done, moment = event["value"] == "true", event["changed_at"]
            if (
                is_done
                and not was_done
                and one["start_at"] < moment < _end(one)
                and self.is_in(one["sprint_id"], moment)
            ):
                return pd.Timestamp(moment)
            was_done = is_done
        return None

    def _who(self, one: dict[str, Any]) -> str:
        who = self.value("assignee", self.first_move(one))
        return UNASSIGNED if who is None else who if who in ("ana", "ben", "omar") else NOT_ON_ROSTER

    def lines(self) -> list[tuple[int, str, float]]:
        """(sprint, engineer, points), negative where taken back."""
        return [(credit.sprint["sprint_id"], credit.who, credit.points) for credit in self.credits] + self.taken

    def parts(self, one: dict[str, Any]) -> dict[str, float]:
        """What the issue adds to the totals of a closed sprint."""
        sprint_id, start, end = one["sprint_id"], one["start_at"], _end(one)
        found = dict.fromkeys(PARTS, 0.0)
        found["reopened"] = -sum(points for taker, _, points in self.taken if taker == sprint_id)
        is_committed = self.is_in(sprint_id, start) and not self.is_done(start)
        if not self.is_counted or self.is_done(start) or not (is_committed or self._was_open_inside(one)):
            return found | {"completed": -found["reopened"]}
        points = self.points(end, before=True)
        is_completed = any(credit.sprint is one for credit in self.credits)
        is_carried = self.is_in(sprint_id, end, before=True) and not self.is_done(end, before=True)
        if is_committed:
            found |= {"committed": self.points(start), "reestimated": points - self.points(start)}
        else:
            found["added"] = points
        found["completed" if is_completed else "carried_over" if is_carried else "removed"] = points
        found["completed"] -= found["reopened"]
        return found

    def _was_open_inside(self, one: dict[str, Any]) -> bool:
        """Whether it was in the sprint and not done at the same time once, be it for the instant of the move."""
        moments = [one["start_at"], *(event["changed_at"] for event in self.events)]
        return self.first_move(one) is not None or any(
            self.is_in(one["sprint_id"], moment) and not self.is_done(moment)
            for moment in moments
            if one["start_at"] <= moment < _end(one)
        )


def _end(one: dict[str, Any]) -> pd.Timestamp:
    return min(one["complete_at"], UNTIL)


def _instants() -> Iterator[tuple[pd.Timestamp, str, dict[str, Any]]]:
    for one in CALENDAR:
        yield one["start_at"], "starts", one
        yield _end(one), "ends", one


def nonzero(sums: dict[Any, float]) -> dict[Any, float]:
    return {key: value for key, value in sums.items() if value}


REOPENED = issue(
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


@quick
@given(stories())
@example([REOPENED])
def test_engineers_unassigned_and_strangers_add_up_to_what_the_team_completed(issues: list[Events]):
    credits, totals = replay(issues)
    by_sprint = credits.groupby("sprint_id")["points_completed"].sum()
    completed = totals.set_index("sprint_id")["completed_points"]
    assert by_sprint.reindex(completed.index, fill_value=0.0).to_dict() == completed.to_dict()
    assert sorted(completed.index) == sorted(CLOSED)


@settings(quick, max_examples=8)
@given(stories())
@example([REOPENED])
def test_a_plain_loop_over_the_histories_says_the_same(issues: list[Events]):
    credits, totals = replay(issues)
    loops = [Loop(events) for events in issues]
    expected: dict[tuple[int, str], float] = {}
    for sprint_id, who, points in (line for loop in loops for line in loop.lines()):
        expected[sprint_id, who] = expected.get((sprint_id, who), 0.0) + points
    assert nonzero(credits.groupby(["sprint_id", "engineer_id"])["points_completed"].sum().to_dict()) == nonzero(
        expected
    )
    found = totals.set_index("sprint_id")
    for one in (one for one in CALENDAR if one["sprint_id"] in CLOSED):
        each = [loop.parts(one) for loop in loops]
        row = found.loc[one["sprint_id"]]
        assert {part: row[f"{part}_points"] for part in PARTS} == {part: sum(p[part] for p in each) for part in PARTS}


@quick
@given(stories())
def test_what_came_into_a_sprint_is_what_went_out_of_it(issues: list[Events]):
    _, totals = replay(issues)
    came = totals["committed_points"] + totals["reestimated_points"] + totals["added_points"]
    completed = totals["completed_points"] + totals["reopened_points"]
    went = completed + totals["carried_over_points"] + totals["removed_points"]
    assert list(came) == list(went)


@quick
@given(stories())
def test_an_issue_counts_once_however_often_it_was_reopened(issues: list[Events]):
    credits, _ = replay(issues)
    most = {events[0]["issue_key"]: _most(events) for events in issues}
    # What one team has taken back another may have counted; within a team an issue stands once.
    stands = credits.groupby(["team_id", "issue_key"])["points_completed"].sum()
    assert all(points <= most[key] for (_, key), points in stands.items())


def _most(events: Events) -> float:
    return max(float(event["value"] or 0) for event in events if event["field"] == "points")


@quick
@given(stories(), st.integers(1, 7))
def test_the_order_of_events_in_the_table_is_irrelevant(issues: list[Events], step: int):
    events = [event for rows in issues for event in rows]
    mixed = [event for first in range(step) for event in events[first::step]][::-1]
    for ordered, shuffled in zip(replay(issues), replay([mixed]), strict=True):
        pd.testing.assert_frame_equal(ordered, shuffled)


@quick
@given(stories(40), st.integers(0, 2**32 - 1))
def test_runs_week_by_week_settle_what_one_replay_at_the_end_says(issues: list[Events], seed: int):
    runs = Runs(CALENDAR)
    people = engineers(*PEOPLE)
    random = Random(seed)
    for week in week_starts(pd.Timestamp("2026-10-19"), pd.Timestamp("2026-11-23")):
        if random.random() < 0.2 and week < pd.Timestamp("2026-11-23"):
            continue  # a run that was missed, or whose answer was not whole, changes nothing in the end
        for _ in range(random.choice([1, 1, 2])):
            runs.run(f"{week:%Y-%m-%d}", *issues, people=people)
            assert runs.messages == []
    credits, totals = replay(issues)
    keys = ["sprint_id", "issue_key", "engineer_id", "kind", "week_start", "credited_at"]
    for found, expected, by in ((runs.credits, credits, keys), (runs.totals, totals, ["sprint_id"])):
        without = [name for name in expected.columns if name != "is_reconstructed"]
        pd.testing.assert_frame_equal(
            *(frame[without].sort_values(by, ignore_index=True) for frame in (found, expected))
        )


@quick
@given(stories(40), stories(40), st.integers(2, 5))
def test_what_is_settled_stands_whatever_histories_say_later(before: list[Events], after: list[Events], last: int):
    runs, people = Runs(CALENDAR), engineers(*PEOPLE)
    weeks = week_starts(pd.Timestamp("2026-10-26"), pd.Timestamp("2026-11-30"))
    for week in weeks[:last]:
        runs.run(f"{week:%Y-%m-%d}", *before, people=people)
    settled = runs.totals.copy()
    then = runs.credits[runs.credits["sprint_id"].isin(settled["sprint_id"])].reset_index(drop=True)
    for week in weeks[last:]:
        runs.run(f"{week:%Y-%m-%d}", *after, people=people)
    now = runs.credits[runs.credits["sprint_id"].isin(settled["sprint_id"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(now, then)
    conform(runs.credits, SprintCredits)
    pd.testing.assert_frame_equal(runs.totals.iloc[: len(settled)], settled)
    sums = runs.credits.groupby("sprint_id")["points_completed"].sum()
    completed = runs.totals.set_index("sprint_id")["completed_points"]
    assert sums.reindex(completed.index, fill_value=0.0).to_dict() == completed.to_dict()


def logs(random: Random) -> pd.DataFrame:
    """Hours on some of the issues, by both engineers, over the weeks of the sprints."""
    rows = [
        worklog(
            random.choice(["ana", "ben"]),
            f"{random.choice(DAYS):%Y-%m-%d}",
            random.choice([0.0, 0.25, 1.0, 3.1, 8.0]),
            issue_key=f"A-{random.randrange(80)}",
            worklog_id=str(number),
        )
        for number in range(300)
    ]
    return worklogs(*rows)


@quick
@given(stories(), st.integers(0, 2**32 - 1))
def test_shared_points_add_up_to_the_same_totals(issues: list[Events], seed: int):
    hours = logs(Random(seed))
    plain, totals = replay(issues)
    shared, same = replay(issues, worklogs=hours)
    pd.testing.assert_frame_equal(totals, same)
    by_issue = ["sprint_id", "issue_key", "kind"]
    assert nonzero(shared.groupby(by_issue)["points_completed"].sum().to_dict()) == nonzero(
        plain.groupby(by_issue)["points_completed"].sum().to_dict()
    )
    by_sprint = shared.groupby("sprint_id")["points_completed"].sum()
    completed = totals.set_index("sprint_id")["completed_points"]
    assert by_sprint.reindex(completed.index, fill_value=0.0).to_dict() == completed.to_dict()


@quick
@given(stories(60), stories(60), st.integers(0, 2**32 - 1))
def test_other_issues_and_other_engineers_change_nobodys_points(issues: list[Events], others: list[Events], seed: int):
    hours = logs(Random(seed))
    renamed = [[{**event, "issue_key": f"Z-{event['issue_key']}"} for event in events] for events in others]
    alone, _ = replay(issues, worklogs=hours)
    among, _ = replay([*issues, *renamed], worklogs=hours, people=[*PEOPLE, engineer("zed", team_id="far")])
    mine = among[~among["issue_key"].str.startswith("Z-")].reset_index(drop=True)
    keys = ["sprint_id", "issue_key", "engineer_id", "kind"]
    pd.testing.assert_frame_equal(alone.sort_values(keys, ignore_index=True), mine.sort_values(keys, ignore_index=True))


@quick
@given(stories(), st.sampled_from([MADRID, "Asia/Kolkata", "Pacific/Auckland", "Pacific/Honolulu"]))
def test_a_teams_zone_moves_points_between_weeks_only(issues: list[Events], zone: str):
    here, here_totals = replay(issues)
    there, there_totals = replay(issues, people=[{**person, "timezone": zone} for person in PEOPLE])
    without = [name for name in here.columns if name != "week_start"]
    pd.testing.assert_frame_equal(here[without], there[without])
    points = [name for name in here_totals.columns if name.endswith("_points")]
    pd.testing.assert_frame_equal(here_totals[points], there_totals[points])
