"""What is measured: which worlds, which rules switched off in turn, and which grids.

Rules and grids are assignments as `tenfour judge --set` takes them, so that anybody can try one by hand.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from flows.error_rates import World as WorldName
from flows.simulation.constants import Drop, World
from flows.simulation.profiles import redrawn

_MECHANISMS: Final[Mapping[WorldName, Mapping[str, Any]]] = {
    "default": {},
    "three_week_sprints": {"sprint_weeks": 3},
    "heavy_tails": {"noise": "t"},
    "reorganisation": {"has_reorganisation": True},
    "missing_weeks": {"has_gaps": True},
}
# The other worlds have mechanisms that no rule was tuned on; they are measured on half as many teams.
FULLY_MEASURED: Final[tuple[WorldName, ...]] = ("default", "redrawn")


def world_for(name: WorldName, seed: int, base: World) -> World:
    """The world of a name: `base` with other constants drawn by the seed, or with one mechanism."""
    return redrawn(seed, base) if name == "redrawn" else replace(base, **_MECHANISMS[name])


Rests = Literal["lights", "reviews", "effects"]


@dataclass(frozen=True)
class Ablation:
    """One rule switched off, by parameters."""

    name: str
    assignments: tuple[str, ...]
    rests: Rests = "lights"  # which figures it can change


ABLATIONS: Final = (
    Ablation(
        "leaving the worst week, sprint or incident out", ("billable.worst_out_z=-10", "comparison.worst_out_share=0")
    ),
    Ablation("clipping", ("comparison.clip_billable_sds=100", "comparison.clip_response_sds=100")),
    Ablation("taking off what the team shares", ("comparison.min_team=100000",)),
    Ablation("several windows", ("comparison.windows_weeks=[8]",)),
    Ablation("looking at metrics together", ("together.enabled=false",)),
    Ablation("two of three weeks", ("hysteresis.rise_signals=1", "hysteresis.rise_weeks=1")),
    Ablation("two weeks before it clears", ("hysteresis.fall_weeks=1",)),
    Ablation("fast rise", ("hysteresis.fast_z=100",)),
    Ablation("hard only after a change", ("billable.hard_low_baseline_pct=100",)),
    Ablation("two soft metrics are red", ("status.soft_metrics_for_red=100",)),
    Ablation("settling in", ("baseline.settling_weeks=0", "comparison.settled_weeks=0")),
    Ablation("holiday weeks", ("eligibility.holiday_weeks.thanksgiving=false", "eligibility.holiday_weeks.spans=[]")),
    Ablation("weeks that resemble their neighbours", ("baseline.max_autocorrelation=0",)),
    Ablation(
        "scatter learned from everybody",
        ("baseline.prior_weeks=1", "baseline.prior_sprints=1", "baseline.prior_incidents=1"),
    ),
    Ablation("excused weeks", ("excused.enabled=false",)),
    Ablation("the override", ("override.enabled=false",)),
    Ablation("taking off what peers lost", ("recommendation.min_peers=100000",), "reviews"),
    Ablation("allowing for the number of engineers", ("recommendation.max_q=1",), "reviews"),
    Ablation("two reviews running", ("recommendation.reviews_running=1",), "reviews"),
    Ablation("the longer of the reviews' windows", ("recommendation.windows_weeks=[12]",), "reviews"),
    Ablation(
        "clipping, in reviews",
        ("recommendation.clip_billable_sds=100", "recommendation.clip_incident_sds=100"),
        "reviews",
    ),
    Ablation("looking at metrics together, in reviews", ("recommendation.several_strength=100",), "reviews"),
    Ablation("shared weeks that linger", ("team_effect.shared_max_memory=0",), "effects"),
    Ablation("a least share of shared weeks", ("team_effect.shared_min_share=0",), "effects"),
    Ablation("two reviews running, for the policy", ("team_effect.reviews_running=1",), "effects"),
)

# Each value alone; the default is what the results themselves say.
WHAT_IF: Final[Mapping[str, tuple[float, ...]]] = {
    "billable.threshold_pct": (72.0, 74.0, 75.0, 77.0, 78.0, 80.0),
    "billable.soft_policy_z": (0.3, 0.6, 1.5),
    "billable.soft_points": (3.0, 6.0),
    "billable.soft_z": (2.2, 2.4, 3.0),
    "velocity.soft_drop": (0.15, 0.3),
    "velocity.soft_z": (2.0, 2.8),
    "response.soft_factor": (1.2, 1.5),
    "together.soft_z": (2.0, 2.8),
    "hysteresis.rise_signals": (1.0, 3.0),
}


@dataclass(frozen=True)
class Likeness:
    """A kind of team that a reader may have."""

    engineers: int
    weekly_sd_points: float
    weeks_before: int

    def world(self, base: World) -> World:
        """A world of that size and scatter, in which all that falls is billable share, by 5 points."""
        scenarios = replace(base.scenarios, drops=(FALL,), clear_pct=100.0)
        billable = replace(base.billable, weekly_sd_points=self.weekly_sd_points)
        return replace(
            base, engineers=self.engineers, weeks_before=self.weeks_before, billable=billable, scenarios=scenarios
        )


# Wellbeing falls along as it does with the other falls of billable share alone.
FALL: Final = Drop("billable", "-5", "yes", billable_points=-5, vibes_points=-0.3)
LIKENESSES: Final = tuple(
    Likeness(engineers, sd, weeks) for engineers in (6, 12, 24) for sd in (3.0, 5.5, 8.0) for weeks in (13, 26)
)
