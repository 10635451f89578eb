"""Rows of leave.csv -> the table `Leave` and problems. Why someone is away is neither read nor kept."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, Literal

import pandas as pd

from transforms.clean.cells import key_text, possible_days
from transforms.clean.entries import hushed, no_day
from transforms.clean.input_findings import finding
from transforms.clean.input_problems import Problem, problems_table
from transforms.clean.people import Person, find_engineer, people
from transforms.clean.sheet import Columns, Row, Sheet
from transforms.language import _, brief
from transforms.schemas import registry
from transforms.schemas.sources import Leave

LEAVE_COLUMNS: Final = Columns(("engineer_id", "from_date"), ("to_date", "hours_per_day"))
WHOLE_DAY_HOURS: Final = 24.0
_LONGEST_DAYS: Final = 366
_SUSPICIOUS_HOURS: Final = 0.5
# "half", "half a day", "half-day", "½", "1/2 day", "0.5 day"; a bare 0.5 is half an hour.
_HALF_DAY: Final = re.compile(r"(half([ -]a)?|1[/\u2044]2)([ -]?days?)?|0?[.,]5[ -]?days?")

_Hours = float | Literal["half"]


@dataclass(frozen=True)
class CleanLeave:
    """Days of leave (table Leave), half days (`engineer_id, leave_date`), and what is wrong with the file.

    How long half a day is depends on the schedule: see `half_days_in_hours`.
    `absences`: the rows used (`file, line, engineer_id, from_date, to_date, hours_per_day`): the days that count, and
    hours, `half`, or nothing for whole days.
    """

    leave: pd.DataFrame
    half_days: pd.DataFrame
    absences: pd.DataFrame
    problems: pd.DataFrame
    rows_read: int
    rows_rejected: int

    @property
    def rejected_share(self) -> float:
        return self.rows_rejected / self.rows_read if self.rows_read else 0.0


@dataclass(frozen=True)
class _Absence:
    """One row as understood."""

    file: str
    line: int
    engineer_id: str
    first: date
    last: date
    hours: _Hours

    def days(self) -> Iterable[date]:
        return (self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1))

    def problem(self, found: Problem, column: str) -> Problem:
        """What was found in this row, with its place."""
        return replace(found, line=self.line, column=column, engineer_id=self.engineer_id)


def clean_leave(sheets: Sequence[Sheet], engineers: pd.DataFrame) -> CleanLeave:
    """Days of leave, with every problem found in the files.

    Grain: one row per engineer and calendar day from `from_date` to `to_date`, both included, on which they are
        employed.
    Units: hours; without `hours_per_day` a whole day is away (24, which the schedule caps).
    Missing: without `to_date` the leave is one day long.
    Errors: a row that cannot be understood is a problem and is left out.
    """
    roster = people(engineers)
    absences: list[_Absence] = []
    problems = [problem for sheet in sheets for problem in sheet.problems]
    rows_read = sum(len(sheet.rows) + sheet.rows_rejected for sheet in sheets)
    for sheet in sheets:
        for row in sheet.rows:
            absence, found = _read(row, sheet.file, find_engineer(row.cells.get("engineer_id", ""), roster))
            problems += [problem.at(sheet.file) for problem in found]
            absences += [absence] if absence else []
    overlaps = _overlaps(absences)
    return CleanLeave(
        leave=_hours_by_day(absences),
        half_days=_half_days(absences),
        absences=_as_told(absences),
        problems=problems_table("leave", [*problems, *overlaps]),
        rows_read=rows_read,
        rows_rejected=rows_read - len(absences),
    )


def _read(row: Row, file: str, person: Person | Problem) -> tuple[_Absence | None, list[Problem]]:
    engineer_id = person.engineer_id if isinstance(person, Person) else None
    first = _day(row.cells.get("from_date", ""))
    last = _day(row.cells["to_date"]) if key_text(row.cells.get("to_date", "")) else first
    hours = _hours(row.cells.get("hours_per_day", ""))
    by_column = {"engineer_id": person, "from_date": first, "to_date": last, "hours_per_day": hours}
    # A reason that slipped in between is not repeated: why someone is away is kept nowhere.
    problems = [
        replace(
            hushed(value) if column in ("to_date", "hours_per_day") else value,
            line=row.line,
            column=column,
            engineer_id=engineer_id,
        )
        for column, value in by_column.items()
        if isinstance(value, Problem) and not (column == "to_date" and value is first)
    ]
    if engineer_id is None or isinstance(first, Problem) or isinstance(last, Problem) or isinstance(hours, Problem):
        return None, problems
    if not 0 <= (last - first).days < _LONGEST_DAYS:
        variant = "L002.before" if last < first else "L002.long"
        problem = finding(variant, str(last), last=str(last), first=str(first))
        return None, [replace(problem, line=row.line, column="to_date", engineer_id=engineer_id)]
    assert isinstance(person, Person), "an engineer who was not found has no id"
    absence = _Absence(file, row.line, engineer_id, first, last, hours)
    used, outside = _while_employed(absence, person)
    return used, [*_short(absence), *outside]


def _short(absence: _Absence) -> list[Problem]:
    if absence.hours == "half" or absence.hours > _SUSPICIOUS_HOURS:
        return []
    found = finding("L003.short", f"{absence.hours:g}", hours=brief(absence.hours))
    return [absence.problem(found, "hours_per_day")]


def _while_employed(absence: _Absence, person: Person) -> tuple[_Absence | None, list[Problem]]:
    """The days of an absence on which its engineer is employed; the others are a problem."""
    first = max(absence.first, person.employed_from)
    last = min(absence.last, person.employed_to or absence.last)
    if (first, last) == (absence.first, absence.last):
        return absence, []
    column, typed = ("from_date", absence.first) if first > absence.first else ("to_date", absence.last)
    employment = _employment(person)
    if first > last:
        return None, [absence.problem(finding("L005.none", str(typed), employment=employment), column)]
    days = f"{first}" if first == last else _("{first} to {last}", first=first, last=last)
    used = replace(absence, first=first, last=last)
    return used, [absence.problem(finding("L005.part", str(typed), days=days, employment=employment), column)]


def _employment(person: Person) -> str:
    about = {"engineer_id": person.engineer_id, "first": person.employed_from}
    if person.employed_to is None:
        return _("{engineer_id} is employed from {first} on", **about)
    return _("{engineer_id} is employed from {first} to {last}", **about, last=person.employed_to)


def _day(cell: str) -> date | Problem:
    typed = key_text(cell)
    days = possible_days(typed)
    if len(days) == 1:
        return days[0]
    return no_day("L001", typed, days)


def _hours(cell: str) -> _Hours | Problem:
    typed = key_text(cell)
    if _HALF_DAY.fullmatch(typed.casefold()):
        return "half"
    try:
        hours = float(typed.replace(",", ".")) if typed else WHOLE_DAY_HOURS
    except ValueError:
        hours = 0.0
    if 0 < hours <= WHOLE_DAY_HOURS:
        return hours
    return finding("L003.not_hours", typed, typed=typed)


def _overlaps(absences: Sequence[_Absence]) -> list[Problem]:
    """Rows that say another length of a day than an earlier row: the longer absence counts, and that is said."""
    told: dict[tuple[str, date], _Hours] = {}
    problems = []
    for absence in absences:
        keys = [(absence.engineer_id, day) for day in absence.days()]
        disagreeing = [day for who, day in keys if told.setdefault((who, day), absence.hours) != absence.hours]
        if disagreeing:
            problem = absence.problem(finding("L004.other_hours", day=str(disagreeing[0])), "")
            problems.append(problem.at(absence.file))
    return problems


def _hours_by_day(absences: Sequence[_Absence]) -> pd.DataFrame:
    rows = [(one.engineer_id, day, one.hours) for one in absences if one.hours != "half" for day in one.days()]
    if not rows:
        return registry.empty(Leave)
    table = pd.DataFrame(rows, columns=["engineer_id", "leave_date", "leave_hours"])
    return longest_by_day(table.assign(leave_date=pd.to_datetime(table["leave_date"])))


def _as_told(absences: Sequence[_Absence]) -> pd.DataFrame:
    columns = ["file", "line", "engineer_id", "from_date", "to_date", "hours_per_day"]
    rows = [
        (one.file, one.line, one.engineer_id, f"{one.first}", f"{one.last}", _hours_told(one.hours)) for one in absences
    ]
    return pd.DataFrame(rows, columns=columns, dtype=object)


def _hours_told(hours: _Hours) -> _Hours | None:
    return None if hours == WHOLE_DAY_HOURS else hours


def _half_days(absences: Sequence[_Absence]) -> pd.DataFrame:
    days = sorted({(one.engineer_id, day) for one in absences if one.hours == "half" for day in one.days()})
    frame = registry.empty(Leave)[["engineer_id", "leave_date"]]
    if not days:
        return frame
    table = pd.DataFrame(days, columns=list(frame.columns))
    return table.assign(leave_date=pd.to_datetime(table["leave_date"])).astype(frame.dtypes.to_dict())


def half_days_in_hours(half_days: pd.DataFrame, scheduled: pd.DataFrame) -> pd.DataFrame:
    """Half days of leave as hours: half of what the schedule has on the day.

    Grain: table Leave; one row per half day on which `scheduled` (engineer_id, work_date, scheduled_hours) has hours.
    Missing: half days that `scheduled` does not hold.
    """
    days = half_days.merge(
        scheduled.rename(columns={"work_date": "leave_date"})[["engineer_id", "leave_date", "scheduled_hours"]],
        how="inner",
        on=["engineer_id", "leave_date"],
        validate="one_to_one",
    )
    table = days[days["scheduled_hours"] > 0].assign(leave_hours=lambda rows: rows["scheduled_hours"] / 2)
    return registry.conform(table, Leave)


def longest_by_day(leave: pd.DataFrame) -> pd.DataFrame:
    """Table `Leave` of rows that may tell of the same day: the longer absence of the day counts."""
    longest = leave.sort_values("leave_hours", kind="stable").drop_duplicates(
        ["engineer_id", "leave_date"], keep="last"
    )
    return registry.conform(longest.sort_values(["engineer_id", "leave_date"]), Leave)
