"""Answers of the mocks held against the vendors' own OpenAPI documents.

Where an answer differs on purpose, the difference and its reason stand in a table; a difference that is no longer seen
is an error too, so that the tables do not rot.
"""

from datetime import UTC, datetime, timedelta

import pytest

from tests.builders.mock_servers import (
    PAGERDUTY,
    PLATFORM,
    SOFTWARE,
    asking_jira,
    asking_pagerduty,
    deviations,
    response_schema,
    spec,
)
from tests.builders.world import sample_as_of, sample_world

_ITEMS_OF = {
    "/rest/api/3/search/jql": "issues.[].changelog.histories.[].items.[]",
    "/rest/software/1.0/sprint/{sprintId}/issue": "issues.[].changelog.histories.[].items.[]",
    "/rest/api/3/changelog/bulkfetch": "issueChangeLogs.[].changeHistories.[].items.[]",
    "/rest/api/3/issue/{issueIdOrKey}/changelog": "values.[].items.[]",
}
# (place within a history item, rule) -> why the mock differs.
JIRA_ITEM_DEVIATIONS = {
    ("", "additionalProperties"): "real items of `assignee` carry tmpFromAccountId and tmpToAccountId",
    (".from", "type"): "real items have null where nothing was set, or the value stands in the string only",
    (".fromString", "type"): "as `from`",
    (".to", "type"): "as `from`: numbers stand in toString only",
    (".toString", "type"): "an assignee taken away is null",
}
JIRA_DEVIATIONS = {
    (
        "/rest/api/3/changelog/bulkfetch",
        "nextPageToken",
        "type",
    ): "the text says null on the last page, the type does not",
    (
        "/rest/agile/1.0/board/{boardId}/configuration",
        "location",
        "additionalProperties",
    ): "real ones, and the document's own example, name the project",
}
PAGERDUTY_DEVIATIONS = {
    ("incidents.[].alert_grouping", "type"): "null in real answers, `nullable` forgotten",
    ("incidents.[].priority", "type"): "null without a priority, `nullable` forgotten",
    ("incidents.[].resolve_reason", "type"): "null unless merged, `nullable` forgotten",
    ("incidents.[].resolved_at", "type"): "null while open, `nullable` forgotten",
    ("users.[].job_title", "type"): "null in real answers, `nullable` forgotten",
    ("services.[].auto_resolve_timeout", "type"): "the text says null when disabled, the type does not",
}
_MISSING = "null where there was none; the text says so of some and the types of none"
# Keys of an analytics row (or response) that are null, and why that is right though the document forbids it.
ANALYTICS_NULLS = {
    "resolved_at": _MISSING,
    "resolved_by_user_id": _MISSING,
    "resolved_by_user_name": _MISSING,
    "seconds_to_engage": "the text says null with one responder or none",
    "seconds_to_first_ack": _MISSING,
    "seconds_to_mobilize": "the text says null with one responder or none",
    "seconds_to_resolve": _MISSING,
}
RESPONSE_NULLS = {"responded_at": _MISSING, "time_to_respond_seconds": _MISSING}
LOG_ENTRY_SCHEMAS = {
    "trigger_log_entry": "TriggerLogEntry",
    "assign_log_entry": "AssignLogEntry",
    "escalate_log_entry": "EscalateLogEntry",
    "notify_log_entry": "NotifyLogEntry",
    "unacknowledge_log_entry": "UnacknowledgeLogEntry",
    "resolve_log_entry": "ResolveLogEntry",
    "acknowledge_log_entry": "AcknowledgeLogEntry",
}
LOG_ENTRY_DEVIATIONS = {
    (
        "channel",
        "oneOf",
    ): "its five alternatives ask for nothing that tells them apart, so that every channel fits several",
}
ACKNOWLEDGE_DEVIATIONS = {
    ("type", "enum"): "the document's `acknowledgement_log_entry` contradicts its own LogEntry and every real answer",
}


@pytest.fixture(scope="module")
def jira():
    with asking_jira(sample_world(), sample_as_of()) as asking:
        yield asking


@pytest.fixture(scope="module")
def pagerduty():
    # An instant at which an incident is open and another acknowledged.
    with asking_pagerduty(sample_world(), _busy_instant()) as asking:
        yield asking


def _busy_instant() -> datetime:
    for incident in reversed(sample_world().incidents):
        acknowledged = [entry.at for entry in incident.entries if entry.kind == "acknowledge_log_entry"]
        if acknowledged and incident.entries[-1].at > acknowledged[-1]:
            return acknowledged[-1].astimezone(UTC)
    raise AssertionError("the story has acknowledged incidents")


