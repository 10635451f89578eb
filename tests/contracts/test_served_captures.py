"""Real payloads, served over HTTP as the vendors would, and read by our own clients and cleaners.

What is expected is worked out from the raw JSON by plainer means than the product's, or is what a person reads there.
"""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest
from pydantic import SecretStr

from flows.doctor.jira import examine_jira
from flows.mocks.http import App, serve
from flows.settings import Connection, Connections, TeamConfig, roster_tables
from flows.sources.http import Source, SourceClient, open_client
from flows.sources.jira import JiraRead, fetch_jira
from flows.sources.pagerduty import PagerDutyRead, fetch_pagerduty
from flows.sources.window import Window
from tests.builders import payloads as p
from tests.builders.captured_servers import (
    BOARD,
    CLOSED,
    KEON,
    KIAN,
    MOVED_LATER,
    OTHER_BOARD,
    POINTS_FIELD,
    SPRINT_FIELD,
    CapturedJira,
    Row,
    captured_jira,
    captured_pagerduty,
    changelogs_by_issue,
    issue_of_a_changelog,
    needs_captures,
    payloads,
    restored,
)
from tests.builders.config import engineer_entry, settings_of, team_config
from tests.builders.doctor import NO_WAIT, case_for, of_check
from tests.builders.reads import page_table
from transforms.clean.jira_history import Histories, clean_issue_events, clean_sprints

pytestmark = needs_captures

ANA, BEN = "5ecfbd0c730ec90c1999cadf", "5ecfbd0a47d31e0c2a15fd87"
ENGINEERS = (
    engineer_entry("ana", jira_account_id=ANA, pagerduty_user_id=KEON),
    engineer_entry("ben", jira_account_id=BEN, pagerduty_user_id=KIAN),
)
TEAMS = [{"id": "core", "name": "Core", "jira_board_ids": [BOARD, OTHER_BOARD]}]
# All sprints that were captured ran in it.
TWO_YEARS = Window(datetime(2020, 6, 1, tzinfo=UTC), datetime(2022, 8, 1, tzinfo=UTC))
THAT_WEEK = Window(datetime(2022, 10, 31, tzinfo=UTC), datetime(2022, 11, 7, tzinfo=UTC))


def config() -> TeamConfig:
    return team_config(*ENGINEERS, teams=TEAMS)


def at(source: Source, url: str) -> Connection:
    return Connection(url, SecretStr("a-token"), "bot@test.example" if source == "jira" else None)


def asked(source: Source, app: App, ask: Any) -> Any:
    """What `ask` makes of a client of the app."""
    with serve(app) as url, open_client(source, at(source, url), lambda _: None, patience=NO_WAIT) as client:
        return ask(client)


# -- Jira ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Site:
    """The captured site, what our client read of it, and what the cleaners made of that."""

    served: CapturedJira
    read: JiraRead
    histories: Histories

    def values(self, key: str, field: str) -> list[str | None]:
        events = self.histories.events
        found = events[(events["issue_key"] == key) & (events["field"] == field)]
        return [value for (value,) in p.values(found, "value")]

    def issue(self, key: str) -> "pd.Series[Any]":
        (row,) = (row for _, row in self.read.issues.iterrows() if row["issue_key"] == key)
        return row


def site(*composed: Row, **more: Any) -> Site:
    served = captured_jira(*composed, **more)
    read = asked("jira", served.app(), lambda client: fetch_jira(client, TWO_YEARS, config()))
    engineers = roster_tables(config()).engineers
    histories = clean_issue_events(read.issues, read.changes, read.sprints, read.boards, read.sprint_field, engineers)
    return Site(served, read, histories)


@pytest.fixture(scope="module")
def jira() -> Site:
    return site()


@pytest.fixture(scope="module")
def growing() -> Site:
    """The same with the issues whose long histories were captured apart from them."""
    return site(*(issue_of_a_changelog(number) for number in changelogs_by_issue()))


def raw_issues() -> list[Row]:
    return payloads("jira/_raw_jira_api_issues.csv")


def items_of(issue: Row, *field_ids: str) -> list[tuple[Row, Row]]:
    """(history, item) of every change of some fields, the oldest first."""
    histories = sorted(issue["changelog"]["histories"], key=lambda one: int(one["id"]))
    return [(one, item) for one in histories for item in one["items"] if item.get("fieldId") in field_ids]


