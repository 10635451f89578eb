"""Jira's own shapes: what a world's Jira holds at one instant, as rows of JSON for one address.

Stamps stand in the calling user's zone; links point to the address that was asked.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from typing import Any, Final

from flows.mocks.facts import Board, Change, Field, FieldValue, Issue, Person, Sprint, Worklog
from flows.mocks.jira_state import (
    SPRINT_FIELD,
    STATUSES,
    IssueNow,
    JiraFacts,
    saved_by,
    sprint_state,
)
from flows.mocks.story.board import DONE, IN_PROGRESS, IN_REVIEW, TO_DO
from flows.mocks.world import ESTIMATE_FIELD, POINTS_FIELD

Json = dict[str, Any]

EPIC_FIELD: Final = "customfield_10014"
RANK_FIELD: Final = 10019
EMBEDDED_WORKLOGS: Final = 20
EMBEDDED_HISTORIES: Final = 40

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


class JiraRows:
    """Rows for the endpoints, over one world's Jira and one base URL."""

    def __init__(self, facts: JiraFacts, base_url: str) -> None:
        self.facts, self.base = facts, base_url
        self.author = cache(self._author)

    # -- people, projects, boards, sprints ---------------------------------------------------------------------------

    @cached_property
    def users(self) -> Mapping[str, Json]:
        """Every account there is, by accountId; of engineers those already hired."""
        return {
            account: self._user(account, person)
            for account, person in self.facts.people.items()
            if person.active_from is None or person.active_from <= self.facts.as_of
        }

    def _user(self, account: str, person: Person) -> Json:
        is_active = person.active_until is None or person.active_until > self.facts.as_of
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

    def _author(self, account: str) -> Json:
        """An account as the author of something, also when it is not listed yet."""
        return self.users.get(account) or self._user(account, self.facts.people[account])

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
            for project in self.facts.projects.values()
        }

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

    def filter_of(self, board: Board) -> str:
        """The number of the saved filter behind a board."""
        return str(20000 + board.id)

    def board_configuration(self, board: Board) -> Json:
        columns = {"To Do": [TO_DO], "In Progress": [IN_PROGRESS, IN_REVIEW], "Done": [DONE]}
        if not board.maps_statuses:
            columns = {name: [] for name in columns}
        number = self.filter_of(board)
        row: Json = {
            "id": board.id,
            "name": board.name,
            "type": board.kind,
            "self": f"{self.base}/rest/agile/1.0/board/{board.id}/configuration",
            "filter": {"id": number, "self": f"{self.base}/rest/api/2/filter/{number}"},
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
        if board.sprints_from in (0, board.id):
            project = self.projects[board.project_key]
            row["location"] = {"type": "project"} | {name: project[name] for name in ("id", "key", "self", "name")}
        if board.kind == "kanban":
            return {**row, "subQuery": {"query": "fixVersion in unreleasedVersions() OR fixVersion is EMPTY"}}
        field = board.estimation_field or ""
        return {
            **row,
            "estimation": {"type": "field", "field": {"fieldId": field, "displayName": POINTS_NAMES.get(field, field)}},
        }

    def sprint(self, sprint: Sprint) -> Json:
        """A sprint as the agile endpoints show it; one that has not begun has no dates."""
        state = sprint_state(sprint, self.facts.as_of)
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
        unfinished = [sprint for sprint in now.sprints if sprint_state(sprint, self.facts.as_of) != "closed"]
        closed = [sprint for sprint in now.sprints if sprint_state(sprint, self.facts.as_of) == "closed"]
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
            "timespent": lambda: sum(saved_by(log, self.facts.as_of)[1] for log in now.worklogs) or None,
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
        parent = self.facts.issues([now.issue.parent_id or 0])[0]
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

    def field_ids(self, issue: Issue, change: Change) -> list[str]:
        """Ids of the fields that a change is about."""
        special = {"sprint": SPRINT_FIELD, "points": self._points_field(issue.project_key)}
        return [special.get(field, field) for field, _, _ in change.items]

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
        sprints = [self.facts.sprint(n) for n in value] if isinstance(value, tuple) else []
        return ", ".join(sprint.name for sprint in sprints if sprint)

    # -- worklogs ----------------------------------------------------------------------------------------------------

    def worklog(self, log: Worklog, *, properties: bool) -> Json:
        updated_at, seconds = saved_by(log, self.facts.as_of)
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
        local = at.astimezone(self.facts.zone)
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
