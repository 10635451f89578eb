"""Numbers, dates and people in the words of the site."""

import math

import pandas as pd
import pytest

from flows.publish.views import wording
from flows.publish.views.people import name_people
from transforms.language import NBSP

ROSTER = [
    {"engineer_id": "ana", "name": "Ana Ruiz"},
    {"engineer_id": "adam", "name": "Adam Rossi"},
    {"engineer_id": "jo", "name": "Jo-Ann Lee"},
]
MANAGERS = [{"id": "nadia", "name": "Nadia Rahman"}]


@pytest.mark.parametrize(
    ("value", "text"),
    [(81.25, "81.3"), (-0.04, "0.0"), (-0.05, "−0.1"), (1204.0, "1,204.0"), (math.nan, "–"), (None, "–")],
)
def test_a_number_is_rounded_half_away_from_zero_and_a_missing_one_is_a_dash(value: float | None, text: str):
    assert wording.number(value) == text


def test_a_change_has_a_sign_that_fits_what_is_shown():
    assert wording.number(0.44, signed=True) == "+0.4"
    assert wording.number(-0.01, signed=True) == "±0.0"


def test_what_is_shown_and_what_is_drawn_are_rounded_alike():
    assert wording.number(2.675, 2) == f"{wording.rounded(2.675, 2):.2f}" == "2.68"


@pytest.mark.parametrize(("seconds", "text"), [(45, "45 s"), (59.6, "1.0 min"), (390, "6.5 min"), (3599, "1.0 h")])
def test_a_duration_takes_the_unit_that_people_would(seconds: float, text: str):
    assert wording.duration(seconds).replace(NBSP, " ") == text


def test_no_calls_are_not_zero_seconds():
    assert wording.duration(math.nan) == "–"


@pytest.mark.parametrize(
    ("monday", "title"),
    [
        ("2026-11-16", "16–22 November 2026"),
        ("2026-03-30", "30 March – 5 April 2026"),
        ("2025-12-29", "29 December 2025 – 4 January 2026"),
    ],
)
def test_a_week_is_named_by_its_days(monday: str, title: str):
    assert wording.week_title(pd.Timestamp(monday)) == title


@pytest.mark.parametrize(
    ("weeks", "badge"), [(1, "New"), (2, "2nd week"), (3, "3rd week"), (11, "11th week"), (22, "22nd week")]
)
def test_how_long_a_state_has_lasted_is_an_ordinal(weeks: int, badge: str):
    assert wording.weeks_running(weeks).replace(NBSP, " ") == badge


def test_a_number_and_its_percent_sign_stay_on_one_line():
    assert wording.sentences("Below 76 % twice.\n\nOnce more.") == [f"Below 76{NBSP}% twice.", "Once more."]


def test_by_initials_two_of_a_kind_get_a_number_and_addresses_hold_no_name():
    people = name_people("initials", ROSTER, MANAGERS)
    assert dict(people.labels) == {"ana": "AR 1", "adam": "AR 2", "jo": "JAL"}
    assert people.href("adam") == "engineers/ar-2/index.html"
    assert people.manager("nadia") == "NR"


def test_by_name_the_address_is_the_id():
    people = name_people("named", ROSTER, MANAGERS)
    assert (people.label("ana"), people.href("ana")) == ("Ana Ruiz", "engineers/ana/index.html")


def test_someone_unknown_is_not_named_by_an_id():
    people = name_people("named", ROSTER, MANAGERS)
    assert people.label("zoe") == "someone not on the roster"
    assert people.manager(math.nan) == "a manager"
