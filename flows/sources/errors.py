"""What a source did not give, said so that an operator can mend it."""

from dataclasses import dataclass

from transforms.vocabulary import Metric


class SourceError(Exception):
    """A source did not give what was asked for. `str()` says where, what, what was expected and what to do."""

    def __init__(self, source: str, what: str, expected: str, advice: str, status: int | None = None) -> None:
        super().__init__(f"{source}: {what}. Expected {expected}. {advice}")
        self.source = source
        self.what = what
        self.expected = expected
        self.advice = advice
        self.status = status


class PassingError(SourceError):
    """A trouble that may pass by itself. `wait` is the least time in seconds that the source asks for."""

    wait: float = 0.0


@dataclass(frozen=True)
class Gap:
    """Rows that a source announced, or gave before, and did not hand over.

    `metrics` cannot be trusted because of it; `sentence` says what is missing and what to do, for the page.
    """

    metrics: frozenset[Metric]
    sentence: str
