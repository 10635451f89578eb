"""A seeded company of any size as Parquet files: what the readings benchmark reads.

Every table is whole columns of random numbers, as it would stand in the store: ordered by week, every column there.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from transforms.schemas.registry import TABLES, completed, shaped
from transforms.schemas.roster import WEEKDAY_HOURS
from transforms.vocabulary import METRICS

FIRST_WEEK = pd.Timestamp("2021-12-27")
LOCATIONS = {
    "austin": "America/Chicago",
    "lisbon": "Europe/Lisbon",
    "madrid": "Europe/Madrid",
    "pune": "Asia/Kolkata",
    "seattle": "America/Los_Angeles",
    "sydney": "Australia/Sydney",
}
TEAM_SIZE, SPRINT_WEEKS = 8, 2
# What readings need of each table; nothing else is read.
COLUMNS: dict[str, list[str]] = {
    "engineers": ["engineer_id", "manager_id", "team_id", "location_id", "timezone", "employed_from", "employed_to"],
    "schedules": ["engineer_id", "valid_from", "valid_to", "schedule", "cycle_weeks", "cycle_week", *WEEKDAY_HOURS],
    "holidays": ["location_id", "holiday_date"],
    "leave": ["engineer_id", "leave_date", "leave_hours"],
    "worklogs": ["engineer_id", "week_start", "recorded_at", "logged_hours", "billable_hours"],
    "sprints": ["sprint_id", "team_id", "start_at", "end_at", "complete_at"],
    "sprint_credits": ["engineer_id", "week_start", "points_completed"],
    "pages": [
        "engineer_id",
        "week_start",
        "paged_at",
        "acknowledge_seconds",
        "resolve_seconds",
        "is_censored",
        "urgency",
    ],
    "vibes": ["engineer_id", "week_start", "vibes", "note", "published_vibes"],
    "known": ["week_start", *(f"is_{metric}_known" for metric in METRICS)],
    "withheld": ["engineer_id", "week_start", "metric"],
}
WORKLOGS_PER_WEEK, PAGES_PER_WEEK, CREDITS_PER_WEEK, LEAVE_DAYS_PER_WEEK = 1.95, 1 / 3, 0.5, 0.35
_DAY = np.timedelta64(1, "D")


@dataclass(frozen=True)
class World:
    """Its size, and its random numbers."""

    engineers: int
    weeks: int

    @property
    def last_week(self) -> pd.Timestamp:
        return FIRST_WEEK + pd.Timedelta(weeks=self.weeks - 1)

    @property
    def as_of(self) -> pd.Timestamp:
        """The instant the readings speak for."""
        return (self.last_week + pd.Timedelta(days=7)).tz_localize("UTC")

    @property
    def bounds(self) -> tuple[datetime, datetime, datetime]:
        """Monday of the first week, Monday of the last one, and `as_of`."""
        return FIRST_WEEK.to_pydatetime(), self.last_week.to_pydatetime(), self.as_of.to_pydatetime()

    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table that readings are made of, and what is not known of them."""
        rng = np.random.default_rng(4)
        roster = self._engineers(rng)
        return {
            "engineers": roster,
            "schedules": self._schedules(rng, roster),
            "holidays": self._holidays(rng),
            "leave": self._leave(rng, roster),
            "worklogs": self._worklogs(rng, roster),
            "sprints": self._sprints(roster),
            "sprint_credits": self._credits(rng, roster),
            "pages": self._pages(rng, roster),
            "vibes": self._vibes(rng, roster),
            "known": self._known(),
            "withheld": self._withheld(rng, roster),
        }

    def _engineers(self, rng: np.random.Generator) -> pd.DataFrame:
        """Most have been there all along; one in twenty joined, one in twenty left; one in ten is not at its team's."""
        count = self.engineers
        team = np.arange(count) // TEAM_SIZE
        away = rng.random(count) < 0.1
        place = np.where(away, rng.integers(0, len(LOCATIONS), count), team % len(LOCATIONS))
        days = self.weeks * 7
        joined = np.where(rng.random(count) < 0.05, rng.integers(0, days, count), -400)
        left = np.where(rng.random(count) < 0.05, rng.integers(0, days, count), days + 400)
        names = [f"e{number:06d}" for number in range(count)]
        employed_to = pd.Series(_days(np.maximum(joined, left)))
        return _table(
            "engineers",
            engineer_id=names,
            name=names,
            team_id=_named("team", team),
            manager_id=_named("manager", team // 2),
            location_id=np.array(list(LOCATIONS))[place],
            timezone=np.array(list(LOCATIONS.values()))[place],
            employed_from=_days(joined),
            employed_to=employed_to.where(employed_to < self.as_of.tz_localize(None)),
            jira_account_id=names,
            pagerduty_user_id=names,
            alertops_user_name=names,
        )

    def _schedules(self, rng: np.random.Generator, roster: pd.DataFrame) -> pd.DataFrame:
        """5x8; six in ten go to 4x10 with any day off, some in mid-week, some of them back; a few are on 9/80."""
        rows = []
        switches = rng.integers(self.weeks // 4, 3 * self.weeks // 4, self.engineers) * 7
        luck, share = rng.random((3, self.engineers)), rng.choice([1.0, 0.8, 0.6], self.engineers, p=[0.9, 0.06, 0.04])
        off = rng.integers(0, 5, self.engineers)
        for number, who in enumerate(roster["engineer_id"]):
            part = share[number]
            usual, long = [8 * part] * 5, [10 * part if day != off[number] else 0.0 for day in range(5)]
            start, switch = -400, int(switches[number]) + (2 if luck[1, number] < 0.05 else 0)
            if luck[0, number] < 0.05:
                rows += [
                    (who, start, None, "9/80", 2, 0, [9.0, 9, 9, 9, 8]),
                    (who, start, None, "9/80", 2, 1, [9.0] * 4),
                ]
            elif luck[0, number] < 0.65:
                back = switch + 350 if luck[2, number] < 0.1 else None
                rows += [(who, start, switch - 1, "5x8", 1, 0, usual)]
                rows += [(who, switch, None if back is None else back - 1, "4x10", 1, 0, long)]
                rows += [] if back is None else [(who, back, None, "5x8", 1, 0, usual)]
            else:
                rows += [(who, start, None, "5x8", 1, 0, usual)]
        who, first, last, kind, cycle_weeks, cycle_week, hours = zip(*rows, strict=True)
        week = np.array([[*day_hours, 0.0, 0.0, 0.0][:7] for day_hours in hours])
        return _table(
            "schedules",
            engineer_id=who,
            valid_from=_days(np.array(first)),
            valid_to=pd.Series(_days(np.array([10_000 if day is None else day for day in last]))).where(
                [day is not None for day in last]
            ),
            schedule=kind,
            cycle_weeks=cycle_weeks,
            cycle_week=cycle_week,
            **dict(zip(WEEKDAY_HOURS, week.T, strict=True)),
        )

    def _holidays(self, rng: np.random.Generator) -> pd.DataFrame:
        """A dozen a year and place."""
        count = self.weeks * 12 // 52
        days = [np.sort(rng.choice(self.weeks * 7, count, replace=False)) for _ in LOCATIONS]
        return _table(
            "holidays",
            location_id=np.repeat(list(LOCATIONS), count),
            holiday_date=_days(np.concatenate(days)),
            name="A holiday",
        )

    def _leave(self, rng: np.random.Generator, roster: pd.DataFrame) -> pd.DataFrame:
        """Days as people enter them: full and half ones, some on free days."""
        days = self.weeks * 7
        count = int(self.engineers * self.weeks * LEAVE_DAYS_PER_WEEK)
        who, day = np.divmod(np.unique(rng.integers(0, self.engineers * days, count)), days)
        return _table(
            "leave",
            engineer_id=roster["engineer_id"].take(who),
            leave_date=_days(day),
            leave_hours=np.where(rng.random(len(day)) < 0.2, 4.0, 10.0),
        )

    def _worklogs(self, rng: np.random.Generator, roster: pd.DataFrame) -> pd.DataFrame:
        """A day's work each, in steps of six minutes; some of people who left or of the newest week not yet entered."""
        count = int(self.engineers * self.weeks * WORKLOGS_PER_WEEK)
        week = np.sort(rng.integers(0, self.weeks, count))
        day = week * 7 + rng.integers(0, 5, count)
        started = _days(day) + rng.integers(7 * 60, 17 * 60, count).astype("timedelta64[m]")
        recorded = started + rng.integers(1, 5 * 24 * 60, count).astype("timedelta64[m]")
        logged = rng.integers(10, 120, count) / 10
        return _table(
            "worklogs",
            worklog_id=_named("", np.arange(count)),
            engineer_id=roster["engineer_id"].take(rng.integers(0, self.engineers, count)),
            issue_key=_named("ACME-", rng.integers(1, 1 + count // 10, count)),
            week_start=_days(week * 7),
            work_date=_days(day),
            started_at=_instants(started),
            recorded_at=_instants(recorded),
            updated_at=_instants(recorded),
            logged_hours=logged,
            billable_hours=logged * rng.choice([1.0, 0.5, 0.0], count, p=[0.7, 0.15, 0.15]),
            billing_rule="default",
        )

    def _sprints(self, roster: pd.DataFrame) -> pd.DataFrame:
        """Two weeks each, from Monday morning to Friday evening by UTC, so that zones matter; the last one is open."""
        teams, count = int(np.ceil(self.engineers / TEAM_SIZE)), int(np.ceil(self.weeks / SPRINT_WEEKS))
        team, nth = np.repeat(np.arange(teams), count), np.tile(np.arange(count), teams)
        first = nth * SPRINT_WEEKS * 7 + team % 3  # some begin in mid-week
        start = _days(first) + np.timedelta64(8, "h")
        end = start + np.timedelta64(SPRINT_WEEKS * 7 - 3, "D") + np.timedelta64(10, "h")
        is_open = nth == count - 1
        return _table(
            "sprints",
            sprint_id=_sprint_id(team, nth, count),
            team_id=_named("team", team),
            name="A sprint",
            state=np.where(is_open, "active", "closed"),
            start_at=_instants(start),
            end_at=_instants(end),
            complete_at=_instants(end).where(~is_open),
        )

    def _credits(self, rng: np.random.Generator, roster: pd.DataFrame) -> pd.DataFrame:
        """Issues done, one in fifty taken back, some of nobody."""
        count = int(self.engineers * self.weeks * CREDITS_PER_WEEK)
        week = np.sort(rng.integers(0, self.weeks, count))
        engineer = rng.integers(0, self.engineers, count)
        is_back = rng.random(count) < 0.02
        points = rng.choice([0.5, 1.0, 2.0, 3.0, 5.0, 8.0], count)
        return _table(
            "sprint_credits",
            engineer_id=roster["engineer_id"].take(engineer).where(rng.random(count) > 0.03, "(unassigned)"),
            week_start=_days(week * 7),
            sprint_id=_sprint_id(engineer // TEAM_SIZE, week // SPRINT_WEEKS, int(np.ceil(self.weeks / SPRINT_WEEKS))),
            team_id=_named("team", engineer // TEAM_SIZE),
            issue_key=_named("ACME-", np.arange(count)),
            kind=np.where(is_back, "reopened", "completed"),
            credited_at=_instants(_days(week * 7 + 2)),
            points_completed=np.where(is_back, -points, points),
        )

    def _pages(self, rng: np.random.Generator, roster: pd.DataFrame) -> pd.DataFrame:
        """Some low, some missed (timed out away), some resolved by somebody else."""
        count = int(self.engineers * self.weeks * PAGES_PER_WEEK)
        week = np.sort(rng.integers(0, self.weeks, count))
        is_missed = rng.random(count) < 0.08
        acknowledge = np.where(is_missed, 1800.0, np.round(rng.lognormal(5, 1, count)))
        resolve = acknowledge + np.round(rng.lognormal(8, 1, count))
        return _table(
            "pages",
            engineer_id=roster["engineer_id"].take(rng.integers(0, self.engineers, count)),
            week_start=_days(week * 7),
            incident_id=_named("Q", np.arange(count)),
            paged_at=_instants(_days(week * 7) + rng.integers(0, 7 * 24 * 60, count).astype("timedelta64[m]")),
            acknowledge_seconds=np.where(rng.random(count) < 0.05, np.nan, acknowledge),
            resolve_seconds=np.where(is_missed | (rng.random(count) < 0.3), np.nan, resolve),
            is_censored=is_missed,
            urgency=np.where(rng.random(count) < 0.15, "low", "high"),
            shift="in_shift",
        )

    def _vibes(self, rng: np.random.Generator, roster: pd.DataFrame) -> pd.DataFrame:
        """Four weeks in five; one in twenty by a second manager too, some a note alone, some changed later."""
        cell = np.flatnonzero(rng.random(self.engineers * self.weeks) < 0.8)
        twice = np.flatnonzero(rng.random(len(cell)) < 0.05)
        week, engineer = np.divmod(np.sort(np.concatenate([cell, cell[twice]])), self.engineers)
        is_second = np.diff(week * self.engineers + engineer, prepend=-1) == 0
        count = len(week)
        score = rng.integers(1, 6, count).astype(float)
        return _table(
            "vibes",
            engineer_id=roster["engineer_id"].take(engineer),
            week_start=_days(week * 7),
            manager_id=np.where(is_second, "second", "first"),
            vibes=np.where(rng.random(count) < 0.02, np.nan, score),
            note=np.select([rng.random(count) < 0.15, rng.random(count) < 0.02], ["A note on the week", " "], ""),
            visibility="everyone",
            saved_at=pd.Series(pd.NaT, index=range(count), dtype="datetime64[us, UTC]"),
            file="vibes.csv",
            line=np.arange(count) + 2,
            published_vibes=np.where(rng.random(count) < 0.03, 1 + score % 5, np.nan),
        )

    def _known(self) -> pd.DataFrame:
        """Each metric is unknown in some weeks; one week is not spoken of."""
        week = np.arange(self.weeks)
        flags = {name: week % 50 != nth for nth, name in enumerate(["billable", "velocity", "response", "vibes"], 1)}
        frame = pd.DataFrame({f"is_{name}_known": flag for name, flag in flags.items()})
        return frame.assign(week_start=_days(week * 7))[week != 7].reset_index(drop=True)

    def _withheld(self, rng: np.random.Generator, roster: pd.DataFrame) -> pd.DataFrame:
        """Single engineer-weeks whose hours or points are not believed."""
        count = self.engineers // 10
        return pd.DataFrame(
            {
                "engineer_id": roster["engineer_id"].take(rng.integers(0, self.engineers, count)).array,
                "week_start": _days(rng.integers(0, self.weeks, count) * 7),
                "metric": pd.array(rng.choice(["billable", "velocity"], count), dtype="str"),
            }
        )

    def write(self, folder: Path) -> dict[str, int]:
        """The tables as Parquet, a file each; returns their rows."""
        rows = {}
        for name, table in self.tables().items():
            table.to_parquet(folder / f"{name}.parquet", index=False, compression="zstd")
            rows[name] = len(table)
        return rows


def _table(name: str, /, **columns: Any) -> pd.DataFrame:
    values = {
        column: value.reset_index(drop=True) if isinstance(value, pd.Series) else value
        for column, value in columns.items()
    }
    return shaped(completed(pd.DataFrame(values), TABLES[name]), TABLES[name])


def _named(prefix: str, numbers: "np.ndarray[Any, Any]") -> "pd.Series[Any]":
    return prefix + pd.Series(numbers).astype("str")


def _sprint_id(team: Any, nth: Any, count: int) -> Any:
    return 1 + team * count + nth


def _days(offset: "np.ndarray[Any, Any]") -> "np.ndarray[Any, Any]":
    return FIRST_WEEK.to_numpy().astype("datetime64[us]") + offset * _DAY


def _instants(clock: "np.ndarray[Any, Any]") -> "pd.Series[Any]":
    return pd.Series(clock).dt.tz_localize("UTC")
