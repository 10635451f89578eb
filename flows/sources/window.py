"""The span of time that one fetch asks for."""

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True)
class Window:
    """From `since` (included) to `until` (excluded); both are aware."""

    since: datetime
    until: datetime

    def __post_init__(self) -> None:
        if self.since.tzinfo is None or self.until.tzinfo is None:
            raise ValueError("a window needs instants with a time zone")
        if self.since >= self.until:
            raise ValueError(f"a window must end after it begins, not {self.since} to {self.until}")

    @property
    def name(self) -> str:
        """`2026-10-26--2026-11-23`: what is received for the window is kept under this."""
        return f"{self.since:%Y-%m-%d}--{self.until:%Y-%m-%d}"


def utc_text(instant: datetime) -> str:
    """`2026-11-16T06:00:00Z`, as requests spell instants."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
