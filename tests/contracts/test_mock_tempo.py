"""The mock of Tempo answers over real HTTP as the real one does: access, paging, filters, days, ids of its own, and
what is billable."""

from datetime import UTC, date, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import httpx
import pytest

from flows.mocks.credentials import TEMPO_TOKEN
from flows.mocks.tempo_server import HOLIDAY_NAME, billable_seconds, serve_tempo, tempo_id
from tests.builders.mock_servers import Asking, asking_tempo
from tests.builders.world import actor, is_paid, sample_as_of, sample_world

FROM_TO = {"from": "2026-11-02", "to": "2026-11-08"}
SEARCH = "/worklogs/search"


@pytest.fixture(scope="module")
def tempo():
    with asking_tempo(sample_world(), sample_as_of()) as asking:
        yield asking


def everything(tempo: Asking, path: str, **params):
    """Rows of all pages, by following `next`; a page without it is the last."""
    page = tempo.get(path, **params)
    rows = page["results"]
    while "next" in page["metadata"]:
        page = tempo.get(page["metadata"]["next"])
        rows += page["results"]
    return rows


@cache
def kept():
    """The story's worklogs that Tempo should know, by Tempo's id, with what each holds."""
    as_of = sample_as_of()
    return {
        tempo_id(log.id): (log, [version for version in log.versions if version[0] <= as_of][-1])
        for log in sample_world().worklogs
        if log.created_at <= as_of and not (log.deleted_at and log.deleted_at <= as_of)
    }


# -- access ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("header", [None, TEMPO_TOKEN, f"Token token={TEMPO_TOKEN}", "Bearer wrong"])
def test_without_the_bearer_token_access_is_refused_with_a_page(header):
    headers = {"Authorization": header} if header else {}
    with asking_tempo(sample_world(), sample_as_of(), headers=headers) as asking:
        response = asking.response("GET", "/worklogs")
    assert response.status_code == 401
    assert response.headers["content-type"].startswith("text/html")


def test_the_same_is_served_below_4_and_links_stay_below_what_was_asked_for(tempo):
    page, plain = tempo.get("/4/worklogs", limit=2, **FROM_TO), tempo.get("/worklogs", limit=2, **FROM_TO)
    base = str(tempo.client.base_url).rstrip("/")
    assert page["metadata"]["next"].startswith(f"{base}/4/worklogs?")
    assert page["results"][0]["self"].startswith(f"{base}/4/worklogs/")
    assert plain["metadata"]["next"].startswith(f"{base}/worklogs?")
    ids = [[row["tempoWorklogId"] for row in answer["results"]] for answer in (page, plain)]
    assert ids[0] == ids[1]


def test_links_lead_to_the_host_that_the_client_asked_for():
    with serve_tempo(sample_world(), sample_as_of()) as url:
        headers = {"Authorization": f"Bearer {TEMPO_TOKEN}", "Host": "tempo.sample.invalid"}
        page = httpx.get(f"{url}/4/worklogs?limit=1", headers=headers, trust_env=False, timeout=60).json()
    assert page["self"].startswith("http://tempo.sample.invalid/4/worklogs?")
    assert page["metadata"]["next"].startswith("http://tempo.sample.invalid/4/worklogs?")


# -- pages -------------------------------------------------------------------------------------------------------------


def test_pages_hold_50_unless_asked_and_1000_at_most(tempo):
    assert len(tempo.get("/worklogs")["results"]) == 50
    page = tempo.get("/worklogs", limit=5000)
    assert (page["metadata"]["limit"], len(page["results"])) == (1000, 1000)


def test_count_is_that_of_the_page_and_next_is_absent_on_the_last(tempo):
    first = tempo.get("/worklogs", **FROM_TO)
    assert first["metadata"]["count"] == 50
    total = len(everything(tempo, "/worklogs", **FROM_TO))
    last = tempo.get("/worklogs", offset=total - 3, **FROM_TO)
    assert last["metadata"] == {"count": 3, "offset": total - 3, "limit": 50}
    exact = tempo.get("/worklogs", limit=total, **FROM_TO)
    assert exact["metadata"] == {"count": total, "offset": 0, "limit": total}


def test_following_next_gives_every_worklog_once_in_the_order_of_ids(tempo):
    ids = [row["tempoWorklogId"] for row in everything(tempo, "/worklogs", limit=1000)]
    assert ids == sorted(kept())


