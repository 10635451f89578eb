"""What `tenfour vibes` does: check files as a run would read them, and print an empty one for a week."""

from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import pandas as pd

from flows.errors import ConfigError
from flows.publish.exports import csv_bytes
from flows.settings import Settings, roster_tables
from flows.sources.vibes import read_vibes, vibes_sheets
from transforms.clean.sheet import Sheet
from transforms.clean.vibes import VIBES_COLUMNS, clean_vibes
from transforms.weeks import monday_of

Report = dict[str, Any]
_PROBLEM: Final = ("file", "line", "column", "rule", "severity", "found", "message")


def current_week(settings: Settings) -> pd.Timestamp:
    """The week that runs now: by the clock, or by `sample.as_of` for sample data. Later weeks are in the future."""
    if settings.is_sample:
        return monday_of(settings.config.sample.as_of)
    return monday_of(datetime.now(ZoneInfo(settings.config.organisation.timezone)))


def check_vibes(path: Path | None, settings: Settings) -> Report:
    """One file, or without one the vibes folder, read as a run would.

    Errors: ConfigError if there is nothing to read; what is wrong inside a file is part of the report.
    """
    sheets = _file(path) if path is not None and not path.is_dir() else _folder(path or settings.vibes_dir)
    cleaned = clean_vibes(
        sheets,
        roster_tables(settings.config).engineers,
        [manager.id for manager in settings.config.managers],
        current_week(settings),
    )
    return {
        "file": str(path if path is not None else settings.config.sources.vibes.folder),
        "encoding": ", ".join(sorted({sheet.encoding for sheet in sheets if sheet.encoding})),
        "rows_read": cleaned.rows_read,
        "rows_used": cleaned.rows_used,
        "accepted": _accepted(cleaned.vibes, with_file=path is None),
        "problems": _problems(cleaned.problems, with_file=path is None),
    }


def _folder(folder: Path) -> tuple[Sheet, ...]:
    read = read_vibes(folder)
    if not read.sheets:
        raise ConfigError(f"{folder}: {read.message}", advice="Start one with: tenfour vibes template > vibes.csv")
    return read.sheets


def _file(path: Path) -> tuple[Sheet, ...]:
    try:
        return vibes_sheets({path.name: path.read_bytes()})
    except OSError as error:
        advice = "Name a vibes file; without one, all in the configured folder are checked."
        raise ConfigError(f"{path}: cannot be read: {error.strerror}", advice=advice) from None


def _accepted(vibes: pd.DataFrame, with_file: bool) -> list[dict[str, Any]]:
    ordered = vibes.sort_values(["file", "line"])
    rows = ordered.assign(week_start=ordered["week_start"].dt.strftime("%Y-%m-%d")).to_dict("records")
    return [
        {
            **({"file": row["file"]} if with_file else {}),
            "line": row["line"],
            "week_start": row["week_start"],
            "engineer_id": row["engineer_id"],
            "vibes": None if pd.isna(row["vibes"]) else int(row["vibes"]),
            "note": None if pd.isna(row["note"]) else row["note"],
            "manager": row["manager_id"],
            "visibility": row["visibility"],
        }
        for row in rows
    ]


def _problems(problems: pd.DataFrame, with_file: bool) -> list[dict[str, Any]]:
    names = _PROBLEM if with_file else _PROBLEM[1:]
    return [{str(name): value for name, value in row.items()} for row in problems[list(names)].to_dict("records")]


def format_report(report: Report) -> str:
    """The report as text: where, what, what is expected, what to do."""
    problems = report["problems"]
    count = f"{len(problems)} problem{'s' if len(problems) != 1 else ''}" if problems else "no problems"
    lines = [f"{report['file']}: {count}, {report['rows_used']} of {report['rows_read']} rows used"]
    lines += [f"  {_where(problem)}{problem['message']} [{problem['rule']}]" for problem in problems]
    if problems:
        lines.append("Check again with: tenfour vibes check")
    return "\n".join(lines)


def _where(problem: dict[str, Any]) -> str:
    parts = [
        problem.get("file", ""),
        f"line {problem['line']}" if problem["line"] else "",
        f"column {problem['column']}" if problem["column"] else "",
    ]
    place = ", ".join(part for part in parts if part)
    severity = "" if problem["severity"] == "error" else f"{problem['severity']}: "
    return f"{place}: {severity}" if place else severity


def template(settings: Settings, week: pd.Timestamp | None) -> bytes:
    """A vibes file for a week (default: the one that runs now) with a row to fill in for every engineer employed.

    The rows of a manager stand together. A spreadsheet opens it as it is, and what it saves is read.
    """
    monday = week if week is not None else current_week(settings)
    engineers = roster_tables(settings.config).engineers
    is_employed = (engineers["employed_from"] <= monday + pd.Timedelta(days=6)) & ~(engineers["employed_to"] < monday)
    ordered = engineers[is_employed].sort_values(["manager_id", "engineer_id"])
    typed = [
        {"week_start": f"{monday:%Y-%m-%d}", "engineer_id": row["engineer_id"], "manager": row["manager_id"]}
        for row in ordered.to_dict("records")
    ]
    return csv_bytes(VIBES_COLUMNS.names, [[row.get(name) for name in VIBES_COLUMNS.names] for row in typed])
