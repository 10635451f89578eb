"""Errors that a user can mend: they end a command with a message and an exit code, never with a traceback."""

from collections.abc import Sequence
from typing import ClassVar


class UserError(Exception):
    """What is wrong, every finding at once, and what to do. `str()` is the text to show."""

    exit_code: ClassVar[int] = 2

    def __init__(self, summary: str, findings: Sequence[str] = (), advice: str = "") -> None:
        super().__init__(summary)
        self.summary = summary
        self.findings = list(findings)
        self.advice = advice

    def __str__(self) -> str:
        lines = [self.summary, *(f"  {finding}" for finding in self.findings), self.advice]
        return "\n".join(line for line in lines if line)


class ConfigError(UserError):
    """The config, the environment or the command line says something that cannot be done."""

    exit_code = 2


class InputProblems(UserError):
    """More of the managers' input was rejected than `limits.rejected_share` allows."""

    exit_code = 3


class SourceGap(UserError):
    """The site was published, but a source was missing or incomplete."""

    exit_code = 4


class LockHeld(UserError):
    """Another run is at work in the same data folder."""

    exit_code = 6
