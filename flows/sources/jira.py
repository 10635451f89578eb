"""Jira Cloud: boards, sprints, their issues and histories, and the worklogs entered or changed in a window.

The same window asks the same requests, so that recorded answers can be read again. Nothing is asked for that no metric
uses: no summaries, no comments, no e-mail addresses. Pages become flat frames as they come, so that years of history
fit into memory.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, TypeAlias, TypeVar

import numpy as np
import pandas as pd

from flows.settings.model import TeamConfig
from flows.sources.errors import Gap, SourceError
from flows.sources.http import Params, Row, SourceClient
from flows.sources.paging import body_pages, offset_pages, query_of, token_pages
from flows.sources.window import Window
from transforms.clean.frames import together
from transforms.clean.jira_rows import read_changes, read_issues, read_worklogs, sprint_ids

T = TypeVar("T")
Ids: TypeAlias = "np.ndarray[Any, np.dtype[np.int64]]"

_SPRINT: Final = "com.pyxis.greenhopper.jira:gh-sprint"
_TEAM_MANAGED_POINTS: Final = "com.pyxis.greenhopper.jira:jsw-story-points"
_POINTS_NAMES: Final = ("Story Points", "Story point estimate")
_ISSUE_FIELDS: Final = ("issuetype", "status", "assignee", "labels", "project", "components", "created")
_SPRINT_FIELDS: Final = ("sprint", "closedSprints")
# East of the organisation's zone the first Monday begins before the window does.
_EVE: Final = timedelta(days=1)
_REOPENED_WITHIN: Final = timedelta(weeks=4)
_SPRINT_PAGE: Final = 50
_ISSUE_PAGE: Final = 100
_ID_PAGE: Final = 5000
_CHANGELOG_PAGE: Final = 1000
_MOST_CHANGELOG_FIELDS: Final = 10
_IDS_A_REQUEST: Final = 1000
_ISSUES_A_QUERY: Final = 100
_PROJECTS_A_QUERY: Final = 100
_PEOPLE_A_REQUEST: Final = 50
_NOT_SERVED: Final = (403, 404, 405, 410, 501)


@dataclass(frozen=True)
class JiraRead:
    """What Jira answered.

    `boards`: one per configured board, in the order of the config: `id`, `team_id`, `estimation_field` (None: no
    points), `done_status_ids` (empty: the board maps none), `trouble` (a sentence, or "").
    `sprints`: each once, as received, with `board_id` of the configured board that it belongs to.
    `issues` (`read_issues`): each once; `is_of_sprint` if it is, or was before it left, in a sprint that touches the
    window, else it stands behind a worklog. `changes` (`read_changes`): the history of those of a sprint.
    `worklogs` (`read_worklogs`): everybody's; empty where hours come from elsewhere.
    `accounts`: which accounts of the roster Jira knows; None where it does not say.
    """

    boards: list[Row]
    sprint_field: str | None
    sprints: list[Row]
    issues: pd.DataFrame
    changes: pd.DataFrame
    worklogs: pd.DataFrame
    deleted_worklog_ids: frozenset[str]
    accounts: frozenset[str] | None
    counts: dict[str, int]
    gaps: tuple[Gap, ...]


def fetch_jira(client: SourceClient, window: Window, config: TeamConfig, *, with_worklogs: bool = True) -> JiraRead:
    """Everything that velocity, and without Tempo billable share, need from Jira for a window.

    Errors: SourceError; nothing half-read is handed over.
    """
    check_access(client)
    accounts = known_accounts(client, [engineer.jira_account_id for engineer in config.engineers])
    fields = client.get_list("/rest/api/3/field")
    sprint_field = _only(client, [row["id"] for row in fields if _custom_kind(row) == _SPRINT], "sprint field")
    boards = read_boards(client, fields, config)
    boards, sprints, short_lists = _sprints(client, boards)
    touching = [sprint for sprint in sprints if _touches(sprint, window)]
    work = _Work(client, sprint_field, sorted({board["estimation_field"] for board in boards} - {None}))
    members, short_members = work.members([sprint["id"] for sprint in touching])
    left, changes, unsearched = work.history(members, touching, _projects(members, boards))
    of_sprints = together([members, left], members).assign(is_of_sprint=True)
    worklogs, deleted, short_hours = _worklogs(client, window, config) if with_worklogs else _no_worklogs()
    unseen = _unseen_issue_ids(worklogs, of_sprints, config)
    others = work.issues(unseen).assign(is_of_sprint=False)
    issues = together([of_sprints, others], of_sprints)
    return JiraRead(
        boards=boards,
        sprint_field=sprint_field,
        sprints=sprints,
        issues=issues,
        changes=changes,
        worklogs=worklogs,
        deleted_worklog_ids=frozenset(map(str, deleted)),
        accounts=accounts,
        counts={
            "sprints": len(touching),
            "issues": len(issues),
            "issues_not_listed": len(left),
            "worklogs": len(worklogs),
            "worklogs_deleted": len(deleted),
        },
        gaps=(*short_lists, *short_members, *unsearched, *short_hours),
    )


def check_access(client: SourceClient) -> Row:
    """Who we are: search may answer anonymous callers with nothing, so that is asked first. Returns `myself`.

    Errors: SourceError for a refused or anonymous token, one that may browse no project, or Jira Data Center.
    """
    try:
        server = client.get("/rest/api/3/serverInfo")
        myself = client.get("/rest/api/3/myself")
    except SourceError as error:
        if error.status == 404:
            raise client.error(error.what, "Jira Cloud", _CLOUD_ONLY, 404) from None
        if error.status == 401:
            raise client.error(error.what, "a token that Jira accepts", _TOKENS, 401) from None
        raise
    if server.get("deploymentType", "Cloud") != "Cloud":
        raise client.error(f"this is Jira {server['deploymentType']}", "Jira Cloud", _CLOUD_ONLY)
    if not myself.get("accountId"):
        raise client.error("the request counted as anonymous", "an account behind the token", _TOKENS)
    if may_browse(client) is False:
        who = myself.get("displayName") or myself["accountId"]
        raise client.error(f"{who} may browse no project", "the permission Browse projects", _PERMISSION)
    return myself


def may_browse(client: SourceClient) -> bool | None:
    """Whether the token's user may browse any project; None where Jira does not say."""
    try:
        answer = client.get("/rest/api/3/mypermissions", [("permissions", "BROWSE_PROJECTS")])
    except SourceError as error:
        if error.status in (400, *_NOT_SERVED):
            return None
        raise
    permissions = answer.get("permissions")
    found = permissions.get("BROWSE_PROJECTS") if isinstance(permissions, dict) else None
    return found.get("havePermission") if isinstance(found, dict) else None


