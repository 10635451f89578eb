"""The crowd's worklogs, as arrays: one row per worklog asked for.

Fifteen numbers belong to each week and engineer, three to a working day; the numbers of what was never logged stay
free. An engineer logs on the own issues of the team's sprint and on three standing issues.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from flows.mocks.crowd.calendar import Calendar
from flows.mocks.crowd.draws import Bits, Flags, Ints, Purpose, below, chance, draw, which
from flows.mocks.crowd.issues import BLOCK, PLANNED
from flows.mocks.crowd.roster import DAY, HOUR, MINUTE, NEVER, SECOND, TEAM_SIZE, Crowd

FIRST_WORKLOG: Final = 30_001
FIRST_STANDING: Final = 20_001
FIRST_ISSUE: Final = 100_001
A_DAY: Final = 3
A_WEEK: Final = 5 * A_DAY
# Per team: work for the client outside sprints, the same unpaid, and internal.
STANDING: Final = 3
UNPAID_STANDING, INTERNAL_STANDING = 1, 2
_STANDING_SHARES: Final = (0.66, 0.14, 0.10)
QUARTER: Final = 900
# Quarters of an hour that the three worklogs of a day take at least, and the range above, before and after the switch.
_LEAST: Final = np.array([[11, 10, 4], [12, 10, 5]], dtype=np.int64)
_RANGE: Final = np.array([[5, 4, 5], [5, 4, 5]], dtype=np.int64)
_STARTS: Final = np.array([8 * HOUR + 30 * MINUTE, 13 * HOUR, 16 * HOUR + 45 * MINUTE], dtype=np.int64)
_SPREADS: Final = np.array([25 * 60, 10 * 60, 10 * 60], dtype=np.int64)


@dataclass(frozen=True)
class Logs:
    """Worklogs, one per row; instants in milliseconds, times in seconds. `issue` is the id of the issue."""

    number: Ints
    exists: Flags
    engineer: Ints
    week: Ints
    started: Ints
    created: Ints
    edited: Ints
    deleted: Ints
    seconds: Ints
    edited_seconds: Ints
    issue: Ints
    is_marked_unpaid: Flags

    def saved(self, as_of: int) -> Ints:
        """When each was last saved by an instant."""
        return np.where(self.edited <= as_of, self.edited, self.created)

    def logged(self, as_of: int) -> Ints:
        """The seconds each held at an instant."""
        return np.where(self.edited <= as_of, self.edited_seconds, self.seconds)

    def is_there(self, as_of: int) -> Flags:
        return self.exists & (self.created <= as_of) & (self.deleted > as_of)


def slots(crowd: Crowd) -> int:
    """How many numbers there are."""
    return crowd.weeks * crowd.engineers * A_WEEK


def numbers_of(crowd: Crowd, engineers: Ints, weeks: Ints) -> Ints:
    """Every number of some engineers in some weeks."""
    first = (weeks[:, None] * crowd.engineers + engineers[None, :]) * A_WEEK
    return (first[:, :, None] + np.arange(A_WEEK, dtype=np.int64)).reshape(-1)


def logs(calendar: Calendar, number: Ints) -> Logs:
    """What was logged, edited and deleted, ever; numbers begin at 0."""
    crowd = calendar.crowd
    week, rest = np.divmod(number, crowd.engineers * A_WEEK)
    engineer, slot = np.divmod(rest, A_WEEK)
    day, turn = np.divmod(slot, A_DAY)
    is_new = week >= crowd.switch
    logged, entered = (draw(crowd.seed, purpose, number) for purpose in (Purpose.LOGGED, Purpose.ENTERED))
    works = crowd.is_employed(engineer, week) & ~(is_new & (day == crowd.days_off[engineer]))
    third = (turn < 2) | is_new | chance(logged, 0, 0.6)
    quarters = _LEAST[is_new * 1, turn] + below(logged, 1, _RANGE[is_new * 1, turn])
    days, places = 7 * week + day, crowd.places[engineer]
    started = crowd.instant(places, days, _STARTS[turn] + below(logged, 2, _SPREADS[turn]) * SECOND)
    evening = crowd.instant(places, days, 19 * HOUR + 20 * MINUTE + below(entered, 0, 9600) * SECOND)
    created, edited, deleted = _saves(crowd.seed, number, evening, entered)
    seconds = QUARTER * quarters
    target = draw(crowd.seed, Purpose.TARGET, number)
    return Logs(
        number=number,
        exists=works & third & ~chance(logged, 3, 0.03),
        engineer=engineer,
        week=week,
        started=started,
        created=created,
        edited=edited,
        deleted=deleted,
        seconds=seconds,
        edited_seconds=seconds + np.where(chance(target, 3, 0.5), 2, -2) * QUARTER,
        issue=_targets(calendar, engineer, days, target),
        is_marked_unpaid=chance(target, 2, 0.01),
    )


def _saves(seed: int, number: Ints, evening: Ints, entered: Bits) -> tuple[Ints, Ints, Ints]:
    """Entered in the evening, some days late, or weeks late; some edited, a few deleted."""
    how = which(entered, 1, (0.915, 0.08))
    bits = draw(seed, Purpose.SAVED, number)
    late = np.choose(how, [np.zeros_like(evening), 1 + below(bits, 0, 9), np.full_like(evening, 20)]) * DAY
    created = evening + late + below(bits, 1, 1000)
    edited = np.where(chance(entered, 2, 0.04), created + HOUR + below(bits, 2, 17280) * MINUTE, NEVER)
    saved = np.where(edited < NEVER, edited, created)
    deleted = np.where(chance(entered, 3, 0.008), saved + HOUR + below(bits, 3, 14400) * MINUTE, NEVER)
    return created, edited, deleted


def _targets(calendar: Calendar, engineer: Ints, day: Ints, bits: Bits) -> Ints:
    """The issue of each worklog: one of the engineer's own in the sprint of the day, or a standing one of the team."""
    crowd = calendar.crowd
    team, member = np.divmod(engineer, TEAM_SIZE)
    size = crowd.team_sizes[team]
    own = (PLANNED - member + size - 1) // size
    slot = member + size * below(bits, 1, own)
    number = (calendar.sprint_of(team, day) * crowd.teams + team) * BLOCK + slot
    kind = which(bits, 0, _STANDING_SHARES)
    return np.where(kind == 0, FIRST_ISSUE + number, FIRST_STANDING + STANDING * team + kind - 1)


def workers(calendar: Calendar, issue: int) -> tuple[Ints, Ints]:
    """Who may have logged on an issue, and in which weeks."""
    crowd = calendar.crowd
    if issue < FIRST_ISSUE:
        team = (issue - FIRST_STANDING) // STANDING
        members = TEAM_SIZE * team + np.arange(crowd.team_sizes[team], dtype=np.int64)
        return members, np.arange(crowd.weeks, dtype=np.int64)
    block, slot = divmod(issue - FIRST_ISSUE, BLOCK)
    sprint, team = divmod(block, crowd.teams)
    first = int(calendar.start_day[sprint, team]) // 7
    weeks = np.arange(max(first, 0), min(first + 3, crowd.weeks), dtype=np.int64)
    none = slot >= PLANNED
    return np.array([] if none else [TEAM_SIZE * team + slot % int(crowd.team_sizes[team])], dtype=np.int64), weeks
