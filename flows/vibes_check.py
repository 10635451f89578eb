"""What `tenfour vibes` does: check files as a run would read them, and print an empty one for a week."""

import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import pandas as pd

from flows.errors import ConfigError
from flows.publish.exports import csv_bytes, table_rows
from flows.settings import Settings, roster_tables
from flows.sources.vibes import (
    DECISIONS_PATTERN,
    LEAVE_FILE,
    VIBES_PATTERN,
    Kind,
    read_decisions,
    read_leave,
    read_vibes,
)
from transforms.clean.input_findings import finding
from transforms.clean.leave import LEAVE_COLUMNS, clean_leave
from transforms.clean.manager_decisions import DECISION_COLUMNS, clean_decisions
from transforms.clean.sheet import Columns, Sheet, read_sheet
from transforms.clean.vibes import VIBES_COLUMNS, clean_vibes
from transforms.language import speaking
from transforms.weeks import monday_of

Report = dict[str, Any]
Rows = list[dict[str, Any]]
STANDARD_INPUT: Final = Path("-")
_PROBLEM: Final = ("file", "line", "column", "rule", "severity", "found", "message")
_COLUMNS: Final[Mapping[Kind, Columns]] = {
    "vibes": VIBES_COLUMNS,
    "leave": LEAVE_COLUMNS,
    "decisions": DECISION_COLUMNS,
}
# These say themselves what becomes of their file.
_ABOUT_FILES: Final = ("V001", "V002", "V015")
_NAMES: Final[Mapping[Kind, str]] = {"vibes": VIBES_PATTERN, "leave": LEAVE_FILE, "decisions": DECISIONS_PATTERN}
# What becomes of the rows with an error, by the kind of their file: of one row, of several.
_CONSEQUENCES: Final[Mapping[Kind, tuple[str, str]]] = {
    "vibes": (
        'Until it is fixed, its engineer shows "no vibes" for that week, unless another row has a score.',
        'Until they are fixed, their engineers show "no vibes" for those weeks, unless another row has a score.',
    ),
    "leave": (
        "Until it is fixed, its days count as days at work.",
        "Until they are fixed, their days count as days at work.",
    ),
    "decisions": (
        "Until it is fixed, that decision is not shown.",
        "Until they are fixed, those decisions are not shown.",
    ),
}


@dataclass(frozen=True)
class _Checked:
    """What files of one kind came to. Rows and problems name their files."""

    sheets: Sequence[Sheet]
    rows_read: int
    rows_used: int
    accepted: Rows
    problems: pd.DataFrame


def current_week(settings: Settings) -> pd.Timestamp:
    """The week that runs now: by the clock, or by `sample.as_of` for sample data. Later weeks are in the future."""
    if settings.is_sample:
        return monday_of(settings.config.sample.as_of)
    return monday_of(datetime.now(ZoneInfo(settings.config.organisation.timezone)))


def check_vibes(path: Path | None, settings: Settings) -> Report:
    """One file, or without one all of the vibes folder, read as a run would. `-` is a vibes file on standard input.

    Its problems are said in the language of the site.
    Shape: `file, encoding, rows_read, rows_used, accepted, problems`; a problem is `line, column, rule, severity,
        found, message`. An accepted row has its `line` (where it starts) and, by the kind of its file,
        vibes: `week_start, engineer_id, vibes, note, manager, visibility`;
        leave: `engineer_id, from_date, to_date, hours_per_day` (the days used; hours, `half`, or null for whole days);
        decisions: `engineer_id, review_week, decision, why, manager, decided_on, visibility`.
        For a folder, accepted rows and problems begin with `file`, and `file` above is the folder.
    Units: days and weeks as their (first) day, `2026-11-16`.
    Missing: null.
    Errors: ConfigError if there is nothing to read; what is wrong inside a file is part of the report.
    """
    is_folder = path is None or path.is_dir()
    with speaking(settings.language):
        checked = (
            _folder(path or settings.vibes_dir, settings) if path is None or is_folder else [_file(path, settings)]
        )
    problems = pd.concat([one.problems for one in checked], ignore_index=True)
    hidden = () if is_folder else ("file",)
    return {
        "file": str(path if path is not None else settings.config.sources.vibes.folder),
        "encoding": ", ".join(sorted({sheet.encoding for one in checked for sheet in one.sheets if sheet.encoding})),
        "rows_read": sum(one.rows_read for one in checked),
        "rows_used": sum(one.rows_used for one in checked),
        "accepted": [_without(hidden, row) for one in checked for row in one.accepted],
        "problems": [_without(hidden, row) for row in _records(problems[list(_PROBLEM)])],
    }


