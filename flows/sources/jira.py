"""Jira Cloud: boards, sprints, their issues and histories, and the worklogs entered or changed in a window.

The same window asks the same requests, so that recorded answers can be read again. Nothing is asked for that no metric
uses: no summaries, no comments, no e-mail addresses.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

from flows.settings.model import TeamConfig
from flows.sources.http import Params, SourceClient, SourceError
from flows.sources.window import Window

Row = dict[str, Any]
T = TypeVar("T")

_SPRINT = "com.pyxis.greenhopper.jira:gh-sprint"
_TEAM_MANAGED_POINTS = "com.pyxis.greenhopper.jira:jsw-story-points"
_POINTS_NAMES = ("Story Points", "Story point estimate")
_ISSUE_FIELDS = ("issuetype", "status", "assignee", "labels", "project", "components", "created")
_SPRINT_FIELDS = ("sprint", "closedSprints")
# East of the organisation's zone the first Monday begins before the window does.
_EVE = timedelta(days=1)
_SPRINT_PAGE = 50
_REOPENED_WITHIN = timedelta(weeks=4)
_ISSUE_PAGE = 100
_CHANGELOG_PAGE = 1000
_IDS_A_REQUEST = 1000
_ISSUES_A_QUERY = 100


@dataclass(frozen=True)
class JiraPayload:
    """What Jira answered, as received but for `boards`.

    `boards`: one per configured board, in the order of the config: `id`, `team_id`, `estimation_field` (None: no
    points), `done_status_ids` (empty: the board maps none), `trouble` (a sentence, or "").
    `sprints`: each once, with `board_id` of the configured board that it belongs to.
    `sprint_issues`: issues that are, or were before they left, in the sprints that touch the window; `other_issues`:
    further issues behind worklogs.
    `changelogs`: `issueId` and `changeHistories` of each sprint issue.
    """

    boards: list[Row]
    sprint_field: str | None
    sprints: list[Row]
    sprint_issues: list[Row]
    other_issues: list[Row]
    changelogs: list[Row]
    worklogs: list[Row]
    deleted_worklog_ids: list[str]
    counts: dict[str, int]

    @property
    def is_complete(self) -> bool:
        """Every worklog that Jira announced as changed was handed over."""
        return self.counts["worklogs_received"] == self.counts["worklogs_announced"]


def fetch_jira(client: SourceClient, window: Window, config: TeamConfig) -> JiraPayload:
    """Everything that billable share and velocity need from Jira for a window.

    Errors: SourceError; nothing half-read is handed over.
    """
    _check_access(client)
    fields = client.get("/rest/api/3/field")
    sprint_field = _only(client, [row["id"] for row in fields if _custom_kind(row) == _SPRINT], "sprint field")
    boards = _boards(client, fields, config)
    sprints = _sprints(client, boards)
    custom = sorted({sprint_field, *(board["estimation_field"] for board in boards)} - {None})
    touching = [sprint for sprint in sprints if _touches(sprint, window)]
    members = _members(client, [sprint["id"] for sprint in touching], [*_ISSUE_FIELDS, *custom, *_SPRINT_FIELDS])
    gone = _possibly_gone(client, touching, members, [*_ISSUE_FIELDS, *custom])
    changelogs = _changelogs(client, [issue["id"] for issue in (*members, *gone)], [*custom, "status", "assignee"])
    once_members = _once_in(touching, sprint_field, changelogs)
    left = [issue for issue in gone if issue["id"] in once_members]
    sprint_issues = [*members, *left]
    announced = _changed_worklogs(client, "/rest/api/3/worklog/updated", window)
    deleted = _changed_worklogs(client, "/rest/api/3/worklog/deleted", window)
    wanted = sorted(announced - deleted)
    worklogs = _worklogs(client, wanted, _wants_properties(config))
    other_issues = _issues(client, _unseen_issue_ids(worklogs, sprint_issues, config), _ISSUE_FIELDS)
    ids = {issue["id"] for issue in sprint_issues}
    return JiraPayload(
        boards=boards,
        sprint_field=sprint_field,
        sprints=sprints,
        sprint_issues=sprint_issues,
        other_issues=other_issues,
        changelogs=[log for log in changelogs if log["issueId"] in ids],
        worklogs=worklogs,
        deleted_worklog_ids=[str(number) for number in sorted(deleted)],
        counts={
            "sprints": len(touching),
            "issues": len(sprint_issues) + len(other_issues),
            "issues_that_left_a_sprint": len(left),
            "worklogs_announced": len(wanted),
            "worklogs_received": len(worklogs),
            "worklogs_deleted": len(deleted),
        },
    )


def _check_access(client: SourceClient) -> None:
    """Search may answer anonymous callers with nothing, so who we are is asked first."""
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


_CLOUD_ONLY = "Jira Data Center and Server are not supported; on Cloud, check the address."
_TOKENS = (
    "Check the token and its e-mail address: tokens expire within a year, and a scoped token works only with the "
    "address https://api.atlassian.com/ex/jira/<cloudId>."
)


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


def _boards(client: SourceClient, fields: Sequence[Row], config: TeamConfig) -> list[Row]:
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


def _sprints(client: SourceClient, boards: Sequence[Row]) -> list[Row]:
    """Every sprint of the boards once: a sprint seen on several is its origin board's, else the first board's."""
    found: dict[int, Row] = {}
    for board in boards:
        for sprint in _sprints_of(client, board):
            if sprint["id"] not in found or sprint.get("originBoardId") == board["id"]:
                found[sprint["id"]] = {**sprint, "board_id": board["id"]}
    return [found[sprint_id] for sprint_id in sorted(found)]


def _sprints_of(client: SourceClient, board: Mapping[str, Any]) -> list[Row]:
    try:
        return list(_offset_pages(client, f"/rest/agile/1.0/board/{board['id']}/sprint", [], "values", _SPRINT_PAGE))
    except SourceError as error:
        # 400: a kanban board has no sprints. The others are told as the board's `trouble`.
        if error.status in (400, 403, 404, 422):
            return []
        raise


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


def _members(client: SourceClient, sprint_ids: Iterable[int], fields: Sequence[str]) -> list[Row]:
    found: dict[str, Row] = {}
    is_replaced = True
    for sprint_id in sprint_ids:
        rows, is_replaced = _issues_of_sprint(client, sprint_id, ",".join(fields), is_replaced)
        found.update((issue["id"], issue) for issue in rows)
    return _by_number(found)


def _issues_of_sprint(client: SourceClient, sprint_id: int, fields: str, is_replaced: bool) -> tuple[list[Row], bool]:
    """Issues of one sprint, and whether the newer call is served: the older one is deprecated, and is the fallback."""
    if is_replaced:
        try:
            path = f"/rest/software/1.0/sprint/{sprint_id}/issue"
            return list(_token_pages(client, path, [("fields", fields)])), True
        except SourceError as error:
            if error.status not in (404, 405, 410):
                raise
    path = f"/rest/agile/1.0/sprint/{sprint_id}/issue"
    return list(_offset_pages(client, path, [("fields", fields)], "issues", _ISSUE_PAGE)), False


def _possibly_gone(
    client: SourceClient, sprints: Sequence[Row], members: Sequence[Row], fields: Sequence[str]
) -> list[Row]:
    """Issues of the same projects that changed since the first sprint began and are in no sprint, or a future one, now.

    A sprint's own list does not name the issues that have left it, and they count in what the team committed to.
    """
    keys = sorted({issue["fields"]["project"]["key"] for issue in members})
    if not keys:
        return []
    since = int(min(_instant(sprint["startDate"]) for sprint in sprints).timestamp() * 1000)
    projects = ", ".join(f'"{key}"' for key in keys)
    jql = (
        f"project in ({projects}) AND updated >= {since} AND (sprint is EMPTY OR sprint in futureSprints()) "
        "ORDER BY created ASC"
    )
    known = {issue["id"] for issue in members}
    return [issue for issue in _found(client, jql, fields) if issue["id"] not in known]


def _once_in(sprints: Iterable[Row], sprint_field: str | None, changelogs: Iterable[Row]) -> set[str]:
    """Ids of the issues whose history names one of the sprints."""
    ids = {str(sprint["id"]) for sprint in sprints}
    return {
        log["issueId"]
        for log in changelogs
        for history in log["changeHistories"]
        for item in history["items"]
        if item.get("fieldId") == sprint_field and not ids.isdisjoint((item.get("from") or "").split(", "))
    }


def _changelogs(client: SourceClient, issue_ids: Sequence[str], field_ids: Sequence[str]) -> list[Row]:
    """Histories of issues, each issue once though it may come in parts on several pages."""
    histories: dict[str, list[Row]] = {issue_id: [] for issue_id in issue_ids}
    for batch in _batches(issue_ids, _IDS_A_REQUEST):
        body = {"issueIdsOrKeys": list(batch), "fieldIds": list(field_ids), "maxResults": _CHANGELOG_PAGE}
        for page in _body_pages(client, "/rest/api/3/changelog/bulkfetch", body):
            for part in page.get("issueChangeLogs") or []:
                histories.setdefault(str(part["issueId"]), []).extend(part.get("changeHistories") or [])
    return [{"issueId": issue_id, "changeHistories": parts} for issue_id, parts in histories.items()]


def _changed_worklogs(client: SourceClient, path: str, window: Window) -> set[int]:
    """Ids of worklogs changed since the window began. Only the query of `nextPage` is used: no token goes elsewhere."""
    found: set[int] = set()
    since = int((window.since - _EVE).timestamp() * 1000)
    while True:
        page = client.get(path, [("since", since)])
        found.update(int(row["worklogId"]) for row in page["values"])
        if page.get("lastPage", True) or not page.get("nextPage"):
            return found
        following = int(parse_qs(urlsplit(page["nextPage"]).query)["since"][0])
        if following <= since:
            raise client.error(f"GET {path}: the next page begins where this one does", "progress", _REPORT)
        # A millisecond early: worklogs of that very millisecond may lie on both sides of the edge.
        since = max(since + 1, following - 1)


_REPORT = "Run again later; if it stays, ask the vendor."


def _worklogs(client: SourceClient, ids: Sequence[int], with_properties: bool) -> list[Row]:
    params: Params = [("expand", "properties")] if with_properties else []
    rows: dict[str, Row] = {}
    for batch in _batches(ids, _IDS_A_REQUEST):
        rows.update((row["id"], row) for row in client.post("/rest/api/3/worklog/list", {"ids": list(batch)}, params))
    return _by_number(rows)


def _wants_properties(config: TeamConfig) -> bool:
    return any(rule.kind == "worklog_property" for rule in config.metrics.billable.rules)


def _unseen_issue_ids(worklogs: Iterable[Row], seen: Iterable[Row], config: TeamConfig) -> list[str]:
    """Issues that someone on the roster logged work on and that no sprint brought."""
    roster = {engineer.jira_account_id for engineer in config.engineers}
    logged = {row["issueId"] for row in worklogs if (row.get("author") or {}).get("accountId") in roster}
    return sorted(logged - {issue["id"] for issue in seen}, key=int)


def _issues(client: SourceClient, ids: Sequence[str], fields: Sequence[str]) -> list[Row]:
    batches = _batches(ids, _ISSUES_A_QUERY)
    return [issue for batch in batches for issue in _found(client, f"id in ({', '.join(batch)})", fields)]


def _found(client: SourceClient, jql: str, fields: Sequence[str]) -> list[Row]:
    """Issues that a query finds, by number."""
    body = {"jql": jql, "fields": list(fields), "maxResults": _ISSUE_PAGE}
    pages = _body_pages(client, "/rest/api/3/search/jql", body)
    return _by_number({issue["id"]: issue for page in pages for issue in page.get("issues") or []})


def _by_number(rows: Mapping[str, Row]) -> list[Row]:
    return [rows[key] for key in sorted(rows, key=int)]


def _offset_pages(client: SourceClient, path: str, params: Params, key: str, size: int) -> Iterator[Row]:
    """Rows of a list that is paged by `startAt`, to `isLast` or `total`; servers may hand out fewer than asked for."""
    start = 0
    while True:
        page = client.get(path, [*params, ("maxResults", size), ("startAt", start)])
        rows = page.get(key) or []
        yield from rows
        start += len(rows)
        if not rows or page.get("isLast", start >= page.get("total", start)):
            return


def _token_pages(client: SourceClient, path: str, params: Params) -> Iterator[Row]:
    """Issues of a list that is paged by `nextPageToken`."""
    token: list[tuple[str, str | int]] = []
    while True:
        page = client.get(path, [*params, ("maxResults", _ISSUE_PAGE), *token])
        yield from page.get("issues") or []
        if page.get("isLast") or not page.get("nextPageToken"):
            return
        token = [("nextPageToken", page["nextPageToken"])]


def _body_pages(client: SourceClient, path: str, body: Mapping[str, Any]) -> Iterator[Row]:
    """Pages of a POST call that is paged by `nextPageToken` in its body."""
    following: Row = {}
    while True:
        page = client.post(path, {**body, **following})
        yield page
        if page.get("isLast") or not page.get("nextPageToken"):
            return
        following = {"nextPageToken": page["nextPageToken"]}


def _batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (items[start : start + size] for start in range(0, len(items), size))
