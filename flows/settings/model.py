"""The shape of `team_config.json`: every key with its type, range, default and meaning.

The descriptions are what an editor shows, what `team_config.schema.json` holds and what an error message quotes.
"""

from dataclasses import fields
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, StringConstraints

from transforms.parameters import DecisionParameters, DecisionRules, Denominator

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=60)]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
VendorId = Annotated[str, StringConstraints(pattern=r"^\S+$")]
Workday = Literal["monday", "tuesday", "wednesday", "thursday", "friday"]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
DayHours = Annotated[float, Field(gt=0, le=24)]
ScheduleKind = Literal["5x8", "4x10", "9/80"]
PeopleShown = Literal["named", "initials", "team-only"]


class Section(BaseModel):
    """A part of the config: unknown keys are errors, values never change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)


class Organisation(Section):
    """Who runs the trial."""

    name: Text = Field(description="Name shown on every page.")
    timezone: Text = Field(
        description="IANA time zone in which weeks begin and schedules run, for example America/Chicago."
    )
    correction_contact: Text = Field(
        description="Whom to write to when something on a page is wrong: an address or a name, shown on every page."
    )


class Location(Section):
    """A place of work: decides public holidays and the zone in which days are counted."""

    country: str = Field(description="ISO 3166 code of the country whose public holidays count.", pattern="^[A-Z]{2}$")
    subdivision: Text | None = Field(
        default=None, description="State or region with holidays of its own, for example TX or MD."
    )
    timezone: Text = Field(description="IANA time zone, for example Europe/Madrid.")


class Team(Section):
    """A team and the Jira boards on which its sprints run."""

    id: Id = Field(description="Short lower-case name, used in addresses and files.")
    name: Text = Field(description="Name to show.")
    jira_board_ids: tuple[int, ...] = Field(
        default=(), description="Numbers of the team's Jira boards. Empty: velocity is unknown for this team."
    )


class Manager(Section):
    """Someone who writes vibes."""

    id: Id = Field(description="Short lower-case name, as in the manager column of the vibes files.")
    name: Text = Field(description="Name to show.")


class SchedulePeriod(Section):
    """Hours of work from one day to another.

    `5x8` is 8 hours from Monday to Friday; `4x10` is 10 hours from Monday to Friday but for `day_off`. `9/80` goes by
    two weeks: 9 hours from Monday to Thursday and 8 on Friday, then the same without Friday (where that is `day_off`).
    Who works other hours (part-time) lists them in `hours`, or in `weeks` where they alternate by week; weekdays that
    are not listed are free.
    """

    from_day: date = Field(alias="from", description="First day of the period.")
    to_day: date | None = Field(
        default=None,
        alias="to",
        description="Last day of the period. Only the last period may leave it out.",
    )
    kind: ScheduleKind = Field(description="Which of the schedules it is, also for part-timers.")
    day_off: Workday | None = Field(
        default=None,
        description="The weekday that a full-time 4x10 leaves free, and 9/80 every second week: first worked, in the "
        "week that holds `from`, then free. Not with `hours` or `weeks`.",
    )
    hours: dict[Weekday, DayHours] | None = Field(
        default=None, description='Hours per weekday where they are not the usual ones, for example {"monday": 6}.'
    )
    weeks: tuple[dict[Weekday, DayHours], ...] | None = Field(
        default=None,
        min_length=2,
        max_length=8,
        description="Instead of `hours`, where hours alternate by week: the hours per weekday of each week until they "
        "repeat. The first week is the one that holds `from`.",
    )


class Engineer(Section):
    """Someone on the roster. Leavers stay, with `employed_to`."""

    id: Id = Field(description="Short lower-case name, used in the vibes files, addresses and tables. Never changes.")
    name: Text = Field(description="Name to show.")
    team: Id = Field(description="Id of the team.")
    manager: Id = Field(description="Id of the manager who writes vibes by default.")
    location: Id = Field(description="Id of the location.")
    employed_from: date = Field(description="First day of employment.")
    employed_to: date | None = Field(default=None, description="Last day of employment; left out while employed.")
    jira_account_id: VendorId | None = Field(
        default=None, description="Jira accountId. Left out: billable and velocity are unknown."
    )
    pagerduty_user_id: VendorId | None = Field(
        default=None, description="PagerDuty user id. Left out: no page of PagerDuty is theirs."
    )
    alertops_user_name: Text | None = Field(
        default=None, description="AlertOps user name. Left out: no alert of AlertOps is theirs."
    )
    # A run may leave none: what contradicts itself is set aside.
    schedules: tuple[SchedulePeriod, ...] = Field(
        description="Schedules in order of date, covering the employment without overlap or gap.",
        json_schema_extra={"minItems": 1},
    )


class Policy(Section):
    """The trial: what is compared with what."""

    baseline_start: date = Field(description="Monday of the first week of the baseline.")
    switch_date: date = Field(description="Monday of the first week on 4x10.")
    holiday_on_day_off: Literal["none", "substitute"] = Field(
        default="none",
        description="A public holiday on someone's day off: `none` gives nothing, `substitute` frees the next "
        "scheduled day.",
    )


class BillingRule(Section):
    """Says whether hours on an issue are billable. The first rule that matches decides."""

    name: Text = Field(description="Name of the rule, shown in the data.")
    kind: Literal[
        "label", "project", "project_category", "issue_type", "component", "custom_field", "worklog_property"
    ] = Field(description="What is looked at.")
    value: Text = Field(
        description="What it must be: a label, project key, name of a category, issue type or component; for a custom "
        "field its id and the text, number or option it holds, for example customfield_10050=Client; for a worklog "
        "property `key=value` or `key.member=value`, for example billing.billable=true. Upper and lower case are the "
        "same."
    )
    billable: bool = Field(description="Whether hours that match are billable.")


class BillableMetric(Section):
    """Billable share: 100 x billable hours / denominator."""

    denominator: Denominator = Field(
        default="available", description="Hours that billable hours are divided by: `available` or `logged`."
    )
    rules: tuple[BillingRule, ...] = Field(
        default=(), description="What is billable, in order. Not used for hours that come from Tempo."
    )
    default_is_billable: bool = Field(default=False, description="Whether hours that no rule matches are billable.")


class VelocityMetric(Section):
    """Velocity: story points per 40 hours of the denominator."""

    denominator: Denominator = Field(
        default="available", description="Hours that points are divided by: `available` or `logged`."
    )
    credit: Literal["assignee", "worklog_share"] = Field(
        default="assignee",
        description="Who gets an issue's points: the `assignee` at the first move to done in the sprint, or in shares "
        "(`worklog_share`) everybody on the roster who logged work on it from the sprint's first day to that move; "
        "without any such hours the assignee.",
    )


class ResponseMetric(Section):
    """Response: seconds from one's own page to one's own acknowledge and resolve."""

    excluded_title_words: tuple[Text, ...] = Field(
        default=("test", "drill"), description="An incident whose title has one of these words is left out."
    )


class Metrics(Section):
    """How the metrics are computed."""

    billable: BillableMetric = Field(default=BillableMetric(), description="Billable share.")
    velocity: VelocityMetric = Field(default=VelocityMetric(), description="Velocity.")
    response: ResponseMetric = Field(default=ResponseMetric(), description="Incident response.")


class JiraSource(Section):
    """Jira Cloud. The address and the token come from the environment."""

    estimation_field: VendorId | None = Field(
        default=None,
        description="Id of the field that holds story points, for example customfield_10016. Left out: the board's own "
        "estimation field.",
    )


class TempoSource(Section):
    """Tempo Timesheets. The address and the token come from the environment."""

    schedule: bool = Field(
        default=True,
        description="Whether days off that Tempo's schedule of an engineer knows (its holiday schemes) are taken off "
        "the available hours, beside leave.csv. Costs one request for each engineer and run, and a token that may view "
        "workload and holiday schemes.",
    )


class PagerDutySource(Section):
    """PagerDuty. The address and the key come from the environment."""

    analytics_check: bool = Field(
        default=False,
        description="Whether acknowledge times are held against PagerDuty's own analytics, a day after the fact. Needs "
        "a plan with analytics; what differs is listed under data quality, and changes no number.",
    )


class AlertOpsSource(Section):
    """AlertOps. The address and the key come from the environment."""

    timezone: Text = Field(
        default="UTC",
        description="IANA time zone of AlertOps' times where they state none, for example America/Chicago.",
    )


class VibesSource(Section):
    """The managers' files."""

    folder: Text = Field(
        default="inputs/vibes",
        description="Folder with vibes*.csv and leave.csv: a path, or one relative to the data folder.",
    )


