"""Coverage of the fifth day: is somebody of the team there on every weekday."""

from typing import Any, Final

import numpy as np
import pandas as pd

from transforms.metrics.sprint_calendar import team_zones
from transforms.schedule import SHIFT_START_HOUR, local_times, shift_length_hours
from transforms.schemas.readings import Coverage
from transforms.schemas.registry import shaped

# Office hours are those of the 5x8 day, 08:00 to 17:00, looked at in half hours.
_SLOT: Final = pd.Timedelta(minutes=30)
_OFFICE_START: Final = int(SHIFT_START_HOUR * 2)
_OFFICE_END: Final = int((SHIFT_START_HOUR + float(shift_length_hours(np.array(8.0)))) * 2)
_DAY_KEYS: Final = ["team_id", "work_date"]


def fifth_day_coverage(available: pd.DataFrame, engineers: pd.DataFrame) -> pd.DataFrame:
    """Engineers at work and share of office hours with at least one of them, per team and weekday (table Coverage).

    Grain: one row per team x weekday on which the team has somebody employed, sorted.
    Units: `covered_share` from 0 to 1 of 08:00-17:00 in the team's time zone (that of most of its engineers).
    Missing: the share of a day on which a public holiday frees everybody who was scheduled: the office is closed.
    Definition: metrics.md, "Coverage of the fifth day". An engineer is on shift from 08:00 local time for the day's
        available hours and the break, so half a day of leave ends the shift early.
    """
    places = engineers.set_index("engineer_id")[["team_id", "timezone"]].reindex(available["engineer_id"])
    days = available.assign(team_id=places["team_id"].array, timezone=places["timezone"].array)
    days = days[days["work_date"].dt.day_of_week < 5]
    is_there = days["available_hours"] > 0
    by_day = days.assign(
        is_there=is_there,
        is_scheduled=days["scheduled_hours"] > 0,
        is_expected=(days["scheduled_hours"] > 0) & (days["holiday_hours"] < days["scheduled_hours"]),
    ).groupby(_DAY_KEYS)
    flags = by_day[["is_scheduled", "is_expected"]].any()
    slots = _covered_slots(days[is_there], team_zones(engineers)).reindex(flags.index, fill_value=0)
    is_closed = flags["is_scheduled"] & ~flags["is_expected"] & (slots == 0)
    table = pd.DataFrame(
        {
            "week_start": by_day["week_start"].first(),
            "rostered_engineers": by_day["is_there"].sum(),
            "covered_share": (slots / (_OFFICE_END - _OFFICE_START)).mask(is_closed),
        }
    )
    return shaped(table.reset_index(), Coverage)


def _covered_slots(shifts: pd.DataFrame, zones: "pd.Series[Any]") -> "pd.Series[Any]":
    """Half hours of the office day in which somebody is on shift, per team and day of the team's clock."""
    length = shift_length_hours(shifts["available_hours"].to_numpy(np.float64))
    count = np.ceil(length * 2).astype(np.int64)
    nth_slot = np.arange(count.sum()) - np.repeat(count.cumsum() - count, count)
    row = np.repeat(np.arange(len(shifts)), count)
    start = _shift_starts(shifts)
    instant = start.take(row).reset_index(drop=True) + nth_slot * _SLOT
    team = shifts["team_id"].take(row).reset_index(drop=True)
    local = local_times(instant, team.map(zones))
    slot = local.dt.hour * 2 + local.dt.minute // 30
    covered = pd.DataFrame({"team_id": team, "work_date": local.dt.normalize(), "slot": slot})
    in_office = covered[(slot >= _OFFICE_START) & (slot < _OFFICE_END)]
    slots: pd.Series[Any] = in_office.drop_duplicates().groupby(_DAY_KEYS).size()
    return slots


def _shift_starts(shifts: pd.DataFrame) -> "pd.Series[Any]":
    """The instants at which the shifts start by the engineers' own clocks."""
    clock = shifts["work_date"].reset_index(drop=True) + pd.Timedelta(hours=SHIFT_START_HOUR)
    start = pd.Series(pd.NaT, index=clock.index, dtype="datetime64[us, UTC]")
    zones = shifts["timezone"].to_numpy()
    for zone in pd.unique(zones):  # a handful of zones, whatever the number of engineers
        here = np.flatnonzero(zones == zone)
        start.iloc[here] = clock.iloc[here].dt.tz_localize(zone).dt.tz_convert("UTC")
    return start
