"""The mock of PagerDuty answers over real HTTP as the real one does: access, paging, limits, windows, what a resolve
forgets."""

from datetime import UTC, datetime, timedelta

import pytest

from flows.mocks.credentials import PAGERDUTY_TOKEN
from tests.builders.mock_servers import Asking, asking_pagerduty
from tests.builders.world import sample_as_of, sample_world

WINDOW = {"since": "2026-09-01T00:00:00Z", "until": "2026-11-01T00:00:00Z"}


@pytest.fixture(scope="module")
def pagerduty():
    with asking_pagerduty(sample_world(), sample_as_of()) as asking:
        yield asking


def everything(pagerduty: Asking, path: str, **params):
    rows, offset = [], 0
    while True:
        page = pagerduty.get(path, limit=100, offset=offset, **params)
        rows += page[path.removeprefix("/")]
        offset += 100
        if not page["more"]:
            return rows


@pytest.mark.parametrize("header", [None, f"Bearer {PAGERDUTY_TOKEN}", PAGERDUTY_TOKEN, "Token token=wrong"])
def test_without_the_literal_token_prefix_access_is_refused(header):
    with asking_pagerduty(
        sample_world(), sample_as_of(), headers={"Authorization": header} if header else {}
    ) as asking:
        assert asking.refusal("GET", "/incidents", 401)["error"]["code"] == 2006


def test_every_evaluated_answer_bears_the_vendor_type_and_the_rate_limit(pagerduty):
    for path in ("/incidents", "/nothing"):
        response = pagerduty.response("GET", path)
        assert response.headers["content-type"].startswith("application/vnd.pagerduty+json")
        assert response.headers["ratelimit-limit"] == "960"
        assert "ratelimit-reset" in response.headers


def test_pages_hold_25_unless_asked_and_100_at_most_and_no_total_unless_asked(pagerduty):
    assert len(pagerduty.get("/incidents", **WINDOW)["incidents"]) == 25
    page = pagerduty.get("/incidents", limit=500, **WINDOW)
    assert (page["limit"], len(page["incidents"]), page["total"], page["more"]) == (100, 100, None, True)
    counted = pagerduty.get("/incidents", limit=1, total="true", **WINDOW)
    assert counted["total"] == len(everything(pagerduty, "/incidents", **WINDOW))


def test_nothing_is_read_beyond_the_ten_thousandth_row(pagerduty):
    assert pagerduty.response("GET", "/incidents", params={"offset": 9900, "limit": 100}).status_code == 200
    answer = pagerduty.refusal("GET", "/incidents", 400, params={"offset": 9901, "limit": 100})
    assert answer["error"]["code"] == 2002


def created(rows):
    return [datetime.fromisoformat(row["created_at"]) for row in rows]


def test_without_a_window_the_last_month_is_meant(pagerduty):
    found = created(everything(pagerduty, "/incidents"))
    assert sample_as_of() - timedelta(days=30) <= min(found) < sample_as_of() - timedelta(days=20)


def test_with_one_end_only_a_month_is_meant(pagerduty):
    start = datetime(2026, 6, 1, tzinfo=UTC)
    found = created(everything(pagerduty, "/incidents", since="2026-06-01T00:00:00Z"))
    assert start <= min(found)
    assert max(found) < start + timedelta(days=30)
    before = created(everything(pagerduty, "/incidents", until="2026-06-01T00:00:00Z"))
    assert max(before) < start
    assert min(before) >= start - timedelta(days=30)


@pytest.mark.parametrize("path", ["/incidents", "/log_entries"])
def test_a_range_over_six_months_or_backwards_is_refused(pagerduty, path):
    for since, until in (("2026-01-01", "2026-08-01"), ("2026-08-01", "2026-07-01")):
        assert pagerduty.refusal("GET", path, 400, params={"since": since, "until": until})["error"]["code"] == 2005


