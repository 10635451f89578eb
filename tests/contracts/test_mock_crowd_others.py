"""The crowd in Tempo and AlertOps: the same work and the same calls, found by arrays as by looking at each row."""

from collections import Counter
from contextlib import contextmanager
from datetime import UTC, date, datetime
from urllib.parse import urlsplit

import httpx
import numpy as np
import pytest

from flows.mocks.credentials import ALERTOPS_KEY, TEMPO_TOKEN
from flows.mocks.crowd import Crowd, crowd_alertops_app, crowd_tempo_app
from flows.mocks.crowd.pagerduty import CallOrder
from flows.mocks.crowd.truth import is_billable
from flows.mocks.crowd.worklogs import FIRST_WORKLOG, logs
from flows.mocks.http import serve
from flows.mocks.tempo_server import HALF_BILLED, IDS_APART, MORE_BILLED
from tests.builders.crowds import crowd, crowd_jira, crowd_team_config
from tests.builders.mock_servers import Asking


@contextmanager
def asking(app, **headers):
    with serve(app) as url, httpx.Client(base_url=url, trust_env=False, timeout=60, headers=headers) as client:
        yield Asking(client)


@pytest.fixture(scope="module")
def tempo():
    with asking(crowd_tempo_app(crowd()), Authorization=f"Bearer {TEMPO_TOKEN}") as client:
        yield client


@pytest.fixture(scope="module")
def alertops():
    with asking(crowd_alertops_app(crowd()), **{"api-key": ALERTOPS_KEY}) as client:
        yield client


@pytest.fixture(scope="module")
def worklogs(tempo):
    return pages(tempo, "/4/worklogs", limit=1000)


def pages(client, path, **params):
    page = client.get(path, **params)
    rows = page["results"]
    while "next" in page["metadata"]:
        link = urlsplit(page["metadata"]["next"])
        page = client.get(f"{link.path}?{link.query}")
        rows += page["results"]
    return rows


# -- Tempo ---------------------------------------------------------------------------------------------------------


def test_pages_of_worklogs_tile_what_jira_has(tempo, worklogs):
    jira = crowd_jira()
    known = {log.id: log for log in jira.worklogs([number for _, number in jira.saved_after(0, 10**6)])}
    assert [row["tempoWorklogId"] - IDS_APART for row in worklogs] == sorted(known)
    for row in worklogs:
        log = known[row["tempoWorklogId"] - IDS_APART]
        assert (row["issue"]["id"], row["author"]["accountId"]) == (log.issue_id, log.author)
        assert row["timeSpentSeconds"] == log.versions[-1 if log.versions[-1][0] <= jira.as_of else 0][1]
    some = {"from": "2026-10-05", "to": "2026-10-09"}
    assert pages(tempo, "/worklogs", limit=17, **some) == pages(tempo, "/worklogs", limit=1000, **some)


def test_tempo_bills_what_a_client_pays_for(worklogs):
    numbers = [row["tempoWorklogId"] - IDS_APART - FIRST_WORKLOG for row in worklogs]
    paid = is_billable(crowd(), logs(crowd_jira().calendar, np.array(numbers, dtype=np.int64))).tolist()
    for row, is_paid in zip(worklogs, paid, strict=True):
        number = row["tempoWorklogId"] - IDS_APART
        if number % HALF_BILLED and number % MORE_BILLED:
            assert row["billableSeconds"] == (row["timeSpentSeconds"] if is_paid else 0)
    assert 0.5 < sum(paid) / len(paid) < 0.9


@pytest.mark.parametrize(
    ("path", "params", "holds"),
    [
        (
            "/worklogs",
            {"from": "2026-09-01", "to": "2026-09-30"},
            lambda r: r["startDate"][:7] == "2026-09",
        ),
        ("/worklogs", {"from": "2026-11-22"}, lambda r: r["startDate"] >= "2026-11-22"),
        ("/worklogs", {"updatedFrom": "2026-11-01T00:00:00Z"}, lambda r: r["updatedAt"] >= "2026-11-01T00:00:00Z"),
        ("/worklogs", {"issueId": ["20001", "20005"]}, lambda r: r["issue"]["id"] in (20001, 20005)),
        ("/worklogs/user/712020:crowd-0003", {}, lambda r: r["author"]["accountId"] == "712020:crowd-0003"),
        ("/worklogs/issue/20003", {}, lambda r: r["issue"]["id"] == 20003),
        ("/worklogs/project/10011", {}, lambda r: r["attributes"]["values"][0]["value"] == "CT002-CLIENT"),
        ("/worklogs/project/10009", {}, lambda r: r["attributes"]["values"][0]["value"] == "INT-INTERNAL"),
        ("/worklogs/account/CT003-CLIENT", {}, lambda r: r["attributes"]["values"][0]["value"] == "CT003-CLIENT"),
    ],
)
def test_worklogs_are_filtered_as_asked(tempo, worklogs, path, params, holds):
    wanted = [row for row in worklogs if holds(row)]
    assert comparable(pages(tempo, path, limit=1000, **params)) == comparable(wanted)
    assert (0 < len(wanted) < len(worklogs)) == ("2026-11-22" not in params.values())


def comparable(rows):
    """Without links, which name the address asked."""
    return [(row["tempoWorklogId"], row["timeSpentSeconds"], row["startDate"], row["startTime"]) for row in rows]


