"""ISO-week arithmetic. A week is named by its Monday (`week_start`, a naive midnight)."""

import re
from datetime import date, datetime, timedelta

import pandas as pd

_ISO_WEEK = re.compile(r"^(\d{4})-W(\d{2})$")


def monday_of(day: date | datetime | pd.Timestamp) -> pd.Timestamp:
    """The Monday that starts the ISO week of `day`, as a naive midnight."""
    stamp = pd.Timestamp(day.year, day.month, day.day)
    return stamp - pd.Timedelta(days=stamp.weekday())


def parse_week(text: str) -> pd.Timestamp:
    """`2026-W47` -> its Monday.

    Errors: ValueError, naming the text, when it is not an ISO week that exists.
    """
    match = _ISO_WEEK.match(text)
    if match is None:
        raise ValueError(f'"{text}" is not an ISO week such as 2026-W47')
    year, week = int(match[1]), int(match[2])
    try:
        return pd.Timestamp(date.fromisocalendar(year, week, 1))
    except ValueError:
        raise ValueError(f'"{text}": the year {year} has no ISO week {week}') from None


def iso_week(week_start: pd.Timestamp | date) -> str:
    """A Monday -> `2026-W47`."""
    year, week, _ = week_start.isocalendar()
    return f"{year}-W{week:02d}"


def week_starts(first: pd.Timestamp, last: pd.Timestamp) -> pd.DatetimeIndex:
    """Every Monday from `first` to `last`, both included."""
    return pd.date_range(monday_of(first), monday_of(last), freq="7D", name="week_start")


def month_of(week_start: pd.Timestamp | date) -> str:
    """The month (`2026-10`) that a week belongs to: the one that holds its Thursday."""
    thursday = week_start + timedelta(days=3)
    return f"{thursday.year}-{thursday.month:02d}"


def weeks_of_month(month: str) -> pd.DatetimeIndex:
    """The Mondays of the weeks that belong to a month (`2026-10`)."""
    first = pd.Timestamp(f"{month}-01")
    mondays = week_starts(first - pd.Timedelta(days=7), first + pd.Timedelta(days=38))
    return mondays[[month_of(monday) == month for monday in mondays]]


def complete_months(first_week: pd.Timestamp, last_week: pd.Timestamp) -> list[str]:
    """Months whose every week lies between two Mondays, both included, oldest first."""
    weeks = week_starts(first_week, last_week)
    months = dict.fromkeys(month_of(monday) for monday in weeks)
    return [month for month in months if weeks_of_month(month).isin(weeks).all()]