def _without(names: Sequence[str], row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


def _folder(folder: Path, settings: Settings) -> list[_Checked]:
    """The files of each kind that is there."""
    vibes = read_vibes(folder)
    leave = read_leave(folder) if (folder / LEAVE_FILE).exists() else None
    decisions = read_decisions(folder)
    sheets: dict[Kind, Sequence[Sheet]] = {
        "vibes": vibes.sheets or [Sheet("", problems=(finding("V019.none"),))],
        "leave": leave.sheets if leave else (),
        "decisions": decisions.sheets if decisions else (),
    }
    if not (vibes.sheets or sheets["leave"] or sheets["decisions"]):
        raise ConfigError(f"{folder}: {vibes.message}", advice="Start one with: tenfour vibes template > vibes.csv")
    return [_CHECKS[kind](of_kind, settings) for kind, of_kind in sheets.items() if of_kind]


def _file(path: Path, settings: Settings) -> _Checked:
    kind = kind_of(path.name)
    try:
        content = sys.stdin.buffer.read() if path == STANDARD_INPUT else path.read_bytes()
    except OSError as error:
        advice = "Name a vibes file; without one, all in the configured folder are checked."
        raise ConfigError(f"{path}: cannot be read: {error.strerror}", advice=advice) from None
    sheet = read_sheet(path.name, content, _COLUMNS[kind])
    if path != STANDARD_INPUT and not fnmatch(path.name.casefold(), _NAMES[kind]):
        misnamed = finding("V019.name", pattern=_NAMES[kind]).at(path.name)
        sheet = replace(sheet, problems=(misnamed, *sheet.problems))
    return _CHECKS[kind]([sheet], settings)


def kind_of(name: str) -> Kind:
    """What a file is checked as, by the beginning of its name; anything else is taken for vibes."""
    kinds: tuple[Kind, ...] = ("leave", "decisions")
    return next((kind for kind in kinds if name.casefold().startswith(kind)), "vibes")


def _check_vibes(sheets: Sequence[Sheet], settings: Settings) -> _Checked:
    cleaned = clean_vibes(
        sheets, roster_tables(settings.config).engineers, _manager_ids(settings), current_week(settings)
    )
    accepted = _in_order(cleaned.vibes).assign(manager=lambda rows: rows["manager_id"])
    names = ("file", "line", "week_start", "engineer_id", "vibes", "note", "manager", "visibility")
    return _Checked(sheets, cleaned.rows_read, cleaned.rows_used, _records(accepted[list(names)]), cleaned.problems)


def _check_leave(sheets: Sequence[Sheet], settings: Settings) -> _Checked:
    cleaned = clean_leave(sheets, roster_tables(settings.config).engineers)
    used = cleaned.rows_read - cleaned.rows_rejected
    return _Checked(sheets, cleaned.rows_read, used, _records(_in_order(cleaned.absences)), cleaned.problems)


def _check_decisions(sheets: Sequence[Sheet], settings: Settings) -> _Checked:
    """The rows by themselves: whether the reviews were held that they are about, only a run knows."""
    last_day = current_week(settings) + pd.Timedelta(days=6)
    cleaned = clean_decisions(sheets, roster_tables(settings.config).engineers, _manager_ids(settings), last_day.date())
    renamed = {"week_start": "review_week", "manager_id": "manager"}
    names = ("file", "line", "engineer_id", "review_week", "decision", "why", "manager", "decided_on", "visibility")
    accepted = _in_order(cleaned.decisions).rename(columns=renamed)[list(names)]
    used = cleaned.rows_read - cleaned.rows_rejected
    return _Checked(sheets, cleaned.rows_read, used, _records(accepted), cleaned.problems)


_CHECKS: Final[Mapping[Kind, Callable[[Sequence[Sheet], Settings], _Checked]]] = {
    "vibes": _check_vibes,
    "leave": _check_leave,
    "decisions": _check_decisions,
}


def _manager_ids(settings: Settings) -> list[str]:
    return [manager.id for manager in settings.config.managers]


def _in_order(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.sort_values(["file", "line"])


def _records(rows: pd.DataFrame) -> Rows:
    """Rows of plain JSON values."""
    return [dict(zip(map(str, rows.columns), values, strict=True)) for values in table_rows(rows)]


def format_report(report: Report, path: Path | None) -> str:
    """The report of `check_vibes(path, ...)` as text: where, what, what is expected, what happens now, what to do."""
    problems = report["problems"]
    count = f"{len(problems)} problem{'s' if len(problems) != 1 else ''}" if problems else "no problems"
    lines = [f"{report['file']}: {count}, {report['rows_used']} of {report['rows_read']} rows used"]
    lines += [f"  {_where(problem)}{problem['message']} [{problem['rule']}]" for problem in problems]
    if problems:
        again = "tenfour vibes check" if path is None else f"tenfour vibes check {shlex.quote(str(path))}"
        lines.append(" ".join([*_consequences(report), f"Check again with: {again}"]))
    return "\n".join(lines)


def _consequences(report: Report) -> list[str]:
    """A sentence for each kind of file that has rows with an error."""
    places: dict[Kind, set[tuple[str, int]]] = {}
    for problem in report["problems"]:
        if problem["severity"] == "error" and problem["rule"] not in _ABOUT_FILES:
            file = problem.get("file", report["file"])
            places.setdefault(kind_of(Path(file).name), set()).add((file, problem["line"]))
    return [_CONSEQUENCES[kind][len(rows) > 1] for kind, rows in places.items()]


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
