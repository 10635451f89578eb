"""What a run sets aside of the config and goes on: findings about the schedule of one engineer, told as problems."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Final, Literal, Self

import pandas as pd

from flows.settings.findings import joined
from transforms.clean.problems import problem, problem_table

CONFIG_FILE: Final = "team_config.json"
RULES: Final[dict[str, str]] = {
    "C001": "Every engineer has a list of schedules",
    "C002": "A period has the keys and values that the config's schema knows",
    "C003": "The hours of a period follow from kind and day_off, from hours, or from weeks",
    "C004": "A period ends on or after its first day, and only the last one has no end",
    "C005": "Every day belongs to one period",
    "C006": "Periods are listed by date",
    "C007": "Every day of employment belongs to a period",
    "C008": "Periods lie within the employment",
}
_LONGEST_FOUND: Final = 80
_CORRECT: Final = "correct the config"
_CHECK: Final = "check it with: tenfour config check"


@dataclass(frozen=True)
class SetAside:
    """One finding: where, what is wrong, what a run does about it, what to do.

    `severity` is `error` where days lose their schedule, `warning` where none does.
    """

    rule: str
    engineer_id: str
    place: str  # engineers[3].schedules[1].day_off
    found: str
    message: str
    consequence: str
    advice: str
    severity: Literal["error", "warning"]

    def __post_init__(self) -> None:
        assert self.rule in RULES, f"{self.rule} is not in RULES: nobody could look it up"

    def as_line(self) -> str:
        """For a terminal."""
        owner = f" ({self.engineer_id})" if self.engineer_id else ""
        return f"{self.place}{owner}: {joined(self.message, self.advice)} [set aside: {self.consequence}]"

    def as_json(self) -> dict[str, str]:
        """For a run's record."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: dict[str, str]) -> Self:
        """What `as_json` gave."""
        return cls(**kept)  # type: ignore[arg-type]


def set_aside_problems(findings: Iterable[SetAside]) -> pd.DataFrame:
    """The findings as rows of the table Problems."""
    return problem_table(
        [
            problem(
                "config",
                CONFIG_FILE,
                one.rule,
                one.severity,
                f"{one.engineer_id}: {joined(one.message, one.consequence, one.advice or _CORRECT, _CHECK)}",
                column=one.place,
                found=one.found,
                engineer_id=one.engineer_id,
            )
            for one in findings
        ]
    )


def shown(value: object) -> str:
    """What stands in the config, short; empty where nothing does."""
    text = "" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_FOUND else f"{text[: _LONGEST_FOUND - 3]}..."
