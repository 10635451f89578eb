"""Problems found in people's files, and the table of them. What each says stands in `input_findings`."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal

import pandas as pd

from transforms.schemas import registry
from transforms.schemas.sources import Problems

Severity = Literal["error", "warning", "info"]
_RANK: Final = {"error": 0, "warning": 1, "info": 2}
_LONGEST_FOUND: Final = 80


@dataclass(frozen=True)
class Problem:
    """One defect: where, what was found, what is expected and what to do. `variant`: which way its rule is broken."""

    rule: str
    severity: Severity
    message: str
    line: int = 0
    column: str = ""
    found: str = ""
    engineer_id: str | None = None
    file: str = ""
    variant: str = ""

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
