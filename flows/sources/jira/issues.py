"""Issues of sprints, those that have left them, and their histories."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

import pandas as pd

from flows.sources.errors import Gap, SourceError
from flows.sources.http import Params, Row, SourceClient
from flows.sources.jira.boards import instant, tell_short
from flows.sources.paging import batches, body_pages, offset_pages, token_pages
from transforms.clean.frames import gathered, together
from transforms.clean.jira_rows import read_changes, read_issues, sprint_ids

_ISSUE_FIELDS: Final = ("issuetype", "status", "assignee", "labels", "project", "components", "created")
_SPRINT_FIELDS: Final = ("sprint", "closedSprints")
_ISSUE_PAGE: Final = 100
_ID_PAGE: Final = 5000
_CHANGELOG_PAGE: Final = 1000
_MOST_CHANGELOG_FIELDS: Final = 10
_IDS_A_REQUEST: Final = 1000
_ISSUES_A_QUERY: Final = 100
_PROJECTS_A_QUERY: Final = 100


@dataclass
class Work:
    """Asks for issues and their histories."""

    client: SourceClient
    sprint_field: str | None
    points_fields: Sequence[str]
    # Custom fields that billing rules look at.
    rule_fields: Sequence[str] = ()
    # The call that lists a sprint's issues: the older one is deprecated, and is the fallback.
    is_new_call_served: bool = True

    @property
    def _fields(self) -> list[str]:
        custom = [name for name in (self.sprint_field, *self.points_fields, *self.rule_fields) if name]
        return [*_ISSUE_FIELDS, *dict.fromkeys(custom)]

    def _read(self, rows: Sequence[Row]) -> pd.DataFrame:
        frame = read_issues(rows, self.sprint_field, self.points_fields, self.rule_fields)
        return frame.assign(project_key=_project_keys(rows))

    def _once(self, pages: Iterable[list[Row]]) -> pd.DataFrame:
        """Each issue once, by number."""
        once = gathered(pages, self._read).drop_duplicates("issue_id", keep="last")
        return once.sort_values("issue_id", key=pd.to_numeric, ignore_index=True)

    def members(self, ids: Sequence[int]) -> tuple[pd.DataFrame, list[Gap]]:
        """Issues that are in the sprints now."""
        gaps: list[Gap] = []
        return self._once(self.client.in_order(partial(self._members, gaps), ids)), gaps

    def _members(self, gaps: list[Gap], sprint_id: int) -> list[Row]:
        fields = ",".join([*self._fields, *_SPRINT_FIELDS])
        return [row for rows in self._member_pages(gaps, sprint_id, [("fields", fields)]) for row in rows]

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
        on_short = partial(tell_short, gaps, f"issues of sprint {sprint_id}")
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
        since = min(instant(sprint["startDate"]) for sprint in touching)
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
        for keys in batches(projects, _PROJECTS_A_QUERY):
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
        return self._once(self.client.in_order(self._issues, batches(ids, _ISSUES_A_QUERY)))

    def _issues(self, ids: Sequence[str]) -> list[Row]:
        return [row for rows in _issues_by_id(self.client, ids, self._fields, _ISSUE_PAGE) for row in rows]

    def _search(self, body: Row) -> Iterator[list[Row]]:
        path = "/rest/api/3/search/jql"
        return (self.client.with_id(rows, path) for rows in body_pages(self.client, path, body, "issues"))

    def _changes(self, ids: Iterable[str]) -> pd.DataFrame:
        """Changes of sprint, points, status and assignee, whole for each issue though it may come in parts."""
        asked = batches(list(ids), _IDS_A_REQUEST)
        frames = [frame for found in self.client.in_order(self._changes_of, asked) for frame in found]
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


def issue_keys(client: SourceClient, ids: Iterable[str]) -> dict[str, str]:
    """Key of each issue by its id; those that the token may not see are not among them."""
    asked = batches(sorted(set(ids), key=int), _ISSUES_A_QUERY)
    pages = [rows for batch in asked for rows in _issues_by_id(client, batch, ["id", "key"], _ID_PAGE)]
    return {str(row["id"]): str(row["key"]) for rows in pages for row in rows if row.get("key")}
