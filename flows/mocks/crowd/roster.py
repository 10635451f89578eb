"""Who is in the crowd, in which teams and places, and how its days map to instants.

Engineers, teams and weeks go by number from 0; days are counted from the Monday of the first week; instants are whole
milliseconds since 1970.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from flows.mocks.crowd import words
from flows.mocks.crowd.draws import Flags, Ints
from flows.mocks.facts import Person
from flows.mocks.world import FORMER, READER, ROBOT

TEAM_SIZE: Final = 8
TEAMS_A_MANAGER: Final = 4
SECOND: Final = 1000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
# Later than anything: what never happens.
NEVER: Final = 2**62
MARGIN_DAYS: Final = 120
LONG_AGO: Final = -10_000
FAR_OFF: Final = 10_000
EMPLOYED_SINCE: Final = timedelta(days=420)


@dataclass(frozen=True)
class Place:
    """Where people work."""

    id: str
    country: str
    subdivision: str | None
    timezone: str


PLACES: Final = (
    Place("austin", "US", "TX", "America/Chicago"),
    Place("madrid", "ES", "MD", "Europe/Madrid"),
    Place("bengaluru", "IN", "KA", "Asia/Kolkata"),
    Place("portland", "US", "OR", "America/Los_Angeles"),
)


@dataclass(frozen=True)
class Crowd:
    """A crowd: how many, over how many weeks up to which one. The same numbers and seed give the same crowd."""

    engineers: int
    weeks: int
    last_week: date = date(2026, 11, 16)
    seed: int = 410
    timezone: str = "America/Chicago"

    def __post_init__(self) -> None:
        if self.engineers < 1 or self.weeks < 2:
            raise ValueError("a crowd has at least one engineer and two weeks")
        if self.last_week.weekday():
            raise ValueError(f"the last week must begin on a Monday, not {self.last_week:%A}")

    # -- time --------------------------------------------------------------------------------------------------------

    @property
    def first_week(self) -> date:
        return self.last_week - timedelta(weeks=self.weeks - 1)

    @property
    def switch(self) -> int:
        """The first week on 4x10."""
        return self.weeks // 2

    @property
    def as_of(self) -> datetime:
        """The Monday after the last week, 00:00 in the organisation's zone: the latest instant that can be served."""
        monday = datetime.combine(self.last_week + timedelta(weeks=1), datetime.min.time(), ZoneInfo(self.timezone))
        return monday.astimezone(UTC)

    @cached_property
    def start(self) -> int:
        """00:00 UTC of the first Monday."""
        return (self.first_week - date(1970, 1, 1)).days * DAY

    @cached_property
    def _offsets(self) -> Ints:
        """Milliseconds that local time is ahead of UTC, by place and day, at noon: clocks change at night."""
        first = datetime.combine(self.first_week - timedelta(days=MARGIN_DAYS), datetime.min.time())
        noons = [first + timedelta(days=n, hours=12) for n in range(7 * self.weeks + 2 * MARGIN_DAYS)]
        zones = [ZoneInfo(place.timezone) for place in PLACES]
        none = timedelta(0)
        return np.array([[(zone.utcoffset(n) or none) // timedelta(milliseconds=1) for n in noons] for zone in zones])

    def instant(self, place: Ints, day: Ints, time_of_day: Ints) -> Ints:
        """A local time of a day in a place, as an instant."""
        return self.start + day * DAY + time_of_day - self._offsets[place, day + MARGIN_DAYS]

    def local(self, place: Ints, day: Ints, instant: Ints) -> Ints:
        """An instant of a day in a place by the local clock: milliseconds since 1970 there."""
        return instant + self._offsets[place, day + MARGIN_DAYS]

    # -- people ------------------------------------------------------------------------------------------------------

    @property
    def teams(self) -> int:
        return -(-self.engineers // TEAM_SIZE)

    @property
    def managers(self) -> int:
        return -(-self.teams // TEAMS_A_MANAGER)

    @cached_property
    def team_sizes(self) -> Ints:
        return np.minimum(TEAM_SIZE, self.engineers - TEAM_SIZE * np.arange(self.teams, dtype=np.int64))

    @cached_property
    def team_places(self) -> Ints:
        return np.arange(self.teams, dtype=np.int64) % len(PLACES)

    @cached_property
    def places(self) -> Ints:
        """Of each engineer: with the team, but for the fourth and the last, who are elsewhere."""
        number = np.arange(self.engineers, dtype=np.int64)
        return (number // TEAM_SIZE + np.isin(number % TEAM_SIZE, (3, 7))) % len(PLACES)

    @cached_property
    def days_off(self) -> Ints:
        """The weekday that 4x10 leaves free, 0 (Monday) to 4."""
        return (np.arange(self.engineers, dtype=np.int64) * 3 + 4) % 5

    @cached_property
    def joined(self) -> Ints:
        """First week of employment; most were there before. The first of a team is always there."""
        number = np.arange(self.engineers, dtype=np.int64)
        return np.where((number % 41 == 17) & (number % TEAM_SIZE > 0), max(1, self.weeks // 4), LONG_AGO)

    @cached_property
    def left(self) -> Ints:
        """First week after the employment; most stay."""
        number = np.arange(self.engineers, dtype=np.int64)
        return np.where((number % 23 == 13) & (self.joined < 0), max(self.switch + 1, 3 * self.weeks // 4), FAR_OFF)

    def is_employed(self, engineer: Ints, week: Ints) -> Flags:
        """Whether the engineer works here in a week. Nobody knows who will leave after the last one."""
        return (self.joined[engineer] <= week) & (week < self.left[engineer])

    def employed_from(self, engineer: int) -> date:
        week = int(self.joined[engineer])
        return self.first_week + timedelta(weeks=week) if week >= 0 else self.first_week - EMPLOYED_SINCE

    def employed_to(self, engineer: int) -> date | None:
        week = int(self.left[engineer])
        return self.first_week + timedelta(weeks=week, days=-1) if week < self.weeks else None

    @cached_property
    def engineer_ids(self) -> Sequence[str]:
        return [f"eng-{n + 1:04d}" for n in range(self.engineers)]

    @cached_property
    def accounts(self) -> Sequence[str]:
        return [f"712020:crowd-{n + 1:04d}" for n in range(self.engineers)]

    @cached_property
    def pagerduty_ids(self) -> Sequence[str]:
        return [f"PC{n + 1:05d}" for n in range(self.engineers)]

    @cached_property
    def manager_ids(self) -> Sequence[str]:
        return [f"mgr-{n + 1:03d}" for n in range(self.managers)]

    @cached_property
    def manager_accounts(self) -> Sequence[str]:
        return [f"712020:crowd-lead-{n + 1:03d}" for n in range(self.managers)]

    @cached_property
    def team_ids(self) -> Sequence[str]:
        return [f"team-{n + 1:03d}" for n in range(self.teams)]

    @cached_property
    def people(self) -> Mapping[str, Person]:
        """Every account: engineers, managers, and the ones every site has."""
        engineers = [self._engineer(n) for n in range(self.engineers)]
        managers = [
            Person(account, words.name(5000 + n), self.timezone) for n, account in enumerate(self.manager_accounts)
        ]
        others = [
            Person(ROBOT, "Automation for Jira", "Etc/UTC", account_type="app"),
            Person(READER, "tenfour reader", self.timezone, account_type="app"),
            Person(FORMER, "Former user", "Etc/UTC", active_until=datetime(2019, 6, 3, 15, tzinfo=UTC)),
        ]
        return {str(person.account_id): person for person in [*engineers, *managers, *others]}

    def _engineer(self, number: int) -> Person:
        zone = ZoneInfo(PLACES[int(self.places[number])].timezone)
        last = self.employed_to(number)
        return Person(
            account_id=self.accounts[number],
            name=words.name(number),
            timezone=str(zone),
            email=f"{self.engineer_ids[number]}@crowd.example" if number % 15 == 0 else None,
            engineer_id=self.engineer_ids[number],
            team_id=self.team_ids[number // TEAM_SIZE],
            pagerduty_id=self.pagerduty_ids[number],
            alertops_user_name=self.engineer_ids[number],
            active_from=datetime.combine(self.employed_from(number), datetime.min.time(), zone),
            active_until=datetime.combine(last + timedelta(days=1), datetime.min.time(), zone) if last else None,
        )


def at(instant: int) -> datetime:
    """Milliseconds since 1970 as a datetime in UTC."""
    return _EPOCH + timedelta(milliseconds=instant)


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
