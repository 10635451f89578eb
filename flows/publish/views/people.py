"""How engineers appear: by name, by initials, or not at all. The one place that decides it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class People:
    """Names to show and parts of addresses, by id. With `initials`, neither holds a name."""

    mode: str
    labels: Mapping[str, str]
    slugs: Mapping[str, str]
    managers: Mapping[str, str]

    @property
    def are_shown(self) -> bool:
        """False when the site speaks of teams only: no cards, no pages of engineers."""
        return self.mode != "team-only"

    def label(self, engineer_id: str) -> str:
        return self.labels.get(engineer_id, "someone not on the roster")

    def slug(self, engineer_id: str) -> str:
        return self.slugs[engineer_id]

    def href(self, engineer_id: str) -> str:
        """The engineer's page, from the root of the site."""
        return f"engineers/{self.slug(engineer_id)}/index.html"

    def manager(self, manager_id: object) -> str:
        """A manager's name; `a manager` where none is known."""
        return self.managers.get(str(manager_id), "a manager")


def name_people(mode: str, engineers: Iterable[Mapping[str, Any]], managers: Iterable[Mapping[str, Any]]) -> People:
    """Labels and addresses for everyone on the roster, in its order: the same initials twice get a number."""
    names = {str(row["engineer_id"]): str(row["name"]) for row in engineers}
    manager_names = {str(row["id"]): str(row["name"]) for row in managers}
    if mode == "named":
        return People(mode, names, {engineer_id: engineer_id for engineer_id in names}, manager_names)
    labels = _numbered({engineer_id: _initials(name) for engineer_id, name in names.items()})
    slugs = {engineer_id: label.lower().replace(" ", "-") for engineer_id, label in labels.items()}
    return People(mode, labels, slugs, {key: _initials(name) for key, name in manager_names.items()})


def _initials(name: str) -> str:
    return "".join(part[0].upper() for part in name.replace("-", " ").split())


def _numbered(initials: Mapping[str, str]) -> dict[str, str]:
    totals, seen = Counter(initials.values()), Counter[str]()
    numbered = {}
    for key, label in initials.items():
        seen[label] += 1
        numbered[key] = f"{label} {seen[label]}" if totals[label] > 1 else label
    return numbered
