"""What of a simulated world gets lost on the way: rows, numbers, and whole weeks of a source."""

from dataclasses import dataclass

import numpy as np

from flows.simulation.draws import Topic
from flows.simulation.measures import Setting
from transforms.stats import Bools


@dataclass(frozen=True)
class Lost:
    """Shape: engineers x weeks."""

    row: Bools
    hours: Bools
    points: Bools
    incidents: Bools
    vibes: Bools


def gaps(setting: Setting) -> Lost:
    """Lost at random with the world's `has_gaps`; else nothing is."""
    world, rules = setting.draws.world, setting.draws.world.gaps
    n, n_weeks = setting.shape
    is_silent = np.zeros((4, n_weeks), dtype=np.bool_)
    lost = np.zeros((3, n, n_weeks), dtype=np.bool_)
    if world.has_gaps:
        shares = np.array([rules.row_share, rules.hours_share, rules.points_share])
        chance = setting.draws.uniform(Topic.GAPS, n, 3 * n_weeks).reshape(n, n_weeks, 3)
        lost = np.moveaxis(chance < shares, 2, 0)
        silence = setting.draws.uniform(Topic.SILENCE, 2, rules.sources)
        is_silent[(4 * silence[0]).astype(np.int64), (n_weeks * silence[1]).astype(np.int64)] = True
    everybody = np.broadcast_to(is_silent[:, None, :], (4, n, n_weeks))
    return Lost(
        row=lost[0],
        hours=lost[1] | everybody[0],
        points=lost[2] | everybody[1],
        incidents=everybody[2],
        vibes=everybody[3],
    )
