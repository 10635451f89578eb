"""`tenfour explain`: what it prints, what it refuses, and that it only reads."""

import json
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from filelock import FileLock

from flows.errors import ConfigError
from flows.explain.text import as_dict, as_text
from flows.explain.trace import explain
from flows.settings import Settings
from flows.store.layout import Layout
from flows.store.tables import TableStore
from tests.builders.config import engineer_entry, settings_of
from tests.builders.explained import WEEK, WEEK_BEFORE, Stored, source, stored, total
from tests.builders.facts import at, credit, day, engineer, page, period, sprint, vibe, worklog
from tests.builders.project import digests
from tests.conftest import ROOT
from transforms.vocabulary import METRICS
from transforms.weeks import week_starts

FIRST = pd.Timestamp("2026-10-19")
SPRINT = sprint(7, "2026-11-09 09:00", "2026-11-20 17:00")


def kept(folder: Path, week: Stored, *engineers: dict[str, Any], problems: Sequence[dict[str, Any]] = ()) -> Settings:
    """A project whose store holds these tables."""
    settings = settings_of(folder, *engineers)
    tables = TableStore(Layout(settings.data_dir))
    weeks = week_starts(FIRST, WEEK)
    for name, rows in {
        "available_hours": week.available,
        "worklogs": week.worklogs,
        "readings": week.readings,
        "sprint_credits": week.credits,
        "pages": week.pages,
        "vibes": week.vibes,
        "source_health": week.health,
        "sprint_totals": week.totals,
    }.items():
        tables.write_weeks(name, weeks, rows)
    tables.write("sprints", WEEK, week.sprints)
    if problems:
        tables.write("problems", WEEK, pd.DataFrame(problems))
    return settings


def full_week() -> Stored:
    """Something of everything."""
    return stored(
        leave=[("ana", "2026-11-17", 5.0)],
        worklogs=[
            worklog("ana", "2026-11-16", 9.5, worklog_id="501", issue_key="ACME-7", billing_rule="client"),
            worklog("ana", "2026-11-18", 10, worklog_id="502", issue_key="ACME-8", billing_rule="client"),
            worklog("ana", "2026-11-19", 4.25, 0, worklog_id="503", issue_key="INT-1"),
        ],
        credits=[credit("ana", "2026-11-16", 7, 3, issue_key="ACME-8", credited_at=at("2026-11-18 16:20"))],
        sprints=[SPRINT],
        totals=[total(7, week_start=WEEK)],
        pages=[
            page("ana", "2026-11-17 22:30", incident_id="Q1", shift="night", acknowledge_seconds=90.0),
            page(
                "ana",
                "2026-11-19 10:00",
                incident_id="Q2",
                is_censored=True,
                acknowledge_seconds=1800.0,
                resolve_seconds=None,
            ),
        ],
        vibes=[vibe("ana", "2026-11-16", 4, published_vibes=2.0, note="A good week.", visibility="managers")],
    )


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A project with the full week, for tests that only read it."""
    return kept(tmp_path_factory.mktemp("full"), full_week())


def told(settings: Settings, metric: str | None = None, week: pd.Timestamp | None = None) -> str:
    return as_text(explain(settings, "ana", week, metric))


def test_billable_prints_the_arithmetic_and_the_rows(full: Settings):
    assert (
        told(full, "billable")
        == """\
ana, 2026-W47 (16-22 November 2026), billable share: 55.7 %
    scheduled     40.00 h  4x10: Mon 10, Tue 10, Wed 10, Thu 10, Fri off
    holidays       0.00 h
    leave         -5.00 h  Tue 17 Nov: 5 h
    available     35.00 h
    logged        23.75 h  3 worklogs
    billable      19.50 h
    of available   55.7 %  19.50 / 35.00  <- the reading
    of logged      82.1 %  19.50 / 23.75
    coverage       67.9 %  23.75 / 35.00
    Only 67.9 % of the available hours are logged. Below 85 % over the weeks judged, the light is unknown.

    rule     billable?   logged  billable  worklogs
    client   yes        19.50 h   19.50 h         2
    default  no          4.25 h    0.00 h         1

    day         issue   worklog   logged  billable  rule
    Mon 16 Nov  ACME-7  501       9.50 h    9.50 h  client
    Wed 18 Nov  ACME-8  502      10.00 h   10.00 h  client
    Thu 19 Nov  INT-1   503       4.25 h    0.00 h  default"""
    )


def test_velocity_prints_the_issues_the_sprint_and_the_rate(full: Settings):
    assert (
        told(full, "velocity")
        == """\
