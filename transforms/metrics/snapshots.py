"""Snapshots of sprints: points that are taken once, after the close, and stand from then on.

A replay would give the same again as long as nobody deletes issues, edits dates or changes what a board calls done.
Where it does not, the snapshot stands and the difference is told: what was published is never rewritten silently.
"""

from collections.abc import Collection, Hashable, Mapping
from typing import Any, Final

import pandas as pd

from transforms.clean.problems import Row, problem, problem_table
from transforms.metrics.velocity import Points

_COMPARED: Final = {
    "completed_points": "completed",
    "committed_points": "committed",
    "added_points": "added",
    "removed_points": "removed",
    "carried_over_points": "carried over",
}
_SAME_WITHIN: Final = 1e-6  # sums of the same fractions in another order


def standing_sprints(
    listed: pd.DataFrame,
    stored: pd.DataFrame,
    settled: Collection[int],
    since: pd.Timestamp,
    *,
    is_whole: bool,
) -> pd.DataFrame:
    """The sprints that readings go by: those that Jira lists, but settled ones as they stood when they were settled.

    Grain: table Sprints; `listed` as known now, `stored` as the last run left it.
    `settled`: the sprints with a snapshot that closed after `since`; what closed before is settled by age. Where the
    list is not known to be whole, a sprint that is not in it stays, too.
    """
    is_old = stored["complete_at"] < since
    is_settled = (stored["state"] == "closed") & (stored["sprint_id"].isin(list(settled)) | is_old)
    is_kept = is_settled if is_whole else is_settled | ~stored["sprint_id"].isin(listed["sprint_id"])
    kept = stored[is_kept]
    return pd.concat([listed[~listed["sprint_id"].isin(kept["sprint_id"])], kept], ignore_index=True)


def teams_without_points(
    sprints: pd.DataFrame, issue_events: pd.DataFrame, known_until: pd.Timestamp
) -> frozenset[str]:
    """Teams that have closed a sprint and whose sprints never held an issue with an estimate.

    Their points are missing by mistake (rule J006): they are not known, and not 0. `sprints`: table Sprints.
    """
    is_known = (issue_events["changed_at"] < known_until) & ~issue_events["is_subtask"] & issue_events["value"].notna()
    stays = issue_events.loc[is_known & (issue_events["field"] == "sprints"), ["issue_key", "value"]]
    estimated = pd.Index(issue_events.loc[is_known & (issue_events["field"] == "points"), "issue_key"].unique())
    is_estimated = pd.Series(estimated.get_indexer(stays["issue_key"]) >= 0)
    # Many issues share few lists of sprints.
    has_points = is_estimated.groupby(stays["value"].array).any()
    by_sprint = has_points.set_axis(has_points.index.str.split(",")).rename_axis("sprint_id").reset_index(name="is_any")
    by_sprint = by_sprint.explode("sprint_id")
    team_of = sprints.set_index(sprints["sprint_id"].astype("str"))["team_id"]
    is_measured = by_sprint["is_any"].groupby(by_sprint["sprint_id"].str.strip().map(team_of)).any()
    has_closed = sprints.loc[sprints["state"] == "closed", "team_id"]
    return frozenset(is_measured[~is_measured].index) & frozenset(has_closed)


def settle(
    replayed: Points,
    stored: Points,
    sprints: pd.DataFrame,
    looked_at: Collection[int],
    week: pd.Timestamp,
    *,
    is_history: bool,
) -> Points:
    """What the run of a week leaves: the credits in place of `stored.credits`, and the snapshots that it takes.

    `replayed`: the sprints `looked_at`, by `replay_sprints` with `stored` as its snapshots. `stored`: the credits of
    their weeks and the snapshots of before. `sprints`: all there are (`standing_sprints`).
    Credits of a sprint with a snapshot stand. Those of the others looked at are restated, and of a sprint that is no
    more nothing is left. The snapshot is taken in the run of the week that holds the close; a later one, and one of the
    weeks of history that a first run works out, is marked as reconstructed.
    """
    closed = replayed.totals[replayed.totals["week_start"] <= week]
    new = closed[~closed["sprint_id"].isin(stored.totals["sprint_id"])]
    owner = stored.credits["sprint_id"]
    is_restated = owner.isin(list(looked_at)) | ~owner.isin(sprints["sprint_id"])
    stands = owner.isin(stored.totals["sprint_id"]) | ~is_restated
    return Points(
        pd.concat([stored.credits[stands], replayed.credits], ignore_index=True),
        new.assign(is_reconstructed=is_history | (new["week_start"] < week)),
    )


