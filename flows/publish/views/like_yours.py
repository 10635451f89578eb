"""What the measured error rates mean for the teams of this site: their size, their scatter, their weeks before."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

from flows.error_rates import ErrorRates, LikeYours, Measured
from flows.publish.views import wording
from flows.publish.views.book import Book, Record
from transforms.language import N_, NBSP, _, ngettext
from transforms.metrics.response import urgent_pages
from transforms.team_scatter import team_scatter

COLUMNS: Final = (
    N_("Team"),
    N_("Engineers"),
    N_("Weekly scatter"),
    N_("Weeks before"),
    N_("False yellows or reds a year"),
    N_("False reds a year"),
    N_("A 5-point fall is seen"),
    N_("Read from a simulated team of"),
)
_UNKNOWN: Final = N_("not known")


def like_yours_view(book: Book, rates: ErrorRates | None) -> dict[str, Any]:
    """A sentence over all teams and a row for each, by name; why there is none, where there is none."""
    if rates is None or not rates.like_yours:
        return _nothing(_("What that means for a team of a given size and scatter was not measured."))
    if book.config.decisions.method != "evidence":
        return _nothing(_("For teams of a given size and scatter only “evidence” was measured."))
    tables = book.data.tables
    found = team_scatter(tables["readings"], urgent_pages(tables["pages"]), book.config.decisions, book.week)
    rows = [{str(name): value for name, value in row.items()} for row in found.to_dict("records")]
    teams = sorted(rows, key=lambda row: str(book.team_names.get(row["team_id"], row["team_id"])))
    if not teams:
        return _nothing(_("Nobody has readings in the reported week."))
    cells = [nearest(rates.like_yours, row) for row in teams]
    return {
        "sentence": _sentence(teams, cells),
        "columns": [_(heading) for heading in COLUMNS],
        "numeric": [1],
        "rows": [_row(book, row, cell) for row, cell in zip(teams, cells, strict=True)],
    }


def _nothing(why: str) -> dict[str, Any]:
    return {"sentence": why, "rows": []}


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
        return _("Nobody has enough weeks before the switch: the scatter of these teams is not known yet.")
    alarms = sum(row["n_engineers"] * cell.false_alarm.value for row, cell in known)
    n = sum(int(row["n_engineers"]) for row, _cell in known)
    weeks = sorted({cell.weeks_to_see.value for _row, cell in known if cell.weeks_to_see})
    shares = sorted({cell.seen_within_12.value for _row, cell in known})
    expected = _(
        "On {teams} with {engineers} like yours, expect about {count} false yellows or reds a year in all.",
        teams=ngettext("{n} team", "{n} teams", len(known)),
        engineers=ngettext("{n} engineer", "{n} engineers", n),
        count=_about(alarms),
    )
    return f"{expected} {_seen_by(weeks, _span([100 * share for share in shares], unit=wording.percent))}"


def _seen_by(weeks: list[float], percent: str) -> str:
    if not weeks:
        return _(
            "When the billable share of one engineer falls by 5 points for good, that is seen within 12 weeks in "
            "{percent} of cases.",
            percent=percent,
        )
    return _(
        "When the billable share of one engineer falls by 5 points for good, that is seen half the time by week "
        "{week}, within 12 weeks in {percent} of cases.",
        week=_span(weeks),
        percent=percent,
    )


def _about(count: float) -> str:
    return wording.number(count, 0 if count >= 10 else 1)


def _span(numbers: list[float], unit: Callable[[float, int], str] = wording.number) -> str:
    """`4`, `4 to 6`, `60 to 70 %`: from the least to the most."""
    low, high = (wording.number(end, 0) for end in (numbers[0], numbers[-1]))
    last = unit(numbers[-1], 0)
    return last if low == high else _("{low} to {high}", low=low, high=last)


def _row(book: Book, team: Record, cell: LikeYours | None) -> list[str]:
    n = int(team["n_engineers"])
    start = [
        book.team_names.get(team["team_id"], str(team["team_id"])),
        str(n),
        _(_UNKNOWN) if cell is None else wording.tied(_("{number} points", number=wording.number(team["sd_points"]))),
        wording.number(team["weeks_before"], 0),
    ]
    if cell is None:
        return [*start, *[_(_UNKNOWN)] * 3, _("none: too few weeks before the switch")]
    return [
        *start,
        _times(n, cell.false_alarm),
        _times(n, cell.false_red),
        _seen(cell),
        _(
            "{engineers}, {points} points, {weeks}",
            engineers=ngettext("{n} engineer", "{n} engineers", cell.engineers),
            points=wording.number(cell.weekly_sd_points),
            weeks=ngettext("{n} week before", "{n} weeks before", cell.weeks_before),
        ),
    ]


def _times(n: int, measured: Measured) -> str:
    """A rate for each engineer, for a team of n."""
    return f"{wording.number(n * measured.value)}{_error(measured, n, 1)}"


def _seen(cell: LikeYours) -> str:
    """How many are seen within 12 weeks, and the median; what fewer than half ever are has none."""
    share = f"{wording.percent(100 * cell.seen_within_12.value, 0)}{_error(cell.seen_within_12, 100, 0)}"
    if cell.weeks_to_see is None:
        return _("{share} within 12 weeks, fewer than half ever", share=share)
    week = wording.number(cell.weeks_to_see.value, 0)
    return _("{share} within 12 weeks, half by week {week}", share=share, week=week)


def _error(measured: Measured, times: float, digits: int) -> str:
    return "" if measured.se is None else f" ±{NBSP}{wording.number(times * measured.se, digits)}"