@pytest.mark.parametrize(
    "params",
    [{"since": "monday"}, {"limit": "many"}, {"time_zone": "Mars/Base"}, {"sort_by": "a:asc"}, {"sort_by": "a,b,c"}],
)
def test_arguments_that_make_no_sense_are_refused_by_code(pagerduty, params):
    assert pagerduty.refusal("GET", "/incidents", 400, params=params)["error"]["code"] == 2002


def test_date_range_all_ignores_the_window(pagerduty):
    page = pagerduty.get("/incidents", date_range="all", total="true", **WINDOW)
    assert page["total"] == len(sample_world().incidents)


def test_the_window_goes_by_creation_and_leaves_its_end_out(pagerduty):
    rows = everything(pagerduty, "/incidents", **WINDOW)
    first = rows[3]["created_at"]
    assert rows[3]["id"] in {
        row["id"] for row in pagerduty.get("/incidents", since=first, until="2026-11-01")["incidents"]
    }
    assert rows[3]["id"] not in {
        row["id"] for row in everything(pagerduty, "/incidents", since="2026-09-01", until=first)
    }


def test_incidents_can_be_filtered_and_sorted(pagerduty):
    rows = everything(pagerduty, "/incidents", **WINDOW)
    low = everything(pagerduty, "/incidents", **WINDOW, **{"urgencies[]": "low"})
    assert 0 < len(low) < len(rows)
    service = rows[0]["service"]["id"]
    assert {
        r["service"]["id"] for r in everything(pagerduty, "/incidents", **WINDOW, **{"service_ids[]": service})
    } == {service}
    assert everything(pagerduty, "/incidents", **WINDOW, **{"statuses[]": ["triggered", "acknowledged"]}) == []
    assert everything(pagerduty, "/incidents", sort_by="created_at:desc", **WINDOW) == rows[::-1]


def test_a_misspelt_filter_is_ignored_silently(pagerduty):
    assert pagerduty.get("/incidents", **WINDOW, **{"teams_ids[]": "NONE"}) == pagerduty.get("/incidents", **WINDOW)


def test_log_entries_come_newest_first_and_by_their_own_time(pagerduty):
    rows = everything(pagerduty, "/log_entries", **WINDOW)
    at = created(rows)
    assert at == sorted(at, reverse=True)
    assert min(at) >= datetime(2026, 9, 1, tzinfo=UTC)
    assert max(at) < datetime(2026, 11, 1, tzinfo=UTC)
    told = sum(
        datetime(2026, 9, 1, tzinfo=UTC) <= entry.at < datetime(2026, 11, 1, tzinfo=UTC)
        for incident in sample_world().incidents
        for entry in incident.entries
    )
    assert len(rows) == told


def test_log_entries_carry_what_each_kind_has(pagerduty):
    for entry in everything(pagerduty, "/log_entries", **WINDOW):
        assert ("assignees" in entry) == (entry["type"] in ("assign_log_entry", "escalate_log_entry"))
        assert ("user" in entry) == (entry["type"] == "notify_log_entry") == ("agent" not in entry)
        assert ("acknowledgement_timeout" in entry) == (entry["type"] == "acknowledge_log_entry")
        assert entry["incident"]["type"] == "incident_reference"


def test_resolves_by_the_monitor_have_a_service_for_an_agent(pagerduty):
    resolves = [e for e in everything(pagerduty, "/log_entries", **WINDOW) if e["type"] == "resolve_log_entry"]
    assert {entry["agent"]["type"] for entry in resolves} == {"user_reference", "service_reference"}


def test_an_overview_leaves_notifications_out(pagerduty):
    rows = everything(pagerduty, "/log_entries", is_overview="true", **WINDOW)
    assert rows
    assert "notify_log_entry" not in {row["type"] for row in rows}


def test_the_log_of_one_incident_is_whole_without_a_window(pagerduty):
    incident = sample_world().incidents[40]
    log = pagerduty.get(f"/incidents/{incident.id}/log_entries")["log_entries"]
    assert [entry["id"] for entry in log] == [
        e.id for e in sorted(incident.entries, key=lambda e: (e.at, e.id), reverse=True)
    ]
    by_number = pagerduty.get(f"/incidents/{incident.number}")["incident"]
    assert by_number["id"] == incident.id
    assert pagerduty.refusal("GET", "/incidents/QNOTHING", 404)["error"]["code"] == 2100


