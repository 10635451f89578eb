"""The config's roster and calendars as tables."""

from datetime import date

import pandas as pd

from flows.settings import holiday_table, roster_tables
from flows.settings.roster import WEEKDAYS
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
