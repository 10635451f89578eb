"""The AlertOps client against a mock that speaks real HTTP, and against answers that the mock never gives."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import httpx
import pandas as pd
import pytest
from pydantic import SecretStr

from flows.mocks.alertops_server import FIRST_ALERT, alert_now, serve_alertops
from flows.mocks.credentials import ALERTOPS_KEY
from flows.mocks.faults import parse_faults
from flows.settings import roster_tables
from flows.settings.connections import Connection
from flows.sources.alertops import fetch_alertops
from flows.sources.errors import SourceError
from flows.sources.http import Patience, open_client
from flows.sources.transports import ReplayTransport
from flows.sources.window import Window
from tests.builders.config import team_config
from tests.builders.reads import recording
from tests.builders.vendor_rows import alert, alertops_user
from tests.builders.world import sample_as_of, sample_config, sample_world
from transforms.clean.alertops import clean_alerts

ZONE = ZoneInfo("America/Chicago")
STORY = Window(datetime(2025, 11, 3, tzinfo=ZONE), datetime(2026, 11, 23, tzinfo=ZONE))
FOUR_WEEKS = Window(datetime(2026, 10, 26, tzinfo=ZONE), datetime(2026, 11, 23, tzinfo=ZONE))
NO_WAIT = Patience(attempts=4, first_wait=0.0, longest_wait=0.0, jitter=0.0, total=60.0)
API = "https://api.alertops.com"
ALERTS, USERS = "/api/v2/alerts", "/api/v2/users"


def fetch(base_url=API, window=FOUR_WEEKS, *, key=ALERTOPS_KEY, zone="UTC", record=None, transport=None):
    kept = [] if record is None else record
    config = team_config(sources={"alertops": {"timezone": zone}})
    with open_client("alertops", Connection(base_url, SecretStr(key)), kept.append, transport, NO_WAIT) as client:
        return fetch_alertops(client, window, config)


def refused(*specs, window=STORY, key=ALERTOPS_KEY):
    """How a fetch ends from a mock with these faults."""
    fault = parse_faults(specs)
    with serve_alertops(sample_world(), sample_as_of(), fault=fault) as url, pytest.raises(SourceError) as caught:
        fetch(url, window, key=key)
    return caught.value


@pytest.fixture(scope="module")
def alertops():
    with serve_alertops(sample_world(), sample_as_of()) as url:
        yield url


@pytest.fixture(scope="module")
def story(alertops):
    return fetch(alertops, STORY)


@pytest.fixture(scope="module")
def cleaned(story):
    return clean_alerts(story.alerts, story.users, engineers(), ("test",), "UTC", pd.Timestamp("2025-11-03"))


def engineers():
    """The sample's roster, with the user names that the story gives them."""
    names = {who.engineer_id: who.alertops_user_name for who in sample_world().people if who.engineer_id}
    people = roster_tables(sample_config()).engineers
    return people.assign(alertops_user_name=people["engineer_id"].map(names).astype("str"))


def incidents_since(day):
    return [i for i in sample_world().incidents if i.created_at <= sample_as_of() and i.created_at.date() >= day]


# -- the whole story ---------------------------------------------------------------------------------------------------


def test_every_alert_of_the_story_arrives_once_over_many_pages(story):
    told = {str(FIRST_ALERT + incident.number) for incident in incidents_since(date(2025, 10, 27))}
    assert len(told) > 400
    assert set(story.alerts["incident_id"]) == told
    assert story.alerts["incident_id"].is_unique
    assert story.counts == {"alerts": len(told)}
    assert story.gaps == ()


def test_every_user_arrives_with_a_name(story):
    told = {
        (who.alertops_user_name, who.name)
        for who in sample_world().people
        if who.alertops_user_name
        and (who.active_from is None or who.active_from <= sample_as_of())
        and (who.active_until is None or who.active_until > sample_as_of())
    }
    assert len(told) > 10
    assert set(zip(story.users["user_name"], story.users["name"], strict=True)) == told


def test_owners_and_times_to_resolve_are_those_of_the_story(cleaned):
    table, problems = cleaned
    zones = {who.pagerduty_id: (who.engineer_id, ZoneInfo(who.timezone)) for who in sample_world().people}
    told = {}
    for incident in incidents_since(date(2025, 11, 1)):
        now = alert_now(incident, sample_as_of())
        engineer_id, zone = zones.get(now.owner, (None, None))
        is_in_time = engineer_id and incident.created_at.astimezone(zone).date() >= date(2025, 11, 3)
        if is_in_time and now.status != "Cancelled" and "[TEST]" not in incident.title:
            resolve = (now.closed_at - incident.created_at).total_seconds() if now.closed_at else None
            told[str(FIRST_ALERT + incident.number)] = (engineer_id, incident.created_at, resolve, incident.urgency)
    found = {
        row.incident_id: (
            row.engineer_id,
            row.paged_at.to_pydatetime(),
            None if pd.isna(row.resolve_seconds) else row.resolve_seconds,
            row.urgency,
        )
        for row in table.itertuples()
    }
    assert len(told) > 300
    assert found == told
    assert table["acknowledge_seconds"].isna().all()
    assert set(problems["rule"]) <= {"A001", "A005"}


