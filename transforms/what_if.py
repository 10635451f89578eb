"""Who would be shown differently this week if one threshold were another, everything else being as it is.

The last half year is judged again, one parameter changed at a time, on top of what was published before it: levels that
rise and fall over weeks have time to follow. Nothing is stored, and what was published stays.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd

from transforms.baselines import baselines_by_week
from transforms.decide import Decisions, judge, published_on_grid
from transforms.overrides import shown_status
from transforms.panel import build_panel
from transforms.parameters import DecisionParameters
from transforms.stats import Ints
from transforms.vocabulary import STATUSES

WEEKS_JUDGED: Final = 26
COLUMNS: Final = ("engineer_id", "key", "value", "status")


@dataclass(frozen=True)
class Threshold:
    """A parameter that a reader may move, by its place in the section `decisions`, and where to unless told."""

    key: str
    usual: tuple[float, ...]


# Few, since each value costs half a year judged again. None of them changes an engineer's baseline.
THRESHOLDS: Final[Mapping[str, tuple[Threshold, ...]]] = {
    "evidence": (
        Threshold("billable.threshold_pct", (72, 74, 75, 76, 77, 78, 80)),
        Threshold("billable.soft_policy_z", (0.3, 0.6, 1.0, 1.3)),
        Threshold("billable.soft_points", (3, 4, 6)),
        Threshold("billable.soft_z", (2.2, 2.4, 2.6, 3.0)),
        Threshold("velocity.soft_drop", (0.15, 0.20, 0.30)),
        Threshold("hysteresis.rise_signals", (1, 2, 3)),
    ),
    "plain": (
        Threshold("billable.threshold_pct", (72, 74, 76, 78, 80)),
        Threshold("plain.near_points", (0, 1, 2, 4, 6)),
        Threshold("plain.velocity_drop", (0.15, 0.20, 0.25, 0.35, 0.50)),
    ),
}


def what_if(
    readings: pd.DataFrame,
    incidents: pd.DataFrame,
    parameters: DecisionParameters,
    published: Decisions,
    week: pd.Timestamp,
    thresholds: Sequence[Threshold] | None = None,
) -> pd.DataFrame:
    """The status that would be shown in `week` with one threshold at another value; all of `THRESHOLDS` unless told.

    Grain: engineer employed in the week x key x value; the value in force is one of each key's.
    Missing: no rows where the week has no readings. What cannot be judged is `unknown`.
    Cost: `WEEKS_JUDGED` weeks for each value, about half a second of CPU for 1,000 engineers: 1 s for all values and 24
    engineers, 11 s for 1,000.
    """
    panel = build_panel(readings[readings["week_start"] <= week], incidents, parameters)
    if not panel.n_weeks or panel.week_starts[-1] != week:
        return pd.DataFrame({name: [] for name in COLUMNS})
    first = max(panel.n_weeks - WEEKS_JUDGED, 0)
    baselines = baselines_by_week(panel, parameters, list(range(first, panel.n_weeks)))
    before = published_on_grid(panel, _until(published, panel.week_starts[first]))
    is_employed = panel.is_employed[:, -1]

    def shown(changed: DecisionParameters) -> Ints:
        found = judge(panel, changed, baselines, before)
        status: Ints = shown_status(found.underlying, found.override.is_applied)[is_employed, -1]
        return status

    as_it_is = shown(parameters)
    parts = []
    for threshold in THRESHOLDS[parameters.method] if thresholds is None else thresholds:
        for value in steps(threshold, parameters):
            is_in_force = value == in_force(threshold, parameters)
            status = as_it_is if is_in_force else shown(moved(threshold, parameters, value))
            parts.append(
                pd.DataFrame(
                    {
                        "engineer_id": panel.engineer_ids[is_employed],
                        "key": threshold.key,
                        "value": value,
                        "status": np.array(STATUSES, dtype=object)[status],
                    }
                )
            )
    return pd.concat(parts, ignore_index=True)


def in_force(threshold: Threshold, parameters: DecisionParameters) -> float:
    """The value that decides now."""
    section, name = threshold.key.split(".")
    return float(getattr(getattr(parameters, section), name))


def steps(threshold: Threshold, parameters: DecisionParameters) -> list[float]:
    """The steps of a threshold in order, the value in force among them."""
    found = sorted({*map(float, threshold.usual), in_force(threshold, parameters)})
    if threshold.key == "hysteresis.rise_signals":
        # A level cannot ask for more weeks than it looks at.
        return [value for value in found if value <= parameters.hysteresis.rise_weeks]
    return found


def moved(threshold: Threshold, parameters: DecisionParameters, value: float) -> DecisionParameters:
    """The parameters with this threshold at another value."""
    section, name = threshold.key.split(".")
    rules: Any = getattr(parameters, section)
    kind = type(getattr(rules, name))
    return replace(parameters, **{section: replace(rules, **{name: kind(value)})})


def _until(published: Decisions, week: pd.Timestamp) -> Decisions:
    """What was published before a week."""
    return Decisions(**{name: table[table["week_start"] < week] for name, table in vars(published).items()})
