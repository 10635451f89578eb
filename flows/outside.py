"""What a run hears from outside: the sources on the network and the managers' share, or what was recorded of them.

Whatever is heard is kept as it came, under the window it was asked for, so that `Recorded` can say it again.
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Final, Protocol

from flows.progress import Report, silent
from flows.settings import Connection, Connections
from flows.sources.errors import SourceError
from flows.sources.http import TITLES, Exchange, Patience, Source, SourceClient, open_client
from flows.sources.transports import ReplayTransport
from flows.sources.vibes import (
    LEAVE_FILE,
    InputRead,
    Kind,
    from_archive,
    read_decisions,
    read_leave,
    read_vibes,
    to_archive,
)
from flows.sources.window import Window
from flows.store.layout import Layout
from flows.store.raw import Collection, recorded

_ANSWERS_A_REPORT: Final = 250


class Outside(Protocol):
    """Where rows come from."""

    @property
    def heard(self) -> Mapping[str, str]:
        """What was kept: source and window -> SHA-256 of the index of its answers."""

    def has(self, source: Source) -> bool:
        """Whether a source is connected."""

    def session(
        self, source: Source, window: Window, kept_as: str | None = None
    ) -> AbstractContextManager[SourceClient]:
        """A client of a source. What it receives is kept under the source's name, or under `kept_as`."""

    def vibes(self, window: Window) -> InputRead:
        """The managers' vibes files."""

    def leave(self, window: Window) -> InputRead | None:
        """The leave file; None where there is none."""

    def decisions(self, window: Window) -> InputRead | None:
        """The managers' decisions on recommendations; None where there is no such file."""


@dataclass(frozen=True)
class Live:
    """The world as it is now. `heard`: what was kept so far, `jira/2026-10-26--2026-11-23` -> SHA-256 of its index."""

    connections: Connections
    patience: Patience
    layout: Layout
    vibes_dir: Path
    report: Report = silent
    heard: dict[str, str] = field(default_factory=dict)

    def has(self, source: Source) -> bool:
        return getattr(self.connections, source) is not None

    @contextmanager
    def session(self, source: Source, window: Window, kept_as: str | None = None) -> Iterator[SourceClient]:
        collection = Collection(self.layout, kept_as or source, window.name)
        connection: Connection = getattr(self.connections, source)
        received = count(1)

        def record(exchange: Exchange) -> None:
            collection.record(exchange)
            number = next(received)
            if number % _ANSWERS_A_REPORT == 0:
                self.report(f"Answers of {TITLES[source]}", number, 0)

        with open_client(source, connection, record, patience=self.patience) as client:
            yield client
        # Only a whole fetch is indexed; bodies of one that broke off stay without a place.
        self._close(collection)

    def vibes(self, window: Window) -> InputRead:
        return self._kept("vibes", window, read_vibes(self.vibes_dir))

    def leave(self, window: Window) -> InputRead | None:
        if not (self.vibes_dir / LEAVE_FILE).exists():
            return None
        return self._kept("leave", window, read_leave(self.vibes_dir))

    def decisions(self, window: Window) -> InputRead | None:
        read = read_decisions(self.vibes_dir)
        return None if read is None else self._kept("decisions", window, read)

    def _kept(self, source: Kind, window: Window, read: InputRead) -> InputRead:
        collection = Collection(self.layout, source, window.name)
        for name, content in to_archive(read).items():
            collection.keep("READ", name, content)
        self._close(collection)
        return read

    def _close(self, collection: Collection) -> None:
        self.heard[f"{collection.source}/{collection.name}"] = collection.close()


@dataclass(frozen=True)
class Recorded:
    """What a past run heard, from the raw answers in its data folder.

    `heard` is what `Live.heard` held then; `connected` the sources that were; `failures` how fetches ended that broke
    off, by the same keys.
    """

    layout: Layout
    heard: Mapping[str, str]
    connected: frozenset[str]
    failures: Mapping[str, str]

    def has(self, source: Source) -> bool:
        return source in self.connected

    @contextmanager
    def session(self, source: Source, window: Window, kept_as: str | None = None) -> Iterator[SourceClient]:
        key = f"{kept_as or source}/{window.name}"
        if key not in self.heard:
            raise SaidBefore(self.failures.get(key, f"{key}: nothing was recorded"))
        answers = recorded(self.layout, self.heard[key])
        with open_client(source, Connection.nowhere(), _forget, ReplayTransport(answers.answer)) as client:
            yield client

    def vibes(self, window: Window) -> InputRead:
        return from_archive("vibes", self._files("vibes", window) or {})

    def leave(self, window: Window) -> InputRead | None:
        return self._read("leave", window)

    def decisions(self, window: Window) -> InputRead | None:
        return self._read("decisions", window)

    def _read(self, name: Kind, window: Window) -> InputRead | None:
        files = self._files(name, window)
        return None if files is None else from_archive(name, files)

    def _files(self, name: Kind, window: Window) -> dict[str, bytes] | None:
        index = self.heard.get(f"{name}/{window.name}")
        return None if index is None else recorded(self.layout, index).bodies("READ")


class SaidBefore(SourceError):
    """A failure in the words in which it was told when it happened."""

    def __init__(self, text: str) -> None:
        super().__init__("recorded answers", text, "", "")
        self._text = text

    def __str__(self) -> str:
        return self._text


def _forget(exchange: Exchange) -> None:
    """What is read from the record is not recorded again."""
