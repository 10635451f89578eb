"""How engineers appear: by name, by initials, or not at all. The one place that decides it."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from transforms.language import _

_NAMES_AND_WORDS: Final = """
amber angel april archer art ash august autumn bank banks basil bell berry best bill bishop black bloom bond booth
brook brooks brown bush butler carter case chance chase church clay cliff cook cooper cross dale dawn day dean drew
early earl ellis faith field fields fisher ford forest fox frank frost gene glen gold good grace grant gray green grey
guy hall heath hill holly hope hunter ivy jack jay joy june justice king lake lane law lily little long love low major
mark marsh mason may miles miller mills moon moss nick noble north olive page paris park parker pat penny pierce pool
pope porter power price rain ray reed rice rich rivers rob robin rock rose ruby rush sage sharp short skip sky small
snow spring star stone strong sue summer sunny swift taylor turner victor wade walker waters way weaver west white
will winter wise wood woods young
"""
# In running text these are taken for a name only where they begin with a capital.
_ALSO_WORDS: Final = frozenset(_NAMES_AND_WORDS.split())
_SHORTEST_PLAIN: Final = 3  # shorter names, such as An or Do, are taken for words just as well


@dataclass(frozen=True)
class People:
    """Names to show and parts of addresses, by id. With `initials`, neither holds a name.

    `said_for` is what stands for a name of the roster in running text, by the name or id; empty where people are named.
    """

    mode: str
    labels: Mapping[str, str]
    slugs: Mapping[str, str]
    managers: Mapping[str, str]
    said_for: Mapping[str, str] = field(default_factory=dict)

    @property
    def are_shown(self) -> bool:
        """False when the site speaks of teams only: no cards, no pages of engineers."""
        return self.mode != "team-only"

    @property
    def are_named(self) -> bool:
        """Whether names and ids may stand on a page."""
        return self.mode == "named"

    def label(self, engineer_id: str) -> str:
        return self.labels.get(engineer_id, _("someone not on the roster"))

    def slug(self, engineer_id: str) -> str:
        return self.slugs[engineer_id]

    def href(self, engineer_id: str) -> str:
        """The engineer's page, from the root of the site; empty for who was taken off the roster: there is none."""
        return f"engineers/{self.slugs[engineer_id]}/index.html" if engineer_id in self.slugs else ""

    def manager(self, manager_id: object) -> str:
        """A manager's name; `a manager` where none is known."""
        return self.managers.get(str(manager_id), _("a manager"))

    def worded(self, text: str) -> str:
        """A text that people typed, as it may be shown: where they are not named, without names of the roster."""
        if self.are_named:
            return text
        told, start = "", 0
        for match in self._names.finditer(plain_letters(text)):
            told += text[start : match.start()] + self._said(text[match.start() : match.end()], match[0])
            start = match.end()
        return told + text[start:]

    @cached_property
    def _names(self) -> re.Pattern[str]:
        # The longest first: of a full name no part is left over.
        names = sorted(self.said_for, key=len, reverse=True)
        return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names)) or '(?!)'})(?!\w)", re.IGNORECASE)

    def _said(self, typed: str, plain: str) -> str:
        is_word = plain.lower() in _ALSO_WORDS or len(plain) < _SHORTEST_PLAIN
        return typed if is_word and typed.islower() else self.said_for.get(plain.lower(), _("a colleague"))


def name_people(mode: str, engineers: Iterable[Mapping[str, Any]], managers: Iterable[Mapping[str, Any]]) -> People:
    """Labels and addresses for everyone on the roster, in its order: the same initials twice get a number."""
    names = {str(row["engineer_id"]): str(row["name"]) for row in engineers}
    manager_names = {str(row["id"]): str(row["name"]) for row in managers}
    if mode == "named":
        return People(mode, names, {engineer_id: engineer_id for engineer_id in names}, manager_names)
    labels = _numbered({engineer_id: _initials(name) for engineer_id, name in names.items()})
    slugs = {engineer_id: label.lower().replace(" ", "-") for engineer_id, label in labels.items()}
    shown = {key: _initials(name) for key, name in manager_names.items()}
    said = _said_for(manager_names, shown if mode == "initials" else {}, _("a manager"))
    said |= _said_for(names, labels if mode == "initials" else {}, _("a colleague"))
    return People(mode, labels, slugs, shown, said)


def plain_letters(text: str) -> str:
    """The text without accents, letter by letter: as long as it was."""
    return "".join(unicodedata.normalize("NFD", letter)[0] for letter in text)


def _said_for(names: Mapping[str, str], labels: Mapping[str, str], otherwise: str) -> dict[str, str]:
    """Every way to name these people (id, whole name, its parts), in plain small letters -> what is said instead."""
    owners: dict[str, set[str]] = defaultdict(set)
    for key, name in names.items():
        # A part in small letters, such as `de` or `van`, is no name by itself.
        split = [*name.split(), *name.replace("-", " ").split()]
        parts = [part for part in split if not part.islower() or name.islower()]
        for spoken in (key, name, *parts):
            if len(spoken) > 1:
                owners[plain_letters(spoken).lower()].add(key)
    # A part that several share does not tell which one is meant.
    return {
        spoken: labels.get(next(iter(keys)), otherwise) if len(keys) == 1 else otherwise
        for spoken, keys in owners.items()
    }


def _initials(name: str) -> str:
    return "".join(part[0].upper() for part in name.replace("-", " ").split())


def _numbered(initials: Mapping[str, str]) -> dict[str, str]:
    totals, seen = Counter(initials.values()), Counter[str]()
    numbered = {}
    for key, label in initials.items():
        seen[label] += 1
        numbered[key] = f"{label} {seen[label]}" if totals[label] > 1 else label
    return numbered
