"""What is decided from the readings. Published weeks of these tables are never rewritten."""

from typing import Any

from transforms import vocabulary as words
from transforms.schemas.columns import Day, EngineerWeek, Table, col, day, flag


def _added(description: str, unit: str, **checks: Any) -> Any:
    """A number that rows stored by the first version do not hold, and that may be missing in later ones."""
    return col(description, unit, nullable=True, absent=float("nan"), **checks)


class Signals(EngineerWeek):
    """One row per engineer, week and channel: what the metric says, and the level after hysteresis."""

    channel: str = col("Metric, or `together`", "word", isin=list(words.CHANNELS))
    signal: str = col("This week's own signal; `unknown` when there is no opinion", "word", isin=list(words.LEVELS))
    level: str = col("Level after hysteresis", "word", isin=list(words.LEVELS))
    is_held: bool = flag("No opinion this week: the level is carried over")
    value: float = col("The window's value, in the metric's unit", "metric's unit", nullable=True)
    reference: float = col("What it is compared with: policy or own baseline", "metric's unit", nullable=True)
    z: float = col("Distance for the worse, in standard errors", "standard errors", nullable=True)
    window_weeks: float = col("Calendar weeks in the window", "weeks", nullable=True)
    smallest_visible: float = col(
        "Smallest change for the worse that this window could have shown", "metric's unit", nullable=True
    )
    rule: str = col("Which rule spoke: `policy`, `baseline`, ...; empty if none", "word")
    reason: str = col("Number, window, reference, strength, as a sentence", "text")
    would_clear: str = col("What would bring the level down; empty if it is `none`", "text")

    class Config:
        strict = True
        unique = ["engineer_id", "week_start", "channel"]


class Statuses(EngineerWeek):
    """One row per engineer and week: the computed status, and what is shown."""

    status: str = col("What is shown", "word", isin=list(words.STATUSES))
    underlying_status: str = col("What was computed", "word", isin=list(words.STATUSES))
    override_applied: bool = flag("Shown green by the vibes override")
    override_reason: str = col("Why the override applied, or why it could not; empty if not asked for", "text")
    override_by: str = col("Manager whose note it rests on", "id", nullable=True)
    override_uses_left: int = col("Further weeks of override left in this 12-week span", "weeks", ge=0)
    override_expires: Day = day("First week in which it can no longer apply, if used on", nullable=True)
    is_excused: bool = flag("The week is left out of the status windows")
    weeks_in_status: int = col("Weeks running with this underlying status, this one included", "weeks", ge=1)
    reasons: str = col("Sentences, one a line, the most serious first", "text")
    would_clear: str = col("What would turn it green, one sentence a line", "text")

    class Config:
        strict = True
        unique = ["engineer_id", "week_start"]


class AlertEvents(EngineerWeek):
    """One row per thing that happened to an alert (engineer + metric) in a week; its state is derived."""

    channel: str = col("Metric, or `together`", "word", isin=list(words.CHANNELS))
    event: str = col("What happened", "word", isin=list(words.ALERT_EVENTS))
    severity: str = col("Severity after the event", "word", isin=list(words.SEVERITIES))
    opened_week: Day = day("Week in which this alert opened")
    is_notified: bool = flag("Worth a message: opening, escalation, resolution, four-weekly reminder")
    is_new_since_switch: bool = flag("False when the engineer was below policy before the switch too")
    is_team_wide: bool = flag("Folded under a team alert: a third of the team turned red in the same week")
    reason: str = col("The sentence", "text")

    class Config:
        strict = True
        unique = ["engineer_id", "channel", "severity", "event", "week_start"]


class Alerts(Table):
    """One row per alert, derived from its events up to a week."""

    engineer_id: str = col("Whom it is about", "id")
    channel: str = col("Metric, or `together`", "word", isin=list(words.CHANNELS))
    severity: str = col("Highest severity it reached", "word", isin=list(words.SEVERITIES))
    opened_week: Day = day("Week it opened")
    resolved_week: Day = day("Week it was resolved; missing while it is open", nullable=True)
    state: str = col("State now", "word", isin=list(words.ALERT_STATES))
    is_new_since_switch: bool = flag("False when below policy before the switch too")
    is_team_wide: bool = flag("Folded under a team alert")
    reason: str = col("The latest sentence", "text")

    class Config:
        strict = True
        unique = ["engineer_id", "channel", "opened_week", "severity"]


class Notifications(EngineerWeek):
    """One row per alert event that was sent out, or was to be: so that nothing is told twice."""

    channel: str = col("Metric, or `together`", "word", isin=list(words.CHANNELS))
    severity: str = col("Severity after the event", "word", isin=list(words.SEVERITIES))
    event: str = col("What happened", "word", isin=list(words.ALERT_EVENTS))
    state: str = col(
        "Whether it was sent, could not be, or was taken back when later data no longer showed it",
        "word",
        isin=["sent", "failed", "taken_back"],
    )

    class Config:
        strict = True
        unique = ["engineer_id", "week_start", "channel", "severity", "event"]


