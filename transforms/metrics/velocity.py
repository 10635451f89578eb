"""Sprint velocity: replay of the issues' histories into points per sprint, issue, week and engineer."""

from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from transforms.metrics.issue_history import History, instants_of, microseconds
from transforms.metrics.sprint_calendar import sprint_days, sprints_as_of, team_zones
from transforms.metrics.worklog_share import worklog_shares
from transforms.schedule import local_times
from transforms.schemas.registry import shaped
from transforms.schemas.sources import SprintCredits, SprintTotals

UNASSIGNED: Final = "(unassigned)"
NOT_ON_ROSTER: Final = "(not on roster)"

_LINE: Final = ["sprint_id", "issue"]


class Points(NamedTuple):
    """Points of some sprints: tables SprintCredits and SprintTotals."""

    credits: pd.DataFrame
    totals: pd.DataFrame


def replay_sprints(
    sprints: pd.DataFrame,
    issue_events: pd.DataFrame,
    engineers: pd.DataFrame,
    known_until: pd.Timestamp,
    timezone: str,
    *,
    snapshots: Points | None = None,
    worklogs: pd.DataFrame | None = None,
) -> Points:
    """Points per sprint, issue, week and engineer, and the totals of closed sprints, as known just before an instant.

    Grain: tables SprintCredits (open sprints: what is done so far) and SprintTotals (closed sprints only, all marked
        as reconstructed). With `snapshots`, what they credit stands: it is what a reopening takes back, and the credits
        returned are those of the other sprints. Totals are of all closed sprints as they would read now; sprints of a
        snapshot without what they take back.
    Units: story points; an issue without an estimate counts 0, a sub-task nothing.
    Source: every issue that ever was in one of the sprints, with its history from its creation. To see an issue of an
        earlier sprint reopened, that sprint must be among `sprints` too.
    Definition: metrics.md, "Velocity per engineer"; a sprint is judged from its start (changes at that very instant
        included) to just before its close, since the close itself moves unfinished issues on.
        Committed: in the sprint and not done at its start, points of then. Completed: in the sprint and done at its
        close, done while in it, not done at its start; points of the close. Added: joined after the start, and not done
        all the while. Re-estimated: what the points of committed issues changed by until the close. Added, removed,
        carried over: by the points of the close. committed + re-estimated + added = completed + carried over + removed.
        An issue that another sprint counted, and that closed while this one ran, is not counted again here.
        An issue found not done in the team's next sprint is taken back there.
        Credit goes to the assignee at the first move to done; with `worklogs`, in shares to those on the roster who
        logged work on the issue from the sprint's first day to the day of that move, if anybody did.
        Days and weeks are those of the team's zone (that of most of its engineers, else `timezone`); a credit counts in
        the week of its moment, or in the nearest week of its sprint if that week's Thursday lies outside.
    """
    zones = team_zones(engineers)
    zones = zones.reindex(zones.index.union(pd.Index(sprints["team_id"].unique()))).fillna(timezone)
    days = sprint_days(sprints_as_of(sprints, known_until), zones)
    spans = _spans(days, known_until)
    history = History(issue_events[(issue_events["changed_at"] < known_until) & ~issue_events["is_subtask"]])
    work = _sprint_issues(history, spans)
    done = work[work["is_completed"]]
    counted, back = _counted_once(history, done, spans)
    if snapshots is None or snapshots.totals.empty:
        shares = _shares(history, counted, days, engineers, worklogs)
        reopened = _given_back(back, shares)
    else:
        is_open = ~spans["sprint_id"].isin(snapshots.totals["sprint_id"])
        standing, taken = _snapshot_lines(snapshots, history, spans)
        is_new = done["sprint_id"].isin(spans.loc[is_open, "sprint_id"])
        basis = pd.concat([standing.drop_duplicates(_LINE), done[is_new]], ignore_index=True)
        lines, back = _counted_once(history, basis, spans[is_open], taken)
        new = lines[lines["row"] >= 0]
        shares = _shares(history, new, days, engineers, worklogs)
        reopened = _given_back(back, pd.concat([standing, shares], ignore_index=True))
        counted = pd.concat([counted[~counted["row"].isin(done.loc[is_new, "row"])], new], ignore_index=True)
    work["is_completed"] = work["row"].isin(counted["row"])
    return Points(_credits(history, shares, reopened, days), _totals(days, work, reopened))


