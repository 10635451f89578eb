"""Other ways to an answer than the network's: a fixed address, and what was recorded."""

import hashlib
from collections.abc import Callable
from typing import Final

import httpx

from flows.sources.errors import SourceError

# Tells a transport what the recorded target is. Not "target": httpcore would send that as the path.
TARGET: Final = "tenfour_target"
# (method, target, SHA-256 of the request body or "") -> status and body; None where nothing was recorded.
Recording = Callable[[str, str, str], tuple[int, bytes] | None]


class ConnectTo(httpx.BaseTransport):
    """Connects to a fixed host and port, whatever the URL says; the Host header and the TLS name stay the URL's."""

    def __init__(self, address: str, limits: httpx.Limits) -> None:
        host, _, port = address.rpartition(":")
        self._host, self._port = host, int(port)
        self._inner = httpx.HTTPTransport(limits=limits)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._inner.handle_request(
            httpx.Request(
                request.method,
                request.url.copy_with(host=self._host, port=self._port),
                headers=request.headers,
                stream=request.stream,
                extensions={**request.extensions, "sni_hostname": request.url.host},
            )
        )

    def close(self) -> None:
        self._inner.close()


class ReplayTransport(httpx.BaseTransport):
    """Answers from recorded exchanges.

    Errors: SourceError for a request that was not recorded.
    """

    def __init__(self, recording: Recording) -> None:
        self._recording = recording

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        target = str(request.extensions[TARGET])
        content = request.read()
        found = self._recording(request.method, target, hashlib.sha256(content).hexdigest() if content else "")
        if found is None:
            raise SourceError(
                "recorded answers",
                f"{request.method} {target} was not recorded",
                "the same requests as when the week was fetched",
                "The config or the program may have changed since: fetch the week again.",
            )
        status, body = found
        return httpx.Response(status, headers={"Content-Type": "application/json"}, content=body)
