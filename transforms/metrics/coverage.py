"""Coverage of the fifth day: is somebody of the team there on every weekday."""

from typing import Any, Final

import numpy as np
import pandas as pd

from transforms.metrics.sprint_calendar import team_zones
from transforms.schedule import SHIFT_START_HOUR, local_times, shift_intervals, shift_length_hours
from transforms.schemas.readings import Coverage
from transforms.schemas.registry import shaped

# Office hours are those of the 5x8 day: 08:00 to 17:00.
OFFICE_FROM_HOUR: Final = SHIFT_START_HOUR
OFFICE_TO_HOUR: Final = SHIFT_START_HOUR + float(shift_length_hours(np.array(8.0)))
_OFFICE_SECONDS: Final = 3600 * (OFFICE_TO_HOUR - OFFICE_FROM_HOUR)
_DAY: Final = pd.Timedelta(days=1)
_DAY_KEYS: Final = ["team_id", "work_date"]


def fifth_day_coverage(available: pd.DataFrame, engineers: pd.DataFrame) -> pd.DataFrame:
    """Engineers at work and share of office hours with at least one of them, per team and weekday (table Coverage).

    Grain: one row per team x weekday on which the team has somebody employed, sorted.
    Units: `covered_share` from 0 to 1 of 08:00-17:00 in the team's time zone (that of most of its engineers).
    Missing: the share of a day on which a public holiday frees everybody who was scheduled: the office is closed. And
        of a day on which nobody's schedule is known; with some known, the others count as not there.
    Definition: metrics.md, "Coverage of the fifth day". An engineer is on shift from 08:00 local time for the day's
        available hours and the break, so half a day of leave ends the shift early.
    """
    team_of = engineers.set_index("engineer_id")["team_id"]
    days = available.assign(
        team_id=team_of.reindex(available["engineer_id"]).array,
        is_there=available["available_hours"] > 0,
        is_scheduled=available["scheduled_hours"] > 0,
        is_expected=available["holiday_hours"] < available["scheduled_hours"],
    )
    by_day = days[days["work_date"].dt.day_of_week < 5].groupby(_DAY_KEYS)
    flags = by_day[["is_scheduled", "is_expected", "has_schedule"]].any()
    shifts = shift_intervals(available, engineers, "available_hours")
    shifts = shifts.assign(team_id=team_of.reindex(shifts["engineer_id"]).array)
    covered = _covered_seconds(shifts, team_zones(engineers)).reindex(flags.index, fill_value=0.0)
    is_closed = flags["is_scheduled"] & ~flags["is_expected"]
    table = pd.DataFrame(
        {
            "week_start": by_day["week_start"].first(),
            "rostered_engineers": by_day["is_there"].sum(),
            "day_off_engineers": by_day["is_rostered_day_off"].sum(),
            "covered_share": (covered / _OFFICE_SECONDS).mask(is_closed | ~flags["has_schedule"]),
        }
    )
    return shaped(table.reset_index(), Coverage)


def _covered_seconds(shifts: pd.DataFrame, zones: "pd.Series[Any]") -> "pd.Series[float]":
    """Seconds of the office hours in which somebody is on shift, per team and day of the team's clock."""
    clock = shifts["team_id"].map(zones)
    starts, ends = (local_times(shifts[name], clock) for name in ("starts_at", "ends_at"))
    on_shift = pd.DataFrame({"team_id": shifts["team_id"], "start": starts, "end": ends})
    first_day = starts.dt.normalize()
    # By the team's clock, a shift of another zone may lie on two days.
    pieces = pd.concat([_in_office(on_shift, first_day), _in_office(on_shift, first_day + _DAY)])
    pieces = pieces.sort_values([*_DAY_KEYS, "start"], ignore_index=True)
    until_now = pieces.groupby(_DAY_KEYS)["end"].cummax()
    covered_to = until_now.groupby([pieces[key] for key in _DAY_KEYS]).shift()
    new = pieces["end"] - pieces["start"].mask(covered_to > pieces["start"], covered_to)
    seconds = new.dt.total_seconds().clip(lower=0)
    return seconds.groupby([pieces[key] for key in _DAY_KEYS]).sum()


def _in_office(on_shift: pd.DataFrame, day: "pd.Series[Any]") -> pd.DataFrame:
    """The part of each shift that falls into the office hours of its day, where there is one."""
    start = on_shift["start"].clip(lower=day + pd.Timedelta(hours=OFFICE_FROM_HOUR))
    end = on_shift["end"].clip(upper=day + pd.Timedelta(hours=OFFICE_TO_HOUR))
    return on_shift.assign(work_date=day, start=start, end=end)[start < end]
