"""Chance by topic: what one topic draws is the same whatever else is switched on."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from flows.simulation.constants import World
from transforms.stats import Floats


class Topic(IntEnum):
    """What is drawn, each from a stream of its own. A number is never used for another topic."""

    PEOPLE = 1
    SCENARIOS = 2
    BAD_WEEKS = 3
    LEAVE = 4
    SICK = 5
    LOGGED = 6
    LEVELS = 7
    WEEKLY = 8
    MEMORY = 9
    FRESH = 10
    SHARED = 11
    RATES = 12
    SPRINTS = 13
    SHARED_POINTS = 14
    RATES_OF_CALLS = 15
    INCIDENTS = 16
    TIMES = 17
    TAILS = 18
    WELLBEING_LEVELS = 19
    LENIENCY = 20
    WELLBEING = 21
    SHARED_VIBES = 22
    SCORES = 23
    NOTES = 24
    MOVES = 25
    GAPS = 26
    SILENCE = 27
    CONSTANTS = 28


@dataclass(frozen=True)
class Draws:
    """All chance of one world."""

    world: World
    seed: int

    def of(self, topic: Topic, *part: int) -> np.random.Generator:
        """The stream of a topic, or of a numbered part of it, from its start."""
        return np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=(int(topic), *part)))

    def uniform(self, topic: Topic, n: int, n_items: int) -> Floats:
        """Uniform from 0 to 1. Shape: n x items; more items leave the first ones as they are."""
        return self.of(topic).random((n_items, n)).T

    def noise(self, topic: Topic, n: int, n_items: int) -> Floats:
        """Noise of mean 0 and variance 1, of the world's shape. Shape: n x items, as `uniform`."""
        return self.flat_noise(topic, (n_items, n)).T

    def flat_noise(self, topic: Topic, shape: tuple[int, ...]) -> Floats:
        """Noise of mean 0 and variance 1, of the world's shape, in the order of the draws."""
        if self.world.noise == "normal":
            return self.of(topic).standard_normal(shape)
        df = self.world.noise_df
        drawn: Floats = self.of(topic).standard_t(df, shape) / np.sqrt(df / (df - 2))
        return drawn


def with_memory(noise: Floats, rho: float) -> Floats:
    """Noise of variance 1 in which each week is correlated with the one before, of variance 1 all along.

    Shape: any x weeks.
    """
    remembered = np.empty(noise.shape)
    fresh = np.sqrt(1 - rho**2)
    for week in range(noise.shape[1]):
        before = rho * remembered[:, week - 1] if week else 0.0
        remembered[:, week] = before + (fresh if week else 1.0) * noise[:, week]
    return remembered