def was_ever_in_a_sprint(issue: Row) -> bool:
    return bool(issue["fields"].get(SPRINT_FIELD) or items_of(issue, SPRINT_FIELD))


def test_every_issue_that_ever_was_in_a_sprint_is_read_those_that_left_included(jira):
    ever = {issue["key"] for issue in raw_issues() if was_ever_in_a_sprint(issue)}
    assert set(jira.read.issues["issue_key"]) == ever
    # Of 33: the epic never was in one; EE-19 and EE-20 were taken out of theirs, so that no list names them.
    assert len(ever) == 32
    assert jira.read.counts["issues_not_listed"] == 2
    assert jira.read.gaps == ()


def test_thirty_sprints_and_the_one_that_only_issues_tell_of_are_read(jira):
    table, problems = clean_sprints(jira.read.sprints, jira.read.boards)
    assert Counter(table["state"]) == {"closed": 30, "active": 1}
    assert problems.empty
    # "Emma Sprint 1" began on another board; the board that was asked shows it.
    (emma,) = [sprint for sprint in jira.read.sprints if sprint["name"] == "Emma Sprint 1"]
    assert (emma["originBoardId"], emma["board_id"]) == (13, BOARD)
    raw = {sprint["id"]: sprint for sprint in payloads("jira/_raw_jira_api_sprints.csv")}
    for sprint_id, start, end in p.values(table, "sprint_id", "start_at", "complete_at"):
        if sprint_id in raw:
            assert f"{start:%Y-%m-%dT%H:%M:%S}" == raw[sprint_id]["startDate"][:19]
            assert f"{end:%Y-%m-%dT%H:%M:%S}" == raw[sprint_id]["completeDate"][:19]


def test_sub_tasks_are_told_by_their_type_whatever_the_language(jira):
    raw = {issue["key"] for issue in raw_issues() if issue["fields"]["issuetype"]["subtask"]}
    # 子任务: EE-25 to EE-36.
    assert raw == {f"EE-{number}" for number in range(25, 37)}
    assert set(jira.read.issues.loc[jira.read.issues["is_subtask"], "issue_key"]) == raw


def test_stamps_of_china_are_read_as_instants(jira):
    created = dict(p.values(jira.read.issues, "issue_key", "created_at"))
    for issue in raw_issues():
        if issue["key"] in created:
            text = issue["fields"]["created"]
            assert text.endswith("+0800")
            assert created[issue["key"]] == datetime.fromisoformat(text)
    assert created["EE-1"] == pd.Timestamp("2020-06-12T00:13:13.360Z")
    # 06:29 on the 16th in Shanghai is still the 15th.
    assert created["K5-2"] == pd.Timestamp("2022-07-15T22:29:49.026Z")


def test_every_change_of_the_four_fields_comes_whoever_made_it(jira):
    fields = (SPRINT_FIELD, POINTS_FIELD, "status", "assignee")
    raw = [
        (issue["id"], int(history["id"]), item["fieldId"], bool(history["author"]["active"]))
        for issue in raw_issues()
        if was_ever_in_a_sprint(issue)
        for history, item in items_of(issue, *fields)
    ]
    found = Counter(p.values(jira.read.changes, "issue_id", "event_id", "field_id"))
    assert found == Counter(row[:3] for row in raw)
    assert len(raw) == 227
    # 13 of them by authors who were deactivated long since.
    assert sum(not is_active for *_, is_active in raw) == 13


def test_assignees_before_and_after_are_people_of_the_roster_strangers_or_nobody(jira):
    ids = {ANA: "ana", BEN: "ben", None: None}
    checked = 0
    for issue in raw_issues():
        moves = [item for _, item in items_of(issue, "assignee")]
        if moves and was_ever_in_a_sprint(issue):
            told = [moves[0]["from"], *(item["to"] for item in moves)]
            assert jira.values(issue["key"], "assignee") == [ids.get(one, "(not on roster)") for one in told]
            checked += None in told
    assert checked > 20
    assert jira.issue("K5-2")["assignee"] is None or pd.isna(jira.issue("K5-2")["assignee"])
    assert jira.values("K5-2", "assignee") == [None]