_CLOUD_ONLY = "Jira Data Center and Server are not supported; on Cloud, check the address."
_TOKENS = (
    "Check the token and its e-mail address: tokens expire within a year, and a scoped token works only with the "
    "address https://api.atlassian.com/ex/jira/<cloudId>."
)
_PERMISSION = "Give the token's user that permission in the projects of the teams, or use another user's token."


def known_accounts(client: SourceClient, account_ids: Iterable[str | None]) -> frozenset[str] | None:
    """Those of the accounts that Jira knows, active or not; None where the token may not ask."""
    wanted = sorted({account_id for account_id in account_ids if account_id})
    found: set[str] = set()
    try:
        for batch in _batches(wanted, _PEOPLE_A_REQUEST):
            asked: Params = [("accountId", account_id) for account_id in batch]
            for rows in offset_pages(client, "/rest/api/3/user/bulk", asked, "values", _PEOPLE_A_REQUEST):
                found.update(str(row.get("accountId")) for row in rows)
    except SourceError as error:
        if error.status in (400, *_NOT_SERVED):
            return None
        raise
    return frozenset(found)


def _custom_kind(field: Mapping[str, Any]) -> str:
    return str((field.get("schema") or {}).get("custom", ""))


def _only(client: SourceClient, ids: Sequence[str], what: str) -> str | None:
    if len(ids) > 1:
        raise client.error(
            f"{len(ids)} fields may be the {what}: {', '.join(sorted(ids))}",
            "one",
            "Name the right one in the config: sources.jira.estimation_field."
            if what != "sprint field"
            else "Ask a Jira administrator which one is in use, and remove the other.",
        )
    return ids[0] if ids else None


def read_boards(client: SourceClient, fields: Sequence[Row], config: TeamConfig) -> list[Row]:
    """The configured boards, as `JiraRead.boards`. Errors: SourceError where the field with points is ambiguous."""
    pairs = [(team.id, board_id) for team in config.teams for board_id in team.jira_board_ids]
    return [_board(client, team_id, board_id, fields, config) for team_id, board_id in dict.fromkeys(pairs)]


