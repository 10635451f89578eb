"""The mock of AlertOps answers over real HTTP: access, cursors, days, owners and states."""

from datetime import UTC, datetime, timedelta

import pytest

from flows.mocks.credentials import ALERTOPS_KEY
from flows.mocks.world import build_world
from tests.builders.mock_servers import Asking, asking_alertops
from tests.builders.world import sample_as_of, sample_config, sample_world

ALERTS = "/api/v2/alerts"
OTHERS = ("users", "groups", "schedules", "escalation_policies", "workflows", "integrations/inbound")
WINDOW = {"createdFrom": "2026-10-05", "createdTo": "2026-11-01"}


@pytest.fixture(scope="module")
def alertops():
    with asking_alertops(sample_world(), sample_as_of()) as asking:
        yield asking


def everything(alertops: Asking, **params):
    """Alerts of all pages; where nothing follows, `next` is null, empty or absent."""
    page = alertops.get(ALERTS, **params)
    rows = page["alerts"]
    while page["metadata"].get("next"):
        page = alertops.get(ALERTS, **{**params, "next": page["metadata"]["next"]})
        rows += page["alerts"]
    return rows


def kinds_of(incident):
    return [entry.kind.removesuffix("_log_entry") for entry in incident.entries if entry.kind != "notify_log_entry"]


def incident_like(*kinds):
    """The first incident of high urgency whose log goes like this."""
    return next(
        i
        for i in sample_world().incidents
        if kinds_of(i) == ["trigger", "assign", *kinds] and i.urgency == "high" and "[TEST]" not in i.title
    )


def entry_of(incident, kind, which=-1):
    return [entry for entry in incident.entries if entry.kind == f"{kind}_log_entry"][which]


def alert_at(incident, at):
    with asking_alertops(sample_world(), at) as asking:
        day = f"{incident.created_at:%Y-%m-%d}"
        rows = everything(asking, createdFrom=day, createdTo=day, limit=100)
    return next(row for row in rows if row["alert_id"] == 90_000 + incident.number)


def user_name(pagerduty_id):
    return next(p.alertops_user_name for p in sample_world().people if p.pagerduty_id == pagerduty_id)


# -- access and pages --------------------------------------------------------------------------------------------------


def test_without_a_key_a_page_refuses_and_with_a_wrong_one_json_does():
    with asking_alertops(sample_world(), sample_as_of(), headers={}) as nobody:
        response = nobody.response("GET", ALERTS)
        assert (response.status_code, response.headers["content-type"]) == (401, "text/html")
    with asking_alertops(sample_world(), sample_as_of(), headers={"api-key": "wrong"}) as stranger:
        assert "Invalid" in stranger.refusal("GET", ALERTS, 401)["message"]
    with asking_alertops(sample_world(), sample_as_of(), headers={"Authorization": f"Bearer {ALERTOPS_KEY}"}) as other:
        assert other.response("GET", ALERTS).status_code == 401


def test_pages_hold_25_unless_asked_and_100_at_most(alertops):
    assert len(alertops.get(ALERTS)["alerts"]) == 25
    assert len(alertops.get(ALERTS, limit=7)["alerts"]) == 7
    assert len(alertops.get(ALERTS, limit=1000)["alerts"]) == 100


def test_cursors_lead_through_every_alert_once_newest_first(alertops):
    numbers = [row["alert_id"] for row in everything(alertops, limit=100)]
    assert numbers == sorted((90_000 + i.number for i in sample_world().incidents), reverse=True)


def test_a_cursor_holds_the_days_asked_for(alertops):
    cursor = alertops.get(ALERTS, limit=5, **WINDOW)["metadata"]["next"]
    alone = alertops.get(ALERTS, limit=5, next=cursor)
    assert alone == alertops.get(ALERTS, limit=5, next=cursor, **WINDOW)
    assert alone["alerts"] == everything(alertops, **WINDOW)[5:10]


def test_the_last_page_has_a_next_that_is_null_empty_or_absent(alertops):
    ends = []
    for day in range(1, 29):
        metadata = alertops.get(ALERTS, createdFrom=f"2026-10-{day:02d}", createdTo="2026-10-31", limit=100)["metadata"]
        ends.append(metadata.get("next", "absent"))
    assert set(ends) == {None, "", "absent"}


def test_both_ends_of_the_days_are_included(alertops):
    days = [row["created_date"][:10] for row in everything(alertops, limit=100, **WINDOW)]
    told = [
        f"{i.created_at.astimezone(UTC):%Y-%m-%d}"
        for i in sample_world().incidents
        if WINDOW["createdFrom"] <= f"{i.created_at.astimezone(UTC):%Y-%m-%d}" <= WINDOW["createdTo"]
    ]
    assert sorted(days) == sorted(told)
    first, last = min(days), max(days)
    assert {row["created_date"][:10] for row in everything(alertops, createdFrom=last, createdTo=last)} == {last}
    assert first in {row["created_date"][:10] for row in everything(alertops, createdFrom=first, createdTo=last)}


@pytest.mark.parametrize(
    "params", [{"createdFrom": "10/05/2026"}, {"createdTo": "2026-11-31"}, {"limit": "0"}, {"next": "made up"}]
)
def test_arguments_that_make_no_sense_are_refused(alertops, params):
    assert alertops.refusal("GET", ALERTS, 400, params=params)["message"]