def test_histories_end_in_what_the_issues_hold(jira, growing):
    for found in (jira, growing):
        assert found.histories.in_doubt == 0
        assert "J011" not in set(found.histories.problems["rule"])


def test_a_history_that_lost_its_last_page_is_in_doubt():
    served = captured_jira()
    # In March 2021 every issue was given the status it holds now.
    cut = {
        number: [history for history in histories if history["created"] < "2021"]
        for number, histories in served.histories.items()
    }
    found = replace(served, histories=cut)
    read = asked("jira", found.app(), lambda client: fetch_jira(client, TWO_YEARS, config()))
    engineers = roster_tables(config()).engineers
    histories = clean_issue_events(read.issues, read.changes, read.sprints, read.boards, read.sprint_field, engineers)
    assert histories.in_doubt == 30
    assert "J011" in set(histories.problems["rule"])


@pytest.mark.parametrize("done", [(CLOSED, MOVED_LATER), (CLOSED,)], ids=lambda done: "+".join(done))
def test_done_is_what_the_last_column_says_whatever_the_statuses_are_called(done):
    found = site(done=done)
    for issue in raw_issues():
        statuses = [item for _, item in items_of(issue, "status")]
        if statuses and was_ever_in_a_sprint(issue):
            told = [statuses[0]["from"], *(item["to"] for item in statuses)]
            expected = ["true" if one in done else "false" for one in told]
            assert found.values(issue["key"], "is_done") == expected
    # 已完成 is the last status of every issue of that project; in the column of then it was not yet.
    assert {found.values(f"EE-{n}", "is_done")[-1] for n in (1, 10, 17, 36)} == {
        "true" if MOVED_LATER in done else "false"
    }


def test_a_board_without_columns_takes_the_category_of_a_status(jira):
    boards = [{**board, "done_status_ids": []} for board in jira.read.boards]
    engineers = roster_tables(config()).engineers
    read = jira.read
    events = clean_issue_events(read.issues, read.changes, read.sprints, boards, read.sprint_field, engineers).events
    last = events[events["field"] == "is_done"].groupby("issue_key")["value"].last()
    by_category = {
        issue["fields"]["status"]["id"]
        for issue in raw_issues()
        if issue["fields"]["status"]["statusCategory"]["key"] == "done"
    }
    # The capturing people spoilt the category of 5 of the 30 rows: one that says so is enough for a status.
    assert by_category == {MOVED_LATER}
    assert {key: value == "true" for key, value in last.items()} == {
        issue["key"]: issue["fields"]["status"]["id"] == MOVED_LATER
        for issue in raw_issues()
        if was_ever_in_a_sprint(issue)
    }


def test_a_sprint_list_that_grows_with_every_close_is_read_step_by_step(growing):
    # EE-13954 was carried through nine sprints, put into a tenth and taken out of it.
    changes = [
        (log["created"], item)
        for log in changelogs_by_issue()["13954"]
        for item in log["items"]
        if item.get("fieldId") == SPRINT_FIELD
    ]
    steps = [item["to"].replace(" ", "") for _, item in sorted(changes, key=lambda pair: pair[0])]
    assert growing.values("EE-13954", "sprints") == [None, *steps]
    assert [text.count(",") + 1 for text in steps] == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 9]
    assert growing.values("EE-13383", "sprints") == [None, "34"]
    # The third of the issues never was in a sprint.
    assert set(growing.read.issues["issue_key"]) >= {"EE-13954", "EE-13383"}
    assert "EE-13491" not in set(growing.read.issues["issue_key"])


def test_where_nobody_logged_work_there_are_no_hours_and_that_is_no_gap(jira):
    assert jira.read.worklogs.empty
    assert jira.read.deleted_worklog_ids == frozenset()
    assert "/rest/api/3/worklog/list" not in jira.served.asked


def test_accounts_of_the_roster_are_known_the_deactivated_one_too(jira):
    active = {user["accountId"]: user["active"] for user in payloads("jira/_raw_jira_api_users.csv")}
    assert (active[ANA], active[BEN]) == (True, False)
    assert jira.read.accounts == {ANA, BEN}


def test_the_sprint_field_is_found_among_fields_of_other_makers(jira):
    # gitBranch and a field with a Chinese name were captured; neither has to do with sprints or points.
    assert len(jira.served.fields) == 4
    assert jira.read.sprint_field == SPRINT_FIELD
    assert [board["estimation_field"] for board in jira.read.boards] == [POINTS_FIELD, POINTS_FIELD]