JIRA_ANSWERS = {
    (PLATFORM, "get", "/rest/api/3/myself"): lambda ask: ask.get("/rest/api/3/myself"),
    (PLATFORM, "get", "/rest/api/3/serverInfo"): lambda ask: ask.get("/rest/api/3/serverInfo"),
    (PLATFORM, "get", "/rest/api/3/field"): lambda ask: ask.get("/rest/api/3/field"),
    (PLATFORM, "get", "/rest/api/3/status"): lambda ask: ask.get("/rest/api/3/status"),
    (PLATFORM, "get", "/rest/api/3/users/search"): lambda ask: ask.get("/rest/api/3/users/search"),
    (PLATFORM, "get", "/rest/api/3/user/bulk"): lambda ask: ask.get(
        "/rest/api/3/user/bulk", accountId=["712020:ana-0001", "712020:former-user"]
    ),
    (PLATFORM, "get", "/rest/api/3/project/search"): lambda ask: ask.get("/rest/api/3/project/search", maxResults=2),
    (PLATFORM, "post", "/rest/api/3/search/jql"): lambda ask: ask.post(
        "/rest/api/3/search/jql", {"jql": "project = BEA", "fields": ["*all"], "expand": "changelog,names"}
    ),
    (PLATFORM, "post", "/rest/api/3/search/approximate-count"): lambda ask: ask.post(
        "/rest/api/3/search/approximate-count", {"jql": "project = BEA"}
    ),
    (PLATFORM, "get", "/rest/api/3/worklog/updated"): lambda ask: ask.get(
        "/rest/api/3/worklog/updated", expand="properties"
    ),
    (PLATFORM, "get", "/rest/api/3/worklog/deleted"): lambda ask: ask.get("/rest/api/3/worklog/deleted"),
    (PLATFORM, "post", "/rest/api/3/worklog/list"): lambda ask: ask.post(
        "/rest/api/3/worklog/list", {"ids": list(range(30001, 31001))}, expand="properties"
    ),
    (PLATFORM, "post", "/rest/api/3/changelog/bulkfetch"): lambda ask: ask.post(
        "/rest/api/3/changelog/bulkfetch", {"issueIdsOrKeys": [f"HAR-{n}" for n in range(1, 151)], "maxResults": 9999}
    ),
    (PLATFORM, "get", "/rest/api/3/issue/{issueIdOrKey}/changelog"): lambda ask: ask.get(
        "/rest/api/3/issue/HAR-40/changelog"
    ),
    (PLATFORM, "get", "/rest/api/3/issue/{issueIdOrKey}/worklog"): lambda ask: ask.get(
        "/rest/api/3/issue/INT-1/worklog"
    ),
    (SOFTWARE, "get", "/rest/agile/1.0/board"): lambda ask: ask.get("/rest/agile/1.0/board"),
    (SOFTWARE, "get", "/rest/agile/1.0/board/{boardId}"): lambda ask: ask.get("/rest/agile/1.0/board/11"),
    (SOFTWARE, "get", "/rest/agile/1.0/board/{boardId}/configuration"): lambda ask: ask.get(
        "/rest/agile/1.0/board/12/configuration"
    ),
    (SOFTWARE, "get", "/rest/software/1.0/sprint/{sprintId}/issue"): lambda ask: ask.get(
        "/rest/software/1.0/sprint/141/issue", expand="changelog"
    ),
}


@pytest.mark.parametrize(("document", "method", "path"), list(JIRA_ANSWERS))
def test_jira_answers_fit_the_documented_schema(document, method, path, jira):
    schema = response_schema(document, path, method)
    found = deviations(document, schema, JIRA_ANSWERS[document, method, path](jira))
    allowed = {(place, rule) for known, place, rule in JIRA_DEVIATIONS if known == path}
    if path in _ITEMS_OF:
        allowed |= {(_ITEMS_OF[path] + place, rule) for place, rule in JIRA_ITEM_DEVIATIONS}
    assert found <= allowed


def test_every_allowed_deviation_of_jira_is_still_there(jira):
    path = "/rest/api/3/changelog/bulkfetch"
    found = deviations(PLATFORM, response_schema(PLATFORM, path, "post"), JIRA_ANSWERS[PLATFORM, "post", path](jira))
    items = {(_ITEMS_OF[path] + place, rule) for place, rule in JIRA_ITEM_DEVIATIONS}
    assert found == items | {(place, rule) for known, place, rule in JIRA_DEVIATIONS if known == path}
    path = "/rest/agile/1.0/board/{boardId}/configuration"
    found = deviations(SOFTWARE, response_schema(SOFTWARE, path), JIRA_ANSWERS[SOFTWARE, "get", path](jira))
    assert found == {(place, rule) for known, place, rule in JIRA_DEVIATIONS if known == path}


