"""What one finding about the config looks like: where, what, what was expected, what to do."""

from collections.abc import Iterable
from typing import NamedTuple

from transforms.clean.near import nearest

Loc = tuple[str | int, ...]


class Finding(NamedTuple):
    """A place in the config and what is wrong there."""

    loc: Loc
    message: str


def place(loc: Loc, raw: object) -> str:
    """`engineers[3].schedules[1].day_off (dmitri)`."""
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc).lstrip(".")
    owner = value_at(raw, (*loc[:2], "id")) if len(loc) > 1 and isinstance(loc[1], int) else None
    return f"{path} ({owner})" if isinstance(owner, str) else path


def value_at(raw: object, loc: Loc) -> object:
    """The value that a place holds; None where there is no such place."""
    for part in loc:
        if isinstance(part, int) and isinstance(raw, list) and part < len(raw):
            raw = raw[part]
        elif isinstance(part, str) and isinstance(raw, dict):
            raw = raw.get(part)
        else:
            return None
    return raw


def did_you_mean(found: str, known: Iterable[str]) -> str:
    """The nearest known word as a question, else all of them (when they are few)."""
    options = list(dict.fromkeys(known))
    near = nearest(found, options)
    if near:
        return f'did you mean "{near}"?'
    return f"expected one of: {', '.join(options)}" if 0 < len(options) <= 40 else ""


def joined(*parts: str) -> str:
    """Parts of a message, the empty ones left out."""
    return "; ".join(part for part in parts if part)
