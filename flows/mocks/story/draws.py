"""Chance, tied to what it decides: a stream per seed and purpose, so that one's luck never moves another's."""

from collections.abc import Sequence
from typing import TypeVar
from zlib import crc32

import numpy as np

T = TypeVar("T")


def stream(seed: int, *purpose: object) -> np.random.Generator:
    """The generator for one purpose, for example `stream(410, "worklogs", "ana", "2026-11-16")`."""
    return np.random.default_rng([seed, crc32("/".join(map(str, purpose)).encode())])


def chance(rng: np.random.Generator, share: float) -> bool:
    """True with probability `share`."""
    return bool(rng.random() < share)


def pick(rng: np.random.Generator, options: Sequence[T], weights: Sequence[float] | None = None) -> T:
    """One of the options, by weight where given."""
    if weights is None:
        return options[int(rng.random() * len(options))]
    total = sum(weights)
    mark = rng.random() * total
    for option, weight in zip(options, weights, strict=True):
        mark -= weight
        if mark < 0:
            return option
    return options[-1]


def lognormal(rng: np.random.Generator, median: float, spread: float) -> float:
    """A lognormal draw by its median and the s.d. of its logarithm."""
    return float(median * np.exp(spread * rng.standard_normal()))
