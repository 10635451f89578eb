"""Just enough HTTP/1.1 for the mocks: a threaded server on the loopback, with keep-alive, that logs nothing."""

import json
import socket
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

LOOPBACK: Final = "127.0.0.1"
JSON: Final = "application/json;charset=UTF-8"


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
    """What the server answers."""

    status: int
    body: bytes
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


App = Callable[[Request], Response]
# Asked before the app: an answer from here is sent instead. Tests use it to make a source misbehave.
Fault = Callable[[Request], Response | None]


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

    def hang_up(self) -> None:
        """End idle keep-alive connections: their threads wait for a next request that will not come."""
        with self._lock:
            for connection in self._open:
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
        parts = urlsplit(self.path)
        request = Request(
            method=self.command,
            path=unquote(parts.path),
            query_string=parts.query,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(int(self.headers.get("Content-Length") or 0)),
        )
        try:
            response = (self.server.fault and self.server.fault(request)) or self.server.app(request)
        except Exception:
            response = Response(500, traceback.format_exc().encode(), "text/plain")
        self.send_response(response.status)
        self.send_header("Content-Type", response.content_type)
        self.send_header("Content-Length", str(len(response.body)))
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(response.body)
