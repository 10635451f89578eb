"""Every number that the decisions rest on, with its default, its range and its meaning.

`DecisionRules` is the section `decisions` of the config; the metadata of its fields are arguments of a pydantic Field.
`DecisionParameters` adds what the section `metrics` says, and is what the core is given. Definition: decisions.md.
"""

# ruff: noqa: RUF009 - `parameter` is `dataclasses.field`, with a description; it makes no default of its own

from dataclasses import dataclass, field
from typing import Any, Literal

Denominator = Literal["available", "logged"]


def parameter(default: Any, description: str, **bounds: Any) -> Any:
    """A field with a default, a description and bounds such as `ge=0`."""
    return field(default=default, metadata={"description": description, **bounds})


@dataclass(frozen=True)
class YearlySpan:
    """Days that come every year; the last may lie in the next one."""

    first_month: int = parameter(12, "Month of the first day.", ge=1, le=12)
    first_day: int = parameter(24, "First day.", ge=1, le=31)
    last_month: int = parameter(1, "Month of the last day.", ge=1, le=12)
    last_day: int = parameter(1, "Last day.", ge=1, le=31)


@dataclass(frozen=True)
class HolidayWeeks:
    """Weeks that are never judged."""

    thanksgiving: bool = parameter(True, "The week of the fourth Thursday of November is a holiday week.")
    spans: tuple[YearlySpan, ...] = parameter(
        (YearlySpan(),), "Days of every year; a week that touches them is a holiday week."
    )


@dataclass(frozen=True)
class Eligibility:
    """Which weeks windows are made of."""

    min_worked_share: float = parameter(
        0.4, "Share of the contract hours that must be logged for a week or sprint to count.", gt=0, le=1
    )
    new_hire_weeks: int = parameter(6, "First weeks of a new hire that do not count.", ge=0, le=52)
    holiday_weeks: HolidayWeeks = parameter(HolidayWeeks(), "Weeks that do not count for anybody.")


@dataclass(frozen=True)
class MissingData:
    """When nothing new can be said."""

    hold_weeks: int = parameter(8, "Calendar weeks for which a level is held without a new opinion.", ge=0, le=52)
    min_coverage: float = parameter(
        0.85, "Share of the window's available hours that must be logged; with less, billable is unknown.", ge=0, le=1
    )


@dataclass(frozen=True)
class BaselineRules:
    """An engineer's own normal: the weeks before the switch, shrunk towards the organisation's."""

    settling_weeks: int = parameter(4, "First weeks of 4x10 that are not compared with the baseline.", ge=0, le=26)
    max_weeks: int = parameter(52, "Weeks before the switch that a baseline reaches back.", ge=4, le=260)
    min_weeks: int = parameter(6, "Eligible weeks that a billable baseline needs.", ge=2, le=52)
    min_sprints: int = parameter(3, "Sprints that a velocity baseline needs.", ge=2, le=26)
    min_incidents: int = parameter(3, "Incidents that a response baseline needs.", ge=1, le=100)
    min_vibes: int = parameter(4, "Entries that a vibes baseline needs.", ge=2, le=52)
    prior_weeks: float = parameter(20, "Weeks that the pooled scatter of billable weighs in one's own.", ge=0)
    prior_sprints: float = parameter(10, "Sprints that the pooled scatter of velocity weighs in one's own.", ge=0)
    prior_incidents: float = parameter(20, "Incidents that the pooled scatter of response weighs in one's own.", ge=0)
    winsor_sds: float = parameter(3, "Residuals count for at most so many pooled standard deviations.", gt=0)
    max_autocorrelation: float = parameter(0.6, "Largest correlation assumed between neighbouring weeks.", ge=0, lt=1)
    min_sd_billable_points: float = parameter(1.0, "Smallest weekly scatter of billable assumed, in points.", gt=0)
    min_sd_velocity: float = parameter(0.05, "Smallest scatter of velocity assumed, as a share per sprint.", gt=0)
    min_sd_response: float = parameter(0.1, "Smallest scatter of response assumed, in log units.", gt=0)
    min_sd_vibes: float = parameter(0.3, "Smallest scatter of vibes assumed, in score.", gt=0)
    max_sprint_hours_ratio: float = parameter(
        1.2, "A sprint's residual weighs as if it had at most so many nominal sprints' hours.", gt=0
    )
    min_sprint_hours_ratio: float = parameter(
        0.5, "A window's scatter is never taken from fewer than so many nominal sprints' hours.", gt=0
    )


