"""Rows of decisions*.csv -> the table `ManagerDecisions` and problems: what managers decided on recommendations.

Whether there was such a recommendation is known only once the week's review is worked out: see `unmatched_decisions`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

import pandas as pd

from transforms.clean.cells import key_text, possible_days
from transforms.clean.entries import (
    day_of_week_meant,
    manager_meant,
    placed,
    row_error,
    text_meant,
    visibility_meant,
)
from transforms.clean.input_problems import Problem, problems_table
from transforms.clean.near import nearest
from transforms.clean.people import Person, find_engineer, people
from transforms.clean.sheet import Columns, Row, Sheet
from transforms.schemas import registry
from transforms.schemas.sources import ManagerDecisions
from transforms.vocabulary import ASKING, DECISIONS
from transforms.weeks import iso_week

DECISION_COLUMNS: Final = Columns(
    ("engineer_id", "review_week", "decision"), ("why", "manager", "decided_on", "visibility")
)
# A reason for or against somebody's schedule may be private: unlike a note, it is shown only where a row says so.
USUAL_VISIBILITY: Final = "managers"
_FILE_OF_MANAGER: Final = re.compile(r"decisions[_ -](?P<manager>.+?)([_ -]\d{4}-.*)?\.csv", re.IGNORECASE)
_CONTENT: Final = ["engineer_id", "week_start", "decision", "why", "visibility", "manager_id", "decided_on"]
_WEEK: Final = timedelta(days=7)


@dataclass(frozen=True)
class CleanDecisions:
    """What the files say, and what is wrong with them. Rows that say the same are one."""

    decisions: pd.DataFrame
    problems: pd.DataFrame
    rows_read: int


@dataclass(frozen=True)
class _Entry:
    """One row as understood."""

    file: str
    line: int
    engineer_id: str
    week_start: date  # of the review
    decision: str
    why: str | None
    visibility: str
    manager_id: str
    decided_on: date | None


def clean_decisions(
    sheets: Sequence[Sheet], engineers: pd.DataFrame, manager_ids: Sequence[str], last_day: date
) -> CleanDecisions:
    """The table `ManagerDecisions` of all files together, with every problem found in them.

    Grain: one row per row that says something new; several about one review are its history.
    Missing: a row with neither decision nor reason is no row (a template not filled in yet).
    Errors: a row that cannot be understood is a problem and is left out. `last_day` is the latest on which anything can
        have been decided.
    """
    roster = people(engineers)
    entries: list[_Entry] = []
    problems: list[Problem] = []
    rows_read = 0
    for sheet in sheets:
        problems += sheet.problems
        for row in sheet.rows:
            if not any(row.cells.get(name, "").strip() for name in ("decision", "why")):
                continue
            rows_read += 1
            entry, found = _read(row, sheet.file, roster, manager_ids, last_day)
            problems += [problem.at(sheet.file) for problem in found]
            entries += [entry] if entry else []
    table = _table(entries)
    return CleanDecisions(table, problems_table("decisions", [*problems, *_contradictions(table)]), rows_read)


def _read(
    row: Row, file: str, roster: Mapping[str, Person], manager_ids: Sequence[str], last_day: date
) -> tuple[_Entry | None, list[Problem]]:
    """One row, and all that is wrong with it."""
    cell = {name: row.cells.get(name, "") for name in DECISION_COLUMNS.names}
    person = find_engineer(cell["engineer_id"], roster)
    week = _review_week(cell["review_week"])
    decision = _decision(cell["decision"])
    why, why_problems = text_meant(cell["why"], "D004", "the reason")
    match = _FILE_OF_MANAGER.fullmatch(file)
    manager_id, manager_problems = manager_meant(
        cell["manager"], match["manager"] if match else "", person, manager_ids
    )
    decided_on, day_problems = _decided_on(cell["decided_on"], week, last_day)
    visibility, visibility_problems = visibility_meant(cell["visibility"], USUAL_VISIBILITY, "the reason")
    by_column = {
        "engineer_id": [person] if isinstance(person, Problem) else [],
        "review_week": [week] if isinstance(week, Problem) else [],
        "decision": [decision] if isinstance(decision, Problem) else [],
        "why": [*why_problems, *_unreasoned(why, decision)],
        "manager": manager_problems,
        "decided_on": day_problems,
        "visibility": visibility_problems,
    }
    engineer_id = person.engineer_id if isinstance(person, Person) else None
    monday = week if isinstance(week, date) else None
    spilt = list(row.cells)[list(row.cells).index("why") + 1 :] if "why" in row.cells else []
    problems = [
        placed(_hushed(problem) if column in spilt else problem, row.line, column, engineer_id, monday)
        for column, found in by_column.items()
        for problem in found
    ]
    if any(problem.severity == "error" for problem in problems):
        return None, problems
    assert isinstance(person, Person), "an engineer who was not found is an error"
    assert isinstance(week, date), "a week that was not understood is an error"
    assert isinstance(decision, str), "a decision that was not understood is an error"
    entry = _Entry(file, row.line, person.engineer_id, week, decision, why, visibility, manager_id, decided_on)
    return entry, problems


def _hushed(problem: Problem) -> Problem:
    """The problem of a cell behind the reason. What cannot be read there may be the end of a reason with a comma in
    it, and problems are shown to everybody: it is repeated only if it is a day or nearly the right word.
    """
    if not problem.found or possible_days(problem.found) or "did you mean" in problem.message:
        return problem
    told = problem.message.replace(f'"{problem.found}"', "what stands there")
    return replace(problem, found="", message=f"{told}; a reason with a comma in it needs quotation marks around it")


def _review_week(cell: str) -> date | Problem:
    """The Monday of the week that a cell names, by any of its days."""
    day = day_of_week_meant(cell, "review_week")
    if isinstance(day, str):
        return row_error("D001", f"{day}; type the week of the review as the site does: 2026-W44", key_text(cell))
    return day - timedelta(days=day.weekday())


def _decision(cell: str) -> str | Problem:
    typed = key_text(cell).casefold()
    if typed in DECISIONS:
        return typed
    near = nearest(typed, DECISIONS)
    advice = f'did you mean "{near}"?' if near else "type agree, decline or defer"
    what = f'"{typed}" is no decision' if typed else "decision is empty"
    return row_error("D002", f"{what}; {advice}", key_text(cell))


def _unreasoned(why: str | None, decision: str | Problem) -> list[Problem]:
    if why or isinstance(decision, Problem):
        return []
    message = f"{decision} without a reason; the row is used; write one, for whoever asks in half a year"
    return [Problem("D003", "warning", message)]


def _decided_on(cell: str, week: date | Problem, last_day: date) -> tuple[date | None, list[Problem]]:
    """The day of the decision. Of two readings the one between the review and the end of this week."""
    typed = key_text(cell)
    if not typed:
        return None, []
    days = possible_days(typed)
    published = week + _WEEK if isinstance(week, date) else date.min
    fitting = [day for day in days if published <= day <= last_day]
    if len(fitting) == 1:
        return fitting[0], []
    if len(days) != 1:
        what = f'"{typed}" may be {" or ".join(map(str, days))}' if days else f'"{typed}" is not a date'
        return None, [row_error("D005", f"{what}; type it as 2026-11-16", typed)]
    if days[0] > last_day:
        return None, [row_error("D005", f"{days[0]} has not come; check the day, month and year", typed)]
    message = f"{days[0]} is before {published}, when the review was published; the row is used; check both dates"
    return days[0], [Problem("D006", "warning", message, found=typed)]


def _table(entries: Sequence[_Entry]) -> pd.DataFrame:
    if not entries:
        return registry.empty(ManagerDecisions)
    frame = pd.DataFrame([vars(entry) for entry in entries])
    dated = frame.assign(week_start=pd.to_datetime(frame["week_start"]), decided_on=pd.to_datetime(frame["decided_on"]))
    return in_order(registry.conform(dated.drop_duplicates(_CONTENT), ManagerDecisions))


def in_order(decisions: pd.DataFrame) -> pd.DataFrame:
    """Decisions by engineer and review, each review's in the order in which they were taken: the last one counts.

    Those without a day come first, those of one day by file and line.
    """
    order = ["engineer_id", "week_start", "decided_on", "file", "line"]
    return decisions.sort_values(order, na_position="first", ignore_index=True)


def _contradictions(decisions: pd.DataFrame) -> list[Problem]:
    """Decisions on one review, of one day or without one, that differ: only their place says which is the later."""
    key = ["engineer_id", "week_start", "decided_on"]
    after = decisions.groupby(key, dropna=False)[["decision", "file", "line"]].shift(-1)
    found = []
    for row, later in zip(decisions.to_dict("records"), after.to_dict("records"), strict=True):
        if pd.notna(later["decision"]) and later["decision"] != row["decision"]:
            message = (
                f"{later['file']} line {later['line']:.0f} says {later['decision']} of the same day, and counts; this "
                "row is kept as history; fill in decided_on, or remove the wrong row"
            )
            problem = Problem("D009", "warning", message, found=row["decision"])
            week = row["week_start"].date()
            found.append(placed(problem, row["line"], "decided_on", row["engineer_id"], week).at(row["file"]))
    return found


def unmatched_decisions(decisions: pd.DataFrame, recommendations: pd.DataFrame) -> pd.DataFrame:
    """What is decided on a review that was not held of the engineer, or that asked for nothing (table `Problems`).

    Such rows are not shown: there is nothing beside which they could stand.
    """
    held = {key: list(rows) for key, rows in recommendations.groupby("engineer_id")["week_start"]}
    outcome = recommendations.set_index(["engineer_id", "week_start"])["recommendation"].to_dict()
    found = []
    for row in decisions.to_dict("records"):
        engineer_id, week = row["engineer_id"], row["week_start"]
        said = outcome.get((engineer_id, week))
        if said in ASKING:
            continue
        if said is None:
            problem = row_error("D007", _no_review(engineer_id, week, held.get(engineer_id, [])), iso_week(week))
        else:
            message = f'the review of {iso_week(week)} says "{said}", so there is nothing to decide; remove the row'
            problem = row_error("D008", message, iso_week(week))
        found.append(replace(problem, line=row["line"], column="review_week", engineer_id=engineer_id).at(row["file"]))
    return problems_table("decisions", found)


def _no_review(engineer_id: str, week: pd.Timestamp, held: Sequence[pd.Timestamp]) -> str:
    before = max((review for review in held if review < week), default=None)
    known = f"reviews were held in {', '.join(iso_week(review) for review in sorted(held)[-3:])}"
    advice = f"did you mean {iso_week(before)}?" if before is not None else known if held else "remove the row"
    missing = "no review of them yet" if not held else "no review of them in that week"
    return f"{iso_week(week)}: there was {missing} ({engineer_id}); {advice}"


def kept_beside(told: pd.DataFrame, stored: pd.DataFrame, *, is_whole: bool) -> pd.DataFrame:
    """What the files say now. While one of them cannot be read, rows of files that told nothing stay as they were."""
    if is_whole or stored.empty:
        return told
    others = stored[~stored["file"].isin(told["file"])]
    return pd.concat([told, others], ignore_index=True).drop_duplicates(_CONTENT, ignore_index=True)
