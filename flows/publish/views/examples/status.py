"""Statuses: what the last weeks of a made-up engineer come to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from flows.publish.views import wording
from flows.publish.views.examples.made_up import group
from transforms.decide import decide
from transforms.language import N_, Words, _
from transforms.parameters import DecisionParameters
from transforms.schemas.readings import Readings
from transforms.schemas.registry import empty, shaped
from transforms.schemas.sources import Pages

_FIRST_WEEK: Final = pd.Timestamp("2026-01-05")
_WEEKS_BEFORE: Final = 26
_WEEKS_DURING: Final = 12
Method = Literal["evidence", "plain"]
METHODS: Final[tuple[Method, ...]] = ("evidence", "plain")


@dataclass(frozen=True)
class Story:
    """How the last weeks of a made-up engineer differ from the weeks before.

    `expected`: the status by each of METHODS, as the rules say; `green over red` where an override shows it.
    """

    what: str
    expected: tuple[str, str]
    billable: tuple[float, ...] = ()
    vibes: tuple[float, ...] = ()
    has_note: bool = False
    away_weeks: int = 0
    logged_share: float = 1.0


STORIES: Final = (
    Story("All near 82 %", ("green", "green")),
    Story("One at 58 %", ("green", "red"), billable=(58,)),
    Story(
        "One at 58 %, noted",
        ("green", "green over red"),
        billable=(58,),
        vibes=(5,),
        has_note=True,
    ),
    Story("79 % and 75 %", ("green", "red"), billable=(79, 75)),
    Story("Six at 71 %", ("red", "red"), billable=(71,) * 6),
    Story(
        "Six at 71 %, noted",
        ("red", "green over red"),
        billable=(71,) * 6,
        vibes=(5,),
        has_note=True,
    ),
    Story("Eight at 64 %", ("red", "red"), billable=(64,) * 8),
    Story("Six with vibes of 2", ("red", "yellow"), vibes=(2,) * 6),
    Story("Two on leave", ("green", "unknown"), away_weeks=2),
    Story("Four logged by half", ("unknown", "red"), logged_share=0.5),
)
# The statuses as they are named within a sentence.
_STATUSES: Final = Words({"green": N_("green"), "yellow": N_("yellow"), "red": N_("red"), "unknown": N_("unknown")})
# Others with nothing to report: baselines lean on everybody's.
_OTHERS: Final = (Story("", ("green", "green")),) * 8


def groups(rules: DecisionParameters) -> list[dict[str, Any]]:
    """The table of the page."""
    found = statuses(rules)
    rows = [[wording.sentence(_(case.what)), _told(by_method)] for case, by_method in zip(STORIES, found, strict=True)]
    return [
        group(
            "status",
            label=_("Status"),
            title=_("What a status makes of the last weeks"),
            text=_(
                "An engineer whose billable share was about 82 % and whose vibes were about 4 for 26 weeks on 5×8 and "
                "12 on 4×10, but for what is said of the last ones; “noted” means vibes of 5 and a note in the last. "
                "The status is that of the last week by the method “evidence”, and by “plain”."
            ),
            columns=[_("The last weeks"), _("Status")],
            rows=rows,
        )
    ]


def statuses(rules: DecisionParameters) -> list[dict[Method, dict[str, Any]]]:
    """The row of Statuses of the last week of each of STORIES, by method."""
    n_weeks = _WEEKS_BEFORE + _WEEKS_DURING
    last = _FIRST_WEEK + pd.Timedelta(weeks=n_weeks - 1)
    told = [_readings(story, number, n_weeks) for number, story in enumerate([*STORIES, *_OTHERS])]
    readings = shaped(pd.concat(told), Readings)
    shown = {method: _decided(readings, replace(rules, method=method), last) for method in METHODS}
    return [{method: shown[method][_who(number)] for method in METHODS} for number in range(len(STORIES))]


def _readings(story: Story, number: int, n_weeks: int) -> pd.DataFrame:
    """Weekly readings of one made-up engineer: a small regular scatter around the normal, then the story's end."""
    week = np.arange(n_weeks)
    share = 82.0 + np.array([-3.0, 2.0, 0.0, 3.0, -2.0, 1.0])[(week + number) % 6]
    vibes = 4.0 + np.array([0.0, 0.0, -1.0, 0.0, 1.0])[(week + number) % 5]
    if story.billable:
        share[-len(story.billable) :] = story.billable
    if story.vibes:
        vibes[-len(story.vibes) :] = story.vibes
    is_away = week >= n_weeks - story.away_weeks
    available = np.where(is_away, 0.0, 40.0)
    logged = available * np.where(week >= n_weeks - 4, story.logged_share, 1.0)
    known = np.where(is_away, np.nan, 1.0)
    is_4x10 = week >= _WEEKS_BEFORE
    return pd.DataFrame(
        {
            "engineer_id": _who(number),
            "week_start": _FIRST_WEEK + pd.to_timedelta(7 * week, unit="D"),
            "manager_id": "manager",
            "team_id": "team",
            "schedule": np.where(is_4x10, "4x10", "5x8"),
            "contract_hours": 40.0,
            "holiday_hours": 0.0,
            "leave_hours": 40.0 - available,
            "available_hours": available,
            "worked_hours": logged,
            "billable_hours": logged * share / 100,
            "billable_pct": share * known,
            "coverage_pct": 100 * logged / 40.0 * known,
            "sprint_id": week // 2 + 1.0,
            "is_sprint_end": week % 2 == 1,
            "points_completed": 5.0 + (week + number) % 3 - 1,
            "n_pages": 0,
            "n_acknowledged_pages": 0,
            "n_missed_pages": 0,
            "n_low_urgency_pages": 0,
            "response_rate_pct": np.nan,
            "acknowledge_median_seconds": np.nan,
            "resolve_median_seconds": np.nan,
            "vibes": vibes * known,
            "has_note": story.has_note & (week == n_weeks - 1),
            "is_vibes_changed": False,
            "is_billable_known": True,
            "is_velocity_known": True,
            "is_response_known": True,
            "is_vibes_known": True,
        }
    )


