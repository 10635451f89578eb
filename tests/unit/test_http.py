"""The HTTP session: patience, order of checks, redaction, record and replay. No test here waits or uses a network."""

import json
import logging
import threading
import time
from dataclasses import replace

import httpx
import pytest
from pydantic import SecretStr

from flows.settings.connections import Connection
from flows.sources.errors import SourceError
from flows.sources.http import Patience, open_client
from flows.sources.transports import ReplayTransport
from tests.builders.payloads import basic
from tests.builders.reads import recording

TOKEN = "s3cr3t/token+1"
EMAIL = "bot@example.com"
NO_WAIT = Patience(attempts=4, first_wait=0.0, longest_wait=0.0, jitter=0.0, total=60.0)
OK = httpx.Response(200, json={"ok": True})


def connection(**more):
    return Connection(**{"base_url": "https://demo.atlassian.net", "token": SecretStr(TOKEN), "email": EMAIL, **more})


class Server:
    """Answers in turn, the last one for ever; keeps what it was asked."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []

    def __call__(self, request):
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def client_of(server, *, source="jira", record=None, patience=NO_WAIT, **more):
    kept = [] if record is None else record
    return open_client(source, connection(**more), kept.append, httpx.MockTransport(server), patience)


def refused(server, **more):
    with client_of(server, **more) as client, pytest.raises(SourceError) as caught:
        client.get("/rest/api/3/myself")
    return caught.value


@pytest.fixture
def waits(monkeypatch):
    """The seconds that would have been slept."""
    slept = []
    monkeypatch.setattr("tenacity.nap.time.sleep", slept.append)
    return slept


def test_the_path_of_the_base_address_is_kept():
    server = Server(OK)
    with client_of(server, base_url="https://api.atlassian.com/ex/jira/abc-123/") as client:
        client.get("/rest/api/3/myself", [("expand", "groups")])
    assert str(server.asked[0].url) == "https://api.atlassian.com/ex/jira/abc-123/rest/api/3/myself?expand=groups"


@pytest.mark.parametrize(
    ("source", "email", "header"),
    [
        ("jira", EMAIL, basic(EMAIL, TOKEN)),
        ("jira", None, f"Bearer {TOKEN}"),
        ("pagerduty", None, f"Token token={TOKEN}"),
    ],
)
def test_each_source_gets_the_authorization_it_wants(source, email, header):
    server = Server(OK)
    with client_of(server, source=source, email=email) as client:
        client.get("/x")
    assert server.asked[0].headers["authorization"] == header


def test_pagerduty_gets_its_own_media_type():
    server = Server(OK)
    with client_of(server, source="pagerduty") as client:
        client.get("/users", [("statuses[]", "resolved")])
    assert server.asked[0].headers["accept"] == "application/vnd.pagerduty+json;version=2"
    assert server.asked[0].url.query == b"statuses[]=resolved"


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
        httpx.ReadError("reset"),
        httpx.RemoteProtocolError("incomplete"),
        httpx.Response(429, headers={"Retry-After": "0"}),
        httpx.Response(429, html="<html><body>Too many</body></html>"),
        httpx.Response(408),
        httpx.Response(500),
        httpx.Response(503, text="busy"),
        httpx.Response(200, content=b'{"values":[1,2', headers={"Content-Type": "application/json"}),
    ],
    ids=["refused", "timeout", "reset", "broken", "429", "html-429", "408", "500", "503", "truncated"],
)
def test_trouble_that_may_pass_is_tried_again(trouble):
    server = Server(trouble, trouble, OK)
    kept = []
    with client_of(server, record=kept) as client:
        assert client.get("/x") == {"ok": True}
    assert len(server.asked) == 3
    assert len(kept) == 1  # only the answer that was used


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 302])
def test_trouble_that_stays_is_not_tried_again(status):
    server = Server(httpx.Response(status, json={"errorMessages": ["no"]}))
    error = refused(server)
    assert error.status == status
    assert len(server.asked) == 1


def test_patience_runs_out_after_so_many_attempts():
    server = Server(httpx.ConnectError("refused"))
    error = refused(server)
    assert len(server.asked) == NO_WAIT.attempts
    assert "no connection" in str(error)


def test_waits_grow_from_two_seconds_with_a_jitter(waits):
    refused(Server(httpx.Response(503)), patience=Patience())
    assert len(waits) == 4
    for wait, least in zip(waits, (2, 4, 8, 16), strict=True):
        assert least <= wait <= least + 1


def test_no_own_wait_is_longer_than_the_cap(waits):
    refused(Server(httpx.Response(503)), patience=Patience(longest_wait=3.0, jitter=0.0))
    assert waits == [2.0, 3.0, 3.0, 3.0]


@pytest.mark.parametrize(
    ("headers", "least"),
    [
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": "0"}, 2),  # a minimum, and not our own
        ({}, 2),
        ({"ratelimit-reset": "20"}, 20),
        ({"Date": "Mon, 02 Nov 2026 10:15:00 GMT", "X-RateLimit-Reset": "2026-11-02T10:15:30Z"}, 30),
        ({"Date": "Mon, 02 Nov 2026 10:15:00 GMT", "X-RateLimit-Reset": "2026-11-02T10:16Z"}, 60),
        ({"Date": "Mon, 02 Nov 2026 10:15:00 GMT", "Retry-After": "Mon, 02 Nov 2026 10:15:09 GMT"}, 9),
        ({"X-RateLimit-Reset": "soon"}, 2),
    ],
)
def test_what_the_source_asks_to_wait_is_a_minimum(waits, headers, least):
    server = Server(httpx.Response(429, headers=headers), OK)
    with client_of(server, patience=Patience()) as client:
        client.get("/x")
    assert least <= waits[0] <= least + 1


def test_a_wait_beyond_all_patience_is_not_begun(waits):
    error = refused(Server(httpx.Response(429, headers={"Retry-After": "3600"})), patience=Patience())
    assert waits == []
    assert "asks to wait 3600 s" in str(error)


def test_a_login_page_with_status_200_is_an_error_and_is_not_parsed():
    error = refused(Server(httpx.Response(200, html="<html><head><title>Log in</title></head></html>")))
    assert 'text/html; charset=utf-8: "Log in"' in error.what
    assert error.expected == "JSON"


def test_error_pages_are_shortened_and_lose_their_tags():
    page = "<html><script>var x='<b>';</script><body><h1>Bad &amp; worse</h1>" + "blah " * 200 + "</body></html>"
    error = refused(Server(httpx.Response(400, html=page)))
    assert '"Bad & worse blah' in error.what
    assert "var x" not in error.what
    assert len(error.what) < 300


def test_no_message_and_no_log_holds_a_secret(caplog):
    caplog.set_level(logging.DEBUG)
    body = f"no such token {TOKEN} / {basic(EMAIL, TOKEN)} of {EMAIL}, in a link: ?t=s3cr3t%2Ftoken%2B1"
    for answer in (
        httpx.Response(401, text=body),
        httpx.Response(503, text=body),
        httpx.Response(200, text=body),
        httpx.ConnectError(body),
    ):
        error = refused(Server(answer))
        for secret in (TOKEN, EMAIL, basic(EMAIL, TOKEN).removeprefix("Basic "), "s3cr3t%2Ftoken"):
            assert secret not in str(error)
            assert secret not in repr(error)
            assert secret not in caplog.text
        assert error.__cause__ is None


@pytest.mark.parametrize("before", range(180, 200))
def test_not_even_the_start_of_a_secret_is_left_where_a_body_is_cut(before):
    error = refused(Server(httpx.Response(400, text="x" * before + TOKEN)))
    assert TOKEN[:3] not in str(error)


def test_an_error_says_where_what_what_was_expected_and_what_to_do():
    error = refused(Server(httpx.Response(401, text="")))
    assert str(error) == (
        "Jira (demo.atlassian.net): GET /rest/api/3/myself: 401 Unauthorized. Expected an answer with status 200. "
        "The token was not accepted: check that it is valid, not expired, and belongs to this address."
    )


def test_every_answer_is_recorded_without_headers_and_below_the_base_address():
    kept = []
    with client_of(Server(OK), record=kept, base_url="https://api.atlassian.com/ex/jira/abc") as client:
        client.get("/a", [("since", 5)])
        client.post("/b", {"z": 1, "a": [2]})
    assert [(one.source, one.method, one.target, one.request_body) for one in kept] == [
        ("jira", "GET", "/a?since=5", b""),
        ("jira", "POST", "/b", b'{"a":[2],"z":1}'),
    ]
    assert json.loads(kept[0].response_body) == {"ok": True}


def replay(*exchanges):
    """A client on recorded exchanges, connected to another address than they came from."""
    elsewhere = connection(base_url="https://else.example/x")
    return open_client("jira", elsewhere, lambda _: None, ReplayTransport(recording(exchanges)), NO_WAIT)


def test_recorded_answers_are_read_again_wherever_they_came_from():
    kept = []
    answers = [httpx.Response(200, json=[{"id": number}]) for number in (1, 2)]
    with client_of(Server(*answers), record=kept) as client:
        client.post_list("/list", {"ids": [1]})
        client.post_list("/list", {"ids": [2]})
    with replay(*kept) as client:
        assert client.post_list("/list", {"ids": [2]}) == [{"id": 2}]
        assert client.post_list("/list", {"ids": [1]}) == [{"id": 1}]


def test_a_request_that_was_not_recorded_is_a_clear_error():
    with replay() as client, pytest.raises(SourceError, match=r"GET /x\?a=1 was not recorded"):
        client.get("/x", [("a", 1)])


class Dripping(httpx.SyncByteStream):
    """An answer that comes byte by byte; the clock of the test moves with each."""

    def __init__(self, tick):
        self.tick = tick

    def __iter__(self):
        for _ in range(1000):
            self.tick()
            yield b" "


def test_an_answer_that_drips_is_given_up_after_a_while(monkeypatch):
    now = [0.0]

    def tick():
        now[0] += 1

    monkeypatch.setattr("flows.sources.http.time.monotonic", lambda: now[0])
    server = Server(httpx.Response(200, stream=Dripping(tick), headers={"Content-Type": "application/json"}), OK)
    patience = replace(NO_WAIT, answer=60.0, total=1000.0)
    with client_of(server, patience=patience) as client:
        assert client.get("/x") == {"ok": True}
    assert 60 < now[0] < 63


def test_what_is_tried_again_is_logged_in_words_and_without_secrets(waits, caplog):
    with client_of(Server(httpx.Response(503, text=f"down, {TOKEN}"), OK), patience=Patience()) as client:
        client.get("/x")
    (record,) = caplog.records
    assert record.getMessage().startswith(
        'Jira (demo.atlassian.net): GET /x: 503 Service Unavailable: "down, ***". Trying again in '
    )


def test_no_secret_reaches_the_record():
    kept = []
    body = {"echo": TOKEN, "who": EMAIL, "header": basic(EMAIL, TOKEN)}
    with client_of(Server(httpx.Response(200, json=body)), record=kept) as client:
        client.get("/x")
    text = kept[0].response_body.decode()
    assert TOKEN not in text
    assert EMAIL not in text
    assert basic(EMAIL, TOKEN).removeprefix("Basic ") not in text
    assert json.loads(text)["echo"] == "***"


def test_a_refusal_that_stays_is_recorded_and_one_that_may_pass_is_not():
    kept = []
    with client_of(Server(httpx.Response(403, json={"no": 1})), record=kept) as client, pytest.raises(SourceError):
        client.get("/x")
    with client_of(Server(httpx.Response(503)), record=kept) as client, pytest.raises(SourceError):
        client.get("/y")
    assert [(one.target, one.status, one.response_body) for one in kept] == [("/x", 403, b'{"no":1}')]


@pytest.mark.parametrize(
    ("source", "header"), [("tempo", ("authorization", f"Bearer {TOKEN}")), ("alertops", ("api-key", TOKEN))]
)
def test_tempo_and_alertops_get_their_own_headers(source, header):
    server = Server(OK)
    with client_of(server, source=source, email=None) as client:
        client.get("/x")
    assert server.asked[0].headers[header[0]] == header[1]


def test_several_requests_come_back_in_order_and_never_more_than_so_many_at_once():
    lock, running, most = threading.Lock(), [0], [0]

    def answer(number):
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        time.sleep(0.002 * (number % 3))
        with lock:
            running[0] -= 1
        return number

    with client_of(Server(OK)) as client:
        assert list(client.in_order(answer, range(40))) == list(range(40))
    assert 1 < most[0] <= 4


def test_few_answers_wait_for_a_slow_taker():
    begun = []
    with client_of(Server(OK)) as client:
        taken = client.in_order(lambda number: begun.append(number) or number, range(100))
        assert [next(taken), next(taken)] == [0, 1]
        time.sleep(0.05)
        assert len(begun) <= 7
        taken.close()
    assert len(begun) <= 7


def test_the_first_failure_is_raised_and_nothing_more_is_begun():
    begun = []

    def fail(number):
        begun.append(number)
        raise ValueError(number)

    with client_of(Server(OK)) as client, pytest.raises(ValueError, match=r"^0$"):
        list(client.in_order(fail, range(100)))
    assert len(begun) <= 8


def test_pagerduty_is_asked_one_after_the_other():
    begun = []
    with client_of(Server(OK), source="pagerduty") as client:
        taken = client.in_order(lambda number: begun.append(number) or number, range(10))
        next(taken)
    assert begun == [0]
