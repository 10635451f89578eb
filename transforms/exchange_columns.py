"""Exchange files without any fault, read as whole columns.

`exchange` reads every cell as text: only so can it name each bad one by its line. A file that is plainly right needs
none of that, and at a million rows reading it as text would cost more than judging it. Whatever is not plainly right
is declined here, and read there.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow.csv import ConvertOptions, ParseOptions, ReadOptions, read_csv

from transforms.stats import Floats, Ints
from transforms.vocabulary import SCHEDULES

ONLY_TEAM: Final = "all"


@dataclass(frozen=True)
class Number:
    """What a column of numbers is called in the tables, and what it may hold."""

    name: str
    low: float = -np.inf
    high: float = np.inf
    is_required: bool = False
    is_whole: bool = False


WEEKLY_NUMBERS: Final[Mapping[str, Number]] = {
    "contract_hours": Number("contract_hours", 0, 168, is_required=True),
    "holiday_hours": Number("holiday_hours", 0, 168),
    "leave_hours": Number("leave_hours", 0, 168),
    "worked_hours": Number("worked_hours", 0, 168),
    "billable_hours": Number("billable_hours", 0, 168),
    "points_completed": Number("points_completed"),
    "vibes": Number("vibes", 1, 5),
    "sprint_id": Number("sprint_id", is_whole=True),
}
INCIDENT_NUMBERS: Final[Mapping[str, Number]] = {
    "ack_s": Number("acknowledge_seconds", 0),
    "resolve_s": Number("resolve_seconds", 0),
}
_KEYS: Final = ("engineer_id", "week_start")
_WEEKLY_WORDS: Final = (*_KEYS, "manager_id", "schedule")
_TRUE: Final = ("True", "true", "TRUE")
_FALSE: Final = ("False", "false", "FALSE")


class _DeclinedError(Exception):
    """The file is not plainly right; no user sees this."""


def clean_rows(weekly: str, incidents: str) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """The rows of both files, if neither has any fault: what the careful reader would give, column by column.

    None: at least one of them has to be read with care. It may still be right, only unusually written.
    """
    try:
        rows, responses = _weekly_rows(weekly), _incident_rows(incidents)
    except (_DeclinedError, pa.ArrowInvalid, pa.ArrowKeyError):
        return None
    is_known = pd.Index(responses["engineer_id"].unique()).isin(rows["engineer_id"].unique())
    return (rows, responses) if is_known.all() else None


def _weekly_rows(text: str) -> pd.DataFrame:
    columns = _read(text, _WEEKLY_WORDS, WEEKLY_NUMBERS, ("sprint_end",), ("vibes_note",), optional=("team_id",))
    engineer, week = _Words.of(columns["engineer_id"]), _Words.of(columns["week_start"])
    schedule, manager = _Words.of(columns["schedule"]), _Words.of(columns["manager_id"])
    team = _Words.of(columns["team_id"]) if "team_id" in columns else None
    _require(len(engineer.codes) > 0 and bool(np.isin(schedule.words, SCHEDULES).all()) and schedule.is_complete)
    rows = pd.DataFrame(_key_columns(engineer, week))
    _require(np.bincount(engineer.codes * len(week.words) + week.codes).max(initial=0) <= 1)
    rows["manager_id"] = manager.column("")
    rows["team_id"] = team.column(ONLY_TEAM) if team else ONLY_TEAM
    rows["schedule"] = schedule.column("")
    rows["has_note"] = _is_written(columns["vibes_note"])
    for column, number in WEEKLY_NUMBERS.items():
        rows[number.name] = _numbers(columns[column], number)
    rows["is_sprint_end"] = _flags(columns["sprint_end"])
    return rows.astype({"team_id": "str"})


def _incident_rows(text: str) -> pd.DataFrame:
    columns = _read(text, _KEYS, INCIDENT_NUMBERS, (), (), optional=("is_censored",))
    rows = pd.DataFrame(_key_columns(_Words.of(columns["engineer_id"]), _Words.of(columns["week_start"])))
    for column, number in INCIDENT_NUMBERS.items():
        rows[number.name] = _numbers(columns[column], number)
    rows["is_censored"] = _flags(columns["is_censored"]) if "is_censored" in columns else False
    return rows


def _require(is_right: "bool | np.bool_") -> None:
    if not is_right:
        raise _DeclinedError


def _read(
    text: str,
    words: Sequence[str],
    numbers: Mapping[str, Number],
    flags: Sequence[str],
    notes: Sequence[str],
    optional: Sequence[str],
) -> dict[str, Any]:
    """The columns asked for, each as what it is; columns of words with their distinct words apart."""
    header = next(csv.reader(io.StringIO(text[: text.find("\n") + 1])), [])
    # A quote that is never closed would swallow the rest of the file without a word.
    _require(text.count('"') % 2 == 0 and "\0" not in text)
    types = (
        dict.fromkeys(words, pa.dictionary(pa.int32(), pa.string()))
        | dict.fromkeys(numbers, pa.float64())
        | dict.fromkeys(flags, pa.bool_())
        | dict.fromkeys(notes, pa.string())
    )
    kinds = {"team_id": pa.dictionary(pa.int32(), pa.string()), "is_censored": pa.bool_()}
    types |= {name: kinds[name] for name in optional if name in header}
    stripped = [name.strip() for name in header]
    _require(stripped == header and all(header.count(name) == 1 for name in types))
    table = read_csv(
        pa.BufferReader(text.encode()),
        read_options=ReadOptions(use_threads=False),  # one thread needs less of the machine, and memory by far
        parse_options=ParseOptions(newlines_in_values='"' in text),
        convert_options=ConvertOptions(
            column_types=types,
            include_columns=list(types),
            null_values=[""],
            strings_can_be_null=True,
            true_values=list(_TRUE),
            false_values=list(_FALSE),
            check_utf8=False,  # text that came as `str` is
        ),
    )
    return dict(zip(table.column_names, table.unify_dictionaries().combine_chunks().columns, strict=True))


@dataclass(frozen=True)
class _Words:
    """A column of words: the distinct ones, and which each row has (-1: none)."""

    words: "pd.Index[Any]"
    codes: Ints

    @classmethod
    def of(cls, column: Any) -> "_Words":
        found = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        words = found.dictionary.to_pylist()
        _require(all(word == word.strip() and word for word in words))
        return cls(pd.Index(words, dtype="str"), found.indices.fill_null(-1).to_numpy().astype(np.int64))

    @property
    def is_complete(self) -> bool:
        return bool((self.codes >= 0).all())

    def column(self, missing: str) -> "pd.Series[Any]":
        return pd.Series(self.words.append(pd.Index([missing], dtype="str")).take(self.codes))


def _key_columns(engineer: _Words, week: _Words) -> dict[str, Any]:
    monday = pd.DatetimeIndex(pd.to_datetime(week.words, format="%Y-%m-%d", errors="coerce")).as_unit("us")
    _require(engineer.is_complete and week.is_complete)
    _require(bool((monday.day_of_week == 0).all()))  # what is no day has no weekday
    _require(monday.is_unique)  # 2026-1-5 is 2026-01-05: two words for one week would hide a repeated row
    return {"engineer_id": engineer.column(""), "week_start": monday.take(week.codes)}


def _numbers(column: Any, number: Number) -> Floats:
    values: Floats = column.to_numpy()
    is_number = np.isfinite(values)
    # "nan" and "inf" are numbers to the parser; to a reader of the file they are neither a number nor an empty cell.
    _require(len(values) - np.count_nonzero(is_number) == column.null_count)
    _require(column.null_count == 0 or not number.is_required)
    given = values[is_number]
    _require(bool(((given >= number.low) & (given <= number.high)).all()))
    _require(not number.is_whole or not (given % 1).any())
    return values


def _flags(column: Any) -> Any:
    return column.fill_null(False).to_numpy().astype(np.bool_)


def _is_written(column: Any) -> Any:
    return _flags(pc.not_equal(pc.utf8_trim_whitespace(column), ""))
