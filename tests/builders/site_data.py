"""A full, plausible SiteData from seeded random numbers, for tests of pages: every state that a page can show is in it.

It knows nothing of how metrics or decisions are computed: tables only have the shape that the schemas ask for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from flows.publish.data import SiteData
from flows.publish.views.book import Book, open_book
from flows.settings import (
    EditionName,
    Settings,
    TeamConfig,
    edition_named,
    holiday_table,
    load_settings,
    roster_tables,
)
from tests.builders.error_rates import error_rates
from transforms.schemas.registry import TABLES, completed, conform, empty
from transforms.vocabulary import METRICS
from transforms.weeks import complete_months, iso_week, week_starts

ROOT = Path(__file__).resolve().parents[2]
WEEK = pd.Timestamp("2026-11-16")
HOSTILE_NOTE = '<script>alert("note")</script> & <b>bold</b>'
PRIVATE_NOTE = "For managers only: thinking about leaving."
PRIVATE_REASON = "For managers only: asked for this in confidence."
OVERRIDDEN, RED, YELLOW, UNKNOWN, SILENT = "ben", "chloe", "emeka", "fatima", "dmitri"
_REASONS = {
    "green": "",
    "yellow": "Billable share 74.1 % over 4 weeks, 0.9 standard errors below the policy's 76 %.",
    "red": "Billable share 68.3 % over 4 weeks, 3.1 standard errors below the policy's 76 %.\n"
    "Velocity 27 % below own baseline over 3 sprints, 3.2 standard errors.",
    "unknown": "Billable cannot be judged: 61 % of the hours of the last 4 weeks are logged.",
}
_CLEAR = {
    "green": "",
    "yellow": "Two weeks running with a 4-week billable share of at least 75.3 %.",
    "red": "Two weeks running with a 4-week billable share of at least 74.4 %.\nA sprint with 18 points or more.",
    "unknown": "Log the missing hours of weeks 45 to 47.",
}


def settings(publishing: Mapping[str, Any] | None = None) -> Settings:
    """The project's own config, with parts of `publishing` set otherwise; both editions are on."""
    loaded = _project_settings()
    changed = loaded.config.publishing.model_copy(update=dict(publishing or {}))
    config = loaded.config.model_copy(update={"publishing": changed})
    return replace(loaded, config=config, managers_dir=ROOT / "site-managers")


@cache
def _project_settings() -> Settings:
    return load_settings({}, ROOT)


def site_data(
    *,
    seed: int = 7,
    week: pd.Timestamp = WEEK,
    publishing: Mapping[str, Any] | None = None,
    roster: Settings | None = None,
    edition: EditionName = "everyone",
    change: Callable[[dict[str, pd.DataFrame]], None] | None = None,
    week_views: Mapping[str, dict[str, Any]] | None = None,
) -> SiteData:
    """Everything known by the Monday after `week`. `change` may put other tables in, or leave some empty.

    `roster` are settings with other people than the project's own.
    """
    chosen = roster or settings(publishing)
    usual = _tables_of(roster, seed, week) if roster else _checked_tables(seed, week)
    tables = dict(usual)
    if change is not None:
        change(tables)
    checked = {name: _checked(name, tables, usual) for name in TABLES}
    zone = ZoneInfo(chosen.config.organisation.timezone)
    after = week + pd.Timedelta(days=7)
    first = pd.Timestamp(chosen.config.policy.switch_date)
    return SiteData(
        settings=chosen,
        edition=edition_named(edition, chosen.editions),
        week=week,
        as_of=datetime(after.year, after.month, after.day, tzinfo=zone),
        tables=checked,
        week_views=dict(week_views or {}),
        months=complete_months(first, week) if first <= week else [],
        frozen_months={},
        error_rates=error_rates(),
    )


@cache
def usual_book() -> Book:
    """`site_data()` opened, made once for all tests that only read it."""
    return open_book(site_data())


@cache
def _checked_tables(seed: int, week: pd.Timestamp) -> Mapping[str, pd.DataFrame]:
    return _tables_of(settings(), seed, week)


def _tables_of(chosen: Settings, seed: int, week: pd.Timestamp) -> Mapping[str, pd.DataFrame]:
    tables = _tables(chosen, week, np.random.default_rng(seed))
    return {name: _checked(name, tables, {}) for name in TABLES}


