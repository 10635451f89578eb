"""What the doctor says about each vendor, against answers that are spelled out here."""

import json
from datetime import timedelta

import httpx
import pytest

from flows.doctor.alertops import examine_alertops
from flows.doctor.jira import examine_jira
from flows.doctor.pagerduty import examine_pagerduty
from flows.doctor.tempo import examine_tempo
from tests.builders.config import engineer_entry
from tests.builders.doctor import (
    GATEWAY,
    NOW,
    FakeVendor,
    case_for,
    case_of,
    client_of,
    column,
    connections,
    done_issues,
    fake_jira,
    levels,
    of_check,
    page,
    sprint,
    status,
    user,
)
from tests.builders.payloads import POINTS_FIELD, SPRINT_FIELD


def jira(case, transport):
    with client_of(case, "jira", transport) as client:
        return list(examine_jira(case, client))


def asked_of(root, *engineers, connected=None, config=None, **answers):
    """Findings about a fake Jira in which these answers are other than usual."""
    case = case_of(root, *engineers, connected=connected, **(config or {}))
    return jira(case, fake_jira(**answers))


def only(findings, check):
    (finding,) = of_check(findings, check)
    return finding


# -- Jira: access and clock --------------------------------------------------------------------------------------------


def test_when_all_is_well_everything_that_was_found_is_told(tmp_path):
    findings = asked_of(tmp_path, config=rules(rule("project", "ACME")))
    assert {one.level for one in findings} == {"ok"}
    said = " ".join(one.found for one in findings)
    assert "we are The bot, in America/Chicago" in said
    assert (
        'Board 1 "Core board" (scrum) of core: 1 sprint, the newest closed one is "S61" (2026-11-13); '
        'done is the column "Shipped".' in said
    )
    assert f'estimates in "Story Points" ({POINTS_FIELD}), filled in on 2 of 2 issues done lately' in said
    assert "Authors on the roster: 1 of 1." in said


def test_a_refused_token_ends_jira_and_names_the_other_address(tmp_path):
    findings = asked_of(tmp_path, serverInfo=status(401))
    assert [(one.check, one.level) for one in findings] == [("access", "error")]
    assert "TENFOUR_JIRA_URL=https://api.atlassian.com/ex/jira/abc-123." in findings[0].advice


def test_a_token_refused_by_the_gateway_is_told_to_use_the_site(tmp_path):
    (finding,) = asked_of(tmp_path, connected=connections(jira=GATEWAY), serverInfo=status(401))
    assert "accepted only at the address of the site" in finding.advice


def test_a_board_that_a_scoped_token_may_not_read_names_the_scopes(tmp_path):
    findings = asked_of(tmp_path, connected=connections(jira=GATEWAY), board_1=status(401, message="scope"))
    assert "read:board-scope:jira-software" in only(findings, "board").advice


def test_a_data_center_is_an_error(tmp_path):
    (finding,) = asked_of(tmp_path, serverInfo={"deploymentType": "Server"})
    assert (finding.level, finding.expected) == ("error", "Jira Cloud")


def test_who_may_browse_nothing_is_told_so(tmp_path):
    nothing = {"permissions": {"BROWSE_PROJECTS": {"havePermission": False}}}
    (finding,) = asked_of(tmp_path, mypermissions=nothing)
    assert "may browse no project" in finding.found


@pytest.mark.parametrize(
    ("seconds", "level", "words"),
    [
        (0, "ok", "agrees"),
        (60, "ok", "agrees"),
        (-60, "ok", "agrees"),
        (61, "warning", "61 s ahead of"),
        (-61, "warning", "61 s behind"),
        (3600, "warning", "ahead of"),
        (3601, "error", "ahead of"),
    ],
)
def test_a_clock_that_differs_from_jiras_is_told(tmp_path, seconds, level, words):
    case = case_of(tmp_path)
    skewed = case_for(case.settings, case.connections, NOW + timedelta(seconds=seconds))
    finding = only(jira(skewed, fake_jira()), "clock")
    assert (finding.source, finding.level) == ("machine", level)
    assert words in finding.found


def test_a_jira_that_does_not_say_the_time_is_no_error(tmp_path):
    assert levels(asked_of(tmp_path, serverInfo={"deploymentType": "Cloud"}), "clock") == ["info"]


