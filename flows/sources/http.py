"""One HTTP session per source: address, authorization, patience, and the record of what was received.

An answer is looked at in this order: status, content type, whole JSON, record, meaning. No message holds a secret.
"""

import base64
import hashlib
import html
import json
import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import quote, urlencode

import httpx
import stamina

from flows.settings.connections import Connection

Source = Literal["jira", "pagerduty"]
Params = Sequence[tuple[str, str | int]]

_TITLES = {"jira": "Jira", "pagerduty": "PagerDuty"}
_ACCEPTS = {"jira": "application/json", "pagerduty": "application/vnd.pagerduty+json;version=2"}
_TIMEOUTS = httpx.Timeout(60.0, connect=10.0)
_SHOWN_OF_A_BODY = 200
# Tells a transport what the recorded target is. Not "target": httpcore would send that as the path.
_TARGET = "tenfour_target"


@dataclass(frozen=True)
class Exchange:
    """One answered request, without headers. `target` is path and query below the base address."""

    source: str
    method: str
    target: str
    request_body: bytes
    response_body: bytes


@dataclass(frozen=True)
class Patience:
    """How often and how long a request is tried again. Units: seconds."""

    attempts: int = 4
    first_wait: float = 2.0
    longest_wait: float = 30.0
    jitter: float = 1.0
    total: float = 120.0


class SourceError(Exception):
    """A source did not give what was asked for. `str()` says where, what, what was expected and what to do."""

    def __init__(self, source: str, what: str, expected: str, advice: str, status: int | None = None) -> None:
        super().__init__(f"{source}: {what}. Expected {expected}. {advice}")
        self.source = source
        self.what = what
        self.expected = expected
        self.advice = advice
        self.status = status


class _Passing(SourceError):
    """A trouble that may pass by itself. `wait` is the least time that the source asks for."""

    wait: float = 0.0


