"""The sample world: one seeded story, told to Jira, PagerDuty and the managers' files alike.

26 weeks before the switch and the weeks since, for whatever roster the config holds. The same config and seed give the
same world; one engineer's luck does not depend on another's. Available hours are worked out here from the config's
schedules, independently of the product's own schedule engine, so that the one can check the other.
"""

import csv
import io
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import chain, count
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from flows.mocks.facts import (
    Board,
    DecisionRow,
    Incident,
    Issue,
    LeaveRow,
    OnCall,
    Person,
    Project,
    Service,
    Sprint,
    VibesRow,
    Worklog,
)
from flows.mocks.story import wording
from flows.mocks.story.board import (
    IN_PROGRESS,
    PAID_LABEL,
    UNPAID_LABEL,
    Draft,
    TeamBoard,
    number_issues,
    number_sprints,
    re_estimation_of,
    sprint_calendar,
    tell_issues,
)
from flows.mocks.story.calls import Rota, number_incidents, on_calls, tell_calls
from flows.mocks.story.cast import WEEK, Actor, Span, cast_of
from flows.mocks.story.hours import Entry, Standing, number_worklogs, tell_hours
from flows.mocks.story.levels import Level, levels_of
from flows.mocks.story.managers import tell_decisions, tell_vibes
from flows.settings import TeamConfig
from transforms.weeks import monday_of

POINTS_FIELD: Final = "customfield_10026"
ESTIMATE_FIELD: Final = "customfield_10016"
FUTURE_SPRINTS: Final = 2
VIBES_COLUMNS: Final = ("week_start", "engineer_id", "vibes", "note", "manager", "visibility", "saved_at")
LEAVE_COLUMNS: Final = ("engineer_id", "from_date", "to_date", "hours_per_day")
DECISION_COLUMNS: Final = ("engineer_id", "review_week", "decision", "why", "manager", "decided_on", "visibility")

_EPOCH: Final = datetime(2019, 6, 3, 15, 0, tzinfo=UTC)


@dataclass(frozen=True)
class World:
    """Everything that happened. `levels` is the truth that the readings should find again."""

    timezone: str
    people: Sequence[Person]
    projects: Sequence[Project]
    boards: Sequence[Board]
    sprints: Sequence[Sprint]
    issues: Sequence[Issue]
    worklogs: Sequence[Worklog]
    services: Sequence[Service]
    incidents: Sequence[Incident]
    on_calls: Sequence[OnCall]
    vibes: Sequence[VibesRow]
    leave: Sequence[LeaveRow]
    decisions: Sequence[DecisionRow]
    actors: Sequence[Actor]
    levels: Mapping[str, Mapping[date, Level]]

    @cached_property
    def people_by_account(self) -> Mapping[str, Person]:
        return {person.account_id: person for person in self.people if person.account_id is not None}

    @cached_property
    def issues_by_id(self) -> Mapping[int, Issue]:
        return {issue.id: issue for issue in self.issues}

    def vibes_rows(self) -> list[tuple[str, ...]]:
        """Rows of `vibes.csv`, as typed."""
        return [
            (
                row.week_start.isoformat(),
                row.engineer_id,
                "" if row.vibes is None else str(row.vibes),
                row.note,
                row.manager,
                "" if row.visibility == "everyone" else row.visibility,
                f"{row.saved_at:%Y-%m-%dT%H:%M:%SZ}" if row.saved_at else "",
            )
            for row in self.vibes
        ]

    def leave_rows(self) -> list[tuple[str, ...]]:
        """Rows of `leave.csv`, as typed."""
        return [
            (row.engineer_id, row.from_date.isoformat(), row.to_date.isoformat(), f"{row.hours_per_day:g}")
            for row in self.leave
        ]

    def decision_rows(self) -> list[tuple[str, ...]]:
        """Rows of `decisions.csv`, as typed."""
        return [
            (
                row.engineer_id,
                f"{row.review_week:%G-W%V}",
                row.decision,
                row.why,
                row.manager,
                row.decided_on.isoformat(),
                row.visibility,
            )
            for row in self.decisions
        ]


def build_world(
    config: TeamConfig,
    seed: int | None = None,
    first_week: date | None = None,
    last_week: date | None = None,
) -> World:
    """Tell the story for a config.

    Without weeks it begins with the baseline and ends with the week before `sample.as_of`; without a seed it takes the
    config's.
    """
    span = Span(
        first_week=monday_of(first_week or config.policy.baseline_start).date(),
        last_week=monday_of(last_week or config.sample.as_of - timedelta(days=7)).date(),
        switch=config.policy.switch_date,
        seed=config.sample.seed if seed is None else seed,
    )
    zone = ZoneInfo(config.organisation.timezone)
    actors = cast_of(config, span)
    levels = {actor.engineer_id: levels_of(actor, span) for actor in actors}
    teams, projects, boards = _teams(config, span, zone)
    issues, worklogs = _work(actors, levels, teams, projects, span)
    services, incidents, shifts = _calls(config, actors, levels, span, zone)
    managers = [manager.id for manager in config.managers]
    return World(
        timezone=config.organisation.timezone,
        people=_people(config, actors, zone),
        projects=projects,
        boards=boards,
        sprints=sorted((sprint for team in teams for sprint in team.sprints), key=lambda sprint: sprint.id),
        issues=issues,
        worklogs=worklogs,
        services=services,
        incidents=incidents,
        on_calls=shifts,
        vibes=tell_vibes(actors, levels, managers, managers[-1] if managers else None, zone, span),
        leave=sorted((row for actor in actors for row in actor.leave), key=lambda r: (r.from_date, r.engineer_id)),
        decisions=tell_decisions(actors, span),
        actors=actors,
        levels=levels,
    )