@dataclass(frozen=True)
class ComparisonRules:
    """How the last weeks are compared with the own baseline: over several windows, any of which may speak."""

    windows_weeks: tuple[int, ...] = parameter((3, 4, 6, 8, 12), "Calendar weeks in the windows.", min_length=1)
    min_eligible_share: float = parameter(
        0.5, "Billable: more than this share of a window's weeks must be eligible, ...", ge=0, lt=1
    )
    min_weeks: int = parameter(3, "... and at least so many.", ge=2, le=26)
    settled_weeks: int = parameter(
        2, "Weeks on 4x10 after which it begins, where enough of the team shares the settling in.", ge=0, le=26
    )
    clip_billable_sds: float = parameter(
        2.5, "A week of billable counts for at most so many own standard deviations.", gt=0
    )
    clip_response_sds: float = parameter(2.0, "An incident counts for at most so many own standard deviations.", gt=0)
    worst_out_share: float = parameter(
        0.8,
        "Velocity and response: share of the size that must be left without the worst sprint or incident.",
        ge=0,
        le=1,
    )
    min_team: int = parameter(5, "With fewer engineers in the team no shared dip is taken off.", ge=2)
    shared_billable_points: float = parameter(1.5, "Most of a shared dip taken off billable, in points.", ge=0, le=100)
    shared_velocity: float = parameter(0.08, "Most of a shared dip taken off velocity, as a share.", ge=0, lt=1)
    shared_response_log: float = parameter(0.15, "Most of a shared dip taken off response, in log units.", ge=0)
    shared_vibes: float = parameter(0.25, "Most of a shared dip taken off vibes, in score.", ge=0, le=4)


@dataclass(frozen=True)
class TogetherRules:
    """Several metrics that move for the worse in the same weeks, though none alone is proof."""

    enabled: bool = parameter(True, "Whether metrics are looked at together at all.")
    soft_z: float = parameter(2.4, "Soft: sum of the standard errors over the root of the number of metrics.", ge=0)
    hard_z: float = parameter(3.3, "Hard: the same.", ge=0)
    each_z: float = parameter(1.0, "A metric takes part from so many standard errors on.", ge=0)
    min_metrics: int = parameter(2, "So many must take part, one of them not vibes.", ge=2, le=4)
    max_z: float = parameter(3.5, "A metric counts for at most so many standard errors.", gt=0)


