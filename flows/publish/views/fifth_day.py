"""Coverage of the fifth day: is somebody of each team there on every weekday, before and during 4x10."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from flows.publish.views import wording
from flows.publish.views.book import Book

WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")


def teams_table(book: Book) -> dict[str, Any]:
    """Teams by weekdays of the reported week; no rows where nothing is known."""
    table = book.data.tables["coverage"]
    rows = []
    for team_id, name in book.team_names.items():
        days = table[(table["team_id"] == team_id) & (table["week_start"] == book.week)]
        if len(days):
            rows.append([name, *_shares(days)])
    return {"columns": ["Team", *WEEKDAYS], "rows": rows}


def team_table(book: Book, team_id: str) -> dict[str, Any]:
    """Weekdays of one team: the reported week, all weeks before the switch, all since."""
    table = book.data.tables["coverage"]
    days = table[table["team_id"] == team_id]
    periods = (
        days[days["week_start"] < book.switch],
        days[days["week_start"] >= book.switch],
        days[days["week_start"] == book.week],
    )
    rows = [list(row) for row in zip(WEEKDAYS, *(_shares(period) for period in periods), strict=True)]
    columns = ["Weekday", "Before 4×10", "During 4×10", "This week"]
    return {"columns": columns, "rows": rows if len(days) else []}


def _shares(days: pd.DataFrame) -> list[str]:
    """Covered share of the office hours, Monday to Friday; a day closed for all has none."""
    means = days.groupby(days["work_date"].dt.day_of_week)["covered_share"].mean()
    return [wording.percent(100 * means.get(number, float("nan")), 0) for number in range(5)]
