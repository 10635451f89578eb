"""The weeks of a simulated world, and the hours that people are there in them."""

from dataclasses import dataclass

import holidays
import numpy as np
import pandas as pd

from flows.simulation.constants import World
from flows.simulation.draws import Draws, Topic
from flows.simulation.roster import Roster
from transforms.panel import holiday_weeks
from transforms.parameters import HolidayWeeks
from transforms.stats import Bools, Floats


@dataclass(frozen=True)
class Calendar:
    """Shape: weeks; `is_holiday` weeks x weekdays, Monday to Friday."""

    week_starts: pd.DatetimeIndex
    is_holiday_week: Bools  # Thanksgiving's, where it is kept, and those around Christmas
    is_christmas: Bools
    is_holiday: Bools
    is_during: Bools
    is_settling: Bools


@dataclass(frozen=True)
class Hours:
    """Shape: engineers x weeks; nothing where somebody is not employed."""

    is_employed: Bools
    contract: Floats
    holiday: Floats
    leave: Floats
    worked: Floats


def calendar(world: World) -> Calendar:
    """The weeks, the country's holidays in them, and what is special about them."""
    weeks = pd.date_range(world.first_week, periods=world.n_weeks, freq="7D", name="week_start", unit="us")
    days = np.add.outer(weeks.to_numpy(), np.arange(5) * np.timedelta64(1, "D"))
    free = holidays.country_holidays(world.country, years=range(weeks[0].year, weeks[-1].year + 2))
    is_christmas = holiday_weeks(weeks, HolidayWeeks(thanksgiving=False))
    since = np.arange(world.n_weeks) - world.weeks_before
    return Calendar(
        week_starts=weeks,
        is_holiday_week=holiday_weeks(weeks, HolidayWeeks()) if world.country == "US" else is_christmas,
        is_christmas=is_christmas,
        is_holiday=np.isin(days, np.array(sorted(free), dtype="datetime64[D]")),
        is_during=since >= 0,
        is_settling=(since >= 0) & (since < world.settling_weeks),
    )


def hours(draws: Draws, people: Roster, weeks: Calendar) -> Hours:
    """Contract, holiday, leave and logged hours.

    Units: hours. On 4x10 a working day is a quarter of the week, and a holiday on the day off takes nothing. Sick days
    are leave. Logged hours come in quarters.
    """
    world, rules = draws.world, draws.world.people
    n, n_weeks = people.n_engineers, world.n_weeks
    is_employed = people.is_employed(n_weeks)
    contract = np.where(is_employed, people.contract_hours[:, None], 0.0)
    daily = contract / np.where(weeks.is_during, 4.0, 5.0)

    is_day_off = people.day_off[:, None] == np.arange(5)
    n_holidays = weeks.is_holiday.sum(axis=1) - np.where(weeks.is_during, (is_day_off @ weeks.is_holiday.T), 0)
    holiday = daily * n_holidays

    leave_chance, sick_chance = draws.uniform(Topic.LEAVE, n, n_weeks), draws.uniform(Topic.SICK, n, 2 * n_weeks)
    is_on_leave = leave_chance < np.where(weeks.is_christmas, rules.christmas_leave_share, rules.leave_share)
    is_sick = sick_chance[:, ::2] < rules.sick_share
    sick_days = np.where(is_sick, 1 + np.floor(3 * sick_chance[:, 1::2]), 0.0)
    left = contract - holiday
    leave = np.where(is_on_leave, left, np.minimum(daily * sick_days, left))

    available = left - leave
    logged = available * (1 + rules.logged_sd * draws.noise(Topic.LOGGED, n, n_weeks))
    # Nobody logs more than every hour of a week, however heavy the tails are.
    worked = np.where(available > 0, np.clip(quarters(logged), 0.25, 1.5 * available), 0.0)
    return Hours(is_employed, contract, holiday, leave, worked)


def quarters(hours: Floats) -> Floats:
    """Hours in quarters, as they are logged."""
    rounded: Floats = np.round(4 * hours) / 4
    return rounded
