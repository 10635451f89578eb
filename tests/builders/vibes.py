"""Vibes and leave files as bytes, and the roster they are read against."""

from typing import Any

import pandas as pd

from tests.builders.facts import day, engineer, engineers
from transforms.clean.leave import LEAVE_COLUMNS, CleanLeave, clean_leave
from transforms.clean.sheet import read_sheet
from transforms.clean.vibes import VIBES_COLUMNS, CleanVibes, clean_vibes

WEEK = "2026-11-16"
NEXT_WEEK = "2026-11-23"
MANAGERS = ["mia", "noah"]
HEADER = "week_start,engineer_id,vibes,note,manager,visibility,saved_at"


def roster() -> pd.DataFrame:
    """ana, ben (hired Wednesday 2026-07-08), chloe (left 2026-08-28); all managed by mia."""
    return engineers(
        engineer("ana", name="Ana Ruiz"),
        engineer("ben", employed_from=day("2026-07-08")),
        engineer("chloe", employed_to=day("2026-08-28")),
    )


def vibes_of(content: str | bytes, file: str = "vibes.csv", **more: str | bytes) -> CleanVibes:
    """These files, cleaned in the week of 2026-11-23. `more` names further files without their ending."""
    files = {file: content, **{f"{name}.csv": text for name, text in more.items()}}
    sheets = [read_sheet(name, as_bytes(text), VIBES_COLUMNS) for name, text in files.items()]
    return clean_vibes(sheets, roster(), MANAGERS, day(NEXT_WEEK))


def rows(*lines: str, header: str = HEADER) -> str:
    """A file of these lines below the header."""
    return "\n".join([header, *lines, ""])


def leave_of(*lines: str) -> CleanLeave:
    content = rows(*lines, header="engineer_id,from_date,to_date,hours_per_day")
    return clean_leave([read_sheet("leave.csv", content.encode(), LEAVE_COLUMNS)], roster())


def as_bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


def told(cleaned: CleanVibes | CleanLeave) -> list[tuple[Any, ...]]:
    """(line, rule, severity) of every problem."""
    return [tuple(row) for row in cleaned.problems[["line", "rule", "severity"]].to_numpy().tolist()]