def write_inputs(world: World, folder: Path) -> None:
    """Write `vibes.csv`, `leave.csv` and `decisions.csv` as the story's managers have kept them."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vibes.csv").write_text(csv_text(VIBES_COLUMNS, world.vibes_rows()), encoding="utf-8", newline="")
    (folder / "leave.csv").write_text(csv_text(LEAVE_COLUMNS, world.leave_rows()), encoding="utf-8", newline="")
    decisions = csv_text(DECISION_COLUMNS, world.decision_rows())
    (folder / "decisions.csv").write_text(decisions, encoding="utf-8", newline="")


def csv_text(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A plain CSV: commas, LF, quotes where needed."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue()


def _account(manager_id: str) -> str:
    return f"712020:lead-{manager_id}"


ROBOT: Final = "557058:automation-for-jira"
READER: Final = "712020:tenfour-reader"
FORMER: Final = "712020:former-user"


def _people(config: TeamConfig, actors: Sequence[Actor], zone: ZoneInfo) -> list[Person]:
    """Engineers, managers, and the accounts every site has: apps, someone deleted."""
    user_names = _user_names(config)
    engineers = [
        Person(
            account_id=actor.account_id,
            name=actor.name,
            timezone=str(actor.zone),
            email=f"{actor.engineer_id}@{_domain(config)}" if n < 2 else None,
            engineer_id=actor.engineer_id,
            team_id=actor.team_id,
            pagerduty_id=actor.pagerduty_id,
            active_from=datetime.combine(actor.employed_from, datetime.min.time(), tzinfo=actor.zone),
            active_until=_leaves_at(actor),
            alertops_user_name=user_names[actor.engineer_id],
        )
        for n, actor in enumerate(actors)
    ]
    managers = [Person(_account(manager.id), manager.name, str(zone)) for manager in config.managers]
    others = [
        Person(ROBOT, "Automation for Jira", "Etc/UTC", account_type="app"),
        Person(READER, "tenfour reader", str(zone), account_type="app"),
        Person(FORMER, "Former user", "Etc/UTC", active_until=_EPOCH),
    ]
    return [*engineers, *managers, *others]


def _user_names(config: TeamConfig) -> dict[str, str]:
    """AlertOps user names by engineer: the config's, else made of the name as many companies do (Ana Ruiz: aruiz)."""
    names = {e.id: e.alertops_user_name for e in config.engineers if e.alertops_user_name}
    taken = set(names.values())
    for engineer in config.engineers:
        if engineer.id not in names:
            plain = unicodedata.normalize("NFKD", engineer.name).encode("ascii", "ignore").decode().lower()
            words = ["".join(filter(str.isalnum, word)) for word in plain.split()]
            name = "".join(word[:1] for word in words[:-1]) + "".join(words[-1:]) or engineer.id
            names[engineer.id] = next(n for n in chain([name], (f"{name}{k}" for k in count(2))) if n not in taken)
            taken.add(names[engineer.id])
    return names


def _domain(config: TeamConfig) -> str:
    name = "".join(letter for letter in config.organisation.name.lower() if letter.isascii() and letter.isalnum())
    return f"{name or 'company'}.example"


def _leaves_at(actor: Actor) -> datetime | None:
    if actor.employed_to is None:
        return None
    return datetime.combine(actor.employed_to + timedelta(days=1), datetime.min.time(), tzinfo=actor.zone)


