"""`tenfour doctor` over real HTTP, against the mocks: all well, and the ways in which it is not."""

import json
import re
import socket
import time
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cache

import pytest
from pydantic import SecretStr

from flows.doctor import examine
from flows.mocks.alertops_server import alertops_app
from flows.mocks.credentials import (
    ALERTOPS_KEY,
    JIRA_EMAIL,
    JIRA_SCOPED_TOKEN,
    JIRA_TOKEN,
    PAGERDUTY_TOKEN,
    TEMPO_TOKEN,
)
from flows.mocks.faults import parse_faults
from flows.mocks.http import Response, serve
from flows.mocks.jira_server import CLOUD_ID, jira_app
from flows.mocks.pagerduty_server import pagerduty_app
from flows.mocks.tempo_server import tempo_app
from flows.settings import Connection, Connections
from flows.settings.model import TeamConfig
from tests.builders.doctor import NO_WAIT, levels, of_check
from tests.builders.project import new_project, settings_of
from tests.builders.world import sample_as_of, sample_world

APPS = {"jira": jira_app, "tempo": tempo_app, "pagerduty": pagerduty_app, "alertops": alertops_app}
TOKENS = {"jira": JIRA_TOKEN, "tempo": TEMPO_TOKEN, "pagerduty": PAGERDUTY_TOKEN, "alertops": ALERTOPS_KEY}


@cache
def app(source):
    """A mock over the sample story; it keeps nothing of what it was asked."""
    return APPS[source](sample_world(), sample_as_of())


@pytest.fixture
def project(tmp_path):
    return new_project(tmp_path / "project")


@contextmanager
def serving(*sources, faults=None, apps=None):
    """Connections to mocks, with faults by source, or other apps in their place."""
    with ExitStack() as stack:
        found = {}
        for source in sources:
            fault = parse_faults((faults or {}).get(source, []))
            url = stack.enter_context(serve((apps or {}).get(source) or app(source), fault=fault))
            found[source] = Connection(url, SecretStr(TOKENS[source]), JIRA_EMAIL if source == "jira" else None)
        yield Connections(**found)


def examined(project, connections, change=None, **more):
    """What the doctor says about the sample's config and folders with these connections."""
    settings = replace(settings_of(project), connections=connections)
    if change is not None:
        content = settings.config.model_dump(mode="json", by_alias=True, exclude_none=True)
        change(content)
        settings = replace(settings, config=TeamConfig.model_validate_json(json.dumps(content), strict=True))
    return examine(settings, {}, sample_as_of, NO_WAIT, **more)


def errors(diagnosis):
    return {(one.source, one.check) for one in diagnosis.findings if one.level == "error"}


def only(diagnosis, check):
    (finding,) = of_check(diagnosis.findings, check)
    return finding