def _board(client: SourceClient, team_id: str, board_id: int, fields: Sequence[Row], config: TeamConfig) -> Row:
    """Of one board: which field holds its estimates, and which statuses mean done (its last column that has any)."""
    board: Row = {"id": board_id, "team_id": team_id, "estimation_field": None, "done_status_ids": [], "trouble": ""}
    try:
        configuration = client.get(f"/rest/agile/1.0/board/{board_id}/configuration")
    except SourceError as error:
        if error.status not in (403, 404):
            raise
        return {**board, "trouble": f"board {board_id} does not exist, or the token may not see it"}
    columns = (configuration.get("columnConfig") or {}).get("columns") or []
    mapped = [column["statuses"] for column in columns if column.get("statuses")]
    board["project_key"] = (configuration.get("location") or {}).get("key")
    if not mapped:
        return {**board, "trouble": f"board {board_id} maps no status to a column, so Jira lists no sprints for it"}
    estimation = ((configuration.get("estimation") or {}).get("field") or {}).get("fieldId")
    estimation_field = config.sources.jira.estimation_field or estimation or _points_field(client, fields)
    return {
        **board,
        "estimation_field": estimation_field,
        "done_status_ids": [str(status["id"]) for status in mapped[-1]],
        "trouble": "" if estimation_field else f"board {board_id} estimates in no field, so it has no points",
    }


def _points_field(client: SourceClient, fields: Sequence[Row]) -> str | None:
    """The field that holds story points where a board names none: by kind, else by its exact name."""
    by_kind = [row["id"] for row in fields if _custom_kind(row) == _TEAM_MANAGED_POINTS]
    by_name = [row["id"] for row in fields if row.get("name") in _POINTS_NAMES]
    return _only(client, by_kind or by_name, "story points field")


def _sprints(client: SourceClient, boards: Sequence[Row]) -> tuple[list[Row], list[Row], list[Gap]]:
    """The boards with the troubles met, every sprint of theirs once, and what is missing.

    A sprint seen on several boards is its origin board's, else the first board's.
    """
    found: dict[int, Row] = {}
    seen: list[Row] = []
    gaps: list[Gap] = []
    for board, (sprints, trouble, short) in zip(
        boards, client.in_order(partial(_listed_sprints, client), boards), strict=True
    ):
        seen.append({**board, "trouble": board["trouble"] or trouble})
        gaps += short
        for sprint in sprints:
            if sprint["id"] not in found or sprint.get("originBoardId") == board["id"]:
                found[sprint["id"]] = {**sprint, "board_id": board["id"]}
    return seen, [found[sprint_id] for sprint_id in sorted(found)], gaps


def sprints_of(client: SourceClient, board: Mapping[str, Any]) -> tuple[list[Row], list[Gap]]:
    """A board's sprints, and what is missing."""
    sprints, _, gaps = _listed_sprints(client, board)
    return sprints, gaps


def _listed_sprints(client: SourceClient, board: Mapping[str, Any]) -> tuple[list[Row], str, list[Gap]]:
    """A board's sprints, to the end of the list, where the newest are; why there are none; and what is missing."""
    gaps: list[Gap] = []
    path = f"/rest/agile/1.0/board/{board['id']}/sprint"
    on_short = partial(_tell_short, gaps, f"sprints of board {board['id']}")
    try:
        pages = offset_pages(client, path, [], "values", _SPRINT_PAGE, on_short)
        return [sprint for rows in pages for sprint in client.with_id(rows, path)], "", gaps
    except SourceError as error:
        # 400: a kanban board, or one with sprints switched off. 422: no column has a status.
        if error.status in (400, 422):
            return [], f"board {board['id']} has no sprints", []
        if error.status in (403, 404):
            return [], f"the token may not see the sprints of board {board['id']}", []
        raise


def _tell_short(gaps: list[Gap], what: str, announced: int, received: int) -> None:
    sentence = (
        f"Points incomplete: Jira announced {announced} {what} and handed over {received}. The next run tries again; "
        "if it stays, give the token's user permission to see them."
    )
    gaps.append(Gap(frozenset({"velocity"}), sentence))


