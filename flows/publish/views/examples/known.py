"""Made-up engineers whose normal is known for certain, so that each rule can be met exactly: at, above and below.

Everybody was on 5x8 for eight weeks and then on 4x10, works 40 hours a week, ends a sprint of 10 points every second
week and is scored 4, unless a case says otherwise. What is normal is given, not estimated: billable share scatters by
5 points from week to week, a sprint by 10 %, a call by 0.5 (logarithm), a score by 0.5.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd

from transforms.baselines import Baselines, ResponseBaseline
from transforms.panel import Panel, build_panel
from transforms.parameters import DecisionParameters
from transforms.schemas.readings import Readings
from transforms.schemas.registry import completed, shaped
from transforms.stats import Floats
from transforms.stats.baseline import Baseline

BEFORE: Final = 8
FIRST_WEEK: Final = pd.Timestamp("2026-01-05")
SCATTER: Final = 5.0
_ACKNOWLEDGE, _RESOLVE = 300.0, 3600.0


@dataclass(frozen=True)
class Life:
    """What is out of the ordinary in somebody's last weeks, oldest first; `n_during` weeks were on 4x10.

    `shares` in percent, `worked` in hours, `points` by sprint, `scores` with None for none, `calls` as factors of the
    normal time, all in the last week.
    """

    normal: float = 82.0
    shares: tuple[float, ...] = ()
    worked: tuple[float, ...] = ()
    points: tuple[float, ...] = ()
    scores: tuple[float | None, ...] = ()
    calls: tuple[float, ...] = ()
    noted: tuple[int, ...] = ()  # weeks with a note, counted back from the last, 0
    team: str = ""
    n_during: int = 20
    logged: float | None = None
    gone: frozenset[int] = field(default_factory=frozenset)  # weeks whose source failed, counted back


def panel_of(lives: Sequence[Life], rules: DecisionParameters) -> Panel:
    """One engineer for each life, in their order, in a team of their own unless the life names one."""
    tables = [_weeks(life, number) for number, life in enumerate(lives)]
    calls = [_calls(life, number) for number, life in enumerate(lives)]
    return build_panel(shaped(completed(pd.concat(tables), Readings), Readings), pd.concat(calls), rules)


def normals(lives: Sequence[Life]) -> Baselines:
    """What is normal for each of them, as if known for certain."""
    n = len(lives)
    return Baselines(
        billable=_certain(np.array([life.normal for life in lives]) / 100, SCATTER / 100),
        velocity=_certain(np.full(n, 5.0), 0.1),
        response=ResponseBaseline(
            np.full(n, np.log(_ACKNOWLEDGE)), np.full(n, np.log(_RESOLVE)), _certain(np.zeros(n), 0.5)
        ),
        vibes=_certain(np.full(n, 4.0), 0.5),
    )


def _certain(mean: Floats, sd: float) -> Baseline:
    return Baseline(
        mean=mean,
        variance=np.zeros(len(mean)),
        sd=np.full(len(mean), sd),
        n=np.full(len(mean), 52),
        raw_mean=mean,
        pooled_mean=float(mean.mean()),
        pooled_variance=0.0,
        rho=0.0,
    )


def _last(usual: Floats, last: Sequence[float]) -> Floats:
    """The usual values, but for the last ones."""
    values = usual.copy()
    if last:
        values[-len(last) :] = last
    return values


def _weeks(life: Life, number: int) -> pd.DataFrame:
    n_weeks = BEFORE + life.n_during
    week = np.arange(n_weeks)
    worked = _last(np.full(n_weeks, 40.0), life.worked)
    share = _last(np.full(n_weeks, life.normal), life.shares)
    ends = np.arange(n_weeks)[::-1] % 2 == 0  # a sprint ends in the last week
    points = np.zeros(n_weeks)
    points[ends] = _last(np.full(int(ends.sum()), 10.0), life.points)
    scores = [np.nan if score is None else score for score in life.scores]
    back = week[::-1]
    known = ~np.isin(back, list(life.gone))
    logged = worked if life.logged is None else np.where(back < 4, life.logged, worked)
    return pd.DataFrame(
        {
            "engineer_id": f"case{number:03d}",
            "week_start": FIRST_WEEK + pd.to_timedelta(7 * week, unit="D"),
            "manager_id": "manager",
            "team_id": life.team or f"team{number:03d}",
            "schedule": np.where(week < BEFORE, "5x8", "4x10"),
            "contract_hours": 40.0,
            "holiday_hours": 0.0,
            "leave_hours": 40.0 - worked,
            "available_hours": worked,
            "worked_hours": logged,
            "billable_hours": worked * share / 100,
            "billable_pct": np.where(worked > 0, share, np.nan),
            "coverage_pct": np.where(worked > 0, 100 * logged / np.where(worked > 0, worked, 1), np.nan),
            "sprint_id": (week + n_weeks % 2) // 2 + 1.0,
            "is_sprint_end": ends,
            "points_completed": points,
            "n_pages": 0,
            "n_acknowledged_pages": 0,
            "n_missed_pages": 0,
            "n_low_urgency_pages": 0,
            "response_rate_pct": np.nan,
            "acknowledge_median_seconds": np.nan,
            "resolve_median_seconds": np.nan,
            "vibes": _last(np.full(n_weeks, 4.0), scores),
            "has_note": np.isin(back, life.noted),
            "is_vibes_changed": False,
            "is_billable_known": known,
            "is_velocity_known": True,
            "is_response_known": True,
            "is_vibes_known": True,
        }
    )


def _calls(life: Life, number: int) -> pd.DataFrame:
    factors = np.array(life.calls, dtype=float)
    newest = FIRST_WEEK + pd.Timedelta(weeks=BEFORE + life.n_during - 1)
    return pd.DataFrame(
        {
            "engineer_id": np.full(len(factors), f"case{number:03d}"),
            "week_start": pd.DatetimeIndex([newest] * len(factors)).astype("datetime64[us]"),
            "acknowledge_seconds": _ACKNOWLEDGE * factors,
            "resolve_seconds": _RESOLVE * factors,
        }
    )
