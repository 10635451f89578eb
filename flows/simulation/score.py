"""Simulated teams, judged and held against the truth, in one process.

The short way to try other parameters, on seeds that are never published (`TUNING_SEEDS`):

    from dataclasses import replace
    from flows.simulation.score import SCORED, as_table, score_teams
    from flows.simulation.world import World

    other = replace(SCORED, billable=replace(SCORED.billable, soft_z=2.8))
    seeds = range(1, 25)
    print(as_table({"now": score_teams(seeds), "soft_z 2.8": score_teams(seeds, parameters=other)}))
    print(as_table({"effects": score_team_effects(seeds)}))

`compare(seeds, {"now": SCORED, "other": other})` draws each team once for all of them. `paired` says by how much two of
its columns differ, with the standard error of the difference: far smaller than that of either, for the same teams.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Final

import pandas as pd

from flows.error_rates import Measured
from flows.simulation.estimates import Figures, as_table, differences, estimates
from flows.simulation.tallies import INTERVAL_WEEKS, VERDICT_WEEKS, Judged, Tally, Truth, tally
from flows.simulation.world import Simulated, World, simulate
from transforms.decide import decide
from transforms.panel import build_panel
from transforms.parameters import DecisionParameters
from transforms.team_effect import team_effects

__all__ = [
    "PUBLISHED_SEEDS",
    "SCORED",
    "TUNING_SEEDS",
    "Figures",
    "as_table",
    "compare",
    "judge_team",
    "paired",
    "score_team_effects",
    "score_teams",
    "team_effect_worlds",
    "truth_of",
]

# Rules are tuned on the first and their error rates are published from the second, so that no published figure comes
# from a team that a rule was fitted to.
TUNING_SEEDS: Final = range(1, 10_000)
PUBLISHED_SEEDS: Final = range(10_000, 1_000_000)

SCORED: Final = DecisionParameters(billable_denominator="logged", velocity_denominator="logged")
TRUE_LOSSES: Final = (0.0, -2.0, -4.0)

WorldOf = Callable[[int], World]


def score_teams(
    seeds: Iterable[int], world: World | WorldOf | None = None, parameters: DecisionParameters = SCORED
) -> dict[str, Measured]:
    """The figures of single engineers over one team per seed. `world` may depend on the seed; default: section 9."""
    return compare(seeds, {"": parameters}, world)[""]


def compare(
    seeds: Iterable[int], variants: Mapping[str, DecisionParameters], world: World | WorldOf | None = None
) -> dict[str, dict[str, Measured]]:
    """The same teams judged in several ways: a column each, for `as_table`."""
    tallies = tally_teams(seeds, variants, world)
    return {name: estimates(of_teams) for name, of_teams in tallies.items()}


def paired(
    seeds: Iterable[int],
    one: DecisionParameters,
    other: DecisionParameters,
    world: World | WorldOf | None = None,
) -> dict[str, Measured]:
    """By how much each rate and share of `other` is above that of `one`, on the same teams."""
    tallies = tally_teams(seeds, {"one": one, "other": other}, world)
    return differences(tallies["one"], tallies["other"])


def tally_teams(
    seeds: Iterable[int], variants: Mapping[str, DecisionParameters], world: World | WorldOf | None = None
) -> dict[str, list[Tally]]:
    """What each team adds, for every way of judging."""
    found: dict[str, list[Tally]] = {name: [] for name in variants}
    for seed in seeds:
        simulated = simulate(_world(world, seed), seed)
        for name, parameters in variants.items():
            found[name].append(tally(truth_of(simulated), judge_team(simulated, parameters)))
    return found


def score_team_effects(
    seeds: Iterable[int], world: World | WorldOf | None = None, parameters: DecisionParameters = SCORED
) -> dict[str, Measured]:
    """The figures of the whole team: its interval and the verdict, on teams of which nobody has a scenario."""
    found = []
    for seed in seeds:
        for one in team_effect_worlds(_world(world, seed)):
            simulated = simulate(one, seed)
            found.append(tally(truth_of(simulated), judge_effects(simulated, parameters)))
    return estimates(found)


def team_effect_worlds(world: World) -> list[World]:
    """Nobody has a scenario; nothing, 2 or 4 points are lost: over 26 weeks for the interval, 52 for the verdict."""
    return [
        replace(world, only_unaffected=True, weeks_before=26, weeks_during=weeks, policy_effect_points=loss)
        for weeks, losses in ((INTERVAL_WEEKS, TRUE_LOSSES), (VERDICT_WEEKS, TRUE_LOSSES))
        for loss in losses
    ]


def truth_of(simulated: Simulated) -> Truth:
    world = simulated.world
    return Truth(simulated.truth, simulated.switch_week, world.weeks_during, world.policy_effect_points)


def judge_team(simulated: Simulated, parameters: DecisionParameters) -> Judged:
    """All decisions about a team."""
    decided = decide(simulated.readings, simulated.responses, parameters)
    return Judged(decided.statuses, decided.recommendations, _billable(decided.team_effects))


def judge_effects(simulated: Simulated, parameters: DecisionParameters) -> Judged:
    """The effect on the whole team alone, which rests on no other decision."""
    panel = build_panel(simulated.readings, simulated.responses, parameters)
    nothing = pd.DataFrame({name: [] for name in ("engineer_id", "week_start", "status", "recommendation")})
    return Judged(nothing, nothing, _billable(team_effects(panel, parameters)))


def _billable(effects: pd.DataFrame) -> pd.DataFrame:
    return effects.loc[effects["metric"] == "billable", ["week_start", "ci_low", "ci_high", "verdict"]]


def _world(world: World | WorldOf | None, seed: int) -> World:
    if world is None:
        return World()
    return world if isinstance(world, World) else world(seed)
