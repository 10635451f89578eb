"""This machine: the folders that a run writes, room on the disk, whose data they hold, and the way to the network."""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from flows.doctor.case import Case
from flows.doctor.findings import Finding, listed, plural
from flows.notify import not_understood
from flows.settings.connections import NOTIFY
from flows.store.layout import Layout

_LITTLE, _NONE = 1_000_000_000, 100_000_000
_PROXIES: Final = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY")
_CERTIFICATES: Final = "SSL_CERT_FILE"


def examine_machine(case: Case, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Nothing is written: what the system says about the folders is taken for true."""
    settings = case.settings
    yield _folder("data_folder", settings.data_dir, "TENFOUR_DATA", ())
    # The new site is built beside the old one, and the two change places.
    yield _folder("site_folder", settings.site_dir, "TENFOUR_SITE", (settings.site_dir.parent,))
    yield _room(settings.data_dir)
    yield from _origin(case)
    yield from _network(environ)
    yield _whom_to_tell(case)


def _whom_to_tell(case: Case) -> Finding:
    """Nothing is sent: only a real alert proves that an address takes it."""
    urls = case.settings.connections.notify_urls
    if not urls:
        return Finding("machine", "notifications", "info", f"{NOTIFY} is not set: news of alerts is sent to nobody.")
    found = f"News of alerts goes to {plural(len(urls), 'address', 'addresses')} of {NOTIFY}"
    unknown = not_understood(urls)
    if not unknown:
        return Finding("machine", "notifications", "ok", f"{found}.")
    return Finding(
        "machine",
        "notifications",
        "error",
        f"{found}; no service is known for address {listed(unknown)}.",
        "addresses as Apprise writes them: slack://..., mailto://..., json://...",
        "Correct it; its kind is the word before ://.",
    )


def _folder(check: str, folder: Path, variable: str, others: tuple[Path, ...]) -> Finding:
    blocked = [place for place in map(_nearest, (folder, *others)) if not _can_write(place)]
    if not blocked:
        state = "can be written" if folder.exists() else f"does not exist yet and can be made in {_nearest(folder)}"
        return Finding("machine", check, "ok", f"{folder}: {state}.")
    return Finding(
        "machine",
        check,
        "error",
        f"{folder}: cannot be written, because of {listed(blocked)}.",
        "a folder that the account running tenfour can write, and for the site the folder around it too",
        f"Give the account that right, or name another folder in {variable}.",
    )


def _nearest(path: Path) -> Path:
    """The path, or the nearest place above it that exists."""
    return next(place for place in (path, *path.absolute().parents) if os.path.lexists(place))


def _can_write(place: Path) -> bool:
    return place.is_dir() and os.access(place, os.R_OK | os.W_OK | os.X_OK)


def _room(folder: Path) -> Finding:
    free = shutil.disk_usage(_nearest(folder)).free
    found = f"{free / 1e9:.1f} GB are free where {folder} lies."
    if free >= _LITTLE:
        return Finding("machine", "free_space", "ok", found)
    advice = "Make room, or name a folder on another disk in TENFOUR_DATA."
    return Finding("machine", "free_space", "error" if free < _NONE else "warning", found, "1 GB", advice)


def _origin(case: Case) -> Iterator[Finding]:
    """The refusal that a run would give: sample and real data never mix."""
    wanted, path = ("sample" if case.settings.is_sample else "real"), Layout(case.settings.data_dir).origin
    try:
        found = str(json.loads(path.read_text())["origin"])
    except FileNotFoundError:
        yield Finding(
            "machine", "origin", "ok", f"No run has used the data folder yet; the first makes it one of {wanted} data."
        )
        return
    except (OSError, ValueError, KeyError, TypeError) as error:
        advice = "Put it back from a backup, or point TENFOUR_DATA at another folder."
        yield Finding(
            "machine", "origin", "error", f"{path}: cannot be read ({error}).", "the origin of the data", advice
        )
        return
    if found == wanted:
        yield Finding(
            "machine", "origin", "ok", f"The data folder holds {found} data, and runs would add {wanted} data."
        )
        return
    yield Finding(
        "machine",
        "origin",
        "error",
        f"The data folder holds {found} data, and runs would add {wanted} data: they are refused.",
        f"a data folder with {wanted} data, or an empty one",
        "Start afresh with `tenfour init FOLDER`, or point TENFOUR_DATA at another folder.",
    )


def _network(environ: Mapping[str, str]) -> Iterator[Finding]:
    """What of the environment decides how requests travel."""
    for name in _PROXIES:
        address = environ.get(name) or environ.get(name.lower())
        if address:
            # Only the host: a proxy's address may hold a password.
            host = urlsplit(address if "//" in address else f"//{address}").hostname or "an address that is none"
            yield Finding("machine", "proxy", "info", f"Requests may go through the proxy {host} ({name}).")
    file = environ.get(_CERTIFICATES)
    if file and not Path(file).is_file():
        yield Finding(
            "machine",
            "certificates",
            "error",
            f"{_CERTIFICATES} names {file}, and there is no such file: no https address can be reached.",
            "a file with certificates",
            f"Correct or unset {_CERTIFICATES}.",
        )
