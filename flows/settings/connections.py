"""Addresses and secrets of the sources, from the environment only."""

import difflib
import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from pydantic import SecretStr

FOLDERS: Final = ("TENFOUR_CONFIG", "TENFOUR_DATA", "TENFOUR_SITE")
NOTIFY: Final = "TENFOUR_NOTIFY_URLS"
_NOTIFY_URL: Final = re.compile(r"[a-z][a-z0-9+.-]*://\S", re.IGNORECASE)


@dataclass(frozen=True)
class Variables:
    """The environment variables of one source."""

    url: str
    token: str
    email: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name in (self.url, self.email, self.token) if name)


VARIABLES: Final = {
    "jira": Variables("TENFOUR_JIRA_URL", "TENFOUR_JIRA_TOKEN", "TENFOUR_JIRA_EMAIL"),
    "tempo": Variables("TENFOUR_TEMPO_URL", "TENFOUR_TEMPO_TOKEN"),
    "pagerduty": Variables("TENFOUR_PAGERDUTY_URL", "TENFOUR_PAGERDUTY_TOKEN"),
    "alertops": Variables("TENFOUR_ALERTOPS_URL", "TENFOUR_ALERTOPS_KEY"),
}


@dataclass(frozen=True)
class Connection:
    """Where a source answers and as whom to ask.

    `base_url` keeps a path prefix and has no slash at its end. `connect_to` (`host:port`) is where the socket goes when
    that is not the host of `base_url`.
    """

    base_url: str
    token: SecretStr
    email: str | None = None
    connect_to: str | None = None

    @classmethod
    def nowhere(cls) -> "Connection":
        """For what is read from the record: it says that there was a connection, and reaches nobody."""
        return cls("http://recorded.invalid", SecretStr("none"))


@dataclass(frozen=True)
class Connections:
    """One connection per source; None where it is not set."""

    jira: Connection | None = None
    tempo: Connection | None = None
    pagerduty: Connection | None = None
    alertops: Connection | None = None
    # Who is told of alerts; no source. An address may hold a secret.
    notify_urls: tuple[SecretStr, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not any((self.jira, self.tempo, self.pagerduty, self.alertops))


def read_connections(environ: Mapping[str, str]) -> tuple[Connections, list[str]]:
    """The connections that the environment sets, and what is wrong with it. No finding holds a secret."""
    values = {name: value.strip() for name, value in environ.items() if name.startswith("TENFOUR_") and value.strip()}
    findings = _unknown_names(environ)
    found: dict[str, Connection] = {}
    for source, variables in VARIABLES.items():
        problems = _problems(variables, values)
        findings += problems
        if variables.url in values and not problems:
            found[source] = Connection(
                base_url=values[variables.url].rstrip("/"),
                token=SecretStr(values[variables.token]),
                email=values.get(variables.email or ""),
            )
    urls = values.get(NOTIFY, "").split()
    findings += [
        f"{NOTIFY}: address {place} of {len(urls)} is none; expected something like mailto://..., slack://... or "
        "json://..., several of them apart by blanks"
        for place, url in enumerate(urls, start=1)
        if not _NOTIFY_URL.match(url)
    ]
    return Connections(**found, notify_urls=tuple(map(SecretStr, urls))), findings


def _problems(variables: Variables, values: Mapping[str, str]) -> list[str]:
    given = [name for name in variables.names if name in values]
    if not given:
        return []
    findings = [
        f"{missing}: not set, but {given[0]} is; set both to connect the source, or neither"
        for missing in (variables.url, variables.token)
        if missing not in values
    ]
    if variables.url in values:
        findings += [f"{variables.url}: {problem}" for problem in _url_problems(values[variables.url])]
    if not _is_header_safe(values.get(variables.token, "")):
        findings.append(f"{variables.token}: holds blanks or characters that no token has; copy it again")
    return findings


def _url_problems(url: str) -> list[str]:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return ["not an address; expected something like https://example.atlassian.net"]
    if parts.username or parts.password:
        return ["holds a user name or password; put the secret into the variable for it"]
    if parts.scheme not in ("http", "https") or not host:
        return [f'"{url}" is not a web address; expected something like https://example.atlassian.net']
    if parts.query or parts.fragment:
        return ['has a "?" or "#" part; give the address alone, with a path if the vendor asks for one']
    if parts.scheme == "http" and not is_loopback(host):
        return [f"a token is not sent over plain http to {host}; use https"]
    return []


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_header_safe(token: str) -> bool:
    return all("!" <= character <= "~" for character in token)


def _unknown_names(environ: Mapping[str, str]) -> list[str]:
    """A misspelt variable would silently mean "not connected"."""
    known = [*FOLDERS, NOTIFY, *(name for variables in VARIABLES.values() for name in variables.names)]
    findings = []
    for name in sorted(environ):
        if name.startswith("TENFOUR_") and name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.85)
            findings += [f'{name}: not a variable of tenfour; did you mean "{near[0]}"?'] if near else []
    return findings
