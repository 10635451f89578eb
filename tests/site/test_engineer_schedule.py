"""The schedule on an engineer's page, in words."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import pytest

from flows.publish.views import engineers
from flows.publish.views.book import open_book
from tests.builders import site_data as build
from tests.builders.facts import cycle, nine_eighty, period, schedules
from tests.builders.pseudo import PSEUDO, known_words, unsaid
from transforms.language import speaking

SHORT = {"monday": 6, "tuesday": 6, "wednesday": 6}
LONG = {"thursday": 9, "friday": 9}
MIXED = SHORT | {"friday": 3}


def said(*periods: Mapping[str, Any], who: str = "ana", **engineer: Any) -> str:
    """What stands on the page of somebody on these schedules, in the week of 16 November 2026.

    Whatever it is, the catalogue says it.
    """

    def change(tables: dict[str, pd.DataFrame]) -> None:
        others = tables["schedules"][tables["schedules"]["engineer_id"] != who]
        tables["schedules"] = pd.concat([others, schedules(*periods)] if periods else [others], ignore_index=True)
        is_who = tables["engineers"]["engineer_id"] == who
        tables["engineers"] = tables["engineers"].assign(
            **{name: tables["engineers"][name].mask(is_who, value) for name, value in engineer.items()}
        )

    book = open_book(build.site_data(change=change))
    meta = engineers.engineer_view(book, who, set())["meta"]
    found = [line for line in meta if "since" in line or "schedule" in line]
    with speaking(PSEUDO):
        assert unsaid("".join(engineers.engineer_view(book, who, set())["meta"]), known_words()) == []
    return found[0].replace("\u00a0", " ") if found else ""


@pytest.mark.parametrize(
    ("periods", "words"),
    [
        ([period(kind="5x8")], "5×8 since 6 Jan 2025"),
        ([period(kind="4x10", off="monday")], "4×10 since 6 Jan 2025, Monday off"),
        ([period(hours=SHORT)], "5×8 since 6 Jan 2025, Thursday and Friday off"),
        (
            [period(last="2026-05-03"), *nine_eighty(first="2026-05-04")],
            "9/80 since 4 May 2026, every second Friday off",
        ),
        (
            cycle(SHORT, SHORT | LONG),
            "5×8 since 6 Jan 2025, every second Thursday and Friday off",
        ),
        (
            cycle(SHORT, MIXED, MIXED),
            "5×8 since 6 Jan 2025, Thursday off, Friday off in 1 of 3 weeks",
        ),
        (
            cycle(SHORT, SHORT, LONG),
            "5×8 since 6 Jan 2025, Thursday and Friday off in 2 of 3 weeks, "
            "Monday, Tuesday and Wednesday off in 1 of 3 weeks",
        ),
        (
            cycle(SHORT, {"monday": 4, "tuesday": 4, "wednesday": 4}),
            "5×8 since 6 Jan 2025, Thursday and Friday off, hours alternate by week",
        ),
        ([period(), period(kind="4x10", first="2026-11-23")], "5×8 since 6 Jan 2025"),
    ],
)
def test_a_schedule_reads_as_one_would_say_it(periods: Sequence[Mapping[str, Any]], words: str):
    assert said(*periods) == words


def test_a_day_without_a_schedule_is_not_told_as_if_the_last_one_still_held():
    assert said(period(last="2026-11-21")) == "No known schedule since 22 Nov 2026"
    assert said(period(last="2026-11-22")) == "5×8 since 6 Jan 2025"
    assert said() == "No known schedule"
    assert said(employed_from=pd.Timestamp("2026-11-23")) == ""


def test_a_leavers_schedule_is_the_last_one():
    left = pd.Timestamp("2026-08-28")
    assert said(period("imran", last="2026-08-28"), who="imran", employed_to=left) == "5×8 since 6 Jan 2025"
    gone = said(period("imran", last="2026-08-27"), who="imran", employed_to=left)
    assert gone == "No known schedule since 28 Aug 2026"
