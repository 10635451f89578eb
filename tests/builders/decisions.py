"""Histories of readings for the decisions: a steady week, changed only where the test cares."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from transforms.baselines import Baselines, ResponseBaseline
from transforms.comparison import Week, weeks_to_judge
from transforms.decide import Decisions
from transforms.panel import Panel
from transforms.parameters import DecisionParameters
from transforms.schemas.readings import Readings
from transforms.schemas.registry import empty
from transforms.signals import Signals, evidence
from transforms.stats.baseline import Baseline

FIRST_WEEK = pd.Timestamp("2026-01-05")  # before and during touch no holiday week for 46 weeks
_READINGS = empty(Readings)
STEADY_PCT = (80.0, 84.0, 78.0, 82.0, 86.0, 81.0, 83.0, 79.0, 85.0, 82.0)  # mean 82, s.d. 2.6

Change = Mapping[str, Any]


def week(index: int) -> pd.Timestamp:
    """The Monday of the history's week `index`."""
    return FIRST_WEEK + pd.Timedelta(days=7 * index)


def engineer_history(
    engineer_id: str = "ana",
    *,
    n_before: int = 20,
    n_during: int = 12,
    billable_pct: Sequence[float] | Callable[[int], float] = STEADY_PCT,
    points: Callable[[int], float] | None = None,
    hours: float = 40.0,
    joined: int = 0,
    changes: Mapping[int, Change] | None = None,
    **columns: Any,
) -> pd.DataFrame:
    """One row per week: full weeks, sprints of two weeks, 10 points in the second, vibes 4 without a note, no pages.

    `billable_pct` is repeated to the length of the history, or asked week by week. `changes` sets columns of single
    weeks, `columns` those of all weeks; hours that follow from what is changed (available) are worked out.
    """
    rows = []
    for index in range(joined, n_before + n_during):
        pct = billable_pct(index) if callable(billable_pct) else billable_pct[index % len(billable_pct)]
        completed = points(index) if points else 10.0 * (index % 2)
        row: dict[str, Any] = {
            "engineer_id": engineer_id,
            "week_start": week(index),
            "manager_id": "mia",
            "team_id": "core",
            "schedule": "5x8" if index < n_before else "4x10",
            "contract_hours": hours,
            "holiday_hours": 0.0,
            "leave_hours": 0.0,
            "worked_hours": hours,
            "sprint_id": float(index // 2),
            "is_sprint_end": index % 2 == 1,
            "points_completed": completed,
            "n_pages": 0,
            "n_acknowledged_pages": 0,
            "n_missed_pages": 0,
            "n_low_urgency_pages": 0,
            "response_rate_pct": np.nan,
            "acknowledge_median_seconds": np.nan,
            "resolve_median_seconds": np.nan,
            "vibes": 4.0,
            "has_note": False,
            "is_vibes_changed": False,
            "is_billable_known": True,
            "is_velocity_known": True,
            "is_response_known": True,
            "is_vibes_known": True,
            "billable_pct": pct,
        }
        row |= columns | dict((changes or {}).get(index, {}))
        row["available_hours"] = row["contract_hours"] - row["holiday_hours"] - row["leave_hours"]
        row.setdefault("billable_hours", row["billable_pct"] / 100 * row["available_hours"])
        row["coverage_pct"] = 100 * row["worked_hours"] / row["available_hours"] if row["available_hours"] else np.nan
        rows.append(row)
    return pd.DataFrame(rows)


def readings(*histories: pd.DataFrame) -> pd.DataFrame:
    """Histories as one table with the columns and dtypes of readings (a test validates one of them)."""
    rows = pd.concat(histories, ignore_index=True)
    return rows[_READINGS.columns].astype(_READINGS.dtypes.to_dict())


def noisy_team(n_engineers: int = 12, *, seed: int = 1, n_before: int = 26, n_during: int = 30) -> pd.DataFrame:
    """Engineers with different own normals, weekly noise, sprints and vibes."""
    rng = np.random.default_rng(seed)
    histories = []
    for number in range(n_engineers):
        n = n_before + n_during
        pct = rng.normal(82, 2.2) + rng.normal(0, 5.5, n)
        points = rng.gamma(16, 10 / 16, n)
        vibes = np.clip(np.round(rng.normal(3.8, 0.6, n)), 1, 5)
        notes = rng.random(n) < 0.6
        histories.append(
            engineer_history(
                f"e{number:02d}",
                n_before=n_before,
                n_during=n_during,
                billable_pct=pct.clip(0, 100).tolist(),
                points=lambda index, points=points: float(points[index]),
                changes={i: {"vibes": float(vibes[i]), "has_note": bool(notes[i])} for i in range(n)},
                team_id=f"t{number % 3}",
                manager_id=f"m{number % 3}",
            )
        )
    return readings(*histories)


def incidents(rows: Sequence[tuple[str, int, float, float]] = ()) -> pd.DataFrame:
    """Incidents as (engineer, week index, seconds to acknowledge, seconds to resolve)."""
    frame = pd.DataFrame(list(rows), columns=["engineer_id", "week", "acknowledge_seconds", "resolve_seconds"])
    weeks = pd.to_datetime([week(int(index)) for index in frame["week"]]).astype("datetime64[us]")
    return frame.assign(week_start=weeks, is_censored=False).drop(columns="week")


def own_normal(mean: float, *, sd: float, variance: float = 0.0, rho: float = 0.0, n_engineers: int = 1) -> Baseline:
    """A baseline of one engineer, or of some who are alike, as if it were known for certain."""
    everybody = np.ones(n_engineers)
    return Baseline(
        mean=mean * everybody,
        variance=variance * everybody,
        sd=sd * everybody,
        n=np.full(n_engineers, 20),
        raw_mean=mean * everybody,
        pooled_mean=mean,
        pooled_variance=0.0,
        rho=rho,
    )


NORMAL_ACKNOWLEDGE, NORMAL_RESOLVE = 100.0, 1000.0  # seconds


def normals(
    *,
    billable: Baseline | None = None,
    velocity: Baseline | None = None,
    response: Baseline | None = None,
    vibes: Baseline | None = None,
    n_engineers: int = 1,
) -> Baselines:
    """The own normal in every metric: there is none in those not given."""
    nothing = own_normal(np.nan, sd=np.nan, n_engineers=n_engineers)
    times = (np.full(n_engineers, np.log(seconds)) for seconds in (NORMAL_ACKNOWLEDGE, NORMAL_RESOLVE))
    return Baselines(
        billable=billable or nothing,
        velocity=velocity or nothing,
        response=ResponseBaseline(*times, response or nothing),
        vibes=vibes or nothing,
    )


def judged(
    panel: Panel, index: int, *, excused: Sequence[int] = (), parameters: DecisionParameters | None = None
) -> Week:
    """One week of a panel to judge, by the usual rules unless others are given."""
    is_excused = np.zeros((panel.n_engineers, panel.n_weeks), dtype=bool)
    is_excused[:, list(excused)] = True
    return weeks_to_judge(panel, parameters or DecisionParameters(), np.array([index]), is_excused)


def said(
    panel: Panel,
    known: Baselines,
    index: int,
    *,
    excused: Sequence[int] = (),
    parameters: DecisionParameters | None = None,
) -> Signals:
    """What every channel says in one week of a panel."""
    rules = parameters or DecisionParameters()
    return evidence(panel, rules, known, judged(panel, index, excused=excused, parameters=rules))


def up_to(published: Decisions, last: pd.Timestamp) -> Decisions:
    """What was published up to a week, that week included."""
    tables = {name: table[table["week_start"] <= last] for name, table in vars(published).items()}
    return Decisions(**tables)


def merged(one: Decisions, other: Decisions) -> Decisions:
    """Published decisions with a further week's."""
    tables = {}
    for name, table in vars(one).items():
        parts = [part for part in (table, getattr(other, name)) if len(part)]
        tables[name] = pd.concat(parts, ignore_index=True) if parts else table
    return Decisions(**tables)
