"""Readings as two CSV files, `weekly.csv` and `incidents.csv`: read from any system, and written from our own tables.

Columns stand in any order, extra ones are ignored, an empty cell is missing. Every defect is found at once, by line.
Definition: metrics.md, "Weekly readings: the exchange table".
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

from transforms.exchange_columns import INCIDENT_NUMBERS, ONLY_TEAM, WEEKLY_NUMBERS, Number, clean_rows
from transforms.metrics.grid import Grid
from transforms.metrics.response import weekly_response
from transforms.schemas.readings import Readings
from transforms.schemas.registry import empty, shaped
from transforms.stats import Ints
from transforms.stats.arrays import order_by
from transforms.vocabulary import SCHEDULES

WEEKLY_FILE: Final = "weekly.csv"
INCIDENTS_FILE: Final = "incidents.csv"
WEEKLY_COLUMNS: Final = (
    "engineer_id",
    "manager_id",
    "week_start",
    "schedule",
    "contract_hours",
    "holiday_hours",
    "leave_hours",
    "worked_hours",
    "billable_hours",
    "sprint_id",
    "sprint_end",
    "points_completed",
    "vibes",
    "vibes_note",
)
INCIDENT_COLUMNS: Final = ("engineer_id", "week_start", "ack_s", "resolve_s")
NOTE_WRITTEN: Final = "(note)"
_FINDINGS_SHOWN: Final = 20

Key = ["engineer_id", "week_start"]


@dataclass(frozen=True)
class Exchange:
    """What the two files say. With any problem both frames are empty; remarks say what was left out."""

    readings: pd.DataFrame
    incidents: pd.DataFrame
    problems: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Sheet:
    """A parsed file: stripped cells (missing where empty), and the line where each row starts."""

    file: str
    cells: pd.DataFrame
    lines: pd.Series

    def text(self, column: str) -> pd.Series:
        return self.cells[column]

    def has(self, column: str) -> bool:
        return column in self.cells

    def findings(self, is_bad: pd.Series, column: str, expected: str) -> list[str]:
        """One sentence for each bad cell; many of a kind are counted."""
        bad = np.flatnonzero(is_bad.to_numpy())
        found = self.cells[column].fillna("").to_numpy()
        said = [
            f'{self.file}: line {self.lines.iloc[row]}, column {column}: "{found[row]}" is not {expected}'
            if found[row]
            else f"{self.file}: line {self.lines.iloc[row]}, column {column}: is empty; expected {expected}"
            for row in bad[:_FINDINGS_SHOWN]
        ]
        if len(bad) > _FINDINGS_SHOWN:
            said.append(f"{self.file}: column {column}: {len(bad) - _FINDINGS_SHOWN} more lines like these")
        return said


def read_exchange(weekly: str, incidents: str, denominator: Literal["available", "logged"] = "available") -> Exchange:
    """The text of both files as readings and incidents.

    Grain: one reading per engineer and week; one incident per incident and responder.
    Units: hours, percent of the denominator, points, seconds, score 1 to 5.
    Missing: empty holiday and leave hours are none; other empty cells stay missing. A missing number makes its metric
    unknown for the week, unless there were no available hours (or no sprint): then there is nothing to know.
    Errors: none raised; `problems` has every finding, with its line.
    """
    clean = clean_rows(weekly, incidents)
    rows, responses, problems = (*clean, []) if clean is not None else careful_rows(weekly, incidents)
    if problems or rows is None or responses is None:
        return Exchange(empty(Readings), _no_incidents(), tuple(problems))
    rows = _by_key(rows)
    grid = Grid.of(rows)
    kept, remarks = _of_known_weeks(responses, grid)
    return Exchange(_readings(rows, kept, grid, denominator), kept, (), tuple(remarks))


def careful_rows(weekly: str, incidents: str) -> tuple[pd.DataFrame | None, pd.DataFrame | None, list[str]]:
    """The rows of both files, read cell by cell, and every finding; a file that cannot be parsed has no rows."""
    weekly_sheet, weekly_problems = _parse(weekly, WEEKLY_FILE, WEEKLY_COLUMNS)
    incident_sheet, incident_problems = _parse(incidents, INCIDENTS_FILE, INCIDENT_COLUMNS)
    problems = [*weekly_problems, *incident_problems]
    rows, responses = None, None
    if weekly_sheet is not None:
        rows, found = _weekly_rows(weekly_sheet)
        problems += found
    if incident_sheet is not None:
        responses, found = _incident_rows(incident_sheet)
        problems += found
    if incident_sheet is not None and weekly_sheet is not None:
        problems += _strangers(incident_sheet, weekly_sheet)
    if rows is not None and rows.empty:
        problems.append(f"{WEEKLY_FILE}: has a header, but no rows")
    return rows, responses, problems


def weekly_csv(readings: pd.DataFrame) -> str:
    """Readings as the text of `weekly.csv`, with the team as an extra column.

    Missing: which source failed has no column; the text of notes is not ours to give away: `(note)` says that one was
    written.
    """
    rows = readings.sort_values(Key, ignore_index=True)
    table = rows.assign(
        week_start=rows["week_start"].dt.strftime("%Y-%m-%d"),
        sprint_id=rows["sprint_id"].astype("Int64"),
        sprint_end=rows["is_sprint_end"],
        vibes_note=rows["has_note"].map({True: NOTE_WRITTEN, False: ""}),
    )
    return table[[*WEEKLY_COLUMNS, "team_id"]].to_csv(index=False, lineterminator="\n")


def incidents_csv(incidents: pd.DataFrame) -> str:
    """Incidents (or pages) as the text of `incidents.csv`."""
    rows = incidents.sort_values([*Key, "acknowledge_seconds", "resolve_seconds"], ignore_index=True)
    table = pd.DataFrame(
        {
            "engineer_id": rows["engineer_id"],
            "week_start": rows["week_start"].dt.strftime("%Y-%m-%d"),
            "ack_s": rows["acknowledge_seconds"],
            "resolve_s": rows["resolve_seconds"],
            "is_censored": rows["is_censored"],
        }
    )
    return table.to_csv(index=False, lineterminator="\n")


def _parse(text: str, file: str, required: Sequence[str]) -> tuple[_Sheet | None, list[str]]:
    if not text.strip():
        return None, [f"{file}: is empty; expected a header line with {', '.join(required)}"]
    try:
        # The header is read as a row, so that a line with more cells than the header is an error, not an index.
        # Blank lines are kept for now: without them the line numbers would be wrong.
        table = pd.read_csv(
            io.StringIO(text), header=None, dtype="str", keep_default_na=False, na_values=[""], skip_blank_lines=False
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError):
        return None, _malformed(text, file)
    names = table.iloc[0].fillna("").str.strip()
    problems = [f"{file}: column {name} is missing from the header" for name in required if name not in set(names)]
    problems += [f"{file}: column {name} stands twice in the header" for name in required if (names == name).sum() > 1]
    if problems:
        return None, problems
    lines = _starting_lines(table, has_inner_breaks=text.count("\n") > len(table))
    cells = table.iloc[1:].set_axis(names.to_list(), axis="columns")
    cells = cells.loc[:, ~cells.columns.duplicated()]
    cells = pd.DataFrame({name: _stripped(cells[name]) for name in cells})
    is_row = cells.notna().any(axis="columns")
    return _Sheet(file, cells[is_row].reset_index(drop=True), lines.iloc[1:][is_row].reset_index(drop=True)), []


def _stripped(column: pd.Series) -> pd.Series:
    text = column.str.strip()
    return text.mask(text == "")


def _starting_lines(table: pd.DataFrame, *, has_inner_breaks: bool) -> pd.Series:
    """The line where each row starts: a cell may hold line breaks of its own."""
    if not has_inner_breaks:
        return pd.Series(np.arange(1, len(table) + 1), index=table.index)
    inner = pd.concat([table[column].str.count("\n") for column in table], axis="columns").sum(axis="columns")
    lines: pd.Series = 1 + np.arange(len(table)) + inner.cumsum().shift(fill_value=0)
    return lines.astype("int64")


def _malformed(text: str, file: str) -> list[str]:
    """Why the parser gave up, line by line."""
    reader = csv.reader(io.StringIO(text), strict=True)
    problems: list[str] = []
    try:
        width = len(next(reader))
        for row in reader:
            if len(row) > width:
                problems.append(f"{file}: line {reader.line_num}: {len(row)} cells, but the header has {width}")
    except csv.Error as error:
        problems.append(f"{file}: line {reader.line_num}: not readable as CSV: {error}")
    return problems or [f"{file}: not readable as CSV; expected comma-separated lines with a header"]


def _weekly_rows(sheet: _Sheet) -> tuple[pd.DataFrame, list[str]]:
    keys, problems = _keys(sheet)
    is_schedule = sheet.text("schedule").isin(SCHEDULES)
    problems += sheet.findings(~is_schedule, "schedule", f"one of {', '.join(SCHEDULES)}")
    rows = keys.assign(
        manager_id=sheet.text("manager_id").fillna(""),
        team_id=sheet.text("team_id").fillna(ONLY_TEAM) if sheet.has("team_id") else ONLY_TEAM,
        schedule=sheet.text("schedule"),
        has_note=sheet.text("vibes_note").notna(),
    )
    for column, number in WEEKLY_NUMBERS.items():
        rows[number.name], found = _numbers(sheet, column, number)
        problems += found
    rows["is_sprint_end"], found = _flags(sheet, "sprint_end")
    problems += found + _repeated(sheet, keys)
    return rows, problems


def _incident_rows(sheet: _Sheet) -> tuple[pd.DataFrame, list[str]]:
    rows, problems = _keys(sheet)
    for column, number in INCIDENT_NUMBERS.items():
        rows[number.name], found = _numbers(sheet, column, number)
        problems += found
    if sheet.has("is_censored"):
        rows["is_censored"], found = _flags(sheet, "is_censored")
        problems += found
    else:
        rows["is_censored"] = False
    return rows, problems


def _keys(sheet: _Sheet) -> tuple[pd.DataFrame, list[str]]:
    text = sheet.text("week_start")
    week = pd.to_datetime(text, format="%Y-%m-%d", errors="coerce").astype("datetime64[us]")
    problems = sheet.findings(sheet.text("engineer_id").isna(), "engineer_id", "the id of an engineer")
    problems += sheet.findings(week.isna(), "week_start", "a date such as 2026-05-04")
    problems += sheet.findings(week.notna() & (week.dt.day_of_week != 0), "week_start", "a Monday")
    return pd.DataFrame({"engineer_id": sheet.text("engineer_id"), "week_start": week}), problems


def _numbers(sheet: _Sheet, column: str, number: Number) -> tuple[pd.Series, list[str]]:
    text = sheet.text(column)
    # `to_numeric` only tells numbers from other text: its own parser may miss the last bit.
    is_number = np.isfinite(pd.to_numeric(text, errors="coerce"))
    values = text.where(is_number).astype("float64")
    is_bad = text.notna() & ~(is_number & (values >= number.low) & (values <= number.high))
    if number.is_required:
        is_bad |= text.isna()
    if number.is_whole:
        is_bad |= values.notna() & (values % 1 != 0)
    kind = "whole number" if number.is_whole else "number"
    limits = (
        f" from {number.low:g} to {number.high:g}"
        if np.isfinite(number.high)
        else f" of at least {number.low:g}"
        if np.isfinite(number.low)
        else ""
    )
    return values, sheet.findings(is_bad, column, f"a {kind}{limits}")


def _flags(sheet: _Sheet, column: str) -> tuple[pd.Series, list[str]]:
    text = sheet.text(column).str.lower()
    is_bad = text.notna() & ~text.isin(["true", "false"])
    return text == "true", sheet.findings(is_bad, column, "True or False")


def _repeated(sheet: _Sheet, keys: pd.DataFrame) -> list[str]:
    known = keys[keys.notna().all(axis="columns")]
    repeated = known[known.duplicated(keep=False)].assign(line=sheet.lines.astype("str"))
    lines = repeated.groupby(Key)["line"].agg(", ".join).reset_index()
    return [
        f"{sheet.file}: lines {where}: {engineer} has more than one row for the week of {week:%Y-%m-%d}"
        for engineer, week, where in zip(lines["engineer_id"], lines["week_start"], lines["line"], strict=True)
    ]


def _strangers(incidents: _Sheet, weekly: _Sheet) -> list[str]:
    engineer = incidents.text("engineer_id")
    is_unknown = engineer.notna() & ~engineer.isin(weekly.text("engineer_id").unique())
    return incidents.findings(is_unknown, "engineer_id", f"an engineer of {WEEKLY_FILE}")


def _of_known_weeks(incidents: pd.DataFrame, grid: Grid) -> tuple[pd.DataFrame, list[str]]:
    """Incidents of weeks that have a reading; how many others there were, as a remark."""
    rows = grid.rows(incidents)
    is_known = rows.number < rows.size
    kept = incidents if is_known.all() else incidents[is_known]
    left_out = int((~is_known).sum())
    times = [kept[name].to_numpy() for name in ("acknowledge_seconds", "resolve_seconds")]
    kept = _taken(kept, order_by(rows.number[is_known], *times))
    if not left_out:
        return kept, []
    what = "1 incident is" if left_out == 1 else f"{left_out} incidents are"
    return kept, [f"{INCIDENTS_FILE}: {what} left out: {WEEKLY_FILE} has no row for the engineer in that week"]


def _by_key(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows in order of engineer and week."""
    engineer, _ = pd.factorize(rows["engineer_id"], sort=True)
    week, _ = pd.factorize(rows["week_start"], sort=True)
    return _taken(rows, order_by(engineer, week))


