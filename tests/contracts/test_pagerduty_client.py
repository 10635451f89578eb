"""The PagerDuty client against a mock that speaks real HTTP, and against answers that the mock never gives."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pandas as pd
import pytest
from pydantic import SecretStr

from flows.mocks.credentials import PAGERDUTY_TOKEN
from flows.mocks.http import Response
from flows.mocks.pagerduty_server import serve_pagerduty
from flows.settings.connections import Connection
from flows.sources.errors import SourceError
from flows.sources.http import Patience, open_client
from flows.sources.pagerduty import fetch_pagerduty
from flows.sources.transports import ReplayTransport
from flows.sources.window import Window
from tests.builders import payloads as p
from tests.builders.config import engineer_entry, team_config
from tests.builders.reads import assert_same_read, page_table, recording
from tests.builders.world import sample_config, sample_world

ZONE = ZoneInfo("America/Chicago")
AS_OF = datetime(2026, 11, 23, tzinfo=ZONE)
STORY = Window(datetime(2025, 11, 3, tzinfo=ZONE), AS_OF)
FOUR_WEEKS = Window(datetime(2026, 10, 26, tzinfo=ZONE), AS_OF)
NO_WAIT = Patience(attempts=4, first_wait=0.0, longest_wait=0.0, jitter=0.0, total=60.0)


def fetch(base_url, window=FOUR_WEEKS, *, token=PAGERDUTY_TOKEN, config=None, record=None, transport=None):
    kept = [] if record is None else record
    with open_client("pagerduty", Connection(base_url, SecretStr(token)), kept.append, transport, NO_WAIT) as client:
        return fetch_pagerduty(client, window, config or sample_config())


@pytest.fixture(scope="module")
def pagerduty():
    with serve_pagerduty(sample_world(), AS_OF) as url:
        yield url


@pytest.fixture(scope="module")
def story(pagerduty):
    return fetch(pagerduty, STORY)


@pytest.fixture(scope="module")
def lately(pagerduty):
    exchanges = []
    return fetch(pagerduty, record=exchanges), exchanges


def cleaned(payload, first_week):
    return page_table(payload, sample_config(), first_week)


def test_every_incident_of_the_story_arrives_with_its_whole_log(story):
    told = [incident for incident in sample_world().incidents if STORY.since <= incident.created_at < AS_OF]
    assert len(told) > 400
    assert set(story.incidents["incident_id"]) >= {incident.id for incident in told}
    assert set(story.log_entries["entry_id"]) >= {
        entry.id
        for incident in told
        for entry in incident.entries
        if entry.at < AS_OF and not entry.kind.startswith("unack")
    }
    assert story.gaps == ()


def test_plain_answers_of_the_story_have_the_seconds_of_the_story(story):
    """Incidents with one page and one answer, timed here a second time; the rest is judged in the unit tests."""
    table, _ = cleaned(story, "2025-11-03")
    ids = {person.pagerduty_id: person.engineer_id for person in sample_world().people if person.engineer_id}
    expected = {}
    for incident in sample_world().incidents:
        pages = [entry for entry in incident.entries if entry.assignees]
        answers = [entry for entry in incident.entries if entry.kind == "acknowledge_log_entry"]
        is_own = incident.entries[0].agent in ids
        if len(pages) == 1 == len(answers) and answers[0].agent in ids and not is_own and "TEST" not in incident.title:
            expected[incident.id, ids[answers[0].agent]] = (answers[0].at - pages[0].at).total_seconds()
    found = dict(
        zip(zip(table["incident_id"], table["engineer_id"], strict=True), table["acknowledge_seconds"], strict=True)
    )
    assert len(expected) > 400
    assert {key: found[key] for key in expected} == pytest.approx(expected, abs=1)


def test_pages_that_timed_out_in_the_story_are_censored(story):
    table, problems = cleaned(story, "2025-11-03")
    timeouts = [
        entry
        for incident in sample_world().incidents
        for entry in incident.entries
        if entry.channel == "timeout" and entry.kind == "escalate_log_entry" and entry.at < AS_OF
    ]
    assert 0 < table["is_censored"].sum() <= len(timeouts)
    assert (table.loc[table["is_censored"], "acknowledge_seconds"] >= 60).all()
    assert "error" not in set(problems["severity"])


def test_a_short_window_says_the_same_of_its_weeks_as_the_whole_story(story, lately):
    whole, short = cleaned(story, "2026-10-26")[0], cleaned(lately[0], "2026-10-26")[0]
    pd.testing.assert_frame_equal(whole, short)
    assert len(short) > 20


def test_both_ends_of_every_range_are_given_and_none_is_longer_than_six_months(pagerduty):
    exchanges = []
    fetch(pagerduty, STORY, record=exchanges)
    ranges = [
        httpx.URL(f"http://x{one.target}").params
        for one in exchanges
        if re.match("/(incidents|log_entries)", one.target)
    ]
    spans = {(one["since"], one["until"]) for one in ranges}
    lengths = [datetime.fromisoformat(end) - datetime.fromisoformat(start) for start, end in spans]
    assert max(lengths) <= timedelta(days=180)
    assert len(spans) == 3
    assert {one["time_zone"] for one in ranges} == {"UTC"}


def test_the_same_window_asks_and_is_answered_the_same_also_offline(pagerduty, lately):
    payload, exchanges = lately
    again = []
    assert_same_read(fetch(pagerduty, record=again), payload)
    assert again == exchanges
    offline = ReplayTransport(recording(exchanges))
    assert_same_read(fetch("http://nowhere.invalid", transport=offline), payload)


def test_a_wrong_token_is_said_and_not_shown(pagerduty):
    with pytest.raises(SourceError) as caught:
        fetch(pagerduty, token="wrong-token")
    assert caught.value.status == 401
    assert "wrong-token" not in str(caught.value)
    assert "PagerDuty (127.0.0.1)" in str(caught.value)


def test_passing_troubles_change_nothing(lately):
    faults = [Response(429, b""), Response(500, b"oops", "text/plain"), Response(200, b'{"incid', "application/json")]

    def fault(_):
        return faults.pop() if faults else None

    with serve_pagerduty(sample_world(), AS_OF, fault=fault) as url:
        assert fetch(url).counts == lately[0].counts
    assert not faults


# -- answers that the mock never gives ---------------------------------------------------------------------------------


class FakePagerDuty:
    """Any number of incidents and log entries, paged and capped as PagerDuty does it."""

    def __init__(self, incidents=(), entries=(), users=()):
        self.rows = {"/incidents": incidents, "/log_entries": entries, "/users": users, "/oncalls": ()}
        self.asked = []

    def __call__(self, request):
        self.asked.append(request)
        path, params = request.url.path, request.url.params
        parts = path.strip("/").split("/")
        if len(parts) == 2:
            return httpx.Response(200, json={"incident": next(row for row in self.old if row["id"] == parts[1])})
        if len(parts) == 3:
            rows = [entry for entry in self.log if entry["incident"]["id"] == parts[1]]
        else:
            rows = [
                row
                for row in self.rows[path]
                if "since" not in params or params["since"] <= row["created_at"] < params["until"]
            ]
        offset, limit = int(params["offset"]), int(params["limit"])
        if offset + limit > 10_000:
            return httpx.Response(400, json={"error": {"message": "Arguments Caused Error", "code": 2002}})
        page = {parts[-1]: rows[offset : offset + limit], "more": offset + limit < len(rows), "total": len(rows)}
        return httpx.Response(200, json=page)

    def fetch(self, window=FOUR_WEEKS, **more):
        return fetch("https://api.pagerduty.com", window, transport=httpx.MockTransport(self), **more)


def at(minutes):
    return f"{datetime(2026, 11, 2, tzinfo=UTC) + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}"


def test_a_window_with_more_than_ten_thousand_incidents_is_halved_until_all_arrive():
    incidents = [p.incident(f"Q{number:05}", at(number)) for number in range(10_500)]
    payload = FakePagerDuty(incidents).fetch()
    assert list(payload.incidents["incident_id"]) == [row["id"] for row in incidents]
    assert payload.gaps == ()


def test_more_rows_in_one_second_than_can_be_paged_is_an_error_and_no_endless_loop():
    with pytest.raises(SourceError, match="within one second"):
        FakePagerDuty([p.incident(f"Q{number}", at(0)) for number in range(10_001)]).fetch()


def test_incidents_on_the_eve_of_the_window_arrive_too():
    # 00:30 on the first Monday in Madrid is 18:30 on Sunday in Chicago, where the window begins at midnight.
    fake = FakePagerDuty([p.incident("QEVE", "2026-10-25T23:30:00Z")])
    assert list(fake.fetch().incidents["incident_id"]) == ["QEVE"]


def old_incident(person=p.ANA_PAGER):
    """An incident from before the look-back that somebody acknowledged in the window."""
    old = FakePagerDuty()
    old.old = [p.incident("QOLD", "2026-10-01T00:00:00Z")]
    old.log = [
        p.entry("assign", "2026-10-01T00:00:00Z", person, incident_id="QOLD"),
        p.entry("acknowledge", "2026-11-03T00:00:00Z", person, incident_id="QOLD"),
    ]
    old.rows["/log_entries"] = old.log
    return old


def test_an_old_incident_that_is_acknowledged_in_the_window_arrives_with_its_whole_log():
    config = team_config(engineer_entry("ana", pagerduty_user_id=p.ANA_PAGER))
    payload = old_incident().fetch(config=config)
    assert list(payload.incidents["incident_id"]) == ["QOLD"]
    assert len(payload.log_entries) == 2


def test_an_old_incident_of_people_outside_the_roster_is_not_looked_up():
    config = team_config(engineer_entry("ana", pagerduty_user_id=p.ANA_PAGER))
    assert old_incident(p.STRANGER_PAGER).fetch(config=config).incidents.empty


def test_rows_that_pagerduty_counts_and_withholds_are_told():
    fake = FakePagerDuty([p.incident(f"Q{number}", at(number)) for number in range(3)])
    answer = fake.__call__

    def short(request):
        response = answer(request)
        if request.url.path == "/incidents":
            page = response.json()
            return httpx.Response(
                200, json={**page, "incidents": [row for row in page["incidents"] if row["id"] != "Q2"]}
            )
        return response

    payload = fetch("https://api.pagerduty.com", transport=httpx.MockTransport(short))
    (gap,) = payload.gaps
    assert gap.metrics == {"response"}
    assert gap.sentence.startswith("Calls incomplete: 1 of 3 incidents that PagerDuty counted")
    assert payload.counts["incidents_announced"] == 3
    assert payload.counts["incidents_received"] == 2


def test_a_page_that_calls_itself_the_last_is_not_believed_while_the_count_says_more():
    fake = FakePagerDuty([p.incident(f"Q{number:03}", at(number)) for number in range(150)])

    def hasty(request):
        response = fake(request)
        return httpx.Response(200, json={**response.json(), "more": False})

    payload = fetch("https://api.pagerduty.com", transport=httpx.MockTransport(hasty))
    assert len(payload.incidents) == 150
    assert payload.gaps == ()


def test_a_window_with_too_many_rows_is_halved_though_pagerduty_does_not_count_them():
    fake = FakePagerDuty([p.incident(f"Q{number:05}", at(number)) for number in range(10_500)])

    def uncounted(request):
        response = fake(request)
        return response if response.status_code != 200 else httpx.Response(200, json={**response.json(), "total": None})

    payload = fetch("https://api.pagerduty.com", transport=httpx.MockTransport(uncounted))
    assert len(payload.incidents) == 10_500
