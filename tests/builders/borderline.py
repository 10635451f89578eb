"""Histories in which much is close to a threshold, and other thresholds for them to be judged by.

The simulated organisations are small changes of many sizes, in much noise and in little, in teams of many sizes; the
hand-made one is what is rare there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd

from flows.simulation.constants import Billable, Drop, People, Response, Scenarios, Velocity, Vibes, World
from flows.simulation.constants import Gaps as Lost
from flows.simulation.world import simulate
from transforms.baselines import Baselines, baselines_by_week
from transforms.panel import Panel, build_panel
from transforms.parameters import DecisionParameters, DecisionRules

RULES: Final = DecisionParameters(billable_denominator="logged", velocity_denominator="logged")

_SHIFTS: Final = (
    Drop("billable", "-3", "grey", billable_points=-3, vibes_points=-0.3),
    Drop("billable", "-5", "grey", billable_points=-5),
    Drop("billable", "-7", "grey", billable_points=-7, vibes_points=-0.6),
    Drop("velocity", "-12 %", "grey", velocity_share=-0.12),
    Drop("velocity", "-18 %", "grey", velocity_share=-0.18, vibes_points=-0.6),
    Drop("velocity", "-23 %", "grey", velocity_share=-0.23),
    Drop("velocity", "-30 %", "grey", velocity_share=-0.30),
    Drop("response", "x1.2", "grey", response_factor=1.2),
    Drop("response", "x1.4", "grey", response_factor=1.4, vibes_points=-0.6),
    Drop("response", "x1.55", "grey", response_factor=1.55),
    Drop("response", "x1.75", "grey", response_factor=1.75),
    Drop("burnout", "vibes", "grey", vibes_points=-1.0),
    Drop("burnout", "more vibes", "grey", vibes_points=-1.7),
    Drop("burnout", "little", "grey", -3.5, -0.1, 1.2, -0.3),
    Drop("burnout", "some", "grey", -2, -0.17, 1.35, -0.5),
    Drop("burnout", "much", "yes", -6, -0.25, 1.5, -0.9),
)

_ALL_SHIFT: Final = Scenarios(bad_week_share=0.1, chronic_share=0.06, drop_share=0.8, drops=_SHIFTS, last_drop_week=12)
_LOSING: Final = Lost(row_share=0.02, hours_share=0.03, points_share=0.03, sources=3)
# So little noise that the size of a change decides, not how sure one may be of it.
QUIET: Final = World(
    engineers=88,
    teams=11,
    weeks_before=18,
    weeks_during=32,
    has_gaps=True,
    people=People(leave_share=0.15, sick_share=0.15),
    billable=Billable(weekly_sd_points=1.6, shared_sd_points=0.5, drift_points=0.5, settling_points=-4, mean_pct=80.5),
    velocity=Velocity(sprint_cv=0.07, shared_sd=0.03),
    response=Response(per_week=1.0, acknowledge_sd=0.3, resolve_sd=0.3, spread=0.1),
    vibes=Vibes(wellbeing_sd=0.15, noise_sd=0.2, missing_share=0.25, mean=3.7, note_share=0.8, shared_sd=0.1),
    scenarios=_ALL_SHIFT,
    gaps=_LOSING,
)
# The other way round.
NOISY: Final = World(
    engineers=96,
    teams=16,
    weeks_before=26,
    weeks_during=40,
    has_gaps=True,
    vibes=Vibes(missing_share=0.3, note_share=0.9, mean=3.9),
    scenarios=replace(_ALL_SHIFT, drops=(*_SHIFTS, *World().scenarios.drops)),
    gaps=_LOSING,
)
# Long before and with a long memory, hardly any scatter, much leave, some with few hours, many calls.
RARE: Final = World(
    engineers=96,
    teams=4,
    weeks_before=60,
    weeks_during=44,
    people=People(leave_share=0.55, part_time_share=0.4, part_time_hours=(8.0, 16.0)),
    billable=Billable(weekly_sd_points=0.8, memory_share=1.0, memory_rho=0.98, shared_sd_points=0.1, mean_pct=78.5),
    velocity=Velocity(sprint_cv=0.02),
    response=Response(per_week=12.0, acknowledge_sd=0.05, resolve_sd=0.05, tail_share=0.0, spread=0.05),
    vibes=Vibes(wellbeing_sd=0.05, noise_sd=0.1, missing_share=0.1, mean=4.0, spread=0.1),
    scenarios=_ALL_SHIFT,
)
# So many calls that a change shows in the second week on 4x10.
BUSY: Final = World(
    engineers=30,
    weeks_before=14,
    weeks_during=8,
    response=Response(per_week=8.0, acknowledge_sd=0.4, resolve_sd=0.4, spread=0.1),
    scenarios=replace(_ALL_SHIFT, at_switch_share=1.0, drop_share=0.5),
)

_LOST: Final = (
    Drop("burnout", "some", "grey", response_factor=1.25, vibes_points=-0.45),
    Drop("burnout", "little", "grey", response_factor=1.15, vibes_points=-0.2),
)


_LINGERING: Final = World(
    engineers=9,
    weeks_before=60,
    weeks_during=90,
    only_unaffected=True,
    billable=Billable(shared_sd_points=12.0, shared_rho=0.99),
)


def trials(n: int = 12) -> list[World]:
    """Teams of many sizes that all lose about what the margins allow, some long and some briefly on 4x10; half of them
    share weeks that linger."""
    sizes, before, during = (4, 5, 7, 9, 12, 18), (8, 13, 6, 26), (20, 44, 14, 60, 36)
    teams = [
        World(
            engineers=sizes[number % len(sizes)],
            weeks_before=before[number % len(before)],
            weeks_during=during[number % len(during)],
            has_gaps=True,
            policy_effect_points=-2.0 - number % 4,
            policy_effect_velocity_share=(-0.05, -0.12, -0.18)[number % 3],
            billable=Billable(shared_sd_points=(1.0, 5.0)[number % 4 > 1], shared_rho=(0.4, 0.97)[number % 4 > 1]),
            vibes=Vibes(missing_share=0.3),
            scenarios=Scenarios(drop_share=1.0, bad_week_share=0, chronic_share=0, drops=_LOST, at_switch_share=1.0),
            gaps=_LOSING,
        )
        for number in range(n)
    ]
    return [*teams, _LINGERING]


@dataclass(frozen=True)
class History:
    """What is judged, and what need not be put together again for every set of rules."""

    readings: pd.DataFrame
    responses: pd.DataFrame

    @cached_property
    def panel(self) -> Panel:
        return build_panel(self.readings, self.responses, RULES)

    @cached_property
    def baselines(self) -> Mapping[int, Baselines]:
        return baselines_by_week(self.panel, RULES, range(self.panel.n_weeks))


def simulated(world: World, seed: int = 1) -> History:
    found = simulate(world, seed)
    return History(found.readings, found.responses)


def unusual(world: World, seed: int = 1) -> History:
    """A world in which some log too little of their hours and some too much, for good or in some weeks.

    Of some there are hardly any vibes before the switch.
    """
    found = simulate(world, seed)
    rng = np.random.default_rng(seed)
    readings = found.readings
    who = readings["engineer_id"].map({name: number for number, name in enumerate(found.truth["engineer_id"])})
    usual = rng.choice([0.5, 0.9, 1.0, 1.4], len(found.truth), p=[0.15, 0.15, 0.5, 0.2])[who]
    logged = usual * rng.choice([0.6, 1.0], len(readings), p=[0.1, 0.9])
    hours = {name: readings[name] * logged for name in ("worked_hours", "billable_hours")}
    is_lost = (who % 3 == 0) & (readings["schedule"] == "5x8") & (rng.random(len(readings)) < 0.9)
    return History(readings.assign(**hours, vibes=readings["vibes"].mask(is_lost)), found.responses)


Path = tuple[str | int, ...]


def numbers(rules: Any, path: Path = ()) -> Iterator[tuple[Path, Any, Mapping[str, Any]]]:
    """Every number, yes-or-no and list of numbers in a section: where it is, its value, its bounds."""
    for one in fields(rules):
        value, at = getattr(rules, one.name), (*path, one.name)
        if is_dataclass(value):
            yield from numbers(value, at)
        elif isinstance(value, tuple) and all(is_dataclass(part) for part in value):
            for place, part in enumerate(value):
                yield from numbers(part, (*at, place))
        elif not isinstance(value, str):
            yield at, value, one.metadata


def with_number(rules: Any, path: Path, value: Any) -> Any:
    """The same rules, but for one number."""
    name, *rest = path
    if isinstance(name, int):
        changed = value if not rest else with_number(rules[name], tuple(rest), value)
        return (*rules[:name], changed, *rules[name + 1 :])
    return replace(rules, **{name: with_number(getattr(rules, name), tuple(rest), value) if rest else value})


def moved(value: Any, bounds: Mapping[str, Any]) -> dict[str, Any]:
    """Other values of a number: half and double within its bounds; a list without each of its elements."""
    if isinstance(value, bool):
        return {"flipped": not value}
    if isinstance(value, tuple):
        return {f"without {part}": tuple(one for one in value if one != part) for part in value}
    least = bounds.get("ge", bounds.get("gt", -np.inf))
    most = bounds.get("le", bounds.get("lt", np.inf))
    found = {}
    for name, factor in (("half", 0.5), ("double", 2.0)):
        other = type(value)(min(max(value * factor, least), most))
        is_outside = (other <= bounds.get("gt", -np.inf)) or (other >= bounds.get("lt", np.inf))
        other = (value + other) / 2 if is_outside else other
        if other != value:
            found[name] = other
    return found


ALL: Final = [(path, value, bounds) for path, value, bounds in numbers(DecisionRules())]
