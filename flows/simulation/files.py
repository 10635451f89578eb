"""A simulated world as files: what `tenfour judge` reads, and the truth beside it."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Final

from flows.errors import ConfigError
from flows.simulation.world import Simulated
from transforms.exchange import INCIDENTS_FILE, WEEKLY_FILE

TRUTH_FILE: Final = "truth.csv"
WORLD_FILE: Final = "world.json"


def write_world(simulated: Simulated, folder: Path) -> list[str]:
    """Write readings, incidents, truth and constants into a folder.

    Returns what to tell the user, a line each. The same world and seed give the same bytes.
    Errors: ConfigError if the folder cannot be written to.
    """
    tables = {
        WEEKLY_FILE: simulated.weekly,
        INCIDENTS_FILE: simulated.incidents,
        TRUTH_FILE: simulated.truth,
    }
    said = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, table in tables.items():
            text = table.to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d")
            (folder / name).write_bytes(text.encode())
            said.append(f"{folder / name}: {len(table)} rows")
        (folder / WORLD_FILE).write_bytes(world_text(simulated).encode())
    except OSError as error:
        raise ConfigError(f"--out: {folder}: {error.strerror or 'cannot be written to'}") from None
    return [*said, f"{folder / WORLD_FILE}: the constants"]


def world_text(simulated: Simulated) -> str:
    """The seed and every constant of the world, as JSON."""
    switch = simulated.switch_week.date()
    content = {"seed": simulated.seed, "switch_week": switch, **asdict(simulated.world)}
    return json.dumps(content, ensure_ascii=False, indent=1, default=str) + "\n"
