"""What the doctor looks at: settings with connections, and a Jira small enough to be spelled out."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr

from flows.doctor.case import Case
from flows.doctor.findings import Finding
from flows.settings import Connection, Connections, Settings
from flows.sources.http import Patience, Source, SourceClient, open_client
from tests.builders.config import settings_of
from tests.builders.payloads import POINTS_FIELD, SPRINT_FIELD

NOW = datetime.fromisoformat("2026-11-23T06:00:00+00:00")
TOKEN, EMAIL = "s3cr3t/token+1", "bot@test.example"
NO_WAIT = Patience(attempts=2, first_wait=0.0, longest_wait=0.0, jitter=0.0, total=60.0)

SITE = "https://demo.atlassian.net"
GATEWAY = "https://api.atlassian.com/ex/jira/abc-123"
ADDRESSES: Mapping[str, str] = {
    "jira": SITE,
    "tempo": "https://api.tempo.io/4",
    "pagerduty": "https://api.pagerduty.com",
    "alertops": "https://api.alertops.com",
}


def connections(*sources: str, **addresses: str) -> Connections:
    """Connections to the vendors' own addresses, or to those given by keyword."""
    found = {source: ADDRESSES[source] for source in sources} | addresses
    return Connections(
        **{
            source: Connection(url, SecretStr(TOKEN), EMAIL if source == "jira" else None)
            for source, url in found.items()
        }
    )


def case_of(root: Path, *engineers: Mapping[str, Any], connected: Connections | None = None, **sections: Any) -> Case:
    """What is examined: such a config, at NOW."""
    return case_for(settings_of(root, *engineers, **sections), connections("jira") if connected is None else connected)


def case_for(settings: Settings, connected: Connections, at: datetime = NOW) -> Case:
    return Case(replace(settings, connections=connected), connected, lambda: at, NO_WAIT)


def client_of(case: Case, source: Source, transport: httpx.BaseTransport) -> SourceClient:
    connection = case.connection(source)
    assert connection is not None
    return open_client(source, connection, lambda exchange: None, transport, NO_WAIT)


def of_check(findings: Any, check: str) -> list[Finding]:
    """The findings of one check."""
    return [finding for finding in findings if finding.check == check]


def levels(findings: Any, check: str) -> list[str]:
    return [finding.level for finding in of_check(findings, check)]


class FakeVendor(httpx.MockTransport):
    """Answers by path below the address, whatever the method; `asked` keeps (path, body)."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self.answers, self.asked = dict(answers), []
        super().__init__(self._answer)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/ex/jira/abc-123")
        self.asked.append((path, json.loads(request.content or b"{}")))
        answer = self.answers.get(path, httpx.Response(404, json={"errorMessages": ["no such thing"]}))
        answer = answer(request) if callable(answer) else answer
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)


def status(code: int, **content: Any) -> httpx.Response:
    return httpx.Response(code, json=content or {"errorMessages": ["no"]})


def user(account: str, name: str, *, active: bool = True, kind: str = "atlassian") -> dict[str, Any]:
    return {"accountId": account, "displayName": name, "active": active, "accountType": kind}


def done_issues(*points: float | None) -> dict[str, Any]:
    """The answer of a search: issues with these estimates."""
    rows = [
        {"id": str(20101 + n), "fields": {"issuetype": {"subtask": False}, POINTS_FIELD: value}}
        for n, value in enumerate(points)
    ]
    return {"isLast": True, "issues": rows}


def sprint(number: int, ended: str | None, *, state: str = "closed") -> dict[str, Any]:
    return {"id": number, "name": f"S{number}", "state": state, "startDate": "2026-11-02T09:00:00.000Z"} | (
        {"endDate": ended, "completeDate": ended} if ended else {}
    )


def fake_jira(**answers: Any) -> FakeVendor:
    """A site with board 1 of ana's team, one sprint closed lately with two estimated issues, and ana's worklog.

    Answers may be replaced by the last part of their path, with `_` for what a name cannot hold.
    """
    site = _site()
    names = (path.rpartition("/api/3/")[2].rpartition("/1.0/")[2] for path in site)
    by_name = {name.replace("/", "_").replace("-", "_"): path for name, path in zip(names, site, strict=True)}
    return FakeVendor(site | {by_name[name]: answer for name, answer in answers.items()})


def _site() -> dict[str, Any]:
    fields = [
        {"id": POINTS_FIELD, "name": "Story Points", "schema": {"type": "number", "custom": "x:float"}},
        {"id": SPRINT_FIELD, "name": "Sprint", "schema": {"custom": "com.pyxis.greenhopper.jira:gh-sprint"}},
    ]
    log = {"id": "30001", "author": user("jira-ana", "Ana"), "started": "2026-11-18T09:00:00.000-0600"}
    return {
        "/_edge/tenant_info": {"cloudId": "abc-123"},
        "/rest/api/3/serverInfo": {"deploymentType": "Cloud", "serverTime": "2026-11-23T06:00:00.000+0000"},
        "/rest/api/3/myself": user("bot", "The bot") | {"timeZone": "America/Chicago"},
        "/rest/api/3/mypermissions": {"permissions": {"BROWSE_PROJECTS": {"havePermission": True}}},
        "/rest/api/3/field": fields,
        "/rest/agile/1.0/board": page({"id": 1, "name": "Core board", "type": "scrum"}),
        "/rest/agile/1.0/board/1": {"id": 1, "name": "Core board", "type": "scrum"},
        "/rest/agile/1.0/board/1/configuration": {
            "columnConfig": {"columns": [column("Doing", "1"), column("Shipped", "2")]},
            "estimation": {"type": "field", "field": {"fieldId": POINTS_FIELD}},
        },
        "/rest/agile/1.0/board/1/sprint": page(sprint(61, "2026-11-13T17:00:00.000Z")),
        "/rest/api/3/search/jql": done_issues(3.0, 5.0),
        "/rest/api/3/search/approximate-count": {"count": 7},
        "/rest/api/3/worklog/updated": {"values": [{"worklogId": 30001}], "lastPage": True},
        "/rest/api/3/worklog/deleted": {"values": [], "lastPage": True},
        "/rest/api/3/worklog/list": [log],
        "/rest/api/3/project/search": page({"id": "1", "key": "ACME", "projectCategory": {"name": "Client"}}),
        "/rest/api/3/user/bulk": page(user("jira-ana", "Ana")),
        "/rest/api/3/users/search": [user("jira-ana", "Ana")],
    }


def column(name: str, *statuses: str) -> dict[str, Any]:
    return {"name": name, "statuses": [{"id": status} for status in statuses]}


def page(*rows: Any) -> dict[str, Any]:
    return {"values": list(rows), "isLast": True, "startAt": 0, "maxResults": 50}
