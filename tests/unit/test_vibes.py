"""What the managers' files may look like, what is made of them, and what every refusal says."""

import pandas as pd
import pytest
from babel.messages.catalog import Catalog

from flows.settings.languages import translations
from tests.builders.facts import day
from tests.builders.vibes import HEADER, NEXT_WEEK, WEEK, rows, told, vibes_of
from transforms.clean.input_findings import HIDDEN, QUOTES, RULES
from transforms.clean.vibes import CleanVibes
from transforms.language import Language, speaking

GOOD = f"{WEEK},ana,4,solid"


def scores(cleaned: CleanVibes) -> list[tuple[str, str, float]]:
    frame = cleaned.vibes
    weeks = frame["week_start"].dt.strftime("%Y-%m-%d")
    return list(zip(weeks, frame["engineer_id"], frame["vibes"], strict=True))


ANA_4 = [(WEEK, "ana", 4.0)]


def test_a_plain_file_gives_a_row_with_its_file_and_line() -> None:
    cleaned = vibes_of(rows(f"{WEEK},ana,4,kept the release calm,noah,managers,2026-11-20T15:04:05Z"))
    assert cleaned.problems.empty
    assert cleaned.vibes["published_vibes"].isna().all()
    assert cleaned.vibes.iloc[0].drop("published_vibes").to_dict() == {
        "engineer_id": "ana",
        "week_start": day(WEEK),
        "manager_id": "noah",
        "vibes": 4.0,
        "note": "kept the release calm",
        "visibility": "managers",
        "saved_at": pd.Timestamp("2026-11-20T15:04:05Z"),
        "file": "vibes.csv",
        "line": 2,
    }


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(rows(GOOD).encode("utf-8-sig"), id="UTF-8 with its mark"),
        pytest.param(rows(GOOD).replace("\n", "\r\n").encode(), id="CRLF"),
        pytest.param(rows(GOOD).replace("\n", "\r").encode(), id="CR"),
        pytest.param(rows(GOOD).rstrip("\n").encode(), id="no line end at the end"),
        pytest.param(rows(GOOD).replace(",", ";").encode(), id="semicolons"),
        pytest.param(rows(GOOD).replace(",", "\t").encode(), id="tabs"),
        pytest.param(("sep=;\n" + rows(GOOD).replace(",", ";")).encode(), id="sep line"),
        pytest.param(rows(f"{GOOD},,,,,,", ",,,,,,,,", "").encode(), id="trailing empty cells and rows"),
        pytest.param(f" Vibes ,Engineer ID,WEEK-START\n4,ana,{WEEK}\n".encode(), id="header spelt and ordered freely"),
        pytest.param(f"\u200bweek_start,engineer_id,vibes\n{WEEK},ana\u200b,4\n".encode(), id="invisible characters"),
    ],
)
def test_what_spreadsheets_do_to_a_file_does_not_matter(content: bytes) -> None:
    cleaned = vibes_of(content)
    assert scores(cleaned) == ANA_4
    assert cleaned.problems.empty
    assert cleaned.vibes["line"].tolist() == [3 if content.startswith(b"sep=") else 2]


@pytest.mark.parametrize(("encoding", "severity"), [("utf-16", "info"), ("cp1252", "info"), ("mac_roman", "warning")])
def test_other_encodings_are_read_and_said(encoding: str, severity: str) -> None:
    text = rows(f"{WEEK},ana,4,für später").replace("\n", "\r" if encoding == "mac_roman" else "\r\n")
    cleaned = vibes_of(text.encode(encoding))
    assert cleaned.vibes["note"].tolist() == ["für später"]
    assert told(cleaned) == [(0, "V016", severity)]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"PK\x03\x04rest", "save as CSV UTF-8"),
        (b"\xd0\xcf\x11\xe0rest", "save as CSV UTF-8"),
        (b"week_start\x00,engineer_id", "not fully synced"),
        (b"\xff\xfea", "cut off"),
        (b"\x81\x8d\n", "no encoding that is known"),
        (b"<!DOCTYPE html><html>login</html>", "a login page"),
        (rows(GOOD, "<<<<<<< mine", GOOD, "=======", GOOD, ">>>>>>> theirs").encode(), "merge conflict"),
    ],
)
def test_what_is_not_a_text_file_is_refused_as_a_whole(content: bytes, says: str) -> None:
    cleaned = vibes_of(content)
    assert cleaned.vibes.empty
    assert cleaned.problems["rule"].iloc[0] == "V001"
    assert says in cleaned.problems["message"].iloc[0]


