"""Servers that answer with real payloads that nobody here wrote, as the vendors would.

What was not captured is either empty (worklogs, on-calls) or composed from what the captured rows say of it (boards,
two fields), which is marked. Pages are short, so that every list comes in several.
"""

import csv
import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

import pytest

from flows.mocks.http import App, Request, Response, json_response
from flows.mocks.pagerduty_server import VENDOR_JSON
from tests.builders import payloads as p
from tests.conftest import NOT_SHARED, SHARED

CAPTURES = SHARED / "captures" / "devlake"
needs_captures = pytest.mark.skipif(not CAPTURES.is_dir(), reason=NOT_SHARED)

Row = p.Row
PAGE = 7
SPRINT_FIELD, POINTS_FIELD = "customfield_10020", "customfield_10024"
# The board that the captures were asked for, and the one that the three issues of another project tell of.
BOARD, OTHER_BOARD = 8, 92
# "Closed", the last column of the board when its sprints ran; and the status that all issues were given years later.
CLOSED, MOVED_LATER = "6", "10068"
KEON, KIAN = "PQYACO3", "P25K520"


@cache
def captured(name: str) -> Sequence[tuple[Row, Row]]:
    """The payloads of a capture, each with what else the capturing program kept of it."""
    csv.field_size_limit(sys.maxsize // 2**31)
    with (CAPTURES / name).open(encoding="utf-8", newline="") as file:
        lines = (line for line in file if line.strip())  # one capture begins with an empty line
        return [(json.loads(row["data"]), row) for row in csv.DictReader(lines)]


def payloads(name: str) -> list[Row]:
    return [row for row, _ in captured(name)]


def changelogs_by_issue() -> dict[str, list[Row]]:
    """The separately captured changelogs of three issues, whose own rows were not captured."""
    found: dict[str, list[Row]] = {}
    for log, row in captured("jira/_raw_jira_api_issue_changelogs.csv"):
        found.setdefault(str(json.loads(row["input"])["issue_id"]), []).append(log)
    return found


# -- Jira ----------------------------------------------------------------------------------------------------------


@dataclass
class CapturedJira:
    """A site: its issues, their histories by issue id, the sprints of each board, and who is there.

    `done`: the statuses of the boards' last column, which was not captured. `asked`: every path and JQL asked for.
    """

    issues: Sequence[Row]
    histories: Mapping[str, Sequence[Row]]
    sprints: Mapping[int, Sequence[Row]]
    users: Sequence[Row]
    projects: Sequence[Row]
    fields: Sequence[Row]
    done: Sequence[str] = (CLOSED, MOVED_LATER)
    asked: list[str] = field(default_factory=list)

    def app(self) -> App:
        routes: list[tuple[str, Callable[..., Any]]] = [
            (r"/rest/api/3/serverInfo", lambda _: {"deploymentType": "Cloud"}),
            (r"/rest/api/3/myself", lambda _: self.users[0]),
            (r"/rest/api/3/mypermissions", lambda _: {"permissions": {"BROWSE_PROJECTS": {"havePermission": True}}}),
            (r"/rest/api/3/field", lambda _: self.fields),
            (r"/rest/api/3/user/bulk", self._users_by_id),
            (r"/rest/api/3/users/search", self._users),
            (r"/rest/api/3/project/search", lambda request: _offset_page(request, self.projects)),
            (r"/rest/api/3/search/jql", self._search),
            (r"/rest/api/3/search/approximate-count", lambda request: {"count": len(self._found(request))}),
            (r"/rest/api/3/changelog/bulkfetch", self._changelogs),
            (r"/rest/api/3/worklog/(updated|deleted)", lambda _, __: {"values": [], "lastPage": True}),
            (r"/rest/agile/1\.0/board", lambda request: _offset_page(request, list(map(_board, self.sprints)))),
            (r"/rest/agile/1\.0/board/(\d+)", lambda _, number: _board(int(number))),
            (r"/rest/agile/1\.0/board/(\d+)/configuration", self._configuration),
            (r"/rest/agile/1\.0/board/(\d+)/sprint", self._sprints),
            (r"/rest/software/1\.0/sprint/(\d+)/issue", self._members),
        ]

        def answer(request: Request) -> Response:
            self.asked.append(request.path)
            for pattern, call in routes:
                if match := re.fullmatch(pattern, request.path):
                    return json_response(call(request, *match.groups()))
            return json_response({"errorMessages": [f"nothing was captured of {request.path}"]}, 404)

        return answer

    def _users_by_id(self, request: Request) -> Row:
        wanted = request.query["accountId"]
        return _offset_page(request, [user for user in self.users if user["accountId"] in wanted])

    def _users(self, request: Request) -> list[Row]:
        start, size = int(request.one("startAt", "0")), int(request.one("maxResults", "50"))
        return list(self.users[start : start + size])

    def _configuration(self, _: Request, number: str) -> Row:
        columns = [["1"], ["3"], list(self.done)]
        return {
            "id": int(number),
            "location": {"key": _PROJECTS[int(number)]},
            "columnConfig": {"columns": [{"statuses": [{"id": status} for status in ids]} for ids in columns]},
            "estimation": {"type": "field", "field": {"fieldId": POINTS_FIELD}},
        }

    def _sprints(self, request: Request, number: str) -> Row:
        return _offset_page(request, self.sprints[int(number)])

    def _members(self, request: Request, number: str) -> Row:
        """The issues whose own sprint field names the sprint."""
        found = [issue for issue in self.issues if int(number) in _sprint_ids(issue)]
        names = request.one("fields").split(",")
        return _token_page(request.one("nextPageToken"), "issues", [_with_only(issue, names) for issue in found])

    def _found(self, request: Request) -> list[Row]:
        """The issues that a query finds, of the few kinds of query that our clients ask."""
        jql = json.loads(request.body)["jql"]
        self.asked.append(jql)
        tests: list[Callable[[Row], bool]] = []
        for condition in re.sub(r" ORDER BY .*$", "", jql).split(" AND "):
            name, listed, since = _CONDITION.fullmatch(condition).groups()  # type: ignore[union-attr]
            values = {word.strip().strip('"') for word in (listed or "").split(",")}
            tests.append(_test(name, values, int(since or 0)))
        return [issue for issue in self.issues if all(test(issue) for test in tests)]

    def _search(self, request: Request) -> Row:
        body = json.loads(request.body)
        found, names = self._found(request), body["fields"]
        rows = [{"id": issue["id"]} if names == ["id"] else _with_only(issue, names) for issue in found]
        return _token_page(body.get("nextPageToken"), "issues", rows)

    def _changelogs(self, request: Request) -> Row:
        """Changes of many issues, oldest first over all of them, so that one issue's come on several pages."""
        body = json.loads(request.body)
        lines = sorted(
            (datetime.fromisoformat(history["created"]), number, place)
            for number in body["issueIdsOrKeys"]
            for place, history in enumerate(self.histories.get(number, ()))
            if {item.get("fieldId") for item in history["items"]} & set(body["fieldIds"])
        )
        page = _token_page(body.get("nextPageToken"), "lines", lines, size=5 * PAGE)
        grouped: dict[str, list[Row]] = {}
        for _, number, place in page.pop("lines"):
            grouped.setdefault(number, []).append(self.histories[number][place])
        logs = [{"issueId": number, "changeHistories": histories} for number, histories in grouped.items()]
        return {"nextPageToken": None, **page, "issueChangeLogs": logs}


_PROJECTS = {BOARD: "EE", OTHER_BOARD: "K5"}
_CONDITION = re.compile(r"(\w+) (?:(?:in|=) \(?([^)]*)\)?|>= (\d+))")


def _test(name: str, values: set[str], since: int) -> Callable[[Row], bool]:
    def stamp(issue: Row) -> float:
        return datetime.fromisoformat(issue["fields"]["updated"]).timestamp() * 1000

    return {
        "id": lambda issue: issue["id"] in values,
        "project": lambda issue: issue["fields"]["project"]["key"] in values,
        "status": lambda issue: issue["fields"]["status"]["id"] in values,
        "labels": lambda issue: bool(values & set(issue["fields"]["labels"])),
        "sprint": lambda issue: bool(values & set(map(str, _sprint_ids(issue)))),
        "updated": lambda issue: stamp(issue) >= since,
    }[name]


def _sprint_ids(issue: Row) -> list[int]:
    return [sprint["id"] for sprint in issue["fields"].get(SPRINT_FIELD) or []]


def _board(number: int) -> Row:
    return {"id": number, "name": f"{_PROJECTS[number]} board", "type": "scrum"}


def _with_only(issue: Row, names: Iterable[str]) -> Row:
    """An issue with the fields asked for; what is not set is null."""
    kept = {name: issue["fields"].get(name) for name in names}
    return {name: issue[name] for name in ("id", "key", "self", "expand") if name in issue} | {"fields": kept}


def _offset_page(request: Request, found: Sequence[Row]) -> Row:
    start = int(request.one("startAt", "0"))
    end = min(start + PAGE, start + int(request.one("maxResults", "50")))
    return {"startAt": start, "maxResults": PAGE, "isLast": end >= len(found), "values": list(found[start:end])}


def _token_page(token: str | None, key: str, found: Sequence[Any], size: int = PAGE) -> Row:
    start = int(token or 0)
    rest = {"nextPageToken": str(start + size)} if start + size < len(found) else {}
    return {key: list(found[start : start + size]), **rest}


def captured_jira(*composed: Row, **more: Any) -> CapturedJira:
    """The captured site. `composed` are issues of ours, whose histories were captured apart from them."""
    issues = payloads("jira/_raw_jira_api_issues.csv")
    embedded = {issue["id"]: issue["changelog"]["histories"] for issue in issues}
    theirs = payloads("jira/_raw_jira_api_sprints.csv")
    # Of the other board only what its issues say was captured.
    others = {one["id"]: one for issue in issues if (one := issue["fields"]["sprint"])}
    used = [
        {"id": SPRINT_FIELD, "name": "Sprint", "schema": {"custom": "com.pyxis.greenhopper.jira:gh-sprint"}},
        {"id": POINTS_FIELD, "name": "Story Points", "schema": {"type": "number", "custom": "x:float"}},
    ]
    return CapturedJira(
        issues=[*issues, *composed],
        histories={**embedded, **{issue["id"]: changelogs_by_issue()[issue["id"]] for issue in composed}},
        sprints={BOARD: theirs, OTHER_BOARD: list(others.values())},
        users=payloads("jira/_raw_jira_api_users.csv"),
        projects=payloads("jira/_raw_jira_api_projects.csv"),
        fields=[*payloads("jira/_raw_jira_api_issue_fields.csv"), *used],
        **more,
    )


def issue_of_a_changelog(number: str) -> Row:
    """An issue that holds what the last changes of its captured history say."""
    sprints = {sprint["id"]: sprint for sprint in payloads("jira/_raw_jira_api_sprints.csv")}
    last: dict[str, str] = {}
    logs = sorted(changelogs_by_issue()[number], key=lambda log: datetime.fromisoformat(log["created"]))
    for item in (item for log in logs for item in log["items"] if item.get("fieldId")):
        last[item["fieldId"]] = item["to"]
    status = {row["id"]: row for row in payloads("jira/_raw_jira_api_status.csv")}
    held = [int(part) for part in last.get(SPRINT_FIELD, "").split(",") if part]
    return {
        "id": number,
        "key": f"EE-{number}",
        "fields": {
            "issuetype": {"name": "Story", "subtask": False},
            "status": status.get(last.get("status", ""), {"id": last.get("status", "1")}),
            "assignee": None,
            "labels": [],
            "components": [],
            "project": {"key": "EE"},
            "created": logs[0]["created"],
            "updated": logs[-1]["created"],
            SPRINT_FIELD: [sprints[sprint_id] for sprint_id in held],
        },
    }


# -- PagerDuty -----------------------------------------------------------------------------------------------------


def restored(incidents: Iterable[Row], creator: Row | None = None) -> list[Row]:
    """Log entries with what the capturing connector stripped, put back from their own sentences.

    `creator` stands in for whoever triggered the incident, who was the one engineer that answered.
    """
    ids = {"Keon Amini": KEON, "Kian Amini": KIAN}
    entries = []
    for entry in (entry for incident in incidents for entry in incident["log_entries"]):
        words = entry["summary"].split()
        named = {"id": ids.get(" ".join(words[2:4]).rstrip("."), ""), "type": "user_reference"}
        more: Row = {}
        if entry["type"] in ("assign_log_entry", "escalate_log_entry"):
            more = {"assignees": [named]}
        if entry["type"] == "notify_log_entry":
            more = {"user": {"id": ids[" ".join(words[1:3])], "type": "user_reference"}}
        if entry["type"] == "trigger_log_entry" and creator:
            more = {"agent": creator}
        entries.append({**entry, **more})
    return entries


def captured_pagerduty(incidents: Sequence[Row], entries: Sequence[Row]) -> App:
    """The captured account with these log entries; the two users are those that its rows refer to."""
    lists: Mapping[str, tuple[str, Sequence[Row]]] = {
        "/incidents": ("incidents", sorted(incidents, key=_created)),
        # Newest first, as PagerDuty hands them out.
        "/log_entries": ("log_entries", sorted(entries, key=_created, reverse=True)),
        "/users": ("users", [{**p.user(KEON), "name": "Keon Amini"}, {**p.user(KIAN), "name": "Kian Amini"}]),
        "/oncalls": ("oncalls", []),
    }

    def answer(request: Request) -> Response:
        if request.path not in lists:
            return json_response({"error": {"message": "Not Found", "code": 2100}}, 404, VENDOR_JSON)
        key, rows = lists[request.path]
        since, until = request.one("since"), request.one("until")
        if since:
            bounds = datetime.fromisoformat(since), datetime.fromisoformat(until)
            rows = [row for row in rows if bounds[0] <= _created(row) < bounds[1]]
        start = int(request.one("offset", "0"))
        page = {
            key: list(rows[start : start + PAGE]),
            "limit": PAGE,
            "offset": start,
            "more": start + PAGE < len(rows),
            "total": len(rows) if request.one("total") == "true" else None,
        }
        return json_response(page, content_type=VENDOR_JSON)

    return answer


def _created(row: Row) -> datetime:
    return datetime.fromisoformat(row["created_at"])
