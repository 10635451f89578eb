"""Tempo's worklogs: whose hours, on which day, and how many of them a client pays for, as Tempo says."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd

from transforms.clean.frames import numbers, part, texts
from transforms.clean.problems import Row, problem_table
from transforms.clean.times import by_clock, instants
from transforms.clean.worklogs import Vendor, in_the_future, of_roster, overlaps
from transforms.schemas.registry import conform, shaped
from transforms.schemas.sources import Worklogs

TEMPO_RULE: Final = "tempo"
TEMPO: Final = Vendor("tempo", "Tempo", "T")
# Whoever is not on the roster has no clock that we know; their hours are only counted, not dated.
_NO_ZONE: Final = "UTC"


def read_tempo_worklogs(rows: Sequence[Row]) -> pd.DataFrame:
    """Worklogs as Tempo lists them.

    Grain: one row per row of `rows`.
    Units: hours. `started` is text by the author's own clock, without a zone.
    Missing: whatever the row lacks; a day without a time begins at midnight. Tempo names no authors, only accounts.
    Source: Tempo `worklogs`.
    """
    authors = [part(row, "author") for row in rows]
    return pd.DataFrame(
        {
            "worklog_id": texts([row.get("tempoWorklogId") for row in rows]),
            "issue_id": texts([part(row, "issue").get("id") for row in rows]),
            "account_id": texts([author.get("accountId") for author in authors]),
            "author_name": texts([author.get("displayName") for author in authors]),
            "started": texts([_started(row) for row in rows]),
            "recorded_at": instants([row.get("createdAt") for row in rows]),
            "updated_at": instants([row.get("updatedAt") for row in rows]),
            "logged_hours": numbers([row.get("timeSpentSeconds") for row in rows]) / 3600,
            "billable_hours": numbers([row.get("billableSeconds") for row in rows]) / 3600,
        }
    )


def _started(row: Row) -> str | None:
    day = row.get("startDate")
    return f"{day}T{row.get('startTime') or '00:00:00'}" if day else None


def clean_tempo_worklogs(
    worklogs: pd.DataFrame,
    issue_keys: Mapping[str, str],
    engineers: pd.DataFrame,
    first_week: pd.Timestamp,
    until: pd.Timestamp,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Worklogs of the roster, dated by their author's clock, with the hours that Tempo bills.

    Grain: table Worklogs; one row per worklog from `first_week` on, those of later weeks than the reported one too.
    Units: hours; billable ones may be fewer or more than those logged.
    Missing: worklogs of people who are not on the roster, with an impossible time, or dated before `first_week` become
        problems. Without a word on billing nothing is billable, and that is a problem, too, and so is a worklog dated
        in the future, at `until` or later. An issue that is not among `issue_keys` (id -> key) goes by its id.
    Source: Tempo worklogs (`read_tempo_worklogs`). When a worklog was entered is when it was edited, or else begun,
        where Tempo does not say.
    Definition: metrics.md, "Billable share". A clock reading that occurs twice, when clocks are set back, is the first
        of the two; one that is skipped, when they are set forward, is the moment they are set.
    """
    read = worklogs.assign(started_at=_started_at(worklogs, engineers))
    unbilled: list[pd.DataFrame] = []

    def billed(ours: pd.DataFrame) -> pd.DataFrame:
        is_known = ours["billable_hours"].between(0, np.inf, inclusive="left")
        unbilled.append(ours.loc[~is_known, ["engineer_id", "started_at", "logged_hours", "worklog_id"]])
        return shaped(_billed(ours, is_known, issue_keys), Worklogs)

    rows, problems = of_roster(TEMPO, read, engineers, first_week, billed)
    table = conform(rows.sort_values(["started_at", "worklog_id"]), Worklogs)
    ahead = in_the_future(TEMPO, table, until)
    return table, problem_table([*problems, *_unbilled(pd.concat(unbilled)), *overlaps(TEMPO, table), *ahead])


def _billed(ours: pd.DataFrame, is_known: "pd.Series[bool]", issue_keys: Mapping[str, str]) -> pd.DataFrame:
    ids = ours["issue_id"].fillna("(none)")
    entered = ours["recorded_at"].fillna(ours["updated_at"]).fillna(ours["started_at"])
    return ours.assign(
        issue_key=ids.map(issue_keys).astype("str").fillna("id " + ids),
        recorded_at=entered,
        updated_at=ours["updated_at"].fillna(entered),
        billable_hours=ours["billable_hours"].where(is_known, 0.0),
        billing_rule=TEMPO_RULE,
    )


def _started_at(worklogs: pd.DataFrame, engineers: pd.DataFrame) -> "pd.Series[pd.Timestamp]":
    """When each worklog began, its text read by the clock of its author's place."""
    known = engineers[engineers["jira_account_id"].notna()]
    by_account = known.set_index("jira_account_id")["timezone"]
    # Where no account is known at all, what `map` gives is a column of numbers.
    zones = worklogs["account_id"].map(by_account).astype("str").fillna(_NO_ZONE)
    clocks = instants(worklogs["started"].tolist()).set_axis(worklogs.index).dt.tz_localize(None)
    found = pd.Series(pd.NaT, index=worklogs.index, dtype="datetime64[us, UTC]")
    for zone in zones.unique():
        here = zones == zone
        found[here] = by_clock(clocks[here], zone)
    return found


def _unbilled(worklogs: pd.DataFrame) -> list[Row]:
    """One problem per engineer whose worklogs do not say what is billable."""
    sums = (
        worklogs.sort_values("started_at", kind="stable")
        .groupby("engineer_id")
        .agg(hours=("logged_hours", "sum"), count=("worklog_id", "size"), first=("worklog_id", "first"))
        .reset_index()
    )
    return [
        TEMPO.problem(
            "003",
            "warning",
            f"{engineer_id}: {count} worklogs ({hours:.2f} h) do not say how much of them is billable (the first is "
            f"{first}); none of it counts as billable. Check that the token's owner may see billable hours, and that "
            "nothing between Tempo and this program changes the answers.",
            "billableSeconds",
            found=first,
            engineer_id=engineer_id,
        )
        for engineer_id, hours, count, first in zip(
            sums["engineer_id"], sums["hours"], sums["count"], sums["first"], strict=True
        )
    ]
