"""What becomes of the crowd's issues, as arrays: one row per issue asked for.

A block of 24 belongs to each sprint and team: 18 planned issues, up to 2 added while it runs, up to 4 sub-tasks.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np

from flows.mocks.crowd.calendar import Calendar
from flows.mocks.crowd.draws import Bits, Flags, Floats, Ints, Purpose, below, chance, draw, part, which
from flows.mocks.crowd.roster import HOUR, MINUTE, NEVER, SECOND, TEAM_SIZE

BLOCK: Final = 24
PLANNED: Final = 18
MAIN: Final = 20
SIZES: Final = np.array([1.0, 2.0, 3.0, 5.0, 8.0, 13.0])
_SIZE_SHARES: Final = (0.15, 0.27, 0.30, 0.20)


class Fate(IntEnum):
    """How an issue ends."""

    REMOVED = 0
    CARRIED = 1
    CARRIED_TWICE = 2
    # Done, undone and done again: in the same sprint; in the next one; undone in the next, done in the one after.
    REOPENED = 3
    REOPENED_NEXT = 4
    REOPENED_LATE = 5
    DONE = 6


_FATE_SHARES: Final = (0.04, 0.12, 0.03, 0.02, 0.015, 0.015)


class Event(IntEnum):
    """Columns of `Plan.times`; of events at one instant the earlier column comes first."""

    ESTIMATED = 0
    PLANNED = 1
    ASSIGNED = 2
    HANDED_OVER = 3
    BEGUN = 4
    RE_ESTIMATED = 5
    REVIEWED = 6
    DONE = 7
    REOPENED = 8
    CARRIED = 9
    CARRIED_AGAIN = 10
    DONE_AGAIN = 11
    REMOVED = 12
    HANDED_ON = 13


@dataclass(frozen=True)
class Plan:
    """Issues, one per row. `points` are those after `times[:, RE_ESTIMATED]`, `estimate` those before; NaN is none."""

    number: Ints
    sprint: Ints
    team: Ints
    slot: Ints
    # The row's own number, or that of a sub-task's story.
    main: Ints
    exists: Flags
    fate: Ints
    created: Ints
    times: Ints
    owner: Ints
    is_assigned: Flags
    estimate: Floats
    points: Floats
    is_estimated_at_creation: Flags
    words: Bits

    @property
    def is_sub_task(self) -> Flags:
        return self.slot >= MAIN

    def at(self, event: Event) -> Ints:
        return self.times[:, event]


def plan(calendar: Calendar, number: Ints) -> Plan:
    """What happens, ever, to issues; numbers begin at 0."""
    crowd = calendar.crowd
    block, slot = np.divmod(number, BLOCK)
    sprint, team = np.divmod(block, crowd.teams)
    is_sub = slot >= MAIN
    story = 4 * (slot - MAIN) + below(draw(crowd.seed, Purpose.SUB_TASK, number), 0, 4)
    main_slot = np.where(is_sub, story, slot)
    main = block * BLOCK + main_slot
    fate = which(draw(crowd.seed, Purpose.FATE, main), 0, _FATE_SHARES)
    owner = _owners(calendar, sprint, team, main_slot)
    habits = draw(crowd.seed, Purpose.HABITS, main)
    is_assigned = ~chance(habits, 0, 0.05)
    created, times = _times(calendar, main, sprint, team, main_slot, fate)
    _estimates(crowd.seed, main, times)
    _hand_overs(habits, times, is_assigned & (owner % TEAM_SIZE > 0), is_assigned & (fate == Fate.DONE))
    times[~is_assigned, Event.ASSIGNED] = NEVER
    sizes = draw(crowd.seed, Purpose.ESTIMATE, main)
    size = which(sizes, 0, _SIZE_SHARES)
    has_points = ~chance(sizes, 1, 0.05) & ~is_sub
    if is_sub.any():
        created, times = _sub_tasks(created, times, is_sub)
    is_there = np.where(is_sub, _has_sub_task(crowd.seed, number, fate), (slot < PLANNED) | chance(habits, 3, 0.6))
    return Plan(
        number=number,
        sprint=sprint,
        team=team,
        slot=slot,
        main=main,
        exists=is_there & (sprint < calendar.sprints),
        fate=fate,
        created=created,
        times=times,
        owner=owner,
        is_assigned=is_assigned | is_sub,
        estimate=np.where(has_points, SIZES[size], np.nan),
        points=np.where(has_points, SIZES[size + (times[:, Event.RE_ESTIMATED] < NEVER)], np.nan),
        is_estimated_at_creation=has_points & (times[:, Event.ESTIMATED] == NEVER),
        words=draw(crowd.seed, Purpose.WORDS, number),
    )


def _owners(calendar: Calendar, sprint: Ints, team: Ints, slot: Ints) -> Ints:
    """The team's members in turn; for who is not employed throughout the sprint, the first of the team."""
    crowd = calendar.crowd
    member = TEAM_SIZE * team + slot % crowd.team_sizes[team]
    week = calendar.start_day[sprint, team] // 7
    is_there = crowd.is_employed(member, week) & crowd.is_employed(member, week + 2)
    return np.where(is_there, member, TEAM_SIZE * team)