def test_a_search_pages_by_its_query_and_filters_by_its_body(tempo):
    body = {**FROM_TO, "authorIds": ["712020:ana-0001", "712020:ben-0002"]}
    page = tempo.post(SEARCH, body, limit=10)
    rows = page["results"]
    while "next" in page["metadata"]:
        assert "/worklogs/search?offset=" in page["metadata"]["next"]
        page = tempo.post(page["metadata"]["next"], body)
        rows += page["results"]
    wanted = [
        row
        for row in everything(tempo, "/worklogs", limit=1000, **FROM_TO)
        if row["author"]["accountId"] in body["authorIds"]
    ]
    assert rows == wanted
    assert len(rows) > 10


# -- filters -----------------------------------------------------------------------------------------------------------


def test_both_ends_of_a_range_are_included_by_the_authors_day(tempo):
    days = {row["startDate"] for row in everything(tempo, "/worklogs", **FROM_TO)}
    assert (min(days), max(days)) == ("2026-11-02", "2026-11-06")
    day = everything(tempo, "/worklogs", **{"from": "2026-11-05", "to": "2026-11-05"})
    assert {row["startDate"] for row in day} == {"2026-11-05"}


def test_updated_from_finds_what_was_entered_or_corrected_since(tempo):
    number, (log, (saved_at, _)) = next(item for item in reversed(kept().items()) if len(item[1][0].versions) == 2)
    since = saved_at.astimezone(UTC).replace(microsecond=0)
    assert log.created_at < since
    rows = everything(tempo, "/worklogs", updatedFrom=f"{since:%Y-%m-%dT%H:%M:%SZ}", limit=1000)
    found = {row["tempoWorklogId"] for row in rows}
    assert number in found
    assert found == {n for n, (_, (at, _)) in kept().items() if at >= since}
    whole_day = everything(tempo, "/worklogs", updatedFrom=f"{since:%Y-%m-%d}", limit=1000)
    assert found < {row["tempoWorklogId"] for row in whole_day}


def test_several_projects_or_issues_may_be_asked_for(tempo):
    rows = everything(tempo, "/worklogs", projectId=[10010, 10050], **FROM_TO)
    projects = {p.key: p.id for p in sample_world().projects}
    issues = sample_world().issues_by_id
    assert {projects[issues[row["issue"]["id"]].project_key] for row in rows} == {10010, 10050}
    two = sorted({row["issue"]["id"] for row in rows})[:2]
    picked = everything(tempo, "/worklogs", issueId=two, **FROM_TO)
    assert {row["issue"]["id"] for row in picked} == set(two)
    assert tempo.post(SEARCH, {**FROM_TO, "issueIds": two, "projectIds": [10010, 10050]})["results"] == picked


@pytest.mark.parametrize("name", ["user/712020:ana-0001", "issue/20003", "project/10011", "account/BEA-CLIENT"])
def test_worklogs_of_one_user_issue_project_or_account(tempo, name):
    rows = everything(tempo, f"/worklogs/{name}", limit=1000)
    issues = sample_world().issues_by_id
    of = {
        "user": lambda row: row["author"]["accountId"] == "712020:ana-0001",
        "issue": lambda row: row["issue"]["id"] == 20003,
    }.get(name.split("/")[0], lambda row: issues[row["issue"]["id"]].project_key == "BEA")
    assert rows == [row for row in everything(tempo, "/worklogs", limit=1000) if of(row)]
    assert rows


def test_worklogs_can_be_ordered_by_their_start(tempo):
    rows = everything(tempo, "/worklogs", orderBy="START_DATE_TIME", **FROM_TO)
    starts = [(row["startDate"], row["startTime"]) for row in rows]
    assert starts == sorted(starts)
    assert starts != [(row["startDate"], row["startTime"]) for row in everything(tempo, "/worklogs", **FROM_TO)]


# -- rows --------------------------------------------------------------------------------------------------------------


def test_a_worklog_names_its_issue_by_number_only_and_bears_another_id_than_in_jira(tempo):
    jira_ids = {log.id for log in sample_world().worklogs}
    for row in everything(tempo, "/worklogs", **FROM_TO):
        assert set(row["issue"]) == {"self", "id"}
        assert isinstance(row["issue"]["id"], int)
        assert row["tempoWorklogId"] not in jira_ids
    assert tempo.get(f"/worklogs/{row['tempoWorklogId']}") == row


