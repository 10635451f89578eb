"""Everything that a simulated world is made of: constants with their meaning, the defaults being decisions.md, 9."""

# ruff: noqa: RUF009 - `parameter` is `dataclasses.field`, with a description; it makes no default of its own

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final, Literal

from pydantic import Field

from transforms.parameters import parameter

ShouldReturn = Literal["yes", "no", "grey"]
Noise = Literal["normal", "t"]
Profile = Literal["default", "redrawn"]


@dataclass(frozen=True)
class Drop:
    """A true and lasting change for the worse of one engineer."""

    scenario: Literal["billable", "velocity", "response", "burnout"]
    size: str
    should_return: ShouldReturn = parameter("yes", "A fall of billable alone may still be grey: see `clear_pct`.")
    billable_points: float = parameter(0.0, "Change of billable.", le=0)
    velocity_share: float = parameter(0.0, "Change of story points.", ge=-1, le=0)
    response_factor: float = parameter(1.0, "Times the response times.", ge=1)
    vibes_points: float = parameter(0.0, "Change of wellbeing.", le=0)


DROPS: Final = (
    Drop("billable", "-4", "grey", billable_points=-4, vibes_points=-0.25),
    Drop("billable", "-8", billable_points=-8, vibes_points=-0.5),
    Drop("billable", "-12", billable_points=-12, vibes_points=-0.8),
    Drop("velocity", "-20 %", "grey", velocity_share=-0.20, vibes_points=-0.25),
    Drop("velocity", "-30 %", "grey", velocity_share=-0.30, vibes_points=-0.5),
    Drop("velocity", "-45 %", velocity_share=-0.45, vibes_points=-0.8),
    Drop("response", "x1.5", "grey", response_factor=1.5, vibes_points=-0.25),
    Drop("response", "x2", "grey", response_factor=2, vibes_points=-0.5),
    Drop("response", "x3", response_factor=3, vibes_points=-0.8),
    Drop("burnout", "mild", "grey", -3, -0.15, 1.3, -0.7),
    Drop("burnout", "full", "yes", -6, -0.30, 1.8, -1.3),
    Drop("burnout", "severe", "yes", -12, -0.45, 3, -2.0),
)


@dataclass(frozen=True)
class People:
    """Who is there, and when."""

    engineers_per_manager: int = parameter(8, "Engineers of a team that one manager has.", ge=1)
    part_time_share: float = parameter(0.10, "Share of engineers who work part-time.", ge=0, le=1)
    part_time_hours: tuple[Annotated[float, Field(gt=0, le=40)], ...] = parameter(
        (20.0, 30.0), "Contract hours a week of part-timers, equally often.", min_length=1
    )
    hired_share: float = parameter(0.08, "Share of engineers hired after the switch; none of them has a drop.", ge=0)
    leaver_share: float = parameter(0.04, "Share of engineers who leave after the switch; none has a drop.", ge=0)
    days_off: tuple[Annotated[int, Field(ge=0, le=4)], ...] = parameter(
        (0, 4), "Weekdays that 4x10 leaves free, equally often; 0 is Monday.", min_length=1
    )
    leave_share: float = parameter(0.06, "Share of weeks that somebody is on leave for, as a whole.", ge=0, le=1)
    christmas_leave_share: float = parameter(0.6, "Share of engineers on leave in a week around Christmas.", ge=0, le=1)
    sick_share: float = parameter(0.06, "Share of weeks with sick days, one to three of them.", ge=0, le=1)
    logged_sd: float = parameter(0.02, "Scatter of logged hours, as a share of the available ones.", ge=0)


