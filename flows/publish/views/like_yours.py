"""What the measured error rates mean for the teams of this site: their size, their scatter, their weeks before."""

from __future__ import annotations

import math
from typing import Any, Final

from flows.error_rates import ErrorRates, LikeYours, Measured
from flows.publish.views import wording
from flows.publish.views.book import Book, Record
from transforms.language import NBSP
from transforms.metrics.response import urgent_pages
from transforms.team_scatter import team_scatter

COLUMNS: Final = (
    "Team",
    "Engineers",
    "Weekly scatter",
    "Weeks before",
    "False yellows or reds a year",
    "False reds a year",
    "A 5-point fall is seen",
    "Read from a simulated team of",
)
_UNKNOWN: Final = "not known"


def like_yours_view(book: Book, rates: ErrorRates | None) -> dict[str, Any]:
    """A sentence over all teams and a row for each, by name; why there is none, where there is none."""
    if rates is None or not rates.like_yours:
        return {"sentence": "What that means for a team of a given size and scatter was not measured.", "rows": []}
    if book.config.decisions.method != "evidence":
        return {"sentence": "For teams of a given size and scatter only “evidence” was measured.", "rows": []}
    tables = book.data.tables
    found = team_scatter(tables["readings"], urgent_pages(tables["pages"]), book.config.decisions, book.week)
    rows = [{str(name): value for name, value in row.items()} for row in found.to_dict("records")]
    teams = sorted(rows, key=lambda row: str(book.team_names.get(row["team_id"], row["team_id"])))
    if not teams:
        return {"sentence": "Nobody has readings in the reported week.", "rows": []}
    cells = [nearest(rates.like_yours, row) for row in teams]
    return {
        "sentence": _sentence(teams, cells),
        "columns": list(COLUMNS),
        "numeric": [1],
        "rows": [_row(book, row, cell) for row, cell in zip(teams, cells, strict=True)],
    }


def nearest(grid: tuple[LikeYours, ...], team: Record) -> LikeYours | None:
    """The measured team that is most like this one, by ratios of size, scatter and weeks; none without a scatter."""
    if wording.is_missing(team["sd_points"]):
        return None

    def distance(cell: LikeYours) -> tuple[float, int, float, int]:
        apart = (
            abs(math.log(team["sd_points"] / cell.weekly_sd_points)),
            abs(math.log(team["n_engineers"] / cell.engineers)),
            abs(math.log(max(team["weeks_before"], 1) / max(cell.weeks_before, 1))),
        )
        return (sum(apart), cell.engineers, cell.weekly_sd_points, cell.weeks_before)

    return min(grid, key=distance)


def _sentence(teams: list[Record], cells: list[LikeYours | None]) -> str:
    """Over all teams whose scatter is known: false alarms a year, and how soon a fall is seen."""
    known = [(row, cell) for row, cell in zip(teams, cells, strict=True) if cell is not None]
    if not known:
        return "Nobody has enough weeks before the switch: the scatter of these teams is not known yet."
    alarms = sum(row["n_engineers"] * cell.false_alarm.value for row, cell in known)
    n = sum(int(row["n_engineers"]) for row, _ in known)
    size = f"{wording.plural(len(known), 'team')} with {wording.plural(n, 'engineer')}"
    weeks = sorted({cell.weeks_to_see.value for _, cell in known if cell.weeks_to_see})
    shares = sorted({cell.seen_within_12.value for _, cell in known})
    after = f"half the time by week {_span(weeks)}, " if weeks else ""
    return (
        f"On {size} like yours, expect about {_about(alarms)} false yellows or reds a year in all. When the billable "
        f"share of one engineer falls by 5 points for good, that is seen {after}"
        f"within 12 weeks in {_span([100 * share for share in shares])}{NBSP}% of cases."
    )


def _about(count: float) -> str:
    return wording.number(count, 0 if count >= 10 else 1)


def _span(numbers: list[float]) -> str:
    """`4`, `4 to 6`: from the least to the most."""
    ends = list(dict.fromkeys(wording.number(end, 0) for end in (numbers[0], numbers[-1])))
    return " to ".join(ends)


def _row(book: Book, team: Record, cell: LikeYours | None) -> list[str]:
    n = int(team["n_engineers"])
    start = [
        book.team_names.get(team["team_id"], str(team["team_id"])),
        str(n),
        _UNKNOWN if cell is None else f"{wording.number(team['sd_points'])}{NBSP}points",
        wording.number(team["weeks_before"], 0),
    ]
    if cell is None:
        return [*start, *[_UNKNOWN] * 3, "none: too few weeks before the switch"]
    return [
        *start,
        _times(n, cell.false_alarm),
        _times(n, cell.false_red),
        _seen(cell),
        f"{wording.plural(cell.engineers, 'engineer')}, {wording.number(cell.weekly_sd_points)} points, "
        f"{wording.plural(cell.weeks_before, 'week')} before",
    ]


def _times(n: int, measured: Measured) -> str:
    """A rate for each engineer, for a team of n."""
    return f"{wording.number(n * measured.value)}{_error(measured, n, 1)}"


def _seen(cell: LikeYours) -> str:
    """How many are seen within 12 weeks, and the median; what fewer than half ever are has none."""
    within = (
        f"{wording.percent(100 * cell.seen_within_12.value, 0)}{_error(cell.seen_within_12, 100, 0)} within 12 weeks"
    )
    if cell.weeks_to_see is None:
        return f"{within}, fewer than half ever"
    return f"{within}, half by week {wording.number(cell.weeks_to_see.value, 0)}"


def _error(measured: Measured, times: float, digits: int) -> str:
    return "" if measured.se is None else f" ±{NBSP}{wording.number(times * measured.se, digits)}"