def test_plain_answers_of_the_story_have_the_seconds_of_the_story(cleaned):
    """Alerts with one page, one answer and one end by the same person, read here from the log itself."""
    table = cleaned[0].set_index("incident_id")
    ids = {who.pagerduty_id: who.engineer_id for who in sample_world().people}
    checked = 0
    for incident in incidents_since(date(2025, 11, 5)):
        kinds = [entry.kind.removesuffix("_log_entry") for entry in incident.entries if entry.user is None]
        if kinds != ["trigger", "assign", "acknowledge", "resolve"] or "[TEST]" in incident.title:
            continue
        *_, answer, end = (entry for entry in incident.entries if entry.user is None)
        if answer.agent == end.agent and end.at <= sample_as_of():
            row = table.loc[str(FIRST_ALERT + incident.number)]
            assert row["engineer_id"] == ids[answer.agent]
            assert row["resolve_seconds"] == (end.at - incident.created_at).total_seconds()
            checked += 1
    assert checked > 100


def test_the_same_window_asks_the_same_requests_and_can_be_read_again_from_the_record(alertops):
    exchanges, again = [], []
    read = fetch(alertops, record=exchanges)
    fetch(alertops, record=again)
    assert [e.target for e in exchanges] == [e.target for e in again]
    repeated = fetch("http://nowhere.invalid", transport=replay(exchanges))
    pd.testing.assert_frame_equal(repeated.alerts, read.alerts)
    pd.testing.assert_frame_equal(repeated.users, read.users)


def replay(exchanges):
    return ReplayTransport(recording(exchanges))


# -- faults of the mock ------------------------------------------------------------------------------------------------


def test_a_cursor_that_leads_back_to_itself_is_an_error_and_no_endless_loop():
    assert "the next page is one that was read before" in str(refused("loop"))


def test_trouble_that_passes_costs_no_alert(alertops):
    faults = parse_faults(["429=none:1", "truncate:1", "cut:1"])
    with serve_alertops(sample_world(), sample_as_of(), fault=faults) as url:
        assert fetch(url).counts == fetch(alertops).counts


@pytest.mark.parametrize(
    ("spec", "said"),
    [("truncate", "JSON broken off"), ("badjson", "JSON broken off"), ("html200", "200 with text/html")],
)
def test_an_answer_that_is_no_whole_json_is_an_error(spec, said):
    assert said in str(refused(spec))


@pytest.mark.parametrize(("spec", "status"), [("html401", 401), ("html403", 403)])
def test_a_refusal_that_is_a_web_page_is_told_without_its_tags(spec, status):
    error = refused(spec)
    assert error.status == status
    assert "<" not in error.what


def test_a_wrong_key_is_an_error_that_does_not_repeat_it():
    error = refused(key="not-the-key")
    assert error.status == 401
    assert "not-the-key" not in str(error)


@pytest.mark.parametrize("spec", [f"html403:{USERS}", f"html401:{USERS}", f"html200:{USERS}"])
def test_without_the_list_of_users_the_alerts_arrive_all_the_same(alertops, spec):
    with serve_alertops(sample_world(), sample_as_of(), fault=parse_faults([spec])) as url:
        read = fetch(url)
    assert read.users.empty
    assert list(read.users.columns) == ["user_name", "name"]
    assert read.counts == fetch(alertops).counts


def test_trouble_with_the_users_that_may_pass_ends_the_fetch():
    assert refused(f"503:{USERS}").status == 503


# -- answers that the mock never gives ---------------------------------------------------------------------------------


class FakeAlertOps:
    """Answers in turn, by path, the last one for ever; without more, no alerts and no users."""

    def __init__(self, *pages, users=({"users": []},)):
        self.answers = {ALERTS: list(pages) or [page()], USERS: list(users)}
        self.asked = []

    def __call__(self, request):
        self.asked.append(request)
        left = self.answers[request.url.path]
        answer = left.pop(0) if len(left) > 1 else left[0]
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)

    def params(self, path=ALERTS):
        return [dict(request.url.params) for request in self.asked if request.url.path == path]

    def fetch(self, window=FOUR_WEEKS, **more):
        return fetch(API, window, transport=httpx.MockTransport(self), **more)


def page(*numbers, **metadata):
    return {"alerts": [alert(number) for number in numbers], "metadata": metadata}


def test_requests_bear_the_key_and_the_path_of_the_version():
    fake = FakeAlertOps()
    fake.fetch()
    assert {request.headers["api-key"] for request in fake.asked} == {ALERTOPS_KEY}
    assert [request.url.path for request in fake.asked] == [ALERTS, USERS]
    assert "authorization" not in fake.asked[0].headers


