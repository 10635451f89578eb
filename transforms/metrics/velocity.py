"""Sprint velocity: replay of the issues' histories into points per sprint, week and engineer."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from transforms.metrics.sprint_calendar import sprint_days, sprints_as_of, team_zones
from transforms.schedule import local_times
from transforms.schemas.registry import shaped
from transforms.schemas.sources import SprintCredits, SprintTotals

UNASSIGNED: Final = "(unassigned)"
NOT_ON_ROSTER: Final = "(not on roster)"

_Ints = npt.NDArray[np.int64]
_Flags = npt.NDArray[np.bool_]
_FOREVER: Final = np.iinfo(np.int64).max


def replay_sprints(
    sprints: pd.DataFrame,
    issue_events: pd.DataFrame,
    engineers: pd.DataFrame,
    known_until: pd.Timestamp,
    timezone: str,
    *,
    is_reconstructed: bool = False,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Points per sprint, week and engineer, and the totals of closed sprints, as known just before an instant.

    Grain: tables SprintCredits (open sprints: what is done so far) and SprintTotals (closed sprints only).
    Units: story points; an issue without an estimate counts 0, a sub-task nothing.
    Source: every issue that ever was in one of the sprints, with its history from its creation. To see an issue of an
        earlier sprint reopened, that sprint must be among `sprints` too.
    Definition: metrics.md, "Velocity per engineer"; a sprint is judged from its start (changes at that very instant
        included) to just before its close, since the close itself moves unfinished issues on.
        Committed: in the sprint and not done at its start, points of then. Completed: in the sprint and done at its
        close, done while in it, not done at its start; points of the close, credited to the assignee at the first move
        to done. Added, removed, carried over: by the points of the close; committed + added issues are completed,
        carried over or removed. An issue found not done in the team's next sprint is taken back there.
        Days and weeks are those of the team's zone (that of most of its engineers, else `timezone`); a credit counts in
        the week of its moment, or in the nearest week of its sprint if that week's Thursday lies outside.
    """
    zones = team_zones(engineers)
    zones = zones.reindex(zones.index.union(pd.Index(sprints["team_id"].unique()))).fillna(timezone)
    days = sprint_days(sprints_as_of(sprints, known_until), zones)
    spans = _spans(days, known_until)
    history = _History(issue_events[(issue_events["changed_at"] < known_until) & ~issue_events["is_subtask"]])
    work = _sprint_issues(history, spans)
    completed = _completed(history, work, engineers)
    reopened = _taken_back(history, completed, spans)
    lines = pd.concat([completed, reopened], ignore_index=True)
    return _credits(lines, days), _totals(days, work, reopened, is_reconstructed)


class _History:
    """What is known of the issues: per field the changes in order, looked up for many issues and instants at once."""

    def __init__(self, events: pd.DataFrame) -> None:
        ordered = events.sort_values(["issue_key", "changed_at", "event_id"], ignore_index=True)
        issue, _ = pd.factorize(ordered["issue_key"])
        times = _microseconds(ordered["changed_at"])
        self._ticks = np.unique(times)
        self._fields = {}
        for field in ("sprints", "points", "is_done", "assignee"):
            rows = np.flatnonzero(ordered["field"] == field)
            values = ordered["value"].take(rows).reset_index(drop=True)
            self._fields[field] = _Changes(issue[rows], times[rows], values)

    def changes(self, field: str) -> "_Changes":
        return self._fields[field]

    def value(self, field: str, issue: _Ints, instant: _Ints, *, before: bool = False) -> "pd.Series[Any]":
        """The field's value at each instant, or just `before` it; missing where the issue had none."""
        changes = self._fields[field]
        row = self.row(field, issue, instant, before=before)
        return changes.value.reindex(row).reset_index(drop=True)

    def is_done(self, issue: _Ints, instant: _Ints, *, before: bool = False) -> _Flags:
        return _is_true(self.value("is_done", issue, instant, before=before))

    def points(self, issue: _Ints, instant: _Ints, *, before: bool = False) -> npt.NDArray[np.float64]:
        estimates = pd.to_numeric(self.value("points", issue, instant, before=before))
        return estimates.to_numpy(np.float64)

    def row(self, field: str, issue: _Ints, instant: _Ints, *, before: bool = False) -> _Ints:
        """Position among the field's changes of the last one at each instant, or `before` it; -1 if there is none."""
        changes = self._fields[field]
        if not len(changes.issue):
            return np.full(len(issue), -1)
        width = len(self._ticks) + 1
        tick = np.searchsorted(self._ticks, instant, side="left" if before else "right")
        change_keys = changes.issue * width + np.searchsorted(self._ticks, changes.changed_at) + 1
        found = np.searchsorted(change_keys, issue * width + tick, side="right") - 1
        return np.where((found >= 0) & (changes.issue[found] == issue), found, -1)


