"""Simulated worlds on the grid of engineers and weeks, for tests that ask what is in them."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from flows.simulation.world import Simulated, World, simulate


@dataclass(frozen=True)
class OnGrid:
    """A world's readings. Shape: engineers x weeks; missing where nobody is employed."""

    simulated: Simulated
    week_starts: pd.DatetimeIndex

    def of(self, column: str) -> np.ndarray:
        table = self.simulated.weekly.set_index(["engineer_id", "week_start"])[column]
        cells = pd.MultiIndex.from_product([self.simulated.truth["engineer_id"], self.week_starts])
        return table.reindex(cells).to_numpy().reshape(-1, len(self.week_starts))

    @property
    def pct(self) -> np.ndarray:
        """Billable percent of logged hours; missing without hours."""
        worked = self.of("worked_hours")
        return 100 * self.of("billable_hours") / np.where(worked > 0, worked, np.nan)

    def week(self, column: str) -> np.ndarray:
        """A week of the truth as an index, -1 for never. Shape: engineers."""
        return self.week_starts.get_indexer(pd.DatetimeIndex(self.simulated.truth[column]))

    def truth(self, column: str) -> np.ndarray:
        return self.simulated.truth[column].to_numpy()

    @property
    def since_drop(self) -> np.ndarray:
        """Weeks since the drop, 0 in its first; missing for whoever has none. Shape: engineers x weeks."""
        start = self.week("drop_week").astype(float)
        start[start < 0] = np.nan
        return np.arange(len(self.week_starts)) - start[:, None]


def on_grid(simulated: Simulated) -> OnGrid:
    world = simulated.world
    return OnGrid(simulated, pd.date_range(world.first_week, periods=world.n_weeks, freq="7D", unit="us"))


@cache
def drawn(world: World, seed: int = 1) -> OnGrid:
    """A world, drawn once for all tests of a module."""
    return on_grid(simulate(world, seed))


def mean(values: np.ndarray, axis: int | None = None) -> np.ndarray:
    """Mean of what is there; missing where nothing is."""
    return np.ma.filled(np.ma.masked_invalid(values).mean(axis=axis), np.nan)


def scatter(values: np.ndarray, axis: int | None = None) -> np.ndarray:
    """Standard deviation of what is there; missing where nothing is."""
    return np.ma.filled(np.ma.masked_invalid(values).std(axis=axis), np.nan)
