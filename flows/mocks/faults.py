"""Faults that a mock can be told to have, on the command line or by a test.

A fault is written `KIND[=VALUE][:PATH][:COUNT][@SKIP]`:

    429:3                     the first three requests are answered with 429
    truncate:/worklog/list    every answer to a request with /worklog/list in its path breaks off
    503=5:/incidents:1@2      the third request for incidents gets a 503 that asks to wait 5 s
    latency=0.2               every answer comes 0.2 s late

PATH is any part of the path asked for, COUNT how many requests are hit (all, where it is left out), SKIP how many are
let through before. Several faults may be given. A request meets the first of them, in the order given, that fits it, is
not used up and has something to spoil, so that `429:1 truncate:1 reset:1` spoils three requests in turn; `latency`
comes on top of any other. `short`, `lastpage`, `loop`, `truncate` and `badjson` spoil answers with status 200 only.
"""

import difflib
import json
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, Final

from flows.errors import ConfigError
from flows.mocks.http import Change, Fault, Request, Response, json_response

Json = dict[str, Any]
# What a fault makes of an answer; None where there is nothing for it to spoil. The text is the value of the fault.
Act = Callable[[Request, Response, str], Response | None]

HTML: Final = "text/html;charset=UTF-8"
SHAPE: Final = "KIND[=VALUE][:PATH][:COUNT][@SKIP]"
_SPEC: Final = re.compile(
    r"(?P<kind>[^=:@]+)(=(?P<value>[^:@]*))?(:(?P<path>[^@]*?[^@:\d][^@]*?))?(:(?P<count>[1-9]\d*))?(@(?P<skip>\d+))?"
)
_WHOLE_NUMBER: Final = r"\d+"
_SECONDS: Final = r"\d+(\.\d+)?"
_SOON: Final = timedelta(seconds=2)


@dataclass(frozen=True)
class Kind:
    """A kind of fault: what it does, in words and in code, and the values it takes (a pattern)."""

    text: str
    act: Act
    values: str = ""
    default: str = ""
    path: str = ""


@dataclass
class Switched:
    """A fault that was asked for, and how many requests it has met so far."""

    kind: Kind
    value: str
    path: str
    skip: int
    count: int | None
    met: int = 0

    @property
    def is_used_up(self) -> bool:
        return self.count is not None and self.met >= self.skip + self.count

    def strikes(self) -> bool:
        """Whether the request now met is hit."""
        if self.is_used_up:
            return False
        self.met += 1
        return self.met > self.skip


class Faults:
    """The hook of a server that was told to have faults; may be asked from several threads."""

    def __init__(self, switched: Sequence[Switched]) -> None:
        self._switched = switched
        self._lock = threading.Lock()

    def __call__(self, request: Request) -> Change:
        return lambda response: self._spoil(request, response)

    def _spoil(self, request: Request, response: Response) -> Response:
        is_spoilt = False
        for fault in self._switched:
            is_late = fault.kind is KINDS["latency"]
            if (is_spoilt and not is_late) or fault.path not in request.path or fault.is_used_up:
                continue
            spoilt = fault.kind.act(request, response, fault.value)
            if spoilt is None:
                continue
            with self._lock:
                strikes = fault.strikes()
            if strikes:
                # What is late stays late, whatever else happens to it.
                response = replace(spoilt, delay=response.delay + (spoilt.delay if is_late else 0.0))
                is_spoilt = is_spoilt or not is_late
        return response


def parse_faults(specs: Sequence[str]) -> Fault:
    """The hook for a server that shall have these faults.

    Errors: ConfigError with every spec that is wrong and the kinds there are.
    """
    switched, findings = [], []
    for spec in specs:
        try:
            switched.append(_switched(spec))
        except ValueError as error:
            findings.append(f'"{spec}": {error}')
    if findings:
        raise ConfigError(f"--fault: {len(findings)} of {len(specs)} cannot be done", findings, fault_help())
    return Faults(switched)


def fault_help() -> str:
    """The shape of a fault and every kind, for help texts and error messages."""
    lines = [f"A fault is {SHAPE}, for example 429:3 or truncate:/worklog/list. Kinds:"]
    return "\n".join([*lines, *(f"  {name:<9} {kind.text}" for name, kind in KINDS.items())])