def files_in(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_four_sources_that_are_well_are_told_in_numbers_and_nothing_is_written(project):
    before = files_in(project)
    with serving(*APPS) as connections:
        diagnosis = examined(project, connections, _with_user_names)
    assert diagnosis.counts["error"] == diagnosis.counts["warning"] == 0, diagnosis.as_text()
    assert diagnosis.exit_code == 0
    text = " ".join(diagnosis.as_text().split())
    for said in (
        r"Board 12 \"BEA board\" \(simple\) of beacon: \d+ sprints",
        r"filled in on \d+ of \d+ issues done lately",
        r"PagerDuty knows|PagerDuty no longer shows",
        r"of the roster's \d+ hours are billable \(\d+ %\)",
        r"alerts in the last 4 weeks",
        r"11 of 11 engineers were scored",
    ):
        assert re.search(said, text), said
    assert files_in(project) == before


def _with_user_names(content):
    people = {person.engineer_id: person.alertops_user_name for person in sample_world().people}
    for engineer in content["engineers"]:
        engineer["alertops_user_name"] = people[engineer["id"]]


def test_sample_mode_is_about_the_mocks_and_says_so(project):
    diagnosis = examine(settings_of(project), {}, patience=NO_WAIT)
    assert (diagnosis.mode, diagnosis.exit_code) == ("sample", 0)
    assert diagnosis.as_text().splitlines()[0].endswith("what follows is about the embedded mocks.")
    assert "jira.sample.invalid" in diagnosis.as_text()


def test_jiras_worklogs_are_looked_at_where_tempo_is_not_connected(project):
    with serving("jira") as connections:
        diagnosis = examined(project, connections)
    assert re.search(r"\d+ worklogs .*; of 50 looked at, all were handed over", only(diagnosis, "worklogs").found)


@pytest.mark.parametrize("source", APPS)
def test_a_wrong_token_is_an_error_of_its_source_and_the_others_are_looked_at(project, source):
    with serving("jira", "pagerduty", *({source} - {"jira", "pagerduty"})) as connections:
        wrong = replace(getattr(connections, source), token=SecretStr("wrong-token"))
        diagnosis = examined(project, replace(connections, **{source: wrong}))
    assert errors(diagnosis) == {(source, "access")}
    assert diagnosis.exit_code == 4
    (finding,) = [one for one in diagnosis.findings if one.source == source]
    assert "401" in finding.found
    other = "pagerduty" if source == "jira" else "jira"
    assert levels([one for one in diagnosis.findings if one.source == other], "access") == ["ok"]


def test_a_scoped_token_at_the_site_is_told_the_address_that_takes_it(project):
    with serving("jira") as connections:
        scoped = replace(connections.jira, token=SecretStr(JIRA_SCOPED_TOKEN))
        refused = examined(project, Connections(jira=scoped))
        gateway = f"{scoped.base_url}/ex/jira/{CLOUD_ID}"
        accepted = examined(project, Connections(jira=replace(scoped, base_url=gateway)))
    assert f"TENFOUR_JIRA_URL=https://api.atlassian.com/ex/jira/{CLOUD_ID}" in only(refused, "access").advice
    assert "accepted at the gateway's address" in only(accepted, "access").found
    assert not errors(accepted)


def test_jira_data_center_is_not_supported_and_the_rest_goes_on(project):
    data_center = jira_app(sample_world(), sample_as_of(), "Server")
    with serving("jira", "pagerduty", apps={"jira": data_center}) as connections:
        diagnosis = examined(project, connections)
    assert errors(diagnosis) == {("jira", "access")}
    assert "Data Center" in of_check(diagnosis.findings, "access")[0].advice


def test_a_board_that_does_not_exist_is_found_and_those_that_do_are_read(project):
    def change(content):
        content["teams"][0]["jira_board_ids"] = [99]

    with serving("jira") as connections:
        diagnosis = examined(project, connections, change)
    assert levels(diagnosis.findings, "board") == ["error", "ok", "ok"]
    assert "Board 99 of atlas" in of_check(diagnosis.findings, "board")[0].found
    assert "ATL board (11, scrum)" in only(diagnosis, "other_boards").found


def test_a_field_that_nobody_fills_in_is_an_error(project):
    def change(content):
        content["sources"]["jira"] = {"estimation_field": "customfield_10016"}  # the other kind of board's

    with serving("jira") as connections:
        diagnosis = examined(project, connections, change)
    assert levels(diagnosis.findings, "estimation") == ["error", "ok", "error"]
    assert re.search(r"filled in on 0 of \d+ issues", of_check(diagnosis.findings, "estimation")[0].found)


def test_an_engineer_without_accounts_is_shown_theirs_by_name(project):
    def change(content):
        hana = next(one for one in content["engineers"] if one["id"] == "hana")
        del hana["jira_account_id"], hana["pagerduty_user_id"]

    with serving("jira", "pagerduty") as connections:
        diagnosis = examined(project, connections, change)
    said = " ".join(one.found for one in of_check(diagnosis.findings, "roster.suggestion"))
    assert '"712020:hana-0008" (Hana Kimura)' in said
    assert '"PENG008" (Hana Kimura)' in said
    assert diagnosis.exit_code == 0


def test_an_account_that_nobody_has_is_an_error_of_the_config(project):
    def change(content):
        content["engineers"][0]["jira_account_id"] = "712020:nobody"

    with serving("jira") as connections:
        diagnosis = examined(project, connections, change)
    assert errors(diagnosis) == {("config", "roster.jira_account_id")}
    assert diagnosis.exit_code == 2


def test_a_rule_for_a_category_that_is_nowhere_is_a_warning(project):
    def change(content):
        content["metrics"]["billable"]["rules"][3]["value"] = "Clients"

    with serving("jira") as connections:
        diagnosis = examined(project, connections, change)
    assert 'Did you mean "Client"?' in only(diagnosis, "billing_rules").advice


def test_a_login_page_is_no_jira(project):
    with serving("jira", faults={"jira": ["html200"]}) as connections:
        diagnosis = examined(project, connections)
    finding = only(diagnosis, "access")
    assert finding.level == "error"
    assert "Log in" in finding.found
    assert "login page" in finding.advice


def test_worklogs_kept_back_are_an_error(project):
    with serving("jira", faults={"jira": ["short=3:/worklog/list"]}) as connections:
        diagnosis = examined(project, connections)
    assert "of 50 looked at, 3 were not handed over" in only(diagnosis, "worklogs").found
    assert diagnosis.exit_code == 4


def test_users_that_may_not_be_listed_cost_only_suggestions(project):
    with serving("jira", faults={"jira": ["html403:/users/search"]}) as connections:
        diagnosis = examined(project, connections)
    assert levels(diagnosis.findings, "users") == ["info"]
    assert diagnosis.exit_code == 0


def test_analytics_that_are_not_in_the_plan_are_a_warning(project):
    def change(content):
        content["sources"]["pagerduty"] = {"analytics_check": True}

    with serving("pagerduty", faults={"pagerduty": ["plan"]}) as connections:
        without = examined(project, connections, change)
    with serving("pagerduty") as connections:
        with_them = examined(project, connections, change)
    assert (levels(without.findings, "analytics"), levels(with_them.findings, "analytics")) == (["warning"], ["ok"])


def test_trouble_that_passes_is_no_finding(project):
    with serving("jira", faults={"jira": ["503:/board:1", "truncate:/worklog/updated:1"]}) as connections:
        diagnosis = examined(project, connections)
    assert not errors(diagnosis)


def test_a_dead_source_takes_seconds_and_the_others_are_looked_at(project):
    with socket.socket() as nobody, serving("pagerduty") as connections:
        nobody.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused
        dead = Connection(f"http://127.0.0.1:{nobody.getsockname()[1]}", SecretStr("x-token"), "a@b.test")
        started = time.monotonic()
        settings = replace(settings_of(project), connections=replace(connections, jira=dead))
        diagnosis = examine(settings, {}, sample_as_of)
    assert time.monotonic() - started < 10
    assert errors(diagnosis) == {("jira", "access")}
    assert "no connection" in of_check(diagnosis.findings, "access")[0].found


def test_a_source_that_never_answers_is_given_up_and_what_was_found_is_kept(project):
    with serving("pagerduty", "tempo", faults={"pagerduty": ["hang:/oncalls"]}) as connections:
        diagnosis = examined(project, connections, longest_seconds=4)
    assert errors(diagnosis) == {("pagerduty", "time")}
    assert levels(diagnosis.findings, "incidents") == ["ok"]
    assert levels(diagnosis.findings, "worklog_authors") == ["ok"]


def test_no_secret_is_in_any_output_though_sources_repeat_them(project):
    def echo(source):
        """An app that says the token wherever the mock says a name, and in errors."""

        def answer(request):
            response = app(source)(request)
            said = f'"displayName":"{TOKENS[source]} {JIRA_EMAIL}"'.encode()
            body = re.sub(rb'"(displayName|name|title|summary)":"[^"]*"', said, response.body)
            if "users/search" in request.path or "oncalls" in request.path:
                return Response(418, request.headers.get("authorization", "").encode(), "text/plain")
            return replace(response, body=body)

        return answer

    with serving("jira", "pagerduty", apps={source: echo(source) for source in ("jira", "pagerduty")}) as connections:
        diagnosis = examined(project, connections)
    text = diagnosis.as_text() + json.dumps(diagnosis.as_dict())
    assert "***" in text
    assert not [secret for secret in (JIRA_TOKEN, PAGERDUTY_TOKEN, JIRA_EMAIL) if secret in text]
    assert not re.search(r"Basic (?!\*\*\*)\S{9,}", text)
