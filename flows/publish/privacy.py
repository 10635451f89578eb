"""The last look at a finished edition: no byte of it, in whatever spelling, is one that it must not hold.

Views leave it out; this makes sure of it. A text is looked for as it stands, and as a browser, a JSON reader or a link
would read it.
"""

import html
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from flows.publish.assets import bundle
from flows.publish.environment import TEMPLATES
from flows.publish.withheld import Needles, Withheld
from transforms import vocabulary
from transforms.schemas.registry import TABLES

_ESCAPE: Final = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_SHORT_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


def private_findings(out: Path, hidden: Withheld) -> list[str]:
    """Every file that holds what its edition must not hold, one sentence each, sorted; never what it is."""
    kinds = {
        "a note or reason for managers only": Needles(hidden.texts),
        "an account of an engineer": Needles(hidden.accounts),
        "the name of a person": Needles(hidden.names),
    }
    ids = _id_pattern(hidden.ids)
    findings = []
    # Sheets and scripts are the same whoever is on the roster; the chart library has many words that are also ids.
    ours = bundle()
    for path in sorted(path for path in out.rglob("*") if path.is_file()):
        name = path.relative_to(out).as_posix()
        if ours.get(name) == path.read_bytes():
            continue
        texts = list(readings(f"/{name}\n{path.read_text(encoding='utf-8', errors='replace')}"))
        findings += [
            f"{name}: holds {kind}" for kind, needles in kinds.items() if any(needles.found_in(text) for text in texts)
        ]
        if ids and any(ids.search(text) for text in texts):
            findings.append(f"{name}: holds the id of a person")
    return sorted(findings)


def readings(text: str) -> Iterator[str]:
    """The text as it stands, and as HTML, JSON and addresses are read; each once."""
    found = {text, html.unescape(text)}
    if "\\" in text:
        found |= {html.unescape(_json_read(text)), _json_read(text)}
    if "%" in text:
        found |= {unquote(one) for one in list(found)}
    yield from sorted(found)


def _json_read(text: str) -> str:
    return _ESCAPE.sub(_unescaped, text)


def _unescaped(match: re.Match[str]) -> str:
    return chr(int(match[1], 16)) if match[1] else _SHORT_ESCAPES.get(match[2], match[2])


def _id_pattern(ids: frozenset[str]) -> re.Pattern[str] | None:
    """An id where it stands for somebody: a part of an address, a cell, a value; not a word of a sentence."""
    wanted = sorted(ids - own_words())
    if not wanted:
        return None
    anyone = "|".join(map(re.escape, wanted))
    return re.compile(rf"(?:^|(?<=[\"'/>,:=#]))(?:{anyone})(?=[\"'/<,.?#]|\r?$)", re.MULTILINE)


@cache
def own_words() -> frozenset[str]:
    """What pages and files say whoever is on the roster; an id that is such a word tells of nobody."""
    written = " ".join(
        path.read_text(encoding="utf-8")
        for path in sorted(TEMPLATES.rglob("*"))
        if path.suffix in (".j2", ".js", ".css", ".svg")
    )
    constants = [value for name, value in vars(vocabulary).items() if name.isupper() and not isinstance(value, int)]
    words = {word for value in constants for word in ([value] if isinstance(value, str) else value)}
    columns = {name for table in TABLES.values() for name in table.to_schema().columns}
    return frozenset({*re.findall(r"[a-z0-9][a-z0-9_-]*", written), *words, *TABLES, *columns})