def test_cursors_are_followed_with_the_same_days_to_the_end():
    fake = FakeAlertOps(page(1, 2, next="b"), page(3, next="c/+="), page(4))
    assert fake.fetch().alerts["incident_id"].tolist() == ["1", "2", "3", "4"]
    days = {"limit": "100", "createdFrom": "2026-10-19", "createdTo": "2026-11-23"}
    assert fake.params() == [days, {**days, "next": "b"}, {**days, "next": "c/+="}]


@pytest.mark.parametrize("metadata", [{"next": None}, {"next": ""}, {}])
def test_without_a_cursor_the_page_is_the_last(metadata):
    fake = FakeAlertOps({"alerts": [alert()], "metadata": metadata})
    assert fake.fetch().counts == {"alerts": 1}
    assert len(fake.params()) == 1


@pytest.mark.parametrize("answer", [{"alerts": [alert()]}, {"alerts": [alert()], "metadata": None}])
def test_a_page_without_metadata_is_the_last(answer):
    assert FakeAlertOps(answer).fetch().counts == {"alerts": 1}


def test_an_empty_page_is_the_last_even_with_a_cursor():
    fake = FakeAlertOps(page(1, next="b"), page(next="c"), page(2))
    assert fake.fetch().counts == {"alerts": 1}
    assert len(fake.params()) == 2


@pytest.mark.parametrize(
    "pages",
    [[page(1, next="b")], [page(1, next="b"), page(2, next="c"), page(3, next="b")]],
    ids=["the same again", "back to an earlier one"],
)
def test_a_cursor_seen_before_is_an_error(pages):
    fake = FakeAlertOps(*pages)
    with pytest.raises(SourceError, match="the next page is one that was read before"):
        fake.fetch()
    assert len(fake.asked) <= 3


def test_an_alert_that_moved_to_the_next_page_meanwhile_counts_once():
    fake = FakeAlertOps(page(1, 2, next="b"), page(2, 3))
    assert fake.fetch().alerts["incident_id"].tolist() == ["1", "2", "3"]


def test_alerts_without_an_id_are_handed_on_to_be_told():
    rows = [{**alert(), "alert_id": None}] * 2
    assert FakeAlertOps({"alerts": rows}).fetch().counts == {"alerts": 2}


def test_an_answer_without_alerts_is_an_error():
    with pytest.raises(SourceError, match='the answer has no list "alerts"'):
        FakeAlertOps({"items": []}).fetch()


@pytest.mark.parametrize(
    ("zone", "since", "until", "days"),
    [
        ("UTC", "2026-11-02T00:00+00:00", "2026-11-09T00:00+00:00", ("2026-10-26", "2026-11-09")),
        # It is still Sunday in Chicago when it is Monday in UTC, and already Monday in Auckland when it is Sunday.
        ("America/Chicago", "2026-11-02T00:00+00:00", "2026-11-09T00:00+00:00", ("2026-10-25", "2026-11-09")),
        ("Pacific/Auckland", "2026-11-01T20:00+00:00", "2026-11-08T20:00+00:00", ("2026-10-25", "2026-11-09")),
    ],
)
def test_days_are_asked_for_that_cover_the_window_in_utc_as_in_the_configured_zone(zone, since, until, days):
    fake = FakeAlertOps()
    fake.fetch(Window(datetime.fromisoformat(since), datetime.fromisoformat(until)), zone=zone)
    assert (fake.params()[0]["createdFrom"], fake.params()[0]["createdTo"]) == days


def test_users_are_read_to_the_end_too_and_once_each():
    ana, ben = alertops_user("ana.ops", "Ana", "Ruiz"), alertops_user("ben.ops", "Ben", "Cole")
    fake = FakeAlertOps(users=[{"users": [ben], "metadata": {"next": "b"}}, {"users": [ben, ana]}])
    users = fake.fetch().users
    assert list(zip(users["user_name"], users["name"], strict=True)) == [
        ("ana.ops", "Ana Ruiz"),
        ("ben.ops", "Ben Cole"),
    ]
    assert fake.params(USERS) == [{"limit": "100"}, {"limit": "100", "next": "b"}]


def test_a_list_of_users_without_a_name_around_it_is_read():
    assert list(FakeAlertOps(users=[[alertops_user("ana.ops")]]).fetch().users["user_name"]) == ["ana.ops"]


@pytest.mark.parametrize("status", [400, 403, 404])
def test_a_key_that_may_not_list_users_is_no_failure(status):
    fake = FakeAlertOps(page(1), users=[httpx.Response(status, json={"message": "no"})])
    read = fake.fetch()
    assert read.users.empty
    assert read.counts == {"alerts": 1}
    assert len(fake.params(USERS)) == 1


def test_users_that_were_refused_are_nobody_when_the_record_is_read_again():
    exchanges = []
    FakeAlertOps(page(1), users=[httpx.Response(403)]).fetch(record=exchanges)
    read = fetch("http://nowhere.invalid", transport=replay(exchanges))
    assert read.users.empty
    assert read.counts == {"alerts": 1}
