"""What becomes news: alerts as events by week, and their state derived from the events.

An alert is one engineer and one metric, or several metrics together. Its level makes it a warning (soft) or critical
(hard). A single week's billable reading under the policy is a notice: an alert of its own that never escalates and is
never notified.
Definition: decisions.md, 4.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from transforms.panel import Panel
from transforms.parameters import AlertRules, DecisionParameters
from transforms.schemas.decisions import Alerts
from transforms.schemas.registry import empty, shaped
from transforms.stats import Bools, Ints, Words
from transforms.stats.arrays import below
from transforms.status import RED
from transforms.vocabulary import ALERT_EVENTS, CHANNELS, SEVERITIES

NOTICE: Final = "notice"
KEYS: Final = (*CHANNELS, NOTICE)  # the alerts that an engineer can have; a notice is about billable
NO_EVENT: Final = -1
OPENED, ESCALATED, EASED, REMINDED, RESOLVED = range(len(ALERT_EVENTS))
_CLOSED = 0  # severities count from 1 (`warning`) here, as levels do


@dataclass(frozen=True)
class AlertGrid:
    """What happened to one kind of alert. Shape: engineers x weeks."""

    event: Ints  # index in ALERT_EVENTS; NO_EVENT
    severity: Ints  # after the event; at a resolution the one it had. 1 warning, 2 critical; a notice has 1
    opened: Words  # datetime64: week in which the alert opened
    is_notified: Bools
    is_new: Bools  # since the switch
    is_team_wide: Bools


def no_alerts(panel: Panel) -> AlertGrid:
    """A grid on which nothing has happened yet."""
    shape = (panel.n_engineers, panel.n_weeks)
    flags = np.zeros(shape, dtype=bool)
    return AlertGrid(
        event=np.full(shape, NO_EVENT),
        severity=np.zeros(shape, dtype=np.int64),
        opened=np.full(shape, np.datetime64("NaT"), dtype="datetime64[us]"),
        is_notified=flags.copy(),
        is_new=flags.copy(),
        is_team_wide=flags.copy(),
    )


def alerts(
    panel: Panel,
    parameters: DecisionParameters,
    level: Mapping[str, Ints],
    underlying: Ints,
    was_below_policy: Bools,
    published: Mapping[str, AlertGrid],
    judged: Collection[int],
) -> dict[str, AlertGrid]:
    """The events of every alert; those of published weeks stand, and what they left open goes on.

    `was_below_policy` (engineers x weeks): the own baseline, as known in that week, was under the policy.
    """
    rules = parameters.alerts
    team_wide = team_wide_red(panel, underlying, rules)
    is_during = panel.weeks_since_switch >= 0
    grids: dict[str, AlertGrid] = {}
    for channel, levels in level.items():
        is_new = is_during & ~was_below_policy if channel == "billable" else is_during
        grids[channel] = _run(panel, levels, is_new, team_wide, published[channel], judged, rules)
    is_new = is_during & ~was_below_policy
    never = np.zeros_like(team_wide)
    grids[NOTICE] = _run(panel, _weekly_notice(panel, parameters), is_new, never, published[NOTICE], judged, None)
    return grids


def _weekly_notice(panel: Panel, parameters: DecisionParameters) -> Ints:
    """1 where the week's own reading is under the policy, 0 where it is not, -1 without a reading."""
    share = np.where(panel.is_billable_known, panel.billable_share, np.nan)
    is_below = below(share, parameters.billable.threshold_pct / 100)
    notice: Ints = np.where(np.isnan(share), -1, is_below.astype(np.int64))
    return notice


def _run(
    panel: Panel,
    level: Ints,
    is_new: Bools,
    team_wide: Bools,
    published: AlertGrid,
    judged: Collection[int],
    rules: AlertRules | None,
) -> AlertGrid:
    """One kind of alert, week by week: -1 in `level` is unknown and changes nothing, 0 resolves.

    Without `rules` nothing is notified or called to mind.
    """
    grid = AlertGrid(**{name: values.copy() for name, values in vars(published).items()})
    weeks = panel.week_starts.to_numpy().astype("datetime64[us]")
    severity = np.full(panel.n_engineers, _CLOSED)
    opened = np.full(panel.n_engineers, np.datetime64("NaT"), dtype="datetime64[us]")
    notified = np.zeros(panel.n_engineers, dtype=np.int64)
    was_new = np.zeros(panel.n_engineers, dtype=bool)
    for week in range(panel.n_weeks):
        if week in judged:
            is_due = (week - notified >= rules.reminder_weeks) if rules else np.zeros(panel.n_engineers, dtype=bool)
            event = _event(level[:, week], severity, ~panel.is_employed[:, week], is_due)
            happened = event != NO_EVENT
            is_opening = event == OPENED
            grid.event[:, week] = event
            grid.severity[:, week] = np.where(event == RESOLVED, severity, np.maximum(level[:, week], 0))
            grid.opened[:, week] = np.where(is_opening, weeks[week], opened)
            grid.is_notified[:, week] = happened & (event != EASED) & panel.is_employed[:, week] & (rules is not None)
            grid.is_new[:, week] = np.where(is_opening, is_new[:, week], was_new)
            grid.is_team_wide[:, week] = team_wide[:, week] & (is_opening | (event == ESCALATED))
        event = grid.event[:, week]
        happened = event != NO_EVENT
        severity = np.where(happened, np.where(event == RESOLVED, _CLOSED, grid.severity[:, week]), severity)
        opened = np.where(happened, grid.opened[:, week], opened)
        was_new = np.where(happened, grid.is_new[:, week], was_new)
        notified = np.where(grid.is_notified[:, week], week, notified)
    return grid


