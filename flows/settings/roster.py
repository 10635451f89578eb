"""The config's roster and calendars as tables for the core."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import holidays
import pandas as pd

from flows.settings.model import Engineer, Location, SchedulePeriod, TeamConfig, Weekday
from transforms.schemas import registry
from transforms.schemas.columns import Table
from transforms.schemas.roster import WEEKDAY_HOURS, Engineers, Schedules
from transforms.schemas.sources import Holidays
from transforms.weeks import monday_of

WEEKDAYS: Final[tuple[Weekday, ...]] = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
HOURS_PER_DAY: Final = {"5x8": 8.0, "4x10": 10.0, "9/80": 9.0}
SHORTER_DAY_OF_9_80: Final = 8.0


@dataclass(frozen=True)
class Roster:
    """Who works where and when: tables `Engineers` and `Schedules`, in the order of the config."""

    engineers: pd.DataFrame
    schedules: pd.DataFrame


def roster_tables(config: TeamConfig) -> Roster:
    """The roster as validated tables."""
    engineers = [_engineer_row(engineer, config.locations[engineer.location]) for engineer in config.engineers]
    schedules = [row for engineer in config.engineers for row in _schedule_rows(engineer)]
    return Roster(
        engineers=_table(engineers, Engineers),
        schedules=_table(schedules, Schedules),
    )


def _engineer_row(engineer: Engineer, location: Location) -> dict[str, object]:
    return {
        "engineer_id": engineer.id,
        "name": engineer.name,
        "team_id": engineer.team,
        "manager_id": engineer.manager,
        "location_id": engineer.location,
        "timezone": location.timezone,
        "employed_from": engineer.employed_from,
        "employed_to": engineer.employed_to,
        "jira_account_id": engineer.jira_account_id,
        "pagerduty_user_id": engineer.pagerduty_user_id,
        "alertops_user_name": engineer.alertops_user_name,
    }


def _schedule_rows(engineer: Engineer) -> list[dict[str, object]]:
    return [
        {
            "engineer_id": engineer.id,
            "valid_from": period.from_day,
            "valid_to": period.to_day or engineer.employed_to,
            "schedule": period.kind,
            "cycle_weeks": len(cycle_of(period)),
            "cycle_week": number,
            **{column: week.get(name, 0.0) for name, column in zip(WEEKDAYS, WEEKDAY_HOURS, strict=True)},
        }
        for period in engineer.schedules
        for number, week in enumerate(cycle_of(period))
    ]


def cycle_of(period: SchedulePeriod) -> tuple[Mapping[Weekday, float], ...]:
    """Hours by weekday, those without any left out, for each week until the hours repeat.

    The first week is the ISO week that holds the first day of the period.
    """
    if period.weeks is not None:
        return period.weeks
    if period.hours is not None:
        return (period.hours,)
    usual = {name: HOURS_PER_DAY[period.kind] for name in WEEKDAYS[:5] if name != period.day_off}
    if period.kind == "9/80" and period.day_off is not None:
        return (usual | {period.day_off: SHORTER_DAY_OF_9_80}, usual)
    return (usual,)


def part_of(period: SchedulePeriod, first: date, last: date | None) -> SchedulePeriod:
    """The same schedule on some of the period's days; a cycle goes on where it was."""
    weeks = cycle_of(period)
    passed = (monday_of(first) - monday_of(period.from_day)).days // 7 % len(weeks)
    turned = {"weeks": (*weeks[passed:], *weeks[:passed]), "day_off": None} if passed else {}
    return period.model_copy(update={"from_day": first, "to_day": last, **turned})


def holiday_table(config: TeamConfig, first: date, last: date) -> pd.DataFrame:
    """Public holidays of every location from `first` to `last`, both included.

    A holiday that falls on a weekend and is observed on a weekday stands there on both days.
    """
    rows = [
        {"location_id": location_id, "holiday_date": day, "name": name}
        for location_id, location in config.locations.items()
        for day, name in sorted(_calendar(location, first.year, last.year).items())
        if first <= day <= last
    ]
    return _table(rows, Holidays)


def _calendar(location: Location, first_year: int, last_year: int) -> holidays.HolidayBase:
    years = range(first_year, last_year + 1)
    calendar = holidays.country_holidays(location.country, subdiv=location.subdivision, years=years)
    if "en_US" in calendar.supported_languages:
        return holidays.country_holidays(location.country, subdiv=location.subdivision, years=years, language="en_US")
    return calendar


def _table(rows: list[dict[str, object]], table: type[Table]) -> pd.DataFrame:
    if not rows:
        return registry.empty(table)
    frame = pd.DataFrame(rows)
    days = [name for name, spec in table.to_schema().columns.items() if str(spec.dtype).startswith("datetime64")]
    return registry.conform(frame.assign(**{name: pd.to_datetime(frame[name]) for name in days}), table)