def test_the_start_is_the_authors_clock_without_a_zone_and_stamps_are_utc(tempo):
    madrid = ZoneInfo("Europe/Madrid")
    for row in everything(tempo, "/worklogs/user/712020:lucia-0012", **FROM_TO):
        log, (saved_at, _) = kept()[row["tempoWorklogId"]]
        here = log.started_at.astimezone(madrid)
        assert (row["startDate"], row["startTime"]) == (here.date().isoformat(), f"{here:%H:%M:%S}")
        assert row["createdAt"] == f"{log.created_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        assert row["updatedAt"] == f"{saved_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def test_seconds_and_billable_seconds_are_those_of_the_story(tempo):
    odd = 0
    for row in everything(tempo, "/worklogs", limit=1000):
        log, (_, seconds) = kept()[row["tempoWorklogId"]]
        assert row["timeSpentSeconds"] == seconds
        assert row["billableSeconds"] == billable_seconds(sample_world(), log, seconds)
        assert (row["billableSeconds"] > 0) == is_paid(log)
        odd += is_paid(log) and row["billableSeconds"] != seconds
    assert odd > 0


def test_of_a_few_paid_worklogs_a_part_is_billed_or_more_than_all():
    paid = [log for log in sample_world().worklogs if is_paid(log)]
    shares = [billable_seconds(sample_world(), log, 3600) for log in paid]
    assert set(shares) == {1800, 3600, 4500}
    assert sum(share != 3600 for share in shares) < 0.02 * len(shares)


def test_a_correction_changes_the_seconds_and_when_it_was_updated():
    log = next(log for log in sample_world().worklogs if len(log.versions) == 2 and log.deleted_at is None)
    (created_at, first_seconds), (corrected_at, seconds) = log.versions
    found = []
    for at in (created_at, corrected_at):
        with asking_tempo(sample_world(), at) as asking:
            found.append(asking.get(f"/worklogs/{tempo_id(log.id)}"))
    assert [row["timeSpentSeconds"] for row in found] == [first_seconds, seconds]
    assert found[0]["updatedAt"] == found[0]["createdAt"] == found[1]["createdAt"] < found[1]["updatedAt"]


def test_a_deleted_worklog_is_gone_and_one_of_the_future_is_not_there_yet():
    log = next(log for log in sample_world().worklogs if log.deleted_at)
    moments = (log.created_at - timedelta(seconds=1), log.created_at, log.deleted_at)
    statuses = []
    for at in moments:
        with asking_tempo(sample_world(), at) as asking:
            statuses.append(asking.response("GET", f"/worklogs/{tempo_id(log.id)}").status_code)
    assert statuses == [404, 200, 404]


# -- ids, attributes, accounts, schedules ------------------------------------------------------------------------------


def test_ids_are_mapped_both_ways_and_unknown_ones_are_left_out(tempo):
    some = list(kept())[:60]
    page = tempo.post("/worklogs/tempo-to-jira", {"tempoWorklogIds": [*some, 1]})
    assert page["metadata"]["count"] == 50
    rest = tempo.post("/worklogs/tempo-to-jira", {"tempoWorklogIds": [*some, 1]}, offset=50)
    pairs = page["results"] + rest["results"]
    assert {row["tempoWorklogId"]: row["jiraWorklogId"] for row in pairs} == {n: kept()[n][0].id for n in some}
    jira_ids = [row["jiraWorklogId"] for row in pairs]
    back = tempo.post("/worklogs/jira-to-tempo", {"jiraWorklogIds": jira_ids}, limit=100)
    assert back["results"] == pairs


def test_attributes_of_a_worklog_name_its_account(tempo):
    row = next(iter(everything(tempo, "/worklogs/project/10012", **FROM_TO)))
    answer = tempo.get(f"/worklogs/{row['tempoWorklogId']}/work-attribute-values")
    assert answer["results"] == row["attributes"]["values"] == [{"key": "_Account_", "value": "HAR-CLIENT"}]
    assert row["attributes"]["self"].endswith(f"/worklogs/{row['tempoWorklogId']}/work-attribute-values")
    assert "_Account_" in {attribute["key"] for attribute in tempo.get("/work-attributes")["results"]}
    kinds = {account["key"]: account["category"]["type"]["name"] for account in tempo.get("/accounts")["results"]}
    assert (kinds["HAR-CLIENT"], kinds["INT-INTERNAL"]) == ("BILLABLE", "INTERNAL")


def test_a_schedule_says_what_a_user_owes_each_day(tempo):
    days = tempo.get("/user-schedule", **FROM_TO)["results"]
    assert [day["requiredSeconds"] for day in days] == [28800] * 5 + [0] * 2
    who = actor("true decliner")
    own = tempo.get(f"/user-schedule/{who.account_id}", **FROM_TO)["results"]
    assert {date.fromisoformat(day["date"]): day["requiredSeconds"] / 3600 for day in own} == {
        date(2026, 11, day): who.contract.get(date(2026, 11, day), 0) for day in range(2, 9)
    }


def test_a_public_holiday_of_the_place_is_a_holiday_of_eight_hours_on_which_nothing_is_expected(tempo):
    range_ = {"from": "2025-11-24", "to": "2025-11-30"}  # Thanksgiving is on Thursday 27 November
    chicago = tempo.get("/user-schedule/712020:ana-0001", **range_)["results"]
    assert [(day["type"], day["requiredSeconds"]) for day in chicago] == [
        *[("WORKING_DAY", 28800)] * 3,
        ("HOLIDAY", 0),
        ("WORKING_DAY", 28800),
        *[("NON_WORKING_DAY", 0)] * 2,
    ]
    assert chicago[3]["holiday"] == {
        "id": 7331,
        "schemeId": 7,
        "name": HOLIDAY_NAME,
        "date": "2025-11-27",
        "durationSeconds": 28800,
        "type": "FIXED",
    }
    assert not any("holiday" in day for day in chicago if day["date"] != "2025-11-27")
    madrid = tempo.get("/user-schedule/712020:lucia-0012", **range_)["results"]
    assert {day["type"] for day in madrid} == {"WORKING_DAY", "NON_WORKING_DAY"}


def test_a_holiday_on_a_day_off_is_of_a_kind_of_its_own(tempo):
    # 2026-07-03 is Independence Day as observed; 4x10 in Chicago leaves Fridays free.
    (who, *_) = (
        who
        for who in sample_world().actors
        if date(2026, 7, 3) in who.holidays and date(2026, 7, 3) not in who.contract
    )
    (day,) = tempo.get(f"/user-schedule/{who.account_id}", **{"from": "2026-07-03", "to": "2026-07-03"})["results"]
    assert (day["type"], day["requiredSeconds"]) == ("HOLIDAY_AND_NON_WORKING_DAY", 0)


# -- refusals ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "params",
    [
        {"from": "02.11.2026"},
        {"to": "2026-02-30"},
        {"updatedFrom": "yesterday"},
        {"limit": "many"},
        {"limit": "0"},
        {"offset": "-1"},
        {"orderBy": "SIZE"},
        {"issueId": "ATL-1"},
    ],
)
def test_arguments_that_make_no_sense_are_refused_with_a_list_of_messages(tempo, params):
    answer = tempo.refusal("GET", "/worklogs", 400, params=params)
    assert next(iter(params)) in answer["errors"][0]["message"]


@pytest.mark.parametrize("body", [{"from": "monday"}, {"issueIds": ["ATL-1"]}, {"projectIds": 10010}, [1]])
def test_bodies_that_make_no_sense_are_refused(tempo, body):
    assert tempo.refusal("POST", SEARCH, 400, json=body)["errors"][0]["message"]


def test_what_is_not_there_is_told_in_an_object(tempo):
    for path in ("/worklogs/1", "/worklogs/project/1", "/worklogs/issue/ATL-1", "/worklogs/user/nobody", "/nothing"):
        assert tempo.refusal("GET", path, 404)["errors"]["message"]


def test_two_servers_of_one_story_answer_with_the_same_bytes():
    bodies = []
    for _ in range(2):
        with asking_tempo(sample_world(), sample_as_of()) as asking:
            headers = {"Host": "tempo.sample.invalid"}
            bodies.append(asking.response("GET", "/worklogs", params=FROM_TO, headers=headers).content)
    assert bodies[0] == bodies[1]