def _spans(days: pd.DataFrame, known_until: pd.Timestamp) -> pd.DataFrame:
    """Started sprints with the instants between which they are judged: start, and close or the end of knowledge."""
    return pd.DataFrame(
        {
            "sprint_id": days["sprint_id"],
            "team_id": days["team_id"],
            "start": microseconds(days["start_at"]),
            "end": microseconds(days["complete_at"].fillna(known_until)),
        }
    )


def _sprint_issues(history: History, spans: pd.DataFrame) -> pd.DataFrame:
    """Every issue that was in a sprint before its end: where it stood at start and end, and its first move to done.

    Grain: one row per sprint and issue that was not done at the start.
    """
    stays = _stays(history, spans)
    moves = _moves_to_done(history)
    done = stays.merge(moves, on="issue", how="inner", validate="many_to_many")
    is_inside = done["moved_at"].between(done["start"], done["end"], inclusive="neither")
    is_member = (done["since"] <= done["moved_at"]) & (done["moved_at"] < done["until"])
    first_move = done[is_inside & is_member].groupby(_LINE)["moved_at"].min()

    columns = ["team_id", "start", "end"]
    flags = ["is_in_at_start", "is_in_at_end", "was_open_inside"]
    work = stays.groupby(_LINE, sort=False).agg(dict.fromkeys(columns, "first") | dict.fromkeys(flags, "max"))
    work = work.join(first_move).reset_index()
    issue, start, end = (work[name].to_numpy(np.int64) for name in ("issue", "start", "end"))
    work["was_done"] = history.is_done(issue, start)
    work["is_done"] = history.is_done(issue, end, before=True)
    work["points_at_start"] = history.points(issue, start)
    work["estimate"] = history.points(issue, end, before=True)
    work["points"] = work["estimate"].fillna(0.0)
    work["is_completed"] = work["is_in_at_end"] & work["is_done"] & work["moved_at"].notna()
    work = work[~work["was_done"]].reset_index(drop=True)
    return work.assign(row=work.index)


def _stays(history: History, spans: pd.DataFrame) -> pd.DataFrame:
    """From when until when an issue was in a sprint; one row per stay that began before the sprint's end.

    `was_open_inside`: it was not done when the stay began, or when it ended.
    """
    changes = history.changes("sprints")
    listed = pd.DataFrame(
        {
            "issue": changes.issue,
            "since": changes.changed_at,
            "until": changes.until(),
            "sprint_id": changes.value.str.split(","),
        }
    )
    listed = listed[changes.value.fillna("").str.strip().ne("")].explode("sprint_id", ignore_index=True)
    listed["sprint_id"] = listed["sprint_id"].astype("str").str.strip().astype(np.int64)
    stays = listed.merge(spans, on="sprint_id", how="inner", validate="many_to_one")
    is_real = (stays["since"] < stays["until"]) & (stays["since"] < stays["end"]) & (stays["until"] > stays["start"])
    stays = stays[is_real]
    issue = stays["issue"].to_numpy(np.int64)
    since = np.maximum(stays["since"].to_numpy(np.int64), stays["start"].to_numpy(np.int64))
    until = np.minimum(stays["until"].to_numpy(np.int64), stays["end"].to_numpy(np.int64))
    is_closed = history.is_done(issue, since) & history.is_done(issue, until, before=True)
    return stays.assign(
        is_in_at_start=(stays["since"] <= stays["start"]) & (stays["start"] < stays["until"]),
        is_in_at_end=stays["until"] >= stays["end"],
        was_open_inside=~is_closed,
    )


def _moves_to_done(history: History) -> pd.DataFrame:
    changes = history.changes("is_done")
    rows = np.flatnonzero(changes.value.eq("true"))
    return pd.DataFrame({"issue": changes.issue[rows], "moved_at": changes.changed_at[rows]})