ana, 2026-W47 (16-22 November 2026), velocity: 3 points
    this week      3 points  <- the reading
    sprint         3 points  2026-W46 0, 2026-W47 3
    hours           75.00 h  available: 2026-W46 40.00, 2026-W47 35.00
    velocity   1.6 per 40 h  40 x 3 / 75.00
    sprint 7, Core S7, Mon 2 Nov to Fri 13 Nov: closed
    its team's points: committed 1, re-estimated 2, added 3, removed 4, completed 5, reopened 6, carried over 7

    issue   what       when              points  counts in  sprint
    ACME-8  completed  Wed 18 Nov 16:20       3  2026-W47        7"""
    )


def test_response_prints_every_page_with_its_answer(full: Settings):
    assert (
        told(full, "response")
        == """\
ana, 2026-W47 (16-22 November 2026), incident response: 15.8 min
    pages               2  1 acknowledged, 1 missed, 0 left to others
    low urgency         0  listed apart, counted in nothing
    answered       50.0 %  1 / 2
    acknowledge  15.8 min  median, a missed page until it left  <- the reading
    resolve         1.0 h  median of what the engineer resolved

    incident  paged             urgency  shift     answer        acknowledge  resolve
    Q1        Tue 17 Nov 22:30  high     night     acknowledged         90 s   3600 s
    Q2        Thu 19 Nov 10:00  high     in shift  missed             1800 s        -"""
    )


def test_vibes_print_scores_what_they_were_and_notes_for_managers_too(full: Settings):
    assert (
        told(full, "vibes")
        == """\
