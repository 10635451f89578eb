"""Who works in a simulated world, in which team, from when to when, and how much."""

from dataclasses import dataclass

import numpy as np

from flows.simulation.draws import Draws, Topic
from transforms.stats import Bools, Floats, Ints, Words


@dataclass(frozen=True)
class Roster:
    """Shape: engineers, in the order of their ids. Weeks are indices of the history."""

    engineer_ids: Words
    team: Ints
    manager: Ints  # numbered over all teams
    first_week: Ints
    last_week: Ints
    contract_hours: Floats
    day_off: Ints  # weekday that 4x10 leaves free
    moves_at: int  # the week of the reorganisation; the number of weeks where there is none
    is_moved: Bools
    n_managers: int  # before the reorganisation; the new teams' ones are numbered after them

    @property
    def n_engineers(self) -> int:
        return len(self.engineer_ids)

    def is_employed(self, n_weeks: int) -> Bools:
        """Shape: engineers x weeks."""
        week = np.arange(n_weeks)
        employed: Bools = (week >= self.first_week[:, None]) & (week <= self.last_week[:, None])
        return employed

    def has_moved(self, n_weeks: int) -> Bools:
        """Weeks in the new team. Shape: engineers x weeks."""
        moved: Bools = self.is_moved[:, None] & (np.arange(n_weeks) >= self.moves_at)
        return moved


def roster(draws: Draws, may_come_and_go: Bools) -> Roster:
    """The people. Only some may be hired or leave after the switch: a drop needs a before and an after.

    Shape: `may_come_and_go` engineers.
    """
    world, people = draws.world, draws.world.people
    n = world.engineers
    # One row per purpose: a purpose added later leaves the others as they are.
    chance = draws.uniform(Topic.PEOPLE, n, 7)
    team = np.arange(n) * world.teams // n
    place = np.arange(n) - np.searchsorted(team, team)
    largest = int(place.max()) + 1
    managers_per_team = -(-largest // people.engineers_per_manager)
    hours, days_off = np.array(people.part_time_hours), np.array(people.days_off, dtype=np.int64)
    is_part_time = chance[:, 0] < people.part_time_share

    share = may_come_and_go.mean() if may_come_and_go.any() else 1.0
    is_hired = may_come_and_go & (chance[:, 2] < people.hired_share / share) & (world.weeks_during >= 2)
    is_leaving = may_come_and_go & (chance[:, 3] < people.leaver_share / share) & ~is_hired & (world.weeks_during >= 2)
    # People are hired in the first half, so that there is something to see of them, and leave at any time.
    hired_in = world.weeks_before + 1 + np.floor(chance[:, 4] * max(world.weeks_during // 2 - 1, 1)).astype(np.int64)
    last = world.weeks_before + np.floor(chance[:, 5] * (world.weeks_during - 1)).astype(np.int64)

    moves = draws.uniform(Topic.MOVES, n, 2)[:, 0]
    return Roster(
        engineer_ids=numbered("e", np.arange(n), n),
        team=team,
        manager=team * managers_per_team + place // people.engineers_per_manager,
        first_week=np.where(is_hired, hired_in, 0),
        last_week=np.where(is_leaving, last, world.n_weeks - 1),
        contract_hours=np.where(is_part_time, hours[(chance[:, 1] * len(hours)).astype(np.int64)], 40.0),
        day_off=days_off[(chance[:, 6] * len(days_off)).astype(np.int64)],
        moves_at=world.weeks_before + world.weeks_during // 2 if world.has_reorganisation else world.n_weeks,
        is_moved=_chosen(moves, team, world.reorganisation.moved_share),
        n_managers=world.teams * managers_per_team,
    )


def numbered(letter: str, numbers: Ints, n: int) -> Words:
    """Ids such as `e07`, of one length, so that they sort like their numbers."""
    width = max(len(str(n)), 2)
    names = np.array([f"{letter}{number + 1:0{width}d}" for number in range(n)], dtype=object)
    return names[numbers]


def _chosen(chance: Floats, team: Ints, share: float) -> Bools:
    """A share of each team: those of the smallest draws."""
    order = np.lexsort((chance, team))
    size = np.bincount(team)
    rank = np.empty(len(team), dtype=np.int64)
    rank[order] = np.arange(len(team)) - (np.cumsum(size) - size)[team[order]]
    chosen: Bools = rank < np.round(share * size[team])
    return chosen