def _decided(readings: pd.DataFrame, rules: DecisionParameters, last: pd.Timestamp) -> dict[str, dict[str, Any]]:
    """Statuses of the last week by engineer."""
    nothing = empty(Pages)
    decided = decide(readings, nothing, rules, weeks=pd.DatetimeIndex([last]))
    rows = decided.statuses.to_dict("records")
    return {str(row["engineer_id"]): {str(key): value for key, value in row.items()} for row in rows}


def _told(by_method: Mapping[Method, Mapping[str, Any]]) -> str:
    """`Green. Billable 81.5 % over 4 weeks ... By “plain”: red.`"""
    evidence, plain = by_method["evidence"], by_method["plain"]
    return _(
        "{status}. {why} By “plain”: {plain}.",
        status=wording.capital(_status_text(evidence)),
        why=_why(evidence),
        plain=_status_text(plain),
    )


def shown_status(row: Mapping[str, Any]) -> str:
    """`green`; `green over red` where an override shows another than the computed one."""
    return f"{row['status']} over {row['underlying_status']}" if row["override_applied"] else str(row["status"])


def _status_text(row: Mapping[str, Any]) -> str:
    shown, computed = _STATUSES[row["status"]], _STATUSES[row["underlying_status"]]
    if not row["override_applied"]:
        return shown
    return _("{shown}, by override; {computed} underneath", shown=shown, computed=computed)


def _why(row: Mapping[str, Any]) -> str:
    told = wording.sentences(row["reasons"])
    return told[0] if told else _("Nothing out of the ordinary.")


def _who(number: int) -> str:
    return f"case{number:02d}"
