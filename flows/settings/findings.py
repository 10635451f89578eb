"""What one finding about the config looks like: where, what, what was expected, what to do."""

import json
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final, NamedTuple

from pydantic import TypeAdapter, ValidationError

from transforms.clean.near import nearest

_DAY: Final = TypeAdapter(date)

Loc = tuple[str | int, ...]


class Finding(NamedTuple):
    """A place in the config and what is wrong there."""

    loc: Loc
    message: str


def place(loc: Loc, raw: object) -> str:
    """`engineers[3].schedules[1].day_off (dmitri)`."""
    owner = value_at(raw, (*loc[:2], "id")) if len(loc) > 1 and isinstance(loc[1], int) else None
    return f"{path_of(loc)} ({owner})" if isinstance(owner, str) else path_of(loc)


def path_of(loc: Loc) -> str:
    """`engineers[3].schedules[1].day_off`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc).lstrip(".")


def entries(raw: dict[str, object], section: str) -> Iterator[tuple[Loc, dict[str, object]]]:
    """The objects of a list in the config, each with its place."""
    values = raw.get(section)
    for index, entry in enumerate(values if isinstance(values, list) else []):
        if isinstance(entry, dict):
            yield (section, index), entry


def readable_day(value: object) -> date | None:
    """A day as the config writes it, such as 2026-05-04; None where it is none."""
    try:
        return _DAY.validate_json(json.dumps(value), strict=True) if isinstance(value, str) else None
    except ValidationError:
        return None


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
