"""The weekly and the monthly work as plain functions: collect, compute, publish.

The Prefect flows hand in the same functions wrapped as tasks; nothing here knows Prefect. Time enters once, as the week
to report: what a week knows is cut at its `as_of`, the Monday 00:00 after it in the organisation's zone.
"""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd

from flows.collect import WINDOWED, Fetched, fetch_source, sources_in_use, unreachable
from flows.compute import compute_week, newest_sprints
from flows.error_rates import ErrorRates, read_error_rates
from flows.errors import ConfigError, UserError
from flows.facts import Facts, absorb
from flows.notify import tell_news
from flows.publish.build import RenderResult, edition_findings, render_site, swap_in
from flows.publish.data import SiteData
from flows.publish.views.book import open_book
from flows.publish.views.week import week_view
from flows.settings import Edition
from flows.share import write_back
from flows.sources.errors import SourceError
from flows.sources.window import Window
from flows.store import published, runs
from flows.store.raw import keep_body
from flows.workspace import Workspace, utc_now
from transforms.alerts import derive_alerts
from transforms.language import speaking
from transforms.metrics.response import urgent_pages
from transforms.monthly import monthly_summary
from transforms.outcomes import outcomes
from transforms.schemas.registry import TABLES
from transforms.weeks import complete_months, iso_week, week_starts, weeks_of_month

WEEK = pd.Timedelta(days=7)
_STORED_BY_WEEK = (
    "worklogs",
    "sprint_credits",
    "sprint_totals",
    "pages",
    "vibes",
    "manager_decisions",
    "problems",
    "source_health",
    "available_hours",
    "coverage",
    "readings",
    "signals",
    "statuses",
    "alert_events",
    "recommendations",
    "team_effects",
)


@dataclass(frozen=True)
class Steps:
    """The kinds of step, so that a flow can hand in the same functions wrapped as tasks."""

    fetch: Callable[[Workspace, str, Window], Fetched] = fetch_source
    compute: "Callable[[Workspace, Facts, Sequence[pd.Timestamp], bool], None]" = field(
        default_factory=lambda: compute_weeks
    )
    publish: "Callable[[Workspace, pd.Timestamp], Published]" = field(default_factory=lambda: publish)
    tell: Callable[[Workspace, Sequence[pd.Timestamp]], tuple[str, ...]] = tell_news


@dataclass(frozen=True)
class Published:
    """What a publish did to the site, and to the managers' edition where there is one."""

    pages: int
    is_changed: bool
    managers_pages: int = 0
    is_managers_changed: bool = False


@dataclass(frozen=True)
class Outcome:
    """What a run found and did, for the command line, the flow's state and the run record."""

    week: str
    weeks_computed: tuple[str, ...]
    months_added: tuple[str, ...]
    sources: Mapping[str, str]
    messages: tuple[str, ...]
    statuses: Mapping[str, int]
    verdict: str
    n_problems: int
    rejected_share: float
    pages: int
    is_changed: bool
    managers_pages: int
    is_managers_changed: bool
    exit_code: int

    @property
    def headline(self) -> str:
        mix = ", ".join(f"{count} {status}" for status, count in self.statuses.items())
        return f"{self.week}: {mix or 'no one to judge'}; policy verdict: {self.verdict}"

    def as_dict(self) -> dict[str, Any]:
        return {name: dict(value) if isinstance(value, Mapping) else value for name, value in vars(self).items()}

    def as_text(self) -> str:
        """What a person at a terminal wants to know."""
        lines = [
            self.headline,
            *(f"  {source}: {state}" for source, state in self.sources.items()),
            *(f"  {message}" for message in self.messages),
            f"  problems in the input: {self.n_problems} (see the data quality section)" if self.n_problems else "",
            f"  {len(self.weeks_computed)} weeks computed, {len(self.months_added)} monthly reports added"
            if len(self.weeks_computed) > 1 or self.months_added
            else "",
            f"  site: {self.pages} pages, {_done(self.is_changed)}",
            f"  managers' edition: {self.managers_pages} pages, {_done(self.is_managers_changed)}"
            if self.managers_pages
            else "",
        ]
        return "\n".join(line for line in lines if line)

    def as_markdown(self) -> str:
        """The same as a Prefect artifact."""
        rows = "\n".join(f"| {source} | {state} |" for source, state in self.sources.items())
        table = f"| source | state |\n|---|---|\n{rows}\n\n" if rows else ""
        notes = "\n".join(f"- {message}" for message in self.messages)
        return f"## {self.headline}\n\n{table}{notes}\n"


