"""How much billable share scatters from week to week in each team: on it depends how soon a change can be seen."""

import numpy as np
import pandas as pd

from transforms.baselines import baselines_by_week
from transforms.panel import build_panel
from transforms.parameters import DecisionParameters

COLUMNS = ("team_id", "n_engineers", "sd_points", "weeks_before")


def team_scatter(
    readings: pd.DataFrame, incidents: pd.DataFrame, parameters: DecisionParameters, week: pd.Timestamp
) -> pd.DataFrame:
    """Size, weekly scatter and weeks before the switch of each team, as its engineers stand in `week`.

    Grain: one row per team with somebody employed in the week.
    Units: `sd_points` in percentage points of a full-time week, the root of the engineers' mean variance;
    `weeks_before` in weeks on 5x8, the median over the engineers.
    Missing: `sd_points` where nobody of the team has enough weeks before the switch.
    """
    panel = build_panel(readings[readings["week_start"] <= week], incidents, parameters)
    if not panel.n_weeks or panel.week_starts[-1] != week:
        return pd.DataFrame({name: [] for name in COLUMNS})
    last = panel.n_weeks - 1
    own = baselines_by_week(panel, parameters, [last])[last].billable
    before = panel.is_before[:, :last].sum(axis=1)
    # Who has too few weeks has the scatter of everybody, which says nothing about this team.
    variance = np.where(np.isnan(own.raw_mean), np.nan, (100 * own.sd) ** 2)
    engineers = pd.DataFrame({"team": panel.team[:, last], "variance": variance, "weeks": before})
    teams = engineers[panel.is_employed[:, last]].groupby("team").agg({"variance": ["size", "mean"], "weeks": "median"})
    return pd.DataFrame(
        {
            "team_id": panel.teams[teams.index.to_numpy()],
            "n_engineers": teams["variance", "size"].to_numpy(),
            "sd_points": np.sqrt(teams["variance", "mean"].to_numpy(dtype=float)),
            "weeks_before": teams["weeks", "median"].to_numpy(dtype=float),
        }
    )
