"""Scores after their week was published: changed, taken back, late; and what a reading says of it."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.builders.facts import day, vibe, vibes
from transforms.metrics.grid import Grid
from transforms.metrics.vibes import as_published, weekly_vibes

WEEK = "2026-11-16"
PUBLISHED = "published_vibes"


def ana(score: float | None, **columns: Any) -> dict[str, Any]:
    return vibe("ana", WEEK, score, **columns)


def after(*runs: list[dict[str, Any]], unread: tuple[int, ...] = ()) -> pd.DataFrame:
    """The table after runs that each read these rows; the week was published by the first of them.

    `unread`: the runs in which a file could not be read.
    """
    stored = vibes(*runs[0])
    for number, rows in enumerate(runs[1:], start=1):
        stored = as_published(vibes(*rows), stored, is_whole=number not in unread)
    return stored


def scores(*runs: list[dict[str, Any]], **given: Any) -> list[tuple[str, float | None, float | None]]:
    """(manager, score now, score first published where another was) of every row."""
    table = after(*runs, **given).sort_values("manager_id")
    columns = [table[name].astype(object).where(table[name].notna(), None) for name in ("vibes", PUBLISHED)]
    return list(zip(table["manager_id"], *columns, strict=True))


def reading(table: pd.DataFrame, *, is_known: bool = True) -> "pd.Series[Any]":
    """What the week says of ana."""
    weeks = pd.DataFrame({"engineer_id": ["ana"], "week_start": [day(WEEK)]})
    return weekly_vibes(Grid.of(weeks), table, np.array([is_known])).iloc[0]


def test_a_score_that_stays_is_as_it_was_told():
    pd.testing.assert_frame_equal(after([ana(4)], [ana(4)], [ana(4)]), vibes(ana(4)))
    assert not reading(after([ana(4)], [ana(4)]))["is_vibes_changed"]


def test_a_changed_score_keeps_the_one_that_was_published():
    assert scores([ana(4)], [ana(3)]) == [("mia", 3, 4)]
    row = reading(after([ana(4)], [ana(3)]))
    assert (row["vibes"], row["is_vibes_changed"]) == (3, True)


def test_of_several_changes_the_first_score_published_counts():
    assert scores([ana(4)], [ana(3)], [ana(2)]) == [("mia", 2, 4)]


def test_a_score_that_comes_back_is_not_changed():
    pd.testing.assert_frame_equal(after([ana(4)], [ana(3)], [ana(4)]), vibes(ana(4)))
    assert scores([ana(4)], [ana(3)], [ana(4)], [ana(2)]) == [("mia", 2, 4)]


@pytest.mark.parametrize(
    "columns", [{"note": "Was ill"}, {"visibility": "managers"}, {"line": 9}, {"file": "vibes-2.csv"}], ids=str
)
def test_what_else_changes_in_a_row_is_taken_over_and_no_change_of_the_score(columns: dict[str, Any]):
    table = after([ana(4)], [ana(4, **columns)])
    pd.testing.assert_frame_equal(table, vibes(ana(4, **columns)))


def test_a_score_taken_back_stays_as_a_row_without_score_and_note():
    table = after([ana(4, note="Said too much")], [])
    assert scores([ana(4)], []) == [("mia", None, 4)]
    assert table["note"].isna().all()
    row = reading(table)
    assert pd.isna(row["vibes"])
    assert (row["has_note"], row["is_vibes_changed"]) == (False, True)


def test_a_score_taken_back_stays_so_until_it_is_told_again():
    assert scores([ana(4)], [], []) == [("mia", None, 4)]
    assert scores([ana(4)], [], [ana(4)]) == [("mia", 4, None)]
    assert scores([ana(4)], [], [ana(2)]) == [("mia", 2, 4)]
    assert scores([ana(4)], [ana(3)], []) == [("mia", None, 4)]


def test_a_score_that_is_deleted_while_the_note_stays_was_taken_back():
    table = after([ana(4, note="Was ill")], [ana(None, note="Was ill")])
    assert table[PUBLISHED].tolist() == [4]
    assert reading(table)["has_note"]
    assert reading(table)["is_vibes_changed"]


def test_a_note_alone_that_is_deleted_leaves_nothing():
    assert after([ana(None, note="Was ill")], []).empty


def test_a_score_that_comes_late_is_no_change_and_later_changes_count_from_it():
    assert scores([], [ana(2)]) == [("mia", 2, None)]
    assert scores([], [ana(2)], [ana(3)]) == [("mia", 3, 2)]
    assert scores([ana(None, note="Was ill")], [ana(2, note="Was ill")]) == [("mia", 2, None)]


def test_a_second_managers_late_score_changes_the_mean_and_is_marked_on_nobody():
    runs = [ana(4)], [ana(4), ana(2, manager_id="noor")]
    assert scores(*runs) == [("mia", 4, None), ("noor", 2, None)]
    row = reading(after(*runs))
    assert (row["vibes"], row["is_vibes_changed"]) == (3, False)


def test_of_several_managers_one_change_is_enough():
    both = [ana(4), ana(2, manager_id="noor")]
    runs = both, [ana(4), ana(3, manager_id="noor")]
    assert scores(*runs) == [("mia", 4, None), ("noor", 3, 2)]
    assert reading(after(*runs))["is_vibes_changed"]
    assert scores(both, [ana(4)]) == [("mia", 4, None), ("noor", None, 2)]
    assert reading(after(both, [ana(4)]))["vibes"] == 4


def test_a_row_that_goes_by_the_engineers_new_manager_is_the_same_row():
    assert scores([ana(4)], [ana(4, manager_id="noor")]) == [("noor", 4, None)]
    assert scores([ana(4)], [ana(3, manager_id="noor")]) == [("noor", 3, 4)]


def test_another_managers_file_is_another_row():
    theirs = ana(3, manager_id="noor", file="vibes-noor.csv")
    assert scores([ana(4)], [theirs]) == [("mia", None, 4), ("noor", 3, None)]


def test_while_a_file_cannot_be_read_its_rows_stay_as_they_were():
    noor = ana(2, manager_id="noor", note="On call", file="vibes-noor.csv")
    table = after([ana(4), noor], [ana(3)], unread=(1,))
    assert scores([ana(4), noor], [ana(3)], unread=(1,)) == [("mia", 3, 4), ("noor", 2, None)]
    assert set(table["note"].dropna()) == {"On call"}
    assert scores([ana(4), noor], [ana(3)], [ana(4), noor], unread=(1,)) == [("mia", 4, None), ("noor", 2, None)]


def test_a_run_twice_gives_the_same_rows():
    noor, ben = ana(2, manager_id="noor"), vibe("ben", WEEK, 5)
    once = after([ana(4), noor, ben], [ana(3), vibe("cid", WEEK, 1)])
    twice = as_published(vibes(ana(3), vibe("cid", WEEK, 1)), once, is_whole=True)
    keys = ["engineer_id", "manager_id"]
    pd.testing.assert_frame_equal(once.sort_values(keys, ignore_index=True), twice.sort_values(keys, ignore_index=True))


def test_other_engineers_and_weeks_are_apart():
    earlier = vibe("ana", "2026-11-09", 4)
    table = after([ana(4), earlier, vibe("ben", WEEK, 4)], [ana(3), earlier, vibe("ben", WEEK, 4)])
    assert table.loc[table[PUBLISHED].notna(), "engineer_id"].tolist() == ["ana"]


def test_nothing_published_marks_nothing():
    pd.testing.assert_frame_equal(as_published(vibes(ana(4)), vibes(), is_whole=True), vibes(ana(4)))
    assert as_published(vibes(), vibes(), is_whole=True).empty


def test_the_frames_handed_in_stay_as_they_were():
    told, stored = vibes(ana(3)), vibes(ana(4))
    before = told.copy(), stored.copy()
    as_published(told, stored, is_whole=True)
    pd.testing.assert_frame_equal(told, before[0])
    pd.testing.assert_frame_equal(stored, before[1])


@pytest.mark.parametrize("score", [1, 5])
def test_the_ends_of_the_scale_are_scores(score: float):
    assert reading(vibes(ana(score)))["vibes"] == score


def test_the_mean_is_over_the_scores_there_are_never_with_a_3_for_those_that_are_missing():
    rows = [ana(5), ana(None, manager_id="noor", note="Away")]
    assert reading(vibes(*rows))["vibes"] == 5
    assert pd.isna(reading(vibes())["vibes"])


def test_an_unknown_week_says_nothing_of_changes_either():
    row = reading(after([ana(4)], [ana(3)]), is_known=False)
    assert pd.isna(row["vibes"])
    assert (row["has_note"], row["is_vibes_changed"]) == (False, False)