@pytest.fixture(scope="module")
def examination(tmp_path_factory):
    """What the doctor says about the site, on the day when the captures end."""
    rules = [
        {"name": "labelled", "kind": "label", "value": "frontEnd", "billable": True},
        {"name": "project", "kind": "project", "value": "EE", "billable": True},
        {"name": "category", "kind": "project_category", "value": "Client", "billable": True},
    ]
    folder, sections = tmp_path_factory.mktemp("site"), {"teams": TEAMS, "metrics": {"billable": {"rules": rules}}}
    employed = [{**engineer, "employed_from": "2020-01-06"} for engineer in ENGINEERS]
    for engineer in employed:
        engineer["schedules"] = [{"from": "2020-01-06", "kind": "5x8"}]
    settings = settings_of(folder, *employed, **sections)

    def ask(client: SourceClient) -> Any:
        return list(examine_jira(case_for(settings, Connections(jira=at("jira", "http://x")), TWO_YEARS.until), client))

    return asked("jira", captured_jira().app(), ask)


def test_the_doctor_counts_people_without_apps_and_those_who_left(examination):
    users = payloads("jira/_raw_jira_api_users.csv")
    people = [user for user in users if user["accountType"] == "atlassian" and user["active"]]
    (listed,) = of_check(examination, "users")
    assert listed.found == f"{len(people)} active users can be listed."
    assert (len(users), len(people)) == (30, 20)
    (inactive,) = of_check(examination, "roster.jira_account_id")[:1]
    assert f'ben is employed, and their Jira account "{BEN}" is inactive.' == inactive.found


def test_the_doctor_reads_projects_boards_and_estimates_of_the_site(examination):
    (projects,) = of_check(examination, "projects")
    assert projects.found.startswith("12 projects in sight: CC, DET, DEV, DTM, EE, HEAP")
    assert projects.found.endswith("categories: none.")
    assert [one.level for one in of_check(examination, "billing_rules")] == ["warning"]  # of the category only
    boards = [one.found for one in of_check(examination, "board")]
    assert any(
        '"EE board" (scrum) of core: 30 sprints, the newest closed one is "EE Sprint 37"' in one for one in boards
    )
    assert any('"K5 board" (scrum) of core: 1 sprint, none closed yet' in one for one in boards)


# -- PagerDuty -----------------------------------------------------------------------------------------------------

SERVICE = {"id": "PIKL83L", "type": "service_reference"}


def raw_incidents() -> list[Row]:
    return payloads("pagerduty/_raw_pagerduty_incidents.csv")


def account(entries: list[Row], window: Window = THAT_WEEK) -> PagerDutyRead:
    """What our client reads of the captured account."""
    app = captured_pagerduty(raw_incidents(), entries)
    return asked("pagerduty", app, lambda client: fetch_pagerduty(client, window, config()))


def pages(read: PagerDutyRead) -> tuple[dict[tuple[int, str], tuple[Any, ...]], pd.DataFrame]:
    """By incident number and engineer: seconds to acknowledge, whether that is censored, seconds to resolve."""
    table, problems = page_table(read, config(), "2022-10-31")
    numbers = {incident["id"]: incident["incident_number"] for incident in raw_incidents()}
    rows = p.values(table, "incident_id", "engineer_id", "acknowledge_seconds", "is_censored", "resolve_seconds")
    return {(numbers[incident], engineer): tuple(values) for incident, engineer, *values in rows}, problems


def said(number: int, *words: str) -> list[datetime]:
    """When the log of an incident says a sentence that begins so, the first time first."""
    (incident,) = (one for one in raw_incidents() if one["incident_number"] == number)
    found = [entry for entry in incident["log_entries"] if entry["summary"].startswith(words)]
    return sorted(datetime.fromisoformat(entry["created_at"]) for entry in found)