@dataclass(frozen=True)
class Billable:
    """Billable share of the logged hours, in percent."""

    mean_pct: float = parameter(82.5, "Mean over engineers.", ge=0, le=100)
    spread_points: float = parameter(2.2, "Standard deviation over engineers.", ge=0)
    floor_pct: float = parameter(78.0, "No engineer's own level is lower, chronically low ones apart.", ge=0, le=100)
    chronic_mean_pct: float = parameter(73.0, "Mean of the chronically low.", ge=0, le=100)
    chronic_spread_points: float = parameter(1.0, "Standard deviation over the chronically low.", ge=0)
    chronic_ceiling_pct: float = parameter(75.0, "No chronically low engineer's own level is higher.", ge=0, le=100)
    weekly_sd_points: float = parameter(5.5, "Median of the engineers' weekly standard deviations, at 40 h.", ge=0)
    weekly_sd_spread: float = parameter(0.2, "Their spread: standard deviation of the logarithm.", ge=0)
    memory_share: float = parameter(
        0.45, "Share of that variance that has a memory; the rest goes by hours.", ge=0, le=1
    )
    memory_rho: float = parameter(0.5, "Correlation of that part with the week before.", gt=-1, lt=1)
    shared_sd_points: float = parameter(1.0, "Standard deviation of what a whole team shares in a week.", ge=0)
    shared_rho: float = parameter(0.4, "Correlation of that with the week before.", gt=-1, lt=1)
    drift_points: float = parameter(1.0, "Standard deviation of an engineer's own harmless change at the switch.", ge=0)
    wave_points: float = parameter(0.5, "Amplitude of the annual wave.", ge=0)
    # A season that lies against the switch cannot be told from it; this one has as much of it in both half years.
    wave_peak: float = parameter(0.25, "When it peaks, as a share of the calendar year.", ge=0, le=1)
    holiday_points: float = parameter(-4.0, "Change in holiday weeks.")
    settling_points: float = parameter(-2.0, "Change in the first weeks of 4x10.")
    policy_pct: float = parameter(76.0, "The policy: what has to be reached, in percent.", ge=0, le=100)


@dataclass(frozen=True)
class Velocity:
    """Story points of sprints."""

    points_per_40h: float = parameter(10.0, "Median of the engineers' own rates.", gt=0)
    spread: float = parameter(0.25, "Spread of these rates: standard deviation of the logarithm.", ge=0)
    sprint_cv: float = parameter(0.25, "Coefficient of variation of sprints of 80 h; shorter ones vary more.", ge=0)
    first_week_share: float = parameter(0.35, "Share of a two-week sprint's points in its first week.", gt=0, lt=1)
    holiday_factor: float = parameter(0.8, "Times the points in holiday weeks.", gt=0)
    settling_factor: float = parameter(0.92, "Times the points in the first weeks of 4x10.", gt=0)
    shared_sd: float = parameter(0.0, "Standard deviation of what a team shares in a sprint, as a share.", ge=0)


@dataclass(frozen=True)
class Response:
    """Incidents, and the time they take."""

    per_week: float = parameter(1.2, "Mean number per engineer and week at 40 h.", ge=0)
    per_week_shape: float = parameter(3.0, "Shape of its gamma distribution over engineers.", gt=0)
    acknowledge_seconds: float = parameter(300.0, "Median time to acknowledge.", gt=0)
    acknowledge_sd: float = parameter(0.9, "Standard deviation of its logarithm.", ge=0)
    resolve_seconds: float = parameter(5400.0, "Median time to resolve.", gt=0)
    resolve_sd: float = parameter(1.0, "Standard deviation of its logarithm.", ge=0)
    spread: float = parameter(0.25, "Spread of the engineers' own medians: s.d. of the logarithm.", ge=0)
    tail_share: float = parameter(0.04, "Share of incidents that take much longer, by ...", ge=0, le=1)
    tail_factor: float = parameter(6.0, "... this factor.", ge=1)


@dataclass(frozen=True)
class Vibes:
    """Managers' scores, 1 to 5."""

    mean: float = parameter(3.9, "Mean wellbeing over engineers.", ge=1, le=5)
    spread: float = parameter(0.25, "Standard deviation over engineers.", ge=0)
    wellbeing_sd: float = parameter(0.35, "Standard deviation of an engineer's wellbeing over weeks.", ge=0)
    wellbeing_rho: float = parameter(0.6, "Correlation of wellbeing with the week before.", gt=-1, lt=1)
    noise_sd: float = parameter(0.35, "Standard deviation of what a manager sees of it.", ge=0)
    leniency_sd: float = parameter(0.2, "Standard deviation of leniency over managers.", ge=0)
    missing_share: float = parameter(0.08, "Share of weeks worked without a score.", ge=0, le=1)
    note_share: float = parameter(0.6, "Share of scores with a note.", ge=0, le=1)
    shared_sd: float = parameter(0.0, "Standard deviation of what a whole team shares in a week.", ge=0)
    generous_share: float = parameter(0.25, "Share of true decliners whose manager keeps scoring well: at least ...")
    generous_score: float = parameter(4.0, "... this score from the drop on.", ge=1, le=5)