# -- Jira: boards ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("points", "level", "share"),
    [
        ([None, None], "error", "0 of 2 issues"),
        ([3.0, None, None], "warning", "1 of 3 issues"),
        ([3.0, None], "ok", "1 of 2 issues"),
        ([0.0], "ok", "1 of 1 issue "),
        ([], "warning", "0 of 0 issues"),
    ],
)
def test_the_share_of_done_issues_with_an_estimate_is_judged(tmp_path, points, level, share):
    finding = only(asked_of(tmp_path, search_jql=done_issues(*points)), "estimation")
    assert finding.level == level
    assert share in finding.found


def test_subtasks_do_not_count(tmp_path):
    answer = done_issues(3.0, None)
    answer["issues"][1]["fields"]["issuetype"]["subtask"] = True
    assert "1 of 1 issue" in only(asked_of(tmp_path, search_jql=answer), "estimation").found


def test_issues_are_looked_for_in_the_sprints_that_ended_lately_and_in_the_last_column(tmp_path):
    sprints = page(
        sprint(59, "2026-09-01T17:00:00.000Z"),
        sprint(60, "2026-10-30T17:00:00.000Z"),
        sprint(61, "2026-11-13T17:00:00.000Z"),
        sprint(62, None, state="active"),
    )
    site = fake_jira(board_1_sprint=sprints)
    jira(case_of(tmp_path), site)
    (jql,) = [body["jql"] for path, body in site.asked if path.endswith("/search/jql")]
    assert jql == "sprint in (60, 61) AND status in (2) ORDER BY updated DESC"


def test_without_a_sprint_that_ended_lately_the_newest_is_taken(tmp_path):
    sprints = page(sprint(58, "2026-08-01T17:00:00.000Z"), sprint(59, "2026-09-01T17:00:00.000Z"))
    site = fake_jira(board_1_sprint=sprints)
    jira(case_of(tmp_path), site)
    assert [body["jql"][:16] for path, body in site.asked if path.endswith("/search/jql")] == ["sprint in (59) A"]


@pytest.mark.parametrize(
    ("ended", "level"), [("2026-09-28T05:00:00.000Z", "ok"), ("2026-09-28T04:59:59.000Z", "warning")]
)
def test_a_board_on_which_no_sprint_was_closed_for_eight_weeks_is_a_warning(tmp_path, ended, level):
    finding = only(asked_of(tmp_path, board_1_sprint=page(sprint(59, ended))), "board")
    assert finding.level == level
    assert ("moved to another board" in finding.advice) == (level == "warning")


def test_before_the_first_sprint_is_closed_nothing_is_judged(tmp_path):
    findings = asked_of(tmp_path, board_1_sprint=page(sprint(61, None, state="active")))
    assert levels(findings, "estimation") == ["info"]
    assert "none closed yet" in only(findings, "board").found


@pytest.mark.parametrize("code", [403, 404])
def test_a_board_that_is_not_there_is_an_error_and_the_boards_of_the_site_are_named(tmp_path, code):
    others = page({"id": 4, "name": "Other", "type": "scrum"})
    findings = asked_of(tmp_path, board_1=status(code), board=others)
    finding = only(findings, "board")
    assert (finding.source, finding.level) == ("jira", "error")
    assert "Board 1 of core does not exist" in finding.found
    assert "Other (4, scrum)" in only(findings, "other_boards").found


def test_no_more_than_ten_other_boards_are_named(tmp_path):
    others = page(*({"id": n, "name": f"B{n:02d}", "type": "scrum"} for n in range(2, 15)))
    assert "B11 (11, scrum) and 3 more" in only(asked_of(tmp_path, board=others), "other_boards").found


def test_a_kanban_board_gives_no_points(tmp_path):
    finding = only(asked_of(tmp_path, board_1_sprint=status(400)), "board")
    assert finding.level == "error"
    assert "Jira lists no sprints for it. It gives no points" in finding.found


def test_a_board_whose_columns_hold_no_status_gives_no_points(tmp_path):
    finding = only(asked_of(tmp_path, board_1_configuration={"columnConfig": {"columns": [column("Done")]}}), "board")
    assert finding.level == "error"
    assert "maps no status" in finding.found


def test_one_broken_board_does_not_stop_the_other(tmp_path):
    config = {"teams": [{"id": "core", "name": "Core", "jira_board_ids": [7, 1]}]}
    findings = of_check(asked_of(tmp_path, config=config), "board")
    assert [(one.level, one.found[:7]) for one in findings] == [("error", "Board 7"), ("ok", "Board 1")]