@dataclass(frozen=True)
class BillableRules:
    """Billable share over the last eligible weeks against the policy, and its fall from the own baseline."""

    threshold_pct: float = parameter(76.0, "The policy: billable share that must be reached, in percent.", ge=0, le=100)
    window_weeks: int = parameter(4, "Eligible weeks in the window.", ge=1, le=26)
    reach_weeks: int = parameter(8, "Calendar weeks that the window may reach back.", ge=1, le=52)
    min_weeks: int = parameter(3, "Eligible weeks that the window needs.", ge=2, le=26)
    long_window_weeks: int = parameter(8, "Eligible weeks in the long window.", ge=1, le=52)
    long_reach_weeks: int = parameter(16, "Calendar weeks that the long window may reach back.", ge=1, le=104)
    long_min_weeks: int = parameter(6, "Eligible weeks that the long window needs.", ge=2, le=52)
    soft_policy_z: float = parameter(1.0, "Soft: standard errors under the policy.", ge=0)
    hard_policy_z: float = parameter(1.8, "Hard: standard errors under the policy, and a change or a low normal.", ge=0)
    hard_policy_long_z: float = parameter(1.5, "The same in the long window.", ge=0)
    hard_change_z: float = parameter(2.7, "A change, for that: standard errors under the own baseline.", ge=0)
    hard_change_weeks: int = parameter(
        4, "A change, for that, shows in a window of at least so many weeks.", ge=1, le=52
    )
    hard_low_baseline_pct: float = parameter(76.5, "A low normal, for that: own baseline under this.", ge=0, le=100)
    hard_own_z: float = parameter(
        3.3, "Hard, too: standard errors under the own baseline, while the window is under the policy.", ge=0
    )
    worst_out_z: float = parameter(0.3, "Standard errors under the policy without the worst week.", ge=-10)
    soft_points: float = parameter(4.0, "Soft: points under the own baseline.", gt=0, le=100)
    soft_z: float = parameter(2.6, "Soft: standard errors under the own baseline.", ge=0)


@dataclass(frozen=True)
class VelocityRules:
    """Points per 40 hours over whole sprints, against the own baseline."""

    min_sprints: int = parameter(2, "Sprints that a window needs.", ge=2, le=26)
    soft_drop: float = parameter(0.20, "Soft: share under the own baseline.", gt=0, lt=1)
    soft_z: float = parameter(2.6, "Soft: standard errors under the own baseline.", ge=0)
    hard_drop: float = parameter(0.25, "Hard: share under the own baseline.", gt=0, lt=1)
    hard_z: float = parameter(3.3, "Hard: standard errors under the own baseline.", ge=0)


@dataclass(frozen=True)
class ResponseRules:
    """Time to acknowledge and resolve, as a factor of the own baseline."""

    min_incidents: int = parameter(3, "Incidents that a window needs.", ge=2, le=100)
    soft_factor: float = parameter(1.35, "Soft: times the own baseline.", gt=1)
    soft_z: float = parameter(2.3, "Soft: standard errors over the own baseline.", ge=0)
    hard_factor: float = parameter(1.455, "Hard: times the own baseline.", gt=1)
    hard_z: float = parameter(3.3, "Hard: standard errors over the own baseline.", ge=0)


@dataclass(frozen=True)
class VibesRules:
    """Mean of the last vibes, as it stands and against the own baseline."""

    window_entries: int = parameter(4, "Entries in the window.", ge=1, le=26)
    reach_weeks: int = parameter(6, "Calendar weeks that the window may reach back.", ge=1, le=52)
    min_entries: int = parameter(3, "Entries that the window needs.", ge=2, le=26)
    soft_mean: float = parameter(2.75, "Soft: mean at or below, ...", ge=1, le=5)
    soft_mean_drop: float = parameter(0.4, "... and under the own baseline by, in score.", ge=0, le=4)
    hard_mean: float = parameter(2.25, "Hard: mean at or below.", ge=1, le=5)
    soft_drop: float = parameter(0.75, "Soft: under the own baseline by, in score.", gt=0, le=4)
    soft_z: float = parameter(2.8, "Soft: standard errors under the own baseline.", ge=0)


@dataclass(frozen=True)
class HysteresisRules:
    """How long a signal must last before a level follows it. Velocity follows at once."""

    rise_signals: int = parameter(2, "A level rises when the signal held in so many ...", ge=1, le=12)
    rise_weeks: int = parameter(3, "... of the last so many judged weeks.", ge=1, le=12)
    fast_z: float = parameter(0.4, "It rises to soft at once so many standard errors beyond what soft asks for.", ge=0)
    fall_weeks: int = parameter(2, "A level falls after so many judged weeks without it.", ge=1, le=12)

    def __post_init__(self) -> None:
        if self.rise_signals > self.rise_weeks:
            raise ValueError(f"rise_signals is {self.rise_signals}, more than the {self.rise_weeks} of rise_weeks")


