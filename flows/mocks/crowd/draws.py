"""Chance as arithmetic: bits that depend on the seed, a purpose and a number, and on nothing else."""

from enum import IntEnum

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Bits = npt.NDArray[np.uint64]


class Purpose(IntEnum):
    """What is drawn: streams of different purposes have nothing in common."""

    SPRINT = 1
    FATE = 2
    DAYS = 3
    PLANNING = 4
    MOMENTS = 5
    MORE_MOMENTS = 6
    ESTIMATE = 7
    HABITS = 8
    WORDS = 9
    SUB_TASK = 10
    LOGGED = 11
    ENTERED = 12
    TARGET = 13
    SAVED = 14
    CALL = 15
    COURSE = 16
    ANSWER = 17


def draw(seed: int, purpose: Purpose, number: Ints) -> Bits:
    """64 bits per number: four draws of 16 bits, by `place`."""
    start = (seed * 0xD1B54A32D192ED03 + purpose * 0x8CB92BA72F3D8DD7 + 1) % 2**64
    bits = number.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(start)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))


def part(bits: Bits, place: int) -> Ints:
    """One of the four draws, 0 to 65,535."""
    return ((bits >> np.uint64(16 * place)) & np.uint64(0xFFFF)).astype(np.int64)


def below(bits: Bits, place: int, limit: int | Ints) -> Ints:
    """A whole number from 0 up to, not including, the limit (65,536 at most)."""
    return (part(bits, place) * limit) >> 16


def chance(bits: Bits, place: int, share: float) -> Flags:
    """True in a share of the cases."""
    return part(bits, place) < round(share * 65536)


def which(bits: Bits, place: int, shares: tuple[float, ...]) -> Ints:
    """0, 1, 2, ... by shares; what they leave over is one more."""
    bounds = np.round(np.cumsum(shares) * 65536)
    return np.searchsorted(bounds, part(bits, place), side="right").astype(np.int64)
