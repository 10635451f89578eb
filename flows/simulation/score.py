"""Simulated teams, judged and held against the truth, in one process.

The short way to try other parameters, on seeds that are never published:

    from dataclasses import replace
    from flows.simulation.score import SCORED, as_table, compare, paired, score_effects, score_teams
    from flows.simulation.profiles import redrawn

    other = replace(SCORED, billable=replace(SCORED.billable, soft_z=2.8))
    seeds = range(1, 25)
    print(as_table({"now": score_teams(seeds), "redrawn": score_teams(seeds, redrawn)}))
    print(as_table(compare(seeds, {"now": SCORED, "soft_z 2.8": other})))
    print(as_table(paired(seeds, SCORED, {"soft_z 2.8": other}), is_difference=True))
    print(as_table({"effects": score_effects(seeds)}))

`compare` draws each team once for all ways of judging. `paired` says by how much they differ from the first, with the
standard error of that difference, which on the same teams is far smaller than that of either.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Final

import pandas as pd

from flows.error_rates import Measured
from flows.simulation.constants import World
from flows.simulation.estimates import Figures, as_table, differences, estimates
from flows.simulation.tallies import INTERVAL_WEEKS, VERDICT_WEEKS, Judged, Tally, Truth, tally
from flows.simulation.world import Simulated, simulate
from transforms.baselines import Baselines
from transforms.decide import lights
from transforms.panel import build_panel
from transforms.parameters import DecisionParameters
from transforms.recommendations import flagged_weeks, recommend
from transforms.team_effect import team_effects

__all__ = [
    "PUBLISHED_SEEDS",
    "SCORED",
    "TUNING_SEEDS",
    "Figures",
    "as_table",
    "compare",
    "paired",
    "score_effects",
    "score_teams",
]

# Rules are tuned on the first, and their error rates are published from the second: no published figure comes from a
# team that a rule was fitted to.
TUNING_SEEDS: Final = range(1, 10_000)
PUBLISHED_SEEDS: Final = range(10_000, 1_000_000)

SCORED: Final = DecisionParameters(billable_denominator="logged", velocity_denominator="logged")
_DEFAULT: Final = World()
# True changes of billable share by the policy, in points.
INTERVAL_EFFECTS: Final = (0.0, 0.0, -3.0)
VERDICT_EFFECTS: Final = (0.0, -2.0, -4.0)

WorldOf = Callable[[int], World]

_NO_STATUSES: Final = pd.DataFrame({"engineer_id": [], "week_start": [], "status": [], "underlying_status": []})
_NO_REVIEWS: Final = pd.DataFrame({"engineer_id": [], "week_start": [], "recommendation": []})
_NO_EFFECTS: Final = pd.DataFrame({"week_start": [], "ci_low": [], "ci_high": [], "verdict": []})
_NO_BASELINES: Final[Mapping[int, Baselines]] = {}


def score_teams(
    seeds: Iterable[int], world: World | WorldOf = _DEFAULT, parameters: DecisionParameters = SCORED
) -> dict[str, Measured]:
    """The figures of single engineers over one team per seed. `world` may depend on the seed."""
    return compare(seeds, {"": parameters}, world)[""]


def compare(
    seeds: Iterable[int], variants: Mapping[str, DecisionParameters], world: World | WorldOf = _DEFAULT
) -> dict[str, dict[str, Measured]]:
    """The same teams judged in several ways: a column each, for `as_table`."""
    return {name: estimates(teams) for name, teams in _tallies(seeds, variants, world).items()}


def paired(
    seeds: Iterable[int],
    one: DecisionParameters,
    others: Mapping[str, DecisionParameters],
    world: World | WorldOf = _DEFAULT,
) -> dict[str, dict[str, Measured]]:
    """By how much each rate and share of the others is above that of the first, on the same teams."""
    found = _tallies(seeds, {"": one, **others}, world)
    return {name: differences(found[""], found[name]) for name in others}


def score_effects(
    seeds: Iterable[int], world: World | WorldOf = _DEFAULT, parameters: DecisionParameters = SCORED
) -> dict[str, Measured]:
    """The figures of the whole team, its interval and the verdict, on teams of which nobody has a scenario."""
    found = []
    for seed in seeds:
        drawn = _world(world, seed)
        for one in (interval_world(drawn, seed), *verdict_worlds(drawn)):
            simulated = simulate(one, seed)
            found.append(tally(truth_of(simulated), judge_effects(simulated, parameters)))
    return estimates(found)


def _tallies(
    seeds: Iterable[int], variants: Mapping[str, DecisionParameters], world: World | WorldOf
) -> dict[str, list[Tally]]:
    found: dict[str, list[Tally]] = {name: [] for name in variants}
    for seed in seeds:
        simulated = simulate(_world(world, seed), seed)
        for name, parameters in variants.items():
            found[name].append(tally(truth_of(simulated), judge_engineers(simulated, parameters)))
    return found


def interval_world(world: World, seed: int) -> World:
    """26 weeks on either side, nobody has a scenario. In two of three seeds the policy changes nothing."""
    effect = INTERVAL_EFFECTS[seed % len(INTERVAL_EFFECTS)]
    return _without_scenarios(world, INTERVAL_WEEKS, effect)


def verdict_worlds(world: World) -> list[World]:
    """A year on 4x10 in which nobody has a scenario, and nothing, 2 or 4 points are lost by all."""
    return [_without_scenarios(world, VERDICT_WEEKS, effect) for effect in VERDICT_EFFECTS]


def _without_scenarios(world: World, weeks_during: int, effect: float) -> World:
    return replace(world, only_unaffected=True, weeks_before=26, weeks_during=weeks_during, policy_effect_points=effect)


def truth_of(simulated: Simulated) -> Truth:
    world = simulated.world
    return Truth(simulated.truth, simulated.switch_week, world.weeks_during, world.policy_effect_points)


def judge_engineers(simulated: Simulated, parameters: DecisionParameters) -> Judged:
    """Statuses and recommendations, as `decide` finds them."""
    shown = lights(simulated.readings, simulated.responses, parameters)
    return judge_reviews(simulated, parameters, shown)


def judge_statuses(simulated: Simulated, parameters: DecisionParameters) -> Judged:
    """Statuses alone."""
    return Judged(lights(simulated.readings, simulated.responses, parameters), _NO_REVIEWS, _NO_EFFECTS)


def judge_reviews(simulated: Simulated, parameters: DecisionParameters, statuses: pd.DataFrame) -> Judged:
    """Recommendations, given the statuses."""
    panel = build_panel(simulated.readings, simulated.responses, parameters)
    return Judged(statuses, recommend(panel, _NO_BASELINES, flagged_weeks(panel, statuses), parameters), _NO_EFFECTS)


def judge_effects(simulated: Simulated, parameters: DecisionParameters) -> Judged:
    """The effect on the whole team alone, which rests on no other decision."""
    panel = build_panel(simulated.readings, simulated.responses, parameters)
    effects = team_effects(panel, parameters)
    billable = effects.loc[effects["metric"] == "billable", list(_NO_EFFECTS.columns)]
    return Judged(_NO_STATUSES, _NO_REVIEWS, billable)


def _world(world: World | WorldOf, seed: int) -> World:
    return world if isinstance(world, World) else world(seed)
