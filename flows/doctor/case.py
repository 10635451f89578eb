"""What the examination is about, and by which clock."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

import pandas as pd

from flows.settings import Connection, Connections, Settings, TeamConfig, roster_tables
from flows.sources.http import Exchange, Patience, Source, SourceClient, open_client
from flows.sources.window import Window

LATELY: Final = timedelta(weeks=4)
WEEK: Final = timedelta(weeks=1)


@dataclass(frozen=True)
class Case:
    """Settings, the connections in use (the mocks' in sample mode), a clock, and how patient to be."""

    settings: Settings
    connections: Connections
    now: Callable[[], datetime]
    patience: Patience

    @property
    def config(self) -> TeamConfig:
        return self.settings.config

    @cached_property
    def started(self) -> datetime:
        """The instant of the examination, by the organisation's clock."""
        return self.now().astimezone(ZoneInfo(self.config.organisation.timezone))

    @cached_property
    def lately(self) -> Window:
        """The last four weeks."""
        return Window(self.started - LATELY, self.started)

    @cached_property
    def engineers(self) -> pd.DataFrame:
        """Everybody on the roster (table Engineers)."""
        return roster_tables(self.config).engineers

    @cached_property
    def employed(self) -> pd.DataFrame:
        """Who is employed now."""
        today = pd.Timestamp(self.started.date())
        everybody = self.engineers
        return everybody[(everybody["employed_from"] <= today) & ~(everybody["employed_to"] < today)]

    def connection(self, source: Source) -> Connection | None:
        found: Connection | None = getattr(self.connections, source)
        return found

    def has(self, source: Source) -> bool:
        return self.connection(source) is not None

    def open(self, source: Source) -> SourceClient:
        """A client of a connected source. What it receives is not kept."""
        connection = self.connection(source)
        assert connection is not None, "only connected sources are examined"
        return open_client(source, connection, _forget, patience=self.patience)


def _forget(exchange: Exchange) -> None:
    """Nothing is stored."""
