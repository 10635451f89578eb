"""Points of an issue split over those who logged work on it."""

from typing import Final

import numpy as np
import pandas as pd

# Shares are whole parts of this: such fractions add up to the points exactly, in whatever order.
_PARTS_OF_A_POINT: Final = 1024


def worklog_shares(lines: pd.DataFrame, worklogs: pd.DataFrame) -> pd.DataFrame:
    """The points of each line, split by the hours logged on its issue from `first_day` to `last_day`.

    Grain: one row per line and engineer with hours, in the columns of `lines`; `engineer_id` and `points` are theirs.
        A line without any hours stays as it is.
    Units: points, in parts of 1/1024; who logged most has what is left. Hours: those of table Worklogs, which holds
        the roster's only.
    """
    logged = worklogs[["issue_key", "engineer_id", "work_date", "logged_hours"]]
    hours = lines.drop(columns="engineer_id").merge(logged, on="issue_key", how="inner", validate="many_to_many")
    is_inside = hours["work_date"].between(hours["first_day"], hours["last_day"])
    line = ["sprint_id", "issue_key"]
    summed = hours[is_inside].groupby([*line, "engineer_id"], as_index=False)["logged_hours"].sum()
    summed = summed[summed["logged_hours"] > 0].sort_values([*line, "logged_hours", "engineer_id"], ignore_index=True)
    split = summed.merge(lines.drop(columns="engineer_id"), on=line, how="left", validate="many_to_one")
    share = split["points"] * split["logged_hours"] / split.groupby(line)["logged_hours"].transform("sum")
    parts = np.trunc(share * _PARTS_OF_A_POINT) / _PARTS_OF_A_POINT
    is_last = ~split.duplicated(line, keep="last")
    others = parts.mask(is_last, 0.0).groupby([split[name] for name in line]).transform("sum")
    split["points"] = parts.mask(is_last, split["points"] - others)
    has_hours = pd.MultiIndex.from_frame(lines[line]).isin(pd.MultiIndex.from_frame(split[line]))
    shares: pd.DataFrame = pd.concat([lines[~has_hours], split[list(lines.columns)]], ignore_index=True)
    return shares