@pytest.mark.parametrize("path", ["/incidents", "/users", "/oncalls", "/services", "/teams", "/escalation_policies"])
def test_pagerduty_lists_fit_the_documented_schema(path, pagerduty):
    answer = pagerduty.get(path, limit=100, total="true")
    assert answer[path.removeprefix("/")]
    found = deviations(PAGERDUTY, response_schema(PAGERDUTY, path), answer)
    assert found == {place for place in PAGERDUTY_DEVIATIONS if place[0].startswith(path.removeprefix("/"))}


def test_one_incident_of_pagerduty_fits_the_documented_schema(pagerduty):
    number = pagerduty.get("/incidents", **{"statuses[]": "acknowledged"})["incidents"][0]["id"]
    found = deviations(PAGERDUTY, response_schema(PAGERDUTY, "/incidents/{id}"), pagerduty.get(f"/incidents/{number}"))
    allowed = {(place.replace("incidents.[]", "incident"), rule) for place, rule in PAGERDUTY_DEVIATIONS}
    assert found <= allowed


def test_every_kind_of_log_entry_fits_its_own_schema(pagerduty):
    """The list's own schema is an ambiguous oneOf that no entry can satisfy: entries are checked by their type."""
    entries = {}
    for offset in range(0, 1000, 100):
        page = pagerduty.get("/log_entries", limit=100, offset=offset, since="2026-06-01", until="2026-11-22")
        entries |= {entry["id"]: entry for entry in page["log_entries"]}
    assert {entry["type"] for entry in entries.values()} == set(LOG_ENTRY_SCHEMAS)
    for kind, name in LOG_ENTRY_SCHEMAS.items():
        rows = [entry for entry in entries.values() if entry["type"] == kind][:20]
        schema = {"items": {"$ref": f"#/components/schemas/{name}"}}
        found = {(place.removeprefix("[]."), rule) for place, rule in deviations(PAGERDUTY, schema, rows)}
        more = set(ACKNOWLEDGE_DEVIATIONS) if kind == "acknowledge_log_entry" else set()
        assert found == set(LOG_ENTRY_DEVIATIONS) | more, kind


def _analytics_at() -> datetime:
    """A day after the busy instant: then analytics see it."""
    return _busy_instant() + timedelta(hours=24)


def test_analytics_rows_fit_the_documented_schema():
    path = "/analytics/raw/incidents"
    with asking_pagerduty(sample_world(), _analytics_at()) as asking:
        answer = asking.post(path, {"limit": 1000, "filters": {"urgency": "high"}})
        one = asking.get(f"{path}/{answer['first']}")
    found = deviations(PAGERDUTY, response_schema(PAGERDUTY, path, "post"), answer)
    assert found == {(f"data.[].{name}", "type") for name in ANALYTICS_NULLS}
    schema = response_schema(PAGERDUTY, f"{path}/{{id}}")
    assert set(one) == set(spec(PAGERDUTY)["components"]["schemas"]["AnalyticsRawIncident"]["properties"])
    assert deviations(PAGERDUTY, schema, one) <= {(name, "type") for name in ANALYTICS_NULLS}


def test_analytics_responses_fit_the_documented_schema():
    path = "/analytics/raw/incidents/{id}/responses"
    late = next(i for i in sample_world().incidents if any(e.kind == "escalate_log_entry" for e in i.entries))
    with asking_pagerduty(sample_world(), sample_as_of()) as asking:
        answer = asking.get(path.replace("{id}", late.id))
    assert answer["responses"]
    found = deviations(PAGERDUTY, response_schema(PAGERDUTY, path), answer)
    assert found == {(f"responses.[].{name}", "type") for name in RESPONSE_NULLS}


def test_responder_metrics_fit_the_documented_schema_but_for_whom_they_are_about():
    path = "/analytics/metrics/responders/all"
    with asking_pagerduty(sample_world(), sample_as_of()) as asking:
        answer = asking.post(path, {"filters": {"urgency": "high"}, "order": "asc"})
    schema = response_schema(PAGERDUTY, path, "post")
    assert deviations(PAGERDUTY, schema, answer) == set()
    documented = set(spec(PAGERDUTY)["components"]["schemas"]["AnalyticsResponderMetrics"]["properties"])
    # "Not included when aggregating by all responders."
    assert documented - set(answer["data"][0]) == {"responder_id", "responder_name", "team_id", "team_name"}