class Recommendations(EngineerWeek):
    """One row per engineer and review: stay on 4x10, watch, or propose a return to 5x8."""

    review_number: int = col("1 is the review at week 12 of 4x10", "count", ge=1)
    recommendation: str = col("The outcome", "word", isin=list(words.RECOMMENDATIONS))
    is_candidate: bool = flag("The evidence asks for a return at this review alone, and the weekly light agrees")
    q_value: float = col("Benjamini-Hochberg adjusted p value", "probability", nullable=True, ge=0, le=1)
    window_size_weeks: int = col("Size of the window that spoke, in eligible weeks", "weeks", absent=12, ge=1)
    eligible_weeks: float = _added("Eligible weeks that it holds", "weeks", ge=0)
    strength: float = _added("Strength of all metrics together, for the worse", "standard errors")
    billable_change: float = col("Own change, peers' decline taken off", "points", nullable=True)
    velocity_change: float = col("Own change, peers' decline taken off", "percent", nullable=True)
    response_change: float = col("Own factor, peers' decline taken off", "factor", nullable=True)
    vibes_change: float = col("Own change, peers' decline taken off", "score", nullable=True)
    billable_z: float = _added("That change for the worse", "standard errors")
    velocity_z: float = _added("That change for the worse", "standard errors")
    response_z: float = _added("That change for the worse", "standard errors")
    vibes_z: float = _added("That change for the worse", "standard errors")
    billable_smallest_visible: float = _added("Smallest own change that a review would take up", "points")
    velocity_smallest_visible: float = _added("Smallest own change that a review would take up", "percent")
    response_smallest_visible: float = _added("Smallest own factor that a review would take up", "factor")
    vibes_smallest_visible: float = _added("Smallest own change that counts beside another metric", "score")
    reasons: str = col("Evidence, one sentence a line", "text")
    counter_evidence: str = col("What speaks against it, one sentence a line", "text")
    would_change: str = col("What would make it another outcome, one sentence a line", "text", absent="")

    class Config:
        strict = True
        unique = ["engineer_id", "week_start"]


class Outcomes(EngineerWeek):
    """One row per recommendation that the evidence asked for, metric that was down, and 4 or 8 weeks after the review.

    Derived anew from the readings; `week_start` is the last of the weeks looked at.
    """

    review_week: Day = day("Week of the review")
    after_weeks: int = col("Weeks after the review that are looked at, those before it left out", "weeks", isin=[4, 8])
    metric: str = col("The metric", "word", isin=list(words.METRICS))
    change_then: float = col("Change at the review, peers' decline taken off", "metric's unit")
    change_since: float = col(
        "Change in the weeks after it, peers' decline taken off; missing where too little is known",
        "metric's unit",
        nullable=True,
    )
    n: int = col("Weeks, sprints, incidents or entries behind it", "count", ge=0)
    comes_back_share: float = col(
        "Part of such a change that comes back by itself (regression to the mean); missing with too few engineers",
        "share",
        nullable=True,
        ge=0,
        le=1,
    )
    expected: float = col("What regression to the mean alone would give", "metric's unit", nullable=True)
    expected_low: float = col("Low end of 95 % of what it and chance would give", "metric's unit", nullable=True)
    expected_high: float = col("High end of it", "metric's unit", nullable=True)
    back_on_5x8_week: Day = day("First week after the review that was not on 4x10, if there was one", nullable=True)

    class Config:
        strict = True
        unique = ["engineer_id", "review_week", "after_weeks", "metric"]


class TeamEffects(Table):
    """One row per metric and review: the change since the switch over everybody, and the verdict; `policy` sums up."""

    week_start: Day = day("Week of the review")
    review_number: int = col("1 is the review at week 12 of 4x10", "count", ge=1)
    metric: str = col("Metric, or `policy`", "word", isin=[*words.METRICS, words.POLICY])
    effect: float = col(
        "Change since the switch: points, log velocity, log response, score", "metric's unit", nullable=True
    )
    ci_low: float = col("Low end of the 95 % interval", "metric's unit", nullable=True)
    ci_high: float = col("High end of the 95 % interval", "metric's unit", nullable=True)
    standard_error: float = _added("Standard error of the effect", "metric's unit", ge=0)
    degrees_of_freedom: float = _added("Of the interval's t distribution", "count", ge=0)
    margin: float = col("Margin fixed in advance, in the unit of the effect", "metric's unit", nullable=True)
    probability_beyond_margin: float = _added(
        "Probability that the true change is worse than the margin",
        "probability",
        ge=0,
        le=1,
    )
    smallest_visible: float = _added(
        "Smallest change for the worse that could have been told from none: half the interval's width",
        "metric's unit",
    )
    before: float = col("Mean before the switch", "metric's unit", nullable=True)
    during: float = col("Mean during 4x10", "metric's unit", nullable=True)
    n_engineers: int = col("Engineers with enough weeks on both sides", "count", ge=0)
    against_others: float = _added(
        "Change since the switch less that of those on 5x8 over the same weeks; missing with too few of them",
        "metric's unit",
    )
    against_others_low: float = _added("Low end of its 95 % interval", "metric's unit")
    against_others_high: float = _added("High end of its 95 % interval", "metric's unit")
    n_others: int = col("Engineers on 5x8 in that comparison", "count", absent=0, ge=0)
    is_beyond_margin: bool = flag("The evidence asks for `return` at this review alone")
    is_season_matched: bool = flag("Before and during cover the same months")
    verdict: str = col("The outcome", "word", isin=list(words.VERDICTS))
    reason: str = col("The sentence", "text")
    would_change: str = col("What would make it another verdict", "text", absent="")

    class Config:
        strict = True
        unique = ["week_start", "metric"]


class MonthlySummary(Table):
    """One row per month, scope and metric: before against during, as published."""

    month: str = col("The month, e.g. 2026-10", "text")
    scope: str = col("`all`, `team:<id>` or `engineer:<id>`", "id")
    metric: str = col("The metric", "word", isin=list(words.METRICS))
    before: float = col("Value over the weeks before the switch", "metric's unit", nullable=True)
    during: float = col("Value over the weeks of this month", "metric's unit", nullable=True)
    change: float = col("during - before (factor for response, percent for velocity)", "metric's unit", nullable=True)
    n_weeks: int = col("Engineer-weeks behind `during`", "count", ge=0)

    class Config:
        strict = True
        unique = ["month", "scope", "metric"]
