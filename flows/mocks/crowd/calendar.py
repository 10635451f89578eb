"""The crowd's sprints: two weeks each, by team, from before the first week to beyond the last.

Even teams work from a Monday to the second Friday, odd ones from a Wednesday to the Tuesday two weeks later. Sprints of
a team go by number from 0.
"""

from functools import lru_cache
from typing import Final

import numpy as np

from flows.mocks.crowd import words
from flows.mocks.crowd.draws import Ints, Purpose, below, draw
from flows.mocks.crowd.roster import DAY, HOUR, MINUTE, SECOND, Crowd, at
from flows.mocks.facts import Sprint

FIRST_SPRINT: Final = 5001
FIRST_BOARD: Final = 101
AHEAD: Final = 2
LENGTH: Final = 14
WORK_DAYS: Final = 10
# Working days of a sprint, counted from its first day: of even teams, of odd ones.
_WORK_DAYS: Final = np.array([[0, 1, 2, 3, 4, 7, 8, 9, 10, 11], [0, 1, 2, 5, 6, 7, 8, 9, 12, 13]], dtype=np.int64)


class Calendar:
    """Starts and closes of all sprints, by (number, team): a few thousand numbers."""

    def __init__(self, crowd: Crowd) -> None:
        self.crowd, self.teams = crowd, crowd.teams
        self.sprints = (7 * crowd.weeks + 11) // LENGTH + 1 + AHEAD
        # Issues of the last ones may be carried two sprints further.
        number, team = np.meshgrid(np.arange(self.sprints + 3), np.arange(crowd.teams), indexing="ij")
        self.start_day: Ints = LENGTH * number - self._lead(team)
        bits = draw(crowd.seed, Purpose.SPRINT, number * crowd.teams + team)
        places = crowd.team_places[team]
        last_day = self.start_day + _WORK_DAYS[team % 2, -1]
        self.start = crowd.instant(places, self.start_day, 9 * HOUR + 30 * MINUTE + below(bits, 0, 1500) * SECOND)
        self.close = crowd.instant(places, last_day, 16 * HOUR + 20 * MINUTE + below(bits, 1, 2300) * SECOND)
        self.end = crowd.instant(places, last_day, np.full_like(last_day, 17 * HOUR))
        self.created = self.start - 17 * DAY + below(bits, 2, 3000) * SECOND
        self.sprint = lru_cache(1024)(self._sprint)

    @staticmethod
    def _lead(team: Ints) -> Ints:
        """Days by which a team's sprint 0 began before the first Monday: teams are not in step."""
        return 7 * (team // 2 % 2) + 5 * (team % 2)

    def sprint_of(self, team: Ints, day: Ints) -> Ints:
        """The number of the sprint that a working day falls in."""
        return (day + self._lead(team)) // LENGTH

    def moment(self, number: Ints, team: Ints, work_day: Ints, time_of_day: Ints) -> Ints:
        """A time on one of the ten working days of a sprint, where the team is."""
        day = self.start_day[number, team] + _WORK_DAYS[team % 2, work_day]
        return self.crowd.instant(self.crowd.team_places[team], day, time_of_day)

    def id_of(self, number: int, team: int) -> int:
        return FIRST_SPRINT + number * self.teams + team

    def ids_of(self, number: Ints, team: Ints) -> Ints:
        return FIRST_SPRINT + number * self.teams + team

    def place_of(self, sprint_id: int) -> tuple[int, int] | None:
        """(number, team) of a sprint, if there is one."""
        number, team = divmod(sprint_id - FIRST_SPRINT, self.teams)
        return (number, team) if 0 <= number < self.sprints else None

    def _sprint(self, number: int, team: int) -> Sprint:
        return Sprint(
            id=self.id_of(number, team),
            board_id=FIRST_BOARD + team,
            team_id=self.crowd.team_ids[team],
            name=f"{code(team)} S{number + 1}",
            goal=words.summary(7 * number + team),
            created_at=at(int(self.created[number, team])),
            start_at=at(int(self.start[number, team])),
            end_at=at(int(self.end[number, team])),
            complete_at=at(int(self.close[number, team])),
        )


def code(team: int) -> str:
    """The key of a team's project."""
    return f"CT{team + 1:03d}"
