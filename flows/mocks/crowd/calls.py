"""The crowd's incidents, as arrays: one row per incident asked for.

Sixteen numbers belong to each week and team; the numbers of what never happened stay free. The pager goes round the
team by the day; the next one in the round is the second level.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np

from flows.mocks.crowd import words
from flows.mocks.crowd.calendar import code
from flows.mocks.crowd.draws import Bits, Flags, Ints, Purpose, below, chance, draw, part, which
from flows.mocks.crowd.roster import HOUR, NEVER, SECOND, TEAM_SIZE, Crowd, at
from flows.mocks.facts import Incident, LogEntry, OnCall, Service

A_WEEK: Final = 16
CALLS_A_WEEK: Final = 1.2
FIRST_NUMBER: Final = 1001
TIMEOUT: Final = 1800 * SECOND
LOW_URGENCY: Final = 0.12
_CHANNELS: Final = ("mobile", "website", "sms", "mobile")


class Course(IntEnum):
    """How an incident goes."""

    ANSWERED = 0
    # Nobody answers in half an hour: the second level is paged, and does.
    ESCALATED = 1
    # The acknowledge times out, and is repeated.
    REPEATED = 2
    # The monitor takes it back before anybody answers.
    RESOLVED_ITSELF = 3
    # Somebody answers who was not paged.
    JOINED = 4
    # Whoever answered hands it on.
    HANDED_OVER = 5


_COURSE_SHARES: Final = (0.70, 0.09, 0.05, 0.10, 0.04)


class Step(IntEnum):
    """Columns of `Calls.times`; of entries at one instant the earlier column comes first."""

    TRIGGER = 0
    ASSIGN = 1
    NOTIFY = 2
    ESCALATE = 3
    REASSIGN = 4
    NOTIFY_SECOND = 5
    ACKNOWLEDGE = 6
    UNACKNOWLEDGE = 7
    ACKNOWLEDGE_AGAIN = 8
    RESOLVE = 9


STEPS: Final = len(Step)
_KINDS: Final = {
    Step.TRIGGER: "trigger_log_entry",
    Step.ASSIGN: "assign_log_entry",
    Step.NOTIFY: "notify_log_entry",
    Step.ESCALATE: "escalate_log_entry",
    Step.REASSIGN: "assign_log_entry",
    Step.NOTIFY_SECOND: "notify_log_entry",
    Step.ACKNOWLEDGE: "acknowledge_log_entry",
    Step.UNACKNOWLEDGE: "unacknowledge_log_entry",
    Step.ACKNOWLEDGE_AGAIN: "acknowledge_log_entry",
    Step.RESOLVE: "resolve_log_entry",
}
NOTIFIES: Final = frozenset({Step.NOTIFY, Step.NOTIFY_SECOND})


@dataclass(frozen=True)
class Calls:
    """Incidents, one per row; instants in milliseconds, whole seconds."""

    number: Ints
    exists: Flags
    team: Ints
    week: Ints
    day: Ints
    first: Ints
    second: Ints
    course: Ints
    is_low: Flags
    times: Ints

    def at(self, step: Step) -> Ints:
        return self.times[:, step]


def calls(crowd: Crowd, number: Ints) -> Calls:
    """What happens, ever, in incidents; numbers begin at 0."""
    block, _ = np.divmod(number, A_WEEK)
    week, team = np.divmod(block, crowd.teams)
    bits, answer = draw(crowd.seed, Purpose.CALL, number), draw(crowd.seed, Purpose.ANSWER, number)
    day = 7 * week + below(bits, 0, 7)
    in_hours = 8 * HOUR + below(bits, 1, 36_000) * SECOND
    time_of_day = np.where(chance(bits, 2, 0.5), in_hours, part(bits, 1) * 86_399 // 65_536 * SECOND)
    first, second = (_on_duty(crowd, team, day, level) for level in (0, 1))
    course = which(draw(crowd.seed, Purpose.COURSE, number), 0, _COURSE_SHARES)
    alone = (first == second) & np.isin(course, (Course.ESCALATED, Course.JOINED, Course.HANDED_OVER))
    course = np.where(alone, Course.ANSWERED, course)
    share = CALLS_A_WEEK * crowd.team_sizes[team] / A_WEEK
    created = crowd.instant(crowd.team_places[team], day, time_of_day)
    return Calls(
        number=number,
        exists=part(bits, 3) < (share * 65_536).astype(np.int64),
        team=team,
        week=week,
        day=day,
        first=first,
        second=second,
        course=course,
        is_low=chance(draw(crowd.seed, Purpose.COURSE, number), 1, LOW_URGENCY),
        times=_times(created, course, answer),
    )


def _on_duty(crowd: Crowd, team: Ints, day: Ints, level: int) -> Ints:
    """Who carries the pager on a day; the first of the team for who is not employed."""
    member = TEAM_SIZE * team + (day + level) % crowd.team_sizes[team]
    return np.where(crowd.is_employed(member, day // 7), member, TEAM_SIZE * team)


def _times(created: Ints, course: Ints, bits: Bits) -> Ints:
    times = np.full((len(created), STEPS), NEVER, dtype=np.int64)
    is_escalated, is_handed = course == Course.ESCALATED, course == Course.HANDED_OVER
    is_repeated, is_itself = course == Course.REPEATED, course == Course.RESOLVED_ITSELF
    ring = (1 + below(bits, 3, 8)) * SECOND
    paged = np.where(is_escalated, created + TIMEOUT, created)
    acknowledged = paged + _wait(bits, 0, 20, 1700)
    handed = acknowledged + _wait(bits, 1, 180, 900)
    unacknowledged = acknowledged + TIMEOUT
    again = np.where(is_handed, handed, unacknowledged) + _wait(bits, 2, 30, 600)
    has_second = is_handed | is_repeated
    times[:, Step.TRIGGER] = times[:, Step.ASSIGN] = created
    times[:, Step.NOTIFY] = created + ring
    times[:, Step.ESCALATE] = np.where(is_escalated, paged, NEVER)
    times[:, Step.REASSIGN] = np.select([is_handed, course == Course.JOINED], [handed, acknowledged], NEVER)
    times[:, Step.NOTIFY_SECOND] = np.select([is_escalated, is_handed], [paged + ring, handed + ring], NEVER)
    times[:, Step.ACKNOWLEDGE] = np.where(is_itself, NEVER, acknowledged)
    times[:, Step.UNACKNOWLEDGE] = np.where(is_repeated, unacknowledged, NEVER)
    times[:, Step.ACKNOWLEDGE_AGAIN] = np.where(has_second, again, NEVER)
    settled = np.select([is_itself, has_second], [created, again], acknowledged)
    times[:, Step.RESOLVE] = settled + _wait(bits, 3, 120, 7000)
    return times


def _wait(bits: Bits, place: int, least: int, spread: int) -> Ints:
    """Mostly short, sometimes long: the cube of an even draw. In whole seconds."""
    share = part(bits, place) / 65_536
    return (least + (spread * share**3).astype(np.int64)) * SECOND


def slots(crowd: Crowd) -> int:
    """How many numbers there are."""
    return crowd.weeks * crowd.teams * A_WEEK


def services(crowd: Crowd) -> list[Service]:
    return [
        Service(f"PS{n + 1:05d}", f"Team {n + 1} platform", team_id, f"PT{n + 1:05d}", f"PE{n + 1:05d}")
        for n, team_id in enumerate(crowd.team_ids)
    ]


def incidents(crowd: Crowd, numbers: Ints) -> list[Incident]:
    """Incidents as facts, with their whole logs."""
    rows = calls(crowd, numbers)
    order = np.argsort(rows.times, axis=1, kind="stable")
    ordered = np.take_along_axis(rows.times, order, axis=1)
    counts = (ordered < NEVER).sum(axis=1).tolist()
    columns = (rows.number, rows.team, rows.first, rows.second, rows.course, rows.is_low)
    found = []
    for n, (number, team, first, second, course, is_low) in enumerate(zip(*(c.tolist() for c in columns), strict=True)):
        call = _Call(crowd, number, team, (first, second), Course(course))
        steps = zip(order[n, : counts[n]].tolist(), ordered[n, : counts[n]].tolist(), strict=True)
        found.append(
            Incident(
                id=id_of(number),
                number=FIRST_NUMBER + number,
                title=f"{words.symptom(number * 5 // 3)} ({code(team).lower()})",
                service_id=call.service,
                urgency="low" if is_low else "high",
                key=f"crowd-{number:x}",
                entries=tuple(call.entry(Step(step), instant) for step, instant in steps),
            )
        )
    return found


def id_of(number: int) -> str:
    return f"QCRW{number:010d}"


def number_of(name: str) -> int | None:
    """The number behind an id, or behind what PagerDuty shows as the incident's number."""
    if name.startswith("QCRW") and name[4:].isdigit():
        return int(name[4:])
    return int(name) - FIRST_NUMBER if name.isdigit() and int(name) >= FIRST_NUMBER else None


