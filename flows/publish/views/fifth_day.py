"""Coverage of the fifth day, before and during 4x10: is somebody of each team there, and does the team answer then."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from flows.publish.views import wording
from flows.publish.views.book import Book
from transforms.language import N_, Words, _, listed
from transforms.metrics.coverage import OFFICE_FROM_HOUR, OFFICE_TO_HOUR
from transforms.metrics.team_response import day_off_response, office_calls, weekdays_off

WEEKDAYS: Final = Words(
    {
        "monday": N_("Monday"),
        "tuesday": N_("Tuesday"),
        "wednesday": N_("Wednesday"),
        "thursday": N_("Thursday"),
        "friday": N_("Friday"),
    }
)
_MANY_DAYS: Final = (N_("Mondays"), N_("Tuesdays"), N_("Wednesdays"), N_("Thursdays"), N_("Fridays"))
_PERIODS: Final = {"before": N_("{days}, before 4×10"), "during": N_("{days}, during 4×10")}
# TRANSLATORS: calls, in the place of a number that so few of them do not give
_TOO_FEW: Final = N_("too few")
_FEWEST_CALLS: Final = 6  # a median of fewer says little


def teams_table(book: Book) -> dict[str, Any]:
    """Teams by weekdays of the reported week; no rows where nothing is known."""
    table = book.data.tables["coverage"]
    rows = []
    for team_id, name in book.team_names.items():
        days = table[(table["team_id"] == team_id) & (table["week_start"] == book.week)]
        if len(days):
            rows.append([name, *_shares(days)])
    return {"columns": [_("Team"), *WEEKDAYS.values()], "rows": rows}


def least_covered(book: Book) -> dict[str, str]:
    """Team -> the weekday of the reported week that was covered least, with its share: `Friday 88 %`."""
    table = book.data.tables["coverage"]
    days = table[(table["week_start"] == book.week) & table["covered_share"].notna()]
    least = days.loc[days.groupby("team_id")["covered_share"].idxmin()]
    names = list(WEEKDAYS.values())
    return {
        row["team_id"]: f"{names[row['work_date'].weekday()]} {wording.percent(100 * row['covered_share'], 0)}"
        for row in least.to_dict("records")
    }


def team_table(book: Book, team_id: str) -> dict[str, Any]:
    """Weekdays of one team: all weeks before the switch, all since, the reported week; and `response`, a table too."""
    days = _days(book, team_id)
    periods = (
        days[days["week_start"] < book.switch],
        days[days["week_start"] >= book.switch],
        days[days["week_start"] == book.week],
    )
    rows = [list(row) for row in zip(WEEKDAYS.values(), *(_shares(period) for period in periods), strict=True)]
    columns = [_("Weekday"), _("Before 4×10"), _("During 4×10"), _("This week")]
    return {"columns": columns, "rows": rows if len(days) else [], "response": team_response(book, team_id)}


def team_response(book: Book, team_id: str) -> dict[str, Any]:
    """Calls in office hours: the weekday that most of the team have off, beside the other weekdays.

    No rows where there is no such day; no sentence either where nobody has a day off.
    """
    days = _days(book, team_id)
    since_switch = days[days["week_start"] >= book.switch]
    off = weekdays_off(since_switch)
    columns = [_("Calls in office hours"), _("Calls"), _("Median to acknowledge"), _("Answered")]
    if not off:
        is_spread = bool(since_switch["day_off_engineers"].any())
        told = _("The team's days off fall on all weekdays alike: there is no day to compare with the others.")
        return {"columns": columns, "rows": [], "sentence": told if is_spread else "", "note": ""}
    engineers = book.data.tables["engineers"]
    members = engineers[engineers["team_id"] == team_id]
    pages = book.data.tables["pages"]
    calls = office_calls(pages[pages["engineer_id"].isin(members["engineer_id"])], members, days)
    found = day_off_response(calls, off, book.switch).to_dict("records")
    names = listed([_(_MANY_DAYS[number]) for number in off])
    return {
        "columns": columns,
        "rows": [_response_row(row, names) for row in found],
        "sentence": " ".join(
            [_("The team's days off fall most often on {days}.", days=names), _comparison(found, names)]
        ),
        "note": _(
            "High-urgency calls from {first} to {last} by the team's clock, on days when the office was open: from the "
            "team's first page to the first acknowledge by anybody of it. A call that timed out unanswered counts with "
            "the time until it left the team. Medians of few calls differ by chance.",
            first=wording.hour(OFFICE_FROM_HOUR),
            last=wording.hour(OFFICE_TO_HOUR),
        ),
    }


def _days(book: Book, team_id: str) -> pd.DataFrame:
    table = book.data.tables["coverage"]
    return table[table["team_id"] == team_id]


def _response_row(row: dict[Any, Any], names: str) -> list[str]:
    is_enough = row["n_calls"] >= _FEWEST_CALLS
    return [
        _(_PERIODS[row["period"]], days=names if row["is_day_off"] else _("Other weekdays")),
        wording.number(row["n_calls"], 0),
        wording.duration(row["median_seconds"]) if is_enough else _(_TOO_FEW),
        wording.percent(row["answered_pct"], 0) if is_enough else _(_TOO_FEW),
    ]


def _comparison(found: list[dict[Any, Any]], names: str) -> str:
    """What the calls since the switch say, and those before it, where there are enough of both kinds of day."""
    before, during = (_medians([row for row in found if row["period"] == period]) for period in _PERIODS)
    if not during:
        return _(
            "Since the switch there were too few calls to compare (fewer than {count} of one kind).",
            count=_FEWEST_CALLS,
        )
    if not before:
        return _(
            "During 4×10 it took a median of {off} to answer on {days}, {others} on the other weekdays.",
            off=during[0],
            days=names,
            others=during[1],
        )
    return _(
        "During 4×10 it took a median of {off} to answer on {days}, {others} on the other weekdays "
        "(before it: {off_before} and {others_before}).",
        off=during[0],
        days=names,
        others=during[1],
        off_before=before[0],
        others_before=before[1],
    )


def _medians(rows: list[dict[Any, Any]]) -> list[str]:
    """On the days off and on the others; none where there are too few calls of one kind."""
    is_enough = all(row["n_calls"] >= _FEWEST_CALLS for row in rows)
    return [wording.duration(row["median_seconds"]) for row in rows] if is_enough else []


def _shares(days: pd.DataFrame) -> list[str]:
    """Covered share of the office hours, Monday to Friday; a day closed for all has none."""
    means = days.groupby(days["work_date"].dt.day_of_week)["covered_share"].mean()
    return [wording.percent(100 * means.get(number, float("nan")), 0) for number in range(5)]
