"""The world as Jira knows it at one instant, in Jira's own shapes.

What was created later does not exist yet; fields hold what they held then; stamps stand in the calling user's zone.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, Final
from zoneinfo import ZoneInfo

from flows.mocks.facts import Board, Change, Field, FieldValue, Issue, Person, Sprint, Worklog
from flows.mocks.story.board import DONE, IN_PROGRESS, IN_REVIEW, TO_DO
from flows.mocks.world import ESTIMATE_FIELD, POINTS_FIELD, READER, World

Json = dict[str, Any]

SPRINT_FIELD: Final = "customfield_10020"
EPIC_FIELD: Final = "customfield_10014"
RANK_FIELD: Final = 10019
EMBEDDED_WORKLOGS: Final = 20
EMBEDDED_HISTORIES: Final = 40
# Jira holds the last minute of worklog changes back.
HELD_BACK: Final = timedelta(minutes=1)

STATUSES: Final[Mapping[str, tuple[str, int, str, str]]] = {
    TO_DO: ("10000", 2, "new", "To Do"),
    IN_PROGRESS: ("3", 4, "indeterminate", "In Progress"),
    IN_REVIEW: ("10001", 4, "indeterminate", "In Progress"),
    DONE: ("10002", 3, "done", "Done"),
}
ISSUE_TYPES: Final[Mapping[str, tuple[str, int]]] = {
    "Story": ("10004", 0),
    "Bug": ("10006", 0),
    "Task": ("10003", 0),
    "Sub-task": ("10005", -1),
}
POINTS_NAMES: Final[Mapping[str, str]] = {POINTS_FIELD: "Story Points", ESTIMATE_FIELD: "Story point estimate"}
# In fields of `*all` only, or of the agile endpoints only: left out of `*navigable`.
NOT_NAVIGABLE: Final = frozenset({"worklog", "comment"})
AGILE_ONLY: Final = frozenset({"sprint", "closedSprints", "epic", "flagged"})


@dataclass(frozen=True)
class IssueNow:
    """An issue as it stood at the instant, and what a query may ask about it."""

    issue: Issue
    values: Mapping[Field, FieldValue]
    changes: Sequence[Change]
    worklogs: Sequence[Worklog]
    sprints: Sequence[Sprint]
    sprint_words: Collection[str]
    resolved_at: datetime | None
    parent_key: str | None
    zone: ZoneInfo

    @cached_property
    def updated_at(self) -> datetime:
        saved = [log.versions[-1][0] for log in self.worklogs] + [change.at for change in self.changes]
        return max(saved, default=self.issue.created_at)

    def terms(self, field: str) -> Collection[str]:
        issue = self.issue
        status = STATUSES[str(self.values["status"])]
        match field:
            case "issue":
                found: Collection[object] = (issue.key, issue.id)
            case "sprint":
                found = self.sprint_words
            case "status":
                found = (self.values["status"], status[0])
            case "statuscategory":
                found = (status[2], status[3], status[1])
            case "labels":
                found = issue.labels
            case "parent":
                found = [word for word in (issue.parent_id, self.parent_key) if word]
            case "worklogauthor":
                found = [log.author for log in self.worklogs]
            case "assignee":
                found = [word for word in (self.values.get("assignee"),) if word]
            case _:
                simple = {"project": issue.project_key, "issuetype": issue.kind, "reporter": issue.creator}
                found = (simple.get(field, issue.summary),)
        return {str(word).lower() for word in found}

    def instants(self, field: str) -> Collection[datetime]:
        if field == "worklogdate":
            days = (log.started_at.astimezone(self.zone) for log in self.worklogs)
            return [day.replace(hour=0, minute=0, second=0, microsecond=0) for day in days]
        at = {"updated": self.updated_at, "created": self.issue.created_at, "resolutiondate": self.resolved_at}[field]
        return [at] if at else []

    def order_key(self, field: str) -> str | float:
        if field in ("updated", "created"):
            return max(at.timestamp() for at in self.instants(field))
        if field in ("project", "status"):
            return min(self.terms(field))
        return self.issue.id


@dataclass(frozen=True)
class Fields:
    """The `fields` parameter: names, `*navigable`, or `*all`, less what `-name` takes away."""

    names: frozenset[str] = frozenset()
    with_navigable: bool = False
    with_all: bool = False
    without: frozenset[str] = frozenset()

    @classmethod
    def read(cls, asked: Collection[str]) -> "Fields":
        return cls(
            names=frozenset(name for name in asked if not name.startswith(("-", "*"))),
            with_navigable="*navigable" in asked,
            with_all="*all" in asked,
            without=frozenset(name[1:] for name in asked if name.startswith("-")),
        )

    @property
    def is_identity(self) -> bool:
        """Nothing but id and key: such pages may be long."""
        return not self.with_all and not self.with_navigable and self.names <= {"id", "key"}

    def wants(self, name: str) -> bool:
        if name in self.without:
            return False
        return self.with_all or name in self.names or (self.with_navigable and name not in NOT_NAVIGABLE)


class JiraState:
    """Everything the endpoints need, worked out once per server and base URL."""

    def __init__(self, world: World, as_of: datetime, base_url: str) -> None:
        self.world, self.as_of, self.base = world, as_of, base_url
        self.zone = ZoneInfo(world.people_by_account[READER].timezone)

    # -- people, projects, boards, sprints ---------------------------------------------------------------------------

    @cached_property
    def users(self) -> Mapping[str, Json]:
        """Every account there is, by accountId; of engineers those already hired."""
        return {
            account: self._user(account, person)
            for account, person in self.world.people_by_account.items()
            if person.active_from is None or person.active_from <= self.as_of
        }

    def _user(self, account: str, person: Person) -> Json:
        is_active = person.active_until is None or person.active_until > self.as_of
        user: Json = {
            "self": f"{self.base}/rest/api/3/user?accountId={account}",
            "accountId": account,
            "accountType": person.account_type,
            "avatarUrls": {"48x48": f"{self.base}/secure/useravatar?size=large&ownerId={account}"},
            "displayName": person.name,
            "active": is_active,
            "timeZone": person.timezone,
        }
        # Most people's e-mail is private: then the key is missing, not null.
        return {**user, "emailAddress": person.email} if person.email else user

    def author(self, account: str) -> Json:
        """An account as the author of something, also when it is not listed yet."""
        return self.users.get(account) or self._user(account, self.world.people_by_account[account])

    @cached_property
    def projects(self) -> Mapping[str, Json]:
        categories = {"Client": "10000", "Internal": "10001"}
        return {
            project.key: {
                "expand": "description,lead,issueTypes,url,projectKeys,permissions,insight",
                "self": f"{self.base}/rest/api/3/project/{project.id}",
                "id": str(project.id),
                "key": project.key,
                "name": project.name,
                "avatarUrls": {"48x48": f"{self.base}/secure/projectavatar?pid={project.id}&size=large"},
                "projectCategory": {
                    "self": f"{self.base}/rest/api/3/projectCategory/{categories[project.category]}",
                    "id": categories[project.category],
                    "name": project.category,
                    "description": "",
                },
                "projectTypeKey": "software",
                "simplified": project.is_team_managed,
                "style": "next-gen" if project.is_team_managed else "classic",
                "isPrivate": False,
            }
            for project in self.world.projects
        }

    @cached_property
    def boards(self) -> Mapping[int, Board]:
        return {board.id: board for board in self.world.boards}

    def board(self, board: Board) -> Json:
        project = self.projects[board.project_key]
        row: Json = {
            "id": board.id,
            "self": f"{self.base}/rest/agile/1.0/board/{board.id}",
            "name": board.name,
            "type": board.kind,
        }
        if board.sprints_from not in (0, board.id):
            # A board over several projects has no location.
            return row
        row["location"] = {
            "projectId": int(project["id"]),
            "displayName": f"{project['name']} ({project['key']})",
            "projectName": project["name"],
            "projectKey": project["key"],
            "projectTypeKey": "software",
            "avatarURI": f"{self.base}/secure/projectavatar?pid={project['id']}&size=small",
            "name": f"{project['name']} ({project['key']})",
        }
        return row

    def board_configuration(self, board: Board) -> Json:
        columns = {"To Do": [TO_DO], "In Progress": [IN_PROGRESS, IN_REVIEW], "Done": [DONE]}
        row: Json = {
            "id": board.id,
            "name": board.name,
            "type": board.kind,
            "self": f"{self.base}/rest/agile/1.0/board/{board.id}/configuration",
            "filter": {"id": str(20000 + board.id), "self": f"{self.base}/rest/api/2/filter/{20000 + board.id}"},
            "columnConfig": {
                "columns": [
                    {
                        "name": name,
                        "statuses": [
                            {"id": STATUSES[status][0], "self": f"{self.base}/rest/api/2/status/{STATUSES[status][0]}"}
                            for status in statuses
                        ],
                    }
                    for name, statuses in columns.items()
                ],
                "constraintType": "none",
            },
            "ranking": {"rankCustomFieldId": RANK_FIELD},
        }
        if board.kind == "kanban":
            return {**row, "subQuery": {"query": "fixVersion in unreleasedVersions() OR fixVersion is EMPTY"}}
        field = board.estimation_field or ""
        return {
            **row,
            "estimation": {"type": "field", "field": {"fieldId": field, "displayName": POINTS_NAMES.get(field, field)}},
        }

    @cached_property
    def sprints(self) -> Mapping[int, Sprint]:
        return {sprint.id: sprint for sprint in self.world.sprints if sprint.created_at <= self.as_of}

    def sprint_state(self, sprint: Sprint) -> str:
        if sprint.complete_at <= self.as_of:
            return "closed"
        return "active" if sprint.start_at <= self.as_of else "future"

    def sprints_of(self, board: Board) -> list[Sprint]:
        """Closed ones first, then active, then future: the newest is on the last page."""
        rank = ("closed", "active", "future")
        mine = [sprint for sprint in self.sprints.values() if sprint.board_id == board.sprints_from]
        return sorted(mine, key=lambda sprint: (rank.index(self.sprint_state(sprint)), sprint.start_at))

    def sprint(self, sprint: Sprint) -> Json:
        """A sprint as the agile endpoints show it; one that has not begun has no dates."""
        state = self.sprint_state(sprint)
        row: Json = {
            "id": sprint.id,
            "self": f"{self.base}/rest/agile/1.0/sprint/{sprint.id}",
            "state": state,
            "name": sprint.name,
        }
        if state != "future":
            row |= {"startDate": utc_stamp(sprint.start_at), "endDate": utc_stamp(sprint.end_at)}
        if state == "closed":
            row["completeDate"] = utc_stamp(sprint.complete_at)
        return row | {
            "createdDate": utc_stamp(sprint.created_at),
            "originBoardId": sprint.board_id,
            "goal": sprint.goal,
        }

    # -- issues ------------------------------------------------------------------------------------------------------

    @cached_property
    def issues(self) -> Mapping[int, IssueNow]:
        """Every issue that exists, by id."""
        found: dict[int, IssueNow] = {}
        for issue in self.world.issues:
            if issue.created_at <= self.as_of:
                found[issue.id] = self._issue_now(issue)
        return found

    @cached_property
    def issue_ids(self) -> Mapping[str, int]:
        """Ids by key (upper case) and by id as text."""
        return {word: n for n, now in self.issues.items() for word in (now.issue.key, str(n))}

    def find_issue(self, key_or_id: str) -> IssueNow | None:
        number = self.issue_ids.get(key_or_id.upper())
        return None if number is None else self.issues[number]

    def _issue_now(self, issue: Issue) -> IssueNow:
        changes = [change for change in issue.changes if change.at <= self.as_of]
        values = dict(issue.at_creation)
        resolved_at = None
        for change in changes:
            for field, _, value in change.items:
                values[field] = value
                if field == "status":
                    resolved_at = change.at if value == DONE else None
        parent = self.world.issues_by_id[issue.parent_id] if issue.parent_id else None
        sprints = self._sprints_at(parent or issue)
        return IssueNow(
            issue=issue,
            values=values,
            changes=changes,
            worklogs=self.worklogs_by_issue.get(issue.id, ()),
            sprints=sprints,
            sprint_words={word for s in sprints for word in (str(s.id), f"{self.sprint_state(s)} sprints")},
            resolved_at=resolved_at,
            parent_key=parent.key if parent else None,
            zone=self.zone,
        )

    def _sprints_at(self, issue: Issue) -> list[Sprint]:
        """Sprints of an issue; sub-tasks have their parent's."""
        ids = issue.at_creation.get("sprint", ())
        for change in issue.changes:
            if change.at <= self.as_of:
                ids = next((value for field, _, value in change.items if field == "sprint"), ids)
        return [self.sprints[n] for n in ids if n in self.sprints] if isinstance(ids, tuple) else []

    def issue_row(self, now: IssueNow, fields: Fields, *, histories: bool, agile: bool) -> Json:
        """An issue with the fields asked for."""
        issue = now.issue
        if fields.is_identity and "key" not in fields.names:
            return {"id": str(issue.id)}
        root = "agile/1.0" if agile else "api/3"
        row: Json = {
            "expand": "operations,versionedRepresentations,editmeta,changelog,renderedFields",
            "id": str(issue.id),
            "self": f"{self.base}/rest/{root}/issue/{issue.id}",
            "key": issue.key,
        }
        if histories:
            newest_first = self.histories(now)[::-1]
            row["changelog"] = {
                "startAt": 0,
                "maxResults": min(len(newest_first), EMBEDDED_HISTORIES),
                "total": len(newest_first),
                "histories": newest_first[:EMBEDDED_HISTORIES],
            }
        if fields.is_identity:
            return row
        everything = self._everything(now)
        chosen = [name for name in everything if fields.wants(name) and (agile or name not in AGILE_ONLY)]
        return row | {"fields": {name: everything[name]() for name in chosen}}

    def _everything(self, now: IssueNow) -> dict[str, Callable[[], object]]:
        """Every field, worked out when asked for; what is not set is null."""
        issue, values = now.issue, now.values
        kind_id, level = ISSUE_TYPES[issue.kind]
        assignee = values.get("assignee")
        points_field = self._points_field(issue.project_key)
        points = values.get("points")
        unfinished = [sprint for sprint in now.sprints if self.sprint_state(sprint) != "closed"]
        closed = [sprint for sprint in now.sprints if self.sprint_state(sprint) == "closed"]
        return {
            "summary": lambda: issue.summary,
            "description": lambda: None,
            "issuetype": lambda: {
                "self": f"{self.base}/rest/api/3/issuetype/{kind_id}",
                "id": kind_id,
                "name": issue.kind,
                "description": "",
                "subtask": level < 0,
                "hierarchyLevel": level,
            },
            "status": lambda: self.status(str(values["status"])),
            "assignee": lambda: self.author(assignee) if isinstance(assignee, str) else None,
            "reporter": lambda: self.author(issue.creator),
            "creator": lambda: self.author(issue.creator),
            "labels": lambda: list(issue.labels),
            "components": list,
            "priority": lambda: {"self": f"{self.base}/rest/api/3/priority/3", "id": "3", "name": "Medium"},
            "project": lambda: {name: self.projects[issue.project_key][name] for name in _PROJECT_OF_ISSUE},
            "parent": lambda: self._parent(now) if issue.parent_id else None,
            "resolution": lambda: {"id": "10000", "name": "Done"} if now.resolved_at else None,
            "resolutiondate": lambda: self.stamp(now.resolved_at) if now.resolved_at else None,
            "created": lambda: self.stamp(issue.created_at),
            "updated": lambda: self.stamp(now.updated_at),
            "timespent": lambda: sum(self.saved(log)[1] for log in now.worklogs) or None,
            POINTS_FIELD: lambda: points if points_field == POINTS_FIELD else None,
            ESTIMATE_FIELD: lambda: points if points_field == ESTIMATE_FIELD else None,
            SPRINT_FIELD: lambda: [self._sprint_field(sprint) for sprint in now.sprints] or None,
            EPIC_FIELD: lambda: None,
            "worklog": lambda: self._embedded_worklogs(now),
            "sprint": lambda: self.sprint(unfinished[-1]) if unfinished else None,
            "closedSprints": lambda: [self.sprint(sprint) for sprint in closed],
            "epic": lambda: None,
            "flagged": lambda: False,
        }

    def _points_field(self, project_key: str) -> str:
        is_team_managed = self.projects[project_key]["simplified"]
        return ESTIMATE_FIELD if is_team_managed else POINTS_FIELD

    def _parent(self, now: IssueNow) -> Json:
        parent = self.issues[now.issue.parent_id or 0]
        return {
            "id": str(parent.issue.id),
            "key": parent.issue.key,
            "self": f"{self.base}/rest/api/3/issue/{parent.issue.id}",
            "fields": {"summary": parent.issue.summary, "status": self.status(str(parent.values["status"]))},
        }

    def _sprint_field(self, sprint: Sprint) -> Json:
        """A sprint as the custom field shows it."""
        row = self.sprint(sprint)
        shown = ("id", "name", "state", "goal", "startDate", "endDate", "completeDate")
        return {"boardId": sprint.board_id} | {name: row[name] for name in shown if name in row}

    def status(self, name: str) -> Json:
        number, category, key, category_name = STATUSES[name]
        return {
            "self": f"{self.base}/rest/api/3/status/{number}",
            "description": "",
            "iconUrl": f"{self.base}/images/icons/statuses/generic.png",
            "name": name,
            "id": number,
            "statusCategory": {
                "self": f"{self.base}/rest/api/3/statuscategory/{category}",
                "id": category,
                "key": key,
                "colorName": {"new": "blue-gray", "indeterminate": "yellow", "done": "green"}[key],
                "name": category_name,
            },
        }

    # -- changelog ---------------------------------------------------------------------------------------------------

    def histories(self, now: IssueNow) -> list[Json]:
        """Lines of an issue's history, oldest first."""
        return [self.history(now.issue, change) for change in now.changes]

    def history(self, issue: Issue, change: Change) -> Json:
        return {
            "id": str(change.id),
            "author": self.author(change.author),
            "created": self.stamp(change.at),
            "items": [self._item(issue, *item) for item in change.items],
        }

    def _item(self, issue: Issue, field: Field, before: FieldValue, after: FieldValue) -> Json:
        """One change. Numbers stand in the strings only; sprints are growing lists; people carry extra keys."""
        if field == "status":
            numbers = [STATUSES[str(value)][0] for value in (before, after)]
            return _change("status", "jira", "status", (numbers[0], before), (numbers[1], after))
        if field == "sprint":
            ids = [", ".join(str(n) for n in value) if isinstance(value, tuple) else "" for value in (before, after)]
            named = [self._sprint_names(value) for value in (before, after)]
            return _change("Sprint", "custom", SPRINT_FIELD, (ids[0], named[0]), (ids[1], named[1]))
        if field == "points":
            number = self._points_field(issue.project_key)
            texts = [f"{value:g}" if isinstance(value, float) else None for value in (before, after)]
            return _change(POINTS_NAMES[number], "custom", number, (None, texts[0]), (None, texts[1]))
        accounts = [value if isinstance(value, str) else None for value in (before, after)]
        people = [self.author(account)["displayName"] if account else None for account in accounts]
        row = _change("assignee", "jira", "assignee", (accounts[0], people[0]), (accounts[1], people[1]))
        return row | {"tmpFromAccountId": accounts[0], "tmpToAccountId": accounts[1]}

    def _sprint_names(self, value: FieldValue) -> str:
        everything = self._sprints_by_id
        return ", ".join(everything[n].name for n in value) if isinstance(value, tuple) else ""

    @cached_property
    def _sprints_by_id(self) -> Mapping[int, Sprint]:
        return {sprint.id: sprint for sprint in self.world.sprints}

    # -- worklogs ----------------------------------------------------------------------------------------------------

    @cached_property
    def worklogs(self) -> Mapping[int, Worklog]:
        """Every worklog entered and not deleted, by id."""
        return {
            log.id: log
            for log in self.world.worklogs
            if log.created_at <= self.as_of and not (log.deleted_at and log.deleted_at <= self.as_of)
        }

    @cached_property
    def worklogs_by_issue(self) -> Mapping[int, Sequence[Worklog]]:
        found: dict[int, list[Worklog]] = {}
        for log in sorted(self.worklogs.values(), key=lambda log: (log.started_at, log.id)):
            found.setdefault(log.issue_id, []).append(log)
        return found

    def saved(self, log: Worklog) -> tuple[datetime, int]:
        """When the worklog was last saved by the instant, and the seconds it held then."""
        return next(version for version in reversed(log.versions) if version[0] <= self.as_of)

    @cached_property
    def updated_worklogs(self) -> list[tuple[int, int]]:
        """(milliseconds, worklog id) of the last save of each, oldest first; the last minute is held back."""
        latest = milliseconds(self.as_of - HELD_BACK)
        saves = [(milliseconds(self.saved(log)[0]), log.id) for log in self.worklogs.values()]
        return sorted(save for save in saves if save[0] <= latest)

    @cached_property
    def deleted_worklogs(self) -> list[tuple[int, int]]:
        latest = milliseconds(self.as_of - HELD_BACK)
        removals = [(milliseconds(log.deleted_at), log.id) for log in self.world.worklogs if log.deleted_at]
        return sorted(removal for removal in removals if removal[0] <= latest)

    def worklog(self, log: Worklog, *, properties: bool) -> Json:
        updated_at, seconds = self.saved(log)
        author = self.author(log.author)
        row: Json = {
            "self": f"{self.base}/rest/api/3/issue/{log.issue_id}/worklog/{log.id}",
            "author": author,
            "updateAuthor": author,
            "created": self.stamp(log.created_at),
            "updated": self.stamp(updated_at),
            "started": self.stamp(log.started_at),
            "timeSpent": time_spent(seconds),
            "timeSpentSeconds": seconds,
            "id": str(log.id),
            "issueId": str(log.issue_id),
        }
        if log.comment is not None:
            row["comment"] = _document(log)
        if properties:
            row["properties"] = self.properties(log)
        return row

    def properties(self, log: Worklog) -> list[Json]:
        return [{"key": "billing", "value": {"billable": False}}] if log.is_marked_unpaid else []

    def _embedded_worklogs(self, now: IssueNow) -> Json:
        shown = now.worklogs[:EMBEDDED_WORKLOGS]
        return {
            "startAt": 0,
            "maxResults": EMBEDDED_WORKLOGS,
            "total": len(now.worklogs),
            "worklogs": [self.worklog(log, properties=False) for log in shown],
        }

    # -- time --------------------------------------------------------------------------------------------------------

    def stamp(self, at: datetime) -> str:
        """`2026-11-03T18:02:10.114-0600`, in the calling user's zone."""
        local = at.astimezone(self.zone)
        offset = local.utcoffset() or timedelta(0)
        minutes = int(offset.total_seconds()) // 60
        sign = "-" if minutes < 0 else "+"
        return f"{_to_milliseconds(local)}{sign}{abs(minutes) // 60:02d}{abs(minutes) % 60:02d}"


