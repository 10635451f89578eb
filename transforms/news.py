"""Which events of alerts are news to those who are told: each once, whatever is run again."""

from dataclasses import dataclass
from typing import Final

import pandas as pd

from transforms.schemas.decisions import Notifications
from transforms.schemas.registry import key_of

KEY: Final = key_of(Notifications)


@dataclass(frozen=True)
class News:
    """`fresh`: rows of AlertEvents to tell. `taken_back`: rows of Notifications that were told and no longer hold."""

    fresh: pd.DataFrame
    taken_back: pd.DataFrame

    @property
    def is_empty(self) -> bool:
        return self.fresh.empty and self.taken_back.empty

    def as_told(self) -> pd.DataFrame:
        """Rows of Notifications once this news is out."""
        fresh, taken = self.fresh[KEY].assign(state="sent"), self.taken_back[KEY].assign(state="taken_back")
        return pd.concat([part for part in (fresh, taken) if len(part)], ignore_index=True)

    def as_failed(self) -> pd.DataFrame:
        """The same where nobody took it: what is fresh is tried again, what was to be taken back still stands."""
        fresh, taken = self.fresh[KEY].assign(state="failed"), self.taken_back[KEY].assign(state="sent")
        return pd.concat([part for part in (fresh, taken) if len(part)], ignore_index=True)


def news(events: pd.DataFrame, told: pd.DataFrame, weeks: pd.DatetimeIndex) -> News:
    """What of the alert events is to be told.

    `told`: Notifications so far. `weeks`: those that this run computed; of earlier ones only what could not be told
    before is news. A run of the same week on later knowledge may take an event back; if it comes again, it is news.
    """
    is_new = events["week_start"].isin(weeks) | _among(events, told[told["state"] == "failed"])
    is_told = _among(events, told[told["state"] == "sent"])
    fresh = events[events["is_notified"] & is_new & ~is_told]
    stood = told[(told["state"] == "sent") & told["week_start"].isin(weeks)]
    gone = stood[~_among(stood, events[events["is_notified"]])]
    return News(fresh.reset_index(drop=True), gone.reset_index(drop=True))


def told_by_now(told: pd.DataFrame, latest: pd.DataFrame) -> pd.DataFrame:
    """Notifications with what is said of them now in place of what was."""
    both = [part for part in (told, latest) if len(part)]
    return pd.concat(both, ignore_index=True).drop_duplicates(KEY, keep="last", ignore_index=True) if both else told


def _among(rows: pd.DataFrame, others: pd.DataFrame) -> "pd.Series[bool]":
    found = pd.MultiIndex.from_frame(rows[KEY]).isin(pd.MultiIndex.from_frame(others[KEY]))
    return pd.Series(found, index=rows.index, dtype=bool)
