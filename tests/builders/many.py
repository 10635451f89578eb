"""The site of an organisation of any size: the story's engineers, and as many others as it takes."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from flows.publish.data import SiteData
from flows.settings import Settings
from tests.builders.site_data import settings, site_data
from tests.builders.sites import add_facts

TEAM_SIZE = 8
WEEK_COLUMNS = ["status", "underlying_status", "reasons", "would_clear"]


def many_engineers(count: int, *, asking: int = 0) -> SiteData:
    """A site of so many engineers employed; `asking` more of them are yellow this week, for a reason of some length."""

    def change(tables: dict[str, pd.DataFrame]) -> None:
        add_facts(tables)
        tables["statuses"] = _asking(tables["statuses"], asking)

    return site_data(roster=_settings_of(count), change=change)


def _settings_of(count: int) -> Settings:
    """The project's settings with others like Ana on new teams. One of the twelve has left, so one more is needed."""
    loaded = settings()
    config = loaded.config
    others = count + 1 - len(config.engineers)
    teams = [
        config.teams[0].model_copy(update={"id": f"team-{number:03d}", "name": f"Team {number:03d}"})
        for number in range(-(-others // TEAM_SIZE))
    ]
    engineers = [
        config.engineers[0].model_copy(
            update={
                "id": f"engineer-{number:04d}",
                "name": f"Engineer Number {number:04d}",
                "team": teams[number // TEAM_SIZE].id,
            }
        )
        for number in range(others)
    ]
    changed = config.model_copy(update={"teams": (*config.teams, *teams), "engineers": (*config.engineers, *engineers)})
    return replace(loaded, config=changed)


def _asking(statuses: pd.DataFrame, count: int) -> pd.DataFrame:
    newest = statuses["week_start"] == statuses["week_start"].max()
    told = statuses.loc[statuses["underlying_status"] == "yellow"].iloc[-1]
    chosen = statuses.index[newest & statuses["engineer_id"].str.startswith("engineer-")][:count]
    changed = statuses.copy()
    for column in WEEK_COLUMNS:
        changed.loc[chosen, column] = "yellow" if column == "status" else told[column]
    changed.loc[chosen, "weeks_in_status"] = 1
    return changed