def _has_sub_task(seed: int, number: Ints, fate: Ints) -> Flags:
    bits = draw(seed, Purpose.SUB_TASK, number)
    found: Flags = chance(bits, 1, 0.5) & ((fate == Fate.DONE) | (fate == Fate.CARRIED))
    return found


def _times(calendar: Calendar, main: Ints, sprint: Ints, team: Ints, slot: Ints, fate: Ints) -> tuple[Ints, Ints]:
    """When an issue is created, and when each event befalls it. Every moment lies inside its sprint by construction."""
    seed = calendar.crowd.seed
    days, planning = draw(seed, Purpose.DAYS, main), draw(seed, Purpose.PLANNING, main)
    moments, more = draw(seed, Purpose.MOMENTS, main), draw(seed, Purpose.MORE_MOMENTS, main)
    times = np.full((len(main), len(Event)), NEVER, dtype=np.int64)
    is_added = slot >= PLANNED
    added_day = 1 + below(days, 0, 4)
    begun_day, done_day = _work_days(days, is_added, added_day, fate)
    added_at = calendar.moment(sprint, team, added_day, 10 * HOUR + below(planning, 0, 7200) * SECOND)
    planned_at = calendar.start[sprint, team] - 12 * MINUTE - below(planning, 1, 17200) * MINUTE
    times[:, Event.PLANNED] = np.where(is_added, added_at, planned_at)
    shortly, long = 6 + below(planning, 2, 1200), 12 * 60 + below(planning, 3, 35000)
    created = times[:, Event.PLANNED] - np.where(is_added, shortly, long) * MINUTE
    times[:, Event.ASSIGNED] = times[:, Event.PLANNED] + 2 * MINUTE

    last = sprint + (fate == Fate.CARRIED) + 2 * (fate == Fate.CARRIED_TWICE)
    is_late = (last > sprint) & chance(more, 0, 0.4)
    begun_day = np.where(is_late, done_day - 1, begun_day)
    begun_at = calendar.moment(np.where(is_late, last, sprint), team, begun_day, _office_hours(moments, 0))
    done_at = calendar.moment(last, team, done_day, _office_hours(moments, 1))
    is_removed = fate == Fate.REMOVED
    times[:, Event.BEGUN] = np.where(is_removed & (is_added | (begun_day > 0)), NEVER, begun_at)
    times[:, Event.DONE] = np.where(is_removed, NEVER, done_at)
    share = 0.2 + 0.6 * part(more, 1) / 65536
    reviewed_at = begun_at + ((done_at - begun_at) * share).astype(np.int64)
    times[:, Event.REVIEWED] = np.where(~is_removed & chance(more, 2, 0.5), reviewed_at, NEVER)
    _mishaps(calendar, times, sprint, team, fate, (added_day, done_day), (days, moments))
    return created, times


def _work_days(days: Bits, is_added: Flags, added_day: Ints, fate: Ints) -> tuple[Ints, Ints]:
    """On which working days of a sprint an issue is begun and done: never on the same one."""
    is_reopened = fate == Fate.REOPENED
    planned_done = np.where(is_reopened, 2 + below(days, 1, 6), 1 + below(days, 1, 9))
    planned_begun = np.maximum(planned_done - 1 - below(days, 2, 3), 0)
    added_begun = added_day + 1 + below(days, 1, 2)
    added_done = added_begun + 1 + np.where(is_reopened, 0, below(days, 2, 2))
    return np.where(is_added, added_begun, planned_begun), np.where(is_added, added_done, planned_done)


def _office_hours(bits: Bits, place: int) -> Ints:
    """10:00 to 16:00, to the millisecond."""
    return 10 * HOUR + below(bits, place, 21599) * SECOND + below(bits, 3, 1000)