def _taken(rows: pd.DataFrame, order: Ints) -> pd.DataFrame:
    """The rows in an order of theirs; files mostly come in order, and are then not copied."""
    if (order[1:] > order[:-1]).all():
        return rows.reset_index(drop=True)
    return rows.take(order).reset_index(drop=True)


def _no_incidents() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "engineer_id": pd.Series(dtype="str"),
            "week_start": pd.Series(dtype="datetime64[us]"),
            "acknowledge_seconds": pd.Series(dtype="float64"),
            "resolve_seconds": pd.Series(dtype="float64"),
            "is_censored": pd.Series(dtype="bool"),
        }
    )


def readings_of(
    rows: pd.DataFrame, incidents: pd.DataFrame, denominator: Literal["available", "logged"]
) -> pd.DataFrame:
    """Weekly rows and incidents, already typed, as readings: what reading the two files comes to.

    Missing: as `read_exchange` says.
    """
    ordered = _by_key(rows)
    return _readings(ordered, incidents, Grid.of(ordered), denominator)


def _readings(rows: pd.DataFrame, incidents: pd.DataFrame, grid: Grid, denominator: str) -> pd.DataFrame:
    """The readings of rows in order; what a table of readings may hold is what the rows were checked for."""
    holiday, leave = rows["holiday_hours"].fillna(0.0), rows["leave_hours"].fillna(0.0)
    available = (rows["contract_hours"] - holiday - leave).clip(lower=0)
    hours = available if denominator == "available" else rows["worked_hours"]
    has_hours = rows["worked_hours"].notna() & rows["billable_hours"].notna()
    responses = weekly_response(grid, incidents.assign(urgency="high"), np.ones(len(rows), dtype=np.bool_))
    complete = rows.assign(
        holiday_hours=holiday,
        leave_hours=leave,
        available_hours=available,
        billable_pct=100 * rows["billable_hours"] / hours.where(hours > 0),
        coverage_pct=100 * rows["worked_hours"] / available.where(available > 0),
        is_billable_known=has_hours | (available == 0),
        is_velocity_known=rows["points_completed"].notna() | rows["sprint_id"].isna() | (available == 0),
        is_response_known=True,
        is_vibes_known=True,
        is_vibes_changed=False,
    )
    return shaped(complete.join(responses), Readings)
