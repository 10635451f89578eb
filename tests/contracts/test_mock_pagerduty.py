"""The mock of PagerDuty answers over real HTTP as the real one does: access, paging, limits, windows, what a resolve
forgets."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

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


def test_an_acknowledge_that_times_out_is_given_again():
    incident = next(i for i in sample_world().incidents if any(e.kind == "unacknowledge_log_entry" for e in i.entries))
    first, timeout, again = (entry for entry in incident.entries if "acknowledge" in entry.kind)
    assert timeout.kind == "unacknowledge_log_entry"
    assert (timeout.at - first.at, timeout.agent) == (timedelta(seconds=1800), incident.service_id)
    found = []
    for entry in (first, timeout, again):
        with asking_pagerduty(sample_world(), entry.at) as asking:
            row = asking.get(f"/incidents/{incident.id}")["incident"]
            found.append((row["status"], len(row["acknowledgements"]), len(row["assignments"])))
            log = asking.get(f"/incidents/{incident.id}/log_entries")["log_entries"]
            assert log[0]["type"] == entry.kind
    assert found == [("acknowledged", 1, 1), ("triggered", 0, 1), ("acknowledged", 1, 1)]


# -- analytics ---------------------------------------------------------------------------------------------------------

RAW = "/analytics/raw/incidents"
RESPONDERS = "/analytics/metrics/responders/all"


def every_row(pagerduty: Asking, **body):
    """Rows of all pages, by asking for what follows the last."""
    page = pagerduty.post(RAW, body)
    rows = page["data"]
    while page["more"]:
        page = pagerduty.post(RAW, {**body, "starting_after": page["last"]})
        rows += page["data"]
    return rows


def told(incident, *kinds):
    return [entry for entry in incident.entries if entry.kind.removesuffix("_log_entry") in kinds]


def whole_incidents():
    """Incidents that were over a day before the instant: analytics know all of them."""
    return [i for i in sample_world().incidents if i.entries[-1].at <= sample_as_of() - timedelta(hours=24)]


def test_analytics_hold_the_newest_day_back(pagerduty):
    instant = sample_world().incidents[-1].created_at + timedelta(hours=24)
    with asking_pagerduty(sample_world(), instant - timedelta(seconds=1)) as asking:
        assert len(every_row(asking, limit=1000)) == len(sample_world().incidents) - 1
        asking.refusal("GET", f"{RAW}/{sample_world().incidents[-1].id}", 404)
    with asking_pagerduty(sample_world(), instant) as asking:
        rows = every_row(asking, limit=1000)
        assert len(rows) == len(sample_world().incidents)
        # What happened to it since is not known yet.
        assert (rows[0]["status"], rows[0]["resolved_at"]) == ("triggered", None)
        assert asking.get(f"/incidents/{rows[0]['id']}")["incident"]["status"] == "resolved"


def test_analytics_pages_hold_100_unless_asked_and_1000_at_most_newest_first(pagerduty):
    page = pagerduty.post(RAW, {})
    assert set(page) == {"first", "last", "limit", "more", "order", "order_by", "filters", "time_zone", "data"}
    assert (page["limit"], len(page["data"]), page["more"]) == (100, 100, True)
    assert (page["first"], page["last"]) == (page["data"][0]["id"], page["data"][-1]["id"])
    assert (page["order"], page["order_by"], page["time_zone"]) == ("desc", "created_at", "Etc/UTC")
    for limit in (0, 1001, "50"):
        assert pagerduty.refusal("POST", RAW, 400, json={"limit": limit})["error"]["code"] == 2002
    at = [row["created_at"] for row in every_row(pagerduty, limit=1000)]
    assert at == sorted(at, reverse=True)


def test_analytics_cursors_lead_forwards_and_backwards(pagerduty):
    rows = [row["id"] for row in every_row(pagerduty, limit=50, order="asc")]
    assert rows == [row["id"] for row in every_row(pagerduty, limit=1000)][::-1]
    before = pagerduty.post(RAW, {"order": "asc", "limit": 10, "ending_before": rows[15]})
    assert [row["id"] for row in before["data"]] == rows[5:15]
    assert before["more"]
    start = pagerduty.post(RAW, {"order": "asc", "limit": 10, "ending_before": rows[5]})
    assert ([row["id"] for row in start["data"]], start["more"]) == (rows[:5], False)
    for cursors in ({"starting_after": "made up"}, {"starting_after": rows[0], "ending_before": rows[9]}):
        pagerduty.refusal("POST", RAW, 400, json=cursors)


def test_analytics_can_be_ordered_by_the_time_to_resolve(pagerduty):
    seconds = [row["seconds_to_resolve"] for row in every_row(pagerduty, order_by="seconds_to_resolve", order="asc")]
    assert all(before <= after for before, after in pairwise(seconds))


def test_analytics_are_filtered_by_creation_urgency_service_and_team(pagerduty):
    wanted = {"created_at_start": "2026-09-01T00:00:00Z", "created_at_end": "2026-11-01T00:00:00Z"}
    page = pagerduty.post(RAW, {"filters": wanted | {"misspelt": 1}})
    assert page["filters"] == wanted
    rows = every_row(pagerduty, filters=wanted)
    assert {row["id"] for row in rows} == {row["id"] for row in everything(pagerduty, "/incidents", **WINDOW)}
    first = rows[-1]["created_at"]
    assert rows[-1] in every_row(pagerduty, filters={"created_at_start": first})
    assert rows[-1] not in every_row(pagerduty, filters=wanted | {"created_at_end": first})
    for name, value, key in (
        ("urgency", "low", "urgency"),
        ("service_ids", ["PSVC002"], "service_id"),
        ("team_ids", ["PTEAM03"], "team_id"),
    ):
        some = every_row(pagerduty, filters=wanted | {name: value})
        one = value if isinstance(value, str) else value[0]
        assert some == [row for row in rows if row[key] == one] != []
    assert every_row(pagerduty, filters=wanted | {"major": True}) == []
    late = every_row(pagerduty, filters={"updated_after": "2026-11-18T00:00:00Z"})
    assert 0 < len(late) < len(rows)
    assert min(row["updated_at"] for row in late) > "2026-11-18T00:00:00"


@pytest.mark.parametrize(
    "body", [{"filters": {"created_at_start": "monday"}}, {"order": "up"}, {"time_zone": "Mars"}, []]
)
def test_analytics_refuse_what_makes_no_sense(pagerduty, body):
    assert pagerduty.refusal("POST", RAW, 400, json=body)["error"]["code"] == 2002


def test_analytics_stamps_are_in_the_zone_asked_for_and_do_not_say_so(pagerduty):
    rows = pagerduty.post(RAW, {"limit": 3, "time_zone": "Europe/Madrid"})["data"]
    for row in rows:
        plain = pagerduty.get(f"{RAW}/{row['id']}")
        at = [datetime.fromisoformat(stamp) for stamp in (row["created_at"], plain["created_at"])]
        assert (at[0].tzinfo, at[0] - at[1]) == (None, timedelta(hours=1))
        shared = {name for name in row if not name.endswith("_at")}
        assert {name: row[name] for name in shared} == {name: plain[name] for name in shared}
    filters = {"created_at_start": rows[1]["created_at"], "created_at_end": "2026-12-01"}
    later = pagerduty.post(RAW, {"filters": filters, "time_zone": "Europe/Madrid"})["data"]
    assert [row["id"] for row in later] == [row["id"] for row in rows[:2]]


def test_analytics_rows_say_what_the_log_says(pagerduty):
    rows = {row["id"]: row for row in every_row(pagerduty, limit=1000)}
    for incident in whole_incidents():
        row = rows[incident.id]
        acknowledges = told(incident, "acknowledge")
        resolve = incident.entries[-1]
        since = {name: row[f"seconds_to_{name}"] for name in ("first_ack", "resolve")}
        first = int((acknowledges[0].at - incident.created_at).total_seconds()) if acknowledges else None
        assert since == {"first_ack": first, "resolve": int((resolve.at - incident.created_at).total_seconds())}
        assert row["acknowledged_user_ids"] == list(dict.fromkeys(entry.agent for entry in acknowledges))
        assert row["acknowledgement_count"] == len(acknowledges)
        assert row["auto_resolved"] == (resolve.agent == incident.service_id) == (row["resolved_by_user_id"] is None)
        is_joint = len(row["joined_user_ids"]) > 1
        assert (row["seconds_to_mobilize"] is not None) == (row["seconds_to_engage"] is not None) == is_joint
        assert row["escalation_count"] == row["timeout_escalation_count"] == len(told(incident, "escalate"))
        assert row["assignment_count"] == len(told(incident, "assign", "escalate"))
        kinds = ("business_hour", "off_hour", "sleep_hour")
        assert sum(row[f"{kind}_interruptions"] for kind in kinds) == row["total_interruptions"]
        assert row["total_notifications"] == len(told(incident, "notify"))
    assert {len(row["joined_user_ids"]) for row in rows.values()} >= {0, 1, 2}


def test_interruptions_are_counted_by_the_hour_of_who_was_woken(pagerduty):
    by_day = next(
        i
        for i in whole_incidents()
        if [e.user for e in told(i, "notify")] == ["PENG012"]
        and told(i, "notify")[0].at.hour == 9
        and told(i, "notify")[0].at.weekday() < 5
    )
    # 9:00 UTC is in working hours in Madrid, where she lives, and at night in Chicago.
    assert pagerduty.get(f"{RAW}/{by_day.id}")["business_hour_interruptions"] == 1


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_responses_say_who_was_asked_how_and_after_what_time_they_came(pagerduty, method):
    incident = next(i for i in whole_incidents() if len(told(i, "escalate")) == 1 and told(i, "acknowledge"))
    assigned, escalated = told(incident, "assign", "escalate")[:2]
    came = next(entry for entry in told(incident, "acknowledge") if entry.agent == escalated.assignees[0])
    path = f"{RAW}/{incident.id}/responses"
    answer = pagerduty.response(method, path, json={"order": "asc", "time_zone": "UTC"}).json()
    assert (answer["incident_id"], answer["limit"], answer["order_by"]) == (incident.id, 100, "requested_at")
    first, second = answer["responses"][:2]
    assert (first["responder_id"], first["responder_type"]) == (assigned.assignees[0], "assigned")
    assert (first["response_status"], first["responded_at"], first["time_to_respond_seconds"]) == (
        "pending",
        None,
        None,
    )
    assert (second["responder_type"], second["response_status"]) == ("escalated", "joined")
    assert second["time_to_respond_seconds"] == int((came.at - escalated.at).total_seconds())
    assert second["requested_at"] == f"{escalated.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"
    newest_first = pagerduty.response(method, path).json()
    assert newest_first["order"] == "desc"
    assert newest_first["responses"] == answer["responses"][::-1]


def test_a_hand_over_is_a_reassignment(pagerduty):
    incident = next(i for i in whole_incidents() if len(told(i, "assign")) == 2)
    answer = pagerduty.get(f"{RAW}/{incident.id}/responses")["responses"]
    assert answer[0]["responder_type"] == "reassigned"
    assert pagerduty.get(f"{RAW}/{incident.id}")["reassignment_count"] == 1


def test_responder_metrics_are_one_row_over_those_chosen(pagerduty):
    range_ = {"date_range_start": "2026-08-01T00:00:00Z", "date_range_end": "2026-11-01T00:00:00Z"}
    waits = []
    for incident in whole_incidents():
        if "2026-08-01" <= f"{incident.created_at.astimezone(UTC):%Y-%m-%d}" < "2026-11-01":
            mine = [entry.at for entry in told(incident, "assign", "escalate") if "PENG004" in entry.assignees]
            acks = [entry.at for entry in told(incident, "acknowledge") if entry.agent == "PENG004"]
            waits += [(min(acks) - min(mine)).total_seconds()] if mine and acks else []
    answer = pagerduty.post(RESPONDERS, {"filters": {**range_, "responder_ids": ["PENG004"]}, "order": "asc"})
    (row,) = answer["data"]
    assert row["total_incidents_acknowledged"] == len(waits) > 10
    assert row["mean_time_to_acknowledge_seconds"] == round(sum(waits) / len(waits))
    assert (
        row["total_seconds_on_call"] == row["total_seconds_on_call_level_1"] + row["total_seconds_on_call_level_2_plus"]
    )
    assert (answer["order"], answer["filters"]["responder_ids"]) == ("asc", ["PENG004"])
    (everybody,) = pagerduty.post(RESPONDERS, {"filters": range_})["data"]
    assert everybody["total_incident_count"] > row["total_incident_count"] >= len(waits)
    moved = {name: everybody[f"total_incidents_timeout_escalated_{name}"] for name in ("from", "to")}
    assert moved["from"] == moved["to"] > 0


def test_responder_metrics_take_a_year_at_most_and_are_empty_where_nothing_fits(pagerduty):
    long = {"date_range_start": "2025-01-01", "date_range_end": "2026-06-01"}
    assert pagerduty.refusal("POST", RESPONDERS, 400, json={"filters": long})["error"]["code"] == 2002
    assert pagerduty.post(RESPONDERS, {"filters": {"responder_ids": ["PNOBODY"]}})["data"] == []


def test_analytics_bear_the_vendor_type_and_the_rate_limit_too(pagerduty):
    response = pagerduty.response("POST", RAW, json={"limit": 1})
    assert response.headers["content-type"].startswith("application/vnd.pagerduty+json")
    assert response.headers["ratelimit-limit"] == "960"
    assert pagerduty.response("GET", RAW).status_code == 404