@dataclass(frozen=True)
class BadWeek:
    """One bad week of a good engineer, which the manager explains."""

    billable_points: float = parameter(-22.0, "Change of billable.", le=0)
    velocity_share: float = parameter(-0.5, "Change of the week's points.", ge=-1, le=0)
    response_factor: float = parameter(1.8, "Times the response times.", ge=1)
    score: float = parameter(4.0, "Mean of the manager's scores; there is always a note.", ge=1, le=5)
    score_sd: float = parameter(0.25, "Their standard deviation before rounding.", ge=0)
    settled_weeks: int = parameter(4, "No bad week in so many first weeks of 4x10 ...", ge=0)
    hired_weeks: int = parameter(10, "... nor in so many first weeks of a new hire ...", ge=0)
    following_weeks: int = parameter(4, "... nor in so many last ones: the light after it is looked at as well.", ge=0)


@dataclass(frozen=True)
class Scenarios:
    """What becomes of engineers on 4x10, and how often."""

    bad_week_share: float = parameter(0.16, "One bad week, and nothing else.", ge=0, le=1)
    chronic_share: float = parameter(0.04, "Below policy all along, before the switch too.", ge=0, le=1)
    drop_share: float = parameter(0.30, "A true drop; the remaining engineers are unaffected.", ge=0, le=1)
    drops: tuple[Drop, ...] = parameter(DROPS, "The drops, equally often.", min_length=1)
    at_switch_share: float = parameter(0.5, "Share of drops that begin at the switch.", ge=0, le=1)
    last_drop_week: int = parameter(26, "The others begin in weeks 1 to this one after it.", ge=1)
    clear_pct: float = parameter(75.0, "A fall of billable alone is clear if the own level ends here or lower.")
    bad_week: BadWeek = parameter(BadWeek(), "What a bad week is.")


@dataclass(frozen=True)
class Reorganisation:
    """Half of each team moves to a new team with another manager in the middle of the weeks on 4x10."""

    moved_share: float = parameter(0.5, "Share of each team that moves.", ge=0, le=1)
    points_factor: float = parameter(1.15, "The new team's points are larger or smaller by this factor.", ge=1)
    first_sprint_id: int = parameter(1001, "Number of the new teams' first sprint.", ge=1)


@dataclass(frozen=True)
class Gaps:
    """What gets lost on the way, at random."""

    row_share: float = parameter(0.02, "Share of engineer-weeks without a row.", ge=0, le=1)
    hours_share: float = parameter(0.02, "Share without hours.", ge=0, le=1)
    points_share: float = parameter(0.02, "Share without points.", ge=0, le=1)
    sources: int = parameter(2, "So many times a source is silent for everybody in one whole week.", ge=0)


@dataclass(frozen=True)
class World:
    """A simulated organisation. The same world and seed give the same bytes."""

    profile: Profile = parameter("default", "Where the constants come from: `redrawn` ones are drawn by the seed.")
    engineers: int = parameter(24, "Engineers, those hired later included.", ge=1, le=100_000)
    teams: int = parameter(1, "Teams that they are spread over.", ge=1)
    weeks_before: int = parameter(26, "Weeks before the switch.", ge=1, le=520)
    weeks_during: int = parameter(52, "Weeks on 4x10.", ge=1, le=520)
    first_week: date = parameter(date(2025, 10, 6), "Monday of the first week.")
    country: str = parameter("US", "Whose public holidays are kept.")
    settling_weeks: int = parameter(3, "First weeks of 4x10 in which all settle in.", ge=0)
    sprint_weeks: int = parameter(2, "Weeks of a sprint.", ge=1, le=8)
    noise: Noise = parameter("normal", "Shape of all noise; t has the same variance and heavier tails.")
    noise_df: float = parameter(4.0, "Degrees of freedom of t.", gt=2)
    policy_effect_points: float = parameter(0.0, "True change of everybody's billable share at the switch.")
    policy_effect_velocity_share: float = parameter(0.0, "True change of everybody's points at the switch.", gt=-1)
    only_unaffected: bool = parameter(False, "Nobody has a scenario of one's own.")
    has_reorganisation: bool = parameter(False, "Half of each team moves in the middle of the weeks on 4x10.")
    has_gaps: bool = parameter(False, "Weeks, numbers and whole weeks of a source get lost.")
    people: People = parameter(People(), "Who is there, and when.")
    billable: Billable = parameter(Billable(), "Billable share.")
    velocity: Velocity = parameter(Velocity(), "Story points.")
    response: Response = parameter(Response(), "Incidents.")
    vibes: Vibes = parameter(Vibes(), "Managers' scores.")
    scenarios: Scenarios = parameter(Scenarios(), "What becomes of engineers.")
    reorganisation: Reorganisation = parameter(Reorganisation(), "With `has_reorganisation`.")
    gaps: Gaps = parameter(Gaps(), "With `has_gaps`.")

    @property
    def n_weeks(self) -> int:
        return self.weeks_before + self.weeks_during
