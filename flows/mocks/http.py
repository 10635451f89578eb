"""Just enough HTTP/1.1 for the mocks: a threaded server on the loopback, with keep-alive, that logs nothing.

A `Fault` makes the server misbehave: it may answer instead of the app, change the app's answer, or have an answer
delivered late, in part, drop by drop or not at all.
"""

import json
import socket
import struct
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, Literal
from urllib.parse import parse_qs, unquote, urlsplit

LOOPBACK: Final = "127.0.0.1"
JSON: Final = "application/json;charset=UTF-8"
SECONDS_BETWEEN_DROPS: Final = 0.1

# How an answer is put on the wire: whole; head and half the body, then an end; a TCP reset before any byte; nothing
# while the client waits; a head and then a blank now and then, for ever.
Delivery = Literal["whole", "cut", "reset", "hang", "drip"]


@dataclass(frozen=True)
class Request:
    """What a client asked. Names of headers are in lower case."""

    method: str
    path: str
    query_string: str
    headers: Mapping[str, str]
    body: bytes

    @cached_property
    def query(self) -> Mapping[str, list[str]]:
        return parse_qs(self.query_string, keep_blank_values=True)

    @property
    def host(self) -> str:
        """Where the client believes it is: links in answers are built on this."""
        return self.headers.get("host", LOOPBACK)

    def one(self, name: str, default: str = "") -> str:
        """The last value of a query parameter."""
        return self.query.get(name, [default])[-1]


@dataclass(frozen=True)
class Response:
    """What the server answers, after how many seconds, and in which way."""

    status: int
    body: bytes
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    delivery: Delivery = "whole"


App = Callable[[Request], Response]
Change = Callable[[Response], Response]
# Asked before the app: a response is sent instead of the app's, a change is made to the app's, None changes nothing.
Fault = Callable[[Request], Response | Change | None]


def json_response(content: object, status: int = 200, content_type: str = JSON) -> Response:
    """An answer whose body is the same bytes for the same content."""
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(status, body, content_type)


@contextmanager
def serve(app: App, port: int = 0, fault: Fault | None = None) -> Iterator[str]:
    """Answer on 127.0.0.1 while the block runs; yields the base URL. Port 0 takes a free one."""
    server = _Server((LOOPBACK, port), app, fault)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="mock", daemon=True)
    thread.start()
    try:
        yield f"http://{LOOPBACK}:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.hang_up()
        server.server_close()


class _Server(ThreadingHTTPServer):
    """Keeps track of open connections, so that closing does not wait for idle clients."""

    daemon_threads = False
    block_on_close = True
    # A client that opens many connections at once must not be refused.
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], app: App, fault: Fault | None) -> None:
        self.app, self.fault = app, fault
        self.is_stopping = threading.Event()
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no news. Faults of the app never get here: they are answered with 500."""

    def respond(self, request: Request) -> Response:
        """The app's answer, or what a fault makes of it."""
        found = self.fault(request) if self.fault else None
        if isinstance(found, Response):
            return found
        response = self.app(request)
        return found(response) if found else response

    def hang_up(self) -> None:
        """End connections that would wait on: idle ones for a next request, those of a fault for their client."""
        self.is_stopping.set()
        with self._lock:
            for connection in self._open:
                # The client may have gone already.
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    """Hands requests to the app and writes each answer in one piece."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the mocks run inside the product's own commands."""

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        request = self._request()
        try:
            response = self.server.respond(request)
        except Exception:
            response = Response(500, traceback.format_exc().encode(), "text/plain")
        if response.delay:
            self.server.is_stopping.wait(response.delay)
        {
            "whole": self._send_whole,
            "cut": self._send_half,
            "reset": self._reset,
            "hang": self._hang,
            "drip": self._drip,
        }[response.delivery](response)

    def _request(self) -> Request:
        parts = urlsplit(self.path)
        return Request(
            method=self.command,
            path=unquote(parts.path),
            query_string=parts.query,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(int(self.headers.get("Content-Length") or 0)),
        )

    def _send_head(self, response: Response, *framing: tuple[str, str]) -> None:
        self.send_response(response.status)
        for name, value in (("Content-Type", response.content_type), *framing, *response.headers.items()):
            self.send_header(name, value)
        self.end_headers()

    def _send_whole(self, response: Response) -> None:
        self._send_head(response, ("Content-Length", str(len(response.body))))
        self.wfile.write(response.body)

    def _send_half(self, response: Response) -> None:
        """More is promised than comes, then the connection closes."""
        self._send_head(response, ("Content-Length", str(len(response.body) + 1)))
        self.wfile.write(response.body[: len(response.body) // 2])
        self.close_connection = True

    def _reset(self, _: Response) -> None:
        """The client's system reports a connection reset: lingering for no time makes a close one."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def _hang(self, _: Response) -> None:
        """Nothing is sent; whatever the client still says is swallowed until it, or the server, ends."""
        while self.connection.recv(4096):
            pass
        self.close_connection = True

    def _drip(self, response: Response) -> None:
        """Blanks, which JSON allows before it begins, without an end: no single read ever takes long."""
        self._send_head(response, ("Transfer-Encoding", "chunked"))
        while not self.server.is_stopping.is_set():
            self.wfile.write(b"1\r\n \r\n")
            self.wfile.flush()
            self.server.is_stopping.wait(SECONDS_BETWEEN_DROPS)
        self.close_connection = True