def test_what_is_not_an_endpoint_is_not_found(alertops):
    for path in ("/api/v2/nothing", "/api/v1/alerts", "/alerts"):
        alertops.refusal("GET", path, 404)


# -- alerts ------------------------------------------------------------------------------------------------------------


def test_an_alert_has_the_keys_seen_in_real_answers_and_times_without_a_zone(alertops):
    row = alertops.get(ALERTS, limit=1)["alerts"][0]
    assert set(row) == {
        *("alert_id", "created_date", "closed_date", "status", "priority", "topic", "description", "sender", "source"),
        *("source_name", "source_id", "owner", "integration", "escalation_policy", "within_sla", "resolution"),
    }
    incident = sample_world().incidents[-1]
    assert datetime.fromisoformat(row["created_date"]) == incident.created_at.astimezone(UTC).replace(tzinfo=None)
    assert set(row["owner"]) == {"user_name", "first_name", "last_name"}


def test_an_alert_is_open_without_an_owner_until_somebody_takes_it_and_then_closed():
    incident = incident_like("acknowledge", "resolve")
    taken, closed = entry_of(incident, "acknowledge"), entry_of(incident, "resolve")
    before = alert_at(incident, taken.at - timedelta(seconds=1))
    assert (before["status"], before["owner"], before["closed_date"]) == ("Open", None, None)
    during = alert_at(incident, taken.at)
    assert (during["status"], during["closed_date"]) == ("Assigned", None)
    assert during["owner"]["user_name"] == user_name(taken.agent)
    after = alert_at(incident, closed.at)
    assert after["status"] == "Closed"
    assert after["closed_date"] == f"{closed.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"


def test_who_is_handed_an_alert_owns_it():
    incident = incident_like("acknowledge", "assign", "acknowledge", "resolve")
    handed = entry_of(incident, "assign")
    assert alert_at(incident, handed.at)["owner"]["user_name"] == user_name(handed.assignees[0])
    assert handed.assignees[0] != entry_of(incident, "acknowledge", 0).agent


def test_a_timeout_takes_the_owner_away_and_opens_the_alert_again():
    incident = incident_like("acknowledge", "unacknowledge", "acknowledge", "resolve")
    row = alert_at(incident, entry_of(incident, "unacknowledge").at)
    assert (row["status"], row["owner"]) == ("Open", None)


def test_what_closes_itself_unseen_has_no_owner():
    incident = incident_like("resolve")
    row = alert_at(incident, sample_as_of())
    assert (row["status"], row["owner"]) == ("Closed", None)


def test_what_closes_itself_once_somebody_has_taken_it_stays_theirs():
    incident = next(
        i
        for i in sample_world().incidents
        if kinds_of(i) == ["trigger", "assign", "acknowledge", "resolve"] and i.entries[-1].agent == i.service_id
    )
    row = alert_at(incident, sample_as_of())
    assert row["owner"]["user_name"] == user_name(entry_of(incident, "acknowledge").agent)


def test_tests_are_cancelled_and_low_urgency_is_put_on_hold():
    trial = next(i for i in sample_world().incidents if i.title.startswith("[TEST]"))
    cancelled = alert_at(trial, sample_as_of())
    assert (cancelled["status"], cancelled["closed_date"]) == ("Cancelled", None)
    low = next(
        i
        for i in sample_world().incidents
        if i.urgency == "low"
        and kinds_of(i)[-2:] == ["acknowledge", "resolve"]
        and i.entries[-1].at - i.entries[-2].at > timedelta(hours=2)
    )
    held = alert_at(low, entry_of(low, "acknowledge").at + timedelta(hours=1))
    assert (held["status"], held["priority"]) == ("On Hold", "Low")


def test_an_earlier_instant_knows_no_later_alerts():
    instant = datetime(2026, 6, 1, tzinfo=UTC)
    with asking_alertops(sample_world(), instant) as asking:
        assert max(row["created_date"] for row in everything(asking, limit=100)) <= "2026-06-01T00:00:00"


# -- people and the rest -----------------------------------------------------------------------------------------------


def test_users_are_those_employed_by_the_name_made_of_theirs(alertops):
    users = {user["user_name"]: user for user in alertops.get("/api/v2/users")["users"]}
    assert users["aruiz"] == {"user_id": 501, "user_name": "aruiz", "first_name": "Ana", "last_name": "Ruiz"}
    assert "lfernandez" in users
    assert "iqureshi" not in users


def test_the_config_names_users_and_made_up_names_stay_apart():
    config = sample_config()
    first, second, third, *rest = config.engineers
    renamed = (
        first.model_copy(update={"alertops_user_name": "the.ana"}),
        second.model_copy(update={"name": "Ben Dubois"}),
        third.model_copy(update={"name": "Bea Dubois"}),
        *rest,
    )
    world = build_world(config.model_copy(update={"engineers": renamed}), last_week=config.policy.baseline_start)
    assert [person.alertops_user_name for person in world.people][:3] == ["the.ana", "bdubois", "bdubois2"]


@pytest.mark.parametrize("path", OTHERS)
def test_what_else_there_is_comes_as_a_list_with_metadata(alertops, path):
    answer = alertops.get(f"/api/v2/{path}")
    name, rows = next(iter(answer.items()))
    assert name == path.split("/")[0]
    assert isinstance(rows, list)
    assert not answer["metadata"].get("next")
