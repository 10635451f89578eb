"""Which weeks the status windows leave out: a bad week that the manager has vouched for."""

from collections.abc import Mapping

import numpy as np

from transforms.baselines import Baselines
from transforms.definitions import METRIC_DEFINITIONS
from transforms.panel import FULL_TIME_HOURS, Panel
from transforms.parameters import DecisionParameters
from transforms.stats import Bools
from transforms.stats.arrays import at_least


def excused_weeks(
    panel: Panel,
    parameters: DecisionParameters,
    baselines: Mapping[int, Baselines],
    published: Bools,
) -> Bools:
    """Weeks far under the own baseline with good vibes and a note; at most one in eight.

    Weeks without an entry in `baselines` are taken from `published`. Decided from readings and baselines only, before
    any window is formed. The weeks of settling in are not compared with the baseline, so none of them is excused.
    Shape: engineers x weeks.
    Definition: decisions.md, 3 ("Excused week").
    """
    rules = parameters.excused
    excused = published.copy()
    if not rules.enabled or parameters.method == "plain":
        return excused & ~_columns(panel, list(baselines))
    vouched = at_least(panel.vibes, rules.min_vibes) & panel.has_note & panel.is_vibes_known & panel.is_eligible
    compared = panel.weeks_since_switch >= parameters.baseline.settling_weeks
    for week in sorted(baselines):
        own = baselines[week].billable
        weight = np.sqrt(panel.billable_denominator_hours[:, week] / FULL_TIME_HOURS)
        fall = METRIC_DEFINITIONS["billable"].fall(panel.billable_share[:, week], own.mean)
        deviations = fall * weight / own.sd
        recent = excused[:, max(week - rules.one_in_weeks + 1, 0) : week].any(axis=1)
        is_bad = at_least(deviations, rules.min_sds)
        excused[:, week] = is_bad & vouched[:, week] & compared[:, week] & ~recent
    return excused


def _columns(panel: Panel, weeks: list[int]) -> Bools:
    judged = np.zeros((panel.n_engineers, panel.n_weeks), dtype=bool)
    judged[:, weeks] = True
    return judged
