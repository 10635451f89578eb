"""What managers' decisions say, and what becomes of rows that cannot be understood or belong to no review."""

from datetime import date

import pandas as pd
import pytest

from tests.builders.facts import day
from tests.builders.vibes import MANAGERS, as_bytes, roster, rows
from transforms.clean.manager_decisions import (
    DECISION_COLUMNS,
    CleanDecisions,
    clean_decisions,
    in_order,
    kept_beside,
    unmatched_decisions,
)
from transforms.clean.sheet import read_sheet
from transforms.schemas.decisions import Recommendations
from transforms.schemas.registry import completed, conform, empty
from transforms.schemas.sources import ManagerDecisions

HEADER = "engineer_id,review_week,decision,why,manager,decided_on"
REVIEW = "2026-10-12"  # 2026-W42, published on the 19th
SUNDAY = date(2026, 11, 29)  # the last day of the week under way


def decisions_of(*lines: str, header: str = HEADER, file: str = "decisions.csv", **more: str) -> CleanDecisions:
    files = {file: rows(*lines, header=header), **{f"{name}.csv": text for name, text in more.items()}}
    sheets = [read_sheet(name, as_bytes(text), DECISION_COLUMNS) for name, text in files.items()]
    return clean_decisions(sheets, roster(), MANAGERS, SUNDAY)


def told(cleaned: CleanDecisions | pd.DataFrame) -> list[str]:
    """Every problem as `line column rule severity`."""
    table = cleaned if isinstance(cleaned, pd.DataFrame) else cleaned.problems
    return [" ".join(map(str, row)) for row in table[["line", "column", "rule", "severity"]].to_numpy().tolist()]


def only(cleaned: CleanDecisions) -> dict[str, object]:
    (row,) = cleaned.decisions.to_dict("records")
    return row


def test_a_whole_row_is_a_decision_on_the_review_of_its_week() -> None:
    found = decisions_of('ana,2026-W42,decline,"Wants to stay, and I agree",noah,2026-10-20')
    assert told(found) == []
    assert only(found) == {
        "engineer_id": "ana",
        "week_start": day(REVIEW),
        "decision": "decline",
        "why": "Wants to stay, and I agree",
        "visibility": "managers",
        "manager_id": "noah",
        "decided_on": day("2026-10-20"),
        "file": "decisions.csv",
        "line": 2,
    }


@pytest.mark.parametrize("typed", ["2026-W42", "2026-10-12", "Oct 16, 2026", "12.10.2026", "46307", "18/10/2026"])
def test_any_day_of_the_week_names_the_review(typed: str) -> None:
    found = decisions_of(f'ana,"{typed}",agree,yes,mia,')
    assert only(found)["week_start"] == day(REVIEW)
    assert told(found) == []


@pytest.mark.parametrize("typed", ["agree", " Agree ", "DECLINE", "defer\u00a0"])
def test_a_decision_is_read_however_it_is_written(typed: str) -> None:
    assert only(decisions_of(f"ana,2026-W42,{typed},why,mia,"))["decision"] == typed.strip().casefold()


@pytest.mark.parametrize(
    ("line", "problem", "sentence"),
    [
        ("anna,2026-W42,agree,why,mia,", "2 engineer_id V007 error", 'did you mean "ana"?'),
        ("ana,last week,agree,why,mia,", "2 review_week D001 error", "what stands there is not a date; the row is"),
        ("ana,,agree,why,mia,", "2 review_week D001 error", "review_week is empty"),
        ("ana,03/04/2026,agree,why,mia,", "2 review_week D001 error", "may be 2026-03-04 or 2026-04-03"),
        ("ana,2026-W42,agreed,why,mia,", "2 decision D002 error", 'did you mean "agree"?'),
        ("ana,2026-W42,maybe,why,mia,", "2 decision D002 error", "type agree, decline or defer"),
        ("ana,2026-W42,,why,mia,", "2 decision D002 error", "decision is empty"),
        ("ana,2026-W42,agree,,mia,", "2 why D003 warning", "the row is used"),
        ("ana,2026-W42,agree,why,ma,", "2 manager V008 error", 'did you mean "mia"?'),
        ("ana,2026-W42,agree,why,mia,soon", "2 decided_on D005 error", "type it as 2026-11-16"),
        ("ana,2026-W42,agree,why,mia,2026-11-30", "2 decided_on D005 error", "2026-11-30 has not come"),
        ("ana,2026-W42,agree,why,mia,2026-10-18", "2 decided_on D006 warning", "is before 2026-10-19"),
    ],
)
def test_each_mistake_is_told_with_its_place_and_what_to_type(line: str, problem: str, sentence: str) -> None:
    found = decisions_of(line)
    assert told(found) == [problem]
    assert sentence in found.problems["message"].iloc[0]
    assert len(found.decisions) == ("warning" in problem), "a row with an error is not used, one with a warning is"