@dataclass(frozen=True)
class StatusRules:
    """From levels to the light."""

    soft_metrics_for_red: int = parameter(
        2, "So many metrics at `soft` are red together; one at `hard` always is.", ge=2
    )


@dataclass(frozen=True)
class ExcusedRules:
    """A bad week with a good note that is left out of the status windows."""

    enabled: bool = parameter(True, "Whether weeks are excused at all.")
    min_sds: float = parameter(2.0, "Weekly standard deviations under the own baseline.", ge=0)
    min_vibes: float = parameter(4.0, "Vibes at or above, with a note.", ge=1, le=5)
    one_in_weeks: int = parameter(8, "At most one week in so many is excused.", ge=1, le=52)


@dataclass(frozen=True)
class OverrideRules:
    """When the managers' word keeps a light green."""

    enabled: bool = parameter(True, "Whether vibes may override at all.")
    min_vibes: float = parameter(4.0, "Vibes at or above, with a note.", ge=1, le=5)
    keeps_only: bool = parameter(
        False, "It only keeps a green light green, and does not turn one that was yellow or red the week before."
    )
    look_back_weeks: int = parameter(8, "Previous weeks that are looked at.", ge=1, le=52)
    min_green_share: float = parameter(0.7, "Share of their judged weeks that must be green underneath.", ge=0, le=1)
    min_judged_weeks: int = parameter(4, "With fewer judged weeks that test passes.", ge=0, le=52)
    max_running: int = parameter(2, "Weeks running in which it may apply.", ge=1, le=52)
    max_in_span: int = parameter(4, "Weeks in which it may apply ...", ge=1, le=52)
    span_weeks: int = parameter(12, "... out of so many.", ge=1, le=52)


@dataclass(frozen=True)
class AlertRules:
    """What becomes news."""

    reminder_weeks: int = parameter(4, "An open alert is called to mind every so many weeks.", ge=1, le=52)
    team_share: float = parameter(1 / 3, "Share of a team turning red in one week that makes a team alert.", gt=0, le=1)
    team_min_engineers: int = parameter(3, "Engineers that must turn red for a team alert.", ge=2)


@dataclass(frozen=True)
class PlainRules:
    """Method `plain`: each week's reading against its threshold."""

    near_points: float = parameter(2.0, "Billable this near above the policy is yellow, in points.", ge=0, le=100)
    velocity_drop: float = parameter(0.25, "A sprint this share under the own baseline is yellow.", gt=0, lt=1)
    response_factor: float = parameter(1.5, "A week's incidents this many times the own baseline are yellow.", gt=1)
    low_vibes: float = parameter(2.0, "Vibes at or below are yellow.", ge=1, le=5)


