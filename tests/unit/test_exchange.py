"""Exchange files: what is read, what is computed from it, and how every defect is told at once."""

import numpy as np
import pandas as pd
import pytest

from tests.builders.exchange import Plan, draw, incidents_text, weekly_text
from transforms.exchange import Exchange, read_exchange

NO_INCIDENTS = incidents_text()


def read(*rows: dict[str, str], incidents: str = NO_INCIDENTS, denominator: str = "available") -> Exchange:
    return read_exchange(weekly_text(*rows), incidents, denominator)  # type: ignore[arg-type]


def test_columns_may_stand_in_any_order_and_strange_ones_are_ignored() -> None:
    world = draw(Plan(engineers=2, weeks_before=2, weeks_during=1))
    shuffled = world.weekly[world.weekly.columns[::-1]].assign(mood_ring="blue")
    usual = read_exchange(*world.texts)
    other = read_exchange(shuffled.to_csv(index=False), world.texts[1])
    pd.testing.assert_frame_equal(usual.readings, other.readings)


def test_rows_come_out_by_engineer_and_week_whatever_their_order() -> None:
    world = draw(Plan(engineers=3, weeks_before=3, weeks_during=2))
    mixed = read_exchange(world.weekly.sample(frac=1, random_state=3).to_csv(index=False), world.texts[1])
    pd.testing.assert_frame_equal(read_exchange(*world.texts).readings, mixed.readings)


def test_available_hours_are_contract_less_holiday_less_leave() -> None:
    found = read({"contract_hours": "40", "holiday_hours": "10", "leave_hours": "5"}).readings
    assert found["available_hours"].tolist() == [25]


@pytest.mark.parametrize(("denominator", "pct"), [("available", 75.0), ("logged", 80.0)])
def test_billable_is_a_share_of_the_denominator_that_is_asked_for(denominator: str, pct: float) -> None:
    row = {"contract_hours": "40", "worked_hours": "37.5", "billable_hours": "30"}
    assert read(row, denominator=denominator).readings["billable_pct"].tolist() == [pct]


def test_without_available_hours_there_is_no_share_but_billable_is_known() -> None:
    found = read({"leave_hours": "40", "worked_hours": "", "billable_hours": "", "points_completed": ""}).readings.iloc[
        0
    ]
    assert np.isnan(found["billable_pct"])
    assert np.isnan(found["coverage_pct"])
    assert found["is_billable_known"]
    assert found["is_velocity_known"]


def test_hours_that_are_missing_in_a_week_of_work_make_billable_unknown_not_zero() -> None:
    found = read({"worked_hours": ""}).readings.iloc[0]
    assert not found["is_billable_known"]
    assert np.isnan(found["worked_hours"])


def test_points_that_are_missing_in_a_sprint_make_velocity_unknown() -> None:
    assert not read({"points_completed": ""}).readings["is_velocity_known"].item()
    assert read({"points_completed": "", "sprint_id": ""}).readings["is_velocity_known"].item()


def test_empty_holiday_and_leave_are_none() -> None:
    assert read({"holiday_hours": "", "leave_hours": ""}).readings["available_hours"].tolist() == [40]


def test_vibes_may_read_like_a_decimal_and_be_empty() -> None:
    found = read({"vibes": "4.0"}, {"week_start": "2026-01-12", "vibes": ""}).readings["vibes"]
    assert found.iloc[0] == 4
    assert np.isnan(found.iloc[1])


def test_a_note_counts_when_it_says_something() -> None:
    rows = [{"vibes_note": text, "week_start": f"2026-01-{day}"} for text, day in (("ok", "05"), ("  ", "12"))]
    assert read(*rows).readings["has_note"].tolist() == [True, False]


@pytest.mark.parametrize(("text", "flag"), [("True", True), ("False", False), ("TRUE", True), ("", False)])
def test_sprint_end_is_read_as_written(text: str, flag: bool) -> None:
    assert read({"sprint_end": text}).readings["is_sprint_end"].item() is flag


