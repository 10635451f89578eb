"""Rows that an earlier run read and that did not come again are noticed."""

import pandas as pd

from transforms.clean.drift import gone_unsaid, listing

HELD = pd.DataFrame({"worklog_id": ["1", "2", "3"], "engineer_id": ["ana", "ben", "ana"]})


def test_rows_that_come_again_or_were_deleted_are_not_missed():
    assert gone_unsaid(HELD, "worklog_id", ["1", "2"], ["3"]).empty


def test_a_row_that_neither_came_again_nor_was_deleted_is_missed():
    assert list(gone_unsaid(HELD, "worklog_id", ["1", "9"])["worklog_id"]) == ["2", "3"]


def test_nothing_is_missed_where_nothing_was_held():
    assert gone_unsaid(HELD.iloc[:0], "worklog_id", []).empty


def test_a_listing_names_the_first_few_once_and_counts_the_rest():
    assert listing(HELD["engineer_id"]) == "ana, ben"
    assert listing(pd.Series(list("gfedcba"))) == "a, b, c, d, e and 2 more"