class Sources(Section):
    """Where data come from, and how far back they are read again."""

    jira: JiraSource = Field(default=JiraSource(), description="Jira Cloud.")
    tempo: TempoSource = Field(default=TempoSource(), description="Tempo Timesheets.")
    pagerduty: PagerDutySource = Field(default=PagerDutySource(), description="PagerDuty.")
    alertops: AlertOpsSource = Field(default=AlertOpsSource(), description="AlertOps.")
    vibes: VibesSource = Field(default=VibesSource(), description="The managers' files.")
    lookback_weeks: int = Field(
        default=4, ge=0, le=52, description="Weeks before the reported one that each run reads again for late entries."
    )


class ManagersEdition(Section):
    """A second edition of the site, built in the same run: it also holds notes and reasons for managers only.

    Whoever can open its folder or address can read it all: `noindex` and robots.txt only ask search engines to stay
    away, they keep nobody out. Host it where only managers have access (a folder with permissions, a password).
    """

    enabled: bool = Field(
        default=False,
        description="Whether the edition is built. Switched off again, the folder stays as it was last: delete it.",
    )
    folder: Text = Field(
        default="site-managers",
        description="Folder of the edition: a path, or one relative to the project folder. Each publish replaces it "
        "whole; it must be apart from the everyone edition, config and data, and only managers should be able to read "
        "it. A web server that serves the folder around it would serve it too.",
    )
    people: PeopleShown = Field(
        default="named", description="How engineers appear in this edition: with their names, with initials, or not."
    )
    base_url: str | None = Field(
        default=None,
        pattern=r"^https?://\S+$",
        description="Address at which this edition is hosted, for its feeds and its 404 page. A noindex mark is no "
        "access control: the address itself must ask who is there.",
    )