def test_a_merge_conflict_is_named_by_its_line() -> None:
    assert told(vibes_of(rows(GOOD, "<<<<<<< mine"))) == [(3, "V001", "error")]


@pytest.mark.parametrize("content", ["", "\n\n", rows()])
def test_an_empty_file_is_a_warning(content: str) -> None:
    assert told(vibes_of(content)) == [(0, "V021", "warning")]


def test_a_missing_column_refuses_the_file_and_names_it() -> None:
    cleaned = vibes_of(f"week_start,engineer\n{WEEK},ana\n")
    assert told(cleaned) == [(1, "V002", "error")]
    assert "no column engineer_id, vibes" in cleaned.problems["message"].iloc[0]


def test_a_column_named_twice_refuses_the_file() -> None:
    assert told(vibes_of(f"week_start,engineer_id,vibes,Vibes\n{WEEK},ana,4,5\n")) == [(1, "V002", "error")]


def test_an_unknown_column_is_not_read_and_the_meant_one_is_named() -> None:
    cleaned = vibes_of(f"week_start,engineer_id,vibes,notes\n{WEEK},ana,4,secret\n")
    assert scores(cleaned) == ANA_4
    assert told(cleaned) == [(1, "V018", "warning")]
    assert 'did you mean "note"?' in cleaned.problems["message"].iloc[0]
    assert "secret" not in cleaned.problems.to_csv()


def test_title_rows_above_the_header_are_passed_over_with_a_warning() -> None:
    cleaned = vibes_of("Vibes of the week,,\n,,\n" + rows(GOOD))
    assert scores(cleaned) == ANA_4
    assert told(cleaned) == [(1, "V017", "warning")]
    assert cleaned.vibes["line"].tolist() == [4]


def test_a_header_pasted_again_is_skipped() -> None:
    cleaned = vibes_of(rows(GOOD, HEADER, f"{WEEK},ben,5"))
    assert [name for _, name, _ in scores(cleaned)] == ["ana", "ben"]
    assert told(cleaned) == [(3, "V017", "info")]


def test_line_numbers_stay_right_after_a_note_of_several_lines() -> None:
    cleaned = vibes_of(rows(f'{WEEK},ana,4,"first\n\nthird, ""quoted""",,,', f"{WEEK},ben,9"))
    assert cleaned.vibes["note"].tolist() == ['first\n\nthird, "quoted"']
    assert told(cleaned) == [(5, "V004", "error")]


def test_a_stray_quotation_mark_is_text() -> None:
    assert vibes_of(rows(f'{WEEK},ana,4,new 12" monitor')).vibes["note"].tolist() == ['new 12" monitor']


@pytest.mark.parametrize("swallowed", [f"{WEEK},ben,5", "x" * 200_000])
def test_an_open_quotation_mark_costs_the_rows_from_there_on(swallowed: str) -> None:
    cleaned = vibes_of(rows(f"{GOOD},,,", f'{WEEK},ben,4,"never closed', swallowed))
    assert scores(cleaned) == ANA_4
    assert told(cleaned) == [(3, "V015", "error")]
    assert (cleaned.rows_read, cleaned.rows_rejected) == (2, 1)


def test_an_unquoted_comma_is_part_of_a_note_in_the_last_column_only() -> None:
    header = "week_start,engineer_id,vibes,note"
    cleaned = vibes_of(rows(f"{WEEK},ana,4,calm, kind, on time", header=header))
    assert cleaned.vibes["note"].tolist() == ["calm, kind, on time"]
    assert told(cleaned) == [(2, "V014", "warning")]
    refused = vibes_of(rows(f"{WEEK},ana,4,calm, kind,mia,everyone,,more"))
    assert refused.vibes.empty
    assert told(refused) == [(2, "V014", "error")]
    assert refused.rejected_share == 1


@pytest.mark.parametrize("text", ["4", " 4", "4 ", "4\u00a0", "4.0", '"4,0"', "\uff14", "+4", "4.00"])
def test_a_whole_score_is_read_however_it_is_typed(text: str) -> None:
    assert scores(vibes_of(rows(f"{WEEK},ana,{text},x"))) == ANA_4


