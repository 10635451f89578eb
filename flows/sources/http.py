"""One HTTP session per source: address, authorization, patience, and the record of what was received.

An answer is looked at in this order: status, content type, whole JSON, shape, record, meaning. No message, log line or
recorded body holds a secret.
"""

import base64
import html
import json
import logging
import random
import re
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import partial
from itertools import islice
from types import TracebackType
from typing import Any, Final, Literal, Self, TypeVar
from urllib.parse import quote, urlencode

import httpx
import orjson
import stamina

from flows.settings.connections import Connection
from flows.sources.errors import PassingError, SourceError
from flows.sources.transports import TARGET, ConnectTo

Source = Literal["jira", "tempo", "pagerduty", "alertops"]
Params = Sequence[tuple[str, str | int]]
Row = dict[str, Any]
Item = TypeVar("Item")
Made = TypeVar("Made")

TITLES: Final[Mapping[Source, str]] = {
    "jira": "Jira",
    "tempo": "Tempo",
    "pagerduty": "PagerDuty",
    "alertops": "AlertOps",
}
# Requests that one host answers at the same time. PagerDuty asks for one after the other, and the others page in turn.
_AT_ONCE: Final[Mapping[Source, int]] = {"jira": 4, "tempo": 1, "pagerduty": 1, "alertops": 1}
_PAGERDUTY_JSON: Final = "application/vnd.pagerduty+json;version=2"
_SHOWN_OF_A_BODY: Final = 200
_SHORTEST_SECRET: Final = 6

_log = logging.getLogger("tenfour.sources")
# What is tried again is said below, in words of ours.
stamina.instrumentation.set_on_retry_hooks(())


@dataclass(frozen=True)
class Exchange:
    """One answered request, without headers. `target` is path and query below the base address.

    A refusal that will not pass is an answer too: what a client made of it must be made of it again.
    """

    source: str
    method: str
    target: str
    request_body: bytes
    response_body: bytes
    status: int = 200