def _done(is_changed: bool) -> str:
    return "published" if is_changed else "nothing new, left as it was"


def run_weekly(workspace: Workspace, week: pd.Timestamp | None = None, steps: Steps | None = None) -> Outcome:
    """Collect, compute the weeks not yet published up to `week`, publish once.

    On an empty store that is every week of the history in order, each as of its own Monday, and then every complete
    month; later it is the new week, and any that were missed. The newest published week may be run again.
    Errors: ConfigError for a week that is not over, lies before the baseline, or before the newest published one.
    """
    steps = steps or Steps()
    started = utc_now()
    newest = week if week is not None else workspace.newest_complete_week()
    stored = workspace.tables.weeks("statuses")
    _check_week(workspace, newest, stored)
    is_first_run = stored.empty
    missing = [monday for monday in week_starts(workspace.first_week, newest) if monday not in stored]
    todo = missing or [newest]
    facts = collect(workspace, newest, todo[0], steps.fetch)
    steps.compute(workspace, facts, todo, is_first_run)
    months = _add_months(workspace, newest) if is_first_run else ()
    result = steps.publish(workspace, newest)
    # The history of a first run is no news.
    told = (*steps.tell(workspace, todo[-1:] if is_first_run else todo), *write_back(workspace, newest))
    outcome = _outcome(workspace, newest, todo, months, facts, result, told)
    runs.write_run(workspace.layout, started, "weekly", _record(workspace, outcome, facts))
    return outcome


def run_monthly(workspace: Workspace, month: str | None = None, steps: Steps | None = None) -> Outcome:
    """Publish the report of a complete month; without a month, of every complete month that has none yet.

    Errors: ConfigError for a month of which a week is not published yet, or none is of the trial.
    """
    steps = steps or Steps()
    started = utc_now()
    stored = workspace.tables.weeks("statuses")
    if stored.empty:
        raise ConfigError("No week is published yet, so there is no month to report.", advice="Run: tenfour weekly")
    newest = stored.max()
    if month is not None and month not in _complete_months(workspace, newest):
        raise ConfigError(
            f"{month} is not a complete month of the trial: its weeks are {_span(month)}, and the published weeks "
            f"of 4x10 run from {iso_week(_switch(workspace))} to {iso_week(newest)}.",
            advice="Run `tenfour weekly` first, or name an earlier month.",
        )
    months = _add_months(workspace, newest)
    result = steps.publish(workspace, newest)
    outcome = _outcome(workspace, newest, (), months, None, result)
    runs.write_run(workspace.layout, started, "monthly", _record(workspace, outcome, None))
    return outcome


def collect(
    workspace: Workspace,
    newest: pd.Timestamp,
    oldest: pd.Timestamp,
    fetch: Callable[[Workspace, str, Window], Fetched] = fetch_source,
) -> Facts:
    """Fetch every source: the look-back window of `newest`, and before it what the older weeks still need.

    A source that cannot be reached is carried as failed, never raised: its metrics turn unknown and the rest goes on.
    """
    spans = windows(workspace, newest, oldest)
    asked = [
        (source, window)
        for source in sources_in_use(workspace.outside)
        for window in (spans if source in WINDOWED else spans[-1:])
    ]
    fetched: list[Fetched] = []
    for source, window in asked:
        workspace.report("Fetching", len(fetched), len(asked))
        try:
            fetched.append(fetch(workspace, source, window))
        except SourceError as error:
            fetched.append(unreachable(workspace.outside, workspace.settings.config, source, window, error))
    workspace.report("Fetching", len(asked), len(asked))
    return Facts(tuple(fetched), first_week=_lookback_start(workspace, oldest))


