"""Issues over time: per field the changes in order, looked up for many issues and instants at once."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

FOREVER: Final = np.iinfo(np.int64).max
_FIELDS: Final = ("sprints", "points", "is_done", "assignee")


@dataclass(frozen=True)
class Changes:
    """The changes of one field, by issue and time. `issue`: positions in `History.keys`; times in microseconds."""

    issue: Ints
    changed_at: Ints
    value: "pd.Series[Any]"

    @property
    def is_first(self) -> Flags:
        """Whether the change is the first of its issue."""
        is_first: Flags = np.diff(self.issue, prepend=-1) != 0
        return is_first

    def until(self) -> Ints:
        """When each value was replaced by the next one."""
        is_last = np.append(self.is_first, True)[1:]
        return np.where(is_last, FOREVER, np.append(self.changed_at, FOREVER)[1:])

    def take(self, rows: "Ints | Flags") -> "Changes":
        """Some of the changes."""
        return Changes(self.issue[rows], self.changed_at[rows], self.value[rows].reset_index(drop=True))


class History:
    """What is known of the issues.

    `keys`: the issues' keys; elsewhere an issue is its position among them.
    """

    def __init__(self, events: pd.DataFrame) -> None:
        """`events`: table IssueEvents. Changes of the same instant follow in the order of their ids."""
        ordered = events.sort_values(["issue_key", "changed_at", "event_id"], ignore_index=True)
        issue, keys = pd.factorize(ordered["issue_key"])
        self.keys = pd.Index(keys)
        changes = Changes(issue, microseconds(ordered["changed_at"]), ordered["value"])
        self._ticks = np.unique(changes.changed_at)
        self._fields = {field: changes.take(np.flatnonzero(ordered["field"] == field)) for field in _FIELDS}
        self._fields["is_done"] = _real_moves(self._fields["is_done"])

    def changes(self, field: str) -> Changes:
        """The changes of a field. Of `is_done` only those that change something."""
        return self._fields[field]

    def value(self, field: str, issue: Ints, instant: Ints, *, before: bool = False) -> "pd.Series[Any]":
        """The field's value at each instant, or just `before` it; missing where the issue had none."""
        changes = self._fields[field]
        row = self.row(field, issue, instant, before=before)
        return changes.value.reindex(row).reset_index(drop=True)

    def is_done(self, issue: Ints, instant: Ints, *, before: bool = False) -> Flags:
        return is_true(self.value("is_done", issue, instant, before=before))

    def points(self, issue: Ints, instant: Ints, *, before: bool = False) -> Floats:
        estimates = pd.to_numeric(self.value("points", issue, instant, before=before))
        return estimates.to_numpy(np.float64)

    def row(self, field: str, issue: Ints, instant: Ints, *, before: bool = False) -> Ints:
        """Position among the field's changes of the last one at each instant, or `before` it; -1 if there is none."""
        changes = self._fields[field]
        if not len(changes.issue):
            return np.full(len(issue), -1)
        width = len(self._ticks) + 1
        tick = np.searchsorted(self._ticks, instant, side="left" if before else "right")
        change_keys = changes.issue * width + np.searchsorted(self._ticks, changes.changed_at) + 1
        found = np.searchsorted(change_keys, issue * width + tick, side="right") - 1
        return np.where((found >= 0) & (changes.issue[found] == issue), found, -1)


def is_true(values: "pd.Series[Any]") -> Flags:
    return values.eq("true").to_numpy(np.bool_)


def microseconds(instants: "pd.Series[Any]") -> Ints:
    """Microseconds since 1970; the instants are there."""
    numbers: Ints = instants.dt.tz_convert(None).to_numpy().astype("datetime64[us]").astype(np.int64)
    return numbers


def instants_of(microseconds_since_1970: "pd.Series[Any]") -> "pd.Series[Any]":
    """The other way round."""
    return pd.to_datetime(microseconds_since_1970, unit="us", utc=True).dt.as_unit("us")


def _real_moves(changes: Changes) -> Changes:
    """A move from one column to another that is done no more or less than the one before is none."""
    is_done = is_true(changes.value)
    is_other = changes.is_first | (is_done != np.append(False, is_done[:-1]))
    return changes.take(np.flatnonzero(is_other))