def custom(number, kind, name, **more):
    return {"id": f"customfield_{number}", "name": name, "schema": {"custom": kind, "type": "number"}, **more}


SPRINT_KIND = "com.pyxis.greenhopper.jira:gh-sprint"
WITHOUT_ESTIMATION = {"columnConfig": {"columns": [column("Done", "2")]}}


def test_two_sprint_fields_are_an_error_and_both_are_named(tmp_path):
    fields = [custom(1, SPRINT_KIND, "Sprint"), custom(2, SPRINT_KIND, "Sprint")]
    finding = only(asked_of(tmp_path, field=fields), "sprint_field")
    assert finding.level == "error"
    assert "customfield_1, customfield_2" in finding.found


def test_two_points_fields_where_the_board_names_none_are_an_error_that_names_the_key(tmp_path):
    fields = [custom(1, SPRINT_KIND, "Sprint"), custom(3, "x", "Story Points"), custom(4, "x", "Story Points")]
    finding = only(asked_of(tmp_path, field=fields, board_1_configuration=WITHOUT_ESTIMATION), "board")
    assert finding.level == "error"
    assert "customfield_3, customfield_4" in finding.found
    assert "sources.jira.estimation_field" in finding.advice


def test_a_board_that_estimates_in_no_field_is_an_error(tmp_path):
    fields = [custom(1, SPRINT_KIND, "Sprint")]
    finding = only(asked_of(tmp_path, field=fields, board_1_configuration=WITHOUT_ESTIMATION), "estimation")
    assert (finding.level, finding.found) == ("error", "Board 1 estimates in no field, so it has no points.")


def test_a_board_that_estimates_in_time_is_a_warning(tmp_path):
    estimation = {"estimation": {"type": "field", "field": {"fieldId": "timeoriginalestimate"}}}
    findings = asked_of(tmp_path, board_1_configuration=WITHOUT_ESTIMATION | estimation)
    assert "which is a time" in of_check(findings, "estimation")[0].found
    assert of_check(findings, "estimation")[0].level == "warning"


def test_a_field_of_the_config_that_does_not_exist_is_an_error_of_the_config(tmp_path):
    config = {"sources": {"jira": {"estimation_field": "customfield_10061"}}}
    finding = only(asked_of(tmp_path, config=config), "estimation_field")
    assert (finding.source, finding.level) == ("config", "error")
    assert f'Did you mean "{POINTS_FIELD}"?' in finding.advice or SPRINT_FIELD in finding.advice


# -- Jira: hours, rules, people ----------------------------------------------------------------------------------------


def test_worklogs_that_are_announced_and_not_handed_over_are_an_error(tmp_path):
    announced = {"values": [{"worklogId": number} for number in (30001, 30002, 30003)], "lastPage": True}
    deleted = {"values": [{"worklogId": 30003}], "lastPage": True}
    finding = only(asked_of(tmp_path, worklog_updated=announced, worklog_deleted=deleted), "worklogs")
    assert finding.level == "error"
    assert "of 3 looked at, 1 were not handed over (the first ids: 30002)" in finding.found


def test_fifty_worklogs_spread_over_the_page_are_looked_at(tmp_path):
    numbers = list(range(1, 1001))
    announced = {"values": [{"worklogId": number} for number in numbers], "lastPage": False, "nextPage": "x?since=1"}
    site = fake_jira(worklog_updated=announced, worklog_list=_logs)
    finding = only(jira(case_of(tmp_path), site), "worklogs")
    (ids,) = [body["ids"] for path, body in site.asked if path.endswith("/worklog/list")]
    assert (len(ids), ids[0], ids[-1]) == (50, 1, 981)
    assert "more than 1000 worklogs" in finding.found


def _logs(request):
    rows = [{"id": str(n), "author": user("jira-ana", "Ana")} for n in json.loads(request.content)["ids"]]
    return httpx.Response(200, json=rows)


def test_hours_of_nobody_on_the_roster_are_a_warning_that_names_who_logged_them(tmp_path):
    logs = [{"id": "30001", "author": user("712020:x", "Zoe Quist")}]
    finding = only(asked_of(tmp_path, worklog_list=logs), "worklog_authors")
    assert finding.level == "warning"
    assert "0 of 1; not on it: Zoe Quist" in finding.found


