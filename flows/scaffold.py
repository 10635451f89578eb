"""What `tenfour init` writes: a project of one's own, outside sample mode."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from flows.errors import ConfigError
from flows.publish.exports import csv_bytes
from flows.settings.schema import schema_text
from flows.settings.set_aside import CONFIG_FILE
from transforms.clean.leave import LEAVE_COLUMNS
from transforms.clean.vibes import VIBES_COLUMNS
from transforms.weeks import monday_of

BASELINE_WEEKS = 26


def scaffold(folder: Path, today: date | None = None) -> list[str]:
    """Write config, schema and empty input files into a new or empty folder; returns what was done and what is next.

    Errors: ConfigError if the folder holds anything; nothing is ever overwritten.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigError(f"{folder}: not an empty folder; nothing was written", advice="Name a new folder.")
    config = json.dumps(_empty_config(today or datetime.now(UTC).date()), indent=2) + "\n"
    contents = {
        Path("config") / CONFIG_FILE: config.encode(),
        Path("config") / "team_config.schema.json": schema_text().encode(),
        # Spreadsheets take a file with a mark at its beginning for UTF-8, and save it so.
        Path("data/inputs/vibes/vibes.csv"): csv_bytes(VIBES_COLUMNS.names, []),
        Path("data/inputs/vibes/leave.csv"): csv_bytes(LEAVE_COLUMNS.names, []),
    }
    for path, content in contents.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return [
        *(f"wrote {folder / path}" for path in contents),
        "",
        "Next, in that folder:",
        "1. Fill config/team_config.json: locations, teams, managers, engineers, the two dates under policy. An editor",
        "   that knows JSON Schema explains every key. Check it with: tenfour config check",
        "2. Connect the sources, in the environment: TENFOUR_JIRA_URL, TENFOUR_JIRA_EMAIL and TENFOUR_JIRA_TOKEN;",
        "   TENFOUR_PAGERDUTY_URL and TENFOUR_PAGERDUTY_TOKEN; where you use them, TENFOUR_TEMPO_URL and",
        "   TENFOUR_TEMPO_TOKEN, TENFOUR_ALERTOPS_URL and TENFOUR_ALERTOPS_KEY. A source that is not set is unknown",
        "   on the pages.",
        "3. Let everything be examined: tenfour doctor",
        "4. Run: tenfour weekly. Beside the managers' files it leaves a list of what is wrong in them, and an empty",
        "   vibes file for the next week.",
    ]


def _empty_config(today: date) -> dict[str, object]:
    switch = monday_of(today) + timedelta(days=7)
    return {
        "$schema": "./team_config.schema.json",
        "organisation": {"name": "Our organisation", "timezone": "UTC", "correction_contact": "our people team"},
        "locations": {"office": {"country": "US", "timezone": "America/New_York"}},
        "teams": [],
        "managers": [],
        "engineers": [],
        "policy": {
            "baseline_start": f"{switch - timedelta(weeks=BASELINE_WEEKS):%Y-%m-%d}",
            "switch_date": f"{switch:%Y-%m-%d}",
        },
        "sample": {"enabled": False},
    }