@dataclass(frozen=True)
class RecommendationRules:
    """Reviews of every engineer: stay, watch, return."""

    first_review_week: int = parameter(12, "Week of 4x10 of the first review.", ge=5, le=104)
    review_every_weeks: int = parameter(4, "Weeks between reviews.", ge=1, le=52)
    windows_weeks: tuple[int, ...] = parameter(
        (12, 20), "Eligible weeks in the windows; any of them may ask for a return.", min_length=1
    )
    reach_weeks_per_week: int = parameter(
        2, "Calendar weeks that a window may reach back for each eligible week.", ge=1, le=8
    )
    min_weeks: int = parameter(8, "With fewer eligible weeks the evidence is insufficient.", ge=2, le=52)
    min_sprints: int = parameter(2, "Sprints that the window needs.", ge=2, le=26)
    min_incidents: int = parameter(5, "Incidents that the window needs.", ge=2, le=100)
    min_entries: int = parameter(3, "Vibes that the window needs.", ge=2, le=52)
    clip_billable_sds: float = parameter(
        2.5, "A week of billable counts for at most so many weekly standard deviations from the own normal.", gt=0
    )
    clip_sprint_sds: float = parameter(
        2.5, "A sprint counts for at most so many standard deviations from the own normal.", gt=0
    )
    clip_incident_sds: float = parameter(
        2.0, "An incident counts for at most so many standard deviations from the own normal.", gt=0
    )
    clip_least_sizes: float = parameter(
        2.0, "None of them is cut to less than so many times what one metric must be down by.", ge=1
    )
    min_peers: int = parameter(5, "With fewer engineers nothing is subtracted for peers.", ge=2)
    one_billable_points: float = parameter(3.0, "One metric: billable down by, in points, ...", gt=0, le=100)
    one_billable_z: float = parameter(2.2, "... and by so many standard errors, and under the policy.", ge=0)
    one_velocity_drop: float = parameter(0.25, "One metric: velocity down by, as a share, ...", gt=0, lt=1)
    one_velocity_z: float = parameter(2.2, "... and by so many standard errors.", ge=0)
    one_response_factor: float = parameter(1.6, "One metric: response slower by the factor, ...", gt=1)
    one_response_z: float = parameter(2.4, "... and by so many standard errors.", ge=0)
    several_billable_points: float = parameter(3.0, "Several metrics: billable down by, in points.", gt=0, le=100)
    several_velocity_drop: float = parameter(0.15, "Several metrics: velocity down by, as a share.", gt=0, lt=1)
    several_response_factor: float = parameter(1.3, "Several metrics: response slower by the factor.", gt=1)
    several_vibes_drop: float = parameter(0.5, "Several metrics: vibes down by, in score.", gt=0, le=4)
    several_z: float = parameter(1.0, "Several metrics: standard errors of each.", ge=0)
    several_metrics: int = parameter(2, "Several metrics: so many.", ge=2, le=4)
    several_strength: float = parameter(
        2.4, "Several metrics: standard errors of all together, sum z / sqrt(number of metrics).", ge=0
    )
    strength_min_z: float = parameter(
        -1.0, "In that sum a metric counts for at least so many standard errors ...", le=0
    )
    strength_max_z: float = parameter(4.0, "... and for at most so many.", gt=0)
    max_q: float = parameter(0.12, "Largest false discovery rate (Benjamini-Hochberg).", gt=0, le=1)
    return_flagged_weeks: int = parameter(
        3, "The weekly light must agree: of the last weeks looked at, so many yellow or red underneath.", ge=0, le=52
    )
    reviews_running: int = parameter(
        2,
        "Reviews running at which it must be true to propose a return, where the evidence is strong, ...",
        ge=1,
        le=12,
    )
    strong_q: float = parameter(0.02, "... that is, at a false discovery rate of at most this, ...", gt=0, le=1)
    weak_reviews_running: int = parameter(3, "... and where it is not.", ge=1, le=12)
    watch_z: float = parameter(1.7, "Standard errors of one metric, down as for several, that ask for `watch`.", ge=0)
    watch_weeks: int = parameter(4, "Last weeks whose light is looked at.", ge=1, le=52)
    watch_flagged_weeks: int = parameter(3, "Of these, so many yellow or red underneath ask for `watch`.", ge=1, le=52)


@dataclass(frozen=True)
class Margins:
    """The change for the worse that the trial may cost, fixed in advance; only the harm side counts."""

    billable_points: float = parameter(3.0, "Billable: points less.", gt=0, le=100)
    velocity_drop: float = parameter(0.10, "Velocity: share less.", gt=0, lt=1)
    response_factor: float = parameter(1.2, "Response: times slower.", gt=1)
    vibes_drop: float = parameter(0.3, "Vibes: score less.", gt=0, le=4)