ana, 2026-W47 (16-22 November 2026), vibes: 4.00 of 5
    mean  4.00  (4) / 1  <- the reading

    manager  score                 note          where
    mia      4 (2 when published)  for managers  vibes.csv:2  A good week."""
    )


def test_without_a_metric_all_four_are_told_in_order(full: Settings):
    heads = [line for line in told(full).splitlines() if line.startswith("ana, ")]
    assert [head.rsplit(", ", 1)[1].split(":")[0] for head in heads] == [
        "billable share",
        "velocity",
        "incident response",
        "vibes",
    ]


def test_the_newest_week_is_told_unless_another_is_asked_for(full: Settings):
    assert told(full, "vibes").startswith("ana, 2026-W47 ")
    assert told(full, "vibes", WEEK_BEFORE).startswith("ana, 2026-W46 (9-15 November 2026), vibes: no vibes")
    assert told(full, "vibes", FIRST + pd.Timedelta(weeks=1)).startswith("ana, 2026-W44 (26 October - 1 November 2026)")


def test_a_public_holiday_is_told_by_the_name_that_the_config_gives_it(tmp_path: Path):
    week = stored(holidays=["2026-11-11"])
    text = told(kept(tmp_path, week), "billable", WEEK_BEFORE)
    assert "    holidays      -10.00 h  Wed 11 Nov: Veterans Day, 10 h\n" in text


def test_a_reading_that_is_not_known_says_which_source_failed(tmp_path: Path):
    health = [source("jira", "failed", "Jira did not answer.")]
    text = told(kept(tmp_path, stored(unknown=["billable"], health=health)), "billable")
    assert text.splitlines()[:2] == [
        "ana, 2026-W47 (16-22 November 2026), billable share: unknown",
        "    Jira, failed in the run of 2026-W47: Jira did not answer.",
    ]
    assert "0 worklogs, as far as they are known" in text


def test_what_is_out_of_the_ordinary_is_told_in_words(tmp_path: Path):
    week = stored(
        engineer=engineer(employed_from=day("2026-11-17")),
        schedules=[period(kind="4x10", first="2026-11-17", last="2026-11-18"), period(kind="5x8", first="2026-11-20")],
        holidays=["2026-11-21"],
        worklogs=[
            worklog("ana", "2026-11-17", 6, 2, worklog_id="1"),
            worklog("ana", "2026-11-18", 3, worklog_id="2", recorded_at=at("2026-11-23 08:00")),
        ],
        credits=[credit("ana", "2026-11-16", 7, 2.333333, issue_key="", credited_at=pd.NaT)],
        vibes=[vibe("ana", "2026-11-16", None, published_vibes=3.0)],
    )
    text = " ".join(told(kept(tmp_path, week, engineer_entry(employed_from="2026-11-17"))).split())
    for line in (
        "No schedule is in force on Thu 19 Nov: the hours of the week are not known.",
        "4x10 then 5x8: Tue 10, Wed 10, Thu no schedule, Fri 8 (employed on 6 days of it)",
        "1 worklog, as far as they are known",
        "1 worklog (3.00 h) set aside: entered after the reading was taken.",
        "default in part 6.00 h 2.00 h 1",
        "2 3.00 h 3.00 h default set aside: entered after the reading was taken",
        "velocity: unknown",
        "(sum) completed 2.33 2026-W47 7",
        "mia taken back (3 when published) for everyone",
    ):
        assert line in text, line


def test_a_holiday_on_the_day_off_and_the_day_given_for_it_are_told_by_name(tmp_path: Path):
    # The config's calendar has Veterans Day on Wednesday 11 November, a day off here.
    off = [period(kind="4x10", off="wednesday")]
    week = stored(schedules=off, holidays=["2026-11-11"], holiday_on_day_off="substitute")
    text = told(kept(tmp_path, week), "billable", WEEK_BEFORE)
    assert "Wed 11 Nov: Veterans Day, on a day without hours; Thu 12 Nov: in place of Veterans Day, 10 h\n" in text


def test_rows_restated_since_the_reading_are_said_with_both_numbers(tmp_path: Path):
    week = full_week()
    settings = kept(tmp_path, week)
    TableStore(Layout(settings.data_dir)).write("worklogs", WEEK, week.worklogs[week.worklogs["worklog_id"] != "503"])
    text = told(settings, "billable")
    assert "worked_hours is stored as 23.75, and its rows give 19.5 now: they were restated since" in text
    assert "billable_hours" not in text


def test_a_later_run_that_read_the_week_again_is_the_one_that_is_explained(tmp_path: Path):
    # Entered on Monday morning, after the run of its own week spoke, and before the next one did.
    late = worklog("ana", "2026-11-10", 8, recorded_at=at("2026-11-16 09:00"))
    explained = explain(kept(tmp_path, stored(worklogs=[late])), "ana", WEEK_BEFORE, "billable")
    assert explained.read_in == WEEK
    assert explained.traces["billable"].differences == ()
    assert "set aside" not in as_text(explained)


def test_problems_of_the_input_about_the_engineer_are_told_and_those_of_others_are_not(tmp_path: Path):
    problem = {"source": "jira", "file": "worklogs", "line": 0, "column": "", "severity": "warning", "found": ""}
    problems = [
        problem | {"rule": "J004", "message": "Two worklogs overlap.", "engineer_id": "ana"},
        problem | {"rule": "J002", "message": "Somebody else's.", "engineer_id": "ben"},
    ]
    text = told(kept(tmp_path, full_week(), problems=problems), "billable")
    assert text.endswith("\n    warning: Two worklogs overlap. [J004]")
    assert "Somebody else" not in text


def test_what_would_move_the_cursor_is_printed_as_a_blank(tmp_path: Path):
    note = vibe("ana", "2026-11-16", 4, note="One.\nTwo.\x1b[31m")
    assert told(kept(tmp_path, stored(vibes=[note])), "vibes").endswith("One. Two. [31m")


def test_as_json_it_holds_every_step_and_row_with_iso_days_and_times(full: Settings):
    found = json.loads(json.dumps(as_dict(explain(full, "ana", None, None)), allow_nan=False))
    assert (found["engineer_id"], found["week"], found["read_in"]) == ("ana", "2026-W47", "2026-W47")
    assert list(found["metrics"]) == list(METRICS)
    billable = found["metrics"]["billable"]
    assert billable["hours"]["available"] == 35
    assert billable["days"][1]["work_date"] == "2026-11-17"
    assert billable["worklogs"][0]["issue_key"] == "ACME-7"
    assert found["metrics"]["velocity"]["credits"][0]["credited_at"] == "2026-11-18T16:20:00"
    assert found["metrics"]["response"]["pages"][1]["resolve_seconds"] is None
    assert found["metrics"]["vibes"]["scores"][0]["published_vibes"] == 2


@pytest.mark.parametrize(
    ("question", "says"),
    [
        (("anna", None, None), ['--engineer: "anna" is not on the roster; did you mean "ana"?']),
        (("ana", None, "bilable"), ['--metric: "bilable" is no metric; did you mean "billable"?']),
        (
            ("ana", pd.Timestamp("2027-11-22"), None),
            ["--week: 2027-W47 is not there; the store holds 2026-W43 to 2026-W47; did you mean 2026-W47?"],
        ),
        (("anna", pd.Timestamp("2024-01-01"), "x"), ["--engineer", "--metric", "--week: 2024-W01 is not there"]),
    ],
)
def test_a_question_that_has_no_answer_says_what_is_wrong_with_it_all_at_once(
    full: Settings, question: tuple[str, pd.Timestamp | None, str | None], says: list[str]
):
    with pytest.raises(ConfigError) as refused:
        explain(full, *question)
    assert len(refused.value.findings) == len(says)
    assert all(text in finding for text, finding in zip(says, refused.value.findings, strict=True))
    assert refused.value.exit_code == 2


def test_who_was_not_employed_in_the_week_has_no_reading_of_it(tmp_path: Path):
    entry = engineer_entry("ben", employed_to="2026-08-28")
    settings = kept(tmp_path, stored(), engineer_entry(), entry)
    with pytest.raises(
        ConfigError, match=r"ben has no reading of 2026-W47: .* employed from 2025-01-06 to 2026-08-28\."
    ):
        explain(settings, "ben", None, None)


def test_a_leaver_is_told_which_week_to_ask_for(tmp_path: Path):
    gone = engineer(employed_to=day("2026-11-12"))
    settings = kept(tmp_path, stored(engineer=gone), engineer_entry(employed_to="2026-11-12"))
    with pytest.raises(ConfigError) as refused:
        explain(settings, "ana", WEEK, None)
    assert refused.value.advice == "The newest one is of 2026-W46: name it with --week."


def test_who_has_no_account_at_a_source_is_told_so(tmp_path: Path):
    entry = engineer_entry(jira_account_id=None, pagerduty_user_id=None)
    settings = kept(tmp_path, stored(), entry)
    assert explain(settings, "ana", None, None).no_account == ("billable", "velocity")
    assert "The roster names no account of theirs at the source" in told(settings, "billable")
    assert "names no account" not in told(settings, "response")


def test_an_empty_store_asks_for_a_run(tmp_path: Path):
    with pytest.raises(ConfigError, match="no week is stored yet") as refused:
        explain(settings_of(tmp_path), "ana", None, None)
    assert refused.value.advice == "Run: tenfour weekly"


def tenfour(*arguments: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "flows", "explain", *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )


def test_the_command_runs_beside_a_run_and_leaves_every_byte_as_it_was(tmp_path: Path):
    settings = kept(tmp_path, full_week())
    before = digests(tmp_path)
    with FileLock(Layout(settings.data_dir).lock):
        shown = tenfour("--engineer", "ana", "--week", "2026-W47", "--json", folder=tmp_path)
    assert shown.returncode == 0, shown.stderr
    assert json.loads(shown.stdout)["metrics"]["billable"]["share_pct"] == pytest.approx(100 * 19.5 / 35)
    assert digests(tmp_path) == before


def test_a_mistake_on_the_command_line_is_exit_code_2_without_a_traceback(tmp_path: Path):
    kept(tmp_path, stored())
    shown = tenfour("--engineer", "anna", "--metric", "vibe", folder=tmp_path)
    assert shown.returncode == 2
    assert 'did you mean "ana"?' in shown.stderr
    assert 'did you mean "vibes"?' in shown.stderr
    assert "Traceback" not in shown.stderr
    assert shown.stdout == ""


def test_the_help_says_that_the_output_is_private(tmp_path: Path):
    assert "output is private" in " ".join(tenfour("--help", folder=tmp_path).stdout.split())


def test_nothing_is_asked_over_the_network(full: Settings, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    assert told(full)