def _teams(config: TeamConfig, span: Span, zone: ZoneInfo) -> tuple[list[TeamBoard], list[Project], list[Board]]:
    """A client project and a board per team, an internal project, a kanban board, a board that shows another's sprints.

    Every second team starts its sprints a week later and is team-managed: its board is `simple` and it estimates in
    another field.
    """
    codes = _codes([team.name for team in config.teams])
    projects, boards, leads = [], [], {}
    for n, team in enumerate(config.teams):
        project = Project(10010 + n, codes[n], f"{team.name} for clients", "Client", is_team_managed=n % 2 == 1)
        projects.append(project)
        leads[team.id] = next((e.manager for e in config.engineers if e.team == team.id), "")
        for number in team.jira_board_ids:
            kind, points = ("simple", ESTIMATE_FIELD) if project.is_team_managed else ("scrum", POINTS_FIELD)
            board = Board(number, f"{project.key} board", kind, project.key, points, team.jira_board_ids[0])  # type: ignore[arg-type]
            boards.append(board)
    projects.append(Project(10050, "INT", "Internal work", "Internal"))
    calendars = {
        team.id: sprint_calendar(span, team.id, board, codes[n], zone, n % 2, FUTURE_SPRINTS)
        for n, team in enumerate(config.teams)
        for board in boards
        if team.jira_board_ids and board.id == team.jira_board_ids[0]
    }
    numbers = number_sprints(calendars.values())
    teams = []
    for team, project in zip(config.teams, projects, strict=False):
        if team.id in calendars:
            sprints = [replace(sprint, id=numbers[sprint.name]) for sprint in calendars[team.id]]
            board = next(board for board in boards if board.id == team.jira_board_ids[0])
            changed_at = re_estimation_of(team.id, sprints, span.switch)
            teams.append(TeamBoard(team.id, project, board, _account(leads[team.id]), ROBOT, zone, sprints, changed_at))
    spare = max((board.id for board in boards), default=0) + 70
    boards.append(Board(spare, "Internal support", "kanban", "INT", None, 0))
    if teams:
        shown = teams[0].board
        boards.append(Board(spare + 1, "All hands", "scrum", shown.project_key, shown.estimation_field, shown.id))
    return teams, projects, boards


def _codes(names: Sequence[str]) -> list[str]:
    """Project keys: three letters of the name, a number behind where two are the same."""
    codes: list[str] = []
    for name in names:
        letters = "".join(letter for letter in name.upper() if "A" <= letter <= "Z")[:3] or "TEAM"
        codes.append(letters if letters not in (*codes, "INT") else f"{letters}{len(codes) + 1}")
    return codes


def _work(
    actors: Sequence[Actor],
    levels: Mapping[str, Mapping[date, Level]],
    teams: Sequence[TeamBoard],
    projects: Sequence[Project],
    span: Span,
) -> tuple[list[Issue], list[Worklog]]:
    drafts: list[Draft] = []
    entries: list[Entry] = []
    internal = [_standing(projects[-1], name, (), span) for name in wording.STANDING_INTERNAL]
    workshop = _standing(projects[-1], wording.STANDING_WORKSHOP, (PAID_LABEL,), span)
    drafts += [*internal, workshop]
    by_team = {team.team_id: team for team in teams}
    for n, team_id in enumerate(dict.fromkeys(actor.team_id for actor in actors)):
        members = [actor for actor in actors if actor.team_id == team_id]
        told = tell_issues(by_team[team_id], members, levels, span) if team_id in by_team else []
        project = by_team[team_id].project if team_id in by_team else projects[n % len(projects)]
        standing = Standing(
            client=_standing(project, wording.STANDING_CLIENT, (), span),
            unpaid=_standing(project, wording.STANDING_UNPAID, (UNPAID_LABEL,), span),
            internal=internal,
            workshop=workshop,
        )
        drafts += [standing.client, standing.unpaid, *told]
        for actor in members:
            entries += tell_hours(actor, levels[actor.engineer_id], told, standing, span)
    entries += _hours_of_a_former_colleague(internal[0], span)
    numbered = number_issues(drafts)
    worklogs = number_worklogs(entries, {key: issue.id for key, issue in numbered.items()})
    return sorted(numbered.values(), key=lambda issue: issue.id), worklogs


def _standing(project: Project, summary: str, labels: tuple[str, ...], span: Span) -> Draft:
    """An issue outside every sprint that was there before the story began."""
    at = datetime.combine(span.first_week - 30 * WEEK, datetime.min.time(), tzinfo=UTC) + timedelta(hours=15)
    return Draft(
        project, "Task", summary, ROBOT, at, labels, at_creation={"status": IN_PROGRESS, "points": None, "sprint": ()}
    )


def _hours_of_a_former_colleague(draft: Draft, span: Span) -> list[Entry]:
    """Someone since deleted from the site also logged hours: they belong to nobody on the roster."""
    at = datetime.combine(span.first_week, datetime.min.time(), tzinfo=UTC) + timedelta(hours=16)
    return [
        Entry(
            draft,
            Worklog(0, 0, FORMER, at + n * WEEK, ((at + n * WEEK + timedelta(hours=3), 7200),), None, None, False),
        )
        for n in range(3)
    ]


def _calls(
    config: TeamConfig,
    actors: Sequence[Actor],
    levels: Mapping[str, Mapping[date, Level]],
    span: Span,
    zone: ZoneInfo,
) -> tuple[list[Service], list[Incident], list[OnCall]]:
    services: list[Service] = []
    incidents: list[Incident] = []
    shifts: list[OnCall] = []
    for n, team in enumerate(config.teams, start=1):
        service = Service(f"PSVC{n:03d}", f"{team.name} platform", team.id, f"PTEAM{n:02d}", f"PEP{n:04d}")
        members = [actor for actor in actors if actor.team_id == team.id and actor.pagerduty_id]
        rota = Rota(service, members, levels, zone, span)
        services.append(service)
        incidents += tell_calls(rota)
        shifts += on_calls(rota)
    return services, number_incidents(incidents, span.seed), shifts