def _mishaps(
    calendar: Calendar,
    times: Ints,
    sprint: Ints,
    team: Ints,
    fate: Ints,
    days: tuple[Ints, Ints],
    bits: tuple[Bits, Bits],
) -> None:
    """Taken out of the sprint, carried over at its very close, reopened."""
    added_day, done_day = days
    removed_at = calendar.moment(
        sprint, team, np.minimum(added_day + 1 + below(bits[0], 3, 4), 8), 13 * HOUR + below(bits[1], 2, 10000) * SECOND
    )
    times[:, Event.REMOVED] = np.where(fate == Fate.REMOVED, removed_at, NEVER)
    is_carried = (fate == Fate.CARRIED) | (fate == Fate.CARRIED_TWICE)
    is_later = (fate == Fate.REOPENED_NEXT) | (fate == Fate.REOPENED_LATE)
    ten = np.full_like(sprint, 10 * HOUR)
    same_sprint = calendar.moment(sprint, team, np.minimum(done_day + 1, 8), ten)
    next_sprint = calendar.moment(sprint + 1, team, np.full_like(sprint, 2), ten)
    times[:, Event.REOPENED] = np.select([fate == Fate.REOPENED, is_later], [same_sprint, next_sprint], NEVER)
    times[:, Event.CARRIED] = np.select(
        [is_carried, is_later], [calendar.close[sprint, team], next_sprint + MINUTE], NEVER
    )
    is_carried_again = (fate == Fate.CARRIED_TWICE) | (fate == Fate.REOPENED_LATE)
    times[:, Event.CARRIED_AGAIN] = np.where(is_carried_again, calendar.close[sprint + 1, team], NEVER)
    again = sprint + (fate == Fate.REOPENED_NEXT) + 2 * (fate == Fate.REOPENED_LATE)
    day = np.where(fate == Fate.REOPENED, np.minimum(done_day + 2, 9), 5 + below(bits[0], 3, 4))
    done_again = calendar.moment(again, team, day, _office_hours(bits[1], 2))
    times[:, Event.DONE_AGAIN] = np.where((fate == Fate.REOPENED) | is_later, done_again, NEVER)


def _estimates(seed: int, main: Ints, times: Ints) -> None:
    """When points are set, where not at creation, and changed."""
    bits = draw(seed, Purpose.ESTIMATE, main)
    has_points, begun = ~chance(bits, 1, 0.05), times[:, Event.BEGUN]
    is_later = has_points & chance(bits, 2, 0.4)
    times[:, Event.ESTIMATED] = np.where(is_later, times[:, Event.PLANNED] - MINUTE, NEVER)
    is_changed = has_points & chance(bits, 3, 0.07) & (begun < NEVER)
    times[:, Event.RE_ESTIMATED] = np.where(is_changed, begun + 5 * MINUTE, NEVER)


def _hand_overs(habits: Bits, times: Ints, may_take_over: Flags, may_hand_on: Flags) -> None:
    """Assigned to a colleague first; handed to the lead once done."""
    begun, done = times[:, Event.BEGUN], times[:, Event.DONE]
    is_taken = may_take_over & chance(habits, 1, 0.05) & (begun < NEVER)
    times[:, Event.HANDED_OVER] = np.where(is_taken, begun - MINUTE, NEVER)
    times[:, Event.HANDED_ON] = np.where(may_hand_on & chance(habits, 2, 0.02), done + 2 * HOUR, NEVER)


def _sub_tasks(created: Ints, times: Ints, is_sub: Flags) -> tuple[Ints, Ints]:
    """A sub-task is begun after its story and done before it; nothing else is known of it."""
    own = np.full_like(times, NEVER)
    own[:, Event.BEGUN] = np.where(times[:, Event.BEGUN] < NEVER, times[:, Event.BEGUN] + 30 * MINUTE, NEVER)
    own[:, Event.DONE] = np.where(times[:, Event.DONE] < NEVER, times[:, Event.DONE] - 11 * MINUTE, NEVER)
    return np.where(is_sub, created + HOUR, created), np.where(is_sub[:, None], own, times)


def sprints_held(rows: Plan, as_of: int) -> Ints:
    """How many sprints the issue is in at an instant: its own and those that follow; 0 is none."""
    carried = (rows.at(Event.CARRIED) <= as_of) * 1 + (rows.at(Event.CARRIED_AGAIN) <= as_of)
    is_in = (rows.at(Event.PLANNED) <= as_of) & (rows.at(Event.REMOVED) > as_of)
    return np.where(is_in, 1 + carried, 0)


def last_change(rows: Plan, as_of: int) -> Ints:
    """The latest event by an instant, else the creation."""
    latest: Ints = np.where(rows.times <= as_of, rows.times, 0).max(axis=1)
    return np.maximum(rows.created, latest)


def is_unpaid_work(bits: Bits) -> Flags:
    """Which issues bear the label that says nobody pays, by their `words`."""
    return chance(bits, 2, 0.05)