def departures(
    replayed: pd.DataFrame, snapshots: pd.DataFrame, listed: pd.DataFrame, sprints: pd.DataFrame, first: pd.Timestamp
) -> pd.DataFrame:
    """Where Jira would tell of a settled sprint otherwise by now (table Problems); sprints that closed since `first`.

    `replayed`, `snapshots`: tables SprintTotals, as a replay gives them now and as they were taken. `listed`,
    `sprints`: tables Sprints, as Jira lists them and as they stand.
    """
    names = [*_COMPARED, "reopened_points"]
    recent = snapshots.loc[snapshots["week_start"] >= first, ["sprint_id", "name", *names]]
    now = listed[["sprint_id", "state", "start_at", "complete_at"]]
    then = sprints[["sprint_id", "start_at", "complete_at"]]
    pairs = (
        recent.merge(replayed[["sprint_id", *names]], on="sprint_id", how="left", suffixes=("", "_now"))
        .merge(then, on="sprint_id", how="left", validate="one_to_one")
        .merge(now, on="sprint_id", how="left", suffixes=("", "_now"), validate="one_to_one")
    )
    rows = (_departure(row) for row in pairs.sort_values("sprint_id").to_dict("records"))
    return problem_table([row for row in rows if row])


def _departure(row: Mapping[Hashable, Any]) -> Row | None:
    """What is to be told of one sprint, if anything."""
    name, done = f"sprint {row['name']}", f"{_gross(row):g} completed points"
    if pd.isna(row["state"]):
        return _told(
            row,
            "info",
            f"Jira no longer lists {name}: it was deleted, or its board is no longer in the config. The snapshot of "
            f"its close stands, with {done}. If the board was left out by mistake, put it back (jira_board_ids).",
        )
    if (row["start_at"], row["complete_at"]) != (row["start_at_now"], row["complete_at_now"]):
        return _told(
            row,
            "warning",
            f"Jira now has other dates for {name} ({_span(row, '_now')}) than at its close ({_span(row, '')}). The "
            f"snapshot of the close stands, with {done}; what is done in the sprint after that close counts in no "
            "sprint. Move such work into the next one.",
        )
    now, before = ({column: _value(row, column, when) for column in _COMPARED} for when in ("_now", ""))
    other = [column for column in _COMPARED if abs(now[column] - before[column]) > _SAME_WITHIN]
    if not other:
        return None
    told = [f"{now[column]:g} instead of {before[column]:g} {_COMPARED[column]}" for column in other]
    return _told(
        row,
        "warning" if "completed_points" in other else "info",
        f"{name} would now read {', '.join(told)} points; the snapshot of the close stands. Issues deleted or moved to "
        "another board since, and a board with another last column, do this. Nothing is to be done unless it was a "
        "mistake in Jira.",
    )


def _told(row: Mapping[Hashable, Any], severity: str, message: str) -> Row:
    return problem("jira", "sprints", "J014", severity, message, found=str(row["sprint_id"]))


def _value(row: Mapping[Hashable, Any], column: str, when: str) -> float:
    return _gross(row, when) if column == "completed_points" else float(row[f"{column}{when}"])


def _gross(row: Mapping[Hashable, Any], when: str = "") -> float:
    """Points completed before anything of earlier sprints was taken back."""
    return float(row[f"completed_points{when}"] + row[f"reopened_points{when}"])


def _span(row: Mapping[Hashable, Any], when: str) -> str:
    start, close = row[f"start_at{when}"], row[f"complete_at{when}"]
    until = "still open" if pd.isna(close) else f"closed {close:%Y-%m-%d %H:%M} UTC"
    return f"started {start:%Y-%m-%d %H:%M} UTC, {until}"