def seconds_between(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds()


@pytest.fixture(scope="module")
def timed() -> PagerDutyRead:
    """Read with what the capturing connector had stripped; triggered by the service, not by who answered."""
    return account(restored(raw_incidents(), creator=SERVICE))


def test_every_incident_and_log_entry_of_the_account_is_read(timed):
    raw = [entry for incident in raw_incidents() for entry in incident["log_entries"]]
    assert timed.counts == {
        "incidents_announced": 3,
        "incidents_received": 3,
        "log_entries_announced": 44,
        "log_entries_received": 44,
    }
    assert timed.gaps == ()
    kept = [entry["id"] for entry in raw if entry["type"] not in ("delegate_log_entry", "annotate_log_entry")]
    assert set(timed.log_entries["entry_id"]) == set(kept)
    assert len(raw) - len(kept) == 3


def test_three_cycles_of_acknowledge_and_reassign_are_timed_from_the_first_page(timed):
    found, problems = pages(timed)
    # Keon acknowledged three times; only the first counts, and what came after does not lengthen it.
    acknowledged = said(4, "Acknowledged by Keon Amini")
    assert len(acknowledged) == 3
    assert found[4, "ana"] == (seconds_between(said(4, "Assigned to Keon Amini")[0], acknowledged[0]), False, None)
    # Kian's page of 06:34:57 was not answered by anybody; it timed out to Keon ten minutes later.
    timed_out = said(4, "Escalated to Keon Amini through the API")[0]
    assert found[4, "ben"] == (seconds_between(said(4, "Assigned to Kian Amini")[1], timed_out), True, None)
    assert (found[4, "ana"][0], found[4, "ben"][0]) == (1.0, 601.0)
    assert set(problems["rule"]) == set()


def test_who_takes_an_incident_of_somebody_else_is_timed_from_its_creation(timed):
    found, _ = pages(timed)
    created = said(5, "Triggered")[0]
    assert found[5, "ana"] == (seconds_between(created, said(5, "Acknowledged by Keon Amini")[0]), False, None)
    assert found[5, "ana"][0] == 9.0
    assert found[5, "ben"] == (None, False, None)


def test_an_incident_that_forgot_its_people_when_it_was_resolved_is_timed_all_the_same(timed):
    (resolved,) = (one for one in raw_incidents() if one["status"] == "resolved")
    assert (resolved["incident_number"], resolved["assignments"], resolved["acknowledgements"]) == (6, [], [])
    found, _ = pages(timed)
    created, resolve = said(6, "Triggered")[0], said(6, "Resolved by Keon Amini")[0]
    assert found[6, "ana"] == (10.0, False, seconds_between(created, resolve))
    assert found[6, "ana"][2] == 368.0
    assert found[6, "ben"] == (None, False, None)


def test_an_incident_that_its_service_resolved_is_credited_to_nobody():
    entries = restored(raw_incidents(), creator=SERVICE)
    by_service = [{**one, "agent": SERVICE} if one["type"] == "resolve_log_entry" else one for one in entries]
    read = account(by_service)
    assert read.log_entries.loc[read.log_entries["kind"] == "resolve", "user_id"].isna().all()
    found, _ = pages(read)
    assert [values[2] for values in found.values()] == [None] * 6
    assert found[6, "ana"][0] == 10.0


def test_what_one_triggered_oneself_is_nobodys_page_as_captured(timed):
    found, _ = pages(account(restored(raw_incidents())))
    assert {engineer for _, engineer in found} == {"ben"}


def test_assignments_stripped_of_their_people_are_told_and_nobody_is_guessed():
    stripped = [entry for incident in raw_incidents() for entry in incident["log_entries"]]
    assignments = [one for one in stripped if one["type"] in ("assign_log_entry", "escalate_log_entry")]
    found, problems = pages(account(stripped))
    assert found == {}
    ((rule, message),) = p.values(problems, "rule", "message")
    assert rule == "P003"
    assert message.startswith(f"{len(assignments)} assignments do not say to whom")


def test_only_what_the_window_and_the_week_before_it_hold_is_asked_for():
    late = Window(datetime(2022, 11, 10, 6, 40, tzinfo=UTC), datetime(2022, 11, 14, tzinfo=UTC))
    read = account(restored(raw_incidents(), creator=SERVICE), late)
    # A week before 06:40 the first incident was 17 minutes old.
    assert read.counts["incidents_received"] == 2
    later = [entry for incident in raw_incidents() for entry in incident["log_entries"]]
    assert read.counts["log_entries_received"] == sum(one["created_at"] >= "2022-11-03T06:40" for one in later)