class SourceClient:
    """Sends requests to one source and hands back parsed JSON."""

    def __init__(
        self,
        source: Source,
        connection: Connection,
        record: Callable[[Exchange], None],
        http: httpx.Client,
        patience: Patience,
    ) -> None:
        self._source = source
        self._base_url = connection.base_url.rstrip("/")
        self._secrets = _secrets_of(connection)
        self._record = record
        self._http = http
        self._patience = patience

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    @property
    def title(self) -> str:
        """The source and its address, for messages."""
        return f"{_TITLES[self._source]} ({httpx.URL(self._base_url).host})"

    def get(self, path: str, params: Params = ()) -> Any:
        """GET `path` below the base address.

        Errors: SourceError, after patience has run out where the trouble might have passed.
        """
        query = urlencode(list(params), safe="[]:,")
        return self._ask("GET", f"{path}?{query}" if query else path, b"")

    def post(self, path: str, body: Mapping[str, Any], params: Params = ()) -> Any:
        """POST `body` as JSON, spelled the same way every time. Errors: as `get`."""
        query = urlencode(list(params), safe="[]:,")
        content = json.dumps(body, sort_keys=True, separators=(",", ":")).encode()
        return self._ask("POST", f"{path}?{query}" if query else path, content)

    def error(self, what: str, expected: str, advice: str, status: int | None = None) -> SourceError:
        """A SourceError of this source, with every secret blotted out."""
        return SourceError(self.title, self._clear(what), expected, advice, status)

    def _ask(self, method: str, target: str, content: bytes) -> Any:
        last_attempt: list[stamina.Attempt] = []

        def wait_for(error: Exception) -> bool | float:
            # A wait longer than all our patience is not begun: the error says so at once.
            if not isinstance(error, _Passing) or error.wait > self._patience.total:
                return False
            own = last_attempt[-1].next_wait + random.uniform(0, self._patience.jitter)  # noqa: S311 - spreads load
            return max(error.wait, own)

        for attempt in stamina.retry_context(
            on=wait_for,
            attempts=self._patience.attempts,
            timeout=self._patience.total,
            wait_initial=self._patience.first_wait,
            wait_max=self._patience.longest_wait,
            wait_jitter=self._patience.jitter,
        ):
            last_attempt.append(attempt)
            with attempt:
                return self._try(method, target, content)
        raise AssertionError("stamina either returns from the block or raises")

    def _try(self, method: str, target: str, content: bytes) -> Any:
        headers = {"Content-Type": "application/json"} if content else {}
        try:
            response = self._http.request(
                method, self._base_url + target, content=content, headers=headers, extensions={_TARGET: target}
            )
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise self.error(f"{error}", "a valid address", "Check the address of the source.") from None
        except httpx.RequestError as error:
            raise self._passing(f"{method} {target}: {_spoken(error)}", "an answer", _REACH) from None
        if not response.is_success:
            raise self._refusal(method, target, response)
        payload = self._whole_json(method, target, response)
        self._record(Exchange(self._source, method, target, content, response.content))
        return payload

    def _whole_json(self, method: str, target: str, response: httpx.Response) -> Any:
        kind = response.headers.get("content-type", "")
        if "json" not in kind:
            what = (
                f"{method} {target}: {response.status_code} with {kind or 'no content type'}{self._extract(response)}"
            )
            raise self.error(what, "JSON", "Check the address: a login page or a proxy may have answered.")
        try:
            return json.loads(response.content)
        except ValueError:
            size = len(response.content)
            raise self._passing(
                f"{method} {target}: JSON broken off after {size} bytes", "whole JSON", _REACH
            ) from None

    def _refusal(self, method: str, target: str, response: httpx.Response) -> SourceError:
        status = response.status_code
        what = f"{method} {target}: {status} {response.reason_phrase}{self._extract(response)}"
        if status == 429 or status >= 500:
            wait = _least_wait(response)
            asked = f" (asks to wait {wait:g} s)" if wait else ""
            error = self._passing(what + asked, "an answer", "Nothing to do now; the next run tries again.", status)
            error.wait = wait
            return error
        return self.error(what, "an answer with status 200", _ADVICE.get(status, _ADVICE_ELSE), status)

    def _passing(self, what: str, expected: str, advice: str, status: int | None = None) -> _Passing:
        return _Passing(self.title, self._clear(what), expected, advice, status)

    def _extract(self, response: httpx.Response) -> str:
        """The start of an error body as plain text: pages of HTML lose their tags."""
        text = response.content[:20_000].decode("utf-8", errors="replace")
        if "html" in response.headers.get("content-type", "") or text.lstrip().startswith("<"):
            text = html.unescape(re.sub(r"(?is)<(script|style)\b.*?(</\1>|$)|<[^>]*>", " ", text))
        text = self._clear(" ".join(text.split()))
        return f': "{text[:_SHOWN_OF_A_BODY]}{"..." if len(text) > _SHOWN_OF_A_BODY else ""}"' if text else ""

    def _clear(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text


_REACH = "Check the address and the network; the next run tries again."
_ADVICE_ELSE = "Check the address of the source and the config."
_ADVICE = {
    401: "The token was not accepted: check that it is valid, not expired, and belongs to this address.",
    403: "The token may not read this: give its owner the right to.",
    404: "It does not exist, or the token may not see it: check ids in the config and the address.",
    410: "The vendor has removed this call: a newer version of this program is needed.",
}


def open_client(
    source: Source,
    connection: Connection,
    record: Callable[[Exchange], None],
    transport: httpx.BaseTransport | None = None,
    patience: Patience = Patience(),
) -> SourceClient:
    """A client for one source; use it in a `with` block.

    `connection.connect_to` ("host:port") is connected to instead of the address, which stays in URL and Host header.
    """
    if transport is None and connection.connect_to is not None:
        transport = ConnectTo(connection.connect_to)
    http = httpx.Client(
        headers={"Accept": _ACCEPTS[source], "Authorization": _authorization(source, connection)},
        timeout=_TIMEOUTS,
        transport=transport,
    )
    return SourceClient(source, connection, record, http, patience)


class ConnectTo(httpx.BaseTransport):
    """Connects to a fixed host and port, whatever the URL says; the Host header and the TLS name stay the URL's."""

    def __init__(self, address: str) -> None:
        host, _, port = address.rpartition(":")
        self._host, self._port = host, int(port)
        self._inner = httpx.HTTPTransport()

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
    """Answers from recorded exchanges: (method, target, SHA-256 of the request body or "") -> response body.

    Errors: SourceError for a request that was not recorded.
    """

    def __init__(self, recorded: Mapping[tuple[str, str, str], bytes]) -> None:
        self._recorded = recorded

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        target = str(request.extensions[_TARGET])
        content = request.read()
        digest = hashlib.sha256(content).hexdigest() if content else ""
        body = self._recorded.get((request.method, target, digest))
        if body is None:
            raise SourceError(
                "recorded answers",
                f"{request.method} {target} was not recorded",
                "the same requests as when the week was fetched",
                "The config or the program may have changed since: fetch the week again.",
            )
        return httpx.Response(200, headers={"Content-Type": "application/json"}, content=body)


def _authorization(source: Source, connection: Connection) -> str:
    token = connection.token.get_secret_value()
    if source == "pagerduty":
        return f"Token token={token}"
    return f"Basic {_basic(connection.email, token)}" if connection.email else f"Bearer {token}"


def _basic(email: str, token: str) -> str:
    return base64.b64encode(f"{email}:{token}".encode()).decode()


def _secrets_of(connection: Connection) -> list[str]:
    """Every spelling of the secrets that could turn up in an answer, the longest first."""
    token = connection.token.get_secret_value()
    secrets = [token, quote(token, safe=""), connection.email, _basic(connection.email or "", token)]
    return sorted((secret for secret in secrets if secret), key=len, reverse=True)


def _least_wait(response: httpx.Response) -> float:
    """Seconds that a refusal asks to wait; 0 where it does not say. Never read from our own clock.

    Jira: `Retry-After` (seconds or a date), else `X-RateLimit-Reset` (an instant). PagerDuty: `ratelimit-reset`.
    """
    headers = response.headers
    for name in ("retry-after", "ratelimit-reset"):
        if re.fullmatch(r"\d+(\.\d+)?", headers.get(name, "").strip()):
            return float(headers[name])
    try:
        now = parsedate_to_datetime(headers["date"])
        if "retry-after" in headers:
            return max(0.0, (parsedate_to_datetime(headers["retry-after"]) - now).total_seconds())
        return max(0.0, (datetime.fromisoformat(headers["x-ratelimit-reset"]) - now).total_seconds())
    except (KeyError, ValueError, TypeError):
        return 0.0


def _spoken(error: httpx.RequestError) -> str:
    kinds: dict[type[httpx.RequestError], str] = {
        httpx.ConnectTimeout: "no connection within the time allowed",
        httpx.ReadTimeout: "no answer within the time allowed",
        httpx.ConnectError: "no connection",
        httpx.RemoteProtocolError: "the answer broke off",
        httpx.ReadError: "the connection was cut",
    }
    return f"{kinds.get(type(error), type(error).__name__)} ({error})" if str(error) else type(error).__name__