@pytest.mark.parametrize("typed", ["2026-10-19", "2026-11-29"])
def test_a_decision_may_be_of_any_day_from_the_publication_to_the_end_of_this_week(typed: str) -> None:
    found = decisions_of(f"ana,2026-W42,agree,why,mia,{typed}")
    assert (told(found), only(found)["decided_on"]) == ([], day(typed))


def test_of_two_readings_of_a_day_the_one_since_the_review_is_meant() -> None:
    assert only(decisions_of("ana,2026-W42,agree,why,mia,03/11/2026"))["decided_on"] == day("2026-11-03")
    both = decisions_of("ana,2026-W40,agree,why,mia,10/11/2026")  # 11 October and 10 November both fit
    assert told(both) == ["2 decided_on D005 error"]


def test_one_row_can_hold_several_mistakes_and_no_other_row_suffers() -> None:
    found = decisions_of("nobody,never,no,why,zoe,2030-01-01", "ana,2026-W42,agree,why,mia,")
    assert {row.split()[2] for row in told(found)} == {"V007", "D001", "D002", "V008", "D005"}
    assert only(found)["line"] == 3


def test_rows_that_are_not_filled_in_are_no_rows() -> None:
    found = decisions_of("ana,2026-W42,,,mia,", ",,,,,")
    assert (len(found.decisions), told(found), found.rows_read) == (0, [], 0)


def test_no_rows_and_no_files_are_an_empty_table() -> None:
    assert told(decisions_of()) == ["0  V021 warning"]
    nothing = clean_decisions([], roster(), MANAGERS, SUNDAY)
    assert nothing.decisions.empty
    assert nothing.problems.empty
    conform(nothing.decisions, ManagerDecisions)


@pytest.mark.parametrize(
    ("header", "line", "expected"),
    [
        (HEADER, "ana,2026-W42,agree,why,mia,", "managers"),
        (f"{HEADER},visibility", "ana,2026-W42,agree,why,mia,,", "managers"),
        (f"{HEADER},visibility", "ana,2026-W42,agree,why,mia,,Everyone", "everyone"),
        (f"{HEADER},visibility", "ana,2026-W42,agree,why,mia,,managers", "managers"),
        (f"{HEADER},visibility", "ana,2026-W42,agree,why,mia,,evryone", "managers"),
    ],
)
def test_a_reason_is_for_managers_unless_the_row_says_everyone(header: str, line: str, expected: str) -> None:
    assert only(decisions_of(line, header=header))["visibility"] == expected


def test_a_long_reason_is_cut_and_a_guard_against_formulas_taken_off() -> None:
    found = decisions_of(f"ana,2026-W42,agree,{'x' * 501},mia,", "ben,2026-W42,agree,'-no,mia,")
    assert told(found) == ["2 why D004 warning"]
    assert found.decisions["why"].tolist() == ["x" * 500, "-no"]
    assert told(decisions_of(f"ana,2026-W42,agree,{'x' * 500},mia,")) == []


@pytest.mark.parametrize(
    ("file", "manager"), [("decisions.csv", "mia"), ("decisions_noah.csv", "noah"), ("decisions (1).csv", "mia")]
)
def test_without_a_name_it_is_the_manager_of_the_file_or_of_the_engineer(file: str, manager: str) -> None:
    assert only(decisions_of("ana,2026-W42,agree,why,,", file=file))["manager_id"] == manager


@pytest.mark.parametrize(
    "line",
    [
        "ana,2026-W42,decline,she is ill, keep it quiet,2026-10-20",
        "ana,2026-W42,decline,she is ill,mia,keep it quiet",
        "ana,2026-W42,decline,she is ill,mia,,keep it quiet",
        "ana,2026-W42,keep it quiet,mia,2026-10-20",
    ],
)
def test_the_end_of_a_reason_that_slipped_into_the_next_cells_is_not_repeated(line: str) -> None:
    found = decisions_of(line, header=f"{HEADER},visibility")
    said = found.problems.to_csv()
    assert "what stands there" in said
    assert "quiet" not in said


def test_rows_that_say_the_same_are_one_decision() -> None:
    line = "ana,2026-W42,agree,why,mia,2026-10-20"
    copy = rows(line, header=HEADER)
    found = decisions_of(line, line, **{"decisions - Copy": copy})
    assert len(found.decisions) == 1
    assert told(found) == []


def test_several_decisions_on_one_review_are_its_history_in_order_of_their_days() -> None:
    found = decisions_of(
        "ana,2026-W42,agree,third,mia,2026-11-03",
        "ana,2026-W42,defer,second,mia,2026-10-20",
        "ana,2026-W42,decline,first,mia,",
    )
    assert found.decisions["why"].tolist() == ["first", "second", "third"]
    assert told(found) == []