@dataclass(frozen=True)
class Patience:
    """How often and how long a request is tried again. Units: seconds.

    `connect` and `silence` bound the wait for a connection and for the next byte, `answer` the time in which one answer
    must arrive in whole, `total` all attempts together: no new one is begun after it.
    """

    attempts: int = 5
    first_wait: float = 2.0
    longest_wait: float = 30.0
    jitter: float = 1.0
    connect: float = 10.0
    silence: float = 30.0
    answer: float = 60.0
    total: float = 120.0


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
        self._source: Source = source
        self._base_url = connection.base_url.rstrip("/")
        self._secrets = secrets_of(connection)
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
        return f"{TITLES[self._source]} ({httpx.URL(self._base_url).host})"

    def get(self, path: str, params: Params = ()) -> Row:
        """GET a JSON object from `path` below the base address.

        Errors: SourceError, after patience has run out where the trouble might have passed.
        """
        return self._object(*self._ask("GET", path, params))

    def get_list(self, path: str, params: Params = ()) -> list[Row]:
        """GET a JSON list of objects. Errors: as `get`."""
        return self._list(*self._ask("GET", path, params))

    def post(self, path: str, body: Mapping[str, Any], params: Params = ()) -> Row:
        """POST `body` as JSON, spelled the same way every time, for an object. Errors: as `get`."""
        return self._object(*self._ask("POST", path, params, body))

    def post_list(self, path: str, body: Mapping[str, Any], params: Params = ()) -> list[Row]:
        """POST `body` as JSON for a list of objects. Errors: as `get`."""
        return self._list(*self._ask("POST", path, params, body))

    def rows(self, page: Mapping[str, Any], key: str, path: str) -> list[Row]:
        """The rows of a page. Errors: SourceError where there is no list of objects under the key."""
        found = page.get(key)
        if not _is_rows(found):
            raise self.error(f'{path}: the answer has no list "{key}"', "the vendor's format", _FORMAT)
        rows: list[Row] = found or []
        return rows

    def with_id(self, rows: list[Row], path: str, key: str = "id") -> list[Row]:
        """The same rows. Errors: SourceError where one has no `key`: it could not be told from another."""
        if any(row.get(key) is None for row in rows):
            raise self.error(f"{path}: a row has no {key}", "the vendor's format", _FORMAT)
        return rows

    def in_order(self, make: Callable[[Item], Made], items: Iterable[Item]) -> Iterator[Made]:
        """`make` of every item, in the order of the items, several at once where the source allows it.

        At most so many are under way or waiting to be taken, so that a slow taker holds few of them in memory.
        Errors: whatever `make` raises, for the first item that did; later ones are not begun.
        """
        most = _AT_ONCE[self._source]
        if most == 1:
            yield from map(make, items)
            return
        rest = iter(items)
        with ThreadPoolExecutor(most) as pool:
            pending: deque[Future[Made]] = deque(pool.submit(make, item) for item in islice(rest, most))
            try:
                while pending:
                    yield pending.popleft().result()
                    pending.extend(pool.submit(make, item) for item in islice(rest, 1))
            finally:
                for future in pending:
                    future.cancel()

    def error(self, what: str, expected: str, advice: str, status: int | None = None) -> SourceError:
        """A SourceError of this source, with every secret blotted out."""
        return SourceError(self.title, self._clear(what), expected, advice, status)

    def _ask(self, method: str, path: str, params: Params, body: Mapping[str, Any] | None = None) -> tuple[str, Any]:
        """(target, parsed answer)."""
        query = urlencode(list(params), safe="[]:,")
        target = f"{path}?{query}" if query else path
        content = b"" if body is None else json.dumps(body, sort_keys=True, separators=(",", ":")).encode()
        return target, self._patiently(partial(self._try, method, target, content))

    def _patiently(self, ask: Callable[[], Any]) -> Any:
        last_attempt: list[stamina.Attempt] = []

        def wait_for(error: Exception) -> bool | float:
            # A wait longer than all our patience is not begun: the error says so at once.
            if not isinstance(error, PassingError) or error.wait > self._patience.total:
                return False
            own = last_attempt[-1].next_wait + random.uniform(0, self._patience.jitter)  # noqa: S311 - spreads load
            wait = max(error.wait, own)
            if last_attempt[-1].num < self._patience.attempts:
                _log.warning("%s: %s. Trying again in %.0f s.", self.title, error.what, wait)
            return wait

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
                return ask()
        raise AssertionError("stamina either returns from the block or raises")

    def _try(self, method: str, target: str, content: bytes) -> Any:
        headers = {"Content-Type": "application/json"} if content else {}
        ends_at = time.monotonic() + self._patience.answer
        try:
            with self._http.stream(
                method, self._base_url + target, content=content, headers=headers, extensions={TARGET: target}
            ) as response:
                body = self._body(f"{method} {target}", response, ends_at)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise self.error(f"{error}", "a valid address", "Check the address of the source.") from None
        except httpx.RequestError as error:
            raise self._passing(f"{method} {target}: {_spoken(error)}", "an answer", _REACH) from None
        if not response.is_success:
            refusal = self._refusal(method, target, response, body)
            if not isinstance(refusal, PassingError):
                self._keep(method, target, content, body, response.status_code)
            raise refusal
        payload = self._whole_json(method, target, response, body)
        self._keep(method, target, content, body, 200)
        return payload

    def _keep(self, method: str, target: str, content: bytes, body: bytes, status: int) -> None:
        self._record(Exchange(self._source, method, target, content, self._clear_bytes(body), status))

    def _body(self, what: str, response: httpx.Response, ends_at: float) -> bytes:
        """The whole body, unless it takes too long: a byte now and then would keep every timeout quiet."""
        parts: list[bytes] = []
        for part in response.iter_bytes():
            parts.append(part)
            if time.monotonic() > ends_at:
                raise self._passing(
                    f"{what}: the answer had not arrived in whole after {self._patience.answer:g} s",
                    "an answer",
                    _REACH,
                )
        return b"".join(parts)

    def _whole_json(self, method: str, target: str, response: httpx.Response, body: bytes) -> Any:
        kind = response.headers.get("content-type", "")
        if "json" not in kind:
            found = f"{response.status_code} with {kind or 'no content type'}{self._extract(response, body)}"
            raise self.error(f"{method} {target}: {found}", "JSON", _NOT_JSON)
        try:
            return orjson.loads(body)
        except ValueError:
            what = f"{method} {target}: JSON broken off after {len(body)} bytes"
            raise self._passing(what, "whole JSON", _REACH) from None

    def _object(self, target: str, payload: Any) -> Row:
        if not isinstance(payload, dict):
            raise self.error(f"{target}: the answer is no JSON object", "the vendor's format", _FORMAT)
        return payload

    def _list(self, target: str, payload: Any) -> list[Row]:
        if not _is_rows(payload):
            raise self.error(f"{target}: the answer is no JSON list of objects", "the vendor's format", _FORMAT)
        rows: list[Row] = payload
        return rows

    def _refusal(self, method: str, target: str, response: httpx.Response, body: bytes) -> SourceError:
        status = response.status_code
        what = f"{method} {target}: {status} {response.reason_phrase}{self._extract(response, body)}"
        if status in (408, 429) or status >= 500:
            wait = _least_wait(response)
            asked = f" (asks to wait {wait:g} s)" if wait else ""
            error = self._passing(what + asked, "an answer", "Nothing to do now; the next run tries again.", status)
            error.wait = wait
            return error
        return self.error(what, "an answer with status 200", _ADVICE.get(status, _ADVICE_ELSE), status)

    def _passing(self, what: str, expected: str, advice: str, status: int | None = None) -> PassingError:
        return PassingError(self.title, self._clear(what), expected, advice, status)

    def _extract(self, response: httpx.Response, body: bytes) -> str:
        """The start of an error body as plain text: pages of HTML lose their tags."""
        text = body[:20_000].decode("utf-8", errors="replace")
        if "html" in response.headers.get("content-type", "") or text.lstrip().startswith("<"):
            text = html.unescape(re.sub(r"(?is)<(script|style)\b.*?(</\1>|$)|<[^>]*>", " ", text))
        text = self._clear(" ".join(text.split()))
        return f': "{text[:_SHOWN_OF_A_BODY]}{"..." if len(text) > _SHOWN_OF_A_BODY else ""}"' if text else ""

    def _clear(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text

    def _clear_bytes(self, body: bytes) -> bytes:
        """A body to keep: a source may repeat what it was sent."""
        for secret in self._secrets:
            body = body.replace(secret.encode(), b"***")
        return body


_REACH = "Check the address and the network; the next run tries again."
_FORMAT = "Check the address: something else may have answered. If it is right, the vendor has changed its format."
_NOT_JSON = "Check the address: a login page or a proxy may have answered."
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
    """A client for one source; use it in a `with` block. `record` may be called from several threads.

    `connection.connect_to` ("host:port") is connected to instead of the address, which stays in URL and Host header.
    """
    limits = httpx.Limits(max_connections=_AT_ONCE[source])
    if transport is None and connection.connect_to is not None:
        transport = ConnectTo(connection.connect_to, limits)
    timeout = httpx.Timeout(patience.silence, connect=patience.connect)
    http = httpx.Client(headers=_headers(source, connection), timeout=timeout, limits=limits, transport=transport)
    return SourceClient(source, connection, record, http, patience)


def _headers(source: Source, connection: Connection) -> dict[str, str]:
    token = connection.token.get_secret_value()
    accept = _PAGERDUTY_JSON if source == "pagerduty" else "application/json"
    if source == "alertops":
        return {"Accept": accept, "api-key": token}
    if source == "pagerduty":
        # PagerDuty's document asks for the content type with every call, those without content too.
        return {"Accept": accept, "Authorization": f"Token token={token}", "Content-Type": "application/json"}
    is_basic = source == "jira" and connection.email
    scheme = f"Basic {_basic(connection.email or '', token)}" if is_basic else f"Bearer {token}"
    return {"Accept": accept, "Authorization": scheme}


def _basic(email: str, token: str) -> str:
    return base64.b64encode(f"{email}:{token}".encode()).decode()


def _is_rows(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(row, dict) for row in value)


def secrets_of(connection: Connection) -> list[str]:
    """Every spelling of the secrets that could turn up in an answer, the longest first.

    What is shorter than any real token would be found in any text, and taken out of it.
    """
    token = connection.token.get_secret_value()
    secrets = [token, quote(token, safe=""), connection.email, _basic(connection.email or "", token)]
    known = {secret for secret in secrets if secret and len(secret) >= _SHORTEST_SECRET}
    return sorted(known, key=len, reverse=True)


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
