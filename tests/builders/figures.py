"""Figures for tests: plausible, small, and only as special as a test asks."""

from datetime import date, timedelta
from typing import Any

from flows.publish.views.figures import Band, Figure, Mark

SWITCH = date(2026, 5, 4)


def weekly_figure(
    values: list[float | None],
    *,
    figure_id: str = "ana-billable",
    first_week: date = date(2025, 11, 3),
    series: str = "Billable share",
    **changes: Any,
) -> dict[str, Any]:
    """A trend of one series, one value per week from `first_week` on."""
    rows = [
        {"week_start": (first_week + timedelta(weeks=index)).isoformat(), "value": value, "series": series}
        for index, value in enumerate(values)
    ]
    figure = Figure(
        id=figure_id,
        title="Billable share",
        sentence="81 % over the last 4 weeks; 82 % before the switch.",
        kind="trend",
        unit="%",
        y_label="Billable hours, % of available",
        rows=rows,
        columns=["Week", "Billable"],
        table_rows=[[row["week_start"], "" if row["value"] is None else f"{row['value']} %"] for row in rows],
        csv_name=f"data/{figure_id}.csv",
    )
    return {**figure.as_dict(), **changes}


def policy_marks() -> dict[str, Any]:
    """The reference lines of a billable chart: policy, switch, and the engineer's own usual range before it."""
    lines = [
        Mark("threshold", "policy 76 %", value=76.0),
        Mark("switch", "4x10 from 4 May", start=SWITCH.isoformat()),
        Mark("mean", "before: 82 %", value=82.0, end=SWITCH.isoformat()),
    ]
    band = Band("usual range", 77.5, 86.5, end=SWITCH.isoformat())
    figure = Figure("", "", "", "trend", "", "", [], [], [], "", lines=lines, bands=[band]).as_dict()
    return {"lines": figure["lines"], "bands": figure["bands"]}


def effect_figure(figure_id: str = "effects") -> dict[str, Any]:
    """Four estimates with intervals against a margin."""
    rows = [
        {"x": "Billable share", "value": -0.6, "low": -2.1, "high": 0.9, "series": "change"},
        {"x": "Vibes", "value": 0.2, "low": -0.1, "high": 0.5, "series": "change"},
        {"x": "Never measured", "value": None, "low": None, "high": None, "series": "change"},
    ]
    figure = Figure(
        id=figure_id,
        title="Change since the switch",
        sentence="Billable fell by 0.6 points.",
        kind="bars",
        unit="points",
        y_label="Points",
        rows=rows,
        columns=["Metric", "Change"],
        table_rows=[["Billable share", "−0.6"]],
        csv_name="data/effects.csv",
        x="x",
        lines=[Mark("threshold", "margin −3", value=-3.0)],
    )
    return figure.as_dict()
