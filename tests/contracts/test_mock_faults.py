"""Each fault does on the wire what it says, on the mock it is switched on for, and ends with the server."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from email.utils import parsedate_to_datetime

import httpx
import pytest

from flows.errors import ConfigError
from flows.mocks import instructions, run_forever
from flows.mocks.alertops_server import serve_alertops
from flows.mocks.credentials import ALERTOPS_KEY, JIRA_EMAIL, JIRA_TOKEN, PAGERDUTY_TOKEN, TEMPO_TOKEN
from flows.mocks.faults import KINDS, fault_help, parse_faults
from flows.mocks.http import Request, json_response, serve
from flows.mocks.jira_server import serve_jira
from flows.mocks.pagerduty_server import serve_pagerduty
from flows.mocks.tempo_server import serve_tempo
from flows.settings.connections import VARIABLES
from tests.builders.config import team_config
from tests.builders.world import ROOT, sample_as_of, sample_config, sample_world

ANSWER = {"values": [{"id": n, "name": "é" * 20} for n in range(40)]}
VENDOR = "application/vnd.pagerduty+json;version=2"


def told(request: Request):
    """The smallest app there is: what it answers is known to every test."""
    return json_response(ANSWER, content_type=VENDOR)


@contextmanager
def spoilt(*specs, app=told, timeout=5.0):
    with (
        serve(app, fault=parse_faults(specs)) as url,
        httpx.Client(base_url=url, trust_env=False, timeout=timeout) as client,
    ):
        yield client


@contextmanager
def vendor(serving, headers, *specs):
    with (
        serving(sample_world(), sample_as_of(), fault=parse_faults(specs)) as url,
        httpx.Client(base_url=url, trust_env=False, timeout=60, **headers) as client,
    ):
        yield client


def jira(*specs):
    return vendor(serve_jira, {"auth": (JIRA_EMAIL, JIRA_TOKEN)}, *specs)


def tempo(*specs):
    return vendor(serve_tempo, {"headers": {"Authorization": f"Bearer {TEMPO_TOKEN}"}}, *specs)


def pagerduty(*specs):
    return vendor(serve_pagerduty, {"headers": {"Authorization": f"Token token={PAGERDUTY_TOKEN}"}}, *specs)


def alertops(*specs):
    return vendor(serve_alertops, {"headers": {"api-key": ALERTOPS_KEY}}, *specs)


def statuses(client, *paths):
    return [client.get(path).status_code for path in paths]


# -- which requests are hit --------------------------------------------------------------------------------------------


def test_without_a_count_every_request_is_hit_and_with_one_the_first_so_many():
    with spoilt("500") as client:
        assert statuses(client, *"/" * 4) == [500] * 4
    with spoilt("429:3") as client:
        assert statuses(client, *"/" * 5) == [429, 429, 429, 200, 200]


def test_a_path_and_a_skip_choose_the_requests():
    with spoilt("503:/worklog/list:1@2") as client:
        asked = ["/api/worklog/list", "/other", "/api/worklog/list", "/api/worklog/list", "/api/worklog/list"]
        assert statuses(client, *asked) == [200, 200, 200, 503, 200]


def test_a_path_may_hold_colons_and_numbers():
    with spoilt("500:/user/712020:ana-0001:1", "503:/issue/20003") as client:
        asked = ["/user/712020:ana-0001", "/user/712020:ana-0001", "/issue/20003", "/issue/20004"]
        assert statuses(client, *asked) == [500, 200, 503, 200]


def test_several_faults_take_turns_in_the_order_given():
    with spoilt("429:1", "503:2", "html401:/late") as client:
        assert statuses(client, "/", "/", "/late", "/", "/late") == [429, 503, 503, 200, 401]


def test_latency_comes_on_top_of_whatever_else_happens():
    with spoilt("500:1", "latency=0.3:1@1", "503:1", "latency=0.1") as client:
        found = []
        for _ in range(3):
            began = time.monotonic()
            found.append((client.get("/").status_code, time.monotonic() - began))
    assert [status for status, _ in found] == [500, 503, 200]
    assert all(waited >= least for (_, waited), least in zip(found, (0.1, 0.4, 0.1), strict=True))
    assert max(found[0][1], found[2][1]) < found[1][1]


def test_what_has_nothing_to_spoil_does_not_count():
    def app(request):
        return json_response({"id": 1} if request.path == "/one" else [{"id": 1}, {"id": 2}])

    with spoilt("short:1", app=app) as client:
        assert [client.get(path).json() for path in ("/one", "/list", "/list")] == [
            {"id": 1},
            [{"id": 1}],
            [{"id": 1}, {"id": 2}],
        ]


def test_a_count_holds_for_requests_that_come_at_once():
    with spoilt("429:50") as client, ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda _: client.get("/").status_code, range(200)))
    assert found.count(429) == 50


# -- refusals ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("spec", "value"), [("429", "1"), ("429=0", "0"), ("429=17", "17"), ("503=5", "5")])
def test_a_wait_may_be_asked_for_in_seconds(spec, value):
    with spoilt(spec) as client:
        response = client.get("/")
    assert response.status_code == int(spec[:3])
    assert response.headers["retry-after"] == value


def test_a_wait_may_be_asked_for_by_a_date_or_an_instant():
    with spoilt("429=date:1", "429=reset") as client:
        by_date, by_instant = client.get("/"), client.get("/")
    until = parsedate_to_datetime(by_date.headers["retry-after"])
    assert 0 < (until - parsedate_to_datetime(by_date.headers["date"])).total_seconds() <= 3
    assert "retry-after" not in by_instant.headers
    reset = datetime.fromisoformat(by_instant.headers["x-ratelimit-reset"])
    assert 0 < (reset - parsedate_to_datetime(by_instant.headers["date"])).total_seconds() <= 3


def test_a_wait_may_not_be_named_at_all():
    with spoilt("429=none:1", "429=html:1", "429=bare:1", "503") as client:
        said, page, bare, down = (client.get("/") for _ in range(4))
    assert said.json()["errorMessages"]
    assert page.headers["content-type"].startswith("text/html")
    assert "<h1>Too many requests</h1>" in page.text
    assert bare.content == b""
    assert [response.status_code for response in (said, page, bare, down)] == [429, 429, 429, 503]
    for response in (said, page, bare, down):
        assert not {"retry-after", "x-ratelimit-reset", "ratelimit-reset"} & set(response.headers)


def test_pagerdutys_429_names_its_own_header_and_code():
    with pagerduty("429=ratelimit:/users") as client:
        response = client.get("/users")
        assert client.get("/services").status_code == 200
    assert response.headers["ratelimit-reset"] == "2"
    assert response.headers["ratelimit-remaining"] == "0"
    assert "retry-after" not in response.headers
    assert response.json()["error"]["code"] == 2020


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_server_errors_are_pages(status):
    with spoilt(str(status)) as client:
        response = client.get("/")
    assert response.status_code == status
    assert response.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(("spec", "status"), [("html401", 401), ("html403", 403), ("html200", 200)])
def test_access_may_be_refused_by_a_page_of_any_status(spec, status):
    with spoilt(spec) as client:
        response = client.get("/")
    assert response.status_code == status
    assert response.headers["content-type"].startswith("text/html")
    assert "<html>" in response.text


@pytest.mark.parametrize(("spec", "status"), [("plan", 402), ("plan=402", 402), ("plan=403", 403)])
def test_analytics_may_be_missing_in_the_plan_and_nothing_else(spec, status):
    with pagerduty(spec) as client:
        response = client.post("/analytics/raw/incidents", json={})
        assert client.get("/incidents").status_code == 200
    assert response.status_code == status
    assert response.headers["content-type"] == VENDOR
    assert response.json()["error"]["message"]


# -- bodies ------------------------------------------------------------------------------------------------------------


def test_an_answer_may_be_empty():
    with spoilt("empty200") as client:
        response = client.get("/")
    assert (response.status_code, response.content, response.headers["content-length"]) == (200, b"", "0")
    assert response.headers["content-type"] == VENDOR


def test_a_truncated_answer_looks_whole_to_http_and_broken_to_json():
    with spoilt("truncate") as client:
        response = client.get("/")
    whole = json_response(ANSWER).body
    assert response.content == whole[: len(whole) // 2]
    assert response.headers["content-length"] == str(len(response.content))
    with pytest.raises(ValueError, match=r".+"):
        json.loads(response.content)


def test_a_page_may_call_itself_json():
    with spoilt("badjson") as client:
        response = client.get("/")
    assert (response.status_code, response.headers["content-type"]) == (200, VENDOR)
    assert response.text.startswith("<!DOCTYPE html>")


@pytest.mark.parametrize("kind", ["truncate", "badjson", "short", "lastpage", "loop"])
def test_answers_that_are_refusals_anyway_stay_as_they_are(kind):
    with spoilt(kind, app=lambda _: json_response({"errors": [{"message": "no"}]}, 400)) as client:
        response = client.get("/")
    assert (response.status_code, response.json()) == (400, {"errors": [{"message": "no"}]})


# -- connections -------------------------------------------------------------------------------------------------------


def test_a_connection_may_end_before_the_length_that_was_promised():
    with spoilt("cut:1") as client:
        with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"):
            client.get("/")
        with spoilt("cut") as other, other.stream("GET", "/") as response:
            assert int(response.headers["content-length"]) > 1000
        assert client.get("/").json() == ANSWER


def test_a_connection_may_be_reset_before_any_byte():
    with spoilt("reset:1") as client:
        with pytest.raises(httpx.ReadError, match="reset by peer"):
            client.get("/")
        assert client.get("/").json() == ANSWER


def test_a_server_may_never_answer():
    with spoilt("hang:1", timeout=0.3) as client:
        with pytest.raises(httpx.ReadTimeout):
            client.get("/")
        assert client.get("/").json() == ANSWER


def test_an_answer_may_drip_so_that_no_single_read_ever_times_out():
    with spoilt("drip", timeout=0.5) as client, client.stream("GET", "/") as response:
        assert response.status_code == 200
        began, received = time.monotonic(), b""
        for drop in response.iter_raw():
            received += drop
            if time.monotonic() - began > 1.0:
                break
    assert received.strip() == b""
    assert len(received) > 3


@pytest.mark.parametrize("spec", ["hang", "drip", "latency=60"])
def test_a_server_ends_promptly_while_clients_wait_on_it(spec):
    failed = []

    def wait_for_ever(url):
        with httpx.Client(trust_env=False, timeout=30) as client:
            try:
                client.get(url)
            except httpx.TransportError as error:
                failed.append(error)

    with serve(told, fault=parse_faults([spec])) as url:
        clients = [threading.Thread(target=wait_for_ever, args=(url,)) for _ in range(5)]
        for client in clients:
            client.start()
        time.sleep(0.3)
        began = time.monotonic()
    assert time.monotonic() - began < 2
    for client in clients:
        client.join(timeout=5)
        assert not client.is_alive()
    # Who waited for a late answer may still get it.
    assert len(failed) == 5 or spec.startswith("latency")


def test_a_client_that_gave_up_leaves_no_thread_behind():
    before = threading.active_count()
    with spoilt("hang", timeout=0.1) as client:
        for _ in range(3):
            with pytest.raises(httpx.ReadTimeout):
                client.get("/")
        # The one that accepts connections is left.
        until = time.monotonic() + 5
        while threading.active_count() > before + 1 and time.monotonic() < until:
            time.sleep(0.02)
        assert threading.active_count() == before + 1


# -- lists and pages ---------------------------------------------------------------------------------------------------


def test_rows_may_be_missing_while_all_are_counted():
    with pagerduty("short=3:/incidents") as client:
        asked = {"since": "2026-09-01", "until": "2026-11-01", "total": "true"}
        page = client.get("/incidents", params=asked).json()
    assert len(page["incidents"]) == 22
    assert (page["limit"], page["more"]) == (25, True)
    assert page["total"] > 25
    with tempo("short") as client:
        page = client.get("/worklogs").json()
    assert (len(page["results"]), page["metadata"]["count"]) == (49, 50)
    with alertops("short=200:/alerts") as client:
        page = client.get("/api/v2/alerts").json()
    assert page["alerts"] == []
    assert page["metadata"]["next"]
    with jira("short=2:/worklog/list") as client:
        rows = client.post("/rest/api/3/worklog/list", json={"ids": list(range(30001, 30011))}).json()
        assert [row["id"] for row in rows] == [str(n) for n in range(30001, 30009)]
        assert client.get("/rest/api/3/serverInfo").json()["versionNumbers"]


SEARCH = {"jql": "project = ATL", "fields": ["summary"], "maxResults": 5}
LISTS = {
    "Jira, by token": (jira, "POST", "/rest/api/3/search/jql", {"json": SEARCH}),
    "Jira, bulk": (jira, "POST", "/rest/api/3/changelog/bulkfetch", {"json": {"issueIdsOrKeys": ["HAR-40"]}}),
    "Jira, changes": (jira, "GET", "/rest/api/3/worklog/updated", {}),
    "Jira, by offset": (jira, "GET", "/rest/agile/1.0/board/11/sprint", {"params": {"maxResults": 2}}),
    "Jira, counted": (jira, "GET", "/rest/agile/1.0/sprint/141/issue", {"params": {"maxResults": 1}}),
    "Tempo": (tempo, "GET", "/4/worklogs", {"params": {"limit": 2}}),
    "PagerDuty": (pagerduty, "GET", "/incidents", {"params": {"limit": 2}}),
    "PagerDuty, analytics": (pagerduty, "POST", "/analytics/raw/incidents", {"json": {"limit": 2}}),
    "AlertOps": (alertops, "GET", "/api/v2/alerts", {"params": {"limit": 2}}),
}


def is_last(page):
    """Whether a client of the vendor would stop here."""
    if "lastPage" in page:
        return page["lastPage"]
    if "isLast" in page:
        return page["isLast"]
    if "more" in page:
        return not page["more"]
    if "metadata" in page:
        return not page["metadata"].get("next")
    if "total" in page:
        return page["startAt"] + len(page["issues"]) >= page["total"]
    return not page.get("nextPageToken")


@pytest.mark.parametrize("name", [name for name in LISTS if name != "Jira, bulk"])
def test_a_page_may_say_it_is_the_last_though_it_is_not(name):
    server, method, path, keys = LISTS[name]
    with server() as client:
        honest = client.request(method, path, **keys).json()
    with server("lastpage") as client:
        page = client.request(method, path, **keys).json()
    assert not is_last(honest)
    assert is_last(page)
    assert "nextPageToken" not in page
    rows = [key for key, value in honest.items() if isinstance(value, list)]
    assert all(len(page[key]) == len(honest[key]) for key in rows)


def test_pages_by_token_may_go_round_and_round():
    with jira("loop:/search/jql") as client:
        page = client.post("/rest/api/3/search/jql", json=SEARCH).json()
        tokens = [page["nextPageToken"]]
        seen = []
        for _ in range(12):
            page = client.post("/rest/api/3/search/jql", json={**SEARCH, "nextPageToken": tokens[-1]}).json()
            tokens.append(page["nextPageToken"])
            seen.append([issue["key"] for issue in page["issues"]])
            assert not page["isLast"]
    assert len(set(tokens)) == 1
    assert all(keys == seen[0] for keys in seen)


def test_links_may_go_round_and_round():
    with tempo("loop") as client:
        page = client.get("/4/worklogs", params={"from": "2026-11-02", "to": "2026-11-02"}).json()
        assert page["metadata"]["count"] < 50
        again = client.get(page["metadata"]["next"]).json()
    assert again == page
    with jira("loop:/worklog/updated") as client:
        page = client.get("/rest/api/3/worklog/updated", params={"since": 1}).json()
        assert client.get(page["nextPage"]).json() == page
        assert page["until"] == page["since"]
        assert not page["lastPage"]


def test_cursors_may_go_round_and_round():
    with alertops("loop") as client:
        first = client.get("/api/v2/alerts", params={"limit": 2}).json()
        cursor = first["metadata"]["next"]
        pages = [client.get("/api/v2/alerts", params={"limit": 2, "next": cursor}).json() for _ in range(2)]
    assert pages[0] == pages[1]
    assert pages[0]["metadata"]["next"] == cursor
    with pagerduty("loop") as client:
        last = client.post("/analytics/raw/incidents", json={"limit": 2}).json()["last"]
        page = client.post("/analytics/raw/incidents", json={"limit": 2, "starting_after": last}).json()
    assert (page["last"], page["more"]) == (last, True)


def test_lists_by_offset_may_never_end():
    beyond = 10_000
    with pagerduty("loop") as client:
        page = client.get("/users", params={"offset": 9_000}).json()
    assert (page["users"], page["more"]) == ([], True)
    with jira("loop") as client:
        page = client.get("/rest/agile/1.0/board/11/sprint", params={"startAt": beyond}).json()
        assert (page["values"], page["isLast"]) == ([], False)
        counted = client.get("/rest/agile/1.0/sprint/141/issue", params={"startAt": beyond}).json()
        assert counted["total"] > beyond


def test_a_bulk_list_may_say_it_is_done():
    def app(_):
        return json_response({"issueChangeLogs": [{"issueId": "1"}], "nextPageToken": "more"})

    with spoilt("lastpage", app=app) as client:
        assert client.get("/").json() == {"issueChangeLogs": [{"issueId": "1"}], "nextPageToken": None}
    with spoilt("loop", app=app) as client:
        assert client.post("/", json={"nextPageToken": "asked"}).json()["nextPageToken"] == "asked"


# -- how a fault is written --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("427:3", 'there is no kind 427; did you mean "429"?'),
        ("trunkate", 'did you mean "truncate"?'),
        ("429:0", "COUNT of 1 or more"),
        ("", "is not of the form"),
        ("reset@soon", "is not of the form"),
        ("latency", "latency needs a value"),
        ("latency=long", 'latency does not take the value "long"'),
        ("500=3", '500 does not take the value "3"'),
        ("short=0", 'short does not take the value "0"'),
    ],
)
def test_a_wrong_fault_is_an_error_that_says_why(spec, said):
    with pytest.raises(ConfigError) as caught:
        parse_faults(["429:3", spec])
    assert said in str(caught.value)


def test_every_wrong_fault_is_told_at_once_with_the_kinds_there_are():
    with pytest.raises(ConfigError) as caught:
        parse_faults(["oops", "hang", "short=x"])
    text = str(caught.value)
    assert text.startswith("--fault: 2 of 3 cannot be done")
    assert '"oops"' in text
    assert '"short=x"' in text
    assert all(f"  {kind} " in text for kind in KINDS)
    assert fault_help() in text


def test_no_fault_changes_nothing():
    with spoilt() as client:
        assert client.get("/").json() == ANSWER


# -- in the foreground -------------------------------------------------------------------------------------------------


def test_a_mock_in_the_foreground_refuses_a_wrong_fault_before_it_tells_its_story():
    with pytest.raises(ConfigError, match="no kind oops"):
        run_forever("tempo", team_config(), 0, ["oops"])


@pytest.mark.parametrize("kind", ["jira", "tempo", "pagerduty", "alertops"])
def test_instructions_name_the_variables_of_the_kind_and_its_faults(kind):
    text = instructions(kind, "http://127.0.0.1:1", sample_config(), ["429:3", "hang"])
    assert set(re.findall(r"TENFOUR_\w+", text)) == set(VARIABLES[kind].names)
    assert "429:3 hang" in text
    assert ("http://127.0.0.1:1/4" in text) == (kind == "tempo")
    assert "faults" not in instructions(kind, "http://127.0.0.1:1", sample_config())


@pytest.mark.slow
def test_a_mock_in_the_foreground_has_its_faults():
    code = (
        "import flows.mocks as m; from flows.settings import load_config; from pathlib import Path; "
        "m.run_forever('alertops', load_config(Path('config/team_config.json')).config, 0, ['hang@1'])"
    )
    process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        address = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())[0]
        with httpx.Client(base_url=address, trust_env=False, timeout=10) as client:
            assert client.get("/api/v2/users").status_code == 401
            with pytest.raises(httpx.ReadTimeout):
                client.get("/api/v2/users", timeout=0.3)
    finally:
        os.kill(process.pid, signal.SIGINT)
        process.communicate(timeout=20)
    assert process.returncode == 0
