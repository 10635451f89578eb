"""One command's hold on the data folder: the lock, the origin of its data, the connections, the store."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import pandas as pd
from filelock import FileLock, Timeout

from flows.errors import ConfigError, LockHeld
from flows.mocks import sample_connections
from flows.outside import Live, Outside
from flows.progress import Report, silent
from flows.settings import Connections, Roster, Settings, holiday_table, roster_tables
from flows.sources.http import Patience
from flows.store.files import write_atomically
from flows.store.layout import Layout
from flows.store.tables import TableStore
from transforms.weeks import monday_of

DEFAULT_PATIENCE = Patience()


@dataclass(frozen=True)
class Workspace:
    """What every step of a run needs."""

    settings: Settings
    connections: Connections
    layout: Layout
    tables: TableStore
    patience: Patience
    now: datetime
    report: Report
    # Set where a past run is told again; without it, the sources themselves are asked.
    recorded: Outside | None = None

    @cached_property
    def outside(self) -> Outside:
        """Where rows come from."""
        live = Live(self.connections, self.patience, self.layout, self.settings.vibes_dir, self.report)
        return self.recorded or live

    def as_of(self, week: pd.Timestamp) -> datetime:
        """The instant a run of `week` speaks for: Monday 00:00 after it, in the organisation's zone."""
        monday = week + pd.Timedelta(days=7)
        zone = ZoneInfo(self.settings.config.organisation.timezone)
        return datetime(monday.year, monday.month, monday.day, tzinfo=zone)

    @cached_property
    def roster(self) -> Roster:
        """Who works where and when."""
        return roster_tables(self.settings.config)

    @cached_property
    def holidays(self) -> pd.DataFrame:
        """Public holidays of every location, from some weeks before the baseline to the newest complete week."""
        first, last = self.first_week - timedelta(weeks=4), self.newest_complete_week() + timedelta(weeks=1)
        return holiday_table(self.settings.config, first.date(), last.date())

    @property
    def first_week(self) -> pd.Timestamp:
        """The first week of the baseline."""
        return monday_of(self.settings.config.policy.baseline_start)

    def newest_complete_week(self) -> pd.Timestamp:
        """The last week that is over: by the clock, or by `sample.as_of` for sample data."""
        config = self.settings.config
        if self.settings.is_sample:
            return monday_of(config.sample.as_of - timedelta(days=7))
        return monday_of(self.now.astimezone(ZoneInfo(config.organisation.timezone)) - timedelta(days=7))


@contextmanager
def open_workspace(
    settings: Settings,
    patience: Patience = DEFAULT_PATIENCE,
    now: datetime | None = None,
    report: Report = silent,
) -> Iterator[Workspace]:
    """Take the lock, refuse to mix sample and real data, start the sample sources if they are wanted.

    `now` is the instant the command was given (default: the clock's).
    Errors: LockHeld if another run is at work; ConfigError if the store holds data of the other origin.
    """
    now = now or utc_now()
    layout = Layout(settings.data_dir)
    layout.data_dir.mkdir(parents=True, exist_ok=True)
    lock = FileLock(layout.lock)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise LockHeld(
            f"{layout.lock}: another tenfour run is at work on this data folder.",
            advice="Nothing was changed. Wait until it ends, then run again.",
        ) from None
    try:
        _check_origin(settings, layout)
        if settings.is_sample:
            with sample_connections(settings) as connections:
                yield Workspace(settings, connections, layout, TableStore(layout), patience, now, report)
        else:
            yield Workspace(settings, settings.connections, layout, TableStore(layout), patience, now, report)
    finally:
        lock.release()


def _check_origin(settings: Settings, layout: Layout) -> None:
    wanted = "sample" if settings.is_sample else "real"
    if layout.origin.exists():
        found = json.loads(layout.origin.read_text())["origin"]
        if found != wanted:
            raise ConfigError(
                f"{settings.data_dir}: this folder holds {found} data, and this run would add {wanted} data. "
                "The two never mix, and nothing was changed.",
                advice="Start afresh with `tenfour init FOLDER`, or point TENFOUR_DATA at another folder.",
            )
        return
    write_atomically(layout.origin, (json.dumps({"origin": wanted}) + "\n").encode())


def utc_now() -> datetime:
    """The clock: chooses the default week, and dates run records."""
    return datetime.now(UTC)