class _Call:
    """Who does what in one incident."""

    def __init__(self, crowd: Crowd, number: int, team: int, duty: tuple[int, int], course: Course) -> None:
        self.number, self.course = number, course
        self.service = f"PS{team + 1:05d}"
        self.first, self.second = (crowd.pagerduty_ids[who] for who in duty)
        self.channel = _CHANNELS[number % len(_CHANNELS)]

    def entry(self, step: Step, instant: int) -> LogEntry:
        agent, channel, assignees, user = self._told(step)
        name = f"RCRW{self.number:010d}{int(step):02d}"
        return LogEntry(name, at(instant), _KINDS[step], agent, channel, assignees, user)

    def _told(self, step: Step) -> tuple[str | None, str, tuple[str, ...], str | None]:
        """Agent, channel, assignees, who is notified."""
        second_answers = self.course in (Course.ESCALATED, Course.JOINED)
        answers = self.second if second_answers else self.first
        settles = self.second if second_answers or self.course == Course.HANDED_OVER else self.first
        match step:
            case Step.TRIGGER:
                return self.service, "api", (), None
            case Step.ASSIGN:
                return self.service, "auto", (self.first,), None
            case Step.NOTIFY | Step.NOTIFY_SECOND:
                return None, "auto", (), self.first if step == Step.NOTIFY else self.second
            case Step.ESCALATE:
                return self.service, "timeout", (self.second,), None
            case Step.REASSIGN:
                return answers, "website", (self.second,), None
            case Step.UNACKNOWLEDGE:
                return self.service, "timeout", (), None
            case Step.ACKNOWLEDGE | Step.ACKNOWLEDGE_AGAIN:
                return answers if step == Step.ACKNOWLEDGE else settles, self.channel, (), None
            case Step.RESOLVE:
                itself = self.course == Course.RESOLVED_ITSELF
                return self.service if itself else settles, "api" if itself else "website", (), None


def shifts(crowd: Crowd, numbers: Ints) -> list[OnCall]:
    """Shifts by number: two levels per team and day, by day."""
    team, level = numbers // 2 % crowd.teams, numbers % 2
    columns = (team, on_duty(crowd, numbers), level, *shift_times(crowd, numbers))
    return [
        OnCall(f"PS{team + 1:05d}", crowd.pagerduty_ids[who], level + 1, at(start), at(end))
        for team, who, level, start, end in zip(*(column.tolist() for column in columns), strict=True)
    ]


def shift_times(crowd: Crowd, numbers: Ints) -> tuple[Ints, Ints]:
    """Starts and ends of shifts: midnights where the team is."""
    day, team = np.divmod(numbers // 2, crowd.teams)
    place, midnight = crowd.team_places[team], np.zeros_like(day)
    return crowd.instant(place, day, midnight), crowd.instant(place, day + 1, midnight)


def on_duty(crowd: Crowd, numbers: Ints) -> Ints:
    """The engineers of shifts."""
    rest, level = np.divmod(numbers, 2)
    day, team = np.divmod(rest, crowd.teams)
    return np.where(level == 0, _on_duty(crowd, team, day, 0), _on_duty(crowd, team, day, 1))
