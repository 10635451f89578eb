"""The four metrics, each defined once: for the maths, the tables, the sentences, the site and the method page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from transforms.parameters import DecisionParameters
from transforms.stats import Floats
from transforms.vocabulary import METRICS, Metric

Worded = Callable[[DecisionParameters], str]


@dataclass(frozen=True)
class MetricDefinition:
    """What a metric is. Definition: metrics.md, product.md ("Words")."""

    title: str
    short_title: str  # as sentences begin and small labels read
    unit: str  # in full, as beside a heading
    short_unit: str  # as behind a number; empty where a number stands alone
    direction: Literal[1, -1]  # 1: higher is better, -1: lower is better
    description: str  # one plain sentence of at most 140 characters
    formula: Worded  # one line, with the denominator in force
    window: Worded  # what the status looks at, by the rules in force
    source: str
    missing: str
    nothing: str  # a week without a reading, in short
    columns: tuple[str, ...]  # of Readings: the reading (or, for velocity, what it is made of), then what goes with it
    column_unit: str  # of the first of these columns

    @property
    def is_higher_better(self) -> bool:
        return self.direction > 0

    @property
    def better(self) -> str:
        """Which way is better, in a word."""
        return "higher" if self.is_higher_better else "lower"

    def fall(self, value: Floats, normal: Floats | float) -> Floats:
        """How far a value lies on the bad side of what is normal: positive is worse, in the unit given.

        Missing: missing where either is missing.
        """
        return normal - value if self.is_higher_better else value - normal


def _billable_window(parameters: DecisionParameters) -> str:
    if parameters.method == "plain":
        return "each week alone, against the policy"
    rules = parameters.billable
    short = _weeks_within(rules.window_weeks, rules.reach_weeks, rules.min_weeks)
    long = _weeks_within(rules.long_window_weeks, rules.long_reach_weeks, rules.long_min_weeks)
    return f"the last {short} and the last {long}, against the policy; {_lengths(parameters)}, against the own normal"


def _lengths(parameters: DecisionParameters) -> str:
    """`3, 4 or 6 weeks`"""
    *most, last = [str(weeks) for weeks in parameters.comparison.windows_weeks]
    return f"{', '.join(most)} or {last} weeks" if most else f"{last} weeks"


def _weeks_within(size: int, reach: int, least: int) -> str:
    return f"{size} eligible weeks within {reach} calendar weeks (at least {least})"


def _velocity_window(parameters: DecisionParameters) -> str:
    if parameters.method == "plain":
        return "each whole sprint alone, against the own normal"
    least = parameters.velocity.min_sprints
    return f"the whole sprints that end within {_lengths(parameters)} (at least {least}), against the own normal"


def _response_window(parameters: DecisionParameters) -> str:
    if parameters.method == "plain":
        return "the incidents of each week alone, against the own normal"
    least = parameters.response.min_incidents
    return f"the incidents of {_lengths(parameters)} (at least {least}), against the own normal"


def _vibes_window(parameters: DecisionParameters) -> str:
    if parameters.method == "plain":
        return "each week's score alone, against a fixed mark"
    rules = parameters.vibes
    return (
        f"the last {rules.window_entries} scored weeks within {rules.reach_weeks} (at least {rules.min_entries}), "
        f"against fixed marks; {_lengths(parameters)}, against the own normal"
    )


METRIC_DEFINITIONS: Final[Mapping[Metric, MetricDefinition]] = MappingProxyType(
    {
        "billable": MetricDefinition(
            title="Billable share",
            short_title="Billable",
            unit="% of hours",
            short_unit="%",
            direction=1,
            description="Hours that a client pays for, in percent of the engineer's hours; the policy asks for a "
            "minimum.",
            formula=lambda rules: f"100 x sum(billable hours) / sum({rules.billable_denominator} hours)",
            window=_billable_window,
            source="worklogs from Tempo where it is connected, else from Jira by the billing rules; the hours there "
            "were from schedules, public holidays and leave",
            missing="no hours to divide by, as in a week of leave; unknown while worklogs, leave or schedules are "
            "incomplete. Neither is 0 %",
            nothing="no hours",
            columns=("billable_pct", "billable_hours", "coverage_pct", "is_billable_known"),
            column_unit="percent",
        ),
        "velocity": MetricDefinition(
            title="Velocity",
            short_title="Velocity",
            unit="points per 40 h",
            short_unit="pts",
            direction=1,
            description="Story points finished per 40 hours, over whole sprints; compared with the engineer's own past "
            "only.",
            formula=lambda rules: f"40 x sum(story points credited) / sum({rules.velocity_denominator} hours)",
            window=_velocity_window,
            source="sprints and issue histories of the team's Jira boards; the hours as for billable share",
            missing="no whole sprint ended in the week; unknown while sprints, leave or schedules are incomplete. "
            "Points missing on every issue are an error of the configuration, not 0",
            nothing="no sprint ended",
            columns=("points_completed", "sprint_id", "is_sprint_end", "is_velocity_known"),
            column_unit="points",
        ),
        "response": MetricDefinition(
            title="Incident response",
            short_title="Response",
            unit="minutes to acknowledge",
            short_unit="min",
            direction=-1,
            description="Time from an engineer's own page to their own acknowledge: the median over the week's urgent "
            "incidents.",
            formula=lambda _: (
                "median(first own acknowledge - first own page); judged as exp(mean log(time / own "
                "normal)) over the times to acknowledge and to resolve"
            ),
            window=_response_window,
            source="log entries of PagerDuty, alerts of AlertOps",
            missing="no calls: neither 0 seconds nor green; unknown while a pager's answers are incomplete",
            nothing="no calls",
            columns=("acknowledge_median_seconds", "resolve_median_seconds", "response_rate_pct", "is_response_known"),
            column_unit="seconds",
        ),
        "vibes": MetricDefinition(
            title="Vibes",
            short_title="Vibes",
            unit="score, 1 to 5",
            short_unit="",
            direction=1,
            description="The manager's reading of someone else, from 1 (struggling) to 5 (thriving), with a note.",
            formula=lambda _: "sum(managers' scores of the week) / number of scores",
            window=_vibes_window,
            source="the managers' vibes files",
            missing="nobody wrote a score: never a neutral 3; unknown while the files cannot be read",
            nothing="no vibes",
            columns=("vibes", "has_note", "is_vibes_changed", "is_vibes_known"),
            column_unit="score",
        ),
    }
)
assert tuple(METRIC_DEFINITIONS) == METRICS, "pages and tables take the metrics in the order of METRICS"
