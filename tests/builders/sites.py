"""A whole site's data: the seeded tables with monthly summaries and the views of earlier weeks."""

import pickle
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from flows.publish.build import render_site
from flows.publish.data import SiteData
from flows.publish.views.book import open_book
from flows.publish.views.week import week_view
from tests.builders.hours import add_hours
from tests.builders.once import made_once
from tests.builders.site_data import earlier_views, site_data
from transforms.vocabulary import METRICS
from transforms.weeks import complete_months

# One page of each kind.
KINDS = {
    "week": "index.html",
    "archived week": "weeks/2026-W46/index.html",
    "weeks": "weeks/index.html",
    "engineers": "engineers/index.html",
    "engineer": "engineers/chloe/index.html",
    "teams": "teams/index.html",
    "team": "teams/atlas/index.html",
    "reports": "reports/index.html",
    "report": "reports/2026-10/index.html",
    "alerts": "alerts/index.html",
    "input": "input/index.html",
    "decisions": "input/decisions/index.html",
    "method": "method/index.html",
    "rules": "method/rules/index.html",
    "thresholds": "method/thresholds/index.html",
    "dictionary": "method/dictionary/index.html",
    "not found": "404.html",
}
# before, during and change as the monthly table has them
_VALUES = {
    "billable": (81.2, 80.4, -0.8),
    "velocity": (11.6, 11.1, -4.3),
    "response": (296.0, 341.0, 1.15),
    "vibes": (3.82, 3.94, 0.12),
}


def full_site_data(*, archived_weeks: int = 3, **options: Any) -> SiteData:
    """Everything that every page kind needs to have something to say."""
    views = earlier_views(archived_weeks, lambda data: week_view(open_book(data)), change=add_facts)
    return site_data(change=add_facts, week_views=views, **options)


def full_site(factory: pytest.TempPathFactory) -> Path:
    """A folder with the whole `site`, made once for all test processes, and what came of it (`result.pickle`)."""

    def make(folder: Path) -> None:
        result = render_site(full_site_data(), folder / "site")
        (folder / "result.pickle").write_bytes(pickle.dumps(result))

    return made_once(factory, "full-site", make)


def add_facts(tables: dict[str, pd.DataFrame]) -> None:
    """Hours behind the newest week, and months."""
    add_hours(tables)
    add_months(tables)


def add_months(tables: dict[str, pd.DataFrame]) -> None:
    """A monthly summary for each complete month of the trial, for everybody and for each team."""
    newest = tables["readings"]["week_start"].max()
    scopes = ["all", *(f"team:{team_id}" for team_id in sorted(tables["engineers"]["team_id"].unique()))]
    rows = [
        {"month": month, "scope": scope, "metric": metric, "n_weeks": 44}
        | dict(zip(("before", "during", "change"), _VALUES[metric], strict=True))
        for month in complete_months(pd.Timestamp("2026-05-04"), newest)
        for scope in scopes
        for metric in METRICS
    ]
    tables["monthly_summary"] = pd.DataFrame(rows)
