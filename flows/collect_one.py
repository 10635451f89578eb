"""`tenfour collect`: one source, asked alone. What it gave, and what was made of it: the operator's "what do you see?".

Nothing is stored, computed or published; the data folder is not touched.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import pandas as pd

from flows.collect import WINDOWED, Desk, Fetched, fetch_at, unreachable
from flows.errors import ConfigError
from flows.mocks import sample_connections
from flows.outside import Live
from flows.progress import Report, silent
from flows.publish.exports import plain_csv
from flows.settings import Connections, Settings, roster_tables
from flows.settings.connections import VARIABLES
from flows.sources.errors import SourceError
from flows.sources.http import Patience
from flows.sources.window import Window
from flows.store.layout import Layout
from flows.store.tables import TableStore
from flows.workspace import DEFAULT_PATIENCE
from transforms.weeks import monday_of

SUMMARY_FILE: Final = "collect.json"
# The column that says when a row happened, by table; tables without one are written whole.
_DATED: Final = {"worklogs": "work_date", "vibes": "week_start", "leave": "leave_date"}
_DONE, _SOURCE_GAP = 0, 4


@dataclass(frozen=True)
class Collected:
    """What one source gave for a span of days, and where it was written."""

    fetched: Fetched
    folder: Path
    files: tuple[str, ...]
    summary: dict[str, Any]

    @property
    def exit_code(self) -> int:
        return _DONE if self.fetched.state in ("ok", "off") else _SOURCE_GAP

    def as_text(self) -> str:
        """What a person at a terminal wants to know."""
        rows = [f"  {name}: {count} rows" for name, count in self.summary["rows"].items()]
        counts = self.summary["problems"]
        found = ", ".join(f"{count} {severity}" for severity, count in counts.items()) or "none"
        return "\n".join(
            [
                f"{self.fetched.source}: {self.fetched.state}. {self.fetched.message}",
                *rows,
                f"  problems: {found}",
                f"  written to {self.folder}: {', '.join(self.files)}, and what was received under raw/",
            ]
        )


def collect_source(
    settings: Settings,
    source: str,
    first: date,
    last: date,
    out: Path,
    patience: Patience = DEFAULT_PATIENCE,
    report: Report = silent,
) -> Collected:
    """Fetch one source for the days from `first` to `last`, both included, and write everything into `out`.

    `out` gets `raw/` (answers as received), a CSV for each cleaned table, `problems.csv` and `collect.json`.
    Errors: ConfigError for days in the wrong order, a folder that holds something, or a source that is not connected.
        A source that fails is part of what is written.
    """
    if first > last:
        raise ConfigError(f"--from {first} is after --to {last}; nothing was fetched.")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ConfigError(f"{out}: not an empty folder; nothing was fetched", advice="Name a new folder.")
    zone = ZoneInfo(settings.config.organisation.timezone)
    window = Window(_midnight(first, zone), _midnight(last + timedelta(days=1), zone))
    with _connections(settings) as connections:
        _check_connected(source, connections)
        out.mkdir(parents=True, exist_ok=True)
        layout = Layout(out)
        desk = Desk(
            outside=Live(connections, patience, layout, settings.vibes_dir, report),
            config=settings.config,
            roster=roster_tables(settings.config),
            tables=TableStore(layout),
            first_week=monday_of(first),
            week_end=monday_of(last) + pd.Timedelta(days=7),
        )
        try:
            fetched = fetch_at(desk, source, window)
        except SourceError as error:
            fetched = unreachable(desk.outside, desk.config, source, window, error)
    return _written(fetched, first, last, out)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)


@contextmanager
def _connections(settings: Settings) -> Iterator[Connections]:
    if settings.is_sample:
        with sample_connections(settings) as connections:
            yield connections
    else:
        yield settings.connections


def _check_connected(source: str, connections: Connections) -> None:
    if source not in WINDOWED or getattr(connections, source) is not None:
        return
    needed = " and ".join(name for name in VARIABLES[source].names if name)
    raise ConfigError(f"{source} is not connected; nothing was fetched.", advice=f"Set {needed}.")


def _written(fetched: Fetched, first: date, last: date, out: Path) -> Collected:
    tables = {name: _of_days(name, table, first, last) for name, table in fetched.tables.items()}
    tables["problems"] = fetched.problems
    for name, table in tables.items():
        (out / f"{name}.csv").write_bytes(plain_csv(table))
    severities = fetched.problems["severity"].value_counts()
    summary = {
        "source": fetched.source,
        "from": first.isoformat(),
        "to": last.isoformat(),
        "state": fetched.state,
        "message": fetched.message,
        "unknown_metrics": sorted(fetched.unknown),
        "rows": {name: len(table) for name, table in tables.items() if name != "problems"},
        "problems": {str(name): int(count) for name, count in severities.sort_index().items()},
    }
    text = json.dumps(summary, ensure_ascii=False, indent=1) + "\n"
    (out / SUMMARY_FILE).write_text(text, encoding="utf-8")
    files = (*(f"{name}.csv" for name in tables), SUMMARY_FILE)
    return Collected(replace(fetched, tables=tables), out, files, summary)


def _of_days(name: str, table: pd.DataFrame, first: date, last: date) -> pd.DataFrame:
    """The rows of the days asked for: a source also gives what was entered of late for other days."""
    if name not in _DATED:
        return table
    start = monday_of(first) if name == "vibes" else pd.Timestamp(first)
    return table[table[_DATED[name]].between(start, pd.Timestamp(last))].reset_index(drop=True)
