"""A response time traced to its rows: every page of the week, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import numpy as np
import pandas as pd

from transforms.explain.common import NO_WHOLE_ANSWER, Difference, SourceGap, differences, number, ratio, source_gaps
from transforms.language import _
from transforms.metrics.response import is_acknowledged
from transforms.schedule import local_times

Answer = Literal["acknowledged", "missed", "left to others", "low urgency"]


@dataclass(frozen=True)
class PageAnswer:
    """One page of the engineer, by their own clock. Units: seconds. Missing: None, that part did not happen.

    `answer`: `missed` timed out away from the engineer, and the time is how long it was theirs; `left to others` was
    neither acknowledged nor missed; `low urgency` counts in nothing. `set_aside` says why a page does not count yet.
    """

    incident_id: str
    paged_at: datetime
    urgency: str
    shift: str
    answer: Answer
    acknowledge_seconds: float | None
    resolve_seconds: float | None
    set_aside: str


@dataclass(frozen=True)
class ResponseTrace:
    """From pages to the median time to acknowledge of one engineer and week.

    `acknowledge_median_seconds` is the reading as it is stored; the counts, the rate and the medians `of_pages` are
    worked out here from the rows.
    Missing: None. `unknown` says why there is no reading; it is empty where there is one.
    """

    engineer_id: str
    week_start: date
    acknowledge_median_seconds: float | None
    is_known: bool
    pages: tuple[PageAnswer, ...]
    n_pages: int
    n_acknowledged: int
    n_missed: int
    n_low_urgency: int
    response_rate_pct: float | None
    acknowledge_median_of_pages: float | None
    resolve_median_of_pages: float | None
    unknown: tuple[str, ...]
    gaps: tuple[SourceGap, ...]
    differences: tuple[Difference, ...]


def explain_response(
    reading: Mapping[str, Any],
    pages: pd.DataFrame,
    health: pd.DataFrame,
    *,
    timezone: str,
    paged_before: pd.Timestamp,
) -> ResponseTrace:
    """Why the response of one engineer and week is what it is.

    `reading`: the row of Readings. `pages`: the engineer's rows; those of other weeks are left out. `health`: the runs
    that read the week. `timezone`: the engineer's. `paged_before`: the instant the last of these runs spoke for.
    Definition: metrics.md, "Incident response".
    """
    week = reading["week_start"]
    rows = pages[pages["week_start"] == week].sort_values(["paged_at", "incident_id"], ignore_index=True)
    urgent = rows[(rows["urgency"] == "high") & (rows["paged_at"] < paged_before)]
    acknowledged, missed = int(is_acknowledged(urgent).sum()), int(urgent["is_censored"].sum())
    is_known = bool(reading["is_response_known"])
    traced: dict[str, float | None] = {
        "n_pages": len(urgent),
        "n_acknowledged_pages": acknowledged,
        "n_missed_pages": missed,
        "n_low_urgency_pages": len(rows[(rows["urgency"] != "high") & (rows["paged_at"] < paged_before)]),
    }
    traced["response_rate_pct"] = ratio(acknowledged, acknowledged + missed, 100)
    traced["acknowledge_median_seconds"] = number(urgent["acknowledge_seconds"].median())
    traced["resolve_median_seconds"] = number(urgent["resolve_seconds"].median())
    gaps = () if is_known else source_gaps(health, ("pagerduty", "alertops"))
    return ResponseTrace(
        engineer_id=reading["engineer_id"],
        week_start=week.date(),
        acknowledge_median_seconds=number(reading["acknowledge_median_seconds"]),
        is_known=is_known,
        pages=_pages(rows, timezone, paged_before),
        n_pages=len(urgent),
        n_acknowledged=acknowledged,
        n_missed=missed,
        n_low_urgency=int(traced["n_low_urgency_pages"] or 0),
        response_rate_pct=traced["response_rate_pct"],
        acknowledge_median_of_pages=traced["acknowledge_median_seconds"],
        resolve_median_of_pages=traced["resolve_median_seconds"],
        unknown=_unknown(urgent, is_known, gaps),
        gaps=gaps,
        differences=differences(reading, traced) if is_known else (),
    )


def _pages(rows: pd.DataFrame, timezone: str, paged_before: pd.Timestamp) -> tuple[PageAnswer, ...]:
    local = local_times(rows["paged_at"], pd.Series(timezone, index=rows.index))
    answer = np.select(
        [rows["urgency"] != "high", is_acknowledged(rows), rows["is_censored"]],
        ["low urgency", "acknowledged", "missed"],
        "left to others",
    )
    is_late = rows["paged_at"] >= paged_before
    table = rows.assign(local=local, answer=answer, set_aside=np.where(is_late, "after the reading was taken", ""))
    return tuple(
        PageAnswer(
            incident_id=row["incident_id"],
            paged_at=row["local"],
            urgency=row["urgency"],
            shift=row["shift"],
            answer=row["answer"],
            acknowledge_seconds=number(row["acknowledge_seconds"]),
            resolve_seconds=number(row["resolve_seconds"]),
            set_aside=row["set_aside"],
        )
        for row in table.to_dict("records")
    )


def _unknown(urgent: pd.DataFrame, is_known: bool, gaps: tuple[SourceGap, ...]) -> tuple[str, ...]:
    if not is_known:
        return () if gaps else (_(NO_WHOLE_ANSWER),)
    if urgent.empty:
        return (_("No calls: no page of high urgency this week."),)
    if urgent["acknowledge_seconds"].isna().all():
        return (_("Others dealt with every page of this week."),)
    return ()