def _event(level: Ints, severity: Ints, is_gone: Bools, is_due: Bools) -> Ints:
    """What happens to alerts of some severity (0: closed) at some level. Who is gone has no open alerts."""
    is_open = severity > _CLOSED
    event: Ints = np.select(
        [
            is_open & (is_gone | (level == 0)),
            is_gone | (level < 0),
            ~is_open & (level > 0),
            level > severity,
            level < severity,
            is_open & is_due,
        ],
        [RESOLVED, NO_EVENT, OPENED, ESCALATED, EASED, REMINDED],
        default=NO_EVENT,
    )
    return event


def team_wide_red(panel: Panel, underlying: Ints, rules: AlertRules) -> Bools:
    """Who turned red in a week in which at least a third of the team did, and at least three.

    Shape: engineers x weeks.
    """
    turned: Bools = (underlying == RED) & panel.is_employed
    turned[:, 1:] &= underlying[:, :-1] != RED
    found: Bools = np.zeros(turned.shape, dtype=bool)
    for team in range(len(panel.teams)):
        members = panel.team == team
        n_turned = (turned & members).sum(axis=0)
        is_many = (n_turned >= rules.team_min_engineers) & (n_turned >= rules.team_share * members.sum(axis=0) - 1e-9)
        found |= turned & members & is_many[None, :]
    return found


def alert_events(
    panel: Panel, grids: Mapping[str, AlertGrid], reasons: Mapping[str, Words], weeks: Ints
) -> pd.DataFrame:
    """The events of some weeks (by index) as rows. `reasons`: a sentence per key, engineer and those weeks."""
    parts = []
    for key, grid in grids.items():
        engineer, column = np.nonzero(grid.event[:, weeks] != NO_EVENT)
        week = weeks[column]
        severity = np.zeros(len(week), dtype=np.int64) if key == NOTICE else grid.severity[engineer, week]
        parts.append(
            pd.DataFrame(
                {
                    "engineer_id": panel.engineer_ids[engineer],
                    "week_start": panel.week_starts[week],
                    "channel": "billable" if key == NOTICE else key,
                    "event": np.array(ALERT_EVENTS, dtype=object)[grid.event[engineer, week]],
                    "severity": np.array(SEVERITIES, dtype=object)[severity],
                    "opened_week": grid.opened[engineer, week],
                    "is_notified": grid.is_notified[engineer, week],
                    "is_new_since_switch": grid.is_new[engineer, week],
                    "is_team_wide": grid.is_team_wide[engineer, week],
                    "reason": reasons[key][engineer, column],
                }
            )
        )
    rows = pd.concat(parts, ignore_index=True)
    return rows.sort_values(["week_start", "engineer_id", "channel", "severity"], ignore_index=True)


def published_grids(panel: Panel, events: pd.DataFrame) -> dict[str, AlertGrid]:
    """Published events back on the grid; rows of engineers or weeks without readings are left out."""
    grids = {key: no_alerts(panel) for key in KEYS}
    engineer = pd.Index(panel.engineer_ids).get_indexer(pd.Index(events["engineer_id"].to_numpy(dtype=object)))
    week = panel.week_starts.get_indexer(pd.DatetimeIndex(events["week_start"]))
    is_notice = (events["severity"] == NOTICE).to_numpy()
    code = np.array([ALERT_EVENTS.index(word) for word in events["event"]], dtype=np.int64)
    severity = np.array([max(SEVERITIES.index(word), 1) for word in events["severity"]], dtype=np.int64)
    for key, grid in grids.items():
        is_key = is_notice if key == NOTICE else ~is_notice & (events["channel"] == key).to_numpy()
        kept = np.flatnonzero(is_key & (engineer >= 0) & (week >= 0))
        cells = (engineer[kept], week[kept])
        grid.event[cells] = code[kept]
        grid.severity[cells] = severity[kept]
        grid.opened[cells] = events["opened_week"].to_numpy()[kept]
        grid.is_notified[cells] = events["is_notified"].to_numpy()[kept]
        grid.is_new[cells] = events["is_new_since_switch"].to_numpy()[kept]
        grid.is_team_wide[cells] = events["is_team_wide"].to_numpy()[kept]
    return grids


def derive_alerts(events: pd.DataFrame, statuses: pd.DataFrame, week: pd.Timestamp) -> pd.DataFrame:
    """The alerts as they stand at a week: what their events up to it add up to.

    Grain: one row per alert; a warning that became critical is one alert, a notice is another one.
    An open alert is `overridden` while the engineer is shown green by the vibes override.
    """
    events = events[events["week_start"] <= week].sort_values("week_start", kind="stable")
    if events.empty:
        return empty(Alerts)
    rank = events["severity"].map(SEVERITIES.index)
    keyed = events.assign(
        rank=rank,
        is_notice=rank == 0,
        resolved_week=events["week_start"].where(events["event"] == "resolved"),
    )
    keys = ["engineer_id", "channel", "opened_week", "is_notice"]
    found = keyed.groupby(keys, as_index=False).agg(
        rank=("rank", "max"),
        resolved_week=("resolved_week", "max"),
        is_new_since_switch=("is_new_since_switch", "first"),
        is_team_wide=("is_team_wide", "any"),
        reason=("reason", "last"),
    )
    newest = statuses[(statuses["week_start"] == week) & statuses["override_applied"]]
    is_overridden = found["engineer_id"].isin(newest["engineer_id"]) & ~found["is_notice"]
    is_open = found["resolved_week"].isna()
    found["severity"] = [SEVERITIES[code] for code in found["rank"]]
    found["state"] = np.where(~is_open, "resolved", np.where(is_overridden, "overridden", "open"))
    found = found.sort_values(["opened_week", "engineer_id", "channel", "rank"], ignore_index=True)
    return shaped(found, Alerts)
