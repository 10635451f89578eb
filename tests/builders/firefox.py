"""Firefox without a driver: it speaks WebDriver BiDi itself (https://w3c.github.io/webdriver-bidi/)."""

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

FIREFOX = Path("/usr/bin/firefox-esr")
_SECONDS = 30.0


class Firefox:
    """One tab of a Firefox without a window, and what its pages said."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._asked = 0
        self.messages: list[str] = []
        self._ask("session.new", capabilities={})
        self._ask("session.subscribe", events=["log.entryAdded"])
        self._tab = self._ask("browsingContext.getTree")["contexts"][0]["context"]

    def open(self, address: str) -> None:
        """Go there and wait until it has loaded. What earlier pages said is forgotten."""
        self.messages.clear()
        self._ask("browsingContext.navigate", context=self._tab, url=address, wait="complete")

    def resize(self, width: int, height: int = 900) -> None:
        self._ask("browsingContext.setViewport", context=self._tab, viewport={"width": width, "height": height})

    def run(self, script: str) -> Any:
        """The value of an expression on the page: text, a number, or true and false; a promise is waited for."""
        told = self._ask(
            "script.evaluate", expression=script, target={"context": self._tab}, awaitPromise=True, userActivation=True
        )
        if told["type"] == "exception":
            raise AssertionError(told["exceptionDetails"]["text"])
        return told["result"].get("value")

    def wait_for(self, script: str) -> None:
        """Until an expression is true."""
        limit = int(1000 * _SECONDS)
        self.run(
            f"new Promise((done, late) => {{ setTimeout(() => late(new Error('still not: ' + {json.dumps(script)})), "
            f"{limit}); const look = () => ({script}) ? done() : setTimeout(look, 50); look(); }})"
        )

    def _ask(self, method: str, **params: Any) -> dict[str, Any]:
        self._asked += 1
        self._socket.send(json.dumps({"id": self._asked, "method": method, "params": params}))
        while True:
            told = json.loads(self._socket.recv(timeout=2 * _SECONDS))
            if told.get("method") == "log.entryAdded":
                self.messages.append(f"{told['params']['level']}: {told['params']['text']}")
            if told.get("id") == self._asked:
                if told["type"] == "error":
                    raise AssertionError(f"{method}: {told['error']}: {told['message']}")
                result: dict[str, Any] = told["result"]
                return result


@contextmanager
def firefox(profile: Path) -> Iterator[Firefox]:
    """A Firefox with a fresh profile, ended when the block is left."""
    command = [str(FIREFOX), "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", "0"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            found = (re.search(r"BiDi listening on (ws://\S+)", line) for line in process.stderr)
            address = next(match[1] for match in found if match)
            with connect(f"{address}/session", max_size=None) as socket:
                yield Firefox(socket)
        finally:
            process.terminate()
