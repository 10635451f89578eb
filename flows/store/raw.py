"""Payloads as received, before any parsing: the same body is kept once, and an index says which request it answered.

With the index of a collection the same clients can be run again offline, and read what they read then.
"""

import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from flows.store.files import write_atomically
from flows.store.layout import Layout


class Answer(Protocol):
    """What a client hands over of one successful exchange: never a header, so never a secret."""

    @property
    def method(self) -> str: ...
    @property
    def target(self) -> str: ...
    @property
    def request_body(self) -> bytes: ...
    @property
    def response_body(self) -> bytes: ...
    @property
    def status(self) -> int: ...


@dataclass
class Collection:
    """What one fetch of one source received; becomes durable with `close`. Threads may record at the same time."""

    layout: Layout
    source: str
    name: str
    _lines: list[dict[str, str | int]] = field(default_factory=list)

    def record(self, exchange: Answer) -> None:
        """Keep one answer: its body now, its place in the index at `close`."""
        self.keep(exchange.method, exchange.target, exchange.response_body, exchange.request_body, exchange.status)

    def keep(self, method: str, target: str, body: bytes, request_body: bytes = b"", status: int = 200) -> None:
        """Keep one body under what it answers."""
        self._lines.append(
            {
                "method": method,
                "target": target,
                "request_sha256": hashlib.sha256(request_body).hexdigest() if request_body else "",
                "status": status,
                "sha256": keep_body(self.layout, body),
            }
        )

    def close(self) -> str:
        """Write the index, in an order that does not depend on timing.

        Returns: the SHA-256 under which the index itself is kept, so that a later fetch of the same window does not
        take this one's place.
        """
        lines = sorted({json.dumps(line, sort_keys=True) for line in self._lines})
        content = "".join(f"{line}\n" for line in lines).encode()
        write_atomically(self.layout.raw_index(self.source, self.name), content)
        return keep_body(self.layout, content)


@dataclass(frozen=True)
class Recorded:
    """The answers of a past collection."""

    layout: Layout
    answers: Mapping[tuple[str, str, str], tuple[int, str]]

    def answer(self, method: str, target: str, request_sha256: str) -> tuple[int, bytes] | None:
        """Status and body that answered a request; None if it was not asked."""
        found = self.answers.get((method, target, request_sha256))
        return None if found is None else (found[0], kept_body(self.layout, found[1]))

    def bodies(self, method: str) -> dict[str, bytes]:
        """Target -> body of everything kept under a method."""
        return {
            target: kept_body(self.layout, digest)
            for (kept_method, target, _), (_, digest) in self.answers.items()
            if kept_method == method
        }


def keep_body(layout: Layout, body: bytes) -> str:
    """Store one body under its SHA-256; returns that."""
    digest = hashlib.sha256(body).hexdigest()
    path = layout.raw_object(digest)
    if not path.exists():
        write_atomically(path, gzip.compress(body, compresslevel=6, mtime=0))
    return digest


def kept_body(layout: Layout, digest: str) -> bytes:
    """A body by its SHA-256."""
    return gzip.decompress(layout.raw_object(digest).read_bytes())


def recorded(layout: Layout, index: str) -> Recorded:
    """What a past collection received, by the SHA-256 that `Collection.close` returned."""
    entries = [json.loads(line) for line in kept_body(layout, index).decode().splitlines()]
    answers = {
        (entry["method"], entry["target"], entry["request_sha256"]): (entry["status"], entry["sha256"])
        for entry in entries
    }
    return Recorded(layout, answers)