def test_assignments_and_acknowledgements_are_there_until_the_resolve():
    incident = next(
        i
        for i in sample_world().incidents
        if [e.kind for e in i.entries][-2:] == ["acknowledge_log_entry", "resolve_log_entry"]
    )
    *_, acknowledged, resolved = incident.entries
    with asking_pagerduty(sample_world(), acknowledged.at) as asking:
        row = asking.get(f"/incidents/{incident.id}")["incident"]
        assert row["status"] == "acknowledged"
        assert [a["acknowledger"]["id"] for a in row["acknowledgements"]] == [acknowledged.agent]
        assert row["assignments"]
        assert row["resolved_at"] is None
        open_ones = {"user_ids[]": row["assignments"][0]["assignee"]["id"]}
        assert incident.id in {r["id"] for r in asking.get("/incidents", **open_ones)["incidents"]}
    with asking_pagerduty(sample_world(), resolved.at) as asking:
        row = asking.get(f"/incidents/{incident.id}")["incident"]
        assert (row["status"], row["assignments"], row["acknowledgements"]) == ("resolved", [], [])
        assert row["resolved_at"] == row["last_status_change_at"]


def test_an_escalation_takes_the_acknowledge_state_back_to_triggered():
    incident = next(i for i in sample_world().incidents if any(e.kind == "escalate_log_entry" for e in i.entries))
    escalated = next(e for e in incident.entries if e.kind == "escalate_log_entry")
    with asking_pagerduty(sample_world(), escalated.at) as asking:
        row = asking.get(f"/incidents/{incident.id}")["incident"]
    assert row["status"] == "triggered"
    assert [a["assignee"]["id"] for a in row["assignments"]] == list(escalated.assignees)


def test_stamps_are_utc_unless_a_zone_is_asked_for(pagerduty):
    row = pagerduty.get("/incidents", limit=1, **WINDOW)["incidents"][0]
    there = pagerduty.get("/incidents", limit=1, time_zone="Europe/Madrid", **WINDOW)["incidents"][0]
    assert row["created_at"].endswith("Z")
    assert there["created_at"].endswith("+02:00")
    assert datetime.fromisoformat(row["created_at"]) == datetime.fromisoformat(there["created_at"])


def test_an_earlier_instant_knows_neither_later_incidents_nor_later_people():
    instant = datetime(2026, 6, 1, tzinfo=UTC)
    with asking_pagerduty(sample_world(), instant) as asking:
        assert max(created(everything(asking, "/log_entries"))) <= instant
        names = {user["name"] for user in everything(asking, "/users")}
    assert "Hana Kimura" not in names
    assert "Imran Qureshi" in names


def test_users_can_be_searched_and_found_by_id(pagerduty):
    assert [user["name"] for user in pagerduty.get("/users", query="ana ruiz")["users"]] == ["Ana Ruiz"]
    assert pagerduty.get("/users/PENG001")["user"]["name"] == "Ana Ruiz"
    pagerduty.refusal("GET", "/users/PENG009", 404)


def test_on_calls_are_those_of_now_or_of_the_window(pagerduty):
    now = pagerduty.get("/oncalls")["oncalls"]
    assert {(shift["escalation_policy"]["id"], shift["escalation_level"]) for shift in now} >= {
        ("PEP0001", 1),
        ("PEP0003", 1),
    }
    week = everything(pagerduty, "/oncalls", since="2026-10-05T00:00:00Z", until="2026-10-12T00:00:00Z")
    assert len(week) > len(now)
    one = everything(pagerduty, "/oncalls", since="2026-10-05", until="2026-10-12", **{"user_ids[]": "PENG004"})
    assert {shift["user"]["id"] for shift in one} == {"PENG004"}
