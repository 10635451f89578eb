"""Rows of decisions*.csv -> the table `ManagerDecisions` and problems: what managers decided on recommendations.

Whether there was such a recommendation is known only once the week's review is worked out: see `unmatched_decisions`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

import pandas as pd

from transforms.clean.cells import key_text, possible_days
from transforms.clean.entries import (
    day_of_week_meant,
    in_their_columns,
    is_visible,
    manager_meant,
    manager_of_file,
    no_day,
    placed,
    stray,
    text_meant,
    visibility_meant,
)
from transforms.clean.input_findings import finding
from transforms.clean.input_problems import Problem, problems_table
from transforms.clean.near import nearest
from transforms.clean.people import Person, find_engineer, people
from transforms.clean.sheet import Columns, Row, Sheet
from transforms.schemas import registry
from transforms.schemas.sources import ManagerDecisions
from transforms.vocabulary import ASKING, DECISIONS
from transforms.weeks import iso_week

DECISION_COLUMNS: Final = Columns(
    ("engineer_id", "review_week", "decision"), ("why", "manager", "decided_on", "visibility"), text="why"
)
# A reason for or against somebody's schedule may be private: unlike a note, it is shown only where a row says so.
USUAL_VISIBILITY: Final = "managers"
_CONTENT: Final = ["engineer_id", "week_start", "decision", "why", "visibility", "manager_id", "decided_on"]
_WEEK: Final = timedelta(days=7)
_LAST_WEEK: Final = date.max - _WEEK


@dataclass(frozen=True)
class CleanDecisions:
    """What the files say, and what is wrong with them. Rows that say the same are one."""

    decisions: pd.DataFrame
    problems: pd.DataFrame
    rows_read: int
    rows_rejected: int

    @property
    def rejected_share(self) -> float:
        return self.rows_rejected / self.rows_read if self.rows_read else 0.0


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
        of_file = manager_of_file(sheet.file, "decisions", manager_ids)
        problems += sheet.problems
        rows_read += sheet.rows_rejected
        for row in sheet.rows:
            if is_blank(row):
                column = stray(row, roster, manager_ids, "review_week")
                if column is None:
                    continue
                entry, found = None, [replace(finding("V014.stray_decision"), line=row.line, column=column)]
            else:
                entry, found = _read(row, sheet.file, of_file, roster, manager_ids, last_day)
            rows_read += 1
            problems += [problem.at(sheet.file) for problem in found]
            entries += [entry] if entry else []
    table = _table(entries)
    return CleanDecisions(
        decisions=table,
        problems=problems_table("decisions", [*problems, *_contradictions(table)]),
        rows_read=rows_read,
        rows_rejected=rows_read - len(entries),
    )


def is_blank(row: Row) -> bool:
    """Whether a row holds neither decision nor reason."""
    return not any(is_visible(row.cells.get(name, "")) for name in ("decision", "why"))


def _read(
    row: Row, file: str, of_file: str, roster: Mapping[str, Person], manager_ids: Sequence[str], last_day: date
) -> tuple[_Entry | None, list[Problem]]:
    """One row, and all that is wrong with it."""
    cell = {name: row.cells.get(name, "") for name in DECISION_COLUMNS.names}
    person = find_engineer(cell["engineer_id"], roster)
    week = _review_week(cell["review_week"], last_day)
    decision = _decision(cell["decision"])
    why, why_problems = text_meant(cell["why"], "D004")
    own = person.manager_id if isinstance(person, Person) else ""
    manager_id, manager_problems = manager_meant(cell["manager"], of_file or own, manager_ids)
    decided_on, day_problems = _decided_on(cell["decided_on"], week, last_day)
    visibility, visibility_problems = visibility_meant(cell["visibility"], USUAL_VISIBILITY, "why")
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
    problems = [
        placed(problem, row.line, column, engineer_id, monday)
        for column, problem in in_their_columns(row, DECISION_COLUMNS, by_column, manager_ids)
    ]
    if any(problem.severity == "error" for problem in problems):
        return None, problems
    assert isinstance(person, Person), "an engineer who was not found is an error"
    assert isinstance(week, date), "a week that was not understood is an error"
    assert isinstance(decision, str), "a decision that was not understood is an error"
    entry = _Entry(file, row.line, person.engineer_id, week, decision, why, visibility, manager_id, decided_on)
    return entry, problems


def _review_week(cell: str, last_day: date) -> date | Problem:
    """The Monday of the week that a cell names, by any of its days."""
    day = day_of_week_meant(cell, "D001", last_day)
    return day if isinstance(day, Problem) else day - timedelta(days=day.weekday())


def _decision(cell: str) -> str | Problem:
    typed = key_text(cell)
    if typed.casefold() in DECISIONS:
        return typed.casefold()
    if not typed:
        return finding("D002.empty")
    if near := nearest(typed, DECISIONS):
        return finding("D002.near", typed, typed=typed, near=near)
    return finding("D002.unknown", typed, typed=typed)


def _unreasoned(why: str | None, decision: str | Problem) -> list[Problem]:
    if why or isinstance(decision, Problem):
        return []
    return [finding("D003.no_reason", decision=decision)]


def _decided_on(cell: str, week: date | Problem, last_day: date) -> tuple[date | None, list[Problem]]:
    """The day of the decision. Of two readings the one between the review and the end of this week."""
    typed = key_text(cell)
    if not typed:
        return None, []
    days = possible_days(typed)
    published = week + _WEEK if isinstance(week, date) and week <= _LAST_WEEK else date.min
    fitting = [day for day in days if published <= day <= last_day]
    if len(fitting) == 1:
        return fitting[0], []
    if len(days) != 1:
        return None, [no_day("D005", typed, days)]
    if days[0] > last_day:
        return None, [finding("D005.future", typed, day=str(days[0]))]
    return days[0], [finding("D006.before", typed, day=str(days[0]), published=str(published))]


def _table(entries: Sequence[_Entry]) -> pd.DataFrame:
    if not entries:
        return registry.empty(ManagerDecisions)
    frame = pd.DataFrame([vars(entry) for entry in entries])
    dated = frame.assign(week_start=pd.to_datetime(frame["week_start"]), decided_on=pd.to_datetime(frame["decided_on"]))
    first = dated.sort_values(["file", "line"]).drop_duplicates(_CONTENT)
    return in_order(registry.conform(first, ManagerDecisions))


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
            said = {"file": later["file"], "line": int(later["line"]), "decision": later["decision"]}
            problem = finding("D009.same_day", row["decision"], **said)
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
            problem = _no_review(engineer_id, week, held.get(engineer_id, []))
        else:
            problem = finding("D008.nothing_asked", iso_week(week), week=iso_week(week), said=said)
        found.append(replace(problem, line=row["line"], column="review_week", engineer_id=engineer_id).at(row["file"]))
    return problems_table("decisions", found)


def _no_review(engineer_id: str, week: pd.Timestamp, held: Sequence[pd.Timestamp]) -> Problem:
    about = {"week": iso_week(week), "engineer_id": engineer_id}
    before = max((review for review in held if review < week), default=None)
    if before is not None:
        return finding("D007.earlier", iso_week(week), instead=iso_week(before), **about)
    if held:
        known = ", ".join(iso_week(review) for review in sorted(held)[-3:])
        return finding("D007.later", iso_week(week), known=known, **about)
    return finding("D007.none", iso_week(week), **about)


def kept_beside(told: pd.DataFrame, stored: pd.DataFrame, *, is_whole: bool) -> pd.DataFrame:
    """What the files say now. While one of them cannot be read, rows of files that told nothing stay as they were."""
    if is_whole or stored.empty:
        return told
    others = stored[~stored["file"].isin(told["file"])]
    return pd.concat([told, others], ignore_index=True).drop_duplicates(_CONTENT, ignore_index=True)
