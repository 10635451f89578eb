"""A file read as whole columns says what the careful reader makes of it, or is left to the careful reader."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.exchange import Plan, draw, incidents_text, weekly_text
from transforms.exchange import careful_rows
from transforms.exchange_columns import clean_rows

USUAL = {
    "worked_hours": "37.5",
    "vibes": "4",
    "sprint_id": "3",
    "engineer_id": "ana",
    "week_start": "2026-01-05",
    "schedule": "4x10",
    "sprint_end": "True",
    "vibes_note": "so so",
    "team_id": "atlas",
    "manager_id": "mia",
    "contract_hours": "40",
}
ODD = [
    "",
    " ",
    "nan",
    "inf",
    "-1",
    "1e2",
    " 4 ",
    "+4",
    "4,0",
    "1_0",
    "0x10",
    "TRUE",
    "yes",
    '"4"',
    '"a, b"',
    '"a ""b"""',
]
ODD += [
    '"two\nlines"',
    '"open',
    'in"side',
    "2026-1-5",
    "2026-01-06",
    "05.01.2026",
    "5x8",
    "3.5",
    "\t",
    "é",
    "1e400",
    ".5",
]
ODD += ["5x8 ", "ana ", "NA", "null", "0.1000000000000000055511151231257827", "179.99999999999999"]


def assert_same_or_declined(weekly: str, incidents: str) -> bool:
    """Whether the quick reader took the files; what it takes must be right, and the same."""
    clean = clean_rows(weekly, incidents)
    if clean is None:
        return False
    rows, responses, problems = careful_rows(weekly, incidents)
    assert problems == []
    for found, expected in zip(clean, (rows, responses), strict=True):
        assert expected is not None
        pd.testing.assert_frame_equal(found[expected.columns], expected, check_exact=True)
    return True


def test_files_as_systems_write_them_are_read_as_columns() -> None:
    world = draw(Plan(engineers=5, weeks_before=8, weeks_during=6))
    assert assert_same_or_declined(*world.texts)
    teams = world.weekly.assign(team_id=world.weekly["engineer_id"].str[-1:], vibes_note="yes, and no")
    assert assert_same_or_declined(
        teams.to_csv(index=False), world.incidents.assign(is_censored=True).to_csv(index=False)
    )
    windows = world.texts[0].replace("\n", "\r\n")
    assert assert_same_or_declined(windows, incidents_text())


@pytest.mark.parametrize("column", sorted(USUAL))
def test_an_odd_cell_is_read_the_same_or_left_to_the_careful_reader(column: str) -> None:
    later = {} if column == "week_start" else {"week_start": "2026-01-12"}
    taken = {
        cell: assert_same_or_declined(weekly_text(USUAL, {**USUAL, **later, column: cell}), incidents_text())
        for cell in ODD
    }
    assert not all(taken.values()) or column == "vibes_note", "no odd cell is odd here"


@pytest.mark.parametrize("column", ["engineer_id", "week_start", "ack_s", "resolve_s"])
def test_an_odd_incident_is_too(column: str) -> None:
    usual = {"engineer_id": "ana", "week_start": "2026-01-05", "ack_s": "60", "resolve_s": "90"}
    for cell in ODD:
        one, other = (tuple(row.values()) for row in (usual, {**usual, column: cell}))
        assert_same_or_declined(weekly_text(USUAL), incidents_text(one, other))  # type: ignore[arg-type]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(sorted(USUAL)), st.sampled_from(ODD)), min_size=2, max_size=4))
def test_odd_cells_together_are_too(odd: list[tuple[str, str]]) -> None:
    assert_same_or_declined(weekly_text({**USUAL, **dict(odd)}), incidents_text())


def test_notes_of_several_lines_may_stand_anywhere_in_a_long_file() -> None:
    note = f'"{"word " * 600}\n{"word " * 600}"'
    mondays = pd.date_range("2026-01-05", periods=400, freq="7D").strftime("%Y-%m-%d")
    rows = [USUAL | {"week_start": monday, "vibes_note": note} for monday in mondays]
    assert assert_same_or_declined(weekly_text(*rows), incidents_text())


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace("ana,", ","),  # nobody
        lambda text: text + text.splitlines()[-1] + "\n",  # the same week twice
        lambda text: text.replace("vibes,", "mood,"),
        lambda text: text.replace("engineer_id", " engineer_id"),
        lambda text: text.replace("manager_id", "engineer_id"),
        lambda text: text.replace("team_id", "vibes"),
        lambda text: text.replace("team_id", " vibes"),
        lambda text: "\n" + text,
        lambda text: text + ",,,,,,,,,,,,,,\n",
        lambda text: text + "ana\n",
        lambda text: text.replace("so so", "so\0so"),
        lambda text: text.splitlines()[0],
        lambda text: "",
        lambda text: text + 'ana,mia,2026-01-12,5x8,40,0,0,40,30,1,False,5,4,x,"never closed\n',
    ],
)
def test_what_is_not_plainly_right_is_declined(spoil: object) -> None:
    good = weekly_text(USUAL)
    assert assert_same_or_declined(good, incidents_text())
    assert not assert_same_or_declined(spoil(good), incidents_text())  # type: ignore[operator]


def test_a_stranger_among_the_incidents_is_left_to_the_careful_reader() -> None:
    assert not assert_same_or_declined(weekly_text(USUAL), incidents_text(("zoe", "2026-01-05", "1", "2")))
