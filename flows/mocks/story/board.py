"""Sprints and issues: what each team planned, moved, re-estimated, finished, reopened and carried over."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

import numpy as np

from flows.mocks.facts import Board, Change, Field, FieldValue, Issue, Project, Sprint
from flows.mocks.story import wording
from flows.mocks.story.cast import DAY, WEEK, Actor, Span
from flows.mocks.story.characters import RE_ESTIMATING_TEAM, WEEKS_TO_RE_ESTIMATION
from flows.mocks.story.draws import chance, pick, stream
from flows.mocks.story.levels import Level

TO_DO: Final = "To Do"
IN_PROGRESS: Final = "In Progress"
IN_REVIEW: Final = "In Review"
DONE: Final = "Done"

SIZES: Final = (1.0, 2.0, 3.0, 5.0, 8.0)
SIZE_WEIGHTS: Final = (0.15, 0.27, 0.30, 0.20, 0.08)
INFLATED: Final[Mapping[float, float]] = {1.0: 2.0, 2.0: 3.0, 3.0: 5.0, 5.0: 8.0, 8.0: 13.0}
INFLATION: Final = 1.6
FIRST_WEEK_SHARE: Final = 0.35
UNPAID_LABEL: Final = "non-billable"
PAID_LABEL: Final = "billable"
FIRST_SPRINT_ID: Final = 61
FIRST_ISSUE_ID: Final = 20001
FIRST_CHANGE_ID: Final = 50001
MINUTE: Final = timedelta(minutes=1)


@dataclass(eq=False)
class Draft:
    """An issue being told: its values at creation and what happened since, not yet numbered."""

    project: Project
    kind: Literal["Story", "Bug", "Task", "Sub-task"]
    summary: str
    creator: str
    created_at: datetime
    labels: tuple[str, ...] = ()
    parent: "Draft | None" = None
    at_creation: dict[Field, FieldValue] = field(default_factory=dict)
    events: list[tuple[datetime, str, Field, FieldValue]] = field(default_factory=list)
    worked: list[tuple[str, date, date]] = field(default_factory=list)

    def set(self, at: datetime, author: str, what: Field, value: FieldValue) -> None:
        """Record a change, kept only if it changes something."""
        if self.now(what) != value:
            self.events.append((at, author, what, value))

    def now(self, what: Field) -> FieldValue:
        """The value after everything recorded so far."""
        for _, _, name, value in reversed(self.events):
            if name == what:
                return value
        return self.at_creation.get(what, () if what == "sprint" else None)

    def enter(self, at: datetime, author: str, sprint: Sprint) -> None:
        """Add a sprint, keeping the earlier ones as Jira does."""
        sprints = self.now("sprint")
        assert isinstance(sprints, tuple), "the sprint field always holds a tuple"
        if sprint.id not in sprints:
            self.set(at, author, "sprint", (*sprints, sprint.id))

    @property
    def points(self) -> float:
        value = self.now("points")
        return value if isinstance(value, float) else 0.0

    @property
    def is_unpaid(self) -> bool:
        return UNPAID_LABEL in self.labels


@dataclass(frozen=True)
class TeamBoard:
    """A team, its board, project and lead, and who automates its chores."""

    team_id: str
    project: Project
    board: Board
    lead: str
    robot: str
    zone: ZoneInfo
    sprints: Sequence[Sprint]
    re_estimates_from: datetime | None


def sprint_calendar(
    span: Span, team_id: str, board: Board, code: str, zone: ZoneInfo, offset: int, ahead: int
) -> list[Sprint]:
    """Two-week sprints from Monday morning to the second Friday; ids are given later."""
    rng = stream(span.seed, "sprints", team_id)
    first = span.first_week - offset * WEEK
    sprints = []
    for n in range(((span.last_week - first).days // 14) + 1 + ahead):
        monday = first + 2 * n * WEEK
        friday = monday + 11 * DAY
        sprints.append(
            Sprint(
                id=0,
                board_id=board.id,
                team_id=team_id,
                name=f"{code} S{n + 1}",
                goal=pick(rng, wording.GOALS),
                created_at=_local(monday - 17 * DAY, 11, int(rng.integers(0, 50)), zone),
                start_at=_local(monday, 9, 30 + int(rng.integers(0, 25)), zone),
                end_at=_local(friday, 17, 0, zone),
                complete_at=_local(friday, 16, 20 + int(rng.integers(0, 39)), zone),
            )
        )
    return sprints


def _local(day: date, hour: int, minute: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(hour, minute), tzinfo=zone).astimezone(UTC)


def re_estimation_of(team_id: str, sprints: Sequence[Sprint], switch: date) -> datetime | None:
    """When the team began to estimate higher, if it is the one that did."""
    if team_id != RE_ESTIMATING_TEAM:
        return None
    start = switch + WEEKS_TO_RE_ESTIMATION * WEEK
    return next((sprint.start_at for sprint in sprints if sprint.start_at.date() >= start), None)


def tell_issues(
    team: TeamBoard, members: Sequence[Actor], levels: Mapping[str, Mapping[date, Level]], span: Span
) -> list[Draft]:
    """Every issue of a team's sprints up to the one that is open at the story's end."""
    drafts: list[Draft] = []
    waiting: dict[str, list[Draft]] = {}
    reopening: dict[str, list[Draft]] = {}
    for n, sprint in enumerate(team.sprints[:-1]):
        if sprint.start_at.date() >= span.last_week + WEEK:
            break
        for actor in members:
            if actor.account_id is None:
                continue
            told = _SprintOfOne(team, sprint, team.sprints[n + 1], actor, members, levels[actor.engineer_id], span)
            told.tell(waiting.pop(actor.engineer_id, []), reopening.pop(actor.engineer_id, []))
            drafts += told.started
            waiting[actor.engineer_id], reopening[actor.engineer_id] = told.carried, told.to_reopen
        drafts += _unassigned_issues(team, sprint, span)
    return drafts


def _unassigned_issues(team: TeamBoard, sprint: Sprint, span: Span) -> list[Draft]:
    """Chores that the robot finishes: points that belong to nobody."""
    rng = stream(span.seed, "chores", sprint.name)
    if not chance(rng, 0.4):
        return []
    at = sprint.start_at + timedelta(days=float(rng.uniform(1, 9)))
    size = pick(rng, (1.0, 2.0))
    chore = Draft(
        team.project,
        "Task",
        pick(rng, wording.CHORES),
        team.robot,
        at,
        at_creation={"status": TO_DO, "sprint": (sprint.id,), "points": size, "assignee": None},
    )
    chore.set(at + timedelta(hours=float(rng.uniform(1, 20))), team.robot, "status", DONE)
    return [chore]


class _SprintOfOne:
    """One engineer's part of one sprint."""

    def __init__(
        self,
        team: TeamBoard,
        sprint: Sprint,
        following: Sprint,
        actor: Actor,
        members: Sequence[Actor],
        levels: Mapping[date, Level],
        span: Span,
    ) -> None:
        assert actor.account_id is not None, "only engineers with a Jira account have a part in a sprint"
        self.team, self.sprint, self.following, self.actor = team, sprint, following, actor
        self.me = actor.account_id
        self.rng: np.random.Generator = stream(span.seed, "issues", actor.engineer_id, sprint.name)
        monday = sprint.start_at.date() - sprint.start_at.date().weekday() * DAY
        self.days = [day for day in (monday + n * DAY for n in range(12)) if day in actor.available]
        hours = sum(actor.available[day] for day in self.days)
        factor = sum(levels[_monday(day)].velocity * actor.available[day] for day in self.days) / max(hours, 1.0)
        luck = float(np.clip(1 + 0.2 * self.rng.standard_normal(), 0.5, 1.6))
        self.inflated = team.re_estimates_from is not None and sprint.start_at >= team.re_estimates_from
        self.target = actor.character.points_rate * hours / 40 * factor * luck * (INFLATION if self.inflated else 1)
        self.colleagues = [
            other.account_id
            for other in members
            if other.account_id and other is not actor and other.is_employed(sprint.start_at.date())
        ]
        self.started: list[Draft] = []
        self.carried: list[Draft] = []
        self.to_reopen: list[Draft] = []

    def tell(self, waiting: Sequence[Draft], reopening: Sequence[Draft]) -> None:
        """First what waits from the last sprint, then new issues up to the target, then what goes wrong."""
        if self.inflated:
            for draft in waiting:
                self._re_estimate_for_the_new_scale(draft)
        if not self.actor.is_employed(self.sprint.start_at.date()):
            for draft in waiting:
                self._hand_back(draft)
            return
        if not self.days:
            for draft in (*waiting, *reopening):
                self._carry_over(draft)
            return
        for draft in reopening:
            at = self._moment(self.days[: max(len(self.days) // 2, 1)])
            draft.set(at, self.me, "status", IN_PROGRESS)
            draft.enter(at, self.me, self.sprint)
            self._finish(draft, self.days[len(self.days) // 2 :], at)
        done = 0.0
        for draft in waiting:
            if done < self.target:
                done += draft.points
                self._finish(draft, self.days, self.sprint.start_at)
            else:
                self._carry_over(draft)
        while self.target - done > 0.75:
            draft = self._planned()
            if draft.points > 2 * (self.target - done):
                draft.at_creation["points"] = self._size(1.0)
                draft.events = [event for event in draft.events if event[2] != "points"]
            done += draft.points
            self._finish(draft, self.days, self.sprint.start_at)
            self._mishaps(draft)
        self._extras()

    def _planned(self) -> Draft:
        """A new issue in the sprint: planned before it began, or, now and then, added while it ran."""
        rng, sprint = self.rng, self.sprint
        is_added = len(self.days) >= 4 and chance(rng, 0.15)
        if is_added:
            planned_at = self._moment(self.days[: max(len(self.days) // 2, 1)])
            created_at = planned_at - timedelta(hours=float(rng.uniform(0.1, 20)))
        else:
            planned_at = sprint.start_at - timedelta(hours=float(rng.uniform(0.2, 60)))
            created_at = planned_at - timedelta(days=float(rng.uniform(0.5, 25)))
        kind: Literal["Story", "Bug", "Task"] = pick(rng, ("Story", "Bug", "Task"), (0.6, 0.25, 0.15))
        draft = Draft(
            self.team.project,
            kind,
            wording.summary(rng, kind),
            pick(rng, [self.team.lead, self.me, *self.colleagues]),
            created_at,
            labels=(UNPAID_LABEL,) if chance(rng, 0.05) else wording.labels(rng),
            at_creation={"status": TO_DO, "sprint": (), "points": None, "assignee": None},
        )
        size = self._size(pick(rng, SIZES, SIZE_WEIGHTS))
        if chance(rng, 0.6):
            draft.at_creation["points"] = size
        draft.set(planned_at, self.team.lead, "points", size)
        draft.enter(planned_at, self.team.lead, sprint)
        first = pick(rng, self.colleagues) if self.colleagues and chance(rng, 0.05) else self.me
        draft.set(planned_at + 2 * MINUTE, self.team.lead, "assignee", first)
        self.started.append(draft)
        return draft

    def _size(self, size: float) -> float:
        return INFLATED[size] if self.inflated else size

    def _finish(self, draft: Draft, days: Sequence[date], not_before: datetime) -> None:
        """In progress, perhaps in review, done: on the engineer's own working days, inside the sprint."""
        rng = self.rng
        days = days or self.days
        last_change = max((at for at, *_ in draft.events), default=draft.created_at)
        earliest = max(not_before, last_change) + 5 * MINUTE
        done_at = max(self._moment(self._days_for_done(days)), earliest + 45 * MINUTE)
        begun_on = days[max(0, _index(days, done_at.date()) - int(rng.integers(1, 4)))]
        begun_at = min(max(self._moment([begun_on]), earliest), done_at - 30 * MINUTE)
        if draft.now("assignee") != self.me:
            draft.set(begun_at - MINUTE, self.me, "assignee", self.me)
        if draft.now("status") == TO_DO:
            draft.set(begun_at, self.me, "status", IN_PROGRESS)
        if chance(rng, 0.07):
            draft.set(begun_at + 5 * MINUTE, self.me, "points", self._size(pick(rng, SIZES, SIZE_WEIGHTS)))
        if chance(rng, 0.5):
            draft.set(done_at - float(rng.uniform(0.2, 0.8)) * (done_at - begun_at), self.me, "status", IN_REVIEW)
        draft.set(done_at, self.me, "status", DONE)
        draft.worked.append((self.me, begun_at.date(), done_at.date()))

    def _days_for_done(self, days: Sequence[date]) -> Sequence[date]:
        """A third of the points land in the first of the two weeks."""
        middle = self.sprint.start_at.date() + WEEK - DAY
        halves = [day for day in days if day <= middle], [day for day in days if day > middle]
        first, second = halves
        if first and second:
            return first[1:] or first if chance(self.rng, FIRST_WEEK_SHARE) else second
        return first or second

    def _moment(self, days: Sequence[date]) -> datetime:
        """Some time in working hours on one of the days, while the sprint runs."""
        at = self.actor.instant(pick(self.rng, days), float(self.rng.uniform(9.0, 16.8)))
        at += timedelta(seconds=int(self.rng.integers(0, 60)), milliseconds=int(self.rng.integers(0, 1000)))
        latest = self.sprint.complete_at - timedelta(minutes=float(self.rng.uniform(6, 90)))
        earliest = self.sprint.start_at + timedelta(minutes=float(self.rng.uniform(5, 60)))
        return min(max(at, earliest), latest)

    def _mishaps(self, draft: Draft) -> None:
        """What happens to an issue that was done: sub-tasks come to light, it is reopened, or handed on."""
        rng = self.rng
        done_at = draft.events[-1][0]
        if draft.kind == "Story" and chance(rng, 0.12):
            self._sub_tasks(draft)
        mishap = rng.random()
        again = done_at + timedelta(hours=float(rng.uniform(2, 22)))
        if mishap < 0.04 and again < self.sprint.complete_at - timedelta(hours=3):
            draft.set(again, self.team.lead, "status", IN_PROGRESS)
            if chance(rng, 0.5):
                draft.set(again + timedelta(hours=2), self.me, "status", DONE)
            else:
                self._carry_over(draft)
        elif mishap < 0.065:
            self.to_reopen.append(draft)
        elif mishap < 0.085 and self.colleagues:
            draft.set(min(again, self.sprint.complete_at - 2 * MINUTE), self.team.lead, "assignee", self.team.lead)

    def _sub_tasks(self, story: Draft) -> None:
        rng = self.rng
        account, first, last = story.worked[-1]
        for n in range(int(rng.integers(1, 3))):
            at = story.created_at + timedelta(hours=1 + n)
            done_at = story.events[-1][0] - (n + 1) * 11 * MINUTE
            task = Draft(
                story.project,
                "Sub-task",
                pick(rng, wording.SUB_TASKS),
                self.me,
                at,
                parent=story,
                # Some teams put points on sub-tasks all the same; they must not be counted.
                at_creation={
                    "status": TO_DO,
                    "sprint": (),
                    "points": 1.0 if chance(rng, 0.3) else None,
                    "assignee": self.me,
                },
            )
            task.set(max(done_at, at + MINUTE), self.me, "status", DONE)
            task.worked.append((account, first, last))
            self.started.append(task)

    def _extras(self) -> None:
        """Begun but not finished, taken out of the sprint, done without an estimate."""
        rng = self.rng
        if chance(rng, 0.35):
            unfinished = self._planned()
            begun_at = max(self._moment(self.days[len(self.days) // 2 :]), unfinished.events[-1][0] + 3 * MINUTE)
            unfinished.set(begun_at - MINUTE, self.me, "assignee", self.me)
            unfinished.set(begun_at, self.me, "status", IN_PROGRESS)
            unfinished.worked.append((self.me, begun_at.date(), self.sprint.complete_at.date()))
            self._carry_over(unfinished)
        if chance(rng, 0.10):
            removed = self._planned()
            at = max(self._moment(self.days), removed.events[-1][0] + 5 * MINUTE)
            at = min(at, self.sprint.complete_at - 3 * MINUTE)
            removed.set(at, self.team.lead, "sprint", ())
            removed.set(at, self.team.lead, "assignee", None)
        if chance(rng, 0.25):
            bug = self._planned()
            bug.kind, bug.summary = "Bug", wording.summary(rng, "Bug")
            bug.at_creation["points"] = None
            bug.events = [event for event in bug.events if event[2] != "points"]
            self._finish(bug, self.days, self.sprint.start_at)
            bug.events = [event for event in bug.events if event[2] != "points"]

    def _carry_over(self, draft: Draft) -> None:
        """Jira adds the next sprint at the very close of this one."""
        if draft.now("status") == DONE:
            self.to_reopen.append(draft)
            return
        draft.enter(self.sprint.complete_at, self.team.lead, self.following)
        self.carried.append(draft)

    def _hand_back(self, draft: Draft) -> None:
        """Whoever leaves hands open work back: to the backlog, assigned to nobody."""
        at = self.sprint.start_at + 30 * MINUTE
        draft.set(at, self.team.lead, "sprint", ())
        draft.set(at, self.team.lead, "assignee", None)

    def _re_estimate_for_the_new_scale(self, draft: Draft) -> None:
        value = draft.now("points")
        at = self.team.re_estimates_from
        if isinstance(value, float) and at is not None and at == self.sprint.start_at:
            draft.set(at - 40 * MINUTE, self.team.lead, "points", INFLATED.get(value, value))


def _monday(day: date) -> date:
    return day - day.weekday() * DAY


def _index(days: Sequence[date], day: date) -> int:
    """Position of the last of the days that is not after `day`."""
    return max((n for n, other in enumerate(days) if other <= day), default=0)


def number_sprints(calendars: Iterable[Sequence[Sprint]]) -> dict[str, int]:
    """Sprint ids by name, in the order in which the sprints start."""
    everything = sorted((sprint for sprints in calendars for sprint in sprints), key=lambda s: (s.start_at, s.name))
    return {sprint.name: FIRST_SPRINT_ID + n for n, sprint in enumerate(everything)}


def number_issues(drafts: Sequence[Draft]) -> dict[int, Issue]:
    """Ids and keys in order of creation, change ids in order of time; keyed by `id()` of the draft."""
    ordered = sorted(drafts, key=lambda draft: (draft.created_at, draft.project.key, draft.summary))
    ids = {id(draft): FIRST_ISSUE_ID + n for n, draft in enumerate(ordered)}
    counters: Counter[str] = Counter()
    keys = {}
    for draft in ordered:
        counters[draft.project.key] += 1
        keys[id(draft)] = f"{draft.project.key}-{counters[draft.project.key]}"
    histories = {id(draft): _history(draft) for draft in ordered}
    moments = sorted(
        (at, ids[owner], n) for owner, history in histories.items() for n, (at, _, _) in enumerate(history)
    )
    change_ids = {(issue, n): FIRST_CHANGE_ID + rank for rank, (_, issue, n) in enumerate(moments)}
    return {
        id(draft): Issue(
            id=ids[id(draft)],
            key=keys[id(draft)],
            project_key=draft.project.key,
            kind=draft.kind,
            parent_id=ids[id(draft.parent)] if draft.parent is not None else None,
            summary=draft.summary,
            labels=draft.labels,
            creator=draft.creator,
            created_at=draft.created_at,
            at_creation=draft.at_creation,
            changes=tuple(
                Change(change_ids[ids[id(draft)], n], at, author, tuple(items))
                for n, (at, author, items) in enumerate(histories[id(draft)])
            ),
        )
        for draft in ordered
    }


def _history(draft: Draft) -> list[tuple[datetime, str, list[tuple[Field, FieldValue, FieldValue]]]]:
    """What changed from what to what; changes by one person at one instant are one line, as in Jira."""
    values = dict(draft.at_creation)
    history: list[tuple[datetime, str, list[tuple[Field, FieldValue, FieldValue]]]] = []
    for at, author, what, value in sorted(draft.events, key=lambda event: event[0]):
        before = values.get(what)
        if before == value:
            continue
        values[what] = value
        if history and history[-1][:2] == (at, author):
            history[-1][2].append((what, before, value))
        else:
            history.append((at, author, [(what, before, value)]))
    return history
