"""Who works where and when: the config's roster as tables for the core."""

from transforms import vocabulary as words
from transforms.schemas.columns import Day, Table, col, day, hours

WEEKDAY_HOURS: tuple[str, ...] = tuple(
    f"{name}_hours" for name in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
)


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
    """One row per engineer and schedule period, without overlaps or gaps inside employment."""

    engineer_id: str = col("The engineer, as in the config", "id")
    valid_from: Day = day("First day of the period")
    valid_to: Day = day("Last day of the period; missing while it runs", nullable=True)
    schedule: str = col("Kind", "word", isin=list(words.SCHEDULES))
    monday_hours: float = hours("Scheduled hours on a Monday")
    tuesday_hours: float = hours("Scheduled hours on a Tuesday")
    wednesday_hours: float = hours("Scheduled hours on a Wednesday")
    thursday_hours: float = hours("Scheduled hours on a Thursday")
    friday_hours: float = hours("Scheduled hours on a Friday")
    saturday_hours: float = hours("Scheduled hours on a Saturday")
    sunday_hours: float = hours("Scheduled hours on a Sunday")

    class Config:
        strict = True
        unique = ["engineer_id", "valid_from"]
