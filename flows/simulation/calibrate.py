"""Measure the error rates: many simulated teams of known truth, in parallel processes.

The teams' seeds are `PUBLISHED_SEEDS`, apart from `TUNING_SEEDS`: rules were tuned on other teams than those that say
how often they err. The same seeds give the same bytes, however many processes share the work.
Definition: decisions.md, section 8.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Final, Literal, NamedTuple, cast

from flows.error_rates import (
    FORMAT,
    MEASURED_FILE,
    WORLDS,
    ErrorRates,
    LikeYours,
    Measured,
    Method,
    Result,
    WhatIf,
    as_parameters,
    error_rates_text,
)
from flows.error_rates import World as WorldName
from flows.errors import ConfigError
from flows.judge import parse_set
from flows.progress import Report, silent
from flows.settings.findings import did_you_mean
from flows.simulation.constants import World
from flows.simulation.estimates import as_table, differences, estimates
from flows.simulation.figures import FIGURES, REVIEW_KEYS, STATUS_KEYS, TEAM_KEYS
from flows.simulation.plan import (
    ABLATIONS,
    FULLY_MEASURED,
    LIKENESSES,
    WHAT_IF,
    Ablation,
    Likeness,
    Rests,
    world_for,
)
from flows.simulation.score import (
    PUBLISHED_SEEDS,
    SCORED,
    interval_world,
    judge_effects,
    judge_engineers,
    judge_reviews,
    judge_statuses,
    truth_of,
    verdict_worlds,
)
from flows.simulation.tallies import Tally, tally
from flows.simulation.world import simulate
from transforms.parameters import DecisionParameters, DecisionRules

TEAMS: Final = 56
QUICK_TEAMS: Final = 4
_USUAL_ENGINEERS: Final = 24
_CELLS_SHARE: Final = 4  # a cell of `like_yours` has a quarter of the default world's engineers
_GRID_KEYS: Final = frozenset({"false_red", "false_alarm", "seen_within_12"})
_KEYS: Final[Mapping[Rests, frozenset[str]]] = {"lights": STATUS_KEYS, "reviews": REVIEW_KEYS, "effects": TEAM_KEYS}
_STEP: Final = "Simulated teams"
_NOTHING: Final = "Nothing was measured."

Kind = Literal["engineers", "interval", "verdict", "like_yours"]


class Column(NamedTuple):
    """What figures belong to: a world judged in one way, a point of `what_if`, or a cell of `like_yours`."""

    kind: Literal["result", "what_if", "like_yours"]
    name: str  # the world; the parameter; the cell's number
    method: Method = "evidence"
    detail: str = ""  # the rule switched off; the parameter's value


@dataclass(frozen=True)
class Campaign:
    """What is measured, and on how many teams. `base` is the default world."""

    teams: int = TEAMS
    first_seed: int = PUBLISHED_SEEDS.start
    worlds: tuple[WorldName, ...] = WORLDS
    base: World = World()  # noqa: RUF009 - frozen
    ablations: tuple[Ablation, ...] = ABLATIONS
    what_if: Mapping[str, tuple[float, ...]] = field(default_factory=lambda: WHAT_IF)
    likenesses: tuple[Likeness, ...] = LIKENESSES
    # Teams without scenarios, for each team: figures of a whole team say one thing a team, and cost little.
    interval_share: int = 4
    verdict_share: int = 2


@dataclass(frozen=True)
class Job:
    """One simulated team and all the ways in which it is judged: the unit of work of a process."""

    campaign: Campaign
    kind: Kind
    name: str  # the world; the number of the cell of `like_yours`
    seed: int

    @property
    def world(self) -> World:
        if self.kind == "like_yours":
            return self.campaign.likenesses[int(self.name)].world(self.campaign.base)
        return world_for(cast(WorldName, self.name), self.seed, self.campaign.base)

    def ablations(self, *rests: Rests) -> list[Ablation]:
        """The rules to switch off that these figures rest on; in the default world only."""
        return [one for one in self.campaign.ablations if self.name == "default" and one.rests in rests]


def campaign_of(
    *, teams: int | None = None, first_seed: int | None = None, worlds: str | None = None, is_quick: bool = False
) -> Campaign:
    """A campaign as the command line asks for it; None is the usual.

    Errors: ConfigError if a world is not known.
    """
    usual = Campaign(teams=QUICK_TEAMS, ablations=(), what_if={}, likenesses=()) if is_quick else Campaign()
    names = [name.strip() for name in worlds.split(",")] if worlds is not None else list(usual.worlds)
    unknown = [f'"{name}": {did_you_mean(name, WORLDS)}' for name in names if name not in WORLDS]
    if unknown:
        raise ConfigError("--worlds: there is no such world", unknown, _NOTHING)
    return replace(
        usual,
        teams=usual.teams if teams is None else teams,
        first_seed=usual.first_seed if first_seed is None else first_seed,
        worlds=tuple(world for world in WORLDS if world in names),
    )


def calibrate(campaign: Campaign, out: Path, processes: int, report: Report = silent) -> ErrorRates:
    """Measure, and write the file.

    Errors: ConfigError if the campaign cannot be published there.
    """
    _refuse(campaign, out.resolve())
    rates = measure(campaign, processes, report)
    try:
        out.write_bytes(error_rates_text(rates).encode())
    except OSError as error:
        raise ConfigError(f"{out}: cannot be written: {error.strerror}") from None
    return rates


def _refuse(campaign: Campaign, out: Path) -> None:
    findings = []
    if campaign.teams < 2:
        findings.append(f"--teams {campaign.teams}: a standard error needs at least 2 teams")
    if "default" not in campaign.worlds:
        findings.append("--worlds: without `default` there is nothing to hold the other worlds against")
    if out == MEASURED_FILE.resolve() and campaign.first_seed not in PUBLISHED_SEEDS:
        findings.append(
            f"--seed {campaign.first_seed}: published figures come from seeds from {PUBLISHED_SEEDS.start} on, "
            "lower ones are for tuning; write to another file with --out"
        )
    if findings:
        raise ConfigError("The error rates cannot be measured like this", findings, _NOTHING)


def measure(campaign: Campaign, processes: int, report: Report = silent) -> ErrorRates:
    """The error rates of a campaign."""
    jobs = list(_jobs(campaign))
    tallies: dict[Column, list[Tally]] = {}
    # In the order of the jobs, whichever ends first: sums of floats depend on their order.
    for done, found in enumerate(_run(jobs, processes), start=1):
        for column, one in found:
            tallies.setdefault(column, []).append(one)
        report(_STEP, done, len(jobs))
    return ErrorRates(
        format=FORMAT,
        teams=campaign.teams,
        first_seed=campaign.first_seed,
        weeks_before=campaign.base.weeks_before,
        weeks_during=campaign.base.weeks_during,
        parameters=as_parameters(DecisionRules()),
        figures=FIGURES,
        results=tuple(_results(tallies, campaign)),
        like_yours=tuple(_like_yours(tallies, campaign)),
        what_if=tuple(_what_if(tallies, campaign)),
    )


def _run(jobs: Sequence[Job], processes: int) -> Iterator[list[tuple[Column, Tally]]]:
    if processes == 1:
        yield from map(run_job, jobs)
        return
    # Fresh processes: they share no state with this one on any system.
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        yield from pool.map(run_job, jobs)


def _jobs(campaign: Campaign) -> Iterator[Job]:
    for world in campaign.worlds:
        is_full = world in FULLY_MEASURED
        yield from _teams(campaign, "engineers", world, campaign.teams if is_full else campaign.teams // 2)
        if is_full:
            yield from _teams(campaign, "verdict", world, campaign.teams * campaign.verdict_share)
            yield from _teams(campaign, "interval", world, campaign.teams * campaign.interval_share)
    for cell, likeness in enumerate(campaign.likenesses):
        # As many engineers in every cell: small teams say less each.
        n_teams = campaign.teams * _USUAL_ENGINEERS // (_CELLS_SHARE * likeness.engineers)
        yield from _teams(campaign, "like_yours", str(cell), n_teams)


def _teams(campaign: Campaign, kind: Kind, name: str, n_teams: int) -> Iterator[Job]:
    """At least two: a standard error needs them."""
    for seed in range(campaign.first_seed, campaign.first_seed + max(n_teams, 2)):
        yield Job(campaign, kind, name, seed)


def run_job(job: Job) -> list[tuple[Column, Tally]]:
    """Everything that one team adds."""
    return _JOBS[job.kind](job)


def _engineers(job: Job) -> list[tuple[Column, Tally]]:
    simulated = simulate(job.world, job.seed)
    truth = truth_of(simulated)
    usual = judge_engineers(simulated, SCORED)
    plain = judge_engineers(simulated, replace(SCORED, method="plain"))
    found = [
        (Column("result", job.name), tally(truth, usual)),
        (Column("result", job.name, "plain"), tally(truth, plain)),
    ]
    for ablation in job.ablations("lights"):
        judged = judge_statuses(simulated, _without(ablation))
        found.append((_ablated(job, ablation), tally(truth, judged).only(STATUS_KEYS)))
    for ablation in job.ablations("reviews"):
        judged = judge_reviews(simulated, _without(ablation), usual.statuses)
        found.append((_ablated(job, ablation), tally(truth, judged).only(REVIEW_KEYS)))
    for key, values in job.campaign.what_if.items() if job.name == "default" else ():
        for value in values:
            judged = judge_statuses(simulated, parse_set([f"{key}={value:g}"], SCORED))
            found.append((Column("what_if", key, detail=str(value)), tally(truth, judged).only(STATUS_KEYS)))
    return found


def _interval(job: Job) -> list[tuple[Column, Tally]]:
    return _effects(job, [interval_world(job.world, job.seed)], job.ablations("effects"))


def _verdict(job: Job) -> list[tuple[Column, Tally]]:
    return _effects(job, verdict_worlds(job.world), job.ablations("effects"))


def _effects(job: Job, worlds: Iterable[World], ablations: Iterable[Ablation]) -> list[tuple[Column, Tally]]:
    found = []
    for world in worlds:
        simulated = simulate(world, job.seed)
        truth = truth_of(simulated)
        usual = tally(truth, judge_effects(simulated, SCORED)).only(TEAM_KEYS)
        # The effect on the team is worked out in the same way by both methods.
        found += [(Column("result", job.name), usual), (Column("result", job.name, "plain"), usual)]
        for ablation in ablations:
            judged = judge_effects(simulated, _without(ablation))
            found.append((_ablated(job, ablation), tally(truth, judged).only(TEAM_KEYS)))
    return found


def _likeness(job: Job) -> list[tuple[Column, Tally]]:
    simulated = simulate(job.world, job.seed)
    judged = judge_statuses(simulated, SCORED)
    return [(Column("like_yours", job.name), tally(truth_of(simulated), judged).only(STATUS_KEYS))]


_JOBS: Final[Mapping[Kind, Callable[[Job], list[tuple[Column, Tally]]]]] = {
    "engineers": _engineers,
    "interval": _interval,
    "verdict": _verdict,
    "like_yours": _likeness,
}


def _without(ablation: Ablation) -> DecisionParameters:
    return parse_set(ablation.assignments, SCORED)


def _ablated(job: Job, ablation: Ablation) -> Column:
    return Column("result", job.name, detail=ablation.name)


Tallies = Mapping[Column, Sequence[Tally]]


def _results(tallies: Tallies, campaign: Campaign) -> Iterator[Result]:
    for world in campaign.worlds:
        usual = tallies[Column("result", world)]
        yield Result(world, "evidence", "", _figures(usual))
        yield Result(world, "plain", "", _figures(tallies[Column("result", world, "plain")]))
        for ablation in campaign.ablations:
            found = tallies.get(Column("result", world, detail=ablation.name))
            if found:
                changes = differences(_saying(usual, ablation.rests), _saying(found, ablation.rests))
                yield Result(world, "evidence", ablation.name, _figures(found), ablation.assignments, _rounded(changes))


def _saying(tallies: Sequence[Tally], rests: Rests) -> list[Tally]:
    """Those of teams that say something of these figures."""
    return [one for one in tallies if one.counts.keys() & _KEYS[rests]]


def _like_yours(tallies: Tallies, campaign: Campaign) -> Iterator[LikeYours]:
    for cell, likeness in enumerate(campaign.likenesses):
        found = _figures(tallies.get(Column("like_yours", str(cell)), ()))
        if found.keys() >= _GRID_KEYS:
            yield LikeYours(
                engineers=likeness.engineers,
                weekly_sd_points=likeness.weekly_sd_points,
                weeks_before=likeness.weeks_before,
                weeks_to_see=found.get("weeks_to_see"),
                **{key: found[key] for key in _GRID_KEYS},
            )


def _what_if(tallies: Tallies, campaign: Campaign) -> Iterator[WhatIf]:
    for key, values in campaign.what_if.items():
        for value in values:
            found = _figures(tallies.get(Column("what_if", key, detail=str(value)), ()))
            if found.keys() >= _GRID_KEYS:
                yield WhatIf(key=key, value=value, **{one: found[one] for one in _GRID_KEYS})


def _figures(tallies: Sequence[Tally]) -> dict[str, Measured]:
    return _rounded(estimates(tallies))


def _rounded(figures: Mapping[str, Measured]) -> dict[str, Measured]:
    """Figures as they are published: no more digits than mean anything."""
    return {
        key: Measured(round(one.value, 4), None if one.se is None else round(one.se, 4), round(one.n, 1))
        for key, one in figures.items()
    }


def summary(rates: ErrorRates) -> str:
    """The table of goals, a column per world; of the plain method that of the default world."""
    columns = {
        one.world if one.method == "evidence" else f"{one.world}, {one.method}": one.figures
        for one in rates.results
        if not one.without and (one.method == "evidence" or one.world == "default")
    }
    return as_table(columns, redrawn=[name for name in columns if name == "redrawn"])