def test_of_one_day_the_lower_row_counts_and_that_is_said() -> None:
    found = decisions_of(
        "ana,2026-W42,defer,first,mia,2026-10-20",
        "ana,2026-W42,agree,then,mia,2026-10-20",
        "ben,2026-W42,defer,other person,mia,2026-10-20",
        "ana,2026-W38,defer,other review,mia,2026-10-20",
    )
    assert told(found) == ["2 decided_on D009 warning"]
    assert "decisions.csv line 3 says agree" in found.problems["message"].iloc[0]
    of_review = found.decisions[found.decisions["week_start"] == day(REVIEW)]
    assert of_review.loc[of_review["engineer_id"] == "ana", "decision"].tolist() == ["defer", "agree"]


def test_two_undated_rows_that_differ_are_told_as_well() -> None:
    found = decisions_of("ana,2026-W42,defer,a,mia,", "ana,2026-W42,agree,b,mia,")
    assert told(found) == ["2 decided_on D009 warning"]


def reviews(*held: tuple[str, str, str]) -> pd.DataFrame:
    """Reviews as (engineer, Monday, outcome)."""
    frame = pd.DataFrame(held, columns=["engineer_id", "week_start", "recommendation"])
    given = {
        "week_start": pd.to_datetime(frame["week_start"]),
        "review_number": 1,
        "is_candidate": False,
        "reasons": "",
        "counter_evidence": "",
    }
    numbers = ("q_value", "billable_change", "velocity_change", "response_change", "vibes_change")
    rows = frame.assign(**given, **dict.fromkeys(numbers, float("nan")))
    return conform(completed(rows, Recommendations), Recommendations)


HELD = reviews(("ana", REVIEW, "return"), ("ben", REVIEW, "stay"), ("ana", "2026-11-09", "watch"))


@pytest.mark.parametrize(
    ("line", "problem", "sentence"),
    [
        ("ana,2026-W42,agree,why,mia,", "", ""),
        ("ana,2026-W46,agree,why,mia,", "", ""),
        ("ana,2026-W43,agree,why,mia,", "2 review_week D007 error", "did you mean 2026-W42?"),
        ("ana,2026-W20,agree,why,mia,", "2 review_week D007 error", "reviews were held in 2026-W42, 2026-W46"),
        ("ana,2026-W51,agree,why,mia,", "2 review_week D007 error", "did you mean 2026-W46?"),
        ("chloe,2026-W42,agree,why,mia,", "2 review_week D007 error", "no review of them yet"),
        ("ben,2026-W42,agree,why,mia,", "2 review_week D008 error", 'says "stay", so there is nothing to decide'),
    ],
)
def test_a_decision_needs_a_review_that_asked_for_something(line: str, problem: str, sentence: str) -> None:
    found = unmatched_decisions(decisions_of(line).decisions, HELD)
    assert told(found) == ([problem] if problem else [])
    assert found["message"].str.contains(sentence, regex=False).all()
    assert (found["file"] == "decisions.csv").all()


def test_before_the_first_review_there_is_nothing_to_decide() -> None:
    found = unmatched_decisions(decisions_of("ana,2026-W42,agree,why,mia,").decisions, empty(Recommendations))
    assert told(found) == ["2 review_week D007 error"]


def test_while_a_file_cannot_be_read_its_decisions_stay() -> None:
    mias, noahs = "ana,2026-W42,agree,why,mia,", rows("ben,2026-W42,defer,why,noah,", header=HEADER)
    before = decisions_of(mias, decisions_noah=noahs).decisions
    now = decisions_of("ana,2026-W42,decline,changed my mind,mia,").decisions
    assert kept_beside(now, before, is_whole=True)["why"].tolist() == ["changed my mind"]
    late = conform(kept_beside(now, before, is_whole=False), ManagerDecisions)
    assert late["why"].tolist() == ["changed my mind", "why"]


def test_the_order_of_rows_does_not_matter() -> None:
    lines = ["ana,2026-W42,defer,a,mia,2026-10-20", "ana,2026-W42,agree,b,mia,2026-10-21", "ben,2026-W42,agree,c,mia,"]
    table = decisions_of(*lines).decisions
    pd.testing.assert_frame_equal(in_order(table.iloc[::-1]), table)


def test_rows_are_counted_as_read_and_as_rejected() -> None:
    good = "ana,2026-W42,agree,why,mia,2026-10-20"
    found = decisions_of(
        good, good, "ana,2026-W42,maybe,why,mia,", "ana,2026-W42,,,mia,", "ana,2026-W42,agree,a,b,c,d,e"
    )
    assert (found.rows_read, found.rows_rejected) == (4, 2), "rows that say the same are neither"


def test_a_torn_reason_is_not_repeated_for_words_that_the_reader_uses_itself() -> None:
    found = decisions_of("ana,2026-W42,agree,we spoke, did you mean the client,")
    assert not found.problems["message"].str.contains("client").any()
    assert not found.problems["found"].str.contains("client").any()