@dataclass(frozen=True)
class _Changes:
    """The changes of one field, by issue and time."""

    issue: _Ints
    changed_at: _Ints
    value: "pd.Series[Any]"

    @property
    def is_first(self) -> _Flags:
        """Whether the change is the first of its issue."""
        is_first: _Flags = np.diff(self.issue, prepend=-1) != 0
        return is_first

    def until(self) -> _Ints:
        """When each value was replaced by the next one."""
        is_last = np.append(self.is_first, True)[1:]
        return np.where(is_last, _FOREVER, np.append(self.changed_at, _FOREVER)[1:])


def _spans(days: pd.DataFrame, known_until: pd.Timestamp) -> pd.DataFrame:
    """Started sprints with the instants between which they are judged: start, and close or the end of knowledge."""
    return pd.DataFrame(
        {
            "sprint_id": days["sprint_id"],
            "team_id": days["team_id"],
            "start": _microseconds(days["start_at"]),
            "end": _microseconds(days["complete_at"].fillna(known_until)),
        }
    )


def _sprint_issues(history: _History, spans: pd.DataFrame) -> pd.DataFrame:
    """Every issue that was in a sprint before its end: where it stood at start and end, and its first move to done.

    Grain: one row per sprint and issue that was not done at the start.
    """
    stays = _stays(history, spans)
    moves = _moves_to_done(history)
    done = stays.merge(moves, on="issue", how="inner", validate="many_to_many")
    is_inside = done["moved_at"].between(done["start"], done["end"], inclusive="neither")
    is_member = (done["since"] <= done["moved_at"]) & (done["moved_at"] < done["until"])
    first_move = done[is_inside & is_member].groupby(["sprint_id", "issue"])["moved_at"].min()

    keys = ["sprint_id", "issue"]
    columns = ["team_id", "start", "end"]
    work = stays.groupby(keys, sort=False).agg(
        dict.fromkeys(columns, "first") | {"is_in_at_start": "max", "is_in_at_end": "max"}
    )
    work = work.join(first_move).reset_index()
    issue, start, end = (work[name].to_numpy(np.int64) for name in ("issue", "start", "end"))
    work["was_done"] = history.is_done(issue, start)
    work["is_done"] = history.is_done(issue, end, before=True)
    work["points_at_start"] = history.points(issue, start)
    work["estimate"] = history.points(issue, end, before=True)
    work["points"] = work["estimate"].fillna(0.0)
    return work[~work["was_done"]].reset_index(drop=True)


def _stays(history: _History, spans: pd.DataFrame) -> pd.DataFrame:
    """From when until when an issue was in a sprint; one row per stay that began before the sprint's end."""
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
    return stays.assign(
        is_in_at_start=(stays["since"] <= stays["start"]) & (stays["start"] < stays["until"]),
        is_in_at_end=stays["until"] >= stays["end"],
    )


def _moves_to_done(history: _History) -> pd.DataFrame:
    changes = history.changes("is_done")
    is_done = _is_true(changes.value)
    was_done = np.append(False, is_done[:-1]) & ~changes.is_first
    rows = np.flatnonzero(is_done & ~was_done)
    return pd.DataFrame({"issue": changes.issue[rows], "moved_at": changes.changed_at[rows]})


def _completed(history: _History, work: pd.DataFrame, engineers: pd.DataFrame) -> pd.DataFrame:
    """One line per completed issue: its points, credited to the assignee at the first move to done."""
    done = work[work["is_in_at_end"] & work["is_done"] & work["moved_at"].notna()]
    lines = done[["sprint_id", "team_id", "issue", "end", "points"]].reset_index(drop=True)
    lines["moment"] = done["moved_at"].to_numpy(np.int64)
    assignee = history.value("assignee", lines["issue"].to_numpy(np.int64), lines["moment"].to_numpy(np.int64))
    is_rostered = assignee.isin(engineers["engineer_id"])
    lines["engineer_id"] = assignee.where(is_rostered, NOT_ON_ROSTER).where(assignee.notna(), UNASSIGNED)
    return lines