_PROJECT_OF_ISSUE: Final = (
    "self",
    "id",
    "key",
    "name",
    "projectTypeKey",
    "simplified",
    "avatarUrls",
    "projectCategory",
)


def utc_stamp(at: datetime) -> str:
    """`2026-11-03T18:02:10.114Z`, as the agile endpoints write dates."""
    return f"{_to_milliseconds(at.astimezone(UTC))}Z"


def _to_milliseconds(at: datetime) -> str:
    return at.replace(tzinfo=None).isoformat(timespec="milliseconds")


def milliseconds(at: datetime) -> int:
    """Whole milliseconds since 1970."""
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def time_spent(seconds: int) -> str:
    """`1h 30m`; Jira's working day has eight hours."""
    parts = ((seconds // 28800, "d"), (seconds % 28800 // 3600, "h"), (seconds % 3600 // 60, "m"))
    return " ".join(f"{number}{unit}" for number, unit in parts if number) or "0m"


def _change(field: str, kind: str, field_id: str, before: tuple[object, object], after: tuple[object, object]) -> Json:
    """An item of a history; `before` and `after` are (value, text)."""
    return {
        "field": field,
        "fieldtype": kind,
        "fieldId": field_id,
        "from": before[0],
        "fromString": before[1],
        "to": after[0],
        "toString": after[1],
    }


def _document(log: Worklog) -> Json:
    """A comment as Atlassian Document Format: plain, with a line break, with a mention, or empty."""
    text = {"type": "text", "text": log.comment}
    inline: list[Json] = [text]
    if log.id % 7 == 1:
        inline = [text, {"type": "hardBreak"}, {"type": "text", "text": "to be continued"}]
    if log.id % 7 == 2:
        inline = [{"type": "mention", "attrs": {"id": log.author, "text": "@me"}}, {"type": "text", "text": " "}, text]
    content = [] if log.id % 7 == 3 else [{"type": "paragraph", "content": inline}]
    return {"type": "doc", "version": 1, "content": content}
