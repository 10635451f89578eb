"""What was found, as data; and all of it together, as text, JSON and exit code."""

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final, Literal

import pandas as pd

from flows.settings import Connections
from flows.sources.errors import SourceError
from flows.sources.http import secrets_of
from transforms.clean.drift import listing

Level = Literal["ok", "info", "warning", "error"]
Mode = Literal["sample", "real"]
Place = Literal["config", "jira", "tempo", "pagerduty", "alertops", "share", "machine"]

# In the order of the report.
TITLES: Final[Mapping[Place, str]] = {
    "config": "Config and roster",
    "jira": "Jira",
    "tempo": "Tempo",
    "pagerduty": "PagerDuty",
    "alertops": "AlertOps",
    "share": "Managers' share",
    "machine": "This machine",
}
_LEVELS: Final[tuple[Level, ...]] = ("error", "warning", "info", "ok")
# What is wrong here is mended in the config or the environment; elsewhere a source cannot be used, or not in whole.
_OURS: Final[tuple[Place, ...]] = ("config", "machine")
_DONE, _CONFIG, _SOURCE_GAP = 0, 2, 4
_REFUSED: Final = (401, 403)
_WIDTH: Final = 118
_MARGIN: Final = 11
_MODES: Final[Mapping[Mode, str]] = {
    "sample": "sample mode. No source is connected: what follows is about the embedded mocks.",
    "real": "the sources as they are connected.",
}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    `check` is a stable name. `found` is a sentence; `expected` and `advice` are for what is not as it should be.
    """

    source: Place
    check: str
    level: Level
    found: str
    expected: str = ""
    advice: str = ""


@dataclass(frozen=True)
class Diagnosis:
    """Everything that was found, by place. `at` is the instant of the examination."""

    mode: Mode
    at: datetime
    findings: tuple[Finding, ...]

    @property
    def exit_code(self) -> int:
        """0 nothing is wrong; 2 the config or the environment is; 4 a source cannot be used or is incomplete."""
        places = {finding.source for finding in self.findings if finding.level == "error"}
        if not places.isdisjoint(_OURS):
            return _CONFIG
        return _SOURCE_GAP if places else _DONE

    @property
    def counts(self) -> dict[Level, int]:
        counted = Counter(finding.level for finding in self.findings)
        return {level: counted[level] for level in _LEVELS}

    def as_dict(self) -> dict[str, Any]:
        """For `--json`; the keys are stable."""
        return {
            "mode": self.mode,
            "examined_at": f"{self.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "exit_code": self.exit_code,
            "counts": self.counts,
            "findings": [asdict(finding) for finding in self.findings],
        }

    def as_text(self) -> str:
        """For a person at a terminal: what was found, what is wrong, how to mend it."""
        lines = [f"tenfour doctor, {self.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC: {_MODES[self.mode]}"]
        for place, title in TITLES.items():
            own = [finding for finding in self.findings if finding.source == place]
            lines += ["", title, *(line for finding in own for line in _lines(finding))] if own else []
        return "\n".join([*lines, "", self._summary()])

    def _summary(self) -> str:
        errors, warnings = self.counts["error"], self.counts["warning"]
        if not errors and not warnings:
            return "Nothing is wrong."
        wrong = f"{plural(errors, 'error')} and {plural(warnings, 'warning')}."
        if not errors:
            return f"{wrong} Runs will work; the warnings say what they will not know."
        return f"{wrong} Mend the errors first, then ask again: tenfour doctor"


def _lines(finding: Finding) -> Iterator[str]:
    yield _wrapped(f"  {finding.level:<{_MARGIN - 2}}", finding.found)
    if finding.expected and finding.level != "ok":
        yield _wrapped(" " * _MARGIN, f"Expected: {finding.expected}.")
    if finding.advice:
        yield _wrapped(" " * _MARGIN, finding.advice)


def _wrapped(begin: str, text: str) -> str:
    return textwrap.fill(
        text,
        _WIDTH,
        initial_indent=begin,
        subsequent_indent=" " * _MARGIN,
        break_long_words=False,
        break_on_hyphens=False,
    )


def guarded(source: Place, check: str, findings: Iterable[Finding], advice: str = "") -> Iterator[Finding]:
    """The findings, up to a failure of the source, which becomes the last of them. `advice` is for who was refused."""
    try:
        yield from findings
    except SourceError as error:
        yield failure(source, check, error, advice if error.status in _REFUSED else "")


def failure(source: Place, check: str, error: SourceError, advice: str = "") -> Finding:
    """What a source did not give. `advice` is put behind the error's own."""
    certificate = _CERTIFICATE if "CERTIFICATE_VERIFY_FAILED" in error.what else ""
    both = " ".join(part for part in (error.advice, certificate, advice) if part)
    return Finding(source, check, "error", f"{error.source}: {error.what}.", error.expected, both)


_CERTIFICATE = (
    "If a proxy of yours opens the connection, name a file with its certificate in the environment: SSL_CERT_FILE."
)


def without_secrets(findings: Iterable[Finding], connections: Connections) -> tuple[Finding, ...]:
    """The findings with every secret blotted out: a source may tell in any field what it was sent."""
    secrets = _secrets(connections)

    def clear(text: str) -> str:
        for secret in secrets:
            text = text.replace(secret, "***")
        return text

    return tuple(
        replace(finding, found=clear(finding.found), expected=clear(finding.expected), advice=clear(finding.advice))
        for finding in findings
    )


def _secrets(connections: Connections) -> list[str]:
    """Every spelling of every secret, the longest first."""
    set_up = (connections.jira, connections.tempo, connections.pagerduty, connections.alertops)
    found = {spelling for connection in set_up if connection for spelling in secrets_of(connection)}
    return sorted(found, key=len, reverse=True)


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 board`, `2 boards`."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def listed(names: Iterable[object], most: int = 10) -> str:
    """The first few different names, in order, and how many more there are."""
    return listing(pd.Series([str(name) for name in names], dtype="str"), most)