def _taken_back(history: _History, completed: pd.DataFrame, spans: pd.DataFrame) -> pd.DataFrame:
    """One negative line per completed issue that the team's next sprint found, or left, not done.

    Reopened and done again within one later sprint is no news: the points stay where they were credited.
    """
    undone = history.changes("is_done")
    is_undone = ~_is_true(undone.value)
    last_undone = pd.Series(undone.changed_at[is_undone], index=undone.issue[is_undone]).groupby(level=0).max()
    kept = completed[completed["issue"].map(last_undone).to_numpy(np.float64) >= completed["end"]]
    later = kept.merge(spans, on="team_id", how="inner", suffixes=("_credited", ""), validate="many_to_many")
    later = later[later["end"] > later["end_credited"]]
    # A sprint that ran beside the crediting one is looked at from the close of that one on.
    later = later.assign(start=later[["start", "end_credited"]].max(axis=1)).sort_values(["start", "sprint_id"])
    issue, start, end = (later[name].to_numpy(np.int64) for name in ("issue", "start", "end"))
    was_done = history.is_done(issue, start)
    reopened_at = undone.changed_at[history.row("is_done", issue, end, before=True)]
    later = later.assign(moment=np.where(was_done, reopened_at, start), points=-later["points"])
    found = later[~was_done | ~history.is_done(issue, end, before=True)]
    return found.drop_duplicates(["issue", "sprint_id_credited"])[list(completed.columns)]


def _credits(lines: pd.DataFrame, days: pd.DataFrame) -> pd.DataFrame:
    calendar = days[["sprint_id", "timezone", "first_week", "last_week"]]
    dated = lines.merge(calendar, on="sprint_id", how="left", validate="many_to_one")
    moment = pd.to_datetime(dated["moment"], unit="us", utc=True).dt.as_unit("us")
    day = local_times(moment, dated["timezone"]).dt.normalize()
    week = day - pd.to_timedelta(day.dt.day_of_week, unit="D")
    week = week.where(~(week < dated["first_week"]), dated["first_week"])
    week = week.where(~(week > dated["last_week"]), dated["last_week"])
    keys = ["sprint_id", "team_id", "engineer_id", "week_start"]
    summed = dated.assign(week_start=week).groupby(keys)["points"].sum()
    return shaped(summed.rename("points_completed").reset_index(), SprintCredits)


def _totals(days: pd.DataFrame, work: pd.DataFrame, reopened: pd.DataFrame, is_reconstructed: bool) -> pd.DataFrame:
    """Sums over the issues of each closed sprint."""
    is_outside = ~work["is_in_at_start"] & work["is_done"] & work["moved_at"].isna()
    scope = work[~is_outside]
    is_completed = scope["is_in_at_end"] & scope["is_done"] & scope["moved_at"].notna()
    is_carried = scope["is_in_at_end"] & ~scope["is_done"]
    points = scope["points"]
    parts = pd.DataFrame(
        {
            "committed_points": scope["points_at_start"].where(scope["is_in_at_start"], 0.0).fillna(0.0),
            "added_points": points.where(~scope["is_in_at_start"], 0.0),
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
    sums["median_estimate"] = scope["estimate"].where(is_completed).groupby(scope["sprint_id"]).median()
    totals = closed.set_index("sprint_id").join(sums, validate="one_to_one").reset_index()
    week = totals["last_day"] - pd.to_timedelta(totals["last_day"].dt.day_of_week, unit="D")
    return shaped(totals.assign(week_start=week, is_reconstructed=is_reconstructed), SprintTotals)


def _is_true(values: "pd.Series[Any]") -> _Flags:
    return values.eq("true").to_numpy(np.bool_)


def _microseconds(instants: "pd.Series[Any]") -> _Ints:
    """Microseconds since 1970; the instants are there."""
    numbers: _Ints = instants.dt.tz_convert(None).to_numpy().astype("datetime64[us]").astype(np.int64)
    return numbers