def test_no_worklog_at_all_is_a_warning(tmp_path):
    findings = asked_of(tmp_path, worklog_updated={"values": [], "lastPage": True})
    assert levels(findings, "worklogs") == ["warning"]


def test_with_tempo_jiras_worklogs_and_the_rules_are_not_asked_for(tmp_path):
    site = fake_jira()
    case = case_of(tmp_path, connected=connections("jira", "tempo"), **rules(rule("project", "ACNE")))
    findings = jira(case, site)
    assert not [path for path, _ in site.asked if "worklog" in path or "project" in path]
    assert levels(findings, "worklogs") == ["info"]


def rule(kind, value):
    return {"name": f"rule {kind}", "kind": kind, "value": value, "billable": True}


def rules(*all_of_them):
    return {"metrics": {"billable": {"rules": list(all_of_them)}}}


def test_rules_whose_value_exists_are_fine(tmp_path):
    config = rules(rule("project", "acme"), rule("project_category", "client"), rule("label", "billable"))
    findings = asked_of(tmp_path, config=config)
    assert of_check(findings, "billing_rules") == []
    assert "1 project in sight: ACME; categories: Client" in only(findings, "projects").found


def test_rules_whose_value_exists_nowhere_are_warnings(tmp_path):
    config = rules(rule("project", "ACNE"), rule("project_category", "Clients"), rule("label", "paid"))
    findings = asked_of(tmp_path, config=config, search_approximate_count={"count": 0})
    told = of_check(findings, "billing_rules")
    assert [(one.source, one.level) for one in told] == [("config", "warning")] * 3
    assert [one.advice for one in told] == [
        'Did you mean "ACME"?',
        'Did you mean "Client"?',
        "Correct or remove it under metrics.billable.rules.",
    ]


def test_a_custom_field_that_is_there_and_filled_in_is_told(tmp_path):
    site = fake_jira()
    findings = jira(case_of(tmp_path, **rules(rule("custom_field", f"{POINTS_FIELD}=5"))), site)
    finding = only(findings, "billing_rules")
    assert (finding.source, finding.level) == ("config", "ok")
    assert finding.found == (
        f'Billing rule "rule custom_field" looks for "5" in "Story Points" ({POINTS_FIELD}): 7 issues with the field '
        "filled in."
    )
    asked = [body["jql"] for path, body in site.asked if path.endswith("/approximate-count")]
    assert f"cf[{POINTS_FIELD.removeprefix('customfield_')}] is not EMPTY" in asked


def test_a_custom_field_that_no_issue_has_filled_in_is_a_warning(tmp_path):
    config = rules(rule("custom_field", f"{POINTS_FIELD}=5"))
    finding = only(asked_of(tmp_path, config=config, search_approximate_count={"count": 0}), "billing_rules")
    assert finding.level == "warning"
    assert 'the field "Story Points" is filled in on no issue that the token sees: it matches nothing' in finding.found


@pytest.mark.parametrize(
    ("field", "advice"),
    [
        (f"{POINTS_FIELD}0", f'Did you mean "{POINTS_FIELD}" (Story Points)?'),
        ("customfield_999999999999", "Correct or remove it under metrics.billable.rules."),
    ],
)
def test_a_custom_field_that_does_not_exist_is_an_error(tmp_path, field, advice):
    finding = only(asked_of(tmp_path, config=rules(rule("custom_field", f"{field}=Client"))), "billing_rules")
    assert (finding.source, finding.level) == ("config", "error")
    assert f"looks at {field}, and Jira has no such field" in finding.found
    assert finding.advice == advice


def test_fields_are_asked_for_again_only_where_a_rule_looks_at_one(tmp_path):
    counts = []
    for kind, value in (("project", "ACME"), ("custom_field", f"{POINTS_FIELD}=5")):
        site = fake_jira()
        jira(case_of(tmp_path, **rules(rule(kind, value))), site)
        counts.append(sum(path.endswith("/field") for path, _ in site.asked))
    assert counts[1] == counts[0] + 1


def test_without_rules_the_consequence_is_told(tmp_path):
    assert "no hour is ever billable" in only(asked_of(tmp_path), "billing_rules").found


