"""The config's roster and calendars as tables."""

from datetime import date

import pandas as pd
import pytest

from flows.settings import holiday_table, roster_tables
from flows.settings.model import SchedulePeriod
from flows.settings.roster import WEEKDAYS, cycle_of, part_of
from tests.builders.config import engineer_entry, team_config
from transforms.schemas.roster import WEEKDAY_HOURS

PART_TIME = {
    "from": "2025-01-06",
    "kind": "5x8",
    "hours": {"monday": 6, "saturday": 4.5},
}


def hours_of(schedules: pd.DataFrame, row: int) -> list[float]:
    return [float(value) for value in schedules.loc[row, list(WEEKDAY_HOURS)]]


def test_weekdays_stand_in_the_order_of_their_columns() -> None:
    assert tuple(f"{name}_hours" for name in WEEKDAYS) == WEEKDAY_HOURS


def test_an_engineer_takes_the_zone_of_the_location() -> None:
    roster = roster_tables(
        team_config(
            engineer_entry("lucia", location="madrid"),
            locations={"madrid": {"country": "ES", "subdivision": "MD", "timezone": "Europe/Madrid"}},
        )
    )
    assert roster.engineers["timezone"].tolist() == ["Europe/Madrid"]
    assert roster.engineers["employed_to"].isna().all()


def test_a_missing_account_is_missing_not_text() -> None:
    roster = roster_tables(team_config(engineer_entry(jira_account_id=None)))
    assert roster.engineers["jira_account_id"].isna().all()


def test_full_time_schedules_have_their_usual_hours() -> None:
    schedules = roster_tables(team_config()).schedules
    assert hours_of(schedules, 0) == [8, 8, 8, 8, 8, 0, 0]
    assert hours_of(schedules, 1) == [10, 10, 10, 10, 0, 0, 0]
    assert schedules["valid_to"].tolist() == [pd.Timestamp("2026-05-03"), pd.NaT]


def test_a_part_timer_works_the_hours_listed_and_no_other() -> None:
    schedules = roster_tables(team_config(engineer_entry(schedules=[PART_TIME]))).schedules
    assert hours_of(schedules, 0) == [6, 0, 0, 0, 0, 4.5, 0]
    assert schedules["schedule"].tolist() == ["5x8"]


def test_9_80_has_two_weeks_of_which_the_first_works_the_day_off() -> None:
    nine_eighty = {"from": "2025-01-06", "kind": "9/80", "day_off": "monday"}
    schedules = roster_tables(team_config(engineer_entry(schedules=[nine_eighty]))).schedules
    assert schedules[["schedule", "cycle_weeks", "cycle_week"]].to_numpy().tolist() == [["9/80", 2, 0], ["9/80", 2, 1]]
    assert hours_of(schedules, 0) == [8, 9, 9, 9, 9, 0, 0]
    assert hours_of(schedules, 1) == [0, 9, 9, 9, 9, 0, 0]


def test_alternating_hours_have_a_row_for_each_week_of_the_cycle() -> None:
    alternating = {"from": "2025-01-06", "kind": "5x8", "weeks": [{"monday": 6}, {"sunday": 24}, {"friday": 0.5}]}
    schedules = roster_tables(team_config(engineer_entry(schedules=[alternating]))).schedules
    assert schedules["cycle_weeks"].tolist() == [3, 3, 3]
    assert schedules["cycle_week"].tolist() == [0, 1, 2]
    assert [hours_of(schedules, row) for row in range(3)] == [
        [6, 0, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0, 24],
        [0, 0, 0, 0, 0.5, 0, 0],
    ]


@pytest.mark.parametrize(
    ("first", "fridays"),
    [
        ("2026-05-06", [8, 0]),
        ("2026-05-10", [8, 0]),
        ("2026-05-11", [0, 8]),
        ("2026-05-18", [8, 0]),
        ("2026-06-03", [8, 0]),
    ],
)
def test_a_part_of_a_period_goes_on_in_the_cycle_where_it_was(first: str, fridays: list[float]) -> None:
    period = SchedulePeriod.model_validate({"from": "2026-05-06", "kind": "9/80", "day_off": "friday"})
    part = part_of(period, date.fromisoformat(first), date(2026, 7, 1))
    assert (part.from_day, part.to_day, part.kind) == (date.fromisoformat(first), date(2026, 7, 1), "9/80")
    assert [week.get("friday", 0) for week in cycle_of(part)] == fridays


def test_a_part_of_a_plain_period_is_as_plain() -> None:
    period = SchedulePeriod.model_validate({"from": "2026-05-04", "kind": "4x10", "day_off": "friday"})
    part = part_of(period, date(2026, 5, 13), None)
    assert part.model_dump(exclude_none=True) == {"from_day": date(2026, 5, 13), "kind": "4x10", "day_off": "friday"}


def test_an_engineer_without_any_usable_schedule_is_on_the_roster() -> None:
    roster = roster_tables(team_config(engineer_entry(schedules=[])))
    assert roster.engineers["engineer_id"].tolist() == ["ana"]
    assert roster.schedules.empty


def test_a_leavers_last_schedule_ends_with_the_employment() -> None:
    schedules = roster_tables(team_config(engineer_entry(employed_to="2026-08-28"))).schedules
    assert schedules["valid_to"].iloc[-1] == pd.Timestamp("2026-08-28")


def test_holidays_are_cut_to_the_days_asked_for() -> None:
    table = holiday_table(team_config(), date(2026, 11, 26), date(2026, 12, 24))
    assert table["name"].tolist() == ["Thanksgiving Day"]
    assert holiday_table(team_config(), date(2026, 11, 27), date(2026, 12, 24)).empty


def test_a_holiday_observed_on_a_weekday_stands_there_too() -> None:
    days = holiday_table(team_config(), date(2026, 7, 1), date(2026, 7, 5))["holiday_date"].tolist()
    assert days == [pd.Timestamp("2026-07-03"), pd.Timestamp("2026-07-04")]
    new_year = holiday_table(team_config(), date(2021, 12, 27), date(2021, 12, 31))
    assert new_year["holiday_date"].tolist() == [pd.Timestamp("2021-12-31")], "observed in the year before"


def test_every_location_has_its_own_calendar() -> None:
    config = team_config(
        locations={
            "austin": {"country": "US", "timezone": "America/Chicago"},
            "madrid": {"country": "ES", "subdivision": "MD", "timezone": "Europe/Madrid"},
        }
    )
    table = holiday_table(config, date(2026, 5, 1), date(2026, 5, 31))
    assert table[["location_id", "name"]].to_numpy().tolist() == [
        ["austin", "Memorial Day"],
        ["madrid", "Labor Day"],
        ["madrid", "Madrid Day"],
    ]
