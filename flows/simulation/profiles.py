"""Worlds with other constants, drawn by the seed: rules that are tuned to one world are found out in them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final, NamedTuple

from flows.simulation.constants import Profile, World
from flows.simulation.draws import Draws, Topic


class Range(NamedTuple):
    """From where to where a constant is drawn, every value equally likely."""

    low: float
    high: float


# In the order in which they are drawn: a new one goes to the end of its section, and changes no other.
_RANGES: Final[Mapping[str, Mapping[str, Range]]] = {
    "people": {
        "part_time_share": Range(0.0, 0.25),
        "hired_share": Range(0.03, 0.14),
        "leaver_share": Range(0.01, 0.08),
        "leave_share": Range(0.03, 0.09),
        "christmas_leave_share": Range(0.2, 0.9),
        "sick_share": Range(0.02, 0.10),
        "logged_sd": Range(0.0, 0.05),
    },
    "billable": {
        "mean_pct": Range(81.0, 84.5),
        "spread_points": Range(1.5, 3.0),
        "weekly_sd_points": Range(4.0, 7.0),
        "weekly_sd_spread": Range(0.1, 0.35),
        "memory_share": Range(0.25, 0.6),
        "memory_rho": Range(0.3, 0.65),
        "shared_sd_points": Range(0.5, 1.6),
        "shared_rho": Range(0.1, 0.6),
        "drift_points": Range(0.5, 1.4),
        "wave_points": Range(0.0, 1.0),
        "holiday_points": Range(-6.0, -1.0),
        "settling_points": Range(-3.5, -0.5),
        "wave_peak": Range(0.0, 1.0),
    },
    "velocity": {
        "points_per_40h": Range(6.0, 16.0),
        "spread": Range(0.15, 0.35),
        "sprint_cv": Range(0.18, 0.33),
        "first_week_share": Range(0.25, 0.5),
        "holiday_factor": Range(0.65, 0.95),
        "settling_factor": Range(0.85, 0.98),
        "shared_sd": Range(0.0, 0.08),
    },
    "response": {
        "per_week": Range(0.6, 2.0),
        "per_week_shape": Range(1.5, 5.0),
        "acknowledge_seconds": Range(120.0, 600.0),
        "acknowledge_sd": Range(0.7, 1.1),
        "resolve_seconds": Range(2400.0, 9000.0),
        "resolve_sd": Range(0.8, 1.2),
        "spread": Range(0.1, 0.4),
        "tail_share": Range(0.01, 0.07),
    },
    "vibes": {
        "mean": Range(3.7, 4.1),
        "spread": Range(0.15, 0.35),
        "wellbeing_sd": Range(0.2, 0.45),
        "wellbeing_rho": Range(0.4, 0.8),
        "noise_sd": Range(0.2, 0.5),
        "leniency_sd": Range(0.1, 0.35),
        "missing_share": Range(0.02, 0.25),
        "note_share": Range(0.35, 0.85),
        "shared_sd": Range(0.0, 0.15),
    },
}
_FEWEST_ENGINEERS: Final = 10
_MOST_ENGINEERS: Final = 44
_COUNTRIES: Final = ("US", "CA", "GB", "DE")
_SETTLING_WEEKS: Final = 5
_TEAM_WIDE_POINTS: Final = Range(-1.5, 1.0)
_TEAM_WIDE_VELOCITY: Final = Range(-0.06, 0.06)


def world_of(profile: Profile, seed: int, **constants: Any) -> World:
    """The world of a profile, with some constants as they are given here; None leaves one as it is."""
    given = {name: value for name, value in constants.items() if value is not None}
    return replace(redrawn(seed) if profile == "redrawn" else World(), **given)


def redrawn(seed: int, base: World | None = None) -> World:
    """A world with other noise, people, habits, calendar and team-wide effects, but the same scenarios.

    What is not redrawn (weeks, noise, sprints, mechanisms) is that of `base`.
    """
    base = base if base is not None else World()
    draws = Draws(base, seed)
    rng = draws.of(Topic.CONSTANTS)
    engineers = int(rng.integers(_FEWEST_ENGINEERS, _MOST_ENGINEERS + 1))
    later = int(rng.integers(0, 52))
    country = _COUNTRIES[int(rng.integers(len(_COUNTRIES)))]
    settling = int(rng.integers(1, _SETTLING_WEEKS + 1))
    points, velocity = rng.uniform(*_TEAM_WIDE_POINTS), rng.uniform(*_TEAM_WIDE_VELOCITY)
    sections: dict[str, Any] = {}
    for number, (name, ranges) in enumerate(_RANGES.items()):
        of_section = draws.of(Topic.CONSTANTS, number)
        constants = {key: round(float(of_section.uniform(*limits)), 4) for key, limits in ranges.items()}
        sections[name] = replace(getattr(base, name), **constants)
    return replace(
        base,
        profile="redrawn",
        engineers=engineers,
        first_week=base.first_week + timedelta(weeks=later),
        country=country,
        settling_weeks=settling,
        policy_effect_points=round(float(points), 3),
        policy_effect_velocity_share=round(float(velocity), 4),
        **sections,
    )