def test_everybody_is_one_team_unless_a_column_says_otherwise() -> None:
    assert read({}).readings["team_id"].tolist() == ["all"]
    assert read({"team_id": "atlas"}).readings["team_id"].tolist() == ["atlas"]


def test_incidents_give_the_weeks_count_and_medians() -> None:
    incidents = incidents_text(
        ("ana", "2026-01-05", "60", "1000"), ("ana", "2026-01-05", "120", ""), ("ana", "2026-01-05", "", "3000")
    )
    found = read({}, incidents=incidents)
    row = found.readings.iloc[0]
    assert row["n_pages"] == 3
    assert row["acknowledge_median_seconds"] == 90
    assert row["resolve_median_seconds"] == 2000
    assert not found.incidents["is_censored"].any()


def test_a_censored_acknowledge_is_marked_where_the_column_is_there() -> None:
    text = "is_censored,engineer_id,week_start,ack_s,resolve_s\nTrue,ana,2026-01-05,300,\nFalse,ana,2026-01-05,20,90\n"
    assert read({}, incidents=text).incidents["is_censored"].tolist() == [False, True]


def test_a_censored_acknowledge_is_a_miss_and_one_that_is_missing_is_neither() -> None:
    rows = ["True,ana,2026-01-05,300,", "False,ana,2026-01-05,20,90", "False,ana,2026-01-05,,", "True,ana,2026-01-05,,"]
    text = "\n".join(["is_censored,engineer_id,week_start,ack_s,resolve_s", *rows, ""])
    row = read({}, incidents=text).readings.iloc[0]
    counts = row[["n_pages", "n_acknowledged_pages", "n_missed_pages", "n_low_urgency_pages"]]
    assert counts.tolist() == [4, 1, 2, 0]
    assert row["response_rate_pct"] == pytest.approx(100 / 3)
    assert row["acknowledge_median_seconds"] == 160


def test_without_incidents_there_is_no_rate_and_no_median() -> None:
    row = read({}).readings.iloc[0]
    assert row["n_pages"] == 0
    assert row[["response_rate_pct", "acknowledge_median_seconds", "resolve_median_seconds"]].isna().all()


def test_what_was_published_of_vibes_is_not_told() -> None:
    assert not read({}).readings["is_vibes_changed"].any()


def test_a_week_without_a_reading_leaves_its_incidents_out_and_says_so() -> None:
    incidents = incidents_text(("ana", "2026-01-05", "60", "90"), ("ana", "2026-02-02", "60", "90"))
    found = read({}, incidents=incidents)
    assert found.problems == ()
    assert len(found.incidents) == 1
    assert found.remarks == (
        "incidents.csv: 1 incident is left out: weekly.csv has no row for the engineer in that week",
    )


def test_missing_columns_of_both_files_are_named_together() -> None:
    found = read_exchange("engineer_id,week_start\nana,2026-01-05\n", "engineer_id,week_start,ack_s\n")
    assert "weekly.csv: column contract_hours is missing from the header" in found.problems
    assert "weekly.csv: column vibes_note is missing from the header" in found.problems
    assert "incidents.csv: column resolve_s is missing from the header" in found.problems
    assert len(found.problems) == 13
    assert found.readings.empty