@dataclass(frozen=True)
class TeamEffectRules:
    """The change since the switch over everybody, and the verdict on the policy."""

    margins: Margins = parameter(Margins(), "Margins of the verdict.")
    min_weeks: int = parameter(6, "Eligible weeks that an engineer needs on either side of the switch.", ge=2, le=52)
    min_sprints: int = parameter(3, "Sprints that an engineer needs on either side.", ge=2, le=26)
    min_engineers: int = parameter(5, "Engineers that a verdict needs.", ge=2)
    shared_min_share: float = parameter(
        0.2, "Share of the week scores' variance that is taken as common to the team at least.", ge=0, le=1
    )
    shared_memory: float = parameter(
        0.5, "Correlation of a common week with the next one, unless the data say otherwise ...", ge=0, lt=1
    )
    shared_memory_weeks: float = parameter(20, "... it weighs so many weeks ...", gt=0)
    shared_max_memory: float = parameter(0.8, "... and is at most this.", ge=0, lt=1)
    min_variance_correction: float = parameter(
        0.4, "Smallest divisor that corrects the common weeks' variance for their memory.", gt=0, le=1
    )
    min_degrees_of_freedom: float = parameter(3.0, "Fewest degrees of freedom of the weeks' variance.", ge=1)
    confidence: float = parameter(0.95, "Coverage of the interval shown.", gt=0.5, lt=1)
    return_probability: float = parameter(
        0.80, "Probability of a loss beyond the margin that `return` needs, ...", ge=0.5, lt=1
    )
    late_from_week: int = parameter(36, "... and from the review in this week of 4x10 on ...", ge=12, le=260)
    late_return_probability: float = parameter(0.50, "... this one.", ge=0.5, lt=1)
    reviews_running: int = parameter(2, "Reviews running at which it must be true for `return`.", ge=1, le=12)
    other_metrics_for_return: int = parameter(
        2, "So many metrics beside billable make the policy `return`.", ge=1, le=3
    )


@dataclass(frozen=True)
class DecisionRules:
    """How status, alerts, recommendation and verdict follow from the readings: every number that they rest on."""

    method: Literal["evidence", "plain"] = parameter(
        "evidence", "`evidence`: windows, own baseline, uncertainty. `plain`: each week against its threshold."
    )
    eligibility: Eligibility = parameter(Eligibility(), "Which weeks count.")
    missing: MissingData = parameter(MissingData(), "When nothing new can be said.")
    baseline: BaselineRules = parameter(BaselineRules(), "An engineer's own normal.")
    comparison: ComparisonRules = parameter(ComparisonRules(), "Comparison with the own baseline.")
    billable: BillableRules = parameter(BillableRules(), "Billable share.")
    velocity: VelocityRules = parameter(VelocityRules(), "Velocity.")
    response: ResponseRules = parameter(ResponseRules(), "Incident response.")
    vibes: VibesRules = parameter(VibesRules(), "Vibes.")
    together: TogetherRules = parameter(TogetherRules(), "Several metrics together.")
    hysteresis: HysteresisRules = parameter(HysteresisRules(), "How long a signal must last.")
    status: StatusRules = parameter(StatusRules(), "From levels to the light.")
    excused: ExcusedRules = parameter(ExcusedRules(), "Bad weeks with a good note.")
    override: OverrideRules = parameter(OverrideRules(), "When vibes keep a light green.")
    alerts: AlertRules = parameter(AlertRules(), "What becomes news.")
    plain: PlainRules = parameter(PlainRules(), "Thresholds of method `plain`.")
    recommendation: RecommendationRules = parameter(RecommendationRules(), "Reviews of every engineer.")
    team_effect: TeamEffectRules = parameter(TeamEffectRules(), "Change since the switch and verdict.")


@dataclass(frozen=True)
class DecisionParameters(DecisionRules):
    """The rules, with the denominators that the config's section `metrics` sets."""

    billable_denominator: Denominator = parameter("available", "`metrics.billable.denominator`")
    velocity_denominator: Denominator = parameter("available", "`metrics.velocity.denominator`")
