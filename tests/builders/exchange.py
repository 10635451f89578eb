"""A small seeded world as exchange frames: `weekly.csv` and `incidents.csv`, with drops only where a test asks."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from transforms.exchange import WEEKLY_COLUMNS


@dataclass(frozen=True)
class Drop:
    """A true change for the worse, from a week of 4x10 on (1 is the first)."""

    billable_points: float = 0.0
    velocity_share: float = 0.0
    response_factor: float = 1.0
    vibes: float = 0.0
    from_week: int = 1


@dataclass(frozen=True)
class World:
    """The two frames as a system would write them."""

    weekly: pd.DataFrame
    incidents: pd.DataFrame

    @property
    def texts(self) -> tuple[str, str]:
        return self.weekly.to_csv(index=False), self.incidents.to_csv(index=False)


@dataclass(frozen=True)
class Plan:
    """What world to draw. `team_drop` hits everybody; `drops` single engineers, by id (`e00`, `e01`, ...)."""

    seed: int = 1
    engineers: int = 24
    weeks_before: int = 26
    weeks_during: int = 30
    first_week: str = "2025-10-06"
    team_drop: Drop = Drop()
    drops: Mapping[str, Drop] = field(default_factory=dict)
    on_5x8: tuple[str, ...] = ()  # who stay
    hired_at: Mapping[str, int] = field(default_factory=dict)  # week of the history
    sprint_weeks: int = 2


def draw(plan: Plan) -> World:
    """Readings near decisions.md, 9: billable about 82.5 %, noise within and between engineers and weeks."""
    rng = np.random.default_rng(plan.seed)
    n, weeks = plan.engineers, plan.weeks_before + plan.weeks_during
    ids = [f"e{number:02d}" for number in range(n)]
    week = np.arange(weeks)
    during = np.clip(week - plan.weeks_before + 1, 0, None)  # week of 4x10, 0 before
    is_switched = np.array([name not in plan.on_5x8 for name in ids])
    own = [plan.drops.get(name, Drop()) for name in ids]

    def hit(which: str, neutral: float) -> np.ndarray:
        single = np.array([getattr(drop, which) - neutral for drop in own])[:, None]
        since = np.array([drop.from_week for drop in own])[:, None]
        everyone = (getattr(plan.team_drop, which) - neutral) * (during >= plan.team_drop.from_week)
        size = single * (during[None, :] >= since) + everyone[None, :]
        return np.where(is_switched[:, None] & (during > 0)[None, :], size, 0.0)

    level = np.maximum(rng.normal(82.5, 2.2, n), 78)[:, None]
    noise = 5.5 * _ar1(rng, n, weeks, rho=0.25)
    shock = _ar1(rng, 1, weeks, rho=0.4)
    billable = np.clip(level + noise + shock - hit("billable_points", 0), 5, 110)
    worked = np.where(rng.random((n, weeks)) < 0.05, 0.0, rng.normal(40, 1.5, (n, weeks)).clip(30, 48))
    sprint = week // plan.sprint_weeks
    points = rng.gamma(16, 10 / 16, (n, 1)) * rng.gamma(1 / 0.25**2 / 2, 0.25**2 * 2, (n, weeks))
    points = points * (1 - hit("velocity_share", 0)) * worked / 40
    vibes = np.rint(3.8 + rng.normal(0, 0.6, (n, weeks)) - hit("vibes", 0)).clip(1, 5)
    vibes = np.where(rng.random((n, weeks)) < 0.08, np.nan, vibes)
    has_note = rng.random((n, weeks)) < 0.6
    row, column = (index.ravel() for index in np.indices((n, weeks)))
    mondays = pd.date_range(plan.first_week, periods=weeks, freq="7D").strftime("%Y-%m-%d").to_numpy()
    is_4x10 = is_switched[:, None] & (during > 0)[None, :]
    weekly = pd.DataFrame(
        {
            "engineer_id": np.array(ids)[row],
            "manager_id": np.array([f"m{number // 8}" for number in range(n)])[row],
            "week_start": mondays[column],
            "schedule": np.where(is_4x10, "4x10", "5x8").ravel(),
            "contract_hours": 40.0,
            "holiday_hours": 0.0,
            "leave_hours": np.where(worked == 0, 40.0, 0.0).ravel(),
            "worked_hours": worked.ravel().round(2),
            "billable_hours": (worked * billable / 100).ravel().round(2),
            "sprint_id": sprint[column],
            "sprint_end": np.append(sprint[1:] != sprint[:-1], (weeks % plan.sprint_weeks) == 0)[column],
            "points_completed": points.ravel().round(1),
            "vibes": vibes.ravel(),
            "vibes_note": np.where(has_note & ~np.isnan(vibes), "a note", "").ravel(),
        }
    )
    hired = np.array([plan.hired_at.get(name, 0) for name in ids])
    is_there = column >= hired[row]
    weekly = weekly.loc[is_there, list(WEEKLY_COLUMNS)].reset_index(drop=True)
    return World(weekly, _incidents(rng, weekly, hit("response_factor", 1).ravel()[is_there]))


def _ar1(rng: np.random.Generator, rows: int, weeks: int, rho: float) -> np.ndarray:
    innovations = rng.normal(0, 1, (rows, weeks))
    series = innovations.copy()
    for week in range(1, weeks):
        series[:, week] = rho * series[:, week - 1] + np.sqrt(1 - rho**2) * innovations[:, week]
    return series


def _incidents(rng: np.random.Generator, weekly: pd.DataFrame, slower: np.ndarray) -> pd.DataFrame:
    count = np.where(weekly["worked_hours"] > 0, rng.poisson(1.2, len(weekly)), 0)
    at = np.repeat(np.arange(len(weekly)), count)
    factor = 1 + slower[at]
    return pd.DataFrame(
        {
            "engineer_id": weekly["engineer_id"].to_numpy()[at],
            "week_start": weekly["week_start"].to_numpy()[at],
            "ack_s": (300 * np.exp(rng.normal(0, 0.9, len(at))) * factor).round(),
            "resolve_s": (5400 * np.exp(rng.normal(0, 1.0, len(at))) * factor).round(),
        }
    )


def weekly_text(*rows: Mapping[str, str]) -> str:
    """`weekly.csv` with these rows: ana's full week of 5 January 2026 on 5x8, but for the cells that are given."""
    usual = {
        "engineer_id": "ana",
        "manager_id": "mia",
        "week_start": "2026-01-05",
        "schedule": "5x8",
        "contract_hours": "40",
        "holiday_hours": "0",
        "leave_hours": "0",
        "worked_hours": "40",
        "billable_hours": "32",
        "sprint_id": "1",
        "sprint_end": "False",
        "points_completed": "5",
        "vibes": "4",
        "vibes_note": "",
    }
    columns = [*WEEKLY_COLUMNS, *sorted({name for row in rows for name in row} - set(WEEKLY_COLUMNS))]
    lines = [columns, *([(usual | dict(row)).get(name, "") for name in columns] for row in rows)]
    return "".join(f"{','.join(line)}\n" for line in lines)


def incidents_text(*rows: tuple[str, str, str, str]) -> str:
    """`incidents.csv` with these rows of (engineer, week, ack_s, resolve_s)."""
    return "".join(f"{','.join(row)}\n" for row in [("engineer_id", "week_start", "ack_s", "resolve_s"), *rows])
