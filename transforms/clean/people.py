"""Who a cell means: engineers and managers by id, typed as people type them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from transforms.clean.cells import key_text
from transforms.clean.input_findings import finding
from transforms.clean.input_problems import Problem
from transforms.clean.near import nearest


@dataclass(frozen=True)
class Person:
    """An engineer as the readers of people's files need them."""

    engineer_id: str
    name: str
    manager_id: str
    employed_from: date
    employed_to: date | None


def people(engineers: pd.DataFrame) -> dict[str, Person]:
    """The table `Engineers` by id."""
    ended = [None if pd.isna(day) else day.date() for day in engineers["employed_to"]]
    columns = zip(
        engineers["engineer_id"],
        engineers["name"],
        engineers["manager_id"],
        engineers["employed_from"].dt.date,
        ended,
        strict=True,
    )
    return {row[0]: Person(*row) for row in columns}


def find_engineer(cell: str, roster: Mapping[str, Person]) -> Person | Problem:
    """The engineer that a cell names, or what is wrong with it."""
    typed = key_text(cell)
    person = roster.get(typed.casefold())
    if person is not None:
        return person
    if not typed:
        return finding("V007.empty")
    named = {known.name.casefold(): known.engineer_id for known in roster.values()}
    near = named.get(typed.casefold()) or nearest(typed, roster)
    if near:
        return finding("V007.near", typed, typed=typed, near=near)
    return finding("V007.unknown", typed, typed=typed)