def test_without_the_right_to_list_users_only_authors_are_suggested_and_the_cost_is_told(tmp_path):
    ben = engineer_entry("ben", name="Ben Cole", jira_account_id=None)
    logs = [{"id": "30001", "author": user("712020:ben", "Ben Cole")}]
    findings = asked_of(tmp_path, engineer_entry(), ben, users_search=status(403), worklog_list=logs)
    assert "It costs nothing but this" in only(findings, "users").found
    assert '"712020:ben" (Ben Cole)' in only(findings, "roster.suggestion").found


def test_users_are_listed_to_the_end_though_pages_are_shorter_than_asked(tmp_path):
    ben = engineer_entry("ben", name="Ben Cole", jira_account_id=None)
    people = [*(user(f"712020:{n}", f"Somebody {n}") for n in range(24)), user("712020:ben", "Ben Cole")]

    def clamped(request):
        start = int(request.url.params["startAt"])
        return people[start : start + 10]

    findings = asked_of(tmp_path, engineer_entry(), ben, users_search=clamped)
    assert '"712020:ben" (Ben Cole)' in only(findings, "roster.suggestion").found
    assert "25 active users can be listed" in only(findings, "users").found


def test_apps_and_inactive_accounts_are_not_suggested(tmp_path):
    ben = engineer_entry("ben", name="Ben Cole", jira_account_id=None)
    users = [user("712020:app", "Ben Cole", kind="app"), user("712020:old", "Ben Cole", active=False)]
    assert of_check(asked_of(tmp_path, engineer_entry(), ben, users_search=users), "roster.suggestion") == []


def test_where_jira_does_not_say_which_accounts_exist_none_is_called_wrong(tmp_path):
    findings = asked_of(tmp_path, user_bulk=status(403))
    assert of_check(findings, "roster.jira_account_id") == []
    assert "none was checked" in of_check(findings, "users")[0].found


def test_one_call_that_fails_does_not_stop_the_others(tmp_path):
    findings = asked_of(tmp_path, field=status(500))
    assert levels(findings, "boards") == ["error"]
    assert of_check(findings, "worklogs")
    assert of_check(findings, "users")


# -- Tempo -------------------------------------------------------------------------------------------------------------


def tempo(root, *logs, count=None, schedule=None, **sections):
    rows = [
        {
            "tempoWorklogId": number,
            "issue": {"id": 1},
            "timeSpentSeconds": 3600,
            "billableSeconds": billable,
            "startDate": "2026-11-18",
            "author": {"accountId": account},
        }
        for number, (account, billable) in enumerate(logs, start=1)
    ]
    answer = {"results": rows, "metadata": {"count": len(rows) if count is None else count}}
    week = [{"date": f"2026-11-{day}", "requiredSeconds": 0, "type": "HOLIDAY"} for day in (16, 17)]
    days = {"results": week, "metadata": {"count": 2}} if schedule is None else schedule
    case = case_of(root, connected=connections("tempo"), **sections)
    vendor = FakeVendor({"/4/worklogs": answer, "/4/user-schedule/jira-ana": days})
    with client_of(case, "tempo", vendor) as client:
        return list(examine_tempo(case, client))


def test_tempos_hours_are_the_rosters_and_partly_billable(tmp_path):
    findings = tempo(tmp_path, ("jira-ana", 3600), ("jira-ana", 0), ("stranger", 0))
    assert {one.level for one in findings} == {"ok"}
    assert "1 of the roster's 2 hours are billable (50 %)" in only(findings, "billable").found
    assert "1 of 2; not on it: stranger" in only(findings, "worklog_authors").found


def test_hours_of_which_none_is_billable_are_a_warning(tmp_path):
    assert levels(tempo(tmp_path, ("jira-ana", 0), ("stranger", 3600)), "billable") == ["warning"]


def test_hours_of_nobody_on_the_roster_are_an_error_since_tempo_gave_all(tmp_path):
    assert levels(tempo(tmp_path, ("stranger", 3600)), "worklog_authors") == ["error"]


def test_no_hours_at_all_are_a_warning(tmp_path):
    assert levels(tempo(tmp_path), "worklogs") == ["warning"]


def test_hours_that_tempo_counts_and_does_not_hand_over_are_an_error(tmp_path):
    findings = of_check(tempo(tmp_path, ("jira-ana", 3600), count=3), "worklogs")
    assert findings[0].level == "error"
    assert "2 of 3 worklogs" in findings[0].found