def _checked(name: str, tables: Mapping[str, pd.DataFrame], usual: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    if name not in tables:
        return empty(TABLES[name])
    return (
        tables[name]
        if tables[name] is usual.get(name)
        else conform(completed(tables[name], TABLES[name]), TABLES[name])
    )


def _tables(chosen: Settings, week: pd.Timestamp, rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    config = chosen.config
    roster = roster_tables(config)
    first = pd.Timestamp(config.policy.baseline_start)
    switch = pd.Timestamp(config.policy.switch_date)
    grid = _grid(roster.engineers, week_starts(first, week))
    readings = _readings(grid, switch, week, rng)
    pages = _pages(readings, rng)
    statuses = _statuses(grid, switch, week)
    return {
        "engineers": roster.engineers,
        "schedules": roster.schedules,
        "holidays": holiday_table(config, first.date(), week.date()),
        "readings": _with_medians(readings, pages),
        "pages": pages,
        "vibes": _vibes(readings, week),
        "statuses": statuses,
        "signals": _signals(statuses, readings),
        "alert_events": _alert_events(week),
        "alerts": _alerts(week, switch),
        "recommendations": _recommendations(statuses, switch, week, rng),
        "manager_decisions": _manager_decisions(switch, week),
        "outcomes": _outcomes(switch, week),
        "team_effects": _team_effects(switch, week),
        "sprint_totals": _sprint_totals(readings),
        "coverage": _coverage(config, week_starts(first, week), switch, rng),
        "problems": _problems(),
        "source_health": _source_health(week),
    }


def _grid(engineers: pd.DataFrame, weeks: pd.DatetimeIndex) -> pd.DataFrame:
    """One row per engineer and week of employment."""
    grid = engineers.merge(pd.DataFrame({"week_start": weeks}), how="cross")
    last_day = grid["week_start"] + pd.Timedelta(days=6)
    employed = (grid["employed_from"] <= last_day) & ~(grid["employed_to"] < grid["week_start"])
    return grid[employed].reset_index(drop=True)


def _readings(grid: pd.DataFrame, switch: pd.Timestamp, week: pd.Timestamp, rng: np.random.Generator) -> pd.DataFrame:
    n = len(grid)
    weeks = grid["week_start"]
    number = ((weeks - weeks.min()).dt.days // 7).to_numpy()
    leave = np.where(rng.random(n) < 0.05, 40.0, 0.0)
    holiday = np.where(np.isin(number, [3, 7, 11, 30]), 8.0, 0.0) * (leave == 0)
    available = 40.0 - leave - holiday
    worked = np.round(available * rng.uniform(0.95, 1.05, n), 2)
    level = np.where(grid["engineer_id"] == RED, 80 - np.maximum(number - 46, 0) * 1.8, 81.5)
    share = np.clip(rng.normal(level, 4.5), 45, 104) / 100
    billable = np.round(available * share, 2)
    away = available == 0
    is_end = number % 2 == 1
    points = np.round(np.clip(rng.normal(np.where(is_end, 7.5, 4.0), 2.0), 0, None))
    silent = (grid["engineer_id"] == UNKNOWN) & (weeks == week)
    known = ~silent.to_numpy()
    return pd.DataFrame(
        {
            "engineer_id": grid["engineer_id"],
            "week_start": weeks,
            "manager_id": grid["manager_id"],
            "team_id": grid["team_id"],
            "schedule": np.where(weeks < switch, "5x8", "4x10"),
            "contract_hours": 40.0,
            "holiday_hours": holiday,
            "leave_hours": leave,
            "available_hours": available,
            "worked_hours": np.where(known, worked, np.nan),
            "billable_hours": np.where(known, billable, np.nan),
            "billable_pct": np.where(known & ~away, 100 * billable / np.where(away, 1, available), np.nan),
            "coverage_pct": np.where(known & ~away, 100 * worked / np.where(away, 1, available), np.nan),
            "sprint_id": (number // 2 + 1).astype(float),
            "is_sprint_end": is_end,
            "points_completed": np.where(away, 0.0, points),
            "n_pages": np.where((grid["engineer_id"] == SILENT) | away, 0, rng.poisson(1.2, n)),
            "n_low_urgency_pages": 0,
            "acknowledge_median_seconds": np.nan,
            "resolve_median_seconds": np.nan,
            "vibes": np.where(rng.random(n) < 0.08, np.nan, np.clip(np.round(rng.normal(3.9, 0.6, n)), 1, 5)),
            "has_note": rng.random(n) < 0.35,
            "is_vibes_changed": False,
            "is_billable_known": known,
            "is_velocity_known": True,
            "is_response_known": True,
            "is_vibes_known": True,
        }
    )


def _pages(readings: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    rows = readings.loc[readings.index.repeat(readings["n_pages"]), ["engineer_id", "week_start"]]
    rows = rows.reset_index(drop=True)
    n = len(rows)
    at = rows["week_start"] + pd.to_timedelta(rng.integers(0, 7 * 24 * 3600, n), unit="s")
    acknowledge = np.round(300 * np.exp(rng.normal(0, 0.9, n)))
    return rows.assign(
        incident_id=[f"Q{index:05d}" for index in range(n)],
        paged_at=at.dt.tz_localize("UTC"),
        acknowledge_seconds=acknowledge,
        resolve_seconds=acknowledge + np.round(5400 * np.exp(rng.normal(0, 1.0, n))),
        is_censored=rng.random(n) < 0.05,
        urgency="high",
        shift=rng.choice(["in_shift", "evening", "rostered_day_off", "night"], n, p=[0.6, 0.2, 0.1, 0.1]),
    )


def _with_medians(readings: pd.DataFrame, pages: pd.DataFrame) -> pd.DataFrame:
    """Readings with what follows from the pages: answered, missed, and the medians."""
    keys = ["engineer_id", "week_start"]
    by_week = pages.groupby(keys).agg(
        n_missed_pages=("is_censored", "sum"),
        acknowledge_median_seconds=("acknowledge_seconds", "median"),
        resolve_median_seconds=("resolve_seconds", "median"),
    )
    found = readings[keys].merge(by_week, on=keys, how="left", validate="one_to_one")
    missed, paged = found["n_missed_pages"].fillna(0).astype("int64"), readings["n_pages"]
    return readings.assign(
        n_missed_pages=missed,
        n_acknowledged_pages=paged - missed,
        response_rate_pct=(100 * (paged - missed) / paged).where(paged > 0),
        acknowledge_median_seconds=found["acknowledge_median_seconds"],
        resolve_median_seconds=found["resolve_median_seconds"],
    )


def _vibes(readings: pd.DataFrame, week: pd.Timestamp) -> pd.DataFrame:
    rows = readings[readings["has_note"] | readings["vibes"].notna()].reset_index(drop=True)
    notes = ["On call this week.", "Two days of interviews.", "Steady week, helped the new hire.", "Client go-live."]
    frame = pd.DataFrame(
        {
            "engineer_id": rows["engineer_id"],
            "week_start": rows["week_start"],
            "manager_id": rows["manager_id"],
            "vibes": rows["vibes"],
            "note": np.where(rows["has_note"], np.array(notes, dtype=object)[rows.index % len(notes)], None),
            "visibility": "everyone",
            "saved_at": pd.Series(pd.NaT, index=rows.index, dtype="datetime64[us, UTC]"),
            "file": "vibes.csv",
            "line": rows.index + 2,
            "published_vibes": np.nan,
        }
    )
    frame = _with_note(frame, OVERRIDDEN, week, "Carried the release alone while two were on leave; a strong week.")
    frame = _with_note(frame, RED, week, HOSTILE_NOTE)
    return _with_note(frame, YELLOW, week, PRIVATE_NOTE, visibility="managers")


def _with_note(
    frame: pd.DataFrame, engineer_id: str, week: pd.Timestamp, note: str, visibility: str = "everyone"
) -> pd.DataFrame:
    here = (frame["engineer_id"] == engineer_id) & (frame["week_start"] == week)
    row = frame[frame["engineer_id"] == engineer_id].iloc[[-1]].assign(week_start=week)
    told = row.assign(vibes=4.0, note=note, visibility=visibility, line=900 + len(frame))
    return pd.concat([frame[~here], told], ignore_index=True)


def _statuses(grid: pd.DataFrame, switch: pd.Timestamp, week: pd.Timestamp) -> pd.DataFrame:
    """Green, but for the chosen engineers: each one's last weeks tell one story."""
    rows = grid[["engineer_id", "week_start"]].copy()
    rows = rows[rows["week_start"] >= rows["week_start"].min() + pd.Timedelta(weeks=6)].reset_index(drop=True)
    ago = (week - rows["week_start"]).dt.days // 7
    underlying = pd.Series("green", index=rows.index)
    for engineer_id, status, weeks in (
        (RED, "yellow", 5),
        (RED, "red", 3),
        (YELLOW, "yellow", 1),
        (OVERRIDDEN, "yellow", 2),
        (UNKNOWN, "unknown", 2),
    ):
        underlying = underlying.mask((rows["engineer_id"] == engineer_id) & (ago < weeks), status)
    underlying = underlying.mask((rows["engineer_id"] == "joon") & ago.between(9, 11), "yellow")
    applied = (rows["engineer_id"] == OVERRIDDEN) & (ago < 2)
    run = (underlying != underlying.groupby(rows["engineer_id"]).shift()).groupby(rows["engineer_id"]).cumsum()
    return rows.assign(
        status=underlying.mask(applied, "green"),
        underlying_status=underlying,
        override_applied=applied,
        override_reason=np.where(applied, "Vibes 4 with a note, and 8 of the 8 weeks before were green", ""),
        override_by=pd.Series("nadia", index=rows.index).where(applied),
        override_uses_left=np.where(applied, 2, 4),
        override_expires=(rows["week_start"] + pd.Timedelta(days=7)).where(applied),
        is_excused=False,
        weeks_in_status=rows.assign(run=run).groupby(["engineer_id", "run"]).cumcount() + 1,
        reasons=underlying.map(_REASONS),
        would_clear=underlying.map(_CLEAR),
    )


def _signals(statuses: pd.DataFrame, readings: pd.DataFrame) -> pd.DataFrame:
    keys = ["engineer_id", "week_start"]
    base = statuses[[*keys, "underlying_status"]].merge(
        readings[[*keys, "billable_pct"]], on=keys, how="left", validate="one_to_one"
    )
    level = base["underlying_status"].map({"green": "none", "yellow": "soft", "red": "hard", "unknown": "unknown"})
    values = {"billable": (79.4, 76.0), "velocity": (5.6, 5.8), "response": (1.1, 1.0), "vibes": (3.9, 3.8)}
    frames = []
    for channel in (*METRICS, "together"):
        value, reference = values.get(channel, (1.1, np.nan))
        own = level if channel == "billable" else level.where(level == "unknown", "none")
        frames.append(
            base[keys].assign(
                channel=channel,
                signal=own,
                level=own,
                is_held=False,
                value=base["billable_pct"] if channel == "billable" else value,
                reference=reference,
                z=np.where(own == "none", -0.4, 2.1),
                window_weeks=4.0,
                smallest_visible=4.2,
                rule=np.where(own == "none", "", "policy"),
                reason=np.where(own == "none", "Inside the own usual range.", "Below the policy."),
                would_clear="",
            )
        )
    return pd.concat(frames, ignore_index=True)


def _alert_events(week: pd.Timestamp) -> pd.DataFrame:
    rows = [
        (RED, "billable", "escalated", "critical", week - pd.Timedelta(weeks=4)),
        (YELLOW, "billable", "opened", "warning", week),
        (OVERRIDDEN, "billable", "opened", "warning", week - pd.Timedelta(weeks=1)),
        ("joon", "billable", "resolved", "warning", week - pd.Timedelta(weeks=11)),
    ]
    frame = pd.DataFrame(rows, columns=["engineer_id", "channel", "event", "severity", "opened_week"])
    return frame.assign(
        week_start=[week, week, week - pd.Timedelta(weeks=1), week - pd.Timedelta(weeks=8)],
        is_notified=True,
        is_new_since_switch=True,
        is_team_wide=False,
        reason=_REASONS["yellow"],
    )


def _alerts(week: pd.Timestamp, switch: pd.Timestamp) -> pd.DataFrame:
    rows = [
        (RED, "billable", "critical", week - pd.Timedelta(weeks=4), pd.NaT, "open"),
        (YELLOW, "billable", "warning", week, pd.NaT, "open"),
        (OVERRIDDEN, "billable", "warning", week - pd.Timedelta(weeks=1), pd.NaT, "overridden"),
        ("joon", "billable", "warning", week - pd.Timedelta(weeks=11), week - pd.Timedelta(weeks=8), "resolved"),
        (RED, "billable", "notice", week - pd.Timedelta(weeks=9), week - pd.Timedelta(weeks=8), "resolved"),
    ]
    columns = ["engineer_id", "channel", "severity", "opened_week", "resolved_week", "state"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.assign(is_new_since_switch=True, is_team_wide=False, reason=_REASONS["yellow"])


def _reviews(switch: pd.Timestamp, week: pd.Timestamp) -> list[pd.Timestamp]:
    return list(pd.date_range(switch + pd.Timedelta(weeks=11), week, freq="28D"))


def _recommendations(
    statuses: pd.DataFrame, switch: pd.Timestamp, week: pd.Timestamp, rng: np.random.Generator
) -> pd.DataFrame:
    reviews = _reviews(switch, week)
    rows = statuses.loc[statuses["week_start"].isin(reviews), ["engineer_id", "week_start"]].reset_index(drop=True)
    number = rows["week_start"].map({review: index + 1 for index, review in enumerate(reviews)})
    is_red = rows["engineer_id"] == RED
    word = pd.Series("stay", index=rows.index).mask(is_red & (number >= len(reviews) - 1), "watch")
    word = word.mask(is_red & (number == len(reviews)), "return")
    return rows.assign(
        review_number=number.astype("int64"),
        recommendation=word,
        is_candidate=word != "stay",
        q_value=np.where(word == "stay", 0.8, 0.04),
        window_size_weeks=12,
        eligible_weeks=12.0,
        strength=np.where(word == "stay", 0.1, 2.9),
        billable_change=rng.normal(0, 1, len(rows)),
        velocity_change=np.nan,
        response_change=np.nan,
        vibes_change=0.0,
        billable_z=np.where(word == "stay", 0.2, 3.1),
        velocity_z=np.nan,
        response_z=np.nan,
        vibes_z=0.0,
        billable_smallest_visible=-3.4,
        velocity_smallest_visible=np.nan,
        response_smallest_visible=np.nan,
        vibes_smallest_visible=-0.5,
        reasons=np.where(
            word == "stay", "No metric changed by a material amount.", "Billable share 6.1 points below own baseline."
        ),
        counter_evidence=np.where(word == "stay", "", "Vibes unchanged at 4.\nThe decline began with a new client."),
        would_change="Watched once billable share over the last 12 eligible weeks is 78.1 % or less.",
    )


def _manager_decisions(switch: pd.Timestamp, week: pd.Timestamp) -> pd.DataFrame:
    """Of the last review but one: put off with a reason that all may read, then declined with one that they may not."""
    reviews = _reviews(switch, week)[-2:-1]
    rows = [
        (RED, review, decision, why, visibility, review + pd.Timedelta(days=day), line)
        for review in reviews
        for decision, why, visibility, day, line in (
            ("defer", "First a month with <fewer> meetings.", "everyone", 9, 2),
            ("decline", PRIVATE_REASON, "managers", 20, 3),
        )
    ]
    columns = ["engineer_id", "week_start", "decision", "why", "visibility", "decided_on", "line"]
    frame = pd.DataFrame(rows, columns=columns) if rows else empty(TABLES["manager_decisions"])
    return frame.assign(manager_id="nadia", file="decisions.csv")


def _outcomes(switch: pd.Timestamp, week: pd.Timestamp) -> pd.DataFrame:
    """Four weeks after the last review but one; of eight weeks nothing is known yet."""
    reviews = _reviews(switch, week)[-2:-1]
    rows = [
        {
            "engineer_id": RED,
            "week_start": review + pd.Timedelta(weeks=4),
            "review_week": review,
            "after_weeks": 4,
            "metric": metric,
            "change_then": then,
            "change_since": since,
            "n": 4,
            "comes_back_share": share,
            "expected": expected,
            "expected_low": low,
            "expected_high": high,
            "back_on_5x8_week": pd.NaT,
        }
        for review in reviews
        for metric, then, since, share, expected, low, high in (
            ("billable", -6.2, -2.4, 0.34, -4.1, -9.0, 0.8),
            ("response", 1.5, np.nan, 0.5, 1.22, 0.8, 1.9),
        )
    ]
    return pd.DataFrame(rows) if rows else empty(TABLES["outcomes"])


def _team_effects(switch: pd.Timestamp, week: pd.Timestamp) -> pd.DataFrame:
    values = {
        "billable": (0.4, -0.9, 1.7, -3.0, 81.2, 81.6, "keep"),
        "velocity": (0.015, -0.04, 0.07, -0.105, 5.71, 5.80, "keep"),
        "response": (0.05, -0.09, 0.19, 0.182, 1.0, 1.05, "watch"),
        "vibes": (0.12, -0.05, 0.29, -0.3, 3.82, 3.94, "keep"),
        "policy": (np.nan, np.nan, np.nan, np.nan, np.nan, np.nan, "keep"),
    }
    rows = [
        {
            "week_start": review,
            "review_number": number,
            "metric": metric,
            "effect": effect,
            "ci_low": low,
            "ci_high": high,
            "standard_error": (high - low) / 4,
            "degrees_of_freedom": 30.0,
            "margin": margin,
            "probability_beyond_margin": np.nan if metric == "policy" else 0.02,
            "smallest_visible": np.sign(margin) * (high - low) / 2,
            "before": before,
            "during": during,
            "n_engineers": 10,
            "against_others": np.nan,
            "against_others_low": np.nan,
            "against_others_high": np.nan,
            "n_others": 0,
            "is_beyond_margin": False,
            "is_season_matched": False,
            "verdict": verdict,
            "reason": "Billable share and every judged metric stay inside their margins.",
            "would_change": "One metric that leaves `keep` would make it `watch`.",
        }
        for number, review in enumerate(_reviews(switch, week), start=1)
        for metric, (effect, low, high, margin, before, during, verdict) in values.items()
    ]
    return pd.DataFrame(rows) if rows else empty(TABLES["team_effects"])


def _sprint_totals(readings: pd.DataFrame) -> pd.DataFrame:
    keys = ["team_id", "sprint_id"]
    sums = readings.groupby(keys, as_index=False).agg(
        completed_points=("points_completed", "sum"),
        week_start=("week_start", "max"),
        has_ended=("is_sprint_end", "any"),
    )
    sums = sums[sums["has_ended"]].reset_index(drop=True)
    return sums.assign(
        sprint_id=range(1, len(sums) + 1),
        name="Sprint " + sums["sprint_id"].astype(int).astype(str),
        first_day=sums["week_start"] - pd.Timedelta(days=7),
        last_day=sums["week_start"] + pd.Timedelta(days=4),
        committed_points=sums["completed_points"] + 4,
        reestimated_points=0.0,
        added_points=3.0,
        removed_points=2.0,
        carried_over_points=5.0,
        reopened_points=0.0,
        median_estimate=3.0,
        n_estimated=8,
        is_reconstructed=sums["sprint_id"] < 3,
    )


def _coverage(
    config: TeamConfig, weeks: pd.DatetimeIndex, switch: pd.Timestamp, rng: np.random.Generator
) -> pd.DataFrame:
    days = range(5)
    keys = [(team.id, week, week + pd.Timedelta(days=day)) for team in config.teams for week in weeks for day in days]
    frame = pd.DataFrame(keys, columns=["team_id", "week_start", "work_date"])
    is_thin = (frame["week_start"] >= switch) & (frame["work_date"].dt.day_of_week == 4)
    return frame.assign(
        rostered_engineers=np.where(is_thin, 2, 4),
        day_off_engineers=np.where(is_thin, 2, 0),
        covered_share=np.where(is_thin, 0.9, 1.0) - rng.uniform(0, 0.05, len(frame)),
    )


def _problems() -> pd.DataFrame:
    rows = [
        ("vibes", "vibes.csv", 14, "vibes", "V004", "error", "4/5", '"4/5" is not a whole number from 1 to 5'),
        ("vibes", "vibes.csv", 31, "engineer_id", "V007", "error", "anna", '"anna" is not on the roster'),
        ("jira", "worklogs", 0, "", "J003", "warning", "", "2 worklogs overlap; both count"),
        ("vibes", "vibes.csv", 0, "", "V001", "info", "", "Read as Windows-1252"),
    ]
    columns = ["source", "file", "line", "column", "rule", "severity", "found", "message"]
    return pd.DataFrame(rows, columns=columns).assign(engineer_id=None)


def _source_health(week: pd.Timestamp) -> pd.DataFrame:
    sunday, friday = week + pd.Timedelta(days=6), week + pd.Timedelta(days=4)
    rows = [
        ("jira", "incomplete", 1180, friday, "Jira answered for Monday to Friday only; billable may still rise."),
        ("pagerduty", "ok", 61, sunday, "Complete."),
        ("vibes", "ok", 41, sunday, "41 of 43 rows used."),
        ("leave", "ok", 12, sunday, "Complete."),
    ]
    frame = pd.DataFrame(rows, columns=["source", "state", "rows", "complete_to", "message"])
    return frame.assign(week_start=week, unknown_since=pd.NaT)


def earlier_views(
    count: int, view_of: Callable[[SiteData], dict[str, Any]], **options: Any
) -> dict[str, dict[str, Any]]:
    """Views of the `count` weeks before the newest one, as an earlier publication would have kept them."""
    weeks = [WEEK - pd.Timedelta(weeks=back) for back in range(count, 0, -1)]
    return {iso_week(week): view_of(site_data(week=week, **options)) for week in weeks}