@pytest.mark.parametrize(
    "text", ["four", "4/5", "0", "6", "45", "-1", "3.5", '"3,5"', "#REF!", "#N/A", "TRUE", "########", "nan", "None"]
)
def test_another_score_rejects_the_row(text: str) -> None:
    cleaned = vibes_of(rows(f"{WEEK},ana,{text},x", f"{WEEK},ben,5"))
    assert [name for _, name, _ in scores(cleaned)] == ["ben"]
    assert told(cleaned) == [(2, "V004", "error")]
    assert "whole number from 1 to 5" in cleaned.problems["message"].iloc[0]
    assert cleaned.problems["engineer_id"].tolist() == ["ana"]
    assert cleaned.rejected_share == 0.5


def test_a_score_that_became_a_date_is_explained() -> None:
    message = vibes_of(rows(f"{WEEK},ana,05-Apr")).problems["message"].iloc[0]
    assert "turned something like 4/5 into a date" in message


@pytest.mark.parametrize("text", ["", " ", "-", "n/a", "N/A"])
def test_a_score_not_given_with_a_note_is_a_context_note(text: str) -> None:
    cleaned = vibes_of(rows(f"{WEEK},ana,{text},on a course"))
    assert cleaned.problems.empty
    assert cleaned.vibes["vibes"].isna().all()
    assert cleaned.vibes["note"].tolist() == ["on a course"]


def test_a_row_not_filled_in_is_no_row() -> None:
    cleaned = vibes_of(rows(f"{WEEK},ana,,,mia,,", GOOD))
    assert (cleaned.rows_read, cleaned.rows_used) == (1, 1)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-16",
        "2026-W47",
        "2026-w47",
        "2026/11/16",
        "2026-11-16 00:00:00",
        "2026-11-16T00:00:00Z",
        "11/16/2026",
        "16.11.2026",
        "16-Nov-26",
        "16 November 2026",
        '"Nov 16, 2026"',
    ],
)
def test_a_monday_is_read_however_it_is_typed(text: str) -> None:
    cleaned = vibes_of(rows(f"{text},ana,4,x"))
    assert scores(cleaned) == ANA_4
    assert cleaned.problems.empty


@pytest.mark.parametrize("text", ["2-Nov-26", "2 nov. 2026", "11/02/2026", "02/11/2026", "2.11.2026"])
def test_of_two_readings_of_a_date_the_monday_is_meant(text: str) -> None:
    cleaned = vibes_of(rows(f"{text},ana,4,x"))
    assert scores(cleaned) == [("2026-11-02", "ana", 4.0)]
    assert cleaned.problems.empty


@pytest.mark.parametrize(
    "text",
    ["11/03/2026", "", "16 novembre 2026", "########", "2026-02-30", "2026-W60", "#REF!", "last week", "16 mayor 26"],
)
def test_a_week_that_cannot_be_known_rejects_the_row(text: str) -> None:
    cleaned = vibes_of(rows(f"{text},ana,4,x"))
    assert cleaned.vibes.empty
    assert told(cleaned) == [(2, "V003", "error")]
    assert "2026-11-16" in cleaned.problems["message"].iloc[0], "what to type instead"


def test_another_day_counts_in_its_week_with_a_warning() -> None:
    cleaned = vibes_of(rows("2026-11-18,ana,4,x"))
    assert scores(cleaned) == ANA_4
    assert told(cleaned) == [(2, "V005", "warning")]


def test_a_date_kept_as_a_number_is_read_with_a_warning() -> None:
    cleaned = vibes_of(rows("46342,ana,4,x"))
    assert scores(cleaned) == ANA_4
    assert told(cleaned) == [(2, "V020", "warning")]


@pytest.mark.parametrize(
    ("week", "engineer", "is_used"),
    [
        (NEXT_WEEK, "ana", True),
        ("2026-11-30", "ana", False),
        ("1926-11-15", "ana", False),
        ("2026-07-06", "ben", True),
        ("2026-06-29", "ben", False),
        ("2026-08-24", "chloe", True),
        ("2026-08-31", "chloe", False),
    ],
)
def test_a_week_must_have_begun_and_lie_in_the_employment(week: str, engineer: str, is_used: bool) -> None:
    cleaned = vibes_of(rows(f"{week},{engineer},4,x"))
    assert cleaned.vibes.empty is not is_used
    assert ("V006" in cleaned.problems["rule"].tolist()) is not is_used