def test_a_search_takes_its_filters_in_the_body(tempo, worklogs):
    authors = ["712020:crowd-0001", "712020:crowd-0020"]
    body = {"from": "2026-10-01", "to": "2026-10-10", "authorIds": authors}
    found = tempo.post("/worklogs/search?limit=1000", body)["results"]
    wanted = [
        row
        for row in worklogs
        if row["author"]["accountId"] in authors and "2026-10-01" <= row["startDate"] <= "2026-10-10"
    ]
    assert comparable(found) == comparable(wanted)
    assert wanted


@pytest.mark.parametrize(
    ("order", "key"),
    [
        ("START_DATE_TIME", lambda row: (row["startDate"], row["startTime"], row["tempoWorklogId"])),
        ("ID", lambda row: row["tempoWorklogId"]),
    ],
)
def test_worklogs_can_be_ordered(tempo, worklogs, order, key):
    found = pages(tempo, "/worklogs", limit=1000, orderBy=order)
    assert [row["tempoWorklogId"] for row in found] == [row["tempoWorklogId"] for row in sorted(worklogs, key=key)]
    newest = pages(tempo, "/worklogs", limit=1000, orderBy="UPDATED")
    assert [row["updatedAt"] for row in newest] == sorted(row["updatedAt"] for row in worklogs)
    assert tempo.response("GET", "/worklogs", params={"orderBy": "COLOUR"}).status_code == 400


def test_single_worklogs_and_the_ids_of_both_systems_can_be_asked_for(tempo, worklogs):
    row = worklogs[100]
    assert tempo.get(f"/4/worklogs/{row['tempoWorklogId']}") == row
    number = row["tempoWorklogId"] - IDS_APART
    answer = tempo.post("/worklogs/jira-to-tempo", {"jiraWorklogIds": [number, 1]})["results"]
    assert answer == [{"tempoWorklogId": row["tempoWorklogId"], "jiraWorklogId": number}]
    assert tempo.post("/worklogs/tempo-to-jira", {"tempoWorklogIds": [row["tempoWorklogId"]]})["results"] == answer
    for path in ("/worklogs/1", "/worklogs/x", "/worklogs/issue/1", "/worklogs/user/nobody"):
        assert tempo.response("GET", path).status_code == 404


def test_schedules_are_those_of_the_config(tempo):
    for engineer in crowd_team_config().engineers[::6]:
        rows = tempo.get(f"/user-schedule/{engineer.jira_account_id}", **{"from": "2026-08-03", "to": "2026-11-22"})
        for row in rows["results"]:
            day = date.fromisoformat(row["date"])
            period = next(p for p in engineer.schedules if p.from_day <= day and (p.to_day is None or day <= p.to_day))
            hours = {"5x8": 8, "4x10": 10}[period.kind]
            is_free = f"{day:%A}".lower() in (period.day_off, "saturday", "sunday")
            assert row["requiredSeconds"] == (0 if is_free else hours * 3600)


# -- AlertOps ------------------------------------------------------------------------------------------------------


def alerts(client, **params):
    page = client.get("/api/v2/alerts", **params)
    rows = page["alerts"]
    while page["metadata"].get("next"):
        page = client.get("/api/v2/alerts", next=page["metadata"]["next"], limit=params.get("limit", 25))
        rows += page["alerts"]
    return rows


def test_alerts_are_the_incidents_newest_first_in_pages_of_any_size(alertops):
    rows = alerts(alertops, limit=100)
    assert rows == alerts(alertops, limit=33)
    ever = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
    everything = CallOrder(crowd(), crowd().as_of).created_in(*ever)
    assert len({row["alert_id"] for row in rows}) == len(rows) == len(everything)
    assert [row["created_date"] for row in rows] == sorted((row["created_date"] for row in rows), reverse=True)
    owners = Counter(row["owner"]["user_name"] for row in rows if row["owner"])
    assert set(owners) <= {engineer.alertops_user_name for engineer in crowd_team_config().engineers}
    assert len(owners) > 20
    assert {row["status"] for row in rows} >= {"Closed"}


def test_alerts_of_some_days_are_those_created_on_them(alertops):
    some = alerts(alertops, limit=100, createdFrom="2026-10-01", createdTo="2026-10-03")
    everything = alerts(alertops, limit=100)
    assert some == [row for row in everything if "2026-10-01" <= row["created_date"][:10] <= "2026-10-03"]
    assert some
    assert alertops.response("GET", "/api/v2/alerts", params={"createdFrom": "soon"}).status_code == 400


def test_who_has_left_is_no_user_of_alertops(alertops):
    names = [row["user_name"] for row in alertops.get("/api/v2/users", limit=100)["users"]]
    assert len(names) == 23
    assert "eng-0014" not in names


@pytest.mark.parametrize("app", [crowd_tempo_app, crowd_alertops_app])
def test_strangers_are_refused(app):
    with asking(app(Crowd(8, 8))) as nobody:
        assert nobody.response("GET", "/api/v2/alerts").status_code == 401
    with asking(app(Crowd(8, 8)), Authorization="Bearer x", **{"api-key": "x"}) as stranger:
        assert stranger.response("GET", "/api/v2/alerts").status_code == 401