def _touches(sprint: Mapping[str, Any], window: Window) -> bool:
    """Whether a sprint ran in the window or shortly before, when its work may have been reopened in the window.

    Future sprints have no start.
    """
    if not sprint.get("startDate"):
        return False
    ended = sprint.get("completeDate") or (sprint.get("endDate") if sprint.get("state") == "closed" else None)
    return _instant(sprint["startDate"]) < window.until and (
        ended is None or _instant(ended) >= window.since - _REOPENED_WITHIN
    )


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _projects(members: pd.DataFrame, boards: Sequence[Row]) -> list[str]:
    """Keys of the projects whose issues are, or may have been, in the sprints."""
    own = [str(board["project_key"]) for board in boards if board.get("project_key")]
    return sorted({*members["project_key"].dropna(), *own})


@dataclass
class _Work:
    """Asks for issues and their histories."""

    client: SourceClient
    sprint_field: str | None
    points_fields: Sequence[str]
    # The call that lists a sprint's issues: the older one is deprecated, and is the fallback.
    is_new_call_served: bool = True

    @property
    def _fields(self) -> list[str]:
        custom = [name for name in (self.sprint_field, *self.points_fields) if name]
        return [*_ISSUE_FIELDS, *dict.fromkeys(custom)]

    def _read(self, rows: Sequence[Row]) -> pd.DataFrame:
        frame = read_issues(rows, self.sprint_field, self.points_fields)
        return frame.assign(project_key=_project_keys(rows))

    def _once(self, frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
        """Each issue once, by number."""
        whole = together(list(frames), self._read([]))
        once = whole.drop_duplicates("issue_id", keep="last")
        return once.sort_values("issue_id", key=pd.to_numeric, ignore_index=True)

    def members(self, ids: Sequence[int]) -> tuple[pd.DataFrame, list[Gap]]:
        """Issues that are in the sprints now."""
        gaps: list[Gap] = []
        frames = [frame for found in self.client.in_order(partial(self._members, gaps), ids) for frame in found]
        return self._once(frames), gaps

    def _members(self, gaps: list[Gap], sprint_id: int) -> list[pd.DataFrame]:
        fields = ",".join([*self._fields, *_SPRINT_FIELDS])
        return [self._read(rows) for rows in self._member_pages(gaps, sprint_id, [("fields", fields)])]

    def _member_pages(self, gaps: list[Gap], sprint_id: int, params: Params) -> Iterator[list[Row]]:
        if self.is_new_call_served:
            path = f"/rest/software/1.0/sprint/{sprint_id}/issue"
            try:
                yield from (
                    self.client.with_id(rows, path)
                    for rows in token_pages(self.client, path, params, "issues", _ISSUE_PAGE)
                )
                return
            except SourceError as error:
                if error.status not in (404, 405, 410):
                    raise
            self.is_new_call_served = False
        path = f"/rest/agile/1.0/sprint/{sprint_id}/issue"
        on_short = partial(_tell_short, gaps, f"issues of sprint {sprint_id}")
        for rows in offset_pages(self.client, path, params, "issues", _ISSUE_PAGE, on_short):
            yield self.client.with_id(rows, path)

    def history(
        self, members: pd.DataFrame, touching: Sequence[Row], projects: Sequence[str]
    ) -> tuple[pd.DataFrame, pd.DataFrame, list[Gap]]:
        """Issues that the sprints' own lists do not name, the changes of those and of the members, and what is missing.

        A list does not name the issues that have left the sprint, and they count in what the team committed to:
        whatever changed in the same projects since the first sprint began is asked for its history. An issue that a
        list has forgotten is found that way, too.
        """
        changes = self._changes(members["issue_id"])
        if not touching or not projects:
            return self._read([]), changes, []
        since = min(_instant(sprint["startDate"]) for sprint in touching)
        gaps: list[Gap] = []
        changed = self._changed_since(projects, since, gaps)
        others = sorted(changed - set(members["issue_id"]), key=int)
        theirs = self._changes(others)
        moves = theirs[theirs["field_id"] == self.sprint_field].set_index("issue_id")
        named = pd.concat([sprint_ids(moves["before"]), sprint_ids(moves["after"])])
        once_in = named[named.isin([sprint["id"] for sprint in touching])].index
        left = sorted(set(once_in), key=int)
        return self.issues(left), together([changes, theirs[theirs["issue_id"].isin(left)]], changes), gaps

    def _changed_since(self, projects: Sequence[str], since: datetime, gaps: list[Gap]) -> set[str]:
        """Ids of the issues of some projects that changed since an instant: ids alone come in long pages."""
        found: set[str] = set()
        for keys in _batches(projects, _PROJECTS_A_QUERY):
            found |= self._changed_in(keys, since, gaps)
        return found

    def _changed_in(self, keys: Sequence[str], since: datetime, gaps: list[Gap]) -> set[str]:
        """One project that Jira will not hear of refuses the query for all: then they are asked for one by one."""
        named = ", ".join(f'"{key}"' for key in keys)
        # Milliseconds: a date would be read in the time zone of the token's user.
        jql = f"project in ({named}) AND updated >= {int(since.timestamp() * 1000)} ORDER BY created ASC"
        body = {"jql": jql, "fields": ["id"], "maxResults": _ID_PAGE}
        try:
            return {str(row["id"]) for rows in self._search(body) for row in rows}
        except SourceError as error:
            if error.status != 400:
                raise
            if len(keys) > 1:
                return set().union(*(self._changed_in([key], since, gaps) for key in keys))
            gaps.append(Gap(frozenset({"velocity"}), _unsearched(keys[0], error)))
            return set()

    def issues(self, ids: Sequence[str]) -> pd.DataFrame:
        """Issues by id; those that the token may not see are not among them."""
        batches = list(_batches(ids, _ISSUES_A_QUERY))
        return self._once(frame for found in self.client.in_order(self._issues, batches) for frame in found)

    def _issues(self, ids: Sequence[str]) -> list[pd.DataFrame]:
        return [self._read(rows) for rows in _issues_by_id(self.client, ids, self._fields, _ISSUE_PAGE)]

    def _search(self, body: Row) -> Iterator[list[Row]]:
        path = "/rest/api/3/search/jql"
        return (self.client.with_id(rows, path) for rows in body_pages(self.client, path, body, "issues"))

    def _changes(self, ids: Iterable[str]) -> pd.DataFrame:
        """Changes of sprint, points, status and assignee, whole for each issue though it may come in parts."""
        batches = list(_batches(list(ids), _IDS_A_REQUEST))
        frames = [frame for found in self.client.in_order(self._changes_of, batches) for frame in found]
        return together(frames, read_changes([]))

    def _changes_of(self, ids: Sequence[str]) -> list[pd.DataFrame]:
        custom = [name for name in (self.sprint_field, *self.points_fields) if name]
        wanted = list(dict.fromkeys([*custom, "status", "assignee"]))
        body: Row = {"issueIdsOrKeys": list(ids), "maxResults": _CHANGELOG_PAGE}
        if len(wanted) <= _MOST_CHANGELOG_FIELDS:
            body["fieldIds"] = wanted
        path = "/rest/api/3/changelog/bulkfetch"
        frames = [read_changes(logs) for logs in body_pages(self.client, path, body, "issueChangeLogs")]
        return [frame[frame["field_id"].isin(wanted)] for frame in frames]


def _unsearched(project: str, error: SourceError) -> str:
    return (
        f"Points incomplete: Jira refuses to search project {project}, so issues that have left its sprints are not "
        f"known. Give the token's user the right to browse it. ({error.what})"
    )


def _issues_by_id(client: SourceClient, ids: Sequence[str], fields: Sequence[str], size: int) -> list[list[Row]]:
    """Pages of issues by id. One id that the token may not see refuses the query for all: then it is halved."""
    path = "/rest/api/3/search/jql"
    body = {"jql": f"id in ({', '.join(ids)})", "fields": list(fields), "maxResults": size}
    try:
        return [client.with_id(rows, path) for rows in body_pages(client, path, body, "issues")]
    except SourceError as error:
        if error.status != 400:
            raise
        if len(ids) == 1:
            return []
        halves = (ids[: len(ids) // 2], ids[len(ids) // 2 :])
        return [page for half in halves for page in _issues_by_id(client, half, fields, size)]


def _project_keys(rows: Sequence[Row]) -> "pd.Series[str]":
    projects = [((row.get("fields") or {}).get("project") or {}).get("key") for row in rows]
    return pd.Series(projects, dtype="str")


def _worklogs(client: SourceClient, window: Window, config: TeamConfig) -> tuple[pd.DataFrame, Ids, list[Gap]]:
    """Worklogs changed since the window began, ids of those deleted since, and what is missing.

    Deletions are asked for last: a worklog deleted meanwhile is announced and no longer handed over.
    """
    announced = _changed_worklogs(client, "/rest/api/3/worklog/updated", window)
    params: Params = [("expand", "properties")] if _wants_properties(config) else []
    listed = partial(_worklogs_by_id, client, params)
    frames = list(client.in_order(listed, _batches(announced.tolist(), _IDS_A_REQUEST)))
    deleted = _changed_worklogs(client, "/rest/api/3/worklog/deleted", window)
    whole = together(frames, read_worklogs([]))
    numbers = pd.to_numeric(whole["worklog_id"]).fillna(-1).astype("int64")
    missing = np.setdiff1d(announced, np.concatenate([deleted, numbers]))
    kept = whole[~numbers.isin(deleted)].reset_index(drop=True)
    return kept, deleted, _missing_hours(missing, announced.size)


def _no_worklogs() -> tuple[pd.DataFrame, Ids, list[Gap]]:
    return read_worklogs([]), np.array([], dtype=np.int64), []


def _missing_hours(missing: Ids, announced: int) -> list[Gap]:
    if not missing.size:
        return []
    first = ", ".join(str(number) for number in missing[:5])
    sentence = (
        f"Hours incomplete: {missing.size} of {announced} worklogs that Jira announced were not handed over (the first "
        f"ids: {first}). Give the token's user permission to see all worklogs, those with a restricted visibility too."
    )
    return [Gap(frozenset({"billable"}), sentence)]


def _changed_worklogs(client: SourceClient, path: str, window: Window) -> Ids:
    """Ids of worklogs changed since the window began, each once, in order.

    A page that calls itself the last is taken at its word only when the next one, if there is a link to it, brings
    nothing new: hours that are lost here are missed by nobody.
    """
    pages: list[Ids] = [np.array([], dtype=np.int64)]
    since = int((window.since - _EVE).timestamp() * 1000)
    while True:
        page = client.get(path, [("since", since)])
        ids = np.array([int(row["worklogId"]) for row in client.rows(page, "values", path)], dtype=np.int64)
        following = _next_since(page, since)
        is_over = page.get("lastPage") is True and (following is None or bool(np.isin(ids, pages[-1]).all()))
        pages.append(ids)
        if is_over or not page.get("nextPage"):
            return np.unique(np.concatenate(pages))
        if following is None:
            what = f"GET {path}: the next page begins where this one does"
            raise client.error(what, "progress", "Run again later; if it stays, ask the vendor.")
        since = following


def _next_since(page: Row, since: int) -> int | None:
    """Where the next page begins: a millisecond early, for worklogs of that very millisecond may lie on both sides.

    None where the link leads no further.
    """
    following = str(dict(query_of(str(page.get("nextPage") or ""))).get("since", ""))
    if not following.isdigit() or int(following) <= since:
        return None
    return max(since + 1, int(following) - 1)


def _worklogs_by_id(client: SourceClient, params: Params, ids: Sequence[int]) -> pd.DataFrame:
    return read_worklogs(client.post_list("/rest/api/3/worklog/list", {"ids": list(ids)}, params))


def _wants_properties(config: TeamConfig) -> bool:
    return any(rule.kind == "worklog_property" for rule in config.metrics.billable.rules)


def _unseen_issue_ids(worklogs: pd.DataFrame, seen: pd.DataFrame, config: TeamConfig) -> list[str]:
    """Issues that someone on the roster logged work on and that no sprint brought."""
    roster = [engineer.jira_account_id for engineer in config.engineers if engineer.jira_account_id]
    logged = worklogs.loc[worklogs["account_id"].isin(roster), "issue_id"].dropna()
    return sorted(set(logged) - set(seen["issue_id"]), key=int)


def issue_keys(client: SourceClient, ids: Iterable[str]) -> dict[str, str]:
    """Key of each issue by its id; those that the token may not see are not among them."""
    batches = _batches(sorted(set(ids), key=int), _ISSUES_A_QUERY)
    pages = [rows for batch in batches for rows in _issues_by_id(client, batch, ["id", "key"], _ID_PAGE)]
    return {str(row["id"]): str(row["key"]) for rows in pages for row in rows if row.get("key")}


def _batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (items[start : start + size] for start in range(0, len(items), size))
