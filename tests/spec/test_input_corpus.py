"""What spreadsheets, editors and shares do to managers' files: each case is read as the plan asks for."""

from dataclasses import replace

import pandas as pd
import pytest

from tests.builders.input_corpus import CASES, CURRENT_WEEK, LAST_DAY, MANAGERS, Accepted, Case, Decided, Told, roster
from transforms.clean.manager_decisions import DECISION_COLUMNS, CleanDecisions, clean_decisions
from transforms.clean.sheet import read_sheet
from transforms.clean.vibes import VIBES_COLUMNS, CleanVibes, clean_vibes

ROSTER = roster()


def read(case: Case) -> CleanVibes | CleanDecisions:
    if case.kind == "vibes":
        sheets = [read_sheet(file, content, VIBES_COLUMNS) for file, content in case.files]
        return clean_vibes(sheets, ROSTER, MANAGERS, pd.Timestamp(CURRENT_WEEK))
    sheets = [read_sheet(file, content, DECISION_COLUMNS) for file, content in case.files]
    return clean_decisions(sheets, ROSTER, MANAGERS, LAST_DAY)


def accepted(cleaned: CleanVibes | CleanDecisions) -> set[Accepted] | set[Decided]:
    if isinstance(cleaned, CleanVibes):
        return {
            Accepted(
                row["file"],
                row["line"],
                f"{row['week_start']:%Y-%m-%d}",
                row["engineer_id"],
                None if pd.isna(row["vibes"]) else int(row["vibes"]),
                None if pd.isna(row["note"]) else row["note"],
                row["manager_id"],
                row["visibility"],
            )
            for row in cleaned.vibes.to_dict("records")
        }
    return {
        Decided(
            row["file"],
            row["line"],
            row["engineer_id"],
            f"{row['week_start']:%Y-%m-%d}",
            row["decision"],
            None if pd.isna(row["why"]) else row["why"],
            row["manager_id"],
            None if pd.isna(row["decided_on"]) else f"{row['decided_on']:%Y-%m-%d}",
            row["visibility"],
        )
        for row in cleaned.decisions.to_dict("records")
    }


def told(cleaned: CleanVibes | CleanDecisions) -> list[Told]:
    names = ["file", "line", "column", "rule", "severity"]
    return sorted(Told(*row) for row in cleaned.problems[names].to_numpy().tolist())


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kind}: {case.name}"[:60])
def test_a_file_is_read_as_the_plan_asks_for(case: Case) -> None:
    cleaned = read(case)
    assert (accepted(cleaned), told(cleaned)) == (set(case.accepted), sorted(case.problems))
    errors = (cleaned.problems["severity"] == "error").sum()
    assert cleaned.rows_rejected <= errors, "a row is used, or an error says why not"
    assert len(case.accepted) <= cleaned.rows_read - cleaned.rows_rejected


def test_the_name_of_each_case_is_its_own() -> None:
    names = [(case.kind, case.name) for case in CASES]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("case", [case for case in CASES if len(case.files) > 1], ids=lambda case: case.name[:60])
def test_the_order_of_the_files_does_not_matter(case: Case) -> None:
    turned = read(replace(case, files=case.files[::-1]))
    assert (accepted(turned), told(turned)) == (set(case.accepted), sorted(case.problems))