def test_whether_schedules_can_be_read_is_looked_at_for_one_engineer(tmp_path):
    finding = only(tempo(tmp_path, ("jira-ana", 3600)), "schedule")
    assert finding.level == "ok"
    assert finding.found == (
        "Schedules can be read: in the last week of one engineer Tempo knows 2 days off. A run asks for 1 schedule, "
        "one after the other."
    )


@pytest.mark.parametrize("code", [403, 404])
def test_schedules_that_the_token_may_not_view_are_an_error_that_names_the_way_out(tmp_path, code):
    finding = only(tempo(tmp_path, ("jira-ana", 3600), schedule=status(code)), "schedule")
    assert finding.level == "error"
    assert "workload and holiday schemes, or set sources.tempo.schedule to false" in finding.found


def test_schedules_are_looked_at_though_nobody_logged_hours(tmp_path):
    assert levels(tempo(tmp_path), "schedule") == ["ok"]


def test_schedules_that_are_not_wanted_are_not_asked_for(tmp_path):
    finding = only(tempo(tmp_path, schedule=status(403), sources={"tempo": {"schedule": False}}), "schedule")
    assert finding.level == "info"
    assert "leave comes from leave.csv alone" in finding.found


# -- PagerDuty ---------------------------------------------------------------------------------------------------------


def acknowledge(number, who):
    return {
        "id": f"R{number}",
        "type": "acknowledge_log_entry",
        "created_at": "2026-11-18T02:00:00Z",
        "agent": {"id": who, "type": "user_reference"},
        "incident": {"id": "Q1"},
    }


def pagerduty(root, *engineers, address=None, analytics=False, **answers):
    site = {
        "/users": {"users": [{"id": "PANA", "name": "Ana"}], "more": False, "total": 1},
        "/incidents": {"incidents": [{"id": "Q1"}], "more": True, "total": 12},
        "/log_entries": {"log_entries": [acknowledge(1, "PANA"), acknowledge(2, "PX")], "more": False},
        "/oncalls": {"oncalls": [on_call("PANA", "Ana")], "more": False, "total": 1},
        **{f"/{name}": answer for name, answer in answers.items()},
        "/analytics/raw/incidents": answers.get("analytics_answer", {"data": []}),
    }
    connected = connections("pagerduty") if address is None else connections(pagerduty=address)
    sources = {"pagerduty": {"analytics_check": analytics}}
    case = case_of(root, *engineers, connected=connected, sources=sources)
    with client_of(case, "pagerduty", FakeVendor(site)) as client:
        return list(examine_pagerduty(case, client))


def on_call(account, name):
    return {"user": {"id": account, "summary": name}, "start": None, "end": None}


def test_a_pagerduty_that_is_well_says_what_it_has(tmp_path):
    findings = pagerduty(tmp_path)
    assert {one.level for one in findings} == {"ok"}
    assert (
        "12 incidents in the last 4 weeks. Latest acknowledges by the roster: 1 of 2."
        in only(findings, "incidents").found
    )
    assert "1 of the roster, and nobody else" in only(findings, "on_calls").found


@pytest.mark.parametrize("code", [401, 404])
@pytest.mark.parametrize(
    ("address", "hint"),
    [
        ("https://api.pagerduty.com", "EU accounts answer on https://api.eu.pagerduty.com."),
        ("https://api.eu.pagerduty.com", "US accounts answer on https://api.pagerduty.com."),
        ("https://proxy.test/pd", ""),
    ],
)
def test_a_refused_key_is_told_of_the_other_region(tmp_path, code, address, hint):
    path = {"pd/users" if "proxy" in address else "users": status(code)}
    (finding,) = pagerduty(tmp_path, address=address, **path)
    assert finding.level == "error"
    assert ("accounts answer on" in finding.advice) == bool(hint)
    assert hint in finding.advice


def test_a_key_that_is_refused_for_another_reason_hears_nothing_of_regions(tmp_path):
    (finding,) = pagerduty(tmp_path, users=status(403))
    assert "accounts answer" not in finding.advice


def test_an_id_that_no_user_has_is_an_error_and_a_name_without_id_a_suggestion(tmp_path):
    ben = engineer_entry("ben", name="Ben Cole", pagerduty_user_id=None)
    users = {"users": [{"id": "PBEN", "name": "Ben Cole"}], "more": False, "total": 1}
    findings = pagerduty(tmp_path, engineer_entry(), ben, users=users)
    assert levels(findings, "roster.pagerduty_user_id") == ["error"]
    assert '"PBEN" (Ben Cole)' in only(findings, "roster.suggestion").found


