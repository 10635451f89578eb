"""The diagnosis itself: exit code, text, JSON, secrets; and what the config, the share and the machine show."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from flows.doctor import Diagnosis, Finding, examine
from flows.doctor.accounts import Account, check_accounts, suggestions
from flows.doctor.findings import without_secrets
from flows.doctor.machine import examine_machine
from flows.doctor.roster import config_findings
from flows.doctor.share import examine_share
from flows.settings import Connections
from flows.settings.connections import read_connections
from flows.store.layout import Layout
from tests.builders.config import engineer_entry, settings_of
from tests.builders.doctor import EMAIL, NO_WAIT, NOW, TOKEN, case_of, connections, levels, of_check
from tests.builders.payloads import basic

KEYS = {"source", "check", "level", "found", "expected", "advice"}


def diagnosis(*findings):
    return Diagnosis("real", NOW, findings)


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def found(source, level):
    return Finding(source, "x", level, "Something.", "another thing", "Do this.")


# -- the diagnosis -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("findings", "code"),
    [
        ([], 0),
        ([("jira", "ok"), ("jira", "info"), ("config", "warning")], 0),
        ([("jira", "error")], 4),
        ([("share", "error")], 4),
        ([("config", "error")], 2),
        ([("machine", "error")], 2),
        ([("jira", "error"), ("config", "error")], 2),
    ],
)
def test_the_exit_code_says_where_the_errors_are_and_warnings_are_none(findings, code):
    assert diagnosis(*(found(*one) for one in findings)).exit_code == code


def test_the_text_says_what_was_found_what_was_expected_and_what_to_do():
    text = diagnosis(found("jira", "error"), found("config", "ok")).as_text()
    assert text.splitlines() == [
        "tenfour doctor, 2026-11-23 06:00 UTC: the sources as they are connected.",
        "",
        "Config and roster",
        "  ok       Something.",
        "           Do this.",
        "",
        "Jira",
        "  error    Something.",
        "           Expected: another thing.",
        "           Do this.",
        "",
        "1 error and 0 warnings. Mend the errors first, then ask again: tenfour doctor",
    ]


def test_when_all_is_well_the_text_ends_by_saying_so():
    assert diagnosis(found("jira", "ok")).as_text().endswith("\nNothing is wrong.")
    assert "Runs will work" in diagnosis(found("jira", "warning")).as_text()


def test_the_json_has_the_keys_that_were_agreed():
    said = json.loads(json.dumps(diagnosis(found("jira", "error")).as_dict()))
    assert said == {
        "mode": "real",
        "examined_at": "2026-11-23T06:00:00Z",
        "exit_code": 4,
        "counts": {"error": 1, "warning": 0, "info": 0, "ok": 0},
        "findings": [
            {
                "source": "jira",
                "check": "x",
                "level": "error",
                "found": "Something.",
                "expected": "another thing",
                "advice": "Do this.",
            }
        ],
    }


@pytest.mark.parametrize("secret", [TOKEN, "s3cr3t%2Ftoken%2B1", EMAIL, basic(EMAIL, TOKEN).removeprefix("Basic ")])
@pytest.mark.parametrize("field", ["found", "expected", "advice"])
def test_a_secret_is_blotted_out_wherever_a_source_repeats_it(secret, field):
    finding = replace(found("jira", "error"), **{field: f"you sent <{secret}>"})
    (cleared,) = without_secrets([finding], connections("jira"))
    assert getattr(cleared, field) == "you sent <***>"


# -- config and roster -------------------------------------------------------------------------------------------------


def test_who_has_no_account_is_named_for_connected_sources_only(tmp_path):
    bare = engineer_entry("ben", jira_account_id=None, pagerduty_user_id=None, alertops_user_name=None)
    both = list(config_findings(case_of(tmp_path, engineer_entry(), bare, connected=connections("jira", "pagerduty"))))
    assert [(one.level, one.found.partition(".")[0]) for one in of_check(both, "roster.unmapped")] == [
        ("warning", "Without jira_account_id: ben"),
        ("info", "Without pagerduty_user_id: ben"),
    ]
    neither = list(config_findings(case_of(tmp_path, bare, connected=connections("alertops"))))
    assert [one.found.partition(".")[0] for one in of_check(neither, "roster.unmapped")] == [
        "Without alertops_user_name: ben"
    ]


def test_one_account_of_the_two_paging_sources_is_enough(tmp_path):
    ben = engineer_entry("ben", pagerduty_user_id=None)
    case = case_of(tmp_path, ben, connected=connections("pagerduty", "alertops"))
    assert levels(config_findings(case), "roster.unmapped") == ["ok"]


def test_leavers_need_no_account(tmp_path):
    gone = engineer_entry("ben", jira_account_id=None, employed_to="2026-11-20")
    assert levels(config_findings(case_of(tmp_path, engineer_entry(), gone)), "roster.unmapped") == ["ok"]


def test_a_team_without_a_board_is_a_warning(tmp_path):
    case = case_of(tmp_path, teams=[{"id": "core", "name": "Core"}])
    (finding,) = of_check(config_findings(case), "roster.boards")
    assert finding.level == "warning"
    assert "core" in finding.found


def test_a_schedule_that_is_set_aside_is_an_error_with_what_follows_from_it(tmp_path):
    period = {"from": "2025-01-06", "kind": "4x10", "day_off": "fryday"}
    (finding,) = of_check(config_findings(case_of(tmp_path, engineer_entry("ben", schedules=[period]))), "schedules")
    assert finding.level == "error"
    assert "ben" in finding.found
    assert "billable share and velocity are unknown" in finding.found


def test_nothing_connected_is_an_error_and_says_what_to_set(tmp_path):
    (finding,) = of_check(config_findings(case_of(tmp_path, connected=Connections())), "connections")
    assert finding.level == "error"
    assert "TENFOUR_JIRA_URL" in finding.advice


def test_what_is_unknown_without_a_source_is_a_warning(tmp_path):
    findings = of_check(config_findings(case_of(tmp_path, connected=connections("tempo"))), "connections")
    assert [one.found for one in findings if one.level == "warning"] == [
        "Jira is not connected: velocity is unknown.",
        "Neither PagerDuty nor AlertOps is connected: incident response is unknown.",
    ]


# -- accounts ----------------------------------------------------------------------------------------------------------


def check(case, known, column="jira_account_id"):
    return list(check_accounts(case, column, "Jira", {one.account: one for one in known}))


def test_an_account_that_the_vendor_does_not_know_is_an_error_of_the_config(tmp_path):
    (finding,) = check(case_of(tmp_path), [])
    assert (finding.source, finding.level) == ("config", "error")
    assert 'ana: Jira has no account "jira-ana"' in finding.found


def test_a_leavers_account_may_be_gone(tmp_path):
    case = case_of(tmp_path, engineer_entry(), engineer_entry("ben", employed_to="2026-08-28"))
    (finding,) = [one for one in check(case, [Account("jira-ana", "Ana")]) if "ben" in one.found]
    assert finding.level == "info"


def test_who_left_before_the_baseline_is_not_looked_for(tmp_path):
    old = engineer_entry("ben", employed_to="2025-10-31", schedules=[{"from": "2025-01-06", "kind": "5x8"}])
    assert [one.level for one in check(case_of(tmp_path, engineer_entry(), old), [Account("jira-ana", "Ana")])] == [
        "ok"
    ]


def test_an_inactive_account_of_somebody_employed_is_a_warning(tmp_path):
    findings = check(case_of(tmp_path), [Account("jira-ana", "Ana", is_active=False)])
    assert findings[0].level == "warning"
    assert "inactive" in findings[0].found


def test_an_engineer_without_account_is_shown_the_account_by_their_name(tmp_path):
    case = case_of(tmp_path, engineer_entry("ben", name="Ben Cole", jira_account_id=None))
    accounts = [Account("712020:x", "Cole, Ben"), Account("712020:y", "Zoe Quist")]
    (finding,) = suggestions(case, "jira_account_id", "Jira", accounts)
    assert (finding.source, finding.level) == ("config", "warning")
    assert finding.found == 'ben has no jira_account_id, and Jira has an account by their name: "712020:x" (Cole, Ben).'
    assert "set jira_account_id of ben" in finding.advice


def test_an_account_that_somebody_else_has_is_not_suggested(tmp_path):
    case = case_of(tmp_path, engineer_entry(), engineer_entry("ben", name="Anna", jira_account_id=None))
    assert list(suggestions(case, "jira_account_id", "Jira", [Account("jira-ana", "Ana")])) == []


# -- the share ---------------------------------------------------------------------------------------------------------


VIBES = "week_start,engineer_id,vibes,note,manager,visibility,saved_at\n"


def share_of(root, *rows, leave=None, **sections):
    case = case_of(root, **sections)
    case.settings.vibes_dir.mkdir(parents=True, exist_ok=True)
    (case.settings.vibes_dir / "vibes.csv").write_text(VIBES + "".join(f"{row}\n" for row in rows))
    if leave is not None:
        (case.settings.vibes_dir / "leave.csv").write_text(leave)
    return case


def test_the_files_of_the_share_are_read_as_a_run_reads_them(tmp_path):
    case = share_of(tmp_path, "2026-11-16,ana,4,,,,", leave="engineer_id,from_date\nana,2026-11-02\n")
    findings = list(examine_share(case))
    assert [one.level for one in findings] == ["ok", "ok", "ok"]
    assert "1 of 1 row used, no problems; the newest is of 2026-11-16; 1 of 1 engineers" in findings[1].found
    assert "1 day of leave" in findings[2].found


def test_the_write_probe_leaves_nothing_behind(tmp_path):
    case = share_of(tmp_path)
    list(examine_share(case))
    assert names_in(case.settings.vibes_dir) == ["vibes.csv"]


def test_a_rejected_row_is_a_warning_and_too_many_are_an_error(tmp_path):
    good = [f"2026-{month:02d}-02,ana,4,,,," for month in (2, 3, 11)] + ["2026-11-09,ana,4,,,,", "2026-11-16,ana,4,,,,"]
    case = share_of(tmp_path, *good, "2026-10-26,anna,4,,,,")
    (finding,) = of_check(examine_share(case), "vibes")
    assert (finding.level, "tenfour vibes check" in finding.advice) == ("warning", True)
    assert "5 of 6 rows used, 1 error" in finding.found
    assert levels(examine_share(share_of(tmp_path, "2026-10-26,anna,4,,,,")), "vibes") == ["error"]


@pytest.mark.parametrize(("good", "level"), [(4, "warning"), (3, "error")])
def test_too_many_mistakes_in_the_leave_file_are_an_error_as_they_are_for_a_run(tmp_path, good, level):
    rows = "ana,2026-11-02\n" * good
    case = share_of(tmp_path, leave=f"engineer_id,from_date\n{rows}anna,2026-11-02\n")
    (finding,) = of_check(examine_share(case), "leave")
    assert finding.level == level
    assert "tenfour vibes check" in finding.advice


def test_without_a_leave_file_the_consequence_is_told(tmp_path):
    (finding,) = of_check(examine_share(share_of(tmp_path)), "leave")
    assert finding.level == "info"
    assert "nobody's leave" in finding.found


@pytest.mark.parametrize(
    ("rows", "level", "says"),
    [
        (None, None, ""),
        ("ana,2026-W44,agree,why\n", "ok", "decisions.csv: 1 decision, no problems."),
        (
            "ana,2026-W44,agree,\n" * 4 + "ana,2026-W40,maybe,why\n",
            "warning",
            "decisions.csv: 1 decision, 4 warnings, 1 ",
        ),
        ("ana,2026-W44,agree,\nana,2026-W40,maybe,why\n", "error", "decisions.csv: 1 decision, 1 "),
        ("<html>", "error", "login page"),
    ],
)
def test_decisions_are_looked_at_where_there_are_some(tmp_path, rows, level, says):
    case = share_of(tmp_path)
    if rows is not None:
        header = "" if rows.startswith("<") else "engineer_id,review_week,decision,why\n"
        (case.settings.vibes_dir / "decisions.csv").write_text(f"{header}{rows}")
    found = of_check(examine_share(case), "decisions")
    assert [one.level for one in found] == ([level] if level else [])
    assert all(says in one.found for one in found)


@pytest.mark.parametrize("place", ["missing", "a file"])
def test_a_share_that_cannot_be_read_is_an_error(tmp_path, place):
    case = case_of(tmp_path)
    if place == "a file":
        case.settings.vibes_dir.parent.mkdir(parents=True)
        case.settings.vibes_dir.write_text("")
    (finding,) = examine_share(case)
    assert (finding.source, finding.level) == ("share", "error")
    assert "cannot be read" in finding.found


def test_a_share_without_vibes_is_an_error_and_says_how_to_begin(tmp_path):
    case = case_of(tmp_path)
    case.settings.vibes_dir.mkdir(parents=True)
    (finding,) = of_check(examine_share(case), "vibes")
    assert finding.level == "error"
    assert "tenfour vibes template" in finding.advice


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a folder in which nobody, not even root, can write")
def test_a_share_that_cannot_be_written_is_a_warning(tmp_path):
    case = case_of(tmp_path, sources={"vibes": {"folder": "/proc/self"}})
    assert levels(examine_share(case), "folder") == ["warning"]


# -- the machine -------------------------------------------------------------------------------------------------------


def machine(case, **environ):
    return list(examine_machine(case, environ))


def test_folders_that_can_be_written_or_made_are_fine_and_are_not_made(tmp_path):
    case = case_of(tmp_path)
    findings = machine(case)
    assert {one.level for one in findings if one.check != "notifications"} == {"ok"}
    assert "does not exist yet and can be made" in of_check(findings, "site_folder")[0].found
    assert names_in(tmp_path) == ["config"]


@pytest.mark.parametrize(("check_name", "variable"), [("data_folder", "TENFOUR_DATA"), ("site_folder", "TENFOUR_SITE")])
def test_a_file_where_a_folder_should_be_is_an_error(tmp_path, check_name, variable):
    case = case_of(tmp_path)
    (tmp_path / check_name.removesuffix("_folder")).write_text("")
    (finding,) = of_check(machine(case), check_name)
    assert (finding.source, finding.level) == ("machine", "error")
    assert variable in finding.advice


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
@pytest.mark.parametrize(
    ("urls", "level", "says"),
    [
        ("", "info", "is not set"),
        ("json://127.0.0.1:9/s3cret", "ok", "1 address of"),
        ("json://127.0.0.1:9/s3cret nothing://s3cret", "error", "no service is known for address 2"),
    ],
)
def test_whom_news_goes_to_is_told_without_the_addresses(tmp_path, urls, level, says):
    case = case_of(tmp_path, connected=read_connections({"TENFOUR_NOTIFY_URLS": urls})[0])
    (finding,) = of_check(machine(case), "notifications")
    assert finding.level == level
    assert says in finding.found
    assert "s3cret" not in str(finding)


@pytest.mark.parametrize(("free", "level"), [(10**9, "ok"), (10**9 - 1, "warning"), (10**8 - 1, "error")])
def test_little_room_is_told(tmp_path, monkeypatch, free, level):
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": free}))
    assert levels(machine(case_of(tmp_path)), "free_space") == [level]


@pytest.mark.parametrize(
    ("content", "level"),
    [
        ('{"origin": "real"}', "ok"),
        ('{"origin": "sample"}', "error"),
        ("", "error"),
        ('{"x": 1}', "error"),
        (None, "ok"),
    ],
)
def test_a_store_of_the_other_kind_or_none_that_can_be_read_is_an_error(tmp_path, content, level):
    case = case_of(tmp_path)
    origin = Layout(case.settings.data_dir).origin
    if content is not None:
        origin.parent.mkdir(parents=True)
        origin.write_text(content)
    assert levels(machine(case), "origin") == [level]


def test_a_proxy_is_named_without_its_password(tmp_path):
    (finding,) = of_check(machine(case_of(tmp_path), https_proxy="http://me:pass@proxy.test:3128"), "proxy")
    assert finding.found == "Requests may go through the proxy proxy.test (HTTPS_PROXY)."


def test_a_file_of_certificates_that_is_not_there_is_an_error(tmp_path):
    assert levels(machine(case_of(tmp_path), SSL_CERT_FILE=str(tmp_path / "none.pem")), "certificates") == ["error"]


# -- all of it ---------------------------------------------------------------------------------------------------------


def test_a_project_with_nothing_connected_is_told_everything_at_once_and_nothing_is_written(tmp_path):
    settings = settings_of(tmp_path, sample={"enabled": False})
    said = examine(settings, {}, lambda: NOW + timedelta(seconds=1), NO_WAIT)
    wrong = {(one.source, one.check) for one in said.findings if one.level == "error"}
    assert wrong == {("config", "connections"), ("share", "folder")}
    assert (said.mode, said.exit_code) == ("real", 2)
    assert all(set(one) == KEYS for one in said.as_dict()["findings"])
    assert names_in(tmp_path) == ["config"]