@pytest.mark.parametrize("text", ["ANA ", " Ana", "ana\u200b"])
def test_an_id_is_found_however_it_is_typed(text: str) -> None:
    assert scores(vibes_of(rows(f"{WEEK},{text},4,x"))) == ANA_4


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("anna", 'did you mean "ana"?'),
        ("Ana Ruiz", 'did you mean "ana"?'),
        ("zzz", "add the engineer to the config"),
        ("", "engineer_id is empty"),
        ("nan", '"nan" is not on the roster'),
        ("007", '"007" is not on the roster'),
        ("1E5", '"1E5" is not on the roster'),
    ],
)
def test_somebody_else_is_refused_with_who_was_meant(text: str, says: str) -> None:
    cleaned = vibes_of(rows(f"{WEEK},{text},4,x"))
    assert told(cleaned) == [(2, "V007", "error")]
    assert says in cleaned.problems["message"].iloc[0]


def test_the_manager_is_the_one_typed_else_of_the_files_name_else_the_engineers_own() -> None:
    row = rows(f"{WEEK},ana,4,x,NOAH")
    assert vibes_of(row).vibes["manager_id"].tolist() == ["noah"]
    assert vibes_of(rows(GOOD), "vibes_noah_2026-W47.csv").vibes["manager_id"].tolist() == ["noah"]
    assert vibes_of(rows(GOOD), "Vibes_Noah.csv").vibes["manager_id"].tolist() == ["noah"]
    assert vibes_of(rows(GOOD), "vibes_2026-W47.csv").vibes["manager_id"].tolist() == ["mia"]
    refused = vibes_of(rows(f"{WEEK},ana,4,x,moah"))
    assert told(refused) == [(2, "V008", "error")]
    assert 'did you mean "noah"?' in refused.problems["message"].iloc[0]


def test_a_long_note_is_cut_at_500_characters_never_inside_one() -> None:
    at_limit = vibes_of(rows(f"{WEEK},ana,4,{'é' * 500}"))
    assert at_limit.problems.empty
    over = vibes_of(rows(f"{WEEK},ana,4,{'🙂' * 501}"))
    assert over.vibes["note"].tolist() == ["🙂" * 500]
    assert told(over) == [(2, "V009", "warning")]


@pytest.mark.parametrize("note", ["=cmd|calc", "@SUM(A1)", "+1", "-late again", "<script>alert(1)</script>", "NA"])
def test_a_note_is_text_whatever_it_looks_like(note: str) -> None:
    cleaned = vibes_of(rows(f"{WEEK},ana,4,{note}"))
    assert cleaned.vibes["note"].tolist() == [note]
    assert cleaned.problems.empty


def test_an_unknown_visibility_never_shows_a_note_to_everyone() -> None:
    cleaned = vibes_of(rows(f"{WEEK},ana,4,private,,manager only"))
    assert cleaned.vibes["visibility"].tolist() == ["managers"]
    assert told(cleaned) == [(2, "V010", "warning")]
    assert vibes_of(rows(GOOD)).vibes["visibility"].tolist() == ["everyone"]


def test_what_was_typed_in_a_note_is_in_no_problem() -> None:
    cleaned = vibes_of(rows(f"{WEEK},ana,9,very private", f"{WEEK},ben,4,{'very private ' * 50}"))
    assert len(cleaned.problems) == 2
    assert "very private" not in cleaned.problems.to_csv()


def test_what_followed_a_line_break_in_a_note_is_in_no_problem() -> None:
    header = "week_start,engineer_id,vibes,visibility,note"
    torn = rows(f"{WEEK},ana,4,managers,she is ill", "and cries, often, alone, at home, pregnant 2", header=header)
    cleaned = vibes_of(torn)
    assert told(cleaned) == [(3, "V003", "error"), (3, "V004", "error"), (3, "V007", "error"), (3, "V010", "warning")]
    assert [word for word in ("cries", "often", "alone", "home", "pregnant") if word in cleaned.problems.to_csv()] == []


