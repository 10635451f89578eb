"""The four metrics, each defined once: for the maths, the tables, the sentences, the site and the method page."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from transforms.language import N_, _, listed
from transforms.parameters import DecisionParameters
from transforms.stats import Floats
from transforms.vocabulary import METRICS, Metric

Worded = Callable[[DecisionParameters], str]


@dataclass(frozen=True)
class MetricDefinition:
    """What a metric is. Definition: metrics.md, product.md ("Words")."""

    title: str
    short_title: str  # as sentences begin and small labels read
    within: str  # the title in the middle of a sentence
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

    def fall(self, value: Floats, normal: Floats | float) -> Floats:
        """How far a value lies on the bad side of what is normal: positive is worse, in the unit given.

        Missing: missing where either is missing.
        """
        return normal - value if self.is_higher_better else value - normal


class _Definitions(Mapping[Metric, MetricDefinition]):
    """Definitions by metric, each in the language spoken when it is asked for."""

    def __init__(self, definitions: Mapping[Metric, MetricDefinition]) -> None:
        self._definitions = definitions

    def __getitem__(self, metric: Metric) -> MetricDefinition:
        one = self._definitions[metric]
        return replace(
            one,
            title=_(one.title),
            short_title=_(one.short_title),
            within=_(one.within),
            unit=_(one.unit),
            short_unit=_(one.short_unit),
            description=_(one.description),
            source=_(one.source),
            missing=_(one.missing),
            nothing=_(one.nothing),
        )

    def __iter__(self) -> Iterator[Metric]:
        return iter(self._definitions)

    def __len__(self) -> int:
        return len(self._definitions)


def _billable_formula(parameters: DecisionParameters) -> str:
    if parameters.billable_denominator == "logged":
        return _("100 x sum(billable hours) / sum(logged hours)")
    return _("100 x sum(billable hours) / sum(available hours)")


def _velocity_formula(parameters: DecisionParameters) -> str:
    if parameters.velocity_denominator == "logged":
        return _("40 x sum(story points credited) / sum(logged hours)")
    return _("40 x sum(story points credited) / sum(available hours)")


def _response_formula(_parameters: DecisionParameters) -> str:
    return _(
        "median(first own acknowledge - first own page); judged as exp(mean log(time / own normal)) over the times to "
        "acknowledge and to resolve"
    )


def _vibes_formula(_parameters: DecisionParameters) -> str:
    return _("sum(managers' scores of the week) / number of scores")


def _billable_window(parameters: DecisionParameters) -> str:
    if parameters.method == "plain":
        return _("each week alone, against the policy")
    rules = parameters.billable
    return _(
        "the last {short} and the last {long}, against the policy; {lengths}, against the own normal",
        short=_weeks_within(rules.window_weeks, rules.reach_weeks, rules.min_weeks),
        long=_weeks_within(rules.long_window_weeks, rules.long_reach_weeks, rules.long_min_weeks),
        lengths=_lengths(parameters),
    )


def _lengths(parameters: DecisionParameters) -> str:
    """`3, 4 or 6 weeks`"""
    return _("{lengths} weeks", lengths=listed([str(weeks) for weeks in parameters.comparison.windows_weeks], "or"))


def _weeks_within(size: int, reach: int, least: int) -> str:
    return _(
        "{size} eligible weeks within {reach} calendar weeks (at least {least})", size=size, reach=reach, least=least
    )


def _velocity_window(parameters: DecisionParameters) -> str:
    if parameters.method == "plain":
        return _("each whole sprint alone, against the own normal")
    return _(
        "the whole sprints that end within {lengths} (at least {least}), against the own normal",
        lengths=_lengths(parameters),
        least=parameters.velocity.min_sprints,
    )


def _response_window(parameters: DecisionParameters) -> str:
    if parameters.method == "plain":
        return _("the incidents of each week alone, against the own normal")
    return _(
        "the incidents of {lengths} (at least {least}), against the own normal",
        lengths=_lengths(parameters),
        least=parameters.response.min_incidents,
    )


def _vibes_window(parameters: DecisionParameters) -> str:
    if parameters.method == "plain":
        return _("each week's score alone, against a fixed mark")
    rules = parameters.vibes
    return _(
        "the last {size} scored weeks within {reach} (at least {least}), against fixed marks; {lengths}, against the "
        "own normal",
        size=rules.window_entries,
        reach=rules.reach_weeks,
        least=rules.min_entries,
        lengths=_lengths(parameters),
    )


METRIC_DEFINITIONS: Final[Mapping[Metric, MetricDefinition]] = _Definitions(
    {
        "billable": MetricDefinition(
            title=N_("Billable share"),
            short_title=N_("Billable"),
            within=N_("billable share"),
            unit=N_("% of hours"),
            short_unit=N_("%"),
            direction=1,
            description=N_(
                "Hours that a client pays for, in percent of the engineer's hours; the policy asks for a minimum."
            ),
            formula=_billable_formula,
            window=_billable_window,
            source=N_(
                "worklogs from Tempo where it is connected, else from Jira by the billing rules; the hours there "
                "were from schedules, public holidays and leave"
            ),
            missing=N_(
                "no hours to divide by, as in a week of leave; unknown while worklogs, leave or schedules are "
                "incomplete. Neither is 0 %"
            ),
            nothing=N_("no hours"),
            columns=("billable_pct", "billable_hours", "coverage_pct", "is_billable_known"),
            column_unit="percent",
        ),
        "velocity": MetricDefinition(
            title=N_("Velocity"),
            short_title=N_("Velocity"),
            within=N_("velocity"),
            unit=N_("points per 40 h"),
            short_unit=N_("pts"),
            direction=1,
            description=N_(
                "Story points finished per 40 hours, over whole sprints; compared with the engineer's own past only."
            ),
            formula=_velocity_formula,
            window=_velocity_window,
            source=N_("sprints and issue histories of the team's Jira boards; the hours as for billable share"),
            missing=N_(
                "no whole sprint ended in the week; unknown while sprints, leave or schedules are incomplete. "
                "Points missing on every issue are an error of the configuration, not 0"
            ),
            nothing=N_("no sprint ended"),
            columns=("points_completed", "sprint_id", "is_sprint_end", "is_velocity_known"),
            column_unit="points",
        ),
        "response": MetricDefinition(
            title=N_("Incident response"),
            short_title=N_("Response"),
            within=N_("incident response"),
            unit=N_("minutes to acknowledge"),
            short_unit=N_("min"),
            direction=-1,
            description=N_(
                "Time from an engineer's own page to their own acknowledge: the median over the week's urgent "
                "incidents."
            ),
            formula=_response_formula,
            window=_response_window,
            source=N_("log entries of PagerDuty, alerts of AlertOps"),
            missing=N_("no calls: neither 0 seconds nor green; unknown while a pager's answers are incomplete"),
            nothing=N_("no calls"),
            columns=("acknowledge_median_seconds", "resolve_median_seconds", "response_rate_pct", "is_response_known"),
            column_unit="seconds",
        ),
        "vibes": MetricDefinition(
            title=N_("Vibes"),
            short_title=N_("Vibes"),
            within=N_("vibes"),
            unit=N_("score, 1 to 5"),
            short_unit="",
            direction=1,
            description=N_("The manager's reading of someone else, from 1 (struggling) to 5 (thriving), with a note."),
            formula=_vibes_formula,
            window=_vibes_window,
            source=N_("the managers' vibes files"),
            missing=N_("nobody wrote a score: never a neutral 3; unknown while the files cannot be read"),
            nothing=N_("no vibes"),
            columns=("vibes", "has_note", "is_vibes_changed", "is_vibes_known"),
            column_unit="score",
        ),
    }
)
assert tuple(METRIC_DEFINITIONS) == METRICS, "pages and tables take the metrics in the order of METRICS"