def _counted_once(
    history: History, done: pd.DataFrame, takers: pd.DataFrame, taken: pd.DataFrame | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Of the issues done in sprints those that count there, and what is taken back of them (`_taken_back`).

    What is done in several sprints at once counts in the one that closes first. It counts in a later one too only if
    it has been taken back by then.
    """
    back = _taken_back(history, done, takers, taken)
    several = done[done.duplicated("issue", keep=False)]
    if several.empty:
        return done, back
    sides = several[["issue", "row", "sprint_id", "start", "end"]]
    pairs = sides.merge(sides, on="issue", suffixes=("", "_first"), validate="many_to_many")
    closes_later = pairs["end"] > pairs["end_first"]
    is_tie = pairs["end"] == pairs["end_first"]
    starts_later = pairs["start"] > pairs["start_first"]
    starts_later |= (pairs["start"] == pairs["start_first"]) & (pairs["sprint_id"] > pairs["sprint_id_first"])
    is_beside = (pairs["end_first"] > pairs["start"]) & (closes_later | (is_tie & starts_later))
    beside = pairs[is_beside & (pairs["row"] >= 0)].merge(
        back[["issue", "sprint_id_credited", "decided_at"]],
        left_on=["issue", "sprint_id_first"],
        right_on=["issue", "sprint_id_credited"],
        how="left",
        validate="many_to_one",
    )
    elsewhere = beside.loc[~(beside["decided_at"] <= beside["end"]), "row"]
    return done[~done["row"].isin(elsewhere)], back


def _taken_back(history: History, done: pd.DataFrame, takers: pd.DataFrame, taken: pd.DataFrame | None) -> pd.DataFrame:
    """Issues that one of the team's later sprints found, or left, not done: the sprint in which that shows first.

    Reopened and done again within one later sprint is no news: the points stay where they were credited.
    `taken`: when an issue was last reopened and taken back before, by `team_id` and `issue`.
    """
    moves = history.changes("is_done")
    is_undone = moves.value.ne("true").to_numpy()
    last_undone = pd.Series(moves.changed_at[is_undone], index=moves.issue[is_undone]).groupby(level=0).max()
    kept = done[done["issue"].map(last_undone).to_numpy(np.float64) >= done["end"]]
    if taken is not None:
        kept = kept.merge(taken, on=["team_id", "issue"], how="left", validate="many_to_one")
        kept = kept[~(kept["taken_at"] >= kept["end"])]
    credited = kept[["sprint_id", "team_id", "issue", "end"]]
    later = credited.merge(takers, on="team_id", how="inner", suffixes=("_credited", ""), validate="many_to_many")
    later = later[later["end"] > later["end_credited"]]
    issue, end = later["issue"].to_numpy(np.int64), later["end"].to_numpy(np.int64)
    # A sprint that ran beside the crediting one is looked at from the close of that one on.
    looked_at_from = np.maximum(later["start"].to_numpy(np.int64), later["end_credited"].to_numpy(np.int64))
    was_done = history.is_done(issue, looked_at_from)
    was_left_done = history.is_done(issue, end, before=True)
    at_start, at_end = history.row("is_done", issue, looked_at_from), history.row("is_done", issue, end, before=True)
    later = later.assign(
        looked_at_from=looked_at_from,
        decided_at=np.where(was_done, end, looked_at_from),
        reopened_at=moves.changed_at[np.where(was_done, at_end, at_start)],
    )
    found = later[~was_done | ~was_left_done].sort_values(["decided_at", "start", "sprint_id"])
    return found.drop_duplicates(["issue", "sprint_id_credited"])


def _snapshot_lines(snapshots: Points, history: History, spans: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What snapshots credit, per sprint, issue and engineer, and when it was taken back last, per team and issue.

    Missing: issues that Jira no longer has.
    """
    credits = snapshots.credits[snapshots.credits["sprint_id"].isin(snapshots.totals["sprint_id"])]
    known = credits.assign(issue=history.keys.get_indexer(credits["issue_key"]), row=-1)
    known = known[known["issue"] >= 0]
    is_completed = known["kind"] == "completed"
    completed = known.loc[is_completed, [*_LINE, "row", "engineer_id", "points_completed"]]
    lines = completed.merge(spans, on="sprint_id", how="inner", validate="many_to_one")
    reopened = known[~is_completed].assign(taken_at=lambda rows: microseconds(rows["credited_at"]))
    taken = reopened.groupby(["team_id", "issue"])[["taken_at"]].max().reset_index()
    return lines.rename(columns={"points_completed": "points"}), taken


def _shares(
    history: History,
    done: pd.DataFrame,
    days: pd.DataFrame,
    engineers: pd.DataFrame,
    worklogs: pd.DataFrame | None,
) -> pd.DataFrame:
    """Who gets the points of the issues that sprints completed: one row per sprint, issue and engineer."""
    lines = done[["sprint_id", "team_id", "issue", "moved_at", "points"]].reset_index(drop=True)
    issue, moved_at = lines["issue"].to_numpy(np.int64), lines["moved_at"].to_numpy(np.int64)
    lines["moved_at"] = moved_at
    assignee = history.value("assignee", issue, moved_at)
    is_rostered = assignee.isin(engineers["engineer_id"])
    lines["engineer_id"] = assignee.where(is_rostered, NOT_ON_ROSTER).where(assignee.notna(), UNASSIGNED)
    lines["issue_key"] = history.keys.take(issue)
    if worklogs is None:
        return lines
    calendar = days[["sprint_id", "timezone", "first_day"]]
    dated = lines.merge(calendar, on="sprint_id", how="left", validate="many_to_one")
    dated["last_day"] = local_times(instants_of(dated["moved_at"]), dated["timezone"]).dt.normalize()
    return worklog_shares(dated, worklogs)[list(lines.columns)]


def _given_back(back: pd.DataFrame, shares: pd.DataFrame) -> pd.DataFrame:
    """Negative lines in the sprints that take points back, for those who were credited with them."""
    credited = shares[[*_LINE, "engineer_id", "points"]].rename(columns={"sprint_id": "sprint_id_credited"})
    lines = back.merge(credited, on=["sprint_id_credited", "issue"], how="inner", validate="one_to_many")
    # Two sprints may have counted the issue where histories were edited in between: one line takes both back.
    keys = ["sprint_id", "team_id", "issue", "engineer_id"]
    sums = {"points": "sum", "reopened_at": "max", "looked_at_from": "max"}
    return lines.assign(points=-lines["points"]).groupby(keys).agg(sums).reset_index()


def _credits(history: History, shares: pd.DataFrame, reopened: pd.DataFrame, days: pd.DataFrame) -> pd.DataFrame:
    names = ["sprint_id", "team_id", "issue", "engineer_id", "points", "kind", "credited_at", "moment"]
    completed = shares.assign(kind="completed", credited_at=shares["moved_at"], moment=shares["moved_at"])
    # What was reopened before the sprint counts in it from the time it is looked at.
    since = reopened[["reopened_at", "looked_at_from"]].max(axis=1)
    taken = reopened.assign(kind="reopened", credited_at=reopened["reopened_at"], moment=since)
    lines = pd.concat([completed[names], taken[names]], ignore_index=True)
    calendar = days[["sprint_id", "timezone", "first_week", "last_week"]]
    dated = lines.merge(calendar, on="sprint_id", how="left", validate="many_to_one")
    day = local_times(instants_of(dated["moment"]), dated["timezone"]).dt.normalize()
    week = day - pd.to_timedelta(day.dt.day_of_week, unit="D")
    week = week.where(~(week < dated["first_week"]), dated["first_week"])
    week = week.where(~(week > dated["last_week"]), dated["last_week"])
    table = dated.assign(
        week_start=week,
        issue_key=history.keys.take(dated["issue"].to_numpy(np.int64)),
        credited_at=instants_of(dated["credited_at"]),
    )
    return shaped(table.rename(columns={"points": "points_completed"}), SprintCredits)


def _totals(days: pd.DataFrame, work: pd.DataFrame, reopened: pd.DataFrame) -> pd.DataFrame:
    """Sums over the issues of each closed sprint."""
    scope = work[work["is_in_at_start"] | work["was_open_inside"] | work["moved_at"].notna()]
    is_completed = scope["is_completed"]
    is_carried = scope["is_in_at_end"] & ~scope["is_done"]
    points, at_start = scope["points"], scope["points_at_start"].fillna(0.0)
    is_committed = scope["is_in_at_start"]
    parts = pd.DataFrame(
        {
            "committed_points": at_start.where(is_committed, 0.0),
            "reestimated_points": (points - at_start).where(is_committed, 0.0),
            "added_points": points.where(~is_committed, 0.0),
            "removed_points": points.where(~is_completed & ~is_carried, 0.0),
            "completed_points": points.where(is_completed, 0.0),
            "carried_over_points": points.where(is_carried, 0.0),
        }
    )
    closed = days[days["complete_at"].notna()]
    sums = parts.groupby(scope["sprint_id"]).sum().reindex(closed["sprint_id"])
    sums["reopened_points"] = -reopened.groupby("sprint_id")["points"].sum()
    sums = sums.fillna(0.0)
    sums["completed_points"] -= sums["reopened_points"]
    estimates = scope["estimate"].where(is_completed).groupby(scope["sprint_id"])
    sums["median_estimate"] = estimates.median()
    sums["n_estimated"] = estimates.count().reindex(sums.index, fill_value=0)
    totals = closed.set_index("sprint_id").join(sums, validate="one_to_one").reset_index()
    week = totals["last_day"] - pd.to_timedelta(totals["last_day"].dt.day_of_week, unit="D")
    return shaped(totals.assign(week_start=week, is_reconstructed=True), SprintTotals)
