"""The days and worklogs behind the newest week's readings of a site's data, so that every page can trace them."""

import numpy as np
import pandas as pd

ISSUE = "SECRET-77"


def add_hours(tables: dict[str, pd.DataFrame]) -> None:
    """Four days of ten hours, holidays and leave spread over them, and a worklog on each: sums are the readings'."""
    readings = tables["readings"]
    rows = readings[readings["week_start"] == readings["week_start"].max()].reset_index(drop=True)
    weeks = rows.loc[rows.index.repeat(7)].reset_index(drop=True)
    offset = np.tile(np.arange(7), len(rows))
    work_date = weeks["week_start"] + pd.to_timedelta(offset, unit="D")
    share = np.where(offset < 4, 0.25, 0.0)
    tables["available_hours"] = pd.DataFrame(
        {
            "engineer_id": weeks["engineer_id"],
            "week_start": weeks["week_start"],
            "work_date": work_date,
            "schedule": weeks["schedule"],
            "scheduled_hours": weeks["contract_hours"] * share,
            "holiday_hours": weeks["holiday_hours"] * share,
            "leave_hours": weeks["leave_hours"] * share,
            "available_hours": weeks["available_hours"] * share,
            "is_rostered_day_off": offset == 4,
            "has_schedule": True,
        }
    )
    is_logged = (share > 0) & (weeks["worked_hours"] > 0)
    noon = (work_date + pd.Timedelta(hours=12)).dt.tz_localize("UTC")
    worklogs = pd.DataFrame(
        {
            "worklog_id": [f"w{number}" for number in range(len(weeks))],
            "engineer_id": weeks["engineer_id"],
            "issue_key": ISSUE,
            "week_start": weeks["week_start"],
            "work_date": work_date,
            "started_at": noon,
            "recorded_at": noon,
            "updated_at": noon,
            "logged_hours": weeks["worked_hours"] * share,
            "billable_hours": weeks["billable_hours"] * share,
            "billing_rule": "secret rule",
        }
    )
    tables["worklogs"] = worklogs[is_logged].reset_index(drop=True)
