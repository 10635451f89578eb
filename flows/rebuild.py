"""A past week once more, from what was received then: no source is asked, and nothing published is touched.

Every weekly run up to the one that published the week is run again on a scratch store, with the config it had and the
answers it got. What comes out is held against what was published, byte for byte.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Final

import pandas as pd

from flows import pipeline
from flows.errors import ConfigError, UserError
from flows.outside import Recorded
from flows.progress import Report, silent
from flows.settings import Connection, Connections, SetAside, Settings, TeamConfig
from flows.settings.languages import read_language
from flows.store.layout import Layout
from flows.store.raw import kept_body
from flows.store.runs import all_runs
from flows.store.tables import TableStore
from flows.workspace import DEFAULT_PATIENCE, Workspace
from transforms.weeks import iso_week, parse_week

# What was decided and said of a week stays as it was; its facts are restated by the runs whose look-back holds it.
_FIXED: Final = (
    "signals",
    "statuses",
    "alert_events",
    "recommendations",
    "team_effects",
    "problems",
    "source_health",
    "sprints",
    "sprint_totals",
)
_RESTATED: Final = (
    "worklogs",
    "pages",
    "vibes",
    "manager_decisions",
    "sprint_credits",
    "available_hours",
    "coverage",
    "readings",
)


class NotReproduced(UserError):
    """A rebuilt week is not what was published."""

    exit_code: ClassVar[int] = 5


@dataclass(frozen=True)
class Rebuilt:
    """What was compared: names of tables, and `page` for what the week's page said."""

    week: str
    runs: int
    same: tuple[str, ...]
    different: tuple[str, ...]
    restated_since: tuple[str, ...]
    folder: Path | None

    def as_text(self) -> str:
        """What a person at a terminal wants to know."""
        lines = [
            f"{self.week}: rebuilt from recorded answers of {self.runs} weekly runs; no source was asked",
            f"  as published, byte for byte: {', '.join(self.same)}",
            f"  restated by later runs, not compared: {', '.join(self.restated_since)}" if self.restated_since else "",
            f"  kept in {self.folder}: data/ and site/ as of that week" if self.folder else "",
        ]
        return "\n".join(line for line in lines if line)


def rebuild_week(settings: Settings, week: pd.Timestamp, out: Path | None = None, report: Report = silent) -> Rebuilt:
    """Rebuild a published week; with `out`, keep the store and the site as of then in that new or empty folder.

    Errors: ConfigError for a week that was never published, or published by a version that kept too little, and for a
        folder that holds something; NotReproduced, with what differs, if the outcome is another.
    """
    if out is not None and out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ConfigError(f"{out}: not an empty folder; nothing was written", advice="Name a new folder.")
    layout = Layout(settings.data_dir)
    weekly = [record for record in all_runs(layout) if record["command"] == "weekly"]
    records = _runs_up_to(layout, week, weekly)
    with _folder(out) as folder:
        for done, record in enumerate(records):
            report("Running again", done, len(records))
            _run_again(settings, layout, folder, record, is_last=record is records[-1])
        report("Running again", len(records), len(records))
        compared = (*_FIXED, *_RESTATED) if records == weekly else _FIXED
        rebuilt = _compared(layout, Layout(folder / "data"), week, compared, len(records), out)
    if rebuilt.different:
        raise NotReproduced(
            f"{rebuilt.week}: what was rebuilt differs from what was published in: {', '.join(rebuilt.different)}.",
            [f"published by tenfour {record['again']['version']}" for record in records[-1:]],
            "Either the program has changed since, or files of the store were. The published week stays as it is.",
        )
    return rebuilt


def _runs_up_to(layout: Layout, week: pd.Timestamp, weekly: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The records of the weekly runs up to the last that computed a week."""
    name = iso_week(week)
    places = [place for place, record in enumerate(weekly) if name in record["weeks_computed"]]
    if not places:
        published = [iso_week(monday) for monday in TableStore(layout).weeks("statuses")]
        known = f"published weeks run from {published[0]} to {published[-1]}" if published else "no week is published"
        raise ConfigError(f"{name} was not published from this data folder; {known}.")
    found = list(weekly[: places[-1] + 1])
    silent_ones = [record["started_at"] for record in found if not record.get("again")]
    if silent_ones:
        raise ConfigError(
            f"{name} rests on {len(silent_ones)} runs of an older version that did not keep what a rebuild needs (the "
            f"first of {silent_ones[0]}).",
            advice="Their raw answers are still in data/raw; weeks published from now on can be rebuilt.",
        )
    return found


@contextmanager
def _folder(out: Path | None) -> Iterator[Path]:
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        yield out
        return
    with tempfile.TemporaryDirectory(prefix="tenfour-rebuild-") as scratch:
        yield Path(scratch)


def _run_again(settings: Settings, layout: Layout, folder: Path, record: dict[str, Any], *, is_last: bool) -> None:
    again = record["again"]
    week = parse_week(record["week"])
    config = TeamConfig.model_validate_json(kept_body(layout, again["config"]))
    then = replace(
        settings,
        config=config,
        language=read_language(config.publishing.locale),
        set_aside=tuple(SetAside.from_json(found) for found in again.get("set_aside", ())),
        connections=_as_connected(again["connected"], again["is_sample"]),
        data_dir=folder / "data",
        site_dir=folder / "site",
        # What is compared is what everyone was shown; the managers' folder of today is not touched.
        managers_dir=None,
    )
    scratch = Layout(folder / "data")
    heard = Recorded(layout, again["heard"], frozenset(again["connected"]), again["failures"])
    workspace = Workspace(
        then, then.connections, scratch, TableStore(scratch), DEFAULT_PATIENCE, _now(week), silent, recorded=heard
    )
    publish = pipeline.publish if is_last else pipeline.keep_view
    pipeline.run_weekly(workspace, week, pipeline.Steps(publish=publish))


def _now(week: pd.Timestamp) -> datetime:
    """An instant at which the week is the newest complete one, in every zone."""
    return (week + pd.Timedelta(days=9)).tz_localize("UTC").to_pydatetime()


def _as_connected(names: Sequence[str], is_sample: bool) -> Connections:
    """Connections that are never used: they say which sources there were."""
    if is_sample:
        return Connections()
    nowhere: dict[str, Any] = {name: Connection.nowhere() for name in names}
    return Connections(**nowhere)


def _compared(
    published: Layout, rebuilt: Layout, week: pd.Timestamp, tables: Sequence[str], runs: int, folder: Path | None
) -> Rebuilt:
    pairs = {name: (published.partition(name, week), rebuilt.partition(name, week)) for name in tables}
    pairs["page"] = (published.week_view(week), rebuilt.week_view(week))
    is_same = {name: _content(then) == _content(now) for name, (then, now) in pairs.items()}
    return Rebuilt(
        week=iso_week(week),
        runs=runs,
        same=tuple(name for name, same in is_same.items() if same),
        different=tuple(name for name, same in is_same.items() if not same),
        restated_since=tuple(name for name in _RESTATED if name not in tables),
        folder=folder,
    )


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None