def windows(workspace: Workspace, newest: pd.Timestamp, oldest: pd.Timestamp) -> list[Window]:
    """The look-back window that `newest` re-pulls in full, after one for the history that `oldest` needs, if any."""
    since, split, until = _lookback_start(workspace, oldest), _lookback_start(workspace, newest), newest + WEEK
    zone = workspace.as_of(newest).tzinfo
    edges = [since, split, until] if since < split else [split, until]
    instants = [edge.tz_localize(zone).to_pydatetime() for edge in edges]
    return [Window(start, end) for start, end in pairwise(instants)]


def compute_weeks(workspace: Workspace, facts: Facts, weeks: Sequence[pd.Timestamp], is_history: bool) -> None:
    """Take the facts into the store, then compute each week in order and keep the view its page is made from."""
    absorb(workspace, facts, weeks[-1])
    for done, week in enumerate(weeks):
        workspace.report("Computing weeks", done, len(weeks))
        compute_week(workspace, facts, week, is_reconstructed=is_history and week != weeks[-1])
        if week >= _switch(workspace) and week != weeks[-1]:
            keep_view(workspace, week)
    workspace.report("Computing weeks", len(weeks), len(weeks))


def publish(workspace: Workspace, week: pd.Timestamp) -> Published:
    """Build every edition aside, check all, keep what was shown, swap them in.

    Errors: UserError, and the old editions stay, if the store lost rows or a folder cannot be written; AssertionError,
        and they stay as well, if one that was built fails its own checks.
    """
    _refuse_to_shrink(workspace)
    editions = workspace.settings.editions
    asides = {edition.name: edition.folder.with_name(f".{edition.folder.name}.aside") for edition in editions}
    try:
        for edition in editions:
            _make_room(asides[edition.name], edition)
        built = {}
        for done, edition in enumerate(editions):
            workspace.report("Building the site", done, len(editions))
            built[edition.name] = _build(workspace, week, edition, asides[edition.name])
        for edition in editions:
            _keep(workspace, week, edition, built[edition.name], asides[edition.name])
        # Everyone's last: the folder of the other one may be on a share, and then nothing is half done.
        is_changed = {edition.name: _swap(asides[edition.name], edition) for edition in reversed(editions)}
    finally:
        # What was not swapped in may hold what must not be read, and lie beside what a web server serves.
        for aside in asides.values():
            shutil.rmtree(aside, ignore_errors=True)
    workspace.report("Building the site", len(editions), len(editions))
    managers = built.get("managers")
    return Published(
        built["everyone"].pages,
        is_changed["everyone"],
        managers.pages if managers else 0,
        is_changed.get("managers", False),
    )


def _make_room(aside: Path, edition: Edition) -> None:
    """An empty folder beside the edition's; where that cannot be, nothing is built in vain."""
    try:
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
    except OSError as error:
        raise _unwritable(edition, error) from error


def _build(workspace: Workspace, week: pd.Timestamp, edition: Edition, aside: Path) -> RenderResult:
    data = site_data(workspace, week, edition)
    rendered = render_site(data, aside)
    findings = edition_findings(data, aside)
    # No assert: what keeps private notes off the site must not depend on how Python was started.
    if findings:
        raise AssertionError("the built site breaks its own rules, the old one stays: " + "; ".join(findings[:20]))
    return rendered


def _keep(workspace: Workspace, week: pd.Timestamp, edition: Edition, built: RenderResult, aside: Path) -> None:
    published.keep_week_view(workspace.layout, week, built.week_view, edition.name)
    for folder in sorted((aside / "reports").glob("????-??")):
        published.freeze_month(workspace.layout, folder.name, folder, edition.name, edition.people)


def _swap(aside: Path, edition: Edition) -> bool:
    try:
        return swap_in(aside, edition.folder)
    except OSError as error:
        raise _unwritable(edition, error) from error