def _switched(spec: str) -> Switched:
    match = _SPEC.fullmatch(spec.strip())
    if match is None:
        raise ValueError(f"is not of the form {SHAPE}, with a COUNT of 1 or more")
    name, value = match["kind"], match["value"]
    if name not in KINDS:
        near = difflib.get_close_matches(name, KINDS, n=1)
        raise ValueError(f"there is no kind {name}" + (f'; did you mean "{near[0]}"?' if near else ""))
    kind = KINDS[name]
    value = kind.default if value is None else value
    if not re.fullmatch(kind.values, value):
        raise ValueError(f'{name} does not take the value "{value}"' if value else f"{name} needs a value")
    count = int(match["count"]) if match["count"] else None
    return Switched(kind, value, match["path"] or kind.path, int(match["skip"] or 0), count)


# -- answers instead of the mock's -------------------------------------------------------------------------------------


def _too_many(_: Request, __: Response, value: str) -> Response:
    """429 in the ways met in reality; Jira's except for `ratelimit`, which is PagerDuty's."""
    soon = datetime.now(UTC) + _SOON
    if value == "html":
        return _page(429, "Too many requests")
    if value == "bare":
        return Response(429, b"", "text/plain")
    if value == "ratelimit":
        limits = {"ratelimit-limit": "960", "ratelimit-remaining": "0", "ratelimit-reset": "2"}
        return replace(json_response({"error": {"message": "Rate Limit Exceeded", "code": 2020}}, 429), headers=limits)
    headers = {
        "none": {},
        "date": {"Retry-After": format_datetime(soon, usegmt=True)},
        "reset": {"X-RateLimit-Reset": f"{soon:%Y-%m-%dT%H:%M:%SZ}", "X-RateLimit-Remaining": "0"},
    }.get(value, {"Retry-After": value})
    return replace(json_response({"errorMessages": ["Rate limit exceeded."], "errors": {}}, 429), headers=headers)


def _down(status: int, title: str) -> Act:
    def act(_: Request, __: Response, value: str) -> Response:
        return replace(_page(status, title), headers={"Retry-After": value} if value else {})

    return act


def _as_page(status: int, title: str) -> Act:
    return lambda _, __, ___: _page(status, title)


def _page(status: int, title: str) -> Response:
    text = f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
    return Response(status, text.encode(), HTML)


def _not_in_the_plan(_: Request, answer: Response, value: str) -> Response:
    """What PagerDuty answers where an account, or a key, may not use a part of the API."""
    errors = {
        "402": {"message": "Account does not have the required abilities", "code": 2012, "errors": ["analytics"]},
        "403": {"message": "Access Denied", "code": 2010},
    }
    return json_response({"error": errors[value]}, int(value), answer.content_type)


def _empty(_: Request, answer: Response, __: str) -> Response:
    return replace(answer, status=200, body=b"")


# -- the mock's answers, spoilt ----------------------------------------------------------------------------------------


def _late(_: Request, answer: Response, value: str) -> Response:
    return replace(answer, delay=float(value))


