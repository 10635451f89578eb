"""What is measured: available hours by day, readings by week."""

from transforms import vocabulary as words
from transforms.schemas.columns import Day, EngineerWeek, Table, col, day, flag, hours


class AvailableHours(EngineerWeek):
    """One row per engineer and calendar day of employment: scheduled - holiday - leave = available.

    On a day without a schedule in force (the config has none, or contradicts itself) nothing is scheduled, and
    `schedule` is that of the nearest period before, else of the nearest after.
    """

    work_date: Day = day("The day")
    schedule: str = col("Schedule in force", "word", isin=list(words.SCHEDULES))
    has_schedule: bool = flag("A schedule is in force; without one the day's hours are not known", absent=True)
    scheduled_hours: float = hours("Hours of the schedule on that day")
    holiday_hours: float = hours("Scheduled hours that a public holiday takes")
    leave_hours: float = hours("Scheduled hours that leave takes")
    available_hours: float = hours("What is left")
    is_rostered_day_off: bool = flag("A weekday that the schedule leaves free")

    class Config:
        strict = True
        unique = ["engineer_id", "work_date"]


class Readings(EngineerWeek):
    """One row per engineer and week of employment: the four metrics and what they are read against.

    The first columns are the exchange table (`weekly.csv`); the rest is what the product adds.
    """

    manager_id: str = col("The engineer's manager", "id")
    team_id: str = col("The engineer's team", "id")
    schedule: str = col("Schedule in force on the week's first day of employment", "word", isin=list(words.SCHEDULES))
    contract_hours: float = hours("Hours of the schedule in that week")
    holiday_hours: float = hours("Of these, taken by public holidays")
    leave_hours: float = hours("Of these, taken by leave")
    available_hours: float = hours("contract - holiday - leave")
    worked_hours: float = hours("Hours logged; missing when the source has no answer", nullable=True)
    billable_hours: float = hours("Hours logged that a client pays for", nullable=True)
    billable_pct: float = col("100 x billable / denominator; missing without hours", "percent", nullable=True, ge=0)
    coverage_pct: float = col("100 x logged / available; missing without hours", "percent", nullable=True, ge=0)
    sprint_id: float = col("Ordered number of the team's sprint that the week belongs to", "count", nullable=True)
    is_sprint_end: bool = flag("Last week of that sprint")
    points_completed: float = col("Story points credited in this week", "points", nullable=True)
    n_pages: int = col("High-urgency incidents that paged the engineer", "count", ge=0)
    n_acknowledged_pages: int = col("Of these, acknowledged by the engineer", "count", absent=0, ge=0)
    n_missed_pages: int = col("Of these, timed out away from the engineer, never acknowledged", "count", absent=0, ge=0)
    n_low_urgency_pages: int = col("Incidents of lower urgency that paged the engineer", "count", absent=0, ge=0)
    response_rate_pct: float = col(
        "100 x acknowledged / (acknowledged + missed); missing if there are neither",
        "percent",
        nullable=True,
        absent=float("nan"),
        ge=0,
        le=100,
    )
    acknowledge_median_seconds: float = col("Median time to acknowledge", "seconds", nullable=True, ge=0)
    resolve_median_seconds: float = col("Median time to resolve", "seconds", nullable=True, ge=0)
    vibes: float = col("Mean of the managers' scores", "score", nullable=True, ge=1, le=5)
    has_note: bool = flag("A context note was written")
    is_vibes_changed: bool = flag("A manager changed or withdrew a score after the week was published", absent=False)
    is_billable_known: bool = flag("Hours are complete for this week")
    is_velocity_known: bool = flag("Sprint data are complete for this week")
    is_response_known: bool = flag("Incident data are complete for this week")
    is_vibes_known: bool = flag("The vibes files could be read for this week")

    class Config:
        strict = True
        unique = ["engineer_id", "week_start"]


class Coverage(Table):
    """One row per team and weekday of its weeks: is somebody there, the fifth day included.

    Every weekday has the same office hours, so a week's share is the mean over its days.
    """

    team_id: str = col("The team", "id")
    week_start: Day = day("Monday of the ISO week")
    work_date: Day = day("The day, Monday to Friday, in the team's time zone")
    rostered_engineers: int = col("Engineers with hours to work on that day", "count", ge=0)
    day_off_engineers: int = col("Engineers whose schedule leaves the day free", "count", absent=0, ge=0)
    covered_share: float = col(
        "Share of the office hours with at least one engineer on shift; missing on a public holiday of all, and "
        "where nobody's schedule is known",
        "share",
        nullable=True,
        ge=0,
        le=1,
    )

    class Config:
        strict = True
        unique = ["team_id", "work_date"]
