"""Payloads as received, before any parsing: the same body is kept once, and an index says which request it answered.

With the index of a collection the same clients can be run again offline, and read what they read then.
"""

import gzip
import hashlib
import json
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


@dataclass
class Collection:
    """What one fetch of one source received; becomes durable with `close`."""

    layout: Layout
    source: str
    name: str
    _lines: list[dict[str, str]] = field(default_factory=list)

    def record(self, exchange: Answer) -> None:
        """Keep one answer: its body now, its place in the index at `close`."""
        digest = keep_body(self.layout, exchange.response_body)
        self._lines.append(
            {
                "method": exchange.method,
                "target": exchange.target,
                "request_sha256": hashlib.sha256(exchange.request_body).hexdigest() if exchange.request_body else "",
                "sha256": digest,
            }
        )

    def close(self) -> int:
        """Write the index, in an order that does not depend on timing. Returns the number of answers."""
        lines = sorted({json.dumps(line, sort_keys=True) for line in self._lines})
        write_atomically(self.layout.raw_index(self.source, self.name), ("\n".join(lines) + "\n").encode())
        return len(lines)


def keep_body(layout: Layout, body: bytes) -> str:
    """Store one body under its SHA-256; returns that."""
    digest = hashlib.sha256(body).hexdigest()
    path = layout.raw_object(digest)
    if not path.exists():
        write_atomically(path, gzip.compress(body, compresslevel=6, mtime=0))
    return digest


def recorded(layout: Layout, source: str, name: str) -> dict[tuple[str, str, str], bytes]:
    """The answers of a past collection: (method, target, SHA-256 of the request body) -> response body."""
    lines = layout.raw_index(source, name).read_text().splitlines()
    entries = [json.loads(line) for line in lines]
    return {
        (entry["method"], entry["target"], entry["request_sha256"]): gzip.decompress(
            layout.raw_object(entry["sha256"]).read_bytes()
        )
        for entry in entries
    }
