"""The decisions of a week, from readings and from what was published before.

The whole history is judged week by week, all engineers at once. A published week is never judged again: its levels,
statuses, overrides and alert events are taken as they stand, and the weeks after it go on from them.
Definition: decisions.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from transforms.alerts import NOTICE, AlertGrid, alert_events, alerts, published_grids
from transforms.baselines import Baselines, baselines_by_week
from transforms.excused import excused_weeks
from transforms.opinions import NO_OPINION, RULES, Opinion
from transforms.overrides import Overrides, overrides, shown_status
from transforms.panel import Panel, build_panel
from transforms.parameters import DecisionParameters
from transforms.recommendations import recommend
from transforms.schemas.columns import Table
from transforms.schemas.decisions import AlertEvents, Recommendations, Signals, Statuses, TeamEffects
from transforms.schemas.registry import empty, shaped
from transforms.sentences import listed, listed_cells, notice_reasons, override_reasons, reasons, together_reasons
from transforms.signals import Signals as Found
from transforms.signals import signals
from transforms.stats import Bools, Ints, Words
from transforms.stats.arrays import below
from transforms.status import YELLOW, History, Levels, levels, underlying_status, weeks_in_status
from transforms.team_effect import team_effects
from transforms.vocabulary import CHANNELS, LEVELS, METRICS, STATUSES, TOGETHER


@dataclass(frozen=True)
class Decisions:
    """Everything that is decided, as tables of `schemas.decisions`."""

    signals: pd.DataFrame
    statuses: pd.DataFrame
    alert_events: pd.DataFrame
    recommendations: pd.DataFrame
    team_effects: pd.DataFrame


_TABLES: dict[str, type[Table]] = {
    "signals": Signals,
    "statuses": Statuses,
    "alert_events": AlertEvents,
    "recommendations": Recommendations,
    "team_effects": TeamEffects,
}


def no_decisions() -> Decisions:
    """Nothing decided yet."""
    return Decisions(**{name: empty(table) for name, table in _TABLES.items()})


@cache
def _nothing_published() -> Decisions:
    """The same, made once: nobody changes it."""
    return no_decisions()


@dataclass(frozen=True)
class Judgement:
    """Everything decided about engineers and weeks, on the grid."""

    signals: Found
    found: dict[str, Levels]
    underlying: Ints
    override: Overrides
    is_excused: Bools
    running: Ints
    alerts: dict[str, AlertGrid]

    @property
    def opinion(self) -> Mapping[str, Opinion]:
        return self.signals.opinion


@dataclass(frozen=True)
class Published:
    """Published decisions, back on the grid. Shape: engineers x weeks; weeks that were not published hold nothing."""

    signal: dict[str, Ints]
    level: dict[str, Ints]
    is_held: dict[str, Bools]
    underlying: Ints
    override_applied: Bools
    is_excused: Bools
    running: Ints
    alerts: dict[str, AlertGrid]


def decide(
    readings: pd.DataFrame,
    incidents: pd.DataFrame,
    parameters: DecisionParameters,
    published: Decisions | None = None,
    weeks: pd.DatetimeIndex | None = None,
    *,
    with_signals: bool = True,
    with_reasons: bool = True,
) -> Decisions:
    """Signals, statuses, alert events, recommendations and the team's effect.

    `incidents` has engineer_id, week_start, acknowledge_seconds and resolve_seconds. Weeks found in `published` are
    returned as they are. `weeks` says which weeks' rows to return: nothing after the last of them is looked at. Without
    it these are all weeks from the first one that can be judged or was published.
    Most of the work is in words. Without `with_signals` there are no rows of signals and no reasons of alerts: only
    what a status says is worded. Without `with_reasons` statuses say nothing either.
    Missing: every engineer employed in a week has a row; what cannot be judged is `unknown`.
    """
    known = published if published is not None else _nothing_published()
    if weeks is not None:
        readings = readings[readings["week_start"] <= weeks.max()]
    panel = build_panel(readings, incidents, parameters)
    is_published = panel.week_starts.isin(pd.DatetimeIndex(known.statuses["week_start"]))
    judged = _weeks_to_judge(panel, is_published, weeks)
    baselines = baselines_by_week(panel, parameters, judged)
    judgement = judge(panel, parameters, baselines, published_on_grid(panel, known))
    asked = _weeks_asked(panel, judgement, is_published, weeks)
    returned = panel.week_starts[sorted(asked)]
    new = np.array([week for week in judged if week in asked], dtype=np.int64)
    # Words come last: they need more memory than everything else.
    recommendations = recommend(
        panel, baselines, judgement.underlying >= YELLOW, parameters, known.recommendations, returned
    )
    effects = team_effects(panel, parameters, known.team_effects, returned)
    why = _why(panel, judgement, new, parameters, with_signals=with_signals, with_reasons=with_reasons)
    alert_reasons: dict[str, Words] = dict.fromkeys(judgement.alerts, _no_words(panel, new))
    if with_signals and with_reasons:
        alert_reasons |= {channel: sentences[0] for channel, sentences in why.items()}
        alert_reasons[NOTICE] = notice_reasons(panel, new, parameters)
    events = alert_events(panel, judgement.alerts, alert_reasons, new)
    signal_rows = _signal_rows(panel, judgement, why, new) if with_signals else empty(Signals)
    return Decisions(
        signals=_joined(Signals, known.signals, signal_rows, returned),
        statuses=_joined(Statuses, known.statuses, _status_rows(panel, judgement, why, new, parameters), returned),
        alert_events=_joined(AlertEvents, known.alert_events, events, returned),
        recommendations=recommendations,
        team_effects=effects,
    )


def lights(readings: pd.DataFrame, incidents: pd.DataFrame, parameters: DecisionParameters) -> pd.DataFrame:
    """The statuses alone, as `decide` finds them over a whole history: for trying rules on many simulated teams.

    Grain: engineer and week; columns engineer_id, week_start, status and underlying_status.
    """
    panel = build_panel(readings, incidents, parameters)
    baselines = baselines_by_week(panel, parameters, range(panel.n_weeks))
    judgement = judge(panel, parameters, baselines, published_on_grid(panel, _nothing_published()))
    asked = _weeks_asked(panel, judgement, np.zeros(panel.n_weeks, dtype=bool), None)
    engineer, week = np.nonzero(panel.is_employed & np.isin(np.arange(panel.n_weeks), list(asked)))
    words = np.array(STATUSES, dtype=object)
    return pd.DataFrame(
        {
            "engineer_id": panel.engineer_ids[engineer],
            "week_start": panel.week_starts[week],
            "status": words[shown_status(judgement.underlying, judgement.override.is_applied)[engineer, week]],
            "underlying_status": words[judgement.underlying[engineer, week]],
        }
    )


def _weeks_to_judge(panel: Panel, is_published: Bools, weeks: pd.DatetimeIndex | None) -> list[int]:
    """Weeks (by index) without published decisions; before the first published one only if they are asked for."""
    is_wanted = ~is_published
    if is_published.any():
        first = is_published.argmax()
        is_asked = panel.week_starts.isin(weeks) if weeks is not None else np.zeros(panel.n_weeks, dtype=bool)
        is_wanted &= (np.arange(panel.n_weeks) > first) | np.maximum.accumulate(is_asked)
    return [int(week) for week in np.flatnonzero(is_wanted)]


def judge(
    panel: Panel, parameters: DecisionParameters, baselines: Mapping[int, Baselines], published: Published
) -> Judgement:
    """Everything that is decided about the weeks in `baselines`; the others stand as published."""
    judged = frozenset(baselines)
    is_excused = excused_weeks(panel, parameters, baselines, published.is_excused)
    said = signals(panel, parameters, baselines, is_excused)
    found = {
        channel: levels(
            opinion.signal,
            opinion.is_unknown,
            opinion.is_fast,
            channel,
            History(published.signal[channel], published.level[channel], published.is_held[channel], judged),
            parameters,
        )
        for channel, opinion in said.opinion.items()
    }
    level = {channel: found[channel].level for channel in found}
    is_judged = np.isin(np.arange(panel.n_weeks), list(judged))
    computed = np.where(panel.is_employed, underlying_status(level, parameters), NO_OPINION)
    underlying = np.where(is_judged, computed, published.underlying)
    override = overrides(panel, parameters, underlying, level["vibes"], published.override_applied, judged)
    return Judgement(
        signals=said,
        found=found,
        underlying=underlying,
        override=override,
        is_excused=is_excused,
        running=weeks_in_status(underlying, panel.is_employed, published.running, judged),
        alerts=alerts(
            panel, parameters, level, underlying, _below_policy(panel, parameters, baselines), published.alerts, judged
        ),
    )


def _below_policy(panel: Panel, parameters: DecisionParameters, baselines: Mapping[int, Baselines]) -> Bools:
    """Whether the own baseline, as known in each week judged, is under the policy. Shape: engineers x weeks."""
    is_below = np.zeros((panel.n_engineers, panel.n_weeks), dtype=bool)
    for week, known in baselines.items():
        is_below[:, week] = below(known.billable.mean, parameters.billable.threshold_pct / 100)
    return is_below


def published_on_grid(panel: Panel, known: Decisions) -> Published:
    """Published rows back on the grid; those of engineers or weeks without readings are left out."""
    signal, level, held = {}, {}, {}
    for channel in CHANNELS:
        rows = known.signals[known.signals["channel"] == channel]
        cells, kept = _cells(panel, rows)
        signal[channel] = _codes(panel, cells, rows["signal"][kept], LEVELS[:-1])
        level[channel] = _codes(panel, cells, rows["level"][kept], LEVELS[:-1])
        held[channel] = _values(panel, cells, rows["is_held"][kept], False)
    rows = known.statuses
    cells, kept = _cells(panel, rows)
    return Published(
        signal=signal,
        level=level,
        is_held=held,
        underlying=_codes(panel, cells, rows["underlying_status"][kept], STATUSES[:-1]),
        override_applied=_values(panel, cells, rows["override_applied"][kept], False),
        is_excused=_values(panel, cells, rows["is_excused"][kept], False),
        running=_values(panel, cells, rows["weeks_in_status"][kept], 0),
        alerts=published_grids(panel, known.alert_events),
    )


def _cells(panel: Panel, rows: pd.DataFrame) -> tuple[tuple[Ints, Ints], Bools]:
    """Where rows belong on the grid, and which of them do at all (readings may have been withdrawn)."""
    engineer = pd.Index(panel.engineer_ids).get_indexer(pd.Index(rows["engineer_id"].to_numpy(dtype=object)))
    week = panel.week_starts.get_indexer(pd.DatetimeIndex(rows["week_start"]))
    kept = (engineer >= 0) & (week >= 0)
    return (engineer[kept], week[kept]), kept


def _codes(panel: Panel, cells: tuple[Ints, Ints], words: pd.Series, order: tuple[str, ...]) -> Ints:
    """Words as their index in `order`, -1 for any other and where there is none. Shape: engineers x weeks."""
    grid = np.full((panel.n_engineers, panel.n_weeks), -1, dtype=np.int64)
    grid[cells] = pd.Index(order).get_indexer(pd.Index(words.to_numpy(dtype=object)))
    return grid


def _values(panel: Panel, cells: tuple[Ints, Ints], values: pd.Series, missing: bool | int) -> Words:
    grid = np.full((panel.n_engineers, panel.n_weeks), missing)
    grid[cells] = values.to_numpy()
    return grid


def _weeks_asked(
    panel: Panel, judgement: Judgement, is_published: Bools, weeks: pd.DatetimeIndex | None
) -> frozenset[int]:
    """Weeks (by index) whose rows are returned."""
    if weeks is not None:
        return frozenset(np.flatnonzero(panel.week_starts.isin(weeks)).tolist())
    is_known = is_published | (judgement.underlying > NO_OPINION).any(axis=0)
    return frozenset(np.flatnonzero(np.maximum.accumulate(is_known)).tolist())


Why = dict[str, tuple[Words, Words]]


def _why(
    panel: Panel,
    judgement: Judgement,
    weeks: Ints,
    parameters: DecisionParameters,
    *,
    with_signals: bool,
    with_reasons: bool,
) -> Why:
    """Each channel's sentences: why its level is what it is, and what would bring it down."""
    if not with_reasons:
        return dict.fromkeys(judgement.found, (_no_words(panel, weeks), _no_words(panel, weeks)))
    wanted: dict[str, Bools | None] = dict.fromkeys(judgement.found)
    if not with_signals:
        level = {channel: found.level[:, weeks] for channel, found in judgement.found.items()}
        wanted |= listed_cells(list(level), level, panel.is_employed[:, weeks])
    why: Why = {
        m: reasons(m, panel, judgement.opinion[m], judgement.found[m], weeks, parameters, wanted[m]) for m in METRICS
    }
    if TOGETHER in judgement.opinion:
        parts, found = judgement.signals.together_z, judgement.found[TOGETHER]
        opinion = judgement.opinion[TOGETHER]
        why[TOGETHER] = together_reasons(panel, opinion, parts, found, weeks, parameters, wanted[TOGETHER])
    return why