def test_in_a_language_with_quotation_marks_of_its_own_what_may_be_private_is_not_repeated_either() -> None:
    catalogue = Catalog(locale="de")
    catalogue.add(QUOTES, "\u201e{text}\u201c")
    catalogue.add("{typed} is not on the roster", "{typed} steht nicht auf der Liste")
    catalogue.add(HIDDEN, "was dort steht")
    with speaking(Language("de-DE", translations(catalogue))):
        torn, near = (
            vibes_of(rows(line)).problems["message"].iloc[-1] for line in ("and cries,often,,x", f"{WEEK},anna,4")
        )
    assert torn.startswith("was dort steht steht nicht auf der Liste; ")
    assert near.startswith("\u201eanna\u201c steht nicht auf der Liste; ")


def test_all_problems_of_a_row_are_told_at_once() -> None:
    cleaned = vibes_of(rows("soon,anna,9,x,moah,nobody,yesterday"))
    assert [rule for _, rule, _ in told(cleaned)] == ["V003", "V004", "V007", "V008", "V010", "V011"]


def test_rows_that_say_the_same_are_one_row() -> None:
    cleaned = vibes_of(rows(GOOD, GOOD), vibes_copy=rows(GOOD))
    assert scores(cleaned) == ANA_4
    assert cleaned.problems.empty
    assert cleaned.rejected_share == 0


def test_two_scores_for_one_key_are_both_left_out() -> None:
    cleaned = vibes_of(rows(GOOD, f"{WEEK},ben,5"), vibes_copy=rows(f"{WEEK},ana,2,solid"))
    assert [name for _, name, _ in scores(cleaned)] == ["ben"]
    assert cleaned.problems[["file", "line", "rule"]].to_numpy().tolist() == [
        ["vibes.csv", 2, "V012"],
        ["vibes_copy.csv", 2, "V012"],
    ]
    assert (cleaned.rows_read, cleaned.rows_rejected) == (3, 2)


def test_the_row_saved_last_wins_and_the_other_is_told() -> None:
    older, newer = "2026-11-20T15:00:00+01:00", "2026-11-20T14:30:00Z"
    cleaned = vibes_of(rows(f"{WEEK},ana,2,x,,,{older}", f"{WEEK},ana,4,x,,,{newer}"))
    assert scores(cleaned) == ANA_4
    assert told(cleaned) == [(2, "V013", "info")]
    assert cleaned.rejected_share == 0


@pytest.mark.parametrize("other", ["", "2026-11-20T15:00:00Z"])
def test_without_a_later_instant_neither_wins(other: str) -> None:
    cleaned = vibes_of(rows(f"{WEEK},ana,2,x,,,2026-11-20T15:00:00Z", f"{WEEK},ana,4,x,,,{other}"))
    assert cleaned.vibes.empty
    assert [rule for _, rule, _ in told(cleaned)] == ["V012", "V012"]


def test_two_managers_may_both_score_an_engineer() -> None:
    cleaned = vibes_of(rows(f"{WEEK},ana,2,x,mia", f"{WEEK},ana,4,y,noah"))
    assert cleaned.problems.empty
    assert cleaned.vibes["manager_id"].tolist() == ["mia", "noah"]


def test_the_order_of_files_and_rows_changes_nothing() -> None:
    one, two = rows(GOOD, f"{WEEK},ben,5"), rows("2026-11-09,ana,3", f"{WEEK},ana,1,x,noah")
    first, second = vibes_of(one, vibes_b=two), vibes_of(two, "vibes_b.csv", vibes=one)
    pd.testing.assert_frame_equal(first.vibes, second.vibes)


def test_without_files_there_are_no_rows() -> None:
    assert vibes_of("").vibes.empty
    assert vibes_of("").rejected_share == 0


def test_every_rule_is_explained() -> None:
    assert all(meaning for meaning in RULES.values())


@pytest.mark.parametrize(
    ("typed", "note"),
    [
        ("'=SUM(A1)", "=SUM(A1)"),
        ("'-late again", "-late again"),
        ("-late again", "-late again"),
        ("'quoted'", "'quoted'"),
    ],
)
def test_the_forms_guard_against_formulas_is_taken_off_again_and_no_other_apostrophe(typed: str, note: str) -> None:
    assert vibes_of(rows(f"{WEEK},ana,4,{typed}")).vibes["note"].tolist() == [note]


def test_a_file_that_a_spreadsheet_shows_in_one_column_is_refused_where_something_was_typed_beside_it() -> None:
    typed_beside = rows(f"{WEEK},ana,,,mia,,;;4;calm", f"{WEEK},ben,,,mia,,;;;", header=f"{HEADER};;;")
    assert told(vibes_of(typed_beside)) == [(1, "V002", "error")]


