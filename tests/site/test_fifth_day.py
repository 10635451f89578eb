"""What a team's page says of its fifth day: is it covered, and is it answered."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from flows.publish.views import fifth_day
from flows.publish.views.book import open_book
from tests.builders import site_data as build

Tables = dict[str, pd.DataFrame]
SWITCH = pd.Timestamp("2026-05-04")


def response(change: Callable[[Tables], None], publishing: dict[str, Any] | None = None) -> dict[str, Any]:
    book = open_book(build.site_data(change=change, publishing=publishing))
    found: dict[str, Any] = fifth_day.team_table(book, "atlas")["response"]
    return found


def days_off(*weekdays: int) -> Callable[[Tables], None]:
    """Since the switch, one engineer is off on each of these weekdays."""

    def change(tables: Tables) -> None:
        days = tables["coverage"]
        is_off = days["work_date"].dt.day_of_week.isin(weekdays) & (days["week_start"] >= SWITCH)
        tables["coverage"] = days.assign(day_off_engineers=is_off.astype("int64"))

    return change


def calls(on_friday: int, on_others: int, *, monday: str = "2026-10-05") -> Callable[[Tables], None]:
    """Fridays off: so many calls at 17:00 UTC of one week, answered after 10 minutes on Friday and 5 on Thursday."""

    def change(tables: Tables) -> None:
        days_off(4)(tables)
        thursday = pd.Timestamp(f"{monday} 17:00", tz="UTC") + pd.Timedelta(days=3)
        friday = thursday + pd.Timedelta(days=1)
        at = [friday] * on_friday + [thursday] * on_others
        seconds = [600.0] * on_friday + [300.0] * on_others
        like = tables["pages"].iloc[[0] * len(at)].reset_index(drop=True)
        tables["pages"] = like.assign(
            engineer_id="ana",
            incident_id=[f"Q{number}" for number in range(len(at))],
            week_start=pd.Timestamp(monday),
            paged_at=at,
            acknowledge_seconds=seconds,
            is_censored=False,
        )

    return change


def test_the_day_off_stands_beside_the_other_weekdays_before_and_during():
    shown = response(calls(6, 8))
    assert [row[0] for row in shown["rows"]] == [
        "Fridays, before 4×10",
        "Other weekdays, before 4×10",
        "Fridays, during 4×10",
        "Other weekdays, during 4×10",
    ]
    assert [row[1:] for row in shown["rows"]] == [
        ["0", "too few", "too few"],
        ["0", "too few", "too few"],
        ["6", "10.0\u00a0min", "100\u00a0%"],
        ["8", "5.0\u00a0min", "100\u00a0%"],
    ]
    assert shown["sentence"] == (
        "The team's days off fall most often on Fridays. During 4×10 it took a median of 10.0\u00a0min to answer on "
        "Fridays, 5.0\u00a0min on the other weekdays."
    )


def test_a_difference_that_was_there_before_is_told_as_such():
    def both(tables: Tables) -> None:
        calls(6, 6, monday="2026-03-02")(tables)
        before = tables["pages"]
        calls(6, 6)(tables)
        tables["pages"] = pd.concat([before.assign(incident_id="B" + before["incident_id"]), tables["pages"]])

    assert response(both)["sentence"].endswith(
        "During 4×10 it took a median of 10.0\u00a0min to answer on Fridays, 5.0\u00a0min on the other weekdays "
        "(before it: 10.0\u00a0min and 5.0\u00a0min)."
    )


@pytest.mark.parametrize(("on_friday", "on_others"), [(5, 6), (6, 5)])
def test_too_few_calls_are_counted_and_not_compared(on_friday: int, on_others: int):
    shown = response(calls(on_friday, on_others))
    assert [row[1] for row in shown["rows"][2:]] == [str(on_friday), str(on_others)]
    assert shown["rows"][2 if on_friday < 6 else 3][2:] == ["too few", "too few"]
    assert "too few calls to compare (fewer than 6 of one kind)" in shown["sentence"]


def test_two_days_off_stand_together():
    assert response(days_off(0, 4))["rows"][0][0] == "Mondays and Fridays, before 4×10"


def test_days_off_on_all_weekdays_alike_are_not_compared():
    shown = response(days_off(0, 1, 2, 3, 4))
    assert shown["rows"] == []
    assert "no day to compare" in shown["sentence"]


def test_a_team_without_days_off_is_told_nothing_of_them():
    assert response(days_off()) == {**response(days_off()), "rows": [], "sentence": "", "note": ""}


def test_the_note_says_which_calls_count():
    assert "from 08:00 to 17:00 by the team's clock" in response(days_off(4))["note"]


def test_days_off_of_the_time_before_the_switch_do_not_count():
    def before(tables: Tables) -> None:
        days_off(4)(tables)
        is_monday_before = (tables["coverage"]["work_date"].dt.day_of_week == 0) & (
            tables["coverage"]["week_start"] < SWITCH
        )
        tables["coverage"] = tables["coverage"].assign(
            day_off_engineers=tables["coverage"]["day_off_engineers"].mask(is_monday_before, 9)
        )

    assert response(before)["rows"][0][0].startswith("Fridays")
