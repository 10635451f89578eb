"""The sample story, told once, and what tests ask of it."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

from flows.mocks import speaks_for
from flows.mocks.facts import Issue, Worklog
from flows.mocks.story.cast import Actor
from flows.mocks.world import World, build_world
from flows.settings import TeamConfig, load_config

ROOT = Path(__file__).parents[2]
DAY = timedelta(days=1)
WEEK = timedelta(days=7)


@cache
def sample_config() -> TeamConfig:
    """The committed config."""
    return load_config(ROOT / "config" / "team_config.json").config


@cache
def sample_world() -> World:
    """The sample story; told once per test process, never changed by a test."""
    return build_world(sample_config())


@cache
def sample_as_of() -> datetime:
    """The instant that the sample speaks for."""
    return speaks_for(sample_config())


def actor(name: str) -> Actor:
    """An engineer of the sample by the name of the character, for example "true decliner"."""
    return next(actor for actor in sample_world().actors if actor.character.name == name)


def day_of(log: Worklog, who: Actor) -> date:
    """The day of a worklog in the engineer's own zone."""
    return log.started_at.astimezone(who.zone).date()


def worklogs_of(who: Actor) -> list[Worklog]:
    """The worklogs that were not deleted."""
    return [log for log in sample_world().worklogs if log.author == who.account_id and log.deleted_at is None]


def is_paid(log: Worklog) -> bool:
    """Whether the sample config's rules find a worklog billable (written out here, on purpose, a second time)."""
    issue = sample_world().issues_by_id[log.issue_id]
    category = next(p.category for p in sample_world().projects if p.key == issue.project_key)
    if log.is_marked_unpaid or "non-billable" in issue.labels:
        return False
    return "billable" in issue.labels or category == "Client"


def billable_pct(who: Actor, first: date, last: date) -> float:
    """100 x billable hours / available hours of the days from `first` to `last`, both included."""
    paid = sum(log.versions[-1][1] for log in worklogs_of(who) if first <= day_of(log, who) <= last and is_paid(log))
    return 100 * paid / 3600 / hours_between(who, first, last)


def hours_between(who: Actor, first: date, last: date) -> float:
    return sum(hours for day, hours in who.available.items() if first <= day <= last)


def points_per_40_hours(who: Actor, first: date, last: date) -> float:
    """Points of issues that the engineer moved to Done, by the estimate they had then."""
    done = sum(points for day, points in _done(sample_world().issues, who) if first <= day <= last)
    return 40 * done / hours_between(who, first, last)


def _done(issues: Iterable[Issue], who: Actor) -> list[tuple[date, float]]:
    found = []
    for issue in issues:
        values = dict(issue.at_creation)
        for change in issue.changes:
            values.update({field: value for field, _, value in change.items})
            is_done = any(field == "status" and value == "Done" for field, _, value in change.items)
            points = values.get("points")
            if is_done and values.get("assignee") == who.account_id and issue.kind != "Sub-task" and points:
                assert isinstance(points, float)
                found.append((change.at.astimezone(who.zone).date(), points))
    return found


def acknowledge_seconds(who: Actor, first: date, last: date) -> list[float]:
    """From the latest page of the engineer to the acknowledge, on high-urgency incidents of those days."""
    seconds = []
    for incident in sample_world().incidents:
        paged_at = None
        for entry in incident.entries:
            if who.pagerduty_id in entry.assignees:
                paged_at = entry.at
            if entry.kind == "acknowledge_log_entry" and entry.agent == who.pagerduty_id and paged_at:
                if incident.urgency == "high" and first <= entry.at.date() <= last:
                    seconds.append((entry.at - paged_at).total_seconds())
                paged_at = None
    return seconds