@pytest.mark.parametrize("shown", ["#NAME?", "#DIV/0!", "#N/A", "#BEZUG!", "Err:509"])
def test_an_error_that_a_spreadsheet_shows_instead_of_a_note_is_no_note(shown: str) -> None:
    found = vibes_of(rows(f"{WEEK},ana,4,{shown}", f"{WEEK},ben,4,{shown} again"))
    assert told(found) == [(2, "V009", "error")]
    assert found.vibes["note"].tolist() == [f"{shown} again"]


@pytest.mark.parametrize("row", ["ana,4,noah,,", "ana,4,managers", "ana,4,2026-11-20T15:04:05Z,mia"])
def test_a_note_that_is_only_what_an_empty_column_should_hold_has_lost_a_comma(row: str) -> None:
    assert told(vibes_of(rows(f"{WEEK},{row}"))) == [(2, "V014", "error")]
    assert told(vibes_of(rows(f"{WEEK},ana,4,noah,mia,,", f"{WEEK},ben,4,2026-11-16,,,"))) == []


@pytest.mark.parametrize(
    "header", [HEADER, "engineer_id,week_start,vibes,note", "manager,week_start,engineer_id,vibes"]
)
def test_a_word_alone_in_a_row_may_be_the_end_of_a_note_and_is_told(header: str) -> None:
    assert told(vibes_of(rows("mia", header=header))) == [(2, "V014", "error")]


@pytest.mark.parametrize(
    ("line", "header"),
    [
        (f"{WEEK},ana,4,she is pregnant, keep it quiet", HEADER),
        (f"{WEEK},ana,4,she, is pregnant, quiet,,", HEADER),
        (f"{WEEK},ana,4,she, is pregnant,mia,managers,", HEADER),
        (f"{WEEK},ana,4,she, mia, is pregnant,managers,", HEADER),
        (f"{WEEK},ana,4,she,,, is pregnant", HEADER),
        (f"{WEEK},ana,she is pregnant,mia,managers,", HEADER),
        (f"{WEEK},ana,pregnant", HEADER),
        (f"{WEEK},ana,,,she is pregnant,,", HEADER),
        (f"{WEEK},ana,,,,pregnant,", HEADER),
        (f"{WEEK},ana,4,mia,she is pregnant", "week_start,engineer_id,vibes,manager,visibility,note"),
        (f"{WEEK};ana;4;pregnant, or so", HEADER),
        (f'{WEEK},ana,4,"pregnant', HEADER),
        (f'{WEEK},ana,4,"she\n{WEEK},ben,5,pregnant",mia', HEADER),
        (f"she, is pregnant,{WEEK},ana,4", "note,week_start,engineer_id,vibes"),
    ],
)
def test_a_torn_or_misplaced_note_is_told_of_without_its_words(line: str, header: str) -> None:
    problems = vibes_of(rows(line, header=header)).problems
    assert not problems.empty
    assert "pregnant" not in problems.to_csv()


def test_a_note_of_characters_that_cannot_be_seen_is_none() -> None:
    assert vibes_of(rows(f"{WEEK},ana,4,\u200b \u2060")).vibes["note"].isna().all()
    assert vibes_of(rows(f"{WEEK},ana,,\u200b")).rows_read == 0


def test_the_last_week_of_the_calendar_has_not_begun() -> None:
    assert told(vibes_of(rows("9999-12-31,ana,4"))) == [(2, "V006", "error"), (2, "V005", "warning")]


def test_a_score_that_ran_into_the_id_is_told_and_somebody_who_left_long_ago_is_not() -> None:
    header = "week_start,engineer_id,vibes"
    assert told(vibes_of(rows(f"{WEEK},ana4", f"{WEEK},anabel,", header=header))) == [(2, "V014", "error")]


def test_rows_that_say_the_same_were_saved_when_the_last_of_them_was() -> None:
    stamps = ["", "2026-11-20T09:00:00Z", "2026-11-20T08:00:00Z"]
    found = vibes_of(rows(*(f"{WEEK},ana,4,,,,{stamp}" for stamp in stamps))).vibes
    assert found["saved_at"].dt.hour.tolist() == [9]
    assert found["line"].tolist() == [2]