def test_every_bad_cell_is_found_at_once_with_its_line() -> None:
    found = read(
        {"week_start": "05.01.2026", "vibes": "4/5"},
        {"week_start": "2026-01-06"},
        {"week_start": "2026-01-19", "schedule": "4 x 10", "worked_hours": "-1"},
        {"week_start": "2026-01-26", "sprint_end": "yes", "sprint_id": "1.5", "contract_hours": ""},
        {"week_start": "2026-02-02", "vibes": "6", "engineer_id": ""},
        incidents=incidents_text(("ana", "2026-01-19", "fast", "nan")),
    )
    assert set(found.problems) == {
        'weekly.csv: line 2, column week_start: "05.01.2026" is not a date such as 2026-05-04',
        'weekly.csv: line 2, column vibes: "4/5" is not a number from 1 to 5',
        'weekly.csv: line 3, column week_start: "2026-01-06" is not a Monday',
        'weekly.csv: line 4, column schedule: "4 x 10" is not one of 5x8, 4x10, 9/80',
        'weekly.csv: line 4, column worked_hours: "-1" is not a number from 0 to 168',
        'weekly.csv: line 5, column sprint_end: "yes" is not True or False',
        'weekly.csv: line 5, column sprint_id: "1.5" is not a whole number',
        "weekly.csv: line 5, column contract_hours: is empty; expected a number from 0 to 168",
        'weekly.csv: line 6, column vibes: "6" is not a number from 1 to 5',
        "weekly.csv: line 6, column engineer_id: is empty; expected the id of an engineer",
        'incidents.csv: line 2, column ack_s: "fast" is not a number of at least 0',
        'incidents.csv: line 2, column resolve_s: "nan" is not a number of at least 0',
    }


def test_lines_are_those_of_the_file_after_blank_lines_and_notes_of_several_lines() -> None:
    good, bad = weekly_text({"vibes_note": '"two\nlines"'}), weekly_text({"week_start": "2026-01-12", "vibes": "x"})
    text = good + "\n" + bad.splitlines()[1] + "\n"
    problems = read_exchange(text, NO_INCIDENTS).problems
    assert problems == ('weekly.csv: line 5, column vibes: "x" is not a number from 1 to 5',)
    assert text.splitlines()[4].split(",")[12] == "x"


def test_two_rows_for_one_engineer_and_week_are_named_together() -> None:
    problems = read({}, {"week_start": "2026-01-12"}, {}).problems
    assert problems == ("weekly.csv: lines 2, 4: ana has more than one row for the week of 2026-01-05",)


def test_an_incident_of_somebody_without_readings_is_a_problem() -> None:
    problems = read({}, incidents=incidents_text(("anna", "2026-01-05", "1", "2"))).problems
    assert problems == ('incidents.csv: line 2, column engineer_id: "anna" is not an engineer of weekly.csv',)


def test_a_line_with_too_many_cells_is_named() -> None:
    text = weekly_text({}) + weekly_text({"week_start": "2026-01-12", "vibes_note": "a,b"}).splitlines()[1] + "\n"
    assert read_exchange(text, NO_INCIDENTS).problems == ("weekly.csv: line 3: 15 cells, but the header has 14",)


def test_a_quote_that_is_never_closed_is_told_not_swallowed() -> None:
    text = weekly_text({}) + 'ana,mia,2026-01-12,5x8,40,0,0,40,30,1,False,5,4,"never closed\n'
    (problem,) = read_exchange(text, NO_INCIDENTS).problems
    assert problem.startswith("weekly.csv: line 3: not readable as CSV")


@pytest.mark.parametrize("text", ["", "\n\n"])
def test_an_empty_file_says_what_was_expected(text: str) -> None:
    (problem,) = read_exchange(text, NO_INCIDENTS).problems
    assert problem.startswith("weekly.csv: is empty; expected a header line with engineer_id, manager_id")


def test_many_findings_of_a_kind_are_counted() -> None:
    rows = [{"engineer_id": f"e{number}", "vibes": "x"} for number in range(25)]
    problems = read(*rows).problems
    assert len(problems) == 21
    assert problems[-1] == "weekly.csv: column vibes: 5 more lines like these"


def test_a_weekly_file_with_a_header_only_is_a_problem_and_incidents_are_not() -> None:
    assert read_exchange(weekly_text(), NO_INCIDENTS).problems == ("weekly.csv: has a header, but no rows",)
    found = read({})
    assert found.problems == ()
    assert found.readings["n_pages"].tolist() == [0]
