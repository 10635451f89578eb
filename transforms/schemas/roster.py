"""Who works where and when: the config's roster as tables for the core."""

import pandas as pd
import pandera.pandas as pa

from transforms import vocabulary as words
from transforms.schemas.columns import Day, Table, col, day, hours

WEEKDAY_HOURS: tuple[str, ...] = tuple(
    f"{name}_hours" for name in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
)
PERIOD_KEY: tuple[str, ...] = ("engineer_id", "valid_from")


class Engineers(Table):
    """One row per engineer on the roster, leavers included."""

    engineer_id: str = col("The engineer, as in the config", "id", unique=True)
    name: str = col("Name to show", "text")
    team_id: str = col("Team", "id")
    manager_id: str = col("Manager", "id")
    location_id: str = col("Location: decides holidays", "id")
    timezone: str = col("IANA time zone in which the engineer's days are counted", "text")
    employed_from: Day = day("First day of employment")
    employed_to: Day = day("Last day of employment; missing while employed", nullable=True)
    jira_account_id: str = col("Jira accountId", "id", nullable=True)
    pagerduty_user_id: str = col("PagerDuty user id", "id", nullable=True)
    alertops_user_name: str = col("AlertOps user name", "id", nullable=True)


class Schedules(Table):
    """One row per engineer, schedule period and week of its cycle; no two periods of an engineer overlap.

    Most periods have a cycle of one week. In a longer one the weeks follow each other and begin again: week 0 is the
    ISO week that holds `valid_from`.
    """

    engineer_id: str = col("The engineer, as in the config", "id")
    valid_from: Day = day("First day of the period")
    valid_to: Day = day("Last day of the period; missing while it runs", nullable=True)
    schedule: str = col("Kind", "word", isin=list(words.SCHEDULES))
    cycle_weeks: int = col("Weeks after which the hours repeat; 1 where every week is alike", "weeks", ge=1)
    cycle_week: int = col("Which week of the cycle the hours are of, from 0", "count", ge=0)
    monday_hours: float = hours("Scheduled hours on a Monday")
    tuesday_hours: float = hours("Scheduled hours on a Tuesday")
    wednesday_hours: float = hours("Scheduled hours on a Wednesday")
    thursday_hours: float = hours("Scheduled hours on a Thursday")
    friday_hours: float = hours("Scheduled hours on a Friday")
    saturday_hours: float = hours("Scheduled hours on a Saturday")
    sunday_hours: float = hours("Scheduled hours on a Sunday")

    class Config:
        strict = True
        unique = ["engineer_id", "valid_from", "cycle_week"]

    @pa.dataframe_check(error="every week of a period's cycle, once")
    @classmethod
    def has_whole_cycles(cls, table: pd.DataFrame) -> "pd.Series[bool]":
        found = table.groupby(list(PERIOD_KEY))["cycle_week"].transform("size")
        return (found == table["cycle_weeks"]) & (table["cycle_week"] < table["cycle_weeks"])
