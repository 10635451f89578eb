"""`tenfour vibes check` and `template`."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from flows.errors import ConfigError
from flows.vibes_check import check_vibes, current_week, format_report, template
from tests.builders.config import engineer_entry, settings_of
from tests.builders.pseudo import PSEUDO
from tests.builders.vibes import WEEK, rows


def test_problems_are_said_in_the_language_of_the_site(tmp_path: Path) -> None:
    path = tmp_path / "vibes.csv"
    path.write_text(rows(f"{WEEK},ana,9"))
    (problem,) = check_vibes(path, replace(settings_of(tmp_path), language=PSEUDO))["problems"]
    assert problem["message"].startswith('⟦⟦⟦"9"⟧ is not a whole number from 1 to 5⟧; ⟦the row is not used⟧; ')


def test_the_report_of_one_file_is_the_object_that_was_agreed(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    path = tmp_path / "vibes_noah.csv"
    path.write_text(rows(f"{WEEK},ana,,on a course,,managers", f"{WEEK},anna,4"), encoding="utf-8-sig")
    report = check_vibes(path, settings)
    assert json.loads(json.dumps(report)) == {
        "file": str(path),
        "encoding": "utf-8-sig",
        "rows_read": 2,
        "rows_used": 1,
        "accepted": [
            {
                "line": 2,
                "week_start": WEEK,
                "engineer_id": "ana",
                "vibes": None,
                "note": "on a course",
                "manager": "noah",
                "visibility": "managers",
            }
        ],
        "problems": [
            {
                "line": 3,
                "column": "engineer_id",
                "rule": "V007",
                "severity": "error",
                "found": "anna",
                "message": '"anna" is not on the roster; the row is not used; did you mean "ana"? (week of 2026-11-16)',
            }
        ],
    }


def test_the_text_says_where_what_and_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "vibes.csv"
    path.write_text(rows(f"{WEEK},ana,4/5", "2026-11-11,ana,4,x"))
    assert format_report(check_vibes(path, settings_of(tmp_path)), path).splitlines() == [
        f"{path}: 2 problems, 1 of 2 rows used",
        '  line 2, column vibes: "4/5" is not a whole number from 1 to 5; the row is not used; '
        "type 1, 2, 3, 4 or 5 (ana, week of 2026-11-16) [V004]",
        "  line 3, column week_start: warning: 2026-11-11 is a Wednesday; counted in the week that starts on Monday, "
        "2026-11-09 (ana, week of 2026-11-09) [V005]",
        'Until it is fixed, its engineer shows "no vibes" for that week, unless another row has a score. '
        f"Check again with: tenfour vibes check {path}",
    ]


def test_without_a_file_the_whole_folder_is_checked_and_problems_name_their_file(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    settings.vibes_dir.mkdir(parents=True)
    (settings.vibes_dir / "vibes.csv").write_text(rows(f"{WEEK},ana,4"))
    (settings.vibes_dir / "vibes_noah.csv").write_text(rows(f"{WEEK},ana,9"))
    report = check_vibes(None, settings)
    assert (report["file"], report["rows_used"]) == ("inputs/vibes", 1)
    assert "vibes_noah.csv, line 2, column vibes" in format_report(report, None)
    assert format_report(report, None).endswith("Check again with: tenfour vibes check")


def test_nothing_to_check_is_an_error_that_says_so(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    with pytest.raises(ConfigError, match=r"none\.csv: cannot be read: No such file"):
        check_vibes(tmp_path / "none.csv", settings)
    with pytest.raises(ConfigError, match="The vibes folder cannot be read"):
        check_vibes(None, settings)


def test_a_good_file_has_no_problems(tmp_path: Path) -> None:
    path = tmp_path / "vibes.csv"
    path.write_text(rows(f"{WEEK},ana,4"))
    assert format_report(check_vibes(path, settings_of(tmp_path)), path) == f"{path}: no problems, 1 of 1 rows used"


def test_the_week_that_runs_now_is_the_samples_for_sample_data_only(tmp_path: Path) -> None:
    assert current_week(settings_of(tmp_path)) == pd.Timestamp("2026-11-23")
    assert current_week(settings_of(tmp_path, sample={"enabled": False, "as_of": "2000-01-03"})).year > 2000


LEAVE = "engineer_id,from_date,to_date,hours_per_day"
DECISIONS = "engineer_id,review_week,decision,why,manager,decided_on,visibility"


def checked(path: Path, *lines: str, **sections: Any) -> dict[str, Any]:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([*lines, ""]))
    return check_vibes(path, settings_of(path.parent, **sections))


@pytest.mark.parametrize("name", ["leave.csv", "Leave.CSV"])
def test_a_leave_file_is_checked_as_one_and_says_no_reason(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    report = checked(
        path,
        f"{LEAVE},reason",
        "ana,2026-11-16,2026-11-18,,surgery",
        "ana,2026-12-24,,half",
        "ana,2026-12-28,2026-12-29,4.5",
        "anna,2026-11-16,,",
        "ana,2024-12-30,2025-01-07,24",
    )
    assert (report["rows_read"], report["rows_used"]) == (5, 4)
    names = ["line", "engineer_id", "from_date", "to_date", "hours_per_day"]
    assert [list(row) for row in report["accepted"]] == [names] * 4
    assert [list(row.values()) for row in report["accepted"]] == [
        [2, "ana", "2026-11-16", "2026-11-18", None],
        [3, "ana", "2026-12-24", "2026-12-24", "half"],
        [4, "ana", "2026-12-28", "2026-12-29", 4.5],
        [6, "ana", "2025-01-06", "2025-01-07", None],  # employed since the Monday
    ]
    assert [(one["line"], one["rule"]) for one in report["problems"]] == [(1, "V018"), (5, "V007"), (6, "L005")]
    assert "surgery" not in json.dumps(report)
    assert "Until it is fixed, its days count as days at work." in format_report(report, path)


@pytest.mark.parametrize("name", ["decisions.csv", "Decisions_noah.csv", "decisions (1).csv"])
def test_a_decisions_file_is_checked_as_one(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    report = checked(
        path, DECISIONS, "ana,2026-W44,agree,We both want it.,mia,2026-11-05,everyone", "ana,2026-W40,maybe,x,,,"
    )
    assert json.loads(json.dumps(report["accepted"])) == [
        {
            "line": 2,
            "engineer_id": "ana",
            "review_week": "2026-10-26",
            "decision": "agree",
            "why": "We both want it.",
            "manager": "mia",
            "decided_on": "2026-11-05",
            "visibility": "everyone",
        }
    ]
    assert [(one["line"], one["rule"]) for one in report["problems"]] == [(3, "D002")]
    text = format_report(report, path)
    assert text.splitlines()[0] == f"{path}: 1 problem, 1 of 2 rows used"
    assert "Until it is fixed, that decision is not shown." in text


def test_the_whole_folder_is_vibes_leave_and_decisions_together(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    folder = settings.vibes_dir
    checked(folder / "vibes.csv", *rows(f"{WEEK},ana,4", f"{WEEK},ana,9").splitlines())
    checked(folder / "leave.csv", LEAVE, "ana,2026-11-16,,", "anna,2026-11-16,,", "ben,2026-11-16,,")
    checked(folder / "decisions_mia.csv", DECISIONS, "ana,2026-W44,maybe,x,,,")
    for path in (None, folder):
        report = check_vibes(path, settings)
        assert (report["rows_read"], report["rows_used"]) == (6, 2)
        assert [(row["file"], row["line"]) for row in report["accepted"]] == [("vibes.csv", 2), ("leave.csv", 2)]
        assert [(one["file"], one["line"]) for one in report["problems"]] == [
            ("vibes.csv", 3),
            ("leave.csv", 3),
            ("leave.csv", 4),
            ("decisions_mia.csv", 2),
        ]
        last = format_report(report, path).splitlines()[-1]
        assert 'its engineer shows "no vibes"' in last
        assert "Until they are fixed, their days count as days at work." in last
        assert "Until it is fixed, that decision is not shown." in last


def test_a_folder_without_vibes_says_so_and_its_other_files_are_checked(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    checked(settings.vibes_dir / "leave.csv", LEAVE, "ana,2026-11-16,,")
    report = check_vibes(None, settings)
    assert report["rows_used"] == 1
    assert [(one["rule"], one["severity"]) for one in report["problems"]] == [("V019", "warning")]


def test_a_file_that_no_run_reads_by_its_name_is_checked_and_that_is_said(tmp_path: Path) -> None:
    for name, lines, pattern in (
        ("mine.csv", [f"{WEEK},ana,4"], "vibes*.csv"),
        ("leave_2026.csv", ["ana,2026-11-16"], "leave.csv"),
        ("decisions.txt", ["ana,2026-W44,agree,x"], "decisions*.csv"),
    ):
        header = {"vibes*.csv": "week_start,engineer_id,vibes", "leave.csv": LEAVE}.get(pattern, DECISIONS)
        report = checked(tmp_path / name, header, *lines)
        assert report["rows_used"] == 1
        (found,) = report["problems"]
        assert (found["rule"], found["severity"], found["line"]) == ("V019", "warning", 0)
        assert found["message"] == f"a run reads no file of this name; to have it read, name it {pattern}"


def test_a_refused_file_says_itself_what_becomes_of_it(tmp_path: Path) -> None:
    path = tmp_path / "vibes.csv"
    last = format_report(checked(path, "<html>"), path).splitlines()[-1]
    assert last == f"Check again with: tenfour vibes check {path}"


def test_a_name_with_a_space_is_quoted_to_be_copied(tmp_path: Path) -> None:
    path = tmp_path / "vibes (1).csv"
    assert format_report(checked(path, "x"), path).endswith(f"tenfour vibes check '{path}'")


def test_a_template_has_a_row_for_everyone_employed_by_manager_and_reads_as_no_rows(tmp_path: Path) -> None:
    settings = settings_of(
        tmp_path,
        engineer_entry("dan"),
        engineer_entry("ana", manager="noah"),
        engineer_entry("ben", employed_to="2026-11-22"),
        engineer_entry("chloe"),
        engineer_entry("eve", employed_from="2026-11-30", schedules=[{"from": "2026-11-30", "kind": "5x8"}]),
    )
    content = template(settings, None)
    assert content.startswith(b"\xef\xbb\xbfweek_start,engineer_id,vibes,note,manager,visibility,saved_at\r\n")
    assert content.decode("utf-8-sig").split("\r\n")[1:] == [
        "2026-11-23,chloe,,,mia,,",
        "2026-11-23,dan,,,mia,,",
        "2026-11-23,ana,,,noah,,",
        "",
    ]
    assert b"2026-11-16,ben" in template(settings, pd.Timestamp(WEEK))
    path = tmp_path / "vibes_2026-W48.csv"
    path.write_bytes(content)
    report = check_vibes(path, settings)
    assert (report["rows_read"], report["problems"]) == (0, [])