def _unwritable(edition: Edition, error: OSError) -> UserError:
    return UserError(
        f"{edition.folder}: the edition for {edition.name} cannot be put there: {error.strerror}. "
        "Everyone's site is as it was.",
        advice="See that the folder around it exists and can be written, then run again.",
    )


def keep_view(workspace: Workspace, week: pd.Timestamp) -> Published:
    """Instead of `publish`, where no site is wanted: what the week's page says is kept all the same."""
    is_changed = False
    for edition in workspace.settings.editions:
        with speaking(workspace.settings.language):
            view = week_view(open_book(site_data(workspace, week, edition)))
        is_changed |= published.keep_week_view(workspace.layout, week, view, edition.name)
    return Published(0, is_changed)


def site_data(workspace: Workspace, week: pd.Timestamp, edition: Edition) -> SiteData:
    """Everything stored about the weeks up to `week`, as an edition of the site takes it."""
    stored = {name: workspace.tables.read(name, last=week) for name in _STORED_BY_WEEK}
    tables = {
        **stored,
        # Problems are those of the week's own fetch; earlier ones were told in their week.
        "problems": workspace.tables.read("problems", first=week, last=week),
        "engineers": workspace.roster.engineers,
        "schedules": workspace.roster.schedules,
        "sprints": newest_sprints(workspace, week),
        "holidays": workspace.holidays,
        "alerts": derive_alerts(stored["alert_events"], stored["statuses"], week),
        "outcomes": outcomes(
            stored["readings"],
            urgent_pages(stored["pages"]),
            stored["recommendations"],
            workspace.settings.config.decisions,
        ),
        "monthly_summary": workspace.tables.read_months("monthly_summary"),
    }
    # A week before an edition was switched on is shown as it was for everyone.
    views = published.week_views(workspace.layout) | published.week_views(workspace.layout, edition.name)
    frozen = published.frozen_months(workspace.layout, edition.name, edition.people)
    return SiteData(
        settings=workspace.settings,
        edition=edition,
        week=week,
        as_of=workspace.as_of(week),
        tables=tables,
        week_views={name: view for name, view in views.items() if name < iso_week(week)},
        months=sorted(tables["monthly_summary"]["month"].unique()),
        frozen_months=frozen,
        error_rates=_error_rates(),
        made_later=published.months_of_any_edition(workspace.layout) - frozen.keys(),
    )


def _error_rates() -> ErrorRates | None:
    """The figures that came with this version; without them the method page says so, and the site is published."""
    try:
        return read_error_rates()
    except ConfigError:
        return None


def _check_week(workspace: Workspace, week: pd.Timestamp, stored: pd.DatetimeIndex) -> None:
    name, newest = iso_week(week), workspace.newest_complete_week()
    if week > newest:
        raise ConfigError(f"{name} is not over yet; the newest complete week is {iso_week(newest)}.")
    if week < workspace.first_week:
        raise ConfigError(f"{name} lies before the baseline, which starts with {iso_week(workspace.first_week)}.")
    if len(stored) and week < stored.max():
        raise ConfigError(
            f"{name} is already published, and so are later weeks up to {iso_week(stored.max())}. "
            "A published week is never rewritten; later knowledge arrives with the newest week.",
            advice="Run `tenfour weekly` without --week.",
        )


def _lookback_start(workspace: Workspace, week: pd.Timestamp) -> pd.Timestamp:
    lookback = workspace.settings.config.sources.lookback_weeks
    return max(workspace.first_week, week - lookback * WEEK)


def _switch(workspace: Workspace) -> pd.Timestamp:
    return pd.Timestamp(workspace.settings.config.policy.switch_date)


def _complete_months(workspace: Workspace, newest: pd.Timestamp) -> list[str]:
    return complete_months(_switch(workspace), newest)


def _span(month: str) -> str:
    weeks = weeks_of_month(month)
    return f"{iso_week(weeks[0])} to {iso_week(weeks[-1])}"