def _truncated(_: Request, answer: Response, __: str) -> Response | None:
    return replace(answer, body=answer.body[: len(answer.body) // 2]) if answer.status == 200 else None


def _mislabelled(_: Request, answer: Response, __: str) -> Response | None:
    page = _page(200, "Log in")
    return replace(page, content_type=answer.content_type) if answer.status == 200 else None


def _cut(_: Request, answer: Response, __: str) -> Response:
    return replace(answer, delivery="cut")


def _reset(_: Request, answer: Response, __: str) -> Response:
    return replace(answer, delivery="reset")


def _hung(_: Request, answer: Response, __: str) -> Response:
    return replace(answer, delivery="hang")


def _dripping(_: Request, answer: Response, __: str) -> Response:
    return replace(answer, delivery="drip")


def _reworded(change: Callable[[Request, Any, str], object | None]) -> Act:
    """A fault that says something else in the JSON of an answer."""

    def act(request: Request, answer: Response, value: str) -> Response | None:
        if answer.status != 200 or not answer.body:
            return None
        content = change(request, json.loads(answer.body), value)
        return None if content is None else replace(answer, body=json_response(content).body)

    return act


def _rows_key(content: Json) -> str | None:
    """Where the rows of a list stand, whichever vendor's list it is."""
    for name, value in content.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            return name
    return None


def _short(_: Request, content: Any, value: str) -> object | None:
    """The last rows are missing; counts, and where the next page begins, are as if they were there."""
    if isinstance(content, list):
        return content[: -int(value)] if content else None
    name = _rows_key(content)
    return None if name is None else content | {name: content[name][: -int(value)]}


def _said_to_be_last(_: Request, content: Any, __: str) -> object | None:
    if not isinstance(content, dict):
        return None
    metadata = content.get("metadata") or {}
    if content.get("lastPage") is False:
        return content | {"lastPage": True}
    if content.get("isLast") is False:
        return _without(content, "nextPageToken") | {"isLast": True}
    if content.get("nextPageToken"):
        return content | {"nextPageToken": None}
    if content.get("more") is True:
        return content | {"more": False}
    if metadata.get("next"):
        return content | {"metadata": _without(metadata, "next")}
    end = content.get("startAt", 0) + len(content.get(_rows_key(content) or "", ()))
    is_counted = "startAt" in content and "isLast" not in content and content.get("total", 0) > end
    return content | {"total": end} if is_counted else None


def _endless(request: Request, content: Any, __: str) -> object | None:
    """There is always a next page, and where a token or link leads to it, it is this one again."""
    if not isinstance(content, dict):
        return None
    asked = _cursor(request)
    if "lastPage" in content:
        return content | {"lastPage": False, "nextPage": content["self"], "until": content["since"]}
    if "metadata" in content:
        again = content.get("self", asked)
        return content | {"metadata": content["metadata"] | {"next": again}} if again else None
    if "more" in content:
        return content | {"more": True} | ({"last": asked} if "last" in content and asked else {})
    if asked and ("isLast" in content or "nextPageToken" in content or "issueChangeLogs" in content):
        return content | ({"isLast": False} if "isLast" in content else {}) | {"nextPageToken": asked}
    if "startAt" in content and "isLast" in content:
        return content | {"isLast": False}
    if "startAt" in content and "total" in content:
        return content | {"total": content["startAt"] + len(content.get(_rows_key(content) or "", ())) + 1}
    return None


def _cursor(request: Request) -> str:
    """Where the page that was asked for begins, in the vendor's own token."""
    try:
        body = json.loads(request.body or b"{}")
    except ValueError:
        body = {}
    asked = {**body, **{name: values[-1] for name, values in request.query.items()}} if isinstance(body, dict) else {}
    return str(next((asked[name] for name in ("nextPageToken", "starting_after", "next") if asked.get(name)), ""))


def _without(content: Json, name: str) -> Json:
    return {key: value for key, value in content.items() if key != name}


KINDS: Final[Mapping[str, Kind]] = {
    "429": Kind(
        "too many requests. 429=7 asks to wait 7 s (1 s without a value), 429=date says until when, 429=reset says so "
        "in X-RateLimit-Reset, 429=none says nothing, 429=ratelimit is PagerDuty's, 429=html a page, 429=bare empty",
        _too_many,
        values=rf"{_WHOLE_NUMBER}|none|date|reset|ratelimit|html|bare",
        default="1",
    ),
    "500": Kind("an internal error, as a page", _down(500, "Internal Server Error")),
    "502": Kind("a bad gateway, as a page", _down(502, "Bad Gateway")),
    "503": Kind("unavailable, as a page; 503=5 asks to wait 5 s", _down(503, "Unavailable"), values=r"\d*"),
    "504": Kind("a gateway that timed out, as a page", _down(504, "Gateway Timeout")),
    "html401": Kind("not authenticated, as a page", _as_page(401, "Unauthorized")),
    "html403": Kind("not allowed, as a page", _as_page(403, "Forbidden")),
    "html200": Kind("a login page with status 200", _as_page(200, "Log in")),
    "plan": Kind(
        "PagerDuty's 402 (or 403: plan=403) where analytics are not in the plan; /analytics unless a path is given",
        _not_in_the_plan,
        values="402|403",
        default="402",
        path="/analytics",
    ),
    "empty200": Kind("status 200 with an empty body", _empty),
    "badjson": Kind("a page that calls itself JSON", _mislabelled),
    "truncate": Kind("half of the body, and a Content-Length that fits it", _truncated),
    "cut": Kind("half of the body, a Content-Length for more, then the end of the connection", _cut),
    "reset": Kind("a TCP reset before any byte", _reset),
    "hang": Kind("no answer while the client waits", _hung),
    "drip": Kind("a blank now and then, for ever", _dripping),
    "short": Kind(
        "the last rows of a list are left out unsaid: one, or short=3 for three", _reworded(_short), r"[1-9]\d*", "1"
    ),
    "lastpage": Kind("a page says it is the last though more would follow", _reworded(_said_to_be_last)),
    "loop": Kind("there is always a next page; a token or link to it leads to the same again", _reworded(_endless)),
    "latency": Kind("latency=0.2: the answer comes 0.2 s late, whatever it is", _late, values=_SECONDS),
}
