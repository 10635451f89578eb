"""The built site over HTTP on the loopback, to look at it as a visitor of a host would."""

from collections.abc import Callable
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from flows.errors import ConfigError


def serve_site(site: Path, port: int, say: Callable[[str], None]) -> None:
    """Serve until interrupted.

    Errors: ConfigError if there is no site yet or the port is taken.
    """
    if not (site / "index.html").is_file():
        raise ConfigError(f"{site}: no site there yet.", advice="Build it first: tenfour weekly")
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), partial(SimpleHTTPRequestHandler, directory=site))
    except OSError as error:
        raise ConfigError(f"Port {port} on 127.0.0.1: {error.strerror}.", advice="Name another one: --port") from None
    with server:
        say(f"Serving {site} at http://127.0.0.1:{server.server_port}/ - stop with Ctrl+C")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            say("Stopped.")