def _add_months(workspace: Workspace, newest: pd.Timestamp) -> tuple[str, ...]:
    """Store the summary of each complete month that has none; a published month is never computed again."""
    known = set(workspace.tables.read_months("monthly_summary")["month"])
    new = [month for month in _complete_months(workspace, newest) if month not in known]
    for month in new:
        last = weeks_of_month(month)[-1]
        summary = monthly_summary(
            workspace.tables.read("readings", last=last),
            urgent_pages(workspace.tables.read("pages", last=last)),
            month,
            _switch(workspace),
            workspace.settings.config.decisions,
        )
        workspace.tables.write_month("monthly_summary", month, summary)
    return tuple(new)


def _refuse_to_shrink(workspace: Workspace) -> None:
    last = runs.last_run(workspace.layout)
    now = len(workspace.tables.read("statuses"))
    before = last.get("engineer_weeks", 0) if last else 0
    if now < before:
        raise UserError(
            f"{workspace.layout.table('statuses')}: {now} engineer-weeks, but the last run left {before}. "
            "Rows were lost; the published site stays as it is.",
            advice="Restore the folder from a backup, or start afresh with `tenfour init FOLDER`.",
        )


def _outcome(
    workspace: Workspace,
    newest: pd.Timestamp,
    weeks: Sequence[pd.Timestamp],
    months: Sequence[str],
    facts: Facts | None,
    result: Published,
    told: Sequence[str] = (),
) -> Outcome:
    statuses = workspace.tables.read("statuses", first=newest, last=newest)["status"].value_counts()
    effects = workspace.tables.read("team_effects", last=newest)
    policy = effects[effects["metric"] == "policy"].sort_values("week_start")
    speaking = facts.speaking_for(workspace.as_of(newest)).values() if facts else ()
    sources = {one.source: one.state for one in speaking}
    rejected = max((one.rejected_share for one in speaking), default=0.0)
    limit = workspace.settings.config.limits.rejected_share
    gaps = any(state in ("failed", "incomplete", "late") for state in sources.values())
    return Outcome(
        week=iso_week(newest),
        weeks_computed=tuple(iso_week(monday) for monday in weeks),
        months_added=tuple(months),
        sources=sources,
        messages=(*(one.message for one in speaking if one.message), *told),
        statuses={str(name): int(count) for name, count in statuses.sort_index().items()},
        verdict=str(policy["verdict"].iloc[-1]) if len(policy) else "insufficient",
        n_problems=len(workspace.tables.read("problems", first=newest, last=newest)),
        rejected_share=round(rejected, 4),
        pages=result.pages,
        is_changed=result.is_changed,
        managers_pages=result.managers_pages,
        is_managers_changed=result.is_managers_changed,
        exit_code=3 if rejected > limit else 4 if gaps else 0,
    )


def _record(workspace: Workspace, outcome: Outcome, facts: Facts | None) -> dict[str, Any]:
    return {
        **outcome.as_dict(),
        "config_hash": workspace.settings.config_hash,
        "engineer_weeks": len(workspace.tables.read("statuses")),
        "tables": {name: len(workspace.tables.weeks(name)) for name in _STORED_BY_WEEK if name in TABLES},
        "again": _to_run_again(workspace, facts) if facts else None,
    }


def _to_run_again(workspace: Workspace, facts: Facts) -> dict[str, Any]:
    """What a rebuild needs to run this run once more without asking anybody: see `flows.rebuild`."""
    content = workspace.settings.config.model_dump_json(by_alias=True).encode()
    return {
        "config": keep_body(workspace.layout, content),
        "set_aside": [found.as_json() for found in workspace.settings.set_aside],
        "connected": [source for source in WINDOWED if workspace.outside.has(source)],
        "is_sample": workspace.settings.is_sample,
        "heard": {key: digest for one in facts.fetched for key, digest in one.heard.items()},
        "failures": {f"{one.source}/{one.window.name}": one.message for one in facts.fetched if one.state == "failed"},
        "version": metadata.version("tenfour"),
    }
