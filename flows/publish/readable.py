"""What an edition may read: the tables without what it may not show. Views see nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

import pandas as pd

from flows.publish.data import SiteData
from flows.publish.withheld import ACCOUNT, Needles, accounts
from transforms.language import _

if TYPE_CHECKING:
    from flows.publish.views.people import People

# Columns of the managers' files of which even a problem would tell that something private stands there.
_PRIVATE_COLUMNS: Final = ("note", "why", "visibility")
# Rules about somebody who is not on the roster, or about an account: their sentences name both.
_PRIVATE_RULES: Final = ("J001", "T001", "P001", "A001", "P005", "J008", "P002", "A002")


def readable(data: SiteData, people: People) -> SiteData:
    """The site's data as its edition may read them. Done twice it is the same as once.

    The managers' edition reads everything. Everyone's has no note and no reason for managers only, nor a word that
    there is one; where people are not named, no text that somebody typed names them.
    """
    tables = dict(data.tables)
    if not data.edition.is_for_managers:
        tables["readings"] = _without_private_notes(tables["readings"], tables["vibes"])
        tables["vibes"] = _masked(tables["vibes"], "note")
        tables["manager_decisions"] = _masked(tables["manager_decisions"], "why")
        hidden = Needles(accounts(data.settings.config))
        tables["problems"] = _without_private_words(tables["problems"], hidden)
        tables["source_health"] = _changed(tables["source_health"], "message", partial(hidden.replaced, by=_(ACCOUNT)))
    if not people.are_named:
        for name, column in (("vibes", "note"), ("manager_decisions", "why"), ("source_health", "message")):
            tables[name] = _changed(tables[name], column, people.worded)
    return replace(data, tables=tables)


def _masked(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """The table, its texts for managers only left out."""
    return table.assign(**{column: table[column].where(table["visibility"] == "everyone")})


def _without_private_notes(readings: pd.DataFrame, vibes: pd.DataFrame) -> pd.DataFrame:
    """Readings that know of a note only where everyone may read one."""
    keys = ["engineer_id", "week_start"]
    has_text = vibes["note"].fillna("").str.strip().ne("")
    is_private = vibes["visibility"] != "everyone"
    noted = vibes.assign(is_told=has_text & ~is_private, is_hidden=is_private)
    by_week = noted.groupby(keys, as_index=False)[["is_told", "is_hidden"]].any()
    found = readings[keys].merge(by_week, on=keys, how="left", validate="one_to_one")
    is_hidden = found["is_hidden"].eq(True) & ~found["is_told"].eq(True)
    return readings.assign(has_note=readings["has_note"] & ~is_hidden.to_numpy())


def _without_private_words(problems: pd.DataFrame, hidden: Needles) -> pd.DataFrame:
    """Every problem, but of those that tell of leave, of a private text or of an account only that they are there."""
    is_private = (
        (problems["source"] == "leave")
        | problems["column"].isin(_PRIVATE_COLUMNS)
        | problems["rule"].isin(_PRIVATE_RULES)
        | problems["message"].map(lambda message: bool(hidden.found_in(message))).astype(bool)
    )
    return problems.assign(
        message=problems["message"].mask(is_private, ""), found=problems["found"].mask(is_private, "")
    )


def _changed(table: pd.DataFrame, column: str, change: Callable[[str], str]) -> pd.DataFrame:
    return table.assign(**{column: table[column].map(change, na_action="ignore").astype(table[column].dtype)})