def test_who_is_on_call_and_not_on_the_roster_is_named(tmp_path):
    finding = only(pagerduty(tmp_path, oncalls={"oncalls": [on_call("PZOE", "Zoe Quist")], "more": False}), "on_calls")
    assert finding.level == "info"
    assert "0 of the roster, and 1 other: Zoe Quist" in finding.found


def test_acknowledges_by_nobody_on_the_roster_are_a_warning(tmp_path):
    entries = {"log_entries": [acknowledge(1, "PX")], "more": False}
    assert levels(pagerduty(tmp_path, log_entries=entries), "incidents") == ["warning"]


def test_no_incidents_are_no_warning(tmp_path):
    assert levels(pagerduty(tmp_path, incidents={"incidents": [], "more": False, "total": 0}), "incidents") == ["info"]


def test_analytics_are_asked_for_only_where_they_are_used(tmp_path):
    assert of_check(pagerduty(tmp_path), "analytics") == []
    assert levels(pagerduty(tmp_path, analytics=True), "analytics") == ["ok"]


@pytest.mark.parametrize("code", [402, 403])
def test_a_plan_without_analytics_is_a_warning(tmp_path, code):
    findings = pagerduty(tmp_path, analytics=True, analytics_answer=status(code))
    assert levels(findings, "analytics") == ["warning"]


# -- AlertOps ----------------------------------------------------------------------------------------------------------


def alert(number=1, owner="ana.ops", created="2026-11-23T05:00:00"):
    return {
        "alert_id": number,
        "created_date": created,
        "owner": {"user_name": owner, "first_name": "Ana"} if owner else None,
    }


def alertops(root, *alerts, users=({"user_name": "ANA.OPS", "first_name": "Ana"},), more=None, zone="UTC"):
    site = {
        "/api/v2/alerts": {"alerts": list(alerts), "metadata": {"next": more}},
        "/api/v2/users": {"users": list(users)} if users is not None else status(403),
    }
    case = case_of(root, connected=connections("alertops"), sources={"alertops": {"timezone": zone}})
    with client_of(case, "alertops", FakeVendor(site)) as client:
        return list(examine_alertops(case, client))


def test_an_alertops_that_is_well_says_what_it_has_and_in_which_zone_times_are_read(tmp_path):
    findings = alertops(tmp_path, alert(), alert(2, "zoe"))
    assert {one.level for one in findings} == {"ok", "info"}
    assert "2 alerts in the last 4 weeks. Owners on the roster: 1 of 2" in only(findings, "alerts").found
    assert "read as UTC (sources.alertops.timezone); the newest alert is then of 2026-11-23 05:00 there" in (
        only(findings, "time_zone").found
    )


def test_user_names_are_compared_whatever_their_case(tmp_path):
    assert levels(alertops(tmp_path, alert()), "roster.alertops_user_name") == ["ok"]


def test_more_alerts_than_a_page_holds_are_counted_as_more(tmp_path):
    assert only(alertops(tmp_path, alert(), more="abc"), "alerts").found.startswith("More than 1 alert ")


def test_an_alert_of_the_future_shows_that_the_zone_is_wrong(tmp_path):
    finding = only(alertops(tmp_path, alert(created="2026-11-23T05:00:00"), zone="America/Chicago"), "time_zone")
    assert finding.level == "error"
    assert "2026-11-23 11:00 UTC, in the future" in finding.found


def test_times_that_state_their_zone_need_no_assumption(tmp_path):
    finding = only(alertops(tmp_path, alert(created="2026-11-23T05:00:00Z"), zone="America/Chicago"), "time_zone")
    assert finding.level == "info"
    assert "none of the alerts looked at" in finding.found


def test_owners_of_whom_none_is_on_the_roster_are_a_warning(tmp_path):
    assert levels(alertops(tmp_path, alert(owner="zoe")), "alerts") == ["warning"]


@pytest.mark.parametrize("alerts", [[], [alert(owner=None)]])
def test_no_alert_that_is_anybodys_is_told_with_what_it_means(tmp_path, alerts):
    finding = only(alertops(tmp_path, *alerts), "alerts")
    assert finding.level == "info"
    assert "no calls" in finding.found


def test_users_that_cannot_be_listed_are_no_error(tmp_path):
    assert levels(alertops(tmp_path, alert(), users=None), "users") == ["info"]