def _no_words(panel: Panel, weeks: Ints) -> Words:
    return np.full((panel.n_engineers, len(weeks)), "", dtype=object)


def _signal_rows(panel: Panel, judgement: Judgement, why: Why, weeks: Ints) -> pd.DataFrame:
    engineer, column = np.nonzero(panel.is_employed[:, weeks])
    at = (engineer, weeks[column])
    parts = []
    for channel, opinion in judgement.opinion.items():
        found = judgement.found[channel]
        has_numbers = opinion.signal[at] > NO_OPINION
        numbers = {
            name: np.where(has_numbers, getattr(opinion, name)[at], np.nan)
            for name in ("value", "reference", "z", "smallest_visible")
        }
        parts.append(
            pd.DataFrame(
                {
                    "engineer_id": _worded(panel.engineer_ids, engineer),
                    "week_start": panel.week_starts[at[1]],
                    "channel": channel,
                    "signal": _worded(LEVELS, opinion.signal[at]),
                    "level": _worded(LEVELS, found.level[at]),
                    "is_held": found.is_held[at],
                    **numbers,
                    "window_weeks": np.where(has_numbers, at[1] - opinion.first_week[at] + 1.0, np.nan),
                    "rule": _worded(RULES, np.where(has_numbers, opinion.rule[at], 0)),
                    "reason": why[channel][0][engineer, column],
                    "would_clear": why[channel][1][engineer, column],
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _status_rows(
    panel: Panel, judgement: Judgement, why: Why, weeks: Ints, parameters: DecisionParameters
) -> pd.DataFrame:
    is_shown = panel.is_employed[:, weeks]
    column, engineer = np.nonzero(is_shown.T)  # in the order of the table
    at = (engineer, weeks[column])
    override = judgement.override
    applied = override.is_applied[at]
    level = {channel: found.level[:, weeks] for channel, found in judgement.found.items()}
    sentences, clears = ({channel: text[part] for channel, text in why.items()} for part in (0, 1))
    managers = pd.Series(_worded(panel.managers, panel.manager[at]))
    mondays = panel.week_starts[at[1]]
    return pd.DataFrame(
        {
            "engineer_id": _worded(panel.engineer_ids, engineer),
            "week_start": mondays,
            "status": _worded(STATUSES, shown_status(judgement.underlying, override.is_applied)[at]),
            "underlying_status": _worded(STATUSES, judgement.underlying[at]),
            "override_applied": applied,
            "override_reason": override_reasons(panel, override, weeks, parameters)[engineer, column],
            "override_by": managers.where(panel.has_note[at] & override.is_asked[at]),
            "override_uses_left": override.uses_left[at],
            "override_expires": (mondays + pd.to_timedelta(7 * (1 + override.weeks_left[at]), unit="D")).where(applied),
            "is_excused": judgement.is_excused[at],
            "weeks_in_status": judgement.running[at],
            "reasons": listed(list(why), level, sentences, is_shown)[engineer, column],
            "would_clear": listed(list(why), level, clears, is_shown)[engineer, column],
        }
    )


def _worded(words: Sequence[str] | Words, codes: Ints) -> Any:
    """The word of each code, -1 being the last one: a column of text without an object for each row."""
    return pd.array(np.asarray(words, dtype=object), dtype="str").take(codes)


def _joined(table: type[Table], published: pd.DataFrame, new: pd.DataFrame, weeks: pd.DatetimeIndex) -> pd.DataFrame:
    """Published rows of the weeks asked for as they are, and the new ones, in order."""
    kept = published[published["week_start"].isin(weeks)]
    rows = pd.concat([kept, new], ignore_index=True) if len(kept) else new
    rank = np.zeros(len(rows), dtype=np.int64)
    for key in ("week_start", "engineer_id", "channel", "severity", "event"):
        if key in rows.columns:
            codes, found = _ranks(rows[key])
            rank = rank * (found + 1) + codes
    order = np.argsort(rank, kind="stable")
    return shaped(rows if (order[1:] > order[:-1]).all() else rows.take(order), table)


def _ranks(column: pd.Series) -> tuple[Ints, int]:
    """Each value's place in the order of all, and how many there are."""
    if column.name == "channel":
        return column.map(CHANNELS.index).to_numpy(dtype=np.int64), len(CHANNELS)
    codes, found = pd.factorize(column, sort=True)
    return codes, len(found)
