"""Problems found in people's files, and the rules they break. The ids are shared with the input page."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal

import pandas as pd

from transforms.schemas import registry
from transforms.schemas.sources import Problems

RULES: Final[dict[str, str]] = {
    "V001": "The file is readable text",
    "V002": "The header names every required column once",
    "V003": "week_start is a date or an ISO week",
    "V004": "vibes is a whole number from 1 to 5",
    "V005": "week_start is a Monday",
    "V006": "The week has begun, and the engineer was employed in it",
    "V007": "engineer_id is on the roster",
    "V008": "manager is a manager of the config",
    "V009": "note has at most 500 characters",
    "V010": "visibility is everyone or managers",
    "V011": "saved_at is an instant",
    "V012": "One score per engineer, week and manager",
    "V013": "The newest saved_at wins",
    "V014": "A row has as many cells as the header",
    "V015": "A quotation mark that is opened is closed",
    "V016": "The file is UTF-8",
    "V017": "The header is the first row",
    "V018": "Only known columns",
    "V019": "Files with vibes are named vibes*.csv; every file can be read",
    "V020": "week_start is typed as a date, not kept as a number",
    "V021": "The file has rows",
    "L001": "from_date and to_date are dates",
    "L002": "to_date is not before from_date, and at most a year after",
    "L003": "hours_per_day is a number above 0 and up to 24, or half",
    "L004": "One entry per engineer and day of leave",
    "L005": "Leave lies within the employment",
    "D001": "review_week is a date or an ISO week",
    "D002": "decision is agree, decline or defer",
    "D003": "A decision says why",
    "D004": "why has at most 500 characters",
    "D005": "decided_on is a date that has come",
    "D006": "decided_on is not before the review was published",
    "D007": "There was a review of the engineer in that week",
    "D008": "The review asked for a decision: its outcome was watch or return",
    "D009": "One decision per engineer, review and day",
}

Severity = Literal["error", "warning", "info"]
_RANK: Final = {"error": 0, "warning": 1, "info": 2}
_LONGEST_FOUND: Final = 80


@dataclass(frozen=True)
class Problem:
    """One defect: where, what was found, what is expected and what to do."""

    rule: str
    severity: Severity
    message: str
    line: int = 0
    column: str = ""
    found: str = ""
    engineer_id: str | None = None
    file: str = ""

    def __post_init__(self) -> None:
        assert self.rule in RULES, f"{self.rule} is not in RULES: the input page could not explain it"

    def at(self, file: str) -> "Problem":
        """The same problem, in a file, with a short `found`."""
        short = self.found if len(self.found) <= _LONGEST_FOUND else f"{self.found[: _LONGEST_FOUND - 3]}..."
        return replace(self, file=file, found=short)


def problems_table(source: str, problems: Iterable[Problem]) -> pd.DataFrame:
    """Problems as the table `Problems`, by file and line, the most serious first."""
    ordered = sorted(problems, key=lambda found: (found.file, found.line, _RANK[found.severity], found.rule))
    if not ordered:
        return registry.empty(Problems)
    columns = ("file", "line", "column", "rule", "severity", "found", "message", "engineer_id")
    frame = pd.DataFrame([{name: getattr(found, name) for name in columns} for found in ordered])
    return registry.conform(frame.assign(source=source), Problems)
