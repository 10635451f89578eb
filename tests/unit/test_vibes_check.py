"""`tenfour vibes check` and `template`."""

import json
from pathlib import Path

import pandas as pd
import pytest

from flows.errors import ConfigError
from flows.vibes_check import check_vibes, current_week, format_report, template
from tests.builders.config import engineer_entry, settings_of
from tests.builders.vibes import WEEK, rows


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
    assert format_report(check_vibes(path, settings_of(tmp_path))).splitlines() == [
        f"{path}: 2 problems, 1 of 2 rows used",
        '  line 2, column vibes: "4/5" is not a whole number from 1 to 5; the row is not used; '
        "type 1, 2, 3, 4 or 5 (ana, week of 2026-11-16) [V004]",
        "  line 3, column week_start: warning: 2026-11-11 is a Wednesday; counted in the week that starts on Monday, "
        "2026-11-09 (ana, week of 2026-11-09) [V005]",
        "Check again with: tenfour vibes check",
    ]


def test_without_a_file_the_whole_folder_is_checked_and_problems_name_their_file(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    settings.vibes_dir.mkdir(parents=True)
    (settings.vibes_dir / "vibes.csv").write_text(rows(f"{WEEK},ana,4"))
    (settings.vibes_dir / "vibes_noah.csv").write_text(rows(f"{WEEK},ana,9"))
    report = check_vibes(None, settings)
    assert (report["file"], report["rows_used"]) == ("inputs/vibes", 1)
    assert "vibes_noah.csv, line 2, column vibes" in format_report(report)


def test_nothing_to_check_is_an_error_that_says_so(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    with pytest.raises(ConfigError, match=r"none\.csv: cannot be read: No such file"):
        check_vibes(tmp_path / "none.csv", settings)
    with pytest.raises(ConfigError, match="The vibes folder cannot be read"):
        check_vibes(None, settings)


def test_a_good_file_has_no_problems(tmp_path: Path) -> None:
    path = tmp_path / "vibes.csv"
    path.write_text(rows(f"{WEEK},ana,4"))
    assert format_report(check_vibes(path, settings_of(tmp_path))) == f"{path}: no problems, 1 of 1 rows used"


def test_the_week_that_runs_now_is_the_samples_for_sample_data_only(tmp_path: Path) -> None:
    assert current_week(settings_of(tmp_path)) == pd.Timestamp("2026-11-23")
    assert current_week(settings_of(tmp_path, sample={"enabled": False, "as_of": "2000-01-03"})).year > 2000


def test_a_template_has_a_row_for_everyone_employed_and_reads_as_no_rows(tmp_path: Path) -> None:
    settings = settings_of(
        tmp_path, engineer_entry("ana"), engineer_entry("ben", employed_to="2026-11-22"), engineer_entry("chloe")
    )
    text = template(settings, None)
    assert text.splitlines() == [
        "week_start,engineer_id,vibes,note,manager,visibility,saved_at",
        "2026-11-23,ana,,,mia,,",
        "2026-11-23,chloe,,,mia,,",
    ]
    assert "2026-11-16,ben" in template(settings, pd.Timestamp(WEEK))
    path = tmp_path / "vibes_2026-W48.csv"
    path.write_text(text)
    report = check_vibes(path, settings)
    assert (report["rows_read"], report["problems"]) == (0, [])