class Publishing(Section):
    """The site."""

    title: Text = Field(default="Four-day week trial", description="Title of the site.")
    locale: str = Field(
        default="en-GB",
        pattern=r"^[a-z]{2,3}(-[A-Za-z]{4})?(-[A-Z]{2})?$",
        description="Language and country: how pages are worded, numbers and dates written; en-GB, en-US or de-DE, for "
        "example. Any language but English needs its catalogue of messages (tenfour language).",
    )
    base_url: str | None = Field(
        default=None,
        pattern=r"^https?://\S+$",
        description="Address at which the site is hosted, for feeds and the 404 page. Pages work without it.",
    )
    people: PeopleShown = Field(
        default="named",
        description="How engineers appear in the edition for everyone: with their names, with initials, or not at all. "
        "Where they are not named, names of the roster inside notes and reasons are replaced; other hints that a note "
        "gives stay as typed.",
    )
    archive_weeks: int = Field(default=104, ge=8, description="How many past weeks keep a page.")
    public: bool = Field(
        default=False,
        description="Whether search engines may list the edition for everyone. `false` only asks them not to (noindex, "
        "robots.txt), and keeps nobody out: that is up to where the site is hosted.",
    )
    managers_edition: ManagersEdition = Field(
        default=ManagersEdition(), description="A second edition, with what managers wrote for managers only."
    )


class Schedule(Section):
    """When `tenfour serve` runs the flows, in the organisation's time zone."""

    weekly_cron: str = Field(default="0 6 * * 1", description="When the weekly flow runs (cron, five fields).")
    monthly_cron: str = Field(
        default="30 6 1-4 * *",
        description="When the monthly flow runs (cron, five fields). The last week of a month ends by the 4th of the "
        "next; a run that finds nothing new changes nothing.",
    )


class Limits(Section):
    """When a run complains."""

    rejected_share: float = Field(
        default=0.2,
        ge=0,
        le=1,
        description="Share of rejected rows in the vibes files, the leave file or the decisions files above which a "
        "run ends with exit code 3.",
    )
    row_drift_share: float = Field(
        default=0.3,
        ge=0,
        le=1,
        description="Share of the rows kept of the look-back weeks that may be missing from a list that names no "
        "deletions (Tempo, AlertOps); when more are missing the source counts as incomplete and nothing is taken out.",
    )


class Sample(Section):
    """The embedded story, told while no connection is set."""

    enabled: bool = Field(
        default=True,
        description="Whether the story is told. `tenfour init` says no: without a connection all is unknown.",
    )
    as_of: date = Field(default=date(2026, 11, 23), description="The Monday for which the sample speaks.")
    seed: NonNegativeInt = Field(default=410, description="Seed of the story.")


class TeamConfig(Section):
    """Roster, schedules, policy, thresholds, margins, sources and publishing. Holds no secrets."""

    organisation: Organisation = Field(description="Who runs the trial.")
    locations: dict[Id, Location] = Field(min_length=1, description="Places of work by id.")
    teams: tuple[Team, ...] = Field(description="Teams.")
    managers: tuple[Manager, ...] = Field(description="Managers.")
    engineers: tuple[Engineer, ...] = Field(min_length=1, description="The roster, leavers included.")
    policy: Policy = Field(description="The trial: what is compared with what.")
    metrics: Metrics = Field(default=Metrics(), description="How the metrics are computed.")
    decision_rules: DecisionRules = Field(
        default=DecisionRules(), alias="decisions", description="Every number that status and advice rest on."
    )
    sources: Sources = Field(default=Sources(), description="Where data come from.")
    publishing: Publishing = Field(default=Publishing(), description="The site.")
    schedule: Schedule = Field(default=Schedule(), description="When `tenfour serve` runs the flows.")
    limits: Limits = Field(default=Limits(), description="When a run complains.")
    sample: Sample = Field(default=Sample(), description="The embedded story.")

    @property
    def decisions(self) -> DecisionParameters:
        """What the core is given: the section `decisions` with the denominators of the section `metrics`."""
        rules = {part.name: getattr(self.decision_rules, part.name) for part in fields(DecisionRules)}
        return DecisionParameters(
            **rules,
            billable_denominator=self.metrics.billable.denominator,
            velocity_denominator=self.metrics.velocity.denominator,
        )
