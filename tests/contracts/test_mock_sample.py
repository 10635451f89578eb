"""The sample connections: stable names, real sockets, nothing left behind."""

import os
import re
import signal
import subprocess
import sys
import threading
from dataclasses import replace

import httpx
import pytest

from flows.errors import ConfigError
from flows.mocks import instructions, run_forever, sample_connections
from flows.mocks.http import Request, Response, serve
from flows.settings import load_settings
from tests.builders.config import team_config
from tests.builders.world import ROOT, sample_config


def test_the_sample_answers_behind_stable_names_and_is_gone_afterwards():
    settings = replace(load_settings({}, ROOT), config=sample_config())
    with sample_connections(settings) as connections:
        assert (connections.jira.base_url, connections.pagerduty.base_url) == (
            "http://jira.sample.invalid",
            "http://pagerduty.sample.invalid",
        )
        for connection, path in ((connections.jira, "/rest/api/3/myself"), (connections.pagerduty, "/incidents")):
            # The first request waits until the story is told.
            response = httpx.get(f"http://{connection.connect_to}{path}", trust_env=False, timeout=60)
            assert response.status_code == 401
    assert not [thread for thread in threading.enumerate() if thread.name == "mock"]
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://{connections.jira.connect_to}/", trust_env=False)


def test_closing_does_not_wait_for_clients_that_keep_their_connection():
    with httpx.Client(trust_env=False) as client:
        with serve(lambda _: Response(200, b"{}")) as url:
            assert client.get(url).json() == {}
        with pytest.raises(httpx.TransportError):
            client.get(url)


def test_a_fault_of_the_mock_itself_is_answered_with_500_and_says_what_broke():
    def broken(_: Request) -> Response:
        raise ValueError("no such luck")

    with serve(broken) as url:
        response = httpx.get(url, trust_env=False)
    assert response.status_code == 500
    assert "no such luck" in response.text


def test_connections_are_kept_alive_and_answers_come_in_one_piece():
    with serve(lambda request: Response(200, request.body)) as url, httpx.Client(trust_env=False) as client:
        for n in range(3):
            response = client.post(url, content=b"x" * n)
            assert response.http_version == "HTTP/1.1"
            assert response.content == b"x" * n
            assert "connection" not in response.headers


def test_instructions_name_every_variable_to_set():
    text = instructions("jira", "http://127.0.0.1:1", sample_config())
    assert set(re.findall(r"TENFOUR_\w+", text)) == {"TENFOUR_JIRA_URL", "TENFOUR_JIRA_EMAIL", "TENFOUR_JIRA_TOKEN"}
    assert "TENFOUR_PAGERDUTY_TOKEN=" in instructions("pagerduty", "http://127.0.0.1:1", sample_config())


def test_a_port_that_is_taken_is_an_error_in_words():
    with serve(lambda _: Response(200, b"")) as url, pytest.raises(ConfigError, match="cannot listen on port"):
        run_forever("jira", team_config(), int(url.rpartition(":")[2]))


@pytest.mark.slow
def test_a_mock_in_the_foreground_serves_until_it_is_interrupted():
    code = (
        "import flows.mocks as m; from flows.settings import load_config; from pathlib import Path; "
        "m.run_forever('pagerduty', load_config(Path('config/team_config.json')).config, 0)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )  # our own code
    try:
        address = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
        assert address
        assert httpx.get(f"{address[0]}/incidents", trust_env=False).status_code == 401
    finally:
        os.kill(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=20)
    assert process.returncode == 0
    assert err == ""
