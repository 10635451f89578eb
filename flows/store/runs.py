"""One JSON record per run: when, what was fetched, how it ended. The only place that holds wall-clock times."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flows.store.files import write_atomically
from flows.store.layout import Layout


def write_run(layout: Layout, started: datetime, command: str, facts: dict[str, Any]) -> Path:
    """Keep one run; the name sorts by time."""
    finished = datetime.now(UTC)
    record = {
        "command": command,
        "started_at": started.isoformat(timespec="milliseconds"),
        "finished_at": finished.isoformat(timespec="milliseconds"),
        "seconds": round((finished - started).total_seconds(), 3),
        **facts,
    }
    path = layout.runs / f"{started:%Y-%m-%dT%H%M%S.%fZ}-{command}.json"
    write_atomically(path, (json.dumps(record, indent=2, sort_keys=True, default=str) + "\n").encode())
    return path


def last_run(layout: Layout) -> dict[str, Any] | None:
    """The newest record, or None before the first run."""
    paths = sorted(layout.runs.glob("*.json"))
    return json.loads(paths[-1].read_text()) if paths else None


def all_runs(layout: Layout) -> Iterator[dict[str, Any]]:
    """Every record, oldest first."""
    return (json.loads(path.read_text()) for path in sorted(layout.runs.glob("*.json")))
